#include "drivers/scsi/mode_pages.hpp"

#include <algorithm>
#include <string>

namespace rsm::scsi {
namespace {

struct ModeHeader {
  std::size_t bytes;         // of the header itself
  std::size_t data_bytes;    // of the whole answer, as announced
  std::size_t block_bytes;
  std::uint8_t medium_type, device_specific;
};

ModeHeader header_6(Reader const& answer) { return {4, 1 + std::size_t{answer.u8(0)}, answer.u8(3), answer.u8(1), answer.u8(2)}; }
ModeHeader header_10(Reader const& answer) { return {8, 2 + std::size_t{answer.u16(0)}, answer.u16(6), answer.u8(2), answer.u8(3)}; }

ModePage mode_page_at(Reader const& data, std::size_t at) {
  bool const has_subcode = data.any(at, 0x40);
  std::size_t const length = has_subcode ? 4 + std::size_t{data.u16(at + 2)} : 2 + std::size_t{data.u8(at + 1)};
  Bytes const bytes = data.part(at, length);
  return {.code = static_cast<std::uint8_t>(data.u8(at) & 0x3F),
          .subcode = has_subcode ? data.u8(at + 1) : std::uint8_t{0},
          .savable = data.any(at, 0x80),
          .bytes = {bytes.begin(), bytes.end()},
          .cut = bytes.size() < length};
}

Result<ModeSense> decode_mode_data(Reader const& answer, ModeHeader const& header) {
  if (answer.size() < header.bytes) return fail(Errc::bad_length, "MODE SENSE", "the device sent less than the header");
  Reader const data(answer.part(0, header.data_bytes));
  Bytes const blocks = data.part(header.bytes, header.block_bytes);
  ModeSense sense{.medium_type = header.medium_type, .write_protected = (header.device_specific & 0x80) != 0, .block_descriptors = {blocks.begin(), blocks.end()}};
  for (std::size_t at = header.bytes + header.block_bytes; data.has(at, 2); at += sense.pages.back().bytes.size()) sense.pages.push_back(mode_page_at(data, at));
  return sense;
}

// The bytes of a page that must be this one and at least so long.
Result<Reader> page_reader(ModePage const& page, std::uint8_t code, std::size_t least, std::string const& name) {
  if (page.code != code || page.subcode != 0) return fail(Errc::bad_format, name, "this is another page");
  if (page.bytes.size() < least)
    return fail(Errc::bad_length, name, "the device sent " + std::to_string(page.bytes.size()) + " bytes of at least " + std::to_string(least));
  return Reader(page.bytes);
}

ElementRange range_at(Reader const& page, std::size_t at) { return {page.u16(at), page.u16(at + 2)}; }

MoveTable moves_at(Reader const& page, std::size_t at) {
  auto const row = [&](std::size_t type) { return static_cast<std::uint8_t>(page.u8(at + type) & 0x0F); };
  return {row(0), row(1), row(2), row(3)};
}

}  // namespace

ModePage const* ModeSense::page(std::uint8_t code, std::uint8_t subcode) const {
  auto const found = std::ranges::find_if(pages, [&](ModePage const& page) { return page.code == code && page.subcode == subcode; });
  return found != pages.end() ? &*found : nullptr;
}

Result<ModeSense> decode_mode_sense_6(Bytes transferred) { return decode_mode_data(Reader(transferred), header_6(Reader(transferred))); }
Result<ModeSense> decode_mode_sense_10(Bytes transferred) { return decode_mode_data(Reader(transferred), header_10(Reader(transferred))); }

Result<ElementAddresses> decode_element_addresses(ModePage const& page) {
  RSM_TRY(Reader const bytes, page_reader(page, element_address_page, 18, "mode page 1Dh"));
  return ElementAddresses{range_at(bytes, 2), range_at(bytes, 6), range_at(bytes, 10), range_at(bytes, 14)};
}

Result<std::vector<TransportGeometry>> decode_transports(ModePage const& page) {
  RSM_TRY(Reader const bytes, page_reader(page, transport_geometry_page, 2, "mode page 1Eh"));
  std::vector<TransportGeometry> transports;
  for (std::size_t at = 2; bytes.has(at, 2); at += 2) transports.push_back({bytes.any(at, 0x01), bytes.u8(at + 1)});
  return transports;
}

Result<DeviceCapabilities> decode_capabilities(ModePage const& page) {
  RSM_TRY(Reader const bytes, page_reader(page, device_capabilities_page, 8, "mode page 1Fh"));  // old ones have no exchange table
  return DeviceCapabilities{static_cast<std::uint8_t>(bytes.u8(2) & 0x0F), moves_at(bytes, 4), moves_at(bytes, 12)};
}

}  // namespace rsm::scsi
