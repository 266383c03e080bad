// Labels as mkfs makes them, and as nobody should.
#include "drivers/block/label.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "drivers/block/printable.hpp"
#include "libmgr/base/random.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using Bytes = std::vector<std::byte>;

void put(Bytes& bytes, std::size_t at, std::string_view text) { std::memcpy(bytes.data() + at, text.data(), text.size()); }

constexpr std::string_view uuid = "0123456789abcdef";

Bytes ext(char compatible, char incompatible, char read_only_compatible) {
  Bytes bytes(4096);
  put(bytes, 1024 + 0x04, std::string("\0\x10", 2));  // blocks
  put(bytes, 1024 + 0x38, "\x53\xEF");
  bytes[1024 + 0x5C] = std::byte(compatible);
  bytes[1024 + 0x60] = std::byte(incompatible);
  bytes[1024 + 0x64] = std::byte(read_only_compatible);
  put(bytes, 1024 + 0x68, uuid);
  put(bytes, 1024 + 0x78, "name");
  return bytes;
}

TEST(Label, KnowsTheExtFamilyByItsFeatures) {
  auto const two = block::parse_label(ext(0, 0x2, 0x1));
  ASSERT_TRUE(two);
  EXPECT_EQ(*two, (Omid{"EXT2", std::string(uuid), "name"}));
  EXPECT_EQ(block::parse_label(ext(0x4, 0x2, 0x1))->type, "EXT3");
  EXPECT_EQ(block::parse_label(ext(0x4, 0x42, 0x1))->type, "EXT4");  // extents
  EXPECT_EQ(block::parse_label(ext(0x4, 0x2, 0x8))->type, "EXT4");   // huge files
  EXPECT_FALSE(block::parse_label(ext(0, 0x8, 0))) << "a journal device is no file system";
}

TEST(Label, KnowsXfsAndBtrfs) {
  Bytes xfs(512);
  put(xfs, 0, std::string("XFSB\0\0\x10\0", 8));
  put(xfs, 32, uuid);
  put(xfs, 108, "twelve chars");
  EXPECT_EQ(block::parse_label(xfs), (Omid{"XFS", std::string(uuid), "twelve chars"}));
  put(xfs, 4, std::string("\0\0\x10\1", 4));
  EXPECT_FALSE(block::parse_label(xfs)) << "no power of two";

  Bytes btrfs(block::label_bytes);
  put(btrfs, 65536 + 0x40, "_BHRfS_M");
  put(btrfs, 65536 + 0x20, uuid);
  put(btrfs, 65536 + 0x12B, std::string(256, 'n'));
  auto const label = block::parse_label(btrfs);
  ASSERT_TRUE(label);
  EXPECT_EQ(label->type, "BTRFS");
  EXPECT_EQ(label->info.size(), 256u);
}

TEST(Label, NothingIsUnderstoodInZerosAndShortReads) {
  EXPECT_FALSE(block::parse_label({}));
  EXPECT_FALSE(block::parse_label(Bytes(block::label_bytes)));
  Bytes whole = ext(0x4, 0x42, 0x1);
  for (std::size_t length = 0; length < 2048; ++length) EXPECT_FALSE(block::parse_label(std::span(whole).first(length)));
  put(whole, 1024 + 0x68, std::string(16, '\0'));
  EXPECT_FALSE(block::parse_label(whole)) << "a UUID of zeros identifies nothing";
}

TEST(Label, HostileNamesBecomeText) {
  Bytes bytes = ext(0x4, 0x42, 0x1);
  put(bytes, 1024 + 0x78, "a\x1b[2J\xff\xc3\xa9\n\xed\xa0\x80.");
  EXPECT_EQ(block::parse_label(bytes)->info, "a?[2J?\xc3\xa9????.");
  EXPECT_EQ(block::printable("\xc2\x9b" "31m\x7f\xf4\x90\x80\x80"), "?31m?????");
}

// Every byte of a valid label changed, cut and mixed, the same on every machine: no crash, and what comes out keeps its bounds.
TEST(Label, FuzzKeepsItsBounds) {
  SeededRandom random(4711);
  Bytes const seeds[] = {ext(0, 2, 1), ext(4, 0x42, 1), [] { Bytes b(512); put(b, 0, std::string("XFSB\0\0\x10\0", 8)); put(b, 32, uuid); return b; }()};
  unsigned understood = 0;
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = seeds[random.below(3)];
    for (std::uint64_t changes = random.below(8); changes > 0; --changes) bytes[random.below(bytes.size())] = std::byte(random.below(256));
    if (random.chance(20)) bytes.resize(random.below(bytes.size()));
    auto const label = block::parse_label(bytes);
    if (!label) continue;
    ++understood;
    ASSERT_EQ(label->id.size(), 16u);
    ASSERT_LE(label->info.size(), 256u);
    ASSERT_LE(label->type.size(), 63u);
    ASSERT_EQ(block::printable(label->info), label->info);
  }
  EXPECT_GT(understood, 1000u) << "a fuzz that is always refused tests nothing";
}

TEST(Label, ReadsWhatMkfsMade) {
  Lab lab;
  std::string const image = lab.image("side.img", "ext4");
  UniqueFd const fd(::open(image.c_str(), O_RDONLY | O_CLOEXEC));
  auto const label = block::read_label(fd.get(), image);
  ASSERT_TRUE(label && *label);
  EXPECT_EQ((*label)->type, "EXT4");
  EXPECT_EQ((*label)->info, "SIDE");
  EXPECT_EQ(block::read_label(-1, "gone").error().code, Errc::medium_not_accessible);
}

}  // namespace
}  // namespace rsm::test
