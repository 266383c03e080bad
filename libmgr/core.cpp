#include "libmgr/core.hpp"

#include <algorithm>
#include <utility>

namespace rsm {

Manager::Core::Core(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings)
    : loop_(loop),
      random_(random),
      log_(log),
      lane_(lane),
      device_source_(std::move(devices)),
      settings_(std::move(settings)),
      ledger_(loop, lane, figures_, [this](db::CommitOutcome const& outcome) { commit_failed(outcome); }),
      book_(loop, random, log, ledger_, reader, figures_),
      sessions_(loop, book_, settings_.session_grace),
      waits_(loop, book_),
      operator_requests_(loop, book_, [this](LibraryId library, MediumRecord const& medium) {
        auto* w = worker(library);
        return w == nullptr ? std::nullopt : w->home_for(medium);
      }) {
  book_.on_settled([this](RequestId id) { waits_.settled(id); });
  sessions_.on_ending([this](SessionRecord const& session, std::string const& reason) { session_ends(session, reason); });
  ledger_.on_events([this](std::uint64_t newest) {
    for (auto& subscriber : subscribers_) subscriber(newest);
  });
}

std::uint64_t Manager::Core::subscribe(std::move_only_function<void(std::uint64_t)> callback) {
  subscribers_.push_back(std::move(callback));
  return subscribers_.size();
}

LibraryWorker* Manager::Core::worker(LibraryId id) const {
  auto it = workers_.find(id);
  return it == workers_.end() ? nullptr : it->second.get();
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
  settle_configuration();
  resume_requests();
  sessions_.resume();
  operator_requests_.resume();
  for (auto& [id, worker] : workers_) worker->start();
  ledger_.when_durable([this, alive = std::weak_ptr(alive_)](Result<> durable) {
    if (alive.expired() || !durable) return;
    ready_ = true;
    log_.write(LogLevel::info, "ready");
    if (ready_callback_) std::exchange(ready_callback_, nullptr)();
    waits_.resume();
  });
  return {};
}

void Manager::Core::settle_configuration() {
  if (!book_.world().offline_library) {
    LibraryRecord offline;
    offline.id = book_.make_id<LibraryId>();
    offline.name = "Offline library";
    offline.created = offline.modified = loop_.now();
    offline.type = LibraryType::offline;
    offline.flags = library_flag::fixed_offline;
    offline.condition = {OperationalState::ready, loop_.now(), "always there"};
    book_.put(offline, "made with the catalog", EventKind::insert);
    book_.set_offline_library(offline.id);
  }
  std::set<LibraryId> configured;
  for (auto const& library : settings_.libraries) {
    LibraryId const id = furnish_library(library);
    configured.insert(id);
    LibraryWorker::Context const context{book_, loop_, settings_, operator_requests_};
    workers_[id] = std::make_unique<LibraryWorker>(context, id, library, device_source_(library.name));
  }
  std::vector<LibraryRecord> vanished;
  for (auto const& [id, entry] : book_.world().libraries)
    if (!configured.contains(id) && entry.record.type != LibraryType::offline && entry.record.condition.state != OperationalState::not_present)
      vanished.push_back(entry.record);
  for (auto& record : vanished) {
    record.condition = {OperationalState::not_present, loop_.now(), "it is not in the configuration"};
    book_.put(record, record.condition.reason);
  }
}

LibraryId Manager::Core::furnish_library(LibrarySettings const& settings) {
  LibraryRecord record;
  bool known = false;
  for (auto const& [id, entry] : book_.world().libraries)
    if (entry.record.name == settings.name && entry.record.type != LibraryType::offline) record = entry.record, known = true;
  if (!known) {
    record.id = book_.make_id<LibraryId>();
    record.name = settings.name;
    record.created = record.modified = loop_.now();
    record.type = LibraryType::online;
  }
  record.inventory_method = settings.inventory_method;
  record.auto_recovery = settings.auto_recovery;
  record.defer_dismount_delay = settings.defer_dismount_delay;
  figures_.library_known(record.id);
  record.condition = {OperationalState::initializing, loop_.now(), "the daemon has started"};
  book_.put(record, record.condition.reason, known ? EventKind::update : EventKind::insert);
  return record.id;
}

// Decisions 7 and 24: what was being worked on waits until the hardware has said where everything is.
void Manager::Core::resume_requests() {
  std::vector<RequestRecord> open;
  for (auto const& [id, request] : book_.world().requests) open.push_back(request);
  std::ranges::sort(open, {}, &RequestRecord::sequence);
  std::map<RequestId, std::uint32_t> members;  // of calls of several media, that are still open
  for (auto const& request : open)
    if (request.group && request.operation == Operation::mount) ++members[request.group];
  for (auto const& request : open) {
    if (settings_.on_restart == OnRestart::cancel && started_ == loop_.now())
      book_.finish(request.id, {RequestState::cancelled, Errc::cancelled, "the service was started again"});
    else if (!book_.world().libraries.contains(request.library))
      book_.finish(request.id, {RequestState::invalid, Errc::invalid_library, "its library is gone"});
    else if (members.contains(request.group) && members.at(request.group) < request.group_size)  // it was being stopped: one fate
      book_.finish(request.id, {RequestState::cancelled, Errc::cancelled, "another medium of its call had ended before the restart"});
    else if (request.state == RequestState::inprocess)
      book_.set_state(request.id, RequestState::waiting, "reconciling: the hardware is asked where everything is");
  }
}

void Manager::Core::stop(Callback done) {
  stopping_ = true;
  for (auto& [id, worker] : workers_) worker->stop_starting();
  // Looks again while something is under way; the caller keeps the limit (limits::stop_limit).
  bool const idle = std::ranges::all_of(workers_, [](auto const& w) { return w.second->idle(); });
  if (idle && ledger_.quiet()) return done();
  loop_.after(std::chrono::milliseconds{20}, [this, alive = std::weak_ptr(alive_), done = std::move(done)]() mutable {
    if (!alive.expired()) stop(std::move(done));
  });
}

// Decision 22: nothing that was not written is promised; memory comes back from the catalog and the hardware is asked.
void Manager::Core::commit_failed(db::CommitOutcome const& outcome) {
  ready_ = false;
  commit_error_ = outcome.error.text();
  log_.write(LogLevel::error, "catalog: commit failed (" + std::string(outcome.result == db::CommitResult::rolled_back ? "rolled back" : "outcome unknown") +
                                  "): " + outcome.error.text());
  workers_.clear();
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) recover();
  });
}

void Manager::Core::recover() {
  lane_.recover([this, alive = std::weak_ptr(alive_)](Result<> recovered) {
    if (alive.expired()) return;
    if (recovered) recovered = begin();
    if (recovered) {
      commit_error_.clear();
      log_.write(LogLevel::warning, "catalog: reopened; memory was rebuilt from it");
      return;
    }
    commit_error_ = recovered.error().text();
    log_.write(LogLevel::error, "catalog: cannot be reopened yet: " + commit_error_);
    loop_.after(limits::catalog_reopen_pause, [this, alive] {
      if (!alive.expired()) recover();
    });
  });
}

}  // namespace rsm
