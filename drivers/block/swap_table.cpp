#include "drivers/block/swap_table.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "drivers/block/mount_table.hpp"

namespace rsm::block {

std::vector<SwapEntry> read_swap_table(std::string const& path) {
  std::vector<SwapEntry> all;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);  // heading
  while (std::getline(in, line)) {
    SwapEntry entry;
    std::string escaped;
    std::istringstream(line) >> escaped;
    entry.path = unescape_path(escaped);
    struct stat st {};
    if (entry.path.empty() || ::stat(entry.path.c_str(), &st) != 0) continue;
    entry.is_file = !S_ISBLK(st.st_mode);
    entry.device = entry.is_file ? st.st_dev : st.st_rdev;
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace rsm::block
