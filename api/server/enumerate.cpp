#include "api/server/enumerate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "api/server/views.hpp"

namespace rsm::server {
namespace {

// Place in the order of a list that memory holds.
struct Key {
  std::int64_t group = 0;  // creation of the library
  Guid group_id;
  std::int64_t rank = 0;   // number, creation
  Guid id;
  friend auto operator<=>(Key const&, Key const&) = default;
};

std::string cursor_text(Key const& key) {
  return std::to_string(key.group) + "/" + key.group_id.text() + "/" + std::to_string(key.rank) + "/" + key.id.text();
}

std::unexpected<Error> bad_cursor() {
  return fail(Errc::invalid_parameter, "params.cursor", "this is no cursor of this list: pass next_cursor of its last reply");
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::optional<Key>> parse_key(std::string const& cursor) {
  if (cursor.empty()) return std::nullopt;
  std::array<std::string_view, 4> parts;
  std::string_view rest = cursor;
  for (auto& part : parts) {
    part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  auto const group = number_in<std::int64_t>(parts[0]), rank = number_in<std::int64_t>(parts[2]);
  auto const group_id = Guid::parse(parts[1]), id = Guid::parse(parts[3]);
  if (!group || !rank || !group_id || !id || !rest.empty()) return bad_cursor();
  return Key{*group, *group_id, *rank, *id};
}

Result<IdPage> page_of(std::vector<Key> keys, ListQuery const& query) {
  RSM_TRY(auto after, parse_key(query.cursor));
  std::sort(keys.begin(), keys.end());
  auto from = after ? std::upper_bound(keys.begin(), keys.end(), *after) : keys.begin();
  IdPage page;
  for (; from != keys.end() && page.ids.size() < query.limit; ++from) {
    page.ids.push_back(from->id);
    page.cursors.push_back(cursor_text(*from));
  }
  page.more = from != keys.end();
  if (page.more) page.next = page.cursors.back();
  return page;
}

bool shows(ServerContext& s, ListQuery const& query, rights::Decider const& decider) { return rights::can_read(s.manager.world(), query.caller, decider); }

// ---- lists that memory holds

// Calls take(number, id) for the parts of a library from this number on, in their order, until it says no.
template <class Take>
bool each_part(LibraryEntry const& library, ObjectType type, std::uint32_t from, Take take) {
  auto const each = [&](auto const& parts, auto id_of) {
    for (auto part = parts.lower_bound(from); part != parts.end(); ++part)
      if (!take(part->first, id_of(part->second))) return false;
    return true;
  };
  auto const own_id = [](auto const& part) { return part.id.guid; };
  switch (type) {
    case ObjectType::drive: return each(library.drives, [](DriveId id) { return id.guid; });
    case ObjectType::slot: return each(library.slots, own_id);
    case ObjectType::port: return each(library.ports, own_id);
    case ObjectType::door: return each(library.doors, own_id);
    case ObjectType::changer:
      for (auto const& changer : library.changers)
        if (changer.number >= from && !take(changer.number, changer.id.guid)) return false;
      return true;
    default: return true;
  }
}

// One page, whatever the number of parts: a library may have a hundred thousand slots.
Result<IdPage> list_parts(ServerContext& s, ListQuery const& query) {
  RSM_TRY(auto after, parse_key(query.cursor));
  std::vector<std::pair<Key, LibraryEntry const*>> libraries;  // each with the key that its parts begin with
  for (auto const& [id, library] : s.manager.world().libraries)
    if ((!query.container || id.guid == *query.container) && shows(s, query, {{}, id})) libraries.push_back({{to_ms(library.record.created), id.guid, 0, {}}, &library});
  std::sort(libraries.begin(), libraries.end());
  IdPage page;
  for (auto const& [first, library] : libraries) {
    if (after && std::tie(first.group, first.group_id) < std::tie(after->group, after->group_id)) continue;
    bool const goes_on_here = after && first.group_id == after->group_id;
    each_part(*library, query.type, goes_on_here ? static_cast<std::uint32_t>(std::clamp<std::int64_t>(after->rank, 0, UINT32_MAX)) : 0, [&](std::uint32_t number, Guid id) {
      Key const key{first.group, first.group_id, number, id};
      if (after && key <= *after) return true;
      page.more = page.ids.size() == query.limit;
      if (page.more) return false;
      page.ids.push_back(id);
      page.places.push_back({LibraryId{first.group_id}, number});
      page.cursors.push_back(page.next = cursor_text(key));
      return true;
    });
    if (page.more) break;
  }
  return page;
}

Result<IdPage> list_libraries(ServerContext& s, ListQuery const& query) {
  std::vector<Key> keys;
  for (auto const& [id, library] : s.manager.world().libraries)
    if (shows(s, query, {{}, id})) keys.push_back({0, {}, to_ms(library.record.created), id.guid});
  return page_of(std::move(keys), query);
}

Result<IdPage> list_pools(ServerContext& s, ListQuery const& query) {
  auto const& world = s.manager.world();
  PoolId const in{query.container.value_or(Guid{})};
  std::vector<Key> keys;
  for (auto const& id : world.pools_of(in == world.root_pool ? PoolId{} : in))
    if (shows(s, query, {id, {}})) keys.push_back({0, {}, to_ms(world.pool(id)->created), id.guid});
  return page_of(std::move(keys), query);
}

Result<IdPage> list_media_types(ServerContext& s, ListQuery const& query) {
  auto const& world = s.manager.world();
  auto const library = query.container ? world.libraries.find(LibraryId{*query.container}) : world.libraries.end();
  std::vector<Key> keys;
  for (auto const& [id, type] : world.media_types)
    if (!query.container || (library != world.libraries.end() && library->second.media_types.contains(id)))
      keys.push_back({0, {}, type.code, id.guid});
  return page_of(std::move(keys), query);
}

Result<IdPage> list_device_types(ServerContext& s, ListQuery const& query) {
  std::vector<Key> keys;
  for (auto const& [id, type] : s.manager.world().device_types)
    if (type.changer == (query.type == ObjectType::changer_type)) keys.push_back({0, {}, to_ms(type.created), id.guid});
  return page_of(std::move(keys), query);
}

Result<IdPage> list_computers(ServerContext& s, ListQuery const& query) {
  auto const& computer = s.manager.world().computer;
  std::vector<Key> keys;
  if (computer.id) keys.push_back({0, {}, to_ms(computer.created), computer.id.guid});
  return page_of(std::move(keys), query);
}

Result<Guid> parse_id_cursor(std::string const& cursor) {
  if (cursor.empty()) return Guid{};
  auto const id = Guid::parse(cursor);
  if (!id) return bad_cursor();
  return *id;
}

// In the order of their ids, in which memory has them: a page costs the same whatever their number.
Result<IdPage> list_sessions(ServerContext& s, ListQuery const& query) {
  RSM_TRY(Guid after, parse_id_cursor(query.cursor));
  auto const& sessions = s.manager.world().sessions;
  auto next = sessions.upper_bound(SessionId{after});
  IdPage page;
  for (; next != sessions.end() && page.ids.size() < query.limit; ++next) {
    page.ids.push_back(next->first.guid);
    page.cursors.push_back(page.next = next->first.text());
  }
  page.more = next != sessions.end();
  return page;
}

// ---- lists that the catalog holds

db::MediaFilter filter_of(ServerContext& s, ListQuery const& query) {
  if (!query.container) return {};
  LibraryId const library{*query.container};
  if (library == s.manager.world().offline_library) return {.offline_only = true};
  if (s.manager.world().libraries.contains(library)) return {.library = library};
  return {.pool = PoolId{*query.container}};
}

// Rows that were read with one more than wanted, to see whether there are more. What the reader may not see is left out, and counts.
template <class Rows, class CursorOf, class Shown>
IdPage page_of_rows(Rows rows, std::size_t wanted, CursorOf cursor_of, Shown shown) {
  IdPage page;
  page.more = rows.size() > wanted;
  if (page.more) rows.resize(wanted);
  for (auto const& row : rows) {
    page.next = cursor_of(row);
    if (!shown(row)) continue;
    page.ids.push_back(row.id.guid);
    page.cursors.push_back(page.next);
  }
  return page;
}

constexpr auto id_cursor = [](auto const& row) { return row.id.text(); };

// The reader gives at most page_items_max rows, and one of them is for looking ahead.
std::size_t wanted_of(std::size_t limit) { return std::min(limit, limits::page_items_max - 1); }

Result<IdPage> list_media(ServerContext& s, ListQuery const& query) {
  RSM_TRY(Guid after, parse_id_cursor(query.cursor));
  auto const wanted = wanted_of(query.limit);
  RSM_TRY(auto rows, s.reader.media_page(filter_of(s, query), MediumId{after}, wanted + 1));
  std::vector<MediumRecord> media;
  auto page = page_of_rows(std::move(rows), wanted, id_cursor, [&](MediumRecord const& medium) {
    if (!shows(s, query, rights::decider_of(s.manager.world(), medium))) return false;
    media.push_back(medium);
    return true;
  });
  page.media = std::move(media);
  return page;
}

Result<IdPage> sides_of(Result<std::optional<MediumRecord>> medium, std::optional<SideId> only, ListQuery const& query) {
  RSM_TRY(auto found, std::move(medium));
  std::vector<Key> keys;
  if (found)
    for (auto const& side : found->sides)
      if (!only || side.id == *only) keys.push_back({0, {}, side.number, side.id.guid});
  return page_of(std::move(keys), query);
}

// "medium:n": n sides of the medium that comes after this one have been listed.
Result<std::pair<Guid, std::size_t>> parse_side_cursor(std::string const& cursor) {
  if (cursor.empty()) return std::pair{Guid{}, std::size_t{0}};
  auto const colon = cursor.find(':');
  auto const id = Guid::parse(std::string_view(cursor).substr(0, colon));
  auto const sides = colon == std::string::npos ? std::nullopt : number_in<std::size_t>(std::string_view(cursor).substr(colon + 1));
  if (!id || !sides) return bad_cursor();
  return std::pair{*id, *sides};
}

Result<IdPage> list_all_sides(ServerContext& s, ListQuery const& query) {
  RSM_TRY(auto from, parse_side_cursor(query.cursor));
  auto [before, skip] = from;
  IdPage page;
  for (std::size_t looked_at = 0; looked_at < limits::page_items_max;) {
    RSM_TRY(auto media, s.reader.media_page(filter_of(s, query), MediumId{before}, query.limit));
    looked_at += media.size();
    for (auto const& medium : media) {
      if (!shows(s, query, rights::decider_of(s.manager.world(), medium))) skip = medium.sides.size();
      for (std::size_t n = skip; n < medium.sides.size(); ++n) {
        if (page.ids.size() == query.limit) return page.more = true, page;
        page.ids.push_back(medium.sides[n].id.guid);
        bool const last = n + 1 == medium.sides.size();
        page.cursors.push_back(page.next = last ? medium.id.text() + ":0" : before.text() + ":" + std::to_string(n + 1));
      }
      skip = 0;
      before = medium.id.guid;
      page.next = before.text() + ":0";
    }
    if (media.size() < query.limit) return page;
  }
  page.more = true;  // whoever may see none of a million goes on from page to page
  return page;
}

Result<IdPage> list_sides(ServerContext& s, ListQuery const& query, std::optional<ObjectType> container) {
  if (container == ObjectType::medium) return sides_of(s.manager.find_medium(MediumId{*query.container}), std::nullopt, query);
  if (container != ObjectType::logical_medium) return list_all_sides(s, query);
  RSM_TRY(auto logical, s.reader.logical_medium(LogicalMediumId{*query.container}));
  if (!logical) return IdPage{};
  return sides_of(s.manager.find_medium_of_side(logical->side), logical->side, query);
}

Result<IdPage> list_logical_media(ServerContext& s, ListQuery const& query, std::optional<ObjectType> container) {
  if (container == ObjectType::side) {
    RSM_TRY(auto medium, s.manager.find_medium_of_side(SideId{*query.container}));
    auto const* side = medium ? medium->side(SideId{*query.container}) : nullptr;
    std::vector<Key> keys;
    if (side != nullptr && side->logical_medium) keys.push_back({0, {}, 0, side->logical_medium.guid});
    return page_of(std::move(keys), query);
  }
  RSM_TRY(Guid after, parse_id_cursor(query.cursor));
  auto const wanted = wanted_of(query.limit);
  RSM_TRY(auto rows, s.reader.logical_media_page(PoolId{query.container.value_or(Guid{})}, LogicalMediumId{after}, wanted + 1));
  return page_of_rows(std::move(rows), wanted, id_cursor, [&](LogicalMediumRecord const& logical) { return shows(s, query, {logical.pool, {}}); });
}

Result<IdPage> list_operator_requests(ServerContext& s, ListQuery const& query) {
  RSM_TRY(Guid after, parse_id_cursor(query.cursor));
  auto const wanted = wanted_of(query.limit);
  RSM_TRY(auto rows, s.reader.operator_requests_page(OperatorRequestId{after}, wanted + 1));
  return page_of_rows(std::move(rows), wanted, id_cursor, [](OperatorRequestRecord const&) { return true; });
}

// The container's own; else what every object of the type is decided by.
Result<> may_list(ServerContext& s, ListQuery const& query, std::optional<ObjectType> container) {
  if (container) return s.manager.may_read(query.caller, *container, *query.container);
  using enum ObjectType;
  bool const of_the_computer = query.type == media_type || query.type == operator_request || query.type == session || query.type == computer || query.type == drive_type || query.type == changer_type;
  return of_the_computer ? rights::may(s.manager.world(), query.caller, rights::Act::read) : Result<>{};
}

}  // namespace

bool listed_in(ObjectType type, std::optional<ObjectType> container) {
  using enum ObjectType;
  static constexpr auto parts = std::to_array({changer, drive, door, port, slot, request, media_type, medium});
  static constexpr auto everywhere = std::to_array({changer, changer_type, computer, drive, drive_type, door, port, library, request,
                                                    logical_medium, pool, media_type, side, medium, slot, operator_request, session});
  static constexpr auto others = std::to_array<std::pair<ObjectType, ObjectType>>(
      {{logical_medium, pool}, {logical_medium, side}, {pool, pool}, {side, logical_medium}, {side, medium}, {side, pool}, {medium, pool}});
  auto const in = [type](auto const& list) { return std::find(list.begin(), list.end(), type) != list.end(); };
  if (!container) return in(everywhere);
  if (*container == library) return in(parts);
  return std::find(others.begin(), others.end(), std::pair{type, *container}) != others.end();
}

Result<std::optional<ObjectType>> type_of(ServerContext& s, Guid id) {
  auto const& world = s.manager.world();
  if (world.libraries.contains(LibraryId{id})) return ObjectType::library;
  if (world.drives.contains(DriveId{id})) return ObjectType::drive;
  if (world.pools.contains(PoolId{id}) || (world.root_pool && world.root_pool.guid == id)) return ObjectType::pool;
  if (world.media_types.contains(MediaTypeId{id})) return ObjectType::media_type;
  if (world.sessions.contains(SessionId{id})) return ObjectType::session;
  if (world.computer.id && world.computer.id.guid == id) return ObjectType::computer;
  if (auto const model = world.device_types.find(DeviceTypeId{id}); model != world.device_types.end()) return model->second.changer ? ObjectType::changer_type : ObjectType::drive_type;
  for (auto const type : {ObjectType::slot, ObjectType::port, ObjectType::door, ObjectType::changer})
    for (auto const& [library_id, library] : world.libraries)
      if (!each_part(library, type, 0, [id](std::uint32_t, Guid part) { return part != id; })) return type;
  RSM_TRY(auto medium, s.manager.find_medium(MediumId{id}));
  if (medium) return ObjectType::medium;
  RSM_TRY(auto of_side, s.manager.find_medium_of_side(SideId{id}));
  if (of_side) return ObjectType::side;
  RSM_TRY(auto logical, s.reader.logical_medium(LogicalMediumId{id}));
  if (logical) return ObjectType::logical_medium;
  RSM_TRY(auto request, s.manager.find_request(RequestId{id}));
  if (request) return ObjectType::request;
  if (world.operator_requests.contains(OperatorRequestId{id})) return ObjectType::operator_request;
  RSM_TRY(auto operator_request, s.reader.operator_request(OperatorRequestId{id}));
  if (operator_request) return ObjectType::operator_request;
  return std::nullopt;
}

Result<IdPage> list_requests(ServerContext& s, Caller const& caller, LibraryId library, bool open_only, std::string const& cursor, std::size_t limit) {
  auto const before = cursor.empty() ? std::optional<std::uint64_t>{0} : number_in<std::uint64_t>(cursor);
  if (!before) return bad_cursor();
  std::vector<RequestRecord> rows;
  if (open_only) {
    for (auto const* open : s.manager.newest_requests(library, *before, wanted_of(limit) + 1)) rows.push_back(*open);
  } else {
    RSM_TRY(rows, s.manager.requests_page(library, *before, wanted_of(limit) + 1));
  }
  return page_of_rows(std::move(rows), wanted_of(limit), [](RequestRecord const& row) { return std::to_string(row.sequence); },
                      [&](RequestRecord const& row) { return rights::can_read(s.manager.world(), caller, {{}, row.library}); });
}

Result<IdPage> list_ids(ServerContext& s, ListQuery const& query) {
  std::optional<ObjectType> container;
  if (query.container) {
    RSM_TRY(container, type_of(s, *query.container));
    if (!container) return fail(Errc::object_not_found, "params.container", "no object has the id " + query.container->text());
  }
  if (!listed_in(query.type, container))
    return fail(Errc::invalid_parameter, container ? "params.container" : "params.type",
                "objects of type " + word(query.type) + " cannot be listed in " + (container ? "a " + word(*container) : "the whole system"));
  RSM_CHECK(may_list(s, query, container));
  using enum ObjectType;
  switch (query.type) {
    case changer:
    case drive:
    case door:
    case port:
    case slot: return list_parts(s, query);
    case library: return list_libraries(s, query);
    case pool: return list_pools(s, query);
    case media_type: return list_media_types(s, query);
    case drive_type:
    case changer_type: return list_device_types(s, query);
    case computer: return list_computers(s, query);
    case session: return list_sessions(s, query);
    case request: return list_requests(s, query.caller, LibraryId{query.container.value_or(Guid{})}, false, query.cursor, query.limit);
    case operator_request: return list_operator_requests(s, query);
    case medium: return list_media(s, query);
    case side: return list_sides(s, query, container);
    case logical_medium: return list_logical_media(s, query, container);
    default: return fail(Errc::not_supported, "params.type", "this server keeps no records of type " + word(query.type));
  }
}

}  // namespace rsm::server
