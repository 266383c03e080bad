// A stand-alone drive: a person brings every medium and takes it away.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using enum port::DriveHint;

class Standalone : public CoreRig {
 protected:
  Standalone() { furnish_by_hand("Desk", one_drive(4, 3)); }

  static constexpr Element the_drive{ElementKind::drive, 0};
  emulated::Hardware& desk() { return iron("Desk").hardware; }
  DriveHot const& hot() { return drive("Desk", 0).hot; }
  DriveState state() { return hot().state; }

  // And written down.
  void still_at(DriveState wanted) {
    ASSERT_TRUE(run_until([&] { return state() == wanted; }, 5min)) << everything();
    run_for(1s);
    ASSERT_EQ(state(), wanted) << everything();
  }

  // From the shelf (a slot of the iron), or from the hand.
  void put_in(std::string const& name, bool hinted = true) {
    if (desk().hand_take({ElementKind::slot, slot_of(name)}, now())) slots_.erase(name);
    ASSERT_TRUE(desk().hand_put(name, the_drive, now()));
    if (hinted) hint("Desk", medium_changed);
  }
  std::uint32_t slot_of(std::string const& name) { return slots_.contains(name) ? slots_.at(name) : 99; }
  void pull_out(bool hinted = true) {
    ASSERT_TRUE(desk().hand_pull(0, now()));
    if (hinted) hint("Desk", medium_changed);
  }
  void identified(std::string const& name) {
    put_in(name);
    still_at(DriveState::dismountable);
    ASSERT_EQ(place_of(name + ".0"), "drive 0");
  }
  // It was there once, and lies beside the drive again.
  void known_and_gone(std::string const& name) {
    identified(name);
    pull_out();
    still_at(DriveState::dismounted);
    ASSERT_TRUE(medium(name + ".0").offline());
  }

 private:
  std::map<std::string, std::uint32_t> slots_{{"A00001", 0}, {"A00002", 1}, {"A00003", 2}};

 protected:
};

TEST_F(Standalone, IsALibraryOfOneDriveAndNothingElse) {
  start_and_settle();
  auto const& desk = library("Desk");
  EXPECT_EQ(desk.record.type, LibraryType::standalone);
  EXPECT_EQ(desk.record.flags & library_flag::autodetect_change, library_flag::autodetect_change);
  EXPECT_THAT(desk.drives, SizeIs(1));
  EXPECT_THAT(desk.slots, IsEmpty());
  EXPECT_THAT(desk.changers, IsEmpty());
  EXPECT_THAT(desk.doors, IsEmpty());
  EXPECT_EQ(devices("Desk").count("elements"), 0U) << "nobody asks a changer";
}

TEST_F(Standalone, WhatIsPutInIsIdentifiedAndStaysOutOfUse) {
  start_and_settle();
  identified("A00001");
  EXPECT_TRUE(medium("A00001.0").sides.front().omid);
  EXPECT_FALSE(medium("A00001.0").home_slot);
  EXPECT_EQ(devices("Desk").count("unload", the_drive), 0U);
}

TEST_F(Standalone, WhatIsInAtTheStartIsIdentified) {
  ASSERT_TRUE(desk().hand_move({ElementKind::slot, 0}, the_drive, now()));
  start();
  ASSERT_TRUE(run_until([this] { return ready("Desk"); }));
  still_at(DriveState::dismountable);
  EXPECT_EQ(place_of("A00001.0"), "drive 0");
}

TEST_F(Standalone, AMountAndADismountMoveNothing) {
  start_and_settle();
  identified("A00001");
  mounted("A00001.0");
  EXPECT_EQ(state(), DriveState::loaded);
  auto const end = end_of(dismount("A00001.0"), 5min);
  EXPECT_EQ(end.state, RequestState::passed);
  EXPECT_THAT(end.reason, HasSubstr("until it is ejected"));
  EXPECT_EQ(state(), DriveState::dismountable);
  EXPECT_EQ(place_of("A00001.0"), "drive 0");
  run_for(1h);
  EXPECT_EQ(state(), DriveState::dismountable) << "nothing comes home by itself";
  mounted("A00001.0");
  EXPECT_EQ(end_of(dismount("A00001.0", true), 5min).state, RequestState::passed) << "a deferred one, too";
}

TEST_F(Standalone, AMediumThatIsAwayIsAskedForAndTheQuestionEndsWhenItIsSeen) {
  start_and_settle();
  known_and_gone("A00001");
  known_and_gone("A00002");
  auto const wanted = mount("A00001.0");
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::bring_medium).empty(); }));
  EXPECT_EQ(asked(OperatorKind::bring_medium).front().message, "insert A00001.0 in drive 0 of Desk");
  put_in("A00002");
  still_at(DriveState::dismountable);
  EXPECT_THAT(asked(OperatorKind::bring_medium), SizeIs(1)) << "the wrong one ends no question";
  EXPECT_TRUE(open(wanted));
  pull_out();
  still_at(DriveState::dismounted);
  put_in("A00001");
  EXPECT_EQ(end_of(wanted, 5min).state, RequestState::passed) << everything();
  EXPECT_THAT(asked(OperatorKind::bring_medium), IsEmpty());
  EXPECT_EQ(state(), DriveState::loaded);
}

TEST_F(Standalone, WhoeverIsAskedForAMediumIsToldWhatIsInTheWay) {
  start_and_settle();
  known_and_gone("A00001");
  identified("A00002");
  mount("A00001.0");
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::bring_medium).empty(); }));
  EXPECT_EQ(asked(OperatorKind::bring_medium).front().message, "insert A00001.0 in drive 0 of Desk; A00002.0 is in it (rsm media eject 'A00002.0')");
}

// The emulated drive lets go of its cartridge, and a person takes it.
TEST_F(Standalone, WhatCannotBeEjectedIsTakenOutByAPerson) {
  start_and_settle();
  identified("A00001");
  auto const wanted = eject("A00001.0");
  ASSERT_TRUE(wanted) << wanted.error().text();
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::take_out).empty(); }, 5min)) << everything();
  EXPECT_EQ(asked(OperatorKind::take_out).front().message, "take A00001.0 out of drive 0 of Desk: it does not eject");
  run_for(10min);
  EXPECT_TRUE(open(*wanted));
  EXPECT_EQ(devices("Desk").count("unload", the_drive), 1U) << "asked once";
  pull_out();
  EXPECT_EQ(end_of(*wanted, 5min).state, RequestState::passed);
  EXPECT_THAT(asked(OperatorKind::take_out), IsEmpty());
  EXPECT_TRUE(medium("A00001.0").offline());
}

TEST_F(Standalone, AMountedMediumIsEjectedWithForceOnly) {
  start_and_settle();
  identified("A00001");
  mounted("A00001.0");
  auto const refused = eject("A00001.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
}

TEST_F(Standalone, TheButtonOfTheDriveTakesOutWhatIsIdle) {
  start_and_settle();
  identified("A00001");
  mounted("A00001.0");
  hint("Desk", eject_wanted);
  run_for(1min);
  EXPECT_EQ(state(), DriveState::loaded) << "not what somebody uses";
  end_of(dismount("A00001.0"), 5min);
  hint("Desk", eject_wanted);
  ASSERT_TRUE(run_until([this] { return state() == DriveState::unloaded; }, 5min)) << everything();
}

// Without a hint: the drive is asked from time to time, and only its state.
TEST_F(Standalone, WithoutHintsTheDriveIsAskedAndNoLabelIsReadForIt) {
  start_and_settle();
  put_in("A00001", false);
  still_at(DriveState::dismountable);
  auto const labels = devices("Desk").count("read label", the_drive);
  auto const questions = devices("Desk").count("status", the_drive);
  run_for(1h);
  EXPECT_EQ(devices("Desk").count("read label", the_drive), labels);
  EXPECT_GE(devices("Desk").count("status", the_drive), questions + 100);
  pull_out(false);
  still_at(DriveState::dismounted);
}

TEST_F(Standalone, ADriveThatIsNotThereMakesItsLibraryNotPresentUntilItIsBack) {
  start_and_settle();
  identified("A00001");
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "there is no such node"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::not_present; }, 1min)) << everything();
  EXPECT_THAT(asked(OperatorKind::library_service), IsEmpty()) << "nobody repairs what was pulled out";
  EXPECT_EQ(place_of("A00001.0"), "drive 0") << "what was in it stays recorded in it";
  auto const wanted = mount("A00001.0");
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::bring_medium).empty(); })) << everything();
  EXPECT_EQ(asked(OperatorKind::bring_medium).front().message, "insert A00001.0 in drive 0 of Desk, which is not there: connect it");
  devices("Desk").refuse = {};
  hint("Desk", came_or_went);
  EXPECT_EQ(end_of(wanted, 5min).state, RequestState::passed) << everything();
  EXPECT_THAT(asked(OperatorKind::bring_medium), IsEmpty());
  EXPECT_TRUE(ready("Desk"));
}

TEST_F(Standalone, WhatIsToBeEjectedIsOutWhenItsDriveIsPulledOut) {
  start_and_settle();
  identified("A00001");
  auto const wanted = eject("A00001.0");
  ASSERT_TRUE(wanted);
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::take_out).empty(); }, 5min)) << everything();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "there is no such node"}; };
  hint("Desk", came_or_went);
  EXPECT_EQ(end_of(*wanted, 5min).state, RequestState::passed) << everything();
  EXPECT_THAT(asked(OperatorKind::take_out), IsEmpty());
}

TEST_F(Standalone, AnotherMediumThatWasPutInUnseenIsFoundByItsLabel) {
  start_and_settle();
  known_and_gone("A00002");
  identified("A00001");
  pull_out(false);
  put_in("A00002");
  run_for(2min);
  EXPECT_EQ(place_of("A00002.0"), "drive 0") << everything();
  EXPECT_EQ(state(), DriveState::dismountable);
  EXPECT_TRUE(medium("A00001.0").offline()) << everything();
}

// What is told while the drive is being asked: its answer may be older than that.
class AskedWhileSomethingHappens : public Standalone {
 protected:
  void SetUp() override {
    settings.libraries.front().poll_interval = Millis{0};
    hints_of_media = true;
  }
  void being_asked() {
    devices("Desk").status_late = 5s;
    hint("Desk", came_or_went);
    run_for(2s);
  }
};

TEST_F(AskedWhileSomethingHappens, WhatIsPutInIsSeen) {
  start_and_settle();
  being_asked();
  put_in("A00001");
  still_at(DriveState::dismountable);
  EXPECT_EQ(place_of("A00001.0"), "drive 0") << everything();
}

TEST_F(AskedWhileSomethingHappens, WhatIsTakenOutIsSeen) {
  start_and_settle();
  identified("A00001");
  being_asked();
  pull_out();
  still_at(DriveState::dismounted);
  EXPECT_TRUE(medium("A00001.0").offline()) << everything();
}

TEST_F(AskedWhileSomethingHappens, AnotherMediumIsSeen) {
  start_and_settle();
  known_and_gone("A00002");
  identified("A00001");
  being_asked();
  pull_out(false);
  put_in("A00002");
  ASSERT_TRUE(run_until([this] { return place_of("A00002.0") == "drive 0"; }, 5min)) << everything();
  EXPECT_TRUE(medium("A00001.0").offline()) << everything();
}

TEST_F(AskedWhileSomethingHappens, ADriveThatIsPulledOutIsSeenToBeGone) {
  start_and_settle();
  being_asked();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "there is no such node"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::not_present; }, 5min)) << everything();
}

TEST_F(Standalone, OneThatIsDeletedWhileItIsConfiguredSaysThatItComesBack) {
  start_and_settle();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "there is no such node"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::not_present; }, 1min)) << everything();
  auto const id = library_id("Desk");
  std::optional<Result<>> answer;
  manager().remove_library(caller, id, [&](Result<> result) { answer = std::move(result); });
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }, 1min));
  ASSERT_TRUE(*answer);
  EXPECT_THAT(events_of(id.guid).back().reason, HasSubstr("it is in the configuration still"));
  devices("Desk").refuse = nullptr;
  restart();
  ASSERT_TRUE(run_until([this] { return ready("Desk"); }, 1min)) << everything();
  EXPECT_NE(library_id("Desk"), id);
}

// The handler died of it, say: the event that told of the drive comes once.
TEST_F(AskedWhileSomethingHappens, ADriveThatIsBackIsFoundThoughTheFirstQuestionWasNotAnswered) {
  start_and_settle();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "there is no such node"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::not_present; }, 1min)) << everything();
  run_for(1h);
  devices("Desk").refuse = [asked = 0](auto const&) mutable { return asked++ == 0 ? std::optional(Error{Errc::device_not_available, "drive 0", "its handler died"}) : std::nullopt; };
  hint("Desk", came_or_went);
  EXPECT_TRUE(run_until([this] { return ready("Desk"); }, 1min)) << everything();
}

// It is there and says nothing, as one that is gone; when it is repaired the kernel has nothing to tell.
TEST_F(AskedWhileSomethingHappens, ADriveThatAnswersAgainWithoutAnEventIsFound) {
  start_and_settle();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "the drive does not answer"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::not_present; }, 1min)) << everything();
  run_for(1h);
  devices("Desk").refuse = {};
  EXPECT_TRUE(run_until([this] { return ready("Desk"); }, 2min)) << everything();
}

// Asked again every 30 s; but who plugs it in again, or puts something in, is not kept waiting.
TEST_F(AskedWhileSomethingHappens, ADriveInServiceThatAnswersAHintIsLookedAtAtOnce) {
  for (auto const told : {came_or_went, medium_changed}) {
    if (told == came_or_went) start_and_settle();
    // As a changer it answers, as a drive it does not: the last one of the three questions of a look.
    devices("Desk").refuse = [asked = 0](WatchedDevices::Seen const& seen) mutable -> std::optional<Error> {
      if (seen.what != "status" || ++asked % 3 != 0) return {};
      return Error{Errc::timeout, "drive 0", "it took longer than 30 s"};
    };
    db::must(inventory("Desk"));
    ASSERT_TRUE(run_until([this] { return drive("Desk", 0).record.condition.state == OperationalState::needs_service; }, 1min)) << everything();
    run_for(5s);  // asked once more, in vain
    ASSERT_TRUE(ready("Desk"));
    ASSERT_EQ(drive("Desk", 0).record.condition.state, OperationalState::needs_service);
    devices("Desk").refuse = {};
    hint("Desk", told);
    EXPECT_TRUE(run_until([this] { return drive("Desk", 0).record.condition.state == OperationalState::ready; }, 1500ms)) << word(told) << everything();
  }
}

TEST_F(AskedWhileSomethingHappens, ADriveThatComesBackAndDoesNotAnswerIsInService) {
  start_and_settle();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::device_not_available, "drive 0", "there is no such node"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::not_present; }, 1min)) << everything();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::timeout, "drive 0", "it took longer than 30 s"}; };
  hint("Desk", came_or_went);
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::needs_service; }, 5min)) << everything();
  devices("Desk").refuse = {};
  EXPECT_TRUE(run_until([this] { return ready("Desk"); }, 2min)) << everything();
}

TEST_F(AskedWhileSomethingHappens, SoIsOneWhoseLibraryIsInService) {
  start_and_settle();
  devices("Desk").refuse = [](auto const&) { return Error{Errc::timeout, "drive 0", "it took longer than 30 s"}; };
  db::must(inventory("Desk"));
  ASSERT_TRUE(run_until([this] { return library("Desk").record.condition.state == OperationalState::needs_service; }, 5min)) << everything();
  run_for(5s);
  devices("Desk").refuse = {};
  hint("Desk", came_or_went);
  EXPECT_TRUE(run_until([this] { return ready("Desk"); }, 1500ms)) << everything();
}

// Each time it has a new record, and nobody can say that it is another one.
TEST_F(Standalone, OneBadMediumThatIsPutInAgainAndAgainCondemnsNoDrive) {
  start_and_settle();
  plant("Desk", {.kind = emulated::FaultKind::load_fails, .cartridge = "A00001", .count = 0});
  for (int times = 0; times < 4; ++times) {
    put_in("A00001");
    ASSERT_TRUE(run_until([this] { return hot().medium && world().requests.empty() && drive("Desk", 0).record.condition.state == OperationalState::ready; }, 30min)) << everything();
    run_for(1min);
    pull_out();
    still_at(DriveState::dismounted);
  }
  EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty()) << everything();
  identified("A00002");
}

TEST_F(Standalone, AnInventoryReadsTheLabelOfWhatIsIn) {
  start_and_settle();
  identified("A00001");
  auto const before = devices("Desk").count("read label", the_drive);
  auto const full = inventory("Desk", InventoryAction::omid);
  ASSERT_TRUE(full);
  EXPECT_EQ(end_of(*full, 5min).state, RequestState::passed);
  settle();
  EXPECT_GT(devices("Desk").count("read label", the_drive), before);
  EXPECT_EQ(state(), DriveState::dismountable);
}

// Asked as a changer, the drive tells once what it has to tell.
TEST_F(Standalone, WhatTheDriveReportsIsKeptWhoeverAsked) {
  start_and_settle();
  devices("Desk").alerts(0).push_back({26, AlertSeverity::warning, AlertAbout::drive, "cooling fan"});
  auto const looked = inventory("Desk");
  ASSERT_TRUE(looked);
  EXPECT_EQ(end_of(*looked, 5min).state, RequestState::passed);
  ASSERT_THAT(drive("Desk", 0).record.alerts, SizeIs(1)) << everything();
  EXPECT_EQ(drive("Desk", 0).record.alerts.front().text, "cooling fan");
}

TEST_F(Standalone, NothingIsInjectedByAPort) {
  start_and_settle();
  auto const refused = inject("Desk");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::resource_not_present);
  EXPECT_THAT(refused.error().detail, HasSubstr("by hand"));
}

TEST_F(Standalone, ARestartFindsWhatIsIn) {
  start_and_settle();
  identified("A00001");
  mounted("A00001.0");
  restart();
  ASSERT_TRUE(run_until([this] { return ready("Desk"); }));
  run_for(1min);
  EXPECT_EQ(state(), DriveState::loaded);
  EXPECT_EQ(end_of(dismount("A00001.0"), 5min).state, RequestState::passed);
}

}  // namespace
}  // namespace rsm
