// Disk full on a real file system: a tmpfs of 2 MiB in a mount namespace of the test's own, so that nothing is left behind.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "db/inline_lane.hpp"
#include "tests/db/history.hpp"
#include "tests/db/test_loop.hpp"

namespace rsm::db {
namespace {

class SmallDisk {
 public:
  // Empty: mounted. Else why not.
  std::string mount_at(std::string const& path) {
    if (unshare(CLONE_NEWNS) != 0) return std::string("no mount namespace of our own: ") + std::strerror(errno);
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return std::string("mounts cannot be made private: ") + std::strerror(errno);
    if (mount("rsm-test", path.c_str(), "tmpfs", 0, "size=2m") != 0) return std::string("tmpfs cannot be mounted: ") + std::strerror(errno);
    path_ = path;
    return {};
  }
  ~SmallDisk() {
    if (!path_.empty()) umount2(path_.c_str(), MNT_DETACH);
  }

 private:
  std::string path_;
};

class DiskFull : public testing::Test {
 protected:
  Folder folder;
  SmallDisk disk;
  TestLoop loop;
  std::vector<CommitOutcome> outcomes;

  void SetUp() override {
    if (auto const why_not = disk.mount_at(folder.path()); !why_not.empty()) GTEST_SKIP() << why_not;
  }
  CommitOutcome commit(InlineLane& lane, std::uint64_t ticket, std::uint64_t set) {
    lane.submit(ticket, history::set(set));
    loop.run_all();
    EXPECT_FALSE(outcomes.empty());
    return outcomes.back();
  }
};

TEST_F(DiskFull, CommitsFailTruthfullyReadsGoOnAndSpaceHeals) {
  // The log needs room of its own, so the checkpoint limit is low; the ballast is what an administrator would remove.
  std::ofstream(folder.file("ballast")) << std::string(300 * 1024, 'b');
  auto database = must(Database::open_owner(folder.file("catalog.db")));
  SqliteReader reader(must(Database::open_reader(folder.file("catalog.db"))));
  InlineLane lane(loop, *database, [] { return Millis{1}; }, {.log_pages_max = 20});
  lane.on_outcome([this](CommitOutcome outcome) { outcomes.push_back(std::move(outcome)); });

  std::uint64_t ticket = 0, durable = 0;
  while (durable < 5000) {
    auto const outcome = commit(lane, ++ticket, durable + 1);
    if (outcome.result != CommitResult::durable) break;
    ++durable;
  }
  ASSERT_GT(durable, 10u);
  ASSERT_LT(durable, 5000u) << "the disk was never full";
  EXPECT_EQ(outcomes.back().error.code, Errc::disk_full) << outcomes.back().error.text();
  EXPECT_EQ(outcomes.back().result, CommitResult::rolled_back);
  EXPECT_EQ(history::newest(reader), durable) << "reads go on";

  // Full again and again: nothing is lost, nothing half.
  for (int i = 0; i < 5; ++i) {
    std::optional<Result<>> recovered;
    lane.recover([&](Result<> result) { recovered = std::move(result); });
    loop.run_all();
    ASSERT_TRUE(recovered && *recovered) << recovered->error().text();
    EXPECT_EQ(history::newest(reader), durable);
    auto const outcome = commit(lane, ++ticket, durable + 1);
    if (outcome.result == CommitResult::durable) ++durable;
  }

  std::filesystem::remove(folder.file("ballast"));
  std::optional<Result<>> recovered;
  lane.recover([&](Result<> result) { recovered = std::move(result); });
  loop.run_all();
  ASSERT_TRUE(recovered && *recovered);
  for (int i = 0; i < 20; ++i) {
    auto const outcome = commit(lane, ++ticket, durable + 1);
    ASSERT_EQ(outcome.result, CommitResult::durable) << outcome.error.text();
    ++durable;
  }
  EXPECT_EQ(history::newest(reader), durable);
  EXPECT_TRUE(must(findings_of(*database)).empty());
}

TEST_F(DiskFull, ACatalogThatCannotBeCreatedSaysWhy) {
  std::ofstream(folder.file("ballast")) << std::string(2'000'000, 'b');  // as much as goes
  auto const opened = Database::open_owner(folder.file("catalog.db"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::disk_full) << opened.error().text();
  EXPECT_NE(opened.error().text().find("free space"), std::string::npos);
}

TEST_F(DiskFull, ABackupThatDoesNotFitLeavesNothing) {
  {
    auto database = must(Database::open_owner(folder.file("catalog.db")));
    Writer writer(*database, {.log_pages_max = 20});
    for (std::uint64_t k = 1; k <= 40; ++k) {
      ChangeSet const set = history::set(k);
      must(writer.commit({&set, 1}));
      must(writer.checkpoint_if_due());
    }
  }
  struct statvfs room {};
  ASSERT_EQ(statvfs(folder.path().c_str(), &room), 0);
  std::ofstream(folder.file("ballast")) << std::string(room.f_bavail * room.f_bsize - 100 * 1024, 'b');
  auto const backup = backup_catalog(folder.file("catalog.db"), folder.file("backup.db"));
  ASSERT_FALSE(backup);
  EXPECT_EQ(backup.error().code, Errc::disk_full) << backup.error().text();
  for (auto const* name : {"backup.db", "backup.db.partial", "backup.db.partial-journal"})
    EXPECT_FALSE(std::filesystem::exists(folder.file(name))) << name;
}

}  // namespace
}  // namespace rsm::db
