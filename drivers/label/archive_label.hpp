// The label that a program for backups has written at the beginning of a medium.
//
// What for: tapes and discs of other programs are told apart by the names that those gave them. Understood:
//   BACULA  volume name of a volume label of Bacula or Bareos (block of kind BB02); used volumes and ones only labelled
//   AMANDA  what stands behind "TAPE " up to the end of the first line, blanks and all
//   TAR     volume label of GNU tar (-V): an entry of type V with the right checksum; no magic word is asked for, GNU tar writes none there
//   PAX     GNU.volume.label of the first global header of a POSIX archive, which is where GNU tar writes it with --format=posix
//   OPENRSM the label of a free medium (free_label.hpp), on tapes as on disks
//   DUMP    label of dump(8), of either byte order; "none" is what dump writes without a label and counts as none
// " Volume 2" at the end of a label of tar counts the volumes of one archive and is left out: all of them belong to one label.
// Result: type as above; id = the bytes of the name as the medium has them, 1 to 255, compared as bytes; info = the same as printable text. A name
// that is empty or longer identifies nothing. What is on the medium is hostile input: every length and number is checked against its bounds.
// Errors: none; nullopt: nobody understands it. Thread rule: pure.
// Source: what the tools of Debian 12 write (bacula 9.6.7, amanda 3.5.1, tar 1.34, dump 0.4b47); POSIX.1-2017, pax, "pax Interchange Format".
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "libmgr/domain/medium.hpp"

namespace rsm::label {

constexpr std::size_t archive_label_bytes = 64 * 1024;  // no label is looked for behind them

// `start`: the first bytes, on a tape those of all its records together; fewer than archive_label_bytes are allowed.
std::optional<Omid> parse_archive_label(std::span<std::byte const> start);

}  // namespace rsm::label
