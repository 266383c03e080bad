#include "drivers/volume/scsi_command.hpp"

#include <fmt/format.h>
#include <scsi/sg.h>

#include "drivers/scsi/sg_transport.hpp"
#include "drivers/volume/limits.hpp"

namespace rsm::volume {
namespace {

// The node is open, and stays so.
class OpenNode final : public scsi::SgCalls {
 public:
  OpenNode(DeviceCalls& calls, int fd) : calls_(calls), fd_(fd) {}
  int open(std::string const&) override { return fd_; }
  void close(int) override {}
  int sg_io(int fd, sg_io_hdr& header) override { return calls_.ioctl(fd, SG_IO, static_cast<void*>(&header)); }

 private:
  DeviceCalls& calls_;
  int fd_;
};

ScsiAnswer send_once(scsi::Transport& transport, Cdb6 const& command) {
  ScsiAnswer answer{.error = {}, .operation = command[0], .sense = {}};
  auto const given = transport.send({.cdb = std::as_bytes(std::span(command)), .limit = limits::scsi_command_limit});
  if (!given) {
    answer.error = given.error();
    return answer;
  }
  answer.status = given->status;
  answer.sense = scsi::decode_sense(given->sense);
  return answer;
}

}  // namespace

std::string ScsiAnswer::text() const {
  if (error) return fmt::format("SCSI command {:02X}: {}", operation, error->detail);
  if (reserved_by_another()) return "another computer has reserved the drive";
  if (!sensed()) return fmt::format("SCSI command {:02X} failed with status {:02X}", operation, status);
  std::string const said = fmt::format("the drive answered SCSI command {:02X} with sense {:X}/{:02X}/{:02X}", operation, sense.key, sense.asc, sense.ascq);
  if (unknown_command()) return said + ": it does not know the command";
  if (removal_prevented()) return said + ": removal is prevented";
  return said;
}

ScsiAnswer send_scsi(DeviceCalls& calls, int fd, Cdb6 const& command) {
  OpenNode node(calls, fd);
  auto const transport = scsi::SgTransport::open({}, node);
  if (!transport) return {.error = transport.error(), .operation = command[0], .sense = {}};
  ScsiAnswer answer = send_once(**transport, command);
  for (unsigned seen = 0; answer.sensed() && answer.sense.key == scsi::key_unit_attention && seen < limits::scsi_unit_attentions_max; ++seen) answer = send_once(**transport, command);
  return answer;
}

}  // namespace rsm::volume
