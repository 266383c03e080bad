// Names, descriptions, settings and attributes of every kind of object.
#include "libmgr/objects/objects.hpp"

#include "tests/libmgr/book_rig.hpp"

namespace rsm {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct SetObjectsTest : BookRig {
  SetObjectsTest() {
    objects::settle(book);
    settings.libraries.push_back({.name = "Jukebox"});
    DriveRecord one;
    one.id = drive;
    one.library = jukebox;
    one.name = "Jukebox drive 0";
    one.vendor = "Maker", one.product = "Drive";
    one.condition = {OperationalState::ready, {}, "a test"};
    book.put(one, "a test", EventKind::insert);
    book.put(SlotRecord{slot, jukebox, 1, SlotState::empty, {}}, "a test");
    book.put(PortRecord{port, jukebox, 0, PortContent::empty, PortPosition::retracted, Millis{300'000}, {}}, "a test");
    book.put(DoorRecord{door, jukebox, 0, DoorState::closed, Millis{300'000}}, "a test");
    ChangerRecord robot;
    robot.id = changer;
    robot.library = jukebox;
    robot.vendor = "Maker", robot.product = "Robot";
    book.put(robot, "a test");
    cartridge = made_medium(made_pool("App", type(0x56)), {SideState::allocated}, jukebox);
    side = medium(cartridge).sides[0].id;
    book.put(LogicalMediumRecord{logical, side, pool("App"), "L", "", {}}, "a test", EventKind::insert);
    RequestRecord mount;
    mount.id = request;
    mount.library = jukebox;
    mount.session = random.id<SessionId>();
    book.add(mount);
    book.put(OperatorRequestRecord{.id = asked, .command = OperatorCommand::message, .message = "m"}, "a test", EventKind::insert);
    settle();
  }
  Result<Guid> set(SetObjectCall const& call) { return objects::set(book, settings, root, call); }
  Result<Guid> attribute(ObjectType type, Guid id, std::string const& name, std::string const& data) { return objects::set_attribute(book, root, {type, id, name, data}); }
  std::optional<std::string> attribute_of(Guid id, std::string const& name) {
    settle();
    return db::must(catalog.reader->object_attribute(id, name));
  }
  std::map<ObjectType, Guid> all() const {
    return {{ObjectType::library, jukebox.guid}, {ObjectType::pool, pool("App").guid},       {ObjectType::medium, cartridge.guid}, {ObjectType::side, side.guid},   {ObjectType::logical_medium, logical.guid},
            {ObjectType::drive, drive.guid},     {ObjectType::port, port.guid},              {ObjectType::door, door.guid},        {ObjectType::changer, changer.guid}, {ObjectType::slot, slot.guid},
            {ObjectType::media_type, type(0x56).guid}, {ObjectType::request, request.guid}, {ObjectType::operator_request, asked.guid},
            {ObjectType::computer, book.world().computer.id.guid}, {ObjectType::drive_type, book.world().device_type(false, "Maker", "Drive")->id.guid},
            {ObjectType::changer_type, book.world().device_type(true, "Maker", "Robot")->id.guid}};
  }
  LibraryRecord library() const { return book.world().library(jukebox)->record; }

  DriveId drive = random.id<DriveId>();
  SlotId slot = random.id<SlotId>();
  PortId port = random.id<PortId>();
  DoorId door = random.id<DoorId>();
  ChangerId changer = random.id<ChangerId>();
  MediumId cartridge;
  SideId side;
  LogicalMediumId logical = random.id<LogicalMediumId>();
  RequestId request = random.id<RequestId>();
  OperatorRequestId asked = random.id<OperatorRequestId>();
};

// ---- which member of which type: the table of ntms-functions.md section 3

TEST_F(SetObjectsTest, EveryMemberOfEveryTypeIsWritableOrRefused) {
  using Members = std::set<std::string>;
  std::map<ObjectType, Members> const writable = {
      {ObjectType::library, {"name", "inventory_method", "auto_recovery", "flags"}},
      {ObjectType::pool, {"name", "media_type", "allocation_policy", "deallocation_policy", "max_allocates"}},
      {ObjectType::medium, {"name"}}, {ObjectType::side, {"name"}}, {ObjectType::logical_medium, {"name"}}, {ObjectType::drive, {"name", "defer_dismount_delay"}},
      {ObjectType::port, {"max_extend"}}, {ObjectType::door, {"max_open"}}, {ObjectType::changer, {"name"}}, {ObjectType::slot, {}}, {ObjectType::media_type, {}}, {ObjectType::request, {}},
      {ObjectType::operator_request, {}},
      {ObjectType::computer, {"media_pool_policy", "request_flags", "operator_request_flags", "request_purge_after", "operator_request_purge_after"}},
      {ObjectType::drive_type, {}}, {ObjectType::changer_type, {}}};
  for (auto const& [kind, id] : all()) {
    auto const with = [&, kind = kind, id = id](auto change) {
      SetObjectCall call{.type = kind, .id = id};
      change(call);
      return call;
    };
    std::map<std::string, SetObjectCall> const calls = {
        {"name", with([](auto& c) { c.name = "a new name"; })}, {"media_type", with([&](auto& c) { c.media_type = type(0x56); })},
        {"allocation_policy", with([](auto& c) { c.allocation_policy = 1; })}, {"deallocation_policy", with([](auto& c) { c.deallocation_policy = 1; })},
        {"max_allocates", with([](auto& c) { c.max_allocates = 2; })}, {"inventory_method", with([](auto& c) { c.inventory_method = InventoryMethod::omid; })},
        {"auto_recovery", with([](auto& c) { c.auto_recovery = false; })}, {"flags", with([](auto& c) { c.flags = 0; })},
        {"defer_dismount_delay", with([](auto& c) { c.defer_dismount_delay = Millis{1000}; })}, {"max_extend", with([](auto& c) { c.max_extend = Millis{1000}; })},
        {"max_open", with([](auto& c) { c.max_open = Millis{1000}; })}, {"media_pool_policy", with([](auto& c) { c.media_pool_policy = 1; })},
        {"request_flags", with([](auto& c) { c.request_flags = 1; })}, {"operator_request_flags", with([](auto& c) { c.operator_request_flags = 1; })},
        {"request_purge_after", with([](auto& c) { c.request_purge_after = Millis{1000}; })}, {"operator_request_purge_after", with([](auto& c) { c.operator_request_purge_after = Millis{1000}; })}};
    for (auto const& [member, call] : calls) EXPECT_EQ(code_of(set(call)), writable.at(kind).contains(member) ? Errc::success : Errc::invalid_parameter) << word(kind) << " " << member;
    EXPECT_EQ(code_of(set({.type = kind, .id = id, .description = "what it is"})), Errc::success) << word(kind);
  }
}

TEST_F(SetObjectsTest, DescriptionsOfAllStayAfterARestart) {
  for (auto const& [kind, id] : all()) db::must(set({.type = kind, .id = id, .description = "the " + word(kind)}));
  restart();
  EXPECT_EQ(library().description, "the library");
  EXPECT_EQ(book.world().pool(pool("App"))->description, "the pool");
  EXPECT_EQ(medium(cartridge).description, "the medium");
  EXPECT_EQ(db::must(book.logical_medium(logical))->description, "the logical_medium");
  for (auto const kind : {ObjectType::side, ObjectType::drive, ObjectType::port, ObjectType::door, ObjectType::changer, ObjectType::slot, ObjectType::media_type, ObjectType::request,
                          ObjectType::operator_request, ObjectType::computer, ObjectType::drive_type, ObjectType::changer_type})
    EXPECT_EQ(db::must(book.object_text(all().at(kind))).description, "the " + word(kind));
}

TEST_F(SetObjectsTest, OfANameAndADescriptionSetOneAfterTheOtherBothStay) {
  db::must(set({.type = ObjectType::side, .id = side.guid, .name = "front"}));
  db::must(set({.type = ObjectType::side, .id = side.guid, .description = "with the label"}));
  EXPECT_EQ(db::must(book.object_text(side.guid)).name, "front") << "neither is durable yet";
  settle();
  EXPECT_EQ(db::must(catalog.reader->object_text(side.guid))->description, "with the label");
  db::must(set({.type = ObjectType::side, .id = side.guid, .name = "", .description = ""}));
  settle();
  EXPECT_EQ(db::must(catalog.reader->object_text(side.guid)), std::nullopt) << "nothing is said of it any more";
}

TEST_F(SetObjectsTest, AreRefused) {
  for (auto const& [kind, id] : all()) {
    if (kind == ObjectType::pool) continue;  // pools_test
    EXPECT_EQ(code_of(set({.type = kind, .id = random.guid(), .description = "x"})), Errc::object_not_found) << word(kind);
    EXPECT_EQ(code_of(objects::set(book, settings, guest, {.type = kind, .id = id, .description = "x"})), Errc::access_denied) << word(kind);
    EXPECT_EQ(code_of(set({.type = kind, .id = id, .description = times("d", 127)})), Errc::invalid_parameter) << word(kind);
  }
  for (auto const kind : {ObjectType::library, ObjectType::drive, ObjectType::changer}) EXPECT_EQ(code_of(set({.type = kind, .id = all().at(kind), .name = ""})), Errc::invalid_name) << word(kind);
  for (auto const kind : {ObjectType::library, ObjectType::medium, ObjectType::side, ObjectType::logical_medium, ObjectType::drive, ObjectType::changer}) {
    EXPECT_EQ(code_of(set({.type = kind, .id = all().at(kind), .name = times("n", 64)})), Errc::invalid_name) << word(kind);
    EXPECT_EQ(code_of(set({.type = kind, .id = all().at(kind), .name = "a\nb"})), Errc::invalid_name) << word(kind);
  }
  EXPECT_EQ(code_of(set({.type = ObjectType::drive, .id = slot.guid, .description = "x"})), Errc::object_not_found) << "another type";
  for (auto const kind : {ObjectType::unknown, ObjectType::object, ObjectType::session}) EXPECT_EQ(code_of(set({.type = kind, .id = random.guid()})), Errc::invalid_parameter);
  for (Millis const wrong : {Millis{-1}, Millis{65'536'000}}) {
    EXPECT_EQ(code_of(set({.type = ObjectType::port, .id = port.guid, .max_extend = wrong})), Errc::invalid_parameter);
    EXPECT_EQ(code_of(set({.type = ObjectType::door, .id = door.guid, .max_open = wrong})), Errc::invalid_parameter);
  }
  EXPECT_EQ(code_of(set({.type = ObjectType::port, .id = port.guid, .max_extend = Millis{65'535'000}})), Errc::success);
}

TEST_F(SetObjectsTest, WhatIsAsItWasIsNoChangeAndEveryChangeIsToldOnce) {
  auto const before = book.ledger().last_event();
  db::must(set({.type = ObjectType::library, .id = jukebox.guid, .name = "Jukebox", .inventory_method = InventoryMethod::fast, .auto_recovery = true, .flags = library_flag::recognize_cleaner_barcode}));
  db::must(set({.type = ObjectType::port, .id = port.guid, .max_extend = Millis{300'000}}));
  db::must(set({.type = ObjectType::medium, .id = cartridge.guid, .name = "M1"}));
  db::must(set({.type = ObjectType::drive, .id = drive.guid, .description = "", .defer_dismount_delay = Millis{300'000}}));
  settle();
  EXPECT_THAT(events_after(before), IsEmpty());
  for (auto const& [kind, id] : all()) {
    auto const last = book.ledger().last_event();
    db::must(set({.type = kind, .id = id, .description = "changed"}));
    settle();
    auto const told = events_after(last);
    ASSERT_THAT(told, SizeIs(1)) << word(kind);
    EXPECT_EQ(told[0].type, kind);
    EXPECT_EQ(told[0].object, id);
    EXPECT_THAT(told[0].reason, HasSubstr("changed by root"));
  }
}

TEST_F(SetObjectsTest, ARequestThatIsDescribedKeepsItsState) {
  auto const before = book.ledger().last_event();
  db::must(set({.type = ObjectType::request, .id = request.guid, .description = "the one of the night"}));
  settle();
  EXPECT_EQ(events_after(before).front().state, "queued");
  book.finish(request, {RequestState::passed, Errc::success, "done"});
  settle();
  EXPECT_EQ(db::must(catalog.reader->object_text(request.guid))->description, "the one of the night") << "it goes into the history with it";
  auto const ended = book.ledger().last_event();
  db::must(attribute(ObjectType::request, request.guid, "a", "b"));
  settle();
  EXPECT_EQ(events_after(ended).front().state, "passed") << "also of one that only the catalog has";
  auto const of_side = book.ledger().last_event();
  db::must(attribute(ObjectType::side, side.guid, "a", "b"));
  settle();
  EXPECT_EQ(events_after(of_side).front().state, "allocated");
}

// ---- libraries

TEST_F(SetObjectsTest, WhatAClientHasChosenOfALibraryIsMarked) {
  db::must(set({.type = ObjectType::library, .id = jukebox.guid, .name = "Cellar", .inventory_method = InventoryMethod::omid, .auto_recovery = false, .flags = 0}));
  EXPECT_EQ(library().name, "Cellar");
  EXPECT_EQ(library().configured_as, "Jukebox") << "the configuration finds it all the same";
  EXPECT_EQ(library().chosen_by_clients, chosen::inventory_method | chosen::auto_recovery | chosen::recognize_cleaner_barcode);
  EXPECT_EQ(library().flags, 0u);
  db::must(set({.type = ObjectType::library, .id = jukebox.guid, .inventory_method = InventoryMethod::fast, .auto_recovery = true, .flags = 0x1B}));
  EXPECT_EQ(library().chosen_by_clients, 0u) << "as configured: the configuration's again";
  EXPECT_EQ(library().flags, library_flag::recognize_cleaner_barcode) << "other bits are ignored";
  EXPECT_EQ(code_of(set({.type = ObjectType::library, .id = jukebox.guid, .flags = 0x14})), Errc::not_supported) << "change detection is the configuration's";
  EXPECT_EQ(code_of(set({.type = ObjectType::library, .id = jukebox.guid, .name = ""})), Errc::invalid_name);
}

TEST_F(SetObjectsTest, OfTheOfflineLibraryTheNameAndTheDescriptionOnly) {
  EXPECT_TRUE(set({.type = ObjectType::library, .id = shelf.guid, .name = "Vault", .description = "in the bank", .flags = 0x1}));
  EXPECT_EQ(code_of(set({.type = ObjectType::library, .id = shelf.guid, .inventory_method = InventoryMethod::omid})), Errc::invalid_parameter);
  EXPECT_EQ(code_of(set({.type = ObjectType::library, .id = shelf.guid, .auto_recovery = false})), Errc::invalid_parameter);
  EXPECT_TRUE(set({.type = ObjectType::library, .id = shelf.guid, .flags = 0x11}));
  EXPECT_EQ(book.world().library(shelf)->record.flags, library_flag::fixed_offline) << "programs compare it";
}

// ---- drives

TEST_F(SetObjectsTest, ADriveHasADelayOfItsOwn) {
  db::must(set({.type = ObjectType::drive, .id = drive.guid, .defer_dismount_delay = Millis{60'000}}));
  EXPECT_EQ(book.world().drive(drive)->record.defer_dismount_delay, Millis{60'000});
  restart();
  EXPECT_EQ(book.world().drive(drive)->record.defer_dismount_delay, Millis{60'000});
  db::must(set({.type = ObjectType::drive, .id = drive.guid, .defer_dismount_delay = Millis{300'000}}));
  EXPECT_EQ(book.world().drive(drive)->record.defer_dismount_delay, std::nullopt) << "as its library has it";
  auto record = library();
  record.type = LibraryType::standalone;
  book.put(record, "a test");
  EXPECT_EQ(code_of(set({.type = ObjectType::drive, .id = drive.guid, .defer_dismount_delay = Millis{1000}})), Errc::invalid_parameter);
}

// ---- attributes

TEST_F(SetObjectsTest, AttributesOfAllStayAndGoWithTheirObject) {
  for (auto const& [kind, id] : all()) {
    db::must(attribute(kind, id, "owner", std::string("\0\xff", 2)));
    db::must(attribute(ObjectType::unknown, id, "Owner", word(kind)));
  }
  restart();
  for (auto const& [kind, id] : all()) {
    EXPECT_EQ(attribute_of(id, "owner"), std::string("\0\xff", 2)) << word(kind);
    EXPECT_EQ(attribute_of(id, "Owner"), word(kind)) << "names are compared exactly";
    EXPECT_EQ(attribute_of(id, "OWNER"), std::nullopt);
  }
  db::must(attribute(ObjectType::drive, drive.guid, "owner", "another"));
  EXPECT_EQ(attribute_of(drive.guid, "owner"), "another");
  db::must(attribute(ObjectType::drive, drive.guid, "owner", ""));
  EXPECT_EQ(attribute_of(drive.guid, "owner"), std::nullopt);
  EXPECT_TRUE(attribute(ObjectType::drive, drive.guid, "owner", "")) << "what is not there is deleted, too";
  book.erase_logical_medium(logical, "a test");
  auto record = medium(cartridge);
  record.sides[0].logical_medium = {};
  book.erase_medium(db::must(book.medium(cartridge))->id, "a test");
  settle();
  for (Guid const gone : {logical.guid, cartridge.guid, side.guid}) EXPECT_EQ(attribute_of(gone, "owner"), std::nullopt);
  EXPECT_EQ(attribute_of(slot.guid, "Owner"), "slot") << "others keep theirs";
}

// A label that is read, a side that is turned over: the record of the medium is written again.
TEST_F(SetObjectsTest, ASideThatIsReadAgainKeepsItsAttributes) {
  db::must(attribute(ObjectType::side, side.guid, "a", "1"));
  auto record = medium(cartridge);
  record.sides[0].omid = Omid{"EXT4", "id", "info"};
  record.sides.push_back({.id = random.id<SideId>(), .number = 1});
  book.put(record, "read");
  EXPECT_EQ(attribute_of(side.guid, "a"), "1");
  db::must(attribute(ObjectType::side, record.sides[1].id.guid, "b", "2"));
  record.sides.pop_back();
  book.put(record, "it has one side after all");
  EXPECT_EQ(attribute_of(side.guid, "a"), "1");
  auto const other = random.guid();
  EXPECT_EQ(attribute_of(other, "b"), std::nullopt);
}

// Deleted, and the commit has not come: the catalog has its row still.
TEST_F(SetObjectsTest, WhatIsDeletedIsGoneBeforeTheCommit) {
  auto const second = random.id<OperatorRequestId>(), third = random.id<OperatorRequestId>();
  auto const own = random.id<PoolId>();
  for (auto const id : {second, third}) book.put(OperatorRequestRecord{.id = id, .command = OperatorCommand::message, .message = "m"}, "a test", EventKind::insert);
  PoolRecord empty;
  empty.id = own;
  empty.path = empty.name = "Empty";
  book.put(empty, "a test");
  book.finish(request, {RequestState::passed, Errc::success, "done"});
  OperatorRequestRecord done = book.world().operator_requests.at(second);
  done.state = OperatorState::complete;
  book.put(done, "done");
  settle();
  auto record = medium(cartridge);
  record.sides[0].state = SideState::available;
  record.sides[0].logical_medium = {};
  book.put(record, "a test");
  book.erase_logical_medium(logical, "a test");
  db::must(book.medium(cartridge));
  book.erase_medium(cartridge, "a test");
  book.erase_pool(own, "a test");
  db::must(book.forget_request(request, "a test"));
  db::must(book.forget_operator_request(second, "a test"));
  book.erase_operator_request(third, "a test");
  std::map<ObjectType, std::vector<Guid>> const gone{{ObjectType::medium, {cartridge.guid}}, {ObjectType::side, {side.guid}}, {ObjectType::logical_medium, {logical.guid}}, {ObjectType::pool, {own.guid}},
                                                     {ObjectType::request, {request.guid}}, {ObjectType::operator_request, {second.guid, third.guid}}};
  for (auto const& [kind, ids] : gone)
    for (auto const& id : ids) {
      EXPECT_EQ(code_of(attribute(kind, id, "a", "b")), Errc::object_not_found) << word(kind);
      EXPECT_EQ(code_of(set({.type = kind, .id = id, .description = "d"})), Errc::object_not_found) << word(kind);
    }
  for (auto const& [kind, ids] : gone)
    for (auto const& id : ids) EXPECT_EQ(attribute_of(id, "a"), std::nullopt) << word(kind);
}

TEST_F(SetObjectsTest, AttributesAreRefused) {
  EXPECT_EQ(code_of(attribute(ObjectType::drive, drive.guid, "", "x")), Errc::invalid_name);
  EXPECT_EQ(code_of(attribute(ObjectType::drive, drive.guid, times("n", 32), "x")), Errc::invalid_name);
  EXPECT_TRUE(attribute(ObjectType::drive, drive.guid, times("ä", 31), "x"));
  EXPECT_EQ(code_of(attribute(ObjectType::drive, drive.guid, "n", times("x", 0x10000))), Errc::no_data);
  EXPECT_TRUE(attribute(ObjectType::drive, drive.guid, "n", times("x", 0xFFFF)));
  EXPECT_EQ(code_of(attribute(ObjectType::medium, drive.guid, "n", "x")), Errc::object_not_found) << "another type";
  EXPECT_EQ(code_of(attribute(ObjectType::unknown, random.guid(), "n", "x")), Errc::object_not_found);
  EXPECT_EQ(code_of(objects::set_attribute(book, guest, {ObjectType::drive, drive.guid, "n", "x"})), Errc::access_denied);
}

TEST_F(SetObjectsTest, EveryTypeIsFoundByItsId) {
  for (auto const& [kind, id] : all()) EXPECT_EQ(db::must(objects::type_of(book, id)), kind);
  EXPECT_EQ(db::must(objects::type_of(book, random.guid())), std::nullopt);
}

}  // namespace
}  // namespace rsm
