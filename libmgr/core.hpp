// What stands behind the door: the record, the people, the libraries and the queue, and how they come to life and come back after a commit that failed.
// Thread rule: the loop only.
#pragma once

#include <string>
#include <vector>

#include "libmgr/manager.hpp"

namespace rsm {

class Manager::Core {
 public:
  Core(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings);

  Result<> start();
  void stop(Callback done);
  bool ready() const { return ready_ && !ledger_.failed(); }
  Result<> serving() const;
  void when_ready(Callback callback);
  std::uint64_t subscribe(std::move_only_function<void(std::uint64_t)> callback);

  Settings const& settings() const { return settings_; }
  Book& book() { return book_; }
  Ledger& ledger() { return ledger_; }
  Sessions& sessions() { return sessions_; }
  Waits& waits() { return waits_; }
  Requests& requests() { return requests_; }
  View const& view() const { return view_; }
  TimePoint started() const { return started_; }
  std::string const& commit_error() const { return commit_error_; }

 private:
  Result<> begin();
  void commit_failed(db::CommitOutcome const& outcome);
  void recover();

  Loop& loop_;
  Log& log_;
  db::CommitLane& lane_;
  Settings settings_;
  Figures figures_;
  Ledger ledger_;
  Book book_;
  Sessions sessions_;
  Waits waits_;
  OperatorRequests operator_requests_;
  Libraries libraries_;
  Requests requests_;
  View view_;
  Lifeline lifeline_;
  bool ready_ = false;
  bool stopping_ = false;
  Callback ready_callback_;
  TimePoint started_{};
  std::string commit_error_;  // until the catalog has been reopened
  std::vector<std::move_only_function<void(std::uint64_t)>> subscribers_;
};

}  // namespace rsm
