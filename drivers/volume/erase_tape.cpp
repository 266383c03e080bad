#include "drivers/volume/erase_tape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mtio.h>

#include <cerrno>

#include "drivers/block/system_error.hpp"
#include "drivers/volume/medium_device.hpp"

namespace rsm::volume {
namespace {

constexpr int from_here_on = 0;  // of MTERASE: 1 would overwrite the whole tape

Result<> order(DeviceCalls& calls, int fd, std::string const& node, mtop what, char const* tried) {
  int const answer = calls.ioctl(fd, MTIOCTOP, static_cast<void*>(&what));
  if (answer >= 0) return {};
  if (answer == -EINVAL || answer == -ENOSYS || answer == -ENOTTY) return fail(Errc::not_supported, node, fmt::format("cannot {}: {}", tried, block::errno_text(-answer)));
  if (answer == -EIO) return fail(Errc::write_fault, node, fmt::format("cannot {}: {}", tried, block::errno_text(-answer)));
  return block::system_failure(-answer, node, tried);
}

}  // namespace

Result<> erase_tape(std::string const& path, DeviceCalls& calls) {
  RSM_TRY(auto const found, find_device(path, calls));
  if (!found.tape) return fail(Errc::not_supported, path, "it is no tape drive");
  DeviceFd const drive(calls, calls.open(found.node, O_RDWR | O_NONBLOCK));
  if (!drive && drive.error() == EROFS) return fail(Errc::write_protect, found.node, "the tape is write protected");
  if (!drive) return block::system_failure(drive.error(), found.node, "open the drive");
  RSM_CHECK(order(calls, drive.get(), found.node, {MTREW, 1}, "rewind the tape"));
  return order(calls, drive.get(), found.node, {MTERASE, from_here_on}, "erase the tape");
}

}  // namespace rsm::volume
