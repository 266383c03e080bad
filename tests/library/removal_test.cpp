// Drives and libraries whose records are deleted: when it is allowed, what becomes of what was in them, and how they come back.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Removal : public CoreRig {
 protected:
  Result<> done(std::function<void(Manager&, Caller, Reply<>)> send) {
    std::optional<Result<>> answer;
    call([&](Manager& manager, Caller who, Reply<Ids> reply) {
      session = who;
      send(manager, who, [&answer, reply = std::move(reply)](Result<> result) mutable {
        answer = result;
        reply(Ids{});
      });
    });
    run_until([&] { return answer.has_value(); }, 1min);
    return answer.value_or(fail(Errc::internal_error, "removal", "no answer"));
  }
  Result<> remove_library(LibraryId id) {
    return done([id](Manager& manager, Caller who, Reply<> reply) { manager.remove_library(who, id, std::move(reply)); });
  }
  Result<> remove_drive(DriveId id) {
    return done([id](Manager& manager, Caller who, Reply<> reply) { manager.remove_drive(who, id, std::move(reply)); });
  }
  Errc code(Result<> const& result) { return result ? Errc::success : result.error().code; }
  void vanish(std::string const& library) {
    kill();
    unconfigure(library);
    start();
  }
  bool erased(ObjectType type, Guid id) {
    return std::ranges::any_of(all_events(), [&](Event const& event) { return event.type == type && event.object == id && event.kind == EventKind::erase; });
  }
  Caller session;
};

TEST_F(Removal, OnlyWhatIsNotThereMayBeDeleted) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const library = library_id("A");
  auto const drive_id = drive("A", 0).record.id;
  EXPECT_EQ(code(remove_library(library)), Errc::invalid_state);
  EXPECT_EQ(code(remove_drive(drive_id)), Errc::invalid_state);
  EXPECT_EQ(code(remove_library(world().offline_library)), Errc::invalid_library);
  EXPECT_EQ(code(remove_library(LibraryId{drive_id.guid})), Errc::invalid_library);
  EXPECT_EQ(code(remove_drive(DriveId{library.guid})), Errc::invalid_drive);
  vanish("A");
  caller.administrator = false;
  EXPECT_EQ(code(remove_library(library)), Errc::access_denied);
  EXPECT_EQ(code(remove_drive(drive_id)), Errc::access_denied);
  std::optional<Result<>> answer;
  manager().remove_library({.administrator = true}, library, [&](Result<> result) { answer = result; });
  ASSERT_TRUE(answer);
  EXPECT_EQ(code(*answer), Errc::invalid_handle) << "no session";
  EXPECT_NE(world().library(library), nullptr) << "nothing has changed";
}

TEST_F(Removal, ALibraryTakesAllOfItAlongAndItsMediaAreOffline) {
  furnish("A", drives(2, 600, 3));
  start_and_settle();
  mounted("A00001");
  auto const library = library_id("A");
  auto const one_slot = this->library("A").slots.begin()->second.id;
  auto const one_drive_of_it = drive("A", 0).record.id;
  auto const port = this->library("A").ports.begin()->second.id;
  auto const changer = this->library("A").changers.front().id;
  auto const cartridge = medium("A00002").id;
  auto const type = medium("A00002").type;
  vanish("A");
  ASSERT_EQ(code(remove_library(library)), Errc::success);
  EXPECT_EQ(world().library(library), nullptr);
  EXPECT_EQ(world().drive(one_drive_of_it), nullptr);
  for (auto const& name : {"A00001", "A00002", "A00003"}) {
    EXPECT_TRUE(medium(name).offline()) << name;
    EXPECT_FALSE(medium(name).home_slot) << name;
    EXPECT_TRUE(medium(name).library.is_zero()) << name;
  }
  EXPECT_EQ(manager().media_in(world().offline_library), 3u);
  for (auto const& [kind, id] : std::vector<std::pair<ObjectType, Guid>>{{ObjectType::library, library.guid},
                                                                         {ObjectType::slot, one_slot.guid},
                                                                         {ObjectType::drive, one_drive_of_it.guid},
                                                                         {ObjectType::port, port.guid},
                                                                         {ObjectType::changer, changer.guid}})
    EXPECT_TRUE(erased(kind, id)) << word(kind);
  EXPECT_NE(world().pool_by_path("Free\\" + world().media_types.at(type).name), nullptr) << "there are media of the type";
  EXPECT_THAT(events_of(cartridge.guid).back().reason, HasSubstr("its library was deleted by alice"));
  EXPECT_EQ(code(remove_library(library)), Errc::invalid_library) << "there is none any more";
  restart();
  EXPECT_EQ(world().library(library), nullptr) << "nor after a restart";
  EXPECT_TRUE(medium("A00003").offline());
}

TEST_F(Removal, NoSlotHoldsWhatIsOfflineAlready) {
  furnish("A", drives(1, 600, 3));
  start_and_settle();
  auto const library = library_id("A");
  vanish("A");
  std::string held;
  std::size_t looks = 0;
  manager().on_events([&](std::uint64_t) {
    auto const* entry = world().library(library);
    if (entry == nullptr) return;
    ++looks;
    for (auto const& [number, slot] : entry->slots)
      if (auto const inside = manager().find_medium(slot.medium); slot.medium && inside && *inside && (*inside)->offline()) held = name_of(**inside);
  });
  ASSERT_EQ(code(remove_library(library)), Errc::success);
  EXPECT_GE(looks, 2U) << "it is deleted in several bites";
  EXPECT_EQ(held, "");
}

TEST_F(Removal, ItsUnfinishedRequestsAreCancelled) {
  furnish("A", one_drive(4, 2));
  furnish("B", one_drive(4, 2, "B"));
  start_and_settle();
  auto const library = library_id("A");
  vanish("A");
  auto const waits = mount("A00002");
  ASSERT_TRUE(open(waits));
  auto const in = request(waits).library;
  ASSERT_EQ(code(remove_library(library)), Errc::success);
  if (in == library) {
    EXPECT_EQ(request(waits).state, RequestState::cancelled);
    EXPECT_EQ(request(waits).error, static_cast<std::uint32_t>(Errc::cancelled));
  } else {
    EXPECT_TRUE(open(waits)) << "it waits in another library that takes its media, and that is still there";
  }
}

TEST_F(Removal, ALibraryThatIsConfiguredAgainIsANewOneAndFindsItsMedia) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const library = library_id("A");
  auto const cartridge = medium("A00001").id;
  vanish("A");
  ASSERT_EQ(code(remove_library(library)), Errc::success);
  kill();
  configure("A");
  start_and_settle();
  EXPECT_NE(library_id("A"), library) << "an id is never used again";
  EXPECT_EQ(medium("A00001").id, cartridge) << "the cartridge is the one that was known";
  EXPECT_FALSE(medium("A00001").offline());
  mounted("A00001");
}

TEST_F(Removal, ADriveThatItsLibraryDoesNotShowGoesAndComesBackAsANewOne) {
  furnish("A", drives(2, 4, 2));
  start_and_settle();
  auto const gone = drive("A", 1).record.id;
  auto const removed_drive = iron("A").hardware.state().drives.back();
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives.pop_back(); });
  start_and_settle();
  ASSERT_EQ(world().drive(gone)->record.condition.state, OperationalState::not_present);
  ASSERT_EQ(code(remove_drive(gone)), Errc::success);
  EXPECT_EQ(world().drive(gone), nullptr);
  EXPECT_THAT(library("A").drives, SizeIs(1));
  EXPECT_TRUE(erased(ObjectType::drive, gone.guid));
  mounted("A00001");
  kill();
  refit("A", [&](emulated::HardwareState& state) { state.drives.push_back(removed_drive); });
  start_and_settle();
  ASSERT_THAT(library("A").drives, SizeIs(2));
  EXPECT_NE(drive("A", 1).record.id, gone);
}

TEST_F(Removal, TheDriveOfAStandaloneLibraryTakesItsLibraryAlong) {
  furnish_by_hand("Desk", one_drive(4, 3));
  start_and_settle();
  auto const library = library_id("Desk");
  auto const its_drive = drive("Desk", 0).record.id;
  vanish("Desk");
  ASSERT_EQ(code(remove_drive(its_drive)), Errc::success);
  EXPECT_EQ(world().drive(its_drive), nullptr);
  EXPECT_EQ(world().library(library), nullptr);
}

// ---- what is ejected, by the computer's policies

class EjectPolicies : public CoreRig {
 protected:
  void policy(std::uint32_t wanted) {
    std::optional<Result<Guid>> answer;
    call([&](Manager& manager, Caller who, Reply<Ids> reply) {
      SetObjectCall set;
      set.type = ObjectType::computer;
      set.id = world().computer.id.guid;
      set.media_pool_policy = wanted;
      manager.change(who, set, [&answer, reply = std::move(reply)](Result<Guid> result) mutable {
        answer = result;
        reply(Ids{});
      });
    });
    ASSERT_TRUE(answer && *answer);
  }
  // A person takes it from the port.
  void taken_out(std::string const& name) {
    auto const out = eject(name);
    ASSERT_TRUE(out);
    run_until([&] { return iron("A").hardware.port_take(0, now()).has_value(); }, 5min);
    EXPECT_EQ(end_of(*out).state, RequestState::passed);
  }
  std::string pool_of(std::string const& name) { return world().pool(medium(name).pool)->path; }
};

TEST_F(EjectPolicies, ImportMediaAreForgottenUnlessTheyAreToBeKept) {
  furnish("A", one_drive(4, 3));
  start_and_settle();
  ASSERT_THAT(pool_of("A00001"), HasSubstr("Import"));
  taken_out("A00001");
  EXPECT_FALSE(known("A00001"));
  policy(media_policy::keep_offline_import);
  taken_out("A00002");
  ASSERT_TRUE(known("A00002"));
  EXPECT_TRUE(medium("A00002").offline());
}

}  // namespace
}  // namespace rsm
