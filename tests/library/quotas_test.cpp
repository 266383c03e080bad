// How many requests a user and a session may have, on the whole core, and what is shown of it.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using testing::HasSubstr;

class QuotasOfRequests : public CoreRig {
 protected:
  void SetUp() override {
    settings.shares.quotas.everybody.requests = 5;
    settings.shares.quotas.everybody.requests_of_session = 3;
    furnish("A", drives(1, 8, 6));
    start_and_settle();
    mounted("A00001");  // the only drive: everything else waits
  }
  quotas::Use use(quotas::Quota quota) {
    for (auto const& one : manager().quota_uses(caller.user))
      if (one.quota == quota) return one;
    return {};
  }
};

TEST_F(QuotasOfRequests, ASessionHasItsOwnShareOfThoseOfItsUser) {
  for (auto const* name : {"A00002", "A00003", "A00004"}) ASSERT_TRUE(mount(mount_of({name})));
  auto const refused = mount(mount_of({"A00005"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::resource_not_available);
  EXPECT_THAT(refused.error().text(), HasSubstr("has 3 open requests of one session; a session may have 3"));
  EXPECT_THAT(refused.error().text(), HasSubstr("[queue] requests_per_session"));
  EXPECT_EQ(use(quotas::Quota::requests_of_session).held, 3U);
  EXPECT_EQ(use(quotas::Quota::requests_of_session).most, 3U);
  EXPECT_EQ(use(quotas::Quota::requests_of_session).session, caller.session);
  EXPECT_EQ(use(quotas::Quota::requests_of_user).held, 3U);
  EXPECT_EQ(use(quotas::Quota::requests_of_user).most, 5U);
  EXPECT_EQ(use(quotas::Quota::sessions).held, 1U);
  EXPECT_EQ(use(quotas::Quota::media).held, 0U);
  EXPECT_EQ(use(quotas::Quota::media).most, limits::media_per_user_max);
}

TEST_F(QuotasOfRequests, WhatHasEndedIsNotCountedNorIsWhatARestartHasForgotten) {
  for (auto const* name : {"A00002", "A00003", "A00004"}) ASSERT_TRUE(mount(mount_of({name})));
  restart();
  EXPECT_FALSE(mount(mount_of({"A00005"})));
  EXPECT_EQ(use(quotas::Quota::requests_of_session).held, 3U);
  auto const one = world().requests.begin()->first;
  ASSERT_TRUE(cancel(one));
  EXPECT_TRUE(mount(mount_of({"A00005"})));
}

}  // namespace
}  // namespace rsm
