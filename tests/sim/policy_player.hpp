// Plays a library with a policy of the scheduler (replay.hpp); whoever wants to know more of it derives from it. Thread rule: one thread.
#pragma once

#include "libmgr/queue/walk.hpp"
#include "tests/sim/replay.hpp"

namespace rsm::sim {

class PolicyPlayer : public PlayedLibrary::Player {
 public:
  PolicyPlayer(PlayedLibrary& library, ReplayPolicy policy);

  void go_on() override;
  void asked(RequestRecord const& request) override;
  bool goes_home(unsigned drive, TraceRequest const& by) override;
  bool room_comes_last() const override { return throughput(); }
  void wait_seen(Millis wait) override { pace_.wait.add(wait); }
  void hold_seen(Millis held) override { pace_.hold.add(held); }

 protected:
  PlayedLibrary const& library() const { return library_; }
  SchedulerPolicy planned_as() const;
  Pace const& pace() const { return pace_; }
  std::vector<Millis> idle_media_stay() const { return throughput() ? reuse_.stays({}) : std::vector{LibrarySettings{}.defer_dismount_delay}; }

 private:
  bool throughput() const { return policy_ == ReplayPolicy::throughput; }
  Situation situation() const;
  bool act_on(MountPlan const& plan);
  bool wanted(MediumId medium) const { return !lines_.sides_of(medium).empty(); }
  void take_home_what_nobody_wants();

  PlayedLibrary& library_;
  ReplayPolicy policy_;
  Pace pace_;
  Reuse reuse_;
  MountLines lines_;
  std::map<RequestId, std::set<DriveId>> takes_;  // of those who wait, where not all drives take the cartridge
};

}  // namespace rsm::sim
