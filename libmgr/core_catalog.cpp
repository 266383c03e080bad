// Reading, and what becomes of everything while the catalog cannot be written (architecture decision 22): nothing that was not written is
// promised; memory comes back from the catalog, reading goes on from there, changes are refused until they can be written again.
#include <utility>

#include "libmgr/core.hpp"

namespace rsm {

// Why a call that changes something is not served now.
Error Manager::Core::refusal() const {
  if (stopping_) return {Errc::not_ready, "service", "it is stopping"};
  if (!commit_error_) return {Errc::not_ready, "service", "it is still starting; try again"};
  if (commit_error_->code == Errc::disk_full) return *commit_error_;
  return {Errc::not_ready, "catalog", "it is being reopened after a write error; try again"};
}

// What was recorded before is durable then, or was taken back and is not shown any more.
void Manager::Core::read(Reply<> then) {
  if (!readable()) return then(std::unexpected(refusal()));
  if (ledger_.failed()) return held_reads_.push_back(std::move(then));
  if (ledger_.quiet()) return then({});  // inside the caller's turn: thousands that wait for a turn of the loop would all be served in that one
  ledger_.when_durable([this, alive = lifeline_.watch(), then = std::move(then)](Result<> durable) mutable {
    if (durable || alive.expired()) return then(std::move(durable));
    if (!readable()) return then(std::unexpected(refusal()));
    held_reads_.push_back(std::move(then));
  });
}

void Manager::Core::answer_held_reads(Result<> with) {
  for (auto& then : std::exchange(held_reads_, {})) then(with);
}

void Manager::Core::commit_failed(db::CommitOutcome const& outcome) {
  bool const known = outcome.result == db::CommitResult::rolled_back;
  if (!commit_error_)  // the next ones are tries, one after each pause
    log_.write(LogLevel::error, std::string("catalog: commit failed (") + (known ? "rolled back" : "outcome unknown") + "): " + outcome.error.text());
  ready_ = false;
  loaded_ = loaded_ && known;
  commit_error_ = outcome.error;
  libraries_.clear();
  ++attempt_;
  loop_.post(lifeline_.guard([this] { recover(); }));
}

void Manager::Core::recover() {
  lane_.recover(lifeline_.guard([this](Result<> recovered) {
    if (recovered) recovered = book_.load();
    if (recovered) return reload();
    loaded_ = false;
    commit_error_ = recovered.error();
    log_.write(LogLevel::error, "catalog: cannot be reopened yet: " + commit_error_->text());
    answer_held_reads(std::unexpected(refusal()));
    loop_.after(limits::catalog_reopen_pause, lifeline_.guard([this] { recover(); }));
  }));
}

// Memory shows what is committed. The next try is at once when commits went well before this failure, and after a pause when they did not.
void Manager::Core::reload() {
  loaded_ = true;
  answer_held_reads({});
  bool const again = last_failure_ && loop_.now() - *last_failure_ < limits::catalog_failure_memory;
  last_failure_ = loop_.now();
  if (!again) return begin();
  loop_.after(limits::catalog_reopen_pause, lifeline_.guard([this, planned_at = attempt_] {
    if (!stopping_ && planned_at == attempt_) begin();
  }));
}

void Manager::Core::tell(std::string state, std::string reason) {
  if (ready()) return book_.note_service(std::move(state), reason);
  untold_.emplace_back(std::move(state), std::move(reason));
}

void Manager::Core::catalog_checked(std::vector<std::string> findings) {
  if (findings == catalog_findings_) return;
  catalog_findings_ = std::move(findings);
  auto const now = catalog_attention();
  if (catalog_findings_.empty())
    log_.write(LogLevel::info, "catalog: a check has found nothing");
  else
    tell("catalog damaged", now.back());
}

void Manager::Core::catalog_trouble(std::string sentence) {
  catalog_troubles_.push_back(sentence);
  tell("catalog damaged", std::move(sentence));
}

std::vector<std::string> Manager::Core::catalog_attention() const {
  std::vector<std::string> all;
  if (commit_error_ && commit_error_->code == Errc::disk_full)
    all.push_back("the disk of the catalog is full: nothing can be changed, reading goes on: " + commit_error_->sentence());
  else if (commit_error_)
    all.push_back("the catalog could not be written and is being reopened: " + commit_error_->text());
  all.insert(all.end(), catalog_troubles_.begin(), catalog_troubles_.end());
  if (!catalog_findings_.empty())
    all.push_back("a check of the catalog has " + std::to_string(catalog_findings_.size()) + (catalog_findings_.size() == 1 ? " finding: " : " findings, the first: ") +
                  catalog_findings_.front() + "; run 'rsm catalog check' and do what docs/recovery.md says");
  return all;
}

}  // namespace rsm
