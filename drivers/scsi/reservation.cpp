#include "drivers/scsi/reservation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libmgr/domain/printable.hpp"

namespace rsm::scsi {
namespace {

constexpr std::size_t registrations_header_bytes = 8, registrant_bytes = 24;
constexpr unsigned fibre_channel = 0, iscsi = 5, sas = 6;

// Empty: of a kind of way that is not known here.
std::string initiator_of(Reader const& id) {
  switch (id.u8(0) & 0x0F) {
    case fibre_channel: return fmt::format("FC port {:016x}", id.u64(8));
    case sas: return fmt::format("SAS address {:016x}", id.u64(4));
    case iscsi: {
      std::string_view const name = text_of(id.part(4, id.u16(2)));
      return printable(std::string(name.substr(0, name.find('\0'))));
    }
    default: return {};
  }
}

}  // namespace

std::optional<ReservationHolder> decode_reservation(Bytes transferred) {
  Reader const answer(transferred);
  if (answer.u32(4) < 16 || !answer.has(registrations_header_bytes, 8)) return std::nullopt;
  return ReservationHolder{.key = answer.u64(registrations_header_bytes), .initiator = {}};
}

std::optional<ReservationHolder> decode_full_status(Bytes transferred) {
  Reader const answer(transferred);
  std::size_t const end = std::min(answer.size(), registrations_header_bytes + answer.u32(4));
  for (std::size_t at = registrations_header_bytes; at + registrant_bytes <= end;) {
    std::size_t const more = answer.u32(at + 20);
    bool const holds = answer.any(at + 12, 0x01);
    if (holds) return ReservationHolder{.key = answer.u64(at), .initiator = initiator_of(Reader(answer.part(at + registrant_bytes, more)))};
    at += registrant_bytes + std::min(more, end);
  }
  return std::nullopt;
}

std::string text_of(ReservationHolder const& holder) {
  return fmt::format("{} (reservation key 0x{:x})", holder.initiator.empty() ? "another computer" : holder.initiator, holder.key);
}

}  // namespace rsm::scsi
