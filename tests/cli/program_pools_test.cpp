// Commands about pools and names, against a service that says what the test tells it to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

wire::PoolInfo daily() {
  wire::PoolInfo pool;
  pool.id = PoolId{samples::guid(0x99000000)};
  pool.name = "Daily";
  pool.path = "MyApp\\Daily";
  return pool;
}

wire::MediaTypeInfo lto() {
  wire::MediaTypeInfo type;
  type.id = MediaTypeId{samples::guid(0x77000000)};
  type.name = "LTO Ultrium";
  return type;
}

class ProgramPools : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    daemon().reply("pool.create", wire::PoolReply{daily().id});
    daemon().reply("pool.get", daily());
    daemon().reply("media_type.get", lto());
    daemon().reply("media_type.list", wire::MediaTypePage{{lto()}, {}});
    for (auto const* method : {"pool.delete", "object.set", "medium.move_to_pool", "medium.change_type", "library.add_media_type", "library.remove_media_type"}) daemon().reply(method, wire::Empty{});
  }
  std::string text(std::string_view method, std::string_view member) {
    auto const params = last(method).as_object();
    auto const* value = params.if_contains(member);
    return value == nullptr || value->is_null() ? "-" : value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
  }
};

TEST_F(ProgramPools, AreMadeWithWhatTheOptionsSay) {
  auto const ran = run({"pool", "create", "MyApp\\Daily", "--type", "LTO Ultrium", "--from-free", "yes", "--max-allocations", "7", "--description", "nights"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(daily().id.text()));
  EXPECT_EQ(text("pool.create", "name"), "MyApp\\Daily");
  EXPECT_EQ(text("pool.create", "action"), "create_new");
  EXPECT_EQ(text("pool.create", "media_type"), lto().id.text());
  EXPECT_EQ(text("object.set", "allocation_policy"), "1");
  EXPECT_EQ(text("object.set", "deallocation_policy"), "-");
  EXPECT_EQ(text("object.set", "max_allocates"), "7");
  EXPECT_EQ(text("object.set", "description"), "nights");
  EXPECT_EQ(text("object.set", "media_type"), "-") << "it has it already";
}

TEST_F(ProgramPools, WithoutOptionsNothingElseIsSet) {
  EXPECT_EQ(run({"pool", "create", "MyApp"}).exit, 0);
  EXPECT_EQ(text("pool.create", "media_type"), "-");
  EXPECT_THAT(daemon().asked("object.set"), IsEmpty());
  EXPECT_EQ(run({"pool", "set", "MyApp"}).exit, 4) << "what is to be set?";
  EXPECT_EQ(run({"pool", "create", "MyApp", "--from-free", "perhaps"}).exit, 1);
  EXPECT_EQ(run({"pool", "create", "MyApp", "--max-allocations", "4294967296"}).exit, 1);
}

TEST_F(ProgramPools, AreChangedRenamedAndDeleted) {
  EXPECT_EQ(run({"pool", "set", "MyApp\\Daily", "--to-free", "no", "--type", "none"}).exit, 0);
  EXPECT_EQ(text("object.set", "deallocation_policy"), "0");
  EXPECT_EQ(text("object.set", "media_type"), "");
  EXPECT_EQ(run({"pool", "rename", "MyApp\\Daily", "Weekly"}).exit, 0);
  EXPECT_EQ(text("object.set", "name"), "Weekly");
  EXPECT_EQ(run({"pool", "rename", "MyApp\\Daily"}).exit, 1);
  auto const ran = run({"pool", "delete", "MyApp\\Daily"});
  EXPECT_EQ(ran.out, "MyApp\\Daily: deleted\n");
  EXPECT_EQ(text("pool.delete", "pool"), daily().id.text());
  daemon().refuse("pool.delete", Errc::not_empty, "pool MyApp\\Daily", "it holds 2 media");
  EXPECT_THAT(run({"pool", "delete", "MyApp\\Daily"}).err, HasSubstr("it holds 2 media"));
}

TEST_F(ProgramPools, CartridgesGoIntoThem) {
  EXPECT_EQ(run({"media", "move-to-pool", "A00001", "A00002", "--pool", "MyApp\\Daily"}).exit, 0);
  EXPECT_EQ(daemon().asked("medium.move_to_pool").size(), 2u);
  EXPECT_EQ(text("medium.move_to_pool", "pool"), daily().id.text());
  EXPECT_EQ(run({"media", "move-to-pool", "A00001", "--pool", "MyApp\\Daily", "--change-type"}).exit, 0);
  EXPECT_EQ(daemon().asked("medium.change_type").size(), 1u);
  EXPECT_EQ(run({"media", "move-to-pool", "A00001"}).exit, 4) << "into which one?";
  daemon().refuse("medium.move_to_pool", Errc::busy, "A00001", "it is loaded");
  EXPECT_EQ(run({"media", "move-to-pool", "A00001", "--pool", "MyApp\\Daily"}).exit, 6);
}

TEST_F(ProgramPools, LibrariesTakeMediaTypes) {
  EXPECT_EQ(run({"library", "add-type", "Jukebox", "LTO Ultrium", lto().id.text()}).exit, 0);
  EXPECT_EQ(daemon().asked("library.add_media_type").size(), 2u);
  EXPECT_EQ(text("library.add_media_type", "media_type"), lto().id.text());
  EXPECT_EQ(run({"library", "remove-type", "Jukebox", "LTO Ultrium"}).exit, 0);
  EXPECT_EQ(run({"library", "add-type", "Jukebox"}).exit, 1);
}

// ---- the classic verbs

TEST_F(ProgramPools, ClassicCreatepool) {
  EXPECT_EQ(run({"createpool", "/mMyApp\\Daily", "/aalways", "/tfLTO Ultrium"}).out, completed);
  EXPECT_EQ(text("pool.create", "action"), "open_always");
  EXPECT_EQ(text("pool.create", "media_type"), lto().id.text());
  EXPECT_THAT(daemon().asked("object.set"), IsEmpty());
  EXPECT_EQ(run({"createpool", "/m", "MyApp", "/Anew", "/d", "/r"}).out, completed) << "a blank behind /m only";
  EXPECT_EQ(text("pool.create", "name"), "MyApp");
  EXPECT_EQ(text("object.set", "allocation_policy"), "1");
  EXPECT_EQ(text("object.set", "deallocation_policy"), "1");
  EXPECT_EQ(run({"createpool", "/mMyApp", "/aexisting"}).out, completed);
  EXPECT_EQ(text("pool.create", "action"), "open_existing");
  EXPECT_EQ(run({"createpool", "/mMyApp", "/aperhaps"}).exit, 4);
  EXPECT_EQ(run({"createpool", "/anew"}).exit, 4);
  EXPECT_EQ(run({"createpool", "/mMyApp", "/anew", "/tfNone"}).exit, 5) << "no such media type";
  daemon().refuse("pool.create", Errc::already_exists, "pool MyApp", "it is there already");
  EXPECT_THAT(run({"createpool", "/mMyApp", "/anew"}).err, StartsWith("rsm: createpool: ERROR_ALREADY_EXISTS (183)"));
}

TEST_F(ProgramPools, ClassicDeletepoolComparesExactly) {
  EXPECT_EQ(run({"deletepool", "/mMyApp\\Daily"}).out, completed);
  EXPECT_EQ(run({"deletepool", "/m\\MyApp\\Daily"}).out, completed) << "a leading backslash is ignored";
  EXPECT_EQ(run({"deletepool", "/mmyapp\\daily"}).exit, 5);
  EXPECT_EQ(daemon().asked("pool.delete").size(), 2u);
  EXPECT_EQ(run({"deletepool"}).exit, 4);
}

TEST_F(ProgramPools, ClassicRename) {
  EXPECT_EQ(run({"rename", "/pfA00001:0", "/nFront", "/xwith the label"}).out, completed);
  EXPECT_EQ(text("object.set", "type"), "side");
  EXPECT_EQ(text("object.set", "name"), "Front");
  EXPECT_EQ(text("object.set", "description"), "with the label");
  EXPECT_EQ(run({"rename", "/mMyApp\\Daily", "/nWeekly"}).out, completed);
  EXPECT_EQ(text("object.set", "type"), "pool");
  EXPECT_EQ(run({"rename", "/dfDrive 0", "/xthe loud one"}).out, completed);
  EXPECT_EQ(text("object.set", "type"), "drive");
  EXPECT_EQ(text("object.set", "name"), "-");
  EXPECT_EQ(run({"rename", "/og" + samples::media()[0].id.text(), "/nCellar"}).out, completed);
  EXPECT_EQ(text("object.set", "type"), "medium");
  auto side = samples::media()[0].sides[1];
  side.name = "Front";
  daemon().reply("side.list", wire::SidePage{{side}, {}});
  EXPECT_EQ(run({"view", "/tpartition", "/b"}).out, "Front\n") << "it is called so from now on";
  EXPECT_EQ(run({"rename", "/pfFront", "/nBack"}).out, completed);
  EXPECT_EQ(text("object.set", "id"), side.id.text());
  EXPECT_EQ(run({"rename", "/dfDrive 0"}).exit, 4) << "how?";
  EXPECT_EQ(run({"rename", "/nName"}).exit, 4) << "which one?";
  EXPECT_EQ(run({"rename", "/dfDrive 0", "/mMyApp\\Daily", "/nName"}).exit, 4) << "one object";
}

}  // namespace
}  // namespace rsm::cli
