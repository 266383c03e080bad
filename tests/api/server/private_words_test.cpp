// Reasons name files, and files lie in folders of their owners: whatever is asked, the paths go to the owner and to administrators only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/protocol/methods.hpp"
#include "libmgr/domain/private_text.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct PrivateWordsTest : ::testing::Test {
  TestServer server;
  std::shared_ptr<server::PeerState> alice = server.new_peer(1000), bob = server.new_peer(1001);

  PrivateWordsTest() {
    furnish(server);
    std::uint32_t const owner = 1000;
    std::string const busy = "in use: " + private_text::make(std::span(&owner, 1), "open file /home/alice/secret", "a file of user alice");
    auto& m = server.manager_double;
    m.world.drives.at(ids::drive(0)).hot.reason = busy;
    m.world.drives.at(ids::drive(0)).record.condition.reason = busy;
    m.world.libraries.at(ids::library()).record.condition.reason = busy;
    for (auto& [id, request] : m.world.requests) request.reason = busy;
    for (auto& request : server.reader.requests) request.reason = busy;
    for (auto& [id, asked] : m.world.operator_requests) asked.message = busy;
    for (auto& asked : server.reader.operator_requests_kept) asked.message = busy;
    Event event;
    event.number = m.counters.last_event = m.counters.durable_event = 1;
    event.reason = busy;
    server.reader.kept_events.push_back(event);
    m.counters.commit_error = busy;
    m.refusal = fail(Errc::busy, busy, busy);
  }

  // Everything that can be asked, by one who asks: method and the whole line of its answer.
  std::vector<std::pair<std::string, std::string>> everything(server::PeerState& who) {
    std::string const request = R"({"request":")" + ids::request(1).text() + "\"}";
    std::map<std::string_view, std::string> const params = {
        {"request.get", request}, {"request.explain", request}, {"event.read", R"({"cursor":0})"}, {"drive.get", R"({"name":"Drive 0"})"},
        {"library.get", R"({"name":"Jukebox"})"}, {"medium.get", R"({"name":"A00000"})"},
        {"dismount.submit", R"({"key":"k","media":["04000000-0000-0000-0000-000000000001"]})"}};
    std::vector<std::pair<std::string, std::string>> answers;
    for (auto const& method : wire::methods()) {
      who.greeted = true;
      who.session = ids::session(0);
      auto const given = params.find(method.name);
      auto const answer = server.send(who, method.name, given == params.end() ? "{}" : given->second);
      server.loop.run_for(Millis{0});
      answers.emplace_back(method.name, *answer);
    }
    return answers;
  }
};

TEST_F(PrivateWordsTest, TheOwnerAndAdministratorsReadThem) {
  for (auto* who : {alice.get(), server.peer.get()}) {
    std::size_t seen = 0;
    for (auto const& [method, answer] : everything(*who)) {
      EXPECT_FALSE(private_text::has_marks(answer)) << method;
      if (method != "metrics.read") seen += answer.find("open file /home/alice/secret") != std::string::npos ? 1 : 0;
    }
    EXPECT_GE(seen, 8u) << "status, lists, single objects, events, errors";
  }
}

TEST_F(PrivateWordsTest, OthersAreToldWhoseItIs) {
  std::size_t told = 0;
  for (auto const& [method, answer] : everything(*bob)) {
    EXPECT_THAT(answer, Not(HasSubstr("/home/alice"))) << method;
    EXPECT_FALSE(private_text::has_marks(answer)) << method;
    told += answer.find("in use: a file of user alice") != std::string::npos ? 1 : 0;
  }
  EXPECT_GE(told, 8u);
}

// Whoever asks for figures shows them to others.
TEST_F(PrivateWordsTest, FiguresAreForEverybody) {
  for (auto* who : {alice.get(), server.peer.get()}) {
    auto const answer = server.send(*who, "metrics.read");
    EXPECT_THAT(*answer, HasSubstr("a file of user alice"));
    EXPECT_THAT(*answer, Not(HasSubstr("/home/alice")));
  }
}

TEST_F(PrivateWordsTest, NobodyBringsMarksIn) {
  std::uint32_t const owner = 1000;
  std::string const forged = private_text::make(std::span(&owner, 1), "all is lost", "all is well");
  server.manager_double.refusal = {};
  server.call(*bob, "session.open", R"({"application":")" + forged + "\"}");
  for (auto const& [id, session] : server.manager_double.world.sessions) EXPECT_FALSE(private_text::has_marks(session.application));
}

}  // namespace
}  // namespace rsm::testing
