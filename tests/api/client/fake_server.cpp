#include "fake_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace rsm::test {

namespace json = boost::json;

struct FakeServer::Peer {
  int fd = -1;
  int number = 0;
  std::thread thread;
  ~Peer() {
    if (thread.joinable()) thread.join();
    ::close(fd);
  }
  void send(std::string const& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      ssize_t const sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
  }
};

std::string Call::key() const {
  auto const* key = params.if_contains("key");
  return key == nullptr ? "" : std::string(key->as_string());
}

FakeServer::FakeServer() {
  char name[] = "/tmp/rsm-fake-XXXXXX";
  if (mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp");
  directory_ = name;
  path_ = directory_ + "/s";
  listen();
}

FakeServer::~FakeServer() {
  go_away();
  ::rmdir(directory_.c_str());
}

void FakeServer::listen() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 64) != 0)
    throw std::runtime_error("cannot listen on " + path_);
  listener_ = fd;
  accepting_ = std::thread([this, fd] { accept_all(fd); });
}

void FakeServer::accept_all(int listener) {
  for (;;) {
    int const fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::lock_guard const lock(mutex_);
    auto& peer = *peers_.emplace_back(std::make_unique<Peer>());
    peer.fd = fd;
    peer.number = ++connections_;
    peer.thread = std::thread([this, &peer] { serve(peer); });
  }
}

void FakeServer::serve(Peer& peer) {
  std::string text;
  char buffer[4096];
  for (;;) {
    ssize_t const got = ::recv(peer.fd, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    text.append(buffer, static_cast<std::size_t>(got));
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      handle(peer, text.substr(0, end));
      text.erase(0, end + 1);
    }
  }
}

void FakeServer::handle(Peer& peer, std::string const& line) {
  auto const request = json::parse(line).as_object();
  Call const call{peer.number, std::string(request.at("method").as_string()), request.at("params").as_object(), json::serialize(request.at("id"))};
  std::string const& id = call.id;
  Act const act = act_on(call);
  if (auto const* reply = std::get_if<Reply>(&act)) {
    peer.send(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + reply->result + "}\n");
  } else if (auto const* refuse = std::get_if<Refuse>(&act)) {
    json::object const error{{"code", refuse->code},
                             {"message", "refused"},
                             {"data", {{"name", "X"}, {"object", "it"}, {"detail", refuse->detail}}}};
    peer.send(R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":)" + json::serialize(error) + "}\n");
  } else if (auto const* raw = std::get_if<Raw>(&act)) {
    peer.send(raw->bytes);
  } else if (std::holds_alternative<Break>(act)) {
    ::shutdown(peer.fd, SHUT_RDWR);
  }
}

Act FakeServer::act_on(Call const& call) {
  Handler handler;
  int grace = 0;
  {
    std::lock_guard const lock(mutex_);
    calls_.push_back(call);
    if (auto const found = handlers_.find(call.method); found != handlers_.end()) handler = found->second;
    grace = grace_ms_;
  }
  if (handler) return handler(call);
  if (call.method == "hello") return Reply{R"({"protocol":1,"server":"fake","version":"0","ready":true,"recognises_changes":true})"};
  if (call.method == "session.open")
    return Reply{R"({"session":"11111111-1111-4111-8111-111111111111","secret":"22222222-2222-4222-8222-222222222222","grace_ms":)" +
                 std::to_string(grace) + "}"};
  if (call.method == "session.attach" || call.method == "session.close") return Reply{"{}"};
  return Refuse{120, "the test did not say what to do with " + call.method};
}

void FakeServer::on(std::string method, Handler handler) {
  std::lock_guard const lock(mutex_);
  handlers_[std::move(method)] = std::move(handler);
}

void FakeServer::grace(int ms) {
  std::lock_guard const lock(mutex_);
  grace_ms_ = ms;
}

void FakeServer::break_all() {
  std::lock_guard const lock(mutex_);
  for (auto const& peer : peers_) ::shutdown(peer->fd, SHUT_RDWR);
}

void FakeServer::stop_listening() {
  if (listener_ < 0) return;
  ::unlink(path_.c_str());
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_);
  listener_ = -1;
}

void FakeServer::drop_peers() {
  std::list<std::unique_ptr<Peer>> gone;
  {
    std::lock_guard const lock(mutex_);
    gone.swap(peers_);
  }
  for (auto const& peer : gone) ::shutdown(peer->fd, SHUT_RDWR);
}

void FakeServer::go_away() {
  stop_listening();
  drop_peers();
}

void FakeServer::come_back() { listen(); }

std::vector<Call> FakeServer::calls() const {
  std::lock_guard const lock(mutex_);
  return calls_;
}

std::vector<Call> FakeServer::calls(std::string const& method) const {
  auto all = calls();
  std::erase_if(all, [&method](Call const& call) { return call.method != method; });
  return all;
}

bool FakeServer::wait_for(std::string const& method, std::size_t count) const {
  for (int tries = 0; tries < 1000; ++tries) {
    if (calls(method).size() >= count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace rsm::test
