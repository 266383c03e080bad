// The manager over a catalog in memory, without a library, and a lane that finds the disk full when a test says so. Time is virtual.
// Thread rule: the test's thread.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/inline_lane.hpp"
#include "libmgr/manager.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/test_loop.hpp"

namespace rsm {

class Lines final : public Log {
 public:
  void write(LogLevel, std::string const& line) override { lines.push_back(line); }
  std::vector<std::string> lines;
};

// Commits, or finds the disk full.
class FullDiskLane final : public db::CommitLane {
 public:
  FullDiskLane(Loop& loop, db::Database& database) : loop_(loop), inner_(loop, database, [] { return Millis{0}; }) {}
  void on_outcome(std::move_only_function<void(db::CommitOutcome)> callback) override {
    outcome_ = std::make_shared<std::move_only_function<void(db::CommitOutcome)>>(std::move(callback));
    inner_.on_outcome([to = outcome_](db::CommitOutcome outcome) { (*to)(std::move(outcome)); });
  }
  void submit(std::uint64_t ticket, db::ChangeSet changes) override {
    if (!full) return inner_.submit(ticket, std::move(changes));
    ++refused;
    loop_.after(answers_after, [to = outcome_, ticket] { (*to)({ticket, db::CommitResult::rolled_back, {Errc::disk_full, "catalog.db", "needs 8 MiB"}}); });
  }
  void recover(std::move_only_function<void(Result<>)> done) override { inner_.recover(std::move(done)); }

  bool full = false;
  int refused = 0;
  Millis answers_after{0};  // that it is full

 private:
  Loop& loop_;
  db::InlineLane inner_;
  std::shared_ptr<std::move_only_function<void(db::CommitOutcome)>> outcome_;
};

class ManagerRig : public ::testing::Test {
 protected:
  SeededRandom random{3};
  db::MemoryCatalog catalog;
  db::TestLoop loop;
  Lines log;
  FullDiskLane lane{loop, *catalog.database};
  std::unique_ptr<Manager> manager = std::make_unique<Manager>(
      loop, random, log, lane, *catalog.reader, [](std::string const&) -> port::Devices& { throw std::logic_error("no library"); }, Settings{});

  void start() {
    db::must(manager->start());
    run_for(Millis{0});
    ASSERT_TRUE(manager->ready());
  }
  // Everything that is due within this time; sessions that nobody comes back to have an hour.
  void run_for(Millis time) {
    bool over = false;
    loop.after(time, [&over] { over = true; });
    while (!over && loop.run_one()) {
    }
    for (int posted = 0; posted < 20; ++posted) {
      bool reached = false;
      loop.post([&reached] { reached = true; });
      while (!reached) loop.run_one();
    }
  }
  Result<SessionRecord> open_session(std::string const& application = "test") {
    std::optional<Result<SessionRecord>> answer;
    manager->open_session({application, "u", "c", 1000}, [&](Result<SessionRecord> result) { answer = std::move(result); });
    run_for(Millis{0});
    EXPECT_TRUE(answer);
    return answer ? *answer : fail(Errc::internal_error);
  }
  Result<> read() {
    std::optional<Result<>> answer;
    manager->read([&](Result<> result) { answer = std::move(result); });
    run_for(Millis{0});
    EXPECT_TRUE(answer) << "it waits";
    return answer ? *answer : fail(Errc::internal_error);
  }
  std::vector<Event> service_events() {
    auto events = db::must(catalog.reader->events(0, 1000)).events;
    std::erase_if(events, [](Event const& e) { return e.type != ObjectType::computer; });
    return events;
  }
};

}  // namespace rsm
