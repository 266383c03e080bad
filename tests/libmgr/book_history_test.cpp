// What the book writes into the history of cartridges and drives: with the change itself, by whom, under the right cartridge.
#include <gmock/gmock.h>

#include "tests/libmgr/book_rig.hpp"

namespace rsm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BookHistory : public BookRig {
 protected:
  BookHistory() {
    DriveRecord record;
    record.id = drive = random.id<DriveId>();
    record.library = jukebox;
    record.number = 1;
    record.name = "Jukebox drive 1";
    book.put(record, "a test", EventKind::insert);
    SessionRecord opened{random.id<SessionId>(), {}, "amanda", "alice", "host", 1000, {}};
    session = opened.id;
    book.put(opened);
    cartridge = made_medium(pool("Foreign\\LTO Ultrium"), {SideState::foreign}, jukebox);
    settle();
  }
  RequestId asked(Operation operation, std::string const& user = "alice") {
    RequestRecord request;
    request.id = random.id<RequestId>();
    request.operation = operation;
    request.medium = cartridge;
    request.library = jukebox;
    request.session = session;
    request.user = user, request.application = "amanda";
    book.add(request);
    return request.id;
  }
  void goes_to(Element element, RequestId request = {}) {
    MediumRecord moved = *db::must(book.medium(cartridge));
    moved.place = InElement{jukebox, element};
    book.put(moved, "a test", request);
  }
  void drive_is(DriveState state, RequestId request, SessionId holder = {}) {
    DriveHot hot = book.world().drive(drive)->hot;
    hot.state = state, hot.since = book.now(), hot.request = request, hot.medium = cartridge, hot.session = holder;
    book.put(hot, request);
  }
  // The oldest first.
  std::vector<db::HistoryEntry> told(Guid object, ObjectType type) {
    settle();
    return db::must(catalog.reader->history_page({.object = object, .type = type, .newest_first = false}, {}, 1000));
  }
  std::vector<HistoryKind> kinds(Guid object, ObjectType type) {
    std::vector<HistoryKind> all;
    for (auto const& entry : told(object, type)) all.push_back(entry.record.kind);
    return all;
  }

  DriveId drive;
  SessionId session;
  MediumId cartridge;
};

TEST_F(BookHistory, AMountIsAMoveAMountAndTheWayBack) {
  auto const mount = asked(Operation::mount);
  goes_to({ElementKind::drive, 1}, mount);
  drive_is(DriveState::mounted, mount);
  drive_is(DriveState::loaded, mount, session);
  book.finish(mount, {RequestState::passed, Errc::success, "loaded"});
  settle();  // the request is not in memory any more
  auto const dismount = asked(Operation::dismount, "root");
  drive_is(DriveState::mounted, dismount);
  goes_to({ElementKind::slot, 1}, dismount);
  auto const all = told(cartridge.guid, ObjectType::medium);
  ASSERT_THAT(all, SizeIs(5));
  EXPECT_THAT(kinds(cartridge.guid, ObjectType::medium),
              ElementsAre(HistoryKind::brought_in, HistoryKind::moved, HistoryKind::mounted, HistoryKind::dismounted, HistoryKind::moved));
  EXPECT_THAT(kinds(drive.guid, ObjectType::drive), ElementsAre(HistoryKind::moved, HistoryKind::mounted, HistoryKind::dismounted, HistoryKind::moved));
  for (int i : {1, 2}) {
    EXPECT_EQ(all[i].record.request, mount);
    EXPECT_EQ(all[i].record.user, "alice");
    EXPECT_EQ(all[i].record.application, "amanda");
  }
  EXPECT_EQ(all[3].record.request, dismount);
  EXPECT_EQ(all[3].record.user, "root");
  EXPECT_EQ(all[4].record.drive, drive);
  EXPECT_EQ(all[4].drive_name, "Jukebox drive 1");
  EXPECT_EQ(all[4].library_name, "Jukebox");
  EXPECT_EQ(db::must(catalog.reader->history_sums(cartridge.guid)).moves, 2U);
  EXPECT_EQ(db::must(catalog.reader->history_sums(drive.guid)).moves, 2U);
}

// It began when its intent was recorded; a cartridge that a hand has moved took nobody knows how long.
TEST_F(BookHistory, AMoveOfTheArmSaysHowLongItTook) {
  auto const mount = asked(Operation::mount);
  book.put(IntentRecord{jukebox, mount, cartridge, {ElementKind::slot, 1}, {ElementKind::drive, 1}, false, book.now() - Millis{9'000}});
  goes_to({ElementKind::drive, 1}, mount);
  book.erase_intent(jukebox);
  goes_to({ElementKind::slot, 1});
  auto const all = told(cartridge.guid, ObjectType::medium);
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[1].record.duration, Millis{9'000});
  EXPECT_EQ(all[2].record.duration, std::nullopt);
}

TEST_F(BookHistory, WithoutARequestInMemoryItIsTheSessionThatHoldsTheMedium) {
  auto const mount = asked(Operation::mount);
  drive_is(DriveState::loaded, mount, session);
  book.finish(mount, {RequestState::passed, Errc::success, "loaded"});
  settle();
  DriveHot hot = book.world().drive(drive)->hot;
  hot.state = DriveState::dismounted;
  book.put(hot);  // found so
  auto const all = told(drive.guid, ObjectType::drive);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].record.kind, HistoryKind::dismounted);
  EXPECT_EQ(all[1].record.request, mount);
  EXPECT_EQ(all[1].record.user, "alice");
}

TEST_F(BookHistory, AnAlertIsOneRowOfDriveAndMedium) {
  drive_is(DriveState::mounted, {});
  DriveRecord record = book.world().drive(drive)->record;
  keep_alert(record.alerts, {{4, AlertSeverity::critical, AlertAbout::medium, "media\x1b[2J"}, book.now(), "M1"});
  book.put(record, "a test");
  auto const all = told(cartridge.guid, ObjectType::medium);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].record.alert, 4U);
  EXPECT_EQ(all[1].record.drive, drive);
  EXPECT_EQ(all[1].record.text, "media?[2J");
  EXPECT_EQ(db::must(catalog.reader->history_sums(drive.guid)).alerts, 1U);
}

TEST_F(BookHistory, WhatHasFailedIsRememberedOnlyByBeingTold) {
  book.remember({.kind = HistoryKind::failed, .medium = cartridge, .drive = drive, .error = 1117, .text = times("ä", 400)});
  auto const all = told(drive.guid, ObjectType::drive);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].record.error, 1117U);
  EXPECT_EQ(all[0].record.text, times("ä", 255));
  EXPECT_EQ(all[0].record.library, jukebox);
  EXPECT_EQ(all[0].record.time, book.now());
}

TEST_F(BookHistory, ADeletedCartridgeKeepsItsHistory) {
  MediumRecord named = *db::must(book.medium(cartridge));
  named.barcode = "A00001";
  book.put(named, "a test");
  book.erase_medium(cartridge, "ejected");
  EXPECT_THAT(kinds(cartridge.guid, ObjectType::medium), ElementsAre(HistoryKind::brought_in, HistoryKind::deleted));
  EXPECT_EQ(db::must(catalog.reader->deleted_medium("A00001")), cartridge);
}

TEST_F(BookHistory, WhatIsFoundToBeAKnownCartridgeGoesOnThere) {
  auto const known = made_medium(pool("Foreign\\LTO Ultrium"), {SideState::foreign});
  goes_to({ElementKind::drive, 1});
  book.erase_medium(cartridge, "it is " + medium(known).name, {}, known);
  EXPECT_THAT(kinds(known.guid, ObjectType::medium), ElementsAre(HistoryKind::brought_in, HistoryKind::moved));
  EXPECT_THAT(kinds(cartridge.guid, ObjectType::medium), IsEmpty());
}

TEST_F(BookHistory, NothingIsWrittenForWhatIsNoHistory) {
  auto const mount = asked(Operation::mount);
  book.set_state(mount, RequestState::waiting, "a test");
  book.finish(mount, {RequestState::cancelled, Errc::cancelled, "a test"});
  MediumRecord changed = *db::must(book.medium(cartridge));
  changed.description = "new";
  book.put(changed, "a test");
  EXPECT_THAT(kinds(cartridge.guid, ObjectType::medium), ElementsAre(HistoryKind::brought_in));
}

}  // namespace
}  // namespace rsm
