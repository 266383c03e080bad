// The command line of rsm-web and its exit codes.
//
// What for: `rsm-web` serves; `rsm-web --own` does so for whoever runs it, and prints a link; `rsm-web login` and `rsm-web logout` talk to a console that
// serves. `rsm web` runs all of them. Exit codes: 0 as asked, 1 refused, 2 command line, 4 the address cannot be listened on, 6 internal error.
// Thread rule: before any thread is started.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "api/http/endpoint.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::web {

enum class ExitCode : int { success = 0, refused = 1, bad_command_line = 2, address_unusable = 4, failed = 6 };
enum class Deed { serve, own, login, logout };

struct Arguments {
  Deed deed = Deed::serve;
  http::Endpoint listen;
  std::string socket;                // of the service; empty: $OPENRSM_SOCKET, else the usual one
  std::string login_socket;
  std::vector<std::string> origins;
  bool view_only = false;
  bool browser = true;               // own: open one where there is one
  std::optional<Millis> life;
};

// What to do, or the code to leave with at once.
std::expected<Arguments, ExitCode> parse_arguments(int argc, char const* const* argv);

}  // namespace rsm::web
