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
  std::string const said = said_of_it(error);
  std::string const reason = said.contains(failed.what) ? said : failed.what + ": " + said;
  last_failure_[id] = reason;
  if (silent) silent_.insert(id);
  if (silent) belief.set_drive_condition(id, OperationalState::needs_service, reason);
  if (is_condemned(id)) condemn(id, (kept == errors ? " fails again and again with the cartridge in it: " : " failed with " + std::to_string(errors) + " cartridges in a row: ") + reason);
  library_.stocktaking().look_soon();
}

// Cartridges that have failed in it and in no other drive since: whether they are good is not in doubt.
std::size_t Conditions::to_blame_it_for(DriveId id) const {
  auto const its = failed_with_.find(id);
  if (its == failed_with_.end()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(its->second, [&](std::string const& cartridge) {
    return std::ranges::none_of(failed_with_, [&](auto const& other) { return other.first != id && other.second.contains(cartridge); });
  }));
}

bool Conditions::another_loads(DriveId id) const {
  return std::ranges::any_of(library_.belief().entry().drives, [&](auto const& entry) {
    auto const& hot = library_.belief().drive(entry.second).hot;
    return entry.second != id && hot.errors_in_a_row == 0 && (hot.mount_count != 0 || has_loaded_.contains(entry.second));
  });
}

bool Conditions::is_condemned(DriveId id) const {
  auto const its = failed_with_.find(id);
  auto const kept = kept_.find(id);
  bool const too_often = (its != failed_with_.end() && its->second.size() >= limits::drive_errors_in_a_row_max) || (kept != kept_.end() && kept->second >= limits::drive_errors_in_a_row_max);
  return too_often || (to_blame_it_for(id) >= limits::drive_cartridges_to_prove && another_loads(id));
}

// That it waits for a person is kept with its errors: also one that was proved by fewer has as many as it takes.
void Conditions::condemn(DriveId id, std::string const& reason) {
  auto& belief = library_.belief();
  belief.set_drive_condition(id, OperationalState::needs_service, last_failure_[id]);
  count_errors(id, std::max(std::size_t{belief.drive(id).hot.errors_in_a_row}, std::size_t{limits::drive_errors_in_a_row_max}));
  library_.people().raise({OperatorKind::drive_service, id.guid, {}, {}, belief.drive_name(id) + reason});
}

// What has failed with several cartridges was perhaps not proved before a drive had loaded one.
void Conditions::others_are_judged_by(DriveId works) {
  for (auto const& [id, cartridges] : failed_with_) {
    bool const ready = id != works && library_.belief().drive(id).record.condition.state == OperationalState::ready;
    if (ready && is_condemned(id)) condemn(id, " failed with " + std::to_string(cartridges.size()) + " cartridges in a row: " + last_failure_[id]);
  }
}

void Conditions::count_errors(DriveId id, std::size_t errors) {
  DriveHot hot = library_.belief().drive(id).hot;
  hot.errors_in_a_row = static_cast<std::uint32_t>(errors);
  library_.book().put(hot);
}

void Conditions::drive_works(DriveId id) {
  forgive(id);
  silent_.erase(id);
  has_loaded_.insert(id);
  others_are_judged_by(id);
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

// It is asked, and comes back when it answers.
void Conditions::arm_was_to_blame(DriveId id) {
  bool const sick = library_.belief().drive(id).record.condition.state == OperationalState::needs_service;
  if (kept_.erase(id) == 0) return;
  forgive(id);
  if (sick) library_.stocktaking().look_soon();
}

bool Conditions::gives_back(DriveId id) const {
  auto const kept = kept_.find(id);
  bool const holds_on = kept != kept_.end() && kept->second >= limits::drive_errors_in_a_row_max;
  auto const& drive = library_.belief().drive(id);
  return drive.record.condition.state == OperationalState::needs_service && drive.hot.errors_in_a_row >= limits::drive_errors_in_a_row_max && !silent_.contains(id) && !holds_on;
}

void Conditions::forgive(DriveId id) {
  failed_with_.erase(id);
  last_failure_.erase(id);
  kept_.erase(id);
  count_errors(id, 0);
}

void Conditions::drive_silent(DriveId id, Error const& error) {
  silent_.insert(id);
  library_.arm_trouble().is_not(library_.belief().element_of(id));
  bool const was_sick = library_.belief().drive(id).record.condition.state == OperationalState::needs_service;
  library_.belief().set_drive_condition(id, OperationalState::needs_service, (error.code == Errc::timeout ? "it does not answer: " : "it cannot be used: ") + said_of_it(error));
  was_sick ? library_.stocktaking().look_at_sick_later() : library_.stocktaking().look_soon();
}

// One that was condemned waits for a person, although it answers.
void Conditions::drive_answers(DriveId id) {
  silent_.erase(id);
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
  if (still_needs_service()) return;
  library_.belief().set_library_condition(OperationalState::ready, "the changer answers again");
  library_.evaluate_soon();
}

// The changer says where everything is, and the arm does not move all the same.
bool Conditions::still_needs_service() {
  if (!library_.arm_trouble().named() || !library_.arm_trouble().pauses()) return false;
  library_.belief().set_library_condition(OperationalState::needs_service, library_.arm_trouble().text());
  return true;
}

void Conditions::ready() {
  if (still_needs_service()) return;
  library_.belief().set_library_condition(OperationalState::ready, "the hardware has said where everything is");
}

void Conditions::initializing(std::string const& reason) {
  if (library_.belief().entry().record.condition.state != OperationalState::needs_service)
    library_.belief().set_library_condition(OperationalState::initializing, reason);
}

}  // namespace rsm
