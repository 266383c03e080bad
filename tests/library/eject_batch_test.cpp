// Several cartridges ejected together: all or none is taken in, each goes its own way, and they are stopped by the first one's id.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

class EjectBatch : public CoreRig {
 protected:
  void furnished(std::uint32_t ports) {
    auto geometry = CoreRig::drives(2, 8, 5);
    geometry.ports = ports;
    furnish("A", geometry);
    start_and_settle();
  }
  Result<Ids> eject_all(std::vector<std::string> const& names, bool only_check = false, bool force = false) {
    EjectBatchCall call{.key = {}, .media = {}, .force = force, .only_check = only_check};
    for (auto const& name : names) call.media.push_back(medium(name).id);
    return this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, call, std::move(reply)); });
  }
  Errc code_of(Result<Ids> const& result) { return result ? Errc::success : result.error().code; }
  Errc stop(RequestId id) {
    std::optional<Result<>> answer;
    manager().stop_eject(caller, id, [&](Result<> result) { answer = std::move(result); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return *answer ? Errc::success : answer->error().code;
  }
  bool port_is_out(std::uint32_t number) { return iron("A").hardware.state().ports.at(number).extended; }
};

TEST_F(EjectBatch, NoMoreThanThereArePorts) {
  furnished(2);
  EXPECT_EQ(code_of(eject_all({"A00001", "A00002"}, true)), Errc::success);
  EXPECT_EQ(code_of(eject_all({"A00001", "A00002", "A00003"}, true)), Errc::busy);
  EXPECT_EQ(code_of(eject_all({"A00001", "A00002", "A00003"})), Errc::busy);
  EXPECT_EQ(code_of(eject_all({"A00001", "A00001"})), Errc::invalid_media);
  EXPECT_TRUE(world().requests.empty()) << "a check records nothing, and what is refused neither";
}

TEST_F(EjectBatch, OneThatIsInUseHoldsUpAll) {
  furnished(2);
  mounted("A00002");
  EXPECT_EQ(code_of(eject_all({"A00001", "A00002"})), Errc::busy);
  EXPECT_TRUE(world().requests.empty());
}

TEST_F(EjectBatch, EachIsARequestAndGoesItsOwnWay) {
  furnished(2);
  auto const ids = db::must(eject_all({"A00001", "A00002"}));
  ASSERT_THAT(ids, SizeIs(2));
  for (auto const& id : ids) EXPECT_EQ(request(id).group, ids.front());
  ASSERT_TRUE(run_until([&] { return port_is_out(0) || port_is_out(1); }, 5min)) << everything();
  EXPECT_EQ(stop(ids.front()), Errc::success) << "by the first one's id";
  EXPECT_EQ(request(ids[1]).state, RequestState::stopped);
  EXPECT_TRUE(open(ids[0])) << "its cartridge is in the port";
  EXPECT_EQ(stop(ids.front()), Errc::invalid_operation) << "it cannot be held up any more";
  EXPECT_EQ(stop(RequestId{}), Errc::invalid_operation);
}

TEST_F(EjectBatch, OnlyAdministratorsStopOne) {
  furnished(1);
  auto const ids = db::must(eject_all({"A00001"}));
  caller.administrator = false;
  caller.user = "nobody";
  EXPECT_EQ(stop(ids.front()), Errc::access_denied);
}

}  // namespace
}  // namespace rsm
