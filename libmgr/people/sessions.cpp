#include "libmgr/people/sessions.hpp"

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/unicode.hpp"

#include <algorithm>
#include <vector>

#include "libmgr/people/rights.hpp"

namespace rsm {

Result<SessionRecord> session_of(World const& world, Caller const& caller) {
  auto const it = world.sessions.find(caller.session);
  if (it != world.sessions.end()) return it->second;
  return fail(Errc::invalid_handle, "session", caller.session ? "it is closed; open a new one" : "this call needs one; open it first");
}

void Sessions::open(OpenSessionCall const& call, Reply<SessionRecord> reply) {
  Caller const opener{.uid = call.uid, .administrator = call.administrator, .session = {}, .user = call.user, .groups = call.groups};
  if (utf16_units(call.application) > limits::application_chars_max)
    return reply(fail(Errc::invalid_parameter, "application", "at most " + std::to_string(limits::application_chars_max) + " characters"));
  if (auto allowed = rights::may(book_.world(), opener, rights::Act::open_session); !allowed && !planted(PlantedBug::session_asks_nobody)) return reply(std::unexpected(allowed.error()));
  if (auto allowed = quotas::may_have(quotas_, quotas::Quota::sessions, call.user, book_.sessions_of(call.uid)); !allowed) return reply(std::unexpected(allowed.error()));
  SessionRecord record;
  record.id = book_.make_id<SessionId>();
  record.secret = book_.make_guid();
  record.application = call.application.empty() ? "RSM" : call.application;
  record.user = call.user;
  record.computer = call.computer;
  record.uid = call.uid;
  record.opened = book_.now();
  book_.put(record);
  connections_[record.id].count = 1;
  book_.ledger().when_durable([this, alive = std::weak_ptr(alive_), record, reply = std::move(reply)](Result<> durable) mutable {
    if (durable) return reply(record);
    if (!alive.expired()) connections_.erase(record.id);
    reply(std::unexpected(durable.error()));
  });
}

Result<SessionRecord> Sessions::attach(SessionId id, Guid const& secret, std::uint32_t uid) {
  auto const it = book_.world().sessions.find(id);
  if (it == book_.world().sessions.end()) return fail(Errc::invalid_handle, "session " + id.text(), "it is closed; open a new one");
  RSM_CHECK(rights::may_attach(it->second, secret, uid));
  auto& connections = connections_[id];
  ++connections.count;
  end_grace(connections);
  return it->second;
}

void Sessions::detach(SessionId id) {
  auto it = connections_.find(id);
  if (it == connections_.end() || it->second.count == 0) return;
  if (--it->second.count == 0 && book_.world().sessions.contains(id)) begin_grace(id);
}

void Sessions::close(Caller const& caller, SessionId id, Reply<> reply) {
  auto const it = book_.world().sessions.find(id);
  if (it == book_.world().sessions.end()) return reply(fail(Errc::invalid_handle, "session " + id.text(), "it is closed already"));
  if (auto allowed = rights::may_close(book_.world(), caller, it->second); !allowed) return reply(std::unexpected(allowed.error()));
  end(id, "closed by its user");
  book_.ledger().when_durable([reply = std::move(reply)](Result<> durable) mutable { reply(std::move(durable)); });
}

void Sessions::resume() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (book_.world().sessions.contains(it->first)) {
      ++it;
      continue;
    }
    loop_.cancel(it->second.grace_timer);  // a commit that failed took it away
    it = connections_.erase(it);
  }
  for (auto const& [id, session] : book_.world().sessions)
    if (connections_[id].count == 0) begin_grace(id);
}

bool Sessions::connected(SessionId id) const {
  auto it = connections_.find(id);
  return it != connections_.end() && it->second.count > 0;
}

MaybeTime Sessions::grace_ends(SessionId id) const {
  auto it = connections_.find(id);
  return it == connections_.end() ? std::nullopt : it->second.grace_ends;
}

void Sessions::begin_grace(SessionId id) {
  auto& connections = connections_[id];
  end_grace(connections);
  connections.grace_ends = book_.now() + grace_;
  connections.grace_timer = loop_.after(grace_, [this, alive = std::weak_ptr(alive_), id] {
    if (alive.expired()) return;
    auto it = connections_.find(id);
    if (it == connections_.end()) return;
    it->second.grace_timer = TimerId::none;
    if (book_.ledger().failed()) return begin_grace(id);
    end(id, "its connection was gone for " + duration_text(grace_));
  });
}

void Sessions::end_grace(Connections& connections) {
  loop_.cancel(connections.grace_timer);
  connections.grace_timer = TimerId::none;
  connections.grace_ends.reset();
}

// Its waiting calls are cancelled; NOWAIT mounts and dismounts go on; what is LOADED stays loaded, held by nobody.
void Sessions::end(SessionId id, std::string const& reason) {
  auto const it = book_.world().sessions.find(id);
  if (it == book_.world().sessions.end()) return;
  SessionRecord const ended = it->second;
  if (ending_) ending_(ended, reason);
  release_drives(ended);
  book_.erase_session(id, reason);
  if (auto connections = connections_.find(id); connections != connections_.end()) {
    loop_.cancel(connections->second.grace_timer);
    connections_.erase(connections);
  }
}

void Sessions::release_drives(SessionRecord const& session) {
  std::vector<DriveHot> held;
  for (auto const& [drive_id, drive] : book_.world().drives)
    if (drive.hot.session == session.id) held.push_back(drive.hot);
  for (auto& hot : held) {
    hot.session = {};
    hot.reason = "mounted for " + session.application + (session.user.empty() ? "" : " (" + session.user + ")") + ", whose session has ended";
    book_.put(std::move(hot));
  }
}

}  // namespace rsm
