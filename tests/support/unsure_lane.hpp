// A commit lane whose next commits fail as a test says: taken back, or of an outcome that nobody knows, written all the same or not.
//
// What for: what becomes of those who wait for a commit. When one has failed, the test says recover() as the core would, and loads memory anew.
// Thread rule: the test's thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "db/inline_lane.hpp"

namespace rsm::testing {

class UnsureLane final : public db::CommitLane {
 public:
  enum class Next { commits, taken_back, written_unsure, lost_unsure };

  UnsureLane(Loop& loop, db::Database& database) : loop_(loop), inner_(loop, database, [] { return Millis{0}; }) {}

  Next next = Next::commits;

  void on_outcome(std::move_only_function<void(db::CommitOutcome)> callback) override {
    outcome_ = std::make_shared<std::move_only_function<void(db::CommitOutcome)>>(std::move(callback));
    inner_.on_outcome([this, to = outcome_](db::CommitOutcome outcome) {
      if (next == Next::written_unsure) outcome = {outcome.ticket, db::CommitResult::unknown, {Errc::database_failure, "catalog", "the test says so"}};
      (*to)(std::move(outcome));
    });
  }
  void submit(std::uint64_t ticket, db::ChangeSet changes) override {
    if (next == Next::commits || next == Next::written_unsure) return inner_.submit(ticket, std::move(changes));
    bool const taken_back = next == Next::taken_back;
    db::CommitOutcome const outcome{ticket, taken_back ? db::CommitResult::rolled_back : db::CommitResult::unknown, {taken_back ? Errc::disk_full : Errc::database_failure, "catalog", "the test says so"}};
    loop_.post([to = outcome_, outcome] { (*to)(outcome); });
  }
  void recover(std::move_only_function<void(Result<>)> done) override { inner_.recover(std::move(done)); }

 private:
  Loop& loop_;
  db::InlineLane inner_;
  std::shared_ptr<std::move_only_function<void(db::CommitOutcome)>> outcome_;
};

}  // namespace rsm::testing
