// The one writer of the catalog: many change sets, one transaction, one fsync.
//
// What for: both commit lanes use it. It also forgets: finished requests that are older than WriterOptions::request_purge_after, or more than
// requests_kept or requests_kept_bytes, a bounded bite inside each normal commit (time is that of the newest record in the commit; no
// clock is read here); rows of the history of cartridges and drives in the same way, by history_purge_after and history_kept; events beyond
// events_kept, within the commit that exceeds it. Kept are those whose call has another one
// that is still open or young: a key is answered as a whole.
// Failure (decision 22): rolled_back when it is sure that nothing of the commit is or will be in the catalog; unknown when the
// COMMIT itself failed otherwise (I/O, fsync). Then recover() before the next commit.
// Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "db/changes.hpp"
#include "db/commit_lane.hpp"
#include "db/database.hpp"
#include "db/limits.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::db {

class Query;

struct WriterOptions {
  Millis request_purge_after = limits::request_purge_after;
  std::uint64_t requests_kept = limits::requests_kept_max;
  std::uint64_t requests_kept_bytes = limits::requests_kept_bytes_max;
  std::uint64_t events_kept = limits::events_kept_max;
  Millis history_purge_after = limits::history_purge_after;
  std::uint64_t history_kept = limits::history_kept;  // rows
  int log_pages_max = limits::catalog_log_pages_max;  // then a checkpoint is due
};

struct CommitFailure {
  CommitResult result = CommitResult::unknown;  // rolled_back or unknown
  Error error;
};

class Writer {
 public:
  explicit Writer(Database& database, WriterOptions options = {});

  // All of them or nothing, in their order. Event numbers must follow the newest one in the catalog.
  std::expected<void, CommitFailure> commit(std::span<ChangeSet const> sets);
  // After a failure of this kind. An error: call again later.
  Result<> recover(CommitFailure const& failure);
  // Moves the log into the file when it has grown; between commits. A full disk or a busy reader is no error (the log grows
  // until the next time); anything else is, and recover() is due.
  std::expected<void, CommitFailure> checkpoint_if_due();

 private:
  void write(std::span<ChangeSet const> sets);
  void apply(Change const& change);
  void write_request(RequestRecord const& request);
  void move_to_history(ToHistory const& ended);
  void move_to_history(std::uint64_t first, std::uint64_t last);
  void write_operator_request(OperatorRequestRecord const& request);
  void write_attribute(ObjectAttribute const& attribute);
  bool is_there(Guid object);
  void write_text(ObjectText const& text);
  void write_done_call(DoneCall const& call);
  void write_computer(ComputerRecord const& computer);
  void erase(Erase const& erase);
  void erase_finished_request(RequestId id);
  void erase_finished_operator_request(Guid id);
  void take_out(Query& query);
  void was_given(std::uint64_t number);
  void write_events(std::span<ChangeSet const> sets);
  std::uint64_t newest_event();
  void purge(std::span<ChangeSet const> sets);
  void purge_requests(TimePoint now, std::size_t bite);
  void purge_old_requests(TimePoint before, std::size_t bite);
  void purge_operator_requests(TimePoint now, std::size_t bite);
  // Finished requests and operator requests in the catalog. Counted once, then kept by every change; a commit that fails forgets it.
  struct Kept {
    std::int64_t requests = 0, bytes = 0, operator_requests = 0;
  };
  Kept& kept();
  // What an administrator has set of the clean-up; read once, then kept by every change.
  ComputerRecord const& computer();
  CommitFailure roll_back(Error error);
  CommitFailure failed_at_commit(int code, Error error);

  Database& database_;
  WriterOptions options_;
  std::optional<Kept> kept_;
  std::optional<ComputerRecord> computer_;
  TimePoint oldest_may_go_ = TimePoint::min();  // no finished request that changed before this one is too old, or it is kept on purpose
  TimePoint failed_kept_up_to_{}, refused_kept_up_to_{};  // what is older is kept on purpose (or, until the next opening, since its call was still open): it is not walked over again
};

}  // namespace rsm::db
