// Drives for the service's own work: what nobody waits for.
//
// What for: identifications and free labels take drives that are empty, and have cartridges that only stay in drives make room. Thread rule: the loop only.
#pragma once

#include <string>

#include "libmgr/domain/ids.hpp"

namespace rsm {
class Library;
}

namespace rsm::operations {

// An empty one; zero: there is none. One that could not load the cartridge of this request comes last, before it one that could not load another one, or that the arm did not reach; then fewest mounts, then the lowest number.
DriveId spare_drive(Library const& library, RequestId request);
// Cartridges that only stay in drives because nobody wanted the drive make room, one at a time; those of deferred dismounts go home when their delay is over,
// unless a mount waits (`wanted`).
void make_room(Library& library, bool wanted, RequestId for_whom, std::string const& reason);

}  // namespace rsm::operations
