#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "drivers/block/system_error.hpp"
#include "drivers/volume/medium_device.hpp"

namespace rsm::volume {
namespace {

constexpr unsigned tape_major = 9;  // st: Documentation/admin-guide/devices.txt

}  // namespace

Result<FoundDevice> find_device(std::string const& path, DeviceCalls& calls) {
  std::unique_ptr<char, void (*)(void*)> const real(::realpath(path.c_str(), nullptr), std::free);
  std::string const node = real ? real.get() : path;
  mode_t mode = 0;
  dev_t device = 0;
  int const looked = calls.stat(node, mode, device);
  if (looked == -ENOENT || looked == -ENOTDIR) return fail(Errc::file_not_found, path, "there is no such device");
  if (looked < 0) return block::system_failure(-looked, path, "look at it");
  if (S_ISBLK(mode)) return FoundDevice{node, device, false};
  if (S_ISCHR(mode) && major(device) == tape_major) return FoundDevice{node, device, true};
  return fail(Errc::invalid_name, path, "is no volume: neither a block device nor a tape drive");
}

}  // namespace rsm::volume
