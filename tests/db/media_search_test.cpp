// Searching for media by a part of what they are called: what is found, in which order, page by page, and within its time.
#include <gmock/gmock.h>

#include "db/maintenance.hpp"
#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::set_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MediaSearchTest : public testing::Test {
 protected:
  MediaSearchTest() : library(sample.library()), other(sample.library()), type(sample.media_type()), pool(sample.pool({}, type.id)), second_pool(sample.pool({}, type.id)) {
    catalog.write(set_of({library, other, type, pool, second_pool}));
  }
  MediumId add(std::string const& barcode, std::string const& name, std::string const& label = {}) { return add(barcode, name, label, pool.id, InElement{library.id, {ElementKind::slot, slot_++}}); }
  MediumId add(std::string const& barcode, std::string const& name, std::string const& label, PoolId in, Place place) {
    MediumRecord medium = sample.medium(library.id, in, type.id);
    medium.barcode = barcode, medium.name = name, medium.place = place;
    for (auto& side : medium.sides) {
      side.logical_medium = {};
      if (!label.empty()) side.omid = Omid{.type = "ext4", .id = medium.id.text(), .info = label};
      else side.omid.reset();
    }
    catalog.write(set_of({medium}));
    names[medium.id] = name;
    return medium.id;
  }
  // Names of all that is found, `limit` a page.
  std::vector<std::string> found(std::string const& text, SearchMatch match = SearchMatch::prefix, MediaFilter filter = {}, std::size_t limit = 200) {
    std::vector<std::string> all;
    MediaSearch search{.text = text, .match = match, .filter = filter, .after = {}, .limit = limit, .until = {}};
    for (;;) {
      auto const page = must(catalog.reader->search_media(search));
      EXPECT_FALSE(page.partial);
      EXPECT_LE(page.media.size(), limit);
      for (auto const& [id, at] : page.media) all.push_back(names[id]);
      if (!page.next) return all;
      EXPECT_NE(page.next, search.after) << "a page that leads nowhere";
      search.after = page.next;
    }
  }

  SeededRandom random{5};
  samples::Sample sample{random};
  MemoryCatalog catalog;
  LibraryRecord library, other;
  MediaTypeRecord type;
  PoolRecord pool, second_pool;
  std::map<MediumId, std::string> names;
  std::uint32_t slot_ = 0;
};

TEST_F(MediaSearchTest, WhatBeginsWithTheTextComesInOrderOfBarCodesNamesAndLabels) {
  add("B00002L9", "two"), add("B00001L9", "one"), add("", "B0 by name"), add("C1", "by label", "B0 archive"), add("X", "none", "nothing");
  EXPECT_THAT(found("B0"), ElementsAre("one", "two", "B0 by name", "by label"));
  EXPECT_THAT(found("B00002"), ElementsAre("two"));
  EXPECT_THAT(found("B00002L9"), ElementsAre("two"));
  EXPECT_THAT(found("0000"), IsEmpty());
}

TEST_F(MediaSearchTest, ABarCodeIsAlsoFoundInCapitals) {
  add("B00002L9", "capitals"), add("b00001", "small");
  EXPECT_THAT(found("b0"), ElementsAre("small", "capitals"));
  EXPECT_THAT(found("B0"), ElementsAre("capitals"));
}

TEST_F(MediaSearchTest, AMediumComesOnceWhateverOfItFits) {
  add("A1", "A1", "A1");
  EXPECT_THAT(found("A1"), SizeIs(1));
  EXPECT_THAT(found("a1"), SizeIs(1));
  EXPECT_THAT(found("a", SearchMatch::contains), SizeIs(1));
}

// A label that says what its medium is called has no entry of its own; called otherwise, the medium is found by its label.
TEST_F(MediaSearchTest, ALabelIsFoundAlsoWhenItsMediumIsCalledOtherwise) {
  auto const id = add("A1", "Weekly", "Weekly");
  EXPECT_THAT(found("Week"), SizeIs(1));
  auto medium = must(catalog.reader->medium(id)).value();
  for (auto const* name : {"Monthly", "Weekly", "Yearly"}) {
    medium.name = names[id] = name;
    catalog.write(set_of({medium}));
    EXPECT_THAT(found("Week"), ElementsAre(name));
    EXPECT_THAT(found("eekl", SearchMatch::contains), ElementsAre(name));
  }
  medium.name = medium.barcode = names[id] = "W2";
  catalog.write(set_of({medium}));
  EXPECT_THAT(found("W2"), ElementsAre("W2"));
  EXPECT_THAT(found("2", SearchMatch::contains), ElementsAre("W2"));
  EXPECT_THAT(must(catalog.reader->media_by_name("W2")), ElementsAre(medium));
  EXPECT_THAT(must(findings_of(*catalog.database)), IsEmpty());
}

// The cursor's medium is deleted between two pages: nothing that comes behind it is passed over.
TEST_F(MediaSearchTest, APageGoesOnWhenItsLastMediumIsGone) {
  std::vector<MediumId> ids;
  for (auto const* name : {"one", "two", "three"}) ids.push_back(add("SAME", name));
  MediaSearch search{.text = "SAME", .match = SearchMatch::prefix, .filter = {}, .after = {}, .limit = 1, .until = {}};
  search.after = must(catalog.reader->search_media(search)).next;
  catalog.write(set_of({Erase{ObjectType::medium, ids[0].guid}}));
  search.limit = 10;
  auto const rest = must(catalog.reader->search_media(search));
  EXPECT_THAT(rest.media, ElementsAre(testing::Key(ids[1]), testing::Key(ids[2])));
}

TEST_F(MediaSearchTest, WhatContainsTheTextDoesSoInAnyCase) {
  add("ZZ0007L9", "first"), add("", "year 2026 archive"), add("Q", "labelled", "Weekly ARCHIVE"), add("R", "Ünïcode");
  EXPECT_THAT(found("007l", SearchMatch::contains), ElementsAre("first"));
  EXPECT_THAT(found("archive", SearchMatch::contains), ElementsAre("year 2026 archive", "labelled"));
  EXPECT_THAT(found("ÜNÏ", SearchMatch::contains), ElementsAre("Ünïcode"));
  EXPECT_THAT(found("%", SearchMatch::contains), IsEmpty());
}

TEST_F(MediaSearchTest, PagesGoOnWithoutGapsAndRepetitions) {
  for (int n = 0; n < 7; ++n) add("K" + std::to_string(n), "K" + std::to_string(n)), add("", "K name " + std::to_string(n)), add("L" + std::to_string(n), "labelled " + std::to_string(n), "K label");
  auto const all = found("K");
  EXPECT_THAT(all, SizeIs(21));
  for (std::size_t const limit : {1, 2, 5, 20, 21}) {
    EXPECT_EQ(found("K", SearchMatch::prefix, {}, limit), all) << limit;
    EXPECT_THAT(found("k", SearchMatch::contains, {}, limit), SizeIs(21)) << limit;
  }
}

TEST_F(MediaSearchTest, OnlyOfALibraryOrAPoolOrOfWhatIsOffline) {
  add("A1", "here");
  add("A2", "in another pool", {}, second_pool.id, InElement{library.id, {ElementKind::slot, 77}});
  add("A3", "elsewhere", {}, pool.id, InElement{other.id, {ElementKind::slot, 1}});
  add("A4", "on the shelf", {}, pool.id, Offline{});
  EXPECT_THAT(found("A", SearchMatch::prefix, {.library = library.id}), ElementsAre("here", "in another pool"));
  EXPECT_THAT(found("A", SearchMatch::prefix, {.library = library.id, .pool = pool.id}), ElementsAre("here"));
  EXPECT_THAT(found("A", SearchMatch::prefix, {.pool = pool.id}), ElementsAre("here", "elsewhere", "on the shelf"));
  EXPECT_THAT(found("A", SearchMatch::contains, {.offline_only = true}), ElementsAre("on the shelf"));
}

// A search whose time is over says so, and what it gives leads through all the same.
TEST_F(MediaSearchTest, WhatEndsBeforeItsEndGoesOnWhereItWas) {
  for (int n = 0; n < 600; ++n) add("M" + std::to_string(100000 + n), "M" + std::to_string(n));
  add("", "the needle");
  MediaSearch search{.text = "needle", .match = SearchMatch::contains, .filter = {}, .after = {}, .limit = 10, .until = std::chrono::steady_clock::time_point{}};
  std::vector<std::string> all;
  int partial = 0;
  for (int rounds = 0; rounds < 100; ++rounds) {
    auto const page = must(catalog.reader->search_media(search));
    partial += page.partial ? 1 : 0;
    for (auto const& [id, at] : page.media) all.push_back(names[id]);
    if (!page.next) break;
    search.after = page.next;
  }
  EXPECT_THAT(all, ElementsAre("the needle"));
  EXPECT_GT(partial, 1);
}

}  // namespace
}  // namespace rsm::db
