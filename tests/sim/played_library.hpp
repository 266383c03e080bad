// One library as a trace describes it: an arm that moves one cartridge at a time, drives that load and unload by themselves, sessions that keep a side alone.
//
// What for: whoever plans (replay.hpp, clairvoyant.hpp) decides what is brought where and what goes home; what becomes of it is the same for all, so that only the plans
// are compared. Errors: none. Thread rule: one thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "libmgr/domain/request.hpp"
#include "tests/sim/sim_loop.hpp"
#include "tests/sim/trace.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm::sim {

struct ReplayFigures {
  std::vector<Millis> waits;  // of every request from its arrival to the mounted side, in ascending order
  std::size_t moves = 0;
  Millis span{};              // from the first arrival to the end of the last move
  Millis arm_time{};          // the arm has moved
  Millis held{};              // media were in use, over all drives
  Millis drive_time{};        // drives were not empty, over all drives

  Millis mean() const;
  Millis percentile(unsigned percent) const;
};

enum class PlayedPhase { empty, to_come, coming, loading, idle, held, unloading, to_go, going };

struct PlayedDrive {
  PlayedPhase phase = PlayedPhase::empty;
  RequestRecord const* request = nullptr;  // for whom it works
  TimePoint since{};                       // of the phase
  TimePoint filled{};                      // since when it is not empty
  bool turns = false;                      // what it unloads is turned and comes back

  bool leaves() const { return !turns && (phase == PlayedPhase::unloading || phase == PlayedPhase::to_go || phase == PlayedPhase::going); }
};

class PlayedLibrary {
 public:
  class Player {
   public:
    virtual ~Player() = default;
    // Something has happened; what can begin now is begun.
    virtual void go_on() = 0;
    // The side of this drive has been given back: whether it goes home at once.
    virtual bool goes_home(unsigned drive, TraceRequest const& by) = 0;
    // The side of this request has been loaded: who of those who wait for it is given it.
    virtual RequestRecord const* first_of(RequestRecord const& loaded) { return &loaded; }
    // What is waited for goes before what makes room; else the oldest task.
    virtual bool room_comes_last() const { return true; }
    virtual void asked(RequestRecord const&) {}
    virtual void mounted(RequestRecord const&) {}
    virtual void wait_seen(Millis) {}
    virtual void hold_seen(Millis) {}
  };

  PlayedLibrary(Trace const& trace, bool with_priorities);
  ReplayFigures play(Player& player);

  TimePoint now() const { return loop_.now(); }
  World const& world() const { return builder_.world; }
  Trace const& trace() const { return trace_; }
  std::vector<PlayedDrive> const& drives() const { return drives_; }
  DriveHot const& hot(unsigned drive) const { return world().drives.at(testing::drive_id(drive)).hot; }
  std::vector<RequestRecord const*> const& waiting() const { return waiting_; }  // in the order of arrival
  TraceRequest const& asked_by(RequestRecord const& request) const { return trace_.requests[request.sequence]; }
  bool takes(unsigned drive, RequestRecord const& request) const;
  bool arm_taken() const;  // it moves, or has something to bring
  unsigned number_of(DriveId drive) const { return world().drives.at(drive).record.number; }

  // The request is served in this drive: what is there already, turned where the other side is up, or brought into it.
  void begin(unsigned drive, RequestRecord const* request);
  void unload(unsigned drive);

 private:
  DriveHot& changed(unsigned drive) { return builder_.world.drives.at(testing::drive_id(drive)).hot; }
  void arrives(std::size_t i);
  void enter(unsigned drive, PlayedPhase phase);
  void loaded(unsigned drive);
  void mounted(unsigned drive);
  void given_back(unsigned drive);
  void start_arm();
  void come(unsigned drive);
  void gone(unsigned drive);

  Trace const& trace_;
  bool with_priorities_;
  testing::WorldBuilder builder_;
  SimLoop loop_{TimePoint{}};
  Player* player_ = nullptr;
  std::vector<PlayedDrive> drives_;
  std::deque<RequestRecord> requests_;
  std::vector<RequestRecord const*> waiting_;
  bool arm_moves_ = false;
  ReplayFigures figures_;
};

}  // namespace rsm::sim
