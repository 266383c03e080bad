#include "libmgr/operations/clean.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/finish.hpp"

namespace rsm::operations {

Result<Records> check(Desk const& desk, Who const& who, CleanDriveCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::clean_drive);
  auto const* drive = desk.world().drive(call.drive);
  if (drive == nullptr) return fail(Errc::invalid_drive, "drive " + call.drive.text(), "there is none");
  std::string const name = name_of(desk.world(), call.drive);
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::clean_drive, drive->record.library));
  auto const* library = desk.world().library(drive->record.library);
  if (library != nullptr && library->record.condition.state == OperationalState::not_present) return fail(Errc::resource_not_present, "library " + library->record.name, "it is offline");
  RSM_CHECK(library_for_control(desk, drive->record.library, Errc::resource_disabled));
  if (!drive->record.enabled) return fail(Errc::resource_disabled, name, "it is disabled");
  if (drive->record.condition.state == OperationalState::not_present) return fail(Errc::device_not_available, name, "it is away");
  r.library = drive->record.library;
  r.drive = call.drive;
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::clean {
namespace {

std::optional<Element> cleaner_at(Library const& library) {
  auto const cleaner = library.belief().entry().record.cleaner;
  return cleaner ? library.belief().place_of(cleaner) : std::nullopt;
}

// Why no drive can be cleaned; nothing: there is a cleaning cartridge with a use left.
std::optional<std::string> nothing_to_clean_with(Library const& library) {
  auto const& record = library.belief().entry().record;
  if (!record.cleaner_slot) return "no slot of " + record.name + " is reserved for a cleaning cartridge";
  if (!cleaner_at(library)) return "no cleaning cartridge is in " + record.name;
  if (record.cleaner_uses == 0 && !planted(PlantedBug::spent_cleaner_used)) return "the cleaning cartridge of " + record.name + " is used up";
  return std::nullopt;
}

// What a person does about that.
std::string what_helps(Library const& library) {
  auto const& record = library.belief().entry().record;
  if (!record.cleaner_slot) return "reserve one (rsm cleaner reserve), then put a cartridge in (rsm cleaner inject)";
  return cleaner_at(library) && record.cleaner_uses == 0 ? "take it out (rsm cleaner eject), then put a new one in (rsm cleaner inject)" : "put one in (rsm cleaner inject)";
}

RequestRecord const* open_for(Library const& library, DriveId drive) {
  for (auto const* request : library.open(Operation::clean_drive))
    if (request->drive == drive) return request;
  return nullptr;
}

void begin(Library& library, DriveId drive, RequestId request) {
  library.drives().begin(drive, {.what = {.task = machine::DriveTask::clean, .request = request, .medium = library.belief().entry().record.cleaner}});
}

// One that is in a drive and nobody is at it: the cleaning goes on there, and ends in its slot, whether anybody still wants it or not.
void go_on_in_drives(Library& library) {
  auto const& entry = library.belief().entry();
  for (auto const& [number, id] : entry.drives) {
    auto const& drive = library.belief().drive(id);
    bool const inside = entry.record.cleaner && drive.hot.medium == entry.record.cleaner;
    if (!inside || !library.drives().free(id) || drive.record.condition.state != OperationalState::ready || library.doubted(id)) continue;
    auto const* cartridge = library.belief().medium(entry.record.cleaner);
    if (cartridge != nullptr && !library.home_for(*cartridge)) {
      library.people().raise({OperatorKind::slot_wanted, id.guid, cartridge->id.guid, {}, library.belief().drive_name(id) + ": " + library.no_home_text(*cartridge)});
      continue;
    }
    auto const* request = open_for(library, id);
    return begin(library, id, request == nullptr ? RequestId{} : request->id);
  }
}

void empty_first(Library& library, RequestRecord const& r, DriveEntry const& drive) {
  std::string const name = library.belief().drive_name(r.drive);
  if (drive.hot.state == DriveState::loaded) return library.waits_for(r.id, name + " is in use: " + drive.hot.reason);
  library.waits_for(r.id, "the medium in " + name + " is put back first");
  dismount::put_away(library, r.drive, {}, "the drive is to be cleaned", {}, r.id);
}

void no_cleaner(Library& library, RequestRecord const& r, std::string const& why) {
  std::string const name = library.belief().drive_name(r.drive);
  library.book().set_state(r.id, RequestState::waiting, why + ": an operator was asked for one");
  library.people().raise({OperatorKind::cleaner_wanted, library.id().guid, r.drive.guid, r.id, name + " is to be cleaned, and " + why + ": " + what_helps(library)});
}

void look_at(Library& library, RequestRecord const& r) {
  auto const* drive = library.world().drive(r.drive);
  if (drive == nullptr) return finish(library, r.id, {RequestState::failed, Errc::invalid_drive, "the drive is not known any more"});
  std::string const name = library.belief().drive_name(r.drive);
  if (library.by_hand()) return cleaned(library, r.drive, r.id, false);
  auto const at = cleaner_at(library);
  bool const at_home = at && at->kind == ElementKind::slot;
  if (r.option == operation_option::cleaner_was_in && at_home) return cleaned(library, r.drive, r.id, false);  // a restart came between its return and the end
  if (!drive->record.enabled) return finish(library, r.id, {RequestState::failed, Errc::resource_disabled, name + " is disabled"});
  if (auto const* work = library.drives().work(r.drive)) return library.waits_for(r.id, name + " is at work: " + work->step());
  if (drive->record.condition.state != OperationalState::ready) return library.waits_for(r.id, name + ": " + drive->record.condition.reason);
  if (auto const why = nothing_to_clean_with(library)) return no_cleaner(library, r, *why);
  bool const left = !at_home && at->kind == ElementKind::port && library.port().free();  // nobody works there: it comes no further by itself
  if (left) return no_cleaner(library, r, "the cleaning cartridge is in " + at->text());
  if (!at_home) return library.waits_for(r.id, "the cleaning cartridge is in " + at->text());
  if (auto const busy = library.busy_with(library.belief().entry().record.cleaner)) return library.waits_for(r.id, "the cleaning cartridge: " + *busy);
  if (library.unsure_of(r.drive)) return library.waits_for(r.id, name + ": the library is asked first what is in it");
  if (drive->hot.medium) return empty_first(library, r, *drive);
  begin(library, r.drive, r.id);
}

// Of those that a person was asked to clean, since there was nothing to clean them with.
void clean_what_was_waiting(Library& library) {
  if (nothing_to_clean_with(library)) return;
  std::vector<DriveId> wanted;
  for (auto const& id : library.book().questions().of(OperatorKind::cleaning_wanted)) wanted.push_back(DriveId{library.world().operator_requests.at(id).argument1});
  for (auto const& drive : wanted) {
    auto const* known = library.world().drive(drive);
    bool const can_be = known != nullptr && known->record.library == library.id() && known->record.enabled && known->record.condition.state == OperationalState::ready;
    if (can_be) ask(library, drive, "it has asked for it");
  }
}

}  // namespace

bool ask(Library& library, DriveId drive, std::string const& reason) {
  if (open_for(library, drive) != nullptr) return true;
  auto const* asking = library.world().drive(drive);
  if (asking == nullptr || !asking->record.enabled) return false;  // it would be refused at once
  if (library.by_hand() || !library.own_settings().clean_drives || nothing_to_clean_with(library)) return false;
  RequestRecord r = blank(library.book(), library.id(), Operation::clean_drive, reason);
  r.drive = drive;
  library.book().add(r);
  library.evaluate_soon();
  return true;
}

void evaluate(Library& library) {
  go_on_in_drives(library);
  clean_what_was_waiting(library);
  std::vector<RequestRecord> waiting;
  for (auto const* request : library.open(Operation::clean_drive))
    if (!library.drives().work_for(request->id)) waiting.push_back(*request);
  for (auto const& r : waiting)
    if (library.book().request(r.id) != nullptr) look_at(library, r);
}

void cleaned(Library& library, DriveId id, RequestId request, bool dirty) {
  std::string const name = library.belief().drive_name(id);
  if (dirty) {
    std::string const still = "it wants to be cleaned after it was cleaned";
    library.belief().set_drive_condition(id, OperationalState::needs_service, still);
    library.people().raise({OperatorKind::drive_service, id.guid, {}, {}, name + ": " + still});
    return finish(library, request, {RequestState::failed, Errc::unable_to_clean, name + ": " + still});
  }
  DriveRecord record = library.belief().drive(id).record;
  record.last_cleaned = library.now();
  library.book().put(std::move(record), "it was cleaned");
  library.people().met(OperatorKind::cleaning_wanted, id.guid, name + " was cleaned");
  finish(library, request, {RequestState::passed, Errc::success, name + (library.by_hand() ? ": the time of its cleaning is recorded" : " was cleaned")});
}

void cartridge_expired(Library& library, DriveId drive) {
  LibraryRecord record = library.belief().entry().record;
  if (record.cleaner.is_zero() || library.belief().drive(drive).hot.medium != record.cleaner || record.cleaner_uses == 0) return;
  record.cleaner_uses = 0;
  library.book().put(record, library.belief().drive_name(drive) + " says that its cleaning cartridge is used up");
}

}  // namespace rsm::operations::clean
