// Who has reserved a device: the answers to PERSISTENT RESERVE IN.
//
// What for: a command that ended with RESERVATION CONFLICT tells nothing more; these questions are answered all the same. A device that was reserved
// with RESERVE (SPC-2) names nobody. Errors: none; an answer that is cut, or names no holder, gives nothing. Thread rule: pure.
// Source: SPC-4 6.15 (READ RESERVATION, READ FULL STATUS), 7.6.4 (TransportID).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/scsi/bytes.hpp"

namespace rsm::scsi {

struct ReservationHolder {
  std::uint64_t key = 0;
  std::string initiator;  // "iqn.2001-04.com.example:host", "SAS address 5000..."; empty: not told
  friend bool operator==(ReservationHolder const&, ReservationHolder const&) = default;
};
std::optional<ReservationHolder> decode_reservation(Bytes transferred);
std::optional<ReservationHolder> decode_full_status(Bytes transferred);

// "iqn.2001-04.com.example:host (reservation key 0x1234)"
std::string text_of(ReservationHolder const& holder);

}  // namespace rsm::scsi
