// Limits of a client that looks on. Each has a reason. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::watch::limits {

inline constexpr Millis old_after{2000};        // no answer for so long: what is shown is old news, and says so
inline constexpr Millis event_wait{1000};       // of one call that waits for events: an answer a second shows that the service is there
inline constexpr Millis refresh_least{100};     // events of so long are taken together: what an eye takes as at once
inline constexpr Millis refresh_most{1000};     // however much there is to look at
inline constexpr std::int64_t cost_factor = 100;  // between two looks at least so many times what one costs of the processor: a hundredth of it at most
inline constexpr Millis foretold_least{5000};   // between two questions when waiting mounts are expected: the service plays many courses for each
inline constexpr Millis foretold_limit{1500};   // an answer that takes longer is done without: it must not make the news old
inline constexpr Millis connect_pause{300};     // between two tries to find the service again
inline constexpr std::int64_t events_page = 500;
inline constexpr std::size_t events_kept = 500;    // of the newest: what somebody scrolls through
inline constexpr std::int64_t events_before = 100;  // that are shown at the beginning
inline constexpr std::size_t slots_one_by_one = 16;  // more changed slots than this: the list is read again
inline constexpr std::int64_t page = 1000;

}  // namespace rsm::watch::limits
