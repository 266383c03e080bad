#include "cli/rsm/discover/udev_rule.hpp"

#include <algorithm>
#include <string>

namespace rsm::cli {
namespace {

// What udev would read as a pattern or as the end of the value stands for any one character.
std::string as_pattern(std::string_view serial) {
  std::string text(serial);
  std::ranges::replace_if(
      text, [](char c) { return std::string_view("\"\\*?[]|").find(c) != std::string_view::npos || static_cast<unsigned char>(c) < 0x20; },
      '?');
  return text;
}

bool is_block_node(std::string_view address) {
  for (std::string_view const other : {"/dev/tape/", "/dev/nst", "/dev/st", "/dev/sg"})
    if (address.starts_with(other)) return false;
  return address.starts_with("/dev/");
}

}  // namespace

std::string udev_rules(std::string_view serial, std::string_view address) {
  if (serial.empty() || !is_block_node(address)) return {};
  std::string rules;
  for (char const* variable : {"ID_SCSI_SERIAL", "ID_SERIAL_SHORT"})
    rules += std::string("SUBSYSTEM==\"block\", ENV{") + variable + "}==\"" + as_pattern(serial) + "\", ENV{UDISKS_IGNORE}=\"1\"\n";
  return rules;
}

}  // namespace rsm::cli
