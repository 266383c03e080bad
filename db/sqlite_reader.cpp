#include "db/sqlite_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>

#include "db/columns.hpp"
#include "db/event_codec.hpp"
#include "db/history_rows.hpp"
#include "db/limits.hpp"
#include "db/media_search.hpp"
#include "db/medium_rows.hpp"
#include "db/request_rows.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::db {
namespace {

// One moment for several queries. On the writer's own connection every moment between two commits is one.
class Snapshot {
 public:
  Snapshot(Database& database, bool needed) : database_(database), needed_(needed) {
    if (needed_) Query(database_, "BEGIN").run();
  }
  ~Snapshot() {
    if (!needed_) return;
    try {
      Query(database_, "ROLLBACK").run();
    } catch (SQLite::Exception const&) {
      // The connection has ended the transaction by itself after an error; there is nothing left to end.
    }
  }
  Snapshot(Snapshot const&) = delete;
  Snapshot& operator=(Snapshot const&) = delete;

 private:
  Database& database_;
  bool needed_;
};

template <class Record>
std::string select(std::string const& rest) {
  return "SELECT " + column_list<Record>() + " FROM " + rest;
}

template <class Record, class... Values>
std::vector<Record> rows(Database& database, std::string_view sql, Values const&... values) {
  std::vector<Record> found;
  Query query(database, sql, values...);
  while (query.next()) found.push_back(read_record<Record>(query));
  return found;
}

template <class Record, class... Values>
std::optional<Record> row(Database& database, std::string_view sql, Values const&... values) {
  Query query(database, sql, values...);
  if (!query.next()) return std::nullopt;
  return read_record<Record>(query);
}

template <class... Values>
std::uint64_t count(Database& database, std::string_view sql, Values const&... values) {
  Query query(database, sql, values...);
  std::optional<std::uint64_t> number;
  if (query.next()) query.read(number);
  return number.value_or(0);
}

std::size_t page_limit(std::size_t asked) {
  return std::min(asked, limits::page_items_max);
}

// Where a page goes on: behind the row with this id, in the order of `time` and id.
struct Cursor {
  std::int64_t time = std::numeric_limits<std::int64_t>::min();
  Guid id{};
};

std::unexpected<Error> cursor_gone(char const* what, Guid const& id) {
  return fail(Errc::object_not_found, fmt::format("{} {}", what, id.text()), "the object that the cursor names is gone; read the list from its beginning");
}

Result<Cursor> cursor_at(Database& database, char const* table, char const* time, Guid const& id) {
  Cursor cursor;
  if (id.is_zero()) return cursor;
  Query query(database, fmt::format("SELECT {} FROM {} WHERE id = ?", time, table), id);
  if (!query.next()) return cursor_gone(table, id);
  query.read(cursor.time);
  cursor.id = id;
  return cursor;
}

void read_facts(Database& database, ActiveWorld& world) {
  Query query(database, "SELECT history, events_given, media_number, restored, root_pool, request_number FROM catalog_facts");
  if (!query.next()) throw DamagedRow("the row of table catalog_facts is missing");
  Id<struct HistoryTag> history;  // NULL is zero
  query.read(history), query.read(world.last_event), query.read(world.media_number), query.read(world.restored), query.read(world.root_pool);
  query.read(world.last_request_sequence);
  world.history = history.guid;
}

// Open ones, and those that have ended and are not in the history yet; of the history only the keys that may still be sent again.
void read_requests(Database& database, ActiveWorld& world) {
  for (auto& request : rows<RequestRecord>(database, select<RequestRecord>("request ORDER BY sequence")))
    (is_final(request.state) ? world.ended_requests : world.open_requests).push_back(std::move(request));
  for (auto const& session : world.sessions) {
    Query query(database, "SELECT sequence, request_key FROM request_done WHERE session = ? AND request_key <> '' ORDER BY sequence", session.id);
    while (query.next()) {
      auto& call = world.ended_calls.emplace_back();
      call.session = session.id;
      query.read(call.number), query.read(call.key);
    }
  }
}

std::optional<RequestRecord> request_row(Database& database, std::uint64_t number) {
  static std::string const open_one = select<RequestRecord>("request WHERE sequence = ?"), finished_one = select<RequestRecord>("request_done WHERE sequence = ?");
  constexpr std::uint64_t newest = std::numeric_limits<std::int64_t>::max();
  if (number > newest) return std::nullopt;
  if (auto open = row<RequestRecord>(database, open_one, number)) return open;
  return row<RequestRecord>(database, finished_one, number);
}

std::vector<MediaCount> media_counts(Database& database) {
  std::vector<MediaCount> counts;
  Query query(database, "SELECT place.id, pool.id, media FROM media_counter LEFT JOIN object_ref AS place ON place.ref = place_library LEFT JOIN object_ref AS pool ON pool.ref = pool");
  while (query.next()) {
    auto& count = counts.emplace_back();
    query.read(count.place), query.read(count.pool), query.read(count.media);
  }
  return counts;
}

std::map<std::string, std::uint64_t> media_of_users(Database& database) {
  std::map<std::string, std::uint64_t> counts;
  Query query(database, "SELECT user, media FROM user_media_counter");
  while (query.next()) {
    std::string user;
    query.read(user);
    query.read(counts[user]);
  }
  return counts;
}

std::vector<ObjectSecurity> securities(Database& database) {
  std::vector<ObjectSecurity> all;
  Query query(database, "SELECT object, descriptor FROM object_security ORDER BY object");
  while (query.next()) {
    auto& one = all.emplace_back();
    query.read(one.object), query.read(one.descriptor);
  }
  return all;
}

}  // namespace

SqliteReader::SqliteReader(std::unique_ptr<Database> own) : own_(std::move(own)), database_(*own_) {}
SqliteReader::SqliteReader(Database& shared) : database_(shared) {}
SqliteReader::~SqliteReader() = default;

Result<ActiveWorld> SqliteReader::load_active() {
  return guarded(database_.path(), [&]() -> Result<ActiveWorld> {
    Snapshot const snapshot(database_, own_ != nullptr);
    ActiveWorld world;
    world.libraries = rows<LibraryRecord>(database_, select<LibraryRecord>("library ORDER BY id"));
    world.library_media_types = rows<LibraryMediaType>(database_, select<LibraryMediaType>("library_media_type ORDER BY library, type"));
    world.changers = rows<ChangerRecord>(database_, select<ChangerRecord>("changer ORDER BY id"));
    world.drives = rows<DriveRecord>(database_, select<DriveRecord>("drive ORDER BY id"));
    world.hot_drives = rows<DriveHot>(database_, select<DriveHot>("drive_hot ORDER BY id"));
    world.slots = rows<SlotRecord>(database_, select<SlotRecord>("slot ORDER BY id"));
    world.ports = rows<PortRecord>(database_, select<PortRecord>("port ORDER BY id"));
    world.doors = rows<DoorRecord>(database_, select<DoorRecord>("door ORDER BY id"));
    world.media_types = rows<MediaTypeRecord>(database_, select<MediaTypeRecord>("media_type ORDER BY id"));
    world.pools = rows<PoolRecord>(database_, select<PoolRecord>("pool ORDER BY id"));
    world.sessions = rows<SessionRecord>(database_, select<SessionRecord>("session ORDER BY id"));
    read_requests(database_, world);
    world.intents = rows<IntentRecord>(database_, select<IntentRecord>("intent ORDER BY library"));
    world.operator_requests = rows<OperatorRequestRecord>(
        database_, select<OperatorRequestRecord>(
                       "operator_request INDEXED BY operator_request_open WHERE state NOT IN (4, 5) ORDER BY submitted, id"));
    world.securities = securities(database_);
    world.computer = row<ComputerRecord>(database_, select<ComputerRecord>("computer"));
    world.device_types = rows<DeviceTypeRecord>(database_, select<DeviceTypeRecord>("device_type ORDER BY id"));
    world.destinations = rows<DestinationRecord>(database_, select<DestinationRecord>("destination ORDER BY object, kind, name"));
    world.timings = rows<TimingRecord>(database_, select<TimingRecord>("timing ORDER BY subject, kind"));
    read_facts(database_, world);
    world.last_event = std::max(world.last_event, count(database_, "SELECT last FROM event_batch ORDER BY first DESC LIMIT 1"));
    world.last_request_sequence = std::max({world.last_request_sequence, count(database_, "SELECT max(sequence) FROM request"), count(database_, "SELECT max(sequence) FROM request_done")});
    world.media_count = count(database_, "SELECT sum(media) FROM media_counter");
    world.media_counts = media_counts(database_);
    world.media_of_users = media_of_users(database_);
    return world;
  });
}

Result<std::optional<MediumRecord>> SqliteReader::medium(MediumId id) {
  return guarded(database_.path(), [&]() -> Result<std::optional<MediumRecord>> {
    return medium_rows::read(database_, id);
  });
}

Result<std::optional<MediumRecord>> SqliteReader::medium_of_side(SideId id) {
  return guarded(database_.path(), [&]() -> Result<std::optional<MediumRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    auto const ref = medium_rows::ref_of_medium_with(database_, id);
    return ref ? medium_rows::read(database_, *ref) : std::nullopt;
  });
}

Result<std::optional<LogicalMediumRecord>> SqliteReader::logical_medium(LogicalMediumId id) {
  return guarded(database_.path(), [&]() -> Result<std::optional<LogicalMediumRecord>> {
    return row<LogicalMediumRecord>(database_, select<LogicalMediumRecord>("logical_medium WHERE id = ?"), id);
  });
}

Result<std::optional<ObjectText>> SqliteReader::object_text(Guid object) {
  return guarded(database_.path(), [&]() -> Result<std::optional<ObjectText>> {
    return row<ObjectText>(database_, select<ObjectText>("object_text WHERE object = ?"), object);
  });
}

Result<std::optional<DoneCall>> SqliteReader::done_call(SessionId session, std::string const& key) {
  return guarded(database_.path(), [&]() -> Result<std::optional<DoneCall>> {
    static std::string const sql = select<DoneCall>("done_call WHERE session = ? AND request_key = ?");
    return row<DoneCall>(database_, sql, session, key);
  });
}

Result<std::optional<std::string>> SqliteReader::object_attribute(Guid object, std::string const& name) {
  return guarded(database_.path(), [&]() -> Result<std::optional<std::string>> {
    Query query(database_, "SELECT data FROM object_attribute WHERE object = ? AND name = ?", object, name);
    if (!query.next()) return std::nullopt;
    std::string data;
    query.read(data);
    return data;
  });
}

Result<std::vector<LogicalMediumRecord>> SqliteReader::logical_media_by_key(SessionId session, std::string const& key) {
  return guarded(database_.path(), [&]() -> Result<std::vector<LogicalMediumRecord>> {
    static std::string const sql = select<LogicalMediumRecord>("logical_medium WHERE session = ? AND request_key = ? AND request_key <> '' LIMIT 2");
    return rows<LogicalMediumRecord>(database_, sql, session, key);
  });
}

Result<std::vector<AllocatableSide>> SqliteReader::allocatable_sides(AllocatableSide const& behind, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<std::vector<AllocatableSide>> {
    static std::string const sql = select<AllocatableSide>(
        "allocatable_side WHERE pool = ? AND library = ? AND shelf = ? AND (allocate_count, created, medium, number) > (?, ?, ?, ?) "
        "ORDER BY allocate_count, created, medium, number LIMIT ?");
    return rows<AllocatableSide>(database_, sql, behind.pool, behind.library, behind.shelf, behind.allocate_count, behind.created,
                                 behind.medium.guid, behind.number, page_limit(limit));
  });
}

Result<std::vector<MediumRecord>> SqliteReader::media_by_barcode(std::string const& barcode) {
  return guarded(database_.path(), [&]() -> Result<std::vector<MediumRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    return medium_rows::read(database_, medium_rows::with_barcode(database_, barcode, limits::media_alike_max));
  });
}

// A disc with two labels is known by either of them (Omid::same_medium).
Result<std::vector<MediumRecord>> SqliteReader::media_by_label(Omid const& label) {
  return guarded(database_.path(), [&]() -> Result<std::vector<MediumRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    std::set<medium_rows::Ref> owners;
    auto const add = [&](std::vector<medium_rows::Ref> const& found) { owners.insert(found.begin(), found.end()); };
    add(medium_rows::with_label(database_, label.type, label.id, limits::media_alike_max));
    add(medium_rows::with_other_label(database_, label.key(), limits::media_alike_max));
    if (std::size_t const blank = label.also.find(' '); blank != std::string::npos)
      add(medium_rows::with_label(database_, label.also.substr(0, blank), label.also.substr(blank + 1), limits::media_alike_max));
    std::vector<medium_rows::Ref> refs(owners.begin(), owners.end());
    refs.resize(std::min(refs.size(), limits::media_alike_max));
    return medium_rows::read(database_, refs);
  });
}

Result<std::vector<MediumRecord>> SqliteReader::media_by_name(std::string const& name) {
  return guarded(database_.path(), [&]() -> Result<std::vector<MediumRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    constexpr std::size_t enough_to_see_that_it_is_not_clear = 2;
    return medium_rows::read(database_, medium_rows::with_name(database_, name, enough_to_see_that_it_is_not_clear));
  });
}

Result<std::vector<MediumRecord>> SqliteReader::media_page(MediaFilter filter, MediumId after, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<std::vector<MediumRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    std::optional<medium_rows::Ref> behind = 0;
    if (after && !(behind = medium_rows::ref_of(database_, after))) return cursor_gone("medium", after.guid);
    return medium_rows::read(database_, medium_rows::page(database_, filter, *behind, page_limit(limit)));
  });
}

Result<std::vector<LogicalMediumRecord>> SqliteReader::logical_media_page(PoolId pool, LogicalMediumId after, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<std::vector<LogicalMediumRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    RSM_TRY(Cursor const cursor, cursor_at(database_, "logical_medium", "created", after.guid));
    Query query(database_, select<LogicalMediumRecord>("logical_medium WHERE (created, id) > (?, ?)" +
                                                       std::string(pool ? " AND pool = ?" : "") + " ORDER BY created, id LIMIT ?"));
    query.bind(cursor.time), query.bind(cursor.id);
    if (pool) query.bind(pool);
    query.bind(page_limit(limit));
    std::vector<LogicalMediumRecord> page;
    while (query.next()) page.push_back(read_record<LogicalMediumRecord>(query));
    return page;
  });
}

Result<MediaFound> SqliteReader::search_media(MediaSearch const& search) {
  return guarded(database_.path(), [&]() -> Result<MediaFound> {
    Snapshot const snapshot(database_, own_ != nullptr);
    return media_search::find(database_, search);
  });
}

Result<std::uint64_t> SqliteReader::count_media(MediaFilter filter) {
  return guarded(database_.path(), [&]() -> Result<std::uint64_t> {
    return medium_rows::count(database_, filter);
  });
}

Result<std::uint64_t> SqliteReader::count_logical_media(PoolId pool) {
  return guarded(database_.path(), [&]() -> Result<std::uint64_t> {
    if (pool) return count(database_, "SELECT media FROM logical_media_counter WHERE pool = ?", pool);
    return count(database_, "SELECT sum(media) FROM logical_media_counter");
  });
}

Result<std::optional<RequestRecord>> SqliteReader::request(RequestId id) {
  return guarded(database_.path(), [&]() -> Result<std::optional<RequestRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    auto const number = number_of(database_, id);
    return number ? request_row(database_, *number) : std::nullopt;
  });
}

Result<std::optional<RequestRecord>> SqliteReader::request(std::uint64_t number) {
  return guarded(database_.path(), [&]() -> Result<std::optional<RequestRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    return request_row(database_, number);
  });
}

Result<std::vector<RequestRecord>> SqliteReader::requests_page(LibraryId library, std::uint64_t before, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<std::vector<RequestRecord>> {
    std::string const rest = std::string("request_done WHERE sequence < ?") + (library ? " AND library = ?" : "") + " ORDER BY sequence DESC LIMIT ?";
    constexpr std::uint64_t newest = std::numeric_limits<std::int64_t>::max();
    std::vector<RequestRecord> page;
    Query query(database_, select<RequestRecord>(rest));
    query.bind(before == 0 ? newest : std::min(before, newest));
    if (library) query.bind(library);
    query.bind(page_limit(limit));
    while (query.next()) page.push_back(read_record<RequestRecord>(query));
    return page;
  });
}

Result<std::vector<OperatorRequestRecord>> SqliteReader::operator_requests_page(OperatorRequestId after, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<std::vector<OperatorRequestRecord>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    RSM_TRY(Cursor const cursor, cursor_at(database_, "operator_request", "submitted", after.guid));
    return rows<OperatorRequestRecord>(
        database_, select<OperatorRequestRecord>("operator_request WHERE (submitted, id) > (?, ?) ORDER BY submitted, id LIMIT ?"),
        cursor.time, cursor.id, page_limit(limit));
  });
}

Result<std::optional<OperatorRequestRecord>> SqliteReader::operator_request(OperatorRequestId id) {
  return guarded(database_.path(), [&]() -> Result<std::optional<OperatorRequestRecord>> {
    return row<OperatorRequestRecord>(database_, select<OperatorRequestRecord>("operator_request WHERE id = ?"), id);
  });
}

Result<EventPage> SqliteReader::events(std::uint64_t after, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<EventPage> {
    Snapshot const snapshot(database_, own_ != nullptr);
    EventPage page;
    page.oldest = count(database_, "SELECT first FROM event_batch ORDER BY first LIMIT 1");
    std::size_t const most = std::min(limit, limits::events_page_max);
    // From the row that holds the one after the cursor, if it is kept; else from the oldest.
    Query query(database_,
                "SELECT first, payload FROM event_batch WHERE first >= ifnull((SELECT first FROM event_batch WHERE first <= ? "
                "ORDER BY first DESC LIMIT 1), 0) ORDER BY first",
                std::min<std::uint64_t>(after, std::numeric_limits<std::int64_t>::max() - 1) + 1);
    while (page.events.size() < most && query.next()) {
      std::uint64_t first = 0;
      std::string payload;
      query.read(first), query.read(payload);
      RSM_TRY(auto events, decode_events(payload, first));
      for (auto& event : events)
        if (event.number > after && page.events.size() < most) page.events.push_back(std::move(event));
    }
    return page;
  });
}

Result<std::vector<HistoryEntry>> SqliteReader::history_page(HistoryFilter const& filter, std::optional<HistoryCursor> const& after, std::size_t limit) {
  return guarded(database_.path(), [&]() -> Result<std::vector<HistoryEntry>> {
    Snapshot const snapshot(database_, own_ != nullptr);
    return history_rows::page(database_, filter, after, page_limit(limit));
  });
}

Result<HistorySums> SqliteReader::history_sums(Guid object) {
  return guarded(database_.path(), [&]() -> Result<HistorySums> { return history_rows::sums(database_, object); });
}

Result<std::optional<MediumId>> SqliteReader::deleted_medium(std::string const& called) {
  return guarded(database_.path(), [&]() -> Result<std::optional<MediumId>> { return history_rows::deleted_medium(database_, called); });
}

}  // namespace rsm::db
