// Sides that belong to a program: mounted by their logical medium, kept through restarts and ejections, and what their state allows.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using enum SideState;
using testing::IsEmpty;

class AllocatedMedia : public CoreRig {
 protected:
  void furnished() {
    auto geometry = drives(2, 8, 4);
    geometry.sides = 2;
    furnish("A", geometry);
    start_and_settle();
    MediumRecord const any = medium("A00001");
    pool = PoolId{db::must(change(CreatePoolCall{"Daily", any.type, PoolAction::create_new}))};
  }
  Result<Guid> change(CatalogCall call) {
    std::optional<Result<Guid>> heard;
    manager().change(caller, std::move(call), [&](Result<Guid> result) { heard = std::move(result); });
    run_until([&] { return heard.has_value(); }, 10s);
    return heard.value_or(fail(Errc::io_pending, "the call", "it was not answered"));
  }
  Result<Allocated> allocate(AllocateCall call) {
    auto heard = std::make_shared<std::optional<Result<Allocated>>>();
    call.key = "k" + std::to_string(++keys_);
    call.pool = pool;
    manager().allocate(caller, call, [heard](Result<Allocated> result) { *heard = std::move(result); });
    run_until([&] { return heard->has_value(); }, 10s);
    return heard->value_or(fail(Errc::io_pending, "the call", "it was not answered"));
  }
  LogicalMediumId allocate(std::string const& name, unsigned side = 0) {
    AllocateCall call;
    call.side = medium(name).sides.at(side).id;
    return db::must(allocate(call)).logical.id;
  }
  Result<RequestId> mount_by(Guid id, bool write = false) {
    MountCall call;
    call.key = "m" + std::to_string(++keys_);
    call.media = {id};
    call.write = write;
    RSM_TRY(auto const ids, mount(call));
    return ids.front();
  }
  SideState state(std::string const& name, unsigned side = 0) { return medium(name).sides.at(side).state; }

  PoolId pool;

 private:
  unsigned keys_ = 0;
};

TEST_F(AllocatedMedia, AreMountedByTheirLogicalMedium) {
  furnished();
  auto const id = allocate("A00002", 1);
  auto const mounted = db::must(mount_by(id.guid));
  EXPECT_EQ(end_of(mounted).state, RequestState::passed);
  EXPECT_EQ(request(mounted).side, medium("A00002").sides[1].id);
  EXPECT_EQ(change(DeallocateCall{id}).error().code, Errc::busy) << "mounted";
  EXPECT_EQ(change(CompleteCall{id}).error().code, Errc::invalid_state) << "mounted";
  auto const out = dismount("A00002/1", true);
  ASSERT_TRUE(run_until([&] { return request(out).state == RequestState::deferred; }));
  auto const again = db::must(mount_by(id.guid));
  EXPECT_EQ(end_of(again).state, RequestState::passed) << "nothing moves, and it is the same side";
  end_of(dismount("A00002/1"));
  db::must(change(DeallocateCall{id}));
  EXPECT_EQ(mount_by(id.guid).error().code, Errc::invalid_media) << "the logical medium is void";
  EXPECT_EQ(state("A00002", 1), available);
}

TEST_F(AllocatedMedia, ACompleteSideIsNotMountedForWriting) {
  furnished();
  auto const id = allocate("A00001");
  db::must(change(CompleteCall{id}));
  EXPECT_EQ(mount_by(id.guid, true).error().code, Errc::write_protect);
  EXPECT_EQ(end_of(db::must(mount_by(id.guid))).state, RequestState::passed);
  settle();
}

TEST_F(AllocatedMedia, TheStateOfASideSaysWhetherItMayBeMounted) {
  furnished();
  unsigned n = 0;
  for (auto const& [of_side, expected] : {std::pair{unknown, Errc::media_offline}, {unprepared, Errc::invalid_state}, {incompatible, Errc::invalid_state}, {decommissioned, Errc::invalid_state},
                                         {available, Errc::media_offline}, {allocated, Errc::media_offline}, {complete, Errc::media_offline}, {foreign, Errc::media_offline},
                                         {SideState::import, Errc::media_offline}, {reserved, Errc::media_offline}}) {
    CreateMediumCall made;
    made.pool = pool;
    made.barcode = "OLD" + std::to_string(++n);
    for (std::size_t s = 0; s < medium("A00001").sides.size(); ++s) {
      NewSide side;
      side.state = of_side;
      side.label = {"MTF", made.barcode + std::to_string(s), ""};
      made.sides.push_back(side);
    }
    auto const id = MediumId{db::must(change(made))};
    auto const record = *db::must(manager().find_medium(id));
    MountCall call;
    call.key = "try" + std::to_string(n);
    call.media = {record.sides[0].id.guid};
    call.error_if_offline = true;
    auto const refused = mount(call);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, expected) << word(of_side) << ": the state is looked at before the place (UNKNOWN is identified first)";
  }
}

TEST_F(AllocatedMedia, OutliveAKillAndAnInventoryThatReadsEveryLabel) {
  furnished();
  auto const id = allocate("A00003");
  restart();
  start_and_settle();
  end_of(db::must(inventory("A", InventoryAction::omid)));
  settle();
  EXPECT_EQ(state("A00003"), allocated);
  EXPECT_EQ(medium("A00003").sides[0].logical_medium, id);
  EXPECT_EQ(medium("A00003").pool, pool);
}

TEST_F(AllocatedMedia, AreKeptWhenTheyAreEjected) {
  furnish("A", [] {
    auto geometry = drives(1, 8, 3);
    geometry.ports = 1;
    return geometry;
  }());
  start_and_settle();
  pool = PoolId{db::must(change(CreatePoolCall{"Daily", medium("A00001").type, PoolAction::create_new}))};
  allocate("A00001");
  auto const out = db::must(eject("A00001"));
  run_until([&] { return iron("A").hardware.port_take(0, now()).has_value(); }, 5min);
  end_of(out);
  EXPECT_EQ(place_of("A00001"), "offline");
  EXPECT_EQ(state("A00001"), allocated);
}

// A record that was made from another catalog may be somebody's although it stands in an import pool.
TEST_F(AllocatedMedia, WhatIsSomebodysIsKeptWhateverPoolItIsIn) {
  furnish("A", [] {
    auto geometry = drives(1, 8, 3);
    geometry.ports = 1;
    return geometry;
  }());
  start_and_settle();
  MediumRecord const before = medium("A00001");
  auto const gone = db::must(eject("A00001"));
  run_until([&] { return iron("A").hardware.port_take(0, now()).has_value(); }, 5min);
  end_of(gone);
  CreateMediumCall call;
  call.pool = before.pool;
  call.barcode = "A00001";
  for (auto const& side : before.sides) call.sides.push_back({.id = {}, .logical_medium = {}, .state = allocated, .label = side.omid.value_or(Omid{"EXT4", "an id", ""})});
  db::must(change(call));
  auto const in = db::must(inject("A"));
  run_until([&] { return iron("A").hardware.port_put(0, "A00001", now()).has_value(); }, 5min);
  EXPECT_EQ(end_of(in).state, RequestState::passed) << everything();
  settle();
  auto const out = db::must(eject("A00001"));
  run_until([&] { return iron("A").hardware.port_take(0, now()).has_value(); }, 5min);
  EXPECT_EQ(end_of(out).state, RequestState::passed) << everything();
  EXPECT_EQ(place_of("A00001"), "offline");
  EXPECT_EQ(state("A00001"), allocated);
}

TEST_F(AllocatedMedia, AWaitingAllocationGoesOnWhenACartridgeIsGivenBack) {
  furnished();
  auto const id = allocate("A00001");
  auto const heard = std::make_shared<std::optional<Result<Allocated>>>();
  AllocateCall call;
  call.key = "waits";
  call.pool = pool;
  manager().allocate(caller, call, [heard](Result<Allocated> result) { *heard = std::move(result); });
  run_for(1min);
  EXPECT_FALSE(*heard);
  EXPECT_EQ(asked(OperatorKind::new_media).size(), 1u);
  EXPECT_EQ(manager().allocations_waiting_for(pool), 1u);
  db::must(change(DeallocateCall{id}));
  run_for(1s);
  ASSERT_TRUE(*heard && **heard);
  EXPECT_EQ((**heard)->medium, medium("A00001").id);
  EXPECT_THAT(asked(OperatorKind::new_media), IsEmpty());
}

TEST_F(AllocatedMedia, AWaitingAllocationEndsWithItsSession) {
  furnished();
  auto const heard = std::make_shared<std::optional<Result<Allocated>>>();
  AllocateCall call;
  call.key = "waits";
  call.pool = pool;
  std::optional<SessionRecord> session;
  manager().open_session({"short", "root", "here", 0}, [&](Result<SessionRecord> opened) { session = db::must(std::move(opened)); });
  run_until([&] { return session.has_value(); }, 10s);
  Caller const who{0, true, session->id, "root", {}};
  manager().allocate(who, call, [heard](Result<Allocated> result) { *heard = std::move(result); });
  run_for(1s);
  manager().close_session(who, session->id, [](Result<>) {});
  run_for(1s);
  ASSERT_TRUE(*heard);
  EXPECT_EQ((*heard)->error().code, Errc::cancelled);
  EXPECT_THAT(asked(OperatorKind::new_media), IsEmpty());
}

}  // namespace
}  // namespace rsm
