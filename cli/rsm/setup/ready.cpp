#include "cli/rsm/setup/ready.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/rsm/setup/limits.hpp"

namespace rsm::cli {
namespace {

using std::chrono::steady_clock;

client::Options one_try() {
  client::Options options;
  options.connect_limit = limits::setup_socket_limit;
  options.reconnect_limit = Millis{0};
  return options;
}

bool is_there(wire::LibraryInfo const& library) {
  return library.operational_state != OperationalState::not_present;
}

// What is there now; nothing: it is still starting.
Result<std::optional<Readiness>> look(Context const& context, std::string const& name) {
  RSM_TRY(auto const service, context.connect(one_try()));
  RSM_TRY(auto const status, service->status({}));
  if (!status.ready) return std::nullopt;
  Readiness ready;
  if (name.empty()) return ready;
  auto const library = std::ranges::find(status.libraries, name, &wire::LibraryInfo::name);
  if (library == status.libraries.end() || library->operational_state == OperationalState::initializing) return std::nullopt;
  if (library->operational_state != OperationalState::ready) return fail(Errc::device_not_available, name, library->reason);
  ready.cartridges = library->media;
  RSM_TRY(auto const media, service->medium_list({.container = library->id.guid, .cursor = {}, .limit = {}}));
  for (auto const& medium : media.items)
    if (ready.first_medium.empty() || medium.name < ready.first_medium) ready.first_medium = medium.name;
  return ready;
}

bool is_starting(Errc code) {
  return code == Errc::not_ready || code == Errc::not_connected || code == Errc::connection_unavail;
}

}  // namespace

Result<Readiness> wait_until_ready(Context const& context, std::string const& library) {
  auto const end = steady_clock::now() + limits::setup_ready_limit;
  for (;;) {
    auto const seen = look(context, library);
    if (seen && *seen) return **seen;
    if (!seen && !is_starting(seen.error().code)) return std::unexpected(seen.error());
    if (steady_clock::now() >= end)
      return fail(Errc::timeout, library.empty() ? "rsmd" : library,
                  "it is not ready " + std::to_string(limits::setup_ready_limit / std::chrono::seconds(1)) +
                      " s after the start; 'rsm setup --check' says what is wrong");
    std::this_thread::sleep_for(limits::setup_ready_look);
  }
}

bool known_to_service(Context const& context, std::string const& library) {
  auto const service = context.connect(one_try());
  if (!service) return false;
  auto const status = (*service)->status({});
  return status && std::ranges::any_of(status->libraries, [&](auto const& l) { return l.name == library && is_there(l); });
}

}  // namespace rsm::cli
