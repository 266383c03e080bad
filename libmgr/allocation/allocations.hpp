// Allocations: calls of AllocateNtmsMedia, and those of them that wait for media.
//
// What for: a call that finds nothing asks an operator for media (NEWMEDIA) and waits; when something has changed that it may live on, it is
// tried again by itself (readings.md 15): of a pool the oldest first of those that take any side, then of those that want a whole cartridge. It ends with its time limit (timeout, 1460), with its session
// (cancelled, 1223) or when the operator refuses (cancelled, 1223). Its connection may break: it keeps its place, is given nothing meanwhile, and
// hears when the same call comes again in the session. What waits is not in the catalog: nothing was promised to it. After a restart the
// client's connection sends it again, and its time limit begins anew (docs/decisions/0021-waiting-allocations-are-asked-again.md).
// Errors: those of AllocateNtmsMedia. Thread rule: the loop only. Source: rsm-model.md sections 10 and 16.
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

  void session_ends(SessionId session, std::string const& reason);
  void connection_gone(ConnectionId connection);
  // A person has answered an operator request.
  void answered(OperatorRequestRecord const& record);
  // After memory was rebuilt from the catalog: what waits is tried again; whoever waited in another life has the grace of its session to come back,
  // then nobody is asked for media for it any more.
  void resume();

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
    TimerId timer = TimerId::none;
    std::vector<Listener> listeners;  // none: its connection is gone
  };

  std::optional<Result<Allocated>> at_once(Caller const& caller, AllocateCall const& call);
  bool joins_its_first(Caller const& caller, AllocateCall const& call, Reply<Allocated>& reply);
  void wait(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply);
  void ask_operator(PoolId pool);
  void look_soon();
  void look();
  void serve(Group const& group);
  bool somebody_waits(Group const& group) const;
  void time_over(Number number);
  void end(Number number, Result<Allocated> const& result);
  Wait take(Number number);
  void nobody_waits(PoolId pool, std::string const& reason);
  void forget_questions_of_nobody();
  void answer(std::vector<Listener> listeners, Result<Allocated> result);

  Book& book_;
  Loop& loop_;
  Settings const& settings_;
  OperatorRequests& people_;
  std::function<Result<>()> ready_;
  std::map<Number, Wait> waits_;  // in the order of their coming
  Number last_number_ = 0;
  std::map<Group, std::set<Number>> by_group_;
  std::set<std::pair<SessionId, Number>> by_session_;
  std::map<std::pair<SessionId, std::string>, Number> by_key_;
  std::map<std::uint32_t, std::size_t> of_uid_;
  bool look_posted_ = false;
  MaybeTime comes_back_until_;  // the grace of those who waited in another life; who waits in this one is known
  TimerId grace_timer_ = TimerId::none;
  Lifeline lifeline_;
};

}  // namespace rsm
