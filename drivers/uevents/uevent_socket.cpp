#include "drivers/uevents/uevent_socket.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "drivers/block/system_error.hpp"
#include "drivers/uevents/limits.hpp"

namespace rsm::uevents {
namespace {

std::optional<Sender::Credentials> credentials_in(msghdr& message) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS || part->cmsg_len < CMSG_LEN(sizeof(ucred))) continue;
    ucred who{};
    std::memcpy(&who, CMSG_DATA(part), sizeof who);
    return Sender::Credentials{who.pid, who.uid};
  }
  return std::nullopt;
}

}  // namespace

Result<UeventSocket> UeventSocket::open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
  if (!fd) return block::system_failure(errno, "uevents", "open a socket for them");
  int const yes = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0) return block::system_failure(errno, "uevents", "be told who sends them");
  // More than the system allows only root may have: then it is what the system allows.
  int const wanted = limits::uevent_receive_buffer_bytes;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = group_kernel | group_udev;
  if (::bind(fd.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) return block::system_failure(errno, "uevents", "listen to them");
  return UeventSocket(std::move(fd));
}

Received receive(int descriptor) {
  std::array<char, limits::uevent_bytes_max> bytes;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  sockaddr_nl from{};
  iovec place{.iov_base = bytes.data(), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t const length = ::recvmsg(descriptor, &message, MSG_DONTWAIT);
  if (length < 0 && errno == ENOBUFS) return Lost{};
  if (length < 0) return errno == EINTR ? Received(Ignored{}) : Received(Nothing{});
  if (!trusted({.port = from.nl_pid, .groups = from.nl_groups, .credentials = credentials_in(message)})) return Ignored{};
  if ((message.msg_flags & MSG_TRUNC) != 0) return Lost{};
  auto event = decode(std::span(bytes.data(), static_cast<std::size_t>(length)));
  return event ? Received(std::move(*event)) : Received(Ignored{});
}

}  // namespace rsm::uevents
