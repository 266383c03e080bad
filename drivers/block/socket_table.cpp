#include "drivers/block/socket_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "drivers/block/contains.hpp"
#include "drivers/block/unique_fd.hpp"

namespace rsm::block {
namespace {

constexpr std::size_t answer_bytes = 32 * 1024;

// The kernel's own writing of a device number.
dev_t device_of(std::uint32_t number) { return makedev(number >> 20, number & 0xFFFFF); }

struct Request {
  nlmsghdr head;
  unix_diag_req question;
};

bool ask(int netlink) {
  Request request{};
  request.head = {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1, .nlmsg_pid = 0};
  request.question.sdiag_family = AF_UNIX;
  request.question.udiag_states = ~0U;
  request.question.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS;
  return ::send(netlink, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
}

void note(nlmsghdr const* message, std::vector<dev_t> const& file_systems, BoundSockets& found) {
  auto const* socket = static_cast<unix_diag_msg const*>(NLMSG_DATA(message));
  std::string name;
  unix_diag_vfs file{};
  auto left = static_cast<int>(message->nlmsg_len - NLMSG_LENGTH(sizeof *socket));
  for (auto const* each = reinterpret_cast<rtattr const*>(socket + 1); RTA_OK(each, left); each = RTA_NEXT(each, left)) {
    auto const* data = static_cast<char const*>(RTA_DATA(each));
    if (each->rta_type == UNIX_DIAG_NAME) name.assign(data, RTA_PAYLOAD(each));
    if (each->rta_type == UNIX_DIAG_VFS) std::memcpy(&file, data, sizeof file);
  }
  if (file.udiag_vfs_ino == 0 || !contains(file_systems, device_of(file.udiag_vfs_dev))) return;
  while (name.ends_with('\0')) name.pop_back();
  struct stat named {};
  bool const there = ::stat(name.c_str(), &named) == 0 && static_cast<std::uint32_t>(named.st_ino) == file.udiag_vfs_ino;
  found.emplace(socket->udiag_ino, there ? name : name + " (name removed)");
}

void look_here(std::vector<dev_t> const& file_systems, BoundSockets& found) {
  UniqueFd const netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink || !ask(netlink.get())) return;
  alignas(nlmsghdr) std::array<char, answer_bytes> buffer{};
  for (;;) {
    ssize_t const got = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    auto left = static_cast<unsigned>(got);
    for (auto const* message = reinterpret_cast<nlmsghdr const*>(buffer.data()); NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return;
      note(message, file_systems, found);
    }
  }
}

// Through whichever of its threads lives there still.
UniqueFd open_network(std::uint64_t number, std::vector<pid_t> const& threads) {
  for (pid_t const thread : threads) {
    UniqueFd network(::open(fmt::format("/proc/{}/ns/net", thread).c_str(), O_RDONLY | O_CLOEXEC));
    struct stat st {};
    if (network && ::fstat(network.get(), &st) == 0 && st.st_ino == number) return network;
  }
  return {};
}

}  // namespace

BoundSockets sockets_bound_on(std::vector<dev_t> const& file_systems, std::map<std::uint64_t, std::vector<pid_t>> const& others) {
  BoundSockets found;
  look_here(file_systems, found);
  if (others.empty()) return found;
  UniqueFd const own(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  for (auto const& [number, threads] : others) {
    UniqueFd const other = open_network(number, threads);
    if (!own || !other || ::setns(other.get(), CLONE_NEWNET) != 0) continue;
    look_here(file_systems, found);
    if (::setns(own.get(), CLONE_NEWNET) != 0) break;
  }
  return found;
}

}  // namespace rsm::block
