// What a drive and the cartridge's memory tell of a tape, without moving it.
//
// What for: whether it can be written, whether it is a tape for data at all, its density, its use so far, and which lengths of blocks there are. A drive that does not know a command
// has nothing to tell, which is no failure. Cartridge memory is a witness only: whoever wrote it may have been wrong.
// Units: bytes; MB of 10^6 bytes where the name says so. Errors: those of the session that are no refusal of the command. Thread rule: one thread.
// Source: SSC-4 (mode parameters, READ BLOCK LIMITS, REPORT DENSITY SUPPORT); SPC-4 7.4 (attributes).
#pragma once

#include <optional>
#include <string>

#include "drivers/scsi/session.hpp"
#include "drivers/scsi/stream.hpp"

namespace rsm::tape {

struct TapeMode {
  bool write_protected = false;
  std::optional<scsi::TapeFormat> format;
};
// None: it knows none of the forms of MODE SENSE.
scsi::Outcome<std::optional<TapeMode>> read_tape_mode_if_known(scsi::Session& session);
// The same with a failure as none.
std::optional<TapeMode> read_tape_mode(scsi::Session& session);
// None: it does not know them.
scsi::Outcome<std::optional<scsi::BlockLimits>> read_block_limits(scsi::Session& session);

enum class CartridgeKind : std::uint8_t { unknown = 0, data = 1, cleaning = 2, write_once = 3 };
struct CartridgeMemory {
  bool known = false;  // the drive reads such memories
  CartridgeKind kind = CartridgeKind::unknown;
  std::string manufacturer, serial;            // as the maker wrote them; empty: not told
  std::optional<std::uint64_t> loads, written_mb, read_mb;  // in its life; none: not told
  // For people: "FUJIFILM AB12345678, loaded 42 times, 1234 MB written"; empty: nothing is told.
  std::string text() const;
};
scsi::Outcome<CartridgeMemory> read_cartridge_memory(scsi::Session& session);
// Of the drive. None: it does not tell them.
scsi::Outcome<std::optional<scsi::Densities>> read_densities(scsi::Session& session);
// The density of the tape for people, and whether this drive can only read it: "density U-416, which this drive can read and not write". Empty: the drive does
// not say what the code means.
std::string density_text(std::uint8_t code, std::optional<scsi::Densities> const& densities);

}  // namespace rsm::tape
