// Reports: the forms of a table, and a scanner's list against the catalog.
#include "cli/rsm/report/report.hpp"

#include <gmock/gmock.h>

#include "cli/rsm/report/reconcile.hpp"

namespace rsm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> said(Reconciled const& done) {
  std::vector<std::string> out;
  for (auto const& each : done.differences) out.push_back(each.code + " " + each.what);
  return out;
}

std::vector<Shelved> const catalog{{"A00001L9", "one", "slot 1"}, {"A00002L9", "two", "slot 2"}, {"A00003", "three", "offline"}};

TEST(Reconcile, WhatIsThereAsItShouldBeIsEqual) {
  auto const done = reconcile(catalog, {"A00003", "A00001L9", "A00002L9"});
  EXPECT_TRUE(done.equal());
  EXPECT_EQ(done.present, 3u);
}

TEST(Reconcile, MissingSurplusAndTwiceAreSaid) {
  auto const done = reconcile(catalog, {"A00001L9", "B00001L9", "A00003", "A00001L9", "A00003", "A00003"});
  EXPECT_THAT(said(done), ElementsAre("A00001L9 twice", "A00002L9 missing", "A00003 3 times", "B00001L9 surplus"));
  EXPECT_EQ(done.missing, 1u);
  EXPECT_EQ(done.surplus, 1u);
  EXPECT_EQ(done.twice, 2u);
  EXPECT_EQ(done.differences[1].place, "slot 2");
}

TEST(Reconcile, TheMediaIdentifierMayBeWithOrWithout) {
  EXPECT_TRUE(reconcile(catalog, {"A00001", "A00002", "A00003LT"}).equal());
  EXPECT_EQ(reconcile(catalog, {"A00001L9", "A00001", "A00002", "A00003"}).twice, 1u);
  // Another identifier is another cartridge; and where two have the number, the six characters name neither.
  EXPECT_THAT(said(reconcile({{"A00001L9", "", ""}}, {"A00001L8"})), ElementsAre("A00001L8 surplus", "A00001L9 missing"));
  EXPECT_THAT(said(reconcile({{"A00001L9", "", ""}, {"A00001L8", "", ""}}, {"A00001"})),
              ElementsAre("A00001 surplus", "A00001L8 missing", "A00001L9 missing"));
}

TEST(Reconcile, WhatHasNoBarCodeCannotBeCertified) {
  auto const done = reconcile({{"", "blank", "slot 4"}}, {});
  EXPECT_FALSE(done.equal());
  EXPECT_THAT(said(done), ElementsAre("blank without a bar code"));
}

TEST(Reconcile, ScannersWriteTheirListsInManyWays) {
  EXPECT_THAT(codes_in("A00001\r\n\n  A00002 ,2026-03-01,x\n\"A00003\";1\n*A00004*\nA00005\t7"),
              ElementsAre("A00001", "A00002", "A00003", "A00004", "A00005"));
  EXPECT_THAT(codes_in(""), ElementsAre());
}

Report report() {
  return {.title = "Shelf list",
          .scope = "since 2026-03-01",
          .columns = {{"name", "NAME"}, {"mounts", "MOUNTS", true}},
          .rows = {{"one, \"two\"", "12"}, {"caf\xC3\xA9", ""}},
          .summary = "2 rows"};
}

TEST(Reports, AreTheSameInEachForm) {
  EXPECT_EQ(report_csv(report(), true), "name,mounts\r\n\"one, \"\"two\"\"\",12\r\ncaf\xC3\xA9,\r\n");
  EXPECT_EQ(report_csv(report(), false), "\"one, \"\"two\"\"\",12\r\ncaf\xC3\xA9,\r\n");
  EXPECT_THAT(report_json(report()), HasSubstr("\"mounts\": 12"));
  EXPECT_THAT(report_json(report()), HasSubstr("\"mounts\": null"));
  auto const text = report_text(report(), {});
  EXPECT_THAT(text, HasSubstr("Shelf list, since 2026-03-01\n\n"));
  EXPECT_THAT(text, HasSubstr("\n2 rows\n"));
  auto const pdf = report_pdf(report(), "OpenRSM on vault1, today");
  EXPECT_THAT(pdf, HasSubstr("(caf\xE9) Tj"));
  EXPECT_THAT(pdf, HasSubstr("(OpenRSM on vault1, today, page 1) Tj"));
}

TEST(Reports, ManyAndWideRowsTakePagesAndAreCutWithAMark) {
  auto many = report();
  many.rows.assign(100, {std::string(2000, 'w'), "1"});
  auto const pdf = report_pdf(many, "here");
  EXPECT_THAT(pdf, HasSubstr("/Count 2"));
  EXPECT_THAT(pdf, HasSubstr("...) Tj"));
  EXPECT_THAT(report_pdf({.title = "Nothing", .scope = "", .columns = {{"a", "A"}}, .rows = {}, .summary = "none"}, "here"),
              HasSubstr("/Count 1"));
}

}  // namespace
}  // namespace rsm::cli
