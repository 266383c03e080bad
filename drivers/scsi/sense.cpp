#include "drivers/scsi/sense.hpp"

namespace rsm::scsi {
namespace {

constexpr std::size_t sense_header_bytes = 8;

// The bytes that came and that are covered by the additional length.
Bytes valid_sense(Bytes transferred) {
  Reader const all(transferred);
  return all.has(7, 1) ? all.part(0, sense_header_bytes + all.u8(7)) : transferred;
}

// `specific`: the three bytes, of which the first has SKSV.
void read_key_specific(Reader const& specific, Sense& sense) {
  if (!specific.has(0, 3) || !specific.any(0, 0x80)) return;
  std::uint16_t const value = specific.u16(1);
  switch (sense.key) {
    case key_illegal_request: {
      bool const bit_told = specific.any(0, 0x08);
      sense.field = FieldPointer{specific.any(0, 0x40), value, bit_told ? std::optional<std::uint8_t>(specific.u8(0) & 0x07) : std::nullopt};
      break;
    }
    case key_no_sense:
    case key_not_ready: sense.progress = value; break;
    case key_recovered_error:
    case key_medium_error:
    case key_hardware_error: sense.retries = value; break;
    case key_unit_attention: sense.attention_queue_overflow = specific.any(0, 0x01); break;
    default: break;
  }
}

void read_stream_bits(Reader const& from, std::size_t at, Sense& sense) {
  sense.filemark = from.any(at, 0x80);
  sense.eom = from.any(at, 0x40);
  sense.ili = from.any(at, 0x20);
}

void read_fixed(Reader const& data, Sense& sense) {
  sense.key = data.u8(2) & 0x0F;
  read_stream_bits(data, 2, sense);
  if (data.any(0, 0x80) && data.has(3, 4)) sense.information = static_cast<std::int32_t>(data.u32(3));
  sense.asc = data.u8(12);
  sense.ascq = data.u8(13);
  sense.fru = data.u8(14);
  read_key_specific(Reader(data.from(15)), sense);
}

// `descriptor`: whole, with its type and length. One that is shorter than its type asks for is skipped as unknown ones are.
void read_sense_descriptor(Reader const& descriptor, Sense& sense) {
  switch (descriptor.u8(0)) {
    case 0x00:
      if (descriptor.has(4, 8) && descriptor.any(2, 0x80)) sense.information = static_cast<std::int64_t>(descriptor.u64(4));
      break;
    case 0x02: read_key_specific(Reader(descriptor.from(4)), sense); break;
    case 0x03:
      if (descriptor.has(3, 1)) sense.fru = descriptor.u8(3);
      break;
    case 0x04:
      if (descriptor.has(3, 1)) read_stream_bits(descriptor, 3, sense);
      break;
    default: break;
  }
}

void read_sense_descriptors(Reader const& data, Sense& sense) {
  sense.key = data.u8(1) & 0x0F;
  sense.asc = data.u8(2);
  sense.ascq = data.u8(3);
  std::size_t at = sense_header_bytes;
  while (data.has(at, 2)) {
    std::size_t const length = 2 + std::size_t{data.u8(at + 1)};
    if (!data.has(at, length)) return;  // cut
    read_sense_descriptor(Reader(data.part(at, length)), sense);
    at += length;
  }
}

}  // namespace

std::string_view sense_format_name(SenseFormat format) {
  switch (format) {
    case SenseFormat::fixed: return "fixed";
    case SenseFormat::descriptor: return "descriptor";
    default: return "none";
  }
}

Sense decode_sense(Bytes transferred) {
  Reader const data(valid_sense(transferred));
  std::uint8_t const code = data.u8(0) & 0x7F;
  bool const fixed = code == 0x70 || code == 0x71, in_descriptors = code == 0x72 || code == 0x73;
  std::size_t const key_at = fixed ? 2 : 1;
  Sense sense;
  if (!(fixed || in_descriptors) || !data.has(key_at, 1)) return sense;
  sense.format = fixed ? SenseFormat::fixed : SenseFormat::descriptor;
  sense.deferred = code == 0x71 || code == 0x73;
  fixed ? read_fixed(data, sense) : read_sense_descriptors(data, sense);
  return sense;
}

}  // namespace rsm::scsi
