// rsm top: the screen is a program of its own, so that this one needs no library for terminals.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/rsm/commands/commands.hpp"

namespace rsm::cli {
namespace {

constexpr char const* screen_program = "rsm-top";

char const* word_of(ColorWhen when) {
  switch (when) {
    case ColorWhen::always: return "always";
    case ColorWhen::never: return "never";
    case ColorWhen::automatic: break;
  }
  return "auto";
}

// Does not come back: the screen takes the place of this program.
Result<std::string> show_screen(Context& context) {
  auto const& args = context.args();
  if (args.common.json) return fail(Errc::invalid_parameter, "--json", "a screen is for people; rsm status --json has what it shows");
  std::error_code none;
  auto const program = std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / screen_program;
  std::vector<std::string> words{program.string(), "--color", word_of(args.common.color)};
  if (!args.common.socket.empty()) words.insert(words.end(), {"--socket", args.common.socket});
  if (args.read_only) words.emplace_back("--read-only");
  if (args.ascii) words.emplace_back("--ascii");
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  return fail(Errc::device_not_available, program.string(), std::string("the screen is a program of its own, and does not start: ") + std::strerror(errno));
}

}  // namespace

std::span<CommandRow const> top_commands() {
  static constexpr CommandRow rows[] = {
      {"top", "", show_screen},
  };
  return rows;
}

}  // namespace rsm::cli
