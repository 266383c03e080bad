// The commands for disks and optical discs that a manager of media has use for, and the answer about their size.
//
// What for: as drivers/scsi/commands.hpp: a struct with named fields in, the bytes of the CDB out; nothing is sent here.
// Units: blocks of the medium; bytes where the name says so. Ranges: READ (10) reaches 32 bits of blocks, more is not needed for labels.
// Errors of decode_capacity(): bad_length. Thread rule: values. Source: SBC-3 5 (READ CAPACITY, READ, SYNCHRONIZE CACHE, START STOP UNIT), MMC-6.
#pragma once

#include "drivers/scsi/bytes.hpp"
#include "drivers/scsi/commands.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

struct StartStopUnit {
  bool start = true;        // with load_eject: load; else eject
  bool load_eject = false;
  Cdb6 cdb() const;
};

struct ReadCapacity10 {
  Cdb10 cdb() const;
};

struct Read10 {
  std::uint32_t first_block = 0;
  std::uint16_t blocks = 0;
  Cdb10 cdb() const;
};

// All that was written is on the medium when it has been answered.
struct SynchronizeCache10 {
  Cdb10 cdb() const;
};

struct Capacity {
  std::uint64_t blocks = 0;  // of a medium with more than 32 bits of them: as many as those count
  std::uint32_t block_bytes = 0;
  friend bool operator==(Capacity const&, Capacity const&) = default;
};
Result<Capacity> decode_capacity(Bytes transferred);

}  // namespace rsm::scsi
