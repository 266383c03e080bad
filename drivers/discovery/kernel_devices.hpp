// The changers and drives that the kernel knows, with their nodes and the most durable name of each.
//
// What for: a configuration names a device for years; /dev/sg3 may be another one after the next start. Of a device with several names, in this order: a
// link of by-id (with a serial number before one with a worldwide name, which virtual devices of two computers may share; of a tape drive the node that does
// not rewind, so that programs are given a durable name, too), a link of by-path, the node. Device types 8 (changer), 1 (tape), 5 and 7 (optical), and 0 (disk)
// where its medium is removable. At most limits::discovery_devices_max devices. Errors: none; what is not there is not listed. Thread rule: any; reads sysfs
// and links, opens no device. Source: sysfs (class scsi_generic, scsi_tape, scsi_changer, block), udev (60-persistent-storage-tape.rules,
// 60-persistent-storage.rules).
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace rsm::discovery {

struct NodeNumber {
  dev_t number = 0;
  bool block = false;
  friend auto operator<=>(NodeNumber const&, NodeNumber const&) = default;
};

struct KernelNode {
  std::string name;  // "sg3", "nst0", "sr0"
  NodeNumber number;
};

enum class Durability : std::uint8_t { by_id, by_path, node };

struct KernelDevice {
  unsigned host = 0, channel = 0, target = 0;
  std::uint64_t unit = 0;
  std::uint8_t type = 0;
  std::string driver;             // "ch", "st", "sr"; empty: none is bound
  std::vector<KernelNode> nodes;  // by name
  std::string commands;           // "/dev/sg3"; empty: the kernel has no generic node of it
  std::string address;            // the most durable name; empty: it has no node
  Durability durability = Durability::node;
};

// By host, channel, target, unit. `sysfs`, `dev`: where they are mounted; tests have their own.
std::vector<KernelDevice> kernel_devices(std::string const& sysfs = "/sys", std::string const& dev = "/dev");

}  // namespace rsm::discovery
