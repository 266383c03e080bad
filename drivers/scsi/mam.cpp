#include "drivers/scsi/mam.hpp"

#include <algorithm>

#include "drivers/scsi/designator.hpp"

namespace rsm::scsi {
namespace {

constexpr std::size_t list_header_bytes = 4, attribute_header_bytes = 5;

}  // namespace

std::string_view Attribute::text() const { return format == Format::ascii || format == Format::text ? trimmed_end(text_of(value)) : std::string_view(); }

std::optional<std::uint64_t> Attribute::number() const {
  if (format != Format::binary || value.empty() || value.size() > 8) return std::nullopt;
  return Reader(value).number(0, value.size());
}

Attribute const* MediumMemory::find(MamAttribute id) const {
  auto const found = std::ranges::find_if(attributes, [&](Attribute const& attribute) { return attribute.id == static_cast<std::uint16_t>(id); });
  return found != attributes.end() ? &*found : nullptr;
}

Result<MediumMemory> decode_medium_memory(Bytes transferred) {
  Reader const answer(transferred);
  if (!answer.has(0, list_header_bytes)) return fail(Errc::bad_length, "READ ATTRIBUTE", "the device sent fewer than the 4 bytes of the header");
  Reader const list(answer.part(list_header_bytes, answer.u32(0)));
  MediumMemory memory{.complete = list.size() == answer.u32(0)};
  std::size_t at = 0;
  while (list.has(at, attribute_header_bytes)) {
    std::size_t const length = list.u16(at + 3);
    if (!list.has(at + attribute_header_bytes, length)) break;
    Bytes const value = list.part(at + attribute_header_bytes, length);
    memory.attributes.push_back({list.u16(at), list.any(at + 2, 0x80), static_cast<Attribute::Format>(list.u8(at + 2) & 0x03), {value.begin(), value.end()}});
    at += attribute_header_bytes + length;
  }
  if (at != list.size()) memory.complete = false;
  return memory;
}

}  // namespace rsm::scsi
