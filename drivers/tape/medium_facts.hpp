// What a drive and the cartridge's memory tell of a tape, without moving it.
//
// What for: whether it can be written, whether it is a tape for data at all, its density, its use so far, and which lengths of blocks there are. A drive that does not know a command
// has nothing to tell, which is no failure. Cartridge memory is a witness only: whoever wrote it may have been wrong.
// Units: bytes; MB of 10^6 bytes where the name says so. Errors: those of the session that are no refusal of the command. Thread rule: one thread.
// Source: SSC-4 (mode parameters, READ BLOCK LIMITS, REPORT DENSITY SUPPORT); SPC-4 7.4 (attributes).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/scsi/session.hpp"
#include "drivers/scsi/stream.hpp"
#include "libmgr/domain/cartridge.hpp"

namespace rsm::tape {

struct TapeMode {
  bool write_protected = false;
  std::uint8_t medium_type = 0;  // 0: not told
  std::optional<scsi::TapeFormat> format;
  // Of the tape that is in it; none: the drive does not tell it.
  std::optional<std::uint8_t> density() const;
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
  CartridgeFacts told{};  // no scsi_medium_type and no name of the density
};
scsi::Outcome<CartridgeMemory> read_cartridge_memory(scsi::Session& session);
// For people: "FUJIFILM AB12345678, loaded 42 times, 1234 MB written"; empty: nothing is told.
std::string history_text(CartridgeFacts const& facts);
// Of the drive. None: it does not tell them.
scsi::Outcome<std::optional<scsi::Densities>> read_densities(scsi::Session& session);
// As the port has them: each once, however often the drive names it.
std::vector<Density> densities_told(std::optional<scsi::Densities> const& densities);
// None: the drive does not say what the code means.
std::optional<std::string> density_name(std::uint8_t code, std::optional<scsi::Densities> const& densities);
// The density of the tape for people, and whether this drive can only read it: "density U-416, which this drive can read and not write". Empty: the drive does
// not say what the code means.
std::string density_text(std::uint8_t code, std::optional<scsi::Densities> const& densities);

}  // namespace rsm::tape
