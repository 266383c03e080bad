// Limits of `rsm setup`. Units are in the names or types. Thread rule: constants.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis setup_program_limit = 5s;   // a question to systemctl, timedatectl, rsmd --check-config
constexpr Millis setup_restart_limit = 90s;  // systemctl restart: rsmd ends within 15 s, and starts
constexpr Millis setup_make_limit = 120s;    // rsm-emu make: a file system on each side
constexpr Millis setup_ready_limit = 60s;    // from the start of rsmd until a library was asked
constexpr Millis setup_ready_look = 100ms;   // between two looks meanwhile: a service that starts tells nobody when it is ready
constexpr Millis setup_socket_limit = 3s;    // an answer on the socket, and from an iSCSI portal
constexpr Millis setup_sync_limit = 5s;      // all trials of a disk
constexpr Millis setup_sync_slow = 100ms;    // half of the trials take longer: every mount waits for several
constexpr Millis setup_clock_ahead = 60s;    // the newest event may be so much in the future
constexpr int setup_sync_trials = 16;

}  // namespace rsm::limits
