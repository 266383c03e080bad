#include "tests/drivers/changer/scripted_kernel.hpp"

#include <scsi/sg.h>

#include <algorithm>
#include <cerrno>

namespace rsm::test {
namespace {

constexpr unsigned char host_no_connect = 0x01, host_time_out = 0x03, driver_time_out = 0x06, driver_sense = 0x08;
constexpr int descriptor = 7;

std::span<std::byte> data_of(sg_io_hdr const& header) { return {static_cast<std::byte*>(header.dxferp), header.dxfer_len}; }

}  // namespace

int ScriptedKernel::open(std::string const& node) { return node == device_.name() ? descriptor : -ENOENT; }

int ScriptedKernel::sg_io(int fd, sg_io_hdr& header) {
  if (fd != descriptor) return -EBADF;
  if (header.interface_id != 'S') return -ENOSYS;
  scsi::Request request{.cdb = std::as_bytes(std::span(header.cmdp, header.cmd_len)), .limit = Millis(header.timeout)};
  if (header.dxfer_direction == SG_DXFER_FROM_DEV) request.in = data_of(header);
  if (header.dxfer_direction == SG_DXFER_TO_DEV) request.out = data_of(header);
  auto const answer = device_.send(request);
  if (!answer && answer.error().code == Errc::timeout) {
    header.host_status = host_time_out;
    header.driver_status = driver_time_out;
    return 0;
  }
  if (!answer) {
    header.host_status = host_no_connect;
    return 0;
  }
  header.status = answer->status;
  header.resid = static_cast<int>(header.dxfer_len) - static_cast<int>(answer->transferred);
  auto const sensed = std::min<std::size_t>(answer->sense.size(), header.mx_sb_len);
  std::ranges::transform(answer->sense.begin(), answer->sense.begin() + static_cast<std::ptrdiff_t>(sensed), header.sbp, [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
  header.sb_len_wr = static_cast<unsigned char>(sensed);
  if (sensed != 0) header.driver_status = driver_sense;
  return 0;
}

}  // namespace rsm::test
