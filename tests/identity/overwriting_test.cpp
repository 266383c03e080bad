// Which cartridge may be overwritten: one row for each witness.
#include "libmgr/identity/overwriting.hpp"

#include <gtest/gtest.h>

#include "tests/identity/catalog_of_media.hpp"

namespace rsm::identity {
namespace {

struct Row {
  char const* name;
  std::string barcode;                // recorded
  std::string seen;                   // on what lies there
  std::optional<Omid> found;          // on the side that is up
  Errc expected = Errc::success;
  bool verified = false, doubled = false;
  std::vector<MediumRecord> others{};
  std::optional<Omid> recorded = label_of(1);
  SideState state = SideState::unprepared;
};
std::ostream& operator<<(std::ostream& out, Row const& row) { return out << row.name; }

class Overwriting : public ::testing::TestWithParam<Row> {};

TEST_P(Overwriting, OnlyTheCartridgeThatIsMeant) {
  Row const& row = GetParam();
  CatalogOfMedia catalog;
  MediumRecord const m = medium(1, in(drive(0)), row.barcode, {row.recorded}, row.state);
  catalog.add(m);
  for (auto const& other : row.others) catalog.add(other);
  if (!row.seen.empty()) catalog.seen[m.id] = row.seen;
  if (row.verified) catalog.verified.insert(m.id);
  if (row.doubled) catalog.doubled.insert(row.barcode);
  auto const may = may_be_overwritten(m, m.sides.front(), row.found, catalog.catalog());
  EXPECT_EQ(may ? Errc::success : may.error().code, row.expected) << (may ? "" : may.error().sentence());
}

Errc const no = Errc::unexpected_omid;
std::string const code = code_of(1);
MediumRecord somebodys() { return medium(2, in(slot(2)), code_of(2), {label_of(2)}, SideState::allocated); }

INSTANTIATE_TEST_SUITE_P(
    Rows, Overwriting,
    ::testing::Values(
        Row{"ItsBarCodeAndItsLabel", code, code, label_of(1)}, Row{"ItsBarCodeAndAnotherLabelThatNobodyHas", code, code, label_of(5)},
        Row{"ItsBarCodeAndNothing", code, code, std::nullopt}, Row{"ItsBarCodeAndTheLabelOfAnother", code, code, label_of(2), no, false, false, {somebodys()}},
        Row{"ItsBarCodeAndItsLabelWhichAnotherBearsToo", code, code, label_of(1), Errc::success, false, false, {medium(2, in(slot(2)), code_of(2), {label_of(1)}, SideState::allocated)}},
        Row{"AnotherBarCode", code, code_of(2), label_of(1), no, true}, Row{"ABarCodeThatIsOnTwo", code, code, std::nullopt, no, false, true},
        Row{"ABarCodeThatIsOnTwoAndItsLabel", code, code, label_of(1), Errc::success, false, true},
        Row{"ABarCodeThatIsOnTwoAndItsLabelWhichAnotherBearsToo", code, code, label_of(1), no, false, true, {medium(2, in(slot(2)), code, {label_of(1)}, SideState::allocated)}},
        Row{"NoBarCodeAndItsLabel", "", "", label_of(1)}, Row{"NoBarCodeAndAnotherLabel", "", "", label_of(5), no},
        Row{"NoBarCodeAndNothing", "", "", std::nullopt, no}, Row{"NoBarCodeAndItsLabelHasGoneFromItsPlace", "", "", std::nullopt, no, true},
        Row{"NoBarCodeAndAnotherLabelInItsPlace", "", "", label_of(5), no, true},
        Row{"NoBarCodeAndAboutToBeWrittenInItsPlace", "", "", std::nullopt, Errc::success, true, false, {}, Omid{"OPENRSM", "new", ""}},
        Row{"NoBarCodeReadInItsPlaceAndTheLabelOfAnother", "", "", label_of(2), no, true, false, {somebodys()}},
        Row{"NotReadableNow", code, "", std::nullopt, no}, Row{"NotReadableNowAndItsLabel", code, "", label_of(1)},
        Row{"ADateIsNoProof", "", "", iso("20250101"), no, false, false, {}, iso("20250101")}, Row{"ADateAndItsBarCode", code, code, iso("20250101"), Errc::success, false, false, {}, iso("20250101")},
        Row{"WrittenInPartBefore", "", "", label_of(4), Errc::success, false, false, {}, Omid{"OPENRSM", "new", "", label_of(4).key()}},
        Row{"Available", code, code, label_of(1), Errc::invalid_state, true, false, {}, label_of(1), SideState::available},
        Row{"Allocated", code, code, label_of(1), Errc::invalid_state, true, false, {}, label_of(1), SideState::allocated}),
    NameOfRow{});

TEST(OverwritingSides, WhileAnotherSideIsSomebodysOnlyAsItWasRecorded) {
  CatalogOfMedia catalog;
  MediumRecord m = medium(1, in(drive(0)), code, {label_of(1), label_of(2)}, SideState::unprepared);
  m.sides[1].state = SideState::complete;
  catalog.add(m).seen[m.id] = code;
  EXPECT_TRUE(may_be_overwritten(m, m.sides[0], label_of(1), catalog.catalog()));
  EXPECT_EQ(may_be_overwritten(m, m.sides[0], label_of(5), catalog.catalog()).error().code, Errc::invalid_state) << "another label than was recorded";
  EXPECT_EQ(may_be_overwritten(m, m.sides[0], std::nullopt, catalog.catalog()).error().code, Errc::invalid_state) << "the label that was recorded is gone";
  m.sides[0].omid = iso("20250101");
  EXPECT_EQ(may_be_overwritten(m, m.sides[0], iso("20250101"), catalog.catalog()).error().code, Errc::invalid_state) << "a date is no proof";
  m.sides[0].omid.reset();
  EXPECT_TRUE(may_be_overwritten(m, m.sides[0], std::nullopt, catalog.catalog())) << "blank, as it was";
}

}  // namespace
}  // namespace rsm::identity
