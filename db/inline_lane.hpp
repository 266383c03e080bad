// A commit lane without a thread, for the simulator and for tests: the same Writer, in virtual time.
//
// What for: submit() queues; after delay() on the loop everything queued by then is committed at once, and the outcome arrives
// in a later callback, so that whoever cuts the power between the two finds a commit that nobody was told of.
// The database and the loop must outlive the lane. Thread rule: the loop only. Destroying drops what waits.
#pragma once

#include <memory>

#include "db/commit_lane.hpp"
#include "db/writer.hpp"
#include "libmgr/base/loop.hpp"

namespace rsm::db {

class InlineLane final : public CommitLane {
 public:
  InlineLane(Loop& loop, Database& database, std::function<Millis()> delay, WriterOptions options = {});
  ~InlineLane() override;

  void on_outcome(std::move_only_function<void(CommitOutcome)> callback) override;
  void submit(std::uint64_t ticket, ChangeSet changes) override;
  void recover(std::move_only_function<void(Result<>)> done) override;

 private:
  struct State;
  static void schedule(std::shared_ptr<State> const& state);
  static void commit(std::shared_ptr<State> const& state);
  std::shared_ptr<State> state_;
};

}  // namespace rsm::db
