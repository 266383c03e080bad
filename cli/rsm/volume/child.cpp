#include "cli/rsm/volume/child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "cli/rsm/commands/descriptor.hpp"

namespace rsm::cli {
namespace {

constexpr int look_pause_ms = 1000;  // between two looks whether what is held is still held
constexpr int no_such_program = 127, cannot_be_started = 126, died_of_signal = 128;
constexpr auto passed_on = std::to_array<int>({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH});

// The signals are kept for the signalfd while this lives.
class SignalsKept {
 public:
  SignalsKept() {
    sigemptyset(&set_);
    for (int const signal : passed_on) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~SignalsKept() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsKept(SignalsKept const&) = delete;
  SignalsKept& operator=(SignalsKept const&) = delete;
  sigset_t const& set() const { return set_; }
  sigset_t const& before() const { return before_; }

 private:
  sigset_t set_{}, before_{};
};

void say(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

// Between fork and exec only what is allowed there: no memory is asked for.
[[noreturn]] void become(ChildOrder const& order, std::vector<char*> const& words, sigset_t const& mask, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(died_of_signal + SIGTERM);  // killed before that was set
  ::signal(SIGPIPE, SIG_DFL);
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  if (!order.folder.empty() && ::chdir(order.folder.c_str()) != 0) {
    say("rsm: the command's folder cannot be entered: ");
    say(order.folder);
    say("\n");
    ::_exit(cannot_be_started);
  }
  ::execvp(words[0], words.data());
  int const why = errno;
  say("rsm: ");
  say(words[0]);
  say(why == ENOENT ? ": there is no such program\n" : ": it cannot be started\n");
  ::_exit(why == ENOENT ? no_such_program : cannot_be_started);
}

// A terminal sends its signals to everybody in the foreground: the command has got those itself.
void pass_on(int signals, int process) {
  signalfd_siginfo info{};
  if (::read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
  bool const from_terminal = info.ssi_code == SI_KERNEL;
  if (!from_terminal) ::syscall(SYS_pidfd_send_signal, process, static_cast<int>(info.ssi_signo), nullptr, 0);
}

}  // namespace

Result<int> run_child(ChildOrder const& order) {
  std::vector<char*> words;
  for (auto const& word : order.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  SignalsKept const kept;
  ::signal(SIGCHLD, SIG_DFL);
  pid_t const parent = ::getpid();
  pid_t const child = ::fork();
  if (child < 0) return fail(Errc::not_enough_memory, order.words[0], std::string{"no process can be made: "} + std::strerror(errno));
  if (child == 0) become(order, words, kept.before(), parent);

  Descriptor const process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  Descriptor const signals(::signalfd(-1, &kept.set(), SFD_CLOEXEC));
  bool lost = false;
  int status = 0;
  for (;;) {
    std::array<pollfd, 2> waited{pollfd{process.get(), POLLIN, 0}, pollfd{signals.get(), POLLIN, 0}};
    int const ready = ::poll(waited.data(), waited.size(), look_pause_ms);
    if (ready > 0 && (waited[1].revents & POLLIN) != 0) pass_on(signals.get(), process.get());
    if (::waitpid(child, &status, WNOHANG) == child) break;
    if (lost || order.still_held()) continue;
    lost = true;
    say("rsm: the lock is lost; the command is asked to end\n");
    ::kill(child, SIGTERM);
  }
  if (lost) return fail(Errc::not_ready, order.words[0], "the lock was lost while it ran: it has been ended");
  return WIFEXITED(status) ? WEXITSTATUS(status) : died_of_signal + WTERMSIG(status);
}

}  // namespace rsm::cli
