#include "api/daemon/signals.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "libmgr/base/asio_loop.hpp"

namespace rsm::daemon {
namespace {

TEST(Signals, AreServedInTheirOrderAndTheSecondStopIsAtOnce) {
  AsioLoop loop;
  std::vector<std::string> served;
  auto const note = [&](std::string what, int next) {
    served.push_back(std::move(what));
    next == 0 ? loop.stop() : static_cast<void>(std::raise(next));
  };
  Signals const signals(loop.context(), {.stop = [&](int signal) { note("stop " + std::to_string(signal), SIGINT); },
                                         .stop_at_once = [&](int signal) { note("at once " + std::to_string(signal), 0); },
                                         .reopen_log = [&] { note("reopen", SIGTERM); }});
  loop.post([] { std::raise(SIGHUP); });
  loop.run();
  EXPECT_THAT(served, testing::ElementsAre("reopen", "stop 15", "at once 2"));
}

TEST(Signals, ABrokenPipeKillsNobody) {
  AsioLoop loop;
  Signals const signals(loop.context(), {[](int) {}, [](int) {}, [] {}});
  std::raise(SIGPIPE);
  SUCCEED();
}

}  // namespace
}  // namespace rsm::daemon
