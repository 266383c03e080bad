#include "cli/print/pdf.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace rsm::print {
namespace {

constexpr double points_of_mm = 72.0 / 25.4;
constexpr double bold_wider = 1.1;

// Helvetica, from the blank to '~', in thousandths of its size.
constexpr auto widths = std::to_array<std::uint16_t>(
    {278, 278, 355, 556, 556, 889, 667, 191, 333,  333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
     556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
     667, 778, 722, 667, 611, 722, 667, 944, 667,  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
     556, 222, 222, 500, 222, 833, 556, 556, 556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584});
constexpr std::uint16_t width_of_others = 556;

// One byte for each character.
std::string in_latin(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    auto const byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      out += byte < 0x20 || byte == 0x7F ? '?' : utf8[i];
      continue;
    }
    bool const two = (byte == 0xC2 || byte == 0xC3) && i + 1 < utf8.size();
    if (two && !(byte == 0xC2 && static_cast<unsigned char>(utf8[i + 1]) < 0xA0))
      out += static_cast<char>(((byte & 0x03) << 6) | (static_cast<unsigned char>(utf8[i + 1]) & 0x3F));
    else
      out += '?';
    while (i + 1 < utf8.size() && (static_cast<unsigned char>(utf8[i + 1]) & 0xC0) == 0x80) ++i;
  }
  return out;
}

std::string pdf_string(std::string_view latin) {
  std::string out = "(";
  for (char const c : latin) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  return out + ")";
}

// Three digits behind the point, whatever the locale.
std::string number(double value) {
  auto const thousandths = static_cast<long long>(value * 1000 + (value < 0 ? -0.5 : 0.5));
  auto const size = thousandths < 0 ? -thousandths : thousandths;
  char text[40];
  std::snprintf(text, sizeof text, "%s%lld.%03lld", thousandths < 0 ? "-" : "", size / 1000, size % 1000);
  return text;
}

std::string color_words(Color color) {
  return number(color.red) + " " + number(color.green) + " " + number(color.blue) + " rg\n";
}

// The file as it grows, with where each object begins.
class Objects {
 public:
  void add(std::string const& content) {
    begins_.push_back(text_.size());
    text_ += std::to_string(begins_.size()) + " 0 obj\n" + content + "\nendobj\n";
  }
  std::string finish(std::size_t root, std::size_t info) {
    std::size_t const table = text_.size();
    text_ += "xref\n0 " + std::to_string(begins_.size() + 1) + "\n0000000000 65535 f \n";
    for (auto const begin : begins_) {
      char line[32];
      std::snprintf(line, sizeof line, "%010zu 00000 n \n", begin);
      text_ += line;
    }
    return text_ + "trailer\n<< /Size " + std::to_string(begins_.size() + 1) + " /Root " + std::to_string(root) + " 0 R /Info " +
           std::to_string(info) + " 0 R >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
  }

 private:
  std::string text_ = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n";
  std::vector<std::size_t> begins_;
};

}  // namespace

double text_width(std::string_view words, double size, Face face) {
  double sum = 0;
  for (char const c : in_latin(words)) {
    auto const byte = static_cast<unsigned char>(c);
    sum += byte >= 0x20 && byte - 0x20u < widths.size() ? widths[byte - 0x20u] : width_of_others;
  }
  return sum / 1000 * size * (face == Face::bold ? bold_wider : 1);
}

Pdf::Pdf(double page_width, double page_height, std::string title) : width_(page_width), height_(page_height), title_(std::move(title)) {}

void Pdf::calibrate(double offset_x, double offset_y, double scale_x, double scale_y) {
  offset_x_ = offset_x, offset_y_ = offset_y, scale_x_ = scale_x, scale_y_ = scale_y;
}

double Pdf::x(double mm) const {
  return (mm * scale_x_ + offset_x_) * points_of_mm;
}
double Pdf::y(double mm) const {
  return (height_ - (mm * scale_y_ + offset_y_)) * points_of_mm;
}

void Pdf::new_page() {
  pages_.emplace_back();
}

void Pdf::rectangle(double left, double top, double width, double height, Color color) {
  double const bottom = y(top + height), right = x(left + width);
  pages_.back() += color_words(color) + number(x(left)) + " " + number(bottom) + " " + number(right - x(left)) + " " +
                   number(y(top) - bottom) + " re f\n";
}

void Pdf::frame(double left, double top, double width, double height, double line, Color color) {
  rectangle(left, top, width, line, color);
  rectangle(left, top + height - line, width, line, color);
  rectangle(left, top, line, height, color);
  rectangle(left + width - line, top, line, height, color);
}

void Pdf::text(double left, double baseline, double size, std::string_view words, Face face) {
  pages_.back() += color_words(black) + "BT /" + (face == Face::bold ? "F2 " : "F1 ") + number(size * points_of_mm) + " Tf " +
                   number(x(left)) + " " + number(y(baseline)) + " Td " + pdf_string(in_latin(words)) + " Tj ET\n";
}

void Pdf::centered(double middle, double baseline, double size, std::string_view words, Face face) {
  text(middle - text_width(words, size, face) / 2, baseline, size, words, face);
}

std::string Pdf::bytes() const {
  // 1 catalog, 2 pages, 3 and 4 fonts, 5 information, then a page and its content by turns.
  constexpr std::size_t first_page = 6;
  Objects objects;
  std::string kids;
  for (std::size_t i = 0; i < pages_.size(); ++i) kids += (i == 0 ? "" : " ") + std::to_string(first_page + 2 * i) + " 0 R";
  objects.add("<< /Type /Catalog /Pages 2 0 R >>");
  objects.add("<< /Type /Pages /Count " + std::to_string(pages_.size()) + " /Kids [" + kids + "] >>");
  for (char const* font : {"Helvetica", "Helvetica-Bold"})
    objects.add(std::string("<< /Type /Font /Subtype /Type1 /BaseFont /") + font + " /Encoding /WinAnsiEncoding >>");
  objects.add("<< /Title " + pdf_string(in_latin(title_)) + " /Producer (OpenRSM) >>");
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    objects.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + number(width_ * points_of_mm) + " " + number(height_ * points_of_mm) +
                "] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents " + std::to_string(first_page + 2 * i + 1) + " 0 R >>");
    objects.add("<< /Length " + std::to_string(pages_[i].size()) + " >>\nstream\n" + pages_[i] + "endstream");
  }
  return objects.finish(1, 5);
}

}  // namespace rsm::print
