#include "api/daemon/machine.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "drivers/block/mount_table.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::daemon {

std::string computer_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return std::string(name.data()).substr(0, limits::name_chars_max);
}

std::string mount_point_of(std::string const& volume) {
  struct stat status {};
  if (stat(volume.c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return {};
  block::MountTable table;
  std::ifstream in("/proc/self/mountinfo");
  for (std::string line; std::getline(in, line);)
    if (auto mount = block::parse_mountinfo_line(line)) table.mounts.push_back(std::move(*mount));
  auto const mounts = block::mounts_of(table, status.st_rdev);
  return mounts.empty() ? std::string{} : mounts.front().mount_point;
}

std::optional<std::int64_t> file_bytes(std::string const& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_size;
}

std::int64_t catalog_bytes(std::string const& path) { return file_bytes(path).value_or(0) + file_bytes(path + "-wal").value_or(0); }

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  rlim_t const soft = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (soft != limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = soft;
  return limit.rlim_cur;
}

std::string program_path(std::string const& name) {
  std::array<char, 4096> self{};
  auto const length = readlink("/proc/self/exe", self.data(), self.size() - 1);
  std::string const own(self.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
  std::string beside = own.substr(0, own.rfind('/') + 1) + name;
  if (access(beside.c_str(), X_OK) == 0) return beside;
  return std::string(RSM_LIBEXEC_DIRECTORY "/") + name;
}

}  // namespace rsm::daemon
