// Notifications: what changed, when, why, for which request. Durable, numbered without gaps from 1, delivered after commit.
// Thread rule: values. Source: rsm-model.md section 17 (NtmsNotificationOperations), architecture decisions 21 and 23.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

// NtmsObjectsTypes.
enum class ObjectType : std::uint8_t {
  unknown = 0, object = 1, changer = 2, changer_type = 3, computer = 4, drive = 5, drive_type = 6, door = 7, port = 8, library = 9,
  request = 10, logical_medium = 11, pool = 12, media_type = 13, side = 14, medium = 15, slot = 16, operator_request = 17,
  session = 64  // an addition of this product
};
BOOST_DESCRIBE_ENUM(ObjectType, unknown, object, changer, changer_type, computer, drive, drive_type, door, port, library, request,
                    logical_medium, pool, media_type, side, medium, slot, operator_request, session)

enum class EventKind : std::uint8_t { update = 1, insert = 2, erase = 3, signal = 4, complete = 5 };
BOOST_DESCRIBE_ENUM(EventKind, update, insert, erase, signal, complete)

struct Event {
  std::uint64_t number = 0;  // assigned in commit order
  TimePoint time{};
  EventKind kind = EventKind::update;
  ObjectType type = ObjectType::unknown;
  Guid object{};
  std::string state;   // the object's state after the change, as its word; empty where it has none
  std::string reason;  // why
  RequestId request;   // for which request; zero: none
  Guid guard{};        // the pool or library that decides who may read the reason; zero: everybody
  friend bool operator==(Event const&, Event const&) = default;
};
BOOST_DESCRIBE_STRUCT(Event, (), (number, time, kind, type, object, state, reason, request, guard))

}  // namespace rsm
