// The command line of rsm-exporter and its exit codes.
//
// What for: `rsm-exporter [--listen WHERE] [--allow-remote] [--socket PATH]`. What is asked for by --help and --version, and what is wrong with
// the line, is printed here. Exit codes: 0 as asked, 2 command line, 4 the address cannot be listened on, 6 internal error.
// Thread rule: before any thread is started.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "api/http/endpoint.hpp"

namespace rsm::exporter {

inline constexpr std::string_view listen_default = "127.0.0.1:9847";

enum class ExitCode : int { success = 0, bad_command_line = 2, address_unusable = 4, failed = 6 };

struct Arguments {
  http::Endpoint listen;
  std::string socket;  // empty: $OPENRSM_SOCKET, else the usual one
};

// What to do, or the code to leave with at once.
std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv);

}  // namespace rsm::exporter
