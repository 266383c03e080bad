#include "libmgr/record/timings.hpp"

namespace rsm {

void Timings::load(std::vector<TimingRecord> records) {
  kept_.clear();
  unwritten_ = 0;
  for (auto& record : records) kept_[{record.subject, record.kind}].sketch = TimingSketch(record.seen, std::move(record.buckets));
}

void Timings::learn(Key key, Millis took) {
  auto& kept = kept_[key];
  kept.sketch.learn(took);
  kept.written = false;
}

void Timings::learn(LibraryId library, DriveId drive, TimingKind kind, Millis took) {
  learn({library.guid, kind}, took);
  if (drive) learn({drive.guid, kind}, took);
  ++unwritten_;
}

TimingSketch const* Timings::of(Guid subject, TimingKind kind) const {
  auto const it = kept_.find({subject, kind});
  return it == kept_.end() ? nullptr : &it->second.sketch;
}

void Timings::forget(Guid subject) {
  std::erase_if(kept_, [&](auto const& entry) { return entry.first.first == subject; });
}

bool Timings::to_be_written(TimePoint now) const {
  return unwritten_ >= limits::timings_unwritten_most || (unwritten_ != 0 && (now - written_ >= limits::timings_unwritten_longest || now < written_));
}

std::vector<TimingRecord> Timings::take_unwritten(TimePoint now) {
  std::vector<TimingRecord> records;
  for (auto& [key, kept] : kept_) {
    if (kept.written) continue;
    records.push_back({key.first, key.second, kept.sketch.seen(), kept.sketch.buckets()});
    kept.written = true;
  }
  unwritten_ = 0;
  written_ = now;
  return records;
}

}  // namespace rsm
