// Pools: names, making, deleting, changing.
#include "libmgr/pools/pools.hpp"

#include "libmgr/domain/unicode.hpp"
#include "libmgr/pools/paths.hpp"
#include "tests/libmgr/book_rig.hpp"

namespace rsm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- names

TEST(PoolNames, AreSplitAtBackslashesAndALeadingOneIsIgnored) {
  auto const one = db::must(pools::split("\\MyApp\\Daily"));
  EXPECT_EQ(one.parent, "MyApp");
  EXPECT_EQ(one.name, "Daily");
  EXPECT_EQ(one.whole, "MyApp\\Daily");
  EXPECT_EQ(db::must(pools::split("MyApp")).parent, "");
}

TEST(PoolNames, ThatAreNoneAreInvalid) {
  for (auto const& path : {std::string{}, std::string{"\\"}, std::string{"a\\\\b"}, std::string{"a\\"}, std::string{"\\\\a"}, std::string{"line\nbreak"}, times("a", 64), times("ä", 64), "x\\" + times("a", 64),
                           times(times("a", 63) + "\\", 8) + "a"})
    EXPECT_EQ(code_of(pools::split(path)), Errc::invalid_name) << path;
  for (auto const& path : {times("a", 63), times("ä", 63), times("\U0001F4BD", 31) + "a", times(times("a", 63) + "\\", 7) + times("a", 63)}) EXPECT_TRUE(pools::split(path)) << path;
  EXPECT_EQ(code_of(pools::check_level("a\\b")), Errc::invalid_name);
}

TEST(PoolNames, DifferInMoreThanTheCaseOfLetters) {
  for (auto const& [one, other] : {std::pair{"Backup", "bACKUP"}, {"ÄÖÜ", "äöü"}, {"Łódź", "łÓDŹ"}, {"ΑΒΓΣ", "αβγς"}, {"ДЁ", "дё"}, {"Ÿ", "ÿ"}}) EXPECT_EQ(fold_case(one), fold_case(other)) << one;
  for (auto const& [one, other] : {std::pair{"a", "b"}, {"×", "÷"}, {"ß", "ss"}, {"ı", "i"}, {"中", "国"}}) EXPECT_NE(fold_case(one), fold_case(other)) << one;
  EXPECT_EQ(fold_case("a\xff"), "a\xff") << "what is no text stays";
}

// ---- making

struct PoolsTest : BookRig {
  Result<PoolId> create(std::string const& path, MediaTypeId of = {}, PoolAction action = PoolAction::create_new) { return pools::create(book, root, {path, of, action}); }
  Result<> change(PoolId id, PoolChange const& what) { return pools::change(book, root, id, what); }
  PoolRecord record(PoolId id) { return *book.world().pool(id); }
};

TEST_F(PoolsTest, AreMadeLevelByLevelAndFoundInAnyCase) {
  auto const app = db::must(create("MyApp"));
  auto const daily = db::must(create("\\myapp\\Daily", type(0x56)));
  EXPECT_EQ(record(daily).path, "MyApp\\Daily") << "as the parent is written";
  EXPECT_EQ(record(daily).parent, app);
  EXPECT_EQ(record(daily).type, PoolType::application);
  EXPECT_EQ(record(daily).media_type, type(0x56));
  EXPECT_EQ(pool("MYAPP\\daily"), daily);
  auto const before = record(daily);
  restart();
  EXPECT_EQ(pool("MYAPP\\daily"), daily);
  EXPECT_EQ(record(daily), before);
  EXPECT_EQ(book.world().pools_of(app), std::set{daily});
}

TEST_F(PoolsTest, OpenAsTheActionSays) {
  EXPECT_EQ(code_of(create("App", {}, PoolAction::open_existing)), Errc::object_not_found);
  auto const made = db::must(create("App", {}, PoolAction::open_always));
  EXPECT_EQ(db::must(create("app", type(0x56), PoolAction::open_always)), made) << "another media type is no error";
  EXPECT_EQ(db::must(create("APP", random.id<MediaTypeId>(), PoolAction::open_existing)), made);
  EXPECT_EQ(code_of(create("aPP")), Errc::already_exists);
  EXPECT_EQ(code_of(create("Free")), Errc::already_exists);
  EXPECT_EQ(db::must(create("free\\lto ultrium", {}, PoolAction::open_existing)), pool("Free\\LTO Ultrium"));
}

TEST_F(PoolsTest, AreRefusedAndNothingHasChanged) {
  db::must(create("Leaf", type(0x56)));
  settle();
  auto const before = book.ledger().last_event();
  EXPECT_EQ(code_of(create("")), Errc::invalid_name);
  EXPECT_EQ(code_of(create("Nobody\\Daily")), Errc::object_not_found) << "its parent is missing";
  EXPECT_EQ(code_of(create("App", random.id<MediaTypeId>())), Errc::invalid_media);
  EXPECT_EQ(code_of(create("Free\\Mine", type(0x56))), Errc::invalid_media_pool) << "a system container";
  EXPECT_EQ(code_of(create("Free\\LTO Ultrium\\Mine", type(0x56))), Errc::invalid_media_pool) << "a system pool";
  EXPECT_EQ(code_of(create("Leaf\\Inner")), Errc::invalid_media_pool) << "a pool for media, though it is empty";
  EXPECT_EQ(code_of(pools::create(book, guest, {"App", {}, PoolAction::create_new})), Errc::access_denied);
  EXPECT_EQ(code_of(pools::create(book, guest, {"Leaf", {}, PoolAction::open_always})), Errc::access_denied) << "it is of whoever has made it";
  EXPECT_TRUE(pools::create(book, guest, {"Import", {}, PoolAction::open_always})) << "to open one of the system is everybody's";
  settle();
  EXPECT_EQ(book.ledger().last_event(), before);
}

// ---- deleting

TEST_F(PoolsTest, GoWhenTheyAreEmpty) {
  auto const app = db::must(create("App")), leaf = db::must(create("App\\Leaf", type(0x56)));
  auto const medium = made_medium(leaf, {SideState::import});
  auto const erase = [&](PoolId id) { return code_of(pools::erase(book, root, {id})); };
  EXPECT_EQ(erase(app), Errc::not_empty) << "a pool is in it";
  EXPECT_EQ(erase(leaf), Errc::not_empty) << "a medium is in it that is not durable yet";
  settle();
  EXPECT_EQ(erase(leaf), Errc::not_empty);
  book.erase_medium(medium, "a test");
  EXPECT_EQ(code_of(pools::erase(book, guest, {leaf})), Errc::access_denied);
  EXPECT_EQ(erase(leaf), Errc::success) << "that the medium has gone is not durable yet";
  EXPECT_EQ(erase(leaf), Errc::invalid_media_pool) << "it is gone";
  EXPECT_EQ(erase(app), Errc::success);
  restart();
  EXPECT_EQ(pool("App"), PoolId{});
}

TEST_F(PoolsTest, OfTheSystemAndTheRootStay) {
  for (auto const& id : {pool("Free"), pool("Import\\LTO Ultrium"), book.world().root_pool, PoolId{}, random.id<PoolId>()})
    EXPECT_EQ(code_of(pools::erase(book, root, {id})), Errc::invalid_media_pool);
}

// ---- changing

TEST_F(PoolsTest, AreRenamedWithAllThatIsInThem) {
  auto const app = db::must(create("App")), inner = db::must(create("App\\Inner")), leaf = db::must(create("App\\Inner\\Leaf", type(0x56)));
  settle();
  auto const before = book.ledger().last_event();
  db::must(change(app, {.name = "Backup"}));
  EXPECT_EQ(record(leaf).path, "Backup\\Inner\\Leaf");
  EXPECT_EQ(pool("backup\\inner\\leaf"), leaf);
  EXPECT_EQ(pool("App\\Inner\\Leaf"), PoolId{});
  settle();
  auto const told = events_after(before);
  ASSERT_THAT(told, SizeIs(3)) << "one event for each";
  EXPECT_EQ(told[0].object, app.guid);
  EXPECT_THAT(told[0].reason, HasSubstr("it was App, changed by root"));
  EXPECT_EQ(told[2].object, leaf.guid);
  db::must(change(app, {.name = "BACKUP"}));
  EXPECT_EQ(record(app).name, "BACKUP") << "in other letters it is still the same one";
  db::must(create("Backups"));
  EXPECT_EQ(code_of(change(app, {.name = "backupS"})), Errc::already_exists);
  EXPECT_EQ(code_of(change(app, {.name = "a\\b"})), Errc::invalid_name);
  EXPECT_EQ(code_of(change(app, {.name = ""})), Errc::invalid_name);
  restart();
  EXPECT_EQ(pool("Backup\\Inner\\Leaf"), leaf);
  EXPECT_EQ(record(inner).parent, app);
}

TEST_F(PoolsTest, ALongerNameMustLeaveRoomForThoseInside) {
  std::string path;
  PoolId first;
  for (int level = 0; level < 8; ++level) {
    path += (path.empty() ? "" : "\\") + times(std::string(1, static_cast<char>('a' + level)), level == 0 ? 10 : 63);
    auto const made = db::must(create(path));
    if (level == 0) first = made;
  }
  EXPECT_TRUE(change(first, {.name = times("z", 63)}));
  db::must(change(first, {.name = "a"}));
  db::must(create("a\\" + path.substr(11) + "\\" + times("i", 60)));
  EXPECT_TRUE(change(first, {.name = "zz"}));
  EXPECT_EQ(code_of(change(first, {.name = "zzz"})), Errc::invalid_name) << "the deepest one would have 512 characters";
  EXPECT_EQ(record(first).name, "zz");
}

TEST_F(PoolsTest, HavePoliciesThatThereAre) {
  auto const app = db::must(create("App", type(0x56)));
  db::must(change(app, {.description = "for the night", .allocation_policy = 1, .deallocation_policy = 1, .max_allocates = 0xFFFFFFFF}));
  EXPECT_EQ(record(app).allocation_policy, 1u);
  EXPECT_EQ(record(app).max_allocates, 0xFFFFFFFF);
  EXPECT_EQ(record(app).description, "for the night");
  EXPECT_EQ(code_of(change(app, {.allocation_policy = 2})), Errc::invalid_parameter);
  EXPECT_EQ(code_of(change(app, {.deallocation_policy = 3})), Errc::invalid_parameter);
  EXPECT_EQ(code_of(change(app, {.description = times("ä", 127)})), Errc::invalid_parameter);
  EXPECT_TRUE(change(app, {.description = times("ä", 126)}));
  EXPECT_EQ(code_of(pools::change(book, guest, app, {.max_allocates = 3})), Errc::access_denied);
  EXPECT_EQ(code_of(change(random.id<PoolId>(), {.max_allocates = 3})), Errc::object_not_found);
  EXPECT_EQ(code_of(change(book.world().root_pool, {.description = "x"})), Errc::object_not_found) << "the root has no record";
}

TEST_F(PoolsTest, OfTheSystemGetADescriptionAndNothingElse) {
  auto const free = pool("Free\\LTO Ultrium");
  auto const as_read = record(free);
  EXPECT_TRUE(change(free, {.name = as_read.name, .description = "scratch", .media_type = as_read.media_type, .allocation_policy = 0, .deallocation_policy = 0, .max_allocates = 0}));
  EXPECT_EQ(record(free).description, "scratch");
  EXPECT_EQ(code_of(change(free, {.name = "LTO"})), Errc::invalid_media_pool);
  EXPECT_EQ(code_of(change(free, {.allocation_policy = 1})), Errc::invalid_media_pool);
  EXPECT_EQ(code_of(change(free, {.max_allocates = 1})), Errc::invalid_media_pool);
  EXPECT_EQ(code_of(change(pool("Free"), {.name = "Scratch"})), Errc::invalid_media_pool);
}

TEST_F(PoolsTest, ChangeTheirMediaTypeWhileTheyAreEmpty) {
  auto const app = db::must(create("App"));
  EXPECT_EQ(code_of(change(app, {.media_type = random.id<MediaTypeId>()})), Errc::object_not_found);
  EXPECT_TRUE(change(app, {.media_type = type(0x56)}));
  EXPECT_TRUE(change(app, {.media_type = type(0x27)}));
  made_medium(app, {SideState::import});
  EXPECT_EQ(code_of(change(app, {.media_type = type(0x56)})), Errc::not_empty);
  auto const top = db::must(create("Top"));
  db::must(create("Top\\Inner"));
  EXPECT_EQ(code_of(change(top, {.media_type = type(0x56)})), Errc::not_empty);
}

TEST_F(PoolsTest, WhatIsAsItWasIsNoChange) {
  auto const app = db::must(create("App"));
  settle();
  auto const before = book.ledger().last_event();
  EXPECT_TRUE(change(app, {.name = "App", .max_allocates = 0}));
  settle();
  EXPECT_THAT(events_after(before), IsEmpty());
}

// ---- the system's own

TEST_F(PoolsTest, TheRootIsTheSameAfterARestart) {
  auto const id = book.world().root_pool;
  EXPECT_TRUE(id);
  restart();
  auto const before = book.ledger().last_event();
  pools::settle(book);
  settle();
  EXPECT_EQ(book.world().root_pool, id);
  EXPECT_EQ(book.ledger().last_event(), before) << "everything is there already";
}

TEST_F(PoolsTest, EveryKindOfCartridgeIsKnown) {
  EXPECT_EQ(book.world().media_types.size(), 0x5Du - 0x20u + 2u);
  EXPECT_EQ(book.world().media_types.at(type(0x3B)).sides, 2u);
  EXPECT_EQ(book.world().media_types.at(type(0x56)).sides, 1u);
}

}  // namespace
}  // namespace rsm
