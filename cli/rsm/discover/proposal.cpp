#include "cli/rsm/discover/proposal.hpp"

#include <algorithm>
#include <cstdio>

namespace rsm::cli {
namespace {

constexpr std::size_t name_chars_max = 63;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// "ULT3580-TD5" -> "ult3580-td5"
std::string name_part(std::string_view text) {
  std::string part;
  for (char const c : text) {
    if (is_letter_or_digit(c))
      part += c;
    else if (!part.empty() && part.back() != '-')
      part += '-';
  }
  while (part.ends_with('-')) part.pop_back();
  return lower_case(part);
}

std::string comment(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return "# " + text + "\n";
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string all;
  for (auto const word : words)
    if (!word.empty()) all += (all.empty() ? "" : " ") + std::string(word);
  return all;
}

std::string found_text(discovery::FoundDevice const& device) {
  return comment(joined({device.vendor, device.product, device.serial.empty() ? "" : "serial number", device.serial}) + ", as 'rsm library discover' has found it");
}

}  // namespace

bool is_library_file_name(std::string_view name) {
  auto const allowed = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= name_chars_max && is_letter_or_digit(name.front()) && std::ranges::all_of(name, allowed);
}

std::string lower_case(std::string_view name) {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string free_name(discovery::FoundDevice const& changer, std::set<std::string> const& taken) {
  std::string name = name_part(changer.product);
  if (name.empty()) name = name_part(changer.vendor);
  if (name.empty()) name = "library";
  std::string candidate = name;
  for (int number = 2; taken.contains(candidate); ++number) candidate = name + "-" + std::to_string(number);
  return candidate;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04X", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string section_text(discovery::FoundLibrary const& library, std::string const& name, std::string const& chap_file) {
  auto const& changer = library.changer;
  std::string text = found_text(changer);
  text += "[[library]]\nname = " + toml_string(name) + "\ndriver = \"scsi\"\nchanger = " + toml_string(changer.address) + "\n";
  bool const listed = library.drive_order == "listed";
  std::string drives;
  for (auto const& element : library.elements)
    if (!element.address.empty())
      drives += "  " + toml_string(element.address) + ",  " +
                comment(joined({"drive " + std::to_string(element.number) + ":", element.serial, element.told.empty() ? "(not told by the library)" : ""}));
  text += drives.empty() ? "drives = []\n" : "drives = [\n" + drives + "]\n";
  text += std::string("drive_order = ") + (listed ? "\"listed\"\n" : "\"identity\"\n");
  text += "# media_type = \"LTO Ultrium\"   what its cartridges are, which a changer does not know: the names are in docs/devices.md\n";
  if (!chap_file.empty() && changer.address.starts_with("iscsi:")) text += "chap_file = " + toml_string(chap_file) + "\n";
  return text;
}

std::string section_text(discovery::FoundDevice const& drive, std::string const& name, std::string const& chap_file) {
  std::string text = found_text(drive) + "[[library]]\nname = " + toml_string(name) + "\ndriver = \"standalone\"\ndrive = " + toml_string(drive.address) + "\n";
  if (drive.kind == "disk") text += "media_type = \"Removable disk\"\n";
  if (drive.kind != "disk") text += std::string("# media_type = \"") + (drive.kind == "tape" ? "LTO Ultrium" : "DVD-RAM") + "\"   what it takes: the names are in docs/devices.md\n";
  if (!chap_file.empty() && drive.address.starts_with("iscsi:")) text += "chap_file = " + toml_string(chap_file) + "\n";
  return text;
}

}  // namespace rsm::cli
