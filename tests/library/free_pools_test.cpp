// Media that become free: brought to a drive, looked at, labelled, and given to whoever waits for one.
#include "libmgr/domain/free_label.hpp"
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using enum SideState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class FreePools : public CoreRig {
 protected:
  void furnished(std::uint32_t sides = 1, std::uint32_t drive_count = 1) {
    auto geometry = drives(drive_count, 8, 4);
    geometry.sides = sides;
    furnish("A", geometry);
    start_and_settle();
    daily = PoolId{db::must(change(CreatePoolCall{"Daily", medium("A00001").type, PoolAction::create_new}))};
  }
  Result<Guid> change(CatalogCall call) {
    std::optional<Result<Guid>> heard;
    manager().change(caller, std::move(call), [&](Result<Guid> result) { heard = std::move(result); });
    run_until([&] { return heard.has_value(); }, 10s);
    return heard.value_or(fail(Errc::io_pending, "the call", "it was not answered"));
  }
  PoolId free_pool() {
    for (auto const& [id, pool] : world().pools)
      if (pool.type == PoolType::scratch && pool.media_type == medium("A00001").type) return id;
    return {};
  }
  Result<Guid> free(std::string const& name, DriveId in = {}) { return change(MoveToPoolCall{medium(name).id, free_pool(), false, in}); }
  SideState state(std::string const& name, unsigned side = 0) { return medium(name).sides.at(side).state; }
  std::optional<Omid> label(std::string const& name, unsigned side = 0) { return medium(name).sides.at(side).omid; }
  // On the cartridge itself.
  Omid written_on(std::string const& cartridge, unsigned side = 0) { return iron("A").hardware.state().cartridges.at(cartridge).labels.at(side); }
  std::vector<RequestId> labels_asked(std::string const& name) {
    std::vector<RequestId> found;
    for (auto const& [id, request] : world().requests)
      if (request.operation == Operation::write_scratch && request.medium == medium(name).id) found.push_back(id);
    return found;
  }
  void policy(bool from, bool to) {
    SetObjectCall call;
    call.type = ObjectType::pool;
    call.id = daily.guid;
    call.allocation_policy = from ? pool_policy::allocate_from_scratch : 0;
    call.deallocation_policy = to ? pool_policy::deallocate_to_scratch : 0;
    db::must(change(call));
  }
  void taken_out(std::string const& name) {
    auto const out = db::must(eject(name));
    run_until([&] { return iron("A").hardware.port_take(0, now()).has_value(); }, 5min);
    EXPECT_EQ(end_of(out).state, RequestState::passed) << everything();
  }
  PoolId daily;
};

TEST_F(FreePools, EverySideGetsALabelOfItsOwnAndIsAvailable) {
  furnished(2);
  auto const before = written_on("A00002");
  db::must(free("A00002"));
  EXPECT_THAT(labels_asked("A00002"), SizeIs(2));
  EXPECT_EQ(state("A00002"), unprepared) << "the call is answered before the label is written";
  settle();
  for (unsigned side : {0u, 1u}) {
    EXPECT_EQ(state("A00002", side), available);
    ASSERT_TRUE(label("A00002", side));
    EXPECT_EQ(label("A00002", side)->type, free_label_type);
    EXPECT_EQ(label("A00002", side)->also, "");
    EXPECT_EQ(written_on("A00002", side), *label("A00002", side));
  }
  EXPECT_NE(label("A00002", 0)->id, label("A00002", 1)->id);
  EXPECT_NE(written_on("A00002"), before);
  EXPECT_EQ(medium("A00002").pool, free_pool());
  EXPECT_THAT(place_of("A00002"), HasSubstr("slot")) << "it went home";
  mounted("A00002");
}

// Nobody would ask for them again: who moved the medium into the pool has had his answer.
TEST_F(FreePools, ARestartThatCancelsEverythingAsksForLabelsAgain) {
  settings.on_restart = OnRestart::cancel;
  furnished(2);
  mounted("A00001");  // the only drive is in use
  auto const mount_waits = mount("A00003");
  db::must(free("A00002"));
  run_for(1s);
  ASSERT_THAT(labels_asked("A00002"), SizeIs(2));
  restart();
  EXPECT_EQ(end_of(mount_waits).state, RequestState::cancelled);
  dismount("A00001");
  settle();
  EXPECT_EQ(state("A00002", 0), available) << everything();
  EXPECT_EQ(state("A00002", 1), available) << everything();
}

// Also when it was being written.
TEST_F(FreePools, ARestartThatCancelsEverythingWhileALabelIsWritten) {
  settings.on_restart = OnRestart::cancel;
  furnished();
  for (unsigned n = 0; n < 12; ++n) {
    SCOPED_TRACE("killed after " + std::to_string(n * 3) + " s");
    db::must(free(n % 2 == 0 ? "A00002" : "A00003"));
    run_for(n * 3s);
    restart();
    settle();
    auto const* name = n % 2 == 0 ? "A00002" : "A00003";
    ASSERT_EQ(state(name), available) << everything();
    EXPECT_EQ(written_on(name), *label(name));
    db::must(change(MoveToPoolCall{medium(name).id, daily, false, {}}));
  }
}

TEST_F(FreePools, WhatIsGivenBackGoesToTheFreePoolAndComesFromThereAgain) {
  furnished();
  policy(true, true);
  db::must(free("A00001"));
  settle();
  AllocateCall call;
  call.key = "k1";
  call.pool = daily;
  call.error_if_unavailable = true;
  std::optional<Result<Allocated>> given;
  manager().allocate(caller, call, [&](Result<Allocated> result) { given = std::move(result); });
  ASSERT_TRUE(run_until([&] { return given.has_value(); }, 10s));
  ASSERT_TRUE(*given) << given->error().sentence();
  EXPECT_EQ((*given)->medium, medium("A00001").id);
  EXPECT_EQ((*given)->logical.allocated_from, free_pool());
  auto const first = label("A00001");
  db::must(change(DeallocateCall{(*given)->logical.id}));
  EXPECT_EQ(medium("A00001").pool, free_pool());
  EXPECT_EQ(state("A00001"), unprepared);
  settle();
  EXPECT_EQ(state("A00001"), available);
  EXPECT_NE(label("A00001")->id, first->id) << "an id is never given twice";
}

TEST_F(FreePools, WhoWaitsIsGivenASideWhenItsLabelIsWritten) {
  furnished();
  policy(true, false);
  std::optional<Result<Allocated>> given;
  manager().allocate(caller, {.key = "k1", .pool = daily}, [&](Result<Allocated> result) { given = std::move(result); });
  run_for(1s);
  ASSERT_FALSE(given) << "nothing is free";
  db::must(free("A00003"));
  run_for(1ms);
  EXPECT_FALSE(given) << "not before the label stands on it";
  ASSERT_TRUE(run_until([&] { return given.has_value(); }));
  ASSERT_TRUE(*given);
  EXPECT_EQ((*given)->medium, medium("A00003").id);
  EXPECT_EQ(written_on("A00003").type, free_label_type);
  settle();
}

TEST_F(FreePools, AKillAnywhereAndTheLabelIsWrittenAllTheSame) {
  for (auto const after : {0ms, 1ms, 2'000ms, 8'000ms, 12'000ms, 15'000ms, 20'000ms, 30'000ms, 45'000ms}) {
    SCOPED_TRACE(after.count());
    static int round = 0;
    std::string const name = "A0000" + std::to_string(1 + round++ % 4);
    if (round == 1) furnished();
    db::must(free(name));
    if (state(name) == available) {
      db::must(change(MoveToPoolCall{medium(name).id, daily, false}));
      db::must(free(name));
    }
    run_for(after);
    restart();
    settle();
    EXPECT_EQ(state(name), available);
    EXPECT_EQ(written_on(name), label(name)) << everything();
  }
}

TEST_F(FreePools, AnOfflineMediumGetsItsLabelWhenItComes) {
  furnished();
  auto const id = medium("A00001").id;
  db::must(change(MoveToPoolCall{id, daily, false}));  // what is only imported is forgotten when it leaves
  taken_out("A00001");
  settle();
  ASSERT_TRUE(medium("A00001").offline());
  db::must(free("A00002"));
  db::must(change(MoveToPoolCall{id, free_pool(), false}));
  auto const asked = labels_asked("A00001");
  ASSERT_THAT(asked, SizeIs(1));
  run_for(10min);
  EXPECT_EQ(state("A00001"), unprepared);
  EXPECT_TRUE(open(asked.front()));
  EXPECT_FALSE(why(asked.front()).empty());
  restart();
  run_for(10min);
  ASSERT_TRUE(open(asked.front())) << "it outlives the daemon";
  db::must(inject("A"));
  put_in_port("A", "A00001");
  ASSERT_TRUE(run_until([&] { return !open(asked.front()); })) << everything();
  EXPECT_EQ(request(asked.front()).state, RequestState::passed);
  EXPECT_EQ(state("A00001"), available);
}

TEST_F(FreePools, AWriteProtectedMediumStaysUnpreparedAndAPersonIsAsked) {
  furnished();
  devices("A").refuse = [](WatchedDevices::Seen const& seen) { return seen.what == "write label" ? std::optional(Error{Errc::write_protect, "drive 0", "the tab is set"}) : std::nullopt; };
  db::must(free("A00001"));
  auto const id = labels_asked("A00001").front();
  auto const ended = end_of(id);
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::write_protect));
  EXPECT_EQ(state("A00001"), unprepared);
  EXPECT_EQ(devices("A").count("write label"), 1u) << "it is not tried again by itself";
  auto const questions = asked(OperatorKind::bad_cartridge);
  ASSERT_THAT(questions, SizeIs(1));
  EXPECT_THAT(questions.front().message, HasSubstr("the tab is set"));
  devices("A").refuse = nullptr;
  db::must(answer(questions.front().id, true));
  settle();
  EXPECT_EQ(state("A00001"), available) << "somebody has moved the tab";
  EXPECT_THAT(asked(OperatorKind::bad_cartridge), IsEmpty());
}

TEST_F(FreePools, AWriteThatFailsIsTriedAgain) {
  furnished(1, 2);
  int times = 0;
  devices("A").refuse = [&](WatchedDevices::Seen const& seen) { return seen.what == "write label" && ++times == 1 ? std::optional(Error{Errc::write_fault, "drive 0", "a bad spot"}) : std::nullopt; };
  db::must(free("A00001"));
  settle();
  EXPECT_EQ(state("A00001"), available);
  EXPECT_EQ(times, 2);
  EXPECT_EQ(devices("A").count("write label", {ElementKind::drive, 0}), 1u) << "another drive is tried";
}

// Somebody has exchanged two cartridges whose stickers nobody can read, and one of them is somebody's.
TEST_F(FreePools, ACartridgeThatIsSomebodyElsesIsNotOverwritten) {
  furnished();
  AllocateCall call;
  call.key = "k1";
  call.pool = daily;
  call.side = medium("A00002").sides.front().id;
  std::optional<Result<Allocated>> given;
  manager().allocate(caller, call, [&](Result<Allocated> result) { given = std::move(result); });
  ASSERT_TRUE(run_until([&] { return given.has_value() && given->has_value(); }, 10s));
  auto const theirs = written_on("A00002");
  kill();
  refit("A", [](emulated::HardwareState& state) {
    auto &one = state.cartridges.at("A00001"), &other = state.cartridges.at("A00002");
    std::swap(one.place, other.place);
    for (auto& [name, cartridge] : state.cartridges) cartridge.barcode_unreadable = true;
  });
  start();
  run_until([&] { return ready("A"); });
  db::must(free("A00001"));
  settle();
  EXPECT_EQ(written_on("A00002"), theirs) << everything();
  EXPECT_EQ(state("A00002"), allocated);
}

TEST_F(FreePools, InTheDriveThatWasNamed) {
  furnished(1, 2);
  DriveId const wanted = drive("A", 1).record.id;
  db::must(free("A00001", wanted));
  settle();
  EXPECT_EQ(devices("A").count("write label", {ElementKind::drive, 1}), 1u);
  EXPECT_EQ(state("A00001"), available);
}

TEST_F(FreePools, ACancelledRequestIsAskedForByTheMoveOnceMore) {
  furnished();
  mounted("A00002");  // the only drive
  db::must(free("A00001"));
  run_for(1min);
  auto const id = labels_asked("A00001").front();
  EXPECT_THAT(why(id), HasSubstr("drive"));
  db::must(cancel(id));
  EXPECT_EQ(state("A00001"), unprepared);
  end_of(dismount("A00002"));
  db::must(free("A00001"));
  settle();
  EXPECT_EQ(state("A00001"), available);
}

TEST_F(FreePools, ADeletedRecordWaitsForNoLabel) {
  furnished();
  auto const id = medium("A00001").id;
  db::must(change(MoveToPoolCall{id, daily, false}));
  taken_out("A00001");
  db::must(change(MoveToPoolCall{id, free_pool(), false}));
  auto const asked = labels_asked("A00001").front();
  db::must(change(DeleteMediumCall{id}));
  EXPECT_EQ(end_of(asked).state, RequestState::invalid);
}

TEST_F(FreePools, AnInventoryOfAllLabelsLeavesWhatWaitsForItsLabelWhereItIs) {
  furnished();
  devices("A").refuse = [](WatchedDevices::Seen const& seen) { return seen.what == "write label" ? std::optional(Error{Errc::write_protect, "drive 0", "the tab is set"}) : std::nullopt; };
  db::must(free("A00001"));
  auto const id = medium("A00001").id;
  settle();
  db::must(inventory("A", InventoryAction::omid));
  settle();
  EXPECT_EQ(medium("A00001").id, id);
  EXPECT_EQ(state("A00001"), unprepared);
}

}  // namespace
}  // namespace rsm
