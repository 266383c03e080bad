// What the book records, and what it finds again: before its commit, after it, after a restart and after a commit that failed.
#include <gmock/gmock.h>

#include "db/inline_lane.hpp"
#include "db/maintenance.hpp"
#include "libmgr/record/book.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/test_loop.hpp"
#include "tests/support/silent_log.hpp"

namespace rsm {
namespace {

using db::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Book, ledger and lane over a catalog in memory.
struct Desk {
  Desk(db::MemoryCatalog& in, Random& chance) : catalog(in), random(chance) { must(book.load()); }
  void settle() { loop.run_all(); }
  void recover() {
    lane.recover([](Result<> recovered) { must(std::move(recovered)); });
    loop.run_all();
    must(book.load());
  }

  db::MemoryCatalog& catalog;
  Random& random;
  db::TestLoop loop;
  db::InlineLane lane{loop, *catalog.database, [] { return Millis{0}; }};
  Silent log;
  Figures figures;
  int failures = 0;
  Ledger ledger{loop, lane, figures, [this](db::CommitOutcome const&) { ++failures; }};
  Book book{loop, random, log, ledger, *catalog.reader, figures};
};

class BookRecordTest : public ::testing::Test {
 protected:
  SeededRandom random{7};
  db::MemoryCatalog catalog;
  std::unique_ptr<Desk> desk = std::make_unique<Desk>(catalog, random);
  SessionId const session = random.id<SessionId>();
  std::string const key = "one call";

  void SetUp() override {
    catalog.write(db::samples::set_of({SessionRecord{.id = session}}));
    restart();
  }
  Book& book() { return desk->book; }
  std::size_t in_the_history() { return must(catalog.reader->requests_page({}, 0, 1000)).size(); }
  std::vector<std::uint64_t> numbers(std::uint64_t before, std::size_t most) {
    std::vector<std::uint64_t> found;
    for (auto const& request : must(book().requests_page({}, before, most))) found.push_back(request.sequence);
    return found;
  }
  RequestId add() {
    RequestRecord r;
    r.id = book().make_id<RequestId>();
    r.session = session;
    r.key = key;
    book().add(r);
    return r.id;
  }
  void restart() {
    desk.reset();
    desk = std::make_unique<Desk>(catalog, random);
  }
  // A call of two requests whose ids sort against their order.
  std::vector<RequestId> call_of_two() {
    std::vector<RequestId> ids{random.id<RequestId>(), random.id<RequestId>()};
    std::ranges::sort(ids, std::greater<>{});
    for (auto const& id : ids) {
      RequestRecord r;
      r.id = id;
      r.operation = Operation::dismount;
      r.session = session;
      r.key = key;
      book().add(r);
    }
    return ids;
  }
  std::vector<RequestId> answered() {
    std::vector<RequestId> ids;
    for (auto const& request : must(book().requests_of_key(session, key))) ids.push_back(request.id);
    return ids;
  }
  std::vector<Event> events() { return must(catalog.reader->events(0, 1000)).events; }
};

TEST_F(BookRecordTest, ACallIsFoundInTheOrderAskedAlsoAfterARestart) {
  auto const ids = call_of_two();
  EXPECT_EQ(answered(), ids);
  desk->settle();
  EXPECT_EQ(answered(), ids);
  restart();
  EXPECT_EQ(answered(), ids);
}

TEST_F(BookRecordTest, ACallIsFoundWholeWhateverHasBecomeOfItsRequests) {
  auto const ids = call_of_two();
  desk->settle();
  book().finish(ids[0], {RequestState::passed, Errc::success, "done"});
  EXPECT_EQ(answered(), ids) << "ended, and not durable";
  desk->settle();
  EXPECT_EQ(answered(), ids) << "ended and durable";
  book().set_state(ids[1], RequestState::waiting, "for the other one");
  EXPECT_EQ(answered(), ids);
  restart();
  book().set_state(ids[1], RequestState::waiting, "again");
  EXPECT_EQ(answered(), ids);
  EXPECT_EQ(must(book().requests_of_key(session, key)).front().state, RequestState::passed);
  book().finish(ids[1], {RequestState::failed, Errc::busy, "busy"});
  desk->settle();
  EXPECT_EQ(answered(), ids);
  EXPECT_THAT(must(book().requests_of_key(session, "another")), IsEmpty());
  EXPECT_THAT(must(book().requests_of_key(random.id<SessionId>(), key)), IsEmpty());
}

TEST_F(BookRecordTest, ACallIsFoundWholeAfterACommitThatFailed) {
  auto const ids = call_of_two();
  desk->settle();
  book().finish(ids[0], {RequestState::passed, Errc::success, "done"});
  desk->settle();
  catalog.vfs.fail(sim::DiskOperation::write, 1, sim::DiskFault::disk_full);
  book().finish(ids[1], {RequestState::passed, Errc::success, "done"});
  desk->settle();
  ASSERT_EQ(desk->failures, 1);
  desk->recover();
  EXPECT_EQ(answered(), ids);
  EXPECT_EQ(must(book().requests_of_key(session, key)).back().state, RequestState::queued) << "its end was not written";
}

TEST_F(BookRecordTest, TheEndOfARequestIsOneEvent) {
  auto const ids = call_of_two();
  book().finish(ids[0], {RequestState::passed, Errc::success, "done"});
  desk->settle();
  std::vector<EventKind> kinds;
  for (auto const& event : events())
    if (event.object == ids[0].guid) kinds.push_back(event.kind);
  EXPECT_THAT(kinds, ElementsAre(EventKind::insert, EventKind::complete));
}

TEST_F(BookRecordTest, ARequestHasANumberThatItsIdCarriesAndThatIsNeverGivenAgain) {
  auto const first = add();
  EXPECT_EQ(name_of(first), "request 1");
  EXPECT_EQ(must(book().find_request(1))->id, first);
  auto const refused = book().make_id<RequestId>();
  EXPECT_EQ(number_in(refused), 2u);
  book().take_back_numbers();
  auto const second = add();
  EXPECT_EQ(number_in(second), 2u) << "nobody has seen the one that was refused";
  EXPECT_LT(first, second);
  desk->settle();
  restart();
  EXPECT_EQ(number_in(add()), 3u);
}

TEST_F(BookRecordTest, WhatHasEndedGoesToTheHistoryALittleLaterAndIsFoundAllTheTime) {
  auto const ids = std::vector{add(), add(), add()};
  desk->loop.run_for(Millis{0});
  book().finish(ids[1], {RequestState::passed, Errc::success, "done"});
  auto const check = [&] {
    EXPECT_EQ(answered(), ids);
    EXPECT_EQ(must(book().find_request(ids[1]))->state, RequestState::passed);
    EXPECT_EQ(must(book().find_request(2))->id, ids[1]);
    EXPECT_THAT(numbers(0, 10), ElementsAre(3, 2, 1));
    EXPECT_THAT(numbers(3, 1), ElementsAre(2));
  };
  check();
  desk->loop.run_for(Millis{0});
  EXPECT_EQ(in_the_history(), 0u) << "not with its own commit";
  EXPECT_THAT(must(catalog.reader->load_active()).ended_requests, SizeIs(1));
  check();
  desk->loop.run_for(limits::history_delay);
  EXPECT_EQ(in_the_history(), 1u);
  EXPECT_THAT(must(catalog.reader->load_active()).ended_requests, IsEmpty());
  check();
  restart();
  check();
}

TEST_F(BookRecordTest, WhatHadEndedBeforeARestartGoesToTheHistoryAfterIt) {
  auto const id = add();
  book().finish(id, {RequestState::passed, Errc::success, "done"});
  desk->loop.run_for(Millis{0});
  restart();
  EXPECT_EQ(in_the_history(), 0u);
  EXPECT_THAT(answered(), ElementsAre(id));
  desk->loop.run_for(limits::history_delay);
  EXPECT_EQ(in_the_history(), 1u);
  EXPECT_THAT(answered(), ElementsAre(id));
}

TEST_F(BookRecordTest, ManyThatHaveEndedDoNotWaitAndGoInBoundedCommits) {
  std::vector<RequestId> ids;
  for (std::size_t n = 0; n < 2 * limits::history_batch + 7; ++n) ids.push_back(add());
  for (auto const& id : ids) book().finish(id, {RequestState::passed, Errc::success, "done"});
  auto const commits = desk->ledger.commits();
  desk->loop.run_for(Millis{0});
  EXPECT_EQ(in_the_history(), limits::page_items_max) << "as many as a page has";
  EXPECT_THAT(must(catalog.reader->load_active()).ended_requests, IsEmpty());
  EXPECT_EQ(must(book().find_request(ids.size()))->id, ids.back());
  EXPECT_GE(desk->ledger.commits() - commits, 4u) << "their ends, and three parts of them";
  EXPECT_THAT(must(db::findings_of(*catalog.database)), IsEmpty());
}

TEST_F(BookRecordTest, OneThatIsDeletedBeforeItIsInTheHistoryIsGone) {
  auto const id = add();
  book().finish(id, {RequestState::passed, Errc::success, "done"});
  EXPECT_TRUE(must(book().forget_request(id, "no longer wanted")));
  EXPECT_EQ(must(book().find_request(id)), std::nullopt);
  desk->settle();
  EXPECT_EQ(must(book().find_request(id)), std::nullopt);
  EXPECT_THAT(answered(), IsEmpty());
  restart();
  EXPECT_EQ(name_of(add()), "request 2");
}

TEST_F(BookRecordTest, ANumberOfACartridgeIsNeverGivenAgain) {
  EXPECT_EQ(book().next_media_number(), 1u);
  EXPECT_EQ(book().next_media_number(), 2u);
  desk->settle();
  restart();  // no cartridge is in the catalog any more
  EXPECT_EQ(book().next_media_number(), 3u);
  desk->settle();
  catalog.vfs.fail(sim::DiskOperation::write, 1, sim::DiskFault::disk_full);
  EXPECT_EQ(book().next_media_number(), 4u);
  desk->settle();
  desk->recover();
  EXPECT_EQ(book().next_media_number(), 4u) << "nobody has seen it";
}

TEST_F(BookRecordTest, OpenRequestsAreFoundBySessionAndInPagesOfTheNewest) {
  SessionId const other = random.id<SessionId>();
  LibraryId const here = random.id<LibraryId>(), there = random.id<LibraryId>();
  std::vector<RequestId> asked;  // the newest last
  for (unsigned n = 0; n < 30; ++n) {
    RequestRecord r;
    r.id = asked.emplace_back(random.id<RequestId>());
    r.operation = n % 2 == 0 ? Operation::mount : Operation::dismount;
    r.session = n % 3 == 0 ? session : n % 3 == 1 ? other : SessionId{};
    r.library = n % 5 == 0 ? there : here;
    book().add(r);
  }
  for (unsigned n = 0; n < 30; n += 4) book().set_state(asked[n], RequestState::waiting, "for a drive");
  book().finish(asked[7], {RequestState::passed, Errc::success, "done"});
  auto const check = [&] {
    EXPECT_THAT(book().requests_of(session), SizeIs(10));
    EXPECT_THAT(book().requests_of(other), SizeIs(9)) << "one has ended";
    EXPECT_THAT(book().requests_of(SessionId{}), IsEmpty()) << "nobody's";
    EXPECT_EQ(book().open_requests_of(other), 9u);
    for (auto const& id : book().requests_of(session)) EXPECT_EQ(book().request(id)->session, session);
    for (auto const& library : {LibraryId{}, here, there, random.id<LibraryId>()}) {
      std::vector<RequestId> expected, found;
      for (auto id = asked.rbegin(); id != asked.rend(); ++id)
        if (auto const* open = book().request(*id); open != nullptr && (!library || open->library == library)) expected.push_back(*id);
      for (std::uint64_t before = 0;;) {
        auto const page = book().newest_requests(library, before, 4);
        for (auto const* one : page) found.push_back(one->id);
        if (page.size() < 4) break;
        before = page.back()->sequence;
      }
      EXPECT_EQ(found, expected);
    }
  };
  check();
  desk->settle();
  restart();
  check();
}

TEST_F(BookRecordTest, ANewCatalogBeginsAHistoryThatStays) {
  EXPECT_TRUE(book().history().is_zero());
  book().begin_history();
  auto const history = book().history();
  EXPECT_FALSE(history.is_zero());
  desk->settle();
  EXPECT_THAT(events(), IsEmpty()) << "nothing was restored";
  restart();
  book().begin_history();
  EXPECT_EQ(book().history(), history);
}

TEST_F(BookRecordTest, WhatHappensToTheServiceIsAnEventOfTheComputer) {
  book().note_service("restored", "from b.db");
  desk->settle();
  ASSERT_THAT(events(), SizeIs(1));
  auto const event = events().front();
  EXPECT_EQ(event.type, ObjectType::computer);
  EXPECT_EQ(event.kind, EventKind::signal);
  EXPECT_EQ(event.state, "restored");
  EXPECT_THAT(event.reason, HasSubstr("b.db"));
}

}  // namespace
}  // namespace rsm
