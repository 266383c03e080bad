// `rsm media allocate` and what follows, in both grammars: what is asked of the service, and what is shown.
#include <gmock/gmock.h>

#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class SidesProgram : public Program {
 protected:
  SidesProgram() = default;
  void SetUp() override {
    Program::SetUp();
    pool_.id = PoolId{samples::guid(0x55000000)};
    pool_.name = "Daily";
    pool_.path = "App\\Daily";
    daemon().reply("pool.get", pool_);
    wire::PoolPage pools;
    pools.items.push_back(pool_);
    daemon().reply("pool.list", pools);
    daemon().refuse("logical_medium.get", Errc::object_not_found, "", "there is none");
    wire::AllocateReply given;
    given.logical_medium = LogicalMediumId{samples::guid(0x66000000)};
    given.name = "Monday";
    given.side = side().id;
    daemon().reply("logical_medium.allocate", given);
    for (auto const* method : {"logical_medium.deallocate", "logical_medium.complete", "logical_medium.swap", "side.decommission", "medium.delete"}) daemon().reply(method, wire::Empty{});
  }
  static wire::SideInfo side() { return samples::media().front().sides.front(); }
  std::string label() { return samples::media().front().name + ":" + std::to_string(side().number); }
  void allocated() {
    auto held = side();
    held.logical_medium = LogicalMediumId{samples::guid(0x66000000)};
    held.state = SideState::allocated;
    daemon().reply("side.get", held);
  }
  boost::json::object asked(std::string_view method, std::size_t n = 0) { return daemon().asked(method).at(n).params.as_object(); }
  std::string const logical = samples::guid(0x66000000).text();

 private:
  wire::PoolInfo pool_;
};

TEST_F(SidesProgram, AllocateAsksWithEveryOption) {
  auto const ran = run({"media", "allocate", "App\\Daily", "--side", label(), "--whole", "--error-if-unavailable", "--timeout", "90", "--name", "Monday", "--description", "first"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Monday is allocated: logical medium " + logical));
  auto const params = asked("logical_medium.allocate");
  EXPECT_EQ(params.at("pool").as_string(), samples::guid(0x55000000).text());
  EXPECT_EQ(params.at("side").as_string(), side().id.text());
  EXPECT_TRUE(params.at("whole").as_bool() && params.at("error_if_unavailable").as_bool());
  EXPECT_EQ(params.at("timeout_ms").as_int64(), 90'000);
  EXPECT_EQ(params.at("name").as_string(), "Monday");
  EXPECT_EQ(params.at("description").as_string(), "first");
}

TEST_F(SidesProgram, AllocateTheNextSideOfWhatOneHas) {
  allocated();
  EXPECT_EQ(run({"media", "allocate", "Daily", "--next-of", label()}).exit, 0);
  EXPECT_EQ(asked("logical_medium.allocate").at("next_of").as_string(), logical);
  EXPECT_EQ(run({"media", "allocate", "Daily", "--next-of", label(), "--whole"}).exit, 1) << "they contradict each other";
}

TEST_F(SidesProgram, ASideIsFoundForItsLogicalMedium) {
  EXPECT_EQ(run({"media", "deallocate", label()}).exit, 5) << "it is not allocated";
  EXPECT_THAT(daemon().asked("logical_medium.deallocate"), IsEmpty());
  allocated();
  EXPECT_EQ(run({"media", "deallocate", label()}).out, label() + ": deallocated\n");
  EXPECT_EQ(run({"media", "complete", label()}).out, label() + ": complete\n");
  EXPECT_EQ(asked("logical_medium.deallocate").at("id").as_string(), logical);
  EXPECT_EQ(asked("logical_medium.complete").at("id").as_string(), logical);
}

TEST_F(SidesProgram, DecommissionDeleteAndSwap) {
  EXPECT_EQ(run({"media", "decommission", label()}).exit, 0);
  EXPECT_EQ(asked("side.decommission").at("id").as_string(), side().id.text());
  EXPECT_EQ(run({"media", "delete", samples::media().front().name}).exit, 0);
  EXPECT_EQ(asked("medium.delete").at("id").as_string(), samples::media().front().id.text());
  allocated();
  EXPECT_EQ(run({"media", "swap", label()}).exit, 1) << "two are needed";
  EXPECT_EQ(run({"media", "swap", label(), label()}).exit, 0);
  EXPECT_EQ(asked("logical_medium.swap").at("one").as_string(), logical);
}

TEST_F(SidesProgram, CreateAsksWithALabelForEachSide) {
  auto made = samples::media().front();
  daemon().reply("medium.create", made);
  ASSERT_EQ(run({"media", "create", "Daily", "--barcode", "OLD1", "--label", "MTF:foo:last year", "--label", "MTF:fo", "--state", "complete", "--error-if-duplicate"}).exit, 0);
  auto const params = asked("medium.create");
  EXPECT_EQ(params.at("barcode").as_string(), "OLD1");
  EXPECT_TRUE(params.at("error_on_duplicate").as_bool());
  auto const& sides = params.at("sides").as_array();
  ASSERT_THAT(sides, SizeIs(2));
  EXPECT_EQ(sides.at(0).as_object().at("label_id").as_string(), "Zm9v");
  EXPECT_EQ(sides.at(0).as_object().at("label_info").as_string(), "last year");
  EXPECT_EQ(sides.at(1).as_object().at("label_id").as_string(), "Zm8=");
  EXPECT_EQ(sides.at(1).as_object().at("state").as_string(), "complete");
  EXPECT_EQ(run({"media", "create", "Daily", "--label", "MTF"}).exit, 4);
  EXPECT_EQ(run({"media", "create", "Daily", "--label", "MTF:x", "--state", "tired"}).exit, 4);
}

TEST_F(SidesProgram, AnErrorIsAnExitCode) {
  daemon().refuse("logical_medium.allocate", Errc::media_unavailable, "pool App\\Daily", "nothing in it can be allocated now");
  auto const ran = run({"media", "allocate", "Daily", "--error-if-unavailable"});
  EXPECT_EQ(ran.exit, 6);
  EXPECT_THAT(ran.err, HasSubstr("ERROR_MEDIA_UNAVAILABLE (4308)"));
  daemon().refuse("logical_medium.allocate", Errc::timeout, "pool App\\Daily", "no medium came in time");
  EXPECT_EQ(run({"media", "allocate", "Daily", "--timeout", "1"}).exit, 7);
}

// ---- the classic verbs

TEST_F(SidesProgram, ClassicAllocate) {
  auto const ran = run({"allocate", "/mApp\\Daily", "/oerrunavail", "/onew", "/lnMonday", "/ldfirst", "/t5000"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("Logical media: Monday {" + logical + "}\nPartition: "));
  EXPECT_THAT(ran.out, HasSubstr("The command completed successfully."));
  auto const params = asked("logical_medium.allocate");
  EXPECT_TRUE(params.at("whole").as_bool() && params.at("error_if_unavailable").as_bool());
  EXPECT_EQ(params.at("timeout_ms").as_int64(), 5000);
  EXPECT_EQ(params.at("name").as_string(), "Monday");
  EXPECT_EQ(params.at("description").as_string(), "first");
  EXPECT_EQ(run({"allocate", "/mApp\\Daily", "/b"}).out, logical + "\n");
  EXPECT_THAT(run({"allocate", "/mApp\\Daily", "--json"}).out, StartsWith("["));
  EXPECT_EQ(run({"allocate", "/mApp\\Daily", "/pg" + side().id.text()}).exit, 0);
  EXPECT_EQ(asked("logical_medium.allocate", 3).at("side").as_string(), side().id.text());
}

TEST_F(SidesProgram, ClassicAllocateNextGoesWithWhatOneHas) {
  ASSERT_EQ(run({"allocate", "/mApp\\Daily", "/onext", "/lg" + logical}).exit, 0);
  EXPECT_EQ(asked("logical_medium.allocate").at("next_of").as_string(), logical);
  EXPECT_EQ(run({"allocate", "/mApp\\Daily", "/onext"}).exit, 4);
  EXPECT_EQ(run({"allocate", "/mApp\\Daily", "/lg" + logical}).exit, 4);
}

TEST_F(SidesProgram, ClassicAllocateRefusesWhatItCannotDo) {
  EXPECT_EQ(run({"allocate", "/oerrunavail"}).exit, 4) << "no pool";
  EXPECT_EQ(run({"allocate", "/mapp\\daily"}).exit, 5) << "names are compared with case";
  EXPECT_EQ(run({"allocate", "/mApp\\Daily", "/osoon"}).exit, 4);
  EXPECT_THAT(daemon().asked("logical_medium.allocate"), IsEmpty());
}

TEST_F(SidesProgram, ClassicAllocateNamesTheSide) {
  daemon().reply("object.set", wire::Empty{});
  ASSERT_EQ(run({"allocate", "/mApp\\Daily", "/pnFront", "/pdof the first"}).exit, 0);
  auto const params = asked("object.set");
  EXPECT_EQ(params.at("type").as_string(), "side");
  EXPECT_EQ(params.at("id").as_string(), side().id.text());
  EXPECT_EQ(params.at("name").as_string(), "Front");
  EXPECT_EQ(params.at("description").as_string(), "of the first");
}

TEST_F(SidesProgram, ClassicDeallocate) {
  EXPECT_EQ(run({"deallocate", "/lg" + logical}).exit, 0);
  EXPECT_EQ(asked("logical_medium.deallocate").at("id").as_string(), logical);
  EXPECT_EQ(run({"deallocate", "/pg" + side().id.text()}).exit, 5) << "not allocated";
  allocated();
  EXPECT_EQ(run({"deallocate", "/pg" + side().id.text()}).exit, 0);
  EXPECT_EQ(asked("logical_medium.deallocate", 1).at("id").as_string(), logical);
  EXPECT_EQ(run({"deallocate"}).exit, 4);
}

// ---- a label of its own

TEST_F(SidesProgram, LabelSaysWhatWasWritten) {
  daemon().reply("logical_medium.update_label", wire::Empty{});
  allocated();
  ASSERT_EQ(run({"media", "label", label(), "--file-system", "vfat:D51D3481:DISK"}).exit, 0);
  auto const params = asked("logical_medium.update_label");
  EXPECT_EQ(params.at("id").as_string(), logical);
  EXPECT_EQ(params.at("file_system").as_string(), "vfat");
  EXPECT_EQ(params.at("volume_name").as_string(), "DISK");
  EXPECT_EQ(params.at("serial_number").as_int64(), 0xD51D3481);
  for (auto const* wrong : {"vfat", "vfat:", "vfat:XYZ", "vfat:1D51D3481"}) EXPECT_NE(run({"media", "label", label(), "--file-system", wrong}).exit, 0) << wrong;
  EXPECT_NE(run({"media", "label", label()}).exit, 0);
  EXPECT_NE(run({"media", "label", label(), "--first-bytes", "/there/is/none"}).exit, 0);
  EXPECT_THAT(daemon().asked("logical_medium.update_label"), SizeIs(1));
}

// ---- into the free pool

class FreeProgram : public SidesProgram {
 protected:
  void SetUp() override {
    SidesProgram::SetUp();
    wire::PoolInfo container, other, its;
    container.path = "Free";
    its.id = PoolId{samples::guid(0x77000000)};
    its.media_type = samples::media().front().media_type;
    other.id = PoolId{samples::guid(0x78000000)};
    other.media_type = MediaTypeId{samples::guid(0x79000000)};
    daemon().reply("pool.get", container);
    daemon().reply("pool.list", wire::PoolPage{{other, its}, {}});
    daemon().reply("medium.move_to_pool", wire::Empty{});
  }
  void went_there() {
    auto const params = asked("medium.move_to_pool");
    EXPECT_EQ(params.at("medium").as_string(), samples::media().front().id.text());
    EXPECT_EQ(params.at("pool").as_string(), samples::guid(0x77000000).text());
  }
};

TEST_F(FreeProgram, ACartridgeGoesIntoTheFreePoolOfItsType) {
  auto const ran = run({"media", "free", samples::media().front().name});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith(samples::media().front().name + ": in the free pool"));
  went_there();
  EXPECT_FALSE(asked("medium.move_to_pool").contains("drive") && !asked("medium.move_to_pool").at("drive").is_null());
}

TEST_F(FreeProgram, ClassicFreemediaOfASide) {
  EXPECT_EQ(run({"freemedia", "/pg" + side().id.text()}).exit, 0);
  went_there();
  EXPECT_THAT(daemon().asked("logical_medium.deallocate"), IsEmpty()) << "nobody has it";
}

TEST_F(FreeProgram, ClassicFreemediaGivesBackFirst) {
  allocated();
  EXPECT_EQ(run({"freemedia", "/pg" + side().id.text()}).exit, 0);
  EXPECT_EQ(asked("logical_medium.deallocate").at("id").as_string(), logical);
  went_there();
}

TEST_F(FreeProgram, ClassicFreemediaOfASlotWantsItsDrive) {
  EXPECT_NE(run({"freemedia", "/sg" + samples::guid(0x11000000).text()}).exit, 0);
  EXPECT_NE(run({"freemedia", "/pg" + side().id.text(), "/dg" + samples::guid(0x12000000).text()}).exit, 0);
  EXPECT_NE(run({"freemedia"}).exit, 0);
  EXPECT_THAT(daemon().asked("medium.move_to_pool"), IsEmpty());
}

TEST_F(FreeProgram, ARefusalIsItsExitCode) {
  daemon().refuse("medium.move_to_pool", Errc::busy, "A00001", "it is loaded");
  EXPECT_EQ(run({"media", "free", samples::media().front().name}).exit, run({"freemedia", "/pg" + side().id.text()}).exit);
  EXPECT_NE(run({"media", "free", samples::media().front().name}).exit, 0);
}

}  // namespace
}  // namespace rsm::cli
