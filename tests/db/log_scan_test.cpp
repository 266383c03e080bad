// What a damaged write-ahead log is said to have lost, on logs that SQLite wrote.
#include "db/log_scan.hpp"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <fstream>

#include "tests/db/history.hpp"

namespace rsm::db {
namespace {

constexpr std::size_t frame_bytes = 24 + 4096, header_bytes = 32;

class LogScan : public testing::Test {
 protected:
  Folder folder;
  std::string const path = folder.file("catalog.db");
  std::string const log = path + "-wal";

  // The catalog as a killed daemon leaves it: sets 1 to `sets` in the log, nothing moved. Frames at which commits end.
  std::vector<std::uint64_t> kill_after(std::uint64_t sets) {
    std::vector<std::uint64_t> ends;
    Folder alive;
    auto database = must(Database::open_owner(alive.file("catalog.db")));
    Writer writer(*database);
    for (std::uint64_t k = 1; k <= sets; ++k) {
      ChangeSet const set = history::set(k);
      must(writer.commit({&set, 1}));
      ends.push_back(static_cast<std::uint64_t>(database->log_pages()));
    }
    for (auto const* end : {"", "-wal"}) std::filesystem::copy_file(alive.file("catalog.db") + end, path + end, std::filesystem::copy_options::overwrite_existing);
    return ends;
  }
  void flip(std::size_t offset) {
    std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    char byte = 0;
    file.get(byte);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ 0x10));
  }
  static std::size_t in_frame(std::uint64_t frame, std::size_t offset) { return header_bytes + (frame - 1) * frame_bytes + offset; }
  std::uint64_t newest() {
    auto const owner = must(Database::open_owner(path));
    return history::newest(*std::make_unique<SqliteReader>(must(Database::open_reader(path))));
  }
};

TEST_F(LogScan, AWholeLogHasLostNothing) {
  kill_after(10);
  EXPECT_EQ(damage_of_log(path).commits, 0u);
  EXPECT_EQ(damage_of_log(folder.file("none")).commits, 0u);
  EXPECT_EQ(newest(), 10u);
}

TEST_F(LogScan, ADamagedFrameLosesItAndAllCommitsBehindIt) {
  for (auto const offset : {std::size_t{24 + 100}, std::size_t{0}, std::size_t{8}, std::size_t{16}}) {  // page, header, salts, checksum
    SCOPED_TRACE(offset);
    auto const ends = kill_after(10);
    flip(in_frame(ends[5] + 1, offset));  // the first one of set 7
    auto const damage = damage_of_log(path);
    EXPECT_EQ(damage.frame, ends[5] + 1);
    EXPECT_EQ(damage.commits, 4u) << "sets 7 to 10";
    EXPECT_EQ(damage.frames, ends[9] - ends[5]);
    EXPECT_EQ(must(Database::open_owner(path))->opening().lost.commits, 4u);
    EXPECT_EQ(newest(), 6u) << "what SQLite makes of it";
  }
}

TEST_F(LogScan, ADamagedHeaderLosesTheWholeLog) {
  auto const ends = kill_after(10);
  flip(16);
  auto const damage = damage_of_log(path);
  EXPECT_EQ(damage.frame, 0u);
  EXPECT_EQ(damage.frames, ends[9]);
  EXPECT_EQ(damage.commits, 10u);
}

// At most what nobody was answered.
TEST_F(LogScan, ATornEndIsOneCommit) {
  auto const ends = kill_after(10);
  flip(in_frame(ends[9], 24 + 4000));
  EXPECT_EQ(damage_of_log(path).commits, 1u);
  std::filesystem::resize_file(log, in_frame(ends[9], 1000));
  EXPECT_EQ(damage_of_log(path).commits, 0u) << "a frame that is not whole was never there";
}

// Frames of a log that has begun again from its beginning stand behind its end, with other salts.
TEST_F(LogScan, OldFramesBehindTheEndAreNoLoss) {
  Folder alive;
  std::string const catalog = alive.file("catalog.db");
  auto database = must(Database::open_owner(catalog));
  Writer writer(*database, {.log_pages_max = 30});
  for (std::uint64_t k = 1; k <= 40; ++k) {
    ChangeSet const set = history::set(k);
    must(writer.commit({&set, 1}));
    must(writer.checkpoint_if_due());
    EXPECT_EQ(damage_of_log(catalog).commits, 0u) << k;
  }
}

// A transaction that was given up leaves frames without an end.
TEST_F(LogScan, AWithdrawnTransactionIsNoLoss) {
  Folder alive;
  std::string const catalog = alive.file("catalog.db");
  auto database = must(Database::open_owner(catalog));
  Writer writer(*database);
  ChangeSet const first = history::set(1);
  must(writer.commit({&first, 1}));
  database->connection().exec("PRAGMA cache_size = 10; PRAGMA cache_spill = 1; BEGIN; CREATE TABLE big (a); "
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO big SELECT randomblob(1000) FROM n; ROLLBACK");
  ChangeSet const second = history::set(2);
  must(writer.commit({&second, 1}));
  ASSERT_GT(std::filesystem::file_size(catalog + "-wal"), in_frame(100, 0)) << "the frames are there";
  EXPECT_EQ(damage_of_log(catalog).commits, 0u);
}

}  // namespace
}  // namespace rsm::db
