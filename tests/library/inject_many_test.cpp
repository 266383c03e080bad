// An inject that takes one cartridge after the other: until it is stopped, until there is no room, or until its session ends.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class InjectMany : public CoreRig {
 protected:
  void furnished(std::uint32_t slots) {
    furnish("A", one_drive(slots, 1));
    for (auto const* barcode : {"X00001", "X00002", "X00003"}) cut_new("A", barcode);
    start_and_settle();
  }
  RequestId begin(bool many = true) {
    InjectCall call{{}, library_id("A"), many};
    return db::must(this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, call, std::move(reply)); })).front();
  }
  void brings(std::string const& barcode) {
    put_in_port("A", barcode);
    ASSERT_TRUE(run_until([&] { return known(barcode) && place_of(barcode).starts_with("slot"); }, 10min)) << everything();
  }
  void close_session() {
    bool closed = false;
    manager().close_session(caller, caller.session, [&](Result<> result) { closed = result.has_value(); });
    ASSERT_TRUE(run_until([&] { return closed; }));
  }
  bool port_is_out() { return iron("A").hardware.state().ports.front().extended; }
  Errc retract(RequestId id) {
    std::optional<Result<>> answer;
    manager().retract_inject(caller, id, [&](Result<> result) { answer = std::move(result); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return *answer ? Errc::success : answer->error().code;
  }
};

TEST_F(InjectMany, TakesOneAfterTheOtherUntilItIsStopped) {
  furnished(8);
  auto const id = begin();
  EXPECT_EQ(request(id).option, operation_option::inject_many);
  brings("X00001");
  EXPECT_TRUE(open(id));
  brings("X00002");
  ASSERT_TRUE(run_until([&] { return port_is_out(); }, 5min)) << "it is open for the next one";
  EXPECT_TRUE(request(id).medium.is_zero());
  run_for(2h);
  EXPECT_TRUE(open(id)) << "nobody came, and it waits for somebody all the same";
  ASSERT_TRUE(run_until([&] { return port_is_out(); }, 30min));
  ASSERT_TRUE(stop_inject(id));
  EXPECT_EQ(end_of(id, 5min).state, RequestState::stopped);
  ASSERT_TRUE(run_until([&] { return !port_is_out(); }, 5min));
}

TEST_F(InjectMany, EndsWhenThereIsNoRoom) {
  furnished(2);
  auto const id = begin();
  brings("X00001");
  put_in_port("A", "X00002");
  auto const ended = end_of(id, 30min);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::library_full)) << ended.reason;
}

TEST_F(InjectMany, EndsWithItsSession) {
  furnished(8);
  auto const many = begin();
  ASSERT_TRUE(run_until([&] { return port_is_out(); }, 5min));
  run_for(2s);
  close_session();
  EXPECT_EQ(end_of(many, 5min).state, RequestState::cancelled);
  ASSERT_TRUE(run_until([&] { return !port_is_out(); }, 5min));
}

// The port is just opening, and an open command cannot be taken back: it ends when nobody has come.
TEST_F(InjectMany, EndsWithItsSessionWhateverThePortIsDoing) {
  furnished(8);
  auto const many = begin();
  run_until([&] { return port_is_out(); }, 5min);
  close_session();
  end_of(many, 30min);
  ASSERT_TRUE(run_until([&] { return !port_is_out(); }, 5min));
}

TEST_F(InjectMany, GoesOnAfterARestart) {
  furnished(8);
  auto const id = begin();
  brings("X00001");
  restart();
  brings("X00002");
  EXPECT_TRUE(open(id));
}

TEST_F(InjectMany, IsRetracted) {
  furnished(8);
  auto const id = begin();
  ASSERT_TRUE(run_until([&] { return port_is_out(); }, 5min));
  EXPECT_EQ(retract(id), Errc::success) << "nothing is in: it waits on";
  run_for(10s);
  EXPECT_TRUE(open(id));
  EXPECT_EQ(retract(RequestId{}), Errc::invalid_operation);
  ASSERT_TRUE(stop_inject(id));
  end_of(id, 5min);
  EXPECT_EQ(retract(id), Errc::invalid_operation);
  EXPECT_EQ(retract(begin(false)), Errc::invalid_operation) << "of one cartridge";
}

}  // namespace
}  // namespace rsm
