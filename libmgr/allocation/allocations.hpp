// Allocations: calls of AllocateNtmsMedia, and those of them that wait for media.
//
// What for: a call that finds nothing asks an operator for media (NEWMEDIA) and waits; when something has changed that it may live on, it is
// tried again by itself (readings.md 15). Whoever came first is served first, of all pools and of both kinds: one that wants a whole cartridge is not
// overtaken by one that takes any side and came later, except for sides that it cannot use. It ends with its time limit (timeout, 1460), with its session
// (cancelled, 1223) or when the operator refuses (cancelled, 1223). Its connection may break: it keeps its place, is given nothing meanwhile, and
// hears when the same call comes again in the session. What waits is not in the catalog: nothing was promised to it. After a restart the
// client's connection sends it again, and its time limit begins anew (docs/decisions/0021-waiting-allocations-are-asked-again.md).
// An outcome, whichever, is told when it is durable, and until then the call is kept: after a commit of which nobody knows whether it was written,
// the catalog says what became of it, and the call is answered with that or goes on.
// Errors: those of AllocateNtmsMedia; resource_not_available (5006): more calls of one user wait than may, each listener counted.
// Thread rule: the loop only. Source: rsm-model.md sections 10 and 16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/base/reply.hpp"
#include "libmgr/allocation/allocate.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/people/operator_requests.hpp"
#include "libmgr/settings.hpp"

namespace rsm {

class Allocations {
 public:
  // All must outlive it. It hears of every change that the book makes. `ready`: not_ready with its sentence, or nothing.
  Allocations(Book& book, Loop& loop, Settings const& settings, OperatorRequests& people, std::function<Result<>()> ready);
  ~Allocations();

  void allocate(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply);

  // The session ends, which is recorded in this turn of the loop.
  // Whoever asked with this key in the caller's session wants nothing any more: it waits no longer (its call ends with cancelled, 1223), or what it
  // was given is given back. Nothing of it: nothing happens.
  void give_up(Caller const& caller, std::string const& key, Reply<> reply);
  void session_ends(SessionId session, std::string const& reason);
  void connection_gone(ConnectionId connection);
  // A person has answered an operator request.
  void answered(OperatorRequestRecord const& record);
  // After memory was rebuilt from the catalog: what waits is tried again; whoever waited in another life has the grace of its session to come back,
  // then nobody is asked for media for it any more.
  void resume();

  // Those that are not answered; those of them that wait for media of this pool.
  std::size_t waiting() const { return waits_.size(); }
  std::size_t waiting_for(PoolId pool) const;
  std::size_t waiting_of(std::uint32_t uid) const {
    auto const found = of_uid_.find(uid);
    return found == of_uid_.end() ? 0 : found->second;
  }

 private:
  using Number = std::uint64_t;
  // Who can be given the same: the first of them decides for all.
  struct Group {
    PoolId pool;
    bool whole = false;
    friend auto operator<=>(Group const&, Group const&) = default;
  };
  struct Listener {
    ConnectionId connection = ConnectionId::none;
    Reply<Allocated> reply;
  };
  struct Wait {
    Caller caller;
    AllocateCall call;
    bool waited = false;                      // for media; false: its outcome was decided when it came
    MaybeTime until;                          // its time limit, once it waits
    TimerId timer = TimerId::none;
    std::vector<Listener> listeners;          // none: its connection is gone
    std::optional<Result<Allocated>> outcome; // decided, and not durable yet
    OperatorRequestId refused;                // the outcome is that a person said no to this
  };

  Result<> may_have_another(Caller const& caller) const;
  Result<std::optional<Allocated>> first_try(Caller const& caller, AllocateCall const& call);
  void join(Number number, Caller const& caller, Reply<Allocated> reply);
  Number take_in(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply);
  void begin_to_wait(Number number);
  void set_timer(Number number);
  void ask_operator(PoolId pool);
  void look_soon();
  void look();
  bool serve(Number number);
  std::optional<Number> first_audible(Group const& group, Number from) const;
  void time_over(Number number);
  void decide(Number number, Result<Allocated> outcome);
  void conclude(Number number, Result<Allocated> outcome);
  void answer_when_durable(Number number);
  void settle(Number number, Result<> durable);
  void wait_on(Number number);
  void take_up_again(Number number);
  bool was_carried_out(Wait const& wait, Result<Allocated> const& outcome);
  void answer(Number number, Result<Allocated> result);
  Wait take(Number number);
  static std::size_t weight(Wait const& wait);
  void weigh(std::uint32_t uid, std::size_t before, std::size_t now);
  std::size_t weight_of(std::uint32_t uid) const;
  void nobody_waits(PoolId pool, std::string const& reason);
  void forget_questions_of_nobody();

  Book& book_;
  Loop& loop_;
  Settings const& settings_;
  OperatorRequests& people_;
  std::function<Result<>()> ready_;
  std::map<Number, Wait> waits_;  // in the order of their coming
  Number last_number_ = 0;
  std::map<Group, std::set<Number>> by_group_;  // those that wait for media
  std::set<std::pair<SessionId, Number>> by_session_;
  std::set<std::pair<ConnectionId, Number>> by_connection_;  // of those who listen
  std::map<std::pair<SessionId, std::string>, Number> by_key_;
  std::map<std::uint32_t, std::size_t> of_uid_;
  bool look_posted_ = false;
  MaybeTime comes_back_until_;  // the grace of those who waited in another life; who waits in this one is known
  TimerId grace_timer_ = TimerId::none;
  Lifeline lifeline_;
};

}  // namespace rsm
