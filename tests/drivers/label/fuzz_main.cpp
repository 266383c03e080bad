// label_fuzz: what the decoders of labels make of media with errors: changed, cut, mixed bytes, half of the time with checksums made right again, so
// that what stands behind them is reached. Each record is memory of its own of exactly its length: the sanitizers see a byte read too far.
// usage: label_fuzz archive|tape [--seed N] [--inputs N | --seconds N]   Exit: 0 good, 1 something was wrong, 2 usage.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "drivers/label/archive_label.hpp"
#include "drivers/label/free_label.hpp"
#include "drivers/label/tape_label.hpp"
#include "libmgr/base/command_line.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/printable.hpp"
#include "tests/drivers/label/media.hpp"

namespace rsm::test {
namespace {

using Tape = std::vector<Medium>;

class Fuzzer {
 public:
  explicit Fuzzer(std::uint64_t seed) : random_(seed) {}

  // One input; false: what came out is not within its bounds.
  bool archive() {
    ++inputs_;
    Medium medium = archive_with_errors();
    medium.shrink_to_fit();
    auto const label = label::parse_archive_label(medium);
    auto const first = label::parse_first_bytes(medium);
    if (first && !within_bounds(*first)) return false;
    if (label && label->type == "OPENRSM" && !std::ranges::equal(label::make_free_label(label->id), std::span(medium).first(label::free_label_bytes))) return false;
    return !label || sound(*label);
  }
  bool tape() {
    ++inputs_;
    Tape tape = tape_with_errors();
    for (auto& record : tape) record.shrink_to_fit();
    std::vector<label::TapeRecord> const records(tape.begin(), tape.end());
    auto const label = label::parse_tape_label(records);
    if (label && label->native) ++understood_["behind VOL1: " + label->native->type];
    return !label || (sound(label->omid) && (!label->native || within_bounds(*label->native)));
  }

  std::uint64_t inputs() const { return inputs_; }
  std::map<std::string, std::uint64_t> const& understood() const { return understood_; }

 private:
  std::string name() {
    std::string text = random_.chance(30) ? "LAB Volume 2" : "VOL001";
    if (random_.chance(20)) text.resize(1 + random_.below(300), static_cast<char>(random_.below(256)));
    return text;
  }

  Medium whole_archive() {
    switch (random_.below(6)) {
      case 4: return label::make_free_label(random_.guid().text());
      case 0: return bacula_block({.name = name(), .kind = random_.chance(50) ? -1 : -2, .with_checksum = random_.chance(70)});
      case 1: return amanda_header(name());
      case 2: return tar_volume_header(name().substr(0, 100));
      case 3: return pax_global_header(pax_record("comment", name()) + pax_record("GNU.volume.label", name()));
      default: return dump_header(name().substr(0, 16), order());
    }
  }
  Order order() { return random_.chance(50) ? Order::little : Order::big; }

  // Mostly in the first bytes, where the fields are.
  void change(Medium& medium) {
    for (std::uint64_t changes = random_.below(6); changes > 0 && !medium.empty(); --changes) {
      std::size_t const near = random_.chance(80) ? std::min<std::size_t>(medium.size(), 1100) : medium.size();
      std::size_t const at = random_.below(random_.chance(50) ? std::min<std::size_t>(near, 80) : near);
      static constexpr unsigned char telling[] = {0, 1, 0x7F, 0x80, 0xFF, ' ', '\n', '=', '0', '7', '9'};
      medium[at] = std::byte(random_.chance(50) ? telling[random_.below(sizeof telling)] : random_.below(256));
    }
    if (random_.chance(15)) medium.resize(random_.below(medium.size() + 1));
    if (random_.chance(5)) mix(medium, whole_archive());
  }
  void mix(Medium& medium, Medium const& other) {
    std::size_t const at = random_.below(std::min<std::size_t>(medium.size(), 1024) + 1);
    std::size_t const length = random_.below(std::min(medium.size() - at, other.size()) + 1);
    std::copy_n(other.begin(), length, medium.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void make_checksum_right(Medium& medium) {
    switch (random_.below(4)) {
      case 0: return set_tar_checksum(medium);
      case 1: return set_dump_checksum(medium, order());
      case 2: return medium.size() < 36 ? void() : set_bacula_checksum(medium);
      default: return medium.size() < 4 ? void() : put(medium, 0, std::string_view("\0\0\0\0", 4));
    }
  }
  Medium archive_with_errors() {
    Medium medium = whole_archive();
    if (random_.chance(90)) change(medium);
    if (random_.chance(50)) make_checksum_right(medium);
    return medium;
  }

  Tape tape_with_errors() {
    Letters const letters = random_.chance(50) ? Letters::ascii : Letters::ebcdic;
    Tape tape;
    if (random_.chance(90)) tape.push_back(volume_label(name().substr(0, 6), letters));
    for (char const* kind : {"HDR1", "HDR2", "UHL1"})
      if (random_.chance(70)) tape.push_back(header_label(kind, random_.chance(95) ? letters : Letters::ascii));
    if (random_.chance(90)) tape.emplace_back();
    Medium const archive = archive_with_errors();
    std::size_t const cut = random_.chance(30) ? random_.below(archive.size() + 1) : archive.size();
    tape.emplace_back(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(cut));
    if (cut < archive.size()) tape.emplace_back(archive.begin() + static_cast<std::ptrdiff_t>(cut), archive.end());
    if (random_.chance(50)) change(tape[random_.below(tape.size())]);
    if (random_.chance(10)) std::swap(tape[random_.below(tape.size())], tape[random_.below(tape.size())]);
    return tape;
  }

  bool sound(Omid const& omid) {
    ++understood_[omid.type];
    return within_bounds(omid);
  }
  static bool within_bounds(Omid const& omid) {
    bool const named = !omid.id.empty() && omid.id.size() <= limits::omid_id_bytes_max;
    return named && !omid.info.empty() && omid.info.size() <= omid.id.size() && printable(omid.info) == omid.info;
  }

  SeededRandom random_;
  std::uint64_t inputs_ = 0;
  std::map<std::string, std::uint64_t> understood_;
};

int fuzz(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  std::string decoder;
  std::uint64_t seed = 1, inputs = 100'000, seconds = 0;
  CommandLine line("mutated beginnings of tapes and archives through the decoders of labels");
  line.one_of("decoder", decoder, {"archive", "tape"});
  line.number("--seed", seed, "of the mutations");
  line.number("--inputs", inputs, "how many");
  line.number("--seconds", seconds, "so long instead");
  if (auto const status = line.read(argc, argv)) return *status;

  Fuzzer fuzzer(seed);
  auto const end = Clock::now() + std::chrono::seconds(seconds);
  for (std::uint64_t done = 0; seconds > 0 ? Clock::now() < end : done < inputs; ++done) {
    if (decoder == "archive" ? fuzzer.archive() : fuzzer.tape()) continue;
    fmt::print("WRONG: input {} of seed {}: a label outside its bounds\n", done, seed);
    return 1;
  }
  fmt::print("{} inputs for the decoder of {} labels, seed {}; understood:\n", fuzzer.inputs(), decoder, seed);
  for (auto const& [what, count] : fuzzer.understood()) fmt::print("  {:26} {}\n", what, count);
  // A fuzzer whose inputs are always refused tests nothing.
  for (char const* type : {"BACULA", "AMANDA", "TAR", "PAX", "DUMP", "OPENRSM"})
    if (!fuzzer.understood().contains(type)) return fmt::print("WRONG: no {} was understood\n", type), 1;
  return 0;
}

}  // namespace
}  // namespace rsm::test

int main(int argc, char** argv) { return rsm::test::fuzz(argc, argv); }
