// How many pages of a mapped catalog this thread has touched that the disk did not give.
// Thread rule: of the thread.
#pragma once

namespace rsm::db {

// Raised by the handler of SIGBUS (db/map_vfs.cpp), in the thread that it interrupts.
inline constinit thread_local unsigned volatile pages_lost = 0;

}  // namespace rsm::db
