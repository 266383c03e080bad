#include "cli/rsm/commands/commands.hpp"

namespace rsm::cli {

Command command_for(std::string const& object, std::string const& verb) {
  for (auto const& rows : {status_commands(), reading_commands(), doing_commands(), pool_commands(), security_commands(), side_commands(), request_commands(), events_commands(), history_commands(), outlook_commands(), catalog_commands(), volume_commands(), discover_commands(), certify_commands(), removing_commands(), top_commands(), setup_commands(), label_commands(), web_commands(), notify_commands(), report_commands()})
    for (auto const& row : rows)
      if (row.object == object && row.verb == verb) return row.run;
  return nullptr;
}

}  // namespace rsm::cli
