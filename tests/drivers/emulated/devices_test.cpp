// EmulatedChanger and EmulatedDrive over a real directory, with a volume that writes down what it is asked.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

#include "drivers/emulated/emulated_changer.hpp"
#include "drivers/emulated/emulated_drive.hpp"
#include "drivers/emulated/library_directory.hpp"
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

using port::VolumeState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What the kernel would remember of the volume when its handler dies.
struct VolumeBench {
  std::vector<std::string> calls;
  std::string failing;  // this call fails ...
  Errc with = Errc::busy;
  VolumeState found = VolumeState::none;  // what an attach finds; none: offline
};

class FakeVolume final : public block::Volume {
 public:
  explicit FakeVolume(VolumeBench& bench) : bench_(bench) {}

  Result<> attach(std::string const& image) override {
    RSM_CHECK(note("attach " + image.substr(image.find("/cartridges/") + 12)));
    state_ = bench_.found == VolumeState::none ? VolumeState::offline : bench_.found;
    return {};
  }
  Result<> online() override {
    RSM_CHECK(note("online"));
    state_ = VolumeState::online;
    return {};
  }
  Result<port::Label> read_label() override {
    RSM_CHECK(note("read_label"));
    return port::Label{Omid{"EXT4", "0123456789abcdef", "A"}};
  }
  Result<port::Label> write_label(port::LabelOrder const& order) override {
    RSM_CHECK(note("write_label " + order.label.id));
    return port::Label{order.label};
  }
  VolumeState state() const override { return state_; }
  Result<std::vector<port::Holder>> holders() override { return std::vector<port::Holder>{}; }
  Result<port::DismountReport> dismount(bool force) override {
    RSM_CHECK(note(force ? "dismount force" : "dismount"));
    state_ = VolumeState::offline;
    return port::DismountReport{.was_mounted = true, .forced = force};
  }
  Result<> detach() override {
    RSM_CHECK(note("detach"));
    state_ = VolumeState::none;
    return {};
  }
  Result<std::string> cut_off() override {
    if (state_ == VolumeState::none) return std::string{};
    RSM_CHECK(note("cut_off"));
    state_ = VolumeState::none;
    return "somebody";
  }

 private:
  Result<> note(std::string const& call) {
    bench_.calls.push_back(call);
    if (call.substr(0, call.find(' ')) == bench_.failing) return fail(bench_.with, "volume", "the bench says so");
    return {};
  }

  VolumeBench& bench_;
  VolumeState state_ = VolumeState::none;
};

class Devices : public ::testing::Test {
 protected:
  Devices() {
    Geometry g = small_library();
    g.timing.scale = 0;
    library.emplace(LibraryDirectory::make(scratch / "lib", g).value());
    changer = make_emulated_changer(library->path()).value();
    start_drive();
  }

  void start_drive() { device = make_emulated_drive(library->path(), 0, std::make_unique<FakeVolume>(bench)).value(); }
  void put_in(bool turn = false) { ASSERT_TRUE(changer->move({slot(0), drive(0), turn})); }
  DrivePhase phase() { return library->read()->state().drives[0].phase; }
  std::vector<std::string> calls() { return std::exchange(bench.calls, {}); }
  void arm_fault(FaultKind kind) {
    ASSERT_TRUE(library->change([&](Hardware& h) { return h.add_fault(fault_of(kind), real_now()); }));
  }
  // A fault with a time limit holds this command until that time, and not for ever.
  void expect_held(FaultKind kind, std::function<bool()> const& command) {
    auto fault = fault_of(kind);
    TimePoint const until = real_now() + Millis{150};
    fault.until = until;
    ASSERT_TRUE(library->change([&](Hardware& h) { return h.add_fault(fault, real_now()); }));
    EXPECT_TRUE(command()) << word(kind);
    EXPECT_GE(real_now(), until) << word(kind);
  }
  void heal() {
    (void)library->change([](Hardware& h) -> Result<> {
      h.heal(std::nullopt, real_now());
      return {};
    });
  }
  void scale(double factor) {
    ASSERT_TRUE(library->change([&](Hardware& h) { return h.set_scale(factor, real_now()); }));
  }

  Scratch scratch;
  VolumeBench bench;
  std::optional<LibraryDirectory> library;
  std::unique_ptr<handler::BlockingChanger> changer;
  std::unique_ptr<handler::BlockingDrive> device;
};

TEST_F(Devices, TheFactoriesRefuseWhatIsNotThere) {
  EXPECT_EQ(code_of(make_emulated_changer(scratch / "none")), Errc::object_not_found);
  EXPECT_EQ(code_of(make_emulated_drive(library->path(), 7, std::make_unique<FakeVolume>(bench))), Errc::resource_not_present);
}

TEST_F(Devices, TheChangerMovesInItsTime) {
  scale(0.02);  // a move is 180 ms
  TimePoint const before = real_now();
  EXPECT_TRUE(changer->move({slot(0), drive(0)}));
  EXPECT_GE(real_now(), before + Millis{180});
  EXPECT_TRUE(look(*changer)->elements[6].full);
  EXPECT_EQ(code_of(changer->move({slot(0), drive(1)})), Errc::empty);
  EXPECT_TRUE(changer->extend_port(0, true));
  EXPECT_FALSE(look(*changer)->elements[8].accessible);
}

TEST_F(Devices, TheChangerWaitsForAMoveThatAnEarlierHandlerBegan) {
  scale(0.02);
  auto const first_end = library->change([](Hardware& h) { return h.begin_move({slot(0), drive(0)}, real_now()); });
  ASSERT_TRUE(first_end);
  EXPECT_TRUE(changer->move({slot(1), drive(1)}));
  EXPECT_GE(real_now(), *first_end + Millis{180});
  EXPECT_EQ(place_of(library->read().value(), "A00001"), "drive 0");
  EXPECT_EQ(place_of(library->read().value(), "A00002"), "drive 1");
}

TEST_F(Devices, ChangerFaultsReachTheCaller) {
  arm_fault(FaultKind::jam_moved);
  EXPECT_EQ(code_of(changer->move({slot(0), drive(0)})), Errc::gen_failure);
  EXPECT_TRUE(look(*changer)->elements[6].full);
  expect_held(FaultKind::move_hangs, [&] { return changer->move({slot(1), drive(1)}).has_value(); });
  expect_held(FaultKind::status_hangs, [&] { return look(*changer).has_value(); });
}

TEST_F(Devices, AHangEndsWhenSomebodyHealsIt) {
  arm_fault(FaultKind::move_hangs);
  std::atomic<std::int64_t> healed_at{0};
  std::thread healer([&] {
    std::this_thread::sleep_for(Millis{200});
    healed_at = to_ms(real_now());
    heal();
  });
  EXPECT_TRUE(changer->move({slot(0), drive(0)}));
  EXPECT_GT(healed_at, 0) << "it ended before it was healed";
  healer.join();
}

TEST_F(Devices, WriteLabelNeedsALoadedCartridge) {
  port::LabelOrder const order{{"OPENRSM", "new", "free medium"}, {}};
  EXPECT_EQ(code_of(device->write_label(order)), Errc::no_media_in_drive);
  put_in();
  EXPECT_EQ(code_of(device->write_label(order)), Errc::not_ready);
  ASSERT_TRUE(device->load());
  calls();
  EXPECT_EQ(device->write_label(order)->omid, order.label);
  EXPECT_THAT(calls(), ElementsAre("write_label new"));
  bench.failing = "write_label";
  EXPECT_EQ(code_of(device->write_label(order)), Errc::busy) << "what the volume says";
}

TEST_F(Devices, WhatHasItsTabSetGetsNoLabel) {
  ASSERT_TRUE(library->set_write_protect(library->read()->in({ElementKind::slot, 0})->barcode, true));
  put_in();
  ASSERT_TRUE(device->load());
  calls();
  EXPECT_EQ(code_of(device->write_label({{"OPENRSM", "new", "free medium"}, {}})), Errc::write_protect);
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(Devices, LoadThreadsAttachesAndBringsOnlineAndTheLabelIsReadWhenAsked) {
  EXPECT_EQ(code_of(device->load()), Errc::no_media_in_drive);
  put_in(true);
  auto const before = device->status().value();
  EXPECT_TRUE(before.full);
  EXPECT_FALSE(before.loaded);
  EXPECT_EQ(before.volume, VolumeState::none);
  EXPECT_THAT(calls(), IsEmpty());

  auto const status = device->load();
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_THAT(calls(), ElementsAre("attach A00001/side1.img", "online"));
  EXPECT_TRUE(status->loaded);
  EXPECT_EQ(status->side_up, 1u);
  EXPECT_EQ(status->volume, VolumeState::online);
  EXPECT_EQ(status->volume_path, emulated_volume_link(library->path(), 0));
  EXPECT_FALSE(status->serial.empty());
  EXPECT_EQ(status->serial, look(*changer)->elements[6].drive_serial);
  ASSERT_TRUE(device->status());
  EXPECT_THAT(calls(), IsEmpty()) << "a status reads no medium";
  EXPECT_EQ(device->read_label()->omid->type, "EXT4");
  EXPECT_THAT(calls(), ElementsAre("read_label"));
}

TEST_F(Devices, ALabelIsReadOfALoadedCartridgeOnly) {
  EXPECT_EQ(code_of(device->read_label()), Errc::no_media_in_drive);
  put_in();
  EXPECT_EQ(code_of(device->read_label()), Errc::not_ready);
  ASSERT_TRUE(device->load());
  ASSERT_TRUE(device->dismount(false));
  EXPECT_TRUE(device->read_label()->omid) << "also while the volume is offline";
  bench.failing = "read_label";
  bench.with = Errc::write_fault;
  EXPECT_EQ(code_of(device->read_label()), Errc::write_fault);
  arm_fault(FaultKind::drive_dies);
  EXPECT_EQ(code_of(device->read_label()), Errc::device_not_available);
}

TEST_F(Devices, ADeferredDismountIsLoadedAgainWithoutMovingOrAttaching) {
  put_in();
  ASSERT_TRUE(device->load());
  ASSERT_TRUE(device->dismount(false)->was_mounted);
  EXPECT_EQ(device->status()->volume, VolumeState::offline);
  calls();
  ASSERT_TRUE(device->load());
  EXPECT_THAT(calls(), ElementsAre("online"));
}

TEST_F(Devices, UnloadNeedsAnOfflineVolume) {
  EXPECT_EQ(code_of(device->unload(false)), Errc::no_media_in_drive);
  EXPECT_EQ(code_of(device->dismount(false)), Errc::no_media_in_drive);
  put_in();
  EXPECT_TRUE(device->unload(false)) << "not loaded: nothing to do";
  EXPECT_TRUE(device->dismount(false)) << "not loaded: nothing to do";
  ASSERT_TRUE(device->load());
  EXPECT_EQ(code_of(device->unload(false)), Errc::busy);
  EXPECT_EQ(phase(), DrivePhase::loaded);
  ASSERT_TRUE(device->dismount(true)->forced);
  calls();
  ASSERT_TRUE(device->unload(false));
  EXPECT_THAT(calls(), ElementsAre("detach"));
  EXPECT_EQ(phase(), DrivePhase::inserted);
  EXPECT_TRUE(changer->move({drive(0), slot(0)}));
}

TEST_F(Devices, AnImageThatIsBoundElsewhereIsNotLoadedAndCanBeTakenOut) {
  put_in();
  bench.failing = "attach";
  auto const refused = device->load();
  EXPECT_EQ(code_of(refused), Errc::unable_to_load_medium);
  EXPECT_NE(refused.error().detail.find("the bench says so"), std::string::npos);
  EXPECT_EQ(phase(), DrivePhase::inserted);
  EXPECT_TRUE(changer->move({drive(0), slot(0)}));
}

TEST_F(Devices, LoadFailsAtEveryStepAndSucceedsAtTheNextTry) {
  put_in();
  for (auto const* step : {"attach", "online"}) {
    for (Errc const with : {Errc::busy, Errc::access_denied, Errc::write_fault}) {
      bench.failing = step;
      bench.with = with;
      EXPECT_EQ(code_of(device->load()), Errc::unable_to_load_medium) << step;
      bench.failing.clear();
      auto const again = device->load();
      ASSERT_TRUE(again) << step << ": " << again.error().text();
      EXPECT_EQ(again->volume, VolumeState::online);
      ASSERT_TRUE(device->dismount(false));
      ASSERT_TRUE(device->unload(false));
    }
  }
}

TEST_F(Devices, DismountAndUnloadFailWithoutLosingTheVolume) {
  put_in();
  ASSERT_TRUE(device->load());
  bench.failing = "dismount";
  EXPECT_EQ(code_of(device->dismount(false)), Errc::busy);
  EXPECT_EQ(device->status()->volume, VolumeState::online);
  bench.failing.clear();
  ASSERT_TRUE(device->dismount(false));
  bench.failing = "detach";
  EXPECT_EQ(code_of(device->unload(false)), Errc::busy);
  bench.with = Errc::write_fault;
  EXPECT_EQ(code_of(device->unload(false)), Errc::unable_to_unload_media);
  EXPECT_EQ(phase(), DrivePhase::loaded) << "the drive does not let go what is still bound";
  bench.failing.clear();
  ASSERT_TRUE(device->unload(false));
}

TEST_F(Devices, ANewHandlerTakesOverTheVolumeOfTheOneBeforeIt) {
  put_in();
  ASSERT_TRUE(device->load());
  calls();
  bench.found = VolumeState::mounted;
  start_drive();
  EXPECT_THAT(calls(), ElementsAre("attach A00001/side0.img"));
  EXPECT_EQ(device->status()->volume, VolumeState::mounted);
  EXPECT_EQ(code_of(device->unload(false)), Errc::busy) << "what an earlier handler mounted is not taken away";
  ASSERT_TRUE(device->dismount(false));
  EXPECT_TRUE(device->unload(false));
}

TEST_F(Devices, WithoutTheVolumeALoadedCartridgeCountsAsLoadedUntilLoad) {
  put_in();
  ASSERT_TRUE(device->load());
  bench.failing = "attach";
  start_drive();
  auto const status = device->status().value();
  EXPECT_TRUE(status.loaded);
  EXPECT_EQ(status.volume, VolumeState::none);
  EXPECT_TRUE(status.volume_path.empty());
  EXPECT_EQ(code_of(device->unload(false)), Errc::busy) << "who knows what is bound to it";
  EXPECT_EQ(code_of(device->load()), Errc::unable_to_load_medium);
  EXPECT_EQ(phase(), DrivePhase::loaded) << "this call did not thread it";
  bench.failing.clear();
  EXPECT_EQ(device->load()->volume, VolumeState::online);
}

TEST_F(Devices, ACartridgePulledOutOfADriveAndAnotherPutInIsNoticed) {
  put_in();
  ASSERT_TRUE(device->load());
  ASSERT_TRUE(library->change([](Hardware& h) { return h.hand_pull(0, real_now()); }));
  ASSERT_TRUE(library->change([](Hardware& h) { return h.hand_put(h.in(slot(1)) ? h.hand_take(slot(1), real_now()).value() : "", drive(0), real_now()); }));
  calls();
  EXPECT_EQ(code_of(device->read_label()), Errc::media_changed);
  EXPECT_THAT(calls(), ElementsAre("cut_off"));
  auto const status = device->status().value();
  EXPECT_TRUE(status.full);
  EXPECT_FALSE(status.loaded);
  EXPECT_EQ(status.volume, VolumeState::none);
  ASSERT_TRUE(device->load());
  EXPECT_THAT(calls(), ElementsAre("attach A00002/side0.img", "online"));
}

TEST_F(Devices, ACleanerIsNotLoaded) {
  ASSERT_TRUE(library->add_cartridge({.barcode = "CLN001"}, 1));
  ASSERT_TRUE(library->change([](Hardware& h) { return h.hand_put("CLN001", slot(5), real_now()); }));
  ASSERT_TRUE(changer->move({slot(5), drive(0)}));
  auto const loaded = device->load();
  EXPECT_EQ(code_of(loaded), Errc::unable_to_load_medium);
  EXPECT_NE(loaded.error().detail.find("cleaning cartridge"), std::string::npos);
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_TRUE(device->unload(false));
  EXPECT_TRUE(changer->move({drive(0), slot(5)}));
}

TEST_F(Devices, ElementsThatDoNotAnswerHoldTheirQuestionOnly) {
  auto fault = fault_of(FaultKind::elements_hang);
  fault.element = slot(4);
  TimePoint const until = real_now() + Millis{150};
  fault.until = until;
  ASSERT_TRUE(library->change([&](Hardware& h) { return h.add_fault(fault, real_now()); }));
  EXPECT_TRUE(changer->elements({{ElementKind::slot, 0, 4}}));
  EXPECT_TRUE(changer->elements({{ElementKind::slot, 4, 1}}));
  EXPECT_GE(real_now(), until);
}

TEST_F(Devices, DriveFaultsReachTheCaller) {
  put_in();
  arm_fault(FaultKind::load_fails);
  EXPECT_EQ(code_of(device->load()), Errc::unable_to_load_medium);
  EXPECT_THAT(calls(), IsEmpty());
  expect_held(FaultKind::load_hangs, [&] { return device->load().has_value(); });
  expect_held(FaultKind::volume_hangs, [&] { return device->read_label().has_value(); });
  expect_held(FaultKind::volume_hangs, [&] { return device->dismount(false).has_value(); });
  expect_held(FaultKind::status_hangs, [&] { return device->status().has_value(); });
  arm_fault(FaultKind::unload_fails);
  EXPECT_EQ(code_of(device->unload(false)), Errc::unable_to_unload_media);
  arm_fault(FaultKind::drive_dies);
  EXPECT_EQ(code_of(device->status()), Errc::device_not_available);
  EXPECT_EQ(code_of(device->load()), Errc::device_not_available);
  EXPECT_EQ(code_of(device->dismount(true)), Errc::device_not_available);
  EXPECT_EQ(code_of(device->unload(false)), Errc::device_not_available);
  heal();
  EXPECT_TRUE(device->status()->loaded);
}

TEST_F(Devices, LoadingTakesItsTimeAndIsJoinedByTheNextHandler) {
  put_in();
  scale(0.05);  // a load is 750 ms
  auto const end = library->change([](Hardware& h) { return h.begin_load(0, real_now()); });
  ASSERT_TRUE(end);
  start_drive();
  EXPECT_FALSE(device->status()->loaded);
  EXPECT_TRUE(device->load());
  EXPECT_GE(real_now(), *end);
  EXPECT_EQ(library->read()->state().drives[0].loads, 1u);
}

}  // namespace
}  // namespace rsm::emulated
