// Who may do what, in tables.
#include "libmgr/people/rights.hpp"

#include <gmock/gmock.h>

#include "tests/support/world_builder.hpp"

namespace rsm::rights {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using rsm::testing::session_id;

Caller const root{0, true, {}, "root", {}};
Caller const alice{1000, false, session_id(1), "alice", {}};
Caller const bob{1001, false, session_id(2), "bob", {}};
Caller const nameless{1002, false, {}, "", {}};

bool denied(Result<> const& result) { return !result && result.error().code == Errc::access_denied; }

TEST(Rights, WhatIsOnesOwnIsOfOnesUserOrOfOnesSession) {
  EXPECT_TRUE(is_own(alice, {"alice", session_id(7)}));
  EXPECT_TRUE(is_own(alice, {"alice", {}}));
  EXPECT_TRUE(is_own(alice, {"somebody", session_id(1)}));
  EXPECT_FALSE(is_own(bob, {"alice", session_id(1)}));
}

TEST(Rights, WhatIsTheServicesOwnIsNobodysElse) {
  EXPECT_FALSE(is_own(alice, {}));
  EXPECT_FALSE(is_own(nameless, {})) << "no name and no session are no bond";
}

TEST(Rights, ControlIsForAdministrators) {
  EXPECT_TRUE(may_control(root, "library Jukebox"));
  EXPECT_TRUE(denied(may_control(alice, "library Jukebox")));
  EXPECT_THAT(may_control(alice, "library Jukebox").error().text(), HasSubstr("library Jukebox: user alice is no administrator"));
}

TEST(Rights, OnesOwnRequestsAreCancelledByOneselfOthersByAdministrators) {
  Owner const alices{"alice", session_id(1)};
  EXPECT_TRUE(may_cancel(alice, alices, "request"));
  EXPECT_TRUE(may_cancel(root, alices, "request"));
  EXPECT_TRUE(denied(may_cancel(bob, alices, "request")));
  EXPECT_THAT(may_cancel(bob, alices, "request").error().text(), HasSubstr("belongs to user alice"));
  EXPECT_TRUE(denied(may_cancel(bob, {}, "request")));
  EXPECT_TRUE(may_cancel(root, {}, "request"));
}

TEST(Rights, ForceIsForOnesOwnMountOrForAdministrators) {
  Owner const alices{"alice", session_id(1)};
  EXPECT_TRUE(may_force(alice, alices, "A00001"));
  EXPECT_TRUE(may_force(root, alices, "A00001"));
  EXPECT_TRUE(denied(may_force(bob, alices, "A00001")));
  EXPECT_TRUE(denied(may_force(bob, {}, "A00001")));
  EXPECT_TRUE(may_force(root, {}, "A00001"));
  EXPECT_THAT(may_force(bob, {}, "A00001").error().text(), HasSubstr("nobody is known to hold it"));
}

TEST(Rights, SessionsAreOfTheirUser) {
  SessionRecord session;
  session.id = session_id(5);
  session.uid = 1000;
  session.user = "alice";
  session.secret.bytes[3] = 9;
  EXPECT_TRUE(may_close(alice, session));
  EXPECT_TRUE(may_close(root, session));
  EXPECT_TRUE(denied(may_close(bob, session)));
  EXPECT_TRUE(may_attach(session, session.secret, 1000));
  EXPECT_TRUE(may_attach(session, session.secret, 0));
  EXPECT_TRUE(denied(may_attach(session, session.secret, 1001)));
  EXPECT_TRUE(denied(may_attach(session, Guid{}, 1000)));
}

TEST(Rights, PrioritiesAboveNormalAreForAdministratorsOrByConfiguration) {
  Shares shares;
  EXPECT_TRUE(may_have_priority(alice, 0, shares));
  EXPECT_TRUE(may_have_priority(alice, -15, shares));
  EXPECT_TRUE(denied(may_have_priority(alice, 1, shares)));
  EXPECT_TRUE(may_have_priority(root, 15, shares));
  shares.priority_max_user = 7;
  EXPECT_TRUE(may_have_priority(alice, 7, shares));
  EXPECT_TRUE(denied(may_have_priority(alice, 8, shares)));
}

TEST(Rights, NobodyTakesWhatAllNeed) {
  Shares shares;
  shares.requests_per_user = 10;
  EXPECT_TRUE(may_have_requests("alice", 8, 2, shares));
  auto const refused = may_have_requests("alice", 9, 2, shares);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::resource_not_available);
  EXPECT_THAT(refused.error().text(), HasSubstr("user alice: has as many open requests as one user may have (10)"));
  EXPECT_TRUE(may_have_session("alice", limits::sessions_per_uid_max - 1));
  EXPECT_FALSE(may_have_session("alice", limits::sessions_per_uid_max));
  EXPECT_TRUE(may_wait("alice", limits::waits_per_user_max - 1));
  EXPECT_FALSE(may_wait("alice", limits::waits_per_user_max));
}

TEST(Rights, PathsOfAUsersFilesAreForThatUserAndForAdministrators) {
  EXPECT_TRUE(may_read_private_text(alice, 1000));
  EXPECT_TRUE(may_read_private_text(root, 1000));
  EXPECT_FALSE(may_read_private_text(bob, 1000));
}

}  // namespace
}  // namespace rsm::rights
