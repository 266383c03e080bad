// Sheets of bar code labels for data cartridges.
//
// What for: `rsm media labels`. Units: millimetres. A label has its characters in cells above, the bars below; the narrow bar is 0.423 mm
// where the label is wide enough, else as wide as ten of them to each side leave room for. Errors: invalid_parameter with what is allowed.
// Thread rule: pure functions. Source: IBM, LTO Ultrium cartridge label specification (a summary: narrow bar 0.423 mm, ratio 2.75, bars
// of 11.1 mm at least, quiet zones of ten).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::print {

struct Sheet {
  double page_width = 210, page_height = 297;
  double width = 70, height = 16.9;  // of a label
  int columns = 3, rows = 17;
  double left = 0, top = 4.85;
  int labels() const { return columns * rows; }
};

struct Calibration {
  double offset_x = 0, offset_y = 0, scale_x = 1, scale_y = 1;
};

inline constexpr double bars_height_least = 11.1;
inline constexpr double narrow_best = 0.423, narrow_least = 0.25;
inline constexpr int label_number_chars = 6;

// Their names: "a4-70x17", "letter"; else "WxH+COLS*ROWS+LEFT,TOP" on A4, or on Letter where it does not fit there.
std::vector<std::string_view> sheet_names();
Result<Sheet> parse_sheet(std::string_view text);
// "X,Y" in millimetres, or factors near 1.
Result<Calibration> parse_calibration(std::string_view offset, std::string_view scale);
// The codes: `from` and the numbers behind it, with the media identifier `type` at the end of each. 6 characters + 2.
Result<std::vector<std::string>> label_codes(std::string_view from, std::int64_t count, std::string_view type);
// The width of a narrow bar on labels of this sheet.
double narrow_bar(Sheet const& sheet);

struct LabelOrder {
  Sheet sheet;
  Calibration calibration;
  std::vector<std::string> codes;
  int skip = 0;  // places of the first page that are used already
  bool color = false;
};
struct Printed {
  std::string bytes;
  std::size_t pages = 0;
};
Printed print_labels(LabelOrder const& order);
// A square of 100 mm to measure, and the borders of the labels.
Printed print_test_page(Sheet const& sheet, Calibration const& calibration);

}  // namespace rsm::print
