// Links that are good once and for a minute, and the sessions that they lead to.
#include "api/web/sign_in.hpp"

#include <gtest/gtest.h>

namespace rsm::web {
namespace {

using namespace std::chrono_literals;

struct SignInTest : ::testing::Test {
  int made = 0;
  SignIn sign_in{[this] { return "secret-" + std::to_string(++made); }};
  Moment now{};
  std::string link(std::uint32_t uid = 1000, Millis life = 8h) { return sign_in.make_link({.uid = uid, .user = "user" + std::to_string(uid), .connection = {}}, life, now); }
};

TEST_F(SignInTest, ALinkLeadsToASessionOnce) {
  auto const secret = link();
  auto const cookie = sign_in.open_link(secret, now + 59s);
  ASSERT_TRUE(cookie);
  EXPECT_NE(*cookie, secret);
  ASSERT_NE(sign_in.find(*cookie, now + 59s), nullptr);
  EXPECT_EQ(sign_in.find(*cookie, now + 59s)->person.user, "user1000");
  EXPECT_FALSE(sign_in.open_link(secret, now + 59s)) << "a second time";
  EXPECT_FALSE(sign_in.open_link(*cookie, now + 59s)) << "a cookie is no link";
  EXPECT_EQ(sign_in.find(secret, now + 59s), nullptr) << "a link is no cookie";
}

TEST_F(SignInTest, ALinkIsGoodForAMinute) {
  auto const secret = link();
  EXPECT_FALSE(sign_in.open_link(secret, now + 60s));
  EXPECT_FALSE(sign_in.open_link(secret, now)) << "it is gone for good";
}

TEST_F(SignInTest, NothingThatWasNotGivenIsFound) {
  auto const secret = link();
  for (auto const& text : {std::string(), std::string("secret"), secret + "x", secret.substr(1), std::string(4096, 's')}) {
    EXPECT_FALSE(sign_in.open_link(text, now)) << text;
    EXPECT_EQ(sign_in.find(text, now), nullptr) << text;
  }
  EXPECT_TRUE(sign_in.open_link(secret, now));
}

TEST_F(SignInTest, ASessionEndsWhenItsTimeIsOver) {
  auto const cookie = *sign_in.open_link(link(1000, 8h), now);
  EXPECT_NE(sign_in.find(cookie, now + 8h - 1ms), nullptr);
  EXPECT_EQ(sign_in.find(cookie, now + 8h), nullptr);
}

TEST_F(SignInTest, LoggingOutEndsOneOrAllOfAUser) {
  auto const first = *sign_in.open_link(link(), now), second = *sign_in.open_link(link(), now), other = *sign_in.open_link(link(2000), now);
  sign_in.end(first);
  EXPECT_EQ(sign_in.find(first, now), nullptr);
  EXPECT_NE(sign_in.find(second, now), nullptr);
  auto const waiting = link();
  EXPECT_EQ(sign_in.end_all_of(1000), 1U);
  EXPECT_EQ(sign_in.find(second, now), nullptr);
  EXPECT_FALSE(sign_in.open_link(waiting, now)) << "links that nobody has opened end, too";
  EXPECT_NE(sign_in.find(other, now), nullptr);
}

TEST_F(SignInTest, OneUserTakesNoPlaceOfOthers) {
  auto const other = *sign_in.open_link(link(2000), now);
  std::vector<std::string> cookies;
  for (std::size_t i = 0; i < limits::sessions_per_uid_max + 3; ++i) {
    now += 1s;
    cookies.push_back(*sign_in.open_link(link(), now));
  }
  EXPECT_NE(sign_in.find(other, now), nullptr);
  EXPECT_EQ(sign_in.find(cookies.front(), now), nullptr) << "the oldest made room";
  EXPECT_NE(sign_in.find(cookies.back(), now), nullptr);
  EXPECT_EQ(sign_in.sessions().size(), limits::sessions_per_uid_max + 1);
}

TEST_F(SignInTest, WhoAsksForManyLinksLosesNobodyElses) {
  auto const other = link(2000), first = link();
  for (std::size_t i = 0; i < limits::links_max; ++i) {
    now += 1ms;
    link();
  }
  EXPECT_TRUE(sign_in.open_link(other, now));
  EXPECT_FALSE(sign_in.open_link(first, now)) << "one's own make room";
}

TEST_F(SignInTest, LinksAndSessionsHaveALimit) {
  std::vector<std::string> links;
  for (std::size_t i = 0; i < limits::links_max + 1; ++i) {
    now += 1ms;
    links.push_back(link(static_cast<std::uint32_t>(i)));
  }
  EXPECT_FALSE(sign_in.open_link(links.front(), now));
  EXPECT_TRUE(sign_in.open_link(links.back(), now));
  for (std::uint32_t uid = 0; uid < 2 * limits::sessions_max; ++uid) sign_in.open_link(link(uid), now);
  EXPECT_LE(sign_in.sessions().size(), limits::sessions_max);
}

TEST(SignInTimes, AreReadAndCut) {
  EXPECT_EQ(life_of("90"), 90s);
  EXPECT_EQ(life_of("90m"), 90min);
  EXPECT_EQ(life_of("8h"), 8h);
  EXPECT_EQ(life_of("30d"), 720h);
  for (auto const* text : {"", "h", "-1h", "0", "8 h", "8w", "99999999d", "1e3", "8hh"}) EXPECT_FALSE(life_of(text)) << text;
  EXPECT_EQ(allowed_life({}, false), limits::session_default);
  EXPECT_EQ(allowed_life({}, true), limits::view_default);
  EXPECT_EQ(allowed_life(1000h, false), limits::session_max);
  EXPECT_EQ(allowed_life(10'000h, true), limits::view_max);
  EXPECT_EQ(allowed_life(1h, false), Millis(1h));
}

}  // namespace
}  // namespace rsm::web
