// The records at the beginning of a tape.
//
// What for: the label is in them. The tape is rewound before and after, so that the program that gets it finds its beginning; reading ends at the second
// file mark, at the end of the data, or when there are as many bytes as a label can have (label::archive_label_bytes).
//   - Each READ asks for one record of any length, with SILI off: this works whatever block length the mode has, which is left alone. A record that did
//     not come whole (it is longer than asked for; some tell a wrong residual or give no data then) is read again with its exact length, from the
//     beginning of the tape
//   - A drive that refuses such a READ knows blocks of one length only: these are read one by one, in the length of its mode or of its limits
//   - After an attention nobody knows where the tape stands: all is read again
// Units: bytes. Errors: those of the session, and then the tape was rewound where the drive still answers. Once something has been read, an error of the
// medium behind it is no failure but `trouble`. Thread rule: one thread. Source: SSC-4 (READ); LAB (tgt: what comes of longer and shorter records).
#pragma once

#include <string>
#include <vector>

#include "drivers/scsi/session.hpp"

namespace rsm::tape {

struct Beginning {
  std::vector<std::vector<std::byte>> records;  // an empty one is a file mark
  std::string trouble;                          // why it was not read further; empty: it was
  std::string unknown_format;                   // what the drive says of a tape whose format it does not know; empty: it knows it
  bool blank() const { return records.empty() && trouble.empty() && unknown_format.empty(); }
};
scsi::Outcome<Beginning> read_beginning(scsi::Session& session);

// The tape begins with these bytes from now on, in one record or, on a drive that knows blocks of one length only, in blocks of that length (filled with NULs);
// one file mark follows, and there the data end: what was on the tape is lost. It is rewound before and after. The answer comes when all of it is on the tape.
// Errors: those of the session; with `doubt`, or after the first byte, what the tape begins with is not known.
scsi::Outcome<> write_beginning(scsi::Session& session, std::vector<std::byte> bytes);

}  // namespace rsm::tape
