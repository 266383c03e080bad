// A cartridge that cannot be loaded, and one that cannot be got out: who is to blame, and who goes on.
#include "libmgr/machines/limits.hpp"
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BadCartridge : public CoreRig {
 protected:
  void furnished(std::uint32_t number_of_drives) {
    furnish("A", drives(number_of_drives, 6, 4));
    start_and_settle();
  }
  void never_loads(std::string const& cartridge) { plant("A", {.kind = FaultKind::load_fails, .cartridge = cartridge, .count = 0}); }
  // The drive never says what became of the load of this cartridge.
  void never_answers(std::string const& cartridge, Errc code = Errc::timeout) {
    devices("A").refuse = [this, cartridge, code](WatchedDevices::Seen const& seen) -> std::optional<Error> {
      auto const* inside = iron("A").hardware.in(seen.device);
      if (seen.what != "load" || inside == nullptr || inside->name != cartridge) return {};
      return Error{code, seen.device.text(), "it does not say what it did"};
    };
  }
  // Rediscovered: a new one, not identified yet.
  void found_new(std::string const& cartridge) {
    cut_new("A", cartridge);
    db::must(iron("A").hardware.hand_put(cartridge, {ElementKind::slot, 5}, now()));
    end_of(db::must(inventory("A")));
  }
  std::size_t loads() { return loads(0) + loads(1); }
  std::size_t loads(std::uint32_t number) { return devices("A").count("load", {ElementKind::drive, number}); }
};

TEST_F(BadCartridge, TheSecondTryIsInAnotherDrive) {
  furnished(2);
  never_loads("A00002");
  auto const before = std::pair(loads(0), loads(1));
  auto const ended = end_of(mount("A00002"));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::unable_to_load_medium));
  EXPECT_GE(loads(0), before.first + 1);
  EXPECT_GE(loads(1), before.second + 1);
  EXPECT_EQ(loads(0) + loads(1), before.first + before.second + limits::request_attempts_max);
}

TEST_F(BadCartridge, ItIsPutBackAndMarkedAndNoDriveIsBlamed) {
  furnished(2);
  never_loads("A00002");
  end_of(mount("A00002"));
  settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
  std::string reason;
  EXPECT_EQ(manager().media_state(medium("A00002"), &reason), MediaState::operror);
  EXPECT_THAT(reason, HasSubstr("could not be loaded"));
  for (std::uint32_t n : {0U, 1U}) EXPECT_EQ(drive("A", n).record.condition.state, OperationalState::ready);
  EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty());
}

TEST_F(BadCartridge, WithOneDriveTheLibraryGoesOn) {
  furnished(1);
  never_loads("A00002");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(end_of(mount("A00002")).state, RequestState::failed);
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::ready) << "nine failures with one cartridge";
  mounted("A00001");
}

TEST_F(BadCartridge, TheMarkGoesWhenItLoads) {
  furnished(1);
  never_loads("A00002");
  end_of(mount("A00002"));
  heal("A");
  mounted("A00002");
  dismount("A00002");
  settle();
  EXPECT_EQ(manager().media_state(medium("A00002"), nullptr), MediaState::idle);
}

TEST_F(BadCartridge, ADriveThatFailsWithDifferentCartridgesNeedsService) {
  furnished(1);
  plant("A", {.kind = FaultKind::load_fails, .count = 0});
  for (std::string const name : {"A00001", "A00002", "A00003"}) mount(name);
  ASSERT_TRUE(run_until([this] { return drive("A", 0).record.condition.state == OperationalState::needs_service; })) << everything();
  EXPECT_THAT(asked(OperatorKind::drive_service), SizeIs(1));
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("drive 0 of A needs service")));
}

// Of a drive that is off nothing is known to the arm but that it cannot go there.
class DeadDrive : public BadCartridge {
 protected:
  void dies(std::uint32_t number) { plant("A", {.kind = FaultKind::drive_dies, .element = Element{ElementKind::drive, number}}); }
  bool needs_service(std::uint32_t number) { return drive("A", number).record.condition.state == OperationalState::needs_service; }
};

TEST_F(DeadDrive, AnEmptyOneNeedsServiceAtOnceAndItsMountWaitsForAnother) {
  furnished(2);
  mounted("A00001");
  auto const taken = world().drive_of(medium("A00001").id)->record.number;
  dies(1 - taken);
  auto const first = mount("A00002"), second = mount("A00003");
  auto const before = devices("A").count("move");
  ASSERT_TRUE(run_until([&] { return needs_service(1 - taken); }, 5min)) << everything();
  EXPECT_THAT(drive("A", 1 - taken).record.condition.reason, HasSubstr("does not answer"));
  run_for(1h);
  EXPECT_TRUE(open(first) && open(second)) << everything();
  EXPECT_THAT(why(first), HasSubstr("needs service"));
  EXPECT_LE(devices("A").count("move"), before + limits::move_attempts_max) << "nobody is sent there again";
  end_of(dismount("A00001"));
  EXPECT_EQ(end_of(first).state, RequestState::passed) << "it has kept its place";
  EXPECT_TRUE(open(second));
}

TEST_F(DeadDrive, WhenItAnswersAgainItComesBackByItself) {
  furnished(1);
  dies(0);
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([&] { return needs_service(0); }, 5min)) << everything();
  run_for(10min);
  heal("A");
  EXPECT_EQ(end_of(id, 5min).state, RequestState::passed) << everything();
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::ready);
}

TEST_F(DeadDrive, OneThatAPersonHasDisabledStaysSo) {
  furnished(2);
  dies(0);
  mount("A00002");
  end_of(db::must(inventory("A")));
  ASSERT_TRUE(run_until([&] { return needs_service(0); }, 5min)) << everything();
  auto const id = drive("A", 0).record.id.guid;
  db::must(call([&](Manager& m, Caller who, Reply<Ids> reply) { m.submit(who, SwitchCall{{}, ObjectType::drive, id, false}, std::move(reply)); }));
  heal("A");
  run_for(10min);
  EXPECT_FALSE(drive("A", 0).record.enabled);
  auto const waits = mount("A00003");
  run_for(10min);
  EXPECT_TRUE(open(waits)) << "the other one is taken";
}

TEST_F(BadCartridge, OneThatHasFailedInADriveWaitsForAnotherOne) {
  furnished(2);
  mounted("A00001");
  auto const taken = world().drive_of(medium("A00001").id)->record.number;
  plant("A", {.kind = FaultKind::load_fails, .element = Element{ElementKind::drive, 1 - taken}, .count = 0});
  auto const id = mount("A00002");
  auto const before = loads(1 - taken);
  run_for(1h);
  EXPECT_EQ(loads(1 - taken), before + 1) << everything();
  EXPECT_THAT(why(id), HasSubstr("could not load it"));
  end_of(dismount("A00001"));
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
}

TEST_F(BadCartridge, ADriveThatFailsWithTwoWhileAnotherOneLoadsNeedsService) {
  furnished(2);
  mounted("A00001");
  auto const bad = 1 - world().drive_of(medium("A00001").id)->record.number;
  plant("A", {.kind = FaultKind::load_fails, .element = Element{ElementKind::drive, bad}, .count = 0});
  auto const first = mount("A00002"), second = mount("A00003");
  ASSERT_TRUE(run_until([&] { return drive("A", bad).record.condition.state == OperationalState::needs_service; }, 10min)) << everything();
  EXPECT_THAT(asked(OperatorKind::drive_service), SizeIs(1));
  end_of(dismount("A00001"));
  EXPECT_EQ(end_of(first).state, RequestState::passed);
  end_of(dismount("A00002"));
  EXPECT_EQ(end_of(second).state, RequestState::passed);
  run_for(10min);
  EXPECT_EQ(drive("A", bad).record.condition.state, OperationalState::needs_service) << "it answers, and waits for a person";
}

TEST_F(BadCartridge, TwoThatFailInEveryDriveCondemnNone) {
  furnished(3);
  mounted("A00001");
  for (auto const* name : {"A00002", "A00003"}) never_loads(name);
  auto const one = mount("A00002"), other = mount("A00003");
  EXPECT_EQ(end_of(one).state, RequestState::failed);
  EXPECT_EQ(end_of(other).state, RequestState::failed);
  settle();
  EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty()) << everything();
  for (std::uint32_t n : {0U, 1U, 2U}) EXPECT_EQ(drive("A", n).record.condition.state, OperationalState::ready);
}

TEST_F(BadCartridge, OneThatCannotBeReadWhenItIsFoundIsPutBackMarkedAndNotTriedForEver) {
  furnish("A", one_drive(6, 4));
  never_loads("A00002");
  start_and_settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
  std::string reason;
  EXPECT_EQ(manager().media_state(medium("A00002"), &reason), MediaState::operror);
  EXPECT_THAT(reason, HasSubstr("could not be identified"));
  auto const tries = loads(0);
  run_for(30min);
  EXPECT_EQ(loads(0), tries);
  mounted("A00003");
}

TEST_F(BadCartridge, OneWhoseLoadIsNeverAnsweredIsNotTriedForEverWhenItIsFound) {
  for (auto const code : {Errc::timeout, Errc::device_not_available}) {
    std::string const name = code == Errc::timeout ? "X00001" : "X00002";
    if (code == Errc::timeout) furnished(2);
    never_answers(name, code);
    auto const before = loads();
    found_new(name);
    settle();
    EXPECT_EQ(loads(), before + limits::unanswered_attempts_max) << everything();
    std::string reason;
    EXPECT_EQ(manager().media_state(medium(name), &reason), MediaState::operror);
    EXPECT_THAT(reason, HasSubstr("could not be identified"));
    ASSERT_THAT(asked(OperatorKind::bad_cartridge), SizeIs(1));
    EXPECT_EQ(asked(OperatorKind::bad_cartridge).front().argument1, medium(name).id.guid);
    for (std::uint32_t n : {0U, 1U}) EXPECT_EQ(drive("A", n).record.condition.state, OperationalState::ready) << everything();
    run_for(2h);
    EXPECT_EQ(loads(), before + limits::unanswered_attempts_max);
    mounted("A00003");
    end_of(dismount("A00003"));
    devices("A").refuse = {};
    db::must(iron("A").hardware.hand_take({ElementKind::slot, 5}, now()));
    end_of(db::must(inventory("A")));
    EXPECT_THAT(asked(OperatorKind::bad_cartridge), IsEmpty()) << "it has left the library";
  }
}

TEST_F(BadCartridge, OneThatCouldNotBeIdentifiedIsTriedInBothDrives) {
  furnished(2);
  plant("A", {.kind = FaultKind::load_fails, .element = Element{ElementKind::drive, 0}, .count = 0});
  plant("A", {.kind = FaultKind::load_fails, .element = Element{ElementKind::drive, 1}, .count = 2});
  found_new("X00001");
  settle();
  EXPECT_GE(loads(0), 1U);
  EXPECT_GE(loads(1), 1U);
}

// It is missed while its drive waits for the arm to bring it.
TEST_F(BadCartridge, OneThatHasLeftBeforeItCouldBeReadIsNotToBlame) {
  furnished(2);
  for (std::uint32_t slot : {4U, 5U}) {
    std::string const name = "X0000" + std::to_string(slot);
    cut_new("A", name);
    db::must(iron("A").hardware.hand_put(name, {ElementKind::slot, slot}, now()));
  }
  plant("A", {.kind = FaultKind::jam_moved, .cartridge = "X00004"});
  end_of(db::must(inventory("A")));
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 5}, now()));
  settle();
  EXPECT_EQ(place_of("X00005"), "offline") << everything();
  EXPECT_EQ(medium("X00005").trouble, "");
  EXPECT_THAT(asked(OperatorKind::bad_cartridge), IsEmpty());
}

TEST_F(BadCartridge, APersonWhoHasLookedHasItTriedAgain) {
  furnished(1);
  never_answers("X00001");
  found_new("X00001");
  settle();
  ASSERT_THAT(asked(OperatorKind::bad_cartridge), SizeIs(1)) << everything();
  EXPECT_TRUE(answer(asked(OperatorKind::bad_cartridge).front().id, true));
  settle();
  ASSERT_THAT(asked(OperatorKind::bad_cartridge), SizeIs(1)) << "it was tried again, and is asked again";
  devices("A").refuse = {};
  EXPECT_TRUE(answer(asked(OperatorKind::bad_cartridge).front().id, true));
  settle();
  EXPECT_EQ(medium("X00001").sides.front().state, SideState::import);
  EXPECT_EQ(medium("X00001").trouble, "");
  EXPECT_THAT(asked(OperatorKind::bad_cartridge), IsEmpty());
}

TEST_F(BadCartridge, AMountWhoseLoadIsNeverAnsweredEnds) {
  furnished(2);
  never_answers("A00002");
  auto const before = std::pair(loads(0), loads(1));
  auto const ended = end_of(mount("A00002"));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::unable_to_load_medium));
  EXPECT_EQ(loads(), before.first + before.second + limits::unanswered_attempts_max);
  EXPECT_GE(loads(0), before.first + 1);
  EXPECT_GE(loads(1), before.second + 1);
  settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_THAT(asked(OperatorKind::bad_cartridge), SizeIs(1));
  for (std::uint32_t n : {0U, 1U}) EXPECT_EQ(drive("A", n).record.condition.state, OperationalState::ready) << everything();
  devices("A").refuse = {};
  mounted("A00002");
  run_for(1s);
  EXPECT_THAT(asked(OperatorKind::bad_cartridge), IsEmpty()) << "it ends when it loads";
}

// Nothing else can come into the drive, and nobody waits for it for ever.
TEST_F(BadCartridge, ADriveThatNeverSaysItIsOutOfUseNeedsService) {
  furnished(2);
  kill();
  db::must(iron("A").hardware.hand_move({ElementKind::slot, 1}, {ElementKind::drive, 0}, now()));
  auto const loaded_at = db::must(iron("A").hardware.begin_load(0, now()));
  run_for(loaded_at - now());
  db::must(iron("A").hardware.finish_load(0, now()));
  start();
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what != "dismount" || seen.device.number != 0) return {};
    return Error{Errc::timeout, "drive 0", "it took longer than 120 s"};
  };
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::drive_service).empty(); }, 1h)) << everything();
  auto const tries = devices("A").count("dismount", {ElementKind::drive, 0});
  EXPECT_EQ(tries, limits::drive_errors_in_a_row_max);
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::needs_service);
}

// It says that it has let go of it, and the arm does not get it all the same.
TEST_F(BadCartridge, WhatCannotBeTakenOutIsTriedAFewTimesAndAPersonIsTold) {
  furnished(2);
  mounted("A00002");
  auto const number = world().drive_of(medium("A00002").id)->record.number;
  plant("A", {.kind = FaultKind::jam_not_moved, .element = Element{ElementKind::drive, number}, .count = 0});
  auto const id = dismount("A00002");
  run_for(1min);
  mounted("A00001");  // so it is not the arm
  ASSERT_TRUE(run_until([&] { return drive("A", number).record.condition.state == OperationalState::needs_service; }, 1h)) << everything();
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("needs service: taking the cartridge out")));
  EXPECT_THAT(asked(OperatorKind::drive_service), SizeIs(1));
  auto const unloads = devices("A").count("unload", {ElementKind::drive, number});
  run_for(10min);
  EXPECT_EQ(devices("A").count("unload", {ElementKind::drive, number}), unloads) << "it is left alone until a person has been there";
  heal("A");
  db::must(enable_drive("A", number));
  end_of(id);
  settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty());
}

// The drive holds on to it: whatever it was that came, nothing else can come now.
TEST_F(BadCartridge, ADriveThatDoesNotGiveItBackIsTriedAFewTimesAndAPersonIsTold) {
  furnished(2);
  mounted("A00002");
  auto const number = world().drive_of(medium("A00002").id)->record.number;
  plant("A", {.kind = FaultKind::unload_fails, .element = Element{ElementKind::drive, number}, .count = 0});
  auto const id = dismount("A00002");
  ASSERT_TRUE(run_until([&] { return drive("A", number).record.condition.state == OperationalState::needs_service; }, 10min)) << everything();
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("needs service: unloading")));
  EXPECT_THAT(asked(OperatorKind::drive_service), SizeIs(1));
  EXPECT_THAT(why(id), HasSubstr("does not let cartridge A00002 go"));
  mounted("A00001");  // in the other one
  heal("A");
  db::must(enable_drive("A", number));
  EXPECT_EQ(end_of(id).state, RequestState::passed);
}

}  // namespace
}  // namespace rsm
