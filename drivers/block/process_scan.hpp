// One pass over /proc: which processes hold something of a volume or file.
//
// What for: the part of the busy report that looks into processes. Nothing is asked of file systems that answer slowly: statx with
// AT_STATX_DONT_SYNC. A dead file system (shut down) answers EIO to stat; its handles are known by their mount id then, or by
// what statfs still says. Thread rule: any; of many processes some are looked at by threads of its own, which have ended when it returns.
// Source: proc(5), statx(2), kcmp(2), name spaces of mount ids.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "drivers/block/socket_table.hpp"

namespace rsm::block {

class Sights;
struct HeldThing;
struct BusyReport;

enum class ScanDepth { descriptors, everything };

// Adds what it finds to the report, and the processes it may not look at. The calling process is left out. `sockets`: those that are bound on it.
// `sights`: what is met of namespaces is noted there, in the order of the processes; nullptr: not wanted. `processes`: these alone, else all that may hold something.
void scan_processes(HeldThing const& thing, ScanDepth depth, BoundSockets const& sockets, BusyReport& report, std::vector<Sights>* sights = nullptr);
void scan_processes(std::vector<pid_t> const& processes, HeldThing const& thing, ScanDepth depth, BoundSockets const& sockets, BusyReport& report, std::vector<Sights>* sights = nullptr);
std::string user_of_process(pid_t process);     // "root", "1000" where the number has no name, "" when it has ended
std::optional<uid_t> uid_of_process(pid_t process);
std::string user_text(uid_t user);               // the name, or the number where it has none
std::string command_of_process(pid_t process);  // "dd"
bool has_ended(pid_t process);                   // with all its threads; also one that nobody has waited for yet: it holds nothing any more
std::vector<pid_t> numbered_entries(std::string const& folder);  // the processes of /proc, the threads of /proc/PID/task, in order
// Every process but the threads of the kernel, in order; of these only the parent stays, in whose namespaces they live (kdevtmpfs has a mount namespace of its own, with
// nothing but /dev in it). They hold no files, and are most of the processes of a quiet machine. Where they cannot be told from others all are named.
std::vector<pid_t> processes_that_may_hold();
// The number that was given last to a process or a thread: numbers are given in turn. nullopt: this /proc counts otherwise than we are counted.
std::optional<pid_t> number_given_last();
nlink_t thread_count(int process);  // by its folder, open: it has a folder more for each; 0: not known
// Whether two threads have the same files, folders ... (`what`: KCMP_FILES). False also where that may not be asked: then both are looked at.
bool share(pid_t one, pid_t other, int what);

}  // namespace rsm::block
