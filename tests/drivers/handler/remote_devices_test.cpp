// Handlers from the daemon's side: commands, time limits, deaths, nonsense, locks, the end of the daemon.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "drivers/handler/device_name.hpp"
#include "drivers/handler/launcher_link.hpp"
#include "drivers/handler/limits.hpp"
#include "tests/drivers/handler/fake_kind.hpp"
#include "tests/drivers/handler/rig.hpp"

namespace rsm::test {
namespace {

using namespace fake_drive;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string pid_text(pid_t pid) { return "(pid " + std::to_string(pid) + ")"; }

TEST(RemoteDevices, CommandsAndTheirAnswersCrossTheSocket) {
  Rig rig;
  EXPECT_EQ(rig.devices->handler_text({ElementKind::drive, good}), "not started");
  auto const status = rig.status(good);
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_TRUE(status->full);
  EXPECT_THAT(rig.devices->handler_text({ElementKind::drive, good}), ContainsRegex("^pid [0-9]+$"));
  auto const loaded = rig.load(good);
  ASSERT_TRUE(loaded);
  auto const label = rig.wait<port::Label>([&](auto done) { rig.drive(good).read_label(std::move(done)); });
  ASSERT_TRUE(label);
  EXPECT_EQ(label->omid, (Omid{"EXT4", std::string("\0\xff", 2), "name"}));
  auto const busy = rig.wait<port::DismountReport>([&](auto done) { rig.drive(good).dismount(false, std::move(done)); });
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, Errc::busy);
  EXPECT_EQ(busy.error().detail, "open file /mnt/\xEF\xBF\xBD in process 4711 (dd, user root)");
  auto const forced = rig.wait<port::DismountReport>([&](auto done) { rig.drive(good).dismount(true, std::move(done)); });
  ASSERT_TRUE(forced);
  EXPECT_EQ(*forced, (port::DismountReport{true, true, false, "forced"}));
  auto const unloaded = rig.wait<port::UnloadReport>([&](auto done) { rig.drive(good).unload(true, std::move(done)); });
  ASSERT_TRUE(unloaded);
  EXPECT_EQ(*unloaded, (port::UnloadReport{true, "cut off"}));

  auto const changer = rig.wait<port::ChangerDescription>([&](auto done) { rig.devices->changer().describe(std::move(done)); });
  ASSERT_TRUE(changer);
  EXPECT_EQ(changer->vendor, "FAKE");
  auto const report = rig.wait<port::ElementReport>([&](auto done) { rig.devices->changer().elements(changer->elements, std::move(done)); });
  ASSERT_TRUE(report);
  EXPECT_EQ(report->elements.at(0).barcode, "A00001");
  Element const slot0{ElementKind::slot, 0}, slot1{ElementKind::slot, 1};
  EXPECT_TRUE(rig.wait<void>([&](auto done) { rig.devices->changer().move({slot1, slot0, false}, std::move(done)); }));
  EXPECT_EQ(rig.wait<void>([&](auto done) { rig.devices->changer().move({slot0, slot1, false}, std::move(done)); }).error().code, Errc::empty);
  EXPECT_TRUE(rig.wait<void>([&](auto done) { rig.devices->changer().extend_port(0, true, std::move(done)); }));
  EXPECT_THAT(rig.devices->address({ElementKind::drive, 3}), HasSubstr("library#drive3"));
}

TEST(RemoteDevices, OneCommandAtATimeInOrder) {
  Rig rig;
  std::vector<std::uint32_t> order;
  for (int i = 0; i < 20; ++i) rig.drive(good).status([&](Result<port::DriveStatus> status) { order.push_back(status.value().side_up); });
  EXPECT_THAT(order, IsEmpty());
  rig.run_until([&] { return order.size() == 20; });
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(RemoteDevices, ALabelThatWasAskedForWithTheLoadIsToldAfterIt) {
  Rig rig;
  std::vector<std::string> told;
  auto const say = [&](std::string what) {
    return [&told, what](auto result) { told.push_back(what + (result ? "" : ": " + std::string(error_name(result.error().code)))); };
  };
  rig.drive(good).load(say("loaded"), say("label"));
  rig.drive(good).status(say("status"));
  EXPECT_THAT(told, IsEmpty());
  rig.run_until([&] { return told.size() == 3; });
  EXPECT_THAT(told, ElementsAre("loaded", "label", "status"));
  told.clear();
  rig.drive(good).dismount(true, say("dismounted"), say("label"));
  rig.drive(good).dismount(false, say("busy"), say("a label that nobody reads"));
  rig.drive(good).status(say("status"));
  rig.run_until([&] { return told.size() == 4; });
  EXPECT_THAT(told, ElementsAre("dismounted", "label", "busy: ERROR_BUSY", "status"))
      << "after a failure nothing follows, and the next command is served";
}

TEST(RemoteDevices, AHandlerThatDiesBetweenTwoStepsFailsTheSecond) {
  Rig rig;
  std::vector<std::string> told;
  auto const say = [&](std::string what) {
    return [&told, what](auto result) { told.push_back(what + (result ? "" : ": " + std::string(error_name(result.error().code)))); };
  };
  rig.drive(answers_and_dies).load(say("loaded"), say("label"));
  rig.run_until([&] { return told.size() == 2; });
  EXPECT_THAT(told, ElementsAre("loaded", "label: ERROR_DEVICE_NOT_AVAILABLE"));
  told.clear();
  rig.drive(dies_in_load).load(say("loaded"), say("label"));
  rig.drive(dies_in_load).status(say("status"));
  rig.run_until([&] { return told.size() == 2; });
  EXPECT_THAT(told, ElementsAre("loaded: ERROR_DEVICE_NOT_AVAILABLE", "status: ERROR_DEVICE_NOT_AVAILABLE"));
}

TEST(RemoteDevices, ADoubtIsToldBeforeTheAnswerWhateverThatIs) {
  Rig rig;
  std::vector<std::string> seen;
  rig.devices->on_doubt([&](Element asked) { seen.push_back("doubt of " + asked.text()); });
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(rig.status(has_doubt));
    seen.push_back("status");
  }
  EXPECT_FALSE(rig.load(has_doubt));
  seen.push_back("no load");
  ASSERT_TRUE(rig.status(good));
  EXPECT_THAT(seen, ElementsAre("status", "doubt of drive 14", "status", "doubt of drive 14", "no load"));
}

TEST(RemoteDevices, QueueIsBounded) {
  Rig rig;
  std::size_t refused = 0, done = 0;
  for (std::size_t i = 0; i < limits::device_queue_max + 5; ++i)
    rig.drive(good).status([&](Result<port::DriveStatus> status) {
      ++done;
      if (!status) refused += status.error().code == Errc::busy ? 1 : 100;
    });
  EXPECT_EQ(done, 0u);
  rig.run_until([&] { return done == limits::device_queue_max + 5; });
  EXPECT_EQ(refused, 5u);
}

TEST(RemoteDevices, LateCommandIsATimeoutItsHandlerIsKilledAndTheNextOneServes) {
  Rig rig({.load = 200ms});
  ASSERT_TRUE(rig.status(hangs_once));
  pid_t const first = rig.pid_of(hangs_once);
  std::optional<Result<port::DriveStatus>> behind;
  std::optional<Result<port::DriveStatus>> late;
  rig.drive(hangs_once).load([&](auto result) { late = std::move(result); });
  rig.drive(hangs_once).status([&](auto result) { behind = std::move(result); });
  rig.run_until([&] { return late && behind; });
  ASSERT_FALSE(*late);
  EXPECT_EQ(late->error().code, Errc::timeout);
  EXPECT_THAT(late->error().detail, AllOf(HasSubstr("load took longer than 200 ms"), EndsWith("handler of drive 12 " + pid_text(first) + " was killed")));
  ASSERT_FALSE(*behind);
  EXPECT_EQ(behind->error().code, Errc::device_not_available) << "what waited behind it is told at once";
  EXPECT_FALSE(process_alive(first)) << "when the time-out is told, the handler is gone";
  auto const again = rig.load(hangs_once);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_NE(rig.pid_of(hangs_once), first);
  EXPECT_THAT(rig.lost, IsEmpty()) << "it was not idle";
}

TEST(RemoteDevices, DeathInMidCommandIsNamedAndTheNextCommandStartsANewHandler) {
  Rig rig;
  ASSERT_TRUE(rig.status(dies_in_load));
  pid_t const first = rig.pid_of(dies_in_load);
  auto const died = rig.load(dies_in_load);
  ASSERT_FALSE(died);
  EXPECT_EQ(died.error().code, Errc::device_not_available);
  EXPECT_EQ(died.error().object, "drive 2");
  EXPECT_EQ(died.error().detail, "handler of drive 2 " + pid_text(first) + " died: signal 9");
  EXPECT_EQ(rig.devices->handler_text({ElementKind::drive, dies_in_load}), "died: signal 9");
  ASSERT_TRUE(rig.status(dies_in_load));
  EXPECT_NE(rig.pid_of(dies_in_load), first);
}

TEST(RemoteDevices, StartsAndEndsAreCountedByTheirReason) {
  Rig rig({.load = 200ms});
  auto const ends = [&](std::uint32_t number) {
    for (auto const& figures : rig.devices->handler_figures())
      if (figures.device == Element{ElementKind::drive, number}) return figures;
    return port::HandlerFigures{};
  };
  ASSERT_TRUE(rig.status(hangs_once));
  EXPECT_EQ(ends(hangs_once).starts, 1u);
  EXPECT_EQ(ends(hangs_once).ends.at(port::HandlerEnd::timed_out), 0u);
  EXPECT_FALSE(rig.load(hangs_once));
  EXPECT_FALSE(rig.load(dies_in_load));
  EXPECT_TRUE(rig.load(hangs_once));
  EXPECT_EQ(ends(hangs_once).starts, 2u);
  EXPECT_EQ(ends(hangs_once).ends.at(port::HandlerEnd::timed_out), 1u);
  EXPECT_EQ(ends(hangs_once).ends.at(port::HandlerEnd::died), 0u) << "it was killed by us";
  EXPECT_EQ(ends(dies_in_load).ends.at(port::HandlerEnd::died), 1u);
  EXPECT_EQ(ends(dies_in_load).ends.at(port::HandlerEnd::exited), 0u);
}

TEST(RemoteDevices, KilledFromOutsideInMidCommand) {
  Rig rig;
  ASSERT_TRUE(rig.status(hangs_in_load));
  pid_t const pid = rig.pid_of(hangs_in_load);
  rig.loop.after(50ms, [&] { ::kill(pid, SIGKILL); });
  auto const died = rig.load(hangs_in_load);
  ASSERT_FALSE(died);
  EXPECT_EQ(died.error().detail, "handler of drive 1 " + pid_text(pid) + " died: signal 9");
}

TEST(RemoteDevices, ReplyThatWasWrittenBeforeTheDeathCounts) {
  Rig rig;
  auto const loaded = rig.load(answers_and_dies);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_TRUE(loaded->loaded);
  rig.run_until([&] { return !rig.lost.empty(); });
}

TEST(RemoteDevices, DeathOfAnIdleHandlerIsToldToOnLost) {
  Rig rig;
  ASSERT_TRUE(rig.status(good));
  pid_t const pid = rig.pid_of(good);
  ::kill(pid, SIGKILL);
  rig.run_until([&] { return !rig.lost.empty(); });
  EXPECT_EQ(rig.lost.at(0).first, (Element{ElementKind::drive, good}));
  EXPECT_EQ(rig.lost.at(0).second, "handler of drive 0 " + pid_text(pid) + " died: signal 9");
  EXPECT_TRUE(rig.status(good));
  EXPECT_EQ(rig.lost.size(), 1u);
}

TEST(RemoteDevices, NonsenseEndsTheHandlerNotTheDaemon) {
  Rig rig;
  for (std::uint32_t const number : {speaks_nonsense, answers_twice, endless_line}) {
    auto const outcome = rig.load(number);
    ASSERT_FALSE(outcome) << number;
    EXPECT_EQ(outcome.error().code, Errc::device_not_available);
    EXPECT_THAT(outcome.error().detail, HasSubstr("killed: it "));
    EXPECT_TRUE(rig.status(number)) << "a new one serves";
  }
  EXPECT_TRUE(rig.status(good)) << "the others are untouched";
}

TEST(RemoteDevices, ExceptionOfADriverIsAnErrorOfItsCommand) {
  Rig rig;
  auto const outcome = rig.load(throws_in_load);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::device_not_available);
  EXPECT_THAT(outcome.error().detail, HasSubstr("the driver has a bug"));
  EXPECT_TRUE(rig.status(throws_in_load));
}

TEST(RemoteDevices, HandlerThatCannotServeSaysWhy) {
  Rig rig;
  auto const outcome = rig.status(cannot_be_made);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::device_not_available);
  EXPECT_THAT(outcome.error().detail, HasSubstr("there is no such library"));
  EXPECT_THAT(rig.devices->handler_text({ElementKind::drive, cannot_be_made}), HasSubstr("there is no such library"));
}

TEST(RemoteDevices, HandlerThatDoesNotGreetIsKilled) {
  Rig rig({.start = 200ms});
  auto const outcome = rig.status(hangs_before_greeting);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().detail, HasSubstr("did not greet within 200 ms"));
}

// Whoever is not wanted any more keeps the lock of its device as long as it lives: the next one could never serve.
TEST(RemoteDevices, HandlerThatHangsUpAndStaysIsKilled) {
  Rig rig({.kill = 200ms});
  ASSERT_TRUE(rig.status(hangs_up));
  pid_t const pid = rig.pid_of(hangs_up);
  auto const outcome = rig.load(hangs_up);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().detail, "handler of drive 13 " + pid_text(pid) + " closed its socket and did not end; it was killed");
  rig.run_until([&] { return !process_alive(pid); });
  EXPECT_TRUE(rig.status(hangs_up)) << "a new one serves";
}

TEST(RemoteDevices, HandlerThatWasStartedTooLateIsKilled) {
  Rig rig({.start = 0ms});
  auto const outcome = rig.status(hangs_before_greeting);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().detail, HasSubstr("the launcher did not answer within 0 ms"));
  bool over = false;
  rig.loop.after(300ms, [&] { over = true; });  // by then it has been started, or a quicker end of it was missed
  rig.run_until([&] { return over || rig.handlers_alive() > 0; });
  rig.run_until([&] { return over && rig.handlers_alive() == 0; });
}

TEST(RemoteDevices, HangingDeviceStopsNoOther) {
  Rig rig({.load = 5s});
  bool late = false;
  rig.drive(hangs_in_load).load([&](auto) { late = true; });
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(rig.status(good));
  EXPECT_FALSE(late);
  EXPECT_NE(rig.pid_of(hangs_in_load), 0) << "it is still at it, in a process of its own";
}

TEST(RemoteDevices, SecondHandlerOfADeviceIsRefusedByItsLock) {
  Rig rig({.start = 300ms});
  std::string const lock = rig.lab.path("locks") + "/" + handler::lock_file_name("fake", rig.lab.path("library"), {ElementKind::drive, good});
  std::filesystem::create_directories(rig.lab.path("locks"));
  Actor other([&](Actor::Stage& stage) {
    int const fd = ::open(lock.c_str(), O_RDWR | O_CREAT, 0644);
    stage.answer(::flock(fd, LOCK_EX | LOCK_NB));
    while (stage.next() != '\0') stage.answer(0);
  });
  ASSERT_EQ(other.answer(), 0);
  EXPECT_FALSE(rig.status(good)) << "it waits for the lock and is not ready in time";
  EXPECT_FALSE(std::filesystem::exists(rig.in_library("last-status")));
  other.kill_now();
  bool answers = false;
  for (int starts = 0; starts < 20 && !answers; ++starts) answers = rig.status(good).has_value();  // a busy machine may need longer than this start may take
  EXPECT_TRUE(answers);
}

TEST(RemoteDevices, HandlerKeepsNothingThatItShouldNotHave) {
  int const leaky = ::memfd_create("catalog.db", 0);  // without close-on-exec
  ASSERT_GE(leaky, 0);
  ::setenv("OPENRSM_SECRET", "hush", 1);
  Rig rig;
  int const later = ::memfd_create("catalog.db", 0);
  ASSERT_GE(later, 0);
  auto const status = rig.status(shows_itself);
  ::close(leaky);
  ::close(later);
  ::unsetenv("OPENRSM_SECRET");
  ASSERT_TRUE(status);
  EXPECT_THAT(status->vendor, Not(HasSubstr("catalog.db")));
  EXPECT_THAT(status->vendor, HasSubstr("0 /dev/null;"));
  EXPECT_THAT(status->vendor, HasSubstr("3 socket:["));
  EXPECT_THAT(status->vendor, HasSubstr(".lock;"));
  EXPECT_EQ(std::count(status->vendor.begin(), status->vendor.end(), ';'), 6) << "0, 1, 2, socket, signals, lock: " << status->vendor;
  EXPECT_EQ(status->product.find("OPENRSM_SECRET"), std::string::npos) << status->product;
  EXPECT_EQ(status->revision, "/");
  EXPECT_THAT(status->serial, HasSubstr("SigIgn:\t0000000000001000;")) << "SIGPIPE only";
}

// ---- the end of the daemon

TEST(RemoteDevices, StepInHandIsFinishedWhenTheDaemonDies) {
  Rig rig;
  ASSERT_TRUE(rig.status(waits_in_load));
  pid_t const pid = rig.pid_of(waits_in_load);
  bool called = false;
  rig.drive(waits_in_load).load([&](auto) { called = true; });
  rig.run_until([&] { return std::filesystem::exists(rig.in_library("begun")); });
  rig.devices.reset();
  EXPECT_TRUE(process_alive(pid));
  ::kill(pid, SIGTERM);
  ::kill(pid, SIGINT);
  rig.loop.after(50ms, [&] { write_file(rig.in_library("go"), "x", false); });
  rig.run_until([&] { return std::filesystem::exists(rig.in_library("finished")); });
  rig.run_until([&] { return !process_alive(pid); });
  EXPECT_FALSE(called) << "nobody is called any more";
}

TEST(RemoteDevices, SignalBetweenCommandsEndsTheHandlerAtOnce) {
  Rig rig;
  ASSERT_TRUE(rig.status(good));
  pid_t const pid = rig.pid_of(good);
  ::kill(pid, SIGTERM);
  rig.run_until([&] { return !rig.lost.empty(); });
  EXPECT_THAT(rig.lost.at(0).second, HasSubstr("died: exit code 0"));
  EXPECT_FALSE(process_alive(pid));
}

TEST(RemoteDevices, EndOfTheLauncherFailsStartsAndLeavesRunningHandlersAlone) {
  Rig rig;
  ASSERT_TRUE(rig.status(good));
  unsigned told = 0;
  auto const link = handler::LauncherLink::of(rig.launcher(), rig.loop.context(), rig.loop);
  link->on_gone([&] { ++told; });
  ::kill(rig.launcher().pid(), SIGKILL);
  rig.run_until([&] { return told > 0; });
  EXPECT_EQ(told, 1u) << "at once: nobody has asked for a handler";
  auto const refused = rig.status(9);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::device_not_available);
  EXPECT_THAT(refused.error().detail, HasSubstr("launcher has ended"));
  EXPECT_TRUE(rig.status(good));
}

TEST(RemoteDevices, DevicesMayBeDestroyedInACallback) {
  Rig rig;
  int called = 0;
  for (int i = 0; i < 3; ++i)
    rig.drive(dies_in_load).load([&](auto) {
      ++called;
      rig.devices.reset();
    });
  rig.run_until([&] { return called > 0; });
  EXPECT_EQ(called, 1);
}

}  // namespace
}  // namespace rsm::test
