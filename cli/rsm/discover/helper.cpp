#include "cli/rsm/discover/helper.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "cli/rsm/commands/program.hpp"
#include "drivers/discovery/limits.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::cli {
namespace {

constexpr char const* program_name = "rsm-discover";

Result<std::string> find_program() {
  if (char const* named = ::secure_getenv("OPENRSM_DISCOVER"); named != nullptr && *named != '\0') return std::string(named);
  std::error_code none;
  auto const self = std::filesystem::read_symlink("/proc/self/exe", none);
  for (auto const& folder : {self.parent_path(), std::filesystem::path(RSM_LIBEXEC_DIRECTORY)})
    if (auto const place = folder / program_name; ::access(place.c_str(), X_OK) == 0) return place.string();
  return fail(Errc::device_not_available, program_name,
              "the program is neither beside rsm nor in " RSM_LIBEXEC_DIRECTORY "; OPENRSM_DISCOVER names another place");
}

// "5 /etc/openrsm/chap: others may read it": as the program tells why it could not look; anything else is told as it is.
Error failure_of(std::string complaint) {
  while (complaint.ends_with('\n')) complaint.pop_back();
  std::uint32_t number = 0;
  auto const [end, wrong] = std::from_chars(complaint.data(), complaint.data() + complaint.size(), number);
  auto const code = wrong == std::errc{} ? error_from_number(number) : std::nullopt;
  if (!code) return {Errc::device_not_available, program_name, complaint.empty() ? "it has died" : sentence(complaint)};
  complaint.erase(0, std::min<std::size_t>(static_cast<std::size_t>(end - complaint.data()) + 1, complaint.size()));
  return {*code, "", sentence(complaint)};
}

}  // namespace

Result<discovery::Report> run_discovery(std::vector<std::string> const& arguments) {
  RSM_TRY(auto const program, find_program());
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
  if (end->status != 0) return std::unexpected(failure_of(end->complaint));
  return read_json<discovery::Report>(end->out, program_name, limits::discovery_report_bytes_max);
}

}  // namespace rsm::cli
