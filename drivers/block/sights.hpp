// Which mount namespaces and network namespaces there are, as the processes show that live in them.
//
// What for: whoever looks at processes, for their namespaces alone or for what they hold, notes here what it meets; the mount table is read once for
// each sight, not once for each process (mount_table.hpp). Each process costs a few calls: of many processes they are what takes the time.
// Errors: who may not be looked at stands in not_seen. Thread rule: each thread has its own.
// Source: namespaces(7), proc(5).
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/unique_fd.hpp"

namespace rsm::block {

// A mount namespace as one process sees it: its own root may hide mounts that another process shows.
struct Sight {
  std::uint64_t name_space = 0;
  dev_t root_device = 0;
  ino_t root_inode = 0;
  auto operator<=>(Sight const&) const = default;
};

// "mnt:[4026532185]" of a namespace's link, or of a file that it is bound to; 0: it is none of that kind.
std::uint64_t namespace_number(std::string_view link, std::string_view kind);

class Sights {
 public:
  struct Seen {
    pid_t thread = 0;
    std::string folder;  // "4711", "4711/task/4712": in /proc
    Sight sight;
  };
  // What is at the root of a process, where somebody has looked already.
  struct Root {
    dev_t device = 0;
    ino_t inode = 0;
  };
  std::vector<Seen> seen;  // one for each sight, in the order of the processes
  std::map<std::uint64_t, std::vector<pid_t>> networks;  // but our own: by inode, with the threads that live in it; for who looks for sockets
  std::vector<pid_t> not_seen;

  // What the link of a thread's mount namespace says: its number; else 0, and why: it has ended (a thread lets go of its files before it lets go of its
  // namespaces), or it may not be looked at.
  struct Home {
    std::uint64_t name_space = 0;
    bool ended = false, refused = false;
  };

  enum class Networks { noted, left_out };
  explicit Sights(Networks networks = Networks::noted);
  void look_at_self();
  void look_at_process(pid_t process);
  // For who has the folder of the process open, and knows its home and whether it has one thread only.
  void look_at_process(pid_t process, int folder, Home const& home, bool alone, std::optional<Root> root);
  // `folder`: of a process, open.
  static Home home_of(int folder);

 private:
  void look_at(pid_t thread, int at, std::string const& below, std::string const& folder, Home const& home, std::optional<Root> root);

  std::optional<std::uint64_t> own_network_;  // absent: networks are left out
  std::string path_;
  std::set<Sight> known_;
};

}  // namespace rsm::block
