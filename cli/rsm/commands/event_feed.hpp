// The events after a cursor, over restarts of the service.
//
// What for: `rsm events`. Pages come from a connection of the feed's own. A service that goes away is said on standard error, once for each
// reason; come_back() waits until it is there and ready again, without a limit of its own (the user's Ctrl-C is one). Nothing is
// lost and nothing comes twice: the caller's cursor is the number of the last event it has printed.
// Errors: what the service answered: no_data (232) for a cursor that is no longer kept; cancelled (1223) after stop();
// rpc_no_interfaces (1817) when what comes back speaks another protocol.
// Thread rule: the main thread; stop() from any.
#pragma once

#include <memory>

#include "api/client/stoppable.hpp"
#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

inline constexpr std::int64_t events_page = 500;  // asked for at a time

class EventFeed {
 public:
  explicit EventFeed(Context const& context) : context_(context) {}

  // The first time: a service that is not there is an error.
  Result<> open();
  Result<wire::EventReadReply> read(wire::EventReadParams const& params);
  // Whether this error of read() means that the service is away, and not that it refuses.
  static bool away(Errc code);
  Result<> come_back(Error because, std::int64_t cursor);
  // For questions beside the reading; only between open() and the next come_back().
  client::Connection& service() { return *connection_; }

  // Ends what waits, for ever.
  void stop() { service_.stop(); }
  bool stopped() const { return service_.stopped(); }

 private:
  Result<bool> try_again(Error& because);

  Context const& context_;
  client::Stoppable service_;
  std::shared_ptr<client::Connection> connection_;  // of the main thread: the same
};

}  // namespace rsm::cli
