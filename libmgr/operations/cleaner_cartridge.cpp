#include "libmgr/operations/cleaner_cartridge.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/inject.hpp"

namespace rsm::operations::cleaner_cartridge {
namespace {

std::string slot_text(std::uint32_t number) { return Element{ElementKind::slot, number}.text(); }

Result<SlotRecord const*> reserved_slot(LibraryEntry const& library) {
  if (!library.record.cleaner_slot) return fail(Errc::cleaner_slot_not_set, "library " + library.record.name, "no slot is reserved for a cleaning cartridge");
  auto const slot = library.slots.find(*library.record.cleaner_slot);
  if (slot == library.slots.end() || slot->second.state == SlotState::not_present) return fail(Errc::resource_not_present, slot_text(*library.record.cleaner_slot), "the library does not have it now");
  return &slot->second;
}

bool in_library(Book& book, LibraryEntry const& library) {
  auto const cleaner = book.medium(library.record.cleaner);
  auto const* in = cleaner && *cleaner != nullptr ? std::get_if<InElement>(&(*cleaner)->place) : nullptr;
  return in != nullptr && in->library == library.record.id;
}

Result<> can_be_put_in(Book& book, LibraryEntry const& library) {
  RSM_TRY(auto const* slot, reserved_slot(library));
  if (slot->state == SlotState::full || slot->medium) return fail(Errc::resource_not_available, slot_text(slot->number), "a cartridge is in it");
  if (in_library(book, library)) return fail(Errc::resource_not_available, "library " + library.record.name, "its cleaning cartridge is in it");
  return {};
}

Result<> has_a_way(LibraryEntry const& library) {
  if (library.ports.empty() && library.doors.empty()) return fail(Errc::resource_not_present, "library " + library.record.name, "it has neither port nor door");
  return {};
}

}  // namespace
}  // namespace rsm::operations::cleaner_cartridge

namespace rsm::operations {

using namespace cleaner_cartridge;

Result<Records> check(Desk const& desk, Who const& who, InjectCleanerCall const& call) {
  if (call.uses == 0) return fail(Errc::invalid_parameter, "uses", "the cartridge has one use left at least");
  RequestRecord r = blank(desk, who, call.key, Operation::inject_cleaner);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::resource_disabled));
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::inject, call.library));
  RSM_CHECK(can_be_put_in(desk.book, *library));
  RSM_CHECK(has_a_way(*library));
  r.library = call.library;
  r.option = call.uses;
  return Records{std::move(r)};
}

Result<Records> check(Desk const& desk, Who const& who, EjectCleanerCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::eject_cleaner);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::resource_disabled));
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::eject, call.library));
  RSM_TRY(auto const* slot, reserved_slot(*library));
  if (!in_library(desk.book, *library)) return fail(Errc::empty, slot_text(slot->number), "the cleaning cartridge is not in the library");
  RSM_CHECK(has_a_way(*library));
  r.library = call.library;
  r.medium = library->record.cleaner;
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::cleaner_cartridge {
namespace {

void fails(Library& library, RequestId id, Error const& why) { finish(library, id, {RequestState::failed, why.code, why.sentence()}); }

// A medium that is known by this bar code is believed elsewhere; it is that one more likely than a cleaning cartridge.
bool bears_sticker_of_another(Library& library, MediumRecord const& medium) {
  if (medium.barcode.empty()) return false;
  auto const same = library.book().media_by_barcode(medium.barcode);
  return same && std::ranges::any_of(*same, [&](MediumId other) {
    auto const record = library.book().find_medium(other);
    return other != medium.id && record && *record && std::ranges::any_of((*record)->sides, [](Side const& side) { return side.omid || side.logical_medium; });
  });
}

bool by_door(Library const& library) { return library.belief().entry().ports.empty(); }

}  // namespace

bool taken_in(Library& library, RequestRecord const& request, MediumId id) {
  auto const* known = library.belief().medium(id);
  if (known == nullptr) return false;
  bool const somebodys = std::ranges::any_of(known->sides, [](Side const& side) { return side.omid || side.logical_medium; });
  if (somebodys || bears_sticker_of_another(library, *known)) return false;
  library.absorber().make_cleaner(id, "it was put in as the cleaning cartridge");
  LibraryRecord record = library.belief().entry().record;
  MediumId const before = record.cleaner;
  record.cleaner = id;
  record.cleaner_uses = request.option;
  library.book().put(record, "its cleaning cartridge was put in");
  auto const* old = before && before != id ? library.belief().medium(before) : nullptr;
  if (old != nullptr && old->offline()) library.book().erase_medium(before, "another cleaning cartridge has come in its place", request.id);
  return true;
}

void has_left(Library& library, MediumId medium) {
  LibraryRecord record = library.belief().entry().record;
  if (medium.is_zero() || record.cleaner != medium) return;
  record.cleaner = {};
  record.cleaner_uses = 0;
  library.book().put(record, "its cleaning cartridge has left");
}

void evaluate_inject(Library& library) {
  std::vector<RequestRecord> waiting;
  for (auto const* request : library.open(Operation::inject_cleaner))
    if (!library.port().works_for(request->id) && !library.door().works_for(request->id)) waiting.push_back(*request);
  for (auto const& r : waiting) {
    bool const brought = r.medium && r.medium == library.belief().entry().record.cleaner;  // by this request, before a restart
    if (auto const able = can_be_put_in(library.book(), library.belief().entry()); !brought && !able)
      fails(library, r.id, able.error());
    else if (by_door(library))
      library.door().want(r.id);
    else
      inject::look_at(library, r);
  }
}

// Taken out while nobody looked. As with every other way out, no record of it stays.
void is_gone(Library& library, RequestRecord const& r) {
  auto const* known = library.belief().medium(r.medium);
  if (known != nullptr && known->offline()) library.book().erase_medium(r.medium, "it was taken out of the library", r.id);
  finish(library, r.id, {RequestState::passed, Errc::success, "the cleaning cartridge is not in the library any more"});
  has_left(library, r.medium);
}

void evaluate_eject(Library& library) {
  std::vector<RequestRecord> waiting;
  for (auto const* request : library.open(Operation::eject_cleaner))
    if (!library.port().works_for(request->id) && !library.door().works_for(request->id)) waiting.push_back(*request);
  for (auto const& r : waiting) {
    auto const at = library.belief().place_of(r.medium);
    if (!at)
      is_gone(library, r);
    else if (at->kind == ElementKind::drive)
      library.waits_for(r.id, "the cleaning cartridge is in " + library.belief().drive_name(library.belief().drive_at(at->number)));
    else if (by_door(library))
      library.door().want(r.id);
    else
      eject::to_port(library, r, *at);
  }
}

void door_closed(Library& library, RequestRecord const& r) {
  auto const& entry = library.belief().entry();
  if (r.operation == Operation::eject_cleaner) {
    if (library.belief().place_of(r.medium)) return finish(library, r.id, {RequestState::failed, Errc::timeout, "nobody took the cleaning cartridge out"});
    library.book().erase_medium(r.medium, "taken out by the door", r.id);
    has_left(library, r.medium);
    return finish(library, r.id, {RequestState::passed, Errc::success, "taken out by the door"});
  }
  auto const slot = entry.slots.find(entry.record.cleaner_slot.value_or(0));
  if (!entry.record.cleaner_slot || slot == entry.slots.end() || slot->second.medium.is_zero())
    return finish(library, r.id, {RequestState::failed, Errc::timeout, "nobody put a cleaning cartridge into its slot"});
  if (!taken_in(library, r, slot->second.medium)) return finish(library, r.id, {RequestState::failed, Errc::invalid_cleaner, "what is in " + slot_text(slot->first) + " is somebody's medium"});
  finish(library, r.id, {RequestState::passed, Errc::success, "stored in " + slot_text(slot->first)});
}

}  // namespace rsm::operations::cleaner_cartridge
