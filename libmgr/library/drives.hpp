// The drives of a library at work: carries out what their machines want, and brings them the answers.
//
// What for: one piece of work at a time in a drive. Every command, move, pause and wait for the disk carries the number of the work that asked;
// what comes back for another one is dropped here, and nowhere else. Thread rule: the loop only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/machines/drive.hpp"

namespace rsm {

class Library;

class Drives {
 public:
  explicit Drives(Library& library) : library_(library) {}

  struct Order {
    machine::DriveOrder what;
    std::optional<Element> destination;  // put_away: there; nothing: into its slot
    bool insist = false;                 // put_away: also while old handles live
  };
  // The drive must be free.
  void begin(DriveId id, Order order);
  machine::Drive const* work(DriveId id) const;
  bool free(DriveId id) const { return work(id) == nullptr; }
  struct Found {
    DriveId drive;
    machine::Drive const* work = nullptr;
    explicit operator bool() const { return work != nullptr; }
  };
  Found work_for(RequestId request) const;
  Found work_with(MediumId medium) const;
  std::vector<std::pair<DriveId, machine::Drive const*>> all() const;
  // Whether these requests, and no others, are what the drives are at.
  bool work_for_all_of(std::set<RequestId> const& requests) const;
  // Ports that a cartridge is on its way to from a drive.
  bool bound_for(Element element) const;

  // The request of this work is to end (the caller ends it). False: it cannot be stopped in this way.
  bool stop(DriveId id, std::string const& reason, machine::StopHow how);
  void insist(DriveId id);
  // Whoever serves the drive now does not know that what is in it is to be kept in.
  void process_lost(DriveId id) { kept_in_.erase(id); }
  // The arm has decided a move; false: it was not for a drive's work.
  bool moved(machine::WorkId work, Result<> outcome);

 private:
  struct Running {
    machine::Drive machine;
    std::optional<Element> destination;
    bool insist = false;
    Errc trouble = Errc::success;  // examine: why it does not answer
    bool moved = false;            // the arm was asked to bring or to take something
    // The label that was asked for with the command before: what has come of it, or that the machine waits for it.
    struct LabelAhead {
      std::uint64_t number = 0;
      TimePoint begun{};
      std::optional<Result<port::Label>> read;
      bool wanted = false;
    };
    std::optional<LabelAhead> label_ahead;
  };
  Running* running(DriveId id, machine::WorkId work);
  machine::DriveView view(DriveId id, Running const& running) const;
  void perform(DriveId id, machine::DriveActions actions);
  void command(DriveId id, machine::WorkId work, machine::Command const& what);
  port::Done<port::Label> label_ahead(DriveId id, machine::WorkId work, std::optional<TimingKind> kind);
  bool take_label_ahead(DriveId id, machine::WorkId work);
  void hand_label(DriveId id, machine::WorkId work, std::uint64_t number);
  void over(DriveId id);

  Library& library_;
  Lifeline lifeline_;
  std::map<DriveId, Running> running_;
  std::uint64_t labels_ahead_ = 0;  // counts them all
  std::set<DriveId> kept_in_;       // loaded by the process that serves the drive now, which prevents removal
};

}  // namespace rsm
