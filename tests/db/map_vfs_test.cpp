// A reader whose file is mapped: sees every commit, and a page that the disk does not give is an error and no end of the process.
#include <gmock/gmock.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::set_of;

class MapVfs : public testing::Test {
 protected:
  Folder folder;
  std::string const path = folder.file("catalog.db");
  SeededRandom random{5};
  samples::Sample sample{random};
  std::unique_ptr<Database> owner = must(Database::open_owner(path));
  std::vector<Guid> named;

  // So many that the file grows by far more than what is read beside the mapping.
  void add_texts(int count, std::size_t each = 2000) {
    std::vector<Change> changes;
    for (int k = 0; k < count; ++k) {
      auto const type = sample.media_type();
      named.push_back(type.id.guid);
      changes.emplace_back(type);
      changes.emplace_back(ObjectText{type.id.guid, std::string(each, 'x'), ""});
    }
    ChangeSet const set = set_of(changes);
    Writer writer(*owner, {.log_pages_max = 1});
    must(writer.commit({&set, 1}));
    must(writer.checkpoint_if_due());
  }
  std::unique_ptr<SqliteReader> mapped() { return std::make_unique<SqliteReader>(must(Database::open_reader(path, Database::Reading::mapped))); }
};

TEST_F(MapVfs, EveryCommitIsSeenWhileTheFileGrows) {
  add_texts(50);
  auto const reader = mapped();
  for (int round = 0; round < 20; ++round) {
    for (auto const& object : named) ASSERT_EQ(must(reader->object_text(object))->name.size(), 2000u) << round;
    add_texts(round < 10 ? 1 : 200);
  }
}

TEST_F(MapVfs, SeveralReadersComeAndGo) {
  add_texts(10);
  for (int round = 0; round < 200; ++round) {
    auto const one = mapped(), other = mapped();
    EXPECT_TRUE(must(one->object_text(named.front())).has_value());
    EXPECT_TRUE(must(other->object_text(named.back())).has_value());
  }
}

// As when the disk fails: pages that are behind the end of the file cannot be given either.
TEST_F(MapVfs, APageThatTheDiskDoesNotGiveIsAnErrorAndNoEnd) {
  add_texts(2000);
  auto const reader = mapped();
  EXPECT_TRUE(must(reader->object_text(named.front())).has_value());
  auto const whole = std::filesystem::file_size(path);
  std::filesystem::copy_file(path, folder.file("whole"));
  ASSERT_EQ(::truncate(path.c_str(), 64 * 1024), 0);
  int errors = 0;
  for (auto const& object : named)
    if (auto const text = reader->object_text(object); !text) {
      EXPECT_EQ(text.error().code, Errc::database_failure);
      ++errors;
    } else if (*text) {
      EXPECT_EQ((*text)->name, std::string(2000, 'x'));
    }
  EXPECT_GT(errors, 0);
  // What is there again is read again.
  {
    std::ifstream from(folder.file("whole"), std::ios::binary);
    std::ofstream into(path, std::ios::binary | std::ios::in);
    into << from.rdbuf();
  }
  ASSERT_EQ(std::filesystem::file_size(path), whole);
  auto const again = mapped();
  for (auto const& object : named) EXPECT_EQ(must(again->object_text(object))->name, std::string(2000, 'x'));
}

using MapVfsDeath = MapVfs;
TEST_F(MapVfsDeath, AnAddressInNoCatalogDoesWhatItDid) {
  auto const reader = mapped();
  EXPECT_DEATH(
      {
        auto* const nothing = static_cast<char*>(::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, ::open(folder.file("empty").c_str(), O_RDWR | O_CREAT, 0600), 0));
        char const volatile there = *nothing;
        static_cast<void>(there);
      },
      "");
}

}  // namespace
}  // namespace rsm::db
