// A hand scanner's list against the catalog.
//
// What for: `rsm report reconcile`: what was scanned and is known, what is known and was not scanned, what was scanned and is not known,
// what was scanned twice. A code with its media identifier ("A00001L9") and one without ("A00001") are the same where only one cartridge
// can be meant. Thread rule: pure functions. Source: labels of LTO cartridges, 6 + 2 characters.
#pragma once

#include <string>
#include <vector>

namespace rsm::cli {

struct Shelved {
  std::string code, name, place;  // code: empty where the cartridge has no bar code that can be read
};

struct Difference {
  std::string code, what, place;  // what: "missing", "surplus", "twice", "without a bar code"
};

struct Reconciled {
  std::vector<Difference> differences;  // in the order of the codes
  std::size_t present = 0, missing = 0, surplus = 0, twice = 0, without_code = 0;
  bool equal() const { return differences.empty(); }
};

// Each line of the scanner: its first field, up to a comma, semicolon or tab, without blanks and quotation marks. Empty lines are none.
std::vector<std::string> codes_in(std::string const& text);
Reconciled reconcile(std::vector<Shelved> const& catalog, std::vector<std::string> const& scanned);

}  // namespace rsm::cli
