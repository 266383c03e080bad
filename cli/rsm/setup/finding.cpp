#include "cli/rsm/setup/finding.hpp"

#include <algorithm>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

struct CheckReport {
  bool ok = true;
  std::vector<Finding> checks;
};
BOOST_DESCRIBE_STRUCT(CheckReport, (), (ok, checks))

constexpr int name_cells = 16, mark_cells = 7;

std::string mark(FindingState state, Canvas const& canvas) {
  switch (state) {
    case FindingState::ok:
      return paint(canvas, Tone::good, pad_right("ok", mark_cells));
    case FindingState::note:
      return paint(canvas, Tone::attention, pad_right("note", mark_cells));
    case FindingState::fault:
      return paint(canvas, Tone::bad, pad_right("FAULT", mark_cells));
  }
  return {};
}

}  // namespace

bool any_fault(std::vector<Finding> const& findings) {
  return std::ranges::count(findings, FindingState::fault, &Finding::state) > 0;
}

std::string findings_text(std::vector<Finding> const& findings, Canvas const& canvas) {
  std::string out;
  std::string const margin(static_cast<std::size_t>(mark_cells + name_cells), ' ');
  for (auto const& finding : findings) {
    out += mark(finding.state, canvas) + pad_right(finding.name, name_cells) + plain_text(finding.text) + "\n";
    if (!finding.command.empty()) out += margin + "> " + paint(canvas, Tone::strong, plain_text(finding.command)) + "\n";
  }
  auto const faults = std::ranges::count(findings, FindingState::fault, &Finding::state);
  return out + (faults == 0 ? "Nothing is wrong.\n" : plural(faults, "fault", "faults") + ": what stands behind > repairs it.\n");
}

std::string findings_json(std::vector<Finding> const& findings) {
  return pretty_json(json_text(CheckReport{!any_fault(findings), findings})) + "\n";
}

}  // namespace rsm::cli
