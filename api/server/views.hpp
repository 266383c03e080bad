// Records of the core as the wire shows them.
//
// What for: each function gives the whole Info structure of one object, words with their numbers, names beside ids. Runs inside
// Manager::read, so what it shows is durable; but status_reply, which shows memory as it is. Errors: object_not_found (4312) for an id that is not of that type,
// database_failure (4313). Thread rule: the loop only. Source: rsm-model.md sections 1 to 8, 15 to 17.
#pragma once

#include <map>

#include "api/server/context.hpp"
#include "api/server/enumerate.hpp"

namespace rsm::server {

// A page of a list, or a reply of events, ends before its line becomes longer than a line may be.
constexpr std::size_t page_bytes_max = limits::line_bytes_max - 8 * 1024;

Result<wire::LibraryInfo> library_info(ServerContext& s, LibraryId id);
Result<wire::ChangerInfo> changer_info(ServerContext& s, ChangerId id);
Result<wire::DriveInfo> drive_info(ServerContext& s, DriveId id);
std::vector<wire::AlertInfo> alert_infos(std::vector<AlertRecord> const& alerts);
Result<wire::SlotInfo> slot_info(ServerContext& s, SlotId id, std::optional<PartPlace> const& place = {});
Result<wire::PortInfo> port_info(ServerContext& s, PortId id, std::optional<PartPlace> const& place = {});
Result<wire::DoorInfo> door_info(ServerContext& s, DoorId id, std::optional<PartPlace> const& place = {});
// What a cartridge or drive has been through.
Result<wire::AgeingInfo> ageing_of(ServerContext& s, MediumRecord const& medium);
Result<wire::AgeingInfo> ageing_of(ServerContext& s, DriveEntry const& drive);
wire::HistoryInfo history_info(db::HistoryEntry const& entry);
// Views of this library (zero: of all), by name.
std::vector<wire::ViewInfo> view_infos(ServerContext& s, LibraryId library);
// `read`: what the catalog has of it, where that was read just now; what memory has of it is newer.
Result<wire::MediumInfo> medium_info(ServerContext& s, MediumId id, MediumRecord const* read = nullptr);
Result<wire::SideInfo> side_info(ServerContext& s, SideId id);
Result<wire::LogicalMediumInfo> logical_medium_info(ServerContext& s, LogicalMediumId id);
Result<wire::PoolInfo> pool_info(ServerContext& s, PoolId id);
Result<wire::ComputerInfo> computer_info(ServerContext& s, ComputerId id);
// Of a drive, or of a changer: an id of the other kind is none.
Result<wire::DeviceTypeInfo> drive_type_info(ServerContext& s, DeviceTypeId id);
Result<wire::DeviceTypeInfo> changer_type_info(ServerContext& s, DeviceTypeId id);
// "IBM ULTRIUM-TD8"
std::string device_type_name(DeviceTypeRecord const& type);
Result<wire::MediaTypeInfo> media_type_info(ServerContext& s, MediaTypeId id);
Result<wire::RequestInfo> request_info(ServerContext& s, RequestId id);
Result<wire::RequestInfo> request_info(ServerContext& s, RequestRecord const& request);
Result<wire::OperatorRequestInfo> operator_request_info(ServerContext& s, OperatorRequestId id);
wire::OperatorRequestInfo operator_request_info(World const& world, OperatorRequestRecord const& request);
Result<wire::SessionInfo> session_info(ServerContext& s, SessionId id);
wire::EventInfo event_info(Event const& event);
// Everything, from one moment, without a look into the catalog for what memory knows; what does not fit into one line is left out of
// the waiting requests.
Result<wire::StatusReply> status_reply(Context const& c);

// Memory as it is now: it waits for nothing.
wire::MetricsReply metrics_reply(ServerContext& s);

// "no drive has the id ..."
std::unexpected<Error> not_found(std::string_view type, std::string const& id);

}  // namespace rsm::server
