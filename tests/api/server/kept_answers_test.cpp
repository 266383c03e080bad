// Answers that many ask for: the same bytes for all while nothing changes, never those from before a change, and never those of another user.
#include "api/server/kept_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/protocol/methods.hpp"
#include "libmgr/domain/private_text.hpp"
#include "libmgr/people/access.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using server::KeptAnswers;

struct KeptAnswersTest : ::testing::Test {
  TestServer server;
  int changes = 0;

  KeptAnswersTest() {
    furnish(server);
    server.loop.counts = true;
  }
  // The whole line.
  std::string line(server::PeerState& who, std::string_view method = "status") { return *server.send(who, method); }
  std::string status() { return line(*server.peer); }
  // Changes what status says, and nobody counts it: only what is composed anew shows it. Gives what it says then.
  std::string change() {
    server.manager_double.attention = {"change " + std::to_string(++changes)};
    return "change " + std::to_string(changes) + "\"";
  }
};

TEST_F(KeptAnswersTest, AreGivenOutWhileNothingChanges) {
  auto const first = status();
  auto const unseen = change();
  auto const second = status();
  EXPECT_EQ(second.substr(second.find("result")), first.substr(first.find("result"))) << "the same text";
  EXPECT_THAT(second, Not(HasSubstr(unseen)));
  server.loop.deed();
  EXPECT_THAT(status(), HasSubstr(unseen));
}

TEST_F(KeptAnswersTest, HowACallIsWrittenDoesNotMatter) {
  status();
  auto const unseen = change();
  for (auto const* call : {R"({"jsonrpc":"2.0","id":71,"method":"status","params":{}})", R"({"jsonrpc":"2.0","id":71,"method":"status"})",
                           R"( {"id": 71, "method": "status", "jsonrpc": "2.0", "params": {}})", R"({"jsonrpc":"2.0","id":"a\"b","method":"status"})"}) {
    std::string answer;
    EXPECT_TRUE(server.dispatcher->call(*server.peer, call, [&](std::string text) { answer = std::move(text); }));
    EXPECT_THAT(answer, AllOf(StartsWith(R"({"jsonrpc":"2.0","id":)" + std::string(std::string_view(call).contains("71") ? "71," : R"("a\"b",)")), Not(HasSubstr(unseen)))) << call;
  }
  std::string answer;
  server.dispatcher->call(*server.peer, R"({"jsonrpc":"2.0","id":1,"method":"status","params":{"what":1}})", [&](std::string text) { answer = std::move(text); });
  EXPECT_THAT(answer, HasSubstr("ERROR_INVALID_PARAMETER")) << "it is not the same question";
}

TEST_F(KeptAnswersTest, EveryCallThatMayChangeSomethingEndsThem) {
  std::vector<std::string> kept;
  for (auto const& method : wire::methods()) {
    status();
    line(*server.peer, "metrics.read");
    auto const said = change();
    server.send(*server.peer, method.name);
    if (!status().contains(said)) kept.emplace_back(method.name);
    server.loop.run_for(Millis{0});
    server.loop.deed();
    EXPECT_THAT(status(), HasSubstr(said)) << method.name;
  }
  for (auto const& name : kept) {
    bool const looks = name == "hello" || name == "rsm.describe" || name == "status" || name == "metrics.read";
    EXPECT_TRUE(looks || wire::find_method(name)->needs == wire::Needs::read) << name << " may change something, and a status from before was given out after it";
  }
  EXPECT_GT(kept.size(), 10u) << "or nothing is ever kept";
}

TEST_F(KeptAnswersTest, WhatRunsOnTheLoopEndsThemUnlessItOnlyLooks) {
  status();
  auto const first = change();
  server.loop.post([this] { server.loop.only_looks(); });
  server.loop.run_for(Millis{0});
  EXPECT_THAT(status(), Not(HasSubstr(first)));
  server.loop.post([] {});
  server.loop.run_for(Millis{0});
  EXPECT_THAT(status(), HasSubstr(first));
  auto const second = change();
  server.loop.after(Millis{10}, [] {});
  server.loop.run_for(Millis{10});
  EXPECT_THAT(status(), HasSubstr(second));
}

TEST_F(KeptAnswersTest, AClientThatGoesEndsThem) {
  auto const other = server.new_peer(1000);
  status();
  auto const said = change();
  server.dispatcher->leave(*other);
  EXPECT_THAT(status(), HasSubstr(said));
  auto const again = change();
  server.dispatcher->forget(*other);
  EXPECT_THAT(status(), HasSubstr(again));
}

TEST_F(KeptAnswersTest, TheirClockIsNeverOlderThanItsLimit) {
  status();
  auto const said = change();
  server.loop.run_for(limits::answer_kept_max - Millis{1});
  EXPECT_THAT(status(), Not(HasSubstr(said)));
  server.loop.run_for(Millis{1});
  EXPECT_THAT(status(), HasSubstr(said));
  auto const set_back = change();
  server.loop.now_ms -= 3'600'000;
  EXPECT_THAT(status(), HasSubstr(set_back));
}

TEST_F(KeptAnswersTest, EveryUserHasItsOwn) {
  auto const alice = server.new_peer(1000), bob = server.new_peer(1001), alice_too = server.new_peer(1000);
  security::Descriptor closed;
  closed.access = security::AccessList{{security::EntryType::allow, 0, security::use, security::user_sid(1000)}};
  server.manager_double.world.securities[ids::library().guid] = closed;
  std::vector<std::uint32_t> const owners{1000};
  server.manager_double.attention = {"busy: " + private_text::make(owners, "/home/alice/secret", "a file of user alice")};
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(line(*alice), AllOf(HasSubstr("\"Jukebox\""), HasSubstr("/home/alice/secret")));
    EXPECT_THAT(line(*bob), AllOf(Not(HasSubstr("\"Jukebox\"")), Not(HasSubstr("/home/alice/secret"))));
    EXPECT_THAT(status(), HasSubstr("/home/alice/secret")) << "an administrator";
  }
  auto const said = change();
  EXPECT_THAT(line(*alice_too), Not(HasSubstr(said))) << "the other connections of a user share them";
  alice_too->groups = std::make_shared<std::vector<std::uint32_t> const>(std::vector<std::uint32_t>{1001});
  EXPECT_THAT(line(*alice_too), HasSubstr(said)) << "in another group somebody may see something else";
  auto const more = change();
  bob->administrator = true;
  EXPECT_THAT(line(*bob), AllOf(HasSubstr("\"Jukebox\""), HasSubstr(more)));
}

TEST_F(KeptAnswersTest, WhoIsRefusedIsRefusedAgainAndWhoHasNotSaidHelloToo) {
  auto const bob = server.new_peer(1001), stranger = server.new_peer(0, false);
  security::Descriptor closed;
  closed.access = security::AccessList{};
  server.manager_double.world.securities[Guid{}] = closed;
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(status(), HasSubstr("result"));
    EXPECT_THAT(line(*bob), HasSubstr("ERROR_ACCESS_DENIED"));
    EXPECT_THAT(line(*stranger), HasSubstr("hello"));
  }
  server.manager_double.world.securities.clear();
  EXPECT_THAT(line(*bob), HasSubstr("result")) << "a refusal is kept by nobody";
}

TEST_F(KeptAnswersTest, OneOfALoopThatDoesNotCountIsNeverKept) {
  server.loop.counts = false;
  status();
  auto const said = change();
  EXPECT_THAT(status(), HasSubstr(said));
}

TEST_F(KeptAnswersTest, ThereAreOnlySoMany) {
  KeptAnswers answers(server.loop);
  std::vector<std::shared_ptr<server::PeerState>> peers;
  auto const text = std::make_shared<std::string const>("{}}\n");
  for (std::uint32_t n = 0; n <= limits::answers_kept_max; ++n) {
    peers.push_back(server.new_peer(2000 + n));
    answers.keep(KeptAnswers::kept("status"), *peers.back(), text);
    EXPECT_EQ(answers.find("status", *peers.back()), text);
  }
  EXPECT_EQ(answers.find("status", *peers.front()), nullptr);
  EXPECT_EQ(answers.find("metrics.read", *peers.back()), nullptr);
  EXPECT_TRUE(KeptAnswers::kept("library.list").empty());
}

}  // namespace
}  // namespace rsm::testing
