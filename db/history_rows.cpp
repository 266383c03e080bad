#include "db/history_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>

#include "db/limits.hpp"
#include "db/query.hpp"

namespace rsm::db::history_rows {
namespace {

// An element in one small number.
std::optional<std::int64_t> packed(std::optional<Element> const& element) {
  if (!element) return std::nullopt;
  return std::int64_t{element->number} * 4 + number(element->kind);
}

std::optional<Element> unpacked(std::optional<std::int64_t> const& number) {
  if (!number) return std::nullopt;
  if (*number < 0 || *number / 4 > std::numeric_limits<std::uint32_t>::max()) throw DamagedRow("an element of the history has no number");
  return Element{static_cast<ElementKind>(*number % 4), static_cast<std::uint32_t>(*number / 4)};
}

// What is nothing takes no byte.
template <class T>
std::optional<T> unless_empty(T const& value) {
  return value == T{} ? std::nullopt : std::optional<T>(value);
}

void bind_sums(Query& query, HistorySums const& sums) {
  query.bind(sums.last_used), query.bind(sums.moves), query.bind(sums.mounted), query.bind(sums.errors), query.bind(sums.alerts), query.bind(sums.cleanings);
}

std::optional<std::int64_t> known_ref(Database& database, Guid object) {
  Query query(database, "SELECT ref FROM history_subject WHERE object = ?", object);
  std::optional<std::int64_t> ref;
  if (query.next()) query.read(ref);
  return ref;
}

// Its small number; what happened is added to its sums. Two statements: one that returns what it wrote makes a table of its own for that each time.
std::int64_t ref_of(Database& database, Guid object, HistorySums const& more) {
  if (auto const known = known_ref(database, object)) {
    Query add(database,
              "UPDATE history_subject SET last_used = max(ifnull(?1, last_used), ifnull(last_used, ?1)), moves = moves + ?2, mounted = mounted + ?3, "
              "errors = errors + ?4, alerts = alerts + ?5, cleanings = cleanings + ?6 WHERE ref = ?7");
    bind_sums(add, more), add.bind(*known);
    add.run();
    return *known;
  }
  Query begin(database, "INSERT INTO history_subject (object, last_used, moves, mounted, errors, alerts, cleanings) VALUES (?, ?, ?, ?, ?, ?, ?)");
  begin.bind(object), bind_sums(begin, more);
  return begin.run_for_row();
}

// Of what has no sums of its own: written once.
std::int64_t plain_ref(Database& database, Guid object) {
  auto const known = known_ref(database, object);
  return known ? *known : ref_of(database, object, {});
}

// Runs a query that deletes rows and returns the medium of each; forgets cartridges without a record whose last row has gone.
void take_out(Database& database, Query& query) {
  std::set<std::int64_t> media;
  while (query.next()) {
    std::optional<std::int64_t> medium;
    query.read(medium);
    if (medium) media.insert(*medium);
  }
  for (auto const& ref : media)
    Query(database,
          "DELETE FROM history_subject WHERE ref = ?1 AND name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM history WHERE medium = ?1) "
          "AND NOT EXISTS (SELECT 1 FROM history_new WHERE medium = ?1)",
          ref)
        .run();
}

// Behind the place where a page begins, up to the end of the range.
struct Range {
  HistoryCursor behind;
  TimePoint end{};
};

// No row has the number 0: it stands before all of its time.
Range range_of(HistoryFilter const& filter, std::optional<HistoryCursor> const& after) {
  constexpr TimePoint begin = TimePoint::min(), end = TimePoint::max();
  bool const down = filter.newest_first;
  HistoryCursor first = down ? HistoryCursor{filter.to.value_or(end), 0} : HistoryCursor{filter.from.value_or(begin), 0};
  if (after && (down ? std::pair(after->time, after->number) < std::pair(first.time, first.number) : std::pair(after->time, after->number) > std::pair(first.time, first.number)))
    first = *after;
  return {first, down ? filter.from.value_or(begin) : filter.to.value_or(end)};
}

// What is asked for, with what it is called. The wishes are bound in this order: object, request, library, range.
std::string rows_text(std::string const& table, HistoryFilter const& filter) {
  bool const of_object = !filter.object.is_zero(), of_drive = of_object && filter.type == ObjectType::drive;
  std::string of = !of_object ? "" : of_drive ? "h.drive = ? AND " : "h.medium = ? AND ";
  if (filter.request) of += "h.request = ? AND ";
  if (filter.library) of += "h.library = ? AND ";
  std::string const range = filter.newest_first ? "(h.time, h.number) < (?, ?) AND h.time >= ?" : "(h.time, h.number) > (?, ?) AND h.time < ?";
  return "SELECT h.number, h.time, h.kind, m.object, ifnull(medium.name, m.name), d.object, drive.name, l.object, library.name, h.source, h.target, h.side, "
         "h.duration, h.error, h.alert, h.request, h.user, h.application, h.text FROM " + table +
         " LEFT JOIN history_subject AS m ON m.ref = h.medium LEFT JOIN medium_row AS medium ON substr(medium.id, 1, 6) = substr(m.object, 1, 6) AND medium.id = m.object "
         "LEFT JOIN history_subject AS d ON d.ref = h.drive LEFT JOIN drive ON drive.id = d.object "
         "LEFT JOIN history_subject AS l ON l.ref = h.library LEFT JOIN library ON library.id = l.object WHERE " + of + range;
}

// A page is read in one direction of an index: by medium, drive, request, library, each with time and number, or by time and number alone. What is asked
// for besides is looked at in each row.
std::string page_text(HistoryFilter const& filter) {
  bool const of_object = !filter.object.is_zero(), of_drive = of_object && filter.type == ObjectType::drive;
  std::string const order = filter.newest_first ? " ORDER BY h.time DESC, h.number DESC" : " ORDER BY h.time, h.number";
  std::string const index = filter.request ? "history_of_request" : of_drive ? "history_of_drive" : of_object ? "history_of_medium" : filter.library ? "history_of_library" : "history_by_time";
  return rows_text("history AS h INDEXED BY " + index, filter) + order + " LIMIT ?";
}

HistoryEntry read_entry(Query& query) {
  HistoryEntry entry;
  auto& r = entry.record;
  std::optional<std::string> medium_name, drive_name, library_name, user, application, text;
  std::optional<std::int64_t> from, to;
  std::optional<std::uint32_t> error, alert;
  query.read(entry.number), query.read(r.time), query.read(r.kind), query.read(r.medium), query.read(medium_name), query.read(r.drive), query.read(drive_name);
  query.read(r.library), query.read(library_name), query.read(from), query.read(to), query.read(r.side), query.read(r.duration), query.read(error), query.read(alert);
  query.read(r.request), query.read(user), query.read(application), query.read(text);
  entry.medium_name = medium_name.value_or(""), entry.drive_name = drive_name.value_or(""), entry.library_name = library_name.value_or("");
  r.from = unpacked(from), r.to = unpacked(to), r.error = error.value_or(0), r.alert = alert.value_or(0);
  r.user = user.value_or(""), r.application = application.value_or(""), r.text = text.value_or("");
  return entry;
}

}  // namespace

void add(Database& database, HistoryRecord const& record) {
  HistorySums const more = sums_of(record);
  std::optional<std::int64_t> medium, drive, library;
  if (record.medium) medium = ref_of(database, record.medium.guid, more);
  if (record.drive) drive = ref_of(database, record.drive.guid, more);
  if (record.library) library = plain_ref(database, record.library.guid);
  auto const from = packed(record.from), to = packed(record.to);
  auto const error = unless_empty(record.error), alert = unless_empty(record.alert);
  auto const user = unless_empty(record.user), application = unless_empty(record.application), text = unless_empty(record.text);
  Query(database,
        "INSERT INTO history_new (number, time, kind, medium, drive, library, source, target, side, duration, error, alert, request, user, application, text) "
        "VALUES (max(coalesce((SELECT max(number) FROM history_new), (SELECT max(number) FROM history), 0), (SELECT history_number FROM catalog_facts)) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        record.time, record.kind, medium, drive, library, from, to, record.side, record.duration, error, alert, record.request, user, application, text)
      .run();
}

void go_on(Database& database, HistoryGoesOn const& one) {
  auto const from = known_ref(database, one.from.guid);
  if (!from) return;
  HistorySums const brought = sums(database, one.from.guid);
  auto const into = ref_of(database, one.into.guid, brought);
  Query(database, "UPDATE history SET medium = ? WHERE medium = ?", into, *from).run();
  Query(database, "UPDATE history_new SET medium = ? WHERE medium = ?", into, *from).run();
  Query(database, "DELETE FROM history_subject WHERE ref = ?", *from).run();
}

namespace {

// Both ends of the history and of what is new. Looked up, which costs next to nothing, at each commit; what deletes makes a table for what it returns,
// and there is seldom anything to delete.
struct Ends {
  std::optional<TimePoint> oldest, oldest_new;
  std::optional<std::uint64_t> first, last, first_new, last_new;

  std::uint64_t rows_new() const { return last_new ? *last_new - *first_new + 1 : 0; }
  std::uint64_t newest() const { return last_new.value_or(last.value_or(0)); }
};

Ends ends_of(Database& database) {
  Query query(database,
              "SELECT (SELECT min(time) FROM history INDEXED BY history_by_time), (SELECT time FROM history_new ORDER BY number LIMIT 1), (SELECT min(number) FROM history), "
              "(SELECT max(number) FROM history), (SELECT min(number) FROM history_new), (SELECT max(number) FROM history_new)");
  Ends ends;
  if (query.next()) query.read(ends.oldest), query.read(ends.oldest_new), query.read(ends.first), query.read(ends.last), query.read(ends.first_new), query.read(ends.last_new);
  return ends;
}

// In the order of their numbers; every index gets its share of the whole batch while its pages are at hand.
void take_into_history(Database& database) {
  Query(database, "INSERT INTO history SELECT * FROM history_new ORDER BY number").run();
  Query(database, "DELETE FROM history_new").run();
}

void purge_old(Database& database, TimePoint before, std::size_t bite) {
  Query too_old(database,
                "DELETE FROM history WHERE number IN (SELECT number FROM history INDEXED BY history_by_time WHERE time < ? "
                "AND number < (SELECT max(number) FROM history) ORDER BY time, number LIMIT ?) RETURNING medium",
                before, bite);
  take_out(database, too_old);
}

void purge_up_to(Database& database, std::uint64_t number, std::size_t bite) {
  Query too_many(database, "DELETE FROM history WHERE number IN (SELECT number FROM history WHERE number <= ? ORDER BY number LIMIT ?) RETURNING medium", number, bite);
  take_out(database, too_many);
}

}  // namespace

void purge(Database& database, TimePoint before, std::uint64_t kept, std::size_t bite) {
  auto ends = ends_of(database);
  bool const batch_is_full = ends.rows_new() >= std::min<std::uint64_t>(limits::history_rows_at_once, kept);
  if (batch_is_full || ends.oldest_new < before) {  // what is too old goes the way of all that is
    if (ends.rows_new() > 0) take_into_history(database), ends = ends_of(database);
  }
  if (ends.oldest && *ends.oldest < before) purge_old(database, before, bite);
  if (ends.first && ends.newest() - *ends.first >= kept) purge_up_to(database, ends.newest() - kept, bite);
}

std::vector<HistoryEntry> page(Database& database, HistoryFilter const& filter, std::optional<HistoryCursor> const& after, std::size_t limit) {
  std::vector<HistoryEntry> entries;
  std::optional<std::int64_t> subject;
  if (!filter.object.is_zero()) {
    subject = known_ref(database, filter.object);
    if (!subject) return entries;
  }
  std::optional<std::int64_t> library;
  if (filter.library) {
    library = known_ref(database, filter.library.guid);
    if (!library) return entries;
  }
  auto const range = range_of(filter, after);
  auto const bind_wishes = [&](Query& query) {
    if (subject) query.bind(*subject);
    if (filter.request) query.bind(filter.request);
    if (library) query.bind(*library);
    query.bind(range.behind.time), query.bind(range.behind.number), query.bind(range.end);
  };
  {
    Query in_order(database, page_text(filter));
    bind_wishes(in_order), in_order.bind(limit);
    while (in_order.next()) entries.push_back(read_entry(in_order));
  }
  {
    Query not_in_order(database, rows_text("history_new AS h", filter));
    bind_wishes(not_in_order);
    while (not_in_order.next()) entries.push_back(read_entry(not_in_order));
  }
  std::ranges::sort(entries, [down = filter.newest_first](HistoryEntry const& one, HistoryEntry const& other) {
    auto const place = [](HistoryEntry const& entry) { return std::pair(entry.record.time, entry.number); };
    return down ? place(one) > place(other) : place(one) < place(other);
  });
  if (entries.size() > limit) entries.resize(limit);
  return entries;
}

HistorySums sums(Database& database, Guid object) {
  Query query(database, "SELECT last_used, moves, mounted, errors, alerts, cleanings FROM history_subject WHERE object = ?", object);
  HistorySums sums;
  if (query.next()) query.read(sums.last_used), query.read(sums.moves), query.read(sums.mounted), query.read(sums.errors), query.read(sums.alerts), query.read(sums.cleanings);
  return sums;
}

std::optional<MediumId> deleted_medium(Database& database, std::string const& called) {
  auto const found = [&](std::string_view sql, auto const& value) -> std::optional<MediumId> {
    Query query(database, sql, value);
    MediumId id;
    if (!query.next()) return std::nullopt;
    query.read(id);
    return id;
  };
  if (auto const id = Guid::parse(called)) return found("SELECT object FROM history_subject WHERE object = ? AND name IS NOT NULL", *id);
  if (auto const id = found("SELECT object FROM history_subject WHERE barcode = ? AND barcode IS NOT NULL ORDER BY ref DESC LIMIT 1", called)) return id;
  return found("SELECT object FROM history_subject WHERE name = ? AND name IS NOT NULL ORDER BY ref DESC LIMIT 1", called);
}

}  // namespace rsm::db::history_rows
