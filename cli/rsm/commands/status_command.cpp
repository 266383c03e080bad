// rsm status: what the service observes at this moment.
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/status.hpp"

namespace rsm::cli {
namespace {

// One call, which waits for nobody; any other might wait for the disk.
Result<std::string> show_status(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const status, service->status({}));
  return context.args().common.json ? to_json(status) + "\n" : status_text(status, context.screen());
}

}  // namespace

std::span<CommandRow const> status_commands() {
  static constexpr CommandRow rows[] = {
      {"status", "", show_status},
  };
  return rows;
}

}  // namespace rsm::cli
