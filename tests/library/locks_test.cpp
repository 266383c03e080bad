// What keeps the ports of a library locked may be forgotten without a word: with the process that set it, with the way to the library, by a reset.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::Le;

class Locks : public CoreRig {
 protected:
  static constexpr Element port_0{ElementKind::port, 0};
  std::size_t locked() { return devices("A").count("retract", port_0); }
};

TEST_F(Locks, EachLifeOfTheDaemonSetsThemOnce) {
  furnish("A", one_drive(6, 4));
  for (int life = 0; life < 3; ++life) {
    start_and_settle();
    EXPECT_EQ(locked(), 1U);
    run_for(1h);
    EXPECT_EQ(locked(), 1U);
    kill();
  }
  start();
}

TEST_F(Locks, SoDoesALookAtTheLibrary) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  end_of(db::must(inventory("A")));
  settle();
  EXPECT_EQ(locked(), 2U);
}

TEST_F(Locks, TheyAreSetAgainWhenTheChangersProcessHasDied) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  devices("A").inner().handler(emulated::arm)->die("signal 9");
  run_for(1min);
  EXPECT_EQ(locked(), 2U);
}

TEST_F(Locks, OrHadNoAnswerInTheMiddleOfAMove) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  bool late = true;
  devices("A").refuse = [&](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what == "move" && std::exchange(late, false)) return Error{Errc::timeout, "arm 0", "no answer"};
    return {};
  };
  mounted("A00001");
  settle();
  EXPECT_EQ(locked(), 2U);
}

TEST_F(Locks, ALibraryThatRefusesIsAskedAgainAtTheNextLookOnly) {
  furnish("A", one_drive(6, 4));
  start();
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what == "retract") return Error{Errc::medium_not_accessible, "port 0", "it does not close"};
    return {};
  };
  settle();
  run_for(1h);
  EXPECT_THAT(locked(), Le(3U));
  EXPECT_TRUE(ready("A"));
  mounted("A00001");
}

TEST_F(Locks, APortThatIsOpenForSomebodyStaysOpen) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const id = db::must(inject("A"));
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().ports.front().extended; }, 3min));
  auto const before = locked();
  devices("A").inner().handler(emulated::arm)->die("signal 9");
  run_for(5s);
  EXPECT_EQ(locked(), before);
  EXPECT_TRUE(open(id));
}

TEST_F(Locks, AMountedCartridgeIsKeptInByEachProcessThatServesItsDrive) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  mounted("A00001");
  Element const drive_0{ElementKind::drive, 0};
  restart();
  run_for(1min);
  EXPECT_EQ(devices("A").count("load", drive_0), 1U);
  end_of(db::must(inventory("A")));
  settle();
  EXPECT_EQ(devices("A").count("load", drive_0), 1U);
  devices("A").inner().handler(drive_0)->die("signal 9");
  run_for(1min);
  EXPECT_EQ(devices("A").count("load", drive_0), 2U);
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded);
  EXPECT_EQ(end_of(dismount("A00001")).state, RequestState::passed);
}

TEST_F(Locks, ADriveThatRefusesToKeepItInIsUsedOn) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  mounted("A00001");
  restart();
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what == "load") return Error{Errc::unable_to_load_medium, "drive 0", "no"};
    return {};
  };
  run_for(1min);
  EXPECT_GE(devices("A").count("load"), 1U);
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded);
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::ready);
  EXPECT_EQ(drive("A", 0).hot.errors_in_a_row, 0U);
}

}  // namespace
}  // namespace rsm
