// Sides: what was allocated stays so, nobody else gets it, and a state follows from the one before.
#include <algorithm>

#include "libmgr/domain/side_transitions.hpp"
#include "tests/sim/auditor.hpp"

namespace rsm::sim {

void Auditor::see_side(Event const& event) {
  SideId const id{event.object};
  if (event.kind == EventKind::erase) {
    auto const last = side_states_.find(id);
    if (last != side_states_.end() && !may_follow(last->second, std::nullopt)) broken("the record of side " + id.text() + ", which was " + word(last->second) + ", was deleted (" + event.reason + ")");
    return void(side_states_.erase(id));
  }
  auto const now = parse_word<SideState>(event.state);
  if (!now) return broken("side " + id.text() + " has the state '" + event.state + "'");
  auto const [it, fresh] = side_states_.try_emplace(id, *now);
  if (!fresh && !may_follow(it->second, *now)) broken("side " + id.text() + " was " + word(it->second) + " and is " + word(*now) + " (" + event.reason + "): that is in no row of the table");
  bool const labelled = !fresh && it->second == SideState::unprepared && *now == SideState::available;
  bool const given_back_now = !fresh && has_logical_medium(it->second) && *now == SideState::available && event.kind == EventKind::update;
  it->second = *now;
  if (labelled) check_free_label(id);
  if (given_back_now) check_limit(id, event);
}

// Available, since its free label stands on a cartridge.
void Auditor::check_free_label(SideId id) {
  auto const media = catalog_->media();
  if (!media) return;
  for (auto const& medium : **media)
    if (auto const* side = medium.side(id); side != nullptr && side->omid && side->state == SideState::available) {
      bool const written = std::ranges::any_of(irons_, [&](Iron const* iron) {
        return std::ranges::any_of(iron->hardware.state().cartridges, [&](auto const& entry) {
          return std::ranges::any_of(entry.second.labels, [&](Omid const& label) { return label.type == side->omid->type && label.id == side->omid->id; });
        });
      });
      bool const overwritten = std::ranges::any_of(irons_, [&](Iron const* iron) { return iron->had(*side->omid); });
      if (!written && !overwritten) broken(name_of(medium, id) + " is available, and its free label is on no cartridge");
      history_.count("side.labelled");
    }
}

// Of a pool whose limit is older than the event: what was allocated so often is given to nobody any more.
void Auditor::check_limit(SideId id, Event const& event) {
  auto const medium = committed_->medium_of_side(id);
  if (!medium || !*medium) return;
  auto const* pool = manager_->world().pool((*medium)->pool);
  auto const* side = (*medium)->side(id);
  if (pool == nullptr || pool->max_allocates == 0 || pool->modified >= event.time || side->state != SideState::available) return;
  history_.count("limit.looked_at");
  if (side->allocate_count >= pool->max_allocates)
    broken(name_of(**medium, id) + " was allocated " + std::to_string(side->allocate_count) + " times, pool " + pool->path + " allows " + std::to_string(pool->max_allocates) + ", and it is AVAILABLE again");
}

void Auditor::allocated(SessionId session, std::string const& key, Allocated const& given) {
  LogicalMediumId const id = given.logical.id;
  if (given_up_.contains({session, key})) may_be_gone_.insert(id);
  auto const [it, fresh] = given_.emplace(std::pair(session, key), id);
  if (!fresh && it->second != id) broken("key " + key + " has allocated twice: " + it->second.text() + " and " + id.text());
  if (refused_.contains({session, key}) && !given_up_.contains({session, key})) broken("key " + key + " has allocated " + id.text() + ", and was refused when it was sent twice");
  if (may_be_gone_.contains(id)) return;
  auto const row = committed_->logical_medium(id);
  if (row && !*row) broken("logical medium " + id.text() + " was answered before it was durable");
}

void Auditor::allocation_refused(SessionId session, std::string const& key, Error const& error) {
  refused_.insert({session, key});
  if (given_.contains({session, key}) && !given_up_.contains({session, key})) broken("key " + key + " has allocated, and sent again it was refused: " + error.text());
}

void Auditor::changed(SessionId session, std::string const& key, Result<Guid> const& answer) {
  auto const before = changed_.find({session, key});
  if (before == changed_.end()) {
    if (answer) changed_.emplace(std::pair(session, key), *answer);
    return;
  }
  if (!answer) broken("the change of key " + key + " was carried out, and sent again it was refused: " + answer.error().text());
  if (answer && *answer != before->second) broken("the change of key " + key + " was answered with " + before->second.text() + ", and sent again with " + answer->text());
}

void Auditor::given_back(LogicalMediumId id) {
  gone_.insert(id);
  auto const row = committed_->logical_medium(id);
  if (row && *row) broken("logical medium " + id.text() + " was given back and is there");
}

// Nothing that was answered is lost, and what was given back does not come again.
void Auditor::check_given() {
  for (auto const& [key, id] : given_) {
    if (may_be_gone_.contains(id)) continue;
    auto const row = committed_->logical_medium(id);
    if (row && !*row) broken("logical medium " + id.text() + " was allocated, nobody gave it back, and it is lost");
  }
  for (auto const& id : gone_) {
    auto const row = committed_->logical_medium(id);
    if (row && *row) broken("logical medium " + id.text() + " was given back and has come again");
  }
}

// ALLOCATED or COMPLETE, and a logical medium that stands for this side and no other: one is never without the other.
void Auditor::check_sides() {
  auto const media = catalog_->media();
  if (!media) return;
  std::map<LogicalMediumId, std::pair<SideId, PoolId>> carried;
  for (auto const& medium : **media)
    for (auto const& side : medium.sides) {
      if (has_logical_medium(side.state) != bool(side.logical_medium))
        broken(name_of(medium, side.id) + " is " + word(side.state) + (side.logical_medium ? " and has a logical medium" : " and has no logical medium"));
      if (side.logical_medium && !carried.emplace(side.logical_medium, std::pair(side.id, medium.pool)).second) broken("logical medium " + side.logical_medium.text() + " stands for two sides");
    }
  for (auto const& [logical, where] : carried) {
    auto const& [side, pool] = where;
    auto const row = committed_->logical_medium(logical);
    if (row && (!*row || (*row)->side != side)) broken("side " + side.text() + " carries logical medium " + logical.text() + ", which does not stand for it");
    if (row && *row && (*row)->pool != pool) broken("logical medium " + logical.text() + " is in another pool than its cartridge");
  }
  auto const kept = committed_->count_logical_media({});
  if (kept && *kept != carried.size()) broken(std::to_string(*kept) + " logical media are kept for " + std::to_string(carried.size()) + " allocated sides");
}

}  // namespace rsm::sim
