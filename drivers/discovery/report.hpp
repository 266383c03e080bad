// What a look for libraries has found, as rsm-discover prints it: one JSON object.
//
// What for: the program that opens devices writes it, `rsm library discover` reads it, names what it would configure and shows it. Every text is for
// people but addresses and serial numbers. Ranges: texts of devices are printable ASCII (drivers/scsi/identity.hpp); paths are what the system has.
// Errors: none. Thread rule: values. Source: docs/devices.md.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "libmgr/domain/device.hpp"

namespace rsm::discovery {

struct FoundDevice : DeviceIdentity {
  std::string kind;                // "changer", "tape", "optical", "disk"
  std::string address;             // for a configuration, the most durable one; empty: there is none for commands
  std::vector<std::string> nodes;  // of the kernel: "/dev/sg3", "/dev/nst0"
  std::string remark;              // about the address: "it may name another device after the next start"; or empty
  std::string managed_by;          // the library of the configuration that has it already; or empty
  std::vector<std::string> users;  // "process 4711 (mtx, user root) has /dev/sg3 open"
  std::string problem;             // why it did not say all of itself; or empty
  friend bool operator==(FoundDevice const&, FoundDevice const&) = default;
};
BOOST_DESCRIBE_STRUCT(FoundDevice, (DeviceIdentity), (kind, address, nodes, remark, managed_by, users, problem))

// A drive element of a library.
struct FoundElement {
  std::uint32_t number = 0;
  std::string told;     // the serial number that the library tells of the drive in it; empty: it tells none
  std::string address;  // of the drive; empty: none is given to it
  std::string serial;   // of that drive
  std::string reason;   // how the drive was found, or why there is none
  friend bool operator==(FoundElement const&, FoundElement const&) = default;
};
BOOST_DESCRIBE_STRUCT(FoundElement, (), (number, told, address, serial, reason))

struct FoundLibrary {
  FoundDevice changer;
  bool known = false;  // the numbers of its elements are
  std::uint32_t drives = 0, slots = 0, ports = 0, transports = 0;
  std::vector<FoundElement> elements;  // of drives, by number
  std::string drive_order;             // "identity", "listed"
  std::vector<std::string> notes;      // what is wrong, and what to do
  bool usable = false;                 // it can be configured as it stands here
  friend bool operator==(FoundLibrary const&, FoundLibrary const&) = default;
};
BOOST_DESCRIBE_STRUCT(FoundLibrary, (), (changer, known, drives, slots, ports, transports, elements, drive_order, notes, usable))

// A drive that is given to no library.
struct LooseDrive {
  FoundDevice drive;
  std::string reason;
  bool alone = false;  // it can be configured as a stand-alone library
  friend bool operator==(LooseDrive const&, LooseDrive const&) = default;
};
BOOST_DESCRIBE_STRUCT(LooseDrive, (), (drive, reason, alone))

struct LookedAtPortal {
  std::string portal;
  std::uint32_t targets = 0, units = 0;
  std::vector<std::string> problems;  // of the portal, its targets and their units; empty: all have answered
  bool refused = false;               // one of them did not let us in
  friend bool operator==(LookedAtPortal const&, LookedAtPortal const&) = default;
};
BOOST_DESCRIBE_STRUCT(LookedAtPortal, (), (portal, targets, units, problems, refused))

struct Report {
  std::vector<FoundLibrary> libraries;
  std::vector<LooseDrive> loose;
  std::vector<LookedAtPortal> portals;
  std::vector<std::string> notes;  // about the whole look
  friend bool operator==(Report const&, Report const&) = default;
};
BOOST_DESCRIBE_STRUCT(Report, (), (libraries, loose, portals, notes))

}  // namespace rsm::discovery
