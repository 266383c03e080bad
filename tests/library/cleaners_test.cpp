// The cleaning cartridge of a library: its slot, how it comes and goes, and how drives are cleaned with it, also by a daemon that dies on the way.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint32_t own_slot = 6;

class Cleaners : public CoreRig {
 protected:
  template <class Call>
  Result<RequestId> ask(Call call) {
    auto ids = this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, call, std::move(reply)); });
    if (!ids) return std::unexpected(ids.error());
    return ids->front();
  }
  template <class Call>
  Errc refused(Call call) {
    auto const id = ask(std::move(call));
    return id ? Errc::success : id.error().code;
  }
  ReserveCleanerCall reserving(std::uint32_t slot) { return {{}, library_id("A"), library("A").slots.at(slot).id}; }
  ReleaseCleanerCall releasing() { return {{}, library_id("A")}; }
  InjectCleanerCall injecting(std::uint32_t uses) { return {{}, library_id("A"), uses}; }
  EjectCleanerCall ejecting() { return {{}, library_id("A")}; }
  CleanDriveCall cleaning(std::uint32_t number = 0) { return {{}, drive("A", number).record.id}; }

  void furnished(std::uint32_t drive_count = 1) {
    furnish("A", drives(drive_count, 8, 4));
    cut_cleaner("CLN001");
    start_and_settle();
  }
  void cut_cleaner(std::string const& barcode) { db::must(iron("A").hardware.add_cartridge({.name = barcode, .barcode = barcode, .cleaner = true}, now())); }
  template <class Call>
  RequestRecord done(Call call) {
    return end_of(db::must(ask(std::move(call))));
  }
  void reserved() { ASSERT_EQ(done(reserving(own_slot)).state, RequestState::passed) << everything(); }
  void with_cleaner(std::uint32_t uses) {
    reserved();
    auto const id = db::must(ask(injecting(uses)));
    put_in_port("A", "CLN001");
    ASSERT_EQ(end_of(id).state, RequestState::passed) << everything();
    ASSERT_EQ(place_of("CLN001"), "slot 6");
  }
  LibraryRecord const& record() { return library("A").record; }
  std::uint32_t cleanings(std::string const& barcode = "CLN001") { return iron("A").hardware.state().cartridges.at(barcode).cleanings; }
  bool dirty(std::uint32_t number = 0) { return iron("A").hardware.state().drives.at(number).dirty.value_or(false); }
  void soil(std::uint32_t number = 0) { db::must(iron("A").hardware.soil_drive(number, now())); }
  void used(std::string const& name) {
    mounted(name);
    dismount(name);
    settle();
  }
  Errc code(RequestRecord const& r) { return static_cast<Errc>(r.error); }
};

// ---- the slot

// A person may lay somebody's medium into it: still nothing else comes there.
TEST_F(Cleaners, NothingChangesPlacesWithWhatLiesInAReservedSlot) {
  furnished();
  reserved();
  auto const exchange = [&](std::string const& barcode, std::uint32_t number) { return transfer(barcode, "A", {ElementKind::slot, number}, true).error().code; };
  EXPECT_EQ(exchange("A00001", own_slot), Errc::resource_not_available);
  db::must(iron("A").hardware.hand_move({ElementKind::slot, 2}, {ElementKind::slot, own_slot}, now()));
  ASSERT_EQ(end_of(db::must(inventory("A"))).state, RequestState::passed) << everything();
  ASSERT_EQ(place_of("A00003"), "slot 6") << everything();
  EXPECT_EQ(exchange("A00001", own_slot), Errc::resource_not_available);
  EXPECT_EQ(exchange("A00003", 0), Errc::resource_not_available);
  EXPECT_EQ(place_of("A00001"), "slot 0");
}

TEST_F(Cleaners, AReservedSlotIsNobodysHome) {
  furnished();
  reserved();
  EXPECT_EQ(record().cleaner_slot, own_slot);
  EXPECT_EQ(transfer("A00001", "A", {ElementKind::slot, own_slot}).error().code, Errc::resource_not_available);
  // Three more find the last free slots, the fourth none, although the reserved one is empty.
  for (auto const* barcode : {"X00001", "X00002", "X00003"}) {
    cut_new("A", barcode);
    auto const id = db::must(inject("A"));
    put_in_port("A", barcode);
    EXPECT_EQ(end_of(id).state, RequestState::passed) << barcode << everything();
    EXPECT_NE(place_of(barcode), "slot 6");
  }
  settle();
  auto const one_more = inject("A");
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().code, Errc::library_full);
  restart();
  settle();
  EXPECT_EQ(record().cleaner_slot, own_slot) << "it is durable";
  EXPECT_EQ(library("A").slots.at(own_slot).state, SlotState::empty);
}

TEST_F(Cleaners, ReservingSaysWhatIsInTheWay) {
  furnished();
  EXPECT_EQ(refused(releasing()), Errc::cleaner_slot_not_set);
  EXPECT_EQ(refused(reserving(0)), Errc::resource_not_available) << "a cartridge is in it";
  EXPECT_EQ(refused(ReserveCleanerCall{{}, library_id("A"), SlotId{*Guid::parse("01234567-89ab-cdef-0123-456789abcdef")}}), Errc::object_not_found);
  EXPECT_EQ(refused(ReserveCleanerCall{{}, LibraryId{}, {}}), Errc::invalid_library);
  EXPECT_EQ(refused(ReserveCleanerCall{{}, world().offline_library, {}}), Errc::library_offline);
  mounted("A00001");
  EXPECT_EQ(refused(reserving(0)), Errc::resource_not_available) << "it is kept for the medium that is in a drive";
  reserved();
  EXPECT_EQ(refused(reserving(7)), Errc::cleaner_slot_set);
  EXPECT_EQ(done(releasing()).state, RequestState::passed);
  EXPECT_EQ(record().cleaner_slot, std::nullopt);
}

// ---- the cartridge

TEST_F(Cleaners, TheCartridgeComesIntoItsSlotAndLeavesTheLibraryWithoutARecord) {
  furnished();
  EXPECT_EQ(refused(injecting(3)), Errc::cleaner_slot_not_set);
  EXPECT_EQ(refused(ejecting()), Errc::cleaner_slot_not_set);
  reserved();
  EXPECT_EQ(refused(injecting(0)), Errc::invalid_parameter);
  EXPECT_EQ(refused(ejecting()), Errc::empty);
  auto const id = db::must(ask(injecting(3)));
  put_in_port("A", "CLN001");
  ASSERT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(place_of("CLN001"), "slot 6");
  EXPECT_EQ(record().cleaner, medium("CLN001").id);
  EXPECT_EQ(record().cleaner_uses, 3U);
  EXPECT_EQ(medium("CLN001").pool, PoolId{});
  EXPECT_EQ(refused(injecting(3)), Errc::resource_not_available);
  EXPECT_EQ(refused(releasing()), Errc::cleaner_cartridge_installed);
  EXPECT_EQ(transfer("CLN001", "A", {ElementKind::slot, 7}).error().code, Errc::invalid_media) << "it has its own slot";

  auto const out = db::must(ask(ejecting()));
  ASSERT_TRUE(run_until([&] { return iron("A").hardware.state().ports.front().extended; }, 10min)) << everything();
  db::must(iron("A").hardware.port_take(0, now()));
  ASSERT_EQ(end_of(out).state, RequestState::passed) << everything();
  EXPECT_FALSE(known("CLN001")) << "cleaning cartridges are not tracked outside";
  EXPECT_EQ(record().cleaner, MediumId{});
  EXPECT_EQ(done(releasing()).state, RequestState::passed);
}

// Who lies in the port nobody knew when it was asked for.
TEST_F(Cleaners, WhatIsToBeFetchedFromThePortMayBeTheCleaningCartridge) {
  furnished();
  reserved();
  auto const into = db::must(ask(injecting(3)));
  put_in_port("A", "CLN001");
  TransferCall fetch{.key = {}, .medium = {}, .from = library("A").ports.at(0).id, .slot = library("A").slots.at(7).id, .port = {}, .exchange = false};
  auto const fetched = db::must(ask(fetch));
  EXPECT_EQ(end_of(into).state, RequestState::passed) << everything();
  EXPECT_EQ(end_of(fetched).state, RequestState::failed) << everything();
  EXPECT_EQ(place_of("CLN001"), "slot 6");
}

TEST_F(Cleaners, TakenOutWhileNobodyLookedItLeavesNoRecordEither) {
  furnished();
  with_cleaner(3);
  auto const out = db::must(ask(ejecting()));
  ASSERT_TRUE(run_until([&] { return iron("A").hardware.state().ports.front().extended; }, 10min)) << everything();
  db::must(iron("A").hardware.port_take(0, now()));
  restart();
  EXPECT_EQ(end_of(out).state, RequestState::passed) << everything();
  EXPECT_FALSE(known("CLN001"));
  EXPECT_EQ(record().cleaner, MediumId{});
}

TEST_F(Cleaners, NobodyReadsIt) {
  furnished();
  with_cleaner(3);
  auto const moves = devices("A").count("move");
  auto const asked = this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, IdentifyCall{{}, library("A").slots.at(own_slot).id}, std::move(reply)); });
  EXPECT_THAT(db::must(asked), IsEmpty()) << "what is in the slot is known; a drive that loads it is cleaned with it";
  settle();
  EXPECT_EQ(devices("A").count("move"), moves);
  EXPECT_EQ(record().cleaner_uses, 3U);
}

TEST_F(Cleaners, ACartridgeWithTheStickerOfAKnownMediumIsNone) {
  furnished();
  reserved();
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));  // the library has not seen that yet
  auto const id = db::must(ask(injecting(3)));
  put_in_port("A", "A00002");
  EXPECT_EQ(code(end_of(id)), Errc::invalid_media);
  settle();
  EXPECT_EQ(record().cleaner, MediumId{}) << everything();
  EXPECT_THAT(asked(OperatorKind::cartridge_not_taken), SizeIs(1));
  ASSERT_THAT(manager().attention(), Contains(HasSubstr("take A00002 out of port 0 of A (rsm media eject opens it), or have it stored (rsm library inject): A00002 was put in as the cleaning cartridge, and is a medium that is known")));
  auto const stored = db::must(inject("A"));
  EXPECT_EQ(end_of(stored).state, RequestState::passed);
  EXPECT_THAT(asked(OperatorKind::cartridge_not_taken), IsEmpty());
}

// Nobody works at the port, and whoever waits for what lies there would wait for ever.
TEST_F(Cleaners, WhoWaitsForACartridgeThatLiesInThePortHasAPersonAsked) {
  furnished();
  with_cleaner(3);
  db::must(iron("A").hardware.hand_move({ElementKind::slot, 6}, {ElementKind::port, 0}, now()));
  end_of(db::must(inventory("A")));
  auto const cleans = db::must(ask(cleaning()));
  run_for(1s);
  EXPECT_THAT(asked(OperatorKind::cleaner_wanted), SizeIs(1)) << everything();
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("the cleaning cartridge is in port 0: put one in (rsm cleaner inject)")));
  db::must(iron("A").hardware.hand_move({ElementKind::port, 0}, {ElementKind::slot, 6}, now()));
  end_of(db::must(inventory("A")));
  EXPECT_EQ(end_of(cleans).state, RequestState::passed) << everything();
  EXPECT_THAT(asked(OperatorKind::cleaner_wanted), IsEmpty());

  db::must(iron("A").hardware.hand_move({ElementKind::slot, 1}, {ElementKind::port, 0}, now()));
  end_of(db::must(inventory("A")));
  auto const mounts = mount("A00002");
  run_for(1s);
  EXPECT_THAT(asked(OperatorKind::cartridge_not_taken), SizeIs(1)) << everything();
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("A00002 lies in port 0 of library A and is wanted by " + name_of(mounts) + ": have it stored (rsm library inject)")));
  EXPECT_EQ(end_of(db::must(inject("A"))).state, RequestState::passed);
  EXPECT_EQ(end_of(mounts).state, RequestState::passed);
  EXPECT_THAT(asked(OperatorKind::cartridge_not_taken), IsEmpty());
}

TEST_F(Cleaners, OneThatNobodyTakesGoesBackToItsSlot) {
  furnished();
  with_cleaner(3);
  auto const ended = done(ejecting());
  EXPECT_EQ(code(ended), Errc::timeout);
  EXPECT_EQ(place_of("CLN001"), "slot 6");
  EXPECT_EQ(record().cleaner, medium("CLN001").id);
}

// ---- cleaning

TEST_F(Cleaners, ADriveIsCleanedAndTheUseIsCounted) {
  furnished();
  with_cleaner(3);
  soil();
  auto const ended = done(cleaning());
  EXPECT_EQ(ended.state, RequestState::passed) << ended.reason;
  EXPECT_FALSE(dirty());
  EXPECT_EQ(cleanings(), 1U);
  EXPECT_EQ(record().cleaner_uses, 2U);
  EXPECT_EQ(place_of("CLN001"), "slot 6");
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::dismounted);
  EXPECT_TRUE(drive("A", 0).record.last_cleaned.has_value());
}

// The model has DISMOUNTED to BEING_CLEANED and back, and nothing else, also through a restart.
TEST_F(Cleaners, ADriveIsCleanedWithoutBeingMountedOrUnloaded) {
  furnished();
  with_cleaner(3);
  Guid const id = drive("A", 0).hot.id.guid;
  std::size_t const before = events_of(id).size();
  auto const wanted = db::must(ask(cleaning()));
  ASSERT_TRUE(run_until([&] { return drive("A", 0).hot.state == DriveState::being_cleaned; }, 10min)) << everything();
  run_for(1s);
  restart();
  EXPECT_EQ(end_of(wanted).state, RequestState::passed) << everything();
  auto const events = events_of(id);
  for (std::size_t i = before; i < events.size(); ++i) {
    EXPECT_NE(events[i].state, "mounted") << events[i].reason;
    EXPECT_NE(events[i].state, "unloaded") << events[i].reason;
  }
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::dismounted);
}

TEST_F(Cleaners, TheMediumThatOnlyStaysInTheDriveIsPutBackFirst) {
  furnished();
  with_cleaner(cleaner_uses_uncounted);
  mounted("A00001");
  auto const id = db::must(ask(cleaning()));
  run_for(1min);
  EXPECT_TRUE(open(id));
  EXPECT_THAT(why(id), HasSubstr("in use"));
  dismount("A00001", true);
  EXPECT_EQ(end_of(id, 1h).state, RequestState::passed) << everything();
  EXPECT_EQ(place_of("A00001"), "slot 0");
  EXPECT_EQ(record().cleaner_uses, cleaner_uses_uncounted);
  EXPECT_EQ(cleanings(), 1U);
}

TEST_F(Cleaners, WithoutACartridgeThatHasAUseLeftAPersonIsAsked) {
  furnished();
  auto const id = db::must(ask(cleaning()));
  ASSERT_TRUE(run_until([&] { return !asked(OperatorKind::cleaner_wanted).empty(); }, 1min)) << everything();
  EXPECT_EQ(request(id).state, RequestState::waiting);
  EXPECT_EQ(asked(OperatorKind::cleaner_wanted).front().command, OperatorCommand::cleaner);
  with_cleaner(1);
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_THAT(asked(OperatorKind::cleaner_wanted), IsEmpty()) << "it ends when the cartridge is there";
  EXPECT_EQ(record().cleaner_uses, 0U);
  auto const next = db::must(ask(cleaning()));
  ASSERT_TRUE(run_until([&] { return !asked(OperatorKind::cleaner_wanted).empty(); }, 1min)) << "it is used up";
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("is used up: take it out (rsm cleaner eject), then put a new one in (rsm cleaner inject)")));
  run_for(1h);
  EXPECT_TRUE(open(next));
  EXPECT_EQ(cleanings(), 1U);
  db::must(cancel(next));
  ASSERT_TRUE(run_until([&] { return asked(OperatorKind::cleaner_wanted).empty(); }, 1min)) << "nobody waits for it any more";
}

TEST_F(Cleaners, WhoRefusesToBringOneEndsTheRequest) {
  furnished();
  auto const id = db::must(ask(cleaning()));
  ASSERT_TRUE(run_until([&] { return !asked(OperatorKind::cleaner_wanted).empty(); }, 1min)) << everything();
  db::must(answer(asked(OperatorKind::cleaner_wanted).front().id, false));
  EXPECT_EQ(code(end_of(id)), Errc::request_refused);
  EXPECT_THAT(asked(OperatorKind::cleaner_wanted), IsEmpty());
}

TEST_F(Cleaners, ADirtyDriveIsCleanedByItself) {
  furnished();
  with_cleaner(5);
  soil();
  used("A00002");  // its load tells of it
  ASSERT_TRUE(run_until([&] { return !dirty(); }, 1h)) << everything();
  settle();
  EXPECT_EQ(record().cleaner_uses, 4U);
  EXPECT_THAT(asked(OperatorKind::cleaning_wanted), IsEmpty());
  run_for(2h);
  EXPECT_EQ(cleanings(), 1U) << "once";
}

TEST_F(Cleaners, WithoutACartridgeTheQuestionEndsWhenTheDriveIsClean) {
  furnished();
  soil();
  used("A00002");
  ASSERT_THAT(asked(OperatorKind::cleaning_wanted), SizeIs(1)) << everything();
  with_cleaner(5);
  ASSERT_TRUE(run_until([&] { return asked(OperatorKind::cleaning_wanted).empty(); }, 1h)) << everything();
  EXPECT_FALSE(dirty());
  EXPECT_EQ(cleanings(), 1U);
}

// It is the drive's turn then: it tells again when it is soiled anew.
TEST_F(Cleaners, WhatAPersonHasCancelledDoesNotComeBackBeforeTheDriveAsksAgain) {
  furnished();
  soil();
  used("A00002");
  ASSERT_THAT(asked(OperatorKind::cleaning_wanted), SizeIs(1)) << everything();
  mounted("A00001");
  with_cleaner(5);
  auto const waits = [&] { return std::ranges::find(world().requests, Operation::clean_drive, [](auto const& one) { return one.second.operation; }); };
  ASSERT_TRUE(run_until([&] { return waits() != world().requests.end(); }, 1min)) << everything();
  db::must(cancel(waits()->first));
  run_for(1h);
  EXPECT_EQ(waits(), world().requests.end());
  EXPECT_THAT(asked(OperatorKind::cleaning_wanted), IsEmpty());
  dismount("A00001");
  settle();
  restart();
  settle();
  EXPECT_EQ(cleanings(), 0U);
  soil();
  used("A00002");
  ASSERT_TRUE(run_until([&] { return cleanings() == 1; }, 1h)) << everything();
  EXPECT_FALSE(dirty());
}

TEST_F(Cleaners, TwoDrivesAreCleanedOneAfterTheOther) {
  furnished(2);
  with_cleaner(5);
  auto const one = db::must(ask(cleaning(0))), other = db::must(ask(cleaning(1)));
  EXPECT_EQ(end_of(one).state, RequestState::passed);
  EXPECT_EQ(end_of(other).state, RequestState::passed);
  EXPECT_EQ(cleanings(), 2U);
  EXPECT_EQ(record().cleaner_uses, 3U);
}

TEST_F(Cleaners, ADriveThatKeepsTheCartridgeHasAPersonCalled) {
  furnished();
  with_cleaner(5);
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what != "unload") return std::nullopt;
    return Error{Errc::unable_to_unload_media, "drive 0", "the cartridge is stuck"};
  };
  auto const id = db::must(ask(cleaning()));
  ASSERT_TRUE(run_until([&] { return !asked(OperatorKind::drive_service).empty(); }, 2h)) << everything();
  EXPECT_TRUE(open(id));
  EXPECT_EQ(place_of("CLN001"), "drive 0");
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(db::must(enable_drive("A", 0))).state, RequestState::passed);
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(place_of("CLN001"), "slot 6");
  EXPECT_EQ(record().cleaner_uses, 4U) << "it was in the drive once";
}

TEST_F(Cleaners, ACancelledCleaningBringsTheCartridgeHome) {
  furnished();
  with_cleaner(5);
  auto const id = db::must(ask(cleaning()));
  ASSERT_TRUE(run_until([&] { return iron("A").hardware.state().motion.has_value(); }, 10min));
  EXPECT_EQ(cancel(id).error().code, Errc::access_denied) << "it is under way";
  EXPECT_EQ(end_of(id).state, RequestState::passed);
}

// Killed after so many seconds; the next daemon goes on. Whatever the moment, one use is counted, and the cartridge is in its slot in the end.
TEST_F(Cleaners, ADaemonThatDiesAtAnyMomentCountsOnceAndLosesNothing) {
  furnished();
  with_cleaner(1000);
  for (std::uint32_t round = 0; round < 30; ++round) {
    SCOPED_TRACE("killed after " + std::to_string(round * 2) + " s");
    auto const id = db::must(ask(cleaning()));
    run_for(round * 2s);
    restart();
    EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
    settle();
    EXPECT_EQ(cleanings(), round + 1);
    EXPECT_EQ(record().cleaner_uses, 1000 - cleanings());
    EXPECT_EQ(place_of("CLN001"), "slot 6");
    ASSERT_FALSE(HasFailure());
  }
}

TEST_F(Cleaners, AfterARestartThatCancelsEverythingItGoesHomeAllTheSame) {
  settings.on_restart = OnRestart::cancel;
  furnished();
  with_cleaner(1000);
  for (std::uint32_t round = 1; round < 12; ++round) {
    SCOPED_TRACE("killed after " + std::to_string(round * 4) + " s");
    db::must(ask(cleaning()));
    run_for(round * 4s);
    restart();
    settle();
    ASSERT_TRUE(run_until([&] { return place_of("CLN001") == "slot 6"; }, 1h)) << everything();
    EXPECT_EQ(record().cleaner_uses, 1000 - cleanings());
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace rsm
