// What keys do: states and keys, as tables.
#include "cli/top/keys.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <string>

#include "cli/top/frame.hpp"
#include "tests/cli/top/worlds.hpp"

namespace rsm::top {
namespace {

using testing::busy_world;
using testing::id_of;
using testing::now;

constexpr Size screen{24, 80};

Stroke letter(char c) { return {Key::character, c}; }
Stroke key(Key k) { return {k}; }
State in(Pane pane, std::size_t selected = 0) {
  State state;
  state.pane = pane;
  state.selected[index_of(pane)] = selected;
  return state;
}
Step pressed(State state, Stroke stroke, Look look = {}) {
  static auto const world = busy_world(24);
  return press(std::move(state), stroke, world, screen, look, now);
}

TEST(TopKeys, TabGoesThroughAllPanesAndBack) {
  State state;
  std::vector<Pane> seen;
  for (std::size_t i = 0; i < panes; ++i) {
    seen.push_back(state.pane);
    state = pressed(std::move(state), key(Key::tab)).state;
  }
  EXPECT_THAT(seen, ::testing::ElementsAre(Pane::queue, Pane::people, Pane::events, Pane::slots, Pane::drives));
  EXPECT_EQ(state.pane, Pane::queue);
  EXPECT_EQ(pressed(std::move(state), key(Key::back_tab)).state.pane, Pane::drives);
}

TEST(TopKeys, MovesStayWithinThePane) {
  struct Case {
    Pane pane;
    std::size_t from;
    Stroke stroke;
    std::size_t to;
  };
  for (auto const& [pane, from, stroke, to] : std::vector<Case>{{Pane::queue, 0, letter('j'), 1},
                                                               {Pane::queue, 0, key(Key::up), 0},
                                                               {Pane::queue, 4, key(Key::down), 4},
                                                               {Pane::queue, 9, letter('k'), 3},
                                                               {Pane::queue, 2, key(Key::home), 0},
                                                               {Pane::queue, 0, key(Key::end), 4},
                                                               {Pane::queue, 0, key(Key::page_down), 4},
                                                               {Pane::slots, 0, letter('l'), 1},
                                                               {Pane::slots, 23, key(Key::right), 23},
                                                               {Pane::slots, 3, letter('h'), 2},
                                                               {Pane::slots, 3, key(Key::down), 23},
                                                               {Pane::events, 0, key(Key::page_down), 5}})
    EXPECT_EQ(pressed(in(pane, from), stroke).state.selected[index_of(pane)], to) << static_cast<int>(pane) << " " << from << " " << static_cast<int>(stroke.key) << stroke.character;
}

// A page is what is seen: nothing is leapt over where the last row says how many more there are.
TEST(TopKeys, APageOfSlotsEndsWhereTheNextOneBegins) {
  auto const world = busy_world(1000);
  std::string seen;
  for (auto const& line : frame(world, in(Pane::slots), screen, {}, now)) seen += line.text() + "\n";
  std::smatch more;
  ASSERT_TRUE(std::regex_search(seen, more, std::regex("and ([0-9]+) more: arrow keys, PgDn")) || std::regex_search(seen, more, std::regex("([0-9]+) more"))) << seen;
  auto const selected = press(in(Pane::slots), key(Key::page_down), world, screen, {}, now).state.selected[index_of(Pane::slots)];
  EXPECT_EQ(selected, 1000 - std::stoul(more[1])) << seen;
}

// Rule 4: what takes something away asks, names object, holder and consequence, and only y is yes.
TEST(TopKeys, WhatTakesSomethingAwayAsksAndOnlyYIsYes) {
  struct Case {
    State state;
    char key;
    std::string question;
    Action action;
  };
  for (auto const& [state, c, question, action] : std::vector<Case>{
           {in(Pane::queue, 1), 'c', "cancel 77be0134, mount of A00012:1 for bob? It leaves the queue.", {Deed::cancel, ObjectType::request, id_of(0x77be0134), "cancel 77be0134"}},
           {in(Pane::queue, 0), 'c', "cancel 3f2a91c0, mount of A00007:0 for bob? A move under way is finished first.", {Deed::cancel, ObjectType::request, id_of(0x3f2a91c0), "cancel 3f2a91c0"}},
           {in(Pane::drives, 0), 'd', "dismount A00004:0 from drive 0? amanda (alice) has it and loses it.", {Deed::dismount, ObjectType::side, id_of(61), "dismount A00004:0"}},
           {in(Pane::slots, 0), 'e', "eject B10000 from slot 0? It comes to the port, and a person has to take it out.", {Deed::eject, ObjectType::medium, id_of(2000), "eject B10000"}},
           {in(Pane::people, 0), 'r', "refuse 1a2b3c4d, take A00009 out of port 0; 5a10ffee waits for it? What waits for it fails.", {Deed::refuse, ObjectType::operator_request, id_of(0x1a2b3c4d), "refuse 1a2b3c4d"}}}) {
    auto const asked = pressed(state, letter(c));
    ASSERT_TRUE(asked.state.question.has_value()) << question;
    EXPECT_FALSE(asked.act.has_value());
    EXPECT_EQ(asked.state.question->text, question);
    for (Stroke const no : {key(Key::enter), key(Key::escape), letter('n'), letter('N'), letter('q'), letter(' '), key(Key::tab), letter(c == 'y' ? 'x' : c)}) {
      auto const refused = pressed(asked.state, no);
      EXPECT_FALSE(refused.act.has_value());
      EXPECT_FALSE(refused.quit);
      EXPECT_FALSE(refused.state.question.has_value());
      EXPECT_THAT(refused.state.message, ::testing::StartsWith("not done: "));
    }
    auto const agreed = pressed(asked.state, letter('y'));
    ASSERT_TRUE(agreed.act.has_value());
    EXPECT_EQ(*agreed.act, action);
  }
}

TEST(TopKeys, WhatGivesSomethingIsDoneAtOnce) {
  auto const satisfied = pressed(in(Pane::people, 0), letter('s'));
  ASSERT_TRUE(satisfied.act.has_value());
  EXPECT_EQ(satisfied.act->deed, Deed::satisfy);
  auto const enabled = pressed(in(Pane::people, 1), letter('e'));
  ASSERT_TRUE(enabled.act.has_value());
  EXPECT_EQ(enabled.act->object, id_of(102));
  auto const of_drive = pressed(in(Pane::drives, 2), letter('e'));
  ASSERT_TRUE(of_drive.act.has_value());
  EXPECT_EQ(of_drive.act->deed, Deed::enable);
  auto const mounted = pressed(in(Pane::slots, 1), letter('m'));
  ASSERT_TRUE(mounted.act.has_value());
  EXPECT_EQ(mounted.act->what, "mount B10001");
}

TEST(TopKeys, NothingIsAskedWhereThereIsNothing) {
  EXPECT_EQ(pressed(in(Pane::slots, 4), letter('e')).state.message, "slot 4 is empty");
  EXPECT_FALSE(pressed(in(Pane::slots, 4), letter('m')).act.has_value());
  EXPECT_EQ(pressed(in(Pane::drives, 1), letter('d')).state.message, "drive 1 has nothing that could be dismounted");
  for (char const c : std::string("mdesr")) {
    auto const step = pressed(in(Pane::queue, 1), letter(c));
    EXPECT_FALSE(step.act || step.state.question) << c;
  }
}

TEST(TopKeys, ReadOnlyHasNoAction) {
  for (Pane const pane : {Pane::queue, Pane::people, Pane::events, Pane::slots, Pane::drives})
    for (char const c : std::string("mdcesr")) {
      auto const step = pressed(in(pane), letter(c), {.color = true, .ascii = false, .read_only = true});
      EXPECT_FALSE(step.act || step.state.question) << c;
    }
}

// Rule 2: nothing can be asked for while the service is away; an open question is gone.
TEST(TopKeys, OldNewsAllowNoAction) {
  auto world = busy_world(24);
  auto asked = press(in(Pane::queue, 1), letter('c'), world, screen, {}, now).state;
  ASSERT_TRUE(asked.question.has_value());
  world.last_news = now - 3000;
  EXPECT_FALSE(press(asked, letter('y'), world, screen, {}, now).act.has_value());
  EXPECT_FALSE(press(in(Pane::queue, 1), letter('c'), world, screen, {}, now).state.question.has_value());
  EXPECT_FALSE(press(in(Pane::people), letter('s'), world, screen, {}, now).act.has_value());
  EXPECT_TRUE(press({}, letter('q'), world, screen, {}, now).quit);
}

TEST(TopKeys, QuitsAlwaysAlsoWhenTheTerminalIsTooSmall) {
  auto const world = busy_world(24);
  EXPECT_TRUE(press({}, letter('q'), world, {15, 60}, {}, now).quit);
  EXPECT_TRUE(pressed({}, letter('q')).quit);
  State helped;
  helped.help = true;
  EXPECT_TRUE(pressed(helped, letter('q')).quit);
}

TEST(TopKeys, AFilterIsTypedKeptAndDropped) {
  State state = pressed({}, letter('/')).state;
  EXPECT_TRUE(state.typing);
  for (char const c : std::string("qcA1")) state = pressed(std::move(state), letter(c)).state;
  state = pressed(std::move(state), key(Key::backspace)).state;
  EXPECT_EQ(state.filter[index_of(Pane::queue)], "qcA");
  auto const kept = pressed(state, key(Key::enter)).state;
  EXPECT_FALSE(kept.typing);
  EXPECT_EQ(kept.filter[index_of(Pane::queue)], "qcA");
  EXPECT_EQ(pressed(kept, key(Key::escape)).state.filter[index_of(Pane::queue)], "");
  EXPECT_EQ(pressed(state, key(Key::escape)).state.filter[index_of(Pane::queue)], "");
}

TEST(TopKeys, PauseKeepsThePictureAndLibrariesFollowEachOther) {
  auto const held = pressed({}, letter('p')).state;
  EXPECT_NE(held.held, nullptr);
  EXPECT_EQ(pressed(held, letter('p')).state.held, nullptr);
  EXPECT_EQ(library_of(busy_world(24), pressed({}, letter('L')).state)->name, "Attic");
  EXPECT_EQ(library_of(busy_world(24), pressed(pressed({}, letter('L')).state, letter('L')).state)->name, "Jukebox");
}

TEST(TopKeys, EnterAsksTheServiceAndAParagraphIsLeftByAnyKey) {
  auto const asked = pressed(in(Pane::queue, 2), key(Key::enter));
  ASSERT_TRUE(asked.explain.has_value());
  EXPECT_EQ(asked.explain->object, id_of(0x0c9d55aa));
  State told;
  told.paragraph = Paragraph{"x", "one\ntwo", 0};
  EXPECT_EQ(pressed(told, letter('j')).state.paragraph->first, 1);
  EXPECT_FALSE(pressed(told, key(Key::escape)).state.paragraph.has_value());
}

}  // namespace
}  // namespace rsm::top
