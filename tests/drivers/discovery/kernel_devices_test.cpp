// Which devices the kernel has and how each is named for years, by a sysfs and a /dev of our own.
#include "drivers/discovery/kernel_devices.hpp"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace rsm::test {
namespace {

namespace fs = std::filesystem;
using discovery::Durability;
using discovery::kernel_devices;

class KernelDevicesOf : public ::testing::Test {
 protected:
  KernelDevicesOf() : root_(fs::temp_directory_path() / ("discovery-" + std::to_string(::getpid()))) { fs::create_directories(root_ / "dev"); }
  ~KernelDevicesOf() override { fs::remove_all(root_); }

  fs::path folder(std::string const& place) const { return root_ / "sys/devices/host" / place; }
  void has(std::string const& place, std::string const& type) {
    fs::create_directories(folder(place));
    std::ofstream(folder(place) / "type") << type << "\n";
  }
  // A node of the device, as the class lists it.
  void node(std::string const& place, std::string const& device_class, std::string const& name, std::string const& number) {
    fs::path const entry = folder(place) / device_class / name;
    fs::create_directories(entry);
    std::ofstream(entry / "dev") << number << "\n";
    fs::create_directory_symlink(folder(place), entry / "device");
    fs::create_directories(root_ / "sys/class" / device_class);
    fs::create_directory_symlink(entry, root_ / "sys/class" / device_class / name);
  }
  void link(std::string const& name, std::string const& to) {
    fs::create_directories((root_ / "dev" / name).parent_path());
    fs::create_symlink("../../" + to, root_ / "dev" / name);
  }
  void driver(std::string const& place, std::string const& name) {
    fs::create_directories(root_ / "sys/drivers" / name);
    fs::create_directory_symlink(root_ / "sys/drivers" / name, folder(place) / "driver");
  }
  std::string dev(std::string const& name) const { return (root_ / "dev" / name).string(); }
  auto found() const { return kernel_devices((root_ / "sys").string(), (root_ / "dev").string()); }

  fs::path root_;
};

TEST_F(KernelDevicesOf, AChangerAndATapeDriveOfOneHost) {
  has("3:0:0:2", "8");
  node("3:0:0:2", "scsi_generic", "sg3", "21:3");
  node("3:0:0:2", "scsi_changer", "sch0", "86:0");
  driver("3:0:0:2", "ch");
  has("3:0:0:1", "1");
  node("3:0:0:1", "scsi_generic", "sg2", "21:2");
  for (auto const* name : {"st0", "st0l", "nst0", "nst0m"}) node("3:0:0:1", "scsi_tape", name, "9:" + std::to_string(std::string_view(name).size()));
  auto const devices = found();
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].type, 1);
  EXPECT_EQ(devices[0].unit, 1u);
  EXPECT_EQ(devices[0].host, 3u);
  EXPECT_EQ(devices[0].commands, dev("sg2"));
  EXPECT_EQ(devices[0].nodes.size(), 5u);
  EXPECT_EQ(devices[1].type, 8);
  EXPECT_EQ(devices[1].driver, "ch");
  EXPECT_EQ(devices[1].address, dev("sg3"));
  EXPECT_EQ(devices[1].durability, Durability::node);
  EXPECT_EQ(devices[1].nodes[1].number.number, makedev(21, 3));
}

TEST_F(KernelDevicesOf, TheMostDurableNameIsTaken) {
  has("3:0:0:2", "8");
  node("3:0:0:2", "scsi_generic", "sg3", "21:3");
  link("tape/by-path/ip-127.0.0.1-lun-2-changer", "sg3");
  EXPECT_EQ(found()[0].address, dev("tape/by-path/ip-127.0.0.1-lun-2-changer"));
  EXPECT_EQ(found()[0].durability, Durability::by_path);
  link("tape/by-id/scsi-36000000000000000e00000000010003", "sg3");
  link("tape/by-id/scsi-36000000000000000e00000000010003-changer", "sg3");
  EXPECT_EQ(found()[0].address, dev("tape/by-id/scsi-36000000000000000e00000000010003"));
  link("tape/by-id/scsi-VLIB000001", "sg3");
  EXPECT_EQ(found()[0].address, dev("tape/by-id/scsi-VLIB000001"));
  EXPECT_EQ(found()[0].durability, Durability::by_id);
}

TEST_F(KernelDevicesOf, ATapeDriveIsNamedByTheNodeThatDoesNotRewind) {
  has("3:0:0:1", "1");
  node("3:0:0:1", "scsi_generic", "sg2", "21:2");
  for (auto const* name : {"st0", "nst0"}) node("3:0:0:1", "scsi_tape", name, "9:0");
  link("tape/by-id/scsi-DRV0000001", "st0");
  link("tape/by-id/scsi-DRV0000001-nst", "nst0");
  link("tape/by-id/scsi-36000000000000000e00000000010001-nst", "nst0");
  link("tape/by-id/scsi-OTHER", "st1");
  EXPECT_EQ(found()[0].address, dev("tape/by-id/scsi-DRV0000001-nst"));
}

TEST_F(KernelDevicesOf, OfDisksOnlyThoseWithMediaThatCanBeTakenOut) {
  for (auto const& [place, name, removable] : {std::tuple("0:0:0:0", "sda", "0"), std::tuple("0:0:1:0", "sdb", "1")}) {
    has(place, "0");
    node(place, "block", name, "8:0");
    std::ofstream(folder(place) / "block" / name / "removable") << removable << "\n";
  }
  has("0:0:2:0", "13");  // an enclosure
  node("0:0:2:0", "scsi_generic", "sg9", "21:9");
  auto const devices = found();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].nodes[0].name, "sdb");
  EXPECT_TRUE(devices[0].nodes[0].number.block);
}

TEST_F(KernelDevicesOf, WithoutTheModuleSgThereIsNoWayForCommands) {
  has("3:0:0:2", "8");
  node("3:0:0:2", "scsi_changer", "sch0", "86:0");
  auto const devices = found();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].commands, "");
  EXPECT_EQ(devices[0].address, "");
}

TEST_F(KernelDevicesOf, WhatMakesNoSenseIsLeftOut) {
  has("3:0:0:2", "tape");
  node("3:0:0:2", "scsi_generic", "sg3", "21:3");
  has("3:0:0", "8");
  node("3:0:0", "scsi_generic", "sg4", "21:4");
  has("3:0:0:4:5", "8");
  node("3:0:0:4:5", "scsi_generic", "sg5", "21:5");
  fs::create_directories(root_ / "sys/class/scsi_generic/sg6");  // without a device
  EXPECT_TRUE(found().empty());
}

TEST_F(KernelDevicesOf, NothingIsThere) { EXPECT_TRUE(kernel_devices("/nonexistent", "/nonexistent").empty()); }

}  // namespace
}  // namespace rsm::test
