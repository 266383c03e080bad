#include "api/web/login_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>

#include "api/web/limits.hpp"

namespace rsm::web {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
constexpr int answer_wait_ms = 30'000;
constexpr std::size_t passed_most = 4;  // descriptors that are taken off a message, so that none stays open by mistake

std::string system_text(int number) { return std::generic_category().message(number); }

Result<sockaddr_un> address_of(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(Errc::invalid_parameter, path, "a socket's path has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

struct Peer {
  sockaddr_un address{};
  socklen_t length = sizeof(sockaddr_un);
  ucred who{};
};
Result<Peer> peer_of(int connection) {
  Peer peer;
  socklen_t size = sizeof peer.who;
  if (getpeername(connection, reinterpret_cast<sockaddr*>(&peer.address), &peer.length) != 0 || peer.address.sun_family != AF_UNIX ||
      getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer.who, &size) != 0)
    return fail(Errc::bad_format, "login", "what was passed is no connection to a unix socket");
  return peer;
}

// A message with the descriptors beside it.
struct Taking {
  std::string text;
  std::vector<Descriptor> passed;
};
Result<Taking> take_message(int socket) {
  std::array<char, limits::hand_over_bytes_max + 1> bytes{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * passed_most)> beside{};
  iovec room{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &room, message.msg_iovlen = 1, message.msg_control = beside.data(), message.msg_controllen = beside.size();
  auto const got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return fail(Errc::not_connected, "login", system_text(errno));
  Taking taking{std::string(bytes.data(), static_cast<std::size_t>(got)), {}};
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    auto const count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      taking.passed.emplace_back(fd);
    }
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return fail(Errc::bad_format, "login", "the message is too long, or has too many descriptors");
  return taking;
}

}  // namespace

Result<Descriptor> connect_to(std::string const& path, int type) {
  RSM_TRY(auto const address, address_of(path));
  Descriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!socket) return fail(Errc::not_enough_memory, path, system_text(errno));
  if (::connect(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0) return socket;
  int const number = errno;
  if (number == EACCES || number == EPERM) return fail(Errc::access_denied, path, "this user may not connect to the socket");
  return fail(Errc::not_ready, path, "nobody listens there (" + system_text(number) + ")");
}

Result<> is_service(int connection, std::string const& socket) {
  RSM_TRY(auto const own, connect_to(socket, SOCK_STREAM));
  RSM_TRY(auto const ours, peer_of(own.get()));
  RSM_TRY(auto const passed, peer_of(connection));
  int type = 0;
  socklen_t size = sizeof type;
  bool const stream = getsockopt(connection, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
  bool const same_address = ours.length == passed.length && std::memcmp(&ours.address, &passed.address, ours.length) == 0;
  if (stream && same_address && ours.who.pid == passed.who.pid && ours.who.uid == passed.who.uid) return {};
  return fail(Errc::access_denied, "login", "what was passed is no connection to the service that this console looks at");
}

Result<HandOverReply> hand_over(std::string const& path, HandOver const& message, Descriptor connection) {
  RSM_TRY(auto const socket, connect_to(path, SOCK_SEQPACKET));
  auto text = text_of(message);
  iovec words{text.data(), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> beside{};
  msghdr out{};
  out.msg_iov = &words, out.msg_iovlen = 1;
  if (connection) {
    out.msg_control = beside.data(), out.msg_controllen = beside.size();
    auto* const header = CMSG_FIRSTHDR(&out);
    header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(sizeof(int));
    int const fd = connection.get();
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  if (sendmsg(socket.get(), &out, MSG_NOSIGNAL) < 0) return fail(Errc::not_connected, path, system_text(errno));
  pollfd waiting{socket.get(), POLLIN, 0};
  if (poll(&waiting, 1, answer_wait_ms) <= 0) return fail(Errc::timeout, path, "the console does not answer");
  std::array<char, limits::hand_over_bytes_max> bytes{};
  auto const got = recv(socket.get(), bytes.data(), bytes.size(), 0);
  if (got <= 0) return fail(Errc::not_connected, path, "the console has gone");
  return parse_hand_over_reply(std::string_view(bytes.data(), static_cast<std::size_t>(got)));
}

struct LoginSocket::Inside : std::enable_shared_from_this<LoginSocket::Inside> {
  // Somebody who has connected, until the answer is on its way.
  struct Guest : std::enable_shared_from_this<Guest> {
    Guest(asio::io_context& loop, int fd) : socket(loop, fd), limit(loop) {}
    asio::posix::stream_descriptor socket;
    asio::steady_timer limit;
  };

  Inside(asio::io_context& io, Taken t) : loop(io), taken(std::move(t)), listening(io), pause(io) {}

  void accept() {
    listening.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code failed) {
      if (failed || !self->listening.is_open()) return;
      int const fd = accept4(self->listening.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0 && self->guests < limits::hand_overs_max)
        self->greet(fd);
      else if (fd >= 0)
        ::close(fd);
      else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
        return self->accept_later();  // no descriptors, most likely
      self->accept();
    });
  }

  void accept_later() {
    pause.expires_after(limits::beat);
    pause.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled) self->accept();
    });
  }

  void greet(int fd) {
    ++guests;
    auto const guest = std::shared_ptr<Guest>(new Guest(loop, fd), [self = shared_from_this()](Guest* gone) {
      --self->guests;
      delete gone;
    });
    guest->limit.expires_after(limits::hand_over_limit);
    guest->limit.async_wait([weak = std::weak_ptr(guest)](error_code cancelled) {
      auto const late = weak.lock();
      if (!cancelled && late) late->socket.cancel();
    });
    guest->socket.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this(), guest](error_code failed) {
      if (!failed) self->take(guest);
    });
  }

  void take(std::shared_ptr<Guest> const& guest) {
    guest->limit.cancel();
    Answer answer = [guest](Result<HandOverReply> reply) {
      auto const text = text_of(reply);
      [[maybe_unused]] auto const sent = send(guest->socket.native_handle(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    };
    ucred who{};
    socklen_t size = sizeof who;
    if (getsockopt(guest->socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return;
    auto message = take_message(guest->socket.native_handle());
    if (!message) return answer(std::unexpected(message.error()));
    auto parsed = parse_hand_over(message->text);
    if (!parsed) return answer(std::unexpected(parsed.error()));
    if (message->passed.size() > 1) return answer(fail(Errc::bad_format, "login", "expected one connection"));
    taken(Passed{*parsed, who.uid, message->passed.empty() ? Descriptor() : std::move(message->passed.front())}, std::move(answer));
  }

  asio::io_context& loop;
  Taken taken;
  asio::posix::stream_descriptor listening;
  asio::steady_timer pause;
  std::size_t guests = 0;
  std::string file;  // ours, to be removed
};

LoginSocket::LoginSocket(asio::io_context& loop, Taken taken) : inside_(std::make_shared<Inside>(loop, std::move(taken))) {}

LoginSocket::~LoginSocket() {
  error_code ignored;
  inside_->listening.close(ignored);
  inside_->pause.cancel();
  inside_->taken = [](Passed, Answer) {};
  if (!inside_->file.empty()) unlink(inside_->file.c_str());
}

Result<> LoginSocket::listen(std::string const& path) {
  RSM_TRY(auto const address, address_of(path));
  struct stat there {};
  if (lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) return fail(Errc::invalid_parameter, path, "there is a file that is no socket; remove it, or choose another path");
    if (connect_to(path, SOCK_SEQPACKET)) return fail(Errc::already_exists, path, "another console listens there already");
    unlink(path.c_str());
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail(Errc::not_enough_memory, path, system_text(errno));
  if (::bind(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0 || chmod(path.c_str(), 0666) != 0 || ::listen(socket.get(), static_cast<int>(limits::hand_overs_max)) != 0)
    return fail(errno == EACCES ? Errc::access_denied : Errc::invalid_parameter, path, "it cannot be listened on: " + system_text(errno));
  inside_->file = path;
  inside_->listening.assign(socket.release());
  inside_->accept();
  return {};
}

}  // namespace rsm::web
