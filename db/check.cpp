#include <SQLiteCpp/Database.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include "db/event_codec.hpp"
#include "db/files.hpp"
#include "db/limits.hpp"
#include "db/maintenance.hpp"
#include "db/query.hpp"
#include "libmgr/domain/security_descriptor.hpp"

namespace rsm::db {
namespace {

class Findings {
 public:
  void add(std::string sentence) {
    if (!full()) sentences_.push_back(std::move(sentence));
  }
  bool full() const { return sentences_.size() >= limits::catalog_findings_max; }
  std::vector<std::string> take() { return std::move(sentences_); }

 private:
  std::vector<std::string> sentences_;
};

// What must hold between rows. Every row of an answer is a finding: the sentence with {} for its only column.
struct Rule {
  char const* sentence;
  char const* sql;  // gives the broken ones, as text
};

constexpr Rule rules[] = {
    {"request {} is both open and finished",
     "SELECT hex(request.id) FROM request JOIN request_done ON request_done.sequence = request.sequence"},
    {"two requests have the id {}", "SELECT hex(id) FROM (SELECT id FROM request UNION ALL SELECT id FROM request_done) GROUP BY id HAVING count(*) > 1"},
    {"request {} is not found by its id",
     "SELECT hex(id) FROM (SELECT id, sequence FROM request UNION ALL SELECT id, sequence FROM request_done) AS one WHERE NOT (substr(hex(id), 13, 1) = '8' AND "
     "substr(hex(id), 1, 12) = printf('%012X', sequence)) AND NOT EXISTS (SELECT 1 FROM request_id WHERE request_id.id = one.id AND request_id.sequence = one.sequence)"},
    {"the id {} is kept of a request that there is not",
     "SELECT hex(id) FROM request_id WHERE sequence NOT IN (SELECT sequence FROM request) AND sequence NOT IN (SELECT sequence FROM request_done)"},
    // SQLite does not look at CHECK constraints through a read-only connection; these two matter.
    {"request {} is among the open ones and has a state that there is not", "SELECT hex(id) FROM request WHERE state NOT BETWEEN 0 AND 8"},
    {"request {} is among the finished ones and has not ended", "SELECT hex(id) FROM request_done WHERE state NOT IN (2, 3, 4, 7, 8)"},
    {"the media counter of (place, pool, library) {} is wrong",
     "SELECT ifnull((SELECT hex(id) FROM object_ref WHERE ref = p), '') || ', ' || ifnull((SELECT hex(id) FROM object_ref WHERE ref = q), '') || ', ' || "
     "ifnull((SELECT hex(id) FROM object_ref WHERE ref = l), '') FROM (SELECT ifnull(place_library, 0) p, ifnull(pool, 0) q, ifnull(library, 0) l, count(*) n FROM medium_row "
     "GROUP BY 1, 2, 3 UNION ALL SELECT place_library, pool, library, -media FROM media_counter) GROUP BY p, q, l HAVING sum(n) <> 0"},
    {"two media have the id {}", "SELECT hex(id) FROM medium_row AS one WHERE EXISTS (SELECT 1 FROM medium_row AS other WHERE substr(other.id, 1, 6) = substr(one.id, 1, 6) AND "
     "other.id = one.id AND other.ref > one.ref)"},
    {"two sides have the id {}", "SELECT hex(id) FROM side_row AS one WHERE EXISTS (SELECT 1 FROM side_row AS other WHERE substr(other.id, 1, 6) = substr(one.id, 1, 6) AND "
     "other.id = one.id AND other.ref > one.ref)"},
    {"side {} belongs to a medium that is not in the catalog", "SELECT hex(id) FROM side_row WHERE NOT EXISTS (SELECT 1 FROM medium_row WHERE medium_row.ref = side_row.ref / 256)"},
    {"medium {} names a library that has no id",
     "SELECT hex(id) FROM medium_row WHERE (library IS NOT NULL AND library NOT IN (SELECT ref FROM object_ref)) OR (place_library IS NOT NULL AND place_library NOT IN (SELECT ref "
     "FROM object_ref))"},
    {"pool or media type {} has another number than its media name",
     "SELECT hex(id) FROM (SELECT id, ref FROM pool UNION ALL SELECT id, ref FROM media_type) AS one WHERE ref IS NOT (SELECT ref FROM object_ref WHERE object_ref.id = one.id)"},
    {"side {} is not found by what its label says",
     "SELECT hex(side_row.id) FROM side_row JOIN medium_row ON medium_row.ref = side_row.ref / 256 WHERE info_is_name <> ifnull(omid_info IN (name, barcode), 0)"},
    {"the counter of logical media of pool {} is wrong",
     "SELECT hex(p) FROM (SELECT ifnull(pool, X'') p, count(*) n FROM logical_medium GROUP BY 1 UNION ALL SELECT pool, -media FROM "
     "logical_media_counter) GROUP BY p HAVING sum(n) <> 0"},
    {"the counter of media of user {} is wrong",
     "SELECT u FROM (SELECT user u, count(*) n FROM logical_medium WHERE user <> '' GROUP BY 1 UNION ALL SELECT user, -media FROM user_media_counter) "
     "GROUP BY u HAVING sum(n) <> 0"},
    {"the catalog has {} rows of facts about itself instead of one", "SELECT count(*) FROM catalog_facts HAVING count(*) <> 1"},
    {"the events from {} on have numbers that an earlier history gave",
     "SELECT first FROM event_batch WHERE first <= (SELECT max(events_given) FROM catalog_facts) ORDER BY first LIMIT 1"},
    {"two media are in the same place: {}",
     "SELECT (SELECT hex(id) FROM object_ref WHERE ref = place_library) || ', element kind ' || place_kind || ', number ' || place_number FROM medium_row WHERE place_library IS NOT NULL "
     "GROUP BY place_library, place_kind, place_number HAVING count(*) > 1"},
    {"drive {} holds a medium that is not in the catalog",
     "SELECT hex(id) FROM drive_hot WHERE medium IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medium_row WHERE substr(medium_row.id, 1, 6) = substr(drive_hot.medium, 1, 6) AND medium_row.id = drive_hot.medium)"},
    {"drive {} holds a side that is not one of its medium's",
     "SELECT hex(id) FROM drive_hot WHERE side IS NOT NULL AND NOT EXISTS (SELECT 1 FROM side_row JOIN medium_row ON medium_row.ref = side_row.ref / 256 WHERE "
     "substr(side_row.id, 1, 6) = substr(drive_hot.side, 1, 6) AND side_row.id = drive_hot.side AND medium_row.id IS drive_hot.medium)"},
    {"slot {} holds a medium that is not in the catalog",
     "SELECT hex(id) FROM slot WHERE medium IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medium_row WHERE substr(medium_row.id, 1, 6) = substr(slot.medium, 1, 6) AND medium_row.id = slot.medium)"},
    {"port {} holds a medium that is not in the catalog",
     "SELECT hex(id) FROM port WHERE medium IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medium_row WHERE substr(medium_row.id, 1, 6) = substr(port.medium, 1, 6) AND medium_row.id = port.medium)"},
    {"the intent of library {} moves a medium that is not in the catalog",
     "SELECT hex(library) FROM intent WHERE (medium IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medium_row WHERE substr(medium_row.id, 1, 6) = substr(intent.medium, 1, 6) AND medium_row.id = intent.medium)) OR "
     "(partner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medium_row WHERE substr(medium_row.id, 1, 6) = substr(intent.partner, 1, 6) AND medium_row.id = intent.partner))"},
    {"what may be allocated of medium {} is not what its sides say",
     "SELECT DISTINCT hex(m) FROM (SELECT pool p, library l, shelf f, allocate_count c, created t, medium m, number n, -1 one FROM allocatable_side UNION ALL "
     "SELECT medium.pool, medium.place_library, CASE WHEN EXISTS (SELECT 1 FROM side_row o WHERE o.ref BETWEEN medium.ref * 256 AND medium.ref * 256 + 255 AND o.state IN (5, 6)) THEN 0 "
     "WHEN EXISTS (SELECT 1 FROM side_row o WHERE o.ref BETWEEN medium.ref * 256 AND medium.ref * 256 + 255 AND o.state <> 4) THEN 1 ELSE 2 END, side_row.allocate_count, "
     "medium.created, medium.id, side_row.number, 1 FROM side_row JOIN medium ON medium.ref = side_row.ref / 256 WHERE side_row.state = 4 AND medium.enabled <> 0 AND "
     "medium.pool IS NOT NULL AND medium.place_library IS NOT NULL) GROUP BY p, l, f, c, t, m, n HAVING sum(one) <> 0"},
    {"side {} is allocated or complete without a logical medium, or has one without being so",
     "SELECT hex(id) FROM side_row WHERE (state IN (5, 6)) <> (logical_medium IS NOT NULL)"},
    {"row {} of the history names a cartridge, drive or library that the catalog has lost",
     "SELECT number FROM (SELECT number, medium ref FROM history UNION ALL SELECT number, drive FROM history UNION ALL SELECT number, library FROM history "
     "UNION ALL SELECT number, medium FROM history_new UNION ALL SELECT number, drive FROM history_new UNION ALL SELECT number, library FROM history_new) "
     "WHERE ref IS NOT NULL AND ref NOT IN (SELECT ref FROM history_subject)"},
    {"row {} of what is new in the history has a number that the history gave before", "SELECT min(number) FROM history_new HAVING min(number) <= (SELECT max(number) FROM history)"},
    {"logical medium {} stands for a side that does not carry it",
     "SELECT hex(logical_medium.id) FROM logical_medium LEFT JOIN side_row ON substr(side_row.id, 1, 6) = substr(logical_medium.side, 1, 6) AND side_row.id = logical_medium.side "
     "WHERE side_row.logical_medium IS NOT logical_medium.id"},
    {"side {} carries a logical medium that does not point back to it",
     "SELECT hex(side_row.id) FROM side_row WHERE logical_medium IS NOT NULL AND NOT EXISTS (SELECT 1 FROM logical_medium WHERE "
     "logical_medium.id = side_row.logical_medium AND logical_medium.side = side_row.id)"},
};

void check_pages(Database& database, Findings& findings) {
  Query query(database, fmt::format("PRAGMA integrity_check({})", limits::catalog_findings_max));
  while (!findings.full() && query.next()) {
    std::string line;
    query.read(line);
    if (line != "ok") findings.add("SQLite: " + line);
  }
}

void check_references(Database& database, Findings& findings) {
  Query query(database, "PRAGMA foreign_key_check");
  while (!findings.full() && query.next()) {
    std::string table, parent;
    std::optional<std::int64_t> row;
    query.read(table), query.read(row), query.read(parent);
    findings.add(fmt::format("a row of table {} refers to a row of table {} that is not there", table, parent));
  }
}

void check_rules(Database& database, Findings& findings) {
  for (auto const& rule : rules) {
    Query query(database, rule.sql);
    while (!findings.full() && query.next()) {
      std::string which;
      query.read(which);
      findings.add(fmt::format(fmt::runtime(rule.sentence), which));
    }
  }
}

// Numbers without a gap, and every row can be read.
void check_events(Database& database, Findings& findings) {
  Query query(database, "SELECT first, last, payload FROM event_batch ORDER BY first");
  std::uint64_t expected = 0;
  while (!findings.full() && query.next()) {
    std::uint64_t first = 0, last = 0;
    std::string payload;
    query.read(first), query.read(last), query.read(payload);
    if (expected != 0 && first != expected) findings.add(fmt::format("events {} to {} are missing or overlap", expected, first));
    expected = last + 1;
    auto const events = decode_events(payload, first);
    if (!events)
      findings.add(events.error().sentence());
    else if (events->size() != last - first + 1)
      findings.add(fmt::format("events {} to {}: the row has {} of them", first, last, events->size()));
  }
}

// One that cannot be read lets nobody in but administrators.
void check_securities(Database& database, Findings& findings) {
  Query query(database, "SELECT object, descriptor FROM object_security");
  while (!findings.full() && query.next()) {
    Guid object;
    std::string bytes;
    query.read(object), query.read(bytes);
    if (auto const read = security::decode(std::as_bytes(std::span(bytes))); !read)
      findings.add(fmt::format("the security of object {}: {}; an administrator sets it anew (rsm security set)", object.text(), read.error().text()));
  }
}

void check_all(Database& database, Findings& findings) {
  check_pages(database, findings);
  check_references(database, findings);
  check_rules(database, findings);
  check_events(database, findings);
  check_securities(database, findings);
}

bool damage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

}  // namespace

Result<std::vector<std::string>> findings_of(Database& database) {
  return guarded(database.path(), [&]() -> Result<std::vector<std::string>> {
    Findings findings;
    try {
      Query(database, "BEGIN").run();
      check_all(database, findings);
    } catch (SQLite::Exception const& exception) {
      if (!damage(exception.getErrorCode())) throw;
      findings.add(error_of(exception, database.path()).sentence());
    } catch (DamagedRow const& damaged) {
      findings.add(damaged.what());
    }
    Query(database, "ROLLBACK").run();
    return findings.take();
  });
}

Result<CheckReport> check_catalog(std::string const& path, std::stop_token stop) {
  if (!file_exists(path)) return fail(Errc::object_not_found, path, "there is no such file");
  RSM_TRY(auto const database, Database::open_reader(path));
  constexpr int steps_between_looks = 10'000;  // of SQLite's machine: a millisecond or less
  auto const asked = [](void* token) { return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0; };
  sqlite3_progress_handler(database->connection().getHandle(), steps_between_looks, asked, &stop);
  CheckReport report;
  report.schema_version = static_cast<int>(built_in_migrations().size());
  RSM_TRY(report.bytes, file_bytes(path));
  auto found = findings_of(*database);
  if (stop.stop_requested()) return fail(Errc::cancelled, path, "the check was stopped before its end");
  RSM_TRY(report.findings, std::move(found));
  return report;
}

}  // namespace rsm::db
