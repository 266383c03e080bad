// A cartridge goes where somebody has chosen: what is refused, what waits, what a restart makes of it, and the slots of views.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Element slot(std::uint32_t number) { return {ElementKind::slot, number}; }
constexpr Element port{ElementKind::port, 0};

class Transfer : public CoreRig {
 protected:
  void refused(Result<RequestId> const& asked, Errc code, std::string const& sentence) {
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, code) << asked.error().sentence();
    EXPECT_THAT(asked.error().sentence(), HasSubstr(sentence));
  }
  void passes(Result<RequestId> const& asked) {
    ASSERT_TRUE(asked) << asked.error().sentence();
    auto const ended = end_of(*asked);
    EXPECT_EQ(ended.state, RequestState::passed) << ended.reason;
  }
  Result<RequestId> transfer_from_port(Element to) {
    TransferCall const wanted{.key = {}, .medium = {}, .from = library("A").ports.at(port.number).id, .slot = library("A").slots.at(to.number).id, .port = {}};
    auto const ids = call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); });
    if (!ids) return std::unexpected(ids.error());
    return ids->front();
  }
  std::string really_in(Element element) {
    auto const* cartridge = iron("A").hardware.in(element);
    return cartridge == nullptr ? "" : cartridge->name;
  }
};

TEST_F(Transfer, FromSlotToSlotAndThatIsItsHomeThen) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  passes(transfer("A00001", "A", slot(3)));
  EXPECT_EQ(really_in(slot(3)), "A00001");
  EXPECT_EQ(place_of("A00001"), "slot 3");
  mounted("A00001");
  EXPECT_EQ(end_of(dismount("A00001")).state, RequestState::passed);
  EXPECT_EQ(really_in(slot(3)), "A00001");
}

TEST_F(Transfer, ToThePortWhereItLiesUntilItIsTakenInAgain) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  passes(transfer("A00001", "A", port));
  run_for(10min);
  EXPECT_EQ(really_in(port), "A00001");
  EXPECT_FALSE(iron("A").hardware.state().ports.front().extended);
  refused(transfer("A00002", "A", port), Errc::not_empty, "A00001 is in it: take it out (rsm media eject), or have it stored (rsm library inject)");
  passes(transfer("A00001", "A", slot(2)));
  EXPECT_EQ(really_in(slot(2)), "A00001");
}

TEST_F(Transfer, WhatLiesInThePortIsEjectedFromThere) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  passes(transfer("A00001", "A", port));
  auto const out = db::must(eject("A00001"));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().ports.front().extended; }, 3min)) << everything();
  db::must(iron("A").hardware.hand_take(port, now()));
  EXPECT_EQ(end_of(out).state, RequestState::passed);
}

// What a person has put into the port is looked at there; then its label is read, as after an inject.
TEST_F(Transfer, ANewCartridgeComesInFromThePort) {
  furnish("A", one_drive(4, 1));
  start_and_settle();
  cut_new("A", "X00001");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00001", port, now()));
  passes(transfer_from_port(slot(2)));
  settle();
  EXPECT_EQ(really_in(slot(2)), "X00001");
  EXPECT_EQ(place_of("X00001"), "slot 2");
  EXPECT_NE(medium("X00001").sides.front().state, SideState::unknown);
}

TEST_F(Transfer, OneThatComesBackIsKnownByItsBarCode) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const id = medium("A00001").id;
  passes(transfer("A00001", "A", port));
  passes(transfer_from_port(slot(3)));
  EXPECT_EQ(medium("A00001").id, id);
  EXPECT_EQ(place_of("A00001"), "slot 3");
}

TEST_F(Transfer, AnEmptyPortGivesNothing) {
  furnish("A", one_drive(4, 1));
  start_and_settle();
  auto const ended = end_of(db::must(transfer_from_port(slot(2))));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::empty)) << ended.reason;
}

TEST_F(Transfer, ARestartWhileAnUnknownCartridgeIsOnItsWay) {
  furnish("A", one_drive(4, 1));
  start_and_settle();
  cut_new("A", "X00001");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00001", port, now()));
  auto const id = db::must(transfer_from_port(slot(2)));
  ASSERT_TRUE(run_until([this] { return !world().intents.empty(); }, 1min)) << everything();
  restart();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
  settle();  // its label is read next
  EXPECT_EQ(really_in(slot(2)), "X00001");
}

TEST_F(Transfer, WhatCannotBeIsRefusedAndChangesNothing) {
  furnish("A", one_drive(4, 3));
  furnish("B", one_drive(4, 1, "B"));
  start_and_settle();
  refused(transfer("A00001", "A", slot(0)), Errc::invalid_parameter, "it is in slot 0 already");
  refused(transfer("A00001", "A", slot(1)), Errc::not_empty, "A00002 is in it");
  refused(transfer("A00001", "B", slot(3)), Errc::resource_not_present, "library A, where the medium is, has none of this id");
  mounted("A00003");
  refused(transfer("A00003", "A", slot(3)), Errc::busy, "it is mounted in");
  refused(transfer("A00001", "A", slot(2)), Errc::not_empty, "it is kept for A00003, which is in a drive");
  TransferCall nowhere{.key = {}, .medium = medium("A00001").id, .from = {}, .slot = {}, .port = {}};
  auto const asked = call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, nowhere, std::move(reply)); });
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Errc::invalid_parameter);
  EXPECT_TRUE(world().requests.empty()) << everything();
  EXPECT_EQ(really_in(slot(0)), "A00001");
}

TEST_F(Transfer, TwoToOneSlotAndTwoOfOneMedium) {
  furnish("A", one_drive(6, 2));
  start_and_settle();
  auto const first = db::must(transfer("A00001", "A", slot(4)));
  refused(transfer("A00002", "A", slot(4)), Errc::not_empty, "brings a cartridge there");
  refused(transfer("A00001", "A", slot(5)), Errc::busy, "moves it already");
  EXPECT_EQ(end_of(first).state, RequestState::passed);
}

// A resend under the same key is the same request, and a key that names another slot is the client's error.
TEST_F(Transfer, AKeyNamesTheDestinationToo) {
  furnish("A", one_drive(6, 2));
  start_and_settle();
  TransferCall wanted{.key = "k", .medium = medium("A00001").id, .from = {}, .slot = library("A").slots.at(4).id, .port = {}};
  auto const send = [&] { return call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); }); };
  auto const first = db::must(send());
  EXPECT_EQ(db::must(send()), first);
  EXPECT_EQ(end_of(first.front()).state, RequestState::passed);
  EXPECT_EQ(db::must(send()), first);
  wanted.slot = library("A").slots.at(5).id;
  auto const other = send();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::invalid_parameter);
}

TEST_F(Transfer, OutOfADriveThatNobodyHasWanted) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  mounted("A00001");
  auto const deferred = dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(deferred).state == RequestState::deferred; }, 5min)) << everything();
  passes(transfer("A00001", "A", slot(3)));
  EXPECT_EQ(really_in(slot(3)), "A00001");
  EXPECT_EQ(end_of(deferred).state, RequestState::passed);
}

// A mount comes after the transfer that was asked for first.
TEST_F(Transfer, AMountOfItWaits) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const moving = db::must(transfer("A00001", "A", slot(3)));
  auto const mounting = mount("A00001");
  EXPECT_EQ(end_of(moving).state, RequestState::passed) << request(moving).reason;
  EXPECT_EQ(end_of(mounting).state, RequestState::passed);
  EXPECT_EQ(medium("A00001").home_slot, 3U);
}

// Another cartridge that leaves a drive does not take the slot that a transfer is on its way to.
TEST_F(Transfer, ItsSlotIsNobodysHome) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  mounted("A00001");
  cut_new("A", "X00001");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00001", slot(0), now()));
  auto const looked = db::must(inventory("A"));
  ASSERT_EQ(end_of(looked, 5min).state, RequestState::passed);
  run_for(1s);
  ASSERT_EQ(medium("A00001").home_slot, 2U);
  refused(transfer("A00002", "A", slot(2)), Errc::not_empty, "it is kept for A00001");
  passes(transfer("A00002", "A", slot(3)));
  EXPECT_EQ(end_of(dismount("A00001")).state, RequestState::passed);
  EXPECT_EQ(place_of("A00001"), "slot 2");
}

TEST_F(Transfer, CancelledWhileItWaitsForTheArm) {
  furnish("A", drives(2, 8, 3));
  start_and_settle();
  auto const first = db::must(transfer("A00001", "A", slot(5)));
  auto const second = db::must(transfer("A00002", "A", slot(6)));
  run_for(1ms);
  ASSERT_EQ(request(second).state, RequestState::inprocess) << everything();
  EXPECT_THAT(why(second), HasSubstr("the arm comes to it after A00001"));
  EXPECT_THAT(why(first), HasSubstr("A00001 from slot 0 to slot 5"));
  EXPECT_FALSE(cancel(first)) << "it is being moved";
  auto const ended = cancel(second);
  ASSERT_TRUE(ended) << ended.error().sentence();
  EXPECT_EQ(ended->state, RequestState::cancelled);
  EXPECT_EQ(end_of(first).state, RequestState::passed);
  settle();
  EXPECT_EQ(really_in(slot(1)), "A00002");
}

// In the middle of the move: the hardware is asked where it is, and the request goes on.
TEST_F(Transfer, ARestartInTheMiddleOfTheMove) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const id = db::must(transfer("A00001", "A", slot(3)));
  ASSERT_TRUE(run_until([this] { return !world().intents.empty(); }, 1min)) << everything();
  restart();
  auto const ended = end_of(id);
  EXPECT_EQ(ended.state, RequestState::passed) << ended.reason;
  EXPECT_EQ(really_in(slot(3)), "A00001");
  EXPECT_EQ(place_of("A00001"), "slot 3");
  EXPECT_TRUE(world().intents.empty());
}

// ---- two change places

TEST_F(Transfer, TwoChangePlacesInOneCommandAndOnlyTheirSlotsAreAsked) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const looks = devices("A").count("elements"), moves = devices("A").count("move");
  passes(transfer("A00001", "A", slot(1), true));
  EXPECT_EQ(really_in(slot(0)), "A00002");
  EXPECT_EQ(really_in(slot(1)), "A00001");
  EXPECT_EQ(place_of("A00001"), "slot 1");
  EXPECT_EQ(place_of("A00002"), "slot 0");
  EXPECT_EQ(medium("A00001").home_slot, 1U);
  EXPECT_EQ(medium("A00002").home_slot, 0U);
  EXPECT_EQ(devices("A").count("move"), moves + 1);
  EXPECT_EQ(devices("A").count("elements"), looks + 1) << "one question, about the two slots";
  EXPECT_TRUE(world().intents.empty());
  mounted("A00002");
}

TEST_F(Transfer, WhatCannotChangePlacesIsRefused) {
  furnish("A", drives(2, 6, 4));
  start_and_settle();
  refused(transfer("A00001", "A", slot(5), true), Errc::empty, "nothing is in it to change places with");
  refused(transfer("A00001", "A", slot(0), true), Errc::invalid_parameter, "it is in slot 0 already");
  refused(transfer("A00001", "A", port, true), Errc::invalid_parameter, "media of two slots change places");
  mounted("A00003");
  refused(transfer("A00003", "A", slot(1), true), Errc::busy, "it is mounted in");
  auto const first = db::must(transfer("A00001", "A", slot(1), true));
  refused(transfer("A00002", "A", slot(5)), Errc::busy, "moves it already");
  EXPECT_EQ(end_of(first).state, RequestState::passed);
  EXPECT_EQ(really_in(slot(0)), "A00002");
}

TEST_F(Transfer, WithoutBarCodesNothingTellsTwoApart) {
  auto& hardware = furnish("A", one_drive(4, 2)).hardware;
  ASSERT_TRUE(hardware.put_label("A00002", "", now()));
  start_and_settle();
  refused(transfer("A00001", "A", slot(1), true), Errc::invalid_media, "it has no bar code");
}

TEST_F(Transfer, ALibraryWithoutTheCommandSaysSo) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  devices("A").describes = [](port::ChangerDescription& said) { said.exchanges = false; };
  ASSERT_EQ(end_of(db::must(inventory("A"))).state, RequestState::passed);
  auto const moves = devices("A").count("move");
  refused(transfer("A00001", "A", slot(1), true), Errc::not_supported, "it cannot exchange two media; transfer one to an empty slot first");
  EXPECT_EQ(devices("A").count("move"), moves);
}

// In the middle of the command, and before it was sent.
TEST_F(Transfer, ARestartInTheMiddleOfAnExchange) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const id = db::must(transfer("A00001", "A", slot(1), true));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().motion.has_value(); }, 1min)) << everything();
  auto const moves = iron("A").hardware.state().moves;
  restart();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
  settle();
  EXPECT_EQ(really_in(slot(0)), "A00002");
  EXPECT_EQ(place_of("A00002"), "slot 0");
  EXPECT_EQ(place_of("A00001"), "slot 1");
  EXPECT_EQ(iron("A").hardware.state().moves, moves) << "it was done once";
}

TEST_F(Transfer, AnExchangeThatWasNotBegunIsTriedAgain) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  plant("A", {.kind = emulated::FaultKind::jam_not_moved, .count = 1});
  passes(transfer("A00001", "A", slot(1), true));
  EXPECT_EQ(really_in(slot(0)), "A00002");
}

TEST_F(Transfer, AnExchangeThatFailsAfterItWasDoneIsNotUndone) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const moves = iron("A").hardware.state().moves;
  plant("A", {.kind = emulated::FaultKind::jam_moved, .count = 1});
  passes(transfer("A00001", "A", slot(1), true));
  EXPECT_EQ(really_in(slot(0)), "A00002");
  EXPECT_EQ(iron("A").hardware.state().moves, moves + 1);
}

// Both stickers cannot be read afterwards: nothing tells whether they changed places, so it is not tried again and both labels are read.
TEST_F(Transfer, WhoCannotBeRecognizedAfterAnExchangeIsReadByHisLabel) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const id = db::must(transfer("A00001", "A", slot(1), true));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().motion.has_value(); }, 1min)) << everything();
  auto const moves = iron("A").hardware.state().moves;
  for (auto const* name : {"A00001", "A00002"}) ASSERT_TRUE(iron("A").hardware.soil_label(name, true, now()));
  settle();
  EXPECT_TRUE(is_final(request(id).state));
  EXPECT_EQ(iron("A").hardware.state().moves, moves + 4) << "each to the drive and back, and no second exchange";
  EXPECT_EQ(place_of("A00001"), "slot 1");
  EXPECT_EQ(place_of("A00002"), "slot 0");
}

// A person has taken the other one: nothing is moved, and the request says where both are.
TEST_F(Transfer, ThePartnerThatIsGoneEndsAnExchange) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  ASSERT_TRUE(iron("A").hardware.hand_move(slot(1), slot(3), now()));
  auto const ended = end_of(db::must(transfer("A00001", "A", slot(1), true)));
  EXPECT_EQ(ended.state, RequestState::failed) << ended.reason;
  EXPECT_THAT(ended.reason, HasSubstr("A00002 is in slot 3"));
  EXPECT_EQ(really_in(slot(0)), "A00001");
  EXPECT_EQ(place_of("A00002"), "slot 3");
}

TEST_F(Transfer, ASlotThatIsFullAfterAllEndsIt) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  cut_new("A", "X00001");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00001", slot(3), now()));
  auto const ended = end_of(db::must(transfer("A00001", "A", slot(3))));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::not_empty)) << ended.reason;
  EXPECT_EQ(really_in(slot(0)), "A00001");
}

TEST_F(Transfer, APortWhereAPersonIsExpectedIsWaitedFor) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto const injected = db::must(inject("A"));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().ports.front().extended; }, 3min)) << everything();
  auto const moving = db::must(transfer("A00001", "A", port));
  run_for(5s);
  EXPECT_THAT(why(moving), HasSubstr("waits for the port"));
  ASSERT_TRUE(stop_inject(injected));
  EXPECT_EQ(end_of(moving).state, RequestState::passed) << request(moving).reason;
  EXPECT_EQ(really_in(port), "A00001");
}

// ---- views

class Views : public Transfer {
 protected:
  // Slots 0 to 2 are of One, 3 and 4 of Two, what is left of none.
  void furnish_with_views(emulated::Geometry geometry) {
    furnish("A", geometry);
    auto& views = settings.libraries.front().views;
    views.push_back({.name = "One", .drives = {0}, .slots = {0, 1, 2}});
    views.push_back({.name = "Two", .drives = {0, 1}, .slots = {3, 4}});
  }
  // Somebody else's cartridge stands in the slot of one that is in a drive.
  void slot_is_taken(std::uint32_t number) {
    cut_new("A", "X00001");
    ASSERT_TRUE(iron("A").hardware.hand_put("X00001", slot(number), now()));
    ASSERT_EQ(end_of(db::must(inventory("A")), 5min).state, RequestState::passed);
    run_for(1s);
  }
};

TEST_F(Views, AMediumGoesHomeToItsView) {
  furnish_with_views(one_drive(8, 4));
  start_and_settle();
  passes(transfer("A00004", "A", slot(7)));  // Two is empty: slots 3 and 4 are free
  mounted("A00001");
  slot_is_taken(0);
  EXPECT_THAT(asked(OperatorKind::slot_wanted), IsEmpty());
  auto const dismounted = dismount("A00001");
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::slot_wanted).empty(); })) << everything();
  EXPECT_THAT(asked(OperatorKind::slot_wanted).front().message, HasSubstr("no free slot of view One for A00001"));
  passes(transfer("A00002", "A", slot(6)));
  EXPECT_EQ(end_of(dismounted).state, RequestState::passed);
  EXPECT_EQ(place_of("A00001"), "slot 1");
}

TEST_F(Views, AMediumOfNoViewTakesASlotOfOneOnlyWhenThereIsNoOther) {
  furnish_with_views(one_drive(7, 3));
  start_and_settle();
  passes(transfer("A00001", "A", slot(5)));
  mounted("A00001");
  slot_is_taken(5);
  EXPECT_EQ(medium("A00001").home_slot, 6U);
  passes(transfer("X00001", "A", slot(0)));
  cut_new("A", "X00002");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00002", slot(5), now()));
  cut_new("A", "X00003");
  ASSERT_TRUE(iron("A").hardware.hand_put("X00003", slot(6), now()));
  ASSERT_EQ(end_of(db::must(inventory("A")), 5min).state, RequestState::passed);
  EXPECT_EQ(end_of(dismount("A00001")).state, RequestState::passed);
  EXPECT_EQ(place_of("A00001"), "slot 3");
}

TEST_F(Views, WhatTheyNameAndTheLibraryDoesNotHave) {
  furnish("A", one_drive(4, 1));
  start_and_settle();
  ViewSettings view{.name = "V", .drives = {0, 7}, .slots = {0, 4, 5, 9}};
  EXPECT_THAT(not_in_library(view, library("A")), testing::ElementsAre("view V: library A has no drive 7", "view V: library A has no slot 5-6, 10"));
  EXPECT_THAT(not_in_library(view, LibraryEntry{}), IsEmpty()) << "nobody has asked the library";
}

}  // namespace
}  // namespace rsm
