#include "libmgr/operations/spare_drives.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/dismount.hpp"

namespace rsm::operations {

DriveId spare_drive(Library const& library, RequestId request) {
  auto const* tries = library.tries_of(request);
  auto const rank = [&](DriveId id) { return std::pair(tries != nullptr && tries->in.contains(id), library.belief().drive(id).hot.mount_count); };
  DriveId best;
  for (auto const& [number, id] : library.belief().entry().drives) {
    auto const& d = library.belief().drive(id);
    if (!library.world().usable(d) || !library.drives().free(id) || d.hot.state != DriveState::dismounted || d.hot.medium) continue;
    if (!best || rank(id) < rank(best)) best = id;
  }
  return best;
}

void make_room(Library& library, bool wanted, std::string const& reason) {
  DriveId idle;
  for (auto const& [number, id] : library.belief().entry().drives) {
    auto const& d = library.belief().drive(id);
    if (auto const* work = library.drives().work(id); work != nullptr && work->task() == machine::DriveTask::put_away) return;
    if (!library.drives().free(id) || !library.world().usable(d) || d.hot.state != DriveState::dismountable) continue;
    bool const kept = std::ranges::any_of(library.open(Operation::dismount), [&](auto const* r) { return r->medium == d.hot.medium; });
    if ((!kept || wanted) && (!idle || d.hot.since < library.belief().drive(idle).hot.since)) idle = id;
  }
  if (idle) dismount::put_away(library, idle, {}, reason);
}

}  // namespace rsm::operations
