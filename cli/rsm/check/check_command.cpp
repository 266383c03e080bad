#include "cli/rsm/check/check_command.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/check/checks.hpp"
#include "cli/rsm/check/limits.hpp"
#include "cli/rsm/commands/context.hpp"
#include "cli/rsm/text/when.hpp"

namespace rsm::cli {
namespace {

constexpr Millis behind_the_alarm{1000};  // limits of the connection: the alarm is the first to ring

CheckReport alone(std::string const& what, CheckState state, std::string text) {
  CheckReport report;
  report.what = what;
  report.problems = {{state, std::move(text), {}}};
  return report;
}

std::string shown(CheckReport const& report, bool json) {
  return json ? report.json() : report.text();
}

int finish(CheckReport const& report, bool json) {
  if (!print(shown(report, json))) return static_cast<int>(CheckState::unknown);
  return static_cast<int>(report.state());
}

int wrong_usage(std::string const& message) {
  std::string first = message, rest;
  if (auto const end = message.find('\n'); end != std::string::npos) {
    first = message.substr(0, end);
    rest = message.substr(end + 1) + "\n";
  }
  print(alone("", CheckState::unknown, first).text() + rest +
        "usage: rsm check [daemon|libraries|drives|queue|media|commit|all] [--warning METRIC=RANGE] "
        "[--critical METRIC=RANGE] [--timeout TIME] [--json]; 'rsm check --help'\n");
  return static_cast<int>(CheckState::unknown);
}

// ---- the time limit: whatever hangs, a monitoring system gets its line

std::string last_words;  // made before the alarm is set: its handler may only write and end

void time_is_over(int) {
  auto written = ::write(STDOUT_FILENO, last_words.data(), last_words.size());
  (void)written;
  _exit(static_cast<int>(CheckState::unknown));
}

void set_alarm(std::string const& what, Millis limit, bool json) {
  last_words = shown(alone(what, CheckState::unknown, "rsmd does not answer within " + duration_text(limit)), json);
  std::signal(SIGALRM, time_is_over);
  itimerval timer{};
  timer.it_value.tv_sec = limit.count() / 1000;
  timer.it_value.tv_usec = limit.count() % 1000 * 1000;
  setitimer(ITIMER_REAL, &timer, nullptr);
}

// What is printed is printed whole: the alarm is for what may hang before it.
void stop_alarm() {
  itimerval const never{};
  setitimer(ITIMER_REAL, &never, nullptr);
}

// ---- asking

Result<wire::StatusReply> ask(Context const& context, Millis limit) {
  client::Options options;
  options.connect_limit = limit + behind_the_alarm;
  options.reconnect_limit = Millis{0};
  RSM_TRY(auto const service, context.connect(std::move(options)));
  return service->status({}, limit + behind_the_alarm);
}

// Away is a fault of the service; that we may not ask, or do not understand each other, says nothing about it.
CheckState state_of(Errc code) {
  bool const away = code == Errc::not_ready || code == Errc::not_connected || code == Errc::connection_unavail || code == Errc::cancelled;
  return away ? CheckState::critical : CheckState::unknown;
}

int check(Arguments const& args) {
  std::string const what = args.targets.empty() ? "all" : args.targets.front();
  auto const known = check_names();
  if (std::ranges::find(known, what) == known.end())
    return wrong_usage("rsm check: unknown check '" + what + "'" + did_you_mean(what, known) +
                       "\nchecks: daemon, libraries, drives, queue, media, commit, all");
  auto const limits = limits_asked(what, args.warning, args.critical);
  if (!limits) return wrong_usage("rsm check: " + limits.error());
  Millis const limit{args.timeout_ms.value_or(limits::check_limit.count())};
  if (limit <= Millis{0}) return wrong_usage("rsm check: --timeout: at least 1ms");
  set_alarm(what, limit, args.common.json);
  Context const context(args, Canvas{}, Canvas{}, Steps::silent);
  auto const status = ask(context, limit);
  stop_alarm();
  if (status) return finish(report_of(what, *status, *limits), args.common.json);
  return finish(alone(what, state_of(status.error().code), "rsmd cannot be asked: " + status.error().text() + "; 'rsm setup --check' says why"), args.common.json);
}

}  // namespace

bool is_check(std::vector<std::string> const& words) {
  return first_plain_word(words) == "check";
}

int run_check(std::vector<std::string> const& words) {
  auto const parsed = parse_arguments(words);
  if (auto const* help = std::get_if<Help>(&parsed)) {
    print(help->text);
    return static_cast<int>(CheckState::unknown);  // as plugins do: help must never look like a good answer
  }
  if (auto const* wrong = std::get_if<Usage>(&parsed)) return wrong_usage(wrong->message);
  return check(std::get<Arguments>(parsed));
}

}  // namespace rsm::cli
