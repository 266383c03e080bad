#include "api/protocol/json_text.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <vector>

#include "libmgr/domain/limits.hpp"

namespace rsm::wire {
namespace {

namespace json = boost::json;

// Builds the value as Boost's own parser does, and knows where it is and which members it has seen.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Ec = json::error_code;

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec&) { return open(true); }
  bool on_object_end(std::size_t n, Ec& ec) {
    auto keys = std::move(levels_.back().keys);
    levels_.pop_back();
    std::sort(keys.begin(), keys.end());
    auto const twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end()) {
      duplicate_ = path() + (path().empty() ? "" : ".") + *twice;
      ec = json::error::extra_data;
      return false;
    }
    stack_.push_object(n);
    return closed();
  }
  bool on_array_begin(Ec&) { return open(false); }
  bool on_array_end(std::size_t n, Ec&) {
    levels_.pop_back();
    stack_.push_array(n);
    return closed();
  }
  bool on_key_part(json::string_view part, std::size_t, Ec&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Ec&) {
    key_.append(part.data(), part.size());
    levels_.back().keys.push_back(key_);
    key_.clear();
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Ec&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, Ec&) {
    stack_.push_string(part);
    return closed();
  }
  bool on_number_part(json::string_view, Ec&) { return true; }
  bool on_int64(std::int64_t i, json::string_view, Ec&) {
    stack_.push_int64(i);
    return closed();
  }
  bool on_uint64(std::uint64_t u, json::string_view, Ec&) {
    stack_.push_uint64(u);
    return closed();
  }
  bool on_double(double d, json::string_view, Ec&) {
    stack_.push_double(d);
    return closed();
  }
  bool on_bool(bool b, Ec&) {
    stack_.push_bool(b);
    return closed();
  }
  bool on_null(Ec&) {
    stack_.push_null();
    return closed();
  }
  bool on_comment_part(json::string_view, Ec&) { return true; }
  bool on_comment(json::string_view, Ec&) { return true; }

  void reset() { stack_.reset(); }
  json::value release() { return stack_.release(); }
  std::string const& duplicate() const { return duplicate_; }
  // "params.media[1]": the member that is being read.
  std::string path() const {
    std::string out;
    for (auto const& level : levels_) {
      if (!level.object)
        out += "[" + std::to_string(level.values) + "]";
      else if (!level.keys.empty())
        out += (out.empty() ? "" : ".") + shortened(level.keys.back(), 64);
    }
    return out;
  }

 private:
  struct Level {
    bool object;
    std::size_t values = 0;
    std::vector<std::string> keys;
  };
  bool open(bool object) {
    levels_.push_back({object, 0, {}});
    return true;
  }
  bool closed() {
    if (!levels_.empty()) ++levels_.back().values;
    return true;
  }

  json::value_stack stack_;
  std::vector<Level> levels_;
  std::string key_;
  std::string duplicate_;
};

// Length of the valid UTF-8 sequence at `at`, 0 when there is none (RFC 3629: no surrogates, nothing over U+10FFFF).
std::size_t sequence_at(std::string_view text, std::size_t at) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  auto const tail = [&](std::size_t i) { return at + i < text.size() && (byte(i) & 0xc0) == 0x80; };
  unsigned const first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

// A character that may not stand in a JSON string as it is.
std::string escaped(unsigned char byte) {
  static constexpr char hex[] = "0123456789abcdef";
  switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return std::string("\\u00") + hex[byte >> 4] + hex[byte & 15];
  }
}

std::string what_is_wrong(json::error_code const& ec) {
  if (ec == json::error::too_deep) return "nested deeper than " + std::to_string(limits::json_depth_max) + " levels";
  return ec.message();
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  json::basic_parser<Builder> parser(options);
  parser.handler().reset();
  json::error_code ec;
  std::size_t const consumed = parser.write_some(false, text.data(), text.size(), ec);
  if (!parser.handler().duplicate().empty())
    return fail(Errc::bad_format, parser.handler().duplicate(), "this member is there twice: send each member once");
  if (ec == json::error::incomplete) return fail(Errc::bad_format, parser.handler().path(), "the JSON text ends too early");
  if (ec) return fail(Errc::bad_format, parser.handler().path(), "no valid JSON at byte " + std::to_string(consumed) + ": " + what_is_wrong(ec));
  if (consumed < text.size())
    return fail(Errc::bad_format, {}, "there is more text after the JSON value, at byte " + std::to_string(consumed));
  return parser.handler().release();
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const n = sequence_at(text, at);
    if (n == 0) return false;
    at += n;
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const n = sequence_at(text, at);
    if (n == 0)
      out += replacement, ++at;
    else
      out.append(text.substr(at, n)), at += n;
  }
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;  // what stands before is written; what needs no change is copied in one piece
  for (std::size_t at = 0; at < text.size();) {
    auto const byte = static_cast<unsigned char>(text[at]);
    std::size_t const n = byte < 0x80 ? 1 : sequence_at(text, at);
    if (n == 0 || byte < 0x20 || byte == '"' || byte == '\\') {
      out.append(text.substr(copied, at - copied)).append(n == 0 ? std::string(replacement) : escaped(byte));
      copied = at + 1;
    }
    at += std::max<std::size_t>(n, 1);
  }
  out.append(text.substr(copied)) += '"';
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace rsm::wire
