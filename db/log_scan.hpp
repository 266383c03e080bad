// What is in the write-ahead log and cannot be read.
//
// What for: SQLite reads the log up to the first frame whose checksum is wrong and says nothing of the rest. After a crash that is right: at
// most one commit, which nobody was answered, may be torn. Behind a damaged frame it loses commits that were answered: whoever opens the
// catalog has to say so. A frame carries the salts of its log and the checksum of all before it; so whole frames behind a damaged one
// are known by the checksum that the damaged one still carries. Frames that a rolled-back transaction left have no mark of a commit.
// Errors: none. Thread rule: the caller owns the catalog, no connection of this process is open.
// Source: https://sqlite.org/fileformat2.html#walformat
#pragma once

#include <cstdint>
#include <string>

namespace rsm::db {

struct LogDamage {
  std::uint64_t frame = 0;    // the first that cannot be read, from 1; 0: the log's header
  std::uint64_t frames = 0;   // that one and those of the same log behind it
  std::uint64_t commits = 0;  // ends of commits among them; 0: nothing is lost
};

// No log, one that can be read to its end, or that cannot be opened: nothing.
LogDamage damage_of_log(std::string const& catalog_path);

}  // namespace rsm::db
