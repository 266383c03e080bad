#include "libmgr/queue/lines.hpp"

#include <algorithm>
#include <limits>

namespace rsm {
namespace {

template <class Key>
void count_in(std::map<Key, std::size_t>& counts, Key const& key, bool more) {
  auto const it = counts.try_emplace(key, 0).first;
  if (more)
    ++it->second;
  else if (--it->second == 0)
    counts.erase(it);
}

template <class Map, class Key, class Set>
void drop(Map& map, Key const& key, Set const& what) {
  auto const it = map.find(key);
  if (it == map.end()) return;
  it->second.erase(what);
  if (it->second.empty()) map.erase(it);
}

bool can_be_brought(MediumId id, World const& world) {
  auto const medium = world.media.find(id);
  if (medium == world.media.end() || !medium->second.enabled) return false;
  auto const* in = std::get_if<InElement>(&medium->second.place);
  return in != nullptr && in->element.kind != ElementKind::port && in->element.kind != ElementKind::arm;
}

}  // namespace

void MountLines::put(RequestRecord const& request, bool at_work) {
  Known const known{.side = {request.medium, request.side},
                    .line = {-request.priority, request.specific_drive ? request.drive : DriveId{}},
                    .place = {request.queued, request.sequence, request.id},
                    .order = request.order,
                    .call = request.group_size > 1 ? request.group : RequestId{},
                    .call_size = request.group_size,
                    .waits = !at_work && request.state != RequestState::inprocess};
  if (auto const it = places_.find(request.id); it != places_.end() && it->second == known) return;
  auto const* before = side(known.side);
  bool const planned = before == nullptr || before->planned, within_reach = before != nullptr && before->within_reach;
  erase(request.id);
  places_.emplace(request.id, known);
  note_age(known, true);
  if (known.call) calls_[known.call].size = known.call_size, calls_[known.call].all.emplace(known.place.sequence, request.id);
  if (!known.waits) {
    under_way_.insert(request.id);
    return;
  }
  add(known);
  if (auto& its = sides_.at(known.side); its.planned != planned || its.within_reach != within_reach) {  // it was alone there
    hide(known.side, its);
    if (!planned) waiting_ -= its.demand.requests;
    its.planned = planned, its.within_reach = within_reach;
    show(known.side, its);
  }
}

void MountLines::erase(RequestId id) {
  auto const it = places_.find(id);
  if (it == places_.end()) return;
  Known const known = it->second;
  places_.erase(it);
  note_age(known, false);
  if (known.waits)
    remove(known);
  else
    under_way_.erase(id);
  if (auto const call = calls_.find(known.call); call != calls_.end()) {
    call->second.all.erase(known.place.sequence);
    if (call->second.all.empty()) calls_.erase(call);
  }
}

void MountLines::note_age(Known const& known, bool more) {
  auto const wrong = [](auto one, auto next) { return one->second > next->second ? std::size_t{1} : std::size_t{0}; };
  auto const around = [&](auto at) {
    std::size_t n = 0;
    if (at != by_number_.begin()) n += wrong(std::prev(at), at);
    if (std::next(at) != by_number_.end()) n += wrong(at, std::next(at));
    return n;
  };
  auto const without = [&](auto at) {
    return at == by_number_.begin() || std::next(at) == by_number_.end() ? std::size_t{0} : wrong(std::prev(at), std::next(at));
  };
  auto const at = by_number_.emplace(known.place.sequence, known.place.queued).first;
  if (more) {
    inversions_ += around(at) - without(at);
    return;
  }
  inversions_ += without(at) - around(at);
  by_number_.erase(at);
}

void MountLines::add(Known const& known) {
  auto const [it, fresh] = sides_.try_emplace(known.side);
  Side& side = it->second;
  hide(known.side, side);
  count(side, known, true);
  if (known.call) {
    auto& call = calls_.at(known.call);
    call.waiting.emplace(known.place.sequence, known.place.id);
    if (call.waiting.size() == call.size) calls_by_size_[call.size].insert(known.call);
  } else if (known.order != order_none) {
    with_a_place_.emplace(known.order, known.place.id);
  } else {
    side.lines[known.line].insert(known.place);
  }
  show(known.side, side);
}

void MountLines::remove(Known const& known) {
  auto const it = sides_.find(known.side);
  Side& side = it->second;
  hide(known.side, side);
  count(side, known, false);
  if (known.call) {
    auto& call = calls_.at(known.call);
    call.waiting.erase(known.place.sequence);
    drop(calls_by_size_, call.size, known.call);
  } else if (known.order != order_none) {
    with_a_place_.erase({known.order, known.place.id});
  } else {
    drop(side.lines, known.line, known.place);
  }
  if (side.demand.requests == 0)
    sides_.erase(it);
  else
    show(known.side, side);
}

void MountLines::count(Side& side, Known const& known, bool more) {
  if (more)
    side.all.emplace(known.place.sequence, known.place.id);
  else
    side.all.erase(known.place.sequence);
  bool const alone = !known.call && !known.line.drive;
  int const priority = -known.line.lower;
  count_in(side.ages, known.place.queued, more);
  count_in(side.priorities, priority, more);
  if (alone) count_in(side.wanted, priority, more);
  side.demand.requests = more ? side.demand.requests + 1 : side.demand.requests - 1;
  if (side.planned) waiting_ = more ? waiting_ + 1 : waiting_ - 1;
  if (side.demand.requests == 0) return;
  side.demand.oldest = side.ages.begin()->first;
  side.demand.priority = side.priorities.rbegin()->first;
}

void MountLines::look_at(MediumId medium, World const& world) {
  bool const reach = can_be_brought(medium, world);
  for (auto it = sides_.lower_bound({medium, SideId{}}); it != sides_.end() && it->first.first == medium; ++it) {
    if (it->second.within_reach == reach) continue;
    hide(it->first, it->second);
    it->second.within_reach = reach;
    show(it->first, it->second);
  }
}

void MountLines::set_planned(SideKey const& key, bool planned) {
  auto const it = sides_.find(key);
  if (it == sides_.end() || it->second.planned == planned) return;
  hide(key, it->second);
  it->second.planned = planned;
  waiting_ = planned ? waiting_ + it->second.demand.requests : waiting_ - it->second.demand.requests;
  show(key, it->second);
}

namespace {

// Greater numbers come before smaller ones.
std::size_t descending(std::size_t number) {
  return std::numeric_limits<std::size_t>::max() - number;
}

}  // namespace

void MountLines::show(SideKey const& key, Side const& side) {
  if (!side.planned) return;
  auto& targets = side.within_reach ? within_reach_ : aside_;
  for (auto const& [line, places] : side.lines) {
    auto& target = targets[line.drive];
    if (policy_ != SchedulerPolicy::throughput) {
      target.heads[line.lower].emplace(places.begin()->queued, places.begin()->sequence, key);
      continue;
    }
    auto const& demand = side.demand;
    target.by_age.emplace(demand.oldest, -demand.priority, descending(demand.requests), key);
    target.by_worth[-demand.priority][demand.requests].emplace(demand.oldest, key);
  }
}

void MountLines::hide(SideKey const& key, Side const& side) {
  if (!side.planned) return;
  auto& targets = side.within_reach ? within_reach_ : aside_;
  for (auto const& [line, places] : side.lines) {
    auto const target = targets.find(line.drive);
    if (target == targets.end()) continue;
    if (policy_ != SchedulerPolicy::throughput) {
      drop(target->second.heads, line.lower, std::tuple(places.begin()->queued, places.begin()->sequence, key));
    } else {
      auto const& demand = side.demand;
      target->second.by_age.erase({demand.oldest, -demand.priority, descending(demand.requests), key});
      if (auto const level = target->second.by_worth.find(-demand.priority); level != target->second.by_worth.end()) {
        drop(level->second, demand.requests, std::pair(demand.oldest, key));
        if (level->second.empty()) target->second.by_worth.erase(level);
      }
    }
    if (target->second.empty()) targets.erase(target);
  }
}

std::optional<int> MountLines::wanted(MediumId medium) const {
  std::optional<int> highest;
  for (auto it = sides_.lower_bound({medium, SideId{}}); it != sides_.end() && it->first.first == medium; ++it)
    if (auto const& wanted = it->second.wanted; it->second.planned && !wanted.empty())
      highest = std::max(highest.value_or(wanted.rbegin()->first), wanted.rbegin()->first);
  return highest;
}

bool MountLines::planned(RequestId id) const {
  auto const it = places_.find(id);
  return it != places_.end() && it->second.waits && sides_.at(it->second.side).planned;
}

MountLines::Side const* MountLines::side(SideKey const& key) const {
  auto const it = sides_.find(key);
  return it == sides_.end() ? nullptr : &it->second;
}

std::vector<SideKey> MountLines::sides_of(MediumId medium) const {
  std::vector<SideKey> sides;
  for (auto it = sides_.lower_bound({medium, SideId{}}); it != sides_.end() && it->first.first == medium; ++it) sides.push_back(it->first);
  return sides;
}

std::vector<RequestRecord const*> MountLines::all_planned(World const& world) const {
  std::vector<RequestRecord const*> all;
  for (auto const& [id, known] : places_) {
    if (!known.waits || !sides_.at(known.side).planned) continue;
    if (auto const request = world.requests.find(id); request != world.requests.end()) all.push_back(&request->second);
  }
  return all;
}

}  // namespace rsm
