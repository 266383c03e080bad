// rsm-exporter: the figures of rsmd for Prometheus. An ordinary client of the daemon's socket; needs no privilege. See docs/monitoring.md.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "api/exporter/arguments.hpp"
#include "api/exporter/pages.hpp"
#include "api/http/server.hpp"

namespace rsm::exporter {
namespace {

ExitCode serve(Arguments const& arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of its connection
  boost::asio::io_context loop(1);
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });
  DaemonSource daemon(loop, arguments.socket);
  PageHandler pages(daemon);
  http::Server server(loop, pages, {.name = std::string("rsm-exporter/") + RSM_VERSION, .limits = {}});
  auto const where = server.listen(arguments.listen);
  if (!where) {
    fmt::print(stderr, "rsm-exporter: {}\n", where.error().text());
    return ExitCode::address_unusable;
  }
  fmt::print("listening on {}\n", *where);
  std::fflush(stdout);
  loop.run();
  return ExitCode::success;
}

}  // namespace
}  // namespace rsm::exporter

int main(int argc, char** argv) {
  using namespace rsm::exporter;
  auto const arguments = parse_arguments(argc, argv);
  if (!arguments) return static_cast<int>(arguments.error());
  try {
    return static_cast<int>(serve(*arguments));
  } catch (std::exception const& bug) {
    fmt::print(stderr, "rsm-exporter: internal error: {}\n", bug.what());
    return static_cast<int>(ExitCode::failed);
  }
}
