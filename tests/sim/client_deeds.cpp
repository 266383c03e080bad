// What a client does: calls of every option.
#include <algorithm>

#include "tests/sim/client.hpp"

namespace rsm::sim {

void Client::act() {
  if (!stage_.serves()) return;
  if (!connected_ || !session_) return connect();
  auto& random = stage_.random;
  if (random.chance(stage_.swarm.link_break)) return break_link();
  if (administrator_ && stage_.swarm.sides > 0 && stage_.later_random.chance(stage_.swarm.sides)) return work_with_sides();
  if (administrator_ && stage_.swarm.house > 0 && stage_.later_random.chance(stage_.swarm.house)) return keep_house();
  auto const die = random.below(100);
  if (die < 38) return mount();
  if (die < 66) return dismount();
  if (die < 76) return cancel();
  if (die < 79 && !own_.empty()) return wait_for({own_[random.below(own_.size())]}, stage_.between(0, 30'000));
  if (die < 81) return close();
  if (administrator_) return die < 95 ? administer() : operate();
  mount();
}

// Every side that may be mounted, as the catalog has it.
std::vector<std::pair<MediumRecord, Side>> Client::sides() {
  std::vector<std::pair<MediumRecord, Side>> found;
  auto const media = stage_.daemon->committed().media();
  if (!media) return found;
  for (auto const& medium : **media)
    for (auto const& side : medium.sides)
      if (side.state == SideState::import || side.logical_medium || stage_.random.chance(5)) found.emplace_back(medium, side);
  return found;
}

void Client::mount() {
  auto& random = stage_.random;
  auto const all = sides();
  if (all.empty()) return;
  MountCall call;
  std::vector<Guid> sides_asked;
  World const& world = stage_.manager()->world();
  std::size_t const wanted = random.chance(15) ? 2 + random.below(2) : 1;
  LibraryId library;
  for (std::size_t tries = 0; tries < 12 && call.media.size() < wanted; ++tries) {
    auto const& [medium, side] = all[random.chance(50) ? random.below(all.size()) : random.below(std::min<std::size_t>(all.size(), 4))];
    if (library && medium.library != library && !random.chance(3)) continue;
    library = medium.library;
    sides_asked.push_back(side.id.guid);
    call.media.push_back(side.logical_medium && random.chance(50) ? side.logical_medium.guid : side.id.guid);
  }
  auto const* entry = world.library(library);
  if (entry == nullptr || entry->drives.empty()) return;
  bool const too_many = random.chance(5), same_drive = random.chance(5);
  while (!too_many && call.media.size() > entry->drives.size()) call.media.pop_back(), sides_asked.pop_back();
  if (random.chance(15) || same_drive)
    for (std::size_t i = 0; i < call.media.size(); ++i)
      call.drives.push_back(std::next(entry->drives.begin(), static_cast<long>((random.below(entry->drives.size()) + i) % entry->drives.size()))->second);
  if (same_drive && call.drives.size() > 1) call.drives.back() = call.drives.front();
  bool const by_logical_medium = call.media != sides_asked;  // it may stand for another side when the call comes
  Asked asked{by_logical_medium ? std::vector<Guid>{} : sides_asked, call.drives};
  if (asked.twice() && !same_drive) call.drives.clear(), asked.drives.clear();
  call.write = random.chance(30);
  call.error_if_offline = random.chance(15);
  call.error_if_unavailable = random.chance(10);
  call.nowait = random.chance(20);
  call.priority = random.chance(60) ? 0 : static_cast<int>(random.below(33)) - 16;
  auto const limit = random.below(10);
  if (limit < 5) call.timeout = stage_.between(1, 600'000);
  if (limit == 5) call.timeout = Millis{0};
  std::string const what = "mounts " + std::to_string(call.media.size()) + (call.drives.empty() ? "" : " in a chosen drive") + (call.nowait ? " nowait" : "") +
                           (call.timeout ? " within " + duration_text(*call.timeout) : "") + (call.error_if_unavailable ? " if at once" : "");
  issue(what, Operation::mount, [call](Manager& m, Caller who, std::string const& key, Reply<Ids> reply) mutable {
    call.key = key;
    m.submit(who, call, std::move(reply));
  }, std::move(asked));
}

void Client::dismount() {
  auto& random = stage_.random;
  bool const deferred = random.chance(50), force = random.chance(15);
  if (mounted_.empty() || random.chance(8)) {
    auto const all = sides();
    if (!all.empty()) dismount_of({all[random.below(all.size())].second.id}, deferred, force);
    return;
  }
  std::size_t const wanted = random.chance(30) ? 1 + random.below(mounted_.size()) : 1;
  std::vector<SideId> sides;
  while (sides.size() < wanted) {
    auto const at = random.below(mounted_.size());
    Mounted const one = mounted_[at];
    mounted_.erase(mounted_.begin() + static_cast<long>(at));
    if (random.chance(75))
      leave_volume(one);
    else
      stage_.loop.after(stage_.between(500, 25'000), [this, one] { leave_volume(one); });
    sides.push_back(one.side);
  }
  if (sides.size() > 1) stage_.history.count("call.several_dismounted");
  dismount_of(sides, deferred, force);
}

void Client::dismount_of(std::vector<SideId> const& sides, bool deferred, bool force) {
  DismountCall call;
  for (auto const& side : sides) call.media.push_back(side.guid);
  call.deferred = deferred;
  call.force = force;
  issue("dismounts " + std::to_string(sides.size()) + (deferred ? " deferred" : " at once") + (force ? " with force" : ""), Operation::dismount,
        [call](Manager& m, Caller who, std::string const& key, Reply<Ids> reply) mutable {
          call.key = key;
          m.submit(who, call, std::move(reply));
        }, {call.media, {}});
}

void Client::cancel() {
  auto& random = stage_.random;
  RequestId id;
  World const& world = stage_.manager()->world();
  if (!own_.empty() && random.chance(70)) id = own_[own_.size() - 1 - random.below(std::min<std::size_t>(own_.size(), 5))];
  else if (!world.requests.empty()) id = std::next(world.requests.begin(), static_cast<long>(random.below(world.requests.size())))->first;
  for (auto const& [other, request] : world.requests)  // one that is at work
    if (request.operation == Operation::mount && request.state == RequestState::inprocess && random.chance(30)) id = other;
  if (!id) return;
  auto const open = world.requests.find(id);
  std::string const state = open == world.requests.end() ? "finished" : word(open->second.operation) + "." + word(open->second.state);
  stage_.history.note("client", name_ + " cancels " + id.text() + " (" + state + ")");
  stage_.manager()->cancel(caller(), id, heard<RequestRecord>([this, state](Result<RequestRecord> result) {
    stage_.history.count("cancel." + state + (result ? ".done" : ".refused"));
    stage_.history.note("client", name_ + (result ? " hears: it is " + word(result->state) : " hears: " + result.error().text()));
    if (result) stage_.auditor->cancelled(*result);
  }));
}

// ---- administrators

namespace {

// A call that makes one request, as calls that make several are kept.
template <class Make>
auto one_call(Make make) {
  return [make](Manager& m, Caller who, std::string const& key, Reply<std::vector<RequestId>> reply) { m.submit(who, make(key), std::move(reply)); };
}

}  // namespace

void Client::administer() {
  if (stage_.swarm.cleaning != 0 && stage_.later_random.chance(stage_.swarm.cleaning)) return see_to_cleaning_and_door();
  if (stage_.swarm.exchange != 0 && stage_.later_random.chance(stage_.swarm.exchange)) return exchange_something();
  if (stage_.swarm.rights != 0 && stage_.later_random.chance(stage_.swarm.rights)) return change_rights();
  if (stage_.random.chance(45)) return switch_something();
  if (stage_.random.chance(20)) return transfer_something();
  ask_library();
}

// To any slot, now and then to a port: most are free, some are not, some are in another library.
void Client::transfer_something() {
  auto& random = stage_.random;
  auto const all = sides();
  if (all.empty()) return;
  MediumId const medium = all[random.below(all.size())].first.id;
  std::vector<SlotId> slots;
  std::vector<PortId> ports;
  for (auto const& [id, library] : stage_.manager()->world().libraries) {
    for (auto const& [number, slot] : library.slots) slots.push_back(slot.id);
    for (auto const& [number, port] : library.ports) ports.push_back(port.id);
  }
  bool const to_port = !ports.empty() && random.chance(20);
  if (!to_port && slots.empty()) return;
  SlotId const slot = to_port ? SlotId{} : slots[random.below(slots.size())];
  PortId const port = to_port ? ports[random.below(ports.size())] : PortId{};
  PortId const from = !to_port && !ports.empty() && random.chance(20) ? ports[random.below(ports.size())] : PortId{};
  issue(from ? "transfers what is in a port" : "transfers a medium", Operation::transfer,
        one_call([=](std::string const& key) { return TransferCall{key, from ? MediumId{} : medium, from, slot, port}; }));
}

// Of two slots of one library; now and then with any slot at all.
void Client::exchange_something() {
  auto& random = stage_.later_random;
  std::vector<std::pair<LibraryId, SlotRecord>> full;
  std::vector<SlotId> any;
  for (auto const& [id, library] : stage_.manager()->world().libraries)
    for (auto const& [number, slot] : library.slots) {
      any.push_back(slot.id);
      if (slot.medium) full.emplace_back(id, slot);
    }
  if (full.empty()) return;
  auto const [library, from] = full[random.below(full.size())];
  std::erase_if(full, [&](auto const& other) { return other.first != library || other.second.id == from.id; });
  SlotId const to = full.empty() || random.chance(10) ? any[random.below(any.size())] : full[random.below(full.size())].second.id;
  issue("exchanges a medium", Operation::transfer, one_call([to, medium = from.medium](std::string const& key) { return TransferCall{.key = key, .medium = medium, .from = {}, .slot = to, .port = {}, .exchange = true}; }));
}

void Client::set_enabled(ObjectType type, Guid id, bool enabled) {
  issue(std::string(enabled ? "enables " : "disables ") + word(type), enabled ? Operation::enable_drive : Operation::disable_drive,
        one_call([type, id, enabled](std::string const& key) { return SwitchCall{key, type, id, enabled}; }));
}

void Client::switch_something() {
  auto& random = stage_.random;
  World const& world = stage_.manager()->world();
  if (world.drives.empty()) return;
  auto const& drive = std::next(world.drives.begin(), static_cast<long>(random.below(world.drives.size())))->second;
  auto const die = random.below(10);
  if (die < 6) return set_enabled(ObjectType::drive, drive.record.id.guid, !drive.record.enabled || random.chance(10));
  auto const* library = world.library(drive.record.library);
  if (die < 8) return set_enabled(ObjectType::library, library->record.id.guid, !library->record.enabled);
  auto const all = sides();
  if (all.empty()) return;
  auto const& medium = all[random.below(all.size())].first;
  set_enabled(ObjectType::medium, medium.id.guid, !medium.enabled);
}

void Client::ask_library() {
  auto& random = stage_.random;
  World const& world = stage_.manager()->world();
  if (world.drives.empty()) return;
  DriveId const drive = std::next(world.drives.begin(), static_cast<long>(random.below(world.drives.size())))->first;
  LibraryId const library = world.drive(drive)->record.library;
  auto const die = random.below(12);
  if (die < 4) {
    auto const what = random.below(4);
    if (what == 3) {
      stage_.history.note("client", name_ + " stops the inventory");
      return stage_.manager()->stop_inventory(caller(), library, heard<void>([this](Result<> r) { stage_.history.count(r ? "inventory_stop.done" : "inventory_stop.refused"); }));
    }
    auto const action = static_cast<InventoryAction>(what);
    return issue("asks for an inventory", Operation::inventory, one_call([library, action](std::string const& key) { return InventoryCall{key, library, action}; }));
  }
  if (die < 6)
    return issue("dismounts a drive", Operation::dismount, one_call([drive](std::string const& key) { return DriveDismountCall{key, drive}; }));
  if (die < 9) {
    auto const all = sides();
    if (all.empty()) return;
    MediumId const medium = all[random.below(all.size())].first.id;
    bool const force = random.chance(30);
    return issue("ejects a medium", Operation::eject, one_call([medium, force](std::string const& key) { return EjectCall{key, medium, force}; }));
  }
  if (die < 11)
    return issue("injects a medium", Operation::inject, one_call([library](std::string const& key) { return InjectCall{key, library}; }));
  for (auto const& [id, request] : world.requests) {
    if (request.operation != Operation::inject) continue;
    stage_.history.note("client", name_ + " stops the inject " + id.text());
    return stage_.manager()->stop_inject(caller(), id, heard<void>([this](Result<> r) { stage_.history.count(r ? "inject_stop.done" : "inject_stop.refused"); }));
  }
}

// The slot of the cleaning cartridge, the cartridge, the drives that it cleans, and the door.
void Client::see_to_cleaning_and_door() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  std::vector<LibraryEntry const*> robots;
  for (auto const& [id, entry] : world.libraries)
    if (entry.record.type == LibraryType::online && !entry.slots.empty()) robots.push_back(&entry);
  if (robots.empty()) return;
  auto const& entry = *robots[random.below(robots.size())];
  LibraryId const library = entry.record.id;
  if (random.chance(12)) {
    auto const action = static_cast<DoorAction>(random.below(4));
    return issue("wants the door", Operation::door_access, one_call([library, action](std::string const& key) { return DoorCall{key, library, action}; }));
  }
  if (!entry.record.cleaner_slot || random.chance(5)) {
    SlotId const slot = std::next(entry.slots.begin(), static_cast<long>(random.below(entry.slots.size())))->second.id;
    return issue("reserves a slot", Operation::reserve_cleaner, one_call([library, slot](std::string const& key) { return ReserveCleanerCall{key, library, slot}; }));
  }
  if (random.chance(5)) return issue("releases the slot", Operation::release_cleaner, one_call([library](std::string const& key) { return ReleaseCleanerCall{key, library}; }));
  if (entry.record.cleaner.is_zero() || (entry.record.cleaner_uses == 0 && random.chance(20))) {
    auto const uses = static_cast<std::uint32_t>(1 + random.below(3));
    return issue("injects the cleaning cartridge", Operation::inject_cleaner, one_call([library, uses](std::string const& key) { return InjectCleanerCall{key, library, uses}; }));
  }
  if (random.chance(10)) return issue("ejects the cleaning cartridge", Operation::eject_cleaner, one_call([library](std::string const& key) { return EjectCleanerCall{key, library}; }));
  if (entry.drives.empty()) return;
  DriveId const drive = std::next(entry.drives.begin(), static_cast<long>(random.below(entry.drives.size())))->second;
  issue("has a drive cleaned", Operation::clean_drive, one_call([drive](std::string const& key) { return CleanDriveCall{key, drive}; }));
}

// The operator's answers; now and then twice.
void Client::operate() {
  auto& random = stage_.random;
  auto const& open = stage_.manager()->world().operator_requests;
  if (open.empty()) return;
  auto const id = std::next(open.begin(), static_cast<long>(random.below(open.size())))->first;
  bool const refuse = random.chance(35);
  unsigned const times = random.chance(25) ? 2 : 1;
  for (unsigned i = 0; i < times; ++i) {
    auto reply = heard<OperatorRequestRecord>([this, refuse, i](Result<OperatorRequestRecord> r) {
      stage_.history.count(std::string(refuse ? "operator.refuses" : "operator.satisfies") + (i > 0 ? ".again" : "") + (r ? ".done" : ".refused"));
      if (i > 0 && r) stage_.history.violation("an operator request was settled twice");
    });
    if (refuse)
      stage_.manager()->answer_operator_request(caller(), id, false, std::move(reply));
    else
      stage_.manager()->answer_operator_request(caller(), id, true, std::move(reply));
  }
}

void Client::tidy() {
  for (auto const& mounted : mounted_) leave_volume(mounted);
  mounted_.clear();
}

}  // namespace rsm::sim
