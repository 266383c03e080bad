#include "libmgr/operations/eject.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/cleaner_cartridge.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"

namespace rsm::operations {

using namespace eject;

Result<Records> check(Desk const& desk, Who const& who, EjectCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::eject);
  RSM_TRY(auto const* medium, desk.book.medium(call.medium));
  if (medium == nullptr) return fail(Errc::invalid_media, "medium " + call.medium.text(), "there is none");
  std::string const name = name_of(*medium);
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::eject, rights::library_of(desk.world(), *medium)));
  auto const at = whereabouts(desk.world(), *medium);
  if (!at) return fail(Errc::library_offline, name, "it is in no library that is connected");
  r.library = at->library;
  RSM_TRY(auto const* library, library_for_control(desk, r.library, Errc::device_not_available));
  if (!medium->enabled && medium->pool) {
    auto const pool = desk.world().pools.find(medium->pool);
    bool const stranger = pool != desk.world().pools.end() && pool->second.type == PoolType::foreign;
    if (!stranger) return fail(Errc::media_not_available, name, "it is disabled");  // a duplicate may be taken out
  }
  if (library->ports.empty() && library->record.type != LibraryType::standalone) return fail(Errc::resource_not_present, "library " + library->record.name, "it has no port");
  auto const* drive = desk.world().drive_of(call.medium);
  bool const mounted = drive != nullptr && drive->hot.state == DriveState::loaded;
  if (!call.force && mounted) return fail(Errc::busy, name, "it is mounted in " + name_of(desk.world(), drive->record.id) + ": rsm media dismount '" + name + "' first, or eject it with --force");
  if (auto const* works = desk.book.holder_of(call.medium); !call.force && works != nullptr) return fail(Errc::busy, name, works_with_it(*works));
  r.medium = call.medium;
  r.force = call.force;
  r.option = call.force ? operation_option::force_immediate : operation_option::immediate;
  return Records{std::move(r)};
}

Result<Records> check(Desk const& desk, Who const& who, EjectBatchCall const& call) {
  Records records;
  std::set<MediumId> named;
  std::map<LibraryId, std::size_t> of_library;
  for (auto const& medium : call.media) {
    if (!named.insert(medium).second) return fail(Errc::invalid_media, "medium " + medium.text(), "it is named twice");
    RSM_TRY(auto one, check(desk, who, EjectCall{call.key, medium, call.force}));
    auto const& library = *desk.world().library(one.front().library);
    std::size_t const room = std::max<std::size_t>(library.ports.size(), 1);  // a stand-alone drive holds one, too
    if (++of_library[one.front().library] > room)
      return fail(Errc::busy, "library " + library.record.name, "more cartridges are to be ejected together than it has ports (" + std::to_string(room) + ")");
    records.push_back(std::move(one.front()));
  }
  for (auto& record : records) {
    record.group = records.size() > 1 ? records.front().id : RequestId{};
    record.group_size = static_cast<std::uint32_t>(records.size());
  }
  return call.only_check ? Records{} : std::move(records);
}

std::vector<KeyedObject> objects_of(Desk const&, EjectBatchCall const& call) {
  std::vector<KeyedObject> objects;
  for (auto const& medium : call.media) objects.push_back({.medium = medium});
  return objects;
}

}  // namespace rsm::operations

namespace rsm::operations::eject {

std::optional<std::uint32_t> empty_port(Library const& library) {
  for (auto const& [number, port] : library.belief().entry().ports)
    if (port.content != PortContent::full && !library.drives().bound_for({ElementKind::port, number})) return number;
  return std::nullopt;
}

namespace {

// The dismount of this mount that is under way.
RequestRecord const* dismount_of(Library& library, MediumId medium, DriveHot const& hot) {
  for (auto const& open : library.book().open_requests_of(medium))
    if (auto const* r = library.book().request(open); r->operation == Operation::dismount && r->work_item == hot.request) return r;
  return nullptr;
}

// A person gave force for this medium: its volume is dismounted first, with force.
void dismount_first(Library& library, RequestRecord const& r, DriveEntry const& in) {
  RequestRecord dismount = blank(library.book(), library.id(), Operation::dismount, "it is to be ejected with force");
  dismount.option = operation_option::force_immediate;
  dismount.force = true;
  dismount.medium = r.medium;
  dismount.side = in.hot.side;
  dismount.drive = in.record.id;
  dismount.work_item = in.hot.request;
  library.book().add(dismount);
  library.book().set_state(r.id, RequestState::waiting, "dismounted with force first, by " + name_of(dismount.id));
  library.evaluate_soon();
}

// A drive that cannot eject lets go of it, and a person takes it out.
void out_to_hand(Library& library, RequestRecord const& r, MediumRecord const& m, DriveEntry const& in) {
  DriveId const id = in.record.id;
  bool const let_go = in.hot.state == DriveState::unloaded && in.hot.request == r.id;
  if (!let_go) return dismount::put_away(library, id, r.id, "it is to be ejected");
  std::string const wanted = "take " + name_of(m) + " out of " + library.belief().drive_name(id);
  library.people().raise({OperatorKind::take_out, id.guid, m.id.guid, r.id, wanted + ": it does not eject"});
  library.book().set_state(r.id, RequestState::waiting, "the drive does not eject: an operator was asked to " + wanted);
}

// All ports are full, and nobody works at one: it goes on when a person has taken out what lies there. A person is asked once.
void wants_an_empty_port(Library& library, RequestRecord const& r) {
  auto const& ports = library.belief().entry().ports;
  auto const full = std::ranges::find_if(ports, [](auto const& port) { return port.second.content == PortContent::full; });
  if (full == ports.end()) return library.book().set_state(r.id, RequestState::waiting, "no port is known to be empty (rsm port list)");
  auto const& [number, port] = *full;
  auto const* inside = library.belief().medium(port.medium);
  std::string const lies_there = inside == nullptr ? "the cartridge" : name_of(*inside), where = "port " + std::to_string(number);
  std::string const why = where + " is full: an operator was asked to take " + lies_there + " out of it";
  if (r.state == RequestState::waiting && r.reason == why) return;
  library.book().set_state(r.id, RequestState::waiting, why);
  auto const* leaves = library.belief().medium(r.medium);
  not_taken(library, number, port.medium, r.id,
            "take " + lies_there + " out of " + where + " of " + library.belief().name() + " (rsm media eject opens it): " + name_of(r.id) + " brings " + (leaves == nullptr ? "another one" : name_of(*leaves)) + " there");
}

void out_of_drive(Library& library, RequestRecord const& r, MediumRecord const& m, DriveEntry const& in) {
  DriveId const id = in.record.id;
  std::string const where = library.belief().drive_name(id);
  if (auto const* work = library.drives().work(id); work != nullptr) {
    if (dismount::insists(r, in)) library.drives().insist(id);
    return library.waits_for(r.id, name_of(m) + " is in " + where + ", which is at work: " + work->step());
  }
  if (in.record.condition.state != OperationalState::ready) return library.book().set_state(r.id, RequestState::waiting, where + ": " + in.record.condition.reason);
  if (in.hot.state == DriveState::loaded) {
    auto const* under_way = r.force ? dismount_of(library, r.medium, in.hot) : nullptr;
    if (under_way != nullptr) return library.waits_for(r.id, name_of(m) + " is dismounted first, by " + name_of(under_way->id));
    if (r.force && ++library.tries(r.id).failed <= 1) return dismount_first(library, r, in);
    return finish(library, r.id, {RequestState::failed, Errc::unable_to_eject_mounted_media, name_of(m) + " is mounted in " + where});
  }
  if (library.by_hand()) return out_to_hand(library, r, m, in);
  if (library.arm().uses_port()) return library.waits_for(r.id, "waits for the port: the arm brings " + library.arm().text());
  if (!library.port().free()) return library.waits_for(r.id, "waits for the port: " + library.port().text());
  auto const port = empty_port(library);
  if (!port) return wants_an_empty_port(library, r);
  dismount::put_away(library, id, r.id, "it is to be ejected", Element{ElementKind::port, *port});
}

void look_at(Library& library, RequestRecord const& r) {
  auto const* m = library.belief().medium(r.medium);
  auto const at = m == nullptr ? std::nullopt : library.belief().place_of(r.medium);
  if (!at) return finish(library, r.id, {RequestState::passed, Errc::success, "the medium is not in the library any more"});
  bool const in_port = at->kind == ElementKind::port;  // where no label can be read
  if (!in_port && identify::is_read_first(library, *m)) return library.waits_for(r.id, "another cartridge bears the label of " + name_of(*m) + ": the label of this one is read first");
  if (auto const* in = library.belief().drive_of(r.medium)) return out_of_drive(library, r, *m, *in);
  to_port(library, r, *at);
}

}  // namespace

void to_port(Library& library, RequestRecord const& r, Element at) {
  if (auto const busy = library.busy_with(r.medium)) {
    auto const* medium = library.belief().medium(r.medium);
    return library.waits_for(r.id, (medium == nullptr ? std::string("the cartridge") : name_of(*medium)) + " is in use: " + *busy);
  }
  if (!library.port().free()) return library.waits_for(r.id, "waits for the port: " + library.port().text());
  if (library.arm().uses_port()) return library.waits_for(r.id, "waits for the port: the arm brings " + library.arm().text());
  if (at.kind == ElementKind::port) return library.port().begin(machine::PortTask::eject, r.id, r.medium, at.number);
  auto const port = empty_port(library);
  if (!port) return wants_an_empty_port(library, r);
  library.port().begin(machine::PortTask::eject, r.id, r.medium, *port);
}

void evaluate(Library& library) {
  std::vector<RequestRecord> waiting;
  for (auto const* request : library.open(Operation::eject))
    if (!library.port().works_for(request->id) && !library.drives().work_for(request->id)) waiting.push_back(*request);
  for (auto const& request : waiting)
    if (library.book().request(request.id) != nullptr) look_at(library, request);
}

namespace {

// Whether the service remembers an ejected medium of a pool of this type (rsm-model.md section 6).
bool is_kept(PoolType pool, std::uint32_t policy) {
  switch (pool) {
    case PoolType::application: return true;
    case PoolType::scratch: return (policy & media_policy::purge_offline_scratch) == 0;
    case PoolType::import: return (policy & media_policy::keep_offline_import) != 0;
    default: return false;
  }
}

// To the offline library, or the record goes where its kind is not tracked (model S19).
void goes_offline(Library& library, MediumRecord const& m, RequestId request) {
  auto& belief = library.belief();
  auto const pool = library.world().pools.find(m.pool);
  bool const somebodys = std::ranges::any_of(m.sides, [](Side const& side) { return side.logical_medium || side.state == SideState::reserved; });
  bool const tracked = somebodys || (pool != library.world().pools.end() && is_kept(pool->second.type, library.world().computer.media_pool_policy));
  MediumRecord const left = m;
  bool const contested = identify::contested(library, m);  // it may be the other one: the record is needed to know that one by
  if (tracked || contested)
    belief.set_place(left.id, Offline{}, contested ? "ejected, while another cartridge bears its label" : "ejected", request);
  else
    belief.book().erase_medium(left.id, "ejected; media of its pool are not kept", request);
  cleaner_cartridge::has_left(library, left.id);
  identify::has_left(library, left);
}

}  // namespace

void left_drive(Library& library, DriveId drive, RequestId request, MediumId medium) {
  auto& belief = library.belief();
  auto const* m = belief.medium(medium);
  std::string const name = m == nullptr ? "the medium" : name_of(*m);
  if (belief.drive(drive).hot.medium == medium) belief.set_drive_medium(drive, {}, name + " was ejected");
  if (m != nullptr && belief.place_of(medium) == belief.element_of(drive)) goes_offline(library, *m, request);
  finish(library, request, {RequestState::passed, Errc::success, name + " is out of " + belief.drive_name(drive) + library.how_it_left(medium)});
}

void gone_with_drive(Library& library) {
  std::vector<RequestId> waiting;
  for (auto const* request : library.open(Operation::eject))
    if (!library.drives().work_for(request->id)) waiting.push_back(request->id);
  for (auto const& id : waiting) finish(library, id, {RequestState::passed, Errc::success, "the drive has gone, and the medium with it"});
}

// Out of the library.
void taken(Library& library, RequestId request, MediumId medium, std::uint32_t number) {
  auto& belief = library.belief();
  auto const* m = belief.medium(medium);
  PortRecord port = belief.entry().ports.at(number);
  MediumId const seen = port.medium;
  port.content = PortContent::empty;
  port.medium = {};
  belief.book().put(port, "the cartridge was taken out");
  // Somebody may have put another cartridge in between two looks.
  if (seen && seen != medium) belief.set_place(seen, Offline{}, "taken out of the port");
  if (m == nullptr) return;
  // Or have put this one somewhere else, where it has been seen meanwhile.
  auto const at = whereabouts(library.world(), *m);
  if (at && !(at->library == library.id() && at->element == Element{ElementKind::port, number})) return;
  goes_offline(library, *m, request);
}

void not_taken(Library& library, std::uint32_t number, MediumId medium, RequestId waits, std::string const& message) {
  library.people().raise({OperatorKind::cartridge_not_taken, library.belief().entry().ports.at(number).id.guid, medium.guid, waits, message});
}

}  // namespace rsm::operations::eject
