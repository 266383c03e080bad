// How one plan is made: waiting mounts are placed one after the other, in order of service, on the drives that are left.
//
// What for: the plan from scratch (scheduler) and the plan from lines that are kept (lines, walk) place in the same way, by this one class;
// they differ only in whom they look at. To place is monotone: drives are taken, and given back by nobody, so who is blocked without any
// effect would be blocked without effect later in the same plan, too, and whoever wants the same after him is. Errors: none. Thread rule:
// pure. Source: rsm-model.md section 9.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "libmgr/queue/scheduler.hpp"

namespace rsm {

using SideKey = std::pair<MediumId, SideId>;

// What a plan asks about all who wait.
class Waiting {
 public:
  virtual ~Waiting() = default;
  // Those who wait for this side, who are at least one.
  virtual Demand const& demand(SideKey const& side) const = 0;
  // The highest priority of those who wait for the medium alone and in any drive; nothing: none does.
  virtual std::optional<int> wanted(MediumId medium) const = 0;
};

class Planner {
 public:
  // The media of one call, or one request alone.
  using Group = std::vector<RequestRecord const*>;

  Planner(Situation const& situation, Waiting const& waiting);

  // Who is served first.
  bool before(RequestRecord const& a, RequestRecord const& b) const;
  bool ready_in_drive(RequestRecord const& r) const;
  bool overdue(Demand const& demand) const { return s_.now - demand.oldest > overdue_after_; }
  bool overdue(RequestRecord const& r) const { return s_.now - r.queued > overdue_after_; }
  // Spared drives are not spared from him: he has waited for so long.
  bool takes_all(RequestRecord const& r) const;

  // In order of service. `say`: why not, into plan().why.
  void place(Group const& group, bool say);
  // Grows with everything that a call of place() has changed.
  std::size_t effects() const;
  // The one placed last lacks nothing but a drive, and none was left for him.
  bool lacked_drive() const { return lacked_drive_; }
  bool claimed(MediumId medium) const { return claimed_.contains(medium); }
  // Drives that are free, or will be without anybody giving something back: a call of more media than that neither starts nor takes
  // anything out.
  std::size_t drives_soon() const;
  // A call for so many media cannot start with the drives that are free or become so: it changes nothing in the plan.
  bool wants_too_much(std::size_t media) const;

  std::map<MediumId, DriveEntry const*> const& in_drives() const { return in_drive_; }
  MountPlan& plan() { return plan_; }

 private:
  bool worth_more(RequestRecord const& a, RequestRecord const& b) const;
  DriveEntry const* drive_for(RequestRecord const& r);
  DriveEntry const* in_its_drive(RequestRecord const& r, MediumRecord const& m, DriveEntry const& drive);
  DriveEntry const* empty_drive(RequestRecord const& r, MediumRecord const& m);
  DriveEntry const* make_room(RequestRecord const& r, MediumRecord const& m);
  DriveEntry const* no_way_home(RequestRecord const& r, DriveEntry const& drive);
  DriveEntry const* cannot_be_emptied(RequestRecord const& r, DriveEntry const& drive);
  bool chosen_when_the_arm_goes(RequestRecord const& r) const;
  bool shares_room(RequestRecord const& r) const;
  bool asked_by_another_of_its_call(RequestRecord const& r, DriveId id) const;
  bool emptied_for_its_call(DriveId id) const;
  bool spared(RequestRecord const& r, DriveEntry const& drive) const;
  std::tuple<bool, bool, std::uint32_t> rank(RequestRecord const& r, DriveEntry const& drive) const;
  bool fits(RequestRecord const& r, DriveEntry const& drive) const { return fits(r, drive.record.id); }
  bool fits(RequestRecord const& r, DriveId drive) const;
  bool has_failed_in(MediumId medium, DriveId drive) const;
  bool waits_for_another(RequestRecord const& r, DriveId drive) const;
  bool nobody_gives_it_back(DriveEntry const& drive) const;
  bool at_work(DriveEntry const& drive) const;
  std::string holder(DriveEntry const& drive) const;
  std::string unusable(DriveEntry const& drive) const;
  std::string drives_text(RequestRecord const& r) const;

  // The sentence is composed where somebody reads it.
  template <class Sentence>
  requires std::invocable<Sentence> DriveEntry const* blocked(RequestRecord const& r, Sentence&& why) {
    if (say_) plan_.why[r.id] = why();
    return nullptr;
  }
  DriveEntry const* blocked(RequestRecord const& r, char const* why) {
    return blocked(r, [why] { return std::string(why); });
  }

  Situation const& s_;
  Waiting const& waiting_;
  Millis overdue_after_{};
  std::vector<DriveEntry const*> drives_;  // by number
  std::map<MediumId, DriveEntry const*> in_drive_;
  std::map<MediumId, std::set<DriveId>> failed_in_;  // whoever waits for it: the cartridge has failed there
  bool sent_ = false;  // the arm has been given something to bring
  std::set<DriveId> taken_, emptied_;
  std::map<MediumId, RequestRecord const*> claimed_;
  std::set<DriveId> becoming_empty_;  // and promised to nobody yet
  bool room_asked_ = false;           // a person is to make room for those who would take any drive
  Group const* call_ = nullptr;       // that is being placed
  bool no_drive_ = false;             // the last request that was placed lacks nothing but a drive
  bool lacked_drive_ = false;
  bool say_ = false;
  MountPlan plan_;
};

}  // namespace rsm
