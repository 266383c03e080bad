// Those who wait for requests to be settled.
//
// What for: a wait is answered when every one of its requests is settled (finished, or a DISMOUNT that is DEFERRED) and that is durable. It
// ends earlier with its time limit (timeout, 1460: the requests go on), with its session (cancelled, 1223), and without an answer with its
// connection, since nobody would read one. What has ended leaves nothing behind, and one user has at most limits::waits_per_user_max.
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
#include "libmgr/book.hpp"

namespace rsm {

class Waits {
 public:
  // Both must outlive the waits.
  Waits(Loop& loop, Book& book) : loop_(loop), book_(book) {}
  ~Waits();

  // Without a limit, or with a longer one: limits::wait_max. object_not_found (4312) for an unknown request.
  void wait(Caller const& caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply);

  // A request was settled.
  void settled(RequestId request);
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
    std::vector<RequestId> requests;
    SessionId session;
    ConnectionId connection = ConnectionId::none;
    std::uint32_t uid = 0;
    TimerId timer = TimerId::none;
    Reply<std::vector<RequestRecord>> reply;
  };
  bool is_settled(RequestId request) const;
  bool is_settled(Wait const& wait) const;
  Result<> check(std::vector<RequestId> const& requests) const;
  void time_over(Number number);
  void answer_when_durable(Number number);
  Result<std::vector<RequestRecord>> records_of(Wait const& wait) const;
  Wait take(Number number);

  Loop& loop_;
  Book& book_;
  std::map<Number, Wait> waits_;  // in the order of their coming
  Number last_number_ = 0;
  std::set<std::pair<RequestId, Number>> by_request_;
  std::set<std::pair<SessionId, Number>> by_session_;
  std::set<std::pair<ConnectionId, Number>> by_connection_;
  std::map<std::uint32_t, std::size_t> of_uid_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
