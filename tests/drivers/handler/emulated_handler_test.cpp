// rsm-handler as it is installed, over an emulated library: a cartridge goes into a drive, is used, and comes out again.
#include <gmock/gmock.h>

#include "drivers/emulated/library_directory.hpp"
#include "tests/drivers/block/stranger.hpp"
#include "tests/drivers/handler/rig.hpp"

namespace rsm::test {
namespace {

using handler::VolumeChoiceWord;
using port::VolumeState;
using ::testing::AllOf;
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

// The library belongs to an account that is trusted less than the handler: what that account plants is not followed.
TEST_P(EmulatedHandlers, NothingThatIsPlantedInTheLibraryIsFollowed) {
  namespace fs = std::filesystem;
  std::string const library = rig_->lab.path("library"), victim = rig_->lab.path("victim");
  write_file(victim, "precious");
  port::ElementReport const report = changer_elements();
  for (auto const* name : {"state.json.new", "cartridges-2.jsonl"}) fs::create_symlink(victim, library + "/" + name);
  fs::create_symlink(victim, library + "/drives/0/volume.new");
  loaded_drive();
  ASSERT_TRUE(dismount(false));
  ASSERT_TRUE(unload());
  ASSERT_TRUE(move(drive_, *home_));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(library + "/state.json")));

  // Its folders, one after the other, as links to folders that look the same.
  fs::rename(library + "/cartridges/A00001", library + "/elsewhere");
  fs::create_directory_symlink(library + "/elsewhere", library + "/cartridges/A00001");
  ASSERT_TRUE(move(*home_, drive_));
  auto const loaded = rig_->load(drive_.number);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().detail, HasSubstr("symbolic link, which is not followed here"));
  fs::remove(library + "/cartridges/A00001");
  fs::rename(library + "/elsewhere", library + "/cartridges/A00001");
  fs::rename(library + "/cartridges/A00001/side0.img", library + "/side0.img");
  fs::create_symlink(library + "/side0.img", library + "/cartridges/A00001/side0.img");
  EXPECT_FALSE(rig_->load(drive_.number));
  fs::remove(library + "/cartridges/A00001/side0.img");
  fs::rename(library + "/side0.img", library + "/cartridges/A00001/side0.img");
  ASSERT_TRUE(rig_->load(drive_.number));
  ASSERT_TRUE(dismount(false));
  fs::create_directory(rig_->lab.path("trap"));
  fs::rename(library + "/drives", library + "/real-drives");
  fs::create_directory_symlink(rig_->lab.path("trap"), library + "/drives");
  fs::create_directory(rig_->lab.path("trap/" + std::to_string(drive_.number)));
  EXPECT_FALSE(rig_->load(drive_.number)) << "the link of the volume would be made in the trap";
  EXPECT_TRUE(fs::is_empty(rig_->lab.path("trap/" + std::to_string(drive_.number))));
  fs::remove(library + "/drives");
  fs::rename(library + "/real-drives", library + "/drives");
  fs::rename(library + "/state.json", library + "/real");
  fs::create_symlink(library + "/real", library + "/state.json");
  EXPECT_FALSE(move(drive_, *home_));
  EXPECT_EQ(read_file(victim), "precious");
}

TEST_P(EmulatedHandlers, FilesThatRootMakesBelongToTheAccountOfTheLibrary) {
  NEEDS_ROOT();
  namespace fs = std::filesystem;
  std::string const library = rig_->lab.path("library");
  for (auto const& entry : fs::recursive_directory_iterator(library)) ASSERT_EQ(::lchown(entry.path().c_str(), stranger, stranger), 0);
  ASSERT_EQ(::chown(library.c_str(), stranger, stranger), 0);
  ::chmod(rig_->lab.root().c_str(), 0755);
  loaded_drive();
  for (auto const* name : {"state.json", "cartridges-1.jsonl", "lock", "in-use", "drives/0/in-use"}) EXPECT_EQ(owner_of(library + "/" + name), stranger) << name;
  EXPECT_EQ(as_stranger([&] {
              auto const theirs = emulated::LibraryDirectory::open(library);
              return theirs && theirs->change([](emulated::Hardware& hardware) { return hardware.hand_take({ElementKind::slot, 1}, emulated::real_now()); }) ? 0 : 1;
            }),
            0)
      << "the account goes on working in its library";
  EXPECT_FALSE(changer_elements().elements.at(1).full);
}

TEST_P(EmulatedHandlers, LibraryThatIsNotThereIsSaid) {
  std::filesystem::remove_all(rig_->lab.path("library"));
  auto const status = rig_->status(0);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::device_not_available);
  EXPECT_THAT(status.error().detail, AllOf(HasSubstr("cannot serve: "), HasSubstr("there is no emulated library in it")));
}

}  // namespace
}  // namespace rsm::test
