// What a drive and the cartridge's memory tell of a tape, without moving it.
//
// What for: whether it can be written, whether it is a tape for data at all, and which lengths of blocks there are. A drive that does not know a command
// has nothing to tell, which is no failure. Cartridge memory is a witness only: whoever wrote it may have been wrong.
// Units: bytes. Errors: those of the session that are no refusal of the command. Thread rule: one thread.
// Source: SSC-4 (mode parameters, READ BLOCK LIMITS); SPC-4 7.4 (attributes).
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
};
scsi::Outcome<CartridgeMemory> read_cartridge_memory(scsi::Session& session);

}  // namespace rsm::tape
