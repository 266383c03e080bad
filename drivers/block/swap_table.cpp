#include "drivers/block/swap_table.hpp"

#include <sys/stat.h>

#include <utility>

#include "drivers/block/mount_table.hpp"
#include "drivers/block/sysfs.hpp"

namespace rsm::block {

std::vector<SwapEntry> read_swap_table(std::string const& path) {
  std::vector<SwapEntry> all;
  bool heading = true;
  for_each_line(whole_text(path), [&](std::string_view line) {
    if (std::exchange(heading, false)) return;
    SwapEntry entry;
    entry.path = unescape_path(line.substr(0, line.find_first_of(" \t")));
    struct stat st {};
    if (entry.path.empty() || ::stat(entry.path.c_str(), &st) != 0) return;
    entry.is_file = !S_ISBLK(st.st_mode);
    entry.device = entry.is_file ? st.st_dev : st.st_rdev;
    all.push_back(std::move(entry));
  });
  return all;
}

}  // namespace rsm::block
