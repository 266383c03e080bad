#include "drivers/scsi_library/drive_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "drivers/changer/configuration.hpp"
#include "drivers/changer/element_reader.hpp"
#include "drivers/changer/port_values.hpp"
#include "drivers/changer/quirks.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/device_identity.hpp"
#include "drivers/scsi_library/limits.hpp"

namespace rsm::scsi_library {
namespace {

std::string drive_text(std::uint32_t number) { return fmt::format("drive {}", number); }

std::unexpected<Error> none(std::uint32_t number, std::string sentence) { return fail(Errc::device_not_available, drive_text(number), std::move(sentence)); }

std::string named(scsi::Designator const& identifier) {
  auto const serial = changer::serial_in(identifier);
  return serial.empty() ? identifier.hex() : serial;
}

bool may_be_a_drive(std::uint8_t type) {
  return type == scsi::device_type_tape || type == scsi::device_type_cd || type == scsi::device_type_optical || type == scsi::device_type_disk;
}

}  // namespace

struct DriveFinder::Candidate {
  FoundDrive drive;
  scsi::Designators own;
  bool is(scsi::Designator const& told) const { return scsi::identifies(told, own, drive.identity.serial); }
};

// Who the library says stands in its drive elements; of a library that does not say it: nobody.
Result<DriveFinder::Claims> DriveFinder::claims() const {
  RSM_TRY(auto const transport, open_(place_.changer));
  scsi::Session session(*transport, clock_, "changer", scsi::DeviceKind::changer);
  session.set_patience(limits::drive_search_patience);
  (void)session.run(scsi::TestUnitReady{});  // takes the attention of a new session; a library that is not ready tells who it is all the same
  RSM_TRY(auto const configuration, changer::told(changer::read_configuration(session)));
  changer::ElementReader reader(session);
  reader.set_quirks(changer::quirks_of({configuration.identity.vendor, configuration.identity.product}));
  std::optional<scsi::ElementRange> drives;
  for (auto const& range : configuration.book.ranges())
    if (range.kind == ElementKind::drive)
      drives = scsi::ElementRange{configuration.book.address_of({ElementKind::drive, 0}).value_or(0), static_cast<std::uint16_t>(range.count)};
  Claims claims;
  if (!drives) return claims;
  RSM_TRY(auto const told, changer::told(reader.identifiers(*drives)));
  for (auto const& [address, identifier] : told)
    if (auto const element = configuration.book.element_at(scsi::ElementType::drive, address); element && !identifier.cut && !scsi::trimmed(identifier.text()).empty())
      claims.emplace(element->number, identifier);
  return claims;
}

Result<DriveFinder::Candidate> DriveFinder::look_at(std::string const& address) const {
  Candidate candidate;
  candidate.drive.address = address;
  RSM_TRY(candidate.drive.transport, open_(address));
  scsi::Session session(*candidate.drive.transport, clock_, address, scsi::DeviceKind::drive);
  session.set_patience(limits::drive_search_patience);
  RSM_TRY(auto const inquiry, changer::told(scsi::read_inquiry(session)));
  if (inquiry.qualifier != 0 || !may_be_a_drive(inquiry.type))
    return fail(Errc::device_not_available, address, fmt::format("{} {} is no drive (device type {:02X}, qualifier {})", inquiry.vendor, inquiry.product, inquiry.type, inquiry.qualifier));
  candidate.drive.type = inquiry.type;
  RSM_TRY(candidate.drive.identity, changer::told(scsi::read_identity(session, inquiry)));
  RSM_TRY(candidate.own, changer::told(scsi::read_designators(session)));
  return candidate;
}

Result<FoundDrive> DriveFinder::find(std::uint32_t number) const {
  RSM_TRY(auto const told, claims());
  return place_.drive_order == handler::DriveOrder::listed ? listed(number, told) : identified(number, told);
}

Result<FoundDrive> DriveFinder::listed(std::uint32_t number, Claims const& claims) const {
  if (number >= place_.drives.size())
    return none(number, fmt::format("the configuration lists {} drives of this library, in the order of its elements; there is none for this one", place_.drives.size()));
  RSM_TRY(auto candidate, look_at(place_.drives[number]));
  auto const claim = claims.find(number);
  if (claim != claims.end() && !candidate.is(claim->second))
    return none(number, fmt::format("the configuration lists {} for it (serial number {}), and the library says that {} stands there; correct the list, or let drives be found by identity",
                                    candidate.drive.address, candidate.drive.identity.serial.empty() ? "unknown" : candidate.drive.identity.serial, named(claim->second)));
  return std::move(candidate.drive);
}

Result<FoundDrive> DriveFinder::identified(std::uint32_t number, Claims const& claims) const {
  auto const claim = claims.find(number);
  if (claim == claims.end())
    return none(number, "the library does not say whose drive stands there; list its drives in the order of its elements, with drive_order = \"listed\"");
  for (auto const& [other, identifier] : claims)
    if (other != number && identifier.bytes == claim->second.bytes)
      return none(number, fmt::format("the library names the same drive, {}, for elements {} and {}: none of them is used", named(identifier), number, other));
  std::optional<Candidate> found;
  std::string silent;
  for (auto const& address : place_.drives) {
    auto candidate = look_at(address);
    if (!candidate) {
      silent += fmt::format("; {}: {}", address, candidate.error().sentence());
    } else if (candidate->is(claim->second)) {
      if (found) return none(number, fmt::format("both {} and {} say that they are {}; list one of them", found->drive.address, address, named(claim->second)));
      found = std::move(*candidate);
    }
  }
  if (!found)
    return none(number, fmt::format("the library says that {} stands there, and none of the {} drives that the configuration lists is that one{}", named(claim->second), place_.drives.size(), silent));
  return std::move(found->drive);
}

}  // namespace rsm::scsi_library
