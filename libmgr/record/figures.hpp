// Figures for monitoring: counters and histograms of this life of the daemon, kept in memory only.
//
// What for: book, ledger and workers count here at the places where they record a change anyway; metrics.read shows it. All of it begins
// at zero with the daemon and never goes down; it counts what was decided, also what a failed commit took back: observations, not promises.
// Units: milliseconds, the resolution of Loop::now; a clock that was set back counts as 0 ms. What can be named beforehand is there from the
// beginning with 0, so that whoever computes rates sees the first one. Ordered maps: the same order in every run. Errors: none.
// Thread rule: the loop only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm {

// Upper bounds of the histograms' buckets, inclusive.
namespace bucket_bounds {
using namespace std::chrono_literals;
// An SSD answers an fsync within a millisecond or two, a busy disk in a hundred; what takes seconds needs a person.
inline constexpr std::array<Millis, 11> commit{1ms, 2ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 1s, 5s, 30s};
// Emulated hardware needs less than a second, an optical library ten, a tape library minutes; limits::move_limit is 25 minutes.
inline constexpr std::array<Millis, 12> mount{100ms, 500ms, 1s, 5s, 10s, 20s, 40s, 1min, 2min, 5min, 15min, 30min};
// From at once to a request that stood in the queue over night; limits::fairness_limit is one of them.
inline constexpr std::array<Millis, 12> wait{10ms, 100ms, 1s, 5s, 15s, 1min, 5min, limits::fairness_limit, 1h, 4h, 12h, 24h};
}  // namespace bucket_bounds

class Histogram {
 public:
  // The bounds live as long as the program.
  explicit Histogram(std::span<Millis const> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}
  void observe(Millis value) {
    value = std::max(value, Millis{0});
    ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin())];
    sum_ += value;
  }
  std::span<Millis const> bounds() const { return bounds_; }
  std::vector<std::uint64_t> const& counts() const { return counts_; }  // of each bucket alone; the last one: above all bounds
  Millis sum() const { return sum_; }

 private:
  std::span<Millis const> bounds_;
  std::vector<std::uint64_t> counts_;
  Millis sum_{0};
};

// How long the last ones took.
class LastTimes {
 public:
  static constexpr std::size_t kept = 20;
  void add(Millis took) {
    times_.push_back(std::max(took, Millis{0}));
    if (times_.size() > kept) times_.erase(times_.begin());
  }
  std::optional<Millis> median() const {
    if (times_.empty()) return std::nullopt;
    auto sorted = times_;
    auto const middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    return *middle;
  }

 private:
  std::vector<Millis> times_;  // the newest last
};

class Figures {
 public:
  struct Moves {
    std::uint64_t passed = 0, failed = 0;
    std::uint64_t retries = 0;  // commands beyond the first one of a move
    LastTimes took;             // from the recorded intent to its end, of those that passed
  };
  struct LibraryFigures {
    Histogram mount_time{bucket_bounds::mount};  // from the start of work in the drive to LOADED, of every medium
    Moves moves;
  };
  struct DeviceError {
    LibraryId library;
    Element device;
    Errc error = Errc::success;
    auto operator<=>(DeviceError const&) const = default;
  };
  struct AlertCount {
    LibraryId library;
    Element device;
    AlertSeverity severity = AlertSeverity::information;
    auto operator<=>(AlertCount const&) const = default;
  };

  Figures() {
    for (auto operation : {Operation::mount, Operation::dismount}) {
      waits_.emplace(operation, bucket_bounds::wait);
      for (auto outcome : {RequestState::passed, RequestState::failed, RequestState::cancelled}) finished_[{operation, outcome}] = 0;
    }
  }

  // ---- counting
  // A request left the queue for the first time in this life of the daemon: it is worked on, or was over at once.
  void request_started(RequestRecord const& request, TimePoint now) {
    if (!started_.insert(request.id).second) return;
    waits_.try_emplace(request.operation, bucket_bounds::wait).first->second.observe(now - request.queued);
  }
  // `request` as it ended.
  void request_finished(RequestRecord const& request, TimePoint now) {
    if (request.state == RequestState::passed) request_started(request, now);
    started_.erase(request.id);
    ++finished_[{request.operation, request.state}];
    if (request.error != 0) ++request_errors_[{request.operation, request.error}];
  }
  // Memory came back from the catalog: requests that were taken back are not open any more.
  void requests_reloaded(std::map<RequestId, RequestRecord> const& open) {
    std::erase_if(started_, [&](RequestId id) { return !open.contains(id); });
  }
  void library_known(LibraryId library) { libraries_.try_emplace(library); }
  void mounted(LibraryId library, Millis took) { libraries_[library].mount_time.observe(took); }
  void moved(LibraryId library, bool passed, unsigned commands, std::optional<Millis> took) {
    auto& moves = libraries_[library].moves;
    ++(passed ? moves.passed : moves.failed);
    if (passed && took) moves.took.add(*took);
    if (commands > 1) moves.retries += commands - 1;
  }
  void device_failed(LibraryId library, Element device, Errc error) { ++device_errors_[{library, device, error}]; }
  void alerted(LibraryId library, Element device, AlertSeverity severity) { ++alerts_[{library, device, severity}]; }
  void forecast_told() { ++forecasts_told_; }
  // Its mount has come: within the bound of 90 %, and so far from what was expected.
  void forecast_settled(bool within, Millis off) {
    ++forecasts_settled_;
    if (within) ++forecasts_within_;
    forecast_error_.observe(off);
  }
  void committed(Millis took) { commit_time_.observe(took); }
  void commit_failed(bool rolled_back) { ++(rolled_back ? commits_rolled_back_ : commits_unknown_); }

  // ---- reading
  std::map<Operation, Histogram> const& waits() const { return waits_; }
  std::map<std::pair<Operation, RequestState>, std::uint64_t> const& finished() const { return finished_; }
  std::map<std::pair<Operation, std::uint32_t>, std::uint64_t> const& request_errors() const { return request_errors_; }
  LibraryFigures const* library(LibraryId id) const {
    auto const it = libraries_.find(id);
    return it == libraries_.end() ? nullptr : &it->second;
  }
  std::map<DeviceError, std::uint64_t> const& device_errors() const { return device_errors_; }
  std::map<AlertCount, std::uint64_t> const& alerts() const { return alerts_; }
  std::uint64_t forecasts_told() const { return forecasts_told_; }
  std::uint64_t forecasts_settled() const { return forecasts_settled_; }
  std::uint64_t forecasts_within() const { return forecasts_within_; }
  Histogram const& forecast_error() const { return forecast_error_; }
  Histogram const& commit_time() const { return commit_time_; }
  std::uint64_t commits_rolled_back() const { return commits_rolled_back_; }
  std::uint64_t commits_unknown() const { return commits_unknown_; }

 private:
  std::set<RequestId> started_;  // open requests whose wait was counted
  std::map<Operation, Histogram> waits_;
  std::map<std::pair<Operation, RequestState>, std::uint64_t> finished_;
  std::map<std::pair<Operation, std::uint32_t>, std::uint64_t> request_errors_;
  std::map<LibraryId, LibraryFigures> libraries_;
  std::map<DeviceError, std::uint64_t> device_errors_;
  std::map<AlertCount, std::uint64_t> alerts_;
  std::uint64_t forecasts_told_ = 0, forecasts_settled_ = 0, forecasts_within_ = 0;
  Histogram forecast_error_{bucket_bounds::wait};
  Histogram commit_time_{bucket_bounds::commit};
  std::uint64_t commits_rolled_back_ = 0, commits_unknown_ = 0;
};

// How many open requests there are of one kind.
struct QueueKey {
  Operation operation = Operation::mount;
  RequestState state = RequestState::queued;
  int priority = 0;
  auto operator<=>(QueueKey const&) const = default;
};

}  // namespace rsm
