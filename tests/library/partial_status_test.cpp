// A large library: it is asked in ranges, and after a move only what can have changed is asked.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PartialStatus : public CoreRig {
 protected:
  using Ranges = std::vector<port::ElementRange>;
  static constexpr port::ElementRange one(ElementKind kind, std::uint32_t number) { return {kind, number, 1}; }

  // What was asked since `from`, question by question.
  std::vector<Ranges> questions(std::size_t from) {
    std::vector<Ranges> all;
    for (std::size_t i = from; i < devices("A").seen.size(); ++i)
      if (devices("A").seen[i].what == "elements") all.push_back(devices("A").seen[i].ranges);
    return all;
  }
  static std::size_t asked_for(Ranges const& question) {
    std::size_t count = 0;
    for (auto const& range : question) count += range.count;
    return count;
  }
};

TEST_F(PartialStatus, AfterAMoveItsTwoEndsAreAskedAndNothingElse) {
  furnish("A", drives(2, 1200, 4));
  start_and_settle();
  auto const before = devices("A").seen.size();
  mounted("A00003");
  auto const in = world().drive_of(medium("A00003").id)->record.number;
  EXPECT_THAT(questions(before), ElementsAre(Ranges{one(ElementKind::slot, 2), one(ElementKind::drive, in)}));
  auto const again = devices("A").seen.size();
  end_of(dismount("A00003"));
  EXPECT_THAT(questions(again), ElementsAre(Ranges{one(ElementKind::drive, in), one(ElementKind::slot, 2)}));
}

TEST_F(PartialStatus, SoToAndFromThePort) {
  furnish("A", one_drive(1200, 4));
  start_and_settle();
  auto const before = devices("A").seen.size();
  auto const id = db::must(eject("A00002"));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().ports.front().extended; }, 3min));
  run_for(2s);
  db::must(iron("A").hardware.port_take(0, now()));
  EXPECT_EQ(end_of(id, 5min).state, RequestState::passed);
  ASSERT_FALSE(questions(before).empty());
  EXPECT_EQ(questions(before).front(), (Ranges{one(ElementKind::slot, 1), one(ElementKind::port, 0)}));
  for (auto const& question : questions(before)) EXPECT_LE(asked_for(question), 2u);
}

TEST_F(PartialStatus, AMoveThatFailedIsAskedForInTheSameWay) {
  furnish("A", one_drive(1200, 4));
  start_and_settle();
  for (auto const kind : {FaultKind::jam_moved, FaultKind::jam_not_moved}) {
    auto const before = devices("A").seen.size();
    plant("A", {.kind = kind});
    mounted("A00003");
    for (auto const& question : questions(before)) EXPECT_LE(asked_for(question), 2u) << word(kind);
    dismount("A00003");
    settle();
  }
}

TEST_F(PartialStatus, WhatTheEndsDoNotExplainIsLookedForEverywhere) {
  furnish("A", one_drive(1200, 4));
  start_and_settle();
  auto const before = devices("A").seen.size();
  plant("A", {.kind = FaultKind::wrong_cartridge});
  auto const id = mount("A00003");
  end_of(id);
  settle();
  std::size_t most = 0;
  for (auto const& question : questions(before)) most = std::max(most, asked_for(question));
  EXPECT_GT(most, 2u);
  for (std::string const name : {"A00001", "A00002", "A00003", "A00004"}) {
    auto const really = iron("A").hardware.find(name).value()->place;
    ASSERT_TRUE(really);
    EXPECT_EQ(place_of(name), really->text());
  }
}

TEST_F(PartialStatus, NoQuestionIsLargerThanItMayBe) {
  furnish("A", drives(2, 3500, 4));
  start_and_settle();
  end_of(db::must(inventory("A")));
  auto const all = questions(0);
  ASSERT_GT(all.size(), 8u);
  for (auto const& question : all) EXPECT_LE(asked_for(question), limits::elements_per_question_max);
  EXPECT_EQ(library("A").slots.size(), 3500u);
}

TEST_F(PartialStatus, SixtyThousandSlotsWork) {
  furnish("A", one_drive(60'000, 1));
  start_and_settle();
  EXPECT_TRUE(ready("A"));
  EXPECT_EQ(library("A").slots.size(), 60'000u);
  auto const before = devices("A").seen.size();
  mounted("A00001");
  EXPECT_THAT(questions(before), SizeIs(1));
}

}  // namespace
}  // namespace rsm
