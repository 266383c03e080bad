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
enum Set : std::uint64_t {
  none = 0,
  watch = 1ull << 0,
  wait = 1ull << 1,
  limit = 1ull << 2,
  library = 1ull << 3,
  pool = 1ull << 4,
  open = 1ull << 5,
  mount = 1ull << 6,      // --read --write --nowait --drive --priority --timeout --error-if-…
  dismount = 1ull << 7,   // --deferred --immediate
  force = 1ull << 8,
  inventory = 1ull << 9,  // --fast --full --stop
  stop_request = 1ull << 10,
  follow = 1ull << 11,    // --follow --since --type
  file = 1ull << 12,
  timeout = 1ull << 13,
  pool_settings = 1ull << 14,  // --type --description --from-free --to-free --max-allocations
  into_pool = 1ull << 15,  // --pool --change-type
  busy_wait = 1ull << 16,  // --wait, with a limit of its own
  rehearse = 1ull << 17,   // --dry-run
  limited = 1ull << 18,    // --timeout of each operation
  command = 1ull << 19,    // "-- COMMAND..."
  system_disk = 1ull << 20,  // --system
  discover = 1ull << 21,   // --iscsi --chap-file --config --add --name
  certify = 1ull << 22,    // --drives --cartridges --medium --ports --yes
  transfer = 1ull << 23,   // --to
  check = 1ull << 24,     // --warning --critical --timeout
  submit = 1ull << 25,    // --about --into --message
  place = 1ull << 26,     // --to
  history = 1ull << 27,   // --from --until --oldest-first --csv
  door = 1ull << 32,      // --inventory
  what_if = 1ull << 36,   // --if
  within = 1ull << 37,    // --within
  trace = 1ull << 38,     // --trace
  in_drive = 1ull << 33,  // --drive
  computer = 1ull << 34,  // --purge-free --keep-import --keep-requests --keep-failed --description
  allocate = 1ull << 28,  // --side --next-of --whole --error-if-unavailable --name --description
  uses = 1ull << 30,      // --uses
  screen = 1ull << 40,    // --read-only --ascii
  setup = 1ull << 39,     // --emulated --remove --check --hardware --config
  labels = 1ull << 41,    // --pdf --from --count --type --sheet --skip --colored --offset --scale --reprint --test-page
  report = 1ull << 42,    // --csv --pdf
  period = 1ull << 45,    // --since, a moment
  reconcile = 1ull << 43,  // --scan
  notify = 1ull << 44,    // --run --to --after --remind --digest --what --state --test --failed --as-mail
  search = 1ull << 47,    // --contains
  web = 1ull << 46,       // --view --for --no-browser --login-socket
  relabel = 1ull << 35,   // --first-bytes --file-system
  create = 1ull << 29,    // --barcode --label --state --name --description --error-if-duplicate
  security = 1ull << 31,  // --allow --deny --remove --owner --for-new-pools
};
}  // namespace option

struct CommandSpec {
  std::string_view object, verb;  // no verb: the object is the whole command
  std::string_view target;        // name of the place-holder; empty: takes none
  int targets_least = 0, targets_most = 0;
  std::uint64_t options = option::none;
  std::string_view summary;
};

std::span<CommandSpec const> command_list();
CommandSpec const* find_command(std::string_view object, std::string_view verb);
std::vector<std::string_view> object_names();
std::vector<std::string_view> verb_names(std::string_view object);
std::string_view object_summary(std::string_view object);
// "--watch", "--library" …: what the command takes beside the common ones.
std::vector<std::string_view> option_names(std::uint64_t options);
std::vector<std::string_view> common_option_names();
// What may come behind these words, a line each, for completion in a shell: objects, verbs or options, and "=WHAT" where WHAT is named.
std::string next_words(std::string_view object, std::string_view verb);
// The options that are followed by a value of their own in every command, a line each, for completion in a shell.
std::string options_with_values();
// Whether the option is followed by a value of its own.
bool takes_value(std::string_view option_name);

}  // namespace rsm::cli
