// The door of a library: unlocked for a person, waited for, and everything looked at when it was closed.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Door : public CoreRig {
 protected:
  Result<RequestId> ask(DoorAction action = DoorAction::default_method, std::string const& name = "A") {
    DoorCall const wanted{{}, library_id(name), action};
    auto ids = this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); });
    if (!ids) return std::unexpected(ids.error());
    return ids->front();
  }
  RequestId unlocked(DoorAction action = DoorAction::default_method) {
    auto const id = db::must(ask(action));
    EXPECT_TRUE(run_until([&] { return hardware().state().door_locked == false; }, 10min)) << everything();
    return id;
  }
  emulated::Hardware& hardware() { return iron("A").hardware; }
  void opens() { db::must(hardware().set_door(true, now())); }
  void closes() { db::must(hardware().set_door(false, now())); }
  DoorRecord const& door() { return library("A").doors.begin()->second; }
  std::uint64_t moves() { return hardware().state().moves; }
};

TEST_F(Door, APersonExchangesCartridgesAndTheLibraryIsLookedAt) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked();
  EXPECT_EQ(request(id).state, RequestState::inprocess);
  EXPECT_THAT(why(id), testing::AllOf(HasSubstr("unlocked"), HasSubstr("is in process for")));
  opens();
  ASSERT_TRUE(run_until([&] { return door().state == DoorState::open; }, 1min)) << everything();
  db::must(hardware().hand_move({ElementKind::slot, 0}, {ElementKind::slot, 5}, now()));
  run_for(10s);
  EXPECT_TRUE(open(id));
  EXPECT_THAT(manager().attention(), testing::ElementsAre("the door of A is open: close it when you are done")) << "once";
  EXPECT_THAT(why(id), HasSubstr("Next: it goes on by itself when that is done."));
  closes();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  settle();
  EXPECT_EQ(door().state, DoorState::closed);
  EXPECT_EQ(place_of("A00001"), "slot 5");
  EXPECT_EQ(hardware().state().door_locked, true);
  EXPECT_FALSE(hardware().set_door(true, now())) << "it is locked again";
}

TEST_F(Door, WhatCouldNotBeLockedIsTriedAgainAfterAPause) {
  furnish("A", one_drive(6, 3));
  start();
  int refused = 0;
  devices("A").refuse = [&](auto const& seen) -> std::optional<Error> {
    if (seen.what != "lock door" || refused == 3) return std::nullopt;
    ++refused;
    return Error{Errc::not_ready, "the changer", "it is looking at its slots"};
  };
  EXPECT_TRUE(run_until([&] { return hardware().state().door_locked == true; }, 1min)) << everything();
  EXPECT_EQ(refused, 3);
  run_for(1min);
  EXPECT_EQ(devices("A").count("lock door"), 4U) << "once it is locked it stays so";
}

TEST_F(Door, NothingMovesWhileSomebodyMayReachIn) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked();
  auto const before = moves();
  auto const tried = devices("A").count("move");
  auto const wanted = mount("A00002");
  run_for(1min);
  opens();
  run_for(2min);
  EXPECT_EQ(moves(), before);
  EXPECT_EQ(devices("A").count("move"), tried) << "none was even tried";
  EXPECT_THAT(why(wanted), HasSubstr("door"));
  closes();
  EXPECT_EQ(end_of(id).state, RequestState::passed);
  EXPECT_EQ(end_of(wanted).state, RequestState::passed) << everything();
}

TEST_F(Door, OneThatStaysOpenHasAPersonTold) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked();
  opens();
  run_for(4min);
  EXPECT_THAT(asked(OperatorKind::door_open), IsEmpty());
  run_for(2min);
  ASSERT_THAT(asked(OperatorKind::door_open), SizeIs(1)) << everything();
  closes();
  EXPECT_EQ(end_of(id).state, RequestState::passed);
  EXPECT_THAT(asked(OperatorKind::door_open), IsEmpty()) << "it ends when the door is closed";
}

TEST_F(Door, OneThatNobodyOpensCountsAsClosed) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked();
  auto const ended = end_of(id, 10min);
  EXPECT_EQ(ended.state, RequestState::passed) << ended.reason;
  EXPECT_EQ(hardware().state().door_locked, true);
}

TEST_F(Door, WithoutAnInventoryNoneFollows) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked(DoorAction::none);
  opens();
  run_for(10s);
  closes();
  EXPECT_EQ(end_of(id).reason, "the door is closed");
}

TEST_F(Door, ItIsLockedAgainWhenTheRequestIsCancelled) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked();
  run_for(10s);
  ASSERT_TRUE(cancel(id));
  ASSERT_TRUE(run_until([&] { return hardware().state().door_locked == true; }, 1min));
  auto const next = unlocked();
  opens();
  run_for(10s);
  EXPECT_EQ(cancel(next).error().code, Errc::access_denied) << "a person has it open";
  closes();
  EXPECT_EQ(end_of(next).state, RequestState::passed);
}

TEST_F(Door, ADaemonThatDiesMeanwhileGoesOnWaiting) {
  furnish("A", one_drive(6, 3));
  start_and_settle();
  auto const id = unlocked();
  opens();
  run_for(10s);
  restart();
  run_for(1min);
  EXPECT_TRUE(open(id)) << everything();
  closes();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  settle();
}

TEST_F(Door, WhoHasNoneSaysSo) {
  furnish_by_hand("A", one_drive(2, 1));
  start_and_settle();
  EXPECT_EQ(ask().error().code, Errc::resource_not_present);
}

}  // namespace
}  // namespace rsm
