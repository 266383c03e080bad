#include "drivers/scsi/stream.hpp"

#include <algorithm>

#include "drivers/scsi/designator.hpp"

namespace rsm::scsi {
namespace {

constexpr std::size_t short_bytes = 20, long_bytes = 32, block_limits_bytes = 6, block_descriptor_bytes = 8;

std::optional<std::uint64_t> if_known(bool known, std::uint64_t value) { return known ? std::optional(value) : std::nullopt; }

TapePosition flags_of(Reader const& answer) { return {.beginning = answer.any(0, 0x80), .end = answer.any(0, 0x40)}; }

TapePosition short_position(Reader const& answer) {
  TapePosition position = flags_of(answer);
  bool const known = !answer.any(0, 0x04);
  position.overflow = answer.any(0, 0x02);
  position.partition = answer.u8(1);
  position.block = if_known(known, answer.u32(4));
  position.last_block = if_known(known, answer.u32(8));
  position.buffered_blocks = if_known(!answer.any(0, 0x20), answer.u24(13));
  position.buffered_bytes = if_known(!answer.any(0, 0x10), answer.u32(16));
  return position;
}

TapePosition long_position(Reader const& answer) {
  TapePosition position = flags_of(answer);
  position.partition = answer.u32(4);
  position.block = if_known(!answer.any(0, 0x04), answer.u64(8));
  position.file = if_known(!answer.any(0, 0x08), answer.u64(16));
  return position;
}

TapePosition extended_position(Reader const& answer) {
  TapePosition position = flags_of(answer);
  bool const known = !answer.any(0, 0x04);
  position.overflow = answer.any(0, 0x02);
  position.partition = answer.u8(1);
  position.block = if_known(known, answer.u64(8));
  position.last_block = if_known(known, answer.u64(16));
  position.buffered_blocks = if_known(!answer.any(0, 0x20), answer.u24(5));
  position.buffered_bytes = if_known(!answer.any(0, 0x10), answer.u64(24));
  return position;
}

// None: a record.
std::optional<TapeRead::Found> mark_or_end(Sense const& sense) {
  if (sense.filemark) return TapeRead::Found::file_mark;
  if (sense.key == key_blank_check) return TapeRead::Found::end_of_data;
  return std::nullopt;
}

}  // namespace

Result<TapePosition> decode_read_position(Bytes transferred, ReadPosition::Form form) {
  Reader const answer(transferred);
  std::size_t const least = form == ReadPosition::Form::brief ? short_bytes : long_bytes;
  if (!answer.has(0, least)) return fail(Errc::bad_length, "READ POSITION", "the device sent fewer than its " + std::to_string(least) + " bytes");
  switch (form) {
    case ReadPosition::Form::full: return long_position(answer);
    case ReadPosition::Form::extended: return extended_position(answer);
    default: return short_position(answer);
  }
}

Result<BlockLimits> decode_block_limits(Bytes transferred) {
  Reader const answer(transferred);
  if (!answer.has(0, block_limits_bytes)) return fail(Errc::bad_length, "READ BLOCK LIMITS", "the device sent fewer than its 6 bytes");
  return BlockLimits{static_cast<std::uint8_t>(answer.u8(0) & 0x1F), answer.u24(1), answer.u16(4)};
}

std::optional<TapeFormat> tape_format(ModeSense const& mode) {
  Reader const descriptors(mode.block_descriptors);
  if (!descriptors.has(0, block_descriptor_bytes)) return std::nullopt;
  return TapeFormat{descriptors.u8(0), descriptors.u24(5)};
}

Density const* Densities::named(std::uint8_t code) const {
  auto const found = std::ranges::find_if(densities, [code](Density const& density) { return density.code == code || density.second_code == code; });
  return found != densities.end() ? &*found : nullptr;
}

Result<Densities> decode_densities(Bytes transferred) {
  constexpr std::size_t header_bytes = 4, length_bytes = 2, descriptor_bytes = 52, before_length_bytes = 5;
  Reader const answer(transferred);
  if (!answer.has(0, header_bytes)) return fail(Errc::bad_length, "REPORT DENSITY SUPPORT", "the device sent fewer than the 4 bytes of the header");
  std::size_t const announced = std::max<std::size_t>(answer.u16(0) + length_bytes, header_bytes) - header_bytes;
  Reader const list(answer.part(header_bytes, announced));
  auto const text = [&](std::size_t at, std::size_t length) { return std::string(trimmed(text_of(list.part(at, length)))); };
  Densities report{.densities = {}, .complete = list.size() == announced};
  std::size_t at = 0;
  while (list.has(at, descriptor_bytes)) {
    report.densities.push_back({.code = list.u8(at), .second_code = list.u8(at + 1), .writable = list.any(at + 2, 0x80), .usual = list.any(at + 2, 0x20), .capacity_mb = list.u32(at + 12),
                                .organization = text(at + 16, 8), .name = text(at + 24, 8), .description = text(at + 32, 20)});
    bool const says_length = list.any(at + 2, 0x01);
    at += std::max<std::size_t>(descriptor_bytes, says_length ? before_length_bytes + list.u16(at + 3) : 0);
  }
  if (at != list.size()) report.complete = false;
  return report;
}

TapeRead decode_read(Sense const& sense, std::size_t asked, std::size_t transferred) {
  if (auto const other = mark_or_end(sense)) return {.found = *other};
  if (!sense.ili) return {.length = transferred, .whole = true};
  if (!sense.information) return {};
  // Asked for less found. More found than asked for: below zero. A record of no bytes, or of more than a READ can ask for, is none.
  constexpr std::int64_t longest = 0xFF'FFFF;
  std::int64_t const difference = std::clamp<std::int64_t>(*sense.information, -longest, static_cast<std::int64_t>(asked));
  auto const length = static_cast<std::uint64_t>(static_cast<std::int64_t>(asked) - difference);
  return {.length = length, .whole = length <= transferred && length <= asked};
}

TapeRead decode_fixed_read(Sense const& sense, std::size_t block_length, std::size_t transferred) {
  if (auto const other = mark_or_end(sense)) return {.found = *other};
  if (sense.ili) return {};
  return {.length = block_length, .whole = transferred >= block_length};
}

}  // namespace rsm::scsi
