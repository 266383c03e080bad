// Labels of archives as their programs write them, and as nobody should.
#include "drivers/label/archive_label.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/block/lab.hpp"
#include "tests/drivers/label/media.hpp"

namespace rsm::test {
namespace {

using label::parse_archive_label;

Omid named(std::string type, std::string name) { return {std::move(type), name, name}; }

// A label that ends at `needed` is understood with so many bytes and with none fewer.
void expect_whole(Medium const& medium, std::size_t needed) {
  EXPECT_TRUE(parse_archive_label(Medium(medium.begin(), medium.begin() + static_cast<std::ptrdiff_t>(needed))));
  for (std::size_t length = 0; length < needed; ++length)
    EXPECT_FALSE(parse_archive_label(Medium(medium.begin(), medium.begin() + static_cast<std::ptrdiff_t>(length)))) << length;
}

std::uint32_t big_endian(Medium const& medium, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(medium[i]);
  return value;
}

std::string text_in(Medium const& medium, std::size_t at, std::size_t length) { return {reinterpret_cast<char const*>(medium.data()) + at, length}; }

// The sums that the tools themselves had written: the bytes of the tests are the bytes of the tools.
TEST(ArchiveLabel, TheMediaOfTheTestsAreThoseOfTheTools) {
  EXPECT_EQ(big_endian(bacula_block({}), 0), 0x447892A1u);
  EXPECT_EQ(big_endian(bacula_block({}), 4), 206u);
  EXPECT_EQ(text_in(tar_volume_header("LAB1"), 148, 6), "002216");
  EXPECT_EQ(text_in(pax_global_header(pax_record("GNU.volume.label", "LAB1")), 148, 6), "011021");
  EXPECT_EQ(big_endian(dump_header("DUMPLAB"), 28), 0x106F4E7Cu);
}

TEST(ArchiveLabel, Bacula) {
  EXPECT_EQ(parse_archive_label(bacula_block({})), named("BACULA", "VOL001"));
  EXPECT_EQ(parse_archive_label(bacula_block({.name = "Full-0042", .kind = -2})), named("BACULA", "Full-0042")) << "a volume that was used";
  EXPECT_EQ(parse_archive_label(bacula_block({.with_checksum = false})), named("BACULA", "VOL001")) << "Block Checksum = no";
  EXPECT_EQ(parse_archive_label(bacula_block({.writer = "Bareos 2.0 immortal\n"})), named("BACULA", "VOL001"));
  EXPECT_EQ(parse_archive_label(bacula_block({.writer = "Bacula 0.9 mortal\n"})), named("BACULA", "VOL001"));
  EXPECT_EQ(parse_archive_label(bacula_block({.name = std::string(127, 'n')})), named("BACULA", std::string(127, 'n')));
  expect_whole(bacula_block({}), 206);
}

TEST(ArchiveLabel, BaculaRefused) {
  EXPECT_FALSE(parse_archive_label(bacula_block({.name = ""})));
  EXPECT_FALSE(parse_archive_label(bacula_block({.name = std::string(128, 'n')}))) << "longer than any of Bacula";
  EXPECT_FALSE(parse_archive_label(bacula_block({.kind = 1}))) << "data of a file";
  EXPECT_FALSE(parse_archive_label(bacula_block({.kind = -4}))) << "beginning of a session";
  EXPECT_FALSE(parse_archive_label(bacula_block({.writer = "Bacula 1.0 immortal"})));
  Medium const good = bacula_block({});
  for (std::size_t at : {0, 12, 15, 40, 100, 205}) {
    Medium damaged = good;
    damaged[at] ^= std::byte{1};
    EXPECT_FALSE(parse_archive_label(damaged)) << "the checksum does not fit: byte " << at;
  }
  struct Length {
    std::size_t at;
    std::uint32_t length;
  };
  for (auto const& [at, length] : {Length{4, 0}, Length{4, 35}, Length{4, 64513}, Length{4, 0xFFFFFFFF},  // of the block
                                   Length{32, 171}, Length{32, 0xFFFFFFFF}, Length{32, 63}, Length{32, 57}, Length{32, 20}, Length{32, 0}}) {  // of the label
    Medium lying = good;
    for (std::size_t i = 0; i < 4; ++i) lying[i] = {}, lying[at + i] = std::byte(length >> 8 * (3 - i));
    EXPECT_FALSE(parse_archive_label(lying)) << "length at " << at << " is " << length;
  }
}

TEST(ArchiveLabel, Amanda) {
  EXPECT_EQ(parse_archive_label(amanda_header("LAB01")), named("AMANDA", "LAB01"));
  EXPECT_EQ(parse_archive_label(amanda_header("LAB 1")), named("AMANDA", "LAB 1")) << "up to the end of the line, blanks too";
  EXPECT_EQ(parse_archive_label(amanda_header("A\"B")), named("AMANDA", "A\"B"));
  EXPECT_EQ(parse_archive_label(amanda_header("A TAPE B")), named("AMANDA", "A TAPE B"));
  EXPECT_EQ(parse_archive_label(bytes_of("AMANDA: TAPESTART DATE 20261128120000 TAPE LAB01\nTAPE OTHER\n")), named("AMANDA", "LAB01")) << "the first line only";
  EXPECT_EQ(parse_archive_label(amanda_header(std::string(255, 'n'))), named("AMANDA", std::string(255, 'n')));
  expect_whole(amanda_header("LAB01"), std::string_view("AMANDA: TAPESTART DATE X TAPE LAB01\n").size());
}

TEST(ArchiveLabel, AmandaRefused) {
  EXPECT_FALSE(parse_archive_label(amanda_header("")));
  EXPECT_FALSE(parse_archive_label(amanda_header(std::string(256, 'n'))));
  for (char const* text : {"AMANDA: TAPEEND DATE X\nTAPE LAB01\n", "AMANDA: FILE X host /disk lev 0 comp N program TAPE LAB01\n",
                           "AMANDA: TAPESTART DATE X\nTAPE LAB01\n", "AMANDA: TAPESTART DATE TAPE LAB01\n", "AMANDA: TAPESTART DATE  TAPE LAB01\n",
                           "AMANDA: TAPESTART DATE X TAPE LAB01", "AMANDA: TAPESTART DATE X TAPELAB01\n", " AMANDA: TAPESTART DATE X TAPE LAB01\n"})
    EXPECT_FALSE(parse_archive_label(bytes_of(text))) << text;
}

TEST(ArchiveLabel, Tar) {
  Medium const archive = tar_volume_header("LAB1");
  EXPECT_EQ(text_in(archive, 257, 8), std::string(8, '\0')) << "GNU tar writes no magic word there";
  EXPECT_EQ(parse_archive_label(archive), named("TAR", "LAB1"));
  EXPECT_EQ(parse_archive_label(tar_volume_header(std::string(100, 'n'))), named("TAR", std::string(100, 'n')));
  expect_whole(archive, 512);
}

TEST(ArchiveLabel, TarVolumesOfOneArchiveBelongToItsLabel) {
  for (char const* label : {"LAB", "LAB Volume 1", "LAB Volume 2", "LAB Volume 1000000000000000000000"})
    EXPECT_EQ(parse_archive_label(tar_volume_header(label)), named("TAR", "LAB")) << label;
  for (char const* label : {"LAB Volume ", "LAB Volume", "LAB Volume 2a", "LAB Volume x2", "LABVolume 2", "LAB volume 2", "2026", "Volume 2", "LAB Volume -2"})
    EXPECT_EQ(parse_archive_label(tar_volume_header(label)), named("TAR", label)) << label;
  EXPECT_EQ(parse_archive_label(tar_volume_header("LAB Volume 2 Volume 3")), named("TAR", "LAB Volume 2")) << "one number only";
  EXPECT_FALSE(parse_archive_label(tar_volume_header(" Volume 2"))) << "volume 2 of nothing";
  EXPECT_EQ(parse_archive_label(pax_global_header(pax_record("GNU.volume.label", "LAB Volume 2"))), named("PAX", "LAB"));
}

TEST(ArchiveLabel, TarRefused) {
  EXPECT_FALSE(parse_archive_label(tar_volume_header("")));
  for (char type : {'0', '5', 'M', 'v', '\0'}) {
    Medium other = tar_volume_header("LAB1");
    put(other, 156, std::string_view(&type, 1));
    set_tar_checksum(other);
    EXPECT_FALSE(parse_archive_label(other)) << "type " << type;
  }
  Medium const good = tar_volume_header("LAB1");
  for (std::size_t at : {0, 5, 99, 140, 257, 511}) {
    Medium damaged = good;
    damaged[at] ^= std::byte{1};
    EXPECT_FALSE(parse_archive_label(damaged)) << "the checksum does not fit: byte " << at;
  }
  for (std::string const& sum : {std::string(8, '\0'), std::string(8, ' '), std::string("002218\0 ", 8), std::string("-02216\0 ", 8), std::string("77777777"),
                                 std::string("x02216\0 ", 8), std::string("\x80\0\0\0\0\0\x04\x8E", 8)}) {
    Medium other = good;
    put(other, 148, sum);
    EXPECT_FALSE(parse_archive_label(other)) << sum;
  }
  Medium blanks = good;
  put(blanks, 148, std::string_view("  2216 \0", 8));
  EXPECT_EQ(parse_archive_label(blanks), named("TAR", "LAB1")) << "blanks before, and a blank instead of a NUL behind it, as old programs wrote";
}

TEST(ArchiveLabel, Pax) {
  std::string const label = pax_record("GNU.volume.label", "LAB1");
  EXPECT_EQ(label, "25 GNU.volume.label=LAB1\n");
  EXPECT_EQ(parse_archive_label(pax_global_header(label)), named("PAX", "LAB1"));
  std::string const others = pax_record("GNU.volume.filename", "big") + pax_record("GNU.volume.size", "12800");
  EXPECT_EQ(parse_archive_label(pax_global_header(pax_record("comment", "of git") + label + others)), named("PAX", "LAB1"));
  EXPECT_EQ(parse_archive_label(pax_global_header(pax_record("GNU.volume.label", "OLD") + label)), named("PAX", "LAB1")) << "the last one counts";
  EXPECT_EQ(parse_archive_label(pax_global_header(pax_record("GNU.volume.label", "A=B"))), named("PAX", "A=B"));
  EXPECT_EQ(parse_archive_label(pax_global_header(pax_record("GNU.volume.label", std::string(255, 'n')))), named("PAX", std::string(255, 'n')));
  expect_whole(pax_global_header(label), 512 + label.size());
}

TEST(ArchiveLabel, PaxRefused) {
  std::string const label = pax_record("GNU.volume.label", "LAB1");
  std::string const unfinished = label.substr(0, label.size() - 1), without_length = label.substr(2), too_long = std::string(256, 'n');
  std::vector<std::string> bad = {"", pax_record("comment", "GNU.volume.label=LAB1"), pax_record("GNU.volume.label", ""), pax_record("GNU.volume.labels", "LAB1"),
                                  pax_record("GNU.volume.label", too_long), unfinished, label + "25 GNU.volume", label + "\n",
                                  "2 \n", "3 \n", "5 ab\n", "25", std::string(600, '7')};
  for (char const* length : {"24", "26", "0", "-25", "", " 25", "+25", "18446744073709551641", "99999999999999999999999"})
    bad.push_back(length + without_length);
  for (auto const& records : bad)
    EXPECT_FALSE(parse_archive_label(pax_global_header(records))) << records;
  struct Change {
    std::size_t at;
    std::string_view bytes;
    char const* what;
  };
  for (auto const& [at, bytes, what] : {Change{257, "USTAR", "no magic word"}, Change{156, "x", "of one file only"},
                                        Change{124, "77777777777", "longer than what there is"}, Change{124, "\x80", "no octal number"},
                                        Change{124, "           ", "no number"}}) {
    Medium other = pax_global_header(label);
    put(other, at, bytes);
    set_tar_checksum(other);
    EXPECT_FALSE(parse_archive_label(other)) << what;
  }
  Medium damaged = pax_global_header(label);
  damaged[3] ^= std::byte{1};
  EXPECT_FALSE(parse_archive_label(damaged)) << "the checksum does not fit";
}

TEST(ArchiveLabel, Dump) {
  for (auto const order : {Order::little, Order::big}) {
    EXPECT_EQ(parse_archive_label(dump_header("DUMPLAB", order)), named("DUMP", "DUMPLAB"));
    EXPECT_EQ(parse_archive_label(dump_header("0123456789abcde", order)), named("DUMP", "0123456789abcde")) << "the longest that dump writes";
    EXPECT_EQ(parse_archive_label(dump_header("0123456789abcdef", order)), named("DUMP", "0123456789abcdef")) << "the whole field";
    expect_whole(dump_header("DUMPLAB", order), 1024);
  }
  Medium ufs2 = dump_header("DUMPLAB");
  put(ufs2, 24, "\x19\x01\x54\x19");
  set_dump_checksum(ufs2, Order::little);
  EXPECT_EQ(parse_archive_label(ufs2), named("DUMP", "DUMPLAB"));
}

TEST(ArchiveLabel, DumpRefused) {
  EXPECT_FALSE(parse_archive_label(dump_header("none"))) << "what dump writes without -L";
  EXPECT_FALSE(parse_archive_label(dump_header("")));
  EXPECT_EQ(parse_archive_label(dump_header("none1")), named("DUMP", "none1"));
  for (std::size_t at : {0, 24}) {
    Medium other = dump_header("DUMPLAB");
    other[at] ^= std::byte{2};
    set_dump_checksum(other, Order::little);
    EXPECT_FALSE(parse_archive_label(other)) << "kind or magic number: byte " << at;
  }
  for (std::size_t at : {4, 28, 676, 700, 1023}) {
    Medium damaged = dump_header("DUMPLAB");
    damaged[at] ^= std::byte{1};
    EXPECT_FALSE(parse_archive_label(damaged)) << "the checksum does not fit: byte " << at;
  }
}

TEST(ArchiveLabel, HostileNamesBecomeTextAndKeepTheirBytes) {
  std::string const hostile = "a\x1b[2J\xff\xc3\xa9\n\xed\xa0\x80.", text = "a?[2J?\xc3\xa9????.";
  EXPECT_EQ(parse_archive_label(bacula_block({.name = hostile})), (Omid{"BACULA", hostile, text}));
  EXPECT_EQ(parse_archive_label(tar_volume_header(hostile)), (Omid{"TAR", hostile, text}));
  EXPECT_EQ(parse_archive_label(pax_global_header(pax_record("GNU.volume.label", hostile))), (Omid{"PAX", hostile, text}));
  EXPECT_EQ(parse_archive_label(dump_header(hostile)), (Omid{"DUMP", hostile, text}));
  EXPECT_EQ(parse_archive_label(amanda_header("a\x1b[2J\xff\xc3\xa9\r")), (Omid{"AMANDA", "a\x1b[2J\xff\xc3\xa9\r", "a?[2J?\xc3\xa9?"}));
  auto const one = parse_archive_label(tar_volume_header("T\x90PE")), other = parse_archive_label(tar_volume_header("T\x91PE"));
  EXPECT_EQ(one->info, other->info);
  EXPECT_FALSE(one->same_medium(*other)) << "the same text is not the same name";
}

TEST(ArchiveLabel, NothingIsUnderstoodInNothing) {
  EXPECT_FALSE(parse_archive_label({}));
  for (std::size_t length : {1, 24, 512, 1024, 65536, 100000}) {
    EXPECT_FALSE(parse_archive_label(Medium(length)));
    EXPECT_FALSE(parse_archive_label(Medium(length, std::byte{0xFF})));
  }
}

// With GNU tar as it is on this machine.
class RealTar : public testing::Test {
 protected:
  void SetUp() override { write_file(lab_.path("file"), std::string(30'000, 'x')); }
  std::optional<Omid> label_made(std::vector<std::string> arguments) {
    std::vector<std::string> command{"tar", "--create", "--file=" + lab_.path("1"), "--directory=" + lab_.root()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.push_back("file");
    EXPECT_EQ(run(command), 0);
    return label_in("1");
  }
  std::optional<Omid> label_in(std::string const& name) { return parse_archive_label(bytes_of(read_file(lab_.path(name)))); }

  Lab lab_;
};

TEST_F(RealTar, BothFormats) {
  for (auto const& [format, type] : {std::pair("gnu", "TAR"), std::pair("oldgnu", "TAR"), std::pair("pax", "PAX")}) {
    std::string const of_format = std::string("--format=") + format;
    EXPECT_EQ(label_made({of_format, "--label=LAB 1"}), named(type, "LAB 1")) << format;
    EXPECT_EQ(label_made({of_format, "--label=T\xc3\x89PE"}), named(type, "T\xc3\x89PE")) << format;
    EXPECT_EQ(label_made({of_format, "--label=" + std::string(99, 'n')}), named(type, std::string(99, 'n'))) << format;
    EXPECT_EQ(label_made({of_format, "--label=LAB", "--blocking-factor=1"}), named(type, "LAB")) << format;
    EXPECT_FALSE(label_made({of_format})) << "no label was wanted";
  }
}

TEST_F(RealTar, EveryVolumeOfAnArchiveHasItsLabel) {
  // At the end of a volume tar runs this program, which names the next one.
  write_file(lab_.path("next-volume"), "#!/bin/sh\necho \"" + lab_.path("") + "$TAR_VOLUME\" >&$TAR_FD\n");
  std::filesystem::permissions(lab_.path("next-volume"), std::filesystem::perms::owner_all);
  for (auto const& [format, type] : {std::pair("gnu", "TAR"), std::pair("pax", "PAX")}) {
    std::string const of_format = std::string("--format=") + format, script = "--new-volume-script=" + lab_.path("next-volume");
    EXPECT_EQ(label_made({of_format, "--label=LAB", "--multi-volume", "--tape-length=20", script}), named(type, "LAB"));
    EXPECT_EQ(label_in("2"), named(type, "LAB"));
    EXPECT_TRUE(file_has(lab_.path("2"), "LAB Volume 2"));
    std::filesystem::remove(lab_.path("2"));
  }
}

}  // namespace
}  // namespace rsm::test
