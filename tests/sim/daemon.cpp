#include "tests/sim/daemon.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"

namespace rsm::sim {

Result<std::unique_ptr<Daemon>> Daemon::start(Parts parts) {
  std::unique_ptr<Daemon> daemon(new Daemon(parts.auditor));
  RSM_TRY(daemon->database_, db::Database::open_owner(catalog_name, parts.vfs));
  daemon->lane_ = std::make_unique<db::InlineLane>(parts.loop, *daemon->database_, parts.commit_delay);
  daemon->reader_ = std::make_unique<db::SqliteReader>(*daemon->database_);
  daemon->committed_ = std::make_unique<Committed>(*daemon->database_);
  constexpr std::uint32_t media_type = 0x58;
  for (auto* iron : parts.irons) {
    auto& devices = daemon->devices_[iron->library] = std::make_unique<SimDevices>(*iron, parts.auditor);
    if (!iron->by_hand) continue;
    standalone::Options options{.media_type = media_type, .hints_of_media = [iron] { return iron->hints; }};
    daemon->by_hand_[iron->library] = std::make_unique<standalone::StandaloneDevices>(*devices, std::move(options));
  }
  auto source = [raw = daemon.get()](std::string const& library) -> port::Devices& {
    if (auto const alone = raw->by_hand_.find(library); alone != raw->by_hand_.end()) return *alone->second;
    return *raw->devices_.at(library);
  };
  // Bugs in what both plans rest on are for other rules to find.
  bool const rules_hold = !planted(PlantedBug::starvation) && !planted(PlantedBug::priority_inverted) && !planted(PlantedBug::used_drive_for_another) && !planted(PlantedBug::double_dispatch);
  if (rules_hold) parts.settings.plans_differ = [&history = parts.history](std::string const& where) { history.violation("the plan that is kept is another one than that from scratch: " + where); };
  daemon->manager_ = std::make_unique<Manager>(parts.loop, parts.random, parts.history, *daemon->lane_, *daemon->reader_, source, parts.settings);
  parts.auditor.attach(*daemon->manager_, *daemon->database_, *daemon->committed_);
  parts.auditor.after_restart();
  RSM_CHECK(daemon->manager_->start());
  return daemon;
}

Daemon::~Daemon() {
  auditor_.detach();
  manager_.reset();
}

void Daemon::hint(std::string const& library, port::DriveHint hint) {
  if (auto const alone = by_hand_.find(library); alone != by_hand_.end()) alone->second->hint(hint);
}

SimDevices* Daemon::devices(std::string const& library) {
  auto const it = devices_.find(library);
  return it == devices_.end() ? nullptr : it->second.get();
}

bool Daemon::devices_idle() const {
  return std::ranges::all_of(devices_, [](auto const& entry) { return entry.second->idle(); });
}

}  // namespace rsm::sim
