#include "libmgr/queue/planner.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/short_id.hpp"
#include "libmgr/domain/spoken.hpp"

namespace rsm {

Planner::Planner(Situation const& situation, Waiting const& waiting)
    : s_(situation), waiting_(waiting), overdue_after_(overdue_after(situation.pace)) {
  auto const* library = s_.world.library(s_.library);
  if (library == nullptr) return;
  for (auto const& [number, id] : library->drives) {
    auto const* drive = s_.world.drive(id);
    drives_.push_back(drive);
    if (drive->hot.medium) in_drive_[drive->hot.medium] = drive;
  }
  becoming_empty_ = s_.emptying;
  for (auto const& [id, drives] : s_.failed_in)
    if (auto const request = s_.world.requests.find(id); request != s_.world.requests.end()) failed_in_[request->second.medium].insert(drives.begin(), drives.end());
}

bool Planner::ready_in_drive(RequestRecord const& r) const {
  auto it = in_drive_.find(r.medium);
  return it != in_drive_.end() && (it->second->hot.state == DriveState::dismountable || s_.world.awaited(it->second->hot)) &&
         it->second->hot.side == r.side;
}

bool Planner::before(RequestRecord const& a, RequestRecord const& b) const {
  auto const pin = [](RequestRecord const& r) { return r.order == order_none ? 0x7fffffffU : r.order; };
  if (pin(a) != pin(b)) return pin(a) < pin(b);
  if (s_.policy == SchedulerPolicy::throughput) return worth_more(a, b);
  if (a.priority != b.priority) return (a.priority > b.priority) != planted(PlantedBug::priority_inverted);
  if (s_.policy == SchedulerPolicy::batch) {
    bool const old_a = s_.now - a.queued > s_.fairness_limit, old_b = s_.now - b.queued > s_.fairness_limit;
    if (old_a != old_b) return old_a;
    bool const ready_a = ready_in_drive(a), ready_b = ready_in_drive(b);
    if (!old_a && ready_a != ready_b) return ready_a;
  }
  return a.sequence < b.sequence;
}

// queue/throughput.hpp says the order. Requests of one group stay together: who waits for too long, then priority, then age.
bool Planner::worth_more(RequestRecord const& a, RequestRecord const& b) const {
  SideKey const side_a{a.medium, a.side}, side_b{b.medium, b.side};
  if (side_a == side_b) return std::tuple(overdue(b), b.priority, a.sequence) < std::tuple(overdue(a), a.priority, b.sequence);
  Demand const &demand_a = waiting_.demand(side_a), &demand_b = waiting_.demand(side_b);
  bool const overdue_a = overdue(demand_a), overdue_b = overdue(demand_b);
  if (overdue_a != overdue_b) return overdue_a;
  if (overdue_a && demand_a.oldest != demand_b.oldest) return demand_a.oldest < demand_b.oldest;
  bool const ready_a = ready_in_drive(a), ready_b = ready_in_drive(b);
  if (ready_a != ready_b) return ready_a;
  if (demand_a.priority != demand_b.priority) return demand_a.priority > demand_b.priority;
  double const worth_a = worth(demand_a, s_.pace, s_.now), worth_b = worth(demand_b, s_.pace, s_.now);
  if (worth_a != worth_b) return worth_a > worth_b;
  return demand_a.oldest != demand_b.oldest ? demand_a.oldest < demand_b.oldest : side_a < side_b;
}

bool Planner::takes_all(RequestRecord const& r) const {
  if (s_.policy == SchedulerPolicy::throughput) return overdue(r);
  return s_.policy == SchedulerPolicy::strict || s_.now - r.queued > s_.fairness_limit;
}

std::size_t Planner::effects() const {
  return plan_.starts.size() + plan_.to_empty.size() + plan_.to_make_room.size() + plan_.room_coming.size() + plan_.room_for.size() +
         claimed_.size() + emptied_.size() + (s_.emptying.size() - becoming_empty_.size()) + (plan_.call_waits ? 1 : 0);
}

void Planner::place(Group const& group, bool say) {
  say_ = say;
  lacked_drive_ = false;
  if (group.size() < group.front()->group_size) {
    for (auto const* r : group) blocked(*r, "waits for the other media of its call, which are still at work");
    return;
  }
  call_ = &group;
  std::vector<MountStart> starts;
  auto const before = std::tuple(taken_, emptied_, becoming_empty_, plan_.to_empty, plan_.room_coming);
  bool all = true, room = true, only_drives = true;
  for (auto const* request : group) {
    no_drive_ = false;
    auto drive = drive_for(*request);
    only_drives = only_drives && (drive != nullptr || no_drive_);
    bool const emptied_for_it = std::ranges::any_of(plan_.to_empty, [&](auto const& e) { return e.second == request->id; });
    room = room && (drive != nullptr || emptied_for_it || plan_.room_coming.contains(request->id));
    if (drive != nullptr) {
      starts.push_back({request->id, drive->record.id});
      taken_.insert(drive->record.id);
    }
    all = all && drive != nullptr;
  }
  if (all) {
    sent_ =
        sent_ || std::ranges::any_of(starts, [this](MountStart const& start) { return s_.world.drive(start.drive)->hot.medium.is_zero(); });
    for (auto const* r : group) claimed_.emplace(r->medium, r);
    plan_.starts.insert(plan_.starts.end(), starts.begin(), starts.end());
    return;
  }
  if (group.size() > 1 && only_drives && drives_soon() >= group.size()) plan_.call_waits = true;
  // Nothing is taken out for a call that could not start with it: also not one drive for two of its media.
  if (room && !wants_too_much(group.size()))
    taken_ = std::get<0>(before);
  else
    std::tie(taken_, emptied_, becoming_empty_, plan_.to_empty, plan_.room_coming) = before;
  for (auto const* r : group)
    if (say_) plan_.why.try_emplace(r->id, "waits until all media of its call can be mounted together");
}

// The drive on which the request can start now; nullptr: plan().why says why not, where that is asked.
DriveEntry const* Planner::drive_for(RequestRecord const& r) {
  auto const medium = s_.world.media.find(r.medium);
  if (medium == s_.world.media.end()) return blocked(r, "its medium is not known any more");
  MediumRecord const& m = medium->second;
  if (!m.enabled) return blocked(r, [&] { return name_of(m) + " is disabled"; });
  if (auto other = claimed_.find(r.medium); other != claimed_.end())
    return blocked(r, [&] { return name_of(m) + " goes first to " + name_of(other->second->id); });
  if (auto busy = s_.busy_media.find(r.medium); busy != s_.busy_media.end())
    return blocked(r, [&] { return name_of(m) + " is in use: " + busy->second; });
  if (m.offline()) return blocked(r, [&] { return name_of(m) + " is offline: an operator has been asked to bring it"; });
  if (auto in = in_drive_.find(r.medium); in != in_drive_.end()) return in_its_drive(r, m, *in->second);
  auto const* place = std::get_if<InElement>(&m.place);
  if (place != nullptr && place->element.kind == ElementKind::port) return blocked(r, [&] { return name_of(m) + " is in the port"; });
  if (place != nullptr && place->element.kind == ElementKind::arm)
    return blocked(r, [&] { return name_of(m) + " is in the arm; it is brought home first"; });
  return empty_drive(r, m);
}

DriveEntry const* Planner::in_its_drive(RequestRecord const& r, MediumRecord const& m, DriveEntry const& drive) {
  DriveId const id = drive.record.id;
  auto const where = [&] { return name_of(s_.world, id); };
  if (drive.hot.state == DriveState::loaded)
    return blocked(r, [&] { return name_of(m, drive.hot.side) + " is mounted in " + where() + holder(drive); });
  if (s_.working.contains(id) && !planted(PlantedBug::double_dispatch))
    return blocked(r, [&] { return name_of(m) + " is in " + where() + ", which is at work"; });
  if (!s_.world.usable(drive)) return blocked(r, [&] { return name_of(m) + " is in " + where() + ", which " + unusable(drive); });
  bool const lies_right = s_.world.awaited(drive.hot) && drive.hot.side == r.side;
  bool const stays = drive.hot.state == DriveState::dismountable || lies_right || (s_.by_hand && drive.hot.state == DriveState::unloaded);
  if (!stays) return blocked(r, [&] { return name_of(m) + " is being taken out of " + where(); });
  if (!fits(r, drive)) {
    if (s_.homeless.contains(id)) return no_way_home(r, drive);
    if (emptied_.insert(id).second)
      plan_.to_empty.emplace_back(id, r.id);
    else if (emptied_for_its_call(id))
      plan_.room_coming.insert(r.id);
    return blocked(r, [&] {
      return name_of(m) + " is brought home from " + where() + " first, since " +
             (r.specific_drive ? name_of(s_.world, r.drive) : "another drive") + " was asked for";
    });
  }
  if (asked_by_another_of_its_call(r, id)) {
    if (s_.homeless.contains(id)) return no_way_home(r, drive);
    plan_.room_coming.insert(r.id);
    if (emptied_.insert(id).second) plan_.to_empty.emplace_back(id, r.id);
    return blocked(
        r, [&] { return name_of(m) + " is brought home from " + where() + " first, which another medium of its call was asked for in"; });
  }
  if (taken_.contains(id) || emptied_.contains(id)) return blocked(r, [&] { return where() + " was given to a request before it"; });
  return &drive;
}

DriveEntry const* Planner::empty_drive(RequestRecord const& r, MediumRecord const& m) {
  DriveEntry const* best = nullptr;
  for (auto const* drive : drives_) {
    if (!fits(r, *drive) || !s_.world.usable(*drive) || at_work(*drive)) continue;
    if (drive->hot.state != DriveState::dismounted || drive->hot.medium || waits_for_another(r, drive->record.id)) continue;
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
bool Planner::chosen_when_the_arm_goes(RequestRecord const& r) const {
  return s_.policy == SchedulerPolicy::throughput && r.group_size <= 1 && (s_.arm_taken || sent_);
}

// That are free, or will be without anybody giving something back.
std::size_t Planner::drives_soon() const {
  return static_cast<std::size_t>(std::ranges::count_if(drives_, [this](auto const* drive) {
    DriveId const id = drive->record.id;
    bool const busy = s_.working.contains(id) && !s_.lent.contains(id) && !s_.emptying.contains(id);
    return s_.world.usable(*drive) && drive->hot.state != DriveState::loaded && !busy;
  }));
}

// Also a drive that is disabled is promised to somebody while it becomes empty.
bool Planner::wants_too_much(std::size_t media) const { return media > 1 && media > drives_soon() + s_.emptying.size() && s_.homeless.empty(); }

// One drive is emptied for all who wait for a medium; who has waited for too long gets one of his own.
bool Planner::shares_room(RequestRecord const& r) const {
  return s_.policy == SchedulerPolicy::throughput && plan_.room_for.contains(r.medium) && !r.specific_drive && r.group_size <= 1 &&
         !overdue(r);
}

DriveEntry const* Planner::make_room(RequestRecord const& r, MediumRecord const& m) {
  no_drive_ = true;
  if (shares_room(r)) return blocked(r, [&] { return "goes into the drive that comes to " + name_of(m) + " for a request before it"; });
  if (r.specific_drive && emptied_for_its_call(r.drive)) {
    plan_.room_coming.insert(r.id);
    return blocked(r, [&] { return name_of(s_.world, r.drive) + " is being emptied for " + name_of(m); });
  }
  auto const coming = std::ranges::find_if(becoming_empty_, [&](DriveId id) { return fits(r, id) && !waits_for_another(r, id); });
  if (!r.specific_drive && coming != becoming_empty_.end()) {
    becoming_empty_.erase(coming);
    if (r.group_size <= 1) plan_.room_for.insert(m.id);
    plan_.room_coming.insert(r.id);
    return blocked(r, [&] { return "a drive is being emptied for " + name_of(m); });
  }
  DriveEntry const* victim = nullptr;
  DriveEntry const* stays = nullptr;  // since there is no slot for what is in it
  for (auto const* drive : drives_) {
    if (!fits(r, *drive) || !s_.world.usable(*drive) || at_work(*drive)) continue;
    bool const idle = drive->hot.state == DriveState::dismountable ||
                      (planted(PlantedBug::used_drive_for_another) && drive->hot.state == DriveState::loaded);
    if (!idle || spared(r, *drive) || waits_for_another(r, drive->record.id)) continue;
    if (s_.homeless.contains(drive->record.id)) {
      stays = drive;
      continue;
    }
    if (victim == nullptr || drive->hot.since < victim->hot.since) victim = drive;
  }
  lacked_drive_ = victim == nullptr && !failed_in_.contains(r.medium);  // others take a drive that it does not
  if (victim == nullptr && stays != nullptr) {
    // One person makes room for one of them: that is asked once, not for every drive that could be emptied then.
    bool const asked = !r.specific_drive && std::exchange(room_asked_, true);
    return asked ? cannot_be_emptied(r, *stays) : no_way_home(r, *stays);
  }
  if (victim == nullptr) return blocked(r, [&] { return "waits for a drive: " + drives_text(r); });
  if (!r.specific_drive && r.group_size <= 1) plan_.room_for.insert(m.id);
  emptied_.insert(victim->record.id);
  plan_.room_coming.insert(r.id);
  plan_.to_empty.emplace_back(victim->record.id, r.id);
  return blocked(r, [&] { return name_of(s_.world, victim->record.id) + " is being emptied for " + name_of(m); });
}

// A person is asked to make room. Until then whoever wants what is in the drive is served there.
DriveEntry const* Planner::no_way_home(RequestRecord const& r, DriveEntry const& drive) {
  DriveId const id = drive.record.id;
  if (std::ranges::find(plan_.to_make_room, id, &std::pair<DriveId, RequestId>::first) == plan_.to_make_room.end())
    plan_.to_make_room.emplace_back(id, r.id);
  return cannot_be_emptied(r, drive);
}

DriveEntry const* Planner::cannot_be_emptied(RequestRecord const& r, DriveEntry const& drive) {
  return blocked(r, [&] {
    auto const inside = s_.world.media.find(drive.hot.medium);
    return name_of(s_.world, drive.record.id) + " cannot be emptied for it: there is no free slot for " +
           (inside == s_.world.media.end() ? std::string("what is in it") : name_of(inside->second));
  });
}

bool Planner::asked_by_another_of_its_call(RequestRecord const& r, DriveId id) const {
  return std::ranges::any_of(*call_, [&](auto const* other) { return other->id != r.id && other->specific_drive && other->drive == id; });
}
bool Planner::emptied_for_its_call(DriveId id) const {
  return std::ranges::any_of(plan_.to_empty, [&](auto const& emptied) {
    return emptied.first == id && std::ranges::any_of(*call_, [&](auto const* other) { return other->id == emptied.second; });
  });
}

// An idle medium that somebody of the same priority waits for is not taken out for another one, within the fairness limit.
bool Planner::spared(RequestRecord const& r, DriveEntry const& drive) const {
  if (std::ranges::any_of(*call_, [&](auto const* other) { return other->medium == drive.hot.medium; }))
    return !r.specific_drive;  // wanted by its own call: elsewhere, or just there
  if (takes_all(r)) return false;
  auto const wanted = waiting_.wanted(drive.hot.medium);
  return wanted && (s_.policy == SchedulerPolicy::throughput || *wanted >= r.priority);
}

// A drive that could not load this cartridge comes last, before it one that could not load another one, or that the arm did not reach; then fewest mounts, then the lowest number.
std::tuple<bool, bool, std::uint32_t> Planner::rank(RequestRecord const& r, DriveEntry const& drive) const {
  return {has_failed_in(r.medium, drive.record.id), drive.hot.errors_in_a_row != 0 || s_.not_reached.contains(drive.record.id), drive.hot.mount_count};
}

bool Planner::has_failed_in(MediumId medium, DriveId drive) const {
  auto const failed = failed_in_.find(medium);
  return failed != failed_in_.end() && failed->second.contains(drive);
}

// What has failed in one drive is tried in another one before it is tried there again, while one may come. After two it is hardly the drives' fault, and
// nobody waits for a third one.
bool Planner::waits_for_another(RequestRecord const& r, DriveId drive) const {
  auto const failed = failed_in_.find(r.medium);
  bool const in_this_one_only = failed != failed_in_.end() && failed->second == std::set{drive};
  return in_this_one_only && std::ranges::any_of(drives_, [&](DriveEntry const* other) {
    return !has_failed_in(r.medium, other->record.id) && fits(r, *other) && s_.world.usable(*other) && !nobody_gives_it_back(*other);
  });
}

bool Planner::nobody_gives_it_back(DriveEntry const& drive) const { return drive.hot.state == DriveState::loaded && !s_.world.sessions.contains(drive.hot.session); }
bool Planner::fits(RequestRecord const& r, DriveId drive) const {
  auto const takes = s_.takes.find(r.id);
  if (takes != s_.takes.end() && !takes->second.contains(drive)) return false;
  return !r.specific_drive || r.drive == drive;
}
bool Planner::at_work(DriveEntry const& drive) const {
  DriveId const id = drive.record.id;
  if (planted(PlantedBug::double_dispatch)) return taken_.contains(id);
  return s_.working.contains(id) || taken_.contains(id) || emptied_.contains(id);
}

std::string Planner::holder(DriveEntry const& drive) const {
  auto session = s_.world.sessions.find(drive.hot.session);
  if (session == s_.world.sessions.end()) return " for a session that has ended (rsm drive dismount '" + drive.record.name + "')";
  return " for " + session->second.application + " (" + session->second.user + ", session " + short_id(session->first.guid) + ")";
}

std::string Planner::unusable(DriveEntry const& drive) const {
  if (!drive.record.enabled) return "is disabled (" + enable_command(drive.record) + ")";
  auto const& [state, since, reason] = drive.record.condition;
  if (state == OperationalState::needs_service) return how_it_is(state) + ": " + reason + " (" + service_hint(drive.record) + ")";
  if (state != OperationalState::ready) return how_it_is(state) + ": " + reason;
  return "is in a library that is not ready";
}

std::string Planner::drives_text(RequestRecord const& r) const {
  std::string text;
  std::size_t fitting = 0;
  for (auto const* drive : drives_) {
    if (!fits(r, *drive) || ++fitting > limits::drives_named_max) continue;
    if (!text.empty()) text += "; ";
    text += "drive " + std::to_string(drive->record.number);
    auto medium = s_.world.media.find(drive->hot.medium);
    if (!s_.world.usable(*drive))
      text += " " + unusable(*drive);
    else if (drive->hot.state == DriveState::loaded && medium != s_.world.media.end())
      text += " holds " + name_of(medium->second, drive->hot.side) + holder(*drive);
    else if (at_work(*drive))
      text += " is at work" + (medium != s_.world.media.end() ? " with " + name_of(medium->second) : std::string{});
    else if (waits_for_another(r, drive->record.id))
      text += " could not load it";
    else if (medium != s_.world.media.end())
      text += " keeps " + name_of(medium->second) + ", which an earlier request wants";
    else
      text += " is empty";
  }
  if (fitting > limits::drives_named_max) text += "; and " + std::to_string(fitting - limits::drives_named_max) + " more";
  return text.empty() ? "no drive fits" : text;
}

}  // namespace rsm
