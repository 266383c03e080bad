// The look for libraries: the devices of the kernel and of iSCSI portals are asked who they are, changers also what they have.
//
// What for: `rsm library discover`. It changes nothing: INQUIRY, vital product data, MODE SENSE and READ ELEMENT STATUS (without motion), on iSCSI also
// SendTargets and REPORT LUNS. A changer of the kernel that a configuration has already, or that somebody has open, is asked for its name only: any other
// command would take the attentions away that are meant for its user. Units: milliseconds. Limits: drivers/discovery/limits.hpp, drivers/scsi/limits.hpp; what
// one device or portal does not answer is told beside the rest. Errors: invalid_parameter, a portal cannot be understood; those of the CHAP file. Thread rule:
// one thread; blocks. Source: docs/devices.md.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "drivers/discovery/report.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::discovery {

// A device that a configuration has already.
struct ManagedDevice {
  std::string address, library;
};

struct LookOrder {
  std::vector<std::string> portals;  // "HOST[:PORT]"
  std::string chap_file;             // empty: none
  std::vector<ManagedDevice> managed;
  bool kernel = true;  // false: portals only
};
Result<Report> look_for_libraries(LookOrder const& order);

}  // namespace rsm::discovery
