#include <gmock/gmock.h>

#include <limits>
#include <set>

#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::at;
using samples::set_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Reader : public testing::Test {
 protected:
  SeededRandom random{11};
  samples::Sample sample{random};
  MemoryCatalog catalog;
  CatalogReader& reader = *catalog.reader;
  LibraryRecord jukebox = sample.library(), tower = sample.library();
  MediaTypeRecord type = sample.media_type();
  PoolRecord scratch = sample.pool({}, type.id), backup = sample.pool({}, type.id);

  void SetUp() override { catalog.write(set_of({jukebox, tower, type, scratch, backup})); }

  MediumRecord add_medium(LibraryRecord const& library, PoolRecord const& pool, bool offline = false) {
    auto medium = sample.medium(library.id, pool.id, type.id);
    if (offline) medium.place = Offline{};
    catalog.write(set_of({medium}));
    return medium;
  }
  std::vector<MediumRecord> all_pages(MediaFilter filter, std::size_t limit) {
    std::vector<MediumRecord> all;
    for (MediumId after;;) {
      auto page = must(reader.media_page(filter, after, limit));
      if (page.empty()) return all;
      EXPECT_LE(page.size(), limit);
      after = page.back().id;
      all.insert(all.end(), page.begin(), page.end());
    }
  }
};

TEST_F(Reader, AnUnknownIdIsNothing) {
  EXPECT_EQ(must(reader.medium(random.id<MediumId>())), std::nullopt);
  EXPECT_EQ(must(reader.medium_of_side(random.id<SideId>())), std::nullopt);
  EXPECT_EQ(must(reader.logical_medium(random.id<LogicalMediumId>())), std::nullopt);
  EXPECT_EQ(must(reader.request(random.id<RequestId>())), std::nullopt);
  EXPECT_EQ(must(reader.operator_request(random.id<OperatorRequestId>())), std::nullopt);
  EXPECT_EQ(must(reader.request(RequestId{})), std::nullopt);
  EXPECT_THAT(must(reader.media_by_barcode("no")), IsEmpty());
}

TEST_F(Reader, FindsAMediumBySideBarcodeLabelAndName) {
  auto const medium = add_medium(jukebox, scratch);
  auto const other = add_medium(jukebox, scratch);
  for (auto const& side : medium.sides) EXPECT_EQ(must(reader.medium_of_side(side.id)), medium);
  EXPECT_THAT(must(reader.media_by_barcode(medium.barcode)), ElementsAre(medium));
  EXPECT_THAT(must(reader.media_by_label(*medium.sides[1].omid)), ElementsAre(medium));
  EXPECT_THAT(must(reader.media_by_name(other.name)), testing::Contains(other));
  Omid label = *medium.sides[0].omid;
  label.info = "text for people is not part of it";
  EXPECT_THAT(must(reader.media_by_label(label)), ElementsAre(medium));
  label.type = "XFS";
  label.also = "";
  EXPECT_THAT(must(reader.media_by_label(label)), IsEmpty());
}

// What may be allocated is kept with every change of a cartridge that matters, and read in the order of allocation.
class Shelves : public Reader {
 protected:
  MediumRecord available(std::uint32_t count, TimePoint created, LibraryRecord const& in) {
    auto medium = sample.medium(in.id, backup.id, type.id);
    medium.created = created;
    medium.enabled = true;
    for (auto& side : medium.sides) side.state = SideState::available, side.allocate_count = count;
    return medium;
  }
  std::vector<std::pair<MediumId, std::uint32_t>> on(Shelf shelf, std::size_t limit = 100, AllocatableSide behind = {}) {
    behind.pool = backup.id, behind.library = jukebox.id, behind.shelf = shelf;
    std::vector<std::pair<MediumId, std::uint32_t>> found;
    for (auto const& side : must(reader.allocatable_sides(behind, limit))) found.emplace_back(side.medium, side.number);
    return found;
  }
};

TEST_F(Shelves, TheLeastOftenAllocatedFirstThenTheOldest) {
  auto const third = available(2, at(1), jukebox), second = available(1, at(3), jukebox), first = available(1, at(2), jukebox), elsewhere = available(0, at(0), tower);
  catalog.write(set_of({third, second, first, elsewhere}));
  auto const all = on(Shelf::whole);
  EXPECT_THAT(all, ElementsAre(std::pair(first.id, 0u), std::pair(first.id, 1u), std::pair(second.id, 0u), std::pair(second.id, 1u), std::pair(third.id, 0u), std::pair(third.id, 1u)));
  EXPECT_THAT(on(Shelf::whole, 2), ElementsAre(all[0], all[1]));
  AllocatableSide behind;
  behind.allocate_count = 1, behind.created = at(2), behind.medium = first.id, behind.number = 1;
  EXPECT_THAT(on(Shelf::whole, 2, behind), ElementsAre(all[2], all[3]));
}

TEST_F(Shelves, FollowWhatBecomesOfACartridge) {
  auto medium = available(0, at(1), jukebox);
  auto const write = [&] { catalog.write(set_of({medium})); };
  write();
  EXPECT_THAT(on(Shelf::whole), SizeIs(2));
  medium.sides[0].state = SideState::reserved;
  write();
  EXPECT_THAT(on(Shelf::parts), SizeIs(1));
  medium.sides[0].state = SideState::allocated;
  write();
  EXPECT_THAT(on(Shelf::begun), SizeIs(1));
  EXPECT_THAT(on(Shelf::parts), IsEmpty());
  medium.place = Offline{};
  write();
  EXPECT_THAT(on(Shelf::begun), IsEmpty()) << "offline";
  medium.place = InElement{jukebox.id, {ElementKind::slot, 3}};
  write();
  EXPECT_THAT(on(Shelf::begun), SizeIs(1));
  medium.enabled = false;
  write();
  EXPECT_THAT(on(Shelf::begun), IsEmpty()) << "disabled";
  medium.enabled = true;
  write();
  medium.sides[1].omid = Omid{"XFS", "another label", ""};
  write();
  EXPECT_THAT(on(Shelf::begun), SizeIs(1)) << "its rows were written anew";
  medium.pool = scratch.id;
  write();
  EXPECT_THAT(on(Shelf::begun), IsEmpty()) << "another pool";
  medium.pool = backup.id;
  write();
  catalog.write(set_of({Erase{ObjectType::medium, medium.id.guid}}));
  EXPECT_THAT(on(Shelf::begun), IsEmpty()) << "deleted";
}

TEST_F(Reader, FindsALogicalMediumByTheCallThatMadeIt) {
  auto const medium = add_medium(jukebox, backup);
  auto const logical = sample.logical_medium(medium.sides[0].id, backup.id);
  auto without = sample.logical_medium(medium.sides[1].id, backup.id);
  without.session = logical.session, without.key = "";
  catalog.write(set_of({logical, without}));
  EXPECT_THAT(must(reader.logical_media_by_key(logical.session, logical.key)), ElementsAre(logical));
  EXPECT_THAT(must(reader.logical_media_by_key(random.id<SessionId>(), logical.key)), IsEmpty());
  EXPECT_THAT(must(reader.logical_media_by_key(logical.session, "")), IsEmpty());
}

TEST_F(Reader, EveryMediumWithABarcodeOrALabelAndTwoWithAName) {
  for (int i = 0; i < 3; ++i) {
    auto medium = sample.medium(jukebox.id, scratch.id, type.id);
    medium.barcode = "TWIN";
    medium.sides[0].omid = Omid{"EXT4", "same", ""};
    medium.name = "twin";
    catalog.write(set_of({medium}));
  }
  EXPECT_THAT(must(reader.media_by_barcode("TWIN")), SizeIs(3));
  EXPECT_THAT(must(reader.media_by_label(Omid{"EXT4", "same", ""})), SizeIs(3));
  EXPECT_THAT(must(reader.media_by_name("twin")), SizeIs(2));
}

TEST_F(Reader, ADiscWithTwoLabelsIsFoundByEither) {
  auto bridge = sample.medium(jukebox.id, scratch.id, type.id), plain = bridge;
  bridge.sides.resize(1);
  bridge.sides[0].omid = Omid{"UDF", "6b0a0d1d00003f74", "DISC", "ISO9660 2026-11-27-23-07-09-00"};
  plain = sample.medium(jukebox.id, scratch.id, type.id);
  plain.sides.resize(1);
  plain.sides[0].omid = Omid{"ISO9660", "2026-11-27-23-07-09-00", "DISC"};
  catalog.write(set_of({bridge}));
  EXPECT_THAT(must(reader.media_by_label(*bridge.sides[0].omid)), ElementsAre(bridge));
  EXPECT_THAT(must(reader.media_by_label(*plain.sides[0].omid)), ElementsAre(bridge)) << "on a machine that sees the other label only";
  catalog.write(set_of({plain}));
  EXPECT_THAT(must(reader.media_by_label(*bridge.sides[0].omid)), SizeIs(2));
  EXPECT_THAT(must(reader.media_by_label({"ISO9660", "6b0a0d1d00003f74", ""})), IsEmpty());
}

TEST_F(Reader, AnUnreadableBarcodeIsNotFound) {
  auto medium = sample.medium(jukebox.id, scratch.id, type.id);
  medium.barcode = "";
  catalog.write(set_of({medium}));
  EXPECT_THAT(must(reader.media_by_barcode("")), IsEmpty());
}

TEST_F(Reader, PagesShowEveryMediumOnceInTheOrderOfCreation) {
  std::vector<MediumRecord> made;
  for (int i = 0; i < 30; ++i) made.push_back(add_medium(i % 2 == 0 ? jukebox : tower, i % 3 == 0 ? scratch : backup, i % 5 == 0));
  for (std::size_t limit : {1u, 7u, 100u}) EXPECT_EQ(all_pages({}, limit), made);
}

TEST_F(Reader, FiltersAndCountersAgree) {
  for (int i = 0; i < 30; ++i) add_medium(i % 2 == 0 ? jukebox : tower, i % 3 == 0 ? scratch : backup, i % 5 == 0);
  auto const all = all_pages({}, 100);
  for (auto library : {LibraryId{}, jukebox.id, tower.id, random.id<LibraryId>()})
    for (auto pool : {PoolId{}, scratch.id, backup.id})
      for (bool offline : {false, true}) {
        auto const fits = [&](MediumRecord const& m) {
          auto const* in = std::get_if<InElement>(&m.place);
          bool const there = offline ? m.library == library : in != nullptr && in->library == library;
          return (!library || there) && (!pool || m.pool == pool) && (!offline || m.offline());
        };
        MediaFilter const filter{library, pool, offline};
        std::vector<MediumRecord> expected;
        std::copy_if(all.begin(), all.end(), std::back_inserter(expected), fits);
        EXPECT_EQ(all_pages(filter, 4), expected);
        EXPECT_EQ(must(reader.count_media(filter)), expected.size());
      }
}

TEST_F(Reader, CountersFollowMovesAndErasures) {
  auto medium = add_medium(jukebox, scratch);
  EXPECT_EQ(must(reader.count_media({jukebox.id, scratch.id})), 1u);
  medium.place = Offline{};
  catalog.write(set_of({medium}));
  EXPECT_EQ(must(reader.count_media({jukebox.id})), 0u);
  EXPECT_EQ(must(reader.count_media({jukebox.id, {}, true})), 1u);
  medium.pool = backup.id, medium.library = tower.id, medium.place = InElement{tower.id, {ElementKind::slot, 1}};
  auto logical = sample.logical_medium(medium.sides[0].id, backup.id);
  catalog.write(set_of({medium, logical}));
  EXPECT_EQ(must(reader.count_media({tower.id, backup.id})), 1u);
  EXPECT_EQ(must(reader.count_media({{}, scratch.id})), 0u);
  EXPECT_EQ(must(reader.count_logical_media(backup.id)), 1u);
  logical.pool = scratch.id;
  catalog.write(set_of({logical}));
  EXPECT_EQ(must(reader.count_logical_media(backup.id)), 0u);
  EXPECT_EQ(must(reader.count_logical_media(scratch.id)), 1u);
  catalog.write(set_of({Erase{ObjectType::logical_medium, logical.id.guid}, Erase{ObjectType::medium, medium.id.guid}}));
  EXPECT_EQ(must(reader.count_media({})), 0u);
  EXPECT_EQ(must(reader.count_logical_media({})), 0u);
}

TEST_F(Reader, ACursorThatIsGoneSaysSo) {
  auto const page = reader.media_page({}, random.id<MediumId>(), 10);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Errc::object_not_found);
  EXPECT_THAT(page.error().text(), testing::HasSubstr("cursor"));
}

TEST_F(Reader, LogicalMediaInPages) {
  std::vector<LogicalMediumId> ids;
  for (int i = 0; i < 7; ++i) {
    auto const medium = add_medium(jukebox, scratch);
    auto const logical = sample.logical_medium(medium.sides[0].id, i % 2 == 0 ? scratch.id : backup.id);
    catalog.write(set_of({logical}));
    ids.push_back(logical.id);
  }
  std::vector<LogicalMediumId> seen;
  for (LogicalMediumId after;;) {
    auto const page = must(reader.logical_media_page({}, after, 2));
    if (page.empty()) break;
    after = page.back().id;
    for (auto const& each : page) seen.push_back(each.id);
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(ids));
  EXPECT_THAT(must(reader.logical_media_page(scratch.id, {}, 100)), SizeIs(4));
  EXPECT_EQ(must(reader.count_logical_media(scratch.id)), 4u);
  EXPECT_EQ(must(reader.count_logical_media({})), 7u);
}

TEST_F(Reader, AFinishedRequestMovesToTheHistory) {
  for (auto final_state :
       {RequestState::passed, RequestState::failed, RequestState::invalid, RequestState::cancelled, RequestState::stopped}) {
    auto request = sample.request(random.next() >> 2, jukebox.id);
    catalog.write(set_of({request}));
    EXPECT_EQ(must(reader.request(request.id)), request);
    EXPECT_THAT(must(reader.load_active()).open_requests, SizeIs(1));
    request.state = final_state;
    catalog.write(set_of({request}));
    EXPECT_THAT(must(reader.load_active()).open_requests, IsEmpty());
    EXPECT_EQ(must(reader.request(request.id)), request);
    EXPECT_EQ(must(reader.request(request.sequence)), request);
    catalog.write(set_of({Erase{ObjectType::request, request.id.guid}}));
    EXPECT_EQ(must(reader.request(request.id)), std::nullopt);
  }
}

TEST_F(Reader, ARequestThatIsBornFinishedIsHistory) {
  auto request = sample.request(5);
  request.state = RequestState::invalid;
  catalog.write(set_of({request}));
  EXPECT_EQ(must(reader.request(request.id)), request);
  EXPECT_EQ(must(reader.load_active()).last_request_sequence, 5u);
}

// Of the history are read the keys that may still be sent again; all else is in memory.
TEST_F(Reader, OfTheHistoryTheKeysOfOpenSessionsAreLoaded) {
  auto const mine = sample.session();
  catalog.write(set_of({mine}));
  std::vector<EndedCall> expected;
  for (std::uint64_t number : {4, 2, 9, 12}) {
    auto request = sample.request(number), stranger = sample.request(number + 20);
    request.session = mine.id, request.key = number == 9 ? "" : "call " + std::to_string(number / 4);
    request.state = number == 12 ? RequestState::waiting : RequestState::failed, stranger.state = RequestState::passed;
    catalog.write(set_of({request, stranger}));
    if (number < 9) expected.push_back({number, mine.id, request.key});
  }
  EXPECT_THAT(must(reader.load_active()).ended_calls, ElementsAre(expected[1], expected[0]));
}

TEST_F(Reader, WhatHasEndedIsAmongTheHotOnesUntilItGoesToTheHistory) {
  auto request = sample.request(3);
  request.state = RequestState::passed;
  ChangeSet const ended = set_of({request});
  must(catalog.writer->commit({&ended, 1}));
  EXPECT_THAT(must(reader.load_active()).open_requests, IsEmpty());
  EXPECT_THAT(must(reader.load_active()).ended_requests, ElementsAre(request));
  EXPECT_THAT(must(reader.requests_page({}, 0, 10)), IsEmpty());
  EXPECT_EQ(must(reader.request(request.id)), request);
  catalog.to_history(ended);
  EXPECT_THAT(must(reader.load_active()).ended_requests, IsEmpty());
  EXPECT_THAT(must(reader.requests_page({}, 0, 10)), ElementsAre(request));
  EXPECT_EQ(must(reader.request(request.id)), request);
  EXPECT_EQ(must(reader.load_active()).last_request_sequence, 3u);
}

TEST_F(Reader, ARequestIsFoundByItsNumberAndByAnyIdThatItHas) {
  auto numbered = sample.request(70), old = sample.request(71);
  numbered.id = request_id(70, random.guid());
  for (auto* request : {&numbered, &old})
    for (auto state : {RequestState::waiting, RequestState::passed}) {
      request->state = state;
      catalog.write(set_of({*request}));
      EXPECT_EQ(must(reader.request(request->id)), *request);
      EXPECT_EQ(must(reader.request(request->sequence)), *request);
    }
  EXPECT_EQ(must(reader.request(request_id(70, random.guid()))), std::nullopt) << "the number alone is no id";
  EXPECT_EQ(must(reader.request(72)), std::nullopt);
}

TEST_F(Reader, PagesOfTheHistoryNewestFirst) {
  for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
    auto request = sample.request(sequence, sequence % 4 == 0 ? tower.id : jukebox.id);
    if (sequence % 3 != 0) request.state = RequestState::passed;
    catalog.write(set_of({request}));
  }
  for (auto library : {LibraryId{}, jukebox.id, tower.id}) {
    std::vector<std::uint64_t> seen, expected;
    for (std::uint64_t before = 0;;) {
      auto const page = must(reader.requests_page(library, before, 3));
      if (page.empty()) break;
      before = page.back().sequence;
      for (auto const& request : page) seen.push_back(request.sequence);
    }
    for (std::uint64_t sequence = 20; sequence > 0; --sequence)
      if (sequence % 3 != 0 && (!library || (library == tower.id) == (sequence % 4 == 0))) expected.push_back(sequence);
    EXPECT_EQ(seen, expected);
  }
}

TEST_F(Reader, OperatorRequestsInPagesAndOnlyOpenOnesInTheWorld) {
  std::vector<OperatorRequestRecord> all;
  for (int i = 0; i < 6; ++i) {
    auto request = sample.operator_request();
    if (i % 3 == 0) request.state = i == 0 ? OperatorState::refused : OperatorState::complete;
    catalog.write(set_of({request}));
    all.push_back(request);
    EXPECT_EQ(must(reader.operator_request(request.id)), request);
  }
  std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return std::tie(a.submitted, a.id) < std::tie(b.submitted, b.id); });
  auto const first = must(reader.operator_requests_page({}, 4));
  auto second = must(reader.operator_requests_page(first.back().id, 4));
  second.insert(second.begin(), first.begin(), first.end());
  EXPECT_EQ(second, all);
  EXPECT_THAT(must(reader.load_active()).operator_requests, SizeIs(4));
}

TEST_F(Reader, EventsAcrossCommitsFromAnyCursor) {
  std::vector<Event> all;
  for (std::size_t batch : {3, 1, 5}) {
    ChangeSet set;
    for (std::size_t i = 0; i < batch; ++i) set.events.push_back(all.emplace_back(sample.event(all.size() + 1)));
    catalog.write(set);
  }
  EXPECT_EQ(must(reader.load_active()).last_event, 9u);
  for (std::size_t after = 0; after <= 9; ++after)
    for (std::size_t limit : {1u, 2u, 100u}) {
      auto const page = must(reader.events(after, limit));
      auto const end = std::min(all.size(), after + limit);
      EXPECT_EQ(page.events, std::vector<Event>(all.begin() + static_cast<long>(after), all.begin() + static_cast<long>(end))) << after;
      EXPECT_EQ(page.oldest, 1u);
    }
  EXPECT_THAT(must(reader.events(std::numeric_limits<std::uint64_t>::max(), 10)).events, IsEmpty());
}

TEST_F(Reader, NoEventsAtAll) {
  auto const page = must(reader.events(0, 10));
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.oldest, 0u);
}

// A reader with its own connection sees a commit when it is done, and is never held up by one that is under way.
TEST(TwoConnections, AReaderSeesTheLastCommittedState) {
  Folder folder;
  SeededRandom random(12);
  samples::Sample sample{random};
  auto database = must(Database::open_owner(folder.file("catalog.db")));
  Writer writer(*database);
  SqliteReader reader(must(Database::open_reader(folder.file("catalog.db"))));
  EXPECT_THAT(must(reader.load_active()).sessions, IsEmpty());
  ChangeSet const set = set_of({sample.session()});
  must(writer.commit({&set, 1}));
  EXPECT_THAT(must(reader.load_active()).sessions, SizeIs(1));
}

}  // namespace
}  // namespace rsm::db
