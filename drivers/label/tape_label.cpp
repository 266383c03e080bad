#include "drivers/label/tape_label.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/label/archive_label.hpp"
#include "drivers/label/bytes.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::label {
namespace {

using Records = std::span<TapeRecord const>;

constexpr std::size_t label_record_bytes = 80;

// What the code pages for labels have in common; the rest becomes DEL, which printable() replaces.
char from_ebcdic(char letter) {
  struct Range {
    unsigned char first;
    std::string_view letters;
  };
  static constexpr std::array<Range, 14> ranges = {{{0x40, " "}, {0x4B, ".<(+"}, {0x50, "&"}, {0x5B, "$*);"}, {0x60, "-/"}, {0x6B, ",%_>?"}, {0x7A, ":#@'=\""},
                                                    {0x81, "abcdefghi"}, {0x91, "jklmnopqr"}, {0xA2, "stuvwxyz"}, {0xC1, "ABCDEFGHI"}, {0xD1, "JKLMNOPQR"},
                                                    {0xE2, "STUVWXYZ"}, {0xF0, "0123456789"}}};
  auto const code = static_cast<unsigned char>(letter);
  for (auto const& [first, letters] : ranges)
    if (code >= first && code < first + letters.size()) return letters[code - first];
  return '\x7F';
}

enum class Letters { ascii, ebcdic };

std::string read(std::string_view text, Letters letters) {
  std::string ascii(text);
  if (letters == Letters::ebcdic) std::transform(text.begin(), text.end(), ascii.begin(), from_ebcdic);
  return ascii;
}

std::optional<Letters> volume_label_letters(TapeRecord record) {
  if (record.size() != label_record_bytes) return std::nullopt;
  for (auto const letters : {Letters::ascii, Letters::ebcdic})
    if (read(text_at(record, 0, 4), letters) == "VOL1") return letters;
  return std::nullopt;
}

std::string_view volume_name(TapeRecord record, Letters letters) {
  return cut_at(text_at(record, 4, 6), letters == Letters::ascii ? std::string_view("\0 ", 2) : std::string_view("\0\x40", 2));
}

// Further labels of the volume and of its first file, the system's and the user's: VOL2, HDR1, HDR2, UHL1, ...
bool is_header_label(TapeRecord record, Letters letters) {
  if (record.size() != label_record_bytes) return false;
  std::string const kind = read(text_at(record, 0, 3), letters);
  return kind == "VOL" || kind == "UVL" || kind == "HDR" || kind == "UHL";
}

// What stands behind the header labels and one file mark; nothing, where it does not go on like that.
Records behind_header_labels(Records records, Letters letters) {
  while (!records.empty() && is_header_label(records.front(), letters)) records = records.subspan(1);
  if (records.empty() || !records.front().empty()) return {};
  return records.subspan(1);
}

std::optional<Omid> native_label(Records records) {
  std::vector<std::byte> start;
  for (auto const record : records) {
    if (record.empty() || start.size() >= archive_label_bytes) break;
    start.insert(start.end(), record.begin(), record.begin() + static_cast<std::ptrdiff_t>(std::min(record.size(), archive_label_bytes - start.size())));
  }
  return parse_archive_label(start);
}

std::optional<TapeLabel> only(std::optional<Omid> omid) { return omid ? std::optional(TapeLabel{*std::move(omid), std::nullopt}) : std::nullopt; }

}  // namespace

std::optional<TapeLabel> parse_tape_label(Records records) {
  auto const letters = records.empty() ? std::nullopt : volume_label_letters(records.front());
  if (!letters) return only(native_label(records));
  std::string_view const name = volume_name(records.front(), *letters);
  auto native = native_label(behind_header_labels(records.subspan(1), *letters));
  if (name.empty()) return only(std::move(native));
  return TapeLabel{{*letters == Letters::ascii ? "ANSI" : "IBM", std::string(name), printable(read(name, *letters))}, std::move(native)};
}

std::optional<Omid> parse_first_bytes(std::span<std::byte const> start) {
  if (auto label = parse_archive_label(start)) return label;
  if (start.size() < label_record_bytes) return std::nullopt;
  TapeRecord const first = start.first(label_record_bytes);
  auto label = parse_tape_label(std::span(&first, 1));
  return label ? std::optional(std::move(label->omid)) : std::nullopt;
}

}  // namespace rsm::label
