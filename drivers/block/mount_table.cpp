#include "drivers/block/mount_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <system_error>
#include <tuple>

#include "drivers/block/in_slices.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/process_scan.hpp"
#include "drivers/block/sights.hpp"
#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

using View = std::string_view;

View next_word(View& rest) {
  std::size_t const end = std::min(rest.find(' '), rest.size());
  View const word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

template <class Number>
bool read_number(View text, Number& out) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

dev_t block_device_at(std::string const& path) {
  struct stat st {};
  return path.starts_with('/') && ::stat(path.c_str(), &st) == 0 && S_ISBLK(st.st_mode) ? st.st_rdev : 0;
}

// ---- namespaces without a process

std::shared_ptr<UniqueFd const> open_entrance(std::string const& path) {
  int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  return fd < 0 ? nullptr : std::make_shared<UniqueFd const>(fd);
}

// From our own to every other in both directions; empty where the kernel cannot, or not for us. linux/nsfs.h of Linux 6.12.
struct NamespaceInfo {
  std::uint32_t size = 0, mounts = 0;
  std::uint64_t id = 0;
};
constexpr unsigned long next_namespace = _IOR(0xb7, 11, NamespaceInfo), previous_namespace = _IOR(0xb7, 12, NamespaceInfo);

// Those that are not `known`: an entrance keeps its namespace alive, so what a process shows is left again at once.
std::vector<std::pair<std::uint64_t, std::shared_ptr<UniqueFd const>>> walk_namespaces(std::set<std::uint64_t> const& known) {
  std::vector<std::pair<std::uint64_t, std::shared_ptr<UniqueFd const>>> found;
  for (unsigned long const step : {next_namespace, previous_namespace}) {
    auto at = open_entrance("/proc/self/ns/mnt");
    for (int steps = 0; at && steps < limits::mount_namespaces_max; ++steps) {
      NamespaceInfo info{.size = sizeof(NamespaceInfo)};
      int const fd = ::ioctl(at->get(), step, &info);
      if (fd < 0) break;
      at = std::make_shared<UniqueFd const>(fd);
      ::fcntl(fd, F_SETFD, FD_CLOEXEC);
      struct stat st {};
      if (::fstat(fd, &st) == 0 && !known.contains(st.st_ino)) found.emplace_back(st.st_ino, at);
    }
  }
  return found;
}

// The mount table as somebody in the namespace reads it: a thread enters it, with our /proc in its hand, and ends there. It has folders of its own, as the kernel wants it of
// who enters one; a process would take ten times as long to come and go.
std::string mountinfo_inside(int name_space) {
  UniqueFd const proc = open_folder("/proc");
  auto const read_there = [&] {
    bool const there = ::unshare(CLONE_FS) == 0 && ::setns(name_space, CLONE_NEWNS) == 0;
    return there ? whole_text("thread-self/mountinfo", proc.get()) : std::string();
  };
  NoSignals const signals_wait;
  try {
    return std::async(std::launch::async, read_there).get();
  } catch (std::system_error const&) {
    return {};
  }
}

// The devices of every btrfs that the kernel has mounted, one file system after the other.
std::vector<std::vector<dev_t>> btrfs_members() {
  namespace fs = std::filesystem;
  std::vector<std::vector<dev_t>> all;
  std::error_code none;
  for (fs::directory_iterator each("/sys/fs/btrfs", none), end; !none && each != end; each.increment(none)) {
    std::vector<dev_t> devices;
    std::error_code gone;
    for (fs::directory_iterator device(each->path() / "devices", gone), last; !gone && device != last; device.increment(gone))
      if (auto const number = device_number_in((device->path() / "dev").string())) devices.push_back(*number);
    if (devices.size() > 1) all.push_back(std::move(devices));
  }
  return all;
}

class TableReader {
 public:
  MountTable read_own() {
    Sights own;
    own.look_at_self();
    take(own);
    if (!sights_.empty()) table_.own_namespace = sights_.begin()->name_space;
    return std::move(table_);
  }

  // `seen`: by somebody who has just looked at all processes; nullptr: nobody has.
  MountTable read(std::vector<Sights> const* seen) {
    table_ = read_own();
    bool complete = seen != nullptr && take_all(*seen);
    for (unsigned attempt = 0; !complete && attempt < limits::mount_table_reads_max; ++attempt) complete = look_at_processes();
    look_without_processes();
    return std::move(table_);
  }

 private:
  // False: a thread that was seen ended before its table was read; who shares its namespace shows it.
  bool look_at_processes() {
    return take_all(in_slices(processes_that_may_hold(), [](std::span<pid_t const> processes) {
      Sights sights;
      for (pid_t const process : processes) sights.look_at_process(process);
      return sights;
    }));
  }

  bool take_all(std::vector<Sights> const& all) {
    table_.not_seen.clear();
    table_.other_networks.clear();
    bool complete = true;
    for (auto const& sights : all) complete &= take(sights);
    return complete;
  }

  bool take(Sights const& sights) {
    bool complete = true;
    for (auto const& seen : sights.seen) {
      if (sights_.contains(seen.sight)) continue;
      UniqueFd const mountinfo(::openat(proc_.get(), (seen.folder + "/mountinfo").c_str(), O_RDONLY | O_CLOEXEC));
      complete &= static_cast<bool>(mountinfo);
      if (!mountinfo && !has_ended(seen.thread)) table_.not_seen.push_back(seen.thread);
      if (!mountinfo) continue;
      sights_.insert(seen.sight);
      add_mounts(rest_of(mountinfo.get()), {.name_space = seen.sight.name_space, .seen_by = seen.thread});
    }
    table_.not_seen.insert(table_.not_seen.end(), sights.not_seen.begin(), sights.not_seen.end());
    for (auto const& [network, threads] : sights.networks) {
      auto& all = table_.other_networks[network];
      all.insert(all.end(), threads.begin(), threads.end());
    }
    return complete;
  }

  // `common`: what all of them have in common.
  void add_mounts(std::string const& mountinfo, MountRecord const& common) {
    for_each_line(mountinfo, [&](View line) {
      auto record = parse_mountinfo_line(line);
      if (!record || !mount_ids_.insert(record->mount_id).second) return;
      record->name_space = common.name_space;
      record->seen_by = common.seen_by;
      record->entrance = common.entrance;
      record->kept_by = common.kept_by;
      find_devices(*record);
      table_.mounts.push_back(std::move(*record));
    });
  }

  // What the process of a namespace shows us is in the table; the others are entered.
  void look_without_processes() {
    std::set<std::uint64_t> seen;
    for (auto const& sight : sights_) seen.insert(sight.name_space);
    std::map<std::uint64_t, std::string> bound;  // where
    std::size_t const known = table_.mounts.size();
    for (std::size_t i = 0; i < known; ++i) {
      MountRecord const mount = table_.mounts[i];
      auto const number = mount.fs_type == "nsfs" ? namespace_number(mount.root, "mnt") : 0;
      if (number == 0 || !bound.emplace(number, mount.mount_point).second || seen.contains(number)) continue;
      if (auto entrance = open_entrance(fmt::format("/proc/{}/root{}", mount.seen_by, mount.mount_point)))
        if (seen.insert(number).second) enter_and_look(number, std::move(entrance), mount.mount_point);
    }
    for (auto& [number, entrance] : walk_namespaces(seen))
      if (seen.insert(number).second) enter_and_look(number, std::move(entrance), bound.contains(number) ? bound[number] : std::string{});
  }

  void enter_and_look(std::uint64_t number, std::shared_ptr<UniqueFd const> entrance, std::string const& kept_by) {
    add_mounts(mountinfo_inside(entrance->get()), {.name_space = number, .entrance = entrance, .kept_by = kept_by});
  }

  void find_devices(MountRecord& record) {
    if (major(record.device) != 0) return;
    record.source_device = block_device_at(record.source);
    if (record.fs_type != "btrfs" || record.source_device == 0) return;
    if (!btrfs_) btrfs_ = btrfs_members();
    for (auto const& members : *btrfs_)
      if (std::find(members.begin(), members.end(), record.source_device) != members.end()) record.members = members;
  }

  UniqueFd const proc_ = open_folder("/proc");
  MountTable table_;
  std::optional<std::vector<std::vector<dev_t>>> btrfs_;  // asked for once
  std::set<Sight> sights_;
  std::set<int> mount_ids_;  // unique on the machine
};

}  // namespace

std::string unescape_path(View text) {
  std::string out;
  auto const octal = [](char c) { return c >= '0' && c <= '7'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<MountRecord> parse_mountinfo_line(View line) {
  MountRecord record;
  View rest = line;
  unsigned major_number = 0, minor_number = 0;
  if (!read_number(next_word(rest), record.mount_id) || !read_number(next_word(rest), record.parent_id)) return std::nullopt;
  View const device = next_word(rest);
  std::size_t const colon = device.find(':');
  if (colon == View::npos || !read_number(device.substr(0, colon), major_number) || !read_number(device.substr(colon + 1), minor_number))
    return std::nullopt;
  record.device = makedev(major_number, minor_number);
  record.root = unescape_path(next_word(rest));
  record.mount_point = unescape_path(next_word(rest));
  record.mount_options = std::string(next_word(rest));
  for (View word = next_word(rest); !rest.empty() && word != "-"; word = next_word(rest)) record.propagation.append(record.propagation.empty() ? "" : " ").append(word);
  record.fs_type = unescape_path(next_word(rest));
  record.source = unescape_path(next_word(rest));
  record.super_options = unescape_path(next_word(rest));
  if (record.mount_point.empty() || record.fs_type.empty()) return std::nullopt;
  return record;
}

MountTable read_mount_table() { return TableReader().read(nullptr); }

MountTable mount_table_of(std::vector<Sights> const& seen) { return TableReader().read(&seen); }

std::shared_ptr<UniqueFd const> find_entrance(MountTable const& table, std::uint64_t name_space) {
  auto const leads_there = [name_space](std::shared_ptr<UniqueFd const> const& entrance) {
    struct stat st {};
    return entrance && ::fstat(entrance->get(), &st) == 0 && st.st_ino == name_space;
  };
  for (pid_t const process : numbered_entries("/proc"))
    if (auto entrance = open_entrance(fmt::format("/proc/{}/ns/mnt", process)); leads_there(entrance)) return entrance;
  for (auto const& mount : table.mounts) {
    if (mount.fs_type != "nsfs" || namespace_number(mount.root, "mnt") != name_space) continue;
    if (auto entrance = open_entrance(fmt::format("/proc/{}/root{}", mount.seen_by, mount.mount_point)); leads_there(entrance)) return entrance;
  }
  for (auto const& [number, entrance] : walk_namespaces({}))
    if (number == name_space) return entrance;
  return nullptr;
}

MountTable read_own_mounts() { return TableReader().read_own(); }

bool is_of(MountRecord const& mount, dev_t device) {
  return mount.device == device || mount.source_device == device || std::find(mount.members.begin(), mount.members.end(), device) != mount.members.end();
}

std::vector<MountRecord> mounts_of(MountTable const& table, dev_t device) { return mounts_of(table, std::vector{device}); }

std::vector<MountRecord> mounts_of(MountTable const& table, std::vector<dev_t> const& devices) {
  std::vector<MountRecord> found;
  for (auto const& mount : table.mounts)
    if (std::any_of(devices.begin(), devices.end(), [&](dev_t device) { return is_of(mount, device); })) found.push_back(mount);
  return found;
}

std::vector<MountRecord> mounts_on_top(MountTable const& table, std::vector<MountRecord> const& below) {
  std::set<int> ids;
  for (auto const& mount : below) ids.insert(mount.mount_id);
  std::vector<MountRecord> found;
  for (auto const& mount : table.mounts)
    if (ids.contains(mount.parent_id) && !ids.contains(mount.mount_id)) found.push_back(mount);
  return found;
}

std::string namespace_text(MountRecord const& mount) {
  if (mount.seen_by != 0) return fmt::format("the mount namespace of process {}", mount.seen_by);
  return fmt::format("mount namespace {} without a process{}", mount.name_space, mount.kept_by.empty() ? "" : ", kept by " + mount.kept_by);
}

std::string mount_text(MountTable const& table, MountRecord const& mount) {
  if (mount.name_space == table.own_namespace) return mount.mount_point;
  if (mount.seen_by == 0) return fmt::format("{} (in {})", mount.mount_point, namespace_text(mount));
  return fmt::format("{} (in the mount namespace of process {})", mount.mount_point, mount.seen_by);
}

}  // namespace rsm::block
