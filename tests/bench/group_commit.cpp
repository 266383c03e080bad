// The bare yardstick of durability: SQLite alone, one thread, no daemon and no wire, with the pragmas of the catalog.
//
//   bench_group_commit FOLDER enqueue|withdraw same|lean --group N
//
// One transaction carries what N sessions that wait for their answers bring together. enqueue: one transaction of N open requests (they
// are deleted between the times that count). withdraw: the same, and a second transaction that ends them.
//   same  the rows that the daemon writes for it, into the tables and indexes of its schema: a mount is one row of `request`; its
//         withdrawal writes it once more and puts a REMOVE beside it; what has ended goes to `request_done` in transactions of its
//         own, as many at once as the daemon takes; and the events of each transaction are one row of as many bytes
//   lean  five columns, two indexes, no events: what a queue needs at least
#include <sqlite3.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "db/schema.hpp"
#include "libmgr/base/command_line.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/limits.hpp"
#include "tests/bench/contestant.hpp"

namespace rsm::bench {
namespace {

// Bytes of the events of one request in a row of event_batch, as the daemon encodes them (one event, and five).
constexpr std::size_t event_bytes_enqueue = 50, event_bytes_withdraw = 380;

class Sqlite {
 public:
  explicit Sqlite(std::string const& path) {
    if (sqlite3_open(path.c_str(), &connection_) != SQLITE_OK) give_up("cannot open " + path);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;");
  }
  ~Sqlite() {
    for (auto* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(connection_);
  }
  Sqlite(Sqlite const&) = delete;
  Sqlite& operator=(Sqlite const&) = delete;

  void run(std::string const& sql) {
    if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sql + ": " + sqlite3_errmsg(connection_));
  }
  sqlite3_stmt* prepare(std::string const& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) give_up(sql + ": " + sqlite3_errmsg(connection_));
    return statements_.emplace_back(statement);
  }
  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(connection_));
    sqlite3_reset(statement);
  }

 private:
  sqlite3* connection_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

// A GUID of its own for each number and kind, without an order, as the daemon's are.
struct Id {
  unsigned char bytes[16];
  Id(std::uint64_t number, std::uint64_t kind) {
    std::uint64_t const high = (number * 8 + kind) * 0x9e3779b97f4a7c15ULL, low = (number + 1) * 0xc2b2ae3d27d4eb4fULL + kind;
    std::memcpy(bytes, &high, 8);
    std::memcpy(bytes + 8, &low, 8);
  }
};

// What is written for one request, in one of the two manners.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual void enqueue(std::uint64_t number) = 0;
  virtual void withdraw(std::uint64_t number) = 0;
  virtual void end_of_group(std::uint64_t /*requests*/, std::size_t /*event_bytes*/) {}
  virtual void after_commit() {}
  virtual void clear() = 0;
};

class LeanRows final : public Rows {
 public:
  explicit LeanRows(Sqlite& db) : db_(db) {
    db.run("CREATE TABLE request(id BLOB PRIMARY KEY, sequence INTEGER NOT NULL, session BLOB NOT NULL, state INTEGER NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;"
           "CREATE INDEX by_sequence ON request(sequence); CREATE INDEX by_session ON request(session);"
           "CREATE TABLE done(id BLOB PRIMARY KEY, sequence INTEGER NOT NULL, session BLOB NOT NULL, state INTEGER NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;"
           "CREATE INDEX done_by_sequence ON done(sequence);");
    insert_ = db.prepare("INSERT INTO request VALUES(?1, ?2, ?3, 0, 'queued')");
    finish_ = db.prepare("INSERT INTO done SELECT id, sequence, session, 7, 'cancelled' FROM request WHERE id = ?1");
    erase_ = db.prepare("DELETE FROM request WHERE id = ?1");
  }

  void enqueue(std::uint64_t number) override {
    Id const id(number, 0), session(number % 64, 1);
    sqlite3_bind_blob(insert_, 1, id.bytes, sizeof id.bytes, SQLITE_STATIC);
    sqlite3_bind_int64(insert_, 2, static_cast<std::int64_t>(number));
    sqlite3_bind_blob(insert_, 3, session.bytes, sizeof session.bytes, SQLITE_STATIC);
    db_.step(insert_);
  }
  void withdraw(std::uint64_t number) override {
    Id const id(number, 0);
    for (auto* statement : {finish_, erase_}) {
      sqlite3_bind_blob(statement, 1, id.bytes, sizeof id.bytes, SQLITE_STATIC);
      db_.step(statement);
    }
  }
  void clear() override { db_.run("DELETE FROM request"); }

 private:
  Sqlite& db_;
  sqlite3_stmt *insert_, *finish_, *erase_;
};

// All columns of a request, with what a mount of the bench (17) and the REMOVE of it (0) have in them.
std::string insert_of(std::string const& operation, std::string const& state, std::string const& reason) {
  bool const done = state != "0", remove = operation == "0";
  return std::string("INSERT OR REPLACE INTO request") +
         " (sequence, id, operation, operation_option, state, reason, queued, changed, completed, deadline, due, error, priority, queue_order, session, request_key, "
         "application, user, computer, group_id, group_size, work_item, nowait, for_writing, specific_drive, error_if_offline, library, medium, side, drive, slot, port, "
         "force) VALUES (?1, ?2, " +
         operation + ", 0, " + state + ", " + reason + ", 1795563092284, 1795563092284, " + (done ? "1795563092285" : "NULL") +
         ", NULL, NULL, 0, 0, 0, ?3, " + (remove ? "''" : "CAST(?1 AS TEXT)") + ", 'bench', 'root', 'machine', NULL, 1, " +
         (remove ? "?5, 0, 0, 0, 0, ?4, NULL, NULL" : "NULL, 1, 0, 0, 0, ?4, ?5, ?6") + ", NULL, NULL, NULL, 0)";
}

class SameRows final : public Rows {
 public:
  explicit SameRows(Sqlite& db) : db_(db) {
    for (auto const& migration : db::built_in_migrations()) db.run(migration.sql);
    mount_ = db.prepare(insert_of("17", "0", "''"));
    mount_done_ = db.prepare(insert_of("17", "7", "'cancelled by root'"));
    remove_done_ = db.prepare(insert_of("0", "2", "'request 123456 was cancelled'"));
    move_ = db.prepare("INSERT INTO request_done SELECT * FROM request WHERE sequence = ?1");
    erase_ = db.prepare("DELETE FROM request WHERE sequence = ?1");
    events_ = db.prepare("INSERT INTO event_batch (first, last, payload) VALUES (?1, ?2, zeroblob(?3))");
  }

  void enqueue(std::uint64_t number) override { write(mount_, number, 0); }
  void withdraw(std::uint64_t number) override {
    write(mount_done_, number, 0);
    write(remove_done_, number, 1);
    for (std::uint64_t kind : {0, 1}) ended_.push_back(sequence_of(number, kind));
  }
  // As the daemon does it: what has ended goes to the history with others.
  void after_commit() override {
    if (ended_.size() < limits::history_batch) return;
    db_.run("BEGIN IMMEDIATE");
    for (auto const sequence : ended_)
      for (auto* statement : {move_, erase_}) {
        sqlite3_bind_int64(statement, 1, sequence);
        db_.step(statement);
      }
    db_.run("COMMIT");
    ended_.clear();
  }
  void end_of_group(std::uint64_t requests, std::size_t event_bytes) override {
    sqlite3_bind_int64(events_, 1, static_cast<std::int64_t>(last_event_ + 1));
    sqlite3_bind_int64(events_, 2, static_cast<std::int64_t>(last_event_ += requests));
    sqlite3_bind_int64(events_, 3, static_cast<std::int64_t>(requests * event_bytes));
    db_.step(events_);
  }
  void clear() override { db_.run("DELETE FROM request"); }

 private:
  void write(sqlite3_stmt* statement, std::uint64_t number, std::uint64_t kind) {
    RequestId const id = request_id(static_cast<std::uint64_t>(sequence_of(number, kind)), as_guid(Id(number, kind)));
    Id const session(number % 64, 2), library(0, 3), medium(1, 4), side(1, 5);
    sqlite3_bind_int64(statement, 1, sequence_of(number, kind));
    sqlite3_bind_blob(statement, 2, id.guid.bytes.data(), static_cast<int>(id.guid.bytes.size()), SQLITE_STATIC);
    int column = 3;  // a REMOVE has no side to bind
    for (auto const* blob : {&session, &library, &medium, &side})
      if (column <= sqlite3_bind_parameter_count(statement)) sqlite3_bind_blob(statement, column++, blob->bytes, sizeof blob->bytes, SQLITE_STATIC);
    db_.step(statement);
  }
  static std::int64_t sequence_of(std::uint64_t number, std::uint64_t kind) { return static_cast<std::int64_t>(number * 2 + kind); }
  static Guid as_guid(Id const& id) {
    Guid guid;
    std::memcpy(guid.bytes.data(), id.bytes, guid.bytes.size());
    return guid;
  }

  Sqlite& db_;
  sqlite3_stmt *mount_, *mount_done_, *remove_done_, *move_, *erase_, *events_;
  std::vector<std::int64_t> ended_;
  std::uint64_t last_event_ = 0;
};

class GroupCommit {
 public:
  GroupCommit(std::string const& folder, std::string const& manner, bool withdraws, std::uint64_t group)
      : db_(folder + "/group-commit.db"), withdraws_(withdraws), group_(group) {
    if (manner == "same")
      rows_ = std::make_unique<SameRows>(db_);
    else
      rows_ = std::make_unique<LeanRows>(db_);
  }

  Round round(Seconds length) {
    Round round;
    round.whole = withdraws_;
    while (round.elapsed < length) {
      auto const begin = Clock::now();
      transaction(&Rows::enqueue, event_bytes_enqueue);
      if (withdraws_) transaction(&Rows::withdraw, event_bytes_withdraw);
      Seconds const took = Clock::now() - begin;
      round.elapsed += took;
      round.operations += group_;
      round.latencies.push_back(std::chrono::duration<float, std::micro>(took).count());
      next_ += group_;
      if (!withdraws_ && next_ % (16 * group_) == 0) rows_->clear();  // as deep as the queue of the other contestants
    }
    return round;
  }

 private:
  void transaction(void (Rows::*write)(std::uint64_t), std::size_t event_bytes) {
    db_.run("BEGIN IMMEDIATE");
    for (std::uint64_t number = next_; number < next_ + group_; ++number) (rows_.get()->*write)(number);
    rows_->end_of_group(group_, event_bytes);
    db_.run("COMMIT");
    rows_->after_commit();
  }

  Sqlite db_;
  std::unique_ptr<Rows> rows_;
  bool withdraws_;
  std::uint64_t group_, next_ = 0;
};

Work prepare(int argc, char** argv) {
  CommandLine line("SQLite group commit.");
  std::string folder, kind, manner;
  std::uint64_t group = 1;
  line.text("folder", folder);
  line.one_of("kind", kind, {"enqueue", "withdraw"});
  line.one_of("manner", manner, {"same", "lean"});
  line.number("--group", group, {}, 1, 1000);
  if (auto const end = line.read(argc, argv)) std::exit(*end);
  auto const commits = std::make_shared<GroupCommit>(folder, manner, kind == "withdraw", group);
  return [commits](Seconds length) { return commits->round(length); };
}

}  // namespace
}  // namespace rsm::bench

int main(int argc, char** argv) {
  return rsm::bench::run_contestant([&] { return rsm::bench::prepare(argc, argv); });
}
