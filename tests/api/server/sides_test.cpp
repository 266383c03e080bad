// The life of sides on the wire: what reaches the manager, what is refused before, and what is answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "libmgr/domain/base64.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct SidesTest : ::testing::Test {
  TestServer server;
  std::string const pool = in_quotes(ids::pool(1).guid), logical = in_quotes(ids::logical(0).guid);
  SidesTest() {
    furnish(server);
    server.peer->session = ids::session(0);
  }
  std::string allocate(std::string const& more = "") { return server.call("logical_medium.allocate", R"({"key":"k","pool":)" + pool + more + "}"); }
};

TEST_F(SidesTest, AllocatePassesEveryOptionOn) {
  EXPECT_EQ(allocate(R"(,"side":)" + in_quotes(ids::side(0, 1).guid) + R"(,"whole":true,"error_if_unavailable":true,"timeout_ms":0,"name":"Monday","description":"d")"),
            R"(ok {"logical_medium":)" + logical + R"(,"name":"Monday","side":)" + in_quotes(ids::side(0, 0).guid) + R"(,"medium":)" + in_quotes(ids::medium(0).guid) + R"(,"allocated_from":)" + pool + "}");
  auto const& call = server.manager_double.last_allocation;
  EXPECT_EQ(call.key, "k");
  EXPECT_EQ(call.pool, ids::pool(1));
  EXPECT_EQ(call.side, ids::side(0, 1));
  EXPECT_TRUE(call.whole && call.error_if_unavailable && !call.next);
  EXPECT_EQ(call.timeout, Millis{0});
  EXPECT_EQ(call.description, "d");
  EXPECT_EQ(server.manager_double.last_caller.session, ids::session(0));
  allocate(R"(,"next_of":)" + logical);
  EXPECT_TRUE(server.manager_double.last_allocation.next);
  EXPECT_EQ(server.manager_double.last_allocation.held, ids::logical(0));
  EXPECT_FALSE(server.manager_double.last_allocation.timeout || server.manager_double.last_allocation.whole || server.manager_double.last_allocation.side);
}

TEST_F(SidesTest, AllocateRefusesWhatIsOutOfRangeWithItsPath) {
  EXPECT_EQ(allocate(R"(,"timeout_ms":-1)"), "ERROR_INVALID_PARAMETER params.timeout_ms");
  EXPECT_EQ(server.call("logical_medium.allocate", R"({"key":"","pool":)" + pool + "}"), "ERROR_INVALID_PARAMETER params.key");
  EXPECT_EQ(server.call("logical_medium.allocate", R"({"key":")" + std::string(65, 'k') + R"(","pool":)" + pool + "}"), "ERROR_INVALID_PARAMETER params.key");
  EXPECT_EQ(server.call("logical_medium.swap", R"({"key":"","one":)" + logical + R"(,"other":)" + logical + "}"), "ERROR_INVALID_PARAMETER params.key");
  EXPECT_THAT(server.manager_double.calls, IsEmpty());
}

TEST_F(SidesTest, EachCallReachesTheManager) {
  std::string const id = R"({"id":)" + logical + "}";
  EXPECT_EQ(server.call("logical_medium.deallocate", id), "ok {}");
  EXPECT_EQ(server.call("logical_medium.complete", id), "ok {}");
  EXPECT_EQ(server.call("side.decommission", R"({"id":)" + in_quotes(ids::side(0, 0).guid) + "}"), "ok {}");
  EXPECT_EQ(server.call("medium.delete", R"({"id":)" + in_quotes(ids::medium(0).guid) + "}"), "ok {}");
  EXPECT_EQ(server.call("logical_medium.swap", R"({"key":"s","one":)" + logical + R"(,"other":)" + in_quotes(ids::logical(1).guid) + "}"), "ok {}");
  EXPECT_THAT(server.manager_double.calls, ElementsAre("deallocate " + ids::logical(0).text(), "complete " + ids::logical(0).text(), "decommission " + ids::side(0, 0).text(),
                                                       "delete_medium " + ids::medium(0).text(), "swap " + ids::logical(0).text() + " " + ids::logical(1).text()));
}

TEST_F(SidesTest, AKeyReachesTheManagerAndIsOfTheRightLength) {
  std::string const too_long = std::string(65, 'k');
  std::map<std::string, std::string> const calls = {{"logical_medium.deallocate", R"("id":)" + logical}, {"logical_medium.complete", R"("id":)" + logical},
                                                    {"side.decommission", R"("id":)" + in_quotes(ids::side(0, 0).guid)}, {"medium.delete", R"("id":)" + in_quotes(ids::medium(0).guid)},
                                                    {"medium.create", R"("pool":)" + pool + R"(,"sides":[])"}, {"pool.create", R"("name":"P","action":"create_new")"}, {"pool.delete", R"("pool":)" + pool},
                                                    {"medium.move_to_pool", R"("pool":)" + pool + R"(,"medium":)" + in_quotes(ids::medium(0).guid)},
                                                    {"medium.change_type", R"("pool":)" + pool + R"(,"medium":)" + in_quotes(ids::medium(0).guid)},
                                                    {"attribute.set", R"("type":"pool","id":)" + pool + R"(,"name":"n","data":"")"}, {"object.set", R"("type":"pool","id":)" + pool}};
  for (auto const& [method, params] : calls) {
    server.manager_double.last_key.clear();
    server.call(method, "{" + params + R"(,"key":"k1"})");
    EXPECT_EQ(server.manager_double.last_key, "k1") << method;
    server.call(method, "{" + params + "}");
    EXPECT_EQ(server.manager_double.last_key, "") << method << ": an older client has none";
    for (auto const& wrong : {std::string(), too_long}) EXPECT_EQ(server.call(method, "{" + params + R"(,"key":")" + wrong + R"("})"), "ERROR_INVALID_PARAMETER params.key") << method;
  }
}

TEST_F(SidesTest, ALabelComesFromTheFirstBytesOfATapeOrFromAFileSystem) {
  auto const update = [&](std::string const& more) { return server.call("logical_medium.update_label", R"({"id":)" + logical + more + "}"); };
  std::string vol1 = "VOL1LAB001";
  vol1.resize(200, ' ');
  EXPECT_EQ(update(R"(,"first_bytes":")" + base64(vol1) + "\""), "ok {}");
  EXPECT_EQ(update(R"(,"file_system":"vfat","volume_name":"DISK","serial_number":3575461009)"), "ok {}");
  EXPECT_EQ(update(R"(,"file_system":"ntfs","serial_number":1)"), "ok {}");
  std::string const id = ids::logical(0).text();
  EXPECT_THAT(server.manager_double.calls, ElementsAre("update_label " + id + " ANSI LAB001 LAB001", "update_label " + id + " VFAT D51D-3491 DISK", "update_label " + id + " NTFS 00000001 "));
  EXPECT_EQ(update(R"(,"first_bytes":")" + base64("nobody knows") + "\""), "ERROR_BAD_FORMAT label");
  EXPECT_EQ(update(R"(,"first_bytes":"?")"), "ERROR_INVALID_PARAMETER params.first_bytes");
  EXPECT_EQ(update(R"(,"first_bytes":"")"), "ERROR_INVALID_PARAMETER params.first_bytes");
  EXPECT_EQ(update(R"(,"file_system":"ntfs")"), "ERROR_INVALID_PARAMETER params.serial_number");
  EXPECT_EQ(update(R"(,"file_system":"ntfs","serial_number":4294967296)"), "ERROR_INVALID_PARAMETER params.serial_number");
  EXPECT_EQ(update(""), "ERROR_INVALID_PARAMETER params");
  EXPECT_EQ(update(R"(,"first_bytes":"Zg==","file_system":"ntfs","serial_number":1)"), "ERROR_INVALID_PARAMETER params");
}

TEST_F(SidesTest, CreateDecodesLabelsAndCounts) {
  std::string const side = R"({"state":"complete","label_type":"MTF","label_id":"Zm9v","label_info":"old","allocate_count":3})";
  server.call("medium.create", R"({"pool":)" + pool + R"(,"name":"n","enabled":false,"barcode":"B","error_on_duplicate":true,"sides":[)" + side + "]}");
  EXPECT_THAT(server.manager_double.calls, ElementsAre("create_medium n disabled B error_on_duplicate [complete MTF foo old 3]"));
  EXPECT_EQ(server.call("medium.create", R"({"pool":)" + pool + R"(,"sides":[{"state":"import","label_type":"MTF","label_id":"?"}]})"), "ERROR_INVALID_PARAMETER params.sides[0].label_id");
  EXPECT_EQ(server.call("medium.create", R"({"pool":)" + pool + R"(,"sides":[{"state":"import","label_type":"MTF","label_id":"Zg==","mount_count":-1}]})"),
            "ERROR_INVALID_PARAMETER params.sides[0].mount_count");
}

TEST_F(SidesTest, AllOfThemNeedASession) {
  server.peer->session = {};
  EXPECT_THAT(allocate(), StartsWith("ERROR_INVALID_HANDLE"));
  for (auto const* method : {"logical_medium.deallocate", "logical_medium.complete", "side.decommission", "medium.delete"})
    EXPECT_THAT(server.call(method, R"({"id":)" + logical + "}"), StartsWith("ERROR_INVALID_HANDLE")) << method;
}

TEST_F(SidesTest, ARefusalIsPassedOn) {
  server.manager_double.refusal = fail(Errc::media_unavailable, "pool", "nothing");
  EXPECT_THAT(allocate(), StartsWith("ERROR_MEDIA_UNAVAILABLE"));
}

}  // namespace
}  // namespace rsm::testing
