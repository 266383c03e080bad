// rsm volume: the commands, from what was typed to what is printed.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/progress.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/volume/child.hpp"
#include "cli/rsm/volume/managing_service.hpp"
#include "cli/rsm/volume/rights.hpp"
#include "cli/rsm/volume/target.hpp"
#include "cli/rsm/volume/view.hpp"
#include "cli/rsm/volume/work.hpp"
#include "drivers/volume/handler_service.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using volume::VolumeClient;

// Whether a handler may stay when `rsm` has ended, to keep the volume offline or its medium in: that one is a program of its own.
bool handler_may_outlive(VolumeVerb verb) { return verb == VolumeVerb::offline || verb == VolumeVerb::prevent; }

// The handler begins with every signal blocked: one that comes before it is on its own is for this program.
Result<std::shared_ptr<VolumeClient>> open_quietly(std::string const& device, volume::Access access, bool system_too, bool outlives, VolumeClient::Orders orders) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  auto opened = VolumeClient::open({.path = device,
                                    .access = access,
                                    .system_too = system_too,
                                    .command = "rsm",
                                    .serve = outlives ? nullptr : volume::serve_handle,
                                    .threadless = true},
                                   std::move(orders));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return opened;
}

Millis steady_now() { return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()); }

VolumeOrder order_of(Arguments const& args, VolumeVerb verb, std::string device) {
  VolumeOrder order{.verb = verb, .device = std::move(device), .named = args.targets.front(), .force = args.force, .dry_run = args.dry_run};
  if (args.wait) order.busy_wait = args.wait->limit_ms ? Millis{*args.wait->limit_ms} : limits::busy_wait;
  if (args.timeout_ms) order.timeout = Millis{*args.timeout_ms};
  return order;
}

VolumeHooks hooks_of(Context& context, Progress& progress, std::string const& device, std::string const& folder) {
  auto const& args = context.args();
  VolumeHooks hooks;
  hooks.open = [device, system_too = args.system_too, outlives = handler_may_outlive(*volume_verb(args.verb))](volume::Access access, VolumeClient::Orders orders) {
    return open_quietly(device, access, system_too, outlives, std::move(orders));
  };
  hooks.limit_of = volume::limit_of;
  hooks.tell = [&progress](std::string const& step, std::string const& reason) { progress.step(0, step, reason); };
  hooks.idle = [&progress] { progress.tick(); };
  hooks.now = steady_now;
  hooks.pause = [&progress](Millis time) {
    std::this_thread::sleep_for(time);
    progress.tick();
  };
  hooks.managing_service = [device, socket = args.common.socket] { return managing_service(device, socket); };
  hooks.missing_right = [device](VolumeStep step) { return missing_right(device, step); };
  hooks.run_command = [&args, folder](std::function<bool()> still_locked) { return run_child({args.command, folder, std::move(still_locked)}); };
  return hooks;
}

// What a person can do about an error of a volume; the sentence itself says most.
std::string advice_for(Errc code, VolumeVerb verb, std::string const& device, bool forced) {
  bool const may_force = takes_volume(verb) && verb != VolumeVerb::lock;
  switch (code) {
    case Errc::busy:
      return "'rsm volume who " + device + "' lists who uses it; --wait[=TIME] tries again" + (may_force ? ", --force goes on without the lock (what is open dies)" : "");
    case Errc::timeout: return "what the device does with a late command is not known: 'rsm volume verify " + device + "' looks whether it answers again";
    case Errc::unable_to_unload_media:
      if (forced) return "when the old handles are closed: 'rsm volume eject " + device + "'; 'rsm volume who " + device + "' shows whose they are";
      return "'rsm volume status " + device + "' shows who prevents its removal, 'rsm volume who " + device + "' who uses it";
    case Errc::no_media_in_drive: return "'rsm volume load' pulls a tray in";
    case Errc::media_changed: return "it is another medium than before; asked again, this one counts";
    default: return {};
  }
}

// A command of somebody else has standard output then: what we tell goes to standard error.
void tell_result(Context const& context, VolumeVerb verb, std::string const& text) {
  if (verb == VolumeVerb::lock && !context.args().dry_run)
    note(text);
  else
    print(text);
}

Result<std::string> finished(Context& context, VolumeWork const& work, VolumeReport const& report, VolumeVerb verb) {
  bool const json = context.args().common.json;
  if (report.command_status > 0) context.exit_with(static_cast<int>(report.command_status));
  std::string text;
  if (json) {
    text = to_json(report) + "\n";
  } else if (report.dry_run && !report.steps.empty()) {
    text = rehearsal_text(report, work.status(), context.screen());
    if (!report.holders.empty()) text += "In the way:\n" + holders_view(report.volume, {report.holders, report.not_seen}, context.screen());
  } else if (report.good()) {
    text = result_text(report, work.status(), context.screen());
  }
  if (verb == VolumeVerb::lock && !context.args().dry_run && !json) text.clear();
  if (report.good() && verb != VolumeVerb::lock) return text;
  tell_result(context, verb, text);
  if (!report.good() && !json) note(aftermath_text(report, context.notes()));
  if (report.good()) return std::string{};
  return std::unexpected(report.failure);
}

// Nothing of this program may stand on the volume that it works on: neither its folder, which is given, nor what the caller had open. Only a command
// that runs under the lock gets that.
std::string let_go(VolumeVerb verb) {
  if (verb != VolumeVerb::lock) ::close_range(3, ~0U, 0);
  std::error_code none;
  auto const folder = std::filesystem::current_path(none).string();
  if (::chdir("/") != 0) return {};
  return folder;
}

Result<std::string> show_volume(Context& context) {
  auto const& args = context.args();
  context.advise({});
  RSM_TRY(auto const target, volume_target(args.targets.front(), VolumeVerb::status));
  Progress progress(context, {target.device});
  VolumeWork work(order_of(args, VolumeVerb::status, target.device), hooks_of(context, progress, target.device, {}));
  RSM_TRY(auto const status, work.look());
  return args.common.json ? pretty_json(volume::to_json(status)) + "\n" : volume_status_text(status, context.screen());
}

Result<std::string> list_volume_holders(Context& context) {
  auto const& args = context.args();
  context.advise({});
  RSM_TRY(auto const target, volume_target(args.targets.front(), VolumeVerb::who));
  let_go(VolumeVerb::who);
  Progress progress(context, {target.device});
  VolumeWork work(order_of(args, VolumeVerb::who, target.device), hooks_of(context, progress, target.device, {}));
  RSM_TRY(auto const holders, work.holders());
  return args.common.json ? holders_json(target.device, holders) : holders_view(target.device, holders, context.screen());
}

Result<std::string> work_on_volume(Context& context) {
  auto const& args = context.args();
  context.advise({});
  auto const verb = *volume_verb(args.verb);
  RSM_TRY(auto const target, volume_target(args.targets.front(), verb));
  auto const folder = let_go(verb);
  if (!target.how.empty() && !args.common.json) note(plain_text(args.targets.front() + ": " + target.device + " (" + target.how + ")") + "\n");
  Progress progress(context, {target.device});
  VolumeWork work(order_of(args, verb, target.device), hooks_of(context, progress, target.device, folder));
  auto const report = work.run();
  if (!report.steps.empty() && !report.dry_run) progress.step(0, report.good() ? "done" : "failed", "");
  context.advise(advice_for(report.failure.code, verb, target.device, !report.holders_fate.empty()));
  return finished(context, work, report, verb);
}

}  // namespace

std::span<CommandRow const> volume_commands() {
  static constexpr CommandRow rows[] = {
      {"volume", "status", show_volume},
      {"volume", "who", list_volume_holders},
      {"volume", "flush", work_on_volume},
      {"volume", "lock", work_on_volume},
      {"volume", "dismount", work_on_volume},
      {"volume", "offline", work_on_volume},
      {"volume", "online", work_on_volume},
      {"volume", "eject", work_on_volume},
      {"volume", "load", work_on_volume},
      {"volume", "prevent", work_on_volume},
      {"volume", "allow", work_on_volume},
      {"volume", "verify", work_on_volume},
  };
  return rows;
}

}  // namespace rsm::cli
