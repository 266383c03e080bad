// What a forecast is made of: a library as it is now, those who wait, and what its steps take. A value: made on the loop, played anywhere.
// Thread rule: values. Source: docs/decisions/0033-costs-are-learned.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libmgr/domain/timing.hpp"
#include "libmgr/forecast/limits.hpp"
#include "libmgr/model/world.hpp"
#include "libmgr/queue/throughput.hpp"
#include "libmgr/settings.hpp"

namespace rsm::forecast {

// What things take: the drive's own, where enough of it was seen, else its library's.
class Costs {
 public:
  void put(Guid subject, TimingKind kind, TimingSketch sketch) { sketches_[{subject, kind}] = std::move(sketch); }
  void set_library(LibraryId library) { library_ = library; }
  // Of the library's arm: without a drive.
  Millis take(TimingKind kind, DriveId drive, double share) const;
  // Of what has taken so long already: the rest.
  Millis rest(TimingKind kind, DriveId drive, double share, Millis gone) const;
  // Nothing is there: moves, loads and uses of this library were never seen.
  bool no_basis() const;
  TimingSketch const* of(TimingKind kind, DriveId drive) const;

 private:
  LibraryId library_;
  std::map<std::pair<Guid, TimingKind>, TimingSketch> sketches_;
};

enum class Phase {
  empty, to_come, coming, loading, idle, held, unloading, to_go, going,
  busy  // with something of the service's own; empty afterwards
};

// A drive now; its medium and its side are in the world.
struct DriveNow {
  Phase phase = Phase::empty;
  TimePoint since{};      // of the phase
  RequestId request;      // for whom it works; zero: for nobody who waits
  MediumId expects;       // what is brought to it
  SideId side;
  bool turns = false;     // what it unloads is turned and comes back
  bool abandoned = false; // held for a session that has ended: no time brings it back, only a person
};

struct Question {
  World world;  // this library, its drives, the media that are in them or wanted
  LibraryId library;
  TimePoint now{};
  SchedulerPolicy policy = SchedulerPolicy::batch;
  Millis fairness_limit{};
  Pace pace;
  std::vector<Millis> idle_media_stay;  // when nobody wants them, beside no empty drive, one, two and so on; beside more as beside the last; empty: for ever
  std::map<DriveId, DriveNow> drives;
  std::optional<TimePoint> arm_since;           // a move that no drive waits for is under way
  std::vector<RequestRecord> waiting;           // in the order of service, at most limits::forecast_requests_most
  std::size_t waiting_in_all = 0;
  std::vector<RequestRecord> under_way;         // mounts that a drive works for
  std::vector<RequestRecord> later;             // that come, each when it is `queued`, in this order; of a history that is played once more
  std::map<RequestId, Millis> holds;            // how long these keep their medium; the others: by chance
  std::set<RequestId> sent_home;                // what these were given goes home when they give it back
  std::map<RequestId, std::set<DriveId>> takes; // as in the scheduler's situation
  std::map<RequestId, std::set<DriveId>> failed_in;
  std::string person_first;                     // what only a person ends, and what to do: until then no time can be said
  std::string stands_still;                     // why the library begins nothing now; what is foretold counts from when it goes on
  bool by_hand = false;             // its one drive has no robot: a person brings what is not in it
  Costs costs;
  double doubt = limits::forecast_doubt;        // the bound of 90 % is so many times what was played
  double lean = 1;                              // and what is expected so many times its middle
};

}  // namespace rsm::forecast
