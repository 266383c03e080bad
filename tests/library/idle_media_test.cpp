// What becomes of a medium that nobody uses any more, with the policy "throughput": it goes home where its drive is needed, and stays where it is in nobody's way.
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
  void use(unsigned n, bool deferred) {
    mounted(name(n));
    end_of(dismount(name(n), deferred), 3h);
  }
  // One at a time, none of them wanted again soon.
  void one_after_the_other() {
    for (unsigned n = 0; n < 120; ++n) {
      use(n % 8, false);
      run_for(3h);
    }
  }
};

TEST_F(IdleMedia, StaysBesideEmptyDrivesAndGoesHomeWhenTheyAreTaken) {
  one_after_the_other();
  mounted(name(8));
  auto const idle = dismount(name(8), true);
  ASSERT_TRUE(run_until([&] { return request(idle).state == RequestState::deferred; })) << everything();
  EXPECT_THAT(request(idle).reason, HasSubstr("3 other drives are empty, enough for 100 % of what is brought"));
  run_for(20s);
  ASSERT_EQ(request(idle).state, RequestState::deferred) << request(idle).reason;
  for (unsigned n : {9u, 10u, 11u}) mounted(name(n));
  auto const end = end_of(idle, 3min);
  EXPECT_EQ(end.state, RequestState::passed);
  EXPECT_THAT(end.reason, HasSubstr("idle media are hardly wanted again soon in this library"));
}

TEST_F(IdleMedia, GoesHomeAtOnceWhereItsDriveIsTheLastThatIsFree) {
  one_after_the_other();
  for (unsigned n : {9u, 10u, 11u}) mounted(name(n));
  mounted(name(8));
  auto const end = end_of(dismount(name(8), true), 3min);
  EXPECT_EQ(end.state, RequestState::passed);
  EXPECT_THAT(end.reason, HasSubstr("idle media are hardly wanted again soon in this library"));
}

TEST_F(IdleMedia, StaysForTheLeastTimeAlsoWhereItsDriveIsNeeded) {
  settings.idle_stay_least = 40s;
  restart();
  one_after_the_other();
  for (unsigned n : {9u, 10u, 11u}) mounted(name(n));
  mounted(name(8));
  auto const begun = now();
  auto const end = end_of(dismount(name(8), true), 5min);
  EXPECT_EQ(end.state, RequestState::passed);
  EXPECT_GE(now() - begun, 40s);
}

}  // namespace
}  // namespace rsm
