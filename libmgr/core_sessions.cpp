// Sessions, as the facade offers them: see libmgr/people/sessions.hpp.
#include "libmgr/core.hpp"

namespace rsm {
namespace {

Error not_ready() { return {Errc::not_ready, "service", "it is still starting; try again"}; }

}  // namespace

void Manager::Core::open_session(OpenSessionCall call, Reply<SessionRecord> reply) {
  if (!ready()) return refuse(reply, not_ready());
  sessions_.open(call, std::move(reply));
}

void Manager::Core::attach_session(SessionId id, Guid secret, std::uint32_t uid, Reply<SessionRecord> reply) {
  if (!ready()) return refuse(reply, not_ready());
  reply(sessions_.attach(id, secret, uid));
}

void Manager::Core::detach_session(SessionId id) { sessions_.detach(id); }

void Manager::Core::close_session(Caller caller, SessionId id, Reply<> reply) {
  if (!ready()) return refuse(reply, not_ready());
  sessions_.close(caller, id, std::move(reply));
}

// Its waiting calls are cancelled; NOWAIT mounts and dismounts go on.
void Manager::Core::session_ends(SessionRecord const& session, std::string const& reason) {
  waits_.end_session(session.id);
  std::vector<RequestRecord> pending;
  for (auto const& [request_id, request] : book_.world().requests)
    if (request.session == session.id && request.operation == Operation::mount && !request.nowait) pending.push_back(request);
  for (auto const& request : pending)
    if (auto* w = worker(request.library); w != nullptr && book_.request(request.id) != nullptr)
      w->stop_request(request.id, {RequestState::cancelled, Errc::cancelled, "its session ended: " + reason}, true);
  for (auto& [library, w] : workers_) w->evaluate_soon();
}

}  // namespace rsm
