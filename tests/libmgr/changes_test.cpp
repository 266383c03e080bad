// Calls that change the catalog, through the manager: session, durability, a full disk, a restart.
#include "tests/libmgr/manager_rig.hpp"

namespace rsm {
namespace {

struct ChangesTest : ManagerRig {
  Result<Guid> change(CatalogCall call, SessionId session, bool administrator = true) {
    std::optional<Result<Guid>> answer;
    manager->change({.uid = 0, .administrator = administrator, .session = session, .user = "root"}, std::move(call), [&](Result<Guid> result) { answer = std::move(result); });
    answered_at_once = answer.has_value();
    run_for(Millis{0});
    EXPECT_TRUE(answer);
    return answer ? *answer : fail(Errc::internal_error);
  }
  CreatePoolCall app(std::string const& path = "App") { return {path, {}, PoolAction::create_new}; }
  bool answered_at_once = false;
};

TEST_F(ChangesTest, AnAnswerLeavesWhenItIsDurable) {
  start();
  auto const session = db::must(open_session()).id;
  auto const made = db::must(change(app(), session));
  EXPECT_FALSE(answered_at_once) << "not before the commit";
  auto const rows = db::must(catalog.reader->load_active()).pools;
  EXPECT_TRUE(std::ranges::any_of(rows, [&](PoolRecord const& pool) { return pool.id.guid == made; }));
}

TEST_F(ChangesTest, ManyInOneMomentAreOneCommit) {
  start();
  auto const session = db::must(open_session()).id;
  auto const before = manager->counters().commits;
  int answers = 0;
  for (int n = 0; n < 100; ++n)
    manager->change({.uid = 0, .administrator = true, .session = session, .user = "root"}, app("App" + std::to_string(n)), [&](Result<Guid> result) { answers += result ? 1 : 0; });
  run_for(Millis{0});
  EXPECT_EQ(answers, 100);
  EXPECT_EQ(manager->counters().commits, before + 1);
}

TEST_F(ChangesTest, NeedASessionAndAServiceThatIsReady) {
  EXPECT_EQ(change(app(), {}).error().code, Errc::invalid_handle);
  start();
  EXPECT_EQ(change(app(), random.id<SessionId>()).error().code, Errc::invalid_handle);
  auto const session = db::must(open_session()).id;
  EXPECT_EQ(change(app(), session, false).error().code, Errc::access_denied);
  bool stopped = false;
  manager->stop([&] { stopped = true; });
  EXPECT_EQ(change(app(), session).error().code, Errc::not_ready);
}

TEST_F(ChangesTest, WhatAFullDiskRefusedHasNotHappened) {
  start();
  auto const session = db::must(open_session()).id;
  lane.full = true;
  EXPECT_EQ(change(app(), session).error().code, Errc::disk_full);
  lane.full = false;
  run_for(std::chrono::minutes{1});
  EXPECT_EQ(manager->world().pool_by_path("App"), nullptr);
  EXPECT_TRUE(change(app(), session));
}

TEST_F(ChangesTest, AServiceThatStartsKnowsEveryKindOfCartridgeAndHasItsRoot) {
  start();
  auto const root = manager->world().root_pool;
  EXPECT_TRUE(root);
  EXPECT_GT(manager->world().media_types.size(), 60u);
  for (auto const* path : {"Free", "Import", "Unrecognized"}) EXPECT_NE(manager->world().pool_by_path(path), nullptr) << path;
  manager = std::make_unique<Manager>(loop, random, log, lane, *catalog.reader, [](std::string const&) -> port::Devices& { throw std::logic_error("no library"); }, Settings{});
  start();
  EXPECT_EQ(manager->world().root_pool, root);
  EXPECT_EQ(manager->world().pools.size(), 3u);
}

}  // namespace
}  // namespace rsm
