#include "drivers/block/label.hpp"

#include <blkid/blkid.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iconv.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "drivers/block/limits.hpp"
#include "drivers/block/printable.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/label/free_label.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::block {
namespace {

struct Found {
  std::string type, id, name, usage;  // as the medium has them; id empty: none
  std::string text() const { return name.empty() ? type : fmt::format("{} \"{}\"", type, printable(name)); }
};

class Probe {
 public:
  static Result<Probe> of(int fd, std::string const& object) {
    Probe probe;
    probe.object_ = object;
    errno = 0;
    if (!probe.probe_ || ::blkid_probe_set_device(probe.probe_.get(), fd, 0, 0) != 0) return probe.unreadable();
    ::blkid_probe_enable_superblocks(probe.probe_.get(), 1);
    ::blkid_probe_set_superblocks_flags(probe.probe_.get(), BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
    return probe;
  }

  enum class Answer { one, none, ambivalent };
  Result<Answer> ask_safely() {
    errno = 0;
    int const answer = ::blkid_do_safeprobe(probe_.get());
    if (answer == 0) return Answer::one;
    if (answer == 1) return Answer::none;
    if (answer == -2) return Answer::ambivalent;
    return unreadable();
  }
  // Whether this one type is there, whatever else is.
  Result<Answer> ask_for(char const* type) {
    std::string word = type;
    std::array<char*, 2> only{word.data(), nullptr};
    ::blkid_probe_filter_superblocks_type(probe_.get(), BLKID_FLTR_ONLYIN, only.data());
    auto const answer = ask_safely();
    ::blkid_probe_reset_superblocks_filter(probe_.get());
    return answer;
  }
  // Every signature that is there, one after the other.
  std::vector<Found> all() {
    std::vector<Found> found;
    ::blkid_reset_probe(probe_.get());
    while (found.size() < limits::label_candidates_max && ::blkid_do_probe(probe_.get()) == 0)
      if (std::ranges::find(found, value("TYPE"), &Found::type) == found.end()) found.push_back(found_now());
    return found;
  }
  // The kind of partition table; empty: none.
  std::string partition_table() {
    ::blkid_probe_enable_superblocks(probe_.get(), 0);
    ::blkid_probe_enable_partitions(probe_.get(), 1);
    return ::blkid_do_safeprobe(probe_.get()) == 0 ? value("PTTYPE") : std::string{};
  }
  std::string journal() const { return value("EXT_JOURNAL") + value("LOGUUID"); }
  std::uint32_t block_bytes() const { return static_cast<std::uint32_t>(std::strtoul(value("BLOCK_SIZE").c_str(), nullptr, 10)); }
  Found found_now() const { return {value("TYPE"), value("UUID"), value("LABEL"), value("USAGE")}; }

 private:
  struct Free {
    void operator()(blkid_probe probe) const { ::blkid_free_probe(probe); }
  };
  std::string value(char const* name) const {
    char const* data = nullptr;
    std::size_t length = 0;
    if (::blkid_probe_lookup_value(probe_.get(), name, &data, &length) != 0 || data == nullptr) return {};
    std::string_view const text(data, length);
    return std::string(text.substr(0, text.find('\0')));
  }
  std::unexpected<Error> unreadable() const {
    return fail(Errc::medium_not_accessible, object_, "cannot read the label: " + (errno == 0 ? "the medium did not give its blocks" : errno_text(errno)));
  }

  std::unique_ptr<std::remove_pointer_t<blkid_probe>, Free> probe_{::blkid_new_probe()};
  std::string object_;
};

// Nothing where this C library lacks the code page.
std::string from_code_page_850(std::string name) {
  iconv_t const converter = ::iconv_open("UTF-8", "CP850");
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};
  std::array<char, 4 * limits::message_chars_max> out{};
  char *from = name.data(), *to = out.data();
  std::size_t left = name.size(), room = out.size();
  bool const whole = ::iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
  ::iconv_close(converter);
  return whole ? std::string(out.data(), out.size() - room) : std::string{};
}

// At most so many bytes of valid UTF-8, cut at a character.
std::string first_characters(std::string_view text, std::size_t most) {
  std::size_t end = std::min(text.size(), most);
  while (end < text.size() && end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

// Two names that differ stay different, as far as there is room: what cannot be shown as it is is followed by its bytes.
std::string shown_name(Found const& found) {
  std::string text = found.type == "vfat" ? from_code_page_850(found.name) : found.name;
  if (text.empty()) text = found.name;
  std::string shown = printable(text);
  if (shown == text) return first_characters(shown, limits::message_chars_max);
  std::string bytes = " (bytes ";
  for (char const c : found.name) bytes += fmt::format("{:02x}", static_cast<unsigned char>(c));
  bytes += ')';
  if (bytes.size() > limits::message_chars_max / 2) bytes = bytes.substr(0, limits::message_chars_max / 2 - 4) + "...)";
  return first_characters(shown, limits::message_chars_max - bytes.size()) + bytes;
}

std::string capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

Omid omid_of(Found const& found) { return {capitals(found.type), found.id, shown_name(found)}; }

port::Label ambivalent(std::vector<Found> const& candidates) {
  std::vector<std::string> texts;
  for (auto const& one : candidates) texts.push_back(one.text());
  return {{}, fmt::format("ambivalent: it has signatures of {}; none is chosen (wipefs shows them, and removes the one that is left over)", fmt::join(texts, " and of "))};
}

// A container says nothing of what a later writer of discs has put around it.
Result<std::vector<Found>> disc_formats(Probe& probe) {
  std::vector<Found> found;
  for (char const* type : {"udf", "iso9660"}) {
    RSM_TRY(auto const answer, probe.ask_for(type));
    if (answer == Probe::Answer::one) found.push_back(probe.found_now());
  }
  return found;
}

port::Label label_of(Found const& found) {
  if (found.usage == "raid") return {{}, fmt::format("it is a member of something bigger ({}): no file system of its own", found.text())};
  if (found.usage == "other") return {{}, fmt::format("it holds {}: no file system", found.text())};
  if (found.id.empty() && found.type == "xfs")
    return {{}, "it holds xfs without an id, which the kernel does not mount (xfs_admin -U generate gives it one)"};
  if (found.id.empty()) return {{}, fmt::format("it holds {} without an id of its own", found.text())};
  return {omid_of(found), {}};
}

// What is there without any doubt.
std::optional<Probe> sure_probe(int fd) {
  auto probe = Probe::of(fd, "");
  auto const answer = probe ? probe->ask_safely() : Result<Probe::Answer>(Probe::Answer::none);
  return answer && *answer == Probe::Answer::one ? std::optional(std::move(*probe)) : std::nullopt;
}

std::optional<Omid> free_label_on(int fd) {
  std::array<std::byte, label::free_label_bytes> start{};
  ssize_t const got = ::pread(fd, start.data(), start.size(), 0);
  return got == static_cast<ssize_t>(start.size()) ? label::parse_free_label(start) : std::nullopt;
}

// Our own label was written last: what formats keep elsewhere is left over. People are told.
port::Label free_medium(int fd, Omid omid) {
  auto probe = Probe::of(fd, "");
  if (!probe) return {std::move(omid)};
  std::vector<std::string> left;
  for (auto const& one : probe->all()) left.push_back(one.text());
  if (auto const table = probe->partition_table(); !table.empty()) left.push_back("a partition table (" + table + ")");
  return {std::move(omid), left.empty() ? std::string() : fmt::format("behind the label of a free medium there is still {}", fmt::join(left, " and "))};
}

}  // namespace

Result<port::Label> read_label(int fd, std::string const& object) {
  if (auto omid = free_label_on(fd)) return free_medium(fd, std::move(*omid));
  RSM_TRY(Probe probe, Probe::of(fd, object));
  RSM_TRY(auto const answer, probe.ask_safely());
  if (answer == Probe::Answer::ambivalent) return ambivalent(probe.all());
  if (answer == Probe::Answer::none) {
    std::string const table = probe.partition_table();
    return port::Label{{}, table.empty() ? "" : fmt::format("it has a partition table ({}), and no file system of its own", table)};
  }
  Found const found = probe.found_now();
  port::Label label = label_of(found);
  bool const disc = found.type == "udf", container = found.usage == "crypto" || found.usage == "raid";
  if (!disc && !container) return label;
  RSM_TRY(auto const discs, disc_formats(probe));
  if (container && !discs.empty()) {
    std::vector<Found> candidates{found};
    candidates.insert(candidates.end(), discs.begin(), discs.end());
    return ambivalent(candidates);
  }
  for (auto const& other : discs)
    if (label.omid && other.type != found.type && !other.id.empty()) label.omid->also = omid_of(other).key();
  return label;
}

std::uint32_t read_disc_block(int fd) {
  auto const probe = sure_probe(fd);
  bool const disc = probe && (probe->found_now().type == "udf" || probe->found_now().type == "iso9660");
  return disc ? probe->block_bytes() : 0;
}

std::string read_journal_id(int fd) {
  auto const probe = sure_probe(fd);
  return probe ? probe->journal() : std::string{};
}

}  // namespace rsm::block
