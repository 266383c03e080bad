#include "api/exporter/health.hpp"

#include <fmt/format.h>

#include <map>

#include "libmgr/domain/limits.hpp"

namespace rsm::exporter {
namespace {

bool is_wrong(OperationalState state) { return state == OperationalState::needs_service || state == OperationalState::not_present; }

std::string state_text(OperationalState state) { return state == OperationalState::needs_service ? "needs service" : "is not present"; }

}  // namespace

std::vector<std::string> troubles(DaemonAnswer const& answer) {
  if (!answer) return {"the daemon does not answer: " + answer.error().text()};
  std::vector<std::string> all;
  if (!answer->ready) all.emplace_back("the daemon is not ready: it is starting, or reopening its catalog after a failed commit");
  if (Millis const waits{answer->commit_waits_ms}; waits >= limits::commit_attention_after)
    all.push_back(fmt::format("a commit to the catalog has been under way for {}", duration_text(waits)));
  std::map<LibraryId, std::string> names;
  for (auto const& library : answer->libraries) {
    names[library.library] = library.name;
    if (library.enabled && is_wrong(library.operational_state))
      all.push_back(fmt::format("library {} {}: {}", library.name, state_text(library.operational_state), library.reason));
  }
  for (auto const& drive : answer->drives)
    if (drive.enabled && is_wrong(drive.operational_state))
      all.push_back(fmt::format("drive {} of library {} {}: {}", drive.number, names[drive.library], state_text(drive.operational_state), drive.condition_reason));
  return all;
}

}  // namespace rsm::exporter
