#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "db/maintenance.hpp"
#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::at;
using samples::set_of;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class WriterTest : public testing::Test {
 protected:
  SeededRandom random{41};
  samples::Sample sample{random};

  RequestRecord finished(std::uint64_t sequence, TimePoint when) {
    auto request = sample.request(sequence);
    request.state = RequestState::passed, request.changed = when;
    return request;
  }
};

TEST_F(WriterTest, ManySetsAreOneTransaction) {
  MemoryCatalog catalog;
  std::vector<ChangeSet> sets;
  for (int i = 0; i < 50; ++i) sets.push_back(set_of({sample.session()}));
  auto const before = catalog.vfs.syncs();
  must(catalog.writer->commit(sets));
  auto const group = catalog.vfs.syncs() - before;
  EXPECT_LE(group, 2u);  // the log's header once, and the commit
  EXPECT_THAT(must(catalog.reader->load_active()).sessions, SizeIs(50));
}

TEST_F(WriterTest, OfSeveralRecordsOfOneRequestInACommitTheLastOneStays) {
  MemoryCatalog catalog;
  auto queued = sample.request(1), other = sample.request(2);
  queued.state = RequestState::queued, other.state = RequestState::queued;
  auto waiting = queued, ended = queued, other_waiting = other;
  waiting.state = RequestState::waiting, ended.state = RequestState::passed;
  other_waiting.state = RequestState::waiting, other_waiting.reason = "the last word";
  std::vector<ChangeSet> const sets = {set_of({queued, other}), set_of({waiting, sample.session(), ended, other_waiting})};
  must(catalog.writer->commit(sets));
  EXPECT_THAT(must(catalog.reader->load_active()).open_requests, testing::ElementsAre(other_waiting));
  EXPECT_EQ(must(catalog.reader->request(queued.id)), ended);
}

TEST_F(WriterTest, ARequestThatWasOpenInAnEarlierCommitLeavesTheOpenOnesWithItsLastRecord) {
  MemoryCatalog catalog;
  auto open = sample.request(1);
  open.state = RequestState::queued;
  catalog.write(set_of({open}));
  auto waiting = open, ended = open;
  waiting.state = RequestState::waiting, ended.state = RequestState::cancelled;
  catalog.write(set_of({waiting, ended}));
  EXPECT_THAT(must(catalog.reader->load_active()).open_requests, IsEmpty());
  EXPECT_EQ(must(catalog.reader->request(open.id)), ended);
}

TEST_F(WriterTest, AContradictionRollsTheWholeGroupBack) {
  MemoryCatalog catalog;
  std::vector<ChangeSet> const sets = {set_of({sample.session()}, {sample.event(1)}), set_of({sample.slot(random.id<LibraryId>())}),
                                       set_of({sample.session()})};
  auto const committed = catalog.writer->commit(sets);
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().result, CommitResult::rolled_back);
  EXPECT_EQ(committed.error().error.code, Errc::database_failure);
  EXPECT_THAT(committed.error().error.text(), HasSubstr("a row of table slot refers to a row of table library that is not there"));
  must(catalog.writer->recover(committed.error()));
  auto const world = must(catalog.reader->load_active());
  EXPECT_THAT(world.sessions, IsEmpty());
  EXPECT_EQ(world.last_event, 0u);
  catalog.write(set_of({sample.session()}, {sample.event(1)}));
}

TEST_F(WriterTest, EventsMustFollowEachOther) {
  MemoryCatalog catalog;
  catalog.write(set_of({}, {sample.event(1), sample.event(2)}));
  for (std::uint64_t wrong : {0u, 2u, 4u}) {
    auto const set = set_of({sample.session()}, {sample.event(wrong)});
    auto const committed = catalog.writer->commit({&set, 1});
    ASSERT_FALSE(committed) << wrong;
    EXPECT_EQ(committed.error().result, CommitResult::rolled_back);
    EXPECT_THAT(committed.error().error.text(), HasSubstr("follow each other"));
  }
  std::vector<ChangeSet> const gap = {set_of({}, {sample.event(3)}), set_of({}, {sample.event(5)})};
  EXPECT_FALSE(catalog.writer->commit(gap));
  EXPECT_THAT(must(catalog.reader->load_active()).sessions, IsEmpty());
  catalog.write(set_of({}, {sample.event(3)}));
}

TEST_F(WriterTest, WhatHasNoRowCannotBeErased) {
  MemoryCatalog catalog;
  auto const set = set_of({Erase{ObjectType::computer, random.guid()}});
  auto const committed = catalog.writer->commit({&set, 1});
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().result, CommitResult::rolled_back);
  EXPECT_THAT(committed.error().error.text(), HasSubstr("computer"));
}

TEST_F(WriterTest, AnEmptyCommitIsFine) {
  MemoryCatalog catalog;
  must(catalog.writer->commit({}));
  catalog.write({});
}

TEST_F(WriterTest, OldFinishedRequestsGoInBites) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  std::vector<Change> old;
  for (std::uint64_t sequence = 1; sequence <= 500; ++sequence) old.push_back(finished(sequence, at(0)));
  auto waiting = sample.request(501);
  waiting.changed = at(0);
  auto const recent = finished(502, at(1500));
  catalog.write(set_of(old));
  catalog.write(set_of({waiting, recent}, {}));
  auto const left = [&] { return must(catalog.reader->requests_page({}, 0, 1000)).size(); };
  EXPECT_LT(left(), 501u);
  EXPECT_GT(left(), 300u);  // a bite, not all
  for (int i = 0; i < 20; ++i) {
    auto event = sample.event(static_cast<std::uint64_t>(i + 1));
    event.time = at(1600);
    catalog.write(set_of({}, {event}));
  }
  EXPECT_EQ(left(), 1u);
  EXPECT_EQ(must(catalog.reader->request(recent.id)), recent);
  EXPECT_EQ(must(catalog.reader->request(waiting.id)), waiting);
}

// Whoever writes it has seen the request, and does not know of the commit with which it goes.
TEST_F(WriterTest, NothingIsSaidOfWhatHasGone) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  auto const old = finished(1, at(0)), kept = finished(2, at(9000));
  catalog.write(set_of({old, kept}));
  auto event = sample.event(1);
  event.time = at(5000);
  catalog.write(set_of({}, {event}));
  ASSERT_EQ(must(catalog.reader->request(old.id)), std::nullopt);
  for (auto const& id : {old.id.guid, kept.id.guid}) catalog.write(set_of({ObjectAttribute{id, "a", "b"}, ObjectText{id, "", "d"}}));
  EXPECT_EQ(must(catalog.reader->object_attribute(old.id.guid, "a")), std::nullopt);
  EXPECT_EQ(must(catalog.reader->object_text(old.id.guid)), std::nullopt);
  EXPECT_EQ(must(catalog.reader->object_attribute(kept.id.guid, "a")), "b");
  EXPECT_EQ(must(catalog.reader->object_text(kept.id.guid))->description, "d");
}

TEST_F(WriterTest, DoneCallsGoWithTheirSessionAndTheOldestOfAllGoWhenThereAreMany) {
  MemoryCatalog catalog;
  SeededRandom random(4);
  auto const mine = sample.session(), other = sample.session();
  auto const call = [&](SessionRecord const& of, int n) { return DoneCall{of.id, "k" + std::to_string(n), "deallocate", random.guid(), random.guid()}; };
  auto const first = call(other, 0), own = call(mine, 1);
  catalog.write(set_of({mine, other, first, own}));
  EXPECT_EQ(must(catalog.reader->done_call(mine.id, "k1")), own);
  EXPECT_EQ(must(catalog.reader->done_call(other.id, "k1")), std::nullopt) << "a key is of a session";
  catalog.write(set_of({Erase{ObjectType::session, mine.id.guid}}));
  EXPECT_EQ(must(catalog.reader->done_call(mine.id, "k1")), std::nullopt);
  ASSERT_EQ(must(catalog.reader->done_call(other.id, "k0")), first);
  std::vector<Change> many;
  for (int n = 0; n < static_cast<int>(limits::done_calls_kept); ++n) many.push_back(call(other, n + 1));
  catalog.write(set_of(many));
  EXPECT_EQ(must(catalog.reader->done_call(other.id, "k0")), std::nullopt);
  EXPECT_NE(must(catalog.reader->done_call(other.id, "k1")), std::nullopt);
}

TEST_F(WriterTest, SequenceNumbersNeverStartAgain) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  catalog.write(set_of({finished(1, at(0)), finished(2, at(0))}));
  auto event = sample.event(1);
  event.time = at(1'000'000);
  catalog.write(set_of({}, {event}));
  EXPECT_THAT(must(catalog.reader->requests_page({}, 0, 10)), IsEmpty());
  EXPECT_EQ(must(catalog.reader->load_active()).last_request_sequence, 2u);
}

TEST_F(WriterTest, TheNumberOfARequestThatWasDeletedIsNotGivenAgain) {
  MemoryCatalog catalog;
  auto const deleted = finished(2, at(0)), just_ended = finished(3, at(0));
  catalog.write(set_of({finished(1, at(0)), deleted}));
  catalog.write(set_of({Erase{ObjectType::request, deleted.id.guid}}));
  EXPECT_EQ(must(catalog.reader->request(deleted.id)), std::nullopt);
  EXPECT_EQ(must(catalog.reader->load_active()).last_request_sequence, 2u);
  ChangeSet const ended = set_of({just_ended});
  must(catalog.writer->commit({&ended, 1}));
  catalog.write(set_of({ObjectText{just_ended.id.guid, "", "d"}, ObjectAttribute{just_ended.id.guid, "a", "b"}}));
  EXPECT_EQ(must(catalog.reader->object_text(just_ended.id.guid))->description, "d");
  catalog.write(set_of({Erase{ObjectType::request, just_ended.id.guid}}));
  EXPECT_EQ(must(catalog.reader->request(just_ended.id)), std::nullopt);
  EXPECT_EQ(must(catalog.reader->object_text(just_ended.id.guid)), std::nullopt) << "what was said of it goes with it";
  EXPECT_EQ(must(catalog.reader->object_attribute(just_ended.id.guid, "a")), std::nullopt);
  catalog.to_history(ended);  // it was on its way
  EXPECT_EQ(must(catalog.reader->request(just_ended.id)), std::nullopt);
  EXPECT_EQ(must(catalog.reader->load_active()).last_request_sequence, 3u);
  EXPECT_THAT(must(findings_of(*catalog.database)), IsEmpty());
}

TEST_F(WriterTest, AnOpenRequestDoesNotGoToTheHistory) {
  MemoryCatalog catalog;
  auto open = sample.request(1);
  open.state = RequestState::waiting;
  catalog.write(set_of({open}));
  catalog.write(set_of({ToHistory{{1, 2}, at(0)}}));
  EXPECT_THAT(must(catalog.reader->load_active()).open_requests, testing::ElementsAre(open));
  EXPECT_THAT(must(catalog.reader->requests_page({}, 0, 10)), IsEmpty());
}

TEST_F(WriterTest, OldOperatorRequestsGoWhenTheyAreFinished) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  auto open = sample.operator_request(), done = sample.operator_request();
  open.changed = done.changed = at(0), done.state = OperatorState::complete;
  catalog.write(set_of({open, done}));
  EXPECT_THAT(must(catalog.reader->operator_requests_page({}, 10)), SizeIs(2));
  auto event = sample.event(1);
  event.time = at(5000);
  catalog.write(set_of({}, {event}));
  EXPECT_THAT(must(catalog.reader->operator_requests_page({}, 10)), testing::ElementsAre(open));
}

TEST_F(WriterTest, EventsBeyondTheNewestGo) {
  MemoryCatalog catalog(1, {.events_kept = 10});
  for (std::uint64_t number = 1; number <= 100; number += 4)
    catalog.write(set_of({}, {sample.event(number), sample.event(number + 1), sample.event(number + 2), sample.event(number + 3)}));
  auto const page = must(catalog.reader->events(0, 1000));
  EXPECT_LE(page.events.size(), 10u);
  EXPECT_GE(page.events.size(), 7u);  // whole rows of four
  EXPECT_EQ(page.events.back().number, 100u);
  EXPECT_EQ(page.oldest, page.events.front().number);
}

TEST_F(WriterTest, TheLimitOfEventsHoldsWithinTheCommitThatExceedsIt) {
  MemoryCatalog catalog(1, {.events_kept = 50});
  std::uint64_t number = 0;
  auto const kept = [&] { return must(catalog.reader->events(0, 1000)).events.size(); };
  while (number < 50) catalog.write(set_of({}, {sample.event(++number)}));
  EXPECT_EQ(kept(), 50u);
  std::vector<Event> many;
  for (int i = 0; i < 40; ++i) many.push_back(sample.event(++number));
  catalog.write(set_of({}, many));
  EXPECT_EQ(kept(), 50u) << "forty small rows have gone for one large one";
  many.clear();
  for (int i = 0; i < 60; ++i) many.push_back(sample.event(++number));
  catalog.write(set_of({}, many));
  EXPECT_EQ(kept(), 60u) << "the newest row is never cut";
}

TEST_F(WriterTest, FinishedRequestsAreLimitedByNumber) {
  MemoryCatalog catalog(1, {.requests_kept = 100});
  auto const left = [&] { return must(catalog.reader->requests_page({}, 0, 1000)).size(); };
  auto open = sample.request(1);
  open.state = RequestState::waiting;
  catalog.write(set_of({open}));
  for (std::uint64_t sequence = 2; sequence <= 400; ++sequence) {
    catalog.write(set_of({finished(sequence, at(static_cast<std::int64_t>(sequence)))}));
    EXPECT_LE(left(), 100u);
  }
  EXPECT_EQ(left(), 100u);
  auto const page = must(catalog.reader->requests_page({}, 0, 1000));
  EXPECT_EQ(page.front().sequence, 400u);
  EXPECT_EQ(page[99].sequence, 301u) << "the oldest have gone";
  EXPECT_EQ(must(catalog.reader->request(open.id)), open) << "an open one never goes";
  // Counted again by the next owner of the catalog.
  catalog.close();
  catalog.open({.requests_kept = 40});
  for (std::uint64_t sequence = 401; sequence <= 410; ++sequence) catalog.write(set_of({finished(sequence, at(static_cast<std::int64_t>(sequence)))}));
  EXPECT_EQ(left(), 40u);
}

TEST_F(WriterTest, FinishedRequestsAreLimitedByTheirBytes) {
  MemoryCatalog catalog(1, {.requests_kept_bytes = 100'000});
  for (std::uint64_t sequence = 1; sequence <= 300; ++sequence) {
    auto request = finished(sequence, at(static_cast<std::int64_t>(sequence)));
    request.reason = std::string(5'000, 'r');
    catalog.write(set_of({request}));
  }
  auto const left = must(catalog.reader->requests_page({}, 0, 1000));
  EXPECT_LE(left.size(), 20u);
  EXPECT_GE(left.size(), 1u);
  EXPECT_EQ(left.front().sequence, 300u);
}

TEST_F(WriterTest, ALimitThatAFailedCommitHasNotUsedIsNotUsed) {
  MemoryCatalog catalog(1, {.requests_kept = 10});
  for (std::uint64_t sequence = 1; sequence <= 10; ++sequence) catalog.write(set_of({finished(sequence, at(1))}));
  for (int i = 0; i < 5; ++i) {
    ChangeSet const end = set_of({finished(11, at(1))});
    must(catalog.writer->commit({&end, 1}));
    auto const set = set_of({ToHistory{{11}, at(1)}, sample.slot(random.id<LibraryId>())});
    ASSERT_FALSE(catalog.writer->commit({&set, 1})) << "it contradicts the catalog";
  }
  catalog.write(set_of({sample.session()}, {sample.event(1)}));
  EXPECT_THAT(must(catalog.reader->requests_page({}, 0, 100)), SizeIs(10));
}

TEST_F(WriterTest, FinishedOperatorRequestsAreLimitedByNumber) {
  MemoryCatalog catalog(1, {.requests_kept = 20});
  for (int i = 0; i < 100; ++i) {
    auto asked = sample.operator_request();
    asked.state = OperatorState::submitted, asked.changed = at(i);
    catalog.write(set_of({asked}));
    asked.state = OperatorState::refused;
    auto event = sample.event(static_cast<std::uint64_t>(i + 1));
    catalog.write(set_of({asked}, {event}));
  }
  EXPECT_THAT(must(catalog.reader->operator_requests_page({}, 1000)), SizeIs(20));
}

// What is kept is counted on when some of it is deleted: the limit is still reached by the right one.
TEST_F(WriterTest, DeletedRequestsAreNotCountedAnyMore) {
  MemoryCatalog catalog(1, {.requests_kept = 20});
  std::uint64_t number = 0;
  auto const event = [&] { return sample.event(++number); };
  std::vector<RequestRecord> made;
  for (std::uint64_t i = 1; i <= 20; ++i) made.push_back(finished(i, at(static_cast<std::int64_t>(i))));
  for (auto const& one : made) catalog.write(set_of({one}, {event()}));
  for (std::size_t i = 5; i < 10; ++i) catalog.write(set_of({Erase{ObjectType::request, made[i].id.guid}}, {event()}));
  catalog.write(set_of({Erase{ObjectType::request, made[5].id.guid}}, {event()}));  // not there
  for (std::uint64_t i = 21; i <= 25; ++i) catalog.write(set_of({finished(i, at(static_cast<std::int64_t>(i)))}, {event()}));
  EXPECT_THAT(must(catalog.reader->requests_page({}, 0, 1000)), SizeIs(20));
  EXPECT_TRUE(must(catalog.reader->request(made[0].id))) << "nothing had to go for those that came";
  catalog.write(set_of({finished(26, at(26))}, {event()}));
  catalog.write(set_of({}, {event()}));
  EXPECT_FALSE(must(catalog.reader->request(made[0].id)));
}

// What an administrator has set of the computer wins over the configuration, also after the catalog was opened again.
TEST_F(WriterTest, TheComputerSaysWhatAgeTakesAway) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  std::uint64_t number = 0, sequence = 0;
  ComputerRecord computer;
  computer.id = random.id<ComputerId>();
  auto const ended = [&](RequestState state, int when) {
    auto request = finished(++sequence, at(when));
    request.state = state;
    catalog.write(set_of({request}, {sample.event(++number)}));
    return request.id;
  };
  auto const later = [&](int when) {
    ended(RequestState::passed, when);
    auto event = sample.event(++number);
    event.time = at(when);
    catalog.write(set_of({}, {event}));
  };
  auto const there = [&](RequestId id) { return must(catalog.reader->request(id)).has_value(); };
  computer.request_flags = keep_flag::no_auto_purge;
  catalog.write(set_of({computer}));
  auto const passed = ended(RequestState::passed, 10), failed = ended(RequestState::failed, 20);
  later(5'000);
  EXPECT_TRUE(there(passed) && there(failed)) << "age takes nothing";
  computer.request_flags = keep_flag::no_failed_purge;
  catalog.write(set_of({computer}));
  later(6'000);
  EXPECT_FALSE(there(passed));
  EXPECT_TRUE(there(failed));
  auto const passed_later = ended(RequestState::passed, 6'100);
  catalog.close();
  catalog.open({.request_purge_after = Millis{1000}});
  later(9'000);
  EXPECT_FALSE(there(passed_later));
  EXPECT_TRUE(there(failed)) << "it is still said";
  computer.request_flags = 0;
  computer.request_purge_after = Millis{1'000'000};
  catalog.write(set_of({computer}));
  later(10'000);
  EXPECT_TRUE(there(failed)) << "not old enough now";
  computer.request_purge_after.reset();
  catalog.write(set_of({computer}));
  later(12'000);
  EXPECT_FALSE(there(failed));
}

TEST_F(WriterTest, RefusedOperatorRequestsStayWhereTheComputerSaysSo) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  ComputerRecord computer;
  computer.id = random.id<ComputerId>();
  computer.operator_request_flags = keep_flag::no_failed_purge;
  catalog.write(set_of({computer}));
  std::vector<OperatorRequestRecord> asked;
  for (auto const state : {OperatorState::refused, OperatorState::complete}) {
    asked.push_back(sample.operator_request());
    asked.back().state = state, asked.back().changed = at(10);
    catalog.write(set_of({asked.back()}));
  }
  auto event = sample.event(1);
  event.time = at(5'000);
  catalog.write(set_of({}, {event}));
  EXPECT_TRUE(must(catalog.reader->operator_request(asked[0].id)));
  EXPECT_FALSE(must(catalog.reader->operator_request(asked[1].id)));
}

// A key is answered as a whole.
TEST_F(WriterTest, AFinishedRequestStaysWhileItsCallIsOpenOrYoung) {
  MemoryCatalog catalog(1, {.request_purge_after = Millis{1000}});
  auto first = finished(1, at(0)), second = sample.request(2), other = finished(3, at(0)), newest = finished(4, at(0));
  first.session = second.session = random.id<SessionId>();
  first.key = second.key = "one call";
  first.group = second.group = first.id, first.group_size = second.group_size = 2;
  second.state = RequestState::waiting, second.changed = at(0);
  catalog.write(set_of({first, second, other, newest}));
  std::uint64_t number = 0;
  auto const time_is = [&](std::int64_t ms) {
    auto event = sample.event(++number);
    event.time = at(ms);
    catalog.write(set_of({}, {event}));
  };
  auto const call = [&] { return must(catalog.reader->request(first.id)).has_value() + must(catalog.reader->request(second.id)).has_value(); };
  time_is(5000);
  EXPECT_EQ(call(), 2) << "one is open";
  EXPECT_FALSE(must(catalog.reader->request(other.id)));
  second.state = RequestState::passed, second.changed = at(5500);
  catalog.write(set_of({second}));
  time_is(6400);
  EXPECT_EQ(call(), 2) << "one has ended a moment ago";
  time_is(6600);
  EXPECT_EQ(call(), 0);
}

TEST_F(WriterTest, FactsOfTheCatalog) {
  MemoryCatalog catalog;
  auto world = must(catalog.reader->load_active());
  EXPECT_TRUE(world.history.is_zero());
  EXPECT_EQ(world.media_number, 0u);
  EXPECT_EQ(world.restored, std::nullopt);
  auto const history = random.guid();
  catalog.write(set_of({HistoryBegins{history}, MediaNumber{5}, MediaNumber{4}}));
  world = must(catalog.reader->load_active());
  EXPECT_EQ(world.history, history);
  EXPECT_EQ(world.media_number, 5u) << "numbers only grow";
}

TEST_F(WriterTest, TheLogMovesIntoTheFileWhenItHasGrown) {
  MemoryCatalog catalog(1, {.log_pages_max = 20});
  for (std::uint64_t i = 0; i < 200; ++i) {
    catalog.write(set_of({sample.session()}));
    must(catalog.writer->checkpoint_if_due());
  }
  EXPECT_LT(catalog.vfs.bytes("catalog.db-wal"), 60u * 4200);
  EXPECT_THAT(must(catalog.reader->load_active()).sessions, SizeIs(200));
}

}  // namespace
}  // namespace rsm::db
