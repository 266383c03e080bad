#include "libmgr/operations/mount_queue.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"

namespace rsm::operations::mount {

bool mountable(SideState state) {
  switch (state) {
    case SideState::allocated:
    case SideState::complete:
    case SideState::import:
    case SideState::foreign:
    case SideState::available:
    case SideState::reserved:
    case SideState::unknown:
      return true;
    default:
      return false;
  }
}

bool present(World const& world, DriveId id) { return world.drive(id)->record.condition.state != OperationalState::not_present; }

bool at_work(Library const& library, RequestRecord const& request) { return static_cast<bool>(library.drives().work_for(request.id)); }

namespace {

using Standing = WaitingMounts::Standing;

// A medium that left the library while its mount waited: the operator is asked for it, unless the caller wanted an error. One that is in
// another library: nobody is asked, and the mount goes on there.
void ask_for_offline(Library& library, RequestRecord const& request, MediumRecord const& medium) {
  if (request.error_if_offline && !whereabouts(library.world(), medium)) return finish(library, request.id, {RequestState::failed, Errc::media_offline, name_of(medium) + " left the library"});
  library.people().ask_for_medium(medium, library.id(), request.id);
}

// Nobody works at the port where it lies: it comes no further by itself.
void ask_for_stored(Library& library, RequestRecord const& request, MediumRecord const& medium, Element port) {
  if (library.port().work() != nullptr && library.port().number() == port.number) return;
  if (library.arm().moves(medium.id)) return;
  eject::not_taken(library, port.number, medium.id, request.id,
                   name_of(medium) + " lies in " + port.text() + " of library " + library.belief().name() + " and is wanted by " + name_of(request.id) + ": have it stored (rsm library inject)");
}

// Read, and not decided before another cartridge has been read. That is asked for as often as a mount is tried.
void to_decide(Library& library, RequestRecord const& request, MediumRecord const& medium) {
  std::string const name = name_of(medium);
  if (identify::decide(library, medium.id) && ++library.tries(request.id).failed > limits::request_attempts_max) {
    return finish(library, request.id, {RequestState::failed, Errc::unexpected_omid, "whether this is " + name + " could not be decided: the other cartridge that may bear its label was not read"});
  }
  library.waits_for(request.id, "whether this is " + name + " is decided when the other cartridge that may bear its label has been read");
  auto const* now = library.belief().medium(request.medium);
  auto const* side = now == nullptr ? nullptr : now->side(request.side);
  if (side == nullptr || side->state != SideState::unknown) library.evaluate_soon();
}

// What cannot be served any more, or not yet, is not planned. A request that has ended counts as `again`: nobody asks for it any more.
Standing to_plan(Library& library, RequestRecord const& request) {
  auto const* m = library.belief().medium(request.medium);
  if (m == nullptr) {
    finish(library, request.id, {RequestState::invalid, Errc::invalid_media, "no record of its medium is kept any more: it was ejected, or its record was deleted"});
    return Standing::again;
  }
  auto const drives = std::ranges::count_if(library.belief().entry().drives, [&](auto const& d) { return present(library.world(), d.second); });
  if (static_cast<std::uint32_t>(drives) < request.group_size) {
    finish(library, request.id, {RequestState::failed, Errc::resource_not_available, "library " + library.belief().name() + " has only " + std::to_string(drives) + " of the drives that its call needs"});
    return Standing::again;
  }
  auto const at = library.belief().place_of(m->id);
  if (!at) {
    ask_for_offline(library, request, *m);
    return Standing::away;
  }
  if (at->kind == ElementKind::port) ask_for_stored(library, request, *m, *at);
  auto const* side = m->side(request.side);
  if (side == nullptr || !mountable(side->state)) {
    finish(library, request.id, {RequestState::failed, Errc::invalid_state, name_of(*m, request.side) + (side == nullptr ? " is gone" : " is " + word(side->state)) + " and cannot be mounted" + (m->trouble.empty() ? "" : ": " + m->trouble)});
    return Standing::again;
  }
  if (request.specific_drive && !present(library.world(), request.drive)) {
    finish(library, request.id, {RequestState::failed, Errc::resource_not_available, library.belief().drive_name(request.drive) + " was asked for, and the library does not have it any more"});
    return Standing::again;
  }
  if (side->state == SideState::unknown && side->omid) {
    to_decide(library, request, *m);
    return Standing::again;
  }
  if (side->state == SideState::unknown) {
    identify::ask(library, m->id, Operation::classify, "a mount waits for it");
    library.waits_for(request.id, name_of(*m) + " is not identified yet; that is done first");
    return Standing::again;
  }
  return Standing::planned;
}

// Whether it would be planned, by what is the case now: nothing is asked and nothing ends.
bool is_planned(Library const& library, RequestRecord const& request) {
  auto const& media = library.world().media;
  auto const m = media.find(request.medium);
  auto const* in = m == media.end() ? nullptr : std::get_if<InElement>(&m->second.place);
  auto const* side = m == media.end() ? nullptr : m->second.side(request.side);
  return in != nullptr && in->library == library.id() && side != nullptr && side->state != SideState::unknown;
}

// The one that waits for the side longest, of those that were asked after this number; nothing: there is none.
std::optional<std::pair<std::uint64_t, RequestId>> next_for(Library& library, SideKey const& key, std::uint64_t after) {
  auto const* side = library.mounts().lines().side(key);
  if (side == nullptr) return std::nullopt;
  auto const next = side->all.upper_bound(after);
  return next == side->all.end() ? std::nullopt : std::optional<std::pair<std::uint64_t, RequestId>>(*next);
}

// The others who wait for this side stand as this one does, but for what only he wants. Most often the first one decides, and ten thousand may
// stand behind him; who is looked at may leave the line, so it is never walked.
void look_at_side(Library& library, SideKey const& key) {
  auto next = next_for(library, key, 0);
  if (!next) return;
  Standing standing = Standing::again;
  for (; next && standing != Standing::planned; next = next_for(library, key, next->first)) {
    auto const* request = library.book().request(next->second);
    if (request != nullptr) standing = to_plan(library, RequestRecord(*request));
  }
  library.mounts().stands(key, standing);
}

void look_at_new(Library& library, RequestId id) {
  auto const* found = library.book().request(id);
  if (found == nullptr || found->state == RequestState::inprocess || at_work(library, *found)) return;
  RequestRecord const request = *found;
  auto const standing = to_plan(library, request);
  if (library.book().request(id) != nullptr) library.mounts().stands({request.medium, request.side}, standing);
}

// Drives came or went: what asks for one that is gone, or for more than there are, is told.
void look_at_all(Library& library) {
  std::vector<RequestId> all;
  for (auto const& [key, side] : library.mounts().lines().sides())
    for (auto const& [sequence, id] : side.all) all.push_back(id);
  for (auto const& id : all)
    if (library.mounts().lines().contains(id)) look_at_new(library, id);
}

}  // namespace

void look_at_those_who_wait(Library& library) {
  constexpr unsigned rounds_max = 8;  // what one look finds out may concern others
  if (library.mounts().drives_changed()) look_at_all(library);
  for (unsigned round = 0; round < rounds_max; ++round) {
    auto const what = library.mounts().take(round == 0);
    if (what.empty()) return;
    for (auto const& id : what.requests) look_at_new(library, id);
    for (auto const& side : what.sides) look_at_side(library, side);
  }
}

// In a test every plan is made from scratch, too.
void compare_with_scratch(Library const& library, Situation const& situation, MountPlan const& plan) {
  if (!library.settings().plans_differ) return;
  std::vector<RequestRecord const*> waiting;
  for (auto const* request : library.open(Operation::mount))
    if (request->state != RequestState::inprocess && !at_work(library, *request) && is_planned(library, *request)) waiting.push_back(request);
  if (auto const difference = difference_from_scratch(situation, library.mounts().lines(), plan, waiting); !difference.empty()) library.settings().plans_differ(library.belief().name() + ": " + difference);
}

}  // namespace rsm::operations::mount
