// The texts of state.json, of the log of cartridges and of faults.json of an emulated library.
//
// What for: state.json is one JSON document with a version and a checksum: the machine, and which part of which file is the log of
// cartridges. The log has a line for each cartridge; of several lines about one the last counts. Both are read strictly: what is truncated,
// damaged, of another version or contradicts itself is refused with a sentence that names the file and what is wrong.
// faults.json is written by people: {"faults": [{"kind": "load_fails", "element": "drive 0", "cartridge": "A00001", "to": "slot 3",
// "other": "A00002", "count": 1, "for_ms": 60000}]}, all members but kind optional, count 0: until it is removed.
// Errors: bad_format. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drivers/emulated/hardware.hpp"

namespace rsm::emulated {

constexpr std::uint64_t state_version = 3;

// What of the log counts: its first `bytes` bytes.
struct CartridgeLog {
  std::string file;         // "cartridges-1.jsonl"
  std::uint64_t bytes = 0;
  std::uint64_t whole = 0;  // of them written when the file was made: a line for each cartridge there was
  std::uint32_t crc = 0;    // of these bytes; continued as the log grows
  friend bool operator==(CartridgeLog const&, CartridgeLog const&) = default;
};

struct StoredState {
  CartridgeLog log;
  MachineState machine;
};

std::string encode_state(StoredState const& state);
Result<StoredState> decode_state(std::string_view text, std::string const& file);

std::string encode_cartridges(std::vector<Cartridge> const& cartridges);
std::string encode_cartridges(std::map<std::string, Cartridge> const& cartridges);
Result<std::vector<Cartridge>> decode_cartridges(std::string_view lines, std::string const& file);
// The checksum of a log that had `before` and got these bytes more; `before` of an empty log: 0.
std::uint32_t continued_crc(std::uint32_t before, std::string_view bytes);

// Cartridges in it are named by bar code; `until` is counted from now.
Result<std::vector<Fault>> decode_faults(std::string_view text, std::string const& file, TimePoint now);

}  // namespace rsm::emulated
