// The label of a medium that is free: how it stands on the medium.
//
// What for: what enters a free pool gets it (rsm-model.md section 11, decision record 31). The same 4096 bytes begin a tape (one record, or the blocks of a
// drive that knows blocks of one length only; a file mark follows) and a disk: lines of text that a person can read with head(1), a checksum, then NULs:
//   OPENRSM FREE MEDIUM 1
//   6b0a0d3b-2a98-4e1b-b8f4-0123456789ab
//   This medium is in a free pool of a media library. Nothing on it is needed.
//   0A1B2C3D                                  CRC-32 of the lines before it, in hexadecimal
// Understood is exactly what is written. What is on the medium is hostile input.
// Errors: none; nullopt: it is no such label. Thread rule: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libmgr/domain/medium.hpp"

namespace rsm::label {

constexpr std::size_t free_label_bytes = 4096;  // a block of every disk and disc

// `id`: text of a GUID, lower case.
std::vector<std::byte> make_free_label(std::string_view id);
// `start`: the first bytes; more than free_label_bytes are not looked at.
std::optional<Omid> parse_free_label(std::span<std::byte const> start);

}  // namespace rsm::label
