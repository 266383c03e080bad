// rsm notify: follows what the service says of itself, and tells people what waits for them.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <mutex>

#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/interrupt.hpp"
#include "cli/rsm/notify/keeping.hpp"
#include "cli/rsm/notify/limits.hpp"
#include "cli/rsm/notify/message.hpp"
#include "cli/rsm/notify/tellers.hpp"
#include "cli/rsm/notify/words.hpp"
#include "cli/rsm/setup/machine.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

constexpr char const* settings_file = "/etc/default/openrsm-notify";
constexpr char const* mail_program = "notify-mail";
constexpr std::string_view usual_kinds = "operator drive library daemon attention";
constexpr std::int64_t events_at_once = 500;

struct Settings {
  std::string to;
  std::vector<Teller> tellers;
  NoticeTimes times;
  Millis program_limit{};
  std::vector<std::string> kinds;
  std::string state, host;
};

// As it was typed, else in the environment (where systemd puts the settings), else as the file of settings has it.
std::string setting(std::string const& typed, char const* name) {
  if (!typed.empty()) return typed;
  if (char const* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return setting_in(system_path(settings_file), name).value_or("");
}

Result<Millis> time_setting(std::string const& typed, char const* name, Millis usual) {
  auto const text = setting(typed, name);
  if (text.empty()) return usual;
  auto const parsed = parse_duration(text);
  if (!parsed || *parsed < 0) return fail(Errc::invalid_parameter, std::string(name) + "=" + text, "write 90s, 10m, 4h or 500ms");
  return Millis{*parsed};
}

Result<std::vector<std::string>> kinds_in(std::string const& text) {
  RSM_TRY(auto const lists, commands_in(text));
  auto const known = condition_kinds();
  for (auto const& kind : lists.front())
    if (std::ranges::find(known, kind) == known.end())
      return fail(Errc::invalid_parameter, "WHAT=" + text, "operator, drive, library, daemon and attention are what there is");
  return lists.front();
}

std::string state_folder(std::string const& typed) {
  if (!typed.empty()) return typed;
  for (auto const& [name, more] :
       {std::pair{"STATE_DIRECTORY", ""}, {"XDG_STATE_HOME", "/openrsm-notify"}, {"HOME", "/.local/state/openrsm-notify"}})
    if (char const* value = std::getenv(name); value != nullptr && *value != '\0') return std::string(value) + more;
  return "/tmp/openrsm-notify-" + std::to_string(::getuid());
}

std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

Result<Settings> read_settings(NotifyArguments const& args) {
  Settings settings{.to = setting(args.to, "MAIL_TO"),
                    .tellers = {},
                    .times = {},
                    .program_limit = {},
                    .kinds = {},
                    .state = state_folder(args.state),
                    .host = host_name()};
  auto runs = args.run;
  if (runs.empty()) runs.push_back(setting("", "RUN"));
  if (runs.front().empty()) runs.front() = mail_program;
  for (auto const& run : runs) {
    RSM_TRY(auto commands, commands_in(run));
    std::ranges::move(commands, std::back_inserter(settings.tellers));
  }
  auto const what = setting(args.what, "WHAT");
  RSM_TRY(settings.kinds, kinds_in(what.empty() ? std::string(usual_kinds) : what));
  RSM_TRY(settings.times.after, time_setting(args.after, "AFTER", limits::notice_after));
  RSM_TRY(settings.times.remind, time_setting(args.remind, "REMIND", limits::notice_remind));
  RSM_TRY(settings.times.digest, time_setting(args.digest, "DIGEST", limits::notice_digest));
  RSM_TRY(settings.program_limit, time_setting("", "RUN_LIMIT", limits::notice_program_limit));
  if (settings.times.remind <= Millis{0}) return fail(Errc::invalid_parameter, "REMIND", "a time above zero: 4h");
  return settings;
}

// Said at once, and not in the night.
std::string what_is_missing(Settings const& settings) {
  bool const mails = std::ranges::any_of(settings.tellers, [](auto const& teller) { return teller.front().ends_with(mail_program); });
  if (mails && settings.to.empty()) return "MAIL_TO is not set in " + system_path(settings_file) + ": nobody gets a mail";
  if (mails && !program_path("sendmail"))
    return "there is no program sendmail: no mail can be sent ('apt install msmtp-mta', or another mail-transport-agent)";
  return {};
}

void complain(std::vector<Told> const& told) {
  for (auto const& each : told)
    if (!each.outcome) note("rsm notify: " + plain_text(each.outcome.error().sentence()) + "\n");
}

bool any_told(std::vector<Told> const& told) {
  return std::ranges::any_of(told, [](auto const& each) { return each.outcome.has_value(); });
}

// The service, its events, and the desk between them and the people.
class Watch {
 public:
  Watch(Context& context, Settings const& settings, Keeping& keeping)
      : context_(context), settings_(settings), keeping_(keeping), desk_(settings.times, settings.kinds) {
    desk_.state() = keeping.read();
  }

  void run() {
    while (!stopped()) {
      follow();
      if (!stopped()) say_what_is_due();
    }
  }

  void stop() {
    std::shared_ptr<client::Connection> open;
    {
      std::lock_guard const lock(mutex_);
      stopped_ = true;
      open = service_;
    }
    stopping_.notify_all();
    if (open) open->close();
  }

 private:
  bool stopped() {
    std::lock_guard const lock(mutex_);
    return stopped_;
  }

  void pause(Millis time) {
    std::unique_lock lock(mutex_);
    stopping_.wait_for(lock, time, [this] { return stopped_; });
  }

  // Until something may have to be said.
  Millis patience() const {
    auto const now = now_ms();
    auto at = desk_.next_look(now);
    if (at && retry_at_ > now) at = std::max(*at, retry_at_);
    return at ? std::clamp(Millis{*at - now}, Millis{1}, limits::notice_look) : limits::notice_look;
  }

  // One step: a look at the service, or a wait for its next event.
  void follow() {
    if (!service_ && !connect()) return pause(std::min(limits::notice_connect_pause, patience()));
    if (!fresh_) return look();
    auto const wait = patience();
    auto page =
        service_->event_read({.cursor = desk_.state().cursor, .type = {}, .limit = events_at_once, .wait_ms = wait.count(), .name = {}},
                             wait + limits::client_call_limit);
    if (page && page->events.empty()) return;
    fresh_ = false;
    pause(limits::notice_gather);
    if (page)
      desk_.state().cursor = page->cursor;
    else if (page.error().code == Errc::no_data)
      desk_.state().cursor = newest_;  // some are no longer kept: what is there now is asked anyway
    else
      lost(page.error());
  }

  bool connect() {
    client::Options options;
    options.reconnect_limit = Millis{0};
    auto opened = context_.connect(std::move(options));
    if (!opened || !(*opened)->server().ready) {
      lost(opened ? Error{Errc::not_ready, "", "it is still starting"} : opened.error());
      return false;
    }
    std::lock_guard const lock(mutex_);
    service_ = std::move(*opened);
    fresh_ = false;
    return !stopped_;
  }

  void look() {
    auto const status = service_->status({});
    if (!status) return lost(status.error());
    away_since_ = 0;
    newest_ = status->last_event;
    if (desk_.state().cursor == 0 || desk_.state().cursor > newest_) desk_.state().cursor = newest_;  // the first time; another history
    desk_.see(conditions_of(*status, now_ms()), now_ms());
    fresh_ = true;
  }

  void lost(Error const& why) {
    {
      std::lock_guard const lock(mutex_);
      service_.reset();
    }
    if (away_since_ == 0) {
      away_since_ = now_ms();
      note("rsm notify: the service does not answer: " + plain_text(why.sentence()) + "\n");
    }
    desk_.away(daemon_away(why.sentence(), away_since_));
  }

  // A message is recorded when it was told: after a crash between the two it is told once more, with the same id.
  void say_what_is_due() {
    auto const now = now_ms();
    if (now < retry_at_) return;
    while (auto const notice = desk_.next(now)) {
      auto const told = tell(settings_.tellers, settings_.program_limit, message_of(*notice, settings_.host, settings_.to, now));
      complain(told);
      if (!any_told(told)) {
        retry_at_ = now_ms() + limits::notice_retry.count();
        break;
      }
      desk_.sent(*notice, now_ms());
      keep();
      if (stopped()) return;
    }
    keep();
  }

  void keep() {
    auto without_cursor = desk_.state();
    without_cursor.cursor = 0;
    if (desk_.state().cursor == 0 && without_cursor == DeskState{}) return;  // nothing is known yet
    auto const now = now_ms();
    if (without_cursor == kept_ && now - kept_at_ < limits::notice_cursor_keep.count()) return;
    kept_ = std::move(without_cursor);
    kept_at_ = now;
    if (auto const kept = keeping_.write(desk_.state()); !kept) note("rsm notify: " + plain_text(kept.error().sentence()) + "\n");
  }

  Context& context_;
  Settings const& settings_;
  Keeping& keeping_;
  Desk desk_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::shared_ptr<client::Connection> service_;
  bool fresh_ = false;  // the desk has seen what the service says after the newest event
  DeskState kept_;
  std::int64_t kept_at_ = 0;
  std::int64_t away_since_ = 0, newest_ = 0, retry_at_ = 0;
};

Result<std::string> tell_once(Settings const& settings, Message const& message) {
  auto const told = tell(settings.tellers, settings.program_limit, message);
  std::string out;
  for (auto const& each : told)
    out += plain_text(each.program) + ": " + (each.outcome ? "told" : plain_text(each.outcome.error().sentence())) + "\n";
  for (auto const& each : told)
    if (!each.outcome) {
      print(out);
      return std::unexpected(each.outcome.error());
    }
  return out;
}

Result<std::string> as_mail() {
  std::string const json{std::istreambuf_iterator<char>(std::cin), {}};
  RSM_TRY(auto const message, read_message(json));
  if (message.to.empty())
    return fail(Errc::invalid_parameter, "MAIL_TO", "it is not set in " + system_path(settings_file) + ": to whom is the mail?");
  return mail_text(message);
}

Result<std::string> notify(Context& context) {
  auto const& args = context.args().notify;
  if (args.as_mail) return as_mail();
  context.advise("");
  RSM_TRY(auto const settings, read_settings(args));
  auto const missing = what_is_missing(settings);
  if (args.test) {
    if (!missing.empty()) return fail(Errc::device_not_available, "", missing);
    return tell_once(settings, test_message(settings.host, settings.to, now_ms()));
  }
  if (!missing.empty()) note("rsm notify: " + missing + "\n");
  // Where nobody is to be told, a service that fails is in the journal.
  if (!args.failed.empty())
    return missing.empty() ? tell_once(settings, failed_message(args.failed, settings.host, settings.to, now_ms())) : std::string();
  ::signal(SIGPIPE, SIG_IGN);
  RSM_TRY(auto const keeping, Keeping::open(settings.state));
  Watch watch(context, settings, *keeping);
  Interrupt const interrupt([&watch] { watch.stop(); });
  watch.run();
  return std::string();
}

}  // namespace

std::span<CommandRow const> notify_commands() {
  static constexpr CommandRow rows[] = {{"notify", "", notify}};
  return rows;
}

}  // namespace rsm::cli
