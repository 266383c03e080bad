#include "drivers/volume/handler_service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "drivers/volume/limits.hpp"
#include "drivers/volume/volume_handle.hpp"
#include "drivers/volume/volume_wire.hpp"

namespace rsm::volume {
namespace {

constexpr int exit_cannot_serve = 1;

// Signals are looked at between operations: SIGUSR1 asks for the volume to be online, SIGUSR2 says that its removal is allowed, the others ask
// for an orderly end.
UniqueFd block_signals() {
  sigset_t asked;
  sigemptyset(&asked);
  for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) {
    std::signal(signal, SIG_DFL);
    sigaddset(&asked, signal);
  }
  ::sigprocmask(SIG_SETMASK, &asked, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  return UniqueFd(::signalfd(-1, &asked, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Of the program that started it nothing stays but the socket: no descriptor, no folder, no terminal.
void leave_the_program(int socket) {
  ::prctl(PR_SET_NAME, "rsm-volume-hand");  // the name of the program, as long as the kernel keeps it
  int const nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int const standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
  if (socket > STDERR_FILENO + 1) ::close_range(STDERR_FILENO + 1, static_cast<unsigned>(socket) - 1, 0);
  ::close_range(static_cast<unsigned>(socket) + 1, ~0U, 0);
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  ::setsid();
  ::umask(022);
  if (::chdir("/") != 0) ::_exit(exit_cannot_serve);
}

class Service {
 public:
  Service(int socket, int signals, VolumeHandle& handle, std::optional<Listener> listener)
      : socket_(socket), signals_(signals), handle_(handle), listener_(std::move(listener)) {}

  void run() {
    while (!ended_) {
      if (waiting_.empty()) {
        send_unsent();
        wait_for_events();
        continue;
      }
      take_frames();  // what is to be cancelled is cancelled before it begins
      if (!ended_ && !waiting_.empty()) work_on_first();
    }
    send_unsent();
    handle_.close();
    linger();
  }

 private:
  void wait_for_events() {
    std::vector<pollfd> looks{{socket_, POLLIN, 0}, {signals_, POLLIN, 0}, {listener_ ? listener_->fd() : -1, POLLIN, 0}};
    if (::poll(looks.data(), looks.size(), -1) < 0 && errno != EINTR) ended_ = true;
    if (looks[1].revents != 0) take_signals();
    if (looks[2].revents != 0) take_notice();
    if (looks[0].revents != 0) take_frames();
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == sizeof info) {
      let_go_for(info.ssi_signo);
      if (info.ssi_signo != SIGUSR1 && info.ssi_signo != SIGUSR2) ended_ = true;
    }
  }

  void let_go_for(unsigned signal) {
    if (signal == SIGUSR2)
      handle_.let_door_go();
    else if (signal == SIGUSR1)
      handle_.let_online();
  }

  void take_notice() {
    auto told = listener_->next();
    if (!told) return;
    std::uint64_t const id = ++notices_;
    open_notices_.emplace(id, std::move(told->answer));
    send({.kind = FrameKind::notice, .what = static_cast<std::uint16_t>(told->notice), .id = id});
  }

  // All that has come so far; never waits.
  void take_frames() {
    std::array<char, 64 * 1024> bytes;
    for (;;) {
      ssize_t const got = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        ended_ = true;
        return;
      }
      reader_.add({bytes.data(), static_cast<std::size_t>(got)});
      for (;;) {
        auto frame = reader_.next();
        if (!frame) ended_ = true;
        if (!frame || !*frame) break;
        take(std::move(**frame));
      }
    }
  }

  void take(Frame frame) {
    switch (frame.kind) {
      case FrameKind::command: waiting_.push_back(std::move(frame)); break;
      case FrameKind::cancel: cancel(frame.id); break;
      case FrameKind::notice_answer:
        if (auto const open = open_notices_.extract(frame.id)) [[maybe_unused]] auto const sent = ::send(open.mapped().get(), "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        break;
      case FrameKind::close:
        if (frame.linked) waiting_.push_back(std::move(frame));
        else ended_ = true;
        break;
      default: ended_ = true;
    }
  }

  void cancel(std::uint64_t id) {
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
      if (it->id != id) continue;
      it = waiting_.erase(it);
      if (id != 0) abort(id, "cancelled before it began");  // 0: a close, which nobody waits for
      if (it != waiting_.end() && it->linked) cancel(it->id);
      return;
    }
    if (id == current_) cancelled_ = true;
  }

  void abort(std::uint64_t id, char const* why) { send(reply_frame(FrameKind::reply, id, fail(Errc::operation_aborted, handle_.node(), why))); }

  void work_on_first() {
    Frame frame = std::move(waiting_.front());
    waiting_.pop_front();
    if (frame.kind == FrameKind::close) {
      ended_ |= went_well_;
      return;
    }
    if (frame.linked && !went_well_) return abort(frame.id, "not begun: what it depends on did not go well");
    current_ = frame.id;
    cancelled_ = false;
    send({.kind = FrameKind::began, .id = frame.id});
    VolumeHandle::Interrupt const interrupt{.fd = socket_, .asked = [this] {
                                              take_frames();
                                              return cancelled_ || ended_;
                                            }};
    std::uint64_t const id = frame.id;
    auto const operation = static_cast<Operation>(frame.what);
    auto outcome = carry_out(command_of(std::move(frame)), interrupt);
    current_ = 0;
    went_well_ = outcome.has_value() && !(operation == Operation::fit && outcome->number == 0);
    unsent_ += encode(reply_frame(FrameKind::reply, id, std::move(outcome)));  // goes with the beginning of the next one: the program wakes once for both
  }

  Result<Outcome> carry_out(Command const& command, VolumeHandle::Interrupt const& interrupt) {
    try {
      return handle_.carry_out(command, interrupt);
    } catch (std::exception const& problem) {
      return fail(Errc::internal_error, handle_.node(), problem.what());
    }
  }

  void send(Frame const& frame) {
    unsent_ += encode(frame);
    send_unsent();
  }

  void send_unsent() {
    if (!send_all(socket_, std::exchange(unsent_, {}))) ended_ = true;
  }

  // The handle is closed and the volume is to stay offline, or in its drive: a descriptor is all that keeps it so. Asked to end, it does.
  void linger() {
    if (!handle_.keeps_something()) return;
    listener_.reset();
    ::close(socket_);
    ::prctl(PR_SET_NAME, handle_.keeps_offline() ? "rsm-offline" : "rsm-prevent");
    while (handle_.keeps_something()) {
      pollfd look{signals_, POLLIN, 0};
      if (::poll(&look, 1, -1) < 0 && errno != EINTR) return;
      signalfd_siginfo info{};
      while (::read(signals_, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo != SIGUSR1 && info.ssi_signo != SIGUSR2) return;
        let_go_for(info.ssi_signo);
      }
    }
  }

  int socket_, signals_;
  VolumeHandle& handle_;
  std::optional<Listener> listener_;
  FrameReader reader_;
  std::string unsent_;
  std::deque<Frame> waiting_;
  std::map<std::uint64_t, UniqueFd> open_notices_;
  std::uint64_t notices_ = 0, current_ = 0;
  bool cancelled_ = false, ended_ = false;
  bool went_well_ = true;  // what was carried out last
};

struct Opened {
  std::unique_ptr<VolumeHandle> handle;
  std::optional<Listener> listener;
};

Result<Opened> open(HandlerArguments const& arguments) {
  RSM_TRY(FoundDevice device, find_device(arguments.device, kernel_calls()));
  auto medium = device.tape ? make_tape_medium(device.node, kernel_calls()) : make_block_medium({device.device, device.node}, kernel_calls(), arguments.system_too, arguments.lock_is_to_come);
  Opened opened;
  if (arguments.listening) {
    RSM_TRY(auto const record, block::VolumeRecordFile::at(block::volume_state_directory(), device.device));
    RSM_TRY(opened.listener, Listener::open(listener_path(record.path(), ::getpid())));
  }
  RSM_TRY(opened.handle, VolumeHandle::open(std::move(device), std::move(medium),
                                            {arguments.access, arguments.listening, arguments.application, arguments.command}));
  return opened;
}

// The handle is gone when this returns, with all that it had open.
int serve(HandlerArguments const& arguments, UniqueFd const& signals) {
  auto opened = open(arguments);
  Result<Outcome> greeting = Outcome{.number = static_cast<std::uint64_t>(::getpid()), .data = opened ? opened->handle->node() : ""};
  if (!opened) greeting = std::unexpected(opened.error());
  if (!send_all(arguments.socket, encode(reply_frame(FrameKind::greeting, 0, std::move(greeting)))) || !opened) return exit_cannot_serve;
  Service(arguments.socket, signals.get(), *opened->handle, std::move(opened->listener)).run();
  return 0;
}

// Split off a program that has nothing more to do: two that are taken apart at the same time hinder each other, and it is the one that is waited for.
void let_it_end_first(int socket) {
  pollfd look{socket, POLLRDHUP, 0};
  ::poll(&look, 1, static_cast<int>(limits::volume_program_end_wait.count()));
}

}  // namespace

int serve_handle(HandlerArguments const& arguments) {
  leave_the_program(arguments.socket);
  UniqueFd const signals = block_signals();
  int const status = serve(arguments, signals);
  ::shutdown(arguments.socket, SHUT_WR);  // the program need not wait until the kernel has taken this process apart
  if (arguments.application == ::getppid()) let_it_end_first(arguments.socket);
  return status;
}

}  // namespace rsm::volume
