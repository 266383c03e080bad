// EnumerateNtmsObject, GetNtmsObjectInformation, SetNtmsObjectInformation. Source: ntms-functions.md section 3, rsm-model.md section 1, readings.md 8, 9, 30.
#include <algorithm>
#include <cstring>

#include "api/client/limits.hpp"
#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_information.hpp"
#include "api/client/ntmsapi_text.hpp"

namespace rsm::ntms {
namespace {

// ---- EnumerateNtmsObject --------------------------------------------------------------------------------------------------

bool can_be_listed(DWORD type) { return type >= NTMS_CHANGER && type <= NTMS_OPREQUEST; }

// Types that are listed for the whole system only.
bool has_no_container(DWORD type) {
  return type == NTMS_CHANGER_TYPE || type == NTMS_COMPUTER || type == NTMS_DRIVE_TYPE || type == NTMS_LIBRARY || type == NTMS_OPREQUEST;
}

DWORD check_enumeration(LPNTMS_GUID container, LPNTMS_GUID list, LPDWORD size, DWORD type, DWORD options) {
  if (size == nullptr || (list == nullptr && *size != 0)) return ERROR_INVALID_PARAMETER;
  if (!can_be_listed(type) || (options & ~static_cast<DWORD>(NTMS_ENUM_ROOTPOOL)) != 0) return ERROR_INVALID_PARAMETER;
  bool const whole_system = container == nullptr;
  if (options == NTMS_ENUM_ROOTPOOL && (type != NTMS_MEDIA_POOL || !whole_system)) return ERROR_INVALID_PARAMETER;
  if (!whole_system && has_no_container(type)) return ERROR_INVALID_PARAMETER;
  // The zero GUID is no container; only NULL means the system.
  if (!whole_system && NTMS_IS_NULLGUID(*container)) return ERROR_OBJECT_NOT_FOUND;
  return ERROR_SUCCESS;
}

Result<std::vector<Guid>> all_ids(client::Connection& connection, wire::EnumerateParams params) {
  std::vector<Guid> ids;
  for (std::size_t pages = 0; pages < limits::client_pages_max; ++pages) {
    RSM_TRY(auto page, connection.object_enumerate(params));
    ids.insert(ids.end(), page.ids.begin(), page.ids.end());
    if (!page.next_cursor || page.next_cursor->empty()) return ids;
    params.cursor = std::move(page.next_cursor);
  }
  return fail(Errc::not_connected, "object.enumerate", "the service's list has no end");
}

DWORD enumerate(client::Connection& connection, LPNTMS_GUID container, LPNTMS_GUID list, LPDWORD size, DWORD type, DWORD options) {
  if (DWORD const wrong = check_enumeration(container, list, size, type, options); wrong != ERROR_SUCCESS) return wrong;
  wire::EnumerateParams params;
  if (container != nullptr) params.container = from_windows(*container);
  params.type = static_cast<ObjectType>(type);
  if (options == NTMS_ENUM_ROOTPOOL) params.root_pool = true;
  auto ids = all_ids(connection, std::move(params));
  if (!ids) return number_of(ids);
  if (type == NTMS_LIBREQUEST) std::reverse(ids->begin(), ids->end());  // the service has the newest first
  DWORD const room = *size;
  *size = to_dword(static_cast<std::int64_t>(ids->size()));
  std::transform(ids->begin(), ids->begin() + std::min(room, *size), list, [](Guid const& id) { return to_windows(id); });
  return *size > room ? ERROR_INSUFFICIENT_BUFFER : ERROR_SUCCESS;
}

// ---- GetNtmsObjectInformation ---------------------------------------------------------------------------------------------

template <class Object, class Info>
Result<> filled(Object& out, Result<Info> const& info) {
  if (!info) return std::unexpected(info.error());
  fill(out, *info);
  return {};
}

template <class Object>
Result<> filled(Object& out, Result<wire::DeviceTypeInfo> const& info, DWORD type) {
  if (!info) return std::unexpected(info.error());
  fill(out, *info, type);
  return {};
}

// Of a service that does not tell the types of arguments; 0 where the object is gone.
DWORD type_of(client::Connection& connection, Guid const& id) {
  if (id.is_zero()) return NTMS_UNKNOWN;
  auto const found = connection.object_type({id});
  return found ? to_dword(found->type_code) : static_cast<DWORD>(NTMS_UNKNOWN);
}

template <class Object>
Result<> operator_request(client::Connection& connection, Guid const& id, Object& out) {
  RSM_TRY(auto const found, connection.opreq_get({OperatorRequestId{id}}));
  fill(out, found);
  if (!found.argument1_type_code) out.Info.OpRequest.Arg1Type = type_of(connection, found.argument1);
  if (!found.argument2_type_code) out.Info.OpRequest.Arg2Type = type_of(connection, found.argument2);
  return {};
}

template <class Object>
Result<> ask(client::Connection& connection, DWORD type, Guid const& id, Object& out) {
  wire::GetParams const by_id{id, {}};
  switch (type) {
    case NTMS_LIBRARY: return filled(out, connection.library_get(by_id));
    case NTMS_CHANGER: return filled(out, connection.changer_get(by_id));
    case NTMS_DRIVE: return filled(out, connection.drive_get(by_id));
    case NTMS_STORAGESLOT: return filled(out, connection.slot_get(by_id));
    case NTMS_IEDOOR: return filled(out, connection.door_get(by_id));
    case NTMS_IEPORT: return filled(out, connection.port_get(by_id));
    case NTMS_PHYSICAL_MEDIA: return filled(out, connection.medium_get(by_id));
    case NTMS_PARTITION: return filled(out, connection.side_get(by_id));
    case NTMS_LOGICAL_MEDIA: return filled(out, connection.logical_medium_get(by_id));
    case NTMS_MEDIA_POOL: return filled(out, connection.pool_get(by_id));
    case NTMS_MEDIA_TYPE: return filled(out, connection.media_type_get(by_id));
    case NTMS_LIBREQUEST: return filled(out, connection.request_get({RequestId{id}}));
    case NTMS_OPREQUEST: return operator_request(connection, id, out);
    case NTMS_COMPUTER: return filled(out, connection.computer_get(by_id));
    case NTMS_DRIVE_TYPE: return filled(out, connection.drive_type_get(by_id), type);
    case NTMS_CHANGER_TYPE: return filled(out, connection.changer_type_get(by_id), type);
    default: return fail(Errc::not_supported, id.text(), "the service gives no information about objects of this type");
  }
}

// Here every kind's "unknown" is the same error.
DWORD number_for_lookup(Error const& error) {
  bool const unknown = error.code == Errc::invalid_media || error.code == Errc::invalid_library || error.code == Errc::invalid_drive ||
                       error.code == Errc::invalid_media_pool;
  return unknown ? static_cast<DWORD>(ERROR_OBJECT_NOT_FOUND) : number_of(error);
}

// The object as the service shows it. `type`: what the caller says, or what is found when that is NTMS_UNKNOWN.
template <class Object>
DWORD read_object(client::Connection& connection, LPNTMS_GUID id, Object const* info, DWORD& type, Object& out) {
  if (id == nullptr || info == nullptr) return ERROR_INVALID_PARAMETER;
  std::size_t const needed = size_needed<Object>(info->dwType);
  if (needed == 0 || info->dwSize < needed) return ERROR_INVALID_PARAMETER;
  if (NTMS_IS_NULLGUID(*id)) return ERROR_OBJECT_NOT_FOUND;
  Guid const object = from_windows(*id);
  type = info->dwType;
  if (type == NTMS_UNKNOWN) {
    auto const found = connection.object_type({object});
    if (!found) return number_for_lookup(found.error());
    type = to_dword(found->type_code);
    if (size_needed<Object>(type) == 0) return ERROR_OBJECT_NOT_FOUND;  // nothing that Windows knows, a session perhaps
  }
  std::memset(&out, 0, sizeof out);
  if (auto const asked = ask(connection, type, object, out); !asked) return number_for_lookup(asked.error());
  out.dwSize = info->dwSize;
  return ERROR_SUCCESS;
}

template <class Object>
DWORD information(client::Connection& connection, LPNTMS_GUID id, Object* info) {
  Object out;
  DWORD type = NTMS_UNKNOWN;
  if (DWORD const wrong = read_object(connection, id, info, type, out); wrong != ERROR_SUCCESS) return wrong;
  std::memcpy(info, &out, size_needed<Object>(info->dwType));  // the caller's room may end with the type's member
  return ERROR_SUCCESS;
}

// ---- SetNtmsObjectInformation ---------------------------------------------------------------------------------------------

// A program writes back what it has read, cut names and rounded times among it. So only what differs from what is shown now is a wish.

template <class Character, std::size_t Room>
DWORD take_text(Character const (&given)[Room], Character const (&shown)[Room], DWORD when_wrong, std::optional<std::string>& out) {
  auto text = text_of(given);
  if (!text) return when_wrong;
  if (*text != text_of(shown)) out = std::move(*text);
  return ERROR_SUCCESS;
}

template <class Number, class Out>
void take_number(Number given, Number shown, std::optional<Out>& out) {
  if (given != shown) out = static_cast<Out>(given);
}

// Whole seconds of the structures.
template <class Number>
void take_seconds(Number given, Number shown, wire::MaybeMs& out) {
  if (given != shown) out = static_cast<std::int64_t>(given) * 1000;
}

bool same_guid(NTMS_GUID const& a, NTMS_GUID const& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

DWORD take_library(NTMS_LIBRARYINFORMATION const& given, NTMS_LIBRARYINFORMATION const& shown, wire::SetObjectParams& params) {
  constexpr DWORD settable = NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE | NTMS_LIBRARYFLAG_AUTODETECTCHANGE;
  if (given.InventoryMethod > NTMS_INVENTORY_OMID) return ERROR_INVALID_PARAMETER;
  take_number(given.dwCleanerUsesRemaining, shown.dwCleanerUsesRemaining, params.cleaner_uses);
  take_number(given.InventoryMethod, shown.InventoryMethod, params.inventory_method);
  if ((given.AutoRecovery != FALSE) != (shown.AutoRecovery != FALSE)) params.auto_recovery = given.AutoRecovery != FALSE;
  take_number((shown.dwFlags & ~settable) | (given.dwFlags & settable), shown.dwFlags, params.flags);
  return ERROR_SUCCESS;
}

void take_pool(NTMS_MEDIAPOOLINFORMATION const& given, NTMS_MEDIAPOOLINFORMATION const& shown, wire::SetObjectParams& params) {
  if (!same_guid(given.MediaType, shown.MediaType)) params.media_type = MediaTypeId{from_windows(given.MediaType)};
  take_number(given.AllocationPolicy, shown.AllocationPolicy, params.allocation_policy);
  take_number(given.DeallocationPolicy, shown.DeallocationPolicy, params.deallocation_policy);
  take_number(given.dwMaxAllocates, shown.dwMaxAllocates, params.max_allocates);
}

void take_computer(NTMS_COMPUTERINFORMATION const& given, NTMS_COMPUTERINFORMATION const& shown, wire::SetObjectParams& params) {
  take_number(given.dwMediaPoolPolicy, shown.dwMediaPoolPolicy, params.media_pool_policy);
  take_number(given.dwLibRequestFlags, shown.dwLibRequestFlags, params.request_flags);
  take_number(given.dwOpRequestFlags, shown.dwOpRequestFlags, params.operator_request_flags);
  take_seconds(given.dwLibRequestPurgeTime, shown.dwLibRequestPurgeTime, params.request_purge_after_ms);
  take_seconds(given.dwOpRequestPurgeTime, shown.dwOpRequestPurgeTime, params.operator_request_purge_after_ms);
}

bool has_a_name_to_write(DWORD type) {
  return type == NTMS_LIBRARY || type == NTMS_LOGICAL_MEDIA || type == NTMS_PHYSICAL_MEDIA || type == NTMS_PARTITION || type == NTMS_MEDIA_POOL;
}

// Everything that may be written of an object of this type; other members are ignored.
template <class Object>
DWORD take_members(DWORD type, Object const& given, Object const& shown, wire::SetObjectParams& params) {
  if (DWORD const wrong = take_text(given.szDescription, shown.szDescription, ERROR_INVALID_PARAMETER, params.description); wrong != ERROR_SUCCESS) return wrong;
  if (has_a_name_to_write(type))
    if (DWORD const wrong = take_text(given.szName, shown.szName, ERROR_INVALID_NAME, params.name); wrong != ERROR_SUCCESS) return wrong;
  if (type == NTMS_LIBRARY) return take_library(given.Info.Library, shown.Info.Library, params);
  if (type == NTMS_MEDIA_POOL) take_pool(given.Info.MediaPool, shown.Info.MediaPool, params);
  if (type == NTMS_COMPUTER) take_computer(given.Info.Computer, shown.Info.Computer, params);
  if (type == NTMS_DRIVE) take_seconds(given.Info.Drive.dwDeferDismountDelay, shown.Info.Drive.dwDeferDismountDelay, params.defer_dismount_delay_ms);
  if (type == NTMS_IEPORT) take_seconds(given.Info.IEPort.MaxExtendSecs, shown.Info.IEPort.MaxExtendSecs, params.max_extend_ms);
  if (type == NTMS_IEDOOR) take_seconds(given.Info.IEDoor.MaxOpenSecs, shown.Info.IEDoor.MaxOpenSecs, params.max_open_ms);
  return ERROR_SUCCESS;
}

template <class Object>
DWORD set_information(client::Connection& connection, LPNTMS_GUID id, Object const* info) {
  Object shown;
  DWORD type = NTMS_UNKNOWN;
  if (DWORD const wrong = read_object(connection, id, info, type, shown); wrong != ERROR_SUCCESS) return wrong;
  Object given = shown;
  std::memcpy(&given, info, size_needed<Object>(info->dwType));
  wire::SetObjectParams params;
  params.type = static_cast<ObjectType>(type);
  params.id = from_windows(*id);
  if (DWORD const wrong = take_members(type, given, shown, params); wrong != ERROR_SUCCESS) return wrong;
  auto const done = connection.object_set(params);
  return done ? static_cast<DWORD>(ERROR_SUCCESS) : number_of(done);
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI EnumerateNtmsObject(HANDLE hSession, const LPNTMS_GUID lpContainerId, LPNTMS_GUID lpList, LPDWORD lpdwListSize,
                                 DWORD dwType, DWORD dwOptions) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) {
    return rsm::ntms::enumerate(connection, lpContainerId, lpList, lpdwListSize, dwType, dwOptions);
  });
}

DWORD WINAPI GetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONA lpInfo) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::information(connection, lpObjectId, lpInfo); });
}

DWORD WINAPI GetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONW lpInfo) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::information(connection, lpObjectId, lpInfo); });
}

DWORD WINAPI SetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONA lpInfo) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::set_information(connection, lpObjectId, lpInfo); });
}

DWORD WINAPI SetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONW lpInfo) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::set_information(connection, lpObjectId, lpInfo); });
}

}  // extern "C"
