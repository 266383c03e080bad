// What is said when a connection is handed over, both ways, and what is no such word.
#include "api/web/hand_over.hpp"

#include <gtest/gtest.h>

namespace rsm::web {
namespace {

using namespace std::chrono_literals;

TEST(HandOver, ComesBack) {
  for (HandOver const& message : {HandOver{}, HandOver{.view_only = true, .life = 720h}, HandOver{.logout = true}, HandOver{.life = 1s}}) EXPECT_EQ(parse_hand_over(text_of(message)).value(), message);
  HandOverReply const reply{.link = "http://127.0.0.1:9848/#t=00", .ended = 3, .life = 8h};
  EXPECT_EQ(parse_hand_over_reply(text_of(Result<HandOverReply>(reply))).value(), reply);
  auto const refused = parse_hand_over_reply(text_of(Result<HandOverReply>(fail(Errc::access_denied, "login", "somebody \"else\"'s"))));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  EXPECT_EQ(refused.error().detail, "somebody \"else\"'s");
}

TEST(HandOver, WhatIsNoneIsRefused) {
  for (std::string const& text : {std::string(), std::string("{}"), std::string("[]"), std::string("login"), std::string(R"({"do":"dance"})"), std::string(R"({"do":7})"), std::string(R"({"do":"login","view":1})"),
                                  std::string(R"({"do":"login","life_ms":-1})"), std::string(R"({"do":"login","life_ms":"8h"})"), std::string(R"({"do":"login","life_ms":1e300})"), std::string(2000, ' ') + R"({"do":"login"})",
                                  std::string("\xff\xfe\x00", 3), std::string(R"({"do":"login")")}) {
    auto const parsed = parse_hand_over(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::bad_format) << text;
  }
  EXPECT_TRUE(parse_hand_over(R"({"do":"login","more":[1,2,3]})")) << "a newer one may say more";
}

}  // namespace
}  // namespace rsm::web
