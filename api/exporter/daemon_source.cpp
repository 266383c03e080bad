#include "api/exporter/daemon_source.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "api/client/connection.hpp"
#include "api/exporter/limits.hpp"

namespace rsm::exporter {
namespace {

using Clock = std::chrono::steady_clock;

Millis left_until(Clock::time_point end) { return std::max(std::chrono::duration_cast<Millis>(end - Clock::now()), Millis{1}); }

}  // namespace

class DaemonSource::Asker {
 public:
  Asker(boost::asio::io_context& loop, std::string socket) : loop_(loop), thread_([this] { run(); }) {
    options_ = {.socket = std::move(socket), .client_name = std::string("rsm-exporter ") + RSM_VERSION, .reconnect_limit = Millis{0}};
  }

  ~Asker() {
    *gone_ = true;
    {
      std::lock_guard const lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
  }

  void ask(Done done) {
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;
    {
      std::lock_guard const lock(mutex_);
      asked_ = true;
    }
    wake_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || asked_; });
      if (stopping_) return;
      asked_ = false;
      lock.unlock();
      auto answer = std::make_shared<DaemonAnswer>(answer_now());
      boost::asio::post(loop_, [this, gone = gone_, answer = std::move(answer)] {
        if (!*gone) tell(*answer);
      });
      lock.lock();
    }
  }

  // A kept connection may have broken since the last question: then a fresh one is asked.
  DaemonAnswer answer_now() {
    auto const end = Clock::now() + limits::exporter_ask_limit;
    bool const kept = connection_ != nullptr;
    auto answer = ask_until(end);
    if (!answer && kept && connection_ == nullptr && Clock::now() < end) answer = ask_until(end);
    return answer;
  }

  DaemonAnswer ask_until(Clock::time_point end) {
    if (!connection_) {
      options_.connect_limit = left_until(end);
      RSM_TRY(connection_, client::Connection::open(options_));
    }
    auto answer = connection_->metrics_read({}, left_until(end));
    if (!answer) connection_.reset();
    return answer;
  }

  // On the loop.
  void tell(DaemonAnswer const& answer) {
    if (answer.has_value() != reached_) fmt::print(stderr, "rsm-exporter: {}\n", answer ? "the daemon answers" : "the daemon does not answer: " + answer.error().text());
    reached_ = answer.has_value();
    auto const waiting = std::make_shared<std::vector<Done>>(std::exchange(waiting_, {}));
    for (auto& done : *waiting) done(answer);
  }

  boost::asio::io_context& loop_;
  std::shared_ptr<bool> gone_ = std::make_shared<bool>(false);  // loop only
  std::vector<Done> waiting_;                                   // loop only: for the question under way
  bool reached_ = true;                                         // loop only: silence is news
  client::Options options_;                                     // the asker's, as the connection
  std::unique_ptr<client::Connection> connection_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool asked_ = false, stopping_ = false;
  std::jthread thread_;  // last: it uses all of the above, and ends first
};

DaemonSource::DaemonSource(boost::asio::io_context& loop, std::string socket) : asker_(std::make_unique<Asker>(loop, std::move(socket))) {}
DaemonSource::~DaemonSource() = default;
void DaemonSource::ask(Done done) { asker_->ask(std::move(done)); }

}  // namespace rsm::exporter
