// What an administrator does with all that is no cartridge at work: pools and media in them, media types, names and attributes, records of media that are
// away, questions to people, the order of the queue, finished requests, many cartridges in one call.
#include <algorithm>
#include <array>

#include "tests/sim/client.hpp"

namespace rsm::sim {
namespace {

template <class List>
auto const& any_of(SeededRandom& random, List const& list) {
  return list[random.below(list.size())];
}

template <class Map>
auto const& any_entry(SeededRandom& random, Map const& map) {
  return *std::next(map.begin(), static_cast<long>(random.below(map.size())));
}

std::string text_of(SeededRandom& random, std::string const& beginning) { return beginning + " " + std::to_string(random.below(1000)); }

}  // namespace

void Client::keep_house() {
  using Deed = void (Client::*)();
  static constexpr std::array<Deed, 27> deeds{&Client::make_pool, &Client::change_pool, &Client::change_pool, &Client::remove_pool, &Client::move_medium, &Client::move_medium, &Client::allocate_in_house,
                                             &Client::allocate_in_house, &Client::give_back_in_house, &Client::give_back_in_house, &Client::change_media_types, &Client::name_something, &Client::mark_something,
                                             &Client::make_record, &Client::remove_record, &Client::ask_people, &Client::reorder, &Client::forget_something, &Client::handle_many, &Client::handle_many, &Client::handle_many,
                                             &Client::choose_destinations, &Client::read_questions, &Client::forget_questions, &Client::stop_cleaner, &Client::remove_what_is_gone, &Client::write_own_label};
  (this->*any_of(stage_.later_random, deeds))();
}

// ---- pools

std::vector<PoolRecord> Client::pools_of_house(bool leaves_only) {
  std::vector<PoolRecord> found;
  for (auto const& [id, pool] : stage_.manager()->world().pools)
    if (pool.type == PoolType::application && (!leaves_only || pool.media_type)) found.push_back(pool);
  return found;
}

void Client::make_pool() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  auto const media = stage_.daemon->committed().media();
  std::string const name = std::string(1, static_cast<char>('A' + random.below(4)));
  auto const action = static_cast<PoolAction>(1 + random.below(3));
  if (world.pool_by_path("House") == nullptr || !media || (*media)->empty()) return change("create_pool", CreatePoolCall{"House", {}, action});
  change("create_pool", CreatePoolCall{"House\\" + name, any_of(random, **media).type, action});
}

// The limit and where new media come from; a pool that others allocate in, too.
void Client::change_pool() {
  auto& random = stage_.later_random;
  auto const pools = pools_of_house(true);
  if (pools.empty()) return;
  SetObjectCall call{.type = ObjectType::pool, .id = any_of(random, pools).id.guid};
  if (random.chance(70)) call.max_allocates = static_cast<std::uint32_t>(random.below(3));
  if (random.chance(30)) call.allocation_policy = random.chance(50) ? pool_policy::allocate_from_scratch : 0;
  if (random.chance(30)) call.description = text_of(random, "of " + name_);
  change("set_pool", std::move(call));
}

void Client::remove_pool() {
  auto const pools = pools_of_house(false);
  if (!pools.empty()) change("delete_pool", DeletePoolCall{any_of(stage_.later_random, pools).id});
}

// Between pools of applications, and out of those of the system; what nothing can become of is refused.
void Client::move_medium() {
  auto& random = stage_.later_random;
  auto const media = stage_.daemon->committed().media();
  auto const pools = pools_of_house(true);
  if (!media || (*media)->empty() || pools.empty()) return;
  std::vector<MediumRecord> somebodys;
  for (auto const& medium : **media)
    if (std::ranges::any_of(medium.sides, [](Side const& side) { return bool(side.logical_medium); })) somebodys.push_back(medium);
  MediumRecord const medium = somebodys.empty() || random.chance(40) ? any_of(random, **media) : any_of(random, somebodys);
  std::vector<PoolId> to;
  for (auto const& pool : pools)
    if (pool.media_type == medium.type || random.chance(5)) to.push_back(pool.id);
  if (random.chance(10)) to.push_back(any_entry(random, stage_.manager()->world().pools).first);
  if (to.empty()) return;
  bool const change_type = random.chance(10);
  change(change_type ? "change_type" : "move_to_pool", MoveToPoolCall{medium.id, any_of(random, to), change_type});
}

// Again and again, so that the limit of a pool is reached.
void Client::allocate_in_house() {
  auto& random = stage_.later_random;
  auto const media = stage_.daemon->committed().media();
  auto const pools = pools_of_house(true);
  if (!media || pools.empty()) return;
  PoolRecord const pool = any_of(random, pools);
  AllocateCall call;
  call.pool = pool.id;
  call.error_if_unavailable = true;
  std::vector<SideId> free;
  for (auto const& medium : **media)
    for (auto const& side : medium.sides)
      if (medium.type == pool.media_type && (side.state == SideState::available || side.state == SideState::import)) free.push_back(side.id);
  if (!free.empty() && random.chance(60)) call.side = any_of(random, free);
  call.key = name_ + "-" + std::to_string(++keys_);
  allocations_[call.key] = call;
  send_allocation(call.key);
}

void Client::give_back_in_house() {
  auto const media = stage_.daemon->committed().media();
  if (!media) return;
  std::vector<LogicalMediumId> theirs;
  for (auto const& medium : **media)
    for (auto const& side : medium.sides)
      if (side.logical_medium) theirs.push_back(side.logical_medium);
  if (!theirs.empty()) give_back(any_of(stage_.later_random, theirs));
}

void Client::change_media_types() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  if (world.libraries.empty() || world.media_types.empty()) return;
  bool const takes = random.chance(60);
  change(takes ? "add_media_type" : "remove_media_type", MediaTypeCall{any_entry(random, world.media_types).first, any_entry(random, world.libraries).first, takes});
}

// ---- names and attributes

std::pair<ObjectType, Guid> Client::something() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  auto const media = stage_.daemon->committed().media();
  switch (random.below(7)) {
    case 0: return {ObjectType::library, any_entry(random, world.libraries).first.guid};
    case 1: return world.drives.empty() ? std::pair(ObjectType::unknown, Guid{}) : std::pair(ObjectType::drive, any_entry(random, world.drives).first.guid);
    case 2: return {ObjectType::pool, any_entry(random, world.pools).first.guid};
    case 3: return !media || (*media)->empty() ? std::pair(ObjectType::unknown, Guid{}) : std::pair(ObjectType::medium, any_of(random, **media).id.guid);
    case 4: return !media || (*media)->empty() || (*media)->front().sides.empty() ? std::pair(ObjectType::unknown, Guid{}) : std::pair(ObjectType::side, (*media)->front().sides.front().id.guid);
    case 5: return own_.empty() ? std::pair(ObjectType::unknown, Guid{}) : std::pair(ObjectType::request, any_of(random, own_).guid);
    default: return world.operator_requests.empty() ? std::pair(ObjectType::unknown, Guid{}) : std::pair(ObjectType::operator_request, any_entry(random, world.operator_requests).first.guid);
  }
}

void Client::name_something() {
  auto& random = stage_.later_random;
  auto const [type, id] = something();
  if (type == ObjectType::unknown) return;
  SetObjectCall call{.type = type, .id = id, .description = text_of(random, "seen by " + name_)};
  if (type == ObjectType::drive && random.chance(50)) call.defer_dismount_delay = stage_.between(0, 300'000);
  change("set_object", std::move(call));
}

// Only this client writes this attribute, so what was answered last is there.
void Client::mark_something() {
  auto& random = stage_.later_random;
  auto const [type, id] = something();
  if (type == ObjectType::unknown) return;
  if (std::ranges::any_of(changes_, [&](auto const& other) {
        auto const* same = std::get_if<SetAttributeCall>(&other.second.call);
        return same != nullptr && same->id == id && !other.second.answered;
      }))
    return;  // one after the other; one that was answered may come once more
  stage_.auditor->attribute_asked(type, id, name_);
  change("set_attribute", SetAttributeCall{type, id, name_, random.chance(20) ? std::string() : text_of(random, "mark")});
}

// ---- records of media that are away

void Client::make_record() {
  auto& random = stage_.later_random;
  auto const pools = pools_of_house(true);
  if (pools.empty()) return;
  PoolRecord const pool = any_of(random, pools);
  CreateMediumCall call;
  call.pool = pool.id;
  call.barcode = "X" + std::to_string(random.below(40));
  auto const type = stage_.manager()->world().media_types.find(pool.media_type);
  for (std::uint32_t n = 0; type != stage_.manager()->world().media_types.end() && n < type->second.sides; ++n) {
    NewSide side;
    side.state = random.chance(50) ? SideState::import : SideState::complete;
    side.label = {"another catalog's", std::to_string(random.next()), ""};
    call.sides.push_back(std::move(side));
  }
  change("create_medium", std::move(call));
}

// Only of what was made so: a cartridge that was ejected comes back.
void Client::remove_record() {
  auto const media = stage_.daemon->committed().media();
  if (!media) return;
  for (auto const& medium : **media)
    if (medium.barcode.starts_with('X') && stage_.later_random.chance(50)) {
      for (auto const& side : medium.sides)
        if (side.logical_medium) return give_back(side.logical_medium);
      return change("delete_medium", DeleteMediumCall{medium.id});
    }
}

// ---- people, and the queue

void Client::ask_people() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  OperatorCall call;
  call.id = random.id<OperatorRequestId>();
  call.command = OperatorCommand::message;
  call.message = text_of(random, name_ + " says");
  auto const media = stage_.daemon->committed().media();
  if (random.chance(40) && !world.drives.empty()) {
    call.command = OperatorCommand::device_service;
    call.first = {any_entry(random, world.drives).first.guid, ObjectType::drive};
  } else if (random.chance(40) && media && !(*media)->empty()) {
    call.command = OperatorCommand::move_media;
    call.first = {any_of(random, **media).id.guid, ObjectType::medium};
    call.second = {any_entry(random, world.libraries).first.guid, ObjectType::library};
  }
  questions_[call.id] = call;
  send_question(call.id);
  if (random.chance(10)) send_question(call.id);  // a nervous client
}

void Client::send_question(OperatorRequestId id) {
  auto const it = questions_.find(id);
  if (it == questions_.end() || !stage_.manager() || !session_) return;
  stage_.manager()->submit_operator_request(caller(), it->second, heard<OperatorRequestRecord>([this, id](Result<OperatorRequestRecord> result) {
    stage_.history.note("client", name_ + " asks people, " + id.text() + ": " + (result ? word(result->state) : result.error().text()));
    if (!result && is_sent_again(result.error().code)) return;  // when it attaches again, or never
    stage_.history.count(result ? "question.taken" : "question.refused");
    questions_.erase(id);
    if (!result) return;
    asked_.push_back(id);
    stage_.auditor->asked_people(*result);
    stage_.manager()->wait_for_operator_request(caller(), id, Millis{static_cast<long>(stage_.later_random.below(600'000))}, heard<OperatorRequestRecord>([this](Result<OperatorRequestRecord> ended) {
      stage_.history.count(ended ? "question.answered" : "question.wait." + std::string(error_name(ended.error().code)));
      if (ended) stage_.auditor->asked_people(*ended);
    }));
  }));
}

void Client::reorder() {
  auto& random = stage_.later_random;
  std::vector<RequestId> waiting;
  for (auto const& [id, request] : stage_.manager()->world().requests)
    if (request.operation == Operation::mount) waiting.push_back(id);
  if (waiting.empty()) return;
  RequestId const id = any_of(random, waiting);
  bool const alone = stage_.manager()->world().requests.at(id).group_size == 1;  // the others of its call go with it
  std::uint32_t const place = random.chance(20) ? order_last : 1 + static_cast<std::uint32_t>(random.below(5));
  stage_.manager()->set_place(caller(), id, place, heard<std::uint32_t>([this, id, place, alone](Result<std::uint32_t> at) {
    stage_.history.note("client", name_ + " wants " + id.text() + " at place " + std::to_string(place) + ": " + (at ? std::to_string(*at) : at.error().text()));
    stage_.history.count(!at ? "reorder.refused" : *at == 0 ? "reorder.too_late" : "reorder.done");
    if (at && alone && *at > place) stage_.history.violation("request " + id.text() + " was put at place " + std::to_string(place) + " and stands at " + std::to_string(*at));
  }));
}

// What this client has heard of long ago.
void Client::forget_something() {
  std::vector<Guid> ids;
  for (auto it = own_.begin(); it != own_.end() && ids.size() < 5;) {
    auto const request = stage_.manager()->find_request(*it);
    bool const old = request && *request && (*request)->completed && stage_.loop.now() - *(*request)->completed > std::chrono::minutes{10};
    bool const awaited = std::ranges::find(awaited_, *it) != awaited_.end() || std::ranges::any_of(mounted_, [&](auto const& m) { return m.request == *it; });
    if (!old || awaited || (*request)->group_size > 1) {
      ++it;
      continue;
    }
    ids.push_back(it->guid);
    stage_.auditor->may_be_forgotten(*it);
    it = own_.erase(it);
  }
  if (ids.empty()) return;
  stage_.manager()->forget_requests(caller(), ObjectType::request, ids, heard<std::size_t>([this](Result<std::size_t> gone) {
    stage_.history.count(gone && *gone > 0 ? "forget.done" : "forget.refused");
  }));
}

// ---- many cartridges in one call

void Client::handle_many() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  auto const one_call = [](auto make) {
    return [make](Manager& m, Caller who, std::string const& key, Reply<Ids> reply) { m.submit(who, make(key), std::move(reply)); };
  };
  auto const told = [this](char const* what) {
    return heard<void>([this, what](Result<> result) { stage_.history.count(std::string(what) + (result ? ".done" : ".refused")); });
  };
  LibraryId const library = any_entry(random, world.libraries).first;
  auto const open = [&](Operation operation) {
    std::vector<RequestId> found;
    for (auto const& [id, request] : world.requests)
      if (request.operation == operation) found.push_back(id);
    return found;
  };
  auto const ejects = open(Operation::eject), injects = open(Operation::inject);
  unsigned const stops = !ejects.empty() && random.chance(30) ? 3 : !injects.empty() && random.chance(50) ? 4 : 6;  // seldom one is open
  switch (stops < 6 ? stops : random.below(6)) {
    case 0:
    case 1: {
      auto const media = stage_.daemon->committed().media();
      std::vector<MediumId> wanted;
      for (auto const& medium : media ? **media : std::vector<MediumRecord>{})
        if (auto const at = whereabouts(world, medium); at && at->library == library && random.chance(30) && wanted.size() < 3) wanted.push_back(medium.id);
      if (wanted.empty()) return;
      bool const force = random.chance(20);
      return issue("ejects " + std::to_string(wanted.size()) + " media", Operation::eject, one_call([wanted, force](std::string const& key) { return EjectBatchCall{key, wanted, force, false}; }));
    }
    case 2:
      return issue("injects many", Operation::inject, one_call([library](std::string const& key) { return InjectCall{key, library, true}; }));
    case 3:
      if (!ejects.empty()) stage_.manager()->stop_eject(caller(), any_of(random, ejects), told("eject_stop"));
      return;
    case 4:
      if (!injects.empty()) {
        RequestId const id = any_of(random, injects);
        random.chance(50) ? stage_.manager()->retract_inject(caller(), id, told("inject_retract")) : stage_.manager()->stop_inject(caller(), id, told("inject_many_stop"));
      }
      return;
    default: {
      std::vector<SlotId> full;
      for (auto const& [number, slot] : world.libraries.at(library).slots)
        if (slot.medium) full.push_back(slot.id);
      if (full.empty()) return;
      SlotId const slot = any_of(random, full);
      return issue("has a slot identified", Operation::process_omid, one_call([slot](std::string const& key) { return IdentifyCall{key, slot}; }));
    }
  }
}

}  // namespace rsm::sim
