// Handles on a disk and on its partitions: what each must know of the other.
#include <gmock/gmock.h>

#include <cerrno>

#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/hands.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;
using volume::Access;
using volume::Operation;

class Partitions : public ::testing::Test {
 protected:
  static constexpr Access read_write{true, true}, asks_only{};
  static constexpr std::uint64_t mebibyte = 1024 * 1024;
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    bench_ = std::make_unique<VolumeBench>("");
    disk_ = bench_->node();
    for (int number : {1, 2}) ASSERT_EQ(add_partition(disk_, number, static_cast<std::uint64_t>(number) * 10 * mebibyte, 10 * mebibyte), 0);
    one_ = disk_ + "p1";
    two_ = disk_ + "p2";
  }
  void TearDown() override {
    for (int number : {1, 2}) (void)remove_partition(disk_, number);
  }
  auto open(std::string const& device, Access access) const {
    return volume::VolumeClient::open({.path = device, .access = access, .command = "test", .state_directory = bench_->state_directory()});
  }
  auto opened(std::string const& device, Access access) const {
    auto client = open(device, access);
    EXPECT_TRUE(client) << client.error().text();
    return client.value_or(nullptr);
  }
  std::string state_of(std::string const& device) const {
    auto const told = opened(device, asks_only)->run(Operation::status);
    EXPECT_TRUE(told);
    return volume::status_from_json(told->data)->state;
  }

  std::unique_ptr<VolumeBench> bench_;
  std::string disk_, one_, two_;
};

TEST_F(Partitions, WhoHasOneLockedKeepsOthersFromTheDisk) {
  auto const on_disk = opened(disk_, asks_only), beside = opened(two_, read_write);
  auto const locker = opened(one_, read_write);
  ASSERT_TRUE(locker->run(Operation::lock));
  auto const refused = open(disk_, read_write);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  EXPECT_THAT(refused.error().detail, HasSubstr(one_ + " is locked by a handle of process"));
  EXPECT_EQ(number_of(on_disk->run(Operation::dismount)), 5u);
  EXPECT_TRUE(beside->run(Operation::dismount));
  ASSERT_TRUE(locker->run(Operation::unlock));
  EXPECT_TRUE(on_disk->run(Operation::dismount));
  EXPECT_TRUE(open(disk_, read_write));
}

TEST_F(Partitions, WhoHasTheDiskLockedKeepsOthersFromItsPartitions) {
  auto const on_part = opened(one_, asks_only);
  auto const locker = opened(disk_, read_write);
  ASSERT_TRUE(locker->run(Operation::lock));
  EXPECT_EQ(number_of(on_part->run(Operation::dismount)), 5u);
  EXPECT_FALSE(open(one_, read_write));
  ASSERT_TRUE(locker->run(Operation::unlock));
  EXPECT_TRUE(on_part->run(Operation::dismount));
}

TEST_F(Partitions, OfAnOfflineDiskAreOffline) {
  auto const on_part = opened(one_, read_write);
  auto const keeper = opened(disk_, asks_only);
  ASSERT_TRUE(keeper->run(Operation::dismount));
  ASSERT_TRUE(keeper->run(Operation::offline));
  auto const after = opened(two_, asks_only);
  EXPECT_EQ(state_of(one_), "offline");
  EXPECT_EQ(number_of(on_part->run(Operation::lock)), 21u);
  EXPECT_TRUE(after->run(Operation::is_offline));
  auto const refused = after->run(Operation::online);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::not_ready);
  EXPECT_THAT(refused.error().detail, HasSubstr("the disk that it is on, " + disk_ + ", is offline"));
  ASSERT_TRUE(keeper->run(Operation::online));
  EXPECT_EQ(number_of(after->run(Operation::is_offline)), 31u);
  EXPECT_EQ(state_of(one_), "dismounted");
}

TEST_F(Partitions, TheRehearsalSeesTheHandlesOfOthers) {
  auto const asked = opened(disk_, asks_only);
  EXPECT_TRUE(asked->run(Operation::could_lock));
  {
    auto const other = opened(disk_, read_write);
    EXPECT_EQ(number_of(asked->run(Operation::could_lock)), 5u);
  }
  auto const on_part = opened(one_, read_write);
  EXPECT_EQ(number_of(asked->run(Operation::could_lock)), 5u);
}

}  // namespace
}  // namespace rsm::test
