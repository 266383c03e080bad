#include "drivers/scsi/identity.hpp"

#include <algorithm>

namespace rsm::scsi {
namespace {

constexpr std::size_t vpd_header_bytes = 4, designator_header_bytes = 4;

std::string device_text(std::string_view field) {
  std::string text(trimmed_end(field));
  std::ranges::replace_if(text, [](char letter) { return letter < 0x20 || letter > 0x7E; }, '?');
  return text;
}

// What a VPD page holds behind its header, cut where less has arrived.
Result<Bytes> vpd_body(Bytes transferred, std::uint8_t page, std::string const& name) {
  Reader const answer(transferred);
  if (!answer.has(0, vpd_header_bytes)) return fail(Errc::bad_length, name, "the device sent fewer than the 4 bytes of its header");
  if (answer.u8(1) != page) return fail(Errc::bad_format, name, "the device sent another page");
  return answer.part(vpd_header_bytes, answer.u16(2));
}

bool is_text(Designator const& designator) { return designator.code_set == Designator::ascii || designator.code_set == Designator::utf8; }

bool same_designator(Designator const& a, Designator const& b) {
  if (a.cut || b.cut || a.code_set != b.code_set || a.type != b.type) return false;
  return is_text(a) ? trimmed_end(a.text()) == trimmed_end(b.text()) : a.bytes == b.bytes;
}

// A vendor's name of 8 characters and a product of 16 may fill their fields up to the serial number.
bool begins_a_word(std::string_view text, std::size_t at) { return at == 0 || at == 8 || at == 24 || text[at - 1] == ' '; }
bool ends_a_word(std::string_view text, std::size_t at) { return at == text.size() || text[at] == ' ' || text[at] == '\0'; }

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    if (begins_a_word(text, at) && ends_a_word(text, at + word.size())) return true;
  return false;
}

}  // namespace

Result<Inquiry> decode_inquiry(Bytes transferred) {
  Reader const all(transferred);
  if (!all.has(0, 5)) return fail(Errc::bad_length, "standard INQUIRY data", "the device sent fewer than 5 bytes");
  Reader const data(all.part(0, 5 + std::size_t{all.u8(4)}));
  return Inquiry{.qualifier = static_cast<std::uint8_t>(data.u8(0) >> 5),
                 .type = static_cast<std::uint8_t>(data.u8(0) & 0x1F),
                 .removable = data.any(1, 0x80),
                 .version = data.u8(2),
                 .has_changer = data.any(6, 0x08),
                 .vendor = device_text(text_of(data.part(8, 8))),
                 .product = device_text(text_of(data.part(16, 16))),
                 .revision = device_text(text_of(data.part(32, 4)))};
}

Result<std::string> decode_serial_number(Bytes transferred) {
  RSM_TRY(Bytes const body, vpd_body(transferred, 0x80, "VPD page 80h"));
  return device_text(trimmed(text_of(body)));
}

Result<Designators> decode_designators(Bytes transferred) {
  RSM_TRY(Bytes const body, vpd_body(transferred, 0x83, "VPD page 83h"));
  Reader const list(body);
  Designators designators{.complete = list.size() == Reader(transferred).u16(2)};
  for (std::size_t at = 0; at < list.size();) {
    if (!list.has(at, designator_header_bytes)) {
      designators.complete = false;
      break;
    }
    std::size_t const length = list.u8(at + 3);
    Bytes const bytes = list.part(at + designator_header_bytes, length);
    bool const cut = bytes.size() < length;
    if (cut) designators.complete = false;
    designators.list.push_back({static_cast<Association>(list.u8(at + 1) >> 4 & 0x03),
                                {static_cast<std::uint8_t>(list.u8(at) & 0x0F), static_cast<std::uint8_t>(list.u8(at + 1) & 0x0F), {bytes.begin(), bytes.end()}, cut}});
    at += designator_header_bytes + length;
  }
  return designators;
}

bool identifies(Designator const& told, Designators const& own, std::string_view serial_number) {
  if (told.cut || told.bytes.empty()) return false;
  for (auto const& [association, designator] : own.list)
    if (association == Association::logical_unit && same_designator(told, designator)) return true;
  std::string_view const word = trimmed(serial_number);
  return is_text(told) && !word.empty() && has_word(told.text(), word);
}

}  // namespace rsm::scsi
