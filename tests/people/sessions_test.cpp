// Sessions: opened, attached again, closed, and what their end does.
#include "libmgr/people/sessions.hpp"

#include <algorithm>

#include "tests/people/desk.hpp"

namespace rsm::people {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionsTest : public Desk {
 protected:
  SessionsTest() {
    sessions.on_ending([this](SessionRecord const& record, std::string const& why) {
      EXPECT_TRUE(book.world().sessions.contains(record.id)) << "its row is still there";
      ended.push_back(record.id);
      reason = why;
    });
  }
  Result<SessionRecord> open(std::uint32_t uid, std::string const& application = "backup") {
    std::optional<Result<SessionRecord>> answer;
    sessions.open({application, "user" + std::to_string(uid), "here", uid}, [&](Result<SessionRecord> result) { answer = std::move(result); });
    settle();
    return *answer;
  }
  Result<> close(Caller const& caller, SessionId id) {
    std::optional<Result<>> answer;
    sessions.close(caller, id, [&](Result<> result) { answer = std::move(result); });
    settle();
    return *answer;
  }

  Sessions sessions{loop, book, 60s};
  std::vector<SessionId> ended;
  std::string reason;
};

TEST_F(SessionsTest, AnOpenedOneIsConnectedAndDurable) {
  auto const opened = must(open(1000));
  EXPECT_TRUE(sessions.connected(opened.id));
  EXPECT_FALSE(sessions.grace_ends(opened.id));
  reload();
  EXPECT_EQ(book.world().sessions.at(opened.id), opened);
}

TEST_F(SessionsTest, ANameThatIsTooLongIsRefused) {
  EXPECT_EQ(open(1000, std::string(limits::application_chars_max + 1, 'x')).error().code, Errc::invalid_parameter);
}

TEST_F(SessionsTest, OneUserHasOnlySoMany) {
  for (std::size_t n = 0; n < limits::sessions_per_uid_max; ++n) session(1000);
  EXPECT_EQ(open(1000).error().code, Errc::resource_not_available);
  EXPECT_TRUE(open(1001));
  reload();
  EXPECT_EQ(open(1000).error().code, Errc::resource_not_available) << "memory came back from the catalog";
  ASSERT_TRUE(close({.uid = 0, .administrator = true, .user = "root"}, std::ranges::find(book.world().sessions, 1000U, [](auto const& one) { return one.second.uid; })->first));
  EXPECT_TRUE(open(1000)) << "one has ended";
  EXPECT_FALSE(open(1000));
}

TEST_F(SessionsTest, HowManySaysTheConfigurationAndAUserMayHaveMore) {
  quotas::Limits limits;
  limits.everybody.sessions = 1;
  limits.users["user1001"].sessions = 2;
  Sessions few{loop, book, 60s, limits};
  auto const opens = [&](std::uint32_t uid) {
    std::optional<Result<SessionRecord>> answer;
    few.open({"backup", "user" + std::to_string(uid), "here", uid}, [&](Result<SessionRecord> result) { answer = std::move(result); });
    settle();
    return answer->has_value();
  };
  EXPECT_TRUE(opens(1000));
  EXPECT_FALSE(opens(1000));
  EXPECT_TRUE(opens(1001));
  EXPECT_TRUE(opens(1001));
  EXPECT_FALSE(opens(1001));
}

TEST_F(SessionsTest, ItEndsWhenItsGraceIsOver) {
  auto const opened = must(open(1000));
  sessions.detach(opened.id);
  EXPECT_EQ(sessions.grace_ends(opened.id), book.now() + 60s);
  loop.run_for(59s);
  EXPECT_THAT(ended, IsEmpty());
  loop.run_for(1s);
  EXPECT_THAT(ended, ElementsAre(opened.id));
  EXPECT_THAT(reason, HasSubstr("its connection was gone for"));
  EXPECT_FALSE(book.world().sessions.contains(opened.id));
  settle();
  EXPECT_EQ(loop.waiting(), 0u);
}

TEST_F(SessionsTest, WhoComesBackInTimeGoesOn) {
  auto const opened = must(open(1000));
  sessions.detach(opened.id);
  loop.run_for(59s);
  EXPECT_EQ(sessions.attach(opened.id, book.make_guid(), 1000).error().code, Errc::access_denied);
  ASSERT_TRUE(sessions.attach(opened.id, opened.secret, 1000));
  loop.run_for(10min);
  EXPECT_THAT(ended, IsEmpty());
  EXPECT_EQ(sessions.attach(book.make_id<SessionId>(), opened.secret, 1000).error().code, Errc::invalid_handle);
}

TEST_F(SessionsTest, GraceBeginsWithTheLastConnection) {
  auto const opened = must(open(1000));
  must(sessions.attach(opened.id, opened.secret, 1000));
  sessions.detach(opened.id);
  EXPECT_TRUE(sessions.connected(opened.id));
  sessions.detach(opened.id);
  sessions.detach(opened.id);  // once too often
  loop.run_for(60s);
  EXPECT_THAT(ended, ElementsAre(opened.id));
}

TEST_F(SessionsTest, OnlyItsUserOrAnAdministratorClosesIt) {
  auto const opened = must(open(1000));
  EXPECT_EQ(close(bob, opened.id).error().code, Errc::access_denied);
  EXPECT_TRUE(close(alice, opened.id));
  EXPECT_EQ(close(alice, opened.id).error().code, Errc::invalid_handle);
  EXPECT_TRUE(close(root, must(open(1000)).id));
}

TEST_F(SessionsTest, WhatItHoldsStaysLoadedAndIsHeldByNobody) {
  auto const opened = must(open(1000));
  DriveHot hot = book.world().drive(drive_id)->hot;
  hot.state = DriveState::loaded;
  hot.session = opened.id;
  book.put(hot);
  ASSERT_TRUE(close(alice, opened.id));
  hot = book.world().drive(drive_id)->hot;
  EXPECT_EQ(hot.state, DriveState::loaded);
  EXPECT_FALSE(hot.session);
  EXPECT_THAT(hot.reason, HasSubstr("whose session has ended"));
}

TEST_F(SessionsTest, AfterARestartEveryoneHasAGraceTime) {
  auto const opened = must(open(1000));
  reload();
  Sessions again{loop, book, 60s};
  again.resume();
  EXPECT_EQ(again.grace_ends(opened.id), book.now() + 60s);
  loop.run_for(60s);
  EXPECT_FALSE(book.world().sessions.contains(opened.id));
}

TEST_F(SessionsTest, WhatAFailedWriteTookAwayIsForgotten) {
  std::optional<Result<SessionRecord>> answer;
  sessions.open({"backup", "user1000", "here", 1000}, [&](Result<SessionRecord> result) { answer = std::move(result); });
  SessionId const id = book.world().sessions.begin()->first;
  must(book.load());  // before it was durable
  sessions.resume();
  EXPECT_FALSE(sessions.connected(id));
}

}  // namespace
}  // namespace rsm::people
