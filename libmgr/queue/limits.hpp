// Limits of looking after requests that wait or take long.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis silent_after = 30s;             // a step of a device that takes longer counts as waiting: time limits apply to it
constexpr Millis deadline_look_pause = 1s;       // a request whose limit is over in the middle of a step is looked at again

// The policy "throughput". Found by replaying histories of tape and optical libraries; neighbours of these values change mean waits by a few percent.
constexpr int overdue_waits = 2;       // a request is overdue when it waits so many times as long as requests do there
constexpr int overdue_exchanges = 10;  // and so many exchanges, in a library where waits are short
constexpr int exchanges_of_age = 20;   // after so many exchanges a group that waits is worth twice as much
constexpr int pace_outlier = 8;        // what took so many times as long, or as short, counts as that
constexpr long pace_memory = 50;       // of how many the running means are
constexpr long reuse_memory = 20;      // of how many idle media the share is that are wanted again soon
constexpr int reuse_exchanges = 4;     // whoever is wanted again later than so many exchanges is not remembered as idle
constexpr long need_memory = 50;       // of how many exchanges it is known how many drives they needed at once
constexpr std::size_t need_drives_most = 16;  // so many drives at once; more are needed as seldom
constexpr int reuse_patience = 2;      // an idle medium stays so many times as long as those took that were wanted again

}  // namespace rsm::limits
