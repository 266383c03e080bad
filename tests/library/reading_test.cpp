// What is shown is durable: at once where all is, after the commit where something is on its way.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

class Reading : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", one_drive(2, 1));
    start_and_settle();
  }
  void read() {
    manager().read([this](Result<> durable) { answered_ = durable.has_value(); });
  }
  std::optional<bool> answered_;
};

// Not later: whoever reads much would be answered in one go, and hold everybody else up.
TEST_F(Reading, WhatIsDurableIsAnsweredInsideTheCall) {
  read();
  EXPECT_EQ(answered_, true);
}

TEST_F(Reading, WhatIsNotIsAnsweredAfterItsCommit) {
  auto const wanted = mount_of({"A00001"});
  std::optional<Result<Ids>> queued;
  manager().submit(caller, wanted, [&](Result<Ids> ids) { queued = std::move(ids); });
  read();
  EXPECT_FALSE(answered_.has_value());
  ASSERT_TRUE(run_until([this] { return answered_.has_value(); }));
  EXPECT_EQ(answered_, true);
  ASSERT_TRUE(queued.has_value()) << "answers leave in the order of their calls";
  EXPECT_EQ(end_of(db::must(*queued).front()).state, RequestState::passed);
}

}  // namespace
}  // namespace rsm
