#include "drivers/volume/scsi_command.hpp"

#include <fmt/format.h>
#include <scsi/sg.h>

#include <cerrno>

#include "drivers/block/system_error.hpp"
#include "drivers/volume/limits.hpp"

namespace rsm::volume {
namespace {

using Sense = std::array<unsigned char, 32>;

constexpr unsigned char unit_attention = 0x06;

// Fixed format 70h and 71h, descriptor format 72h and 73h; everything else is none.
void read_sense(Sense const& sense, unsigned written, ScsiAnswer& answer) {
  constexpr unsigned fixed_bytes = 14, descriptor_bytes = 4;
  unsigned const code = sense[0] & 0x7F;
  bool const descriptor = code == 0x72 || code == 0x73, fixed = code == 0x70 || code == 0x71;
  answer.sensed = (fixed && written >= fixed_bytes) || (descriptor && written >= descriptor_bytes);
  if (!answer.sensed) return;
  answer.key = sense[descriptor ? 1 : 2] & 0x0F;
  answer.asc = sense[descriptor ? 2 : 12];
  answer.ascq = sense[descriptor ? 3 : 13];
}

ScsiAnswer send_once(DeviceCalls& calls, int fd, Cdb6& command) {
  Sense sense{};
  sg_io_hdr header{};
  header.interface_id = 'S';
  header.dxfer_direction = SG_DXFER_NONE;
  header.cmdp = command.data();
  header.cmd_len = static_cast<unsigned char>(command.size());
  header.sbp = sense.data();
  header.mx_sb_len = static_cast<unsigned char>(sense.size());
  header.timeout = static_cast<unsigned>(limits::scsi_command_limit.count());
  ScsiAnswer answer{.operation = command[0]};
  if (int const called = calls.ioctl(fd, SG_IO, static_cast<void*>(&header)); called < 0) {
    answer.failed = -called;
    return answer;
  }
  answer.status = header.status;
  answer.host = header.host_status;
  answer.driver = header.driver_status;
  read_sense(sense, header.sb_len_wr, answer);
  return answer;
}

}  // namespace

bool ScsiAnswer::no_scsi() const { return failed == ENOTTY || failed == EINVAL || failed == ENOSYS; }

std::string ScsiAnswer::text() const {
  if (failed != 0) return fmt::format("SCSI command {:02X} cannot be sent: {}", operation, block::errno_text(failed));
  if (reserved_by_another()) return "another computer has reserved the drive";
  if (!sensed) return fmt::format("SCSI command {:02X} failed with status {:02X}, host {:02X}, driver {:02X}", operation, status, host, driver);
  std::string const said = fmt::format("the drive answered SCSI command {:02X} with sense {:X}/{:02X}/{:02X}", operation, key, asc, ascq);
  if (unknown_command()) return said + ": it does not know the command";
  if (removal_prevented()) return said + ": removal is prevented";
  return said;
}

ScsiAnswer send_scsi(DeviceCalls& calls, int fd, Cdb6 command) {
  ScsiAnswer answer = send_once(calls, fd, command);
  for (unsigned seen = 0; answer.sensed && answer.key == unit_attention && seen < limits::scsi_unit_attentions_max; ++seen) answer = send_once(calls, fd, command);
  return answer;
}

}  // namespace rsm::volume
