#include "tests/sim/planted_names.hpp"

#include <utility>

#include "libmgr/base/planted.hpp"

namespace rsm::sim {
#ifdef RSM_PLANTED_BUGS
namespace {
constexpr std::pair<char const*, PlantedBug> bugs[] = {
    {"answer_before_fsync", PlantedBug::answer_before_fsync},   {"lost_intent", PlantedBug::lost_intent},
    {"double_dispatch", PlantedBug::double_dispatch},           {"wrong_side_served", PlantedBug::wrong_side_served},
    {"leaked_drive", PlantedBug::leaked_drive},                 {"starvation", PlantedBug::starvation},
    {"cancelled_request_runs", PlantedBug::cancelled_request_runs}, {"notification_gap", PlantedBug::notification_gap},
    {"guess_after_jam", PlantedBug::guess_after_jam},           {"key_forgotten", PlantedBug::key_forgotten},
    {"reason_outlived", PlantedBug::reason_outlived},           {"force_by_strangers", PlantedBug::force_by_strangers}};
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
