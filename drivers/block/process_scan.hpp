// One pass over /proc: which processes hold something of a volume or file.
//
// What for: the part of the busy report that looks into processes. Nothing is asked of file systems that answer slowly: statx with
// AT_STATX_DONT_SYNC. A dead file system (shut down) answers EIO to stat; its handles are known by their mount id then, or by
// what statfs still says. Thread rule: any. Source: proc(5), statx(2), name spaces of mount ids.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace rsm::block {

struct HeldThing;
struct BusyReport;

enum class ScanDepth { descriptors, everything };

// Adds what it finds to the report, and the processes it may not look at. The calling process is left out.
void scan_processes(HeldThing const& thing, ScanDepth depth, BusyReport& report);
std::string user_of_process(pid_t process);     // "root", "1000" where the number has no name, "" when it has ended
std::optional<uid_t> uid_of_process(pid_t process);
std::string user_text(uid_t user);               // the name, or the number where it has none
std::string command_of_process(pid_t process);  // "dd"
bool has_ended(pid_t process);                   // with all its threads; also one that nobody has waited for yet: it holds nothing any more
std::vector<pid_t> numbered_entries(std::string const& folder);  // the processes of /proc, the threads of /proc/PID/task, in order

}  // namespace rsm::block
