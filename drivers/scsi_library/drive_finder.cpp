#include "drivers/scsi_library/drive_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "drivers/changer/configuration.hpp"
#include "drivers/changer/port_values.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi_library/limits.hpp"

namespace rsm::scsi_library {
namespace {

std::string drive_text(std::uint32_t number) { return fmt::format("drive {}", number); }

std::unexpected<Error> none(std::uint32_t number, std::string sentence) { return fail(Errc::device_not_available, drive_text(number), std::move(sentence)); }

}  // namespace

struct DriveFinder::Candidate {
  FoundDrive drive;
  SeenDrive seen;
};

// Who the library says stands in its drive elements; of a library that does not say it: nobody.
Result<DriveClaims> DriveFinder::claims() {
  RSM_TRY(auto const transport, open_(place_.changer));
  scsi::Session session(*transport, clock_, "changer", scsi::DeviceKind::changer);
  session.set_patience(limits::drive_search_patience);
  auto claims = ask_claims(session);
  bool const of_all_who_ask = place_.changer.starts_with('/');
  doubt_ = doubt_ || (of_all_who_ask && changer::casts_doubt(session.take_attentions()));
  return claims;
}

Result<DriveClaims> DriveFinder::ask_claims(scsi::Session& session) {
  (void)session.run(scsi::TestUnitReady{});  // takes the attention of a new session; a library that is not ready tells who it is all the same
  RSM_TRY(auto const configuration, changer::told(changer::read_configuration(session)));
  return read_drive_claims(session, configuration);
}

Result<DriveFinder::Candidate> DriveFinder::look_at(std::string const& address) const {
  Candidate candidate;
  RSM_TRY(auto transport, open_(address));
  scsi::Session session(*transport, clock_, address, scsi::DeviceKind::drive);
  session.set_patience(limits::drive_search_patience);
  RSM_TRY(candidate.seen, look_at_drive(session));
  candidate.drive = {.address = address, .transport = std::move(transport), .type = candidate.seen.type, .identity = candidate.seen.identity};
  return candidate;
}

Result<FoundDrive> DriveFinder::find(std::uint32_t number) {
  RSM_TRY(auto const told, claims());
  return place_.drive_order == handler::DriveOrder::listed ? listed(number, told) : identified(number, told);
}

Result<FoundDrive> DriveFinder::listed(std::uint32_t number, DriveClaims const& claims) const {
  if (number >= place_.drives.size())
    return none(number, fmt::format("the configuration lists {} drives of this library, in the order of its elements; there is none for this one", place_.drives.size()));
  RSM_TRY(auto candidate, look_at(place_.drives[number]));
  auto const claim = claims.find(number);
  if (claim != claims.end() && !candidate.seen.is(claim->second))
    return none(number, fmt::format("the configuration lists {} for it (serial number {}), and the library says that {} stands there; correct the list, or let drives be found by identity",
                                    candidate.drive.address, candidate.drive.identity.serial.empty() ? "unknown" : candidate.drive.identity.serial, claim_text(claim->second)));
  return std::move(candidate.drive);
}

Result<FoundDrive> DriveFinder::identified(std::uint32_t number, DriveClaims const& claims) const {
  auto const claim = claims.find(number);
  if (claim == claims.end())
    return none(number, "the library does not say whose drive stands there; list its drives in the order of its elements, with drive_order = \"listed\"");
  for (auto const& [other, identifier] : claims)
    if (other != number && identifier.bytes == claim->second.bytes)
      return none(number, fmt::format("the library names the same drive, {}, for elements {} and {}: none of them is used", claim_text(identifier), number, other));
  std::optional<Candidate> found;
  std::string silent;
  for (auto const& address : place_.drives) {
    auto candidate = look_at(address);
    if (!candidate) {
      silent += fmt::format("; {}: {}", address, candidate.error().sentence());
    } else if (candidate->seen.is(claim->second)) {
      if (found) return none(number, fmt::format("both {} and {} say that they are {}; list one of them", found->drive.address, address, claim_text(claim->second)));
      found = std::move(*candidate);
    }
  }
  if (!found)
    return none(number, fmt::format("the library says that {} stands there, and none of the {} drives that the configuration lists is that one{}", claim_text(claim->second), place_.drives.size(), silent));
  return std::move(found->drive);
}

}  // namespace rsm::scsi_library
