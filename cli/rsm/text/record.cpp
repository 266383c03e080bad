#include "cli/rsm/text/record.hpp"

#include <algorithm>

#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"

namespace rsm::cli {

void Record::line(std::string name, Cell value) {
  value.text = for_reader(value.text);
  if (!value.text.empty()) lines_.push_back({std::move(name), std::move(value)});
}

void Record::section(std::string title, Table table) { sections_.push_back({std::move(title), std::move(table)}); }

std::string Record::text(Canvas const& canvas) const {
  int names = 0;
  for (auto const& l : lines_) names = std::max(names, width_of(l.name));
  names += 2;
  int const room = canvas.width > 0 ? std::max(canvas.width - names, 20) : 0;
  std::string out;
  for (auto const& l : lines_) {
    std::string name = paint(canvas, Tone::dim, pad_right(l.name, names));
    for (auto const& part : wrap(l.value.text, room)) {
      out += name + paint(canvas, l.value.tone, part) + "\n";
      name = std::string(static_cast<std::size_t>(names), ' ');
    }
  }
  Canvas inner = canvas;
  if (inner.width > 0) inner.width -= 2;
  for (auto const& s : sections_) {
    out += "\n" + paint(canvas, Tone::strong, s.title) + "\n";
    for (auto const& row : s.table.lines(inner)) out += "  " + row + "\n";
  }
  return out;
}

}  // namespace rsm::cli
