// Which events concern a drive, and whether its media are told: over made-up trees of sysfs, and nodes that every machine has.
#include "drivers/standalone/node_events.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rsm::test {
namespace {

namespace fs = std::filesystem;
using port::DriveHint;
using standalone::NodeEvents;
using uevents::Uevent;

// /dev/null plays a tape's node, a loop device a disk's: what they are is in the tree alone.
class NodeEventsTest : public ::testing::Test {
 protected:
  NodeEventsTest() : folder_((fs::temp_directory_path() / "openrsm-sysfs.XXXXXX").string()) { sysfs_ = ::mkdtemp(folder_.data()); }
  ~NodeEventsTest() override { fs::remove_all(sysfs_); }
  void SetUp() override {
    struct stat disk {};
    if (::stat("/dev/loop0", &disk) != 0 || !S_ISBLK(disk.st_mode)) GTEST_SKIP() << "there is no block device to look at";
    disk_ = disk.st_rdev;
  }
  void write(std::string const& name, std::string const& text) {
    fs::path const path = fs::path(sysfs_) / "dev/block" / (std::to_string(major(disk_)) + ":" + std::to_string(minor(disk_))) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }
  void poll_default(std::string const& milliseconds) {
    fs::path const path = fs::path(sysfs_) / "module/block/parameters/events_dfl_poll_msecs";
    fs::create_directories(path.parent_path());
    std::ofstream(path) << milliseconds << "\n";
  }
  NodeEvents disk() { return NodeEvents("/dev/loop0", sysfs_); }
  Uevent of_disk(std::string action) const { return {.action = std::move(action), .subsystem = "block", .type = "disk", .device = disk_}; }

  std::string folder_, sysfs_;
  dev_t disk_ = 0;
};

TEST_F(NodeEventsTest, OnlyWhatIsAboutTheDriveConcernsIt) {
  auto node = disk();
  EXPECT_EQ(node.hint_of(of_disk("change")), DriveHint::came_or_went) << "it is asked";
  auto changed = of_disk("change");
  changed.medium_changed = true;
  EXPECT_EQ(node.hint_of(changed), DriveHint::medium_changed);
  auto button = of_disk("change");
  button.eject_wanted = true;
  EXPECT_EQ(node.hint_of(button), DriveHint::eject_wanted);
  auto partition = of_disk("add");
  partition.type = "partition";
  EXPECT_EQ(node.hint_of(partition), std::nullopt);
  auto other = changed;
  other.device = makedev(8, 240);
  EXPECT_EQ(node.hint_of(other), std::nullopt);
  auto character = changed;
  character.subsystem = "scsi_generic";
  EXPECT_EQ(node.hint_of(character), std::nullopt) << "the same number of another kind";
  EXPECT_EQ(node.hint_of({.action = "add", .subsystem = "block", .type = "disk"}), std::nullopt);
}

TEST_F(NodeEventsTest, ADriveThatHasGoneIsKnownByItsLastNumber) {
  std::string const link = sysfs_ + "/drive";
  fs::create_symlink("/dev/loop0", link);
  NodeEvents node(link, sysfs_);
  fs::remove(link);
  EXPECT_EQ(node.hint_of(of_disk("remove")), DriveHint::came_or_went);
  EXPECT_TRUE(node.media_are_told()) << "that it comes is an event";
}

TEST_F(NodeEventsTest, MediaAreToldWhereTheKernelLooksForThem) {
  EXPECT_TRUE(disk().media_are_told()) << "nothing can be changed in it unseen";
  write("events", "media_change");
  write("events_async", "");
  write("events_poll_msecs", "-1");
  EXPECT_FALSE(disk().media_are_told());
  poll_default("0");
  EXPECT_FALSE(disk().media_are_told());
  poll_default("2000");
  EXPECT_TRUE(disk().media_are_told());
  write("events_poll_msecs", "0");
  EXPECT_FALSE(disk().media_are_told()) << "of this one not";
  write("events_async", "media_change");
  EXPECT_TRUE(disk().media_are_told()) << "it tells by itself";
}

// The kernel asks it for its events, and a drive that does not know that question stays silent.
TEST_F(NodeEventsTest, AnOpticalDriveTellsOnlyByItself) {
  poll_default("2000");
  write("events", "media_change eject_request");
  write("events_async", "");
  write("events_poll_msecs", "-1");
  EXPECT_FALSE(disk().media_are_told());
  write("events_async", "media_change");
  EXPECT_TRUE(disk().media_are_told());
}

TEST_F(NodeEventsTest, TapesAndTargetsNeverTell) {
  EXPECT_FALSE(NodeEvents("/dev/null", sysfs_).media_are_told());
  EXPECT_FALSE(NodeEvents("iscsi://127.0.0.1/iqn.x/1", sysfs_).media_are_told());
}

}  // namespace
}  // namespace rsm::test
