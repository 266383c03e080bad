#include "api/server/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <utility>

#include "api/protocol/limits.hpp"
#include "api/protocol/rpc.hpp"
#include "api/server/connection.hpp"
#include "api/server/peer_credentials.hpp"

namespace rsm::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

std::unexpected<Error> system_error(Errc code, std::string const& path, std::string const& what) {
  return fail(code, path, what + ": " + std::strerror(errno));
}

// Whether somebody listens there. Never blocks: a full queue of a living daemon says EAGAIN.
bool answers(std::string const& path) {
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;  // not known: rather refuse than take a socket away
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  bool const refused = ::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0 && (errno == ECONNREFUSED || errno == ENOENT);
  ::close(fd);
  return !refused;
}

// The path is free, or becomes free because a dead daemon left a socket there.
Result<> make_way(std::string const& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return fail(Errc::invalid_parameter, path, "the path of a unix socket has at most " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return errno == ENOENT ? Result<>{} : system_error(Errc::access_denied, path, "cannot look at it");
  if (!S_ISSOCK(there.st_mode)) return fail(Errc::invalid_parameter, path, "there is something else than a socket in its place; it is left alone");
  if (answers(path)) return fail(Errc::already_exists, path, "a daemon answers on this socket: stop it first, or configure another path");
  if (::unlink(path.c_str()) != 0) return system_error(Errc::access_denied, path, "cannot remove the socket that a dead daemon left");
  return {};
}

// A client that is told why it was refused. What it has sent already is read and dropped, for a socket that is closed with something unread
// in it breaks the connection before the client has read its answer.
class Refusal : public std::enable_shared_from_this<Refusal> {
 public:
  Refusal(Protocol::socket socket, std::shared_ptr<std::size_t> told) : socket_(std::move(socket)), limit_(socket_.get_executor()), told_(std::move(told)) { ++*told_; }
  ~Refusal() { --*told_; }
  Refusal(Refusal const&) = delete;
  Refusal& operator=(Refusal const&) = delete;

  void start() {
    error_code ignored;
    socket_.shutdown(Protocol::socket::shutdown_send, ignored);
    limit_.expires_after(limits::refusal_wait);
    limit_.async_wait([weak = weak_from_this()](error_code cancelled) {
      error_code none;
      if (auto const self = weak.lock(); self && !cancelled) self->socket_.close(none);
    });
    read();
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(dropped_), [self = shared_from_this()](error_code ended, std::size_t) {
      if (!ended) self->read();
    });
  }

  Protocol::socket socket_;
  asio::steady_timer limit_;
  std::shared_ptr<std::size_t> told_;  // how many there are
  std::array<char, 512> dropped_{};
};

void send_refusal(int fd, Error const& error) {
  std::string const line = wire::error_line(std::nullopt, error);
  [[maybe_unused]] auto const sent = ::send(fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

constexpr Millis user_name_kept{10'000};  // of the user who came last, when no connection of it is left

int open_nothing() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

struct Listener::Inside : std::enable_shared_from_this<Inside> {
  asio::io_context& io;
  Dispatcher& dispatcher;
  Log& log;
  ListenerSettings settings;
  ConnectionLimits connection_limits;
  Protocol::acceptor acceptor;
  asio::steady_timer retry;
  std::optional<gid_t> admin_group;
  struct stat own{};  // which file at the path is ours
  bool listening = false;
  std::map<Connection*, std::shared_ptr<Connection>> connections;
  struct User {
    std::size_t connections = 0;
    std::string name;
    std::shared_ptr<UserShare> share;
  };
  std::uint64_t connections_made = 0;
  std::map<std::uint32_t, User> users;  // who is connected
  struct LastName {
    std::uint32_t uid = 0;
    std::string text;
    std::chrono::steady_clock::time_point asked{};
  } last_name;
  std::shared_ptr<std::size_t> refusals = std::make_shared<std::size_t>(0);
  int spare = open_nothing();  // a descriptor to give up for the moment in which a client is told that there is none

  Inside(asio::io_context& context, Dispatcher& d, Log& l, ListenerSettings s, ConnectionLimits const& c)
      : io(context), dispatcher(d), log(l), settings(std::move(s)), connection_limits(c), acceptor(io), retry(io) {}
  ~Inside() {
    if (spare >= 0) ::close(spare);
  }

  Result<> listen();
  void accept();
  void welcome(Protocol::socket socket);
  void welcome_who_is_there();
  std::optional<Error> why_not(PeerCredentials const& who, bool administrator) const;
  void admit(Protocol::socket socket, PeerCredentials const& who, bool administrator);
  std::string const& name_of(std::uint32_t uid);
  void forget(Connection& connection);
  void turn_away(Protocol::socket socket, std::string const& who, Error const& error);
  void turn_away_without_descriptor();
  void stop();
};

Result<> Listener::Inside::listen() {
  RSM_CHECK(make_way(settings.path));
  admin_group = group_id(settings.admin_group);
  if (!settings.admin_group.empty() && !admin_group)
    log.write(LogLevel::warning, "there is no group " + settings.admin_group + ": only root and the service's own user are administrators");
  error_code ec;
  acceptor.open(Protocol(), ec);
  if (!ec) acceptor.bind(Protocol::endpoint(settings.path), ec);
  if (ec) return fail(Errc::access_denied, settings.path, "cannot make the socket: " + ec.message());
  listening = ::lstat(settings.path.c_str(), &own) == 0;
  if (::chmod(settings.path.c_str(), settings.mode) != 0) return system_error(Errc::access_denied, settings.path, "cannot set its mode");
  acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) acceptor.non_blocking(true, ec);
  if (ec) return fail(Errc::access_denied, settings.path, "cannot listen: " + ec.message());
  log.write(LogLevel::info, "listening on " + settings.path);
  accept();
  return {};
}

void Listener::Inside::accept() {
  acceptor.async_accept([weak = weak_from_this()](error_code ec, Protocol::socket socket) {
    auto self = weak.lock();
    if (!self || ec == asio::error::operation_aborted || !self->acceptor.is_open()) return;
    if (!ec) {
      self->welcome(std::move(socket));
      self->welcome_who_is_there();
      return self->accept();
    }
    self->log.write(LogLevel::error, "cannot accept a client: " + ec.message());
    if (ec == asio::error::no_descriptors) self->turn_away_without_descriptor();
    self->retry.expires_after(limits::accept_retry_pause);
    self->retry.async_wait([weak](error_code cancelled) {
      auto again = weak.lock();
      if (again && !cancelled && again->acceptor.is_open()) again->accept();
    });
  });
}

// The others that have knocked, too: whoever comes after a thousand connections of one user is not to wait for a turn of the loop for each.
void Listener::Inside::welcome_who_is_there() {
  for (std::size_t n = 1; n < limits::accepts_at_once_max && acceptor.is_open(); ++n) {
    error_code ec;
    auto socket = acceptor.accept(ec);
    if (ec) return;  // nobody; what else it is, the next accept() says
    welcome(std::move(socket));
  }
}

void Listener::Inside::welcome(Protocol::socket socket) {
  auto const who = peer_credentials(socket.native_handle());
  if (!who) return turn_away(std::move(socket), "a client", who.error());
  bool const administrator = is_administrator(*who, ::geteuid(), admin_group);
  if (auto const refused = why_not(*who, administrator)) return turn_away(std::move(socket), "user " + std::to_string(who->uid), *refused);
  admit(std::move(socket), *who, administrator);
}

// Who starts `rsm` time and again is not looked up each time: that reads a file, or asks a directory.
std::string const& Listener::Inside::name_of(std::uint32_t uid) {
  auto const now = std::chrono::steady_clock::now();
  if (last_name.text.empty() || last_name.uid != uid || now - last_name.asked >= user_name_kept) last_name = {uid, user_name(uid), now};
  return last_name.text;
}

// An administrator has the whole; the others leave it what is reserved.
std::optional<Error> Listener::Inside::why_not(PeerCredentials const& who, bool administrator) const {
  auto const user = users.find(who.uid);
  if (user != users.end() && user->second.connections >= settings.connections_per_uid)
    return Error{Errc::busy, "user " + user->second.name, "has " + std::to_string(user->second.connections) + " connections, the most a user may have: close some"};
  auto const kept = administrator ? 0 : std::min(settings.connections_reserved, settings.connections_total);
  if (connections.size() < settings.connections_total - kept) return std::nullopt;
  return Error{Errc::busy, "the service", "it has " + std::to_string(connections.size()) + " connections" + (kept > 0 ? ", and keeps the rest for administrators" : ", the most it takes")};
}

void Listener::Inside::admit(Protocol::socket socket, PeerCredentials const& who, bool administrator) {
  auto& user = users[who.uid];
  if (++user.connections == 1) {
    user.name = name_of(who.uid);
    user.share = dispatcher.share_of(who.uid);
  }
  auto peer = std::make_shared<PeerState>();
  peer->uid = who.uid;
  peer->pid = who.pid;
  peer->user = user.name;
  peer->administrator = administrator;
  peer->groups = std::make_shared<std::vector<std::uint32_t> const>(who.groups.begin(), who.groups.end());
  peer->connection = ConnectionId{++connections_made};
  peer->share = user.share;
  auto connection = std::make_shared<Connection>(std::move(socket), dispatcher, log, std::move(peer), connection_limits,
                                                 [weak = weak_from_this()](Connection& closed) {
                                                   if (auto self = weak.lock()) self->forget(closed);
                                                 });
  connections.emplace(connection.get(), connection);
  connection->start();
}

void Listener::Inside::forget(Connection& connection) {
  auto const uid = connection.peer().uid;
  if (connections.erase(&connection) == 0) return;
  auto const user = users.find(uid);
  if (--user->second.connections == 0) users.erase(user);
}

void Listener::Inside::turn_away(Protocol::socket socket, std::string const& who, Error const& error) {
  log.write(LogLevel::warning, who + " was turned away: " + error.text());
  send_refusal(socket.native_handle(), error);
  if (*refusals < limits::refusals_told_max) std::make_shared<Refusal>(std::move(socket), refusals)->start();
}

// Without this the client would wait for an answer that nobody can give.
void Listener::Inside::turn_away_without_descriptor() {
  if (spare < 0) return;
  ::close(std::exchange(spare, -1));
  int const client = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client >= 0) {
    send_refusal(client, {Errc::busy, "the service", "it has no descriptor left for another connection"});
    ::shutdown(client, SHUT_RDWR);
    ::close(client);
  }
  spare = open_nothing();
}

void Listener::Inside::stop() {
  error_code ignored;
  acceptor.close(ignored);
  retry.cancel();
  auto all = connections;
  for (auto& [key, connection] : all) connection->close("the service stops", LogLevel::debug);
  struct stat there{};
  bool const ours = listening && ::lstat(settings.path.c_str(), &there) == 0 && there.st_ino == own.st_ino && there.st_dev == own.st_dev;
  if (ours) ::unlink(settings.path.c_str());
  listening = false;
}

Listener::Listener(asio::io_context& io, Dispatcher& dispatcher, Log& log, ListenerSettings settings)
    : Listener(io, dispatcher, log, std::move(settings), ConnectionLimits{}) {}
Listener::Listener(asio::io_context& io, Dispatcher& dispatcher, Log& log, ListenerSettings settings, ConnectionLimits const& connection)
    : inside_(std::make_shared<Inside>(io, dispatcher, log, std::move(settings), connection)) {}
Listener::~Listener() { inside_->stop(); }

Result<> Listener::start() {
  auto started = inside_->listen();
  if (!started) inside_->stop();
  return started;
}
void Listener::stop() { inside_->stop(); }
std::size_t Listener::connections() const { return inside_->connections.size(); }

}  // namespace rsm::server
