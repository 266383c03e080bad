// What an administrator configures of the manager (the daemon reads it from its configuration). Thread rule: values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "libmgr/domain/library.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/people/rights.hpp"

namespace rsm {

enum class SchedulerPolicy { batch, strict, throughput };
enum class OnRestart { resume, cancel };

// The part of a library that one backup program sees. A medium of its slots goes home to one of them, whoever brings it back.
struct ViewSettings {
  std::string name;
  std::vector<std::uint32_t> drives;  // numbers of the library's drives, in the order in which the view numbers them from 0
  std::vector<std::uint32_t> slots;   // numbers of the library's slots, in the order in which the view numbers them from 1; no two views share one
  bool ports = true;                  // import/export ports are shown
};

// One configured library.
struct LibrarySettings {
  std::string name;
  Millis defer_dismount_delay{300'000};
  InventoryMethod inventory_method = InventoryMethod::fast;
  bool auto_recovery = true;
  bool clean_drives = true;     // a drive that asks for it is cleaned, while there is a cleaning cartridge with a use left
  Millis port_max_extend{300'000};
  std::vector<ViewSettings> views;
  bool standalone = false;      // one drive and a person's hand: no changer, no slots
  Millis poll_interval{30'000};  // of a stand-alone drive, while it gives no hints of its media; 0: it is not asked
};

// What is expected of a cartridge and of a drive in its life, by whoever knows them. 0: nobody has said, and plain numbers are shown.
struct AgeingSettings {
  std::uint64_t medium_mounts = 0, medium_hours = 0;
  std::uint64_t drive_mounts = 0, drive_hours = 0;
};

struct Settings {
  std::vector<LibrarySettings> libraries;
  Millis session_grace = limits::session_grace;
  Millis busy_wait = limits::busy_wait;
  Millis busy_retry_pause = limits::busy_retry_pause;
  Millis fairness_limit = limits::fairness_limit;
  Millis request_purge_after = limits::request_purge_after;
  Millis history_purge_after = limits::history_purge_after;
  std::uint64_t history_kept = limits::history_kept;  // rows
  AgeingSettings ageing;
  SchedulerPolicy policy = SchedulerPolicy::throughput;
  Millis idle_stay_least{0};          // policy throughput: how long an idle medium stays in its drive, while nobody wants that
  Millis idle_stay_most{3'600'000};   // and at most, or for the delay of deferred dismounts, which is shorter as a rule
  OnRestart on_restart = OnRestart::resume;
  std::vector<std::pair<std::string, Millis>> pool_defer_delays;  // by full pool name
  std::function<void(std::string const&)> plans_differ;  // tests only: every plan is made from scratch, too, and where it differs is told
  rights::Shares shares;  // of users who are no administrators, and of each user
};

}  // namespace rsm
