// Operator requests: each kind is ended by its condition, seen from whatever caused it, and by nothing else but a person.
#include "libmgr/people/operator_requests.hpp"

#include "tests/people/desk.hpp"

namespace rsm::people {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OperatorRequestsTest : public Desk {
 protected:
  // Its home, when that is empty; the judgement of a library, in short.
  std::optional<Element> home_of(MediumRecord const& m) {
    auto const& slots = book.world().library(library)->slots;
    auto const slot = m.home_slot ? slots.find(*m.home_slot) : std::ranges::find_if(slots, [](auto const& s) { return s.second.state == SlotState::empty; });
    if (slot == slots.end() || slot->second.state != SlotState::empty) return std::nullopt;
    return Element{ElementKind::slot, slot->first};
  }
  OperatorRequestId only() {
    EXPECT_EQ(open().size(), 1u);
    return open().empty() ? OperatorRequestId{} : open().begin()->first;
  }
  std::map<OperatorRequestId, OperatorRequestRecord> const& open() { return book.world().operator_requests; }
  std::vector<OperatorKind> kinds() {
    std::vector<OperatorKind> found;
    for (auto const& [id, record] : open()) found.push_back(record.kind);
    std::ranges::sort(found);
    return found;
  }
  OperatorState state_of(OperatorRequestId id) {
    settle();
    return must(book.reader().operator_request(id)).value().state;
  }
  // Raised, and still there when everything has been looked at: a condition that was already over would close it.
  OperatorRequestId raise(OperatorKind kind, Guid about, Guid beside = {}, RequestId for_request = {}) {
    asked.raise({kind, about, beside, for_request, "do something"});
    asked.resume();
    settle();
    EXPECT_THAT(kinds(), ElementsAre(kind));
    return only();
  }
  void expect_ended(OperatorRequestId id, OperatorState state = OperatorState::complete) {
    settle();
    EXPECT_THAT(kinds(), IsEmpty());
    EXPECT_EQ(state_of(id), state);
  }
  void expect_open() {
    settle();
    EXPECT_EQ(open().size(), 1u);
  }

  OperatorRequests asked{loop, book, [this](LibraryId, MediumRecord const& m) { return home_of(m); }};
};

// ---- raising

TEST_F(OperatorRequestsTest, TheSameQuestionIsAskedOnce) {
  drive_is(OperationalState::needs_service);
  raise(OperatorKind::drive_service, drive_id.guid);
  raise(OperatorKind::drive_service, drive_id.guid);
}

// What helps may have changed since: the same question says so, and stays the same.
TEST_F(OperatorRequestsTest, AQuestionSaysWhatHelpsNow) {
  drive_is(OperationalState::needs_service);
  auto const id = raise(OperatorKind::drive_service, drive_id.guid);
  asked.raise({OperatorKind::drive_service, drive_id.guid, {}, {}, "do something else"});
  settle();
  EXPECT_EQ(only(), id);
  EXPECT_EQ(open().at(id).message, "do something else");
}

TEST_F(OperatorRequestsTest, NothingIsAskedWhoseReasonHasGone) {
  asked.raise({OperatorKind::bring_medium, medium_id(1).guid, library.guid, request(), "bring it"});
  asked.raise({OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid, {}, "no slot"});
  asked.raise({OperatorKind::double_barcode, medium_id(1).guid, medium_id(2).guid, {}, "twice"});
  EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(OperatorRequestsTest, TwoOfADoubleAreTheSameTwoTheOtherWayRound) {
  for (unsigned n : {1U, 2U}) {
    MediumRecord m = medium(n);
    m.barcode = "DUP001";
    book.put(m, "read so");
  }
  raise(OperatorKind::double_barcode, medium_id(1).guid, medium_id(2).guid);
  raise(OperatorKind::double_barcode, medium_id(2).guid, medium_id(1).guid);
}

TEST_F(OperatorRequestsTest, EachMountAsksForItsMedium) {
  place(1, Offline{});
  auto const one = request(Operation::mount, medium_id(1)), two = request(Operation::mount, medium_id(1));
  asked.ask_for_medium(medium(1), library, one);
  asked.ask_for_medium(medium(1), library, two);
  asked.ask_for_medium(medium(1), library, two);
  EXPECT_EQ(open().size(), 2u);
  EXPECT_EQ(book.request(one)->state, RequestState::waiting);
  EXPECT_EQ(open().begin()->second.user, "user1000");
  EXPECT_EQ(open().begin()->second.command, OperatorCommand::move_media);
}

TEST_F(OperatorRequestsTest, AMessageIsCutBetweenCharacters) {
  drive_is(OperationalState::needs_service);
  std::string message(limits::message_chars_max - 1, 'x');
  asked.raise({OperatorKind::drive_service, drive_id.guid, {}, {}, message + "\xF0\x9F\x92\xBE more"});  // two UTF-16 units
  EXPECT_EQ(open().at(only()).message, message);
}

// ---- the conditions

TEST_F(OperatorRequestsTest, AMediumThatWasWantedIsThere) {
  place(1, Offline{});
  auto const mount = request(Operation::mount, medium_id(1));
  auto const id = raise(OperatorKind::bring_medium, medium_id(1).guid, library.guid, mount);
  place(2, Offline{});
  expect_open();  // another one came and went
  place(1, InElement{library, {ElementKind::port, 0}});
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, AMediumOfALibraryThatIsNotPresentIsNotThere) {
  LibraryRecord other = library_record(OperationalState::not_present);
  other.id = testing::made_up<LibraryId>(1, 1);
  book.put(other, "for the test", EventKind::insert);
  place(1, InElement{other.id, {ElementKind::slot, 1}});
  auto const id = raise(OperatorKind::bring_medium, medium_id(1).guid, library.guid, request(Operation::mount, medium_id(1)));
  other.condition.state = OperationalState::ready;
  book.put(other, "it is back");
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, NobodyWantsTheMediumAnyMore) {
  place(1, Offline{});
  auto const mount = request(Operation::mount, medium_id(1));
  auto const id = raise(OperatorKind::bring_medium, medium_id(1).guid, library.guid, mount);
  book.finish(mount, {RequestState::cancelled, Errc::cancelled, "cancelled"});
  expect_ended(id, OperatorState::refused);
}

TEST_F(OperatorRequestsTest, ADriveWorksAgain) {
  drive_is(OperationalState::needs_service);
  auto const id = raise(OperatorKind::drive_service, drive_id.guid);
  drive_holds(medium_id(0), DriveState::dismountable);
  expect_open();
  drive_is(OperationalState::ready);
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, ALibraryAnswersAgainWithItsDoorClosed) {
  book.put(library_record(OperationalState::needs_service), "silent");
  auto const id = raise(OperatorKind::library_service, library.guid);
  DoorRecord door{testing::made_up<DoorId>(9, 0), library, 0, DoorState::open, 5min};
  book.put(door, "opened");
  book.put(library_record(OperationalState::ready), "it answers");
  expect_open();
  door.state = DoorState::closed;
  book.put(door, "closed");
  expect_ended(id);
}

// The slot was taken by hand and is free again later: whoever freed it, and whether or not the cartridge is home already.
TEST_F(OperatorRequestsTest, ASlotIsFreeForTheCartridge) {
  slot_holds(0, medium_id(2));
  auto const id = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid);
  out_of_slot(0);
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, TheCartridgeThatHadNoSlotIsOutOfTheDrive) {
  slot_holds(0, medium_id(2));
  auto const id = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid);
  drive_holds({}, DriveState::dismounted);
  expect_ended(id);
}

// Unloaded it cannot stay, whatever has become of the request.
TEST_F(OperatorRequestsTest, ASlotIsWantedForWhatHasToLeaveTheDrive) {
  slot_holds(0, medium_id(2));
  auto const dismount = request(Operation::dismount, medium_id(0));
  raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid, dismount);
  book.finish(dismount, {RequestState::cancelled, Errc::cancelled, "cancelled"});
  expect_open();
}

TEST_F(OperatorRequestsTest, NoSlotIsWantedForWhatMayStayInTheDrive) {
  slot_holds(0, medium_id(2));
  drive_holds(medium_id(0), DriveState::dismountable);
  auto const dismount = request(Operation::dismount, medium_id(0));
  auto const first = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid, dismount);
  book.finish(dismount, {RequestState::cancelled, Errc::cancelled, "cancelled"});
  expect_ended(first, OperatorState::refused);

  auto const again = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid, request(Operation::dismount, medium_id(0)));
  drive_holds(medium_id(0), DriveState::loaded);
  expect_ended(again);
}

TEST_F(OperatorRequestsTest, WhatSomebodyElseWantsByThenGoesOnForThem) {
  slot_holds(0, medium_id(2));
  drive_holds(medium_id(0), DriveState::dismountable);
  auto const dismount = request(Operation::dismount, medium_id(0)), mount = request(Operation::mount, medium_id(1));
  raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid, dismount);
  book.finish(dismount, {RequestState::cancelled, Errc::cancelled, "cancelled"});
  auto const id = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid, mount);
  expect_open();
  EXPECT_EQ(book.world().operator_requests.at(id).request, mount);
  book.finish(mount, {RequestState::cancelled, Errc::cancelled, "cancelled"});
  expect_ended(id, OperatorState::refused);
}

TEST_F(OperatorRequestsTest, WhatLiesInThePortIsNotAskedForAfterTheMountThatWantsIt) {
  port_holds(PortContent::full, medium_id(1));
  auto const mount = request(Operation::mount, medium_id(1));
  auto const id = raise(OperatorKind::cartridge_not_taken, port_id.guid, medium_id(1).guid, mount);
  expect_open();
  book.finish(mount, {RequestState::cancelled, Errc::cancelled, "cancelled"});
  expect_ended(id, OperatorState::refused);
}

// The inject that raised it fails at once: that is not the end of the reason.
TEST_F(OperatorRequestsTest, AFullLibraryIsFullUntilThereIsASlotOrThePortIsEmpty) {
  slot_holds(0, medium_id(2));
  port_holds(PortContent::full, medium_id(0));
  auto const inject = request(Operation::inject);
  auto const first = raise(OperatorKind::library_full, library.guid, port_id.guid, inject);
  book.finish(inject, {RequestState::failed, Errc::library_full, "no slot is free"});
  expect_open();
  out_of_slot(0);
  expect_ended(first);

  slot_holds(0, medium_id(2));
  auto const second = raise(OperatorKind::library_full, library.guid, port_id.guid);
  port_holds(PortContent::empty);
  expect_ended(second);
}

TEST_F(OperatorRequestsTest, AFullLibraryWithAnUnknownCartridgeInThePort) {
  for (std::uint32_t n = 0; n < 3; ++n) slot_holds(n, medium_id(n));
  port_holds(PortContent::full);
  auto const id = raise(OperatorKind::library_full, library.guid, port_id.guid);
  out_of_slot(2);
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, ADuplicateLeftOrWasEnabledOrResolved) {
  auto const disable = [this] {
    MediumRecord m = medium(1);
    m.enabled = false;
    book.put(m, "a duplicate");
    return raise(OperatorKind::duplicate_medium, medium_id(1).guid, medium_id(2).guid);
  };
  auto const left = disable();
  place(2, Offline{});
  expect_open();  // the original went: the copy is a copy still
  place(1, Offline{});
  expect_ended(left);

  in_slot(1, 1);
  auto const enabled = disable();
  MediumRecord m = medium(1);
  m.enabled = true;
  book.put(m, "enabled by root");
  expect_ended(enabled);

  auto const resolved = disable();
  out_of_slot(1);
  book.erase_medium(medium_id(1), "it is another one");
  expect_ended(resolved);
}

TEST_F(OperatorRequestsTest, ABadCartridgeWorksAgainOrHasLeftOrIsGone) {
  auto const troubled = [this](std::string const& why) {
    MediumRecord m = medium(1);
    m.trouble = why;
    m.enabled = true;
    book.put(m, "for the test");
  };
  auto const raise_it = [&] {
    in_slot(1, 1);
    troubled("it could not be loaded");
    return raise(OperatorKind::bad_cartridge, medium_id(1).guid);
  };
  auto const works = raise_it();
  troubled("");
  expect_ended(works);
  auto const left = raise_it();
  place(1, Offline{});
  expect_ended(left);
  auto const disabled = raise_it();
  MediumRecord m = medium(1);
  m.enabled = false;
  book.put(m, "disabled by root");
  expect_ended(disabled);
  auto const gone = raise_it();
  out_of_slot(1);
  book.erase_medium(medium_id(1), "deleted");
  expect_ended(gone);
}

TEST_F(OperatorRequestsTest, ACartridgeThatNobodyTookIsOutOfThePort) {
  port_holds(PortContent::full, medium_id(1));
  auto const id = raise(OperatorKind::cartridge_not_taken, port_id.guid, medium_id(1).guid);
  port_holds(PortContent::empty);
  expect_ended(id);
  port_holds(PortContent::full, medium_id(1));
  auto const other = raise(OperatorKind::cartridge_not_taken, port_id.guid, medium_id(1).guid);
  port_holds(PortContent::full, medium_id(2));
  expect_ended(other);
}

TEST_F(OperatorRequestsTest, DoubleBarCodesDifferOrOneHasLeft) {
  auto const doubled = [this] {
    for (unsigned n : {1U, 2U}) {
      MediumRecord m = medium(n);
      m.barcode = "DUP001";
      book.put(m, "read so");
    }
    return raise(OperatorKind::double_barcode, medium_id(1).guid, medium_id(2).guid);
  };
  auto const differ = doubled();
  MediumRecord m = medium(2);
  m.barcode = "A00003";
  book.put(m, "a new sticker");
  expect_ended(differ);
  auto const left = doubled();
  place(2, Offline{});
  expect_ended(left);
}

TEST_F(OperatorRequestsTest, WhatIsAskedOfALibraryThatWasRemovedIsOver) {
  drive_is(OperationalState::needs_service);
  auto const id = raise(OperatorKind::drive_service, drive_id.guid);
  book.put(library_record(OperationalState::not_present), "it is not in the configuration");
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, AMediumIsNotWantedInALibraryThatWasRemoved) {
  place(1, Offline{});
  auto const id = raise(OperatorKind::bring_medium, medium_id(1).guid, library.guid, request(Operation::mount, medium_id(1)));
  book.put(library_record(OperationalState::not_present), "it is not in the configuration");
  expect_ended(id);
}

TEST_F(OperatorRequestsTest, SomebodyWasAtTheLibraryWhenASlotWasMade) {
  slot_holds(0, medium_id(2));
  raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid);
  EXPECT_EQ(asked.where_somebody_was(open().begin()->second), library);
  EXPECT_EQ(asked.where_somebody_was({.kind = OperatorKind::bring_medium}), LibraryId{});
}

TEST_F(OperatorRequestsTest, WhatAnApplicationAskedIsEndedByAPersonOnly) {
  OperatorRequestRecord own;
  own.id = book.make_id<OperatorRequestId>();
  own.message = "please clean the room";
  own.argument1 = drive_id.guid;
  book.put(own, "asked", EventKind::insert);
  drive_is(OperationalState::needs_service);
  drive_is(OperationalState::ready);
  asked.resume();
  expect_open();
}

// Whether it is clean the service cannot see.
TEST_F(OperatorRequestsTest, ADriveIsCleanWhenAPersonSaysSo) {
  auto const id = raise(OperatorKind::cleaning_wanted, drive_id.guid);
  raise(OperatorKind::cleaning_wanted, drive_id.guid);
  EXPECT_EQ(only(), id) << "it is asked for once";
  drive_is(OperationalState::needs_service);
  drive_is(OperationalState::ready);
  asked.resume();
  expect_open();
  EXPECT_EQ(must(asked.answer(root, id, true)).state, OperatorState::complete);
  settle();
  EXPECT_THAT(kinds(), IsEmpty());
  EXPECT_NE(raise(OperatorKind::cleaning_wanted, drive_id.guid), id) << "it reports that again";
}

// ---- the person's word

TEST_F(OperatorRequestsTest, OnlyAnAdministratorAnswers) {
  drive_is(OperationalState::needs_service);
  auto const id = raise(OperatorKind::drive_service, drive_id.guid);
  EXPECT_EQ(asked.answer(alice, id, true).error().code, Errc::access_denied);
  EXPECT_EQ(asked.answer(root, id, true).value().state, OperatorState::complete);
  settle();
  EXPECT_EQ(asked.answer(root, id, true).error().code, Errc::object_not_found);
  EXPECT_EQ(asked.answer(root, id, false).error().code, Errc::invalid_state);
  EXPECT_EQ(asked.answer(root, book.make_id<OperatorRequestId>(), false).error().code, Errc::object_not_found);
}

TEST_F(OperatorRequestsTest, WhatIsNotDoneIsAskedForAgain) {
  slot_holds(0, medium_id(2));
  auto const id = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid);
  EXPECT_EQ(must(asked.answer(root, id, true)).state, OperatorState::complete);
  settle();
  EXPECT_NE(only(), id);
  EXPECT_EQ(must(asked.answer(root, only(), false)).state, OperatorState::refused);
  settle();
  EXPECT_THAT(kinds(), IsEmpty()) << "refused is refused";
}

TEST_F(OperatorRequestsTest, ADriveIsAskedBeforeAPersonIsAskedAgain) {
  drive_is(OperationalState::needs_service);
  must(asked.answer(root, raise(OperatorKind::drive_service, drive_id.guid), true));
  settle();
  EXPECT_THAT(kinds(), IsEmpty());
}

// ---- restarts

TEST_F(OperatorRequestsTest, AfterARestartItIsStillKnownWhatEndsIt) {
  slot_holds(0, medium_id(2));
  auto const id = raise(OperatorKind::slot_wanted, drive_id.guid, medium_id(0).guid);
  book.on_change({});
  out_of_slot(0);
  reload();  // before anybody looked
  ASSERT_EQ(kinds(), std::vector{OperatorKind::slot_wanted});
  OperatorRequests after{loop, book, [this](LibraryId, MediumRecord const& m) { return home_of(m); }};
  after.resume();
  expect_ended(id);
}

}  // namespace
}  // namespace rsm::people
