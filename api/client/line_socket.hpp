// A unix stream socket that carries lines.
//
// What for: the bytes under client::Connection. Errors: connect gives Errc::not_ready when nobody listens, Errc::busy when the
// service has no room for another connection at this moment (worth another try), Errc::access_denied, Errc::invalid_parameter for a path
// that is too long; send and read_line give Errc::not_connected when the other side is gone, read_line also Errc::timeout past its
// deadline and Errc::bad_format for a line longer than limits::client_reply_bytes_max.
// Thread rule: send and shut from any thread; read_line from one thread at a time. The descriptor is closed with the object.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::client {

using Deadline = std::chrono::steady_clock::time_point;

class LineSocket {
 public:
  static Result<std::shared_ptr<LineSocket>> connect(std::string const& path);
  // A socket that somebody else has connected; the descriptor is its own from now on.
  static std::shared_ptr<LineSocket> adopt(int fd) { return std::shared_ptr<LineSocket>(new LineSocket(fd)); }
  ~LineSocket();
  LineSocket(LineSocket const&) = delete;
  LineSocket& operator=(LineSocket const&) = delete;

  // The whole text, which ends with a newline; never mixed with that of another thread.
  Result<> send(std::string_view text);
  // The next line, without its newline. What comes after the last newline before the end is dropped: half a line is none.
  Result<std::string> read_line(std::optional<Deadline> deadline = {});
  // Ends both directions; a read or send that waits returns.
  void shut();

 private:
  explicit LineSocket(int fd) : fd_(fd) {}
  Result<> fill(std::optional<Deadline> deadline);

  int fd_;
  std::mutex sending_;
  std::string read_;       // bytes that came
  std::size_t scanned_ = 0;  // of read_: no newline before this
};

}  // namespace rsm::client
