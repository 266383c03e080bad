#include "drivers/handler/launcher_link.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "drivers/handler/launcher_wire.hpp"

namespace rsm::handler {
namespace {

constexpr char const* gone_text = "the launcher has ended and no handler can be started; restart rsmd";

bool send_request(int fd, LauncherRequest const& request) {
  ssize_t sent = 0;
  do sent = ::send(fd, &request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof request);
}

enum class Received { event, nothing, end };

Received receive(int fd, LauncherEvent& event, UniqueFd& socket) {
  iovec data{&event, sizeof event};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t const got = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Received::nothing;
  if (cmsghdr const* header = CMSG_FIRSTHDR(&message); got > 0 && header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int passed = -1;
    std::memcpy(&passed, CMSG_DATA(header), sizeof passed);
    socket.reset(passed);
  }
  return got == static_cast<ssize_t>(sizeof event) && event.mark == launcher_mark ? Received::event : Received::end;
}

Error refusal(LauncherEvent const& event) {
  std::size_t const length = ::strnlen(event.text.data(), event.text.size());
  return {error_from_number(event.error).value_or(Errc::device_not_available), "launcher", std::string(event.text.data(), length)};
}

}  // namespace

std::string end_text(int wait_status) {
  if (WIFSIGNALED(wait_status)) return fmt::format("signal {}", WTERMSIG(wait_status));
  return fmt::format("exit code {}", WEXITSTATUS(wait_status));
}

std::shared_ptr<LauncherLink> LauncherLink::of(Launcher& launcher, boost::asio::io_context& context, Loop& loop) {
  if (auto link = launcher.link_.lock()) return link;
  std::shared_ptr<LauncherLink> link(new LauncherLink(launcher, context, loop));
  launcher.link_ = link;
  link->listen();
  return link;
}

LauncherLink::LauncherLink(Launcher& launcher, boost::asio::io_context& context, Loop& loop)
    : control_(context, ::fcntl(launcher.control_.get(), F_DUPFD_CLOEXEC, 0)), loop_(loop), libraries_(launcher.libraries_) {}

void LauncherLink::listen() {
  control_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [weak = weak_from_this()](boost::system::error_code failed) {
    auto const self = weak.lock();
    if (!self || failed) return;
    self->read_all();
    if (!self->gone_) self->listen();
  });
}

void LauncherLink::read_all() {
  for (;;) {
    LauncherEvent event;
    UniqueFd socket;
    Received const received = receive(control_.native_handle(), event, socket);
    if (received == Received::nothing) return;
    if (received == Received::end) return launcher_gone();
    event.text.back() = '\0';
    take(event, std::move(socket));
  }
}

void LauncherLink::take(LauncherEvent const& event, UniqueFd socket) {
  if (event.tell == static_cast<std::uint32_t>(LauncherTell::ended)) {
    if (auto ended = ends_.extract(event.pid)) ended.mapped()(event.status);
    return;
  }
  auto started = starts_.extract(event.id);
  if (!started) return;  // who asked is gone; with the socket the handler goes too
  if (event.tell == static_cast<std::uint32_t>(LauncherTell::started) && socket)
    started.mapped()(Handler{event.pid, std::move(socket)});
  else
    started.mapped()(std::unexpected(refusal(event)));
}

void LauncherLink::launcher_gone() {
  gone_ = true;
  for (auto& [id, done] : std::exchange(starts_, {})) done(fail(Errc::device_not_available, "launcher", gone_text));
  if (on_gone_) std::exchange(on_gone_, nullptr)();
}

void LauncherLink::start(std::size_t library, Element device, OnStart done) {
  LauncherRequest request;
  request.ask = static_cast<std::uint32_t>(LauncherAsk::start);
  request.id = ++last_id_;
  request.library = static_cast<std::uint32_t>(library);
  request.kind = static_cast<std::uint32_t>(device.kind);
  request.number = device.number;
  if (!gone_ && send_request(control_.native_handle(), request)) {
    starts_.emplace(request.id, std::move(done));
    return;
  }
  loop_.post([done = std::move(done)]() mutable { done(fail(Errc::device_not_available, "launcher", gone_text)); });
}

void LauncherLink::on_end(pid_t pid, OnEnd callback) { ends_[pid] = std::move(callback); }

bool LauncherLink::kill(pid_t pid) {
  LauncherRequest request;
  request.ask = static_cast<std::uint32_t>(LauncherAsk::kill);
  request.pid = pid;
  return !gone_ && send_request(control_.native_handle(), request);
}

}  // namespace rsm::handler
