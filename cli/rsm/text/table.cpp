#include "cli/rsm/text/table.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"

namespace rsm::cli {
namespace {

constexpr int gap = 2;  // cells between two columns

// Which columns are shown, and how wide each is.
struct Layout {
  std::vector<std::size_t> shown;
  std::vector<int> widths;  // of all columns, by their index
};

int total(Layout const& layout) {
  int sum = 0;
  for (auto i : layout.shown) sum += layout.widths[i] + gap;
  return std::max(0, sum - gap);
}

int too_wide_by(Layout const& layout, int width) { return total(layout) - width; }

// The flexible column that has most to give.
std::optional<std::size_t> widest_flexible(std::vector<Column> const& columns, Layout const& layout) {
  std::optional<std::size_t> best;
  for (auto i : layout.shown)
    if (columns[i].least > 0 && layout.widths[i] > columns[i].least)
      if (!best || layout.widths[i] > layout.widths[*best]) best = i;
  return best;
}

void narrow(std::vector<Column> const& columns, Layout& layout, int width) {
  while (too_wide_by(layout, width) > 0) {
    auto const column = widest_flexible(columns, layout);
    if (!column) return;
    --layout.widths[*column];
  }
}

int narrowest(std::vector<Column> const& columns, Layout const& layout) {
  Layout least = layout;
  for (auto i : least.shown)
    if (columns[i].least > 0) least.widths[i] = std::min(least.widths[i], columns[i].least);
  return total(least);
}

void leave_out(std::vector<Column> const& columns, Layout& layout, int width) {
  while (narrowest(columns, layout) > width) {
    auto const last = std::ranges::max_element(layout.shown, [&](auto a, auto b) { return columns[a].spare < columns[b].spare; });
    if (last == layout.shown.end() || columns[*last].spare == 0) return;
    layout.shown.erase(last);
  }
}

bool says_nothing(std::vector<std::vector<Cell>> const& rows, std::size_t column) {
  return std::ranges::all_of(rows, [&](auto const& row) { return row[column].text.empty(); });
}

// Whether every row says in its first cell what it says here.
bool said_before(std::vector<std::vector<Cell>> const& rows, std::size_t column) {
  return std::ranges::all_of(rows, [&](auto const& row) { return row.front().text.contains(row[column].text); });
}

// A cell as the lines of its column; the last one says by "…" that there was more.
std::vector<std::string> cell_lines(std::string const& text, Column const& column, int width) {
  if (column.lines <= 1) return {cut(text, width)};
  auto lines = wrap(text, width);
  auto const most = static_cast<std::size_t>(column.lines);
  if (lines.size() <= most) return lines;
  std::string rest = lines[most - 1];
  for (std::size_t i = most; i < lines.size(); ++i) rest += " " + lines[i];
  lines.resize(most);
  lines.back() = cut(rest, width);
  return lines;
}

std::string placed(std::string const& text, Column const& column, int width, bool last) {
  if (column.align == Align::right) return pad_left(text, width);
  return last ? text : pad_right(text, width);
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

Table::Table(std::vector<Column> columns, std::string when_empty) : columns_(std::move(columns)), when_empty_(std::move(when_empty)) {}

void Table::row(std::vector<Cell> cells) {
  cells.resize(columns_.size(), Cell{""});
  for (auto& cell : cells) cell.text = for_reader(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<std::string> Table::lines(Canvas const& canvas) const {
  if (rows_.empty()) return when_empty_.empty() ? std::vector<std::string>{} : wrap(when_empty_, canvas.width);
  Layout layout;
  layout.shown.resize(columns_.size());
  std::iota(layout.shown.begin(), layout.shown.end(), std::size_t{0});
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int widest = canvas.header ? width_of(columns_[i].title) : 0;
    for (auto const& row : rows_) widest = std::max(widest, width_of(row[i].text));
    layout.widths.push_back(widest);
  }
  std::erase_if(layout.shown, [&](auto i) { return columns_[i].named && (says_nothing(rows_, i) || (canvas.width > 0 && said_before(rows_, i))); });
  if (canvas.width > 0) {
    leave_out(columns_, layout, canvas.width);
    narrow(columns_, layout, canvas.width);
  }

  std::vector<std::string> out;
  auto const add_row = [&](auto const& cell_of) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (auto i : layout.shown) {
      cells.push_back(cell_lines(cell_of(i).text, columns_[i], layout.widths[i]));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t l = 0; l < height; ++l) {
      std::string line;
      for (std::size_t c = 0; c < cells.size(); ++c) {
        auto const i = layout.shown[c];
        bool const last = c + 1 == cells.size();
        std::string const text = l < cells[c].size() ? cells[c][l] : std::string{};
        std::string const on_place = placed(text, columns_[i], layout.widths[i], last);
        line += text.empty() ? on_place : paint(canvas, cell_of(i).tone, on_place);
        if (!last) line += std::string(gap, ' ');
      }
      out.push_back(trimmed(std::move(line)));
    }
  };
  if (canvas.header) add_row([&](std::size_t i) { return Cell{columns_[i].title, Tone::dim}; });
  for (auto const& row : rows_) add_row([&](std::size_t i) -> Cell const& { return row[i]; });
  return out;
}

std::string Table::text(Canvas const& canvas) const {
  std::string out;
  for (auto const& line : lines(canvas)) out += line + "\n";
  return out;
}

}  // namespace rsm::cli
