// Tables for people: columns as wide as their content, fitted to the terminal.
//
// What for: every list of the command line. Too wide for the canvas: flexible columns give way first (never below their
// least width), then the columns that matter least are left out, the last of them first; before all that a column whose texts
// stand in the first one already. Without a width nothing is cut, so that a pipe gets everything. Thread rule: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  int least = 0;     // 0: never narrowed; else how narrow it may become
  int spare = 0;     // 0: always shown; the highest is left out first
  int lines = 1;     // a cell may wrap over so many lines
  bool named = false;  // what it says the first column may say as well: "Jukebox" of "Jukebox drive 0"
};

// Of a column of sentences: what is wrong and which command helps is not cut off, unless somebody has written an essay.
inline constexpr int sentence_lines_max = 10;

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
  Cell(std::string t) : text(std::move(t)) {}                          // NOLINT: a cell is its text
  Cell(char const* t) : text(t) {}                                      // NOLINT
  Cell(std::string_view t) : text(t) {}                                 // NOLINT
  Cell(std::string t, Tone how) : text(std::move(t)), tone(how) {}
};

class Table {
 public:
  explicit Table(std::vector<Column> columns, std::string when_empty = {});

  // One cell for each column; control characters are taken out.
  void row(std::vector<Cell> cells);
  std::size_t rows() const { return rows_.size(); }
  // Every line without its newline; an empty table is its one sentence.
  std::vector<std::string> lines(Canvas const& canvas) const;
  std::string text(Canvas const& canvas) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::string when_empty_;
};

}  // namespace rsm::cli
