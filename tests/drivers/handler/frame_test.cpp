// Every frame comes back as it went; nothing else is understood.
#include "drivers/handler/frame.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <set>

#include "drivers/handler/device_name.hpp"
#include "drivers/handler/limits.hpp"
#include "drivers/handler/line_buffer.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::test {
namespace {

using namespace handler;
using ::testing::HasSubstr;

std::string_view without_end(std::string const& line) {
  EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line";
  return std::string_view(line).substr(0, line.size() - 1);
}

port::DriveStatus full_status() {
  return {{"V", "P", "S", "R"}, true, true, 1, port::VolumeState::mounted, "/run/x/volume", {{20, AlertSeverity::critical, AlertAbout::cleaning, "clean \"now\""}, {64, AlertSeverity::reserved, AlertAbout::drive, ""}}};
}

port::ElementReport full_report() {
  port::ElementStatus drive{.element = {ElementKind::drive, 1}, .address = 257, .full = true, .accessible = false, .tag = port::TagState::readable, .barcode = "A 00001"};
  drive.source = Element{ElementKind::slot, 99'999};
  drive.inverted = true;
  drive.exception = port::ElementException{0x3B, 0xFF, "a \"reason\" with \\ all, and n\xc3\xa4me"};
  drive.drive_serial = "S1";
  return {.elements = {drive, {.element = {ElementKind::arm, 0}, .tag = port::TagState::unreadable}}, .door_open = true};
}

port::ChangerDescription full_description() {
  return {{"V", "P", "S", "R"}, {{ElementKind::slot, 0, 100'000}, {ElementKind::arm, 0, 1}}, 0x30, 2, true, true};
}

std::vector<Command> every_command() {
  Element const slot{ElementKind::slot, 7}, drive{ElementKind::drive, 1};
  return {Describe{}, AskElements{}, AskElements{{{ElementKind::slot, 0, 1000}, {ElementKind::arm, 0, 1}}}, MoveCartridge{{slot, drive, true}}, MoveCartridge{{slot, {ElementKind::slot, 8}, false, true}}, ExtendPort{1, true}, AskStatus{},
          LoadDrive{}, ReadLabel{}, WriteLabel{{{"OPENRSM", "id", "free medium", "EXT4 \x01\xff"}, Omid{"IBM", "\xE5\xD6", "VO"}}}, WriteLabel{}, DismountVolume{true}, UnloadDrive{}, UnloadDrive{true}, UnlockDoor{true}};
}

std::vector<Answer> every_answer() {
  return {Nothing{}, full_description(), port::ChangerDescription{}, full_report(), port::ElementReport{}, full_status(), port::DriveStatus{}, port::Label{},
          port::Label{Omid{"EXT4", std::string("\0\x7f\xff id", 6), "n\xc3\xa4me"}}, port::DismountReport{true, true, false, "a \"note\" with \\ all"},
          port::UnloadReport{true, "taken away from \"dd\"", {{4, AlertSeverity::critical, AlertAbout::medium, "media"}}}};
}

TEST(Frame, EveryCommandComesBack) {
  std::uint64_t id = 0;
  std::set<std::size_t> kinds;
  for (Command const& command : every_command()) {
    CommandFrame const frame{++id, command};
    auto const back = decode_command(without_end(encode(frame)));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(*back, frame);
    CommandFrame const followed{++id, LoadDrive{}, command};
    EXPECT_EQ(*decode_command(without_end(encode(followed))), followed);
    kinds.insert(command.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>) << "none is left out of this test";
}

TEST(Frame, EveryAnswerComesBack) {
  std::set<std::size_t> kinds;
  for (Answer const& answer : every_answer()) {
    bool const doubt = answer.index() % 2 == 0;
    auto const back = decode_reply(without_end(encode(ReplyFrame{42, answer, doubt})));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->id, 42u);
    EXPECT_EQ(back->doubt, doubt);
    ASSERT_TRUE(back->outcome);
    EXPECT_EQ(*back->outcome, answer);
    kinds.insert(answer.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Answer>) << "none is left out of this test";
}

// What a changer may be asked in one question always fits in one line, with every text as long as devices make them.
TEST(Frame, TheLongestAnswerFitsInALine) {
  port::ElementReport report;
  auto element = full_report().elements[0];
  element.barcode = std::string(32, '"');
  element.drive_serial = std::string(32, '"');
  element.exception->reason = std::string(limits::message_chars_max, '"');
  for (std::size_t i = 0; i < limits::elements_per_question_max; ++i) report.elements.push_back(element);
  auto const line = encode(ReplyFrame{std::numeric_limits<std::uint64_t>::max(), Answer{report}});
  EXPECT_LT(line.size(), limits::handler_line_bytes_max / 2);
  EXPECT_TRUE(decode_reply(without_end(line)));
}

TEST(Frame, TextThatIsNoUtf8ArrivesAsText) {
  auto const back = decode_reply(without_end(encode(ReplyFrame{1, fail(Errc::busy, "drive 0", "open file /mnt/\xff")})));
  ASSERT_TRUE(back) << back.error().text();
  ASSERT_FALSE(back->outcome);
  EXPECT_EQ(back->outcome.error(), (Error{Errc::busy, "drive 0", "open file /mnt/\xEF\xBF\xBD"}));
}

// Words that not everybody reads stay marked on their way to the daemon; a label or a bar code cannot bring marks of its own.
TEST(Frame, PrivateWordsStayMarkedInSentencesOnly) {
  std::uint32_t const owner = 1000;
  std::string const marked = "open file " + private_text::make(std::span(&owner, 1), "/home/alice/x", "a file of user alice");
  auto const error = decode_reply(without_end(encode(ReplyFrame{1, fail(Errc::busy, "drive 0", marked)})));
  EXPECT_EQ(error->outcome.error().detail, marked);
  auto const report = decode_reply(without_end(encode(ReplyFrame{1, Answer{port::UnloadReport{true, marked}}})));
  EXPECT_EQ(std::get<port::UnloadReport>(*report->outcome).note, marked);
  port::ElementReport elements;
  elements.elements.push_back({.element = {ElementKind::slot, 1}, .full = true, .barcode = marked});
  auto const changer = decode_reply(without_end(encode(ReplyFrame{1, Answer{elements}})));
  EXPECT_FALSE(private_text::has_marks(std::get<port::ElementReport>(*changer->outcome).elements.at(0).barcode));
  auto const label = decode_reply(without_end(encode(ReplyFrame{1, Answer{port::Label{Omid{"EXT4", marked, marked}}}})));
  EXPECT_FALSE(private_text::has_marks(std::get<port::Label>(*label->outcome).omid->info));
  EXPECT_EQ(std::get<port::Label>(*label->outcome).omid->id, marked) << "an id is bytes";
}

TEST(Frame, GreetingsComeBack) {
  Hello const hello{4711, "drive 0", "user", "volumes are in user space"};
  auto const back = decode_greeting(without_end(encode_greeting(hello)));
  ASSERT_TRUE(back && *back);
  EXPECT_EQ(**back, hello);
  auto const refused = decode_greeting(without_end(encode_greeting(fail(Errc::busy, "drive 0", "process 1 acts on this device"))));
  ASSERT_TRUE(refused);
  ASSERT_FALSE(*refused);
  EXPECT_EQ(refused->error().code, Errc::busy);
}

TEST(Frame, WhatIsNotExactlyRightIsRefusedWithItsPath) {
  struct Case {
    char const* line;
    char const* why;
  };
  for (auto const& [line, why] :
       {Case{"", "not JSON"}, Case{"{}", "command.id: missing"}, Case{"[]", "not an object"}, Case{R"({"id":1,"command":{"fly":{}}})", "command.command.fly: not one of"},
        Case{R"({"id":1,"command":{}})", "command.command: not an object with one member"}, Case{R"({"id":1,"command":{"load":{},"status":{}}})", "one member"},
        Case{R"({"id":1,"command":"load"})", "one member"}, Case{R"({"id":-1,"command":{"load":{}}})", "command.id: not from 0 to"},
        Case{R"({"id":1.0,"command":{"load":{}}})", "command.id: not a whole number"}, Case{R"({"id":1,"command":{"load":{}},"then":null,"and":1})", "command.and: not a member"},
        Case{R"({"id":1,"command":{"load":{}}})", "command.then: missing"},
        Case{R"({"id":1,"command":{"load":{"force":true}}})", "command.command.load.force: not a member"},
        Case{R"({"id":1,"command":{"dismount":{}}})", "command.command.dismount.force: missing"}, Case{R"({"id":1,"command":{"dismount":{"force":1}}})", "dismount.force: not true"},
        Case{R"({"id":1,"command":{"move":{"what":{"from":"shelf 1","to":"slot 1","turn":false}}}})", "move.what.from: not an element"},
        Case{R"({"id":1,"command":{"move":{"what":{"from":"slot  1","to":"slot 1","turn":false}}}})", "move.what.from: not an element"},
        Case{R"({"id":1,"command":{"move":{"what":{"from":"slot 1 ","to":"slot 1","turn":false}}}})", "move.what.from: not an element"},
        Case{R"({"id":1,"command":{"move":{"what":{"from":"slot","to":"slot 1","turn":false}}}})", "move.what.from: not an element"},
        Case{R"({"id":1,"command":{"elements":{"ranges":[{"kind":"slot","first":0,"count":4294967296}]}}})", "elements.ranges[0].count: not from 0 to 4294967295"},
        Case{R"({"id":1,"command":{"elements":{"ranges":[{"kind":"shelf","first":0,"count":1}]}}})", "elements.ranges[0].kind: this word is not known"},
        Case{R"({"id":1,"command":{"elements":{"ranges":{}}}})", "elements.ranges: not a list"},
        Case{R"({"id":1,"command":{"load":{}}} x)", "extra data"}, Case{"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "too deep"}}) {
    auto const refused = decode_command(line);
    ASSERT_FALSE(refused) << line;
    EXPECT_EQ(refused.error().code, Errc::bad_format);
    EXPECT_THAT(refused.error().detail, HasSubstr(why)) << line;
  }
  EXPECT_FALSE(decode_reply(R"({"id":1})"));
  EXPECT_TRUE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"error":{"number":170,"object":"","detail":""}}})"));
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"ok":{"nothing":{}},"error":{"number":170,"object":"","detail":""}}})"));
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{}})"));
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"error":{"number":171,"object":"","detail":""}}})")) << "no error has this number";
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"error":{"number":0,"object":"","detail":""}}})")) << "success is no error";
  EXPECT_FALSE(decode_reply("{\"id\":1,\"doubt\":false,\"outcome\":{\"ok\":{\"unload_report\":{\"cut_off\":true,\"note\":\"\xff\"}}}}"));
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"ok":{"label":{"omid":{"type":"X","id":"0g","info":""}}}}})")) << "no hexadecimal digit";
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"ok":{"label":{"omid":{"type":"X","id":"012","info":""}}}}})")) << "half a byte";
  EXPECT_FALSE(decode_reply(R"({"id":1,"doubt":false,"outcome":{"ok":{"label":{}}}})")) << "a member that is empty is written as null";
  EXPECT_FALSE(decode_command(std::string(limits::handler_line_bytes_max + 1, ' ')));
}

// Changed and cut frames, the same on every machine: understood or refused, never a crash.
TEST(Frame, FuzzIsUnderstoodOrRefused) {
  SeededRandom random(99);
  std::vector<std::string> seeds{encode_greeting(Hello{1, "drive 0", "block", ""}), encode_greeting(fail(Errc::busy, "drive 0", "process 1 acts on this device"))};
  for (auto const& command : every_command()) seeds.push_back(encode(CommandFrame{7, command}));
  for (auto const& answer : every_answer()) seeds.push_back(encode(ReplyFrame{8, answer}));
  unsigned refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string line = seeds[random.below(seeds.size())];
    for (std::uint64_t changes = random.below(4); changes > 0; --changes) line[random.below(line.size())] = static_cast<char>(random.below(256));
    if (random.chance(10)) line.resize(random.below(line.size()));
    refused += decode_command(line) ? 0 : 1;
    refused += decode_reply(line) ? 0 : 1;
    refused += decode_greeting(line) ? 0 : 1;
  }
  EXPECT_GT(refused, 20'000u);
  EXPECT_LT(refused, 60'000u);
}

TEST(LineBuffer, CutsTheStreamAtLineEndsOnly) {
  LineBuffer lines;
  lines.add("one\ntw");
  EXPECT_EQ(lines.next(), "one");
  EXPECT_EQ(lines.next(), std::nullopt);
  lines.add("o\n\nthree");
  EXPECT_EQ(lines.next(), "two");
  EXPECT_EQ(lines.next(), "");
  EXPECT_EQ(lines.next(), std::nullopt);
  EXPECT_FALSE(lines.overflow());
  lines.add(std::string(limits::handler_line_bytes_max, 'x'));
  EXPECT_EQ(lines.next(), std::nullopt);
  EXPECT_TRUE(lines.overflow());
}

TEST(DeviceName, ArgumentsComeBackAndLockFilesNameTheDevice) {
  for (Element const device : {Element{ElementKind::arm, 0}, Element{ElementKind::drive, 17}}) EXPECT_EQ(parse_device(device_argument(device)), device);
  for (char const* bad : {"", "drive", "drive:", "drive:x", "drive:1x", "drive:-1", "slot:1", "drive:4294967296"}) EXPECT_FALSE(parse_device(bad)) << bad;
  EXPECT_EQ(lock_file_name("emulated", "/a/b", {ElementKind::drive, 1}), lock_file_name("emulated", "/a/./b/", {ElementKind::drive, 1}));
  EXPECT_NE(lock_file_name("emulated", "/a/b", {ElementKind::drive, 1}), lock_file_name("emulated", "/a/c", {ElementKind::drive, 1}));
  EXPECT_NE(lock_file_name("emulated", "/a/b", {ElementKind::drive, 0}), lock_file_name("emulated", "/a/b", {ElementKind::arm, 0}));
}

}  // namespace
}  // namespace rsm::test
