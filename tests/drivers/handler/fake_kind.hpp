// A driver kind for tests: devices that hang, die, or speak nonsense when asked to.
//
// What for: rsm-handler's own code with devices that misbehave. What a drive does is decided by its number, so that a test says
// what it wants by the drive it asks for. `directory` is where steps leave their traces. Thread rule: the handler's.
#pragma once

#include "drivers/registry.hpp"

namespace rsm::test {

namespace fake_drive {
constexpr std::uint32_t good = 0;
constexpr std::uint32_t hangs_in_load = 1;
constexpr std::uint32_t dies_in_load = 2;          // SIGKILL of itself
constexpr std::uint32_t speaks_nonsense = 3;       // before its reply
constexpr std::uint32_t throws_in_load = 4;
constexpr std::uint32_t endless_line = 5;
constexpr std::uint32_t cannot_be_made = 6;
constexpr std::uint32_t hangs_before_greeting = 7;
constexpr std::uint32_t waits_in_load = 8;         // "begun" appears, waits for "go", "finished" appears
constexpr std::uint32_t shows_itself = 9;          // status: vendor = descriptors, product = environment, serial = signals
constexpr std::uint32_t answers_twice = 10;
constexpr std::uint32_t answers_and_dies = 11;     // in load: the reply is written, then it dies
constexpr std::uint32_t hangs_once = 12;           // in load, until the file "hung" is there
constexpr std::uint32_t hangs_up = 13;             // in load: it closes its socket and stays
constexpr std::uint32_t has_doubt = 14;            // after each second status, and its load fails with one
}  // namespace fake_drive

std::span<DriverKind const> fake_kinds();

}  // namespace rsm::test
