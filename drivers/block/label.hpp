// The label of a disk file system: which one it is, its UUID, its volume name.
//
// What for: a side's on-media identifier is the UUID of the file system on it (decision 27); a wrong cartridge must never reach
// a session. Understood: ext2, ext3, ext4, xfs, btrfs. What is on the medium is hostile input: every field is checked against its
// bounds, a name becomes printable text, a UUID of zeros identifies nothing and counts as no label.
// Result: type = "EXT2" | "EXT3" | "EXT4" | "XFS" | "BTRFS", id = 16 bytes, info = volume name (UTF-8, may be empty).
// Errors: none from parsing (nullopt: nobody understands it); medium_not_accessible when the medium cannot be read.
// Thread rule: pure but for read_label. Source: the on-disk formats (ext4 super block at 1024, xfs at 0, btrfs at 65536).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/medium.hpp"

namespace rsm::block {

constexpr std::size_t label_bytes = 64 * 1024 + 4096;  // up to the end of the btrfs super block

// `start`: the first bytes of the volume; fewer than label_bytes are allowed.
std::optional<Omid> parse_label(std::span<std::byte const> start);
// Reads the start of an open device or image. `object` names it in the error.
Result<std::optional<Omid>> read_label(int fd, std::string const& object);

}  // namespace rsm::block
