#include "drivers/emulated/json_reader.hpp"

namespace rsm::emulated {
namespace {

boost::json::value const nothing;

}  // namespace

JsonReader::JsonReader(boost::json::value const& value, std::string path, std::string& problem)
    : object_(value.if_object()), path_(std::move(path)), problem_(problem) {
  if (object_ == nullptr && problem_.empty()) problem_ = path_ + ": not an object";
}

void JsonReader::wrong(char const* name, std::string const& why) {
  if (problem_.empty()) problem_ = path_ + "." + name + ": " + why;
}

boost::json::value const& JsonReader::member(char const* name) {
  asked_.insert(name);
  auto const* value = object_ ? object_->if_contains(name) : nullptr;
  if (value == nullptr) wrong(name, "missing");
  return value ? *value : nothing;
}

bool JsonReader::is_null(char const* name) {
  return member(name).is_null();
}

bool JsonReader::flag(char const* name) {
  auto const& value = member(name);
  if (!value.is_bool()) wrong(name, "not true or false");
  return value.is_bool() && value.get_bool();
}

std::uint64_t JsonReader::whole(char const* name, std::uint64_t most) {
  auto const& value = member(name);
  boost::system::error_code error;
  auto const number = value.is_number() && !value.is_double() ? value.to_number<std::uint64_t>(error) : most;
  if (!value.is_number() || value.is_double() || error) {
    wrong(name, "not a whole number from 0");
    return 0;
  }
  if (number > most) wrong(name, "more than " + std::to_string(most));
  return number > most ? 0 : number;
}

std::int64_t JsonReader::integer(char const* name) {
  auto const& value = member(name);
  if (!value.is_int64()) wrong(name, "not a whole number");
  return value.is_int64() ? value.get_int64() : 0;
}

std::string JsonReader::text(char const* name) {
  auto const& value = member(name);
  if (!value.is_string()) wrong(name, "not a text");
  return value.is_string() ? std::string(value.get_string()) : std::string{};
}

JsonReader JsonReader::object(char const* name) {
  return JsonReader(member(name), path_ + "." + name, problem_);
}

void JsonReader::each(char const* name, std::function<void(boost::json::value const&, std::string const&)> const& read) {
  auto const* array = member(name).if_array();
  if (array == nullptr) return wrong(name, "not a list");
  for (std::size_t i = 0; i < array->size() && problem_.empty(); ++i) read((*array)[i], path_ + "." + name + "[" + std::to_string(i) + "]");
}

void JsonReader::each_member(char const* name,
                             std::function<void(std::string const&, boost::json::value const&, std::string const&)> const& read) {
  auto const* members = member(name).if_object();
  if (members == nullptr) return wrong(name, "not an object");
  for (auto const& [key, value] : *members) {
    if (!problem_.empty()) return;
    read(std::string(key), value, path_ + "." + name + "." + std::string(key));
  }
}

void JsonReader::finish() {
  if (object_ == nullptr) return;
  for (auto const& [key, value] : *object_)
    if (!asked_.contains(std::string(key))) wrong(std::string(key).c_str(), "not a member that is known");
}

}  // namespace rsm::emulated
