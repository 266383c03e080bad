#include "api/http/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "api/http/web_socket.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::http {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;
using boost::system::error_code;

Error socket_error(std::string const& where, error_code why) {
  if (why == asio::error::address_in_use) return {Errc::already_exists, where, "somebody listens there already"};
  if (why == asio::error::access_denied) return {Errc::access_denied, where, why.message()};
  return {Errc::invalid_parameter, where, "it cannot be listened on: " + why.message()};
}

// Removes what a dead process left. A file that is no socket, or that somebody answers on, stays.
Result<> clear_path(asio::io_context& loop, std::string const& path) {
  struct stat file {};
  if (lstat(path.c_str(), &file) != 0) return {};
  if (!S_ISSOCK(file.st_mode)) return fail(Errc::invalid_parameter, path, "there is a file that is no socket; remove it, or listen elsewhere");
  asio::local::stream_protocol::socket probe(loop);
  error_code failed;
  probe.connect(path, failed);
  if (!failed) return fail(Errc::already_exists, path, "somebody listens there already");
  if (failed != asio::error::connection_refused) return std::unexpected(socket_error(path, failed));
  if (unlink(path.c_str()) != 0) return fail(Errc::access_denied, path, "the socket that a dead process left cannot be removed");
  return {};
}

}  // namespace

struct Server::Inside : std::enable_shared_from_this<Server::Inside> {
  asio::io_context& loop;
  Handler& handler;
  ServerOptions const options;
  asio::basic_socket_acceptor<stream_protocol> acceptor;
  asio::steady_timer pause;
  std::list<std::shared_ptr<Session>> sessions;  // the one that was accepted first in front
  std::string socket_file;                           // ours, to be removed

  // Of clients that have become WebSockets: each with what ends it.
  std::list<std::function<void()>> web_sockets;

  Inside(asio::io_context& io, Handler& whose, ServerOptions o) : loop(io), handler(whose), options(std::move(o)), acceptor(io), pause(io) {}

  Result<> open(stream_protocol::endpoint const& at, std::string const& where);
  void accept();
  void admit(stream_protocol::socket socket);
  void upgrade(stream_protocol::socket socket, Session::UpgradeRequest request, std::shared_ptr<WebSocketUser> user);
  void stop();
};

Result<> Server::Inside::open(stream_protocol::endpoint const& at, std::string const& where) {
  error_code failed;
  acceptor.open(at.protocol(), failed);
  if (!failed && at.protocol().family() != AF_UNIX) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor.bind(at, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return std::unexpected(socket_error(where, failed));
  return {};
}

void Server::Inside::accept() {
  acceptor.async_accept([self = shared_from_this()](error_code failed, stream_protocol::socket socket) {
    if (!self->acceptor.is_open()) return;
    if (!failed) {
      self->admit(std::move(socket));
      return self->accept();
    }
    self->pause.expires_after(rsm::limits::accept_retry_pause);  // no file descriptors, most likely
    self->pause.async_wait([self](error_code cancelled) {
      if (!cancelled && self->acceptor.is_open()) self->accept();
    });
  });
}

void Server::Inside::admit(stream_protocol::socket socket) {
  if (sessions.size() + web_sockets.size() >= options.limits.connections) {
    auto const idle = std::ranges::find_if(sessions, [](auto const& session) { return session->idle(); });
    if (idle == sessions.end()) return;  // the socket closes
    auto const leaving = *idle;
    leaving->close();
  }
  auto const session = std::make_shared<Session>(
      std::move(socket), handler, options, [this](Session& closed) { std::erase_if(sessions, [&](auto const& one) { return one.get() == &closed; }); },
      [this](stream_protocol::socket upgraded, Session::UpgradeRequest request, std::shared_ptr<WebSocketUser> user) { upgrade(std::move(upgraded), std::move(request), std::move(user)); });
  sessions.push_back(session);
  session->start();
}

void Server::Inside::upgrade(stream_protocol::socket socket, Session::UpgradeRequest request, std::shared_ptr<WebSocketUser> user) {
  auto const one = web_sockets.insert(web_sockets.end(), std::function<void()>());
  *one = open_web_socket(std::move(socket), std::move(request), std::move(user), options, [self = shared_from_this(), one] { self->web_sockets.erase(one); });
}

void Server::Inside::stop() {
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  auto const open_ones = sessions;
  for (auto const& session : open_ones) session->close();
  auto const ends = web_sockets;
  for (auto const& end : ends) end();
  if (!socket_file.empty()) unlink(socket_file.c_str());
}

Server::Server(asio::io_context& loop, Handler& handler, ServerOptions options) : inside_(std::make_shared<Inside>(loop, handler, std::move(options))) {}
Server::~Server() { inside_->stop(); }
std::size_t Server::connections() const { return inside_->sessions.size() + inside_->web_sockets.size(); }

Result<std::string> Server::listen(Endpoint const& endpoint) {
  if (endpoint.address.empty()) {
    RSM_CHECK(clear_path(inside_->loop, endpoint.path));
    RSM_CHECK(inside_->open(asio::local::stream_protocol::endpoint(endpoint.path), endpoint.path));
    inside_->socket_file = endpoint.path;
    inside_->accept();
    return "unix:" + endpoint.path;
  }
  asio::ip::tcp::endpoint at(asio::ip::make_address(endpoint.address), endpoint.port);
  RSM_CHECK(inside_->open(at, endpoint.address + ":" + std::to_string(endpoint.port)));
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(inside_->acceptor.native_handle(), reinterpret_cast<sockaddr*>(&bound), &length);
  std::copy_n(reinterpret_cast<std::byte const*>(&bound), length, reinterpret_cast<std::byte*>(at.data()));
  inside_->accept();
  std::string const host = at.address().is_v6() ? "[" + endpoint.address + "]" : endpoint.address;
  return "http://" + host + ":" + std::to_string(at.port()) + "/";
}

}  // namespace rsm::http
