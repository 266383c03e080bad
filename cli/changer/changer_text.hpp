// What rsm-changer prints, as Bacula 9.6 reads it.
//
// What for: `list` has one line N:BARCODE for each slot that holds or owns a medium and none for an empty one; `listall` has drives first and always all
// colons. Codes that Bacula would refuse, the second of two equal ones and (unless asked for) cleaning cartridges are left out of `list`, each with a remark.
// Errors: none. Thread rule: pure functions. Source: mtx-changer of Bacula 9.6.7 and what its director does with odd lines.
#pragma once

#include <string>
#include <vector>

#include "cli/changer/shelf.hpp"

namespace rsm::changer {

struct Listing {
  std::string text;                  // standard output
  std::vector<std::string> remarks;  // standard error, a line each
};

struct Show {
  bool cleaning = false;
  bool ports = false;
};

Listing list_text(Shelf const& shelf, Show show);
std::string listall_text(Shelf const& shelf, Show show);
std::string slots_text(Shelf const& shelf, Show show);
// Of one drive: the home of its medium, "0" for a drive without one of the view: a load there waits until the other program has done with it.
std::string loaded_text(Drive const& drive);

}  // namespace rsm::changer
