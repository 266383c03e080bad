// The nodes that the kernel has for one SCSI device.
//
// What for: a drive has several: commands go through its generic one (sg), which everybody may open beside others; programs use the one of its kind (nst,
// sr, sd). A tape's own node lets one process in only, so it is never the way for our commands. An administrator may name any of them.
// Errors: resource_not_present, there is no such node; invalid_parameter, it is no device. Object: the path. Thread rule: any; reads sysfs, opens no device.
// Source: sysfs (class scsi_generic, scsi_tape, block), Documentation/admin-guide/devices.txt.
#pragma once

#include <sys/types.h>

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::scsi_library {

struct KernelNodes {
  std::string commands;  // where SCSI commands go: "/dev/sg3"; where the kernel has no generic node: what was named
  std::string client;    // what programs use: "/dev/nst0", "/dev/sr0"; what was named, where it is that or leads to it
  dev_t tape = 0;        // the number of its tape node that does not rewind; 0: it is no tape drive of the kernel
  bool block = false;    // the client's node is a block device
};

// `sysfs`: where it is mounted; tests have their own.
Result<KernelNodes> kernel_nodes(std::string const& path, std::string const& sysfs = "/sys");

}  // namespace rsm::scsi_library
