#include "drivers/label/archive_label.hpp"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/label/bytes.hpp"
#include "drivers/label/free_label.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::label {
namespace {

constexpr std::string_view nul{"\0", 1};

std::optional<Omid> label_of(std::string type, std::string_view name) {
  if (name.empty() || name.size() > limits::omid_id_bytes_max) return std::nullopt;
  return Omid{std::move(type), std::string(name), printable(name)};
}

std::optional<std::uint64_t> number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

// Bacula. Numbers are big-endian. A block: checksum, length, number, "BB02", session, time of the session; then records: kind, stream, length, data.

constexpr std::size_t bacula_block_header = 24, bacula_record_header = 12;

// Zero stands for no checksum ("Block Checksum = no").
bool bacula_checksum_is_right(Bytes block) {
  std::uint32_t const written = big_endian(block, 0);
  boost::crc_32_type sum;
  sum.process_bytes(block.data() + 4, block.size() - 4);
  return written == 0 || written == sum.checksum();
}

// The block without what fills the tape's record behind it.
std::optional<Bytes> bacula_block(Bytes start) {
  if (start.size() < bacula_block_header || text_at(start, 12, 4) != "BB02") return std::nullopt;
  std::size_t const length = big_endian(start, 4);
  if (length < bacula_block_header + bacula_record_header || length > start.size()) return std::nullopt;
  Bytes const block = start.first(length);
  return bacula_checksum_is_right(block) ? std::optional(block) : std::nullopt;
}

// The data of the first record, which is the label.
std::optional<Bytes> bacula_label_record(Bytes block) {
  constexpr std::uint32_t labelled = 0xFFFFFFFF, used = 0xFFFFFFFE;  // kinds of records: -1 and -2
  std::uint32_t const kind = big_endian(block, bacula_block_header);
  std::size_t const length = big_endian(block, bacula_block_header + 8);
  Bytes const behind = block.subspan(bacula_block_header + bacula_record_header);
  if ((kind != labelled && kind != used) || length > behind.size()) return std::nullopt;
  return behind.first(length);
}

// The label: who wrote it, version, four times of eight bytes, the volume's name; texts end with NUL.
std::optional<Omid> parse_bacula(Bytes start) {
  constexpr std::array<std::string_view, 3> writers = {"Bacula 1.0 immortal\n", "Bacula 0.9 mortal\n", "Bareos 2.0 immortal\n"};
  constexpr std::size_t version_and_times = 4 + 4 * 8, name_bytes_max = 127;
  auto const block = bacula_block(start);
  auto const record = block ? bacula_label_record(*block) : std::nullopt;
  if (!record) return std::nullopt;
  std::string_view text = text_of(*record);
  std::string_view const writer = cut_at(text, nul);
  if (std::find(writers.begin(), writers.end(), writer) == writers.end()) return std::nullopt;
  if (text.size() < writer.size() + 1 + version_and_times) return std::nullopt;
  text.remove_prefix(writer.size() + 1 + version_and_times);
  std::string_view const name = cut_at(text, nul);
  if (name.size() == text.size() || name.size() > name_bytes_max) return std::nullopt;
  return label_of("BACULA", name);
}

// Amanda: AMANDA: TAPESTART DATE 20261128120000 TAPE LAB01, then lines that say nothing of the name.
std::optional<Omid> parse_amanda(Bytes start) {
  constexpr std::string_view begin = "AMANDA: TAPESTART DATE ", before_name = " TAPE ";
  constexpr std::size_t line_bytes_max = 1024;
  std::string_view const text = text_of(start.first(std::min(start.size(), line_bytes_max)));
  std::size_t const end = text.find('\n');
  if (!text.starts_with(begin) || end == std::string_view::npos) return std::nullopt;
  std::string_view const line = text.substr(begin.size(), end - begin.size());
  std::string_view const date = cut_at(line, " ");
  std::string_view const rest = line.substr(date.size());
  if (date.empty() || !rest.starts_with(before_name)) return std::nullopt;
  return label_of("AMANDA", rest.substr(before_name.size()));
}

// Tar. A header is a block of 512 bytes; numbers are octal digits between blanks and NULs.

constexpr std::size_t tar_block = 512;

std::optional<std::uint64_t> octal(std::string_view field) {
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  return number(cut_at(field, std::string_view(" \0", 2)), 8);
}

// The sum of all bytes, those of the checksum itself counted as blanks.
bool tar_checksum_is_right(Bytes header) {
  constexpr std::size_t place = 148, length = 8;
  std::uint64_t sum = length * ' ';
  for (std::size_t i = 0; i < tar_block; ++i)
    if (i < place || i >= place + length) sum += std::to_integer<std::uint64_t>(header[i]);
  return octal(text_at(header, place, length)) == sum;
}

bool is_tar_header(Bytes start, char type) {
  return start.size() >= tar_block && text_at(start, 156, 1)[0] == type && tar_checksum_is_right(start.first(tar_block));
}

// "LAB Volume 2" is the second volume of LAB.
std::string_view without_volume_number(std::string_view label) {
  constexpr std::string_view words = " Volume ";
  std::size_t const digits = label.find_last_not_of("0123456789") + 1;  // 0: there are only digits
  bool const numbered = digits < label.size() && label.substr(0, digits).ends_with(words);
  return numbered ? label.substr(0, digits - words.size()) : label;
}

std::optional<Omid> parse_tar(Bytes start) {
  if (!is_tar_header(start, 'V')) return std::nullopt;
  return label_of("TAR", without_volume_number(cut_at(text_at(start, 0, 100), nul)));
}

// One "25 GNU.volume.label=LAB1\n": the number counts all its bytes, itself and the line end too.
struct PaxRecord {
  std::string_view keyword, value;
  std::size_t bytes = 0;
};
std::optional<PaxRecord> first_pax_record(std::string_view text) {
  std::string_view const digits = cut_at(text, " ");
  auto const bytes = number(digits, 10);
  if (!bytes || *bytes > text.size() || *bytes < digits.size() + 2 || text[*bytes - 1] != '\n') return std::nullopt;
  std::string_view const pair = text.substr(digits.size() + 1, *bytes - digits.size() - 2);
  std::size_t const equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  return PaxRecord{pair.substr(0, equals), pair.substr(equals + 1), *bytes};
}

// Of several labels the last one counts, as POSIX has it for every keyword.
std::optional<Omid> parse_pax(Bytes start) {
  if (!is_tar_header(start, 'g') || text_at(start, 257, 6) != std::string_view("ustar\0", 6)) return std::nullopt;
  auto const size = octal(text_at(start, 124, 12));
  if (!size || *size > start.size() - tar_block) return std::nullopt;
  std::string_view label;
  for (std::string_view left = text_at(start, tar_block, *size); !left.empty();) {
    auto const record = first_pax_record(left);
    if (!record) return std::nullopt;
    if (record->keyword == "GNU.volume.label") label = record->value;
    left.remove_prefix(record->bytes);
  }
  return label_of("PAX", without_volume_number(label));
}

// dump(8): a header of 1024 bytes in the byte order of the machine that wrote it. Its 256 numbers have one sum, for which one of them provides.
std::optional<Omid> parse_dump(Bytes start, std::uint32_t (*number_at)(Bytes, std::size_t)) {
  constexpr std::size_t length = 1024;
  constexpr std::uint32_t tape_header = 1, magic = 60012, magic_of_ufs2 = 0x19540119, sum_of_all = 84446;
  if (start.size() < length || number_at(start, 0) != tape_header) return std::nullopt;
  if (std::uint32_t const found = number_at(start, 24); found != magic && found != magic_of_ufs2) return std::nullopt;
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < length; at += 4) sum += number_at(start, at);
  std::string_view const label = cut_at(text_at(start, 676, 16), nul);
  if (sum != sum_of_all || label == "none") return std::nullopt;
  return label_of("DUMP", label);
}

}  // namespace

std::optional<Omid> parse_archive_label(Bytes start) {
  start = start.first(std::min(start.size(), archive_label_bytes));
  if (auto label = parse_free_label(start)) return label;
  if (auto label = parse_bacula(start)) return label;
  if (auto label = parse_amanda(start)) return label;
  if (auto label = parse_tar(start)) return label;
  if (auto label = parse_pax(start)) return label;
  if (auto label = parse_dump(start, little_endian)) return label;
  return parse_dump(start, big_endian);
}

}  // namespace rsm::label
