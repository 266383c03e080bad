// rsm setup: what is concluded from what was seen; programs that are run; rules of udev.
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/rsm/commands/program.hpp"
#include "cli/rsm/discover/udev_rule.hpp"
#include "cli/rsm/setup/disk_trial.hpp"
#include "cli/rsm/setup/limits.hpp"
#include "cli/rsm/setup/machine.hpp"
#include "cli/rsm/setup/machine_checks.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t now = 1'772'000'000'000;

TEST(SetupFindings, ADiskIsSlowByItsMedian) {
  std::vector<std::int64_t> trials(limits::setup_sync_trials, 900);
  trials[3] = 4'000'000;  // one that had to wait
  auto const good = disk_finding("/d", trials);
  EXPECT_EQ(good.state, FindingState::ok);
  EXPECT_THAT(good.text, HasSubstr("0.9 ms, the slowest 4000.0 ms"));
  EXPECT_EQ(disk_finding("/d", std::vector<std::int64_t>(limits::setup_sync_trials, 101'000)).state, FindingState::fault);
  EXPECT_EQ(disk_finding("/d", {}).state, FindingState::fault);
  EXPECT_EQ(disk_finding("/d", {1000, 1000}).state, FindingState::fault);  // the rest did not come back
}

TEST(SetupFindings, AClockIsWrongWhenNobodyKeepsItOrItWasSetBack) {
  EXPECT_EQ(clock_finding(true, now - 1000, now).state, FindingState::ok);
  EXPECT_EQ(clock_finding(true, std::nullopt, now).state, FindingState::ok);
  EXPECT_EQ(clock_finding(std::nullopt, std::nullopt, now).state, FindingState::note);
  EXPECT_EQ(clock_finding(false, std::nullopt, now).state, FindingState::fault);
  auto const back = clock_finding(true, now + limits::setup_clock_ahead.count() + 1, now);
  EXPECT_EQ(back.state, FindingState::fault);
  EXPECT_THAT(back.text, HasSubstr("set back"));
}

TEST(SetupFindings, AFaultIsSaidWithItsCommand) {
  std::vector<Finding> const found{{"unit", FindingState::ok, "it runs", ""}, {"disk", FindingState::fault, "slow", "iostat -x 1"}};
  EXPECT_TRUE(any_fault(found));
  EXPECT_EQ(findings_text(found, {}),
            "ok     unit            it runs\nFAULT  disk            slow\n                       > iostat -x 1\n1 fault: what stands "
            "behind > repairs it.\n");
  EXPECT_THAT(findings_json(found), HasSubstr("\"ok\": false"));
}

TEST(SetupMachine, SettingsAreReadAsSystemdReadsThem) {
  char name[] = "/tmp/rsm-setup-test-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  std::string const file = std::string(name) + "/settings";
  std::ofstream(file) << "# MAIL_TO=no\n; A=1\nMAIL_TO=\"one two\"\n  AFTER=60s  \nEMPTY=\nMAIL_TO='last'\n";
  EXPECT_EQ(setting_in(file, "MAIL_TO"), "last");
  EXPECT_EQ(setting_in(file, "AFTER"), "60s");
  EXPECT_EQ(setting_in(file, "EMPTY"), "");
  EXPECT_EQ(setting_in(file, "A"), std::nullopt);
  EXPECT_EQ(setting_in(std::string(name) + "/none", "A"), std::nullopt);
  std::filesystem::remove_all(name);
}

TEST(SetupMachine, ADiskIsTriedWithoutLeavingAFile) {
  char name[] = "/tmp/rsm-setup-test-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  EXPECT_EQ(try_disk(name).size(), static_cast<std::size_t>(limits::setup_sync_trials));
  EXPECT_TRUE(std::filesystem::is_empty(name));
  EXPECT_THAT(try_disk(std::string(name) + "/none"), IsEmpty());
  std::filesystem::remove_all(name);
}

TEST(Programs, WhatGoesInAndComesOut) {
  std::string const text(300'000, 'x');
  auto const end = run_program({.words = {"sh", "-c", "wc -c; echo $COLOR; echo wrong >&2; exit 3"},
                                .input = text,
                                .limit = Millis{20'000},
                                .environment = {"COLOR=green"}});
  ASSERT_TRUE(end) << end.error().text();
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(end->out, "300000\ngreen\n");
  EXPECT_EQ(end->complaint, "wrong\n");
}

TEST(Programs, TheirEndIsToldAsItWas) {
  EXPECT_EQ(run_program({.words = {"sh", "-c", "kill -9 $$"}, .input = {}, .limit = Millis{20'000}, .environment = {}})->status, 128 + 9);
  EXPECT_EQ(run_program({.words = {"openrsm-no-such-program"}, .input = {}, .limit = Millis{20'000}, .environment = {}}).error().code,
            Errc::file_not_found);
  auto const cut = run_program(
      {.words = {"sh", "-c", "yes | head -c 200000"}, .input = {}, .limit = Millis{20'000}, .out_bytes_max = 1000, .environment = {}});
  EXPECT_EQ(cut->out.size(), 1000u);
}

TEST(Programs, OneThatHangsIsEndedWithWhatItHasStarted) {
  auto const ended = run_program(
      {.words = {"sh", "-c", "sleep 1000 & sleep 1000"}, .input = {}, .limit = Millis{200}, .own_group = true, .environment = {}});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::timeout);
}

TEST(Programs, TheLastLineIsWhatCounts) {
  EXPECT_EQ(last_line("one\ntwo\n\n"), "two");
  EXPECT_EQ(last_line("one"), "one");
  EXPECT_EQ(last_line("\n \n"), "");
}

TEST(UdevRules, AreForBlockDevicesWithASerialNumber) {
  EXPECT_EQ(udev_rules("ABC123", "/dev/disk/by-id/ata-DVD"),
            "SUBSYSTEM==\"block\", ENV{ID_SCSI_SERIAL}==\"ABC123\", ENV{UDISKS_IGNORE}=\"1\"\nSUBSYSTEM==\"block\", "
            "ENV{ID_SERIAL_SHORT}==\"ABC123\", ENV{UDISKS_IGNORE}=\"1\"\n");
  for (char const* other : {"/dev/tape/by-id/scsi-1-nst", "/dev/nst0", "/dev/sg3", "iscsi://host/iqn.2020-01.org.example:a/1", ""})
    EXPECT_EQ(udev_rules("ABC123", other), "") << other;
  EXPECT_EQ(udev_rules("", "/dev/disk/by-id/ata-DVD"), "");
  EXPECT_THAT(udev_rules("A\"*B", "/dev/sr0"), HasSubstr("==\"A??B\""));
}

}  // namespace
}  // namespace rsm::cli
