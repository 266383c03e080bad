#include "libmgr/library/conditions.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/identity/witness.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"
#include "libmgr/operations/clean.hpp"

namespace rsm {

namespace {

constexpr std::uint32_t cleaner_expired = 22;  // TapeAlert

// By its bar code where it has one: a cartridge that was taken out and came back is the same one, whatever record it has. In a stand-alone drive nobody sees a bar
// code; whatever comes into it and is not known yet may be the same one each time.
std::string cartridge_of(Library& library, MediumId medium) {
  if (planted(PlantedBug::bad_cartridge_condemns_drive)) return library.book().make_id<MediumId>().text();
  auto const* m = library.belief().medium(medium);
  if (m == nullptr) return medium.text();
  if (library.by_hand() && identity::recorded_labels(*m).empty()) return "not known";
  return m->barcode.empty() ? medium.text() : m->barcode;
}

LogLevel level_of(Alert const& alert) {
  return alert.severity == AlertSeverity::critical || alert.severity == AlertSeverity::warning ? LogLevel::warning : LogLevel::info;
}

// Without the name of the drive: who reads it knows which one this is about.
std::string said_of_it(Error const& error) { return error.detail.empty() ? error.sentence() : error.detail; }

}  // namespace

void Conditions::drive_failed(DriveId id, MediumId medium, machine::DriveFailed const& failed) {
  auto& belief = library_.belief();
  Error const& error = failed.error;
  belief.book().figures().device_failed(library_.id(), belief.element_of(id), error.code);
  belief.book().remember({.kind = HistoryKind::failed, .medium = medium ? medium : belief.drive(id).hot.medium, .drive = id, .error = static_cast<std::uint32_t>(error.code), .request = belief.drive(id).hot.request, .text = failed.what});
  auto& cartridges = failed_with_[id];
  cartridges.insert(cartridge_of(library_, medium));
  std::size_t const kept = failed.keeps ? ++kept_[id] : 0;
  std::size_t const errors = std::max(cartridges.size(), kept);
  count_errors(id, std::max(errors, std::size_t{belief.drive(id).hot.errors_in_a_row}));
  bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
  bool const condemned = errors >= limits::drive_errors_in_a_row_max;
  std::string const said = said_of_it(error);
  std::string const reason = said.contains(failed.what) ? said : failed.what + ": " + said;
  if (silent || condemned) belief.set_drive_condition(id, OperationalState::needs_service, reason);
  if (condemned)
    library_.people().raise({OperatorKind::drive_service, id.guid, {}, {}, belief.drive_name(id) + (kept == errors ? " fails again and again with the cartridge in it: " : " failed with " + std::to_string(errors) + " cartridges in a row: ") + reason});
  library_.stocktaking().look_soon();
}

void Conditions::count_errors(DriveId id, std::size_t errors) {
  DriveHot hot = library_.belief().drive(id).hot;
  hot.errors_in_a_row = static_cast<std::uint32_t>(errors);
  library_.book().put(hot);
}

void Conditions::drive_works(DriveId id) {
  failed_with_.erase(id);
  kept_.erase(id);
  count_errors(id, 0);
}

void Conditions::drive_gave_back(DriveId id) {
  if (kept_.erase(id) != 0) count_errors(id, failed_with_[id].size());
}

void Conditions::alerted(DriveId id, std::vector<Alert> const& alerts) {
  auto& belief = library_.belief();
  MediumId const inside = belief.drive(id).hot.medium;
  for (auto const& alert : alerts) {
    auto const* medium = belief.medium(inside);
    belief.book().figures().alerted(library_.id(), belief.element_of(id), alert.severity);
    alert_of_drive(id, alert, medium == nullptr ? std::string{} : name_of(*medium));
    if (medium != nullptr && (alert.about == AlertAbout::medium || alert.about == AlertAbout::either)) alert_of_medium(*medium, alert, id);
    if (alert.number == cleaner_expired) operations::clean::cartridge_expired(library_, id);
    if (alert.about == AlertAbout::cleaning && !operations::clean::ask(library_, id, "it reports " + sentence(alert)))
      library_.people().raise({OperatorKind::cleaning_wanted, id.guid, {}, {}, "clean " + belief.drive_name(id) + ", and say so (rsm opreq satisfy): " + sentence(alert)});
  }
}

void Conditions::alert_of_drive(DriveId id, Alert const& alert, std::string const& medium_name) {
  auto& book = library_.book();
  std::string const reason = "reports " + sentence(alert) + (medium_name.empty() ? "" : "; " + medium_name + " is in it");
  book.log(level_of(alert), library_.belief().drive_name(id) + ": " + reason);
  DriveRecord record = library_.belief().drive(id).record;
  keep_alert(record.alerts, {alert, library_.now(), medium_name});
  book.put(std::move(record), reason);
}

void Conditions::alert_of_medium(MediumRecord medium, Alert const& alert, DriveId in) {
  keep_alert(medium.alerts, {alert, library_.now(), library_.belief().drive_name(in)});
  std::string const reason = blame(medium.alerts.back());
  if (blames_medium(alert)) medium.trouble = reason;
  library_.book().put(std::move(medium), reason);
}

bool Conditions::medium_blamed_since(MediumRecord const& medium, TimePoint since) const {
  return std::ranges::any_of(medium.alerts, [&](AlertRecord const& alert) { return blames_medium(alert) && alert.time >= since; });
}

void Conditions::forgive(DriveId id) { drive_works(id); }

void Conditions::drive_silent(DriveId id, Error const& error) {
  bool const was_sick = library_.belief().drive(id).record.condition.state == OperationalState::needs_service;
  library_.belief().set_drive_condition(id, OperationalState::needs_service, (error.code == Errc::timeout ? "it does not answer: " : "it cannot be used: ") + said_of_it(error));
  was_sick ? library_.stocktaking().look_at_sick_later() : library_.stocktaking().look_soon();
}

// One that was condemned waits for a person, although it answers.
void Conditions::drive_answers(DriveId id) {
  if (library_.belief().drive(id).hot.errors_in_a_row >= limits::drive_errors_in_a_row_max) return;
  bool const unsure = library_.unsure_of(id);
  library_.belief().set_drive_condition(id, unsure ? OperationalState::initializing : OperationalState::ready, unsure ? unsure_text : "it answers");
}

void Conditions::changer_silent(Error const& error, bool needs_service) {
  std::string const silent = error.code == Errc::timeout ? " does not answer: " : " cannot be used: ";
  std::string const reason = (library_.by_hand() ? "its drive" : "the changer") + silent + error.sentence();
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
