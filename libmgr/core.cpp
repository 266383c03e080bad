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
      book_(loop, random, log, ledger_, reader, figures_) {
  book_.on_settled([this](RequestId id) { settle(id); });
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
  RSM_CHECK(book_.load());
  loaded_ = true;
  begin();
  return {};
}

void Manager::Core::when_ready(Callback callback) {
  if (ready()) return callback();
  ready_callback_ = std::move(callback);
}

// From what the catalog said to a serving daemon: at start, and again after a commit that failed.
void Manager::Core::begin() {
  book_.begin_history();
  settle_configuration();
  resume_requests();
  for (auto const& [id, session] : book_.world().sessions)
    if (connections_[id].count == 0) begin_grace(id);
  ledger_.when_durable([this, alive = std::weak_ptr(alive_)](Result<> durable) {
    if (alive.expired() || !durable) return;
    for (auto& [id, worker] : workers_) worker->start();  // not before: while nothing can be written, the hardware is left alone
    ready_ = served_ = true;
    log_.write(LogLevel::info, commit_error_ ? "ready again: memory was rebuilt from the catalog" : "ready");
    commit_error_.reset();
    for (auto& [state, reason] : std::exchange(untold_, {})) tell(std::move(state), std::move(reason));
    if (ready_callback_) std::exchange(ready_callback_, nullptr)();
    std::vector<RequestId> waited;
    for (auto const& [request, waiters] : waiters_of_) waited.push_back(request);
    for (auto const& request : waited) settle(request);
  });
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
    LibraryWorker::Context const context{book_, loop_, settings_};
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
    if (settings_.on_restart == OnRestart::cancel && !served_)
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
  if (idle && (ledger_.quiet() || ledger_.failed())) return done();
  loop_.after(std::chrono::milliseconds{20}, [this, alive = std::weak_ptr(alive_), done = std::move(done)]() mutable {
    if (!alive.expired()) stop(std::move(done));
  });
}

}  // namespace rsm
