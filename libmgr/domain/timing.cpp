#include "libmgr/domain/timing.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

namespace rsm {
namespace {

// The highest bit, and the two behind it.
std::int64_t index_of(std::int64_t ms) {
  auto const value = static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0)) + 4;  // below 4 ms all have buckets of their own
  int const bit = std::bit_width(value) - 1;
  return std::int64_t{4} * bit + static_cast<std::int64_t>((value >> (bit - 2)) & 3);
}

constexpr std::int64_t index_most = 4 * 41 + 3;
constexpr std::int64_t near_buckets = 2;

// Rounded to the nearest, without the mathematical library: the programs that are started for each command have no other use for it.
Millis between(double ms) { return Millis{static_cast<std::int64_t>(ms < 0 ? ms - 0.5 : ms + 0.5)}; }

}  // namespace

TimingSketch::TimingSketch(std::uint64_t seen, std::vector<TimingBucket> buckets) : seen_(seen), buckets_(std::move(buckets)) {
  std::erase_if(buckets_, [](auto const& b) { return b.index < 0 || b.index > index_most || b.weight <= 0 || b.weight > limits::timing_weights_most || index_of(b.mean_ms) != b.index; });
  std::ranges::sort(buckets_, {}, &TimingBucket::index);
  auto const same = std::ranges::unique(buckets_, {}, &TimingBucket::index);
  buckets_.erase(same.begin(), same.end());
}

std::int64_t TimingSketch::weights() const {
  return std::accumulate(buckets_.begin(), buckets_.end(), std::int64_t{0}, [](std::int64_t sum, auto const& b) { return sum + b.weight; });
}

void TimingSketch::learn(Millis took) {
  ++seen_;
  auto const ms = std::clamp(took, Millis{0}, limits::timing_longest).count();
  auto const index = index_of(ms);
  auto it = std::ranges::lower_bound(buckets_, index, {}, &TimingBucket::index);
  if (it == buckets_.end() || it->index != index) it = buckets_.insert(it, {index, 0, ms});
  it->weight += limits::timing_weight;
  it->mean_ms += (ms - it->mean_ms) * limits::timing_weight / it->weight;
  if (weights() <= limits::timing_weights_most) return;
  for (auto& bucket : buckets_) bucket.weight /= 2;
  std::erase_if(buckets_, [](auto const& bucket) { return bucket.weight == 0; });
}

// Each bucket stands in the middle of its own weight. Between neighbours it goes straight on; between what lies far apart there is nothing, and the nearer one counts.
Millis TimingSketch::quantile(double share) const {
  if (buckets_.empty()) return Millis{0};
  double const wanted = std::clamp(share, 0.0, 1.0) * static_cast<double>(weights());
  double sum = 0, before_at = 0;
  TimingBucket const* before = nullptr;
  for (auto const& bucket : buckets_) {
    double const at = sum + static_cast<double>(bucket.weight) / 2;
    if (wanted <= at) {
      if (before == nullptr) return Millis{bucket.mean_ms};
      if (bucket.index - before->index > near_buckets) return Millis{wanted <= sum ? before->mean_ms : bucket.mean_ms};
      return between(static_cast<double>(before->mean_ms) + static_cast<double>(bucket.mean_ms - before->mean_ms) * (wanted - before_at) / (at - before_at));
    }
    before = &bucket, before_at = at;
    sum += static_cast<double>(bucket.weight);
  }
  return Millis{buckets_.back().mean_ms};
}

Millis TimingSketch::quantile_beyond(double share, Millis beyond) const {
  TimingSketch longer;
  for (auto const& bucket : buckets_)
    if (bucket.mean_ms > beyond.count()) longer.buckets_.push_back(bucket);
  if (longer.empty()) return between(static_cast<double>(beyond.count()) * (1 + std::clamp(share, 0.0, 1.0) * 2));  // the middle: as long again
  return longer.quantile(share);
}

Millis TimingSketch::mean() const {
  if (buckets_.empty()) return Millis{0};
  double const most = static_cast<double>(limits::timing_outlier) * static_cast<double>(std::max<Millis::rep>(quantile(0.5).count(), 1));
  double sum = 0;
  for (auto const& bucket : buckets_) sum += static_cast<double>(bucket.weight) * std::min(static_cast<double>(bucket.mean_ms), most);
  return between(sum / static_cast<double>(weights()));
}

}  // namespace rsm
