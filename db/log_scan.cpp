#include "db/log_scan.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <span>
#include <vector>

#include "db/limits.hpp"

namespace rsm::db {
namespace {

constexpr std::size_t header_bytes = 32, frame_header_bytes = 24;
constexpr std::uint32_t magic = 0x377f0682;  // its last bit: checksums over big-endian words
constexpr std::uint32_t page_bytes_least = 512, page_bytes_most = 65536;

using LogBytes = std::span<unsigned char const>;

std::uint32_t big_endian(LogBytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

struct Checksum {
  std::uint32_t first = 0, second = 0;
  bool big = false;  // how words are read

  void add(LogBytes bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes, at) + second;
      second += word(bytes, at + 4) + first;
    }
  }
  bool stands_in(LogBytes bytes, std::size_t at) const { return big_endian(bytes, at) == first && big_endian(bytes, at + 4) == second; }
  void take_from(LogBytes bytes, std::size_t at) { first = big_endian(bytes, at), second = big_endian(bytes, at + 4); }

 private:
  std::uint32_t word(LogBytes bytes, std::size_t at) const {
    return big ? big_endian(bytes, at) : std::uint32_t{bytes[at + 3]} << 24 | std::uint32_t{bytes[at + 2]} << 16 | std::uint32_t{bytes[at + 1]} << 8 | bytes[at];
  }
};

using Salts = std::array<std::uint32_t, 2>;

// What one frame says of itself.
struct Frame {
  Salts salts{};
  bool follows = false;  // its checksum is that of all before it
  bool ends_commit = false;
};

Frame frame_of(LogBytes bytes, Checksum& before) {
  Checksum sum = before;
  sum.add(bytes.first(8));
  sum.add(bytes.subspan(frame_header_bytes));
  before.take_from(bytes, 16);  // as it stands in this frame: the next one was written behind it
  return {{big_endian(bytes, 8), big_endian(bytes, 12)}, sum.stands_in(bytes, 16), big_endian(bytes, 4) != 0};
}

// `salts`: of this log; nothing: its header cannot be read.
LogDamage damage_in(std::vector<Frame> const& frames, std::optional<Salts> salts) {
  if (frames.empty()) return {};
  bool const header_damaged = !salts;
  Salts const own = salts.value_or(frames.front().salts);
  std::size_t const first = header_damaged ? 0
                                           : static_cast<std::size_t>(std::ranges::find_if(frames, [&](Frame const& f) { return f.salts != own || !f.follows; }) -
                                                                      frames.begin());
  LogDamage damage{.frame = header_damaged ? 0 : first + 1};
  for (std::size_t at = first; at < frames.size(); ++at) {
    if (frames[at].salts != own || !(frames[at].follows || at == first)) continue;
    damage.frames = at - first + 1;
    damage.commits += frames[at].ends_commit ? 1 : 0;
  }
  return damage.commits == 0 ? LogDamage{} : damage;
}

}  // namespace

LogDamage damage_of_log(std::string const& catalog_path) {
  std::string const path = catalog_path + "-wal";
  std::array<unsigned char, header_bytes> header{};
  std::ifstream file(path, std::ios::binary);
  auto const read = [&file](std::span<unsigned char> into) {
    file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    return file.gcount() == static_cast<std::streamsize>(into.size());
  };
  if (!file.is_open() || !read(header)) return {};  // no log, or an empty one; what cannot be read SQLite will say
  bool const known = (big_endian(header, 0) & ~1U) == magic;
  std::uint32_t const asked = big_endian(header, 8);
  bool const sized = asked >= page_bytes_least && asked <= page_bytes_most && (asked & (asked - 1)) == 0;
  Checksum sum{.big = (big_endian(header, 0) & 1U) != 0};
  sum.add(LogBytes(header).first(24));
  bool const sound = known && sized && sum.stands_in(header, 24);
  std::vector<unsigned char> bytes(frame_header_bytes + (sized ? asked : limits::catalog_page_bytes));
  std::vector<Frame> frames;
  while (read(bytes)) frames.push_back(frame_of(bytes, sum));
  return damage_in(frames, sound ? std::optional(Salts{big_endian(header, 16), big_endian(header, 20)}) : std::nullopt);
}

}  // namespace rsm::db
