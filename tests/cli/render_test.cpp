// What people and scripts see of the wire's structs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <sstream>

#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/fields.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/status.hpp"
#include "cli/rsm/view/tables.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Render : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  Canvas pipe() const { return {.now = samples::now}; }
  Canvas screen(int width = 80, int height = 23) const { return {.width = width, .height = height, .now = samples::now}; }
  Names names() const { return {{samples::library().id.guid, "Jukebox"}, {samples::drives()[0].id.guid, "Drive 0"}}; }
};

wire::StatusReply view() { return samples::status(); }

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST_F(Render, StatusOnAnOrdinaryTerminal) {
  EXPECT_EQ(status_text(view(), screen()),
            "rsmd 0.1.0 ready, up 3 h 12 min; 1 session, 3 open requests; last event 2 s ago\n"
            "Library Jukebox ready, 2 drives, 12 slots, 8 media\n"
            "\n"
            "NEEDS A PERSON (1)\n"
            "! Bring the medium Ä-大 to the library Jukebox (asked 5 min ago)\n"
            "  done: rsm opreq satisfy 81000000   cannot be done: rsm opreq refuse 81000000\n"
            "\n"
            "DRIVE    STATE   MEDIUM    SINCE       FOR            VOLUME OR STEP\n"
            "Drive 0  loaded  A00001:1  42 min ago  backup (root)  /dev/loop1000\n"
            "Drive 1  empty\n"
            "Changer 0: moves A00002 from slot 2 to drive 1\n"
            "\n"
            "OPEN REQUESTS: 1 queued, 1 in process, 1 waiting (oldest 5 min)\n"
            "REQUEST   WHAT            AGE    WHO            WHY\n"
            "31000000  mount A00002:0  5 min  backup (root)  the changer brings it to drive 1\n"
            "32000000  mount Ä-大:0    5 min  backup (root)  a person has to bring Ä-大;\n"
            "                                                asked 5 min ago\n"
            "33000000  mount A00001:0  5 min  backup (root)  side 1 of A00001 is loaded in\n"
            "                                                drive 0 for backup (root); the\n"
            "                                                cartridge is turned after its\n"
            "                                                dismount\n");
}

TEST_F(Render, StatusFitsEveryTerminal) {
  auto v = view();
  for (int i = 0; i < 40; ++i) v.waiting.push_back(v.waiting[static_cast<std::size_t>(i % 3)]);
  for (int i = 0; i < 30; ++i) v.drives.push_back(samples::drives()[1]);
  for (int width : {60, 80, 120})
    for (int height : {20, 24, 50}) {
      auto const lines = lines_of(status_text(v, screen(width, height)));
      EXPECT_LE(lines.size(), static_cast<std::size_t>(height)) << width << "x" << height;
      for (auto const& line : lines) EXPECT_LE(width_of(line), width) << line;
    }
  EXPECT_THAT(status_text(v, screen()), HasSubstr("more: rsm request list --open"));
  EXPECT_THAT(status_text(v, screen()), HasSubstr("more: rsm drive list"));
  EXPECT_THAT(status_text(v, screen()), HasSubstr("A00001:1"));  // the loaded drive stays
}

TEST_F(Render, StatusSaysWhenAllIsQuiet) {
  auto v = samples::status();
  v.attention.clear();
  v.operator_requests.clear();
  v.waiting.clear();
  v.queue.clear();
  v.changers[0].doing.clear();
  auto const text = status_text(v, screen());
  EXPECT_THAT(text, HasSubstr("Nothing needs a person."));
  EXPECT_THAT(text, HasSubstr("No open requests."));
  EXPECT_THAT(text, Not(HasSubstr("Changer")));
}

TEST_F(Render, StatusNamesBrokenThings) {
  auto v = view();
  v.ready = false;
  v.drives[1].operational_state = OperationalState::needs_service;
  v.drives[1].condition_reason = "three loads in a row failed";
  v.changers[0].handler = "no handler: killed 5 s ago";
  v.libraries[0].operational_state = OperationalState::initializing;
  v.libraries[0].reason = "inventory: slot 7 of 12";
  auto const text = status_text(v, screen(100, 40));
  EXPECT_THAT(text, HasSubstr("NOT READY"));
  EXPECT_THAT(text, HasSubstr("! Drive 1 needs service: three loads in a row failed"));
  EXPECT_THAT(text, HasSubstr("Changer 0: no handler: killed 5 s ago"));
  EXPECT_THAT(text, HasSubstr("Library Jukebox initializing: inventory: slot 7 of 12"));
}

// The service's sentence, the drive's state and the operator request are one thing.
TEST_F(Render, StatusTellsADriveThatNeedsServiceOnce) {
  auto v = view();
  v.operator_requests.clear();
  v.drives[1].operational_state = OperationalState::needs_service;
  v.drives[1].condition_reason = "three loads in a row failed";
  v.drives[1].library = v.libraries[0].id;
  std::string const called = "drive " + std::to_string(v.drives[1].number) + " of " + v.libraries[0].name;
  v.attention = {called + " needs service: three loads in a row failed (when it is repaired: rsm drive enable)"};
  EXPECT_THAT(status_text(v, pipe()), AllOf(HasSubstr("NEEDS A PERSON (1)"), HasSubstr("rsm drive enable")));
  wire::OperatorRequestInfo asked;
  asked.id = OperatorRequestId{v.drives[1].id.guid}, asked.command = OperatorCommand::device_service, asked.argument1 = v.drives[1].id.guid;
  asked.message = called + " failed with 3 cartridges in a row: not ready";
  v.operator_requests.push_back(asked);
  EXPECT_THAT(status_text(v, pipe()), AllOf(HasSubstr("NEEDS A PERSON (1)"), HasSubstr("failed with 3 cartridges"), HasSubstr("done: rsm opreq satisfy"), Not(HasSubstr("rsm drive enable"))));
}

TEST_F(Render, StatusTellsALibraryThatNeedsServiceOnce) {
  auto v = view();
  v.operator_requests.clear();
  std::string const& library = v.libraries[0].name;
  v.attention = {"library " + library + " needs service: its arm does not move since 2026-03-01 02:03:04.567Z: A00002 cannot be brought from slot 1 to drive 1"};
  wire::OperatorRequestInfo asked;
  asked.id = OperatorRequestId{v.libraries[0].id.guid}, asked.command = OperatorCommand::device_service, asked.argument1 = v.libraries[0].id.guid;
  asked.message = "library " + library + ": its arm does not move since 2026-03-01 02:01:00.000Z: A00001 cannot be brought from slot 0 to drive 1";
  v.operator_requests.push_back(asked);
  EXPECT_THAT(status_text(v, pipe()), AllOf(HasSubstr("NEEDS A PERSON (1)"), HasSubstr("done: rsm opreq satisfy"), Not(HasSubstr("A00002 cannot be brought"))));
}

// A state is shown with its reason.
TEST_F(Render, ASideSaysWhyItCannotBeUsed) {
  wire::SideInfo side;
  side.id = SideId{view().drives[0].id.guid}, side.medium_name = "A00001";
  for (auto const& [state, why] : {std::pair{SideState::incompatible, "a drive has rejected it, or it cleans drives"}, {SideState::unknown, "its label was not read yet"}, {SideState::complete, "its application has said that it is full"}}) {
    side.state = state;
    EXPECT_THAT(table_of(std::vector{side}, {}, pipe()).text(pipe()), AllOf(HasSubstr("REASON"), HasSubstr(why)));
  }
}

TEST_F(Render, StatusTellsWhoHadItAfterTheSessionHasEnded) {
  auto v = view();
  v.holders.clear();
  EXPECT_THAT(status_text(v, screen(100, 40)), HasSubstr("session 4100"));
  v.drives[0].session = {};
  v.drives[0].reason = "mounted for backup (root), whose session has ended";
  EXPECT_THAT(status_text(v, pipe()), HasSubstr("mounted for backup (root), whose session has ended"));
}

// A cleaning has no medium: two of them differ by their drives.
TEST_F(Render, StatusSaysWhichDriveIsToBeCleaned) {
  auto v = view();
  auto& request = v.waiting.front().request;
  request.operation = Operation::clean_drive, request.medium_name.clear(), request.side = {}, request.drive_name = "Jukebox drive 1";
  EXPECT_THAT(status_text(v, pipe()), HasSubstr("clean drive Jukebox drive 1"));
}

// Where only the shelf is there is no library, and what helps is said.
TEST_F(Render, WithoutALibraryItIsSaidWhatHelps) {
  auto v = view();
  v.libraries.resize(1);
  v.libraries.front().library_type = LibraryType::offline, v.libraries.front().flags = library_flag::fixed_offline;
  EXPECT_THAT(status_text(v, pipe()), AllOf(HasSubstr("rsm library discover --add"), HasSubstr("rsm setup --emulated")));
  EXPECT_THAT(table_of(std::vector<wire::LibraryInfo>{}, {}, pipe()).text(pipe()), HasSubstr("rsm library discover --add"));
}

// It says what it is about in its message; "Argument1 type port" says nothing to anybody.
TEST_F(Render, AQuestionHasNoArguments) {
  auto asked = samples::operator_requests().front();
  asked.argument1_type = ObjectType::port, asked.argument2_type = ObjectType::medium;
  EXPECT_THAT(record_of(asked, names(), pipe()).text(pipe()), AllOf(HasSubstr(asked.message), Not(HasSubstr("Argument"))));
}

TEST_F(Render, StatusSaysWhatIsNotDurableYet) {
  auto v = view();
  v.uncommitted = 1;
  v.commit_under_way_ms = 3;
  EXPECT_THAT(status_text(v, pipe()), HasSubstr("; 1 change not durable\n"));
  v.uncommitted = 34;
  v.commit_under_way_ms = 125'000;
  EXPECT_THAT(status_text(v, pipe()), HasSubstr("; 34 changes not durable for 2 min\n"));
}

TEST_F(Render, DriveTable) {
  EXPECT_EQ(table_of(samples::drives(), names(), pipe()).text(pipe()),
            "DRIVE    LIBRARY  STATE   MEDIUM    SINCE       VOLUME         MOUNTS  HANDLER   REASON\n"
            "Drive 0  Jukebox  loaded  A00001:1  42 min ago  /dev/loop1000      17  pid 4712  mounted\n"
            "Drive 1  Jukebox  empty             2 min ago                       0  pid 4713\n");
  EXPECT_EQ(table_of(samples::drives(), names(), pipe()).text({.width = 40, .now = samples::now}),
            "DRIVE    LIBRARY  STATE   MEDIUM\n"
            "Drive 0  Jukebox  loaded  A00001:1\n"
            "Drive 1  Jukebox  empty\n");
}

TEST_F(Render, MediaTableWithWideNames) {
  EXPECT_EQ(table_of(samples::media(), names(), pipe()).text(pipe()),
            "MEDIUM  STATE           WHERE               POOL                        BARCODE     SIDES  REASON\n"
            "A00001  loaded          drive 0 of Jukebox  Import\\MO 5.25\" rewritable  A00001          2\n"
            "A00002  in use          slot 2 of Jukebox   Import\\MO 5.25\" rewritable  A00002          1\n"
            "Ä-大    needs a person  offline             Import\\MO 5.25\" rewritable  unreadable      1  a person was asked to bring it\n");
}

TEST_F(Render, RequestTable) {
  EXPECT_EQ(table_of(samples::requests(), names(), pipe()).text(pipe()),
            "REQUEST   WHAT                       STATE       WHO            QUEUED     PRIO  WHY\n"
            "31000000  mount A00002:0 in Drive 1  in process  backup (root)  5 min ago     0  moving\n"
            "32000000  mount Ä-大:0               waiting     backup (root)  5 min ago     0  the medium is offline; a person was asked to "
            "bring it\n"
            "33000000  mount A00001:0             queued      backup (root)  5 min ago     7  queued\n"
            "34000000  dismount A00001:1          failed      backup (root)  5 min ago     0  ERROR_BUSY (170): /mnt/a is open in process "
            "4711 (dd)\n");
}

TEST_F(Render, OtherTables) {
  EXPECT_EQ(table_of(samples::slots(), names(), pipe()).text(pipe()),
            "SLOT  LIBRARY  STATE  MEDIUM\n"
            "   1  Jukebox  empty\n"
            "   2  Jukebox  full   A00002\n"
            "   3  Jukebox  empty\n");
  EXPECT_EQ(table_of(samples::sessions(), names(), pipe()).text(pipe()),
            "SESSION   APPLICATION  USER  COMPUTER  OPENED   CONNECTION  REQUESTS  DRIVES\n"
            "41000000  backup       root  vault     1 h ago  connected          3  Drive 0\n");
  EXPECT_EQ(table_of(samples::operator_requests(), names(), pipe()).text(pipe()),
            "OPREQ     STATE      WHAT        ASKED      MESSAGE\n"
            "81000000  submitted  move media  5 min ago  Bring the medium Ä-大 to the library Jukebox\n");
  EXPECT_EQ(table_of(std::vector<wire::DoorInfo>{}, names(), pipe()).text(pipe()), "No doors.\n");
  EXPECT_EQ(table_of(std::vector<wire::RequestInfo>{}, names(), pipe()).text(pipe()), "No requests.\n");
}

TEST_F(Render, RequestRecord) {
  EXPECT_EQ(record_of(samples::requests()[3], names(), pipe()).text(pipe()),
            "Request   dismount A00001:1\n"
            "State     failed\n"
            "Reason    ERROR_BUSY (170): /mnt/a is open in process 4711 (dd)\n"
            "Error     ERROR_BUSY (170)\n"
            "Queued    2026-03-01 12:29:56 (5 min ago)\n"
            "Changed   2026-03-01 12:32:56 (2 min ago)\n"
            "Finished  2026-03-01 12:33:56 (1 min ago)\n"
            "Priority  0\n"
            "Asked by  backup (root) on vault\n"
            "Library   Jukebox\n"
            "Medium    A00001:1\n"
            "Session   41000000-0000-4000-8000-000000000000\n"
            "Id        34000000-0000-4000-8000-000000000000\n");
}

// Nothing of a drive is shown only because somebody wrote a line for it: what no line tells follows by itself.
TEST_F(Render, ARecordShowsEveryMemberThatIsNotTold) {
  wire::DoorInfo const door{.id = DoorId{samples::guid(0x91000000)}, .library = samples::library().id, .number = 3, .state = DoorState::open, .max_open_ms = 90'000};
  auto const all_names = names();
  auto const canvas = pipe();
  EXPECT_EQ(Fields(door, all_names, canvas).finish().text(canvas),
            "Library   Jukebox\n"
            "Number    3\n"
            "State     open\n"
            "Max open  1 min\n"
            "Id        91000000-0000-4000-8000-000000000000\n");
  auto drive = samples::drives()[0];
  drive.vendor = "HP", drive.product = "C1113J", drive.revision = "1.15", drive.serial = "S-1";
  EXPECT_EQ(record_of(drive, all_names, canvas).text(canvas),
            "Drive              Drive 0\n"
            "Library            Jukebox\n"
            "Condition          ready\n"
            "State              loaded\n"
            "Reason             mounted\n"
            "Since              2026-03-01 11:52:56 (42 min ago)\n"
            "Medium             A00001:1\n"
            "Volume             /dev/loop1000\n"
            "Session            41000000-0000-4000-8000-000000000000\n"
            "Request            30000000\n"
            "Mounts             17\n"
            "Deferred dismount  the cartridge stays 5 min\n"
            "Handler            pid 4712\n"
            "Model              HP C1113J, revision 1.15\n"
            "Serial number      S-1\n"
            "Device             /dev/disk/by-id/emu-drive-0\n"
            "Densities          not known\n"
            "Known since        2026-03-01 09:14:56 (3 h 20 min ago)\n"
            "Id                 21000000-0000-4000-8000-000000000000\n");
}

TEST_F(Render, WhatDrivesReportedTheNewestFirst) {
  auto drive = samples::drives()[1];
  EXPECT_THAT(record_of(drive, names(), pipe()).text(pipe()), Not(HasSubstr("reported")));
  auto const at = [this](std::int64_t minutes) { return pipe().now - minutes * 60'000; };
  drive.alerts = {{26, AlertSeverity::warning, 1, AlertAbout::drive, 0, "cooling fan", at(90), ""}, {20, AlertSeverity::critical, 0, AlertAbout::cleaning, 3, "clean now", at(5), "A00001"}};
  auto const text = record_of(drive, names(), pipe()).text(pipe());
  EXPECT_THAT(text, ContainsRegex("It has reported"));
  EXPECT_THAT(text, ContainsRegex("TAPEALERT +SEVERITY +TIME +MEDIUM +WHAT"));
  EXPECT_THAT(text, ContainsRegex("20 +critical +[-0-9]+ [:0-9]+ .5 min ago. +A00001 +clean now(.|\n)*26 +warning .*cooling fan"));
  auto medium = samples::media()[0];
  medium.alerts = {{4, AlertSeverity::critical, 0, AlertAbout::medium, 1, "media", at(5), "drive 0 of Jukebox"}};
  EXPECT_THAT(record_of(medium, names(), pipe()).text(pipe()), ContainsRegex("Drives have reported(.|\n)*4 +critical .*drive 0 of Jukebox +media"));
}

TEST_F(Render, WhatDrivesTellOfACartridgeAndWhatTheyDoNot) {
  auto medium = samples::media()[0];
  EXPECT_THAT(record_of(medium, names(), pipe()).text(pipe()), ContainsRegex("Told by drives +not known"));
  medium.density_code = 0x5A;
  medium.density = "U-616";
  medium.loads = 0;
  medium.bytes_written = 1'500'000'000;
  auto const text = record_of(medium, names(), pipe()).text(pipe());
  EXPECT_THAT(text, ContainsRegex("Density +U-616 .5Ah."));
  EXPECT_THAT(text, ContainsRegex("Loads in its life +0\n")) << "told, and none";
  EXPECT_THAT(text, ContainsRegex("Written in its life +1\\.4 GiB"));
  for (auto const* label : {"Read in its life", "Capacity", "Remaining", "Serial number", "Manufacturer", "Medium type"}) EXPECT_THAT(text, ContainsRegex(std::string(label) + " +not known")) << label;
  auto drive = samples::drives()[1];
  EXPECT_THAT(record_of(drive, names(), pipe()).text(pipe()), ContainsRegex("Densities +not known"));
  drive.densities = {{0x5A, "U-616", "Ultrium 6/16T", true, std::nullopt}, {0x46, "", "Ultrium 4/16T", false, std::nullopt}, {0x44, "", "", false, std::nullopt}};
  EXPECT_THAT(record_of(drive, names(), pipe()).text(pipe()), ContainsRegex("Densities +writes U-616 .5Ah.; reads only Ultrium 4/16T .46h., .44h."));
}

TEST_F(Render, Explanation) {
  wire::ExplainReply reply;
  reply.request = samples::requests()[1];
  reply.text = "It waits for a person.";
  reply.facts = {"Ä-大 is offline.", "Drive 1 is free."};
  EXPECT_EQ(explanation_text(reply, pipe()),
            "mount Ä-大:0: waiting\n"
            "It waits for a person.\n"
            "  - Ä-大 is offline.\n"
            "  - Drive 1 is free.\n");
}

TEST_F(Render, AnExplanationHasNumbersAndNoIds) {
  wire::ExplainReply reply;
  reply.request = samples::requests()[0];
  reply.request.number = 12;
  EXPECT_THAT(explanation_text(reply, screen()), AllOf(StartsWith("12: mount A00002:0"), Not(HasSubstr(reply.request.id.text()))));
}

TEST_F(Render, TimesOfTheServiceAreThoseOfTheReader) {
  setenv("TZ", "EST5", 1);
  tzset();
  EXPECT_EQ(clock_text(1'772'364'896'000), "2026-03-01 06:34:56");
  EXPECT_EQ(for_reader("stays until 2026-03-01 11:34:56.123Z, or longer; Z 1Z"), "stays until " + clock_text(1'772'364'896'000) + ", or longer; Z 1Z");
}

// On an ordinary terminal the reason is not what is left over: it goes on in the next line.
TEST_F(Render, EventsHaveTheirReasonOnEveryTerminal) {
  auto event = samples::events()[1];
  event.reason = "cartridge A00002 moved from slot 2, where a person has put it in";
  auto const lines = lines_of(event_line(event, "Drive 1", screen()));
  std::string const below(58, ' ');
  EXPECT_THAT(lines, ElementsAre("     102 03-01 12:34:54 Drive 1              mounted      cartridge A00002 moved", below + "from slot 2, where a", below + "person has put it in"));
  EXPECT_EQ(event_header(screen()).find("REASON"), below.size());
  event.type = ObjectType::request;
  event.state = "inprocess";
  EXPECT_THAT(event_line(event, "9 mount A00001:0", screen()), HasSubstr(" 9 mount A00001:0     in process "));
  event.type = ObjectType::port;
  event.state = "empty, retracted";
  EXPECT_THAT(event_line(event, "port 0", screen()), HasSubstr(" port 0           empty, retracted cartridge A00002 moved")) << "the end of the state is what matters";
}

// What stands in the name of a drive is not said beside it again, and the name is the last that is cut.
TEST_F(Render, NothingIsSaidTwiceInALine) {
  auto drives = samples::drives();
  for (auto& drive : drives) drive.name = "Jukebox drive " + std::to_string(drive.number);
  EXPECT_THAT(table_of(drives, names(), screen()).text(screen()), AllOf(HasSubstr("Jukebox drive 0 "), Not(HasSubstr("LIBRARY"))));
  EXPECT_THAT(table_of(drives, names(), pipe()).text(pipe()), HasSubstr("LIBRARY"));
  Names const known_above{{samples::library().id.guid, ""}};
  EXPECT_THAT(table_of(samples::slots(), known_above, pipe()).text(pipe()), Not(HasSubstr("LIBRARY")));
}

TEST_F(Render, Event) {
  EXPECT_EQ(event_line(samples::events()[1], "Drive 1", pipe()),
            "     102 2026-03-01 12:34:54 drive            Drive 1              mounted      cartridge A00002 moved from slot 2");
}

TEST(Json, IsTheWireStruct) {
  EXPECT_EQ(to_json(samples::ports()),
            "[\n"
            "  {\n"
            "    \"id\": \"71000000-0000-4000-8000-000000000000\",\n"
            "    \"library\": \"11000000-0000-4000-8000-000000000000\",\n"
            "    \"number\": 0,\n"
            "    \"content\": \"empty\",\n"
            "    \"content_code\": 2,\n"
            "    \"position\": \"retracted\",\n"
            "    \"position_code\": 2,\n"
            "    \"max_extend_ms\": 300000,\n"
            "    \"medium\": \"\"\n"
            "  }\n"
            "]");
  EXPECT_EQ(to_json(std::vector<wire::PortInfo>{}), "[]");
}

TEST(Json, EveryListIsJsonWithOneObjectForEachItem) {
  auto const check = [](auto const& items) {
    auto const value = boost::json::parse(to_json(items));
    ASSERT_TRUE(value.is_array());
    ASSERT_EQ(value.as_array().size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(boost::json::serialize(value.as_array()[i]), to_json_line(items[i]));
  };
  check(samples::drives());
  check(samples::media());
  check(samples::requests());
  check(samples::sessions());
  check(samples::events());
  EXPECT_EQ(boost::json::serialize(boost::json::parse(to_json(samples::status()))), to_json_line(samples::status()));
}

TEST(Json, PrettyKeepsEveryValue) {
  EXPECT_EQ(pretty_json("{\"a\":[1,2],\"b\":{}}"), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

// A state that is not as it should be is never shown without what is to be done about it.
TEST_F(Render, ListsSayWhatIsToBeDoneAboutAState) {
  auto const screen = this->screen();
  Names const names{{samples::library().id.guid, "Jukebox"}, {samples::media()[0].id.guid, "A00001"}};
  std::vector<wire::DoorInfo> const doors{{.id = DoorId{samples::guid(0x91000000)}, .library = samples::library().id, .number = 0, .state = DoorState::open}};
  EXPECT_THAT(table_of(doors, names, screen).text(screen), HasSubstr("open   close it, then the library goes on"));

  std::vector<wire::LibraryInfo> libraries{samples::library()};
  keep_what_is_wrong(libraries, {});
  EXPECT_EQ(libraries.front().reason, "") << "nothing is wrong with it";
  keep_what_is_wrong(libraries, doors);
  EXPECT_THAT(table_of(libraries, names, pipe()).text(pipe()), HasSubstr("the door is open: close it, then the library goes on"));
  libraries.front().enabled = false;
  keep_what_is_wrong(libraries, {});
  EXPECT_THAT(table_of(libraries, names, pipe()).text(pipe()), HasSubstr("rsm library enable 'Jukebox'"));

  wire::PortInfo port{.id = PortId{samples::guid(0x92000000)}, .library = samples::library().id, .content = PortContent::full, .position = PortPosition::extended, .medium = samples::media()[0].id};
  EXPECT_THAT(table_of(std::vector{port}, names, screen).text(screen), HasSubstr("take A00001 out"));
  port.content = PortContent::empty, port.medium = {};
  EXPECT_THAT(table_of(std::vector{port}, names, pipe()).text(pipe()), HasSubstr("put a cartridge in, or push it in as it is"));

  wire::SlotInfo slot{.id = SlotId{samples::guid(0x93000000)}, .library = samples::library().id, .number = 3, .state = SlotState::needs_inventory};
  EXPECT_THAT(table_of(std::vector{slot}, names, pipe()).text(pipe()), HasSubstr("rsm library inventory 'Jukebox'"));
  slot.state = SlotState::full;
  EXPECT_THAT(table_of(std::vector{slot}, names, screen).text(screen), Not(HasSubstr("REASON"))) << "a full slot needs nobody";
}

}  // namespace
}  // namespace rsm::cli
