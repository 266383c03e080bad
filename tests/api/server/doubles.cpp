#include "tests/api/server/doubles.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "api/protocol/rpc.hpp"

namespace rsm {

// ---- the manager's functions, for these tests

class Manager::Core {
 public:
  testing::ManagerDouble& d = *testing::ManagerDouble::current;

  template <class T, class Make>
  void change(std::string what, Reply<T>& reply, Make make) {
    d.calls.push_back(std::move(what));
    if (!d.throws.empty()) throw std::runtime_error(d.throws);
    if (!d.refusal) return reply(std::unexpected(d.refusal.error()));
    if (d.drops) return Reply<T>(std::move(reply)), void();
    reply(make());
  }
};

Manager::Manager(Loop&, Random&, Log&, db::CommitLane&, db::CatalogReader&, DeviceSource, Settings) : core_(std::make_unique<Core>()) {}
Manager::~Manager() = default;
bool Manager::ready() const { return core_->d.ready; }
bool Manager::readable() const { return core_->d.ready || core_->d.cannot_write; }
Error Manager::refusal() const { return core_->d.cannot_write.value_or(Error{Errc::not_ready, "service", "it is still starting; try again"}); }

void Manager::open_session(OpenSessionCall call, Reply<SessionRecord> reply) {
  auto& d = core_->d;
  core_->change("open_session " + call.application + " " + call.user, reply, [&]() -> Result<SessionRecord> {
    SessionRecord s{testing::ids::session(100 + static_cast<unsigned>(d.world.sessions.size())), testing::ids::made_up(99), call.application, call.user,
                    call.computer, call.uid, {}};
    d.world.sessions[s.id] = s;
    ++d.attached[s.id];
    return s;
  });
}
void Manager::attach_session(SessionId id, Guid secret, std::uint32_t, Reply<SessionRecord> reply) {
  auto& d = core_->d;
  core_->change("attach_session", reply, [&]() -> Result<SessionRecord> {
    auto const found = d.world.sessions.find(id);
    if (found == d.world.sessions.end()) return fail(Errc::invalid_handle, "session");
    if (found->second.secret != secret) return fail(Errc::access_denied, "session");
    ++d.attached[id];
    return found->second;
  });
}
void Manager::detach_session(SessionId id) { --core_->d.attached[id]; }
void Manager::close_session(Caller caller, SessionId id, Reply<> reply) {
  auto& d = core_->d;
  d.last_caller = caller;
  core_->change("close_session", reply, [&]() -> Result<> {
    if (d.world.sessions.erase(id) == 0) return fail(Errc::invalid_handle, "session");
    return {};
  });
}
namespace {

std::string told(MountCall const& call) { return "mount " + call.key; }
std::string told(DismountCall const& call) { return "dismount " + call.key + (call.deferred ? " deferred" : "") + (call.force ? " force" : ""); }
std::string told(DriveDismountCall const& call) { return "dismount_drive " + call.key; }
std::string told(InventoryCall const& call) { return "inventory " + call.key; }
std::string told(IdentifyCall const& call) { return "identify " + call.key; }
std::string told(InjectCall const& call) { return "inject " + call.key + (call.many ? " many" : ""); }
std::string told(TransferCall const& call) { return "transfer " + call.key + (call.from ? " from port" : "") + (call.port ? " to port" : " to slot") + (call.exchange ? " exchange" : ""); }
std::string told(EjectBatchCall const& call) { return "eject " + std::to_string(call.media.size()) + " " + call.key + (call.force ? " force" : "") + (call.only_check ? " check" : ""); }
std::string told(EjectCall const& call) { return "eject " + call.key + (call.force ? " force" : ""); }
std::string told(CreatePoolCall const& call) { return "create_pool " + call.path + " " + word(call.action); }
std::string told(DeletePoolCall const&) { return "delete_pool"; }
std::string told(MoveToPoolCall const& call) { return call.change_type ? "change_type" : "move_to_pool"; }
std::string told(MediaTypeCall const& call) { return call.takes ? "add_media_type" : "remove_media_type"; }
std::string told(SetObjectCall const& call) { return "set " + word(call.type); }
std::string told(SetAttributeCall const& call) { return "set_attribute " + call.name + "=" + call.data; }
std::string told(DeallocateCall const& call) { return "deallocate " + call.id.text(); }
std::string told(CompleteCall const& call) { return "complete " + call.id.text(); }
std::string told(DecommissionCall const& call) { return "decommission " + call.id.text(); }
std::string told(UpdateLabelCall const& call) { return "update_label " + call.id.text() + " " + call.label.type + " " + call.label.id + " " + call.label.info; }
std::string told(SwapCall const& call) { return "swap " + call.one.text() + " " + call.other.text(); }
std::string told(CreateMediumCall const& call) {
  std::string text = "create_medium " + call.name + (call.enabled ? "" : " disabled") + " " + call.barcode + (call.error_on_duplicate ? " error_on_duplicate" : "");
  for (auto const& side : call.sides) text += " [" + word(side.state) + " " + side.label.type + " " + side.label.id + " " + side.label.info + " " + std::to_string(side.allocate_count) + "]";
  return text;
}
std::string told(SetSecurityCall const& call) { return "set_security " + word(call.type) + " " + std::to_string(call.parts) + (call.descriptor.access ? " entries " + std::to_string(call.descriptor.access->size()) : ""); }
std::string told(DeleteMediumCall const& call) { return "delete_medium " + call.id.text(); }
std::string told(ReserveCleanerCall const& call) { return "reserve " + call.key + (call.slot ? " slot" : ""); }
std::string told(ReleaseCleanerCall const& call) { return "release " + call.key; }
std::string told(InjectCleanerCall const& call) { return "inject cleaner " + call.key + " " + std::to_string(call.uses); }
std::string told(EjectCleanerCall const& call) { return "eject cleaner " + call.key; }
std::string told(CleanDriveCall const& call) { return "clean " + call.key; }
std::string told(DoorCall const& call) { return "door " + call.key + (call.action == DoorAction::omid ? " full" : call.action == DoorAction::none ? " none" : ""); }
std::string told(SetDestinationsCall const& call) { return "destination " + word(call.action) + " " + word(call.kind) + " " + call.name + (call.object ? "" : " of the session"); }
std::string told(SwitchCall const& call) { return (call.enabled ? "enable " : "disable ") + word(call.type) + " " + call.key; }

}  // namespace

void Manager::submit(Caller caller, RequestCall call, Reply<std::vector<RequestId>> reply) {
  core_->d.last_caller = caller;
  if (auto* mount = std::get_if<MountCall>(&call)) core_->d.last_mount = *mount;
  if (auto* inventory = std::get_if<InventoryCall>(&call)) core_->d.last_action = inventory->action;
  core_->change(std::visit([](auto const& one) { return told(one); }, call), reply, [&]() -> Result<std::vector<RequestId>> { return core_->d.made; });
}
void Manager::change(Caller caller, std::string key, CatalogCall call, Reply<Guid> reply) {
  core_->d.last_caller = caller;
  core_->d.last_key = std::move(key);
  if (auto* set = std::get_if<SetObjectCall>(&call)) core_->d.last_set = *set;
  core_->change(std::visit([](auto const& one) { return told(one); }, call), reply, [&]() -> Result<Guid> { return testing::ids::made_up(77); });
}
void Manager::stop_inventory(Caller caller, LibraryId, Reply<> reply) {
  core_->d.last_caller = caller;
  core_->change("stop_inventory", reply, []() -> Result<> { return {}; });
}
void Manager::stop_inject(Caller caller, RequestId, Reply<> reply, Operation operation) {
  core_->d.last_caller = caller;
  core_->change(operation == Operation::inject ? "stop_inject" : "stop_inject_cleaner", reply, []() -> Result<> { return {}; });
}
void Manager::retract_inject(Caller caller, RequestId, Reply<> reply) {
  core_->d.last_caller = caller;
  core_->change("retract_inject", reply, []() -> Result<> { return {}; });
}
void Manager::stop_eject(Caller caller, RequestId, Reply<> reply, Operation operation) {
  core_->d.last_caller = caller;
  core_->change(operation == Operation::eject ? "stop_eject" : "stop_eject_cleaner", reply, []() -> Result<> { return {}; });
}
void Manager::cancel(Caller caller, RequestId request, Reply<RequestRecord> reply) {
  core_->d.last_caller = caller;
  core_->change("cancel", reply, [&]() -> Result<RequestRecord> { return *core_->d.reader->request(request).value(); });
}
void Manager::wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply) {
  core_->d.last_wait = caller;
  core_->d.waits.push_back({std::move(requests), limit, std::move(reply)});
}
void Manager::allocate(Caller caller, AllocateCall call, Reply<Allocated> reply) {
  core_->d.last_caller = caller;
  core_->d.last_allocation = call;
  core_->change("allocate key=" + call.key, reply, [&]() -> Result<Allocated> {
    Allocated given;
    given.logical.id = testing::ids::logical(0);
    given.logical.side = testing::ids::side(0, 0);
    given.logical.name = call.name;
    given.logical.allocated_from = testing::ids::pool(1);
    given.medium = testing::ids::medium(0);
    return given;
  });
}
Result<security::Descriptor> Manager::security_of(Caller caller, ObjectType, Guid, std::uint32_t parts) {
  core_->d.last_caller = caller;
  if (!core_->d.refusal) return std::unexpected(core_->d.refusal.error());
  return security::only(parts, rights::descriptor_of(core_->d.world, {}));
}
// Of pools and libraries; what else there is, is everyone's here.
Result<> Manager::may_read(Caller caller, ObjectType type, Guid id) {
  if (type == ObjectType::pool) return rights::may(core_->d.world, caller, rights::Act::read, PoolId{id});
  if (type == ObjectType::library) return rights::may(core_->d.world, caller, rights::Act::read, LibraryId{id});
  return rights::may(core_->d.world, caller, rights::Act::read);
}
void Manager::give_up_allocation(Caller caller, std::string key, Reply<> reply) {
  core_->d.last_caller = caller;
  core_->change("give_up key=" + key, reply, []() -> Result<> { return {}; });
}
void Manager::remove_library(Caller caller, LibraryId library, Reply<> reply) {
  core_->d.last_caller = caller;
  core_->change("remove_library " + library.text(), reply, []() -> Result<> { return {}; });
}
void Manager::remove_drive(Caller caller, DriveId drive, Reply<> reply) {
  core_->d.last_caller = caller;
  core_->change("remove_drive " + drive.text(), reply, []() -> Result<> { return {}; });
}
Result<std::vector<std::string>> Manager::destinations(Caller caller, std::optional<Guid> object, MessageKind kind) const {
  core_->d.last_caller = caller;
  if (!core_->d.refusal) return std::unexpected(core_->d.refusal.error());
  return std::vector<std::string>{word(kind) + (object ? " of " + object->text() : " of the session")};
}
void Manager::operator_requests_seen(Caller caller, std::vector<OperatorRequestId> ids, Reply<> reply) {
  core_->d.last_caller = caller;
  core_->change("seen " + std::to_string(ids.size()), reply, []() -> Result<> { return {}; });
}
std::size_t Manager::allocations_waiting_for(PoolId) const { return 0; }
void Manager::connection_gone(ConnectionId connection) { core_->d.connections_gone.push_back(connection); }
Result<> Manager::outcome_of(RequestRecord const& r) {
  if (r.state == RequestState::passed) return {};
  return fail(static_cast<Errc>(r.error), "request " + r.id.text(), r.reason);
}
Result<std::uint32_t> Manager::place_of(Caller caller, RequestId) const {
  core_->d.last_caller = caller;
  if (!core_->d.refusal) return std::unexpected(core_->d.refusal.error());
  return 3u;
}
void Manager::set_place(Caller caller, RequestId, std::uint32_t place, Reply<std::uint32_t> reply) {
  core_->d.last_caller = caller;
  core_->change("set_place " + std::to_string(place), reply, [&]() -> Result<std::uint32_t> { return place; });
}
void Manager::forget_requests(Caller caller, ObjectType type, std::vector<Guid> ids, Reply<std::size_t> reply) {
  core_->d.last_caller = caller;
  core_->change("forget " + word(type) + " " + std::to_string(ids.size()), reply, [&]() -> Result<std::size_t> { return ids.size(); });
}
void Manager::submit_operator_request(Caller caller, OperatorCall call, Reply<OperatorRequestRecord> reply) {
  core_->d.last_caller = caller;
  core_->d.last_operator_call = call;
  core_->change("submit_operator_request", reply, [&]() -> Result<OperatorRequestRecord> {
    OperatorRequestRecord record;
    record.id = call.id;
    record.command = call.command;
    record.message = call.message;
    return record;
  });
}
void Manager::wait_for_operator_request(Caller caller, OperatorRequestId id, std::optional<Millis> limit, Reply<OperatorRequestRecord> reply) {
  core_->d.last_wait = caller;
  core_->d.operator_waits.push_back({id, limit, std::move(reply)});
}
void Manager::answer_operator_request(Caller caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply) {
  core_->d.last_caller = caller;
  core_->change(satisfied ? "satisfy" : "refuse", reply, [&]() -> Result<OperatorRequestRecord> { return core_->d.world.operator_requests.at(id); });
}
void Manager::read(Reply<> then) {
  if (core_->d.hold_reads) return core_->d.held_reads.push_back(std::move(then));
  then({});
}
World const& Manager::world() const { return core_->d.world; }
Settings const& Manager::settings() const { return core_->d.settings; }
Result<std::optional<MediumRecord>> Manager::find_medium(MediumId id) { return core_->d.reader->medium(id); }
Result<std::optional<MediumRecord>> Manager::find_medium_of_side(SideId id) { return core_->d.reader->medium_of_side(id); }
Result<std::optional<RequestRecord>> Manager::find_request(RequestId id) { return core_->d.reader->request(id); }
Result<std::optional<RequestRecord>> Manager::find_request(std::uint64_t number) { return core_->d.reader->request(number); }
Result<std::vector<RequestRecord>> Manager::requests_page(LibraryId library, std::uint64_t before, std::size_t most) { return core_->d.reader->requests_page(library, before, most); }
MediaState Manager::media_state(MediumRecord const&, std::string* reason) const {
  *reason = "mounted for a test";
  return MediaState::inuse;
}
Explanation Manager::explain(RequestRecord const& r) const { return {r, core_->d.explained, core_->d.facts}; }
std::optional<std::function<forecast::Answer()>> Manager::foresee(RequestRecord const&) const {
  if (!core_->d.foreseen) return std::nullopt;
  return [answer = *core_->d.foreseen] { return answer; };
}
std::optional<std::function<forecast::Plan()>> Manager::plan(LibraryId library, std::optional<forecast::WhatIf> what_if) const {
  core_->d.supposed.push_back(what_if);
  for (auto const& plan : core_->d.plans)
    if (plan.library == library) return [plan] { return plan; };
  return std::nullopt;
}
std::optional<std::function<std::vector<forecast::DrivesTried>()>> Manager::try_drives(LibraryId, std::vector<forecast::PastMount> history) const {
  core_->d.past.insert(core_->d.past.end(), history.begin(), history.end());
  return [rows = core_->d.drives_tried] { return rows; };
}
void Manager::forecast_told(RequestRecord const& request, forecast::Expected const& expected, TimePoint) { core_->d.forecasts_told.emplace_back(request.id, expected); }
TimingSketch const* Manager::timing(Guid subject, TimingKind kind) const {
  auto const it = core_->d.timings.find({subject, kind});
  return it == core_->d.timings.end() ? nullptr : &it->second;
}
std::vector<std::pair<RequestRecord, std::string>> Manager::waiting(std::size_t) const {
  std::vector<std::pair<RequestRecord, std::string>> out;
  for (auto const& [id, r] : core_->d.world.requests) out.emplace_back(r, "a drive");
  return out;
}
std::vector<std::string> Manager::attention() const { return core_->d.attention; }
std::size_t Manager::open_requests_of(LibraryId library) const { return newest_requests(library, 0, SIZE_MAX).size(); }
std::size_t Manager::open_requests_of(SessionId session) const {
  return static_cast<std::size_t>(std::ranges::count_if(core_->d.world.requests, [session](auto const& one) { return one.second.session == session; }));
}
std::vector<RequestRecord const*> Manager::newest_requests(LibraryId library, std::uint64_t before, std::size_t most) const {
  std::vector<RequestRecord const*> found;
  for (auto const& [id, request] : core_->d.world.requests)
    if ((!library || request.library == library) && (before == 0 || request.sequence < before)) found.push_back(&request);
  std::ranges::sort(found, std::greater{}, &RequestRecord::sequence);
  found.resize(std::min(found.size(), most));
  return found;
}
std::uint64_t Manager::media_in(LibraryId library) const {
  bool const shelf = library == core_->d.world.offline_library;
  return core_->d.reader->count_media(shelf ? db::MediaFilter{.offline_only = true} : db::MediaFilter{.library = library}).value_or(0);
}
bool Manager::session_connected(SessionId id) const { return core_->d.attached.contains(id) && core_->d.attached.at(id) > 0; }
std::vector<quotas::Use> Manager::quota_uses(std::string const& user) const {
  return {{user.empty() ? "alice" : user, testing::ids::session(0), quotas::Quota::requests_of_session, 3, 12}};
}
MaybeTime Manager::session_grace_ends(SessionId) const { return from_ms(5); }
std::string Manager::handler_text(LibraryId, Element device) const { return "pid of " + device.text(); }
std::string Manager::arm_text(LibraryId) const { return core_->d.arm; }
std::optional<Millis> Manager::usual_move(LibraryId) const { return Millis{9000}; }
Manager::Counters Manager::counters() const { return core_->d.counters; }
Observations Manager::observe() const {
  auto seen = core_->d.observations;
  seen.figures = &core_->d.figures;
  return seen;
}
std::uint64_t Manager::on_events(std::move_only_function<void(std::uint64_t)> callback) {
  core_->d.subscribers.push_back(std::move(callback));
  return core_->d.subscribers.size();
}

namespace testing {

ManagerDouble* ManagerDouble::current = nullptr;

// ---- the reader

namespace {

constexpr std::size_t page_max = limits::page_items_max;

std::unexpected<Error> is_broken() { return fail(Errc::database_failure, "catalog", "broken by the test"); }

template <class Row, class AnyId>
Result<std::optional<Row>> row_of(bool broken, std::vector<Row> const& rows, AnyId id) {
  if (broken) return is_broken();
  for (auto const& row : rows)
    if (row.id == id) return row;
  return std::nullopt;
}

template <class Row, class AnyId, class Fits>
Result<std::vector<Row>> rows_after(bool broken, std::vector<Row> const& rows, AnyId after, std::size_t limit, Fits fits) {
  if (broken) return is_broken();
  std::vector<Row> out;
  bool seen = after.is_zero();
  for (auto const& row : rows) {
    if (seen && fits(row) && out.size() < std::min(limit, page_max)) out.push_back(row);
    if (row.id == after) seen = true;
  }
  if (!seen) return fail(Errc::object_not_found, "cursor");
  return out;
}

bool fits(db::MediaFilter const& filter, MediumRecord const& m) {
  auto const* in = std::get_if<InElement>(&m.place);
  if (filter.offline_only && in != nullptr) return false;
  if (!filter.library.is_zero() && (in == nullptr || in->library != filter.library)) return false;
  return filter.pool.is_zero() || m.pool == filter.pool;
}

}  // namespace

Result<std::optional<MediumRecord>> TestReader::medium(MediumId id) {
  ++media_read;
  return row_of(broken, media, id);
}
Result<std::optional<MediumRecord>> TestReader::medium_of_side(SideId id) {
  if (broken) return is_broken();
  for (auto const& m : media)
    if (m.side(id) != nullptr) return m;
  return std::nullopt;
}
Result<std::optional<LogicalMediumRecord>> TestReader::logical_medium(LogicalMediumId id) { return row_of(broken, logical_media, id); }
Result<std::optional<db::ObjectText>> TestReader::object_text(Guid object) {
  if (broken) return is_broken();
  auto const found = texts.find(object);
  return found == texts.end() ? std::nullopt : std::optional(found->second);
}
Result<std::optional<db::DoneCall>> TestReader::done_call(SessionId, std::string const&) { return std::nullopt; }
Result<std::optional<std::string>> TestReader::object_attribute(Guid object, std::string const& name) {
  if (broken) return is_broken();
  auto const found = attributes.find({object, name});
  return found == attributes.end() ? std::nullopt : std::optional(found->second);
}
Result<std::vector<MediumRecord>> TestReader::media_by_barcode(std::string const& barcode) {
  return rows_after(broken, media, MediumId{}, 2, [&](auto const& m) { return m.barcode == barcode; });
}
Result<std::vector<MediumRecord>> TestReader::media_by_name(std::string const& name) {
  return rows_after(broken, media, MediumId{}, 2, [&](auto const& m) { return m.name == name; });
}
Result<std::vector<MediumRecord>> TestReader::media_page(db::MediaFilter filter, MediumId after, std::size_t limit) {
  return rows_after(broken, media, after, limit, [&](auto const& m) { return fits(filter, m); });
}
Result<std::vector<LogicalMediumRecord>> TestReader::logical_media_page(PoolId pool, LogicalMediumId after, std::size_t limit) {
  return rows_after(broken, logical_media, after, limit, [&](auto const& l) { return pool.is_zero() || l.pool == pool; });
}
Result<db::MediaFound> TestReader::search_media(db::MediaSearch const& search) {
  if (broken) return is_broken();
  last_search = search;
  db::MediaFound found;
  for (auto const& m : media)
    if (m.barcode.starts_with(search.text) && fits(search.filter, m) && (!search.after || m.barcode > search.after->text)) {
      if (found.media.size() == search.limit) {
        found.next = found.media.back().second;
        break;
      }
      found.media.emplace_back(m.id, db::SearchCursor{db::SearchedText::barcode, m.barcode, m.id});
    }
  return found;
}
Result<std::uint64_t> TestReader::count_media(db::MediaFilter filter) {
  if (broken) return is_broken();
  return static_cast<std::uint64_t>(std::count_if(media.begin(), media.end(), [&](auto const& m) { return fits(filter, m); }));
}
Result<std::uint64_t> TestReader::count_logical_media(PoolId pool) {
  return static_cast<std::uint64_t>(std::count_if(logical_media.begin(), logical_media.end(), [&](auto const& l) { return l.pool == pool; }));
}
Result<std::optional<RequestRecord>> TestReader::request(RequestId id) { return row_of(broken, requests, id); }
Result<std::optional<RequestRecord>> TestReader::request(std::uint64_t number) {
  if (broken) return is_broken();
  auto const found = std::ranges::find(requests, number, &RequestRecord::sequence);
  return found == requests.end() ? std::nullopt : std::optional(*found);
}
Result<std::vector<RequestRecord>> TestReader::requests_page(LibraryId library, std::uint64_t before, std::size_t limit) {
  std::vector<RequestRecord> out;
  for (auto const& r : requests)
    if ((library.is_zero() || r.library == library) && (before == 0 || r.sequence < before)) out.push_back(r);
  std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.sequence > b.sequence; });
  out.resize(std::min({out.size(), limit, page_max}));
  return out;
}
Result<std::vector<OperatorRequestRecord>> TestReader::operator_requests_page(OperatorRequestId after, std::size_t limit) {
  return rows_after(broken, operator_requests_kept, after, limit, [](auto const&) { return true; });
}
Result<std::optional<OperatorRequestRecord>> TestReader::operator_request(OperatorRequestId id) { return row_of(broken, operator_requests_kept, id); }
Result<db::EventPage> TestReader::events(std::uint64_t after, std::size_t limit) {
  if (broken) return is_broken();
  ++event_reads;
  db::EventPage page;
  page.oldest = kept_events.empty() ? 0 : kept_events.front().number;
  for (auto const& e : kept_events)
    if (e.number > after && page.events.size() < std::min(limit, limits::events_page_max)) page.events.push_back(e);
  return page;
}

Result<std::vector<db::HistoryEntry>> TestReader::history_page(db::HistoryFilter const& filter, std::optional<db::HistoryCursor> const& after, std::size_t limit) {
  if (broken) return is_broken();
  last_history = filter;
  std::vector<db::HistoryEntry> page;
  for (auto const& entry : history) {
    bool const its = filter.object.is_zero() || (filter.type == ObjectType::drive ? entry.record.drive.guid : entry.record.medium.guid) == filter.object;
    bool const also = (!filter.library || entry.record.library == filter.library) && (!filter.request || entry.record.request == filter.request);
    bool const behind = !after || entry.number > after->number;
    if (its && also && behind && page.size() < std::min(limit, limits::page_items_max)) page.push_back(entry);
  }
  return page;
}

Result<HistorySums> TestReader::history_sums(Guid object) {
  if (broken) return is_broken();
  return sums[object];
}

Result<std::optional<MediumId>> TestReader::deleted_medium(std::string const& called) {
  if (broken) return is_broken();
  auto const found = deleted_media.find(called);
  return found == deleted_media.end() ? std::nullopt : std::optional(found->second);
}

// ---- the server

namespace {

struct NoLane final : db::CommitLane {
  void on_outcome(std::move_only_function<void(db::CommitOutcome)>) override {}
  void submit(std::uint64_t, db::ChangeSet) override {}
  void recover(std::move_only_function<void(Result<>)>) override {}
};

}  // namespace

TestServer::TestServer(Loop* other_loop) {
  static NoLane lane;
  static SeededRandom random(1);
  ManagerDouble::current = &manager_double;
  manager_double.reader = &reader;
  Loop& used = other_loop == nullptr ? loop : *other_loop;
  manager = std::make_unique<Manager>(used, random, log, lane, reader, DeviceSource{}, Settings{});
  server::ServerContext context{.manager = *manager, .reader = reader, .loop = used, .log = log};
  context.catalog_check = [] { return wire::CatalogCheckReply{true, {}, 1, 4096}; };
  context.catalog_backup = [](std::string const& path) { return wire::CatalogBackupReply{path, 4096}; };
  context.mount_point = [](std::string const& volume) { return "/mnt" + volume; };
  context.in_background = [this](Callback work) { hold_background ? held_work.push_back(std::move(work)) : work(); };
  context.looking_ahead = [this](Callback work) { hold_ahead ? held_ahead.push_back(std::move(work)) : work(); };
  context.computer = "testhost";
  dispatcher = std::make_unique<server::Dispatcher>(std::move(context));
  peer = new_peer(0);
}

TestServer::~TestServer() = default;

std::shared_ptr<server::PeerState> TestServer::new_peer(std::uint32_t uid, bool greeted) {
  auto made = std::make_shared<server::PeerState>();
  made->uid = uid;
  made->user = "user" + std::to_string(uid);
  made->administrator = uid == 0;
  made->connection = ConnectionId{++peers_made};
  made->greeted = greeted;
  return made;
}

std::shared_ptr<std::string> TestServer::send(server::PeerState& from, std::string_view method, std::string_view params) {
  auto answer = std::make_shared<std::string>();
  std::string const line = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}";
  dispatcher->call(from, line, [answer](std::string text) { *answer += text; });
  return answer;
}

std::string TestServer::call(std::string_view method, std::string_view params) { return call(*peer, method, params); }
std::string TestServer::call(server::PeerState& from, std::string_view method, std::string_view params) {
  auto const answer = send(from, method, params);
  loop.run_for(Millis{0});
  return short_form(*answer);
}

std::string short_form(std::string const& line) {
  if (line.empty()) return "no answer";
  if (std::count(line.begin(), line.end(), '\n') != 1) return "more than one answer: " + line;
  auto const answer = wire::parse_answer(line);
  if (!answer) return "no JSON-RPC: " + answer.error().text();
  if (answer->result) return "ok " + boost::json::serialize(*answer->result);
  return std::string(error_name(answer->result.error().code)) + " " + answer->result.error().object;
}

// ---- furniture

RequestRecord mount_request(unsigned n, RequestState state) {
  RequestRecord r;
  r.id = ids::request(n);
  r.sequence = n + 1;
  r.state = state;
  r.user = "user1000";
  r.session = ids::session(0);
  r.library = ids::library();
  r.medium = ids::medium(0);
  r.side = ids::side(0, 1);
  r.drive = ids::drive(0);
  r.slot = 2;
  return r;
}

namespace {

MediumRecord cartridge(unsigned n, Place place) {
  MediumRecord m;
  m.id = ids::medium(n);
  m.name = "A0000" + std::to_string(n);
  m.barcode = n == 2 ? "" : m.name;
  m.type = ids::media_type(0);
  m.pool = ids::pool(1);
  m.library = ids::library();
  m.place = place;
  m.home_slot = n % 4;
  for (unsigned k = 0; k < 2; ++k) {
    Side s;
    s.id = ids::side(n, k);
    s.number = k;
    s.state = SideState::allocated;
    s.logical_medium = k == 0 ? ids::logical(n) : LogicalMediumId{};
    s.omid = Omid{"EXT4", std::string("\x00\xff\x10", 3), "label"};
    m.sides.push_back(s);
  }
  return m;
}

void add_jukebox(World& world) {
  auto& jukebox = world.libraries[ids::library()];
  jukebox.record.id = ids::library();
  jukebox.record.name = jukebox.record.configured_as = "Jukebox";
  jukebox.record.created = from_ms(2);
  jukebox.record.condition.state = OperationalState::ready;
  jukebox.media_types.insert(ids::media_type(0));
  ChangerRecord changer;
  changer.id = ids::changer();
  changer.library = ids::library();
  changer.name = "Changer 0";
  changer.device = "/dev/changer";
  jukebox.changers.push_back(changer);
  for (unsigned n = 0; n < 4; ++n) jukebox.slots[n] = SlotRecord{ids::slot(n), ids::library(), n, n == 0 ? SlotState::empty : SlotState::full, n == 1 ? ids::medium(1) : MediumId{}};
  jukebox.ports[0] = PortRecord{ids::port(), ids::library(), 0, PortContent::empty, PortPosition::retracted, Millis{1000}, {}};
  jukebox.doors[0] = DoorRecord{ids::door(), ids::library(), 0, DoorState::closed, Millis{2000}};
  for (unsigned n = 0; n < 2; ++n) {
    jukebox.drives[n] = ids::drive(n);
    auto& drive = world.drives[ids::drive(n)];
    drive.record.id = drive.hot.id = ids::drive(n);
    drive.record.library = ids::library();
    drive.record.number = n;
    drive.record.name = "Drive " + std::to_string(n);
    drive.record.device = "/dev/d" + std::to_string(n);
  }
}

}  // namespace

void furnish(TestServer& server) {
  auto& world = server.manager_double.world;
  world.offline_library = ids::shelf();
  auto& shelf = world.libraries[ids::shelf()];
  shelf.record.id = ids::shelf();
  shelf.record.name = "Offline";
  shelf.record.created = from_ms(1);
  add_jukebox(world);
  auto& hot = world.drives[ids::drive(0)].hot;
  hot.state = DriveState::loaded;
  hot.medium = ids::medium(0);
  hot.side = ids::side(0, 1);
  hot.session = ids::session(0);
  hot.volume = "/run/volume0";
  world.media_types[ids::media_type(0)] = MediaTypeRecord{ids::media_type(0), 0x3b, "MO", 2, ReadWrite::rewritable, 7};
  world.media_types[ids::media_type(1)] = MediaTypeRecord{ids::media_type(1), 0x56, "LTO", 1, ReadWrite::rewritable, 0x1f};
  world.root_pool = ids::pool(9);
  world.put(PoolRecord{ids::pool(0), {}, "Import", "Import", "", from_ms(1), {}, PoolType::import, {}, 0, 0, 0, {}});
  world.put(PoolRecord{ids::pool(1), ids::pool(0), "MO", "Import\\MO", "", from_ms(2), {}, PoolType::import, ids::media_type(0), 0, 0, 0, {}});
  SessionRecord session{ids::session(0), ids::made_up(99), "backup", "user1000", "testhost", 1000, from_ms(3)};
  world.sessions[session.id] = session;
  server.reader.media = {cartridge(0, InElement{ids::library(), {ElementKind::drive, 0}}), cartridge(1, InElement{ids::library(), {ElementKind::slot, 1}}),
                         cartridge(2, Offline{})};
  server.reader.logical_media = {LogicalMediumRecord{ids::logical(0), ids::side(0, 0), ids::pool(1), "L0", "", {}},
                                 LogicalMediumRecord{ids::logical(1), ids::side(1, 0), ids::pool(1), "L1", "", {}}};
  server.reader.requests = {mount_request(0, RequestState::passed), mount_request(1, RequestState::waiting)};
  world.requests[ids::request(1)] = server.reader.requests[1];
  OperatorRequestRecord asked;
  asked.id = ids::operator_request(0);
  asked.message = "bring A00002";
  server.reader.operator_requests_kept = {asked};
  world.operator_requests[asked.id] = asked;
}

}  // namespace testing
}  // namespace rsm
