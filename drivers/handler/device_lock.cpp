#include "drivers/handler/device_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "drivers/block/folder.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/handler/limits.hpp"

namespace rsm::handler {
namespace {

using Clock = std::chrono::steady_clock;

// While it lives, a signal interrupts a blocking call again and again.
class Interrupting {
 public:
  explicit Interrupting(Millis every) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, &before_);
    timeval const pace{every.count() / 1000, (every.count() % 1000) * 1000};
    itimerval const timer{pace, pace};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  ~Interrupting() {
    itimerval const none{};
    ::setitimer(ITIMER_REAL, &none, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }
  Interrupting(Interrupting const&) = delete;
  Interrupting& operator=(Interrupting const&) = delete;

 private:
  struct sigaction before_ {};
};

std::string holder_in(int fd) {
  std::array<char, 32> text{};
  ssize_t const length = ::pread(fd, text.data(), text.size(), 0);
  std::string pid(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  pid.erase(std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; }), pid.end());
  return pid.empty() ? "another process" : "process " + pid;
}

bool lock_within(int fd, Millis wait) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  auto const end = Clock::now() + wait;
  Interrupting const interrupting(limits::handler_lock_look);
  while (Clock::now() < end) {
    if (::flock(fd, LOCK_EX) == 0) return true;
    if (errno != EINTR) return false;
  }
  return false;
}

}  // namespace

Result<UniqueFd> lock_device(std::string const& file, std::string const& device, Millis wait) {
  std::filesystem::path const path(file);
  RSM_TRY(block::Folder const folder, block::Folder::open_private(path.parent_path().string()));
  RSM_TRY(UniqueFd fd, folder.lock_file(path.filename().string()));
  if (!lock_within(fd.get(), wait))
    return fail(Errc::busy, device, fmt::format("{} acts on this device (it holds {}); it must end first", holder_in(fd.get()), file));
  std::string const pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return block::system_failure(errno, file, "write who holds " + device);
  return fd;
}

}  // namespace rsm::handler
