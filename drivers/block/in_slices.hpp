// Work on many processes, shared out among the processors.
//
// What for: on a machine with thousands of processes a look at all of them takes as long as the kernel needs to tell, and it tells several at a
// time. Each slice is worked on by a thread that has ended when the call returns; few processes are one slice and need no thread. Where no thread can
// be had the slice is worked on here.
// Errors: what the work throws. Thread rule: any; the work must bear it that slices are worked on at the same time. The threads take no signals.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <future>
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

// `work(slice)` of each slice, in the order of the slices.
template <class One, class Work>
auto in_slices(std::vector<One> const& all, Work work) {
  using Part = decltype(work(std::span<One const>(all)));
  std::size_t const most = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), limits::scan_threads_max);
  std::size_t const slices = std::clamp<std::size_t>(all.size() / limits::scan_slice_processes, 1, most);
  std::vector<Part> parts;
  if (slices == 1) {
    parts.push_back(work(std::span<One const>(all)));
    return parts;
  }
  std::vector<std::future<Part>> others;
  auto const slice = [&](std::size_t number) {
    std::size_t const begin = all.size() * number / slices, end = all.size() * (number + 1) / slices;
    return std::span<One const>(all).subspan(begin, end - begin);
  };
  auto const start = [&](std::size_t number) {
    NoSignals const signals_wait;
    try {
      return std::async(std::launch::async, work, slice(number));
    } catch (std::system_error const&) {
      return std::async(std::launch::deferred, work, slice(number));
    }
  };
  for (std::size_t number = 1; number < slices; ++number) others.push_back(start(number));
  parts.push_back(work(slice(0)));
  for (auto& other : others) parts.push_back(other.get());
  return parts;
}

}  // namespace rsm::block
