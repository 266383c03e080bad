// The way of one SCSI command to a device and of its answer back.
//
// What for: drivers send commands through this; behind it is a node of the kernel (sg_transport.hpp), an iSCSI target (iscsi_transport.hpp), and in
// tests a scripted library. It judges nothing: every status and all sense data that the device has sent are an answer.
// Units: bytes; milliseconds. Ranges: CDBs of 6 to 16 bytes; data in one direction only.
// Errors: the command never reached the device, or nobody knows what became of it:
//   timeout               no answer within the limit: the device may have carried it out, or may still do so
//   device_not_available  the device is gone or the way to it is broken; what became of the command is not known
//   access_denied         this process may not send it; it was not sent
//   not_supported         what is there takes no SCSI commands; it was not sent
//   invalid_parameter     no such CDB; it was not sent
//   not_connected         the way to the device was lost before, and cannot be opened again; it was not sent
//   resource_not_present  the same: who answers there has no such device any more; it was not sent
// Thread rule: one thread; send() blocks up to the limit of the command. Source: SAM-5 5 (commands, status).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::scsi {

enum Status : std::uint8_t {
  status_good = 0x00,
  status_check_condition = 0x02,
  status_condition_met = 0x04,
  status_busy = 0x08,
  status_reservation_conflict = 0x18,
  status_task_set_full = 0x28,
  status_task_aborted = 0x40,
};

struct Request {
  Bytes cdb;
  std::span<std::byte> in = {};  // where data of the device go; its size is what there is room for
  Bytes out = {};                // data for the device; not together with `in`
  Millis limit{0};
};

struct Answer {
  std::uint8_t status = status_good;
  std::size_t transferred = 0;  // of the data; at most the size of `in` or `out`
  std::vector<std::byte> sense;  // as far as it came; empty: none
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<Answer> send(Request const& request) = 0;
  virtual std::string const& name() const = 0;  // for people: "/dev/sg3"
};

}  // namespace rsm::scsi
