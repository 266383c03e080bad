// What a reader may not know is not told: closed pools and libraries in lists, objects, status, requests and events; secrets of sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/protocol/methods.hpp"
#include "libmgr/domain/base64.hpp"
#include "libmgr/people/access.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace security;

struct ServerRightsTest : ::testing::Test {
  TestServer server;
  std::shared_ptr<server::PeerState> alice = server.new_peer(1000), bob = server.new_peer(1001);

  ServerRightsTest() { furnish(server); }

  // Use for alice alone.
  void close(Guid object) {
    Descriptor descriptor;
    descriptor.access = AccessList{{EntryType::allow, 0, use | modify | control, user_sid(1000)}};
    server.manager_double.world.securities[object] = descriptor;
  }
  std::string ask(server::PeerState& who, std::string_view method, std::string const& params = "{}") { return server.call(who, method, params); }
  std::string line(server::PeerState& who, std::string_view method, std::string const& params = "{}") {
    auto const answer = server.send(who, method, params);
    server.loop.run_for(Millis{0});
    return *answer;
  }
};

std::string id_of(Guid id) { return R"({"id":")" + id.text() + "\"}"; }

TEST_F(ServerRightsTest, ObjectsOfAClosedPoolAreRefusedAndLeftOutOfLists) {
  close(ids::pool(1).guid);
  for (auto const& [method, params] : {std::pair{"pool.get", id_of(ids::pool(1).guid)}, {"medium.get", id_of(ids::medium(0).guid)}, {"side.get", id_of(ids::side(0, 0).guid)},
                                       {"logical_medium.get", id_of(ids::logical(0).guid)}, {"pool.get", std::string(R"({"name":"Import\\MO"})")}}) {
    EXPECT_THAT(ask(*alice, method, params), StartsWith("ok ")) << method;
    EXPECT_THAT(ask(*bob, method, params), StartsWith("ERROR_ACCESS_DENIED pool Import\\MO")) << method;
    EXPECT_THAT(ask(*server.peer, method, params), StartsWith("ok ")) << method;
  }
  for (auto const* method : {"medium.list", "side.list", "logical_medium.list"}) {
    EXPECT_THAT(line(*alice, method), HasSubstr("\"id\"")) << method;
    EXPECT_THAT(line(*bob, method), HasSubstr("\"items\":[]")) << method;
  }
  std::string const in_import = R"({"container":")" + ids::pool(0).text() + "\"}", in_it = R"({"container":")" + ids::pool(1).text() + "\"}";
  EXPECT_THAT(line(*bob, "pool.list", in_import), HasSubstr("\"items\":[]"));
  EXPECT_THAT(line(*alice, "pool.list", in_import), HasSubstr("Import\\\\MO"));
  EXPECT_THAT(ask(*bob, "medium.list", in_it), StartsWith("ERROR_ACCESS_DENIED"));
  for (auto const* type : {"medium", "side", "logical_medium"}) EXPECT_THAT(line(*bob, "object.enumerate", std::string(R"({"type":")") + type + "\"}"), HasSubstr("\"ids\":[]")) << type;
}

TEST_F(ServerRightsTest, PagesOfWhatMayNotBeSeenLeadOn) {
  for (unsigned n = 3; n < 9; ++n) {
    auto medium = server.reader.media.front();
    medium.id = ids::medium(n);
    medium.name = medium.barcode = "A0000" + std::to_string(n);
    medium.sides.front().id = ids::side(n, 0);
    medium.sides.back().id = ids::side(n, 1);
    if (n == 8) medium.pool = ids::pool(0);
    server.reader.media.push_back(medium);
  }
  close(ids::pool(1).guid);
  for (auto const* method : {"medium.list", "side.list"}) {
    std::string seen, cursor;
    for (int pages = 0; pages < 30; ++pages) {
      auto const answer = line(*bob, method, R"({"limit":2)" + (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"") + "}");
      EXPECT_THAT(answer, Not(HasSubstr("A00000")));
      seen += answer;
      auto const at = answer.find("\"next_cursor\":\"");
      if (at == std::string::npos) break;
      cursor = answer.substr(at + 15, answer.find('"', at + 15) - at - 15);
    }
    EXPECT_THAT(seen, HasSubstr("A00008")) << method;
  }
}

TEST_F(ServerRightsTest, AClosedLibraryIsShownToNobodyElse) {
  close(ids::library().guid);
  for (auto const& [method, id] : {std::pair{"library.get", ids::library().guid}, {"drive.get", ids::drive(0).guid}, {"slot.get", ids::slot(1).guid}, {"port.get", ids::port().guid}, {"door.get", ids::door().guid},
                                   {"changer.get", ids::changer().guid}}) {
    EXPECT_THAT(ask(*alice, method, id_of(id)), StartsWith("ok ")) << method;
    EXPECT_THAT(ask(*bob, method, id_of(id)), StartsWith("ERROR_ACCESS_DENIED library Jukebox")) << method;
  }
  for (auto const* method : {"library.list", "drive.list", "slot.list", "port.list", "door.list", "changer.list", "request.list"}) {
    EXPECT_THAT(line(*alice, method), HasSubstr(ids::library().text())) << method;
    EXPECT_THAT(line(*bob, method), Not(HasSubstr(ids::library().text()))) << method;
  }
  std::string const request = R"({"request":")" + ids::request(1).text() + "\"}";
  for (auto const* method : {"request.get", "request.explain"}) EXPECT_THAT(ask(*bob, method, request), StartsWith("ERROR_ACCESS_DENIED library Jukebox")) << method;
  EXPECT_THAT(ask(*bob, "volume.of_drive", R"({"drive":"Drive 0"})"), StartsWith("ERROR_ACCESS_DENIED library Jukebox"));
  EXPECT_THAT(line(*alice, "status"), HasSubstr("Drive 0"));
  auto const status = line(*bob, "status");
  EXPECT_THAT(status, Not(HasSubstr("Jukebox")));
  EXPECT_THAT(status, Not(HasSubstr("Drive 0")));
  EXPECT_THAT(status, Not(HasSubstr(ids::request(1).text())));
}

TEST_F(ServerRightsTest, NamesOfClosedMediaAreInNoOthersRecords) {
  close(ids::pool(1).guid);
  auto& m = server.manager_double;
  auto& hot = m.world.drives.at(ids::drive(0)).hot;
  hot.reason = "A00000 is loaded";
  for (auto* request : {&m.world.requests.at(ids::request(1)), &server.reader.requests[0], &server.reader.requests[1]}) {
    request->medium = ids::medium(0);
    request->user = "user1000";
    request->reason = "A00000 waits";
  }
  m.world.operator_requests.begin()->second.argument1 = ids::medium(0).guid;
  m.world.operator_requests.begin()->second.message = "bring A00000";
  server.reader.operator_requests_kept.front() = m.world.operator_requests.begin()->second;
  std::string const request = R"({"request":")" + ids::request(1).text() + "\"}";
  for (auto const& [method, params] : {std::pair{"drive.list", std::string("{}")}, {"drive.get", id_of(ids::drive(0).guid)}, {"request.list", std::string("{}")}, {"request.get", request}, {"request.explain", request},
                                       {"opreq.list", std::string("{}")}, {"status", std::string("{}")}}) {
    EXPECT_THAT(line(*alice, method, params), HasSubstr("A00000")) << method;
    EXPECT_THAT(line(*bob, method, params), Not(HasSubstr("A00000"))) << method;
  }
  EXPECT_THAT(line(*bob, "drive.get", id_of(ids::drive(0).guid)), HasSubstr("\"state\":\"loaded\"")) << "that it is in use is no secret";
}

TEST_F(ServerRightsTest, SentencesAboutTheWholeNameNothingThatIsClosed) {
  auto& m = server.manager_double;
  m.world.media[ids::medium(0)] = server.reader.media.front();
  m.attention = {"operator request 1: bring A00000", "the disk of the catalog is full"};
  m.arm = "A00000 from slot 1 to drive 0";
  m.explained = "It waits for a drive. It is number 2 of 2, behind request 7 (mount of A00000 for alice, priority 0). Next: it starts by itself.";
  m.facts = {"the arm moves A00000 from slot 1 to drive 0", "drive 1 is empty"};
  m.world.operator_requests.begin()->second.message = "drive 0: the label is not that of A00000";
  auto& waiting = server.reader.requests[0];
  waiting.user = "user1001";
  waiting.medium = ids::medium(1);
  for (auto* request : {&m.world.requests.at(ids::request(1)), &server.reader.requests[1]}) request->medium = ids::medium(1);
  std::string const request = R"({"request":")" + waiting.id.text() + "\"}";
  EXPECT_THAT(line(*bob, "status"), HasSubstr("bring A00000")) << "nothing is closed";
  close(ids::pool(1).guid);
  for (auto const& [method, params] : {std::pair{"status", std::string("{}")}, {"changer.list", std::string("{}")}, {"changer.get", id_of(ids::changer().guid)}, {"opreq.list", std::string("{}")}, {"request.explain", request}}) {
    EXPECT_THAT(line(*alice, method, params), HasSubstr("A00000")) << method;
    EXPECT_THAT(line(*bob, method, params), Not(HasSubstr("A00000"))) << method;
  }
  EXPECT_THAT(line(*bob, "status"), HasSubstr("the disk of the catalog is full"));
  auto const explained = line(*bob, "request.explain", request);
  for (auto const* told : {"It waits for a drive.", "Next: it starts by itself.", "drive 1 is empty"}) EXPECT_THAT(explained, HasSubstr(told));
}

TEST_F(ServerRightsTest, ReasonsOfEventsAreForThoseWhoMayReadWhatTheyTellOf) {
  close(ids::pool(1).guid);
  Event event;
  event.number = server.manager_double.counters.last_event = server.manager_double.counters.durable_event = 1;
  event.type = ObjectType::medium;
  event.object = ids::medium(0).guid;
  event.reason = "A00000 went to slot 3";
  event.guard = ids::pool(1).guid;
  server.reader.kept_events.push_back(event);
  EXPECT_THAT(line(*alice, "event.read", R"({"cursor":0})"), HasSubstr("went to slot 3"));
  auto const told = line(*bob, "event.read", R"({"cursor":0})");
  EXPECT_THAT(told, Not(HasSubstr("went to slot 3")));
  EXPECT_THAT(told, HasSubstr("\"number\":1")) << "no gap";
}

TEST_F(ServerRightsTest, WhoMayNotUseTheComputerIsToldNothing) {
  close(Guid{});
  for (auto const* method : {"status", "metrics.read", "event.read", "session.list", "media_type.list", "opreq.list", "catalog.check", "computer.list", "quota.list", "plan.read", "library.timing", "history.advise"}) {
    EXPECT_THAT(ask(*bob, method), StartsWith("ERROR_ACCESS_DENIED the computer")) << method;
    EXPECT_THAT(ask(*alice, method), Not(StartsWith("ERROR_ACCESS_DENIED"))) << method;
  }
  for (auto const* method : {"catalog.export", "catalog.import"}) {
    EXPECT_THAT(ask(*bob, method), StartsWith("ERROR_ACCESS_DENIED the computer")) << method;
    EXPECT_THAT(ask(*alice, method), Not(StartsWith("ERROR_ACCESS_DENIED"))) << "with control";
  }
}

TEST_F(ServerRightsTest, SecretsOfSessionsAreInNoAnswerButTheOneThatOpensThem) {
  std::string const secret = ids::made_up(99).text();
  std::string const request = R"({"request":")" + ids::request(1).text() + "\"}";
  for (auto const& who : {alice, bob, server.peer})
    for (auto const& method : wire::methods()) {
      if (method.name == "session.open") continue;
      who->greeted = true;
      who->session = ids::session(0);
      for (auto const& params : {std::string("{}"), request, std::string(R"({"cursor":0})")}) EXPECT_THAT(line(*who, method.name, params), Not(HasSubstr(secret))) << method.name;
    }
}

TEST_F(ServerRightsTest, SecurityTravelsAsASelfRelativeDescriptor) {
  auto const answer = line(*server.peer, "security.get", R"({"type":"computer","id":"","parts":7})");
  auto const at = answer.find("\"descriptor\":\"") + 14;
  auto const bytes = from_base64(answer.substr(at, answer.find('"', at) - at));
  ASSERT_TRUE(bytes) << answer;
  auto const read = decode(std::as_bytes(std::span(*bytes)));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, usual());
  server.peer->session = ids::session(0);
  Descriptor wanted;
  wanted.access = AccessList{{EntryType::allow, 0, use, everyone()}, {EntryType::deny, 0, use, user_sid(5)}};
  auto const sent = encode(wanted);
  std::string const text = base64({reinterpret_cast<char const*>(sent.data()), sent.size()});
  EXPECT_THAT(ask(*server.peer, "security.set", R"({"type":"pool","id":")" + ids::pool(1).text() + R"(","parts":4,"descriptor":")" + text + "\"}"), StartsWith("ok "));
  EXPECT_EQ(server.manager_double.calls.back(), "set_security pool 4 entries 2");
  for (auto const* wrong : {R"({"type":"pool","id":"","parts":0,"descriptor":""})", R"({"type":"pool","id":"","parts":16,"descriptor":""})", R"({"type":"pool","id":"","parts":4,"descriptor":"!"})",
                            R"({"type":"pool","id":"","parts":4,"descriptor":"AAAA"})"})
    EXPECT_THAT(ask(*server.peer, "security.set", wrong), StartsWith("ERROR_INVALID_PARAMETER")) << wrong;
  EXPECT_THAT(ask(*server.peer, "security.get", R"({"parts":0})"), StartsWith("ERROR_INVALID_PARAMETER"));
}

TEST_F(ServerRightsTest, ANewPoolMayComeWithItsSecurity) {
  server.peer->session = ids::session(0);
  auto const sent = encode(usual());
  std::string const text = base64({reinterpret_cast<char const*>(sent.data()), sent.size()});
  EXPECT_THAT(ask(*server.peer, "pool.create", R"({"name":"New","action":"create_new","security":")" + text + "\"}"), StartsWith("ok "));
  EXPECT_THAT(ask(*server.peer, "pool.create", R"({"name":"New","action":"create_new","security":"AAAA"})"), StartsWith("ERROR_INVALID_PARAMETER the security descriptor"));
}

}  // namespace
}  // namespace rsm::testing
