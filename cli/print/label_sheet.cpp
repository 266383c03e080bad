#include "cli/print/label_sheet.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "cli/print/code39.hpp"
#include "cli/print/pdf.hpp"

namespace rsm::print {
namespace {

constexpr double a4_width = 210, a4_height = 297, letter_width = 215.9, letter_height = 279.4;
constexpr double margin = 0.4, quiet_narrows = 10, line = 0.15;
constexpr double label_height_least = bars_height_least + 2 * margin + 3;
constexpr std::int64_t labels_most = 1000;
constexpr double square = 100, square_left = 55, square_top = 60;
constexpr Color pale{0.75, 0.75, 0.75};

struct NamedSheet {
  std::string_view name;
  Sheet sheet;
};
constexpr auto sheets = std::to_array<NamedSheet>({
    {"a4-70x17", {a4_width, a4_height, 70, 16.9, 3, 17, 0, 4.85}},
    {"letter", {letter_width, letter_height, 70, 16.9, 3, 16, 2.95, 4.5}},
});

// As most libraries have their digits; letters are white.
constexpr auto digit_colors = std::to_array<Color>({{0.90, 0.15, 0.15},
                                                    {0.98, 0.90, 0.20},
                                                    {0.60, 0.85, 0.45},
                                                    {0.55, 0.75, 0.95},
                                                    {0.75, 0.75, 0.75},
                                                    {0.98, 0.60, 0.15},
                                                    {0.95, 0.60, 0.75},
                                                    {0.25, 0.65, 0.35},
                                                    {0.98, 0.78, 0.55},
                                                    {0.65, 0.50, 0.80}});

std::unexpected<Error> wrong(std::string_view what, std::string detail) {
  return fail(Errc::invalid_parameter, std::string(what), std::move(detail));
}

// Numbers with separators between them, nothing else: "70x17+3*17+0,5" with "x+*+,".
std::optional<std::vector<double>> numbers(std::string_view text, std::string_view separators) {
  std::vector<double> found;
  char const* at = text.data();
  char const* const end = text.data() + text.size();
  for (std::size_t i = 0; i <= separators.size(); ++i) {
    double value = 0;
    auto const [after, problem] = std::from_chars(at, end, value, std::chars_format::fixed);
    if (problem != std::errc{} || !std::isfinite(value)) return std::nullopt;
    found.push_back(value);
    if (i == separators.size()) return after == end ? std::optional(found) : std::nullopt;
    if (after == end || *after != separators[i]) return std::nullopt;
    at = after + 1;
  }
  return std::nullopt;
}

bool fits(Sheet const& sheet) {
  return sheet.left + sheet.columns * sheet.width <= sheet.page_width + 0.01 &&
         sheet.top + sheet.rows * sheet.height <= sheet.page_height + 0.01;
}

bool is_media_id(std::string_view type) {
  if (type == "M8" || type == "CU") return true;
  return type.size() == 2 && type[0] == 'L' && ((type[1] >= '1' && type[1] <= '9') || (type[1] >= 'T' && type[1] <= 'Z'));
}

// The next number of the same length; false: there is none.
bool count_up(std::string& code) {
  for (std::size_t i = code.size(); i > 0; --i) {
    char& c = code[i - 1];
    if (c < '0' || c > '9') return false;
    if (c != '9') {
      ++c;
      return true;
    }
    c = '0';
  }
  return false;
}

void draw_cell(Pdf& pdf, double left, double top, double width, double height, std::string_view text, double size, bool color) {
  if (color && text.size() == 1 && text[0] >= '0' && text[0] <= '9')
    pdf.rectangle(left, top, width, height, digit_colors[static_cast<std::size_t>(text[0] - '0')]);
  pdf.frame(left, top, width, height, line);
  pdf.centered(left + width / 2, top + height / 2 + size * 0.36, size, text);
}

void draw_label(Pdf& pdf, LabelOrder const& order, double left, double top, std::string const& code) {
  Sheet const& sheet = order.sheet;
  double const narrow = narrow_bar(sheet), length = narrow * code39_length(code.size());
  double const cells_height = sheet.height - bars_height_least - 2 * margin, size = std::min(cells_height * 0.9, 5.0);
  double const cell = length / (label_number_chars + 1), begin = left + (sheet.width - length) / 2;
  for (std::size_t i = 0; i < label_number_chars; ++i)
    draw_cell(pdf, begin + cell * static_cast<double>(i), top + margin, cell, cells_height, std::string_view(code).substr(i, 1), size,
              order.color);
  draw_cell(pdf, begin + cell * label_number_chars, top + margin, cell, cells_height, std::string_view(code).substr(label_number_chars),
            size * 0.7, false);
  double x = begin;
  bool bar = true;
  for (double const width : code39_widths(code)) {
    if (bar) pdf.rectangle(x, top + margin + cells_height, width * narrow, bars_height_least);
    x += width * narrow;
    bar = !bar;
  }
}

Pdf document(Sheet const& sheet, Calibration const& calibration, std::string title) {
  Pdf pdf(sheet.page_width, sheet.page_height, std::move(title));
  pdf.calibrate(calibration.offset_x, calibration.offset_y, calibration.scale_x, calibration.scale_y);
  return pdf;
}

}  // namespace

std::vector<std::string_view> sheet_names() {
  std::vector<std::string_view> names;
  for (auto const& each : sheets) names.push_back(each.name);
  return names;
}

Result<Sheet> parse_sheet(std::string_view text) {
  for (auto const& each : sheets)
    if (each.name == text) return each.sheet;
  auto const found = numbers(text, "x+*+,");
  if (!found) return wrong("--sheet", "a4-70x17, letter, or WxH+COLS*ROWS+LEFT,TOP in millimetres: 70x16.9+3*17+0,4.85");
  auto const& n = *found;
  for (double const count : {n[2], n[3]})
    if (count < 1 || count > 100 || count != std::floor(count)) return wrong("--sheet", "columns and rows are whole numbers from 1 to 100");
  Sheet sheet{a4_width, a4_height, n[0], n[1], static_cast<int>(n[2]), static_cast<int>(n[3]), n[4], n[5]};
  if (sheet.left < 0 || sheet.top < 0) return wrong("--sheet", "the first label begins on the sheet: LEFT and TOP from 0 on");
  if (sheet.height < label_height_least)
    return wrong("--sheet", "a label is at least 14.9 mm high: bars of 11.1 mm and the characters above them");
  if (narrow_bar(sheet) < narrow_least) return wrong("--sheet", "a label is at least 43 mm wide: narrower bars are not read");
  if (!fits(sheet)) sheet.page_width = letter_width, sheet.page_height = letter_height;
  if (!fits(sheet))
    return wrong("--sheet", "so many labels of this size are neither on A4 (210 x 297 mm) nor on Letter (215.9 x 279.4 mm)");
  return sheet;
}

Result<Calibration> parse_calibration(std::string_view offset, std::string_view scale) {
  Calibration calibration;
  if (!offset.empty()) {
    auto const found = numbers(offset, ",");
    if (!found || std::abs(found->at(0)) > 50 || std::abs(found->at(1)) > 50)
      return wrong("--offset", "X,Y in millimetres, to the right and down, -50 to 50: 1.5,-0.8");
    calibration.offset_x = found->at(0), calibration.offset_y = found->at(1);
  }
  if (!scale.empty()) {
    auto const found = numbers(scale, ",");
    auto const sensible = [](double factor) { return factor >= 0.8 && factor <= 1.25; };
    if (!found || !sensible(found->at(0)) || !sensible(found->at(1)))
      return wrong("--scale", "X,Y as factors from 0.8 to 1.25: 100 divided by what the square of --test-page measures: 1.004,0.998");
    calibration.scale_x = found->at(0), calibration.scale_y = found->at(1);
  }
  return calibration;
}

Result<std::vector<std::string>> label_codes(std::string_view from, std::int64_t count, std::string_view type) {
  if (!is_media_id(type)) return wrong("--type", "L1 to L9, LT to LZ, M8 or CU: the last two characters of the bar code");
  if (from.size() != label_number_chars)
    return wrong("--from", "6 characters: libraries read 6 + 2, and what is longer may be read wrongly");
  if (!code39_has(from)) return wrong("--from", "A to Z and 0 to 9 only: " + std::string(from));
  if (count < 1 || count > labels_most) return wrong("--count", "1 to 1000 labels at once");
  std::vector<std::string> codes;
  std::string code(from);
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0 && !count_up(code))
      return wrong("--count", "there is no number behind " + codes.back().substr(0, label_number_chars) + ": " + std::to_string(i) +
                                  " labels from " + std::string(from) + " at most");
    codes.push_back(code + std::string(type));
  }
  return codes;
}

double narrow_bar(Sheet const& sheet) {
  double const most = sheet.width / (code39_length(label_number_chars + 2) + 2 * quiet_narrows);
  return most >= narrow_best ? narrow_best : std::floor(most * 100) / 100;
}

Printed print_labels(LabelOrder const& order) {
  Pdf pdf = document(order.sheet, order.calibration,
                     order.codes.empty() ? "Labels" : "Labels " + order.codes.front() + " to " + order.codes.back());
  int place = order.skip;
  pdf.new_page();
  for (auto const& code : order.codes) {
    if (place == order.sheet.labels()) {
      pdf.new_page();
      place = 0;
    }
    draw_label(pdf, order, order.sheet.left + place % order.sheet.columns * order.sheet.width,
               order.sheet.top + place / order.sheet.columns * order.sheet.height, code);
    ++place;
  }
  return {pdf.bytes(), pdf.pages()};
}

Printed print_test_page(Sheet const& sheet, Calibration const& calibration) {
  Pdf pdf = document(sheet, calibration, "Test page");
  pdf.new_page();
  for (int i = 0; i < sheet.labels(); ++i)
    pdf.frame(sheet.left + i % sheet.columns * sheet.width, sheet.top + i / sheet.columns * sheet.height, sheet.width, sheet.height, 0.1,
              pale);
  pdf.rectangle(square_left - 5, square_top - 15, square + 10, square + 20, Color{1, 1, 1});
  pdf.frame(square_left, square_top, square, square, 0.2);
  double y = square_top + 12;
  for (char const* words : {"This square is 100 mm wide and 100 mm high. Measure it from the outer edge of a line to that of the other.",
                            "It measures 99.6 mm across and 100.3 mm down: --scale 1.004,0.997 (100 divided by what you have measured).",
                            "The left edge of the square is 55 mm from the edge of the paper, its upper one 60 mm.",
                            "It is 56.5 mm and 59.2 mm: --offset -1.5,0.8 (what it should be, less what you have measured).",
                            "Print without scaling ('actual size'). The pale frames are the labels of the sheet."}) {
    pdf.text(square_left + 3, y, 1.9, words);
    y += 5;
  }
  return {pdf.bytes(), pdf.pages()};
}

}  // namespace rsm::print
