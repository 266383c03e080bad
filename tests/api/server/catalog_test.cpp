// Calls that change the catalog, attributes, the root of the pools: from the wire to the manager and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/protocol/json_text.hpp"
#include "libmgr/domain/base64.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct CatalogTest : ::testing::Test {
  TestServer server;
  CatalogTest() {
    furnish(server);
    server.peer->session = ids::session(0);
  }
  json::object result(std::string_view method, std::string const& params) {
    std::string const answer = server.call(method, params);
    EXPECT_THAT(answer, StartsWith("ok ")) << method << params;
    return answer.starts_with("ok ") ? wire::parse_json(answer.substr(3))->as_object() : json::object();
  }
  std::string last() const { return server.manager_double.calls.empty() ? "" : server.manager_double.calls.back(); }
  std::string pool() const { return R"("pool":)" + in_quotes(ids::pool(1).guid); }
  std::string medium() const { return R"("medium":)" + in_quotes(ids::medium(0).guid); }
};

TEST_F(CatalogTest, CallsGoToTheManager) {
  EXPECT_EQ(result("pool.create", R"({"name":"A\\B","action":"open_always"})").at("pool"), json::value(ids::made_up(77).text()));
  EXPECT_EQ(last(), "create_pool A\\B open_always");
  result("pool.delete", "{" + pool() + "}");
  EXPECT_EQ(last(), "delete_pool");
  result("medium.move_to_pool", "{" + medium() + "," + pool() + "}");
  EXPECT_EQ(last(), "move_to_pool");
  result("medium.change_type", "{" + medium() + "," + pool() + "}");
  EXPECT_EQ(last(), "change_type");
  std::string const type = R"({"library":)" + in_quotes(ids::library().guid) + R"(,"media_type":)" + in_quotes(ids::media_type(0).guid) + "}";
  result("library.add_media_type", type);
  EXPECT_EQ(last(), "add_media_type");
  result("library.remove_media_type", type);
  EXPECT_EQ(last(), "remove_media_type");
  result("attribute.set", R"({"type":"drive","id":)" + in_quotes(ids::drive(0).guid) + R"(,"name":"n","data":"YWI="})");
  EXPECT_EQ(last(), "set_attribute n=ab");
}

TEST_F(CatalogTest, TheyNeedASessionAndGiveTheManagersErrors) {
  server.manager_double.refusal = fail(Errc::not_empty, "pool App");
  EXPECT_EQ(server.call("pool.delete", "{" + pool() + "}"), "ERROR_NOT_EMPTY pool App");
  server.peer->session = {};
  EXPECT_EQ(server.call("pool.delete", "{" + pool() + "}"), "ERROR_INVALID_HANDLE pool.delete");
  EXPECT_EQ(server.call("pool.create", R"({"name":"x","action":"destroy"})"), "ERROR_INVALID_HANDLE pool.create");
}

TEST_F(CatalogTest, SettingsAreWhatWasGivenAndInRange) {
  std::string const id = R"({"type":"pool","id":)" + in_quotes(ids::pool(1).guid);
  result("object.set", id + R"(,"name":"n","allocation_policy":1,"max_allocates":4294967295,"media_type":""})");
  auto const& set = server.manager_double.last_set;
  EXPECT_EQ(set.name, "n");
  EXPECT_EQ(set.allocation_policy, 1u);
  EXPECT_EQ(set.max_allocates, 0xFFFFFFFFu);
  EXPECT_EQ(set.media_type, MediaTypeId{});
  EXPECT_FALSE(set.deallocation_policy || set.description || set.flags || set.max_open);
  result("object.set", R"({"type":"door","id":)" + in_quotes(ids::door().guid) + R"(,"max_open_ms":1000})");
  EXPECT_EQ(server.manager_double.last_set.max_open, Millis{1000});
  for (auto const* wrong : {R"(,"max_allocates":4294967296})", R"(,"allocation_policy":-1})", R"(,"flags":-1})", R"(,"max_open_ms":-1})", R"(,"defer_dismount_delay_ms":-5})"})
    EXPECT_THAT(server.call("object.set", id + wrong), StartsWith("ERROR_INVALID_PARAMETER params.")) << wrong;
}

TEST_F(CatalogTest, RemovalsDestinationsAndWhatIsGivenUp) {
  result("library.delete", R"({"id":)" + in_quotes(ids::library().guid) + "}");
  EXPECT_EQ(last(), "remove_library " + ids::library().text());
  result("drive.delete", R"({"id":)" + in_quotes(ids::drive(0).guid) + "}");
  EXPECT_EQ(last(), "remove_drive " + ids::drive(0).text());
  result("ui.set", R"({"object":)" + in_quotes(ids::library().guid) + R"(,"kind":"error","action":"add","destination":"ops"})");
  EXPECT_EQ(last(), "destination add error ops");
  result("ui.set", R"({"kind":"info","action":"remove"})");
  EXPECT_EQ(last(), "destination remove info testhost of the session") << "no name is this computer's";
  EXPECT_EQ(result("ui.get", R"({"kind":"request"})").at("destinations").as_array().at(0), json::value("request of the session"));
  result("logical_medium.give_up", R"({"key":"k"})");
  EXPECT_EQ(last(), "give_up key=k");
  result("opreq.seen", R"({"ids":[)" + in_quotes(ids::operator_request(0).guid) + "]}");
  EXPECT_EQ(last(), "seen 1");
  EXPECT_EQ(server.call("opreq.seen", R"({"ids":[]})"), "ERROR_INVALID_PARAMETER params.ids");
  EXPECT_THAT(server.call("ui.set", R"({"kind":"warning","action":"add"})"), StartsWith("ERROR_INVALID_PARAMETER"));
  server.manager_double.refusal = fail(Errc::invalid_state, "library", "it is there");
  EXPECT_EQ(server.call("library.delete", R"({"id":)" + in_quotes(ids::library().guid) + "}"), "ERROR_INVALID_STATE library");
  EXPECT_EQ(server.call("ui.get", R"({"kind":"info"})"), "ERROR_INVALID_STATE library");
}

TEST_F(CatalogTest, TheComputersSettingsAndItsInformation) {
  auto& world = server.manager_double.world;
  world.computer.id = ComputerId{ids::made_up(90)};
  world.computer.media_pool_policy = 2;
  world.computer.request_purge_after = Millis{5000};
  DeviceTypeRecord const model{DeviceTypeId{ids::made_up(91)}, false, "Maker", "Drive", 0x1F, {}};
  world.device_types[model.id] = model;
  auto const computer = result("computer.list", "{}").at("items").as_array().at(0).as_object();
  EXPECT_EQ(computer.at("name"), json::value("testhost"));
  EXPECT_EQ(computer.at("media_pool_policy").to_number<int>(), 2);
  EXPECT_EQ(computer.at("request_purge_after_ms").to_number<int>(), 5000);
  EXPECT_EQ(computer.at("operator_request_purge_after_ms").to_number<std::int64_t>(), server.manager_double.settings.request_purge_after.count()) << "as configured";
  EXPECT_EQ(result("drive_type.get", R"({"name":"Maker Drive"})").at("id").as_string(), model.id.text());
  EXPECT_EQ(server.call("changer_type.get", R"({"id":)" + in_quotes(model.id.guid) + "}").substr(0, 22), "ERROR_OBJECT_NOT_FOUND") << "it is a drive's";
  EXPECT_EQ(result("object.type", R"({"id":)" + in_quotes(model.id.guid) + "}").at("type"), json::value("drive_type"));
  result("object.set", R"({"type":"computer","id":)" + in_quotes(world.computer.id.guid) + R"(,"media_pool_policy":1,"request_purge_after_ms":7,"operator_request_flags":16})");
  auto const& set = server.manager_double.last_set;
  EXPECT_EQ(set.media_pool_policy, 1u);
  EXPECT_EQ(set.request_purge_after, Millis{7});
  EXPECT_EQ(set.operator_request_flags, 16u);
  EXPECT_FALSE(set.request_flags || set.operator_request_purge_after);
}

TEST_F(CatalogTest, AttributesAreReadForWhoNamesTheRightType) {
  server.reader.attributes[{ids::drive(0).guid, "n"}] = std::string("\0\xff", 2);
  std::string const drive = R"("id":)" + in_quotes(ids::drive(0).guid);
  EXPECT_EQ(result("attribute.get", R"({"type":"unknown",)" + drive + R"(,"name":"n"})").at("data"), json::value("AP8="));
  EXPECT_EQ(result("attribute.get", R"({"type":"drive",)" + drive + R"(,"name":"n"})").at("data"), json::value("AP8="));
  EXPECT_THAT(server.call("attribute.get", R"({"type":"medium",)" + drive + R"(,"name":"n"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
  EXPECT_THAT(server.call("attribute.get", R"({"type":"drive",)" + drive + R"(,"name":"N"})"), StartsWith("ERROR_OBJECT_NOT_FOUND attribute")) << "compared exactly";
  EXPECT_THAT(server.call("attribute.get", R"({"type":"unknown","id":)" + in_quotes(ids::made_up(200)) + R"(,"name":"n"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
  EXPECT_THAT(server.call("attribute.set", R"({"type":"drive",)" + drive + R"(,"name":"n","data":"?"})"), StartsWith("ERROR_INVALID_PARAMETER params.data"));
}

TEST_F(CatalogTest, TheLargestAttributeFitsIntoALine) {
  server.reader.attributes[{ids::drive(0).guid, "n"}] = std::string(limits::attribute_bytes_max, 'x');
  EXPECT_EQ(result("attribute.get", R"({"type":"drive","id":)" + in_quotes(ids::drive(0).guid) + R"(,"name":"n"})").at("data").as_string().size(), 87380u);
}

TEST_F(CatalogTest, DescriptionsThatPeopleHaveGivenAreShown) {
  server.reader.texts[ids::drive(0).guid] = {ids::drive(0).guid, "", "the loud one"};
  server.reader.texts[ids::side(0, 1).guid] = {ids::side(0, 1).guid, "B-side", ""};
  EXPECT_EQ(result("drive.get", R"({"id":)" + in_quotes(ids::drive(0).guid) + "}").at("description"), json::value("the loud one"));
  EXPECT_FALSE(result("drive.get", R"({"id":)" + in_quotes(ids::drive(1).guid) + "}").contains("description"));
  auto const side = result("side.get", R"({"id":)" + in_quotes(ids::side(0, 1).guid) + "}");
  EXPECT_EQ(side.at("name"), json::value("B-side"));
  EXPECT_FALSE(side.contains("description"));
  EXPECT_THAT(server.call("drive.list"), HasSubstr("the loud one"));
  EXPECT_THAT(server.call("status"), Not(HasSubstr("the loud one"))) << "it looks at memory only";
}

TEST_F(CatalogTest, TheRootPoolComesFirstAndHoldsTheFirstLevel) {
  auto const texts = [](json::value const& ids) {
    std::vector<std::string> out;
    for (auto const& id : ids.as_array()) out.emplace_back(std::string_view(id.as_string()));
    return out;
  };
  EXPECT_THAT(texts(result("object.enumerate", R"({"type":"pool","root_pool":true})").at("ids")), ElementsAre(ids::pool(9).text(), ids::pool(0).text()));
  EXPECT_THAT(texts(result("object.enumerate", R"({"type":"pool","container":)" + in_quotes(ids::pool(9).guid) + "}").at("ids")), ElementsAre(ids::pool(0).text()));
  EXPECT_EQ(result("object.type", R"({"id":)" + in_quotes(ids::pool(9).guid) + "}").at("type"), json::value("pool"));
  auto const root = result("pool.get", R"({"id":)" + in_quotes(ids::pool(9).guid) + "}");
  EXPECT_EQ(root.at("type"), json::value("unknown"));
  EXPECT_EQ(root.at("pools"), json::value(1));
  EXPECT_THAT(server.call("object.enumerate", R"({"type":"drive","root_pool":true})"), StartsWith("ERROR_INVALID_PARAMETER"));
  EXPECT_THAT(server.call("object.enumerate", R"({"type":"pool","root_pool":true,"container":)" + in_quotes(ids::pool(0).guid) + "}"), StartsWith("ERROR_INVALID_PARAMETER"));
}

}  // namespace
}  // namespace rsm::testing
