#include "tests/cli/samples.hpp"

namespace rsm::cli::samples {
namespace {

template <class E, class Code>
void set(E& field, Code& code, E value) {
  field = value;
  code = number(value);
}

wire::SideInfo side(std::uint32_t start, wire::MediumInfo const& medium, std::int64_t side_number) {
  wire::SideInfo s;
  s.id = SideId{guid(start, static_cast<std::uint32_t>(side_number))};
  s.medium = medium.id;
  s.medium_name = medium.name;
  s.number = side_number;
  set(s.state, s.state_code, SideState::import);
  s.label_type = "EXT4";
  s.label_id = "AAECAw==";
  s.label_info = "backup";
  s.mount_count = 3;
  s.capacity = 64 * 1024 * 1024;
  return s;
}

wire::MediumInfo medium(std::uint32_t start, std::string name, std::string place, int sides) {
  wire::MediumInfo m;
  m.id = MediumId{guid(start)};
  m.name = name;
  m.barcode = name;
  set(m.barcode_state, m.barcode_state_code, BarCodeState::ok);
  m.created = now - 90 * minute;
  m.modified = now - 3 * minute;
  m.library = library().id;
  m.library_name = place == "offline" ? "" : "Jukebox";
  m.place = std::move(place);
  m.pool = PoolId{guid(0x99000000)};
  m.pool_name = "Import\\MO 5.25\" rewritable";
  for (int i = 0; i < sides; ++i) m.sides.push_back(side(start + 1, m, i));
  return m;
}

wire::RequestInfo request(std::uint32_t start, Operation operation, RequestState state, wire::MediumInfo const& m, std::int64_t side_number) {
  wire::RequestInfo r;
  r.id = RequestId{guid(start)};
  set(r.operation, r.operation_code, operation);
  set(r.state, r.state_code, state);
  r.finished = is_final(state);
  r.queued = now - 5 * minute;
  r.changed = now - 2 * minute;
  r.session = sessions().front().session;
  r.application = "backup";
  r.user = "root";
  r.computer = "vault";
  r.library = library().id;
  r.medium = m.id;
  r.medium_name = m.name;
  if (!m.sides.empty()) r.side = m.sides[static_cast<std::size_t>(side_number)].id;
  r.side_number = side_number;
  return r;
}

}  // namespace

Guid guid(std::uint32_t start, std::uint32_t number) {
  Guid g;
  for (int i = 0; i < 4; ++i) {
    g.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(start >> (24 - 8 * i));
    g.bytes[static_cast<std::size_t>(12 + i)] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  g.bytes[6] = 0x40;
  g.bytes[8] = 0x80;
  return g;
}

wire::LibraryInfo library() {
  wire::LibraryInfo l;
  l.id = LibraryId{guid(0x11000000)};
  l.name = "Jukebox";
  l.created = now - 200 * minute;
  l.modified = now - 200 * minute;
  l.since = now - 190 * minute;
  l.reason = "inventory finished";
  l.library_type_code = number(l.library_type);
  l.inventory_method_code = number(l.inventory_method);
  l.drives = 2;
  l.slots = 12;
  l.ports = 1;
  l.changers = 1;
  l.media = 8;
  l.media_types = 1;
  l.open_requests = 3;
  return l;
}

wire::ChangerInfo changer() {
  wire::ChangerInfo c;
  c.id = ChangerId{guid(0x12000000)};
  c.library = library().id;
  c.name = "Changer 0";
  c.created = now - 200 * minute;
  c.device = "emulated:/var/lib/openrsm-emu/jukebox";
  c.vendor = "OpenRSM";
  c.product = "Emulated";
  c.handler = "pid 4711";
  c.doing = "moves A00002 from slot 2 to drive 1";
  return c;
}

std::vector<wire::DriveInfo> drives() {
  wire::DriveInfo a;
  a.id = DriveId{guid(0x21000000)};
  a.library = library().id;
  a.name = "Drive 0";
  a.created = now - 200 * minute;
  a.device = "/dev/disk/by-id/emu-drive-0";
  set(a.state, a.state_code, DriveState::loaded);
  a.since = now - 42 * minute;
  a.reason = "mounted";
  a.medium = media()[0].id;
  a.medium_name = "A00001";
  a.side = media()[0].sides[1].id;
  a.side_number = 1;
  a.session = sessions().front().session;
  a.request = RequestId{guid(0x30000000)};
  a.volume = "/dev/loop1000";
  a.mount_count = 17;
  a.defer_dismount_delay_ms = 300'000;
  a.handler = "pid 4712";
  wire::DriveInfo b;
  b.id = DriveId{guid(0x22000000)};
  b.library = library().id;
  b.name = "Drive 1";
  b.created = now - 200 * minute;
  b.number = 1;
  b.device = "/dev/disk/by-id/emu-drive-1";
  b.since = now - 2 * minute;
  b.reason = "cartridge moved to slot 7";
  b.defer_dismount_delay_ms = 300'000;
  b.handler = "pid 4713";
  return {a, b};
}

std::vector<wire::MediumInfo> media() {
  auto a = medium(0x51000000, "A00001", "drive 0", 2);
  set(a.state, a.state_code, MediaState::loaded);
  set(a.location_type, a.location_type_code, ObjectType::drive);
  a.location = guid(0x21000000);
  a.home_slot = 1;
  a.mounted_side = a.sides[1].id;
  auto b = medium(0x52000000, "A00002", "slot 2", 1);
  set(b.state, b.state_code, MediaState::inuse);
  b.location_type_code = number(b.location_type);
  b.location = guid(0x61000000, 2);
  b.home_slot = 2;
  auto c = medium(0x53000000, "Ä-大", "offline", 1);
  c.barcode.clear();
  set(c.barcode_state, c.barcode_state_code, BarCodeState::unreadable);
  set(c.state, c.state_code, MediaState::opreq);
  c.location_type_code = number(c.location_type);
  c.reason = "a person was asked to bring it";
  return {a, b, c};
}

std::vector<wire::SlotInfo> slots() {
  std::vector<wire::SlotInfo> out;
  for (std::uint32_t i = 1; i <= 3; ++i) {
    wire::SlotInfo s;
    s.id = SlotId{guid(0x61000000, i)};
    s.library = library().id;
    s.number = i;
    set(s.state, s.state_code, i == 2 ? SlotState::full : SlotState::empty);
    if (i == 2) {
      s.medium = media()[1].id;
      s.medium_name = "A00002";
    }
    out.push_back(s);
  }
  return out;
}

std::vector<wire::PortInfo> ports() {
  wire::PortInfo p;
  p.id = PortId{guid(0x71000000)};
  p.library = library().id;
  set(p.content, p.content_code, PortContent::empty);
  set(p.position, p.position_code, PortPosition::retracted);
  p.max_extend_ms = 300'000;
  return {p};
}

std::vector<wire::SessionInfo> sessions() {
  wire::SessionInfo s;
  s.session = SessionId{guid(0x41000000)};
  s.application = "backup";
  s.user = "root";
  s.computer = "vault";
  s.opened = now - 60 * minute;
  s.connected = true;
  s.open_requests = 3;
  s.drives = {DriveId{guid(0x21000000)}};
  return {s};
}

std::vector<wire::RequestInfo> requests() {
  auto const all = media();
  auto moving = request(0x31000000, Operation::mount, RequestState::inprocess, all[1], 0);
  moving.drive = DriveId{guid(0x22000000)};
  moving.drive_name = "Drive 1";
  moving.reason = "moving";
  auto waiting = request(0x32000000, Operation::mount, RequestState::waiting, all[2], 0);
  waiting.reason = "the medium is offline; a person was asked to bring it";
  auto queued = request(0x33000000, Operation::mount, RequestState::queued, all[0], 0);
  queued.reason = "queued";
  queued.priority = 7;
  auto failed = request(0x34000000, Operation::dismount, RequestState::failed, all[0], 1);
  failed.error = 170;
  failed.error_name = "ERROR_BUSY";
  failed.reason = "/mnt/a is open in process 4711 (dd)";
  failed.completed = now - minute;
  return {moving, waiting, queued, failed};
}

std::vector<wire::OperatorRequestInfo> operator_requests() {
  wire::OperatorRequestInfo o;
  o.id = OperatorRequestId{guid(0x81000000)};
  set(o.command, o.command_code, OperatorCommand::move_media);
  o.state_code = number(o.state);
  o.message = "Bring the medium Ä-大 to the library Jukebox";
  o.submitted = now - 5 * minute;
  o.changed = now - 5 * minute;
  o.argument1 = media()[2].id.guid;
  o.argument2 = library().id.guid;
  o.request = requests()[1].id;
  o.application = "backup";
  o.user = "root";
  return {o};
}

std::vector<wire::EventInfo> events() {
  wire::EventInfo queued;
  queued.number = 101;
  queued.time = now - 2000;
  queued.type = ObjectType::request;
  queued.type_code = number(queued.type);
  set(queued.kind, queued.kind_code, EventKind::insert);
  queued.object = guid(0x31000000);
  queued.state = "queued";
  queued.request = RequestId{guid(0x31000000)};
  wire::EventInfo drive = queued;
  drive.number = 102;
  set(drive.type, drive.type_code, ObjectType::drive);
  set(drive.kind, drive.kind_code, EventKind::update);
  drive.object = guid(0x22000000);
  drive.state = "mounted";
  drive.reason = "cartridge A00002 moved from slot 2";
  return {queued, drive};
}

wire::StatusReply status() {
  wire::StatusReply s;
  s.version = "0.1.0";
  s.now = now;
  s.started = now - 192 * minute;
  s.ready = true;
  s.libraries = {library()};
  s.changers = {changer()};
  s.drives = drives();
  auto const all = requests();
  s.waiting = {{all[0], "the changer brings it to drive 1"},
               {all[1], "a person has to bring Ä-大; asked 5 min ago"},
               {all[2], "side 1 of A00001 is loaded in drive 0 for backup (root); the cartridge is turned after its dismount"}};
  auto const asked = now - 5 * minute;
  s.queue = {{RequestState::queued, 1, asked, 0, asked}, {RequestState::inprocess, 1, asked, 0, asked}, {RequestState::waiting, 1, asked, 0, asked}};
  s.attention = {"Bring the medium Ä-大 to the library Jukebox"};
  s.operator_requests = operator_requests();
  s.sessions = 1;
  s.commits = 400;
  s.changes = 900;
  s.last_event = 102;
  s.last_change = now - 2000;
  s.holders = {{drives()[0].id, "backup", "root", "tower"}};
  s.catalog_bytes = 1 << 20;
  return s;
}

}  // namespace rsm::cli::samples
