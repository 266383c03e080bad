#include "libmgr/machines/drive.hpp"

#include <gtest/gtest.h>

#include "libmgr/machines/limits.hpp"
#include "tests/machines/support.hpp"

namespace rsm::machine {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class DriveMachine : public ::testing::Test {
 protected:
  DriveMachine() : worlds(1, 2) {
    medium = worlds.world.media.at(medium_id(1));
    medium.sides[0].omid = Omid{"EXT4", "uuid-0", "one"};
    medium.sides[1].omid = Omid{"EXT4", "uuid-1", "two"};
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
    v.force = force;
    v.insist = insist;
    v.destination = Element{ElementKind::slot, 1};
    v.tries_left = tries_left;
    v.unanswered_tries_left = unanswered_tries_left;
    v.awaited = awaited;
    v.mount_stands = mount_stands;
    v.busy_wait = 10s;
    v.busy_pause = 500ms;
    return v;
  }
  void in_drive(DriveState state, unsigned side = 0) {
    hot.state = state;
    hot.medium = medium.id;
    hot.side = medium.sides[side].id;
    medium.place = InElement{library_id(), drive_0};
  }
  Drive drive(DriveTask task, RequestId request = request_id(1)) { return Drive(WorkId{1}, {.task = task, .request = request, .medium = medium.id, .side = medium.sides[0].id, .reason = "why"}); }
  static Command command(DriveActions const& actions) {
    auto const* found = find<Command>(actions);
    EXPECT_NE(found, nullptr);
    return found == nullptr ? Command{} : *found;
  }
  static port::DriveStatus loaded_status(port::VolumeState volume = port::VolumeState::online) {
    port::DriveStatus s;
    s.full = s.loaded = true;
    s.volume = volume;
    s.volume_path = "/dev/volume";
    return s;
  }
  // A mount whose cartridge is in the drive, to the point where its label is read.
  Drive mount_that_reads() {
    in_drive(DriveState::dismountable);
    auto d = drive(DriveTask::mount);
    d.begin(view());
    d.durable(view());
    d.durable(view());
    d.loaded(view(), loaded_status());
    return d;
  }
  static Result<port::Label> label_busy() { return fail(Errc::busy, "drive 0", "open in tar, process 4711"); }
  WorldBuilder worlds;
  MediumRecord medium;
  DriveHot hot{.id = drive_id(0)};
  bool force = false, insist = false, tries_left = true, unanswered_tries_left = true, mount_stands = false, awaited = false;
};

TEST_F(DriveMachine, AMountBringsLoadsReadsAndIsLoaded) {
  auto d = drive(DriveTask::mount);
  EXPECT_TRUE(has<AwaitDurable>(d.begin(view())));
  EXPECT_EQ(find<AskArm>(d.durable(view()))->to, drive_0);
  in_drive(DriveState::mounted);
  EXPECT_TRUE(has<AwaitDurable>(d.moved(view(), {})));  // its place is recorded before it is loaded
  EXPECT_EQ(command(d.durable(view())), (Command{.what = Command::What::load, .then_label = true})) << "both in one message";
  EXPECT_EQ(command(d.loaded(view(), loaded_status())).what, Command::What::read_label);
  auto const done = d.label_read(view(), port::Label{medium.sides[0].omid});
  EXPECT_EQ(find<Loaded>(done)->volume, "/dev/volume");
  EXPECT_TRUE(has<Over>(done));
}

TEST_F(DriveMachine, WhatIsInTheDriveAlreadyIsLoadedWhenTheBeginningIsRecorded) {
  in_drive(DriveState::dismountable);
  auto d = drive(DriveTask::mount);
  EXPECT_TRUE(has<AwaitDurable>(d.begin(view())));
  EXPECT_EQ(command(d.durable(view())), (Command{.what = Command::What::load, .then_label = true})) << "its place was recorded before";
}

TEST_F(DriveMachine, WhatCameIntoTheDriveMeanwhileIsRecordedBeforeItIsLoaded) {
  auto d = drive(DriveTask::mount);
  d.begin(view());
  in_drive(DriveState::mounted);  // the library was asked, and says so
  EXPECT_TRUE(has<AwaitDurable>(d.durable(view())));
  in_drive(DriveState::dismountable);
  d = drive(DriveTask::mount);
  d.begin(view());
  hot.since += 1s;  // it was out and is in again
  auto const again = d.durable(view());
  EXPECT_FALSE(has<Command>(again));
  EXPECT_TRUE(has<AwaitDurable>(again));
}

// ---- clean

static port::DriveStatus cleaning_status(bool cleaning) {
  port::DriveStatus s;
  s.full = true;
  s.cleaning = cleaning;
  return s;
}

TEST_F(DriveMachine, ACleaningBringsWaitsAndBringsBack) {
  auto d = drive(DriveTask::clean);
  EXPECT_TRUE(has<AwaitDurable>(d.begin(view())));
  EXPECT_EQ(find<AskArm>(d.durable(view()))->to, drive_0);
  in_drive(DriveState::mounted);
  auto const in = d.moved(view(), {});
  EXPECT_EQ(find<SetDrive>(in)->state, DriveState::being_cleaned);
  EXPECT_TRUE(has<AwaitDurable>(in)) << "that it is in the drive is recorded first";
  EXPECT_EQ(command(d.durable(view())).what, Command::What::status) << "it is never loaded: that would use it once more";
  EXPECT_TRUE(has<Pause>(d.answered(view(), cleaning_status(true))));
  EXPECT_EQ(command(d.pause_over(view())).what, Command::What::status);
  EXPECT_EQ(command(d.answered(view(), cleaning_status(false))).what, Command::What::unload);
  EXPECT_EQ(find<AskArm>(d.unloaded(view(), port::UnloadReport{}))->to, (Element{ElementKind::slot, 1}));
  auto const over = d.moved(view(), {});
  EXPECT_FALSE(find<Cleaned>(over)->dirty);
  EXPECT_TRUE(has<Over>(over));
}

TEST_F(DriveMachine, ACleaningGoesOnWithACartridgeThatIsInTheDriveAlready) {
  in_drive(DriveState::unloaded);
  auto d = drive(DriveTask::clean);
  d.begin(view());
  EXPECT_FALSE(has<AskArm>(d.durable(view())));
  EXPECT_EQ(command(d.durable(view())).what, Command::What::status);
}

TEST_F(DriveMachine, ADriveThatAsksForACleaningAfterItIsDirty) {
  Alert const clean_now{20, AlertSeverity::critical, AlertAbout::cleaning, "clean now"}, expired{22, AlertSeverity::critical, AlertAbout::drive, "expired"};
  for (auto const& alert : {clean_now, expired}) {
    in_drive(DriveState::unloaded);
    auto d = drive(DriveTask::clean);
    d.begin(view());
    d.durable(view());
    d.durable(view());
    auto status = cleaning_status(true);
    status.alerts = {clean_now};
    EXPECT_TRUE(has<Pause>(d.answered(view(), status))) << "it asked before";
    d.pause_over(view());
    d.answered(view(), cleaning_status(false));
    d.unloaded(view(), port::UnloadReport{.alerts = {alert}});
    EXPECT_TRUE(find<Cleaned>(d.moved(view(), {}))->dirty);
  }
}

TEST_F(DriveMachine, ACleaningThatDoesNotEndIsGivenUpAndTheCartridgeAskedFor) {
  in_drive(DriveState::unloaded);
  auto d = drive(DriveTask::clean);
  d.begin(view());
  d.durable(view());
  d.durable(view());
  auto const late = view(limits::cleaning_limit);
  EXPECT_EQ(command(d.answered(late, cleaning_status(true))).what, Command::What::unload);
  auto const kept = d.unloaded(late, fail(Errc::unable_to_unload_media, "drive 0", "stuck"));
  EXPECT_TRUE(find<DriveFailed>(kept)->keeps);
  EXPECT_EQ(find<Tell>(kept)->state, RequestState::waiting) << "it goes on when the drive gives it back";
  EXPECT_TRUE(has<Over>(kept));
}

// It bears the sticker of the cleaning cartridge, and has a volume that a load has brought online.
TEST_F(DriveMachine, WhatIsNoCleaningCartridgeIsDismountedBeforeItIsGivenBack) {
  for (bool const in_use : {false, true}) {
    in_drive(DriveState::unloaded);
    auto d = drive(DriveTask::clean);
    d.begin(view());
    d.durable(view());
    d.durable(view());
    d.answered(view(), cleaning_status(false));
    EXPECT_EQ(command(d.unloaded(view(), fail(Errc::busy, "drive 0", "the volume is online; dismount it first"))).what, Command::What::dismount);
    auto const after = in_use ? d.dismounted(view(), fail(Errc::busy, "drive 0", "a file is open on it")) : d.dismounted(view(), port::DismountReport{});
    if (in_use) {
      EXPECT_TRUE(has<DriveFailed>(after) && has<Over>(after));
      continue;
    }
    EXPECT_EQ(command(after).what, Command::What::unload);
    auto const kept = d.unloaded(view(), fail(Errc::busy, "drive 0", "the volume is online; dismount it first"));
    EXPECT_TRUE(has<DriveFailed>(kept)) << "it is tried once";
  }
}

TEST_F(DriveMachine, TheOtherSideUpIsTurned) {
  auto d = mount_that_reads();
  auto const other = d.label_read(view(), port::Label{medium.sides[1].omid});
  EXPECT_EQ(find<SetDrive>(other)->side, medium.sides[1].id);
  hot.side = medium.sides[1].id;
  EXPECT_EQ(command(d.dismounted(view(), port::DismountReport{})).what, Command::What::unload);
  EXPECT_TRUE(find<AskArm>(d.unloaded(view(), port::UnloadReport{}))->turn);
}

// Its handler has died, or somebody has brought the volume online: nothing is wrong with the drive.
TEST_F(DriveMachine, WhatIsNotOutOfUseAnyMoreIsDismountedOnceMoreBeforeItIsTurned) {
  auto d = mount_that_reads();
  d.label_read(view(), port::Label{medium.sides[1].omid});
  hot.side = medium.sides[1].id;
  d.dismounted(view(), port::DismountReport{});
  auto const again = command(d.unloaded(view(), fail(Errc::busy, "drive 0", "the volume is online; dismount it first")));
  EXPECT_EQ(again.what, Command::What::dismount);
  EXPECT_FALSE(again.force);
  auto other = d;
  EXPECT_EQ(command(d.dismounted(view(), port::DismountReport{})).what, Command::What::unload);
  EXPECT_TRUE(find<AskArm>(d.unloaded(view(), port::UnloadReport{}))->turn);
  auto const used = other.dismounted(view(), fail(Errc::busy, "drive 0", "pid 17 has it open"));
  EXPECT_FALSE(has<DriveFailed>(used)) << "who has it open is not the drive's fault";
}

TEST_F(DriveMachine, AForeignLabelIsNeverServed) {
  auto d = mount_that_reads();
  auto const wrong = d.label_read(view(), port::Label{Omid{"EXT4", "somebody else", ""}});
  EXPECT_FALSE(has<Loaded>(wrong));
  EXPECT_EQ(find<Finish>(wrong)->outcome.error, Errc::unexpected_omid);
  EXPECT_TRUE(has<UnexpectedLabel>(wrong));
}

TEST_F(DriveMachine, AnotherCartridgeThatCameMeanwhileIsNotHandedOver) {
  auto d = mount_that_reads();
  hot.medium = medium_id(0);
  auto const exchanged = d.label_read(view(), port::Label{medium.sides[0].omid});
  EXPECT_FALSE(has<Loaded>(exchanged));
  EXPECT_TRUE(has<BackToQueue>(exchanged));
}

// It may be a cleaning cartridge.
TEST_F(DriveMachine, AnotherCartridgeThatTheArmHasBroughtIsNotLoaded) {
  for (auto const task : {DriveTask::mount, DriveTask::identify}) {
    SetUp();
    auto d = drive(task);
    d.begin(view());
    d.durable(view());
    in_drive(DriveState::mounted);
    hot.medium = medium_id(0);
    d.moved(view(), {});
    auto const exchanged = d.durable(view());
    EXPECT_FALSE(has<Command>(exchanged));
    EXPECT_TRUE(has<Over>(exchanged));
    ASSERT_TRUE(has<SetDrive>(exchanged));
    EXPECT_EQ(find<SetDrive>(exchanged)->state, DriveState::unloaded);
  }
}

TEST_F(DriveMachine, ALoadThatFailsGoesToAnotherDriveAndEndsAfterTheLastTry) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::mount);
  d.begin(view());
  d.durable(view());
  d.durable(view());
  auto const first = Drive(d).loaded(view(), fail(Errc::unable_to_load_medium, "drive 0", "it does not thread"));
  EXPECT_TRUE(find<BackToQueue>(first)->drive_to_blame);
  EXPECT_TRUE(has<DriveFailed>(first));
  tries_left = false;
  EXPECT_EQ(find<Finish>(d.loaded(view(), fail(Errc::unable_to_load_medium, "drive 0", "it does not thread")))->outcome.error, Errc::unable_to_load_medium);
}

// Nobody knows what became of it: tries of that kind have a limit of their own.
TEST_F(DriveMachine, ALoadThatIsNotAnsweredIsTriedAgainAndEndsAfterTheLastTry) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::mount);
  d.begin(view());
  d.durable(view());
  d.durable(view());
  tries_left = false;
  for (auto const code : {Errc::timeout, Errc::device_not_available}) {
    auto const again = Drive(d).loaded(view(), fail(code, "drive 0", "it does not say what it did"));
    ASSERT_TRUE(has<BackToQueue>(again));
    EXPECT_TRUE(find<BackToQueue>(again)->unanswered);
    EXPECT_FALSE(find<BackToQueue>(again)->tried);
  }
  tries_left = true, unanswered_tries_left = false;
  auto const last = d.loaded(view(), fail(Errc::timeout, "drive 0", "it does not say what it did"));
  EXPECT_FALSE(has<BackToQueue>(last));
  EXPECT_TRUE(has<CannotBeLoaded>(last));
  EXPECT_EQ(find<Finish>(last)->outcome.error, Errc::unable_to_load_medium);
}

TEST_F(DriveMachine, WhatIsNotTakenOutOfUseStaysInItsDrive) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::secure, {});
  d.begin(view());
  d.durable(view());
  auto const failed = d.dismounted(view(), fail(Errc::timeout, "drive 0", "it took longer than 30 s"));
  ASSERT_TRUE(has<DriveFailed>(failed));
  EXPECT_TRUE(find<DriveFailed>(failed)->keeps);
}

TEST_F(DriveMachine, AnAbandonedMountEndsAtTheNextSafePointAndIsSecured) {
  auto d = mount_that_reads();
  DriveActions actions;
  EXPECT_FALSE(d.stop(view(), "cancelled", false, StopHow::if_waiting, actions));
  EXPECT_TRUE(d.stop(view(), "its time is over", false, StopHow::abandon, actions));
  EXPECT_TRUE(d.request().is_zero());
  auto const end = d.label_read(view(), port::Label{medium.sides[0].omid});
  EXPECT_FALSE(has<Loaded>(end));
  EXPECT_TRUE(has<Secure>(end));
}

TEST_F(DriveMachine, ADismountIsForcedOnlyByItsWord) {
  in_drive(DriveState::loaded);
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  EXPECT_FALSE(command(d.durable(view())).force);
  force = true;
  auto forced = drive(DriveTask::dismount);
  forced.begin(view());
  EXPECT_TRUE(command(forced.durable(view())).force);
}

TEST_F(DriveMachine, ABusyVolumeIsTriedForItsTimeAndStaysLoaded) {
  in_drive(DriveState::loaded);
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  d.durable(view());
  auto const busy = d.dismounted(view(), fail(Errc::busy, "drive 0", "open in process 4711"));
  EXPECT_EQ(find<Tell>(busy)->state, RequestState::waiting);
  EXPECT_TRUE(has<Pause>(busy));
  EXPECT_EQ(command(d.pause_over(view(1s))).what, Command::What::dismount);
  auto const late = d.dismounted(view(10s), fail(Errc::busy, "drive 0", "open in process 4711"));
  EXPECT_EQ(find<Finish>(late)->outcome.error, Errc::busy);
  EXPECT_FALSE(has<SetDrive>(late));
}

TEST_F(DriveMachine, ACancelledDismountDoesNotHappen) {
  in_drive(DriveState::loaded);
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  d.durable(view());
  d.dismounted(view(), fail(Errc::busy, "drive 0", "open"));
  d.pause_over(view(1s));  // one more try is under way
  DriveActions actions;
  EXPECT_TRUE(d.stop(view(1s), "cancelled", false, StopHow::if_waiting, actions));
  auto const done = d.dismounted(view(2s), port::DismountReport{});
  EXPECT_FALSE(has<SetDrive>(done));
  EXPECT_EQ(command(done), (Command{.what = Command::What::load})) << "online again; a tape in use is not rewound for its label";
  auto const again = d.loaded(view(3s), loaded_status());
  EXPECT_EQ(find<SetDrive>(again)->state, DriveState::loaded);
}

TEST_F(DriveMachine, ALabelThatItsUserChangedIsToldAfterTheDismount) {
  in_drive(DriveState::loaded);
  hot.request = request_id(9);  // it was given to somebody
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  EXPECT_TRUE(command(d.durable(view())).then_label);
  auto const done = d.dismounted(view(), port::DismountReport{});
  EXPECT_EQ(find<SetDrive>(done)->state, DriveState::dismountable);
  EXPECT_EQ(command(done).what, Command::What::read_label);
  auto const changed = d.label_read(view(), port::Label{Omid{"XFS", "new", ""}});
  EXPECT_EQ(find<LabelChanged>(changed)->found->type, "XFS");
  EXPECT_TRUE(has<Over>(changed));
}

// Its label could not be read when it was found in use, so it may be another cartridge than was believed.
TEST_F(DriveMachine, AnotherLabelOfWhatNobodyWasGivenIsNotTakenForItsUsersWork) {
  in_drive(DriveState::loaded);
  hot.request = {};
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  d.durable(view());
  d.dismounted(view(), port::DismountReport{});
  auto const other = d.label_read(view(), port::Label{Omid{"XFS", "new", ""}});
  EXPECT_FALSE(has<LabelChanged>(other));
  EXPECT_TRUE(has<UnexpectedLabel>(other));
  EXPECT_TRUE(has<Over>(other));
}

TEST_F(DriveMachine, WhatIsInUseIsLeftAloneWhateverItsLabel) {
  in_drive(DriveState::loaded);
  mount_stands = true;
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  EXPECT_EQ(command(d.durable(view())).what, Command::What::status);
  auto const in_use = d.answered(view(), loaded_status(port::VolumeState::mounted));
  EXPECT_TRUE(has<Over>(in_use));
  EXPECT_FALSE(has<Command>(in_use));
  EXPECT_FALSE(has<SetDrive>(in_use));
}

TEST_F(DriveMachine, AMountedVolumeThatIsOfflineComesOnlineAgain) {
  in_drive(DriveState::loaded);
  mount_stands = true;
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  d.durable(view());
  EXPECT_EQ(command(d.answered(view(), loaded_status(port::VolumeState::offline))), (Command{.what = Command::What::load}))
      << "what is in use is not read";
}

// Its cartridge stays in it and in use: the drive is tried as often as one that does not give its cartridge back, and its user is told.
TEST_F(DriveMachine, AMountedVolumeThatCannotComeOnlineAgainIsKeptByItsDrive) {
  in_drive(DriveState::loaded);
  mount_stands = true;
  hot.reason = "mounted for backup";
  auto const restoring = [this] {
    auto d = drive(DriveTask::examine, {});
    d.begin(view());
    d.durable(view());
    d.answered(view(), loaded_status(port::VolumeState::offline));
    return d;
  };
  auto const failed = restoring().loaded(view(), fail(Errc::unable_to_load_medium, "drive 0", "it cannot be read"));
  ASSERT_TRUE(has<DriveFailed>(failed));
  EXPECT_TRUE(find<DriveFailed>(failed)->keeps);
  EXPECT_EQ(find<SetDrive>(failed)->state, DriveState::loaded) << "it is somebody's";
  EXPECT_NE(find<SetDrive>(failed)->reason.find("it cannot be read"), std::string::npos);
  EXPECT_TRUE(has<Over>(failed));
  auto const held = restoring().loaded(view(), fail(Errc::busy, "drive 0", "open in process 4711"));
  EXPECT_FALSE(has<DriveFailed>(held)) << "nobody is to blame but process 4711";
  EXPECT_NE(find<SetDrive>(held)->reason.find("process 4711"), std::string::npos);
  auto const silent = restoring().loaded(view(), fail(Errc::timeout, "drive 0", "no answer"));
  EXPECT_TRUE(has<DriveFailed>(silent));
  EXPECT_EQ(find<SetDrive>(silent)->reason, "mounted for backup") << "nobody knows what has become of it";
  auto const good = restoring().loaded(view(), loaded_status());
  EXPECT_TRUE(has<DriveWorks>(good));
  EXPECT_EQ(find<SetDrive>(good)->state, DriveState::loaded);
}

TEST_F(DriveMachine, WhatNobodyMountedIsTakenOutOfUse) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  d.durable(view());
  d.answered(view(), loaded_status());
  EXPECT_EQ(command(d.label_read(view(), port::Label{medium.sides[0].omid})), (Command{Command::What::dismount, false}));
  EXPECT_EQ(find<SetDrive>(d.dismounted(view(), port::DismountReport{}))->state, DriveState::dismountable);
}

// After a service, or a restart: what its dismount has cost is not forgotten.
TEST_F(DriveMachine, WhatIsOutOfUseAlreadyKeepsTheReasonOfItsDismount) {
  in_drive(DriveState::dismountable);
  hot.reason = "dismounted: NOT all was written";
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  d.durable(view());
  d.answered(view(), loaded_status(port::VolumeState::offline));
  EXPECT_EQ(command(d.label_read(view(), port::Label{medium.sides[0].omid})), (Command{Command::What::dismount, false}));
  auto const secured = d.dismounted(view(), port::DismountReport{});
  EXPECT_EQ(find<SetDrive>(secured)->state, DriveState::dismountable);
  EXPECT_EQ(find<SetDrive>(secured)->reason, "dismounted: NOT all was written");
}

// Some drives answer as before after an unload.
TEST_F(DriveMachine, WhatWasUnloadedAndIsFoundLoadedStillGoesHome) {
  for (bool const hand : {false, true}) {
    in_drive(DriveState::unloaded);
    hot.reason = "immediate dismount";
    auto d = drive(DriveTask::examine, {});
    auto v = view();
    v.by_hand = hand;
    d.begin(v);
    d.durable(v);
    d.answered(v, loaded_status());
    EXPECT_EQ(command(d.label_read(v, port::Label{medium.sides[0].omid})), (Command{Command::What::dismount, false})) << "in use or not: it is made sure";
    auto const secured = d.dismounted(v, port::DismountReport{});
    EXPECT_EQ(find<SetDrive>(secured)->state, hand ? DriveState::dismountable : DriveState::unloaded);
    EXPECT_EQ(find<SetDrive>(secured)->reason, hand ? "found loaded; its volume is offline" : "immediate dismount");
  }
}

TEST_F(DriveMachine, PuttingAwayNeverForcesAndNeverTakesFromOldHandlesUnasked) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::put_away);
  d.begin(view());
  EXPECT_FALSE(command(d.durable(view())).force);
  EXPECT_TRUE(has<Pause>(d.dismounted(view(), fail(Errc::busy, "drive 0", "open"))));
  EXPECT_FALSE(command(d.pause_over(view(1min))).force);
  EXPECT_EQ(command(d.dismounted(view(1min), port::DismountReport{})), (Command{Command::What::unload, false}));
  EXPECT_EQ(command(d.unloaded(view(), fail(Errc::busy, "drive 0", "handles live"))).what, Command::What::dismount);  // once more, in doubt
  d.dismounted(view(), port::DismountReport{});
  EXPECT_TRUE(has<Pause>(d.unloaded(view(), fail(Errc::busy, "drive 0", "handles live"))));
  EXPECT_TRUE(d.handles_live());
  insist = true;
  EXPECT_EQ(command(d.insisted(view())), (Command{Command::What::unload, true}));
  EXPECT_EQ(find<AskArm>(d.unloaded(view(), port::UnloadReport{.cut_off = true, .note = "taken away"}))->to, (Element{ElementKind::slot, 1}));
}

TEST_F(DriveMachine, ACartridgeThatCannotBeTakenOutCountsAgainstItsDrive) {
  for (Errc const why : {Errc::medium_not_accessible, Errc::not_empty, Errc::not_ready, Errc::cancelled}) {
    in_drive(DriveState::unloaded);
    auto d = drive(DriveTask::put_away);
    d.begin(view());
    d.unloaded(view(), port::UnloadReport{});
    auto const failed = d.moved(view(), fail(why, "A00001", "move from drive 0 to slot 1 failed"));
    EXPECT_EQ(has<DriveFailed>(failed), why == Errc::medium_not_accessible) << static_cast<int>(why);
    EXPECT_EQ(find<Tell>(failed)->state, RequestState::waiting);
    if (has<DriveFailed>(failed)) {
      EXPECT_TRUE(find<DriveFailed>(failed)->keeps);
    }
  }
  in_drive(DriveState::unloaded);
  auto d = drive(DriveTask::put_away);
  d.begin(view());
  d.unloaded(view(), port::UnloadReport{});
  medium.place = InElement{library_id(), {ElementKind::slot, 4}};
  EXPECT_FALSE(has<DriveFailed>(d.moved(view(), fail(Errc::medium_not_accessible, "A00001", "it is in slot 4")))) << "it is out, if not where it should be";
}

TEST_F(DriveMachine, ATapeThatAMountFindsInUseIsTriedForItsTimeAndNobodyIsBlamed) {
  auto d = mount_that_reads();
  auto const busy = d.label_read(view(), label_busy());
  EXPECT_EQ(find<Tell>(busy)->state, RequestState::waiting);
  EXPECT_NE(find<Tell>(busy)->reason.find("process 4711"), std::string::npos);
  EXPECT_TRUE(has<Pause>(busy));
  EXPECT_TRUE(d.waits());
  auto free_again = d;
  auto const again = d.pause_over(view(1s));
  EXPECT_EQ(find<Tell>(again)->state, RequestState::inprocess);
  EXPECT_EQ(command(again).what, Command::What::read_label);
  EXPECT_FALSE(d.waits());
  auto const late = d.label_read(view(10s), label_busy());
  EXPECT_EQ(find<Finish>(late)->outcome.error, Errc::busy);
  EXPECT_NE(find<Finish>(late)->outcome.reason.find("process 4711"), std::string::npos);
  EXPECT_EQ(find<SetDrive>(late)->state, DriveState::loaded);
  EXPECT_EQ(find<SetDrive>(late)->reason, "found in use: open in tar, process 4711");
  EXPECT_EQ(find<SetDrive>(late)->request, RequestId{});
  EXPECT_TRUE(has<Over>(late));
  EXPECT_FALSE(has<BackToQueue>(late));
  for (auto const& actions : {busy, again, late}) EXPECT_FALSE(has<DriveFailed>(actions));
  free_again.pause_over(view(1s));
  EXPECT_TRUE(has<Loaded>(free_again.label_read(view(1s), port::Label{medium.sides[0].omid})));
}

TEST_F(DriveMachine, AnIdentificationWaitsForATapeInUseAsAMountDoesAndItsDismountHasItsOwnTime) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::identify);
  d.begin(view());
  d.durable(view());
  d.durable(view());
  d.loaded(view(), loaded_status());
  EXPECT_TRUE(has<Pause>(d.label_read(view(), label_busy())));
  d.pause_over(view(9s));
  auto late = d;
  auto const end = late.label_read(view(10s), label_busy());
  EXPECT_EQ(find<Finish>(end)->outcome.error, Errc::busy);
  EXPECT_EQ(find<SetDrive>(end)->state, DriveState::loaded);
  EXPECT_FALSE(has<NotIdentified>(end)) << "its cartridge is not to blame";
  EXPECT_FALSE(has<DriveFailed>(end));
  EXPECT_EQ(command(d.label_read(view(9s), port::Label{medium.sides[0].omid})).what, Command::What::dismount);
  EXPECT_TRUE(has<Pause>(d.dismounted(view(11s), fail(Errc::busy, "drive 0", "open again"))));
  d.pause_over(view(21s));
  auto const kept = d.dismounted(view(21s), fail(Errc::busy, "drive 0", "open again"));
  ASSERT_TRUE(has<Finish>(kept));
  EXPECT_EQ(find<Finish>(kept)->outcome.error, Errc::busy);
  EXPECT_EQ(find<SetDrive>(kept)->state, DriveState::loaded);
  EXPECT_FALSE(has<NotIdentified>(kept)) << "nobody has to look at its cartridge";
  EXPECT_FALSE(has<DriveFailed>(kept));
}

TEST_F(DriveMachine, ATapeInUseIsFoundInUseAndLeftAlone) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  d.durable(view());
  d.answered(view(), loaded_status());
  auto const used = d.label_read(view(), label_busy());
  ASSERT_TRUE(has<SetDrive>(used));
  EXPECT_EQ(find<SetDrive>(used)->state, DriveState::loaded);
  EXPECT_EQ(find<SetDrive>(used)->reason, "found in use: open in tar, process 4711");
  EXPECT_EQ(find<SetDrive>(used)->request, RequestId{});
  EXPECT_TRUE(has<Over>(used));
  EXPECT_FALSE(has<DriveFailed>(used));
  EXPECT_FALSE(has<Command>(used));
}

TEST_F(DriveMachine, AMountThatWaitsForATapeInUseCanBeStopped) {
  for (auto const how : {StopHow::if_waiting, StopHow::abandon}) {
    auto d = mount_that_reads();
    d.label_read(view(), label_busy());
    DriveActions actions;
    EXPECT_TRUE(d.stop(view(), "cancelled", false, how, actions));
    EXPECT_TRUE(has<Over>(actions));
    EXPECT_TRUE(has<Secure>(actions));
    EXPECT_TRUE(d.request().is_zero());
  }
  auto d = mount_that_reads();  // stopped while the drive is asked
  DriveActions actions;
  EXPECT_TRUE(d.stop(view(), "its time is over", false, StopHow::abandon, actions));
  auto const end = d.label_read(view(), label_busy());
  EXPECT_TRUE(has<Secure>(end));
  EXPECT_FALSE(has<Finish>(end));
}

TEST_F(DriveMachine, ATapeInUseSaysNothingAboutTheLabelAfterADismount) {
  in_drive(DriveState::loaded);
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  d.durable(view());
  EXPECT_EQ(command(d.dismounted(view(), port::DismountReport{})).what, Command::What::read_label);
  auto const end = d.label_read(view(), label_busy());
  EXPECT_TRUE(has<Over>(end));
  EXPECT_FALSE(has<LabelChanged>(end));
  EXPECT_FALSE(has<SetDrive>(end));
}

TEST_F(DriveMachine, BothSidesAreIdentified) {
  auto d = drive(DriveTask::identify);
  d.begin(view());
  d.durable(view());
  in_drive(DriveState::mounted);
  d.moved(view(), {});
  d.durable(view());
  d.loaded(view(), loaded_status());
  d.label_read(view(), port::Label{medium.sides[0].omid});
  EXPECT_EQ(command(d.dismounted(view(), port::DismountReport{})).what, Command::What::unload);
  EXPECT_TRUE(find<AskArm>(d.unloaded(view(), port::UnloadReport{}))->turn);
  hot.side = medium.sides[1].id;
  d.moved(view(), {});
  d.durable(view());
  auto up = loaded_status();
  up.side_up = 1;
  d.loaded(view(), up);
  d.label_read(view(), port::Label{std::nullopt, "ambivalent: ext4 and udf"});
  auto const read = d.dismounted(view(), port::DismountReport{});
  ASSERT_TRUE(has<LabelsRead>(read));
  EXPECT_EQ(find<LabelsRead>(read)->note, "ambivalent: ext4 and udf") << "why there is none";
  EXPECT_EQ(find<LabelsRead>(read)->labels.at(medium.sides[0].id), medium.sides[0].omid);
  EXPECT_EQ(find<LabelsRead>(read)->labels.at(medium.sides[1].id), std::nullopt);
}

TEST_F(DriveMachine, TheSameSideUpAgainIsNotTakenForTheOther) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::identify);
  d.begin(view());
  d.durable(view());
  d.durable(view());
  d.loaded(view(), loaded_status());
  d.label_read(view(), port::Label{medium.sides[0].omid});
  for (int n = 0; n < 2; ++n) {  // it is turned, and side 0 is up all the same
    d.dismounted(view(), port::DismountReport{});
    d.unloaded(view(), port::UnloadReport{});
    d.moved(view(), {});
    hot.side = medium.sides[1].id;
    d.durable(view());
    d.loaded(view(), loaded_status());
    auto const again = d.label_read(view(), port::Label{medium.sides[0].omid});
    hot.side = medium.sides[0].id;
    if (has<NotIdentified>(again)) return;
    EXPECT_FALSE(has<LabelsRead>(again));
  }
  EXPECT_FALSE(has<LabelsRead>(d.dismounted(view(), port::DismountReport{})));
}

// Whose memory it was is known only where the label says that it is this cartridge.
TEST_F(DriveMachine, WhatIsToldOfACartridgeCountsWithItsLabel) {
  CartridgeFacts const facts{.serial = "AB1", .loads = 7};
  for (bool const right : {true, false}) {
    in_drive(DriveState::mounted);
    auto d = drive(DriveTask::mount);
    d.begin(view());
    d.durable(view());
    d.durable(view());
    d.loaded(view(), loaded_status());
    auto const read = d.label_read(view(), port::Label{right ? medium.sides[0].omid : std::optional(Omid{"EXT4", "somebody else", ""}), {}, facts});
    ASSERT_EQ(has<CartridgeTold>(read), right);
    EXPECT_EQ(has<Loaded>(read), right);
    if (right) {
      EXPECT_EQ(*find<CartridgeTold>(read), (CartridgeTold{facts, true}));
    }
  }
  in_drive(DriveState::dismountable);
  auto away = drive(DriveTask::put_away);
  away.begin(view());
  auto const left = away.unloaded(view(), port::UnloadReport{.cartridge = facts});
  ASSERT_TRUE(has<CartridgeTold>(left));
  EXPECT_FALSE(find<CartridgeTold>(left)->label_read);
  EXPECT_TRUE(has<LeftDrive>(left));
}

TEST_F(DriveMachine, APulledCartridgeIsLookedForAndTheDriveIsNotBlamed) {
  in_drive(DriveState::loaded);
  auto d = drive(DriveTask::dismount);
  d.begin(view());
  d.durable(view());
  auto const gone = d.dismounted(view(), fail(Errc::no_media_in_drive, "drive 0", "pulled out"));
  EXPECT_TRUE(has<CartridgeGone>(gone));
  EXPECT_TRUE(has<LookAtLibrary>(gone));
  EXPECT_FALSE(has<DriveFailed>(gone));
  EXPECT_EQ(find<Finish>(gone)->outcome.error, Errc::no_media_in_drive);
}

TEST_F(DriveMachine, WhatWasBroughtForAnOpenRequestWaitsWhereItIs) {
  in_drive(DriveState::mounted);
  awaited = true;
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  d.durable(view());
  auto const found = d.answered(view(), port::DriveStatus{});
  EXPECT_FALSE(has<SetDrive>(found));
  EXPECT_TRUE(has<Over>(found));
}

// It was found loaded, and its label could not be read: the mount that waits for it has tries of its own.
TEST_F(DriveMachine, WhatWasBroughtForAnOpenRequestIsTriedByIt) {
  for (bool const open : {true, false}) {
    in_drive(DriveState::mounted);
    awaited = open;
    auto d = drive(DriveTask::examine, {});
    d.begin(view());
    d.durable(view());
    d.answered(view(), loaded_status());
    auto const unreadable = d.label_read(view(), fail(Errc::medium_not_accessible, "drive 0", "incompatible medium"));
    EXPECT_TRUE(has<DriveFailed>(unreadable));
    EXPECT_EQ(has<SetDrive>(unreadable), !open);
    EXPECT_TRUE(has<Over>(unreadable));
  }
}

TEST_F(DriveMachine, WhatNobodyAwaitsIsUnloadedWhereItIsNotLoaded) {
  in_drive(DriveState::mounted);
  auto d = drive(DriveTask::examine, {});
  d.begin(view());
  d.durable(view());
  EXPECT_EQ(find<SetDrive>(d.answered(view(), port::DriveStatus{}))->state, DriveState::unloaded);
}

TEST_F(DriveMachine, ALoadWithoutAnAnswerIsNotSimplyGoneOnWith) {
  in_drive(DriveState::mounted);
  hot.request = request_id(1);
  auto d = drive(DriveTask::mount);
  d.begin(view());
  d.durable(view());
  d.durable(view());
  auto const silent = d.loaded(view(), fail(Errc::timeout, "drive 0", "no answer"));
  ASSERT_TRUE(has<SetDrive>(silent));
  EXPECT_EQ(find<SetDrive>(silent)->request, RequestId{});
  EXPECT_EQ(find<SetDrive>(silent)->state, DriveState::mounted);
}

}  // namespace
}  // namespace rsm::machine
