// The waiting mounts of one library, in lines that follow the book and the drives; what has to be looked at before the next plan.
//
// What for: whatever changes tells it, so that a look at the library costs what has changed and not what waits. A side is looked at again
// when its medium has changed or somebody new waits for it; one that cannot be planned yet since something has to be found out first, at
// every look; one whose medium is in no library, when a library or a question to the operator changes. Thread rule: the loop only.
#pragma once

#include <set>
#include <vector>

#include "libmgr/queue/lines.hpp"

namespace rsm {

class Library;

class WaitingMounts {
 public:
  // How those who wait for a side stand: planned now; to be asked again at the next look; away, until something changes.
  enum class Standing { planned, again, away };

  explicit WaitingMounts(Library& library);

  // ---- told
  void request_changed(RequestId id);
  void medium_changed(MediumId id);
  void look_again(RequestId id);
  void look_again_at_those_away();

  // ---- asked, with what the drives do now
  MountLines const& lines();

  // ---- the look
  // What is to be looked at once more: requests that are new, sides that may have changed.
  struct ToLookAt {
    std::vector<RequestId> requests;
    std::vector<SideKey> sides;
    bool empty() const { return requests.empty() && sides.empty(); }
  };
  // `again`: with those who are asked at every look.
  ToLookAt take(bool again);
  void stands(SideKey const& side, Standing standing);
  // Drives that the library has, but for those that it has not any more: whether there are others than at the last look.
  bool drives_changed();

 private:
  void follow_drives();

  Library& library_;
  MountLines lines_;
  std::set<RequestId> new_, at_work_;
  std::set<MediumId> touched_;  // those who wait for them are to be looked at once more
  std::set<MediumId> moved_;    // since lines() was asked last: whether they are within reach is seen there, once for each change
  std::set<SideKey> again_, away_;
  std::vector<DriveId> drives_;  // in the order of their numbers
};

}  // namespace rsm
