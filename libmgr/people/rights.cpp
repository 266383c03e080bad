#include "libmgr/people/rights.hpp"

namespace rsm::rights {
namespace {

std::string by_name(std::string const& user) { return user.empty() ? "the service" : "user " + user; }

std::unexpected<Error> not_yours(Owner const& owner, std::string const& what, std::string const& instead) {
  return fail(Errc::access_denied, what, "it belongs to " + by_name(owner.user) + "; " + instead);
}

std::unexpected<Error> used_up(std::string const& user, std::string const& what, std::size_t most, std::string const& instead) {
  return fail(Errc::resource_not_available, "user " + user, "has as many " + what + " as one user may have (" + std::to_string(most) + "): " + instead);
}

}  // namespace

Owner owner_of(RequestRecord const& request) { return {request.user, request.session}; }
Owner owner_of(SessionRecord const& session) { return {session.user, session.id}; }

bool is_own(Caller const& caller, Owner const& owner) {
  if (owner.session && owner.session == caller.session) return true;
  return !owner.user.empty() && owner.user == caller.user;
}

Result<> may_control(Caller const& caller, std::string const& what) {
  if (caller.administrator) return {};
  return fail(Errc::access_denied, what,
              (caller.user.empty() ? "the caller" : "user " + caller.user) + " is no administrator of the libraries (root, or a member of the configured group)");
}

Result<> may_cancel(Caller const& caller, Owner const& owner, std::string const& what) {
  if (caller.administrator || is_own(caller, owner)) return {};
  return not_yours(owner, what, "only that user or an administrator may end it");
}

Result<> may_force(Caller const& caller, Owner const& mount, std::string const& what) {
  if (caller.administrator || is_own(caller, mount)) return {};
  if (mount.user.empty() && !mount.session)
    return fail(Errc::access_denied, what, "nobody is known to hold it; only an administrator may take it away with force");
  return not_yours(mount, what, "dismount it without force, or ask an administrator");
}

Result<> may_close(Caller const& caller, SessionRecord const& session) {
  if (caller.administrator || caller.uid == session.uid || is_own(caller, owner_of(session))) return {};
  return not_yours(owner_of(session), "session " + session.id.text(), "only that user or an administrator may close it");
}

Result<> may_attach(SessionRecord const& session, Guid const& secret, std::uint32_t uid) {
  if (session.secret == secret && (session.uid == uid || uid == 0)) return {};
  return fail(Errc::access_denied, "session " + session.id.text(), "wrong secret or another user");
}

Result<> may_have_priority(Caller const& caller, int priority, Shares const& shares) {
  if (caller.administrator || priority <= shares.priority_max_user) return {};
  return fail(Errc::access_denied, "priority " + std::to_string(priority),
              "only an administrator may ask for more than " + std::to_string(shares.priority_max_user) + " ([queue] priority_max_user)");
}

Result<> may_have_requests(std::string const& user, std::size_t open, std::size_t more, Shares const& shares) {
  if (open + more <= shares.requests_per_user) return {};
  return used_up(user, "open requests", shares.requests_per_user, "wait for some of them, or cancel some ([queue] requests_per_user)");
}

Result<> may_ask_people(std::string const& user, std::size_t open) {
  if (open < limits::operator_requests_per_user_max) return {};
  return used_up(user, "open operator requests", limits::operator_requests_per_user_max, "wait until some are answered, or cancel some");
}

Result<> may_have_session(std::string const& user, std::size_t open) {
  if (open < limits::sessions_per_uid_max) return {};
  return used_up(user, "sessions", limits::sessions_per_uid_max, "close some");
}

Result<> may_wait(std::string const& user, std::size_t waiting) {
  if (waiting < limits::waits_per_user_max) return {};
  return used_up(user, "calls that wait", limits::waits_per_user_max, "the requests go on; wait with fewer calls");
}

bool may_read_private_text(Caller const& caller, std::uint32_t whose_uid) { return caller.administrator || caller.uid == whose_uid; }

}  // namespace rsm::rights
