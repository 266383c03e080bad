// A command line as words, without a shell.
//
// What for: RUN and `rsm notify --run`. Blanks separate words; '...' and "..." keep them together; a ';' that stands alone separates
// commands. Errors: invalid_parameter, a quotation mark without its end, or no word. Thread rule: pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

Result<std::vector<std::vector<std::string>>> commands_in(std::string_view text);

}  // namespace rsm::cli
