#include "tests/api/exporter/rig.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/algorithm/string/predicate.hpp>
#include <cstring>
#include <sstream>

#include "tests/api/exporter/samples.hpp"

namespace rsm::exporter {
namespace {

constexpr int patience_ms = 20'000;

std::filesystem::path new_folder() {
  std::string path = std::filesystem::temp_directory_path() / "openrsm-exporter-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return path;
}

}  // namespace

RawClient::~RawClient() { ::close(fd_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd wait{fd_, POLLOUT, 0};
    if (::poll(&wait, 1, patience_ms) <= 0) {
      ADD_FAILURE() << "nobody takes what is sent";
      return false;
    }
    auto const n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void RawClient::end_of_input() { ::shutdown(fd_, SHUT_WR); }

bool RawClient::more() {
  pollfd wait{fd_, POLLIN, 0};
  if (::poll(&wait, 1, patience_ms) <= 0) {
    ADD_FAILURE() << "nothing came";
    return false;
  }
  char chunk[16384];
  auto const n = ::recv(fd_, chunk, sizeof chunk, 0);
  if (n <= 0) return false;
  buffer_.append(chunk, static_cast<std::size_t>(n));
  return true;
}

std::string RawClient::Response::field(std::string_view name) const {
  std::istringstream in(head);
  for (std::string line; std::getline(in, line);)
    if (boost::algorithm::istarts_with(line, std::string(name) + ": ")) return line.substr(name.size() + 2, line.size() - name.size() - 3);
  return {};
}

RawClient::Response RawClient::read(bool head_only) {
  Response out;
  auto end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!more()) return out;
    end = buffer_.find("\r\n\r\n");
  }
  out.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  std::sscanf(out.head.c_str(), "HTTP/1.%*d %d", &out.status);
  std::size_t const length = head_only ? 0 : std::stoul("0" + out.field("Content-Length"));
  while (buffer_.size() < length)
    if (!more()) break;
  out.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return out;
}

std::string RawClient::read_to_end() {
  while (more()) {
  }
  return std::exchange(buffer_, {});
}

Rig::Rig(http::Limits limits, std::string const& listen) : folder_(new_folder()), cleaner_{folder_} {
  source_ = std::make_unique<DaemonSource>(loop_, path("rsmd.sock"));
  pages_ = std::make_unique<PageHandler>(*source_);
  server_ = std::make_unique<http::Server>(loop_, *pages_, http::ServerOptions{.name = "rsm-exporter/test", .limits = limits});
  endpoint_ = http::parse_endpoint(listen == "unix" ? "unix:" + path("http.sock") : listen, false).value();
  where_ = server_->listen(endpoint_).value();
  thread_ = std::thread([this] { loop_.run(); });
}

Rig::~Rig() {
  loop_.stop();
  thread_.join();
  server_.reset();
  source_.reset();
}

cli::FakeDaemon& Rig::start_daemon() {
  daemon_.reset();  // its end removes the socket's file
  daemon_ = std::make_unique<cli::FakeDaemon>(path("rsmd.sock"));
  daemon_->reply("metrics.read", samples::figures());
  return *daemon_;
}

std::unique_ptr<RawClient> Rig::connect() {
  sockaddr_storage at{};
  socklen_t length = 0;
  if (!endpoint_.path.empty()) {
    auto& address = reinterpret_cast<sockaddr_un&>(at);
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, endpoint_.path.c_str(), sizeof address.sun_path - 1);
    length = sizeof address;
  } else {
    auto& address = reinterpret_cast<sockaddr_in&>(at);
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(where_.substr(where_.rfind(':') + 1))));
    inet_pton(AF_INET, endpoint_.address.c_str(), &address.sin_addr);
    length = sizeof address;
  }
  int const fd = ::socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&at), length), 0) << std::strerror(errno);
  return std::make_unique<RawClient>(fd);
}

RawClient::Response Rig::get(std::string const& target, std::string const& fields) {
  auto const client = connect();
  client->send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  return client->read();
}

std::size_t Rig::connections() {
  std::promise<std::size_t> count;
  boost::asio::post(loop_, [&] { count.set_value(server_->connections()); });
  return count.get_future().get();
}

}  // namespace rsm::exporter
