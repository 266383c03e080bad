// The fixed set of media types: code to name, sides, characteristics (rsm-model.md section 5). Thread rule: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/medium.hpp"

namespace rsm {

namespace media_type_code {
constexpr std::uint32_t cleaner = 0x32;
}

// The code of a name in the table, letter by letter; nullopt: it is none.
std::optional<std::uint32_t> media_type_named(std::string_view name);
// All codes of the table, the cleaning cartridge's among them.
std::vector<std::uint32_t> media_type_codes();
// How many sides a cartridge of this type has, where no device has said it.
std::uint32_t media_type_sides(std::uint32_t code);
// "": the table does not have it.
std::string media_type_name(std::uint32_t code);

// The record for a code; one that the table does not have gets a name made of its code. `sides` is what the device says.
MediaTypeRecord media_type_of_code(MediaTypeId id, std::uint32_t code, std::uint32_t sides);

}  // namespace rsm
