// Calls that change the catalog, through the manager: session, durability, a full disk, a restart.
#include "tests/libmgr/manager_rig.hpp"

namespace rsm {
namespace {

template <class T>
Errc code(Result<T> const& result) {
  return result ? Errc::success : result.error().code;
}

struct ChangesTest : ManagerRig {
  Result<Guid> change(CatalogCall call, SessionId session, bool administrator = true) {
    std::optional<Result<Guid>> answer;
    manager->change({.uid = 0, .administrator = administrator, .session = session, .user = "root"}, std::move(call), [&](Result<Guid> result) { answer = std::move(result); });
    answered_at_once = answer.has_value();
    run_for(Millis{0});
    EXPECT_TRUE(answer);
    return answer ? *answer : fail(Errc::internal_error);
  }
  Result<Guid> change(std::string const& key, CatalogCall call, SessionId session) {
    std::optional<Result<Guid>> answer;
    manager->change({.uid = 0, .administrator = true, .session = session, .user = "root"}, key, std::move(call), [&](Result<Guid> result) { answer = std::move(result); });
    run_for(Millis{0});
    return answer.value_or(fail(Errc::io_pending, "the call", "it was not answered"));
  }
  PoolId pool(std::string const& path) { return manager->world().pool_by_path(path) == nullptr ? PoolId{} : manager->world().pool_by_path(path)->id; }
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

// An answer may be lost: the client sends the same call again, also to the next life of the service.
TEST_F(ChangesTest, ACallThatIsSentAgainIsAnsweredAndCarriedOutOnce) {
  start();
  auto const session = db::must(open_session()).id;
  auto const made = db::must(change("make", app(), session));
  EXPECT_EQ(change("make", app(), session), made) << "CREATE_NEW, and it is there";
  EXPECT_EQ(code(change("other", app(), session)), Errc::already_exists);
  ASSERT_TRUE(change("name", SetObjectCall{.type = ObjectType::pool, .id = made, .description = "first"}, session));
  ASSERT_TRUE(change("later", SetObjectCall{.type = ObjectType::pool, .id = made, .description = "second"}, session));
  ASSERT_TRUE(change("name", SetObjectCall{.type = ObjectType::pool, .id = made, .description = "first"}, session));
  EXPECT_EQ(manager->world().pool(PoolId{made})->description, "second") << "what was done later stands";
  ASSERT_TRUE(change("away", DeletePoolCall{PoolId{made}}, session));
  manager = std::make_unique<Manager>(loop, random, log, lane, *catalog.reader, [](std::string const&) -> port::Devices& { throw std::logic_error("no library"); }, Settings{});
  start();
  EXPECT_EQ(change("away", DeletePoolCall{PoolId{made}}, session), made) << "in another life";
  EXPECT_EQ(code(change("away too", DeletePoolCall{PoolId{made}}, session)), Errc::invalid_media_pool);
  EXPECT_EQ(pool("App"), PoolId{});
  EXPECT_EQ(change("make", app(), session), made) << "and does not come back";
  EXPECT_EQ(pool("App"), PoolId{});
}

TEST_F(ChangesTest, AKeyIsOfOneCallOfOneSession) {
  start();
  auto const session = db::must(open_session()).id, other = db::must(open_session()).id;
  auto const made = db::must(change("k", app(), session));
  EXPECT_EQ(code(change("k", DeletePoolCall{PoolId{made}}, session)), Errc::invalid_parameter);
  EXPECT_EQ(code(change("k", app(), other)), Errc::already_exists);
  EXPECT_EQ(code(change(std::string(limits::key_bytes_max + 1, 'k'), app("Other"), session)), Errc::invalid_parameter);
}

TEST_F(ChangesTest, OneThatWasRefusedOrNotWrittenHasNotHappenedAndMayComeAgain) {
  start();
  auto const session = db::must(open_session()).id;
  EXPECT_EQ(code(change("k", app("App\\Daily"), session)), Errc::object_not_found);
  ASSERT_TRUE(change("parent", app(), session));
  EXPECT_TRUE(change("k", app("App\\Daily"), session)) << "it was refused, and is looked at anew";
  lane.full = true;
  EXPECT_EQ(code(change("full", app("More"), session)), Errc::disk_full);
  lane.full = false;
  run_for(std::chrono::minutes{1});
  EXPECT_TRUE(change("full", app("More"), session));
  EXPECT_NE(pool("More"), PoolId{});
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
