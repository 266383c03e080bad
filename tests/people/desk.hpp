// What the tests of people stand on: a catalog in memory, a loop whose time jumps, a book, and a library of one drive, three slots and a
// port with three cartridges (A00001 to A00003, two in slots, one in the drive).
#pragma once

#include <gmock/gmock.h>

#include "libmgr/record/book.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/test_loop.hpp"
#include "tests/support/silent_log.hpp"
#include "tests/support/unsure_lane.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm::people {

using namespace std::chrono_literals;
using db::must;
using testing::made_up;

class Desk : public ::testing::Test {
 protected:
  Desk() {
    MediaTypeRecord type;
    type.id = made_up<MediaTypeId>(12, 0);
    type.name = "MO";
    catalog.write(db::samples::set_of({type}));
    must(book.load());
    book.put(library_record(OperationalState::ready), "for the test", EventKind::insert);
    DriveRecord drive;
    drive.id = drive_id;
    drive.library = library;
    drive.condition = {OperationalState::ready, book.now(), "it answers"};
    book.put(drive, "for the test", EventKind::insert);
    for (unsigned n = 0; n < 3; ++n) book.put(SlotRecord{made_up<SlotId>(7, n), library, n, SlotState::empty, {}}, "for the test");
    book.put(PortRecord{port_id, library, 0, PortContent::empty, PortPosition::retracted, 5min, {}}, "for the test");
    for (unsigned n = 0; n < 3; ++n) {
      MediumRecord m;
      m.id = medium_id(n);
      m.name = m.barcode = "A0000" + std::to_string(n + 1);
      m.created = book.now();
      m.type = type.id;
      m.library = library;
      m.home_slot = n;
      book.put(m, "for the test", {}, EventKind::insert);
      in_slot(n, n);
    }
    into_drive(0);
    settle();
  }

  static MediumId medium_id(unsigned n) { return testing::medium_id(n); }
  LibraryRecord library_record(OperationalState state) {
    LibraryRecord record;
    record.id = library;
    record.name = "Jukebox";
    record.condition = {state, book.now(), "for the test"};
    return record;
  }
  MediumRecord medium(unsigned n) { return **book.medium(medium_id(n)); }
  void place(unsigned n, Place where) {
    MediumRecord m = medium(n);
    m.place = where;
    book.put(m, "for the test");
  }
  void slot_holds(std::uint32_t slot, MediumId id) {
    SlotRecord record = book.world().library(library)->slots.at(slot);
    record.state = id ? SlotState::full : SlotState::empty;
    record.medium = id;
    book.put(record, "for the test");
  }
  void in_slot(unsigned n, std::uint32_t slot) {
    slot_holds(slot, medium_id(n));
    place(n, InElement{library, {ElementKind::slot, slot}});
  }
  void out_of_slot(std::uint32_t slot) { slot_holds(slot, {}); }
  void drive_holds(MediumId id, DriveState state) {
    DriveHot hot = book.world().drive(drive_id)->hot;
    hot.medium = id;
    hot.state = state;
    book.put(hot);
  }
  void into_drive(unsigned n) {
    out_of_slot(*medium(n).home_slot);
    place(n, InElement{library, {ElementKind::drive, 0}});
    drive_holds(medium_id(n), DriveState::unloaded);
  }
  void port_holds(PortContent content, MediumId id = {}) {
    PortRecord record = book.world().library(library)->ports.at(0);
    record.content = content;
    record.medium = id;
    book.put(record, "for the test");
  }
  void drive_is(OperationalState state) {
    DriveRecord record = book.world().drive(drive_id)->record;
    record.condition = {state, book.now(), "for the test"};
    book.put(record, "for the test");
  }
  SessionRecord session(std::uint32_t uid) {
    SessionRecord record;
    record.id = book.make_id<SessionId>();
    record.secret = book.make_guid();
    record.user = "user" + std::to_string(uid);
    record.uid = uid;
    record.opened = book.now();
    book.put(record);
    return record;
  }
  RequestId request(Operation operation = Operation::mount, MediumId of = {}, std::string const& user = "user1000") {
    RequestRecord record;
    record.id = book.make_id<RequestId>();
    record.operation = operation;
    record.library = library;
    record.medium = of;
    record.user = user;
    book.add(record);
    return record.id;
  }
  // All that is due now, commits among it.
  void settle() { loop.run_for(0ms); }
  // The commit of all that was recorded until now fails in this way; then the catalog is reopened, and memory is what it says.
  void commit_fails(testing::UnsureLane::Next how) {
    lane.next = how;
    settle();
    lane.next = testing::UnsureLane::Next::commits;
    must(book.load());
  }
  // As after a restart: memory is what the catalog says.
  void reload() {
    settle();
    must(book.load());
  }

  LibraryId const library = testing::library_id();
  DriveId const drive_id = testing::drive_id(0);
  PortId const port_id = made_up<PortId>(8, 0);
  Caller const root{0, true, {}, "root", {}};
  Caller const alice{1000, false, {}, "user1000", {}};
  Caller const bob{1001, false, {}, "user1001", {}};
  SeededRandom random{7};
  db::MemoryCatalog catalog;
  db::TestLoop loop;
  testing::UnsureLane lane{loop, *catalog.database};
  Silent log;
  Figures figures;
  Ledger ledger{loop, lane, figures, [this](db::CommitOutcome const& outcome) {
    if (lane.next == testing::UnsureLane::Next::commits) ADD_FAILURE() << outcome.error.text();
  }};
  Book book{loop, random, log, ledger, *catalog.reader, figures};
};

}  // namespace rsm::people
