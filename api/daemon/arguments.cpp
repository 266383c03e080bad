#include "api/daemon/arguments.hpp"

#include "libmgr/base/command_line.hpp"

namespace rsm::daemon {

std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv) {
  Arguments arguments;
  CommandLine line("rsmd: the OpenRSM library manager. Manages libraries of removable media for clients on a unix socket.", "rsmd");
  line.version(std::string("rsmd ") + RSM_VERSION);
  line.text("--config", arguments.config_file, "Configuration (default: /etc/openrsm/rsmd.toml when it exists)", "FILE");
  line.flag("--check-config", arguments.check_config, "Say OK, or everything that is wrong with the configuration");
  line.text("--restore", arguments.restore_from, "Replace the catalog by this backup; no daemon may be running", "BACKUP");
  line.excludes("--restore", "--check-config");
  line.footer("Exit codes: 0 as asked, 1 configuration, 2 command line, 3 catalog, 4 socket, 5 cannot start, 6 failed, 7 stopped late.");
  if (auto const end = line.read(argc, argv)) return std::unexpected(*end == 0 ? ExitCode::success : ExitCode::bad_command_line);
  return arguments;
}

}  // namespace rsm::daemon
