#include "libmgr/queue/throughput.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "libmgr/queue/limits.hpp"

namespace rsm {
namespace {

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %"; }

double seconds_of(Millis time) { return static_cast<double>(time.count()) / 1000.0; }

}  // namespace

RunningMean::RunningMean(Millis first, long seen) : mean_(first), seen_(std::clamp(seen, 0L, limits::pace_memory)) {}

Pace Pace::learned(Timings const& timings, LibraryId library) {
  Pace pace;
  // Of steps that follow each other, as far as each of them is known.
  auto const learn = [&](RunningMean& mean, std::initializer_list<TimingKind> necessary, std::initializer_list<TimingKind> perhaps) {
    Millis sum{0};
    std::uint64_t seen = std::numeric_limits<long>::max();
    for (auto const kind : necessary) {
      auto const* sketch = timings.of(library.guid, kind);
      if (sketch == nullptr || sketch->empty()) return;
      sum += sketch->mean();
      seen = std::min(seen, sketch->seen());
    }
    for (auto const kind : perhaps)
      if (auto const* sketch = timings.of(library.guid, kind)) sum += sketch->mean();
    mean = RunningMean(sum, static_cast<long>(seen));
  };
  learn(pace.take_home, {TimingKind::unload, TimingKind::move}, {});
  learn(pace.bring, {TimingKind::move, TimingKind::load}, {TimingKind::read_label});
  learn(pace.hold, {TimingKind::hold}, {});
  learn(pace.wait, {TimingKind::wait}, {});
  return pace;
}

void RunningMean::add(Millis seen) {
  seen_ = std::min(seen_ + 1, limits::pace_memory);
  auto const bounded = seen_ < limits::pace_memory ? seen : std::clamp(seen, mean_ / limits::pace_outlier, std::max(mean_, Millis{1'000}) * limits::pace_outlier);
  mean_ += (bounded - mean_) / seen_;
}

void Need::brought(TimePoint asked, Millis exchange) {
  auto const at = lately_.insert(std::ranges::upper_bound(lately_, asked), asked);
  auto const first = std::ranges::lower_bound(lately_.begin(), at, asked - exchange);
  auto const together = static_cast<std::size_t>(at - first) + 1;
  for (std::size_t empty = 0; empty < more_than_.size(); ++empty)
    more_than_[empty] += ((together > empty ? 1.0 : 0.0) - more_than_[empty]) / static_cast<double>(limits::need_memory);
  if (lately_.size() > limits::need_memory) lately_.pop_front();
}

void Reuse::learn(bool again) { share_ += ((again ? 1.0 : 0.0) - share_) / static_cast<double>(limits::reuse_memory); }

void Reuse::idle(MediumId medium, TimePoint now, Millis exchange) {
  for (auto& [id, idle] : idle_) {
    if (idle.counted || now - idle.since <= exchange) continue;
    idle.counted = true;
    learn(false);
  }
  std::erase_if(idle_, [&](auto const& entry) { return now - entry.second.since > limits::reuse_exchanges * exchange; });
  idle_[medium] = {now, false};
}

void Reuse::asked(MediumId medium, TimePoint when, Millis exchange) {
  auto const it = idle_.find(medium);
  if (it == idle_.end()) return;
  Idle const idle = it->second;
  idle_.erase(it);
  if (when < idle.since) return;  // who waited already is served where it is, whatever is decided here
  if (!idle.counted) learn(when - idle.since <= exchange);
  after_.learn(when - idle.since);
}

Millis Reuse::stay(StayBounds bounds, std::size_t empty) const {
  if (!worth_it(empty)) return std::min(bounds.least, bounds.most);
  bool const soon = worth_it() && !after_.empty();
  Millis const wanted = soon ? limits::reuse_patience * after_.quantile(0.9) : bounds.most;
  return std::min(std::max(wanted, bounds.least), bounds.most);
}

std::vector<Millis> Reuse::stays(StayBounds bounds) const {
  std::vector<Millis> out;
  for (std::size_t empty = 0; empty <= limits::need_drives_most; ++empty) out.push_back(stay(bounds, empty));
  return out;
}

std::string Reuse::text(Millis exchange, std::size_t empty) const {
  std::string out = percent(share_) + " of idle media are wanted again within an exchange (" + duration_text(exchange) + ")";
  if (!after_.empty()) out += ", nine of ten of those that are within " + duration_text(after_.quantile(0.9));
  if (empty > 0 && !worth_it()) out += "; " + std::to_string(empty) + (empty == 1 ? " other drive is" : " other drives are") + " empty, enough for " + percent(1 - need_.more_than(empty)) + " of what is brought";
  return out;
}

Millis overdue_after(Pace const& pace) { return limits::overdue_waits * std::max(pace.wait.mean(), limits::overdue_exchanges * pace.exchange()); }

double worth(Demand const& demand, Pace const& pace, TimePoint now) {
  double const exchange = seconds_of(std::max(pace.exchange(), Millis{1'000}));
  double const requests = static_cast<double>(demand.requests);
  double const cost = exchange + requests * seconds_of(pace.hold.mean());
  double const age = seconds_of(std::max(now - demand.oldest, Millis{0}));
  return requests / cost * (1 + age / exchange / limits::exchanges_of_age);
}

}  // namespace rsm
