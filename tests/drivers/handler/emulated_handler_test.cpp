// rsm-handler as it is installed, over an emulated library: a cartridge goes into a drive, is used, and comes out again.
#include <gmock/gmock.h>

#include "drivers/emulated/library_directory.hpp"
#include "tests/drivers/handler/rig.hpp"

namespace rsm::test {
namespace {

using handler::VolumeChoiceWord;
using port::VolumeState;
using ::testing::HasSubstr;

class EmulatedHandlers : public ::testing::TestWithParam<VolumeChoiceWord> {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); GetParam() != VolumeChoiceWord::user && !reason.empty()) GTEST_SKIP() << reason;
    rig_ = std::make_unique<Rig>(handler::DeviceTimes{}, "emulated", RSM_HANDLER, GetParam());
    emulated::Geometry geometry{.drives = 2, .slots = 4, .cartridges = 2, .sides = 1};
    geometry.timing.scale = 0;
    auto const library = emulated::LibraryDirectory::make(rig_->lab.path("library"), geometry);
    ASSERT_TRUE(library) << library.error().text();
  }
  bool block() const { return GetParam() != VolumeChoiceWord::user; }

  port::ElementReport changer_elements() {
    auto const about = rig_->wait<port::ChangerDescription>([&](auto done) { rig_->devices->changer().describe(std::move(done)); }).value();
    return rig_->wait<port::ElementReport>([&](auto done) { rig_->devices->changer().elements(about.elements, std::move(done)); }).value();
  }
  port::Label label() {
    return rig_->wait<port::Label>([&](auto done) { rig_->drive(drive_.number).read_label(std::move(done)); }).value();
  }
  Result<> move(Element from, Element to) {
    return rig_->wait<void>([&](auto done) { rig_->devices->changer().move({from, to, false}, std::move(done)); });
  }
  Result<port::DismountReport> dismount(bool force) {
    return rig_->wait<port::DismountReport>([&](auto done) { rig_->drive(drive_.number).dismount(force, std::move(done)); });
  }
  Result<port::UnloadReport> unload(bool force = false) {
    return rig_->wait<port::UnloadReport>([&](auto done) { rig_->drive(drive_.number).unload(force, std::move(done)); });
  }
  // The first cartridge, in the first drive and ready.
  port::DriveStatus loaded_drive() {
    for (auto const& element : changer_elements().elements) {
      if (element.element.kind == ElementKind::drive && drive_.kind != ElementKind::drive) drive_ = element.element;
      if (element.element.kind == ElementKind::slot && element.full && !home_.has_value()) home_ = element.element;
    }
    auto const moved = move(home_.value(), drive_);
    EXPECT_TRUE(moved) << moved.error().text();
    auto const loaded = rig_->load(drive_.number);
    EXPECT_TRUE(loaded) << loaded.error().text();
    return loaded.value_or(port::DriveStatus{});
  }

  std::unique_ptr<Rig> rig_;
  Element drive_;
  std::optional<Element> home_;
};

INSTANTIATE_TEST_SUITE_P(Volumes, EmulatedHandlers, ::testing::Values(VolumeChoiceWord::automatic, VolumeChoiceWord::block, VolumeChoiceWord::user), [](auto const& p) {
  return p.param == VolumeChoiceWord::automatic ? "automatic" : p.param == VolumeChoiceWord::block ? "block" : "user";
});

TEST_P(EmulatedHandlers, CartridgeGoesInIsUsedAndComesOut) {
  port::DriveStatus const loaded = loaded_drive();
  EXPECT_EQ(loaded.volume, VolumeState::online);
  ASSERT_TRUE(label().omid);
  EXPECT_EQ(label().omid->type, "EXT4");
  std::string used = loaded.volume_path;
  if (block()) {
    std::string const at = rig_->lab.folder("mnt");
    ASSERT_EQ(mount_device(loaded.volume_path, at, "ext4"), 0);
    used = at + "/file";
  }
  Actor client(holds_file(used));
  ASSERT_EQ(client.answer(), 0);
  EXPECT_EQ(rig_->status(drive_.number)->volume, VolumeState::mounted);
  auto const busy = dismount(false);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, Errc::busy);
  EXPECT_THAT(busy.error().detail, HasSubstr("in process " + std::to_string(client.pid())));
  EXPECT_EQ(unload().error().code, Errc::busy);
  client.kill_now();
  auto const dismounted = dismount(false);
  ASSERT_TRUE(dismounted) << dismounted.error().text();
  EXPECT_EQ(rig_->status(drive_.number)->volume, VolumeState::offline);
  ASSERT_TRUE(unload());
  ASSERT_TRUE(move(drive_, *home_));
  EXPECT_FALSE(rig_->status(drive_.number)->full);
}

TEST_P(EmulatedHandlers, ForcedDismountKeepsTheCartridgeOfADeadHandleInTheDrive) {
  port::DriveStatus const loaded = loaded_drive();
  std::string used = loaded.volume_path;
  if (block()) {
    std::string const at = rig_->lab.folder("mnt");
    ASSERT_EQ(mount_device(loaded.volume_path, at, "ext4"), 0);
    used = at + "/file";
  }
  Actor client(holds_file(used));
  ASSERT_EQ(client.answer(), 0);
  auto const report = dismount(true);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->forced);
  EXPECT_TRUE(report->handles_dead);
  if (block()) {
    EXPECT_EQ(client.ask('w'), EIO);
    EXPECT_EQ(unload().error().code, Errc::busy) << "the device is still kept by the dead handle";
    client.kill_now();
  }
  EXPECT_TRUE(unload());
}

TEST_P(EmulatedHandlers, UnloadWithForceTakesTheMediumAwayFromOldHandles) {
  if (!block()) GTEST_SKIP() << "in user space a forced dismount leaves no handle on the medium";
  port::DriveStatus const loaded = loaded_drive();
  std::string const at = rig_->lab.folder("mnt");
  ASSERT_EQ(mount_device(loaded.volume_path, at, "ext4"), 0);
  Actor client(holds_file(at + "/file"));
  ASSERT_EQ(client.answer(), 0);
  ASSERT_TRUE(dismount(true));
  auto const cut = unload(true);
  ASSERT_TRUE(cut) << cut.error().text();
  EXPECT_TRUE(cut->cut_off);
  EXPECT_NE(cut->note.find("process " + std::to_string(client.pid())), std::string::npos) << cut->note;
  EXPECT_EQ(client.ask('w'), EIO);
  EXPECT_FALSE(rig_->status(drive_.number)->loaded);
}

TEST_P(EmulatedHandlers, KilledHandlerIsReplacedAndTheVolumeIsTakenOver) {
  loaded_drive();
  port::Label const labelled = label();
  pid_t const first = rig_->pid_of(drive_.number);
  ::kill(first, SIGKILL);
  rig_->run_until([&] { return !rig_->lost.empty(); });
  auto const status = rig_->status(drive_.number);
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_NE(rig_->pid_of(drive_.number), first);
  EXPECT_EQ(status->volume, VolumeState::online) << "as it was";
  EXPECT_EQ(label(), labelled);

  ASSERT_TRUE(dismount(false));
  ::kill(rig_->pid_of(drive_.number), SIGKILL);
  rig_->run_until([&] { return rig_->lost.size() == 2; });
  auto const protected_again = dismount(false);
  ASSERT_TRUE(protected_again) << protected_again.error().text();
  EXPECT_EQ(rig_->status(drive_.number)->volume, VolumeState::offline);
  EXPECT_TRUE(unload());
}

TEST_P(EmulatedHandlers, LibraryThatIsNotThereIsSaid) {
  std::filesystem::remove_all(rig_->lab.path("library"));
  auto const status = rig_->status(0);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::device_not_available);
  EXPECT_THAT(status.error().detail, HasSubstr("cannot serve: ERROR_"));
}

}  // namespace
}  // namespace rsm::test
