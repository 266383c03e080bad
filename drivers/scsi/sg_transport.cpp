#include "drivers/scsi/sg_transport.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

#include "drivers/scsi/limits.hpp"

namespace rsm::scsi {
namespace {

class KernelSgCalls final : public SgCalls {
 public:
  int open(std::string const& node) override { return answer(::open(node.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)); }
  void close(int fd) override { ::close(fd); }
  int sg_io(int fd, sg_io_hdr& header) override { return answer(::ioctl(fd, SG_IO, &header)); }

 private:
  static int answer(int given) { return given < 0 ? -errno : given; }
};

// Codes of the kernel (DID_...), the same since Linux 2.4.
constexpr unsigned host_no_connect = 0x01, host_time_out = 0x03, host_bad_target = 0x04;
constexpr unsigned driver_time_out = 0x06, driver_status_bits = 0x0F;

std::string errno_text(int number) { return std::generic_category().message(number); }

std::unexpected<Error> cannot_send(std::string const& node, int number) {
  std::string said = fmt::format("the SCSI command cannot be sent: {}", errno_text(number));
  switch (number) {
    case EPERM:
    case EACCES:
      return fail(Errc::access_denied, node, std::move(said));
    case ENOTTY:
    case EINVAL:
    case ENOSYS:
      return fail(Errc::not_supported, node, std::move(said));
    case ETIMEDOUT:
      return fail(Errc::timeout, node, std::move(said));
    default:
      return fail(Errc::device_not_available, node, std::move(said));
  }
}

Result<> check_way(std::string const& node, sg_io_hdr const& header) {
  bool const late = header.host_status == host_time_out || (header.driver_status & driver_status_bits) == driver_time_out;
  if (late) return fail(Errc::timeout, node, fmt::format("no answer within {}; the device may still carry it out", duration_text(Millis(header.timeout))));
  if (header.host_status == host_no_connect || header.host_status == host_bad_target) return fail(Errc::device_not_available, node, "the device is not there");
  if (header.host_status != 0 && header.sb_len_wr == 0)
    return fail(Errc::device_not_available, node, fmt::format("the way to the device failed (host status {:02X}); what became of the command is not known", header.host_status));
  return {};
}

// An iSCSI target that had more to send than was asked for reports the rest as an overflow, and the kernel (6.1) hands that on as a residual: one that is
// larger than what was asked for can only be such a one, and the buffer is full.
std::size_t transferred_of(sg_io_hdr const& header) {
  auto const left = static_cast<unsigned>(std::max(header.resid, 0));
  return left > header.dxfer_len ? header.dxfer_len : header.dxfer_len - left;
}

}  // namespace

SgCalls& kernel_sg_calls() {
  static KernelSgCalls calls;
  return calls;
}

Result<std::unique_ptr<SgTransport>> SgTransport::open(std::string const& node, SgCalls& calls) {
  int const fd = calls.open(node);
  if (fd == -ENOENT) return fail(Errc::resource_not_present, node, "there is no such device node");
  if (fd < 0) return cannot_send(node, -fd);
  return std::unique_ptr<SgTransport>(new SgTransport(node, calls, fd));
}

SgTransport::~SgTransport() { calls_.close(fd_); }

Result<Answer> SgTransport::send(Request const& request) {
  if (request.cdb.size() < 6 || request.cdb.size() > limits::scsi_cdb_bytes_max || (!request.in.empty() && !request.out.empty()))
    return fail(Errc::invalid_parameter, node_, "a CDB has 6 to 16 bytes, and data go one way");
  std::array<unsigned char, limits::scsi_cdb_bytes_max> cdb{};
  std::ranges::transform(request.cdb, cdb.begin(), [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
  std::array<std::byte, limits::scsi_sense_bytes> sense{};
  sg_io_hdr header{};
  header.interface_id = 'S';
  header.dxfer_direction = !request.in.empty() ? SG_DXFER_FROM_DEV : !request.out.empty() ? SG_DXFER_TO_DEV : SG_DXFER_NONE;
  header.cmdp = cdb.data();
  header.cmd_len = static_cast<unsigned char>(request.cdb.size());
  // The kernel only reads from the buffer of a command that sends.
  header.dxferp = !request.in.empty() ? static_cast<void*>(request.in.data()) : const_cast<std::byte*>(request.out.data());
  header.dxfer_len = static_cast<unsigned>(std::max(request.in.size(), request.out.size()));
  header.sbp = reinterpret_cast<unsigned char*>(sense.data());
  header.mx_sb_len = static_cast<unsigned char>(sense.size());
  header.timeout = static_cast<unsigned>(std::clamp<Millis::rep>(request.limit.count(), 1, std::numeric_limits<int>::max()));
  if (int const called = calls_.sg_io(fd_, header); called < 0) return cannot_send(node_, -called);
  RSM_CHECK(check_way(node_, header));
  auto const sensed = std::min<std::size_t>(header.sb_len_wr, sense.size());
  std::uint8_t const status = header.status == status_good && sensed != 0 ? std::uint8_t{status_check_condition} : header.status;
  return Answer{.status = status, .transferred = transferred_of(header), .sense = {sense.begin(), sense.begin() + static_cast<std::ptrdiff_t>(sensed)}};
}

}  // namespace rsm::scsi
