// What the steps of a library and of its drives take, as it is learned from them: a bounded sketch of a distribution for each kind of step.
//
// What for: the scheduler's costs, forecasts and what people are shown. Logarithmic buckets, four to a power of two, each with the mean of what fell
// into it: a quantile of steps that always take the same is exact, of others within some percent. What is learned weighs most when it is new: when
// all weights together have grown beyond a bound, all are halved. One step that hung for an hour is one among two hundred, and moves neither the
// middle nor the ninth tenth; the mean counts it as limits::timing_outlier times the middle at most.
// Units: milliseconds. Ranges: 0 to timing_longest; what is longer, or negative, counts as these. Errors: none. Thread rule: values and pure functions.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <vector>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class TimingKind : std::uint8_t {
  move = 1,        // of the arm, with the look whether it was done
  turn = 2,        // a move that turns the cartridge
  load = 3,        // until the medium in the drive can be read
  read_label = 4,
  hold = 5,        // from mounted to out of use: how long programs keep a medium
  rewind = 6,      // taking it out of use: flush, lock, dismount, and rewind of a tape
  unload = 7,
  wait = 8,        // from the call to the mounted medium
  forecast = 9,    // how much of the time that nine of ten forecasts should stay within had gone by at the mount; 1000: all of it
  forecast_middle = 10  // the same of the time that was expected
};
BOOST_DESCRIBE_ENUM(TimingKind, move, turn, load, read_label, hold, rewind, unload, wait, forecast, forecast_middle)

namespace limits {
constexpr std::uint32_t timing_weight = 16;                        // of one that was seen just now
constexpr std::uint32_t timing_weights_most = 200 * timing_weight;  // beyond it all weigh half
constexpr Millis timing_longest{Millis::rep{1} << 40};             // 35 years
constexpr int timing_outlier = 8;
}  // namespace limits

// What took about the same.
struct TimingBucket {
  std::int64_t index = 0;   // four to a power of two
  std::int64_t weight = 0;
  std::int64_t mean_ms = 0;
  friend bool operator==(TimingBucket const&, TimingBucket const&) = default;
};
BOOST_DESCRIBE_STRUCT(TimingBucket, (), (index, weight, mean_ms))

class TimingSketch {
 public:
  TimingSketch() = default;
  // As it was kept; what cannot be is left out.
  TimingSketch(std::uint64_t seen, std::vector<TimingBucket> buckets);

  void learn(Millis took);
  std::uint64_t seen() const { return seen_; }  // ever
  bool empty() const { return buckets_.empty(); }
  // share: 0 to 1. Between two buckets that lie side by side it is in between. Empty: 0.
  Millis quantile(double share) const;
  // Of what is longer than `beyond`; nothing is known to be: as long again.
  Millis quantile_beyond(double share, Millis beyond) const;
  Millis mean() const;
  std::vector<TimingBucket> const& buckets() const { return buckets_; }  // ascending
  friend bool operator==(TimingSketch const&, TimingSketch const&) = default;

 private:
  std::int64_t weights() const;

  std::uint64_t seen_ = 0;
  std::vector<TimingBucket> buckets_;
};

// As it is kept: of a library (its arm, and all its drives together) or of one drive.
struct TimingRecord {
  Guid subject{};
  TimingKind kind = TimingKind::move;
  std::uint64_t seen = 0;
  std::vector<TimingBucket> buckets;
  friend bool operator==(TimingRecord const&, TimingRecord const&) = default;
};

}  // namespace rsm
