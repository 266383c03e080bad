#include "libmgr/operations/dismount.hpp"

#include <algorithm>
#include <optional>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/finish.hpp"

namespace rsm::operations::dismount {
namespace {

// Whose the mount in this drive is.
rights::Owner holder(Desk const& desk, DriveHot const& hot) {
  auto const session = desk.world().sessions.find(hot.session);
  if (session != desk.world().sessions.end()) return rights::owner_of(session->second);
  auto const mount = desk.book.find_request(hot.request);
  return mount && *mount ? rights::owner_of(**mount) : rights::Owner{};
}

std::string where_text(Place const& place) { return std::holds_alternative<Offline>(place) ? "in no library" : "in " + place_text(place); }

std::string cancel_words(RequestId id) {
  auto const number = number_in(id);
  return "request cancel " + (number ? std::to_string(*number) : id.text());
}

// Why it cannot be dismounted, and what helps: of another side that is mounted, a mount that still waits, or where it is.
std::string not_mounted_text(Desk const& desk, MediumRecord const& medium, SideId side) {
  auto const* drive = desk.world().drive_of(medium.id);
  if (drive != nullptr && drive->hot.state == DriveState::loaded && drive->hot.side != side)
    return "it is not mounted, " + name_of(medium, drive->hot.side) + " is: rsm media dismount '" + name_of(medium) + "'";
  for (auto const& open : desk.book.open_requests_of(medium.id))
    if (auto const* mount = desk.book.request(open); mount->operation == Operation::mount && mount->side == side) return "it is not mounted yet: rsm " + cancel_words(open) + " takes the mount back";
  return "it is not mounted; it is " + where_text(medium.place);
}

// Who uses what is in a drive that nobody else may empty, and what helps.
std::string in_use_text(Desk const& desk, DriveHot const& hot) {
  auto const medium = desk.book.find_medium(hot.medium);
  if (!medium || !*medium) return "its medium is in use";
  std::string const name = name_of(**medium);
  if (hot.state != DriveState::loaded) return name + " is in it, and in use: " + hot.reason;
  auto const session = desk.world().sessions.find(hot.session);
  std::string const whom = session == desk.world().sessions.end() ? std::string{} : " for " + session->second.application + " (" + session->second.user + ")";
  return name + " is mounted in it" + whom + ": rsm media dismount '" + name + "'";
}

Result<RequestRecord> check_medium(Desk const& desk, Who const& who, DismountCall const& call, std::size_t index) {
  RequestRecord r = blank(desk, who, call.key, Operation::dismount);
  RSM_TRY(auto const* medium, desk.book.medium_of(call.media[index], &r.side));
  std::string const where = "media[" + std::to_string(index) + "]";
  if (medium == nullptr) return fail(Errc::invalid_media, where, call.media[index].text() + " is neither a logical medium nor a side");
  r.medium = medium->id;
  std::string const name = name_of(*medium, r.side);
  auto const* holds = desk.world().drive_of(r.medium);
  bool const own = holds != nullptr && rights::is_own(who.caller, holder(desk, holds->hot));  // what one holds one may let go, whatever has become of one's rights
  if (!own) RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::dismount, {medium->pool, rights::library_of(desk.world(), *medium), {}}));
  auto const at = whereabouts(desk.world(), *medium);
  if (!at) return fail(Errc::media_offline, name, "it is in no library that is connected");
  r.library = at->library;
  auto const* library = desk.world().library(r.library);
  if (desk.library(r.library) == nullptr) return fail(Errc::invalid_library, name, "its library is not in the configuration");
  if (!medium->enabled) return fail(Errc::media_not_available, name, "it is disabled");
  if (!library->record.enabled) return fail(Errc::device_not_available, "library " + library->record.name, "it is disabled");
  auto const* drive = desk.world().drive_of(r.medium);
  bool const here = drive != nullptr && drive->hot.side == r.side;
  bool const loaded = here && drive->hot.state == DriveState::loaded;
  bool const idle_inside = here && drive->hot.state == DriveState::dismountable;
  if (!loaded && !(idle_inside && !call.deferred))
    return fail(Errc::invalid_state, name, idle_inside ? "it is dismounted already and only stays in " + name_of(desk.world(), drive->record.id) : not_mounted_text(desk, *medium, r.side));
  if (!drive->record.enabled) return fail(Errc::device_not_available, name_of(desk.world(), drive->record.id), "it is disabled");
  if (call.force && !planted(PlantedBug::force_by_strangers)) RSM_CHECK(rights::may_force(desk.world(), who.caller, holder(desk, drive->hot), r.library, name));
  for (auto const& open : desk.book.open_requests_of(r.medium)) {
    auto const* o = desk.book.request(open);
    if (o->operation == Operation::dismount && loaded && o->work_item == drive->hot.request)
      return fail(Errc::invalid_state, name, name_of(open) + " is dismounting it already");
  }
  r.drive = drive->record.id;
  r.work_item = drive->hot.request;
  r.force = call.force;
  r.option = (call.deferred ? operation_option::deferred : operation_option::immediate) + (call.force ? operation_option::force_immediate : 0);
  return r;
}

}  // namespace

}  // namespace rsm::operations::dismount

namespace rsm::operations {

using namespace dismount;

Result<Records> check(Desk const& desk, Who const& who, DismountCall const& call) {
  RSM_CHECK(check_media_list(call.media));
  Records requests;
  for (std::size_t i = 0; i < call.media.size(); ++i) {
    RSM_TRY(auto request, check_medium(desk, who, call, i));
    for (auto const& before : requests)
      if (before.medium == request.medium) return fail(Errc::invalid_media, "media[" + std::to_string(i) + "]", "the same cartridge twice in one call");
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace rsm::operations

namespace rsm::operations {

using namespace dismount;

Result<Records> check(Desk const& desk, Who const& who, DriveDismountCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::dismount);
  auto const* drive = desk.world().drive(call.drive);
  if (drive == nullptr) return fail(Errc::invalid_drive, "drive " + call.drive.text(), "there is none");
  std::string const name = name_of(desk.world(), call.drive);
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::dismount_drive, drive->record.library));
  RSM_CHECK(library_for_control(desk, drive->record.library, Errc::device_not_available));
  if (!drive->record.enabled) return fail(Errc::device_not_available, name, "it is disabled");
  bool const free = drive->hot.state == DriveState::dismountable || drive->hot.state == DriveState::unloaded;
  bool const orphan = drive->hot.state == DriveState::loaded && !drive->hot.session && drive->hot.medium;
  if (!free && !orphan) return fail(Errc::invalid_state, name, drive->hot.medium ? in_use_text(desk, drive->hot) : "it is empty: there is nothing to dismount");
  r.library = drive->record.library;
  r.drive = call.drive;
  r.medium = drive->hot.medium;
  r.side = drive->hot.side;
  r.work_item = drive->hot.request;
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::dismount {

// ---- starting

namespace {

Millis defer_delay(Library const& library, MediumRecord const& medium, DriveRecord const& drive) {
  auto const pool = library.world().pools.find(medium.pool);
  if (pool != library.world().pools.end())
    for (auto const& [path, delay] : library.settings().pool_defer_delays)
      if (path == pool->second.path) return delay;
  return drive.defer_dismount_delay.value_or(library.own_settings().defer_dismount_delay);
}

// The mount that is there now is the one that the dismount named when it was accepted.
bool names(RequestRecord const& request, DriveHot const& hot) {
  if (hot.state != DriveState::loaded || planted(PlantedBug::dismount_takes_newer_mount)) return true;
  if (hot.request) return hot.request == request.work_item;
  return request.work_item.is_zero() && hot.since <= request.queued;
}

// Policy throughput: who waits for a medium is served where it is; to take it home first would be an exchange for nothing.
RequestRecord const* waits_for_it(Library const& library, RequestRecord const& dismount, DriveEntry const& in) {
  if (library.settings().policy != SchedulerPolicy::throughput || !in.record.enabled || dismount.force) return nullptr;
  RequestRecord const* first = nullptr;
  auto const& lines = library.mounts().lines();
  for (auto const& key : lines.sides_of(dismount.medium))
    for (auto const& [sequence, id] : lines.side(key)->all) {
      auto const* mount = library.book().request(id);
      bool const there = mount != nullptr && (!mount->specific_drive || mount->drive == in.record.id) && mount->group_size <= 1;
      if (there && (first == nullptr || sequence < first->sequence)) first = mount;
      if (there) break;
    }
  return first;
}

// Counted when somebody asks, and again when one more becomes empty.
class EmptyDrives {
 public:
  explicit EmptyDrives(Library const& library) : library_(library) {}
  std::size_t count() {
    if (!counted_) counted_ = library_.empty_drives();
    return *counted_;
  }
  void count_again() { counted_.reset(); }

 private:
  Library const& library_;
  std::optional<std::size_t> counted_;
};

// Policy throughput: the empty drives have become too few since it was dismounted.
bool better_at_home(Library const& library, DriveEntry const& in, EmptyDrives& empty) {
  if (library.settings().policy != SchedulerPolicy::throughput || library.reuse().worth_it()) return false;
  return !library.reuse().worth_it(empty.count()) && library.now() - in.hot.since >= library.settings().idle_stay_least;
}

// DEFERRED, and its time has not come: true.
bool stays(Library& library, RequestRecord const& r, DriveEntry const& in, EmptyDrives& empty) {
  std::string const where = library.belief().drive_name(in.record.id);
  if (!r.due) {
    RequestRecord with_due = r;
    auto const* m = library.belief().medium(r.medium);
    Millis const delay = m == nullptr ? library.own_settings().defer_dismount_delay : defer_delay(library, *m, in.record);
    Millis const stay = library.idle_stay(delay, empty.count());
    if (library.settings().policy == SchedulerPolicy::throughput && stay == Millis{0}) return false;
    with_due.due = library.now() + stay;
    std::string const why = library.idle_stay_text(delay, empty.count());
    library.book().update(with_due);
    library.book().set_state(r.id, RequestState::deferred, "out of use; stays in " + where + " until the delay is over or the drive is wanted; " + in.hot.reason + "; " + why);
    DriveHot hot = in.hot;
    hot.reason += "; stays until " + time_text(*with_due.due) + ", or until the drive is wanted: " + why;
    library.book().put(hot, r.id);
    library.evaluate_at(*with_due.due);
    return true;
  }
  if (*r.due <= library.now() || better_at_home(library, in, empty)) return false;
  if (r.state != RequestState::deferred) library.book().set_state(r.id, RequestState::deferred, "out of use; stays in " + where);
  library.evaluate_at(*r.due);
  return true;
}

void look_at(Library& library, RequestRecord const& r, EmptyDrives& empty) {
  auto const* in = library.belief().drive_of(r.medium);
  if (in == nullptr) {
    auto const* m = library.belief().medium(r.medium);
    return finish(library, r.id, {RequestState::passed, Errc::success, m == nullptr ? "the medium is gone" : name_of(*m) + " is out of the drive, " + where_text(m->place) + library.how_it_left(r.medium)});
  }
  DriveId const id = in->record.id;
  if (!names(r, in->hot)) return finish(library, r.id, {RequestState::passed, Errc::success, "the mount it was for has ended; what is mounted now is a newer one"});
  if (auto const* work = library.drives().work(id); work != nullptr) {
    if (insists(r, *in)) library.drives().insist(id);
    return library.waits_for(r.id, library.belief().drive_name(id) + " is at work: " + work->step());
  }
  if (in->record.condition.state != OperationalState::ready)
    return library.book().set_state(r.id, RequestState::waiting, library.belief().drive_name(id) + ": " + in->record.condition.reason);
  if (in->hot.state == DriveState::loaded) {
    RequestRecord started = r;
    started.drive = id;
    library.book().update(started);
    return library.drives().begin(id, {.what = {.task = machine::DriveTask::dismount, .request = r.id, .medium = r.medium, .side = in->hot.side, .reason = {}}});
  }
  if (library.by_hand())
    return finish(library, r.id, {RequestState::passed, Errc::success, "out of use; it stays in " + library.belief().drive_name(id) + " until it is ejected; " + in->hot.reason});
  bool const deferred = r.option == operation_option::deferred || r.option == operation_option::force_deferred;
  if (deferred && in->hot.state == DriveState::dismountable && stays(library, r, *in, empty)) return;
  if (auto const* mount = waits_for_it(library, r, *in); mount != nullptr && in->hot.state == DriveState::dismountable)
    return finish(library, r.id, {RequestState::passed, Errc::success, "out of use; it stays in " + library.belief().drive_name(id) + " for " + name_of(mount->id) + ", which waits for it; " + in->hot.reason});
  bool const delay_over = r.due && *r.due <= library.now();
  put_away(library, id, r.id, !deferred ? "immediate dismount" : delay_over ? "its delay is over" : "idle media are hardly wanted again soon in this library: " + library.reuse_text(empty.count()));
  empty.count_again();
}

}  // namespace

void evaluate(Library& library) {
  std::vector<RequestRecord> waiting;
  for (auto const* request : library.open(Operation::dismount))
    if (!library.drives().work_for(request->id)) waiting.push_back(*request);
  EmptyDrives empty(library);
  for (auto const& request : waiting)
    if (library.book().request(request.id) != nullptr) look_at(library, request, empty);
}

namespace {

// The slot of a cartridge in a drive, while nobody else is in it.
bool has_home(Library const& library, MediumRecord const& m) {
  auto const& slots = library.belief().entry().slots;
  auto const home = m.home_slot && m.library == library.id() ? slots.find(*m.home_slot) : slots.end();
  return home != slots.end() && (home->second.medium.is_zero() || home->second.medium == m.id);
}

// Whoever asks where a cartridge in a drive will go is told the same until it is there.
void keep_homes(Library& library) {
  for (auto const& [number, id] : library.belief().entry().drives) {
    auto const* m = library.belief().medium(library.belief().drive(id).hot.medium);
    if (m == nullptr || has_home(library, *m)) continue;
    auto const home = library.home_for(*m);
    if (!home) continue;
    MediumRecord kept = *m;
    kept.home_slot = home->number;
    library.book().put(kept, home->text() + " is kept for it while it is in " + library.belief().drive_name(id));
  }
}

// Where the move that was under way was to bring it, if that is wanted still. Which side of it is up after a turn that was cut short, nobody knows.
std::optional<Element> meant_for(Library& library, IntentRecord const& move) {
  auto const* request = library.book().request(move.request);
  if (request == nullptr || move.turn || library.belief().medium_at(move.to)) return std::nullopt;
  if (move.to.kind != ElementKind::drive) return move.to;
  DriveId const drive = library.belief().drive_at(move.to.number);
  bool const takes_it = drive && library.world().usable(library.belief().drive(drive)) && library.drives().free(drive) && !library.unsure_of(drive);
  return takes_it ? std::optional{move.to} : std::nullopt;
}

void out_of_arm(Library& library, MediumRecord const& m) {
  auto const move = library.take_move_of(m.id);
  if (auto const to = move ? meant_for(library, *move) : std::nullopt) return library.arm().ask({library.make_work(), move->request, m.id, *to, false});
  if (auto const home = library.home_for(m)) library.arm().ask({library.make_work(), {}, m.id, *home, false});
}

}  // namespace

void leftovers(Library& library) {
  if (library.by_hand()) return;  // what is in its drive stays there until a person wants it out
  keep_homes(library);
  if (library.arm().idle() && library.arm().machine().waiting().empty()) {
    if (auto const* m = library.in_arm().empty() ? nullptr : library.belief().medium(*library.in_arm().begin())) out_of_arm(library, *m);
  }
  auto const drives = library.belief().entry().drives;
  for (auto const& [number, id] : drives) {
    auto const& d = library.belief().drive(id);
    bool const works = d.record.condition.state == OperationalState::ready || library.conditions().gives_back(id);
    if (!library.drives().free(id) || !d.hot.medium || !works) continue;
    if (library.world().awaited(d.hot)) continue;  // perhaps its request goes on there
    if (d.hot.state == DriveState::unloaded || d.hot.state == DriveState::mounted)
      put_away(library, id, {}, d.hot.reason);
    else if (!d.record.enabled && d.hot.state == DriveState::dismountable)
      put_away(library, id, {}, "the drive is disabled");
  }
}

void not_gone_on_with(Library& library) {
  if (library.by_hand()) return;
  auto const drives = library.belief().entry().drives;
  for (auto const& [number, id] : drives) {
    auto const& d = library.belief().drive(id);
    if (library.world().awaited(d.hot) && library.drives().free(id) && d.record.condition.state == OperationalState::ready)
      put_away(library, id, {}, "its request does not go on there");
  }
}

void put_away(Library& library, DriveId id, RequestId request, std::string const& reason, std::optional<Element> destination, RequestId for_whom) {
  auto const& hot = library.belief().drive(id).hot;
  auto const* m = library.belief().medium(hot.medium);
  if (m == nullptr || !library.drives().free(id)) return;
  if (library.doubted(id)) {
    if (request) library.waits_for(request, library.belief().drive_name(id) + ": the library is asked first what is in it");
    return;
  }
  if (!destination && !library.by_hand() && !library.home_for(*m)) {
    std::string const full = library.no_home_text(*m);
    library.people().raise({OperatorKind::slot_wanted, id.guid, m->id.guid, request ? request : for_whom, library.belief().drive_name(id) + ": " + full});
    if (request) library.book().set_state(request, RequestState::waiting, full);
    return;
  }
  auto const* r = library.book().request(request);
  bool const insist = r != nullptr && insists(*r, library.belief().drive(id));
  library.drives().begin(id, {.what = {.task = machine::DriveTask::put_away, .request = request, .medium = m->id, .side = hot.side, .reason = reason}, .destination = destination, .insist = insist});
}

void secure(Library& library, DriveId id, std::string const& reason) {
  auto const& hot = library.belief().drive(id).hot;
  if (!library.drives().free(id) || !hot.medium) return;
  if (hot.state == DriveState::dismountable || hot.state == DriveState::dismounted) return;
  if (hot.state == DriveState::unloaded) return library.evaluate_soon();
  bool const side_known = static_cast<bool>(hot.side);
  library.drives().begin(id, {.what = {.task = side_known ? machine::DriveTask::secure : machine::DriveTask::examine, .medium = hot.medium, .side = hot.side, .reason = reason}});
}

bool insists(RequestRecord const& request, DriveEntry const& in) {
  return request.force && in.hot.state == DriveState::dismountable && request.queued > in.hot.since;
}

}  // namespace rsm::operations::dismount
