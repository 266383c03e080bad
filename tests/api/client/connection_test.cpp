// client::Connection against a server that does what the test says.
#include "api/client/connection.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "api/client/stoppable.hpp"
#include "fake_server.hpp"
#include "libmgr/domain/limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace rsm;
using namespace rsm::test;
using client::Connection;

constexpr char const* two_requests = R"({"requests":["33333333-3333-4333-8333-333333333333"],"drives":["44444444-4444-4444-8444-444444444444"],"drive_names":["Drive 0"],"volumes":["/v"]})";

struct ConnectionTest : testing::Test {
  FakeServer server;
  bool one_thread = false;

  std::unique_ptr<Connection> open(std::optional<Millis> reconnect = {}) const {
    auto connection = Connection::open({server.path(), "test", 2s, reconnect, one_thread});
    if (!connection) throw std::runtime_error(connection.error().text());
    return std::move(*connection);
  }
  static wire::MountParams mount_params() {
    wire::MountParams params;
    params.key = "the-key";
    params.media.push_back(*Guid::parse("55555555-5555-4555-8555-555555555555"));
    return params;
  }
};

TEST_F(ConnectionTest, SaysHelloAndKnowsTheServer) {
  auto const connection = open();
  EXPECT_TRUE(connection->server().ready);
  EXPECT_EQ(connection->server().server, "fake");
  ASSERT_EQ(server.calls("hello").size(), 1u);
  EXPECT_EQ(server.calls("hello")[0].params.at("client").as_string(), "test");
}

TEST_F(ConnectionTest, NobodyListensIsNotReady) {
  auto const connection = Connection::open({"/nonexistent/socket", "test", 2s, {}});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::not_ready);
  EXPECT_EQ(connection.error().object, "/nonexistent/socket");
}

TEST_F(ConnectionTest, TooLongAPathIsRefused) {
  auto const connection = Connection::open({std::string(200, 'x'), "test", 2s, {}});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::invalid_parameter);
}

TEST_F(ConnectionTest, AnotherProtocolIsRefused) {
  server.on("hello", [](Call const&) -> Act { return Reply{R"({"protocol":2,"server":"x","version":"9","ready":true})"}; });
  auto const connection = Connection::open({server.path(), "test", 2s, {}});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::rpc_no_interfaces);
}

constexpr char const* refusal =
    R"({"jsonrpc":"2.0","id":null,"error":{"code":170,"message":"busy","data":{"name":"ERROR_BUSY","object":"user alice","detail":"has 1024 connections"}}})"
    "\n";

// Who has no room for a connection says so without waiting for hello: that is the error, not a lost connection.
TEST_F(ConnectionTest, ARefusedConnectionSaysWhy) {
  server.on("hello", [](Call const&) -> Act { return Raw{refusal}; });
  auto const refused = Connection::open({server.path(), "test", 200ms, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{Errc::busy, "user alice", "has 1024 connections"}));
}

TEST_F(ConnectionTest, ItSaysSoAlsoWhenTheSocketIsClosedAtOnce) {
  std::string const path = server.path() + ".full";
  int const listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  std::atomic<bool> over = false;
  std::thread turning_away([&] {
    while (!over) {
      int const client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      [[maybe_unused]] auto const sent = ::send(client, refusal, std::string_view(refusal).size(), MSG_NOSIGNAL);
      ::close(client);
    }
  });
  auto const refused = Connection::open({path, "test", 200ms, {}});
  over = true;
  ::shutdown(listener, SHUT_RDWR);
  turning_away.join();
  ::close(listener);
  ::unlink(path.c_str());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{Errc::busy, "user alice", "has 1024 connections"}));
}

TEST_F(ConnectionTest, AConnectionThatTheServiceEndsIsNotMadeAgain) {
  server.on("drive.list", [](Call const&) -> Act {
    return Raw{R"({"jsonrpc":"2.0","id":null,"error":{"code":1460,"message":"t","data":{"name":"ERROR_TIMEOUT","object":"connection","detail":"reads nothing"}}})" "\n"};
  });
  auto const connection = open();
  auto const ended = connection->drive_list({});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::not_connected);
  EXPECT_EQ(ended.error().detail, "reads nothing");
  EXPECT_FALSE(connection->drive_list({}));
  EXPECT_EQ(server.calls("hello").size(), 1u);
}

TEST_F(ConnectionTest, SilenceAtHelloEndsWithTheLimit) {
  server.on("hello", [](Call const&) -> Act { return Silence{}; });
  auto const begun = std::chrono::steady_clock::now();
  auto const connection = Connection::open({server.path(), "test", 200ms, {}});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Errc::not_connected);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST_F(ConnectionTest, TypedAndRawCallsSeeTheSame) {
  server.on("object.type", [](Call const&) -> Act { return Reply{R"({"type":"drive","type_code":5,"from_a_newer_server":1})"}; });
  auto const connection = open();
  auto const typed = connection->object_type({*Guid::parse("55555555-5555-4555-8555-555555555555")});
  ASSERT_TRUE(typed) << typed.error().text();
  EXPECT_EQ(typed->type, ObjectType::drive);
  auto const by_name = connection->call<wire::TypeParams, wire::TypeReply>("object.type", {*Guid::parse("55555555-5555-4555-8555-555555555555")});
  ASSERT_TRUE(by_name);
  EXPECT_EQ(by_name->type_code, 5);
  auto const raw = connection->call_raw("object.type", R"({"id":"55555555-5555-4555-8555-555555555555"})");
  ASSERT_TRUE(raw);
  EXPECT_NE(raw->find("from_a_newer_server"), std::string::npos);
  EXPECT_EQ(connection->call_raw("object.type", "[1]").error().code, Errc::invalid_parameter);
  EXPECT_EQ(connection->call_raw("object.type", "{").error().code, Errc::invalid_parameter);
}

TEST_F(ConnectionTest, ErrorsComeWithObjectAndDetail) {
  server.on("drive.get", [](Call const&) -> Act { return Refuse{4312, "no such drive"}; });
  auto const drive = open()->drive_get({});
  ASSERT_FALSE(drive);
  EXPECT_EQ(drive.error(), (Error{Errc::object_not_found, "it", "no such drive"}));
}

TEST_F(ConnectionTest, AnAnswerOfAnotherShapeIsNotBelieved) {
  server.on("object.type", [](Call const&) -> Act { return Reply{R"({"type":"drive","type_code":"five"})"}; });
  auto const type = open()->object_type({});
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().code, Errc::not_connected);
}

TEST_F(ConnectionTest, NoAnswerEndsWithTheLimitAndALateOneIsIgnored) {
  std::atomic<int> asked = 0;
  server.on("object.type", [&asked](Call const&) -> Act {
    if (++asked == 1) std::this_thread::sleep_for(300ms);
    return Reply{R"({"type":"drive","type_code":5})"};
  });
  auto const connection = open();
  auto const late = connection->object_type({}, 100ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::not_connected);
  EXPECT_TRUE(connection->object_type({}));
}

TEST_F(ConnectionTest, AKeyedCallIsSentAgainOnceAfterTheSessionIsAttached) {
  server.on("mount.run", [](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{two_requests}}; });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  auto const mounted = connection->mount_run(mount_params());
  ASSERT_TRUE(mounted) << mounted.error().text();
  EXPECT_EQ(mounted->drive_names, std::vector<std::string>{"Drive 0"});
  auto const mounts = server.calls("mount.run");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[0].key(), "the-key");
  EXPECT_EQ(mounts[0].params, mounts[1].params);
  auto const attached = server.calls("session.attach");
  ASSERT_EQ(attached.size(), 1u);
  EXPECT_EQ(attached[0].params.at("secret").as_string(), "22222222-2222-4222-8222-222222222222");
  auto const all = server.calls();  // hello, open, mount | hello, attach, mount
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[4].method, "session.attach");
  EXPECT_EQ(all[5].method, "mount.run");
}

// The caller makes no key for what changes the catalog only: the connection does.
TEST_F(ConnectionTest, AChangeOfTheCatalogIsSentAgainWithTheSameKey) {
  server.on("pool.delete", [](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{"{}"}}; });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  ASSERT_TRUE(connection->pool_delete({}));
  ASSERT_TRUE(connection->pool_delete({}));
  auto const calls = server.calls("pool.delete");
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_FALSE(calls[0].key().empty());
  EXPECT_EQ(calls[0].key(), calls[1].key());
  EXPECT_NE(calls[1].key(), calls[2].key()) << "another call";
  wire::PoolParams own;
  own.key = "mine";
  ASSERT_TRUE(connection->pool_delete(own));
  EXPECT_EQ(server.calls("pool.delete").back().key(), "mine");
}

TEST_F(ConnectionTest, WithoutASessionOrWithAnOlderServiceAChangeHasNoKey) {
  server.on("pool.delete", [](Call const&) -> Act { return Reply{"{}"}; });
  auto connection = open();
  ASSERT_TRUE(connection->pool_delete({}));
  server.on("hello", [](Call const&) -> Act { return Reply{R"({"protocol":1,"server":"fake","version":"0","ready":true})"}; });
  connection = open(1s);
  ASSERT_TRUE(connection->open_session("test"));
  ASSERT_TRUE(connection->pool_delete({}));
  for (auto const& call : server.calls("pool.delete")) EXPECT_EQ(call.key(), "");
  server.on("pool.delete", [](Call const&) -> Act { return Break{}; });
  auto const broken = connection->pool_delete({});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::not_connected) << "nobody would recognise it";
}

TEST_F(ConnectionTest, WhatMayNotRunTwiceIsNotSentTwice) {
  server.on("request.cancel", [](Call const&) -> Act { return Break{}; });
  server.on("mount.submit", [](Call const&) -> Act { return Break{}; });
  auto const connection = open(1s);
  auto const cancelled = connection->request_cancel({});
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::not_connected);
  EXPECT_EQ(server.calls("request.cancel").size(), 1u);
  auto keyless = mount_params();
  keyless.key.clear();
  EXPECT_FALSE(connection->mount_submit(keyless));
  EXPECT_EQ(server.calls("mount.submit").size(), 1u);
}

TEST_F(ConnectionTest, AWaitForEventsFromNowOnIsNotSentAgainButFromACursorAndWithoutAWaitItIs) {
  std::atomic<int> breaks = 1;
  server.on("event.read", [&breaks](Call const&) -> Act {
    return breaks-- > 0 ? Act{Break{}} : Act{Reply{R"({"events":[],"cursor":7,"oldest":1,"history":"11111111-1111-4111-8111-111111111111"})"}};
  });
  auto const connection = open();
  wire::EventReadParams params;
  params.cursor = 5;
  auto const read = connection->event_read(params);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->cursor, 7);
  params.cursor.reset();
  breaks = 1;
  EXPECT_TRUE(connection->event_read(params)) << "nothing is read without a wait, so nothing is lost";
  params.wait_ms = 1000;
  breaks = 1;
  EXPECT_FALSE(connection->event_read(params));
}

TEST_F(ConnectionTest, SessionOpenIsNotSentBlindly) {
  server.on("session.open", [](Call const&) -> Act { return Break{}; });
  auto const opened = open(1s)->open_session("test");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::not_connected);
  EXPECT_EQ(server.calls("session.open").size(), 1u);
}

TEST_F(ConnectionTest, WaitsUntilARestartedServerIsReady) {
  server.on("mount.run", [](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{two_requests}}; });
  server.on("hello", [](Call const& call) -> Act {
    std::string const ready = call.connection == 1 || call.connection > 3 ? "true" : "false";
    return Reply{R"({"protocol":1,"server":"fake","version":"0","ready":)" + ready + "}"};
  });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  EXPECT_TRUE(connection->mount_run(mount_params()));
  EXPECT_EQ(server.calls("mount.run").size(), 2u);
  EXPECT_EQ(server.calls("session.attach").size(), 3u);
}

TEST_F(ConnectionTest, SurvivesAServerThatIsAwayForAWhile) {
  server.on("mount.run", [](Call const& call) -> Act { return call.connection == 1 ? Act{Silence{}} : Act{Reply{two_requests}}; });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  auto mounting = std::async(std::launch::async, [&] { return connection->mount_run(mount_params()); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  server.go_away();
  std::this_thread::sleep_for(300ms);
  server.come_back();
  auto const mounted = mounting.get();
  EXPECT_TRUE(mounted) << mounted.error().text();
  EXPECT_EQ(server.calls("mount.run").size(), 2u);
}

TEST_F(ConnectionTest, GoneForEverIsNotConnectedWithinTheGrace) {
  server.grace(400);
  server.on("mount.run", [](Call const&) -> Act { return Silence{}; });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  auto mounting = std::async(std::launch::async, [&] { return connection->mount_run(mount_params()); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  auto const begun = std::chrono::steady_clock::now();
  server.go_away();
  auto const mounted = mounting.get();
  ASSERT_FALSE(mounted);
  EXPECT_EQ(mounted.error().code, Errc::not_connected);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(connection->drive_list({}).error().code, Errc::not_connected);
  EXPECT_EQ(connection->close_session().error().code, Errc::connection_unavail);
}

TEST_F(ConnectionTest, ASessionThatTheServerHasForgottenIsGone) {
  server.on("session.attach", [](Call const&) -> Act { return Refuse{6, "its grace is over"}; });
  server.on("mount.run", [](Call const&) -> Act { return Break{}; });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  auto const mounted = connection->mount_run(mount_params());
  ASSERT_FALSE(mounted);
  EXPECT_EQ(mounted.error().code, Errc::not_connected);
  EXPECT_EQ(mounted.error().detail, "its grace is over");
  EXPECT_EQ(server.calls("mount.run").size(), 1u);
}

TEST_F(ConnectionTest, AServerThatBreaksEveryConnectionEndsTheTries) {
  server.on("drive.list", [](Call const&) -> Act { return Break{}; });
  auto const begun = std::chrono::steady_clock::now();
  auto const drives = open(500ms)->drive_list({});
  ASSERT_FALSE(drives);
  EXPECT_EQ(drives.error().code, Errc::not_connected);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  EXPECT_LT(server.calls("hello").size(), 20u);
}

TEST_F(ConnectionTest, CloseEndsWaitingCallsAndLaterOnesAreRefused) {
  server.on("mount.run", [](Call const&) -> Act { return Silence{}; });
  auto const connection = open();
  auto mounting = std::async(std::launch::async, [&] { return connection->mount_run(mount_params()); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  connection->close();
  EXPECT_EQ(mounting.get().error().code, Errc::cancelled);
  EXPECT_EQ(connection->drive_list({}).error().code, Errc::invalid_handle);
  connection->close();
}

TEST_F(ConnectionTest, AStoppableOneEndsCallsAndPausesAtOnceAndForEver) {
  server.on("event.read", [](Call const&) -> Act { return Silence{}; });
  client::Stoppable service;
  std::shared_ptr<Connection> const connection = open();
  EXPECT_FALSE(service.pause(1ms));
  EXPECT_TRUE(service.use(connection));
  auto reading = std::async(std::launch::async, [&] { return connection->event_read({}); });
  auto pausing = std::async(std::launch::async, [&] { return service.pause(1h); });
  ASSERT_TRUE(server.wait_for("event.read", 1));
  EXPECT_FALSE(service.stopped());
  service.stop();
  EXPECT_EQ(reading.get().error().code, Errc::cancelled);
  EXPECT_TRUE(pausing.get());
  EXPECT_TRUE(service.stopped());
  EXPECT_TRUE(service.pause(1h));
  EXPECT_FALSE(service.use(open())) << "nobody would end what waits on it";
}

// ---- one call after the other: those that only read need no second thread

struct OneThread : ConnectionTest {
  OneThread() {
    one_thread = true;
    server.on("object.type", [](Call const&) -> Act { return Reply{drive_type}; });
  }
  static std::size_t threads_now() {
    std::size_t count = 0;
    for ([[maybe_unused]] auto const& task : std::filesystem::directory_iterator("/proc/self/task")) ++count;
    return count;
  }
  static constexpr char const* drive_type = R"({"type":"drive","type_code":5})";
};

TEST_F(OneThread, AReadingCallStartsNone) {
  auto const connection = open();
  ASSERT_TRUE(connection->object_type({}));  // the server has its thread for this connection now
  auto const before = threads_now();
  EXPECT_TRUE(connection->object_type({}));
  EXPECT_EQ(threads_now(), before);
  ASSERT_TRUE(connection->open_session("test"));
  EXPECT_EQ(threads_now(), before + 1) << "what may not be asked twice has its reader";
  EXPECT_TRUE(connection->object_type({}));
}

struct HelloWithFirstCall : OneThread {
  std::unique_ptr<Connection> silent() const {
    rsm::client::Options options{server.path(), "test", 2s, {}, true};
    options.hello_with_first_call = true;
    auto connection = Connection::open(std::move(options));
    if (!connection) throw std::runtime_error(connection.error().text());
    return std::move(*connection);
  }
};

TEST_F(HelloWithFirstCall, IsSaidOnceAndBefore) {
  auto const connection = silent();
  EXPECT_TRUE(server.calls("hello").empty());
  EXPECT_TRUE(connection->object_type({}));
  EXPECT_EQ(connection->server().server, "fake");
  EXPECT_TRUE(connection->object_type({}));
  EXPECT_EQ(server.calls("hello").size(), 1u);
}

TEST_F(HelloWithFirstCall, AlsoWhereThatDoesMoreThanRead) {
  auto const connection = silent();
  ASSERT_TRUE(connection->open_session("test"));
  EXPECT_EQ(server.calls("hello").size(), 1u);
  EXPECT_TRUE(connection->object_type({}));
}

TEST_F(HelloWithFirstCall, WhatIsWrongWithTheServiceIsTheAnswerAndNothingIsTriedAgain) {
  server.on("hello", [](Call const&) -> Act { return Reply{R"({"protocol":99,"server":"fake","version":"1","ready":true})"}; });
  for (bool const reads : {true, false}) {
    auto const connection = silent();
    Error const error = reads ? connection->object_type({}).error() : connection->open_session("test").error();
    EXPECT_EQ(error.code, Errc::rpc_no_interfaces) << error.text();
    EXPECT_FALSE(connection->object_type({}));
  }
  EXPECT_EQ(server.calls("hello").size(), 2u);
  server.on("hello", [](Call const&) -> Act { return Break{}; });
  auto const dropped = silent()->object_type({});
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().code, Errc::not_connected) << dropped.error().text();
  EXPECT_EQ(server.calls("hello").size(), 3u);
}

TEST_F(OneThread, ErrorsAndSilenceAreToldAsEver) {
  server.on("drive.get", [](Call const&) -> Act { return Refuse{4312, "no such drive"}; });
  server.on("drive.list", [](Call const&) -> Act { return Silence{}; });
  auto const connection = open();
  EXPECT_EQ(connection->drive_get({}).error(), (Error{Errc::object_not_found, "it", "no such drive"}));
  auto const never = connection->drive_list({}, 100ms);
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Errc::not_connected);
  EXPECT_TRUE(connection->object_type({}));
}

TEST_F(OneThread, AConnectionThatBreaksIsMadeAgainAndTheCallAskedAgain) {
  server.on("object.type", [](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{drive_type}}; });
  auto const connection = open();
  auto const type = connection->object_type({});
  EXPECT_TRUE(type) << type.error().text();
  EXPECT_EQ(server.calls("object.type").size(), 2u);
  EXPECT_TRUE(connection->object_type({}));
}

TEST_F(OneThread, WhatMayLastCanBeEndedByClosing) {
  server.on("request.wait", [](Call const&) -> Act { return Silence{}; });
  server.on("drive.list", [](Call const&) -> Act { return Silence{}; });
  for (std::string const method : {"request.wait", "drive.list"}) {
    auto const connection = open();
    auto waiting = std::async(std::launch::async, [&] { return connection->call_raw(method, "{}"); });
    ASSERT_TRUE(server.wait_for(method, 1));
    connection->close();
    EXPECT_FALSE(waiting.get());
    EXPECT_EQ(connection->object_type({}).error().code, Errc::invalid_handle);
  }
}

TEST_F(OneThread, SeveralThreadsMayStillAskAtOnce) {
  auto const connection = open();
  std::vector<std::future<bool>> asked;
  for (int i = 0; i < 8; ++i)
    asked.push_back(std::async(std::launch::async, [&connection, i] {
      for (int n = 0; n < 20; ++n)
        if (!connection->object_type({})) return false;
      return i != 3 || connection->open_session("test").has_value();
    }));
  for (auto& each : asked) EXPECT_TRUE(each.get());
}

TEST_F(ConnectionTest, CloseWhileTheWayBackIsTried) {
  server.on("mount.run", [](Call const&) -> Act { return Silence{}; });
  auto const connection = open();
  ASSERT_TRUE(connection->open_session("test"));
  auto mounting = std::async(std::launch::async, [&] { return connection->mount_run(mount_params()); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  server.go_away();
  std::this_thread::sleep_for(200ms);
  auto const begun = std::chrono::steady_clock::now();
  connection->close();
  EXPECT_EQ(mounting.get().error().code, Errc::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
}

TEST_F(ConnectionTest, OneSessionAConnection) {
  auto const connection = open();
  EXPECT_EQ(connection->close_session().error().code, Errc::invalid_handle);
  ASSERT_TRUE(connection->open_session("test"));
  EXPECT_EQ(connection->open_session("test").error().code, Errc::already_exists);
  EXPECT_TRUE(connection->close_session());
  EXPECT_TRUE(connection->open_session("again"));
}

TEST_F(ConnectionTest, ACallLongerThanALineIsNotSent) {
  wire::VolumeParams params{std::string(limits::line_bytes_max, 'x')};
  EXPECT_EQ(open()->volume_of_drive(params).error().code, Errc::invalid_parameter);
  EXPECT_TRUE(server.calls("volume.of_drive").empty());
}

// Whatever a hostile server says, the caller gets an error in time and the program goes on.
struct Bytes {
  char const* name;
  std::string bytes;
};
class HostileBytes : public ConnectionTest, public testing::WithParamInterface<Bytes> {};

TEST_P(HostileBytes, AreAnErrorOfTheConnection) {
  server.on("drive.list", [](Call const&) -> Act { return Raw{GetParam().bytes}; });
  for (bool const alone : {false, true}) {
    one_thread = alone;
    auto const connection = open(500ms);
    auto const drives = connection->drive_list({}, 2s);
    ASSERT_FALSE(drives);
    EXPECT_TRUE(drives.error().code == Errc::not_connected || drives.error().code == Errc::bad_format) << drives.error().text();
  }
}

std::string answer(std::string const& members) { return R"({"jsonrpc":"2.0",)" + members + "}\n"; }

INSTANTIATE_TEST_SUITE_P(
    Client, HostileBytes,
    testing::Values(Bytes{"EmptyLine", "\n"}, Bytes{"NoJson", "}{\n"}, Bytes{"Null", "null\n"}, Bytes{"Array", "[]\n"},
                    Bytes{"NoUtf8", std::string("\xff\xfe\x00\n", 4)}, Bytes{"NoResult", "{\"id\":2}\n"},
                    Bytes{"NullId", answer(R"("id":null,"result":{})")}, Bytes{"TextId", answer(R"("id":"two","result":{})")},
                    Bytes{"NegativeId", answer(R"("id":-2,"result":{})")}, Bytes{"HugeId", answer(R"("id":99999999999999999999,"result":{})")},
                    Bytes{"UnknownId", answer(R"("id":777,"result":{})")}, Bytes{"NumberForPage", answer(R"("id":2,"result":17)")},
                    Bytes{"EmptyItem", answer(R"("id":2,"result":{"items":[{}]})")}, Bytes{"NumberForError", answer(R"("id":2,"error":17)")},
                    Bytes{"TextForCode", answer(R"("id":2,"error":{"code":"five"})")},
                    Bytes{"ResultAndError", answer(R"("id":2,"result":{},"error":{"code":5})")},
                    Bytes{"TwoIds", answer(R"("id":2,"id":2,"result":{})")},
                    Bytes{"Deep", R"({"jsonrpc":"2.0","id":2,"result":)" + std::string(100'000, '[') + "\n"},
                    Bytes{"NoEnd", std::string(9 * 1024 * 1024, 'x')}),
    [](auto const& tested) { return tested.param.name; });

TEST(Key, IsFreshAndOfTheLengthThatTheWireTakes) {
  auto const one = client::make_key(), other = client::make_key();
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->size(), 32u);
  EXPECT_NE(*one, *other);
}

TEST(SocketPath, WishThenEnvironmentThenDefault) {
  setenv("OPENRSM_SOCKET", "/env/socket", 1);
  EXPECT_EQ(client::socket_path("/wish"), "/wish");
  EXPECT_EQ(client::socket_path(), "/env/socket");
  setenv("OPENRSM_SOCKET", "", 1);
  EXPECT_EQ(client::socket_path(), "/run/openrsm/rsmd.sock");
  unsetenv("OPENRSM_SOCKET");
  EXPECT_EQ(client::socket_path(), "/run/openrsm/rsmd.sock");
}

}  // namespace
