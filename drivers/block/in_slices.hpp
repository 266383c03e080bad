// Work on many processes, shared out among the processors.
//
// What for: on a machine with thousands of processes a look at all of them takes as long as the kernel needs to tell, and it tells several at a
// time. The slices are worked on by threads that have ended when the call returns; few processes are one slice and need no thread. Where no thread can
// be had all of them are worked on here.
// Errors: what the work throws. Thread rule: any; the work must bear it that slices are worked on at the same time. The threads take no signals.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

#include "drivers/block/limits.hpp"

namespace rsm::block {

// Threads that are started meanwhile take no signals.
class NoSignals {
 public:
  NoSignals() {
    sigset_t every;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(NoSignals const&) = delete;
  NoSignals& operator=(NoSignals const&) = delete;

 private:
  sigset_t before_;
};

// `work(slice)` of each slice, in the order of the slices. Who has done with one takes the next: those of the kernel are quickly looked at, others are not.
template <class One, class Work>
auto in_slices(std::vector<One> const& all, Work work) {
  using Part = decltype(work(std::span<One const>(all)));
  std::size_t const most = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), limits::scan_threads_max);
  std::size_t const threads = std::clamp<std::size_t>(all.size() / limits::scan_thread_processes, 1, most);
  std::vector<Part> parts;
  if (threads == 1) {
    parts.push_back(work(std::span<One const>(all)));
    return parts;
  }
  std::size_t const slices = all.size() / limits::scan_slice_processes;
  std::vector<std::optional<Part>> done(slices);
  std::atomic<std::size_t> next = 0;
  auto const work_on = [&] {
    for (std::size_t number = 0; (number = next++) < slices;) {
      std::size_t const begin = all.size() * number / slices, end = all.size() * (number + 1) / slices;
      done[number] = work(std::span<One const>(all).subspan(begin, end - begin));
    }
  };
  std::vector<std::future<void>> others;
  auto const start = [&] {
    NoSignals const signals_wait;
    try {
      return std::async(std::launch::async, work_on);
    } catch (std::system_error const&) {
      return std::async(std::launch::deferred, work_on);
    }
  };
  while (others.size() + 1 < threads) others.push_back(start());
  work_on();
  for (auto& other : others) other.get();
  for (auto& part : done) parts.push_back(std::move(*part));
  return parts;
}

}  // namespace rsm::block
