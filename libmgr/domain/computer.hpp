// The computer that the service runs on, the models of its devices, and where messages go.
//
// What for: objects that belong to no library. Thread rule: values.
// Source: rsm-model.md sections 1, 4, 6 (policies), 15 (clean-up) and 16 (UI destinations; numbers are those of NtmsUIType and NtmsUIOperations).
#pragma once

#include <boost/describe/class.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

using ComputerId = Id<struct ComputerTag>;
using DeviceTypeId = Id<struct DeviceTypeTag>;

// What becomes of records of media that are ejected (dwMediaPoolPolicy).
namespace media_policy {
constexpr std::uint32_t purge_offline_scratch = 1;  // free media are forgotten
constexpr std::uint32_t keep_offline_import = 2;    // import media are kept, offline
constexpr std::uint32_t all = purge_offline_scratch | keep_offline_import;
}  // namespace media_policy

// How ended requests are kept (dwLibRequestFlags, dwOpRequestFlags).
namespace keep_flag {
constexpr std::uint32_t no_auto_purge = 0x01;    // age takes none away
constexpr std::uint32_t no_failed_purge = 0x02;  // age takes none away that has failed (library request) or was refused (operator request)
constexpr std::uint32_t no_alerts = 0x10;        // operator requests: no message to a destination
constexpr std::uint32_t no_tray_icon = 0x20;     // operator requests: for desktops
constexpr std::uint32_t of_requests = no_auto_purge | no_failed_purge;
constexpr std::uint32_t of_operator_requests = of_requests | no_alerts | no_tray_icon;
}  // namespace keep_flag

// The server itself: exactly one. Its name is the machine's.
struct ComputerRecord {
  ComputerId id;
  TimePoint created{}, modified{};
  std::uint32_t media_pool_policy = 0;
  std::uint32_t request_flags = 0, operator_request_flags = 0;
  std::optional<Millis> request_purge_after{}, operator_request_purge_after{};  // nothing: as the configuration says
  friend bool operator==(ComputerRecord const&, ComputerRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(ComputerRecord, (), (id, created, modified, media_pool_policy, request_flags, operator_request_flags, request_purge_after, operator_request_purge_after))

// The device type of every changer (NTMS_DRIVETYPEINFORMATION and its neighbour: those of SCSI and of Windows).
constexpr std::uint32_t changer_device_type = 0x30;

// A model of drive or changer that a library has shown, whether one is there now or not.
struct DeviceTypeRecord {
  DeviceTypeId id;
  bool changer = false;
  std::string vendor, product;
  std::uint32_t device_type = 0;  // 0x02 CD-ROM, 0x07 disk, 0x1F tape, 0x30 changer, 0x33 DVD; 0: not known yet
  TimePoint created{};
  friend bool operator==(DeviceTypeRecord const&, DeviceTypeRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(DeviceTypeRecord, (), (id, changer, vendor, product, device_type, created))

enum class MessageKind : std::uint8_t { info = 1, request = 2, error = 3 };
BOOST_DESCRIBE_ENUM(MessageKind, info, request, error)
enum class DestinationAction : std::uint8_t { add = 1, remove = 2, remove_all = 3 };
BOOST_DESCRIBE_ENUM(DestinationAction, add, remove, remove_all)

// Messages of this kind about this object (a library, the computer, or what a session has asked for) go there too. Names are not checked.
struct DestinationRecord {
  Guid object{};
  MessageKind kind = MessageKind::info;
  std::string name;
  friend auto operator<=>(DestinationRecord const&, DestinationRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(DestinationRecord, (), (object, kind, name))

}  // namespace rsm
