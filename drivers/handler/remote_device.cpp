#include "drivers/handler/remote_device.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <fstream>

#include "drivers/handler/device_name.hpp"
#include "drivers/handler/limits.hpp"

namespace rsm::handler {
namespace {

// " (state D, uninterruptible)"; empty where it cannot be looked at. The letter is behind the command's name: "4711 (name) D 1 ...".
std::string process_state_text(pid_t process) {
  std::ifstream in(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(in, line);
  auto const at = line.rfind(") ");
  if (at == std::string::npos || at + 2 >= line.size()) return {};
  return fmt::format(" (state {}{})", line[at + 2], line[at + 2] == 'D' ? ", uninterruptible" : "");
}

}  // namespace

RemoteDevice::RemoteDevice(boost::asio::io_context& context, Loop& loop, std::shared_ptr<LauncherLink> link, std::size_t library, Element device, DeviceTimes times)
    : context_(context), loop_(loop), link_(std::move(link)), library_(library), device_(device), times_(times), figures_{.device = device} {}

// ---- commands

void RemoteDevice::submit(Command command, Millis limit, Completion done) {
  submit({std::move(command), limit, std::move(done)}, std::nullopt);
}

void RemoteDevice::submit(Step first, std::optional<Step> then) {
  if (waiting_.size() >= limits::device_queue_max) {
    Error full{Errc::busy, device_text(device_), fmt::format("{} commands wait for it already", waiting_.size())};
    loop_.post([done = std::move(first.done), full = std::move(full)]() mutable { done(std::unexpected(std::move(full))); });
    return;
  }
  waiting_.push_back({{std::move(first)}, std::move(then)});
  pump();
}

void RemoteDevice::pump() {
  if (closed_ || waiting_.empty()) return;
  if (phase_ == Phase::none) start_handler();
  if (phase_ == Phase::ready && !current_) send_first();
}

void RemoteDevice::send_first() {
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  outgoing_ = encode(CommandFrame{++last_id_, current_->command, current_->then ? std::optional(current_->then->command) : std::nullopt});
  arm(current_->limit, [](RemoteDevice& self) { self.late(); });
  boost::asio::async_write(*socket_, boost::asio::buffer(outgoing_), [self = shared_from_this()](boost::system::error_code, std::size_t) {
    // A handler that does not read has ended, and its end is told by the reader.
  });
}

void RemoteDevice::complete(Result<Answer> outcome) {
  auto ended = std::exchange(current_, std::nullopt);
  current_error_.reset();
  if (outcome && ended->then) {  // the handler is at that one already
    current_ = Pending{{std::move(*ended->then)}, std::nullopt};
    ++last_id_;
    if (phase_ == Phase::ready) arm(current_->limit, [](RemoteDevice& self) { self.late(); });
  }
  ended->done(std::move(outcome));
}

void RemoteDevice::late() {
  Millis const limit = current_->limit;
  current_error_ = Error{Errc::timeout, device_text(device_),
                         fmt::format("{} took longer than {}; what the device makes of the command is not known; {} was killed",
                                     command_name(current_->command), duration_text(limit), who())};
  end_handler(fmt::format("killed: {} took longer than {}", command_name(current_->command), duration_text(limit)), port::HandlerEnd::timed_out);
}

// ---- the life of a handler

void RemoteDevice::start_handler() {
  phase_ = Phase::starting;
  ++handlers_;
  lines_ = {};
  hello_ = {};
  greeted_ = false;
  end_.reset();
  why_.clear();
  kind_ = port::HandlerEnd::exited;
  arm(times_.start, [](RemoteDevice& self) { self.start_failed("the launcher did not answer within " + duration_text(self.times_.start)); });
  link_->start(library_, device_, [weak = weak_from_this(), link = std::weak_ptr(link_), number = handlers_](Result<LauncherLink::Handler> handler) {
    auto const self = weak.lock();
    if (!self || self->closed_ || self->phase_ != Phase::starting || number != self->handlers_) {
      if (auto const launcher = link.lock(); launcher && handler) launcher->kill(handler->pid);  // too late: it must not keep the lock of its device
      return;
    }
    if (handler) return self->handler_started(std::move(*handler));
    self->start_failed(handler.error().detail);
  });
}

void RemoteDevice::start_failed(std::string const& why) {
  disarm();
  phase_ = Phase::none;
  ++figures_.ends[port::HandlerEnd::not_started];
  last_end_ = "cannot be started: " + why;
  doom_waiting();
  fail_all({Errc::device_not_available, device_text(device_), "its handler cannot be started: " + why});
  if (!closed_) pump();
}

void RemoteDevice::handler_started(LauncherLink::Handler handler) {
  phase_ = Phase::greeting;
  ++figures_.starts;
  pid_ = handler.pid;
  socket_.emplace(context_, handler.socket.release());
  stream_open_ = true;
  link_->on_end(pid_, [weak = weak_from_this()](int status) {
    if (auto const self = weak.lock()) self->handler_ended(status);
  });
  arm(times_.start, [](RemoteDevice& self) { self.end_handler("killed: it did not greet within " + duration_text(self.times_.start), port::HandlerEnd::timed_out); });
  read();
}

void RemoteDevice::read() {
  socket_->async_read_some(boost::asio::buffer(incoming_), [self = shared_from_this(), handler = handlers_](boost::system::error_code failed, std::size_t length) {
    if (self->closed_ || !self->stream_open_ || handler != self->handlers_) return;
    if (failed) return self->stream_ended();
    self->take_bytes({self->incoming_.data(), length});
    if (!self->closed_ && self->stream_open_ && handler == self->handlers_) self->read();
  });
}

void RemoteDevice::take_bytes(std::string_view bytes) {
  lines_.add(bytes);
  while (auto const line = lines_.next()) {
    take_line(*line);
    if (closed_ || !stream_open_) return;
  }
  if (lines_.overflow()) end_handler("killed: it sent a line without end", port::HandlerEnd::spoke_nonsense);
}

void RemoteDevice::take_line(std::string const& line) {
  if (!greeted_) return take_greeting(line);
  take_reply(line);
}

void RemoteDevice::take_greeting(std::string const& line) {
  auto const greeting = decode_greeting(line);
  if (!greeting) return end_handler("killed: it spoke nonsense: " + greeting.error().detail, port::HandlerEnd::spoke_nonsense);
  if (!*greeting) return end_handler("cannot serve: " + greeting->error().sentence(), std::nullopt);
  greeted_ = true;
  hello_ = **greeting;
  if (phase_ != Phase::greeting) return;  // it has ended already
  disarm();
  phase_ = Phase::ready;
  pump();
}

void RemoteDevice::take_reply(std::string const& line) {
  auto reply = decode_reply(line);
  if (!reply) return end_handler("killed: it spoke nonsense: " + reply.error().detail, port::HandlerEnd::spoke_nonsense);
  if (!current_ || reply->id != last_id_) return end_handler("killed: it answered what nobody asked", port::HandlerEnd::spoke_nonsense);
  if (phase_ == Phase::ready) disarm();
  if (reply->doubt && doubt_) doubt_(device_);
  complete(std::move(reply->outcome));
  if (!closed_) pump();
}

// An end may be noticed more than once (its socket, its process, its last words): what is doomed already stays so.
void RemoteDevice::doom_waiting() {
  for (auto& pending : waiting_) doomed_.push_back(std::move(pending));
  waiting_.clear();
}

// From here on it gets no command. Lines that it has sent before still count, unless its end is our doing.
void RemoteDevice::end_handler(std::string why, std::optional<port::HandlerEnd> kill) {
  if (phase_ == Phase::ending && !why_.empty()) return;
  phase_ = Phase::ending;
  why_ = std::move(why);
  kind_ = kill.value_or(port::HandlerEnd::exited);
  doom_waiting();
  if (kill && !link_->kill(pid_)) why_ += " (it could not be killed: the launcher has ended)";
  if (socket_) {
    stream_open_ = false;
    boost::system::error_code ignored;
    socket_->close(ignored);
  }
  arm(times_.kill, [](RemoteDevice& self) { self.finish_end(); });
  if (end_) finish_end();
}

void RemoteDevice::stream_ended() {
  stream_open_ = false;
  if (end_) return finish_end();
  if (phase_ == Phase::ending) return;
  phase_ = Phase::ending;
  doom_waiting();
  arm(times_.kill, [](RemoteDevice& self) { self.finish_end(); });
}

void RemoteDevice::handler_ended(int wait_status) {
  if (closed_) return;
  end_ = end_text(wait_status);
  if (why_.empty()) kind_ = WIFSIGNALED(wait_status) ? port::HandlerEnd::died : port::HandlerEnd::exited;
  if (!stream_open_) return finish_end();
  if (phase_ == Phase::ending) return;
  phase_ = Phase::ending;  // what it sent before its end is still to be read
  doom_waiting();
  arm(times_.kill, [](RemoteDevice& self) { self.finish_end(); });
}

void RemoteDevice::finish_end() {
  disarm();
  bool const idle = !current_ && doomed_.empty();
  ++figures_.ends[kind_];
  std::string how = why_;
  if (how.empty()) how = end_ ? "died: " + *end_ : "closed its socket and did not end; it was killed";
  if (!why_.empty() && !end_) {
    std::string const still = fmt::format(" and has not ended within {}: it waits in the kernel{}", duration_text(times_.kill), process_state_text(pid_));
    how += still;
    if (current_error_) current_error_->detail += still + ", and nobody else acts on the device before it ends";
  }
  Error const error{Errc::device_not_available, device_text(device_), who() + " " + how};
  if (!end_) link_->kill(pid_);  // whatever it waits for: it must not keep the lock of its device
  link_->forget_end(pid_);
  socket_.reset();
  stream_open_ = false;
  phase_ = Phase::none;
  pid_ = 0;
  last_end_ = how;
  auto const self = shared_from_this();
  fail_all(error);
  if (idle && !closed_ && lost_) lost_(device_, error.detail);
  if (!closed_) pump();
}

// The current one and the doomed ones; what was submitted meanwhile stays for the next handler.
void RemoteDevice::fail_all(Error const& error) {
  auto const doomed = std::make_shared<std::deque<Pending>>(std::exchange(doomed_, {}));
  if (current_) complete(std::unexpected(current_error_.value_or(error)));
  for (auto& pending : *doomed) {
    if (closed_) return;
    pending.done(std::unexpected(error));
  }
}

// ---- time, names, the end

void RemoteDevice::arm(Millis limit, std::function<void(RemoteDevice&)> when_over) {
  disarm();
  timer_ = loop_.after(limit, [weak = weak_from_this(), when_over = std::move(when_over)] {
    auto const self = weak.lock();
    if (!self || self->closed_) return;
    self->timer_ = TimerId::none;
    when_over(*self);
  });
}

void RemoteDevice::disarm() {
  loop_.cancel(timer_);
  timer_ = TimerId::none;
}

std::string RemoteDevice::who() const { return fmt::format("handler of {} (pid {})", device_text(device_), pid_); }

std::string RemoteDevice::handler_text() const {
  if (pid_ != 0) return fmt::format("pid {}{}", pid_, hello_.note.empty() ? "" : ", " + hello_.note);
  return last_end_.empty() ? "not started" : last_end_;
}

void RemoteDevice::close() {
  closed_ = true;
  disarm();
  if (pid_ != 0) link_->forget_end(pid_);
  boost::system::error_code ignored;
  if (socket_) socket_->close(ignored);
  current_.reset();
  waiting_.clear();
  doomed_.clear();
}

}  // namespace rsm::handler
