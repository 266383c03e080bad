#include "libmgr/view.hpp"

#include <algorithm>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/short_id.hpp"
#include "libmgr/domain/spoken.hpp"

namespace rsm {

// NtmsMediaState is derived from drive, requests and trouble (decision 23).
MediaState View::media_state(MediumRecord const& medium, std::string* reason) const {
  auto const say = [reason](std::string text) {
    if (reason != nullptr) *reason = std::move(text);
  };
  auto const* drive = world().drive_of(medium.id);
  if (drive != nullptr) {
    say(drive->hot.reason);
    if (drive->hot.state == DriveState::loaded) return MediaState::loaded;
    if (drive->hot.state == DriveState::mounted) return MediaState::mounted;
    if (drive->hot.state == DriveState::unloaded) return MediaState::unloaded;
  }
  for (auto const& id : book_.open_requests_of(medium.id)) {
    auto const* request = book_.request(id);
    if (request->state == RequestState::deferred) continue;
    say(word(request->operation) + " " + std::to_string(request->sequence) + (request->reason.empty() ? "" : ": " + request->reason));
    bool const operator_asked = !book_.questions().naming(id.guid).empty();
    if (operator_asked && medium.offline()) return MediaState::opreq;
    return MediaState::inuse;
  }
  if (!medium.trouble.empty()) {
    say(medium.trouble);
    return MediaState::operror;
  }
  say(drive != nullptr ? drive->hot.reason : std::string{});
  return MediaState::idle;
}

namespace {

// "waits for a drive: drive 0 holds A00001 side 0; drive 1 ..."
bool names_drive(std::string const& sentence, std::uint32_t number) {
  std::string const name = "drive " + std::to_string(number);
  for (auto at = sentence.find(name); at != std::string::npos; at = sentence.find(name, at + 1))
    if (auto const behind = at + name.size(); behind == sentence.size() || sentence[behind] < '0' || sentence[behind] > '9') return true;
  return false;
}

// `awaited`: what a person has to do first, or empty.
std::string next_step(RequestRecord const& r, std::string const& awaited) {
  switch (r.state) {
    case RequestState::deferred:
      return "Next: the cartridge goes home at " + (r.due ? time_text(*r.due) : std::string("any time")) + ", or earlier when somebody needs the drive; a mount of it takes it at once.";
    case RequestState::inprocess:
      return awaited.empty() ? "Next: it goes on by itself when the device has answered." : "Next: it goes on by itself when " + awaited + ".";
    case RequestState::queued:
    case RequestState::waiting:
      return r.deadline ? "Next: it starts by itself when that is over; at " + time_text(*r.deadline) + " it is given up." : "Next: it starts by itself when that is over; it waits without limit.";
    default:
      return {};
  }
}

}  // namespace

std::string View::drive_fact(Library const* library, std::uint32_t number, DriveEntry const& drive) const {
  bool const empty = drive.hot.state == DriveState::dismounted;
  std::string fact = "drive " + std::to_string(number) + " is " + (empty ? "empty" : word(drive.hot.state));
  auto const medium = world().media.find(drive.hot.medium);
  if (medium != world().media.end()) fact += " with " + name_of(medium->second, drive.hot.side);
  if (!drive.record.enabled)
    fact += ", disabled (" + enable_command(drive.record) + ")";
  else if (!world().usable(drive))
    fact += ", not usable: " + drive.record.condition.reason;
  if (drive.record.condition.state == OperationalState::needs_service) fact += " (" + service_hint(drive.record) + ")";
  auto const* work = library == nullptr ? nullptr : library->drives().work(drive.record.id);
  if (work != nullptr) fact += ", at work: " + work->step();
  return empty ? fact : fact + " (" + drive.hot.reason + ")";
}

std::string View::awaited_from_a_person(Library const* library, std::string const& why) const {
  if (library == nullptr) return {};
  bool const told = std::ranges::any_of(library->attention(), [&](auto const& sentence) { return sentence == why; });
  if (told) return "that is done";
  bool const open = std::ranges::any_of(library->belief().entry().doors, [](auto const& door) { return door.second.state == DoorState::open; });
  return open ? "the door is closed" : std::string{};
}

namespace {

// An empty drive is in nobody's way who moves cartridges between slots, ports and the outside.
bool concerns_empty_drives(Operation operation) {
  using enum Operation;
  return operation == mount || operation == clean_drive || operation == classify || operation == process_omid || operation == update_omid || operation == write_scratch;
}

}  // namespace

Explanation View::explain(RequestRecord const& r) const {
  Explanation e{r, {}, {}};
  std::string const who = "Request " + std::to_string(r.sequence) + ", " + describe(world(), r);
  if (is_final(r.state)) {
    e.text = who + ", is finished since " + (r.completed ? time_text(*r.completed) : "?") + ": " + word(r.state) + ", " + r.reason + ".";
    return e;
  }
  std::string const why = requests_.why(r);
  e.text = who + ", is " + spoken(r.state) + " for " + duration_text(book_.now() - r.changed) + ": " + why + ". ";
  auto const* library = libraries_.find(r.library);
  if (library != nullptr) {
    if (auto const place = library->place_of(r)) {
      auto const waiting = library->mounts_waiting();
      e.text += waiting == 1 ? "No other mount waits" : "It is number " + std::to_string(place->before + 1) + " of " + std::to_string(waiting) + " waiting mounts";
      if (auto const* before = place->last; before != nullptr) e.text += ", behind request " + std::to_string(before->sequence) + " (" + describe(world(), *before) + ", priority " + std::to_string(before->priority) + ")";
      e.text += ". ";
    }
    if (auto const moving = library->arm().text(); !moving.empty()) e.facts.push_back("the arm moves " + moving);
  }
  e.text += next_step(r, awaited_from_a_person(library, why));
  auto const* entry = world().library(r.library);
  if (entry == nullptr) return e;
  for (auto const& [number, id] : entry->drives) {
    auto const& drive = *world().drive(id);
    bool const at_work = library != nullptr && library->drives().work(id) != nullptr;
    bool const fine = drive.record.enabled && world().usable(drive) && drive.record.condition.state != OperationalState::needs_service;
    bool const idle = fine && !at_work && drive.hot.state == DriveState::dismounted;
    if (idle && !concerns_empty_drives(r.operation)) continue;
    if (at_work || !fine || !names_drive(why, number)) e.facts.push_back(drive_fact(library, number, drive));
  }
  for (auto const& id : book_.questions().naming(r.id.guid)) {
    auto const& asked = world().operator_requests.at(id);
    if (asked.request == r.id) e.facts.push_back("operator request " + short_id(id.guid) + ": " + asked.message);
  }
  return e;
}

// Of each kind at most so many as are shown, and all that are under way or have no place in a line: those are few.
std::vector<RequestRecord const*> View::may_be_first(std::size_t most) const {
  std::vector<RequestRecord const*> them;
  auto const is_queued = [](RequestRecord const& r) { return r.state == RequestState::queued || r.state == RequestState::waiting; };
  auto const add_queued = [&](std::map<std::uint64_t, RequestId> const& by_age) {
    std::size_t added = 0;
    for (auto it = by_age.begin(); it != by_age.end() && added < most; ++it)
      if (auto const* request = book_.request(it->second); is_queued(*request)) them.push_back(request), ++added;
  };
  for (auto const state : {RequestState::inprocess, RequestState::deferred})
    for (bool const by_service : {false, true})
      for (auto const& [number, id] : book_.requests_in(state, by_service)) them.push_back(book_.request(id));
  for (auto const& [key, by_age] : book_.requests_by_operation())
    if (key.second != Operation::mount || libraries_.find(key.first) == nullptr) add_queued(by_age);
  for (auto const& [id, library] : libraries_.all()) {
    MountLines const& lines = library->mounts().lines();
    for (auto const& mount : library->first_mounts(most)) them.push_back(book_.request(mount));
    for (auto const& mount : lines.under_way())
      if (auto const* request = book_.request(mount); request != nullptr && is_queued(*request)) them.push_back(request);
    if (lines.all_are_planned()) continue;
    for (auto const& [key, side] : lines.sides())
      if (!side.planned) add_queued(side.all);
  }
  return them;
}

// Nothing is looked at, copied or explained that cannot be shown: a hundred thousand requests may wait, and a status is asked often.
std::vector<std::pair<RequestRecord, std::string>> View::waiting(std::size_t most) const {
  std::map<RequestId, std::size_t> position;  // of those that may be shown: all others of their library stand behind them
  std::map<LibraryId, MountLines const*> lines;
  for (auto const& [id, library] : libraries_.all()) {
    lines[id] = &library->mounts().lines();
    auto const first = library->first_mounts(most);
    for (std::size_t i = 0; i < first.size(); ++i) position[first[i]] = i;
  }
  auto const position_of = [&](RequestRecord const& r) {
    if (auto const it = position.find(r.id); it != position.end()) return it->second;
    auto const its = r.operation == Operation::mount ? lines.find(r.library) : lines.end();
    return its != lines.end() && its->second->planned(r.id) ? most : std::size_t{0};
  };
  auto const rank = [&](RequestRecord const& r) {
    bool const running = r.state == RequestState::inprocess;
    return std::tuple(running ? 0 : r.state == RequestState::deferred ? 2 : 1, number(r.operation), position_of(r), r.sequence);
  };
  std::vector<std::pair<decltype(rank({})), RequestRecord const*>> all;
  for (auto const* request : may_be_first(most)) all.emplace_back(rank(*request), request);
  auto const shown = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::ranges::partial_sort(all, shown, {}, [](auto const& entry) -> auto const& { return entry.first; });
  std::vector<std::pair<RequestRecord, std::string>> out;
  for (auto entry = all.begin(); entry != shown; ++entry) out.emplace_back(*entry->second, requests_.why(*entry->second));
  return out;
}

namespace {

std::size_t mounts_of_what_is_in(DriveEntry const& drive, MountLines const& lines) {
  std::size_t waiting = 0;
  if (drive.hot.medium)
    for (auto const& side : lines.sides_of(drive.hot.medium)) waiting += lines.side(side)->all.size();
  return waiting;
}

}  // namespace

// A medium that nobody holds any more is nobody's business until somebody waits for it, or for a drive while none is empty.
void View::add_abandoned(std::vector<std::string>& all, Library const& library) const {
  auto const& lines = library.mounts().lines();
  std::size_t for_what_is_in_drives = 0, more = 0, named = 0;
  bool one_is_empty = false;
  auto const& drives = library.belief().entry().drives;
  for (auto const& [number, id] : drives) {
    auto const& drive = *world().drive(id);
    for_what_is_in_drives += mounts_of_what_is_in(drive, lines);
    one_is_empty = one_is_empty || (drive.hot.state == DriveState::dismounted && world().usable(drive));
  }
  std::size_t const for_a_drive = one_is_empty || lines.size() <= for_what_is_in_drives ? 0 : lines.size() - for_what_is_in_drives;
  for (auto const& [number, id] : drives) {
    auto const& drive = *world().drive(id);
    if (drive.hot.state != DriveState::loaded || drive.hot.session) continue;
    auto const for_it = mounts_of_what_is_in(drive, lines);
    if (for_it == 0 && for_a_drive == 0) continue;
    if (for_it == 0 && ++named > limits::drives_named_max) {
      ++more;
      continue;
    }
    auto const waiting = for_it != 0 ? for_it : for_a_drive;
    all.push_back(name_of(world(), id) + " holds a medium " + drive.hot.reason + ", and " + (waiting == 1 ? "1 mount waits" : std::to_string(waiting) + " mounts wait") + (for_it != 0 ? " for it" : " for a drive") +
                  ": rsm drive dismount '" + drive.record.name + "'");
  }
  if (more != 0) all.push_back(std::to_string(more) + (more == 1 ? " drive more" : " drives more") + " of " + library.belief().name() + " hold media of sessions that have ended: rsm drive list");
}

std::vector<std::string> View::attention(std::vector<std::string> catalog) const {
  std::vector<std::string> all = std::move(catalog);
  auto const& ledger = book_.ledger();
  if (auto const since = ledger.commit_since(); since && book_.now() - *since >= limits::commit_attention_after)
    all.push_back("the disk of the catalog has not answered for " + duration_text(book_.now() - *since) + ": " + std::to_string(ledger.uncommitted()) +
                  " changes are not durable yet, and whoever asked for them waits");
  for (auto const& [id, library] : libraries_.all()) {
    auto const theirs = library->attention();
    all.insert(all.end(), theirs.begin(), theirs.end());
  }
  for (auto const& [id, asked] : world().operator_requests) all.push_back("operator request " + short_id(id.guid) + ": " + asked.message);
  for (auto const& [id, library] : libraries_.all()) add_abandoned(all, *library);
  return all;
}

std::string View::handler_text(LibraryId id, Element device) const {
  auto const* library = libraries_.find(id);
  return library == nullptr ? "not connected" : library->devices().handler_text(device);
}

std::string View::arm_text(LibraryId id) const {
  auto const* library = libraries_.find(id);
  return library == nullptr ? std::string{} : library->arm().text();
}

std::optional<Millis> View::usual_move(LibraryId id) const {
  auto const* figures = book_.figures().library(id);
  return figures == nullptr ? std::nullopt : figures->moves.took.median();
}

Observations View::observe() const {
  TimePoint const now = book_.now();
  Observations seen{.figures = &book_.figures(), .queue = book_.queue(), .media = book_.media_count()};
  for (auto state : {RequestState::queued, RequestState::waiting, RequestState::inprocess, RequestState::deferred})
    for (bool const by_service : {false, true})
      if (auto const* oldest = book_.oldest_request(state, by_service)) seen.oldest[{state, by_service}] = std::max(now - oldest->queued, Millis{0});
  for (auto const& [id, library] : libraries_.all()) seen.handlers[id] = library->devices().handler_figures();
  return seen;
}

}  // namespace rsm
