// Medium auxiliary memory: what the chip of a cartridge tells (READ ATTRIBUTE).
//
// What for: identity, load count, wear and history of a cartridge without reading its tape. Values are as sent; text() and number() read them by their
// format. The writer of the chip is anybody: a value is a witness, not a truth.
// Units: capacities in MiB, written and read amounts in megabytes (attributes say so by their number). Ranges: values of 0 to 65,535 bytes.
// Errors: bad_length, fewer than the 4 bytes of the header. A list that did not arrive whole is marked, an attribute that is cut is left out.
// Thread rule: pure. Source: SPC-4 7.4 (attributes), SSC-4 (those of tapes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

// The attributes that a manager of media has use for.
enum class MamAttribute : std::uint16_t {
  remaining_capacity = 0x0000,  // 8 bytes, MiB
  maximum_capacity = 0x0001,    // 8 bytes, MiB
  load_count = 0x0003,          // 8 bytes
  volume_change_reference = 0x0009,
  last_drive = 0x020A,          // vendor and serial number; 020B to 020D: the drives before
  written_in_life = 0x0220,     // 8 bytes, MB
  read_in_life = 0x0221,        // 8 bytes, MB
  manufacturer = 0x0400,
  serial_number = 0x0401,
  density = 0x0405,
  manufacture_date = 0x0406,    // YYYYMMDD
  medium_type = 0x0408,         // 0 data, 1 cleaning, 80h write once
  application_vendor = 0x0800,
  application_name = 0x0801,
  application_version = 0x0802,
  user_label = 0x0803,
  bar_code = 0x0806,
  media_pool = 0x0808,
  coherency = 0x080C,
};

struct Attribute {
  enum class Format : std::uint8_t { binary = 0, ascii = 1, text = 2, reserved = 3 };
  std::uint16_t id = 0;
  bool read_only = false;
  Format format = Format::binary;
  std::vector<std::byte> value;

  // Of ASCII and text: without the blanks and NULs at its end. Empty for binary ones.
  std::string_view text() const;
  // Of binary ones of 1 to 8 bytes.
  std::optional<std::uint64_t> number() const;
  friend bool operator==(Attribute const&, Attribute const&) = default;
};

struct MediumMemory {
  std::vector<Attribute> attributes;  // as sent: by standard ascending
  bool complete = true;
  // nullptr: not among them.
  Attribute const* find(MamAttribute id) const;
};

// `transferred`: the answer to READ ATTRIBUTE with the service action "attribute values".
Result<MediumMemory> decode_medium_memory(Bytes transferred);

}  // namespace rsm::scsi
