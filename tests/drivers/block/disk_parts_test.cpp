// A disk with its partitions, and fixed disks of the machine's own tables: by a sysfs of the test's own.
#include "drivers/block/disk_parts.hpp"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <fstream>

#include "drivers/block/boot_mounts.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

namespace fs = std::filesystem;

class Disks : public ::testing::Test {
 protected:
  void SetUp() override {
    add("sda", "", 8, 0, "0");
    for (int number : {10, 1, 2}) add("sda" + std::to_string(number), "sda", 8, static_cast<unsigned>(number), std::to_string(number));
    add("sdb", "", 8, 16, "1");
    add("sdb1", "sdb", 8, 17, "1");
    add("loop0", "", 7, 0, "0");
  }
  // `word`: of a disk whether it is removable, of a partition its number.
  void add(std::string const& name, std::string const& disk, unsigned major_number, unsigned minor_number, std::string const& word) {
    std::string const folder = sys_ + "/devices/" + (disk.empty() ? name : disk + "/" + name);
    fs::create_directories(folder + "/holders");
    put(folder + "/dev", std::to_string(major_number) + ":" + std::to_string(minor_number));
    put(folder + "/uevent", "MAJOR=8\nDEVNAME=" + name);
    put(folder + (disk.empty() ? "/removable" : "/partition"), word);
    for (auto const& link : {sys_ + "/dev/block/" + std::to_string(major_number) + ":" + std::to_string(minor_number), sys_ + "/class/block/" + name}) {
      fs::create_directories(fs::path(link).parent_path());
      fs::create_directory_symlink(folder, link);
    }
  }
  static void put(std::string const& path, std::string const& text) { std::ofstream(path) << text << "\n"; }
  block::BlockDevice device(unsigned major_number, unsigned minor_number) const {
    dev_t const number = makedev(major_number, minor_number);
    return {number, block::kernel_node(number, sys_)};
  }
  static std::vector<std::string> nodes(std::vector<block::BlockDevice> const& devices) {
    std::vector<std::string> out;
    for (auto const& each : devices) out.push_back(each.node);
    return out;
  }
  std::string boot(block::BlockDevice const& of) const { return block::boot_mount_of(of, tables_); }

  Lab lab_;
  std::string const sys_ = lab_.path("sys");
  block::BootTables const tables_{.fstab = lab_.path("fstab"), .units = {lab_.path("units")}, .by = lab_.path("by"), .sys = sys_};
};
using Nodes = std::vector<std::string>;

TEST_F(Disks, APartitionKnowsItsDiskAndADiskItsPartitionsByNumber) {
  EXPECT_EQ(nodes(block::parts_of(device(8, 0), sys_)), (Nodes{"/dev/sda", "/dev/sda1", "/dev/sda2", "/dev/sda10"}));
  EXPECT_EQ(nodes(block::parts_of(device(8, 2), sys_)), (Nodes{"/dev/sda2"}));
  EXPECT_EQ(block::disk_of(device(8, 10), sys_)->node, "/dev/sda");
  EXPECT_FALSE(block::disk_of(device(8, 16), sys_));
  EXPECT_EQ(nodes(block::whole_medium(device(8, 10), sys_)), nodes(block::parts_of(device(8, 0), sys_)));
  EXPECT_EQ(nodes(block::whole_medium(device(7, 0), sys_)), (Nodes{"/dev/loop0"}));
}

TEST_F(Disks, ADeviceThatTheKernelDoesNotKnowIsItself) {
  block::BlockDevice const gone{makedev(8, 99), "/dev/gone"};
  EXPECT_EQ(nodes(block::whole_medium(gone, sys_)), (Nodes{"/dev/gone"}));
  EXPECT_EQ(block::kernel_node(gone.device, sys_), "");
}

TEST_F(Disks, AFixedDiskOfTheTableIsTheMachines) {
  fs::create_directories(tables_.by + "/by-uuid");
  fs::create_symlink("../../sys/class/block/sda2", tables_.by + "/by-uuid/1234-ABCD");
  put(tables_.fstab, "# comment\n/dev/sda1 /home ext4 defaults 0 2\nUUID=1234-ABCD /my\\040data vfat ro 0 0\n/dev/sda10 /backup ext4 noauto 0 0\n/dev/sdb1 /stick vfat nofail 0 0\n/dev/loop0 /image ext4 loop 0 0");
  EXPECT_EQ(boot(device(8, 1)), tables_.fstab + " mounts it at /home");
  EXPECT_EQ(boot(device(8, 2)), tables_.fstab + " mounts it at /my data");
  EXPECT_EQ(boot(device(8, 10)), "") << "not mounted at the start";
  EXPECT_EQ(boot(device(8, 17)), "") << "removable";
  EXPECT_EQ(boot(device(7, 0)), "");
  EXPECT_EQ(boot(device(8, 0)), "") << "the disk itself is mounted by nobody; its partitions are asked one by one";
}

TEST_F(Disks, AMountUnitIsATableToo) {
  fs::create_directories(tables_.units.front());
  put(tables_.units.front() + "/srv.mount", "[Mount]\nWhat=/dev/sda2\nWhere=/srv\nType=ext4");
  put(tables_.units.front() + "/other.service", "What=/dev/sda1\nWhere=/no");
  EXPECT_EQ(boot(device(8, 2)), tables_.units.front() + "/srv.mount mounts it at /srv");
  EXPECT_EQ(boot(device(8, 1)), "");
}

TEST_F(Disks, WithoutTablesNothingIsTheMachines) { EXPECT_EQ(boot(device(8, 1)), ""); }

}  // namespace
}  // namespace rsm::test
