// Sessions: a row in the catalog, not a connection (architecture decision 11).
//
// What for: opens, attaches, detaches and closes them. A session whose last connection has gone stays for the grace time, so that its
// client may come back; then it ends as if it had been closed: its calls that wait are ended by who knows them (on_ending), what is LOADED
// for it stays loaded and is held by nobody. The service's readiness is asked by who calls.
// Errors: invalid_parameter (87) for a name that is too long, resource_not_available (5006) for one session too many of a user,
// invalid_handle (6) for one that is closed, access_denied (5), and the commit's error. Thread rule: the loop only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "libmgr/base/loop.hpp"
#include "libmgr/base/reply.hpp"
#include "libmgr/people/quotas.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

// The caller's session; invalid_handle: it is closed, or there is none.
Result<SessionRecord> session_of(World const& world, Caller const& caller);

class Sessions {
 public:
  // Both must outlive the sessions.
  Sessions(Loop& loop, Book& book, Millis grace, quotas::Limits quotas = {}) : loop_(loop), book_(book), grace_(grace), quotas_(std::move(quotas)) {}

  // Called when one ends, while its row is still there.
  void on_ending(std::function<void(SessionRecord const&, std::string const& reason)> callback) { ending_ = std::move(callback); }

  // Answers when it is durable; the opener counts as its first connection.
  void open(OpenSessionCall const& call, Reply<SessionRecord> reply);
  Result<SessionRecord> attach(SessionId session, Guid const& secret, std::uint32_t uid);
  void detach(SessionId session);
  void close(Caller const& caller, SessionId session, Reply<> reply);

  // After memory was rebuilt from the catalog: those without a connection have their grace time from now on.
  void resume();

  bool connected(SessionId session) const;
  MaybeTime grace_ends(SessionId session) const;

 private:
  struct Connections {
    unsigned count = 0;
    TimerId grace_timer = TimerId::none;
    MaybeTime grace_ends;
  };
  void begin_grace(SessionId session);
  void end_grace(Connections& connections);
  void end(SessionId session, std::string const& reason);
  void release_drives(SessionRecord const& session);

  Loop& loop_;
  Book& book_;
  Millis grace_;
  quotas::Limits quotas_;
  std::function<void(SessionRecord const&, std::string const&)> ending_;
  std::map<SessionId, Connections> connections_;  // of open sessions only
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
