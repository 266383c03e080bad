// Limits of forecasts: how much is played to say what will be. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr unsigned forecast_courses = 25;             // courses of things that are played; the middle and the ninth tenth are read from them
constexpr std::size_t forecast_requests_most = 128;   // waiting mounts that are played; those behind are said to go on at the same pace
constexpr std::size_t forecast_plans_most = 20'000;   // looks of the scheduler in all courses of one question together: a second or so
constexpr std::size_t forecast_steps_most = 20'000;   // events of one course
constexpr std::size_t forecast_steps_per_arrival = 16;  // of a history that is played once more
constexpr Millis forecast_horizon = 24h * 30;         // what has not come then does not come
constexpr std::uint64_t forecast_drive_seen_least = 8;  // a drive's own times count from so many on; before, those of its library
constexpr std::int64_t what_if_drives_most = 16;
constexpr std::uint64_t forecast_scores_least = 8;    // the bound of 90 % is corrected by how good it was, from so many on
constexpr double forecast_doubt = 1.3;                // before: things take longer than one thinks
constexpr std::size_t advice_mounts_most = 5'000;      // of the history that are played once more, the newest
constexpr std::size_t advice_drives_most = 16;         // numbers of drives that are tried
constexpr std::size_t advice_plans_most = 60'000;      // looks of the scheduler for each of them
constexpr Millis forecast_gain_least = 5s;            // what shortens a wait by less, or by less than a tenth, is not mentioned

}  // namespace rsm::limits
