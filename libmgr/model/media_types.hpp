// The fixed set of media types: code to name, sides, characteristics (rsm-model.md section 5). Thread rule: pure.
#pragma once

#include "libmgr/domain/medium.hpp"

namespace rsm {

namespace media_type_code {
constexpr std::uint32_t cleaner = 0x32;
}

// The record for a code; one that the table does not have gets a name made of its code. `sides` is what the device says.
MediaTypeRecord media_type_of_code(MediaTypeId id, std::uint32_t code, std::uint32_t sides);

}  // namespace rsm
