// Allocations that wait: who is served first, how they end, and that nobody hears of what is not durable.
#include "libmgr/objects/security.hpp"
#include "libmgr/people/access.hpp"
#include "tests/libmgr/allocation_rig.hpp"

namespace rsm {
namespace {

using enum SideState;

class WaitingAllocations : public AllocationRig {
 protected:
  AllocateCall patient(PoolId in, std::optional<Millis> limit = {}) {
    auto call = call_in(in);
    call.error_if_unavailable = false;
    call.timeout = limit;
    return call;
  }
  // And the core takes up what was under way.
  void after_a_commit_that(testing::UnsureLane::Next how) {
    commit_fails(how);
    allocations.resume();
    settle();
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

TEST_F(WaitingAllocations, WhoseRightIsTakenAwayMeanwhileIsRefused) {
  auto const let_in = [this](std::uint32_t rights) {
    security::Descriptor descriptor;
    descriptor.access = security::AccessList{{security::EntryType::allow, 0, rights, security::user_sid(1000)}};
    must(objects::set_security(book, caller_of(root_session), {ObjectType::pool, daily.guid, security::access_part, descriptor}));
    settle();
  };
  auto stranger = caller_of(root_session, false);
  stranger.uid = 1000;
  let_in(security::use | security::control);
  auto const heard = send(patient(daily), stranger);
  ASSERT_FALSE(*heard);
  let_in(security::use);
  cartridge(1, daily, {available, available});
  settle();
  ASSERT_TRUE(*heard);
  EXPECT_EQ((*heard)->error().code, Errc::access_denied);
  EXPECT_EQ(allocations.waiting(), 0u);
}

TEST_F(WaitingAllocations, AUserHasOnlySoManyAllocatedMediaInAllPoolsTogether) {
  settings.shares.quotas.everybody.media = 2;
  settings.shares.quotas.users["user1000"] = {.media = 1};
  for (unsigned n : {1u, 2u}) cartridge(n, daily, {available, available});
  cartridge(3, weekly, {available, available});
  auto const first = allocate(daily), second = allocate(weekly);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(book.media_of(root_session.user), 2u);
  for (auto const& call : {call_in(daily), patient(daily)}) {
    auto const over = allocate(call);
    ASSERT_EQ(code(over), Errc::media_unavailable);
    EXPECT_THAT(over.error().text(), HasSubstr("has 2 allocated media; one user may have 2"));
    EXPECT_THAT(over.error().text(), HasSubstr("[queue] media_per_user"));
  }
  auto again = call_in(daily);
  again.key = first->logical.key;
  EXPECT_TRUE(allocate(again)) << "that is what it was given already";
  auto const other = caller_of(session(1000));
  EXPECT_TRUE(allocate(call_in(daily), other)) << "everybody has his own";
  EXPECT_EQ(refused(call_in(daily), other), Errc::media_unavailable);
  must(allocation::deallocate(book, caller_of(root_session), first->logical.id));
  settle();
  EXPECT_EQ(book.media_of(root_session.user), 1u);
  EXPECT_TRUE(allocate(weekly));
  EXPECT_THAT(findings(), IsEmpty());
  must(book.load());
  EXPECT_EQ(book.media_of(root_session.user), 2u) << "also after a restart";
  EXPECT_EQ(book.media_of("user1000"), 1u);
}

// Two wait, one more is his: the other one is refused when the first was served.
TEST_F(WaitingAllocations, WhoWaitsIsRefusedWhenHeHasWhatHeMayHave) {
  settings.shares.quotas.everybody.media = 1;
  auto const first = send(patient(daily)), second = send(patient(daily));
  ASSERT_FALSE(*first || *second);
  cartridge(1, daily, {available, available});
  settle();
  ASSERT_TRUE(*first && *second);
  EXPECT_EQ(given(**first), "C00001 0");
  EXPECT_EQ(code(**second), Errc::media_unavailable);
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

// One that wants a whole cartridge is not starved by those who take any side and come later.
TEST_F(WaitingAllocations, OfBothKindsTheFirstIsServedFirst) {
  auto call = patient(daily);
  call.whole = true;
  auto const whole = send(call), any = send(patient(daily));
  auto const c = cartridge(1, daily, {available, available});
  EXPECT_EQ(refused(call_in(daily)), Errc::media_unavailable) << "the one cartridge is for him who has waited longest";
  settle();
  EXPECT_EQ(given(whole->value_or(fail(Errc::io_pending))), "C00001 0");
  EXPECT_EQ(state(c, 1), reserved);
  EXPECT_FALSE(*any);
  cartridge(2, daily, {available, decommissioned});
  settle();
  EXPECT_EQ(given(any->value_or(fail(Errc::io_pending))), "C00002 0");
}

TEST_F(WaitingAllocations, WhatTheFirstCannotUseIsGivenToTheNext) {
  auto call = patient(daily);
  call.whole = true;
  auto const whole = send(call), any = send(patient(daily));
  cartridge(1, daily, {available, decommissioned});
  settle();
  EXPECT_FALSE(*whole);
  EXPECT_EQ(given(any->value_or(fail(Errc::io_pending))), "C00001 0");
}

TEST_F(WaitingAllocations, OfTwoPoolsThatDrawFromTheSameFreePoolTheFirstIsServedFirst) {
  for (auto const& id : {daily, weekly}) policy(id, pool_policy::allocate_from_scratch, 0);
  auto const first = send(patient(std::max(daily, weekly))), second = send(patient(std::min(daily, weekly)));
  cartridge(1, free_pool, {available, decommissioned});
  settle();
  EXPECT_EQ(given(first->value_or(fail(Errc::io_pending))), "C00001 0");
  EXPECT_FALSE(*second);
}

TEST_F(WaitingAllocations, TheSameCallAgainAndAgainIsCountedEachTime) {
  auto const call = patient(daily);
  std::vector<std::shared_ptr<std::optional<Result<Allocated>>>> heard;
  for (std::size_t n = 0; n < limits::waits_per_user_max; ++n) heard.push_back(send(call, caller_of(root_session, true, n + 1)));
  EXPECT_EQ(refused(call, caller_of(root_session, true, 9999)), Errc::resource_not_available);
  EXPECT_EQ(refused(patient(weekly)), Errc::resource_not_available);
  allocations.connection_gone(ConnectionId{1});
  EXPECT_EQ(refused(call, caller_of(root_session, true, 9999)), Errc::io_pending) << "one is gone, and this one may wait";
  cartridge(1, daily, {available, decommissioned});
  settle();
  EXPECT_EQ(given(heard.back()->value_or(fail(Errc::io_pending))), "C00001 0");
  EXPECT_EQ(refused(patient(weekly)), Errc::io_pending) << "nothing of it is counted any more";
}

// ---- nobody hears of what is not durable

using Next = testing::UnsureLane::Next;

TEST_F(WaitingAllocations, ACommitOfUnknownOutcomeThatWasWrittenIsAnswered) {
  auto const heard = send(patient(daily));
  cartridge(1, daily, {available, decommissioned});
  after_a_commit_that(Next::written_unsure);
  ASSERT_TRUE(*heard);
  EXPECT_EQ(given(**heard), "C00001 0");
  EXPECT_EQ(must(catalog.reader->logical_medium((**heard)->logical.id)), (**heard)->logical);
  EXPECT_EQ(allocations.waiting(), 0u);
}

TEST_F(WaitingAllocations, ACommitOfUnknownOutcomeThatWasNotWrittenIsTriedAgain) {
  auto const heard = send(patient(daily));
  cartridge(1, daily, {available, decommissioned});
  after_a_commit_that(Next::lost_unsure);
  EXPECT_FALSE(*heard) << "the cartridge is lost with it";
  EXPECT_EQ(allocations.waiting_for(daily), 1u);
  EXPECT_THAT(asked_for(), SizeIs(1));
  cartridge(1, daily, {available, decommissioned});
  settle();
  EXPECT_EQ(given(heard->value_or(fail(Errc::io_pending))), "C00001 0");
}

TEST_F(WaitingAllocations, WhileTheDiskIsFullWhoWaitsGoesOnWaitingAndWhoComesHears112) {
  auto const waits = send(patient(daily, 1h));
  cartridge(1, daily, {available, available});
  auto const comes = std::make_shared<std::optional<Result<Allocated>>>();
  allocations.allocate(caller_of(root_session), call_in(daily), [comes](Result<Allocated> result) { *comes = std::move(result); });
  after_a_commit_that(Next::taken_back);
  ASSERT_TRUE(*comes);
  EXPECT_EQ((*comes)->error().code, Errc::disk_full);
  EXPECT_FALSE(*waits);
  loop.run_for(2h);
  ASSERT_TRUE(*waits);
  EXPECT_EQ((*waits)->error().code, Errc::timeout) << "its time runs on";
}

TEST_F(WaitingAllocations, OneThatFindsASideAtOnceIsAnsweredWithWhatTheCatalogHas) {
  for (auto const how : {Next::written_unsure, Next::lost_unsure}) {
    auto const c = cartridge(how == Next::written_unsure ? 1 : 2, daily, {available, decommissioned});
    settle();
    auto const heard = std::make_shared<std::optional<Result<Allocated>>>();
    allocations.allocate(caller_of(root_session), call_in(daily), [heard](Result<Allocated> result) { *heard = std::move(result); });
    after_a_commit_that(how);
    ASSERT_TRUE(*heard && **heard) << static_cast<int>(how);
    EXPECT_EQ((**heard)->medium, c);
    EXPECT_EQ(must(catalog.reader->logical_medium((**heard)->logical.id)), (**heard)->logical);
    EXPECT_THAT(findings(), IsEmpty());
  }
}

TEST_F(WaitingAllocations, ARefusalIsToldWhenItIsDurable) {
  for (auto const how : {Next::lost_unsure, Next::written_unsure}) {
    auto const heard = send(patient(daily));
    must(people.answer(root, asked_for().at(0).id, false));
    EXPECT_FALSE(*heard) << "not before the commit";
    after_a_commit_that(how);
    if (how == Next::lost_unsure) {
      EXPECT_FALSE(*heard) << "nobody has refused anything";
      EXPECT_THAT(asked_for(), SizeIs(1));
    } else {
      ASSERT_TRUE(*heard);
      EXPECT_EQ((*heard)->error().code, Errc::cancelled);
    }
  }
}

TEST_F(WaitingAllocations, TheEndOfTheirSessionIsToldWhenItIsDurable) {
  for (auto const how : {Next::lost_unsure, Next::written_unsure}) {
    auto const mine = session(0);
    settle();
    auto const heard = send(patient(daily), caller_of(mine));
    allocations.session_ends(mine.id, "closed by its user");
    book.erase_session(mine.id, "closed by its user");
    EXPECT_FALSE(*heard);
    after_a_commit_that(how);
    if (how == Next::lost_unsure) {
      EXPECT_FALSE(*heard) << "it is open";
    } else {
      ASSERT_TRUE(*heard);
      EXPECT_EQ((*heard)->error().code, Errc::cancelled);
    }
  }
}

TEST_F(WaitingAllocations, TheEndOfTheirPoolIsToldWhenItIsDurable) {
  auto const heard = send(patient(weekly));
  PoolRecord const record = book.world().pools.at(weekly);
  book.erase_pool(weekly, "for the test");
  after_a_commit_that(Next::lost_unsure);
  EXPECT_FALSE(*heard) << "it is there";
  book.erase_pool(weekly, "for the test");
  after_a_commit_that(Next::written_unsure);
  ASSERT_TRUE(*heard);
  EXPECT_EQ((*heard)->error().code, Errc::invalid_media_pool);
}

TEST_F(WaitingAllocations, AreCountedByPool) {
  for (int i = 0; i < 3; ++i) send(patient(daily));
  EXPECT_EQ(allocations.waiting_for(daily), 3u);
  EXPECT_EQ(allocations.waiting_for(weekly), 0u);
}

}  // namespace
}  // namespace rsm
