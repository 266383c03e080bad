// What a drive reports of itself and of its cartridge: events, records, marks and questions, each once.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Alert const clean_now{20, AlertSeverity::critical, AlertAbout::cleaning, "clean now"};
Alert const clean_soon{21, AlertSeverity::warning, AlertAbout::cleaning, "clean periodic"};
Alert const bad_media{4, AlertSeverity::critical, AlertAbout::medium, "media"};
Alert const old_media{7, AlertSeverity::warning, AlertAbout::medium, "media life"};
Alert const write_protect{9, AlertSeverity::critical, AlertAbout::either, "write protect"};
Alert const fan{26, AlertSeverity::warning, AlertAbout::drive, "cooling fan"};

class Alerts : public CoreRig {
 protected:
  void furnished() {
    furnish("A", one_drive(6, 4));
    start_and_settle();
  }
  // A drive has this to say of the cartridge when it is loaded.
  void reports(std::vector<Alert> alerts) { devices("A").alerts(0) = std::move(alerts); }
  void used(std::string const& name) {
    mounted(name);
    dismount(name);
    settle();
  }
  static std::vector<std::uint32_t> numbers(std::vector<AlertRecord> const& alerts) {
    std::vector<std::uint32_t> all;
    for (auto const& alert : alerts) all.push_back(alert.number);
    return all;
  }
  std::vector<std::string> reasons(Guid object) {
    std::vector<std::string> all;
    for (auto const& event : events_of(object))
      if (event.reason.find("TapeAlert") != std::string::npos) all.push_back(event.reason);
    return all;
  }
  MediaState state_of(std::string const& name) { return manager().media_state(medium(name), nullptr); }
};

TEST_F(Alerts, EachIsAnEventOfTheDriveThatNamesItsMediumAndIsKept) {
  furnished();
  reports({fan, write_protect});
  auto const before = now();
  used("A00002");
  auto const& kept = drive("A", 0).record.alerts;
  EXPECT_THAT(numbers(kept), ElementsAre(26, 9));
  EXPECT_EQ(kept[0].beside, "A00002");
  EXPECT_EQ(kept[0].text, "cooling fan");
  EXPECT_GE(kept[0].time, before);
  EXPECT_THAT(numbers(medium("A00002").alerts), ElementsAre(9)) << "a fan is no affair of the cartridge";
  EXPECT_EQ(medium("A00002").alerts[0].beside, "drive 0 of A");
  EXPECT_THAT(reasons(drive("A", 0).record.id.guid), ElementsAre("reports cooling fan (TapeAlert 26, warning); A00002 is in it", "reports write protect (TapeAlert 9, critical); A00002 is in it"));
  EXPECT_THAT(reasons(medium("A00002").id.guid), ElementsAre("drive 0 of A reports write protect (TapeAlert 9, critical)"));
  EXPECT_EQ(state_of("A00002"), MediaState::idle) << "nothing is wrong with it";
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::ready);
  EXPECT_EQ(drive("A", 0).hot.errors_in_a_row, 0U);
}

TEST_F(Alerts, NothingIsToldTwiceByARestart) {
  furnished();
  reports({clean_now, bad_media});
  mounted("A00002");
  restart();
  settle();
  EXPECT_THAT(numbers(drive("A", 0).record.alerts), ElementsAre(20, 4));
  EXPECT_THAT(numbers(medium("A00002").alerts), ElementsAre(4));
  EXPECT_THAT(reasons(drive("A", 0).record.id.guid), SizeIs(2));
  EXPECT_THAT(reasons(medium("A00002").id.guid), SizeIs(1));
  EXPECT_THAT(asked(OperatorKind::cleaning_wanted), SizeIs(1));
}

TEST_F(Alerts, APersonIsAskedOnceToCleanADriveUntilItIsDone) {
  furnished();
  for (auto const& alert : {clean_soon, clean_now, clean_soon}) {
    reports({alert});
    used("A00001");
  }
  ASSERT_THAT(asked(OperatorKind::cleaning_wanted), SizeIs(1));
  auto const question = asked(OperatorKind::cleaning_wanted).front();
  EXPECT_EQ(question.argument1, drive("A", 0).record.id.guid);
  EXPECT_THAT(question.message, AllOf(HasSubstr("clean drive 0 of A"), HasSubstr("TapeAlert 21")));
  restart();
  settle();
  ASSERT_THAT(asked(OperatorKind::cleaning_wanted), SizeIs(1));
  ASSERT_TRUE(answer(question.id, true));
  used("A00001");
  EXPECT_THAT(asked(OperatorKind::cleaning_wanted), IsEmpty());
  reports({clean_now});
  used("A00001");
  EXPECT_THAT(asked(OperatorKind::cleaning_wanted), SizeIs(1)) << "it is dirty again";
  EXPECT_THAT(numbers(drive("A", 0).record.alerts), ElementsAre(21, 20)) << "of each number the last one";
}

TEST_F(Alerts, ABadCartridgeIsMarkedUntilItIsMountedWithoutSuchAReport) {
  furnished();
  reports({bad_media});
  used("A00002");
  std::string reason;
  EXPECT_EQ(manager().media_state(medium("A00002"), &reason), MediaState::operror) << "also where it was mounted all the same";
  EXPECT_EQ(reason, "drive 0 of A reports media (TapeAlert 4, critical)");
  restart();
  settle();
  EXPECT_EQ(state_of("A00002"), MediaState::operror);
  EXPECT_EQ(end_of(db::must(inventory("A", InventoryAction::omid))).state, RequestState::passed);
  settle();
  EXPECT_EQ(state_of("A00002"), MediaState::operror) << "that its label can be read says little";
  used("A00002");
  EXPECT_EQ(state_of("A00002"), MediaState::idle);
  EXPECT_THAT(numbers(medium("A00002").alerts), ElementsAre(4)) << "it is still known";
}

TEST_F(Alerts, AWarningMarksNothing) {
  furnished();
  reports({old_media});
  used("A00002");
  EXPECT_THAT(numbers(medium("A00002").alerts), ElementsAre(7));
  EXPECT_EQ(state_of("A00002"), MediaState::idle);
}

TEST_F(Alerts, WhatIsReportedAtTheUnloadIsOfTheCartridgeThatLeaves) {
  furnished();
  mounted("A00002");
  reports({bad_media});
  dismount("A00002");
  settle();
  mounted("A00003");
  EXPECT_THAT(numbers(medium("A00002").alerts), ElementsAre(4));
  EXPECT_THAT(medium("A00003").alerts, IsEmpty());
  EXPECT_EQ(state_of("A00002"), MediaState::operror);
}

TEST_F(Alerts, WhatIsReportedOfACartridgeThatNobodyKnowsYetStaysWithIt) {
  furnish("A", one_drive(6, 4));
  start();
  ASSERT_TRUE(run_until([this] { return known("A00001") && drive("A", 0).hot.state == DriveState::mounted; }));
  reports({bad_media});
  settle();
  std::size_t marked = 0;
  for (std::string const name : {"A00001", "A00002", "A00003", "A00004"}) marked += state_of(name) == MediaState::operror ? 1 : 0;
  EXPECT_EQ(marked, 1U);
}

TEST_F(Alerts, AnotherDriveInItsPlaceHasReportedNothing) {
  furnished();
  reports({fan});
  used("A00001");
  ASSERT_THAT(drive("A", 0).record.alerts, SizeIs(1));
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives[0].identity.serial = "ANOTHER"; });
  start();
  settle();
  used("A00001");
  EXPECT_THAT(drive("A", 0).record.alerts, IsEmpty());
}

TEST_F(Alerts, TheFiguresCountThem) {
  furnished();
  reports({fan, bad_media});
  used("A00002");
  reports({fan});
  used("A00002");
  auto const& counts = manager().observe().figures->alerts();
  Element const here{ElementKind::drive, 0};
  EXPECT_EQ(counts.at({library_id("A"), here, AlertSeverity::warning}), 2U);
  EXPECT_EQ(counts.at({library_id("A"), here, AlertSeverity::critical}), 1U);
}

TEST(KeptAlerts, AreBoundedInNumberAndLength) {
  std::vector<AlertRecord> kept;
  for (std::uint32_t number = 1; number <= limits::alerts_kept_max + 10; ++number)
    keep_alert(kept, {{number, AlertSeverity::warning, AlertAbout::drive, std::string(limits::alert_text_bytes_max + 1, 'x')}, TimePoint{}, "m"});
  ASSERT_EQ(kept.size(), limits::alerts_kept_max);
  EXPECT_EQ(kept.front().number, 11U);
  EXPECT_EQ(kept.back().number, limits::alerts_kept_max + 10);
  EXPECT_EQ(kept.back().text.size(), limits::alert_text_bytes_max);
}

}  // namespace
}  // namespace rsm
