// The command line of rsmd and its exit codes.
//
// What for: `rsmd [--config FILE] [--check-config | --restore BACKUP | --version]`. What is asked for by --help and --version, and
// what is wrong with the line, is printed here. Exit codes are a contract with service managers: docs/configuration.md.
// Thread rule: before any thread is started.
#pragma once

#include <expected>
#include <string>

namespace rsm::daemon {

enum class ExitCode : int {
  success = 0,
  bad_configuration = 1,
  bad_command_line = 2,
  catalog_unusable = 3,
  socket_unusable = 4,
  cannot_start = 5,
  failed = 6,
  stopped_late = 7,
  launcher_lost = 8,
};

struct Arguments {
  std::string config_file;  // empty: the default one when it exists
  bool check_config = false;
  std::string restore_from;  // empty: no restore
};

// What to do, or the code to leave with at once.
std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv);

}  // namespace rsm::daemon
