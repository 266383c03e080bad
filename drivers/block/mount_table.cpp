#include "drivers/block/mount_table.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <tuple>

#include "drivers/block/process_scan.hpp"

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

// A namespace as one process sees it: its own root may hide mounts that another process shows.
using Sight = std::tuple<std::uint64_t, dev_t, ino_t>;

std::optional<Sight> sight_of(std::string const& process) {
  struct stat ns {};
  if (::stat((process + "/ns/mnt").c_str(), &ns) != 0) return std::nullopt;
  struct stat root {};
  if (::stat((process + "/root").c_str(), &root) != 0) root = {};
  return Sight{ns.st_ino, root.st_dev, root.st_ino};
}

dev_t block_device_at(std::string const& path) {
  struct stat st {};
  return path.starts_with('/') && ::stat(path.c_str(), &st) == 0 && S_ISBLK(st.st_mode) ? st.st_rdev : 0;
}

std::vector<pid_t> numbered_entries(std::string const& folder_path) {
  std::vector<pid_t> numbers;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(folder_path.c_str()), ::closedir);
  if (!folder) return numbers;
  while (dirent const* entry = ::readdir(folder.get())) {
    pid_t number = 0;
    if (read_number(View(entry->d_name), number)) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

class TableReader {
 public:
  MountTable read_own() {
    look_at(::getpid(), "/proc/self");
    if (!sights_.empty()) table_.own_namespace = std::get<0>(*sights_.begin());
    return std::move(table_);
  }

  MountTable read() {
    table_ = read_own();
    for (pid_t const process : numbered_entries("/proc")) look_at_threads(process);
    return std::move(table_);
  }

 private:
  void look_at_threads(pid_t process) {
    std::string const folder = fmt::format("/proc/{}/task", process);
    bool seen = false;
    auto const threads = numbered_entries(folder);
    for (pid_t const thread : threads) seen |= look_at(thread, fmt::format("{}/{}", folder, thread));
    // A process that ended meanwhile is no process that hides something.
    if (!seen && !has_ended(process)) table_.not_seen.push_back(process);
  }

  bool look_at(pid_t thread, std::string const& process) {
    auto const sight = sight_of(process);
    if (!sight) return false;
    if (!sights_.insert(*sight).second) return true;
    std::ifstream in(process + "/mountinfo");
    if (!in) return false;
    std::string line;
    while (std::getline(in, line)) {
      auto record = parse_mountinfo_line(line);
      if (!record || !mount_ids_.insert(record->mount_id).second) continue;
      record->name_space = std::get<0>(*sight);
      record->seen_by = thread;
      if (major(record->device) == 0) record->source_device = block_device_at(record->source);
      table_.mounts.push_back(std::move(*record));
    }
    return true;
  }

  MountTable table_;
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
  while (!rest.empty() && next_word(rest) != "-") {
  }  // propagation: "shared:1 master:2"
  record.fs_type = unescape_path(next_word(rest));
  record.source = unescape_path(next_word(rest));
  record.super_options = unescape_path(next_word(rest));
  if (record.mount_point.empty() || record.fs_type.empty()) return std::nullopt;
  return record;
}

MountTable read_mount_table() { return TableReader().read(); }

MountTable read_own_mounts() { return TableReader().read_own(); }

std::vector<MountRecord> mounts_of(MountTable const& table, dev_t device) {
  std::vector<MountRecord> found;
  for (auto const& mount : table.mounts)
    if (mount.device == device || mount.source_device == device) found.push_back(mount);
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

std::string mount_text(MountTable const& table, MountRecord const& mount) {
  if (mount.name_space == table.own_namespace) return mount.mount_point;
  return fmt::format("{} (in the mount namespace of process {})", mount.mount_point, mount.seen_by);
}

}  // namespace rsm::block
