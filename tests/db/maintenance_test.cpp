#include "db/maintenance.hpp"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "db/limits.hpp"
#include "db/restore.hpp"
#include "tests/db/history.hpp"

namespace rsm::db {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class Maintenance : public testing::Test {
 protected:
  Folder folder;
  std::string const path = folder.file("catalog.db");
  std::string const backup = folder.file("backup.db");

  // Sets from to to, by a daemon that ends afterwards.
  void write(std::uint64_t from, std::uint64_t to) {
    auto database = must(Database::open_owner(path));
    Writer writer(*database);
    for (std::uint64_t k = from; k <= to; ++k) commit(writer, k);
  }
  static void commit(Writer& writer, std::uint64_t k) {
    ChangeSet const set = history::set(k);
    must(writer.commit({&set, 1}));
  }
  // The same, with event numbers as they go on.
  void write_on(std::uint64_t from, std::uint64_t to) {
    auto database = must(Database::open_owner(path));
    Writer writer(*database);
    std::uint64_t event = must(SqliteReader(*database).load_active()).last_event;
    for (std::uint64_t k = from; k <= to; ++k) {
      ChangeSet const set = history::set(k, ++event);
      must(writer.commit({&set, 1}));
    }
  }
  std::uint64_t newest(history::Numbers numbers = history::Numbers::gone_on) {
    auto const owner = must(Database::open_owner(path));
    SqliteReader reader(must(Database::open_reader(path)));
    return history::newest(reader, numbers);
  }
  ActiveWorld world() {
    auto const owner = must(Database::open_owner(path));
    return must(SqliteReader(must(Database::open_reader(path))).load_active());
  }
  void damage(std::string const& sql) {
    SQLite::Database raw(path, SQLite::OPEN_READWRITE);
    raw.exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; " + sql);
  }
  std::vector<std::string> findings() { return must(check_catalog(path)).findings; }
  bool exists(std::string const& file) { return std::filesystem::exists(file); }
};

TEST_F(Maintenance, ASoundCatalogHasNoFindings) {
  write(1, 30);
  auto const report = must(check_catalog(path));
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.bytes, std::filesystem::file_size(path));
  EXPECT_EQ(report.schema_version, static_cast<int>(built_in_migrations().size()));
}

TEST_F(Maintenance, EachBrokenRuleIsFound) {
  std::string const x = "X'0102030405060708090a0b0c0d0e0f10'";
  std::vector<std::pair<std::string, std::string>> const cases = {
      {"UPDATE media_counter SET media = media + 1", "media counter"},
      {"UPDATE logical_media_counter SET media = 5; INSERT INTO logical_media_counter VALUES (X'00', 1)", "counter of logical media"},
      {"DELETE FROM event_batch WHERE first = 5", "events 5 to 6 are missing"},
      {"UPDATE event_batch SET payload = X'01' WHERE first = 5", "the row has 0 of them"},
      {"UPDATE event_batch SET payload = X'77' WHERE first = 5", "format of the row"},
      {"UPDATE event_batch SET payload = substr(payload, 1, 20) WHERE first = 5", "in the middle of an event"},
      {"INSERT INTO request_done SELECT * FROM request LIMIT 1", "both open and finished"},
      {"INSERT INTO slot VALUES (" + x + ", " + x + ", 0, 1, NULL)", "refers to a row of table library"},
      {"INSERT INTO drive_hot VALUES (" + x + ", 1, 0, '', " + x + ", " + x + ", NULL, NULL, '', 0, 0)",
       "holds a medium that is not in the catalog"},
      {"INSERT INTO drive_hot VALUES (" + x + ", 1, 0, '', NULL, " + x + ", NULL, NULL, '', 0, 0)",
       "a side that is not one of its medium's"},
      {"INSERT INTO slot VALUES (" + x + ", " + x + ", 0, 1, " + x + ")", "slot 0102030405060708090A0B0C0D0E0F10 holds a medium"},
      {"INSERT INTO port VALUES (" + x + ", " + x + ", 0, 1, 1, 0, " + x + ")", "port 0102030405060708090A0B0C0D0E0F10 holds a medium"},
      {"INSERT INTO intent VALUES (" + x + ", NULL, " + x + ", 0, 0, 0, 0, 0, 0, NULL)", "moves a medium that is not in the catalog"},
      {"INSERT INTO intent VALUES (" + x + ", NULL, NULL, 0, 0, 0, 0, 0, 0, " + x + ")", "moves a medium that is not in the catalog"},
      {"UPDATE side_row SET logical_medium = " + x, "does not point back"},
      {"UPDATE side_row SET state = 5", "allocated or complete without a logical medium"},
      {"INSERT INTO object_ref VALUES (99, " + x + "); UPDATE side_row SET state = 4; UPDATE medium_row SET enabled = 1, pool = 99, place_library = 99, place_kind = 0, place_number = 3", "what may be allocated of medium"},
      {"INSERT INTO allocatable_side SELECT " + x + ", " + x + ", 2, 0, created, id, 0 FROM medium", "what may be allocated of medium"},
      {"INSERT INTO logical_medium (id, side, name, description, created) SELECT " + x + ", id, '', '', 0 FROM side LIMIT 1", "stands for a side that does not carry it"},
      {"INSERT INTO object_ref VALUES (99, " + x + "); UPDATE medium_row SET place_library = 99, place_kind = 0, place_number = 3", "two media are in the same place: 0102030405060708090A0B0C0D0E0F10"},
      {"INSERT INTO medium_row (id, name, created, barcode, description, modified, enabled, sequence_number, trouble) SELECT id, name, created, barcode, description, modified, enabled, "
       "sequence_number, trouble FROM medium_row LIMIT 1", "two media have the id 02"},
      {"UPDATE side_row SET id = (SELECT id FROM side_row LIMIT 1)", "two sides have the id 0"},
      {"UPDATE side_row SET ref = ref + 99999 * 256", "belongs to a medium that is not in the catalog"},
      {"UPDATE medium_row SET library = 99", "names a library that has no id"},
      {"INSERT INTO media_type (id, code, name, sides, read_write, device_type) VALUES (" + x + ", 1, 'n', 1, 1, 7); UPDATE media_type SET ref = 77", "has another number than its media name"},
      {"UPDATE side_row SET info_is_name = 1", "is not found by what its label says"},
      {"INSERT INTO object_security VALUES (" + x + ", X'0102')", "the security of object 01020304-0506-0708-090a-0b0c0d0e0f10"},
      {"UPDATE request SET state = 9 WHERE sequence = 29", "among the open ones and has a state that there is not"},
      {"UPDATE request_done SET id = (SELECT id FROM request_done WHERE sequence = 7) WHERE sequence = 9", "two requests have the id 03"},
      {"DELETE FROM request_id WHERE sequence = 9", "is not found by its id"},
      {"DELETE FROM request_done WHERE sequence = 9; INSERT INTO request_id VALUES (" + x + ", 9)", "is kept of a request that there is not"},
      {"UPDATE request_done SET state = 1 WHERE sequence = 9", "among the finished ones and has not ended"},
  };
  for (auto const& [sql, finding] : cases) {
    SCOPED_TRACE(sql);
    std::filesystem::remove(path);
    write(1, 30);
    damage(sql);
    EXPECT_THAT(findings(), Contains(HasSubstr(finding)));
  }
}

TEST_F(Maintenance, ADamagedPageIsAFinding) {
  write(1, 60);
  std::uint64_t page = 0;
  {
    SQLite::Database raw(path);
    page = static_cast<std::uint64_t>(raw.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'medium_by_name'").getInt());
  }
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(page * 4096 - 600));  // where the cells are
  file << std::string(600, '\x5a');
  file.close();
  EXPECT_THAT(findings(), testing::Not(IsEmpty()));
}

TEST_F(Maintenance, CheckNamesAFileThatIsNotThereOrNotOurs) {
  EXPECT_EQ(check_catalog(path).error().code, Errc::object_not_found);
  std::ofstream(path) << std::string(5000, 'x');
  EXPECT_THAT(check_catalog(path).error().text(), HasSubstr("not an SQLite database"));
}

TEST_F(Maintenance, FindingsAreLimited) {
  write(1, 300);
  damage("UPDATE event_batch SET payload = X'77'");
  EXPECT_EQ(findings().size(), limits::catalog_findings_max);
}

TEST_F(Maintenance, BackupAndRestoreGiveTheSameCatalog) {
  write(1, 25);
  auto const report = must(backup_catalog(path, backup));
  EXPECT_EQ(report.path, backup);
  EXPECT_EQ(report.bytes, std::filesystem::file_size(backup));
  struct stat status {};
  ASSERT_EQ(stat(backup.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  for (auto const* end : {"-wal", "-shm", "-journal", ".partial"}) EXPECT_FALSE(exists(backup + end)) << "one file, nothing beside it";
  write(26, 40);
  must(restore_catalog(backup, path));
  EXPECT_EQ(newest(), 25u);
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_TRUE(exists(backup));
  write_on(26, 30);
  EXPECT_EQ(newest(), 30u);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Maintenance, ABackupWhileTheDaemonWritesIsOneMoment) {
  write(1, 5);
  auto database = must(Database::open_owner(path));
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> written = 5;
  std::jthread writing([&] {
    Writer writer(*database, {.log_pages_max = 50});
    while (!stop) {
      commit(writer, written + 1);
      ++written;
      must(writer.checkpoint_if_due());
    }
  });
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bounds;
  for (int i = 0; i < 5; ++i) {
    std::uint64_t const before = written;
    while (written < before + 3) std::this_thread::yield();
    std::uint64_t const least = written;
    must(backup_catalog(path, backup + std::to_string(i)));
    bounds.emplace_back(least, written.load() + 1);
    EXPECT_THAT(findings(), IsEmpty()) << "a check of the live catalog";
  }
  stop = true;
  writing.join();
  database.reset();
  for (int i = 0; i < 5; ++i) {
    must(restore_catalog(backup + std::to_string(i), path));
    std::uint64_t const there = newest();
    EXPECT_GE(there, bounds[static_cast<std::size_t>(i)].first);
    EXPECT_LE(there, bounds[static_cast<std::size_t>(i)].second);
  }
}

TEST_F(Maintenance, ABackupNeverOverwrites) {
  write(1, 3);
  std::ofstream(backup) << "precious";
  auto const result = backup_catalog(path, backup);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::already_exists);
  EXPECT_EQ(std::filesystem::file_size(backup), 8u);
}

TEST_F(Maintenance, ABackupThatIsUnderWayIsNamed) {
  write(1, 3);
  std::ofstream{backup + ".partial"};
  auto const result = backup_catalog(path, backup);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text(), AllOf(HasSubstr(backup + ".partial"), HasSubstr("interrupted")));
}

TEST_F(Maintenance, ABackupOfADamagedCatalogIsRefused) {
  write(1, 10);
  damage("UPDATE media_counter SET media = 99");
  auto const result = backup_catalog(path, backup);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text(), HasSubstr("media counter"));
  EXPECT_FALSE(exists(backup));
  EXPECT_FALSE(exists(backup + ".partial"));
}

TEST_F(Maintenance, ABackupIntoAFolderThatIsNotThere) {
  write(1, 3);
  auto const nowhere = backup_catalog(path, folder.file("no/such/backup.db"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Errc::file_not_found);
  EXPECT_THAT(nowhere.error().text(), AllOf(HasSubstr("there is no folder " + folder.file("no/such")), testing::Not(HasSubstr("damaged"))));
  std::ofstream{folder.file("a file")};
  EXPECT_EQ(backup_catalog(path, folder.file("a file/backup.db")).error().code, Errc::file_not_found);
  EXPECT_EQ(backup_catalog(path, folder.file(std::string(300, 'n'))).error().code, Errc::invalid_name);
  EXPECT_FALSE(backup_catalog(path, ""));
  EXPECT_FALSE(backup_catalog(folder.file("none.db"), backup));
  EXPECT_FALSE(exists(folder.file("none.db")));
}

TEST_F(Maintenance, RestoreIsRefusedWhileADaemonRuns) {
  write(1, 5);
  must(backup_catalog(path, backup));
  auto const daemon = must(Database::open_owner(path));
  auto const result = restore_catalog(backup, path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::sharing_violation);
  EXPECT_FALSE(exists(path + ".restore"));
}

TEST_F(Maintenance, ABadBackupIsRefusedAndTheCatalogStays) {
  write(1, 10);
  must(backup_catalog(path, backup));
  {
    SQLite::Database raw(backup, SQLite::OPEN_READWRITE);
    raw.exec("UPDATE media_counter SET media = 99");
  }
  EXPECT_THAT(restore_catalog(backup, path).error().text(), AllOf(HasSubstr("damaged"), HasSubstr(backup)));
  std::ofstream(folder.file("garbage")) << "garbage";
  EXPECT_FALSE(restore_catalog(folder.file("garbage"), path));
  EXPECT_EQ(restore_catalog(folder.file("none"), path).error().code, Errc::object_not_found);
  EXPECT_EQ(restore_catalog(path, path).error().code, Errc::invalid_parameter);
  EXPECT_FALSE(exists(path + ".restore"));
  EXPECT_FALSE(exists(path + ".restore-partial"));
  EXPECT_EQ(newest(), 10u);
}

TEST_F(Maintenance, RestoreWhereThereIsNoCatalog) {
  write(1, 7);
  must(backup_catalog(path, backup));
  std::filesystem::remove(path);
  must(restore_catalog(backup, path));
  EXPECT_EQ(newest(), 7u);
}

TEST_F(Maintenance, RestoreOverADamagedCatalogKeepsIt) {
  write(1, 7);
  must(backup_catalog(path, backup));
  std::ofstream(path) << std::string(5000, 'x');
  must(restore_catalog(backup, path));
  EXPECT_EQ(newest(), 7u);
  EXPECT_EQ(std::filesystem::file_size(path + ".before-restore"), 5000u);
}

// The old log beside the new file would be played into it.
TEST_F(Maintenance, TheOldLogNeverMeetsTheNewFile) {
  write(1, 5);
  must(backup_catalog(path, backup));
  Folder killed;
  {
    auto database = must(Database::open_owner(path));
    Writer writer(*database);
    for (std::uint64_t k = 6; k <= 20; ++k) commit(writer, k);
    for (auto const* end : {"", "-wal"}) std::filesystem::copy_file(path + end, killed.file("catalog.db") + end);
  }
  // A catalog as a killed daemon leaves it: much of it is in the log only.
  ASSERT_GT(std::filesystem::file_size(killed.file("catalog.db-wal")), 4096u);
  must(restore_catalog(backup, killed.file("catalog.db")));
  EXPECT_FALSE(exists(killed.file("catalog.db-wal")));
  auto database = must(Database::open_owner(killed.file("catalog.db")));
  SqliteReader reader(must(Database::open_reader(killed.file("catalog.db"))));
  EXPECT_EQ(history::newest(reader, history::Numbers::gone_on), 5u);
  // And the old one is whole, with its log.
  database.reset();
  for (auto const* end : {"", "-wal"}) std::filesystem::rename(killed.file("catalog.db.before-restore") + end, folder.file("old.db") + end);
  auto const old = must(Database::open_owner(folder.file("old.db")));
  SqliteReader old_reader(must(Database::open_reader(folder.file("old.db"))));
  EXPECT_EQ(history::newest(old_reader), 20u);
}

// A restore that was interrupted after its decision, at each of its steps, is finished by the next start.
TEST_F(Maintenance, AnInterruptedRestoreIsFinishedByTheNextStart) {
  for (int step = 0; step < 4; ++step) {
    SCOPED_TRACE(step);
    Folder other;
    std::string const catalog = other.file("catalog.db");
    {
      auto database = must(Database::open_owner(catalog));
      Writer writer(*database);
      for (std::uint64_t k = 1; k <= 4; ++k) commit(writer, k);
      must(backup_catalog(catalog, other.file("backup.db")));
      for (std::uint64_t k = 5; k <= 9; ++k) commit(writer, k);
      for (auto const* end : {"", "-wal"}) std::filesystem::copy_file(catalog + end, other.file("copy") + end);
    }
    for (auto const* end : {"", "-wal"}) {
      std::filesystem::remove(catalog + end);
      std::filesystem::rename(other.file("copy") + end, catalog + end);
    }
    std::filesystem::copy_file(other.file("backup.db"), catalog + ".restore");
    if (step >= 1) std::filesystem::rename(catalog, catalog + ".before-restore");
    if (step >= 2) std::filesystem::rename(catalog + "-wal", catalog + ".before-restore-wal");
    if (step >= 3) std::filesystem::rename(catalog + ".restore", catalog);
    auto database = must(Database::open_owner(catalog));
    SqliteReader reader(must(Database::open_reader(catalog)));
    EXPECT_EQ(history::newest(reader, history::Numbers::gone_on), 4u);
    if (step < 3) {
      EXPECT_GT(must(reader.load_active()).last_event, 9u) << "numbers of the old catalog are not given again";
    }
    EXPECT_FALSE(exists(catalog + ".restore"));
    EXPECT_TRUE(exists(catalog + ".before-restore-wal"));
  }
}

// The old name of an interrupted restore would make the next start go back to the backup.
TEST_F(Maintenance, ABackupUnderANameThatMeansSomethingIsRefused) {
  write(1, 3);
  std::filesystem::create_directory_symlink(folder.path(), folder.file("again"));
  std::filesystem::create_symlink(path, folder.file("link.db"));
  for (auto const* name : {"catalog.db", "catalog.db-wal", "catalog.db-shm", "catalog.db-journal", "catalog.db.lock", "catalog.db.restore",
                           "catalog.db.restore-wal", "catalog.db.restore-partial", "catalog.db.before-restore", "catalog.db.before-restore-wal",
                           "again/catalog.db.restore", "link.db", "./again/./catalog.db.restore"}) {
    auto const refused = backup_catalog(path, folder.file(name));
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Errc::invalid_parameter) << name << ": " << refused.error().text();
    EXPECT_FALSE(exists(folder.file(name) + ".partial"));
  }
  EXPECT_EQ(backup_catalog(folder.file("link.db"), path + ".restore").error().code, Errc::invalid_parameter);
  must(backup_catalog(path, folder.file("catalog.db.of-monday")));
  EXPECT_EQ(newest(), 3u);
}

TEST_F(Maintenance, AfterARestoreNumbersGoOnAboveAllThatWereGiven) {
  write(1, 25);
  {
    auto database = must(Database::open_owner(path));
    ChangeSet const named{{HistoryBegins{history::guid(7, 7)}, MediaNumber{3}}, {}};
    must(Writer(*database).commit({&named, 1}));
  }
  must(backup_catalog(path, backup));
  EXPECT_EQ(world().history, history::guid(7, 7));
  write(26, 40);
  {
    auto database = must(Database::open_owner(path));
    ChangeSet const numbered{{MediaNumber{9}}, {}};
    must(Writer(*database).commit({&numbered, 1}));
  }
  must(restore_catalog(backup, path));
  auto const restored = world();
  EXPECT_GE(restored.last_event, 41u) << "with a gap: a client that has seen event 40 is told that it is too old";
  EXPECT_EQ(restored.media_number, 9u);
  EXPECT_EQ(restored.last_request_sequence, 40u);
  EXPECT_TRUE(restored.history.is_zero()) << "a new one has to begin";
  EXPECT_EQ(restored.restored, backup);
  auto const owner = must(Database::open_owner(path));
  EXPECT_THAT(must(SqliteReader(must(Database::open_reader(path))).events(0, 1000)).events, IsEmpty()) << "they are of the history before";
}

TEST_F(Maintenance, RowsOfTheHistoryHaveNumbersAboveThoseOfTheCatalogThatWasReplaced) {
  MediumId const medium{history::guid(8, 8)};
  auto const happened = [&](int times) {
    auto database = must(Database::open_owner(path));
    for (int i = 0; i < times; ++i) {
      ChangeSet const one{{HistoryRecord{.time = from_ms(1000 + i), .medium = medium}}, {}};
      must(Writer(*database).commit({&one, 1}));
    }
  };
  auto const numbers = [&] {
    std::vector<std::uint64_t> found;
    SqliteReader reader(must(Database::open_reader(path)));
    for (auto const& entry : must(reader.history_page({.newest_first = false}, {}, 100))) found.push_back(entry.number);
    std::ranges::sort(found);
    return found;
  };
  happened(2);
  must(backup_catalog(path, backup));
  happened(3);
  EXPECT_THAT(numbers(), testing::ElementsAre(1u, 2u, 3u, 4u, 5u));
  must(restore_catalog(backup, path));
  happened(1);
  EXPECT_THAT(numbers(), testing::ElementsAre(1u, 2u, 6u));
  EXPECT_TRUE(must(check_catalog(path)).ok());
}

TEST_F(Maintenance, TheSameBackupTwiceGivesNoNumberTwice) {
  write(1, 5);
  must(backup_catalog(path, backup));
  std::uint64_t last = 5;
  for (int i = 0; i < 3; ++i) {
    must(restore_catalog(backup, path));
    EXPECT_GT(world().last_event, last);
    write_on(6, 9);
    last = world().last_event;
  }
}

TEST_F(Maintenance, OverACatalogThatCannotBeReadNumbersLeap) {
  write(1, 7);
  must(backup_catalog(path, backup));
  std::ofstream(path) << std::string(5000, 'x');
  must(restore_catalog(backup, path));
  EXPECT_GE(world().last_event, limits::event_number_leap);
  EXPECT_EQ(world().media_number, limits::media_number_leap) << "what was given after the backup is not given to another cartridge";
}

TEST_F(Maintenance, NumbersOfCartridgesLeapOncePerRestoreThatKnowsNothing) {
  write(1, 7);
  {
    auto database = must(Database::open_owner(path));
    Writer writer(*database);
    ChangeSet const numbered{{MediaNumber{limits::media_number_leap + 5}}, {}};
    must(writer.commit({&numbered, 1}));
  }
  must(backup_catalog(path, backup));
  std::filesystem::remove(path);
  must(restore_catalog(backup, path));
  EXPECT_EQ(world().media_number, 2 * limits::media_number_leap);
  must(restore_catalog(backup, path));
  EXPECT_EQ(world().media_number, 2 * limits::media_number_leap) << "the catalog that is replaced says what it has given";
}

// A file that was copied there says nothing of what was given since, and its log cannot be read with it.
TEST_F(Maintenance, OverAFileThatIsNotTheOneOfItsLogNumbersLeap) {
  write(1, 7);
  must(backup_catalog(path, backup));
  Folder killed;
  std::string const catalog = killed.file("catalog.db");
  {
    auto database = must(Database::open_owner(path));
    Writer writer(*database);
    for (std::uint64_t k = 8; k <= 30; ++k) commit(writer, k);
    for (auto const* end : {"-wal", ".lock"}) std::filesystem::copy_file(path + end, catalog + end);
  }
  std::filesystem::copy_file(backup, catalog);
  must(restore_catalog(backup, catalog));
  auto const owner = must(Database::open_owner(catalog));
  auto const restored = must(SqliteReader(must(Database::open_reader(catalog))).load_active());
  EXPECT_GE(restored.last_event, limits::event_number_leap);
  EXPECT_EQ(restored.media_number, limits::media_number_leap);
}

// Its end: the numbers were counted, and the old catalog was set aside.
TEST_F(Maintenance, AnInterruptedRestoreKeepsTheNumbersThatItCounted) {
  write(1, 5);
  must(backup_catalog(path, backup));
  write(6, 30);
  must(restore_catalog(backup, path));
  std::filesystem::rename(path, path + ".restore");  // as it was one step before the end
  auto const restored = world();
  EXPECT_GE(restored.last_event, 31u);
  EXPECT_LT(restored.last_event, limits::event_number_leap);
}

TEST_F(Maintenance, ABackupOfTheFirstSchemaIsRestored) {
  {
    std::vector<Migration> const first{built_in_migrations().front()};
    auto database = must(Database::open_owner(path, {}, first));
    database->connection().exec("INSERT INTO event_batch SELECT 1, 50, X'01'");
  }
  std::filesystem::copy_file(path, backup);
  {
    SQLite::Database raw(backup, SQLite::OPEN_READWRITE);
    raw.exec("DELETE FROM event_batch");
  }
  must(restore_catalog(backup, path));
  EXPECT_GE(world().last_event, 51u);
}

TEST_F(Maintenance, AnUnsoundFileIsNotMadeTheCatalogByAStart) {
  write(1, 10);
  must(backup_catalog(path, path + ".aside"));
  {
    SQLite::Database raw(path + ".aside", SQLite::OPEN_READWRITE);
    raw.exec("UPDATE media_counter SET media = 99");
  }
  std::filesystem::rename(path + ".aside", path + ".restore");
  auto const opened = Database::open_owner(path);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), AllOf(HasSubstr(path + ".restore"), HasSubstr("remove this file")));
  std::filesystem::remove(path + ".restore");
  EXPECT_EQ(newest(), 10u) << "the catalog was not touched";
}

TEST_F(Maintenance, RestoredFilesBelongToTheAccountOfTheDaemon) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  write(1, 5);
  must(backup_catalog(path, backup));
  std::filesystem::remove(path + ".lock");
  must(restore_catalog(backup, path, FileOwner{65534, 65534}));
  for (auto const* end : {"", ".lock"}) {
    struct stat status {};
    ASSERT_EQ(stat((path + end).c_str(), &status), 0) << end;
    EXPECT_EQ(status.st_uid, 65534u) << end;
    EXPECT_EQ(status.st_gid, 65534u) << end;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << end;
  }
}

// ---- export and import, beside a running daemon

TEST_F(Maintenance, AnExportReplacesTheOneBefore) {
  write(1, 5);
  auto const first = must(export_catalog(path));
  EXPECT_EQ(first.path, folder.file("Export/catalog.db"));
  write(6, 9);
  std::ofstream(first.path + ".new.partial") << "of one that was interrupted";
  auto const owner = must(Database::open_owner(path));
  auto const second = must(export_catalog(path));
  EXPECT_EQ(second.path, first.path);
  EXPECT_EQ(history::newest(*std::make_unique<SqliteReader>(must(Database::open_reader(second.path))), history::Numbers::gone_on), 9u);
  EXPECT_FALSE(exists(first.path + ".new"));
  EXPECT_FALSE(exists(first.path + ".new.partial"));
  struct stat status {};
  ASSERT_EQ(stat(folder.file("Export").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(Maintenance, AnImportIsTheCatalogOfTheNextStart) {
  write(1, 5);
  must(export_catalog(path));
  write(6, 9);
  {
    auto const owner = must(Database::open_owner(path));
    must(import_catalog_at_next_start(path));
    EXPECT_EQ(history::newest(*std::make_unique<SqliteReader>(must(Database::open_reader(path))), history::Numbers::gone_on), 9u) << "nothing changes before";
    EXPECT_TRUE(exists(path + ".restore"));
  }
  EXPECT_TRUE(world().restored) << "which is told";
  EXPECT_FALSE(exists(path + ".restore"));
  EXPECT_TRUE(exists(path + ".before-restore"));
}

TEST_F(Maintenance, ThereIsNothingToImport) {
  write(1, 5);
  EXPECT_EQ(import_catalog_at_next_start(path).error().code, Errc::database_failure);
  must(export_catalog(path));
  std::ofstream(folder.file("Export/catalog.db"), std::ios::in | std::ios::out).seekp(0) << "no catalog at all";
  EXPECT_EQ(import_catalog_at_next_start(path).error().code, Errc::database_failure);
  EXPECT_FALSE(exists(path + ".restore"));
}

TEST_F(Maintenance, ACheckStopsWhenItIsAsked) {
  write(1, 300);
  std::stop_source stop;
  stop.request_stop();
  auto const checked = check_catalog(path, stop.get_token());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::cancelled);
}

}  // namespace
}  // namespace rsm::db
