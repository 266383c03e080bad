#include "libmgr/operations/switching.hpp"

#include "libmgr/library/library.hpp"
#include "libmgr/operations/finish.hpp"

namespace rsm {

Operation operation_of(SwitchCall const& call) {
  switch (call.type) {
    case ObjectType::drive:
      return call.enabled ? Operation::enable_drive : Operation::disable_drive;
    case ObjectType::library:
      return call.enabled ? Operation::enable_library : Operation::disable_library;
    default:
      return call.enabled ? Operation::enable_media : Operation::disable_media;
  }
}

}  // namespace rsm

namespace rsm::operations::switching {
namespace {

struct Found {
  std::string name;
  bool enabled = false;
  bool sick = false;  // enabling it again has it asked at once
  LibraryId decides{};  // the library whose security says who may
};

Result<Found> find(Desk const& desk, SwitchCall const& call, RequestRecord& r) {
  if (call.type == ObjectType::drive) {
    auto const* drive = desk.world().drive(DriveId{call.id});
    if (drive == nullptr) return fail(Errc::object_not_found, "drive " + call.id.text(), "there is none");
    r.drive = DriveId{call.id};
    r.library = drive->record.library;
    return Found{name_of(desk.world(), r.drive), drive->record.enabled, drive->record.condition.state == OperationalState::needs_service, r.library};
  }
  if (call.type == ObjectType::library) {
    auto const* library = desk.world().library(LibraryId{call.id});
    if (library == nullptr) return fail(Errc::object_not_found, "library " + call.id.text(), "there is none");
    if (library->record.type == LibraryType::offline) return fail(Errc::library_offline, library->record.name, "it is always there");
    r.library = LibraryId{call.id};
    return Found{"library " + library->record.name, library->record.enabled, false, r.library};
  }
  RSM_TRY(auto const* medium, desk.book.medium(MediumId{call.id}));
  if (medium == nullptr) return fail(Errc::object_not_found, "medium " + call.id.text(), "there is none");
  r.medium = MediumId{call.id};
  r.library = medium->library;
  return Found{name_of(*medium), medium->enabled, false, rights::library_of(desk.world(), *medium)};
}

}  // namespace

}  // namespace rsm::operations::switching

namespace rsm::operations {

using namespace switching;

std::vector<KeyedObject> objects_of(Desk const&, SwitchCall const& call) {
  if (call.type == ObjectType::drive) return {{.drive = {call.id}}};
  if (call.type == ObjectType::library) return {{.library = {call.id}}};
  return {{.medium = {call.id}}};
}

Result<Records> check(Desk const& desk, Who const& who, SwitchCall const& call) {
  if (call.type != ObjectType::drive && call.type != ObjectType::library && call.type != ObjectType::medium)
    return fail(Errc::invalid_parameter, "type", "drive, library or medium");
  RequestRecord r = blank(desk, who, call.key, operation_of(call));
  RSM_TRY(auto const found, find(desk, call, r));
  RSM_CHECK(rights::may(desk.world(), who.caller, call.enabled ? rights::Act::enable : rights::Act::disable, found.decides));
  if (found.enabled == call.enabled && !(call.enabled && found.sick))
    return fail(Errc::invalid_state, found.name, call.enabled ? "it is enabled already" : "it is disabled already");
  if (desk.library(r.library) == nullptr) return fail(Errc::device_not_available, found.name, "its library is not connected");
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::switching {

namespace {

void switch_library(Library& library, RequestRecord const& r, bool enable, std::string const& reason) {
  LibraryRecord record = library.belief().entry().record;
  record.enabled = enable;
  library.book().put(record, reason);
  if (enable) library.stocktaking().look_soon();
  finish(library, r.id, {RequestState::passed, Errc::success, reason});
}

void switch_medium(Library& library, RequestRecord const& r, bool enable, std::string const& reason) {
  auto const* m = library.belief().medium(r.medium);
  if (m == nullptr) return finish(library, r.id, {RequestState::invalid, Errc::invalid_media, "the medium is gone"});
  if (!enable && library.busy_with(r.medium))
    return library.book().set_state(r.id, RequestState::waiting, name_of(*m) + " is in use; it is disabled when that ends");
  MediumRecord record = *m;
  record.enabled = enable;
  library.book().put(record, reason, r.id);
  finish(library, r.id, {RequestState::passed, Errc::success, reason});
}

void switch_drive(Library& library, RequestRecord const& r, bool enable, std::string const& reason) {
  auto const* work = library.drives().work(r.drive);
  if (work != nullptr && work->request() == r.id) return;  // it is being asked
  auto const& drive = library.belief().drive(r.drive);
  std::string const name = library.belief().drive_name(r.drive);
  if (!enable && (work != nullptr || drive.hot.state == DriveState::loaded))
    return library.book().set_state(r.id, RequestState::waiting, name + " is in use; it is disabled when that ends");
  bool const sick = drive.record.condition.state == OperationalState::needs_service;
  if (enable && sick && work != nullptr) return library.book().set_state(r.id, RequestState::waiting, name + " is still at work: " + work->step());
  DriveRecord record = drive.record;
  record.enabled = enable;
  library.book().put(record, reason);
  if (enable) library.conditions().forgive(r.drive);
  if (enable && work == nullptr) {
    if (sick) library.book().set_state(r.id, RequestState::inprocess, "asking " + name + " whether it answers again");
    library.drives().begin(r.drive, {.what = {.task = machine::DriveTask::examine, .request = sick ? r.id : RequestId{}, .medium = drive.hot.medium}});
    if (sick) return;
  }
  finish(library, r.id, {RequestState::passed, Errc::success, reason});
}

}  // namespace

void evaluate(Library& library) {
  for (auto operation : {Operation::disable_library, Operation::enable_library, Operation::disable_drive, Operation::enable_drive,
                         Operation::disable_media, Operation::enable_media}) {
    bool const enable = operation == Operation::enable_library || operation == Operation::enable_drive || operation == Operation::enable_media;
    for (auto const* request : library.open(operation)) {
      RequestRecord const r = *request;
      std::string const reason = std::string(enable ? "enabled" : "disabled") + " by " + (r.user.empty() ? "the service" : r.user);
      if (r.drive)
        switch_drive(library, r, enable, reason);
      else if (r.medium)
        switch_medium(library, r, enable, reason);
      else
        switch_library(library, r, enable, reason);
    }
  }
}

void drive_asked(Library& library, DriveId id, RequestId request, Errc trouble) {
  if (!request || library.book().request(request) == nullptr) return;
  auto const& record = library.belief().drive(id).record;
  std::string const name = library.belief().drive_name(id);
  if (record.condition.state == OperationalState::ready) return finish(library, request, {RequestState::passed, Errc::success, name + " answers again"});
  finish(library, request, {RequestState::failed, trouble == Errc::success ? Errc::device_not_available : trouble, name + " still needs service: " + record.condition.reason});
}

}  // namespace rsm::operations::switching
