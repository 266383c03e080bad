// The texts of state.json and faults.json of an emulated library.
//
// What for: one JSON document holds the whole state, with a version and a checksum, and is read strictly: what is truncated,
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

constexpr std::uint64_t state_version = 2;

std::string encode_state(HardwareState const& state);
Result<Hardware> decode_state(std::string_view text, std::string const& file);
// Cartridges in it are named by bar code; `until` is counted from now.
Result<std::vector<Fault>> decode_faults(std::string_view text, std::string const& file, TimePoint now);

}  // namespace rsm::emulated
