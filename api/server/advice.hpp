// What the history says to whoever plans: how many drives are enough, which media belong where, which cartridges wear.
//
// What for: the newest part of the history is read a page in a turn of the loop, the mounts in it are played once more on another thread. What the caller may
// not see does not count. Errors: of the catalog; busy while many look ahead. Thread rule: the loop only.
#pragma once

#include <vector>

#include "api/server/context.hpp"

namespace rsm::limits {
constexpr Millis advice_wait{300'000};               // nine of ten mounts within it, where nobody says another one
constexpr std::size_t advice_media_looked_at = 200;  // for wear: those that were mounted most
constexpr std::size_t advice_media_named = 10;
constexpr unsigned advice_returns = 3;               // so often it went out and came back: it belongs into the library
constexpr Millis advice_at_once_slack{10'000};      // given back and gone from its drive within this and three times what that takes: dismounted at once, not deferred
constexpr std::size_t advice_deferring_share = 10;  // a program of whose media every tenth stays in its drive defers: the others were wanted by somebody soon
constexpr std::uint64_t advice_troubles = 3;         // errors and alerts of a cartridge together
}  // namespace rsm::limits

namespace rsm::server {

void advise(Context const& c, std::vector<LibraryId> libraries, Millis wait, Reply<wire::AdviseReply> reply);

}  // namespace rsm::server
