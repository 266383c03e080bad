// A library that is not in the configuration any more: its requests, its media, its operator requests.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RemovedLibrary : public CoreRig {
 protected:
  static emulated::Geometry of_another_type() {
    auto g = one_drive(4, 2, "B");
    g.sides = 2;
    return g;
  }
  // One drive, held by a session: whatever else is asked for waits.
  void busy_library() {
    furnish("A", one_drive(6, 4));
    start_and_settle();
    mounted("A00001");
  }
  void remove(std::string const& library) {
    kill();
    unconfigure(library);
    start();
  }
};

TEST_F(RemovedLibrary, EveryOpenRequestOfItEndsWithAWordAndAllThatConcernThemIsAnswered) {
  busy_library();
  auto const mount_waits = mount("A00002");
  auto const mount_with_limit = mount_within("A00003", 10h);
  auto const injected = inject("A");
  auto const ejected = eject("A00004");
  ASSERT_TRUE(injected && ejected);
  run_for(5s);
  auto const inventoried = inventory("A");
  ASSERT_TRUE(inventoried);
  for (auto id : {mount_waits, mount_with_limit, *injected, *ejected, *inventoried}) ASSERT_TRUE(open(id)) << everything();
  remove("A");
  for (auto id : {mount_waits, mount_with_limit, *injected, *ejected, *inventoried}) {
    auto const ended = request(id);
    EXPECT_EQ(ended.state, RequestState::failed);
    EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::resource_not_available));
    EXPECT_THAT(ended.reason, HasSubstr("library A is not in the configuration any more"));
    EXPECT_EQ(cancel(id).error().code, Errc::object_not_found);
  }
  EXPECT_EQ(stop_inject(*injected).error().code, Errc::invalid_operation);
  EXPECT_THAT(world().requests, IsEmpty());
}

TEST_F(RemovedLibrary, ADeferredDismountOfItEndsToo) {
  busy_library();
  auto const deferred = dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(deferred).state == RequestState::deferred; }));
  remove("A");
  EXPECT_EQ(request(deferred).error, static_cast<std::uint32_t>(Errc::resource_not_available));
}

// Another one takes its media, when a person brings them there.
class RemovedWithAnother : public RemovedLibrary {
 protected:
  void SetUp() override {
    furnish("B", one_drive(4, 2, "B"));
    busy_library();
    waits = mount_within("A00002", 30min);
    waits_too = mount("A00003");
    remove("A");
  }
  RequestId waits, waits_too;
};

TEST_F(RemovedWithAnother, AMountGoesOnThereAndAnOperatorIsAsked) {
  EXPECT_EQ(request(waits).library, library_id("B"));
  auto const questions = asked(OperatorKind::bring_medium);
  ASSERT_THAT(questions, SizeIs(2));
  EXPECT_EQ(questions.front().argument2, library_id("B").guid);
  ASSERT_TRUE(run_until([this] { return ready("B"); }));
  EXPECT_THAT(why(waits), HasSubstr("an operator was asked to bring it"));
}

TEST_F(RemovedWithAnother, ItCanBeCancelled) {
  ASSERT_TRUE(cancel(waits));
  EXPECT_EQ(request(waits).state, RequestState::cancelled);
}

TEST_F(RemovedWithAnother, ARefusalOfTheOperatorEndsIt) {
  for (auto const& question : asked(OperatorKind::bring_medium)) {
    ASSERT_TRUE(answer(question.id, false));
    EXPECT_EQ(request(question.request).error, static_cast<std::uint32_t>(Errc::request_refused));
  }
  EXPECT_THAT(world().requests, IsEmpty());
}

TEST_F(RemovedWithAnother, ItsTimeLimitHolds) {
  auto const ended = end_of(waits, 31min);
  EXPECT_EQ(ended.state, RequestState::cancelled);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::timeout));
  EXPECT_TRUE(open(waits_too));
}

TEST_F(RemovedWithAnother, ItPassesWhenTheMediumIsBrought) {
  ASSERT_TRUE(run_until([this] { return ready("B"); }));
  ASSERT_TRUE(run_until([this] { return world().requests.size() == 2; }));  // B's own media are identified
  auto const taken = *iron("A").hardware.find("A00002").value();
  ASSERT_TRUE(iron("B").hardware.add_cartridge({.name = taken.name, .barcode = taken.barcode, .place = {}, .source = {}, .labels = taken.labels}, now()));
  auto const injected = inject("B");
  put_in_port("B", "A00002");
  EXPECT_EQ(end_of(db::must(injected)).state, RequestState::passed);
  EXPECT_EQ(end_of(waits).state, RequestState::passed) << request(waits).reason;
  EXPECT_EQ(medium("A00002").library, library_id("B"));
}

TEST_F(RemovedWithAnother, ItGoesOnInItsOwnLibraryWhenThatIsThereAgain) {
  kill();
  configure("A");
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  dismount("A00001");
  EXPECT_EQ(end_of(waits).state, RequestState::passed) << request(waits).reason;
  EXPECT_EQ(request(waits).library, library_id("A"));
  EXPECT_THAT(asked(OperatorKind::bring_medium), IsEmpty());
}

TEST_F(RemovedLibrary, ACallOfMoreMediaThanTheOtherOneHasDrivesEnds) {
  furnish("B", one_drive(4, 2, "B"));
  furnish("A", drives(2, 6, 4));
  start_and_settle();
  mounted("A00001");
  auto const both = db::must(mount(mount_of({"A00002", "A00003"})));
  remove("A");
  for (auto const& id : both) {
    EXPECT_EQ(end_of(id).state, RequestState::failed);
    EXPECT_EQ(request(id).error, static_cast<std::uint32_t>(Errc::resource_not_available)) << request(id).reason;
  }
}

// Its two media are brought into two libraries: no one library can serve the call.
TEST_F(RemovedLibrary, ACallWhoseMediaTurnUpApartEnds) {
  furnish("B", drives(2, 4, 1, "B"));
  furnish("C", drives(2, 4, 1, "C"));
  furnish("A", drives(2, 6, 4));
  start_and_settle();
  mounted("A00001");
  auto const both = db::must(mount(mount_of({"A00002", "A00003"})));
  remove("A");
  ASSERT_TRUE(run_until([this] { return ready("B") && ready("C"); }));
  for (auto const& [name, library] : {std::pair{"A00002", "B"}, {"A00003", "C"}}) {
    auto const& taken = *iron("A").hardware.find(name).value();
    ASSERT_TRUE(iron(library).hardware.add_cartridge({.name = taken.name, .barcode = taken.barcode, .place = {}, .source = {}, .labels = taken.labels}, now()));
    auto const injected = inject(library);
    put_in_port(library, name);
    EXPECT_EQ(end_of(db::must(injected)).state, RequestState::passed);
  }
  for (auto const& id : both) {
    EXPECT_EQ(end_of(id, 5min).state, RequestState::failed);
    EXPECT_EQ(request(id).error, static_cast<std::uint32_t>(Errc::invalid_library)) << request(id).reason;
  }
  EXPECT_THAT(asked(OperatorKind::bring_medium), IsEmpty());
}

// ---- its media are offline in every respect

class MediaOfRemoved : public RemovedLibrary {
 protected:
  // A00001 is mounted in drive 0 of A when A goes; B has a drive 0, too.
  void SetUp() override {
    furnish("B", one_drive(4, 2, "B"));
    busy_library();
    remove("A");
    ASSERT_TRUE(run_until([this] { return ready("B"); }));
    settle();
  }
  // The same cartridge in the hand of a person at B.
  void carry_to_b(std::string const& name) {
    auto const& taken = *iron("A").hardware.find(name).value();
    ASSERT_TRUE(iron("B").hardware.add_cartridge({.name = taken.name, .barcode = taken.barcode, .place = {}, .source = {}, .labels = taken.labels}, now()));
  }
};

TEST_F(MediaOfRemoved, AMountAsksTheOperatorAsForAnyOfflineMedium) {
  for (std::string const name : {"A00001", "A00002"}) {  // was in a drive, was in a slot
    auto const waits = mount(name);
    run_for(5min);
    EXPECT_TRUE(open(waits)) << request(waits).reason;
    EXPECT_THAT(why(waits), HasSubstr("an operator was asked to bring it"));
  }
  EXPECT_THAT(asked(OperatorKind::bring_medium), SizeIs(2));
}

TEST_F(MediaOfRemoved, WhoWantsAnErrorGetsIt) {
  for (std::string const name : {"A00001", "A00002"}) {
    auto wanted = mount_of({name});
    wanted.error_if_offline = true;
    EXPECT_EQ(mount(wanted).error().code, Errc::media_offline) << name;
  }
}

TEST_F(MediaOfRemoved, WhereNoLibraryTakesItIsSaidAtOnce) {
  kill();
  unconfigure("B");
  furnish("C", of_another_type());
  start_and_settle();
  EXPECT_EQ(mount(mount_of({"A00001"})).error().code, Errc::resource_not_available);
  EXPECT_EQ(mount(mount_of({"A00002"})).error().code, Errc::resource_not_available);
}

TEST_F(MediaOfRemoved, WhatIsNotMountedCannotBeDismountedOrEjected) {
  EXPECT_EQ(eject("A00001").error().code, Errc::library_offline);
  EXPECT_EQ(eject("A00002").error().code, Errc::library_offline);
  DismountCall wanted{.key = {}, .media = {medium("A00001").sides.front().id.guid}};
  auto const refused = call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); });
  EXPECT_EQ(refused.error().code, Errc::media_offline);
}

// A place is a library and an element: drive 0 of the one is not drive 0 of the other.
TEST_F(MediaOfRemoved, ADriveOfTheSameNumberIsLeftAlone) {
  auto const before = devices("B").seen.size();
  mount("A00001");
  run_for(10min);
  EXPECT_EQ(devices("B").seen.size(), before) << devices("B").seen.back().what;
  EXPECT_EQ(drive("B", 0).record.condition.state, OperationalState::ready);
  mounted("B00001");
}

TEST_F(MediaOfRemoved, WhatIsBroughtIsKnownAndMovesOver) {
  for (std::string const name : {"A00001", "A00002"}) {
    auto const before = medium(name);
    auto const waits = mount(name);
    carry_to_b(name);
    auto const injected = inject("B");
    put_in_port("B", name);
    EXPECT_EQ(end_of(db::must(injected)).state, RequestState::passed);
    EXPECT_EQ(end_of(waits).state, RequestState::passed) << request(waits).reason;
    EXPECT_EQ(medium(name).id, before.id) << "the same medium, and no second one";
    EXPECT_EQ(medium(name).library, library_id("B"));
    dismount(name);
    settle();
  }
  EXPECT_THAT(asked(OperatorKind::bring_medium), IsEmpty());
}

// Nobody waits for it, and its bar code cannot be read: its label alone says which medium it is.
TEST_F(MediaOfRemoved, WhatComesInWithoutABarCodeIsKnownByItsLabel) {
  auto const before = medium("A00002");
  auto const media = manager().media_in(library_id("B"));
  auto const& taken = *iron("A").hardware.find("A00002").value();
  ASSERT_TRUE(iron("B").hardware.add_cartridge({.name = taken.name, .barcode = {}, .place = {}, .source = {}, .labels = taken.labels}, now()));
  auto const injected = inject("B");
  put_in_port("B", "A00002");
  EXPECT_EQ(end_of(db::must(injected)).state, RequestState::passed) << request(*injected).reason;
  settle();
  auto const after = db::must(manager().find_medium(before.id)).value();
  EXPECT_EQ(after.library, library_id("B"));
  EXPECT_EQ(after.barcode, before.barcode) << "an unreadable one changes nothing";
  EXPECT_EQ(manager().media_in(library_id("B")), media + 1) << "and no second, unknown medium";
}

TEST_F(MediaOfRemoved, WithTheLibraryTheyComeBack) {
  kill();
  configure("A");
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded) << "in use all the time";
  EXPECT_EQ(place_of("A00002"), "slot 1");
  dismount("A00001");
  mounted("A00002");
}

// It waited in another library, and the medium turned up in its own.
TEST_F(MediaOfRemoved, AMountThatWaitsFindsItsMediumWhereverItTurnsUp) {
  auto const waits = mount("A00002");
  run_for(1min);
  EXPECT_EQ(request(waits).library, library_id("B"));
  kill();
  configure("A");
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  dismount("A00001");
  EXPECT_EQ(end_of(waits).state, RequestState::passed) << request(waits).reason;
  EXPECT_EQ(request(waits).library, library_id("A"));
}

TEST_F(MediaOfRemoved, WhichWasAskedForInADriveOfAnotherCannotBeServedThere) {
  auto wanted = mount_of({"A00002"});
  wanted.drives = {drive("B", 0).record.id};
  auto const waits = db::must(mount(wanted)).front();
  run_for(1min);
  ASSERT_TRUE(open(waits));
  kill();
  configure("A");
  start();
  EXPECT_EQ(end_of(waits, 5min).error, static_cast<std::uint32_t>(Errc::drive_media_mismatch));
}

TEST_F(MediaOfRemoved, ACallOfSeveralMediaGoesOnWithAllOfThem) {
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives.push_back({.identity = {"OPENRSM", "EMULATED DRIVE", "second", "1"}}); });
  refit("B", [](emulated::HardwareState& state) { state.drives.push_back({.identity = {"OPENRSM", "EMULATED DRIVE", "second", "1"}}); });
  start();
  ASSERT_TRUE(run_until([this] { return ready("B"); }));
  auto const waits = db::must(mount(mount_of({"A00002", "A00003"})));
  run_for(1min);
  kill();
  configure("A");
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  dismount("A00001");
  for (auto id : waits) EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
}

}  // namespace
}  // namespace rsm
