// What optical drives tell of tray, medium and mechanism, without the medium being read.
//
// What for: drivers fill in a command, send its cdb(), and decode what came. GET EVENT STATUS NOTIFICATION tells each event once; what stands in its status
// byte (tray, medium) holds whenever it is asked. A drive that is asked beside the kernel takes its events away from it.
// Units: slots of a disc changer count from 0. Ranges: as the fields have them; no more slots are decoded than came.
// Errors: bad_length, fewer bytes than the fixed part; bad_format, the answer is about another class of events. Thread rule: values, pure.
// Source: MMC-6 6.6 (GET EVENT STATUS NOTIFICATION), 6.16 (MECHANISM STATUS).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "drivers/scsi/commands.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

// Polled, of the class "media": the answer comes at once, also where nothing has happened.
struct GetMediaEvents {
  std::uint16_t allocation = 8;
  Cdb10 cdb() const;
};

enum class MediaEvent : std::uint8_t {
  none = 0,
  eject_request = 1,  // somebody has pressed the button, and the drive did not obey it
  new_medium = 2,
  removal = 3,        // it is out, or goes out
  changed = 4,
  formatted = 5,      // background format: done
  format_resumed = 6,
  reserved = 15
};
std::string_view media_event_name(MediaEvent event);

struct MediaStatus {
  bool supported = true;  // false: the drive has no events of media
  MediaEvent event = MediaEvent::none;
  bool medium_present = false;
  bool tray_open = false;
  std::uint8_t first_slot = 0, last_slot = 0;  // of a disc changer: which the event is about
  friend bool operator==(MediaStatus const&, MediaStatus const&) = default;
};
Result<MediaStatus> decode_media_status(Bytes transferred);

struct MechanismStatusCommand {
  std::uint16_t allocation = 8;  // of the header; a slot takes 4 more
  Cdb12 cdb() const;
};

struct MechanismStatus {
  enum class Changer : std::uint8_t { ready = 0, loading = 1, unloading = 2, initializing = 3 };
  enum class Activity : std::uint8_t { idle = 0, playing = 1, scanning = 2, host = 3, other = 4, unknown = 7 };
  bool fault = false;
  Changer changer = Changer::ready;
  Activity activity = Activity::idle;
  bool door_open = false;
  std::uint8_t current_slot = 0;  // of 32; a drive for one disc has slot 0
  struct Slot {
    bool disc = false, changed = false;
    friend bool operator==(Slot const&, Slot const&) = default;
  };
  std::uint8_t slots = 0;      // that it has, as announced; 0: no changer
  std::vector<Slot> told;      // as they came
  friend bool operator==(MechanismStatus const&, MechanismStatus const&) = default;
};
Result<MechanismStatus> decode_mechanism_status(Bytes transferred);

}  // namespace rsm::scsi
