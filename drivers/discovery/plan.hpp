// Which drive belongs to which changer, and what can be configured of it.
//
// What for: the decisions of a look for libraries, apart from the look itself. Rules, those of scsi_library/drive_finder.hpp:
//   - a drive is in the element whose identifier the library tells (DVCID) and the drive says of itself (VPD 80h, 83h)
//   - a drive that two changers claim, one that two elements claim, and one that nobody claims is given to none, with a sentence
//   - elements of which a library tells nobody are filled with drives that nobody claims only where these are in the same place (one target, one host of the
//     kernel), no other library there has such elements, and there are as many of both: then the order is listed, and a sentence says what it stands on
//   - of two addresses that say that they are the same device (vendor, product, serial number) one is taken: for a drive the one in the place of the
//     changer, else the first; a sentence names the other
//   - what a configuration has already is left alone
//   - a drive that nobody claims stands alone where no library in the same place could be meant: each there says whose drives it has
// Units: numbers of drive elements, from 0. Errors: none: what cannot be decided is told. Thread rule: pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/discovery/report.hpp"
#include "drivers/scsi_library/drive_identity.hpp"

namespace rsm::discovery {

struct Seen {
  FoundDevice shown;
  std::string place;        // "host 3", "iscsi://127.0.0.1:3260/iqn...": what is in one place may belong together
  std::uint64_t order = 0;  // in its place
};

struct SeenDrive : Seen {
  scsi::Designators own;
};

struct SeenChanger : Seen {
  bool asked = false;  // for its elements and whose drives are in them
  std::uint32_t drives = 0, slots = 0, ports = 0, transports = 0;
  scsi_library::DriveClaims claims;
};

struct Plan {
  std::vector<FoundLibrary> libraries;
  std::vector<LooseDrive> loose;
};
// Both in their order of preference: of equal ones the first is taken.
Plan make_plan(std::vector<SeenChanger> const& changers, std::vector<SeenDrive> const& drives);

}  // namespace rsm::discovery
