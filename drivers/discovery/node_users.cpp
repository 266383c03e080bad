#include "drivers/discovery/node_users.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "drivers/block/printable.hpp"
#include "drivers/block/process_scan.hpp"
#include "drivers/block/sysfs.hpp"
#include "drivers/discovery/limits.hpp"

namespace rsm::discovery {
namespace {

std::string target_of(int folder, char const* link) {
  std::array<char, 4096> target{};
  auto const length = ::readlinkat(folder, link, target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string("a node");
}

// What a descriptor is, without asking the file system behind it.
std::optional<NodeNumber> node_behind(int folder, char const* link) {
  struct statx status {};
  if (::statx(folder, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &status) != 0) return std::nullopt;
  if (!S_ISCHR(status.stx_mode) && !S_ISBLK(status.stx_mode)) return std::nullopt;
  return NodeNumber{makedev(status.stx_rdev_major, status.stx_rdev_minor), S_ISBLK(status.stx_mode)};
}

}  // namespace

NodeUsers find_node_users(std::set<NodeNumber> const& nodes) {
  NodeUsers users;
  if (nodes.empty()) return users;
  for (pid_t const process : block::processes_that_may_hold()) {
    if (process == ::getpid()) continue;
    auto const folder = block::open_folder(fmt::format("/proc/{}/fd", process));
    if (!folder) {
      if (errno == EACCES || errno == EPERM) ++users.not_seen;
      continue;
    }
    block::for_each_entry(folder.get(), [&](char const* link, auto) {
      auto const node = node_behind(folder.get(), link);
      if (!node || !nodes.contains(*node)) return;
      auto const sentence = fmt::format("process {} ({}, user {}) has {} open", process, block::printable(block::command_of_process(process)),
                                        block::user_of_process(process), block::printable(target_of(folder.get(), link)));
      auto& known = users.sentences[*node];
      if (known.size() < limits::discovery_users_max && std::ranges::find(known, sentence) == known.end()) known.push_back(sentence);
    });
  }
  return users;
}

}  // namespace rsm::discovery
