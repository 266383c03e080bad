// A picture of a terminal: lines of pieces with a look each; nothing here knows a terminal. Units: cells. Thread rule: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rsm::top {

struct Size {
  int rows = 24, columns = 80;
  friend bool operator==(Size const&, Size const&) = default;
};
inline constexpr Size least_size{24, 80};

enum class Ink { plain, red, yellow, green };

struct Style {
  Ink ink = Ink::plain;
  bool bold = false, dim = false, reverse = false;
  friend bool operator==(Style const&, Style const&) = default;
};
inline constexpr Style plain{};
inline constexpr Style strong{.bold = true};
inline constexpr Style faint{.dim = true};
inline constexpr Style good{.ink = Ink::green};
inline constexpr Style attention{.ink = Ink::yellow};
inline constexpr Style bad{.ink = Ink::red, .bold = true};
inline constexpr Style chosen{.reverse = true};

struct Piece {
  std::string text;
  Style style;
  friend bool operator==(Piece const&, Piece const&) = default;
};

// One line; what is put on it is free of control characters, and never wider than the line.
class Line {
 public:
  Line& add(std::string_view text, Style style = plain);
  // Exactly so wide: cut with a mark, or filled with blanks.
  Line& cell(std::string_view text, int width, Style style = plain);
  Line& cell_right(std::string_view text, int width, Style style = plain);
  // Blanks up to this column.
  Line& to(int column);
  // As wide as this; what is too much is cut off.
  Line& fit(int width);
  Line& restyle(Style style);  // all of it
  Line& dim();

  int width() const { return width_; }
  std::vector<Piece> const& pieces() const { return pieces_; }
  std::string text() const;
  friend bool operator==(Line const&, Line const&) = default;

 private:
  std::vector<Piece> pieces_;
  int width_ = 0;
};

using Grid = std::vector<Line>;

}  // namespace rsm::top
