// An exporter in this process, a fake daemon beside it, and raw HTTP clients. Files live in a folder that ends with it.
// Thread rule: the exporter's loop has a thread of its own; everything else is the test's.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/exporter/pages.hpp"
#include "api/http/server.hpp"
#include "tests/cli/fake_daemon.hpp"

namespace rsm::exporter {

// A connection that sends bytes as they are and reads what comes. Every wait ends after 20 s with a failure of the test.
class RawClient {
 public:
  explicit RawClient(int fd) : fd_(fd) {}
  RawClient(RawClient const&) = delete;
  ~RawClient();
  // False: the other side does not want it any more.
  bool send(std::string_view bytes);
  void end_of_input();
  // One whole response: head and body.
  struct Response {
    int status = 0;
    std::string head, body;
    // The field's value; empty: none.
    std::string field(std::string_view name) const;
  };
  Response read(bool head_only = false);
  // Everything until the other side ends the connection.
  std::string read_to_end();

 private:
  bool more();
  int fd_;
  std::string buffer_;
};

class Rig {
 public:
  explicit Rig(http::Limits limits = {}, std::string const& listen = "127.0.0.1:0");
  ~Rig();
  cli::FakeDaemon& start_daemon();
  void stop_daemon() { daemon_.reset(); }
  std::unique_ptr<RawClient> connect();
  RawClient::Response get(std::string const& target, std::string const& fields = {});
  std::size_t connections();
  std::string const& where() const { return where_; }
  std::string path(std::string const& name) const { return (folder_ / name).string(); }

 private:
  struct Folder {
    std::filesystem::path path;
    ~Folder() { std::filesystem::remove_all(path); }
  };
  std::filesystem::path folder_;
  Folder cleaner_;
  std::unique_ptr<cli::FakeDaemon> daemon_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<DaemonSource> source_;
  std::unique_ptr<PageHandler> pages_;
  std::unique_ptr<http::Server> server_;
  std::string where_;
  http::Endpoint endpoint_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::thread thread_;
};

}  // namespace rsm::exporter
