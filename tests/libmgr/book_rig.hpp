// A book over a catalog in memory, with a library, media types and the system's pools, for tests of what is written into it. Time is virtual.
// Thread rule: the test's thread.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "db/inline_lane.hpp"
#include "libmgr/pools/system_pools.hpp"
#include "libmgr/record/book.hpp"
#include "libmgr/settings.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/test_loop.hpp"
#include "tests/support/silent_log.hpp"

namespace rsm {

class BookRig : public ::testing::Test {
 protected:
  BookRig() {
    db::must(book.load());
    pools::settle(book);
    jukebox = made_library("Jukebox", LibraryType::online);
    shelf = made_library("Offline library", LibraryType::offline);
    book.set_offline_library(shelf);
    pools::take_type(book, jukebox, type(0x56), "a test");
    settle();
  }

  MediaTypeId type(std::uint32_t code) const {
    for (auto const& [id, one] : book.world().media_types)
      if (one.code == code) return id;
    return {};
  }
  LibraryId made_library(std::string const& name, LibraryType kind) {
    LibraryRecord library;
    library.id = random.id<LibraryId>();
    library.name = library.configured_as = name;
    library.type = kind;
    library.flags = kind == LibraryType::offline ? library_flag::fixed_offline : library_flag::recognize_cleaner_barcode;
    library.condition = {OperationalState::ready, {}, "a test"};
    book.put(library, "a test", EventKind::insert);
    return library.id;
  }
  PoolId pool(std::string const& path) const {
    auto const* found = book.world().pool_by_path(path);
    return found == nullptr ? PoolId{} : found->id;
  }
  PoolId made_pool(std::string const& path, MediaTypeId of = {}) {
    PoolRecord record;
    record.id = random.id<PoolId>();
    auto const last = path.rfind('\\');
    record.name = last == std::string::npos ? path : path.substr(last + 1);
    if (last != std::string::npos) record.parent = pool(path.substr(0, last));
    record.path = path;
    record.media_type = of;
    book.put(record, "a test");
    return record.id;
  }
  MediumId made_medium(PoolId in, std::vector<SideState> const& states, LibraryId at = {}) {
    MediumRecord medium;
    medium.id = random.id<MediumId>();
    medium.name = "M" + std::to_string(++media);
    medium.pool = in;
    medium.type = book.world().pool(in) == nullptr ? MediaTypeId{} : book.world().pool(in)->media_type;
    medium.library = jukebox;
    if (at) medium.place = InElement{at, {ElementKind::slot, static_cast<std::uint32_t>(media)}};
    for (auto const state : states) medium.sides.push_back({.id = random.id<SideId>(), .number = static_cast<std::uint32_t>(medium.sides.size()), .state = state});
    book.put(medium, "a test", {}, EventKind::insert);
    return medium.id;
  }
  // Everything is durable, and nothing that could be forgotten is in memory.
  void settle() {
    bool durable = false;
    book.ledger().when_durable([&](Result<> done) { durable = done.has_value(); });
    while (!durable) loop.run_one();
    book.trim();
  }
  void restart() {
    settle();
    db::must(book.load());
    book.set_offline_library(shelf);
  }
  MediumRecord medium(MediumId id) { return *db::must(book.find_medium(id)); }
  // Events after this one.
  std::vector<Event> events_after(std::uint64_t number) { return db::must(catalog.reader->events(number, 1000)).events; }

  SeededRandom random{7};
  db::MemoryCatalog catalog;
  db::TestLoop loop;
  db::InlineLane lane{loop, *catalog.database, [] { return Millis{0}; }};
  Silent log;
  Figures figures;
  Ledger ledger{loop, lane, figures, [](db::CommitOutcome const& outcome) { ADD_FAILURE() << outcome.error.text(); }};
  Book book{loop, random, log, ledger, *catalog.reader, figures};
  Settings settings;
  Caller root{.uid = 0, .administrator = true, .user = "root"}, guest{.uid = 1000, .user = "guest"};
  LibraryId jukebox, shelf;
  int media = 0;
};

inline std::string times(std::string const& piece, int n) {
  std::string text;
  for (; n > 0; --n) text += piece;
  return text;
}

template <class T>
Errc code_of(Result<T> const& result) {
  return result ? Errc::success : result.error().code;
}

}  // namespace rsm
