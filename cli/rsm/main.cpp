// rsm: the operator's command line.
#include <malloc.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "cli/rsm/arguments/command_list.hpp"
#include "cli/rsm/arguments/parse.hpp"
#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/check/check_command.hpp"
#include "cli/rsm/classic/grammar.hpp"
#include "cli/rsm/classic/verbs.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/exit_code.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

bool set(char const* variable) {
  char const* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool wants_color(int descriptor, ColorWhen when) {
  if (when != ColorWhen::automatic) return when == ColorWhen::always;
  char const* term = std::getenv("TERM");
  bool const dumb = term != nullptr && std::string_view{term} == "dumb";
  return isatty(descriptor) == 1 && !set("NO_COLOR") && !dumb;
}

// A size that the environment gives, else what the terminal says.
int cells(char const* variable, int terminal) {
  char const* text = std::getenv(variable);
  auto const value = text == nullptr ? std::nullopt : parse_count(text);
  return value && *value > 0 && *value < 10'000 ? static_cast<int>(*value) : terminal;
}

Canvas canvas_of(int descriptor, CommonOptions const& common) {
  Canvas canvas;
  canvas.header = !common.no_header;
  canvas.color = wants_color(descriptor, common.color) && !common.json;
  winsize size{};
  if (isatty(descriptor) == 1 && ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    canvas.width = cells("COLUMNS", size.ws_col > 0 ? size.ws_col : 80);
    canvas.height = cells("LINES", size.ws_row > 0 ? size.ws_row : 24);
  }
  return canvas;
}

bool win32_exit(CommonOptions const& common) {
  char const* value = std::getenv("RSM_WIN32_EXIT");
  return common.win32_exit || (value != nullptr && std::string_view{value} == "1");
}

std::string error_text(std::string const& what, Error const& error, Context const& context) {
  std::string out = "rsm: " + what + ": " + plain_text(error.text()) + "\n";
  bool const nobody_has_more_rights = error.code == Errc::access_denied && geteuid() == 0;
  if (auto const hint = context.advice().value_or(nobody_has_more_rights ? "" : advice(error)); !hint.empty()) out += "rsm: " + hint + "\n";
  return out;
}

int finish(std::string const& what, Result<std::string> const& result, Context const& context) {
  if (!result) {
    note(error_text(what, result.error(), context));
    return exit_code_of(result.error().code, win32_exit(context.args().common));
  }
  if (print(*result)) return context.exit_status();
  note("rsm: " + what + ": standard output does not take what is written\n");
  return exit_code::other;
}

int usage(std::string const& message) {
  note((message.starts_with("rsm") ? message : "rsm: " + message) + "\n");
  return exit_code::usage;
}

// Every line replaces the one that was there before; what was below goes.
std::string redrawn(std::string const& text, int height) {
  std::string out = "\x1b[H";
  int lines = 0;
  std::string line;
  for (char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (height > 0 && ++lines > height) break;
    out += (lines > 1 ? "\n" : "") + line + "\x1b[K";
    line.clear();
  }
  return out + "\x1b[J";
}

// Again and again until the user ends it; a service that is away for a while is shown as that.
int watch(Context& context, Command command, std::string const& what) {
  bool const terminal = isatty(STDOUT_FILENO) == 1 && !context.args().common.json;
  if (terminal) print("\x1b[2J");
  for (;;) {
    auto const result = command(context);
    int const height = context.screen().height;
    std::string text = result ? *result : error_text(what, result.error(), context);
    if (!result && !terminal) {
      note(text);
      text.clear();
    }
    if (!print(terminal ? redrawn(text, height) : text)) return exit_code::other;
    std::this_thread::sleep_for(Millis{*context.args().watch_ms});
  }
}

int run_gnu(Arguments args) {
  std::string const what = args.verb.empty() ? args.object : args.object + " " + args.verb;
  CommonOptions const common = args.common;
  Command const command = command_for(args.object, args.verb);
  if (command == nullptr) return usage("rsm " + what + ": not in this program");
  Canvas screen = canvas_of(STDOUT_FILENO, common);
  bool const watched = args.watch_ms.has_value();
  if (!watched && screen.height > 0) --screen.height;  // the prompt's line
  Context context(std::move(args), screen, canvas_of(STDERR_FILENO, common), isatty(STDERR_FILENO) == 1 && !common.json ? Steps::live : Steps::lines);
  return watched ? watch(context, command, what) : finish(what, command(context), context);
}

int run_classic_words(std::vector<std::string> const& words) {
  auto const parsed = parse_classic(words);
  if (auto const* help = std::get_if<Help>(&parsed)) return print(help->text) ? exit_code::success : exit_code::other;
  if (auto const* wrong = std::get_if<Usage>(&parsed)) return usage(wrong->message);
  auto const& command = std::get<ClassicCommand>(parsed);
  Arguments args;
  args.common = command.common;
  Context context(std::move(args), canvas_of(STDOUT_FILENO, command.common), canvas_of(STDERR_FILENO, command.common), Steps::silent);
  return finish(command.verb, run_classic(context, command), context);
}

// What may come behind these words, the classic grammar included.
std::string completion_words(std::string const& object, std::string const& verb) {
  std::string out;
  bool const command = object.empty() || !verb_names(object).empty() || find_command(object, "") != nullptr;
  if (command) out += next_words(object, verb);
  if (object.empty())
    for (auto const& each : classic_verbs()) out += std::string{each.verb} + "\n";
  if (auto const* classic = find_classic_verb(object); classic != nullptr && verb.empty())
    for (auto const& each : classic->switches) out += "/" + std::string{each.name} + "\n";
  return out;
}

std::string classic_usage() {
  std::string out;
  for (auto const& each : classic_verbs()) out += std::string{each.usage} + "\n";
  return out;
}

// For the shells' completion and for the manual page; nothing: an ordinary command line.
std::optional<std::string> for_shells(std::vector<std::string> const& words) {
  if (words.size() == 3 && words[0] == "--words") return completion_words(words[1], words[2]);
  if (words.size() == 1 && words[0] == "--value-options") return options_with_values();
  if (words.size() == 1 && words[0] == "--manual") return manual_page(classic_usage());
  return std::nullopt;
}

int run(std::vector<std::string> const& words) {
  ::mallopt(M_ARENA_MAX, 1);  // the thread that reads answers takes no memory of its own for the few that there are
  if (auto const told = for_shells(words)) return print(*told) ? exit_code::success : exit_code::other;
  if (is_classic(words)) return run_classic_words(words);
  if (is_check(words)) return run_check(words);
  auto parsed = parse_arguments(words);
  if (auto const* help = std::get_if<Help>(&parsed)) return print(help->text) ? exit_code::success : exit_code::other;
  if (auto const* wrong = std::get_if<Usage>(&parsed)) return usage(wrong->message);
  return run_gnu(std::get<Arguments>(std::move(parsed)));
}

}  // namespace
}  // namespace rsm::cli

int main(int argc, char** argv) {
  try {
    return rsm::cli::run({argv + 1, argv + argc});
  } catch (std::exception const& error) {
    rsm::cli::note(std::string{"rsm: internal error: "} + error.what() + "\n");
    return rsm::cli::exit_code::other;
  }
}
