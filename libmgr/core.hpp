// What stands behind the door: the record, the people, the libraries and the queue, and how they come to life and come back after a commit that failed.
// Files: core.cpp (start and stop), core_catalog.cpp (reading; what happens while the catalog cannot be written). Thread rule: the loop only.
#pragma once

#include <string>
#include <vector>

#include "libmgr/forecaster.hpp"
#include "libmgr/manager.hpp"

namespace rsm {

class Manager::Core {
 public:
  Core(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings);

  Result<> start();
  void stop(Callback done);
  bool ready() const { return ready_ && !ledger_.failed(); }
  Result<> serving() const;

  // core_catalog.cpp
  bool readable() const { return ready_ || (loaded_ && commit_error_); }
  Error refusal() const;
  void read(Reply<> then);
  void catalog_checked(std::vector<std::string> findings);
  void catalog_trouble(std::string sentence);
  std::vector<std::string> catalog_attention() const;

  void when_ready(Callback callback);
  std::uint64_t subscribe(std::move_only_function<void(std::uint64_t)> callback);

  Settings const& settings() const { return settings_; }
  Book& book() { return book_; }
  Ledger& ledger() { return ledger_; }
  Sessions& sessions() { return sessions_; }
  std::vector<quotas::Use> quota_uses(std::string const& user) const;
  Waits& waits() { return waits_; }
  OperatorWaits& operator_waits() { return operator_waits_; }
  Requests& requests() { return requests_; }
  Changes& changes() { return changes_; }
  Removals& removals() { return removals_; }
  Allocations& allocations() { return allocations_; }
  Allocations const& allocations() const { return allocations_; }
  View const& view() const { return view_; }
  Forecaster& forecaster() { return forecaster_; }
  TimePoint started() const { return started_; }
  std::string commit_error() const { return commit_error_ ? commit_error_->text() : std::string{}; }

 private:
  void begin();

  // core_catalog.cpp
  void commit_failed(db::CommitOutcome const& outcome);
  void recover();
  void reload();
  void answer_held_reads(Result<> with);
  void tell(std::string state, std::string reason);

  Loop& loop_;
  Log& log_;
  db::CommitLane& lane_;
  Settings settings_;
  Figures figures_;
  Ledger ledger_;
  Book book_;
  Sessions sessions_;
  Waits waits_;
  OperatorWaits operator_waits_;
  OperatorRequests operator_requests_;
  Libraries libraries_;
  Requests requests_;
  Changes changes_;
  Removals removals_;
  Allocations allocations_;
  View view_;
  Forecaster forecaster_;
  Lifeline lifeline_;
  bool ready_ = false;
  bool stopping_ = false;
  Callback ready_callback_;
  TimePoint started_{};
  std::uint64_t attempt_ = 0;            // grows with each failed commit and each beginning: a beginning that was planned before another one, or before a failure, is left out
  bool loaded_ = false;                  // memory shows what is committed, or will again in a moment
  bool served_ = false;                  // calls were served in this life of the daemon
  std::vector<Reply<>> held_reads_;      // their commit failed: answered when memory has come back from the catalog
  std::optional<Error> commit_error_;    // until changes are taken again
  MaybeTime last_failure_;
  std::vector<std::string> catalog_findings_;  // of the last check
  std::vector<std::string> catalog_troubles_;  // of this life of the daemon
  std::vector<std::pair<std::string, std::string>> untold_;  // events of the service itself, until changes are taken
  std::vector<std::move_only_function<void(std::uint64_t)>> subscribers_;
};

}  // namespace rsm
