// What lies in a slot is identified when somebody asks for it.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

class IdentifySlot : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", drives(1, 6, 3));
    start_and_settle();
  }
  Result<Ids> identify(std::uint32_t slot) { return identify(library("A").slots.at(slot).id); }
  Result<Ids> identify(SlotId slot) {
    return this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, IdentifyCall{{}, slot}, std::move(reply)); });
  }
};

TEST_F(IdentifySlot, ItIsReadInADriveAndGoesHome) {
  auto const before = devices("A").count("move");
  auto const ids = db::must(identify(std::uint32_t{1}));
  ASSERT_THAT(ids, SizeIs(1));
  EXPECT_EQ(request(ids.front()).operation, Operation::classify);
  EXPECT_EQ(end_of(ids.front(), 30min).state, RequestState::passed) << everything();
  settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_GE(devices("A").count("move"), before + 2);
}

TEST_F(IdentifySlot, AnEmptySlotIsNothing) {
  EXPECT_THAT(db::must(identify(std::uint32_t{4})), IsEmpty());
  EXPECT_TRUE(world().requests.empty());
}

TEST_F(IdentifySlot, ErrorsOfIt) {
  EXPECT_EQ(identify(SlotId{}).error().code, Errc::object_not_found);
  caller.administrator = false;
  EXPECT_EQ(identify(std::uint32_t{1}).error().code, Errc::access_denied);
}

}  // namespace
}  // namespace rsm
