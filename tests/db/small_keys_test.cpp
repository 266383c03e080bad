// A catalog of the version before small keys (schema 20) is brought up to date: nothing is lost, nothing is mixed up, all is found as before.
#include <SQLiteCpp/Database.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "db/columns.hpp"
#include "db/maintenance.hpp"
#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using testing::HasSubstr;

// A catalog as the version before had it, filled with records as that wrote them: the names of its columns were those of the records.
class BeforeSmallKeys : public testing::Test {
 protected:
  Folder folder;
  std::string const path = folder.file("catalog.db");
  SeededRandom random{43};
  samples::Sample sample{random};
  LibraryRecord jukebox = sample.library(), gone = sample.library();
  MediaTypeRecord type = sample.media_type();
  PoolRecord scratch = sample.pool({}, type.id), backup = sample.pool({}, type.id);
  std::vector<MediumRecord> media;
  std::vector<LogicalMediumRecord> logical;

  template <class Record>
  static void insert(Database& database, std::string const& table, Record const& record, std::string const& more = "", std::string const& values = "") {
    std::string marks;
    for (std::size_t i = 0; i < column_names<Record>().size(); ++i) marks += marks.empty() ? "?" : ", ?";
    std::string const sql = "INSERT INTO " + table + " (" + column_list<Record>() + more + ") VALUES (" + marks + values + ")";
    Query query(database, sql);
    columns(BindColumns{query}, record);
    query.run();
  }
  static void insert_side(Database& database, MediumRecord const& medium, std::size_t position) {
    std::string id = medium.id.text();
    std::erase(id, '-');
    insert(database, "side", medium.sides[position % medium.sides.size()], ", medium, position", fmt::format(", X'{}', {}", id, position));
  }
  // Of all kinds: with and without bar code, called as the bar code or the label says, offline, of a library that is gone, of no pool, that may be
  // allocated, that are allocated, with one side and two.
  MediumRecord medium(std::size_t n) {
    auto m = sample.medium(n % 5 == 0 ? gone.id : jukebox.id, n % 3 == 0 ? scratch.id : backup.id, type.id);
    m.created = samples::at(static_cast<std::int64_t>(n * 7 % 11));  // several at a time, and not in the order of their ids
    if (n % 2 == 0) m.name = m.barcode;
    if (n % 4 == 1) m.barcode = "";
    if (n % 4 == 2) m.sides.resize(1);
    if (n % 6 == 0) m.sides[0].omid->info = m.name;
    if (n % 7 == 0) m.sides[0].omid.reset();
    if (n % 5 == 0) m.place = Offline{};
    if (n % 8 == 0) m.pool = {};
    if (n % 9 == 1) m.enabled = true, m.sides[0].state = SideState::available;
    if (n % 10 == 3) m.alerts.clear(), m.cartridge = {}, m.home_slot.reset();
    return m;
  }
  void fill(Database& database, std::size_t count) {
    insert(database, "library", jukebox), insert(database, "media_type", type), insert(database, "pool", scratch), insert(database, "pool", backup);
    for (std::size_t n = 0; n < count; ++n) {
      auto m = medium(n);
      if (n % 4 == 3) {
        logical.push_back(sample.logical_medium(m.sides[0].id, backup.id));
        m.sides[0].state = SideState::allocated, m.sides[0].logical_medium = logical.back().id;
      }
      insert(database, "medium", m);
      for (std::size_t position = 0; position < m.sides.size(); ++position) insert_side(database, m, position);
      for (auto const& side : allocatable_sides(m)) insert(database, "allocatable_side", side);
      insert(database, "object_text", ObjectText{m.sides[0].id.guid, "side", std::to_string(n)});
      media.push_back(std::move(m));
    }
    for (auto const& one : logical) insert(database, "logical_medium", one);
    std::ranges::sort(media, {}, [](MediumRecord const& m) { return std::pair(m.created, m.id); });
  }
  std::unique_ptr<Database> of_the_version_before() {
    auto const& all = built_in_migrations();
    return must(Database::open_owner(path, {}, std::vector<Migration>(all.begin(), all.begin() + 20)));
  }
};

TEST_F(BeforeSmallKeys, EveryMediumIsTheSameAfterTheTwentyFirstMigration) {
  fill(*of_the_version_before(), 120);
  std::vector<std::string> told;
  auto const owner = must(Database::open_owner(path, {}, built_in_migrations(), [&](std::string const& sentence) { told.push_back(sentence); }));
  EXPECT_THAT(told, testing::Contains(HasSubstr("has schema 20 and is brought to schema")));
  SqliteReader reader(*owner);
  EXPECT_EQ(must(reader.media_page({}, {}, 1000)), media) << "in the order of their creation";
  for (auto const& m : media) {
    EXPECT_EQ(must(reader.medium(m.id)), m);
    for (auto const& side : m.sides) {
      EXPECT_EQ(must(reader.medium_of_side(side.id)), m);
      if (side.omid) {
        EXPECT_THAT(must(reader.media_by_label(*side.omid)), testing::Contains(m));
      }
    }
    EXPECT_THAT(must(reader.media_by_name(m.name)), testing::Each(testing::Field(&MediumRecord::name, m.name)));
    EXPECT_FALSE(must(reader.media_by_name(m.name)).empty());
    if (!m.barcode.empty()) {
      EXPECT_THAT(must(reader.media_by_barcode(m.barcode)), testing::ElementsAre(m));
    }
    EXPECT_EQ(must(reader.object_text(m.sides[0].id.guid))->name, "side");
  }
  for (auto const& one : logical) EXPECT_EQ(must(reader.logical_medium(one.id)), one);
  for (auto const& filter : {MediaFilter{}, MediaFilter{jukebox.id}, MediaFilter{{}, scratch.id}, MediaFilter{jukebox.id, backup.id}, MediaFilter{gone.id, {}, true}, MediaFilter{{}, scratch.id, true}})
    EXPECT_EQ(must(reader.count_media(filter)), must(reader.media_page(filter, {}, 1000)).size());
  std::size_t allocatable = 0, expected = 0;
  for (auto const& m : media) expected += allocatable_sides(m).size();
  for (auto const pool : {scratch.id, backup.id})
    for (auto const shelf : {Shelf::begun, Shelf::parts, Shelf::whole}) allocatable += must(reader.allocatable_sides({pool, jukebox.id, shelf, 0, {}, {}, 0}, 1000)).size();
  EXPECT_GT(expected, 0u);
  EXPECT_EQ(allocatable, expected);
  EXPECT_THAT(must(findings_of(*owner)), testing::IsEmpty());
}

TEST_F(BeforeSmallKeys, AMediumIsWrittenAndErasedAfterTheMigrationAsBefore) {
  fill(*of_the_version_before(), 12);
  auto const owner = must(Database::open_owner(path));
  SqliteReader reader(*owner);
  Writer writer(*owner);
  auto const commit = [&](std::vector<Change> changes) {
    ChangeSet const set{.changes = std::move(changes), .events = {}};
    must(writer.commit({&set, 1}));
  };
  auto moved = media.front();
  moved.library = gone.id, moved.place = InElement{gone.id, {ElementKind::slot, 1}}, moved.pool = scratch.id, moved.sides.resize(1);
  auto const added = sample.medium(jukebox.id, backup.id, type.id);
  commit({moved, added, Erase{ObjectType::medium, media.back().id.guid}});
  EXPECT_EQ(must(reader.medium(moved.id)), moved);
  EXPECT_EQ(must(reader.medium(media.back().id)), std::nullopt);
  EXPECT_EQ(must(reader.object_text(media.back().sides[0].id.guid)), std::nullopt);
  EXPECT_EQ(must(reader.media_page({}, {}, 1000)).back(), added);
}

// What the new rows have no room for: nothing is left out, the catalog stays as it was.
TEST_F(BeforeSmallKeys, WhatIsNotCarriedOverLeavesTheCatalogAsItWas) {
  {
    auto const database = of_the_version_before();
    fill(*database, 3);
    auto stranger = media.front();
    for (auto& side : stranger.sides) side.id = random.id<SideId>(), side.logical_medium = {}, side.omid.reset();
    insert_side(*database, stranger, 300);
  }
  auto const opened = Database::open_owner(path);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("0021_small_keys"));
  auto const still = of_the_version_before();
  EXPECT_EQ(still->connection().execAndGet("SELECT count(*) FROM medium").getInt(), 3);
  EXPECT_EQ(still->connection().execAndGet("PRAGMA user_version").getInt(), 20);
}

}  // namespace
}  // namespace rsm::db
