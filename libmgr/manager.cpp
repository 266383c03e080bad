#include "libmgr/manager.hpp"

#include "libmgr/core.hpp"

namespace rsm {

Manager::Manager(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings)
    : core_(std::make_unique<Core>(loop, random, log, lane, reader, std::move(devices), std::move(settings))) {}
Manager::~Manager() = default;

Result<> Manager::start() { return core_->start(); }
bool Manager::ready() const { return core_->ready(); }
void Manager::when_ready(Callback callback) { core_->when_ready(std::move(callback)); }
void Manager::stop(Callback done) { core_->stop(std::move(done)); }

namespace {

template <class T>
void give(Result<T> value, Reply<T>& reply) {
  reply(std::move(value));
}

// A refusal may tell of something that is not durable yet ("it is finished", "there is none"): it leaves when that is. What was done waits for itself.
template <class T>
Reply<T> durable(Ledger& ledger, Reply<T> reply) {
  return [&ledger, reply = std::move(reply)](Result<T> result) mutable {
    if (result || ledger.quiet() || ledger.failed()) return reply(std::move(result));
    ledger.when_durable([reply = std::move(reply), result = std::move(result)](Result<> written) mutable {
      if (written) return reply(std::move(result));
      reply(std::unexpected(std::move(written).error()));
    });
  };
}

}  // namespace

void Manager::open_session(OpenSessionCall call, Reply<SessionRecord> reply) {
  if (auto serving = core_->serving(); !serving) return reply(std::unexpected(serving.error()));
  core_->sessions().open(call, std::move(reply));
}
void Manager::attach_session(SessionId session, Guid secret, std::uint32_t uid, Reply<SessionRecord> reply) {
  if (!core_->readable()) return reply(std::unexpected(core_->refusal()));
  auto told = durable(core_->ledger(), std::move(reply));
  give(core_->sessions().attach(session, secret, uid), told);
}
void Manager::detach_session(SessionId session) { core_->sessions().detach(session); }
void Manager::close_session(Caller caller, SessionId session, Reply<> reply) {
  if (auto serving = core_->serving(); !serving) return reply(std::unexpected(serving.error()));
  core_->sessions().close(caller, session, durable(core_->ledger(), std::move(reply)));
}

void Manager::submit(Caller caller, RequestCall call, Reply<std::vector<RequestId>> reply) { core_->requests().submit(caller, call, durable(core_->ledger(), std::move(reply))); }
void Manager::stop_inventory(Caller caller, LibraryId library, Reply<> reply) { core_->requests().stop_inventory(caller, library, durable(core_->ledger(), std::move(reply))); }
void Manager::stop_inject(Caller caller, RequestId request, Reply<> reply, Operation operation) { core_->requests().stop_inject(caller, request, durable(core_->ledger(), std::move(reply)), operation); }
void Manager::retract_inject(Caller caller, RequestId request, Reply<> reply) { core_->requests().retract_inject(caller, request, durable(core_->ledger(), std::move(reply))); }
void Manager::stop_eject(Caller caller, RequestId request, Reply<> reply, Operation operation) { core_->requests().stop_eject(caller, request, durable(core_->ledger(), std::move(reply)), operation); }
void Manager::cancel(Caller caller, RequestId request, Reply<RequestRecord> reply) { core_->requests().cancel(caller, request, durable(core_->ledger(), std::move(reply))); }
void Manager::change(Caller caller, std::string key, CatalogCall call, Reply<Guid> reply) { core_->changes().change(caller, key, call, durable(core_->ledger(), std::move(reply))); }
Result<security::Descriptor> Manager::security_of(Caller caller, ObjectType type, Guid id, std::uint32_t parts) {
  return objects::security_of(core_->book(), caller, type, id, parts);
}
Result<> Manager::may_read(Caller caller, ObjectType type, Guid id) {
  RSM_TRY(auto const decider, objects::decider_of(core_->book(), type, id));
  if (!decider) return fail(Errc::object_not_found, word(type) + " " + id.text(), "there is none");
  return rights::may(core_->book().world(), caller, rights::Act::read, *decider);
}
void Manager::wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply) {
  if (!core_->readable()) return reply(std::unexpected(core_->refusal()));
  core_->waits().wait(caller, std::move(requests), limit, std::move(reply));
}
void Manager::connection_gone(ConnectionId connection) {
  core_->waits().end_connection(connection);
  core_->allocations().connection_gone(connection);
  core_->operator_waits().end_connection(connection);
}

void Manager::allocate(Caller caller, AllocateCall call, Reply<Allocated> reply) { core_->allocations().allocate(caller, call, durable(core_->ledger(), std::move(reply))); }
void Manager::give_up_allocation(Caller caller, std::string key, Reply<> reply) { core_->allocations().give_up(caller, key, durable(core_->ledger(), std::move(reply))); }
void Manager::remove_library(Caller caller, LibraryId library, Reply<> reply) { core_->removals().remove_library(caller, library, durable(core_->ledger(), std::move(reply))); }
void Manager::remove_drive(Caller caller, DriveId drive, Reply<> reply) { core_->removals().remove_drive(caller, drive, durable(core_->ledger(), std::move(reply))); }
Result<std::vector<std::string>> Manager::destinations(Caller caller, std::optional<Guid> object, MessageKind kind) const {
  return objects::destinations(core_->book().world(), caller, object, kind);
}
std::size_t Manager::allocations_waiting_for(PoolId pool) const { return core_->allocations().waiting_for(pool); }

Result<std::uint32_t> Manager::place_of(Caller caller, RequestId request) const { return core_->requests().place_of(caller, request); }
void Manager::set_place(Caller caller, RequestId request, std::uint32_t place, Reply<std::uint32_t> reply) {
  core_->requests().set_place(caller, request, place, durable(core_->ledger(), std::move(reply)));
}
void Manager::forget_requests(Caller caller, ObjectType type, std::vector<Guid> ids, Reply<std::size_t> reply) {
  core_->requests().forget(caller, type, ids, durable(core_->ledger(), std::move(reply)));
}
void Manager::submit_operator_request(Caller caller, OperatorCall call, Reply<OperatorRequestRecord> reply) {
  core_->requests().submit_operator_request(caller, call, durable(core_->ledger(), std::move(reply)));
}
void Manager::wait_for_operator_request(Caller caller, OperatorRequestId id, std::optional<Millis> limit, Reply<OperatorRequestRecord> reply) {
  if (!core_->readable()) return reply(std::unexpected(core_->refusal()));
  core_->operator_waits().wait(caller, {id}, limit, [reply = std::move(reply)](Result<std::vector<OperatorRequestRecord>> ended) mutable {
    if (!ended) return reply(std::unexpected(std::move(ended).error()));
    reply(std::move(ended->front()));
  });
}
void Manager::answer_operator_request(Caller caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply) {
  core_->requests().answer_operator_request(caller, id, satisfied, durable(core_->ledger(), std::move(reply)));
}

void Manager::operator_requests_seen(Caller caller, std::vector<OperatorRequestId> ids, Reply<> reply) { core_->requests().operator_requests_seen(caller, ids, durable(core_->ledger(), std::move(reply))); }

Result<> Manager::outcome_of(RequestRecord const& request) {
  if (request.state == RequestState::passed || request.state == RequestState::deferred) return {};
  std::string const object = name_of(request.id);
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
Result<std::optional<RequestRecord>> Manager::find_request(std::uint64_t number) { return core_->book().find_request(number); }
Result<std::vector<RequestRecord>> Manager::requests_page(LibraryId library, std::uint64_t before, std::size_t most) { return core_->book().requests_page(library, before, most); }
MediaState Manager::media_state(MediumRecord const& medium, std::string* reason) const { return core_->view().media_state(medium, reason); }
Explanation Manager::explain(RequestRecord const& request) const { return core_->view().explain(request); }
std::optional<std::function<forecast::Answer()>> Manager::foresee(RequestRecord const& request) const { return core_->forecaster().foresee(request); }
std::optional<std::function<forecast::Plan()>> Manager::plan(LibraryId library, std::optional<forecast::WhatIf> what_if) const { return core_->forecaster().plan(library, std::move(what_if)); }
std::optional<std::function<std::vector<forecast::DrivesTried>()>> Manager::try_drives(LibraryId library, std::vector<forecast::PastMount> history) const {
  return core_->forecaster().try_drives(library, std::move(history));
}
void Manager::forecast_told(RequestRecord const& request, forecast::Expected const& expected, TimePoint asked) { core_->forecaster().told(request, expected, asked); }
TimingSketch const* Manager::timing(Guid subject, TimingKind kind) const { return core_->book().timings().of(subject, kind); }
std::vector<std::pair<RequestRecord, std::string>> Manager::waiting(std::size_t most) const { return core_->view().waiting(most); }
std::vector<std::string> Manager::attention() const { return core_->view().attention(core_->catalog_attention()); }
std::size_t Manager::open_requests_of(LibraryId library) const { return core_->book().requests_of(library).size(); }
std::size_t Manager::open_requests_of(SessionId session) const { return core_->book().requests_of(session).size(); }
std::vector<RequestRecord const*> Manager::newest_requests(LibraryId library, std::uint64_t before, std::size_t most) const { return core_->book().newest_requests(library, before, most); }
std::uint64_t Manager::media_in(LibraryId library) const { return core_->book().media_in(library); }
std::vector<quotas::Use> Manager::quota_uses(std::string const& user) const { return core_->quota_uses(user); }
bool Manager::session_connected(SessionId session) const { return core_->sessions().connected(session); }
MaybeTime Manager::session_grace_ends(SessionId session) const { return core_->sessions().grace_ends(session); }
std::string Manager::handler_text(LibraryId library, Element device) const { return core_->view().handler_text(library, device); }
std::string Manager::arm_text(LibraryId library) const { return core_->view().arm_text(library); }
std::optional<Millis> Manager::usual_move(LibraryId library) const { return core_->view().usual_move(library); }
Observations Manager::observe() const { return core_->view().observe(); }

Manager::Counters Manager::counters() const {
  auto& ledger = core_->ledger();
  return {ledger.commits(),       ledger.changes(),     ledger.last_event(),   core_->started(),     ledger.quiet(),
          ledger.durable_event(), ledger.last_change(), ledger.uncommitted(), ledger.commit_since(), core_->commit_error(), core_->book().history()};
}

std::uint64_t Manager::on_events(std::move_only_function<void(std::uint64_t)> callback) { return core_->subscribe(std::move(callback)); }

}  // namespace rsm
