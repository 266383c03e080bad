// What tape drives answer: positions, lengths of blocks, modes, and what a READ has found.
#include "drivers/scsi/stream.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using Form = scsi::ReadPosition::Form;
using Found = scsi::TapeRead::Found;

Buffer with(Buffer answer, std::size_t at, unsigned value) {
  answer[at] = static_cast<std::byte>(value);
  return answer;
}

TEST(Position, ShortForm) {
  auto const position = scsi::decode_read_position(short_position_answer(), Form::brief);
  EXPECT_EQ(position.value(),
            (scsi::TapePosition{.partition = 1, .block = 0x01020304, .last_block = 0x01020301, .buffered_blocks = 3, .buffered_bytes = 0x30000}));
}

TEST(Position, LongForm) {
  auto const position = scsi::decode_read_position(long_position_answer(), Form::full);
  EXPECT_EQ(position.value(), (scsi::TapePosition{.partition = 1, .block = 0x0102030405, .file = 7}));
}

TEST(Position, ExtendedForm) {
  auto const position = scsi::decode_read_position(extended_position_answer(), Form::extended);
  EXPECT_EQ(position.value(),
            (scsi::TapePosition{.partition = 1, .block = 0x0102030405, .last_block = 0x0102030402, .buffered_blocks = 3, .buffered_bytes = 0x30000}));
}

TEST(Position, Flags) {
  std::pair<Buffer, Form> const answers[] = {{short_position_answer(), Form::brief}, {long_position_answer(), Form::full}, {extended_position_answer(), Form::extended}};
  for (auto const& [answer, form] : answers) {
    SCOPED_TRACE(static_cast<int>(form));
    bool const counts_buffer = form != Form::full;
    EXPECT_TRUE(scsi::decode_read_position(with(answer, 0, 0x80), form)->beginning);
    EXPECT_TRUE(scsi::decode_read_position(with(answer, 0, 0x40), form)->end);
    EXPECT_EQ(scsi::decode_read_position(with(answer, 0, 0x02), form)->overflow, counts_buffer);
    auto const lost = scsi::decode_read_position(with(answer, 0, 0x04), form);
    EXPECT_FALSE(lost->block || lost->last_block) << "the drive does not know where it is";
    EXPECT_EQ(scsi::decode_read_position(with(answer, 0, 0x20), form)->buffered_blocks, std::nullopt);
    EXPECT_EQ(scsi::decode_read_position(with(answer, 0, 0x10), form)->buffered_bytes, std::nullopt);
    EXPECT_EQ(scsi::decode_read_position(with(answer, 0, 0x20), form)->buffered_bytes.has_value(), counts_buffer);
    EXPECT_TRUE(scsi::decode_read_position(with(answer, 0, 0xC0), form)->block) << "flags of the place leave the number";
  }
  EXPECT_FALSE(scsi::decode_read_position(with(long_position_answer(), 0, 0x08), Form::full)->file) << "marks are not counted";
}

TEST(Position, TooShortIsAnError) {
  auto const position = scsi::decode_read_position(Buffer(19), Form::brief);
  EXPECT_EQ(position.error(), (Error{Errc::bad_length, "READ POSITION", "the device sent fewer than its 20 bytes"}));
}

TEST(BlockLimits, LengthsOfBlocks) {
  EXPECT_EQ(scsi::decode_block_limits(block_limits_answer()).value(), (scsi::BlockLimits{0, 0x800000, 1}));
  EXPECT_EQ(scsi::decode_block_limits(bytes("E9 100000 0004")).value(), (scsi::BlockLimits{9, 0x100000, 4})) << "as tgt says it; the upper bits are reserved";
  EXPECT_TRUE(scsi::decode_block_limits(bytes("00 000200 0200"))->fixed());
  EXPECT_FALSE(scsi::decode_block_limits(bytes("00 000000 0000"))->fixed()) << "no limit is told";
  EXPECT_FALSE(scsi::decode_block_limits(block_limits_answer())->fixed());
}

TEST(TapeMode, ProtectionDensityAndBlockLength) {
  auto const six = scsi::decode_mode_sense_6(tape_mode_6_answer());
  ASSERT_TRUE(six);
  EXPECT_TRUE(six->write_protected);
  EXPECT_EQ(scsi::tape_format(*six), (scsi::TapeFormat{0x5E, 0}));
  auto const ten = scsi::decode_mode_sense_10(tape_mode_10_answer());
  ASSERT_TRUE(ten);
  EXPECT_FALSE(ten->write_protected);
  EXPECT_EQ(scsi::tape_format(*ten), (scsi::TapeFormat{0x5E, 512}));
  EXPECT_EQ(scsi::tape_format({}), std::nullopt);
}

constexpr std::size_t asked = 65'536;
scsi::Sense read_sense(std::uint8_t key, bool filemark, bool eom, bool ili, std::optional<std::int64_t> information) {
  return {.format = scsi::SenseFormat::fixed, .key = key, .filemark = filemark, .eom = eom, .ili = ili, .information = information};
}
scsi::TapeRead read_of(scsi::Sense const& sense, std::size_t came) { return scsi::decode_read(sense, asked, came); }

TEST(TapeRead, OfTheLengthThatWasAskedFor) { EXPECT_EQ(read_of({}, asked), (scsi::TapeRead{Found::record, asked, true})); }

TEST(TapeRead, OfAnotherLength) {
  auto const ili = [](std::optional<std::int64_t> information) { return read_sense(0, false, false, true, information); };
  EXPECT_EQ(read_of(ili(asked - 80), 80), (scsi::TapeRead{Found::record, 80, true}));
  EXPECT_EQ(read_of(ili(asked - 1'000), asked - 1'000), (scsi::TapeRead{Found::record, 1'000, true})) << "tgt: more came than there is";
  EXPECT_EQ(read_of(ili(asked - 60'000), asked - 60'000), (scsi::TapeRead{Found::record, 60'000, false})) << "tgt: fewer came than there are";
  EXPECT_EQ(read_of(ili(-34'464), asked), (scsi::TapeRead{Found::record, 100'000, false})) << "longer";
  EXPECT_EQ(read_of(ili(-34'464), 0), (scsi::TapeRead{Found::record, 100'000, false})) << "longer, and tgt gives nothing";
  EXPECT_EQ(read_of(ili(std::nullopt), 80), (scsi::TapeRead{Found::record, std::nullopt, false})) << "it does not say by how much";
  EXPECT_EQ(read_of(ili(std::numeric_limits<std::int64_t>::min()), 80).length, asked + 0xFFFFFF);
  EXPECT_EQ(read_of(ili(std::numeric_limits<std::int64_t>::max()), 80).length, 0u);
}

TEST(TapeRead, MarksAndEnds) {
  EXPECT_EQ(read_of(read_sense(0, true, false, false, asked), 0), (scsi::TapeRead{.found = Found::file_mark}));
  EXPECT_EQ(read_of(read_sense(0, true, true, false, asked), 0), (scsi::TapeRead{.found = Found::file_mark})) << "behind early warning";
  EXPECT_EQ(read_of(read_sense(8, false, false, false, asked), 0), (scsi::TapeRead{.found = Found::end_of_data}));
  EXPECT_EQ(read_of(read_sense(8, false, true, false, asked), 0), (scsi::TapeRead{.found = Found::end_of_data})) << "as tgt says it";
  EXPECT_EQ(read_of(read_sense(0, false, true, false, std::nullopt), asked), (scsi::TapeRead{Found::record, asked, true})) << "a record behind early warning";
}

TEST(TapeRead, BlocksOfOneLength) {
  EXPECT_EQ(scsi::decode_fixed_read({}, 512, 512), (scsi::TapeRead{Found::record, 512, true}));
  EXPECT_EQ(scsi::decode_fixed_read({}, 512, 511), (scsi::TapeRead{Found::record, 512, false}));
  EXPECT_EQ(scsi::decode_fixed_read(read_sense(0, false, false, true, 1), 512, 80), (scsi::TapeRead{Found::record, std::nullopt, false}));
  EXPECT_EQ(scsi::decode_fixed_read(read_sense(0, true, false, false, 1), 512, 0), (scsi::TapeRead{.found = Found::file_mark}));
  EXPECT_EQ(scsi::decode_fixed_read(read_sense(8, false, false, false, 1), 512, 0), (scsi::TapeRead{.found = Found::end_of_data}));
}

TEST(DensitySupport, TheCommand) {
  EXPECT_EQ(scsi::ReportDensitySupport{.allocation = 0x0102}.cdb(), (scsi::Cdb10{0x44, 0, 0, 0, 0, 0, 0, 1, 2, 0}));
  EXPECT_EQ(scsi::ReportDensitySupport{.medium = true}.cdb()[1], 0x01);
}

TEST(DensitySupport, WhatTheDriveReadsAndWrites) {
  auto const report = scsi::decode_densities(density_answer()).value();
  ASSERT_EQ(report.densities.size(), 3u);
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.densities[0], (scsi::Density{.code = 0x46, .second_code = 0x46, .capacity_mb = 800'000, .organization = "LTO-CVE", .name = "U-416", .description = "Ultrium 4/16T"}));
  EXPECT_TRUE(report.named(0x58)->writable && !report.named(0x58)->usual);
  EXPECT_TRUE(report.named(0x5A)->writable && report.named(0x5A)->usual);
  EXPECT_EQ(report.named(0x44), nullptr);
}

TEST(DensitySupport, WhatDidNotComeIsNotMadeUp) {
  auto const whole = density_answer();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    auto const report = scsi::decode_densities(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    if (length < 4) {
      EXPECT_EQ(report.error().code, Errc::bad_length);
      continue;
    }
    EXPECT_FALSE(report->complete) << length;
    EXPECT_EQ(report->densities.size(), (length - 4) / 52);
  }
  EXPECT_EQ(scsi::decode_densities(with(with(whole, 0, 0), 1, 2))->densities.size(), 0u) << "none is announced";
  EXPECT_TRUE(scsi::decode_densities(bytes("0000 0000"))->complete);
}

// A descriptor may say that it is longer than the usual one.
TEST(DensitySupport, LongerDescriptors) {
  auto answer = density_answer();
  answer.insert(answer.begin() + 4 + 52, 4, std::byte{0xEE});
  answer[1] = std::byte{0xA2};
  answer[4 + 2] = std::byte{0x01}, answer[4 + 4] = std::byte{51};
  auto const report = scsi::decode_densities(answer).value();
  ASSERT_EQ(report.densities.size(), 3u);
  EXPECT_EQ(report.densities[1].code, 0x58);
  EXPECT_TRUE(report.complete);
}

}  // namespace
}  // namespace rsm::test
