// What clients have chosen of libraries, drives and media counts at work, and stays over restarts.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using testing::StartsWith;

struct ChosenByClientsTest : CoreRig {
  Result<Guid> change(CatalogCall what) {
    std::optional<Result<Guid>> answer;
    auto sent = call([&](Manager& manager, Caller who, Reply<Ids> reply) {
      manager.change(who, std::move(what), [&answer, reply = std::move(reply)](Result<Guid> result) mutable {
        answer = result;
        if (!result) return reply(std::unexpected(result.error()));
        reply(Ids{});
      });
    });
    EXPECT_TRUE(answer);
    return answer ? *answer : fail(Errc::internal_error);
  }
  PoolId pool(std::string const& path) {
    auto const* found = world().pool_by_path(path);
    return found == nullptr ? PoolId{} : found->id;
  }
  std::size_t robots() {
    return static_cast<std::size_t>(std::ranges::count_if(world().libraries, [](auto const& library) { return library.second.record.type == LibraryType::online; }));
  }
};

TEST_F(ChosenByClientsTest, ALibraryThatWasRenamedIsTheSameOneAfterARestart) {
  furnish("Jukebox", one_drive(3, 2));
  start_and_settle();
  auto const id = library_id("Jukebox");
  EXPECT_TRUE(change(SetObjectCall{.type = ObjectType::library, .id = id.guid, .name = "Cellar", .inventory_method = InventoryMethod::omid, .auto_recovery = false}));
  restart();
  EXPECT_EQ(robots(), 1u) << "no second library for the name in the configuration";
  auto const& record = world().library(id)->record;
  EXPECT_EQ(record.name, "Cellar");
  EXPECT_EQ(record.inventory_method, InventoryMethod::omid);
  EXPECT_FALSE(record.auto_recovery);
  EXPECT_TRUE(run_until([&] { return world().library(id)->record.condition.state == OperationalState::ready; }));
  mounted("A00001");
}

TEST_F(ChosenByClientsTest, WhatNobodyHasChosenFollowsTheConfiguration) {
  furnish("Jukebox", one_drive(3, 1));
  start_and_settle();
  auto const id = library_id("Jukebox");
  EXPECT_TRUE(change(SetObjectCall{.type = ObjectType::library, .id = id.guid, .description = "the old one"}));
  restart();
  EXPECT_EQ(world().library(id)->record.inventory_method, InventoryMethod::fast);
  EXPECT_EQ(world().library(id)->record.chosen_by_clients, 0u);
  EXPECT_EQ(world().library(id)->record.description, "the old one");
}

TEST_F(ChosenByClientsTest, AMediaTypeMoreIsNotTakenForTheUsualOne) {
  furnish("Jukebox", one_drive(4, 1));
  start_and_settle();
  auto const usual = medium("A00001").type;
  for (auto const& [id, type] : std::map(world().media_types))
    if (type.code != 0x32 && id != usual) {
      EXPECT_TRUE(change(MediaTypeCall{id, library_id("Jukebox"), true}));
    }
  cut_new("Jukebox", "B00001");
  EXPECT_TRUE(inject("Jukebox"));
  put_in_port("Jukebox", "B00001");
  EXPECT_TRUE(run_until([&] { return known("B00001"); }));
  EXPECT_EQ(medium("B00001").type, usual) << "what its drives take";
}

TEST_F(ChosenByClientsTest, ADriveHasADelayOfItsOwnForDeferredDismounts) {
  furnish("Jukebox", one_drive(3, 1));
  start_and_settle();
  auto const& drive_record = drive("Jukebox", 0).record;
  EXPECT_TRUE(change(SetObjectCall{.type = ObjectType::drive, .id = drive_record.id.guid, .defer_dismount_delay = Millis{7'000}}));
  mounted("A00001");
  auto const id = dismount("A00001", true);
  EXPECT_TRUE(run_until([&] { return request(id).due.has_value(); }));
  EXPECT_LE(*request(id).due, now() + Millis{7'000});
  EXPECT_TRUE(run_until([&] { return place_of("A00001") == "slot 0" || place_of("A00001") == "slot 1"; }, std::chrono::minutes(2))) << place_of("A00001");
}

TEST_F(ChosenByClientsTest, AnImportedMediumInAnApplicationsPoolStaysThereAndIsMounted) {
  furnish("Jukebox", one_drive(3, 2));
  start_and_settle();
  auto const type = medium("A00001").type;
  EXPECT_THAT(world().pool(medium("A00001").pool)->path, StartsWith("Import\\"));
  auto const app = change(CreatePoolCall{"App", type, PoolAction::create_new});
  ASSERT_TRUE(app);
  EXPECT_TRUE(change(MoveToPoolCall{medium("A00001").id, PoolId{*app}, false}));
  EXPECT_EQ(medium("A00001").sides[0].state, SideState::import);
  mounted("A00001");
  EXPECT_EQ(change(MoveToPoolCall{medium("A00001").id, pool("Import\\" + world().media_types.at(type).name), false}).error().code, Errc::busy) << "it is mounted";
  end_of(dismount("A00001"));
  ASSERT_TRUE(inventory("Jukebox", InventoryAction::omid));
  settle();
  EXPECT_EQ(medium("A00001").pool.guid, *app) << "its label is still the one that is recorded";
  restart();
  EXPECT_EQ(medium("A00001").pool.guid, *app);
}

}  // namespace
}  // namespace rsm
