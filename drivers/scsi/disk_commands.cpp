#include "drivers/scsi/disk_commands.hpp"

namespace rsm::scsi {

Cdb6 StartStopUnit::cdb() const { return {0x1B, 0, 0, 0, static_cast<std::uint8_t>((load_eject ? 0x02 : 0) | (start ? 0x01 : 0)), 0}; }

Cdb10 ReadCapacity10::cdb() const { return {0x25}; }

Cdb10 Read10::cdb() const {
  Cdb10 cdb{0x28};
  for (std::size_t i = 0; i < 4; ++i) cdb[2 + i] = static_cast<std::uint8_t>(first_block >> 8 * (3 - i));
  cdb[7] = static_cast<std::uint8_t>(blocks >> 8);
  cdb[8] = static_cast<std::uint8_t>(blocks);
  return cdb;
}

Cdb10 SynchronizeCache10::cdb() const { return {0x35}; }

Result<Capacity> decode_capacity(Bytes transferred) {
  constexpr std::size_t answer_bytes = 8;
  Reader const answer(transferred);
  if (!answer.has(0, answer_bytes)) return fail(Errc::bad_length, "READ CAPACITY", "the answer has fewer than 8 bytes");
  return Capacity{.blocks = std::uint64_t{answer.u32(0)} + 1, .block_bytes = answer.u32(4)};
}

}  // namespace rsm::scsi
