// One object for people: a name and a value on each line, long values wrapped under themselves. Thread rule: values.
#pragma once

#include <string>
#include <vector>

#include "cli/rsm/text/table.hpp"

namespace rsm::cli {

class Record {
 public:
  // Left out when the value is empty.
  void line(std::string name, Cell value);
  // A heading over a table, indented by two.
  void section(std::string title, Table table);
  std::string text(Canvas const& canvas) const;

 private:
  struct Line {
    std::string name;
    Cell value;
  };
  struct Section {
    std::string title;
    Table table;
  };
  std::vector<Line> lines_;
  std::vector<Section> sections_;
};

}  // namespace rsm::cli
