// Doors of optical drives and disks, against scripts of what real drives answer; every oddity here was seen on the kernel's drivers.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/cdrom.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "drivers/volume/door.hpp"
#include "tests/drivers/volume/scripted_drive.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;

constexpr unsigned optical_major = 11, disk_major = 8;
constexpr char const* optical_node = "/dev/sr0";
constexpr char const* disk_node = "/dev/sdx";
constexpr char const* allow = "1E 00 00 00 00 00";
constexpr char const* prevent = "1E 00 00 00 01 00";
constexpr char const* take_out = "1B 00 00 00 02 00";
constexpr char const* take_in = "1B 00 00 00 03 00";
std::string const ask_status = "CDROM_DRIVE_STATUS " + std::to_string(CDSL_CURRENT);

std::uint32_t number_of(Result<> const& result) { return result ? 0 : static_cast<std::uint32_t>(result.error().code); }
std::string sentence_of(Result<> const& result) { return result ? "" : result.error().text(); }

class OpticalDrive : public ::testing::Test {
 protected:
  OpticalDrive() : door(volume::make_door({makedev(optical_major, 0), optical_node}, drive)) {}
  // Each operation opens the drive once, without waiting for a disc, and leaves nothing open.
  ScriptedDrive& opened() { return drive.open(optical_node, "r"); }
  void TearDown() override {
    EXPECT_TRUE(drive.finished());
    EXPECT_EQ(drive.open_descriptors(), 0u);
  }
  Result<> eject() {
    UniqueFd exclusive(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto ejected = door->eject(exclusive);
    EXPECT_FALSE(exclusive) << "our own hold of the device keeps its door locked";
    return ejected;
  }
  ScriptedDrive drive;
  std::unique_ptr<volume::Door> door;
};

TEST_F(OpticalDrive, TellsWhetherADiscIsInIt) {
  struct Row {
    int status;
    std::uint32_t number;
    char const* says;
  };
  for (auto const& row : {Row{CDS_DISC_OK, 0, ""}, Row{CDS_NO_DISC, 1112, "no disc"}, Row{CDS_TRAY_OPEN, 1112, "tray is open"}, Row{CDS_DRIVE_NOT_READY, 21, "becoming ready"},
                          Row{CDS_NO_INFO, 21, "does not tell"}, Row{-EIO, 21, "Input/output error"}, Row{-EACCES, 5, "Permission denied"}}) {
    opened().answer(ask_status, row.status);
    auto const there = door->medium_present();
    EXPECT_EQ(number_of(there), row.number) << row.status;
    EXPECT_THAT(sentence_of(there), HasSubstr(row.says));
  }
}

TEST_F(OpticalDrive, ThatCannotBeOpenedIsNamed) {
  drive.open(optical_node, "r", EACCES);
  EXPECT_EQ(number_of(door->medium_present()), 5u);
  drive.open(optical_node, "r", ENXIO);
  auto const gone = door->medium_present();
  EXPECT_EQ(number_of(gone), 4319u);
  EXPECT_THAT(sentence_of(gone), HasSubstr(optical_node));
}

TEST_F(OpticalDrive, LocksItsDoorAndKeepsItLockedByItself) {
  EXPECT_TRUE(door->can_lock());
  EXPECT_FALSE(door->lock_needs_keeper());
  opened().answer("CDROM_LOCKDOOR 1");
  EXPECT_TRUE(door->lock(true));
  opened().answer("CDROM_LOCKDOOR 0");
  EXPECT_TRUE(door->lock(false));
}

TEST_F(OpticalDrive, WithoutALockSaysSo) {
  for (int const answer : {-EDRIVE_CANT_DO_THIS, -ENOSYS}) {
    opened().answer("CDROM_LOCKDOOR 1", answer);
    auto const locked = door->lock(true);
    EXPECT_EQ(number_of(locked), 50u);
    EXPECT_THAT(sentence_of(locked), HasSubstr("cannot lock the door"));
  }
  opened().answer("CDROM_LOCKDOOR 0", -EBUSY);  // others have it open, and we are not root
  EXPECT_EQ(number_of(door->lock(false)), 170u);
  opened().answer("CDROM_LOCKDOOR 1", -EIO);
  EXPECT_EQ(number_of(door->lock(true)), 21u);
}

TEST_F(OpticalDrive, EjectsInThisOrderAndLooksWhatBecameOfIt) {
  opened().answer("CDROM_LOCKDOOR 0").answer("CDROMEJECT 0").answer(ask_status, CDS_TRAY_OPEN);
  EXPECT_TRUE(eject());
  opened().answer("CDROM_LOCKDOOR 0").answer("CDROMEJECT 0").answer(ask_status, CDS_NO_DISC);  // a drive without a tray
  EXPECT_TRUE(eject());
  opened().answer("CDROM_LOCKDOOR 0", -EDRIVE_CANT_DO_THIS).answer("CDROMEJECT 0").answer(ask_status, CDS_TRAY_OPEN);  // nothing to unlock
  EXPECT_TRUE(eject());
}

TEST_F(OpticalDrive, AnswersTwoWhenItIsLockedOrMounted) {
  opened().answer("CDROM_LOCKDOOR 0").answer("CDROMEJECT 0", 2);
  auto const ejected = eject();
  EXPECT_EQ(number_of(ejected), 1109u);
  EXPECT_THAT(sentence_of(ejected), HasSubstr("cannot open the tray: the drive answered 2"));
}

TEST_F(OpticalDrive, RefusesToEjectWithItsReason) {
  struct Row {
    int answer;
    std::uint32_t number;
    char const* says;
  };
  for (auto const& row : {Row{-EIO, 1109, "Input/output error"}, Row{-EBUSY, 1109, "busy"}, Row{-ENOSYS, 1109, "not implemented"}, Row{-EPERM, 5, "not permitted"}, Row{0x70002, 1109, "answered"}}) {
    opened().answer("CDROM_LOCKDOOR 0").answer("CDROMEJECT 0", row.answer);
    auto const ejected = eject();
    EXPECT_EQ(number_of(ejected), row.number);
    EXPECT_THAT(sentence_of(ejected), HasSubstr(row.says));
  }
}

TEST_F(OpticalDrive, ThatSaysYesAndKeepsTheDiscIsNotBelieved) {
  opened().answer("CDROM_LOCKDOOR 0").answer("CDROMEJECT 0").answer(ask_status, CDS_DISC_OK);
  auto const ejected = eject();
  EXPECT_EQ(number_of(ejected), 1109u);
  EXPECT_THAT(sentence_of(ejected), HasSubstr("the disc is still in it"));
}

TEST_F(OpticalDrive, PullsItsTrayIn) {
  opened().answer("CDROMCLOSETRAY 0").answer(ask_status, CDS_DISC_OK);
  EXPECT_TRUE(door->load());
  opened().answer("CDROMCLOSETRAY 0").answer(ask_status, CDS_DRIVE_NOT_READY);  // spinning up
  EXPECT_TRUE(door->load());
}

TEST_F(OpticalDrive, SaysWhyNothingWasLoaded) {
  opened().answer("CDROMCLOSETRAY 0").answer(ask_status, CDS_NO_DISC);
  auto const empty = door->load();
  EXPECT_EQ(number_of(empty), 4324u);
  EXPECT_THAT(sentence_of(empty), HasSubstr("no disc"));
  opened().answer("CDROMCLOSETRAY 0").answer(ask_status, CDS_TRAY_OPEN);
  EXPECT_THAT(sentence_of(door->load()), HasSubstr("the tray is open"));
  opened().answer("CDROMCLOSETRAY 0", -EIO).answer("CDROM_GET_CAPABILITY 0", CDC_CLOSE_TRAY | CDC_OPEN_TRAY);
  EXPECT_EQ(number_of(door->load()), 4324u);
}

TEST_F(OpticalDrive, WithoutAMotorCannotLoad) {
  for (int const answer : {-ENOSYS, -EDRIVE_CANT_DO_THIS, -ENOTTY, -EINVAL}) {
    opened().answer("CDROMCLOSETRAY 0", answer);
    EXPECT_EQ(number_of(door->load()), 50u);
  }
  // The tray of a laptop refuses like a broken one; what the drive says of itself tells them apart.
  opened().answer("CDROMCLOSETRAY 0", 2).answer("CDROM_GET_CAPABILITY 0", CDC_OPEN_TRAY | CDC_LOCK);
  EXPECT_EQ(number_of(door->load()), 50u);
  opened().answer("CDROMCLOSETRAY 0", 2).answer("CDROM_GET_CAPABILITY 0", -ENOSYS);
  EXPECT_EQ(number_of(door->load()), 4324u);
}

// ---- disks, by SCSI commands

class Disk : public ::testing::Test {
 protected:
  Disk() : door(volume::make_door({makedev(disk_major, 0), disk_node}, drive)) {}
  ScriptedDrive& opened() { return drive.open(disk_node, "r"); }
  void TearDown() override {
    EXPECT_TRUE(drive.finished());
    door.reset();
    EXPECT_EQ(drive.open_descriptors(), 0u);
  }
  Result<> eject() {
    UniqueFd exclusive(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto ejected = door->eject(exclusive);
    EXPECT_FALSE(exclusive);
    return ejected;
  }
  ScriptedDrive drive;
  std::unique_ptr<volume::Door> door;
};

TEST_F(Disk, HasAMediumWhenItHasASizeAndSaysNothingAgainstIt) {
  opened().size(1 << 20).scsi_good(test_unit_ready);
  EXPECT_TRUE(door->medium_present());
  opened().size(1 << 20).answer("SG_IO 00 00 00 00 00 00", -ENOTTY);  // no SCSI device
  EXPECT_TRUE(door->medium_present());
  opened().size(1 << 20).scsi_sense(test_unit_ready, fixed_sense(0x05, 0x20, 0x00));
  EXPECT_TRUE(door->medium_present());
}

TEST_F(Disk, SaysWhyItHasNone) {
  opened().size(0);
  EXPECT_EQ(number_of(door->medium_present()), 1112u);
  opened().answer("BLKGETSIZE64", -ENOMEDIUM);
  EXPECT_EQ(number_of(door->medium_present()), 1112u);
  opened().size(1 << 20).scsi_sense(test_unit_ready, fixed_sense(0x02, 0x3A, 0x00));  // the kernel has not noticed yet
  EXPECT_EQ(number_of(door->medium_present()), 1112u);
  opened().size(1 << 20).scsi_sense(test_unit_ready, descriptor_sense(0x02, 0x3A, 0x02));
  EXPECT_EQ(number_of(door->medium_present()), 1112u);
  opened().size(1 << 20).scsi_sense(test_unit_ready, fixed_sense(0x02, 0x04, 0x02));  // stopped, as scsi_debug after an eject
  auto const stopped = door->medium_present();
  EXPECT_EQ(number_of(stopped), 21u);
  EXPECT_THAT(sentence_of(stopped), HasSubstr("sense 2/04/02"));
  opened().answer("BLKGETSIZE64", -EIO);
  EXPECT_EQ(number_of(door->medium_present()), 21u);
}

TEST_F(Disk, IsAskedAgainAfterAUnitAttention) {
  opened().size(1 << 20).scsi_sense(test_unit_ready, fixed_sense(0x06, 0x29, 0x00)).scsi_sense(test_unit_ready, fixed_sense(0x06, 0x28, 0x00)).scsi_good(test_unit_ready);
  EXPECT_TRUE(door->medium_present());
}

TEST_F(Disk, ThatHasNothingButUnitAttentionsIsGivenUp) {
  opened();
  for (int tries = 0; tries < 9; ++tries) drive.scsi_sense(take_in, fixed_sense(0x06, 0x29, 0x00));
  auto const loaded = door->load();
  EXPECT_EQ(number_of(loaded), 4324u);
  EXPECT_THAT(sentence_of(loaded), HasSubstr("6/29/00"));
}

TEST_F(Disk, IsKeptLockedByADescriptor) {
  EXPECT_TRUE(door->lock_needs_keeper());
  opened().scsi_good(prevent);
  EXPECT_TRUE(door->lock(true));
  EXPECT_EQ(drive.open_descriptors(), 1u);
  EXPECT_TRUE(door->lock(false));  // the driver unlocks at the last close; an ALLOW here would open it for others who keep it, too
  EXPECT_EQ(drive.open_descriptors(), 0u);
}

TEST_F(Disk, ThatCannotLockIsNotKept) {
  opened().scsi_sense(prevent, fixed_sense(0x05, 0x20, 0x00));
  auto const unknown = door->lock(true);
  EXPECT_EQ(number_of(unknown), 50u);
  EXPECT_THAT(sentence_of(unknown), HasSubstr("it does not know the command"));
  opened().answer("SG_IO 1E 00 00 00 01 00", -ENOTTY);
  auto const no_scsi = door->lock(true);
  EXPECT_EQ(number_of(no_scsi), 50u);
  EXPECT_THAT(sentence_of(no_scsi), HasSubstr("takes no SCSI commands"));
  opened().answer("SG_IO 1E 00 00 00 01 00", -EPERM);
  EXPECT_EQ(number_of(door->lock(true)), 5u);
  opened().scsi_sense(prevent, fixed_sense(0x02, 0x3A, 0x00));
  EXPECT_EQ(number_of(door->lock(true)), 1112u);
  EXPECT_EQ(drive.open_descriptors(), 0u);
}

TEST_F(Disk, EjectsAndLooksWhatBecameOfIt) {
  opened().scsi_good(allow).scsi_good(take_out).scsi_sense(test_unit_ready, fixed_sense(0x02, 0x3A, 0x00));
  EXPECT_TRUE(eject());
  opened().scsi_sense(allow, fixed_sense(0x05, 0x20, 0x00)).scsi_good(take_out).scsi_sense(test_unit_ready, fixed_sense(0x02, 0x04, 0x02));
  EXPECT_TRUE(eject());
  opened().scsi_good(allow).scsi_good(take_out).scsi_good(test_unit_ready);
  auto const kept = eject();
  EXPECT_EQ(number_of(kept), 1109u);
  EXPECT_THAT(sentence_of(kept), HasSubstr("the medium is still in it"));
}

TEST_F(Disk, RefusesToEjectWithItsSense) {
  struct Row {
    Bytes sense;
    std::uint32_t number;
    char const* says;
  };
  for (auto const& row : {Row{fixed_sense(0x05, 0x53, 0x02), 1109, "sense 5/53/02: removal is prevented"}, Row{descriptor_sense(0x05, 0x53, 0x02), 1109, "sense 5/53/02: removal is prevented"},
                          Row{fixed_sense(0x05, 0x20, 0x00), 1109, "sense 5/20/00: it does not know the command"}, Row{fixed_sense(0x04, 0x53, 0x00), 1109, "sense 4/53/00"},
                          Row{fixed_sense(0x02, 0x3A, 0x00), 1112, "sense 2/3A/00"}}) {
    opened().scsi_good(allow).scsi_sense(take_out, row.sense);
    auto const ejected = eject();
    EXPECT_EQ(number_of(ejected), row.number);
    EXPECT_THAT(sentence_of(ejected), HasSubstr(row.says));
  }
}

TEST_F(Disk, WithoutSenseSaysWhatTheTransportSaid) {
  opened().scsi_good(allow).scsi(take_out, 0, {}, 0x03);  // DID_TIME_OUT
  auto const late = eject();
  EXPECT_EQ(number_of(late), 1109u);
  EXPECT_THAT(sentence_of(late), HasSubstr("SCSI command 1B: no answer within 1 min"));
  opened().scsi_good(allow).scsi(take_out, 0x18, {});
  EXPECT_THAT(sentence_of(eject()), HasSubstr("another computer has reserved the drive"));
  opened().answer("SG_IO 1E 00 00 00 00 00", -ENOTTY).answer("SG_IO 1B 00 00 00 02 00", -ENOTTY);
  auto const no_scsi = eject();
  EXPECT_EQ(number_of(no_scsi), 1109u);
  EXPECT_THAT(sentence_of(no_scsi), HasSubstr("takes no SCSI commands"));
  opened().answer("SG_IO 1E 00 00 00 00 00", -EPERM).answer("SG_IO 1B 00 00 00 02 00", -EPERM);
  EXPECT_EQ(number_of(eject()), 5u);
}

TEST_F(Disk, LoadsAndLooksWhatBecameOfIt) {
  opened().scsi_good(take_in).scsi_good(test_unit_ready);
  EXPECT_TRUE(door->load());
  opened().scsi_good(take_in).scsi_sense(test_unit_ready, fixed_sense(0x02, 0x04, 0x01));  // spinning up
  EXPECT_TRUE(door->load());
  opened().scsi_good(take_in).scsi_sense(test_unit_ready, fixed_sense(0x02, 0x3A, 0x00));
  auto const empty = door->load();
  EXPECT_EQ(number_of(empty), 4324u);
  EXPECT_THAT(sentence_of(empty), HasSubstr("no medium"));
  opened().scsi_sense(take_in, fixed_sense(0x02, 0x3A, 0x00));
  EXPECT_EQ(number_of(door->load()), 4324u);
  opened().scsi_sense(take_in, fixed_sense(0x05, 0x20, 0x00));
  EXPECT_EQ(number_of(door->load()), 50u);
  opened().answer("SG_IO 1B 00 00 00 03 00", -ENOTTY);
  EXPECT_EQ(number_of(door->load()), 50u);
}

TEST_F(Disk, ARecoveredErrorIsNone) {
  opened().scsi_sense(take_in, fixed_sense(0x01, 0x17, 0x00)).scsi_good(test_unit_ready);
  EXPECT_TRUE(door->load());
}

}  // namespace
}  // namespace rsm::test
