#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include "db/inline_lane.hpp"
#include "tests/db/history.hpp"
#include "tests/db/test_loop.hpp"

namespace rsm::db {
namespace {

// One life of the catalog between two power cuts: submits sets, lets the loop run, knows what was promised.
class Life {
 public:
  Life(MemoryCatalog& catalog, std::uint64_t start, SeededRandom& random)
      : random_(random),
        lane_(loop_, *catalog.database, [&random] { return Millis{random.below(5)}; }, {.log_pages_max = 60}),
        promised_(start),
        submitted_(start) {
    lane_.on_outcome([this](CommitOutcome outcome) {
      if (outcome.result == CommitResult::durable) promised_ = outcome.ticket + start_of_tickets_;
      if (outcome.result != CommitResult::durable) failed_ = true;
    });
    start_of_tickets_ = start;
  }
  void work(std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps && !failed_; ++i) {
      for (std::uint64_t n = random_.below(4); n > 0; --n) {
        ++submitted_;
        lane_.submit(submitted_ - start_of_tickets_, history::set(submitted_));
      }
      loop_.run_one();
    }
  }
  std::uint64_t promised() const { return promised_; }
  std::uint64_t submitted() const { return submitted_; }

 private:
  SeededRandom& random_;
  TestLoop loop_;
  InlineLane lane_;
  std::uint64_t promised_, submitted_, start_of_tickets_ = 0;
  bool failed_ = false;
};

// Opening is interrupted too, sometimes several times.
void open_again(MemoryCatalog& catalog, SeededRandom& random) {
  while (random.chance(30)) {
    catalog.vfs.lose_power_at(1 + random.below(12));
    try {
      catalog.open();
    } catch (std::runtime_error const&) {
      // The power went while it was opened; that is what is tried here.
    }
    catalog.vfs.power_cut(random);
    catalog.close();
  }
  catalog.open();
}

struct CutCounts {
  int cuts = 0, in_mid_operation = 0, unpromised_survived = 0, unpromised_lost = 0;
};

CutCounts cut_many_times(std::uint64_t seed, int cuts) {
  SeededRandom random(seed);
  MemoryCatalog catalog(seed);
  CutCounts counts;
  std::uint64_t known = 0;
  for (; counts.cuts < cuts; ++counts.cuts) {
    std::uint64_t promised = 0, submitted = 0;
    {
      Life life(catalog, known, random);
      bool const in_mid_operation = random.chance(70);
      if (in_mid_operation) catalog.vfs.lose_power_at(1 + random.below(150));
      life.work(2 + random.below(60));
      counts.in_mid_operation += !catalog.vfs.powered();
      promised = life.promised(), submitted = life.submitted();
    }
    catalog.vfs.power_cut(random);
    catalog.close();
    open_again(catalog, random);
    known = history::newest_sound(catalog);
    EXPECT_GE(known, promised) << "seed " << seed << ", cut " << counts.cuts;
    EXPECT_LE(known, submitted) << "seed " << seed << ", cut " << counts.cuts;
    counts.unpromised_survived += known > promised;
    counts.unpromised_lost += known < submitted;
  }
  return counts;
}

TEST(PowerCut, NothingPromisedIsLostAndNoSetIsHalf) {
  CutCounts total;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    auto const counts = cut_many_times(seed, 30);
    total.cuts += counts.cuts, total.in_mid_operation += counts.in_mid_operation;
    total.unpromised_survived += counts.unpromised_survived, total.unpromised_lost += counts.unpromised_lost;
  }
  // The cuts hit where they must: in the middle of writing, with sets lost that were not promised, and with sets that survived
  // although nobody was told.
  EXPECT_GE(total.cuts, 200);
  EXPECT_GT(total.in_mid_operation, 100);
  EXPECT_GT(total.unpromised_lost, 50);
  EXPECT_GT(total.unpromised_survived, 0);
}

// The disk itself: without the sync, things are lost; so the test above can fail.
TEST(PowerCut, TheDiskForgetsWhatWasNotSynced) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    MemoryCatalog catalog(seed);
    catalog.database->connection().exec("PRAGMA synchronous = OFF");
    for (std::uint64_t k = 1; k <= 5; ++k) catalog.write(history::set(k));
    catalog.vfs.power_cut(random);
    catalog.close();
    try {
      catalog.open();
      lost += history::newest(*catalog.reader) < 5;
    } catch (std::exception const&) {
      ++lost;
    }
  }
  EXPECT_GT(lost, 10);
}

TEST(PowerCut, TheSameSeedGivesTheSameHistory) {
  auto const first = cut_many_times(99, 20), second = cut_many_times(99, 20);
  EXPECT_EQ(first.unpromised_lost, second.unpromised_lost);
  EXPECT_EQ(first.unpromised_survived, second.unpromised_survived);
  EXPECT_EQ(first.in_mid_operation, second.in_mid_operation);
}

}  // namespace
}  // namespace rsm::db
