#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "drivers/block/limits.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/block/volume_lock.hpp"

namespace rsm::block {
namespace {

constexpr off_t trial_bytes = 64 * 1024;

// 0, or the errno with which a mount was refused: of one that is nowhere in the tree and gone at once.
int try_to_mount() {
  UniqueFd const context(::fsopen("tmpfs", FSOPEN_CLOEXEC));
  if (!context || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return errno;
  UniqueFd const mounted(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
  return mounted ? 0 : errno;
}

}  // namespace

Result<> block_volumes_possible() {
  if (::access("/dev/loop-control", F_OK) != 0)
    return fail(Errc::not_supported, "/dev/loop-control", "this machine has no loop devices; load the module loop, or use user-space volumes");
  if (int const refused = try_to_mount(); refused != 0) return system_failure(refused, "block volumes", "mount a file system; use user-space volumes");
  UniqueFd const trial(::memfd_create("openrsm-trial", MFD_CLOEXEC));
  struct stat image {};
  if (!trial || ::ftruncate(trial.get(), trial_bytes) != 0 || ::fstat(trial.get(), &image) != 0) return system_failure(errno, "block volumes", "make a trial image");
  RSM_TRY(LoopDevice const loop, bind_loop_device(trial.get(), false, VolumeOptions{}.loop_number));
  auto exclusive = open_exclusive_when_settled(loop, limits::trial_settle_limit);
  UniqueFd last = exclusive ? std::move(*exclusive) : UniqueFd(::open(loop.node.c_str(), O_RDONLY | O_CLOEXEC));
  // In use: by somebody who tries to bind it at this moment; it goes with him.
  if (auto const cleared = clear_loop_device(loop, {image.st_dev, image.st_ino}, std::move(last)); !cleared && cleared.error().code != Errc::busy) return cleared;
  if (!exclusive) return std::unexpected(std::move(exclusive).error());
  return {};
}

}  // namespace rsm::block
