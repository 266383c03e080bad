// The labels of a cartridge were read: one row for each thing that can follow.
#include "libmgr/identity/judgement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/identity/catalog_of_media.hpp"

namespace rsm::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MediumRecord duplicate(unsigned n, Place place, std::string barcode, Omid label) {
  auto m = medium(n, place, std::move(barcode), {std::move(label)}, SideState::foreign);
  m.enabled = false;
  return m;
}
// An undecided one: read, and stored so.
MediumRecord read_stranger(unsigned n, Place place, std::string barcode, Omid label) {
  return medium(n, place, std::move(barcode), {std::move(label)}, SideState::unknown);
}
MediumRecord blank(unsigned n, SideState state = SideState::foreign) {
  return medium(n, in(slot(n)), code_of(n), {std::nullopt}, state);
}
// Of a disc or disk with a weak label.
MediumRecord weakly(unsigned n, Omid label) {
  return medium(n, in(slot(n)), code_of(n), {std::move(label)});
}

struct JudgingRow {
  char const* name;
  MediumRecord record;               // of the place
  std::string seen;                  // its tag
  std::optional<Omid> label;         // of its one side
  std::vector<MediumRecord> others;  // of the catalog
  std::string verdict;               // as text_of() says it
  std::vector<unsigned> verified{};
  bool used = false;
};
std::ostream& operator<<(std::ostream& out, JudgingRow const& row) { return out << row.name; }

// "displaced; known A00001, bar code A00002, look at A00003, tell, A00002 gets A00001"
std::string text_of(Judgement const& j, CatalogOfMedia const& catalog) {
  Verdict const& v = j.verdict;
  auto const name = [&](MediumId id) { return catalog.media.at(id).name; };
  std::string text = (j.displaced.empty() ? "" : "displaced; ") + word(v.who) + (v.other ? " " + name(v.other) : "");
  text += v.barcode.empty() ? ", no bar code" : ", bar code " + v.barcode;
  for (auto const& id : v.look_at) text += (id == v.look_at.front() ? ", look at " : " ") + name(id);
  if (!v.tell.empty()) text += ", tell";
  if (v.exchange) text += ", " + name(v.exchange->medium) + " gets " + v.exchange->barcode;
  return text;
}

Reading reading(JudgingRow const& row) {
  return {row.record, row.seen, {{0, row.label}}, row.used};
}
CatalogOfMedia catalog_of(JudgingRow const& row) {
  CatalogOfMedia c;
  c.add(row.record);
  for (auto const& m : row.others) c.add(m);
  for (unsigned n : row.verified) c.verified.insert(medium_id(n));
  return c;
}

class Judging : public ::testing::TestWithParam<JudgingRow> {};

TEST_P(Judging, Says) {
  auto const catalog = catalog_of(GetParam());
  Judgement const j = judge(reading(GetParam()), catalog.catalog());
  EXPECT_EQ(text_of(j, catalog), GetParam().verdict);
  EXPECT_FALSE(j.verdict.reason.empty());
}

using JudgingRows = std::vector<JudgingRow>;

INSTANTIATE_TEST_SUITE_P(
    Strangers, Judging,
    ::testing::ValuesIn(JudgingRows{
        {"of_its_own", stranger(5, in(slot(5)), "B00001"), "B00001", label_of(5), {},
         "first_reading, bar code B00001"},
        {"blank", stranger(5, in(slot(5)), "B00001"), "B00001", {}, {},
         "first_reading, bar code B00001"},
        {"whose_code_can_be_read_only_now", stranger(5, in(slot(5)), ""), "B00001", label_of(5), {},
         "first_reading, bar code B00001"},
        {"whose_code_cannot_be_read_now", stranger(5, in(slot(5)), "B00001"), "", label_of(5), {},
         "first_reading, bar code B00001"},
        {"one_of_two_with_a_code", stranger(5, in(slot(5)), "DUP001"), "DUP001", label_of(5), {medium(1, in(slot(1)), "DUP001", {label_of(1)})},
         "first_reading, bar code DUP001"},
        {"back_from_the_shelf_unreadable", stranger(5, in(slot(5)), ""), "", label_of(1), {known(1, Offline{})},
         "known A00001, bar code A00001"},
        {"back_from_the_shelf_code_and_label_agree", stranger(5, in(slot(5)), "A00001"), "A00001", label_of(1), {known(1, Offline{})},
         "known A00001, bar code A00001"},
        {"back_and_never_had_a_code", stranger(5, in(slot(5)), "B00001"), "B00001", label_of(1), {medium(1, Offline{}, "", {label_of(1)})},
         "known A00001, bar code B00001"},
        {"of_two_with_its_code_the_one_with_its_label", stranger(5, in(slot(5)), "A00001"), "A00001", label_of(1), {known(1, Offline{}), stranger(6, in(slot(6)), "A00001")},
         "known A00001, bar code A00001"},
        // a copy
        {"a_copy_with_a_sticker_of_its_own_while_the_original_is_away", stranger(5, in(slot(5)), "B00001"), "B00001", label_of(1), {known(1, Offline{})},
         "duplicate A00001, bar code B00001, tell"},
        {"a_copy_beside_the_original", stranger(5, in(slot(5)), "B00001"), "B00001", label_of(1), {known(1)},
         "duplicate A00001, bar code B00001, tell", {1}},
        {"a_copy_without_a_code_beside_the_original", stranger(5, in(slot(5)), ""), "", label_of(1), {known(1)},
         "duplicate A00001, no bar code, tell", {1}},
        {"not_before_the_other_has_been_read", stranger(5, in(slot(5)), "B00001"), "B00001", label_of(1), {known(1)},
         "undecided A00001, bar code B00001, look at A00001"},
        {"not_before_the_other_library_has_been_asked", stranger(5, in(slot(5)), "A00001"), "A00001", label_of(1), {known(1, in(slot(1), other_library()))},
         "undecided A00001, bar code A00001, look at A00001"},
        {"a_copy_on_the_cartridge_of_a_known_medium", medium(2, in(slot(2)), "A00002", {label_of(2)}), "A00002", label_of(1), {known(1, Offline{})},
         "displaced; duplicate A00001, bar code A00002, tell"},
        {"no_code_but_the_sticker_of_that_medium_is_on_another_stranger", stranger(5, in(slot(5)), ""), "", label_of(1), {known(1, Offline{}), stranger(6, in(slot(6)), "A00001")},
         "undecided A00001, no bar code, look at A00006"},
        {"no_code_and_that_medium_s_sticker_is_on_an_undecided_one", stranger(5, in(slot(5)), ""), "", label_of(1), {known(1, Offline{}), known(2), read_stranger(6, in(slot(6)), "A00001", label_of(2))},
         "undecided A00001, no bar code"},
        // the label's owner is no medium of its own
        {"the_label_of_a_copy_whose_original_is_forgotten", stranger(5, in(slot(5)), "B00002"), "B00002", label_of(1), {duplicate(4, in(slot(4)), "B00001", label_of(1))},
         "first_reading, bar code B00002"},
        // read again
        {"a_duplicate_stays_one", duplicate(5, in(slot(5)), "B00001", label_of(1)), "B00001", label_of(1), {known(1)},
         "duplicate A00001, bar code B00001, tell", {1}},
        {"a_duplicate_was_given_a_label_of_its_own", duplicate(5, in(slot(5)), "B00001", label_of(1)), "B00001", label_of(5), {known(1)},
         "first_reading, bar code B00001"},
    }),
    NameOfRow{});

INSTANTIATE_TEST_SUITE_P(
    Stickers, Judging,
    ::testing::ValuesIn(JudgingRows{
        {"the_other_cartridge_was_not_read_yet", known(1), "A00001", label_of(2), {known(2)},
         "displaced; undecided A00002, bar code A00001, look at A00002"},
        {"the_other_cartridge_was_read_before", known(2), "A00002", label_of(1), {known(1, Offline{}), read_stranger(5, in(slot(1)), "A00001", label_of(2))},
         "displaced; known A00001, bar code A00002, A00002 gets A00001"},
        {"the_other_one_has_found_its_cartridge_already", known(2, in(slot(2))), "A00002", label_of(1), {medium(1, Offline{}, "A00002", {label_of(1)})},
         "displaced; known A00001, bar code A00002"},
        {"its_medium_is_known_to_have_another_sticker", read_stranger(5, in(slot(5)), "A00002", label_of(1)), "A00002", label_of(1), {known(1, Offline{}), medium(2, in(slot(2)), "A00002", {label_of(2)})},
         "known A00001, bar code A00002, A00002 gets A00001", {2}},
        {"found_elsewhere_only_as_a_copy_proves_nothing", stranger(5, in(slot(5)), "A00002"), "A00002", label_of(1), {known(1, Offline{}), known(2, Offline{}), duplicate(6, in(slot(6)), "B00001", label_of(2))},
         "duplicate A00001, bar code A00002, tell"},
        {"found_elsewhere_only_by_a_weak_label_proves_nothing", stranger(5, in(slot(5)), "A00002"), "A00002", label_of(1), {known(1, Offline{}), weakly(2, fat("1234-ABCD"))},
         "duplicate A00001, bar code A00002, tell", {2}},
        {"on_a_blank_cartridge_that_may_have_been_copied_to", stranger(5, in(slot(5)), "A00002"), "A00002", label_of(1), {known(1, Offline{}), blank(2)},
         "duplicate A00001, bar code A00002, tell", {2}},
    }),
    NameOfRow{});

TEST(JudgingInDetail, ASecondStickerWithTheSameCodeIsNotAMovedOne) {
  JudgingRow const row{"", stranger(5, in(slot(5)), "A00002"), "A00002", label_of(1), {known(1, Offline{}), known(2)}, ""};
  auto c = catalog_of(row);
  c.verified.insert(medium_id(2));
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::known);
  c.doubled.insert("A00002");
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::duplicate);
}

// Its medium was read, and bears it: in another library perhaps, where nobody saw both.
TEST(JudgingInDetail, AStickerThatItsMediumStillBearsHasNotMoved) {
  JudgingRow const row{"", stranger(5, in(slot(5)), "A00002"), "A00002", label_of(1), {known(1, Offline{}), known(2)}, "", {2}};
  auto c = catalog_of(row);
  c.seen[medium_id(2)] = "A00002";
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::duplicate);
  c.seen[medium_id(2)] = "A00001";
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::known);
}

INSTANTIATE_TEST_SUITE_P(
    Known, Judging,
    ::testing::ValuesIn(JudgingRows{
        {"as_recorded", known(1), "A00001", label_of(1), {},
         "believed, bar code A00001"},
        {"as_recorded_no_code", known(1), "", label_of(1), {},
         "believed, bar code A00001"},
        {"as_recorded_and_its_code_can_be_read", medium(1, in(slot(1)), "", {label_of(1)}), "B00001", label_of(1), {},
         "believed, bar code B00001"},
        {"its_label_on_a_cartridge_with_a_new_sticker", known(1), "B00001", label_of(1), {},
         "displaced; duplicate A00001, bar code B00001, tell"},
        {"its_recorded_code_is_on_two_and_is_no_name", known(1), "B00001", label_of(1), {medium(2, in(slot(2)), "A00001", {label_of(2)})},
         "believed, bar code B00001"},
        {"its_recorded_code_is_on_another_cartridge_and_it_bears_one_of_a_medium_not_read_yet", known(1), "A00002", label_of(1), {known(2), duplicate(5, in(slot(5)), "A00001", label_of(4))},
         "believed, bar code A00002, A00002 gets A00001"},
        {"its_recorded_code_is_on_a_cartridge_that_may_be_it", known(1), "X00001", label_of(1), {read_stranger(5, in(slot(5)), "A00001", label_of(1))},
         "displaced; duplicate A00001, bar code X00001, tell"},
        {"it_bears_the_sticker_of_another_that_was_found", known(1), "A00002", label_of(1), {medium(2, in(slot(2)), "A00002", {label_of(2)})},
         "believed, bar code A00002, A00002 gets A00001", {2}},
        {"another_label", known(1), "A00001", label_of(5), {},
         "displaced; first_reading, bar code A00001"},
        {"no_label_any_more", known(1), "A00001", {}, {},
         "displaced; first_reading, bar code A00001"},
        {"another_label_and_no_code", known(1), "", label_of(5), {},
         "displaced; first_reading, no bar code"},
        {"the_label_of_one_that_was_nowhere", known(1), "", label_of(2), {known(2, Offline{})},
         "displaced; known A00002, bar code A00002"},
        {"a_copy_of_another_in_its_place", known(1), "B00001", label_of(2), {known(2)},
         "displaced; duplicate A00002, bar code B00001, tell", {2}},
        {"changed_while_it_was_in_use", known(1), "A00001", label_of(5), {},
         "relabelled, bar code A00001, tell", {}, true},
        {"wiped_while_it_was_in_use", known(1), "A00001", {}, {},
         "relabelled, bar code A00001, tell", {}, true},
        {"made_a_copy_of_another_while_it_was_in_use", known(1), "A00001", label_of(2), {known(2)},
         "relabelled, bar code A00001, tell", {2}, true},
        {"used_and_unchanged", known(1), "A00001", label_of(1), {},
         "believed, bar code A00001", {}, true},
        {"blank_still_blank", blank(1), "A00001", {}, {},
         "believed, bar code A00001"},
        {"blank_and_has_a_label_now", blank(1), "A00001", label_of(5), {},
         "relabelled, bar code A00001"},
        {"blank_and_a_cartridge_without_a_readable_code_has_a_label_now", blank(1), "", label_of(5), {},
         "believed, bar code A00001"},
        {"claimed_blank_and_has_a_label_now", blank(1, SideState::allocated), "A00001", label_of(5), {},
         "believed, bar code A00001"},
        {"blank_and_was_given_a_label_while_in_use", blank(1), "A00001", label_of(5), {},
         "relabelled, bar code A00001, tell", {}, true},
        {"blank_and_bears_the_label_of_one_that_was_nowhere", blank(1), "", label_of(2), {known(2, Offline{})},
         "displaced; known A00002, bar code A00002"},
        {"blank_and_bears_the_label_of_one_that_is_not_read_yet", blank(1), "A00001", label_of(2), {known(2)},
         "undecided A00002, bar code A00001, look at A00002"},
        {"blank_and_was_made_a_copy", blank(1), "A00001", label_of(2), {known(2)},
         "duplicate A00002, bar code A00001, tell", {2}},
        {"claimed_blank_and_was_made_a_copy", blank(1, SideState::allocated), "A00001", label_of(2), {known(2)},
         "believed, bar code A00001, tell", {2}},
    }),
    NameOfRow{});

INSTANTIATE_TEST_SUITE_P(
    Weak, Judging,
    ::testing::ValuesIn(JudgingRows{
        {"dates_merge_nothing", stranger(5, in(slot(5)), ""), "", iso("2024-05-01"), {medium(1, Offline{}, "A00001", {iso("2024-05-01")})},
         "first_reading, no bar code"},
        {"serial_numbers_merge_nothing", stranger(5, in(slot(5)), ""), "", fat("1234-ABCD"), {medium(1, Offline{}, "A00001", {fat("1234-ABCD")})},
         "first_reading, no bar code"},
        {"and_make_no_duplicates", stranger(5, in(slot(5)), "B00001"), "B00001", fat("1234-ABCD"), {weakly(1, fat("1234-ABCD"))},
         "first_reading, bar code B00001", {1}},
        {"the_date_is_as_recorded", weakly(1, iso("2024-05-01")), "A00001", iso("2024-05-01"), {},
         "believed, bar code A00001"},
        {"a_newer_date_on_the_known_bar_code", weakly(1, iso("2024-05-01")), "A00001", iso("2024-06-01"), {},
         "relabelled, bar code A00001"},
        {"an_older_date_is_another_disc", weakly(1, iso("2024-05-01")), "A00001", iso("2024-04-01"), {},
         "displaced; first_reading, bar code A00001"},
        {"a_newer_date_without_a_bar_code_is_another_disc", weakly(1, iso("2024-05-01")), "", iso("2024-06-01"), {},
         "displaced; first_reading, no bar code"},
        {"a_newer_date_that_another_disc_has_is_that_disc_perhaps", weakly(1, iso("2024-05-01")), "A00001", iso("2024-06-01"), {weakly(2, iso("2024-06-01"))},
         "displaced; first_reading, bar code A00001"},
        {"another_serial_number_is_another_label", weakly(1, fat("1234-ABCD")), "A00001", fat("9999-ABCD"), {},
         "displaced; first_reading, bar code A00001"},
    }),
    NameOfRow{});

TEST(JudgingInDetail, AMediumOfARemovedLibraryIsKnownByItsLabelAndMoves) {
  JudgingRow const row{"", stranger(5, in(slot(5)), ""), "", label_of(1), {known(1, in(drive(0), other_library()))}, ""};
  auto c = catalog_of(row);
  c.not_present.insert(other_library());
  Verdict const v = judge(reading(row), c.catalog()).verdict;
  ASSERT_EQ(v.who, Who::known);
  auto const m = merged(c.media.at(medium_id(1)), row.record, {{0, label_of(1)}}, v);
  EXPECT_EQ(m.place, in(slot(5)));
  EXPECT_EQ(m.library, library_id());
  EXPECT_EQ(m.home_slot, 5U);
  EXPECT_EQ(m.barcode, "A00001");
  auto old = c.media.at(medium_id(1));
  old.library = other_library();
  old.home_slot = 9;
  EXPECT_EQ(merged(old, stranger(5, in(drive(0)), ""), {{0, label_of(1)}}, v).home_slot, std::nullopt) << "slot 9 of that library is nobody's home here";
  old.library = library_id();
  EXPECT_EQ(merged(old, stranger(5, in(drive(0)), ""), {{0, label_of(1)}}, v).home_slot, 9U);
}

// A cartridge that comes back, and its drive reports that it is bad before anybody knows who it is.
TEST(JudgingInDetail, WhatADriveHasFoundStaysWithTheCartridge) {
  AlertRecord const bad{{4, AlertSeverity::critical, AlertAbout::medium, "media"}, TimePoint{}, "drive 0 of Jukebox"};
  AlertRecord const old{{7, AlertSeverity::warning, AlertAbout::medium, "media life"}, TimePoint{}, "drive 1 of Jukebox"};
  auto known = medium(1, Offline{}, "A00001", {label_of(1)});
  known.alerts = {old};
  known.trouble = "it is in no library";
  auto place = stranger(5, in(slot(5)), "A00001");
  place.alerts = {bad};
  place.trouble = blame(bad);
  Verdict const v{.who = Who::known, .other = known.id, .barcode = "A00001"};
  auto const back = merged(known, place, {{0, label_of(1)}}, v);
  EXPECT_EQ(back.alerts, (std::vector{old, bad}));
  EXPECT_EQ(back.trouble, blame(bad));
  EXPECT_EQ(as_judged(place, {{0, label_of(1)}}, {.who = Who::first_reading, .barcode = "A00001"}).trouble, blame(bad));
  place.trouble = "could not be identified";
  EXPECT_EQ(as_judged(place, {{0, label_of(1)}}, {.who = Who::first_reading, .barcode = "A00001"}).trouble, "");
  EXPECT_EQ(merged(known, place, {{0, label_of(1)}}, v).trouble, "");
}

TEST(JudgingInDetail, PressedDiscsWithOneLabelAreMediaOfTheirOwn) {
  Omid const pressed{"UDF", "0123456789abcdef", "FILM"};
  JudgingRow const row{"", stranger(5, in(slot(5)), "B00001"), "B00001", pressed, {medium(1, in(slot(1)), "A00001", {pressed})}, ""};
  auto c = catalog_of(row);
  c.pressed = true;
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::first_reading);
  c.verified.insert(medium_id(1));
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::first_reading);
  c.media.at(medium_id(1)).place = Offline{};
  EXPECT_EQ(judge(reading(row), c.catalog()).verdict.who, Who::first_reading) << "its sticker is another";
  JudgingRow unreadable = row;
  unreadable.record.barcode = unreadable.seen = "";
  EXPECT_EQ(judge(reading(unreadable), c.catalog()).verdict.who, Who::known);
}

// ---- two sides ----

TEST(TwoSides, PutInUpsideDownIsTheSameMedium) {
  CatalogOfMedia c;
  auto const m = medium(1, in(slot(1)), "", {label_of(1), label_of(2)});
  c.add(m);
  for (Labels const& read : {Labels{{0, label_of(2)}, {1, label_of(1)}}, Labels{{0, label_of(2)}}, Labels{{1, label_of(1)}}}) {
    auto const j = judge({m, "", read, false}, c.catalog());
    EXPECT_EQ(j.verdict.who, Who::believed);
    auto const turned = as_judged(m, read, j.verdict);
    EXPECT_EQ(turned.sides[0].id, m.sides[1].id);
    EXPECT_EQ(turned.sides[0].number, 0U);
    EXPECT_EQ(turned.sides[0].omid, label_of(2));
    EXPECT_EQ(turned.sides[1].omid, label_of(1));
  }
}

TEST(TwoSides, OneSideWithAnotherLabelIsAnotherCartridge) {
  CatalogOfMedia c;
  auto const m = medium(1, in(slot(1)), "", {label_of(1), label_of(2)});
  c.add(m);
  EXPECT_FALSE(judge({m, "", {{0, label_of(1)}, {1, label_of(3)}}, false}, c.catalog()).displaced.empty());
  EXPECT_FALSE(judge({m, "", {{1, label_of(3)}}, false}, c.catalog()).displaced.empty());
  EXPECT_TRUE(judge({m, "", {{1, label_of(2)}}, false}, c.catalog()).displaced.empty()) << "one side that is right, the other one not read";
}

TEST(TwoSides, AMediumThatComesBackUpsideDownIsMergedTurned) {
  CatalogOfMedia c;
  auto const m = medium(1, Offline{}, "", {label_of(1), label_of(2)});
  auto const found = medium(5, in(slot(5)), "", {std::nullopt, std::nullopt}, SideState::unknown);
  c.add(m).add(found);
  Labels const read{{0, label_of(2)}, {1, label_of(1)}};
  auto const j = judge({found, "", read, false}, c.catalog());
  ASSERT_EQ(j.verdict.who, Who::known);
  auto const back = merged(m, found, read, j.verdict);
  EXPECT_EQ(back.sides[0].omid, label_of(2));
  EXPECT_EQ(back.sides[0].id, m.sides[1].id);
}

TEST(TwoSides, LabelsOfTwoMediaOnOneCartridgeMergeNothingSilently) {
  CatalogOfMedia c;
  auto const found = medium(5, in(slot(5)), "B00001", {std::nullopt, std::nullopt}, SideState::unknown);
  c.add(known(1, Offline{})).add(known(2)).add(found);
  c.verified.insert(medium_id(2));
  EXPECT_EQ(judge({found, "B00001", {{0, label_of(1)}, {1, label_of(2)}}, false}, c.catalog()).verdict.who, Who::duplicate);
}

// ---- records ----

TEST(Records, FirstReading) {
  auto const s = stranger(5, in(slot(5)), "");
  Verdict v;
  v.who = Who::first_reading;
  auto const import = as_judged(s, {{0, label_of(5)}}, v);
  EXPECT_EQ(import.sides[0].state, SideState::import);
  EXPECT_EQ(import.sides[0].omid, label_of(5));
  auto const foreign = as_judged(s, {{0, std::nullopt}}, v);
  EXPECT_EQ(foreign.sides[0].state, SideState::foreign);
  EXPECT_TRUE(foreign.enabled);
}

TEST(Records, AMediumWithoutACodeIsCalledAsItsLabelSaysOnlyOnce) {
  auto s = stranger(5, in(slot(5)), "");
  Verdict v;
  v.who = Who::first_reading;
  s.name = s.sequence_number;
  EXPECT_EQ(as_judged(s, {{0, label_of(5)}}, v).name, "volume 5");
  s.name = "mine";
  EXPECT_EQ(as_judged(s, {{0, label_of(5)}}, v).name, "mine");
  s.name = s.sequence_number;
  v.barcode = "B00001";
  EXPECT_EQ(as_judged(s, {{0, label_of(5)}}, v).name, "B00001");
}

TEST(Records, ADuplicateIsDisabledOnceAndWhatAPersonEnabledStaysEnabled) {
  Verdict v;
  v.who = Who::duplicate;
  auto d = as_judged(stranger(5, in(slot(5)), "B00001"), {{0, label_of(1)}}, v);
  EXPECT_FALSE(d.enabled);
  EXPECT_EQ(standing(d), Standing::duplicate);
  d.enabled = true;
  EXPECT_TRUE(as_judged(d, {{0, label_of(1)}}, v).enabled);
  v.who = Who::first_reading;
  d.enabled = false;
  auto const own = as_judged(d, {{0, label_of(5)}}, v);
  EXPECT_TRUE(own.enabled);
  EXPECT_EQ(own.sides[0].state, SideState::import);
}

TEST(Records, AnUndecidedStrangerKeepsWhatWasRead) {
  Verdict v;
  auto const s = as_judged(stranger(5, in(slot(5)), "B00001"), {{0, label_of(1)}}, v);
  EXPECT_EQ(standing(s), Standing::stranger);
  EXPECT_EQ(recorded_labels(s), (Labels{{0, label_of(1)}}));
  EXPECT_EQ(as_judged(known(1), {{0, label_of(2)}}, v).sides, known(1).sides) << "of a medium nothing changes";
}

TEST(Records, ADuplicateThatBearsAnotherLabelNowKeepsThatOne) {
  Verdict v;
  auto const d = as_judged(duplicate(5, in(slot(5)), "B00001", label_of(1)), {{0, label_of(2)}}, v);
  EXPECT_EQ(standing(d), Standing::duplicate);
  EXPECT_EQ(recorded_labels(d), (Labels{{0, label_of(2)}}));
}

TEST(Records, ANewLabelIsRecordedUnlessAnApplicationHasToReportIt) {
  Verdict v;
  v.who = Who::relabelled;
  EXPECT_EQ(as_judged(known(1), {{0, label_of(5)}}, v).sides[0].omid, label_of(5));
  EXPECT_EQ(as_judged(known(1), {{0, std::nullopt}}, v).sides[0].omid, std::nullopt);
  auto const labelled = as_judged(blank(1), {{0, label_of(5)}}, v).sides[0];
  EXPECT_EQ(labelled.omid, label_of(5)) << "a tape that somebody has labelled since it was read";
  EXPECT_EQ(labelled.state, SideState::import);
  EXPECT_EQ(as_judged(blank(1, SideState::allocated), {{0, label_of(5)}}, v).sides[0].omid, std::nullopt);
  for (SideState const state : {SideState::allocated, SideState::complete})
    EXPECT_EQ(as_judged(medium(1, in(slot(1)), "A00001", {label_of(1)}, state), {{0, label_of(5)}}, v).sides[0].omid, label_of(1));
}

TEST(Records, ADisplacedMediumKeepsItsBarCode) {
  auto const m = displaced(known(1), "another cartridge was found in its place");
  EXPECT_TRUE(m.offline());
  EXPECT_EQ(m.barcode, "A00001");
  EXPECT_EQ(m.trouble, "another cartridge was found in its place");
}

TEST(Records, AnUnreadableCodeEndsNoRecordedOneWhenTheMediumComesBack) {
  JudgingRow const row{"", stranger(5, in(drive(0)), ""), "", label_of(1), {known(1, Offline{})}, ""};
  auto const c = catalog_of(row);
  auto const m = merged(c.media.at(medium_id(1)), row.record, {{0, label_of(1)}}, judge(reading(row), c.catalog()).verdict);
  EXPECT_EQ(m.barcode, "A00001");
  EXPECT_EQ(m.place, in(drive(0)));
  EXPECT_EQ(m.home_slot, std::nullopt) << "it was in no library: no slot is its home";
}

// ---- reconsider, confirm ----

TEST(Reconsidering, TheOriginalThatReturnsIsUntouchedAndTheCopyStaysTheDuplicate) {
  CatalogOfMedia c;
  auto const copy = duplicate(5, in(slot(5)), "B00001", label_of(1));
  c.add(known(1, Offline{})).add(copy);
  EXPECT_FALSE(reconsider({copy}, c.catalog()).next);
  c.media.at(medium_id(1)).place = in(slot(1));
  EXPECT_FALSE(reconsider({copy}, c.catalog()).next) << "it came back by its bar code";
  EXPECT_THAT(reconsider({copy}, c.catalog()).look_at, IsEmpty()) << "nobody has to load the original for that";
  c.verified.insert(medium_id(1));
  EXPECT_FALSE(reconsider({copy}, c.catalog()).next);
}

TEST(Reconsidering, AnUndecidedOneIsACopyWhenTheOtherHasBeenRead) {
  CatalogOfMedia c;
  auto const s = read_stranger(5, in(slot(5)), "B00001", label_of(1));
  c.add(known(1)).add(s);
  auto const before = reconsider({s}, c.catalog());
  EXPECT_FALSE(before.next);
  EXPECT_THAT(before.look_at, ElementsAre(medium_id(1)));
  c.verified.insert(medium_id(1));
  auto const after = reconsider({s}, c.catalog());
  ASSERT_TRUE(after.next);
  EXPECT_EQ(after.next->record, medium_id(5));
  EXPECT_EQ(after.next->verdict.who, Who::duplicate);
  EXPECT_EQ(after.next->verdict.tell,
            "A00005 bears the label of A00001, which is in its place: take the copy out, or give it a label of its own");
}

TEST(Reconsidering, ADuplicateIsAMediumOfItsOwnWhenTheOtherIsForgottenOrBearsAnotherLabel) {
  CatalogOfMedia c;
  auto const first = duplicate(5, in(slot(5)), "B00001", label_of(1));
  auto const second = duplicate(6, in(slot(6)), "B00002", label_of(1));
  c.add(medium(1, in(slot(1)), "A00001", {label_of(9)})).add(first).add(second);
  auto const one = reconsider({second, first}, c.catalog());
  ASSERT_TRUE(one.next);
  EXPECT_EQ(one.next->record, medium_id(5)) << "the older one";
  EXPECT_EQ(one.next->verdict.who, Who::first_reading);
  c.add(as_judged(first, recorded_labels(first), one.next->verdict));
  EXPECT_FALSE(reconsider({second}, c.catalog()).next) << "one of the two has the label now";
}

TEST(Reconsidering, PassesOverWhatWasNotReadWhatIsAwayAndWhatIsSettled) {
  CatalogOfMedia c;
  auto const away = duplicate(5, Offline{}, "", label_of(1));
  c.add(known(1, Offline{})).add(away).add(stranger(6, in(slot(6)), "")).add(known(2));
  EXPECT_FALSE(reconsider({away, stranger(6, in(slot(6)), ""), known(2)}, c.catalog()).next);
}

TEST(Confirming, APersonSaysThatItHasANewSticker) {
  CatalogOfMedia c;
  auto const d = duplicate(5, in(slot(5)), "B00001", label_of(1));
  c.add(known(1, Offline{})).add(known(2, Offline{})).add(d);
  auto const yes = confirm(d, known(1, Offline{}), c.catalog());
  ASSERT_TRUE(yes);
  EXPECT_EQ(yes->who, Who::known);
  EXPECT_EQ(yes->other, medium_id(1));
  EXPECT_EQ(merged(known(1, Offline{}), d, recorded_labels(d), *yes).barcode, "B00001");
  EXPECT_EQ(confirm(d, known(2, Offline{}), c.catalog()).error().code, Errc::invalid_state) << "another label";
  EXPECT_EQ(confirm(d, known(1), c.catalog()).error().code, Errc::invalid_state) << "it is in its place";
  EXPECT_EQ(confirm(known(1), known(1, Offline{}), c.catalog()).error().code, Errc::invalid_state) << "no duplicate";
}

TEST(Contested, WhileAnUndecidedCartridgeThatIsHereBearsItsLabel) {
  CatalogOfMedia c;
  c.add(known(1)).add(known(2)).add(read_stranger(5, in(slot(5)), "B00001", label_of(1)));
  EXPECT_TRUE(contested(known(1), c.catalog()));
  EXPECT_FALSE(contested(known(2), c.catalog()));
  c.verified.insert(medium_id(1));
  EXPECT_FALSE(contested(known(1), c.catalog())) << "its own label was read";
  c.verified.clear();
  c.add(duplicate(5, in(slot(5)), "B00001", label_of(1)));
  EXPECT_FALSE(contested(known(1), c.catalog())) << "that is decided";
  c.add(read_stranger(5, Offline{}, "B00001", label_of(1)));
  EXPECT_FALSE(contested(known(1), c.catalog())) << "that one is away";
}

TEST(Sentences, SayWhatAPersonHasToDecide) {
  JudgingRow const copy{"", stranger(5, in(slot(5)), "B00001"), "B00001", label_of(1), {known(1, Offline{})}, ""};
  EXPECT_EQ(judge(reading(copy), catalog_of(copy).catalog()).verdict.tell,
            "A00005 bears the label of A00001 and the bar code B00001: is it A00001 with a new sticker?");
  JudgingRow const used{"", known(1), "A00001", label_of(5), {}, "", {}, true};
  EXPECT_EQ(judge(reading(used), catalog_of(used).catalog()).verdict.tell,
            "the label of A00001 was changed while it was in use: it bears EXT4 volume \"volume 5\" now");
  JudgingRow const exchanged{"", known(1), "A00001", label_of(2), {known(2)}, ""};
  auto const j = judge(reading(exchanged), catalog_of(exchanged).catalog());
  EXPECT_EQ(j.displaced, "another cartridge was found in its place: it bears EXT4 volume \"volume 2\"");
  EXPECT_EQ(j.verdict.reason, "it bears the label of A00002, which is believed in slot 2: the label there is read before this is decided");
  JudgingRow const lost{"", known(1), "B00001", label_of(1), {}, ""};
  EXPECT_THAT(judge(reading(lost), catalog_of(lost).catalog()).displaced, HasSubstr("its own bar code is A00001"));
}

}  // namespace
}  // namespace rsm::identity
