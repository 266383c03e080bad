#include "drivers/handler/hardware_place.hpp"

#include <charconv>

namespace rsm::handler {
namespace {

constexpr char const* word_identity = "identity";
constexpr char const* word_listed = "listed";

Result<> once(std::string& target, std::string const& name, std::string const& value) {
  if (!target.empty()) return fail(Errc::invalid_parameter, "--" + name, "given twice");
  target = value;
  return {};
}

}  // namespace

std::vector<std::string> HardwarePlace::arguments() const {
  std::vector<std::string> all;
  auto const add = [&](char const* name, std::string const& value) {
    if (!value.empty()) all.insert(all.end(), {name, value});
  };
  add("--directory", directory);
  add("--changer", changer);
  for (auto const& drive : drives) add("--drive", drive);
  if (!drives.empty()) add("--drive-order", drive_order == DriveOrder::listed ? word_listed : word_identity);
  add("--chap-file", chap_file);
  if (media_type != 0) add("--media-type", std::to_string(media_type));
  return all;
}

Result<bool> HardwarePlace::parse(std::string const& name, std::string const& value) {
  if (value.empty()) return false;  // whoever reads the other arguments refuses it
  if (name == "drive") {
    drives.push_back(value);
  } else if (name == "drive-order") {
    if (value != word_identity && value != word_listed) return fail(Errc::invalid_parameter, "--" + name, "identity or listed");
    drive_order = value == word_listed ? DriveOrder::listed : DriveOrder::identity;
  } else if (name == "directory") {
    RSM_CHECK(once(directory, name, value));
  } else if (name == "changer") {
    RSM_CHECK(once(changer, name, value));
  } else if (name == "chap-file") {
    RSM_CHECK(once(chap_file, name, value));
  } else if (name == "media-type") {
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), media_type);
    if (error != std::errc{} || end != value.data() + value.size()) return fail(Errc::invalid_parameter, "--" + name, "a number");
  } else {
    return false;
  }
  return true;
}

}  // namespace rsm::handler
