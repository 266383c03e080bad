#include "cli/rsm/discover/helper.hpp"

#include "cli/rsm/commands/helper_program.hpp"
#include "cli/rsm/commands/program.hpp"
#include "drivers/discovery/limits.hpp"
#include "libmgr/base/json_form.hpp"

namespace rsm::cli {
namespace {

constexpr char const* program_name = "rsm-discover";

}  // namespace

Result<discovery::Report> run_discovery(std::vector<std::string> const& arguments) {
  RSM_TRY(auto const program, find_helper(program_name, "OPENRSM_DISCOVER"));
  ProgramOrder order{.words = {program},
                     .input = {},
                     .limit = limits::discovery_limit + limits::discovery_end_wait,
                     .out_bytes_max = limits::discovery_report_bytes_max,
                     .environment = {}};
  order.words.insert(order.words.end(), arguments.begin(), arguments.end());
  auto const end = run_program(order);
  if (!end && end.error().code == Errc::timeout)
    return fail(Errc::timeout, program_name, "it has not ended in time, and was ended: a device does not answer");
  if (!end) return fail(Errc::device_not_available, program, end.error().detail);
  if (end->status != 0) return std::unexpected(told_by_helper(program_name, end->complaint));
  return read_json<discovery::Report>(end->out, program_name, limits::discovery_report_bytes_max);
}

}  // namespace rsm::cli
