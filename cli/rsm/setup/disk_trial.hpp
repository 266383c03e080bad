// How long a disk needs until what was written is on it.
//
// What for: `rsm setup --check`. A file without a name is written and synchronized limits::setup_sync_trials times, by a process of its
// own: a disk that does not answer at all is left to it after limits::setup_sync_limit. Units: microseconds. Errors: none; fewer trials
// than that: it did not come back, or cannot write there. Thread rule: any; blocks. Source: open(2) O_TMPFILE, fdatasync(2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rsm::cli {

std::vector<std::int64_t> try_disk(std::string const& folder);

}  // namespace rsm::cli
