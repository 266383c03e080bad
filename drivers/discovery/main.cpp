// rsm-discover: looks for libraries for `rsm library discover` and prints what it has found as one JSON object (drivers/discovery/report.hpp).
//   rsm-discover [--iscsi HOST[:PORT]]... [--chap-file FILE] [--managed ADDRESS LIBRARY]... [--no-kernel]
// Exit codes: 0 it has looked, whatever was found; 1 it could not: on standard error the number of the error and a sentence; 64 the command line is wrong.
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>
#include <exception>
#include <string_view>

#include "drivers/discovery/look.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::discovery {
namespace {

constexpr int exit_cannot_look = 1, exit_usage = 64;

Result<LookOrder> order_of(std::vector<std::string> const& words) {
  LookOrder order;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto const& word = words[i];
    auto const value = [&]() -> Result<std::string> {
      if (++i >= words.size()) return fail(Errc::invalid_parameter, word, "its value is missing");
      return words[i];
    };
    if (word == "--no-kernel") {
      order.kernel = false;
    } else if (word == "--iscsi") {
      RSM_TRY(order.portals.emplace_back(), value());
    } else if (word == "--chap-file") {
      RSM_TRY(order.chap_file, value());
    } else if (word == "--managed") {
      auto& managed = order.managed.emplace_back();
      RSM_TRY(managed.address, value());
      RSM_TRY(managed.library, value());
    } else {
      return fail(Errc::invalid_parameter, printable(word), "unknown argument");
    }
  }
  return order;
}

int run(std::vector<std::string> const& words) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  auto const order = order_of(words);
  if (!order) {
    std::fprintf(stderr, "rsm-discover: %s\n", order.error().text().c_str());
    return exit_usage;
  }
  auto const report = look_for_libraries(*order);
  if (!report) {
    std::fprintf(stderr, "%u %s\n", static_cast<unsigned>(report.error().code), report.error().sentence().c_str());
    return exit_cannot_look;
  }
  std::string const text = json_text(*report) + "\n";
  bool const written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : exit_cannot_look;
}

}  // namespace
}  // namespace rsm::discovery

int main(int argc, char** argv) {
  try {
    return rsm::discovery::run({argv + 1, argv + argc});
  } catch (std::exception const& bug) {
    std::fprintf(stderr, "rsm-discover: internal error: %s\n", bug.what());
    return rsm::discovery::exit_cannot_look;
  }
}
