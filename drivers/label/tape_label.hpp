// The label of a tape, from the records at its beginning.
//
// What for: a tape driver reads from the beginning of the tape and hands on what it got, one span for each record and an empty one for each file mark;
// it may stop at the second file mark, or when it has archive_label_bytes. Understood:
//   ANSI, IBM  a record of 80 bytes that begins with VOL1, in ASCII or in EBCDIC. The name is in bytes 4 to 9 and ends before a NUL or a blank; the
//              other bytes are not looked at, for there are tapes with anything there. Behind it come header labels (HDR1, HDR2 and other
//              labels of that standard, in the same letters), one file mark, and then what the program that owns the tape has written: the native label
//   others     a tape without VOL1, or with one that names nothing, has the native label only (archive_label.hpp), before its first file mark
// Result: omid.type = "ANSI" | "IBM" | those of archive_label.hpp; omid.id = the bytes of the name as the tape has them (of IBM in EBCDIC), omid.info =
// the name as text. What is on the medium is hostile input: every length is checked.
// Errors: none; nullopt: nobody understands it. Thread rule: pure. Source: ECMA-13 (ANSI X3.27); what bacula 9.6.7 of Debian 12 writes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "libmgr/domain/medium.hpp"

namespace rsm::label {

using TapeRecord = std::span<std::byte const>;  // empty: a file mark

struct TapeLabel {
  Omid omid;
  std::optional<Omid> native;  // behind a VOL1; none: nothing is there, or nobody understands it
  friend bool operator==(TapeLabel const&, TapeLabel const&) = default;
};

std::optional<TapeLabel> parse_tape_label(std::span<TapeRecord const> records);
// The same from the first bytes of a tape, where nobody knows any more how long its records were: a VOL1 has 80 bytes.
std::optional<Omid> parse_first_bytes(std::span<std::byte const> start);

}  // namespace rsm::label
