// Whether the arm itself is what does not move.
//
// What for: a move that fails may be the fault of either end, of the cartridge, or of the arm. What the changer's own sense says of its mechanics, and
// failures in several places without one success, is the arm's: such a move is told to nobody, waits and is tried again, another one first where there
// is one; nobody is blamed and no request loses a try. After the second time the library needs service, with the reason, and one person is asked; the
// pauses grow up to a limit. One move that succeeds ends it. A move that fails although the arm has moved something else since is not the arm's: whoever
// wanted it is told. Lost with the daemon: the next move says it again. Thread rule: the loop only.
// Source: docs/decisions/0051-what-a-failure-proves.md.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/machines/arm.hpp"

namespace rsm {

class Library;

class ArmTrouble {
 public:
  explicit ArmTrouble(Library& library) : library_(library) {}

  // A move has failed. True: that is the arm's, and the move is to wait for its next turn.
  bool to_blame_for(machine::ArmDone const& done);
  void moved(machine::ArmTask const& task);
  // This end of moves that failed is to blame, and not the arm.
  void is_not(Element end);

  // Drives to which the last move has failed for another reason than the arm.
  std::set<DriveId> const& not_reached() const { return not_reached_; }
  // The last move has failed and that was the arm's: what is tried next is tried once.
  bool suspected() const { return tries_ != 0; }
  // No move begins before the next try.
  bool pauses() const { return suspected() && pausing_; }
  // People are told; else it may have been a chance.
  bool named() const;
  std::string text() const;  // "its arm does not move since ...: ...; ..."

 private:
  struct Ends {
    Element from, to;
  };
  bool in_several_places() const;
  DriveId drive_at(Element end) const;
  void nobody_else_is_to_blame();
  void pause();
  void tell();

  Library& library_;
  Lifeline lifeline_;
  std::uint64_t moves_ = 0;                      // that have succeeded
  std::map<MediumId, std::uint64_t> failed_at_;  // how many had when this one could not be moved for the first time since it was moved last
  std::vector<Ends> in_a_row_;                   // moves that failed for a reason that is not said to be the arm's, since the last success; the newest
  std::set<DriveId> not_reached_;
  unsigned tries_ = 0;
  bool pausing_ = false;
  TimePoint since_{};
  std::string what_;  // of the last move that has failed
};

}  // namespace rsm
