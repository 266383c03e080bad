// What is printed: bar codes, sheets, the PDF.
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/print/code39.hpp"
#include "cli/print/label_sheet.hpp"
#include "cli/print/pdf.hpp"

namespace rsm::print {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string pattern(char character) {
  auto const elements = code39_elements(character);
  std::string out;
  if (elements)
    for (bool const wide : *elements) out += wide ? 'W' : 'n';
  return out;
}

// ISO/IEC 16388, table 1: bar, space, bar ... of each character.
TEST(Code39, ThePatternsOfAllCharactersOfALabel) {
  std::pair<char, char const*> const table[] = {
      {'0', "nnnWWnWnn"}, {'1', "WnnWnnnnW"}, {'2', "nnWWnnnnW"}, {'3', "WnWWnnnnn"}, {'4', "nnnWWnnnW"}, {'5', "WnnWWnnnn"},
      {'6', "nnWWWnnnn"}, {'7', "nnnWnnWnW"}, {'8', "WnnWnnWnn"}, {'9', "nnWWnnWnn"}, {'A', "WnnnnWnnW"}, {'B', "nnWnnWnnW"},
      {'C', "WnWnnWnnn"}, {'D', "nnnnWWnnW"}, {'E', "WnnnWWnnn"}, {'F', "nnWnWWnnn"}, {'G', "nnnnnWWnW"}, {'H', "WnnnnWWnn"},
      {'I', "nnWnnWWnn"}, {'J', "nnnnWWWnn"}, {'K', "WnnnnnnWW"}, {'L', "nnWnnnnWW"}, {'M', "WnWnnnnWn"}, {'N', "nnnnWnnWW"},
      {'O', "WnnnWnnWn"}, {'P', "nnWnWnnWn"}, {'Q', "nnnnnnWWW"}, {'R', "WnnnnnWWn"}, {'S', "nnWnnnWWn"}, {'T', "nnnnWnWWn"},
      {'U', "WWnnnnnnW"}, {'V', "nWWnnnnnW"}, {'W', "WWWnnnnnn"}, {'X', "nWnnWnnnW"}, {'Y', "WWnnWnnnn"}, {'Z', "nWWnWnnnn"},
      {'*', "nWnnWnWnn"}};
  EXPECT_EQ(std::size(table), 37u);
  for (auto const& [character, wanted] : table) EXPECT_EQ(pattern(character), wanted) << character;
  for (char const other : {'a', '-', '.', ' ', '$', '\0'}) EXPECT_EQ(pattern(other), "") << other;
  EXPECT_FALSE(code39_has("A*1"));
  EXPECT_TRUE(code39_has("A00001L9"));
}

TEST(Code39, TheLengthIsThatOfItsElements) {
  auto const widths = code39_widths("A00001L9");
  EXPECT_EQ(widths.size(), 10u * 9 + 9);
  double sum = 0;
  for (double const width : widths) sum += width;
  EXPECT_DOUBLE_EQ(sum, code39_length(8));
  EXPECT_DOUBLE_EQ(sum, 10 * (6 + 3 * 2.75) + 9);
}

TEST(LabelSheets, NumbersGoOnAndKeepTheirLength) {
  EXPECT_THAT(*label_codes("AB0099", 3, "LT"), ElementsAre("AB0099LT", "AB0100LT", "AB0101LT"));
  EXPECT_THAT(*label_codes("ABCDEF", 1, "CU"), ElementsAre("ABCDEFCU"));
  EXPECT_EQ(label_codes("ABCDEF", 2, "CU").error().code, Errc::invalid_parameter);
  EXPECT_EQ(label_codes("A99999", 2, "L9").error().code, Errc::invalid_parameter);
  for (char const* type : {"L0", "L", "LTO", "M9", "l9", ""}) EXPECT_FALSE(label_codes("A00001", 1, type)) << type;
  for (char const* from : {"A0001", "A000001", "A0000a", "A0000 ", ""}) EXPECT_FALSE(label_codes(from, 1, "L9")) << from;
  EXPECT_FALSE(label_codes("A00001", 1001, "L9"));
}

TEST(LabelSheets, ThePlacesOfTheBuiltInOnesAreOnThePage) {
  for (auto const name : sheet_names()) {
    auto const sheet = parse_sheet(name);
    ASSERT_TRUE(sheet) << name;
    EXPECT_LE(sheet->left + sheet->columns * sheet->width, sheet->page_width) << name;
    EXPECT_LE(sheet->top + sheet->rows * sheet->height, sheet->page_height) << name;
    EXPECT_GE(sheet->height, bars_height_least) << name;
  }
}

TEST(LabelSheets, BarsAreAsWideAsTheLabelAllows) {
  EXPECT_DOUBLE_EQ(narrow_bar(*parse_sheet("a4-70x17")), 0.40);
  EXPECT_DOUBLE_EQ(narrow_bar(*parse_sheet("73x17+2*10+0,0")), narrow_best);
  EXPECT_DOUBLE_EQ(narrow_bar(*parse_sheet("100x17+2*10+0,0")), narrow_best);
}

TEST(LabelSheets, WhatIsNoSheetOrNoCalibrationIsRefused) {
  for (char const* text : {"", "a4", "70x17", "70x17+3*17", "70x17+3*17+0,5x", "70x17+0*17+0,5", "70x17+2.5*17+0,5", "70x17+3*17+-1,5",
                           "nanx17+3*17+0,5", "1e9x17+3*17+0,5", "70x17+3*18+0,5"})
    EXPECT_FALSE(parse_sheet(text)) << text;
  for (char const* text : {"1", "1,", ",1", "1;2", "51,0", "1,2,3", "inf,0"}) EXPECT_FALSE(parse_calibration(text, "")) << text;
  for (char const* text : {"1", "0,1", "1,1.3", "-1,1"}) EXPECT_FALSE(parse_calibration("", text)) << text;
  auto const good = parse_calibration("-1.5,2", "1.01,0.99");
  ASSERT_TRUE(good);
  EXPECT_DOUBLE_EQ(good->offset_x, -1.5);
  EXPECT_DOUBLE_EQ(good->scale_y, 0.99);
}

TEST(Pdf, TheTableOfObjectsSaysWhereTheyAre) {
  Pdf pdf(210, 297, "A (title) with \\");
  pdf.new_page();
  pdf.text(10, 10, 4, "caf\xC3\xA9 (1) \xE4\xB8\xAD\x01");
  pdf.rectangle(0, 0, 25.4, 25.4);
  auto const bytes = pdf.bytes();
  EXPECT_THAT(bytes, HasSubstr("(caf\xE9 \\(1\\) ??) Tj"));
  EXPECT_THAT(bytes, HasSubstr("0.000 769.890 72.000 72.000 re"));
  EXPECT_THAT(bytes, HasSubstr("(A \\(title\\) with \\\\)"));
  auto const table = bytes.find("xref\n");
  ASSERT_NE(table, std::string::npos);
  EXPECT_THAT(bytes, HasSubstr("startxref\n" + std::to_string(table) + "\n"));
  for (std::size_t number = 1; number <= 7; ++number) {
    auto const line = bytes.substr(table + 5 + 4 + 20 * number, 10);
    auto const begin = static_cast<std::size_t>(std::stoul(line));
    EXPECT_EQ(bytes.substr(begin, std::to_string(number).size() + 6), std::to_string(number) + " 0 obj") << number;
  }
}

TEST(Pdf, TheSameIsDrawnTwice) {
  LabelOrder const order{
      .sheet = *parse_sheet("letter"), .calibration = {}, .codes = *label_codes("A00001", 60, "L9"), .skip = 5, .color = true};
  auto const one = print_labels(order), two = print_labels(order);
  EXPECT_EQ(one.bytes, two.bytes);
  EXPECT_EQ(one.pages, 2u);
}

}  // namespace
}  // namespace rsm::print
