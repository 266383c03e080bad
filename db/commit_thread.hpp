// The commit lane of the daemon: one thread that waits for the disk so that the loop does not.
//
// What for: everything that is submitted while one commit is under way goes into the next (at most limits::commit_changes_max
// changes). A durable outcome names the newest ticket of its group; of a failure every ticket gets its own outcome, in order.
// The database belongs to the thread from the construction on; it and the loop must outlive the lane.
// Thread rule: construct, call and destroy on the loop. Destroying commits what was submitted; no callback runs any more.
#pragma once

#include <memory>

#include "db/commit_lane.hpp"
#include "db/writer.hpp"
#include "libmgr/base/loop.hpp"

namespace rsm::db {

class CommitThread final : public CommitLane {
 public:
  CommitThread(Loop& loop, Database& database, WriterOptions options = {});
  ~CommitThread() override;

  void on_outcome(std::move_only_function<void(CommitOutcome)> callback) override;
  void submit(std::uint64_t ticket, ChangeSet changes) override;
  void recover(std::move_only_function<void(Result<>)> done) override;

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace rsm::db
