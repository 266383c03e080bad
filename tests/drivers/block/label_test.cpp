// Labels as the tools of each format write them, as nobody should, and with two formats on one medium.
#include "drivers/block/label.hpp"

#include <endian.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/raid/md_p.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <string_view>
#include <vector>

#include "drivers/block/printable.hpp"
#include "libmgr/base/random.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr char const* uuid_form = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

class Labels : public testing::Test {
 protected:
  std::string blank(std::string const& name, std::uintmax_t megabytes) {
    std::string const file = lab.path(name);
    write_file(file, "", false);
    std::filesystem::resize_file(file, megabytes << 20);
    return file;
  }
  void made_by(std::vector<std::string> const& command) { ASSERT_EQ(run(command), 0) << testing::PrintToString(command); }
  port::Label label_of(std::string const& file) {
    UniqueFd const fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    auto label = block::read_label(fd.get(), file);
    EXPECT_TRUE(label) << file << ": " << (label ? "" : label.error().sentence());
    return label.value_or(port::Label{{}, "not read"});
  }
  Omid omid_of(std::string const& file) {
    auto const label = label_of(file);
    EXPECT_TRUE(label.omid) << file << ": " << label.note;
    return label.omid.value_or(Omid{});
  }
  // A folder with a file in it, for what makes discs.
  std::string tree() {
    std::string const at = lab.path("tree");
    if (std::filesystem::create_directory(at)) write_file(at + "/file", "content", false);
    return at;
  }
  Lab lab;
};

bool has_partition_table(std::string const& file, std::string const& type) { return run({"sh", "-c", "blkid -p -o export " + file + " | grep -qx PTTYPE=" + type}) == 0; }

bool has_form(std::string const& id, char const* form) { return std::regex_match(id, std::regex(form)); }

struct Format {
  char const* name;
  std::uintmax_t megabytes;
  std::vector<std::string> command;  // the file comes last
  char const* type;
  char const* id_form;
  char const* info;
};

TEST_F(Labels, EveryFormatHasItsIdAsText) {
  Format const formats[] = {
      {"ext2", 8, {"mkfs.ext2", "-q", "-F", "-L", "two"}, "EXT2", uuid_form, "two"},
      {"ext3", 16, {"mkfs.ext3", "-q", "-F", "-L", "three"}, "EXT3", uuid_form, "three"},
      {"ext4", 16, {"mkfs.ext4", "-q", "-F", "-L", "four"}, "EXT4", uuid_form, "four"},
      {"xfs", 320, {"mkfs.xfs", "-q", "-L", "twelve chars"}, "XFS", uuid_form, "twelve chars"},
      {"btrfs", 128, {"mkfs.btrfs", "-q", "-L", "bee"}, "BTRFS", uuid_form, "bee"},
      {"f2fs", 64, {"mkfs.f2fs", "-q", "-l", "flash"}, "F2FS", uuid_form, "flash"},
      {"vfat", 16, {"mkfs.vfat", "-n", "STICK"}, "VFAT", "[0-9A-F]{4}-[0-9A-F]{4}", "STICK"},
      {"exfat", 16, {"mkfs.exfat", "-L", "Card"}, "EXFAT", "[0-9A-F]{4}-[0-9A-F]{4}", "Card"},
      {"ntfs", 16, {"mkntfs", "-q", "-F", "-L", "Disk"}, "NTFS", "[0-9A-F]{16}", "Disk"},
      {"udf", 64, {"mkudffs", "--media-type=dvdram", "--label=RAM"}, "UDF", "[0-9a-f]{16}", "RAM"},
  };
  for (auto const& format : formats) {
    SCOPED_TRACE(format.name);
    auto command = format.command;
    command.push_back(blank(format.name, format.megabytes));
    made_by(command);
    Omid const omid = omid_of(command.back());
    EXPECT_EQ(omid.type, format.type);
    EXPECT_TRUE(has_form(omid.id, format.id_form)) << omid.id;
    EXPECT_EQ(omid.info, format.info);
    EXPECT_EQ(omid.also, "");
  }
}

TEST_F(Labels, ADiscIsItsDate) {
  std::string const disc = lab.path("disc.iso");
  made_by({"genisoimage", "-quiet", "-V", "DISC1", "-o", disc, tree()});
  Omid const omid = omid_of(disc);
  EXPECT_EQ(omid.type, "ISO9660");
  EXPECT_TRUE(has_form(omid.id, "[0-9]{4}(-[0-9]{2}){6}")) << omid.id;
  EXPECT_EQ(omid.info, "DISC1");
}

TEST_F(Labels, ABridgeDiscHasBothIds) {
  std::string const disc = lab.path("bridge.iso");
  made_by({"genisoimage", "-quiet", "-udf", "-V", "BRIDGE", "-o", disc, tree()});
  Omid const omid = omid_of(disc);
  EXPECT_EQ(omid.type, "UDF");
  EXPECT_TRUE(has_form(omid.also, "ISO9660 [0-9]{4}(-[0-9]{2}){6}")) << omid.also;
  Omid const as_iso{"ISO9660", omid.also.substr(sizeof "ISO9660"), "BRIDGE"};
  EXPECT_TRUE(omid.same_medium(as_iso) && as_iso.same_medium(omid)) << "whichever of the two a machine sees";
  EXPECT_FALSE(omid.same_medium({"ISO9660", "2001-01-01-00-00-00-00", "BRIDGE"}));
}

TEST_F(Labels, AHybridDiscIsTheDisc) {
  for (auto const& [table, options] : std::map<std::string, std::vector<std::string>>{{"mac", {"-hfsplus", "-apm-block-size", "2048"}}, {"dos", {"-partition_offset", "16"}}}) {
    std::string const disc = lab.path(table + ".iso");
    std::vector<std::string> command{"xorriso", "-as", "mkisofs", "-quiet", "-V", "HYBRID"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {"-o", disc, tree()});
    made_by(command);
    EXPECT_TRUE(has_partition_table(disc, table));
    EXPECT_EQ(omid_of(disc).type, "ISO9660") << "its partition table is not asked";
  }
}

TEST_F(Labels, TwoFormatsOnOneMediumAreAmbivalent) {
  std::string const file = blank("stale", 64);
  made_by({"mkfs.ext4", "-q", "-F", "-L", "EXT", file});
  made_by({"mkudffs", "--media-type=dvdram", "--label=NEW", file});
  auto const label = label_of(file);
  EXPECT_FALSE(label.omid);
  EXPECT_THAT(label.note, HasSubstr("ambivalent"));
  EXPECT_THAT(label.note, HasSubstr("ext4 \"EXT\""));
  EXPECT_THAT(label.note, HasSubstr("udf \"NEW\""));
}

TEST_F(Labels, AContainerUnderADiscIsAmbivalent) {
  std::string const file = blank("vault", 32), key = lab.path("key");
  write_file(key, "a long enough secret", false);
  made_by({"cryptsetup", "luksFormat", "-q", "--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--label", "VAULT", file, key});
  Omid const alone = omid_of(file);
  EXPECT_EQ(alone.type, "CRYPTO_LUKS");
  EXPECT_TRUE(has_form(alone.id, uuid_form)) << alone.id;
  EXPECT_EQ(alone.info, "VAULT");
  made_by({"mkudffs", "--media-type=dvdram", "--label=NEW", file});
  auto const label = label_of(file);
  EXPECT_FALSE(label.omid);
  EXPECT_THAT(label.note, HasSubstr("crypto_LUKS \"VAULT\""));
  EXPECT_THAT(label.note, HasSubstr("udf \"NEW\""));
}

// Written here from the kernel's own description of it: mdadm makes arrays only where the kernel has its driver.
TEST_F(Labels, AMemberOfARaidIsNoVolumeOfItsOwnAndUnderADiscItIsAmbivalent) {
  constexpr std::uint64_t at = 4096, sector = 512;
  mdp_superblock_1 block{};
  block.magic = htole32(MD_SB_MAGIC);
  block.major_version = htole32(1);
  block.super_offset = htole64(at / sector);
  std::ranges::fill(block.set_uuid, std::uint8_t{0x5a});
  std::ranges::copy(std::string_view("lab:array"), block.set_name);
  std::string const file = blank("member", 32);
  UniqueFd const image(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::pwrite(image.get(), &block, sizeof block, at), static_cast<ssize_t>(sizeof block));
  EXPECT_EQ(label_of(file), (port::Label{{}, "it is a member of something bigger (linux_raid_member \"lab:array\"): no file system of its own"}));
  made_by({"mkudffs", "--media-type=dvdram", "--label=NEW", file});
  auto const label = label_of(file);
  EXPECT_FALSE(label.omid);
  EXPECT_THAT(label.note, HasSubstr("ambivalent"));
  EXPECT_THAT(label.note, HasSubstr("linux_raid_member"));
  EXPECT_THAT(label.note, HasSubstr("udf \"NEW\""));
}

TEST_F(Labels, WithoutAnIdItIsNoErrorAndNoLabel) {
  std::string const fat = blank("fat", 16), ext = blank("ext", 16), xfs = blank("xfs", 320), hfs = blank("hfs", 4), squash = lab.path("squash");
  made_by({"mkfs.vfat", "-i", "00000000", "-n", "NOID", fat});
  made_by({"mkfs.ext4", "-q", "-F", ext});
  made_by({"tune2fs", "-U", "clear", ext});
  made_by({"mkfs.xfs", "-q", xfs});
  made_by({"xfs_admin", "-U", "nil", xfs});
  made_by({"hformat", "-f", "-l", "MAC DISK", hfs});
  made_by({"mksquashfs", tree(), squash, "-quiet", "-no-progress"});
  for (auto const& file : {fat, ext, xfs, hfs, squash}) {
    auto const label = label_of(file);
    EXPECT_FALSE(label.omid) << file;
    EXPECT_THAT(label.note, HasSubstr("without an id")) << file;
  }
  EXPECT_THAT(label_of(fat).note, HasSubstr("vfat \"NOID\""));
  EXPECT_THAT(label_of(hfs).note, HasSubstr("hfs \"MAC DISK\""));
}

// xorriso writes a whole HFS+ into its hybrid discs, without an id unless it is told one; it is taken out of there, since Debian has no mkfs for it.
TEST_F(Labels, AnHfsPlusHasTheIdOfTheFinderOrNone) {
  auto const hfs_plus = [&](std::string const& name, std::string const& finder_id) {
    std::string const disc = lab.path(name + ".iso"), volume = lab.path(name);
    made_by({"xorriso", "-as", "mkisofs", "-quiet", "-V", name, "-hfsplus", "-hfsplus-serial-no", finder_id, "-o", disc, tree()});
    std::string const bytes = read_file(disc);
    constexpr std::size_t header = 1024, sector = 2048;
    std::size_t at = 0;
    while (at + header < bytes.size() && bytes.compare(at + header, 4, std::string("H+\0\4", 4)) != 0) at += sector;
    write_file(volume, bytes.substr(std::min(at, bytes.size())), false);
    return volume;
  };
  std::string const without = hfs_plus("WITHOUT", "0000000000000000"), with = hfs_plus("WITH", "6f70656e72736d31");
  auto const label = label_of(without);
  EXPECT_FALSE(label.omid);
  EXPECT_EQ(label.note, "it holds hfsplus \"WITHOUT\" without an id of its own");
  Omid const omid = omid_of(with);
  EXPECT_EQ(omid.type, "HFSPLUS");
  EXPECT_TRUE(has_form(omid.id, uuid_form)) << omid.id;
  EXPECT_EQ(omid.info, "WITH");
}

TEST_F(Labels, WhatHoldsNoFileSystemSaysSo) {
  std::string const zeros = blank("zeros", 1), swap = blank("swap", 4), table = blank("table", 4), journal = blank("journal", 8);
  EXPECT_EQ(label_of(zeros), port::Label{});
  made_by({"mkswap", swap});
  EXPECT_THAT(label_of(swap).note, HasSubstr("it holds swap"));
  made_by({"sh", "-c", "echo ',,L' | sfdisk -q " + table});
  EXPECT_THAT(label_of(table).note, HasSubstr("a partition table (dos)"));
  made_by({"mkfs.ext4", "-q", "-F", "-O", "journal_dev", journal});
  EXPECT_THAT(label_of(journal).note, HasSubstr("it holds jbd")) << "a journal device is no file system";
  EXPECT_FALSE(label_of(journal).omid);
}

TEST_F(Labels, AnExfatIsNotPartitioned) {
  std::string const file = blank("exfat", 16);
  made_by({"mkfs.exfat", file});
  EXPECT_TRUE(has_partition_table(file, "dos"));
  Omid const omid = omid_of(file);
  EXPECT_EQ(omid.type, "EXFAT") << "its first block looks like a partition table";
}

TEST_F(Labels, ANameOfFatIsReadInItsCodePage) {
  std::string const file = blank("fat", 16);
  made_by({"mkfs.vfat", "-n", "TXPE", file});  // it takes no other letters; cameras and Windows write them
  std::string bytes = read_file(file);
  std::size_t changed = 0;
  for (std::size_t at = bytes.find("TXPE "); at != std::string::npos; at = bytes.find("TXPE ", at), ++changed) bytes[at + 1] = '\x90';
  ASSERT_EQ(changed, 2u) << "in the boot sector and in the root folder";
  write_file(file, bytes, false);
  EXPECT_EQ(omid_of(file).info, "T\xc3\x89PE");
}

TEST_F(Labels, NamesThatDifferStayDifferent) {
  std::string const one = blank("one", 16), two = blank("two", 16);
  made_by({"mkfs.ext4", "-q", "-F", "-L", "T\x90PE\x1b[2J", one});
  made_by({"mkfs.ext4", "-q", "-F", "-L", "T\x91PE\x1b[2J", two});
  EXPECT_EQ(omid_of(one).info, "T?PE?[2J (bytes 549050451b5b324a)");
  EXPECT_NE(omid_of(one).info, omid_of(two).info);
  EXPECT_EQ(block::printable(omid_of(one).info), omid_of(one).info);
}

TEST_F(Labels, ALongNameKeepsToItsRoom) {
  std::string const plain = blank("plain", 128), raw = blank("raw", 128);
  std::string name = "x";
  while (name.size() < 253) name += "\xc3\xa9";
  made_by({"mkfs.btrfs", "-q", "-L", name, plain});
  made_by({"mkfs.btrfs", "-q", "-L", std::string(100, '\x90'), raw});
  EXPECT_EQ(omid_of(plain).info, name);
  EXPECT_LE(omid_of(raw).info.size(), 255u);
  EXPECT_THAT(omid_of(raw).info, HasSubstr(std::string(100, '?') + " (bytes 9090"));
}

TEST_F(Labels, ANewNameIsTheSameMediumANewIdIsNot) {
  std::string const disc = blank("disc", 64), stick = blank("stick", 16);
  made_by({"mkudffs", "--media-type=dvdram", "--label=OLD", disc});
  made_by({"mkfs.vfat", "-n", "OLD", stick});
  Omid const disc_before = omid_of(disc), stick_before = omid_of(stick);
  made_by({"udflabel", disc, "NEW"});
  made_by({"fatlabel", stick, "NEW"});
  EXPECT_TRUE(omid_of(disc).same_medium(disc_before));
  EXPECT_TRUE(omid_of(stick).same_medium(stick_before));
  EXPECT_EQ(omid_of(disc).info, "NEW");
  EXPECT_EQ(omid_of(stick).info, "NEW");

  struct Tool {
    char const* name;
    std::uintmax_t megabytes;
    std::vector<std::string> makes, gives_new_id;  // the file comes last
  };
  Tool const tools[] = {{"ext4", 16, {"mkfs.ext4", "-q", "-F", "-L", "KEPT"}, {"tune2fs", "-U", "random"}},
                        {"xfs", 320, {"mkfs.xfs", "-q", "-L", "KEPT"}, {"xfs_admin", "-U", "generate"}},
                        {"btrfs", 128, {"mkfs.btrfs", "-q", "-L", "KEPT", "--rootdir", tree()}, {"btrfstune", "-m"}}};
  for (auto const& tool : tools) {
    SCOPED_TRACE(tool.name);
    std::string const file = blank(tool.name, tool.megabytes);
    auto const on_it = [&file](std::vector<std::string> command) {
      command.push_back(file);
      return command;
    };
    made_by(on_it(tool.makes));
    Omid const before = omid_of(file);
    made_by(on_it(tool.gives_new_id));
    Omid const after = omid_of(file);
    EXPECT_FALSE(after.same_medium(before)) << after.id;
    EXPECT_TRUE(has_form(after.id, uuid_form)) << after.id;
    EXPECT_EQ(after.info, "KEPT");
  }
}

TEST_F(Labels, WhatCannotBeReadIsAnError) {
  EXPECT_EQ(block::read_label(-1, "gone").error().code, Errc::medium_not_accessible);
  UniqueFd const pipe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  auto const label = block::read_label(pipe.get(), "/dev/null");
  EXPECT_TRUE(!label || !label->omid);
}

TEST(Printable, HostileNamesBecomeText) {
  EXPECT_EQ(block::printable("a\x1b[2J\xff\xc3\xa9\n\xed\xa0\x80."), "a?[2J?\xc3\xa9????.");
  EXPECT_EQ(block::printable("\xc2\x9b" "31m\x7f\xf4\x90\x80\x80"), "?31m?????");
}

// Bytes of a valid label changed, the same on every machine: no crash, and what comes out keeps its bounds.
TEST_F(Labels, FuzzKeepsItsBounds) {
  std::string const file = blank("ext", 8);
  made_by({"mkfs.ext4", "-q", "-F", "-O", "^metadata_csum", "-L", "name", file});
  UniqueFd const image(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  std::array<std::byte, 1024> block{};
  ASSERT_EQ(::pread(image.get(), block.data(), block.size(), 1024), 1024);
  SeededRandom random(4711);
  unsigned understood = 0;
  for (int round = 0; round < 2'000; ++round) {
    auto changed = block;
    for (std::uint64_t changes = random.below(8); changes > 0; --changes) changed[random.below(changed.size())] = std::byte(random.below(256));
    ASSERT_EQ(::pwrite(image.get(), changed.data(), changed.size(), 1024), 1024);
    auto const label = block::read_label(image.get(), "image");
    ASSERT_TRUE(label);
    EXPECT_EQ(block::printable(label->note), label->note);
    if (!label->omid) continue;
    ++understood;
    ASSERT_LE(label->omid->id.size(), 255u);
    ASSERT_LE(label->omid->info.size(), 255u);
    ASSERT_LE(label->omid->type.size(), 63u);
    ASSERT_EQ(block::printable(label->omid->info), label->omid->info);
  }
  EXPECT_GT(understood, 100u) << "a fuzz that is always refused tests nothing";
}

}  // namespace
}  // namespace rsm::test
