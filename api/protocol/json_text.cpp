#include "api/protocol/json_text.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <ranges>
#include <span>
#include <vector>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

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
    Level const level = levels_.back();
    levels_.pop_back();
    std::span const keys(keys_.begin() + static_cast<std::ptrdiff_t>(level.first_key), keys_.end());
    std::ranges::sort(keys, {}, [&](Key key) { return text_of(key); });
    auto const twice = std::ranges::adjacent_find(keys, {}, [&](Key key) { return text_of(key); });
    std::string const name = twice == keys.end() ? std::string{} : std::string(text_of(*twice));
    bool const found = twice != keys.end();
    keys_.resize(level.first_key);
    names_.resize(level.first_name);
    key_begin_ = names_.size();
    if (found) {
      duplicate_ = path() + (path().empty() ? "" : ".") + name;
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
    names_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Ec&) {
    names_.append(part.data(), part.size());
    keys_.push_back({key_begin_, names_.size() - key_begin_});
    key_begin_ = names_.size();
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
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      auto const& level = levels_[i];
      auto const keys_end = i + 1 < levels_.size() ? levels_[i + 1].first_key : keys_.size();
      if (!level.object)
        out += "[" + std::to_string(level.values) + "]";
      else if (keys_end > level.first_key)
        out += (out.empty() ? "" : ".") + shortened(text_of(keys_[keys_end - 1]), 64);
    }
    return out;
  }

 private:
  // The names of the members of all objects that are open stand one behind the other in one text: a status has hundreds of them.
  struct Key {
    std::size_t begin, size;
  };
  struct Level {
    bool object;
    std::size_t values, first_key, first_name;
  };
  std::string_view text_of(Key key) const { return std::string_view(names_).substr(key.begin, key.size); }
  bool open(bool object) {
    levels_.push_back({object, 0, keys_.size(), names_.size()});
    return true;
  }
  bool closed() {
    if (!levels_.empty()) ++levels_.back().values;
    return true;
  }

  json::value_stack stack_;
  std::vector<Level> levels_;
  std::vector<Key> keys_;
  std::string names_;
  std::size_t key_begin_ = 0;  // of the one that is being read
  std::string duplicate_;
};

// A character that may not stand in a JSON string as it is, or should not stand before a person.
std::string in_json(char32_t character) {
  switch (character) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return escaped(character);
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

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;  // what stands before is written; what needs no change is copied in one piece
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] >= ' ' && text[at] < 0x7F && text[at] != '"' && text[at] != '\\') {
      ++at;
      continue;
    }
    auto const [code, bytes, valid] = first_character(text.substr(at));
    if (!valid || code == '"' || code == '\\' || steers(code)) {
      out.append(text.substr(copied, at - copied)).append(valid ? in_json(code) : "\xEF\xBF\xBD");
      copied = at + bytes;
    }
    at += bytes;
  }
  out.append(text.substr(copied)) += '"';
}

void append_json(std::string& out, json::value const& value) {
  char before = 0;
  auto const divide = [&](char opening) {
    out += before == 0 ? opening : ',';
    before = ',';
  };
  if (auto const* text = value.if_string()) return append_quoted(out, *text);
  if (auto const* array = value.if_array()) {
    for (auto const& element : *array) divide('['), append_json(out, element);
    out += before == 0 ? "[]" : "]";
  } else if (auto const* object = value.if_object()) {
    for (auto const& [name, member] : *object) divide('{'), append_quoted(out, name), out += ':', append_json(out, member);
    out += before == 0 ? "{}" : "}";
  } else {
    out += json::serialize(value);
  }
}

std::string json_text(json::value const& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace rsm::wire
