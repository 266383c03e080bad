#include "cli/rsm/arguments/what_if.hpp"

#include <algorithm>
#include <cctype>

#include "cli/rsm/arguments/values.hpp"

namespace rsm::cli {
namespace {

std::unexpected<Error> not_understood(std::string const& part) {
  return fail(Errc::invalid_parameter, "--if \"" + part + "\"", "write 'one more drive', '2 drives more', 'drive 2 off', 'drive 2 on' or 'request 1042 priority 7'; several with 'and'");
}

std::vector<std::string> words_in(std::string const& text) {
  std::vector<std::string> words(1);
  char quote = 0;
  for (char const c : text) {
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote == 0 && std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Parted at commas and at the word "and".
std::vector<std::vector<std::string>> supposed_parts(std::vector<std::string> const& words) {
  std::vector<std::vector<std::string>> parts(1);
  for (auto word : words) {
    bool const comma = word.ends_with(',');
    if (comma) word.pop_back();
    if (word == "and") {
      parts.emplace_back();
      continue;
    }
    if (!word.empty()) parts.back().push_back(word);
    if (comma) parts.emplace_back();
  }
  std::erase_if(parts, [](auto const& part) { return part.empty(); });
  return parts;
}

std::string words_joined(std::vector<std::string> const& words, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

std::optional<std::int64_t> how_many(std::string const& word) {
  if (word == "a" || word == "one" || word == "another") return 1;
  if (word == "two") return 2;
  if (word == "three") return 3;
  return parse_count(word.starts_with('+') ? word.substr(1) : word);
}

bool is_off(std::string const& word) { return word == "off" || word == "disabled" || word == "away"; }
bool is_on(std::string const& word) { return word == "on" || word == "enabled" || word == "back"; }

Result<> suppose(std::vector<std::string> const& w, Supposed& out) {
  auto const wrong = not_understood(words_joined(w, 0, w.size()));
  std::size_t const n = w.size();
  bool const drives = n >= 2 && (w[1] == "drive" || w[1] == "drives");
  if (drives && (n == 2 || (n == 3 && w[2] == "more"))) {
    auto const more = how_many(w[0]);
    if (!more) return wrong;
    out.drives_more += *more;
    return {};
  }
  if (n == 3 && w[1] == "more" && (w[2] == "drive" || w[2] == "drives")) return suppose({w[0], w[2], w[1]}, out);
  if (n >= 3 && w[0] == "drive" && is_off(w.back())) return out.drives_off.push_back(words_joined(w, 1, n - 1)), Result<>{};
  if (n >= 3 && w[0] == "drive" && is_on(w.back())) return out.drives_on.push_back(words_joined(w, 1, n - 1)), Result<>{};
  if (n >= 3 && w[0] == "without" && w[1] == "drive") return out.drives_off.push_back(words_joined(w, 2, n)), Result<>{};
  std::size_t const begin = w[0] == "request" ? 1 : 0;
  if (n == begin + 3 && w[begin + 1] == "priority") {
    auto const priority = parse_priority(w[begin + 2]);
    if (!priority || !out.request.empty()) return wrong;
    out.request = w[begin], out.priority = *priority;
    return {};
  }
  return wrong;
}

}  // namespace

Result<Supposed> parse_what_if(std::vector<std::string> const& texts) {
  Supposed supposed;
  for (auto const& text : texts) {
    auto const parts = supposed_parts(words_in(text));
    if (parts.empty()) return not_understood(text);
    for (auto const& part : parts) RSM_CHECK(suppose(part, supposed));
  }
  return supposed;
}

}  // namespace rsm::cli
