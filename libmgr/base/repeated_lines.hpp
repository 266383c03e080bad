// A log that somebody cannot fill: lines that repeat are counted, not written.
//
// What for: whoever is refused a connection, or asks and cancels without end, causes a line each time. Lines that differ in numbers, ids and
// quoted words only are of one kind; of each kind limits::log_lines_alike_max are written in one window of limits::log_alike_window,
// of all kinds together limits::log_lines_max (errors are not held back by that). What was left out is said with its number when the
// window is over. Errors: none. Thread rule: one thread; it starts none, so the number is said with the next line, or by rest().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/base/log.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm {

class RepeatedLines {
 public:
  struct Line {
    LogLevel level = LogLevel::info;
    std::string text;
  };
  // What is to be written now instead of this line, in this order: what was left out before, then the line, unless it is left out itself.
  // `now`: from any clock that does not go back.
  std::vector<Line> take(LogLevel level, std::string const& line, Millis now);
  // What was left out and not said yet; at the end.
  std::vector<Line> rest();

  // The line with "#" for what tells it from others of its kind.
  static std::string kind_of(std::string const& line);

 private:
  struct Kind {
    std::size_t written = 0, left_out = 0;
    Line last;  // of those left out
  };
  void begin_window(Millis now);

  std::optional<Millis> window_began_;
  std::size_t written_ = 0;
  std::map<std::string, Kind> kinds_;
};

}  // namespace rsm
