// The queue as an administrator orders and clears it, on the whole core: places, what is served next, records that are deleted, restarts.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class QueueOrder : public CoreRig {
 protected:
  static Guid guid(unsigned n) {
    Guid id;
    id.bytes[0] = 0x98;
    id.bytes[15] = static_cast<std::uint8_t>(n);
    return id;
  }
  static Guid unknown() { return guid(99); }
  void SetUp() override {
    furnish("A", drives(1, 8, 6));
    start_and_settle();
    mounted("A00001");  // the only drive
  }
  template <class T>
  Result<T> ask(std::function<void(Reply<T>)> send) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    send([answer](Result<T> result) { *answer = std::move(result); });
    EXPECT_TRUE(run_until([answer] { return answer->has_value(); }, 1min));
    return std::move(**answer);
  }
  Result<std::uint32_t> put(RequestId id, std::uint32_t place) {
    return ask<std::uint32_t>([&](auto reply) { manager().set_place(caller, id, place, std::move(reply)); });
  }
  Result<std::size_t> forget(ObjectType type, std::vector<Guid> ids) {
    return ask<std::size_t>([&](auto reply) { manager().forget_requests(caller, type, std::move(ids), std::move(reply)); });
  }
  std::uint32_t place(RequestId id) { return db::must(manager().place_of(caller, id)); }
  Caller nobody() {
    Caller who = caller;
    who.administrator = false;
    who.user = "nobody";
    return who;
  }
};

TEST_F(QueueOrder, WaitingMountsHaveAPlaceAndNothingElseHas) {
  auto const second = mount("A00002"), third = mount("A00003");
  run_for(1s);
  EXPECT_EQ(place(second), 1u);
  EXPECT_EQ(place(third), 2u);
  auto const going = dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(going).state == RequestState::deferred; }));
  EXPECT_EQ(place(going), order_none);
  ASSERT_TRUE(run_until([&] { return request(second).state == RequestState::passed; }));
  EXPECT_EQ(place(second), order_none) << "it is served";
  EXPECT_EQ(place(third), 1u);
}

TEST_F(QueueOrder, WhoIsPutFirstIsServedFirstAlsoAfterARestart) {
  auto const second = mount("A00002"), third = mount("A00003"), fourth = mount("A00004");
  run_for(1s);
  EXPECT_EQ(db::must(put(fourth, 1)), 1u);
  EXPECT_EQ(db::must(put(second, order_last)), 3u);
  EXPECT_EQ(place(third), 2u);
  restart();
  run_for(10s);
  EXPECT_EQ(place(fourth), 1u);
  EXPECT_EQ(place(second), 3u);
  dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(fourth).state == RequestState::passed; }));
  EXPECT_EQ(place(third), 1u) << "it waits on";
}

TEST_F(QueueOrder, APlaceIsAChangeOfTheRequest) {
  auto const second = mount("A00002"), third = mount("A00003");
  run_for(1s);
  auto const before = manager().counters().last_event;
  db::must(put(third, 1));
  EXPECT_EQ(manager().counters().last_event, before + 1) << "of the one that moved";
  EXPECT_EQ(request(third).order, 1u);
  EXPECT_EQ(request(second).order, order_none);
  db::must(put(third, 1));
  EXPECT_EQ(manager().counters().last_event, before + 1) << "it is there already";
}

TEST_F(QueueOrder, WhatHasNoPlaceIsNotChanged) {
  auto const mounted_one = mount("A00002");
  cancel(mounted_one);
  EXPECT_EQ(db::must(put(mounted_one, 1)), order_none);
}

TEST_F(QueueOrder, ErrorsOfPlaces) {
  auto const second = mount("A00002");
  run_for(1s);
  EXPECT_EQ(put(second, 0).error().code, Errc::invalid_parameter);
  EXPECT_EQ(put(RequestId{unknown()}, 1).error().code, Errc::object_not_found);
  EXPECT_EQ(manager().place_of(caller, RequestId{unknown()}).error().code, Errc::object_not_found);
  caller = nobody();
  EXPECT_EQ(put(second, 1).error().code, Errc::access_denied);
  EXPECT_EQ(manager().place_of(caller, second).error().code, Errc::access_denied);
}

TEST_F(QueueOrder, OnlyWhatHasEndedIsDeleted) {
  auto const waits = mount("A00002"), ended = mount("A00003");
  cancel(ended);
  EXPECT_EQ(db::must(forget(ObjectType::request, {waits.guid, ended.guid, unknown(), ended.guid})), 1u);
  EXPECT_FALSE(db::must(manager().find_request(ended)));
  EXPECT_TRUE(db::must(manager().find_request(waits)));
  restart();
  EXPECT_FALSE(db::must(manager().find_request(ended)));
  EXPECT_EQ(db::must(forget(ObjectType::request, {ended.guid})), 0u);
  caller = nobody();
  EXPECT_EQ(forget(ObjectType::request, {ended.guid}).error().code, Errc::access_denied);
}

TEST_F(QueueOrder, WhatHasEndedAMomentAgoIsDeletedBeforeItIsDurableEvenly) {
  auto const ended = mount("A00003");
  std::optional<Result<std::size_t>> gone;
  manager().cancel(caller, ended, [](Result<RequestRecord>) {});
  manager().forget_requests(caller, ObjectType::request, {ended.guid}, [&](Result<std::size_t> result) { gone = std::move(result); });
  EXPECT_FALSE(db::must(manager().find_request(ended))) << "also before";
  ASSERT_TRUE(run_until([&] { return gone.has_value(); }));
  EXPECT_EQ(db::must(*gone), 1u);
  EXPECT_FALSE(db::must(manager().find_request(ended)));
}

TEST_F(QueueOrder, OperatorRequestsAreDeletedWhenTheyHaveEnded) {
  auto const submitted = [this](unsigned n) {
    OperatorCall call{.id = OperatorRequestId{guid(n)}, .command = OperatorCommand::message, .message = "m", .first = {}, .second = {}};
    return db::must(ask<OperatorRequestRecord>([&](auto reply) { manager().submit_operator_request(caller, call, std::move(reply)); })).id;
  };
  auto const open = submitted(1), ended = submitted(2);
  db::must(ask<OperatorRequestRecord>([&](auto reply) { manager().answer_operator_request(caller, ended, true, std::move(reply)); }));
  EXPECT_EQ(db::must(forget(ObjectType::operator_request, {open.guid, ended.guid})), 1u);
  EXPECT_TRUE(world().operator_requests.contains(open));
  auto const wait = ask<OperatorRequestRecord>([&](auto reply) { manager().wait_for_operator_request(caller, ended, 0ms, std::move(reply)); });
  EXPECT_EQ(wait.error().code, Errc::object_not_found);
}

// What needs a person: a medium whose session has ended, as soon as somebody waits for it or for its drive; not for what waits for another.
class ForgottenMedia : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", drives(3, 8, 6));
    start_and_settle();
    mounted("A00001");
  }
  // Goes on when its session has ended.
  RequestId left_behind(std::string const& name) {
    auto wanted = mount_of({name});
    wanted.nowait = true;
    return db::must(mount(wanted)).front();
  }
  void close_session() {
    auto closed = std::make_shared<bool>(false);
    manager().close_session(caller, caller.session, [closed](Result<> ended) { *closed = ended.has_value(); });
    EXPECT_TRUE(run_until([closed] { return *closed; }, 1min));
  }
};

TEST_F(ForgottenMedia, AreNamedToWhoeverCanGiveThemBack) {
  auto const taken = left_behind("A00002"), waits = left_behind("A00001");
  close_session();
  EXPECT_EQ(end_of(taken).state, RequestState::passed);
  EXPECT_TRUE(open(waits));
  EXPECT_THAT(manager().attention(), ElementsAre(testing::AllOf(testing::HasSubstr("holds a medium mounted for "), testing::HasSubstr(", whose session has ended, and 1 mount waits for it: rsm drive dismount 'A drive "))))
      << "a drive is empty: nobody waits for that of A00002";
  EXPECT_THAT(why(waits), testing::HasSubstr("for a session that has ended (rsm drive dismount 'A drive "));
  EXPECT_THAT(std::ranges::count_if(world().drives, [](auto const& d) { return d.second.hot.reason.ends_with(", whose session has ended"); }), 2) << "also the one that was mounted afterwards";
}

// While no drive is empty, whoever waits for any is said of each of them, in the order of their numbers.
TEST_F(ForgottenMedia, AreNamedWithWhoWaitsForThem) {
  auto const second = left_behind("A00002"), third = left_behind("A00003");
  left_behind("A00001");
  auto const any = left_behind("A00004");
  close_session();
  EXPECT_EQ(end_of(second).state, RequestState::passed);
  EXPECT_EQ(end_of(third).state, RequestState::passed);
  auto const all = manager().attention();
  ASSERT_THAT(all, testing::SizeIs(3));
  for (unsigned number = 0; number < 3; ++number) EXPECT_THAT(all[number], testing::StartsWith("drive " + std::to_string(number) + " of A"));
  EXPECT_EQ(std::ranges::count_if(all, [](auto const& line) { return line.contains("1 mount waits for a drive: "); }), 2);
  EXPECT_EQ(std::ranges::count_if(all, [](auto const& line) { return line.contains("1 mount waits for it: "); }), 1);
  auto const explained = manager().explain(request(any));
  EXPECT_THAT(explained.text, testing::AllOf(testing::HasSubstr("drive 0 holds"), testing::HasSubstr("drive 2 holds")));
  EXPECT_THAT(explained.facts, testing::Each(testing::Not(testing::StartsWith("drive ")))) << "nothing twice";
}

TEST_F(ForgottenMedia, AreNotNamedWhereThatWouldHelpNobody) {
  auto const second = left_behind("A00002"), third = left_behind("A00003");
  left_behind("A00001");
  close_session();
  EXPECT_EQ(end_of(second).state, RequestState::passed);
  EXPECT_EQ(end_of(third).state, RequestState::passed);
  EXPECT_THAT(manager().attention(), ElementsAre(testing::HasSubstr("1 mount waits for it: ")));
}

}  // namespace
}  // namespace rsm
