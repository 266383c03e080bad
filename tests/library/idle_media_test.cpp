// What becomes of a medium that nobody uses any more, with the policy "throughput": it goes home where its drive is needed, and stays where it is in nobody's way.
#include <algorithm>

#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class IdleMedia : public CoreRig {
 protected:
  void SetUp() override {
    settings.policy = SchedulerPolicy::throughput;
    furnish("A", drives(4, 12, 12));
    start_and_settle();
  }
  static std::string name(unsigned n) { return (n < 10 ? "A0000" : "A000") + std::to_string(n); }
  void use(unsigned n) {
    mounted(name(n));
    end_of(dismount(name(n)), 3h);
  }
  // One at a time; one of four is wanted again at once, the others not soon.
  void one_after_the_other() {
    for (unsigned n = 0; n < 160; ++n) {
      use(n % 8 + 1);
      if (n % 4 == 0) use(n % 8 + 1);
      run_for(3h);
    }
  }
  bool was_told(RequestId id, std::string const& reason) {
    return std::ranges::any_of(events_of(id.guid), [&](Event const& event) { return event.reason.find(reason) != std::string::npos; });
  }
  static constexpr char const* hardly = "idle media are hardly wanted again soon in this library";
};

TEST_F(IdleMedia, StaysBesideEmptyDrivesAndGoesHomeWhenTheyAreTaken) {
  one_after_the_other();
  mounted(name(9));
  auto const idle = dismount(name(9), true);
  ASSERT_TRUE(run_until([&] { return request(idle).state == RequestState::deferred; })) << everything();
  EXPECT_THAT(request(idle).reason, HasSubstr("3 other drives are empty, enough for"));
  run_for(20s);
  ASSERT_EQ(request(idle).state, RequestState::deferred) << request(idle).reason;
  for (unsigned n : {10u, 11u, 12u}) mounted(name(n));
  EXPECT_EQ(end_of(idle, 3min).state, RequestState::passed);
  EXPECT_TRUE(was_told(idle, hardly));
}

TEST_F(IdleMedia, GoesHomeAtOnceWhereItsDriveIsTheLastThatIsFree) {
  one_after_the_other();
  for (unsigned n : {10u, 11u, 12u}) mounted(name(n));
  mounted(name(9));
  auto const out = dismount(name(9), true);
  EXPECT_EQ(end_of(out, 3min).state, RequestState::passed);
  EXPECT_TRUE(was_told(out, hardly));
}

TEST_F(IdleMedia, StaysForTheLeastTimeAlsoWhereItsDriveIsNeeded) {
  settings.idle_stay_least = 40s;
  restart();
  one_after_the_other();
  for (unsigned n : {10u, 11u, 12u}) mounted(name(n));
  mounted(name(9));
  auto const begun = now();
  auto const end = end_of(dismount(name(9), true), 5min);
  EXPECT_EQ(end.state, RequestState::passed);
  EXPECT_GE(now() - begun, 40s);
}

}  // namespace
}  // namespace rsm
