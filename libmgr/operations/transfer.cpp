#include "libmgr/operations/transfer.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/inject.hpp"

namespace rsm::operations::transfer {

Element destination(RequestRecord const& request) {
  return request.slot ? Element{ElementKind::slot, *request.slot} : Element{ElementKind::port, request.port.value_or(0)};
}

namespace {

template <class Parts, class Id>
std::optional<std::uint32_t> number_of(Parts const& parts, Id id) {
  auto const found = std::ranges::find_if(parts, [&](auto const& part) { return part.second.id == id; });
  return found == parts.end() ? std::nullopt : std::optional{found->first};
}

// Which part of the library is meant; nothing: it has none with this id.
std::optional<Element> element_of(LibraryEntry const& library, TransferCall const& call) {
  bool const to_port = static_cast<bool>(call.port);
  auto const number = to_port ? number_of(library.ports, call.port) : number_of(library.slots, call.slot);
  if (!number) return std::nullopt;
  return Element{to_port ? ElementKind::port : ElementKind::slot, *number};
}

Result<Element> named_element(LibraryEntry const& library, TransferCall const& call) {
  if (call.port.is_zero() == call.slot.is_zero()) return fail(Errc::invalid_parameter, "destination", "name a slot or a port, one of them");
  if (call.from && call.port) return fail(Errc::invalid_parameter, "destination", "from a port a cartridge goes to a slot");
  if (auto const to = element_of(library, call)) return *to;
  std::string const name = call.port ? "port " + call.port.text() : "slot " + call.slot.text();
  return fail(Errc::resource_not_present, name, "library " + library.record.name + ", where the medium is, has none of this id");
}

std::string medium_text(Book& book, MediumId id) {
  auto const medium = book.medium(id);
  return medium && *medium != nullptr ? name_of(**medium) : "medium " + id.text();
}

// The medium in a drive that goes home to this slot, when it is another one.
MediumRecord const* kept_for(Book& book, LibraryEntry const& library, std::uint32_t slot, MediumId but) {
  for (auto const& [number, drive] : library.drives) {
    auto const inside = book.medium(book.world().drive(drive)->hot.medium);
    if (!inside || *inside == nullptr || (*inside)->id == but) continue;
    if ((*inside)->library == library.record.id && (*inside)->home_slot == slot) return *inside;
  }
  return nullptr;
}

Result<> not_reserved(LibraryEntry const& library, Element slot) {
  if (slot.kind != ElementKind::slot || library.record.cleaner_slot != slot.number) return {};
  return fail(Errc::resource_not_available, slot.text(), "it is reserved for the cleaning cartridge");
}

Result<> slot_takes(Book& book, LibraryEntry const& library, std::uint32_t number, MediumId medium) {
  auto const& slot = library.slots.at(number);
  std::string const name = Element{ElementKind::slot, number}.text();
  if (slot.state == SlotState::not_present) return fail(Errc::resource_not_present, name, "its magazine is out");
  RSM_CHECK(not_reserved(library, {ElementKind::slot, number}));
  if (slot.medium) return fail(Errc::not_empty, name, medium_text(book, slot.medium) + " is in it");
  if (slot.state == SlotState::full) return fail(Errc::not_empty, name, "a cartridge is in it");
  if (!may_be_free(slot)) return fail(Errc::not_empty, name, "nobody knows whether it is empty; an inventory finds out");
  auto const* owner = kept_for(book, library, number, medium);
  if (owner != nullptr) return fail(Errc::not_empty, name, "it is kept for " + name_of(*owner) + ", which is in a drive");
  return {};
}

// Nothing is in it, and nothing else is to come.
Result<> takes(Book& book, LibraryEntry const& library, Element to, MediumId medium) {
  if (to.kind == ElementKind::slot) return slot_takes(book, library, to.number, medium);
  auto const& port = library.ports.at(to.number);
  if (port.content != PortContent::full) return {};
  return fail(Errc::not_empty, to.text(), (port.medium ? medium_text(book, port.medium) : "a cartridge") + " is in it: take it out (rsm media eject), or have it stored (rsm library inject)");
}

// What has been there when the request was made may be gone, or full.
Result<> still_takes(Book& book, LibraryEntry const& library, Element to, MediumId medium) {
  bool const has = to.kind == ElementKind::slot ? library.slots.contains(to.number) : library.ports.contains(to.number);
  if (!has) return fail(Errc::resource_not_present, to.text(), "the library does not have it any more");
  return takes(book, library, to, medium);
}

// Where it is, and who; no medium: nobody knows yet who lies in the port.
struct Source {
  LibraryId library;
  Element at;
  MediumRecord const* medium = nullptr;
  std::string name;
};

Result<Source> medium_source(Desk const& desk, Who const& who, MediumId id) {
  RSM_TRY(auto const* medium, desk.book.medium(id));
  if (medium == nullptr) return fail(Errc::invalid_media, "medium " + id.text(), "there is none");
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::transfer, rights::library_of(desk.world(), *medium)));
  auto const at = whereabouts(desk.world(), *medium);
  if (!at) return fail(Errc::library_offline, name_of(*medium), "it is in no library that is connected");
  return Source{at->library, at->element, medium, name_of(*medium)};
}

Result<Source> port_source(Desk const& desk, Who const& who, PortId id) {
  for (auto const& [library, entry] : desk.world().libraries) {
    auto const number = number_of(entry.ports, id);
    if (!number) continue;
    RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::transfer, library));
    Element const at{ElementKind::port, *number};
    if (auto const inside = entry.ports.at(*number).medium) return medium_source(desk, who, inside);
    return Source{library, at, nullptr, at.text()};
  }
  return fail(Errc::resource_not_present, "port " + id.text(), "there is none");
}

Result<Source> source_of(Desk const& desk, Who const& who, TransferCall const& call) {
  if (call.medium.is_zero() == call.from.is_zero()) return fail(Errc::invalid_parameter, "source", "name a medium or a port, one of them");
  return call.medium ? medium_source(desk, who, call.medium) : port_source(desk, who, call.from);
}

bool is_same(RequestRecord const& other, Source const& source) {
  if (source.medium != nullptr) return other.medium == source.medium->id || other.partner == source.medium->id;
  return other.slot && other.port == source.at.number;
}

// No other request moves it, or brings another one there.
Result<> nobody_else(Desk const& desk, Source const& source, Element to) {
  for (auto const& [sequence, id] : desk.book.requests_of(source.library, Operation::transfer)) {
    auto const* other = desk.book.request(id);
    if (is_same(*other, source)) return fail(Errc::busy, source.name, name_of(id) + " moves it already");
    if (destination(*other) == to) return fail(Errc::not_empty, to.text(), name_of(id) + " brings a cartridge there");
  }
  return {};
}

Result<> not_the_cleaner(World const& world, MediumRecord const& medium) {
  auto const* library = world.library(medium.library);
  if (library == nullptr || library->record.cleaner != medium.id) return {};
  return fail(Errc::invalid_media, name_of(medium), "it is the cleaning cartridge of library " + library->record.name + " and has its own slot");
}

Result<> not_in_use(Desk const& desk, MediumRecord const& medium) {
  RSM_CHECK(not_the_cleaner(desk.world(), medium));
  auto const* drive = desk.world().drive_of(medium.id);
  if (drive != nullptr && drive->hot.state == DriveState::loaded)
    return fail(Errc::busy, name_of(medium), "it is mounted in " + name_of(desk.world(), drive->record.id) + ": rsm media dismount '" + name_of(medium) + "' first");
  if (auto const* works = desk.book.holder_of(medium.id); works != nullptr) return fail(Errc::busy, name_of(medium), works_with_it(*works));
  return {};
}

// By their bar codes: after the exchange nothing else tells which of the two is where.
Result<> told_apart(Library const* library, MediumRecord const& one, MediumRecord const& other) {
  for (auto const* medium : {&one, &other}) {
    if (medium->barcode.empty()) return fail(Errc::invalid_media, name_of(*medium), "it has no bar code, and nothing else tells two cartridges apart that change places; transfer one to an empty slot first");
    if (library != nullptr && library->doubled(medium->barcode)) return fail(Errc::invalid_media, name_of(*medium), "its bar code is on another cartridge, too; transfer one to an empty slot first");
  }
  return one.barcode != other.barcode ? Result<>() : fail(Errc::invalid_media, name_of(one), "both have the same bar code; transfer one to an empty slot first");
}

Result<> can_exchange(Library const* library, std::string const& name) {
  if (library == nullptr || library->exchanges().value_or(true)) return {};
  return fail(Errc::not_supported, "library " + name, "it cannot exchange two media; transfer one to an empty slot first");
}

// Who comes to where the medium was.
Result<MediumRecord const*> partner_of(Desk const& desk, Who const& who, LibraryEntry const& library, Source const& source, Element to) {
  if (source.medium == nullptr || source.at.kind == ElementKind::port || to.kind != ElementKind::slot) return fail(Errc::invalid_parameter, "exchange", "media of two slots change places, and of no port");
  if (source.at.kind != ElementKind::slot) return fail(Errc::busy, source.name, "it is in " + source.at.text() + ", and media of two slots change places");
  for (auto const& one : {source.at, to}) RSM_CHECK(not_reserved(library, one));  // somebody's medium lies in it, and another one would come there
  auto const& slot = library.slots.at(to.number);
  if (slot.medium.is_zero()) return fail(slot.state == SlotState::full ? Errc::invalid_media : Errc::empty, to.text(), slot.state == SlotState::full ? "nobody knows yet which medium is in it; an inventory finds out" : "nothing is in it to change places with");
  RSM_TRY(auto const other, medium_source(desk, who, slot.medium));
  RSM_CHECK(not_in_use(desk, *other.medium));
  auto const* connected = desk.library(source.library);
  RSM_CHECK(can_exchange(connected, library.record.name));
  RSM_CHECK(told_apart(connected, *source.medium, *other.medium));
  return other.medium;
}

}  // namespace
}  // namespace rsm::operations::transfer

namespace rsm::operations {

using namespace transfer;

Result<Records> check(Desk const& desk, Who const& who, TransferCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::transfer);
  RSM_TRY(auto const source, source_of(desk, who, call));
  RSM_TRY(auto const* library, library_for_control(desk, source.library, Errc::device_not_available));
  RSM_TRY(auto const to, named_element(*library, call));
  if (source.at == to) return fail(Errc::invalid_parameter, source.name, "it is in " + to.text() + " already");
  RSM_CHECK(nobody_else(desk, source, to));
  if (source.medium != nullptr) RSM_CHECK(not_in_use(desk, *source.medium));
  if (call.exchange) {
    RSM_TRY(auto const* partner, partner_of(desk, who, *library, source, to));
    r.partner = partner->id;
  } else {
    RSM_CHECK(takes(desk.book, *library, to, source.medium == nullptr ? MediumId{} : source.medium->id));
  }
  r.library = source.library;
  if (source.medium != nullptr) r.medium = source.medium->id;
  if (call.from) r.port = source.at.number;
  (to.kind == ElementKind::port ? r.port : r.slot) = to.number;
  return Records{std::move(r)};
}

std::vector<KeyedObject> objects_of(Desk const& desk, TransferCall const& call) {
  KeyedObject object{.medium = call.medium, .exchange = call.exchange};
  for (auto const& [id, library] : desk.world().libraries) {
    auto const to = element_of(library, call);
    if (!to) continue;
    object.library = id;
    (to->kind == ElementKind::port ? object.port : object.slot) = to->number;
    if (call.from) object.port = number_of(library.ports, call.from);
  }
  return {object};
}

}  // namespace rsm::operations

namespace rsm::operations::transfer {

namespace {

void fails(Library& library, RequestRecord const& r, Error const& why) { finish(library, r.id, {RequestState::failed, why.code, why.sentence()}); }

// It only stays in a drive, since nobody has wanted the drive.
void out_of_drive(Library& library, RequestRecord const& r, MediumRecord const& m, DriveEntry const& in) {
  DriveId const id = in.record.id;
  std::string const where = library.belief().drive_name(id);
  auto const* work = library.drives().work(id);
  if (work != nullptr) return library.waits_for(r.id, name_of(m) + " is in " + where + ", which is at work: " + work->step());
  auto const& condition = in.record.condition;
  if (condition.state != OperationalState::ready) return library.book().set_state(r.id, RequestState::waiting, where + ": " + condition.reason);
  if (in.hot.state == DriveState::loaded) return fails(library, r, {Errc::busy, name_of(m), "it is mounted in " + where});
  dismount::put_away(library, id, r.id, "it is to be moved", destination(r));
}

// A port belongs to who is at it.
bool through_port(RequestRecord const& r, Element from) { return from.kind == ElementKind::port || r.port; }

void begin_move(Library& library, RequestRecord const& r, Element from) {
  library.book().set_state(r.id, RequestState::inprocess, (r.partner ? "changes places with what is in " + destination(r).text() : "on its way from " + from.text() + " to " + destination(r).text()));
  library.arm().ask({library.make_work(), r.id, r.medium, destination(r), false, r.partner});
}

void look_at(Library& library, RequestRecord const& r);

// Who lies in the port is not known: it is looked at there.
void out_of_port(Library& library, RequestRecord const& r) {
  if (auto const inside = library.belief().medium_at({ElementKind::port, r.port.value_or(0)})) {
    RequestRecord known = r;
    known.medium = inside;
    library.book().update(known);
    return look_at(library, known);
  }
  auto const& entry = library.belief().entry();
  if (!r.port || !entry.ports.contains(*r.port)) return fails(library, r, {Errc::resource_not_present, "the port", "the library does not have it any more"});
  if (auto const free = still_takes(library.book(), entry, destination(r), {}); !free) return fails(library, r, free.error());
  if (!library.port().free()) return library.waits_for(r.id, "waits for the port: " + library.port().text());
  if (library.arm().uses_port()) return library.waits_for(r.id, "waits for the port: the arm brings " + library.arm().text());
  library.port().begin(machine::PortTask::fetch, r.id, {}, *r.port);
}

bool in_arm(std::optional<Element> const& element) { return element && element->kind == ElementKind::arm; }

// The arm was at it when the service ended, and may still be: the library is asked until it has come to rest.
void wait_for_rest(Library& library, RequestRecord const& r, std::string const& where) {
  if (r.state != RequestState::waiting) library.book().set_state(r.id, RequestState::waiting, "the arm is at it: " + where);
  auto const* waiting = library.book().request(r.id);
  if (waiting != nullptr && library.now() - waiting->changed < limits::exchange_settle_limit) return library.stocktaking().look_at_sick_later();
  library.book().erase_intent(library.id());
  fails(library, r, {Errc::medium_not_accessible, "the exchange", "it stopped half way: " + where});
}

// After a restart in the middle the library says where both are.
void look_at_exchange(Library& library, RequestRecord const& r) {
  auto const* m = library.belief().medium(r.medium);
  auto const* other = library.belief().medium(r.partner);
  if (m == nullptr || other == nullptr) return fails(library, r, {Errc::medium_not_accessible, {}, "one of the media is not in the catalog any more"});
  auto const at = library.belief().place_of(m->id), other_at = library.belief().place_of(other->id);
  Element const to = destination(r);
  auto const stands = [](MediumRecord const& one) { return name_of(one) + (one.offline() ? " is away" : " is in " + place_text(one.place)); };
  std::string const where = stands(*m) + ", and " + stands(*other);
  auto const in_slot = [](std::optional<Element> const& element) { return element && element->kind == ElementKind::slot; };
  for (auto const* one : {m, other})
    if (identify::is_read_first(library, *one)) return library.waits_for(r.id, "the label of " + name_of(*one) + " is read first");
  if (in_arm(at) || in_arm(other_at)) return wait_for_rest(library, r, where);
  if (at == to && in_slot(other_at)) return finish(library, r.id, {RequestState::passed, Errc::success, where});
  if (!in_slot(at) || other_at != to) return fails(library, r, {Errc::medium_not_accessible, "the exchange", where});
  for (auto const* one : {m, other})
    if (auto const busy = library.busy_with(one->id)) return library.waits_for(r.id, name_of(*one) + ": " + *busy);
  if (auto const able = can_exchange(&library, library.belief().name()); !able) return fails(library, r, able.error());
  if (auto const apart = told_apart(&library, *m, *other); !apart) return fails(library, r, apart.error());
  begin_move(library, r, *at);
}

void look_at(Library& library, RequestRecord const& r) {
  if (r.partner) return look_at_exchange(library, r);
  if (r.medium.is_zero()) return out_of_port(library, r);
  auto const* m = library.belief().medium(r.medium);
  auto const at = m == nullptr ? std::nullopt : library.belief().place_of(r.medium);
  Element const to = destination(r);
  if (!at) return fails(library, r, {Errc::medium_not_accessible, {}, "the medium is not in the library any more"});
  if (*at == to) return finish(library, r.id, {RequestState::passed, Errc::success, "it is in " + to.text()});
  if (auto const other = not_the_cleaner(library.world(), *m); !other) return fails(library, r, other.error());  // what came into the port may be it
  if (auto const free = still_takes(library.book(), library.belief().entry(), to, r.medium); !free) return fails(library, r, free.error());
  bool const leaves = to.kind == ElementKind::port;  // where no label can be read
  if (leaves && identify::is_read_first(library, *m))
    return library.waits_for(r.id, "another cartridge bears the label of " + name_of(*m) + ": the label of this one is read first");
  if (through_port(r, *at) && !library.port().free()) return library.waits_for(r.id, "waits for the port: " + library.port().text());
  if (library.drives().bound_for(to)) return library.waits_for(r.id, "another cartridge is on its way to " + to.text());
  if (auto const* in = library.belief().drive_of(r.medium)) return out_of_drive(library, r, *m, *in);
  if (auto const busy = library.busy_with(r.medium)) return library.waits_for(r.id, name_of(*m) + ": " + *busy);
  begin_move(library, r, *at);
}

}  // namespace

void evaluate(Library& library) {
  std::vector<RequestRecord> waiting;
  for (auto const* request : library.open(Operation::transfer))
    if (!library.arm().works_for(request->id) && !library.drives().work_for(request->id) && !library.port().works_for(request->id)) waiting.push_back(*request);
  for (auto const& request : waiting)
    if (library.book().request(request.id) != nullptr) look_at(library, request);
}

bool moved(Library& library, machine::ArmDone const& done) {
  auto const* request = library.book().request(done.task.request);
  if (request == nullptr || request->operation != Operation::transfer) return false;
  if (!done.outcome) return fails(library, RequestRecord(*request), done.outcome.error()), true;
  bool const came_in = done.from.kind == ElementKind::port && done.task.to.kind == ElementKind::slot;
  MediumId const medium = done.task.medium;
  std::string const then = done.task.to.kind == ElementKind::port ? "; an eject opens the port" : "";
  std::string const how = done.task.partner ? "the media of " + done.from.text() + " and " + done.task.to.text() + " have changed places" : "brought from " + done.from.text() + " to " + done.task.to.text();
  finish(library, request->id, {RequestState::passed, Errc::success, how + then});
  if (came_in) inject::stored(library, medium);
  return true;
}

}  // namespace rsm::operations::transfer
