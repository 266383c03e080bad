// Bytes in, lines out, with a bound.
//
// What for: both ends of the handler's socket cut the stream into lines; a line longer than limits::handler_line_bytes_max is
// somebody's mistake and ends the conversation. Errors: overflow() stays true once it was. Thread rule: a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/handler/limits.hpp"

namespace rsm::handler {

class LineBuffer {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }

  // The next whole line without its line end; nullopt: more bytes are needed.
  std::optional<std::string> next() {
    std::size_t const end = bytes_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = bytes_.size();
      overflow_ |= bytes_.size() > limits::handler_line_bytes_max;
      return std::nullopt;
    }
    std::string line = bytes_.substr(0, end);
    bytes_.erase(0, end + 1);
    searched_ = 0;
    return line;
  }
  bool overflow() const { return overflow_; }

 private:
  std::string bytes_;
  std::size_t searched_ = 0;  // no line end before this place
  bool overflow_ = false;
};

}  // namespace rsm::handler
