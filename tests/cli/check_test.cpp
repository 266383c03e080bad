// rsm check without a service: ranges, plugin output, and what is right and wrong with a status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <sstream>

#include "cli/rsm/check/checks.hpp"
#include "cli/rsm/check/limits.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// ---- ranges: the table of the guidelines, and both sides of every end

bool alerts(std::string_view range, double value) {
  auto const parsed = parse_range(range);
  EXPECT_TRUE(parsed) << range;
  return parsed && parsed->alerts(value);
}

TEST(Ranges, AnEndAloneBeginsAtZero) {
  EXPECT_TRUE(alerts("10", -0.001));
  EXPECT_FALSE(alerts("10", 0));
  EXPECT_FALSE(alerts("10", 10));
  EXPECT_TRUE(alerts("10", 10.001));
  EXPECT_FALSE(alerts("0", 0));
  EXPECT_TRUE(alerts("0", 1));
}

TEST(Ranges, AStartAloneGoesOnForEver) {
  EXPECT_TRUE(alerts("10:", 9.999));
  EXPECT_FALSE(alerts("10:", 10));
  EXPECT_FALSE(alerts("10:", 1e15));
}

TEST(Ranges, ATildeIsMinusInfinity) {
  EXPECT_FALSE(alerts("~:10", -1e15));
  EXPECT_FALSE(alerts("~:10", 10));
  EXPECT_TRUE(alerts("~:10", 10.001));
  EXPECT_FALSE(alerts("~:", 0));
}

TEST(Ranges, BothEndsBelongToTheRange) {
  EXPECT_TRUE(alerts("10:20", 9));
  EXPECT_FALSE(alerts("10:20", 10));
  EXPECT_FALSE(alerts("10:20", 20));
  EXPECT_TRUE(alerts("10:20", 21));
  EXPECT_FALSE(alerts("5:5", 5));
  EXPECT_TRUE(alerts("5:5", 4));
  EXPECT_FALSE(alerts("-5:-1.5", -1.5));
  EXPECT_TRUE(alerts("-5:-1.5", -1.4));
  EXPECT_FALSE(alerts(":10", 0));
  EXPECT_TRUE(alerts(":10", -1));
}

TEST(Ranges, AnAtSignTurnsItInsideOut) {
  EXPECT_FALSE(alerts("@10:20", 9));
  EXPECT_TRUE(alerts("@10:20", 10));
  EXPECT_TRUE(alerts("@10:20", 20));
  EXPECT_FALSE(alerts("@10:20", 21));
  EXPECT_TRUE(alerts("@0", 0));
  EXPECT_FALSE(alerts("@0", 1));
  EXPECT_TRUE(alerts("@~:10", -3));
}

TEST(Ranges, AnythingElseIsNone) {
  for (auto bad : {"",    "@",   ":",  "@:",    "~",     "@~",   "x",   "10:x", "20:10", "1e3", "0x10", "inf", "nan",
                   "10 ", " 10", "+5", "1:2:3", "~5:10", "10:~", "--1", "1-2",  "-",     ".",   "10s",  "5,5"})
    EXPECT_FALSE(parse_range(bad)) << bad;
  EXPECT_EQ(parse_range("@10:20")->text, "@10:20");
}

// ---- plugin output

TEST(PluginOutput, PerformanceDataIsThatOfTheGuidelines) {
  EXPECT_EQ(performance_data({.name = "waiting",
                              .value = 3,
                              .unit = "",
                              .warning = parse_range("50"),
                              .critical = parse_range("@1:2"),
                              .least = 0,
                              .most = {}}),
            "waiting=3;50;@1:2;0");
  EXPECT_EQ(
      performance_data({.name = "age", .value = 0.25, .unit = "s", .warning = {}, .critical = parse_range("30"), .least = 0, .most = 4}),
      "age=0.250s;;30;0;4");
  EXPECT_EQ(performance_data({.name = "size", .value = 1048576, .unit = "B", .warning = {}, .critical = {}, .least = {}, .most = {}}),
            "size=1048576B");
  EXPECT_EQ(performance_data({.name = "it's = odd", .value = -1, .unit = "", .warning = {}, .critical = {}, .least = {}, .most = {}}),
            "'it''s = odd'=-1");
}

TEST(PluginOutput, CriticalIsTheWorst) {
  EXPECT_EQ(worse(CheckState::warning, CheckState::ok), CheckState::warning);
  EXPECT_EQ(worse(CheckState::unknown, CheckState::warning), CheckState::unknown);
  EXPECT_EQ(worse(CheckState::unknown, CheckState::critical), CheckState::critical);
}

TEST(PluginOutput, NothingOfALabelBreaksTheFormat) {
  CheckReport report{.what = "drives",
                     .summary = {},
                     .metrics = {{.name = "n", .value = 1, .unit = {}, .warning = {}, .critical = {}, .least = {}, .most = {}}},
                     .problems = {{CheckState::warning, "a|b\nc\x1b[2J", {}}, {CheckState::critical, "worse", {}}}};
  EXPECT_EQ(report.text(), "OPENRSM DRIVES CRITICAL - worse (and 1 more) | n=1\nCRITICAL: worse\nWARNING: a/b\\u000ac\\u001b[2J\n");
}

// ---- thresholds of the command line

LimitsAsked limits(std::string const& what, std::vector<std::string> const& warning = {}, std::vector<std::string> const& critical = {}) {
  auto asked = limits_asked(what, warning, critical);
  EXPECT_TRUE(asked) << asked.error();
  return asked.value_or(LimitsAsked{});
}

TEST(LimitsAskedTest, EveryBuiltInRangeIsOne) {
  for (auto const& spec : metric_specs())
    for (auto range : {spec.warning, spec.critical}) EXPECT_TRUE(range.empty() || parse_range(range)) << spec.name;
}

TEST(LimitsAskedTest, NamedBareSeveralAndNone) {
  auto const queue = limits("queue", {"5", "oldest_wait=10:20,deferred=7"}, {"waiting="});
  EXPECT_EQ(queue.at("waiting").warning->text, "5");
  EXPECT_FALSE(queue.at("waiting").critical);
  EXPECT_EQ(queue.at("oldest_wait").warning->text, "10:20");
  EXPECT_EQ(queue.at("oldest_wait").critical->text, "3600");
  EXPECT_EQ(queue.at("deferred").warning->text, "7");
  EXPECT_EQ(limits("all").size(), metric_specs().size());
}

TEST(LimitsAskedTest, WhatIsWrongIsSaid) {
  auto const wrong = [](std::string const& what, std::string const& warning) {
    auto const asked = limits_asked(what, {warning}, {});
    return asked ? std::string{"(accepted)"} : asked.error();
  };
  EXPECT_THAT(wrong("all", "5"), HasSubstr("say for which metric"));
  EXPECT_THAT(wrong("queue", "wating=5"), HasSubstr("did you mean 'waiting'?"));
  EXPECT_THAT(wrong("queue", "drives_service=5"), HasSubstr("rsm check queue has no metric 'drives_service'"));
  EXPECT_THAT(wrong("queue", "waiting=5:1"), HasSubstr("'5:1' is no range"));
  EXPECT_THAT(wrong("queue", ""), HasSubstr("is no range"));
}

// ---- checks

wire::StatusReply well() {
  auto s = samples::status();
  s.attention.clear();
  s.operator_requests.clear();
  return s;
}
CheckReport report(std::string const& what, wire::StatusReply const& status) {
  return report_of(what, status, limits(what));
}
std::vector<std::string> lines_of(CheckReport const& r) {
  std::vector<std::string> lines;
  std::istringstream in(r.text());
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Checks, AllIsWellInOneLine) {
  auto const r = report("all", well());
  EXPECT_EQ(r.state(), CheckState::ok);
  ASSERT_EQ(lines_of(r).size(), 1u);
  EXPECT_THAT(
      lines_of(r)[0],
      StartsWith("OPENRSM OK - 1 library, 2 drives, 2 requests waiting, oldest 5 min | libraries=1;;;0 libraries_service=0;;0;0;1 "));
  for (auto const& spec : metric_specs()) EXPECT_THAT(lines_of(r)[0], HasSubstr(" " + std::string{spec.name} + "="));
}

TEST(Checks, EachCheckMeasuresItsMetricsOnly) {
  for (auto what : check_names()) {
    if (what == "all") continue;
    std::vector<std::string> expected, measured;
    for (auto const& spec : metric_specs())
      if (spec.check == what) expected.emplace_back(spec.name);
    for (auto const& m : report(std::string{what}, well()).metrics) measured.push_back(m.name);
    EXPECT_EQ(measured, expected);
  }
}

TEST(Checks, ADriveThatNeedsService) {
  auto s = well();
  s.drives[1].operational_state = OperationalState::needs_service;
  s.drives[1].condition_reason = "does not answer";
  s.attention = {"drive 1 of Jukebox needs service: does not answer", "the door of Jukebox is open"};
  auto const r = report("drives", s);
  EXPECT_THAT(r.text(), StartsWith("OPENRSM DRIVES WARNING - drive 1 of Jukebox needs service: does not answer | drives=2;;;0 "
                                   "drives_usable=1;;1:;0;2 drives_service=1;0;1;0;2"));
  EXPECT_THAT(lines_of(report("all", s)),
              ElementsAre(StartsWith("OPENRSM WARNING - drive 1 of Jukebox needs service: does not answer (and 1 more) | "),
                          "WARNING: drive 1 of Jukebox needs service: does not answer", "WARNING: the door of Jukebox is open"));
  EXPECT_EQ(report_of("drives", s, limits("drives", {"1"})).state(), CheckState::ok);  // one of them may
  s.drives[0].enabled = false;
  EXPECT_THAT(report("drives", s).text(), StartsWith("OPENRSM DRIVES CRITICAL - 0 of 2 drives can be used"));
}

TEST(Checks, Libraries) {
  auto s = well();
  auto const state = [&] { return report("libraries", s).state(); };
  s.libraries[0].operational_state = OperationalState::initializing;
  s.libraries[0].reason = "inventory";
  s.libraries[0].since = samples::now - 5000;
  EXPECT_THAT(report("libraries", s).text(),
              StartsWith("OPENRSM LIBRARIES WARNING - library Jukebox is initializing: inventory, since 5 s | "));
  s.libraries[0].operational_state = OperationalState::needs_service;
  EXPECT_EQ(state(), CheckState::critical);
  s.libraries[0].operational_state = OperationalState::not_present;  // no longer configured
  EXPECT_EQ(state(), CheckState::ok);
  s.libraries[0].operational_state = OperationalState::ready;
  s.libraries[0].enabled = false;
  EXPECT_THAT(report("libraries", s).text(), HasSubstr("WARNING - library Jukebox is disabled"));
  s.libraries[0].flags |= library_flag::fixed_offline;  // the shelf
  EXPECT_EQ(state(), CheckState::ok);
}

TEST(Checks, TheOldestRequestIsNamedWithItsReason) {
  auto s = well();
  auto const oldest = samples::now - 20 * samples::minute;
  s.waiting[1].request.queued = oldest;
  s.queue = {{RequestState::queued, 60, samples::now - 1000, 0, samples::now - 1000}, {RequestState::waiting, 1, oldest, 0, oldest}};
  auto const text = report("queue", s).text();
  EXPECT_THAT(text, HasSubstr("\nWARNING: 61 requests are waiting (rsm request list --open)\n"));
  EXPECT_THAT(text, HasSubstr("\nWARNING: the oldest request has been waiting for 20 min: mount Ä-大:0 for backup (root): a person has to "
                              "bring Ä-大; asked 5 min ago (rsm explain 32000000)\n"));
  EXPECT_THAT(text, HasSubstr(" waiting=61;50;200;0 oldest_wait=1200s;900;3600;0 "));
  s.queue.clear();
  EXPECT_THAT(report("queue", s).text(),
              StartsWith("OPENRSM QUEUE OK - 0 requests waiting, 0 in process | waiting=0;50;200;0 oldest_wait=0s;"));
}

// A thousand new cartridges that are being identified are the service's own business.
TEST(Checks, TheServicesOwnWorkIsNoQueueOfPeople) {
  auto s = well();
  auto const yesterday = samples::now - 24 * 60 * samples::minute, asked = samples::now - 2 * samples::minute;
  s.queue = {{RequestState::queued, 1001, yesterday, 1000, asked}, {RequestState::waiting, 1, yesterday, 1, {}}};
  s.waiting[1].request.by_service = true;
  s.waiting[1].request.queued = asked;
  s.waiting[1].request.state = RequestState::queued;
  EXPECT_THAT(report("queue", s).text(), StartsWith("OPENRSM QUEUE OK - 1 request waiting, oldest 2 min, 1001 of the service's own, 0 in process | waiting=1;50;200;0 "
                                                    "oldest_wait=120s;900;3600;0 service_waiting=1001;;;0 "));
  EXPECT_THAT(report_of("queue", s, limits("queue", {"service_waiting=1000"})).text(), HasSubstr("WARNING - 1001 requests of the service's own wait"));
  EXPECT_THAT(report_of("queue", s, limits("queue", {"oldest_wait=10"})).text(), Not(HasSubstr("mount Ä-大:0"))) << "its own work is not named as what a person waits for";
}

TEST(Checks, ALibraryWithoutAUsableDriveIsAWarning) {
  auto s = well();
  s.drives[0].enabled = s.drives[1].enabled = false;
  EXPECT_THAT(report("libraries", s).text(), StartsWith("OPENRSM LIBRARIES WARNING - library Jukebox has no drive that can be used: nothing in it can be mounted or identified"));
  s.drives.clear();
  s.libraries[0].drives = 0;
  EXPECT_THAT(report("libraries", s).text(), StartsWith("OPENRSM LIBRARIES WARNING - library Jukebox has no drive: "));
  EXPECT_EQ(report("all", s).state(), CheckState::warning);
  EXPECT_EQ(report_of("libraries", s, limits("libraries", {"libraries_without_drive="})).state(), CheckState::ok);
  s.libraries[0].enabled = false;  // switched off: nobody expects anything of it
  EXPECT_THAT(report("libraries", s).text(), Not(HasSubstr("has no drive")));
}

TEST(Checks, WhatAPersonIsAskedIsSaidOnce) {
  auto const r = report("all", samples::status());
  EXPECT_THAT(lines_of(r), ElementsAre(StartsWith("OPENRSM WARNING - a person has been asked for 5 min: Bring the medium"),
                                       StartsWith("WARNING: a person has been asked for 5 min: Bring")));
  EXPECT_THAT(report("daemon", samples::status()).text(), HasSubstr("\nWARNING: Bring the medium Ä-大"));
}

TEST(Checks, ADiskThatDoesNotAnswer) {
  auto s = well();
  s.uncommitted = 7;
  s.commit_under_way_ms = 4999;
  EXPECT_EQ(report("commit", s).state(), CheckState::ok);
  s.commit_under_way_ms = 5001;
  EXPECT_THAT(report("commit", s).text(),
              StartsWith("OPENRSM COMMIT WARNING - the disk of the catalog has not answered for 5 s: 7 changes are not durable, whoever "
                         "asked for them waits | uncommitted=7;;;0 commit_age=5.001s;5;30;0"));
  s.commit_under_way_ms = 31'000;
  EXPECT_EQ(report("commit", s).state(), CheckState::critical);
}

TEST(Checks, AServiceThatIsNotReady) {
  auto s = well();
  s.ready = false;
  s.started = s.now - 2000;
  EXPECT_THAT(report("daemon", s).text(), StartsWith("OPENRSM DAEMON WARNING - rsmd is not ready: it has been starting for 2 s | "));
  s.started = s.now - limits::start_attention_after.count();
  EXPECT_EQ(report("all", s).state(), CheckState::critical);
  s.commit_error = "ERROR_DISK_FULL (112)";
  s.attention = {"the catalog could not be written and is being reopened: ERROR_DISK_FULL (112)"};
  EXPECT_THAT(lines_of(report("all", s)), ElementsAre(StartsWith("OPENRSM CRITICAL - the catalog could not be written"),
                                                      StartsWith("CRITICAL: the catalog could not")));
  EXPECT_THAT(report("daemon", s).text(), HasSubstr("CRITICAL - rsmd is not ready: the catalog could not be written"));
  EXPECT_EQ(report("drives", s).state(), CheckState::ok);  // each check its own
}

TEST(Checks, EveryAlertHasItsLine) {
  for (auto const& spec : metric_specs()) {
    auto s = samples::status();
    s.uncommitted = 1;
    s.commit_under_way_ms = 10;
    std::string const what{spec.check};
    auto const r = report_of(what, s, limits(what, {std::string{spec.name} + "=@~:"}, {}));  // whatever it is
    bool const counts_things = spec.name == "drives_service" || spec.name.starts_with("libraries_") || spec.name == "drives_disabled";
    EXPECT_NE(r.problems.empty(), !counts_things) << spec.name;  // those have a line for each thing, and there are none
    EXPECT_NE(r.state(), CheckState::ok) << spec.name;
  }
}

TEST(Checks, JsonSaysTheSame) {
  auto const json = boost::json::parse(report("media", samples::status()).json());
  EXPECT_EQ(json.at("check").as_string(), "media");
  EXPECT_EQ(json.at("state").as_string(), "WARNING");
  EXPECT_EQ(json.at("exit_code").as_int64(), 1);
  EXPECT_EQ(json.at("problems").at(0).at("state").as_string(), "WARNING");
  auto const& metric = json.at("metrics").at(2);
  EXPECT_EQ(metric.at("name").as_string(), "operator_requests");
  EXPECT_EQ(metric.at("value").as_int64(), 1);
  EXPECT_EQ(metric.at("warning").as_string(), "0");
  EXPECT_TRUE(metric.at("critical").is_null());
  EXPECT_EQ(metric.at("min").as_int64(), 0);
}

}  // namespace
}  // namespace rsm::cli
