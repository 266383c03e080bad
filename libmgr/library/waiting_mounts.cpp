#include "libmgr/library/waiting_mounts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"

namespace rsm {

WaitingMounts::WaitingMounts(Library& library) : library_(library), lines_(library.settings().policy) {
  for (auto const* request : library.open(Operation::mount)) request_changed(request->id);
}

void WaitingMounts::request_changed(RequestId id) {
  auto const* request = library_.book().request(id);
  if (request == nullptr || request->library != library_.id() || request->operation != Operation::mount) {
    new_.erase(id);
    return lines_.erase(id);
  }
  bool const known = lines_.contains(id);
  lines_.put(*request, at_work_.contains(id));
  if (!known) new_.insert(id);
  medium_changed(request->medium);
}

void WaitingMounts::medium_changed(MediumId id) {
  if (lines_.sides_of(id).empty()) return;
  touched_.insert(id);
  moved_.insert(id);
}

void WaitingMounts::look_again(RequestId id) {
  if (lines_.contains(id)) new_.insert(id);
}

void WaitingMounts::look_again_at_those_away() {
  for (auto const& side : away_) touched_.insert(side.first);
}

void WaitingMounts::follow_drives() {
  std::set<RequestId> at_work;
  for (auto const& [id, work] : library_.drives().all())
    if (work->request()) at_work.insert(work->request());
  std::vector<RequestId> changed;
  std::ranges::set_symmetric_difference(at_work, at_work_, std::back_inserter(changed));
  at_work_ = std::move(at_work);
  for (auto const& id : changed) {
    request_changed(id);
    if (planted(PlantedBug::line_overlooked) && !at_work_.contains(id)) lines_.erase(id);
  }
}

MountLines const& WaitingMounts::lines() {
  if (!library_.drives().work_for_all_of(at_work_)) follow_drives();
  for (auto const& id : std::exchange(moved_, {})) lines_.look_at(id, library_.world());
  return lines_;
}

WaitingMounts::ToLookAt WaitingMounts::take(bool again) {
  lines();
  ToLookAt what;
  std::set<SideKey> sides;
  if (again) sides = std::exchange(again_, {});
  for (auto const& id : std::exchange(touched_, {}))
    for (auto const& side : lines_.sides_of(id)) sides.insert(side);
  auto const asked = std::exchange(new_, {});
  what.requests.assign(asked.begin(), asked.end());
  what.sides.assign(sides.begin(), sides.end());
  return what;
}

void WaitingMounts::stands(SideKey const& side, Standing standing) {
  again_.erase(side);
  away_.erase(side);
  if (lines_.side(side) == nullptr) return;
  lines_.set_planned(side, standing == Standing::planned);
  if (standing == Standing::again) again_.insert(side);
  if (standing == Standing::away) away_.insert(side);
}

bool WaitingMounts::drives_changed() {
  std::vector<DriveId> present;
  present.reserve(drives_.size());
  for (auto const& [number, id] : library_.belief().entry().drives)
    if (library_.belief().drive(id).record.condition.state != OperationalState::not_present) present.push_back(id);
  bool const changed = drives_ != present;
  drives_ = std::move(present);
  return changed;
}

}  // namespace rsm
