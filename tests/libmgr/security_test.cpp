// Security of objects: shown, set, inherited, kept; what events say of what is closed.
#include "libmgr/objects/security.hpp"

#include "libmgr/objects/objects.hpp"
#include "libmgr/people/access.hpp"
#include "libmgr/pools/pools.hpp"
#include "tests/libmgr/book_rig.hpp"

namespace rsm {
namespace {

using namespace security;
using rights::Act;
using rights::Decider;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::uint32_t shown = owner_part | group_part | access_part;

struct SecurityTest : BookRig {
  Caller const alice{.uid = 1001, .user = "alice"}, bob{.uid = 1002, .user = "bob"};

  Result<Descriptor> get(Caller const& who, ObjectType type, Guid id, std::uint32_t parts = shown) { return objects::security_of(book, who, type, id, parts); }
  Result<Guid> set(Caller const& who, ObjectType type, Guid id, std::uint32_t parts, Descriptor descriptor) { return objects::set_security(book, who, {type, id, parts, std::move(descriptor)}); }
  static Descriptor allowing(std::vector<std::pair<Sid, std::uint32_t>> const& entries) {
    Descriptor descriptor;
    descriptor.access = AccessList{};
    for (auto const& [sid, mask] : entries) descriptor.access->push_back({EntryType::allow, 0, mask, sid});
    return descriptor;
  }
  PoolId created(Caller const& who, std::string const& path, std::optional<Descriptor> own = {}) { return db::must(pools::create(book, who, {path, {}, PoolAction::create_new, std::move(own)})); }
  bool allowed(Caller const& who, PoolId pool, std::uint32_t rights) { return rights::allows(book.world(), who, {pool, {}}, rights); }
};

// ---- what there is without anybody's doing

TEST_F(SecurityTest, AtFirstEverythingIsForAdministratorsAndEveryoneMayUseIt) {
  for (auto const& [type, id] : {std::pair{ObjectType::computer, Guid{}}, {ObjectType::library, jukebox.guid}, {ObjectType::pool, pool("Import").guid}, {ObjectType::pool, book.world().root_pool.guid}})
    EXPECT_EQ(db::must(get(root, type, id)), usual()) << word(type);
  EXPECT_TRUE(book.world().securities.empty());
}

TEST_F(SecurityTest, ANewPoolAtTheTopIsOfItsMakerAndOfAdministrators) {
  auto const id = created(root, "Backup");
  EXPECT_FALSE(allowed(alice, id, use));
  EXPECT_TRUE(allowed(root, id, all_access));
  db::must(set(root, ObjectType::pool, book.world().root_pool.guid, access_part, allowing({{user_sid(1001), control}, {everyone(), use}})));
  auto const hers = created(alice, "Hers");
  EXPECT_TRUE(allowed(alice, hers, all_access));
  EXPECT_FALSE(allowed(bob, hers, use));
  EXPECT_EQ(code_of(pools::create(book, bob, {"His", {}, PoolAction::create_new, {}})), Errc::access_denied);
  EXPECT_EQ(db::must(get(alice, ObjectType::pool, hers.guid)).owner, user_sid(1001));
}

TEST_F(SecurityTest, ANewPoolBelowTakesWhatIsToBeInherited) {
  auto above = allowing({{user_sid(1001), control}});
  above.access->push_back({EntryType::allow, container_inherit, use, user_sid(1002)});
  above.access->push_back({EntryType::allow, container_inherit | inherit_only, modify, creator_owner()});
  created(root, "App", above);
  auto const daily = created(alice, "App\\Daily");
  EXPECT_TRUE(allowed(bob, daily, use));
  EXPECT_FALSE(allowed(bob, daily, modify));
  EXPECT_TRUE(allowed(alice, daily, all_access));
  EXPECT_THAT(*db::must(get(root, ObjectType::pool, daily.guid)).access, Contains(Entry{EntryType::allow, container_inherit | inherited, use, user_sid(1002)}));
}

TEST_F(SecurityTest, ANewPoolMayComeWithItsOwn) {
  auto const id = created(root, "Backup", allowing({{group_sid(6), use | control}}));
  Caller carol{.uid = 1003, .user = "carol", .groups = std::make_shared<std::vector<std::uint32_t> const>(std::vector<std::uint32_t>{6})};
  EXPECT_TRUE(allowed(carol, id, control));
  EXPECT_FALSE(allowed(alice, id, use));
}

TEST_F(SecurityTest, APoolThatIsThereIsOpenedByWhoMayUseIt) {
  created(root, "Backup");
  EXPECT_EQ(code_of(pools::create(book, alice, {"Backup", {}, PoolAction::open_existing, {}})), Errc::access_denied);
  EXPECT_EQ(code_of(pools::create(book, alice, {"Backup", {}, PoolAction::open_always, {}})), Errc::access_denied);
  EXPECT_TRUE(pools::create(book, alice, {"Import", {}, PoolAction::open_existing, {}}));
}

// ---- showing and setting

TEST_F(SecurityTest, WhatWasSetIsShownAndSurvivesARestart) {
  auto const wanted = allowing({{user_sid(1001), use | control | read_control}});
  for (auto const& [type, id] : {std::pair{ObjectType::computer, Guid{}}, {ObjectType::library, jukebox.guid}, {ObjectType::pool, pool("Import").guid}, {ObjectType::pool, book.world().root_pool.guid}}) {
    db::must(set(root, type, id, access_part, wanted));
    EXPECT_EQ(db::must(get(root, type, id)).access, wanted.access) << word(type);
  }
  auto const before = book.world().securities;
  restart();
  EXPECT_EQ(book.world().securities, before);
  EXPECT_EQ(db::must(get(alice, ObjectType::library, jukebox.guid)).owner, administrators()) << "only the parts that were named";
  EXPECT_EQ(code_of(get(bob, ObjectType::library, jukebox.guid)), Errc::access_denied);
}

TEST_F(SecurityTest, APoolTakesItsOwnAlong) {
  auto const id = created(root, "Backup");
  settle();
  db::must(pools::erase(book, root, {id}));
  EXPECT_FALSE(book.world().securities.contains(id.guid));
  restart();
  EXPECT_TRUE(book.world().securities.empty());
}

TEST_F(SecurityTest, ALibraryTakesItsOwnAlong) {
  db::must(set(root, ObjectType::library, jukebox.guid, access_part, allowing({{user_sid(1001), use}})));
  settle();
  book.erase_library(jukebox, "taken away");
  EXPECT_FALSE(book.world().securities.contains(jukebox.guid));
  restart();
  EXPECT_FALSE(book.world().securities.contains(jukebox.guid));
}

TEST_F(SecurityTest, OtherObjectsShowThatOfWhatDecidesForThem) {
  auto const in = made_pool("Backup", type(0x56));
  db::must(set(root, ObjectType::pool, in.guid, access_part, allowing({{user_sid(1001), all_access}})));
  auto const medium_id = made_medium(in, {SideState::available}, jukebox);
  auto const side = medium(medium_id).sides.front().id;
  auto const of_pool = db::must(get(root, ObjectType::pool, in.guid));
  EXPECT_EQ(db::must(get(alice, ObjectType::medium, medium_id.guid)), of_pool);
  EXPECT_EQ(db::must(get(alice, ObjectType::side, side.guid)), of_pool);
  EXPECT_EQ(db::must(get(alice, ObjectType::unknown, side.guid)), of_pool) << "whatever it is";
  EXPECT_EQ(db::must(get(root, ObjectType::media_type, type(0x56).guid)), usual()) << "the computer's";
  for (auto const& [kind, id] : {std::pair{ObjectType::medium, medium_id.guid}, {ObjectType::side, side.guid}, {ObjectType::media_type, type(0x56).guid}}) {
    auto const refused = set(root, kind, id, access_part, {});
    EXPECT_EQ(code_of(refused), Errc::no_security_on_object) << word(kind);
    EXPECT_THAT(refused.error().text(), HasSubstr("decides for it"));
  }
}

TEST_F(SecurityTest, WhatIsNotThereIsNotFound) {
  for (auto const type : {ObjectType::library, ObjectType::pool, ObjectType::medium, ObjectType::side, ObjectType::logical_medium, ObjectType::drive, ObjectType::slot, ObjectType::request, ObjectType::operator_request,
                          ObjectType::media_type, ObjectType::changer, ObjectType::unknown, ObjectType::object, ObjectType::drive_type}) {
    EXPECT_EQ(code_of(get(root, type, random.guid())), Errc::object_not_found) << word(type);
    EXPECT_EQ(code_of(set(root, type, random.guid(), access_part, {})), Errc::object_not_found) << word(type);
  }
  EXPECT_EQ(code_of(get(root, ObjectType::pool, jukebox.guid)), Errc::object_not_found) << "a library is no pool (readings.md 25)";
}

TEST_F(SecurityTest, PartsHaveToBeNamedAndThere) {
  for (std::uint32_t const parts : {0U, 16U, 0x10000004U}) {
    EXPECT_EQ(code_of(get(root, ObjectType::computer, {}, parts)), Errc::invalid_parameter) << parts;
    EXPECT_EQ(code_of(set(root, ObjectType::computer, {}, parts, usual())), Errc::invalid_parameter) << parts;
  }
  EXPECT_EQ(code_of(set(root, ObjectType::computer, {}, owner_part, {})), Errc::invalid_parameter) << "no owner in it";
  EXPECT_EQ(code_of(set(root, ObjectType::computer, {}, group_part, {})), Errc::invalid_parameter);
}

// ---- who may

TEST_F(SecurityTest, ShowingTakesTheRightToReadAndSettingTheRightToWrite) {
  auto const id = pool("Import").guid;
  EXPECT_EQ(code_of(get(alice, ObjectType::pool, id)), Errc::access_denied);
  EXPECT_EQ(code_of(set(alice, ObjectType::pool, id, access_part, allowing({{everyone(), all_access}}))), Errc::access_denied);
  db::must(set(root, ObjectType::pool, id, access_part, allowing({{user_sid(1001), read_control}, {user_sid(1002), write_dac}})));
  EXPECT_TRUE(get(alice, ObjectType::pool, id));
  EXPECT_EQ(code_of(get(bob, ObjectType::pool, id)), Errc::access_denied);
  EXPECT_EQ(code_of(set(alice, ObjectType::pool, id, access_part, usual())), Errc::access_denied);
  EXPECT_TRUE(set(bob, ObjectType::pool, id, access_part, allowing({{user_sid(1002), use}})));
}

TEST_F(SecurityTest, AnOwnerMayAlwaysMendTheListAndLockItselfOut) {
  auto const id = created(root, "Backup", allowing({}));
  db::must(set(root, ObjectType::pool, id.guid, owner_part, Descriptor{.owner = user_sid(1001)}));
  EXPECT_EQ(code_of(pools::create(book, alice, {"Backup", {}, PoolAction::open_existing, {}})), Errc::access_denied);
  EXPECT_TRUE(set(alice, ObjectType::pool, id.guid, access_part, allowing({{user_sid(1001), use}})));
  EXPECT_TRUE(set(alice, ObjectType::pool, id.guid, access_part, allowing({}))) << "that is allowed";
  EXPECT_TRUE(set(root, ObjectType::pool, id.guid, access_part, usual())) << "administrators can always repair it";
}

TEST_F(SecurityTest, OwnershipIsTakenAndOnlyAdministratorsGiveIt) {
  auto const id = pool("Import").guid;
  db::must(set(root, ObjectType::pool, id, access_part, allowing({{user_sid(1001), write_owner}})));
  EXPECT_EQ(code_of(set(alice, ObjectType::pool, id, owner_part, Descriptor{.owner = user_sid(1002)})), Errc::access_denied);
  EXPECT_EQ(code_of(set(bob, ObjectType::pool, id, owner_part, Descriptor{.owner = user_sid(1002)})), Errc::access_denied);
  EXPECT_TRUE(set(alice, ObjectType::pool, id, owner_part, Descriptor{.owner = user_sid(1001)}));
  EXPECT_TRUE(set(root, ObjectType::pool, id, owner_part, Descriptor{.owner = user_sid(1002)}));
}

TEST_F(SecurityTest, TheListOfAuditIsForAdministrators) {
  auto const id = pool("Import").guid;
  db::must(set(root, ObjectType::pool, id, access_part, allowing({{user_sid(1001), all_access | write_owner}})));
  Descriptor audit;
  audit.audit = AccessList{{EntryType::audit, 0, control, everyone()}};
  EXPECT_EQ(code_of(set(alice, ObjectType::pool, id, audit_part, audit)), Errc::access_denied);
  EXPECT_EQ(code_of(get(alice, ObjectType::pool, id, audit_part)), Errc::access_denied);
  EXPECT_TRUE(set(root, ObjectType::pool, id, audit_part, audit));
  EXPECT_EQ(db::must(get(root, ObjectType::pool, id, audit_part)).audit, audit.audit);
}

// ---- what it does to calls of the catalog

TEST_F(SecurityTest, CallsAskTheObjectThatTheyAreAbout) {
  auto const in = made_pool("Backup", type(0x56));
  auto const medium_id = made_medium(in, {SideState::available}, jukebox);
  SetObjectCall rename{.type = ObjectType::medium, .id = medium_id.guid, .name = "New"};
  SetObjectCall describe{.type = ObjectType::library, .id = jukebox.guid, .description = "Cellar"};
  SetAttributeCall note{ObjectType::library, jukebox.guid, "note", "x"};
  db::must(set(root, ObjectType::pool, in.guid, access_part, allowing({{user_sid(1001), modify}})));
  EXPECT_TRUE(objects::set(book, settings, alice, rename));
  EXPECT_EQ(code_of(objects::set(book, settings, bob, rename)), Errc::access_denied);
  db::must(set(root, ObjectType::library, jukebox.guid, access_part, allowing({{user_sid(1001), modify}, {user_sid(1002), control}})));
  EXPECT_EQ(code_of(objects::set(book, settings, alice, describe)), Errc::access_denied) << "the library itself: control";
  EXPECT_TRUE(objects::set(book, settings, bob, describe));
  EXPECT_TRUE(objects::set_attribute(book, alice, note));
  EXPECT_EQ(code_of(objects::set_attribute(book, bob, note)), Errc::access_denied) << "an attribute: modify";
}

// ---- events

TEST_F(SecurityTest, ReasonsAreGuardedByTheClosedPoolThatTheyTellOf) {
  auto const in = created(root, "Secret");
  auto const last = events_after(0).back().number;
  settle();
  auto const told = events_after(last - 1);
  EXPECT_THAT(told, Contains(::testing::Field(&Event::guard, in.guid)));
  made_medium(in, {SideState::available}, jukebox);
  made_medium(pool("Import"), {SideState::available}, jukebox);
  settle();
  int guarded = 0, open = 0;
  for (auto const& event : events_after(0)) {
    if (event.type != ObjectType::medium) continue;
    (event.guard == in.guid ? guarded : open) += 1;
    EXPECT_TRUE(event.guard == in.guid || event.guard.is_zero());
  }
  EXPECT_EQ(guarded, 1);
  EXPECT_EQ(open, 1);
}

TEST_F(SecurityTest, WhatIsSaidOfAnObjectByItsIdIsGuardedToo) {
  auto const in = created(root, "Secret");
  auto const medium_id = made_medium(in, {SideState::available}, jukebox);
  LogicalMediumRecord logical;
  logical.id = random.id<LogicalMediumId>();
  logical.side = medium(medium_id).sides.front().id;
  logical.pool = in;
  book.put(logical, "a test");
  settle();
  auto const last = events_after(0).back().number;
  book.put(logical, "again");
  for (auto const& [type, id] : {std::pair{ObjectType::logical_medium, logical.id.guid}, {ObjectType::medium, medium_id.guid}, {ObjectType::side, logical.side.guid}, {ObjectType::pool, in.guid}}) {
    db::must(book.medium(medium_id));  // whoever says something of it has looked at it
    book.note_done(type, id, "in pool Secret");
    book.put(db::ObjectAttribute{id, "a", "b"}, type, "its attribute");
  }
  settle();
  for (auto const& event : events_after(last)) EXPECT_EQ(event.guard, in.guid) << word(event.type) << ": " << event.reason;
}

}  // namespace
}  // namespace rsm
