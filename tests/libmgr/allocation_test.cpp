// AllocateNtmsMedia: which side is given, and every documented error.
#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <string_view>

#include "tests/libmgr/allocation_rig.hpp"

namespace rsm {
namespace {

using enum SideState;
using AllocateNtmsMedia = AllocationRig;

// ---- the order of choice

TEST_F(AllocateNtmsMedia, GivesASideALogicalMediumAndCountsIt) {
  auto const c = cartridge(1, daily, {available, available});
  auto call = call_in(daily);
  call.name = "Monday";
  call.description = "the first of the week";
  auto const result = allocate(call);
  ASSERT_EQ(given(result), "C00001 0");
  EXPECT_EQ(result->logical.name, "Monday");
  EXPECT_EQ(result->logical.description, "the first of the week");
  EXPECT_EQ(result->logical.pool, daily);
  EXPECT_EQ(result->logical.allocated_from, daily);
  EXPECT_EQ(state(c), allocated);
  EXPECT_EQ(of(c).sides[0].logical_medium, result->logical.id);
  EXPECT_EQ(of(c).sides[0].allocate_count, 1u);
  EXPECT_EQ(state(c, 1), available);
  EXPECT_EQ(must(catalog.reader->logical_medium(result->logical.id)), result->logical) << "durable when it is answered";
  EXPECT_THAT(events_of(side(c).guid).back().reason, HasSubstr("allocated in pool App\\Daily for"));
  EXPECT_EQ(events_of(side(c).guid).back().state, "allocated");
  EXPECT_EQ(events_of(result->logical.id.guid).front().kind, EventKind::insert);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(AllocateNtmsMedia, FillsACartridgeBeforeItBeginsAnother) {
  cartridge(1, daily, {available, available});
  cartridge(2, daily, {available, available});
  EXPECT_EQ(given(allocate(daily)), "C00001 0");
  EXPECT_EQ(given(allocate(daily)), "C00001 1");
  EXPECT_EQ(given(allocate(daily)), "C00002 0");
}

TEST_F(AllocateNtmsMedia, TakesTheLeastOftenAllocatedThenTheOldest) {
  cartridge(1, daily, {available, available}, 2);
  cartridge(2, daily, {available, available}, 1);
  cartridge(3, daily, {available, available}, 1);
  EXPECT_EQ(given(allocate(daily)), "C00002 0");
  EXPECT_EQ(given(allocate(daily)), "C00002 1");
  EXPECT_EQ(given(allocate(daily)), "C00003 0");
}

TEST_F(AllocateNtmsMedia, ACartridgeOfWhichAPartIsOutOfServiceIsTakenByItsCountLikeAnother) {
  cartridge(1, daily, {decommissioned, available}, 1);
  cartridge(2, daily, {available, available}, 2);
  cartridge(3, daily, {available, available}, 0);
  EXPECT_EQ(given(allocate(daily)), "C00003 0");
  EXPECT_EQ(given(allocate(daily)), "C00003 1");
  EXPECT_EQ(given(allocate(daily)), "C00001 1");
}

TEST_F(AllocateNtmsMedia, LeavesOthersPoolsOfflineDisabledAndUnusableMediaAlone) {
  cartridge(1, weekly, {available, available});
  auto const offline = cartridge(2, daily, {available, available});
  change(offline, [](MediumRecord& m) { m.place = Offline{}; });
  auto const disabled = cartridge(3, daily, {available, available});
  change(disabled, [](MediumRecord& m) { m.enabled = false; });
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable);
  cartridge(4, daily, {available, available});
  book.put(library_record(OperationalState::needs_service), "for the test");
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "its library is out of order";
  book.put(library_record(OperationalState::ready), "for the test");
  EXPECT_EQ(given(allocate(daily)), "C00004 0");
}

TEST_F(AllocateNtmsMedia, LeavesACartridgeThatSomebodyUsesToHim) {
  auto const used = cartridge(1, daily, {available, available});
  cartridge(2, daily, {available, available});
  request(Operation::mount, used);
  EXPECT_EQ(given(allocate(daily)), "C00002 0");
  request(Operation::mount, of(testing::medium_id(102)).id);
  EXPECT_EQ(given(allocate(daily)), "C00002 1") << "who has a side of it may have the next one";
}

TEST_F(AllocateNtmsMedia, WhatTheServiceWantsToLookAtMayBeAllocated) {
  auto const c = cartridge(1, daily, {available, available});
  Desk::request(Operation::process_omid, c, "");
  EXPECT_EQ(given(allocate(daily)), "C00001 0") << "an inventory of all labels bars nobody";
}

// ---- NEW

TEST_F(AllocateNtmsMedia, NewReservesTheOtherSides) {
  cartridge(1, daily, {available, decommissioned});
  auto const c = cartridge(2, daily, {available, available}, 7);
  auto call = call_in(daily);
  call.whole = true;
  EXPECT_EQ(given(allocate(call)), "C00002 0") << "only of a cartridge that nobody has a part of";
  EXPECT_EQ(state(c, 1), reserved);
  EXPECT_EQ(given(allocate(daily)), "C00001 0");
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "a reserved side is given to nobody else";
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(AllocateNtmsMedia, NewOfANamedSideTakesTheWholeCartridgeOrNothing) {
  auto const c = cartridge(1, daily, {available, available});
  auto call = call_in(daily);
  call.whole = true;
  call.side = side(c, 1);
  EXPECT_EQ(given(allocate(call)), "C00001 1");
  EXPECT_EQ(state(c, 0), reserved);
  auto const imported = cartridge(2, this->import, {SideState::import, SideState::import});
  call = call_in(daily);
  call.whole = true;
  call.side = side(imported);
  EXPECT_EQ(refused(call), Errc::invalid_state) << "only an AVAILABLE side can be reserved";
  EXPECT_EQ(state(imported), SideState::import) << "a refused call changes nothing";
  EXPECT_EQ(of(imported).pool, this->import);
}

// ---- NEXT

TEST_F(AllocateNtmsMedia, NextGivesTheReservedSideOfTheCartridge) {
  auto const c = cartridge(1, daily, {available, available});
  auto call = call_in(daily);
  call.whole = true;
  auto const first = must(allocate(call));
  call = call_in(daily);
  call.next = true;
  call.held = first.logical.id;
  auto const second = allocate(call);
  EXPECT_EQ(given(second), "C00001 1");
  EXPECT_NE(second->logical.id, first.logical.id);
  EXPECT_EQ(state(c, 0), allocated);
  EXPECT_EQ(state(c, 1), allocated);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(AllocateNtmsMedia, NextGivesAnAvailableSideToo) {
  auto const c = cartridge(1, daily, {available, available});
  auto call = call_in(daily);
  call.side = side(c, 1);
  auto const held = must(allocate(call));
  call = call_in(daily);
  call.next = true;
  call.held = held.logical.id;
  EXPECT_EQ(given(allocate(call)), "C00001 0") << "it begins again behind the last side";
}

TEST_F(AllocateNtmsMedia, NextFindsNoSide4308) {
  cartridge(1, daily, {available, decommissioned});
  auto const held = must(allocate(daily));
  auto call = call_in(daily);
  call.next = true;
  call.held = held.logical.id;
  call.error_if_unavailable = false;
  EXPECT_EQ(refused(call), Errc::media_unavailable) << "never waited for";
}

TEST_F(AllocateNtmsMedia, NextWithoutAKnownLogicalMedium4300) {
  auto call = call_in(daily);
  call.next = true;
  EXPECT_EQ(refused(call), Errc::invalid_media);
  call.held = book.make_id<LogicalMediumId>();
  EXPECT_EQ(refused(call), Errc::invalid_media);
}

TEST_F(AllocateNtmsMedia, NextInAnotherPool4302) {
  cartridge(1, daily, {available, available});
  auto const held = must(allocate(daily));
  auto call = call_in(weekly);
  call.next = true;
  call.held = held.logical.id;
  EXPECT_EQ(refused(call), Errc::invalid_media_pool);
}

// ---- a named side

TEST_F(AllocateNtmsMedia, ANamedSideOfTheImportPoolBringsItsCartridgeAlong) {
  auto const c = cartridge(1, this->import, {SideState::import, SideState::import});
  auto call = call_in(daily);
  call.side = side(c, 1);
  auto const result = allocate(call);
  EXPECT_EQ(given(result), "C00001 1");
  EXPECT_EQ(result->logical.allocated_from, this->import);
  EXPECT_EQ(of(c).pool, daily);
  EXPECT_EQ(state(c, 0), SideState::import) << "the other side stays IMPORT";
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "and is given to nobody who does not name it";
}

TEST_F(AllocateNtmsMedia, WhatStandsForItsOtherSidesMovesWithANamedCartridge) {
  auto const c = cartridge(1, weekly, {available, available});
  auto const first = must(allocate(weekly));
  auto call = call_in(daily);
  call.side = side(c, 1);
  ASSERT_EQ(given(allocate(call)), "C00001 1");
  EXPECT_EQ(must(book.logical_medium(first.logical.id))->pool, daily);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(AllocateNtmsMedia, ANamedSideThatNobodyKnows4300) {
  auto call = call_in(daily);
  call.side = book.make_id<SideId>();
  EXPECT_EQ(refused(call), Errc::invalid_media);
}

TEST_F(AllocateNtmsMedia, ANamedSideThatIsOffline4304) {
  auto const c = cartridge(1, daily, {available, available});
  change(c, [](MediumRecord& m) { m.place = Offline{}; });
  auto call = call_in(daily);
  call.side = side(c);
  EXPECT_EQ(refused(call), Errc::media_offline);
}

TEST_F(AllocateNtmsMedia, ANamedSideOfAnotherMediaType4315) {
  auto const c = cartridge(1, other, {available});
  auto call = call_in(daily);
  call.side = side(c);
  EXPECT_EQ(refused(call), Errc::media_incompatible);
}

TEST_F(AllocateNtmsMedia, ANamedSideThatIsNeitherAvailableNorImport5023) {
  unsigned n = 0;
  for (auto const wrong : {unknown, unprepared, incompatible, decommissioned, foreign, reserved}) {
    auto const c = cartridge(++n, daily, {wrong, available});
    auto call = call_in(daily);
    call.side = side(c);
    EXPECT_EQ(refused(call), Errc::invalid_state) << word(wrong);
  }
}

TEST_F(AllocateNtmsMedia, ANamedSideInUse170) {
  auto const c = cartridge(1, daily, {available, available});
  request(Operation::mount, c);
  auto call = call_in(daily);
  call.side = side(c);
  EXPECT_EQ(refused(call), Errc::busy);
}

TEST_F(AllocateNtmsMedia, ANamedSideOfADisabledCartridge4319) {
  auto const c = cartridge(1, daily, {available, available});
  change(c, [](MediumRecord& m) { m.enabled = false; });
  auto call = call_in(daily);
  call.side = side(c);
  EXPECT_EQ(refused(call), Errc::device_not_available);
}

// ---- from the free pool

TEST_F(AllocateNtmsMedia, DrawsFromTheFreePoolWhenItsOwnIsEmptyAndItsPolicySaysSo) {
  auto const c = cartridge(1, free_pool, {available, available});
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "no policy";
  policy(daily, pool_policy::allocate_from_scratch, 0);
  cartridge(2, daily, {available, available}, 9);
  EXPECT_EQ(given(allocate(daily)), "C00002 0") << "its own first";
  EXPECT_EQ(given(allocate(daily)), "C00002 1");
  auto const result = allocate(daily);
  EXPECT_EQ(given(result), "C00001 0");
  EXPECT_EQ(result->logical.allocated_from, free_pool);
  EXPECT_EQ(of(c).pool, daily);
  EXPECT_EQ(given(allocate(daily)), "C00001 1") << "it belongs to the pool now";
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(AllocateNtmsMedia, TheFreePoolIsMissing4319) {
  policy(other, pool_policy::allocate_from_scratch, 0);
  EXPECT_EQ(refused(call_in(other)), Errc::device_not_available);
}

// ---- the pool and the call

TEST_F(AllocateNtmsMedia, APoolThatIsNoneOfAnApplicationOrContainsPools4302) {
  EXPECT_EQ(refused(call_in(book.make_id<PoolId>())), Errc::invalid_media_pool);
  EXPECT_EQ(refused(call_in(PoolId{})), Errc::invalid_media_pool);
  for (auto const& id : {free_pool, this->import, unrecognized, parent}) EXPECT_EQ(refused(call_in(id)), Errc::invalid_media_pool);
}

TEST_F(AllocateNtmsMedia, NewWithNext87) {
  auto call = call_in(daily);
  call.whole = call.next = true;
  EXPECT_EQ(refused(call), Errc::invalid_parameter);
  call.whole = false;
  call.side = book.make_id<SideId>();
  EXPECT_EQ(refused(call), Errc::invalid_parameter) << "the next side, or a named one";
  call = call_in(daily);
  call.name = std::string(64, 'x');
  EXPECT_EQ(refused(call), Errc::invalid_parameter);
}

TEST_F(AllocateNtmsMedia, WhoIsNoAdministrator5) {
  cartridge(1, daily, {available, available});
  EXPECT_EQ(refused(call_in(daily), caller_of(root_session, false)), Errc::access_denied);
}

TEST_F(AllocateNtmsMedia, WithoutASession6) { EXPECT_EQ(refused(call_in(daily), Caller{0, true, {}, "root", {}}), Errc::invalid_handle); }

TEST_F(AllocateNtmsMedia, WhileTheServiceStarts21) {
  ready = false;
  EXPECT_EQ(refused(call_in(daily)), Errc::not_ready);
}

TEST_F(AllocateNtmsMedia, NothingToAllocateAndNoWaiting4308) {
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "ERROR_IF_UNAVAILABLE";
  auto call = call_in(daily);
  call.error_if_unavailable = false;
  call.timeout = 0ms;
  EXPECT_EQ(refused(call), Errc::media_unavailable) << "time limit 0";
  EXPECT_THAT(asked_for(), IsEmpty());
}

// ---- the same call again

TEST_F(AllocateNtmsMedia, TheSameCallSentAgainIsAnsweredAndNotCarriedOutTwice) {
  cartridge(1, daily, {available, available});
  auto const call = call_in(daily);
  auto const first = must(allocate(call));
  EXPECT_EQ(must(allocate(call)).logical, first.logical);
  reload();
  EXPECT_EQ(must(allocate(call)).logical, first.logical) << "also in another life";
  EXPECT_EQ(of(first.medium).sides[1].state, available);
  auto const stranger = session(0);
  EXPECT_EQ(given(allocate(call, caller_of(stranger))), "C00001 1") << "a key is of a session";
}

// ---- at a million media: found by index, also over what no commit has written

TEST_F(AllocateNtmsMedia, ThousandsInOneCommitEachGetASideOfTheirOwn) {
  constexpr unsigned media = 3000;
  for (unsigned n = 0; n < media; ++n) cartridge(n, daily, {available});
  reload();
  std::set<SideId> sides;
  std::vector<std::shared_ptr<std::optional<Result<Allocated>>>> heard;
  for (unsigned n = 0; n < media; ++n) {  // no commit in between
    heard.push_back(std::make_shared<std::optional<Result<Allocated>>>());
    allocations.allocate(caller_of(root_session), call_in(daily), [to = heard.back()](Result<Allocated> result) { *to = std::move(result); });
  }
  auto one_more = call_in(daily);
  auto const more = std::make_shared<std::optional<Result<Allocated>>>();
  allocations.allocate(caller_of(root_session), one_more, [more](Result<Allocated> result) { *more = std::move(result); });
  settle();
  for (auto const& one : heard) {
    ASSERT_TRUE(*one && **one);
    sides.insert((**one)->logical.side);
  }
  EXPECT_THAT(sides, SizeIs(media)) << "no side twice";
  ASSERT_TRUE(*more);
  EXPECT_EQ((*more)->error().code, Errc::media_unavailable);
  EXPECT_THAT(findings(), IsEmpty());
}

// How often the catalog is asked for sides that may be allocated.
class ShelfReads {
 public:
  explicit ShelfReads(db::Database& database) : handle_(database.connection().getHandle()) {
    sqlite3_trace_v2(handle_, SQLITE_TRACE_STMT, [](unsigned, void* self, void*, void* text) {
      if (std::string_view(static_cast<char const*>(text)).contains("FROM allocatable_side")) ++static_cast<ShelfReads*>(self)->count_;
      return 0;
    }, this);
  }
  ~ShelfReads() { sqlite3_trace_v2(handle_, 0, nullptr, nullptr); }
  ShelfReads(ShelfReads const&) = delete;
  int count() const { return count_; }

 private:
  sqlite3* handle_;
  int count_ = 0;
};

TEST_F(AllocateNtmsMedia, NobodyWalksOverMediaThatOthersUse) {
  constexpr unsigned media = 5000;  // more than are kept in memory without being used
  std::vector<RequestId> uses;
  for (unsigned n = 0; n < media; ++n) uses.push_back(request(Operation::mount, cartridge(n, daily, {available})));
  reload();
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable);
  EXPECT_EQ(must(book.next_allocatable({daily, library, Shelf::whole, 0, {}, {}, 0})), std::nullopt) << "what is in use is not even looked at";
  ShelfReads const reads(*catalog.database);
  for (int n = 0; n < 20; ++n) {
    EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable);
    book.trim();
  }
  EXPECT_EQ(reads.count(), 0) << "the shelf was read to its end, and nothing has come";
  book.finish(uses.at(4321), {RequestState::passed, Errc::success, "done"});
  EXPECT_EQ(given(allocate(daily)), "C00004321 0") << "whoever ends to use it leaves it to the next";
}

TEST_F(AllocateNtmsMedia, WhatMemoryHasLetGoIsStillAllocatedInItsOrder) {
  constexpr unsigned media = 9000;
  for (unsigned n = 0; n < media; ++n) cartridge(n, n % 3 == 0 ? daily : weekly, {available}, n % 7);
  settle();
  for (int n = 0; n < 100; ++n) book.trim();
  EXPECT_LT(book.world().media.size(), std::size_t{media});
  std::vector<std::pair<std::uint32_t, int>> got;
  for (unsigned n = 0; n < media / 3; ++n) {
    auto const result = allocate(daily);
    ASSERT_TRUE(result) << n << ": " << result.error().text();
    auto const m = of(result->medium);
    got.emplace_back(m.sides[0].allocate_count, std::stoi(m.name.substr(5)));
  }
  EXPECT_TRUE(std::ranges::is_sorted(got)) << "the least often allocated, then the oldest";
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable);
  EXPECT_EQ(given(allocate(weekly)), "C00007 0");
}

}  // namespace
}  // namespace rsm
