// Those who wait for requests to be settled: library requests, and operator requests.
//
// What for: a wait is answered when every one of its requests is settled (finished, or a DISMOUNT that is DEFERRED) and that is durable. It
// ends earlier with its time limit (timeout, 1460: the requests go on), with its session (cancelled, 1223, when its end is durable), and without an answer with its
// connection, since nobody would read one. What has ended leaves nothing behind, and one user has at most as many as his quota says.
// Thread rule: the loop only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "libmgr/base/loop.hpp"
#include "libmgr/base/reply.hpp"
#include "libmgr/people/quotas.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

// What is waited for: how it is found, and whether it is settled.
struct LibraryRequestsAwaited {
  using Id = RequestId;
  using Record = RequestRecord;
  static constexpr char const* name = "request";
  static bool is_settled(Book const& book, Id id);
  static Result<std::optional<Record>> find(Book& book, Id id) { return book.find_request(id); }
};
struct OperatorRequestsAwaited {
  using Id = OperatorRequestId;
  using Record = OperatorRequestRecord;
  static constexpr char const* name = "operator request";
  static bool is_settled(Book const& book, Id id) { return !book.world().operator_requests.contains(id); }
  static Result<std::optional<Record>> find(Book& book, Id id) { return book.find_operator_request(id); }
};

template <class Awaited>
class WaitsFor {
 public:
  using Id = typename Awaited::Id;
  using Record = typename Awaited::Record;

  // Loop and book must outlive the waits.
  WaitsFor(Loop& loop, Book& book, quotas::Limits quotas = {}) : loop_(loop), book_(book), quotas_(std::move(quotas)) {}
  ~WaitsFor();

  // Without a limit, or with a longer one: limits::wait_max. object_not_found (4312) for an unknown request.
  void wait(Caller const& caller, std::vector<Id> requests, std::optional<Millis> limit, Reply<std::vector<Record>> reply);

  // A request was settled.
  void settled(Id request);
  // After memory was rebuilt from the catalog: what has been settled is seen.
  void resume();
  void end_session(SessionId session);
  void end_connection(ConnectionId connection);

  std::size_t size() const { return waits_.size(); }
  std::size_t size_of(std::uint32_t uid) const;
  // Entries of all its indexes together: nothing when nobody waits.
  std::size_t index_entries() const { return by_request_.size() + by_session_.size() + by_connection_.size() + of_uid_.size(); }

 private:
  using Number = std::uint64_t;
  struct Wait {
    std::vector<Id> requests;
    SessionId session;
    ConnectionId connection = ConnectionId::none;
    std::uint32_t uid = 0;
    TimerId timer = TimerId::none;
    bool cancelled = false;  // its session has ended, which is on its way to the disk
    Reply<std::vector<Record>> reply;
  };
  bool is_settled(Wait const& wait) const;
  TimerId timer_for(Number number, Millis limit);
  Result<> check(std::vector<Id> const& requests) const;
  void time_over(Number number);
  void answer_when_durable(Number number);
  void cancel_when_durable(Number number);
  Result<std::vector<Record>> records_of(Wait const& wait) const;
  Wait take(Number number);

  Loop& loop_;
  Book& book_;
  quotas::Limits quotas_;
  std::map<Number, Wait> waits_;  // in the order of their coming
  Number last_number_ = 0;
  std::set<std::pair<Id, Number>> by_request_;
  std::set<std::pair<SessionId, Number>> by_session_;
  std::set<std::pair<ConnectionId, Number>> by_connection_;
  std::map<std::uint32_t, std::size_t> of_uid_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

using Waits = WaitsFor<LibraryRequestsAwaited>;
using OperatorWaits = WaitsFor<OperatorRequestsAwaited>;

}  // namespace rsm
