// The real program against a service that says what the test tells it to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>

#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
// ---- a mount in its steps: the events come in three answers, the request changes with them

class MountSteps {
 public:
  explicit MountSteps(FakeDaemon& daemon) {
    daemon.reply("mount.submit", wire::SubmitReply{{samples::requests()[0].id}});
    daemon.answer("event.read", at_now());
    daemon.then("event.read", events({event(102, ObjectType::request, "queued", "")}, 102));
    daemon.then("event.read", events({event(103, ObjectType::request, "inprocess", "the changer brings it")}, 103));
    daemon.then("event.read", events({event(104, ObjectType::drive, "mounted", "")}, 104));
    daemon.then("event.read", events({event(105, ObjectType::request, "passed", "")}, 105));
    daemon.answer("request.get", request(RequestState::queued));
    daemon.then("request.get", request(RequestState::inprocess));
    daemon.then("request.get", request(RequestState::inprocess));
    daemon.then("request.get", request(RequestState::passed));
    auto drive = samples::drives()[1];
    drive.volume = "/dev/loop1001";
    daemon.reply("drive.get", drive);
  }

  static FakeDaemon::Answer request(RequestState state, std::int64_t error = 0, std::string reason = {}) {
    auto info = samples::requests()[0];
    info.state = state;
    info.state_code = number(state);
    info.finished = is_final(state);
    info.error = error;
    info.reason = std::move(reason);
    return [json = wire::encode(info)](auto const&) -> Result<boost::json::value> { return json; };
  }

 private:
  static wire::EventInfo event(std::int64_t event_number, ObjectType type, std::string state, std::string reason) {
    auto e = samples::events()[0];
    e.number = event_number;
    e.type = type;
    e.type_code = number(type);
    e.state = std::move(state);
    e.reason = std::move(reason);
    return e;
  }
  static FakeDaemon::Answer at_now() { return events({}, 102); }
  static FakeDaemon::Answer events(std::vector<wire::EventInfo> list, std::int64_t cursor) {
    wire::EventReadReply reply;
    reply.events = std::move(list);
    reply.cursor = cursor;
    reply.oldest = 1;
    return [json = wire::encode(reply)](auto const&) -> Result<boost::json::value> { return json; };
  }
};

TEST_F(Program, WithoutAServiceItSaysHowToStartOne) {
  auto const ran = run({"status"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, StartsWith("rsm: status: ERROR_NOT_READY (21): "));
  EXPECT_THAT(ran.err, HasSubstr("systemctl start rsmd"));
  EXPECT_THAT(ran.err, HasSubstr(directory_ + "/rsmd.sock"));
  EXPECT_EQ(run({"view"}).exit, 2);
  EXPECT_EQ(run({"status", "--win32-exit"}).exit, 21);
}

TEST_F(Program, StatusIsPlainInAPipe) {
  daemon();
  auto const ran = run({"status"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("NEEDS A PERSON (1)"));
  EXPECT_THAT(ran.out, HasSubstr("backup (root)"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run({"status", "--color=always"}).out, HasSubstr("\x1b["));
  EXPECT_THAT(run({"status", "--color=always", "--json"}).out, Not(HasSubstr("\x1b[")));
}

TEST_F(Program, EveryReadingCommandGivesJson) {
  daemon();
  struct Row {
    Words words;
    std::string json;
  };
  auto const line = [](auto const& items) {
    boost::json::array all;
    for (auto const& i : items) all.push_back(wire::encode(i));
    return boost::json::serialize(all);
  };
  for (auto const& [words, json] : std::vector<Row>{
           {{"library", "list"}, line(std::vector{samples::library()})},
           {{"changer", "list"}, line(std::vector{samples::changer()})},
           {{"drive", "list"}, line(samples::drives())},
           {{"slot", "list"}, line(samples::slots())},
           {{"port", "list"}, line(samples::ports())},
           {{"door", "list"}, "[]"},
           {{"media", "list"}, line(samples::media())},
           {{"pool", "list"}, "[]"},
           {{"request", "list"}, line(samples::requests())},
           {{"session", "list"}, line(samples::sessions())},
           {{"opreq", "list"}, line(samples::operator_requests())},
           {{"drive", "show", "Drive 1"}, boost::json::serialize(wire::encode(samples::drives()[1]))},
           {{"media", "show", "A00002"}, boost::json::serialize(wire::encode(samples::media()[1]))},
           {{"request", "show", "3400"}, boost::json::serialize(wire::encode(samples::requests()[3]))},
           {{"library", "show", "Jukebox"}, boost::json::serialize(wire::encode(samples::library()))},
           {{"status"}, boost::json::serialize(wire::encode(samples::status()))}}) {
    auto command = words;
    command.emplace_back("--json");
    auto const ran = run(command);
    EXPECT_EQ(ran.exit, 0) << words[0] << ": " << ran.err;
    EXPECT_EQ(boost::json::serialize(boost::json::parse(ran.out)), json) << words[0];
  }
}

TEST_F(Program, ListsOfManyPagesAreWhole) {
  wire::DrivePage first, second;
  first.items = {samples::drives()[0]};
  first.next_cursor = "2";
  second.items = {samples::drives()[1]};
  daemon().reply("drive.list", first);
  daemon().then("drive.list", [json = wire::encode(second)](auto const&) -> Result<boost::json::value> { return json; });
  auto const ran = run({"drive", "list", "--no-header"});
  EXPECT_THAT(ran.out, StartsWith("Drive 0"));
  EXPECT_THAT(ran.out, HasSubstr("\nDrive 1"));
  EXPECT_EQ(boost::json::serialize(last("drive.list").at("cursor")), "\"2\"");
}

TEST_F(Program, ALimitedListSaysThatThereIsMore) {
  wire::DrivePage page;
  page.items = {samples::drives()[0]};
  page.next_cursor = "2";
  daemon().reply("drive.list", page);
  EXPECT_THAT(run({"drive", "list", "--limit", "1"}).out, HasSubstr("There are more than this one: --limit N shows N."));
  EXPECT_EQ(last("drive.list").at("limit").as_int64(), 1);
}

TEST_F(Program, RequestsAreFoundByTheirNumber) {
  daemon().reply("request.explain", wire::ExplainReply{samples::requests()[0], "it waits", {}, {}});
  daemon().reply("request.cancel", samples::requests()[0]);
  for (auto const& words : {std::vector<std::string>{"request", "show", "1042"}, {"explain", "1042"}, {"cancel", "1042"}}) EXPECT_EQ(run(words).exit, 0) << words.front();
  EXPECT_EQ(last("request.explain").at("request").as_string(), samples::requests()[0].id.text());
  EXPECT_EQ(last("request.cancel").at("request").as_string(), samples::requests()[0].id.text());
}

TEST_F(Program, RequestsAreFoundByTheBeginningOfTheirId) {
  daemon();
  EXPECT_EQ(run({"request", "show", "3100"}).exit, 0);
  auto const several = run({"request", "show", "3"});
  EXPECT_EQ(several.exit, 5);  // too short to be an id
  EXPECT_THAT(several.err, HasSubstr("there is none of this number"));
  EXPECT_EQ(run({"request", "show", "3f"}).exit, 4);
  auto const none = run({"request", "show", "ffff"});
  EXPECT_EQ(none.exit, 5);
  EXPECT_THAT(none.err, HasSubstr("rsm: request show: ERROR_OBJECT_NOT_FOUND (4312): "));
  wire::RequestPage twins;
  twins.items = {samples::requests()[0], samples::requests()[0]};
  twins.items[1].id = RequestId{samples::guid(0x31000000, 1)};
  daemon().reply("request.list", twins);
  auto const ambiguous = run({"request", "show", "3100"});
  EXPECT_EQ(ambiguous.exit, 5);
  EXPECT_THAT(ambiguous.err, HasSubstr("31000000-0000-4000-8000-000000000001"));
}

// A queued request waits for something, and a list says for what.
TEST_F(Program, ListsSayForWhatRequestsWait) {
  auto queued = samples::requests()[0], unseen = samples::requests()[1];
  for (auto* request : {&queued, &unseen}) request->state = RequestState::queued, request->reason.clear();
  queued.number = 7, unseen.number = 8;
  auto status = samples::status();
  status.waiting = {{queued, "drive 0 is at work"}};
  daemon().reply("status", status);
  wire::RequestPage page;
  page.items = {queued, unseen};
  daemon().reply("request.list", page);
  daemon().reply("request.get", queued);
  auto const list = run({"request", "list", "--open"});
  EXPECT_THAT(list.out, HasSubstr("drive 0 is at work"));
  EXPECT_THAT(list.out, HasSubstr("'rsm explain ")) << "not among those that status has";
  EXPECT_THAT(run({"request", "show", "7"}).out, HasSubstr("Reason    drive 0 is at work\n"));
  EXPECT_THAT(run({"request", "list", "--json"}).out, Not(HasSubstr("drive 0 is at work"))) << "JSON is the service's own";
}

TEST_F(Program, WhatIsNotThereIsSaidWithTheCommandThatShowsWhatIs) {
  daemon().refuse("medium.get", Errc::object_not_found, "medium \"X1\"", "there is no medium of this name");
  EXPECT_THAT(run({"media", "show", "X1"}).err, HasSubstr("there is no medium of this name; 'rsm media list' shows them"));
  EXPECT_THAT(run({"media", "mount", "X1:0"}).err, HasSubstr("medium \"X1\": there is no medium of this name"));
  daemon().refuse("request.get", Errc::object_not_found, "request 9999", "there is none");
  EXPECT_THAT(run({"explain", "9999"}).err, HasSubstr("request '9999': there is none of this number"));
  wire::MediumSearchReply none;
  daemon().reply("medium.search", none);
  EXPECT_EQ(run({"media", "search", "zz"}).out, "The bar code, the name or a label of no medium begins with 'zz'; --contains looks for it anywhere in them.\n");
}

TEST_F(Program, AMountShowsItsStepsAndLeavesTheMediumLoaded) {
  MountSteps const steps(daemon());
  auto const ran = run({"media", "mount", "A00002", "--write", "--priority", "high", "--timeout", "10m"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "A00002:0 is loaded in Drive 1, volume /dev/loop1001\n");
  EXPECT_EQ(ran.err, "A00002:0: queued\nA00002:0: moving: the changer brings it\nA00002:0: loading\nA00002:0: loaded\n");
  auto const asked = last("mount.submit");
  EXPECT_EQ(asked.at("media").as_array().at(0), boost::json::value(samples::media()[1].sides[0].id.text()));
  EXPECT_EQ(asked.at("priority").as_int64(), 7);
  EXPECT_EQ(asked.at("timeout_ms").as_int64(), 600'000);
  EXPECT_TRUE(asked.at("write").as_bool());
  EXPECT_FALSE(asked.as_object().contains("drives"));
  EXPECT_THAT(daemon().asked("dismount.submit"), IsEmpty());
  EXPECT_EQ(daemon().asked("session.close").size(), 1u);
}

TEST_F(Program, AMountGivesJson) {
  MountSteps const steps(daemon());
  auto const ran = run({"media", "mount", "A00002:0", "--json"});
  auto const reply = boost::json::parse(ran.out);
  EXPECT_EQ(reply.at("drive_names").as_array().at(0), boost::json::value("Drive 1"));
  EXPECT_EQ(reply.at("volumes").as_array().at(0), boost::json::value("/dev/loop1001"));
}

TEST_F(Program, ANowaitMountReturnsWhenQueued) {
  MountSteps const steps(daemon());
  auto const ran = run({"media", "mount", "A00002", "--nowait"});
  EXPECT_EQ(ran.out, "A00002:0 is queued, request 31000000-0000-4000-8000-000000000000\n");
  EXPECT_TRUE(last("mount.submit").at("nowait").as_bool());
  EXPECT_THAT(daemon().asked("request.get"), IsEmpty());
}

TEST_F(Program, AFailedMountIsItsError) {
  MountSteps const steps(daemon());
  daemon().answer("request.get", MountSteps::request(RequestState::failed, 1460, "no drive became free"));
  auto const ran = run({"media", "mount", "A00002"});
  EXPECT_EQ(ran.exit, 7);
  EXPECT_THAT(ran.err, HasSubstr("rsm: media mount: ERROR_TIMEOUT (1460): The time limit is over. A00002:0: no drive became free"));
  EXPECT_THAT(ran.out, IsEmpty());
}

TEST_F(Program, ACartridgeWithTwoSidesNeedsOne) {
  MountSteps const steps(daemon());
  auto const ran = run({"media", "mount", "A00001"});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.err, HasSubstr("say which: A00001:0, A00001:1"));
  EXPECT_THAT(run({"media", "mount", "A00001:7"}).err, HasSubstr("ERROR_INVALID_MEDIA (4300)"));
  EXPECT_EQ(run({"media", "mount", "NOPE"}).exit, 5);
  EXPECT_THAT(daemon().asked("mount.submit"), IsEmpty());
}

TEST_F(Program, ASideMayBeNamedByItsGuid) {
  MountSteps const steps(daemon());
  EXPECT_EQ(run({"media", "mount", samples::media()[0].sides[1].id.text()}).exit, 0);
  EXPECT_EQ(last("mount.submit").at("media").as_array().at(0), boost::json::value(samples::media()[0].sides[1].id.text()));
}

// A bar code may be 32 hexadecimal digits: what no object has as its id is looked for as a name.
TEST_F(Program, ANameMayLookLikeAnId) {
  std::string const name = "0123456789ABCDEF0123456789ABCDEF";
  auto medium = samples::media()[0];
  medium.name = medium.barcode = name;
  auto drive = samples::drives()[0];
  drive.name = name;
  auto const named = [&](auto info) -> FakeDaemon::Answer {
    return [info, name](boost::json::value const& params) -> Result<boost::json::value> {
      if (params.as_object().contains("name") && params.at("name") == boost::json::value(name)) return wire::encode(info);
      return fail(Errc::object_not_found, "it", "there is none");
    };
  };
  MountSteps const steps(daemon());
  daemon().answer("medium.get", named(medium));
  daemon().answer("drive.get", named(drive));
  EXPECT_THAT(run({"media", "show", name}).out, HasSubstr(name));
  EXPECT_THAT(run({"drive", "show", name}).out, HasSubstr(name));
  daemon().reply("medium.eject", wire::RequestReply{samples::requests()[0].id});
  EXPECT_EQ(run({"media", "eject", name}).exit, 0);
  EXPECT_EQ(run({"media", "mount", name + ":1", "--nowait"}).exit, 0);
  EXPECT_EQ(last("mount.submit").at("media").as_array().at(0), boost::json::value(medium.sides[1].id.text()));
  EXPECT_EQ(run({"media", "show", "ffffffffffffffffffffffffffffffff"}).exit, 5);
  EXPECT_EQ(run({"media", "mount", "ffffffffffffffffffffffffffffffff"}).exit, 5);
}

// A service without room for another connection is busy, and says why: not another error by chance.
TEST_F(Program, ARefusedConnectionIsShown) {
  daemon().refuse_connections({Errc::busy, "user alice", "has 1024 connections, the most a user may have"});
  auto const ran = run({"library", "list"});
  EXPECT_EQ(ran.exit, 6);
  EXPECT_THAT(ran.err, HasSubstr("ERROR_BUSY (170)"));
  EXPECT_THAT(ran.err, HasSubstr("user alice: has 1024 connections, the most a user may have"));
  EXPECT_THAT(run({"check", "--timeout", "2s"}).out, HasSubstr("has 1024 connections"));
}

TEST_F(Program, CancellingARequestTakesASession) {
  daemon().reply("request.cancel", samples::requests()[0]);
  auto const ran = run({"request", "cancel", samples::requests()[0].id.text()});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(daemon().asked("session.open").size(), 1u);
}

TEST_F(Program, CtrlCCancelsAMountThatWaits) {
  MountSteps const steps(daemon());
  std::atomic<bool> cancelled = false;
  auto waiting = samples::requests()[0];
  waiting.state = RequestState::waiting;
  auto over = waiting;
  over.state = RequestState::cancelled;
  over.finished = true;
  over.error = 1223;
  auto const now = [&](auto const&) -> Result<boost::json::value> { return wire::encode(cancelled ? over : waiting); };
  daemon().answer("request.get", now);
  daemon().answer("request.cancel", [&](auto const& params) {
    cancelled = true;
    return now(params);
  });
  daemon().answer("event.read", [&](auto const&) -> Result<boost::json::value> {
    wire::EventReadReply reply;
    reply.cursor = 102;
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!cancelled && std::chrono::steady_clock::now() < end && !daemon().asked("request.get").empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (cancelled) {
      reply.events = {samples::events()[0]};
      reply.events[0].state = "cancelled";
      reply.cursor = 103;
    }
    return wire::encode(reply);
  });
  pid_t const pid = start({"media", "mount", "A00002"});
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (daemon().asked("event.read").size() < 2 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(pid, SIGINT);
  auto const ran = finish(pid);
  EXPECT_EQ(ran.exit, 7) << ran.err;
  EXPECT_EQ(daemon().asked("request.cancel").size(), 1u);
  EXPECT_THAT(ran.err, HasSubstr("ERROR_CANCELLED (1223)"));
}

TEST_F(Program, ADismountTakesTheSideThatIsUp) {
  daemon().reply("dismount.submit", wire::SubmitReply{{samples::requests()[3].id}});
  auto const ran = run({"media", "dismount", "A00001", "--deferred", "--force"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "A00001:1: queued, request 34000000-0000-4000-8000-000000000000\n");
  auto const asked = last("dismount.submit");
  EXPECT_EQ(asked.at("media").as_array().at(0), boost::json::value(samples::media()[0].sides[1].id.text()));
  EXPECT_TRUE(asked.at("deferred").as_bool() && asked.at("force").as_bool());
  EXPECT_EQ(run({"media", "dismount", "Ä-大"}).exit, 4);
}

TEST_F(Program, WaitTurnsTheOutcomeIntoTheExitCode) {
  daemon().reply("dismount.submit", wire::SubmitReply{{samples::requests()[3].id}});
  auto const ran = run({"media", "dismount", "A00001", "--wait"});
  EXPECT_EQ(ran.exit, 6);
  EXPECT_THAT(ran.err, HasSubstr("ERROR_BUSY (170)"));
  EXPECT_THAT(ran.err, HasSubstr("/mnt/a is open in process 4711 (dd)"));
  EXPECT_EQ(run({"media", "dismount", "A00001", "--wait", "--win32-exit"}).exit, 170);
}

TEST_F(Program, AWaitThatIsTooShortSaysThatItGoesOn) {
  daemon();
  auto const ran = run({"request", "wait", "3100", "--timeout", "50ms"});
  EXPECT_EQ(ran.exit, 7);
  EXPECT_THAT(ran.err, HasSubstr("it goes on without this program: 'rsm request list --open' shows what still runs"));
}

// What is said in general stays away where the error says itself what helps, or where it would blame the wrong thing.
TEST_F(Program, AdviceFitsTheError) {
  daemon().refuse("medium.eject", Errc::busy, "A00002", "it is mounted in drive 0 of Jukebox: rsm media dismount 'A00002' first, or eject it with --force");
  EXPECT_THAT(run({"media", "eject", "A00002"}).err, Not(HasSubstr("rsm status")));
  daemon().refuse("medium.eject", Errc::busy, "A00002", "request 7 works with it: it is in process now");
  EXPECT_THAT(run({"media", "eject", "A00002"}).err, HasSubstr("'rsm status' shows who has it"));
  daemon().refuse("medium.eject", Errc::busy, "A00002", "still in use after 1.0 s: open file /mnt/a in process 4711 (dd)");
  EXPECT_THAT(run({"media", "eject", "A00002"}).err, AllOf(HasSubstr("--force"), Not(HasSubstr("rsm status"))));
  daemon().refuse("medium.eject", Errc::timeout, "A00002", "its time limit was over while it waited: drive 0 holds A00001");
  EXPECT_THAT(run({"media", "eject", "A00002"}).err, Not(HasSubstr("still runs"))) << "nothing does";
}

TEST_F(Program, ErrorsOfTheServiceAreShownWhole) {
  daemon().refuse("medium.eject", Errc::access_denied, "A00002", "only the group openrsm may");
  auto const ran = run({"media", "eject", "A00002"});
  EXPECT_EQ(ran.exit, 3);
  EXPECT_THAT(ran.err, StartsWith("rsm: media eject: ERROR_ACCESS_DENIED (5): Access is denied. A00002: only the group openrsm may\n"));
}

TEST_F(Program, EnableAndDisableNameTheObject) {
  daemon().reply("object.disable", wire::RequestReply{samples::requests()[0].id});
  daemon().reply("object.enable", wire::RequestReply{samples::requests()[0].id});
  EXPECT_EQ(run({"drive", "disable", "1"}).exit, 0);  // by its number
  EXPECT_EQ(last("object.disable").at("id"), boost::json::value(samples::drives()[1].id.text()));
  EXPECT_EQ(last("object.disable").at("type"), boost::json::value("drive"));
  EXPECT_EQ(run({"media", "enable", "A00002"}).exit, 0);
  EXPECT_EQ(last("object.enable").at("type"), boost::json::value("medium"));
}

TEST_F(Program, EventsAreShownFromTheCursorOn) {
  daemon();
  auto const all = run({"events", "--since", "0"});
  EXPECT_THAT(all.out, HasSubstr("Drive 1"));
  EXPECT_THAT(all.out, HasSubstr("31000000 mount A000"));
  auto const one = run({"events", "--since", "101", "--json"});
  EXPECT_EQ(boost::json::parse(one.out).at("number").as_int64(), 102);
  EXPECT_EQ(run({"events", "--since", "102"}).out, "No events.\n");
  EXPECT_EQ(run({"events", "--since", "2h"}).out, "No events.\n");  // those of the samples are older
  EXPECT_EQ(run({"events", "--since", "2020-01-01"}).out, all.out);
  EXPECT_EQ(run({"events", "--since", "2099-01-01"}).out, "No events.\n");
  EXPECT_THAT(run({"events", "--type", "drvie"}).err, HasSubstr("did you mean 'drive'?"));
}

TEST_F(Program, ADamagedCatalogIsAnError) {
  wire::CatalogCheckReply reply;
  reply.findings = {"row 7 of media: no such pool"};
  daemon().reply("catalog.check", reply);
  auto const ran = run({"catalog", "check"});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.out, HasSubstr("row 7 of media"));
  reply.findings.clear();
  reply.ok = true;
  daemon().reply("catalog.check", reply);
  EXPECT_EQ(run({"catalog", "check"}).exit, 0);
}

TEST_F(Program, ACatalogFileIsCheckedWithoutTheService) {
  std::ofstream(directory_ + "/not-a-catalog") << "hello";
  auto const ran = run({"catalog", "check", "--file", directory_ + "/not-a-catalog"});
  EXPECT_EQ(ran.exit, 4);
  EXPECT_THAT(ran.err, HasSubstr("ERROR_DATABASE_FAILURE (4313)"));
}

// ---- rsm check: a plugin, with the exit codes of plugins and everything on standard output

TEST_F(Program, ACheckSaysOneLineWithItsPerformanceData) {
  auto status = samples::status();
  status.attention.clear();
  status.operator_requests.clear();
  daemon().reply("status", status);
  auto const ran = run({"check"});
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, StartsWith("OPENRSM OK - 1 library, 2 drives, 2 requests waiting, oldest 5 min | libraries=1;;;0 "));
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 1);
  EXPECT_THAT(ran.err, IsEmpty());
  EXPECT_EQ(run({"check", "queue", "--warning", "1"}).exit, 1);
  EXPECT_EQ(run({"check", "queue", "--warning", "1", "--critical", "waiting=@2"}).exit, 2);
  EXPECT_EQ(boost::json::parse(run({"check", "--json", "queue", "-w", "1"}).out).at("exit_code").as_int64(), 1);
  EXPECT_EQ(daemon().asked("status").size(), 4u);
  EXPECT_EQ(daemon().asked("hello").size(), 4u);  // and nothing else was asked
  EXPECT_THAT(daemon().asked("session.open"), IsEmpty());
}

TEST_F(Program, ACheckOfAServiceThatIsAwayIsCritical) {
  auto const ran = run({"check", "drives"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.out, StartsWith("OPENRSM DRIVES CRITICAL - rsmd cannot be asked: ERROR_NOT_READY (21)"));
  EXPECT_THAT(ran.out, HasSubstr(directory_ + "/rsmd.sock"));
  EXPECT_THAT(ran.out, HasSubstr("'rsm setup --check' says why"));
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 1);
  EXPECT_EQ(run({"check", "--win32-exit"}).exit, 2);
}

TEST_F(Program, ACheckWithoutAnAnswerIsUnknownWhenItsTimeIsOver) {
  for (auto const* silent : {"status", "hello"}) {
    std::atomic<bool> over = false;
    daemon().answer(silent, [&](auto const&) -> Result<boost::json::value> {
      over.wait(false);
      return fail(Errc::cancelled, "test");
    });
    auto const ran = run({"check", "--timeout", "300ms"});
    over = true;
    over.notify_all();
    EXPECT_EQ(ran.exit, 3) << silent;
    EXPECT_EQ(ran.out, "OPENRSM UNKNOWN - rsmd does not answer within 300 ms\n") << silent;
    daemon_.reset();
  }
}

TEST_F(Program, ACheckThatMayNotAskIsUnknown) {
  daemon().refuse("hello", Errc::access_denied, "socket", "");
  EXPECT_EQ(run({"check"}).exit, 3);
  daemon().refuse("hello", Errc::rpc_no_interfaces, "protocol", "");
  EXPECT_EQ(run({"check"}).exit, 3);
  daemon().refuse("hello", Errc::not_ready, "catalog", "");
  EXPECT_EQ(run({"check"}).exit, 2);
}

TEST_F(Program, ACheckThatIsWrittenWrongIsUnknownWithItsUsage) {
  daemon();
  for (auto const& words : {Words{"check", "--frob"}, Words{"check", "-x"}, Words{"check", "nonsense"}, Words{"check", "queue", "drives"}, Words{"check", "queue", "-w", "5:1"},
                            Words{"check", "-w", "5"}, Words{"check", "-w"}, Words{"check", "--timeout", "soon"}, Words{"check", "--timeout", "0"}}) {
    auto const ran = run(words);
    EXPECT_EQ(ran.exit, 3) << words.back();
    EXPECT_THAT(ran.out, StartsWith("OPENRSM UNKNOWN - rsm check")) << words.back();
    EXPECT_THAT(ran.out, HasSubstr("usage: rsm check [daemon|libraries")) << words.back();
    EXPECT_THAT(ran.err, IsEmpty());
  }
  EXPECT_THAT(daemon().asked("status"), IsEmpty());
  auto const help = run({"check", "--help"});
  EXPECT_EQ(help.exit, 3);  // help is no good answer
  EXPECT_THAT(help.out, HasSubstr("--critical"));
}

TEST_F(Program, WrongUsageIsOne) {
  for (auto const& words : {Words{}, Words{"statsu"}, Words{"media", "mount"}, Words{"view", "/zz"}, Words{"drive", "list", "--watch=x"}}) {
    auto const ran = run(words);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(ran.err, StartsWith("rsm"));
  }
}

TEST_F(Program, WatchShowsItAgain) {
  daemon();
  pid_t const pid = start({"slot", "list", "--watch=100ms"});
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (daemon().asked("slot.list").size() < 3 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(pid, SIGTERM);
  finish(pid);
  EXPECT_GE(daemon().asked("slot.list").size(), 3u);
}

// ---- the classic verbs

TEST_F(Program, ClassicViewGivesWhatScriptsCut) {
  daemon();
  EXPECT_EQ(run({"view", "/tlibrary", "/b"}).out, "Jukebox\n");
  EXPECT_EQ(run({"view", "/tlibrary", "/guiddisplay", "/b"}).out, "11000000000040008000000000000000\n");
  EXPECT_EQ(run({"view", "-TLIBRARY", "-guiddisplay"}).out,
            "The 1 library objects are:\n\n11000000000040008000000000000000\tJukebox\n\nThe command completed successfully.\n");
  EXPECT_EQ(run({"view", "/tpartition", "/b"}).out, "A00001:0\nA00001:1\nA00002:0\nÄ-大:0\n");
  EXPECT_EQ(run({"view", "/tstorageslot", "/b"}).out, "Slot 1\nSlot 2\nSlot 3\n");
  EXPECT_EQ(run({"view", "/tlogical_media", "/b"}).out, "");
  auto const in_library = run({"view", "/tphysical_media", "/cg{11000000-0000-4000-8000-000000000000}", "/b"});
  EXPECT_EQ(in_library.exit, 0);
  EXPECT_EQ(last("medium.list").at("container"), boost::json::value(samples::library().id.text()));
  EXPECT_EQ(run({"view", "/tphysical_medai"}).exit, 4);
}

TEST_F(Program, ClassicMountPrintsDriveIdAndDevice) {
  MountSteps const steps(daemon());
  auto const ran = run({"mount", "/pfA00002:0", "/owrite", "/rhigh", "/t600000"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "Drive 1\n22000000-0000-4000-8000-000000000000\n/dev/disk/by-id/emu-drive-1\n");
  EXPECT_THAT(ran.err, IsEmpty());
  auto const asked = last("mount.submit");
  EXPECT_EQ(asked.at("priority").as_int64(), 7);
  EXPECT_EQ(asked.at("timeout_ms").as_int64(), 600'000);
}

TEST_F(Program, ClassicMountFromASlot) {
  MountSteps const steps(daemon());
  EXPECT_EQ(run({"mount", "/sf2", "/cfChanger 0"}).exit, 0);
  EXPECT_EQ(last("mount.submit").at("media").as_array().at(0), boost::json::value(samples::media()[1].sides[0].id.text()));
  EXPECT_TRUE(last("mount.submit").at("read").as_bool());
}

TEST_F(Program, ClassicVerbsThatOnlyQueue) {
  daemon().reply("dismount.submit", wire::SubmitReply{{samples::requests()[3].id}});
  daemon().reply("medium.eject", wire::RequestReply{samples::requests()[3].id});
  daemon().reply("library.inventory", wire::InventoryReply{samples::requests()[3].id});
  auto const success = "The command completed successfully.\n";
  EXPECT_EQ(run({"dismount", "/pfA00001:1", "/odeferred"}).out, success);
  EXPECT_TRUE(last("dismount.submit").at("deferred").as_bool());
  EXPECT_EQ(run({"eject", "/pfA00002"}).out, success);
  EXPECT_EQ(run({"eject", "/sfSlot 2", "/lfJukebox", "/b"}).out, "34000000-0000-4000-8000-000000000000\n");
  EXPECT_EQ(run({"inventory", "/lfJukebox", "/afull"}).out, success);
  EXPECT_EQ(last("library.inventory").at("action"), boost::json::value("omid"));
  EXPECT_EQ(run({"inventory", "/lfJukebox", "/anone"}).exit, 4);
  EXPECT_EQ(run({"refresh", "/lfJukebox"}).exit, 6);  // waits, and its request has failed with BUSY
  EXPECT_EQ(last("library.inventory").at("action"), boost::json::value("fast"));
  EXPECT_EQ(run({"dismount", "/pfA00001:1", "--wait"}).exit, 6);
}

TEST_F(Program, ClassicNamesThatSeveralBearAreRefused) {
  wire::LibraryPage page;
  page.items = {samples::library(), samples::library()};
  page.items[1].id = LibraryId{samples::guid(0x11000000, 1)};
  daemon().reply("library.list", page);
  auto const ran = run({"inventory", "/lfJukebox", "/afast"});
  EXPECT_EQ(ran.exit, 5);
  EXPECT_THAT(ran.err, HasSubstr("11000000-0000-4000-8000-000000000001"));
  EXPECT_THAT(daemon().asked("library.inventory"), IsEmpty());
}

// Only a tape is erased, in a state in which somebody may, and nothing is moved for anything else.
TEST_F(Program, ClassicEraseLooksBeforeItMounts) {
  auto side = samples::media()[1].sides[0];
  wire::MediaTypeInfo type{.name = "MO", .device_type = 0x07};
  side.state = SideState::available;
  daemon().reply("side.get", side);
  daemon().reply("media_type.get", type);
  EXPECT_EQ(run({"erase", "/pfA00002:0"}).exit, 50);
  type.device_type = 0x1F;
  daemon().reply("media_type.get", type);
  for (auto const state : {SideState::complete, SideState::unprepared, SideState::reserved, SideState::decommissioned}) {
    side.state = state;
    daemon().reply("side.get", side);
    EXPECT_THAT(run({"erase", "/pfA00002:0"}).err, HasSubstr("(5023)")) << word(state);
  }
  side.state = SideState::allocated;
  daemon().reply("side.get", side);
  daemon().reply("logical_medium.get", wire::LogicalMediumInfo{.name = "Monday"});
  daemon().answer("object.set", [](auto const&) -> Result<boost::json::value> { return fail(Errc::access_denied, "pool", "not yours"); });
  EXPECT_EQ(run({"erase", "/pfA00002:0"}).exit, 3);
  EXPECT_EQ(last("object.set").at("name"), "Monday") << "as it was";
  EXPECT_EQ(run({"erase"}).exit, 4);
  EXPECT_EQ(run({"erase", "/pfA00002:0", "/rsoon"}).exit, 4);
  EXPECT_THAT(daemon().asked("mount.submit"), IsEmpty());
}

TEST_F(Program, ClassicEraseBringsTheTapeHomeAlsoWhenItCouldNotBeErased) {
  MountSteps const steps(daemon());
  auto side = samples::media()[1].sides[0];
  side.state = SideState::available;
  daemon().reply("side.get", side);
  daemon().reply("media_type.get", wire::MediaTypeInfo{.name = "LTO", .device_type = 0x1F});
  daemon().reply("dismount.submit", wire::SubmitReply{{samples::requests()[0].id}});
  auto const ran = run({"erase", "/pfA00002:0", "/rlow", "/t5000"});
  EXPECT_EQ(ran.exit, 5) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("ERROR_FILE_NOT_FOUND")) << "no such node is on this computer";
  EXPECT_TRUE(last("mount.submit").at("write").as_bool());
  EXPECT_EQ(last("mount.submit").at("timeout_ms").as_int64(), 5000);
  EXPECT_THAT(daemon().asked("dismount.submit"), SizeIs(1));
  EXPECT_THAT(daemon().asked("slot.identify"), IsEmpty()) << "nothing has changed on it";
}

TEST_F(Program, ClassicEjectatapiIsNotSupported) { EXPECT_EQ(run({"ejectatapi", "/n0"}).exit, 50); }

}  // namespace
}  // namespace rsm::cli
