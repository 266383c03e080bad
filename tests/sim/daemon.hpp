// One life of the daemon of a simulation: catalog, commit lane, devices and the core, put together as main() does it.
// Destroying it is its death: nothing is written any more, and steps that handlers have in hand go on.
// Thread rule: one thread; never destroyed inside one of its own callbacks.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "db/inline_lane.hpp"
#include "db/sqlite_reader.hpp"
#include "drivers/standalone/standalone_devices.hpp"
#include "tests/sim/auditor.hpp"
#include "tests/sim/sim_devices.hpp"

namespace rsm::sim {

constexpr char catalog_name[] = "catalog.db";

class Daemon {
 public:
  struct Parts {
    Loop& loop;
    Random& random;
    History& history;
    Auditor& auditor;
    std::vector<Iron*> irons;
    std::string vfs;
    std::function<Millis()> commit_delay;
    Settings settings;
  };
  // Errors: what the catalog or the core said; try again later.
  static Result<std::unique_ptr<Daemon>> start(Parts parts);
  ~Daemon();

  Manager& manager() { return *manager_; }
  db::Database& database() { return *database_; }
  Committed& committed() { return *committed_; }
  SimDevices* devices(std::string const& library);
  // What the kernel tells of a stand-alone drive.
  void hint(std::string const& library, port::DriveHint hint);
  bool devices_idle() const;
  // It dies without a last word to the catalog.
  void killed() { database_->distrust(); }

 private:
  explicit Daemon(Auditor& auditor) : auditor_(auditor) {}
  Auditor& auditor_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<db::InlineLane> lane_;
  std::unique_ptr<db::SqliteReader> reader_;
  std::unique_ptr<Committed> committed_;
  std::map<std::string, std::unique_ptr<SimDevices>> devices_;
  std::map<std::string, std::unique_ptr<standalone::StandaloneDevices>> by_hand_;
  std::unique_ptr<Manager> manager_;
};

}  // namespace rsm::sim
