// An identifier of a device, as the device itself (VPD page 83h) and the library around it (READ ELEMENT STATUS with DVCID) tell it.
//
// What for: both say it in the same form, which is how a drive in the library is found again among the drives of the host. How the text is divided
// into vendor, product and serial number is the vendor's own: it is compared as a whole, never cut at fixed columns.
// Ranges: code set and type 0 to 15, bytes 0 to 255. Errors: none. Thread rule: values. Source: SPC-4 7.8.6; SMC-3 6.11.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/scsi/bytes.hpp"

namespace rsm::scsi {

struct Designator {
  static constexpr std::uint8_t binary = 1, ascii = 2, utf8 = 3;            // code sets
  static constexpr std::uint8_t vendor_own = 0, t10 = 1, eui64 = 2, naa = 3;  // types

  std::uint8_t code_set = 0;
  std::uint8_t type = 0;
  std::vector<std::byte> bytes;  // as sent: of a text with its blanks
  bool cut = false;              // the device announced more than it sent: good for the log, identifies nothing

  std::string_view text() const { return text_of(bytes); }
  std::string hex() const;  // lower case, two digits for each byte
  friend bool operator==(Designator const&, Designator const&) = default;
};

// Without the blanks and NULs at its end; trimmed() also without the blanks before it.
std::string_view trimmed_end(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace rsm::scsi
