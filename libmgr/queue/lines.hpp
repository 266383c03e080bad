// The waiting mounts of one library in lines, kept by the events that change them.
//
// What for: a plan is made at every event, and looks at nobody who could not be served now. Who wants the same stands in one line: the same
// side, the same drive (or any), with the same priority; the oldest first. Lines whose medium could be brought into a drive stand in the
// order of service of their heads; lines whose medium is disabled, in a port or in the arm stand aside. Apart are those to whom an
// administrator has given a place, and calls of several media, which share one fate. A side that cannot be planned now (it is offline, or
// is to be identified first) has its requests here, and counts for nothing. A change costs the logarithm of how many wait; walk.hpp makes
// the plan. Units: places and priorities as in requests. Errors: none. Thread rule: the loop only.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "libmgr/model/world.hpp"
#include "libmgr/queue/planner.hpp"

namespace rsm {

class MountLines final : public Waiting {
 public:
  // One request in its line: the oldest first. (A clock that was set back makes another order than that of the numbers: in_order().)
  struct Place {
    TimePoint queued{};
    std::uint64_t sequence = 0;
    RequestId id;
    friend auto operator<=>(Place const&, Place const&) = default;
  };
  using Line = std::set<Place>;
  struct LineKey {
    int lower = 0;  // the priority, negated: higher ones first
    DriveId drive;  // zero: any
    friend auto operator<=>(LineKey const&, LineKey const&) = default;
  };
  struct Side {
    std::map<LineKey, Line> lines;
    std::map<std::uint64_t, RequestId> all;  // who wait for it, by sequence, also those with a place or in a call
    std::map<TimePoint, std::size_t> ages;   // of all of them
    std::map<int, std::size_t> priorities;   // the same
    std::map<int, std::size_t> wanted;       // of those who wait for it alone and in any drive
    Demand demand;
    bool within_reach = false;
    bool planned = true;
  };
  // Lines by the place of their heads, by policy strict and batch.
  using Heads = std::set<std::tuple<TimePoint, std::uint64_t, SideKey>>;
  // Sides by the age of their oldest, then as policy throughput has them where that is the same; and by priority, number and age.
  using ByAge = std::set<std::tuple<TimePoint, int, std::size_t, SideKey>>;
  using ByWorth = std::map<int, std::map<std::size_t, std::set<std::pair<TimePoint, SideKey>>>>;
  struct Target {
    std::map<int, Heads> heads;  // by LineKey::lower
    ByAge by_age;
    ByWorth by_worth;
    bool empty() const { return heads.empty() && by_age.empty(); }
  };
  using Targets = std::map<DriveId, Target>;  // by the drive that they want; zero: any
  struct Call {
    std::uint32_t size = 0;
    std::map<std::uint64_t, RequestId> waiting, all;  // by sequence; all: also those that are at work
  };

  explicit MountLines(SchedulerPolicy policy) : policy_(policy) {}

  // ---- kept up to date
  // An open mount of the library, as it is now. at_work: a drive works for it, or has loaded its medium.
  void put(RequestRecord const& request, bool at_work);
  void erase(RequestId id);
  // Where the medium is decides whether its lines are within reach.
  void look_at(MediumId medium, World const& world);
  // Whether those who wait for the side are planned.
  void set_planned(SideKey const& side, bool planned);

  // ---- asked
  Demand const& demand(SideKey const& side) const override { return sides_.at(side).demand; }
  std::optional<int> wanted(MediumId medium) const override;
  bool contains(RequestId id) const { return places_.contains(id); }
  bool planned(RequestId id) const;
  std::size_t size() const { return waiting_; }  // who wait and are planned
  bool all_are_planned() const { return places_.size() - under_way_.size() == waiting_; }
  Side const* side(SideKey const& key) const;
  std::vector<SideKey> sides_of(MediumId medium) const;
  std::map<SideKey, Side> const& sides() const { return sides_; }
  Targets const& within_reach() const { return within_reach_; }
  Targets const& aside() const { return aside_; }
  std::set<std::pair<std::uint32_t, RequestId>> const& with_a_place() const { return with_a_place_; }
  std::map<RequestId, Call> const& calls() const { return calls_; }
  std::map<std::uint32_t, std::set<RequestId>> const& calls_by_size() const { return calls_by_size_; }
  // Open mounts that wait no more: at work, or loaded and waiting for the others of their call.
  std::set<RequestId> const& under_way() const { return under_way_; }
  // All that wait and are planned.
  std::vector<RequestRecord const*> all_planned(World const& world) const;
  // False: a younger number waits since an earlier time than an older one does.
  bool in_order() const { return inversions_ == 0; }

 private:
  struct Known {  // of a request, so that it is found again
    SideKey side;
    LineKey line;
    Place place;
    std::uint32_t order = order_none;
    RequestId call;  // zero: it is alone
    std::uint32_t call_size = 1;
    bool waits = false;
    friend bool operator==(Known const&, Known const&) = default;
  };
  void add(Known const& known);
  void remove(Known const& known);
  void count(Side& side, Known const& known, bool more);
  void show(SideKey const& key, Side const& side);
  void hide(SideKey const& key, Side const& side);
  void note_age(Known const& known, bool more);

  SchedulerPolicy policy_;
  std::map<RequestId, Known> places_;
  std::map<SideKey, Side> sides_;
  Targets within_reach_, aside_;
  std::set<std::pair<std::uint32_t, RequestId>> with_a_place_;  // alone; by the place
  std::map<RequestId, Call> calls_;
  std::map<std::uint32_t, std::set<RequestId>> calls_by_size_;  // of whom all wait
  std::set<RequestId> under_way_;
  std::map<std::uint64_t, TimePoint> by_number_;
  std::size_t inversions_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace rsm
