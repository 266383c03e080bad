// medium.search: what is asked of the catalog, what is told to whom, and who has to wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/protocol/json_text.hpp"
#include "libmgr/people/access.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct SearchTest : ::testing::Test {
  TestServer server;
  SearchTest() { furnish(server); }
  json::object result(std::string const& params) { return result(*server.peer, params); }
  json::object result(server::PeerState& who, std::string const& params) {
    auto const answer = server.send(who, "medium.search", params);
    server.loop.run_for(Millis{0});
    std::string const short_answer = short_form(*answer);
    EXPECT_THAT(short_answer, StartsWith("ok ")) << params;
    return short_answer.starts_with("ok ") ? wire::parse_json(short_answer.substr(3))->as_object() : json::object();
  }
  std::vector<std::string> barcodes(json::object const& page) const {
    std::vector<std::string> all;
    for (auto const& item : page.at("items").as_array()) all.emplace_back(item.as_object().at("barcode").as_string());
    return all;
  }
};

TEST_F(SearchTest, WhatIsFoundIsShownAsInLists) {
  auto const page = result(R"({"text":"A"})");
  ASSERT_EQ(page.at("items").as_array().size(), 2U) << "the third has no bar code";
  EXPECT_EQ(page.at("partial"), false);
  auto const listed = wire::parse_json(server.call("medium.list").substr(3))->as_object();
  EXPECT_EQ(page.at("items").as_array()[0], listed.at("items").as_array()[0]);
}

TEST_F(SearchTest, PagesGoOnByACursor) {
  std::vector<std::string> all;
  std::string params = R"({"text":"A","limit":1})";
  for (int pages = 0; pages < 5; ++pages) {
    auto const page = result(params);
    for (auto const& one : barcodes(page)) all.push_back(one);
    if (!page.contains("next_cursor") || page.at("next_cursor").is_null()) break;
    params = R"({"text":"A","limit":1,"cursor":")" + std::string(page.at("next_cursor").as_string()) + R"("})";
  }
  EXPECT_THAT(all, ElementsAre("A00000", "A00001"));
}

TEST_F(SearchTest, WhatIsAskedReachesTheCatalog) {
  result(R"({"text":"ab","match":"contains","library":"Jukebox","pool":"Import\\MO","limit":7})");
  auto const& asked = server.reader.last_search;
  EXPECT_EQ(asked.text, "ab");
  EXPECT_EQ(asked.match, SearchMatch::contains);
  EXPECT_EQ(asked.filter.library, ids::library());
  EXPECT_EQ(asked.filter.pool, ids::pool(1));
  EXPECT_EQ(asked.limit, 7U);
  EXPECT_TRUE(asked.until);
  result(R"({"text":"ab","library":"Offline"})");
  EXPECT_TRUE(server.reader.last_search.filter.offline_only);
  EXPECT_EQ(server.reader.last_search.match, SearchMatch::prefix);
}

TEST_F(SearchTest, OnlyOfAState) {
  auto const all = result(R"({"text":"A"})").at("items").as_array();
  for (auto const* state : {"idle", "inuse", "mounted", "loaded", "unloaded", "operror", "opreq"}) {
    std::vector<std::string> of_state;
    for (auto const& one : all)
      if (one.as_object().at("state").as_string() == state) of_state.emplace_back(one.as_object().at("barcode").as_string());
    EXPECT_EQ(barcodes(result(R"({"text":"A","state":")" + std::string(state) + "\"}")), of_state) << state;
  }
}

TEST_F(SearchTest, WhatNobodyCanMeanIsRefused) {
  for (auto const* params : {R"({"text":""})", R"({"text":"A","limit":0})", R"({"text":"A","limit":201})", R"({"text":"A","cursor":"nonsense"})", R"({"text":"A","cursor":"9/00000000-0000-0000-0000-000000000000/A"})", R"({"text":"A","match":"fuzzy"})"})
    EXPECT_THAT(server.call("medium.search", params), StartsWith("ERROR_INVALID_PARAMETER")) << params;
  EXPECT_THAT(server.call("medium.search", R"({"text":")" + std::string(256, 'x') + R"("})"), StartsWith("ERROR_INVALID_PARAMETER"));
  EXPECT_THAT(server.call("medium.search", R"({"text":"A","library":"nowhere"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

// As in lists: what a user may not read is not there.
TEST_F(SearchTest, WhatAReaderMayNotKnowIsNotTold) {
  auto const bob = server.new_peer(1001);
  EXPECT_FALSE(barcodes(result(*bob, R"({"text":"A"})")).empty());
  security::Descriptor closed;
  closed.access = security::AccessList{};
  server.manager_double.world.securities = {{ids::pool(1).guid, closed}};
  EXPECT_THAT(barcodes(result(*bob, R"({"text":"A"})")), IsEmpty());
  EXPECT_FALSE(barcodes(result(R"({"text":"A"})")).empty()) << "an administrator";
}

TEST_F(SearchTest, ACatalogThatCannotBeReadSaysSo) {
  server.reader.broken = true;
  EXPECT_THAT(server.call("medium.search", R"({"text":"A"})"), StartsWith("ERROR_"));
}

}  // namespace
}  // namespace rsm::testing
