// The label of a volume: which file system it is, the id and the name that it bears.
//
// What for: a side's on-media identifier is the id of the file system on it; a wrong cartridge must never reach a session. libblkid reads it, for
// this is how every other tool of the machine sees a medium: udf, iso9660, vfat, exfat, ntfs, hfsplus, f2fs, ext, xfs, btrfs, squashfs, LUKS.
// Result: omid.type = libblkid's TYPE in capitals ("EXT4", "ISO9660", "CRYPTO_LUKS"); omid.id = its UUID as text, as the medium has it, case kept
// ("6b0a0d3b2a98b8f4", "D51D-3481", 36 characters); omid.info = the name, printable; where that is not how the medium spells it, the bytes follow in
// hexadecimal. FAT names are read as code page 850, as fatlabel(8) does. omid.also: the second label of a disc that has two (udf and iso9660).
// The label that this service writes on free media itself (drivers/label/free_label) goes before whatever else is found; the note names that.
// No omid, with a note that says why: nothing known, no id (it is zero, or the format has none), a member of something bigger, a partition table
// alone, or *ambivalent*: signatures of two file systems, and nobody may choose one of them by himself. What is on the medium is hostile input.
// Errors: medium_not_accessible when the medium cannot be read. Thread rule: any; reads the medium.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/port/drive.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

// Reads an open device or image. `object` names it in the error.
Result<port::Label> read_label(int fd, std::string const& object);
// Bytes of a block of the disc format (udf, iso9660) on it; 0: another format is on it, or besides, or none.
std::uint32_t read_disc_block(int fd);
// The id of the journal that an ext file system has on another device, or of the journal that this device is. Empty: neither, or not readable.
std::string read_journal_id(int fd);

}  // namespace rsm::block
