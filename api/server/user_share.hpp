// What one user has under way, over all its connections.
//
// What for: the limits by which a user cannot take what all need. Answers that it does not read are bytes in memory: past
// limits::unread_bytes_per_uid_max its calls wait until it has read some. Reads that wait for a commit are answered in one go when
// it is durable, so only limits::reads_waiting_per_uid_max of them wait there, the others here, and go on in turns (turns.hpp).
// Errors: none. Thread rule: the loop only. Shared by the peers of the user.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "api/protocol/limits.hpp"
#include "api/server/turns.hpp"

namespace rsm::server {

class UserShare : public std::enable_shared_from_this<UserShare> {
 public:
  explicit UserShare(std::uint32_t user, std::size_t unread_bytes = limits::unread_bytes_per_uid_max) : uid(user), unread_max_(unread_bytes) {}

  std::uint32_t const uid;
  std::size_t event_waits = 0;  // calls that wait for the next event

  // Answers that were made, and those that were read or dropped.
  void unread_more(std::size_t bytes) { unread_ += bytes; }
  void unread_less(std::size_t bytes, Turns& turns);
  bool full() const { return unread_ >= unread_max_; }
  std::size_t unread() const { return unread_; }
  // What has come and was not worked off yet. Lines without an end cannot wait for room: over the limit the connection has to go.
  void received_more(std::size_t bytes) { received_ += bytes; }
  void received_less(std::size_t bytes) { received_ -= bytes; }
  bool has_sent_too_much() const { return received_ > unread_max_; }
  // The server ends: what waits here is dropped.
  void drop();
  // In a turn of this user, when it is no longer full.
  void when_not_full(Callback work) { waiting_for_room_.push_back(std::move(work)); }

  // A read that may have to wait for a commit; whoever begins one calls read_ended() when it has its answer, once.
  void begin_read(Turns& turns, Callback read);
  void read_ended(Turns& turns);

 private:
  bool may_read() const { return reads_ < limits::reads_waiting_per_uid_max && !full(); }
  void next_read_soon(Turns& turns);

  std::size_t unread_max_;
  std::size_t unread_ = 0;
  std::size_t received_ = 0;
  std::deque<Callback> waiting_for_room_;
  std::size_t reads_ = 0;
  std::deque<Callback> parked_reads_;
  bool read_asked_ = false;
};

}  // namespace rsm::server
