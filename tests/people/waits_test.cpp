// Waiting for requests: how a wait is answered, how it ends otherwise, and that nothing of it stays.
#include "libmgr/people/waits.hpp"

#include "tests/people/desk.hpp"

namespace rsm::people {
namespace {

using Answer = std::optional<Result<std::vector<RequestRecord>>>;

class WaitsTest : public Desk {
 protected:
  WaitsTest() {
    book.on_settled([this](RequestId id) { waits.settled(id); });
  }
  std::shared_ptr<Answer> wait(Caller const& caller, std::vector<RequestId> requests, std::optional<Millis> limit = std::nullopt) {
    auto answer = std::make_shared<Answer>();
    waits.wait(caller, std::move(requests), limit, [answer](Result<std::vector<RequestRecord>> result) { *answer = std::move(result); });
    return answer;
  }
  Caller on(Caller caller, std::uint64_t connection, SessionId in = {}) {
    caller.connection = ConnectionId{connection};
    caller.session = in;
    return caller;
  }
  void expect_nothing_left() {
    EXPECT_EQ(waits.size(), 0u);
    EXPECT_EQ(waits.index_entries(), 0u);
    loop.run_for(limits::history_delay);  // what has ended has gone to the history
    EXPECT_EQ(loop.waiting(), 0u) << "its timers are gone, too";
  }

  Waits waits{loop, book};
};

Errc code_of(std::shared_ptr<Answer> const& answer) { return !*answer ? Errc::io_pending : **answer ? Errc::success : (*answer)->error().code; }

TEST_F(WaitsTest, AnswersWhenAllAreSettledAndDurable) {
  auto const one = request(), two = request();
  auto const answer = wait(alice, {one, two});
  book.finish(one, {RequestState::passed, Errc::success, "done"});
  settle();
  EXPECT_FALSE(*answer);
  book.finish(two, {RequestState::failed, Errc::busy, "in use"});
  EXPECT_FALSE(*answer) << "not durable yet";
  settle();
  ASSERT_EQ(code_of(answer), Errc::success);
  ASSERT_EQ((*answer)->value().size(), 2u);
  EXPECT_EQ((*answer)->value()[1].id, two);
  expect_nothing_left();
}

TEST_F(WaitsTest, ADeferredDismountIsSettled) {
  auto const id = request(Operation::dismount);
  auto const answer = wait(alice, {id});
  book.set_state(id, RequestState::deferred, "stays in the drive");
  settle();
  EXPECT_EQ(code_of(answer), Errc::success);
}

// It goes on while the answer waits for the disk: what is told is what is on the disk.
TEST_F(WaitsTest, WhatIsToldOfADeferredDismountIsDurable) {
  auto const id = request(Operation::dismount);
  waits.wait(alice, {id}, std::nullopt, [&](auto) { book.finish(id, {RequestState::cancelled, Errc::cancelled, "by alice"}); });
  auto const answer = wait(alice, {id});
  book.set_state(id, RequestState::deferred, "stays in the drive");
  settle();
  ASSERT_EQ(code_of(answer), Errc::success);
  EXPECT_EQ((*answer)->value().front().state, RequestState::deferred);
  expect_nothing_left();
}

TEST_F(WaitsTest, ManyWaitsWithLimitsLeaveNothingBehind) {
  auto const id = request();
  std::vector<std::shared_ptr<Answer>> answers;
  for (int n = 0; n < 1000; ++n) answers.push_back(wait(on(alice, 1 + static_cast<unsigned>(n % 7)), {id, request()}, Millis{1 + n}));
  EXPECT_EQ(waits.size(), 1000u);
  loop.run_for(1s);
  for (auto const& answer : answers) EXPECT_EQ(code_of(answer), Errc::timeout);
  EXPECT_NE(book.request(id), nullptr) << "the request goes on";
  expect_nothing_left();
}

TEST_F(WaitsTest, AWaitWithoutALimitHasOne) {
  auto const answer = wait(alice, {request()});
  settle();
  EXPECT_EQ(loop.waiting(), 1u);
  loop.run_for(limits::wait_max);
  EXPECT_EQ(code_of(answer), Errc::timeout);
  expect_nothing_left();
}

TEST_F(WaitsTest, ItEndsWithItsConnectionWithoutAnAnswer) {
  auto const id = request();
  auto const gone = wait(on(alice, 1), {id}), stays = wait(on(alice, 2), {id});
  waits.end_connection(ConnectionId{1});
  EXPECT_EQ(waits.size(), 1u);
  EXPECT_EQ(waits.size_of(alice.uid), 1u);
  book.finish(id, {RequestState::passed, Errc::success, "done"});
  settle();
  EXPECT_FALSE(*gone);
  EXPECT_EQ(code_of(stays), Errc::success);
  expect_nothing_left();
}

TEST_F(WaitsTest, ItEndsWithItsSession) {
  SessionRecord const open = session(1000);
  auto const id = request();
  auto const answer = wait(on(alice, 1, open.id), {id}), other = wait(on(alice, 1), {id});
  waits.end_session(open.id);
  EXPECT_FALSE(*answer) << "never from inside";
  settle();
  EXPECT_EQ(code_of(answer), Errc::cancelled);
  EXPECT_FALSE(*other);
  waits.end_connection(ConnectionId{1});
  expect_nothing_left();
}

TEST_F(WaitsTest, CallersInsideTheProcessAreOfNoConnection) {
  auto const answer = wait(alice, {request()});
  waits.end_connection(ConnectionId::none);
  EXPECT_EQ(waits.size(), 1u);
  EXPECT_FALSE(*answer);
}

TEST_F(WaitsTest, OneUserHasOnlySoMany) {
  auto const id = request();
  for (std::size_t n = 0; n < limits::waits_per_user_max; ++n) wait(on(alice, 1 + n % 100), {id}, 1h);
  auto const refused = wait(on(alice, 200), {id}, 1h);
  EXPECT_EQ(code_of(refused), Errc::resource_not_available);
  EXPECT_EQ(code_of(wait(on(bob, 201), {id}, 1h)), Errc::io_pending) << "another user's are not counted";
  waits.end_connection(ConnectionId{1});
  EXPECT_EQ(code_of(wait(on(alice, 200), {id}, 1h)), Errc::io_pending);
}

TEST_F(WaitsTest, AnUnknownRequestIsToldAtOnce) {
  auto const known = request();
  settle();
  EXPECT_EQ(code_of(wait(alice, {known, book.make_id<RequestId>()})), Errc::object_not_found);
  expect_nothing_left();
}

TEST_F(WaitsTest, AWaitOfNothingIsAnswered) {
  auto const answer = wait(alice, {});
  settle();
  EXPECT_EQ(code_of(answer), Errc::success);
}

TEST_F(WaitsTest, WhatAFailedWriteLostIsTold) {
  auto const answer = wait(alice, {request()});
  must(book.load());  // before the request was durable
  waits.resume();
  settle();
  EXPECT_EQ(code_of(answer), Errc::object_not_found);
  expect_nothing_left();
}

TEST_F(WaitsTest, TheEndOfItsSessionIsToldWhenItIsDurable) {
  using Next = testing::UnsureLane::Next;
  for (auto const how : {Next::lost_unsure, Next::written_unsure}) {
    auto const mine = session(1000);
    auto const id = request();
    settle();
    auto const answer = wait(on(alice, 1, mine.id), {id});
    waits.end_session(mine.id);
    book.erase_session(mine.id, "closed by its user");
    book.finish(id, {RequestState::cancelled, Errc::cancelled, "its session ended"});
    EXPECT_FALSE(*answer) << "not durable yet";
    commit_fails(how);
    waits.resume();
    settle();
    EXPECT_EQ(code_of(answer), how == Next::written_unsure ? Errc::cancelled : Errc::io_pending);
    waits.end_connection(ConnectionId{1});
  }
  expect_nothing_left();
}

}  // namespace
}  // namespace rsm::people
