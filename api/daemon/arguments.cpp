#include "api/daemon/arguments.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace rsm::daemon {

std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv) {
  Arguments arguments;
  CLI::App app("rsmd: the OpenRSM library manager. Manages libraries of removable media for clients on a unix socket.", "rsmd");
  app.set_version_flag("--version", std::string("rsmd ") + RSM_VERSION);
  app.add_option("--config", arguments.config_file, "Configuration (default: /etc/openrsm/rsmd.toml when it exists)")->type_name("FILE");
  auto* check = app.add_flag("--check-config", arguments.check_config, "Say OK, or everything that is wrong with the configuration");
  auto* restore = app.add_option("--restore", arguments.restore_from, "Replace the catalog by this backup; no daemon may be running");
  restore->type_name("BACKUP")->excludes(check);
  app.footer("Exit codes: 0 as asked, 1 configuration, 2 command line, 3 catalog, 4 socket, 5 cannot start, 6 failed, 7 stopped late.");
  try {
    app.parse(argc, argv);
    return arguments;
  } catch (CLI::ParseError const& e) {
    return std::unexpected(app.exit(e, std::cout, std::cerr) == 0 ? ExitCode::success : ExitCode::bad_command_line);
  }
}

}  // namespace rsm::daemon
