// Every code of sense.json, and no answer, at every command of a tape's way through the drive: each call ends within its bounds with an error of the port or
// with the truth, a tape in use is not touched, and without the fault the next way is as if nothing had been. A run takes
// a part of the codes at each command, another one for each; all of them at all: TAPE_TEST_CODES=all.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/drivers/scsi/case_file.hpp"
#include "tests/drivers/tape/scripted_tape.hpp"

namespace rsm::test {
namespace {

using Kind = TapeFault::Kind;

std::vector<Buffer> const& all_codes() {
  static auto const codes = all_sense_codes(SCSI_CASES "/sense.json");
  return codes;
}

constexpr std::array port_errors = {Errc::timeout, Errc::device_not_available, Errc::no_media_in_drive, Errc::unable_to_load_medium, Errc::unable_to_unload_media, Errc::busy,
                                    Errc::write_fault, Errc::not_ready, Errc::media_changed, Errc::medium_not_accessible};

bool is_not_so(std::span<std::byte const> sense) { return sense.size() > 3 && (sense[0] == std::byte{0x72} ? sense[1] : sense[2] & std::byte{0x0F}) <= std::byte{1}; }

class Journey {
 public:
  explicit Journey(Habits habits) : bench_(std::move(habits)) { bench_.insert({.records = {bacula_block({}), Medium{}}}, false); }

  std::size_t commands() {
    run(false);
    return bench_.tape->operations.size();
  }
  // `lies`: a code that says that something else is there than there is (a mark, the end of the data), or that it is done: the label is another one then.
  void spoiled(std::size_t nth, TapeFault fault, bool lies) {
    bench_.tape->spoil(nth, std::move(fault));
    run(lies);
    bench_.tape->heal();
    bench_.insert(*bench_.tape->cartridge, false);
    bench_.tape->prevented = false;
    ASSERT_TRUE(bench_.drive->status());
    (void)bench_.drive->dismount(true);  // an error of an earlier write that it has not told yet
    auto const loaded = bench_.drive->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    ASSERT_TRUE(loaded->loaded);
    auto const label = bench_.drive->read_label();
    ASSERT_TRUE(label) << label.error().text();
    ASSERT_TRUE(label->omid && label->omid->id == "VOL001");
    (void)bench_.drive->dismount(false);  // or it has come out after the load
    ASSERT_TRUE(bench_.drive->dismount(false));
    ASSERT_TRUE(bench_.drive->unload(false));
    ASSERT_FALSE(bench_.tape->threaded);
  }

 private:
  template <class Call>
  auto bounded(Call call) {
    auto const begun = bench_.clock.now();
    auto const commands = bench_.tape->operations.size();
    auto result = call();
    EXPECT_LE(bench_.clock.now() - begun, limits::tape_load_patience + 2 * limits::scsi_read_limit);
    EXPECT_LE(bench_.tape->operations.size() - commands, 400u);
    if (result) return result;
    EXPECT_TRUE(std::ranges::find(port_errors, result.error().code) != port_errors.end()) << result.error().text();
    EXPECT_FALSE(result.error().object.empty() || result.error().detail.empty()) << result.error().text();
    return result;
  }

  void run(bool lies) {
    ScriptedTape const& tape = *bench_.tape;
    auto const asked = bounded([&] { return bench_.drive->status(); });
    if (asked) {
      EXPECT_TRUE(!asked->loaded || lies);
    }
    EXPECT_EQ(tape.touched(), 0u) << "status moves and reads nothing";
    auto const loaded = bounded([&] { return bench_.drive->load(); });
    if (loaded) {
      EXPECT_TRUE(loaded->loaded && (tape.threaded || lies));
    }
    if (loaded) {
      EXPECT_EQ(loaded->serial, "TAPE004711");
    }
    expect_untouched_in_use();
    auto const label = bounded([&] { return bench_.drive->read_label(); });
    if (label && label->omid) {
      EXPECT_EQ(label->omid->id, "VOL001");
    }
    if (label && !label->omid) {
      EXPECT_FALSE(label->note.empty());
    }
    if (label) {
      EXPECT_TRUE(tape.position == 0 || lies);
    }
    auto const dismounted = bounded([&] { return bench_.drive->dismount(false); });
    if (dismounted) {
      EXPECT_TRUE(tape.position == 0 || lies);
    }
    auto const unloaded = bounded([&] { return bench_.drive->unload(false); });
    if (unloaded && unloaded->note.empty()) {
      EXPECT_TRUE(!tape.threaded || lies);
    }
  }

  void expect_untouched_in_use() {
    auto const touched = bench_.tape->touched();
    bench_.in_use = "pid 4711 (dd)";
    EXPECT_EQ(bench_.drive->read_label().error().code, Errc::busy);
    EXPECT_EQ(bench_.drive->dismount(false).error().code, Errc::busy);
    EXPECT_EQ(bench_.drive->unload(false).error().code, Errc::busy);
    (void)bench_.drive->status();
    bench_.in_use.clear();
    EXPECT_EQ(bench_.tape->touched(), touched);
  }

  TapeBench bench_;
};

class TapeFaults : public ::testing::TestWithParam<unsigned> {
 protected:
  Habits const habits_ = GetParam() == 0 ? Habits{} : Habits{.fixed_block = 64'512, .knows_memory = false, .knows_alerts = false, .knows_prevent = false};
  std::size_t const commands_ = Journey(habits_).commands();

  // `code`: its place in the list.
  static bool is_taken(std::size_t nth, std::size_t code) {
    constexpr std::size_t part = 4;
    static bool const all = std::getenv("TAPE_TEST_CODES") != nullptr;
    return all || (nth + code) % part == 0;
  }

  void every_code(Kind kind) {
    for (std::size_t code = 0; code < all_codes().size(); ++code) each_command({.kind = kind, .sense = all_codes()[code]}, is_not_so(all_codes()[code]), code);
  }
  void each_command(TapeFault const& fault, bool lies, std::optional<std::size_t> code = {}) {
    for (std::size_t nth = 1; nth <= commands_ && !HasFailure(); ++nth) {
      if (code && !is_taken(nth, *code)) continue;
      SCOPED_TRACE("command " + std::to_string(nth) + ", sense " + hex_of(fault.sense) + ", kind " + std::to_string(static_cast<int>(fault.kind)));
      Journey(habits_).spoiled(nth, fault, lies);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Tape, TapeFaults, ::testing::Values(0u, 1u), [](auto const& one) { return one.param == 0 ? "Standard" : "FixedBlocks"; });

TEST_P(TapeFaults, EveryCodeAtEveryCommand) { every_code(Kind::sense); }

TEST_P(TapeFaults, EveryCodeAfterEveryCommand) { every_code(Kind::error_after); }

TEST_P(TapeFaults, EveryCodeForGood) {
  for (auto const& code : all_codes())
    for (std::size_t const nth : {std::size_t{1}, commands_ / 3, commands_ / 2, commands_ - 3}) {
      if (HasFailure()) return;
      SCOPED_TRACE("from command " + std::to_string(nth) + " on, sense " + hex_of(code));
      Journey(habits_).spoiled(nth, {.kind = Kind::sense, .sense = code, .times = 100'000}, is_not_so(code));
    }
}

TEST_P(TapeFaults, AnErrorOfAnEarlierCommand) { each_command({.sense = tape_sense(3, 0x0C, 0, 0, {}, 0x71)}, false); }

TEST_P(TapeFaults, NoAnswer) {
  each_command({.kind = Kind::silent}, false);
  each_command({.kind = Kind::silent_after}, false);
  for (std::size_t const nth : {std::size_t{1}, commands_ / 2, commands_ - 2}) Journey(habits_).spoiled(nth, {.kind = Kind::silent, .times = 100'000}, false);
}

TEST_P(TapeFaults, AnswersThatAreCut) {
  for (std::size_t const bytes : {0u, 1u, 3u, 4u, 5u, 7u, 8u, 11u, 12u, 20u, 35u, 80u, 324u}) each_command({.kind = Kind::cut, .bytes = bytes}, true);
}

}  // namespace
}  // namespace rsm::test
