// The computer, removals, where messages go, batches of ejects, and allocations that are given up: what is asked of the service, and what is shown.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;


class ComputerProgram : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    setenv("XDG_STATE_HOME", directory_.c_str(), 1);
    wire::ComputerInfo computer;
    computer.id = ComputerId{samples::guid(0x77000000)};
    computer.name = "archive";
    computer.request_purge_after_ms = computer.operator_request_purge_after_ms = 259'200'000;
    wire::ComputerPage page;
    page.items = {computer};
    daemon().reply("computer.list", page);
    for (auto const* method : {"object.set", "library.delete", "drive.delete", "ui.set", "medium.eject_stop", "opreq.seen", "logical_medium.give_up"}) daemon().reply(method, wire::Empty{});
  }
  void TearDown() override {
    unsetenv("XDG_STATE_HOME");
    Program::TearDown();
  }
  boost::json::object asked_last(std::string_view method) { return last(method).as_object(); }
  std::string const computer_id = samples::guid(0x77000000).text();
};

// ---- the computer, removals

TEST_F(ComputerProgram, ShowsAndSetsWhatIsKept) {
  auto const shown = run({"computer", "show"});
  EXPECT_EQ(shown.exit, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("archive"));
  EXPECT_THAT(shown.out, HasSubstr("Requests that have ended are kept            3 d\n"));
  EXPECT_EQ(run({"computer", "set", "--keep-import", "yes", "--keep-failed", "yes", "--keep-requests", "2h"}).out, "archive: changed\n");
  auto const set = asked_last("object.set");
  EXPECT_EQ(set.at("id").as_string(), computer_id);
  EXPECT_EQ(set.at("media_pool_policy").as_int64(), 2);
  EXPECT_EQ(set.at("request_flags").as_int64(), 2);
  EXPECT_EQ(set.at("operator_request_purge_after_ms").as_int64(), 7'200'000);
  EXPECT_EQ(run({"computer", "set"}).exit, 4) << "nothing is said";
  EXPECT_EQ(run({"computer", "set", "--keep-import", "perhaps"}).exit, 1);
}

TEST_F(ComputerProgram, DeletesLibrariesAndDrives) {
  EXPECT_THAT(run({"library", "delete", "Jukebox"}).out, HasSubstr("deleted"));
  EXPECT_EQ(asked_last("library.delete").at("id").as_string(), samples::library().id.text());
  EXPECT_THAT(run({"drive", "delete", "Drive 1"}).out, HasSubstr("deleted"));
  daemon().refuse("library.delete", Errc::invalid_state, "library Jukebox", "it is there");
  EXPECT_THAT(run({"library", "delete", "Jukebox"}).err, HasSubstr("ERROR_INVALID_STATE (5023)"));
}

// ---- ui

TEST_F(ComputerProgram, ClassicUiSaysWhereMessagesGo) {
  EXPECT_EQ(run({"ui", "/tERR", "/aadd", "/dops"}).out, completed);
  auto const set = asked_last("ui.set");
  EXPECT_EQ(set.at("object").as_string(), computer_id) << "without a library: the computer";
  EXPECT_EQ(set.at("kind").as_string(), "error");
  EXPECT_EQ(set.at("destination").as_string(), "ops");
  EXPECT_EQ(run({"ui", "/lfJukebox", "/treq", "/adeleteall"}).out, completed);
  EXPECT_EQ(asked_last("ui.set").at("object").as_string(), samples::library().id.text());
  EXPECT_EQ(run({"ui", "/twarning", "/aadd"}).exit, 4);
  EXPECT_EQ(run({"ui", "/tinfo", "/aforget"}).exit, 4);
  EXPECT_EQ(run({"ui", "/tinfo", "/adeleteall", "/dops"}).exit, 4);
  daemon().reply("ui.get", wire::DestinationsReply{{"ops"}});
  EXPECT_THAT(run({"view", "/tui", "/b"}).out, HasSubstr("error: ops\n"));
}

// ---- eject: start, queue, stop

TEST_F(ComputerProgram, WhatIsQueuedForEjectIsKeptForTheNextRun) {
  auto const operation = samples::requests()[3].id;
  EXPECT_THAT(run({"eject", "/astart"}).err, HasSubstr("ERROR_INVALID_OPERATION (4317)")) << "nothing is collected";
  daemon().reply("medium.eject_batch", wire::SubmitReply{});
  EXPECT_EQ(run({"eject", "/pfA00001", "/aqueue"}).out, completed);
  EXPECT_TRUE(asked_last("medium.eject_batch").at("check").as_bool());
  EXPECT_EQ(run({"eject", "/pfA00002", "/aqueue"}).out, completed);
  EXPECT_THAT(asked_last("medium.eject_batch").at("media").as_array(), SizeIs(2)) << "together with the one before";
  EXPECT_EQ(run({"eject", "/pfA00002", "/aqueue"}).out, completed) << "already there";
  daemon().refuse("medium.eject_batch", Errc::busy, "library Jukebox", "more than it has ports");
  EXPECT_EQ(run({"eject", "/pfA00001", "/aqueue"}).exit, 0);
  EXPECT_EQ(run({"eject", "/astart"}).exit, 6);
  daemon().reply("medium.eject_batch", wire::SubmitReply{{operation}});
  EXPECT_EQ(run({"eject", "/astart", "/b"}).out, operation.text() + "\n") << "a refusal has taken nothing away";
  EXPECT_THAT(asked_last("medium.eject_batch").at("media").as_array(), SizeIs(2));
  EXPECT_EQ(run({"eject", "/astart"}).exit, 4) << "it is gone with its start";
  EXPECT_EQ(run({"eject", "/astop", "/o" + operation.text()}).out, completed);
  EXPECT_EQ(asked_last("medium.eject_stop").at("request").as_string(), operation.text());
  EXPECT_EQ(run({"eject", "/astop"}).exit, 4) << "of which operation?";
  EXPECT_EQ(run({"eject", "/pfA00001", "/o" + operation.text()}).exit, 4);
  EXPECT_EQ(run({"eject"}).exit, 4);
}

// ---- operator requests are seen

TEST_F(ComputerProgram, WhoReadsAnOperatorRequestHasSeenIt) {
  auto open = samples::operator_requests();
  open.front().state = OperatorState::submitted;
  wire::OperatorRequestPage page;
  page.items = open;
  daemon().reply("opreq.list", page);
  for (auto const& words : {Words{"opreq", "list"}, Words{"view", "/toprequest"}}) {
    auto const before = daemon().asked("opreq.seen").size();
    EXPECT_EQ(run(words).exit, 0);
    ASSERT_THAT(daemon().asked("opreq.seen"), SizeIs(before + 1)) << words[0];
    EXPECT_EQ(asked_last("opreq.seen").at("ids").as_array().at(0), boost::json::value(open.front().id.text()));
  }
  daemon().refuse("opreq.seen", Errc::access_denied, "", "no administrator");
  EXPECT_EQ(run({"opreq", "list"}).exit, 0) << "it is shown all the same";
}

// ---- allocations

class AllocationProgram : public ComputerProgram {
 protected:
  void SetUp() override {
    ComputerProgram::SetUp();
    wire::PoolInfo pool;
    pool.id = PoolId{samples::guid(0x55000000)};
    pool.name = pool.path = "Daily";
    daemon().reply("pool.get", pool);
    wire::PoolPage pools;
    pools.items = {pool};
    daemon().reply("pool.list", pools);
    given_.logical_medium = LogicalMediumId{samples::guid(0x66000000)};
    given_.name = "Monday";
    given_.side = samples::media().front().sides.front().id;
  }
  wire::AllocateReply given_;
};

TEST_F(AllocationProgram, AnIdIsToldAlsoWhenTheSideCannotBeNamed) {
  daemon().reply("logical_medium.allocate", given_);
  daemon().refuse("object.set", Errc::access_denied, "side", "no administrator");
  auto const ran = run({"allocate", "/mDaily", "/b", "/pnFront"});
  EXPECT_EQ(ran.exit, 3) << "the naming has failed";
  EXPECT_EQ(ran.out, samples::guid(0x66000000).text() + "\n") << "and what is allocated is not lost";
  EXPECT_THAT(ran.err, HasSubstr("ERROR_ACCESS_DENIED (5)"));
}

TEST_F(AllocationProgram, CtrlCGivesUpWhatWaits) {
  std::atomic<bool> given_up = false;
  daemon().answer("logical_medium.give_up", [&](auto const&) {
    given_up = true;
    return wire::encode(wire::Empty{});
  });
  daemon().answer("logical_medium.allocate", [&](auto const&) -> Result<boost::json::value> {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (!given_up && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return wire::encode(given_);  // in the same moment
  });
  pid_t const pid = start({"media", "allocate", "Daily"});
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (daemon().asked("logical_medium.allocate").empty() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(pid, SIGINT);
  auto const ran = finish(pid);
  EXPECT_EQ(ran.exit, 7) << ran.out << ran.err;
  EXPECT_THAT(ran.out, IsEmpty());
  ASSERT_THAT(daemon().asked("logical_medium.give_up"), SizeIs(1));
  EXPECT_EQ(asked_last("logical_medium.give_up").at("key"), asked_last("logical_medium.allocate").at("key"));
}

// ---- the manual page and the words of completion come from one table

TEST_F(ComputerProgram, TheManualPageIsTheOneThatIsInstalled) {
  auto const made = run({"--manual"});
  EXPECT_EQ(made.exit, 0);
  EXPECT_THAT(made.out, StartsWith(".\\\" Made by rsm --manual"));
  EXPECT_TRUE(made.out == read_file(std::string{RSM_SOURCE_DIRECTORY} + "/docs/man/rsm.1")) << "make it anew: rsm --manual > docs/man/rsm.1";
  for (auto const* text : {"computer set", "\\-\\-keep\\-requests", "rsm ui "}) EXPECT_THAT(made.out, HasSubstr(text));
}

TEST_F(ComputerProgram, WordsOfBothGrammars) {
  EXPECT_THAT(run({"--words", "", ""}).out, HasSubstr("createpool\n"));
  EXPECT_THAT(run({"--words", "eject", ""}).out, HasSubstr("/pg\n"));
  EXPECT_THAT(run({"--words", "view", ""}).out, testing::AllOf(HasSubstr("list\n"), HasSubstr("/guiddisplay\n")));
  EXPECT_THAT(run({"--value-options"}).out, testing::AllOf(HasSubstr("--timeout\n"), HasSubstr("--socket\n"), testing::Not(HasSubstr("--json\n"))));
}

}  // namespace
}  // namespace rsm::cli
