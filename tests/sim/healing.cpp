#include "tests/sim/healing.hpp"

#include <algorithm>

namespace rsm::sim {

Client* Healing::operator_client() {
  for (auto& client : clients_)
    if (client->administrator_ && client->connected_ && client->session_) return client.get();
  return nullptr;
}

void Healing::round() {
  ++rounds_;
  for (auto& client : clients_) {
    client->connect();
    client->tidy();
  }
  for (auto& iron : stage_.irons)
    for (auto& volume : iron->volumes) volume.holders.clear();
  auto* client = operator_client();
  if (client == nullptr || !stage_.serves()) return;
  stop_injects(*client);
  enable_all(*client);
  dismount_all(*client);
  ask_sick_libraries(*client);
  answer_operator_requests(*client);
  if (rounds_ > 5 && drained() && !everything_asked_) look_at_everything(*client);
}

bool Healing::open(Operation operation, LibraryId library) {
  return std::ranges::any_of(stage_.manager()->world().requests,
                             [&](auto const& r) { return r.second.operation == operation && r.second.library == library; });
}

// Those of many cartridges have no end of their own but that of their session.
void Healing::stop_injects(Client& client) {
  std::vector<RequestId> injects;
  for (auto const& [id, request] : stage_.manager()->world().requests)
    if (operations::inject::is_of_many(request)) injects.push_back(id);
  for (auto const& id : injects) stage_.manager()->stop_inject(client.caller(), id, [](Result<>) {});
}

void Healing::enable_all(Client& client) {
  World const& world = stage_.manager()->world();
  for (auto const& [id, library] : world.libraries)
    if (!library.record.enabled && !open(Operation::enable_library, id)) client.set_enabled(ObjectType::library, id.guid, true);
  for (auto const& [id, drive] : world.drives)
    if (!drive.record.enabled && !open(Operation::enable_drive, drive.record.library)) client.set_enabled(ObjectType::drive, id.guid, true);
  auto const media = stage_.daemon->committed().media();
  if (!media) return;
  for (auto const& medium : **media)
    if (!medium.enabled && medium.library && !open(Operation::enable_media, medium.library)) client.set_enabled(ObjectType::medium, medium.id.guid, true);
}

// What is loaded and belongs to no open mount is dismounted.
void Healing::dismount_all(Client& client) {
  World const world = stage_.manager()->world();
  for (auto const& [id, drive] : world.drives) {
    if (drive.hot.state != DriveState::loaded || world.requests.contains(drive.hot.request)) continue;
    bool const under_way = std::ranges::any_of(world.requests, [&](auto const& r) { return r.second.operation == Operation::dismount && r.second.medium == drive.hot.medium; });
    if (!under_way && drive.hot.side) client.dismount_of({drive.hot.side}, false, true);
  }
}

// A library that said it needs service is looked at again; cartridges that lie about come back.
void Healing::ask_sick_libraries(Client& client) {
  bool const brought = rounds_ % 4 == 0 && person_.put_all_back();
  World const world = stage_.manager()->world();
  for (auto const& [id, library] : world.libraries) {
    if (library.record.type == LibraryType::offline || open(Operation::inventory, id)) continue;
    bool const sick = std::ranges::any_of(library.drives, [&](auto const& d) { return world.drive(d.second)->record.condition.state != OperationalState::ready; });
    if (!brought && !(sick && rounds_ % 4 == 0)) continue;
    // After the look at every label none comes in by its sticker alone: at the end the catalog is asked for the labels.
    auto const action = brought && everything_asked_ && stage_.swarm.full_inventory ? InventoryAction::omid : InventoryAction::fast;
    client.issue("asks for an inventory", Operation::inventory, [id, action](Manager& m, Caller who, std::string const& key, Reply<std::vector<RequestId>> reply) {
      m.submit(who, InventoryCall{key, id, action}, std::move(reply));
    });
  }
}

// The slot of the cleaning cartridge is given to others; where there is none, something else lies in it, or that does not help, a cartridge is taken out.
void Healing::make_room(Client& client, DriveId full) {
  auto const* drive = stage_.manager()->world().drive(full);
  auto const* library = drive == nullptr ? nullptr : stage_.manager()->world().library(drive->record.library);
  if (library == nullptr) return;
  auto const& slot = library->record.cleaner_slot;
  bool const inside = !library->record.cleaner.is_zero();
  bool const taken = slot && !inside && library->slots.contains(*slot) && !may_be_free(library->slots.at(*slot));
  if (!slot || taken || rounds_ % 2 == 0) return person_.make_room(*library, slot);
  LibraryId const id = library->record.id;
  client.issue("gives up the slot of the cleaning cartridge", inside ? Operation::eject_cleaner : Operation::release_cleaner,
               [id, inside](Manager& m, Caller who, std::string const& key, Reply<std::vector<RequestId>> reply) {
                 inside ? m.submit(who, EjectCleanerCall{key, id}, std::move(reply)) : m.submit(who, ReleaseCleanerCall{key, id}, std::move(reply));
               });
}

// Everything was repaired, so every question is answered; what was not found in two hours is given up.
void Healing::answer_operator_requests(Client& client) {
  auto const open_ones = stage_.manager()->world().operator_requests;
  for (auto const& [id, request] : open_ones) {
    auto heard = [](Result<OperatorRequestRecord>) {};
    // Each answer makes the service look again, and it asks again as long as both are there.
    if (request.kind == OperatorKind::double_barcode && rounds_ % 20 != 0) continue;
    if (request.kind == OperatorKind::slot_wanted) make_room(client, DriveId{request.argument1});
    if (request.kind == OperatorKind::library_full || request.kind == OperatorKind::cartridge_not_taken) person_.make_room_for_port({request.argument1, request.argument2});
    if (request.command == OperatorCommand::new_media || request.kind == OperatorKind::cleaner_wanted) {  // nobody has any
      stage_.manager()->answer_operator_request(client.caller(), id, false, heard);
      continue;
    }
    if (request.command == OperatorCommand::move_media) {
      if (stage_.loop.now() - request.submitted > std::chrono::hours{2} && rounds_ > 240) stage_.manager()->answer_operator_request(client.caller(), id, false, heard);
      continue;
    }
    // Whoever says that he has looked at it has it tried again: what no drive loads would be tried for ever.
    bool const done = request.kind != OperatorKind::bad_cartridge;
    stage_.manager()->answer_operator_request(client.caller(), id, done, heard);
  }
}

void Healing::look_at_everything(Client& client) {
  everything_asked_ = true;
  World const world = stage_.manager()->world();
  for (auto const& [id, library] : world.libraries) {
    if (library.record.type == LibraryType::offline) continue;
    auto const action = stage_.swarm.full_inventory ? InventoryAction::omid : InventoryAction::fast;
    client.issue("asks for the last inventory", Operation::inventory, [id, action](Manager& m, Caller who, std::string const& key, Reply<std::vector<RequestId>> reply) {
      m.submit(who, InventoryCall{key, id, action}, std::move(reply));
    });
  }
}

bool Healing::drained() { return left().empty(); }

std::string Healing::left() {
  if (!stage_.serves()) return "the daemon does not serve";
  World const& world = stage_.manager()->world();
  std::string waiting;
  for (auto const& [id, r] : world.requests) {
    if (r.operation == Operation::write_scratch && r.library == world.offline_library) continue;  // its medium is in no library: that waits for ever
    waiting += (waiting.empty() ? "" : "; ") + word(r.operation) + " " + id.text() + " is " + word(r.state) + ": " + stage_.manager()->explain(r).text;
  }
  if (!waiting.empty()) return waiting;
  for (auto const& [id, library] : world.libraries) {
    if (library.record.type == LibraryType::offline) continue;
    if (!world.usable(library)) return library.record.name + " is not usable: " + library.record.condition.reason;
    if (auto const moving = stage_.manager()->arm_text(id); !moving.empty()) return "the arm moves " + moving;
  }
  for (auto const& [id, drive] : world.drives) {
    if (!world.usable(drive)) return name_of(world, id) + " is not usable: " + drive.record.condition.reason;
    if (drive.hot.state != DriveState::dismounted && drive.hot.state != DriveState::dismountable) return name_of(world, id) + " is " + word(drive.hot.state) + ": " + drive.hot.reason;
  }
  if (!stage_.daemon->devices_idle()) return "a device is at work";
  return {};
}

}  // namespace rsm::sim
