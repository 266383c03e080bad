// Where a server may listen.
#include "api/http/endpoint.hpp"

#include <gtest/gtest.h>

namespace rsm::http {
namespace {

TEST(Endpoint, Loopback) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:9847", false)->port, 9847);
  EXPECT_EQ(parse_endpoint("127.9.9.9:0", false)->address, "127.9.9.9");
  EXPECT_EQ(parse_endpoint("[::1]:80", false)->address, "::1");
  EXPECT_EQ(parse_endpoint("localhost:1", false)->address, "127.0.0.1");
  EXPECT_EQ(parse_endpoint("unix:/run/x.sock", false)->path, "/run/x.sock");
}

TEST(Endpoint, WhatOtherMachinesReachMustBeAskedFor) {
  for (auto const* text : {"0.0.0.0:9847", "192.0.2.1:9847", "[::]:9847", "[2001:db8::1]:1"}) {
    ASSERT_FALSE(parse_endpoint(text, false)) << text;
    EXPECT_EQ(parse_endpoint(text, false).error().code, Errc::access_denied);
    EXPECT_NE(parse_endpoint(text, false).error().detail.find("--allow-remote"), std::string::npos);
    EXPECT_TRUE(parse_endpoint(text, true)) << text;
  }
}

TEST(Endpoint, Nonsense) {
  for (std::string const& text : {std::string(), std::string("9847"), std::string("127.0.0.1"), std::string("127.0.0.1:"), std::string("127.0.0.1:65536"), std::string("127.0.0.1:-1"),
                                  std::string("127.0.0.1:80x"), std::string("::1:80"), std::string("[127.0.0.1]:80"), std::string("[::1:80"), std::string("example.org:80"),
                                  std::string("unix:"), std::string("unix:relative"), "unix:/" + std::string(107, 'x')}) {
    auto const parsed = parse_endpoint(text, true);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_parameter) << text;
  }
}

}  // namespace
}  // namespace rsm::http
