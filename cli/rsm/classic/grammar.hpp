// The classic grammar: `rsm VERB /switchVALUE …`, as scripts of Windows write it.
//
// What for: the 15 verbs of rsm.exe into data. A switch is /letters directly followed by its value; -x and --x are taken for /x;
// letters and verbs in any case; a repeated switch is wrong usage, except /o of mount. Never prints, never exits.
// Thread rule: pure functions. Source: rsm-cli.md sections 1 to 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/rsm/arguments/arguments.hpp"
#include "libmgr/domain/ids.hpp"

namespace rsm::cli {

struct ClassicSwitch {
  std::string name;   // "lg", "o", "guiddisplay": lower case
  std::string value;  // as typed
  friend bool operator==(ClassicSwitch const&, ClassicSwitch const&) = default;
};

struct ClassicCommand {
  std::string verb;  // lower case
  std::vector<ClassicSwitch> switches;
  CommonOptions common;
  std::optional<WaitFor> wait;

  bool has(std::string_view name) const;
  std::string value(std::string_view name) const;  // empty when not given
  std::vector<std::string> values(std::string_view name) const;
};

// An object named by /?g (a GUID) or /?f (its friendly name, exact, with case).
struct ClassicName {
  std::optional<Guid> guid;
  std::string name;
  friend bool operator==(ClassicName const&, ClassicName const&) = default;
};

using ClassicParsed = std::variant<ClassicCommand, Help, Usage>;

// Whether this command line is for parse_classic: its first word that is no common option is a classic verb, or asks for
// classic help (/?). An object of the other grammar that is called like a verb ("view") is one when its verb stands behind it.
bool is_classic(std::vector<std::string> const& words);
ClassicParsed parse_classic(std::vector<std::string> const& words);

// The object that `letter` names ("l": /lg or /lf); nullopt when the command names none. The grammar has checked the GUID.
std::optional<ClassicName> named(ClassicCommand const& command, char letter);

}  // namespace rsm::cli
