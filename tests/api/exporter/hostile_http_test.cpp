// Clients that flood, stall, lie or speak something else hurt only themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/http/limits.hpp"
#include "libmgr/base/random.hpp"
#include "tests/api/exporter/rig.hpp"

namespace rsm::exporter {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Hostile : ::testing::Test {
  std::unique_ptr<Rig> rig;
  void start(http::Limits limits = {}) {
    rig = std::make_unique<Rig>(limits);
    rig->start_daemon();
  }
  // What comes back until the exporter ends the connection.
  std::string answer_to(std::string const& bytes, bool end = false) {
    auto const client = rig->connect();
    client->send(bytes);
    if (end) client->end_of_input();
    return client->read_to_end();
  }
  void TearDown() override {
    ASSERT_TRUE(rig);
    EXPECT_EQ(rig->get("/healthz").status, 200) << "others are served as before";
  }
};

TEST_F(Hostile, AHeadThatIsTooLarge) {
  start();
  std::string const large(http::limits::header_bytes_max + 1, 'x');
  EXPECT_THAT(answer_to("GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + large + "\r\n\r\n"), AnyOf(StartsWith("HTTP/1.1 431 "), IsEmpty()));
  EXPECT_THAT(answer_to("GET /" + large + " HTTP/1.1\r\n\r\n"), AnyOf(StartsWith("HTTP/1.1 431 "), IsEmpty()));
  EXPECT_THAT(answer_to(large + large + large + large), AnyOf(StartsWith("HTTP/1.1 4"), IsEmpty()));
}

TEST_F(Hostile, ABodyIsRefused) {
  start();
  EXPECT_THAT(answer_to("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n"), StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(Hostile, Garbage) {
  start();
  EXPECT_THAT(answer_to("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET /metrics HTTP/9.9\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET /metrics HTTP/1.1\r\nBad Field\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), true), AnyOf(StartsWith("HTTP/1.1 400 "), IsEmpty())) << "TLS";
  EXPECT_THAT(answer_to("{\"jsonrpc\":\"2.0\"}\n", true), AnyOf(StartsWith("HTTP/1.1 400 "), IsEmpty()));
  EXPECT_THAT(answer_to("", true), IsEmpty());
  EXPECT_THAT(answer_to("GET /metrics HT", true), IsEmpty()) << "cut off";
}

TEST_F(Hostile, RandomBytes) {
  start();
  SeededRandom random(7);
  std::string const good = "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\nConnection: close\r\n\r\n";
  for (int round = 0; round < 200; ++round) {
    std::string bytes = good;
    for (int n = 0; n < 1 + round % 8; ++n) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    EXPECT_THAT(answer_to(bytes, true), AnyOf(StartsWith("HTTP/1.1 "), StartsWith("HTTP/1.0 "), IsEmpty())) << bytes;
  }
}

TEST_F(Hostile, PipelinedRequestsAreAnsweredInTheirOrder) {
  start();
  auto const client = rig->connect();
  std::string all;
  for (int n = 0; n < 50; ++n) all += n % 2 == 0 ? "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" : "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
  client->send(all);
  for (int n = 0; n < 50; ++n) EXPECT_EQ(client->read().status, n % 2 == 0 ? 200 : 404) << n;
}

// It sends and never reads: the exporter reads no more from it than the buffers hold, and ends it.
TEST_F(Hostile, AFloodThatNobodyReads) {
  start({.write = 300ms});
  auto const client = rig->connect();
  std::string const flood = [] {
    std::string many;
    for (int n = 0; n < 1000; ++n) many += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    return many;
  }();
  bool cut_off = false;
  for (int n = 0; n < 1000 && !cut_off; ++n) cut_off = !client->send(flood);
  EXPECT_TRUE(cut_off);
}

TEST_F(Hostile, ASlowRequestHasALimit) {
  start({.request = 300ms});
  auto const client = rig->connect();
  client->send("GET /metrics HTT");
  EXPECT_THAT(client->read_to_end(), IsEmpty());
}

TEST_F(Hostile, AnIdleConnectionHasALimit) {
  start({.idle = 300ms});
  auto const silent = rig->connect();
  EXPECT_THAT(silent->read_to_end(), IsEmpty());
  auto const client = rig->connect();
  client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client->read().status, 200);
  EXPECT_THAT(client->read_to_end(), IsEmpty());
}

TEST_F(Hostile, TheLongestIdleMakesRoomForANewOne) {
  start({.connections = 3});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int n = 0; n < 3; ++n) {
    clients.push_back(rig->connect());
    clients.back()->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(clients.back()->read().status, 200);
  }
  EXPECT_EQ(rig->get("/healthz").status, 200);
  EXPECT_THAT(clients.front()->read_to_end(), IsEmpty());
  clients.at(2)->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(clients.at(2)->read().status, 200) << "the others are kept";
  EXPECT_LE(rig->connections(), 3u);
}

TEST_F(Hostile, WhenNobodyIsIdleANewOneIsClosed) {
  start({.request = 2s, .connections = 3});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int n = 0; n < 3; ++n) {
    slow.push_back(rig->connect());
    slow.back()->send("GET /met");
  }
  // Whether it is accepted before the others' first bytes are read is the kernel's to decide: then it takes an idle one's place.
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), AnyOf(IsEmpty(), StartsWith("HTTP/1.1 200 ")));
  EXPECT_LE(rig->connections(), 3u);
  for (auto const& client : slow) client->read_to_end();
}

TEST_F(Hostile, OldClientsGetWhatTheyUnderstand) {
  start();
  EXPECT_THAT(answer_to("GET /metrics HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200 "));
  EXPECT_THAT(answer_to("GET /metrics HTTP/1.0\r\n\r\n"), HasSubstr("\nopenrsm_up 1\n"));
}

}  // namespace
}  // namespace rsm::exporter
