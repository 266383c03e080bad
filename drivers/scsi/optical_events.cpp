#include "drivers/scsi/optical_events.hpp"

#include <algorithm>

namespace rsm::scsi {
namespace {

constexpr std::uint8_t media_class = 4;

MediaEvent event_of(std::uint8_t code) { return code <= static_cast<std::uint8_t>(MediaEvent::format_resumed) ? static_cast<MediaEvent>(code) : MediaEvent::reserved; }

MechanismStatus::Activity activity_of(std::uint8_t code) {
  using Activity = MechanismStatus::Activity;
  if (code <= static_cast<std::uint8_t>(Activity::host)) return static_cast<Activity>(code);
  return code == static_cast<std::uint8_t>(Activity::unknown) ? Activity::unknown : Activity::other;
}

}  // namespace

Cdb10 GetMediaEvents::cdb() const {
  Cdb10 cdb{0x4A, 0x01};  // IMMED: polled
  cdb[4] = 1U << media_class;
  cdb[7] = static_cast<std::uint8_t>(allocation >> 8);
  cdb[8] = static_cast<std::uint8_t>(allocation);
  return cdb;
}

std::string_view media_event_name(MediaEvent event) {
  switch (event) {
    case MediaEvent::none: return "none";
    case MediaEvent::eject_request: return "eject request";
    case MediaEvent::new_medium: return "new medium";
    case MediaEvent::removal: return "removal";
    case MediaEvent::changed: return "changed";
    case MediaEvent::formatted: return "formatted";
    case MediaEvent::format_resumed: return "format resumed";
    case MediaEvent::reserved: break;
  }
  return "reserved";
}

Result<MediaStatus> decode_media_status(Bytes transferred) {
  constexpr std::size_t header_bytes = 4, event_bytes = 4;
  constexpr char const* name = "GET EVENT STATUS NOTIFICATION";
  Reader const answer(transferred);
  if (!answer.has(0, header_bytes)) return fail(Errc::bad_length, name, "the device sent fewer than the 4 bytes of the header");
  if (answer.any(2, 0x80)) return MediaStatus{.supported = false};
  if ((answer.u8(2) & 0x07) != media_class) return fail(Errc::bad_format, name, "the answer is about another class of events");
  // The length counts what is behind its own two bytes.
  Reader const event(answer.part(header_bytes, std::max<std::size_t>(answer.u16(0), 2) - 2));
  if (!event.has(0, event_bytes)) return fail(Errc::bad_length, name, "the device sent no event of 4 bytes");
  return MediaStatus{.event = event_of(event.u8(0) & 0x0F), .medium_present = event.any(1, 0x02), .tray_open = event.any(1, 0x01), .first_slot = event.u8(2), .last_slot = event.u8(3)};
}

Cdb12 MechanismStatusCommand::cdb() const {
  Cdb12 cdb{0xBD};
  cdb[8] = static_cast<std::uint8_t>(allocation >> 8);
  cdb[9] = static_cast<std::uint8_t>(allocation);
  return cdb;
}

Result<MechanismStatus> decode_mechanism_status(Bytes transferred) {
  constexpr std::size_t header_bytes = 8, slot_bytes = 4;
  Reader const answer(transferred);
  if (!answer.has(0, header_bytes)) return fail(Errc::bad_length, "MECHANISM STATUS", "the device sent fewer than the 8 bytes of the header");
  MechanismStatus status{.fault = answer.any(0, 0x80),
                         .changer = static_cast<MechanismStatus::Changer>(answer.u8(0) >> 5 & 0x03),
                         .activity = activity_of(answer.u8(1) >> 5),
                         .door_open = answer.any(1, 0x10),
                         .current_slot = static_cast<std::uint8_t>(answer.u8(0) & 0x1F),
                         .slots = static_cast<std::uint8_t>(answer.u8(5) & 0x3F),
                         .told = {}};
  Reader const table(answer.part(header_bytes, answer.u16(6)));
  for (std::size_t at = 0; table.has(at, slot_bytes) && status.told.size() < status.slots; at += slot_bytes) status.told.push_back({table.any(at, 0x80), table.any(at, 0x01)});
  return status;
}

}  // namespace rsm::scsi
