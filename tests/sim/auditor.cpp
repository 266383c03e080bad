#include "tests/sim/auditor.hpp"

#include <algorithm>

#include "db/columns.hpp"

namespace rsm::sim {
namespace {

// The medium that this element holds.
MediumId held_by(World const& world, InElement const& in) {
  auto const* library = world.library(in.library);
  if (library == nullptr) return {};
  auto const medium_in = [&](auto const& elements) {
    auto const it = elements.find(in.element.number);
    return it == elements.end() ? MediumId{} : it->second.medium;
  };
  if (in.element.kind == ElementKind::slot) return medium_in(library->slots);
  if (in.element.kind == ElementKind::port) return medium_in(library->ports);
  auto const drive = library->drives.find(in.element.number);
  return drive == library->drives.end() ? MediumId{} : world.drive(drive->second)->hot.medium;
}

}  // namespace

void Auditor::attach(Manager& manager, db::Database& database, Committed& catalog) {
  manager_ = &manager;
  database_ = &database;
  catalog_ = &catalog;
  committed_ = std::make_unique<db::SqliteReader>(database);
  seen_changes_ = seen_commits_ = 0;
  drives_.clear();
  working_.clear();
}

void Auditor::detach() {
  manager_ = nullptr;
  committed_.reset();
  database_ = nullptr;
  catalog_ = nullptr;
}

Iron* Auditor::iron_of(LibraryId library) const {
  auto const* entry = manager_->world().library(library);
  if (entry == nullptr) return nullptr;
  for (auto* iron : irons_)
    if (iron->library == entry->record.name) return iron;
  return nullptr;
}

void Auditor::after_step() {
  if (manager_ == nullptr) return;
  auto const counters = manager_->counters();
  if (counters.commits != seen_commits_) {
    seen_commits_ = counters.commits;
    read_events();
  }
  if (counters.changes == seen_changes_) return;
  seen_changes_ = counters.changes;
  World const& world = manager_->world();
  check_places(world);
  check_drives(world);
  check_requests(world);
}

// ---- events: numbered without a gap, a request ends once

void Auditor::read_events() {
  for (;;) {
    auto const page = committed_->events(last_event_, limits::events_page_max);
    if (!page) return;
    for (auto const& event : page->events) see(event);
    if (page->events.size() < limits::events_page_max) return;
  }
}

void Auditor::see(Event const& event) {
  if (event.number != last_event_ + 1) broken("event " + std::to_string(event.number) + " follows " + std::to_string(last_event_));
  last_event_ = event.number;
  if (event.type == ObjectType::request) return see_request(event);
  if (event.type == ObjectType::drive && event.state == "loaded" && event.request) loaded_for_.insert(event.request);
}

void Auditor::see_request(Event const& event) {
  RequestId const id{event.object};
  auto const [it, fresh] = fates_.try_emplace(id);
  Fate& fate = it->second;
  bool const made = event.kind == EventKind::insert;
  if (made != fresh) broken("request " + id.text() + (made ? " was made twice" : " changed before it was made"));
  if (fate.complete) broken("request " + id.text() + " had ended as " + fate.state + " and is now " + event.state);
  fate.state = event.state;
  if (event.kind != EventKind::complete) return;
  fate.complete = true;
  auto const row = committed_->request(id);
  if (row && *row) history_.count("request." + word((*row)->operation) + "." + event.state);
}

// ---- the world in memory

// What an element holds is said to be there, so it is in one place. Of media that nobody has touched only the elements tell.
void Auditor::check_places(World const& world) {
  std::vector<MediumId> untouched;
  for (auto const& [id, library] : world.libraries) {
    for (auto const& [number, slot] : library.slots) check_held(world, id, {ElementKind::slot, number}, slot.medium, untouched);
    for (auto const& [number, port] : library.ports) check_held(world, id, {ElementKind::port, number}, port.medium, untouched);
    for (auto const& [number, drive] : library.drives) check_held(world, id, {ElementKind::drive, number}, world.drive(drive)->hot.medium, untouched);
  }
  std::ranges::sort(untouched);
  if (auto const twice = std::ranges::adjacent_find(untouched); twice != untouched.end()) broken("medium " + twice->text() + " is in two places");
  for (auto const& [id, medium] : world.media) {
    auto const* in = std::get_if<InElement>(&medium.place);
    if (in == nullptr || in->element.kind == ElementKind::arm || held_by(world, *in) == id) continue;
    broken(name_of(medium) + " is said to be in " + in->element.text() + ", which does not hold it");
  }
}

void Auditor::check_held(World const& world, LibraryId library, Element element, MediumId id, std::vector<MediumId>& untouched) {
  if (!id) return;
  auto const medium = world.media.find(id);
  if (medium == world.media.end()) return untouched.push_back(id);
  auto const* in = std::get_if<InElement>(&medium->second.place);
  if (in == nullptr || in->library != library || in->element != element)
    broken(name_of(medium->second) + " is said to be in " + place_text(medium->second.place) + ", but " + element.text() + " holds it");
}

void Auditor::check_drives(World const& world) {
  for (auto const& [id, drive] : world.drives) {
    auto const [it, fresh] = drives_.try_emplace(id);
    Seen const before = std::exchange(it->second, {drive.hot.state, drive.hot.medium, drive.hot.side, drive.hot.request});
    if (drive.hot.state != DriveState::loaded) continue;
    bool const was = !fresh && before.state == DriveState::loaded;
    if (was && before.request && drive.hot.request && before.request != drive.hot.request)
      broken(name_of(world, id) + " was loaded for request " + before.request.text() + " and is now for " + drive.hot.request.text());
    if (was && before.medium != drive.hot.medium) broken(name_of(world, id) + " is loaded with another medium than before");
    if (!was || before.side != drive.hot.side) check_label(drive);
  }
  for (auto const& [id, medium] : world.media)
    for (auto const& side : medium.sides) {
      if (!side.omid || side.state == SideState::foreign || side.state == SideState::unknown) continue;  // of a stranger or a copy: not settled
      auto const [it, fresh] = labels_.try_emplace(side.id, *side.omid);
      if (!fresh && it->second != *side.omid) broken(name_of(medium, side.id) + " has another label than before");
    }
}

// What the session was promised is what the hardware has in the drive.
void Auditor::check_label(DriveEntry const& drive) {
  auto* iron = iron_of(drive.record.library);
  auto const medium = manager_->world().media.find(drive.hot.medium);
  if (iron == nullptr || medium == manager_->world().media.end()) return;
  auto const* side = medium->second.side(drive.hot.side);
  auto const* label = iron->label_in(drive.record.number);
  std::string const name = iron->library + " drive " + std::to_string(drive.record.number);
  if (side == nullptr) return broken(name + " is loaded, but nobody knows with which side");
  if (label == nullptr) return broken(name + " is said to be loaded, but it is not");
  if (side->omid && !side->omid->same_medium(*label))
    broken(name + " is loaded with " + label->info + " instead of " + side->omid->info + ": a wrong cartridge reaches a session");
}

void Auditor::check_requests(World const& world) {
  std::vector<std::pair<DriveId, RequestId>> given;
  for (auto const& [id, request] : world.requests) {
    if (is_final(request.state)) broken("request " + id.text() + " is " + word(request.state) + " and still open");
    if (final_.contains(id)) broken("request " + id.text() + " was told to have ended and is open again");
    if (request.operation != Operation::mount || request.state != RequestState::inprocess || !request.drive) continue;
    auto const other = std::ranges::find(given, request.drive, &std::pair<DriveId, RequestId>::first);
    if (other != given.end()) broken(name_of(world, request.drive) + " serves two requests at once: " + other->second.text() + " and " + id.text());
    given.emplace_back(request.drive, id);
  }
}

// ---- the robot

void Auditor::before_move(std::string const& library, port::Move const& what) {
  if (manager_ == nullptr) return broken("a move without a daemon");
  auto const intents = db::guarded("catalog", [&]() -> Result<std::vector<IntentRecord>> {
    std::vector<IntentRecord> found;
    db::Query query(*database_, "SELECT " + db::column_list<IntentRecord>() + " FROM intent");
    while (query.next()) found.push_back(db::read_record<IntentRecord>(query));
    return found;
  });
  if (!intents) return;  // the catalog is being reopened: seen by the failed commit
  for (auto const& intent : *intents) {
    auto const* entry = manager_->world().library(intent.library);
    if (entry == nullptr || entry->record.name != library) continue;
    if (intent.from != what.from || intent.to != what.to || intent.turn != what.turn) break;
    if (!intent.request) return;
    auto const row = committed_->request(intent.request);
    if (row && *row && is_final((*row)->state)) broken("a move for request " + intent.request.text() + ", which is " + word((*row)->state));
    return;
  }
  broken(library + ": a move from " + what.from.text() + " to " + what.to.text() + " without its recorded intent");
}

}  // namespace rsm::sim
