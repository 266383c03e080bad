// What would be written for the libraries that were found: names, files, text.
//
// What for: `rsm library discover`, shown and with --add written. A name is made of the product's (or vendor's) letters and digits, in lower case, with a
// number behind it where it is taken; it is the library's and the file's. Texts of devices stand in comments only. Ranges: names as is_library_file_name() has
// them. Errors: none. Thread rule: pure. Source: docs/configuration.md, TOML 1.0.
#pragma once

#include <boost/describe/class.hpp>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/discovery/report.hpp"

namespace rsm::cli {

struct Proposal {
  std::string name, file, text;
  std::string rules_file, rules;  // of udev; empty: none is needed
  bool written = false;
  friend bool operator==(Proposal const&, Proposal const&) = default;
};
BOOST_DESCRIBE_STRUCT(Proposal, (), (name, file, text, rules_file, rules, written))

// 1 to 63 of A-Z, a-z, 0-9, '.', '_', '-', a letter or digit first.
bool is_library_file_name(std::string_view name);
// In lower case: names that differ only there would be confused.
std::string lower_case(std::string_view name);
// `taken`: in lower case.
std::string free_name(discovery::FoundDevice const& changer, std::set<std::string> const& taken);

// The section of a library. `chap_file`: an absolute path, or empty; only for a library on iSCSI.
std::string section_text(discovery::FoundLibrary const& library, std::string const& name, std::string const& chap_file);
// The section of a drive that stands alone.
std::string section_text(discovery::FoundDevice const& drive, std::string const& name, std::string const& chap_file);
// As a TOML string.
std::string toml_string(std::string_view text);

}  // namespace rsm::cli
