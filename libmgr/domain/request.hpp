// Library requests (the work queue) and operator requests.
//
// A request is durable from its answer on; every change of its state carries time and reason. Thread rule: values.
// Source: rsm-model.md sections 15 and 16 (NtmsLmOperation, NtmsLmState, NtmsOpreqCommand, NtmsOpreqState).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class Operation : std::uint8_t {
  remove = 0, disable_library = 1, enable_library = 2, disable_drive = 3, enable_drive = 4, disable_media = 5, enable_media = 6,
  update_omid = 7, inventory = 8, door_access = 9, eject = 10, eject_cleaner = 11, inject = 12, inject_cleaner = 13,
  process_omid = 14, clean_drive = 15, dismount = 16, mount = 17, write_scratch = 18, classify = 19,
  reserve_cleaner = 20, release_cleaner = 21,
  transfer = 100  // not of the model: past its numbers, which programs use as the bounds of their tables
};
BOOST_DESCRIBE_ENUM(Operation, remove, disable_library, enable_library, disable_drive, enable_drive, disable_media, enable_media,
                    update_omid, inventory, door_access, eject, eject_cleaner, inject, inject_cleaner, process_omid, clean_drive,
                    dismount, mount, write_scratch, classify, reserve_cleaner, release_cleaner, transfer)

enum class RequestState : std::uint8_t {
  queued = 0, inprocess = 1, passed = 2, failed = 3, invalid = 4, waiting = 5, deferred = 6, cancelled = 7, stopped = 8
};
BOOST_DESCRIBE_ENUM(RequestState, queued, inprocess, passed, failed, invalid, waiting, deferred, cancelled, stopped)

constexpr bool is_final(RequestState s) {
  return s == RequestState::passed || s == RequestState::failed || s == RequestState::invalid || s == RequestState::cancelled ||
         s == RequestState::stopped;
}

// OperationOption of a record: rsm-model.md section 15, readings.md 32. Of INJECTCLEANER: the uses that the cartridge has left.
namespace operation_option {
constexpr std::uint32_t immediate = 0;
constexpr std::uint32_t deferred = 1;
constexpr std::uint32_t force_immediate = 2;
constexpr std::uint32_t force_deferred = 3;
constexpr std::uint32_t inject_many = 4;
constexpr std::uint32_t inventory_full = 0;
constexpr std::uint32_t inventory_slots = 1;
// Of DOORACCESS: the inventory that follows (NtmsInventoryMethod).
constexpr std::uint32_t door_none = 0;
constexpr std::uint32_t door_fast = 1;
constexpr std::uint32_t door_full = 2;
// Of CLEANDRIVE: the cleaning cartridge has been in the drive for it.
constexpr std::uint32_t cleaner_was_in = 1;
}  // namespace operation_option

// Priorities: -15 (lowest) to 15 (highest), 0 normal.
constexpr int priority_lowest = -15;
constexpr int priority_highest = 15;
// A position pinned by SetNtmsRequestOrder; 0 = none.
constexpr std::uint32_t order_none = 0;
constexpr std::uint32_t order_last = 0xffffffff;

struct RequestRecord {
  RequestId id;
  std::uint64_t sequence = 0;  // its number: counts all requests ever made, and is never given again
  Operation operation = Operation::mount;
  std::uint32_t option = 0;
  RequestState state = RequestState::queued;
  std::string reason;          // why it is in this state, for people
  TimePoint queued{};
  TimePoint changed{};         // of the last change of state
  MaybeTime completed;
  MaybeTime deadline;          // given up when still waiting then
  MaybeTime due;               // DEFERRED: when the cartridge goes home
  std::uint32_t error = 0;     // Win32 number, of FAILED and CANCELLED
  int priority = 0;
  std::uint32_t order = order_none;

  SessionId session;           // zero: the service itself
  std::string key;             // made by the client, unique in the session; empty: none
  std::string application, user, computer;
  RequestId group;             // requests of one call share it (mount: one fate); the first one's id
  std::uint32_t group_size = 1;
  RequestId work_item;         // REMOVE: the request to cancel
  bool nowait = false;         // goes on when the session ends
  bool write = false;          // MOUNT for writing
  bool specific_drive = false; // MOUNT: only `drive` will do
  bool error_if_offline = false;

  LibraryId library;
  MediumId medium;
  SideId side;
  DriveId drive;
  std::optional<std::uint32_t> slot;
  std::optional<std::uint32_t> port;
  bool force = false;
  MediumId partner;            // TRANSFER: the medium that comes to where the other one was; zero: none

  friend bool operator==(RequestRecord const&, RequestRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(RequestRecord, (), (id, sequence, operation, option, state, reason, queued, changed, completed, deadline,
                      due, error, priority, order, session, key, application, user, computer, group, group_size, work_item,
                      nowait, write, specific_drive, error_if_offline, library, medium, side, drive, slot, port, force, partner))

// Work that nobody asked for: identifications, making room.
inline bool is_by_service(RequestRecord const& r) { return r.session.is_zero(); }

// Final outcome of a request.
struct Outcome {
  RequestState state = RequestState::passed;
  Errc error = Errc::success;
  std::string reason;
  friend bool operator==(Outcome const&, Outcome const&) = default;
};

// A robot move that was decided: recorded before the command leaves, erased with its outcome.
struct IntentRecord {
  LibraryId library;  // one arm a library: at most one intent each
  RequestId request;
  MediumId medium;
  Element from, to;
  bool turn = false;  // the cartridge is turned on the way
  TimePoint recorded{};
  MediumId partner{};  // it goes from `to` to `from`: the two change places; zero: none
  friend bool operator==(IntentRecord const&, IntentRecord const&) = default;
};

enum class OperatorCommand : std::uint8_t { unknown = 0, new_media = 1, cleaner = 2, device_service = 3, move_media = 4, message = 5 };
BOOST_DESCRIBE_ENUM(OperatorCommand, unknown, new_media, cleaner, device_service, move_media, message)
enum class OperatorState : std::uint8_t { unknown = 0, submitted = 1, active = 2, inprogress = 3, refused = 4, complete = 5 };
BOOST_DESCRIBE_ENUM(OperatorState, unknown, submitted, active, inprogress, refused, complete)

constexpr bool is_final(OperatorState s) { return s == OperatorState::refused || s == OperatorState::complete; }

// What the service asks a person for. The kind decides which condition ends it (libmgr/people/operator_requests.hpp).
enum class OperatorKind : std::uint8_t {
  none = 0,                 // an application's own: only a person ends it
  bring_medium = 1,         // a mount waits for a medium that is in no library: medium; library
  drive_service = 2,        // a drive failed too often: drive
  library_service = 3,      // a changer does not answer: library
  slot_wanted = 4,          // a cartridge in a drive has no slot to go to: drive; medium
  library_full = 5,         // a cartridge in a port has no slot to go to: library; port
  duplicate_medium = 6,     // a cartridge bears the label of another one and was disabled: medium; the other one
  cartridge_not_taken = 7,  // nobody took an ejected cartridge: port; medium
  double_barcode = 8,       // two cartridges show one bar code: medium; the other one
  cleaning_wanted = 9,      // a drive reports that it wants to be cleaned: drive
  take_out = 10,            // a stand-alone drive cannot eject what is to be ejected: drive; medium
  bad_cartridge = 11,       // a cartridge could not be loaded or identified in any try: medium
  new_media = 12,           // an allocation finds nothing: pool
  cleaner_wanted = 13,      // a drive is to be cleaned, and there is no cleaning cartridge with a use left: library; drive
  door_open = 14            // a door is open, longer than it should be: door
};
BOOST_DESCRIBE_ENUM(OperatorKind, none, bring_medium, drive_service, library_service, slot_wanted, library_full, duplicate_medium,
                    cartridge_not_taken, double_barcode, cleaning_wanted, take_out, bad_cartridge, new_media, cleaner_wanted, door_open)

struct OperatorRequestRecord {
  OperatorRequestId id;
  OperatorKind kind = OperatorKind::none;
  OperatorCommand command = OperatorCommand::message;
  OperatorState state = OperatorState::submitted;
  TimePoint submitted{};
  TimePoint changed{};
  std::string message;  // at most 255 characters
  Guid argument1{};     // medium, drive, port ... by kind
  Guid argument2{};
  RequestId request;    // the library request that waits for it; zero: none
  std::string application, user, computer;
  friend bool operator==(OperatorRequestRecord const&, OperatorRequestRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(OperatorRequestRecord, (), (id, command, state, submitted, changed, message, argument1, argument2, request,
                      application, user, computer))

}  // namespace rsm
