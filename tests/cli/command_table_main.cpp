// rsm-command-table: every command of rsm, one a line, from the tables that the program itself uses: "media mount", "classic view".
#include <cstdio>
#include <string>

#include "cli/rsm/arguments/command_list.hpp"
#include "cli/rsm/classic/verbs.hpp"

int main() {
  for (auto const& c : rsm::cli::command_list()) std::puts((std::string{c.object} + (c.verb.empty() ? "" : " ") + std::string{c.verb}).c_str());
  for (auto const& v : rsm::cli::classic_verbs()) std::puts(("classic " + std::string{v.verb}).c_str());
}
