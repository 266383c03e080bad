// What stands before the words of rsm-changer and rsm-mtx: options, with the environment behind them.
//
// What for: both programs are called with words of their own (which may be empty or begin with '-'), so options end at the first word that is none.
// Units: limit in milliseconds, 1 s to 24 h; default 270 s: below the 300 s of Bacula's Maximum Changer Wait.
// Errors: invalid_parameter with the option. Thread rule: pure, but for the environment that `environment` reads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::changer {

constexpr Millis move_limit_default{270'000};
constexpr Millis move_limit_max{24 * 3'600'000};

struct Options {
  std::string socket;            // --socket; empty: $OPENRSM_SOCKET, else the usual place
  std::string library;           // --library, $RSM_LIBRARY: of a library or a view; empty: named by the device, or the only library
  Millis limit = move_limit_default;  // --limit, $RSM_CHANGER_LIMIT_S: of one move, waiting for its turn included
  bool cleaning = false;         // --cleaning: cleaning cartridges are shown
  bool ports = false;            // --ports: import/export ports are counted and shown
  bool help = false, version = false;
  std::string device;            // -f, for rsm-mtx; $CHANGER, else /dev/changer
  std::vector<std::string> words;
};

// nullptr: not set.
using Environment = std::function<char const*(char const* name)>;

Result<Options> read_options(std::vector<std::string> arguments, Environment const& environment);

}  // namespace rsm::changer
