#include "drivers/handler/launcher_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include "drivers/block/system_error.hpp"
#include "drivers/handler/device_name.hpp"
#include "drivers/handler/launcher_wire.hpp"
#include "drivers/handler/limits.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::handler {
namespace {

constexpr int handler_fd = STDERR_FILENO + 1;
constexpr int exec_failed_fd = handler_fd + 1;

struct Running {
  std::uint32_t library = 0;
  Element device;
};

struct Started {
  pid_t pid = 0;
  UniqueFd daemons_end;
};

char const* volumes_word(VolumeChoiceWord choice) {
  switch (choice) {
    case VolumeChoiceWord::block: return "block";
    case VolumeChoiceWord::user: return "user";
    case VolumeChoiceWord::automatic: break;
  }
  return "auto";
}

// In the child: the handler's socket and the standard descriptors, nothing else; no signal blocked or ignored.
[[noreturn]] void become_handler(UniqueFd socket, UniqueFd exec_failed, std::vector<std::string> const& command) {
  sigset_t none;
  sigemptyset(&none);
  for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) std::signal(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Out of the way first: each may sit where another must go.
  int const high = ::fcntl(socket.get(), F_DUPFD, exec_failed_fd + 1);
  int const high_failed = ::fcntl(exec_failed.get(), F_DUPFD, exec_failed_fd + 1);
  ::dup2(high, handler_fd);
  ::dup3(high_failed, exec_failed_fd, O_CLOEXEC);
  ::close_range(exec_failed_fd + 1, ~0U, 0);
  std::vector<char*> arguments;
  for (auto const& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{path, nullptr};
  ::execve(arguments[0], arguments.data(), environment.data());
  int const problem = errno;
  [[maybe_unused]] auto const written = ::write(exec_failed_fd, &problem, sizeof problem);
  ::_exit(127);
}

class LauncherProcess {
 public:
  LauncherProcess(UniqueFd control, LauncherConfig const& config) : control_(std::move(control)), config_(config) {}

  [[noreturn]] void run() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_SETMASK, &child, nullptr);
    UniqueFd const children(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    std::array<pollfd, 2> looks{pollfd{control_.get(), POLLIN, 0}, pollfd{children.get(), POLLIN, 0}};
    for (;;) {
      if (::poll(looks.data(), looks.size(), -1) < 0 && errno != EINTR) ::_exit(1);
      if (looks[1].revents != 0) {
        signalfd_siginfo ignored{};
        while (::read(children.get(), &ignored, sizeof ignored) > 0) {
        }
        reap();
      }
      if (looks[0].revents != 0) serve_one();
    }
  }

 private:
  void serve_one() {
    std::array<char, sizeof(LauncherRequest) + 1> bytes{};
    ssize_t const got = ::recv(control_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) ::_exit(0);  // the daemon has ended
    LauncherRequest request;
    if (got != static_cast<ssize_t>(sizeof request)) return refuse(0, {Errc::invalid_parameter, "launcher", "not a message"});
    std::memcpy(&request, bytes.data(), sizeof request);
    if (request.mark != launcher_mark) return refuse(request.id, {Errc::invalid_parameter, "launcher", "not a message"});
    if (request.ask == static_cast<std::uint32_t>(LauncherAsk::start)) return start(request);
    if (request.ask == static_cast<std::uint32_t>(LauncherAsk::kill)) return kill(request);
    refuse(request.id, {Errc::invalid_parameter, "launcher", "no such request"});
  }

  Result<Element> checked_device(LauncherRequest const& request) const {
    if (request.library >= config_.libraries.size()) return fail(Errc::invalid_parameter, "launcher", fmt::format("library {} is not configured", request.library));
    Element const device{static_cast<ElementKind>(request.kind), request.number};
    bool const changer = request.kind == static_cast<std::uint32_t>(ElementKind::arm) && request.number == 0;
    bool const drive = request.kind == static_cast<std::uint32_t>(ElementKind::drive) && request.number < limits::library_drives_max;
    if (!changer && !drive) return fail(Errc::invalid_parameter, "launcher", fmt::format("no device of kind {}, number {}", request.kind, request.number));
    unsigned alive = 0;
    for (auto const& [pid, running] : running_) alive += running.library == request.library && running.device == device ? 1 : 0;
    if (alive >= limits::handlers_per_device_max)
      return fail(Errc::busy, device_text(device), fmt::format("{} handlers of it do not end; what they wait for is in the kernel", alive));
    return device;
  }

  void start(LauncherRequest const& request) {
    auto const device = checked_device(request);
    if (!device) return refuse(request.id, device.error());
    auto started = launch(config_.libraries[request.library], *device);
    if (!started) return refuse(request.id, started.error());
    running_[started->pid] = {request.library, *device};
    LauncherEvent event;
    event.tell = static_cast<std::uint32_t>(LauncherTell::started);
    event.id = request.id;
    event.pid = started->pid;
    send(event, started->daemons_end.get());
  }

  Result<Started> launch(LauncherLibrary const& library, Element device) const {
    std::array<int, 2> ends{}, report{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return block::system_failure(errno, device_text(device), "make its socket");
    UniqueFd daemons_end(ends[0]), handlers_end(ends[1]);
    if (::pipe2(report.data(), O_CLOEXEC) != 0) return block::system_failure(errno, device_text(device), "make a pipe");
    UniqueFd failed_read(report[0]), failed_write(report[1]);
    std::vector<std::string> command{config_.handler_program, "--driver", library.driver, "--device", device_argument(device),
                                     "--volumes", volumes_word(library.volumes), "--fd", std::to_string(handler_fd), "--lock",
                                     config_.lock_directory + "/" + lock_file_name(library.driver, library.place.of_library(), device)};
    auto const place = library.place.arguments();
    command.insert(command.end(), place.begin(), place.end());
    pid_t const pid = ::fork();
    if (pid < 0) return block::system_failure(errno, device_text(device), "start its handler");
    if (pid == 0) become_handler(std::move(handlers_end), std::move(failed_write), command);
    failed_write.reset();
    pollfd look{failed_read.get(), POLLIN, 0};
    if (::poll(&look, 1, static_cast<int>(limits::handler_exec_limit.count())) == 0) {
      ::kill(pid, SIGKILL);  // it is reaped when it has ended
      return fail(Errc::timeout, config_.handler_program, fmt::format("was not run within {}: the file system that it is on does not answer", duration_text(limits::handler_exec_limit)));
    }
    int problem = 0;
    if (::read(failed_read.get(), &problem, sizeof problem) == static_cast<ssize_t>(sizeof problem)) {
      ::waitpid(pid, nullptr, 0);
      return fail(Errc::object_not_found, config_.handler_program, "cannot be run: " + block::errno_text(problem));
    }
    return Started{pid, std::move(daemons_end)};
  }

  void kill(LauncherRequest const& request) {
    if (!running_.contains(request.pid)) return;  // ended already, or never ours
    ::kill(request.pid, SIGKILL);
  }

  void reap() {
    int status = 0;
    for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
      if (running_.erase(pid) == 0) continue;
      LauncherEvent event;
      event.tell = static_cast<std::uint32_t>(LauncherTell::ended);
      event.pid = pid;
      event.status = status;
      send(event, -1);
    }
  }

  void refuse(std::uint64_t id, Error const& error) {
    LauncherEvent event;
    event.tell = static_cast<std::uint32_t>(LauncherTell::refused);
    event.id = id;
    event.error = static_cast<std::uint32_t>(error.code);
    std::string const text = error.object + ": " + error.detail;
    std::memcpy(event.text.data(), text.data(), std::min(text.size(), event.text.size() - 1));
    send(event, -1);
  }

  void send(LauncherEvent const& event, int fd) {
    iovec data{const_cast<LauncherEvent*>(&event), sizeof event};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (fd >= 0) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    while (::sendmsg(control_.get(), &message, MSG_NOSIGNAL) < 0)
      if (errno != EINTR) ::_exit(0);  // the daemon has ended
  }

  UniqueFd control_;
  LauncherConfig const& config_;
  std::map<pid_t, Running> running_;
};

}  // namespace

void run_launcher(UniqueFd control, LauncherConfig const& config) { LauncherProcess(std::move(control), config).run(); }

}  // namespace rsm::handler
