#include "tests/bench/crowd.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace rsm::bench {
namespace {

int connected_to(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) give_up("the path of the socket is too long: " + path);
  path.copy(address.sun_path, path.size());
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    give_up("cannot connect to " + path + ": " + std::strerror(errno));
  return fd;
}

}  // namespace

void LineFraming::feed(std::string_view bytes) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  buffer_ += bytes;
}

std::optional<std::string_view> LineFraming::next() {
  auto const end = buffer_.find('\n', taken_);
  if (end == std::string::npos) return std::nullopt;
  std::string_view const line = std::string_view(buffer_).substr(taken_, end - taken_);
  taken_ = end + 1;
  return line;
}

Crowd::Crowd(std::string const& socket, std::size_t clients, MakeFraming make_framing) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  for (std::size_t n = 0; n < clients; ++n) {
    clients_.push_back({.fd = connected_to(socket), .framing = make_framing()});
    epoll_event event{.events = EPOLLIN, .data = {.u64 = n}};
    if (::epoll_ctl(poll_, EPOLL_CTL_ADD, clients_.back().fd, &event) != 0) give_up(std::string("epoll_ctl: ") + std::strerror(errno));
  }
}

Crowd::~Crowd() {
  for (auto const& client : clients_) ::close(client.fd);
  ::close(poll_);
}

Round Crowd::work(Scripts& scripts, Budget budget) {
  Round round;
  auto const start = Clock::now();
  std::size_t busy = clients_.size();
  for (std::size_t n = 0; n < clients_.size(); ++n) {
    clients_[n].operations = 0;
    begin(n, *scripts[n]);
  }
  while (busy > 0) {
    for (auto const n : wait()) {
      Client& client = clients_[n];
      receive(client);
      auto const answer = client.framing->next();
      if (!answer) continue;
      if (!client.busy) give_up("an answer that nobody asked for: " + std::string(*answer));
      if (auto const call = scripts[n]->go_on(*answer)) {
        send(client, *call);
        continue;
      }
      auto const now = Clock::now();
      round.latencies.push_back(std::chrono::duration<float, std::micro>(now - client.begun).count());
      ++round.operations;
      ++client.operations;
      bool const again = (!budget.time || now - start < *budget.time) && (!budget.each || client.operations < *budget.each);
      client.busy = false;
      if (again)
        begin(n, *scripts[n]);
      else
        --busy;
    }
  }
  round.elapsed = Clock::now() - start;
  return round;
}

void Crowd::begin(std::size_t number, Script& script) {
  Client& client = clients_[number];
  client.busy = true;
  client.begun = Clock::now();
  send(client, script.begin());
}

void Crowd::send(Client& client, std::string const& call) {
  if (::send(client.fd, call.data(), call.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(call.size()))
    give_up(std::string("cannot send: ") + std::strerror(errno));
}

void Crowd::receive(Client& client) {
  std::array<char, 64 * 1024> bytes;
  ssize_t const got = ::recv(client.fd, bytes.data(), bytes.size(), 0);
  if (got <= 0) give_up("the server closed a connection");
  client.framing->feed({bytes.data(), static_cast<std::size_t>(got)});
}

std::vector<std::size_t> Crowd::wait() {
  std::array<epoll_event, 64> events;
  int const limit = static_cast<int>(std::chrono::milliseconds(answer_limit).count());
  int const ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), limit);
  if (ready <= 0) give_up(ready == 0 ? "no answer within " + std::to_string(answer_limit.count()) + " s" : std::strerror(errno));
  std::vector<std::size_t> numbers;
  for (int i = 0; i < ready; ++i) numbers.push_back(events[static_cast<std::size_t>(i)].data.u64);
  return numbers;
}

}  // namespace rsm::bench
