#include "api/exporter/arguments.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace rsm::exporter {

std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv) {
  Arguments arguments;
  std::string listen{listen_default};
  bool allow_remote = false;
  CLI::App app("rsm-exporter: shows the figures of rsmd to Prometheus, at /metrics and /healthz.", "rsm-exporter");
  app.set_version_flag("--version", std::string("rsm-exporter ") + RSM_VERSION);
  app.add_option("--listen", listen, "ADDRESS:PORT (port 0: any) or unix:/PATH; default " + listen)->type_name("WHERE");
  app.add_flag("--allow-remote", allow_remote, "Listen also where other machines can connect; nobody is asked who they are");
  app.add_option("--socket", arguments.socket, "Where rsmd listens (default: $OPENRSM_SOCKET, else /run/openrsm/rsmd.sock)")->type_name("PATH");
  app.footer("Exit codes: 0 as asked, 2 command line, 4 the address cannot be listened on, 6 internal error.");
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    return std::unexpected(app.exit(e, std::cout, std::cerr) == 0 ? ExitCode::success : ExitCode::bad_command_line);
  }
  auto endpoint = parse_endpoint(listen, allow_remote);
  if (!endpoint) {
    std::cerr << "rsm-exporter: " << endpoint.error().text() << "\n";
    return std::unexpected(ExitCode::bad_command_line);
  }
  arguments.listen = std::move(*endpoint);
  return arguments;
}

}  // namespace rsm::exporter
