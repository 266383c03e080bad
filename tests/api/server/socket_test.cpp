// The limits over a real unix socket: whoever floods, stalls or sends garbage hurts only itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "api/server/background_thread.hpp"
#include "api/server/connection.hpp"
#include "api/server/listener.hpp"
#include "api/server/peer_credentials.hpp"
#include "libmgr/base/asio_loop.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

// A blocking client with a limit on every wait.
class Client {
 public:
  explicit Client(std::string const& path, bool hello = true) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    if (::connect(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) throw std::runtime_error("connect: " + path);
    if (hello) call("hello", R"({"protocol":1,"client":"test"})");
  }
  ~Client() { ::close(fd_); }
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  // False: the server has closed, or takes nothing for `limit`.
  bool send(std::string_view bytes, Millis limit = 5s) {
    while (!bytes.empty()) {
      pollfd wait{fd_, POLLOUT, 0};
      if (::poll(&wait, 1, static_cast<int>(limit.count())) != 1) return false;
      auto const n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) continue;
      if (n < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // "<end>" when the server has closed, "<nothing>" when no line came in time.
  std::string line(Millis limit = 5s) {
    for (;;) {
      if (auto const end = buffer_.find('\n'); end != std::string::npos) {
        std::string const out = buffer_.substr(0, end + 1);
        buffer_.erase(0, end + 1);
        return out;
      }
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, static_cast<int>(limit.count())) != 1) return "<nothing>";
      char chunk[65536];
      auto const n = ::recv(fd_, chunk, sizeof chunk, 0);
      if (n <= 0) return "<end>";
      buffer_.append(chunk, static_cast<std::size_t>(n));
    }
  }
  std::string call(std::string_view method, std::string_view params = "{}") {
    if (!send(line_of(++id_, method, params))) return "cannot send";
    return short_form(line());
  }
  void stop_writing() { ::shutdown(fd_, SHUT_WR); }

 private:
  int fd_;
  int id_ = 0;
  std::string buffer_;
};

struct SocketTest : ::testing::Test {
  std::string folder;
  std::string path;
  AsioLoop loop;
  TestServer server{&loop};
  server::ConnectionLimits limits;
  std::unique_ptr<server::Listener> listener;
  std::thread thread;
  std::size_t per_uid = 100, total = 100;

  SocketTest() {
    char name[] = "/tmp/rsm-server-test-XXXXXX";
    folder = ::mkdtemp(name);
    path = folder + "/rsmd.sock";
    furnish(server);
  }
  ~SocketTest() override {
    stop();
    std::filesystem::remove_all(folder);
  }
  void start() {
    listener = std::make_unique<server::Listener>(loop.context(), *server.dispatcher, server.log,
                                                  server::ListenerSettings{.path = path, .connections_per_uid = per_uid, .connections_total = total}, limits);
    auto const started = listener->start();
    ASSERT_TRUE(started) << started.error().text();
    thread = std::thread([this] { loop.run(); });
  }
  // Runs on the server's thread.
  void on_loop(std::function<void()> work) {
    std::promise<void> done;
    loop.post_from_thread([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void stop() {
    if (!thread.joinable()) return;
    on_loop([this] { listener.reset(); });
    loop.stop();
    thread.join();
  }
  // Waits until it is so, at most 10 s.
  bool comes_true(std::function<bool()> what) {
    for (int i = 0; i < 1000; ++i) {
      bool yes = false;
      on_loop([&] { yes = what(); });
      if (yes) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  bool logged(std::string const& part) {
    return comes_true([&] { return server.log.count(part) > 0; });
  }
  void expect_all_is_well(Client& neighbour) {
    auto const before = std::chrono::steady_clock::now();
    EXPECT_THAT(neighbour.call("drive.list"), StartsWith("ok"));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  }
};

TEST_F(SocketTest, AnswersManyCallsInOneConnection) {
  start();
  Client client(path);
  std::string burst;
  for (int i = 0; i < 500; ++i) burst += line_of(i, i % 2 == 0 ? "object.type" : "hello", i % 2 == 0 ? R"({"id":""})" : R"({"protocol":1,"client":"x"})");
  ASSERT_TRUE(client.send(burst));
  for (int i = 0; i < 500; ++i) EXPECT_THAT(client.line(), HasSubstr("\"id\":" + std::to_string(i) + ",")) << i;
}

TEST_F(SocketTest, LinesMayComeInPiecesOfAnySize) {
  start();
  Client client(path);
  std::string const text = line_of(1, "library.list") + "\n \r\n" + line_of(2, "drive.list");
  for (char c : text) ASSERT_TRUE(client.send(std::string_view(&c, 1)));
  EXPECT_THAT(client.line(), HasSubstr("\"id\":1"));
  EXPECT_THAT(client.line(), HasSubstr("\"id\":2"));
}

TEST_F(SocketTest, KnowsWhoCalls) {
  start();
  Client client(path);
  EXPECT_THAT(client.call("session.open"), StartsWith("ok"));
  on_loop([&] {
    auto const& sessions = server.manager_double.world.sessions;
    EXPECT_EQ(sessions.rbegin()->second.uid, ::getuid());
    EXPECT_EQ(sessions.rbegin()->second.user, server::user_name(::getuid()));
    EXPECT_EQ(sessions.rbegin()->second.computer, "testhost");
  });
  struct stat socket{};
  ASSERT_EQ(::stat(path.c_str(), &socket), 0);
  EXPECT_EQ(socket.st_mode & 0777, 0666u);
}

TEST_F(SocketTest, ALostConnectionDetachesItsSession) {
  start();
  {
    Client client(path);
    client.call("session.open");
    on_loop([&] { EXPECT_EQ(server.manager_double.attached.begin()->second, 1); });
  }
  EXPECT_TRUE(comes_true([&] { return server.manager_double.attached.begin()->second == 0 && listener->connections() == 0; }));
}

// ---- those who behave badly

TEST_F(SocketTest, GarbageIsAnsweredAndThenClosed) {
  start();
  Client neighbour(path), garbage(path);
  for (std::size_t i = 0; i < limits.bad_lines; ++i) ASSERT_TRUE(garbage.send("\x01\xff not json {{{\n"));
  for (std::size_t i = 0; i < limits.bad_lines; ++i) EXPECT_THAT(garbage.line(), HasSubstr("-32700"));
  EXPECT_THAT(garbage.line(), HasSubstr("lines that are no JSON-RPC calls"));
  EXPECT_EQ(garbage.line(), "<end>");
  EXPECT_TRUE(logged("lines that are no JSON-RPC calls"));
  expect_all_is_well(neighbour);
}

TEST_F(SocketTest, NoiseOfEveryLengthHurtsNobodyElse) {
  start();
  Client neighbour(path);
  SeededRandom random(5);
  for (int round = 0; round < 40; ++round) {
    Client noisy(path, round % 2 == 0);
    std::string noise;
    for (auto n = random.below(3000); n > 0; --n) noise += static_cast<char>(random.next());
    noisy.send(noise);
    expect_all_is_well(neighbour);
  }
  EXPECT_TRUE(comes_true([&] { return listener->connections() == 1; }));
}

TEST_F(SocketTest, ALineThatIsTooLongIsRefusedWhileItComes) {
  start();
  Client neighbour(path), endless(path);
  std::string const flood(64 * 1024, 'x');
  for (int i = 0; i < 100 && endless.send(flood, 500ms); ++i) {
  }
  EXPECT_THAT(endless.line(), HasSubstr("longer than 262144 bytes"));
  EXPECT_EQ(endless.line(), "<end>");
  Client exact(path);
  std::string const pad(limits::line_bytes_max - line_of(1, "library.list").size() + 1, ' ');
  ASSERT_TRUE(exact.send(pad + line_of(1, "library.list")));
  EXPECT_THAT(exact.line(), HasSubstr("\"result\""));
  expect_all_is_well(neighbour);
}

TEST_F(SocketTest, WhoNeverSaysHelloIsClosed) {
  limits.hello_wait = 100ms;
  start();
  Client silent(path, false), polite(path);
  EXPECT_THAT(silent.line(), HasSubstr("no hello within"));
  EXPECT_EQ(silent.line(), "<end>");
  EXPECT_TRUE(logged("no hello within"));
  std::this_thread::sleep_for(150ms);
  expect_all_is_well(polite);
}

// Reads nothing: the server stops reading from it, keeps little, and cuts it off in the end.
TEST_F(SocketTest, AStallerIsPausedAndThenCutOff) {
  limits.stall_max = 300ms;
  limits.outbox_pause_bytes = 64 * 1024;
  start();
  Client neighbour(path), staller(path);
  std::string const calls = line_of(1, "rsm.describe");
  std::size_t sent = 0;
  while (sent < 200'000 && staller.send(calls, 50ms)) {
    sent += calls.size();
    if (sent % (100 * calls.size()) == 0) expect_all_is_well(neighbour);
  }
  EXPECT_TRUE(logged("reads nothing for 300 ms"));
  EXPECT_TRUE(comes_true([&] { return listener->connections() == 1; }));
  expect_all_is_well(neighbour);
}

// Thousands of calls that never end: only so many are taken; the rest waits in the client's own socket.
TEST_F(SocketTest, AFlooderIsPausedAtItsOpenCalls) {
  start();
  Client neighbour(path), flooder(path);
  std::string burst;
  std::string const params = R"({"request":")" + ids::request(0).text() + "\"}";
  for (int i = 0; i < 2000; ++i) burst += line_of(i, "request.wait", params);
  std::thread pusher([&] { flooder.send(burst, 2s); });
  EXPECT_TRUE(comes_true([&] { return server.manager_double.waits.size() == limits.calls_open; }));
  for (int i = 0; i < 20; ++i) expect_all_is_well(neighbour);
  on_loop([&] { EXPECT_EQ(server.manager_double.waits.size(), limits.calls_open); });
  // Answered, they make room for the next.
  std::size_t answered = 0;
  while (answered < 2000) {
    on_loop([&] {
      for (auto& wait : std::exchange(server.manager_double.waits, {})) wait.reply(fail(Errc::timeout, "test"));
    });
    while (answered < 2000 && flooder.line(200ms).starts_with("{")) ++answered;
  }
  pusher.join();
  EXPECT_EQ(answered, 2000u);
}

TEST_F(SocketTest, TooManyUnreadAnswersCutAClientOff) {
  limits.outbox_bytes = 200'000;
  start();
  Client neighbour(path), hoarder(path);
  std::string burst;
  for (int i = 0; i < 200; ++i) burst += line_of(i, "request.wait", R"({"request":")" + ids::request(0).text() + "\"}");
  ASSERT_TRUE(hoarder.send(burst));
  ASSERT_TRUE(comes_true([&] { return server.manager_double.waits.size() == 200; }));
  on_loop([&] {
    for (auto& wait : std::exchange(server.manager_double.waits, {})) wait.reply(fail(Errc::timeout, std::string(10'000, 'x')));
  });
  EXPECT_TRUE(logged("does not read its answers"));
  expect_all_is_well(neighbour);
}

TEST_F(SocketTest, ConnectionsOfAUserAreLimited) {
  per_uid = 3;
  start();
  Client one(path), two(path);
  auto three = std::make_unique<Client>(path);
  Client four(path, false);
  EXPECT_THAT(four.line(), HasSubstr("the most a user may have"));
  EXPECT_EQ(four.line(), "<end>");
  three.reset();
  ASSERT_TRUE(comes_true([&] { return listener->connections() == 2; }));
  Client again(path);
  expect_all_is_well(again);
  expect_all_is_well(one);
}

// ---- the ends of things

TEST_F(SocketTest, WhoStopsWritingStillGetsItsAnswers) {
  start();
  Client client(path, false);
  client.send(line_of(1, "hello", R"({"protocol":1,"client":"x"})") + line_of(2, "library.list") + line_of(3, "request.wait", R"({"request":")" + ids::request(0).text() + "\"}"));
  client.stop_writing();
  EXPECT_THAT(client.line(), HasSubstr("\"id\":1"));
  EXPECT_THAT(client.line(), HasSubstr("\"id\":2"));
  ASSERT_TRUE(comes_true([&] { return server.manager_double.waits.size() == 1; }));
  on_loop([&] {
    EXPECT_TRUE(server.manager_double.connections_gone.empty());
    server.manager_double.waits[0].reply(fail(Errc::timeout, "test"));
  });
  EXPECT_THAT(client.line(), HasSubstr("\"id\":3"));
  EXPECT_EQ(client.line(), "<end>");
}

TEST_F(SocketTest, AnswersThatComeAfterTheEndGoNowhere) {
  start();
  {
    Client client(path);
    client.send(line_of(3, "request.wait", R"({"request":")" + ids::request(0).text() + "\"}"));
    ASSERT_TRUE(comes_true([&] { return server.manager_double.waits.size() == 1; }));
    on_loop([&] { EXPECT_TRUE(server.manager_double.connections_gone.empty()); });
  }
  EXPECT_TRUE(comes_true([&] { return server.manager_double.connections_gone == std::vector{server.manager_double.last_wait.connection}; }));
  on_loop([&] { server.manager_double.waits[0].reply(fail(Errc::timeout, "test")); });
  EXPECT_TRUE(comes_true([&] { return listener->connections() == 0; }));
}

TEST_F(SocketTest, StoppingClosesEverybodyAndRemovesTheSocket) {
  start();
  Client client(path);
  stop();
  EXPECT_EQ(client.line(), "<end>");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(SocketTest, ASecondDaemonIsRefusedAndAStaleSocketRemoved) {
  start();
  AsioLoop other_loop;
  TestLog log;
  auto second = std::make_unique<server::Listener>(other_loop.context(), *server.dispatcher, log, server::ListenerSettings{.path = path});
  auto const refused = second->start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::already_exists);
  second.reset();
  Client still(path);
  expect_all_is_well(still);

  std::string const stale = folder + "/stale.sock";
  int const dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(stale.begin(), stale.end(), address.sun_path);
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  ::close(dead);
  server::Listener on_stale(other_loop.context(), *server.dispatcher, log, {.path = stale});
  EXPECT_TRUE(on_stale.start());
}

TEST_F(SocketTest, WhatIsNoSocketIsLeftAlone) {
  std::ofstream(path) << "precious";
  TestLog log;
  server::Listener wrong(loop.context(), *server.dispatcher, log, {.path = path});
  EXPECT_EQ(wrong.start().error().code, Errc::invalid_parameter);
  wrong.stop();
  EXPECT_TRUE(std::filesystem::exists(path));
  server::Listener too_long(loop.context(), *server.dispatcher, log, {.path = "/tmp/" + std::string(200, 'x')});
  EXPECT_EQ(too_long.start().error().code, Errc::invalid_parameter);
  server::Listener nowhere(loop.context(), *server.dispatcher, log, {.path = folder + "/none/rsmd.sock"});
  EXPECT_EQ(nowhere.start().error().code, Errc::access_denied);
}

TEST(PeerCredentials, AdministratorsAreRootTheServiceAndTheGroup) {
  EXPECT_TRUE(server::is_administrator({0, 1, {}}, 900, std::nullopt));
  EXPECT_TRUE(server::is_administrator({900, 1, {}}, 900, std::nullopt));
  EXPECT_FALSE(server::is_administrator({1000, 1, {1000}}, 900, std::nullopt));
  EXPECT_FALSE(server::is_administrator({1000, 1, {1000}}, 900, 77));
  EXPECT_TRUE(server::is_administrator({1000, 1, {1000, 77}}, 900, 77));
  EXPECT_EQ(server::user_name(4'000'000'000u), "4000000000");
  EXPECT_EQ(server::group_id(""), std::nullopt);
}

TEST(BackgroundThread, RunsInOrderAndEndsAfterTheWorkInHand) {
  std::vector<int> seen;
  std::promise<void> done;
  {
    server::BackgroundThread background;
    for (int i = 0; i < 3; ++i) background.run([&seen, i] { seen.push_back(i); });
    background.run([&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_EQ(seen, (std::vector{0, 1, 2}));
}

}  // namespace
}  // namespace rsm::testing
