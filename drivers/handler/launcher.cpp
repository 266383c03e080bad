#include "drivers/handler/launcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "drivers/block/folder.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/handler/launcher_process.hpp"

namespace rsm::handler {
namespace {

Result<> check_library(LauncherLibrary const& library) {
  bool const plain = !library.driver.empty() && std::all_of(library.driver.begin(), library.driver.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!plain) return fail(Errc::invalid_parameter, "library " + library.name, "\"" + library.driver + "\" is no name of a driver");
  if (auto const& directory = library.place.directory; !directory.empty() && !directory.starts_with('/'))
    return fail(Errc::invalid_parameter, "library " + library.name, "its directory must be an absolute path");
  if (library.place.of_library().empty()) return fail(Errc::invalid_parameter, "library " + library.name, "it needs a directory or the address of a changer");
  return {};
}

Result<> check(LauncherConfig const& config) {
  for (auto const& library : config.libraries) RSM_CHECK(check_library(library));
  if (!config.handler_program.starts_with('/')) return fail(Errc::invalid_parameter, "handler program", "it must be an absolute path");
  if (::access(config.handler_program.c_str(), X_OK) != 0)
    return fail(Errc::object_not_found, config.handler_program, "the handler program cannot be run: " + block::errno_text(errno));
  RSM_CHECK(block::Folder::make_private(config.lock_directory));
  if (::access(config.lock_directory.c_str(), W_OK | X_OK) != 0) return block::system_failure(errno, config.lock_directory, "write in the lock directory");
  return {};
}

// In the child. Signals for the daemon's terminal or service are not for it: it ends with the daemon.
[[noreturn]] void become_launcher(UniqueFd control, LauncherConfig const& config) {
  ::setsid();
  for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  ::prctl(PR_SET_NAME, "rsm-launcher");
  int const nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  unsigned const first = STDERR_FILENO + 1, kept = static_cast<unsigned>(control.get());
  if (kept > first) ::close_range(first, kept - 1, 0);
  ::close_range(kept + 1, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(1);
  run_launcher(std::move(control), config);
}

}  // namespace

Launcher::Launcher(UniqueFd control, pid_t pid, std::vector<LauncherLibrary> libraries) : control_(std::move(control)), pid_(pid), libraries_(std::move(libraries)) {}

Launcher::Launcher(Launcher&& other) noexcept
    : control_(std::move(other.control_)), pid_(std::exchange(other.pid_, 0)), libraries_(std::move(other.libraries_)), link_(std::move(other.link_)) {}

Launcher::~Launcher() {
  if (pid_ == 0) return;
  ::shutdown(control_.get(), SHUT_RDWR);
  control_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {  // it ends at once: there is nothing that it waits for
  }
}

Result<Launcher> start_launcher(LauncherConfig config) {
  RSM_CHECK(check(config));
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return block::system_failure(errno, "launcher", "make its socket");
  UniqueFd ours(ends[0]), theirs(ends[1]);
  pid_t const pid = ::fork();
  if (pid < 0) return block::system_failure(errno, "launcher", "start it");
  if (pid == 0) {
    ours.reset();
    become_launcher(std::move(theirs), config);
  }
  return Launcher(std::move(ours), pid, std::move(config.libraries));
}

}  // namespace rsm::handler
