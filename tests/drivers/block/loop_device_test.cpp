// How images are bound, read back from the kernel: sectors of discs and of disks, and no direct I/O. The images are made by the ordinary tools.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "drivers/block/loop_device.hpp"
#include "drivers/block/sysfs.hpp"
#include "drivers/block/volume.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool has_program(std::string const& name) { return run({"which", name}) == 0; }

class LoopDevices : public ::testing::Test {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
  }
  std::string blank(std::string const& name, std::uintmax_t bytes) const {
    { std::ofstream make(lab_.path(name)); }
    fs::resize_file(lab_.path(name), bytes);
    return lab_.path(name);
  }
  // Made by genisoimage with these words.
  std::string disc(std::string const& name, std::vector<std::string> const& words = {}) const {
    write_file(lab_.folder(name + ".files") + "/kept", "on the disc");
    std::vector<std::string> command{"genisoimage", "-quiet", "-V", "DISC", "-o", lab_.path(name)};
    command.insert(command.end(), words.begin(), words.end());
    command.push_back(lab_.path(name + ".files"));
    EXPECT_EQ(run(command), 0);
    return lab_.path(name);
  }
  std::string udf(std::string const& name, std::vector<std::string> const& words) const {
    std::string const image = blank(name, 16 << 20);
    std::vector<std::string> command{"mkudffs", "--label=NEW"};
    command.insert(command.end(), words.begin(), words.end());
    command.push_back(image);
    EXPECT_EQ(run(command), 0);
    return image;
  }
  // What the kernel says of the device that the image is bound to.
  struct Bound {
    int sector = 0;
    std::string direct_io;
    block::LoopDevice loop;
  };
  static Bound bound(std::string const& image) {
    auto const loop = block::bind_loop_device(image, 1000);
    EXPECT_TRUE(loop) << loop.error().text();
    if (!loop) return {};
    Bound now{.direct_io = block::first_line("/sys/block/loop" + std::to_string(loop->number) + "/loop/dio"), .loop = *loop};
    UniqueFd const device(::open(loop->node.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::ioctl(device.get(), BLKSSZGET, &now.sector), 0);
    return now;
  }
  static int sector_of(std::string const& image) {
    auto const now = bound(image);
    EXPECT_EQ(now.direct_io, "0");
    return now.sector;
  }

  Lab lab_;
};

// Everybody tries with the same device number: who finds it bound has held it for as long as it takes to see that.
TEST_F(LoopDevices, ManyTryAtOnceWhetherBlockVolumesArePossible) {
  constexpr int askers = 4, tries = 40;
  std::vector<std::unique_ptr<Actor>> all;
  for (int i = 0; i < askers; ++i)
    all.push_back(std::make_unique<Actor>([](Actor::Stage& stage) {
      int refused = 0;
      for (int n = 0; n < tries; ++n) refused += block::block_volumes_possible() ? 0 : 1;
      stage.answer(refused);
    }));
  for (auto const& asker : all) EXPECT_EQ(asker->answer(), 0) << "tries that were refused";
}

#define NEEDS(program, package) \
  if (!has_program(program)) GTEST_SKIP() << program << " is not installed (package " << package << ")"

TEST_F(LoopDevices, AnIsoImageHasTheSectorsOfADisc) {
  NEEDS("genisoimage", "genisoimage");
  auto const plain = bound(disc("plain.iso"));
  EXPECT_EQ(plain.sector, 2048);
  EXPECT_EQ(plain.direct_io, "0");
  EXPECT_EQ(sector_of(disc("bridge.iso", {"-udf"})), 2048);
  EXPECT_EQ(sector_of(disc("joliet.iso", {"-J", "-R"})), 2048);
  EXPECT_TRUE(block::bound_as_asked(plain.loop, 2048));
  if (!kernel_mounts("iso9660")) GTEST_SKIP() << "this kernel does not mount ISO 9660 (tests/guest does)";
  std::string const at = lab_.folder("mnt");
  ASSERT_EQ(mount_device(plain.loop.node, at, "iso9660", MS_RDONLY), 0);
  EXPECT_EQ(read_file(at + "/kept"), "on the disc");
}

TEST_F(LoopDevices, AUdfImageHasTheSectorsOfItsOwnBlocks) {
  NEEDS("mkudffs", "udftools");
  EXPECT_EQ(sector_of(udf("dvdram.img", {"--media-type=dvdram"})), 2048);
  EXPECT_EQ(sector_of(udf("dvdrw.img", {"--media-type=dvdrw"})), 2048);
  EXPECT_EQ(sector_of(udf("disk.img", {"--media-type=hd", "--blocksize=512"})), 512) << "its blocks are smaller than a disc's sectors";
  EXPECT_EQ(sector_of(udf("large.img", {"--media-type=hd", "--blocksize=4096"})), 512);
}

TEST_F(LoopDevices, EverythingElseHasTheSectorsOfADisk) {
  EXPECT_EQ(sector_of(blank("blank.img", 4 << 20)), 512);
  EXPECT_EQ(sector_of(blank("sector.img", 512)), 512);
  EXPECT_EQ(sector_of(lab_.image("ext4.img", "ext4")), 512);
  EXPECT_EQ(sector_of(lab_.image("xfs.img", "xfs")), 512);
}

TEST_F(LoopDevices, ADiscThatWasFormattedOverIsADisk) {
  NEEDS("genisoimage", "genisoimage");
  std::string const image = disc("disc.iso");
  fs::resize_file(image, 32 << 20);
  std::string const descriptor = read_file(image, 36 << 10).substr(32 << 10, 2048);
  ASSERT_EQ(run({"mkfs.ext4", "-q", "-F", "-b", "1024", image}), 0);
  {  // where mkfs has written over it: as the remains of a disc may stand in a free block
    std::fstream file(image, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(32 << 10).write(descriptor.data(), static_cast<std::streamsize>(descriptor.size()));
  }
  EXPECT_EQ(sector_of(image), 512);
}

TEST_F(LoopDevices, WhatIsNoWholeDiscLosesNothingOfItsEnd) {
  NEEDS("genisoimage", "genisoimage");
  std::string const image = disc("odd.iso");
  fs::resize_file(image, fs::file_size(image) + 512);
  auto const now = bound(image);
  EXPECT_EQ(now.sector, 512);
  unsigned long long bytes = 0;
  UniqueFd const device(::open(now.loop.node.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::ioctl(device.get(), BLKGETSIZE64, &bytes), 0);
  EXPECT_EQ(bytes, fs::file_size(image));
}

TEST_F(LoopDevices, ADiscInADriveGoesThroughItsStates) {
  NEEDS("genisoimage", "genisoimage");
  std::string const image = disc("side.iso");
  fs::permissions(image, fs::perms::owner_read);
  auto const volume = block::make_block_volume({.link = lab_.path("volume")});
  ASSERT_TRUE(volume->attach(image));
  ASSERT_TRUE(volume->online());
  EXPECT_EQ(read_file(lab_.path("volume"), 40 << 10), read_file(image, 40 << 10));
  auto const cut = volume->cut_off();
  EXPECT_TRUE(cut) << cut.error().text();
  ASSERT_TRUE(volume->attach(image));
  ASSERT_TRUE(volume->detach());
}

// The folder of the image is on a disk with sectors of 4096 bytes: with direct I/O the kernel would want as large ones of the loop device.
TEST_F(LoopDevices, SmallBlocksMountWhateverTheImageLiesOn) {
  std::string const outer = blank("outer.img", 512 << 20), place = lab_.folder("place");
  ASSERT_EQ(run({"mkfs.ext4", "-q", "-F", "-b", "4096", outer}), 0);
  auto const below = block::bind_loop_device(outer, 1000);
  ASSERT_TRUE(below) << below.error().text();
  {
    UniqueFd const device(::open(below->node.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::ioctl(device.get(), LOOP_SET_BLOCK_SIZE, 4096UL), 0);
  }
  ASSERT_EQ(mount_device(below->node, place, "ext4"), 0);
  struct Row {
    char const* type;
    std::vector<std::string> words;
  };
  for (auto const& row : {Row{"ext4", {"mkfs.ext4", "-q", "-F", "-b", "1024"}}, Row{"xfs", {"mkfs.xfs", "-q", "-f", "-s", "size=512"}}}) {
    std::string const made = blank(std::string(row.type) + ".made", 320 << 20), image = place + "/" + row.type + ".img";
    auto words = row.words;
    words.push_back(made);
    ASSERT_EQ(run(words), 0);
    ASSERT_EQ(run({"cp", "--sparse=always", made, image}), 0);
    auto const volume = block::make_block_volume({.link = lab_.path("volume")});
    ASSERT_TRUE(volume->attach(image));
    ASSERT_TRUE(volume->online());
    std::string const at = lab_.folder("mnt");
    ASSERT_EQ(mount_device(lab_.path("volume"), at, row.type), 0) << row.type;
    write_file(at + "/kept", "kept");
    EXPECT_TRUE(volume->dismount(false));
    EXPECT_TRUE(volume->detach());
  }
  EXPECT_EQ(umount_path(place), 0);
}

// A device that went by itself may have another image by now, of somebody else.
TEST_F(LoopDevices, WhatIsBoundToAnotherImageByNowIsLeftAlone) {
  std::string const image = blank("ours.img", 4 << 20), other = blank("theirs.img", 8 << 20);
  auto const ours = block::file_identity(image);
  auto const now = bound(other);
  ASSERT_TRUE(ours);
  EXPECT_TRUE(block::cut_off_loop_device(now.loop, *ours)) << "ours has gone: there is nothing to do";
  auto exclusive = block::open_exclusive(now.loop);
  ASSERT_TRUE(exclusive);
  EXPECT_TRUE(block::clear_loop_device(now.loop, *ours, std::move(*exclusive)));
  EXPECT_EQ(block::keep_bound(now.loop, *ours).error().code, Errc::resource_not_present);
  auto const still = block::loop_binding(now.loop);
  ASSERT_TRUE(still);
  EXPECT_EQ(still->backing, *block::file_identity(other));
  EXPECT_FALSE(still->cut_off);
  unsigned long long bytes = 0;
  UniqueFd const device(::open(now.loop.node.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::ioctl(device.get(), BLKGETSIZE64, &bytes), 0);
  EXPECT_EQ(bytes, 8U << 20);
}

TEST_F(LoopDevices, WhatWasBoundOtherwiseIsSaid) {
  std::string const image = blank("other.img", 4 << 20);
  auto const now = bound(image);
  EXPECT_TRUE(block::bound_as_asked(now.loop, 512));
  auto const sectors = block::bound_as_asked(now.loop, 2048);
  ASSERT_FALSE(sectors);
  EXPECT_EQ(sectors.error().code, Errc::not_supported);
  EXPECT_THAT(sectors.error().detail, HasSubstr("sectors of 512 bytes, and 2048 were asked for"));
  UniqueFd const device(::open(now.loop.node.c_str(), O_RDONLY | O_CLOEXEC));
  if (::ioctl(device.get(), LOOP_SET_DIRECT_IO, 1UL) != 0) GTEST_SKIP() << "no direct I/O on the file system of " << image;
  auto const direct = block::bound_as_asked(now.loop, 512);
  ASSERT_FALSE(direct);
  EXPECT_THAT(direct.error().detail, HasSubstr("direct I/O"));
}

}  // namespace
}  // namespace rsm::test
