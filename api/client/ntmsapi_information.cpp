#include "api/client/ntmsapi_information.hpp"

#include <algorithm>
#include <cstddef>

#include "api/client/ntmsapi_convert.hpp"
#include "libmgr/domain/base64.hpp"

namespace rsm::ntms {
namespace {

template <class Object>
void head(Object& out, DWORD type, Guid const& id, std::string_view name, std::int64_t created) {
  out.dwType = type;
  out.ObjectGuid = to_windows(id);
  out.Enabled = TRUE;
  out.dwOperationalState = NTMS_READY;
  out.Created = to_windows_time(created);
  out.Modified = out.Created;
  put(out.szName, name);
}

template <class Object, class Info>
void describe(Object& out, Info const& info) {
  if constexpr (requires { info.description->size(); }) {
    if (info.description) put(out.szDescription, *info.description);
  } else {
    put(out.szDescription, info.description);
  }
}

template <class Object, class Info>
void condition(Object& out, Info const& info) {
  out.Enabled = info.enabled ? TRUE : FALSE;
  out.dwOperationalState = to_dword(info.operational_state_code);
}

// A device name that does not fit would name nothing when cut: the object's GUID is a name that GetVolumesFromDrive takes, too.
template <class Character, std::size_t Room>
void put_device(Character (&out)[Room], std::string const& device, Guid const& id) {
  bool const fits = std::max(device.size(), utf16(device).size()) < Room;
  put(out, fits ? device : id.text());
}

}  // namespace

template <class Object>
void fill(Object& out, wire::LibraryInfo const& info) {
  head(out, NTMS_LIBRARY, info.id.guid, info.name, info.created);
  describe(out, info);
  condition(out, info);
  out.Modified = to_windows_time(info.modified);
  auto& library = out.Info.Library;
  library.LibraryType = to_dword(info.library_type_code);
  library.BarCodeReaderInstalled = info.barcode_reader ? TRUE : FALSE;
  library.InventoryMethod = to_dword(info.inventory_method_code);
  library.FirstDriveNumber = to_dword(info.first_drive);
  library.dwNumberOfDrives = to_dword(info.drives);
  library.FirstSlotNumber = to_dword(info.first_slot);
  library.dwNumberOfSlots = to_dword(info.slots);
  library.FirstDoorNumber = to_dword(info.first_door);
  library.dwNumberOfDoors = to_dword(info.doors);
  library.FirstPortNumber = to_dword(info.first_port);
  library.dwNumberOfPorts = to_dword(info.ports);
  library.FirstChangerNumber = to_dword(info.first_changer);
  library.dwNumberOfChangers = to_dword(info.changers);
  library.dwNumberOfMedia = to_dword(info.media);
  library.dwNumberOfMediaTypes = to_dword(info.media_types);
  library.dwNumberOfLibRequests = to_dword(info.open_requests);
  library.AutoRecovery = info.auto_recovery ? TRUE : FALSE;
  library.dwFlags = to_dword(info.flags);
  library.LibrarySupportsDriveCleaning = info.supports_cleaning.value_or(false) ? TRUE : FALSE;
  if (info.cleaner_slot) library.CleanerSlot = to_windows(info.cleaner_slot->guid);
  library.dwCleanerUsesRemaining = to_dword(info.cleaner_uses.value_or(0));
}

template <class Object>
void fill(Object& out, wire::ChangerInfo const& info) {
  head(out, NTMS_CHANGER, info.id.guid, info.name, info.created);
  describe(out, info);
  auto& changer = out.Info.Changer;
  changer.Number = to_dword(info.number);
  put(changer.szSerialNumber, info.serial);
  put(changer.szRevision, info.revision);
  put_device(changer.szDeviceName, info.device, info.id.guid);
  if (info.changer_type) changer.ChangerType = to_windows(info.changer_type->guid);
  changer.Library = to_windows(info.library.guid);
}

template <class Object>
void fill(Object& out, wire::DriveInfo const& info) {
  head(out, NTMS_DRIVE, info.id.guid, info.name, info.created);
  describe(out, info);
  condition(out, info);
  auto& drive = out.Info.Drive;
  drive.Number = to_dword(info.number);
  drive.State = to_dword(info.state_code);
  if (info.drive_type) drive.DriveType = to_windows(info.drive_type->guid);
  put_device(drive.szDeviceName, info.device, info.id.guid);
  put(drive.szSerialNumber, info.serial);
  put(drive.szRevision, info.revision);
  drive.dwMountCount = to_dword(info.mount_count);
  if (info.last_cleaned) drive.LastCleanedTs = to_windows_time(*info.last_cleaned);
  drive.SavedPartitionId = to_windows(info.side.guid);
  drive.Library = to_windows(info.library.guid);
  drive.dwDeferDismountDelay = to_dword(to_seconds(info.defer_dismount_delay_ms));
}

template <class Object>
void fill(Object& out, wire::SlotInfo const& info) {
  head(out, NTMS_STORAGESLOT, info.id.guid, {}, 0);
  describe(out, info);
  out.Info.StorageSlot.Number = to_dword(info.number);
  out.Info.StorageSlot.State = to_dword(info.state_code);
  out.Info.StorageSlot.Library = to_windows(info.library.guid);
}

template <class Object>
void fill(Object& out, wire::DoorInfo const& info) {
  head(out, NTMS_IEDOOR, info.id.guid, {}, 0);
  describe(out, info);
  out.Info.IEDoor.Number = to_dword(info.number);
  out.Info.IEDoor.State = to_dword(info.state_code);
  out.Info.IEDoor.MaxOpenSecs = to_word(to_seconds(info.max_open_ms));
  out.Info.IEDoor.Library = to_windows(info.library.guid);
}

template <class Object>
void fill(Object& out, wire::PortInfo const& info) {
  head(out, NTMS_IEPORT, info.id.guid, {}, 0);
  describe(out, info);
  out.Info.IEPort.Number = to_dword(info.number);
  out.Info.IEPort.Content = to_dword(info.content_code);
  out.Info.IEPort.Position = to_dword(info.position_code);
  out.Info.IEPort.MaxExtendSecs = to_word(to_seconds(info.max_extend_ms));
  out.Info.IEPort.Library = to_windows(info.library.guid);
}

template <class Object>
void fill(Object& out, wire::MediumInfo const& info) {
  head(out, NTMS_PHYSICAL_MEDIA, info.id.guid, info.name, info.created);
  describe(out, info);
  out.Enabled = info.enabled ? TRUE : FALSE;
  out.Modified = to_windows_time(info.modified);
  auto& medium = out.Info.PhysicalMedia;
  medium.CurrentLibrary = to_windows(info.library.guid);
  medium.MediaPool = to_windows(info.pool.guid);
  medium.Location = to_windows(info.location);
  // Every offline medium has no location, of type storage slot.
  medium.LocationType = info.location.is_zero() ? static_cast<DWORD>(NTMS_STORAGESLOT) : to_dword(info.location_type_code);
  medium.MediaType = to_windows(info.media_type.guid);
  medium.HomeSlot = to_windows(info.home_slot_id.guid);
  put(medium.szBarCode, info.barcode);
  medium.BarCodeState = to_dword(info.barcode_state_code);
  put(medium.szSequenceNumber, info.sequence_number);
  medium.MediaState = to_dword(info.state_code);
  medium.dwNumberOfPartitions = to_dword(static_cast<std::int64_t>(info.sides.size()));
  // 0, as of a medium that nobody has told of.
  medium.dwMediaTypeCode = to_dword(info.scsi_medium_type.value_or(0));
  medium.dwDensityCode = to_dword(info.density_code.value_or(0));
  medium.MountedPartition = to_windows(info.mounted_side.guid);
}

template <class Object>
void fill(Object& out, wire::SideInfo const& info) {
  head(out, NTMS_PARTITION, info.id.guid, info.name.value_or(""), 0);
  describe(out, info);
  auto& side = out.Info.Partition;
  side.PhysicalMedia = to_windows(info.medium.guid);
  side.LogicalMedia = to_windows(info.logical_medium.guid);
  side.State = to_dword(info.state_code);
  side.Side = to_word(info.number);
  if (auto const id = from_base64(info.label_id)) {
    auto const length = std::min(id->size(), sizeof side.OmidLabelId);
    std::copy_n(id->begin(), length, side.OmidLabelId);
    side.dwOmidLabelIdLength = static_cast<DWORD>(length);
  }
  put(side.szOmidLabelType, info.label_type);
  put(side.szOmidLabelInfo, info.label_info);
  side.dwMountCount = to_dword(info.mount_count);
  side.dwAllocateCount = to_dword(info.allocate_count);
  side.Capacity.QuadPart = info.capacity;
}

template <class Object>
void fill(Object& out, wire::LogicalMediumInfo const& info) {
  head(out, NTMS_LOGICAL_MEDIA, info.id.guid, info.name, info.created);
  describe(out, info);
  out.Info.LogicalMedia.MediaPool = to_windows(info.pool.guid);
  out.Info.LogicalMedia.dwNumberOfPartitions = 1;  // one side each, by the model
}

template <class Object>
void fill(Object& out, wire::PoolInfo const& info) {
  head(out, NTMS_MEDIA_POOL, info.id.guid, info.name, info.created);
  describe(out, info);
  out.Modified = to_windows_time(info.modified);
  auto& pool = out.Info.MediaPool;
  pool.PoolType = to_dword(info.type_code);
  pool.MediaType = to_windows(info.media_type.guid);
  pool.Parent = to_windows(info.parent.guid);
  pool.AllocationPolicy = to_dword(info.allocation_policy);
  pool.DeallocationPolicy = to_dword(info.deallocation_policy);
  pool.dwMaxAllocates = to_dword(info.max_allocates);
  pool.dwNumberOfPhysicalMedia = to_dword(info.physical_media);
  pool.dwNumberOfLogicalMedia = to_dword(info.logical_media);
  pool.dwNumberOfMediaPools = to_dword(info.pools);
}

template <class Object>
void fill(Object& out, wire::MediaTypeInfo const& info) {
  head(out, NTMS_MEDIA_TYPE, info.id.guid, info.name, 0);
  describe(out, info);
  auto& type = out.Info.MediaType;
  type.MediaType = to_dword(info.code);
  type.NumberOfSides = to_dword(info.sides);
  type.ReadWriteCharacteristics = to_dword(info.read_write_code);
  type.DeviceType = to_dword(info.device_type);
}

template <class Object>
void fill(Object& out, wire::RequestInfo const& info) {
  head(out, NTMS_LIBREQUEST, info.id.guid, {}, info.queued);
  put(out.szDescription, info.description.value_or(info.reason));
  out.Modified = to_windows_time(info.changed);
  auto& request = out.Info.LibRequest;
  request.OperationCode = to_dword(info.operation_code);
  request.OperationOption = to_dword(info.option);
  request.State = to_dword(info.state_code);
  request.PartitionId = to_windows(info.side.guid);
  request.DriveId = to_windows(info.drive.guid);
  request.PhysMediaId = to_windows(info.medium.guid);
  request.Library = to_windows(info.library.guid);
  request.SlotId = to_windows(info.slot.guid);
  request.TimeQueued = to_windows_time(info.queued);
  request.TimeCompleted = to_windows_time(info.completed);
  put(request.szApplication, info.application);
  put(request.szUser, info.user);
  put(request.szComputer, info.computer);
  request.dwErrorCode = to_dword(info.error);
  request.WorkItemId = to_windows(info.work_item ? info.work_item.guid : info.id.guid);
  request.dwPriority = static_cast<DWORD>(static_cast<std::int32_t>(std::clamp<std::int64_t>(info.priority, -15, 15)));
}

template <class Object>
void fill(Object& out, wire::OperatorRequestInfo const& info) {
  head(out, NTMS_OPREQUEST, info.id.guid, {}, info.submitted);
  describe(out, info);
  out.Modified = to_windows_time(info.changed);
  auto& request = out.Info.OpRequest;
  request.Request = to_dword(info.command_code);
  request.Submitted = to_windows_time(info.submitted);
  request.State = to_dword(info.state_code);
  put(request.szMessage, info.message);
  request.Arg1Type = to_dword(info.argument1_type_code.value_or(NTMS_UNKNOWN));
  request.Arg1 = to_windows(info.argument1);
  request.Arg2Type = to_dword(info.argument2_type_code.value_or(NTMS_UNKNOWN));
  request.Arg2 = to_windows(info.argument2);
  put(request.szApplication, info.application);
  put(request.szUser, info.user);
  put(request.szComputer, info.computer);
}

template <class Object>
void fill(Object& out, wire::ComputerInfo const& info) {
  head(out, NTMS_COMPUTER, info.id.guid, info.name, info.created);
  describe(out, info);
  out.Modified = to_windows_time(info.modified);
  auto& computer = out.Info.Computer;
  computer.dwLibRequestPurgeTime = to_dword(to_seconds(info.request_purge_after_ms));
  computer.dwOpRequestPurgeTime = to_dword(to_seconds(info.operator_request_purge_after_ms));
  computer.dwLibRequestFlags = to_dword(info.request_flags);
  computer.dwOpRequestFlags = to_dword(info.operator_request_flags);
  computer.dwMediaPoolPolicy = to_dword(info.media_pool_policy);
}

template <class Object>
void fill(Object& out, wire::DeviceTypeInfo const& info, DWORD type) {
  head(out, type, info.id.guid, info.name, info.created);
  describe(out, info);
  auto const same_members = [&info](auto& model) {
    put(model.szVendor, info.vendor);
    put(model.szProduct, info.product);
    model.DeviceType = to_dword(info.device_type);
  };
  type == NTMS_DRIVE_TYPE ? same_members(out.Info.DriveType) : same_members(out.Info.ChangerType);  // NumberOfHeads: always 0
}

template <class Object>
std::size_t size_needed(DWORD type) {
  using Info = decltype(Object::Info);
  auto const with = [](std::size_t member) { return offsetof(Object, Info) + member; };
  switch (type) {
    case NTMS_UNKNOWN: return sizeof(Object);
    case NTMS_CHANGER: return with(sizeof(Info::Changer));
    case NTMS_CHANGER_TYPE: return with(sizeof(Info::ChangerType));
    case NTMS_COMPUTER: return with(sizeof(Info::Computer));
    case NTMS_DRIVE: return with(sizeof(Info::Drive));
    case NTMS_DRIVE_TYPE: return with(sizeof(Info::DriveType));
    case NTMS_IEDOOR: return with(sizeof(Info::IEDoor));
    case NTMS_IEPORT: return with(sizeof(Info::IEPort));
    case NTMS_LIBRARY: return with(sizeof(Info::Library));
    case NTMS_LIBREQUEST: return with(sizeof(Info::LibRequest));
    case NTMS_LOGICAL_MEDIA: return with(sizeof(Info::LogicalMedia));
    case NTMS_MEDIA_POOL: return with(sizeof(Info::MediaPool));
    case NTMS_MEDIA_TYPE: return with(sizeof(Info::MediaType));
    case NTMS_PARTITION: return with(sizeof(Info::Partition));
    case NTMS_PHYSICAL_MEDIA: return with(sizeof(Info::PhysicalMedia));
    case NTMS_STORAGESLOT: return with(sizeof(Info::StorageSlot));
    case NTMS_OPREQUEST: return with(sizeof(Info::OpRequest));
    default: return 0;
  }
}

#define RSM_BOTH(...)                                              \
  template void fill(NTMS_OBJECTINFORMATIONA&, __VA_ARGS__ const&); \
  template void fill(NTMS_OBJECTINFORMATIONW&, __VA_ARGS__ const&);
RSM_BOTH(wire::LibraryInfo)
RSM_BOTH(wire::ChangerInfo)
RSM_BOTH(wire::DriveInfo)
RSM_BOTH(wire::SlotInfo)
RSM_BOTH(wire::DoorInfo)
RSM_BOTH(wire::PortInfo)
RSM_BOTH(wire::MediumInfo)
RSM_BOTH(wire::SideInfo)
RSM_BOTH(wire::LogicalMediumInfo)
RSM_BOTH(wire::PoolInfo)
RSM_BOTH(wire::MediaTypeInfo)
RSM_BOTH(wire::RequestInfo)
RSM_BOTH(wire::OperatorRequestInfo)
RSM_BOTH(wire::ComputerInfo)
#undef RSM_BOTH
template void fill(NTMS_OBJECTINFORMATIONA&, wire::DeviceTypeInfo const&, DWORD);
template void fill(NTMS_OBJECTINFORMATIONW&, wire::DeviceTypeInfo const&, DWORD);
template std::size_t size_needed<NTMS_OBJECTINFORMATIONA>(DWORD);
template std::size_t size_needed<NTMS_OBJECTINFORMATIONW>(DWORD);

}  // namespace rsm::ntms
