// The one safe order, on a handle that answers as the test says: what is asked for, in which order, and what is said of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "cli/rsm/volume/view.hpp"
#include "cli/rsm/volume/work.hpp"
#include "libmgr/domain/limits.hpp"
#include "tests/cli/fake_volume.hpp"

namespace rsm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using volume::Operation;

class Volume : public testing::Test {
 protected:
  VolumeOrder order(VolumeVerb verb) const { return {.verb = verb, .device = "/dev/loop7", .named = "/mnt/a"}; }

  VolumeHooks hooks() {
    VolumeHooks hooks;
    hooks.open = [this](volume::Access access, volume::VolumeClient::Orders orders) -> Result<std::shared_ptr<volume::VolumeClient>> {
      if ((access.read || access.write) && !open_errors_.empty()) {
        auto const error = open_errors_.front();
        open_errors_.erase(open_errors_.begin());
        if (error.code != Errc::success) return std::unexpected(error);
      }
      fake_->opened.push_back(access);
      auto client = std::make_shared<FakeClient>(fake_);
      if (!orders.all.empty()) told_at_opening_.emplace_back(orders.all.size(), orders.then_close);
      for (auto& order : orders.all) client->submit(std::move(order.command), order.limit, std::move(order.done));
      return client;
    };
    hooks.limit_of = [](Operation) { return Millis{1234}; };
    hooks.tell = [this](std::string const& step, std::string const& reason) { told_.push_back(reason.empty() ? step : step + ": " + reason), when_told_(step); };
    hooks.idle = [] {};
    hooks.now = [this] { return now_; };
    hooks.pause = [this](Millis time) {
      now_ += time;
      while_waiting_();
    };
    hooks.managing_service = [this] { return service_; };
    hooks.missing_right = [this](VolumeStep) { return right_; };
    hooks.run_command = [this](std::function<bool()> const& still_locked) -> Result<int> {
      fake_->asked.emplace_back(still_locked() ? "(command)" : "(command without lock)");
      return command_status_;
    };
    return hooks;
  }

  VolumeReport run(VolumeOrder order) {
    VolumeWork work(std::move(order), hooks());
    auto report = work.run();
    before_ = work.status();
    return report;
  }
  VolumeReport run(VolumeVerb verb) { return run(order(verb)); }
  VolumeReport forced(VolumeVerb verb) {
    auto with_force = order(verb);
    with_force.force = true;
    return run(std::move(with_force));
  }
  VolumeReport rehearsed(VolumeVerb verb, bool force = false) {
    auto dry = order(verb);
    dry.dry_run = true;
    dry.force = force;
    return run(std::move(dry));
  }
  void make_busy() {
    fake_->refuse(Operation::lock, Errc::access_denied, "in use");
    fake_->holders.holders = {{4711, "root", "cat", "open file /mnt/a/b"}};
  }
  static std::vector<std::string> outcomes(VolumeReport const& report) {
    std::vector<std::string> out;
    for (auto const& s : report.steps) out.push_back(s.step + " " + s.outcome);
    return out;
  }
  static volume::Outcome dismounted_by_force(bool dead) {
    return {.data = volume::to_json(volume::DismountOutcome{.was_mounted = true, .forced = true, .handles_dead = dead, .note = "how it went"})};
  }

  std::shared_ptr<FakeVolume> fake_ = std::make_shared<FakeVolume>();
  std::vector<Error> open_errors_;
  std::vector<std::string> told_;
  std::vector<std::pair<std::size_t, bool>> told_at_opening_;  // how many orders, and whether the handle closes after them
  std::function<void()> while_waiting_ = [] {};
  std::function<void(std::string const& step)> when_told_ = [](std::string const&) {};
  volume::VolumeStatus before_;
  std::string service_, right_;
  Millis now_{0};
  int command_status_ = 0;
};

TEST_F(Volume, EachVerbIsItsStepsInTheSafeOrder) {
  struct Row {
    VolumeVerb verb;
    std::vector<std::string> asked;
  };
  for (auto const& row : {Row{VolumeVerb::flush, {"flush"}}, Row{VolumeVerb::lock, {"flush", "lock", "(command)", "unlock"}},
                          Row{VolumeVerb::dismount, {"flush", "lock", "dismount", "unlock"}}, Row{VolumeVerb::offline, {"flush", "lock", "dismount", "offline"}},
                          Row{VolumeVerb::eject, {"flush", "lock", "dismount", "offline", "media_removal allow", "eject", "unlock"}},
                          Row{VolumeVerb::online, {"online"}}, Row{VolumeVerb::load, {"load"}}, Row{VolumeVerb::prevent, {"media_removal prevent"}},
                          Row{VolumeVerb::allow, {"media_removal allow"}}, Row{VolumeVerb::verify, {"verify"}}}) {
    fake_ = std::make_shared<FakeVolume>();
    auto const report = run(row.verb);
    EXPECT_TRUE(report.good()) << report.error_text;
    EXPECT_EQ(fake_->asked, row.asked) << name_of(row.verb);
    EXPECT_EQ(fake_->last_limit, Millis{1234});
  }
}

TEST_F(Volume, TheStepsAreToldAlongWithTheOpeningUpToACommandOfSomebodyElse) {
  for (auto const& [verb, orders, closes] : {std::tuple{VolumeVerb::eject, 8U, true}, {VolumeVerb::dismount, 5U, true}, {VolumeVerb::offline, 5U, true}, {VolumeVerb::flush, 2U, true}, {VolumeVerb::lock, 3U, false}}) {
    fake_ = std::make_shared<FakeVolume>();
    told_at_opening_.clear();
    EXPECT_TRUE(run(verb).good());
    EXPECT_THAT(told_at_opening_, ElementsAre(std::pair<std::size_t, bool>(orders, closes))) << name_of(verb);
  }
  told_at_opening_.clear();
  EXPECT_TRUE(rehearsed(VolumeVerb::eject).good());
  EXPECT_TRUE(run(VolumeVerb::online).good());
  EXPECT_THAT(told_at_opening_, IsEmpty()) << "a rehearsal and a verb that needs nobody's rights";
}

TEST_F(Volume, WhatMayOnlyBeReadIsToldWithoutTheFlush) {
  open_errors_ = {{Errc::write_protect, "/dev/loop7", "it is read-only"}};
  EXPECT_TRUE(run(VolumeVerb::dismount).good());
  EXPECT_THAT(told_at_opening_, ElementsAre(std::pair<std::size_t, bool>(4U, true)));
  EXPECT_THAT(fake_->asked, ElementsAre("lock", "dismount", "unlock"));
}

TEST_F(Volume, WhereTheConditionForbidsItNothingWasBegun) {
  for (auto const forbid : {+[](volume::VolumeStatus& s) { s.managed_by = "drive 0"; }, +[](volume::VolumeStatus& s) { s.system_volume = "it carries /"; },
                            +[](volume::VolumeStatus& s) { s.needs_service = "the eject ran out of time"; }}) {
    fake_ = std::make_shared<FakeVolume>();
    forbid(fake_->status);
    EXPECT_FALSE(run(VolumeVerb::eject).good());
    EXPECT_THAT(fake_->asked, IsEmpty());
  }
}

TEST_F(Volume, ABusyVolumeIsLeftAloneAndTheErrorNamesWho) {
  for (auto verb : {VolumeVerb::lock, VolumeVerb::dismount, VolumeVerb::offline, VolumeVerb::eject}) {
    fake_ = std::make_shared<FakeVolume>();
    make_busy();
    auto const report = run(verb);
    EXPECT_EQ(report.failure.code, Errc::busy);
    EXPECT_THAT(report.failure.detail, HasSubstr("open file /mnt/a/b in process 4711 (cat, user root)"));
    EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock"));
    EXPECT_EQ(report.holders.size(), 1u);
  }
}

TEST_F(Volume, WaitTriesAgainUntilItsTimeIsOver) {
  make_busy();
  auto patient = order(VolumeVerb::dismount);
  patient.busy_wait = limits::busy_retry_pause * 3;
  auto const report = run(patient);
  EXPECT_EQ(report.failure.code, Errc::busy);
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock")) << "while the holder is seen nothing is taken away to try";
  EXPECT_GE(now_, patient.busy_wait);
  EXPECT_THAT(told_, testing::Contains(HasSubstr("waiting: open file /mnt/a/b")));
}

TEST_F(Volume, WaitGoesOnWhenTheHolderHasEnded) {
  make_busy();
  fake_->then(Operation::lock);
  while_waiting_ = [this] { fake_->holders.holders.clear(); };
  auto patient = order(VolumeVerb::dismount);
  patient.busy_wait = limits::busy_wait;
  auto const report = run(patient);
  EXPECT_TRUE(report.good());
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "lock", "dismount", "unlock"));
  EXPECT_THAT(report.holders, IsEmpty());
}

TEST_F(Volume, WaitHearsTheLastUserOfWhatIsMountedNowhereAnyMore) {
  make_busy();
  fake_->status.mounts.clear();
  fake_->then(Operation::lock);
  fake_->then(Operation::await_end, {.number = 1});
  when_told_ = [this](std::string const& step) {
    if (step == "waiting") fake_->holders.holders.clear();
  };
  auto patient = order(VolumeVerb::dismount);
  patient.busy_wait = limits::busy_wait;
  EXPECT_TRUE(run(patient).good());
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "await_end", "lock", "dismount", "unlock"));
  EXPECT_EQ(now_, Millis{0}) << "no pause between two looks";
}

TEST_F(Volume, WhatCannotBeHeardIsLookedForAfterAPause) {
  make_busy();
  fake_->status.mounts.clear();
  auto patient = order(VolumeVerb::dismount);
  patient.busy_wait = limits::busy_retry_pause * 2;
  EXPECT_EQ(run(patient).failure.code, Errc::busy);
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "await_end", "await_end"));
  EXPECT_EQ(now_, patient.busy_wait);
}

TEST_F(Volume, ForceGoesOnWithoutTheLockAndSaysWhatBecameOfTheHolders) {
  for (bool const dead : {true, false}) {
    fake_ = std::make_shared<FakeVolume>();
    make_busy();
    fake_->then(Operation::dismount, dismounted_by_force(dead));
    auto const report = forced(VolumeVerb::dismount);
    EXPECT_TRUE(report.good()) << report.error_text;
    EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "dismount"));  // no lock, no unlock
    EXPECT_EQ(report.holders_fate, dead ? "dead" : "alive");
    auto const text = result_text(report, before_, {});
    EXPECT_THAT(text, HasSubstr(dead ? "DEAD" : "ALIVE"));
    EXPECT_THAT(text, HasSubstr("4711  root  cat      open file /mnt/a/b"));
    EXPECT_THAT(to_json(report), HasSubstr("how it went"));
  }
}

TEST_F(Volume, AForcedEjectGoesOnAlthoughOldHandlesKeepTheDevice) {
  make_busy();
  fake_->then(Operation::dismount, dismounted_by_force(true));
  fake_->refuse(Operation::offline, Errc::busy, "old handles keep it");
  auto const report = forced(VolumeVerb::eject);
  EXPECT_TRUE(report.good()) << report.error_text;
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "dismount", "offline", "media_removal allow", "eject"));
  EXPECT_THAT(outcomes(report), testing::Contains("offline failed"));

  fake_ = std::make_shared<FakeVolume>();
  make_busy();
  fake_->then(Operation::dismount, dismounted_by_force(true));
  fake_->refuse(Operation::offline, Errc::busy, "old handles keep it");
  auto const kept = forced(VolumeVerb::offline);
  EXPECT_EQ(kept.failure.code, Errc::busy);
  EXPECT_THAT(aftermath_text(kept, {}), HasSubstr("DEAD"));  // said although it failed
}

TEST_F(Volume, WhatCouldNotBeEjectedIsOnlineAgainLockedInAgainAndUnlocked) {
  fake_->status.removal_prevented = true;
  fake_->refuse(Operation::eject, Errc::unable_to_unload_media, "the drive refuses");
  auto const report = run(VolumeVerb::eject);
  EXPECT_EQ(report.failure.code, Errc::unable_to_unload_media);
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "dismount", "offline", "media_removal allow", "eject", "media_removal prevent", "online", "unlock"));
  EXPECT_THAT(outcomes(report), ElementsAre("flush done", "lock done", "dismount done", "offline done", "allow done", "eject failed", "prevent done",
                                            "online done", "unlock done"));
}

TEST_F(Volume, AFailedStepReleasesTheLockAndNamesWhatWasNotReached) {
  fake_->refuse(Operation::dismount, Errc::write_fault, "the medium refuses");
  auto const report = run(VolumeVerb::eject);
  EXPECT_EQ(report.failure.code, Errc::write_fault);
  EXPECT_THAT(outcomes(report), ElementsAre("flush done", "lock done", "dismount failed", "offline not reached", "allow not reached", "eject not reached",
                                            "unlock done"));
}

TEST_F(Volume, AHandleThatDiedIsAskedNothingMore) {
  fake_->refuse(Operation::dismount, Errc::timeout, "no answer");
  fake_->dead = true;
  auto const report = run(VolumeVerb::dismount);
  EXPECT_EQ(report.failure.code, Errc::timeout);
  EXPECT_THAT(fake_->asked, ElementsAre("flush", "lock", "dismount"));
}

TEST_F(Volume, TimeoutIsTheLimitOfEachOperation) {
  auto limited = order(VolumeVerb::dismount);
  limited.timeout = Millis{77};
  run(limited);
  EXPECT_EQ(fake_->last_limit, Millis{77});
}

TEST_F(Volume, WhatIsManagedIsRefusedButForFlushAndVerify) {
  for (bool const by_socket : {false, true})
    for (auto verb : {VolumeVerb::lock, VolumeVerb::dismount, VolumeVerb::offline, VolumeVerb::online, VolumeVerb::eject, VolumeVerb::load, VolumeVerb::prevent,
                      VolumeVerb::allow, VolumeVerb::flush, VolumeVerb::verify}) {
      fake_ = std::make_shared<FakeVolume>();
      service_ = by_socket ? "it is Drive 0; ask the service: rsm media eject A00001" : "";
      if (!by_socket) fake_->status.managed_by = "drive 0 of /var/lib/emu (rsm-handler, process 12)";
      auto const report = forced(verb);
      if (!changes_volume(verb)) {
        EXPECT_TRUE(report.good()) << name_of(verb);
        continue;
      }
      EXPECT_EQ(report.failure.code, Errc::access_denied) << name_of(verb);
      EXPECT_THAT(report.failure.detail, HasSubstr("rsm media eject"));
      EXPECT_THAT(fake_->asked, IsEmpty());
      if (by_socket) {
        EXPECT_THAT(fake_->opened, IsEmpty()) << "a service that says so is not disturbed";
      }
    }
}

TEST_F(Volume, ASystemVolumeIsNeverTakenNotEvenByForce) {
  fake_->status.system_volume = "it carries /";
  for (auto verb : {VolumeVerb::lock, VolumeVerb::dismount, VolumeVerb::offline, VolumeVerb::eject})
    EXPECT_EQ(forced(verb).failure.code, Errc::volume_contains_sys_files);
  EXPECT_THAT(fake_->asked, IsEmpty());
  EXPECT_TRUE(run(VolumeVerb::flush).good());
}

TEST_F(Volume, WhatNeedsServiceIsOnlyVerified) {
  fake_->status.needs_service = "the eject ran out of time";
  auto const report = run(VolumeVerb::dismount);
  EXPECT_EQ(report.failure.code, Errc::not_ready);
  EXPECT_THAT(report.failure.detail, HasSubstr("rsm volume verify /dev/loop7"));
  EXPECT_THAT(fake_->asked, IsEmpty());
  EXPECT_TRUE(run(VolumeVerb::verify).good());
}

TEST_F(Volume, AnOfflineVolumeStaysOfflineComesOnlineBeforeItsEjectAndRefusesTheRest) {
  fake_->status.state = "offline";
  EXPECT_TRUE(run(VolumeVerb::offline).good());
  EXPECT_THAT(fake_->asked, IsEmpty());
  EXPECT_EQ(run(VolumeVerb::dismount).failure.code, Errc::invalid_state);
  EXPECT_TRUE(run(VolumeVerb::eject).good());
  EXPECT_EQ(fake_->asked.front(), "online");
}

TEST_F(Volume, AVolumeThatMayOnlyBeReadIsNotFlushed) {
  open_errors_ = {{Errc::write_protect, "/dev/loop7", "read only"}};
  auto const report = run(VolumeVerb::dismount);
  EXPECT_TRUE(report.good());
  EXPECT_THAT(fake_->asked, ElementsAre("lock", "dismount", "unlock"));
  EXPECT_THAT(outcomes(report), testing::Contains("flush skipped"));
  open_errors_ = {{Errc::write_protect, "/dev/loop7", "read only"}};
  EXPECT_EQ(run(VolumeVerb::flush).failure.code, Errc::write_protect);
}

TEST_F(Volume, AnotherLockIsBusyAndNamed) {
  fake_->status.handles = {{.process = 99, .user = "root", .command = "mkfs", .read = true, .locked = true}};
  open_errors_ = {{Errc::access_denied, "/dev/loop7", "locked"}, {Errc::access_denied, "/dev/loop7", "locked"}};
  auto const report = run(VolumeVerb::dismount);
  EXPECT_EQ(report.failure.code, Errc::busy);
  EXPECT_THAT(report.failure.detail, HasSubstr("locked by process 99 (mkfs, user root)"));
}

TEST_F(Volume, ARightThatIsMissingIsNotTakenForBusy) {
  right_ = "root has it";
  fake_->refuse(Operation::lock, Errc::access_denied, "umount: not permitted");
  auto const report = run(VolumeVerb::dismount);
  EXPECT_EQ(report.failure.code, Errc::access_denied);
  right_.clear();
  EXPECT_EQ(run(VolumeVerb::dismount).failure.code, Errc::busy);  // somebody whom nobody can name
}

TEST_F(Volume, TheCommandsStatusIsKeptAndTheLockReleased) {
  command_status_ = 3;
  auto const report = run(VolumeVerb::lock);
  EXPECT_TRUE(report.good());
  EXPECT_EQ(report.command_status, 3);
  EXPECT_EQ(fake_->asked.back(), "unlock");
}

TEST_F(Volume, ARehearsalAsksAndChangesNothing) {
  auto const report = rehearsed(VolumeVerb::eject);
  EXPECT_TRUE(report.good());
  EXPECT_THAT(fake_->asked, ElementsAre("could_lock"));
  EXPECT_THAT(fake_->opened, ElementsAre(volume::Access{}));
  EXPECT_THAT(outcomes(report), ElementsAre("flush would be done", "lock would be done", "dismount would be done", "offline would be done",
                                            "allow would be done", "eject would be done", "unlock would be done"));
  auto const text = rehearsal_text(report, before_, {});
  EXPECT_THAT(text, HasSubstr("6. eject     unbind it from /srv/a.img"));
}

TEST_F(Volume, ARehearsalOnABusyVolumeFailsAsTheRealThingWould) {
  make_busy();
  auto const report = rehearsed(VolumeVerb::eject);
  EXPECT_EQ(report.failure.code, Errc::busy);
  EXPECT_THAT(rehearsal_text(report, before_, {}), HasSubstr("keep every mount of it out: WOULD FAIL"));
  EXPECT_EQ(rehearsed(VolumeVerb::eject, true).failure.code, Errc::unable_to_unload_media) << "a loop device goes with its last user only";
  fake_->status.kind = "disk";
  auto const by_force = rehearsed(VolumeVerb::eject, true);
  EXPECT_TRUE(by_force.good());
  EXPECT_THAT(rehearsal_text(by_force, before_, {}), HasSubstr("would fail, and be gone on without"));
  EXPECT_THAT(fake_->asked, IsEmpty());
}

TEST_F(Volume, ARehearsalSaysWhatOnlyTheLockItselfLooksAt) {
  fake_->refuse(Operation::could_lock, Errc::access_denied, "its mount at /mnt/a could not be put back");
  auto const report = rehearsed(VolumeVerb::dismount);
  EXPECT_EQ(report.failure.code, Errc::busy);
  EXPECT_THAT(report.failure.detail, HasSubstr("could not be put back"));
}

TEST_F(Volume, WhatKeepsItOfflineIsInNobodysWay) {
  fake_->status.state = "offline";
  fake_->status.offline_process = 99;
  fake_->status.mounts.clear();
  fake_->holders.holders = {{99, "root", "rsm-volume-hand", "open device /dev/loop7"}};
  auto const report = rehearsed(VolumeVerb::eject);
  EXPECT_TRUE(report.good()) << report.error_text;
  EXPECT_THAT(fake_->asked, IsEmpty());
}

TEST_F(Volume, ARehearsalKnowsRightsMediaAndMotors) {
  right_ = "root has it";
  EXPECT_EQ(rehearsed(VolumeVerb::dismount).failure.code, Errc::access_denied);
  right_.clear();
  EXPECT_EQ(rehearsed(VolumeVerb::load).failure.code, Errc::not_supported);
  fake_->status.medium = false;
  EXPECT_EQ(rehearsed(VolumeVerb::dismount).failure.code, Errc::no_media_in_drive);
  fake_->status.managed_by = "drive 0";
  EXPECT_EQ(rehearsed(VolumeVerb::dismount).failure.code, Errc::access_denied);
}

TEST_F(Volume, TheReportAsJson) {
  make_busy();
  auto const value = boost::json::parse(to_json(run(VolumeVerb::eject)));
  EXPECT_EQ(value.at("verb"), "eject");
  EXPECT_EQ(value.at("named"), "/mnt/a");
  EXPECT_EQ(value.at("error"), 170);
  EXPECT_EQ(value.at("error_name"), "ERROR_BUSY");
  EXPECT_EQ(value.at("steps").at(1).at("outcome"), "failed");
  EXPECT_EQ(value.at("holders").at(0).at("pid"), 4711);
}

TEST_F(Volume, WordsFitTheKind) {
  fake_->status.kind = "tape drive";
  EXPECT_EQ(result_text(run(VolumeVerb::eject), before_, {}), "/dev/loop7: the tape is unloaded\n");
  EXPECT_EQ(result_text(run(VolumeVerb::dismount), before_, {}), "/dev/loop7: rewound\n");
  fake_->status.kind = "optical drive";
  EXPECT_THAT(rehearsal_text(rehearsed(VolumeVerb::eject), before_, {}), HasSubstr("open the tray"));
  EXPECT_THAT(result_text(run(VolumeVerb::prevent), before_, {}), HasSubstr("rsm volume allow /dev/loop7"));
}

TEST(VolumeView, HoldersAsATableAndWhatCouldNotBeSeen) {
  volume::HolderList list{{{4711, "root", "cat", "open file /mnt/a/b"}, {0, "", "kernel", "swap file /mnt/a/swap"}}, {1, 17}};
  auto const text = holders_view("/dev/loop7", list, {});
  EXPECT_THAT(text, HasSubstr("4711  root  cat      open file /mnt/a/b"));
  EXPECT_THAT(text, HasSubstr("   -        kernel   swap file /mnt/a/swap"));
  EXPECT_THAT(text, HasSubstr("incomplete: 2 processes may not be looked at: 1, 17"));
  EXPECT_THAT(holders_view("/dev/loop7", {list.holders, {1}}, {}), HasSubstr("incomplete: process 1 may not be looked at"));
  EXPECT_EQ(holders_view("/dev/loop7", {}, {}), "/dev/loop7: nobody keeps it busy\n");
  EXPECT_THAT(holders_view("/dev/loop7", {{}, {1}}, {}), HasSubstr("nobody that can be seen keeps it busy"));
  auto const value = boost::json::parse(holders_json("/dev/loop7", list));
  EXPECT_EQ(value.at("incomplete"), true);
  EXPECT_EQ(value.at("volume"), "/dev/loop7");
}

TEST(VolumeView, StatusSaysWhatIsWrongFirstAndWhichCommandHelps) {
  volume::VolumeStatus s{.device = "/dev/loop7", .kind = "loop device", .backing = "/srv/a.img", .medium = true, .size_bytes = 64 << 20, .state = "offline",
                         .label_type = "EXT4", .label_id = "01234567-89ab-cdef-0123-456789abcdef", .label_info = "backup", .offline_process = 55, .removal_prevented = true,
                         .needs_service = "the eject ran out of time"};
  auto const text = volume_status_text(s, {});
  for (auto const* part : {"NEEDS SERVICE", "rsm volume verify /dev/loop7", "kept by process 55; 'rsm volume online /dev/loop7'", "EXT4 \"backup\", 01234567-89ab-cdef-0123-456789abcdef",
                           "image /srv/a.img", "64.0 MiB", "prevented; 'rsm volume allow /dev/loop7'"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_LT(text.find("NEEDS SERVICE"), text.find("Medium"));
}

TEST(VolumeView, StatusNamesMountsHandlesAndTheManager) {
  volume::VolumeStatus s{.device = "/dev/loop7", .kind = "loop device", .medium = true, .state = "locked", .mounts = {{"/mnt/a", "ext4", "rw", 77}},
                         .handles = {{.process = 99, .user = "root", .command = "dd", .read = true, .write = true, .locked = true, .preventions = 1}},
                         .managed_by = "drive 0 of /var/lib/emu"};
  auto const text = volume_status_text(s, {});
  for (auto const* part : {"locked by process 99 (dd, user root)", "process 77", "HOLDS THE LOCK, prevents removal", "drive 0 of /var/lib/emu; ask the service"})
    EXPECT_THAT(text, HasSubstr(part));
  s.label_type.clear();
  EXPECT_THAT(volume_status_text(s, {.width = 60}), Not(HasSubstr(std::string(61, ' '))));
}

}  // namespace
}  // namespace rsm::cli
