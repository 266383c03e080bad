#include "api/server/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/protocol/methods.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string const mount_params = R"({"key":"k","media":["04000000-0000-0000-0000-000000000001"]})";

struct DispatcherTest : ::testing::Test {
  TestServer server;
  DispatcherTest() { furnish(server); }
  void with_session() { server.peer->session = ids::session(0); }
};

TEST_F(DispatcherTest, HelloComesFirstAndAgreesOnTheProtocol) {
  auto const stranger = server.new_peer(1000, false);
  EXPECT_EQ(server.call(*stranger, "status"), "ERROR_INVALID_STATE status");
  EXPECT_EQ(server.call(*stranger, "hello", R"({"protocol":2,"client":"x"})"), "RPC_S_NO_INTERFACES params.protocol");
  EXPECT_FALSE(stranger->greeted);
  EXPECT_THAT(server.call(*stranger, "hello", R"({"protocol":1,"client":"x 1"})"), AllOf(HasSubstr(R"("server":"rsmd")"), HasSubstr(R"("uid":1000,"administrator":false)")));
  EXPECT_THAT(server.call(*stranger, "library.list"), StartsWith("ok"));
  EXPECT_EQ(stranger->client, "x 1");
}

// Handle, then ready, then parameters (ntms-functions.md section 1).
TEST_F(DispatcherTest, ChecksInTheDocumentedOrder) {
  server.manager_double.ready = false;
  EXPECT_EQ(server.call("mount.submit", R"({"nonsense":1})"), "ERROR_INVALID_HANDLE mount.submit");
  with_session();
  EXPECT_EQ(server.call("mount.submit", R"({"nonsense":1})"), "ERROR_NOT_READY mount.submit");
  server.manager_double.ready = true;
  EXPECT_EQ(server.call("mount.submit", R"({"nonsense":1})"), "ERROR_INVALID_PARAMETER params.key");
  EXPECT_TRUE(server.manager_double.calls.empty());
}

// The disk of the catalog is full: reading goes on.
TEST_F(DispatcherTest, WhileNothingCanBeWrittenReadingIsServedAndChangesAreRefusedWithTheReason) {
  with_session();
  server.manager_double.ready = false;
  server.manager_double.cannot_write = Error{Errc::disk_full, "catalog.db", "free space"};
  EXPECT_THAT(server.call("drive.list"), StartsWith("ok"));
  EXPECT_THAT(server.call("event.read", R"({"cursor":0})"), StartsWith("ok"));
  EXPECT_EQ(server.call("mount.submit", R"({"key":"k","media":["00112233-4455-6677-8899-aabbccddeeff"]})"), "ERROR_DISK_FULL catalog.db");
  EXPECT_EQ(server.call("request.cancel", R"({"id":"00112233-4455-6677-8899-aabbccddeeff"})"), "ERROR_DISK_FULL catalog.db");
  EXPECT_TRUE(server.manager_double.calls.empty());
}

TEST_F(DispatcherTest, WhatWorksWhileTheServiceStarts) {
  server.manager_double.ready = false;
  EXPECT_THAT(server.call("status"), HasSubstr(R"("ready":false)"));
  EXPECT_THAT(server.call("rsm.describe"), HasSubstr(R"("openrpc":"1.2.6")"));
  EXPECT_THAT(server.call("metrics.read"), HasSubstr(R"("ready":false)"));
  EXPECT_THAT(server.call("session.open"), StartsWith("ok"));
  EXPECT_EQ(server.call("drive.list"), "ERROR_NOT_READY drive.list");
}

TEST_F(DispatcherTest, UnknownMethodsAreNamedWithTheirNeighbour) {
  auto const answer = server.send(*server.peer, "mount.sumbit");
  EXPECT_THAT(*answer, HasSubstr("-32601"));
  EXPECT_THAT(*answer, HasSubstr("ERROR_CALL_NOT_IMPLEMENTED"));
  EXPECT_THAT(*answer, HasSubstr("did you mean \\\"mount.submit\\\"?"));
}

TEST_F(DispatcherTest, BadLinesAreAnsweredAndSaidToBeNoCalls) {
  std::string answer;
  EXPECT_FALSE(server.dispatcher->call(*server.peer, "{", [&](std::string text) { answer = text; }));
  EXPECT_THAT(answer, HasSubstr("-32700"));
  EXPECT_TRUE(server.dispatcher->call(*server.peer, R"({"jsonrpc":"2.0","id":4,"method":"?"})", [&](std::string text) { answer = text; }));
}

// Every method answers a call without parameters, and refuses a stranger among them, exactly once.
TEST_F(DispatcherTest, EveryMethodAnswersExactlyOnce) {
  for (auto const& m : wire::methods()) {
    with_session();
    std::string const answer = server.call(m.name);
    EXPECT_TRUE(answer.starts_with("ok {") || answer.starts_with("ERROR_")) << m.name << ": " << answer;
    with_session();
    EXPECT_THAT(server.call(m.name, R"({"stranger":1})"), StartsWith("ERROR_INVALID_PARAMETER params.")) << m.name;
  }
}

TEST_F(DispatcherTest, AnExceptionIsAnsweredAndLoggedOnceAndTheServiceGoesOn) {
  with_session();
  server.manager_double.throws = "out of luck";
  auto const answer = server.send(*server.peer, "mount.submit", mount_params);
  EXPECT_THAT(*answer, HasSubstr("-32603"));
  EXPECT_THAT(*answer, HasSubstr("ERROR_INTERNAL_ERROR"));
  EXPECT_EQ(short_form(*answer), "ERROR_INTERNAL_ERROR the service");
  EXPECT_EQ(server.log.count("out of luck"), 1u);
  server.manager_double.throws.clear();
  EXPECT_THAT(server.call("mount.submit", mount_params), StartsWith("ok"));
}

TEST_F(DispatcherTest, ACallThatIsForgottenIsCancelled) {
  with_session();
  server.manager_double.drops = true;
  EXPECT_EQ(server.call("mount.submit", mount_params), "ERROR_CANCELLED the call");
}

TEST_F(DispatcherTest, ReadsWaitUntilWhatTheyShowIsDurable) {
  server.manager_double.hold_reads = true;
  auto const answer = server.send(*server.peer, "library.list");
  EXPECT_EQ(*answer, "");
  server.manager_double.held_reads.front()({});
  EXPECT_THAT(short_form(*answer), StartsWith("ok"));
  auto const refused = server.send(*server.peer, "library.list");
  server.manager_double.held_reads.back()(fail(Errc::not_ready, "catalog"));
  EXPECT_EQ(short_form(*refused), "ERROR_NOT_READY catalog");
}

// ---- sessions and connections

TEST_F(DispatcherTest, OpeningBindsAndLeavingDetaches) {
  EXPECT_THAT(server.call("session.open", R"({"application":"backup"})"), HasSubstr(R"("grace_ms":60000)"));
  auto const session = server.peer->session;
  EXPECT_FALSE(session.is_zero());
  EXPECT_EQ(server.manager_double.attached[session], 1);
  server.dispatcher->leave(*server.peer);
  server.dispatcher->leave(*server.peer);
  EXPECT_EQ(server.manager_double.attached[session], 0);
  EXPECT_TRUE(server.peer->gone);
}

TEST_F(DispatcherTest, AnotherSessionDetachesTheOneBefore) {
  server.call("session.open");
  auto const first = server.peer->session;
  server.call("session.open");
  EXPECT_NE(server.peer->session, first);
  EXPECT_EQ(server.manager_double.attached[first], 0);
  std::string const secret = ids::made_up(99).text();
  auto const attach = R"({"session":")" + first.text() + R"(","secret":")" + secret + "\"}";
  EXPECT_THAT(server.call("session.attach", attach), StartsWith("ok"));
  EXPECT_THAT(server.call("session.attach", attach), StartsWith("ok"));
  EXPECT_EQ(server.peer->session, first);
  EXPECT_EQ(server.manager_double.attached[first], 1);
}

TEST_F(DispatcherTest, ASessionThatIsReadyAfterItsClientHasGoneIsDetached) {
  server.peer->gone = true;  // the connection broke while the opening was written
  server.call("session.open");
  EXPECT_TRUE(server.peer->session.is_zero());
  EXPECT_EQ(server.manager_double.attached.begin()->second, 0);
}

TEST_F(DispatcherTest, ClosingEndsTheSessionOfTheConnection) {
  EXPECT_EQ(server.call("session.close"), "ERROR_INVALID_HANDLE session.close");
  server.call("session.open");
  EXPECT_EQ(server.call("session.close"), "ok {}");
  EXPECT_TRUE(server.peer->session.is_zero());
  EXPECT_EQ(server.call("session.close", R"({"session":"06000000-0000-0000-0000-000000000001"})"), "ok {}");
}

TEST_F(DispatcherTest, NamesOfApplicationsAreLimited) {
  EXPECT_EQ(server.call("session.open", R"({"application":")" + std::string(64, 'x') + "\"}"), "ERROR_INVALID_PARAMETER params.application");
  std::string umlauts;
  for (int i = 0; i < 63; ++i) umlauts += "\xc3\xa4";
  EXPECT_THAT(server.call("session.open", R"({"application":")" + umlauts + "\"}"), StartsWith("ok"));
  std::string disks;  // two UTF-16 units each, as the Windows structures and the client library count
  for (int i = 0; i < 32; ++i) disks += "\xf0\x9f\x92\xbd";
  EXPECT_EQ(server.call("session.open", R"({"application":")" + disks + "\"}"), "ERROR_INVALID_PARAMETER params.application");
}

}  // namespace
}  // namespace rsm::testing
