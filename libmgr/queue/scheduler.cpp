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
      bool const emptied_for_it = std::ranges::any_of(plan_.to_empty, [&](auto const& e) { return e.second == request->id; });
      room = room && (drive != nullptr || emptied_for_it || plan_.room_coming.contains(request->id));
      if (drive != nullptr) {
        starts.push_back({request->id, drive->record.id});
        taken_.insert(drive->record.id);
      }
      all = all && drive != nullptr;
    }
    if (all) {
      sent_ = sent_ || std::ranges::any_of(starts, [this](MountStart const& start) { return s_.world.drive(start.drive)->hot.medium.is_zero(); });
      for (auto const* r : group) claimed_.emplace(r->medium, r);
      plan_.starts.insert(plan_.starts.end(), starts.begin(), starts.end());
      return;
    }
    if (group.size() > 1 && only_drives && drives_soon() >= group.size()) plan_.call_waits = true;
    // Nothing is taken out for a call that could not start with it.
    if (room)
      taken_ = std::get<0>(before);
    else
      std::tie(taken_, emptied_, becoming_empty_, plan_.to_empty, plan_.room_coming) = before;
    for (auto const* r : group)
      if (s_.reasons) plan_.why.try_emplace(r->id, "waits until all media of its call can be mounted together");
  }

  // The drive on which the request can start now; nullptr: why_ says why not.
  DriveEntry const* drive_for(RequestRecord const& r) {
    auto const medium = s_.world.media.find(r.medium);
    if (medium == s_.world.media.end()) return blocked(r, "its medium is not known any more");
    MediumRecord const& m = medium->second;
    if (!m.enabled) return blocked(r, [&] { return name_of(m) + " is disabled"; });
    if (auto other = claimed_.find(r.medium); other != claimed_.end())
      return blocked(r, [&] { return name_of(m) + " goes first to request " + other->second->id.text(); });
    if (auto busy = s_.busy_media.find(r.medium); busy != s_.busy_media.end()) return blocked(r, [&] { return name_of(m) + " is in use: " + busy->second; });
    if (m.offline()) return blocked(r, [&] { return name_of(m) + " is offline: an operator has been asked to bring it"; });
    if (auto in = in_drive_.find(r.medium); in != in_drive_.end()) return in_its_drive(r, m, *in->second);
    auto const* place = std::get_if<InElement>(&m.place);
    if (place != nullptr && place->element.kind == ElementKind::port) return blocked(r, [&] { return name_of(m) + " is in the port"; });
    if (place != nullptr && place->element.kind == ElementKind::arm) return blocked(r, [&] { return name_of(m) + " is in the arm; it is brought home first"; });
    return empty_drive(r, m);
  }

  DriveEntry const* in_its_drive(RequestRecord const& r, MediumRecord const& m, DriveEntry const& drive) {
    DriveId const id = drive.record.id;
    std::string const where = name_of(s_.world, id);
    if (drive.hot.state == DriveState::loaded) return blocked(r, [&] { return name_of(m, drive.hot.side) + " is mounted in " + where + holder(drive); });
    if (s_.working.contains(id) && !planted(PlantedBug::double_dispatch)) return blocked(r, [&] { return name_of(m) + " is in " + where + ", which is at work"; });
    if (!s_.world.usable(drive)) return blocked(r, [&] { return name_of(m) + " is in " + where + ": " + unusable(drive); });
    bool const lies_right = s_.world.awaited(drive.hot) && drive.hot.side == r.side;
    bool const stays = drive.hot.state == DriveState::dismountable || lies_right || (s_.by_hand && drive.hot.state == DriveState::unloaded);
    if (!stays) return blocked(r, [&] { return name_of(m) + " is being taken out of " + where; });
    if (!fits(r, drive)) {
      if (s_.homeless.contains(id)) return no_way_home(r, drive);
      if (emptied_.insert(id).second) plan_.to_empty.emplace_back(id, r.id);
      return blocked(r, [&] { return name_of(m) + " is brought home from " + where + " first, since " + (r.specific_drive ? name_of(s_.world, r.drive) : "another drive") + " was asked for"; });
    }
    if (asked_by_another_of_its_call(r, id)) {
      if (s_.homeless.contains(id)) return no_way_home(r, drive);
      plan_.room_coming.insert(r.id);
      if (emptied_.insert(id).second) plan_.to_empty.emplace_back(id, r.id);
      return blocked(r, [&] { return name_of(m) + " is brought home from " + where + " first, which another medium of its call was asked for in"; });
    }
    if (taken_.contains(id) || emptied_.contains(id)) return blocked(r, [&] { return where + " was given to a request before it"; });
    return &drive;
  }

  DriveEntry const* empty_drive(RequestRecord const& r, MediumRecord const& m) {
    DriveEntry const* best = nullptr;
    for (auto const* drive : drives_) {
      if (!fits(r, *drive) || !s_.world.usable(*drive) || at_work(*drive)) continue;
      if (drive->hot.state != DriveState::dismounted || drive->hot.medium) continue;
      if (best == nullptr || rank(r, *drive) < rank(r, *best)) best = drive;
    }
    if (best != nullptr && chosen_when_the_arm_goes(r)) {
      plan_.room_coming.insert(r.id);
      emptied_.insert(best->record.id);  // for the next one there must be another drive
      return blocked(r, "waits for the arm, which brings what is worth most when it is free");
    }
    if (best != nullptr) return best;
    return make_room(r, m);
  }

  // Late: until the arm can go, a cartridge may be wanted that is worth more. The media of one call start together.
  bool chosen_when_the_arm_goes(RequestRecord const& r) const {
    return s_.policy == SchedulerPolicy::throughput && r.group_size <= 1 && (s_.arm_taken || sent_);
  }

  // That are free, or will be without anybody giving something back.
  std::size_t drives_soon() const {
    return static_cast<std::size_t>(std::ranges::count_if(drives_, [this](auto const* drive) {
      DriveId const id = drive->record.id;
      bool const busy = s_.working.contains(id) && !s_.lent.contains(id) && !s_.emptying.contains(id);
      return s_.world.usable(*drive) && drive->hot.state != DriveState::loaded && !busy;
    }));
  }

  DriveEntry const* make_room(RequestRecord const& r, MediumRecord const& m) {
    no_drive_ = true;
    if (s_.policy == SchedulerPolicy::throughput && room_for_.contains(m.id) && !r.specific_drive && r.group_size <= 1 && !overdue(r)) {
      plan_.room_coming.insert(r.id);
      return blocked(r, [&] { return "goes into the drive that comes to " + name_of(m) + " for a request before it"; });
    }
    if (r.specific_drive && emptied_for_its_call(r.drive)) {
      plan_.room_coming.insert(r.id);
      return blocked(r, [&] { return name_of(s_.world, r.drive) + " is being emptied for " + name_of(m); });
    }
    auto const coming = std::ranges::find_if(becoming_empty_, [&](DriveId id) { return fits(r, id); });
    if (!r.specific_drive && coming != becoming_empty_.end()) {
      becoming_empty_.erase(coming);
      room_for_.insert(m.id);
      plan_.room_coming.insert(r.id);
      return blocked(r, [&] { return "a drive is being emptied for " + name_of(m); });
    }
    DriveEntry const* victim = nullptr;
    DriveEntry const* stays = nullptr;  // since there is no slot for what is in it
    for (auto const* drive : drives_) {
      if (!fits(r, *drive) || !s_.world.usable(*drive) || at_work(*drive)) continue;
      bool const idle = drive->hot.state == DriveState::dismountable || (planted(PlantedBug::used_drive_for_another) && drive->hot.state == DriveState::loaded);
      if (!idle || spared(r, *drive)) continue;
      if (s_.homeless.contains(drive->record.id)) {
        stays = drive;
        continue;
      }
      if (victim == nullptr || drive->hot.since < victim->hot.since) victim = drive;
    }
    if (victim == nullptr && stays != nullptr) return no_way_home(r, *stays);
    if (victim == nullptr) return blocked(r, [&] { return "waits for a drive: " + drives_text(r); });
    if (!r.specific_drive && r.group_size <= 1) room_for_.insert(m.id);
    emptied_.insert(victim->record.id);
    plan_.room_coming.insert(r.id);
    plan_.to_empty.emplace_back(victim->record.id, r.id);
    return blocked(r, [&] { return name_of(s_.world, victim->record.id) + " is being emptied for " + name_of(m); });
  }

  // A person is asked to make room. Until then whoever wants what is in the drive is served there.
  DriveEntry const* no_way_home(RequestRecord const& r, DriveEntry const& drive) {
    DriveId const id = drive.record.id;
    if (std::ranges::find(plan_.to_make_room, id, &std::pair<DriveId, RequestId>::first) == plan_.to_make_room.end()) plan_.to_make_room.emplace_back(id, r.id);
    auto const inside = s_.world.media.find(drive.hot.medium);
    std::string const what = inside == s_.world.media.end() ? std::string("what is in it") : name_of(inside->second);
    return blocked(r, [&] { return name_of(s_.world, id) + " cannot be emptied for it: there is no free slot for " + what; });
  }

  bool asked_by_another_of_its_call(RequestRecord const& r, DriveId id) const {
    return std::ranges::any_of(*call_, [&](auto const* other) { return other->id != r.id && other->specific_drive && other->drive == id; });
  }
  bool emptied_for_its_call(DriveId id) const {
    return std::ranges::any_of(plan_.to_empty, [&](auto const& emptied) {
      return emptied.first == id && std::ranges::any_of(*call_, [&](auto const* other) { return other->id == emptied.second; });
    });
  }

  // An idle medium that somebody of the same priority waits for is not taken out for another one, within the fairness limit.
  bool spared(RequestRecord const& r, DriveEntry const& drive) const {
    if (std::ranges::any_of(*call_, [&](auto const* other) { return other->medium == drive.hot.medium; })) return !r.specific_drive;  // wanted by its own call: elsewhere, or just there
    auto wanted = wanted_.find(drive.hot.medium);
    if (s_.policy == SchedulerPolicy::throughput) return wanted != wanted_.end() && !overdue(r);
    if (s_.policy != SchedulerPolicy::batch || s_.now - r.queued > s_.fairness_limit) return false;
    return wanted != wanted_.end() && wanted->second >= r.priority;
  }

  // A drive that could not load this cartridge comes last; then fewest mounts, then the lowest number.
  std::pair<bool, std::uint32_t> rank(RequestRecord const& r, DriveEntry const& drive) const {
    auto const failed = s_.failed_in.find(r.id);
    return {failed != s_.failed_in.end() && failed->second.contains(drive.record.id), drive.hot.mount_count};
  }
  bool fits(RequestRecord const& r, DriveEntry const& drive) const { return fits(r, drive.record.id); }
  bool fits(RequestRecord const& r, DriveId drive) const {
    auto const takes = s_.takes.find(r.id);
    if (takes != s_.takes.end() && !takes->second.contains(drive)) return false;
    return !r.specific_drive || r.drive == drive;
  }
  bool at_work(DriveEntry const& drive) const {
    DriveId const id = drive.record.id;
    if (planted(PlantedBug::double_dispatch)) return taken_.contains(id);
    return s_.working.contains(id) || taken_.contains(id) || emptied_.contains(id);
  }

  std::string holder(DriveEntry const& drive) const {
    auto session = s_.world.sessions.find(drive.hot.session);
    if (session == s_.world.sessions.end()) return " (whose session has ended: rsm drive dismount '" + drive.record.name + "')";
    return " for " + session->second.application + " (" + session->second.user + ", session " + session->first.text() + ")";
  }

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
