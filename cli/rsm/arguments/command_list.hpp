// Every command of the GNU style grammar: its words, its place-holders, its own options. The parser, the help, the shell
// completion and docs/rsm.md follow this list. Thread rule: constants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rsm::cli {

namespace option {
enum Set : std::uint32_t {
  none = 0,
  watch = 1u << 0,
  wait = 1u << 1,
  limit = 1u << 2,
  library = 1u << 3,
  pool = 1u << 4,
  open = 1u << 5,
  mount = 1u << 6,      // --read --write --nowait --drive --priority --timeout --error-if-…
  dismount = 1u << 7,   // --deferred --immediate
  force = 1u << 8,
  inventory = 1u << 9,  // --fast --full --stop
  stop_request = 1u << 10,
  follow = 1u << 11,    // --follow --since --type
  file = 1u << 12,
  timeout = 1u << 13,
  pool_settings = 1u << 14,  // --type --description --from-free --to-free --max-allocations
  into_pool = 1u << 15,  // --pool --change-type
  busy_wait = 1u << 16,  // --wait, with a limit of its own
  rehearse = 1u << 17,   // --dry-run
  limited = 1u << 18,    // --timeout of each operation
  command = 1u << 19,    // "-- COMMAND..."
  system_disk = 1u << 20,  // --system
  discover = 1u << 21,   // --iscsi --chap-file --config --add --name
  certify = 1u << 22,    // --drives --cartridges --medium --ports --yes
  transfer = 1u << 23,   // --to
  check = 1u << 24,     // --warning --critical --timeout
  submit = 1u << 25,    // --about --into --message
  place = 1u << 26,     // --to
  history = 1u << 27,   // --from --until --oldest-first --csv
  door = 1u << 27,      // --inventory
  in_drive = 1u << 27,  // --drive
  computer = 1u << 27,  // --purge-free --keep-import --keep-requests --keep-failed --description
  allocate = 1u << 28,  // --side --next-of --whole --error-if-unavailable --name --description
  uses = 1u << 30,      // --uses
  relabel = 1u << 30,   // --first-bytes --file-system
  create = 1u << 29,    // --barcode --label --state --name --description --error-if-duplicate
  security = 1u << 31,  // --allow --deny --remove --owner --for-new-pools
};
}  // namespace option

struct CommandSpec {
  std::string_view object, verb;  // no verb: the object is the whole command
  std::string_view target;        // name of the place-holder; empty: takes none
  int targets_least = 0, targets_most = 0;
  std::uint32_t options = option::none;
  std::string_view summary;
};

std::span<CommandSpec const> command_list();
CommandSpec const* find_command(std::string_view object, std::string_view verb);
std::vector<std::string_view> object_names();
std::vector<std::string_view> verb_names(std::string_view object);
std::string_view object_summary(std::string_view object);
// "--watch", "--library" …: what the command takes beside the common ones.
std::vector<std::string_view> option_names(std::uint32_t options);
std::vector<std::string_view> common_option_names();
// What may come behind these words, a line each, for completion in a shell: objects, verbs or options, and "=WHAT" where WHAT is named.
std::string next_words(std::string_view object, std::string_view verb);
// The options that are followed by a value of their own in every command, a line each, for completion in a shell.
std::string options_with_values();
// Whether the option is followed by a value of its own.
bool takes_value(std::string_view option_name);

}  // namespace rsm::cli
