// What else is asked of the service: labels that a program has written itself, allocations that nobody wants any more, destinations of messages, questions
// that were read or may be forgotten, cleaning cartridges that are not brought after all, records of devices that are gone.
#include <algorithm>

#include "tests/sim/client.hpp"

namespace rsm::sim {
namespace {

template <class Map>
auto const& one_of(SeededRandom& random, Map const& map) {
  return *std::next(map.begin(), static_cast<long>(random.below(map.size())));
}

}  // namespace

// On what it has mounted, if that is somebody's: first on the medium, then it is told.
void Client::write_own_label() {
  World const& world = stage_.manager()->world();
  for (auto const& mounted : mounted_) {
    auto const* drive = world.drive(mounted.drive);
    auto const& volume = mounted.iron->volumes[mounted.number];
    if (drive == nullptr || drive->hot.state != DriveState::loaded || drive->hot.request != mounted.request || !volume.holders.contains(name_) || volume.offline) continue;
    auto const medium = stage_.manager()->find_medium(drive->hot.medium);
    auto const* side = medium && *medium ? (*medium)->side(mounted.side) : nullptr;
    auto const* before = mounted.iron->label_in(mounted.number);
    if (side == nullptr || !side->logical_medium || !side->omid || before == nullptr || !before->same_medium(*side->omid)) continue;
    mounted.iron->format(mounted.number);
    return change("update_label", UpdateLabelCall{side->logical_medium, *mounted.iron->label_in(mounted.number)}, side->id);
  }
}

// It waits for the side no longer, or does not want what it was given.
void Client::give_up(std::string const& key) {
  stage_.history.note("client", name_ + " gives up " + key);
  stage_.auditor->may_be_given_up(session_->id, key);
  stage_.manager()->give_up_allocation(caller(), key, heard<void>([this, key](Result<> result) {
    stage_.history.note("client", name_ + " hears that " + key + (result ? " is given up" : " is not given up: " + result.error().text()));
    stage_.history.count(result ? "give_up.done" : "give_up.refused");
    if (result && session_) stage_.auditor->given_up(session_->id, key);
  }));
}

// Of the computer, of a library, of its own session; only this client uses these names.
void Client::choose_destinations() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  SetDestinationsCall call;
  auto const whose = random.below(3);
  if (whose == 0) call.object = world.computer.id.guid;
  if (whose == 1) call.object = one_of(random, world.libraries).first.guid;
  call.kind = static_cast<MessageKind>(1 + random.below(whose == 2 ? 2 : 3));
  call.action = random.chance(65) ? DestinationAction::add : DestinationAction::remove;
  call.name = name_ + "-" + std::to_string(random.below(2));
  std::vector<DestinationRecord> own;
  for (auto const& one : world.destinations)
    if (one.name.starts_with(name_ + "-") && (one.object == world.computer.id.guid || world.libraries.contains(LibraryId{one.object}))) own.push_back(one);
  if (call.action == DestinationAction::remove && !own.empty()) {  // one that is there
    auto const& one = own[random.below(own.size())];
    call.object = one.object, call.kind = one.kind, call.name = one.name;
  }
  auto const same = [&](auto const& other) {
    auto const* one = std::get_if<SetDestinationsCall>(&other.second.call);
    return one != nullptr && one->object == call.object && one->kind == call.kind && one->name == call.name && !other.second.answered;
  };
  if (std::ranges::any_of(changes_, same)) return;  // one after the other
  stage_.auditor->destination_asked({call.object.value_or(session_->id.guid), call.kind, call.name});
  change("set_destinations", std::move(call));
}

// ---- questions to people

void Client::read_questions() {
  std::vector<OperatorRequestId> ids;
  for (auto const& [id, asked] : stage_.manager()->world().operator_requests) ids.push_back(id);
  if (ids.empty()) return;
  stage_.manager()->operator_requests_seen(caller(), ids, heard<void>([this, ids](Result<> result) {
    stage_.history.count(result ? "question.read" : "question.not_read");
    if (result) stage_.auditor->questions_read(ids);
  }));
}

// Those that are open too: they stay.
void Client::forget_questions() {
  auto& random = stage_.later_random;
  std::vector<Guid> ids;
  for (auto const& id : asked_)
    if (random.chance(50)) ids.push_back(id.guid);
  std::vector<OperatorRequestId> open;
  for (auto const& [id, asked] : stage_.manager()->world().operator_requests)
    if (random.chance(50)) open.push_back(id), ids.push_back(id.guid);
  if (ids.empty()) return;
  std::erase_if(asked_, [&](OperatorRequestId id) { return std::ranges::find(ids, id.guid) != ids.end(); });
  stage_.manager()->forget_requests(caller(), ObjectType::operator_request, ids, heard<std::size_t>([this](Result<std::size_t> gone) {
    stage_.history.count(gone && *gone > 0 ? "forget_questions.done" : "forget_questions.none");
  }));
  for (auto const& id : open)
    if (!stage_.manager()->world().operator_requests.contains(id)) stage_.history.violation("operator request " + id.text() + " was open and was forgotten");
}

// ---- the cleaning cartridge, and devices that are gone

void Client::stop_cleaner() {
  for (auto const& [id, request] : stage_.manager()->world().requests) {
    bool const comes = request.operation == Operation::inject_cleaner;
    if (!comes && request.operation != Operation::eject_cleaner) continue;
    stage_.history.note("client", name_ + " stops " + word(request.operation) + " " + id.text());
    auto told = heard<void>([this, comes](Result<> r) { stage_.history.count(std::string(comes ? "inject_cleaner_stop" : "eject_cleaner_stop") + (r ? ".done" : ".refused")); });
    return comes ? stage_.manager()->stop_inject(caller(), id, std::move(told), Operation::inject_cleaner) : stage_.manager()->stop_eject(caller(), id, std::move(told), Operation::eject_cleaner);
  }
}

// What is there is refused.
void Client::remove_what_is_gone() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  auto const told = [this](char const* what) {
    return heard<void>([this, what](Result<> result) {
      stage_.history.note("client", name_ + " hears of " + what + ": " + (result ? "done" : result.error().text()));
      stage_.history.count(std::string(what) + (result ? ".done" : ".refused"));
    });
  };
  std::vector<DriveId> gone;
  for (auto const& [id, drive] : world.drives)
    if (drive.record.condition.state == OperationalState::not_present || random.chance(5)) gone.push_back(id);
  if (!gone.empty() && random.chance(50)) {
    DriveId const id = gone[random.below(gone.size())];
    stage_.history.note("client", name_ + " deletes " + name_of(world, id));
    return stage_.manager()->remove_drive(caller(), id, told("delete_drive"));
  }
  for (auto const& [id, library] : world.libraries)
    if (library.record.condition.state == OperationalState::not_present || random.chance(5)) {
      stage_.history.note("client", name_ + " deletes library " + library.record.name);
      return stage_.manager()->remove_library(caller(), id, told("delete_library"));
    }
}

}  // namespace rsm::sim
