#include "libmgr/queue/scheduler.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/queue/planner.hpp"

namespace rsm {
namespace {

using Many = std::vector<RequestRecord const*>;

// Those who wait, counted anew.
class Counted final : public Waiting {
 public:
  Counted(Situation const& s, Many const& waiting) {
    for (auto const* request : waiting) {
      if (s.policy == SchedulerPolicy::throughput) count(*request);
      if (request->group_size > 1 || request->specific_drive) continue;
      auto [it, fresh] = wanted_.emplace(request->medium, request->priority);
      if (!fresh) it->second = std::max(it->second, request->priority);
    }
  }
  Demand const& demand(SideKey const& side) const override { return demands_.at(side); }
  std::optional<int> wanted(MediumId medium) const override {
    auto const it = wanted_.find(medium);
    return it == wanted_.end() ? std::nullopt : std::optional(it->second);
  }

 private:
  void count(RequestRecord const& request) {
    auto [it, fresh] = demands_.try_emplace({request.medium, request.side}, Demand{0, request.queued, request.priority});
    auto& demand = it->second;
    ++demand.requests;
    demand.oldest = std::min(demand.oldest, request.queued);
    demand.priority = std::max(demand.priority, request.priority);
  }

  std::map<SideKey, Demand> demands_;
  std::map<MediumId, int> wanted_;
};

Many sorted(Planner const& planner, Many waiting) {
  std::ranges::sort(waiting, [&](auto const* a, auto const* b) { return planner.before(*a, *b); });
  return waiting;
}

// Many of one call share one fate: they stand in the queue where their first one stands.
std::vector<Planner::Group> groups(Many const& ordered) {
  std::vector<Planner::Group> all;
  std::map<RequestId, std::size_t> index;
  for (auto const* request : ordered) {
    if (!request->group) {
      all.push_back({request});
      continue;
    }
    auto [it, fresh] = index.emplace(request->group, all.size());
    if (fresh) all.emplace_back();
    all[it->second].push_back(request);
  }
  return all;
}

Many newest_of(Many const& waiting) {
  if (waiting.empty()) return {};
  return {*std::ranges::max_element(waiting, {}, &RequestRecord::sequence)};
}

}  // namespace

MountPlan plan_mounts(Situation const& situation, std::vector<RequestRecord const*> waiting) {
  if (planted(PlantedBug::starvation)) waiting = newest_of(waiting);
  Counted const counted(situation, waiting);
  Planner planner(situation, counted);
  auto const in_order = sorted(planner, std::move(waiting));
  for (auto const& group : groups(in_order)) planner.place(group, situation.reasons);
  for (auto const* request : in_order) planner.plan().order.push_back(request->id);
  return std::move(planner.plan());
}

std::vector<RequestRecord const*> in_order_of_service(Situation const& situation, std::vector<RequestRecord const*> waiting) {
  Counted const counted(situation, waiting);
  return sorted(Planner(situation, counted), std::move(waiting));
}

std::size_t served_before(Situation const& situation, std::vector<RequestRecord const*> const& waiting, RequestRecord const& one) {
  Counted const counted(situation, waiting);
  Planner const planner(situation, counted);
  return static_cast<std::size_t>(std::ranges::count_if(waiting, [&](auto const* other) { return planner.before(*other, one); }));
}

}  // namespace rsm
