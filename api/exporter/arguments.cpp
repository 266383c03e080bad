#include "api/exporter/arguments.hpp"

#include <iostream>

#include "libmgr/base/command_line.hpp"

namespace rsm::exporter {

std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv) {
  Arguments arguments;
  std::string listen{listen_default};
  bool allow_remote = false;
  CommandLine line("rsm-exporter: shows the figures of rsmd to Prometheus, at /metrics and /healthz.", "rsm-exporter");
  line.version(std::string("rsm-exporter ") + RSM_VERSION);
  line.text("--listen", listen, "ADDRESS:PORT (port 0: any) or unix:/PATH; default " + listen, "WHERE");
  line.flag("--allow-remote", allow_remote, "Listen also where other machines can connect; nobody is asked who they are");
  line.text("--socket", arguments.socket, "Where rsmd listens (default: $OPENRSM_SOCKET, else /run/openrsm/rsmd.sock)", "PATH");
  line.footer("Exit codes: 0 as asked, 2 command line, 4 the address cannot be listened on, 6 internal error.");
  if (auto const end = line.read(argc, argv)) return std::unexpected(*end == 0 ? ExitCode::success : ExitCode::bad_command_line);
  auto endpoint = http::parse_endpoint(listen, allow_remote);
  if (!endpoint) {
    std::cerr << "rsm-exporter: " << endpoint.error().text() << "\n";
    return std::unexpected(ExitCode::bad_command_line);
  }
  arguments.listen = std::move(*endpoint);
  return arguments;
}

}  // namespace rsm::exporter
