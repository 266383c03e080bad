// rsm-volume-handler: serves one handle on one volume, in a process of its own.
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "drivers/volume/handler_arguments.hpp"
#include "drivers/volume/handler_service.hpp"

namespace rsm::volume {
namespace {

constexpr int exit_cannot_serve = 1;
constexpr int exit_usage = 64;

int run(std::vector<std::string> const& words) {
  auto const arguments = from_words(words);
  if (!arguments) {
    std::fprintf(stderr, "rsm-volume-handler: %s\n", arguments.error().text().c_str());
    return exit_usage;
  }
  // The program's child ends at once: it is not to be bothered with the end of a process that it did not start itself.
  pid_t const child = ::fork();
  if (child != 0) return child > 0 ? 0 : exit_cannot_serve;
  return serve_handle(*arguments);
}

}  // namespace
}  // namespace rsm::volume

int main(int argc, char** argv) {
  try {
    return rsm::volume::run({argv + 1, argv + argc});
  } catch (std::exception const&) {
    return rsm::volume::exit_cannot_serve;
  }
}
