#include "db/database.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "db/maintenance.hpp"
#include "db/sqlite_reader.hpp"
#include "db/writer.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/history.hpp"

namespace rsm::db {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DatabaseTest : public testing::Test {
 protected:
  Folder folder;
  std::string const path = folder.file("catalog.db");

  void run(std::string const& sql) { SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql); }
  std::string bytes() { return bytes_of(path); }
  static std::string bytes_of(std::string const& name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Error refusal() {
    auto const opened = Database::open_owner(path);
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }
};

TEST_F(DatabaseTest, ANewCatalogIsPrivateAndDurable) {
  auto database = must(Database::open_owner(path));
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((path + "-wal").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  auto& connection = database->connection();
  EXPECT_EQ(connection.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(connection.execAndGet("PRAGMA synchronous").getInt(), 2);
  EXPECT_EQ(connection.execAndGet("PRAGMA foreign_keys").getInt(), 1);
  EXPECT_EQ(connection.execAndGet("PRAGMA application_id").getInt(), application_id);
  EXPECT_EQ(connection.execAndGet("PRAGMA user_version").getInt(), static_cast<int>(built_in_migrations().size()));
}

TEST_F(DatabaseTest, ASecondOwnerIsRefusedByName) {
  auto const first = must(Database::open_owner(path));
  auto const error = refusal();
  EXPECT_EQ(error.code, Errc::sharing_violation);
  EXPECT_THAT(error.text(), AllOf(HasSubstr(path), HasSubstr(std::to_string(getpid())), HasSubstr("stop it first")));
}

TEST_F(DatabaseTest, ASecondOwnerIsRefusedByAnotherNameToo) {
  auto const first = must(Database::open_owner(path));
  std::filesystem::create_symlink(path, folder.file("alias.db"));
  std::filesystem::create_directory_symlink(folder.path(), folder.file("again"));
  EXPECT_EQ(Database::open_owner(folder.file("alias.db")).error().code, Errc::sharing_violation);
  EXPECT_EQ(Database::open_owner(folder.file("again/catalog.db")).error().code, Errc::sharing_violation);
}

TEST_F(DatabaseTest, AnAliasThatLeadsToNothingYetIsTheSameCatalog) {
  std::filesystem::create_directory(folder.file("real"));
  std::filesystem::create_symlink("real/catalog.db", path);
  std::filesystem::create_symlink(path, folder.file("second.db"));
  auto const first = must(Database::open_owner(path));
  EXPECT_EQ(first->path(), folder.file("real/catalog.db"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("real/catalog.db.lock"))) << "it lies beside the file";
  EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
  EXPECT_EQ(Database::open_owner(folder.file("second.db")).error().code, Errc::sharing_violation);
  EXPECT_EQ(Database::open_owner(folder.file("real/catalog.db")).error().code, Errc::sharing_violation);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(DatabaseTest, LinksThatGoRoundAreNoCatalog) {
  std::filesystem::create_symlink("b.db", folder.file("a.db"));
  std::filesystem::create_symlink("a.db", folder.file("b.db"));
  EXPECT_EQ(Database::open_owner(folder.file("a.db")).error().code, Errc::invalid_name);
}

TEST_F(DatabaseTest, AnotherNameOfTheFileDoesNotLetASecondOwnerIn) {
  auto const first = must(Database::open_owner(path));
  std::filesystem::create_hard_link(path, folder.file("hard.db"));
  EXPECT_EQ(Database::open_owner(folder.file("hard.db")).error().code, Errc::sharing_violation);
}

TEST_F(DatabaseTest, ALockFileThatWasRemovedDoesNotLetASecondOwnerIn) {
  auto const first = must(Database::open_owner(path));
  std::filesystem::remove(path + ".lock");
  EXPECT_EQ(Database::open_owner(path).error().code, Errc::sharing_violation);
}

TEST_F(DatabaseTest, FilesThatOthersMayReadBecomePrivate) {
  must(Database::open_owner(path));
  auto const mode = [](std::string const& file) {
    struct stat status {};
    return stat(file.c_str(), &status) == 0 ? status.st_mode & 0777 : 0u;
  };
  for (auto const* end : {"", ".lock"}) ASSERT_EQ(chmod((path + end).c_str(), 0666), 0);
  auto const owner = must(Database::open_owner(path));
  for (auto const* end : {"", ".lock", "-wal", "-shm"}) EXPECT_EQ(mode(path + end), 0600u) << end;
}

TEST_F(DatabaseTest, AnEndThatWasNotInOrderIsKnown) {
  EXPECT_FALSE(must(Database::open_owner(path))->opening().unclean_end) << "there was none before";
  EXPECT_FALSE(must(Database::open_owner(path))->opening().unclean_end);
  Folder killed;  // as kill -9 leaves it
  {
    auto const owner = must(Database::open_owner(path));
    for (auto const* end : {"", "-wal", ".lock"}) std::filesystem::copy_file(path + end, killed.file("catalog.db") + end);
  }
  {
    auto const owner = must(Database::open_owner(killed.file("catalog.db")));
    EXPECT_TRUE(owner->opening().unclean_end);
  }
  {
    auto const owner = must(Database::open_owner(killed.file("catalog.db")));
    EXPECT_TRUE(owner->opening().unclean_end) << "until somebody has looked at it";
    owner->found_sound();
  }
  EXPECT_FALSE(must(Database::open_owner(killed.file("catalog.db")))->opening().unclean_end);
}

// As kill -9 leaves it, but for the file itself: that is one of before.
TEST_F(DatabaseTest, AnotherFileThanTheOneThatTheLogIsOfIsRefusedAndNotTouched) {
  { auto const owner = must(Database::open_owner(path)); }
  Folder killed;
  std::string const catalog = killed.file("cata%20log?#.db");  // a name that means something in a URI
  std::filesystem::copy_file(path, catalog);
  {
    auto const owner = must(Database::open_owner(path));
    ChangeSet const set = history::set(1);
    must(Writer(*owner).commit({&set, 1}));
    for (auto const* end : {"-wal", ".lock"}) std::filesystem::copy_file(path + end, catalog + end);
    std::filesystem::copy_file(path, killed.file("right"));
  }
  std::string const before = bytes_of(catalog), log = bytes_of(catalog + "-wal");
  for (int k = 0; k < 2; ++k) {
    auto const refused = Database::open_owner(catalog);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::database_failure);
    EXPECT_THAT(refused.error().detail, HasSubstr("rsmd --restore"));
    EXPECT_EQ(bytes_of(catalog), before);
    EXPECT_EQ(bytes_of(catalog + "-wal"), log);
  }
  std::filesystem::copy_file(killed.file("right"), catalog, std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(must(Database::open_owner(catalog))->opening().unclean_end);
  EXPECT_EQ(history::newest(*std::make_unique<SqliteReader>(must(Database::open_reader(catalog)))), 1u);
}

// The lock still names the opening before when everything stops just after the next one was numbered.
TEST_F(DatabaseTest, AnOpeningThatWasOnlyJustNumberedIsTheOneOfItsLog) {
  Folder killed;
  std::string const catalog = killed.file("catalog.db");
  {
    auto const owner = must(Database::open_owner(path));
    ChangeSet const set = history::set(1);
    must(Writer(*owner).commit({&set, 1}));
    std::filesystem::copy_file(path + ".lock", catalog + ".lock");
    owner->distrust();
  }
  {
    auto const owner = must(Database::open_owner(path));
    ChangeSet const set = history::set(2);
    must(Writer(*owner).commit({&set, 1}));
    for (auto const* end : {"", "-wal"}) std::filesystem::copy_file(path + end, catalog + end);
  }
  EXPECT_TRUE(must(Database::open_owner(catalog))->opening().unclean_end);
}

// A reader that holds an old moment keeps the number out of the file for a while: the lock must not be ahead of the file.
TEST_F(DatabaseTest, AReaderInTheWayOfTheNumberIsNoReasonToRefuseTheCatalog) {
  Folder killed;
  std::string const catalog = killed.file("catalog.db");
  {
    auto const owner = must(Database::open_owner(path));
    ChangeSet const set = history::set(1);
    must(Writer(*owner).commit({&set, 1}));
  }
  {
    auto const owner = must(Database::open_owner(path));
    SQLite::Database reader(path, SQLite::OPEN_READONLY);
    reader.exec("BEGIN");
    ASSERT_GT(reader.execAndGet("SELECT count(*) FROM medium").getInt(), 0);
    ChangeSet const set = history::set(2);
    must(Writer(*owner).commit({&set, 1}));
    for (auto const* end : {"", "-wal", ".lock"}) std::filesystem::copy_file(path + end, catalog + end);
  }
  EXPECT_TRUE(must(Database::open_owner(catalog))->opening().unclean_end);
  EXPECT_EQ(history::newest(*std::make_unique<SqliteReader>(must(Database::open_reader(catalog)))), 2u);
}

TEST_F(DatabaseTest, NumbersOfMediaGoOnAfterTheSecondMigration) {
  {
    auto database = must(Database::open_owner(path, {}, {built_in_migrations().front()}));
    std::string const medium = "INSERT INTO medium VALUES (X'0102030405060708090a0b0c0d0e0f1";
    for (auto const& [id, number] : {std::pair{"0", "7"}, {"1", "12"}, {"2", "A00012"}})
      database->connection().exec(medium + id + "', 'n', 0, NULL, '', NULL, NULL, NULL, NULL, '', 0, 1, NULL, '" + number + "', NULL, '')");
  }
  must(Database::open_owner(path));
  auto const owner = must(Database::open_owner(path));
  EXPECT_EQ(must(SqliteReader(must(Database::open_reader(path))).load_active()).media_number, 12u);
}

TEST_F(DatabaseTest, IdsOfFileSystemsAreTextAfterTheFourthMigration) {
  auto const add_side = [](Database& database, int number, char const* type, char const* id) {
    database.connection().exec(fmt::format("INSERT INTO side (medium, position, id, number, state, omid_type, omid_id, omid_info, mount_count, allocate_count, capacity) "
                                           "SELECT id, {0}, X'0102030405060708090a0b0c0d0e0f{0:02x}', {0}, 0, '{1}', X'{2}', '', 0, 0, 0 FROM medium", number, type, id));
  };
  {
    auto database = must(Database::open_owner(path, {}, {built_in_migrations().front()}));
    database->connection().exec("INSERT INTO medium VALUES (X'0102030405060708090a0b0c0d0e0f10', 'n', 0, NULL, '', NULL, NULL, NULL, NULL, '', 0, 1, NULL, '1', NULL, '')");
    add_side(*database, 1, "XFS", "00112233445566778899AABBCCDDEEFF");
    add_side(*database, 2, "MTF", "00112233445566778899AABBCCDDEEFF");
    add_side(*database, 3, "EXT4", "0011");
  }
  must(Database::open_owner(path));
  auto const id_of = [&](int number) { return SQLite::Database(path).execAndGet(fmt::format("SELECT hex(omid_id) FROM side WHERE number = {}", number)).getString(); };
  EXPECT_EQ(SQLite::Database(path).execAndGet("SELECT CAST(omid_id AS TEXT) FROM side WHERE number = 1").getString(), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(id_of(2), "00112233445566778899AABBCCDDEEFF") << "what an application has given stays as it is";
  EXPECT_EQ(id_of(3), "0011");
}

TEST_F(DatabaseTest, WhatMayBeAllocatedIsFoundAfterTheTenthMigration) {
  {
    auto const& all = built_in_migrations();
    auto database = must(Database::open_owner(path, {}, std::vector<Migration>(all.begin(), all.begin() + 9)));
    auto& connection = database->connection();
    connection.exec("INSERT INTO media_type VALUES (X'0102030405060708090a0b0c0d0e0f01', 1, 'MO', 2, 1, 7)");
    connection.exec("INSERT INTO pool VALUES (X'0102030405060708090a0b0c0d0e0f02', NULL, 'p', 'p', '', 0, 0, 1000, X'0102030405060708090a0b0c0d0e0f01', 0, 0, 0, NULL)");
    for (int medium = 0; medium < 4; ++medium) {  // the third is offline, the fourth disabled
      connection.exec(fmt::format("INSERT INTO medium (id, name, created, pool, barcode, place_library, place_kind, place_number, description, modified, enabled, sequence_number, trouble) "
                                  "VALUES (X'0102030405060708090a0b0c0d0e10{0:02x}', 'n', {0}, X'0102030405060708090a0b0c0d0e0f02', '', {1}, {2}, {2}, '', 0, {3}, '', '')",
                                  medium, medium == 2 ? "NULL" : "X'0102030405060708090a0b0c0d0e0f03'", medium == 2 ? "NULL" : std::to_string(medium), medium == 3 ? 0 : 1));
      for (int side = 0; side < 2; ++side)
        connection.exec(fmt::format("INSERT INTO side (medium, position, id, number, state, mount_count, allocate_count, capacity) VALUES (X'0102030405060708090a0b0c0d0e10{0:02x}', {1}, "
                                    "X'0102030405060708090a0b0c0d0e2{0}{1:x}0', {1}, {2}, 0, 3, 0)", medium, side, medium == 1 && side == 0 ? 3 : 4));
    }
  }
  auto const owner = must(Database::open_owner(path));
  SQLite::Statement rows(owner->connection(), "SELECT shelf || '/' || created || '/' || number || '/' || allocate_count FROM allocatable_side ORDER BY shelf, created, number");
  std::vector<std::string> found;
  while (rows.executeStep()) found.push_back(rows.getColumn(0).getString());
  EXPECT_THAT(found, testing::ElementsAre("1/1/1/3", "2/0/0/3", "2/0/1/3"));
  for (auto const& finding : must(findings_of(*owner))) EXPECT_THAT(finding, testing::Not(testing::HasSubstr("allocated")));
}

TEST_F(DatabaseTest, AnOlderCatalogHasNoSecurityOfAnObjectAfterTheMigration) {
  {
    auto const& all = built_in_migrations();
    auto database = must(Database::open_owner(path, {}, std::vector<Migration>(all.begin(), all.begin() + 10)));
    database->connection().exec("INSERT INTO pool VALUES (X'0102030405060708090a0b0c0d0e0f02', NULL, 'p', 'p', '', 0, 0, 1000, NULL, 0, 0, 0, NULL)");
  }
  auto const owner = must(Database::open_owner(path));
  auto const read = must(SqliteReader(*owner).load_active());
  EXPECT_EQ(read.pools.size(), 1u);
  EXPECT_TRUE(read.securities.empty()) << "everyone may use it, as before";
}

// What was recorded before the migration is the history, numbers go on behind it, and sums are added to.
TEST_F(DatabaseTest, TheHistoryGoesOnAfterTheTwentyThirdMigration) {
  MediumId const medium{*Guid::parse("a319d9b5-e14a-4236-85aa-7fee93837101")};
  {
    auto const& all = built_in_migrations();
    auto database = must(Database::open_owner(path, {}, std::vector<Migration>(all.begin(), all.begin() + 22)));
    database->connection().exec("INSERT INTO history_subject (ref, object, moves) VALUES (7, X'a319d9b5e14a423685aa7fee93837101', 2)");
    database->connection().exec("INSERT INTO history (number, time, kind, medium) VALUES (40, 1000, 1, 7), (41, 2000, 1, 7)");
  }
  auto const owner = must(Database::open_owner(path));
  ChangeSet const set = samples::set_of({HistoryRecord{.time = from_ms(3000), .medium = medium}});
  must(Writer(*owner).commit({&set, 1}));
  SqliteReader reader(*owner);
  std::vector<std::uint64_t> numbers;
  for (auto const& entry : must(reader.history_page({.object = medium.guid, .type = ObjectType::medium}, {}, 10))) numbers.push_back(entry.number);
  EXPECT_THAT(numbers, testing::ElementsAre(42u, 41u, 40u));
  EXPECT_EQ(must(reader.history_sums(medium.guid)).moves, 3u);
  EXPECT_THAT(must(findings_of(*owner)), testing::IsEmpty());
}

// Random ids of before, open and ended, with what was said of one: nothing is lost, all are found by id and by number, and numbers go on.
TEST_F(DatabaseTest, RequestsOfBeforeHaveNumbersAfterTheEighteenthMigration) {
  auto const id = [](int number) { return RequestId{*Guid::parse(fmt::format("a319d9b5-e14a-4236-85aa-7fee938371{:02x}", 0xff - number))}; };
  auto const blob = [&](int number) {
    std::string text = id(number).text();
    std::erase(text, '-');
    return "X'" + text + "'";
  };
  std::string const session = "X'0102030405060708090a0b0c0d0e0f01'";
  {
    auto const& all = built_in_migrations();
    auto database = must(Database::open_owner(path, {}, std::vector<Migration>(all.begin(), all.begin() + 17)));
    auto& connection = database->connection();
    connection.exec("INSERT INTO session VALUES (" + session + ", X'f102030405060708090a0b0c0d0e0f01', 'a', 'u', 'c', 0, 0)");
    for (int number = 1; number <= 6; ++number)
      connection.exec(fmt::format("INSERT INTO {} (sequence, id, operation, operation_option, state, reason, queued, changed, error, priority, queue_order, session, request_key, application, user, computer, "
                                  "group_size, nowait, for_writing, specific_drive, error_if_offline, force) VALUES ({}, {}, 17, 0, {}, 'r', 0, {}, 0, 0, 0, {}, 'key {}', 'a', 'u', 'c', 1, 0, 0, 0, 0, 0)",
                                  number % 2 == 0 ? "request" : "request_done", number, blob(number), number % 2 == 0 ? 5 : 2, number, session, number));
    connection.exec("INSERT INTO object_text VALUES (" + blob(3) + ", '', 'said of it')");
  }
  auto const owner = must(Database::open_owner(path));
  SqliteReader reader(*owner);
  auto world = must(reader.load_active());
  EXPECT_EQ(world.open_requests.size(), 3u);
  EXPECT_THAT(world.ended_calls, testing::ElementsAre(testing::Field(&EndedCall::key, "key 1"), testing::Field(&EndedCall::key, "key 3"), testing::Field(&EndedCall::key, "key 5")));
  EXPECT_EQ(world.last_request_sequence, 6u);
  for (int number = 1; number <= 6; ++number) {
    EXPECT_EQ(must(reader.request(id(number)))->sequence, static_cast<std::uint64_t>(number));
    EXPECT_EQ(must(reader.request(static_cast<std::uint64_t>(number)))->id, id(number));
  }
  EXPECT_EQ(must(reader.object_text(id(3).guid))->description, "said of it");
  Writer writer(*owner);
  auto ended = world.open_requests.back();
  ended.state = RequestState::passed;
  ChangeSet const end{.changes = {ended}, .events = {}}, moved{.changes = {ToHistory{{6}, {}}}, .events = {}, .alone = true};
  for (auto const* set : {&end, &moved}) must(writer.commit({set, 1}));
  EXPECT_EQ(must(reader.request(id(6)))->state, RequestState::passed);
  ChangeSet const erased{.changes = {Erase{ObjectType::request, id(6).guid}, Erase{ObjectType::request, id(3).guid}}, .events = {}};
  must(writer.commit({&erased, 1}));
  EXPECT_EQ(must(reader.request(id(6))), std::nullopt);
  EXPECT_EQ(must(reader.object_text(id(3).guid)), std::nullopt);
  EXPECT_EQ(must(reader.load_active()).last_request_sequence, 6u) << "its number is not given again";
  EXPECT_THAT(must(findings_of(*owner)), testing::IsEmpty());
}

TEST_F(DatabaseTest, TheSameStatesOfRequestsAreAllowedAfterTheTwentySecondMigration) {
  auto const row = [](std::string const& table, int sequence, int state) {
    return fmt::format("INSERT INTO {} (sequence, id, operation, operation_option, state, reason, queued, changed, error, priority, queue_order, request_key, application, user, computer, group_size, nowait, "
                       "for_writing, specific_drive, error_if_offline, force) VALUES ({}, X'{:032x}', 17, 0, {}, 'r', 0, 0, 0, 0, 0, '', 'a', 'u', 'c', 1, 0, 0, 0, 0, 0)",
                       table, sequence, sequence, state);
  };
  std::vector<int> const all{-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  auto const allowed = [&](Database& database, std::string const& table, int first) {
    std::vector<int> states;
    for (int const state : all)
      if (database.connection().tryExec(row(table, first + state, state)) == SQLITE_OK) states.push_back(state);
    return states;
  };
  std::vector<int> open, ended;
  {
    auto const& migrations = built_in_migrations();
    auto database = must(Database::open_owner(path, {}, std::vector<Migration>(migrations.begin(), migrations.begin() + 21)));
    open = allowed(*database, "request", 100), ended = allowed(*database, "request_done", 200);
    EXPECT_EQ(ended, (std::vector<int>{2, 3, 4, 7, 8}));
  }
  auto const owner = must(Database::open_owner(path));
  EXPECT_EQ(owner->connection().execAndGet("SELECT count(*) FROM request").getInt(), static_cast<int>(open.size()));
  EXPECT_EQ(owner->connection().execAndGet("SELECT count(*) FROM request_done").getInt(), static_cast<int>(ended.size()));
  EXPECT_EQ(allowed(*owner, "request", 300), open);
  EXPECT_EQ(allowed(*owner, "request_done", 400), ended);
  EXPECT_EQ(owner->connection().execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_EQ(owner->connection().execAndGet("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%state IN (%,%,%'").getInt(), 0) << "no list is left that SQLite would make a table of";
}

TEST_F(DatabaseTest, RoomThatIsFreeIsGivenBackWithTheNextOpening) {
  {
    auto const owner = must(Database::open_owner(path));
    auto& connection = owner->connection();
    connection.exec("CREATE TABLE large (a BLOB)");
    connection.exec("INSERT INTO large SELECT zeroblob(1048576) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24) SELECT i FROM n)");
    connection.exec("DROP TABLE large");
  }
  EXPECT_GT(std::filesystem::file_size(path), 16u << 20);
  std::vector<std::string> told;
  must(Database::open_owner(path, {}, built_in_migrations(), [&](std::string const& sentence) { told.push_back(sentence); }));
  EXPECT_THAT(told, testing::ElementsAre(HasSubstr("are given back")));
  EXPECT_LT(std::filesystem::file_size(path), 4u << 20);
}

TEST_F(DatabaseTest, TheLockEndsWithItsOwner) {
  must(Database::open_owner(path));
  must(Database::open_owner(path));
}

TEST_F(DatabaseTest, ANewerSchemaIsRefused) {
  must(Database::open_owner(path));
  run("PRAGMA user_version = 77");
  auto const before = bytes();
  auto const error = refusal();
  EXPECT_EQ(error.code, Errc::database_failure);
  EXPECT_THAT(error.text(), AllOf(HasSubstr("newer version"), HasSubstr("77"), HasSubstr(path)));
  EXPECT_EQ(bytes(), before);
  auto const reader = Database::open_reader(path);
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().text(), HasSubstr("newer version"));
}

TEST_F(DatabaseTest, AFileOfAnotherProgramIsRefusedAndNotTouched) {
  run("CREATE TABLE t (a); PRAGMA application_id = 1234");
  auto const before = bytes();
  auto const error = refusal();
  EXPECT_EQ(error.code, Errc::database_failure);
  EXPECT_THAT(error.text(), AllOf(HasSubstr("not a catalog of OpenRSM"), HasSubstr(path)));
  EXPECT_EQ(bytes(), before);
}

TEST_F(DatabaseTest, AnUnmarkedDatabaseWithTablesIsRefused) {
  run("CREATE TABLE t (a)");
  EXPECT_THAT(refusal().text(), HasSubstr("not a catalog of OpenRSM"));
}

TEST_F(DatabaseTest, AFileThatIsNoDatabaseIsRefused) {
  std::ofstream(path) << std::string(10'000, 'x');
  auto const before = bytes();
  auto const error = refusal();
  EXPECT_EQ(error.code, Errc::database_failure);
  EXPECT_THAT(error.text(), AllOf(HasSubstr("not an SQLite database"), HasSubstr(path)));
  EXPECT_EQ(bytes(), before);
}

TEST_F(DatabaseTest, ACatalogCutInHalfIsRefused) {
  must(Database::open_owner(path));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  auto const error = refusal();
  EXPECT_EQ(error.code, Errc::database_failure);
  EXPECT_THAT(error.text(), AllOf(HasSubstr("damaged"), HasSubstr("docs/recovery.md")));
}

TEST_F(DatabaseTest, ADamagedPageIsAnErrorWithAdvice) {
  {
    auto database = must(Database::open_owner(path));
    Writer writer(*database);
    SeededRandom random(1);
    samples::Sample sample{random};
    ChangeSet set;
    for (int i = 0; i < 300; ++i) set.changes.push_back(sample.session());
    must(writer.commit({&set, 1}));
  }
  int root = 0;
  {
    SQLite::Database raw(path);
    root = raw.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'session'").getInt();
  }
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp((root - 1) * 4096);
  file << std::string(4096, '\x5a');
  file.close();
  auto database = must(Database::open_owner(path));
  SqliteReader reader(must(Database::open_reader(path)));
  auto const world = reader.load_active();
  ASSERT_FALSE(world);
  EXPECT_EQ(world.error().code, Errc::database_failure);
  EXPECT_THAT(world.error().text(), AllOf(HasSubstr("damaged"), HasSubstr("restore a backup")));
}

TEST_F(DatabaseTest, AFolderThatIsNotThereIsNamed) {
  auto const opened = Database::open_owner(folder.file("no/such/catalog.db"));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), AllOf(HasSubstr("no/such"), HasSubstr("folder")));
}

TEST_F(DatabaseTest, AReaderNeedsACatalog) {
  EXPECT_FALSE(Database::open_reader(path));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(DatabaseTest, ReadersCannotWrite) {
  auto const owner = must(Database::open_owner(path));
  auto const reader = must(Database::open_reader(path));
  EXPECT_THROW(reader->connection().exec("DELETE FROM session"), SQLite::Exception);
}

TEST_F(DatabaseTest, AnEmptyFileBecomesACatalog) {
  std::ofstream{path};
  must(Database::open_owner(path));
}

TEST_F(DatabaseTest, MigrationsFollowEachOtherFromOne) {
  auto const& all = built_in_migrations();
  ASSERT_FALSE(all.empty());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].number, static_cast<int>(i + 1));
    EXPECT_FALSE(all[i].sql.empty());
  }
}

TEST_F(DatabaseTest, MigrationsApplyInOrderAndOnce) {
  must(Database::open_owner(path));
  auto more = built_in_migrations();
  int const next = static_cast<int>(more.size()) + 1;
  more.push_back({next, "more", "CREATE TABLE more (a INTEGER) STRICT; INSERT INTO more VALUES (1)"});
  must(Database::open_owner(path, {}, more));
  more.push_back({next + 1, "most", "INSERT INTO more SELECT a + 1 FROM more"});
  auto database = must(Database::open_owner(path, {}, more));
  EXPECT_EQ(database->connection().execAndGet("SELECT group_concat(a) FROM more").getString(), "1,2");
  EXPECT_EQ(database->connection().execAndGet("PRAGMA user_version").getInt(), next + 1);
}

TEST_F(DatabaseTest, AMigrationThatFailsLeavesTheOneBefore) {
  must(Database::open_owner(path));
  auto more = built_in_migrations();
  int const next = static_cast<int>(more.size()) + 1;
  more.push_back({next, "broken", "CREATE TABLE half (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"});
  auto const opened = Database::open_owner(path, {}, more);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("broken"));
  auto database = must(Database::open_owner(path));
  EXPECT_EQ(database->connection().execAndGet("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").getInt(), 0);
}

}  // namespace
}  // namespace rsm::db
