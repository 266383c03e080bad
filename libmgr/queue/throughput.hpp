// The policy "throughput": which cartridge comes next into a drive, when a robot's minute is the most expensive thing there is.
//
// Requests for one side are served together, since they cost one exchange: what counts is the group. Of the groups, in this order:
//   1. one whose oldest request waits for too long (overdue_after), the oldest of them first: nobody starves, whatever his priority;
//   2. one whose side is in a drive already: it is finished there, also before requests of a higher priority. To take it out for those costs an
//      exchange now and a second one later, and they are hardly served earlier for it;
//   3. the highest priority that waits in the group;
//   4. the highest worth: requests served for a second of drive time, Smith's rule (weighted shortest processing time), growing slowly with the age.
// Units: milliseconds; worth is requests for a second. Errors: none. Thread rule: pure.
// Source: W. E. Smith, Various optimizers for single-stage production, 1956.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/timing.hpp"
#include "libmgr/queue/limits.hpp"
#include "libmgr/record/timings.hpp"

namespace rsm {

// A running mean that one stuck drive, or one session over night, does not carry away. Learns fast at first.
class RunningMean {
 public:
  // `seen`: of how many the first value is the mean.
  explicit RunningMean(Millis first, long seen = 0);
  void add(Millis seen);
  Millis mean() const { return mean_; }
  friend bool operator==(RunningMean const&, RunningMean const&) = default;

 private:
  Millis mean_;
  long seen_ = 0;
};

// What things have taken in a library lately.
struct Pace {
  RunningMean take_home{Millis{60'000}};  // from the decision to the empty drive: unload, move
  RunningMean bring{Millis{60'000}};      // into an empty drive: move, load
  RunningMean hold{Millis{60'000}};       // how long a mounted medium is kept
  RunningMean wait{Millis{0}};            // from the call to the mounted medium

  // As it was learned in this library; what nobody has seen there is believed as above.
  static Pace learned(Timings const& timings, LibraryId library);

  Millis exchange() const { return take_home.mean() + bring.mean(); }
  friend bool operator==(Pace const&, Pace const&) = default;
};

// What an administrator allows: how long a medium that nobody uses stays in its drive at least and at most, while nobody wants the drive.
struct StayBounds {
  Millis least{0};
  Millis most{300'000};
};

// How many cartridges are asked for that are in no drive, within the time of an exchange. Thread rule: the loop only.
class Need {
 public:
  Need() { more_than_.fill(1); }
  // A cartridge is brought into a drive; it was asked for at this time. Not in the order of these times.
  void brought(TimePoint asked, Millis exchange);
  // The share of cartridges that come while so many empty drives are too few. Without any empty drive: all.
  double more_than(std::size_t empty) const { return more_than_[std::min(empty, more_than_.size() - 1)]; }

 private:
  std::deque<TimePoint> lately_;  // in ascending order, at most limits::need_memory
  std::array<double, limits::need_drives_most + 1> more_than_{};
};

// Whether media that nobody uses any more are wanted again soon, and how soon. Within the time of an exchange it was worth leaving them in their drive. At first that is
// believed; then it is what came of the media before. `empty`: so many other drives are empty, or will be; where they suffice, nothing is gained by one more.
// Thread rule: the loop only.
class Reuse {
 public:
  void idle(MediumId medium, TimePoint now, Millis exchange);
  // Somebody has asked for it at this time.
  void asked(MediumId medium, TimePoint when, Millis exchange);
  void brought(TimePoint asked, Millis exchange) { need_.brought(asked, exchange); }
  // It is worth leaving one in its drive: it is wanted again more often than it is not and in the way.
  bool worth_it(std::size_t empty = 0) const { return share_ > (1 - share_) * need_.more_than(empty); }
  // How long one that is idle now stays: where it is likely to be wanted again, for as long as nine of ten of those that were wanted again had waited, and once more as long;
  // where it is only not in anybody's way, as long as it may.
  Millis stay(StayBounds bounds, std::size_t empty = 0) const;
  // The same for no empty drive, one, two and so on; beside more of them as beside the last.
  std::vector<Millis> stays(StayBounds bounds) const;
  // "62 % of idle media are wanted again within an exchange (1 min 35 s), nine of ten of those that are within 40 s"
  std::string text(Millis exchange, std::size_t empty = 0) const;

 private:
  struct Idle {
    TimePoint since{};
    bool counted = false;  // it was not wanted within an exchange
  };
  void learn(bool again);
  std::map<MediumId, Idle> idle_;  // not longer than limits::reuse_exchanges
  double share_ = 1;
  TimingSketch after_;             // from idle to asked for
  Need need_;
};

// Those who wait for one side.
struct Demand {
  std::size_t requests = 0;
  TimePoint oldest{};
  int priority = 0;  // the highest of theirs
};

// A request that waits for longer is served before everything else.
Millis overdue_after(Pace const& pace);
double worth(Demand const& demand, Pace const& pace, TimePoint now);

}  // namespace rsm
