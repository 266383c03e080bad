// The same list for user-space volumes, where it applies: plain files, no rights needed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "drivers/block/image_copy.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/volume.hpp"
#include "libmgr/domain/private_text.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;
using port::VolumeState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class UserVolumes : public ::testing::Test {
 protected:
  void SetUp() override {
    image_ = lab_.path("side.img");
    write_file(image_, std::string(8192, 'i'));
    volume_ = block::make_user_volume({.link = link()});
  }
  std::string link() const { return lab_.path("volume"); }
  void bring_online() {
    ASSERT_TRUE(volume_->attach(image_));
    ASSERT_TRUE(volume_->online());
  }

  Lab lab_;
  std::string image_;
  std::unique_ptr<block::Volume> volume_;
};

TEST_F(UserVolumes, WalksThroughItsStates) {
  EXPECT_EQ(volume_->state(), VolumeState::none);
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  EXPECT_EQ(::open(link().c_str(), O_RDONLY), -1) << "offline: a client sees that there is none";
  EXPECT_EQ(errno, ENOENT);
  ASSERT_TRUE(volume_->online());
  EXPECT_EQ(volume_->state(), VolumeState::online);
  EXPECT_EQ(std::filesystem::read_symlink(link()).string(), image_);
  {
    UniqueFd const client(::open(link().c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_EQ(volume_->state(), VolumeState::mounted);
  }
  EXPECT_EQ(volume_->state(), VolumeState::online);
  EXPECT_EQ(volume_->detach().error().code, Errc::busy);
  ASSERT_TRUE(volume_->dismount(false));
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  EXPECT_FALSE(std::filesystem::is_symlink(link()));
  EXPECT_TRUE(volume_->dismount(false)) << "already offline: success";
  ASSERT_TRUE(volume_->detach());
  EXPECT_EQ(volume_->state(), VolumeState::none);
}

TEST_F(UserVolumes, OpenFileRefusesTheLockAndItsHolderIsNamed) {
  bring_online();
  Actor holder(holds_file(link()));
  ASSERT_EQ(holder.answer(), 0);
  auto const refused = volume_->dismount(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  auto const to_all = private_text::show_to_all(refused.error().detail), to_me = private_text::show(refused.error().detail, {.uid = ::geteuid()});
  EXPECT_THAT(to_all, AllOf(HasSubstr("a file of user "), HasSubstr(" in process " + std::to_string(holder.pid())), Not(HasSubstr(image_)))) << "paths are for their owner";
  EXPECT_THAT(to_me, HasSubstr("open file " + image_ + " in process " + std::to_string(holder.pid()) + " (block_test, user "));
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_TRUE(std::filesystem::is_symlink(link()));
  EXPECT_EQ(holder.ask('w'), 0);
  holder.kill_now();
  EXPECT_THAT(*volume_->holders(), IsEmpty());
  EXPECT_TRUE(volume_->dismount(false));
}

TEST_F(UserVolumes, MappingRefusesTheLock) {
  bring_online();
  Actor holder(holds_mapping(link()));
  ASSERT_EQ(holder.answer(), 0);
  auto const refused = volume_->dismount(false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(private_text::show(refused.error().detail, {.uid = ::geteuid()}), HasSubstr("mapping " + image_ + " in process " + std::to_string(holder.pid())));
}

TEST_F(UserVolumes, ForceLeavesOldHandlesADeadOrphan) {
  bring_online();
  Actor holder(holds_file(link()));
  ASSERT_EQ(holder.answer(), 0);
  ASSERT_EQ(holder.ask('w'), 0);
  ASSERT_EQ(holder.ask('s'), 0);
  auto const report = volume_->dismount(true);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->forced);
  EXPECT_TRUE(report->handles_dead);
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  std::string const flushed = "late write" + std::string(8192 - 10, 'i');
  EXPECT_EQ(read_file(image_), flushed);
  std::filesystem::resize_file(image_, 8192);
  write_file(image_, std::string(8192, 'n'));
  EXPECT_EQ(holder.ask('w'), 0) << "the handle lives, but on no cartridge";
  EXPECT_EQ(holder.ask('s'), 0);
  EXPECT_EQ(read_file(image_), std::string(8192, 'n'));
  EXPECT_TRUE(volume_->detach()) << "the orphan's holder does not keep the cartridge";
}

TEST_F(UserVolumes, ImageThatALoopDeviceHasIsRefused) {
  if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
  auto const loop = block::bind_loop_device(image_, 1000);
  ASSERT_TRUE(loop) << loop.error().text();
  EXPECT_EQ(volume_->attach(image_).error().code, Errc::busy);
  auto last = block::open_exclusive(*loop);
  ASSERT_TRUE(last);
  ASSERT_TRUE(block::clear_loop_device(*loop, *block::file_identity(image_), std::move(*last)));
  bring_online();
  auto const slipped_in = block::bind_loop_device(image_, 1000);
  ASSERT_TRUE(slipped_in);
  auto const refused = volume_->dismount(false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("loop device " + slipped_in->node));
}

TEST_F(UserVolumes, NewProcessTakesOverWhatWasOnline) {
  Actor first([&](Actor::Stage& stage) {
    auto const volume = block::make_user_volume({.link = link()});
    stage.answer(volume->attach(image_) && volume->online() ? 0 : 1);
    while (stage.next() != '\0') stage.answer(0);
  });
  ASSERT_EQ(first.answer(), 0);
  first.kill_now();
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_EQ(volume_->state(), VolumeState::online);
  EXPECT_TRUE(volume_->dismount(false));
}

TEST_F(UserVolumes, ReplacedImageIsMediaChanged) {
  bring_online();
  write_file(lab_.path("other.img"), "other");
  std::filesystem::rename(lab_.path("other.img"), image_);
  EXPECT_EQ(volume_->dismount(false).error().code, Errc::media_changed);
  EXPECT_EQ(volume_->read_label().error().code, Errc::media_changed);
}

// A volume remembers the label of an image that nobody has written to; how old the last change must be for that depends on the file system.
TEST_F(UserVolumes, LabelIsThatOfTheLastChange) {
  image_ = lab_.image("remade", "ext4");
  auto const remembering = block::make_user_volume({.link = lab_.path("remembering"), .file_time_grain = 0ms});  // this file system tells changes of some milliseconds apart
  for (auto* volume : {volume_.get(), remembering.get()}) {
    ASSERT_TRUE(volume->attach(image_));
    auto const label = [volume] { return volume->read_label()->omid.value().id; };
    std::string const first = label();
    EXPECT_EQ(label(), first);
    ASSERT_EQ(run({"mkfs.ext4", "-q", "-F", image_}), 0);
    std::string const second = label();
    EXPECT_NE(second, first);
    EXPECT_EQ(label(), second);
    ASSERT_EQ(run({"mkfs.ext4", "-q", "-F", image_}), 0);
    EXPECT_NE(label(), second) << "changed again at once";
    ASSERT_TRUE(volume->detach());
  }
}

TEST_F(UserVolumes, LinkOfAnOfflineVolumeIsKeptAsideUntilItIsDetached) {
  std::string const aside = link() + ".offline";
  bring_online();
  EXPECT_FALSE(std::filesystem::is_symlink(aside));
  ASSERT_TRUE(volume_->dismount(false));
  EXPECT_TRUE(std::filesystem::is_symlink(aside));
  ASSERT_TRUE(volume_->online());
  EXPECT_EQ(std::filesystem::read_symlink(link()).string(), image_);
  EXPECT_FALSE(std::filesystem::is_symlink(aside));
  ASSERT_TRUE(volume_->dismount(false));
  std::filesystem::remove(aside);
  std::filesystem::create_symlink("/nowhere", aside);
  ASSERT_TRUE(volume_->online());
  EXPECT_EQ(std::filesystem::read_symlink(link()).string(), image_) << "what somebody else has put there is not believed";
  ASSERT_TRUE(volume_->dismount(false));
  ASSERT_TRUE(volume_->detach());
  EXPECT_FALSE(std::filesystem::is_symlink(aside));
}

TEST_F(UserVolumes, AttachErrors) {
  EXPECT_EQ(volume_->attach(lab_.path("missing.img")).error().code, Errc::resource_not_present);
  EXPECT_EQ(volume_->attach(lab_.root()).error().code, Errc::bad_format);
  EXPECT_EQ(volume_->online().error().code, Errc::no_media_in_drive);
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_TRUE(volume_->attach(image_));
  write_file(link() + ".txt", "x");
  auto const blocked = block::make_user_volume({.link = link() + ".txt"});
  EXPECT_EQ(blocked->attach(image_).error().code, Errc::already_exists) << "a name that is taken is not removed";
  EXPECT_EQ(read_file(link() + ".txt"), "x");
}

TEST_F(UserVolumes, NobodyWithoutRightsCanUseThemToo) {
  if (::geteuid() != 0) GTEST_SKIP() << "runs as an ordinary user anyway";
  ASSERT_EQ(::chmod(lab_.root().c_str(), 0755), 0);
  std::string const home = lab_.folder("home");
  ASSERT_EQ(::chown(home.c_str(), 65534, 65534), 0);
  Actor plain([&](Actor::Stage& stage) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return stage.answer(errno);
    ::prctl(PR_SET_DUMPABLE, 1);  // as after an exec: its own user may look at it
    write_file(home + "/side.img", "image");
    auto const volume = block::make_user_volume({.link = home + "/volume"});
    int step = 0;
    bool good = (++step, volume->attach(home + "/side.img").has_value()) && (++step, volume->online().has_value());
    {
      Actor holder(holds_file(home + "/volume"));
      good = good && (++step, holder.answer() == 0) && (++step, volume->state() == VolumeState::mounted);
      auto const refused = volume->dismount(false);
      good = good && (++step, !refused && refused.error().code == Errc::busy) &&
             (++step, refused.error().detail.find(std::to_string(holder.pid())) != std::string::npos);
      auto const forced = volume->dismount(true);
      good = good && (++step, forced && forced->forced && forced->handles_dead);
    }
    good = good && (++step, volume->detach().has_value());
    good = good && (++step, !block::block_volumes_possible());
    stage.answer(good ? 0 : step);
  });
  EXPECT_EQ(plain.answer(), 0);
}

TEST_F(UserVolumes, CopyKeepsHolesModeAndContent) {
  std::string const file = lab_.path("sparse.img");
  write_file(file, "start");
  std::filesystem::resize_file(file, 64 << 20);
  {
    UniqueFd const fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::pwrite(fd.get(), "middle", 6, 32 << 20), 6);
  }
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  ASSERT_EQ(run({"cp", "--sparse=always", file, lab_.path("expected.img")}), 0);
  struct stat before {}, after {};
  ASSERT_EQ(::stat(file.c_str(), &before), 0);
  write_file(file + ".copy", "left by somebody who was killed");
  ASSERT_TRUE(block::replace_by_copy(file));
  ASSERT_EQ(::stat(file.c_str(), &after), 0);
  EXPECT_NE(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_LT(after.st_blocks, 4096) << "holes stay holes";
  EXPECT_EQ(run({"cmp", file, lab_.path("expected.img")}), 0);
  EXPECT_FALSE(std::filesystem::exists(file + ".copy"));
}

}  // namespace
}  // namespace rsm::test
