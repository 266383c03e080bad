#include "drivers/scsi/commands.hpp"

#include <algorithm>

namespace rsm::scsi {
namespace {

// A number as big-endian bytes at a place of a CDB.
template <std::size_t size>
void put(std::array<std::uint8_t, size>& cdb, std::size_t at, std::size_t length, std::uint64_t value) {
  for (std::size_t i = 0; i < length; ++i) cdb[at + i] = static_cast<std::uint8_t>(value >> 8 * (length - 1 - i));
}

std::uint8_t flag(bool set, unsigned mask) { return set ? static_cast<std::uint8_t>(mask) : std::uint8_t{0}; }
std::uint8_t bits(std::uint8_t value, unsigned largest) { return static_cast<std::uint8_t>(std::min<unsigned>(value, largest)); }
std::uint8_t page_byte(std::uint8_t control, std::uint8_t page) { return static_cast<std::uint8_t>(bits(control, 3) << 6 | bits(page, 0x3F)); }
std::uint8_t both(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a | b); }

Cdb10 range_cdb(std::uint8_t operation, std::uint8_t flags, InitializeElementStatusWithRange const& command) {
  Cdb10 cdb{operation, flags};
  if (command.range) put(cdb, 2, 2, command.start), put(cdb, 6, 2, command.count);
  cdb[9] = command.vendor_control;
  return cdb;
}

}  // namespace

Cdb6 TestUnitReady::cdb() const { return {0x00}; }

Cdb6 InquiryCommand::cdb() const {
  Cdb6 cdb{0x12, flag(vital_product_data, 0x01), vital_product_data ? page : std::uint8_t{0}};
  put(cdb, 3, 2, allocation);
  return cdb;
}

Cdb12 ReportLuns::cdb() const {
  Cdb12 cdb{0xA0};
  put(cdb, 6, 4, allocation);
  return cdb;
}

Cdb6 RequestSense::cdb() const { return {0x03, flag(descriptor_format, 0x01), 0, 0, allocation, 0}; }

Cdb6 ModeSense6::cdb() const { return {0x1A, flag(no_block_descriptors, 0x08), page_byte(static_cast<std::uint8_t>(control), page), subpage, allocation, 0}; }

Cdb10 ModeSense10::cdb() const {
  Cdb10 cdb{0x5A, flag(no_block_descriptors, 0x08), page_byte(static_cast<std::uint8_t>(control), page), subpage};
  put(cdb, 7, 2, allocation);
  return cdb;
}

Cdb12 ReadElementStatus::cdb() const {
  Cdb12 cdb{0xB8, both(flag(volume_tags, 0x10), bits(type, 0x0F))};
  put(cdb, 2, 2, start);
  put(cdb, 4, 2, count);
  cdb[6] = both(flag(without_motion, 0x02), flag(device_identifiers, 0x01));
  put(cdb, 7, 3, std::min<std::uint32_t>(allocation, 0xFFFFFF));
  return cdb;
}

Cdb12 MoveMedium::cdb() const {
  Cdb12 cdb{0xA5};
  put(cdb, 2, 2, transport);
  put(cdb, 4, 2, source);
  put(cdb, 6, 2, destination);
  cdb[10] = flag(invert, 0x01);
  return cdb;
}

Cdb12 ExchangeMedium::cdb() const {
  Cdb12 cdb{0xA6};
  put(cdb, 2, 2, transport);
  put(cdb, 4, 2, source);
  put(cdb, 6, 2, first_destination);
  put(cdb, 8, 2, second_destination);
  cdb[10] = both(flag(invert_first, 0x01), flag(invert_second, 0x02));
  return cdb;
}

Cdb6 InitializeElementStatus::cdb() const { return {0x07, 0, 0, 0, 0, vendor_control}; }

Cdb10 InitializeElementStatusWithRange::cdb() const { return range_cdb(0x37, both(flag(range, 0x01), flag(fast, 0x02)), *this); }
Cdb10 InitializeElementStatusWithRange::vendor_cdb() const { return range_cdb(0xE7, flag(range, 0x01), *this); }

Cdb6 PreventAllowMediumRemoval::cdb() const { return {0x1E, 0, 0, 0, flag(prevent, 0x01), 0}; }

Cdb10 PersistentReserveIn::cdb() const {
  Cdb10 cdb{0x5E, static_cast<std::uint8_t>(what)};
  put(cdb, 7, 2, allocation);
  return cdb;
}

Cdb10 PositionToElement::cdb() const {
  Cdb10 cdb{0x2B};
  put(cdb, 2, 2, transport);
  put(cdb, 4, 2, destination);
  cdb[8] = flag(invert, 0x01);
  return cdb;
}

Cdb10 LogSense::cdb() const {
  Cdb10 cdb{0x4D, 0, page_byte(control, page), subpage};
  put(cdb, 5, 2, first_parameter);
  put(cdb, 7, 2, allocation);
  return cdb;
}

Cdb16 ReadAttribute::cdb() const {
  Cdb16 cdb{0x8C, bits(service_action, 0x1F)};
  cdb[7] = partition;
  put(cdb, 8, 2, first_attribute);
  put(cdb, 10, 4, allocation);
  return cdb;
}

Cdb6 LoadUnload::cdb() const {
  auto const how = static_cast<std::uint8_t>(flag(load, 0x01) | flag(retension, 0x02) | flag(end_of_tape, 0x04) | flag(hold, 0x08));
  return {0x1B, flag(immediate, 0x01), 0, 0, how, 0};
}

Cdb6 ReadTape::cdb() const {
  Cdb6 cdb{0x08, both(flag(fixed, 0x01), flag(any_length, 0x02))};
  put(cdb, 2, 3, std::min<std::uint32_t>(length, 0xFFFFFF));
  return cdb;
}

Cdb6 WriteTape::cdb() const {
  Cdb6 cdb{0x0A, flag(fixed, 0x01)};
  put(cdb, 2, 3, std::min<std::uint32_t>(length, 0xFFFFFF));
  return cdb;
}

Cdb6 WriteFilemarks::cdb() const {
  Cdb6 cdb{0x10, flag(immediate, 0x01)};
  put(cdb, 2, 3, std::min<std::uint32_t>(count, 0xFFFFFF));
  return cdb;
}

Cdb6 Space::cdb() const {
  constexpr std::int32_t farthest = 0x7F'FFFF;
  Cdb6 cdb{0x11, static_cast<std::uint8_t>(over)};
  put(cdb, 2, 3, static_cast<std::uint32_t>(std::clamp(count, -farthest - 1, farthest)));
  return cdb;
}

Cdb6 ReadBlockLimits::cdb() const { return {0x05}; }

Cdb10 ReportDensitySupport::cdb() const {
  Cdb10 cdb{0x44, static_cast<std::uint8_t>(medium ? 0x01 : 0)};
  put(cdb, 7, 2, allocation);
  return cdb;
}

Cdb6 Rewind::cdb() const { return {0x01, flag(immediate, 0x01), 0, 0, 0, 0}; }

Cdb10 ReadPosition::cdb() const {
  Cdb10 cdb{0x34, static_cast<std::uint8_t>(form)};
  if (form == Form::extended) put(cdb, 7, 2, allocation);
  return cdb;
}

}  // namespace rsm::scsi
