// The names that programs written for Windows have for volumes, and the devices behind them.
//
// What for: `\\.\X:`, `\\.\CdRom0`, `\\.\Tape0`, `\\?\Volume{guid}` are looked up in a table that the administrator writes
// (/etc/openrsm/volumes.toml; OPENRSM_VOLUMES names another file, but not for programs that gain rights when they start):
//   [volumes]
//   "X:" = "/dev/disk/by-id/usb-Example-0:0"
//   "Volume{8b9c0b3a-0000-0000-0000-100000000000}" = "/dev/disk/by-uuid/0b6d"
// A name is compared without its prefix, upper and lower case of ASCII letters being the same. A drive letter is looked up without a prefix,
// too; `//./` and `//?/` are taken for the prefixes. Everything else is a path and comes back as it is.
// Errors: invalid_name (nothing, NUL, too long, a backslash at the end, which means a folder), bad_format (the table; the sentence has file
// and line), file_not_found (no such name: the sentence has those that there are; or OPENRSM_VOLUMES names no file), access_denied and
// gen_failure (the table cannot be read). The table is read anew each time. Thread rule: any thread (nobody may change the environment
// meanwhile). Source: CreateFile of the Windows documentation, "Physical Disks and Volumes".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::volume {

struct NamedVolume {
  std::string name;    // "X:"
  std::string device;  // absolute path
};

// The file that volume_path() reads.
std::string volume_names_file();
// The rows of a table, in the order of their names. `file` is for the sentence of an error.
Result<std::vector<NamedVolume>> parse_volume_names(std::string_view text, std::string const& file);
// The rows of the machine's table; empty where there is none.
Result<std::vector<NamedVolume>> read_volume_names();

// The path of the device.
Result<std::string> volume_path(std::string_view name);

}  // namespace rsm::volume
