// Operator requests that applications submit: kinds and what they are about, texts, repeats, rights, shares, and who may take one back.
#include "libmgr/people/operator_requests.hpp"
#include "libmgr/people/waits.hpp"
#include "tests/people/desk.hpp"

namespace rsm::people {
namespace {

class SubmitTest : public Desk {
 protected:
  SubmitTest() {
    PoolRecord record;
    record.id = pool;
    record.name = "Daily";
    record.path = "Backup\\Daily";
    book.put(record, "made");
    mine = session(1000);
    settle();
  }
  OperatorCall call(OperatorCommand command, OperatorCall::Argument first = {}, OperatorCall::Argument second = {}, std::string message = {}) {
    return {.id = book.make_id<OperatorRequestId>(), .command = command, .message = std::move(message), .first = first, .second = second};
  }
  OperatorCall::Argument of(Guid id, ObjectType type) { return {id, type}; }
  OperatorCall::Argument a_pool() { return of(pool.guid, ObjectType::pool); }
  OperatorCall::Argument a_library() { return of(library.guid, ObjectType::library); }
  OperatorCall::Argument a_drive() { return of(drive_id.guid, ObjectType::drive); }
  OperatorCall::Argument a_medium() { return of(medium_id(1).guid, ObjectType::medium); }
  OperatorCall message(std::string text = "change the tape") { return call(OperatorCommand::message, {}, {}, std::move(text)); }

  Errc submit(OperatorCall const& one, Caller const& who) {
    auto const submitted = asked.submit(who, mine, one);
    settle();
    return submitted ? Errc::success : submitted.error().code;
  }
  Errc submit(OperatorCall const& one) { return submit(one, root); }
  OperatorRequestRecord record_of(OperatorRequestId id) { return must(book.find_operator_request(id)).value(); }
  std::string text_of(OperatorCall const& one) {
    EXPECT_EQ(submit(one), Errc::success);
    return record_of(one.id).message;
  }
  Errc answer(OperatorRequestId id, Caller const& who, bool done) {
    auto const answered = asked.answer(who, id, done);
    settle();
    return answered ? Errc::success : answered.error().code;
  }

  PoolId pool = made_up<PoolId>(11, 7);
  SessionRecord mine;
  OperatorRequests asked{loop, book, [](LibraryId, MediumRecord const&) { return std::optional<Element>{}; }};
};

TEST_F(SubmitTest, WhatIsRecorded) {
  auto const one = call(OperatorCommand::move_media, a_medium(), a_library(), "to the shelf, please");
  ASSERT_EQ(submit(one), Errc::success);
  auto const record = record_of(one.id);
  EXPECT_EQ(record.kind, OperatorKind::none);
  EXPECT_EQ(record.command, OperatorCommand::move_media);
  EXPECT_EQ(record.state, OperatorState::submitted);
  EXPECT_EQ(record.message, "to the shelf, please");
  EXPECT_EQ(record.argument1, medium_id(1).guid);
  EXPECT_EQ(record.argument2, library.guid);
  EXPECT_EQ(record.user, "user1000");
  auto const events = must(book.reader().events(0, 1000)).events;
  EXPECT_EQ(events.back().kind, EventKind::insert);
  EXPECT_EQ(events.back().object, one.id.guid);
}

TEST_F(SubmitTest, WhatIsSaidWhereNothingWas) {
  EXPECT_EQ(text_of(call(OperatorCommand::new_media, a_pool())), "New media are needed in pool Backup\\Daily");
  EXPECT_EQ(text_of(call(OperatorCommand::new_media, a_pool(), a_library())), "New media are needed in pool Backup\\Daily: put some into library Jukebox");
  EXPECT_EQ(text_of(call(OperatorCommand::cleaner, a_library())), "A cleaner cartridge is needed in library Jukebox");
  EXPECT_EQ(text_of(call(OperatorCommand::cleaner, of(made_up<SlotId>(7, 2).guid, ObjectType::slot))), "A cleaner cartridge is needed in slot 2 of library Jukebox");
  EXPECT_EQ(text_of(call(OperatorCommand::device_service, a_drive())), "Drive 0 of Jukebox needs service");
  EXPECT_EQ(text_of(call(OperatorCommand::device_service, of(port_id.guid, ObjectType::port))), "Port 0 of library Jukebox needs service");
  EXPECT_EQ(text_of(call(OperatorCommand::move_media, a_medium(), a_library())), "Move medium A00002 into library Jukebox");
}

TEST_F(SubmitTest, EachKindTakesItsOwnObjects) {
  using enum OperatorCommand;
  EXPECT_EQ(submit(call(unknown)), Errc::invalid_parameter);
  for (auto const kind : {new_media, cleaner, device_service, move_media}) EXPECT_EQ(submit(call(kind)), Errc::invalid_parameter) << word(kind);
  EXPECT_EQ(submit(call(new_media, a_drive())), Errc::invalid_parameter);
  EXPECT_EQ(submit(call(new_media, a_pool(), a_drive())), Errc::invalid_parameter);
  EXPECT_EQ(submit(call(cleaner, a_drive())), Errc::invalid_parameter);
  EXPECT_EQ(submit(call(device_service, a_pool())), Errc::invalid_parameter);
  EXPECT_EQ(submit(call(move_media, a_medium())), Errc::invalid_parameter) << "readings.md 33";
  EXPECT_EQ(submit(call(move_media, a_drive(), a_library())), Errc::invalid_parameter);
  EXPECT_EQ(submit(call(move_media, a_medium(), a_pool())), Errc::invalid_parameter);
  for (auto const& device : {a_library(), a_medium(), a_drive(), of(made_up<DoorId>(9, 0).guid, ObjectType::door), of(port_id.guid, ObjectType::port)})
    EXPECT_EQ(submit(call(device_service, device)), Errc::success) << word(*device.type);
}

TEST_F(SubmitTest, WhatAKindHasNoUseForIsNotLookedAt) {
  OperatorCall one = message();
  one.first = one.second = {made_up<MediumId>(99, 0).guid, std::nullopt};
  EXPECT_EQ(submit(one), Errc::success);
  EXPECT_TRUE(record_of(one.id).argument1.is_zero());
}

TEST_F(SubmitTest, UnknownObjectsAreNotFound) {
  OperatorCall::Argument const nothing{made_up<MediumId>(99, 0).guid, std::nullopt};
  EXPECT_EQ(submit(call(OperatorCommand::new_media, nothing)), Errc::object_not_found);
  EXPECT_EQ(submit(call(OperatorCommand::new_media, a_pool(), nothing)), Errc::object_not_found);
  EXPECT_EQ(submit(call(OperatorCommand::move_media, nothing, a_pool())), Errc::object_not_found) << "existence before types";
  EXPECT_TRUE(book.world().operator_requests.empty());
}

TEST_F(SubmitTest, MessagesHaveALength) {
  EXPECT_EQ(submit(message("")), Errc::invalid_parameter);
  EXPECT_EQ(submit(message(std::string("a\0b", 3))), Errc::invalid_parameter);
  EXPECT_EQ(submit(message(std::string(limits::message_chars_max, 'x'))), Errc::success);
  EXPECT_EQ(submit(message(std::string(limits::message_chars_max + 1, 'x'))), Errc::message_exceeds_max_size);
  std::string wide;
  for (std::size_t n = 0; n < limits::message_chars_max; ++n) wide += "\xC3\xA4";
  EXPECT_EQ(submit(message(wide)), Errc::success) << "characters, not bytes";
}

TEST_F(SubmitTest, AStandardTextIsCutToTheLengthOfAMessage) {
  PoolRecord record;
  record.id = made_up<PoolId>(11, 8);
  record.path = std::string(limits::pool_path_chars_max, 'p');
  book.put(record, "made");
  EXPECT_EQ(text_of(call(OperatorCommand::new_media, of(record.id.guid, ObjectType::pool))).size(), limits::message_chars_max);
}

TEST_F(SubmitTest, TheSameCallIsRecordedOnce) {
  auto const one = message();
  ASSERT_EQ(submit(one), Errc::success);
  EXPECT_EQ(submit(one), Errc::success);
  EXPECT_EQ(book.world().operator_requests.size(), 1u);
  ASSERT_EQ(answer(one.id, root, true), Errc::success);
  EXPECT_EQ(submit(one), Errc::success) << "what became of the first one";
  EXPECT_TRUE(book.world().operator_requests.empty());
  OperatorCall another = call(OperatorCommand::device_service, a_drive());
  another.id = one.id;
  EXPECT_EQ(submit(another), Errc::invalid_parameter);
  another.id = {};
  EXPECT_EQ(submit(another), Errc::invalid_parameter);
}

TEST_F(SubmitTest, AMessageIsEverybodysTheOthersAreForAdministrators) {
  EXPECT_EQ(submit(message(), alice), Errc::success);
  for (auto const& controlled : {call(OperatorCommand::new_media, a_pool()), call(OperatorCommand::cleaner, a_library()),
                                 call(OperatorCommand::device_service, a_drive()), call(OperatorCommand::move_media, a_medium(), a_library())})
    EXPECT_EQ(submit(controlled, alice), Errc::access_denied) << word(controlled.command);
}

TEST_F(SubmitTest, OneUserAsksForOnlySoMuch) {
  for (std::size_t n = 0; n < limits::operator_requests_per_user_max; ++n) ASSERT_TRUE(asked.submit(alice, mine, message()));
  EXPECT_EQ(submit(message(), alice), Errc::resource_not_available);
  SessionRecord const other = session(1001);
  EXPECT_TRUE(asked.submit(bob, other, message())) << "another user's are not counted";
  ASSERT_EQ(answer(book.world().operator_requests.begin()->first, root, true), Errc::success);
}

TEST_F(SubmitTest, WhoAskedMayTakeItBack) {
  auto const one = message(), two = message();
  ASSERT_EQ(submit(one, alice), Errc::success);
  ASSERT_EQ(submit(two, alice), Errc::success);
  EXPECT_EQ(answer(one.id, bob, false), Errc::access_denied);
  EXPECT_EQ(answer(one.id, alice, true), Errc::access_denied) << "done says the operator";
  EXPECT_EQ(answer(one.id, alice, false), Errc::success);
  EXPECT_EQ(record_of(one.id).state, OperatorState::refused);
  EXPECT_EQ(answer(two.id, root, true), Errc::success);
  EXPECT_EQ(record_of(two.id).state, OperatorState::complete);
}

TEST_F(SubmitTest, WhatTheServiceAsksForASomebodyIsNotTheirsToTakeBack) {
  place(1, Offline{});
  auto const mount = request(Operation::mount, medium_id(1));
  asked.ask_for_medium(medium(1), library, mount);
  settle();
  auto const id = book.world().operator_requests.begin()->first;
  EXPECT_EQ(record_of(id).user, "user1000");
  EXPECT_EQ(answer(id, alice, false), Errc::access_denied);
}

TEST_F(SubmitTest, AnEndedOneIsNotEndedAgain) {
  auto const one = message();
  ASSERT_EQ(submit(one), Errc::success);
  ASSERT_TRUE(asked.answer(root, one.id, true));
  EXPECT_EQ(answer(one.id, root, false), Errc::invalid_state) << "also before it is durable";
  EXPECT_EQ(answer(one.id, root, true), Errc::object_not_found);
  EXPECT_EQ(answer(book.make_id<OperatorRequestId>(), root, false), Errc::object_not_found);
}

// Only a person ends it, whatever happens to what it is about.
TEST_F(SubmitTest, NothingEndsItButAWord) {
  auto const one = call(OperatorCommand::device_service, a_drive());
  ASSERT_EQ(submit(one), Errc::success);
  drive_is(OperationalState::needs_service);
  drive_is(OperationalState::ready);
  asked.resume();
  settle();
  EXPECT_EQ(record_of(one.id).state, OperatorState::submitted);
  reload();
  EXPECT_EQ(record_of(one.id).state, OperatorState::submitted);
}

// ---- waiting for one

class OperatorWaitsTest : public SubmitTest {
 protected:
  OperatorWaitsTest() {
    book.on_operator_request_settled([this](OperatorRequestId id) { waits.settled(id); });
  }
  using Answer = std::optional<Result<std::vector<OperatorRequestRecord>>>;
  std::shared_ptr<Answer> wait(OperatorRequestId id, std::optional<Millis> limit = std::nullopt) {
    auto answer = std::make_shared<Answer>();
    waits.wait(alice, {id}, limit, [answer](Result<std::vector<OperatorRequestRecord>> result) { *answer = std::move(result); });
    return answer;
  }
  OperatorRequestId submitted() {
    auto const one = message();
    EXPECT_EQ(submit(one), Errc::success);
    return one.id;
  }
  OperatorWaits waits{loop, book};
};

TEST_F(OperatorWaitsTest, ItIsAnsweredWhenTheWordIsDurable) {
  auto const id = submitted();
  auto const answer = wait(id);
  settle();
  EXPECT_FALSE(*answer);
  ASSERT_TRUE(asked.answer(root, id, false));
  EXPECT_FALSE(*answer) << "not durable yet";
  settle();
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((*answer)->value().front().state, OperatorState::refused);
  EXPECT_EQ(waits.index_entries(), 0u);
}

TEST_F(OperatorWaitsTest, ALookSaysWhatIsSettled) {
  auto const id = submitted();
  auto const early = wait(id, 0ms);
  settle();
  ASSERT_TRUE(*early);
  EXPECT_EQ((*early)->error().code, Errc::timeout);
  ASSERT_TRUE(asked.answer(root, id, true));
  auto const late = wait(id, 0ms);
  settle();
  ASSERT_TRUE(*late && **late) << "it has ended, so there is nothing to wait for";
  EXPECT_EQ((*late)->value().front().state, OperatorState::complete);
  EXPECT_EQ(loop.waiting(), 0u);
}

TEST_F(OperatorWaitsTest, AnUnknownOneIsToldAtOnce) {
  auto const answer = wait(book.make_id<OperatorRequestId>());
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->error().code, Errc::object_not_found);
}

}  // namespace
}  // namespace rsm::people
