// The label of a free medium over what was on a volume: nobody finds that any more, and what lies behind the beginning stays.
#include "drivers/block/write_label.hpp"

#include <endian.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/raid/md_p.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "drivers/block/label.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/label/free_label.hpp"
#include "libmgr/domain/free_label.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;

Omid const fresh = free_label(*Guid::parse("6b0a0d3b-2a98-4e1b-b8f4-0123456789ab"));

class WritingLabels : public ::testing::Test {
 protected:
  std::string blank(std::string const& name, std::uintmax_t megabytes) {
    std::string const file = lab.path(name);
    write_file(file, "", false);
    std::filesystem::resize_file(file, megabytes << 20);
    return file;
  }
  static UniqueFd open(std::string const& file, int flags = O_RDWR) { return UniqueFd(::open(file.c_str(), flags | O_CLOEXEC)); }
  static std::optional<Omid> label_of(std::string const& file) { return block::read_label(open(file, O_RDONLY).get(), file).value_or(port::Label{}).omid; }
  static Result<port::Label> write(std::string const& file, std::optional<Omid> instead_of) { return block::write_label(open(file).get(), file, {fresh, std::move(instead_of)}); }
  // What other tools of the machine see: the type that blkid tells; empty: nothing.
  static bool blkid_finds_nothing(std::string const& file) { return run({"blkid", "-p", file}) == 2; }
  Lab lab;
};

TEST_F(WritingLabels, WhateverWasOnItIsNotFoundAnyMore) {
  struct Format {
    std::string name;
    std::uintmax_t megabytes;
    std::vector<std::string> command;
  };
  for (auto const& [name, megabytes, command] : {Format{"ext4", 16, {"mkfs.ext4", "-q", "-F"}}, Format{"xfs", 320, {"mkfs.xfs", "-q"}}, Format{"btrfs", 128, {"mkfs.btrfs", "-q"}},
                                                 Format{"vfat", 16, {"mkfs.vfat"}}, Format{"udf", 16, {"mkudffs", "--utf8"}}}) {
    std::string const file = blank(name, megabytes);
    auto with_file = command;
    with_file.push_back(file);
    if (run(with_file) != 0) GTEST_SKIP() << command.front() << " is not installed";
    auto const before = label_of(file);
    ASSERT_TRUE(before) << name;
    auto const done = write(file, before);
    ASSERT_TRUE(done) << name << ": " << done.error().sentence();
    EXPECT_EQ(done->omid, fresh) << name;
    EXPECT_EQ(done->note, "") << name;
    EXPECT_EQ(label_of(file), fresh) << name;
    EXPECT_TRUE(blkid_finds_nothing(file)) << name;
  }
}

TEST_F(WritingLabels, APartitionTableIsNotFoundAnyMoreAndWhatLiesBehindTheBeginningStays) {
  std::string const file = blank("disk", 16);
  {
    auto const fd = open(file);
    std::string const words = "the first bytes of a partition";
    ASSERT_EQ(::pwrite(fd.get(), words.data(), words.size(), 1 << 20), static_cast<ssize_t>(words.size()));
  }
  ASSERT_EQ(run({"sh", "-c", "printf 'label: gpt\\nstart=2048, size=4096\\n' | sfdisk -q " + file}), 0);
  auto const done = write(file, std::nullopt);
  ASSERT_TRUE(done) << done.error().sentence();
  EXPECT_EQ(label_of(file), fresh);
  EXPECT_TRUE(blkid_finds_nothing(file)) << "without the one in front the table at the end counts for nothing";
  EXPECT_TRUE(file_has(file, "the first bytes of a partition"));
  EXPECT_EQ(std::filesystem::file_size(file), 16u << 20);
}

// Of a member of an array: its superblock (version 1.0) lies at the end, and nothing but the beginning may be destroyed.
TEST_F(WritingLabels, WhatFormatsKeepAtTheEndIsTold) {
  constexpr std::uint64_t bytes = 16 << 20, sector = 512, at = (bytes / sector - 16) / 8 * 8;
  mdp_superblock_1 block{};
  block.magic = htole32(MD_SB_MAGIC);
  block.major_version = htole32(1);
  block.super_offset = htole64(at);
  std::ranges::fill(block.set_uuid, std::uint8_t{0x5a});
  std::ranges::copy(std::string_view("lab:array"), block.set_name);
  std::string const file = blank("member", 16);
  {
    auto const fd = open(file);
    ASSERT_EQ(::pwrite(fd.get(), &block, sizeof block, static_cast<off_t>(at * sector)), static_cast<ssize_t>(sizeof block));
  }
  auto const done = write(file, label_of(file));
  ASSERT_TRUE(done) << done.error().sentence();
  EXPECT_EQ(done->omid, fresh);
  EXPECT_EQ(done->note, "behind the label of a free medium there is still linux_raid_member \"lab:array\"");
  EXPECT_EQ(label_of(file), fresh) << "ours goes before it";
}

TEST_F(WritingLabels, AnotherMediumThanWasLookedAtIsNotTouched) {
  std::string const file = lab.image("side.img", "ext4");
  auto const before = label_of(file);
  std::string const bytes = read_file(file);
  for (auto const& instead_of : {std::optional<Omid>(), std::optional(Omid{"EXT4", "another", ""})}) {
    auto const done = write(file, instead_of);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::media_changed);
    EXPECT_THAT(done.error().detail, HasSubstr("EXT4"));
  }
  EXPECT_EQ(read_file(file), bytes);
  EXPECT_EQ(label_of(file), before);
}

TEST_F(WritingLabels, WhatCannotBeWrittenIsWriteProtected) {
  std::string const file = lab.image("side.img", "ext4");
  auto const read_only = open(file, O_RDONLY);
  EXPECT_EQ(block::write_label(read_only.get(), file, {fresh, label_of(file)}).error().code, Errc::write_protect);
}

TEST_F(WritingLabels, AMediumThatIsTooSmall) {
  std::string const file = lab.path("small");
  write_file(file, std::string(512, '\0'));
  EXPECT_EQ(write(file, std::nullopt).error().code, Errc::write_fault);
}

// A crash in the middle: the beginning is empty, and the label is not there yet. It is written again.
TEST_F(WritingLabels, WhatAStoppedWritingLeavesIsWrittenAgain) {
  std::string const file = lab.image("side.img", "ext4");
  {
    auto const fd = open(file);
    std::string const zeros(1 << 20, '\0');
    ASSERT_EQ(::pwrite(fd.get(), zeros.data(), zeros.size() / 2, 0), static_cast<ssize_t>(zeros.size() / 2));
  }
  EXPECT_EQ(label_of(file), std::nullopt);
  ASSERT_TRUE(write(file, std::nullopt));
  EXPECT_EQ(label_of(file), fresh);
}

TEST_F(WritingLabels, AVolumeInUseIsBusyAndAsItWas) {
  std::string const file = lab.image("side.img", "ext4");
  auto const before = label_of(file);
  std::string const bytes = read_file(file);
  auto const volume = block::make_user_volume({.link = lab.path("volume")});
  ASSERT_TRUE(volume->attach(file));
  ASSERT_TRUE(volume->online());
  EXPECT_EQ(volume->write_label({fresh, before}).error().code, Errc::busy) << "online";
  ASSERT_TRUE(volume->dismount(false));
  {
    auto const held = open(file, O_RDONLY);
    EXPECT_EQ(volume->write_label({fresh, before}).error().code, Errc::busy) << "somebody has it open";
  }
  EXPECT_EQ(read_file(file), bytes);
  ASSERT_TRUE(volume->write_label({fresh, before}));
  EXPECT_EQ(volume->read_label()->omid, fresh);
}

}  // namespace
}  // namespace rsm::test
