// What becomes of a side that was allocated, and every documented error of the functions that decide it.
#include "tests/libmgr/allocation_rig.hpp"

namespace rsm {
namespace {

using enum SideState;

class SidesRig : public AllocationRig {
 protected:
  LogicalMediumId allocated_side(MediumId c, unsigned number = 0) {
    auto call = call_in(of(c).pool);
    call.side = side(c, number);
    return must(allocate(call)).logical.id;
  }
  Caller who() { return caller_of(root_session); }
  Caller nobody() { return caller_of(root_session, false); }
  LogicalMediumId unknown_id() { return book.make_id<LogicalMediumId>(); }
};

// ---- DeallocateNtmsMedia

using DeallocateNtmsMedia = SidesRig;

TEST_F(DeallocateNtmsMedia, TheSideIsAvailableAgainAndTheLogicalMediumGone) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c);
  must(allocation::deallocate(book, who(), id));
  EXPECT_EQ(state(c), available);
  EXPECT_FALSE(of(c).sides[0].logical_medium);
  EXPECT_EQ(of(c).sides[0].allocate_count, 1u);
  EXPECT_EQ(must(book.logical_medium(id)), std::nullopt) << "before a commit";
  settle();
  EXPECT_EQ(must(catalog.reader->logical_medium(id)), std::nullopt) << "and after";
  EXPECT_EQ(events_of(id.guid).back().kind, EventKind::erase);
  EXPECT_THAT(events_of(side(c).guid).back().reason, HasSubstr("deallocated by user0"));
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(given(allocate(daily)), "C00001 1") << "the one that was allocated less often";
}

TEST_F(DeallocateNtmsMedia, ACompleteSideToo) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c);
  must(allocation::complete(book, who(), id));
  must(allocation::deallocate(book, who(), id));
  EXPECT_EQ(state(c), available);
}

TEST_F(DeallocateNtmsMedia, WhatWasAllocatedAsOftenAsItsPoolAllowsIsDecommissioned) {
  policy(daily, 0, pool_policy::deallocate_to_scratch, 2);
  auto const c = cartridge(1, daily, {available}, 0);
  change(c, [](MediumRecord& m) { m.sides[0].allocate_count = 1; });
  auto const id = allocated_side(c);
  must(allocation::deallocate(book, who(), id));
  EXPECT_EQ(state(c), decommissioned);
  EXPECT_EQ(of(c).pool, daily) << "and is not given back to the free pool";
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(DeallocateNtmsMedia, NoLimitIs0AndAllBitsSet) {
  for (auto const most : {0u, 0xFFFFFFFFu}) {
    policy(daily, 0, 0, most);
    auto const c = cartridge(most == 0 ? 1 : 2, daily, {available, unprepared}, 0xFFFFFFF0u);
    must(allocation::deallocate(book, who(), allocated_side(c)));
    EXPECT_EQ(state(c), available);
  }
}

TEST_F(DeallocateNtmsMedia, WithTheLastSideTheReservedOnesAreFree) {
  auto const c = cartridge(1, daily, {available, available});
  auto call = call_in(daily);
  call.whole = true;
  auto const first = must(allocate(call)).logical.id;
  call = call_in(daily);
  call.next = true;
  call.held = first;
  auto const second = must(allocate(call)).logical.id;
  must(allocation::deallocate(book, who(), second));
  EXPECT_EQ(state(c, 1), available);
  must(allocation::deallocate(book, who(), first));
  call = call_in(daily);
  call.whole = true;
  auto const again = must(allocate(call)).logical.id;
  EXPECT_EQ(state(c, 1), reserved);
  must(allocation::deallocate(book, who(), again));
  EXPECT_EQ(state(c, 0), available);
  EXPECT_EQ(state(c, 1), available);
}

TEST_F(DeallocateNtmsMedia, APoolThatGivesBackGivesTheMediumToTheFreePoolWithItsLastSide) {
  policy(daily, 0, pool_policy::deallocate_to_scratch);
  auto const c = cartridge(1, daily, {available, available});
  auto const one = allocated_side(c, 0), two = allocated_side(c, 1);
  must(allocation::deallocate(book, who(), one));
  EXPECT_EQ(of(c).pool, daily) << "the other side is somebody's still";
  EXPECT_EQ(state(c, 0), available);
  must(allocation::deallocate(book, who(), two));
  EXPECT_EQ(of(c).pool, free_pool);
  EXPECT_EQ(state(c, 0), unprepared);
  EXPECT_EQ(state(c, 1), unprepared);
  EXPECT_FALSE(must(book.logical_medium(two)));
  std::size_t labels = 0;
  for (auto const& open : book.open_requests_of(c)) labels += book.request(open)->operation == Operation::write_scratch;
  EXPECT_EQ(labels, 2u);
}

TEST_F(DeallocateNtmsMedia, WhatIsWornOutIsNotGivenBack) {
  policy(daily, 0, pool_policy::deallocate_to_scratch, 1);
  auto const c = cartridge(1, daily, {available});
  must(allocation::deallocate(book, who(), allocated_side(c)));
  EXPECT_EQ(of(c).pool, daily);
  EXPECT_EQ(state(c, 0), decommissioned);
}

TEST_F(DeallocateNtmsMedia, AnUnknownLogicalMedium4300) {
  EXPECT_EQ(code(allocation::deallocate(book, who(), unknown_id())), Errc::invalid_media);
  auto const id = allocated_side(cartridge(1, daily, {available, available}));
  must(allocation::deallocate(book, who(), id));
  EXPECT_EQ(code(allocation::deallocate(book, who(), id)), Errc::invalid_media) << "it is void";
}

TEST_F(DeallocateNtmsMedia, AMountedSide170) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c), of_other_side = allocated_side(c, 1);
  DriveHot hot = book.world().drive(drive_id)->hot;
  hot.medium = c;
  hot.side = side(c);
  hot.state = DriveState::loaded;
  book.put(hot);
  EXPECT_EQ(code(allocation::deallocate(book, who(), id)), Errc::busy);
  must(allocation::deallocate(book, who(), of_other_side));
  hot.state = DriveState::dismountable;
  book.put(hot);
  must(allocation::deallocate(book, who(), id));
}

TEST_F(DeallocateNtmsMedia, ASideThatAMountWaitsFor170) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c);
  auto const waits = request(Operation::mount, c);
  EXPECT_EQ(code(allocation::deallocate(book, who(), id)), Errc::busy);
  book.finish(waits, {RequestState::cancelled, Errc::cancelled, "for the test"});
  must(allocation::deallocate(book, who(), id));
}

TEST_F(DeallocateNtmsMedia, WhoIsNoAdministrator5) {
  auto const id = allocated_side(cartridge(1, daily, {available, available}));
  EXPECT_EQ(code(allocation::deallocate(book, nobody(), id)), Errc::access_denied);
}

// ---- SetNtmsMediaComplete

using SetNtmsMediaComplete = SidesRig;

TEST_F(SetNtmsMediaComplete, KeepsItsLogicalMedium) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c);
  must(allocation::complete(book, who(), id));
  EXPECT_EQ(state(c), complete);
  EXPECT_EQ(of(c).sides[0].logical_medium, id);
  EXPECT_EQ(events_of(side(c).guid).back().state, "complete");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SetNtmsMediaComplete, AnUnknownLogicalMedium4300) { EXPECT_EQ(code(allocation::complete(book, who(), unknown_id())), Errc::invalid_media); }

TEST_F(SetNtmsMediaComplete, WhatIsInNoPool4302) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c);
  change(c, [](MediumRecord& m) { m.pool = {}; });
  EXPECT_EQ(code(allocation::complete(book, who(), id)), Errc::invalid_media_pool);
}

TEST_F(SetNtmsMediaComplete, WhatIsNotAllocated5023) {
  auto const id = allocated_side(cartridge(1, daily, {available, available}));
  must(allocation::complete(book, who(), id));
  EXPECT_EQ(code(allocation::complete(book, who(), id)), Errc::invalid_state);
}

TEST_F(SetNtmsMediaComplete, WhatIsInUse5023) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c);
  request(Operation::mount, c);
  EXPECT_EQ(code(allocation::complete(book, who(), id)), Errc::invalid_state);
}

TEST_F(SetNtmsMediaComplete, WhoIsNoAdministrator5) {
  auto const id = allocated_side(cartridge(1, daily, {available, available}));
  EXPECT_EQ(code(allocation::complete(book, nobody(), id)), Errc::access_denied);
}

// ---- DecommissionNtmsMedia

using DecommissionNtmsMedia = SidesRig;

TEST_F(DecommissionNtmsMedia, IsFinal) {
  auto const c = cartridge(1, daily, {available, available});
  must(allocation::decommission(book, who(), side(c)));
  EXPECT_EQ(state(c), decommissioned);
  EXPECT_EQ(events_of(side(c).guid).back().state, "decommissioned");
  EXPECT_EQ(given(allocate(daily)), "C00001 1");
  EXPECT_EQ(code(allocation::decommission(book, who(), side(c))), Errc::invalid_state);
}

TEST_F(DecommissionNtmsMedia, ASideOfASystemPoolToo) {
  auto const c = cartridge(1, free_pool, {available, available});
  must(allocation::decommission(book, who(), side(c)));
  EXPECT_EQ(state(c), decommissioned);
}

TEST_F(DecommissionNtmsMedia, AnUnknownSide4300) { EXPECT_EQ(code(allocation::decommission(book, who(), book.make_id<SideId>())), Errc::invalid_media); }

TEST_F(DecommissionNtmsMedia, WhatIsInNoPool4302) {
  auto const c = cartridge(1, daily, {available, available});
  change(c, [](MediumRecord& m) { m.pool = {}; });
  EXPECT_EQ(code(allocation::decommission(book, who(), side(c))), Errc::invalid_media_pool);
}

TEST_F(DecommissionNtmsMedia, WhatIsNotAvailable5023) {
  unsigned n = 0;
  for (auto const wrong : {unknown, unprepared, incompatible, decommissioned, foreign, SideState::import, reserved})
    EXPECT_EQ(code(allocation::decommission(book, who(), side(cartridge(++n, daily, {wrong, available})))), Errc::invalid_state) << word(wrong);
}

TEST_F(DecommissionNtmsMedia, WhoIsNoAdministrator5) {
  EXPECT_EQ(code(allocation::decommission(book, nobody(), side(cartridge(1, daily, {available})))), Errc::access_denied);
}

// ---- SwapNtmsMedia

class SwapNtmsMedia : public SidesRig {
 protected:
  Errc swapped(LogicalMediumId one, LogicalMediumId two) { return code(allocation::swap(book, who(), {one, two})); }
};

TEST_F(SwapNtmsMedia, TheLogicalMediaExchangeTheirSides) {
  auto const a = cartridge(1, daily, {available, available}), b = cartridge(2, daily, {available, available});
  auto const one = allocated_side(a), two = allocated_side(b, 1);
  EXPECT_EQ(swapped(one, two), Errc::success);
  EXPECT_EQ(of(a).sides[0].logical_medium, two);
  EXPECT_EQ(of(b).sides[1].logical_medium, one);
  EXPECT_EQ(must(book.logical_medium(one))->side, side(b, 1));
  EXPECT_EQ(must(book.logical_medium(two))->side, side(a));
  SideId found;
  EXPECT_EQ(must(book.medium_of(one.guid, &found))->id, b) << "what is mounted by it is the other one";
  EXPECT_EQ(found, side(b, 1));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SwapNtmsMedia, TwoSidesOfOneCartridge) {
  auto const a = cartridge(1, daily, {available, available});
  auto const one = allocated_side(a), two = allocated_side(a, 1);
  EXPECT_EQ(swapped(one, two), Errc::success);
  EXPECT_EQ(of(a).sides[0].logical_medium, two);
  EXPECT_EQ(of(a).sides[1].logical_medium, one);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SwapNtmsMedia, TheCallThatAllocatedIsStillRecognised) {
  cartridge(1, daily, {available, decommissioned});
  cartridge(2, daily, {available, decommissioned});
  auto const call = call_in(daily);
  auto const one = must(allocate(call)).logical.id, two = must(allocate(daily)).logical.id;
  EXPECT_EQ(swapped(one, two), Errc::success);
  settle();
  EXPECT_EQ(must(allocate(call)).logical.id, one) << "its answer may have been lost";
  reload();
  EXPECT_EQ(must(allocate(call)).logical.id, one);
}

TEST_F(SwapNtmsMedia, AnUnknownOne4300) {
  auto const one = allocated_side(cartridge(1, daily, {available, available}));
  EXPECT_EQ(swapped(one, unknown_id()), Errc::invalid_media);
  EXPECT_EQ(swapped(unknown_id(), one), Errc::invalid_media);
}

TEST_F(SwapNtmsMedia, OneInUse4300) {
  auto const b = cartridge(2, daily, {available, available});
  auto const one = allocated_side(cartridge(1, daily, {available, available})), two = allocated_side(b);
  request(Operation::mount, b);
  EXPECT_EQ(swapped(one, two), Errc::invalid_media);
}

TEST_F(SwapNtmsMedia, DifferentPools4302) {
  EXPECT_EQ(swapped(allocated_side(cartridge(1, daily, {available, available})), allocated_side(cartridge(2, weekly, {available, available}))), Errc::invalid_media_pool);
}

TEST_F(SwapNtmsMedia, APoolThatIsNoneOfAnApplication4302) {
  auto const a = cartridge(1, daily, {available, available}), b = cartridge(2, daily, {available, available});
  auto const one = allocated_side(a), two = allocated_side(b);
  for (auto const& c : {a, b}) change(c, [this](MediumRecord& m) { m.pool = free_pool; });
  EXPECT_EQ(swapped(one, two), Errc::invalid_media_pool);
}

TEST_F(SwapNtmsMedia, OneThatIsComplete5023) {
  auto const one = allocated_side(cartridge(1, daily, {available, available})), two = allocated_side(cartridge(2, daily, {available, available}));
  must(allocation::complete(book, who(), two));
  EXPECT_EQ(swapped(one, two), Errc::invalid_state);
}

TEST_F(SwapNtmsMedia, WithItself87) {
  auto const one = allocated_side(cartridge(1, daily, {available, available}));
  EXPECT_EQ(swapped(one, one), Errc::invalid_parameter);
}

TEST_F(SwapNtmsMedia, WhoIsNoAdministrator5) {
  auto const one = allocated_side(cartridge(1, daily, {available, available})), two = allocated_side(cartridge(2, daily, {available, available}));
  EXPECT_EQ(code(allocation::swap(book, nobody(), {one, two})), Errc::access_denied);
}

// ---- DeleteNtmsMedia

class DeleteNtmsMedia : public SidesRig {
 protected:
  MediumId offline_one(std::vector<SideState> const& states) {
    auto const c = cartridge(++made_, daily, states);
    change(c, [](MediumRecord& m) { m.place = Offline{}; });
    return c;
  }
  Errc deleted(MediumId id) { return code(allocation::delete_medium(book, who(), id)); }

 private:
  unsigned made_ = 0;
};

TEST_F(DeleteNtmsMedia, TheRecordAndItsSidesGo) {
  auto const c = offline_one({available, decommissioned});
  auto const a_side = side(c);
  settle();
  EXPECT_EQ(deleted(c), Errc::success);
  EXPECT_EQ(must(book.find_medium_of_side(a_side)), std::nullopt);
  EXPECT_EQ(events_of(c.guid).back().kind, EventKind::erase);
  EXPECT_EQ(must(catalog.reader->medium(c)), std::nullopt);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(DeleteNtmsMedia, AnUnknownOne4300) { EXPECT_EQ(deleted(book.make_id<MediumId>()), Errc::invalid_media); }

TEST_F(DeleteNtmsMedia, OneThatIsInALibrary5023) { EXPECT_EQ(deleted(cartridge(9, daily, {available, available})), Errc::invalid_state); }

TEST_F(DeleteNtmsMedia, OneWithASideThatIsSomebodys5023) {
  for (auto const with : {SideState::allocated, SideState::complete, SideState::reserved}) EXPECT_EQ(deleted(offline_one({available, with})), Errc::invalid_state) << word(with);
}

TEST_F(DeleteNtmsMedia, OneThatAMountWaitsFor5023) {
  auto const c = offline_one({available, available});
  request(Operation::mount, c);
  EXPECT_EQ(deleted(c), Errc::invalid_state);
}

TEST_F(DeleteNtmsMedia, WhoIsNoAdministrator5) { EXPECT_EQ(code(allocation::delete_medium(book, nobody(), offline_one({available}))), Errc::access_denied); }

// ---- CreateNtmsMedia

class CreateNtmsMedia : public SidesRig {
 protected:
  CreateMediumCall good(std::string const& id = "one") {
    CreateMediumCall call;
    call.pool = daily;
    call.barcode = "B-" + id + "  ";
    for (unsigned n = 0; n < 2; ++n) {
      NewSide made;
      made.state = available;
      made.label = {"MTF", id + std::to_string(n), "tape"};
      made.allocate_count = 3;
      call.sides.push_back(made);
    }
    return call;
  }
  Errc made(CreateMediumCall const& call) {
    auto const result = allocation::create_medium(book, who(), call);
    settle();
    return result ? Errc::success : result.error().code;
  }
};

TEST_F(CreateNtmsMedia, MakesAnOfflineMediumWithItsSides) {
  auto call = good();
  call.description = "from the old system";
  call.sides[1].state = allocated;
  auto const medium = of(must(allocation::create_medium(book, who(), call)));
  settle();
  auto const row = must(catalog.reader->medium(medium.id));
  ASSERT_EQ(row, std::optional(medium));
  EXPECT_TRUE(medium.offline());
  EXPECT_EQ(medium.name, "B-one") << "trailing blanks of a bar code are cut";
  EXPECT_EQ(medium.type, type);
  EXPECT_EQ(medium.description, "from the old system");
  EXPECT_FALSE(medium.sequence_number.empty());
  EXPECT_EQ(medium.sides[0].state, available);
  EXPECT_EQ(medium.sides[0].allocate_count, 3u);
  EXPECT_FALSE(medium.sides[0].logical_medium);
  EXPECT_TRUE(medium.sides[1].logical_medium) << "ALLOCATED without a logical medium gets one";
  EXPECT_EQ(must(catalog.reader->logical_medium(medium.sides[1].logical_medium))->side, medium.sides[1].id);
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "what is offline satisfies no allocation";
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(CreateNtmsMedia, TakesTheIdsThatItIsGiven) {
  auto call = good();
  call.id = book.make_id<MediumId>();
  call.name = "Old one";
  call.sides[0].id = book.make_id<SideId>();
  call.sides[0].state = complete;
  call.sides[0].logical_medium = book.make_id<LogicalMediumId>();
  auto const medium = of(must(allocation::create_medium(book, who(), call)));
  EXPECT_EQ(medium.id, call.id);
  EXPECT_EQ(medium.name, "Old one");
  EXPECT_EQ(medium.sides[0].id, call.sides[0].id);
  EXPECT_EQ(medium.sides[0].logical_medium, call.sides[0].logical_medium);
}

TEST_F(CreateNtmsMedia, AnyStateMayBeCreated) {
  unsigned n = 0;
  for (auto const any : {unknown, unprepared, incompatible, decommissioned, available, allocated, complete, foreign, SideState::import, reserved}) {
    auto call = good("any" + std::to_string(++n));
    call.sides[0].state = any;
    EXPECT_EQ(made(call), Errc::success) << word(any);
  }
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(CreateNtmsMedia, IsNamedByItsBarCodeElseItsLabelElseItsNumber) {
  EXPECT_EQ(of(must(allocation::create_medium(book, who(), good("one")))).name, "B-one");
  auto two_sided = good("two");
  two_sided.barcode.clear();
  auto const numbered = of(must(allocation::create_medium(book, who(), two_sided)));
  EXPECT_EQ(numbered.name, numbered.sequence_number);
  CreateMediumCall call;
  call.pool = other;
  call.sides.resize(1);
  call.sides[0].label = {"MTF", "x", "Backup of Monday"};
  EXPECT_EQ(of(must(allocation::create_medium(book, who(), call))).name, "Backup of Monday");
  call.sides[0].label = {"MTF", "y", ""};
  auto const unnamed = of(must(allocation::create_medium(book, who(), call)));
  EXPECT_EQ(unnamed.name, unnamed.sequence_number);
}

TEST_F(CreateNtmsMedia, WrongParameters87) {
  std::vector<std::function<void(CreateMediumCall&)>> const wrongs = {
      [](auto& c) { c.name = std::string(64, 'n'); },
      [](auto& c) { c.description = std::string(127, 'd'); },
      [](auto& c) { c.barcode = std::string(64, 'b'); },
      [this](auto& c) { c.library = library; },
      [](auto& c) { c.sides[1].label.type.clear(); },
      [](auto& c) { c.sides[1].label.type = std::string(64, 't'); },
      [](auto& c) { c.sides[1].label.id.clear(); },
      [](auto& c) { c.sides[1].label.id = std::string(256, 'i'); },
      [](auto& c) { c.sides[1].label.info = std::string(256, 't'); },
      [this](auto& c) { c.sides[0].logical_medium = unknown_id(); }};
  for (std::size_t i = 0; i < wrongs.size(); ++i) {
    auto call = good();
    wrongs[i](call);
    EXPECT_EQ(made(call), Errc::invalid_parameter) << i;
  }
  EXPECT_EQ(made(good()), Errc::success);
}

TEST_F(CreateNtmsMedia, ADuplicateBarCode4300) {
  EXPECT_EQ(made(good("one")), Errc::success);
  auto call = good("two");
  call.barcode = "B-one";
  EXPECT_EQ(made(call), Errc::invalid_media);
}

TEST_F(CreateNtmsMedia, ADuplicateLabelWithTheOption4300) {
  EXPECT_EQ(made(good("one")), Errc::success);
  auto call = good("two");
  call.sides[1].label = good("one").sides[0].label;
  EXPECT_EQ(made(call), Errc::success) << "without the option";
  call = good("three");
  call.error_on_duplicate = true;
  call.sides[1].label = good("one").sides[0].label;
  EXPECT_EQ(made(call), Errc::invalid_media);
  call = good("four");
  call.error_on_duplicate = true;
  call.sides[1].label = call.sides[0].label;
  EXPECT_EQ(made(call), Errc::invalid_media) << "twice in one call";
}

TEST_F(CreateNtmsMedia, APoolThatTakesNone4302) {
  for (auto const& id : {free_pool, unrecognized, parent, book.make_id<PoolId>()}) {
    auto call = good();
    call.pool = id;
    EXPECT_EQ(made(call), Errc::invalid_media_pool);
  }
  auto call = good();
  call.pool = this->import;
  EXPECT_EQ(made(call), Errc::success);
}

TEST_F(CreateNtmsMedia, AnotherNumberOfSidesThanItsTypeHas4315) {
  auto call = good();
  call.sides.pop_back();
  EXPECT_EQ(made(call), Errc::media_incompatible);
}

TEST_F(CreateNtmsMedia, AnIdThatIsInUse183) {
  auto const c = cartridge(1, daily, {available, available});
  auto const logical = allocated_side(c);
  auto call = good();
  call.id = c;
  EXPECT_EQ(made(call), Errc::already_exists);
  call = good();
  call.sides[1].id = side(c);
  EXPECT_EQ(made(call), Errc::already_exists);
  call = good();
  call.sides[1].state = allocated;
  call.sides[1].logical_medium = logical;
  EXPECT_EQ(made(call), Errc::already_exists);
  call = good();
  call.sides[0].id = call.sides[1].id = book.make_id<SideId>();
  EXPECT_EQ(made(call), Errc::already_exists) << "twice in one call";
}

TEST_F(CreateNtmsMedia, WhoIsNoAdministrator5) { EXPECT_EQ(allocation::create_medium(book, nobody(), good()).error().code, Errc::access_denied); }

// ---- UpdateNtmsOmidInfo

class UpdateNtmsOmidInfo : public SidesRig {
 protected:
  Errc update(LogicalMediumId id, Omid label) { return code(allocation::update_label(book, who(), {id, std::move(label)})); }
  Omid const own{"BACULA", "VOL001", "VOL001"};
};

TEST_F(UpdateNtmsOmidInfo, TheLabelIsRecordedAndTheRequestHasPassed) {
  auto const c = cartridge(1, daily, {available, available});
  auto const id = allocated_side(c, 1);
  must(allocation::update_label(book, who(), {id, own}));
  EXPECT_EQ(of(c).sides[1].omid, own);
  EXPECT_EQ(state(c, 1), allocated);
  EXPECT_THAT(book.open_requests_of(c), IsEmpty());
  EXPECT_THAT(events_of(c.guid).back().reason, HasSubstr("its label is BACULA \"VOL001\" now"));
}

TEST_F(UpdateNtmsOmidInfo, OfACompleteSideToo) {
  auto const c = cartridge(1, daily, {available});
  auto const id = allocated_side(c);
  must(allocation::complete(book, who(), id));
  EXPECT_EQ(update(id, own), Errc::success);
  EXPECT_EQ(of(c).sides[0].omid, own);
}

TEST_F(UpdateNtmsOmidInfo, AnUnknownLogicalMedium4300) { EXPECT_EQ(update(unknown_id(), own), Errc::invalid_media); }

TEST_F(UpdateNtmsOmidInfo, ALabelThatNoRecordCanHave87) {
  auto const id = allocated_side(cartridge(1, daily, {available}));
  for (auto const& label : {Omid{"", "id", ""}, Omid{std::string(64, 't'), "id", ""}, Omid{"T", "", ""}, Omid{"T", std::string(256, 'i'), ""}, Omid{"T", "id", std::string(256, 'x')}, Omid{"T\n", "id", ""}, Omid{"T", "id", "a\x1b[31m"}})
    EXPECT_EQ(update(id, label), Errc::invalid_parameter) << label.type;
}

TEST_F(UpdateNtmsOmidInfo, WhoIsNoAdministrator5) {
  auto const id = allocated_side(cartridge(1, daily, {available}));
  EXPECT_EQ(code(allocation::update_label(book, nobody(), {id, own})), Errc::access_denied);
}

}  // namespace
}  // namespace rsm
