// A catalog change is a value: what to write, decided on the loop, applied by the commit lane in one transaction with all
// that arrived meanwhile (group commit). Thread rule: values; moved to the lane, never shared.
// Source: architecture decisions 2, 21, 23.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "libmgr/domain/computer.hpp"
#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/event.hpp"
#include "libmgr/domain/history.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/session.hpp"
#include "libmgr/domain/timing.hpp"

namespace rsm::db {

struct LibraryMediaType {  // the library takes this type
  LibraryId library;
  MediaTypeId type;
  friend bool operator==(LibraryMediaType const&, LibraryMediaType const&) = default;
};

// Deletes the row of this object, whatever its table; of one that is not there: nothing. A medium takes its sides along.
// library: its intent only (erase_intent); use the flag to say which.
struct Erase {
  ObjectType type = ObjectType::unknown;
  Guid id{};
};
struct EraseIntent {
  LibraryId library;
};

// The newest number that was given to a cartridge; numbers only grow.
struct MediaNumber {
  std::uint64_t newest = 0;
};
// A history of events begins: clients that come with a number of another one have to read everything again. What a restore left to
// be told has been told with it.
struct HistoryBegins {
  Guid history{};
};

// The library does not take this type any more.
struct EraseLibraryMediaType {
  LibraryId library;
  MediaTypeId type;
};
// The id of the root of the pools; given once.
struct RootPool {
  PoolId id;
};
// What people call an object whose record has no place for it. Both empty: nothing.
struct ObjectText {
  Guid object{};
  std::string name, description;
  friend bool operator==(ObjectText const&, ObjectText const&) = default;
};
// Who may do what with an object: a descriptor as bytes (libmgr/domain/security_descriptor.hpp). The zero id: the computer.
struct ObjectSecurity {
  Guid object{};
  std::string descriptor;
  friend bool operator==(ObjectSecurity const&, ObjectSecurity const&) = default;
};
// Bytes of an application, of any object. Empty: they are deleted.
struct ObjectAttribute {
  Guid object{};
  std::string name, data;
};

// A call that changes the catalog only was carried out: the same call sent again in its session, with the same key, is answered and not carried out
// twice. Kept until its session ends, and of all sessions the newest limits::done_calls_kept (db/limits.hpp).
struct DoneCall {
  SessionId session;
  std::string key;
  std::string call;  // which one
  Guid about{};      // the object that it names; zero: it names none
  Guid answer{};
  friend bool operator==(DoneCall const&, DoneCall const&) = default;
};

// These requests, by number, ascending, have ended in commits before this one: they go to the history.
struct ToHistory {
  std::vector<std::uint64_t> numbers;
  TimePoint now{};
};

// Nothing about this object goes there any more.
struct EraseDestination {
  DestinationRecord destination;
};

// Every record in a Change is written whole (insert or update); a HistoryRecord is a row of its own each time, and adds to the sums of its medium
// and its drive. A RequestRecord in a final state stays where it was until a ToHistory names it; it is not written again.
using Change = std::variant<LibraryRecord, LibraryMediaType, ChangerRecord, DriveRecord, DriveHot, SlotRecord, PortRecord, DoorRecord,
                            MediaTypeRecord, PoolRecord, MediumRecord, LogicalMediumRecord, SessionRecord, RequestRecord, IntentRecord,
                            OperatorRequestRecord, Erase, EraseIntent, MediaNumber, HistoryBegins, EraseLibraryMediaType, RootPool, ObjectText, ObjectAttribute,
                            ObjectSecurity,
                            HistoryRecord, HistoryGoesOn,
                            DoneCall,
                            TimingRecord,
                            ComputerRecord, DeviceTypeRecord, DestinationRecord, EraseDestination, ToHistory>;

struct ChangeSet {
  std::vector<Change> changes;
  std::vector<Event> events;  // numbers assigned by the loop: consecutive over all change sets
  bool alone = false;         // a transaction of its own: nobody who waits for an answer waits for it

  bool empty() const { return changes.empty() && events.empty(); }
};

}  // namespace rsm::db
