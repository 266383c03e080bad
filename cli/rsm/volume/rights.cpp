#include "cli/rsm/volume/rights.hpp"

#include <linux/capability.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace rsm::cli {
namespace {

// "CapEff:\t000001ffffffffff"
bool may_mount() {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line))
    if (line.starts_with("CapEff:")) return (std::strtoull(line.c_str() + 7, nullptr, 16) >> CAP_SYS_ADMIN & 1) != 0;
  return false;
}

}  // namespace

std::string missing_right(std::string const& device, VolumeStep step) {
  int const mode = step == VolumeStep::flush ? W_OK : R_OK;
  if (::eaccess(device.c_str(), mode) != 0 && step == VolumeStep::lock) return "no right to read " + device + "; root may";
  if (::eaccess(device.c_str(), mode) != 0) return "no right to write " + device + "; root may";
  if (step == VolumeStep::lock && !may_mount()) return "to unmount it needs the right to administer mounts (CAP_SYS_ADMIN); root has it";
  return {};
}

}  // namespace rsm::cli
