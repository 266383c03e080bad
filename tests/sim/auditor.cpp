#include "tests/sim/auditor.hpp"

#include <algorithm>

#include "db/columns.hpp"
#include "libmgr/domain/side_transitions.hpp"
#include "libmgr/identity/witness.hpp"
#include "libmgr/model/media_types.hpp"

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
  ++life_;
  life_since_ = loop_.now();
  database_ = &database;
  catalog_ = &catalog;
  committed_ = std::make_unique<db::SqliteReader>(database);
  seen_changes_ = seen_commits_ = 0;
  looked_at_ = {};
  drives_.clear();
  working_.clear();
  open_since_.clear();
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
  if (event.type == ObjectType::medium && event.kind == EventKind::erase) return see_erased(event);
  if (event.type == ObjectType::request) return see_request(event);
  if (event.type == ObjectType::side) return see_side(event);
  if (event.type == ObjectType::operator_request) return see_operator_request(event);
  if (event.type == ObjectType::drive && event.state == "loaded" && event.request) loaded_for_.insert(event.request);
}

void Auditor::see_request(Event const& event) {
  RequestId const id{event.object};
  auto const [it, fresh] = fates_.try_emplace(id);
  Fate& fate = it->second;
  bool const made = event.kind == EventKind::insert;
  if (event.kind == EventKind::erase) {
    if (!fate.complete) broken("request " + id.text() + " was forgotten before it ended");
    return void(fates_.erase(it));
  }
  bool const described = fate.complete && event.kind == EventKind::update && event.state == fate.state;
  if (described) return;
  if (made != fresh) broken("request " + id.text() + (made ? " was made twice" : " changed before it was made"));
  if (fate.complete) broken("request " + id.text() + " had ended as " + fate.state + " and is now " + event.state);
  fate.state = event.state;
  if (event.kind != EventKind::complete) return;
  fate.complete = true;
  auto const row = committed_->request(id);
  if (row && *row) history_.count("request." + word((*row)->operation) + "." + event.state);
  if (row && *row && (*row)->partner) history_.count("request.exchange." + event.state);
}

// The record of a cartridge that was known goes when the cartridge was ejected, and only then.
void Auditor::see_erased(Event const& event) {
  MediumId const id{event.object};
  auto const body = bodies_.find(id);
  if (body == bodies_.end()) return;
  auto const row = committed_->request(event.request);
  bool const ejected = row && *row && (*row)->operation == Operation::eject;
  if (!ejected) broken("the record of medium " + id.text() + ", which is cartridge " + body->second.second + ", was deleted: " + event.reason);
  known_as_.erase(body->second);
  bodies_.erase(body);
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

namespace {

// The cartridge that is this medium to the service has, or had, the sticker of another one; on its way from the place where it is believed it is known by the sticker.
bool has_another_sticker(Iron const& iron, MediumRecord const& medium, Element believed) {
  if (auto const* there = iron.hardware.in(believed)) return !iron.has_its_own_sticker(there->name);
  return !medium.barcode.empty() && std::ranges::any_of(iron.hardware.state().cartridges, [&](auto const& entry) {
    auto const& [name, cartridge] = entry;
    return cartridge.barcode == medium.barcode && !iron.has_its_own_sticker(name);
  });
}

}  // namespace

void Auditor::check_drives(World const& world) {
  for (auto const& [id, drive] : world.drives) {
    auto const [it, fresh] = drives_.try_emplace(id);
    bool const was = !fresh && it->second.state == DriveState::loaded;
    Seen now{drive.hot.state, drive.hot.medium, drive.hot.side, drive.hot.request, {}};
    if (was || now.state == DriveState::loaded)
      if (auto* iron = iron_of(drive.record.library)) now.cartridge = iron->loaded_in(drive.record.number);
    Seen const before = std::exchange(it->second, std::move(now));
    if (was && (drive.hot.state != DriveState::loaded || drive.hot.medium != before.medium)) check_mount_ended(drive, before);
    if (was && drive.hot.state != DriveState::loaded) gave_back_.insert(drive.record.library);
    if (drive.hot.state != DriveState::loaded) continue;
    if (was && before.request && drive.hot.request && before.request != drive.hot.request)
      broken(name_of(world, id) + " was loaded for request " + before.request.text() + " and is now for " + drive.hot.request.text());
    if (was && before.medium != drive.hot.medium) broken(name_of(world, id) + " is loaded with another medium than before");
    // Not so when what ended the mount was rolled back with its commit.
    bool const for_another = !fresh && before.request != drive.hot.request && !loaded_for_.contains(drive.hot.request);
    // What is found in use by a stranger is loaded for nobody: it is promised to nobody before it is given to a request.
    if (drive.hot.request && (!was || before.side != drive.hot.side || before.request != drive.hot.request)) check_label(drive, for_another);
  }
  for (auto const& [id, medium] : world.media)
    for (auto const& side : medium.sides) {
      if (!side.omid || side.state == SideState::foreign || side.state == SideState::unknown) continue;  // of a stranger or a copy: not settled
      auto const before = labels_.find(side.id);
      if (before == labels_.end() || before->second == *side.omid) continue;
      bool const its_owner = std::ranges::any_of(irons_, [&](Iron const* iron) { return iron->became(before->second, *side.omid); });
      bool const about_to_get_it = side.state == SideState::unprepared && side.omid->same_medium(before->second);  // either may be on it
      // What bears the sticker of another cartridge is that one to the service, which never compares what it overwrites (readings.md 18).
      auto const* at = std::get_if<InElement>(&medium.place);
      auto const* iron = at == nullptr ? nullptr : iron_of(at->library);
      bool const by_its_sticker = iron != nullptr && has_another_sticker(*iron, medium, at->element);
      if (!its_owner && !about_to_get_it && !by_its_sticker) broken(name_of(medium, side.id) + " has another label than before");
      if (by_its_sticker) before->second = *side.omid;
    }
}

// A mount that was given ends by a dismount that names it, or with its cartridge.
void Auditor::check_mount_ended(DriveEntry const& now, Seen const& before) {
  auto const fate = fates_.find(before.request);
  if (fate == fates_.end() || fate->second.state != "passed") return;  // what is loaded for nobody is taken out of use
  auto const* iron = iron_of(now.record.library);
  if (iron != nullptr && iron->work->has_lied(now.record.number)) return;  // it denied that the cartridge was there
  if (before.cartridge.empty() || drives_.at(now.record.id).cartridge != before.cartridge) return;
  for (auto const& dismount : dismounts_[before.request]) {
    auto const its = fates_.find(dismount);
    if (its == fates_.end() || (its->second.state != "cancelled" && its->second.state != "failed")) return;
  }
  broken(name_of(manager_->world(), now.record.id) + " was loaded for request " + before.request.text() + " and is " + word(now.hot.state) + " (" + now.hot.reason +
         "), but no dismount named that mount");
}

// What the session was promised is what the hardware has in the drive.
void Auditor::check_label(DriveEntry const& drive, bool just_loaded) {
  auto* iron = iron_of(drive.record.library);
  auto const medium = manager_->world().media.find(drive.hot.medium);
  if (iron == nullptr || medium == manager_->world().media.end()) return;
  auto const* side = medium->second.side(drive.hot.side);
  auto const* label = iron->label_in(drive.record.number);
  std::string const name = iron->library + " drive " + std::to_string(drive.record.number);
  if (side == nullptr) return broken(name + " is loaded, but nobody knows with which side");
  if (label == nullptr && iron->work->has_lied(drive.record.number)) return;
  if (label == nullptr) return broken(name + " is said to be loaded, but it is not");
  if (!drive.hot.request && !drive.hot.session) return;  // found in use: nobody was given it
  bool const its_user_did = !just_loaded && side->omid && iron->volumes[drive.record.number].formatted && iron->became(*side->omid, *label);
  if (side->omid && !side->omid->same_medium(*label) && !its_user_did)
    broken(name + " is loaded with " + label->info + " instead of " + side->omid->info + ": a wrong cartridge reaches a session");
}

void Auditor::check_requests(World const& world) {
  std::vector<std::pair<DriveId, RequestId>> given;
  for (auto const& [id, request] : world.requests) {
    if (is_final(request.state)) broken("request " + id.text() + " is " + word(request.state) + " and still open");
    if (final_.contains(id)) broken("request " + id.text() + " was told to have ended and is open again");
    if (request.operation == Operation::dismount) dismounts_[request.work_item].insert(id);
    if (request.force) forced_.insert(request.medium);
    if (request.force && request.operation == Operation::eject) ejected_with_force_.insert(request.medium);
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
    if (intent.from != what.from || intent.to != what.to || intent.turn != what.turn || intent.partner.is_zero() == what.exchange) break;
    check_slot_of_cleaner(*entry, intent.medium, what);
    if (!intent.request) check_taken_home(*entry, what);
    brought(library, what, intent.request);
    if (!intent.request) return;
    auto const row = committed_->request(intent.request);
    if (row && *row && is_final((*row)->state)) broken("a move for request " + intent.request.text() + ", which is " + word((*row)->state));
    return;
  }
  broken(library + ": a move from " + what.from.text() + " to " + what.to.text() + " without its recorded intent");
}

// The slot of the cleaning cartridge is its own, and it has no other. Nothing moves while a person may reach in.
void Auditor::check_slot_of_cleaner(LibraryEntry const& library, MediumId medium, port::Move const& what) {
  auto const& record = library.record;
  auto const* iron = iron_of(record.id);
  auto const locked = iron == nullptr ? std::nullopt : iron->hardware.state().door_locked;
  if (locked && !*locked) broken(record.name + ": a move from " + what.from.text() + " to " + what.to.text() + " while the door is unlocked for a person");
  if (!record.cleaner_slot || what.to.kind != ElementKind::slot) return;
  bool const is_cleaner = record.cleaner && record.cleaner == medium;
  history_.count(is_cleaner ? "cleaner.brought_home" : "cleaner.other_to_a_slot");
  if (is_cleaner && what.to.number != *record.cleaner_slot) broken(record.name + ": its cleaning cartridge is brought to " + what.to.text() + ", and slot " + std::to_string(*record.cleaner_slot) + " is its own");
  if (!is_cleaner && what.to.number == *record.cleaner_slot) broken(record.name + ": a medium is brought to " + what.to.text() + ", which is kept for the cleaning cartridge");
}

void Auditor::brought(std::string const& library, port::Move const& what, RequestId request) {
  if (what.from.kind == ElementKind::drive) brought_.erase({library, what.from.number});
  // The move before was given up: its cartridge was seen in the arm, although it may have come on its way since.
  if (what.from.kind == ElementKind::arm && last_to_.contains(library)) brought_.erase({library, last_to_.at(library).number});
  last_to_[library] = what.to;
  // Which side of it is up when a turn was cut short, nobody knows.
  if (what.to.kind != ElementKind::drive || what.from.kind == ElementKind::drive || !request) return;
  auto const iron = std::ranges::find(irons_, library, &Iron::library);
  auto const* cartridge = iron == irons_.end() ? nullptr : (*iron)->hardware.in(what.from);
  if (cartridge == nullptr) return;
  auto const* drive = manager_ == nullptr ? nullptr : drive_of(library, what.to.number);
  brought_[{library, what.to.number}] = {request, cartridge->name, life_, drive == nullptr ? DriveId{} : drive->record.id};
  // A cleaning cartridge that lies where another one is believed cleans, and nobody can count that.
  if (!cartridge->cleaner || manager_ == nullptr) return;
  auto const open = manager_->world().requests.find(request);
  bool const for_another = open == manager_->world().requests.end() || open->second.operation != Operation::clean_drive;
  if (for_another) return static_cast<void>(std::erase_if(cleaners_, [&](auto const& known) { return known.first.second == cartridge->name; }));
  auto const* used_by = manager_->world().library(open->second.library);
  if (used_by != nullptr && used_by->record.cleaner_uses == 0) broken(library + ": its cleaning cartridge is used up and brought to " + what.to.text() + " to clean");
}

// What a life before has brought into a drive for a mount that is still open, and could go on there, is not taken home by the service for nobody.
void Auditor::check_taken_home(LibraryEntry const& library, port::Move const& what) {
  auto const it = what.from.kind == ElementKind::drive ? brought_.find({library.record.name, what.from.number}) : brought_.end();
  if (it == brought_.end() || it->second.life == life_) return;
  World const& world = manager_->world();
  auto const request = world.requests.find(it->second.request);
  if (request == world.requests.end() || request->second.operation != Operation::mount || request->second.group_size > 1) return;
  auto const medium = world.media.find(request->second.medium);
  auto const* drive = drive_of(library.record.name, what.from.number);
  auto const* iron = iron_of(library.record.id);
  auto const* cartridge = iron == nullptr ? nullptr : iron->hardware.in(what.from);
  if (medium == world.media.end() || drive == nullptr || cartridge == nullptr || cartridge->name != it->second.cartridge) return;
  bool const others = std::ranges::any_of(world.requests, [&](auto const& r) { return r.first != request->first && r.second.medium == medium->first; });
  if (others || !medium->second.enabled || !world.usable(*drive) || drive->hot.medium != medium->first) return;
  if (drive->record.id != it->second.drive) return;  // the library was deleted meanwhile, and what was known of it
  broken(library.record.name + ": " + name_of(medium->second) + " was brought to " + what.from.text() + " for request " + request->first.text() + ", which is open, and is taken home without having been loaded");
}

// ---- drives

DriveEntry const* Auditor::drive_of(std::string const& library, std::uint32_t number) const {
  if (manager_ == nullptr) return nullptr;
  World const& world = manager_->world();
  for (auto const& [id, entry] : world.libraries) {
    auto const drive = entry.drives.find(number);
    if (entry.record.name == library && drive != entry.drives.end()) return world.drive(drive->second);
  }
  return nullptr;
}

// A cleaning cartridge has fifty uses: it is not loaded to see what it is, and not for a session.
void Auditor::before_load(std::string const& library, std::uint32_t number) {
  if (auto const it = brought_.find({library, number}); it != brought_.end()) {
    if (it->second.life != life_) history_.count("restart.brought_before_and_loaded");
    brought_.erase(it);
  }
  auto const* drive = drive_of(library, number);
  if (drive == nullptr) return;
  World const& world = manager_->world();
  auto const medium = world.media.find(drive->hot.medium);
  if (medium == world.media.end()) return;
  auto const type = world.media_types.find(medium->second.type);
  auto* iron = iron_of(drive->record.library);
  auto const* cartridge = iron == nullptr ? nullptr : iron->hardware.in({ElementKind::drive, number});
  bool const is_kept_in = iron != nullptr && !iron->loaded_in(number).empty();  // what is loaded already: no use of it, whatever its sticker says by now
  if (is_kept_in && cartridge != nullptr && !cartridge->cleaner) return;
  bool const is_one = cartridge != nullptr && cartridge->cleaner && identity::is_cleaner_barcode(cartridge->barcode) && medium->second.barcode == cartridge->barcode;
  if (is_one || (type != world.media_types.end() && type->second.code == media_type_code::cleaner)) broken(library + " drive " + std::to_string(number) + " is to load the cleaning cartridge " + name_of(medium->second));
}

// What is on the side is lost with it: it waits for this label, and it is what lies there.
void Auditor::before_label(std::string const& library, std::uint32_t number, port::LabelOrder const& order) {
  auto const* drive = drive_of(library, number);
  if (drive == nullptr) return broken("a label is written without a daemon");
  std::string const where = library + " drive " + std::to_string(number);
  auto* iron = iron_of(drive->record.library);
  auto const row = committed_->medium(drive->hot.medium);
  if (iron == nullptr || !row) return;
  if (!*row) return broken(where + ": a label is written on a medium that nobody knows");
  auto const side = std::ranges::find_if((*row)->sides, [&](Side const& one) { return one.omid && one.omid->type == order.label.type && one.omid->id == order.label.id; });
  if (side == (*row)->sides.end()) return broken(where + ": the label that is written was not recorded before");
  if (side->state != SideState::unprepared && side->state != SideState::available) broken(where + ": the side that is written is " + word(side->state));
  if (side->id != drive->hot.side) broken(where + ": the label of another side is written than the one that is up");
  auto const* cartridge = iron->hardware.in({ElementKind::drive, number});
  auto const* there = iron->label_in(number);
  if (cartridge == nullptr || there == nullptr) return;  // the drive will say so
  auto const told = iron->stickers_told.find(number);
  check_overwritten(where, **row, *side, *cartridge, *there, told == iron->stickers_told.end() ? std::nullopt : std::optional(told->second));
  history_.count("label.about_to_be_written");
}

// Nobody else's medium: neither by its sticker nor by its label. `told`: the sticker that was read when it was brought, empty when it could not be;
// what a person sticks on it in the drive nobody sees.
void Auditor::check_overwritten(std::string const& where, MediumRecord const& medium, Side const& side, emulated::Cartridge const& cartridge, Omid const& there, std::optional<std::string> const& told) {
  bool const copied = std::ranges::any_of(irons_, [&](Iron const* iron) { return std::ranges::any_of(iron->copies(), [&](Copy const& copy) { return copy.copy == cartridge.name || copy.original == cartridge.name; }); });
  bool const nobody_could_read_it = told && told->empty();
  bool const as_told = told && !told->empty() && *told == medium.barcode;
  bool const own_sticker = as_told || (!medium.barcode.empty() && !cartridge.barcode_unreadable && medium.barcode == cartridge.barcode);
  bool const other_sticker = !as_told && !nobody_could_read_it && !medium.barcode.empty() && !cartridge.barcode_unreadable && !cartridge.barcode.empty() && medium.barcode != cartridge.barcode;
  if (other_sticker) broken(where + ": " + cartridge.name + " is overwritten, which bears the sticker " + cartridge.barcode + " and not " + medium.barcode);
  auto const media = catalog_->media();
  if (!media || copied || there.type.empty() || (side.omid && side.omid->same_medium(there))) return;
  for (auto const& other : **media)
    for (auto const& its : other.sides)
      if (other.id != medium.id && its.omid && its.omid->same_medium(there) && has_logical_medium(its.state) && !own_sticker)
        broken(where + ": " + cartridge.name + " is overwritten for " + name_of(medium) + ", and bears the label of " + name_of(other, its.id) + ", which is somebody's");
}

// Force comes from a person only.
void Auditor::before_force(std::string const& library, std::uint32_t number, std::string const& what) {
  auto const* drive = drive_of(library, number);
  if (drive == nullptr) return broken("force without a daemon");
  MediumId const medium = drive->hot.medium;
  auto const open = [&](Operation operation, bool of_a_person) {
    return std::ranges::any_of(manager_->world().requests, [&](auto const& entry) {
      RequestRecord const& r = entry.second;
      return r.operation == operation && r.force && r.medium == medium && (!of_a_person || !r.user.empty());
    });
  };
  bool given = forced_.contains(medium);
  if (what == "dismount") given = open(Operation::dismount, true) || (open(Operation::dismount, false) && ejected_with_force_.contains(medium));
  if (!given) broken(library + " drive " + std::to_string(number) + ": " + what + " with force, which nobody gave");
  history_.count("force." + what);
}

}  // namespace rsm::sim
