// The commands. Each gives the text for standard output, or the error; what it shows meanwhile goes to standard error.
// Thread rule: the main thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/rsm/classic/grammar.hpp"
#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

using Command = Result<std::string> (*)(Context&);

// The command for object and verb; never null for a command of command_list() but check, which has exit codes of its own (cli/rsm/check).
Command command_for(std::string const& object, std::string const& verb);

Result<std::string> run_classic(Context& context, ClassicCommand const& command);

// ---- each file lists the commands that it has
struct CommandRow {
  std::string_view object, verb;
  Command run;
};
std::span<CommandRow const> status_commands();
std::span<CommandRow const> reading_commands();
std::span<CommandRow const> doing_commands();
std::span<CommandRow const> pool_commands();
std::span<CommandRow const> security_commands();
std::span<CommandRow const> side_commands();
std::span<CommandRow const> request_commands();
std::span<CommandRow const> events_commands();
std::span<CommandRow const> history_commands();
std::span<CommandRow const> outlook_commands();
std::span<CommandRow const> catalog_commands();
std::span<CommandRow const> volume_commands();
std::span<CommandRow const> discover_commands();
std::span<CommandRow const> certify_commands();
std::span<CommandRow const> removing_commands();
std::span<CommandRow const> top_commands();
std::span<CommandRow const> setup_commands();
std::span<CommandRow const> label_commands();
std::span<CommandRow const> web_commands();
std::span<CommandRow const> report_commands();
std::span<CommandRow const> notify_commands();

}  // namespace rsm::cli
