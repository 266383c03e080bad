#include "libmgr/core.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/pools/system_pools.hpp"

namespace rsm {

Manager::Core::Core(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings)
    : loop_(loop),
      log_(log),
      lane_(lane),
      settings_(std::move(settings)),
      ledger_(loop, lane, figures_, [this](db::CommitOutcome const& outcome) { commit_failed(outcome); }),
      book_(loop, random, log, ledger_, reader, figures_),
      sessions_(loop, book_, settings_.session_grace, settings_.shares.quotas),
      waits_(loop, book_, settings_.shares.quotas),
      operator_waits_(loop, book_, settings_.shares.quotas),
      operator_requests_(loop, book_,
                         [this](LibraryId library, MediumRecord const& medium) {
                           auto const* found = libraries_.find(library);
                           return found == nullptr ? std::nullopt : found->home_for(medium);
                         },
                         settings_.shares.quotas),
      libraries_(Library::Parts{book_, loop, settings_, operator_requests_}, std::move(devices)),
      requests_(operations::Desk{book_, loop, settings_, [this](LibraryId id) { return libraries_.find(id); }}, operator_requests_, [this] { return serving(); }),
      changes_(book_, settings_, [this] { return serving(); }),
      removals_(operations::Desk{book_, loop, settings_, [this](LibraryId id) { return libraries_.find(id); }},
                {[this](LibraryId id) { libraries_.disconnect(id); },
                 [this](RequestId id, Outcome const& outcome) { return requests_.stop(id, outcome, machine::StopHow::abandon); }},
                [this] { return serving(); }),
      allocations_(book_, loop, settings_, operator_requests_, [this] { return serving(); }),
      view_(book_, libraries_, requests_),
      forecaster_(book_, libraries_) {
  book_.on_settled([this](RequestId id) {
    waits_.settled(id);
    forecaster_.settled(id);
  });
  book_.on_operator_request_settled([this](OperatorRequestId id) { operator_waits_.settled(id); });
  sessions_.on_ending([this](SessionRecord const& session, std::string const& reason) {
    waits_.end_session(session.id);
    operator_waits_.end_session(session.id);
    allocations_.session_ends(session.id, reason);
    requests_.session_ends(session, reason);
    libraries_.evaluate_soon();
  });
  book_.on_queue_change({[this](LibraryId library, RequestId mount) {
                           if (auto* found = libraries_.find(library)) found->mount_changed(mount);
                         },
                         [this](MediumId medium) {
                           for (auto const& [id, library] : libraries_.all()) library->medium_changed(medium);
                         }});
  book_.on_change(lifeline_.guard([this](Event const& event) {
    if (event.type == ObjectType::library)  // who waits for what was elsewhere asks where it is now
      for (auto const& [id, library] : libraries_.all()) library->mounts().look_again_at_those_away();
    if (event.kind != EventKind::insert || event.type != ObjectType::request) return;
    loop_.post(lifeline_.guard([this, id = RequestId{event.object}] {  // also of one that a change of pools has brought
      auto const* request = book_.request(id);
      if (auto* library = request == nullptr ? nullptr : libraries_.find(request->library)) library->evaluate_soon();
    }));
  }));
  operator_requests_.on_answered([this](OperatorRequestRecord const& record) { allocations_.answered(record); });
  ledger_.on_events([this](std::uint64_t newest) {
    for (auto& subscriber : subscribers_) subscriber(newest);
  });
}

std::uint64_t Manager::Core::subscribe(std::move_only_function<void(std::uint64_t)> callback) {
  subscribers_.push_back(std::move(callback));
  return subscribers_.size();
}

Result<> Manager::Core::serving() const {
  if (stopping_ || !ready()) return std::unexpected(refusal());
  return {};
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
  ++attempt_;
  book_.begin_history();
  // The first thing that is written after a failure: without it nobody would know whether anything can be.
  // It is said in the log when it is true: below.
  if (commit_error_) book_.note_service("writing again", "changes are written again; what failed was: " + commit_error_->text(), Book::Said::later);
  objects::settle(book_);
  pools::settle(book_);
  libraries_.settle();
  requests_.resume(settings_.on_restart == OnRestart::cancel && !served_);
  sessions_.resume();
  operator_requests_.resume();
  ledger_.when_durable(lifeline_.guard([this](Result<> durable) {
    if (!durable) return;
    libraries_.start();  // not before: while nothing can be written, the hardware is left alone
    ready_ = served_ = true;
    if (commit_error_)
      log_.write(LogLevel::warning, "ready again: changes are written again, memory was rebuilt from the catalog; what failed was: " + commit_error_->text());
    else
      log_.write(LogLevel::info, "ready");
    commit_error_.reset();
    for (auto& [state, reason] : std::exchange(untold_, {})) tell(std::move(state), std::move(reason));
    if (ready_callback_) std::exchange(ready_callback_, nullptr)();
    waits_.resume();
    operator_waits_.resume();
    allocations_.resume();
  }));
}

void Manager::Core::stop(Callback done) {
  stopping_ = true;
  libraries_.stop_starting();
  if (ready()) book_.write_timings();
  // Looks again while something is under way; the caller keeps the limit (limits::stop_limit).
  if (libraries_.idle() && (ledger_.quiet() || ledger_.failed())) return done();
  loop_.after(limits::stop_look_pause, lifeline_.guard([this, done = std::move(done)]() mutable { stop(std::move(done)); }));
}

// Users by name, with their uid where a session says it.
std::vector<quotas::Use> Manager::Core::quota_uses(std::string const& user) const {
  using quotas::Quota;
  std::map<std::string, std::optional<std::uint32_t>> users;
  for (auto const& [name, open] : book_.open_requests_by_user())
    if (!name.empty()) users.try_emplace(name);
  for (auto const& [name, media] : book_.media_by_user()) users.try_emplace(name);
  for (auto const& [id, session] : book_.world().sessions) users[session.user] = session.uid;
  if (!user.empty()) {
    auto const uid = users.contains(user) ? users[user] : std::nullopt;
    users = {{user, uid}};
  }
  std::vector<quotas::Use> uses;
  auto const& limits = settings_.shares.quotas;
  auto const add = [&](std::string const& whose, SessionId session, Quota quota, std::size_t held) { uses.push_back({whose, session, quota, held, quotas::most(limits, quota, whose)}); };
  for (auto const& [name, uid] : users) {
    add(name, {}, Quota::requests_of_user, book_.open_requests_of(name));
    add(name, {}, Quota::sessions, uid ? book_.sessions_of(*uid) : 0);
    add(name, {}, Quota::waits, uid ? std::max({waits_.size_of(*uid), operator_waits_.size_of(*uid), allocations_.waiting_of(*uid)}) : 0);
    add(name, {}, Quota::operator_requests, operator_requests_.asked_by(name));
    add(name, {}, Quota::media, book_.media_of(name));
  }
  for (auto const& [id, session] : book_.world().sessions)
    if (auto const open = book_.open_requests_of(id); open != 0 && users.contains(session.user)) add(session.user, id, Quota::requests_of_session, open);
  return uses;
}

}  // namespace rsm
