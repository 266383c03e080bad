#include "api/daemon/config.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace rsm::daemon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;

ConfigResult parse(std::string_view text) {
  return parse_config(text, "rsmd.toml");
}
std::string only_finding(std::string_view text) {
  auto const result = parse(text);
  EXPECT_EQ(result.findings.size(), 1U) << text;
  return result.findings.empty() ? "" : result.findings.front();
}

TEST(Config, WithoutAFileItHasTheDefaultsOfTheLimits) {
  auto const result = parse("");
  EXPECT_THAT(result.findings, IsEmpty());
  auto const& config = result.config;
  EXPECT_EQ(config.socket_path, "/run/openrsm/rsmd.sock");
  EXPECT_EQ(config.socket_mode, 0666U);
  EXPECT_EQ(config.catalog_path, "/var/lib/openrsm/catalog.db");
  EXPECT_EQ(config.admin_group, "openrsm");
  EXPECT_EQ(config.core.session_grace, limits::session_grace);
  EXPECT_EQ(config.core.busy_wait, limits::busy_wait);
  EXPECT_EQ(config.core.policy, SchedulerPolicy::throughput);
  EXPECT_EQ(config.core.idle_stay_least, Millis{0});
  EXPECT_EQ(config.core.idle_stay_most, Millis{3'600'000});
  EXPECT_EQ(config.core.on_restart, OnRestart::resume);
  EXPECT_EQ(config.core.shares.quotas.everybody.requests, limits::requests_open_per_user_max);
  EXPECT_EQ(config.core.shares.priority_max_user, 0);
  EXPECT_EQ(config.device_limits.move, limits::move_limit);
  EXPECT_THAT(config.libraries, IsEmpty());
}

TEST(Config, WhereTapeDrivesMayBeTheirLimitsHoldWhateverWasConfigured) {
  Config config;
  config.device_limits.load = 1s;
  config.device_limits.volume = 10h;
  LibraryConfig const real{.settings = {}, .driver = "scsi", .place = {}}, emulated;
  auto const asked = config.limits_of(emulated), its = config.limits_of(real);
  EXPECT_EQ(asked.load, 1s);
  EXPECT_EQ(asked.unload, limits::unload_limit);
  EXPECT_EQ(its.load, 30min);
  EXPECT_EQ(its.unload, 30min);
  EXPECT_EQ(its.volume, 10h) << "more than they need";
  EXPECT_EQ(its.status, asked.status);
  EXPECT_EQ(its.move, asked.move);
}

TEST(Config, EveryKeyReachesItsValue) {
  auto const result = parse(R"(
[daemon]
user = "tape"
group = "disk"
admin_group = "operators"
log_level = "debug"
log_file = "/var/log/rsmd.log"
[socket]
path = "/tmp/s"
mode = "0660"
[catalog]
path = "/tmp/c.db"
[session]
grace_s = 5
[volume]
busy_wait_s = 3
busy_retry_ms = 100
[scheduler]
policy = "strict"
fairness_limit_s = 7
[queue]
on_restart = "cancel"
request_purge_after_s = 3600
requests_per_user = 12
requests_per_session = 5
sessions_per_user = 6
waits_per_user = 7
operator_requests_per_user = 8
media_per_user = 9
priority_max_user = 7
[history]
keep_days = 9
keep_rows = 2000
medium_mounts = 5000
medium_hours = 20000
drive_mounts = 300000
drive_hours = 60000
[handler]
program = "/usr/libexec/openrsm/rsm-handler"
lock_directory = "/tmp/l"
move_limit_s = 1
inventory_limit_s = 6
load_limit_s = 2
unload_limit_s = 3
volume_limit_s = 4
status_limit_s = 5
[[library]]
name = "Jukebox"
driver = "emulated"
directory = "/tmp/j"
volumes = "user"
defer_dismount_delay_s = 9
inventory_method = "omid"
auto_recovery = false
port_max_extend_s = 11
[[library]]
name = "Second"
directory = "/tmp/k"
[[view]]
name = "Amanda"
library = "Jukebox"
drives = [1, 0]
slots = ["21-23", "1"]
ports = false
[[pool]]
path = 'Backup\Daily'
defer_dismount_delay_s = 0
[[user]]
name = "backup"
requests = 1000
)");
  ASSERT_THAT(result.findings, IsEmpty());
  auto const& c = result.config;
  EXPECT_EQ(c.user, "tape");
  EXPECT_EQ(c.group, "disk");
  EXPECT_EQ(c.admin_group, "operators");
  EXPECT_EQ(c.log_level, LogLevel::debug);
  EXPECT_EQ(c.log_file, "/var/log/rsmd.log");
  EXPECT_EQ(c.socket_path, "/tmp/s");
  EXPECT_EQ(c.socket_mode, 0660U);
  EXPECT_EQ(c.catalog_path, "/tmp/c.db");
  EXPECT_EQ(c.handler_program, "/usr/libexec/openrsm/rsm-handler");
  EXPECT_EQ(c.lock_directory, "/tmp/l");
  EXPECT_EQ(c.device_limits.move, 1s);
  EXPECT_EQ(c.device_limits.inventory, 6s);
  EXPECT_EQ(c.device_limits.load, 2s);
  EXPECT_EQ(c.device_limits.unload, 3s);
  EXPECT_EQ(c.device_limits.volume, 4s);
  EXPECT_EQ(c.device_limits.status, 5s);

  auto const settings = c.core_settings();
  EXPECT_EQ(settings.session_grace, 5s);
  EXPECT_EQ(settings.busy_wait, 3s);
  EXPECT_EQ(settings.busy_retry_pause, 100ms);
  EXPECT_EQ(settings.policy, SchedulerPolicy::strict);
  EXPECT_EQ(settings.fairness_limit, 7s);
  EXPECT_EQ(settings.on_restart, OnRestart::cancel);
  EXPECT_EQ(settings.request_purge_after, 1h);
  EXPECT_EQ(settings.shares.quotas.everybody.requests, 12U);
  EXPECT_EQ(settings.shares.priority_max_user, 7);
  EXPECT_EQ(settings.shares.quotas.everybody.requests_of_session, 5U);
  EXPECT_EQ(settings.shares.quotas.everybody.sessions, 6U);
  EXPECT_EQ(settings.shares.quotas.everybody.waits, 7U);
  EXPECT_EQ(settings.shares.quotas.everybody.operator_requests, 8U);
  EXPECT_EQ(settings.shares.quotas.everybody.media, 9U);
  EXPECT_EQ(quotas::most(settings.shares.quotas, quotas::Quota::requests_of_user, "backup"), 1000U);
  EXPECT_EQ(quotas::most(settings.shares.quotas, quotas::Quota::sessions, "backup"), 6U);
  EXPECT_EQ(settings.history_purge_after, std::chrono::days(9));
  EXPECT_EQ(settings.history_kept, 2000U);
  EXPECT_EQ(settings.ageing.medium_mounts, 5000U);
  EXPECT_EQ(settings.ageing.medium_hours, 20'000U);
  EXPECT_EQ(settings.ageing.drive_mounts, 300'000U);
  EXPECT_EQ(settings.ageing.drive_hours, 60'000U);
  ASSERT_EQ(settings.libraries.size(), 2U);
  EXPECT_EQ(settings.libraries[0].name, "Jukebox");
  EXPECT_EQ(settings.libraries[0].defer_dismount_delay, 9s);
  EXPECT_EQ(settings.libraries[0].inventory_method, InventoryMethod::omid);
  EXPECT_FALSE(settings.libraries[0].auto_recovery);
  EXPECT_EQ(settings.libraries[0].port_max_extend, 11s);
  EXPECT_EQ(settings.libraries[1].defer_dismount_delay, 300s);
  ASSERT_EQ(settings.libraries[0].views.size(), 1U);
  auto const& view = settings.libraries[0].views[0];
  EXPECT_EQ(view.name, "Amanda");
  EXPECT_THAT(view.drives, ElementsAre(1U, 0U));
  EXPECT_THAT(view.slots, ElementsAre(20U, 21U, 22U, 0U));
  EXPECT_FALSE(view.ports);
  EXPECT_THAT(settings.libraries[1].views, IsEmpty());
  EXPECT_THAT(settings.pool_defer_delays, ElementsAre(std::pair<std::string, Millis>{"Backup\\Daily", 0ms}));
  ASSERT_NE(c.library("Jukebox"), nullptr);
  EXPECT_EQ(c.library("Jukebox")->place.directory, "/tmp/j");
  EXPECT_EQ(c.library("Jukebox")->volumes, VolumeKind::user);
  EXPECT_EQ(c.library("jukebox"), nullptr);
}

TEST(Config, AnUnknownKeyIsRefusedWithItsLineAndTheNearestKnownOne) {
  EXPECT_EQ(only_finding("[session]\n\ngrace_ss = 5\n"), "rsmd.toml:3: [session] grace_ss: unknown key; did you mean \"grace_s\"?");
  EXPECT_EQ(only_finding("[sesion]\ngrace_s = 5\n"), "rsmd.toml:1: sesion: unknown section or key; did you mean \"session\"?");
  EXPECT_THAT(only_finding("[session]\nfoo = 5\n"), HasSubstr("known here: grace_s"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndirectory='/a'\ndrivr='emulated'\n"),
              StartsWith("rsmd.toml:4: [[library]] drivr: unknown key; did you mean \"driver\"?"));
}

TEST(Config, WrongTypesAndValuesOutOfRangeAreRefusedWithWhatIsAllowed) {
  EXPECT_EQ(only_finding("[session]\ngrace_s = \"5\"\n"),
            "rsmd.toml:2: [session] grace_s: must be a whole number, 0 to 86400; it is \"5\"");
  EXPECT_EQ(only_finding("[session]\ngrace_s = -1\n"), "rsmd.toml:2: [session] grace_s: must be a whole number, 0 to 86400; it is -1");
  EXPECT_THAT(only_finding("[session]\ngrace_s = 5.0\n"), HasSubstr("it is a number with a point"));
  EXPECT_THAT(only_finding("[session]\ngrace_s = 86401\n"), HasSubstr("0 to 86400"));
  EXPECT_THAT(only_finding("[session]\ngrace_s = 9223372036854775807\n"), HasSubstr("0 to 86400"));
  EXPECT_THAT(only_finding("[scheduler]\npolicy = \"fifo\"\n"), HasSubstr("must be \"batch\", \"strict\" or \"throughput\"; it is \"fifo\""));
  EXPECT_THAT(only_finding("[daemon]\nlog_level = true\n"), HasSubstr("\"debug\", \"info\", \"warning\" or \"error\"; it is true"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndirectory='/a'\nauto_recovery = 1\n"), HasSubstr("must be true or false; it is 1"));
  EXPECT_THAT(only_finding("[catalog]\npath = [1]\n"), HasSubstr("it is a list"));
}

TEST(Config, TheSocketModeIsAStringOfOctalDigitsThatLeavesTheOwnerIn) {
  EXPECT_THAT(parse("[socket]\nmode = \"0600\"\n").findings, IsEmpty());
  for (auto const* bad : {"438", "0o666", "\"0888\"", "\"666x\"", "\"0066\"", "\"1666\"", "\"\"", "\"00000666\""})
    EXPECT_THAT(only_finding(std::string("[socket]\nmode = ") + bad + "\n"), HasSubstr("octal digits")) << bad;
}

TEST(Config, RelativeAndStrangePathsAreRefused) {
  EXPECT_THAT(only_finding("[catalog]\npath = \"catalog.db\"\n"), HasSubstr("must be an absolute path"));
  EXPECT_THAT(only_finding("[catalog]\npath = \"\"\n"), HasSubstr("must be an absolute path"));
  EXPECT_THAT(only_finding("[catalog]\npath = \"/var/lib/\"\n"), HasSubstr("must not end with /"));
  EXPECT_THAT(only_finding("[catalog]\npath = \"/a\\nb\"\n"), HasSubstr("control characters"));
  EXPECT_THAT(only_finding("[socket]\npath = \"/" + std::string(107, 's') + "\"\n"), HasSubstr("at most 107 bytes"));
  EXPECT_THAT(parse("[socket]\npath = \"/" + std::string(106, 's') + "\"\n").findings, IsEmpty());
}

TEST(Config, NamesHaveTheLengthOfTheModel) {
  auto const library = [](std::string const& name) { return "[[library]]\ndirectory = '/a'\nname = '" + name + "'\n"; };
  EXPECT_THAT(parse(library(std::string(63, 'n'))).findings, IsEmpty());
  EXPECT_THAT(only_finding(library(std::string(64, 'n'))), HasSubstr("1 to 63 characters"));
  EXPECT_THAT(only_finding(library("")), HasSubstr("1 to 63 characters"));
  std::string umlauts;
  for (int i = 0; i < 63; ++i) umlauts += "ü";
  EXPECT_THAT(parse(library(umlauts)).findings, IsEmpty());
  EXPECT_THAT(only_finding("[[pool]]\npath = 'a\\\\b'\ndefer_dismount_delay_s = 1\n"), HasSubstr("each level"));
  EXPECT_THAT(only_finding("[[pool]]\npath = 'a\\'\ndefer_dismount_delay_s = 1\n"), HasSubstr("each level"));
}

TEST(Config, LibrariesAndPoolsMayNotRepeat) {
  auto const result = parse("[[library]]\nname='a'\ndirectory='/a'\n[[library]]\nname='a'\ndirectory='/a'\n");
  EXPECT_THAT(result.findings, ElementsAre("rsmd.toml:4: [[library]] name: \"a\" is used already by the one in line 1",
                                           "rsmd.toml:4: [[library]] directory: \"/a\" is used already by the one in line 1"));
  EXPECT_THAT(only_finding("[[pool]]\npath='p'\ndefer_dismount_delay_s=1\n[[pool]]\npath='p'\ndefer_dismount_delay_s=2\n"),
              HasSubstr("used already by the one in line 1"));
}

// Each with both keys.
TEST(Config, TwoThingsMayNotLieInOnePlace) {
  EXPECT_THAT(only_finding("[socket]\npath = '/srv/x'\n[catalog]\npath = '/srv/./x'\n"),
              AllOf(StartsWith("rsmd.toml:4: [catalog] path"), HasSubstr("[socket] path in line 2")));
  EXPECT_THAT(only_finding("[daemon]\nlog_file = '/var/lib/openrsm/catalog.db-wal'\n"),
              AllOf(HasSubstr("[daemon] log_file"), HasSubstr("[catalog] path (the default)")));
  EXPECT_THAT(only_finding("[daemon]\nlog_file = '/srv/c.db.restore'\n[catalog]\npath = '/srv/c.db'\n"), AllOf(HasSubstr("[daemon] log_file"), HasSubstr("[catalog] path")));
  EXPECT_THAT(only_finding("[daemon]\nlog_file = '/run/openrsm/devices'\n"), AllOf(HasSubstr("[daemon] log_file"), HasSubstr("[handler] lock_directory")));
  EXPECT_THAT(only_finding("[socket]\npath = '/srv/c.db/s'\n[catalog]\npath = '/srv/c.db'\n"), AllOf(HasSubstr("lies inside"), HasSubstr("[socket] path"), HasSubstr("[catalog] path")));
  EXPECT_THAT(only_finding("[catalog]\npath = '/srv/j/state.json'\n[[library]]\nname='a'\ndirectory='/srv/j'\n"), AllOf(HasSubstr("[catalog] path"), HasSubstr("directory of \"a\"")));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndirectory='/srv/j'\n[[library]]\nname='b'\ndirectory='/srv/j/k'\n"), AllOf(HasSubstr("directory of \"a\""), HasSubstr("directory of \"b\"")));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndirectory='/run/openrsm/devices'\n"), HasSubstr("[handler] lock_directory"));
  EXPECT_THAT(parse("[socket]\npath = '/srv/s'\n[catalog]\npath = '/srv/s.db'\n[[library]]\nname='a'\ndirectory='/srv/j'\n[[library]]\nname='b'\ndirectory='/srv/jj'\n").findings, IsEmpty());
}

TEST(Config, WhatIsRequiredIsAskedFor) {
  EXPECT_THAT(parse("[[library]]\n[[pool]]\n").findings,
              ElementsAre(HasSubstr("1: [[library]]: name is missing"), HasSubstr("1: [[library]]: directory is missing"),
                          HasSubstr("2: [[pool]]: path is missing"), HasSubstr("2: [[pool]]: defer_dismount_delay_s is missing")));
}

TEST(Config, ALibraryOfRealDevices) {
  auto const result = parse("[[library]]\nname='Attic'\ndriver='scsi'\nchanger='/dev/tape/by-id/scsi-V-changer'\ndrives=['iscsi://host/iqn.2020-01.org.x:t/1', '/dev/sg2']\n"
                            "drive_order='listed'\nchap_file='/etc/openrsm/chap'\nmedia_type='LTO Ultrium'\n");
  ASSERT_THAT(result.findings, IsEmpty());
  auto const& place = result.config.libraries.at(0).place;
  EXPECT_EQ(place.changer, "/dev/tape/by-id/scsi-V-changer");
  EXPECT_THAT(place.drives, ElementsAre("iscsi://host/iqn.2020-01.org.x:t/1", "/dev/sg2"));
  EXPECT_EQ(place.drive_order, handler::DriveOrder::listed);
  EXPECT_EQ(place.chap_file, "/etc/openrsm/chap");
  EXPECT_EQ(place.media_type, 0x56u);
}

TEST(Config, AStandAloneDriveIsALibraryOfItsOwn) {
  auto const result = parse("[[library]]\nname='Desk'\ndriver='standalone'\ndrive='/dev/sr0'\nmedia_type='DVD-RAM'\npoll_interval_s=5\n"
                            "[[library]]\nname='Toy'\ndirectory='/d'\nstandalone=true\nmedia_type='DVD-RAM'\n");
  EXPECT_THAT(result.findings, IsEmpty());
  auto const& desk = result.config.libraries[0];
  EXPECT_TRUE(desk.settings.standalone && result.config.libraries[1].settings.standalone);
  EXPECT_EQ(desk.settings.poll_interval, std::chrono::seconds(5));
  EXPECT_THAT(desk.place.drives, ElementsAre("/dev/sr0"));
  EXPECT_EQ(desk.place.of_library(), "/dev/sr0");
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='standalone'\n"), HasSubstr("drive is missing; the driver \"standalone\" needs it"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='standalone'\ndrive='sr0'\n"), HasSubstr("[[library]] drive"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='standalone'\ndrive='/dev/sr0'\ndrives=['/dev/sr1']\n"), HasSubstr("no use for it"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndirectory='/d'\npoll_interval_s=5\n"), HasSubstr("no use for it"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='/dev/sg3'\nstandalone=true\n"), HasSubstr("no use for it"));
}

TEST(Config, EachDriverHasKeysOfItsOwn) {
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\n"), HasSubstr("changer is missing; the driver \"scsi\" needs it"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='/dev/sg3'\ndirectory='/d'\n"), AllOf(StartsWith("rsmd.toml:5: [[library]] directory"), HasSubstr("no use for it")));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndirectory='/d'\ndrives=['/dev/sg3']\n"), HasSubstr("the driver \"emulated\" has no use for it"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='/dev/sg3'\nmedia_type='lto'\n"), HasSubstr("\"lto\" is no media type"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='sg3'\n"), StartsWith("rsmd.toml:4: [[library]] changer"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='/dev/sg3'\ndrives='/dev/sg2'\n"), HasSubstr("must be a list of addresses of devices"));
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='/dev/sg3'\ndrives=['/dev/sg2', 7]\n"), HasSubstr("must be a list of addresses of devices"));
}

TEST(Config, ASecretInAnAddressIsRefusedAndNotRepeated) {
  auto const finding = only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='iscsi://me%hidden@host/iqn.2020-01.org.x:t/1'\n");
  EXPECT_THAT(finding, AllOf(StartsWith("rsmd.toml:4: [[library]] changer"), testing::Not(HasSubstr("hidden"))));
}

// Also where it is spelled in another way.
TEST(Config, NoDeviceIsNamedTwice) {
  EXPECT_THAT(only_finding("[[library]]\nname='a'\ndriver='scsi'\nchanger='iscsi://host/iqn.2020-01.org.x:t/5'\n[[library]]\nname='b'\ndriver='scsi'\nchanger='/dev/sg9'\n"
                           "drives=['iscsi://HOST:3260/iqn.2020-01.org.x:t/5']\n"),
              AllOf(HasSubstr("[[library]] drives"), HasSubstr("used already by the one in line 1")));
}

// ---- views: line 4 is that of the view

std::string view_of(std::string const& keys) { return "[[library]]\nname='Jukebox'\ndirectory='/j'\n[[view]]\n" + keys; }

TEST(Config, AViewIsOfALibraryAndHasANameOfItsOwn) {
  EXPECT_EQ(only_finding(view_of("name='V'\nlibrary='Jukebx'\ndrives=[0]\nslots=['1']\n")), "rsmd.toml:4: [[view]] library: there is no library \"Jukebx\"; did you mean \"Jukebox\"?");
  EXPECT_EQ(only_finding(view_of("name='Jukebox'\nlibrary='Jukebox'\ndrives=[0]\nslots=['1']\n")), "rsmd.toml:4: [[view]] name: \"Jukebox\" is used already by the one in line 1");
  EXPECT_EQ(only_finding(view_of("name='V'\nlibrary='Jukebox'\ndrives=[0]\nslots=['1']\n[[view]]\nname='V'\nlibrary='Jukebox'\ndrives=[0]\nslots=['2']\n")),
            "rsmd.toml:9: [[view]] name: \"V\" is used already by the one in line 4");
  EXPECT_THAT(parse(view_of("")).findings, ElementsAre(HasSubstr("4: [[view]]: name is missing"), HasSubstr("library is missing"), HasSubstr("drives is missing"), HasSubstr("slots is missing")));
  EXPECT_EQ(only_finding("[[view]]\nname='V'\nlibrary='Jukebox'\ndrives=[0]\nslots=['1']\n"), "rsmd.toml:1: [[view]] library: there is no library \"Jukebox\"");
}

TEST(Config, ADriveMayBeOfTwoViewsAndASlotOfOne) {
  std::string const one = "name='One'\nlibrary='Jukebox'\ndrives=[0,1]\nslots=['1-20']\n";
  EXPECT_THAT(parse(view_of(one + "[[view]]\nname='Two'\nlibrary='Jukebox'\ndrives=[1]\nslots=['21-40']\n")).findings, IsEmpty());
  EXPECT_EQ(only_finding(view_of(one + "[[view]]\nname='Two'\nlibrary='Jukebox'\ndrives=[1]\nslots=['40', '20-30']\n")),
            "rsmd.toml:9: [[view]] slots: slot 20 of \"Jukebox\" is in view \"One\" too, in line 4; a slot belongs to one view");
  EXPECT_THAT(parse("[[library]]\nname='B'\ndirectory='/b'\n" + view_of(one + "[[view]]\nname='Two'\nlibrary='B'\ndrives=[1]\nslots=['1-20']\n")).findings, IsEmpty());
}

TEST(Config, NumbersOfAView) {
  auto const slots = [](std::string const& list) { return only_finding(view_of("name='V'\nlibrary='Jukebox'\ndrives=[0]\nslots=" + list + "\n")); };
  EXPECT_EQ(slots("['1-20', '7']"), "rsmd.toml:8: [[view]] slots: slot 7 stands in it twice");
  EXPECT_THAT(slots("['0-3']"), HasSubstr("slots are numbered from 1"));
  EXPECT_THAT(slots("['9-3']"), HasSubstr("its second number is less than its first"));
  for (auto const* bad : {"['-3']", "['3-']", "['3-4-5']", "['x']", "['']", "['99999999999']", "[' 3']"}) EXPECT_THAT(slots(bad), HasSubstr("as in 40 or 1-20")) << bad;
  EXPECT_THAT(slots("[]"), HasSubstr("at least one slot"));
  EXPECT_THAT(slots("[1, 2]"), HasSubstr("must be a list of slots, \"40\" or \"1-20\""));
  EXPECT_THAT(slots("'1-20'"), HasSubstr("must be a list of slots"));
  EXPECT_THAT(slots("['1-20001']"), HasSubstr("at most 20000 slots"));
  EXPECT_THAT(slots("['1-4294967295']"), HasSubstr("at most 20000 slots"));
  EXPECT_THAT(parse(view_of("name='V'\nlibrary='Jukebox'\ndrives=[0]\nslots=['1-20000']\n")).findings, IsEmpty());
  auto const drives = [](std::string const& list) { return only_finding(view_of("name='V'\nlibrary='Jukebox'\nslots=['1']\ndrives=" + list + "\n")); };
  EXPECT_EQ(drives("[0, 1, 0]"), "rsmd.toml:8: [[view]] drives: 0 stands in it twice");
  EXPECT_THAT(drives("[]"), HasSubstr("must have 1 to 512 numbers; it has 0"));
  EXPECT_THAT(drives("[512]"), HasSubstr("512 is not"));
  EXPECT_THAT(drives("[-1]"), HasSubstr("-1 is not"));
  EXPECT_THAT(drives("['0']"), HasSubstr("must be a list of whole numbers, 0 to 511"));
}

TEST(Config, SectionsInTheWrongFormAreRefused) {
  EXPECT_THAT(only_finding("[library]\nname='a'\n"), HasSubstr("each written [[library]]"));
  EXPECT_THAT(only_finding("library = ['a']\n"), HasSubstr("each written [[library]]"));
  EXPECT_THAT(only_finding("session = 5\n"), HasSubstr("written [session]"));
  EXPECT_THAT(only_finding("[[session]]\ngrace_s = 1\n"), HasSubstr("written [session]"));
}

TEST(Config, AllFindingsComeAtOnceInTheOrderOfTheFile) {
  auto const result = parse("[volume]\nbusy_wait_s = -1\nbusy = 1\n[session]\ngrace_s = 'x'\n[nonsense]\n");
  EXPECT_THAT(result.findings, ElementsAre(HasSubstr(":2:"), HasSubstr(":3:"), HasSubstr(":5:"), HasSubstr(":6:")));
}

TEST(Config, WhatIsNotTomlIsRefusedWithItsLine) {
  EXPECT_THAT(only_finding("[session]\ngrace_s = \n"), StartsWith("rsmd.toml:"));
  EXPECT_THAT(only_finding("[session]\ngrace_s = 1\ngrace_s = 2\n"), StartsWith("rsmd.toml:3:"));
  EXPECT_THAT(only_finding(std::string_view("\0\xff\xfe", 3)), StartsWith("rsmd.toml:1:"));
  EXPECT_THAT(only_finding(std::string(5000, '[')), StartsWith("rsmd.toml:1:"));
}

TEST(Config, AFileThatCannotBeReadIsAFinding) {
  EXPECT_THAT(load_config("/nonexistent/rsmd.toml").findings,
              ElementsAre("/nonexistent/rsmd.toml: cannot be read: No such file or directory"));
  EXPECT_THAT(load_config("/").findings, ElementsAre(HasSubstr("cannot be read")));
  EXPECT_THAT(load_config("/dev/zero").findings, ElementsAre(HasSubstr("not a configuration")));
}

// Nobody writes to it: reading would wait for ever.
TEST(Config, AFifoIsNoConfiguration) {
  auto const path = testing::TempDir() + "rsmd-config-test-" + std::to_string(getpid()) + ".fifo";
  std::remove(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(load_config(path).findings, ElementsAre(HasSubstr("no regular file")));
  std::remove(path.c_str());
}

// Files of single libraries beside the configuration.
TEST(Config, LibrariesComeFromTheirFolderToo) {
  namespace fs = std::filesystem;
  fs::path const folder = fs::path(testing::TempDir()) / ("rsmd-config-" + std::to_string(getpid()));
  fs::create_directories(folder / "libraries.d");
  std::ofstream(folder / "rsmd.toml") << "[session]\ngrace_s = 17\n[[library]]\nname='a'\ndirectory='/a'\n";
  std::ofstream(folder / "libraries.d" / "20.toml") << "[[library]]\nname='c'\ndirectory='/c'\n";
  std::ofstream(folder / "libraries.d" / "10.toml") << "[[library]]\nname='b'\ndirectory='/b'\n[[pool]]\npath='Daily'\ndefer_dismount_delay_s=600\n";
  std::ofstream(folder / "libraries.d" / "not-read.txt") << "[[library]]\n";
  auto const path = (folder / "rsmd.toml").string();
  auto const good = load_config(path);
  EXPECT_THAT(good.findings, IsEmpty());
  ASSERT_EQ(good.config.libraries.size(), 3u);
  EXPECT_EQ(good.config.libraries[1].settings.name, "b");
  EXPECT_EQ(good.config.libraries[2].settings.name, "c");
  ASSERT_EQ(good.config.pools.size(), 1u);
  EXPECT_EQ(good.config.pools[0].path, "Daily");
  EXPECT_THAT(load_config_and(path, (folder / "libraries.d" / "e.toml").string(), "[[pool]]\npath='Daily'\ndefer_dismount_delay_s=1\n").findings, ElementsAre(HasSubstr("10.toml")));

  // One more that is not there yet is read as if it were.
  auto const more = (folder / "libraries.d" / "d.toml").string();
  EXPECT_EQ(load_config_and(path, more, "[[library]]\nname='d'\ndirectory='/d'\n").config.libraries.size(), 4u);
  EXPECT_THAT(load_config_and(path, more, "[[library]]\nname='b'\ndirectory='/d'\n").findings, ElementsAre(AllOf(HasSubstr(more + ":1:"), HasSubstr("used already"))));
  EXPECT_THAT(load_config_and(path, more, "[session]\n").findings, ElementsAre(HasSubstr("only [[library]] and [[pool]] sections")));
  EXPECT_FALSE(fs::exists(more));

  std::ofstream(folder / "libraries.d" / "30.toml") << "[[library]]\nname='a'\ndirectory='/x'\n[session]\ngrace_s = 1\n";
  std::ofstream(folder / "libraries.d" / "40.toml") << "[[library]\n";
  fs::create_directory(folder / "libraries.d" / "50.toml");
  EXPECT_THAT(load_config(path).findings,
              ElementsAre(AllOf(HasSubstr("30.toml:4: session"), HasSubstr("only [[library]] and [[pool]] sections")), HasSubstr("40.toml:1:"), HasSubstr("50.toml: cannot be read")));
  fs::remove(folder / "libraries.d" / "40.toml");
  fs::remove(folder / "libraries.d" / "50.toml");
  EXPECT_THAT(load_config(path).findings, ElementsAre(AllOf(HasSubstr("30.toml:1: [[library]] name"), HasSubstr("in line 3 of " + path)), HasSubstr("30.toml:4: session")));
  fs::remove_all(folder);
}

TEST(Config, AFileIsReadWhole) {
  auto const path = testing::TempDir() + "rsmd-config-test-" + std::to_string(getpid()) + ".toml";
  std::ofstream(path) << "[session]\ngrace_s = 17\n";
  auto const result = load_config(path);
  std::remove(path.c_str());
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_EQ(result.config.core.session_grace, 17s);
}

}  // namespace
}  // namespace rsm::daemon
