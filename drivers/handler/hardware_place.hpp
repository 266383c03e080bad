// Where the hardware of one library is: what a driver needs to find its devices.
//
// What for: the configuration says it, the launcher passes it on to a handler's command line, and the driver kind (drivers/registry.hpp) opens the
// devices by it. Which of the members a kind uses is the kind's: a directory for emulated hardware, addresses for SCSI.
// Ranges: addresses are as drivers/scsi/device_address.hpp takes them, without blanks. Errors of parse(): invalid_parameter, object = the
// argument. Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/place.hpp"

namespace rsm::handler {

// How a drive of a library is found among the addresses that the configuration lists.
enum class DriveOrder {
  identity,  // by the serial number that the library tells of the drive in each element
  listed     // the first address is drive 0: for libraries that do not tell whose drives they have
};

struct HardwarePlace {
  std::string directory;            // of emulated hardware
  std::string changer;              // address: "/dev/tape/by-id/...", "iscsi://host/target/lun"
  std::vector<std::string> drives;  // addresses; of a stand-alone library one
  DriveOrder drive_order = DriveOrder::identity;
  std::string chap_file;            // absolute path; empty: nobody asks who we are
  std::uint32_t media_type = 0;     // code of its cartridges (rsm-model.md section 5): a SCSI changer does not know it; 0: not told

  // What tells this library from every other one: of two libraries in one place one too many is there.
  std::string const& of_library() const {
    if (!directory.empty()) return directory;
    return changer.empty() && !drives.empty() ? drives.front() : changer;
  }
  // "--directory DIR", or "--changer ADDRESS --drive ADDRESS ... --drive-order WORD --chap-file FILE --media-type CODE": what parse() takes.
  std::vector<std::string> arguments() const;
  // Takes one of these arguments. False: it is none of them.
  Result<bool> parse(std::string const& name, std::string const& value);
  friend bool operator==(HardwarePlace const&, HardwarePlace const&) = default;
};

}  // namespace rsm::handler
