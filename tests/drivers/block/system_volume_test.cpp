// What carries the system is found by device numbers, and all it lies on with it.
#include "drivers/block/system_volume.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <fstream>

#include "drivers/block/mount_table.hpp"
#include "drivers/block/swap_table.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

void write_line(std::string const& path, std::string const& line) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << line << "\n";
}

TEST(SystemVolume, DeviceOfTheRootIsRefused) {
  struct stat root {};
  ASSERT_EQ(::stat("/", &root), 0);
  if (major(root.st_dev) == 0) GTEST_SKIP() << "the root of this container is on no block device";
  auto const refused = block::refuse_system_volume(root.st_dev, "drive 0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::volume_contains_sys_files);
  EXPECT_EQ(refused.error().object, "drive 0");
  EXPECT_TRUE(block::refuse_system_volume(makedev(7, 4099), "drive 0")) << "a device that carries nothing";
}

// A partition of a disk, a volume on two disks: as sysfs shows them.
TEST(SystemVolume, ParentsArePartitionsDisksAndMembers) {
  Lab lab;
  std::string const sys = lab.root();
  write_line(sys + "/devices/sda/dev", "8:0");
  write_line(sys + "/devices/sda/sda1/dev", "8:1");
  write_line(sys + "/devices/sda/sda1/partition", "1");
  write_line(sys + "/devices/sdb/dev", "8:16");
  write_line(sys + "/devices/dm-0/dev", "253:0");
  std::filesystem::create_directories(sys + "/devices/dm-0/slaves");
  std::filesystem::create_directory_symlink(sys + "/devices/sda/sda1", sys + "/devices/dm-0/slaves/sda1");
  std::filesystem::create_directory_symlink(sys + "/devices/sdb", sys + "/devices/dm-0/slaves/sdb");
  std::filesystem::create_directories(sys + "/dev/block");
  std::filesystem::create_directory_symlink(sys + "/devices/sda", sys + "/dev/block/8:0");
  std::filesystem::create_directory_symlink(sys + "/devices/sda/sda1", sys + "/dev/block/8:1");
  std::filesystem::create_directory_symlink(sys + "/devices/sdb", sys + "/dev/block/8:16");
  std::filesystem::create_directory_symlink(sys + "/devices/dm-0", sys + "/dev/block/253:0");
  EXPECT_EQ(block::device_and_parents(makedev(253, 0), sys), (std::set<dev_t>{makedev(8, 0), makedev(8, 1), makedev(8, 16), makedev(253, 0)}));
  EXPECT_EQ(block::device_and_parents(makedev(8, 16), sys), (std::set<dev_t>{makedev(8, 16)}));
}

TEST(SystemVolume, SwapFileBringsItsDevice) {
  Lab lab;
  write_file(lab.path("a swap file"), "x");
  struct stat st {};
  ASSERT_EQ(::stat(lab.path("a swap file").c_str(), &st), 0);
  std::string escaped = lab.path("a swap file");
  for (std::size_t at = 0; (at = escaped.find(' ', at)) != std::string::npos;) escaped.replace(at, 1, "\\040");
  write_line(lab.path("swaps"), "Filename Type Size Used Priority\n" + escaped + " file 4092 0 -2\n/nowhere partition 1 0 -3");
  auto const swaps = block::read_swap_table(lab.path("swaps"));
  ASSERT_EQ(swaps.size(), 1u);
  EXPECT_EQ(swaps[0].path, lab.path("a swap file"));
  EXPECT_EQ(swaps[0].device, st.st_dev);
  EXPECT_TRUE(swaps[0].is_file);
  EXPECT_EQ(block::system_devices("/sys", lab.path("swaps")).contains(st.st_dev), major(st.st_dev) != 0);
}

TEST(MountTable, ReadsALineWithEscapesAndPropagation) {
  auto const mount = block::parse_mountinfo_line(R"(36 35 98:4 /sub\040dir /mnt/a\134b rw,noatime shared:1 master:2 - ext4 /dev/my\040disk rw,errors=continue)");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->mount_id, 36);
  EXPECT_EQ(mount->parent_id, 35);
  EXPECT_EQ(mount->device, makedev(98, 4));
  EXPECT_EQ(mount->root, "/sub dir");
  EXPECT_EQ(mount->mount_point, "/mnt/a\\b");
  EXPECT_EQ(mount->mount_options, "rw,noatime");
  EXPECT_EQ(mount->fs_type, "ext4");
  EXPECT_EQ(mount->source, "/dev/my disk");
  EXPECT_EQ(mount->super_options, "rw,errors=continue");
}

TEST(MountTable, DamagedLinesAreNotUnderstood) {
  std::string const line = "36 35 98:4 / /mnt rw - ext4 /dev/a rw";
  for (std::size_t length = 0; length < line.size() - std::string_view("/dev/a rw").size() - 4; ++length)
    EXPECT_FALSE(block::parse_mountinfo_line(line.substr(0, length))) << length;
  for (char const* bad : {"", "x 35 98:4 / /mnt rw - ext4 a rw", "36 35 98 / /mnt rw - ext4 a rw", "36 35 98:x / /mnt rw - ext4 a rw"})
    EXPECT_FALSE(block::parse_mountinfo_line(bad)) << bad;
}

TEST(MountTable, ShowsOurOwnRoot) {
  auto const table = block::read_mount_table();
  bool found = false;
  for (auto const& mount : table.mounts) found |= mount.mount_point == "/" && mount.name_space == table.own_namespace;
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace rsm::test
