#include "drivers/label/free_label.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdio>
#include <string>

#include "drivers/label/bytes.hpp"
#include "libmgr/domain/free_label.hpp"

namespace rsm::label {
namespace {

constexpr std::string_view first_line = "OPENRSM FREE MEDIUM 1\n";
constexpr std::string_view sentence = "This medium is in a free pool of a media library. Nothing on it is needed.\n";
constexpr std::size_t id_length = 36;

std::string text_with(std::string_view id) {
  std::string text(first_line);
  text += id;
  text += '\n';
  text += sentence;
  boost::crc_32_type sum;
  sum.process_bytes(text.data(), text.size());
  char line[16];
  std::snprintf(line, sizeof line, "%08X\n", static_cast<unsigned>(sum.checksum()));
  return text + line;
}

}  // namespace

std::vector<std::byte> make_free_label(std::string_view id) {
  std::vector<std::byte> block(free_label_bytes);
  std::string const text = text_with(id);
  std::ranges::copy(std::as_bytes(std::span(text)), block.begin());
  return block;
}

std::optional<Omid> parse_free_label(std::span<std::byte const> start) {
  if (start.size() < first_line.size() + id_length || text_at(start, 0, first_line.size()) != first_line) return std::nullopt;
  std::string_view const id = text_at(start, first_line.size(), id_length);
  auto const guid = Guid::parse(id);
  if (!guid || guid->text() != id) return std::nullopt;
  auto const whole = make_free_label(id);
  bool const same = start.size() >= whole.size() && std::ranges::equal(start.first(whole.size()), whole);
  return same ? std::optional(free_label(*guid)) : std::nullopt;
}

}  // namespace rsm::label
