#include "cli/rsm/commands/helper_program.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "libmgr/domain/printable.hpp"

namespace rsm::cli {

Result<std::string> find_helper(std::string_view program, char const* variable) {
  if (char const* named = ::secure_getenv(variable); named != nullptr && *named != '\0') return std::string(named);
  std::error_code none;
  auto const self = std::filesystem::read_symlink("/proc/self/exe", none);
  for (auto const& folder : {self.parent_path(), std::filesystem::path(RSM_LIBEXEC_DIRECTORY)})
    if (auto const place = folder / program; ::access(place.c_str(), X_OK) == 0) return place.string();
  return fail(Errc::device_not_available, std::string(program),
              "the program is neither beside rsm nor in " RSM_LIBEXEC_DIRECTORY "; the package openrsm has it, and " + std::string(variable) + " names another place");
}

Error told_by_helper(std::string_view program, std::string complaint) {
  while (complaint.ends_with('\n')) complaint.pop_back();
  std::uint32_t number = 0;
  auto const [end, wrong] = std::from_chars(complaint.data(), complaint.data() + complaint.size(), number);
  auto const code = wrong == std::errc{} ? error_from_number(number) : std::nullopt;
  if (!code) return {Errc::device_not_available, std::string(program), complaint.empty() ? "it has died" : sentence(complaint)};
  complaint.erase(0, std::min<std::size_t>(static_cast<std::size_t>(end - complaint.data()) + 1, complaint.size()));
  return {*code, "", sentence(complaint)};
}

}  // namespace rsm::cli
