// What only administrators control: every call of that kind is refused to others, and changes nothing.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

class ForAdministrators : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", one_drive(4, 3));
    start_and_settle();
    mounted("A00001");
    administrator_ = caller;
    become_another();
  }
  void become_another() {
    caller = {1001, false, {}, "bob", {}};
    std::optional<Result<SessionRecord>> opened;
    manager().open_session({"test", caller.user, "here", caller.uid}, [&](Result<SessionRecord> session) { opened = std::move(session); });
    ASSERT_TRUE(run_until([&] { return opened.has_value(); }));
    caller.session = db::must(*opened).id;
    run_for(1s);
    before_ = last_event();
  }
  std::uint64_t last_event() { return manager().counters().last_event; }
  template <class Answer>
  void expect_denied(Answer const& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::access_denied) << answer.error().text();
    EXPECT_EQ(last_event(), before_) << "nothing has changed";
  }
  Result<Ids> send(RequestCall const& wanted) {
    return call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); });
  }
  DriveId drive_0() { return drive("A", 0).record.id; }

  Caller administrator_;
  std::uint64_t before_ = 0;
};

TEST_F(ForAdministrators, Inventories) {
  for (auto const action : {InventoryAction::fast, InventoryAction::omid, InventoryAction::default_method}) expect_denied(inventory("A", action));
}

TEST_F(ForAdministrators, InjectsAndEjects) {
  expect_denied(inject("A"));
  expect_denied(eject("A00002"));
  expect_denied(send(EjectCall{{}, medium("A00001").id, true}));
}

TEST_F(ForAdministrators, Switching) {
  expect_denied(send(SwitchCall{{}, ObjectType::drive, drive_0().guid, false}));
  expect_denied(send(SwitchCall{{}, ObjectType::library, library_id("A").guid, false}));
  expect_denied(send(SwitchCall{{}, ObjectType::medium, medium("A00002").id.guid, false}));
}

TEST_F(ForAdministrators, DismountsOfADriveAndForceOnWhatIsAnothers) {
  expect_denied(send(DriveDismountCall{{}, drive_0()}));
  expect_denied(send(DismountCall{.key = {}, .media = {medium("A00001").sides.front().id.guid}, .deferred = false, .force = true}));
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded);
}

TEST_F(ForAdministrators, StoppingWhatTheyBegan) {
  caller = administrator_;
  auto const injected = inject("A");
  ASSERT_TRUE(injected);
  run_for(5s);
  become_another();
  expect_denied(stop_inject(*injected));
  std::optional<Result<>> stopped;
  manager().stop_inventory(caller, library_id("A"), [&](Result<> result) { stopped = std::move(result); });
  ASSERT_TRUE(run_until([&] { return stopped.has_value(); }, 10s));
  expect_denied(*stopped);
  EXPECT_TRUE(open(*injected));
}

TEST_F(ForAdministrators, QuestionsToTheOperator) {
  caller = administrator_;
  kill();
  unconfigure("A");
  furnish("B", one_drive(4, 2, "B"));
  start_and_settle();
  auto const waits = mount("A00002");
  ASSERT_TRUE(run_until([this] { return !asked(OperatorKind::bring_medium).empty(); }));
  become_another();
  for (bool const done : {true, false}) expect_denied(answer(asked(OperatorKind::bring_medium).front().id, done));
  EXPECT_THAT(asked(OperatorKind::bring_medium), SizeIs(1));
  EXPECT_TRUE(open(waits));
}

TEST_F(ForAdministrators, RequestsOfOthers) {
  caller = administrator_;
  auto const others = mount("A00002");
  become_another();
  expect_denied(cancel(others));
  EXPECT_TRUE(open(others));
}

}  // namespace
}  // namespace rsm
