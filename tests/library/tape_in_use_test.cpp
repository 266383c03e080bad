// A tape that somebody has open: its label cannot be read, and that is nobody's fault.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class TapeInUse : public CoreRig {
 protected:
  void furnished(std::uint32_t number_of_drives = 1) {
    furnish("A", drives(number_of_drives, 6, 4)).tapes = true;
    start_and_settle();
  }
  std::set<std::string>& holders() { return iron("A").volumes[0].holders; }
  // Somebody opens the drive before its label is read.
  void opened_before_the_label() {
    devices("A").refuse = [this](WatchedDevices::Seen const& seen) -> std::optional<Error> {
      if (seen.what == "read label") holders().insert("tar");
      return {};
    };
  }
  void nobody_is_to_blame() {
    EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::ready);
    EXPECT_EQ(drive("A", 0).hot.errors_in_a_row, 0U);
    EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty());
    EXPECT_THAT(manager().observe().figures->device_errors(), IsEmpty());
  }
};

TEST_F(TapeInUse, AMountWaitsAndIsServedWhenItIsClosed) {
  furnished();
  opened_before_the_label();
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([&] { return request(id).state == RequestState::waiting && !holders().empty(); }, 10min)) << everything();
  EXPECT_THAT(why(id), HasSubstr("in use by tar"));
  devices("A").refuse = nullptr;
  holders().clear();
  EXPECT_EQ(end_of(id).state, RequestState::passed);
  nobody_is_to_blame();
}

TEST_F(TapeInUse, AMountFailsWithBusyAndNamesWhoHasIt) {
  furnished();
  opened_before_the_label();
  auto const ended = end_of(mount("A00002"));
  EXPECT_EQ(ended.state, RequestState::failed);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::busy));
  EXPECT_THAT(ended.reason, HasSubstr("in use by tar"));
  run_for(1s);
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded);
  EXPECT_THAT(drive("A", 0).hot.reason, AllOf(HasSubstr("found in use"), HasSubstr("tar")));
  EXPECT_TRUE(drive("A", 0).hot.session.is_zero());
  nobody_is_to_blame();
  std::string reason;
  EXPECT_NE(manager().media_state(medium("A00002"), &reason), MediaState::operror) << reason;
  devices("A").refuse = nullptr;
  holders().clear();
  EXPECT_EQ(end_of(dismount("A00002")).state, RequestState::passed);
  mounted("A00001");
}

TEST_F(TapeInUse, AMountThatWaitsCanBeCancelled) {
  furnished();
  opened_before_the_label();
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([&] { return request(id).state == RequestState::waiting && !holders().empty(); }, 10min)) << everything();
  ASSERT_TRUE(cancel(id));
  EXPECT_EQ(end_of(id).state, RequestState::cancelled);
  run_for(5s);
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded) << "who has it open keeps it";
  EXPECT_FALSE(holders().empty());
  nobody_is_to_blame();
}

TEST_F(TapeInUse, AfterARestartItIsFoundInUse) {
  furnished();
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([&] { return drive("A", 0).hot.state == DriveState::mounted; }, 10min));
  ASSERT_TRUE(run_until([&] { return devices("A").count("load") > 0 && iron("A").loaded_in(0) == "A00002"; }, 10min));
  kill();
  holders().insert("tar");
  start();
  ASSERT_TRUE(run_until([&] { return ready("A") && drive("A", 0).hot.state == DriveState::loaded; }, 1h)) << everything();
  EXPECT_THAT(drive("A", 0).hot.reason, AllOf(HasSubstr("found in use"), HasSubstr("tar")));
  nobody_is_to_blame();
  EXPECT_TRUE(open(id)) << "the mount waits";
}

// Not its volume is in use: the drive lets nobody in.
TEST_F(TapeInUse, ADriveThatIsReservedElsewhereIsNotFoundInUse) {
  furnished();
  std::string const held = "TEST UNIT READY: reservation conflict: it is reserved by iqn.2001-04.com.example:host2 (reservation key 0x1234); end its use there, or take the reservation away";
  devices("A").refuse = [&](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.device == Element{ElementKind::drive, 0}) return Error{Errc::device_not_available, "drive 0 of A", held};
    return {};
  };
  auto const id = mount("A00003");
  ASSERT_TRUE(run_until([&] { return drive("A", 0).record.condition.state == OperationalState::needs_service; }, 10min)) << everything();
  EXPECT_THAT(drive("A", 0).record.condition.reason, AllOf(HasSubstr("reservation conflict"), HasSubstr("iqn.2001-04.com.example:host2"), Not(HasSubstr("does not answer"))));
  EXPECT_THAT(why(id), HasSubstr("reservation conflict"));
  EXPECT_THAT(drive("A", 0).hot.reason, Not(HasSubstr("found in use")));
  EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty());
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
}

TEST_F(TapeInUse, AnIdentificationFailsWithBusyAndTheCartridgeIsNotMarked) {
  furnish("A", one_drive(6, 4)).tapes = true;
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  opened_before_the_label();
  ASSERT_TRUE(run_until([&] { return drive("A", 0).hot.reason.find("found in use") != std::string::npos; }, 1h)) << everything();
  nobody_is_to_blame();
  std::string const inside = iron("A").loaded_in(0);
  std::string reason;
  EXPECT_NE(manager().media_state(medium(inside), &reason), MediaState::operror) << reason;
}

}  // namespace
}  // namespace rsm
