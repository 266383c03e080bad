// The record of a volume: what dead processes leave, who waits for whom, what is no record.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "drivers/block/volume_record.hpp"
#include "tests/drivers/block/lab.hpp"
#include "tests/drivers/block/stranger.hpp"

namespace rsm::test {
namespace {

using block::VolumeRecord;
using block::VolumeRecordFile;
using ::testing::IsEmpty;

class VolumeRecords : public ::testing::Test {
 protected:
  VolumeRecordFile file() const {
    auto opened = VolumeRecordFile::at(lab_.path("state"), makedev(7, 1000));
    EXPECT_TRUE(opened);
    return *opened;
  }
  Lab lab_;
};

TEST_F(VolumeRecords, WithoutAFileNothingIsKnown) {
  auto const record = file().read();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->dismounts, 0u);
  EXPECT_EQ(record->locker.pid, 0);
  EXPECT_FALSE(record->prevented());
  EXPECT_NE(::access(file().path().c_str(), F_OK), 0);
}

TEST_F(VolumeRecords, WhatOneProcessChangesAnotherReads) {
  ASSERT_TRUE(file().change([](VolumeRecord& record) -> Result<> {
    record.dismounts = 7;
    record.locker = block::this_process();
    block::set_text(record.service_text, "it hung");
    return {};
  }));
  Actor other([&](Actor::Stage& stage) {
    auto const seen = file().read();
    bool const right = seen && seen->dismounts == 7 && seen->locker.pid == ::getppid() && block::text_of(seen->service_text) == "it hung";
    stage.answer(right ? 0 : 1);
    stage.next();
  });
  EXPECT_EQ(other.answer(), 0);
  EXPECT_EQ(file().dismounts(), 7u);
}

TEST_F(VolumeRecords, AChangeIsHeardAndALookIsNot) {
  auto const change = [this] { return file().change([](VolumeRecord& record) -> Result<> { return ++record.dismounts, Result<>(); }); };
  ASSERT_TRUE(change());
  UniqueFd const watch = file().watch();
  ASSERT_TRUE(watch);
  pollfd look{watch.get(), POLLIN, 0};
  ASSERT_TRUE(file().read());
  EXPECT_EQ(::poll(&look, 1, 0), 0);
  ASSERT_TRUE(change());
  EXPECT_EQ(::poll(&look, 1, -1), 1);
  EXPECT_FALSE(VolumeRecordFile::at(lab_.path("state"), makedev(7, 1001))->watch()) << "there is no such record";
}

TEST_F(VolumeRecords, OfAKilledProcessNothingStaysButWhatOutlivesIt) {
  Actor doomed([&](Actor::Stage& stage) {
    auto const written = file().change([](VolumeRecord& record) -> Result<> {
      record.locker = record.offline_keeper = record.manager = block::this_process();
      record.handles.push_back({.handler = block::this_process(), .application = ::getpid(), .preventions = 2});
      record.removal_prevented = 1;
      return {};
    });
    stage.answer(written ? 0 : 1);
    stage.next();
  });
  ASSERT_EQ(doomed.answer(), 0);
  ASSERT_EQ(file().read()->locker.pid, doomed.pid());
  doomed.kill_now();
  auto const record = file().read();
  EXPECT_EQ(record->locker.pid, 0);
  EXPECT_EQ(record->offline_keeper.pid, 0);
  EXPECT_EQ(record->manager.pid, 0);
  EXPECT_THAT(record->handles, IsEmpty());
  EXPECT_EQ(record->removal_prevented, 1u);
}

TEST_F(VolumeRecords, ALaterProcessWithTheSameNumberIsAnotherOne) {
  auto impostor = block::this_process();
  ++impostor.started;
  EXPECT_TRUE(block::is_alive(block::this_process()));
  EXPECT_FALSE(block::is_alive(impostor));
  EXPECT_FALSE(block::is_alive({}));
}

TEST_F(VolumeRecords, AllPlacesCanBeTakenAndNoneMore) {
  auto const take = [&](std::size_t places) {
    return file().change([&](VolumeRecord& record) -> Result<> {
      record.handles.assign(places, {.handler = block::this_process(), .application = ::getpid()});
      record.handles.back().preventions = 7;
      return {};
    });
  };
  ASSERT_TRUE(take(limits::volume_handles_max));
  auto const full = file().read();
  ASSERT_EQ(full->handles.size(), limits::volume_handles_max);
  EXPECT_EQ(full->handles.back().preventions, 7u);
  auto const refused = take(limits::volume_handles_max + 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  EXPECT_EQ(file().read()->handles.size(), limits::volume_handles_max);
  ASSERT_TRUE(take(1));  // who is not in the record any more is not in the file
  EXPECT_EQ(file().read()->handles.size(), 1u);
}

TEST_F(VolumeRecords, ARefusedChangeChangesNothing) {
  ASSERT_TRUE(file().change([](VolumeRecord&) -> Result<> { return {}; }));
  auto const refused = file().change([](VolumeRecord& record) -> Result<> {
    record.dismounts = 99;
    return fail(Errc::access_denied, "volume", "no");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  EXPECT_EQ(file().dismounts(), 0u);
}

TEST_F(VolumeRecords, WhatIsNoRecordIsSaidAndLeftAlone) {
  write_file(file().path(), "hello");
  auto const read = file().read();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::bad_format);
  EXPECT_FALSE(file().change([](VolumeRecord&) -> Result<> { return {}; }));
  EXPECT_EQ(read_file(file().path()), "hello");
}

TEST_F(VolumeRecords, ARecordThatIsHeldForTooLongIsBusy) {
  ASSERT_TRUE(file().change([](VolumeRecord&) -> Result<> { return {}; }));
  UniqueFd const holder(::open(file().path().c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(holder.get(), LOCK_EX), 0);
  auto const refused = file().read();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
}

TEST_F(VolumeRecords, ADirectoryThatOthersMayWriteIsNotBelieved) {
  std::string const open_to_all = lab_.folder("open");
  ASSERT_EQ(::chmod(open_to_all.c_str(), 0777), 0);
  auto const refused = VolumeRecordFile::at(open_to_all, makedev(7, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
}

TEST_F(VolumeRecords, NobodyElseCanHoldARecordUp) {
  NEEDS_ROOT();
  ::chmod(lab_.root().c_str(), 0755);
  ASSERT_TRUE(file().change([](VolumeRecord&) -> Result<> { return {}; }));
  EXPECT_EQ(mode_of(lab_.path("state")), 0700u);
  EXPECT_EQ(mode_of(file().path()), 0600u);
  ::chmod(lab_.path("state").c_str(), 0755);  // as an earlier version made it
  EXPECT_TRUE(only_ours_to_lock(file().path()));
  ::chmod(file().path().c_str(), 0644);
  ASSERT_TRUE(file().change([](VolumeRecord& record) -> Result<> {
    record.dismounts = 3;
    return {};
  }));
  EXPECT_TRUE(only_ours_to_lock(file().path()));
  EXPECT_EQ(file().read()->dismounts, 3u);
}

TEST_F(VolumeRecords, WhatIsPlantedInsteadOfARecordIsNotFollowed) {
  ASSERT_TRUE(file().change([](VolumeRecord&) -> Result<> { return {}; }));
  write_file(lab_.path("victim"), "precious");
  ASSERT_EQ(::unlink(file().path().c_str()), 0);
  ASSERT_EQ(::symlink(lab_.path("victim").c_str(), file().path().c_str()), 0);
  EXPECT_FALSE(file().change([](VolumeRecord&) -> Result<> { return {}; }));
  EXPECT_FALSE(file().read());
  ASSERT_EQ(::symlink(lab_.path("state").c_str(), lab_.path("other-state").c_str()), 0);
  EXPECT_FALSE(VolumeRecordFile::at(lab_.path("other-state"), makedev(7, 1)));
  EXPECT_EQ(read_file(lab_.path("victim")), "precious");
}

TEST_F(VolumeRecords, TextsAreCutToTheirFields) {
  VolumeRecord record;
  block::set_text(record.service_text, std::string(1000, 'x'));
  EXPECT_EQ(block::text_of(record.service_text).size(), record.service_text.size() - 1);
  block::set_text(record.service_text, "");
  EXPECT_EQ(block::text_of(record.service_text), "");
}

}  // namespace
}  // namespace rsm::test
