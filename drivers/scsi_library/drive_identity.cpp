#include "drivers/scsi_library/drive_identity.hpp"

#include <fmt/format.h>

#include <optional>

#include "drivers/changer/element_reader.hpp"
#include "drivers/changer/port_values.hpp"
#include "drivers/changer/quirks.hpp"
#include "drivers/scsi/device_identity.hpp"

namespace rsm::scsi_library {

Result<DriveClaims> read_drive_claims(scsi::Session& session, changer::Configuration const& configuration) {
  changer::ElementReader reader(session);
  reader.set_quirks(changer::quirks_of({configuration.identity.vendor, configuration.identity.product}));
  std::optional<scsi::ElementRange> drives;
  for (auto const& range : configuration.book.ranges())
    if (range.kind == ElementKind::drive)
      drives = scsi::ElementRange{configuration.book.address_of({ElementKind::drive, 0}).value_or(0), static_cast<std::uint16_t>(range.count)};
  DriveClaims claims;
  if (!drives) return claims;
  RSM_TRY(auto const told, changer::told(reader.identifiers(*drives)));
  for (auto const& [address, identifier] : told)
    if (auto const element = configuration.book.element_at(scsi::ElementType::drive, address);
        element && !identifier.cut && !scsi::trimmed(identifier.text()).empty())
      claims.emplace(element->number, identifier);
  return claims;
}

std::string claim_text(scsi::Designator const& claim) {
  auto const serial = changer::serial_in(claim);
  return serial.empty() ? claim.hex() : serial;
}

bool may_be_a_drive(std::uint8_t type) {
  return type == scsi::device_type_tape || type == scsi::device_type_cd || type == scsi::device_type_optical || type == scsi::device_type_disk;
}

Result<SeenDrive> look_at_drive(scsi::Session& session) {
  SeenDrive drive;
  RSM_TRY(auto const inquiry, changer::told(scsi::read_inquiry(session)));
  if (inquiry.qualifier != 0 || !may_be_a_drive(inquiry.type))
    return fail(Errc::device_not_available, session.object(),
                fmt::format("{} {} is no drive (device type {:02X}, qualifier {})", inquiry.vendor, inquiry.product, inquiry.type, inquiry.qualifier));
  drive.type = inquiry.type;
  RSM_TRY(drive.identity, changer::told(scsi::read_identity(session, inquiry)));
  RSM_TRY(drive.own, changer::told(scsi::read_designators(session)));
  return drive;
}

}  // namespace rsm::scsi_library
