#include "api/client/line_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "api/client/limits.hpp"

namespace rsm::client {
namespace {

std::string system_text(int number) { return std::generic_category().message(number); }

std::unexpected<Error> connect_failure(std::string const& path, int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
      return fail(Errc::not_ready, path, "nobody listens there: systemctl start rsmd (" + system_text(number) + ")");
    case EAGAIN:
      return fail(Errc::busy, path, "rsmd has no room for another connection at this moment");
    case EACCES:
    case EPERM:
      return fail(Errc::access_denied, path, "this user may not connect to the socket: [socket] mode in the configuration of rsmd says who may");
    default:
      return fail(Errc::not_ready, path, "cannot connect: " + system_text(number));
  }
}

// Milliseconds for poll(2), rounded up so that it never spins; -1 without a deadline.
int poll_wait(std::optional<Deadline> deadline) {
  if (!deadline) return -1;
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000'000));
}

// True when the descriptor is ready (or broken, which the next call on it will say), false past the deadline.
bool wait_for(int fd, short events, std::optional<Deadline> deadline) {
  for (;;) {
    pollfd one{fd, events, 0};
    int const ready = ::poll(&one, 1, poll_wait(deadline));
    if (ready > 0) return true;
    if (ready == 0 && deadline && std::chrono::steady_clock::now() >= *deadline) return false;
    if (ready < 0 && errno != EINTR) return true;
  }
}

}  // namespace

Result<std::shared_ptr<LineSocket>> LineSocket::connect(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(Errc::invalid_parameter, path, "a socket's path has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(Errc::not_enough_memory, path, "cannot make a socket: " + system_text(errno));
  std::shared_ptr<LineSocket> socket(new LineSocket(fd));
  if (::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) return connect_failure(path, errno);
  return socket;
}

LineSocket::~LineSocket() { ::close(fd_); }

void LineSocket::shut() { ::shutdown(fd_, SHUT_RDWR); }

Result<> LineSocket::send(std::string_view text) {
  std::lock_guard const one_at_a_time(sending_);
  auto const deadline = std::chrono::steady_clock::now() + limits::client_send_limit;
  while (!text.empty()) {
    ssize_t const sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(fd_, POLLOUT, deadline)) return fail(Errc::not_connected, "rsmd", "it does not read what is sent to it");
    } else if (errno != EINTR) {
      return fail(Errc::not_connected, "rsmd", "sending failed: " + system_text(errno));
    }
  }
  return {};
}

Result<> LineSocket::fill(std::optional<Deadline> deadline) {
  constexpr std::size_t step = 16 * 1024;
  for (;;) {
    std::size_t const had = read_.size();
    ssize_t got = 0;
    int number = 0;
    read_.resize_and_overwrite(had + step, [&](char* bytes, std::size_t) {
      got = ::recv(fd_, bytes + had, step, MSG_DONTWAIT);
      number = errno;
      return had + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    });
    if (got > 0) return {};
    if (got == 0) return fail(Errc::not_connected, "rsmd", "it closed the connection");
    if (number == EAGAIN) {
      if (!wait_for(fd_, POLLIN, deadline)) return fail(Errc::timeout, "rsmd", "no answer in time");
    } else if (number != EINTR) {
      return fail(Errc::not_connected, "rsmd", "reading failed: " + system_text(number));
    }
  }
}

Result<std::string> LineSocket::read_line(std::optional<Deadline> deadline) {
  for (;;) {
    auto const end = read_.find('\n', scanned_);
    if (end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      scanned_ = 0;
      return line;
    }
    scanned_ = read_.size();
    if (scanned_ > limits::client_reply_bytes_max) return fail(Errc::bad_format, "rsmd", "an answer without end");
    RSM_CHECK(fill(deadline));
  }
}

}  // namespace rsm::client
