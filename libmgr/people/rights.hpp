// Who may do what, judged by whose it is.
//
// What for: every check of rights in libmgr and in the server asks here. Use (reading, mounting, dismounting without force) is
// everybody's and there is nothing to ask; control is for administrators; what is one's own is for oneself and for administrators; and
// nobody may take what all need: priorities, open requests, sessions and waits are limited for each user.
// Errors: access_denied (5) for a right that is missing, resource_not_available (5006) for a share that is used up; the sentence says whose
// it is or how large the share is, and what to do. Thread rule: pure functions.
// Source: rsm-model.md section 18, architecture decision 26, readings.md 40.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/session.hpp"

namespace rsm::rights {

// What everybody may have of what all need (configuration, section [queue]).
struct Shares {
  int priority_max_user = 0;  // highest priority of who is no administrator: -15 to 15
  std::size_t requests_per_user = limits::requests_open_per_user_max;  // open at one time
};

// Whose a request, a mount or a session is. Without user and session it is the service's, and nobody's own.
struct Owner {
  std::string user;
  SessionId session;
};
Owner owner_of(RequestRecord const& request);
Owner owner_of(SessionRecord const& session);

bool is_own(Caller const& caller, Owner const& owner);

// Configuration, hardware and cartridges of all: `what` names the object or the call.
Result<> may_control(Caller const& caller, std::string const& what);
// Ending a request.
Result<> may_cancel(Caller const& caller, Owner const& owner, std::string const& what);
// Taking a medium away although files of it are open: only from one's own mount.
Result<> may_force(Caller const& caller, Owner const& mount, std::string const& what);
Result<> may_close(Caller const& caller, SessionRecord const& session);
// Going on with a session in a new connection: its user who has its secret, or root who has it.
Result<> may_attach(SessionRecord const& session, Guid const& secret, std::uint32_t uid);

Result<> may_have_priority(Caller const& caller, int priority, Shares const& shares);
Result<> may_ask_people(std::string const& user, std::size_t open);
// `open`: requests, sessions or waits that the user has already; `more` are wanted.
Result<> may_have_requests(std::string const& user, std::size_t open, std::size_t more, Shares const& shares);
Result<> may_have_session(std::string const& user, std::size_t open);
Result<> may_wait(std::string const& user, std::size_t waiting);

// Text that tells of a user's files (paths of folders that may be closed to others): to that user and to administrators.
bool may_read_private_text(Caller const& caller, std::uint32_t whose_uid);

}  // namespace rsm::rights
