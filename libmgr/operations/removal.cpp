#include "libmgr/operations/removal.hpp"

#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/spoken.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/people/sessions.hpp"
#include "libmgr/pools/system_pools.hpp"

namespace rsm {
namespace {

constexpr std::size_t bite_objects = 256;  // media or slots that change in one turn of the loop

// What was tried in the drive and waits: another one does as well.
bool any_drive_will_do(Operation operation) { return operation == Operation::write_scratch || operation == Operation::classify || operation == Operation::process_omid; }

// What holds a cartridge there goes, or holds it no longer.
void empty_element(Book& book, InElement const& in, std::string const& reason) {
  auto const* library = book.world().library(in.library);
  if (library == nullptr) return;
  if (in.element.kind == ElementKind::slot) return book.erase_slot(in.library, in.element.number, reason);
  if (auto const drive = library->drives.find(in.element.number); in.element.kind == ElementKind::drive && drive != library->drives.end()) return book.erase_drive(DriveId{drive->second}, reason);
  auto const port = library->ports.find(in.element.number);
  if (in.element.kind != ElementKind::port || port == library->ports.end()) return;
  PortRecord without = port->second;
  without.medium = {};
  book.put(without, reason);
}

bool is_away(LibraryEntry const* library) { return library == nullptr || library->record.condition.state == OperationalState::not_present; }

}  // namespace

Removals::Removals(operations::Desk desk, Ways ways, std::function<Result<>()> ready) : desk_(std::move(desk)), ways_(std::move(ways)), ready_(std::move(ready)) {}

// ---- libraries

Result<> Removals::check_library(Caller const& caller, LibraryId id) const {
  RSM_CHECK(session_of(desk_.world(), caller));
  RSM_CHECK(ready_());
  auto const* library = desk_.world().library(id);
  if (library == nullptr) return fail(Errc::invalid_library, "library " + id.text(), "there is none");
  std::string const name = "library " + library->record.name;
  if (id == desk_.world().offline_library) return fail(Errc::invalid_library, name, "the shelf is always there");
  RSM_CHECK(rights::may(desk_.world(), caller, rights::Act::delete_library, id));
  if (!is_away(library)) return fail(Errc::invalid_state, name, "it is there (" + spoken(library->record.condition.state) + "): take it out of the configuration first, or disconnect it");
  return {};
}

void Removals::remove_library(Caller const& caller, LibraryId id, Reply<> reply) {
  if (auto may = check_library(caller, id); !may) return reply(std::unexpected(may.error()));
  begin_library(id, "its library was deleted " + by_whom(caller), std::move(reply));
}

void Removals::begin_library(LibraryId id, std::string reason, Reply<> reply) {
  auto& removal = under_way_[id];
  removal.replies.push_back(std::move(reply));
  if (removal.replies.size() > 1) return;
  bool const comes_back = desk_.library(id) != nullptr;
  removal.reason = std::move(reason) + (comes_back ? "; it is in the configuration still, and comes back as a new one when the service is started again" : "");
  ways_.disconnect(id);
  cancel_requests(id, removal.reason);
  next_bite(id);
}

void Removals::cancel_requests(LibraryId id, std::string const& reason) {
  auto const open = desk_.book.requests_of(id);
  for (auto const& request : open) ways_.end_request(request, {RequestState::cancelled, Errc::cancelled, reason});
}

// What is durable is no longer in the library, so each bite begins where the catalog begins.
void Removals::next_bite(LibraryId id) {
  desk_.book.ledger().when_durable(lifeline_.guard([this, id](Result<> durable) {
    auto const removal = under_way_.find(id);
    if (removal == under_way_.end()) return;
    if (!durable) return over(id, std::unexpected(durable.error()));
    if (auto const serving = ready_(); !serving) return over(id, std::unexpected(serving.error()));
    auto const more = a_bite(id, removal->second.reason);
    if (!more) return over(id, std::unexpected(more.error()));
    desk_.book.trim();
    if (*more) return next_bite(id);
    desk_.book.ledger().when_durable(lifeline_.guard([this, id](Result<> gone) { over(id, std::move(gone)); }));
  }));
}

// True: there is more to do.
Result<bool> Removals::a_bite(LibraryId id, std::string const& reason) {
  auto& book = desk_.book;
  auto const* library = desk_.world().library(id);
  if (library == nullptr) return false;
  RSM_TRY(auto media, book.reader().media_page({.library = id, .pool = {}, .offline_only = false}, MediumId{}, bite_objects));
  for (auto& medium : media) {
    RSM_TRY(auto const* now, book.medium(medium.id));
    if (now != nullptr) goes_offline(*now, reason);
  }
  if (!media.empty()) return true;
  std::vector<std::uint32_t> slots;
  for (auto slot = library->slots.begin(); slot != library->slots.end() && slots.size() < bite_objects; ++slot) slots.push_back(slot->first);
  for (auto const number : slots) book.erase_slot(id, number, reason);
  if (!slots.empty()) return true;
  auto const types = library->media_types;
  for (auto const& type : types) pools::drop_type(book, id, type, reason);
  book.erase_library(id, reason);
  return false;
}

// What has held it goes with it: whoever looks meanwhile sees it in one place. Of the slot that it had there nothing is left.
void Removals::goes_offline(MediumRecord medium, std::string const& reason) {
  if (auto const* in = std::get_if<InElement>(&medium.place)) empty_element(desk_.book, *in, reason);
  if (!planted(PlantedBug::deleted_library_keeps_media)) medium.place = Offline{};
  medium.library = {};
  medium.home_slot.reset();
  medium.clear_trouble();
  desk_.book.put(std::move(medium), reason);
}

void Removals::over(LibraryId id, Result<> outcome) {
  auto const removal = under_way_.extract(id);
  if (removal.empty()) return;
  for (auto& reply : removal.mapped().replies) reply(outcome);
}

// ---- drives

Result<DriveEntry const*> Removals::check_drive(Caller const& caller, DriveId id) const {
  RSM_CHECK(session_of(desk_.world(), caller));
  RSM_CHECK(ready_());
  auto const* drive = desk_.world().drive(id);
  if (drive == nullptr) return fail(Errc::invalid_drive, "drive " + id.text(), "there is none");
  std::string const name = name_of(desk_.world(), id);
  RSM_CHECK(rights::may(desk_.world(), caller, rights::Act::delete_drive, drive->record.library));
  bool const gone = drive->record.condition.state == OperationalState::not_present || is_away(desk_.world().library(drive->record.library));
  if (!gone) return fail(Errc::invalid_state, name, "it is there (" + spoken(drive->record.condition.state) + ")");
  auto* library = desk_.library(drive->record.library);
  if (library != nullptr && !library->drives().free(id)) return fail(Errc::invalid_state, name, "the service still works with it: " + library->drives().work(id)->step());
  return drive;
}

void Removals::remove_drive(Caller const& caller, DriveId id, Reply<> reply) {
  auto const drive = check_drive(caller, id);
  if (!drive) return reply(std::unexpected(drive.error()));
  LibraryId const library = (*drive)->record.library;
  std::string const reason = "deleted " + by_whom(caller);
  auto const* entry = desk_.world().library(library);
  if (entry != nullptr && entry->record.type == LibraryType::standalone) return begin_library(library, "its drive was " + reason, std::move(reply));
  auto const inside = desk_.book.medium((*drive)->hot.medium);
  if (!inside) return reply(std::unexpected(inside.error()));
  auto const open = desk_.book.requests_of(library);
  for (auto const& request : open) {
    auto const* r = desk_.book.request(request);
    if (r != nullptr && r->drive == id && !r->specific_drive && any_drive_will_do(r->operation)) {
      RequestRecord other = *r;
      other.drive = {};
      desk_.book.update(other);
      continue;
    }
    if (r != nullptr && r->drive == id && (r->specific_drive || r->operation != Operation::mount))
      ways_.end_request(request, {RequestState::cancelled, Errc::cancelled, "its drive was " + reason});
  }
  if (*inside != nullptr) {
    MediumRecord medium = **inside;
    medium.place = Offline{};
    medium.clear_trouble();
    desk_.book.put(std::move(medium), "the drive that it was in was " + reason);
  }
  desk_.book.erase_drive(id, reason);
  desk_.book.ledger().when_durable([reply = std::move(reply)](Result<> durable) mutable { reply(std::move(durable)); });
}

}  // namespace rsm
