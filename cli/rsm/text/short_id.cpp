#include "cli/rsm/text/short_id.hpp"

#include <algorithm>

namespace rsm::cli {
namespace {

constexpr std::size_t id_beginning_digits_least = 4;

std::string digits_of(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '-' || c == '{' || c == '}') continue;
    out += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::size_t common_beginning(std::string const& a, std::string const& b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

std::size_t short_length(std::vector<Guid> const& ids) {
  std::vector<std::string> texts;
  for (auto const& id : ids)
    if (!id.is_zero()) texts.push_back(id.text());
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  std::size_t length = short_id_digits_least;
  for (std::size_t i = 1; i < texts.size(); ++i) length = std::max(length, common_beginning(texts[i - 1], texts[i]) + 1);
  return length;
}

std::string short_text(Guid const& id, std::size_t length) {
  if (id.is_zero()) return {};
  std::string text = id.text().substr(0, length);
  if (text.back() == '-') text.pop_back();
  return text;
}

std::string request_text(RequestId const& id) {
  auto const number = number_in(id);
  return number ? std::to_string(*number) : short_text(id.guid, short_id_digits_least);
}

bool is_id_beginning(std::string_view text) {
  std::string const digits = digits_of(text);
  return digits.size() >= id_beginning_digits_least && digits.size() <= 32 && std::ranges::all_of(digits, is_digit);
}

std::vector<Guid> begins_with(std::vector<Guid> const& ids, std::string_view beginning) {
  std::string const wanted = digits_of(beginning);
  std::vector<Guid> found;
  for (auto const& id : ids)
    if (digits_of(id.text()).starts_with(wanted) && std::ranges::find(found, id) == found.end()) found.push_back(id);
  return found;
}

}  // namespace rsm::cli
