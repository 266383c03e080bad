// Media that go from pool to pool: every cell of the matrix, and what is written. Media types of libraries.
#include "libmgr/pools/moves.hpp"

#include <set>

#include "libmgr/pools/moving.hpp"
#include "tests/libmgr/book_rig.hpp"

namespace rsm {
namespace {

using pools::Effect;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Side> sides(std::vector<SideState> const& states) {
  std::vector<Side> out;
  for (auto const state : states) out.push_back({.number = static_cast<std::uint32_t>(out.size()), .state = state});
  return out;
}

// "keep", "write_label", or the number of the error.
std::string effect(PoolType from, PoolType to, std::vector<SideState> const& states, ReadWrite how = ReadWrite::rewritable, bool blank = false) {
  auto const all = sides(states);
  auto const result = pools::effect_of_move(from, to, {how, blank, all});
  return result ? word(*result) : std::to_string(static_cast<std::uint32_t>(result.error().code));
}

constexpr auto every_state = {SideState::unknown, SideState::unprepared, SideState::incompatible, SideState::decommissioned, SideState::available,
                              SideState::allocated, SideState::complete, SideState::foreign, SideState::import, SideState::reserved};

// ---- the matrix of rsm-model.md section 6

TEST(PoolMoves, EveryCellOfTheMatrix) {
  using enum PoolType;
  struct Cell {
    PoolType from, to;
    std::string imported, other;  // of a medium whose sides are all IMPORT; of one whose sides are AVAILABLE
  };
  std::vector<Cell> const matrix = {
      {scratch, scratch, "keep", "keep"},           {scratch, import, "4302", "4302"},  {scratch, foreign, "4302", "4302"},     {scratch, application, "keep", "keep"},
      {import, scratch, "write_label", "write_label"}, {import, import, "keep", "keep"},   {import, foreign, "4302", "4302"},      {import, application, "keep", "keep"},
      {foreign, scratch, "write_label", "write_label"}, {foreign, import, "4302", "4302"},  {foreign, foreign, "keep", "keep"},     {foreign, application, "4302", "4302"},
      {application, scratch, "write_label", "write_label"}, {application, import, "keep", "4302"}, {application, foreign, "4302", "4302"}, {application, application, "keep", "keep"},
  };
  for (auto const& cell : matrix) {
    EXPECT_EQ(effect(cell.from, cell.to, {SideState::import, SideState::import}), cell.imported) << word(cell.from) << " to " << word(cell.to);
    EXPECT_EQ(effect(cell.from, cell.to, {SideState::available, SideState::available}), cell.other) << word(cell.from) << " to " << word(cell.to);
  }
  for (auto const other : {scratch, import, foreign, application}) {
    EXPECT_EQ(effect(unknown, other, {SideState::import}), "4302");
    EXPECT_EQ(effect(other, unknown, {SideState::import}), "4302");
  }
}

TEST(PoolMoves, ToTheFreePoolGoWhatNobodyHasAClaimOn) {
  std::map<SideState, std::string> const may = {{SideState::available, "write_label"}, {SideState::foreign, "write_label"}, {SideState::import, "write_label"}, {SideState::unprepared, "write_label"}};
  for (auto const from : {PoolType::import, PoolType::foreign, PoolType::application})
    for (auto const state : every_state) {
      std::string const wanted = may.contains(state) ? may.at(state) : "170";
      EXPECT_EQ(effect(from, PoolType::scratch, {state}), wanted) << word(from) << " " << word(state);
      EXPECT_EQ(effect(from, PoolType::scratch, {SideState::available, state}), wanted) << "any side counts: " << word(state);
    }
}

TEST(PoolMoves, BackToImportGoesAMediumOfWhichEverySideIsImport) {
  for (auto const state : every_state) {
    EXPECT_EQ(effect(PoolType::application, PoolType::import, {state}), state == SideState::import ? "keep" : "4302");
    EXPECT_EQ(effect(PoolType::application, PoolType::import, {SideState::import, state}), state == SideState::import ? "keep" : "4302");
  }
}

TEST(PoolMoves, BetweenApplicationsEveryStateIsKept) {
  for (auto const state : every_state) EXPECT_EQ(effect(PoolType::application, PoolType::application, {state}), "keep");
}

TEST(PoolMoves, WhatCannotBeWrittenIsNotFree) {
  EXPECT_EQ(effect(PoolType::import, PoolType::scratch, {SideState::import}, ReadWrite::read_only), "4302");
  EXPECT_EQ(effect(PoolType::foreign, PoolType::scratch, {SideState::foreign}, ReadWrite::read_only, true), "4302");
  EXPECT_EQ(effect(PoolType::foreign, PoolType::scratch, {SideState::foreign}, ReadWrite::write_once, false), "4302");
  EXPECT_EQ(effect(PoolType::foreign, PoolType::scratch, {SideState::foreign}, ReadWrite::write_once, true), "make_available");
  EXPECT_EQ(effect(PoolType::foreign, PoolType::scratch, {SideState::foreign}, ReadWrite::unknown), "4302");
  EXPECT_EQ(effect(PoolType::import, PoolType::application, {SideState::import}, ReadWrite::read_only), "keep");
}

TEST(PoolMoves, TheStatesAfterwards) {
  for (auto const state : every_state) {
    EXPECT_EQ(pools::after(Effect::keep, state), state);
    EXPECT_EQ(pools::after(Effect::write_label, state), SideState::unprepared);
    EXPECT_EQ(pools::after(Effect::make_available, state), SideState::available);
  }
}

// ---- what is written

struct MovingTest : BookRig {
  MovingTest() {
    lto = type(0x56);
    app = made_pool("App", lto);
    other = made_pool("Other", lto);
    group = made_pool("Group");
    settle();
  }
  Errc move(MediumId id, PoolId to) { return code_of(pools::move_to_pool(book, root, {id, to, false})); }
  Errc retype(MediumId id, PoolId to) { return code_of(pools::move_to_pool(book, root, {id, to, true})); }
  MediaTypeId lto;
  PoolId app, other, group;
};

TEST_F(MovingTest, TheWholeMediumGoesAndItsLogicalMediaGoWithIt) {
  auto const id = made_medium(app, {SideState::allocated, SideState::available});
  auto const logical = random.id<LogicalMediumId>();
  auto record = medium(id);
  record.sides[0].logical_medium = logical;
  book.put(record, "a test");
  book.put(LogicalMediumRecord{logical, record.sides[0].id, app, "daily", "", {}}, "a test", EventKind::insert);
  EXPECT_EQ(move(id, other), Errc::success) << "none of it is durable yet";
  settle();
  EXPECT_EQ(db::must(book.logical_medium(logical))->pool, other);
  auto const before = book.ledger().last_event();
  EXPECT_EQ(move(id, app), Errc::success);
  EXPECT_EQ(db::must(book.logical_medium(logical))->pool, app);
  EXPECT_EQ(medium(id).pool, app);
  EXPECT_EQ(medium(id).sides, record.sides) << "states and logical media are kept";
  EXPECT_EQ(book.media_of(app), 1u);
  EXPECT_EQ(book.media_of(other), 0u);
  settle();
  std::vector<std::pair<EventKind, Guid>> told;
  for (auto const& event : events_after(before)) told.emplace_back(event.kind, event.object);
  EXPECT_EQ(told, (std::vector<std::pair<EventKind, Guid>>{{EventKind::update, logical.guid}, {EventKind::update, id.guid}, {EventKind::complete, app.guid}}));
  EXPECT_THAT(events_after(before).back().reason, HasSubstr("from pool Other to App by root"));
  restart();
  EXPECT_EQ(medium(id).pool, app);
  EXPECT_EQ(db::must(book.logical_medium(logical))->pool, app);
  EXPECT_EQ(book.media_of(app), 1u);
}

TEST_F(MovingTest, ErrorsInTheirOrder) {
  auto const id = made_medium(app, {SideState::import});
  EXPECT_EQ(move(random.id<MediumId>(), app), Errc::invalid_media);
  EXPECT_EQ(move(id, random.id<PoolId>()), Errc::invalid_media_pool);
  EXPECT_EQ(move(id, group), Errc::invalid_media_pool) << "not a pool for media";
  EXPECT_EQ(move(id, pool("Free")), Errc::invalid_media_pool);
  EXPECT_EQ(move(id, book.world().root_pool), Errc::invalid_media_pool);
  EXPECT_EQ(code_of(pools::move_to_pool(book, guest, {id, other, false})), Errc::access_denied);
  EXPECT_EQ(move(id, pool("Unrecognized\\LTO Ultrium")), Errc::invalid_media_pool) << "no way there";
  EXPECT_EQ(move(id, made_pool("Dlt", type(0x27))), Errc::media_incompatible);
  auto const cleaner = made_medium({}, {SideState::incompatible});
  EXPECT_EQ(move(cleaner, app), Errc::invalid_media) << "in no pool";
  EXPECT_EQ(medium(id).pool, app);
}

TEST_F(MovingTest, WhereItIsItStays) {
  auto const id = made_medium(app, {SideState::import});
  settle();
  auto const before = book.ledger().last_event();
  EXPECT_EQ(move(id, app), Errc::success);
  settle();
  EXPECT_THAT(events_after(before), IsEmpty());
}

TEST_F(MovingTest, WhatIsInUseStays) {
  auto const id = made_medium(app, {SideState::import}, jukebox);
  RequestRecord mount;
  mount.id = random.id<RequestId>();
  mount.library = jukebox;
  mount.medium = id;
  mount.session = random.id<SessionId>();
  book.add(mount);
  EXPECT_EQ(move(id, other), Errc::busy) << "in a request";
  book.finish(mount.id, {RequestState::passed, Errc::success, "done"});
  DriveRecord drive;
  drive.id = random.id<DriveId>();
  drive.library = jukebox;
  book.put(drive, "a test", EventKind::insert);
  for (auto const state : {DriveState::mounted, DriveState::loaded, DriveState::unloaded}) {
    book.put(DriveHot{.id = drive.id, .state = state, .medium = id});
    EXPECT_EQ(move(id, other), Errc::busy) << word(state);
  }
  RequestRecord dismount = mount;
  dismount.id = random.id<RequestId>();
  dismount.operation = Operation::dismount;
  book.add(dismount);
  book.set_state(dismount.id, RequestState::deferred, "for a while");
  book.put(DriveHot{.id = drive.id, .state = DriveState::dismountable, .medium = id});
  RequestRecord look;
  look.id = random.id<RequestId>();
  look.operation = Operation::process_omid;
  look.library = jukebox;
  look.medium = id;
  book.add(look);
  EXPECT_EQ(move(id, other), Errc::success) << "it only stays in the drive, and the service has not begun to look at it";
  book.set_state(look.id, RequestState::inprocess, "looking");
  EXPECT_EQ(move(id, app), Errc::busy);
}

TEST_F(MovingTest, IntoTheFreePoolEverySideWaitsForItsLabel) {
  auto const free = pool("Free\\LTO Ultrium");
  auto const id = made_medium(pool("Import\\LTO Ultrium"), {SideState::import, SideState::import}, jukebox);
  EXPECT_EQ(move(id, free), Errc::success);
  EXPECT_EQ(medium(id).pool, free);
  std::set<SideId> wanted;
  for (auto const& open : book.open_requests_of(id)) {
    auto const* request = book.request(open);
    EXPECT_EQ(request->operation, Operation::write_scratch);
    EXPECT_EQ(request->library, jukebox);
    EXPECT_EQ(request->user, root.user);
    wanted.insert(request->side);
  }
  EXPECT_EQ(wanted.size(), 2u) << "one request for each side";
  for (auto const& side : medium(id).sides) EXPECT_EQ(side.state, SideState::unprepared);
  settle();
  auto const before = book.ledger().last_event();
  EXPECT_EQ(move(id, free), Errc::success) << "it is there";
  settle();
  EXPECT_THAT(events_after(before), IsEmpty()) << "and its labels are asked for";
  auto const used = made_medium(app, {SideState::allocated});
  EXPECT_EQ(move(used, free), Errc::busy);
  EXPECT_THAT(pools::move_to_pool(book, root, {used, free, false}).error().detail, ::testing::HasSubstr("rsm media deallocate"));
}

TEST_F(MovingTest, AnOfflineMediumWaitsOnTheShelfForItsLabel) {
  auto const id = made_medium(app, {SideState::available});
  EXPECT_EQ(move(id, pool("Free\\LTO Ultrium")), Errc::success);
  auto const open = book.open_requests_of(id);
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(book.request(open.front())->library, book.world().offline_library);
  EXPECT_EQ(pools::in_use(book, id), "") << "what waits for its label is in nobody's use";
}

TEST_F(MovingTest, ALabelThatCouldNotBeWrittenIsAskedForByTheMoveOnceMore) {
  auto const free = pool("Free\\LTO Ultrium");
  auto const id = made_medium(app, {SideState::available}, jukebox);
  ASSERT_EQ(move(id, free), Errc::success);
  book.finish(book.open_requests_of(id).front(), {RequestState::failed, Errc::write_protect, "its tab is set"});
  EXPECT_EQ(move(id, free), Errc::success);
  EXPECT_EQ(book.open_requests_of(id).size(), 1u);
}

TEST_F(MovingTest, TheDriveThatIsToWriteTheLabelIsOneOfItsLibrary) {
  auto const free = pool("Free\\LTO Ultrium");
  auto const id = made_medium(app, {SideState::available}, jukebox);
  auto const in = [&](DriveId drive) { return code_of(pools::move_to_pool(book, root, {id, free, false, drive})); };
  EXPECT_EQ(in(random.id<DriveId>()), Errc::invalid_drive);
  DriveRecord elsewhere;
  elsewhere.id = random.id<DriveId>();
  elsewhere.library = book.world().offline_library;
  book.put(elsewhere, "a test", EventKind::insert);
  EXPECT_EQ(in(elsewhere.id), Errc::drive_media_mismatch);
  DriveRecord here = elsewhere;
  here.id = random.id<DriveId>();
  here.library = jukebox;
  book.put(here, "a test", EventKind::insert);
  EXPECT_EQ(in(here.id), Errc::success);
  EXPECT_EQ(book.request(book.open_requests_of(id).front())->drive, here.id);
}

TEST_F(MovingTest, AChangeOfTypeTakesTheTypeOfThePool) {
  auto const dlt = made_pool("Dlt", type(0x27)), discs = made_pool("Discs", type(0x3B));
  auto const id = made_medium(app, {SideState::import});
  settle();
  auto const before = book.ledger().last_event();
  EXPECT_EQ(retype(id, discs), Errc::media_incompatible) << "two sides";
  EXPECT_EQ(retype(id, dlt), Errc::success);
  EXPECT_EQ(medium(id).type, type(0x27));
  EXPECT_EQ(medium(id).pool, dlt);
  settle();
  EXPECT_EQ(events_after(before).back().kind, EventKind::complete);
  EXPECT_EQ(events_after(before).back().object, id.guid) << "of a change of type, the medium is named";
  EXPECT_EQ(retype(random.id<MediumId>(), app), Errc::invalid_media);
  EXPECT_EQ(retype(id, group), Errc::invalid_media_pool);
  EXPECT_EQ(retype(id, pool("Unrecognized\\LTO Ultrium")), Errc::invalid_media_pool);
  EXPECT_EQ(code_of(pools::move_to_pool(book, guest, {id, app, true})), Errc::access_denied);
}

// ---- media types of libraries

struct MediaTypesTest : BookRig {
  Errc add(MediaTypeId type, LibraryId library) { return code_of(pools::set_media_type(book, root, {type, library, true})); }
  Errc remove(MediaTypeId type, LibraryId library) { return code_of(pools::set_media_type(book, root, {type, library, false})); }
};

TEST_F(MediaTypesTest, AddedTheyHaveTheirThreePools) {
  auto const dlt = type(0x27);
  EXPECT_EQ(pool("Free\\DLT"), PoolId{});
  EXPECT_EQ(add(dlt, jukebox), Errc::success);
  for (auto const* path : {"Free\\DLT", "Import\\DLT", "Unrecognized\\DLT"}) EXPECT_EQ(book.world().pool(pool(path))->media_type, dlt) << path;
  settle();
  auto const before = book.ledger().last_event();
  EXPECT_EQ(add(dlt, jukebox), Errc::success) << "again";
  settle();
  EXPECT_THAT(events_after(before), IsEmpty());
  restart();
  EXPECT_TRUE(book.world().library(jukebox)->media_types.contains(dlt));
}

TEST_F(MediaTypesTest, RemovedTheirPoolsGoWithTheLastThatNeedsThem) {
  auto const lto = type(0x56);
  auto const tower = made_library("Tower", LibraryType::online);
  EXPECT_EQ(add(lto, tower), Errc::success);
  EXPECT_EQ(remove(lto, tower), Errc::success);
  EXPECT_NE(pool("Free\\LTO Ultrium"), PoolId{}) << "the jukebox takes it";
  EXPECT_EQ(remove(lto, tower), Errc::success) << "it does not take it";
  auto const here = made_medium(pool("Import\\LTO Ultrium"), {SideState::import}, jukebox);
  EXPECT_EQ(remove(lto, jukebox), Errc::not_empty) << "a medium of it is there";
  auto record = medium(here);
  record.place = Offline{};
  book.put(record, "a test");
  EXPECT_EQ(remove(lto, jukebox), Errc::success);
  EXPECT_NE(pool("Import\\LTO Ultrium"), PoolId{}) << "a medium on the shelf is of it";
  settle();
  book.erase_medium(db::must(book.medium(here))->id, "a test");
  EXPECT_EQ(add(lto, jukebox), Errc::success);
  EXPECT_EQ(remove(lto, jukebox), Errc::success);
  for (auto const* path : {"Free\\LTO Ultrium", "Import\\LTO Ultrium", "Unrecognized\\LTO Ultrium"}) EXPECT_EQ(pool(path), PoolId{}) << path;
  EXPECT_TRUE(book.world().media_types.contains(lto)) << "the kind of cartridge is still known";
  restart();
  EXPECT_FALSE(book.world().library(jukebox)->media_types.contains(lto));
}

TEST_F(MediaTypesTest, AreRefused) {
  for (bool const takes : {true, false}) {
    auto const call = [&](MediaTypeId type, LibraryId library, Caller const& caller) { return code_of(pools::set_media_type(book, caller, {type, library, takes})); };
    EXPECT_EQ(call(random.id<MediaTypeId>(), jukebox, root), Errc::invalid_media);
    EXPECT_EQ(call(type(0x27), random.id<LibraryId>(), root), Errc::invalid_library);
    EXPECT_EQ(call(type(0x27), jukebox, guest), Errc::access_denied);
    EXPECT_EQ(call(type(0x32), jukebox, root), Errc::invalid_media) << "cleaning cartridges are in no pool";
  }
  EXPECT_EQ(add(type(0x27), shelf), Errc::library_offline);
}

}  // namespace
}  // namespace rsm
