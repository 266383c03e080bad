// An inventory in a busy library: it announces itself, what is under way ends, it runs, the queue goes on.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::AllOf;
using testing::HasSubstr;

class InventoryTurn : public CoreRig {
 protected:
  void furnished(std::uint32_t number_of_drives) {
    furnish("A", drives(number_of_drives, 14, 10));
    start_and_settle();
  }
  RequestId reading_of(MediumId id) {
    auto const& requests = world().requests;
    auto const reading = std::ranges::find_if(requests, [id](auto const& r) { return r.second.medium == id && r.second.operation == Operation::process_omid; });
    return reading == requests.end() ? RequestId{} : reading->first;
  }
  // Everybody who was served gives back and asks again: the queue is never empty.
  void keep_busy(Millis time) {
    TimePoint const until = now() + time;
    while (now() < until) {
      run_for(1s);
      serve();
    }
  }
  void serve() {
    for (int n = 1; n <= 10; ++n) {
      std::string const name = "A000" + std::string(n < 10 ? "0" : "") + std::to_string(n);
      auto const& requests = world().requests;
      auto const id = medium(name).id;
      bool const asked = std::ranges::any_of(requests, [&](auto const& r) { return r.second.medium == id; });
      if (asked) continue;
      auto const* in = world().drive_of(id);
      in != nullptr && in->hot.state == DriveState::loaded ? dismount(name) : mount(name);
    }
  }
  // While the queue stays full.
  RequestRecord end_while_busy(RequestId id, Millis limit) {
    TimePoint const until = now() + limit;
    while (open(id) && now() < until) keep_busy(1s);
    EXPECT_FALSE(open(id)) << "it starves: " << why(id);
    return request(id);
  }
};

TEST_F(InventoryTurn, ItIsNotStarvedByMounts) {
  furnished(2);
  keep_busy(2min);
  auto const id = db::must(inventory("A"));
  auto const ended = end_while_busy(id, 2min);
  EXPECT_EQ(ended.state, RequestState::passed);
  auto const before = devices("A").count("load");
  keep_busy(3min);
  EXPECT_GT(devices("A").count("load"), before) << "the queue goes on";
}

TEST_F(InventoryTurn, NothingNewStartsBeforeItHasRunAndEverybodyIsToldWhy) {
  furnished(2);
  auto const first = mount("A00001");
  run_for(1s);  // the arm is on its way
  auto const id = db::must(inventory("A"));
  auto const later = mount("A00002");
  run_for(2s);
  EXPECT_THAT(why(later), HasSubstr("an inventory (" + name_of(id) + ") comes first"));
  EXPECT_THAT(why(id), HasSubstr("starts as soon as the arm has brought A00001"));
  auto const moves = devices("A").count("move");
  ASSERT_TRUE(run_until([&] { return !open(id); }, 1min));
  EXPECT_EQ(devices("A").count("move"), moves);
  for (auto mounted : {first, later}) EXPECT_EQ(end_of(mounted).state, RequestState::passed);
}

TEST_F(InventoryTurn, AFullOneReadsLabelsWhileTheQueueGoesOn) {
  furnished(2);
  keep_busy(1min);
  auto const id = db::must(inventory("A", InventoryAction::omid));
  auto const ended = end_while_busy(id, 2min);
  EXPECT_EQ(ended.state, RequestState::passed);
  EXPECT_THAT(ended.reason, HasSubstr("labels of"));
}

// Somebody has pressed the button of a drive whose cartridge nobody uses: what lies in it was read by nobody.
TEST_F(InventoryTurn, AFullOneReadsWhatLiesInADriveUnread) {
  furnished(2);
  mounted("A00001");
  auto const idle = dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(idle).state == RequestState::deferred; }, 1min)) << everything();
  auto const cartridge = medium("A00001").id;
  ASSERT_TRUE(iron("A").hardware.begin_unload(world().drive_of(cartridge)->record.number, now()));
  auto const id = db::must(inventory("A", InventoryAction::omid));
  ASSERT_TRUE(run_until([&] { return !open(id); }, 2min));
  EXPECT_EQ(end_of(reading_of(cartridge), 5min).reason, "its label is the recorded one");
}

// Of what is idle in its drive one side is up, and was read where it lies; a medium of one side is not read twice.
TEST_F(InventoryTurn, AFullOneReadsTheSidesThatAreNotUp) {
  for (std::uint32_t sides : {1u, 2u}) {
    std::string const library = sides == 1 ? "A" : "B";
    auto geometry = drives(2, 8, 4, library);
    geometry.sides = sides;
    furnish(library, geometry);
  }
  start_and_settle();
  for (std::string const library : {"A", "B"}) {
    mounted(library + "00001");
    auto const idle = dismount(library + "00001", true);
    ASSERT_TRUE(run_until([&] { return request(idle).state == RequestState::deferred; }, 1min)) << everything();
    auto const id = db::must(inventory(library, InventoryAction::omid));
    ASSERT_TRUE(run_until([&] { return !open(id); }, 2min));
  }
  EXPECT_FALSE(reading_of(medium("A00001").id));
  EXPECT_EQ(end_of(reading_of(medium("B00001").id), 10min).state, RequestState::passed) << everything();
}

TEST_F(InventoryTurn, AStuckDriveIsLeftOutAndNamed) {
  furnished(2);
  plant("A", {.kind = FaultKind::load_hangs, .element = Element{ElementKind::drive, 0}});
  auto const stuck = mount("A00001");
  run_for(1min);
  auto const ended = end_of(db::must(inventory("A")), 1min);
  EXPECT_EQ(ended.state, RequestState::passed);
  EXPECT_THAT(ended.reason, AllOf(HasSubstr("drive 0 of A is at work and was left alone"), HasSubstr("loading")));
  EXPECT_TRUE(open(stuck));
  mounted("A00002");
}

TEST_F(InventoryTurn, ADriveThatIsDeadHoldsNothingUp) {
  furnished(2);
  plant("A", {.kind = FaultKind::drive_dies, .element = Element{ElementKind::drive, 1}, .count = 0});
  EXPECT_EQ(end_of(db::must(inventory("A")), 2min).state, RequestState::passed);
  mounted("A00002");
}

TEST_F(InventoryTurn, AVolumeInUseAndAPersonAtThePortHoldNothingUp) {
  furnished(2);
  mounted("A00001");
  iron("A").volumes[world().drive_of(medium("A00001").id)->record.number].holders.insert("somebody");
  dismount("A00001");
  auto const ejected = db::must(eject("A00003"));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().ports.front().extended; }, 2min));
  run_for(5s);
  auto const ended = end_of(db::must(inventory("A")), 1min);
  EXPECT_EQ(ended.state, RequestState::passed);
  EXPECT_TRUE(open(ejected));
}

TEST_F(InventoryTurn, SeveralRunOneAfterTheOther) {
  furnished(2);
  keep_busy(30s);
  std::vector<RequestId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(db::must(inventory("A")));
  for (auto id : ids) EXPECT_EQ(end_while_busy(id, 3min).state, RequestState::passed);
}

TEST_F(InventoryTurn, OneThatCannotRunEndsWithTheReasonAndTheQueueIsNotBarred) {
  furnished(2);
  plant("A", {.kind = FaultKind::elements_fail, .element = Element{ElementKind::slot, 0}, .to = Element{ElementKind::slot, 13}, .count = 0});
  auto const ended = end_of(db::must(inventory("A")), 5min);
  EXPECT_THAT(ended.reason, HasSubstr("slot 0 to 13 did not answer and are left out"));
  heal("A");
  mounted("A00001");
}

TEST_F(InventoryTurn, AStoppedOneBarsNothing) {
  furnished(1);
  plant("A", {.kind = FaultKind::move_hangs});
  mount("A00001");
  run_for(5s);
  auto const id = db::must(inventory("A"));
  run_for(5s);
  ASSERT_TRUE(open(id));
  EXPECT_TRUE(cancel(id));
  heal("A");
  run_for(5min);
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded);
}

}  // namespace
}  // namespace rsm
