// What `rsm setup --check` looks at of the machine: devices, loop and mount, the disk of the catalog, the clock, the way of a mail.
//
// Nothing is changed: devices are looked at and not opened, the trial of the disk leaves no file. Units: milliseconds.
// Thread rule: the main thread; blocks within limits::setup_*. Errors: none, a fault is a finding.
#pragma once

#include <optional>
#include <vector>

#include "api/daemon/config.hpp"
#include "cli/rsm/setup/finding.hpp"

namespace rsm::cli {

// One for each library, and one more for each device that is not as it should be.
std::vector<Finding> check_devices(daemon::Config const& config);
Finding check_volumes(daemon::Config const& config);
Finding check_disk(daemon::Config const& config);
// `newest`: time of the newest event of the service; absent: it cannot be asked.
Finding check_clock(std::optional<std::int64_t> newest, std::int64_t now);
Finding check_mail();

// What is said of the trials of a disk: how long each took, in microseconds; fewer than limits::setup_sync_trials: the rest did not come
// back in time.
Finding disk_finding(std::string const& folder, std::vector<std::int64_t> trials_us);
// `synchronized`: what timedatectl says; absent: nobody can tell.
Finding clock_finding(std::optional<bool> synchronized, std::optional<std::int64_t> newest, std::int64_t now);

}  // namespace rsm::cli
