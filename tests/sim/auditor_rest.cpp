// At rest: memory against the catalog, waiting requests against free drives; at the end: belief against iron.
#include <algorithm>
#include <limits>

#include "db/maintenance.hpp"
#include "libmgr/machines/limits.hpp"
#include "tests/sim/auditor.hpp"

namespace rsm::sim {
namespace {

constexpr Millis idle_work_limit = std::chrono::minutes{10};
constexpr Millis hand_seen_limit = std::chrono::minutes{3};

template <class Key, class Value>
std::string differs(char const* what, std::map<Key, Value> const& live, std::map<Key, Value> const& rebuilt) {
  if (live.size() != rebuilt.size()) return std::string(what) + ": " + std::to_string(live.size()) + " in memory, " + std::to_string(rebuilt.size()) + " in the catalog";
  for (auto const& [key, value] : live) {
    auto const other = rebuilt.find(key);
    if (other == rebuilt.end()) return std::string(what) + " in memory that are not in the catalog";
    if (!(other->second == value)) return std::string(what) + " differ between memory and catalog";
  }
  return {};
}

std::string libraries_differ(World const& live, World const& rebuilt) {
  if (live.libraries.size() != rebuilt.libraries.size()) return "the number of libraries differs";
  for (auto const& [id, a] : live.libraries) {
    auto const* b = rebuilt.library(id);
    if (b == nullptr) return "library " + a.record.name + " is not in the catalog";
    if (a.record != b->record) return "the record of library " + a.record.name + " differs";
    if (a.slots != b->slots) return "slots of " + a.record.name + " differ";
    if (a.ports != b->ports || a.doors != b->doors || a.drives != b->drives || a.changers != b->changers || a.media_types != b->media_types)
      return "parts of " + a.record.name + " differ";
  }
  return {};
}

std::string drives_differ(World const& live, World const& rebuilt) {
  for (auto const& [id, a] : live.drives) {
    auto const* b = rebuilt.drive(id);
    if (b == nullptr || !(a.record == b->record)) return "the record of " + name_of(live, id) + " differs";
    if (!(a.hot == b->hot)) return name_of(live, id) + " is " + word(a.hot.state) + " (" + a.hot.reason + ") in memory, " + word(b->hot.state) + " (" + b->hot.reason + ") in the catalog";
  }
  return live.drives.size() == rebuilt.drives.size() ? "" : "the number of drives differs";
}

}  // namespace

std::string difference(World const& live, World const& rebuilt) {
  if (auto text = libraries_differ(live, rebuilt); !text.empty()) return text;
  if (auto text = drives_differ(live, rebuilt); !text.empty()) return text;
  if (auto text = differs("requests", live.requests, rebuilt.requests); !text.empty()) return text;
  if (auto text = differs("intents", live.intents, rebuilt.intents); !text.empty()) return text;
  if (auto text = differs("sessions", live.sessions, rebuilt.sessions); !text.empty()) return text;
  if (auto text = differs("operator requests", live.operator_requests, rebuilt.operator_requests); !text.empty()) return text;
  if (auto text = differs("pools", live.pools, rebuilt.pools); !text.empty()) return text;
  if (live.pool_paths != rebuilt.pool_paths || live.pools_in != rebuilt.pools_in) return "pools are found otherwise in memory than in the catalog";
  if (live.root_pool != rebuilt.root_pool) return "the root of the pools differs between memory and catalog";
  if (live.destinations != rebuilt.destinations) return "where messages go differs between memory and catalog";
  if (live.computer != rebuilt.computer) return "the computer differs between memory and catalog";
  if (live.securities != rebuilt.securities) return "who may do what differs between memory and catalog";
  return differs("media types", live.media_types, rebuilt.media_types);
}

void Auditor::at_rest() {
  read_events();
  auto const counters = manager_->counters();
  auto const now = std::pair{counters.changes, counters.commits};
  bool const changed = std::exchange(looked_at_, now) != now;
  if (changed) {
    compare_with_catalog();
    check_states_told();
  }
  check_waiting();
  check_followed();
  check_places_in_queue();
  check_reasons();
  check_idle_drives();
  check_operator_requests();
  check_condemned();
  check_libraries();
  check_ports();
  check_cleaners();
  check_hands();
  for (auto* iron : irons_) iron->look_at_stickers();
  if (!changed) return;
  check_first_of_queue();
  learn_who_is_who();
  check_copies();
  check_sides();
  check_attributes();
  check_destinations();
  check_what_was_deleted();
}

void Auditor::compare_with_catalog() {
  auto const rebuilt = catalog_->world();
  if (!rebuilt) return broken("the catalog cannot be read: " + rebuilt.error().text());
  World const& live = manager_->world();
  if (auto const text = difference(live, **rebuilt); !text.empty()) return broken(text);
  for (auto const& [id, library] : live.libraries) {
    auto const there = catalog_->count_media(id);
    if (there && *there != manager_->media_in(id))
      broken(library.record.name + " has " + std::to_string(manager_->media_in(id)) + " media in memory, " + std::to_string(*there) + " in the catalog");
  }
  auto const media = catalog_->media();
  if (!media) return broken("the media in the catalog cannot be read: " + media.error().text());
  std::size_t found = 0;
  for (auto const& medium : **media) {
    auto const touched = live.media.find(medium.id);
    if (touched == live.media.end()) continue;
    ++found;
    if (touched->second != medium) broken(name_of(medium) + " differs between memory and catalog");
  }
  if (found != live.media.size()) broken("a medium is in memory and not in the catalog");
}

// Every change of a request's state was told by an event.
void Auditor::check_states_told() {
  for (auto const& [id, request] : manager_->world().requests) {
    auto const fate = fates_.find(id);
    if (fate == fates_.end() || fate->second.state != word(request.state))
      broken("request " + id.text() + " is " + word(request.state) + ", its last event said " + (fate == fates_.end() ? "nothing" : fate->second.state));
  }
}

// A mount of one medium goes on where the medium is.
void Auditor::check_followed() {
  World const& world = manager_->world();
  for (auto const& [id, r] : world.requests) {
    auto const medium = world.media.find(r.medium);
    if (r.operation != Operation::mount || r.group_size > 1 || r.specific_drive || medium == world.media.end()) continue;
    auto const at = whereabouts(world, medium->second);
    auto const* library = world.library(r.library);
    if (!at || at->library == r.library || library == nullptr || !world.usable(*library)) continue;
    broken("request " + id.text() + " waits in library " + library->record.name + " for " + name_of(medium->second) + ", which is in " + world.library(at->library)->record.name);
  }
}

// Or will have it next: nothing else begins until then.
bool Auditor::a_person_has_the_door(LibraryEntry const& library) const {
  return std::ranges::any_of(manager_->world().requests, [&](auto const& r) {
    bool const by_door = library.ports.empty() && (r.second.operation == Operation::inject_cleaner || r.second.operation == Operation::eject_cleaner);
    return r.second.library == library.record.id && (r.second.operation == Operation::door_access || by_door);
  });
}

// What has failed in one drive is tried in another one next, while somebody may give that back.
bool Auditor::waits_for_another_drive(LibraryEntry const& library, MediumRecord const& medium, DriveEntry const& empty) const {
  auto* iron = iron_of(library.record.id);
  auto const* at = std::get_if<InElement>(&medium.place);
  auto const* cartridge = iron == nullptr || at == nullptr ? nullptr : iron->hardware.in(at->element);
  bool const failed_there = iron != nullptr && ((cartridge != nullptr && iron->has_failed_with(empty.record.number, cartridge->name)) || iron->has_failed_with(empty.record.number, medium.barcode));
  if (!failed_there) return false;
  return std::ranges::any_of(library.drives, [&](auto const& entry) {
    auto const& other = *manager_->world().drive(entry.second);
    bool const given_back = other.hot.state != DriveState::loaded || manager_->world().sessions.contains(other.hot.session);
    return entry.second != empty.record.id && manager_->world().usable(other) && given_back;
  });
}

// A mount of one free medium does not wait while a drive that fits is empty and idle.
void Auditor::check_waiting() {
  World const& world = manager_->world();
  for (auto const& [id, r] : world.requests) {
    if (r.operation != Operation::mount || r.group_size > 1 || r.state == RequestState::inprocess) continue;
    auto const medium = world.media.find(r.medium);
    auto const* library = world.library(r.library);
    if (medium == world.media.end() || library == nullptr || !world.usable(*library) || !medium->second.enabled) continue;
    auto const* at = std::get_if<InElement>(&medium->second.place);
    if (at == nullptr || at->library != r.library || at->element.kind != ElementKind::slot) continue;
    auto const others = [&](RequestRecord const& other) {
      return other.id != id && other.medium == r.medium && !(other.operation == Operation::mount && other.state != RequestState::inprocess);
    };
    if (std::ranges::any_of(world.requests, [&](auto const& entry) { return others(entry.second); })) continue;
    auto const* side = medium->second.side(r.side);
    bool const being_read = std::ranges::any_of(world.requests, [&](auto const& entry) { return entry.second.operation == Operation::classify || entry.second.operation == Operation::process_omid; });
    if (side != nullptr && side->state == SideState::unknown && being_read) continue;  // who it is depends on another cartridge
    if (!manager_->arm_text(r.library).empty() || a_person_has_the_door(*library)) continue;
    for (auto const& [number, drive_id] : library->drives) {
      auto const& drive = *world.drive(drive_id);
      bool const fits = !r.specific_drive || r.drive == drive_id;
      if (!fits || !world.usable(drive) || drive.hot.state != DriveState::dismounted || drive.hot.medium || working_.contains(drive_id)) continue;
      if (waits_for_another_drive(*library, medium->second, drive)) continue;
      broken("request " + id.text() + " waits (" + manager_->explain(r).text + ") although its medium is free and " + name_of(world, drive_id) + " is empty and idle");
    }
  }
}

// Each has a place of its own; of those to whom nobody has given one, the higher priority stands before the lower one.
void Auditor::check_places_in_queue() {
  World const& world = manager_->world();
  auto const asking = std::ranges::find_if(sessions_, [&](auto const& session) { return world.sessions.contains(session.first); });
  if (asking == sessions_.end()) return;
  Caller const caller{0, true, asking->first, asking->second.user, ConnectionId::none, nullptr};
  std::map<std::pair<LibraryId, std::uint32_t>, RequestRecord const*> line;
  for (auto const& [id, request] : world.requests) {
    if (request.operation != Operation::mount || (request.state != RequestState::queued && request.state != RequestState::waiting)) continue;
    auto const place = manager_->place_of(caller, id);
    if (!place) return broken("where request " + id.text() + " stands in the queue is not said: " + place.error().text());
    auto const [there, fresh] = line.try_emplace({request.library, *place}, &request);
    if (!fresh) return broken("requests " + id.text() + " and " + there->second->id.text() + " both stand at place " + std::to_string(*place));
  }
  if (manager_->settings().policy == SchedulerPolicy::throughput) return;  // groups, by their worth
  RequestRecord const* before = nullptr;
  for (auto const& [at, request] : line) {
    bool const comparable = before != nullptr && before->library == request->library && before->order == order_none && request->order == order_none;
    if (comparable) history_.count("order.looked_at");
    if (comparable && request->priority > before->priority)
      broken("request " + request->id.text() + " has priority " + std::to_string(request->priority) + " and stands behind " + before->id.text() + ", which has " + std::to_string(before->priority));
    before = request;
  }
}

// Whoever asks for what a request waits is told.
void Auditor::check_reasons() {
  for (auto const& [request, why] : manager_->waiting(std::numeric_limits<std::size_t>::max()))
    if (why.empty() || why.starts_with("it has just come"))
      broken("request " + request.id.text() + " (" + word(request.operation) + ", " + word(request.state) + ") waits, and nobody can say for what");
}

// What waits in a library that is not configured, or can never be served.
void Auditor::check_libraries() {
  World const& world = manager_->world();
  for (auto const& [id, r] : world.requests) {
    auto const* library = world.library(r.library);
    if (library == nullptr || library->record.type == LibraryType::offline) continue;
    bool const by_hand = library->record.type == LibraryType::standalone && library->record.condition.reason.starts_with("the drive is not there");
    if (library->record.condition.state == OperationalState::not_present && !by_hand) broken("request " + id.text() + " (" + word(r.operation) + ") is open, and its library " + library->record.name + " is not in the configuration");
    if (r.operation == Operation::mount && world.usable(*library) && !a_person_has_the_door(*library) && r.group_size > library->drives.size())
      broken("request " + id.text() + " waits for " + std::to_string(r.group_size) + " drives, and library " + library->record.name + " has " + std::to_string(library->drives.size()));
  }
}

// A device that can refuse to close its port is asked again.
bool Auditor::open_for_long(Iron const& iron, std::size_t port) {
  if (iron.work->tells_of_open_ports()) return true;
  auto const since = open_since_.try_emplace({&iron, port}, loop_.now()).first->second;
  return loop_.now() - since > idle_work_limit;
}

// A port that nobody works at is closed.
void Auditor::check_ports() {
  World const& world = manager_->world();
  for (auto const& [id, library] : world.libraries) {
    auto* iron = iron_of(id);
    if (iron == nullptr || library.record.condition.state != OperationalState::ready || !manager_->arm_text(id).empty()) continue;
    static constexpr auto through_ports = {Operation::inject, Operation::eject, Operation::inject_cleaner, Operation::eject_cleaner};
    bool const at_work = std::ranges::any_of(world.requests, [&](auto const& r) { return r.second.library == id && std::ranges::find(through_ports, r.second.operation) != through_ports.end(); });
    if (!iron->work->tells_of_open_ports() && a_person_has_the_door(library)) continue;  // one lock has both
    auto const& ports = iron->hardware.state().ports;
    for (std::size_t i = 0; i < ports.size(); ++i)
      if (!ports[i].extended || at_work) open_since_.erase({iron, i});
    for (std::size_t i = 0; i < ports.size() && !at_work; ++i)
      if (ports[i].extended && open_for_long(*iron, i)) broken(library.record.name + ": port " + std::to_string(i) + " is out, and nobody works at it");
  }
}

// Each use of a cleaning cartridge counts, once: what it has left and what it was used are one sum, as long as it is this cartridge.
void Auditor::check_cleaners() {
  World const& world = manager_->world();
  for (auto const& [id, library] : world.libraries) {
    auto const& record = library.record;
    auto* iron = iron_of(id);
    auto const medium = world.media.find(record.cleaner);
    auto const* in = medium == world.media.end() ? nullptr : std::get_if<InElement>(&medium->second.place);
    bool const counted = iron != nullptr && record.cleaner && record.cleaner_uses != cleaner_uses_uncounted;
    if (!counted || in == nullptr || in->element.kind != ElementKind::slot || in->element.number != record.cleaner_slot || !manager_->arm_text(id).empty()) continue;
    auto const* cartridge = iron->hardware.in(in->element);
    if (cartridge == nullptr || !cartridge->cleaner) continue;
    auto const row = committed_->medium(record.cleaner);
    if (!row || !*row || (*row)->barcode != cartridge->barcode) continue;  // a person has exchanged two of them, and nobody has looked since
    auto const [known, fresh] = cleaners_.try_emplace({record.cleaner, cartridge->name}, std::pair{record.cleaner_uses, cartridge->cleanings});
    history_.count("rest.cleaner");
    if (fresh) continue;
    auto const [uses, cleanings] = known->second;
    auto const was_used = cartridge->cleanings - cleanings;
    auto const was_counted = uses - record.cleaner_uses;
    std::string const what = record.name + ": its cleaning cartridge was used " + std::to_string(was_used) + " times, and " + std::to_string(was_counted) + " uses of " + std::to_string(uses) + " were counted";
    if (std::min(was_used, uses) != was_counted) broken(what);  // one that is used up is used still where the robot takes the wrong cartridge
    if (was_used != 0) history_.count("rest.cleaner_used");
  }
}

// What somebody has put into a stand-alone drive, or taken out, is known soon after.
void Auditor::check_hands() {
  World const& world = manager_->world();
  for (auto const& [id, library] : world.libraries) {
    auto* iron = iron_of(id);
    if (iron == nullptr || !iron->by_hand || !iron->plugged || !world.usable(library) || library.drives.empty()) continue;
    auto const& drive = *world.drive(library.drives.begin()->second);
    bool const at_work = !iron->in_hand.empty() || !world.usable(drive);
    if (at_work || loop_.now() - std::max(iron->hand_at, life_since_) < hand_seen_limit) continue;
    history_.count("rest.hand_seen");
    auto const* inside = iron->hardware.in({ElementKind::drive, 0});
    if ((inside != nullptr) != static_cast<bool>(drive.hot.medium))
      broken(library.record.name + ": " + (inside == nullptr ? "nothing" : inside->name) + " is in its drive, and the catalog believes that " + (drive.hot.medium ? "a medium" : "nothing") + " is");
  }
}

// A status shows the first ones of all, and looks at no more of them than it has to.
void Auditor::check_first_of_queue() {
  constexpr std::size_t few = 3;
  auto const everybody = manager_->waiting(manager_->world().requests.size() + 1), first = manager_->waiting(few);
  if (everybody.size() != manager_->world().requests.size())
    return broken(std::to_string(manager_->world().requests.size()) + " requests are open, and a status that may show all shows " + std::to_string(everybody.size()));
  for (std::size_t i = 0; i < std::min(few, everybody.size()); ++i)
    if (i >= first.size() || first[i].first.id != everybody[i].first.id) return broken("a status of " + std::to_string(few) + " does not show " + name_of(everybody[i].first.id) + ", which is number " + std::to_string(i + 1) + " of all");
}

// A drive is judged by failures with different cartridges.
void Auditor::check_condemned() {
  for (auto const& [id, asked] : manager_->world().operator_requests) {
    auto const* drive = asked.kind == OperatorKind::drive_service ? manager_->world().drive(DriveId{asked.argument1}) : nullptr;
    auto* iron = drive == nullptr ? nullptr : iron_of(drive->record.library);
    bool const still_dirty = asked.message.find("after it was cleaned") != std::string::npos;
    if (iron == nullptr || still_dirty) continue;
    history_.count("rest.condemned_drive");
    if (iron->failures_of(drive->record.number) < limits::drive_cartridges_to_prove)
      broken(name_of(manager_->world(), drive->record.id) + " is condemned (" + asked.message + "), but it has failed with " + std::to_string(iron->failures_of(drive->record.number)) + " cartridges only");
  }
}

// Which cartridge a medium is: by its labels and its sticker, both.
void Auditor::learn_who_is_who() {
  auto const media = catalog_->media();
  if (!media) return;
  for (auto const& medium : **media) {
    for (auto const& side : medium.sides)
      if (side.omid && side.state != SideState::foreign && side.state != SideState::unknown) labels_.insert_or_assign(side.id, *side.omid);
    auto const* in = std::get_if<InElement>(&medium.place);
    auto* iron = in == nullptr || bodies_.contains(medium.id) ? nullptr : iron_of(in->library);
    auto const* cartridge = iron == nullptr ? nullptr : iron->hardware.in(in->element);
    if (cartridge == nullptr || cartridge->cleaner || cartridge->barcode.empty() || cartridge->barcode != medium.barcode) continue;
    bool const its = std::ranges::all_of(medium.sides, [&](Side const& side) {
      return side.omid && side.state != SideState::foreign && side.state != SideState::unknown && side.number < cartridge->labels.size() && side.omid->same_medium(cartridge->labels[side.number]);
    });
    if (!its || !known_as_.try_emplace({iron, cartridge->name}, medium.id).second) continue;
    bodies_.emplace(medium.id, std::pair<Iron const*, std::string>{iron, cartridge->name});
  }
}

// A copy with a sticker of its own is not the medium that it is a copy of.
void Auditor::check_copies() {
  for (auto const* iron : irons_)
    for (auto const& copy : iron->copies()) {
      auto const original = known_as_.find({iron, copy.original});
      if (copy.sticker == copy.sticker_of_original || original == known_as_.end()) continue;
      if (!iron->has_its_own_sticker(copy.copy) || !iron->has_its_own_sticker(copy.original)) continue;
      auto const row = committed_->medium(original->second);
      history_.count("rest.copy");
      if (row && *row && (*row)->barcode == copy.sticker) broken("the copy " + copy.copy + " has become " + name_of(**row) + ", which is cartridge " + copy.original);
    }
}

// A drive that is at work while no device is; a drive that stays loaded for a mount that was told to have failed.
void Auditor::check_idle_drives() {
  World const& world = manager_->world();
  for (auto const& [id, drive] : world.drives) {
    if (drive.hot.state != DriveState::loaded || !drive.hot.session || !drive.hot.request || world.requests.contains(drive.hot.request)) continue;
    auto const* library = world.library(drive.record.library);
    bool const library_is_there = library == nullptr || library->record.condition.state != OperationalState::not_present;
    if (!library_is_there || drive.record.condition.state != OperationalState::ready) continue;  // taken out of use when it is there, or answers, again
    auto const row = committed_->request(drive.hot.request);
    if (row && *row && (*row)->state != RequestState::passed)
      broken(name_of(world, id) + " is loaded for request " + drive.hot.request.text() + ", which is " + word((*row)->state));
  }
  for (auto const& [id, library] : world.libraries) {
    if (library.record.type == LibraryType::offline || library.drives.empty()) continue;
    RequestRecord any;
    any.library = id;
    auto const facts = manager_->explain(any).facts;
    for (auto const& [number, drive] : library.drives) {
      std::string const start = "drive " + std::to_string(number) + " is ";
      auto const fact = std::ranges::find_if(facts, [&](std::string const& f) { return f.starts_with(start) && f.contains(", at work: "); });
      auto const* iron = iron_of(id);
      bool const in_use = iron != nullptr && !iron->volumes.at(number).holders.empty();  // handles of a tape live on after force
      bool const answers = library.record.condition.state == OperationalState::ready;
      if (fact == facts.end() || in_use || !answers || !manager_->arm_text(id).empty() || a_person_has_the_door(library)) {  // a move that is undecided (door, silent changer) holds up others
        working_.erase(drive);
        continue;
      }
      auto const [it, fresh] = working_.try_emplace(drive, *fact, loop_.now());
      if (it->second.first != *fact) it->second = {*fact, loop_.now()};
      if (loop_.now() - it->second.second > idle_work_limit) broken(library.record.name + ": " + *fact + ", but nothing has moved for " + duration_text(idle_work_limit));
    }
  }
}

void Auditor::check_operator_requests() {
  for (auto const& [id, asked] : manager_->world().operator_requests)
    if (auto const gone = reason_gone(asked); !gone.empty()) broken("operator request " + id.text() + " (" + asked.message + ") outlives its reason: " + gone);
}

// What has come about of that which was asked; empty: nothing.
std::string Auditor::reason_gone(OperatorRequestRecord const& asked) const {
  if (asked.kind == OperatorKind::none) return {};  // an application's own: people end it
  World const& world = manager_->world();
  auto const here = [&](Guid id) {
    auto const row = committed_->medium(MediumId{id});
    return !row || (*row && whereabouts(world, **row));
  };
  auto const port = [&](Guid id) -> PortRecord {
    for (auto const& [library, entry] : world.libraries)
      for (auto const& [number, record] : entry.ports)
        if (record.id.guid == id) return record;
    return {};
  };
  auto const* drive = world.drive(DriveId{asked.argument1});
  for (auto const& about : {asked.argument1, asked.argument2})
    for (auto const& [id, entry] : world.libraries) {
      bool const here_or_part = id.guid == about || std::ranges::any_of(entry.ports, [&](auto const& p) { return p.second.id.guid == about; }) ||
                                std::ranges::any_of(entry.drives, [&](auto const& d) { return d.second.guid == about; });
      if (here_or_part && entry.record.type != LibraryType::standalone && entry.record.condition.state == OperationalState::not_present) return "library " + entry.record.name + " is not in the configuration";
    }
  switch (asked.kind) {
    case OperatorKind::bring_medium:
      if (auto const row = committed_->medium(MediumId{asked.argument1}); row && *row && whereabouts(world, **row)) return "the medium is there";
      return world.requests.contains(asked.request) ? "" : "nobody waits for the medium";
    case OperatorKind::drive_service: return drive == nullptr || drive->record.condition.state == OperationalState::ready ? "the drive works" : "";
    case OperatorKind::library_service: {
      auto const* library = world.library(LibraryId{asked.argument1});
      if (asked.argument2 == asked.argument1) return "";  // of its arm: a move ends it
      bool const open = library != nullptr && library->doors.contains(0) && library->doors.at(0).state == DoorState::open;
      return !open && (library == nullptr || library->record.condition.state == OperationalState::ready) ? "the library answers" : "";
    }
    case OperatorKind::take_out:
    case OperatorKind::slot_wanted: return drive == nullptr || drive->hot.medium.guid != asked.argument2 ? "the cartridge is out of the drive" : "";
    case OperatorKind::library_full: return port(asked.argument2).content == PortContent::empty ? "the port is empty" : "";
    case OperatorKind::cartridge_not_taken: return port(asked.argument1).content == PortContent::empty ? "the port is empty" : "";
    case OperatorKind::duplicate_medium: return here(asked.argument1) ? "" : "the medium has left";
    case OperatorKind::double_barcode: return here(asked.argument1) && here(asked.argument2) ? "" : "one of them has left";
    case OperatorKind::bad_cartridge: {
      auto const row = committed_->medium(MediumId{asked.argument1});
      return row && (!*row || !whereabouts(world, **row) || (*row)->trouble.empty()) ? "the cartridge works, or has left" : "";
    }
    case OperatorKind::new_media: {
      constexpr Millis slow_beginning = std::chrono::seconds{30};  // the grace counts from when calls are served: a slow disk delays that
      bool const may_come_back = loop_.now() - manager_->counters().started <= manager_->settings().session_grace + slow_beginning;
      return may_come_back || manager_->allocations_waiting_for(PoolId{asked.argument1}) > 0 ? "" : "nobody waits for media of the pool";
    }
    case OperatorKind::cleaner_wanted: return !asked.request || world.requests.contains(asked.request) ? "" : "nobody waits for a cleaning cartridge";
    case OperatorKind::door_open: {
      for (auto const& [id, entry] : world.libraries)
        for (auto const& [number, door] : entry.doors)
          if (door.id.guid == asked.argument1 && door.state == DoorState::open) return "";
      return "the door is closed";
    }
    case OperatorKind::cleaning_wanted:
      if (drive != nullptr && drive->record.last_cleaned && *drive->record.last_cleaned >= asked.submitted) return "the drive was cleaned";
      return {};
    case OperatorKind::none: return {};
  }
  return {};
}

// ---- the end

void Auditor::at_end(bool labels_read) {
  at_rest();
  check_answered();
  World const& world = manager_->world();
  for (auto const& [id, request] : world.requests)
    if (request.operation != Operation::write_scratch || request.library != world.offline_library) broken("request " + id.text() + " never ended: " + manager_->explain(request).text);
  if (!world.intents.empty()) broken("an intent is left");
  for (auto const& [id, fate] : fates_)
    if (!fate.complete && !world.requests.contains(id)) broken("no event told the end of request " + id.text());
  check_iron(labels_read);
  auto const findings = db::findings_of(*database_);
  if (!findings) broken("the catalog cannot be checked: " + findings.error().text());
  if (findings)
    for (auto const& finding : *findings) broken("the catalog: " + finding);
}

void Auditor::check_iron(bool labels_read) {
  World const& world = manager_->world();
  for (auto* iron : irons_) {
    iron->hardware.settle(loop_.now());
    for (auto const& problem : iron->hardware.problems()) broken(iron->library + ": " + problem);
    for (auto const& [id, library] : world.libraries)
      if (library.record.name == iron->library) {
        check_devices(*iron, library);
        for (auto const& [name, cartridge] : iron->hardware.state().cartridges) check_cartridge(*iron, id, cartridge, labels_read);
      }
  }
}

// The hardware's own words.
void Auditor::check_devices(Iron const& iron, LibraryEntry const& library) {
  auto const& state = iron.hardware.state();
  if (!iron.by_hand && (library.changers.empty() || library.changers.front().serial != state.identity.serial)) broken(iron.library + ": the catalog has another changer than " + state.identity.serial);
  for (auto const& [number, id] : library.drives) {
    auto const& serial = manager_->world().drive(id)->record.serial;
    if (serial != state.drives.at(number).identity.serial) broken(iron.library + " drive " + std::to_string(number) + " is " + state.drives.at(number).identity.serial + ", the catalog says " + serial);
  }
  for (auto const& [number, slot] : library.slots)
    if (number < state.slots && slot.state == SlotState::not_present) broken(iron.library + " slot " + std::to_string(number) + " is there, the catalog says that it is not");
}

namespace {

bool known_by_another_side(MediumRecord const& medium, emulated::Cartridge const& cartridge, Side const& not_this) {
  return std::ranges::any_of(medium.sides, [&](Side const& side) {
    return side.id != not_this.id && side.omid && side.number < cartridge.labels.size() && side.omid->same_medium(cartridge.labels[side.number]);
  });
}

}  // namespace

// Where the iron has a cartridge, the catalog has a medium with its labels.
void Auditor::check_cartridge(Iron const& iron, LibraryId library, emulated::Cartridge const& cartridge, bool labels_read) {
  if (!cartridge.place || cartridge.place->kind == ElementKind::arm) return;
  if (iron.by_hand && cartridge.place->kind != ElementKind::drive) return;  // it lies on the shelf
  auto const* entry = manager_->world().library(library);
  MediumId id;
  if (cartridge.place->kind == ElementKind::slot) id = entry->slots.at(cartridge.place->number).medium;
  if (cartridge.place->kind == ElementKind::drive) id = manager_->world().drive(entry->drives.at(cartridge.place->number))->hot.medium;
  if (cartridge.place->kind == ElementKind::port) id = entry->ports.at(cartridge.place->number).medium;
  auto const row = committed_->medium(id);
  std::string const where = iron.library + " " + cartridge.place->text();
  if (!row || !*row) {
    if (cartridge.place->kind != ElementKind::port) broken(where + " holds " + cartridge.name + ", the catalog says nothing of it");
    return;
  }
  bool const copied = std::ranges::any_of(iron.copies(), [&](Copy const& copy) { return copy.copy == cartridge.name || copy.original == cartridge.name; });
  auto const known = known_as_.find({&iron, cartridge.name});
  if (known != known_as_.end() && !copied && !iron.formatted(cartridge.name) && iron.has_its_own_sticker(cartridge.name) && cartridge.place->kind != ElementKind::port) {
    history_.count("end.cartridge_known_as_before");
    if ((*row)->id != known->second) broken(where + " holds " + cartridge.name + ", which was medium " + known->second.text() + " and is medium " + id.text() + " now");
  }
  bool const readable = !cartridge.barcode_unreadable && !(*row)->barcode.empty();
  if (!labels_read && readable && (*row)->barcode != cartridge.barcode)
    broken(where + " shows bar code " + cartridge.barcode + ", the catalog believes " + (*row)->barcode);
  if (!labels_read) return;
  for (auto const& side : (*row)->sides) {
    if (!side.omid || side.number >= cartridge.labels.size() || side.omid->same_medium(cartridge.labels[side.number])) continue;
    // Somebody has formatted what is an application's: known by its other side, it keeps the label that its owner has told (rsm-model.md S21).
    bool const of_an_owner_untold = has_logical_medium(side.state) && iron.became(*side.omid, cartridge.labels[side.number]) && known_by_another_side(**row, cartridge, side);
    if (!of_an_owner_untold) broken(where + " holds " + cartridge.name + ", the catalog believes " + name_of(**row) + " with label " + side.omid->info);
  }
}

}  // namespace rsm::sim
