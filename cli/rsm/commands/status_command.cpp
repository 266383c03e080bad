// rsm status: the service's snapshot, and who stands behind its ids.
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/status.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::size_t requesters_asked_max = 64;  // drives whose session has ended; more are shown by their id

// Who is missing is shown by its id: none of these calls may spoil the picture.
void add_who(Connection& service, StatusView& view) {
  if (auto sessions = collect(service, &Connection::session_list, wire::ListParams{}))
    for (auto const& s : sessions->items) view.sessions[s.session] = session_who(s);
  for (auto const& d : view.status.drives) {
    if (d.request.is_zero() || view.sessions.contains(d.session) || view.requesters.size() >= requesters_asked_max) continue;
    if (auto request = service.request_get({d.request})) view.requesters[d.request] = request_who(*request);
  }
}

void add_last_change(Connection& service, StatusView& view) {
  if (view.status.last_event < 1) return;
  auto reply = service.event_read({.cursor = view.status.last_event - 1, .type = {}, .limit = 1, .wait_ms = 0});
  if (reply && !reply->events.empty()) view.last_change = reply->events.front().time;
}

}  // namespace

Result<std::string> show_status(Context& context) {
  RSM_TRY(auto* service, context.service());
  StatusView view;
  RSM_TRY(view.status, service->status({}));
  if (context.args().common.json) return to_json(view.status) + "\n";
  add_who(*service, view);
  add_last_change(*service, view);
  return status_text(view, context.screen());
}

}  // namespace rsm::cli
