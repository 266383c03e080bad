// What tape drives answer: where the tape stands, which lengths of blocks and which densities they take, their mode, and what a READ has found.
//
// What for: the driver of tapes hands over what came. What a READ has found is in its sense data and not in the number of bytes that came, which some
// devices tell wrongly: a record counts as `whole` only where enough came for it, and is read again with its exact length otherwise.
// Units: lengths in bytes; positions in blocks (records and marks together) from the beginning of the partition. Ranges: as the fields have them.
// Errors: bad_length, fewer bytes than the fixed part. Thread rule: pure. Source: SSC-4 (READ, READ BLOCK LIMITS, READ POSITION, REPORT DENSITY SUPPORT, mode parameters); tgt
// 1.0.85 (no data of a longer record, residuals that are the bytes delivered, 8/00/00 at the end of the data).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/mode_pages.hpp"
#include "drivers/scsi/sense.hpp"

namespace rsm::scsi {

struct TapePosition {
  bool beginning = false;  // BOP: at the beginning of the partition
  bool end = false;        // EOP: between early warning and the end of the partition
  bool overflow = false;   // PERR: a number does not fit into its field; only the short and the extended form
  std::uint32_t partition = 0;
  // None: the drive does not know where it is (BPU, in the long form also MPU), or this form does not say.
  std::optional<std::uint64_t> block;         // the next one
  std::optional<std::uint64_t> file;          // marks before it; long form
  std::optional<std::uint64_t> last_block;    // the next one that leaves the drive's buffer for the tape; not in the long form
  std::optional<std::uint64_t> buffered_blocks, buffered_bytes;  // none: not known, or the long form
  friend bool operator==(TapePosition const&, TapePosition const&) = default;
};
Result<TapePosition> decode_read_position(Bytes transferred, ReadPosition::Form form);

struct BlockLimits {
  std::uint8_t granularity = 0;  // lengths are multiples of 2 to this power
  std::uint32_t longest = 0;     // 0: no limit is told
  std::uint16_t shortest = 0;
  // Only blocks of this length; where the mode has a fixed length, some say so of drives that take others, too.
  bool fixed() const { return longest != 0 && longest == shortest; }
  friend bool operator==(BlockLimits const&, BlockLimits const&) = default;
};
Result<BlockLimits> decode_block_limits(Bytes transferred);

// The first block descriptor of MODE SENSE.
struct TapeFormat {
  std::uint8_t density = 0;
  std::uint32_t block_length = 0;  // 0: any
  friend bool operator==(TapeFormat const&, TapeFormat const&) = default;
};
// None: no descriptor came whole.
std::optional<TapeFormat> tape_format(ModeSense const& mode);

// What a drive can read (REPORT DENSITY SUPPORT, all), or what the tape in it is (of the medium); texts without the blanks around them.
struct Density {
  std::uint8_t code = 0, second_code = 0;  // as in the block descriptor of MODE SENSE; two names of one format
  bool writable = false;                   // WRTOK: can be written, not only read
  bool usual = false;                      // DEFLT: what a blank tape gets
  std::uint32_t capacity_mb = 0;           // 10^6 bytes, without compression; 0: not told
  std::string organization, name, description;  // "LTO-CVE", "U-616", "Ultrium 6/16T"
  friend bool operator==(Density const&, Density const&) = default;
};
struct Densities {
  std::vector<Density> densities;  // as told: by the standard ascending by code
  bool complete = true;            // all that was announced came
  // nullptr: it is not among them.
  Density const* named(std::uint8_t code) const;
};
Result<Densities> decode_densities(Bytes transferred);

struct TapeRead {
  enum class Found : std::uint8_t { record, file_mark, end_of_data };
  Found found = Found::record;
  std::optional<std::uint64_t> length;  // of the record, as the drive tells it; none: it does not
  bool whole = false;                   // all of it came
  friend bool operator==(TapeRead const&, TapeRead const&) = default;
};
// Of a READ of one record of any length that was carried out: without sense data (SenseFormat::none), or with a condition or key 8.
TapeRead decode_read(Sense const& sense, std::size_t asked, std::size_t transferred);
// The same of a READ of one block of a fixed length. A block of another length is told of and its length is not.
TapeRead decode_fixed_read(Sense const& sense, std::size_t block_length, std::size_t transferred);

}  // namespace rsm::scsi
