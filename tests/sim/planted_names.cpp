#include "tests/sim/planted_names.hpp"

#include <utility>

#include "libmgr/base/planted.hpp"

namespace rsm::sim {
#ifdef RSM_PLANTED_BUGS
namespace {
constexpr std::pair<char const*, PlantedBug> bugs[] = {
    {"answer_before_fsync", PlantedBug::answer_before_fsync},
    {"lost_intent", PlantedBug::lost_intent},
    {"double_dispatch", PlantedBug::double_dispatch},
    {"wrong_side_served", PlantedBug::wrong_side_served},
    {"leaked_drive", PlantedBug::leaked_drive},
    {"starvation", PlantedBug::starvation},
    {"cancelled_request_runs", PlantedBug::cancelled_request_runs},
    {"notification_gap", PlantedBug::notification_gap},
    {"guess_after_jam", PlantedBug::guess_after_jam},
    {"key_forgotten", PlantedBug::key_forgotten},
    {"reason_outlived", PlantedBug::reason_outlived},
    {"force_by_strangers", PlantedBug::force_by_strangers},
    {"empty_reason", PlantedBug::empty_reason},
    {"answers_in_id_order", PlantedBug::answers_in_id_order},
    {"dismount_takes_newer_mount", PlantedBug::dismount_takes_newer_mount},
    {"medium_forgotten", PlantedBug::medium_forgotten},
    {"cleaner_loaded", PlantedBug::cleaner_loaded},
    {"copy_becomes_original", PlantedBug::copy_becomes_original},
    {"held_file_forced", PlantedBug::held_file_forced},
    {"used_drive_emptied", PlantedBug::used_drive_emptied},
    {"removed_library_keeps_request", PlantedBug::removed_library_keeps_request},
    {"bad_cartridge_condemns_drive", PlantedBug::bad_cartridge_condemns_drive},
    {"port_left_out", PlantedBug::port_left_out},
    {"same_drive_twice", PlantedBug::same_drive_twice},
    {"old_serial_shown", PlantedBug::old_serial_shown},
    {"mount_left_behind", PlantedBug::mount_left_behind},
    {"arrived_taken_home", PlantedBug::arrived_taken_home},
    {"lock_forgotten", PlantedBug::lock_forgotten},
    {"partner_forgotten", PlantedBug::partner_forgotten},
    {"hand_unseen", PlantedBug::hand_unseen},
    {"mount_asks_library_only", PlantedBug::mount_asks_library_only},
    {"allocated_twice", PlantedBug::allocated_twice},
    {"logical_medium_left", PlantedBug::logical_medium_left},
    {"spent_cleaner_used", PlantedBug::spent_cleaner_used},
    {"cleaning_counted_twice", PlantedBug::cleaning_counted_twice},
    {"cleaner_put_anywhere", PlantedBug::cleaner_put_anywhere},
    {"move_with_open_door", PlantedBug::move_with_open_door},
    {"labelled_unseen", PlantedBug::labelled_unseen},
    {"available_unlabelled", PlantedBug::available_unlabelled},
    {"change_repeated", PlantedBug::change_repeated},
    {"side_left_behind", PlantedBug::side_left_behind},
    {"worn_out_allocated", PlantedBug::worn_out_allocated},
    {"side_given_twice", PlantedBug::side_given_twice},
    {"asked_without_reason", PlantedBug::asked_without_reason},
    {"given_up_kept", PlantedBug::given_up_kept},
    {"own_label_forgotten", PlantedBug::own_label_forgotten},
    {"mount_asks_pool_only", PlantedBug::mount_asks_pool_only},
    {"session_asks_nobody", PlantedBug::session_asks_nobody},
    {"read_question_outlives", PlantedBug::read_question_outlives},
    {"open_question_forgotten", PlantedBug::open_question_forgotten},
    {"deleted_library_keeps_media", PlantedBug::deleted_library_keeps_media},
    {"destination_kept", PlantedBug::destination_kept},
    {"priority_inverted", PlantedBug::priority_inverted},
    {"used_drive_for_another", PlantedBug::used_drive_for_another},
    {"line_overlooked", PlantedBug::line_overlooked},
    {"line_left_too_early", PlantedBug::line_left_too_early},
    {"arm_double_booked", PlantedBug::arm_double_booked},
    {"forecast_without_basis", PlantedBug::forecast_without_basis}};
}  // namespace

std::string planted_names() {
  std::string names;
  for (auto const& [name, bug] : bugs) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

bool plant(std::string const& name) {
  for (auto const& [known, bug] : bugs)
    if (name == known) return planted_bug = bug, true;
  return false;
}
#else
std::string planted_names() { return "none in this program"; }
bool plant(std::string const&) { return false; }
#endif
}  // namespace rsm::sim
