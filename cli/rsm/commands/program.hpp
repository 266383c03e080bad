// Another program that is run to its end: what it is told on standard input, what it says, how it ends.
//
// What for: `rsm` starts helpers (rsm-discover, rsm-emu, systemctl, programs that tell people) and never a shell. A word without '/' is
// looked for in PATH. What is said beyond its limit is read and dropped. Past `limit` the program is killed, with `own_group` also what it
// has started. Errors: file_not_found, there is no such program; device_not_available, it cannot be started; timeout. Object: the program.
// Thread rule: any; blocks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::cli {

struct ProgramOrder {
  std::vector<std::string> words;  // program and arguments; at least one
  std::string input;               // empty: /dev/null
  Millis limit{};
  std::size_t out_bytes_max = 64 * 1024;
  bool own_group = false;                // a group of processes of its own: a terminal's Ctrl-C does not reach it
  std::vector<std::string> environment;  // "NAME=VALUE" beside what this program has
};

struct ProgramEnd {
  int status = 0;              // as it exited; 128 + N: signal N has ended it
  std::string out, complaint;  // its two outputs
};

Result<ProgramEnd> run_program(ProgramOrder const& order);

// The last line that is not empty: what a program says when it fails.
std::string last_line(std::string const& text);

}  // namespace rsm::cli
