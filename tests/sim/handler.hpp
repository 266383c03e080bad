// One drive handler of a simulation: a process that carries out one command at a time on its device.
//
// What for: commands take virtual time, can hang until their limit (then the process is killed), die with the process, and are
// finished, once begun, also when the daemon is gone. Thread rule: one thread. Source: architecture decision 12.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "tests/sim/device_work.hpp"
#include "tests/sim/iron.hpp"

namespace rsm::sim {

// A command: advance() does what can be done now and says until when to wait; nullopt: it is over.
class Job {
 public:
  Job(std::string what, Millis time_limit) : text(std::move(what)), limit(time_limit) {}
  virtual ~Job() = default;
  virtual std::optional<TimePoint> advance() = 0;
  virtual void fail_with(Error error) = 0;
  virtual void answer() = 0;       // tells the outcome to whoever asked
  virtual void drop_answer() = 0;  // nobody is there to hear it
  virtual std::string outcome() const = 0;
  virtual bool succeeded() const = 0;

  std::shared_ptr<Job> then;  // the process goes on with it, without a word in between, when this has succeeded
  std::string text;
  Millis limit;
  TimerId timer = TimerId::none;
  bool over = false;
};

template <class T>
class JobOf final : public Job {
 public:
  JobOf(std::string what, Millis time_limit, Work<T> work, port::Done<T> done)
      : Job(std::move(what), time_limit), work_(std::move(work)), done_(std::move(done)) {}
  std::optional<TimePoint> advance() override {
    auto step = work_();
    if (auto const* wait = std::get_if<Wait>(&step)) return wait->until;
    result_ = std::move(std::get<Result<T>>(step));
    return std::nullopt;
  }
  void fail_with(Error error) override { result_ = std::unexpected(std::move(error)); }
  void answer() override {
    if (auto done = std::exchange(done_, nullptr)) done(std::move(result_));
  }
  void drop_answer() override { done_ = nullptr; }
  bool succeeded() const override { return result_.has_value(); }
  std::string outcome() const override { return result_ ? "done" : result_.error().text(); }

 private:
  Work<T> work_;
  port::Done<T> done_;
  Result<T> result_ = fail(Errc::internal_error);
};

class Handler : public std::enable_shared_from_this<Handler> {
 public:
  Handler(Iron& iron, Element device) : iron_(iron), device_(device) {}

  void submit(std::shared_ptr<Job> job);
  bool idle() const { return !current_ && queue_.empty(); }
  bool running() const { return process_ != 0; }
  std::string text() const { return process_ == 0 ? "not started" : "pid " + std::to_string(process_); }
  // The process is gone; the command in hand fails, the hardware goes on by itself. False: none was running.
  bool die(std::string const& why);
  // Does not go on with what it has in hand, until its limit kills it.
  bool hang();
  // The daemon is gone: finishes the step in hand and leaves.
  void abandon();
  // A command has been answered (its failure, or nothing) or the device was lost while idle.
  std::function<void(std::string const& why)> on_lost;

 private:
  void next();
  void run(std::uint64_t process);
  void finish(std::shared_ptr<Job> job);
  void limit(std::shared_ptr<Job> const& job);
  void leave();
  void too_late(std::shared_ptr<Job> const& job);

  Iron& iron_;
  Element device_;
  std::uint64_t process_ = 0;  // 0: none runs
  std::deque<std::shared_ptr<Job>> queue_;
  std::shared_ptr<Job> current_;
  bool hanging_ = false;
  bool abandoned_ = false;
};

}  // namespace rsm::sim
