#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "drivers/block/system_error.hpp"
#include "drivers/volume/medium_device.hpp"

namespace rsm::volume {
namespace {

constexpr unsigned tape_major = 9;  // st: Documentation/admin-guide/devices.txt

// The node of the same drive that does not rewind: "/dev/nst0" for "/dev/st0" and for "/dev/st0m". Where it is missing, what was named is taken.
FoundDevice not_rewinding(std::string const& node, dev_t device, DeviceCalls& calls) {
  constexpr unsigned mode_bits = 0x60, no_rewind_bit = 0x80;
  dev_t const wanted = makedev(major(device), (minor(device) & ~mode_bits) | no_rewind_bit);
  std::filesystem::path const path(node);
  std::string name = path.filename().string();
  if (wanted == device) return {node, device, true};
  while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back())) == 0) name.pop_back();
  std::string const other = (path.parent_path() / (name.starts_with('n') ? name : "n" + name)).string();
  mode_t mode = 0;
  dev_t found = 0;
  if (calls.stat(other, mode, found) == 0 && S_ISCHR(mode) && found == wanted) return {other, wanted, true};
  return {node, device, true};
}

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
  if (S_ISCHR(mode) && major(device) == tape_major) return not_rewinding(node, device, calls);
  return fail(Errc::invalid_name, path, "is no volume: neither a block device nor a tape drive");
}

}  // namespace rsm::volume
