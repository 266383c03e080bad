// Tape drives, against scripts of what the st driver answers; every oddity here was seen on it.
#include <gmock/gmock.h>
#include <sys/mtio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "drivers/volume/erase_tape.hpp"
#include "drivers/volume/medium_device.hpp"
#include "tests/drivers/volume/scripted_drive.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;

constexpr unsigned tape_major = 9, no_rewind = 0x80;
constexpr char const* node = "/dev/nst7";
constexpr char const* reserve = "16 00 00 00 00 00";
constexpr char const* release = "17 00 00 00 00 00";

// mt_gstat, as GMT_ONLINE and its kin read it.
constexpr long threaded = 0x01000000, write_protected = 0x04000000, no_tape = 0x00040000, not_threaded = 0;

template <class T>
std::uint32_t number_of(Result<T> const& result) {
  return result ? 0 : static_cast<std::uint32_t>(result.error().code);
}
template <class T>
std::string sentence_of(Result<T> const& result) {
  return result ? "" : result.error().text();
}

class Tape : public ::testing::Test {
 protected:
  Tape() : tape(volume::make_tape_medium(node, drive)) { drive.node(node, S_IFCHR | 0600, makedev(tape_major, 7 | no_rewind)); }
  void TearDown() override {
    EXPECT_TRUE(drive.finished());
    tape.reset();
    EXPECT_EQ(drive.open_descriptors(), 0u);
  }
  // A question, or an order that only moves the tape, opens the drive for reading; the driver lets it in while no other process has it.
  ScriptedDrive& opened(std::string const& how = "r") { return drive.open(node, how); }
  void lock() {
    opened("rw").scsi_good(reserve);
    ASSERT_TRUE(tape->lock());
    ASSERT_EQ(drive.open_descriptors(), 1u);
  }
  void busy(std::string const& how) {
    for (int looks = 0; looks < 11; ++looks) drive.open(node, how, EBUSY);  // limits::lock_settle_limit
  }
  ScriptedDrive drive;
  std::unique_ptr<volume::MediumDevice> tape;
};

TEST_F(Tape, TellsWhetherATapeIsThreaded) {
  opened().tape_state(threaded);
  EXPECT_TRUE(tape->medium());
  opened().tape_state(no_tape);
  auto const empty = tape->medium();
  EXPECT_EQ(number_of(empty), 1112u);
  EXPECT_THAT(sentence_of(empty), HasSubstr("there is no tape in it"));
  opened().tape_state(not_threaded);
  auto const loose = tape->medium();
  EXPECT_EQ(number_of(loose), 21u);
  EXPECT_THAT(sentence_of(loose), HasSubstr("not threaded; load it"));
  opened().answer("MTIOCGET", -EIO);
  EXPECT_EQ(number_of(tape->medium()), 21u);
  drive.open(node, "r", EIO);
  EXPECT_EQ(number_of(tape->medium()), 21u);
  drive.open(node, "r", ENXIO);
  EXPECT_EQ(number_of(tape->medium()), 4319u);
}

TEST_F(Tape, EmptyOrLooseItStillAnswers) {
  for (long const state : {threaded, no_tape, not_threaded}) {
    opened().tape_state(state);
    EXPECT_TRUE(tape->answers());
  }
  opened().answer("MTIOCGET", -EIO);
  EXPECT_EQ(number_of(tape->answers()), 21u);
  lock();
  drive.scsi(test_unit_ready, 0, {}, 0x01);  // DID_NO_CONNECT: the driver would still answer from memory
  EXPECT_EQ(number_of(tape->answers()), 21u);
  drive.scsi_good(release);
  EXPECT_TRUE(tape->unlock());
}

// No file mark, and not MTWEOFI, which returns before the data are on the tape; the driver wants a descriptor that may write.
TEST_F(Tape, FlushWritesNoFileMarkAndWaits) {
  opened("rw").tape_state(threaded).answer("MTWEOF 0");
  EXPECT_TRUE(tape->flush());
}

TEST_F(Tape, FlushOfAWriteProtectedTapeHasNothingToDo) {
  opened("rw").tape_state(threaded | write_protected);  // kernel 6.1 lets a writer in and refuses each write
  EXPECT_TRUE(tape->flush());
  drive.open(node, "rw", EROFS).open(node, "r").tape_state(threaded | write_protected);
  EXPECT_TRUE(tape->flush());
}

TEST_F(Tape, FlushSaysWhyItFailed) {
  drive.open(node, "rw", EACCES).open(node, "r").tape_state(threaded).answer("MTWEOF 0", -EACCES);  // without the right to write
  EXPECT_EQ(number_of(tape->flush()), 5u);
  opened("rw").tape_state(threaded).answer("MTWEOF 0", -EIO);
  auto const bad = tape->flush();
  EXPECT_EQ(number_of(bad), 29u);
  EXPECT_THAT(sentence_of(bad), HasSubstr("cannot write the buffer of the drive to the tape: Input/output error"));
  opened("rw").tape_state(threaded).answer("MTWEOF 0", -ENOSPC);
  EXPECT_EQ(number_of(tape->flush()), 29u);
}

// From its beginning, wherever it stands, and not the whole of it: that would take hours.
TEST_F(Tape, IsErasedFromItsBeginning) {
  opened("rw").answer("MTREW 1").answer("MTERASE 0");
  EXPECT_TRUE(volume::erase_tape(node, drive));
  EXPECT_EQ(drive.open_descriptors(), 0u);
}

TEST_F(Tape, ErasingSaysWhyItFailed) {
  drive.open(node, "rw", EROFS);
  EXPECT_EQ(number_of(volume::erase_tape(node, drive)), 19u);
  drive.open(node, "rw", EBUSY);
  EXPECT_EQ(number_of(volume::erase_tape(node, drive)), 170u);
  drive.open(node, "rw", EACCES);
  EXPECT_EQ(number_of(volume::erase_tape(node, drive)), 5u);
  opened("rw").answer("MTREW 1", -EIO);
  EXPECT_EQ(number_of(volume::erase_tape(node, drive)), 29u) << "it is not erased where it happens to stand";
  opened("rw").answer("MTREW 1").answer("MTERASE 0", -EIO);
  auto const bad = volume::erase_tape(node, drive);
  EXPECT_EQ(number_of(bad), 29u);
  EXPECT_THAT(sentence_of(bad), HasSubstr("cannot erase the tape: Input/output error"));
  opened("rw").answer("MTREW 1").answer("MTERASE 0", -EINVAL);
  EXPECT_EQ(number_of(volume::erase_tape(node, drive)), 50u);
  drive.node("/dev/sdx7", S_IFBLK | 0600, makedev(8, 7));
  EXPECT_EQ(number_of(volume::erase_tape("/dev/sdx7", drive)), 50u);
  EXPECT_EQ(number_of(volume::erase_tape("/dev/there is none", drive)), 2u);
}

TEST_F(Tape, ALockHoldsTheDriveAndReservesIt) {
  lock();
  drive.scsi_good(release);
  EXPECT_TRUE(tape->unlock());
  EXPECT_EQ(drive.open_descriptors(), 0u);
}

TEST_F(Tape, ALockDoesWithoutAReservationWhereThereIsNone) {
  opened("rw").scsi_sense(reserve, fixed_sense(0x05, 0x20, 0x00));
  EXPECT_TRUE(tape->lock());
  drive.scsi_sense(release, fixed_sense(0x05, 0x20, 0x00));
  EXPECT_TRUE(tape->unlock());
  opened("rw").answer("SG_IO 16 00 00 00 00 00", -EPERM);
  EXPECT_TRUE(tape->lock());
  drive.answer("SG_IO 17 00 00 00 00 00", -EPERM);
  EXPECT_TRUE(tape->unlock());
}

TEST_F(Tape, ThatAnotherComputerHasReservedCannotBeLocked) {
  opened("rw").scsi(reserve, 0x18, {});
  auto const locked = tape->lock();
  EXPECT_EQ(number_of(locked), 170u);  // a handle makes 5 of it
  EXPECT_THAT(sentence_of(locked), HasSubstr("another computer has reserved the drive"));
  EXPECT_EQ(drive.open_descriptors(), 0u);
}

TEST_F(Tape, ThatAnotherProcessHasOpenIsBusy) {
  busy("rw");
  auto const locked = tape->lock();
  EXPECT_EQ(number_of(locked), 170u);
  EXPECT_THAT(sentence_of(locked), HasSubstr("it is in use: unknown holder"));  // no process of this machine has that drive open
  busy("r");
  EXPECT_EQ(number_of(tape->dismount()), 170u);
}

TEST_F(Tape, SomebodyWhoOnlyAskedIsWaitedFor) {
  drive.open(node, "rw", EBUSY).open(node, "rw", EBUSY);
  lock();
  drive.scsi_good(release);
  EXPECT_TRUE(tape->unlock());
}

// From memory the driver would answer what was when the drive was opened.
TEST_F(Tape, WhileItIsLockedTheDriveItselfIsAsked) {
  lock();
  drive.scsi_good(test_unit_ready);
  EXPECT_TRUE(tape->medium());
  drive.scsi_sense(test_unit_ready, fixed_sense(0x06, 0x28, 0x00)).scsi_good(test_unit_ready);
  EXPECT_TRUE(tape->medium());
  drive.scsi_sense(test_unit_ready, fixed_sense(0x02, 0x3A, 0x00));
  EXPECT_EQ(number_of(tape->medium()), 1112u);
  drive.scsi_sense(test_unit_ready, descriptor_sense(0x02, 0x04, 0x02));
  EXPECT_EQ(number_of(tape->medium()), 21u);
  drive.scsi_sense(test_unit_ready, fixed_sense(0x04, 0x44, 0x00));
  EXPECT_THAT(sentence_of(tape->medium()), HasSubstr("sense 4/44/00"));
  drive.answer("SG_IO 00 00 00 00 00 00", -ENOTTY).tape_state(threaded);
  EXPECT_TRUE(tape->medium());
}

TEST_F(Tape, DismountRewinds) {
  opened().answer("MTREW 1");
  auto const done = tape->dismount();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->note, "rewound");
  opened().answer("MTREW 1", -EIO);
  EXPECT_EQ(number_of(tape->dismount()), 4323u);
  opened().answer("MTREW 1", -ENOMEDIUM);
  EXPECT_EQ(number_of(tape->dismount()), 1112u);
}

TEST_F(Tape, OfflineKeepsTheDriveBeyondALock) {
  lock();
  EXPECT_TRUE(tape->hold_offline());
  drive.scsi_good(release);
  EXPECT_TRUE(tape->unlock());
  EXPECT_EQ(drive.open_descriptors(), 1u);
  tape->release_offline();
  EXPECT_EQ(drive.open_descriptors(), 0u);
  opened("rw");
  EXPECT_TRUE(tape->hold_offline());
  EXPECT_EQ(drive.open_descriptors(), 1u);
  tape->release_offline();
}

TEST_F(Tape, IsLockedInByTheDrive) {
  EXPECT_TRUE(tape->has_door());
  EXPECT_FALSE(tape->door_needs_keeper());
  opened().answer("MTLOCK 1");
  EXPECT_TRUE(tape->lock_door(true));
  opened().answer("MTUNLOCK 1");
  EXPECT_TRUE(tape->lock_door(false));
  for (int const answer : {-EIO, -ENOSYS, -EINVAL}) {
    opened().answer("MTLOCK 1", answer);
    auto const locked = tape->lock_door(true);
    EXPECT_EQ(number_of(locked), 50u);
    EXPECT_THAT(sentence_of(locked), HasSubstr("cannot lock the tape in"));
  }
}

TEST_F(Tape, EjectUnloadsAndLooksWhatBecameOfIt) {
  opened().answer("MTUNLOCK 1").open(node, "r").answer("MTOFFL 1").open(node, "r").tape_state(no_tape);
  EXPECT_TRUE(tape->eject());
  opened().answer("MTUNLOCK 1", -EIO).open(node, "r").answer("MTOFFL 1").open(node, "r").tape_state(not_threaded);
  EXPECT_TRUE(tape->eject());
}

TEST_F(Tape, ThatSaysYesAndUnloadsNothingIsNotBelieved) {
  opened().answer("MTUNLOCK 1").open(node, "r").answer("MTOFFL 1").open(node, "r").tape_state(threaded);
  auto const ejected = tape->eject();
  EXPECT_EQ(number_of(ejected), 1109u);
  EXPECT_THAT(sentence_of(ejected), HasSubstr("the tape is still threaded"));
  // Neither is the driver, which takes the tape for out after a yes.
  lock();
  drive.answer("MTUNLOCK 1").answer("MTOFFL 1").scsi_good(test_unit_ready);
  EXPECT_EQ(number_of(tape->eject()), 1109u);
  EXPECT_EQ(drive.open_descriptors(), 1u);  // the lock goes on
  drive.scsi_good(release);
  EXPECT_TRUE(tape->unlock());
}

TEST_F(Tape, EjectEndsLockAndOffline) {
  lock();
  EXPECT_TRUE(tape->hold_offline());
  drive.answer("MTUNLOCK 1").answer("MTOFFL 1").scsi_sense(test_unit_ready, fixed_sense(0x02, 0x3A, 0x00)).scsi_good(release);
  EXPECT_TRUE(tape->eject());
  EXPECT_EQ(drive.open_descriptors(), 0u);
}

TEST_F(Tape, RefusesToEjectWithItsReason) {
  struct Row {
    int answer;
    std::uint32_t number;
  };
  for (auto const& row : {Row{-EIO, 1109}, Row{-ENOMEDIUM, 1112}, Row{-EPERM, 5}, Row{-ENOSYS, 50}}) {
    opened().answer("MTUNLOCK 1").open(node, "r").answer("MTOFFL 1", row.answer);
    auto const ejected = tape->eject();
    EXPECT_EQ(number_of(ejected), row.number);
    EXPECT_THAT(sentence_of(ejected), HasSubstr("cannot rewind and unload the tape"));
  }
}

TEST_F(Tape, LoadsAndLooksWhatBecameOfIt) {
  opened().answer("MTLOAD 1").open(node, "r").tape_state(threaded);
  EXPECT_TRUE(tape->load());
  opened().answer("MTLOAD 1").open(node, "r").tape_state(no_tape);
  auto const empty = tape->load();
  EXPECT_EQ(number_of(empty), 4324u);
  EXPECT_THAT(sentence_of(empty), HasSubstr("the drive said yes, and there is no tape in it"));
}

TEST_F(Tape, RefusesToLoadWithItsReason) {
  struct Row {
    int answer;
    std::uint32_t number;
  };
  for (auto const& row : {Row{-EIO, 4324}, Row{-ENOSYS, 50}, Row{-EINVAL, 50}, Row{-ENOMEDIUM, 1112}, Row{-EACCES, 5}}) {
    opened().answer("MTLOAD 1", row.answer);
    auto const loaded = tape->load();
    EXPECT_EQ(number_of(loaded), row.number);
    EXPECT_THAT(sentence_of(loaded), HasSubstr("cannot thread the tape"));
  }
}

TEST_F(Tape, HasRecordsAndNoBytes) {
  EXPECT_EQ(number_of(tape->read(0, 512)), 50u);
  EXPECT_EQ(number_of(tape->write(0, "x")), 50u);
  EXPECT_EQ(number_of(tape->size()), 50u);
}

TEST_F(Tape, DescribesItself) {
  opened().tape_state(threaded | write_protected);
  volume::VolumeStatus status;
  tape->describe(status);
  EXPECT_EQ(status.kind, "tape drive");
  EXPECT_FALSE(status.read_only) << "the drive is not asked for that";
  tape->describe_contents(status);
  EXPECT_TRUE(status.read_only);
}

// ---- the eight nodes of one drive

TEST(TapeNodes, LeadToTheOneThatDoesNotRewind) {
  constexpr unsigned medium_mode = 0x40;
  ScriptedDrive drive;
  drive.node("/dev/st7", S_IFCHR | 0600, makedev(tape_major, 7)).node("/dev/st7m", S_IFCHR | 0600, makedev(tape_major, 7 | medium_mode));
  drive.node("/dev/nst7", S_IFCHR | 0600, makedev(tape_major, 7 | no_rewind)).node("/dev/nst7m", S_IFCHR | 0600, makedev(tape_major, 7 | no_rewind | medium_mode));
  for (char const* const named : {"/dev/st7", "/dev/st7m", "/dev/nst7", "/dev/nst7m"}) {
    auto const found = volume::find_device(named, drive);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->node, "/dev/nst7") << named;
    EXPECT_EQ(found->device, makedev(tape_major, 7 | no_rewind));
    EXPECT_TRUE(found->tape);
  }
}

TEST(TapeNodes, AreTakenAsNamedWhereTheOtherIsMissingOrAnotherDrive) {
  ScriptedDrive drive;
  drive.node("/dev/st7", S_IFCHR | 0600, makedev(tape_major, 7)).node("/dev/st8", S_IFCHR | 0600, makedev(tape_major, 8)).node("/dev/nst8", S_IFCHR | 0600, makedev(tape_major, 7 | no_rewind));
  EXPECT_EQ(volume::find_device("/dev/st7", drive)->node, "/dev/st7");
  EXPECT_EQ(volume::find_device("/dev/st8", drive)->node, "/dev/st8");
}

}  // namespace
}  // namespace rsm::test
