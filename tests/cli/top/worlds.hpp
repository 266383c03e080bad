// Worlds to draw: what a service would say, without one.
#pragma once

#include "api/watch/world.hpp"

namespace rsm::top::testing {

inline constexpr std::int64_t now = 1'793'541'731'000;  // 2026-11-01 14:02:11 UTC

Guid id_of(std::uint32_t number);
// A library with so many slots, three drives (loaded, on its way, needs service), five requests, two things for a person and six events.
watch::World busy_world(std::size_t slots);
// A library with no drive, no slot, and nothing to do.
watch::World empty_world();

}  // namespace rsm::top::testing
