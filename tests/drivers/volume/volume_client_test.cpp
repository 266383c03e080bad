// Handles on real volumes: the rules that several handles share, and what becomes of them when somebody dies or hangs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <future>

#include "drivers/block/volume_record.hpp"
#include "tests/drivers/volume/bench.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using volume::Access;
using volume::Command;
using volume::Notice;
using volume::Operation;

constexpr Access read_write{true, true};
constexpr Access asks_only{};

// Returns when a watch of inotify is among what the process has open.
void until_it_watches(std::int64_t process) {
  for (;;) {
    std::error_code gone;
    for (std::filesystem::directory_iterator entry("/proc/" + std::to_string(process) + "/fdinfo", gone), end; !gone && entry != end; entry.increment(gone))
      if (read_file(entry->path().string()).find("inotify wd:") != std::string::npos) return;
    ::usleep(1'000);
  }
}

class VolumeClients : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    bench_ = std::make_unique<VolumeBench>(GetParam());
  }
  volume::VolumeStatus status() {
    auto const told = bench_->opened(asks_only)->run(Operation::status);
    EXPECT_TRUE(told);
    return *volume::status_from_json(told->data);
  }
  std::unique_ptr<VolumeBench> bench_;
};

TEST_P(VolumeClients, TheOneSafeOrderEndsWithTheMediumOut) {
  auto const at = bench_->mount();
  write_file(at + "/a", "kept", false);
  auto const handle = bench_->opened();
  for (Operation const step : {Operation::flush, Operation::lock, Operation::dismount, Operation::offline, Operation::eject, Operation::unlock}) {
    auto const done = handle->run(step);
    ASSERT_TRUE(done) << done.error().text();
  }
  EXPECT_FALSE(bench_->is_bound());
  EXPECT_FALSE(is_mounted(at));
  EXPECT_EQ(number_of(handle->run(Operation::verify)), 1112u);
}

TEST_P(VolumeClients, TheConditionTellsWhatForbidsAndNotWhatIsMounted) {
  auto const at = bench_->mount();
  auto const asking = bench_->opened(asks_only), handle = bench_->opened();
  auto const condition = [&] { return *volume::status_from_json(asking->run(Operation::condition)->data); };
  EXPECT_EQ(condition().state, "");
  EXPECT_THAT(condition().mounts, IsEmpty());
  EXPECT_EQ(condition().kind, "loop device");
  EXPECT_TRUE(condition().medium);
  EXPECT_THAT(condition().handles, SizeIs(1));
  ASSERT_TRUE(handle->run(Operation::lock));
  EXPECT_EQ(condition().state, "locked");
  ASSERT_TRUE(handle->run(Operation::dismount));
  ASSERT_TRUE(handle->run(Operation::offline));
  EXPECT_EQ(condition().state, "offline");
  EXPECT_EQ(condition().offline_process, status().offline_process);
}

TEST_P(VolumeClients, ALockTakesTheMountsAndUnlockBringsThemBack) {
  auto const at = bench_->mount();
  auto const handle = bench_->opened();
  ASSERT_TRUE(handle->run(Operation::lock));
  EXPECT_FALSE(is_mounted(at));
  EXPECT_EQ(status().state, "locked");
  EXPECT_EQ(mount_device(bench_->node(), at, GetParam()), EBUSY);
  ASSERT_TRUE(handle->run(Operation::unlock));
  EXPECT_TRUE(is_mounted(at));
  EXPECT_EQ(number_of(handle->run(Operation::unlock)), 158u);
}

TEST_P(VolumeClients, AProgramThatIsKilledLetsGoOfItsLock) {
  auto const at = bench_->mount();
  auto const& bench = *bench_;
  Actor locker([&bench](Actor::Stage& stage) {
    auto const handle = bench.opened();
    stage.answer(handle && handle->run(Operation::lock) ? 0 : 1);
    stage.next();
    ::_exit(0);  // without closing anything
  });
  ASSERT_EQ(locker.answer(), 0);
  auto const refused = bench_->open(read_write);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  EXPECT_THAT(refused.error().detail, HasSubstr(std::to_string(locker.pid())));
  locker.kill_now();
  for (int looks = 0; looks < 500 && !is_mounted(at); ++looks) ::usleep(10'000);
  EXPECT_TRUE(is_mounted(at));
  // The mounts come back before the lock is let go: in between the volume still has its lock, and says so.
  auto mine = bench_->open(read_write);
  for (int looks = 0; looks < 500 && !mine; ++looks) {
    EXPECT_EQ(mine.error().code, Errc::access_denied) << mine.error().text();
    ::usleep(10'000);
    mine = bench_->open(read_write);
  }
  EXPECT_TRUE(mine);
}

TEST_P(VolumeClients, AnotherHandleOfTheSameProgramRefusesTheLockToo) {
  auto const one = bench_->opened();
  auto const other = bench_->opened();
  auto const refused = one->run(Operation::lock);
  EXPECT_EQ(number_of(refused), 5u);
  EXPECT_THAT(refused.error().detail, HasSubstr("has a handle on the volume"));
  other->close();
  EXPECT_TRUE(one->run(Operation::lock));
}

TEST_P(VolumeClients, HandlesFromBeforeADismountStayDead) {
  bench_->mount();
  auto const old = bench_->opened();
  auto const other = bench_->opened();
  ASSERT_TRUE(other->run(Operation::dismount));
  EXPECT_EQ(number_of(old->run({.operation = Operation::read, .length = 512}, std::chrono::seconds(10))), 21u);
  EXPECT_EQ(number_of(old->run(Operation::flush)), 21u);
  bench_->mount("again");
  EXPECT_EQ(number_of(old->run(Operation::flush)), 21u);
  EXPECT_TRUE(other->run(Operation::flush));
}

TEST_P(VolumeClients, OfflineNeedsADismountAndLastsUntilSomebodyBringsItOnline) {
  auto const at = bench_->mount();
  auto handle = bench_->opened();
  EXPECT_EQ(number_of(handle->run(Operation::offline)), 5023u);
  EXPECT_EQ(number_of(handle->run(Operation::is_offline)), 31u);
  ASSERT_TRUE(handle->run(Operation::dismount));
  ASSERT_TRUE(handle->run(Operation::offline));
  EXPECT_EQ(number_of(handle->run(Operation::flush)), 21u);
  handle->close();
  EXPECT_EQ(mount_device(bench_->node(), at, GetParam()), EBUSY);
  auto const other = bench_->opened(asks_only);
  EXPECT_TRUE(other->run(Operation::is_offline));
  ASSERT_TRUE(other->run(Operation::online));
  EXPECT_EQ(mount_device(bench_->node(), at, GetParam()), 0);
}

// What somebody has unmounted lazily is in use until its last user has gone: that is waited for, and not looked for.
TEST_P(VolumeClients, TheLastUserOfWhatIsMountedNowhereAnyMoreIsAwaited) {
  constexpr std::uint32_t longer_than_any = ~0U;  // the handler's own limit
  auto const at = bench_->mount();
  auto const handle = bench_->opened(asks_only);
  Actor holder(holds_file(at + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  auto const await = [&](std::uint32_t length) {
    auto const heard = handle->run({.operation = Operation::await_end, .length = length}, limit_of(Operation::await_end));
    return heard ? static_cast<int>(heard->number) : -1;
  };
  EXPECT_EQ(await(longer_than_any), 0) << "it is mounted: the end of its users cannot be heard";
  ASSERT_EQ(::umount2(at.c_str(), MNT_DETACH), 0);
  EXPECT_EQ(await(1), 0);
  std::promise<int> told;
  handle->submit({.operation = Operation::await_end, .length = longer_than_any}, limit_of(Operation::await_end),
                 [&](Result<volume::Outcome> heard) { told.set_value(heard ? static_cast<int>(heard->number) : -1); });
  until_it_watches(handle->handler_pid());
  holder.kill_now();
  EXPECT_EQ(told.get_future().get(), 1);
  EXPECT_EQ(await(longer_than_any), 0) << "nobody uses it";
  EXPECT_TRUE(bench_->opened()->run(Operation::lock));
}

TEST_P(VolumeClients, AWaitForTheLastUserCanBeCancelled) {
  auto const at = bench_->mount();
  auto const handle = bench_->opened(asks_only);
  Actor holder(holds_file(at + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  ASSERT_EQ(::umount2(at.c_str(), MNT_DETACH), 0);
  std::promise<std::uint32_t> told;
  auto const id = handle->submit({.operation = Operation::await_end, .length = ~0U}, limit_of(Operation::await_end), [&](Result<volume::Outcome> heard) { told.set_value(number_of(heard)); });
  until_it_watches(handle->handler_pid());
  EXPECT_TRUE(handle->cancel(id));
  EXPECT_EQ(told.get_future().get(), 995u);
}

TEST_P(VolumeClients, PreventionIsCountedByHandleAndGoesWithIt) {
  auto const one = bench_->opened(asks_only);
  auto two = bench_->opened(asks_only);
  Command const prevent{.operation = Operation::ejection_control, .prevent = true}, allow{.operation = Operation::ejection_control};
  auto const limit = limit_of(Operation::ejection_control);
  ASSERT_TRUE(two->run(prevent, limit));
  ASSERT_TRUE(two->run(prevent, limit));
  auto const refused = one->run(Operation::eject);
  EXPECT_EQ(number_of(refused), 1109u);
  ASSERT_TRUE(two->run(allow, limit));
  EXPECT_EQ(number_of(one->run(Operation::eject)), 1109u);
  EXPECT_EQ(number_of(one->run(allow, limit)), 5023u);
  two->close();
  EXPECT_TRUE(one->run(Operation::eject));
}

TEST_P(VolumeClients, ALockIsAnnouncedAndWaitsForTheAnswer) {
  std::shared_ptr<volume::VolumeClient> user = bench_->opened();
  std::vector<Notice> heard;
  auto const listening = bench_->open(asks_only, [&](Notice notice) {
    heard.push_back(notice);
    if (notice == Notice::lock) user->close();  // makes way
  });
  ASSERT_TRUE(listening) << listening.error().text();
  auto const locker = bench_->opened();
  auto const locked = locker->run(Operation::lock);
  EXPECT_TRUE(locked) << locked.error().text();
  ASSERT_TRUE(locker->run(Operation::unlock));
  (*listening)->close();
  EXPECT_THAT(heard, ::testing::ElementsAre(Notice::lock, Notice::unlock));
}

TEST_P(VolumeClients, ManyOperationsAtOnceAreCarriedOutInOrderAndMayBeCancelled) {
  bool answered = false;
  std::promise<void> go_on;
  auto const listening = bench_->open(asks_only, [&](Notice notice) {
    if (notice == Notice::lock) go_on.get_future().wait();
    answered = true;
  });
  ASSERT_TRUE(listening);
  auto const handle = bench_->opened();
  auto submit = [&](Operation operation, std::promise<std::uint32_t>& result) {
    return handle->submit({.operation = operation}, limit_of(operation), [&result](auto outcome) { result.set_value(number_of(outcome)); });
  };
  std::promise<std::uint32_t> lock, flush, size;
  submit(Operation::lock, lock);
  auto const cancelled = submit(Operation::flush, flush);
  submit(Operation::size, size);
  EXPECT_TRUE(handle->cancel(cancelled));
  EXPECT_EQ(flush.get_future().get(), 995u);
  go_on.set_value();
  EXPECT_EQ(lock.get_future().get(), 0u);
  EXPECT_EQ(size.get_future().get(), 0u);
  EXPECT_FALSE(handle->cancel(cancelled));
  handle->close();
  (*listening)->close();
  EXPECT_TRUE(answered);
}

TEST_P(VolumeClients, WhatIsLinkedIsCarriedOutUpToTheFirstThatFails) {
  auto const at = bench_->mount();
  auto const handle = bench_->opened();
  std::vector<std::promise<std::uint32_t>> results(6);
  auto submit = [&](std::size_t number, Operation operation, bool linked) {
    return handle->submit({.operation = operation, .linked = linked}, limit_of(operation), [&results, number](auto outcome) { results[number].set_value(number_of(outcome)); });
  };
  submit(0, Operation::flush, false);
  submit(1, Operation::lock, true);
  submit(2, Operation::offline, true);  // not dismounted yet
  submit(3, Operation::eject, true);
  submit(4, Operation::unlock, true);
  submit(5, Operation::size, false);
  std::vector<std::uint32_t> numbers;
  for (auto& result : results) numbers.push_back(result.get_future().get());
  EXPECT_THAT(numbers, ::testing::ElementsAre(0u, 0u, 5023u, 995u, 995u, 0u));
  EXPECT_TRUE(bench_->is_bound());
  EXPECT_EQ(status().state, "locked");
  EXPECT_TRUE(handle->run(Operation::unlock));
  EXPECT_EQ(status().state, "mounted");
  EXPECT_EQ(::umount2(at.c_str(), 0), 0);
}

TEST_P(VolumeClients, WhatIsLinkedToACancelledOneIsNotBegun) {
  std::promise<void> go_on;
  auto const listening = bench_->open(asks_only, [&](Notice notice) {
    if (notice == Notice::lock) go_on.get_future().wait();
  });
  ASSERT_TRUE(listening);
  auto const handle = bench_->opened();
  std::vector<std::promise<std::uint32_t>> results(4);
  auto submit = [&](std::size_t number, Operation operation, bool linked) {
    return handle->submit({.operation = operation, .linked = linked}, limit_of(operation), [&results, number](auto outcome) { results[number].set_value(number_of(outcome)); });
  };
  submit(0, Operation::lock, false);
  auto const cancelled = submit(1, Operation::dismount, true);
  submit(2, Operation::eject, true);
  submit(3, Operation::size, false);
  EXPECT_TRUE(handle->cancel(cancelled));
  EXPECT_EQ(results[1].get_future().get(), 995u);
  go_on.set_value();
  EXPECT_EQ(results[0].get_future().get(), 0u);
  EXPECT_EQ(results[2].get_future().get(), 995u);
  EXPECT_EQ(results[3].get_future().get(), 0u);
  EXPECT_TRUE(bench_->is_bound());
  handle->close();
  (*listening)->close();
}

// What a handle is told along with its opening: the gate, then steps that are linked to it.
struct Told {
  std::vector<Operation> steps;
  std::vector<std::uint32_t> numbers = {};  // of those that have completed
  std::uint64_t gate = 0;

  volume::VolumeClient::Orders orders(bool then_close) {
    volume::VolumeClient::Orders orders{.all = {}, .then_close = then_close};
    for (Operation const step : steps)
      orders.all.push_back({{.operation = step, .linked = step != Operation::fit}, limit_of(step), [this, step](Result<volume::Outcome> outcome) {
                              if (step == Operation::fit && outcome) gate = outcome->number;
                              numbers.push_back(number_of(outcome));
                            }});
    return orders;
  }
};

TEST_P(VolumeClients, WhatIsToldAlongWithTheOpeningIsBegunWithoutAQuestion) {
  for (bool const threadless : {false, true}) {
    auto const at = bench_->mount();
    write_file(at + "/a", "kept", false);
    Told told{{Operation::fit, Operation::flush, Operation::lock, Operation::dismount, Operation::offline, Operation::media_removal, Operation::eject, Operation::unlock}};
    auto const handle = volume::VolumeClient::open({.path = bench_->node(), .access = read_write, .command = "test", .state_directory = bench_->state_directory(), .threadless = threadless},
                                                   told.orders(true));
    ASSERT_TRUE(handle) << handle.error().text();
    while (!(*handle)->dead()) (void)(*handle)->attend(Millis{100});
    EXPECT_THAT(told.numbers, ::testing::ElementsAre(0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u)) << "it has closed by itself when all was done";
    EXPECT_EQ(told.gate, 1u);
    EXPECT_FALSE(bench_->is_bound());
    EXPECT_FALSE(is_mounted(at));
    (*handle)->close();
    bench_->bind_again();
    EXPECT_EQ(read_file(bench_->mount() + "/a"), "kept");
    EXPECT_EQ(::umount2(at.c_str(), 0), 0);
  }
}

TEST_P(VolumeClients, AGateThatIsShutLetsNothingBegin) {
  {
    auto const keeper = bench_->opened();
    for (Operation const step : {Operation::lock, Operation::dismount, Operation::offline}) ASSERT_EQ(number_of(keeper->run(step)), 0u);
  }
  Told told{{Operation::fit, Operation::lock, Operation::size}};
  auto const handle = volume::VolumeClient::open({.path = bench_->node(), .access = read_write, .command = "test", .state_directory = bench_->state_directory()}, told.orders(true));
  ASSERT_TRUE(handle) << handle.error().text();
  EXPECT_EQ(number_of((*handle)->run(Operation::is_offline)), 0u) << "it goes on: not all went well";
  EXPECT_THAT(told.numbers, ::testing::ElementsAre(0u, 995u, 995u));
  EXPECT_EQ(told.gate, 0u);
  EXPECT_TRUE((*handle)->run(Operation::online));
}

TEST_P(VolumeClients, WhatIsToldToAHandleThatCannotBeOpenedIsNotBegun) {
  auto const locker = bench_->opened();
  ASSERT_TRUE(locker->run(Operation::lock));
  Told told{{Operation::fit, Operation::lock}};
  auto const handle = volume::VolumeClient::open({.path = bench_->node(), .access = read_write, .command = "test", .state_directory = bench_->state_directory()}, told.orders(true));
  ASSERT_FALSE(handle);
  EXPECT_EQ(static_cast<unsigned>(handle.error().code), 5u);
  EXPECT_THAT(told.numbers, IsEmpty());
}

TEST_P(VolumeClients, ALockThatIsAskedForAtTheOpeningSeesWhoHasTheDeviceOpen) {
  auto const at = bench_->mount();
  Actor holder(holds_file(bench_->node()));
  ASSERT_EQ(holder.answer(), 0);
  Told told{{Operation::fit, Operation::flush, Operation::lock, Operation::dismount}};
  auto const handle = volume::VolumeClient::open({.path = bench_->node(), .access = read_write, .command = "test", .state_directory = bench_->state_directory()}, told.orders(true));
  ASSERT_TRUE(handle) << handle.error().text();
  ASSERT_TRUE((*handle)->run(Operation::size));
  EXPECT_THAT(told.numbers, ::testing::ElementsAre(0u, 0u, 5u, 995u));
  EXPECT_TRUE(is_mounted(at));
  holder.kill_now();
  EXPECT_EQ(number_of((*handle)->run(Operation::lock)), 0u);
  EXPECT_TRUE((*handle)->run(Operation::unlock));
  EXPECT_EQ(::umount2(at.c_str(), 0), 0);
}

TEST_P(VolumeClients, WithoutAThreadItWorksWhileItIsAttended) {
  bench_->mount();
  auto const opened = volume::VolumeClient::open({.path = bench_->node(), .access = read_write, .command = "test", .state_directory = bench_->state_directory(), .threadless = true});
  ASSERT_TRUE(opened) << opened.error().text();
  auto const& handle = *opened;
  EXPECT_EQ(number_of(handle->run(Operation::flush)), 0u);
  std::vector<std::uint32_t> numbers;
  for (bool const linked : {false, true, true})
    handle->submit({.operation = linked ? Operation::is_offline : Operation::lock, .linked = linked}, limit_of(Operation::lock), [&](auto outcome) { numbers.push_back(number_of(outcome)); });
  EXPECT_THAT(numbers, IsEmpty()) << "inside submit nothing completes";
  while (numbers.size() < 3) EXPECT_TRUE(handle->attend(limit_of(Operation::lock)));
  EXPECT_THAT(numbers, ::testing::ElementsAre(0u, 31u, 995u));
  EXPECT_EQ(status().state, "locked");
  EXPECT_FALSE(handle->dead());
  ::kill(static_cast<pid_t>(handle->handler_pid()), SIGKILL);
  while (!handle->dead()) ::usleep(1'000);
  EXPECT_EQ(number_of(handle->run(Operation::size)), 21u);
  handle->close();
  EXPECT_EQ(number_of(handle->run(Operation::size)), 1223u) << "the handle is being closed";
}

TEST_P(VolumeClients, WithoutAThreadALimitHoldsToo) {
  std::promise<void> go_on;
  auto const listening = bench_->open(asks_only, [&](Notice notice) {
    if (notice == Notice::lock) go_on.get_future().wait();
  });
  ASSERT_TRUE(listening);
  auto const handle = volume::VolumeClient::open({.path = bench_->node(), .access = read_write, .command = "test", .state_directory = bench_->state_directory(), .threadless = true});
  ASSERT_TRUE(handle) << handle.error().text();
  EXPECT_EQ(number_of((*handle)->run({.operation = Operation::lock}, Millis{100})), 1460u);
  EXPECT_TRUE((*handle)->dead());
  EXPECT_THAT(status().needs_service, HasSubstr("lock did not end"));
  go_on.set_value();
  EXPECT_TRUE(bench_->opened(asks_only)->run(Operation::verify));
  (*listening)->close();
}

TEST_P(VolumeClients, ALockThatWaitsForListenersCanBeCancelled) {
  std::promise<void> go_on;
  std::promise<void> asked;
  auto const listening = bench_->open(asks_only, [&](Notice notice) {
    if (notice != Notice::lock) return;
    asked.set_value();
    go_on.get_future().wait();
  });
  ASSERT_TRUE(listening);
  auto const handle = bench_->opened();
  std::promise<std::uint32_t> lock;
  auto const id = handle->submit({.operation = Operation::lock}, limit_of(Operation::lock), [&](auto outcome) { lock.set_value(number_of(outcome)); });
  asked.get_future().wait();
  EXPECT_TRUE(handle->cancel(id));
  EXPECT_EQ(lock.get_future().get(), 995u);
  go_on.set_value();
  (*listening)->close();
}

// A listener that does not answer stands for a device that does not: the operation has begun, and nothing comes.
TEST_P(VolumeClients, AnOperationPastItsLimitEndsTheHandleAndMarksTheVolume) {
  std::promise<void> go_on;
  auto const listening = bench_->open(asks_only, [&](Notice notice) {
    if (notice == Notice::lock) go_on.get_future().wait();
  });
  ASSERT_TRUE(listening);
  auto const handle = bench_->opened();
  auto const late = handle->run({.operation = Operation::lock}, std::chrono::milliseconds(50));
  EXPECT_EQ(number_of(late), 1460u);
  EXPECT_TRUE(handle->dead());
  EXPECT_EQ(number_of(handle->run(Operation::flush)), 21u);
  go_on.set_value();
  (*listening)->close();
  EXPECT_THAT(status().needs_service, HasSubstr("lock did not end within"));
  auto const refused = bench_->open(read_write);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::not_ready);
  EXPECT_THAT(refused.error().detail, HasSubstr("rsm volume verify"));
  ASSERT_TRUE(bench_->opened(asks_only)->run(Operation::verify));
  EXPECT_TRUE(bench_->open(read_write));
}

TEST_P(VolumeClients, AHandlerThatIsKilledEndsTheHandleAndNothingElse) {
  auto const handle = bench_->opened();
  ASSERT_EQ(::kill(static_cast<pid_t>(handle->handler_pid()), SIGKILL), 0);
  EXPECT_EQ(number_of(handle->run(Operation::flush)), 21u);
  EXPECT_TRUE(bench_->opened()->run(Operation::lock));
}

TEST_P(VolumeClients, WhatIsWrittenThroughALockedHandleIsTheNextFileSystem) {
  auto const at = bench_->mount();
  auto const handle = bench_->opened();
  Command const write{.operation = Operation::write, .offset = 0, .data = std::string(4096, 'x')};
  EXPECT_EQ(number_of(handle->run(write, limit_of(Operation::write))), 5u);
  ASSERT_TRUE(handle->run(Operation::lock));
  ASSERT_TRUE(handle->run(write, limit_of(Operation::write)));
  auto const back = handle->run({.operation = Operation::read, .length = 4096}, limit_of(Operation::read));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->data, write.data);
  ASSERT_TRUE(handle->run(Operation::dismount));
  ASSERT_TRUE(handle->run(Operation::unlock));
  EXPECT_FALSE(is_mounted(at));
  EXPECT_EQ(read_file(bench_->image(), 4096), write.data);
}

TEST_P(VolumeClients, EjectWithFilesOpenIsRefusedByALoopDeviceWithTheirNames) {
  auto const at = bench_->mount();
  write_file(at + "/a", "x");
  Actor holder(holds_file(at + "/a"));
  ASSERT_EQ(holder.answer(), 0);
  auto const handle = bench_->opened();
  auto const refused = handle->run(Operation::eject);
  EXPECT_EQ(number_of(refused), 1109u);
  EXPECT_THAT(refused.error().detail, HasSubstr(std::to_string(holder.pid())));
  EXPECT_TRUE(bench_->is_bound());
  auto const denied = handle->run(Operation::lock);
  EXPECT_EQ(number_of(denied), 5u);
  EXPECT_THAT(denied.error().detail, HasSubstr(std::to_string(holder.pid())));
}

TEST(VolumeOpen, WhatIsNoVolumeIsRefusedWithItsReason) {
  if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
  Lab const lab;
  auto const open = [&](std::string const& path) {
    auto const client = volume::VolumeClient::open({.path = path, .state_directory = lab.path("state")});
    return client ? Errc::success : client.error().code;
  };
  EXPECT_EQ(open("/dev/no-such-device"), Errc::file_not_found);
  EXPECT_EQ(open("/dev/null"), Errc::invalid_name);
  EXPECT_EQ(open(lab.root()), Errc::invalid_name);
  EXPECT_EQ(open(""), Errc::invalid_name);
  EXPECT_EQ(open(std::string("/dev/\0x", 7)), Errc::invalid_name);
}

INSTANTIATE_TEST_SUITE_P(FileSystems, VolumeClients, ::testing::Values("ext4", "xfs"));

}  // namespace
}  // namespace rsm::test
