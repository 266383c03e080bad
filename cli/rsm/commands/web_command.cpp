// rsm web: the web console is a program of its own; this one finds it and hands it what was asked for.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/rsm/commands/commands.hpp"

namespace rsm::cli {
namespace {

constexpr char const* console_program = "rsm-web";

// Does not come back: the console takes the place of this program.
Result<std::string> show_console(Context& context) {
  auto const& args = context.args();
  std::string const what = args.targets.empty() ? "" : args.targets.front();
  bool const talks = what == "login" || what == "logout";
  if (!what.empty() && !talks) return fail(Errc::invalid_parameter, "rsm web " + what, "expected login, logout or nothing");
  if (args.common.json) return fail(Errc::invalid_parameter, "--json", "a console is for people; rsm status --json has what it shows");
  if (what != "login" && (args.view_only || !args.how_long.empty())) return fail(Errc::invalid_parameter, "--view and --for", "they go with rsm web login");
  if (talks && args.no_browser) return fail(Errc::invalid_parameter, "--no-browser", "it goes with rsm web alone");
  std::error_code none;
  auto const program = std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / console_program;
  std::vector<std::string> words{program.string(), talks ? what : "--own"};
  if (!args.common.socket.empty()) words.insert(words.end(), {"--socket", args.common.socket});
  if (!args.login_socket.empty()) words.insert(words.end(), {"--login-socket", args.login_socket});
  if (args.view_only) words.emplace_back("--view");
  if (!args.how_long.empty()) words.insert(words.end(), {"--for", args.how_long});
  if (args.no_browser) words.emplace_back("--no-browser");
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  return fail(Errc::device_not_available, program.string(), std::string("the web console is a program of its own (package openrsm-web), and does not start: ") + std::strerror(errno));
}

}  // namespace

std::span<CommandRow const> web_commands() {
  static constexpr CommandRow rows[] = {
      {"web", "", show_console},
  };
  return rows;
}

}  // namespace rsm::cli
