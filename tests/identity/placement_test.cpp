// Which medium is in which element: one row for each thing that a look at the elements can bring.
#include "libmgr/identity/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/identity/catalog_of_media.hpp"

namespace rsm::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

port::ElementStatus nothing_in(Element e) {
  port::ElementStatus s;
  s.element = e;
  return s;
}
// Full; "" is a cartridge without a tag, "?" one whose tag cannot be read.
port::ElementStatus full(Element e, std::string barcode, std::optional<Element> source = {}) {
  port::ElementStatus s;
  s.element = e;
  s.full = true;
  s.tag = barcode.empty() ? port::TagState::none : barcode == "?" ? port::TagState::unreadable : port::TagState::readable;
  if (s.tag == port::TagState::readable) s.barcode = std::move(barcode);
  s.source = source;
  return s;
}
port::ElementStatus exceptional(port::ElementStatus s, std::string reason) {
  s.exception = port::ElementException{0x83, 0x01, std::move(reason)};
  return s;
}

struct MoveOf {
  unsigned medium;
  Element from, to;
  unsigned partner = 0;  // it goes the other way; 0: none
};

// "slot 1: A00001 by barcode", "drive 0: stranger B00001", "slot 2: cleaner", with "!" when its label has to be read first and "x" when
// another one was expected.
struct PlacingRow {
  char const* name;
  std::vector<port::ElementStatus> seen;
  std::vector<MediumRecord> media;  // the catalog
  std::vector<std::string> found;
  std::vector<std::string> missing{};
  std::vector<std::string> doubles{};
  std::vector<std::string> new_codes{};
  std::optional<MoveOf> move{};
  bool partly = false;
  std::set<Element> in_use{};
  std::set<Element> doubted{};
};

std::ostream& operator<<(std::ostream& out, PlacingRow const& row) {
  return out << row.name;
}

class Placing : public ::testing::TestWithParam<PlacingRow> {};

struct Placed {
  explicit Placed(PlacingRow const& row) {
    for (auto const& m : row.media) catalog.add(m);
    for (auto const& [id, m] : catalog.media)
      if (auto const* at = std::get_if<InElement>(&m.place); at != nullptr && at->library == library_id())
        beliefs.push_back({at->element, &m});
    scan.elements = row.seen;
    scan.whole_library = !row.partly;
    scan.beliefs = beliefs;
    scan.in_use = row.in_use;
    scan.doubted = row.doubted;
    if (row.move) scan.move = MoveUnderWay{&catalog.media.at(medium_id(row.move->medium)), row.move->from, row.move->to, row.move->partner != 0 ? &catalog.media.at(medium_id(row.move->partner)) : nullptr};
    out = place(scan, catalog.catalog());
  }
  std::string name(MediumId id) const { return catalog.media.at(id).name; }
  std::vector<std::string> found() const {
    std::vector<std::string> texts;
    for (auto const& f : out.found) {
      std::string text = f.element.text() + ": " + (f.medium ? name(f.medium) + " by " + word(f.witness) : word(f.content));
      if (f.medium && f.content == Content::cleaner) text = f.element.text() + ": cleaner " + name(f.medium);
      if (!f.medium && !f.barcode.empty()) text += " " + f.barcode;
      texts.push_back(text + (f.read_label_first ? " !" : "") + (f.exchanged ? " x" : ""));
    }
    return texts;
  }
  std::vector<std::string> missing() const {
    std::vector<std::string> texts;
    for (auto const& m : out.missing) texts.push_back(name(m.medium));
    return texts;
  }
  std::vector<std::string> doubles() const {
    std::vector<std::string> texts;
    for (auto const& d : out.doubles) {
      std::string text = d.barcode + ":";
      for (auto const& e : d.elements) text += " " + e.text();
      texts.push_back(text);
    }
    return texts;
  }
  std::vector<std::string> new_codes() const {
    std::vector<std::string> texts;
    for (auto const& b : out.barcodes) texts.push_back(name(b.medium) + " " + b.barcode);
    return texts;
  }

  CatalogOfMedia catalog;
  std::vector<Belief> beliefs;
  Scan scan;
  Placement out;
};

TEST_P(Placing, Says) {
  Placed const p(GetParam());
  EXPECT_EQ(p.found(), GetParam().found);
  EXPECT_EQ(p.missing(), GetParam().missing);
  EXPECT_EQ(p.doubles(), GetParam().doubles);
  EXPECT_EQ(p.new_codes(), GetParam().new_codes);
  EXPECT_THAT(p.out.also, IsEmpty());
  for (auto const& f : p.out.found) EXPECT_FALSE(f.reason.empty()) << f.element.text();
  for (auto const& m : p.out.missing) EXPECT_FALSE(m.reason.empty());
}

using PlacingRows = std::vector<PlacingRow>;

MoveOf const fetch_1{1, slot(1), drive(0)};
MoveOf const exchange_1_and_2{1, slot(1), slot(2), 2};

PlacingRow exchange(char const* name, std::vector<port::ElementStatus> seen, std::vector<std::string> found) {
  return {.name = name, .seen = std::move(seen), .media = {known(1), known(2)}, .found = std::move(found), .move = exchange_1_and_2};
}

INSTANTIATE_TEST_SUITE_P(
    Exchange, Placing,
    ::testing::ValuesIn(PlacingRows{
        exchange("both_arrived", {full(slot(1), "A00002"), full(slot(2), "A00001")}, {"slot 1: A00002 by barcode", "slot 2: A00001 by barcode"}),
        exchange("not_begun", {full(slot(1), "A00001"), full(slot(2), "A00002")}, {"slot 1: A00001 by barcode", "slot 2: A00002 by barcode"}),
        exchange("one_is_recognized_at_its_new_place", {full(slot(1), "?"), full(slot(2), "A00001")}, {"slot 1: A00002 by on_its_way !", "slot 2: A00001 by barcode"}),
        exchange("the_other_one_is", {full(slot(1), "A00002"), full(slot(2), "?")}, {"slot 1: A00002 by barcode", "slot 2: A00001 by on_its_way !"}),
        exchange("half_way", {full(slot(2), "A00001"), nothing_in(slot(1)), full(arm(), "?")}, {"slot 2: A00001 by barcode", "arm 0: A00002 by on_its_way !"}),
        exchange("nobody_is_recognized", {full(slot(1), "?"), full(slot(2), "?")}, {"slot 1: A00001 by believed !", "slot 2: A00002 by believed !"}),
        exchange("one_is_recognized_at_its_old_place", {full(slot(1), "A00001"), full(slot(2), "?")}, {"slot 1: A00001 by barcode", "slot 2: A00002 by believed !"}),
    }),
    NameOfRow{});

INSTANTIATE_TEST_SUITE_P(
    BarCodes, Placing,
    ::testing::ValuesIn(PlacingRows{
        {"unchanged", {full(slot(1), "A00001")}, {known(1)}, {"slot 1: A00001 by barcode"}},
        {"moved_by_hand", {nothing_in(slot(1)), full(slot(2), "A00001")}, {known(1)}, {"slot 2: A00001 by barcode"}},
        {"returns_from_the_shelf", {full(slot(5), "A00001")}, {known(1, Offline{})}, {"slot 5: A00001 by barcode"}},
        {"two_have_changed_places",
         {full(slot(1), "A00002"), full(slot(2), "A00001")},
         {known(1), known(2)},
         {"slot 1: A00002 by barcode", "slot 2: A00001 by barcode"}},
        {"a_new_one", {full(slot(1), "B00001")}, {}, {"slot 1: stranger B00001"}},
        {"a_new_one_without_a_code", {full(slot(1), "")}, {}, {"slot 1: stranger"}},
        {"another_code_in_its_place", {full(slot(1), "B00001")}, {known(1)}, {"slot 1: stranger B00001"}, {"A00001"}},
        {"another_known_one_in_its_place",
         {full(slot(1), "A00002"), nothing_in(slot(2))},
         {known(1), known(2)},
         {"slot 1: A00002 by barcode"},
         {"A00001"}},
        {"unreadable_contradicts_nothing", {full(slot(1), "?")}, {known(1)}, {"slot 1: A00001 by believed"}},
        {"no_tag_contradicts_nothing", {full(slot(1), "")}, {known(1)}, {"slot 1: A00001 by believed"}},
        {"its_code_elsewhere_is_stronger_than_its_place",
         {full(slot(1), "?"), full(slot(2), "A00001")},
         {known(1)},
         {"slot 1: stranger", "slot 2: A00001 by barcode"}},
        {"its_code_is_on_a_stranger_who_may_be_it",
         {full(slot(1), "X00001"), full(slot(5), "A00001")},
         {known(1), stranger(5, in(slot(5)), "A00001")},
         {"slot 1: stranger X00001", "slot 5: A00005 by barcode"},
         {"A00001"}},
        {"readable_for_the_first_time",
         {full(slot(1), "B00001")},
         {medium(1, in(slot(1)), "", {label_of(1)})},
         {"slot 1: A00001 by believed"},
         {},
         {},
         {"A00001 B00001"}},
        {"readable_now_and_the_code_of_one_that_was_away",
         {full(slot(1), "A00002")},
         {medium(1, in(slot(1)), "", {label_of(1)}), known(2, Offline{})},
         {"slot 1: A00002 by barcode !"},
         {"A00001"}},
        {"a_stranger_whose_code_can_be_read_now_is_who_the_code_says",
         {full(slot(1), "A00002")},
         {stranger(1, in(slot(1)), ""), known(2, Offline{})},
         {"slot 1: A00002 by barcode"},
         {"A00001"}},
        {"a_stranger_stays_a_stranger", {full(slot(1), "B00001")}, {stranger(1, in(slot(1)), "B00001")}, {"slot 1: A00001 by barcode"}},
        {"taken_out", {nothing_in(slot(1)), full(slot(2), "A00002")}, {known(1), known(2)}, {"slot 2: A00002 by barcode"}, {"A00001"}},
        {"its_slot_has_vanished", {full(slot(1), "A00001")}, {known(1), known(2)}, {"slot 1: A00001 by barcode"}, {"A00002"}},
        {"its_slot_has_vanished_and_it_is_in_another", {full(slot(1), "A00002")}, {known(2)}, {"slot 1: A00002 by barcode"}},
    }),
    NameOfRow{});

TEST(PlacingInDetail, AMediumOfARemovedLibraryComesInByItsBarCode) {
  CatalogOfMedia c;
  c.add(known(1, in(drive(0), other_library())));
  c.not_present.insert(other_library());
  std::vector const seen{full(slot(5), "A00001")};
  Scan scan;
  scan.elements = seen;
  scan.whole_library = true;
  auto const out = place(scan, c.catalog());
  ASSERT_EQ(out.found.size(), 1U);
  EXPECT_EQ(out.found[0].medium, medium_id(1));
  EXPECT_THAT(out.doubles, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Doubles, Placing,
                         ::testing::ValuesIn(PlacingRows{
                             {"two_new_ones_with_one_code",
                              {full(slot(1), "DUP001"), full(slot(2), "DUP001")},
                              {},
                              {"slot 1: stranger DUP001", "slot 2: stranger DUP001"},
                              {},
                              {"DUP001: slot 1 slot 2"}},
                             {"beside_the_known_one",
                              {full(slot(1), "A00001"), full(slot(2), "A00001")},
                              {known(1)},
                              {"slot 1: A00001 by barcode", "slot 2: stranger A00001"},
                              {},
                              {"A00001: slot 1 slot 2"}},
                             {"while_the_known_one_was_away",
                              {full(slot(1), "A00001"), full(slot(2), "A00001")},
                              {known(1, Offline{})},
                              {"slot 1: stranger A00001", "slot 2: stranger A00001"},
                              {},
                              {"A00001: slot 1 slot 2"}},
                             {"both_known_stay_where_they_are",
                              {full(slot(1), "DUP001"), full(slot(2), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, in(slot(2)), "DUP001", {label_of(2)})},
                              {"slot 1: A00001 by barcode", "slot 2: A00002 by barcode"},
                              {},
                              {"DUP001: slot 1 slot 2"}},
                             {"one_of_two_known_ones_moved_is_told_by_its_label",
                              {full(slot(1), "DUP001"), nothing_in(slot(2)), full(slot(3), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, in(slot(2)), "DUP001", {label_of(2)})},
                              {"slot 1: A00001 by barcode", "slot 3: stranger DUP001"},
                              {"A00002"},
                              {"DUP001: slot 1 slot 3"}},
                             {"one_of_two_known_ones_is_back_and_the_code_does_not_say_which",
                              {full(slot(3), "DUP001")},
                              {medium(1, Offline{}, "DUP001", {label_of(1)}), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"slot 3: stranger DUP001"}},
                             {"one_of_two_known_ones_was_here_and_has_left_its_place",
                              {nothing_in(slot(1)), full(slot(3), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"slot 3: A00001 by barcode !"}},
                             {"and_another_cartridge_is_in_its_place",
                              {full(slot(1), "B00009"), full(slot(3), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"slot 1: stranger B00009", "slot 3: A00001 by barcode !"}},
                             {"but_perhaps_it_is_there_still",
                              {full(slot(1), "?"), full(slot(3), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"slot 1: A00001 by believed", "slot 3: stranger DUP001"}},
                             {"or_both_have_left_theirs",
                              {nothing_in(slot(1)), nothing_in(slot(2)), full(slot(3), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, in(slot(2)), "DUP001", {label_of(2)})},
                              {"slot 3: stranger DUP001"},
                              {"A00001", "A00002"}},
                             {"but_what_a_move_has_brought_is_not_doubted_again",
                              {nothing_in(slot(1)), full(drive(0), "DUP001")},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"drive 0: A00001 by on_its_way"},
                              {},
                              {},
                              {},
                              MoveOf{1, slot(1), drive(0)}},
                             {"both_are_shown_with_it_when_it_can_be_read",
                              {full(slot(1), "DUP001"), full(slot(2), "DUP001")},
                              {medium(1, in(slot(1)), "", {label_of(1)}), medium(2, in(slot(2)), "", {label_of(2)})},
                              {"slot 1: A00001 by believed", "slot 2: A00002 by believed"},
                              {},
                              {"DUP001: slot 1 slot 2"},
                              {"A00001 DUP001", "A00002 DUP001"}},
                             {"a_code_that_is_recorded_twice_contradicts_nothing_but_the_label_is_read",
                              {full(slot(1), "B00009"), nothing_in(slot(2))},
                              {medium(1, in(slot(1)), "DUP001", {label_of(1)}), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"slot 1: A00001 by believed !"}},
                             {"but_of_a_stranger_nothing_else_is_known",
                              {full(slot(1), "B00009")},
                              {stranger(1, in(slot(1)), "DUP001"), medium(2, Offline{}, "DUP001", {label_of(2)})},
                              {"slot 1: stranger B00009"},
                              {"A00001"}},
                             {"in_two_libraries",
                              {full(slot(1), "A00001")},
                              {known(1, in(slot(4), other_library()))},
                              {"slot 1: stranger A00001"},
                              {},
                              {"A00001: slot 1"}},
                         }),
                         NameOfRow{});

INSTANTIATE_TEST_SUITE_P(
    Cleaners, Placing,
    ::testing::ValuesIn(PlacingRows{
        {"a_new_one", {full(slot(1), "CLN001L1")}, {}, {"slot 1: cleaner CLN001L1"}},
        {"the_other_prefix", {full(slot(1), "CLR001")}, {}, {"slot 1: cleaner CLR001"}},
        {"that_has_a_record", {full(slot(1), "CLN001L1")}, {stranger(1, in(slot(1)), "CLN001L1")}, {"slot 1: cleaner A00001"}},
        {"whose_tag_cannot_be_read_today", {full(slot(1), "?")}, {stranger(1, in(slot(1)), "CLN001L1")}, {"slot 1: cleaner A00001"}},
        {"in_the_place_of_a_stranger_whose_code_is_no_name",
         {full(slot(1), "CLN001L1")},
         {stranger(1, in(slot(1)), "DUP001"), medium(2, Offline{}, "DUP001", {label_of(2)})},
         {"slot 1: cleaner CLN001L1"},
         {"A00001"}},
        {"whose_tag_can_be_read_at_last", {full(slot(1), "CLN001L1")}, {stranger(1, in(slot(1)), "")}, {"slot 1: cleaner A00001"}, {}, {}, {"A00001 CLN001L1"}},
        {"in_a_drive_with_an_exception", {exceptional(full(drive(0), "CLN001L1"), "cleaning")}, {}, {"drive 0: cleaner CLN001L1"}},
        {"two_with_one_code_are_nobodys_business",
         {full(slot(1), "CLN001L1"), full(slot(2), "CLN001L1")},
         {},
         {"slot 1: cleaner CLN001L1", "slot 2: cleaner CLN001L1"}},
        {"a_medium_that_has_borne_a_label_is_none",
         {full(slot(1), "CLNT0001")},
         {medium(1, in(slot(1)), "CLNT0001", {label_of(1)})},
         {"slot 1: A00001 by barcode"}},
    }),
    NameOfRow{});

TEST(PlacingInDetail, CleanersAreMediaWhereTheLibraryIsNotToRecogniseThem) {
  CatalogOfMedia c;
  std::vector const seen{full(slot(1), "CLN001L1")};
  Scan scan;
  scan.elements = seen;
  scan.recognise_cleaners = false;
  EXPECT_EQ(place(scan, c.catalog()).found.at(0).content, Content::stranger);
}

INSTANTIATE_TEST_SUITE_P(
    Moves, Placing,
    ::testing::ValuesIn(PlacingRows{
        {"arrived", {nothing_in(slot(1)), full(drive(0), "A00001")}, {known(1)}, {"drive 0: A00001 by barcode"}, {}, {}, {}, fetch_1, true},
        {"arrived_without_a_readable_code",
         {nothing_in(slot(1)), full(drive(0), "?")},
         {known(1)},
         {"drive 0: A00001 by on_its_way"},
         {},
         {},
         {},
         fetch_1,
         true},
        {"arrived_and_its_code_can_be_read_now",
         {nothing_in(slot(1)), full(drive(0), "A00001")},
         {medium(1, in(slot(1)), "", {label_of(1)})},
         {"drive 0: A00001 by on_its_way"},
         {},
         {},
         {"A00001 A00001"},
         fetch_1,
         true},
        {"arrived_and_the_device_knows_from_where",
         {nothing_in(slot(1)), full(drive(0), "?", slot(1))},
         {known(1)},
         {"drive 0: A00001 by on_its_way"},
         {},
         {},
         {},
         fetch_1,
         true},
        {"never_left", {full(slot(1), "?"), nothing_in(drive(0))}, {known(1)}, {"slot 1: A00001 by believed"}, {}, {}, {}, fetch_1, true},
        {"exchanged_on_its_way",
         {nothing_in(slot(1)), full(drive(0), "B00001")},
         {known(1)},
         {"drive 0: stranger B00001 x"},
         {"A00001"},
         {},
         {},
         fetch_1},
        {"exchanged_for_a_known_one",
         {nothing_in(slot(1)), full(drive(0), "A00002")},
         {known(1), known(2, Offline{})},
         {"drive 0: A00002 by barcode x"},
         {"A00001"},
         {},
         {},
         fetch_1},
        {"the_device_took_another_one_and_nothing_can_be_read",
         {nothing_in(slot(1)), nothing_in(slot(7)), full(drive(0), "?", slot(7))},
         {known(1)},
         {"drive 0: A00001 by on_its_way !"},
         {},
         {},
         {},
         fetch_1},
        {"the_destination_is_exceptional",
         {nothing_in(slot(1)), exceptional(full(drive(0), "?"), "import by hand")},
         {known(1)},
         {"drive 0: A00001 by on_its_way !"},
         {},
         {},
         {},
         fetch_1,
         true},
        {"a_hand_was_at_work_at_the_destination",
         {nothing_in(slot(1)), full(drive(0), "?")},
         {known(1)},
         {"drive 0: A00001 by on_its_way !"},
         {},
         {},
         {},
         fetch_1,
         true,
         {},
         {drive(0)}},
        {"did_not_leave_and_something_is_at_its_destination",
         {full(slot(1), "?"), full(drive(0), "?")},
         {known(1)},
         {"slot 1: A00001 by believed", "drive 0: stranger"},
         {},
         {},
         {},
         fetch_1,
         true},
        {"did_not_leave_since_a_stranger_lies_at_its_destination",
         {full(slot(1), "A00001"), full(drive(0), "B00001")},
         {known(1)},
         {"slot 1: A00001 by barcode", "drive 0: stranger B00001"},
         {},
         {},
         {},
         fetch_1,
         true},
        {"stuck_in_the_arm",
         {nothing_in(slot(1)), nothing_in(drive(0)), full(arm(), "?")},
         {known(1)},
         {"arm 0: A00001 by on_its_way"},
         {},
         {},
         {},
         fetch_1},
        {"vanished_on_its_way",
         {nothing_in(slot(1)), nothing_in(drive(0)), nothing_in(arm())},
         {known(1)},
         {},
         {"A00001"},
         {},
         {},
         fetch_1},
        {"turned_in_the_drive",
         {full(drive(0), "?", slot(1))},
         {medium(1, in(drive(0)), "A00001", {label_of(1), label_of(2)})},
         {"drive 0: A00001 by on_its_way"},
         {},
         {},
         {},
         MoveOf{1, drive(0), drive(0)},
         true},
        {"exchanged_while_it_was_turned",
         {full(drive(0), "B00001")},
         {known(1, in(drive(0)))},
         {"drive 0: stranger B00001 x"},
         {"A00001"},
         {},
         {},
         MoveOf{1, drive(0), drive(0)}},
    }),
    NameOfRow{});

MediumRecord from_slot(unsigned home, MediumRecord m) {
  m.home_slot = home;
  return m;
}

INSTANTIATE_TEST_SUITE_P(
    Drives, Placing,
    ::testing::ValuesIn(PlacingRows{
        {"still_in_its_drive", {full(drive(0), "?", slot(1))}, {from_slot(1, known(1, in(drive(0))))}, {"drive 0: A00001 by believed"}},
        {"put_there_from_the_panel", {nothing_in(slot(1)), full(drive(0), "?", slot(1))}, {known(1)}, {"drive 0: A00001 by source"}},
        {"put_there_and_nothing_says_from_where",
         {nothing_in(slot(1)), full(drive(0), "?")},
         {known(1)},
         {"drive 0: stranger"},
         {"A00001"}},
        {"the_device_says_it_is_from_another_slot",
         {full(drive(0), "?", slot(7))},
         {from_slot(1, known(1, in(drive(0))))},
         {"drive 0: A00001 by believed !"}},
        {"the_device_says_it_is_another_medium",
         {nothing_in(slot(1)), nothing_in(slot(2)), full(drive(0), "?", slot(2))},
         {from_slot(1, known(1, in(drive(0)))), known(2)},
         {"drive 0: A00002 by source !"},
         {"A00001"}},
        {"its_bar_code_is_stronger_than_what_the_device_says_of_its_source",
         {nothing_in(slot(2)), full(drive(0), "A00001", slot(2))},
         {from_slot(1, known(1, in(drive(0)))), known(2)},
         {"drive 0: A00001 by barcode"},
         {"A00002"}},
        {"the_source_is_full_and_says_nothing",
         {full(slot(1), "?"), full(drive(0), "?", slot(1))},
         {known(1)},
         {"slot 1: A00001 by believed", "drive 0: stranger"}},
        {"pulled_out_and_something_put_in",
         {full(drive(0), "?")},
         {known(1, in(drive(0)))},
         {"drive 0: A00001 by believed !"},
         {},
         {},
         {},
         {},
         false,
         {},
         {drive(0)}},
        {"pulled_out_and_a_copy_put_in",
         {full(drive(0), "B00001")},
         {known(1, in(drive(0)))},
         {"drive 0: stranger B00001"},
         {"A00001"},
         {},
         {},
         {},
         false,
         {},
         {drive(0)}},
        {"exceptional",
         {exceptional(full(drive(0), ""), "cartridge not recognised")},
         {known(1, in(drive(0)))},
         {"drive 0: A00001 by believed !"}},
        {"read_wrongly_while_it_is_in_use",
         {full(drive(0), "B00001")},
         {known(1, in(drive(0)))},
         {"drive 0: A00001 by in_use !"},
         {},
         {},
         {},
         {},
         false,
         {drive(0)}},
        {"read_for_the_first_time_while_it_is_in_use_is_not_recorded_yet",
         {full(drive(0), "B00001")},
         {medium(1, in(drive(0)), "", {label_of(1)})},
         {"drive 0: A00001 by in_use"},
         {},
         {},
         {},
         {},
         false,
         {drive(0)}},
        {"read_as_another_known_one_while_it_is_in_use",
         {full(drive(0), "A00002"), full(slot(2), "A00002")},
         {known(1, in(drive(0))), known(2)},
         {"drive 0: A00001 by in_use !", "slot 2: A00002 by barcode"},
         {},
         {"A00002: drive 0 slot 2"},
         {},
         {},
         false,
         {drive(0)}},
        {"in_use_and_its_code_turns_up_elsewhere",
         {full(drive(0), "?"), full(slot(5), "A00001")},
         {known(1, in(drive(0)))},
         {"drive 0: A00001 by in_use", "slot 5: stranger A00001"},
         {},
         {"A00001: slot 5"},
         {},
         {},
         false,
         {drive(0)}},
    }),
    NameOfRow{});

// ---- a part of the library ----

TEST(APartOfTheLibrary, NothingIsMissingOnlyBecauseItIsNotThere) {
  PlacingRow const row{"", {nothing_in(slot(1)), nothing_in(drive(0))}, {known(1)}, {}, {}, {}, {}, fetch_1, true};
  Placed const p(row);
  EXPECT_THAT(p.missing(), IsEmpty());
  EXPECT_TRUE(p.out.look_everywhere);
}

TEST(APartOfTheLibrary, AnExchangeOnTheWayIsSeenAndTheRestIsLookedAt) {
  PlacingRow const row{"", {nothing_in(slot(1)), full(drive(0), "B00001")}, {known(1)}, {}, {}, {}, {}, fetch_1, true};
  Placed const p(row);
  EXPECT_THAT(p.found(), ElementsAre("drive 0: stranger B00001 x"));
  EXPECT_THAT(p.out.found[0].reason, HasSubstr("A00001 was on its way here"));
  EXPECT_TRUE(p.out.look_everywhere);
}

TEST(APartOfTheLibrary, WhereTheMediumWithThisCodeIsBelievedIsLookedAtToo) {
  PlacingRow const row{"", {nothing_in(slot(1)), full(drive(0), "A00002")}, {known(1), known(2)}, {}, {}, {}, {}, fetch_1, true};
  Placed const p(row);
  EXPECT_THAT(p.out.also, ElementsAre(slot(2)));
  PlacingRow whole = row;
  whole.seen.push_back(nothing_in(slot(2)));
  EXPECT_THAT(Placed(whole).found(), ElementsAre("drive 0: A00002 by barcode x"));
  EXPECT_THAT(Placed(whole).out.also, IsEmpty());
  whole.seen.back() = full(slot(2), "A00002");
  EXPECT_THAT(Placed(whole).found(), ElementsAre("drive 0: stranger A00002 x", "slot 2: A00002 by barcode"));
  EXPECT_THAT(Placed(whole).doubles(), ElementsAre("A00002: drive 0 slot 2"));
}

TEST(APartOfTheLibrary, TheSourceThatTheDeviceNamesIsLookedAtToo) {
  PlacingRow const row{"", {full(drive(0), "?", slot(2))}, {known(2)}, {}, {}, {}, {}, {}, true};
  EXPECT_THAT(Placed(row).out.also, ElementsAre(slot(2)));
}

TEST(APartOfTheLibrary, WhatLiesOutsideIsNotSpokenOf) {
  PlacingRow const row{"", {nothing_in(slot(1)), full(drive(0), "A00001")}, {known(1), known(2)}, {}, {}, {}, {}, fetch_1, true};
  Placed const p(row);
  EXPECT_THAT(p.missing(), IsEmpty());
  EXPECT_FALSE(p.out.look_everywhere);
}

// ---- size ----

TEST(ALargeLibrary, WithoutChangesAsksTheCatalogNothing) {
  constexpr std::uint32_t slots = 2000;
  std::vector<MediumRecord> media;
  std::vector<port::ElementStatus> seen;
  for (std::uint32_t n = 0; n < slots; ++n) {
    auto m = medium(n, in(slot(n)), "C" + std::to_string(n), {label_of(1)});
    m.id = testing::made_up<MediumId>(9, n);
    media.push_back(std::move(m));
    seen.push_back(full(slot(n), "C" + std::to_string(n)));
  }
  std::vector<Belief> beliefs;
  for (auto const& m : media) beliefs.push_back({std::get<InElement>(m.place).element, &m});
  CatalogOfMedia c;
  Scan scan;
  scan.elements = seen;
  scan.whole_library = true;
  scan.beliefs = beliefs;
  EXPECT_EQ(place(scan, c.catalog()).found.size(), slots);
  EXPECT_EQ(c.questions, 0);
}

// The drive has been asked and has not answered.
class WhenADriveIsSilent : public ::testing::Test {
 protected:
  Placement placed(std::vector<port::ElementStatus> seen, std::optional<MoveUnderWay> move = {}, bool in_use = false) {
    seen_ = std::move(seen);
    Scan scan;
    scan.elements = seen_;
    scan.all_asked = true;
    if (in_use) scan.in_use = {drive(0)};
    scan.move = move;
    c_.add(medium_);
    return place(scan, c_.catalog());
  }
  MediumRecord medium_ = known(1, in(drive(0)));

 private:
  std::vector<port::ElementStatus> seen_;
  CatalogOfMedia c_;
};

TEST_F(WhenADriveIsSilent, WhoseBarCodeIsSeenElsewhereIsThereAndItsLabelIsReadFirst) {
  auto const out = placed({full(slot(1), "A00001")});
  ASSERT_EQ(out.found.size(), 1U);
  EXPECT_EQ(out.found[0].medium, medium_id(1));
  EXPECT_TRUE(out.found[0].read_label_first);
  EXPECT_EQ(out.found[0].reason, "its bar code is A00001, but it was believed in drive 0, which has not answered");
}

TEST_F(WhenADriveIsSilent, WhatIsMountedInItIsNotTakenAwayByASticker) {
  auto const out = placed({full(slot(1), "A00001")}, {}, true);
  ASSERT_EQ(out.found.size(), 1U);
  EXPECT_EQ(out.found[0].content, Content::undecided);
  EXPECT_TRUE(out.found[0].medium.is_zero());
}

TEST_F(WhenADriveIsSilent, WhatWasOnItsWayFromItIsNoStranger) {
  auto const out = placed({full(slot(1), "")}, MoveUnderWay{&medium_, drive(0), slot(1)});
  ASSERT_EQ(out.found.size(), 1U);
  EXPECT_EQ(out.found[0].content, Content::undecided);
  EXPECT_EQ(out.found[0].reason, "an element that has not answered decides who it is");
}

TEST_F(WhenADriveIsSilent, AStrangerIsOne) {
  auto const out = placed({full(slot(1), "X00001"), full(slot(2), "")});
  ASSERT_EQ(out.found.size(), 2U);
  EXPECT_EQ(out.found[0].content, Content::stranger);
  EXPECT_EQ(out.found[1].content, Content::stranger);
}

TEST(Sentences, SayWhatAPersonNeeds) {
  PlacingRow const twice{"", {full(slot(1), "DUP001"), full(slot(2), "DUP001"), full(slot(9), "DUP001")}, {}, {}};
  EXPECT_EQ(Placed(twice).out.doubles.at(0).reason,
            "bar code DUP001 is on the cartridges in slot 1, slot 2 and slot 9; they are told apart by their labels only: put another bar code on one of them");
  PlacingRow const gone{"", {nothing_in(slot(1))}, {known(1), known(2)}, {}};
  EXPECT_EQ(Placed(gone).out.missing.at(0).reason, "slot 1 is empty, and it is nowhere else in the library");
  EXPECT_EQ(Placed(gone).out.missing.at(1).reason, "the library has no slot 2 any more, and it is nowhere else in the library");
  PlacingRow const in_use{"", {full(drive(0), "B00001")}, {known(1, in(drive(0)))}, {}, {}, {}, {}, {}, false, {drive(0)}};
  EXPECT_EQ(Placed(in_use).out.found.at(0).reason,
            "it is in use there, but its bar code reads B00001 and not A00001; it is looked at when it is not used any more");
}

}  // namespace
}  // namespace rsm::identity
