// The exporter over HTTP, with a daemon that is there, away, back, slow or refusing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <condition_variable>
#include <fstream>
#include <mutex>

#include "tests/api/exporter/rig.hpp"
#include "tests/api/exporter/samples.hpp"

namespace rsm::exporter {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Exporter, PagesAndTheirTypes) {
  Rig rig;
  rig.start_daemon();
  auto const classic = rig.get("/metrics");
  EXPECT_EQ(classic.status, 200);
  EXPECT_EQ(classic.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(classic.body, StartsWith("# HELP openrsm_up "));
  EXPECT_THAT(classic.body, HasSubstr("\nopenrsm_up 1\n"));
  auto const open = rig.get("/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n");
  EXPECT_EQ(open.field("Content-Type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(open.body.ends_with("\n# EOF\n"));
  EXPECT_EQ(rig.get("/healthz").body, "ok\n");
  EXPECT_EQ(rig.get("/").field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(rig.get("/nothing").status, 404);
}

TEST(Exporter, HeadHasTheFieldsOfThePageAndOtherMethodsAreRefused) {
  Rig rig;
  rig.start_daemon();
  auto const client = rig.connect();
  client->send("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  auto const head = client->read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), std::to_string(rig.get("/metrics").body.size()));
  client->send("DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n");  // the same connection: no body followed the head
  auto const refused = client->read();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.field("Allow"), "GET, HEAD");
}

TEST(Exporter, TheDaemonIsAwayComesAndGoes) {
  Rig rig;
  EXPECT_EQ(rig.get("/metrics").status, 200);
  EXPECT_EQ(rig.get("/metrics").body, "# HELP openrsm_up 1 when the daemon answered this scrape.\n# TYPE openrsm_up gauge\nopenrsm_up 0\n");
  EXPECT_EQ(rig.get("/healthz").status, 503);
  EXPECT_THAT(rig.get("/healthz").body, StartsWith("the daemon does not answer: ERROR_NOT_READY"));
  for (int round = 0; round < 3; ++round) {
    rig.start_daemon();
    EXPECT_EQ(rig.get("/healthz").status, 200) << round;
    rig.start_daemon();  // restarted between two scrapes: the kept connection is broken
    EXPECT_EQ(rig.get("/healthz").status, 200) << round;
    rig.stop_daemon();
    EXPECT_EQ(rig.get("/healthz").status, 503) << round;
  }
}

TEST(Exporter, ADaemonThatRefusesIsNotUp) {
  Rig rig;
  rig.start_daemon().refuse("metrics.read", Errc::call_not_implemented, "metrics.read", "an older daemon");
  EXPECT_THAT(rig.get("/metrics").body, HasSubstr("\nopenrsm_up 0\n"));
  EXPECT_THAT(rig.get("/healthz").body, HasSubstr("an older daemon"));
}

TEST(Exporter, ADaemonThatSpeaksNonsenseIsNotUp) {
  Rig rig;
  rig.start_daemon().answer("metrics.read", [](auto const&) -> Result<boost::json::value> { return boost::json::object{{"version", 5}}; });
  EXPECT_THAT(rig.get("/metrics").body, HasSubstr("\nopenrsm_up 0\n"));
}

TEST(Exporter, OneConnectionIsKeptAndOneQuestionAskedForEachScrape) {
  Rig rig;
  auto& daemon = rig.start_daemon();
  auto const client = rig.connect();
  for (int n = 1; n <= 3; ++n) {
    client->send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client->read().status, 200);
    EXPECT_EQ(daemon.asked("metrics.read").size(), static_cast<std::size_t>(n));
  }
  EXPECT_EQ(daemon.asked("hello").size(), 1u);
}

// A daemon that holds its answers until it is told.
struct Gate {
  std::mutex mutex;
  std::condition_variable moved;
  int asked = 0;
  bool open = false;

  void hold(cli::FakeDaemon& daemon) {
    daemon.answer("metrics.read", [this](auto const&) -> Result<boost::json::value> {
      std::unique_lock lock(mutex);
      ++asked;
      moved.notify_all();
      moved.wait(lock, [this] { return open; });
      return wire::encode(samples::figures());
    });
  }
  void wait_asked(int times) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(moved.wait_for(lock, std::chrono::seconds(20), [&] { return asked >= times; }));
  }
  void let_go() {
    std::lock_guard const lock(mutex);
    open = true;
    moved.notify_all();
  }
};

TEST(Exporter, ScrapesAtTheSameTimeShareOneQuestion) {
  Gate gate;
  Rig rig;
  gate.hold(rig.start_daemon());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int n = 0; n < 10; ++n) {
    clients.push_back(rig.connect());
    clients.back()->send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    if (n == 0) gate.wait_asked(1);
  }
  EXPECT_EQ(rig.get("/").status, 200) << "what needs no daemon does not wait";
  gate.let_go();
  for (auto const& client : clients) EXPECT_THAT(client->read().body, HasSubstr("\nopenrsm_up 1\n"));
  EXPECT_LE(gate.asked, 2) << "those that were read after the first answer have asked once more";
}

TEST(Exporter, ADaemonThatDoesNotAnswerIsNotUpWithinTheLimit) {
  Gate gate;
  Rig rig;
  gate.hold(rig.start_daemon());
  EXPECT_THAT(rig.get("/metrics").body, HasSubstr("\nopenrsm_up 0\n"));
  gate.let_go();
  EXPECT_THAT(rig.get("/metrics").body, HasSubstr("\nopenrsm_up 1\n")) << "a late answer is not taken for the next one";
}

TEST(Exporter, EndsWhileAScrapeWaits) {
  Gate gate;
  auto rig = std::make_unique<Rig>();
  gate.hold(rig->start_daemon());
  auto const client = rig->connect();
  client->send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.wait_asked(1);
  gate.let_go();
  rig.reset();
  client->read_to_end();
}

TEST(Exporter, UnixSocketIsTakenOverFromTheDeadAndRemovedAtTheEnd) {
  std::string path;
  {
    Rig rig({}, "unix");
    rig.start_daemon();
    path = rig.where().substr(5);
    EXPECT_EQ(rig.get("/healthz").body, "ok\n");
    boost::asio::io_context loop;
    DaemonSource source(loop, "/nowhere");
    PageHandler pages(source);
  http::Server second(loop, pages);
    auto const refused = second.listen({.path = path});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::already_exists);
    EXPECT_EQ(rig.get("/healthz").body, "ok\n") << "and the first one is untouched";
    std::ofstream(rig.path("file")) << "not a socket";
    EXPECT_EQ(second.listen({.path = rig.path("file")}).error().code, Errc::invalid_parameter);
    EXPECT_TRUE(std::filesystem::exists(rig.path("file")));
    // What a dead process leaves: bound, and nobody listens.
    int const dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    boost::asio::local::stream_protocol::endpoint const left(rig.path("left.sock"));
    ASSERT_EQ(::bind(dead, left.data(), static_cast<socklen_t>(left.size())), 0);
    ::close(dead);
    http::Server third(loop, pages);
    EXPECT_TRUE(third.listen({.path = rig.path("left.sock")}));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Exporter, APortThatIsTaken) {
  Rig rig;
  boost::asio::io_context loop;
  DaemonSource source(loop, "/nowhere");
  PageHandler pages(source);
  http::Server second(loop, pages);
  auto const port = static_cast<std::uint16_t>(std::stoi(rig.where().substr(rig.where().rfind(':') + 1)));
  auto const refused = second.listen({.address = "127.0.0.1", .port = port});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::already_exists);
}

}  // namespace
}  // namespace rsm::exporter
