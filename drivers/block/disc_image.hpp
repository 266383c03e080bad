// Whether an image is that of an optical disc, whose sectors have 2048 bytes.
//
// What for: what is bound to a loop device is to look as it does in a drive: programs that go by sectors (partition tables of hybrid discs, mkudffs, growisofs)
// see the same disc. What is mounted on sectors that are too large is refused by the kernel, so everything that is not surely a disc has
// sectors of 512 bytes, on which every file system mounts: disks, blank images, UDF with other blocks, a disc that has been formatted over.
// Errors: none; what cannot be read is no disc. Thread rule: pure but for reading. Source: ECMA-119 (ISO 9660) 8.4, ECMA-167 (UDF) 2/9 and 3/8.4, linux/loop.h.
#pragma once

#include <cstdint>

namespace rsm::block {

constexpr std::uint32_t disk_sector_bytes = 512, disc_sector_bytes = 2048;

// Of an open image: disc_sector_bytes or disk_sector_bytes.
std::uint32_t sector_bytes_of(int image);

}  // namespace rsm::block
