// Every operation of volume-control.md that the daemon uses, on real loop devices with ext4 and xfs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_actions.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/block/volume_lock.hpp"
#include "libmgr/domain/private_text.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using block::LoopDevice;
using port::VolumeState;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class BlockVolumes : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    image_ = lab_.image("side.img", GetParam());
    volume_ = new_volume();
  }
  std::unique_ptr<block::Volume> new_volume() const { return block::make_block_volume({.link = lab_.path("volume")}); }
  std::string link() const { return lab_.path("volume"); }

  // Attached, online, mounted at the folder that is returned.
  std::string mounted_volume() {
    EXPECT_TRUE(volume_->attach(image_));
    EXPECT_TRUE(volume_->online());
    std::string const at = lab_.folder("mnt");
    EXPECT_EQ(mount_device(link(), at, GetParam()), 0);
    return at;
  }
  // The loop device of the image; a test failure when it has none.
  LoopDevice loop() const {
    for (auto const& binding : block::bound_loop_devices({}))
      if (binding.backing_path == image_) return binding.loop;
    ADD_FAILURE() << "no loop device";
    return {};
  }
  bool bound() const {
    for (auto const& binding : block::bound_loop_devices({}))
      if (binding.backing_path == image_) return true;
    return false;
  }
  std::string busy_detail(bool force = false) {
    auto const report = volume_->dismount(force);
    if (report) return "(was not busy)";
    EXPECT_EQ(report.error().code, Errc::busy);
    last_detail_ = report.error().detail;
    return private_text::show(last_detail_, {.administrator = true});
  }

  Lab lab_;
  std::string image_;
  std::unique_ptr<block::Volume> volume_;
  std::string last_detail_;  // with what not everybody reads
};

INSTANTIATE_TEST_SUITE_P(FileSystems, BlockVolumes, ::testing::Values("ext4", "xfs"), [](auto const& p) { return p.param; });

TEST_P(BlockVolumes, AttachBindsALoopDeviceOfOurOwnAndKeepsItOffline) {
  EXPECT_EQ(volume_->state(), VolumeState::none);
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_GE(loop().number, 1000u);
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  EXPECT_FALSE(std::filesystem::is_symlink(link()));
  EXPECT_EQ(mount_device(loop().node, lab_.folder("mnt"), GetParam()), EBUSY);
}

TEST_P(BlockVolumes, OnlineMakesTheLinkAndHonoursMounts) {
  std::string const at = mounted_volume();
  EXPECT_EQ(std::filesystem::read_symlink(link()).string(), loop().node);
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_TRUE(volume_->online()) << "online twice is success";
  ASSERT_EQ(umount_path(at), 0);
  EXPECT_EQ(volume_->state(), VolumeState::online);
}

TEST_P(BlockVolumes, LabelIsReadOnlineAndOffline) {
  ASSERT_TRUE(volume_->attach(image_));
  auto const offline = volume_->read_label();
  ASSERT_TRUE(offline && offline->omid);
  EXPECT_EQ(offline->omid->type, GetParam() == "xfs" ? "XFS" : "EXT4");
  EXPECT_EQ(offline->omid->id.size(), 36u);
  EXPECT_EQ(offline->omid->info, "SIDE");
  ASSERT_TRUE(volume_->online());
  auto const online = volume_->read_label();
  ASSERT_TRUE(online);
  EXPECT_EQ(*online, *offline);
}

TEST_P(BlockVolumes, DismountFlushesWhatNobodySynced) {
  std::string const at = mounted_volume();
  write_file(at + "/unsynced", std::string(100'000, 'x'), false);
  auto const report = volume_->dismount(false);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->was_mounted);
  EXPECT_FALSE(report->forced);
  ASSERT_TRUE(volume_->detach());
  EXPECT_FALSE(is_mounted(at));
  ASSERT_EQ(mounted_volume(), at);
  EXPECT_EQ(read_file(at + "/unsynced"), std::string(100'000, 'x'));
}

TEST_P(BlockVolumes, FlushThatTheMediumRefusesIsAWriteFaultAndTheVolumeStays) {
  std::string const at = mounted_volume();
  write_file(at + "/before", "before");
  UniqueFd const device(::open(loop().node.c_str(), O_RDONLY | O_CLOEXEC));
  std::filesystem::resize_file(image_, 1 << 20);  // the medium loses all but its first MiB
  ASSERT_EQ(::ioctl(device.get(), LOOP_SET_CAPACITY, 0), 0);
  write_file(at + "/lost", std::string(4 << 20, 'x'), false);
  auto const report = volume_->dismount(false);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::write_fault) << report.error().text();
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_TRUE(std::filesystem::is_symlink(link()));
}

TEST_P(BlockVolumes, OpenFileRefusesTheLockAndItsHolderIsNamed) {
  std::string const at = mounted_volume();
  Actor holder(holds_file(at + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  std::string const detail = busy_detail();
  EXPECT_THAT(detail, HasSubstr("open file " + at + "/data in process " + std::to_string(holder.pid()) + " (block_volume_te, user root)"));
  auto const to_all = private_text::show_to_all(last_detail_);
  EXPECT_THAT(to_all, HasSubstr("a file of user root in process " + std::to_string(holder.pid()) + " (block_volume_te, user root)"));
  EXPECT_THAT(to_all, Not(HasSubstr("/data"))) << "the path is for its owner and for administrators";
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_TRUE(std::filesystem::is_symlink(link())) << "busy without force: the volume is as it was";
  EXPECT_EQ(holder.ask('w'), 0);
  auto const holders = volume_->holders();
  ASSERT_TRUE(holders);
  ASSERT_EQ(holders->size(), 1u) << block::holders_text(*holders);
  EXPECT_EQ((*holders)[0].pid, holder.pid());
  holder.kill_now();
  EXPECT_THAT(*volume_->holders(), IsEmpty());
  auto const let_go = volume_->dismount(false);
  EXPECT_TRUE(let_go) << let_go.error().text();
}

TEST_P(BlockVolumes, WhoHasComeSinceALookIsLookedAtAlone) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  Actor before(holds_file(loop().node));
  ASSERT_EQ(before.answer(), 0);
  // Others may have a look at the device at the same moment.
  auto const pids = [](block::BusyReport const& report) {
    std::vector<pid_t> all;
    for (auto const& holder : report.holders) all.push_back(holder.pid);
    return all;
  };
  auto const look = block::look_for_raw_holders(loop());
  EXPECT_THAT(pids(look.report), Contains(before.pid()));
  EXPECT_THAT(pids(block::find_new_raw_holders(loop(), look)), Not(Contains(before.pid())));
  Actor since(holds_file(loop().node));
  ASSERT_EQ(since.answer(), 0);
  auto const only_since = AllOf(Contains(since.pid()), Not(Contains(before.pid())));
  EXPECT_THAT(pids(block::find_new_raw_holders(loop(), look)), only_since);
  EXPECT_THAT(pids(block::find_raw_holders(loop())), AllOf(Contains(since.pid()), Contains(before.pid())));
  for (int many = 0; many < 100; ++many) ASSERT_EQ(run({"true"}), 0);  // more numbers than are tried one by one
  EXPECT_THAT(pids(block::find_new_raw_holders(loop(), look)), only_since);
  EXPECT_THAT(pids(block::find_new_raw_holders(loop(), {.report = {}, .sights = {}, .processes = look.processes, .last = {}})), only_since) << "where numbers say nothing the list does";
}

TEST_P(BlockVolumes, AFreshLookAheadThatFoundNobodyCounts) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  bool counted = false;
  for (int tries = 0; tries < 100 && !counted; ++tries) counted = block::LookAhead(loop()).take().has_value();  // on a busy machine many are too old
  EXPECT_TRUE(counted);
}

TEST_P(BlockVolumes, ALookAheadThatFoundSomebodyOrIsOldDoesNotCount) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  Actor holder(holds_file(loop().node));
  ASSERT_EQ(holder.answer(), 0);
  EXPECT_FALSE(block::LookAhead(loop()).take());
  holder.kill_now();
  block::LookAhead old(loop());
  ::usleep(2'000 * static_cast<unsigned>(limits::look_counts.count()));
  EXPECT_FALSE(old.take());
  EXPECT_FALSE(old.take()) << "once";
}

TEST_P(BlockVolumes, WhoComesAfterALookAheadRefusesTheLock) {
  std::string const at = mounted_volume();
  // Whoever comes after the look has ended: who was there while it went on, and opens the device then, is no other case than one that opens it after the lock.
  auto const threads = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator{}); };
  auto const before = threads();
  std::optional<block::LookAhead> ahead(loop());
  for (int waits = 0; waits < 10'000 && threads() > before; ++waits) ::usleep(1'000);
  Actor since(holds_file(loop().node));
  ASSERT_EQ(since.answer(), 0);
  auto const refused = block::VolumeLock::take(loop(), "the volume", std::exchange(ahead, std::nullopt));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("process " + std::to_string(since.pid())));
  EXPECT_TRUE(is_mounted(at));
  since.kill_now();
  auto lock = block::VolumeLock::take(loop(), "the volume", block::LookAhead(loop()));
  ASSERT_TRUE(lock) << lock.error().text();
  EXPECT_FALSE(is_mounted(at));
  EXPECT_TRUE(lock->unlock());
}

TEST_P(BlockVolumes, WorkingDirectoryRefusesTheLock) {
  std::string const at = mounted_volume();
  Actor holder(stands_in(at));
  ASSERT_EQ(holder.answer(), 0);
  EXPECT_THAT(busy_detail(), HasSubstr("working directory " + at + " in process " + std::to_string(holder.pid())));
}

TEST_P(BlockVolumes, MappingWithoutADescriptorRefusesTheLock) {
  std::string const at = mounted_volume();
  write_file(at + "/mapped", std::string(4096, 'm'));
  Actor holder(holds_mapping(at + "/mapped"));
  ASSERT_EQ(holder.answer(), 0);
  EXPECT_THAT(busy_detail(), HasSubstr("mapping " + at + "/mapped in process " + std::to_string(holder.pid())));
}

TEST_P(BlockVolumes, FileThatOnlyTravelsInASocketIsAnUnknownHolderNeverNoHolder) {
  std::string const at = mounted_volume();
  write_file(at + "/sent", "x");
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  UniqueFd const sending(ends[0]), receiving(ends[1]);
  {
    UniqueFd const file(::open((at + "/sent").c_str(), O_RDONLY | O_CLOEXEC));
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    char byte = 'x';
    iovec data{&byte, 1};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    int const fd = file.get();
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    ASSERT_EQ(::sendmsg(sending.get(), &message, 0), 1);
  }
  EXPECT_THAT(busy_detail(), HasSubstr("unknown holder"));
  auto const holders = volume_->holders();
  ASSERT_TRUE(holders);
  EXPECT_EQ(holders->size(), 1u);
}

TEST_P(BlockVolumes, MountOnTopAndLoopDeviceOnAFileOfItAreNamed) {
  std::string const at = mounted_volume();
  std::filesystem::create_directory(at + "/inner");
  ASSERT_EQ(mount_device("inner", at + "/inner", "tmpfs"), 0);
  EXPECT_THAT(busy_detail(), HasSubstr("mount of inner on top, at " + at + "/inner"));
  ASSERT_EQ(umount_path(at + "/inner"), 0);

  write_file(at + "/nested.img", std::string(1 << 20, '\0'));
  auto const nested = block::bind_loop_device(at + "/nested.img", 1000);
  ASSERT_TRUE(nested) << nested.error().text();
  EXPECT_THAT(busy_detail(), HasSubstr("loop device " + nested->node + " on " + at + "/nested.img"));
  EXPECT_THAT(private_text::show_to_all(last_detail_), HasSubstr("loop device " + nested->node + " on a file of user root"));
  auto last = block::open_exclusive(*nested);
  ASSERT_TRUE(last);
  ASSERT_TRUE(block::clear_loop_device(*nested, *block::file_identity(at + "/nested.img"), std::move(*last)));
  auto const report = volume_->dismount(false);
  EXPECT_TRUE(report) << report.error().text();
}

// ---- other mount namespaces

// Mounts the device at the folder in a namespace of its own and, where a file is given, opens it there. 'm': is it still mounted?
auto mounts_privately(std::string device, std::string at, std::string fs_type, std::string file = {}) {
  return [=](Actor::Stage& stage) {
    int problem = 0;
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) problem = errno;
    if (problem == 0 && !device.empty()) problem = mount_device(device, at, fs_type, MS_NOSUID);
    if (problem == 0 && !file.empty() && ::open(file.c_str(), O_RDWR | O_CREAT, 0644) < 0) problem = errno;
    stage.answer(problem);
    while (stage.next() != '\0') stage.answer(is_mounted(at) ? 1 : 0);
  };
}

TEST_P(BlockVolumes, FileOpenInAnotherMountNamespaceRefusesTheLock) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  std::string const at = lab_.folder("private");
  Actor holder(mounts_privately(link(), at, GetParam(), at + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  ASSERT_FALSE(is_mounted(at));
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_THAT(busy_detail(), HasSubstr("in process " + std::to_string(holder.pid())));
  EXPECT_EQ(holder.ask('m'), 1);
}

TEST_P(BlockVolumes, LockCoversIdleMountsInAPrivateNamespace) {
  std::string const at = mounted_volume();
  std::string const there = lab_.folder("private");
  Actor other(mounts_privately(link(), there, GetParam()));
  ASSERT_EQ(other.answer(), 0);
  EXPECT_EQ(other.ask('m'), 1);
  auto const report = volume_->dismount(false);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(other.ask('m'), 0);
  EXPECT_EQ(volume_->state(), VolumeState::offline);
}

// Whoever enters a namespace for a moment is seen as one of its processes, and is gone when the mount is to be dealt with.
TEST_P(BlockVolumes, ANamespaceOutlivesTheProcessThatShowedIt) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  std::string const there = lab_.folder("private");
  Actor lives_there(mounts_privately(link(), there, GetParam()));
  ASSERT_EQ(lives_there.answer(), 0);
  Actor visits([there_too = lives_there.pid()](Actor::Stage& stage) {
    UniqueFd const entrance(::open(("/proc/" + std::to_string(there_too) + "/ns/mnt").c_str(), O_RDONLY | O_CLOEXEC));
    stage.answer(::setns(entrance.get(), CLONE_NEWNS) == 0 ? 0 : errno);
    stage.next();
  });
  ASSERT_EQ(visits.answer(), 0);
  dev_t const device = loop().device;
  auto const table = block::read_mount_table();
  auto const mounts = block::mounts_of(table, device);
  ASSERT_EQ(mounts.size(), 1u);
  auto& shown_by = mounts.front().seen_by == visits.pid() ? visits : lives_there;
  ASSERT_EQ(mounts.front().seen_by, shown_by.pid());
  shown_by.kill_now();
  auto const place = block::open_place(table, mounts.front());
  ASSERT_TRUE(place) << place.error().text();
  EXPECT_TRUE(block::sync_mount(mounts.front()));
  EXPECT_TRUE(block::detach_mount(*place, mounts.front()));
  EXPECT_THAT(block::mounts_of(block::read_mount_table(), device), IsEmpty());
}

TEST_P(BlockVolumes, RefusedHalfWayTheMountsAreBackInEveryNamespaceWithTheirOptions) {
  std::string const at = lab_.folder("mnt"), bound_at = lab_.folder("bound"), there = lab_.folder("private");
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  ASSERT_EQ(mount_device(link(), at, GetParam(), MS_NOSUID | MS_NOATIME), 0);
  write_file(at + "/kept", "kept");
  std::filesystem::create_directory(at + "/part");
  write_file(at + "/part/inner", "inner");
  ASSERT_EQ(::mount((at + "/part").c_str(), bound_at.c_str(), nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(::mount(nullptr, bound_at.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr), 0);
  Actor other(mounts_privately(link(), there, GetParam()));
  ASSERT_EQ(other.answer(), 0);
  // O_EXCL does not see a plain open of the device: the lock finds it when everything is unmounted already.
  Actor raw([&](Actor::Stage& stage) {
    stage.answer(::open(link().c_str(), O_RDONLY) < 0 ? errno : 0);
    while (stage.next() != '\0') stage.answer(0);
  });
  ASSERT_EQ(raw.answer(), 0);

  EXPECT_THAT(busy_detail(), HasSubstr("open device " + loop().node + " in process " + std::to_string(raw.pid())));
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_EQ(other.ask('m'), 1);
  EXPECT_EQ(read_file(at + "/kept"), "kept");
  EXPECT_EQ(read_file(bound_at + "/inner"), "inner");
  auto const table = block::read_mount_table();
  int here = 0;
  for (auto const& mount : block::mounts_of(table, loop().device)) {
    here += mount.name_space == table.own_namespace ? 1 : 0;
    if (mount.mount_point == at) {
      EXPECT_THAT(mount.mount_options, HasSubstr("nosuid"));
      EXPECT_THAT(mount.mount_options, HasSubstr("noatime"));
    }
    if (mount.mount_point == bound_at) {
      EXPECT_EQ(mount.root, "/part");
      EXPECT_THAT(mount.mount_options, HasSubstr("ro"));
      EXPECT_THAT(mount.super_options, HasSubstr("rw"));
    }
  }
  EXPECT_EQ(here, 2) << "each once";
}

TEST_P(BlockVolumes, UnlockPutsTheMountsBackAndEndsTheExclusion) {
  std::string const at = mounted_volume();
  write_file(at + "/kept", "kept");
  auto lock = block::VolumeLock::take(loop(), "the volume");
  ASSERT_TRUE(lock) << lock.error().text();
  EXPECT_FALSE(is_mounted(at));
  EXPECT_EQ(mount_device(loop().node, lab_.folder("elsewhere"), GetParam()), EBUSY);
  EXPECT_FALSE(block::VolumeLock::take(loop(), "the volume")) << "a second locker is refused";
  ASSERT_TRUE(lock->unlock());
  EXPECT_TRUE(is_mounted(at));
  EXPECT_EQ(read_file(at + "/kept"), "kept");
  EXPECT_EQ(mount_device(loop().node, lab_.folder("elsewhere"), GetParam()), 0);
}

// ---- offline, online, eject

TEST_P(BlockVolumes, OfflineRefusesEveryMountAlsoRootsUntilOnline) {
  std::string const at = mounted_volume();
  std::string const node = loop().node;
  ASSERT_TRUE(volume_->dismount(false));
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  EXPECT_FALSE(std::filesystem::is_symlink(link()));
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_EQ(mount_device(node, at, GetParam()), EBUSY);
  {
    Actor other(mounts_privately(node, at, GetParam()));
    EXPECT_EQ(other.answer(), EBUSY) << "in another namespace too";
  }  // it inherited the exclusive descriptor and must be gone before online()
  auto const again = volume_->dismount(false);
  ASSERT_TRUE(again) << "already offline: success";
  EXPECT_FALSE(again->was_mounted);
  ASSERT_TRUE(volume_->online());
  EXPECT_EQ(mount_device(link(), at, GetParam()), 0);
}

TEST_P(BlockVolumes, DetachNeedsOfflineAndIsVerified) {
  std::string const at = mounted_volume();
  std::string const node = loop().node;
  auto const refused = volume_->detach();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  EXPECT_TRUE(bound());
  ASSERT_TRUE(volume_->dismount(false));
  ASSERT_TRUE(volume_->detach());
  EXPECT_FALSE(bound());
  EXPECT_EQ(volume_->state(), VolumeState::none);
  EXPECT_TRUE(volume_->detach()) << "nothing to detach is no error";
}

TEST_P(BlockVolumes, DetachIsRefusedWhileTheDeviceIsOpenAndItsHolderIsNamed) {
  ASSERT_TRUE(volume_->attach(image_));
  Actor raw([node = loop().node](Actor::Stage& stage) {
    stage.answer(::open(node.c_str(), O_RDONLY) < 0 ? errno : 0);
    while (stage.next() != '\0') stage.answer(0);
  });
  ASSERT_EQ(raw.answer(), 0);
  auto const refused = volume_->detach();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  EXPECT_THAT(refused.error().detail, HasSubstr(std::to_string(raw.pid())));
  EXPECT_EQ(volume_->state(), VolumeState::offline) << "nothing has changed";
  raw.kill_now();
  EXPECT_TRUE(volume_->detach());
  EXPECT_FALSE(bound());
}

TEST_P(BlockVolumes, ImageThatIsBoundElsewhereIsRefused) {
  std::uint32_t const foreign_number = 900;
  auto const foreign = block::bind_loop_device(image_, foreign_number);
  ASSERT_TRUE(foreign) << foreign.error().text();
  auto const refused = volume_->attach(image_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  EXPECT_THAT(refused.error().detail, HasSubstr(foreign->node));
  EXPECT_EQ(volume_->state(), VolumeState::none);
  auto last = block::open_exclusive(*foreign);
  ASSERT_TRUE(last);
  ASSERT_TRUE(block::clear_loop_device(*foreign, *block::file_identity(image_), std::move(*last)));
  EXPECT_TRUE(volume_->attach(image_));
}

TEST_P(BlockVolumes, WriteProtectedImageGivesAReadOnlyDevice) {
  ASSERT_EQ(::chmod(image_.c_str(), 0444), 0);
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  EXPECT_EQ(mount_device(link(), lab_.folder("mnt"), GetParam()), EACCES);
  EXPECT_EQ(mount_device(link(), lab_.folder("mnt"), GetParam(), MS_RDONLY), 0);
  auto const let_go = volume_->dismount(false);
  EXPECT_TRUE(let_go) << let_go.error().text();
  EXPECT_TRUE(volume_->detach());
}

// ---- force

TEST_P(BlockVolumes, ForceKillsOldHandlesForEverAndKeepsWhatWasFlushed) {
  std::string const at = mounted_volume();
  write_file(at + "/flushed", "flushed");
  Actor holder(holds_file(at + "/held"));
  ASSERT_EQ(holder.answer(), 0);
  ASSERT_EQ(holder.ask('w'), 0);
  ASSERT_EQ(holder.ask('s'), 0);

  auto const report = volume_->dismount(true);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->forced);
  EXPECT_TRUE(report->was_mounted);
  EXPECT_TRUE(report->handles_dead);
  EXPECT_THAT(report->note, HasSubstr("not offline before the old handles are closed"));
  EXPECT_FALSE(is_mounted(at));
  EXPECT_FALSE(std::filesystem::is_symlink(link()));
  for (char const operation : {'r', 'w', 's', 'r', 'w', 's'}) EXPECT_EQ(holder.ask(operation), EIO) << operation;

  auto const kept = volume_->detach();
  ASSERT_FALSE(kept) << "while an old handle lives the device cannot be had";
  EXPECT_EQ(kept.error().code, Errc::busy);
  EXPECT_THAT(kept.error().detail, HasSubstr("in process " + std::to_string(holder.pid())));
  auto const again = volume_->dismount(true);
  ASSERT_TRUE(again);
  EXPECT_THAT(again->note, HasSubstr("dismounted by force before"));
  EXPECT_EQ(volume_->online().error().code, Errc::busy) << "a dead file system is never handed out again";
  auto const other_drive = block::make_block_volume({.link = lab_.path("volume2")});
  EXPECT_EQ(other_drive->attach(image_).error().code, Errc::busy) << "two writers on one cartridge must be impossible";
  EXPECT_EQ(holder.ask('w'), EIO);

  holder.kill_now();
  ASSERT_TRUE(volume_->detach());
  EXPECT_FALSE(bound());
  ASSERT_EQ(mounted_volume(), at);
  EXPECT_EQ(read_file(at + "/flushed"), "flushed");
  EXPECT_EQ(read_file(at + "/held"), "late write");
}

TEST_P(BlockVolumes, NothingReachesTheMediumAfterAForcedDismount) {
  std::string const at = mounted_volume();
  write_file(at + "/held", "as it was");
  Actor holder(holds_file(at + "/held"));
  ASSERT_EQ(holder.answer(), 0);
  ASSERT_TRUE(volume_->dismount(true));
  ASSERT_EQ(run({"cp", "--sparse=always", image_, lab_.path("frozen.img")}), 0);
  EXPECT_EQ(holder.ask('w'), EIO);
  EXPECT_EQ(holder.ask('s'), EIO);
  ::sync();
  EXPECT_EQ(run({"cmp", image_, lab_.path("frozen.img")}), 0);
}

TEST_P(BlockVolumes, ForceReachesAFileSystemThatOnlyItsHoldersCanStillReach) {
  std::string const at = mounted_volume();
  Actor holder(holds_file(at + "/held"));
  ASSERT_EQ(holder.answer(), 0);
  ASSERT_EQ(::umount2(at.c_str(), MNT_DETACH), 0);
  EXPECT_THAT(busy_detail(), HasSubstr("in process " + std::to_string(holder.pid())));
  auto const report = volume_->dismount(true);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->handles_dead) << report->note;
  EXPECT_EQ(holder.ask('w'), EIO);
}

TEST_P(BlockVolumes, ForceOnAnIdleVolumeIsAnOrdinaryDismount) {
  mounted_volume();
  auto const report = volume_->dismount(true);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->forced);
  EXPECT_EQ(volume_->state(), VolumeState::offline);
}

TEST_P(BlockVolumes, ForceSaysThatARawHandleLivesOn) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  Actor raw([at = link()](Actor::Stage& stage) {
    stage.answer(::open(at.c_str(), O_RDONLY) < 0 ? errno : 0);
    while (stage.next() != '\0') stage.answer(0);
  });
  ASSERT_EQ(raw.answer(), 0);
  auto const report = volume_->dismount(true);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->forced);
  EXPECT_FALSE(report->handles_dead);
  EXPECT_THAT(report->note, HasSubstr("in process " + std::to_string(raw.pid())));
}

// ---- the process that attached has ended

// In a process of its own: attaches, brings online, mounts if a folder is given; then waits to be killed.
auto attaches(std::string link, std::string image, std::string fs_type, std::string at, bool online) {
  return [=](Actor::Stage& stage) {
    auto const volume = block::make_block_volume({.link = link});
    int problem = volume->attach(image) ? 0 : 1;
    if (problem == 0 && online) problem = volume->online() ? 0 : 2;
    if (problem == 0 && !at.empty()) problem = mount_device(link, at, fs_type);
    stage.answer(problem);
    while (stage.next() != '\0') stage.answer(0);
  };
}

TEST_P(BlockVolumes, NewProcessFindsTheLoopDeviceByTheImagesInode) {
  std::string const at = lab_.folder("mnt");
  Actor first(attaches(link(), image_, GetParam(), at, true));
  ASSERT_EQ(first.answer(), 0);
  std::uint32_t const number = loop().number;
  write_file(at + "/kept", "kept");
  first.kill_now();
  std::filesystem::rename(image_, lab_.path("renamed.img"));
  image_ = lab_.path("renamed.img");
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_EQ(loop().number, number);
  EXPECT_EQ(volume_->state(), VolumeState::mounted) << "taken over as it was";
  EXPECT_EQ(read_file(at + "/kept"), "kept");
  auto const let_go = volume_->dismount(false);
  EXPECT_TRUE(let_go) << let_go.error().text();
  EXPECT_TRUE(volume_->detach());
}

TEST_P(BlockVolumes, NewProcessProtectsAnOfflineVolumeAgain) {
  Actor first(attaches(link(), image_, GetParam(), "", false));
  ASSERT_EQ(first.answer(), 0);
  std::string const node = loop().node;
  first.kill_now();
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_EQ(loop().node, node);
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  EXPECT_EQ(mount_device(node, lab_.folder("mnt"), GetParam()), EBUSY);
}

TEST_P(BlockVolumes, NewProcessFinishesADismountThatWasInterrupted) {
  std::string const at = lab_.folder("mnt");
  Actor first(attaches(link(), image_, GetParam(), at, true));
  ASSERT_EQ(first.answer(), 0);
  first.kill_now();
  std::filesystem::remove(link());  // as a forced dismount does first
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  EXPECT_EQ(volume_->online().error().code, Errc::busy);
  ASSERT_TRUE(volume_->dismount(false));
  EXPECT_EQ(volume_->state(), VolumeState::offline);
}

TEST_P(BlockVolumes, UnboundBehindItsBackIsMediaChangedNotSomebodyElsesDevice) {
  ASSERT_TRUE(volume_->attach(image_));
  ASSERT_TRUE(volume_->online());
  ASSERT_EQ(run({"losetup", "-d", loop().node}), 0);
  EXPECT_EQ(volume_->read_label().error().code, Errc::media_changed);
  EXPECT_EQ(volume_->dismount(false).error().code, Errc::media_changed);
}

TEST_P(BlockVolumes, AttachErrors) {
  EXPECT_EQ(volume_->attach(lab_.path("missing.img")).error().code, Errc::resource_not_present);
  EXPECT_EQ(volume_->attach("/dev/null").error().code, Errc::bad_format);
  EXPECT_EQ(volume_->online().error().code, Errc::no_media_in_drive);
  EXPECT_EQ(volume_->dismount(true).error().code, Errc::no_media_in_drive);
  ASSERT_TRUE(volume_->attach(image_));
  EXPECT_TRUE(volume_->attach(image_)) << "the same again";
  EXPECT_EQ(volume_->attach(lab_.image("other.img", "ext4")).error().code, Errc::not_empty);
}

TEST_P(BlockVolumes, SwapOnTheVolumeIsNeverDismounted) {
  std::string const at = mounted_volume();
  std::string const swap = at + "/swap";
  write_file(swap, std::string(4 << 20, '\0'));
  ASSERT_EQ(::chmod(swap.c_str(), 0600), 0);
  ASSERT_EQ(run({"mkswap", swap}), 0);
  if (run({"swapon", swap}) != 0) GTEST_SKIP() << "this kernel does not swap to a file here";
  auto const quiet = volume_->dismount(false), forced = volume_->dismount(true);
  auto const holders = volume_->holders();
  ASSERT_EQ(run({"swapoff", swap}), 0);
  EXPECT_EQ(quiet.error().code, Errc::volume_contains_sys_files);
  EXPECT_EQ(forced.error().code, Errc::volume_contains_sys_files);
  ASSERT_TRUE(holders);
  ASSERT_FALSE(holders->empty());
  EXPECT_THAT(block::holders_text(*holders), HasSubstr("swap file " + swap));
  auto const let_go = volume_->dismount(false);
  EXPECT_TRUE(let_go) << let_go.error().text();
}

}  // namespace
}  // namespace rsm::test
