#include "libmgr/allocation/sides.hpp"

#include <algorithm>
#include <limits>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/side_transitions.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/allocation/allocate.hpp"
#include "libmgr/pools/labels_wanted.hpp"
#include "libmgr/pools/moving.hpp"

namespace rsm::allocation {
namespace {

// A logical medium with what it stands for. The record of the cartridge is changed, and put back.
struct Held {
  LogicalMediumRecord logical;
  MediumRecord medium;
  Side& side() { return *medium.side(logical.side); }
  std::string name() const { return name_of(medium, logical.side); }
};

Result<Held> find(Book& book, LogicalMediumId id) {
  RSM_TRY(auto logical, book.logical_medium(id));
  if (!logical) return fail(Errc::invalid_media, "logical medium " + id.text(), "there is none");
  RSM_TRY(auto const* medium, book.medium_of_side(logical->side));
  if (medium == nullptr) return fail(Errc::invalid_media, "logical medium " + id.text(), "its side is not known any more");
  return Held{std::move(*logical), *medium};
}

bool gives_back_to_scratch(PoolRecord const& pool) { return (pool.deallocation_policy & pool_policy::deallocate_to_scratch) != 0; }

// Its pool decides, and the free pool where it is given back to that.
Result<Held> find_for(Book& book, Caller const& caller, rights::Act act, LogicalMediumId id) {
  RSM_TRY(auto held, find(book, id));
  World const& world = book.world();
  rights::Objects objects{held.medium.pool, rights::library_of(world, held.medium), {}};
  auto const* pool = world.pool(held.medium.pool);
  if (act == rights::Act::deallocate && pool != nullptr && gives_back_to_scratch(*pool))
    for (auto const& [other, record] : world.pools)
      if (record.type == PoolType::scratch && record.media_type == pool->media_type) objects.source = other;
  RSM_CHECK(rights::may(world, caller, act, objects));
  return held;
}

// A side that was allocated so often is not given to anybody any more.
bool is_worn_out(PoolRecord const& pool, std::uint32_t allocate_count) {
  bool const limited = pool.max_allocates != 0 && pool.max_allocates != std::numeric_limits<std::uint32_t>::max();
  return limited && allocate_count >= pool.max_allocates && !planted(PlantedBug::worn_out_allocated);
}

// Reserved sides were kept for who has one of the cartridge; nobody has any more.
void release_reserved(MediumRecord& medium) {
  if (std::ranges::any_of(medium.sides, [](Side const& s) { return has_logical_medium(s.state); })) return;
  for (auto& side : medium.sides)
    if (auto const free = after(side.state, SideStep::release, {})) side.state = *free;
}

bool is_all_available(MediumRecord const& medium) {
  return std::ranges::all_of(medium.sides, [](Side const& s) { return s.state == SideState::available; });
}

std::string by(Caller const& caller) { return " " + by_whom(caller); }

}  // namespace

Result<LogicalMediumId> deallocate(Book& book, Caller const& caller, LogicalMediumId id) {
  RSM_TRY(auto held, find_for(book, caller, rights::Act::deallocate, id));
  if (auto const use = pools::in_use(book, held.medium.id, held.logical.side); !use.empty()) return fail(Errc::busy, held.name(), use);
  auto const pool = book.world().pools.find(held.medium.pool);
  bool const worn_out = pool != book.world().pools.end() && is_worn_out(pool->second, held.side().allocate_count);
  RSM_TRY(held.side().state, after(held.side().state, worn_out ? SideStep::wear_out : SideStep::deallocate, held.name()));
  held.side().logical_medium = {};
  release_reserved(held.medium);
  bool const gives_back = pool != book.world().pools.end() && gives_back_to_scratch(pool->second) && is_all_available(held.medium);
  auto const* free = gives_back ? pools::free_pool_for(book.world(), held.medium) : nullptr;  // else it stays: what can be written only once is never free again
  if (free != nullptr)
    if (auto const use = pools::in_use(book, held.medium.id); !use.empty()) return fail(Errc::busy, name_of(held.medium), use);
  std::string const reason = "deallocated" + by(caller) + (worn_out ? "; it was allocated " + std::to_string(held.side().allocate_count) + " times, and its pool allows no more" : "");
  if (!planted(PlantedBug::logical_medium_left)) book.erase_logical_medium(id, reason);
  book.put(held.medium, reason);
  if (free == nullptr) return id;
  auto const entered = pools::enter_free_pool(book, caller, held.medium, *free, {}, reason + "; its pool gives media back to " + free->path);
  if (!entered) book.log(LogLevel::warning, name_of(held.medium) + " stays in its pool and does not go to " + free->path + ": " + entered.error().sentence());
  return id;
}

Result<LogicalMediumId> complete(Book& book, Caller const& caller, LogicalMediumId id) {
  RSM_TRY(auto held, find_for(book, caller, rights::Act::complete, id));
  if (!book.world().pools.contains(held.medium.pool)) return fail(Errc::invalid_media_pool, held.name(), "it is in no pool");
  RSM_TRY(held.side().state, after(held.side().state, SideStep::complete, held.name()));
  if (auto const use = pools::in_use(book, held.medium.id, held.logical.side); !use.empty()) return fail(Errc::invalid_state, held.name(), use);
  book.put(held.medium, "complete: never written again" + by(caller));
  return id;
}

Result<SideId> decommission(Book& book, Caller const& caller, SideId id) {
  RSM_TRY(auto const* found, book.medium_of_side(id));
  if (found == nullptr) return fail(Errc::invalid_media, "side " + id.text(), "there is none");
  MediumRecord medium = *found;
  std::string const name = name_of(medium, id);
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::decommission, {medium.pool, rights::library_of(book.world(), medium), {}}));
  if (!book.world().pools.contains(medium.pool)) return fail(Errc::invalid_media_pool, name, "it is in no pool");
  Side& side = *medium.side(id);
  RSM_TRY(side.state, after(side.state, SideStep::decommission, name));
  book.put(medium, "decommissioned" + by(caller));
  return id;
}

Result<LogicalMediumId> swap(Book& book, Caller const& caller, SwapCall const& call) {
  if (call.one == call.other) return fail(Errc::invalid_parameter, "logical medium " + call.one.text(), "it cannot change places with itself");
  RSM_TRY(auto one, find_for(book, caller, rights::Act::swap, call.one));
  RSM_TRY(auto other, find(book, call.other));
  if (one.medium.pool != other.medium.pool) return fail(Errc::invalid_media_pool, one.name(), "it is in another pool than " + other.name());
  RSM_CHECK(application_pool(book.world(), one.medium.pool));
  for (auto* held : {&one, &other}) {
    if (held->side().state != SideState::allocated) return fail(Errc::invalid_state, held->name(), "it is " + word(held->side().state) + ", not allocated");
    if (auto const use = pools::in_use(book, held->medium.id, held->logical.side); !use.empty()) return fail(Errc::invalid_media, held->name(), use);
  }
  one.side().logical_medium = call.other;
  if (other.medium.id == one.medium.id) one.medium.side(other.logical.side)->logical_medium = call.one;
  other.side().logical_medium = call.one;
  std::string const reason = one.name() + " and " + other.name() + " have changed places" + by(caller);
  book.put(one.medium, reason);
  if (other.medium.id != one.medium.id) book.put(other.medium, reason);
  std::swap(one.logical.side, other.logical.side);
  book.put(one.logical, reason);
  book.put(other.logical, reason);
  return call.one;
}

Result<MediumId> delete_medium(Book& book, Caller const& caller, MediumId id) {
  RSM_TRY(auto const* found, book.medium(id));
  if (found == nullptr) return fail(Errc::invalid_media, "medium " + id.text(), "there is none");
  MediumRecord const medium = *found;
  std::string const name = name_of(medium);
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::delete_medium, {medium.pool, rights::library_of(book.world(), medium), {}}));
  if (!medium.offline()) return fail(Errc::invalid_state, name, "it is in " + place_text(medium.place) + "; only the records of media that are offline are deleted");
  for (auto const& side : medium.sides)
    if (has_logical_medium(side.state) || side.state == SideState::reserved)
      return fail(Errc::invalid_state, name_of(medium, side.id), "it is " + word(side.state) + ": somebody's; deallocate it first");
  if (auto const use = pools::in_use(book, id); !use.empty()) return fail(Errc::invalid_state, name, use);
  pools::want_no_labels(book, id, name + " was deleted" + by(caller));
  book.erase_medium(id, "deleted" + by(caller));
  return id;
}

namespace {

Result<> check_label(Omid const& label) {
  if (label.type.empty() || utf16_units(label.type) > limits::name_chars_max) return fail(Errc::invalid_parameter, "label type", "1 to " + std::to_string(limits::name_chars_max) + " characters");
  if (label.id.empty() || label.id.size() > limits::omid_id_bytes_max) return fail(Errc::invalid_parameter, "label id", "1 to " + std::to_string(limits::omid_id_bytes_max) + " bytes");
  if (utf16_units(label.info) > limits::message_chars_max) return fail(Errc::invalid_parameter, "label info", "at most " + std::to_string(limits::message_chars_max) + " characters");
  if (!is_plain(label.type) || !is_plain(label.info)) return fail(Errc::invalid_parameter, "label", "control characters cannot be in its type or its info");
  return {};
}

}  // namespace

Result<LogicalMediumId> update_label(Book& book, Caller const& caller, UpdateLabelCall const& call) {
  RSM_CHECK(check_label(call.label));
  RSM_TRY(auto held, find_for(book, caller, rights::Act::update_label, call.id));
  Side& side = held.side();
  if (!has_logical_medium(side.state)) return fail(Errc::invalid_media, held.name(), "it is " + word(side.state) + ": only the label of what is allocated is a program's own");
  RequestRecord r;
  r.id = book.make_id<RequestId>();
  r.operation = Operation::update_omid;
  r.session = caller.session;
  r.user = caller.user;
  if (auto const session = book.world().sessions.find(caller.session); session != book.world().sessions.end()) r.application = session->second.application, r.computer = session->second.computer;
  r.reason = "the label of " + held.name() + " was written by its program";
  r.nowait = true;
  auto const at = whereabouts(book.world(), held.medium);
  r.library = at ? at->library : book.world().offline_library;
  r.medium = held.medium.id;
  r.side = side.id;
  RequestId const request = r.id;
  std::string const reason = "its label is " + call.label.type + " \"" + call.label.info + "\" now, said" + by(caller);
  if (!planted(PlantedBug::own_label_forgotten)) side.omid = call.label;
  book.add(std::move(r));
  book.put(held.medium, reason, request);
  book.finish(request, {RequestState::passed, Errc::success, reason});
  return call.id;
}

}  // namespace rsm::allocation
