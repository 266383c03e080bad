#include "cli/rsm/setup/machine.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/rsm/setup/limits.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::cli {
namespace {

namespace fs = std::filesystem;

std::string stripped(std::string text) {
  auto const first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t\r");
  if (first == std::string::npos) return {};
  text = text.substr(first, last - first + 1);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

std::string system_path(std::string_view path) {
  char const* root = ::secure_getenv("OPENRSM_ROOT");
  return (root == nullptr ? std::string() : std::string(root)) + std::string(path);
}

bool systemd_runs() {
  std::error_code none;
  return fs::is_directory(system_path("/run/systemd/system"), none);
}

std::optional<std::string> program_path(std::string const& name) {
  char const* path = std::getenv("PATH");
  std::string const folders =
      (path == nullptr ? std::string("/usr/bin:/bin") : std::string(path)) + ":" + system_path("/usr/sbin") + ":" + system_path("/usr/lib");
  for (std::size_t begin = 0; begin <= folders.size();) {
    auto const end = std::min(folders.find(':', begin), folders.size());
    std::string const place = folders.substr(begin, end - begin) + "/" + name;
    if (end > begin && ::access(place.c_str(), X_OK) == 0) return place;
    begin = end + 1;
  }
  return std::nullopt;
}

std::string sibling_program(std::string const& name) {
  std::error_code none;
  auto const folder = fs::read_symlink("/proc/self/exe", none).parent_path();
  for (auto const& place : {folder / name, folder.parent_path() / "sbin" / name})
    if (::access(place.c_str(), X_OK) == 0) return place.string();
  return program_path(name).value_or(name);
}

std::string with_rights(std::string const& command) {
  return ::geteuid() == 0 ? command : "sudo " + command;
}

Result<> restart_unit(std::string const& unit) {
  RSM_TRY(auto const end,
          run_program({.words = {"systemctl", "restart", unit}, .input = {}, .limit = limits::setup_restart_limit, .environment = {}}));
  if (end.status == 0) return {};
  auto const said = printable(last_line(end.complaint));
  return fail(
      Errc::not_ready, unit,
      "it does not start again" + (said.empty() ? std::string() : ": " + said) + "; 'journalctl --unit=" + unit + " --lines=30' says why");
}

std::optional<std::string> setting_in(std::string const& file, std::string_view name) {
  std::ifstream lines(file);
  std::optional<std::string> value;
  for (std::string line; std::getline(lines, line);) {
    auto const begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#' || line[begin] == ';') continue;
    auto const equals = line.find('=', begin);
    if (equals != std::string::npos && line.substr(begin, equals - begin) == name) value = stripped(line.substr(equals + 1));
  }
  return value;
}

}  // namespace rsm::cli
