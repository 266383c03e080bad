// Mount, dismount and everything else that is queued; rights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct WorkTest : ::testing::Test {
  TestServer server;
  std::string const side = in_quotes(ids::side(0, 0).guid);
  WorkTest() {
    furnish(server);
    server.peer->session = ids::session(0);
    server.manager_double.made = {ids::request(0)};
  }
  static Guid made_up_unknown() { return ids::made_up(99); }
  std::string mount(std::string const& more) { return R"({"key":"k","media":[)" + side + "]" + more + "}"; }
};

TEST_F(WorkTest, MountPassesEveryOptionOn) {
  auto const drive = in_quotes(ids::drive(1).guid);
  EXPECT_EQ(server.call("mount.submit", mount(R"(,"drives":[)" + drive + R"(],"write":true,"error_if_offline":true,"error_if_unavailable":true,"nowait":true,"priority":-15,"timeout_ms":0)")),
            "ok {\"requests\":[" + in_quotes(ids::request(0).guid) + "]}");
  auto const& call = server.manager_double.last_mount;
  EXPECT_EQ(call.key, "k");
  EXPECT_THAT(call.drives, ElementsAre(ids::drive(1)));
  EXPECT_TRUE(call.write && call.error_if_offline && call.error_if_unavailable && call.nowait);
  EXPECT_EQ(call.priority, -15);
  EXPECT_EQ(call.timeout, Millis{0});
  EXPECT_EQ(server.manager_double.last_caller.session, ids::session(0));
  server.call("mount.submit", mount(""));
  EXPECT_FALSE(server.manager_double.last_mount.timeout);
  EXPECT_FALSE(server.manager_double.last_mount.write || server.manager_double.last_mount.nowait);
}

TEST_F(WorkTest, MountRefusesWhatIsOutOfRangeWithItsPath) {
  EXPECT_EQ(server.call("mount.submit", mount(R"(,"priority":16)")), "ERROR_INVALID_PARAMETER params.priority");
  EXPECT_EQ(server.call("mount.submit", mount(R"(,"priority":-16)")), "ERROR_INVALID_PARAMETER params.priority");
  EXPECT_EQ(server.call("mount.submit", mount(R"(,"timeout_ms":-1)")), "ERROR_INVALID_PARAMETER params.timeout_ms");
  EXPECT_EQ(server.call("mount.submit", mount(R"(,"timeout_ms":9223372036854775807)")), "ERROR_INVALID_PARAMETER params.timeout_ms");
  EXPECT_EQ(server.call("mount.submit", mount(R"(,"drives":[])")), "ERROR_INVALID_PARAMETER params.drives");
  EXPECT_EQ(server.call("mount.submit", R"({"key":"k","media":[]})"), "ERROR_INVALID_PARAMETER params.media");
  EXPECT_EQ(server.call("mount.submit", R"({"key":"","media":[)" + side + "]}"), "ERROR_INVALID_PARAMETER params.key");
  EXPECT_EQ(server.call("mount.submit", R"({"key":")" + std::string(65, 'k') + R"(","media":[)" + side + "]}"), "ERROR_INVALID_PARAMETER params.key");
  std::string many = side;
  for (int i = 0; i < 64; ++i) many += "," + side;
  EXPECT_EQ(server.call("dismount.submit", R"({"key":"k","media":[)" + many + "]}"), "ERROR_INVALID_PARAMETER params.media");
  EXPECT_TRUE(server.manager_double.calls.empty());
}

TEST_F(WorkTest, MountRunAnswersWithDrivesWhenEverythingIsLoaded) {
  auto const answer = server.send(*server.peer, "mount.run", mount(""));
  EXPECT_EQ(*answer, "");
  ASSERT_EQ(server.manager_double.waits.size(), 1u);
  EXPECT_THAT(server.manager_double.waits[0].requests, ElementsAre(ids::request(0)));
  server.manager_double.waits[0].reply(std::vector{mount_request(0, RequestState::passed)});
  EXPECT_EQ(short_form(*answer), "ok {\"requests\":[" + in_quotes(ids::request(0).guid) + "],\"drives\":[" + in_quotes(ids::drive(0).guid) +
                                     R"(],"drive_names":["Drive 0"],"volumes":["/run/volume0"]})");
}

TEST_F(WorkTest, MountRunGivesTheErrorOfTheRequest) {
  auto const answer = server.send(*server.peer, "mount.run", mount(""));
  auto failed = mount_request(0, RequestState::failed);
  failed.error = 5023;
  server.manager_double.waits[0].reply(std::vector{failed});
  EXPECT_EQ(short_form(*answer), "ERROR_INVALID_STATE request " + ids::request(0).text());
  server.manager_double.refusal = fail(Errc::busy, "side");
  EXPECT_EQ(server.call("mount.run", mount("")), "ERROR_BUSY side");
  auto const cancelled = server.send(*server.peer, "mount.run", mount(""));
  EXPECT_EQ(short_form(*cancelled), "ERROR_BUSY side");
}

TEST_F(WorkTest, MountRunWithNowaitAnswersWhenQueued) {
  EXPECT_THAT(server.call("mount.run", mount(R"(,"nowait":true)")), HasSubstr(R"("drives":[])"));
  EXPECT_TRUE(server.manager_double.waits.empty());
}

TEST_F(WorkTest, WhoIsGoneWaitsForNothing) {
  server.send(*server.peer, "request.wait", R"({"request":)" + in_quotes(ids::request(0).guid) + "}");
  EXPECT_EQ(server.manager_double.last_wait.connection, server.peer->connection);
  server.dispatcher->leave(*server.peer);
  EXPECT_TRUE(server.manager_double.connections_gone.empty()) << "it writes no more, and still reads";
  server.dispatcher->forget(*server.peer);
  EXPECT_THAT(server.manager_double.connections_gone, ElementsAre(server.peer->connection));
  auto const late = server.new_peer(0);
  late->session = ids::session(0);
  late->deaf = true;  // closed while its mount was on its way to disk
  server.send(*late, "mount.run", mount(""));
  EXPECT_EQ(server.manager_double.waits.size(), 1u);
}

TEST_F(WorkTest, WaitHasALimitAlways) {
  std::string const request = R"({"request":)" + in_quotes(ids::request(0).guid);
  server.send(*server.peer, "request.wait", request + "}");
  EXPECT_EQ(server.manager_double.waits[0].limit, limits::wait_max);
  auto const answer = server.send(*server.peer, "request.wait", request + R"(,"timeout_ms":5})");
  EXPECT_EQ(server.manager_double.waits[1].limit, Millis{5});
  server.manager_double.waits[1].reply(fail(Errc::timeout, "request"));
  EXPECT_EQ(short_form(*answer), "ERROR_TIMEOUT request");
  EXPECT_EQ(server.call("request.wait", request + R"(,"timeout_ms":-1})"), "ERROR_INVALID_PARAMETER params.timeout_ms");
}

TEST_F(WorkTest, EverythingQueuedReachesTheManager) {
  std::string const library = in_quotes(ids::library().guid), medium = in_quotes(ids::medium(0).guid), drive = in_quotes(ids::drive(0).guid);
  server.call("dismount.submit", R"({"key":"a","media":[)" + side + R"(],"deferred":true,"force":true})");
  server.call("drive.dismount", R"({"key":"b","drive":)" + drive + "}");
  server.call("library.inventory", R"({"key":"c","action":"omid","library":)" + library + "}");
  EXPECT_EQ(server.manager_double.last_action, InventoryAction::omid);
  server.call("library.inventory", R"({"key":"c","action":"stop","library":)" + library + "}");
  server.call("library.inventory", R"({"key":"c","action":"default_method","library":)" + library + "}");
  EXPECT_EQ(server.manager_double.last_action, InventoryAction::default_method);
  server.call("library.inject", R"({"key":"d","library":)" + library + "}");
  server.call("library.inject", R"({"key":"dm","many":true,"library":)" + library + "}");
  server.call("library.inject_retract", R"({"request":)" + in_quotes(ids::request(0).guid) + "}");
  server.call("library.inject_stop", R"({"request":)" + in_quotes(ids::request(0).guid) + "}");
  server.call("medium.eject", R"({"key":"e","force":true,"medium":)" + medium + "}");
  server.call("medium.eject_batch", R"({"key":"eb","check":true,"media":[)" + medium + "]}");
  server.call("medium.eject_stop", R"({"request":)" + in_quotes(ids::request(0).guid) + "}");
  server.call("medium.transfer", R"({"key":"t","medium":)" + medium + R"(,"slot":)" + in_quotes(ids::slot(0).guid) + "}");
  server.call("medium.transfer", R"({"key":"u","medium":)" + medium + R"(,"port":)" + in_quotes(ids::port().guid) + "}");
  server.call("medium.transfer", R"({"key":"v","from":)" + in_quotes(ids::port().guid) + R"(,"slot":)" + in_quotes(ids::slot(0).guid) + "}");
  server.call("medium.transfer", R"({"key":"w","exchange":true,"medium":)" + medium + R"(,"slot":)" + in_quotes(ids::slot(0).guid) + "}");
  server.call("slot.identify", R"({"key":"i","slot":)" + in_quotes(ids::slot(0).guid) + "}");
  server.call("object.enable", R"({"key":"f","type":"drive","id":)" + drive + "}");
  server.call("object.disable", R"({"key":"g","type":"medium","id":)" + medium + "}");
  std::string const one_library = R"("library":)" + in_quotes(ids::library().guid);
  server.call("library.door", R"({"key":"door","action":"omid",)" + one_library + "}");
  server.call("drive.clean", R"({"key":"clean","drive":)" + drive + "}");
  server.call("cleaner.reserve", R"({"key":"cr",)" + one_library + R"(,"slot":)" + in_quotes(ids::slot(0).guid) + "}");
  server.call("cleaner.release", R"({"key":"cl",)" + one_library + "}");
  server.call("cleaner.inject", R"({"key":"ci","uses":7,)" + one_library + "}");
  server.call("cleaner.eject", R"({"key":"ce",)" + one_library + "}");
  for (auto const* uses : {"0", "-1", "4294967296"})
    EXPECT_EQ(server.call("cleaner.inject", std::string(R"({"key":"cj","uses":)") + uses + "," + one_library + "}"), "ERROR_INVALID_PARAMETER params.uses");
  server.call("cleaner.inject_stop", R"({"request":)" + in_quotes(ids::request(0).guid) + "}");
  server.call("cleaner.eject_stop", R"({"request":)" + in_quotes(ids::request(0).guid) + "}");
  EXPECT_EQ(server.call("object.disable", R"({"key":"g","type":"slot","id":)" + medium + "}"), "ERROR_INVALID_PARAMETER params.type");
  EXPECT_THAT(server.manager_double.calls,
              ElementsAre("dismount a deferred force", "dismount_drive b", "inventory c", "stop_inventory", "inventory c", "inject d", "inject dm many", "retract_inject", "stop_inject",
                          "eject e force", "eject 1 eb check", "stop_eject", "transfer t to slot", "transfer u to port", "transfer v from port to slot", "transfer w to slot exchange", "identify i", "enable drive f", "disable medium g",
                          "door door full", "clean clean", "reserve cr slot", "release cl", "inject cleaner ci 7", "eject cleaner ce", "stop_inject_cleaner", "stop_eject_cleaner"));
}

struct Controlled {
  char const* method;
  std::string params;
};

// rsm-model.md section 18: everyone may use, only administrators control. The operations judge it (people/rights); who calls is told to them.
TEST_F(WorkTest, TheCoreIsToldWhoCalls) {
  auto const everyone = server.new_peer(1001);
  everyone->session = ids::session(0), server.peer->session = ids::session(3);
  std::string const library = in_quotes(ids::library().guid), medium = in_quotes(ids::medium(0).guid), drive = in_quotes(ids::drive(0).guid),
                    request = in_quotes(ids::request(0).guid), asked = in_quotes(ids::operator_request(0).guid);
  Controlled const controlled[] = {{"library.inventory", R"({"key":"k","action":"fast","library":)" + library + "}"},
                                   {"library.inventory", R"({"key":"k","action":"stop","library":)" + library + "}"},
                                   {"library.inject", R"({"key":"k","library":)" + library + "}"},
                                   {"library.inject_retract", R"({"request":)" + request + "}"},
                                   {"library.inject_stop", R"({"request":)" + request + "}"},
                                   {"medium.eject", R"({"key":"k","medium":)" + medium + "}"},
                                   {"medium.eject_batch", R"({"key":"k","media":[)" + medium + "]}"},
                                   {"medium.eject_stop", R"({"request":)" + request + "}"},
                                   {"medium.transfer", R"({"key":"k","medium":)" + medium + "}"},
                                   {"drive.dismount", R"({"key":"k","drive":)" + drive + "}"},
                                   {"object.enable", R"({"key":"k","type":"library","id":)" + library + "}"},
                                   {"object.disable", R"({"key":"k","type":"medium","id":)" + medium + "}"},
                                   {"request.cancel", R"({"request":)" + request + "}"},
                                   {"request.order", R"({"request":)" + request + "}"},
                                   {"request.set_order", R"({"order":1,"request":)" + request + "}"},
                                   {"request.delete", R"({"type":"request","ids":[)" + request + "]}"},
                                   {"opreq.satisfy", R"({"id":)" + asked + "}"},
                                   {"opreq.refuse", R"({"id":)" + asked + "}"}};
  for (auto const& c : controlled) {
    server.manager_double.last_caller = {};
    server.call(*everyone, c.method, c.params);
    EXPECT_EQ(server.manager_double.last_caller.uid, 1001u) << c.method;
    EXPECT_FALSE(server.manager_double.last_caller.administrator) << c.method;
    EXPECT_THAT(server.call(c.method, c.params), StartsWith("ok")) << c.method;
    EXPECT_TRUE(server.manager_double.last_caller.administrator) << c.method;
  }
  server.manager_double.refusal = fail(Errc::access_denied, "library Jukebox");
  for (auto const& c : controlled) EXPECT_EQ(server.call(*everyone, c.method, c.params), "ERROR_ACCESS_DENIED library Jukebox") << c.method;
}

TEST_F(WorkTest, OnlyAdministratorsCopyTheCatalog) {
  EXPECT_THAT(server.call(*server.new_peer(1001), "catalog.backup", R"({"path":"/var/backup/catalog.db"})"), StartsWith("ERROR_ACCESS_DENIED"));
}

TEST_F(WorkTest, OnlyAdministratorsExportAndImportTheCatalog) {
  for (auto const* method : {"catalog.export", "catalog.import"}) {
    EXPECT_THAT(server.call(*server.new_peer(1001), method), StartsWith("ERROR_ACCESS_DENIED")) << method;
    EXPECT_THAT(server.call(method), StartsWith("ERROR_NOT_SUPPORTED")) << "there is no file here";
  }
}

TEST_F(WorkTest, ACancelTakesASessionAsTheCoreWantsOne) {
  std::string const params = R"({"request":)" + in_quotes(ids::request(1).guid) + "}";
  EXPECT_EQ(server.call(*server.new_peer(1001), "request.cancel", params), "ERROR_INVALID_HANDLE request.cancel");
}

TEST_F(WorkTest, TheCatalogIsCheckedAndCopiedInTheBackground) {
  EXPECT_THAT(server.call("catalog.check"), HasSubstr(R"("ok":true)"));
  EXPECT_EQ(server.call("catalog.backup", R"({"path":"/a/b"})"), R"(ok {"path":"/a/b","bytes":4096})");
  EXPECT_EQ(server.call("catalog.backup", R"({"path":"b"})"), "ERROR_INVALID_PARAMETER params.path");
}

TEST_F(WorkTest, OneCheckOfTheCatalogAtATimeButACopyWhenever) {
  server.hold_background = true;
  auto const first = server.send(*server.peer, "catalog.check");
  EXPECT_EQ(server.call(*server.new_peer(1000), "catalog.check"), "ERROR_BUSY catalog.check");
  auto const copy = server.send(*server.peer, "catalog.backup", R"({"path":"/a/b"})");
  EXPECT_EQ(server.held_work.size(), 2u);
  for (auto& work : server.held_work) work();
  server.loop.run_for(Millis{0});
  EXPECT_THAT(short_form(*first), StartsWith("ok"));
  EXPECT_THAT(short_form(*copy), StartsWith("ok"));
  server.hold_background = false;
  EXPECT_THAT(server.call("catalog.check"), StartsWith("ok"));
}

// ---- the queue

TEST_F(WorkTest, PlacesInTheQueue) {
  std::string const request = R"({"request":)" + in_quotes(ids::request(1).guid);
  EXPECT_EQ(server.call("request.order", request + "}"), "ok {\"order\":3}");
  for (auto const* wrong : {"0", "-1", "4294967296"})
    EXPECT_EQ(server.call("request.set_order", request + R"(,"order":)" + wrong + "}"), "ERROR_INVALID_PARAMETER params.order");
  EXPECT_EQ(server.call("request.set_order", request + R"(,"order":4294967295})"), "ok {\"order\":4294967295}");
  EXPECT_THAT(server.manager_double.calls, ElementsAre("set_place 4294967295"));
}

TEST_F(WorkTest, RequestsAreDeletedByTheirKind) {
  std::string const ids = R"("ids":[)" + in_quotes(ids::request(0).guid) + "]}";
  EXPECT_EQ(server.call("request.delete", R"({"type":"request",)" + ids), "ok {\"deleted\":1}");
  EXPECT_EQ(server.call("request.delete", R"({"type":"operator_request",)" + ids), "ok {\"deleted\":1}");
  EXPECT_THAT(server.manager_double.calls, ElementsAre("forget request 1", "forget operator_request 1"));
  EXPECT_EQ(server.call("request.delete", R"({"type":"medium",)" + ids), "ERROR_INVALID_PARAMETER params.type");
  EXPECT_EQ(server.call("request.delete", R"({"type":"request","ids":[]})"), "ERROR_INVALID_PARAMETER params.ids");
}

// ---- operator requests

TEST_F(WorkTest, ASubmittedOperatorRequestReachesTheManagerWithTheTypesOfItsObjects) {
  std::string const key = "0123456789abcdef0123456789abcdef";
  std::string const params = R"({"key":")" + key + R"(","command":"move_media","message":"to the shelf","argument1":)" + in_quotes(ids::medium(0).guid) +
                             R"(,"argument2":)" + in_quotes(made_up_unknown()) + "}";
  EXPECT_THAT(server.call("opreq.submit", params), HasSubstr("\"id\":\"01234567-89ab-cdef-0123-456789abcdef\""));
  auto const& call = server.manager_double.last_operator_call;
  EXPECT_EQ(call.command, OperatorCommand::move_media);
  EXPECT_EQ(call.message, "to the shelf");
  EXPECT_EQ(call.first.id, ids::medium(0).guid);
  EXPECT_EQ(call.first.type, ObjectType::medium);
  EXPECT_FALSE(call.second.type) << "there is no such object";
  EXPECT_EQ(server.manager_double.last_caller.session, ids::session(0));
}

TEST_F(WorkTest, TheKeyOfAnOperatorRequestIsAGuid) {
  for (auto const* key : {"", "k", "0123456789abcdef0123456789abcdeX", "01234567-89ab-cdef-0123-456789abcdef0"})
    EXPECT_EQ(server.call("opreq.submit", std::string(R"({"command":"message","message":"m","key":")") + key + "\"}"), "ERROR_INVALID_PARAMETER params.key") << key;
  EXPECT_THAT(server.call("opreq.submit", R"({"command":"message","message":"m","key":"01234567-89ab-cdef-0123-456789abcdef"})"), StartsWith("ok"));
}

TEST_F(WorkTest, AnOperatorRequestIsSubmittedInASession) {
  auto const everyone = server.new_peer(1001);
  EXPECT_THAT(server.call(*everyone, "opreq.submit", R"({"command":"message","message":"m","key":"01234567-89ab-cdef-0123-456789abcdef"})"), StartsWith("ERROR_INVALID_HANDLE"));
}

TEST_F(WorkTest, WaitingForAnOperatorRequestHasALimitAlways) {
  std::string const id = R"({"id":)" + in_quotes(ids::operator_request(0).guid);
  for (auto const* wrong : {"-1", "86400001"}) EXPECT_EQ(server.call("opreq.wait", id + R"(,"timeout_ms":)" + wrong + "}"), "ERROR_INVALID_PARAMETER params.timeout_ms");
  auto const answer = server.send(*server.peer, "opreq.wait", id + R"(,"timeout_ms":0})");
  server.send(*server.peer, "opreq.wait", id + "}");
  auto& waits = server.manager_double.operator_waits;
  ASSERT_EQ(waits.size(), 2u);
  EXPECT_EQ(waits[0].id, ids::operator_request(0));
  EXPECT_EQ(waits[0].limit, Millis{0});
  EXPECT_FALSE(waits[1].limit);
  OperatorRequestRecord ended;
  ended.id = ids::operator_request(0);
  ended.state = OperatorState::refused;
  waits[0].reply(ended);
  EXPECT_THAT(*answer, HasSubstr("\"state\":\"refused\""));
}

TEST_F(WorkTest, OneOperatorRequestIsRead) {
  EXPECT_THAT(server.call("opreq.get", R"({"id":)" + in_quotes(ids::operator_request(0).guid) + "}"), HasSubstr("bring A00002"));
  EXPECT_THAT(server.call("opreq.get", R"({"id":)" + in_quotes(ids::operator_request(9).guid) + "}"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

TEST_F(WorkTest, VolumesOfDrives) {
  EXPECT_EQ(server.call("volume.of_drive", R"({"drive":"Drive 0"})"), R"(ok {"volume":"/run/volume0","letter":"/mnt/run/volume0"})");
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":"/dev/d0"})"), StartsWith("ok"));
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":"Jukebox/0"})"), StartsWith("ok"));
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":)" + in_quotes(ids::drive(0).guid) + "}"), StartsWith("ok"));
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":"Drive 1"})"), StartsWith("ERROR_NOT_READY"));
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":"Drive 7"})"), StartsWith("ERROR_INVALID_DRIVE"));
  EXPECT_EQ(server.call("volume.of_drive", R"({"drive":""})"), "ERROR_INVALID_PARAMETER params.drive");
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":"0123456789abcdef0123456789abcdef"})"), StartsWith("ERROR_INVALID_DRIVE"));
  server.manager_double.world.drives.at(ids::drive(0)).record.name = "0123456789abcdef0123456789abcdef";
  EXPECT_THAT(server.call("volume.of_drive", R"({"drive":"0123456789abcdef0123456789abcdef"})"), StartsWith("ok"));
}

}  // namespace
}  // namespace rsm::testing
