// Where messages of the service go: SetNtmsUIOptions.
//
// What for: lists of names for each kind of message, of the computer and of libraries (kept until somebody changes them), and of a session's
// application (kept as long as the session). Who wants to know reads the events of the computer: Book::tell makes one for each message that is for
// somebody. Names are not checked; a list has a limit (limits::destinations_max).
// Errors: object_not_found (4312: no such object, or no such name), already_exists (183), invalid_parameter (87: the object is neither the computer nor a
// library; errors of an application, whose meaning is not defined; names), access_denied (5), resource_not_available (5006: a full list).
// Thread rule: the loop only. Source: ntms-functions.md section 13, rsm-model.md section 16, readings.md 24.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmgr/record/book.hpp"

namespace rsm {

// object: nothing, the caller's session.
struct SetDestinationsCall {
  std::optional<Guid> object;
  MessageKind kind = MessageKind::info;
  DestinationAction action = DestinationAction::add;
  std::string name;  // of one, to add or to remove
};

namespace objects {

// Answers with the object's id.
Result<Guid> set_destinations(Book& book, Caller const& caller, SetDestinationsCall const& call);
Result<std::vector<std::string>> destinations(World const& world, Caller const& caller, std::optional<Guid> object, MessageKind kind);

}  // namespace objects
}  // namespace rsm
