// A program that is run while something is held for it: its exit status, and the signals that were meant for it.
//
// What for: `rsm volume lock VOLUME -- COMMAND...`. Standard input, output and error are its own; the signals that ask a program to end or
// to look again (INT, TERM, HUP, QUIT, USR1, USR2, WINCH) are passed on, but for those that a terminal has sent to both already. It gets SIGTERM when
// this program is killed, and when what is held for it is lost: a command that goes on without its lock would do harm.
// Result: its exit status; 128 + N when signal N ended it; 127 when there is no such program, 126 when it cannot be started (as a shell says it).
// Errors: not_enough_memory (no process can be made); not_ready (what was held is lost). Thread rule: the main thread.
// Source: signalfd(2), pidfd_open(2), prctl(2) PR_SET_PDEATHSIG.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

struct ChildOrder {
  std::vector<std::string> words;       // program and arguments; at least one
  std::string folder;                   // where it runs
  std::function<bool()> still_held;     // asked about once a second
};

Result<int> run_child(ChildOrder const& order);

}  // namespace rsm::cli
