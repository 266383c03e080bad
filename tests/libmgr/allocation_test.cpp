// AllocateNtmsMedia: which side is given, and every documented error.
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

// ---- waiting

class WaitingAllocations : public AllocationRig {
 protected:
  AllocateCall patient(PoolId in, std::optional<Millis> limit = {}) {
    auto call = call_in(in);
    call.error_if_unavailable = false;
    call.timeout = limit;
    return call;
  }
};

TEST_F(WaitingAllocations, AnOperatorIsAskedAndTheCallGoesOnByItselfWhenAMediumArrives) {
  auto const heard = send(patient(daily));
  ASSERT_FALSE(*heard);
  ASSERT_THAT(asked_for(), SizeIs(1));
  EXPECT_EQ(asked_for()[0].command, OperatorCommand::new_media);
  EXPECT_EQ(asked_for()[0].argument1, daily.guid);
  EXPECT_THAT(asked_for()[0].message, HasSubstr("App\\Daily"));
  auto const asked = asked_for()[0].id;
  cartridge(1, daily, {available, available});
  settle();
  ASSERT_TRUE(*heard);
  EXPECT_EQ(given(**heard), "C00001 0");
  EXPECT_THAT(asked_for(), IsEmpty());
  EXPECT_EQ(must(catalog.reader->operator_request(asked))->state, OperatorState::complete);
  EXPECT_EQ(allocations.waiting(), 0u);
}

TEST_F(WaitingAllocations, WhatEndsTheWantIsAnyChangeThatHelps) {
  policy(daily, pool_policy::allocate_from_scratch, 0);
  auto const offline = cartridge(1, daily, {available, available});
  change(offline, [](MediumRecord& m) { m.place = Offline{}; });
  auto const first = send(patient(daily)), second = send(patient(daily)), third = send(patient(weekly));
  EXPECT_THAT(asked_for(), SizeIs(2)) << "one question for each pool";
  change(offline, [this](MediumRecord& m) { m.place = InElement{library, {ElementKind::slot, 50}}; });
  settle();
  EXPECT_EQ(given(first->value_or(fail(Errc::io_pending))), "C00001 0");
  EXPECT_EQ(given(second->value_or(fail(Errc::io_pending))), "C00001 1");
  ASSERT_FALSE(*third);
  cartridge(2, free_pool, {available, available});
  settle();
  ASSERT_FALSE(*third);
  policy(weekly, pool_policy::allocate_from_scratch, 0);
  settle();
  EXPECT_EQ(given(third->value_or(fail(Errc::io_pending))), "C00002 0") << "a policy was changed";
  EXPECT_THAT(asked_for(), IsEmpty());
}

TEST_F(WaitingAllocations, TheFirstIsServedFirstAndNobodyGetsPastHim) {
  auto const first = send(patient(daily));
  auto const c = cartridge(1, daily, {available, decommissioned});
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "he who waits comes first";
  settle();
  EXPECT_EQ(given(first->value_or(fail(Errc::io_pending))), "C00001 0");
  EXPECT_EQ(state(c), allocated);
}

TEST_F(WaitingAllocations, TimeOver1460AndTheOperatorRequestIsDeleted) {
  auto const heard = send(patient(daily, 5min));
  auto const asked = asked_for().at(0).id;
  loop.run_for(5min);
  settle();
  ASSERT_TRUE(*heard);
  EXPECT_EQ((*heard)->error().code, Errc::timeout);
  EXPECT_THAT(asked_for(), IsEmpty());
  EXPECT_EQ(must(catalog.reader->operator_request(asked)), std::nullopt);
  EXPECT_EQ(events_of(asked.guid).back().kind, EventKind::erase);
}

TEST_F(WaitingAllocations, WithoutALimitItWaitsForEver) {
  auto const heard = send(patient(daily));
  loop.run_for(24h * 300);
  EXPECT_FALSE(*heard);
}

TEST_F(WaitingAllocations, OneWhoseTimeIsOverLeavesTheOthersTheirQuestion) {
  auto const hasty = send(patient(daily, 1min)), other_one = send(patient(daily));
  loop.run_for(2min);
  ASSERT_TRUE(*hasty);
  EXPECT_FALSE(*other_one);
  EXPECT_THAT(asked_for(), SizeIs(1));
}

TEST_F(WaitingAllocations, TheOperatorRefuses1223) {
  auto const one = send(patient(daily)), two = send(patient(daily)), of_another_pool = send(patient(weekly));
  for (auto const& asked : asked_for())
    if (asked.argument1 == daily.guid) must(people.answer(root, asked.id, false));
  settle();
  ASSERT_TRUE(*one && *two);
  EXPECT_EQ((*one)->error().code, Errc::cancelled);
  EXPECT_EQ((*two)->error().code, Errc::cancelled);
  EXPECT_FALSE(*of_another_pool);
}

TEST_F(WaitingAllocations, TheOperatorSaysDoneForNothingAndIsAskedAgain) {
  auto const heard = send(patient(daily));
  auto const first = asked_for().at(0).id;
  must(people.answer(root, first, true));
  settle();
  EXPECT_FALSE(*heard);
  ASSERT_THAT(asked_for(), SizeIs(1));
  EXPECT_NE(asked_for()[0].id, first);
}

TEST_F(WaitingAllocations, TheSessionIsClosed1223) {
  auto const mine = session(0);
  auto const heard = send(patient(daily), caller_of(mine));
  allocations.session_ends(mine.id, "closed by its user");
  settle();
  ASSERT_TRUE(*heard);
  EXPECT_EQ((*heard)->error().code, Errc::cancelled);
  EXPECT_THAT(asked_for(), IsEmpty());
  EXPECT_EQ(allocations.waiting(), 0u);
}

TEST_F(WaitingAllocations, ABrokenConnectionKeepsItsPlaceAndIsGivenNothingMeanwhile) {
  auto const call = patient(daily, 10min);
  auto const lost = send(call, caller_of(root_session, true, 1));
  auto const later = send(patient(daily), caller_of(session(0), true, 2));
  allocations.connection_gone(ConnectionId{1});
  auto const c = cartridge(1, daily, {available, decommissioned});
  settle();
  EXPECT_FALSE(*lost);
  EXPECT_EQ(given(later->value_or(fail(Errc::io_pending))), "C00001 0") << "who hears is served";
  auto const back = send(call, caller_of(root_session, true, 3));
  EXPECT_FALSE(*back);
  cartridge(2, daily, {available, decommissioned});
  settle();
  EXPECT_EQ(given(back->value_or(fail(Errc::io_pending))), "C00002 0");
  EXPECT_FALSE(*lost);
  EXPECT_EQ(state(c), allocated);
}

TEST_F(WaitingAllocations, ItsTimeLimitRunsOnWhileTheConnectionIsBroken) {
  auto const call = patient(daily, 10min);
  send(call, caller_of(root_session, true, 1));
  allocations.connection_gone(ConnectionId{1});
  loop.run_for(6min);
  auto const back = send(call, caller_of(root_session, true, 2));
  loop.run_for(5min);
  ASSERT_TRUE(*back);
  EXPECT_EQ((*back)->error().code, Errc::timeout);
}

TEST_F(WaitingAllocations, AfterARestartTheQuestionStaysForAsLongAsHeMayComeBack) {
  send(patient(daily));
  reload();
  Allocations after{book, loop, settings, people, []() -> Result<> { return {}; }};
  after.resume();
  loop.run_for(settings.session_grace - 1s);
  EXPECT_THAT(asked_for(), SizeIs(1));
  loop.run_for(2s);
  EXPECT_THAT(asked_for(), IsEmpty()) << "nobody has come back";
}

TEST_F(WaitingAllocations, LaterAQuestionThatNobodyAsksAnyMoreGoesWhenMemoryIsRebuilt) {
  allocations.resume();
  loop.run_for(settings.session_grace + 1s);
  people.raise({OperatorKind::new_media, daily.guid, {}, {}, "bring media: somebody waited, and the commit that took it back failed"});
  settle();
  ASSERT_THAT(asked_for(), SizeIs(1));
  allocations.resume();
  loop.run_for(1s);
  EXPECT_THAT(asked_for(), IsEmpty()) << "who waits in this life is known";
}

TEST_F(WaitingAllocations, AreCountedByPool) {
  for (int i = 0; i < 3; ++i) send(patient(daily));
  EXPECT_EQ(allocations.waiting_for(daily), 3u);
  EXPECT_EQ(allocations.waiting_for(weekly), 0u);
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

}  // namespace
}  // namespace rsm
