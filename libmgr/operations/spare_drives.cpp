#include "libmgr/operations/spare_drives.hpp"

#include <algorithm>
#include <tuple>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/dismount.hpp"

namespace rsm::operations {

DriveId spare_drive(Library const& library, RequestId request) {
  auto const* tries = library.tries_of(request);
  auto const failed_in = [&](DriveId id) { return tries != nullptr && tries->in.contains(id); };
  auto const rank = [&](DriveId id) { return std::tuple(failed_in(id), library.belief().drive(id).hot.errors_in_a_row != 0 || library.arm_trouble().not_reached().contains(id), library.belief().drive(id).hot.mount_count); };
  DriveId best;
  for (auto const& [number, id] : library.belief().entry().drives) {
    auto const& d = library.belief().drive(id);
    if (!library.world().usable(d) || !library.drives().free(id) || d.hot.state != DriveState::dismounted || d.hot.medium) continue;
    if (!best || rank(id) < rank(best)) best = id;
  }
  return best;
}

void make_room(Library& library, bool wanted, RequestId for_whom, std::string const& reason) {
  DriveId idle;
  for (auto const& [number, id] : library.belief().entry().drives) {
    auto const& d = library.belief().drive(id);
    if (auto const* work = library.drives().work(id); work != nullptr && work->task() == machine::DriveTask::put_away) return;
    if (!library.drives().free(id) || !library.world().usable(d) || d.hot.state != DriveState::dismountable) continue;
    bool const kept = std::ranges::any_of(library.open(Operation::dismount), [&](auto const* r) { return r->medium == d.hot.medium; });
    if ((!kept || wanted) && (!idle || d.hot.since < library.belief().drive(idle).hot.since)) idle = id;
  }
  if (idle) dismount::put_away(library, idle, {}, reason, {}, for_whom);
}

}  // namespace rsm::operations
