// A mount of a cartridge that is not identified yet: it waits, and that cartridge is identified next.
#include "libmgr/model/media_types.hpp"
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::HasSubstr;

class UnidentifiedMount : public CoreRig {
 protected:
  // Eight new cartridges, all to be identified in one drive; A00001's turn is first.
  void new_library(std::uint32_t number_of_drives = 1) {
    furnish("A", drives(number_of_drives, 10, 8));
    start();
    ASSERT_TRUE(run_until([this] { return ready("A"); }));
    ASSERT_TRUE(run_until([this] { return world().requests.size() == 8; }, 10s));
  }
  bool identified(std::string const& name) { return medium(name).sides.front().state != SideState::unknown; }
  std::size_t identified_now() {
    std::size_t count = 0;
    for (int n = 1; n <= 8; ++n) count += identified("A0000" + std::to_string(n)) ? 1 : 0;
    return count;
  }
};

// Its bar code could not be read when it came, so it waits to be identified; it can be read before its turn.
TEST_F(UnidentifiedMount, ACleaningCartridgeIsNotUsedUpWhenItsBarCodeCanBeReadAtLast) {
  furnish("A", drives(1, 10, 4));
  refit("A", [](emulated::HardwareState& state) {
    auto& cartridge = state.cartridges.at("A00004");
    cartridge.barcode = "CLN001L1";
    cartridge.cleaner = cartridge.barcode_unreadable = true;
    cartridge.labels.clear();
  });
  start();
  ASSERT_TRUE(run_until([this] { return ready("A") && world().requests.size() == 4; })) << "all four are to be identified";
  refit("A", [](emulated::HardwareState& state) { state.cartridges.at("A00004").barcode_unreadable = false; });
  EXPECT_EQ(end_of(db::must(inventory("A"))).state, RequestState::passed);
  settle();
  EXPECT_EQ(iron("A").hardware.state().cartridges.at("A00004").cleanings, 0U);
  EXPECT_EQ(world().media_types.at(medium("CLN001L1").type).code, media_type_code::cleaner);
  EXPECT_FALSE(mount(mount_of({"CLN001L1"})));
}

TEST_F(UnidentifiedMount, ItIsQueuedAndServedNext) {
  new_library();
  auto const id = mount("A00007");
  run_for(1s);
  EXPECT_THAT(why(id), HasSubstr("A00007 is not identified yet; that is done first"));
  auto const ended = end_of(id);
  EXPECT_EQ(ended.state, RequestState::passed) << ended.reason;
  EXPECT_LE(identified_now(), 2U) << "the one under way, and the one that was wanted";
  dismount("A00007");
  settle();
  EXPECT_EQ(identified_now(), 8U);
}

TEST_F(UnidentifiedMount, ACallOfSeveralIsServedNext) {
  new_library(2);
  auto const ids = db::must(mount(mount_of({"A00006", "A00008"})));
  for (auto id : ids) EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
  EXPECT_LE(identified_now(), 4U);
}

TEST_F(UnidentifiedMount, APriorityDecidesBetweenTwo) {
  new_library();
  run_for(1s);  // another one is in the drive
  auto const low = mount("A00006");
  auto wanted = mount_of({"A00008"});
  wanted.priority = 5;
  auto const high = db::must(mount(wanted)).front();
  EXPECT_EQ(end_of(high).state, RequestState::passed);
  EXPECT_TRUE(open(low));
  dismount("A00008");
  EXPECT_EQ(end_of(low).state, RequestState::passed);
}

TEST_F(UnidentifiedMount, OneThatCannotBeReadEndsWithTheReason) {
  furnish("A", one_drive(10, 8));
  plant("A", {.kind = FaultKind::load_fails, .cartridge = "A00005", .count = 0});
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  auto const ended = end_of(mount("A00005"));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::invalid_state));
  EXPECT_THAT(ended.reason, HasSubstr("could not be identified"));
}

// Which of the two is to blame nobody knows, so the cartridge stays unknown; the mount ends, and the others have their turn.
TEST_F(UnidentifiedMount, OneThatTheDriveDoesNotFindEndsWithTheReason) {
  furnish("A", one_drive(10, 8));
  start();
  devices("A").refuse = [this](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    auto const* inside = iron("A").hardware.in({ElementKind::drive, 0});
    if (seen.what != "load" || inside == nullptr || inside->name != "A00005") return {};
    return Error{Errc::no_media_in_drive, "drive 0", "the device answered 2/3A/00, no medium"};
  };
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  ASSERT_TRUE(run_until([this] { return world().requests.size() == 8; }, 10s));
  auto const ended = end_of(mount("A00005"));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::no_media_in_drive));
  EXPECT_THAT(ended.reason, HasSubstr("could not be identified"));
  settle();
  EXPECT_EQ(identified_now(), 7U);
}

TEST_F(UnidentifiedMount, ADriveThatIsIdleIsEmptiedForIt) {
  furnish("A", one_drive(10, 1));
  start_and_settle();
  mounted("A00001");
  auto const deferred = dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(deferred).state == RequestState::deferred; }));
  cut_new("A", "B00001");
  db::must(iron("A").hardware.hand_put("B00001", {ElementKind::slot, 5}, now()));
  end_of(db::must(inventory("A")));
  EXPECT_EQ(end_of(mount("B00001"), 5min).state, RequestState::passed);
}

TEST_F(UnidentifiedMount, ItsTimeLimitHoldsAndItCanBeCancelled) {
  new_library();
  auto const limited = mount_within("A00007", 5s);
  auto const cancelled = mount("A00008");
  run_for(1s);
  EXPECT_TRUE(cancel(cancelled));
  EXPECT_EQ(end_of(limited, 1min).error, static_cast<std::uint32_t>(Errc::timeout));
  settle();
  EXPECT_EQ(identified_now(), 8U);
}

TEST_F(UnidentifiedMount, ARestartTakesNothingFromIt) {
  new_library();
  auto const id = mount("A00007");
  run_for(1s);
  restart();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
  EXPECT_LE(identified_now(), 3U);
}

}  // namespace
}  // namespace rsm
