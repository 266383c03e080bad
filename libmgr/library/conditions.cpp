#include "libmgr/library/conditions.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"

namespace rsm {

void Conditions::drive_failed(DriveId id, MediumId medium, Error const& error, std::string const& what) {
  auto& belief = library_.belief();
  belief.book().figures().device_failed(library_.id(), belief.element_of(id), error.code);
  auto& cartridges = failed_with_[id];
  cartridges.insert(planted(PlantedBug::bad_cartridge_condemns_drive) ? belief.book().make_id<MediumId>() : medium);
  DriveHot hot = belief.drive(id).hot;
  hot.errors_in_a_row = std::max(hot.errors_in_a_row, static_cast<std::uint32_t>(cartridges.size()));
  belief.book().put(hot);
  bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
  bool const condemned = cartridges.size() >= limits::drive_errors_in_a_row_max;
  std::string const reason = what + ": " + error.cause();
  if (silent || condemned) belief.set_drive_condition(id, OperationalState::needs_service, reason);
  if (condemned)
    library_.people().raise({OperatorKind::drive_service, id.guid, {}, {}, belief.drive_name(id) + " failed with " + std::to_string(cartridges.size()) + " cartridges in a row: " + reason});
  library_.stocktaking().look_soon();
}

void Conditions::drive_works(DriveId id) {
  failed_with_.erase(id);
  DriveHot hot = library_.belief().drive(id).hot;
  if (hot.errors_in_a_row == 0) return;
  hot.errors_in_a_row = 0;
  library_.book().put(hot);
}

void Conditions::forgive(DriveId id) { drive_works(id); }

void Conditions::drive_silent(DriveId id, Error const& error) {
  bool const was_sick = library_.belief().drive(id).record.condition.state == OperationalState::needs_service;
  library_.belief().set_drive_condition(id, OperationalState::needs_service, "it does not answer: " + error.cause());
  was_sick ? library_.stocktaking().look_at_sick_later() : library_.stocktaking().look_soon();
}

// One that was condemned waits for a person, although it answers.
void Conditions::drive_answers(DriveId id) {
  if (library_.belief().drive(id).hot.errors_in_a_row < limits::drive_errors_in_a_row_max)
    library_.belief().set_drive_condition(id, OperationalState::ready, "it answers");
}

void Conditions::changer_silent(Error const& error, bool needs_service) {
  std::string const reason = "the changer does not answer: " + error.cause();
  if (needs_service) {
    library_.belief().set_library_condition(OperationalState::needs_service, reason);
    library_.people().raise({OperatorKind::library_service, library_.id().guid, {}, {}, "library " + library_.belief().name() + ": " + reason});
  }
}

void Conditions::changer_answers() {
  if (library_.belief().entry().record.condition.state != OperationalState::needs_service) return;
  library_.belief().set_library_condition(OperationalState::ready, "the changer answers again");
  library_.evaluate_soon();
}

void Conditions::ready() { library_.belief().set_library_condition(OperationalState::ready, "the hardware has said where everything is"); }

void Conditions::initializing(std::string const& reason) {
  if (library_.belief().entry().record.condition.state != OperationalState::needs_service)
    library_.belief().set_library_condition(OperationalState::initializing, reason);
}

}  // namespace rsm
