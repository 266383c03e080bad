// The commit lane: the one writer of the catalog.
//
// What for: the loop submits change sets and goes on; whatever arrives while one commit is under way joins the next (no
// timer, no artificial delay). The outcome comes back on the loop, in order; nothing that depends on a change leaves the
// daemon before its outcome. Thread rule: submit and recover from the loop; callbacks on the loop.
// Failure (decision 22): when a commit fails, that ticket and every later one that was submitted complete with the same
// failure, in order, and the lane takes no more until recover() has succeeded; after it the caller reloads its memory from the
// catalog. rolled_back: nothing of the failed tickets is in the catalog (disk full). unknown: it may or may not be there.
#pragma once

#include <cstdint>
#include <functional>

#include "db/changes.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::db {

enum class CommitResult : std::uint8_t { durable, rolled_back, unknown };

struct CommitOutcome {
  std::uint64_t ticket = 0;  // durable: this ticket and all before it are on disk
  CommitResult result = CommitResult::durable;
  Error error;               // of a failure: disk_full (112), database_failure (4313)
};

class CommitLane {
 public:
  virtual ~CommitLane() = default;
  // Called once, before the first submit.
  virtual void on_outcome(std::move_only_function<void(CommitOutcome)> callback) = 0;
  // Tickets are consecutive from 1.
  virtual void submit(std::uint64_t ticket, ChangeSet changes) = 0;
  // After a failure: rolls back or reopens the catalog. An error: call again later.
  virtual void recover(std::move_only_function<void(Result<>)> done) = 0;
};

}  // namespace rsm::db
