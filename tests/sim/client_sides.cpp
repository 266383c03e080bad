// What an administrator does with sides: allocates them, gives them back, says that they are full, exchanges and decommissions them.
#include <algorithm>

#include "tests/sim/client.hpp"

namespace rsm::sim {
namespace {

bool is_somebodys(SideState state) { return state == SideState::allocated || state == SideState::complete; }

}  // namespace

// One pool for each media type, made when it is missing.
void Client::with_pool(MediaTypeId type, std::function<void(PoolId)> then) {
  auto const& world = stage_.manager()->world();
  auto const known = world.media_types.find(type);
  if (known == world.media_types.end()) return;
  std::string const path = "Backup " + std::to_string(known->second.code);
  stage_.manager()->change(caller(), CreatePoolCall{path, type, PoolAction::open_always}, heard<Guid>([then = std::move(then)](Result<Guid> pool) {
    if (pool) then(PoolId{*pool});
  }));
}

// Into the free pool of its type, again too: what is waiting there for its label is asked for once more.
void Client::free_something() {
  auto& random = stage_.later_random;
  auto const media = stage_.daemon->committed().media();
  if (!media || (*media)->empty()) return;
  MediumRecord const& medium = (**media)[random.below((*media)->size())];
  auto const& pools = stage_.manager()->world().pools;
  auto const free = std::ranges::find_if(pools, [&](auto const& pool) { return pool.second.type == PoolType::scratch && pool.second.media_type == medium.type; });
  if (free != pools.end()) change("free", MoveToPoolCall{medium.id, free->first});
}

void Client::work_with_sides() {
  if (stage_.later_random.chance(30)) return free_something();
  auto const die = stage_.random.below(100);
  if (die < 55) return allocate_something();
  auto const media = stage_.daemon->committed().media();
  if (!media) return;
  std::vector<std::pair<MediumRecord, Side>> theirs, free;
  for (auto const& medium : **media)
    for (auto const& side : medium.sides) {
      if (is_somebodys(side.state)) theirs.emplace_back(medium, side);
      if (side.state == SideState::available) free.emplace_back(medium, side);
    }
  auto const any_of = [this](auto const& list) -> auto const& { return list[stage_.random.below(list.size())]; };
  if (die < 78 && !theirs.empty()) return give_back(any_of(theirs).second.logical_medium);
  if (die < 86 && !theirs.empty()) return change("complete", CompleteCall{any_of(theirs).second.logical_medium});
  if (die < 94 && theirs.size() > 1) {
    auto const one = any_of(theirs).second.logical_medium, other = any_of(theirs).second.logical_medium;
    return change("swap", SwapCall{one, other});
  }
  if (!free.empty()) change("decommission", DecommissionCall{any_of(free).second.id});
}

void Client::allocate_something() {
  auto& random = stage_.random;
  auto const media = stage_.daemon->committed().media();
  if (!media || (*media)->empty()) return;
  MediumRecord const medium = (**media)[random.below((*media)->size())];
  if (medium.sides.empty()) return;
  AllocateCall call;
  if (random.chance(50)) {
    call.side = medium.sides[random.below(medium.sides.size())].id;
  } else if (auto const held = medium.sides[random.below(medium.sides.size())].logical_medium; held && random.chance(40)) {
    call.next = true;
    call.held = held;
  }
  call.whole = !call.next && random.chance(20);
  call.error_if_unavailable = random.chance(30);
  if (random.chance(60)) call.timeout = stage_.between(0, 300'000);
  std::uint32_t const most = random.chance(20) ? 2 : 0;
  with_pool(medium.type, [this, call, most](PoolId pool) mutable {
    call.pool = pool;
    SetObjectCall policy;
    policy.type = ObjectType::pool;
    policy.id = pool.guid;
    policy.max_allocates = most;
    policy.allocation_policy = stage_.later_random.chance(50) ? pool_policy::allocate_from_scratch : 0;
    policy.deallocation_policy = stage_.later_random.chance(50) ? pool_policy::deallocate_to_scratch : 0;
    stage_.manager()->change(caller(), policy, heard<Guid>([](Result<Guid>) {}));
    call.key = name_ + "-" + std::to_string(++keys_);
    allocations_[call.key] = call;
    send_allocation(call.key);
    if (stage_.random.chance(5) && allocations_.contains(call.key)) send_allocation(call.key);  // a nervous client
  });
}

void Client::send_allocation(std::string const& key) {
  auto const it = allocations_.find(key);
  if (it == allocations_.end() || !stage_.manager() || !session_) return;
  stage_.history.note("client", name_ + " allocates [key " + key + "]");
  stage_.manager()->allocate(caller(), it->second, heard<Allocated>([this, key](Result<Allocated> result) { allocated(key, std::move(result)); }));
  if (!allocations_.contains(key) || !stage_.later_random.chance(15)) return;
  stage_.loop.after(Millis{1'000 + static_cast<long>(stage_.later_random.below(120'000))}, [this, key, link = link_] {
    if (link == link_ && connected_ && stage_.serves() && allocations_.contains(key)) give_up(key);
  });
}

void Client::allocated(std::string const& key, Result<Allocated> result) {
  if (result) {
    stage_.history.note("client", name_ + " hears of " + key + ": logical medium " + result->logical.id.text());
    stage_.history.count("allocate.done");
    stage_.auditor->allocated(session_->id, key, *result);
    AllocateCall const call = allocations_.contains(key) ? allocations_.at(key) : AllocateCall{};
    allocations_.erase(key);
    if (call.key.empty()) return;
    if (stage_.later_random.chance(10)) return give_up(call.key);
    ask_again(call);
    return;
  }
  stage_.history.note("client", name_ + " is refused " + key + ": " + result.error().text());
  if (is_sent_again(result.error().code)) {
    stage_.loop.after(stage_.between(500, 3'000), [this, key, link = link_] {
      if (link == link_ && connected_) send_allocation(key);
    });
    return;
  }
  stage_.history.count("allocate." + std::string(error_name(result.error().code)));
  stage_.auditor->allocation_refused(session_->id, key, result.error());
  allocations_.erase(key);
}

// A client that did not hear the answer: it hears the same once more, as long as nobody has given it back.
void Client::ask_again(AllocateCall const& call) {
  stage_.history.count("allocate.asked_again");
  stage_.manager()->allocate(caller(), call, heard<Allocated>([this, call](Result<Allocated> result) {
    if (!session_) return;
    if (result) return stage_.auditor->allocated(session_->id, call.key, *result);
    bool const nobody_knows = is_sent_again(result.error().code) || result.error().code == Errc::invalid_handle || result.error().code == Errc::cancelled;  // disk, or the end of its session
    if (!nobody_knows) stage_.auditor->allocation_refused(session_->id, call.key, result.error());
  }));
}

void Client::give_back(LogicalMediumId id) {
  stage_.auditor->may_be_given_back(id);
  change("deallocate", DeallocateCall{id});
}

void Client::change(std::string const& what, CatalogCall call, SideId about) {
  std::string const key = name_ + "-c" + std::to_string(++keys_);
  changes_[key] = {what, std::move(call), false, about};
  send_change(key);
}

// Now and then also when it was answered: an answer may have been lost that another one heard.
void Client::send_change(std::string const& key) {
  auto const it = changes_.find(key);
  if (it == changes_.end() || !stage_.manager() || !session_) return;
  stage_.history.note("client", name_ + " asks to " + it->second.what + " [key " + key + "]");
  stage_.manager()->change(caller(), key, it->second.call, heard<Guid>([this, key](Result<Guid> result) { changed(key, std::move(result)); }));
}

void Client::changed(std::string const& key, Result<Guid> result) {
  auto const it = changes_.find(key);
  if (it == changes_.end()) return;
  stage_.history.note("client", name_ + " hears of " + key + ": " + (result ? "done" : result.error().text()));
  auto const again = [this, key](Millis pause) {
    stage_.loop.after(pause, [this, key] {
      if (connected_ && stage_.serves()) send_change(key);
    });
  };
  if (!result && is_sent_again(result.error().code)) return again(Millis{500 + static_cast<long>(stage_.later_random.below(2'500))});
  stage_.auditor->changed(session_->id, key, result);
  if (it->second.answered) {
    stage_.history.count("change.sent_again");
    return void(changes_.erase(it));
  }
  stage_.history.count(it->second.what + (result ? ".done" : ".refused"));
  if (auto const* attribute = std::get_if<SetAttributeCall>(&it->second.call))
    stage_.auditor->attribute_heard(attribute->id, attribute->name, result ? std::optional(attribute->data) : std::nullopt);
  if (auto const* destination = std::get_if<SetDestinationsCall>(&it->second.call)) {
    stage_.auditor->destination_heard({destination->object.value_or(session_->id.guid), destination->kind, destination->name},
                                      result ? std::optional(destination->action == DestinationAction::add) : std::nullopt);
  }
  if (auto const* label = std::get_if<UpdateLabelCall>(&it->second.call); label != nullptr && result) stage_.auditor->label_told(it->second.about, label->id, label->label);
  if (result && it->second.what == "deallocate") stage_.auditor->given_back(LogicalMediumId{*result});
  if (!result || !stage_.later_random.chance(35)) return void(changes_.erase(it));
  it->second.answered = true;
  again(Millis{static_cast<long>(stage_.later_random.below(120'000))});
}

}  // namespace rsm::sim
