// Reading events: from the catalog, and the waits for the next ones.
//
// What for: event.read. Only committed events are ever seen, in commit order and without gaps; a cursor is the number of
// the last event a client has seen. Errors: no_data (232) for a cursor that is older than what is kept or newer than what there
// is, naming the one to use; cancelled (1223) when the session of the waiting connection is closed, or the client ends the wait;
// busy (170) when a user waits with limits::event_waits_per_uid_max calls already.
// Thread rule: the loop only. Source: rsm-model.md section 17, architecture decisions 21 and 23.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "api/server/context.hpp"

namespace rsm::server {

class EventHub {
 public:
  explicit EventHub(ServerContext& server);
  EventHub(EventHub const&) = delete;
  EventHub& operator=(EventHub const&) = delete;
  ~EventHub();

  void read(Context const& c, wire::EventReadParams params, Reply<wire::EventReadReply> reply);
  // The peer no longer wants its waits of this name: they are cancelled.
  void stop(PeerState const& peer, std::int64_t name);
  // The peer's connection is closed: its waits end without an answer.
  void forget(PeerState const& peer);
  // The session was closed: waits of its connections are cancelled.
  void end(SessionId session);

 private:
  struct Query {
    std::uint64_t after = 0;
    std::optional<ObjectType> type;
    std::size_t limit = 0;
    std::optional<std::int64_t> name{};
    Caller caller{};
  };
  struct Waiter {
    std::shared_ptr<PeerState> peer;
    SessionId session;
    Query query;
    TimerId timer = TimerId::none;
    Reply<wire::EventReadReply> reply;
  };
  // Pages of the catalog that were read already: whoever waits for the same event gets it from the same page.
  using Pages = std::map<std::uint64_t, db::EventPage>;
  using Number = std::uint64_t;
  using Type = std::optional<ObjectType>;
  Result<wire::EventReadReply> collect(Query& query, Pages& pages) const;
  void start(Context const& c, Query query, Millis wait, Reply<wire::EventReadReply> reply);
  void wait(std::shared_ptr<PeerState> peer, Query query, Millis limit, Reply<wire::EventReadReply> reply);
  void look_again();
  bool look_at_next_page();
  void look_at(Number number, Pages& pages);
  void time_over(Number number);
  void answer(Number number, Result<wire::EventReadReply> result);
  void cancel(std::vector<Number> const& numbers, Error const& why);
  Waiter take(Number number);

  ServerContext& server_;
  std::map<Number, Waiter> waiters_;  // in the order of their coming
  Number last_waiter_ = 0;
  // So that who leaves, and who wants none of what has happened, costs those who wait nothing.
  std::set<std::pair<Type, Number>> by_type_;  // what they wait for; nothing: everything
  std::set<std::pair<PeerState const*, Number>> by_peer_;
  std::set<std::pair<SessionId, Number>> by_session_;
  std::uint64_t looked_at_ = 0;  // none of those who wait wants an event up to this one
  std::shared_ptr<EventHub*> self_;  // what the manager's subscription holds weakly
};

}  // namespace rsm::server
