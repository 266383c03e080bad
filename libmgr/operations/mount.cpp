#include "libmgr/operations/mount.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/mount_queue.hpp"

namespace rsm::operations::mount {
namespace {

// The last library it was in, if usable, else any usable one that takes its type (rsm-model.md section 9).
Result<LibraryId> library_for_offline(Desk const& desk, MediumRecord const& medium) {
  auto const& libraries = desk.world().libraries;
  auto const fits = [&](LibraryEntry const& e) {
    bool const by_hand = e.record.type == LibraryType::standalone;  // its drive comes with the medium, perhaps
    bool const there = e.record.condition.state != OperationalState::not_present || by_hand;
    return e.record.type != LibraryType::offline && e.record.enabled && there && desk.library(e.record.id) != nullptr;
  };
  if (auto it = libraries.find(medium.library); it != libraries.end() && fits(it->second)) return it->first;
  for (auto const& [id, entry] : libraries)
    if (fits(entry) && entry.media_types.contains(medium.type)) return id;
  return fail(Errc::resource_not_available, name_of(medium), "it is offline and no library that is connected takes its type");
}

// The pool of the medium, and the library.
Result<> check_rights(Desk const& desk, Who const& who, MediumRecord const& medium, LibraryId library) {
  if (planted(PlantedBug::mount_asks_library_only)) return rights::may(desk.world(), who.caller, rights::Act::mount, library);
  if (planted(PlantedBug::mount_asks_pool_only)) return rights::may(desk.world(), who.caller, rights::Act::mount, medium.pool);
  return rights::may(desk.world(), who.caller, rights::Act::mount, {medium.pool, library, {}});
}

Result<RequestRecord> check_medium(Desk const& desk, Who const& who, MountCall const& call, std::size_t index) {
  RequestRecord r = blank(desk, who, call.key, Operation::mount);
  std::string const where = "media[" + std::to_string(index) + "]";
  RSM_TRY(auto const* medium, desk.book.medium_of(call.media[index], &r.side));
  if (medium == nullptr) return fail(Errc::invalid_media, where, call.media[index].text() + " is neither a logical medium nor a side");
  r.medium = medium->id;
  r.priority = call.priority;
  r.nowait = call.nowait;
  r.write = call.write;
  r.error_if_offline = call.error_if_offline;
  if (call.timeout && !call.nowait) r.deadline = desk.loop.now() + *call.timeout;
  if (!call.drives.empty()) {
    r.drive = call.drives[index];
    r.specific_drive = true;
    auto const* drive = desk.world().drive(r.drive);
    if (drive == nullptr) return fail(Errc::invalid_drive, "drives[" + std::to_string(index) + "]", r.drive.text() + " is no drive");
    r.library = drive->record.library;
  }
  RSM_CHECK(check_rights(desk, who, *medium, rights::library_of(desk.world(), *medium)));
  Side const& side = *medium->side(r.side);
  std::string const name = name_of(*medium, r.side);
  if (call.write && side.state == SideState::complete) return fail(Errc::write_protect, name, "it is COMPLETE and was to be mounted for writing");
  if (!mountable(side.state)) return fail(Errc::invalid_state, name, "a side that is " + word(side.state) + " cannot be mounted");
  LibraryId library;
  if (auto const at = whereabouts(desk.world(), *medium)) {
    library = at->library;
  } else {
    if (call.error_if_offline) return fail(Errc::media_offline, name, "it is in no connected library");
    RSM_TRY(library, library_for_offline(desk, *medium));
  }
  if (r.specific_drive && r.library != library) return fail(Errc::drive_media_mismatch, name, "it is in another library than " + name_of(desk.world(), r.drive));
  if (library != rights::library_of(desk.world(), *medium)) RSM_CHECK(check_rights(desk, who, *medium, library));
  r.library = library;
  return r;
}

// What can never be served is refused at once (readings.md 38).
Result<> check_drives(Desk const& desk, LibraryEntry const& library, MediumRecord const& medium, std::size_t media) {
  std::string const name = "library " + library.record.name;
  auto const* connected = desk.library(library.record.id);
  if (connected == nullptr || !connected->stocktaking().started()) return {};  // it has not said yet what it has
  auto const drives = static_cast<std::size_t>(std::ranges::count_if(library.drives, [&](auto const& d) { return present(desk.world(), d.second); }));
  if (drives < media)
    return fail(Errc::resource_not_available, name, "it has " + std::to_string(drives) + (drives == 1 ? " drive" : " drives") + ", and " + std::to_string(media) + " media were asked for in one call");
  if (!library.media_types.contains(medium.type)) return fail(Errc::resource_not_available, name_of(medium), "no drive of " + name + " takes its type");
  return {};
}

Result<> check_library(Desk const& desk, RequestRecord const& request, std::size_t media) {
  auto const& library = *desk.world().library(request.library);
  std::string const name = "library " + library.record.name;
  RSM_TRY(auto const* medium, desk.book.medium(request.medium));
  if (!library.record.enabled) return fail(Errc::resource_disabled, name, "it is disabled");
  if (desk.library(request.library) == nullptr) return fail(Errc::invalid_library, name, "it is not in the configuration");
  if (request.specific_drive && !desk.world().drive(request.drive)->record.enabled)
    return fail(Errc::resource_disabled, name_of(desk.world(), request.drive), "it is disabled");
  if (request.specific_drive && !present(desk.world(), request.drive)) return fail(Errc::resource_not_available, name_of(desk.world(), request.drive), "the library does not have it any more");
  if (!medium->enabled) return fail(Errc::resource_disabled, name_of(*medium), "it is disabled");
  bool const any = std::ranges::any_of(library.drives, [&](auto const& d) { return desk.world().drive(d.second)->record.enabled; });
  if (!library.drives.empty() && !any) return fail(Errc::resource_not_available, name, "all its drives are disabled (rsm drive enable)");
  return check_drives(desk, library, *medium, media);
}

// Whether these could start without waiting; the reason why not, else. A drive that holds an idle medium counts as free (readings.md 3).
std::optional<std::string> would_wait(Library const& library, Records const& requests) {
  if (!library.accepting()) return "the library is not ready: " + library.belief().entry().record.condition.reason;
  std::vector<RequestRecord const*> asked;
  for (auto const& request : requests) asked.push_back(&request);
  MountPlan const plan = plan_mounts(library.situation(), asked);
  for (auto const& [id, why] : plan.why)
    if (!plan.room_coming.contains(id)) return why;
  return std::nullopt;
}

}  // namespace

}  // namespace rsm::operations::mount

namespace rsm::operations {

using namespace mount;

Result<Records> check(Desk const& desk, Who const& who, MountCall const& call) {
  RSM_CHECK(check_media_list(call.media));
  if (!call.drives.empty() && call.drives.size() != call.media.size()) return fail(Errc::invalid_parameter, "drives", "one for each medium, or none");
  if (call.priority < priority_lowest || call.priority > priority_highest) return fail(Errc::invalid_parameter, "priority", "-15 to 15");
  for (std::size_t i = 0; i < call.drives.size() && !planted(PlantedBug::same_drive_twice); ++i)
    if (std::ranges::find(call.drives.begin(), call.drives.begin() + static_cast<std::ptrdiff_t>(i), call.drives[i]) != call.drives.begin() + static_cast<std::ptrdiff_t>(i))
      return fail(Errc::invalid_parameter, "drives[" + std::to_string(i) + "]", "the same drive twice in one call; it takes one medium");
  Records requests;
  for (std::size_t i = 0; i < call.media.size(); ++i) {
    RSM_TRY(auto request, check_medium(desk, who, call, i));
    for (auto const& before : requests)
      if (before.medium == request.medium)
        return fail(Errc::invalid_media, "media[" + std::to_string(i) + "]", "the same cartridge twice in one call; only one side of it can be mounted");
    requests.push_back(std::move(request));
  }
  RSM_CHECK(rights::may_have_priority(who.caller, call.priority, desk.settings.shares));
  for (auto& request : requests) {
    if (request.library != requests.front().library) return fail(Errc::invalid_library, "media", "they are in different libraries");
    request.group = requests.size() > 1 ? requests.front().id : RequestId{};
    request.group_size = static_cast<std::uint32_t>(requests.size());
    RSM_CHECK(check_library(desk, request, requests.size()));
  }
  if (call.error_if_unavailable) {
    for (auto& request : requests) request.queued = desk.loop.now();
    if (auto const why = would_wait(*desk.library(requests.front().library), requests)) return fail(Errc::busy, "mount", *why);
  }
  return requests;
}

void recorded(Desk const& desk, MountCall const&, Records const& requests, OperatorRequests& people) {
  for (auto const& request : requests) {
    auto const medium = desk.book.medium(request.medium);
    if (medium && *medium != nullptr && !whereabouts(desk.world(), **medium)) people.ask_for_medium(**medium, request.library, request.id);
  }
}

}  // namespace rsm::operations

namespace rsm::operations::mount {

Result<LibraryId> other_library(Desk const& desk, Records const& call) {
  LibraryId target;
  for (auto const& request : call) {
    if (request.specific_drive) return fail(Errc::resource_not_available, "mount", "a drive of that library was asked for");
    if (request.error_if_offline) return fail(Errc::media_offline, "mount", "its medium is offline with the library");
    RSM_TRY(auto const* medium, desk.book.medium(request.medium));
    if (medium == nullptr) return fail(Errc::invalid_media, "mount", "its medium was deleted");
    RSM_TRY(auto const library, library_for_offline(desk, *medium));
    if (target && library != target) return fail(Errc::resource_not_available, "mount", "its media could only go to different libraries");
    target = library;
  }
  return target;
}

// ---- starting

namespace {

// Loaded for a call of several media, and then lost its drive.
void end_stranded(Library& library) {
  std::vector<RequestId> stranded;
  for (auto const& id : library.mounts().lines().under_way()) {
    auto const* request = library.book().request(id);
    if (request == nullptr || request->state != RequestState::inprocess || at_work(library, *request)) continue;
    auto const* d = library.world().drive(request->drive);
    if (d == nullptr || d->hot.state != DriveState::loaded || d->hot.request != id) stranded.push_back(id);
  }
  std::ranges::sort(stranded, {}, [&](RequestId id) { return library.book().request(id)->sequence; });
  for (auto const& id : stranded)
    finish(library, id, {RequestState::failed, Errc::device_not_available, "its drive lost it before the other media of its call were loaded"});
}

void start(Library& library, MountStart const& what) {
  auto const* found = library.book().request(what.request);
  if (found == nullptr || !library.drives().free(what.drive)) return;
  RequestRecord r = *found;
  for (auto const* o : library.open(Operation::dismount)) {
    if (o->medium == r.medium && o->due)
      library.book().finish(o->id, {RequestState::cancelled, Errc::cancelled, "the medium was mounted again before its delay was over"});
  }
  r.drive = what.drive;
  library.book().update(r);
  library.reuse().asked(r.medium, r.queued, library.pace().exchange());
  if (library.belief().drive(what.drive).hot.medium != r.medium) library.reuse().brought(r.queued, library.pace().exchange());
  library.drives().begin(what.drive, {.what = {.task = machine::DriveTask::mount, .request = r.id, .medium = r.medium, .side = r.side, .reason = {}}});
}

}  // namespace

void evaluate(Library& library) {
  end_stranded(library);
  look_at_those_who_wait(library);
  Situation const situation = library.situation();
  MountPlan const plan = plan_lines(situation, library.mounts().lines());
  compare_with_scratch(library, situation, plan);
  library.plan_made(plan);
  for (auto const& one : plan.starts) start(library, one);
  auto wanted = plan.to_empty;
  wanted.insert(wanted.end(), plan.to_make_room.begin(), plan.to_make_room.end());
  for (auto const& [drive, request] : wanted) {
    auto const* m = library.belief().medium(library.belief().drive(drive).hot.medium);
    dismount::put_away(library, drive, {}, "the drive is wanted by " + name_of(request) + (m == nullptr ? "" : "; " + name_of(*m) + " was idle"), {}, request);
  }
}

// ---- what the drive says

namespace {

// One fate: a call of several media passes when all are loaded.
void complete_group(Library& library, RequestId id) {
  auto const* r = library.book().request(id);
  if (r == nullptr) return;
  std::vector<RequestId> members{id};
  if (r->group_size > 1) members = library.mounts_of_call(*r);
  bool const all = members.size() == r->group_size && std::ranges::all_of(members, [&](RequestId member) {
    auto const* d = library.world().drive(library.book().request(member)->drive);
    return d != nullptr && d->hot.state == DriveState::loaded && d->hot.request == member;
  });
  if (!all) return library.book().set_state(id, RequestState::inprocess, "loaded; waits for the other media of its call");
  for (auto const& member : members)
    library.book().finish(member, {RequestState::passed, Errc::success, "loaded in " + library.belief().drive_name(library.book().request(member)->drive)});
}

}  // namespace

void loaded(Library& library, DriveId id, machine::Drive const& work, std::string const& volume) {
  auto const* found = library.book().request(work.request());
  if (found == nullptr) return;  // nobody is given it; it is put away
  auto const* loaded = library.belief().medium(work.medium());
  if (loaded == nullptr) return;  // its record is gone: put away, too
  RequestRecord const r = *found;
  MediumRecord m = *loaded;
  ++m.side(work.side())->mount_count;
  if (!library.conditions().medium_blamed_since(m, work.begun())) m.trouble.clear();
  library.book().put(m, "mounted", r.id);
  DriveHot hot = library.belief().drive(id).hot;
  hot.state = DriveState::loaded;
  hot.since = library.now();
  hot.reason = "mounted for " + r.application + (r.user.empty() ? "" : " (" + r.user + ")");
  hot.side = work.side();
  hot.session = library.world().sessions.contains(r.session) ? r.session : SessionId{};
  if (!hot.session) hot.reason += ", whose session has ended";
  hot.request = r.id;
  hot.volume = volume;
  ++hot.mount_count;
  library.book().put(hot, r.id);
  library.book().figures().mounted(library.id(), library.now() - work.begun());
  library.pace().wait.add(library.now() - r.queued);
  library.book().learn(library.id(), {}, TimingKind::wait, library.now() - r.queued);
  library.mounted_again(work.medium());
  complete_group(library, r.id);
}

void back_to_queue(Library& library, DriveId drive, RequestId id, machine::BackToQueue const& back) {
  auto const* found = library.book().request(id);
  if (found == nullptr) return;
  RequestRecord r = *found;
  if (back.tried) ++library.tries(id).failed;
  if (back.unanswered) ++library.tries(id).unanswered;
  if (back.drive_to_blame) library.tries(id).in.insert(drive);
  if (r.group_size > 1) return finish(library, id, {RequestState::failed, Errc::device_not_available, back.reason});
  if (!r.specific_drive) r.drive = {};
  library.book().update(r);
  library.book().set_state(id, RequestState::waiting, back.reason);
}

void cannot_be_loaded(Library& library, MediumId medium, std::string const& reason, RequestId request) {
  auto const* m = library.belief().medium(medium);
  if (m == nullptr) return;
  MediumRecord marked = *m;
  marked.trouble = "it could not be loaded: " + reason;
  library.book().put(marked, marked.trouble, request);
  identify::have_looked_after(library, marked);
}

bool stands(Library const& library, DriveHot const& hot) {
  // INPROCESS and loaded: it waits for the other media of its call; what a life before left is WAITING.
  if (auto const* mount = library.book().request(hot.request)) return mount->state == RequestState::inprocess;
  auto const ended = library.book().find_request(hot.request);
  return !ended || !*ended || (*ended)->state == RequestState::passed;
}

}  // namespace rsm::operations::mount
