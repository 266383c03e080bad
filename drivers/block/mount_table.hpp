// What is mounted where, in every mount namespace that can be seen.
//
// What for: a volume is idle only when it is idle in all of them; a mount in a container's namespace keeps a device busy although
// the daemon's own mountinfo does not show it. Namespaces are found through the processes (and threads) that live in them; one without a
// process through the file that it is bound to (nsfs), and where the kernel walks from one to the next (Linux 6.12, for root) in any case.
// Errors: a process that may not be looked at is counted, never skipped in silence. Thread rule: any; reads /proc.
// Source: proc(5) mountinfo, architecture decisions 14 and 31.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/unique_fd.hpp"

namespace rsm::block {

class Sights;

struct MountRecord {
  std::uint64_t name_space = 0;  // inode of the mount namespace
  pid_t seen_by = 0;             // a process or thread in that namespace, whose root the paths below start from; 0: it has none
  std::shared_ptr<UniqueFd const> entrance = {};  // to a namespace without a process
  std::string kept_by = {};      // the file that such a namespace is bound to; empty: something else keeps it
  int mount_id = 0;
  int parent_id = 0;
  dev_t device = 0;              // of the file system (btrfs: an anonymous one)
  std::string root;              // the part of the file system that is mounted: "/"
  std::string mount_point;
  std::string mount_options;     // "rw,nosuid,relatime"
  std::string propagation;       // "shared:1 master:2"; empty: private
  std::string fs_type;
  std::string source;            // "/dev/loop1000"
  std::string super_options;     // "rw,discard"
  dev_t source_device = 0;       // where `device` is an anonymous one: the block device that the source led to when the table was read
  std::vector<dev_t> members = {};  // of a btrfs on several devices: all of them
};

struct MountTable {
  std::vector<MountRecord> mounts;   // a mount once, in the order of its namespace's mountinfo: parents before what is on them
  std::vector<pid_t> not_seen;       // processes whose namespace could not be looked at
  // Met on the way: network namespaces but our own, by inode, with the threads that live in them. In them are sockets that are bound on a volume.
  using Networks = std::map<std::uint64_t, std::vector<pid_t>>;
  Networks other_networks = {};
  std::uint64_t own_namespace = 0;
};

// "\\040" is a blank: /proc writes blanks, tabs, line ends and backslashes of paths in octal.
std::string unescape_path(std::string_view text);
// One line of /proc/PID/mountinfo; nullopt: not understood.
std::optional<MountRecord> parse_mountinfo_line(std::string_view line);
MountTable read_mount_table();
// The same for who has just looked at all processes and noted what it met (scan_processes); they are looked at again only where one has ended since. Networks are there as far as they were noted.
MountTable mount_table_of(std::vector<Sights> const& seen);
// A descriptor of a mount namespace, whoever shows it by now: a process, the file that it is bound to, or the kernel's walk; null: it has ended.
std::shared_ptr<UniqueFd const> find_entrance(MountTable const& table, std::uint64_t name_space);
// The mounts of our own namespace alone: what the machine itself stands on. Cheap: no other process is looked at.
MountTable read_own_mounts();
// The mounts of a block device, also where the file system hides it behind an anonymous device (then by the mount's source).
std::vector<MountRecord> mounts_of(MountTable const& table, dev_t device);
// The same of several devices: a disk and its partitions.
std::vector<MountRecord> mounts_of(MountTable const& table, std::vector<dev_t> const& devices);
bool is_of(MountRecord const& mount, dev_t device);
// Mounts of other file systems on top of one of these.
std::vector<MountRecord> mounts_on_top(MountTable const& table, std::vector<MountRecord> const& below);
// "the mount namespace of process 4711", "mount namespace 4026532185 without a process, kept by /run/ns/a".
std::string namespace_text(MountRecord const& mount);
// "/mnt/a", with " (in the mount namespace of process 4711)" where it is not our own.
std::string mount_text(MountTable const& table, MountRecord const& mount);

}  // namespace rsm::block
