// What was found, for people: what is there, what is wrong with it, what to do next.
// What for: `rsm library discover`. Thread rule: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/rsm/discover/proposal.hpp"
#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

struct Discovered {
  discovery::Report found;
  std::vector<Proposal> proposals;  // for the libraries that can be configured, in their order; then for drives that stand alone
};

// `config_file`: which configuration says what is managed already.
std::string discovery_text(Discovered const& discovered, std::string const& config_file, Canvas const& canvas);
std::string discovery_json(Discovered const& discovered);

}  // namespace rsm::cli
