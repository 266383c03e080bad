// The end of a request is one event, whatever the request was and however it ended.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::SizeIs;

class EndOfRequests : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", drives(2, 6, 4));
    start_and_settle();
  }
  void disturb() {
    mounted("A00001");
    auto const deferred = dismount("A00001", true);
    ASSERT_TRUE(run_until([&] { return request(deferred).state == RequestState::deferred; }));
    mounted("A00001");                                         // ends the deferred dismount
    dismount("A00001");                                        // at once
    mount_within("A00002", 0s);
    for (auto id : db::must(mount(mount_of({"A00003", "A00004"})))) ended_later.push_back(id);
    auto const cancelled = mount("A00002");
    db::must(inventory("A"));
    db::must(cancel(cancelled));
    for (auto id : ended_later) EXPECT_EQ(end_of(id).state, RequestState::passed);
    for (std::string const name : {"A00003", "A00004"}) end_of(dismount(name));
    plant("A", {.kind = FaultKind::load_fails, .count = 0});
    end_of(mount("A00001"));
    heal("A");
    auto const out = db::must(inject("A"));
    run_for(5s);
    db::must(stop_inject(out));
  }
  std::vector<RequestId> ended_later;
};

TEST_F(EndOfRequests, EachIsToldOnce) {
  disturb();
  settle();
  std::map<Guid, std::vector<Event>> ends;
  std::map<Guid, int> begun;
  std::map<Operation, int> kinds;
  for (auto const& event : all_events()) {
    if (event.type != ObjectType::request) continue;
    if (event.kind == EventKind::insert) ++begun[event.object];
    auto const state = parse_word<RequestState>(event.state);
    if (state && is_final(*state)) ends[event.object].push_back(event);
  }
  EXPECT_GT(begun.size(), 14u);
  for (auto const& [id, count] : begun) {
    RequestRecord const r = request(RequestId{id});
    ++kinds[r.operation];
    EXPECT_EQ(count, 1);
    ASSERT_THAT(ends[id], SizeIs(1)) << word(r.operation) << " " << word(r.state);
    EXPECT_EQ(ends[id].front().kind, EventKind::complete);
    EXPECT_EQ(ends[id].front().state, word(r.state));
    EXPECT_EQ(ends[id].front().reason, r.reason);
  }
  for (auto operation : {Operation::mount, Operation::dismount, Operation::inventory, Operation::inject, Operation::remove, Operation::classify}) EXPECT_GE(kinds[operation], 1) << word(operation);
}

}  // namespace
}  // namespace rsm
