// The commands. Each gives the text for standard output, or the error; what it shows meanwhile goes to standard error.
// Thread rule: the main thread.
#pragma once

#include <string>

#include "cli/rsm/classic/grammar.hpp"
#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

using Command = Result<std::string> (*)(Context&);

// The command for object and verb; never null for a command of command_list() but check, which has exit codes of its own (cli/rsm/check).
Command command_for(std::string const& object, std::string const& verb);

Result<std::string> run_classic(Context& context, ClassicCommand const& command);

// ---- reading
Result<std::string> show_status(Context& context);
Result<std::string> list_libraries(Context& context);
Result<std::string> show_library(Context& context);
Result<std::string> list_changers(Context& context);
Result<std::string> list_drives(Context& context);
Result<std::string> show_drive(Context& context);
Result<std::string> list_slots(Context& context);
Result<std::string> list_ports(Context& context);
Result<std::string> list_doors(Context& context);
Result<std::string> list_media(Context& context);
Result<std::string> show_medium(Context& context);
Result<std::string> list_sides(Context& context);
Result<std::string> list_pools(Context& context);
Result<std::string> show_pool(Context& context);
Result<std::string> list_requests(Context& context);
Result<std::string> show_request(Context& context);
Result<std::string> explain_request(Context& context);
Result<std::string> list_sessions(Context& context);
Result<std::string> list_operator_requests(Context& context);
Result<std::string> show_events(Context& context);
Result<std::string> describe_protocol(Context& context);
Result<std::string> check_catalog(Context& context);
Result<std::string> show_volume(Context& context);
Result<std::string> list_volume_holders(Context& context);

// ---- doing
Result<std::string> mount_media(Context& context);
Result<std::string> dismount_media(Context& context);
Result<std::string> eject_media(Context& context);
Result<std::string> enable_media(Context& context);
Result<std::string> disable_media(Context& context);
Result<std::string> dismount_drives(Context& context);
Result<std::string> enable_drives(Context& context);
Result<std::string> disable_drives(Context& context);
Result<std::string> inventory_library(Context& context);
Result<std::string> inject_library(Context& context);
Result<std::string> enable_libraries(Context& context);
Result<std::string> disable_libraries(Context& context);
Result<std::string> wait_for_requests(Context& context);
Result<std::string> cancel_requests(Context& context);
Result<std::string> close_sessions(Context& context);
Result<std::string> satisfy_operator_requests(Context& context);
Result<std::string> refuse_operator_requests(Context& context);
Result<std::string> back_up_catalog(Context& context);
Result<std::string> work_on_volume(Context& context);

}  // namespace rsm::cli
