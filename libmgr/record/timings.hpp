// What the steps of libraries and drives take, as it was learned: in memory, and in the catalog a little later.
//
// What for: whoever has seen a step end says so here (Book::learn). A step of a drive counts for the drive and for its library. What was learned is
// written with a commit that is made anyway, now and then (limits below): a crash costs the newest part of it, and nothing that anybody was promised.
// Thread rule: the loop only. Source: docs/decisions/0033-costs-are-learned.md.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/timing.hpp"

namespace rsm {

namespace limits {
constexpr Millis timings_unwritten_longest{60'000};  // then what was learned is written with the next step that is
constexpr unsigned timings_unwritten_most = 256;     // steps
}  // namespace limits

class Timings {
 public:
  using Key = std::pair<Guid, TimingKind>;

  void load(std::vector<TimingRecord> records);
  // drive: zero for what only the library as a whole takes (moves, waits).
  void learn(LibraryId library, DriveId drive, TimingKind kind, Millis took);
  // nullptr: nothing was learned.
  TimingSketch const* of(Guid subject, TimingKind kind) const;
  void forget(Guid subject);

  bool to_be_written(TimePoint now) const;
  // What has changed since the last time.
  std::vector<TimingRecord> take_unwritten(TimePoint now);

 private:
  void learn(Key key, Millis took);

  struct Kept {
    TimingSketch sketch;
    bool written = true;
  };
  std::map<Key, Kept> kept_;
  unsigned unwritten_ = 0;
  TimePoint written_{};
};

}  // namespace rsm
