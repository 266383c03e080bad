// Media that are recorded with one bar code: who is who is said by their labels, and no record is lost by it.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

// A00001 and A00002 came with the same sticker. Their labels told them apart.
class SharedBarcode : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", one_drive(8, 3));
    refit("A", [](emulated::HardwareState& state) { state.cartridges.at("A00002").barcode = "A00001"; });
    start_and_settle();
    first_ = in_slot(0), second_ = in_slot(1);
    ASSERT_NE(first_, second_);
    ASSERT_EQ(record(first_).barcode, "A00001");
    ASSERT_EQ(record(second_).barcode, "A00001");
  }
  MediumId in_slot(std::uint32_t number) { return library("A").slots.at(number).medium; }
  MediumRecord record(MediumId id) { return db::must(manager().find_medium(id)).value(); }
  std::size_t labels_read() { return devices("A").count("read label"); }
  void looked_at() {
    end_of(db::must(inventory("A")));
    settle();
  }

  MediumId first_, second_;
};

TEST_F(SharedBarcode, TheOneThatIsHereIsFoundWhereAHandHasPutIt) {
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  looked_at();
  ASSERT_TRUE(record(second_).offline());
  db::must(iron("A").hardware.hand_move({ElementKind::slot, 0}, {ElementKind::slot, 6}, now()));
  looked_at();
  EXPECT_EQ(in_slot(6), first_) << everything();
  EXPECT_TRUE(record(second_).offline());
  EXPECT_EQ(record(first_).sides.front().state, SideState::import);
}

TEST_F(SharedBarcode, TheOneThatCameBackWhileTheOtherWentIsToldByItsLabel) {
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  looked_at();
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 0}, now()));
  db::must(iron("A").hardware.hand_put("A00002", {ElementKind::slot, 6}, now()));
  looked_at();
  EXPECT_EQ(in_slot(6), second_) << everything();
  EXPECT_TRUE(record(first_).offline());
}

// What the label has said holds; each move of ours would else have it read again.
TEST_F(SharedBarcode, ItsLabelIsReadOnceAndNotAfterEachMove) {
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  looked_at();
  db::must(iron("A").hardware.hand_move({ElementKind::slot, 0}, {ElementKind::slot, 6}, now()));
  auto const before = labels_read();
  looked_at();
  run_for(2h);
  EXPECT_EQ(labels_read(), before + 1);
  for (int i = 0; i < 3; ++i) looked_at();
  EXPECT_EQ(labels_read(), before + 1);
  EXPECT_THAT(world().requests, IsEmpty());
}

TEST_F(SharedBarcode, OneThatCannotBeReadIsNotTriedAfterEachMove) {
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  looked_at();
  plant("A", {.kind = emulated::FaultKind::load_fails, .cartridge = "name:A00001", .count = 0});
  db::must(iron("A").hardware.hand_move({ElementKind::slot, 0}, {ElementKind::slot, 6}, now()));
  end_of(db::must(inventory("A")));
  run_for(1h);
  auto const loads = devices("A").count("load");
  run_for(2h);
  EXPECT_EQ(devices("A").count("load"), loads) << everything();
  ASSERT_EQ(asked(OperatorKind::bad_cartridge).size(), 1U);
  EXPECT_TRUE(answer(asked(OperatorKind::bad_cartridge).front().id, true));
  settle();
  EXPECT_GT(devices("A").count("load"), loads) << "a person has looked at it";
}

}  // namespace
}  // namespace rsm
