#include "api/daemon/line_out.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>

namespace rsm::daemon {

Result<std::unique_ptr<LineOut>> LineOut::to_file(std::string const& path) {
  std::error_code ignored;  // opening says it better
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  int const file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
  if (file < 0) return fail(Errc::access_denied, "log file " + path, std::string("it cannot be opened: ") + std::strerror(errno));
  return std::unique_ptr<LineOut>(new LineOut(file, Way::descriptor));
}

std::unique_ptr<LineOut> LineOut::to_standard_error() {
  struct stat status {};
  bool const known = ::fstat(STDERR_FILENO, &status) == 0;
  int const own = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (known && S_ISSOCK(status.st_mode)) return std::unique_ptr<LineOut>(new LineOut(own, Way::socket));
  if (known && S_ISREG(status.st_mode)) return std::unique_ptr<LineOut>(new LineOut(own, Way::descriptor));  // its end is shared with who else writes to it
  int const again = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (again < 0) return std::unique_ptr<LineOut>(new LineOut(own, Way::shared));
  if (own >= 0) ::close(own);
  return std::unique_ptr<LineOut>(new LineOut(again, Way::descriptor));
}

LineOut::~LineOut() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool LineOut::write(std::string_view line) {
  rest_.erase(0, take(rest_));
  if (rest_.empty()) {
    auto const taken = take(line);
    if (taken > 0) rest_ = line.substr(taken);
    if (taken > 0 || line.empty()) return true;
  }
  ++dropped_;
  return false;
}

// As many of the bytes as are taken without waiting.
std::size_t LineOut::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    auto const left = bytes.substr(taken);
    ssize_t now = -1;
    if (way_ == Way::socket) {
      now = ::send(descriptor_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
      pollfd room{descriptor_, POLLOUT, 0};
      if (way_ == Way::shared && (::poll(&room, 1, 0) <= 0 || (room.revents & POLLOUT) == 0)) return taken;
      now = ::write(descriptor_, left.data(), way_ == Way::shared ? std::min<std::size_t>(left.size(), PIPE_BUF) : left.size());
    }
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return taken;
    taken += static_cast<std::size_t>(now);
  }
  return taken;
}

}  // namespace rsm::daemon
