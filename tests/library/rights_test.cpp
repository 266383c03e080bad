// Rights by descriptors, on the whole core: every call that makes a request or changes the catalog asks for the right that the table names, on its object:
// without it, with all others everywhere, it is refused and changes nothing; with it alone it is not refused for rights. Also after a restart.
#include "libmgr/people/access.hpp"
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace security;
using rights::Act;
using testing::HasSubstr;

class RightsByDescriptor : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", drives(2, 6, 3));
    start_and_settle();
    administrator_ = caller;
    pool_ = PoolId{must_change(CreatePoolCall{"Backup", medium("A00001").type, PoolAction::create_new, {}})};
    must_change(MoveToPoolCall{medium("A00001").id, pool_, false});
    must_change(MoveToPoolCall{medium("A00002").id, pool_, false});
    mounted("A00001");
    become_bob();
  }
  void become_bob() {
    caller = {1001, false, {}, "bob", {}};
    std::optional<Result<SessionRecord>> opened;
    manager().open_session({"test", caller.user, "here", caller.uid}, [&](Result<SessionRecord> session) { opened = std::move(session); });
    ASSERT_TRUE(run_until([&] { return opened.has_value(); }));
    caller.session = db::must(*opened).id;
  }
  Result<Guid> change(Caller const& who, CatalogCall const& wanted) {
    std::optional<Result<Guid>> answer;
    manager().change(who, wanted, [&](Result<Guid> done) { answer = std::move(done); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return *answer;
  }
  Guid must_change(CatalogCall const& wanted) { return db::must(change(administrator_, wanted)); }
  Result<> send(RequestCall const& wanted) {
    auto const sent = call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); });
    return sent ? Result<>{} : std::unexpected(sent.error());
  }
  Result<> try_change(CatalogCall const& wanted) {
    auto const done = change(caller, wanted);
    return done ? Result<>{} : std::unexpected(done.error());
  }
  // For bob alone, on what decides.
  void give(ObjectType type, Guid object, std::uint32_t rights) {
    Descriptor descriptor;
    descriptor.access = AccessList{{EntryType::allow, 0, rights, user_sid(1001)}};
    must_change(SetSecurityCall{type, object, access_part, std::move(descriptor)});
  }
  void give_everywhere(std::uint32_t rights) {
    give(ObjectType::pool, pool_.guid, rights);
    give(ObjectType::pool, world().root_pool.guid, rights);
    give(ObjectType::pool, medium("A00003").pool.guid, rights);
    give(ObjectType::library, library_id("A").guid, rights);
    give(ObjectType::computer, {}, rights);
  }
  struct On {
    ObjectType type;
    Guid object;
    std::uint32_t rights;
  };
  void expect_asked(char const* what, std::vector<On> const& needed, std::function<Result<>()> const& wanted) {
    SCOPED_TRACE(what);
    constexpr std::uint32_t all = all_access | write_owner;
    for (auto const& one : needed) {
      give_everywhere(all);
      give(one.type, one.object, all & ~one.rights);
      run_for(std::chrono::seconds(1));
      auto const before = manager().counters().last_event;
      auto const refused = wanted();
      ASSERT_FALSE(refused) << "without a right on " << word(one.type);
      EXPECT_EQ(refused.error().code, Errc::access_denied) << refused.error().text();
      EXPECT_EQ(manager().counters().last_event, before) << "nothing has changed";
    }
    give_everywhere(0);
    for (auto const& one : needed) give(one.type, one.object, one.rights);
    auto const allowed = wanted();
    EXPECT_TRUE(allowed || allowed.error().code != Errc::access_denied) << allowed.error().text();
  }
  On on_pool(std::uint32_t rights) { return {ObjectType::pool, pool_.guid, rights}; }
  On on_library(std::uint32_t rights) { return {ObjectType::library, library_id("A").guid, rights}; }
  On on_computer(std::uint32_t rights) { return {ObjectType::computer, {}, rights}; }
  On on_import(std::uint32_t rights) { return {ObjectType::pool, medium("A00003").pool.guid, rights}; }
  Guid side(std::string const& name) { return medium(name).sides.front().id.guid; }

  Caller administrator_;
  PoolId pool_;
};

TEST_F(RightsByDescriptor, RequestsAskTheLibraryAndThePool) {
  DriveId const idle = drive("A", 0).hot.medium ? drive("A", 1).record.id : drive("A", 0).record.id;
  SlotId const slot = library("A").slots.at(5).id;
  expect_asked("MountNtmsMedia", {on_pool(use), on_library(use)}, [&] { return send(MountCall{.key = {}, .media = {side("A00002")}, .error_if_unavailable = true}); });
  settle();
  expect_asked("DismountNtmsMedia", {on_pool(use), on_library(use)}, [&] { return send(DismountCall{.key = {}, .media = {side("A00001")}, .deferred = false, .force = false}); });
  settle();
  expect_asked("DismountNtmsDrive", {on_library(modify)}, [&] { return send(DriveDismountCall{{}, idle}); });
  expect_asked("EnableNtmsObject", {on_library(modify)}, [&] { return send(SwitchCall{{}, ObjectType::drive, idle.guid, true}); });
  expect_asked("DisableNtmsObject", {on_library(modify)}, [&] { return send(SwitchCall{{}, ObjectType::medium, medium("A00003").id.guid, false}); });
  settle();
  expect_asked("EjectNtmsMedia", {on_library(control)}, [&] { return send(EjectBatchCall{{}, {medium("A00002").id}, false, true}); });
  expect_asked("medium.transfer", {on_library(control)}, [&] { return send(TransferCall{.key = {}, .medium = medium("A00002").id, .from = {}, .slot = slot, .port = {}}); });
  settle();
  expect_asked("IdentifyNtmsSlot", {on_library(control)}, [&] { return send(IdentifyCall{{}, slot}); });
  settle();
  expect_asked("InventoryNtmsLibrary", {on_library(control)}, [&] { return send(InventoryCall{{}, library_id("A"), InventoryAction::fast}); });
  settle();
  expect_asked("InjectNtmsMedia", {on_library(control)}, [&] { return send(InjectCall{{}, library_id("A")}); });
}

TEST_F(RightsByDescriptor, CallsOfTheCatalogAskThePoolTheLibraryAndTheComputer) {
  auto const media_type = medium("A00001").type;
  expect_asked("CreateNtmsMediaPool", {{ObjectType::pool, world().root_pool.guid, control}}, [&] { return try_change(CreatePoolCall{"Another", {}, PoolAction::create_new, {}}); });
  expect_asked("MoveToNtmsMediaPool", {on_pool(control), on_import(control)}, [&] { return try_change(MoveToPoolCall{medium("A00003").id, pool_, false}); });
  expect_asked("SetNtmsObjectInformation", {on_pool(modify)}, [&] { return try_change(SetObjectCall{.type = ObjectType::pool, .id = pool_.guid, .max_allocates = 7}); });
  expect_asked("SetNtmsObjectInformation of a medium", {on_pool(modify)}, [&] { return try_change(SetObjectCall{.type = ObjectType::medium, .id = medium("A00002").id.guid, .description = "x"}); });
  expect_asked("SetNtmsObjectInformation of a library", {on_library(control)}, [&] { return try_change(SetObjectCall{.type = ObjectType::library, .id = library_id("A").guid, .description = "x"}); });
  expect_asked("SetNtmsObjectInformation of a drive", {on_library(modify)}, [&] { return try_change(SetObjectCall{.type = ObjectType::drive, .id = drive("A", 0).record.id.guid, .description = "x"}); });
  expect_asked("SetNtmsObjectInformation of a media type", {on_computer(modify)}, [&] { return try_change(SetObjectCall{.type = ObjectType::media_type, .id = media_type.guid, .description = "x"}); });
  expect_asked("SetNtmsObjectAttribute", {on_library(modify)}, [&] { return try_change(SetAttributeCall{ObjectType::library, library_id("A").guid, "note", "x"}); });
  expect_asked("AddNtmsMediaType", {on_library(modify)}, [&] { return try_change(MediaTypeCall{media_type, library_id("A"), true}); });
  expect_asked("DecommissionNtmsMedia", {on_pool(control)}, [&] { return try_change(DecommissionCall{SideId{side("A00002")}}); });
  expect_asked("DeleteNtmsMedia", {on_pool(modify), on_computer(modify)}, [&] { return try_change(DeleteMediumCall{medium("A00002").id}); });
  expect_asked("DeleteNtmsMediaPool", {on_pool(modify)}, [&] { return try_change(DeletePoolCall{pool_}); });
  expect_asked("SetNtmsObjectSecurity", {on_pool(write_dac)}, [&] { return try_change(SetSecurityCall{ObjectType::pool, pool_.guid, access_part, usual()}); });
}

TEST_F(RightsByDescriptor, AllocationAsksThePoolAndTheOneThatMediaComeFrom) {
  auto const allocate = [&](SideId named) {
    std::optional<Result<Allocated>> answer;
    manager().allocate(caller, {.key = {}, .pool = pool_, .side = named, .held = {}, .error_if_unavailable = true, .timeout = {}}, [&](Result<Allocated> given) { answer = std::move(given); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return *answer ? Result<>{} : Result<>(std::unexpected(answer->error()));
  };
  expect_asked("AllocateNtmsMedia", {on_pool(control)}, [&] { return allocate({}); });
  expect_asked("AllocateNtmsMedia from another pool", {on_pool(control), on_import(control)}, [&] { return allocate(SideId{side("A00003")}); });
}

TEST_F(RightsByDescriptor, WhoHasLostTheRightMayGiveBackWhatHeHolds) {
  give(ObjectType::pool, pool_.guid, use);
  auto const held = mount("A00002");
  ASSERT_EQ(end_of(held).state, RequestState::passed);
  give(ObjectType::pool, pool_.guid, 0);
  auto const again = mount(mount_of({"A00002"}));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::access_denied);
  EXPECT_THAT(again.error().text(), HasSubstr("pool Backup"));
  EXPECT_EQ(end_of(dismount("A00002")).state, RequestState::passed);
}

TEST_F(RightsByDescriptor, ARestartChangesNothing) {
  give(ObjectType::library, library_id("A").guid, 0);
  caller = administrator_;  // whose session goes on
  restart();
  run_for(std::chrono::minutes(1));
  become_bob();
  auto const refused = mount(mount_of({"A00003"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  EXPECT_THAT(refused.error().text(), HasSubstr("library A"));
}

}  // namespace
}  // namespace rsm
