// Tickets that wait for the next commit, and the failure that ends them all: what both lanes have in common.
//
// Thread rule: a value; its owner keeps other threads away from it.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

#include "db/commit_lane.hpp"
#include "db/limits.hpp"
#include "db/writer.hpp"

namespace rsm::db {

struct CommitGroup {
  std::vector<std::uint64_t> tickets;
  std::vector<ChangeSet> sets;
};

class CommitQueue {
 public:
  void add(std::uint64_t ticket, ChangeSet changes) { waiting_.push_back({ticket, std::move(changes)}); }
  bool empty() const { return waiting_.empty(); }

  // The oldest, as many as fit into one commit; at least one. What wants to be alone is.
  CommitGroup take_group() {
    CommitGroup group;
    std::size_t changes = 0;
    while (!waiting_.empty() && (group.tickets.empty() || fits(group, changes))) {
      changes += size_of(waiting_.front().changes);
      group.tickets.push_back(waiting_.front().ticket);
      group.sets.push_back(std::move(waiting_.front().changes));
      waiting_.pop_front();
    }
    return group;
  }
  // The same failure for each of these and each that waits, in order.
  std::vector<CommitOutcome> fail_all(std::vector<std::uint64_t> tickets, CommitFailure const& failure) {
    for (auto const& entry : waiting_) tickets.push_back(entry.ticket);
    waiting_.clear();
    std::vector<CommitOutcome> outcomes;
    for (auto ticket : tickets) outcomes.push_back({ticket, failure.result, failure.error});
    return outcomes;
  }

 private:
  struct Entry {
    std::uint64_t ticket = 0;
    ChangeSet changes;
  };
  bool fits(CommitGroup const& group, std::size_t changes) const {
    ChangeSet const& next = waiting_.front().changes;
    return !group.sets.back().alone && !next.alone && changes + size_of(next) <= limits::commit_changes_max;
  }
  static std::size_t size_of(ChangeSet const& set) { return std::max<std::size_t>(1, set.changes.size()); }

  std::deque<Entry> waiting_;
};

}  // namespace rsm::db
