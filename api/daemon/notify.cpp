#include "api/daemon/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "libmgr/domain/unicode.hpp"

namespace rsm::daemon {

Notify Notify::from_environment() {
  char const* address = std::getenv("NOTIFY_SOCKET");
  Notify notify{address == nullptr ? "" : address};
  unsetenv("NOTIFY_SOCKET");
  return notify;
}

bool Notify::ready(std::string_view status) const {
  return send("READY=1\nSTATUS=" + plain_text(status));
}
bool Notify::stopping(std::string_view status) const {
  return send("STOPPING=1\nSTATUS=" + plain_text(status));
}
bool Notify::status(std::string_view text) const {
  return send("STATUS=" + plain_text(text));
}

bool Notify::send(std::string_view state) const {
  if (address_.empty()) return true;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address_.size() >= sizeof to.sun_path || (address_[0] != '/' && address_[0] != '@')) return false;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (address_[0] == '@') to.sun_path[0] = '\0';
  int const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size() + (address_[0] == '/' ? 1 : 0));
  auto const sent = sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr const*>(&to), length);
  close(fd);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace rsm::daemon
