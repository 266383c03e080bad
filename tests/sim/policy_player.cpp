#include "tests/sim/policy_player.hpp"

#include <algorithm>

namespace rsm::sim {

PolicyPlayer::PolicyPlayer(PlayedLibrary& library, ReplayPolicy policy) : library_(library), policy_(policy), lines_(planned_as()) {
  auto const& trace = library.trace();
  pace_.take_home = RunningMean(trace.unload + trace.move);
  pace_.bring = RunningMean(trace.move + trace.load);
}

void PolicyPlayer::asked(RequestRecord const& request) {
  reuse_.asked(request.medium, request.queued, pace_.exchange());
  lines_.put(request, false);
  lines_.look_at(request.medium, library_.world());
  auto const& drives = library_.asked_by(request).drives;
  if (drives) std::ranges::transform(*drives, std::inserter(takes_[request.id], takes_[request.id].end()), testing::drive_id);
}

void PolicyPlayer::go_on() {
  while (lines_.size() != 0 && act_on(plan_lines(situation(), lines_))) {
  }
  if (throughput()) take_home_what_nobody_wants();
}

bool PolicyPlayer::goes_home(unsigned drive, TraceRequest const& by) {
  if (policy_ == ReplayPolicy::fifo_immediate) return true;
  reuse_.idle(library_.hot(drive).medium, library_.now(), pace_.exchange());
  return !by.deferred && !(throughput() && wanted(library_.hot(drive).medium));
}

SchedulerPolicy PolicyPlayer::planned_as() const {
  if (policy_ == ReplayPolicy::batch) return SchedulerPolicy::batch;
  return throughput() ? SchedulerPolicy::throughput : SchedulerPolicy::strict;
}

Situation PolicyPlayer::situation() const {
  Situation s{.world = library_.world(), .library = testing::library_id(), .now = library_.now(), .policy = planned_as(), .fairness_limit = limits::fairness_limit};
  s.pace = pace_;
  s.arm_taken = library_.arm_taken();
  for (unsigned n = 0; n < library_.drives().size(); ++n) {
    auto const& drive = library_.drives()[n];
    if (drive.phase == PlayedPhase::empty || drive.phase == PlayedPhase::idle || drive.phase == PlayedPhase::held) continue;
    s.working.insert(testing::drive_id(n));
    if (drive.leaves()) s.emptying.insert(testing::drive_id(n));
    if (drive.request != nullptr) s.busy_media.emplace(drive.request->medium, "on its way");
    if (library_.hot(n).medium) s.busy_media.emplace(library_.hot(n).medium, "on its way");
  }
  s.takes = takes_;
  return s;
}

bool PolicyPlayer::act_on(MountPlan const& plan) {
  for (auto const& start : plan.starts) {
    lines_.erase(start.request);
    takes_.erase(start.request);
    auto const* request = *std::ranges::find(library_.waiting(), start.request, &RequestRecord::id);
    unsigned const drive = library_.number_of(start.drive);
    if (library_.hot(drive).medium != request->medium) reuse_.brought(request->queued, pace_.exchange());
    library_.begin(drive, request);
  }
  for (auto const& [drive, request] : plan.to_empty) library_.unload(library_.number_of(drive));
  return !plan.starts.empty() || !plan.to_empty.empty();
}

// Those first that have been idle for longest: what becomes empty may be enough.
void PolicyPlayer::take_home_what_nobody_wants() {
  std::size_t empty = 0;
  std::vector<std::pair<TimePoint, unsigned>> idle;
  for (unsigned n = 0; n < library_.drives().size(); ++n) {
    auto const& drive = library_.drives()[n];
    if (drive.phase == PlayedPhase::empty || drive.leaves()) ++empty;
    if (drive.phase == PlayedPhase::idle && !wanted(library_.hot(n).medium)) idle.emplace_back(library_.hot(n).since, n);
  }
  std::ranges::sort(idle);
  for (auto const& [since, drive] : idle) {
    if (library_.now() - since < reuse_.stay({}, empty)) continue;
    library_.unload(drive);
    ++empty;
  }
}

}  // namespace rsm::sim
