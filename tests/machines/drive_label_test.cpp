// The label of a free medium, step after step: brought, loaded, looked at, out of use, recorded, written.
#include <gtest/gtest.h>

#include "libmgr/domain/free_label.hpp"
#include "libmgr/machines/drive.hpp"
#include "tests/machines/support.hpp"

namespace rsm::machine {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class LabelMachine : public ::testing::Test {
 protected:
  LabelMachine() : worlds(1, 2) {
    medium = worlds.world.media.at(medium_id(1));
    medium.sides[0].omid = Omid{"EXT4", "uuid-0", "one"};
    medium.sides[1].omid = Omid{"EXT4", "uuid-1", "two"};
    for (auto& side : medium.sides) side.state = SideState::unprepared;
    medium.place = InElement{library_id(), drive_0};
    hot.state = DriveState::mounted;
    hot.medium = medium.id;
    hot.side = medium.sides[0].id;
  }
  DriveView view(Millis at = 0ms) {
    DriveView v;
    v.now = TimePoint{at};
    v.library = library_id();
    v.here = drive_0;
    v.name = "drive 0 of Jukebox";
    v.hot = hot;
    v.medium = &medium;
    v.request_open = true;
    v.by_hand = by_hand;
    v.busy_wait = 10s;
    v.busy_pause = 500ms;
    v.may_overwrite = [this](std::optional<Omid> const&) { return may; };
    return v;
  }
  Drive begun(unsigned side = 0) { return Drive(WorkId{1}, {.task = DriveTask::label, .request = request_id(1), .medium = medium.id, .side = medium.sides[side].id, .reason = {}, .label = label}); }
  static port::DriveStatus loaded_status(std::uint32_t side_up = 0) {
    port::DriveStatus s;
    s.full = s.loaded = true;
    s.side_up = side_up;
    return s;
  }
  // To the point where its label is read.
  Drive that_reads(unsigned side = 0, std::uint32_t up = 0) {
    hot.side = medium.sides[side].id;
    auto d = begun(side);
    d.begin(view());
    d.durable(view());
    d.durable(view());
    d.loaded(view(), loaded_status(up));
    return d;
  }
  // Until it is out of use.
  Drive out_of_use() {
    auto d = that_reads();
    d.label_read(view(), port::Label{medium.sides[0].omid});
    return d;
  }
  static Command command(DriveActions const& actions) {
    auto const* found = find<Command>(actions);
    return found == nullptr ? Command{} : *found;
  }
  static Errc refused(DriveActions const& actions) {
    auto const* found = find<NotLabelled>(actions);
    return found == nullptr ? Errc::success : found->error.code;
  }

  WorldBuilder worlds;
  MediumRecord medium;
  DriveHot hot{.id = drive_id(0)};
  Result<> may;
  bool by_hand = false;
  Omid const label{"OPENRSM", "new", "free medium", "EXT4 uuid-0"};
};

TEST_F(LabelMachine, IsWrittenWhenItIsRecordedAndNotBefore) {
  auto d = that_reads();
  auto actions = d.label_read(view(), port::Label{medium.sides[0].omid});
  EXPECT_EQ(command(actions).what, Command::What::dismount);
  EXPECT_FALSE(command(actions).force);
  actions = d.dismounted(view(), port::DismountReport{});
  ASSERT_TRUE(has<LabelDecided>(actions));
  EXPECT_EQ(find<LabelDecided>(actions)->label, label);
  ASSERT_TRUE(has<AwaitDurable>(actions));
  EXPECT_FALSE(has<Command>(actions)) << "nothing is written before that is durable";
  actions = d.durable(view());
  EXPECT_EQ(command(actions), (Command{Command::What::write_label, false, {written(label), medium.sides[0].omid}}));
  actions = d.label_written(view(), port::Label{written(label), "behind it is xfs"});
  ASSERT_TRUE(has<LabelWritten>(actions));
  EXPECT_EQ(*find<LabelWritten>(actions), (LabelWritten{written(label), "behind it is xfs"}));
  EXPECT_TRUE(has<Over>(actions));
  EXPECT_EQ(find<SetDrive>(actions)->state, DriveState::unloaded);
}

TEST_F(LabelMachine, OfAnotherCartridgeNothingIsWritten) {
  may = fail(Errc::unexpected_omid, "A00001", "it bears the label of A00002");
  auto d = that_reads();
  auto const actions = d.label_read(view(), port::Label{Omid{"EXT4", "other", "x"}});
  EXPECT_FALSE(has<Command>(actions));
  EXPECT_EQ(refused(actions), Errc::unexpected_omid);
  EXPECT_TRUE(has<UnexpectedLabel>(actions)) << "it is identified";
}

TEST_F(LabelMachine, AnotherCartridgeInTheDriveThanBeforeIsLeftAlone) {
  auto d = out_of_use();
  d.dismounted(view(), port::DismountReport{});
  hot.medium = medium_id(2);
  auto const actions = d.durable(view());
  EXPECT_FALSE(has<Command>(actions));
  EXPECT_TRUE(has<NotLabelled>(actions));
}

TEST_F(LabelMachine, WhatWaitsForNoLabelAnyMoreIsNotWritten) {
  auto d = out_of_use();
  d.dismounted(view(), port::DismountReport{});
  medium.sides[0].state = SideState::available;
  auto const actions = d.durable(view());
  EXPECT_FALSE(has<Command>(actions));
  EXPECT_EQ(refused(actions), Errc::invalid_state);
}

TEST_F(LabelMachine, WhatIsInUseIsWaitedForAndThenLeftAlone) {
  auto d = out_of_use();
  Result<port::DismountReport> const busy = fail(Errc::busy, "drive 0", "open in tar, process 4711");
  auto actions = d.dismounted(view(), busy);
  EXPECT_TRUE(has<Pause>(actions));
  EXPECT_EQ(command(d.pause_over(view(1s))).what, Command::What::dismount);
  actions = d.dismounted(view(20s), busy);
  EXPECT_EQ(refused(actions), Errc::busy);
  EXPECT_FALSE(has<Command>(actions));
  EXPECT_EQ(find<SetDrive>(actions)->state, DriveState::loaded) << "found in use";
}

TEST_F(LabelMachine, WhatCannotBeReadIsWrittenWhenTheCartridgeIsTheRightOne) {
  auto d = that_reads();
  EXPECT_EQ(command(d.label_read(view(), fail(Errc::medium_not_accessible, "drive 0", "blocks"))).what, Command::What::dismount);
  d.dismounted(view(), port::DismountReport{});
  EXPECT_EQ(command(d.durable(view())).label.instead_of, std::nullopt);
}

TEST_F(LabelMachine, AWriteProtectedMediumIsNotTheDrivesFault) {
  auto d = out_of_use();
  d.dismounted(view(), port::DismountReport{});
  d.durable(view());
  auto const actions = d.label_written(view(), fail(Errc::write_protect, "drive 0", "the tab is set"));
  EXPECT_EQ(refused(actions), Errc::write_protect);
  EXPECT_FALSE(has<DriveFailed>(actions));
  EXPECT_EQ(find<SetDrive>(actions)->state, DriveState::unloaded);
}

TEST_F(LabelMachine, ADriveThatSaysNothingMayHaveWrittenIt) {
  auto d = out_of_use();
  d.dismounted(view(), port::DismountReport{});
  d.durable(view());
  auto const actions = d.label_written(view(), fail(Errc::timeout, "drive 0", "killed"));
  EXPECT_TRUE(has<DriveFailed>(actions));
  EXPECT_EQ(refused(actions), Errc::timeout);
  EXPECT_FALSE(has<LabelWritten>(actions));
}

TEST_F(LabelMachine, WhenTheOtherSideIsUpItIsTurned) {
  auto d = that_reads(0);
  auto actions = d.label_read(view(), port::Label{medium.sides[1].omid});
  EXPECT_EQ(command(actions).what, Command::What::dismount);
  EXPECT_EQ(find<SetDrive>(actions)->side, medium.sides[1].id);
  hot.side = medium.sides[1].id;
  actions = d.dismounted(view(), port::DismountReport{});
  EXPECT_FALSE(has<LabelDecided>(actions));
  EXPECT_EQ(command(actions).what, Command::What::unload);
  actions = d.unloaded(view(), port::UnloadReport{});
  ASSERT_TRUE(has<AskArm>(actions));
  EXPECT_EQ(*find<AskArm>(actions), (AskArm{drive_0, true}));
}

TEST_F(LabelMachine, TheDriveKnowsWhichSideIsUpWhereTheLabelDoesNot) {
  auto d = that_reads(0, 1);
  EXPECT_FALSE(has<LabelDecided>(d.label_read(view(), port::Label{})));
  EXPECT_FALSE(has<LabelDecided>(d.dismounted(view(), port::DismountReport{}))) << "it is turned first";
  auto second = that_reads(1, 1);
  second.label_read(view(), port::Label{});
  EXPECT_TRUE(has<LabelDecided>(second.dismounted(view(), port::DismountReport{})));
}

TEST_F(LabelMachine, ByHandNobodyTurnsIt) {
  by_hand = true;
  auto d = that_reads(0);
  EXPECT_EQ(refused(d.label_read(view(), port::Label{medium.sides[1].omid})), Errc::unexpected_omid);
}

TEST_F(LabelMachine, ARequestThatIsTakenBackEndsBeforeItIsWritten) {
  auto d = out_of_use();
  DriveActions actions;
  EXPECT_FALSE(d.stop(view(), "cancelled", false, StopHow::if_waiting, actions)) << "it is being handled";
  EXPECT_TRUE(d.stop(view(), "its medium is gone", false, StopHow::abandon, actions));
  actions = d.dismounted(view(), port::DismountReport{});
  EXPECT_FALSE(has<LabelDecided>(actions));
  EXPECT_TRUE(has<Over>(actions));
}

}  // namespace
}  // namespace rsm::machine
