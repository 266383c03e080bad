// Who a device is: standard INQUIRY data, its serial number (VPD page 80h) and its designators (VPD page 83h).
//
// What for: drivers tell changers, drives and models apart by these, and find a drive of the library again among the drives of the host.
// Texts are printable ASCII without blanks at their end; other characters become '?'. Of a field that did not arrive whole, what is there.
// Errors: bad_length, the bytes do not hold the fixed part; bad_format, another page than the one that was asked for. The object is the page's name.
// Thread rule: pure. Source: SPC-4 6.6.2 (standard INQUIRY data), 7.8.3 and 7.8.15 (pages).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "drivers/scsi/designator.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

constexpr std::uint8_t device_type_disk = 0, device_type_tape = 1, device_type_cd = 5, device_type_optical = 7, device_type_changer = 8;

struct Inquiry {
  std::uint8_t qualifier = 0;  // 0: a device is there; 1: none at present; 3: never
  std::uint8_t type = 0;       // 0 to 31; device_type_...
  bool removable = false;
  std::uint8_t version = 0;    // of the standard
  bool has_changer = false;    // MCHNGR: a changer is another LUN or built in
  std::string vendor, product, revision;  // at most 8, 16 and 4 characters
  friend bool operator==(Inquiry const&, Inquiry const&) = default;
};
Result<Inquiry> decode_inquiry(Bytes transferred);

// Page 80h; without the blanks around it, since some devices put them before it. May be empty.
Result<std::string> decode_serial_number(Bytes transferred);

enum class Association : std::uint8_t { logical_unit = 0, port = 1, target = 2, reserved = 3 };
struct OwnDesignator {
  Association association = Association::logical_unit;
  Designator designator;
  friend bool operator==(OwnDesignator const&, OwnDesignator const&) = default;
};
struct Designators {
  std::vector<OwnDesignator> list;
  bool complete = true;  // false: more was announced than arrived; the last one may be cut
};
// Page 83h.
Result<Designators> decode_designators(Bytes transferred);

// Whether the identifier that a library tells of one of its drives is that of this drive: one of the drive's own designators (page 83h), or a text in
// which its serial number (page 80h; empty: not known) stands by itself. A cut identifier is nobody's.
bool identifies(Designator const& told, Designators const& own, std::string_view serial_number);

}  // namespace rsm::scsi
