#include "libmgr/core.hpp"

#include <algorithm>
#include <utility>

namespace rsm {

Manager::Core::Core(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings)
    : loop_(loop),
      log_(log),
      lane_(lane),
      settings_(std::move(settings)),
      ledger_(loop, lane, figures_, [this](db::CommitOutcome const& outcome) { commit_failed(outcome); }),
      book_(loop, random, log, ledger_, reader, figures_),
      sessions_(loop, book_, settings_.session_grace),
      waits_(loop, book_),
      operator_requests_(loop, book_,
                         [this](LibraryId library, MediumRecord const& medium) {
                           auto const* found = libraries_.find(library);
                           return found == nullptr ? std::nullopt : found->home_for(medium);
                         }),
      libraries_(Library::Parts{book_, loop, settings_, operator_requests_}, std::move(devices)),
      requests_(operations::Desk{book_, loop, settings_, [this](LibraryId id) { return libraries_.find(id); }}, operator_requests_, [this] { return serving(); }),
      view_(book_, libraries_, requests_) {
  book_.on_settled([this](RequestId id) { waits_.settled(id); });
  sessions_.on_ending([this](SessionRecord const& session, std::string const& reason) {
    waits_.end_session(session.id);
    requests_.session_ends(session, reason);
    libraries_.evaluate_soon();
  });
  ledger_.on_events([this](std::uint64_t newest) {
    for (auto& subscriber : subscribers_) subscriber(newest);
  });
}

std::uint64_t Manager::Core::subscribe(std::move_only_function<void(std::uint64_t)> callback) {
  subscribers_.push_back(std::move(callback));
  return subscribers_.size();
}

Result<> Manager::Core::serving() const {
  if (stopping_) return fail(Errc::not_ready, "service", "it is stopping");
  if (!ready()) return fail(Errc::not_ready, "service", "it is still starting; try again");
  return {};
}

Result<> Manager::Core::start() {
  started_ = loop_.now();
  return begin();
}

void Manager::Core::when_ready(Callback callback) {
  if (ready()) return callback();
  ready_callback_ = std::move(callback);
}

// From the catalog to a serving daemon: at start, and again after a commit that failed.
Result<> Manager::Core::begin() {
  RSM_CHECK(book_.load());
  libraries_.settle();
  requests_.resume(settings_.on_restart == OnRestart::cancel && started_ == loop_.now());
  sessions_.resume();
  operator_requests_.resume();
  libraries_.start();
  ledger_.when_durable(lifeline_.guard([this](Result<> durable) {
    if (!durable) return;
    ready_ = true;
    log_.write(LogLevel::info, "ready");
    if (ready_callback_) std::exchange(ready_callback_, nullptr)();
    waits_.resume();
  }));
  return {};
}

void Manager::Core::stop(Callback done) {
  stopping_ = true;
  libraries_.stop_starting();
  // Looks again while something is under way; the caller keeps the limit (limits::stop_limit).
  if (libraries_.idle() && ledger_.quiet()) return done();
  loop_.after(limits::stop_look_pause, lifeline_.guard([this, done = std::move(done)]() mutable { stop(std::move(done)); }));
}

// Decision 22: nothing that was not written is promised; memory comes back from the catalog and the hardware is asked.
void Manager::Core::commit_failed(db::CommitOutcome const& outcome) {
  ready_ = false;
  commit_error_ = outcome.error.cause();
  log_.write(LogLevel::error, "catalog: commit failed (" + std::string(outcome.result == db::CommitResult::rolled_back ? "rolled back" : "outcome unknown") +
                                  "): " + outcome.error.text());
  libraries_.clear();
  loop_.post(lifeline_.guard([this] { recover(); }));
}

void Manager::Core::recover() {
  lane_.recover(lifeline_.guard([this](Result<> recovered) {
    if (recovered) recovered = begin();
    if (recovered) {
      commit_error_.clear();
      log_.write(LogLevel::warning, "catalog: reopened; memory was rebuilt from it");
      return;
    }
    commit_error_ = recovered.error().cause();
    log_.write(LogLevel::error, "catalog: cannot be reopened yet: " + commit_error_);
    loop_.after(limits::catalog_reopen_pause, lifeline_.guard([this] { recover(); }));
  }));
}

}  // namespace rsm
