#include "libmgr/operations/cleaner_slot.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/finish.hpp"

namespace rsm::operations::cleaner_slot {
namespace {

std::string slot_text(std::uint32_t number) { return Element{ElementKind::slot, number}.text(); }

SlotRecord const* slot_of(LibraryEntry const& library, SlotId id) {
  auto const found = std::ranges::find_if(library.slots, [id](auto const& slot) { return slot.second.id == id; });
  return found == library.slots.end() ? nullptr : &found->second;
}

// The medium in a drive that goes home to this slot.
MediumRecord const* comes_back_to(Book& book, LibraryEntry const& library, std::uint32_t number) {
  for (auto const& [drive_number, drive] : library.drives) {
    auto const inside = book.medium(book.world().drive(drive)->hot.medium);
    if (inside && *inside != nullptr && (*inside)->library == library.record.id && (*inside)->home_slot == number) return *inside;
  }
  return nullptr;
}

bool transfer_leads_to(Book& book, LibraryId library, std::uint32_t number) {
  return std::ranges::any_of(book.requests_of(library, Operation::transfer), [&](auto const& open) { return book.request(open.second)->slot == number; });
}

Result<> can_be_reserved(Book& book, LibraryEntry const& library, SlotRecord const& slot) {
  std::string const name = slot_text(slot.number);
  if (library.record.cleaner_slot) return fail(Errc::cleaner_slot_set, "library " + library.record.name, slot_text(*library.record.cleaner_slot) + " is reserved for its cleaning cartridge already");
  if (slot.state == SlotState::not_present) return fail(Errc::resource_not_present, name, "its magazine is out");
  if (slot.state == SlotState::full || slot.medium) return fail(Errc::resource_not_available, name, "a cartridge is in it");
  if (slot.state != SlotState::empty) return fail(Errc::resource_not_available, name, "nobody knows whether it is empty; an inventory finds out");
  auto const* owner = comes_back_to(book, library, slot.number);
  if (owner != nullptr) return fail(Errc::resource_not_available, name, "it is kept for " + name_of(*owner) + ", which is in a drive");
  if (transfer_leads_to(book, library.record.id, slot.number)) return fail(Errc::resource_not_available, name, "a cartridge is to be brought there");
  return {};
}

Result<> can_be_released(Book& book, LibraryEntry const& library) {
  std::string const name = "library " + library.record.name;
  if (!library.record.cleaner_slot) return fail(Errc::cleaner_slot_not_set, name, "no slot is reserved for a cleaning cartridge");
  auto const slot = library.slots.find(*library.record.cleaner_slot);
  if (slot == library.slots.end() || slot->second.state == SlotState::not_present) return fail(Errc::resource_not_present, slot_text(*library.record.cleaner_slot), "the library does not have it now");
  auto const cleaner = book.medium(library.record.cleaner);
  bool const here = cleaner && *cleaner != nullptr && std::get_if<InElement>(&(*cleaner)->place) != nullptr;
  if (here) return fail(Errc::cleaner_cartridge_installed, name, "its cleaning cartridge is in it; eject it first");
  if (slot->second.state == SlotState::full || slot->second.medium) return fail(Errc::cleaner_cartridge_installed, slot_text(slot->first), "a cartridge is in it");
  return {};
}

}  // namespace
}  // namespace rsm::operations::cleaner_slot

namespace rsm::operations {

using namespace cleaner_slot;

Result<Records> check(Desk const& desk, Who const& who, ReserveCleanerCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::reserve_cleaner);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::resource_disabled));
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::reserve_cleaner_slot, call.library));
  auto const* slot = slot_of(*library, call.slot);
  if (slot == nullptr) return fail(Errc::object_not_found, "slot " + call.slot.text(), "library " + library->record.name + " has none of this id");
  RSM_CHECK(can_be_reserved(desk.book, *library, *slot));
  r.library = call.library;
  r.slot = slot->number;
  return Records{std::move(r)};
}

std::vector<KeyedObject> objects_of(Desk const& desk, ReserveCleanerCall const& call) {
  KeyedObject object{.library = call.library};
  auto const* library = desk.world().library(call.library);
  if (auto const* slot = library == nullptr ? nullptr : slot_of(*library, call.slot)) object.slot = slot->number;
  return {object};
}

Result<Records> check(Desk const& desk, Who const& who, ReleaseCleanerCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::release_cleaner);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::resource_disabled));
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::release_cleaner_slot, call.library));
  RSM_CHECK(can_be_released(desk.book, *library));
  r.library = call.library;
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::cleaner_slot {
namespace {

void fails(Library& library, RequestId id, Error const& why) { finish(library, id, {RequestState::failed, why.code, why.sentence()}); }

void reserve(Library& library, RequestRecord const& r) {
  auto const& entry = library.belief().entry();
  auto const slot = entry.slots.find(r.slot.value_or(0));
  if (!r.slot || slot == entry.slots.end()) return fails(library, r.id, {Errc::object_not_found, "the slot", "the library does not have it any more"});
  if (library.arm().slots_on_their_way().contains(*r.slot)) return library.waits_for(r.id, "a cartridge is on its way to " + slot_text(*r.slot));
  if (auto const able = can_be_reserved(library.book(), entry, slot->second); !able) return fails(library, r.id, able.error());
  LibraryRecord record = entry.record;
  record.cleaner_slot = *r.slot;
  library.book().put(record, slot_text(*r.slot) + " is reserved for its cleaning cartridge");
  finish(library, r.id, {RequestState::passed, Errc::success, slot_text(*r.slot) + " is reserved"});
}

// What was its cleaning cartridge, and is away, is forgotten with its slot.
void release(Library& library, RequestRecord const& r) {
  auto const& entry = library.belief().entry();
  if (auto const able = can_be_released(library.book(), entry); !able) return fails(library, r.id, able.error());
  LibraryRecord record = entry.record;
  std::string const slot = slot_text(*record.cleaner_slot);
  record.cleaner_slot.reset();
  record.cleaner = {};
  record.cleaner_uses = 0;
  library.book().put(record, slot + " is not reserved for its cleaning cartridge any more");
  finish(library, r.id, {RequestState::passed, Errc::success, slot + " is released"});
}

}  // namespace

void evaluate(Library& library) {
  for (auto const operation : {Operation::reserve_cleaner, Operation::release_cleaner})
    for (auto const* request : library.open(operation)) {
      RequestRecord const r = *request;
      operation == Operation::reserve_cleaner ? reserve(library, r) : release(library, r);
    }
}

}  // namespace rsm::operations::cleaner_slot
