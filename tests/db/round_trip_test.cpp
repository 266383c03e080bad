#include <gmock/gmock.h>

#include <map>

#include "db/list_text.hpp"
#include "db/sqlite_error.hpp"
#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::at;
using samples::set_of;
using testing::IsEmpty;

// A world in which every record type occurs twice, and what load_active must say of it.
struct WrittenWorld {
  ActiveWorld active;
  std::vector<MediumRecord> media;
  std::vector<LogicalMediumRecord> logical_media;
  std::vector<Change> changes;

  explicit WrittenWorld(SeededRandom& random) : sample{random} {
    for (int i = 0; i < 2; ++i) add_library();
    for (int i = 0; i < 2; ++i) add_rest(static_cast<std::uint64_t>(i + 1));
    finish();
  }

 private:
  template <class T>
  T keep(std::vector<T>& list, T record) {
    list.push_back(record);
    changes.push_back(record);
    return record;
  }

  void add_library() {
    auto const library = keep(active.libraries, sample.library());
    auto const type = keep(active.media_types, sample.media_type());
    keep(active.library_media_types, LibraryMediaType{library.id, type.id});
    keep(active.changers, sample.changer(library.id));
    auto const drive = keep(active.drives, sample.drive(library.id));
    keep(active.hot_drives, sample.drive_hot(drive.id));
    keep(active.slots, sample.slot(library.id));
    keep(active.ports, sample.port(library.id));
    keep(active.doors, sample.door(library.id));
    keep(active.intents, sample.intent(library.id));
    auto const pool = keep(active.pools, sample.pool({}, type.id));
    auto const inner = keep(active.pools, sample.pool(pool.id, type.id));
    auto const medium = keep(media, sample.medium(library.id, inner.id, type.id));
    keep(logical_media, sample.logical_medium(medium.sides[0].id, inner.id));
  }
  void add_rest(std::uint64_t sequence) {
    keep(active.sessions, sample.session());
    keep(active.open_requests, sample.request(sequence, active.libraries[0].id));
    keep(active.operator_requests, sample.operator_request());
    keep(active.device_types, DeviceTypeRecord{sample.random.id<DeviceTypeId>(), sequence % 2 == 0, "Maker", "Model " + std::to_string(sequence), 0x1F, samples::at(sequence)});
    keep(active.destinations, DestinationRecord{active.libraries[0].id.guid, MessageKind::error, "host" + std::to_string(sequence)});
    keep(active.timings, TimingRecord{active.drives[sequence - 1].id.guid, sequence % 2 == 0 ? TimingKind::load : TimingKind::hold, 1000 + sequence, {{4, 16, 7}, {40, 32, 1100 + static_cast<std::int64_t>(sequence)}}});
    if (!active.computer) {
      active.computer = ComputerRecord{sample.random.id<ComputerId>(), samples::at(1), samples::at(2), 3, 1, 0x31, Millis{1000}, std::nullopt};
      changes.push_back(*active.computer);
    }
  }
  // The order in which the reader gives them.
  void finish() {
    auto const by_id = [](auto& list) { std::sort(list.begin(), list.end(), [](auto const& a, auto const& b) { return a.id < b.id; }); };
    by_id(active.libraries), by_id(active.media_types), by_id(active.changers), by_id(active.drives), by_id(active.hot_drives),
        by_id(active.slots);
    by_id(active.ports), by_id(active.doors), by_id(active.pools), by_id(active.sessions), by_id(active.device_types);
    auto const by_library = [](auto const& a, auto const& b) { return a.library < b.library; };
    std::sort(active.library_media_types.begin(), active.library_media_types.end(), by_library);
    std::sort(active.intents.begin(), active.intents.end(), by_library);
    std::sort(active.timings.begin(), active.timings.end(), [](auto const& a, auto const& b) { return std::tie(a.subject, a.kind) < std::tie(b.subject, b.kind); });
    std::sort(active.operator_requests.begin(), active.operator_requests.end(),
              [](auto const& a, auto const& b) { return std::tie(a.submitted, a.id) < std::tie(b.submitted, b.id); });
    active.media_count = media.size();
    active.last_request_sequence = active.open_requests.size();
  }

  samples::Sample sample;
};

void expect_same(ActiveWorld const& a, ActiveWorld const& b) {
  EXPECT_EQ(a.libraries, b.libraries);
  EXPECT_EQ(a.library_media_types, b.library_media_types);
  EXPECT_EQ(a.changers, b.changers);
  EXPECT_EQ(a.drives, b.drives);
  EXPECT_EQ(a.hot_drives, b.hot_drives);
  EXPECT_EQ(a.slots, b.slots);
  EXPECT_EQ(a.ports, b.ports);
  EXPECT_EQ(a.doors, b.doors);
  EXPECT_EQ(a.media_types, b.media_types);
  EXPECT_EQ(a.pools, b.pools);
  EXPECT_EQ(a.sessions, b.sessions);
  EXPECT_EQ(a.open_requests, b.open_requests);
  EXPECT_EQ(a.intents, b.intents);
  EXPECT_EQ(a.operator_requests, b.operator_requests);
  EXPECT_EQ(a.computer, b.computer);
  EXPECT_EQ(a.device_types, b.device_types);
  EXPECT_EQ(a.destinations, b.destinations);
  EXPECT_EQ(a.timings, b.timings);
  EXPECT_EQ(a.last_event, b.last_event);
  EXPECT_EQ(a.last_request_sequence, b.last_request_sequence);
  EXPECT_EQ(a.media_count, b.media_count);
}

TEST(RoundTrip, TheActiveWorldIsWhatWasWritten) {
  SeededRandom random(1);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  expect_same(must(catalog.reader->load_active()), world.active);
  for (auto const& medium : world.media) EXPECT_EQ(must(catalog.reader->medium(medium.id)), medium);
  for (auto const& logical : world.logical_media) EXPECT_EQ(must(catalog.reader->logical_medium(logical.id)), logical);
}

TEST(RoundTrip, WrittenBackwardsItIsTheSame) {
  SeededRandom random(2);
  WrittenWorld world(random);
  std::reverse(world.changes.begin(), world.changes.end());
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  expect_same(must(catalog.reader->load_active()), world.active);
}

TEST(RoundTrip, WrittenAgainWithOtherValuesItIsTheNewOnes) {
  SeededRandom random(3);
  MemoryCatalog catalog;
  samples::Sample sample{random};
  auto old = WrittenWorld(random);
  catalog.write(set_of(old.changes));
  auto library = old.active.libraries[0];
  auto const id = library.id;
  library = sample.library(), library.id = id;
  auto drive = sample.drive(old.active.drives[0].library), hot = drive;
  drive.id = old.active.drives[0].id;
  auto drive_hot = sample.drive_hot(drive.id);
  auto request = old.active.open_requests[0];
  request.state = RequestState::waiting, request.reason = "again", request.due.reset(), request.slot.reset();
  catalog.write(set_of({library, drive, drive_hot, request}));
  auto const now = must(catalog.reader->load_active());
  EXPECT_THAT(now.libraries, testing::Contains(library));
  EXPECT_THAT(now.drives, testing::Contains(drive));
  EXPECT_THAT(now.hot_drives, testing::Contains(drive_hot));
  EXPECT_THAT(now.open_requests, testing::Contains(request));
  EXPECT_EQ(now.libraries.size(), old.active.libraries.size());
  EXPECT_EQ(now.drives.size(), old.active.drives.size());
  EXPECT_EQ(now.open_requests.size(), old.active.open_requests.size());
}

TEST(RoundTrip, DefaultsAndEmptyOptionalsToo) {
  SeededRandom random(4);
  MemoryCatalog catalog;
  LibraryRecord library{.id = random.id<LibraryId>()};
  DriveRecord drive{.id = random.id<DriveId>(), .library = library.id};
  DriveHot hot{.id = drive.id};
  SlotRecord slot{.id = random.id<SlotId>(), .library = library.id};
  PortRecord port{.id = random.id<PortId>(), .library = library.id};
  PoolRecord pool{.id = random.id<PoolId>()};
  MediumRecord medium{.id = random.id<MediumId>()};
  medium.sides = {Side{.id = random.id<SideId>()}, Side{.id = random.id<SideId>(), .omid = Omid{}}};
  LogicalMediumRecord logical{.id = random.id<LogicalMediumId>(), .user = "alice"};
  RequestRecord request{.id = random.id<RequestId>(), .sequence = 1};
  IntentRecord intent{.library = library.id};
  OperatorRequestRecord operator_request{.id = random.id<OperatorRequestId>()};
  catalog.write(set_of({library, drive, hot, slot, port, pool, medium, logical, request, intent, operator_request}));
  auto const now = must(catalog.reader->load_active());
  EXPECT_EQ(now.libraries, std::vector{library});
  EXPECT_EQ(now.drives, std::vector{drive});
  EXPECT_EQ(now.hot_drives, std::vector{hot});
  EXPECT_EQ(now.slots, std::vector{slot});
  EXPECT_EQ(now.ports, std::vector{port});
  EXPECT_EQ(now.pools, std::vector{pool});
  EXPECT_EQ(now.open_requests, std::vector{request});
  EXPECT_EQ(now.intents, std::vector{intent});
  EXPECT_EQ(now.operator_requests, std::vector{operator_request});
  EXPECT_EQ(must(catalog.reader->medium(medium.id)), medium);
  EXPECT_EQ(must(catalog.reader->logical_medium(logical.id)), logical);
  EXPECT_EQ(now.media_of_users, (std::map<std::string, std::uint64_t>{{"alice", 1}}));
}

TEST(RoundTrip, AlertsThatThisProgramCannotHaveWrittenAreDamage) {
  std::vector<AlertRecord> alerts(1);
  std::vector<Density> densities(1);
  read_list("", alerts), read_list("", densities);
  EXPECT_THAT(alerts, IsEmpty());
  EXPECT_THAT(densities, IsEmpty());
  EXPECT_EQ(text_of(alerts), "");
  EXPECT_EQ(text_of(densities), "");
  for (std::string const damaged : {"{}", "[{}]", "[", "[{\"number\": -1}]", "x"}) {
    EXPECT_THROW(read_list(damaged, alerts), DamagedRow) << damaged;
    EXPECT_THROW(read_list(damaged, densities), DamagedRow) << damaged;
  }
}

TEST(RoundTrip, WhatNobodyHasToldOfACartridgeIsNoValueAndNotZero) {
  SeededRandom random(7);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  auto medium = world.media[0];
  medium.cartridge = {.loads = 0};
  catalog.write(set_of({medium}));
  auto const back = must(catalog.reader->medium(medium.id));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->cartridge, (CartridgeFacts{.loads = 0}));
}

TEST(RoundTrip, AMediumChangesInEveryWay) {
  SeededRandom random(5);
  samples::Sample sample{random};
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  auto const library = world.active.libraries[1].id;
  MediumRecord medium = sample.medium(world.active.libraries[0].id, world.active.pools[0].id, world.active.media_types[0].id);
  std::vector<std::function<void(MediumRecord&)>> const edits = {
      [](auto&) {},
      [&](auto& m) {
        m.place = InElement{world.active.libraries[0].id, {ElementKind::drive, 1}};
      },
      [](auto& m) { m.description = "moved", m.modified = at(99), m.enabled = true, m.home_slot.reset(), m.trouble.clear(); },
      [](auto& m) { m.sequence_number = "other", m.home_slot = 12; },
      [&](auto& m) { m.alerts.push_back(sample.alert(54)); },
      [](auto& m) { m.alerts.clear(); },
      [](auto& m) { m.cartridge.loads = 43, m.cartridge.remaining.reset(), m.cartridge.serial = "other"; },
      [](auto& m) { m.name = "renamed"; },
      [](auto& m) { m.created = at(123); },
      [](auto& m) { m.barcode = ""; },
      [&](auto& m) { m.pool = world.active.pools[1].id; },
      [](auto& m) { m.pool = {}; },
      [&](auto& m) { m.type = world.active.media_types[1].id; },
      [](auto& m) { m.place = Offline{}; },
      [&](auto& m) {
        m.library = library, m.place = InElement{library, {ElementKind::slot, 0}};
      },
      [](auto& m) { m.sides[0].mount_count = 7, m.sides[1].state = SideState::complete; },
      [](auto& m) { m.sides[1].omid.reset(); },
      [](auto& m) { std::swap(m.sides[0], m.sides[1]); },
      [&](auto& m) { m.sides.push_back(sample.side(2)); },
      [](auto& m) { m.sides.erase(m.sides.begin()); },
      [](auto& m) { m.sides.clear(); },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    edits[i](medium);
    catalog.write(set_of({medium}));
    ASSERT_EQ(must(catalog.reader->medium(medium.id)), medium) << "edit " << i;
  }
}

TEST(RoundTrip, WhatADriveOrALibraryTakesGoesWithIt) {
  SeededRandom random(31);
  samples::Sample sample{random};
  MemoryCatalog catalog;
  auto const library = sample.library();
  auto const drive = sample.drive(library.id), other = sample.drive(library.id);
  auto const timing = [](Guid subject) { return TimingRecord{subject, TimingKind::unload, 3, {{40, 48, 1100}}}; };
  catalog.write(set_of({library, drive, other, timing(library.id.guid), timing(drive.id.guid), timing(other.id.guid)}));
  auto again = timing(other.id.guid);
  again.seen = 4, again.buckets[0].weight = 64;
  catalog.write(set_of({again, Erase{ObjectType::drive, drive.id.guid}}));
  auto const kept = must(catalog.reader->load_active()).timings;
  EXPECT_THAT(kept, testing::UnorderedElementsAre(timing(library.id.guid), again));
  catalog.write(set_of({Erase{ObjectType::drive, other.id.guid}, Erase{ObjectType::library, library.id.guid}}));
  EXPECT_TRUE(must(catalog.reader->load_active()).timings.empty());
}

TEST(RoundTrip, EveryKindOfObjectIsErased) {
  SeededRandom random(6);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  auto const& a = world.active;
  std::vector<Change> erasures;
  auto const erase = [&](ObjectType type, auto const& list) {
    for (auto const& each : list) erasures.push_back(Erase{type, each.id.guid});
  };
  erase(ObjectType::logical_medium, world.logical_media), erase(ObjectType::medium, world.media);
  erase(ObjectType::drive, a.drives), erase(ObjectType::changer, a.changers), erase(ObjectType::slot, a.slots),
      erase(ObjectType::port, a.ports);
  erase(ObjectType::door, a.doors), erase(ObjectType::session, a.sessions), erase(ObjectType::request, a.open_requests);
  erase(ObjectType::operator_request, a.operator_requests), erase(ObjectType::pool, a.pools), erase(ObjectType::media_type, a.media_types);
  for (auto const& intent : a.intents) erasures.push_back(EraseIntent{intent.library});
  catalog.write(set_of(erasures));
  auto now = must(catalog.reader->load_active());
  EXPECT_EQ(now.libraries, a.libraries);  // not asked for
  erasures.clear();
  erase(ObjectType::library, a.libraries);
  catalog.write(set_of(erasures));
  catalog.write(set_of(erasures));  // not there any more: nothing
  ActiveWorld left;  // the computer is always there, models are never forgotten, and no number is given again
  left.last_request_sequence = a.last_request_sequence;
  left.computer = a.computer;
  left.device_types = a.device_types;
  expect_same(must(catalog.reader->load_active()), left);
  EXPECT_EQ(must(catalog.reader->medium_of_side(world.media[0].sides[0].id)), std::nullopt);
}

TEST(RoundTrip, TheSecurityOfAnObjectIsKeptAndGoesWithIt) {
  SeededRandom random(10);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  PoolRecord of_its_own;
  of_its_own.id = random.id<PoolId>();
  of_its_own.name = of_its_own.path = "Of its own";
  catalog.write(set_of({of_its_own}));
  Guid const pool = of_its_own.id.guid, library = world.active.libraries[0].id.guid;
  std::string const bytes("\0\1\0", 3);
  catalog.write(set_of({ObjectSecurity{pool, "first"}, ObjectSecurity{library, bytes}, ObjectSecurity{Guid{}, "computer"}}));
  catalog.write(set_of({ObjectSecurity{pool, bytes}}));
  auto const read = must(catalog.reader->load_active()).securities;
  EXPECT_THAT(read, testing::UnorderedElementsAre(ObjectSecurity{pool, bytes}, ObjectSecurity{library, bytes}, ObjectSecurity{Guid{}, "computer"}));
  catalog.write(set_of({Erase{ObjectType::pool, pool}}));
  EXPECT_THAT(must(catalog.reader->load_active()).securities, testing::UnorderedElementsAre(ObjectSecurity{library, bytes}, ObjectSecurity{Guid{}, "computer"}));
}

TEST(RoundTrip, WhatIsSaidOfAnObjectGoesWithIt) {
  SeededRandom random(9);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  auto const& a = world.active;
  std::map<ObjectType, Guid> const objects = {{ObjectType::drive, a.drives[0].id.guid}, {ObjectType::slot, a.slots[0].id.guid}, {ObjectType::port, a.ports[0].id.guid},
                                              {ObjectType::door, a.doors[0].id.guid}, {ObjectType::changer, a.changers[0].id.guid}, {ObjectType::request, a.open_requests[0].id.guid},
                                              {ObjectType::operator_request, a.operator_requests[0].id.guid}, {ObjectType::logical_medium, world.logical_media[0].id.guid},
                                              {ObjectType::medium, world.media[0].id.guid}};
  Guid const side = world.media[0].sides[0].id.guid;
  std::vector<Change> said{ObjectText{side, "front", ""}, ObjectAttribute{side, "a", "b"}};
  for (auto const& [type, id] : objects) said.insert(said.end(), {ObjectText{id, "", word(type)}, ObjectAttribute{id, "a", std::string("\0", 1)}});
  catalog.write(set_of(said));
  for (auto const& [type, id] : objects) {
    EXPECT_EQ(must(catalog.reader->object_text(id)), (ObjectText{id, "", word(type)}));
    EXPECT_EQ(must(catalog.reader->object_attribute(id, "a")), std::string("\0", 1));
    EXPECT_EQ(must(catalog.reader->object_attribute(id, "A")), std::nullopt);
  }
  auto ended = a.open_requests[0];
  ended.state = RequestState::passed;
  catalog.write(set_of({ended}));
  EXPECT_NE(must(catalog.reader->object_text(ended.id.guid)), std::nullopt) << "it goes into the history with it";
  std::vector<Change> erasures;
  for (auto const type : {ObjectType::logical_medium, ObjectType::medium, ObjectType::drive, ObjectType::slot, ObjectType::port, ObjectType::door, ObjectType::changer, ObjectType::request, ObjectType::operator_request})
    erasures.push_back(Erase{type, objects.at(type)});
  catalog.write(set_of(erasures));
  for (auto const& [type, id] : objects) {
    EXPECT_EQ(must(catalog.reader->object_text(id)), std::nullopt) << word(type);
    EXPECT_EQ(must(catalog.reader->object_attribute(id, "a")), std::nullopt) << word(type);
  }
  EXPECT_EQ(must(catalog.reader->object_text(side)), std::nullopt);
  EXPECT_EQ(must(catalog.reader->object_attribute(side, "a")), std::nullopt);
}

TEST(RoundTrip, TheRootAndWhatALibraryTakesNoMore) {
  SeededRandom random(10);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  EXPECT_EQ(must(catalog.reader->load_active()).root_pool, PoolId{});
  auto const root = random.id<PoolId>();
  catalog.write(set_of(world.changes));
  auto const& taken = world.active.library_media_types;
  catalog.write(set_of({RootPool{root}, EraseLibraryMediaType{taken[0].library, taken[0].type}}));
  auto const now = must(catalog.reader->load_active());
  EXPECT_EQ(now.root_pool, root);
  EXPECT_EQ(now.library_media_types, (std::vector{taken[1]}));
}

TEST(RoundTrip, ALibraryTakesItsPartsAlong) {
  SeededRandom random(7);
  WrittenWorld world(random);
  MemoryCatalog catalog;
  catalog.write(set_of(world.changes));
  std::vector<Change> erasures;
  for (auto const& library : world.active.libraries) erasures.push_back(Erase{ObjectType::library, library.id.guid});
  catalog.write(set_of(erasures));
  auto const now = must(catalog.reader->load_active());
  EXPECT_THAT(now.drives, IsEmpty());
  EXPECT_THAT(now.hot_drives, IsEmpty());
  EXPECT_THAT(now.changers, IsEmpty());
  EXPECT_THAT(now.slots, IsEmpty());
  EXPECT_THAT(now.ports, IsEmpty());
  EXPECT_THAT(now.doors, IsEmpty());
  EXPECT_THAT(now.intents, IsEmpty());
  EXPECT_THAT(now.library_media_types, IsEmpty());
  EXPECT_EQ(now.media_count, world.media.size());  // cartridges exist without their library
}

TEST(RoundTrip, ChangesApplyInTheirOrder) {
  SeededRandom random(8);
  samples::Sample sample{random};
  MemoryCatalog catalog;
  auto first = sample.session(), second = first;
  second.user = "second";
  catalog.write(set_of({first, second}));
  EXPECT_EQ(must(catalog.reader->load_active()).sessions, std::vector{second});
  catalog.write(set_of({Erase{ObjectType::session, first.id.guid}, first}));
  EXPECT_EQ(must(catalog.reader->load_active()).sessions, std::vector{first});
  catalog.write(set_of({second, Erase{ObjectType::session, first.id.guid}}));
  EXPECT_THAT(must(catalog.reader->load_active()).sessions, IsEmpty());
}

TEST(RoundTrip, SurvivesClosingAndOpening) {
  SeededRandom random(9);
  WrittenWorld world(random);
  Folder folder;
  {
    auto database = must(Database::open_owner(folder.file("catalog.db")));
    Writer writer(*database);
    ChangeSet const set = set_of(world.changes);
    must(writer.commit({&set, 1}));
  }
  auto database = must(Database::open_owner(folder.file("catalog.db")));
  SqliteReader reader(must(Database::open_reader(folder.file("catalog.db"))));
  expect_same(must(reader.load_active()), world.active);
}

}  // namespace
}  // namespace rsm::db
