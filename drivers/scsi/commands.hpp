// The commands for changers and tape drives: one struct each, named fields in, the bytes of the CDB out.
//
// What for: drivers fill in a struct and send cdb(). Nothing is sent here.
// Units: element addresses (0 is one: to transports it means the default one), lengths in bytes. Ranges: a field takes what its C++ type takes; where the
// CDB has fewer bits, the largest value that fits is sent (allocation lengths of 24 bits, page codes of 6, types of 4, sub-fields as noted).
// Errors: none. Thread rule: values. Source: SPC-4 6 (general commands), SMC-3 6 (changers), SSC-4 (tapes).
#pragma once

#include <array>
#include <cstdint>

#include "drivers/scsi/element_status.hpp"

namespace rsm::scsi {

using Cdb6 = std::array<std::uint8_t, 6>;
using Cdb10 = std::array<std::uint8_t, 10>;
using Cdb12 = std::array<std::uint8_t, 12>;
using Cdb16 = std::array<std::uint8_t, 16>;

struct TestUnitReady {
  Cdb6 cdb() const;
};

struct InquiryCommand {
  bool vital_product_data = false;  // EVPD: `page` instead of the standard data
  std::uint8_t page = 0;
  std::uint16_t allocation = 96;
  Cdb6 cdb() const;
};

struct ReportLuns {
  std::uint32_t allocation = 8192;  // at least 16
  Cdb12 cdb() const;
};

struct RequestSense {
  bool descriptor_format = false;
  std::uint8_t allocation = 252;
  Cdb6 cdb() const;
};

enum class PageControl : std::uint8_t { current = 0, changeable = 1, defaults = 2, saved = 3 };

struct ModeSense6 {
  std::uint8_t page = 0x3F, subpage = 0;  // 3Fh: all
  PageControl control = PageControl::current;
  bool no_block_descriptors = true;  // DBD; some changers accept only one of its values
  std::uint8_t allocation = 255;
  Cdb6 cdb() const;
};
struct ModeSense10 {
  std::uint8_t page = 0x3F, subpage = 0;
  PageControl control = PageControl::current;
  bool no_block_descriptors = true;
  std::uint16_t allocation = 4096;
  Cdb10 cdb() const;
};

struct ReadElementStatus {
  std::uint8_t type = 0;  // an ElementType; 0: all, which some libraries get wrong
  std::uint16_t start = 0;
  std::uint16_t count = 65535;
  bool volume_tags = true;         // VOLTAG
  bool without_motion = true;      // CURDATA: from memory
  bool device_identifiers = false;  // DVCID
  std::uint32_t allocation = 65535;  // some use only its lower two bytes
  Cdb12 cdb() const;
};

struct MoveMedium {
  std::uint16_t transport = 0, source = 0, destination = 0;
  bool invert = false;  // turn it over on the way
  Cdb12 cdb() const;
};

// What is in the source goes to the first destination, what was there goes to the second one, which may be the source.
struct ExchangeMedium {
  std::uint16_t transport = 0, source = 0, first_destination = 0, second_destination = 0;
  bool invert_first = false, invert_second = false;  // bits 0 and 1 of byte 10
  Cdb12 cdb() const;
};

struct InitializeElementStatus {
  std::uint8_t vendor_control = 0;  // bits of the control byte that some libraries know: 80h, labels are not scanned
  Cdb6 cdb() const;
};

struct InitializeElementStatusWithRange {
  bool range = true;  // else all elements
  bool fast = false;  // of the standard's command only: what is known is not scanned again
  std::uint16_t start = 0, count = 0;
  std::uint8_t vendor_control = 0;
  Cdb10 cdb() const;         // 37h, the standard's
  Cdb10 vendor_cdb() const;  // E7h, of older libraries
};

struct PreventAllowMediumRemoval {
  bool prevent = true;
  Cdb6 cdb() const;
};

struct PersistentReserveIn {
  enum class What : std::uint8_t { keys = 0, reservation = 1, capabilities = 2, full_status = 3 };
  What what = What::reservation;
  std::uint16_t allocation = 24;
  Cdb10 cdb() const;
};

struct PositionToElement {
  std::uint16_t transport = 0, destination = 0;
  bool invert = false;
  Cdb10 cdb() const;
};

struct LogSense {
  std::uint8_t page = 0, subpage = 0;
  std::uint8_t control = 1;  // 0 to 3; 1: cumulative values
  std::uint16_t first_parameter = 0;
  std::uint16_t allocation = 4096;
  Cdb10 cdb() const;
};

struct ReadAttribute {
  std::uint8_t service_action = 0;  // 0 to 31; 0: attribute values
  std::uint8_t partition = 0;
  std::uint16_t first_attribute = 0;
  std::uint32_t allocation = 4096;
  Cdb16 cdb() const;
};

struct LoadUnload {
  bool load = true;  // else unload
  bool immediate = false;  // the answer comes before it is done
  bool retension = false, end_of_tape = false, hold = false;
  Cdb6 cdb() const;
};

struct ReadTape {
  bool fixed = false;          // `length` counts blocks of the length that the mode has, else bytes of one record
  bool any_length = false;     // SILI: a record of another length is no condition; some refuse it
  std::uint32_t length = 0;    // 24 bits
  Cdb6 cdb() const;
};

// WRITE(6) of a tape.
struct WriteTape {
  bool fixed = false;          // `length` counts blocks of the length that the mode has, else bytes of one record
  std::uint32_t length = 0;    // 24 bits
  Cdb6 cdb() const;
};

struct WriteFilemarks {
  std::uint32_t count = 0;  // 24 bits; 0: what is in the drive's buffer goes to the tape
  bool immediate = false;
  Cdb6 cdb() const;
};

struct Space {
  enum class Over : std::uint8_t { blocks = 0, file_marks = 1, sequential_file_marks = 2, to_end_of_data = 3 };
  Over over = Over::blocks;
  std::int32_t count = 0;  // 24 bits; below zero: backwards
  Cdb6 cdb() const;
};

struct ReadBlockLimits {
  Cdb6 cdb() const;
};

// Of the drive, or of the medium in it.
struct ReportDensitySupport {
  bool medium = false;
  std::uint16_t allocation = 4096;
  Cdb10 cdb() const;
};

struct Rewind {
  bool immediate = false;
  Cdb6 cdb() const;
};

struct ReadPosition {
  enum class Form : std::uint8_t { brief = 0, full = 6, extended = 8 };  // SHORT (20 bytes), LONG (32), EXTENDED (allocation)
  Form form = Form::brief;
  std::uint16_t allocation = 32;  // sent with the extended form only, as the standard wants it
  Cdb10 cdb() const;
};

}  // namespace rsm::scsi
