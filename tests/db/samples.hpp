// Records with every member set to something that is not its default, and a small consistent world of them.
// Thread rule: pure functions of the random numbers given.
#pragma once

#include <string>

#include "db/changes.hpp"
#include "db/writer.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::db::samples {

inline TimePoint at(std::int64_t ms) {
  return from_ms(1'700'000'000'000 + ms);
}

struct Sample {
  SeededRandom& random;

  std::string text(char const* what) { return std::string(what) + " " + std::to_string(random.below(1000)) + " äß"; }
  std::uint32_t some() { return static_cast<std::uint32_t>(1 + random.below(1'000'000)); }
  Condition condition() { return {OperationalState::needs_service, at(random.next() % 1000), text("door open")}; }

  LibraryRecord library() {
    return {.id = random.id<LibraryId>(),
            .name = text("Jukebox"),
            .description = text("in the cellar"),
            .created = at(1),
            .modified = at(2),
            .type = LibraryType::standalone,
            .enabled = false,
            .condition = condition(),
            .inventory_method = InventoryMethod::omid,
            .auto_recovery = false,
            .barcode_reader = false,
            .flags = some(),
            .defer_dismount_delay = Millis{12'345},
            .configured_as = text("jukebox"),
            .chosen_by_clients = 3};
  }
  ChangerRecord changer(LibraryId library) {
    ChangerRecord record{.id = random.id<ChangerId>(),
                         .library = library,
                         .number = some(),
                         .name = text("Changer"),
                         .device = text("/dev/tape/by-id/"),
                         .created = at(3)};
    static_cast<DeviceIdentity&>(record) = {text("V"), text("P"), text("S"), text("R")};
    return record;
  }
  AlertRecord alert(std::uint32_t number) { return {{number, AlertSeverity::critical, AlertAbout::cleaning, text("clean now")}, at(21), text("beside")}; }
  DriveRecord drive(LibraryId library) {
    DriveRecord record{.id = random.id<DriveId>(),
                       .library = library,
                       .number = some(),
                       .name = text("Drive"),
                       .device = text("/dev/x"),
                       .created = at(4),
                       .enabled = false,
                       .condition = condition(),
                       .alerts = {alert(20), alert(4)},
                       .densities = {{.code = some(), .name = text("U"), .description = text("d"), .writable = true, .capacity = some()}, {.code = some(), .name = {}, .description = {}}},
                       .defer_dismount_delay = Millis{23'456}};
    static_cast<DeviceIdentity&>(record) = {text("V"), text("P"), text("S"), text("R")};
    return record;
  }
  DriveHot drive_hot(DriveId drive) {
    return {.id = drive,
            .state = DriveState::dismountable,
            .since = at(5),
            .reason = text("idle"),
            .medium = random.id<MediumId>(),
            .side = random.id<SideId>(),
            .session = random.id<SessionId>(),
            .request = random.id<RequestId>(),
            .volume = text("/dev/loop"),
            .mount_count = some(),
            .errors_in_a_row = 2};
  }
  SlotRecord slot(LibraryId library) { return {random.id<SlotId>(), library, some(), SlotState::needs_inventory, random.id<MediumId>()}; }
  PortRecord port(LibraryId library) {
    return {random.id<PortId>(), library, some(), PortContent::full, PortPosition::extended, Millis{77}, random.id<MediumId>()};
  }
  DoorRecord door(LibraryId library) { return {random.id<DoorId>(), library, some(), DoorState::open, Millis{78}}; }
  MediaTypeRecord media_type() {
    return {.id = random.id<MediaTypeId>(),
            .code = some(),
            .name = text("MO"),
            .sides = 2,
            .read_write = ReadWrite::write_once,
            .device_type = 5};
  }
  PoolRecord pool(PoolId parent, MediaTypeId type) {
    return {.id = random.id<PoolId>(),
            .parent = parent,
            .name = text("pool"),
            .path = text("Import\\pool"),
            .description = text("d"),
            .created = at(6),
            .modified = at(7),
            .type = PoolType::import,
            .media_type = type,
            .allocation_policy = 1,
            .deallocation_policy = 2,
            .max_allocates = 3,
            .defer_dismount_delay = Millis{9}};
  }
  Side side(std::uint32_t number) {
    return {.id = random.id<SideId>(),
            .number = number,
            .state = SideState::decommissioned,
            .logical_medium = {},
            .omid = Omid{"EXT4", std::string("\0id\xff", 4) + std::to_string(random.next()), text("label"), random.chance(50) ? "ISO9660 " + std::to_string(random.next()) : ""},
            .mount_count = some(),
            .allocate_count = some(),
            .capacity = 5'000'000'000};
  }
  MediumRecord medium(LibraryId library, PoolId pool, MediaTypeId type) {
    return {.id = random.id<MediumId>(),
            .name = text("A0000"),
            .description = text("d"),
            .created = at(static_cast<std::int64_t>(random.below(50))),
            .modified = at(9),
            .enabled = false,
            .type = type,
            .pool = pool,
            .barcode = "B" + std::to_string(random.next()),
            .sequence_number = text("s"),
            .library = library,
            .place = InElement{library, {ElementKind::port, some()}},
            .home_slot = 0,
            .trouble = text("stuck"),
            .sides = {side(1), side(0)},
            .alerts = {alert(7)},
            .cartridge = {.density_code = some(), .scsi_medium_type = some(), .density = text("U"), .manufacturer = text("M"), .serial = text("S"), .loads = some(),
                          .bytes_written = 0, .bytes_read = some(), .capacity = 6'000'000'000'000, .remaining = some()}};
  }
  LogicalMediumRecord logical_medium(SideId side, PoolId pool) {
    return {random.id<LogicalMediumId>(), side, pool, text("lm"), text("d"), at(10), random.id<PoolId>(), random.id<SessionId>(), "key-" + std::to_string(random.next())};
  }
  SessionRecord session() {
    return {.id = random.id<SessionId>(),
            .secret = random.guid(),
            .application = text("app"),
            .user = text("u"),
            .computer = text("c"),
            .uid = 4'000'000'000,
            .opened = at(11)};
  }
  RequestRecord request(std::uint64_t sequence, LibraryId library = {}) {
    return {.id = random.id<RequestId>(),
            .sequence = sequence,
            .operation = Operation::dismount,
            .option = 3,
            .state = RequestState::deferred,
            .reason = text("waits"),
            .queued = at(12),
            .changed = at(13),
            .completed = at(14),
            .deadline = at(15),
            .due = at(16),
            .error = 170,
            .priority = -15,
            .order = 5,
            .session = random.id<SessionId>(),
            .key = "key-" + std::to_string(sequence),
            .application = text("app"),
            .user = text("u"),
            .computer = text("c"),
            .group = random.id<RequestId>(),
            .group_size = 4,
            .work_item = random.id<RequestId>(),
            .nowait = true,
            .write = true,
            .specific_drive = true,
            .error_if_offline = true,
            .library = library,
            .medium = random.id<MediumId>(),
            .side = random.id<SideId>(),
            .drive = random.id<DriveId>(),
            .slot = 0,
            .port = 4'294'967'295u,
            .force = true};
  }
  IntentRecord intent(LibraryId library) {
    return {.library = library,
            .request = random.id<RequestId>(),
            .medium = random.id<MediumId>(),
            .from = {ElementKind::arm, 7},
            .to = {ElementKind::port, 8},
            .turn = true,
            .recorded = at(17)};
  }
  OperatorRequestRecord operator_request() {
    return {.id = random.id<OperatorRequestId>(),
            .kind = OperatorKind::slot_wanted,
            .command = OperatorCommand::move_media,
            .state = OperatorState::inprogress,
            .submitted = at(static_cast<std::int64_t>(random.below(50))),
            .changed = at(19),
            .message = text("bring it"),
            .argument1 = random.guid(),
            .argument2 = random.guid(),
            .request = random.id<RequestId>(),
            .application = text("app"),
            .user = text("u"),
            .computer = text("c")};
  }
  Event event(std::uint64_t number) {
    return {.number = number,
            .time = at(static_cast<std::int64_t>(random.below(100'000))),
            .kind = EventKind::complete,
            .type = ObjectType::session,
            .object = random.guid(),
            .state = text("loaded"),
            .reason = text("mounted"),
            .request = random.id<RequestId>()};
  }
};

inline ChangeSet set_of(std::vector<Change> changes, std::vector<Event> events = {}) {
  return {std::move(changes), std::move(events)};
}

}  // namespace rsm::db::samples
