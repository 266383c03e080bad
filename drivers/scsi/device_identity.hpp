// Who is at the other end of a session: INQUIRY, serial number, designators, read whole.
//
// What for: drivers ask it at the start and after a doubt about who is there. Half a serial number is another device's: an answer that is shorter than it
// says is asked for again, and believed where it comes a second time. The serial number is that of VPD page 80h; a device without that page is
// known by its designator in page 83h.
// Errors: those of the session; device_not_available, the answer is no INQUIRY data; not_ready, its answers are cut each in another way, or it refuses a
// page that it says it has: a serial number that changes would mean another device. Thread rule: one thread. Source: SPC-4 6.6, 7.8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/scsi/identity.hpp"
#include "drivers/scsi/session.hpp"
#include "libmgr/domain/device.hpp"

namespace rsm::scsi {

// A failure of ours about a device: it has answered, but not what a driver can use.
std::unexpected<Failure> senseless(Error error);
// The device does not have what was asked for; anything else is a failure of the question.
inline bool is_missing(Failure const& failure) { return failure.refused_field() || failure.unknown_command(); }

Outcome<Inquiry> read_inquiry(Session& session);
// Empty: it has neither page.
Outcome<std::string> read_serial(Session& session);
// Page 83h; none where it does not have the page.
Outcome<Designators> read_designators(Session& session);

// With its serial number; tells the session the model.
Outcome<DeviceIdentity> read_identity(Session& session, Inquiry const& inquiry);
// The same from the beginning, where only one type of device will do: device_not_available, it is no `noun` ("tape drive").
Outcome<DeviceIdentity> read_identity_of(Session& session, std::uint8_t device_type, std::string_view noun);

}  // namespace rsm::scsi
