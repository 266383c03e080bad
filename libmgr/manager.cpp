#include "libmgr/manager.hpp"

#include <algorithm>

#include "libmgr/core.hpp"

namespace rsm {

Manager::Manager(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings)
    : core_(std::make_unique<Core>(loop, random, log, lane, reader, std::move(devices), std::move(settings))) {}
Manager::~Manager() = default;

Result<> Manager::start() { return core_->start(); }
bool Manager::ready() const { return core_->ready(); }
void Manager::when_ready(Callback callback) { core_->when_ready(std::move(callback)); }
void Manager::stop(Callback done) { core_->stop(std::move(done)); }

void Manager::open_session(OpenSessionCall call, Reply<SessionRecord> reply) { core_->open_session(std::move(call), std::move(reply)); }
void Manager::attach_session(SessionId session, Guid secret, std::uint32_t uid, Reply<SessionRecord> reply) {
  core_->attach_session(session, secret, uid, std::move(reply));
}
void Manager::detach_session(SessionId session) { core_->detach_session(session); }
void Manager::close_session(Caller caller, SessionId session, Reply<> reply) { core_->close_session(caller, session, std::move(reply)); }

void Manager::mount(Caller caller, MountCall call, Reply<std::vector<RequestId>> reply) { core_->mount(caller, std::move(call), std::move(reply)); }
void Manager::dismount(Caller caller, DismountCall call, Reply<std::vector<RequestId>> reply) {
  core_->dismount(caller, std::move(call), std::move(reply));
}
void Manager::dismount_drive(Caller caller, std::string key, DriveId drive, Reply<RequestId> reply) {
  core_->dismount_drive(caller, std::move(key), drive, std::move(reply));
}
void Manager::inventory(Caller caller, std::string key, LibraryId library, InventoryAction action, Reply<RequestId> reply) {
  core_->inventory(caller, std::move(key), library, action, std::move(reply));
}
void Manager::eject(Caller caller, std::string key, MediumId medium, bool force, Reply<RequestId> reply) {
  core_->eject(caller, std::move(key), medium, force, std::move(reply));
}
void Manager::inject(Caller caller, std::string key, LibraryId library, Reply<RequestId> reply) {
  core_->inject(caller, std::move(key), library, std::move(reply));
}
void Manager::inject_stop(Caller caller, RequestId request, Reply<> reply) { core_->inject_stop(caller, request, std::move(reply)); }
void Manager::set_enabled(Caller caller, std::string key, ObjectType type, Guid id, bool enabled, Reply<RequestId> reply) {
  core_->set_enabled(caller, std::move(key), type, id, enabled, std::move(reply));
}
void Manager::cancel(Caller caller, RequestId request, Reply<RequestRecord> reply) { core_->cancel(caller, request, std::move(reply)); }
void Manager::wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply) {
  core_->wait(caller, std::move(requests), limit, std::move(reply));
}
void Manager::satisfy(Caller caller, OperatorRequestId id, Reply<OperatorRequestRecord> reply) {
  core_->settle_operator_request(caller, id, true, std::move(reply));
}
void Manager::refuse(Caller caller, OperatorRequestId id, Reply<OperatorRequestRecord> reply) {
  core_->settle_operator_request(caller, id, false, std::move(reply));
}

Result<> Manager::outcome_of(RequestRecord const& request) {
  if (request.state == RequestState::passed || request.state == RequestState::deferred) return {};
  std::string const object = "request " + request.id.text();
  auto code = error_from_number(request.error).value_or(Errc::invalid_state);
  if (code == Errc::success) code = Errc::cancelled;  // STOPPED
  if (code == Errc::unexpected_omid) code = Errc::invalid_state;
  return fail(code, object, request.reason);
}

void Manager::read(Reply<> then) { core_->read(std::move(then)); }
bool Manager::readable() const { return core_->readable(); }
Error Manager::refusal() const { return core_->refusal(); }
void Manager::catalog_checked(std::vector<std::string> findings) { core_->catalog_checked(std::move(findings)); }
void Manager::catalog_trouble(std::string sentence) { core_->catalog_trouble(std::move(sentence)); }

World const& Manager::world() const { return core_->book().world(); }
Settings const& Manager::settings() const { return core_->settings(); }

Result<std::optional<MediumRecord>> Manager::find_medium(MediumId id) { return core_->book().find_medium(id); }
Result<std::optional<MediumRecord>> Manager::find_medium_of_side(SideId id) { return core_->book().find_medium_of_side(id); }

Result<std::optional<RequestRecord>> Manager::find_request(RequestId id) { return core_->book().find_request(id); }
MediaState Manager::media_state(MediumRecord const& medium, std::string* reason) const { return core_->media_state(medium, reason); }
Explanation Manager::explain(RequestRecord const& request) const { return core_->explain(request); }
std::vector<std::pair<RequestRecord, std::string>> Manager::waiting() const { return core_->waiting(); }
std::vector<std::string> Manager::attention() const { return core_->attention(); }
std::uint64_t Manager::media_in(LibraryId library) const { return core_->book().media_in(library); }
bool Manager::session_connected(SessionId session) const { return core_->session_connected(session); }
MaybeTime Manager::session_grace_ends(SessionId session) const { return core_->session_grace_ends(session); }

std::string Manager::handler_text(LibraryId library, Element device) const {
  auto* worker = core_->worker(library);
  return worker == nullptr ? "not connected" : worker->devices().handler_text(device);
}

std::string Manager::arm_text(LibraryId library) const {
  auto* worker = core_->worker(library);
  return worker == nullptr ? std::string{} : worker->arm_text();
}

Manager::Counters Manager::counters() const {
  auto& ledger = core_->ledger();
  return {ledger.commits(),       ledger.changes(),     ledger.last_event(),   core_->started(),     ledger.quiet(),
          ledger.durable_event(), ledger.last_change(), ledger.uncommitted(), ledger.commit_since(), core_->commit_error(), core_->book().history()};
}

Manager::Observations Manager::observe() const {
  auto& book = core_->book();
  TimePoint const now = book.now();
  Observations seen{.figures = &core_->figures(), .queue = book.queue(), .media = book.media_count()};
  for (auto state : {RequestState::queued, RequestState::waiting, RequestState::inprocess, RequestState::deferred})
    if (auto const* oldest = book.oldest_request(state)) seen.oldest[state] = std::max(now - oldest->queued, Millis{0});
  for (auto const& [id, library] : book.world().libraries)
    if (auto* worker = core_->worker(id)) seen.handlers[id] = worker->devices().handler_figures();
  return seen;
}

std::uint64_t Manager::on_events(std::move_only_function<void(std::uint64_t)> callback) { return core_->subscribe(std::move(callback)); }

}  // namespace rsm
