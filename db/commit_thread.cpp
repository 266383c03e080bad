#include "db/commit_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "db/commit_group.hpp"

namespace rsm::db {
namespace {

// Where the loop's side keeps its callbacks: posted calls may arrive after the lane has gone.
struct Listener {
  bool gone = false;  // loop only
  std::move_only_function<void(CommitOutcome)> outcome;
};

}  // namespace

class CommitThread::Worker {
 public:
  Worker(Loop& loop, Database& database, WriterOptions options)
      : loop_(loop), writer_(database, options), listener_(std::make_shared<Listener>()), thread_([this] { run(); }) {}

  ~Worker() {
    listener_->gone = true;
    {
      std::lock_guard const lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
  }

  void listen(std::move_only_function<void(CommitOutcome)> callback) { listener_->outcome = std::move(callback); }

  void submit(std::uint64_t ticket, ChangeSet changes) {
    {
      std::lock_guard const lock(mutex_);
      queue_.add(ticket, std::move(changes));
    }
    wake_.notify_one();
  }

  void recover(std::move_only_function<void(Result<>)> done) {
    {
      std::lock_guard const lock(mutex_);
      recovery_.push_back(std::move(done));
    }
    wake_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty() || !recovery_.empty(); });
      if (failure_ && !queue_.empty()) post(queue_.fail_all({}, *failure_));
      if (!recovery_.empty()) {
        recover_now(lock);
      } else if (!queue_.empty()) {
        commit_now(lock);
      } else if (stopping_) {
        return;
      }
    }
  }

  void commit_now(std::unique_lock<std::mutex>& lock) {
    CommitGroup group = queue_.take_group();
    lock.unlock();
    auto committed = writer_.commit(group.sets);
    std::uint64_t const newest = group.tickets.back();
    if (committed) {
      post({{newest, CommitResult::durable, {}}});
      group = {};  // some hundred records are freed here, where the loop does not wait for the lock
      committed = writer_.checkpoint_if_due();
    }
    lock.lock();
    if (committed) return;
    failure_ = std::move(committed.error());
    if (auto outcomes = queue_.fail_all(std::move(group.tickets), *failure_); !outcomes.empty()) post(std::move(outcomes));
  }

  void recover_now(std::unique_lock<std::mutex>& lock) {
    auto waiting = std::move(recovery_);
    recovery_.clear();
    std::optional<CommitFailure> const failure = failure_;
    lock.unlock();
    Result<> const recovered = failure ? writer_.recover(*failure) : Result<>{};
    lock.lock();
    // What arrived meanwhile was decided on a world that is about to be reloaded.
    if (failure_ && !queue_.empty()) post(queue_.fail_all({}, *failure_));
    if (recovered) failure_.reset();
    for (auto& done : waiting)
      loop_.post_from_thread([listener = listener_, done = std::move(done), recovered]() mutable {
        if (!listener->gone) done(recovered);
      });
  }

  void post(std::vector<CommitOutcome> outcomes) {
    loop_.post_from_thread([listener = listener_, outcomes = std::move(outcomes)]() mutable {
      for (auto& outcome : outcomes)
        if (!listener->gone && listener->outcome) listener->outcome(std::move(outcome));
    });
  }

  Loop& loop_;
  Writer writer_;
  std::shared_ptr<Listener> listener_;
  std::mutex mutex_;
  std::condition_variable wake_;
  CommitQueue queue_;
  std::vector<std::move_only_function<void(Result<>)>> recovery_;
  std::optional<CommitFailure> failure_;
  bool stopping_ = false;
  std::jthread thread_;  // last: it uses all of the above, and ends first
};

CommitThread::CommitThread(Loop& loop, Database& database, WriterOptions options)
    : worker_(std::make_unique<Worker>(loop, database, options)) {}
CommitThread::~CommitThread() = default;

void CommitThread::on_outcome(std::move_only_function<void(CommitOutcome)> callback) {
  worker_->listen(std::move(callback));
}
void CommitThread::submit(std::uint64_t ticket, ChangeSet changes) {
  worker_->submit(ticket, std::move(changes));
}
void CommitThread::recover(std::move_only_function<void(Result<>)> done) {
  worker_->recover(std::move(done));
}

}  // namespace rsm::db
