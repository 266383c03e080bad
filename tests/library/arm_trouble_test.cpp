// An arm that does not move: it is named, nobody else is blamed, what waits waits, and it goes on by itself.
#include "libmgr/machines/limits.hpp"
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class JammedArm : public CoreRig {
 protected:
  void furnished(std::uint32_t number_of_drives) {
    furnish("A", drives(number_of_drives, 8, 6));
    start_and_settle();
  }
  void jams() { plant("A", {.kind = FaultKind::jam_not_moved, .count = 0}); }
  bool named() { return library("A").record.condition.state == OperationalState::needs_service; }
  void expect_no_drive_blamed() {
    EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty()) << everything();
    for (auto const& [number, id] : library("A").drives) EXPECT_EQ(drive("A", number).record.condition.state, OperationalState::ready) << everything();
  }
};

TEST_F(JammedArm, MountsWaitAndGoOnByThemselves) {
  furnished(2);
  jams();
  auto const first = mount("A00001"), second = mount("A00002"), third = mount("A00003");
  ASSERT_TRUE(run_until([this] { return named(); }, 5min)) << everything();
  EXPECT_THAT(manager().arm_text(library_id("A")), HasSubstr("tried after a pause"));
  EXPECT_THAT(library("A").record.condition.reason, HasSubstr("its arm does not move since"));
  EXPECT_THAT(why(first), HasSubstr("its arm does not move"));
  EXPECT_THAT(why(third), HasSubstr("its arm does not move"));
  run_for(3h);
  ASSERT_THAT(asked(OperatorKind::library_service), SizeIs(1)) << everything();
  EXPECT_THAT(asked(OperatorKind::library_service).front().message, HasSubstr("look at the arm and at both ends of this move, which is tried again by itself")) << "all of it fits";
  EXPECT_TRUE(open(first) && open(second) && open(third)) << everything();
  EXPECT_LE(devices("A").count("move"), 60U) << "the pauses grow";
  expect_no_drive_blamed();
  heal("A");
  EXPECT_EQ(end_of(first, limits::arm_retry_pause_max + 5min).state, RequestState::passed) << everything();
  EXPECT_EQ(end_of(second, 5min).state, RequestState::passed);
  EXPECT_TRUE(ready("A"));
  EXPECT_THAT(asked(OperatorKind::library_service), IsEmpty());
  end_of(dismount("A00001"));
  EXPECT_EQ(end_of(third, 5min).state, RequestState::passed);
}

TEST_F(JammedArm, WhatIsToGoHomeWaitsInItsDrive) {
  furnished(2);
  mounted("A00001");
  mounted("A00002");
  jams();
  auto const one = dismount("A00001"), other = dismount("A00002");
  ASSERT_TRUE(run_until([this] { return named(); }, 5min)) << everything();
  run_for(1h);
  expect_no_drive_blamed();
  heal("A");
  EXPECT_EQ(end_of(one, 15min).state, RequestState::passed) << everything();
  EXPECT_EQ(end_of(other, 15min).state, RequestState::passed);
  settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
}

TEST_F(JammedArm, SoDoesATransfer) {
  furnished(1);
  jams();
  auto const id = db::must(transfer("A00001", "A", {ElementKind::slot, 7}));
  run_for(1h);
  EXPECT_TRUE(open(id)) << everything();
  heal("A");
  EXPECT_EQ(end_of(id, 15min).state, RequestState::passed) << everything();
}

TEST_F(JammedArm, ATimeLimitEndsAMountAllTheSame) {
  furnished(1);
  jams();
  auto const id = mount_within("A00001", 10min);
  auto const ended = end_of(id, 15min);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::timeout)) << everything();
  heal("A");
  EXPECT_EQ(end_of(mount("A00002"), 15min).state, RequestState::passed) << everything();
  EXPECT_THAT(asked(OperatorKind::library_service), IsEmpty());
}

TEST_F(JammedArm, OneThatMovesEverythingElseIsNotToBlame) {
  furnished(3);
  plant("A", {.kind = FaultKind::jam_not_moved, .cartridge = "A00002", .count = 0});
  auto const bad = mount("A00002");
  mounted("A00001");
  EXPECT_EQ(end_of(bad).state, RequestState::failed) << everything();
  mounted("A00003");
  settle();
  EXPECT_TRUE(ready("A"));
  EXPECT_THAT(asked(OperatorKind::library_service), IsEmpty());
  expect_no_drive_blamed();
}

TEST_F(JammedArm, ChanceIsToldNobody) {
  furnished(1);
  plant("A", {.kind = FaultKind::jam_not_moved, .count = limits::move_attempts_max});
  EXPECT_EQ(end_of(mount("A00001")).state, RequestState::passed) << everything();
  for (auto const& event : events_of(library_id("A").guid)) EXPECT_THAT(event.reason, Not(HasSubstr("does not move")));
}

TEST_F(JammedArm, OneThatDoesNotSaySoIsKnownByWhereItFails) {
  furnished(3);
  auto stands_still = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what != "move") return {};
    return Error{Errc::medium_not_accessible, "the library", "hardware error"};
  };
  devices("A").refuse = stands_still;
  auto const first = mount("A00001"), second = mount("A00002"), third = mount("A00003");
  ASSERT_TRUE(run_until([this] { return named(); }, 10min)) << everything();
  run_for(1h);
  EXPECT_TRUE(open(first) && open(second) && open(third)) << everything();
  expect_no_drive_blamed();
  devices("A").refuse = {};
  for (auto const& id : {first, second, third}) EXPECT_EQ(end_of(id, 15min).state, RequestState::passed) << everything();
}

TEST_F(JammedArm, AfterARestartTheNextMoveEndsWhatWasAsked) {
  furnished(1);
  jams();
  auto const id = mount("A00001");
  ASSERT_TRUE(run_until([this] { return named(); }, 5min)) << everything();
  restart();
  heal("A");
  EXPECT_EQ(end_of(id, 15min).state, RequestState::passed) << everything();
  run_for(1s);
  EXPECT_THAT(asked(OperatorKind::library_service), IsEmpty());
}

}  // namespace
}  // namespace rsm
