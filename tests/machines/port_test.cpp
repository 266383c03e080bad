#include "libmgr/machines/port.hpp"

#include <gtest/gtest.h>

#include "tests/machines/support.hpp"

namespace rsm::machine {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class PortMachine : public ::testing::Test {
 protected:
  PortView view(Millis at = 0ms) {
    PortView v;
    v.now = TimePoint{at};
    v.library_name = "Jukebox";
    v.medium_name = "A00001";
    v.max_extend = 60s;
    v.free_slot = slot;
    return v;
  }
  Port port_that_waits(PortTask task) {
    Port port(WorkId{1}, task, request_id(1), task == PortTask::eject ? medium_id(1) : MediumId{});
    port.begin(view());
    port.durable(view());
    if (task == PortTask::eject) port.moved(view(), {});
    port.opened(view(), {});
    return port;
  }
  static Outcome outcome(PortActions const& actions) {
    auto const* end = find<Finish>(actions);
    return end == nullptr ? Outcome{RequestState::inprocess, Errc::success, {}} : end->outcome;
  }
  std::optional<Element> slot = Element{ElementKind::slot, 2};
};

TEST_F(PortMachine, AnEjectBringsOpensAndWaitsForThePerson) {
  Port port(WorkId{1}, PortTask::eject, request_id(1), medium_id(1));
  EXPECT_TRUE(has<AwaitDurable>(port.begin(view())));
  EXPECT_EQ(find<PortMove>(port.durable(view()))->to, (Element{ElementKind::port, 0}));
  EXPECT_TRUE(has<OpenPort>(port.moved(view(), {})));
  EXPECT_TRUE(has<LookAtPort>(port.opened(view(), {})));
  EXPECT_TRUE(has<Pause>(port.seen(view(1s), true)));
  EXPECT_TRUE(has<LookAtPort>(port.pause_over(view(2s))));
  auto const taken = port.seen(view(2s), false);
  EXPECT_TRUE(has<Taken>(taken));
  EXPECT_TRUE(has<ClosePort>(taken));
  EXPECT_EQ(outcome(port.closed(view(3s), {})).state, RequestState::passed);
}

TEST_F(PortMachine, WhatCouldNotBeOpenedForSureIsTakenForOpen) {
  Port port(WorkId{1}, PortTask::inject, request_id(1), {});
  port.begin(view());
  port.durable(view());
  auto const failed = port.opened(view(), fail(Errc::timeout, "port 0", "no answer"));
  ASSERT_TRUE(has<PortIs>(failed));
  EXPECT_TRUE(find<PortIs>(failed)->extended);
  EXPECT_EQ(outcome(failed).state, RequestState::failed);
}

TEST_F(PortMachine, WhatNobodyTakesGoesBackAndAPersonIsTold) {
  auto port = port_that_waits(PortTask::eject);
  auto const late = port.seen(view(60s), true);
  EXPECT_TRUE(has<NotTaken>(late));
  EXPECT_TRUE(has<ClosePort>(late));
  EXPECT_EQ(find<PortMove>(port.closed(view(61s), {}))->to, *slot);
  auto const end = outcome(port.moved(view(62s), {}));
  EXPECT_EQ(end.state, RequestState::failed);
  EXPECT_EQ(end.error, Errc::timeout);
}

TEST_F(PortMachine, WithoutAFreeSlotItStaysInThePortAndAPersonIsTold) {
  auto port = port_that_waits(PortTask::eject);
  port.seen(view(60s), true);
  slot.reset();
  auto const end = port.closed(view(61s), {});
  EXPECT_FALSE(has<NoPlace>(end)) << "one question for one cartridge";
  ASSERT_TRUE(has<NotTaken>(end));
  EXPECT_EQ(find<NotTaken>(end)->message, "take A00001 out of port 0 of Jukebox (rsm media eject opens it), or have it stored (rsm library inject): nobody took it out of the port, and no slot is free");
  EXPECT_TRUE(has<Over>(end));
}

TEST_F(PortMachine, WhatCannotBePutBackIsNotSaidToBePutBack) {
  auto port = port_that_waits(PortTask::eject);
  port.seen(view(60s), true);
  port.closed(view(61s), {});
  auto const end = port.moved(view(62s), fail(Errc::not_empty, "slot 2", "A00007 is in it"));
  ASSERT_TRUE(has<NotTaken>(end));
  EXPECT_THAT(find<NotTaken>(end)->message, ::testing::AllOf(::testing::StartsWith("take A00001 out of port 0 of Jukebox (rsm media eject opens it), or have it stored (rsm library inject): "), ::testing::HasSubstr("A00007 is in it"), ::testing::Not(::testing::HasSubstr("put back"))));
  EXPECT_EQ(outcome(end).error, Errc::timeout);
}

// Who waits for the port reads whose it is; and while the arm brings it nobody has to do anything.
TEST_F(PortMachine, WhatIsOnItsWayIsNamedAndNoPersonIsWaitedFor) {
  Port port(WorkId{1}, PortTask::eject, request_id(1), medium_id(1));
  port.begin(view());
  EXPECT_EQ(port.step(), "A00001 is on its way to port 0 of Jukebox");
  EXPECT_FALSE(port.waits_for_person());
}

TEST_F(PortMachine, AnInjectStoresWhatIsPutIn) {
  auto port = port_that_waits(PortTask::inject);
  EXPECT_TRUE(has<ClosePort>(port.seen(view(1s), true)));
  EXPECT_TRUE(has<PutIn>(port.closed(view(2s), {})));
  EXPECT_EQ(find<PortMove>(port.known(view(2s), medium_id(4)))->to, *slot);
  EXPECT_EQ(outcome(port.moved(view(3s), {})).state, RequestState::passed);
}

TEST_F(PortMachine, WhatIsRefusedStaysInThePort) {
  auto port = port_that_waits(PortTask::inject);
  port.seen(view(1s), true);
  port.closed(view(2s), {});
  slot.reset();
  auto const refused = port.known(view(2s), medium_id(4));
  EXPECT_TRUE(has<NoPlace>(refused));
  EXPECT_FALSE(has<PortMove>(refused));
  EXPECT_EQ(outcome(refused).error, Errc::library_full);
}

TEST_F(PortMachine, WhatWasNotAskedForIsLeftAndAPersonIsTold) {
  auto port = port_that_waits(PortTask::inject);
  port.seen(view(1s), true);
  port.closed(view(2s), {});
  auto v = view(2s);
  v.unwanted = "A00001 is a medium that is known";
  auto const refused = port.known(v, medium_id(4));
  EXPECT_FALSE(has<PortMove>(refused));
  ASSERT_TRUE(has<NotTaken>(refused));
  EXPECT_EQ(find<NotTaken>(refused)->message, "take A00001 out of port 0 of Jukebox (rsm media eject opens it), or have it stored (rsm library inject): A00001 is a medium that is known");
  EXPECT_EQ(outcome(refused).error, Errc::invalid_media);
}

TEST_F(PortMachine, WhatCouldNotBeStoredIsLeftAndAPersonIsTold) {
  auto port = port_that_waits(PortTask::inject);
  port.seen(view(1s), true);
  port.closed(view(2s), {});
  port.known(view(2s), medium_id(4));
  auto const left = port.moved(view(3s), fail(Errc::not_empty, "slot 2", "A00007 is in it"));
  EXPECT_TRUE(has<NotTaken>(left));
  EXPECT_EQ(outcome(left).error, Errc::not_empty);
}

TEST_F(PortMachine, ALookIsNoWorkSoAnInjectCanBeStoppedInTheMiddleOfIt) {
  auto port = port_that_waits(PortTask::inject);
  ASSERT_EQ(port.phase(), PortPhase::looking);
  PortActions actions;
  EXPECT_TRUE(port.stop(view(1s), "stopped", actions));
  EXPECT_TRUE(has<ClosePort>(actions));
  EXPECT_TRUE(port.seen(view(1s), true).empty());  // the look's answer comes too late
  EXPECT_EQ(find<Finish>(port.closed(view(2s), {})), nullptr);
}

TEST_F(PortMachine, ACartridgeThatMovesStopsForNobody) {
  auto port = port_that_waits(PortTask::inject);
  port.seen(view(1s), true);
  PortActions actions;
  EXPECT_FALSE(port.stop(view(1s), "stopped", actions));
  EXPECT_TRUE(actions.empty());
}

TEST_F(PortMachine, NobodyComes) {
  auto port = port_that_waits(PortTask::inject);
  EXPECT_TRUE(has<ClosePort>(port.not_seen(view(60s), {Errc::timeout, "arm", "no answer"})));
  EXPECT_EQ(outcome(port.closed(view(61s), {})).error, Errc::timeout);
}

// ---- what lies in the port goes to a chosen slot

TEST_F(PortMachine, AFetchLooksIntoThePortAndOpensNothing) {
  Port port(WorkId{1}, PortTask::fetch, request_id(1), {});
  EXPECT_TRUE(has<AwaitDurable>(port.begin(view())));
  auto const looks = port.durable(view());
  EXPECT_TRUE(has<LookAtPort>(looks));
  EXPECT_FALSE(has<OpenPort>(looks));
  EXPECT_TRUE(has<PutIn>(port.seen(view(1s), true)));
  EXPECT_EQ(find<PortMove>(port.known(view(1s), medium_id(1)))->to, *slot);
  EXPECT_EQ(outcome(port.moved(view(2s), {})).state, RequestState::passed);
}

TEST_F(PortMachine, AFetchOfNothingFails) {
  Port port(WorkId{1}, PortTask::fetch, request_id(1), {});
  port.begin(view());
  port.durable(view());
  auto const end = outcome(port.seen(view(1s), false));
  EXPECT_EQ(end.state, RequestState::failed);
  EXPECT_EQ(end.error, Errc::empty);
}

TEST_F(PortMachine, AFetchWaitsForASilentChangerUntilItsTimeIsOver) {
  Port port(WorkId{1}, PortTask::fetch, request_id(1), {});
  port.begin(view());
  port.durable(view());
  Error const silent{Errc::device_not_available, {}, "no answer"};
  EXPECT_TRUE(has<Pause>(port.not_seen(view(59s), silent)));
  port.pause_over(view(60s));
  auto const end = outcome(port.not_seen(view(60s), silent));
  EXPECT_EQ(end.state, RequestState::failed);
  EXPECT_EQ(end.error, Errc::device_not_available);
}

TEST_F(PortMachine, AFetchIsStoppedWhileItLooksAndNotWhileACartridgeMoves) {
  Port port(WorkId{1}, PortTask::fetch, request_id(1), {});
  port.begin(view());
  port.durable(view());
  PortActions actions;
  Port looking = port;
  EXPECT_TRUE(looking.stop(view(), "cancelled", actions));
  EXPECT_TRUE(has<Over>(actions));
  port.seen(view(1s), true);
  port.known(view(1s), medium_id(1));
  actions.clear();
  EXPECT_FALSE(port.stop(view(2s), "cancelled", actions));
  EXPECT_TRUE(actions.empty());
}

}  // namespace
}  // namespace rsm::machine
