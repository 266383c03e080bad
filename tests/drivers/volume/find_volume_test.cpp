// Which volume a path means, on real loop devices and mounts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "drivers/block/loop_device.hpp"
#include "drivers/volume/find_volume.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::volume {
namespace {

using testing::HasSubstr;

Errc error_of(std::string const& path) {
  auto const found = find_volume(path);
  return found ? Errc::success : found.error().code;
}

TEST(FindVolume, WhatIsNoVolumeIsSaid) {
  EXPECT_EQ(error_of(""), Errc::invalid_name);
  EXPECT_EQ(error_of("/there/is/no/such/path"), Errc::file_not_found);
  EXPECT_EQ(error_of("/proc/self/status"), Errc::invalid_name);
  auto const proc = find_volume("/proc");
  ASSERT_FALSE(proc);
  EXPECT_THAT(proc.error().detail, HasSubstr("mounted at /proc"));
}

TEST(FindVolume, ADeviceIsItselfAlsoBehindALink) {
  test::Lab const lab;
  auto const link = lab.path("link");
  ASSERT_EQ(::symlink("/dev/null", link.c_str()), 0);
  auto const found = find_volume(link);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->device, "/dev/null");
  EXPECT_EQ(found->by, FoundBy::link);
  EXPECT_EQ(find_volume("/dev/null")->by, FoundBy::itself);
}

class OnLoop : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    if (auto const why = test::why_no_block_volumes(); !why.empty()) GTEST_SKIP() << why;
  }
  static block::LoopDevice bound(std::string const& image) {
    auto const loop = block::bind_loop_device(image, 1000);
    EXPECT_TRUE(loop) << loop.error().text();
    return *loop;
  }
};

TEST_P(OnLoop, ByItsImageItsMountPointAndWhatIsOnIt) {
  test::Lab const lab;
  auto const image = lab.image("a.img", GetParam());
  EXPECT_EQ(error_of(image), Errc::invalid_name);  // an image that nothing is bound to is not the disk that it lies on
  auto const loop = bound(image);
  auto const by_image = find_volume(image);
  ASSERT_TRUE(by_image) << by_image.error().text();
  EXPECT_EQ(by_image->device, loop.node);
  EXPECT_EQ(by_image->by, FoundBy::image);

  auto const at = lab.folder("at");
  ASSERT_EQ(test::mount_device(loop.node, at, GetParam()), 0);
  test::write_file(at + "/file", "x");
  auto const by_mount = find_volume(at + "/.");
  ASSERT_TRUE(by_mount) << by_mount.error().text();
  EXPECT_EQ(by_mount->device, loop.node);
  EXPECT_EQ(by_mount->by, FoundBy::mount_point);
  auto const inside = find_volume(at + "/file");
  ASSERT_TRUE(inside) << inside.error().text();
  EXPECT_EQ(inside->device, loop.node);
  EXPECT_TRUE(inside->by == FoundBy::inside && inside->regular_file);
  EXPECT_EQ(inside->mount_point, at);
  std::filesystem::create_directory(at + "/folder");
  EXPECT_FALSE(find_volume(at + "/folder")->regular_file);
}

INSTANTIATE_TEST_SUITE_P(FileSystems, OnLoop, testing::Values("ext4", "xfs", "btrfs"));

TEST_F(OnLoop, AnImageThatIsBoundTwiceIsNotGuessed) {
  test::Lab const lab;
  auto const image = lab.image("a.img", "ext4");
  auto const first = bound(image), second = bound(image);
  auto const found = find_volume(image);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::object_not_found);
  EXPECT_THAT(found.error().detail, HasSubstr(first.node));
  EXPECT_THAT(found.error().detail, HasSubstr(second.node));
}

}  // namespace
}  // namespace rsm::volume
