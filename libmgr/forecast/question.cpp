#include "libmgr/forecast/question.hpp"

#include <algorithm>

namespace rsm::forecast {
namespace {

// Of what was never seen, while other things were.
Millis believed(TimingKind kind) {
  switch (kind) {
    case TimingKind::read_label:
    case TimingKind::rewind:
      return Millis{0};  // not every drive has such a step
    case TimingKind::hold:
      return Millis{60'000};
    default:
      return Millis{15'000};
  }
}

}  // namespace

TimingSketch const* Costs::of(TimingKind kind, DriveId drive) const {
  auto const own = sketches_.find({drive.guid, kind});
  if (drive && own != sketches_.end() && own->second.seen() >= limits::forecast_drive_seen_least) return &own->second;
  auto const of_all = sketches_.find({library_.guid, kind});
  return of_all == sketches_.end() || of_all->second.empty() ? nullptr : &of_all->second;
}

Millis Costs::take(TimingKind kind, DriveId drive, double share) const {
  auto const* sketch = of(kind, drive);
  if (sketch != nullptr) return sketch->quantile(share);
  if (kind == TimingKind::turn) return take(TimingKind::move, {}, share);
  return believed(kind);
}

Millis Costs::rest(TimingKind kind, DriveId drive, double share, Millis gone) const {
  gone = std::max(gone, Millis{0});
  auto const* sketch = of(kind, drive);
  if (sketch == nullptr) return std::max(take(kind, drive, share) - gone, Millis{1'000});
  return std::max(sketch->quantile_beyond(share, gone) - gone, Millis{0});
}

bool Costs::no_basis() const {
  return of(TimingKind::load, {}) == nullptr || of(TimingKind::hold, {}) == nullptr || of(TimingKind::move, {}) == nullptr;
}

}  // namespace rsm::forecast
