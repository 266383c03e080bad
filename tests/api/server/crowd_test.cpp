// Many connections of one user beside one of another; refused clients; a process without descriptors.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "api/server/connection.hpp"
#include "api/server/listener.hpp"
#include "libmgr/base/asio_loop.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

// Connections over socket pairs, whose users are what a test says. The loop runs only when the test says so.
class Crowd {
 public:
  AsioLoop loop;
  TestServer server{&loop};
  server::ConnectionLimits limits;

  Crowd() { furnish(server); }
  ~Crowd() {
    for (auto& connection : connections_) connection->close("the test is over", LogLevel::debug);
    for (int const fd : clients_) ::close(fd);
  }
  // The client's end; what it sends waits in the socket until run().
  int connect(std::uint32_t uid, std::shared_ptr<server::UserShare> share = nullptr) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) throw std::runtime_error("socketpair");
    auto peer = server.new_peer(uid);
    peer->share = share ? share : server.dispatcher->share_of(uid);
    server::Connection::Socket socket(loop.context(), boost::asio::local::stream_protocol(), ends[0]);
    connections_.push_back(std::make_shared<server::Connection>(std::move(socket), *server.dispatcher, server.log, std::move(peer), limits, nullptr));
    connections_.back()->start();
    clients_.push_back(ends[1]);
    return ends[1];
  }
  void run(std::function<bool()> until) {
    for (auto const end = std::chrono::steady_clock::now() + 60s; !until() && std::chrono::steady_clock::now() < end;) loop.context().run_one_for(10ms);
  }
  // Everything that has come, without waiting.
  static std::string received(int fd) {
    static std::vector<char> buffer(1024 * 1024);
    auto const n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }

 private:
  std::vector<std::shared_ptr<server::Connection>> connections_;
  std::vector<int> clients_;
};

void send_all(int fd, std::string const& text) { ASSERT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size())); }

TEST(CrowdTest, ASecondUserIsServedAfterOneTurnOfTheFirst) {
  Crowd crowd;
  crowd.limits.lines_per_turn = 4;
  crowd.limits.turn = 1h;  // turns are counted in calls here
  auto const wait_for = [](unsigned request) { return R"({"request":")" + ids::request(request).text() + "\"}"; };
  std::string flood;
  for (int n = 0; n < 60; ++n) flood += line_of(n, "request.wait", wait_for(0));
  for (int i = 0; i < 20; ++i) send_all(crowd.connect(1), flood);
  send_all(crowd.connect(2), line_of(1, "request.wait", wait_for(1)));
  auto const& waits = crowd.server.manager_double.waits;
  auto const second = [&] { return std::find_if(waits.begin(), waits.end(), [](auto const& w) { return w.requests.front() == ids::request(1); }); };
  crowd.run([&] { return second() != waits.end(); });
  ASSERT_NE(second(), waits.end());
  EXPECT_LE(second() - waits.begin(), 4) << "calls of the first user that were served before";
  crowd.run([&] { return waits.size() == 20 * 60 + 1; });
  EXPECT_EQ(waits.size(), 20u * 60 + 1) << "and the first user is served, too";
}

// A crowd that asks for much and reads nothing: what is kept for it is bounded over all its connections, and all is answered when it reads.
TEST(CrowdTest, UnreadAnswersOfAUserAreBoundedOverAllItsConnections) {
  Crowd crowd;
  constexpr std::size_t most = 400'000, connections = 20, calls = 30;
  auto const share = std::make_shared<server::UserShare>(1, most);
  std::string flood;
  for (std::size_t n = 0; n < calls; ++n) flood += line_of(static_cast<int>(n), "rsm.describe");
  std::vector<int> clients;
  for (std::size_t i = 0; i < connections; ++i) send_all(clients.emplace_back(crowd.connect(1, share)), flood);
  int const other = crowd.connect(2);
  std::size_t worst = 0;
  crowd.run([&] {
    worst = std::max(worst, share->unread());
    return share->full();
  });
  send_all(other, line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  std::string answer;
  crowd.run([&] {
    worst = std::max(worst, share->unread());
    answer += Crowd::received(other);
    return answer.ends_with("\n");
  });
  EXPECT_THAT(answer, HasSubstr("\"server\":\"rsmd\"")) << "another user is not held up";
  std::vector<std::size_t> lines(connections);
  std::size_t longest = 0;
  crowd.run([&] {
    worst = std::max(worst, share->unread());
    std::size_t total = 0;
    for (std::size_t i = 0; i < connections; ++i) {
      auto const text = Crowd::received(clients[i]);
      longest = std::max(longest, text.size());
      lines[i] += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
      total += lines[i];
    }
    return total == connections * calls;
  });
  for (auto const n : lines) EXPECT_EQ(n, calls);
  EXPECT_LE(worst, most + 300'000) << "the limit and one answer";
  crowd.run([&] { return share->unread() == 0; });
  EXPECT_EQ(share->unread(), 0u);
}

// Lines that never end: what came of them is bounded over all connections, too, and who goes over the limit is cut off.
TEST(CrowdTest, LinesWithoutAnEndAreBoundedOverAllConnectionsOfAUser) {
  Crowd crowd;
  auto const share = std::make_shared<server::UserShare>(1, 100'000);
  std::vector<int> clients;
  for (int i = 0; i < 20; ++i) send_all(clients.emplace_back(crowd.connect(1, share)), std::string(10'000, 'x'));
  std::size_t refused = 0;
  crowd.run([&] {
    for (int const fd : clients) refused += Crowd::received(fd).find("lines that do not end") == std::string::npos ? 0 : 1;
    return refused >= 10;
  });
  EXPECT_EQ(refused, 10u);
  EXPECT_FALSE(share->has_sent_too_much());
  send_all(clients.front(), "\n" + line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  std::string answer;
  crowd.run([&] {
    answer += Crowd::received(clients.front());
    return answer.find("\"server\"") != std::string::npos;
  });
  EXPECT_THAT(answer, HasSubstr("\"server\"")) << "whose line was short enough is served";
}

// ---- who is refused

struct RefusalTest : ::testing::Test {
  std::string folder;
  std::string path;
  AsioLoop loop;
  TestServer server{&loop};
  std::unique_ptr<server::Listener> listener;

  RefusalTest() {
    char name[] = "/tmp/rsm-crowd-test-XXXXXX";
    folder = ::mkdtemp(name);
    ::chmod(folder.c_str(), 0755);
    path = folder + "/rsmd.sock";
    furnish(server);
  }
  ~RefusalTest() override {
    listener.reset();
    std::filesystem::remove_all(folder);
  }
  void start(server::ListenerSettings settings) {
    settings.path = path;
    listener = std::make_unique<server::Listener>(loop.context(), *server.dispatcher, server.log, std::move(settings));
    ASSERT_TRUE(listener->start());
  }
  static int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }
  void connect(int fd) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  }
  // What comes on this socket, up to a line feed or the end, while the server runs.
  std::string line(int fd) {
    std::string text;
    for (auto const end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end && !text.ends_with('\n');) {
      loop.context().run_one_for(10ms);
      char byte = 0;
      auto const n = ::recv(fd, &byte, 1, MSG_DONTWAIT);
      if (n == 0) break;
      if (n > 0) text += byte;
      while (n > 0 && ::recv(fd, &byte, 1, MSG_DONTWAIT) == 1) text += byte;
    }
    return text;
  }
};

// Nobody waits for a turn of the loop for each of those who knocked before.
TEST_F(RefusalTest, WhoHasKnockedComesInTogether) {
  start({});
  std::vector<int> clients;
  for (int i = 0; i < 50; ++i) connect(clients.emplace_back(new_socket()));
  for (auto const end = std::chrono::steady_clock::now() + 20s; listener->connections() == 0 && std::chrono::steady_clock::now() < end;) loop.context().run_one_for(10ms);
  EXPECT_EQ(listener->connections(), clients.size());
  for (int const fd : clients) ::close(fd);
}

// It has said hello already, and gets its answer all the same: not a broken pipe.
TEST_F(RefusalTest, ARefusedClientReadsWhyWhateverItHasSent) {
  start({.connections_per_uid = 1});
  int const first = new_socket(), second = new_socket();
  connect(first);
  send_all(first, line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  EXPECT_THAT(line(first), HasSubstr("\"server\""));
  connect(second);
  send_all(second, line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  auto const refused = line(second);
  EXPECT_THAT(refused, HasSubstr("\"code\":170"));
  EXPECT_THAT(refused, HasSubstr("the most a user may have"));
  EXPECT_EQ(line(second), "") << "and then the end";
  ::close(first);
  ::close(second);
}

TEST_F(RefusalTest, OthersLeaveAdministratorsTheirConnections) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to connect as somebody else";
  start({.connections_total = 3, .connections_reserved = 2});
  std::array<int, 2> result{}, go_on{};
  ASSERT_EQ(::pipe2(result.data(), O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(go_on.data(), O_CLOEXEC), 0);
  pid_t const child = ::fork();
  if (child == 0) {  // nobody: two connections, and what the second one reads
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(1);
    int const one = new_socket(), two = new_socket();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    for (int const fd : {one, two})
      if (::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) ::_exit(2);
    char text[1000];
    auto const n = ::recv(two, text, sizeof text, 0);
    if (n > 0 && ::write(result[1], text, static_cast<std::size_t>(n)) != n) ::_exit(3);
    ::_exit(::read(go_on[0], text, 1) == 1 ? 0 : 4);
  }
  std::string told;
  ::fcntl(result[0], F_SETFL, O_NONBLOCK);
  for (auto const end = std::chrono::steady_clock::now() + 20s; told.empty() && std::chrono::steady_clock::now() < end;) {
    loop.context().run_one_for(10ms);
    char text[1000];
    if (auto const n = ::read(result[0], text, sizeof text); n > 0) told.assign(text, static_cast<std::size_t>(n));
  }
  EXPECT_THAT(told, HasSubstr("\"code\":170"));
  EXPECT_THAT(told, HasSubstr("keeps the rest for administrators"));
  int const root = new_socket();
  connect(root);
  send_all(root, line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  EXPECT_THAT(line(root), HasSubstr("\"server\"")) << "an administrator gets in";
  EXPECT_EQ(::write(go_on[1], "x", 1), 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  for (int const fd : {root, result[0], result[1], go_on[0], go_on[1]}) ::close(fd);
}

TEST_F(RefusalTest, WithoutADescriptorTheClientIsToldSo) {
  start({});
  int const earlier = new_socket();  // one that is served first: the sanitizer's look at a type it has not met needs a descriptor, too
  connect(earlier);
  send_all(earlier, line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  EXPECT_THAT(line(earlier), HasSubstr("\"server\""));
  ::close(earlier);
  int const client = new_socket();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  int const next = ::dup(client);  // the first number that is free
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  connect(client);
  auto const told = line(client);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(told, HasSubstr("\"code\":170"));
  EXPECT_THAT(told, HasSubstr("no descriptor left"));
  int const later = new_socket();
  connect(later);
  send_all(later, line_of(1, "hello", R"({"protocol":1,"client":"x"})"));
  EXPECT_THAT(line(later), HasSubstr("\"server\"")) << "and it goes on when there are some again";
  ::close(client);
  ::close(later);
}

}  // namespace
}  // namespace rsm::testing
