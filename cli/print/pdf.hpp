// A PDF document of filled rectangles and Helvetica, which every reader and printer has.
//
// What for: label sheets and reports. Units: millimetres from the upper left corner of the page, sizes of letters too. Text is UTF-8; what
// Windows' code page 1252 below U+0100 does not have is '?'. Colours: 0 to 1 of red, green, blue. The bytes depend on what was drawn alone.
// Errors: none. Thread rule: values. Source: ISO 32000-1 7.5 (structure), 8 (graphics), 9.6.2.2 (the standard fonts); Adobe's metrics of
// Helvetica.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rsm::print {

struct Color {
  double red = 0, green = 0, blue = 0;
};
inline constexpr Color black{};

enum class Face { plain, bold };

class Pdf {
 public:
  Pdf(double page_width, double page_height, std::string title);

  // What is drawn on from here on is multiplied by the scale, then moved by the offset: what a printer does wrong is taken back.
  void calibrate(double offset_x, double offset_y, double scale_x, double scale_y);
  void new_page();
  void rectangle(double left, double top, double width, double height, Color color = black);
  // The four sides of a rectangle, `line` wide, inside of it.
  void frame(double left, double top, double width, double height, double line, Color color = black);
  // `baseline`: where the letters stand.
  void text(double left, double baseline, double size, std::string_view words, Face face = Face::plain);
  void centered(double middle, double baseline, double size, std::string_view words, Face face = Face::plain);

  std::size_t pages() const { return pages_.size(); }
  std::string bytes() const;

 private:
  double x(double mm) const;
  double y(double mm) const;

  double width_, height_;
  std::string title_;
  double offset_x_ = 0, offset_y_ = 0, scale_x_ = 1, scale_y_ = 1;
  std::vector<std::string> pages_;
};

// How wide a text is, in the unit of `size`. Of Face::bold an estimate (a tenth more).
double text_width(std::string_view words, double size, Face face = Face::plain);

}  // namespace rsm::print
