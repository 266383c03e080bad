#include "tests/sim/replay.hpp"

#include <algorithm>

#include "libmgr/queue/scheduler.hpp"

namespace rsm::sim {
namespace {

class PolicyPlayer final : public PlayedLibrary::Player {
 public:
  PolicyPlayer(PlayedLibrary& library, ReplayPolicy policy) : library_(library), policy_(policy) {
    auto const& trace = library.trace();
    pace_.take_home = RunningMean(trace.unload + trace.move);
    pace_.bring = RunningMean(trace.move + trace.load);
  }

  void go_on() override {
    while (act_on(plan_mounts(situation(), library_.waiting()))) {
    }
    if (throughput()) take_home_what_nobody_wants();
  }

  void asked(RequestRecord const& request) override { reuse_.asked(request.medium, request.queued, pace_.exchange()); }

  bool goes_home(unsigned drive, TraceRequest const& by) override {
    if (policy_ == ReplayPolicy::fifo_immediate) return true;
    reuse_.idle(library_.hot(drive).medium, library_.now(), pace_.exchange());
    return !by.deferred && !(throughput() && wanted(library_.hot(drive).medium));
  }

  bool room_comes_last() const override { return throughput(); }
  void wait_seen(Millis wait) override { pace_.wait.add(wait); }
  void hold_seen(Millis held) override { pace_.hold.add(held); }
  bool stays(unsigned drive) const { return reuse_.likely() && library_.now() - library_.hot(drive).since < LibrarySettings{}.defer_dismount_delay; }

 private:
  bool throughput() const { return policy_ == ReplayPolicy::throughput; }

  SchedulerPolicy planned_as() const {
    if (policy_ == ReplayPolicy::batch) return SchedulerPolicy::batch;
    return throughput() ? SchedulerPolicy::throughput : SchedulerPolicy::strict;
  }

  Situation situation() const {
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
    for (auto const* request : library_.waiting())
      if (auto const& drives = library_.asked_by(*request).drives) std::ranges::transform(*drives, std::inserter(s.takes[request->id], s.takes[request->id].end()), testing::drive_id);
    return s;
  }

  bool act_on(MountPlan const& plan) {
    for (auto const& start : plan.starts) library_.begin(library_.number_of(start.drive), *std::ranges::find(library_.waiting(), start.request, &RequestRecord::id));
    for (auto const& [drive, request] : plan.to_empty) library_.unload(library_.number_of(drive));
    return !plan.starts.empty() || !plan.to_empty.empty();
  }

  bool wanted(MediumId medium) const { return std::ranges::find(library_.waiting(), medium, &RequestRecord::medium) != library_.waiting().end(); }

  void take_home_what_nobody_wants() {
    for (unsigned n = 0; n < library_.drives().size(); ++n)
      if (library_.drives()[n].phase == PlayedPhase::idle && !wanted(library_.hot(n).medium) && !stays(n)) library_.unload(n);
  }

  PlayedLibrary& library_;
  ReplayPolicy policy_;
  Pace pace_;
  Reuse reuse_;
};

}  // namespace

std::string_view word(ReplayPolicy policy) {
  switch (policy) {
    case ReplayPolicy::fifo_immediate: return "fifo-immediate";
    case ReplayPolicy::fifo: return "fifo";
    case ReplayPolicy::strict: return "strict";
    case ReplayPolicy::batch: return "batch";
    case ReplayPolicy::throughput: return "throughput";
  }
  return {};
}

std::optional<ReplayPolicy> replay_policy(std::string_view name) {
  for (auto const policy : all_replay_policies)
    if (word(policy) == name) return policy;
  return std::nullopt;
}

ReplayFigures replay(Trace const& trace, ReplayPolicy policy) {
  PlayedLibrary library(trace, policy != ReplayPolicy::fifo && policy != ReplayPolicy::fifo_immediate);
  PolicyPlayer player(library, policy);
  return library.play(player);
}

}  // namespace rsm::sim
