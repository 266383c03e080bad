// Which nodes belong to one device, by a sysfs of our own around nodes that every machine has.
#include "drivers/scsi_library/kernel_nodes.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rsm::test {
namespace {

namespace fs = std::filesystem;
using scsi_library::kernel_nodes;

// /dev/null (1:3) stands for the node that the administrator names.
class KernelNodesOf : public ::testing::Test {
 protected:
  KernelNodesOf() : sysfs_(fs::temp_directory_path() / ("sysfs-" + std::to_string(::getpid()))) { fs::create_directories(device()); }
  ~KernelNodesOf() override { fs::remove_all(sysfs_); }
  fs::path device() const { return sysfs_ / "dev/char/1:3/device"; }
  void has(std::string const& entry, std::string const& number) {
    fs::create_directories(device() / entry);
    std::ofstream(device() / entry / "dev") << number << "\n";
  }
  auto nodes() const { return kernel_nodes("/dev/null", sysfs_.string()); }

  fs::path sysfs_;
};

TEST_F(KernelNodesOf, ATapeDriveNamedByItsGenericNode) {
  has("scsi_generic/sg2", "21:2");
  for (auto const* other : {"st0", "st0l", "nst0l", "nst0m", "st0a"}) has(std::string("scsi_tape/") + other, "9:32");
  has("scsi_tape/nst0", "9:128");
  auto const found = nodes();
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->commands, "/dev/sg2");
  EXPECT_EQ(found->client, "/dev/nst0");
  EXPECT_EQ(found->tape, makedev(9, 128));
  EXPECT_FALSE(found->block);
}

TEST_F(KernelNodesOf, ATapeDriveNamedByTheNodeOfItsClientsKeepsThatName) {
  has("scsi_generic/sg2", "21:2");
  has("scsi_tape/nst0", "1:3");
  EXPECT_EQ(nodes()->commands, "/dev/sg2");
  EXPECT_EQ(nodes()->client, "/dev/null");
  EXPECT_EQ(nodes()->tape, makedev(1, 3));
}

TEST_F(KernelNodesOf, AnOpticalDriveHasABlockDevice) {
  has("scsi_generic/sg4", "21:4");
  has("block/sr0", "11:0");
  EXPECT_EQ(nodes()->client, "/dev/sr0");
  EXPECT_TRUE(nodes()->block);
  EXPECT_EQ(nodes()->tape, 0u);
}

TEST_F(KernelNodesOf, WhatTheKernelTellsNothingAboutIsWhatWasNamed) {
  EXPECT_EQ(nodes()->commands, "/dev/null");
  EXPECT_EQ(nodes()->client, "/dev/null");
  EXPECT_EQ(kernel_nodes("/dev/null", (sysfs_ / "nowhere").string())->commands, "/dev/null");
}

TEST_F(KernelNodesOf, WhatIsNoNodeIsRefused) {
  EXPECT_EQ(kernel_nodes("/dev/there-is-no-such-node").error().code, Errc::resource_not_present);
  EXPECT_EQ(kernel_nodes("/etc/passwd").error().code, Errc::invalid_parameter);
  EXPECT_EQ(kernel_nodes("/etc/passwd/x").error().code, Errc::resource_not_present);
}

}  // namespace
}  // namespace rsm::test
