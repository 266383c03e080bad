// rsm-web: the web console. An ordinary client of the daemon's socket; needs no privilege. See docs/web-console.md.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/streambuf.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "api/client/connection.hpp"
#include "api/http/server.hpp"
#include "api/web/arguments.hpp"
#include "api/web/console.hpp"

namespace rsm::web {
namespace {

namespace asio = boost::asio;

ExitCode refuse(ExitCode code, Error const& error) {
  fmt::print(stderr, "rsm-web: {}\n", error.text());
  return code;
}

// Two consoles of one machine have two cookies: several may be looked at with one browser, over ssh for instance.
std::string instance_of(std::string const& where) {
  std::array<char, 256> machine{};
  gethostname(machine.data(), machine.size() - 1);
  std::uint32_t hash = 2166136261u;  // FNV-1a
  for (unsigned char const c : std::string(machine.data()) + " " + where + " " + std::to_string(geteuid())) hash = (hash ^ c) * 16777619u;
  return fmt::format("{:08x}", hash);
}

bool is_set(char const* variable) {
  char const* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// Where there is a screen; its words are nobody's.
void open_browser(std::string const& link) {
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) return;
  pid_t const child = fork();
  if (child != 0) {
    if (child > 0) waitpid(child, nullptr, 0);
    return;
  }
  if (fork() != 0) _exit(0);  // nobody waits for it
  if (std::freopen("/dev/null", "w", stdout) == nullptr || std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
  execlp("xdg-open", "xdg-open", link.c_str(), static_cast<char*>(nullptr));
  _exit(1);
}

// A line from the keyboard is answered with another link: one is good once.
class Keyboard {
 public:
  Keyboard(asio::io_context& loop, Console& console) : console_(console), input_(loop, dup(STDIN_FILENO)) { read(); }

 private:
  void read() {
    asio::async_read_until(input_, line_, '\n', [this](boost::system::error_code failed, std::size_t bytes) {
      if (failed) return;
      line_.consume(bytes);
      if (auto const link = console_.own_link()) fmt::print("{}\n", *link), std::fflush(stdout);
      read();
    });
  }
  Console& console_;
  asio::posix::stream_descriptor input_;
  asio::streambuf line_{1024};
};

ExitCode serve(Arguments const& arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of its connection
  asio::io_context loop(1);
  asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });
  std::string const where = arguments.listen.address.empty() ? arguments.listen.path : arguments.listen.address + ":" + std::to_string(arguments.listen.port);
  Console console(loop, {.socket = arguments.socket, .origins = arguments.origins, .instance = instance_of(arguments.deed == Deed::own ? where + " own " + std::to_string(getpid()) : where), .base = {}});
  http::ServerOptions options{.name = std::string("rsm-web/") + RSM_VERSION, .limits = {}};
  options.limits.body_bytes = http::limits::body_bytes_max;
  http::Server server(loop, console, options);
  auto const listening = server.listen(arguments.listen);
  if (!listening) return refuse(ExitCode::address_unusable, listening.error());
  // As a port of this machine, for everybody: the web server before it has another account.
  if (arguments.listen.address.empty()) chmod(arguments.listen.path.c_str(), 0666);
  console.set_base(arguments.origins.empty() ? *listening : arguments.origins.front() + "/");
  std::unique_ptr<LoginSocket> logins;
  std::unique_ptr<Keyboard> keyboard;
  if (arguments.deed == Deed::own) {
    auto const link = console.own_link();
    if (!link) return refuse(ExitCode::refused, link.error());
    bool const watched = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
    fmt::print("{}\n", *link);
    if (watched) {
      fmt::print("The link is good once, for a minute; Enter makes another one, Ctrl-C ends the console.\n");
      keyboard = std::make_unique<Keyboard>(loop, console);
    }
    if (arguments.browser) open_browser(*link);
  } else {
    logins = std::make_unique<LoginSocket>(loop, [&](Passed passed, LoginSocket::Answer answer) { console.take(std::move(passed), std::move(answer)); });
    if (auto const listens = logins->listen(arguments.login_socket); !listens) return refuse(ExitCode::address_unusable, listens.error());
    fmt::print("listening on {}\n", *listening);
  }
  std::fflush(stdout);
  loop.run();
  return ExitCode::success;
}

ExitCode talk(Arguments const& arguments) {
  bool const logout = arguments.deed == Deed::logout;
  Descriptor connection;
  if (!logout) {
    auto opened = connect_to(client::socket_path(arguments.socket), SOCK_STREAM);
    if (!opened) return refuse(ExitCode::refused, opened.error());
    connection = std::move(*opened);
  }
  auto const reply = hand_over(arguments.login_socket, {.logout = logout, .view_only = arguments.view_only, .life = arguments.life}, std::move(connection));
  if (!reply && reply.error().code == Errc::not_ready)
    return refuse(ExitCode::refused, {Errc::not_ready, arguments.login_socket, "no console runs there: systemctl start rsm-web, or start your own with: rsm web"});
  if (!reply) return refuse(ExitCode::refused, reply.error());
  if (logout)
    fmt::print("{} {}\n", reply->ended, reply->ended == 1 ? "session has ended" : "sessions have ended");
  else
    fmt::print("{}\n", reply->link);
  return ExitCode::success;
}

}  // namespace
}  // namespace rsm::web

int main(int argc, char** argv) {
  using namespace rsm::web;
  auto const arguments = parse_arguments(argc, argv);
  if (!arguments) return static_cast<int>(arguments.error());
  try {
    bool const serves = arguments->deed == Deed::serve || arguments->deed == Deed::own;
    return static_cast<int>(serves ? serve(*arguments) : talk(*arguments));
  } catch (std::exception const& bug) {
    fmt::print(stderr, "rsm-web: internal error: {}\n", bug.what());
    return static_cast<int>(ExitCode::failed);
  }
}
