#include "libmgr/base/repeated_lines.hpp"

#include <utility>

#include "libmgr/base/limits.hpp"

namespace rsm {
namespace {

// Of a window that has seen too many kinds; errors stay apart from what somebody makes up.
constexpr std::string_view other_kinds = "others", other_errors = "other errors";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || c == '-'; }

// A number, or an id: hexadecimal digits and dashes with a digit among them, and nothing else of a word.
std::size_t variable_length(std::string const& line, std::size_t at) {
  std::size_t end = at;
  bool digits = false;
  while (end < line.size() && is_hex(line[end])) digits |= is_digit(line[end++]);
  return digits ? end - at : 0;
}

}  // namespace

std::string RepeatedLines::kind_of(std::string const& line) {
  std::string kind;
  bool inside_word = false;
  for (std::size_t at = 0; at < line.size();) {
    if (auto const length = inside_word ? 0 : variable_length(line, at); length > 0) {
      kind += '#';
      at += length;
      inside_word = true;
    } else if (auto const quote = line[at] == '"' ? line.find('"', at + 1) : std::string::npos; quote != std::string::npos) {
      kind += '#';
      at = quote + 1;
    } else {
      char const c = line[at++];
      if (!is_digit(c) || !kind.ends_with('#')) kind += is_digit(c) ? '#' : c;
      inside_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
    }
  }
  return kind;
}

void RepeatedLines::begin_window(Millis now) {
  window_began_ = now;
  written_ = 0;
  kinds_.clear();
}

std::vector<RepeatedLines::Line> RepeatedLines::rest() {
  std::vector<Line> out;
  for (auto& [name, kind] : kinds_) {
    auto const count = std::exchange(kind.left_out, 0);
    if (count == 1) out.push_back(kind.last);
    if (count > 1) out.push_back({kind.last.level, std::to_string(count) + (name == other_kinds || name == other_errors ? " other lines" : " more lines like this one") + " within " +
                                                       duration_text(limits::log_alike_window) + " were counted, not written: " + kind.last.text});
  }
  return out;
}

std::vector<RepeatedLines::Line> RepeatedLines::take(LogLevel level, std::string const& line, Millis now) {
  std::vector<Line> out;
  if (window_began_ && now - *window_began_ >= limits::log_alike_window) {
    out = rest();
    begin_window(now);
  }
  if (!window_began_) begin_window(now);
  std::string name = kind_of(line);
  if (!kinds_.contains(name) && kinds_.size() >= limits::log_kinds_max) name = level == LogLevel::error ? other_errors : other_kinds;
  auto& kind = kinds_[name];
  bool const too_many = written_ >= limits::log_lines_max && level != LogLevel::error;
  if (kind.written >= limits::log_lines_alike_max || too_many) {
    ++kind.left_out;
    kind.last = {level, line};
    return out;
  }
  ++kind.written;
  ++written_;
  out.push_back({level, line});
  return out;
}

}  // namespace rsm
