// Which requests come from our own page: each of host, origin, content type and the field of our own wrong once.
#include "api/web/origin_check.hpp"

#include <gmock/gmock.h>

namespace rsm::web {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> const none;
std::vector<std::string> const tapes{"https://tapes.example.org"};

http::Request request(http::Fields fields) { return {.method = "POST", .target = "/api/call", .fields = std::move(fields), .body = "{}"}; }
http::Request ours(std::string const& host, std::string const& origin) {
  return request({{"Host", host}, {"Origin", origin}, {"Content-Type", "application/json"}, {"X-RSM", "1"}});
}
unsigned status(std::optional<Refusal> const& refusal) { return refusal ? refusal->status : 200; }

TEST(OriginCheck, OurOwnPageMayAsk) {
  for (std::string const host : {"127.0.0.1:9848", "localhost:9848", "[::1]:1", "localhost", "LOCALHOST:77"}) {
    std::string origin = "http://" + host;
    for (auto& c : origin) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(status(check_post(ours(host, origin), none)), 200U) << host;
  }
  EXPECT_EQ(status(check_post(ours("tapes.example.org", "https://tapes.example.org"), tapes)), 200U);
  EXPECT_EQ(status(check_post(ours("127.0.0.1:9848", "http://127.0.0.1:9848"), tapes)), 200U) << "and from the machine itself";
}

TEST(OriginCheck, AnotherHostIsMisdirected) {
  for (std::string const host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:9848", "", "tapes.example.org.evil", "127.0.0.1:", "127.0.0.1:99999999", "127.0.0.2", "[::1", "localhost:9848@evil"})
    EXPECT_EQ(status(check_host(ours(host, "http://" + host), tapes)), 421U) << host;
  EXPECT_EQ(status(check_host(request({}), none)), 421U) << "none at all";
  EXPECT_EQ(status(check_host(request({{"Host", "localhost"}, {"host", "evil"}}), none)), 421U) << "two of them";
  auto const said = check_host(ours("tapes.example.org", ""), none)->sentence;
  EXPECT_THAT(said, HasSubstr("tapes.example.org"));
  EXPECT_THAT(said, HasSubstr("127.0.0.1"));
  EXPECT_THAT(said, HasSubstr("--origin"));
}

TEST(OriginCheck, AnotherOriginIsRefused) {
  for (std::string const origin : {"http://evil.example", "http://127.0.0.1:9849", "https://127.0.0.1:9848", "http://127.0.0.1:9848/", "http://127.0.0.1:9848.evil", "null", "", "http://localhost:9848"})
    EXPECT_EQ(status(check_post(ours("127.0.0.1:9848", origin), none)), 403U) << origin;
  EXPECT_EQ(status(check_origin(request({{"Host", "localhost"}}), none)), 403U) << "none at all";
  EXPECT_EQ(status(check_origin(request({{"Host", "localhost"}, {"Origin", "http://localhost"}, {"Origin", "http://evil"}}), none)), 403U);
  EXPECT_EQ(status(check_post(ours("tapes.example.org", "http://tapes.example.org"), tapes)), 403U) << "without TLS";
}

TEST(OriginCheck, OnlyJsonWithOurField) {
  auto const with = [&](std::string const& type, std::string const& field) {
    return status(check_post(request({{"Host", "localhost"}, {"Origin", "http://localhost"}, {"Content-Type", type}, {"X-RSM", field}}), none));
  };
  EXPECT_EQ(with("application/json", "1"), 200U);
  EXPECT_EQ(with("Application/JSON; charset=utf-8", "1"), 200U);
  for (auto const* type : {"text/plain", "application/x-www-form-urlencoded", "", "text/plain; application/json", "application/jsonp"}) EXPECT_EQ(with(type, "1"), 415U) << type;
  EXPECT_EQ(with("application/json", ""), 403U);
  EXPECT_EQ(with("application/json", "0"), 403U);
}

TEST(OriginCheck, WhatIsSaidSteersNoTerminal) {
  auto const said = check_host(request({{"Host", "\x1b[31mred\r\n"}}), none)->sentence;
  EXPECT_EQ(said.find('\x1b'), std::string::npos);
  EXPECT_EQ(said.find('\n'), std::string::npos);
}

TEST(OriginCheck, WhatAnOriginIs) {
  EXPECT_EQ(parse_origin("HTTPS://Tapes.Example.org/").value(), "https://tapes.example.org");
  EXPECT_EQ(parse_origin("https://tapes.example.org:443").value(), "https://tapes.example.org");
  EXPECT_EQ(parse_origin("http://tapes:8080").value(), "http://tapes:8080");
  for (auto const* text : {"tapes.example.org", "https://", "https://a/b", "https://a b", "ftp://a", "https://a:port", "https://a?b", "https://user@a"}) EXPECT_FALSE(parse_origin(text)) << text;
}

TEST(OriginCheck, TlsIsKnownFromTheOrigin) {
  EXPECT_TRUE(came_by_tls(ours("tapes.example.org", "https://tapes.example.org")));
  EXPECT_FALSE(came_by_tls(ours("localhost", "http://localhost")));
}

}  // namespace
}  // namespace rsm::web
