// The frames between a program and its volume handler, and the handler's command line: there and back, cut anywhere, damaged.
#include <gmock/gmock.h>

#include "drivers/volume/handler_arguments.hpp"
#include "drivers/volume/volume_wire.hpp"

namespace rsm::volume {
namespace {

TEST(VolumeFrames, ACommandGoesThereAndBack) {
  Command const command{.operation = Operation::write, .prevent = true, .offset = 1ULL << 40, .length = 7, .data = std::string("a\0b", 3), .linked = true};
  FrameReader reader;
  reader.add(encode(frame_of(42, command)));
  auto frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->id, 42u);
  Command const back = command_of(std::move(**frame));
  EXPECT_EQ(back.operation, command.operation);
  EXPECT_EQ(back.prevent, command.prevent);
  EXPECT_EQ(back.linked, command.linked);
  EXPECT_EQ(back.offset, command.offset);
  EXPECT_EQ(back.length, command.length);
  EXPECT_EQ(back.data, command.data);
}

TEST(VolumeTypes, MayBeTakenUnlessItsConditionForbidsIt) {
  VolumeStatus const good{.device = "/dev/loop7", .medium = true};
  EXPECT_TRUE(may_be_taken(good));
  for (auto const forbid : {+[](VolumeStatus& s) { s.managed_by = "drive 0"; }, +[](VolumeStatus& s) { s.system_volume = "it carries /"; }, +[](VolumeStatus& s) { s.needs_service = "the eject ran out of time"; },
                            +[](VolumeStatus& s) { s.state = "offline"; }}) {
    auto status = good;
    forbid(status);
    EXPECT_FALSE(may_be_taken(status)) << to_json(status);
  }
}

TEST(VolumeFrames, AnErrorKeepsItsNumberItsObjectAndItsSentence) {
  FrameReader reader;
  reader.add(encode(reply_frame(FrameKind::reply, 1, fail(Errc::media_changed, "/dev/sr0", "another disc"))));
  auto frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  auto const outcome = outcome_of(std::move(**frame));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error(), (Error{Errc::media_changed, "/dev/sr0", "another disc"}));
}

TEST(VolumeFrames, AStreamMayArriveInAnyPieces) {
  std::string const bytes = encode(reply_frame(FrameKind::reply, 1, Outcome{.number = 3, .data = "abc"})) + encode({.kind = FrameKind::began, .id = 2});
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    std::vector<std::uint64_t> ids;
    for (auto const piece : {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)}) {
      reader.add(piece);
      for (auto frame = reader.next(); frame && *frame; frame = reader.next()) ids.push_back((*frame)->id);
    }
    EXPECT_THAT(ids, ::testing::ElementsAre(1u, 2u)) << "cut at " << cut;
  }
}

TEST(VolumeFrames, ADamagedStreamIsRefused) {
  std::string const good = encode({.kind = FrameKind::began, .id = 2});
  std::string wrong_mark = good, wrong_kind = good, too_long = good;
  wrong_mark[0] = 'x';
  wrong_kind[4] = 77;
  too_long.replace(36, 4, std::string(4, '\xFF'));
  for (auto const& bytes : {wrong_mark, wrong_kind, too_long}) {
    FrameReader reader;
    reader.add(bytes);
    auto const frame = reader.next();
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, Errc::bad_format);
  }
}

TEST(VolumeFrames, StatusAndHoldersAreJsonThereAndBack) {
  VolumeStatus status;
  status.device = "/dev/loop1000";
  status.state = "mounted";
  status.mounts = {{"/mnt/a \"b\"", "ext4", "rw", 4711}};
  status.handles = {{.process = 3, .user = "root", .command = "backupd", .read = true, .preventions = 2}};
  auto const back = status_from_json(to_json(status));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(status));
  auto const holders = holders_from_json(to_json(HolderList{{{1, "a", "b", "open file /c"}}, {5}}));
  ASSERT_TRUE(holders);
  EXPECT_EQ(holders->holders.at(0).what, "open file /c");
  EXPECT_EQ(holders->not_seen, std::vector<std::int64_t>{5});
  EXPECT_FALSE(status_from_json("{"));
  EXPECT_FALSE(status_from_json("[]"));
}

TEST(VolumeHandlerArguments, GoThereAndBack) {
  HandlerArguments const arguments{.socket = 3, .device = "/dev/sr0", .access = {true, false}, .listening = true, .lock_is_to_come = true, .application = 4711, .command = "a b"};
  auto const back = from_words(to_words(arguments));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_words(*back), to_words(arguments));
  EXPECT_EQ(back->access, arguments.access);
}

TEST(VolumeHandlerArguments, NonsenseIsRefusedByName) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{}, {"x", "/dev/a", "+r", "1", "c"}, {"3", "/dev/a", "r", "1", "c"}, {"3", "/dev/a", "+q", "1", "c"},
                                                {"3", "/dev/a", "+r", "-1", "c"}, {"3", "/dev/a", "+r", "1"}})
    EXPECT_FALSE(from_words(words));
}

}  // namespace
}  // namespace rsm::volume
