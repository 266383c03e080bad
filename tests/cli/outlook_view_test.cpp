// What people read of what is to be expected: forecasts under an explanation, plans, what steps take, advice; and what they may suppose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/rsm/arguments/what_if.hpp"
#include "cli/rsm/view/outlook.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;

class OutlookView : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  Canvas const pipe{.now = 1'772'368'496'000};  // 2026-03-01 12:34:56
  static Guid guid(std::uint8_t n) {
    Guid id;
    id.bytes[0] = n;
    return id;
  }
  static wire::PlanStepInfo step(std::uint8_t n, std::string medium, std::int64_t mounted_s, std::int64_t p90_s) {
    wire::PlanStepInfo step;
    step.request = RequestId{guid(n)}, step.medium_name = std::move(medium), step.application = "backup", step.user = "root";
    step.mounted_ms = mounted_s * 1000, step.mounted_p90_ms = p90_s * 1000;
    return step;
  }
};

TEST_F(OutlookView, AForecastReadsLikeAnAnswer) {
  wire::ForecastInfo f;
  f.basis = true;
  f.start_ms = 700'000, f.mounted_ms = 840'000, f.mounted_p90_ms = 1'980'000;
  f.drive_name = "drive 1 of Jukebox";
  f.reasons = {"before it drive 1 takes A00007"};
  f.shorter = {"9 min sooner with one more drive"};
  EXPECT_EQ(forecast_text(f, pipe),
            "It is expected to be mounted in 14 min (12:48) in drive 1 of Jukebox; nine of ten such forecasts come true before 13:07 (33 min).\n"
            "Work for it begins in 12 min (12:46).\n"
            "  - Before it drive 1 takes A00007.\n"
            "It would be mounted\n"
            "  - 9 min sooner with one more drive\n");
}

TEST_F(OutlookView, WithoutABasisItSaysSo) {
  EXPECT_THAT(forecast_text({}, pipe), HasSubstr("cannot be said: there is no basis yet."));
  wire::ForecastInfo never;
  never.basis = true;
  EXPECT_EQ(forecast_text(never, pipe), "When it will be mounted cannot be said: what it waits for does not come by time alone.\n");
}

TEST_F(OutlookView, APlanIsDriveByDrive) {
  wire::PlanLibraryInfo l;
  l.name = "Jukebox", l.basis = true, l.waiting = l.planned = 3, l.wait_ms = 300'000, l.last_ms = 900'000;
  l.drives = {{DriveId{guid(1)}, 0, "Jukebox drive 0", "holds A00001, mounted for backup (root), for 3 min now", {step(0x1a, "A00002", 45, 130), step(0x2b, "A00013", 900, 1800)}},
              {DriveId{guid(2)}, 1, "Jukebox drive 1", "is disabled", {}}};
  EXPECT_EQ(plan_text({pipe.now, {l}}, pipe),
            "Jukebox: 3 mounts wait, served after 5 min on average, the last one in 15 min (12:49)\n"
            "  Jukebox drive 0 holds A00001, mounted for backup (root), for 3 min now\n"
            "    in 45 s (12:35)         nine of ten before 12:36  A00002  request 1a000000 of backup (root)\n"
            "    in 15 min (12:49)       nine of ten before 13:04  A00013  request 2b000000 of backup (root)\n"
            "  Jukebox drive 1 is disabled; nothing is planned for it\n");
  l.basis = false;
  auto const without = plan_text({pipe.now, {l}}, pipe);
  EXPECT_THAT(without, HasSubstr("No basis for times yet"));
  EXPECT_THAT(without, HasSubstr("    A00002  request 1a000000"));
}

TEST_F(OutlookView, DrivesThatDoNothingAreOneLine) {
  wire::PlanLibraryInfo l;
  l.name = "Jukebox", l.basis = true;
  auto const add = [&](std::int64_t number, std::string doing) { l.drives.push_back({DriveId{guid(static_cast<std::uint8_t>(number))}, number, "drive " + std::to_string(number), std::move(doing), {}}); };
  add(0, "keeps A00001, which nobody uses");
  add(1, "is disabled");
  add(2, "is disabled");
  for (std::int64_t number = 3; number < 100; ++number) add(number, "is empty");
  EXPECT_EQ(plan_text({pipe.now, {l}}, pipe),
            "Jukebox: no mount waits for a drive\n"
            "  drive 0 keeps A00001, which nobody uses; nothing is planned for it\n"
            "  drive 1 and drive 2 are disabled; nothing is planned for them\n"
            "  97 drives are empty; nothing is planned for them\n");
}

TEST_F(OutlookView, AWhatIfSaysWhatWouldChange) {
  wire::PlanLibraryInfo l;
  l.name = "Jukebox", l.basis = true, l.waiting = 200, l.planned = 128, l.wait_ms = 300'000, l.last_ms = 900'000, l.wait_if_ms = 100'000, l.last_if_ms = 200'000;
  l.said = {"those who wait now would be served 3 min sooner on average"};
  l.changed = {{RequestId{guid(0x1a)}, "A00002", 600'000, 60'000}};
  EXPECT_EQ(plan_text({pipe.now, {l}}, pipe),
            "Jukebox: 200 mounts wait\n"
            "  The first 128 were looked at.\n"
            "  Those who wait now would be served 3 min sooner on average.\n"
            "  - A00002 (request 1a000000) in 1 min (12:35) instead of in 10 min (12:44)\n");
}

TEST_F(OutlookView, WhatStepsTakeIsATable) {
  wire::TimingInfo t;
  t.library_name = "Jukebox", t.kind = TimingKind::move, t.seen = 41, t.median_ms = 9'040, t.p90_ms = 12'600;
  auto drive = t;
  drive.drive = DriveId{guid(1)}, drive.drive_name = "Jukebox drive 0", drive.kind = TimingKind::read_label;
  EXPECT_EQ(table_of({t, drive}, pipe).text(pipe),
            "LIBRARY  DRIVE            STEP        MEDIAN  90 %  SEEN\n"
            "Jukebox  all              move         9.0 s  13 s    41\n"
            "Jukebox  Jukebox drive 0  read label   9.0 s  13 s    41\n");
  EXPECT_THAT(table_of(std::vector<wire::TimingInfo>{}, pipe).text(pipe), HasSubstr("Nothing was learned yet"));
}

TEST_F(OutlookView, AdviceSaysFromWhatItComes) {
  wire::AdviseReply a;
  EXPECT_THAT(advice_text(a, pipe), HasSubstr("nothing to say yet"));
  a.mounts = 2, a.since = pipe.now - 86'400'000;
  a.items = {{LibraryId{guid(1)}, "drives", "Jukebox has 2 drives", {}, {{1, 200'000, 400'000, 500'000}}}};
  EXPECT_EQ(advice_text(a, pipe),
            "From 2 mounts since 2026-02-28:\n"
            "  - Jukebox has 2 drives.\n"
            "      1 drive:    mean wait 3 min      nine of ten 7 min      longest 8 min\n");
}

TEST(WhatIf, IsUnderstoodAsPeopleWriteIt) {
  auto const good = [](std::vector<std::string> texts) {
    auto const supposed = parse_what_if(texts);
    EXPECT_TRUE(supposed) << texts.front();
    return supposed.value_or(Supposed{});
  };
  for (auto const* text : {"one drive more", "a drive more", "1 drive more", "+1 drive", "one more drive", "another drive"}) EXPECT_EQ(good({text}).drives_more, 1) << text;
  EXPECT_EQ(good({"2 drives more"}).drives_more, 2);
  for (auto const* text : {"drive 2 off", "without drive 2", "drive 2 disabled", "drive '2' off"}) EXPECT_EQ(good({text}).drives_off, std::vector<std::string>{"2"}) << text;
  EXPECT_EQ(good({"drive Jukebox drive 1 on"}).drives_on, std::vector<std::string>{"Jukebox drive 1"});
  auto const all = good({"drive 0 off, drive 1 on and request 1a2b priority high", "a drive more"});
  EXPECT_EQ(all, (Supposed{1, {"0"}, {"1"}, "1a2b", 7}));
  EXPECT_EQ(good({"1a2b priority -3"}).priority, -3);
}

TEST(WhatIf, WhatIsNotUnderstoodIsRefusedWithWhatCanBeWritten) {
  for (auto const* text : {"", "and", "drive", "drive 2", "more", "request 1a2b", "request 1a2b priority 99", "many drives more", "drive off", "priority 3"}) {
    auto const supposed = parse_what_if({text});
    ASSERT_FALSE(supposed) << text;
    EXPECT_EQ(supposed.error().code, Errc::invalid_parameter);
    EXPECT_THAT(supposed.error().detail, HasSubstr("'one more drive'"));
  }
}

}  // namespace
}  // namespace rsm::cli
