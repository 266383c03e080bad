#include "db/medium_rows.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "db/columns.hpp"
#include "db/said.hpp"

namespace rsm::db::medium_rows {
namespace {

template <class... Values>
std::vector<Ref> refs(Database& database, std::string_view sql, Values const&... values) {
  std::vector<Ref> found;
  Query query(database, sql, values...);
  while (query.next()) query.read(found.emplace_back());
  return found;
}

template <class... Values>
std::optional<Ref> one_ref(Database& database, std::string_view sql, Values const&... values) {
  Query query(database, sql, values...);
  std::optional<Ref> found;
  if (query.next()) query.read(found);
  return found;
}

// The number of a pool, a library or a media type; of one that nobody has named yet: nothing.
std::optional<Ref> known_object(Database& database, Guid const& id) {
  if (id.is_zero()) return std::nullopt;
  return one_ref(database, "SELECT ref FROM object_ref WHERE id = ?", id);
}

// Named by a medium for the first time, it gets its number now; its own record may come later in the commit.
std::optional<Ref> object_to_write(Database& database, Guid const& id) {
  if (id.is_zero()) return std::nullopt;
  if (auto const known = known_object(database, id)) return known;
  Query query(database, "INSERT INTO object_ref (id) VALUES (?) RETURNING ref", id);
  Ref made = 0;
  if (query.next()) query.read(made);
  while (query.next()) continue;
  return made;
}

// A record as columns of medium_row.
struct BindRow {
  Query& query;
  Database& database;
  template <class T>
  void operator()(char const* name, T const& value) {
    BindColumns{query}(name, value);
  }
  void operator()(char const*, PoolId const& id) { query.bind(object_to_write(database, id.guid)); }
  void operator()(char const*, LibraryId const& id) { query.bind(object_to_write(database, id.guid)); }
  void operator()(char const*, MediaTypeId const& id) { query.bind(object_to_write(database, id.guid)); }
  void operator()(char const* name, Place const& place) {
    auto const* in = std::get_if<InElement>(&place);
    if (in == nullptr) return BindColumns{query}(name, place);
    query.bind(object_to_write(database, in->library.guid)), query.bind(in->element.kind), query.bind(in->element.number);
  }
};

std::vector<Side> sides_of(Database& database, Ref ref) {
  static std::string const sql = "SELECT " + column_list<Side>() + " FROM side_row WHERE ref >= ? AND ref < ? ORDER BY ref";
  std::vector<Side> sides;
  Query query(database, sql, ref * sides_of_a_row, (ref + 1) * sides_of_a_row);
  while (query.next()) sides.push_back(read_record<Side>(query));
  return sides;
}

// The id that has this number. Numbers never change, and what is read between two commits stays: each is read once.
Guid object_of(Database& database, Ref ref) {
  auto& known = database.object_ids();
  if (auto const it = known.find(ref); it != known.end()) return it->second;
  Query query(database, "SELECT id FROM object_ref WHERE ref = ?", ref);
  Guid id;
  if (!query.next()) throw DamagedRow(fmt::format("a medium names object {}, which has no id", ref));
  query.read(id);
  return known.emplace(ref, id).first->second;
}

// Columns of medium_row as a record.
struct ReadRow {
  Query& query;
  Database& database;
  template <class T>
  void operator()(char const* name, T& value) {
    ReadColumns{query}(name, value);
  }
  void operator()(char const*, PoolId& id) { id.guid = object(); }
  void operator()(char const*, LibraryId& id) { id.guid = object(); }
  void operator()(char const*, MediaTypeId& id) { id.guid = object(); }
  void operator()(char const*, Place& place) { ReadColumns{query}.read_place(place, LibraryId{object()}); }

 private:
  Guid object() {
    std::optional<Ref> ref;
    query.read(ref);
    return ref ? object_of(database, *ref) : Guid{};
  }
};

// A medium and its sides by one statement, a row for each side: it sees one moment, and the medium is looked for once.
std::string whole_medium(std::string const& which) {
  std::string columns;
  for (auto const& name : column_names<Side>()) columns += ", side_row." + name;
  for (auto const& name : column_names<MediumRecord>()) columns += ", medium_row." + name;
  return "SELECT side_row.ref" + columns + " FROM medium_row LEFT JOIN side_row ON side_row.ref >= medium_row.ref * 256 AND side_row.ref < medium_row.ref * 256 + 256 WHERE " + which;
}

template <class Which>
std::optional<MediumRecord> read_whole(Database& database, std::string const& sql, Which const& which) {
  std::optional<MediumRecord> medium;
  std::vector<std::pair<Ref, Side>> sides;
  Query query(database, sql, which);
  while (query.next()) {
    std::optional<Ref> side;
    query.read(side);
    if (side)
      sides.emplace_back(*side, read_record<Side>(query));
    else
      query.pass_over(column_names<Side>().size());
    if (!medium) columns(ReadRow{query, database}, medium.emplace());
  }
  std::ranges::sort(sides, {}, &std::pair<Ref, Side>::first);
  for (auto& [ref, side] : sides) medium->sides.push_back(std::move(side));
  return medium;
}

// Media of this pool in this place (0: in none), or of all pools.
std::vector<Ref> page_of_place(Database& database, std::optional<Ref> pool, Ref place, LibraryId last_library, Ref after, std::size_t limit) {
  std::string sql = pool ? "SELECT ref FROM medium_row INDEXED BY medium_by_pool_and_place WHERE pool = ? AND " : "SELECT ref FROM medium_row INDEXED BY medium_by_place WHERE ";
  sql += place == 0 ? "place_library IS NULL" : "place_library = ?";
  if (last_library) sql += " AND library = ?";
  sql += " AND ref > ? ORDER BY ref LIMIT ?";
  Query query(database, sql);
  if (pool) query.bind(*pool);
  if (place != 0) query.bind(place);
  if (last_library) query.bind(known_object(database, last_library.guid));
  query.bind(after), query.bind(limit);
  std::vector<Ref> found;
  while (query.next()) query.read(found.emplace_back());
  return found;
}

// Wherever they are: the first of each place that has some.
std::vector<Ref> page_of_pool(Database& database, Ref pool, Ref after, std::size_t limit) {
  std::vector<Ref> found;
  for (auto const place : refs(database, "SELECT DISTINCT place_library FROM media_counter WHERE pool = ? AND media > 0", pool)) {
    auto const there = page_of_place(database, pool, place, {}, after, limit);
    found.insert(found.end(), there.begin(), there.end());
  }
  std::ranges::sort(found);
  found.resize(std::min(found.size(), limit));
  return found;
}

// The same sides with the same labels, in the same order.
bool same_sides(std::vector<Side> const& before, std::vector<Side> const& after) {
  return std::equal(before.begin(), before.end(), after.begin(), after.end(), [](Side const& a, Side const& b) { return a.id == b.id && a.omid == b.omid; });
}

// Counts and states only: no index is touched.
void update_sides(Database& database, Ref ref, std::vector<Side> const& sides, std::vector<Side> const& there) {
  for (std::size_t position = 0; position < there.size(); ++position) {
    Side const& side = sides[position];
    if (side == there[position]) continue;
    Query(database, "UPDATE side_row SET number = ?, state = ?, logical_medium = ?, mount_count = ?, allocate_count = ?, capacity = ? WHERE ref = ?", side.number, side.state,
          side.logical_medium, side.mount_count, side.allocate_count, side.capacity, ref * sides_of_a_row + static_cast<Ref>(position))
        .run();
  }
}

// True: what can be allocated of them, and how often it was, is as before.
bool write_sides(Database& database, Ref ref, MediumRecord const& medium) {
  static std::string const insert = [] {
    std::string marks = "?, ?";
    for (std::size_t i = 0; i < column_names<Side>().size(); ++i) marks += ", ?";
    return "INSERT INTO side_row (ref, info_is_name, " + column_list<Side>() + ") VALUES (" + marks + ")";
  }();
  if (medium.sides.size() > static_cast<std::size_t>(sides_of_a_row))
    throw RefusedChange(fmt::format("medium {} has {} sides; the catalog has room for {}", medium.id.text(), medium.sides.size(), sides_of_a_row));
  auto const there = sides_of(database, ref);
  if (there == medium.sides) return true;
  if (same_sides(there, medium.sides)) {
    update_sides(database, ref, medium.sides, there);
    return std::ranges::equal(there, medium.sides, [](Side const& a, Side const& b) { return a.number == b.number && a.state == b.state && a.allocate_count == b.allocate_count; });
  }
  for (auto const& side : there)
    if (medium.side(side.id) == nullptr) forget_said(database, side.id.guid);
  Query(database, "DELETE FROM side_row WHERE ref >= ? AND ref < ?", ref * sides_of_a_row, (ref + 1) * sides_of_a_row).run();
  for (std::size_t position = 0; position < medium.sides.size(); ++position) {
    Side const& side = medium.sides[position];
    Query query(database, insert);
    query.bind(ref * sides_of_a_row + static_cast<Ref>(position));
    query.bind(side.omid && (side.omid->info == medium.name || side.omid->info == medium.barcode));
    columns(BindColumns{query}, side);
    query.run();
  }
  return false;
}

// None that may be allocated, before and after: one look that finds nothing.
void write_allocatable(Database& database, MediumRecord const& medium) {
  static std::string const insert = "INSERT INTO allocatable_side (" + column_list<AllocatableSide>() + ") VALUES (?, ?, ?, ?, ?, ?, ?)";
  Query(database, "DELETE FROM allocatable_side WHERE medium = ?", medium.id).run();
  for (auto const& side : allocatable_sides(medium)) {
    Query query(database, insert);
    columns(BindColumns{query}, side);
    query.run();
  }
}

// Most often only the place inside a library, a home slot or a text has changed: then no index is touched. False: more has.
bool write_what_changes_often(Database& database, Ref ref, MediumRecord const& medium) {
  static std::string const light = [] {
    ColumnNames told;
    CartridgeFacts const nothing;
    cartridge_columns(told, nothing);
    std::string text;
    for (auto const& name : told.names) text += ", " + name + " = ?";
    return "UPDATE medium_row SET place_kind = ?, place_number = ?, description = ?, modified = ?, sequence_number = ?, home_slot = ?, trouble = ?, alerts = ?" + text +
           " WHERE ref = ? AND name = ? AND created = ? AND pool IS ? AND barcode = ? AND library IS ? AND place_library IS ? AND type IS ? AND enabled = ?";
  }();
  auto const* in = std::get_if<InElement>(&medium.place);
  Query query(database, light);
  query.bind(in != nullptr ? std::optional(in->element.kind) : std::nullopt);
  query.bind(in != nullptr ? std::optional(in->element.number) : std::nullopt);
  query.bind(medium.description), query.bind(medium.modified), query.bind(medium.sequence_number);
  query.bind(medium.home_slot), query.bind(medium.trouble), query.bind_copy(text_of(medium.alerts));
  cartridge_columns(BindColumns{query}, medium.cartridge);
  query.bind(ref), query.bind(medium.name), query.bind(medium.created);
  BindRow row{query, database};
  row("pool", medium.pool), query.bind(medium.barcode), row("library", medium.library);
  query.bind(in != nullptr ? object_to_write(database, in->library.guid) : std::nullopt);
  row("type", medium.type), query.bind(medium.enabled);
  return query.run() != 0;
}

// All of it, by the numbers of its columns; its id is the first, and stays.
void write_whole(Database& database, Ref ref, MediumRecord const& medium) {
  static std::string const whole = [] {
    auto const& names = column_names<MediumRecord>();
    std::string text;
    for (std::size_t i = 1; i < names.size(); ++i) text += fmt::format("{}{} = ?{}", text.empty() ? "" : ", ", names[i], i + 1);
    return fmt::format("UPDATE medium_row SET {} WHERE id = ?1 AND ref = ?{}", text, names.size() + 1);
  }();
  Query query(database, whole);
  columns(BindRow{query, database}, medium);
  query.bind(ref);
  query.run();
}

Ref add(Database& database, MediumRecord const& medium) {
  static std::string const insert = [] {
    std::string marks;
    for (std::size_t i = 0; i < column_names<MediumRecord>().size(); ++i) marks += marks.empty() ? "?" : ", ?";
    return "INSERT INTO medium_row (" + column_list<MediumRecord>() + ") VALUES (" + marks + ") RETURNING ref";
  }();
  Query query(database, insert);
  columns(BindRow{query, database}, medium);
  Ref ref = 0;
  if (query.next()) query.read(ref);
  while (query.next()) continue;
  return ref;
}

}  // namespace

std::optional<Ref> ref_of(Database& database, MediumId id) {
  return one_ref(database, "SELECT ref FROM medium_row WHERE substr(id, 1, 6) = substr(?1, 1, 6) AND id = ?1", id.guid);
}

std::optional<Ref> ref_of_medium_with(Database& database, SideId side) {
  auto const found = one_ref(database, "SELECT ref FROM side_row WHERE substr(id, 1, 6) = substr(?1, 1, 6) AND id = ?1", side.guid);
  return found ? std::optional(*found / sides_of_a_row) : std::nullopt;
}

std::optional<MediumId> id_of(Database& database, Ref ref) {
  Query query(database, "SELECT id FROM medium_row WHERE ref = ?", ref);
  std::optional<MediumId> id;
  if (query.next()) query.read(id);
  return id;
}

std::optional<MediumRecord> read(Database& database, Ref ref) {
  static std::string const sql = whole_medium("medium_row.ref = ?");
  return read_whole(database, sql, ref);
}

std::optional<MediumRecord> read(Database& database, MediumId id) {
  static std::string const sql = whole_medium("substr(medium_row.id, 1, 6) = substr(?1, 1, 6) AND medium_row.id = ?1");
  return read_whole(database, sql, id.guid);
}

std::vector<MediumRecord> read(Database& database, std::vector<Ref> const& refs) {
  std::vector<MediumRecord> media;
  media.reserve(refs.size());
  for (auto const ref : refs)
    if (auto medium = read(database, ref)) media.push_back(std::move(*medium));
  return media;
}

std::vector<Ref> page(Database& database, MediaFilter const& filter, Ref after, std::size_t limit) {
  std::optional<Ref> pool;
  if (filter.pool && !(pool = known_object(database, filter.pool.guid))) return {};
  if (filter.offline_only) return page_of_place(database, pool, 0, filter.library, after, limit);
  if (filter.library) {
    auto const place = known_object(database, filter.library.guid);
    return place ? page_of_place(database, pool, *place, {}, after, limit) : std::vector<Ref>{};
  }
  if (pool) return page_of_pool(database, *pool, after, limit);
  return refs(database, "SELECT ref FROM medium_row WHERE ref > ? ORDER BY ref LIMIT ?", after, limit);
}

std::vector<Ref> with_barcode(Database& database, std::string const& barcode, std::size_t limit) {
  return refs(database, "SELECT ref FROM medium_row WHERE barcode = ? AND barcode <> '' ORDER BY ref LIMIT ?", barcode, limit);
}

// Those that are called as their bar code says are found by that.
std::vector<Ref> with_name(Database& database, std::string const& name, std::size_t limit) {
  auto found = refs(database, "SELECT ref FROM medium_row INDEXED BY medium_by_barcode WHERE barcode = ?1 AND barcode <> '' AND name = ?1 ORDER BY ref LIMIT ?2", name, limit);
  auto const others = refs(database, "SELECT ref FROM medium_row INDEXED BY medium_by_name WHERE name = ? AND name <> barcode ORDER BY ref LIMIT ?", name, limit);
  found.insert(found.end(), others.begin(), others.end());
  std::ranges::sort(found);
  found.resize(std::min(found.size(), limit));
  return found;
}

std::vector<Ref> with_label(Database& database, std::string const& type, std::string const& id, std::size_t limit) {
  return refs(database,
              "SELECT ref / 256 FROM side_row INDEXED BY side_by_label WHERE omid_id = ? AND omid_type = ? AND omid_type IS NOT NULL LIMIT ?", Bytes{id}, type, limit);
}

std::vector<Ref> with_other_label(Database& database, std::string const& key, std::size_t limit) {
  return refs(database, "SELECT ref / 256 FROM side_row WHERE omid_also = ? LIMIT ?", Bytes{key}, limit);
}

// In the counters 0 is none.
std::uint64_t count(Database& database, MediaFilter const& filter) {
  std::string text = "SELECT sum(media) FROM media_counter WHERE true";
  if (filter.pool) text += " AND pool = ?";
  if (filter.library) text += filter.offline_only ? " AND library = ?" : " AND place_library = ?";
  if (filter.offline_only) text += " AND place_library = 0";
  Query query(database, text);
  if (filter.pool) query.bind(known_object(database, filter.pool.guid));
  if (filter.library) query.bind(known_object(database, filter.library.guid));
  std::optional<std::uint64_t> sum;
  if (query.next()) query.read(sum);
  return sum.value_or(0);
}

void write(Database& database, MediumRecord const& medium) {
  auto ref = ref_of(database, medium.id);
  bool const where_it_was = ref && write_what_changes_often(database, *ref, medium);
  if (ref && !where_it_was) write_whole(database, *ref, medium);
  if (!ref) ref = add(database, medium);
  bool const sides_as_they_were = write_sides(database, *ref, medium);
  if (!where_it_was || !sides_as_they_were) write_allocatable(database, medium);
}

void erase(Database& database, MediumId id) {
  if (auto const ref = ref_of(database, id)) Query(database, "DELETE FROM medium_row WHERE ref = ?", *ref).run();
}

void erase(Database& database, SideId id) {
  Query(database, "DELETE FROM side_row WHERE substr(id, 1, 6) = substr(?1, 1, 6) AND id = ?1", id.guid).run();
}

}  // namespace rsm::db::medium_rows
