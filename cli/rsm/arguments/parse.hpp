// The GNU style command line.
//
// What for: `rsm [OPTIONS] OBJECT [VERB] [TARGETS] [OPTIONS]` into Arguments. Never prints, never exits. An unknown word or
// option is answered with the nearest one. Thread rule: pure function. Source: docs/rsm.md.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/rsm/arguments/arguments.hpp"

namespace rsm::cli {

using Parsed = std::variant<Arguments, Help, Usage>;
// `words`: without the program's name.
Parsed parse_arguments(std::vector<std::string> words);
// The manual page of all commands, for docs/man/rsm.1; `classic_verbs`: their usage, a line each.
std::string manual_page(std::string const& classic_verbs);
// The command's first word, before any is checked; empty: there is none.
std::string first_plain_word(std::vector<std::string> const& words);

}  // namespace rsm::cli
