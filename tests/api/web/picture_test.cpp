// Pictures and what changes between them: whoever has the first and applies the delta has the second.
#include "api/web/picture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <random>

#include "api/web/limits.hpp"
#include "api/web/live.hpp"

namespace rsm::web {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

// As the page does it (api/web/page/src/model.ts).
using Parts = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;
Parts parts_of(std::string const& snapshot) {
  Parts parts;
  auto const parsed = json::parse(snapshot);
  for (auto const& [name, items] : parsed.as_object())
    for (auto const& item : items.as_array()) parts[std::string(name)].emplace_back(item.as_array()[0].as_string(), json::serialize(item.as_array()[1]));
  for (auto const& [name, items] : parsed.as_object()) parts[std::string(name)];
  return parts;
}
Parts applied(Parts parts, std::string const& delta) {
  if (delta.empty()) return parts;
  auto const parsed = json::parse(delta);
  for (auto const& [name, value] : parsed.as_object()) {
    auto const& change = value.as_object();
    if (change.contains("gone")) {
      parts.erase(std::string(name));
      continue;
    }
    auto& items = parts[std::string(name)];
    auto const at = [&](std::string_view key) { return std::ranges::find_if(items, [&](auto const& one) { return one.first == key; }); };
    if (change.contains("del"))
      for (auto const& key : change.at("del").as_array()) items.erase(at(key.as_string()));
    if (change.contains("put"))
      for (auto const& item : change.at("put").as_array()) {
        std::string const key(item.as_array()[0].as_string());
        if (at(key) == items.end()) items.emplace_back(key, "");
        at(key)->second = json::serialize(item.as_array()[1]);
      }
    if (change.contains("order")) {
      auto const before = items;
      items.clear();
      for (auto const& key : change.at("order").as_array()) items.push_back(*std::ranges::find_if(before, [&](auto const& one) { return one.first == std::string_view(key.as_string()); }));
    }
  }
  return parts;
}

Picture made(std::vector<std::pair<std::string, Items>> parts) {
  Picture picture;
  for (auto& [name, items] : parts) picture.parts[name] = std::make_shared<Items const>(std::move(items));
  return picture;
}

TEST(Picture, NothingChangedIsNothing) {
  auto const one = made({{"drives", {{"a", "1"}, {"b", "2"}}}});
  EXPECT_EQ(delta_text(one, made({{"drives", {{"a", "1"}, {"b", "2"}}}})), "");
}

TEST(Picture, OnlyWhatHasChangedIsNamed) {
  auto const before = made({{"drives", {{"a", "1"}, {"b", "2"}, {"c", "3"}}}, {"slots", {{"x", "0"}}}});
  auto const text = delta_text(before, made({{"drives", {{"a", "1"}, {"b", "9"}, {"c", "3"}}}, {"slots", {{"x", "0"}}}}));
  EXPECT_EQ(text, R"({"drives":{"put":[["b",9]]}})");
  EXPECT_EQ(delta_text(before, made({{"drives", {{"c", "3"}, {"a", "1"}}}, {"slots", {{"x", "0"}}}})), R"({"drives":{"del":["b"],"order":["c","a"]}})");
  EXPECT_EQ(delta_text(before, made({{"drives", {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}}, {"slots", {{"x", "0"}}}})), R"({"drives":{"put":[["d",4]]}})") << "what comes last needs no order";
  EXPECT_EQ(delta_text(before, made({{"drives", {{"a", "1"}, {"b", "2"}, {"c", "3"}}}})), R"({"slots":{"gone":true}})");
}

TEST(Picture, AnyTwoOfThemAndTheirDelta) {
  std::mt19937 chance(7);
  auto const some = [&] {
    std::vector<std::pair<std::string, Items>> parts;
    for (char const part : {'p', 'q', 'r'}) {
      if (chance() % 5 == 0) continue;
      Items items;
      for (int key = 0; key < 8; ++key)
        if (chance() % 2 == 0) items.push_back({"key \"" + std::to_string(key) + "\"", std::to_string(chance() % 3)});
      std::ranges::shuffle(items, chance);
      parts.emplace_back(std::string(1, part), std::move(items));
    }
    return made(std::move(parts));
  };
  for (int round = 0; round < 500; ++round) {
    auto const before = some(), after = some();
    EXPECT_EQ(applied(parts_of(snapshot_text(before)), delta_text(before, after)), parts_of(snapshot_text(after)));
  }
}

std::shared_ptr<watch::World> a_world() {
  auto world = std::make_shared<watch::World>();
  world->events = std::make_shared<std::deque<wire::EventInfo>>();
  wire::DriveInfo drive;
  drive.id.guid.bytes[0] = 1;
  drive.name = "drive <0> \"é\"";
  world->status.drives.push_back(drive);
  world->status.attention = {"one", "one", "two"};
  return world;
}

TEST(Picture, OfAWorld) {
  auto const world = a_world();
  auto const picture = picture_of(world, nullptr);
  EXPECT_THAT(snapshot_text(picture), HasSubstr(R"("name":"drive <0> \"é\"")"));
  EXPECT_EQ(picture.parts.at("attention")->size(), 2U) << "a sentence that is said twice";
  auto next = std::make_shared<watch::World>(*world);
  next->last_news = 77;
  next->status.now = 99, next->status.commits = 5;
  EXPECT_EQ(delta_text(picture, picture_of(next, &picture)), "") << "a clock is no news";
  next = std::make_shared<watch::World>(*world);
  next->status.drives[0].mount_count = 8;
  EXPECT_THAT(delta_text(picture, picture_of(next, &picture)), HasSubstr("\"mount_count\":8"));
}

// ---- tabs

struct FakeSocket final : http::WebSocket {
  std::vector<std::string> sent;
  void send(std::shared_ptr<std::string const> text) override { sent.push_back(*text); }
  int closed = 0;
  void close(std::string const&) override { ++closed; }
};
struct OpenTab {
  std::shared_ptr<FakeSocket> socket = std::make_shared<FakeSocket>();
  std::shared_ptr<http::WebSocketUser> user;
  int ended = 0;
  bool may_look = true;
  OpenTab(Live& live, std::string const& said) {
    user = live.new_tab("hello", {.is_there = [this] { return may_look; }, .tab_ended = [this] { ++ended; }});
    user->opened(socket);
    user->received(said);
  }
};

TEST(Live, ATabGetsEverythingAndThenWhatChanges) {
  Live live("run1");
  auto world = a_world();
  live.show(world);
  OpenTab tab(live, "{}");
  ASSERT_EQ(tab.socket->sent.size(), 2U);
  EXPECT_EQ(tab.socket->sent[0], "hello");
  EXPECT_THAT(tab.socket->sent[1], HasSubstr("\"snapshot\":{"));
  EXPECT_THAT(tab.socket->sent[1], HasSubstr("\"n\":1"));
  live.show(std::make_shared<watch::World>(*world));
  EXPECT_EQ(tab.socket->sent.size(), 2U) << "nothing has changed";
  auto next = std::make_shared<watch::World>(*world);
  next->status.attention = {"three"};
  live.show(next);
  ASSERT_EQ(tab.socket->sent.size(), 3U);
  EXPECT_THAT(tab.socket->sent[2], HasSubstr("\"delta\":{\"attention\""));
  live.beat(*next, 5);
  EXPECT_THAT(tab.socket->sent.back(), HasSubstr("\"beat\":5"));
  tab.may_look = false;
  live.show(world);
  live.beat(*world, 6);
  EXPECT_THAT(tab.socket->sent.back(), HasSubstr("\"beat\":5")) << "its session has ended";
  EXPECT_EQ(tab.socket->closed, 1);
  tab.user->closed();
  EXPECT_EQ(tab.ended, 1);
  EXPECT_EQ(live.tabs(), 0U);
}

TEST(Live, ATabThatWasAwayGoesOnWhereItWas) {
  Live live("run1");
  auto const show = [&](int i) {
    auto world = a_world();
    world->status.attention = {std::to_string(i)};
    live.show(world);
  };
  for (int i = 0; i < 10; ++i) show(i);
  OpenTab away(live, R"({"run":"run1","n":7})");
  ASSERT_EQ(away.socket->sent.size(), 4U) << "three deltas";
  EXPECT_THAT(away.socket->sent[1], HasSubstr("\"n\":8"));
  EXPECT_THAT(away.socket->sent[3], HasSubstr("\"n\":10"));
  OpenTab all_there(live, R"({"run":"run1","n":10})");
  EXPECT_EQ(all_there.socket->sent.size(), 1U);
  for (std::string const said : {R"({"run":"another","n":7})", R"({"run":"run1","n":11})", R"({"run":"run1","n":-1})", R"({"run":"run1","n":"7"})", "nonsense", "[]", ""}) {
    OpenTab tab(live, said);
    EXPECT_THAT(tab.socket->sent.back(), HasSubstr("\"snapshot\"")) << said;
  }
  for (int i = 10; i < 10 + static_cast<int>(limits::deltas_kept); ++i) show(i);
  OpenTab long_away(live, R"({"run":"run1","n":7})");
  EXPECT_THAT(long_away.socket->sent.back(), HasSubstr("\"snapshot\"")) << "what it missed is kept no more";
}

}  // namespace
}  // namespace rsm::web
