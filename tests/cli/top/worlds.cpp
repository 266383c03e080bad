#include "tests/cli/top/worlds.hpp"

#include <cstdio>

namespace rsm::top::testing {
namespace {

constexpr std::int64_t second = 1000, minute = 60 * second;

LibraryId const library{id_of(1)};

wire::MediumInfo medium(std::uint32_t number, std::uint32_t home) {
  wire::MediumInfo m;
  m.id = MediumId{id_of(1000 + number)};
  m.name = "A0000" + std::to_string(number);
  m.home_slot = home;
  m.home_slot_id = SlotId{id_of(10'000 + home)};
  return m;
}

wire::DriveInfo drive(std::uint32_t number) {
  wire::DriveInfo d;
  d.id = DriveId{id_of(100 + number)};
  d.library = library;
  d.number = number;
  d.name = "Jukebox drive " + std::to_string(number);
  return d;
}

wire::WaitingInfo request(std::uint32_t number, Operation operation, RequestState state, std::string about, std::string why) {
  wire::WaitingInfo w;
  w.request.id = RequestId{id_of(number)};
  w.request.operation = operation;
  w.request.state = state;
  w.request.library = library;
  w.request.user = "bob";
  if (auto const colon = about.find(':'); colon != std::string::npos) {
    w.request.side = SideId{id_of(number + 1)};
    w.request.side_number = about[colon + 1] - '0';
    about.erase(colon);
  }
  w.request.medium_name = about;
  w.why = std::move(why);
  return w;
}

wire::EventInfo event(std::int64_t number, std::int64_t ago, ObjectType type, Guid object, std::string state, std::string reason) {
  wire::EventInfo e;
  e.number = number;
  e.time = now - ago;
  e.type = type;
  e.object = object;
  e.state = std::move(state);
  e.reason = std::move(reason);
  return e;
}

}  // namespace

Guid id_of(std::uint32_t number) {
  char text[37];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", number);
  return *Guid::parse(text);
}

watch::World empty_world() {
  watch::World w;
  w.last_news = now;
  w.events = std::make_shared<std::deque<wire::EventInfo>>();
  return w;
}

watch::World busy_world(std::size_t slots) {
  watch::World w = empty_world();
  wire::LibraryInfo l;
  l.id = library;
  l.name = "Jukebox";
  l.slots = static_cast<std::int64_t>(slots);
  wire::LibraryInfo shelf;
  shelf.flags = library_flag::fixed_offline;
  wire::LibraryInfo other = l;
  other.id = LibraryId{id_of(2)};
  other.name = "Attic";
  w.status.libraries = {shelf, l, other};

  std::vector<wire::SlotInfo> all;
  for (std::uint32_t i = 0; i < slots; ++i) {
    wire::SlotInfo s;
    s.id = SlotId{id_of(10'000 + i)};
    s.library = library;
    s.number = i;
    s.state = i % 11 == 2 || i == 4 || i == 6 ? SlotState::empty : i == 9 ? SlotState::unknown : i == 19 ? SlotState::not_present : SlotState::full;
    if (s.state == SlotState::full) {
      s.medium = MediumId{id_of(2000 + i)};
      s.medium_name = "B" + std::to_string(10'000 + i);
    }
    all.push_back(std::move(s));
  }
  w.slots[library] = std::make_shared<std::vector<wire::SlotInfo> const>(std::move(all));

  auto const loaded = medium(4, 4), ejected = medium(9, 2), coming = medium(7, 6);
  for (auto const& m : {loaded, ejected, coming}) w.out[m.id] = m;
  wire::PortInfo port;
  port.id = PortId{id_of(50)};
  port.library = library;
  port.content = PortContent::full;
  port.medium = ejected.id;
  w.ports[library] = {port};
  wire::DoorInfo door;
  door.state = DoorState::closed;
  w.doors[library] = {door};

  auto first = drive(0), next = drive(1), broken = drive(2);
  first.state = DriveState::loaded;
  first.medium = loaded.id;
  first.medium_name = loaded.name;
  first.side = SideId{id_of(61)};
  first.since = now - 12 * minute;
  first.mount_count = 812;
  next.since = now - 2 * second;
  next.mount_count = 640;
  broken.operational_state = OperationalState::needs_service;
  broken.condition_reason = "3 errors in a row";
  broken.since = now - 11 * minute;
  w.status.drives = {first, next, broken};
  w.status.holders = {{first.id, "amanda", "alice", "host"}};

  wire::ChangerInfo arm;
  arm.id = ChangerId{id_of(70)};
  arm.library = library;
  arm.handler = "pid 4711";
  arm.moving = wire::MovingInfo{coming.id, coming.name, "slot 6", "drive 1", false, now - 4 * second, 9 * second};
  w.status.changers = {arm};

  w.status.waiting = {request(0x3f2a91c0, Operation::mount, RequestState::inprocess, "A00007:0", "the arm brings it"),
                      request(0x77be0134, Operation::mount, RequestState::waiting, "A00012:1", "behind 3f2a91c0; no drive is free"),
                      request(0x0c9d55aa, Operation::mount, RequestState::waiting, "A00013:0", "behind 77be0134; no drive is free"),
                      request(0x5a10ffee, Operation::eject, RequestState::waiting, "A00002", "port 0 is full"),
                      request(0x91d0c3b7, Operation::dismount, RequestState::deferred, "A00004:0", "unless it is wanted before")};
  w.status.waiting[0].request.priority = 5;
  w.status.waiting[4].request.due = now + 3 * minute;
  w.expected = {{w.status.waiting[1].request.id, now + 2 * minute}, {w.status.waiting[2].request.id, now + 5 * minute}};

  wire::OperatorRequestInfo asked;
  asked.id = OperatorRequestId{id_of(0x1a2b3c4d)};
  asked.request = w.status.waiting[3].request.id;
  asked.message = "take A00009 out of port 0; 5a10ffee waits for it";
  asked.submitted = now - 3 * minute;
  w.status.operator_requests = {asked};
  w.status.attention = {"Jukebox drive 2 needs service: 3 errors in a row", asked.message};

  auto events = std::make_shared<std::deque<wire::EventInfo>>();
  *events = {event(10'477, 20 * second, ObjectType::request, id_of(0x5a10ffee), "waiting", "port 0 is full; operator asked"),
             event(10'478, 13 * second, ObjectType::port, port.id.guid, "full", "A00009 from slot 2"),
             event(10'479, 13 * second, ObjectType::medium, ejected.id.guid, "idle", "is in port 0"),
             event(10'480, 2 * second, ObjectType::changer, arm.id.guid, "moving", "A00007 from slot 6 to drive 1"),
             event(10'481, 2 * second, ObjectType::drive, next.id.guid, "dismounted", "reserved for 3f2a91c0"),
             event(10'482, 2 * second, ObjectType::request, id_of(0x3f2a91c0), "inprocess", "given to drive 1")};
  w.events = events;
  return w;
}

}  // namespace rsm::top::testing
