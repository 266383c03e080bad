#include "tests/drivers/scsi/comparison.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rsm::test {
namespace {

bool for_people(std::string_view key) {
  static constexpr std::array<std::string_view, 7> keys = {"note", "what", "models", "hint", "also_ok", "follow_up", "why"};
  return std::ranges::find(keys, key) != keys.end();
}

// Where zero is a value and not the absence of one.
bool zero_counts(std::string_view key) {
  static constexpr std::array<std::string_view, 8> keys = {"address", "source", "bus_address", "lun", "information", "byte", "bit", "allocation_needed"};
  return std::ranges::find(keys, key) != keys.end();
}

json::value const none;

json::value const& value_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr ? *value : none;
}

}  // namespace

bool is_nothing(json::value const& value) {
  if (value.is_null()) return true;
  if (value.is_bool()) return !value.get_bool();
  if (value.is_int64()) return value.get_int64() == 0;
  if (value.is_uint64()) return value.get_uint64() == 0;
  if (value.is_array()) return value.get_array().empty();
  return false;
}

// Numbers by their values; everything else as it is. A null that is written down is not a zero.
bool same_value(json::value const& expected, json::value const& actual) {
  if (!expected.is_number() || !actual.is_number()) return expected == actual;
  boost::system::error_code error;
  auto const a = expected.to_number<std::int64_t>(error);
  if (error) return false;
  auto const b = actual.to_number<std::int64_t>(error);
  return !error && a == b;
}

bool AlsoOk::accepts(json::value const* element_address, std::string_view key, json::value const& actual) const {
  if (list_ == nullptr) return false;
  return std::ranges::any_of(*list_, [&](json::value const& item) {
    auto const* object = item.if_object();
    if (object == nullptr || !object->contains(key)) return false;
    auto const* element = object->if_contains("element");
    bool const meant = element == nullptr || (element_address != nullptr && same_value(*element, *element_address));
    return meant && same_value(*object->if_contains(key), actual);
  });
}

void compare(json::object const& expected, json::object const& actual, std::string const& where, AlsoOk const& also_ok, Differences& differences) {
  auto const* address = actual.if_contains("address");
  auto const differ = [&](std::string_view key, json::value const& wanted, json::value const& got) {
    if (also_ok.accepts(address, key, got)) return;
    differences.push_back(fmt::format("{}{}{}: expected {}, got {}", where, where.empty() ? "" : ".", key, shown(wanted), shown(got)));
  };
  for (auto const& [key, wanted] : expected) {
    if (for_people(key)) continue;
    json::value const& got = value_of(actual, key);
    bool const both_nothing = is_nothing(wanted) && is_nothing(got) && !zero_counts(key);
    if (wanted.is_object() && got.is_object())
      compare(wanted.get_object(), got.get_object(), where.empty() ? std::string(key) : where + "." + std::string(key), also_ok, differences);
    else if (!same_value(wanted, got) && !both_nothing)
      differ(key, wanted, got);
  }
  for (auto const& [key, got] : actual)
    if (!expected.contains(key) && !is_nothing(got)) differ(key, none, got);
}

std::string shown(json::value const& value) { return json::serialize(value); }

void Score::judge(std::string const& name, Differences const& differences) {
  ++(differences.empty() ? passed_ : failed_);
  for (auto const& difference : differences) fmt::print("{}: {}\n", name, difference);
}

Result<json::object const*> case_at(json::array const& list, std::size_t index, std::string const& name) {
  auto const* object = list[index].if_object();
  if (object == nullptr) return fail(Errc::bad_format, fmt::format("{}[{}]", name, index), "no JSON object");
  return object;
}

Result<Buffer> bytes_in(json::object const& test_case, std::string_view key, std::string const& name) {
  auto const* hex = test_case.if_contains(key);
  if (hex == nullptr || !hex->is_string()) return fail(Errc::bad_format, name, std::string(key) + " is not there or no text");
  auto bytes = bytes_of_hex(std::string_view(hex->get_string()));
  if (!bytes) return fail(Errc::bad_format, name, std::string(key) + ": " + bytes.error().detail);
  return bytes;
}

}  // namespace rsm::test
