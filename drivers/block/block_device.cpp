#include "drivers/block/block_device.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "drivers/block/system_error.hpp"

namespace rsm::block {

Result<BlockDevice> find_block_device(std::string const& path) {
  std::unique_ptr<char, void (*)(void*)> const real(::realpath(path.c_str(), nullptr), std::free);
  if (!real && (errno == ENOENT || errno == ENOTDIR)) return fail(Errc::file_not_found, path, "there is no such device");
  if (!real) return system_failure(errno, path, "find it");
  struct stat st {};
  if (::stat(real.get(), &st) != 0) return system_failure(errno, path, "look at it");
  if (!S_ISBLK(st.st_mode)) return fail(Errc::invalid_name, path, "is no block device");
  return BlockDevice{st.st_rdev, real.get()};
}

Result<UniqueFd> open_exclusive(BlockDevice const& device) {
  constexpr int common = O_EXCL | O_NONBLOCK | O_CLOEXEC;
  UniqueFd fd(::open(device.node.c_str(), O_RDWR | common));
  if (!fd && (errno == EROFS || errno == EACCES)) fd.reset(::open(device.node.c_str(), O_RDONLY | common));
  if (!fd) return system_failure(errno, device.node, "open it exclusively");
  return fd;
}

Result<UniqueFd> open_plain(BlockDevice const& device) {
  UniqueFd fd(::open(device.node.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return system_failure(errno, device.node, "open it");
  return fd;
}

std::uint64_t medium_sequence(int fd) {
#ifdef BLKGETDISKSEQ
  __u64 sequence = 0;
  if (::ioctl(fd, BLKGETDISKSEQ, &sequence) == 0) return sequence;
#endif
  (void)fd;
  return 0;
}

}  // namespace rsm::block
