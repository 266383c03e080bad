// rsm-top: the screen of `rsm top`.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "api/watch/watcher.hpp"
#include "cli/top/frame.hpp"
#include "cli/top/keys.hpp"
#include "cli/top/service.hpp"
#include "cli/top/terminal.hpp"
#include "libmgr/base/command_line.hpp"

namespace rsm::top {
namespace {

enum ExitCode { done = 0, failed = 1, not_understood = 2 };

std::int64_t now_ms() { return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// ---- what ends a wait: a key, news, a signal, an answer, or the next second

int wake_descriptor = -1;
volatile std::sig_atomic_t ended_by = 0, was_resized = 0;

void wake() {
  std::uint64_t const one = 1;
  [[maybe_unused]] auto const written = write(wake_descriptor, &one, sizeof one);
}

extern "C" void on_signal(int signal) {
  int const kept = errno;
  if (signal == SIGWINCH)
    was_resized = 1;
  else
    ended_by = signal;
  wake();
  errno = kept;
}

void take_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaction(signal, &action, nullptr);
}

void wait_for_something() {
  pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {wake_descriptor, POLLIN, 0}};
  int const to_next_second = static_cast<int>(1000 - now_ms() % 1000);
  if (poll(watched, 2, to_next_second) <= 0) return;
  std::uint64_t count = 0;
  if ((watched[1].revents & POLLIN) != 0) [[maybe_unused]] auto const taken = read(wake_descriptor, &count, sizeof count);
  if ((watched[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) ended_by = SIGHUP;  // the terminal is gone
}

// ---- questions to the service, one after the other, beside the screen

class Errand {
 public:
  struct Answer {
    std::string message;
    std::optional<Paragraph> paragraph;
  };
  bool busy() const {
    std::lock_guard const lock(mutex_);
    return busy_;
  }
  void run(std::shared_ptr<client::Connection> service, std::function<Answer(client::Connection&)> ask) {
    {
      std::lock_guard const lock(mutex_);
      busy_ = true;
    }
    thread_ = std::jthread([this, service = std::move(service), ask = std::move(ask)] {
      auto answer = service ? ask(*service) : Answer{"the service is away", {}};
      {
        std::lock_guard const lock(mutex_);
        answer_ = std::move(answer);
        busy_ = false;
      }
      wake();
    });
  }
  std::optional<Answer> answer() {
    std::lock_guard const lock(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  mutable std::mutex mutex_;
  bool busy_ = false;
  std::optional<Answer> answer_;
  std::jthread thread_;
};

class Screen {
 public:
  Screen(Terminal& terminal, watch::Watcher& watcher, Look look) : terminal_(terminal), watcher_(watcher), look_(look) {}

  // A question that is not answered yet holds nobody up.
  ~Screen() {
    auto const service = watcher_.connection();
    if (errand_.busy() && service) service->close();
  }

  void run() {
    while (ended_by == 0 && !quit_) {
      draw();
      wait_for_something();
      if (was_resized != 0) {
        was_resized = 0;
        terminal_.resized();
      }
      if (auto answer = errand_.answer()) take(std::move(*answer));
      while (auto const stroke = terminal_.key()) take(*stroke);
    }
  }

 private:
  void draw() { terminal_.draw(frame(*watcher_.world(), state_, terminal_.size(), look_, now_ms())); }

  void take(Stroke stroke) {
    auto step = press(std::move(state_), stroke, *watcher_.world(), terminal_.size(), look_, now_ms());
    state_ = std::move(step.state);
    quit_ = quit_ || step.quit;
    if ((step.act || step.explain) && errand_.busy()) {
      state_.message = "the last question is not answered yet";
      return;
    }
    if (step.act) {
      state_.message = step.act->what + " ...";
      errand_.run(watcher_.connection(), [action = *step.act](client::Connection& service) {
        auto outcome = perform(service, action);
        return Errand::Answer{outcome ? *outcome : action.what + ": " + outcome.error().text(), {}};
      });
    } else if (step.explain) {
      cli::Names names;
      for (auto const& library : watcher_.world()->status.libraries) names[library.id.guid] = library.name;
      errand_.run(watcher_.connection(), [row = *step.explain, names = std::move(names), width = terminal_.size().columns - 2](client::Connection& service) {
        auto told = told_of(service, row, names, width);
        return told ? Errand::Answer{{}, std::move(*told)} : Errand::Answer{told.error().text(), {}};
      });
    }
  }

  void take(Errand::Answer answer) {
    state_.message = std::move(answer.message);
    if (answer.paragraph) state_.paragraph = std::move(answer.paragraph);
  }

  Terminal& terminal_;
  watch::Watcher& watcher_;
  Look look_;
  State state_;
  bool quit_ = false;
  Errand errand_;
};

bool is_set(char const* variable) {
  char const* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int refuse(std::string const& why) {
  std::cerr << "rsm-top: " << why << "\n";
  return failed;
}

int run(int argc, char** argv) {
  client::Options options{.client_name = "rsm-top " RSM_VERSION};
  Look look;
  std::string color = "auto";
  CommandLine line("rsm-top: the libraries of OpenRSM on a screen: slots, arm, drives, queue, what needs a person, events.", "rsm-top");
  line.version("rsm-top " RSM_VERSION);
  line.text("--socket", options.socket, "Where rsmd listens (default: $OPENRSM_SOCKET, else /run/openrsm/rsmd.sock)", "PATH");
  line.flag("--read-only", look.read_only, "Look only: no key asks the service for anything");
  line.flag("--ascii", look.ascii, "No character beyond ASCII");
  line.one_of("--color", color, {"auto", "always", "never"});
  line.footer("Keys: ? shows them all, q ends. Exit codes: 0 as asked, 1 this terminal cannot be used, 2 command line.");
  if (auto const end = line.read(argc, argv)) return *end == 0 ? done : not_understood;
  char const* const term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term) == "dumb" || isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0)
    return refuse("this is no terminal that a screen can be drawn on; use rsm status --watch");
  look.ascii = look.ascii || !locale_is_utf8();
  look.color = color == "always" || (color == "auto" && !is_set("NO_COLOR"));
  wake_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_descriptor < 0) return refuse("no descriptor is left");
  take_signals();
  auto terminal = Terminal::open(look.color);
  if (!terminal) return refuse(terminal.error().detail);
  {
    watch::Watcher watcher(std::move(options), wake);
    Screen(**terminal, watcher, look).run();
  }
  return done;
}

}  // namespace
}  // namespace rsm::top

int main(int argc, char** argv) { return rsm::top::run(argc, argv); }
