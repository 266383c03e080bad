#include "libmgr/operations/requests.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/people/sessions.hpp"
#include "libmgr/pools/labels_wanted.hpp"
#include "libmgr/queue/why.hpp"

namespace rsm {

Requests::Requests(operations::Desk desk, OperatorRequests& people, std::function<Result<>()> ready)
    : desk_(std::move(desk)), people_(people), ready_(std::move(ready)), deadlines_(desk_.loop, desk_.book, [this](RequestId id) { return expire(id); }) {
  people_.on_ended([this](RequestId id) { nobody_is_asked_any_more(id); });
}

// ---- coming in

Result<SessionRecord> Requests::session_of(Caller const& caller) const {
  RSM_TRY(auto session, rsm::session_of(desk_.world(), caller));
  RSM_CHECK(ready_());
  return session;
}

std::optional<operations::Who> Requests::begin(Caller const& caller, std::string const& key, std::function<KeyedCall()> const& call, Reply<Ids>& reply) {
  auto const refuse = [&reply](Error error) {
    reply(std::unexpected(std::move(error)));
    return std::nullopt;
  };
  auto session = session_of(caller);
  if (!session) return refuse(session.error());
  if (key.size() > limits::key_bytes_max) return refuse({Errc::invalid_parameter, "key", "at most " + std::to_string(limits::key_bytes_max) + " bytes"});
  auto const known = planted(PlantedBug::key_forgotten) ? Result<operations::Records>{} : desk_.book.requests_of_key(session->id, key);
  if (!known) return refuse(known.error());
  if (known->empty()) return operations::Who{caller, std::move(*session)};
  auto answer = answer_of_key(key, *known, call());
  if (!answer) return refuse(answer.error());
  if (!*answer) return operations::Who{caller, std::move(*session)};
  answer_when_durable(std::move(**answer), std::move(reply));
  return std::nullopt;
}

template <class Call>
void Requests::take_in(Caller const& caller, Call const& call, Reply<Ids> reply) {
  auto who = begin(caller, call.key, [&] { return KeyedCall{operation_of(call), objects_of(desk_, call)}; }, reply);
  if (!who) return;
  auto records = check(desk_, *who, call);
  if (records) {
    if (auto room = room_for(*who, records->size()); !room) records = std::unexpected(room.error());
  }
  if (!records) return desk_.book.take_back_numbers(), reply(std::unexpected(records.error()));
  mark_as_one_call(*records);
  record(*records);
  desk_.book.take_back_numbers();
  if constexpr (requires { recorded(desk_, call, *records, people_); }) recorded(desk_, call, *records, people_);
  look_soon(*records);
  answer_when_durable(ids_of(*records), std::move(reply));
}

void Requests::submit(Caller const& caller, RequestCall const& call, Reply<Ids> reply) {
  std::visit([&](auto const& one) { take_in(caller, one, std::move(reply)); }, call);
}

// Its members know each other by the first one: they are kept, and forgotten, together.
void Requests::mark_as_one_call(operations::Records& records) {
  if (records.size() < 2) return;
  for (auto& request : records) {
    request.group = records.front().id;
    request.group_size = static_cast<std::uint32_t>(records.size());
  }
}

Result<> Requests::room_for(operations::Who const& who, std::size_t more) const {
  if (desk_.world().requests.size() + more > limits::requests_open_max)
    return fail(Errc::resource_not_available, "queue", std::to_string(desk_.world().requests.size()) + " requests are open; wait for some of them");
  auto const& quotas = desk_.settings.shares.quotas;
  RSM_CHECK(quotas::may_have(quotas, quotas::Quota::requests_of_user, who.session.user, desk_.book.open_requests_of(who.session.user), more));
  return quotas::may_have(quotas, quotas::Quota::requests_of_session, who.session.user, desk_.book.open_requests_of(who.session.id), more);
}

void Requests::record(operations::Records const& records) {
  for (auto const& request : records) desk_.book.add(request);
}

void Requests::look_soon(operations::Records const& records) {
  for (auto const& request : records)
    if (auto* library = desk_.library(request.library)) library->evaluate_soon();
  deadlines_.look();
}

Requests::Ids Requests::ids_of(operations::Records const& records) {
  Ids ids;
  for (auto const& request : records) ids.push_back(request.id);
  return ids;
}

void Requests::answer_when_durable(Ids ids, Reply<Ids> reply) {
  desk_.book.ledger().when_durable([ids = std::move(ids), reply = std::move(reply)](Result<> durable) mutable {
    if (durable) return reply(std::move(ids));
    reply(std::unexpected(durable.error()));
  });
}

// ---- taken back

namespace {

template <class T>
void answer(Book& book, T value, Reply<T> reply) {
  book.ledger().when_durable([value = std::move(value), reply = std::move(reply)](Result<> durable) mutable {
    if (durable) return reply(std::move(value));
    reply(std::unexpected(durable.error()));
  });
}

void answer(Book& book, Reply<> reply) {
  book.ledger().when_durable([reply = std::move(reply)](Result<> durable) mutable { reply(std::move(durable)); });
}

}  // namespace

void Requests::stop_inject(Caller const& caller, RequestId id, Reply<> reply, Operation operation) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  auto const* open = desk_.book.request(id);
  if (open == nullptr || open->operation != operation) return reply(fail(Errc::invalid_operation, name_of(id), "it is no inject that is under way"));
  if (auto may = rights::may(desk_.world(), caller, rights::Act::inject, open->library); !may) return reply(std::unexpected(may.error()));
  auto const* library = desk_.world().library(open->library);
  bool const by_door = operation == Operation::inject_cleaner && library != nullptr && library->ports.empty();
  if (by_door) return reply(fail(Errc::invalid_operation, name_of(id), "it goes by the door; closing that ends it"));
  if (!stop(id, {RequestState::stopped, Errc::success, "stopped"}, machine::StopHow::if_waiting))
    return reply(fail(Errc::invalid_operation, name_of(id), "the cartridge is being taken in already"));
  answer(desk_.book, std::move(reply));
}

void Requests::retract_inject(Caller const& caller, RequestId id, Reply<> reply) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  std::string const name = name_of(id);
  auto const* open = desk_.book.request(id);
  if (open == nullptr || !operations::inject::is_of_many(*open)) return reply(fail(Errc::invalid_operation, name, "it is no inject of many cartridges that is under way"));
  if (auto may = rights::may(desk_.world(), caller, rights::Act::inject, open->library); !may) return reply(std::unexpected(may.error()));
  if (auto* library = desk_.library(open->library)) library->port().look_now(id);
  answer(desk_.book, std::move(reply));
}

void Requests::stop_eject(Caller const& caller, RequestId id, Reply<> reply, Operation operation) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  std::string const name = name_of(id);
  std::vector<RequestId> under_way;
  for (auto const& [library, entry] : desk_.world().libraries)
    for (auto const& [sequence, open] : desk_.book.requests_of(library, operation))
      if (open == id || desk_.book.request(open)->group == id) under_way.push_back(open);
  if (under_way.empty()) return reply(fail(Errc::invalid_operation, name, "it is no eject that is under way"));
  if (auto may = rights::may(desk_.world(), caller, rights::Act::eject, desk_.book.request(under_way.front())->library); !may) return reply(std::unexpected(may.error()));
  std::size_t stopped = 0;
  for (auto const& open : under_way)
    if (stop(open, {RequestState::stopped, Errc::success, "stopped by " + session->user}, machine::StopHow::if_waiting)) ++stopped;
  if (stopped == 0) return reply(fail(Errc::invalid_operation, name, "the cartridge is being brought out already"));
  answer(desk_.book, std::move(reply));
}

void Requests::stop_inventory(Caller const& caller, LibraryId id, Reply<> reply) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  auto const library = operations::library_for_control(desk_, id, Errc::resource_disabled);
  if (!library) return reply(std::unexpected(library.error()));
  if (auto may = rights::may(desk_.world(), caller, rights::Act::inventory, id); !may) return reply(std::unexpected(may.error()));
  std::vector<RequestId> running;
  for (auto const& open : desk_.book.requests_of(id)) {
    auto const operation = desk_.book.request(open)->operation;
    if (operation == Operation::inventory || operation == Operation::process_omid) running.push_back(open);
  }
  for (auto const& open : running) stop(open, {RequestState::stopped, Errc::success, "stopped by " + session->user}, machine::StopHow::if_waiting);
  answer(desk_.book, std::move(reply));
}

void Requests::cancel(Caller const& caller, RequestId id, Reply<RequestRecord> reply) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  auto const* open = desk_.book.request(id);
  std::string const name = name_of(id);
  if (open == nullptr) return reply(fail(Errc::object_not_found, name, "it is finished, or there is none"));
  if (auto may = rights::may_cancel(desk_.world(), caller, *open); !may) return reply(std::unexpected(may.error()));
  LibraryId const library = open->library;
  DriveId const not_to_be_cleaned = open->operation == Operation::clean_drive && is_by_service(*open) ? open->drive : DriveId{};
  if (!stop(id, {RequestState::cancelled, Errc::cancelled, "cancelled by " + session->user}, machine::StopHow::if_waiting)) {
    auto const* goes_on = desk_.book.request(id);
    return reply(fail(Errc::access_denied, name, "it is being handled and cannot be stopped: " + (goes_on != nullptr ? why(*goes_on) : std::string("it has just ended"))));
  }
  // Else the service, which asks for what is still wanted, would ask again at once: the drive has to.
  if (not_to_be_cleaned) people_.withdraw(OperatorKind::cleaning_wanted, not_to_be_cleaned.guid, "its cleaning was cancelled by " + session->user + "; the drive asks again when it wants to be cleaned");
  RequestRecord remove = operations::blank(desk_, {caller, *session}, {}, Operation::remove);
  remove.library = library;
  remove.work_item = id;
  RequestId const remove_id = remove.id;
  desk_.book.add(std::move(remove));
  desk_.book.finish(remove_id, {RequestState::passed, Errc::success, name + " was cancelled"});
  auto ended = desk_.book.find_request(id);  // still in memory: it has only just ended
  if (!ended) return reply(std::unexpected(ended.error()));
  if (!*ended) return reply(fail(Errc::object_not_found, name, "it is not kept any more"));
  answer(desk_.book, std::move(**ended), std::move(reply));
}

void Requests::submit_operator_request(Caller const& caller, OperatorCall const& call, Reply<OperatorRequestRecord> reply) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  auto submitted = people_.submit(caller, *session, call);
  if (!submitted) return reply(std::unexpected(submitted.error()));
  answer(desk_.book, std::move(*submitted), std::move(reply));
}

void Requests::answer_operator_request(Caller const& caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply) {
  if (auto serving = ready_(); !serving) return reply(std::unexpected(serving.error()));
  auto answered = people_.answer(caller, id, satisfied);
  if (!answered) return reply(std::unexpected(answered.error()));
  // Refused: nobody brings the medium, or a cleaning cartridge, so what waits for it ends.
  if (!satisfied && (answered->kind == OperatorKind::bring_medium || answered->kind == OperatorKind::cleaner_wanted))
    stop(answered->request, {RequestState::failed, Errc::request_refused, "the operator refused: " + answered->message}, machine::StopHow::if_waiting);
  // Done: the drive is asked again at its next turn, and has as many tries as a new one.
  DriveId const served{satisfied && answered->kind == OperatorKind::drive_service ? answered->argument1 : Guid{}};
  MediumId const looked_after{satisfied && answered->kind == OperatorKind::bad_cartridge ? answered->argument1 : Guid{}};
  LibraryId const changed = satisfied ? people_.where_somebody_was(*answered) : LibraryId{};
  for (auto const& [library, entry] : desk_.world().libraries)
    if (auto* connected = desk_.library(library)) {
      if (library == changed) connected->stocktaking().look_soon();
      if (auto const* drive = desk_.world().drive(served); drive != nullptr && drive->record.library == library) connected->conditions().forgive(served);
      if (looked_after) operations::identify::looked_after(*connected, looked_after);
      connected->evaluate_soon();
    }
  answer(desk_.book, std::move(*answered), std::move(reply));
}

void Requests::operator_requests_seen(Caller const& caller, std::vector<OperatorRequestId> const& ids, Reply<> reply) {
  if (auto serving = ready_(); !serving) return reply(std::unexpected(serving.error()));
  if (auto seen = people_.seen(caller, ids); !seen) return reply(std::unexpected(seen.error()));
  answer(desk_.book, std::move(reply));
}

// ---- ending

bool Requests::stop(RequestId id, Outcome const& outcome, machine::StopHow how) {
  auto const* request = desk_.book.request(id);
  if (request == nullptr) return false;
  if (auto* library = desk_.library(request->library)) return operations::stop(*library, id, outcome, how);
  end_without_library(RequestRecord(*request), outcome);
  return true;
}

void Requests::end_without_library(RequestRecord const& request, Outcome const& outcome) {
  for (auto const& member : call_of(request)) desk_.book.finish(member.id, outcome);
}

// All open mounts of the call that it belongs to, itself first: they share one fate.
std::vector<RequestRecord> Requests::call_of(RequestRecord const& request) const {
  std::vector<RequestRecord> members{request};
  if (request.operation == Operation::mount && request.group_size > 1)
    for (auto const& other : desk_.book.requests_of(request.library))
      if (auto const* r = desk_.book.request(other); r->group == request.group && other != request.id) members.push_back(*r);
  return members;
}

void Requests::session_ends(SessionRecord const& session, std::string const& reason) {
  std::vector<RequestId> pending;
  for (auto const& id : desk_.book.requests_of(session.id)) {
    auto const& request = *desk_.book.request(id);
    if ((request.operation == Operation::mount && !request.nowait) || operations::inject::is_of_many(request)) pending.push_back(id);
  }
  for (auto const& id : pending) stop(id, {RequestState::cancelled, Errc::cancelled, "its session ended: " + reason}, machine::StopHow::abandon);
}

bool Requests::expire(RequestId id) {
  if (desk_.book.ledger().failed()) return false;
  auto const* request = desk_.book.request(id);
  auto* library = desk_.library(request->library);
  if (library != nullptr && library->goes_on(id)) return false;
  std::string const waited = why(*request);
  stop(id, {RequestState::cancelled, Errc::timeout, "its time limit was over while it waited: " + waited}, machine::StopHow::abandon);
  return true;
}

std::string Requests::why(RequestRecord const& request) const {
  if (auto const* library = desk_.library(request.library)) return library->why(request);
  auto const* entry = desk_.world().library(request.library);
  WhyFacts facts{.request = request};
  facts.library = entry == nullptr ? "its library is gone" : "library " + entry->record.name + " is not connected: " + entry->record.condition.reason;
  if (!request.reason.empty()) facts.library += "; " + request.reason;
  return rsm::why(facts);
}

// ---- after a restart

void Requests::resume(bool cancel_all) {
  std::vector<RequestRecord> open;
  for (auto const& [id, request] : desk_.world().requests) open.push_back(request);
  std::ranges::sort(open, {}, &RequestRecord::sequence);
  std::map<RequestId, std::vector<RequestRecord>> calls;  // of several media
  for (auto const& request : open)
    if (request.group && request.operation == Operation::mount) calls[request.group].push_back(request);
  for (auto const& request : open) {
    auto const* now = desk_.book.request(request.id);
    if (now == nullptr || now->library != request.library) continue;  // ended with its call, or went elsewhere with it
    auto const call = calls.find(request.group);
    if (cancel_all)
      desk_.book.finish(request.id, {RequestState::cancelled, Errc::cancelled, "the service was started again"});
    else if (call != calls.end() && call->second.size() < request.group_size)  // it was being stopped: one fate
      desk_.book.finish(request.id, {RequestState::cancelled, Errc::cancelled, "another medium of its call had ended before the restart"});
    else if (desk_.library(request.library) == nullptr && !planted(PlantedBug::removed_library_keeps_request))
      find_library_for(call == calls.end() ? std::vector{request} : call->second);
    else if (request.state == RequestState::inprocess)
      desk_.book.set_state(request.id, RequestState::waiting, "reconciling: the hardware is asked where everything is");
  }
  if (cancel_all) ask_again_for_labels(open);
  deadlines_.look();
}

// Nobody waits for them who would ask again, and their sides would be UNPREPARED for ever.
void Requests::ask_again_for_labels(std::vector<RequestRecord> const& cancelled) {
  for (auto const& request : cancelled) {
    auto const medium = request.operation == Operation::write_scratch ? desk_.book.medium(request.medium) : Result<MediumRecord const*>(nullptr);
    if (medium && *medium != nullptr) pools::ask_for_labels(desk_.book, MediumRecord(**medium), {.why = "the service was started again"});
  }
}

// Their library is not connected any more. A mount goes on in another one that takes its media, when they are brought there; everything else ends.
void Requests::find_library_for(std::vector<RequestRecord> const& call) {
  auto const& first = call.front();
  if (first.operation == Operation::write_scratch) return wait_on_the_shelf(first);
  auto const* entry = desk_.world().library(first.library);
  std::string const gone = "library " + (entry == nullptr ? first.library.text() : entry->record.name) + " is not in the configuration any more";
  auto const target = first.operation == Operation::mount ? operations::mount::other_library(desk_, call) : Result<LibraryId>(fail(Errc::resource_not_available));
  if (!target) {
    for (auto const& request : call) desk_.book.finish(request.id, {RequestState::failed, Errc::resource_not_available, gone + (target.error().detail.empty() ? "" : "; " + target.error().sentence())});
    return;
  }
  move_to(*target, call, gone);
}

// A free label is written where its medium is, or when it comes into a library.
void Requests::wait_on_the_shelf(RequestRecord request) {
  auto const medium = desk_.book.medium(request.medium);
  auto const* in = medium && *medium != nullptr ? std::get_if<InElement>(&(*medium)->place) : nullptr;
  LibraryId const where = in != nullptr && desk_.library(in->library) != nullptr ? in->library : desk_.world().offline_library;
  if (request.library == where) return;
  request.library = where;
  request.drive = {};
  request.specific_drive = false;
  desk_.book.update(request);
  desk_.book.set_state(request.id, RequestState::waiting, in != nullptr && in->library == where ? "its library is in the configuration again" : "its library is not in the configuration any more; its label is written when the medium comes into another one");
}

void Requests::move_to(LibraryId library, std::vector<RequestRecord> call, std::string const& reason) {
  for (auto& request : call) {
    request.library = library;
    request.drive = {};
    desk_.book.update(request);
    desk_.book.set_state(request.id, RequestState::waiting, reason);
    auto const medium = desk_.book.medium(request.medium);
    if (medium && *medium != nullptr && !whereabouts(desk_.world(), **medium)) people_.ask_for_medium(**medium, library, request.id);
  }
  look_soon(call);
}

void Requests::nobody_is_asked_any_more(RequestId id) {
  auto const* request = desk_.book.request(id);
  if (request == nullptr) return;
  if (request->operation == Operation::mount && goes_where_its_medium_is(*request)) return;
  if (auto* library = desk_.library(request->library)) {
    library->mounts().look_again(id);
    library->evaluate_soon();
  }
}

// A mount whose medium is in another library now goes on there, or ends when it cannot. False: the medium is not in another one.
bool Requests::goes_where_its_medium_is(RequestRecord const& mount) {
  if (planted(PlantedBug::mount_left_behind)) return false;
  auto const in_library = [this](RequestRecord const& of) {
    auto const medium = desk_.book.medium(of.medium);
    return medium && *medium != nullptr ? whereabouts(desk_.world(), **medium) : std::nullopt;
  };
  auto const at = in_library(mount);
  if (!at || at->library == mount.library) return false;
  auto const call = call_of(mount);
  std::string const there = "its medium is in library " + desk_.world().library(at->library)->record.name;
  bool const drive_asked = mount.specific_drive;
  bool const apart = std::ranges::any_of(call, [&](auto const& member) { auto const where = in_library(member); return where && where->library != at->library; });
  if (!drive_asked && !apart) return move_to(at->library, call, there), true;
  stop(mount.id, {RequestState::failed, drive_asked ? Errc::drive_media_mismatch : Errc::invalid_library, there + (drive_asked ? ", and the drive is in another one" : ", and another medium of its call is in another one")},
       machine::StopHow::abandon);
  return true;
}

}  // namespace rsm
