// VOL1 and what stands behind it: as Bacula writes it, as others do, and as nobody should.
#include "drivers/label/tape_label.hpp"

#include <gtest/gtest.h>

#include "drivers/label/archive_label.hpp"
#include "tests/drivers/label/media.hpp"

namespace rsm::test {
namespace {

using label::TapeLabel;
using Tape = std::vector<Medium>;  // records; an empty one is a file mark

Medium const file_mark;

std::optional<TapeLabel> label_of(Tape const& tape) {
  std::vector<label::TapeRecord> records(tape.begin(), tape.end());
  return label::parse_tape_label(records);
}

Tape labelled(Letters letters, Medium native, std::string_view name = "VOL001") {
  return {volume_label(name, letters), header_label("HDR1", letters), header_label("HDR2", letters), file_mark, std::move(native), file_mark};
}

Omid const bacula{"BACULA", "VOL001", "VOL001"}, ansi{"ANSI", "VOL001", "VOL001"}, ibm{"IBM", "\xE5\xD6\xD3\xF0\xF0\xF1", "VOL001"};

TEST(TapeLabel, VolumeLabelInAscii) {
  EXPECT_EQ(label_of(labelled(Letters::ascii, bacula_block({}))), (TapeLabel{ansi, bacula}));
}

TEST(TapeLabel, VolumeLabelInEbcdic) {
  Tape const tape = labelled(Letters::ebcdic, bacula_block({}));
  ASSERT_EQ(std::to_integer<int>(tape[0][0]), 0xE5);
  EXPECT_EQ(label_of(tape), (TapeLabel{ibm, bacula}));
}

TEST(TapeLabel, TheNameEndsBeforeNulOrBlankAndAfterSixBytes) {
  auto const name_of = [](std::string_view six, Letters letters) {
    Medium record = volume_label("", letters);
    put(record, 4, six);
    auto const label = label_of({record, file_mark});
    return label ? label->omid : Omid{};
  };
  EXPECT_EQ(name_of("AB    ", Letters::ascii), (Omid{"ANSI", "AB", "AB"}));
  EXPECT_EQ(name_of(std::string_view("AB\0XYZ", 6), Letters::ascii), (Omid{"ANSI", "AB", "AB"}));
  EXPECT_EQ(name_of("A@CDEF", Letters::ascii), (Omid{"ANSI", "A@CDEF", "A@CDEF"})) << "a blank in EBCDIC is a letter in ASCII";
  EXPECT_EQ(name_of("\xC1\xC2\x40\x40\x40\x40", Letters::ebcdic), (Omid{"IBM", "\xC1\xC2", "AB"}));
  EXPECT_EQ(name_of(std::string_view("\xC1\xC2\0\xC3\xC3\xC3", 6), Letters::ebcdic), (Omid{"IBM", "\xC1\xC2", "AB"}));
  EXPECT_EQ(name_of("\xC9\xD1\xD9\xE2\xE9\xF9", Letters::ebcdic), (Omid{"IBM", "\xC9\xD1\xD9\xE2\xE9\xF9", "IJRSZ9"}));
  EXPECT_EQ(name_of("\x5B\x7B\x7C\x60\x81\xA9", Letters::ebcdic), (Omid{"IBM", "\x5B\x7B\x7C\x60\x81\xA9", "$#@-az"}));
}

TEST(TapeLabel, NothingBehindTheNameIsLookedAt) {
  for (auto const letters : {Letters::ascii, Letters::ebcdic}) {
    Tape tape = labelled(letters, bacula_block({}));
    auto const before = label_of(tape);
    ASSERT_TRUE(before);
    for (std::size_t i = 10; i < 80; ++i) tape[0][i] = std::byte(i * 37 % 256);
    for (std::size_t record : {1, 2})
      for (std::size_t i = 4; i < 80; ++i) tape[record][i] = std::byte(i * 91 % 256);  // file names, dates, lengths
    EXPECT_EQ(label_of(tape), before);
  }
}

TEST(TapeLabel, HeaderLabelsMayBeMoreOrFewer) {
  Tape tape = labelled(Letters::ascii, bacula_block({}));
  tape.insert(tape.begin() + 1, header_label("VOL2", Letters::ascii));
  tape.insert(tape.begin() + 4, {header_label("HDR3", Letters::ascii), header_label("UHL1", Letters::ascii)});
  EXPECT_EQ(label_of(tape), (TapeLabel{ansi, bacula}));
  EXPECT_EQ(label_of({volume_label("VOL001", Letters::ascii), file_mark, bacula_block({})}), (TapeLabel{ansi, bacula})) << "none at all";
}

TEST(TapeLabel, WithoutTheOneFileMarkThereIsNoNativeLabel) {
  Medium const volume = volume_label("VOL001", Letters::ascii), header = header_label("HDR1", Letters::ascii), native = bacula_block({});
  TapeLabel const alone{ansi, std::nullopt};
  EXPECT_EQ(label_of({volume}), alone) << "nothing more was read";
  EXPECT_EQ(label_of({volume, header}), alone);
  EXPECT_EQ(label_of({volume, header, file_mark}), alone) << "labelled and never used";
  EXPECT_EQ(label_of({volume, header, file_mark, file_mark, native}), alone) << "two marks end the data: what follows is of an older use";
  EXPECT_EQ(label_of({volume, header, native, file_mark}), alone) << "data before the mark";
  EXPECT_EQ(label_of({volume, header_label("HDR1", Letters::ebcdic), file_mark, native}), alone) << "header label in other letters";
  EXPECT_EQ(label_of({volume, header_label("EOF1", Letters::ascii), file_mark, native}), alone) << "the end of a file is no header";
  Medium shorter = header;
  shorter.pop_back();
  EXPECT_EQ(label_of({volume, shorter, file_mark, native}), alone);
}

TEST(TapeLabel, OnlyARecordOfEightyBytesIsAVolumeLabel) {
  for (auto const letters : {Letters::ascii, Letters::ebcdic}) {
    Medium const whole = volume_label("VOL001", letters);
    for (std::size_t length : {0, 1, 4, 10, 79}) EXPECT_FALSE(label_of({Medium(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))})) << length;
    Medium longer = whole;
    longer.resize(81);
    EXPECT_FALSE(label_of({longer}));
  }
  Medium mixed = volume_label("VOL001", Letters::ascii);
  put(mixed, 0, "VO\xD3\xF1");
  EXPECT_FALSE(label_of({mixed})) << "half in other letters";
  put(mixed, 0, "VOL2");
  EXPECT_FALSE(label_of({mixed}));
  put(mixed, 0, "vol1");
  EXPECT_FALSE(label_of({mixed}));
}

TEST(TapeLabel, AVolumeLabelWithoutANameLeavesTheNativeLabel) {
  EXPECT_EQ(label_of(labelled(Letters::ascii, bacula_block({}), "")), (TapeLabel{bacula, std::nullopt}));
  EXPECT_FALSE(label_of(labelled(Letters::ebcdic, Medium(512), "")));
}

TEST(TapeLabel, TheNativeLabelAloneAndOfEveryProgram) {
  for (auto const& [native, omid] : std::vector<std::pair<Medium, Omid>>{{bacula_block({}), bacula},
                                                                         {amanda_header("LAB01"), {"AMANDA", "LAB01", "LAB01"}},
                                                                         {tar_volume_header("LAB1"), {"TAR", "LAB1", "LAB1"}},
                                                                         {pax_global_header(pax_record("GNU.volume.label", "LAB1")), {"PAX", "LAB1", "LAB1"}},
                                                                         {dump_header("DUMPLAB"), {"DUMP", "DUMPLAB", "DUMPLAB"}}}) {
    EXPECT_EQ(label_of({native, file_mark}), (TapeLabel{omid, std::nullopt})) << omid.type;
    EXPECT_EQ(label_of({native}), (TapeLabel{omid, std::nullopt})) << omid.type;
    EXPECT_EQ(label_of(labelled(Letters::ascii, native)), (TapeLabel{ansi, omid})) << omid.type;
    EXPECT_FALSE(label_of({file_mark, native})) << omid.type;
  }
  EXPECT_EQ(label_of(labelled(Letters::ascii, Medium(512))), (TapeLabel{ansi, std::nullopt})) << "data of somebody unknown";
}

// tar -b 1: every block is a record, the header in one and what it is about in the next.
TEST(TapeLabel, ANativeLabelMayReachOverRecordsButNotOverAMark) {
  Medium const archive = pax_global_header(pax_record("GNU.volume.label", "LAB1"));
  Medium const header(archive.begin(), archive.begin() + 512), body(archive.begin() + 512, archive.begin() + 1024);
  EXPECT_EQ(label_of({header, body, file_mark}), (TapeLabel{{"PAX", "LAB1", "LAB1"}, std::nullopt}));
  EXPECT_FALSE(label_of({header, file_mark, body}));
  Medium const block = bacula_block({});
  EXPECT_EQ(label_of({block, Medium(1 << 20)}), (TapeLabel{bacula, std::nullopt})) << "more than a label needs";
}

TEST(TapeLabel, HostileNamesBecomeTextAndKeepTheirBytes) {
  Medium record = volume_label("", Letters::ascii);
  put(record, 4, "\x1b[2J\xff\n");
  EXPECT_EQ(label_of({record}), (TapeLabel{{"ANSI", "\x1b[2J\xff\n", "?[2J??"}, std::nullopt}));
  Medium const other = volume_label("?[2J??", Letters::ascii);
  EXPECT_FALSE(label_of({record})->omid.same_medium(label_of({other})->omid)) << "the same text is not the same name";
  record = volume_label("", Letters::ebcdic);
  put(record, 4, "\xC1\x01\xFF\x27\x70\xC2");
  EXPECT_EQ(label_of({record}), (TapeLabel{{"IBM", "\xC1\x01\xFF\x27\x70\xC2", "A????B"}, std::nullopt}));
}

TEST(TapeLabel, NothingIsUnderstoodInNothing) {
  EXPECT_FALSE(label_of({}));
  EXPECT_FALSE(label_of({file_mark, file_mark}));
  EXPECT_FALSE(label_of({Medium(80), file_mark}));
  EXPECT_FALSE(label_of({Medium(label::archive_label_bytes), Medium(label::archive_label_bytes)}));
}

}  // namespace
}  // namespace rsm::test
