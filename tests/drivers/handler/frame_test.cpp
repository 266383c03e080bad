// Every frame comes back as it went; nothing else is understood.
#include "drivers/handler/frame.hpp"

#include <gmock/gmock.h>

#include "drivers/handler/device_name.hpp"
#include "drivers/handler/line_buffer.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::test {
namespace {

using namespace handler;
using ::testing::HasSubstr;

std::string_view without_end(std::string const& line) {
  EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line";
  return std::string_view(line).substr(0, line.size() - 1);
}

port::DriveStatus full_status() {
  port::DriveStatus status{.full = true, .loaded = true, .side_up = 1, .omid = Omid{"EXT4", std::string("\0\x7f\xff id", 6), "n\xc3\xa4me"}};
  status.volume = port::VolumeState::mounted;
  status.volume_path = "/run/x/volume";
  status.vendor = "V";
  status.product = "P";
  status.serial = "S";
  status.revision = "R";
  return status;
}

TEST(Frame, EveryCommandComesBack) {
  Element const slot{ElementKind::slot, 7}, drive{ElementKind::drive, 1};
  std::uint64_t id = 0;
  for (Command const& command : {Command{AskStatus{}}, Command{MoveCartridge{{slot, drive, true}}}, Command{ExtendPort{1, true}}, Command{LoadDrive{}},
                                 Command{DismountVolume{true}}, Command{UnloadDrive{}}, Command{UnloadDrive{true}}}) {
    CommandFrame const frame{++id, command};
    auto const back = decode_command(without_end(encode(frame)));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(*back, frame);
  }
}

TEST(Frame, EveryAnswerComesBack) {
  port::ChangerStatus changer{.elements = {{{ElementKind::slot, 1}, true, true, "A00001"}, {{ElementKind::arm, 0}, false, false, ""}}};
  changer.door_open = true;
  changer.media_type_code = 0x30;
  changer.sides = 2;
  changer.vendor = "V";
  changer.product = "P";
  changer.serial = "S";
  changer.revision = "R";
  for (Answer const& answer : {Answer{Nothing{}}, Answer{changer}, Answer{full_status()}, Answer{port::DriveStatus{}},
                               Answer{port::DismountReport{true, true, false, "a \"note\" with \\ all"}},
                               Answer{port::UnloadReport{true, "taken away from \"dd\""}}}) {
    auto const back = decode_reply(without_end(encode(ReplyFrame{42, answer})));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->id, 42u);
    ASSERT_TRUE(back->outcome);
    EXPECT_EQ(*back->outcome, answer);
  }
}

TEST(Frame, ErrorsComeBackWithTextThatIsUtf8) {
  auto const back = decode_reply(without_end(encode(ReplyFrame{1, fail(Errc::busy, "drive 0", "open file /mnt/\xff")})));
  ASSERT_TRUE(back) << back.error().text();
  ASSERT_FALSE(back->outcome);
  EXPECT_EQ(back->outcome.error(), (Error{Errc::busy, "drive 0", "open file /mnt/?"}));
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
  for (auto const& [line, why] : {Case{"", "incomplete"}, Case{"{}", "command.id: missing"}, Case{"[]", "not an object"},
                                  Case{R"({"id":1,"op":"fly"})", "command.op: no such command"}, Case{R"({"id":-1,"op":"load"})", "command.id"},
                                  Case{R"({"id":1,"op":"load","force":true})", "command.force: not a member"},
                                  Case{R"({"id":1,"op":"dismount"})", "command.force: missing"},
                                  Case{R"({"id":1,"op":"dismount","force":1})", "command.force"},
                                  Case{R"({"id":1,"op":"move","from":{"kind":"shelf","number":1},"to":{"kind":"slot","number":1},"turn":false})", "command.from.kind"},
                                  Case{R"({"id":1,"op":"extend_port","number":4294967296,"extend":true})", "command.number: more than"},
                                  Case{R"({"id":1,"op":"load"} x)", "extra data"}, Case{"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "too deep"}}) {
    auto const refused = decode_command(line);
    ASSERT_FALSE(refused) << line;
    EXPECT_EQ(refused.error().code, Errc::bad_format);
    EXPECT_THAT(refused.error().detail, HasSubstr(why)) << line;
  }
  EXPECT_FALSE(decode_reply(R"({"id":1})"));
  EXPECT_FALSE(decode_reply(R"({"id":1,"ok":{},"error":{"number":170,"object":"","detail":""}})"));
  EXPECT_FALSE(decode_reply(R"({"id":1,"error":{"number":171,"object":"","detail":""}})")) << "no error has this number";
  EXPECT_FALSE(decode_reply(R"({"id":1,"error":{"number":0,"object":"","detail":""}})")) << "success is no error";
  EXPECT_FALSE(decode_reply("{\"id\":1,\"ok\":{\"dismount_report\":{\"was_mounted\":true,\"forced\":false,\"handles_dead\":true,\"note\":\"\xff\"}}}"));
  EXPECT_FALSE(decode_command(std::string(limits::handler_line_bytes_max + 1, ' ')));
}

// Changed and cut frames, the same on every machine: understood or refused, never a crash.
TEST(Frame, FuzzIsUnderstoodOrRefused) {
  SeededRandom random(99);
  std::string const seeds[] = {encode(CommandFrame{7, MoveCartridge{{{ElementKind::slot, 7}, {ElementKind::drive, 1}, true}}}),
                               encode(ReplyFrame{8, Answer{full_status()}}), encode_greeting(Hello{1, "drive 0", "block", ""})};
  unsigned refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string line = seeds[random.below(3)];
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
