// The wire contract as data: parameters and replies of every method as described structs.
//
// What for: the single source of the wire format (codec.hpp decodes and encodes them), of rsm.describe, of docs/protocol.md,
// of the tables of the command line and of the tests. JSON-RPC 2.0, one object a line, on a unix socket.
// Conventions (architecture decisions 19 and 20): snake_case; ids are GUIDs in lower case 8-4-4-4-12, "" on output = none;
// times are int64 milliseconds UTC, null = never; a state is its word and, beside it, its number (state, state_code); bytes are
// base64; durations end in _ms. An std::optional member may be absent; every other member must be there. The server refuses unknown
// members, clients ignore them. Errors: code = Win32 number, data = {name, object, detail}.
// Thread rule: values. Source of the meaning: ntms-functions.md and rsm-model.md sections named at each struct.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/computer.hpp"
#include "libmgr/domain/event.hpp"
#include "libmgr/domain/history.hpp"
#include "libmgr/domain/search.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/timing.hpp"

namespace rsm::wire {

using Ms = std::int64_t;            // milliseconds UTC, or a duration where the name ends in _ms
using MaybeMs = std::optional<Ms>;  // absent or null: never

constexpr std::int64_t protocol_number = 1;

struct Empty {};
BOOST_DESCRIBE_STRUCT(Empty, (), ())

// ---- connection and sessions ----------------------------------------------------------------------------------------------

struct HelloParams {
  std::int64_t protocol = protocol_number;
  std::string client;  // name and version of the client program, for the log
};
BOOST_DESCRIBE_STRUCT(HelloParams, (), (protocol, client))
struct HelloReply {
  std::int64_t protocol = protocol_number;
  std::string server;
  std::string version;
  bool ready = false;  // false: the service is still starting (ERROR_NOT_READY from other calls); true also while it can only read
  std::optional<bool> recognises_changes{};  // calls that change the catalog only take a "key"
  std::optional<std::string> user{};         // as whom the service knows the caller
  std::optional<std::int64_t> uid{};
  std::optional<bool> administrator{};  // what only administrators may is not offered to others
};
BOOST_DESCRIBE_STRUCT(HelloReply, (), (protocol, server, version, ready, recognises_changes, user, uid, administrator))

// ntms-functions.md section 2. The connection is attached to the session it opens.
struct SessionOpenParams {
  std::optional<std::string> application;  // at most 63 characters; default "RSM"
};
BOOST_DESCRIBE_STRUCT(SessionOpenParams, (), (application))
struct SessionOpenReply {
  SessionId session;
  Guid secret;  // needed to attach again from another connection
  Ms grace_ms = 0;
};
BOOST_DESCRIBE_STRUCT(SessionOpenReply, (), (session, secret, grace_ms))
struct SessionAttachParams {
  SessionId session;
  Guid secret;
};
BOOST_DESCRIBE_STRUCT(SessionAttachParams, (), (session, secret))
struct SessionCloseParams {
  std::optional<SessionId> session;  // default: the connection's own; another one only by its user or an administrator
};
BOOST_DESCRIBE_STRUCT(SessionCloseParams, (), (session))
struct SessionInfo {
  SessionId session;
  std::string application, user, computer;
  std::int64_t uid = 0;
  Ms opened = 0;
  bool connected = false;
  MaybeMs grace_ends;  // when a session without connection is closed
  std::int64_t open_requests = 0;
  std::vector<DriveId> drives;  // drives whose medium it holds
};
BOOST_DESCRIBE_STRUCT(SessionInfo, (), (session, application, user, computer, uid, opened, connected, grace_ends, open_requests, drives))

// ---- reading objects ------------------------------------------------------------------------------------------------------

// <kind>.get: exactly one of id and name.
struct GetParams {
  std::optional<Guid> id;
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(GetParams, (), (id, name))
// <kind>.list: pages in a stable order; cursor is opaque, from the last reply.
struct ListParams {
  std::optional<Guid> container;  // rsm-model.md section 1: which containers a kind can be listed in
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;  // default 200, at most 1000
};
BOOST_DESCRIBE_STRUCT(ListParams, (), (container, cursor, limit))

// object.enumerate: EnumerateNtmsObject (ntms-functions.md section 3). All ids at once, in pages by cursor.
struct EnumerateParams {
  std::optional<Guid> container;
  ObjectType type = ObjectType::unknown;
  std::optional<bool> root_pool;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(EnumerateParams, (), (container, type, root_pool, cursor))
struct EnumerateReply {
  std::vector<Guid> ids;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(EnumerateReply, (), (ids, next_cursor))
// object.type: which type an id is (dwType NTMS_UNKNOWN of GetNtmsObjectInformation).
struct TypeParams {
  Guid id;
};
BOOST_DESCRIBE_STRUCT(TypeParams, (), (id))
struct TypeReply {
  ObjectType type = ObjectType::unknown;
  std::int64_t type_code = 0;
};
BOOST_DESCRIBE_STRUCT(TypeReply, (), (type, type_code))

// object.set: SetNtmsObjectInformation (ntms-functions.md section 3). What is given is written; which members objects of a type have, the table there
// says, and any other is ERROR_INVALID_PARAMETER. name: of a library, pool, medium, side or logical medium. description: of every object.
struct SetObjectParams {
  ObjectType type = ObjectType::unknown;
  Guid id;
  std::optional<std::string> name, description;
  std::optional<MediaTypeId> media_type;  // of a pool, "" for a pool for pools
  std::optional<std::int64_t> allocation_policy, deallocation_policy, max_allocates;  // of a pool
  std::optional<InventoryMethod> inventory_method;  // of a library
  std::optional<bool> auto_recovery;                // of a library
  std::optional<std::int64_t> flags;                // of a library; only 0x10 (bar codes that begin with CLN are cleaners) can be changed
  std::optional<Ms> defer_dismount_delay_ms;        // of a drive
  std::optional<Ms> max_extend_ms;                  // of a port
  std::optional<Ms> max_open_ms;                    // of a door
  std::optional<std::string> key{};                 // made by the client, unique in the session, 1 to 64 bytes: a resend is recognised, also after a restart
  std::optional<std::int64_t> cleaner_uses;         // of a library: uses that its cleaning cartridge has left; 4294967295: nobody counts them
  std::optional<std::int64_t> media_pool_policy;    // of the computer: 1 free media that are ejected are forgotten, 2 import media that are ejected are kept
  std::optional<std::int64_t> request_flags;        // of the computer: 1 age takes no ended request away, 2 none that has failed
  std::optional<Ms> request_purge_after_ms;
  std::optional<std::int64_t> operator_request_flags;  // the same; 0x10 no messages about them, 0x20 no icon
  std::optional<Ms> operator_request_purge_after_ms;
};
BOOST_DESCRIBE_STRUCT(SetObjectParams, (),
                      (type, id, name, description, media_type, allocation_policy, deallocation_policy, max_allocates, inventory_method, auto_recovery, flags,
                       defer_dismount_delay_ms, max_extend_ms, max_open_ms, key, cleaner_uses, media_pool_policy, request_flags, request_purge_after_ms, operator_request_flags,
                       operator_request_purge_after_ms))
// attribute.get, attribute.set: bytes of applications on any object (ntms-functions.md section 3). type: unknown, or the object's.
struct AttributeParams {
  ObjectType type = ObjectType::unknown;
  Guid id;
  std::string name;  // 1 to 31 characters, compared exactly
};
BOOST_DESCRIBE_STRUCT(AttributeParams, (), (type, id, name))
struct AttributeReply {
  std::string data;  // base64
};
BOOST_DESCRIBE_STRUCT(AttributeReply, (), (data))
struct SetAttributeParams {
  ObjectType type = ObjectType::unknown;
  Guid id;
  std::string name;
  std::string data;  // base64 of at most 65535 bytes; empty: the attribute is deleted
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(SetAttributeParams, (), (type, id, name, data, key))

// security.get: GetNtmsObjectSecurity. type: unknown, or the object's; of the computer any id. parts: owner 1, group 2, access 4, audit 8.
struct SecurityParams {
  ObjectType type = ObjectType::unknown;
  Guid id;
  std::int64_t parts = 7;
};
BOOST_DESCRIBE_STRUCT(SecurityParams, (), (type, id, parts))
struct SecurityReply {
  std::string descriptor;  // base64 of a self-relative security descriptor (MS-DTYP 2.4.6) with these parts
};
BOOST_DESCRIBE_STRUCT(SecurityReply, (), (descriptor))
// security.set: SetNtmsObjectSecurity, of a pool, a library or the computer.
struct SetSecurityParams {
  ObjectType type = ObjectType::unknown;
  Guid id;
  std::int64_t parts = 4;
  std::string descriptor;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(SetSecurityParams, (), (type, id, parts, descriptor, key))

// Every object's common part: id, name, description, created, modified, enabled, operational_state (rsm-model.md section 1).
struct LibraryInfo {
  LibraryId id;
  std::string name, description;
  Ms created = 0, modified = 0;
  bool enabled = true;
  OperationalState operational_state = OperationalState::ready;
  std::int64_t operational_state_code = 0;
  Ms since = 0;
  std::string reason;
  LibraryType library_type = LibraryType::online;
  std::int64_t library_type_code = 0;
  InventoryMethod inventory_method = InventoryMethod::fast;
  std::int64_t inventory_method_code = 0;
  bool auto_recovery = true, barcode_reader = true;
  std::int64_t flags = 0;
  std::int64_t drives = 0, slots = 0, doors = 0, ports = 0, changers = 0, media = 0, media_types = 0, open_requests = 0;
  std::int64_t first_drive = 0, first_slot = 0, first_door = 0, first_port = 0, first_changer = 0;
  std::optional<SlotId> cleaner_slot;           // reserved for the cleaning cartridge; absent: none is
  std::optional<std::int64_t> cleaner_uses;     // that the cleaning cartridge has left, 4294967295: they are not counted; absent without a reserved slot
  std::optional<bool> supports_cleaning;        // its drives can be cleaned (LibrarySupportsDriveCleaning)
};
BOOST_DESCRIBE_STRUCT(LibraryInfo, (),
                      (id, name, description, created, modified, enabled, operational_state, operational_state_code, since, reason,
                       library_type, library_type_code, inventory_method, inventory_method_code, auto_recovery, barcode_reader, flags,
                       drives, slots, doors, ports, changers, media, media_types, open_requests, first_drive, first_slot, first_door,
                       first_port, first_changer, cleaner_slot, cleaner_uses, supports_cleaning))
// The move under way: of a medium, from a place to a place ("slot 6", "drive 1").
struct MovingInfo {
  MediumId medium;
  std::string medium_name;
  std::string from, to;
  bool turned = false;  // the cartridge is turned on the way
  Ms since = 0;
  std::optional<Ms> usual_ms;  // the median of the last moves of this library, at most 20; absent: none has ended yet
};
BOOST_DESCRIBE_STRUCT(MovingInfo, (), (medium, medium_name, from, to, turned, since, usual_ms))
struct ChangerInfo {
  ChangerId id;
  LibraryId library;
  std::string name;
  Ms created = 0;
  std::int64_t number = 0;
  std::string device, vendor, product, serial, revision;
  std::string handler;  // "pid 4711", or why there is none
  std::string doing;    // the move under way, or empty
  std::optional<std::string> description;  // absent: nobody has given it one, as everywhere below
  std::optional<DeviceTypeId> changer_type;  // absent: it has never said what it is; in the reply of status always
  std::optional<MovingInfo> moving;          // absent: nothing moves; each begin and end is an event of the changer
};
BOOST_DESCRIBE_STRUCT(ChangerInfo, (), (id, library, name, created, number, device, vendor, product, serial, revision, handler, doing, description, changer_type, moving))
// What a drive has reported of itself and of the medium in it (TapeAlert): the last one of each number.
struct AlertInfo {
  std::int64_t number = 0;
  AlertSeverity severity = AlertSeverity::information;
  std::int64_t severity_code = 0;
  AlertAbout about = AlertAbout::drive;
  std::int64_t about_code = 0;
  std::string text;    // what it means and what to do
  Ms time = 0;
  std::string beside;  // of a drive: the medium that was in it; of a medium: the drive; by name
};
BOOST_DESCRIBE_STRUCT(AlertInfo, (), (number, severity, severity_code, about, about_code, text, time, beside))
// A format of recording that a drive knows.
struct DensityInfo {
  std::int64_t code = 0;
  std::string name, description;
  bool writable = false;                 // false: read only
  std::optional<std::int64_t> capacity;  // of a tape of it, without compression
};
BOOST_DESCRIBE_STRUCT(DensityInfo, (), (code, name, description, writable, capacity))
// What a cartridge or a drive has been through. A share of its life is the reader's to work out: only who set the limits knows what they are worth.
struct AgeingInfo {
  std::int64_t mounts = 0;
  std::optional<std::int64_t> mounts_expected;  // as configured ([history]); absent: nobody has said
  Ms mounted_ms = 0;                            // in use; the mount that goes on included
  std::optional<Ms> mounted_expected_ms;
  std::int64_t moves = 0;      // of a drive: cartridges that came and went
  std::int64_t errors = 0, alerts = 0, cleanings = 0;
  MaybeMs last_used;           // mounted or dismounted last
};
BOOST_DESCRIBE_STRUCT(AgeingInfo, (), (mounts, mounts_expected, mounted_ms, mounted_expected_ms, moves, errors, alerts, cleanings, last_used))
struct DriveInfo {
  DriveId id;
  LibraryId library;
  std::string name;
  Ms created = 0;
  bool enabled = true;
  OperationalState operational_state = OperationalState::ready;
  std::int64_t operational_state_code = 0;
  std::string condition_reason;
  std::int64_t number = 0;
  std::string device, vendor, product, serial, revision;
  DriveState state = DriveState::dismounted;
  std::int64_t state_code = 0;
  Ms since = 0;
  std::string reason;
  MediumId medium;
  std::string medium_name;
  SideId side;
  std::int64_t side_number = 0;
  SessionId session;
  RequestId request;
  std::string volume;   // path of the volume while LOADED
  std::int64_t mount_count = 0;
  Ms defer_dismount_delay_ms = 0;
  std::string handler;  // "pid 4711", or why there is none
  std::vector<AlertInfo> alerts;  // the newest last; none in the reply of status
  std::optional<std::vector<DensityInfo>> densities;  // not in the reply of status; none: the drive has never told them
  std::optional<std::string> description;  // absent in the reply of status
  std::optional<AgeingInfo> ageing;        // in the reply of drive.get only
  std::optional<Ms> last_cleaned;          // absent: never, as far as is known
  std::optional<DeviceTypeId> drive_type;  // absent: it has never said what it is; in the reply of status always
};
BOOST_DESCRIBE_STRUCT(DriveInfo, (),
                      (id, library, name, created, enabled, operational_state, operational_state_code, condition_reason, number, device,
                       vendor, product, serial, revision, state, state_code, since, reason, medium, medium_name, side, side_number,
                       session, request, volume, mount_count, defer_dismount_delay_ms, handler, alerts, densities, description, ageing, last_cleaned, drive_type))
struct SlotInfo {
  SlotId id;
  LibraryId library;
  std::int64_t number = 0;
  SlotState state = SlotState::unknown;
  std::int64_t state_code = 0;
  MediumId medium;
  std::string medium_name;
  std::optional<std::string> description;
  std::optional<bool> for_cleaner;  // it is reserved for the cleaning cartridge
};
BOOST_DESCRIBE_STRUCT(SlotInfo, (), (id, library, number, state, state_code, medium, medium_name, description, for_cleaner))
struct PortInfo {
  PortId id;
  LibraryId library;
  std::int64_t number = 0;
  PortContent content = PortContent::unknown;
  std::int64_t content_code = 0;
  PortPosition position = PortPosition::unknown;
  std::int64_t position_code = 0;
  Ms max_extend_ms = 0;
  MediumId medium;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(PortInfo, (), (id, library, number, content, content_code, position, position_code, max_extend_ms, medium, description))
struct DoorInfo {
  DoorId id;
  LibraryId library;
  std::int64_t number = 0;
  DoorState state = DoorState::unknown;
  std::int64_t state_code = 0;
  Ms max_open_ms = 0;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(DoorInfo, (), (id, library, number, state, state_code, max_open_ms, description))
struct SideInfo {
  SideId id;
  MediumId medium;
  std::string medium_name;
  std::int64_t number = 0;
  SideState state = SideState::unknown;
  std::int64_t state_code = 0;
  LogicalMediumId logical_medium;
  std::string label_type;
  std::string label_id;    // base64
  std::string label_info;
  std::string label_also;  // the other label of a disc that has two (udf, iso9660): type and id
  std::int64_t mount_count = 0, allocate_count = 0, capacity = 0;  // capacity: 0, not known
  std::optional<std::int64_t> remaining;  // bytes, of a cartridge with one side whose memory tells it
  std::optional<std::string> name, description;  // absent: nobody has given it one; in a medium's list of its sides always
};
BOOST_DESCRIBE_STRUCT(SideInfo, (),
                      (id, medium, medium_name, number, state, state_code, logical_medium, label_type, label_id, label_info, label_also, mount_count,
                       allocate_count, capacity, remaining, name, description))
struct MediumInfo {
  MediumId id;
  std::string name, description;
  Ms created = 0, modified = 0;
  bool enabled = true;
  MediaState state = MediaState::idle;
  std::int64_t state_code = 0;
  std::string reason;          // why it is not IDLE
  LibraryId library;           // the offline library's id when offline
  std::string library_name;
  std::string place;           // "slot 3", "drive 0", "offline"
  ObjectType location_type = ObjectType::slot;
  std::int64_t location_type_code = 0;
  Guid location;               // slot, drive or port; none when offline
  std::optional<std::int64_t> home_slot;
  SlotId home_slot_id;
  PoolId pool;
  std::string pool_name;
  MediaTypeId media_type;
  std::int64_t media_type_code = 0;
  std::string barcode;
  BarCodeState barcode_state = BarCodeState::unreadable;
  std::int64_t barcode_state_code = 0;
  std::string sequence_number;
  SideId mounted_side;
  std::vector<SideInfo> sides;
  std::vector<AlertInfo> alerts;  // what drives have reported of it, the newest last
  // What drives have told of it last, from its memory and from their mode. No value: never told.
  std::optional<std::int64_t> density_code, scsi_medium_type;
  std::optional<std::string> density, manufacturer, serial;
  std::optional<std::int64_t> loads, bytes_written, bytes_read;
  std::optional<std::int64_t> capacity, remaining;
  std::optional<AgeingInfo> ageing;  // in the reply of medium.get only
};
BOOST_DESCRIBE_STRUCT(MediumInfo, (),
                      (id, name, description, created, modified, enabled, state, state_code, reason, library, library_name, place,
                       location_type, location_type_code, location, home_slot, home_slot_id, pool, pool_name, media_type, media_type_code,
                       barcode, barcode_state, barcode_state_code, sequence_number, mounted_side, sides, alerts, density_code, scsi_medium_type,
                       density, manufacturer, serial, loads, bytes_written, bytes_read, capacity, remaining, ageing))
// medium.search: media whose bar code, name, or label's own text begins with this text, or contains it, in any case of letters. Each once, those found by their
// bar codes first, each kind in alphabetical order. One search after the other, each for at most a second: `partial` says that it was not through;
// next_cursor goes on.
struct MediumSearchParams {
  std::string text;  // 1 to 255 characters
  std::optional<SearchMatch> match;           // default: prefix
  std::optional<std::string> library, pool;   // id or name: only media that are in it
  std::optional<MediaState> state;
  std::optional<std::int64_t> limit;          // default 50, at most 200
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(MediumSearchParams, (), (text, match, library, pool, state, limit, cursor))
struct MediumSearchReply {
  std::vector<MediumInfo> items;
  std::optional<std::string> next_cursor;
  bool partial = false;
};
BOOST_DESCRIBE_STRUCT(MediumSearchReply, (), (items, next_cursor, partial))
struct LogicalMediumInfo {
  LogicalMediumId id;
  std::string name, description;
  Ms created = 0;
  SideId side;
  MediumId medium;
  PoolId pool;
  std::string pool_name;
};
BOOST_DESCRIBE_STRUCT(LogicalMediumInfo, (), (id, name, description, created, side, medium, pool, pool_name))
struct PoolInfo {
  PoolId id, parent;
  std::string name, path, description;
  Ms created = 0, modified = 0;
  PoolType type = PoolType::application;
  std::int64_t type_code = 0;
  MediaTypeId media_type;
  std::int64_t allocation_policy = 0, deallocation_policy = 0, max_allocates = 0;
  std::int64_t physical_media = 0, logical_media = 0, pools = 0;
};
BOOST_DESCRIBE_STRUCT(PoolInfo, (),
                      (id, parent, name, path, description, created, modified, type, type_code, media_type, allocation_policy,
                       deallocation_policy, max_allocates, physical_media, logical_media, pools))
struct MediaTypeInfo {
  MediaTypeId id;
  std::string name;
  std::int64_t code = 0, sides = 1;
  ReadWrite read_write = ReadWrite::rewritable;
  std::int64_t read_write_code = 0, device_type = 0;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(MediaTypeInfo, (), (id, name, code, sides, read_write, read_write_code, device_type, description))
struct RequestInfo {
  RequestId id;
  Operation operation = Operation::mount;
  std::int64_t operation_code = 0, option = 0;
  RequestState state = RequestState::queued;
  std::int64_t state_code = 0;
  std::string reason;
  bool finished = false;
  std::int64_t error = 0;    // Win32 number of a FAILED or CANCELLED one
  std::string error_name;    // "ERROR_BUSY"; empty without error
  std::int64_t priority = 0, order = 0;
  Ms queued = 0, changed = 0;
  MaybeMs completed, deadline, due;
  SessionId session;
  std::string application, user, computer;
  RequestId group, work_item;
  LibraryId library;
  MediumId medium;
  std::string medium_name;
  SideId side;
  std::int64_t side_number = 0;
  DriveId drive;
  std::string drive_name;
  SlotId slot;               // of a transfer: where to
  PortId port;               // of a transfer: where to, or, beside a slot, where from
  bool by_service = false;   // the service's own work: nobody asked for it
  std::optional<MediumId> partner;  // of a transfer: the medium that it changes places with
  std::optional<std::string> description;  // what somebody has written about it, beside the reason
  std::optional<std::int64_t> number;      // what people call it; never given again (absent: of a service from before)
};
BOOST_DESCRIBE_STRUCT(RequestInfo, (),
                      (id, operation, operation_code, option, state, state_code, reason, finished, error, error_name, priority, order,
                       queued, changed, completed, deadline, due, session, application, user, computer, group, work_item, library, medium,
                       medium_name, side, side_number, drive, drive_name, slot, port, by_service, partner, description, number))
struct OperatorRequestInfo {
  OperatorRequestId id;
  OperatorCommand command = OperatorCommand::message;
  std::int64_t command_code = 0;
  OperatorState state = OperatorState::submitted;
  std::int64_t state_code = 0;
  std::string message;
  Ms submitted = 0, changed = 0;
  Guid argument1, argument2;
  RequestId request;
  std::string application, user, computer;
  std::optional<std::string> description;  // what somebody has written about it
  std::optional<ObjectType> argument1_type, argument2_type;  // absent: there is no argument, or its object is gone
  std::optional<std::int64_t> argument1_type_code, argument2_type_code;
};
BOOST_DESCRIBE_STRUCT(OperatorRequestInfo, (),
                      (id, command, command_code, state, state_code, message, submitted, changed, argument1, argument2, request,
                       application, user, computer, description, argument1_type, argument2_type, argument1_type_code, argument2_type_code))
// The server itself. Its name is the machine's. Times of clean-up: as an administrator, or else the configuration, has set them.
struct ComputerInfo {
  ComputerId id;
  std::string name;
  Ms created = 0, modified = 0;
  std::int64_t media_pool_policy = 0;
  std::int64_t request_flags = 0, operator_request_flags = 0;
  Ms request_purge_after_ms = 0, operator_request_purge_after_ms = 0;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(ComputerInfo, (),
                      (id, name, created, modified, media_pool_policy, request_flags, operator_request_flags, request_purge_after_ms, operator_request_purge_after_ms,
                       description))
// A model of drive or changer that a library has shown once.
struct DeviceTypeInfo {
  DeviceTypeId id;
  std::string name;  // vendor and product
  std::string vendor, product;
  std::int64_t device_type = 0;  // 0x02 CD-ROM, 0x07 disk, 0x1F tape, 0x30 changer, 0x33 DVD; 0: not known
  Ms created = 0;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(DeviceTypeInfo, (), (id, name, vendor, product, device_type, created, description))

// A view of the configuration: the part of a library that one backup program sees. Drives and slots in the order in which the view numbers them.
struct ViewInfo {
  std::string name;
  LibraryId library;
  std::string library_name;
  std::vector<std::int64_t> drives;  // numbers of drives of the library
  std::vector<std::int64_t> slots;   // numbers of slots of the library
  bool ports = true;                 // import/export ports are shown
  std::vector<std::string> trouble;  // what the library does not have of it, one sentence each
};
BOOST_DESCRIBE_STRUCT(ViewInfo, (), (name, library, library_name, drives, slots, ports, trouble))

#define RSM_PAGE(Name, Info)          \
  struct Name {                       \
    std::vector<Info> items;          \
    std::optional<std::string> next_cursor; \
  };                                  \
  BOOST_DESCRIBE_STRUCT(Name, (), (items, next_cursor))
RSM_PAGE(LibraryPage, LibraryInfo)
RSM_PAGE(ChangerPage, ChangerInfo)
RSM_PAGE(DrivePage, DriveInfo)
RSM_PAGE(SlotPage, SlotInfo)
RSM_PAGE(PortPage, PortInfo)
RSM_PAGE(DoorPage, DoorInfo)
RSM_PAGE(SidePage, SideInfo)
RSM_PAGE(MediumPage, MediumInfo)
RSM_PAGE(LogicalMediumPage, LogicalMediumInfo)
RSM_PAGE(PoolPage, PoolInfo)
RSM_PAGE(MediaTypePage, MediaTypeInfo)
RSM_PAGE(RequestPage, RequestInfo)
RSM_PAGE(OperatorRequestPage, OperatorRequestInfo)
RSM_PAGE(SessionPage, SessionInfo)
RSM_PAGE(ViewPage, ViewInfo)
RSM_PAGE(ComputerPage, ComputerInfo)
RSM_PAGE(DeviceTypePage, DeviceTypeInfo)
#undef RSM_PAGE

// ---- mount, dismount, moves -----------------------------------------------------------------------------------------------

// mount.submit and mount.run: MountNtmsMedia (ntms-functions.md section 5, rsm-model.md section 9). All media or none.
struct MountParams {
  std::string key;                             // made by the client, unique in the session, 1 to 64 bytes: a resend is recognised
  std::vector<Guid> media;                     // logical media or sides, 1 to 64, no duplicates
  std::optional<std::vector<DriveId>> drives;  // same length as media: NTMS_MOUNT_SPECIFIC_DRIVE
  std::optional<bool> read, write;
  std::optional<bool> error_if_offline;        // NTMS_MOUNT_ERROR_OFFLINE
  std::optional<bool> error_if_unavailable;    // NTMS_MOUNT_ERROR_NOT_AVAILABLE
  std::optional<bool> nowait;                  // goes on when the session ends
  std::optional<std::int64_t> priority;        // -15 to 15, default 0
  std::optional<Ms> timeout_ms;                // absent: no limit; 0: never wait
};
BOOST_DESCRIBE_STRUCT(MountParams, (),
                      (key, media, drives, read, write, error_if_offline, error_if_unavailable, nowait, priority, timeout_ms))
struct SubmitReply {
  std::vector<RequestId> requests;  // one for each medium, in the order asked
};
BOOST_DESCRIBE_STRUCT(SubmitReply, (), (requests))
struct MountReply {
  std::vector<RequestId> requests;
  std::vector<DriveId> drives;
  std::vector<std::string> drive_names;
  std::vector<std::string> volumes;
};
BOOST_DESCRIBE_STRUCT(MountReply, (), (requests, drives, drive_names, volumes))

// dismount.submit: DismountNtmsMedia. Answers when queued (durable).
struct DismountParams {
  std::string key;
  std::vector<Guid> media;
  std::optional<bool> deferred;  // default: immediate
  std::optional<bool> force;     // not in the Windows call: go on although the volume is in use
};
BOOST_DESCRIBE_STRUCT(DismountParams, (), (key, media, deferred, force))
// drive.dismount: DismountNtmsDrive.
struct DriveDismountParams {
  std::string key;
  DriveId drive;
};
BOOST_DESCRIBE_STRUCT(DriveDismountParams, (), (key, drive))
// library.inventory: InventoryNtmsLibrary.
enum class InventoryAction : std::uint8_t { fast = 1, omid = 2, default_method = 3, stop = 5 };
BOOST_DESCRIBE_ENUM(InventoryAction, fast, omid, default_method, stop)
struct InventoryParams {
  std::string key;
  LibraryId library;
  InventoryAction action = InventoryAction::default_method;
};
BOOST_DESCRIBE_STRUCT(InventoryParams, (), (key, library, action))
struct InventoryReply {
  RequestId request;  // none for stop
};
BOOST_DESCRIBE_STRUCT(InventoryReply, (), (request))
// medium.eject: EjectNtmsMedia, START or FORCE.
struct EjectParams {
  std::string key;
  MediumId medium;
  std::optional<bool> force;
};
BOOST_DESCRIBE_STRUCT(EjectParams, (), (key, medium, force))
// medium.eject_batch: EjectNtmsMedia START of what QUEUE has collected: 1 to 64 media, of each library no more than it has ports. check: says
// whether it could be done, queues nothing and answers with no request. medium.eject_stop takes the first of the requests, for all.
struct EjectBatchParams {
  std::string key;
  std::vector<MediumId> media;
  std::optional<bool> force;
  std::optional<bool> check;
};
BOOST_DESCRIBE_STRUCT(EjectBatchParams, (), (key, media, force, check))
// medium.transfer: exactly one of medium and from, and exactly one of slot and port; all of one library. From a port to a slot only.
// exchange: medium and slot; what is in the slot comes to where the medium was.
struct TransferParams {
  std::string key;
  std::optional<MediumId> medium;
  std::optional<PortId> from;  // whatever lies in this port: known it is when it is looked at
  std::optional<SlotId> slot;
  std::optional<PortId> port;
  std::optional<bool> exchange;  // absent: no
};
BOOST_DESCRIBE_STRUCT(TransferParams, (), (key, medium, from, slot, port, exchange))
// pool.create: CreateNtmsMediaPool (ntms-functions.md section 4). name: the full name; its parent levels are there.
struct PoolCreateParams {
  std::string name;
  std::optional<MediaTypeId> media_type;  // absent: a pool for pools
  PoolAction action = PoolAction::create_new;
  std::optional<std::string> security;  // base64 of a self-relative security descriptor, for a new pool; absent: of whoever makes it
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(PoolCreateParams, (), (name, media_type, action, security, key))
struct PoolReply {
  PoolId pool;
};
BOOST_DESCRIBE_STRUCT(PoolReply, (), (pool))
// pool.delete: DeleteNtmsMediaPool.
struct PoolParams {
  PoolId pool;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(PoolParams, (), (pool, key))
// medium.move_to_pool: MoveToNtmsMediaPool; medium.change_type: ChangeNtmsMediaType, the medium gets the media type of the pool.
struct MoveToPoolParams {
  MediumId medium;
  PoolId pool;
  std::optional<std::string> key{};  // as of object.set
  std::optional<DriveId> drive;  // into a free pool: the label of free media is written in this drive; absent: in any
};
BOOST_DESCRIBE_STRUCT(MoveToPoolParams, (), (medium, pool, key, drive))
// library.add_media_type: AddNtmsMediaType; library.remove_media_type: DeleteNtmsMediaType.
struct MediaTypeParams {
  LibraryId library;
  MediaTypeId media_type;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(MediaTypeParams, (), (library, media_type, key))
// library.inject: InjectNtmsMedia, START; library.inject_stop: STOP of that operation.
struct InjectParams {
  std::string key;
  LibraryId library;
  std::optional<bool> many;  // STARTMANY: one after the other, until it is stopped or its session ends; library.inject_retract: RETRACT of it
};
BOOST_DESCRIBE_STRUCT(InjectParams, (), (key, library, many))
// slot.identify: IdentifyNtmsSlot. One request, or none where the slot is empty.
struct IdentifyParams {
  std::string key;
  SlotId slot;
};
BOOST_DESCRIBE_STRUCT(IdentifyParams, (), (key, slot))
// library.door: AccessNtmsLibraryDoor. action: the inventory after the door was closed.
enum class DoorAction { none, fast, omid, default_method };
BOOST_DESCRIBE_ENUM(DoorAction, none, fast, omid, default_method)
struct DoorParams {
  std::string key;
  LibraryId library;
  DoorAction action = DoorAction::default_method;
};
BOOST_DESCRIBE_STRUCT(DoorParams, (), (key, library, action))
// cleaner.reserve: ReserveNtmsCleanerSlot.
struct ReserveCleanerParams {
  std::string key;
  LibraryId library;
  SlotId slot;
};
BOOST_DESCRIBE_STRUCT(ReserveCleanerParams, (), (key, library, slot))
// cleaner.release: ReleaseNtmsCleanerSlot; cleaner.eject: EjectNtmsCleaner, START.
struct CleanerParams {
  std::string key;
  LibraryId library;
};
BOOST_DESCRIBE_STRUCT(CleanerParams, (), (key, library))
// cleaner.inject: InjectNtmsCleaner, START.
struct InjectCleanerParams {
  std::string key;
  LibraryId library;
  std::int64_t uses = 4294967295;  // that it has left, at least 1; 4294967295: nobody counts them
};
BOOST_DESCRIBE_STRUCT(InjectCleanerParams, (), (key, library, uses))
// object.enable, object.disable: library, drive or medium.
struct EnableParams {
  std::string key;
  ObjectType type = ObjectType::drive;
  Guid id;
};
BOOST_DESCRIBE_STRUCT(EnableParams, (), (key, type, id))
struct RequestReply {
  RequestId request;
};
BOOST_DESCRIBE_STRUCT(RequestReply, (), (request))
// library.delete, drive.delete: DeleteNtmsLibrary, DeleteNtmsDrive (ntms-functions.md section 6), of what is NOT_PRESENT. Answers when all of it is gone.
struct LibraryParams {
  LibraryId id;
};
BOOST_DESCRIBE_STRUCT(LibraryParams, (), (id))
struct DriveParams {
  DriveId id;
};
BOOST_DESCRIBE_STRUCT(DriveParams, (), (id))
// ui.get, ui.set: Get- and SetNtmsUIOptions (ntms-functions.md section 13). object: the computer or a library; absent: what this session asks for.
struct DestinationsParams {
  std::optional<Guid> object;
  MessageKind kind = MessageKind::info;
};
BOOST_DESCRIBE_STRUCT(DestinationsParams, (), (object, kind))
struct DestinationsReply {
  std::vector<std::string> destinations;
};
BOOST_DESCRIBE_STRUCT(DestinationsReply, (), (destinations))
struct SetDestinationsParams {
  std::optional<Guid> object;
  MessageKind kind = MessageKind::info;
  DestinationAction action = DestinationAction::add;
  std::optional<std::string> destination;  // absent or empty: this computer
  std::optional<std::string> key{};        // as of object.set
};
BOOST_DESCRIBE_STRUCT(SetDestinationsParams, (), (object, kind, action, destination, key))

// ---- the life of sides ----------------------------------------------------------------------------------------------------

// logical_medium.allocate: AllocateNtmsMedia (ntms-functions.md section 5, rsm-model.md section 10). Waits for media unless it is told not to; the
// same call sent again with its key, also after a restart, allocates nothing twice.
struct AllocateParams {
  std::string key;
  PoolId pool;
  std::optional<SideId> side;              // this one
  std::optional<bool> whole;               // NTMS_ALLOCATE_NEW: the other sides of its medium are reserved
  std::optional<LogicalMediumId> next_of;  // NTMS_ALLOCATE_NEXT: the next side of the medium of which the caller has this
  std::optional<bool> error_if_unavailable;
  std::optional<Ms> timeout_ms;            // to wait for media; absent: no limit; 0: do not wait
  std::optional<std::string> name, description;  // of the logical medium
};
BOOST_DESCRIBE_STRUCT(AllocateParams, (), (key, pool, side, whole, next_of, error_if_unavailable, timeout_ms, name, description))
struct AllocateReply {
  LogicalMediumId logical_medium;
  std::string name;
  SideId side;
  MediumId medium;
  PoolId allocated_from;  // where the medium was
};
BOOST_DESCRIBE_STRUCT(AllocateReply, (), (logical_medium, name, side, medium, allocated_from))
// logical_medium.give_up: the allocation with this key in this session waits no longer, or what it was given is given back.
struct GiveUpParams {
  std::string key;
};
BOOST_DESCRIBE_STRUCT(GiveUpParams, (), (key))
// logical_medium.deallocate, logical_medium.complete: DeallocateNtmsMedia, SetNtmsMediaComplete.
struct LogicalMediumParams {
  LogicalMediumId id;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(LogicalMediumParams, (), (id, key))
// logical_medium.update_label: UpdateNtmsOmidInfo, of one of the two kinds.
struct UpdateLabelParams {
  LogicalMediumId id;
  std::optional<std::string> first_bytes;    // base64: the first bytes of the tape, as its program has written them
  std::optional<std::string> file_system;    // its type, with the name and the serial number of the volume
  std::optional<std::string> volume_name;
  std::optional<std::int64_t> serial_number;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(UpdateLabelParams, (), (id, first_bytes, file_system, volume_name, serial_number, key))
// logical_medium.swap: SwapNtmsMedia.
struct SwapParams {
  std::string key;
  LogicalMediumId one, other;
};
BOOST_DESCRIBE_STRUCT(SwapParams, (), (key, one, other))
// side.decommission: DecommissionNtmsMedia.
struct SideParams {
  SideId id;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(SideParams, (), (id, key))
// medium.delete: DeleteNtmsMedia.
struct MediumParams {
  MediumId id;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(MediumParams, (), (id, key))
// medium.create: CreateNtmsMedia. Ids that are given are used and must be new.
struct NewSideInfo {
  std::optional<SideId> id;
  std::optional<LogicalMediumId> logical_medium;
  SideState state = SideState::unknown;
  std::string label_type;
  std::string label_id;  // base64, 1 to 255 bytes
  std::optional<std::string> label_info;
  std::optional<std::int64_t> mount_count, allocate_count, capacity;
};
BOOST_DESCRIBE_STRUCT(NewSideInfo, (), (id, logical_medium, state, label_type, label_id, label_info, mount_count, allocate_count, capacity))
struct CreateMediumParams {
  std::optional<MediumId> id;
  std::optional<std::string> name, description;
  std::optional<bool> enabled;
  std::optional<LibraryId> library;  // the offline library
  PoolId pool;
  std::optional<std::string> barcode;
  std::vector<NewSideInfo> sides;
  std::optional<bool> error_on_duplicate;
  std::optional<std::string> key{};  // as of object.set
};
BOOST_DESCRIBE_STRUCT(CreateMediumParams, (), (id, name, description, enabled, library, pool, barcode, sides, error_on_duplicate, key))

// ---- requests -------------------------------------------------------------------------------------------------------------

struct RequestParams {
  RequestId request;
};
BOOST_DESCRIBE_STRUCT(RequestParams, (), (request))
// request.get: exactly one of them.
struct RequestGetParams {
  std::optional<RequestId> request = {};
  std::optional<std::int64_t> number = {};
};
BOOST_DESCRIBE_STRUCT(RequestGetParams, (), (request, number))
// request.wait: answers when the request is finished or a DISMOUNT is DEFERRED (the medium is out of use then), or
// ERROR_TIMEOUT when timeout_ms is over (the request goes on).
struct WaitParams {
  RequestId request;
  std::optional<Ms> timeout_ms;
};
BOOST_DESCRIBE_STRUCT(WaitParams, (), (request, timeout_ms))
struct RequestListParams {
  std::optional<LibraryId> library;
  std::optional<bool> open_only;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(RequestListParams, (), (library, open_only, cursor, limit))
// request.order, request.set_order: Get- and SetNtmsRequestOrder (ntms-functions.md section 7). A place is counted from 1 among the waiting
// mounts of the library; 0: it has none. 4294967295 sets it behind all, also behind those who come later.
struct SetOrderParams {
  RequestId request;
  std::int64_t order = 1;
};
BOOST_DESCRIBE_STRUCT(SetOrderParams, (), (request, order))
struct OrderReply {
  std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(OrderReply, (), (order))
// request.delete: DeleteNtmsRequests. Ids of requests or of operator requests, 1 to 1000; those that have not ended, and unknown ones, stay.
struct DeleteRequestsParams {
  ObjectType type = ObjectType::request;  // or operator_request
  std::vector<Guid> ids;
};
BOOST_DESCRIBE_STRUCT(DeleteRequestsParams, (), (type, ids))
struct DeleteRequestsReply {
  std::int64_t deleted = 0;
};
BOOST_DESCRIBE_STRUCT(DeleteRequestsReply, (), (deleted))
// When a waiting mount is expected to be served: many courses of things are played with the scheduler and with what the steps of the library take
// (library.timing). Times from now on; p90: nine of ten come earlier.
struct ForecastInfo {
  bool basis = false;  // false: nothing was learned yet to say it from, and no times are said
  std::optional<Ms> start_ms, start_p90_ms;      // until work for it begins in a drive
  std::optional<Ms> mounted_ms, mounted_p90_ms;  // until its side can be used
  DriveId drive;                     // that it gets most likely
  std::string drive_name;
  std::int64_t before = 0;           // waiting mounts that are served before it
  std::vector<std::string> reasons;  // what is before it, and where it will be
  std::vector<std::string> shorter;  // what would shorten the wait, and by how much
};
BOOST_DESCRIBE_STRUCT(ForecastInfo, (), (basis, start_ms, start_p90_ms, mounted_ms, mounted_p90_ms, drive, drive_name, before, reasons, shorter))
// explain: one paragraph: why it waits, behind whom, for which resource, what is expected next.
struct ExplainReply {
  RequestInfo request;
  std::string text;
  std::vector<std::string> facts;  // one sentence for each drive, medium or rule that was looked at
  std::optional<ForecastInfo> forecast;  // of a mount that waits; absent: nothing can be said, and the text says why
};
BOOST_DESCRIBE_STRUCT(ExplainReply, (), (request, text, facts, forecast))

// plan.read: what the scheduler intends next, drive by drive, as it looks now; and what it would be if something were otherwise. Nothing is changed.
struct WhatIfInfo {
  std::optional<std::int64_t> drives_more;                   // so many drives more, at most 16
  std::optional<std::vector<std::string>> drives_off, drives_on;  // names or GUIDs
  std::optional<RequestId> request;                          // this one had the priority below
  std::optional<std::int64_t> priority;
};
BOOST_DESCRIBE_STRUCT(WhatIfInfo, (), (drives_more, drives_off, drives_on, request, priority))
struct PlanParams {
  std::optional<std::string> library;  // name or GUID; absent: all that have drives
  std::optional<WhatIfInfo> what_if;
};
BOOST_DESCRIBE_STRUCT(PlanParams, (), (library, what_if))
struct PlanStepInfo {
  RequestId request;
  MediumId medium;
  std::string medium_name;
  std::string application, user;
  Ms start_ms = 0;        // from now, in the course that is most likely
  Ms mounted_ms = 0;      // the middle of all courses
  Ms mounted_p90_ms = 0;  // nine of ten come earlier
};
BOOST_DESCRIBE_STRUCT(PlanStepInfo, (), (request, medium, medium_name, application, user, start_ms, mounted_ms, mounted_p90_ms))
struct PlanDriveInfo {
  DriveId drive;           // zero: one that is only supposed
  std::int64_t number = 0;
  std::string name;
  std::string doing;       // now
  std::vector<PlanStepInfo> next;
};
BOOST_DESCRIBE_STRUCT(PlanDriveInfo, (), (drive, number, name, doing, next))
// A mount that would be served earlier or later.
struct PlanChangeInfo {
  RequestId request;
  std::string medium_name;
  Ms mounted_ms = 0, mounted_if_ms = 0;
};
BOOST_DESCRIBE_STRUCT(PlanChangeInfo, (), (request, medium_name, mounted_ms, mounted_if_ms))
struct PlanLibraryInfo {
  LibraryId library;
  std::string name;
  bool basis = false;             // false: nothing was learned yet, so the order is said without times
  std::int64_t waiting = 0;       // mounts that wait
  std::int64_t planned = 0;       // of these: that were looked at, the first ones in the order of service
  std::vector<PlanDriveInfo> drives;
  std::optional<Ms> wait_ms, last_ms;        // mean of those that wait, and until the last of them is mounted
  std::optional<Ms> wait_if_ms, last_if_ms;  // the same with what was supposed
  std::vector<PlanChangeInfo> changed;       // with what was supposed; those that change most
  std::vector<std::string> said;             // in sentences
};
BOOST_DESCRIBE_STRUCT(PlanLibraryInfo, (), (library, name, basis, waiting, planned, drives, wait_ms, last_ms, wait_if_ms, last_if_ms, changed, said))
struct PlanReply {
  Ms now = 0;
  std::vector<PlanLibraryInfo> libraries;
};
BOOST_DESCRIBE_STRUCT(PlanReply, (), (now, libraries))

// library.timing: what the steps of libraries and drives take, as it was learned from them; the newest count most.
struct TimingParams {
  std::optional<std::string> library;  // name or GUID; absent: all
};
BOOST_DESCRIBE_STRUCT(TimingParams, (), (library))
struct TimingInfo {
  LibraryId library;
  std::string library_name;
  DriveId drive;            // zero: of the library and all its drives together
  std::string drive_name;
  TimingKind kind = TimingKind::move;
  std::int64_t kind_code = 0;
  std::int64_t seen = 0;    // how often it was seen, ever
  Ms median_ms = 0, p90_ms = 0;
};
BOOST_DESCRIBE_STRUCT(TimingInfo, (), (library, library_name, drive, drive_name, kind, kind_code, seen, median_ms, p90_ms))
struct TimingReply {
  std::vector<TimingInfo> items;
};
BOOST_DESCRIBE_STRUCT(TimingReply, (), (items))

// history.advise: what the history says to whoever plans: how many drives are enough, which media belong where, which cartridges wear.
struct AdviseParams {
  std::optional<std::string> library;  // name or GUID; absent: all
  std::optional<Ms> wait_ms;           // nine of ten mounts are to be served within it; absent: five minutes
};
BOOST_DESCRIBE_STRUCT(AdviseParams, (), (library, wait_ms))
// The mounts of the history, played once more with so many drives.
struct DrivesTriedInfo {
  std::int64_t drives = 0;
  Ms wait_ms = 0, wait_p90_ms = 0, longest_ms = 0;
};
BOOST_DESCRIBE_STRUCT(DrivesTriedInfo, (), (drives, wait_ms, wait_p90_ms, longest_ms))
struct AdviceInfo {
  LibraryId library;
  std::string about;  // "drives", "media", "wear"
  std::string text;
  MediumId medium;
  std::vector<DrivesTriedInfo> tried;
};
BOOST_DESCRIBE_STRUCT(AdviceInfo, (), (library, about, text, medium, tried))
struct AdviseReply {
  std::int64_t mounts = 0;  // of the history that were looked at
  MaybeMs since;            // the oldest of them
  std::vector<AdviceInfo> items;
};
BOOST_DESCRIBE_STRUCT(AdviseReply, (), (mounts, since, items))

struct OperatorRequestParams {
  OperatorRequestId id;
};
BOOST_DESCRIBE_STRUCT(OperatorRequestParams, (), (id))
// opreq.submit: SubmitNtmsOperatorRequest (ntms-functions.md section 8). new_media: a pool, and a library if one is meant; cleaner: a library
// or slot; device_service: a door, port, library, drive or medium; move_media: a medium, and the library it has to come into; message: a text.
struct OperatorSubmitParams {
  std::string key;  // a GUID made by the client, which becomes the request's id: a resend is recognised
  OperatorCommand command = OperatorCommand::message;
  std::optional<std::string> message;  // at most 255 characters; absent: a standard text
  std::optional<Guid> argument1, argument2;
};
BOOST_DESCRIBE_STRUCT(OperatorSubmitParams, (), (key, command, message, argument1, argument2))
// opreq.wait: answers when it is refused or complete, or ERROR_TIMEOUT when timeout_ms is over (0: looks only).
struct OperatorWaitParams {
  OperatorRequestId id;
  std::optional<Ms> timeout_ms;
};
BOOST_DESCRIBE_STRUCT(OperatorWaitParams, (), (id, timeout_ms))

// opreq.seen: a person has read these; those that nobody had seen are ACTIVE. 1 to 1000; what has ended, and unknown ids, are passed over.
struct OperatorSeenParams {
  std::vector<OperatorRequestId> ids;
};
BOOST_DESCRIBE_STRUCT(OperatorSeenParams, (), (ids))

// ---- volumes --------------------------------------------------------------------------------------------------------------

// volume.of_drive: GetVolumesFromDrive.
struct VolumeParams {
  std::string drive;  // name, device name or GUID
};
BOOST_DESCRIBE_STRUCT(VolumeParams, (), (drive))
struct VolumeReply {
  std::string volume;
  std::string letter;  // mount point, or empty
};
BOOST_DESCRIBE_STRUCT(VolumeReply, (), (volume, letter))

// ---- events, status, catalog ----------------------------------------------------------------------------------------------

// event.read: events after `cursor` (0: from the oldest kept; absent: only what comes from now on), at most limit; waits up to wait_ms for the first.
struct EventReadParams {
  std::optional<std::int64_t> cursor;
  std::optional<ObjectType> type;
  std::optional<std::int64_t> limit;
  std::optional<Ms> wait_ms;
  std::optional<std::int64_t> name;  // of this wait, for event.stop; the client's own number
};
BOOST_DESCRIBE_STRUCT(EventReadParams, (), (cursor, type, limit, wait_ms, name))
// event.stop: the waits of this connection with this name end with ERROR_CANCELLED; where there is none, nothing happens.
struct EventStopParams {
  std::int64_t name = 0;
};
BOOST_DESCRIBE_STRUCT(EventStopParams, (), (name))
struct EventInfo {
  std::int64_t number = 0;
  Ms time = 0;
  EventKind kind = EventKind::update;
  std::int64_t kind_code = 0;
  ObjectType type = ObjectType::unknown;
  std::int64_t type_code = 0;
  Guid object;
  std::string state, reason;
  RequestId request;
};
BOOST_DESCRIBE_STRUCT(EventInfo, (), (number, time, kind, kind_code, type, type_code, object, state, reason, request))
struct EventReadReply {
  std::vector<EventInfo> events;
  std::int64_t cursor = 0;  // pass it to the next call
  std::int64_t oldest = 0;  // oldest event that is still kept
  Guid history;             // whose numbers these are: another one after a restore, and no cursor of the one before is valid
};
BOOST_DESCRIBE_STRUCT(EventReadReply, (), (events, cursor, oldest, history))

// history.list: what happened to one medium or to one drive, in one library, by one request, or all; `from` <= time < `to`. The newest first, or the oldest; pages by a cursor that
// stays good while older rows are forgotten. A medium is named by its id, name or bar code, one that was deleted by what it was called then.
struct HistoryListParams {
  std::optional<std::string> medium, drive;  // at most one of them
  std::optional<std::string> library;        // id or name
  std::optional<RequestId> request;
  MaybeMs from, to;
  std::optional<bool> oldest_first;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;  // default 200, at most 1000
};
BOOST_DESCRIBE_STRUCT(HistoryListParams, (), (medium, drive, library, request, from, to, oldest_first, cursor, limit))
struct HistoryInfo {
  std::int64_t number = 0;
  Ms time = 0;
  HistoryKind kind = HistoryKind::moved;
  std::int64_t kind_code = 0;
  MediumId medium;
  std::string medium_name;  // of one that was deleted: as it was called then
  DriveId drive;
  std::string drive_name;
  LibraryId library;
  std::string library_name;
  std::string from, to;               // "slot 3", "drive 0"; empty: it says nothing of places
  std::optional<std::int64_t> side;   // its number
  std::optional<Ms> duration_ms;      // of a move, of a mount that has ended, of a cleaning: it ended at `time`; of a mount that begins: how long it was waited for
  std::int64_t error = 0;             // Win32 number
  std::int64_t alert = 0;             // number of the TapeAlert flag
  RequestId request;
  std::string user, application;      // who asked for it; empty: the service itself, or nobody knows
  std::string text;
};
BOOST_DESCRIBE_STRUCT(HistoryInfo, (),
                      (number, time, kind, kind_code, medium, medium_name, drive, drive_name, library, library_name, from, to, side, duration_ms, error,
                       alert, request, user, application, text))
struct HistoryPage {
  std::vector<HistoryInfo> items;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(HistoryPage, (), (items, next_cursor))

// quota.list: what users and sessions may have, and have, of what all need.
struct QuotaListParams {
  std::optional<std::string> user;  // of this one only; absent: of everybody who has something
};
BOOST_DESCRIBE_STRUCT(QuotaListParams, (), (user))
struct QuotaInfo {
  std::string user;
  SessionId session;       // of this session only; none: of the user
  std::string what;        // "open requests"
  std::string key;         // of the configuration
  std::int64_t held = 0, most = 0;
};
BOOST_DESCRIBE_STRUCT(QuotaInfo, (), (user, session, what, key, held, most))
struct QuotaListReply {
  std::vector<QuotaInfo> items;
};
BOOST_DESCRIBE_STRUCT(QuotaListReply, (), (items))

// status: everything that an operator asks at 3 a.m., from one moment. An observation: answered at once from memory, so `uncommitted`
// changes of it may still be taken back by a crash (docs/decisions/0005-status-is-an-observation.md).
struct QueueCount {
  RequestState state = RequestState::queued;
  std::int64_t count = 0;
  MaybeMs oldest;
  std::int64_t by_service = 0;  // of these, the service's own work: identifications and the like
  MaybeMs oldest_asked;         // the oldest of those that somebody asked for
};
BOOST_DESCRIBE_STRUCT(QueueCount, (), (state, count, oldest, by_service, oldest_asked))
struct WaitingInfo {
  RequestInfo request;
  std::string why;  // for what it waits
};
BOOST_DESCRIBE_STRUCT(WaitingInfo, (), (request, why))
// Who has a drive's medium, or waits for it: of its open session, else of its open request.
struct HolderInfo {
  DriveId drive;
  std::string application, user, computer;
};
BOOST_DESCRIBE_STRUCT(HolderInfo, (), (drive, application, user, computer))
struct StatusReply {
  std::string version;
  Ms now = 0, started = 0;
  bool ready = false;
  std::vector<LibraryInfo> libraries;
  std::vector<ChangerInfo> changers;
  std::vector<DriveInfo> drives;
  std::vector<WaitingInfo> waiting;      // open requests in the order of service, at most 200
  std::vector<QueueCount> queue;
  std::vector<std::string> attention;    // what needs a person, one sentence each
  std::vector<OperatorRequestInfo> operator_requests;
  std::int64_t sessions = 0, commits = 0, changes = 0, last_event = 0;  // the newest event that is durable
  std::int64_t catalog_bytes = 0;
  std::int64_t uncommitted = 0;          // changes that are shown here and not durable yet
  Ms commit_under_way_ms = 0;            // how long the oldest of them has been on its way to disk; 0: none is
  std::string commit_error;              // why the catalog is being reopened; empty: it is not
  MaybeMs last_change;                   // time of last_event
  std::vector<HolderInfo> holders;       // who stands behind the drives' sessions and requests
  Guid history;                          // whose number last_event is: another one after a restore
};
BOOST_DESCRIBE_STRUCT(StatusReply, (),
                      (version, now, started, ready, libraries, changers, drives, waiting, queue, attention, operator_requests, sessions,
                       commits, changes, last_event, catalog_bytes, uncommitted, commit_under_way_ms, commit_error, last_change, holders, history))

struct CatalogCheckReply {
  bool ok = false;
  std::vector<std::string> findings;  // empty when ok
  std::int64_t schema_version = 0, bytes = 0;
};
BOOST_DESCRIBE_STRUCT(CatalogCheckReply, (), (ok, findings, schema_version, bytes))
struct CatalogBackupParams {
  std::string path;  // absolute, as the daemon sees it; must not exist
};
BOOST_DESCRIBE_STRUCT(CatalogBackupParams, (), (path))
struct CatalogBackupReply {
  std::string path;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(CatalogBackupReply, (), (path, bytes))

// ---- monitoring -------------------------------------------------------------------------------------------------------------

// metrics.read: answered at once from memory, whatever a commit, a device or a writer does; so the numbers are observations, not
// promises. Counters and histograms count from `started` and never go down meanwhile (events, commits to a catalog and mounts of a drive
// go on counting over restarts). What is not known is absent or null, never 0.
struct HistogramInfo {
  std::vector<std::int64_t> bounds_ms;  // upper bounds, inclusive, ascending
  std::vector<std::int64_t> counts;     // of each bucket alone; one more than bounds: above all of them
  std::int64_t sum_ms = 0;
};
BOOST_DESCRIBE_STRUCT(HistogramInfo, (), (bounds_ms, counts, sum_ms))
struct SlotCount {
  SlotState state = SlotState::unknown;
  std::int64_t state_code = 0;
  std::int64_t slots = 0;
};
BOOST_DESCRIBE_STRUCT(SlotCount, (), (state, state_code, slots))
struct LibraryMetrics {
  LibraryId library;
  std::string name;
  bool enabled = true;
  LibraryType library_type = LibraryType::online;
  std::int64_t library_type_code = 0;
  OperationalState operational_state = OperationalState::ready;
  std::int64_t operational_state_code = 0;
  std::string reason;
  std::vector<SlotCount> slots;
  std::int64_t media = 0;  // in it now
  std::int64_t moves_passed = 0, moves_failed = 0, move_retries = 0;
  std::optional<HistogramInfo> mount_time;  // from the start of work in the drive to LOADED; absent: no library with a robot
};
BOOST_DESCRIBE_STRUCT(LibraryMetrics, (),
                      (library, name, enabled, library_type, library_type_code, operational_state, operational_state_code, reason, slots, media, moves_passed,
                       moves_failed, move_retries, mount_time))
struct DriveMetrics {
  DriveId drive;
  LibraryId library;
  std::int64_t number = 0;
  bool enabled = true;
  OperationalState operational_state = OperationalState::ready;
  std::int64_t operational_state_code = 0;
  std::string condition_reason;
  DriveState state = DriveState::dismounted;
  std::int64_t state_code = 0;
  std::int64_t mount_count = 0, errors_in_a_row = 0;
};
BOOST_DESCRIBE_STRUCT(DriveMetrics, (),
                      (drive, library, number, enabled, operational_state, operational_state_code, condition_reason, state, state_code, mount_count,
                       errors_in_a_row))
struct HandlerMetrics {
  LibraryId library;
  std::string device;  // "arm 0", "drive 1"
  std::int64_t starts = 0;
  std::int64_t exited = 0, died = 0, timed_out = 0, spoke_nonsense = 0, not_started = 0;  // ends, by reason
};
BOOST_DESCRIBE_STRUCT(HandlerMetrics, (), (library, device, starts, exited, died, timed_out, spoke_nonsense, not_started))
struct DeviceErrorMetrics {
  LibraryId library;
  std::string device;
  std::string error;  // "ERROR_TIMEOUT"
  std::int64_t error_code = 0;
  std::int64_t errors = 0;
};
BOOST_DESCRIBE_STRUCT(DeviceErrorMetrics, (), (library, device, error, error_code, errors))
struct AlertMetrics {
  LibraryId library;
  std::string device;  // "drive 1"
  AlertSeverity severity = AlertSeverity::information;
  std::int64_t severity_code = 0;
  std::int64_t alerts = 0;
};
BOOST_DESCRIBE_STRUCT(AlertMetrics, (), (library, device, severity, severity_code, alerts))
// Open requests; a kind that was there once since `started` stays, with 0.
struct QueueMetrics {
  Operation operation = Operation::mount;
  std::int64_t operation_code = 0;
  RequestState state = RequestState::queued;
  std::int64_t state_code = 0;
  std::int64_t priority = 0;
  std::int64_t requests = 0;
};
BOOST_DESCRIBE_STRUCT(QueueMetrics, (), (operation, operation_code, state, state_code, priority, requests))
struct OldestRequest {
  RequestState state = RequestState::queued;
  std::int64_t state_code = 0;
  std::int64_t age_ms = 0;  // since it was asked
  bool by_service = false;  // of the service's own work; else of what somebody asked for
};
BOOST_DESCRIBE_STRUCT(OldestRequest, (), (state, state_code, age_ms, by_service))
struct WaitMetrics {
  Operation operation = Operation::mount;
  std::int64_t operation_code = 0;
  HistogramInfo wait;  // from being asked to being worked on for the first time
};
BOOST_DESCRIBE_STRUCT(WaitMetrics, (), (operation, operation_code, wait))
struct FinishedMetrics {
  Operation operation = Operation::mount;
  std::int64_t operation_code = 0;
  RequestState outcome = RequestState::passed;
  std::int64_t outcome_code = 0;
  std::int64_t requests = 0;
};
BOOST_DESCRIBE_STRUCT(FinishedMetrics, (), (operation, operation_code, outcome, outcome_code, requests))
struct RequestErrorMetrics {
  Operation operation = Operation::mount;
  std::int64_t operation_code = 0;
  std::string error;
  std::int64_t error_code = 0;
  std::int64_t requests = 0;  // that ended with it
};
BOOST_DESCRIBE_STRUCT(RequestErrorMetrics, (), (operation, operation_code, error, error_code, requests))
// How good forecasts were, of mounts that somebody has asked about (explain): that the mount came before what nine of ten were said to come before.
struct ForecastMetrics {
  std::int64_t told = 0;     // forecasts that were given
  std::int64_t settled = 0;  // whose mount has come since
  std::int64_t within = 0;   // of these: before the bound of 90 %
  HistogramInfo error;       // between what was expected (the middle) and what came, either way
};
BOOST_DESCRIBE_STRUCT(ForecastMetrics, (), (told, settled, within, error))
struct MetricsReply {
  std::string version;
  Ms now = 0, started = 0;
  bool ready = false;  // false: what memory holds of the catalog is not there (libraries, drives, queue, media and so on)
  std::vector<LibraryMetrics> libraries;
  std::vector<DriveMetrics> drives;
  std::vector<HandlerMetrics> handlers;
  std::vector<DeviceErrorMetrics> device_errors;
  std::vector<AlertMetrics> alerts;  // what drives have reported since `started`
  std::vector<QueueMetrics> queue;
  std::vector<OldestRequest> oldest;  // of each state of open requests that has one; of people's and of the service's own apart
  std::vector<WaitMetrics> waits;
  std::vector<FinishedMetrics> finished;
  std::vector<RequestErrorMetrics> request_errors;
  std::optional<std::int64_t> media, sessions, operator_requests, last_event;
  std::optional<std::int64_t> connections;
  std::int64_t commits = 0, changes = 0;
  std::int64_t commits_rolled_back = 0, commits_unknown = 0;  // failed ones, by what became of them
  HistogramInfo commit_time;                                  // from a change to its being durable
  std::int64_t commit_waits_ms = 0;                           // of the oldest change that is not durable yet; 0: all are
  std::optional<std::int64_t> catalog_bytes, wal_bytes;
  std::optional<ForecastMetrics> forecasts;
};
BOOST_DESCRIBE_STRUCT(MetricsReply, (),
                      (version, now, started, ready, libraries, drives, handlers, device_errors, alerts, queue, oldest, waits, finished, request_errors, media,
                       sessions, operator_requests, last_event, connections, commits, changes, commits_rolled_back, commits_unknown, commit_time,
                       commit_waits_ms, catalog_bytes, wal_bytes, forecasts))

// rsm.describe: an OpenRPC document; free-form JSON, so its reply is a JSON text inside the struct's place (codec knows it).
struct DescribeReply {
  std::string document;
};
BOOST_DESCRIBE_STRUCT(DescribeReply, (), (document))

}  // namespace rsm::wire
