// Limits of what is done to a volume (decision 15).
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis folder_lock_pause = 2ms;       // between two tries for a lock that is held shortly
constexpr Millis lock_settle_limit = 100ms;  // users that are just leaving: udev, an io_uring after its close (19 ms measured)
constexpr Millis lock_settle_pause = 10ms;
constexpr Millis trial_settle_limit = 5s;    // of a trial device that somebody else tries to bind at the same time: they hold it for as long as they take to see that it is bound
constexpr Millis file_system_release_limit = 2s;  // from the end of a file system (IN_UNMOUNT) until its device is free: the kernel writes its last blocks
constexpr unsigned mount_table_reads_max = 3;     // looks at mounts whose namespaces end meanwhile
constexpr Millis look_counts = 50ms;              // a lock that comes so far so soon after its look at all processes looks only at those that have come since
constexpr pid_t process_numbers_tried = 64;        // one by one, where no more were given since a look; else the list of all is asked for
constexpr pid_t process_numbers_late = 16;         // so far before the number that was given last a process may not be in that list yet: it was just being made
constexpr std::size_t scan_thread_processes = 16;  // for each thread: a look at so many takes ten times as long as a thread takes to start
constexpr std::size_t scan_slice_processes = 5;    // what one thread looks at before it takes the next
constexpr std::size_t scan_threads_max = 8;
constexpr int mount_namespaces_max = 10'000;      // walked through in either direction
constexpr std::uint32_t loop_devices_max = 1024;  // numbers tried from the first of our own
constexpr std::size_t volume_handles_max = 256;                 // on one volume, of all programs
constexpr Millis volume_record_wait = 2s;     // for the lock of a volume's record; it is held for microseconds
constexpr std::size_t label_candidates_max = 16;                 // signatures that are named of an ambivalent medium
constexpr std::size_t free_label_area_bytes = 1 << 20;  // of a free medium, from its beginning: nobody finds what was there. A first partition begins behind it
constexpr std::chrono::seconds file_time_grain = 2s;  // the coarsest times that file systems keep (FAT): two changes that are farther apart have two times
constexpr Millis volume_settle_pause = 10ms;  // between two looks at what another process has to do

}  // namespace rsm::limits
