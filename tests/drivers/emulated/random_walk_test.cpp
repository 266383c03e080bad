// Ten thousand random operations with random faults: no cartridge is ever lost or in two places, whatever anybody does, and the
// state always survives being written and read.
#include "drivers/emulated/state_file.hpp"
#include "libmgr/base/random.hpp"
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {}

  void step() {
    now_ += Millis{static_cast<std::int64_t>(random_.below(8000))};
    switch (random_.below(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return done(hardware_.begin_move({place(), place(), random_.chance(30)}, now_).has_value());
      case 4:
        return done(hardware_.finish_move(now_).has_value());
      case 5:
        return done(hardware_.begin_load(drive_number(), now_).has_value());
      case 6:
        return done(hardware_.begin_unload(drive_number(), now_).has_value());
      case 7:
        return done(look(hardware_, now_).has_value());
      case 8:
        return done(hardware_.hand_move(place(), place(), now_).has_value());
      case 9:
        return done(hardware_.hand_take(place(), now_).has_value());
      case 10:
        return done(hardware_.hand_put(barcode(), place(), now_).has_value());
      case 11:
        return done(hardware_.extend_port(0, random_.chance(30), now_).has_value());
      case 12:
        return done(hardware_.set_door(random_.chance(10), now_).has_value());
      default:
        return disturb();
    }
  }

  Hardware& hardware() { return hardware_; }
  std::size_t successes() const { return successes_; }

 private:
  void done(bool success) { successes_ += success ? 1 : 0; }
  Element place() {
    auto const kind = random_.below(10);
    if (kind < 5) return slot(static_cast<std::uint32_t>(random_.below(7)));
    if (kind < 8) return drive(drive_number());
    return kind == 8 ? io_port(0) : arm;
  }
  std::uint32_t drive_number() { return static_cast<std::uint32_t>(random_.below(2)); }
  std::string barcode() { return "A0000" + std::to_string(1 + random_.below(4)); }

  void disturb() {
    if (random_.chance(30)) {
      hardware_.heal(std::nullopt, now_);
      return;
    }
    auto const kinds = all_fault_kinds();
    Fault fault = fault_of(kinds[random_.below(kinds.size())]);
    if (random_.chance(30)) fault.cartridge = barcode();
    if (random_.chance(30)) fault.element = place();
    if (random_.chance(50)) fault.until = now_ + Millis{static_cast<std::int64_t>(1 + random_.below(60'000))};
    fault.count = static_cast<std::uint32_t>(random_.below(3));
    done(hardware_.add_fault(fault, now_).has_value());
  }

  SeededRandom random_;
  Hardware hardware_ = made();
  TimePoint now_ = start;
  std::size_t successes_ = 0;
};

HardwareState read_again(HardwareState const& state) {
  HardwareState again;
  static_cast<MachineState&>(again) = decode_state(encode_state({{.file = "cartridges-1.jsonl"}, state}), "walk").value().machine;
  auto const cartridges = decode_cartridges(encode_cartridges(state.cartridges), "walk").value();
  for (auto const& cartridge : cartridges) again.cartridges[cartridge.name] = cartridge;
  return again;
}

// The walker's own process stores what it changed, and another reads on from what it had.
TEST(RandomWalk, WhoFollowsIsWhereTheWalkerIs) {
  Walk walk(23);
  auto follower = Hardware::restore(walk.hardware().state()).value();
  for (int i = 0; i < 5'000; ++i) {
    HardwareState const before = walk.hardware().state();
    walk.hardware().watch();
    walk.step();
    HardwareState const after = walk.hardware().state();
    ASSERT_EQ(walk.hardware().changed(), after != before) << "step " << i;
    ASSERT_TRUE(follower.follow(after, walk.hardware().changed_cartridges())) << "step " << i;
    ASSERT_EQ(follower.state(), after) << "step " << i;
    auto undone = walk.hardware();
    undone.undo();
    ASSERT_EQ(undone.state(), before) << "step " << i;
    for (auto const& [name, cartridge] : before.cartridges)
      ASSERT_TRUE(!cartridge.place || undone.in(*cartridge.place)->name == name) << "step " << i;
  }
}

TEST(RandomWalk, TenThousandOperationsKeepEveryCartridgeInExactlyOnePlace) {
  Walk walk(7);
  for (int i = 0; i < 10'000; ++i) {
    walk.step();
    auto const problems = walk.hardware().problems();
    ASSERT_TRUE(problems.empty()) << "step " << i << ": " << problems.front();
    ASSERT_EQ(walk.hardware().state().cartridges.size(), 4u);
    if (i % 50 == 0) {
      ASSERT_EQ(read_again(walk.hardware().state()), walk.hardware().state()) << "step " << i;
    }
  }
  EXPECT_GT(walk.successes(), 2500u) << "a walk that is always refused proves nothing";
}

TEST(RandomWalk, TheSameSeedGivesTheSameHistory) {
  Walk one(11), two(11), other(12);
  for (int i = 0; i < 2000; ++i) {
    one.step();
    two.step();
    other.step();
  }
  EXPECT_EQ(one.hardware().state(), two.hardware().state());
  EXPECT_NE(one.hardware().state(), other.hardware().state());
}

}  // namespace
}  // namespace rsm::emulated
