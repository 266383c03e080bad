// The screen of `rsm top`, as pictures: golden/NAME.txt is what a person sees. RSM_DRAW_GOLDEN=1 draws them anew: look at them.
#include "cli/top/frame.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/rsm/text/width.hpp"
#include "cli/top/rows.hpp"
#include "tests/cli/top/worlds.hpp"

namespace rsm::top {
namespace {

using testing::busy_world;
using testing::empty_world;
using testing::now;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Marks beside a line say where it is not plain: r, y, g ink, B bold, D dim, R reverse.
std::string text_of(Grid const& grid) {
  std::string out;
  for (auto const& line : grid) out += line.text() + "\n";
  return out;
}

std::vector<Style> styles_of(Grid const& grid) {
  std::vector<Style> all;
  for (auto const& line : grid)
    for (auto const& piece : line.pieces()) all.push_back(piece.style);
  return all;
}

void expect_picture(std::string const& name, Grid const& grid) {
  std::string const path = std::string(RSM_SOURCE_DIR) + "/tests/cli/top/golden/" + name + ".txt";
  if (std::getenv("RSM_DRAW_GOLDEN") != nullptr) std::ofstream(path) << text_of(grid);
  std::ifstream in(path);
  EXPECT_EQ(text_of(grid), std::string(std::istreambuf_iterator<char>(in), {})) << name;
}

class TopFrame : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC0", 1);
    tzset();
  }
};

TEST_F(TopFrame, IsExactlyAsLargeAsTheTerminal) {
  for (std::size_t const slots : {0u, 24u, 1000u})
    for (Size const size : {Size{24, 80}, Size{50, 132}, Size{60, 200}, Size{24, 81}, Size{25, 80}, Size{200, 80}}) {
      auto const grid = frame(busy_world(slots), {}, size, {}, now);
      ASSERT_EQ(std::ssize(grid), size.rows) << slots << " slots, " << size.columns << "x" << size.rows;
      for (auto const& line : grid) EXPECT_EQ(cli::width_of(line.text()), size.columns) << line.text();
    }
}

TEST_F(TopFrame, SaysHowManyMoreThereAreAndHowToSeeThem) {
  auto world = busy_world(24);
  auto const drive = world.status.drives.front();
  while (world.status.drives.size() < 100) world.status.drives.push_back(drive);
  Size const size{30, 100};
  auto const seen = text_of(frame(world, {}, size, {}, now));
  EXPECT_THAT(seen, ::testing::ContainsRegex("… and 9[0-9] more: Tab to this list, then arrow keys"));
  State last;
  last.pane = Pane::drives, last.selected[index_of(Pane::drives)] = 99;
  EXPECT_THAT(text_of(frame(world, last, size, {}, now)), ::testing::ContainsRegex("… and 9[0-9] more: arrow keys, PgDn, End"));
  EXPECT_TRUE(more_than_fit(Pane::queue, 6, 5));
  EXPECT_FALSE(more_than_fit(Pane::queue, 5, 5));
  EXPECT_FALSE(more_than_fit(Pane::events, 500, 5)) << "its heading counts them";
}

TEST_F(TopFrame, SaysHowManySlotsAreNotSeen) {
  auto const seen = text_of(frame(busy_world(1000), {}, {30, 100}, {}, now));
  EXPECT_THAT(seen, ::testing::ContainsRegex("… and [0-9]+ more: Tab to this list, then arrow keys"));
  EXPECT_THAT(text_of(frame(busy_world(24), {}, {30, 100}, {}, now)), ::testing::Not(::testing::HasSubstr("more: Tab")));
  auto crowded = busy_world(1000);  // one row is left for them
  auto const waits = crowded.status.waiting.front();
  while (crowded.status.waiting.size() < 40) crowded.status.waiting.push_back(waits);
  EXPECT_THAT(text_of(frame(crowded, {}, {24, 80}, {}, now)), ::testing::ContainsRegex(" slots   0 .* … 950 more"));
  State last;
  last.pane = Pane::slots, last.selected[index_of(Pane::slots)] = 999;
  EXPECT_THAT(text_of(frame(crowded, last, {24, 80}, {}, now)), ::testing::ContainsRegex(" slots +950 .* … 950 more"));
}

TEST_F(TopFrame, SaysThatAParagraphGoesOn) {
  State told;
  std::string text = "line 1";
  for (int line = 2; line <= 40; ++line) text += "\nline " + std::to_string(line);
  told.paragraph = Paragraph{"request 77be0134", text, 0};
  EXPECT_THAT(text_of(frame(busy_world(24), told, {24, 80}, {}, now)), ::testing::ContainsRegex("line 19 *\n … and 21 more: arrow down"));
  told.paragraph->first = 30;
  EXPECT_THAT(text_of(frame(busy_world(24), told, {24, 80}, {}, now)), ::testing::AllOf(::testing::HasSubstr("line 40"), ::testing::Not(::testing::HasSubstr("arrow down"))));
}

TEST_F(TopFrame, LooksAsItWasDrawn) {
  expect_picture("busy-80x24", frame(busy_world(24), {}, {24, 80}, {}, now));
  expect_picture("busy-132x50", frame(busy_world(24), {}, {50, 132}, {}, now));
  expect_picture("slots-1000-80x24", frame(busy_world(1000), {}, {24, 80}, {}, now));
  expect_picture("slots-1000-200x60", frame(busy_world(1000), {}, {60, 200}, {}, now));
  expect_picture("empty-80x24", frame(empty_world(), {}, {24, 80}, {}, now));
  State helped;
  helped.help = true;
  expect_picture("help-80x24", frame(busy_world(24), helped, {24, 80}, {}, now));
  State asked;
  asked.question = Question{"cancel 77be0134, mount of A00012:1 for bob? It leaves the queue.", {}};
  expect_picture("question-80x24", frame(busy_world(24), asked, {24, 80}, {}, now));
  State told;
  told.paragraph = Paragraph{"request 77be0134", "It waits because no drive is free.\nFirst line of facts", 0};
  expect_picture("paragraph-80x24", frame(busy_world(24), told, {24, 80}, {}, now));
}

TEST_F(TopFrame, TooSmallATerminalIsToldWhatIsNeeded) {
  auto const grid = frame(busy_world(24), {}, {15, 60}, {}, now);
  ASSERT_EQ(grid.size(), 15u);
  EXPECT_THAT(grid.front().text(), ::testing::StartsWith("60x15: needs 80x24"));
}

// Rule 2: everything dim, one line that says since when, and for how long.
TEST_F(TopFrame, OldNewsSaysSo) {
  auto world = busy_world(24);
  world.last_news = now - 12'000;
  world.trouble = "ERROR_NOT_READY (21)";
  auto const grid = frame(world, {}, {24, 80}, {}, now);
  EXPECT_THAT(grid[22].text(), ::testing::HasSubstr("no news since 14:01:59 (12 s)"));
  for (std::size_t i = 0; i < 22; ++i)
    for (auto const& piece : grid[i].pieces()) EXPECT_TRUE(piece.style.dim) << grid[i].text();
  world.last_news = now - 1'900;
  EXPECT_THAT(frame(world, {}, {24, 80}, {}, now)[22].text(), ::testing::Not(::testing::HasSubstr("no news")));
}

// No bar without a usual time: a running count.
TEST_F(TopFrame, WhatWasNeverHeardOfIsNotSaidToBeNothing) {
  auto world = empty_world();
  world.last_news = 0;
  world.trouble = "/run/openrsm/rsmd.sock: nobody listens there: systemctl start rsmd (Connection refused)";
  auto const text = text_of(frame(world, {}, {24, 80}, {}, now));
  EXPECT_THAT(text, HasSubstr("systemctl start rsmd"));
  EXPECT_THAT(text, HasSubstr("not known yet"));
  EXPECT_THAT(text, Not(AnyOf(HasSubstr("nothing"), HasSubstr("no drives"), HasSubstr("none yet"))));
}

TEST_F(TopFrame, AMoveThatStandsStillSaysWhy) {
  auto world = busy_world(24);
  world.status.changers.front().doing = "A00007 from slot 6 to drive 1 (the door is open; close it)";
  auto const text = text_of(frame(world, {}, {24, 80}, {}, now));
  EXPECT_THAT(text, HasSubstr("A00007  slot 6 > drive 1  (the door is open; close it)"));
  EXPECT_THAT(text, Not(HasSubstr("[=")));
}

TEST_F(TopFrame, AnArmThatWaitsForItsNextTryIsNotIdle) {
  auto world = busy_world(24);
  world.status.changers.front().moving.reset();
  world.status.changers.front().doing = "A00007 to drive 1 (the last move has failed; the next one is tried after a pause)";
  auto const text = text_of(frame(world, {}, {24, 100}, {}, now));
  EXPECT_THAT(text, HasSubstr("A00007 to drive 1 (the last move has failed"));
}

TEST_F(TopFrame, WhatNeedsAPersonComesBeforeEmptyLines) {
  auto world = busy_world(24);
  world.status.attention = {"the door of Jukebox is open: close it, then the library goes on", "take A00009 out of port 0 of Jukebox"};
  auto const text = text_of(frame(world, {}, {24, 80}, {}, now));
  EXPECT_THAT(text, HasSubstr("the door of Jukebox is open"));
}

// The service says it in a sentence, and asks an operator: that is one thing, told where it says how to answer.
TEST_F(TopFrame, WhatNeedsServiceIsToldOnce) {
  auto world = busy_world(24);
  auto& drive = world.status.drives.front();
  drive.operational_state = OperationalState::needs_service;
  drive.condition_reason = "not ready";
  auto const its = *std::ranges::find(world.status.libraries, drive.library, &wire::LibraryInfo::id);
  std::string const library = its.name;
  std::string const of_the_drive = "drive " + std::to_string(drive.number) + " of " + library;
  auto const ask = [&](unsigned id, Guid device, std::string message) {
    wire::OperatorRequestInfo asked;
    asked.id = OperatorRequestId{rsm::top::testing::id_of(id)}, asked.command = OperatorCommand::device_service, asked.argument1 = device, asked.message = std::move(message), asked.submitted = now - 60'000;
    return asked;
  };
  world.status.operator_requests = {ask(1, drive.id.guid, of_the_drive + " failed with 3 cartridges in a row"), ask(2, its.id.guid, "library " + library + ": its arm does not move since noon")};
  world.status.attention = {of_the_drive + " needs service: not ready", "library " + library + " needs service: its arm does not move since dawn"};
  auto const text = text_of(frame(world, {}, {40, 160}, {}, now));
  EXPECT_THAT(text, HasSubstr("failed with 3 cartridges in a row"));
  EXPECT_THAT(text, HasSubstr("since noon"));
  EXPECT_THAT(text, Not(AnyOf(HasSubstr("needs service: not ready"), HasSubstr("since dawn"))));
}

TEST_F(TopFrame, TheArmHasABarOnlyWhenItIsKnownWhatAMoveTakes) {
  auto world = busy_world(24);
  EXPECT_THAT(text_of(frame(world, {}, {24, 80}, {}, now)), ::testing::HasSubstr("4 of ~9 s"));
  world.status.changers[0].moving->since = now - 300;
  EXPECT_THAT(text_of(frame(world, {}, {24, 80}, {}, now)), ::testing::AllOf(::testing::HasSubstr("takes ~9 s"), ::testing::Not(::testing::HasSubstr("0 of"))));
  world.status.changers[0].moving->since = now - 4'000;
  world.status.changers[0].moving->usual_ms.reset();
  auto const text = text_of(frame(world, {}, {24, 80}, {}, now));
  EXPECT_THAT(text, ::testing::AllOf(::testing::HasSubstr("slot 6 > drive 1"), ::testing::HasSubstr(" 4 s"), ::testing::Not(::testing::HasSubstr("[="))));
  world.status.changers[0].moving.reset();
  EXPECT_THAT(text_of(frame(world, {}, {24, 80}, {}, now)), ::testing::HasSubstr(" arm       idle"));
}

TEST_F(TopFrame, AsciiHasNothingElseAndIsAsWide) {
  auto world = busy_world(24);
  world.status.drives[0].medium_name = "磁帯七";
  world.status.waiting[1].why = "a reason that is far too long for the column that it stands in, so that it has to be cut";
  auto const grid = frame(world, {}, {24, 80}, {.color = false, .ascii = true, .read_only = false}, now);
  for (auto const& line : grid) {
    EXPECT_EQ(line.width(), 80);
    for (unsigned char const c : line.text()) EXPECT_LT(c, 0x80) << line.text();
  }
  EXPECT_THAT(text_of(grid), ::testing::HasSubstr("~"));
  for (auto const& line : frame(world, {}, {24, 80}, {}, now)) EXPECT_EQ(cli::width_of(line.text()), 80);
}

// Every colour has a word or a mark beside it: with the colours taken away nothing of the text is missing, and what is coloured is not blank.
TEST_F(TopFrame, ColoursOnlyRepeatWhatWordsSay) {
  for (auto const& line : frame(busy_world(24), {}, {24, 80}, {}, now))
    for (auto const& piece : line.pieces())
      if (piece.style.ink != Ink::plain) {
        EXPECT_NE(piece.text.find_first_not_of(' '), std::string::npos);
      }
  EXPECT_THAT(styles_of(frame(busy_world(24), {}, {24, 80}, {}, now)), ::testing::Contains(good));
}

TEST_F(TopFrame, AThousandSlotsScrollToTheOneThatIsChosen) {
  State state;
  state.pane = Pane::slots;
  state.selected[index_of(Pane::slots)] = 999;
  EXPECT_THAT(text_of(frame(busy_world(1000), state, {24, 80}, {}, now)), ::testing::HasSubstr("slots 950 "));
}

TEST_F(TopFrame, WhatStandsInAPaneIsWhatItsFilterLetsThrough) {
  State state;
  state.filter[index_of(Pane::queue)] = "a00012";
  auto const rows = rows_of(busy_world(24), state, Pane::queue, now);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].name, "77be0134");
}

// Text of others cannot steer the terminal.
TEST_F(TopFrame, ControlCharactersAreTakenOut) {
  auto world = busy_world(24);
  world.status.waiting[0].why = "evil\x1b[2J\nline";
  for (auto const& line : frame(world, {}, {24, 80}, {}, now))
    for (unsigned char const c : line.text()) EXPECT_GE(c, 0x20) << line.text();
}

}  // namespace
}  // namespace rsm::top
