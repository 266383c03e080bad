// Drives: the fixed part (who it is) and the hot part (what is in it), which is written with almost every request.
// Thread rule: values. Source: rsm-model.md section 4 (NtmsDriveState; 3 and 4 do not exist).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/cartridge.hpp"
#include "libmgr/domain/device.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class DriveState : std::uint8_t { dismounted = 0, mounted = 1, loaded = 2, unloaded = 5, being_cleaned = 6, dismountable = 7 };
BOOST_DESCRIBE_ENUM(DriveState, dismounted, mounted, loaded, unloaded, being_cleaned, dismountable)

struct DriveRecord : DeviceIdentity {
  DriveId id;
  LibraryId library;
  std::uint32_t number = 0;
  std::string name;    // "Drive 0"
  std::string device;  // persistent device name
  TimePoint created{};
  bool enabled = true;
  Condition condition;
  std::vector<AlertRecord> alerts;  // what it has reported, the newest last
  std::vector<Density> densities;   // that it reads or writes, as it has told them; empty: not known
  std::optional<Millis> defer_dismount_delay{};  // nothing: as its library has it
  MaybeTime last_cleaned{};         // nothing: never, as far as is known
  friend bool operator==(DriveRecord const&, DriveRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(DriveRecord, (DeviceIdentity), (id, library, number, name, device, created, enabled, condition, alerts, densities, defer_dismount_delay, last_cleaned))

struct DriveHot {
  DriveId id;
  DriveState state = DriveState::dismounted;
  TimePoint since{};
  std::string reason;        // why the state is what it is
  MediumId medium;           // zero: empty, or something nobody has identified
  SideId side;               // the side that is up (SavedPartitionId)
  SessionId session;         // who holds a LOADED medium; zero otherwise
  RequestId request;         // the request that brought it into this state
  std::string volume;        // device or path of the volume while LOADED; empty otherwise
  std::uint32_t mount_count = 0;
  std::uint32_t errors_in_a_row = 0;  // failures of this drive since the last success
  friend bool operator==(DriveHot const&, DriveHot const&) = default;
};
BOOST_DESCRIBE_STRUCT(DriveHot, (), (id, state, since, reason, medium, side, session, request, volume, mount_count,
                      errors_in_a_row))

}  // namespace rsm
