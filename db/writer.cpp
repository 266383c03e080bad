#include "db/writer.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <unordered_map>

#include "db/columns.hpp"
#include "db/event_codec.hpp"
#include "db/files.hpp"
#include "db/history_rows.hpp"
#include "db/limits.hpp"
#include "db/medium_rows.hpp"
#include "db/request_rows.hpp"
#include "db/said.hpp"

namespace rsm::db {
namespace {

// Where each record is at home, and what makes it the same object.
template <class Record>
struct Home;
#define RSM_HOME(record, table_name, ...)                             \
  template <>                                                         \
  struct Home<record> {                                               \
    static constexpr char const* table = table_name;                  \
    static inline std::vector<std::string> const key = {__VA_ARGS__}; \
  };
RSM_HOME(LibraryRecord, "library", "id")
RSM_HOME(LibraryMediaType, "library_media_type", "library", "type")
RSM_HOME(ChangerRecord, "changer", "id")
RSM_HOME(DriveRecord, "drive", "id")
RSM_HOME(DriveHot, "drive_hot", "id")
RSM_HOME(SlotRecord, "slot", "id")
RSM_HOME(PortRecord, "port", "id")
RSM_HOME(DoorRecord, "door", "id")
RSM_HOME(MediaTypeRecord, "media_type", "id")
RSM_HOME(PoolRecord, "pool", "id")
RSM_HOME(LogicalMediumRecord, "logical_medium", "id")
RSM_HOME(SessionRecord, "session", "id")
RSM_HOME(IntentRecord, "intent", "library")
RSM_HOME(OperatorRequestRecord, "operator_request", "id")
RSM_HOME(ObjectText, "object_text", "object")
RSM_HOME(DoneCall, "done_call", "session", "request_key")
RSM_HOME(TimingRecord, "timing", "subject", "kind")
RSM_HOME(ComputerRecord, "computer", "id")
RSM_HOME(DeviceTypeRecord, "device_type", "id")
RSM_HOME(DestinationRecord, "destination", "object", "kind", "name")
#undef RSM_HOME

// INSERT ... ON CONFLICT (key) DO UPDATE of everything else: never REPLACE, which would delete what hangs on the row.
template <class Record>
std::string upsert_text(std::string const& table, std::vector<std::string> const& key) {
  std::string keys, marks, assignments;
  for (auto const& name : key) keys += (keys.empty() ? "" : ", ") + name;
  for (auto const& name : column_names<Record>()) {
    marks += marks.empty() ? "?" : ", ?";
    if (std::find(key.begin(), key.end(), name) == key.end())
      assignments += fmt::format("{}{} = excluded.{}", assignments.empty() ? "" : ", ", name, name);
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}", table, column_list<Record>(), marks, keys,
                     assignments.empty() ? "NOTHING" : "UPDATE SET " + assignments);
}

template <class Record>
void upsert(Database& database, std::string const& sql, Record const& record) {
  Query query(database, sql);
  columns(BindColumns{query}, record);
  query.run();
}

template <class Record>
void upsert(Database& database, Record const& record) {
  static std::string const sql = upsert_text<Record>(Home<Record>::table, Home<Record>::key);
  upsert(database, sql, record);
}

// Tables an object of this type has rows in; none: there is no such object in the catalog.
std::vector<char const*> tables_of(ObjectType type) {
  switch (type) {
    case ObjectType::library:
      return {"library"};
    case ObjectType::changer:
      return {"changer"};
    case ObjectType::drive:
      return {"drive"};
    case ObjectType::slot:
      return {"slot"};
    case ObjectType::port:
      return {"port"};
    case ObjectType::door:
      return {"door"};
    case ObjectType::media_type:
      return {"media_type"};
    case ObjectType::pool:
      return {"pool"};
    case ObjectType::medium:
      return {"medium_row"};  // found by number, as their sides are (db/medium_rows.hpp)
    case ObjectType::side:
      return {"side_row"};
    case ObjectType::logical_medium:
      return {"logical_medium"};
    case ObjectType::session:
      return {"session"};
    case ObjectType::request:
      return {"request", "request_done"};  // found by number (db/request_rows.hpp)
    case ObjectType::operator_request:
      return {"operator_request"};
    default:
      return {};
  }
}

// "table drive misses its row in library": the first row that hangs on nothing. Only asked when a commit was refused for it.
std::string missing_parent(Database& database) {
  static std::string const sql = "PRAGMA foreign_key_check";
  Query query(database, sql);
  if (!query.next()) return {};
  std::string table, parent;
  std::optional<std::int64_t> row;
  query.read(table), query.read(row), query.read(parent);
  return fmt::format("a row of table {} refers to a row of table {} that is not there", table, parent);
}

// A request, and what a drive is at, often have several records in one commit. Each is whole, so only the last one is written.
class LastRecords {
 public:
  explicit LastRecords(std::span<ChangeSet const> sets) {
    for (auto const& set : sets)
      for (auto const& change : set.changes) {
        if (auto const* request = std::get_if<RequestRecord>(&change)) requests_[request->id] = request;
        if (auto const* drive = std::get_if<DriveHot>(&change)) drives_[drive->id] = drive;
      }
  }

  bool superseded(Change const& change) const {
    if (auto const* request = std::get_if<RequestRecord>(&change)) return requests_.at(request->id) != request;
    if (auto const* drive = std::get_if<DriveHot>(&change)) return drives_.at(drive->id) != drive;
    return false;
  }

 private:
  std::unordered_map<RequestId, RequestRecord const*> requests_;
  std::unordered_map<DriveId, DriveHot const*> drives_;
};

// What a finished request takes in the catalog, its entries in the indexes included.
constexpr char const* bytes_of_row =
    "400 + length(CAST(reason AS BLOB)) + length(CAST(request_key AS BLOB)) + length(CAST(application AS BLOB)) + length(CAST(user AS BLOB)) + "
    "length(CAST(computer AS BLOB))";

// Where none is added, none is too many.
bool has_history(std::span<ChangeSet const> sets) {
  return std::ranges::any_of(sets, [](ChangeSet const& set) {
    return std::ranges::any_of(set.changes, [](Change const& change) { return std::holds_alternative<HistoryRecord>(change); });
  });
}

TimePoint newest_time(std::span<ChangeSet const> sets) {
  TimePoint newest{};
  for (auto const& set : sets) {
    for (auto const& event : set.events) newest = std::max(newest, event.time);
    for (auto const& change : set.changes)
      if (auto const* request = std::get_if<RequestRecord>(&change))
        newest = std::max(newest, request->changed);
      else if (auto const* happened = std::get_if<HistoryRecord>(&change))
        newest = std::max(newest, happened->time);
      else if (auto const* ended = std::get_if<ToHistory>(&change))
        newest = std::max(newest, ended->now);
  }
  return newest;
}

}  // namespace

Writer::Writer(Database& database, WriterOptions options) : database_(database), options_(options) {}

std::expected<void, CommitFailure> Writer::commit(std::span<ChangeSet const> sets) {
  if (auto numbered = database_.number_opening(); !numbered) {
    CommitFailure failure = roll_back(std::move(numbered.error()));
    if (failure.error.code != Errc::disk_full) database_.distrust(), failure.result = CommitResult::unknown;
    return std::unexpected(std::move(failure));
  }
  auto written = guarded(database_.path(), [&]() -> Result<> {
    Query(database_, "BEGIN IMMEDIATE").run();
    write(sets);
    return {};
  });
  if (!written) return std::unexpected(roll_back(std::move(written.error())));
  int code = SQLITE_OK;
  auto committed = guarded(database_.path(), [&]() -> Result<> {
    try {
      Query(database_, "COMMIT").run();
    } catch (SQLite::Exception const& exception) {
      code = exception.getErrorCode() & 0xff;  // without the extension
      throw;
    }
    return {};
  });
  if (!committed) return std::unexpected(failed_at_commit(code, std::move(committed.error())));
  return {};
}

// Before COMMIT nothing in the log is marked as committed: once the transaction has ended, nothing of it is there.
CommitFailure Writer::roll_back(Error error) {
  kept_.reset();
  database_.object_ids().clear();  // numbers of this transaction are given again
  computer_.reset();
  oldest_may_go_ = TimePoint::min();
  if (error.code == Errc::disk_full && database_.is_file())
    error.detail += fmt::format("; {}, the catalog needs {} MiB to go on", room_text(database_.path()), limits::catalog_room_bytes >> 20);
  auto ended = guarded(database_.path(), [&]() -> Result<> {
    if (sqlite3_get_autocommit(database_.connection().getHandle()) == 0) Query(database_, "ROLLBACK").run();
    return {};
  });
  if (ended) return {CommitResult::rolled_back, std::move(error)};
  database_.distrust();
  return {CommitResult::unknown, std::move(error)};
}

// A full disk stops the commit's last page from being whole, and a contradiction or a busy file stops it before it begins;
// any other error may have come after the page was on its way.
CommitFailure Writer::failed_at_commit(int code, Error error) {
  if (code == SQLITE_CONSTRAINT) {
    auto missing = guarded(database_.path(), [&]() -> Result<std::string> { return missing_parent(database_); });
    if (missing && !missing->empty()) error.detail += "; " + *missing;
  }
  CommitFailure failure = roll_back(std::move(error));
  if (code == SQLITE_FULL || code == SQLITE_CONSTRAINT || code == SQLITE_BUSY) return failure;
  database_.distrust();
  failure.result = CommitResult::unknown;
  return failure;
}

Result<> Writer::recover(CommitFailure const& failure) {
  if (failure.result == CommitResult::rolled_back && failure.error.code == Errc::disk_full) {
    // What is in the log already can move into the file: then the log starts again from its beginning, in space it has.
    return guarded(database_.path(), [&]() -> Result<> {
      sqlite3_wal_checkpoint_v2(database_.connection().getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
      return {};
    });
  }
  return database_.reopen();
}

std::expected<void, CommitFailure> Writer::checkpoint_if_due() {
  if (database_.log_pages() < options_.log_pages_max) return {};
  auto done = guarded(database_.path(), [&]() -> Result<> {
    sqlite3* const handle = database_.connection().getHandle();
    int const code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    int const kind = code & 0xff;
    if (kind == SQLITE_OK || kind == SQLITE_BUSY || kind == SQLITE_LOCKED || kind == SQLITE_FULL) return {};
    throw SQLite::Exception(handle, code);
  });
  if (done) return {};
  database_.distrust();
  return std::unexpected(CommitFailure{CommitResult::rolled_back, std::move(done.error())});
}

void Writer::write(std::span<ChangeSet const> sets) {
  LastRecords const last(sets);
  for (auto const& set : sets)
    for (auto const& change : set.changes)
      if (!last.superseded(change)) apply(change);
  write_events(sets);
  purge(sets);
}

void Writer::apply(Change const& change) {
  std::visit(
      [this](auto const& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, RequestRecord>)
          write_request(value);
        else if constexpr (std::is_same_v<T, ToHistory>)
          move_to_history(value);
        else if constexpr (std::is_same_v<T, OperatorRequestRecord>)
          write_operator_request(value);
        else if constexpr (std::is_same_v<T, MediumRecord>)
          medium_rows::write(database_, value);
        else if constexpr (std::is_same_v<T, Erase>)
          erase(value);
        else if constexpr (std::is_same_v<T, EraseIntent>)
          Query(database_, "DELETE FROM intent WHERE library = ?", value.library).run();
        else if constexpr (std::is_same_v<T, MediaNumber>)
          Query(database_, "UPDATE catalog_facts SET media_number = max(media_number, ?)", value.newest).run();
        else if constexpr (std::is_same_v<T, HistoryBegins>)
          Query(database_, "UPDATE catalog_facts SET history = ?, restored = NULL", value.history).run();
        else if constexpr (std::is_same_v<T, EraseLibraryMediaType>)
          Query(database_, "DELETE FROM library_media_type WHERE library = ? AND type = ?", value.library, value.type).run();
        else if constexpr (std::is_same_v<T, RootPool>)
          Query(database_, "UPDATE catalog_facts SET root_pool = ?", value.id).run();
        else if constexpr (std::is_same_v<T, ObjectAttribute>)
          write_attribute(value);
        else if constexpr (std::is_same_v<T, ObjectText>)
          write_text(value);
        else if constexpr (std::is_same_v<T, ObjectSecurity>)
          Query(database_, "INSERT INTO object_security (object, descriptor) VALUES (?, ?) ON CONFLICT (object) DO UPDATE SET descriptor = excluded.descriptor", value.object,
                Bytes{value.descriptor})
              .run();
        else if constexpr (std::is_same_v<T, HistoryRecord>)
          history_rows::add(database_, value);
        else if constexpr (std::is_same_v<T, HistoryGoesOn>)
          history_rows::go_on(database_, value);
        else if constexpr (std::is_same_v<T, DoneCall>)
          write_done_call(value);
        else if constexpr (std::is_same_v<T, ComputerRecord>)
          write_computer(value);
        else if constexpr (std::is_same_v<T, EraseDestination>)
          Query(database_, "DELETE FROM destination WHERE object = ? AND kind = ? AND name = ?", value.destination.object, value.destination.kind, value.destination.name).run();
        else
          upsert(database_, value);
      },
      change);
}

void Writer::write_request(RequestRecord const& request) {
  static std::string const sql = upsert_text<RequestRecord>("request", {"sequence"});
  upsert(database_, sql, request);
  if (number_in(request.id) != request.sequence) Query(database_, "INSERT OR IGNORE INTO request_id (id, sequence) VALUES (?, ?)", request.id, request.sequence).run();
}

// In the order of their numbers, so that every tree is written from left to right.
void Writer::move_to_history(ToHistory const& ended) {
  for (auto first = ended.numbers.begin(); first != ended.numbers.end();) {
    auto last = first;
    while (std::next(last) != ended.numbers.end() && *std::next(last) == *last + 1) ++last;
    move_to_history(*first, *last);
    first = std::next(last);
  }
}

// Of numbers that follow each other. One that was deleted meanwhile is there no more.
void Writer::move_to_history(std::uint64_t first, std::uint64_t last) {
  static std::string const these = "FROM request WHERE sequence BETWEEN ? AND ? AND state IN (2, 3, 4, 7, 8)";
  static std::string const measure = fmt::format("SELECT count(*), sum({}), min(changed) {}", bytes_of_row, these);
  static std::string const add = fmt::format("INSERT INTO request_done ({0}) SELECT {0} {1}", column_list<RequestRecord>(), these);
  static std::string const take = "DELETE " + these;
  auto& count = kept();  // as it was before these
  std::int64_t found = 0;
  std::optional<std::int64_t> bytes;
  std::optional<TimePoint> oldest;
  {
    Query query(database_, measure, first, last);
    if (query.next()) query.read(found), query.read(bytes), query.read(oldest);
  }
  if (found == 0) return;
  count.requests += found;
  count.bytes += bytes.value_or(0);
  if (oldest) oldest_may_go_ = std::min(oldest_may_go_, *oldest);
  Query(database_, add, first, last).run();
  Query(database_, take, first, last).run();
}

void Writer::write_operator_request(OperatorRequestRecord const& request) {
  auto& count = kept().operator_requests;  // as it was before this one
  upsert(database_, request);
  if (is_final(request.state)) ++count;
}

// What is kept of finished requests grows old with any commit, also with one that whoever writes this does not know of yet: what is said of an object
// goes with it, and does not come after it.
bool Writer::is_there(Guid object) {
  static std::string const sql = [] {
    std::string text;
    for (auto type : {ObjectType::operator_request, ObjectType::logical_medium, ObjectType::pool, ObjectType::library, ObjectType::drive,
                      ObjectType::slot, ObjectType::port, ObjectType::door, ObjectType::changer, ObjectType::media_type})
      for (auto const* table : tables_of(type)) text += fmt::format("{}SELECT 1 FROM {} WHERE id = ?1", text.empty() ? "" : " UNION ALL ", table);
    for (auto const* never_erased : {"computer", "device_type"}) text += fmt::format(" UNION ALL SELECT 1 FROM {} WHERE id = ?1", never_erased);
    return text + " LIMIT 1";
  }();
  if (number_of(database_, RequestId{object})) return true;
  if (medium_rows::ref_of(database_, MediumId{object}) || medium_rows::ref_of_medium_with(database_, SideId{object})) return true;
  Query query(database_, sql, object);
  return query.next();
}

void Writer::write_attribute(ObjectAttribute const& attribute) {
  if (attribute.data.empty()) {
    Query(database_, "DELETE FROM object_attribute WHERE object = ? AND name = ?", attribute.object, attribute.name).run();
    return;
  }
  if (!is_there(attribute.object)) return;
  Query(database_, "INSERT INTO object_attribute (object, name, data) VALUES (?, ?, ?) ON CONFLICT (object, name) DO UPDATE SET data = excluded.data",
        attribute.object, attribute.name, Bytes{attribute.data})
      .run();
}

void Writer::write_text(ObjectText const& text) {
  bool const says_something = !text.name.empty() || !text.description.empty();
  if (says_something && !is_there(text.object)) return;
  if (says_something) return upsert(database_, text);
  Query(database_, "DELETE FROM object_text WHERE object = ?", text.object).run();
}

// One comes, one goes: those that are older than all that can still be sent again.
void Writer::write_done_call(DoneCall const& call) {
  upsert(database_, call);
  Query(database_, "DELETE FROM done_call WHERE number <= (SELECT max(number) FROM done_call) - ?", limits::done_calls_kept).run();
}

void Writer::write_computer(ComputerRecord const& computer) {
  upsert(database_, computer);
  computer_ = computer;
  failed_kept_up_to_ = refused_kept_up_to_ = {};
  oldest_may_go_ = TimePoint::min();
}

ComputerRecord const& Writer::computer() {
  if (computer_) return *computer_;
  static std::string const sql = "SELECT " + column_list<ComputerRecord>() + " FROM computer";
  Query query(database_, sql);
  return computer_.emplace(query.next() ? read_record<ComputerRecord>(query) : ComputerRecord{});
}

void Writer::erase(Erase const& erase) {
  auto const tables = tables_of(erase.type);
  if (tables.empty()) throw RefusedChange("an object of type " + word(erase.type) + " has no row that could be erased");
  if (erase.type == ObjectType::request) return erase_finished_request(RequestId{erase.id});
  if (erase.type == ObjectType::medium) return medium_rows::erase(database_, MediumId{erase.id});
  if (erase.type == ObjectType::side) return medium_rows::erase(database_, SideId{erase.id});
  if (erase.type == ObjectType::operator_request) erase_finished_operator_request(erase.id);
  if (erase.type == ObjectType::session) Query(database_, "DELETE FROM done_call WHERE session = ?", erase.id).run();
  for (auto const* table : tables) Query(database_, fmt::format("DELETE FROM {} WHERE id = ?", table), erase.id).run();
}

// What is kept is counted on, not counted anew.
void Writer::erase_finished_request(RequestId id) {
  static std::string const one = fmt::format("DELETE FROM request_done WHERE sequence = ? AND id = ? RETURNING sequence, {}", bytes_of_row);
  auto const number = number_of(database_, id);
  if (!number) return;
  kept();
  {
    Query query(database_, one, *number, id);
    take_out(query);
  }
  if (Query(database_, "DELETE FROM request WHERE sequence = ? AND id = ?", *number, id).run() == 0) return;
  was_given(*number);
  forget_said(database_, id.guid);  // what has a trigger where it is finished long since
  Query(database_, "DELETE FROM request_id WHERE id = ?", id).run();
}

// Where the newest request is deleted, its number is not given again.
void Writer::was_given(std::uint64_t number) {
  Query(database_,
        "UPDATE catalog_facts SET request_number = ?1 WHERE request_number < ?1 AND NOT EXISTS (SELECT 1 FROM request WHERE sequence > ?1) "
        "AND NOT EXISTS (SELECT 1 FROM request_done WHERE sequence > ?1)",
        number)
      .run();
}

void Writer::erase_finished_operator_request(Guid id) {
  auto& count = kept().operator_requests;
  count -= Query(database_, "DELETE FROM operator_request WHERE id = ? AND state IN (4, 5)", id).run();
}

// Runs a query that deletes finished requests and returns number and bytes of each.
void Writer::take_out(Query& query) {
  std::uint64_t newest = 0;
  while (query.next()) {
    std::uint64_t number = 0;
    std::int64_t bytes = 0;
    query.read(number), query.read(bytes);
    newest = std::max(newest, number);
    --kept().requests;
    kept().bytes -= bytes;
  }
  if (newest != 0) was_given(newest);
}

void Writer::write_events(std::span<ChangeSet const> sets) {
  EventEncoder encoder;
  std::uint64_t first = 0, last = 0;
  for (auto const& set : sets) {
    for (auto const& event : set.events) {
      if (first == 0) {
        last = newest_event();
        first = last + 1;
      }
      if (event.number != last + 1)
        throw RefusedChange(fmt::format("the event after number {} has number {}: events must follow each other", last, event.number));
      last = event.number;
      encoder.add(event);
    }
  }
  if (first == 0) return;
  Query(database_, "INSERT INTO event_batch (first, last, payload) VALUES (?, ?, ?)", first, last, Bytes{encoder.payload()}).run();
  if (last <= options_.events_kept) return;
  Query(database_, "DELETE FROM event_batch WHERE first <= ? AND first < ?", last - options_.events_kept, first).run();
}

std::uint64_t Writer::newest_event() {
  std::uint64_t newest = 0;
  if (Query query(database_, "SELECT last FROM event_batch ORDER BY first DESC LIMIT 1"); query.next()) {
    query.read(newest);
    return newest;
  }
  if (Query query(database_, "SELECT events_given FROM catalog_facts"); query.next()) query.read(newest);
  return newest;
}

Writer::Kept& Writer::kept() {
  if (kept_) return *kept_;
  static std::string const requests = fmt::format("SELECT count(*), sum({}) FROM request_done", bytes_of_row);
  Kept counted;
  {
    Query query(database_, requests);
    std::optional<std::int64_t> bytes;
    if (query.next()) query.read(counted.requests), query.read(bytes);
    counted.bytes = bytes.value_or(0);
  }
  Query query(database_, "SELECT count(*) FROM operator_request INDEXED BY operator_request_by_age WHERE state IN (4, 5)");
  if (query.next()) query.read(counted.operator_requests);
  return kept_.emplace(counted);
}

void Writer::purge(std::span<ChangeSet const> sets) {
  TimePoint const now = newest_time(sets);
  if (now == TimePoint{}) return;
  std::size_t changes = 0;
  for (auto const& set : sets)
    for (auto const& change : set.changes) changes += std::holds_alternative<ToHistory>(change) ? std::get<ToHistory>(change).numbers.size() : 1;
  std::size_t const bite = limits::purge_rows_each_commit + changes;
  purge_requests(now, bite);
  purge_operator_requests(now, bite);
  if (has_history(sets)) history_rows::purge(database_, now - options_.history_purge_after, options_.history_kept, bite);
}

// Of a call, all or nothing: not before the last of its requests has ended and is old.
void Writer::purge_requests(TimePoint now, std::size_t bite) {
  static std::string const oldest = fmt::format(
      "DELETE FROM request_done WHERE sequence IN (SELECT sequence FROM request_done INDEXED BY request_done_by_age "
      "ORDER BY changed LIMIT ?) RETURNING sequence, {}",
      bytes_of_row);
  auto const& rules = computer();
  TimePoint const before = now - rules.request_purge_after.value_or(options_.request_purge_after);
  if ((rules.request_flags & keep_flag::no_auto_purge) == 0 && oldest_may_go_ < before) purge_old_requests(before, bite);
  auto const too_many = kept().requests - static_cast<std::int64_t>(options_.requests_kept);
  bool const too_large = kept().bytes > static_cast<std::int64_t>(options_.requests_kept_bytes);
  if (too_many <= 0 && !too_large) return;
  std::size_t const most = too_large ? bite : std::min(bite, static_cast<std::size_t>(too_many));
  Query beyond(database_, oldest, most);
  take_out(beyond);
}

// Those that have failed stay where an administrator wants it; they are passed over once, not with every commit.
void Writer::purge_old_requests(TimePoint before, std::size_t bite) {
  static std::string const old = fmt::format(
      "DELETE FROM request_done WHERE sequence IN (SELECT sequence FROM request_done AS old INDEXED BY request_done_by_age WHERE changed >= ? AND changed < ? AND state <> ? "
      "AND NOT EXISTS (SELECT 1 FROM request AS other WHERE old.group_size > 1 AND other.sequence BETWEEN old.sequence - old.group_size AND old.sequence + old.group_size "
      "AND other.group_id = old.group_id) "
      "AND NOT EXISTS (SELECT 1 FROM request_done AS other WHERE old.group_size > 1 AND other.sequence BETWEEN old.sequence - old.group_size AND old.sequence + old.group_size "
      "AND other.group_id = old.group_id AND other.changed >= ?) ORDER BY changed LIMIT ?) RETURNING sequence, {}",
      bytes_of_row);
  bool const failed_stay = (computer().request_flags & keep_flag::no_failed_purge) != 0;
  int const stays = failed_stay ? number(RequestState::failed) : -1;
  auto const there = kept().requests;
  {
    Query too_old(database_, old, failed_stay ? failed_kept_up_to_ : TimePoint::min(), before, stays, before, bite);
    take_out(too_old);
  }
  bool const all_of_them = there - kept().requests < static_cast<std::int64_t>(bite);
  if (!all_of_them) return;
  if (failed_stay) failed_kept_up_to_ = before;
  Query younger(database_, "SELECT changed FROM request_done INDEXED BY request_done_by_age WHERE changed >= ? ORDER BY changed LIMIT 1", before);
  oldest_may_go_ = TimePoint::max();
  if (younger.next()) younger.read(oldest_may_go_);
}

void Writer::purge_operator_requests(TimePoint now, std::size_t bite) {
  if (kept().operator_requests == 0) return;
  auto const& rules = computer();
  TimePoint const before = now - rules.operator_request_purge_after.value_or(options_.request_purge_after);
  bool const refused_stay = (rules.operator_request_flags & keep_flag::no_failed_purge) != 0;
  if ((rules.operator_request_flags & keep_flag::no_auto_purge) == 0) {
    int const gone = Query(database_,
                           "DELETE FROM operator_request WHERE id IN (SELECT id FROM operator_request INDEXED BY operator_request_by_age "
                           "WHERE state IN (4, 5) AND changed >= ? AND changed < ? AND state <> ? ORDER BY changed LIMIT ?)",
                           refused_stay ? refused_kept_up_to_ : TimePoint::min(), before, refused_stay ? number(OperatorState::refused) : -1, bite)
                         .run();
    kept().operator_requests -= gone;
    if (refused_stay && static_cast<std::size_t>(gone) < bite) refused_kept_up_to_ = before;
  }
  auto const too_many = kept().operator_requests - static_cast<std::int64_t>(options_.requests_kept);
  if (too_many <= 0) return;
  kept().operator_requests -= Query(database_,
                                    "DELETE FROM operator_request WHERE id IN (SELECT id FROM operator_request INDEXED BY operator_request_by_age "
                                    "WHERE state IN (4, 5) ORDER BY changed LIMIT ?)",
                                    std::min(bite, static_cast<std::size_t>(too_many)))
                                  .run();
}

}  // namespace rsm::db
