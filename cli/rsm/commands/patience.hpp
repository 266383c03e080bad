// Waiting as long as a person asked for, in calls that each have an end.
//
// What for: one call of the protocol ends after limits::wait_max at the latest; who wants to wait longer, or for ever, asks again. Errors: timeout
// when the time is over. Thread rule: each call has its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "api/client/limits.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

// ask(step_ms, limit): one call that waits for so long, with the limit of the whole call. Nothing: no end.
template <class Ask>
auto wait_in_steps(std::optional<std::int64_t> timeout_ms, Ask ask) -> decltype(ask(std::int64_t{}, Millis{})) {
  using Clock = std::chrono::steady_clock;
  auto const begun = Clock::now();
  for (;;) {
    Millis step = limits::client_wait_step;
    if (timeout_ms) step = std::clamp(Millis{*timeout_ms} - std::chrono::duration_cast<Millis>(Clock::now() - begun), Millis{0}, step);
    auto answer = ask(step.count(), step + limits::client_call_limit);
    bool const over = timeout_ms && Clock::now() - begun >= Millis{*timeout_ms};
    if (answer || answer.error().code != Errc::timeout || over) return answer;
  }
}

}  // namespace rsm::cli
