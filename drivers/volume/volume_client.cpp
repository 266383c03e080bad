#include "drivers/volume/volume_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "drivers/volume/handler_start.hpp"
#include "drivers/volume/limits.hpp"
#include "drivers/volume/service_mark.hpp"
#include "drivers/volume/volume_wire.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::volume {
namespace {

using Clock = std::chrono::steady_clock;

std::string name_of_this_process() {
  std::ifstream in("/proc/self/comm");
  std::string name;
  std::getline(in, name);
  return name;
}

struct Pending {
  Operation operation;
  Millis limit;
  Completion done;
  std::optional<Clock::time_point> deadline;  // set when the handler has begun with it
};

struct Finished {
  Completion done;
  Result<Outcome> outcome;
};

// What the client and its thread share; the thread keeps it alive when a completion closes the last client.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(UniqueFd socket, FrameReader reader, pid_t handler, std::string device, OpenOptions options, std::vector<Order> told)
      : socket_(std::move(socket)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        reader_(std::move(reader)),
        handler_(handler),
        process_(static_cast<int>(::syscall(SYS_pidfd_open, handler, 0))),
        device_(std::move(device)),
        options_(std::move(options)) {
    for (auto& order : told) pending_.emplace(++last_id_, Pending{order.command.operation, order.limit, std::move(order.done), std::nullopt});
  }

  std::uint64_t submit(Command command, Millis limit, Completion done) {
    std::unique_lock held(mutex_);
    std::uint64_t const id = ++last_id_;
    auto refused = command.linked ? last_refusal_ : std::nullopt;
    if (!refused) refused = refusal();
    last_refusal_ = refused;
    Operation const operation = command.operation;
    if (refused) {
      later_.push_back({std::move(done), std::unexpected(*refused)});
    } else {
      pending_.emplace(id, Pending{operation, limit, std::move(done), std::nullopt});
      outgoing_ += encode(frame_of(id, std::move(command)));
    }
    held.unlock();
    wake();
    return id;
  }

  bool cancel(std::uint64_t id) {
    std::unique_lock held(mutex_);
    if (!pending_.contains(id)) return false;
    outgoing_ += encode({.kind = FrameKind::cancel, .id = id});
    held.unlock();
    wake();
    return true;
  }

  void close() {
    std::unique_lock held(mutex_);
    if (!closing_ && !dead_) outgoing_ += encode({.kind = FrameKind::close});
    closing_ = true;
    held.unlock();
    wake();
  }

  // The handler has released everything when it shuts its end.
  bool wait_for_end(Millis limit) {
    std::unique_lock held(mutex_);
    return ended_.wait_for(held, limit, [this] { return over_; });
  }

  bool dead() {
    std::lock_guard const held(mutex_);
    return dead_;
  }
  std::string const& device() const { return device_; }
  pid_t handler() const { return handler_; }

  void run() {
    while (step({})) {
    }
  }

  // Until something has completed.
  void attend(Millis limit) {
    auto const until = Clock::now() + limit;
    for (completed_ = false; !completed_;) {
      auto const left = std::max(std::chrono::ceil<Millis>(until - Clock::now()), Millis{0});
      if (!step(left) || left == Millis{0}) return;
    }
  }

 private:
  // Completes what is known already, else takes what comes within the limit. False: it is over.
  bool step(std::optional<Millis> limit) {
    if (std::exchange(fresh_, false)) {  // what has come with the greeting
      take_frames();
      return true;
    }
    std::vector<Finished> finished;
    bool over = false;
    {
      std::lock_guard const held(mutex_);
      finished.swap(later_);
      over = dead_ && pending_.empty();
    }
    for (auto& one : finished) one.done(std::move(one.outcome));
    completed_ |= !finished.empty();
    if (!finished.empty()) return true;
    if (over && may_leave()) return false;
    turn(over, limit);
    return true;
  }

  // Without a handler submitted work still wants its answers, until the client has been closed.
  bool may_leave() {
    std::lock_guard const held(mutex_);
    if (!closing_ || !later_.empty()) return false;
    over_ = true;
    ended_.notify_all();
    return true;
  }

  std::optional<Error> refusal() const {
    if (closing_) return Error{Errc::cancelled, device_, "the handle is being closed"};
    if (dead_) return death_;
    if (pending_.size() >= limits::volume_operations_max) return Error{Errc::busy, device_, fmt::format("{} operations are under way on this handle", pending_.size())};
    return std::nullopt;
  }

  void wake() const {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = ::write(wake_.get(), &one, sizeof one);
  }

  void turn(bool handler_gone, std::optional<Millis> limit) {
    auto const [due, wants_out] = next_deadline();
    std::array<pollfd, 2> looks{pollfd{wake_.get(), POLLIN, 0}, pollfd{handler_gone ? -1 : socket_.get(), static_cast<short>(POLLIN | (wants_out ? POLLOUT : 0)), 0}};
    int const wait = wait_ms(due, limit);
    if (::poll(looks.data(), looks.size(), wait) < 0 && errno != EINTR) return die({Errc::not_ready, device_, "the handler cannot be waited for"});
    std::uint64_t count = 0;
    [[maybe_unused]] auto const got = ::read(wake_.get(), &count, sizeof count);
    if ((looks[1].revents & POLLOUT) != 0) write_some();
    if ((looks[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) read_some();
    look_at_deadlines();
  }

  // poll's: -1 for ever.
  static int wait_ms(std::optional<Clock::time_point> due, std::optional<Millis> limit) {
    if (due) limit = std::min(limit.value_or(Millis::max()), std::chrono::ceil<Millis>(*due - Clock::now()));
    return limit ? static_cast<int>(std::clamp<std::int64_t>(limit->count(), 0, 1'000'000)) : -1;
  }

  std::pair<std::optional<Clock::time_point>, bool> next_deadline() {
    std::lock_guard const held(mutex_);
    std::optional<Clock::time_point> due;
    for (auto const& [id, pending] : pending_)
      if (pending.deadline && (!due || *pending.deadline < *due)) due = pending.deadline;
    return {due, !outgoing_.empty() && !dead_};
  }

  void write_some() {
    std::lock_guard const held(mutex_);
    ssize_t const sent = ::send(socket_.get(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) outgoing_.erase(0, static_cast<std::size_t>(sent));
  }

  void read_some() {
    std::array<char, 64 * 1024> bytes;
    ssize_t const got = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return die({Errc::not_ready, device_, fmt::format("the handler of this handle (process {}) has ended; open the volume again", handler_)});
    reader_.add({bytes.data(), static_cast<std::size_t>(got)});
    take_frames();
  }

  void take_frames() {
    for (;;) {
      auto frame = reader_.next();
      if (!frame) return die(frame.error());
      if (!*frame) return;
      take(std::move(**frame));
    }
  }

  void take(Frame frame) {
    switch (frame.kind) {
      case FrameKind::began: return begin_limit(frame.id);
      case FrameKind::reply: return complete(std::move(frame));
      case FrameKind::notice: return answer_notice(frame);
      default: return die({Errc::bad_format, device_, "the handler speaks nonsense"});
    }
  }

  void begin_limit(std::uint64_t id) {
    std::lock_guard const held(mutex_);
    if (auto const found = pending_.find(id); found != pending_.end()) found->second.deadline = Clock::now() + found->second.limit;
  }

  void complete(Frame frame) {
    std::unique_lock held(mutex_);
    auto pending = pending_.extract(frame.id);
    held.unlock();
    completed_ = true;
    if (pending) pending.mapped().done(outcome_of(std::move(frame)));
  }

  void answer_notice(Frame const& frame) {
    if (options_.listener) options_.listener(static_cast<Notice>(frame.what));
    std::lock_guard const held(mutex_);
    outgoing_ += encode({.kind = FrameKind::notice_answer, .id = frame.id});
  }

  // What the hardware does with a late command nobody knows: the volume is marked, the handler ended.
  void look_at_deadlines() {
    std::unique_lock held(mutex_);
    for (auto it = pending_.begin(); it != pending_.end(); ++it) {
      auto& [id, pending] = *it;
      if (!pending.deadline || Clock::now() < *pending.deadline || dead_) continue;
      std::string const what = fmt::format("{} did not end within {} s", boost::describe::enum_to_string(pending.operation, "operation"), static_cast<double>(pending.limit.count()) / 1000);
      later_.push_back({std::move(pending.done), fail(Errc::timeout, device_, what + fmt::format("; its handler (process {}) is ended and the volume marked: rsm volume verify {}", handler_, device_))});
      pending_.erase(it);
      held.unlock();
      mark_needs_service(device_, what, options_.state_directory);
      if (process_) ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
      return die({Errc::not_ready, device_, "another operation on this handle ran out of time and ended it; open the volume again"});
    }
  }

  void die(Error why) {
    std::lock_guard const held(mutex_);
    if (dead_) return;
    dead_ = true;
    death_ = closing_ ? Error{Errc::cancelled, device_, "the handle was closed"} : std::move(why);
    for (auto& [id, pending] : pending_) later_.push_back({std::move(pending.done), std::unexpected(death_)});
    pending_.clear();
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  UniqueFd const socket_, wake_;
  FrameReader reader_;
  pid_t const handler_;
  UniqueFd const process_;
  std::string const device_;
  OpenOptions const options_;
  std::uint64_t last_id_ = 0;
  std::optional<Error> last_refusal_;  // of what was submitted last
  std::map<std::uint64_t, Pending> pending_;
  std::vector<Finished> later_;
  std::string outgoing_;
  bool fresh_ = true;
  bool closing_ = false, dead_ = false, over_ = false;
  bool completed_ = false;  // something, since attend() began
  Error death_;
};

class Client final : public VolumeClient {
 public:
  explicit Client(std::shared_ptr<Conversation> conversation) : conversation_(std::move(conversation)), thread_([keep = conversation_] { keep->run(); }) {}
  ~Client() override {
    close();
    if (thread_.get_id() == std::this_thread::get_id())
      thread_.detach();  // the last completion let go of the client
    else if (over_in_time_)
      thread_.join();
    else
      thread_.detach();
  }

  std::uint64_t submit(Command command, Millis limit, Completion done) override { return conversation_->submit(std::move(command), limit, std::move(done)); }
  bool cancel(std::uint64_t operation) override { return conversation_->cancel(operation); }

  Result<Outcome> run(Command command, Millis limit) override {
    struct Wait {
      std::mutex mutex;
      std::condition_variable changed;
      std::optional<Result<Outcome>> outcome;
    };
    auto const wait = std::make_shared<Wait>();
    submit(std::move(command), limit, [wait](Result<Outcome> outcome) {
      std::lock_guard const held(wait->mutex);
      wait->outcome = std::move(outcome);
      wait->changed.notify_all();
    });
    std::unique_lock held(wait->mutex);
    wait->changed.wait(held, [&] { return wait->outcome.has_value(); });
    return std::move(*wait->outcome);
  }

  void close() override {
    conversation_->close();
    if (thread_.get_id() == std::this_thread::get_id()) return;
    over_in_time_ = conversation_->wait_for_end(limits::volume_close_limit);
  }

  std::string const& device() const override { return conversation_->device(); }
  std::int64_t handler_pid() const override { return conversation_->handler(); }
  bool dead() const override { return conversation_->dead(); }

 private:
  std::shared_ptr<Conversation> conversation_;
  std::atomic<bool> over_in_time_ = true;
  std::thread thread_;
};

// Whoever waits does the work.
class ThreadlessClient final : public VolumeClient {
 public:
  explicit ThreadlessClient(std::shared_ptr<Conversation> conversation) : conversation_(std::move(conversation)) {}
  ~ThreadlessClient() override { close(); }

  std::uint64_t submit(Command command, Millis limit, Completion done) override { return conversation_->submit(std::move(command), limit, std::move(done)); }
  bool cancel(std::uint64_t operation) override { return conversation_->cancel(operation); }

  Result<Outcome> run(Command command, Millis limit) override {
    auto const outcome = std::make_shared<std::optional<Result<Outcome>>>();
    submit(std::move(command), limit, [outcome](Result<Outcome> result) { *outcome = std::move(result); });
    while (!outcome->has_value()) conversation_->attend(limit);
    return std::move(**outcome);
  }

  bool attend(Millis limit) override {
    conversation_->attend(limit);
    return true;
  }

  void close() override {
    conversation_->close();
    auto const until = Clock::now() + limits::volume_close_limit;
    while (!conversation_->wait_for_end(Millis{0}) && Clock::now() < until) conversation_->attend(std::chrono::ceil<Millis>(until - Clock::now()));
  }

  std::string const& device() const override { return conversation_->device(); }
  std::int64_t handler_pid() const override { return conversation_->handler(); }
  bool dead() const override {
    conversation_->attend(Millis{0});
    return conversation_->dead();
  }

 private:
  std::shared_ptr<Conversation> conversation_;
};

// The greeting, within its limit.
Result<Frame> first_frame(int socket, FrameReader& reader, std::string const& path) {
  auto const end = Clock::now() + limits::volume_start_limit;
  std::array<char, 4096> bytes;
  for (;;) {
    RSM_TRY(auto frame, reader.next());
    if (frame) return std::move(*frame);
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd look{socket, POLLIN, 0};
    if (left <= 0 || ::poll(&look, 1, static_cast<int>(left)) == 0) return fail(Errc::timeout, path, "its handler does not answer: the device may hang");
    ssize_t const got = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return fail(Errc::device_not_available, path, "its handler ended before it had greeted");
    reader.add({bytes.data(), static_cast<std::size_t>(got)});
  }
}

Result<UniqueFd> handler_of(OpenOptions const& options, HandlerArguments const& arguments, std::string_view told) {
  if (options.serve != nullptr && may_split_handler(options.handler_program)) return split_handler(options.serve, arguments, options.state_directory, told);
  RSM_TRY(std::string const program, find_handler_program(options.handler_program));
  return start_handler(program, arguments, options.state_directory, told);
}

// As the conversation numbers them.
std::string frames_of(VolumeClient::Orders const& orders) {
  std::string frames;
  std::uint64_t id = 0;
  for (auto const& order : orders.all) frames += encode(frame_of(++id, order.command));
  if (orders.then_close) frames += encode({.kind = FrameKind::close, .linked = true});
  return frames;
}

}  // namespace

Millis limit_of(Operation operation) {
  switch (operation) {
    case Operation::load: return limits::load_limit;
    case Operation::eject: return limits::unload_limit;
    case Operation::unlock:
    case Operation::flush:
    case Operation::lock:
    case Operation::dismount:
    case Operation::offline:
    case Operation::read:
    case Operation::write: return limits::volume_limit;
    default: return limits::status_limit;
  }
}

Result<std::shared_ptr<VolumeClient>> VolumeClient::open(OpenOptions options) { return open(std::move(options), {}); }

Result<std::shared_ptr<VolumeClient>> VolumeClient::open(OpenOptions options, Orders orders) {
  if (options.path.empty() || options.path.contains('\0')) return fail(Errc::invalid_name, options.path, "the name of a volume is a path");
  HandlerArguments const arguments{.device = options.path,
                                   .access = options.access,
                                   .listening = static_cast<bool>(options.listener),
                                   .system_too = options.system_too,
                                   .lock_is_to_come = std::ranges::any_of(orders.all, [](Order const& order) { return order.command.operation == Operation::lock; }),
                                   .application = ::getpid(),
                                   .command = options.command.empty() ? name_of_this_process() : options.command};
  RSM_TRY(UniqueFd socket, handler_of(options, arguments, frames_of(orders)));
  FrameReader reader;
  RSM_TRY(Frame greeting, first_frame(socket.get(), reader, options.path));
  if (greeting.kind != FrameKind::greeting) return fail(Errc::bad_format, options.path, "its handler did not greet");
  auto const handler = static_cast<pid_t>(greeting.number);
  RSM_TRY(Outcome greeted, outcome_of(std::move(greeting)));
  bool const threadless = options.threadless;
  auto conversation = std::make_shared<Conversation>(std::move(socket), std::move(reader), handler, std::move(greeted.data), std::move(options), std::move(orders.all));
  if (threadless) return std::make_shared<ThreadlessClient>(std::move(conversation));
  return std::make_shared<Client>(std::move(conversation));
}

}  // namespace rsm::volume
