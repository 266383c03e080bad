#include "drivers/volume/notices.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "drivers/block/system_error.hpp"
#include "drivers/volume/limits.hpp"

namespace rsm::volume {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int waiting_listeners_max = 16;  // announcements that have not been taken yet

bool address_of(std::string const& path, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return true;
}

// Connected and told; empty: nobody is there.
UniqueFd told(std::string const& path, Notice notice) {
  sockaddr_un address{};
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || !address_of(path, address) || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  auto const kind = static_cast<std::uint16_t>(notice);
  if (::send(fd.get(), &kind, sizeof kind, MSG_NOSIGNAL) != sizeof kind) return {};
  return fd;
}

}  // namespace

std::string listener_path(std::string const& record, pid_t handler) { return fmt::format("{}.{}", record, handler); }

Result<Listener> Listener::open(std::string path) {
  sockaddr_un address{};
  if (!address_of(path, address)) return fail(Errc::invalid_name, path, "the name of the directory is too long for a socket in it");
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::unlink(path.c_str());  // of a process that had our number and was killed
  if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), waiting_listeners_max) != 0)
    return block::system_failure(errno, path, "listen for notices");
  return Listener(std::move(fd), std::move(path));
}

Listener::~Listener() {
  if (socket_) ::unlink(path_.c_str());
}

std::optional<Listener::Told> Listener::next() {
  UniqueFd peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!peer) return std::nullopt;
  // Who has connected may not have come to its words yet.
  pollfd look{peer.get(), POLLIN, 0};
  while (::poll(&look, 1, static_cast<int>(limits::volume_notice_words.count())) < 0 && errno == EINTR) {
  }
  std::uint16_t kind = 0;
  if (::recv(peer.get(), &kind, sizeof kind, MSG_DONTWAIT) != sizeof kind) return std::nullopt;
  if (kind < static_cast<std::uint16_t>(Notice::lock) || kind > static_cast<std::uint16_t>(Notice::dismount)) return std::nullopt;
  return Told{static_cast<Notice>(kind), std::move(peer)};
}

void tell(std::vector<std::string> const& listeners, Notice notice) {
  for (auto const& path : listeners) told(path, notice);
}

Result<> tell_and_wait(std::vector<std::string> const& listeners, Notice notice, int interrupt_fd, std::function<bool()> const& interrupted) {
  std::vector<UniqueFd> open;
  for (auto const& path : listeners)
    if (auto fd = told(path, notice)) open.push_back(std::move(fd));
  auto const end = Clock::now() + limits::volume_notice_limit;
  while (!open.empty()) {
    std::vector<pollfd> looks{{interrupt_fd, POLLIN, 0}};
    for (auto const& fd : open) looks.push_back({fd.get(), POLLIN, 0});
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return {};  // their time is up
    if (::poll(looks.data(), looks.size(), static_cast<int>(left)) < 0 && errno != EINTR) return block::system_failure(errno, "listeners", "wait for their answers");
    if (looks[0].revents != 0 && interrupted()) return fail(Errc::operation_aborted, "listeners", "cancelled while they were asked");
    for (std::size_t i = looks.size(); i-- > 1;)
      if (looks[i].revents != 0) open.erase(open.begin() + static_cast<std::ptrdiff_t>(i - 1));  // an answer, or its end
  }
  return {};
}

}  // namespace rsm::volume
