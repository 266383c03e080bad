#include "libmgr/forecaster.hpp"

#include <algorithm>
#include <memory>

#include "libmgr/forecast/limits.hpp"

namespace rsm {
namespace {

using forecast::DriveNow;
using forecast::Phase;
using machine::DrivePhase;
using machine::DriveTask;

DriveNow bringing(Library const& library, machine::Drive const& work, DriveHot const& hot) {
  DriveNow now{.phase = Phase::loading, .since = work.step_since(), .request = work.request(), .expects = work.medium(), .side = work.side()};
  bool const inside = hot.medium == work.medium();
  now.turns = inside && (work.phase() == DrivePhase::turning_out || work.waits_for_arm());
  if (work.phase() == DrivePhase::turning_out) now.phase = Phase::unloading;
  if (work.waits_for_arm()) now.phase = library.arm().moves_for(work.id()) ? Phase::coming : now.turns ? Phase::to_go : Phase::to_come;
  if (work.phase() == DrivePhase::begun && !inside) now.phase = Phase::to_come;
  return now;
}

DriveNow at_work(Library const& library, machine::Drive const& work, DriveHot const& hot) {
  switch (work.task()) {
    case DriveTask::mount:
      return bringing(library, work, hot);
    case DriveTask::put_away:
      return {.phase = !work.waits_for_arm() ? Phase::unloading : library.arm().moves_for(work.id()) ? Phase::going : Phase::to_go, .since = work.step_since()};
    case DriveTask::dismount:
      return {.phase = Phase::held, .since = hot.since, .request = hot.request};
    default:
      return {.phase = Phase::busy, .since = work.begun()};
  }
}

DriveNow at_rest(World const& world, DriveHot const& hot, TimePoint now) {
  if (!hot.medium) return {.phase = Phase::empty, .since = hot.since};
  if (hot.state == DriveState::loaded) return {.phase = Phase::held, .since = hot.since, .request = hot.request, .abandoned = !world.sessions.contains(hot.session)};
  if (hot.state == DriveState::dismountable || world.awaited(hot)) return {.phase = Phase::idle, .since = hot.since};
  return {.phase = Phase::unloading, .since = now};
}

// Why nothing is begun until somebody has done something; nothing: it goes on by itself.
std::string waits_for_a_person(Library const& library, LibraryEntry const& entry) {
  if (std::ranges::any_of(entry.doors, [](auto const& door) { return door.second.state == DoorState::open; })) return "the door of " + entry.record.name + " is open: close it, then the library goes on";
  if (auto door = library.door().text(); !door.empty() && library.door().bars()) return door;
  return {};
}

void learned(forecast::Costs& costs, Timings const& timings, LibraryEntry const& library) {
  costs.set_library(library.record.id);
  auto const put = [&](Guid subject, TimingKind kind) {
    if (auto const* sketch = timings.of(subject, kind)) costs.put(subject, kind, *sketch);
  };
  for (auto const kind : {TimingKind::move, TimingKind::turn, TimingKind::load, TimingKind::read_label, TimingKind::hold, TimingKind::unload}) put(library.record.id.guid, kind);
  for (auto const& [number, drive] : library.drives)
    for (auto const kind : {TimingKind::load, TimingKind::read_label, TimingKind::hold, TimingKind::unload}) put(drive.guid, kind);
}

}  // namespace

std::optional<forecast::Question> Forecaster::question(LibraryId id) const {
  auto const* library = libraries_.find(id);
  auto const& world = book_.world();
  auto const* entry = world.library(id);
  if (library == nullptr || entry == nullptr) return std::nullopt;
  forecast::Question q;
  q.by_hand = library->by_hand();
  q.library = id;
  q.now = book_.now();
  q.policy = library->settings().policy;
  q.fairness_limit = library->settings().fairness_limit;
  q.pace = library->pace();
  q.idle_media_stay = library->idle_stays(library->own_settings().defer_dismount_delay);
  learned(q.costs, book_.timings(), *entry);
  q.doubt = forecast::doubt_of(book_.timings().of(id.guid, TimingKind::forecast));
  q.lean = forecast::lean_of(book_.timings().of(id.guid, TimingKind::forecast_middle));
  auto& own = q.world.libraries[id];
  own.record = entry->record;
  own.drives = entry->drives;
  if (!q.by_hand) q.person_first = waits_for_a_person(*library, *entry);
  if (!library->accepting()) q.stands_still = entry->record.condition.state == OperationalState::ready ? "a person or an inventory comes first" : entry->record.condition.reason;
  own.record.enabled = true;
  own.record.condition.state = OperationalState::ready;
  auto const take_along = [&](MediumId medium) {
    if (auto const it = world.media.find(medium); it != world.media.end()) q.world.media.try_emplace(medium, it->second);
  };
  for (auto const& [number, drive] : entry->drives) {
    auto const& there = *world.drive(drive);
    q.world.drives[drive] = there;
    auto const* work = library->drives().work(drive);
    q.drives[drive] = work == nullptr ? at_rest(world, there.hot, q.now) : at_work(*library, *work, there.hot);
    take_along(there.hot.medium);
    take_along(q.drives[drive].expects);
    if (auto const* request = book_.request(q.drives[drive].request); request != nullptr && work != nullptr) q.under_way.push_back(*request);
  }
  bool const for_a_drive = std::ranges::any_of(q.drives, [](auto const& entry) { return entry.second.phase == Phase::coming || entry.second.phase == Phase::going; });
  if (!library->arm().idle() && !for_a_drive) q.arm_since = library->arm().machine().step_since();
  q.waiting_in_all = library->mounts_waiting();
  for (auto const& request : library->first_mounts(limits::forecast_requests_most)) {
    auto const* waits = book_.request(request);
    if (waits == nullptr || waits->state == RequestState::inprocess || library->drives().work_for(request)) continue;
    if (auto const* tries = library->tries_of(request); tries != nullptr && !tries->in.empty()) q.failed_in[request] = tries->in;
    take_along(waits->medium);
    q.waiting.push_back(*waits);
  }
  return q;
}

// A function is copied with what it keeps: the copy of the library is made once.
std::optional<std::function<forecast::Answer()>> Forecaster::foresee(RequestRecord const& request) const {
  auto const at = place(request);
  auto asked = at ? question(request.library) : std::nullopt;
  if (!asked) return std::nullopt;
  return [question = std::make_shared<forecast::Question const>(std::move(*asked)), id = request.id, at = *at] { return forecast::answer(*question, id, at); };
}

std::optional<std::function<forecast::Plan()>> Forecaster::plan(LibraryId library, std::optional<forecast::WhatIf> what_if) const {
  auto asked = question(library);
  if (!asked || asked->by_hand) return std::nullopt;
  return [question = std::make_shared<forecast::Question const>(std::move(*asked)), what_if = std::move(what_if)] { return forecast::plan(*question, what_if); };
}

std::optional<std::function<std::vector<forecast::DrivesTried>()>> Forecaster::try_drives(LibraryId library, std::vector<forecast::PastMount> history) const {
  auto asked = question(library);
  if (!asked || asked->by_hand) return std::nullopt;
  return [question = std::make_shared<forecast::Question const>(std::move(*asked)), history = std::move(history)] { return forecast::drives_tried(*question, history); };
}

// As it would be looked at now.
std::optional<std::size_t> Forecaster::place(RequestRecord const& request) const {
  auto const* library = libraries_.find(request.library);
  bool const waits = request.operation == Operation::mount && (request.state == RequestState::queued || request.state == RequestState::waiting);
  if (library == nullptr || !waits) return std::nullopt;
  auto const place = library->place_of(request);
  return place ? std::optional(place->before) : std::nullopt;
}

void Forecaster::told(RequestRecord const& request, forecast::Expected const& expected, TimePoint asked) {
  if (book_.request(request.id) == nullptr || told_.size() >= limits::forecasts_open_most) return;
  if (told_.try_emplace(request.id, Told{request.library, asked, expected}).second) book_.figures().forecast_told();
}

void Forecaster::settled(RequestId id) {
  auto const it = told_.find(id);
  if (it == told_.end()) return;
  Told const told = it->second;
  told_.erase(it);
  auto const ended = book_.find_request(id);
  if (!ended || !*ended || (*ended)->state != RequestState::passed) return;
  Millis const came = book_.now() - told.asked;
  book_.figures().forecast_settled(came <= told.expected.mounted_p90, std::chrono::abs(came - told.expected.mounted));
  book_.learn(told.library, {}, TimingKind::forecast, forecast::score_of(told.expected.played_p90, came));
  book_.learn(told.library, {}, TimingKind::forecast_middle, forecast::score_of(told.expected.played, came));
}

}  // namespace rsm
