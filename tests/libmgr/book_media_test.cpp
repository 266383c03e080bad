// Reading media through the book: memory first, then the catalog; looking keeps nothing.
#include <gmock/gmock.h>

#include "db/inline_lane.hpp"
#include "libmgr/record/book.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/test_loop.hpp"
#include "tests/support/silent_log.hpp"

namespace rsm {
namespace {

using db::must;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BookMediaTest : public ::testing::Test {
 protected:
  BookMediaTest() {
    LibraryRecord const jukebox = sample.library();
    MediaTypeRecord const type = sample.media_type();
    PoolRecord const pool = sample.pool({}, type.id);
    db::ChangeSet set = db::samples::set_of({jukebox, type, pool});
    for (int i = 0; i < 20; ++i) set.changes.emplace_back(media.emplace_back(sample.medium(jukebox.id, pool.id, type.id)));
    catalog.write(std::move(set));
    must(book.load());
  }

  SeededRandom random{7};
  db::samples::Sample sample{random};
  db::MemoryCatalog catalog;
  db::TestLoop loop;
  db::InlineLane lane{loop, *catalog.database, [] { return Millis{0}; }};
  Silent log;
  Figures figures;
  Ledger ledger{loop, lane, figures, [](db::CommitOutcome const& outcome) { ADD_FAILURE() << outcome.error.text(); }};
  Book book{loop, random, log, ledger, *catalog.reader, figures};
  std::vector<MediumRecord> media;
};

TEST_F(BookMediaTest, LookingAtMediaKeepsNothing) {
  for (auto const& medium : media) {
    EXPECT_EQ(must(book.find_medium(medium.id)), medium);
    EXPECT_EQ(must(book.find_medium_of_side(medium.sides.back().id)), medium);
  }
  EXPECT_THAT(book.world().media, IsEmpty());
  EXPECT_EQ(must(book.find_medium(random.id<MediumId>())), std::nullopt);
  EXPECT_EQ(must(book.find_medium_of_side(random.id<SideId>())), std::nullopt);
}

TEST_F(BookMediaTest, WorkingWithAMediumKeepsIt) {
  ASSERT_NE(must(book.medium(media[3].id)), nullptr);
  EXPECT_THAT(book.world().media, SizeIs(1));
}

TEST_F(BookMediaTest, WhatIsNotYetInTheCatalogIsSeen) {
  MediumRecord changed = *must(book.medium(media[0].id));
  SideId const lost = changed.sides.back().id;
  changed.description = "changed a moment ago";
  changed.sides.pop_back();
  book.put(changed, "for the test");
  EXPECT_EQ(must(book.find_medium(changed.id))->description, "changed a moment ago");
  EXPECT_EQ(must(book.find_medium_of_side(changed.sides.front().id))->description, "changed a moment ago");
  EXPECT_EQ(must(book.find_medium_of_side(lost)), std::nullopt);
  ASSERT_NE(must(book.medium(media[1].id)), nullptr);
  book.erase_medium(media[1].id, "for the test");
  EXPECT_EQ(must(book.find_medium(media[1].id)), std::nullopt);
  EXPECT_EQ(must(book.find_medium_of_side(media[1].sides.front().id)), std::nullopt);
  loop.run_all();  // everything is in the catalog now
  EXPECT_EQ(must(book.find_medium(media[1].id)), std::nullopt);
}

}  // namespace
}  // namespace rsm
