// A cartridge that has no slot to go to: a person makes one by hand, and says so.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

class SlotWanted : public CoreRig {};

TEST_F(SlotWanted, WhenAPersonSaysThatItIsDoneTheHardwareIsAsked) {
  furnish("A", one_drive(2, 2));
  start_and_settle();
  mounted("A00001");
  cut_new("A", "X00001");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00001", {ElementKind::slot, 0}, now()));
  auto const dismounted = dismount("A00001");
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::slot_wanted).empty(); })) << everything();
  run_for(30s);  // everything has been looked at
  ASSERT_TRUE(iron("A").hardware.hand_take({ElementKind::slot, 0}, now()));
  run_for(1min);
  ASSERT_THAT(asked(OperatorKind::slot_wanted), SizeIs(1)) << "nobody has told the library";
  ASSERT_TRUE(answer(asked(OperatorKind::slot_wanted).front().id, true));
  EXPECT_EQ(end_of(dismounted, 5min).state, RequestState::passed);
  EXPECT_EQ(place_of("A00001"), "slot 0");
}

TEST_F(SlotWanted, AnotherHomeIsKeptUntilTheCartridgeIsThere) {
  furnish("A", one_drive(3, 2));
  start_and_settle();
  mounted("A00001");
  cut_new("A", "X00001");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00001", {ElementKind::slot, 0}, now()));
  auto const seen = inventory("A");
  ASSERT_TRUE(seen);
  ASSERT_EQ(end_of(*seen, 5min).state, RequestState::passed);
  run_for(1s);
  EXPECT_EQ(medium("A00001").home_slot, 2U) << everything();
  ASSERT_TRUE(iron("A").hardware.hand_take({ElementKind::slot, 0}, now()));
  auto const again = inventory("A");
  ASSERT_TRUE(again);
  ASSERT_EQ(end_of(*again, 5min).state, RequestState::passed);
  run_for(1s);
  EXPECT_EQ(medium("A00001").home_slot, 2U);
  EXPECT_EQ(end_of(dismount("A00001"), 5min).state, RequestState::passed);
  EXPECT_EQ(place_of("A00001"), "slot 2");
}

}  // namespace
}  // namespace rsm
