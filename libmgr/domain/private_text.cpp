#include "libmgr/domain/private_text.hpp"

#include <algorithm>
#include <charconv>

namespace rsm::private_text {
namespace {

// A passage: opening, uids with commas, divider, the words for all, divider, the words for the owners, closing. The words for all
// come first, so that a cut takes the private ones away before it takes them.
constexpr std::string_view opening = "\xEF\xB7\x90";
constexpr std::string_view divider = "\xEF\xB7\x91";
constexpr std::string_view closing = "\xEF\xB7\x92";
constexpr std::string_view common_bytes = "\xEF\xB7";  // that every mark begins with
constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view hidden = "...";  // in place of words whose owners a cut has taken away
constexpr std::size_t mark_bytes = 3;

std::size_t next_mark(std::string_view text, std::size_t from) {
  for (auto at = text.find(common_bytes, from); at != std::string_view::npos; at = text.find(common_bytes, at + 1)) {
    auto const mark = text.substr(at, mark_bytes);
    if (mark == opening || mark == divider || mark == closing) return at;
  }
  return std::string_view::npos;
}

bool is(std::string_view text, std::size_t at, std::string_view mark) { return at != std::string_view::npos && text.substr(at, mark_bytes) == mark; }

// What a cut inside a mark leaves at the end.
std::string_view without_half_mark(std::string_view text) {
  if (text.ends_with(common_bytes)) text.remove_suffix(common_bytes.size());
  if (text.ends_with(common_bytes.front())) text.remove_suffix(1);
  return text;
}

bool names(std::string_view owners, std::uint32_t uid) {
  while (!owners.empty()) {
    auto const one = owners.substr(0, owners.find(','));
    std::uint32_t owner = 0;
    auto const [end, wrong] = std::from_chars(one.data(), one.data() + one.size(), owner);
    if (wrong == std::errc{} && end == one.data() + one.size() && owner == uid) return true;
    owners.remove_prefix(std::min(owners.size(), one.size() + 1));
  }
  return false;
}

// Walks through a text and gives what this reader may see.
class Showing {
 public:
  Showing(std::string_view text, Reader const& reader) : text_(text), reader_(reader) {}

  std::string run() {
    for (;;) {
      auto const mark = next_mark(text_, at_);
      auto const before = text_.substr(at_, mark - at_);
      if (mark == std::string_view::npos) return out_.append(without_half_mark(before)), std::move(out_);
      at_ = mark + mark_bytes;
      if (is(text_, mark, opening)) {
        out_ += before;
        passage();
      } else if (!out_.ends_with(hidden)) {
        out_ += hidden;  // the beginning of a passage is missing: whose words these are is not known
      }
    }
  }

 private:
  // Up to the next mark; the mark is consumed when it is the one that should come.
  std::string_view up_to(std::string_view mark) {
    auto const end = next_mark(text_, at_);
    auto const part = text_.substr(at_, end - at_);
    complete_ = is(text_, end, mark);
    at_ = std::min(end, text_.size());
    if (complete_) at_ += mark_bytes;
    return complete_ || at_ < text_.size() ? part : without_half_mark(part);
  }

  void passage() {
    auto const owners = up_to(divider);
    if (!complete_) return;
    auto const open = up_to(divider);
    if (!complete_) return void(out_ += open);
    auto const full = up_to(closing);
    bool const may_read = reader_.administrator || (reader_.uid && names(owners, *reader_.uid));
    out_ += may_read ? full : open;
  }

  std::string_view text_;
  Reader const& reader_;
  std::size_t at_ = 0;
  bool complete_ = false;
  std::string out_;
};

}  // namespace

std::string make(std::span<std::uint32_t const> owners, std::string_view full, std::string_view open) {
  std::string out{opening};
  for (std::size_t i = 0; i < owners.size(); ++i) out += (i == 0 ? "" : ",") + std::to_string(owners[i]);
  out.append(divider).append(without_marks(open)).append(divider).append(without_marks(full)).append(closing);
  return out;
}

std::string show(std::string_view text, Reader const& reader) { return Showing(text, reader).run(); }
std::string show_to_all(std::string_view text) { return Showing(text, {}).run(); }
bool has_marks(std::string_view text) { return next_mark(text, 0) != std::string_view::npos; }

std::string without_marks(std::string_view text) {
  std::string out;
  for (std::size_t at = 0;;) {
    auto const mark = next_mark(text, at);
    out += text.substr(at, mark - at);
    if (mark == std::string_view::npos) return out;
    out += replacement;
    at = mark + mark_bytes;
  }
}

}  // namespace rsm::private_text
