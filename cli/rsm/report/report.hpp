// A report: a table with a title and a sentence below, in the form that was asked for.
//
// What for: `rsm report`. On a terminal a table, else the same text; --csv (RFC 4180), --json (an array of objects; numbers where a column
// has numbers), --pdf (A4 across, as many pages as it takes). All four have the same rows. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

struct ReportColumn {
  std::string key;    // "mounts_all": of --csv and --json
  std::string title;  // "MOUNTS"
  bool number = false;
  int least = 0, spare = 0, lines = 1;  // as in text/table.hpp
};

struct Report {
  std::string title;  // "Shelf list of Jukebox"
  std::string scope;  // "since 2026-03-01"; may be empty
  std::vector<ReportColumn> columns;
  std::vector<std::vector<std::string>> rows;  // a text for each column; a number that is not known is empty
  std::string summary;
};

std::string report_text(Report const& report, Canvas const& canvas);
std::string report_csv(Report const& report, bool header);
std::string report_json(Report const& report);
// `made`: when and where, for the foot of each page.
std::string report_pdf(Report const& report, std::string const& made);

}  // namespace rsm::cli
