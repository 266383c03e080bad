#include "cli/rsm/commands/event_feed.hpp"

#include "api/client/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

void tell(std::string const& what) {
  note("rsm: events: " + plain_text(what) + "\n");
}

}  // namespace

// Never connected again behind our back: what the user is told about the service is told here.
Result<> EventFeed::open() {
  client::Options options;
  options.reconnect_limit = Millis{0};
  RSM_TRY(std::shared_ptr<client::Connection> opened, context_.connect(std::move(options)));
  if (!service_.use(opened)) return fail(Errc::cancelled, "events", "it was interrupted");
  connection_ = std::move(opened);
  return {};
}

// A service that hangs is away, too.
Result<wire::EventReadReply> EventFeed::read(wire::EventReadParams const& params) {
  return connection_->event_read(params, Millis{params.wait_ms.value_or(0)} + limits::client_call_limit);
}

// A service that is stopping cancels the calls that wait.
bool EventFeed::away(Errc code) {
  return code == Errc::not_connected || code == Errc::not_ready || code == Errc::connection_unavail || code == Errc::cancelled ||
         code == Errc::busy || code == Errc::access_denied;
}

Result<> EventFeed::come_back(Error because, std::int64_t cursor) {
  tell("the service is away (" + because.text() + "); waiting for it");
  while (!service_.pause(limits::client_reconnect_pause_max)) {
    RSM_TRY(bool const back, try_again(because));
    if (!back) continue;
    tell("the service is back; going on after event " + std::to_string(cursor));
    return {};
  }
  return fail(Errc::cancelled, "events", "it was interrupted");
}

// False: it is not there yet, or not ready; a new reason is told.
Result<bool> EventFeed::try_again(Error& because) {
  auto const opened = open();
  if (opened) return connection_->server().ready;
  if (!away(opened.error().code)) return std::unexpected(opened.error());
  if (opened.error().code != because.code) tell("still away (" + opened.error().text() + ")");
  because = opened.error();
  return false;
}

}  // namespace rsm::cli
