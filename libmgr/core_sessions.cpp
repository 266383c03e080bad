// Sessions: a row, not a connection (architecture decision 11).
#include <algorithm>

#include "libmgr/core.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm {

void Manager::Core::open_session(OpenSessionCall call, Reply<SessionRecord> reply) {
  if (!ready()) return refuse(reply, refusal());
  if (utf16_units(call.application) > limits::application_chars_max)
    return refuse(reply, {Errc::invalid_parameter, "application", "at most " + std::to_string(limits::application_chars_max) + " characters"});
  auto const own = std::ranges::count_if(book_.world().sessions, [&](auto const& s) { return s.second.uid == call.uid; });
  if (static_cast<std::size_t>(own) >= limits::sessions_per_uid_max)
    return refuse(reply, {Errc::resource_not_available, "user " + call.user, "has " + std::to_string(own) + " sessions open; close some"});
  SessionRecord record;
  record.id = book_.make_id<SessionId>();
  record.secret = book_.make_guid();
  record.application = call.application.empty() ? "RSM" : call.application;
  record.user = call.user;
  record.computer = call.computer;
  record.uid = call.uid;
  record.opened = loop_.now();
  book_.put(record);
  connections_[record.id].count = 1;
  ledger_.when_durable([this, record, reply = std::move(reply)](Result<> durable) mutable {
    if (durable) return reply(record);
    connections_.erase(record.id);
    reply(std::unexpected(durable.error()));
  });
}

void Manager::Core::attach_session(SessionId id, Guid secret, std::uint32_t uid, Reply<SessionRecord> reply) {
  if (!readable()) return refuse(reply, refusal());
  auto const it = book_.world().sessions.find(id);
  if (it == book_.world().sessions.end()) return refuse(reply, {Errc::invalid_handle, "session " + id.text(), "it is closed; open a new one"});
  if (it->second.secret != secret || (it->second.uid != uid && uid != 0))
    return refuse(reply, {Errc::access_denied, "session " + id.text(), "wrong secret or another user"});
  auto& connections = connections_[id];
  ++connections.count;
  loop_.cancel(connections.grace_timer);
  connections.grace_timer = TimerId::none;
  connections.grace_ends.reset();
  reply(it->second);
}

void Manager::Core::detach_session(SessionId id) {
  auto it = connections_.find(id);
  if (it == connections_.end() || it->second.count == 0) return;
  if (--it->second.count == 0 && book_.world().sessions.contains(id)) begin_grace(id);
}

void Manager::Core::begin_grace(SessionId id) {
  auto& connections = connections_[id];
  loop_.cancel(connections.grace_timer);
  connections.grace_ends = loop_.now() + settings_.session_grace;
  connections.grace_timer = loop_.after(settings_.session_grace, [this, alive = std::weak_ptr(alive_), id] {
    if (alive.expired()) return;
    connections_[id].grace_timer = TimerId::none;
    if (!ready()) return begin_grace(id);
    close(id, "its connection was gone for " + duration_text(settings_.session_grace));
  });
}

void Manager::Core::close_session(Caller caller, SessionId id, Reply<> reply) {
  if (!ready()) return refuse(reply, refusal());
  auto const it = book_.world().sessions.find(id);
  if (it == book_.world().sessions.end()) return refuse(reply, {Errc::invalid_handle, "session " + id.text(), "it is closed already"});
  if (caller.session != id && !caller.administrator && it->second.uid != caller.uid)
    return refuse(reply, {Errc::access_denied, "session " + id.text(), "it belongs to " + it->second.user});
  close(id, "closed by its user");
  ledger_.when_durable([reply = std::move(reply)](Result<> durable) mutable { reply(std::move(durable)); });
}

// Its waiting calls are cancelled; NOWAIT mounts and dismounts go on; what is LOADED stays loaded, held by nobody.
void Manager::Core::close(SessionId id, std::string const& reason) {
  if (!book_.world().sessions.contains(id)) return;
  drop_waiters(id);
  std::vector<RequestRecord> pending;
  for (auto const& [request_id, request] : book_.world().requests)
    if (request.session == id && request.operation == Operation::mount && !request.nowait) pending.push_back(request);
  for (auto const& request : pending)
    if (auto* w = worker(request.library); w != nullptr && book_.request(request.id) != nullptr)
      w->stop_request(request.id, {RequestState::cancelled, Errc::cancelled, "its session ended: " + reason}, true);
  SessionRecord const ended = book_.world().sessions.at(id);
  std::vector<DriveHot> held;
  for (auto const& [drive_id, drive] : book_.world().drives)
    if (drive.hot.session == id) held.push_back(drive.hot);
  for (auto& hot : held) {
    hot.session = {};
    hot.reason = "mounted for " + ended.application + (ended.user.empty() ? "" : " (" + ended.user + ")") + ", whose session has ended";
    book_.put(hot);
  }
  book_.erase_session(id, reason);
  loop_.cancel(connections_[id].grace_timer);
  connections_.erase(id);
  for (auto& [library, w] : workers_) w->evaluate_soon();
}

bool Manager::Core::session_connected(SessionId id) const {
  auto it = connections_.find(id);
  return it != connections_.end() && it->second.count > 0;
}

MaybeTime Manager::Core::session_grace_ends(SessionId id) const {
  auto it = connections_.find(id);
  return it == connections_.end() ? std::nullopt : it->second.grace_ends;
}

}  // namespace rsm
