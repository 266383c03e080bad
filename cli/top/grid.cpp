#include "cli/top/grid.hpp"

#include "cli/rsm/text/width.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::top {

Line& Line::add(std::string_view text, Style style) {
  std::string clean = plain_text(std::string(text));
  if (clean.empty()) return *this;
  width_ += cli::width_of(clean);
  if (!pieces_.empty() && pieces_.back().style == style)
    pieces_.back().text += clean;
  else
    pieces_.push_back({std::move(clean), style});
  return *this;
}

Line& Line::cell(std::string_view text, int width, Style style) {
  if (width <= 0) return *this;
  std::string const shown = cli::cut(plain_text(std::string(text)), width);
  add(shown, style);
  return add(std::string(static_cast<std::size_t>(width - cli::width_of(shown)), ' '), style.reverse ? style : plain);
}

Line& Line::cell_right(std::string_view text, int width, Style style) {
  if (width <= 0) return *this;
  std::string const shown = cli::cut(plain_text(std::string(text)), width);
  add(std::string(static_cast<std::size_t>(width - cli::width_of(shown)), ' '));
  return add(shown, style);
}

Line& Line::to(int column) {
  if (column > width_) add(std::string(static_cast<std::size_t>(column - width_), ' '));
  return *this;
}

Line& Line::fit(int width) {
  if (width_ > width) {
    Line cut;
    for (auto const& piece : pieces_) {
      int const room = width - cut.width_;
      if (room <= 0) break;
      cut.add(cli::cut(piece.text, room), piece.style);
    }
    *this = std::move(cut);
  }
  return to(width);
}

Line& Line::restyle(Style style) {
  std::string const all = text();
  pieces_.clear();
  width_ = 0;
  return add(all, style);
}

Line& Line::dim() {
  for (auto& piece : pieces_) piece.style = faint;
  return *this;
}

std::string Line::text() const {
  std::string all;
  for (auto const& piece : pieces_) all += piece.text;
  return all;
}

}  // namespace rsm::top
