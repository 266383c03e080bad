// Security descriptors as the Windows functions take them: a pointer without a size.
// Errors: nothing where the bytes are no self-relative descriptor. Thread rule: pure functions. Source: rsm-model.md section 18; MS-DTYP 2.4.6.
#pragma once

#include <optional>
#include <string>

namespace rsm::ntms {

// The bytes of the descriptor, as far as its own offsets and sizes say; at most 64 KiB are looked at.
std::optional<std::string> bytes_of_descriptor(void const* descriptor);

}  // namespace rsm::ntms
