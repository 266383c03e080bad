// AllocateNtmsMedia, DeallocateNtmsMedia, SwapNtmsMedia, DecommissionNtmsMedia, SetNtmsMediaComplete, UpdateNtmsOmidInfo, DeleteNtmsMedia.
// Source: ntms-functions.md section 5.
#include <algorithm>
#include <cstring>
#include <optional>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/base64.hpp"
#include "api/client/waiting_allocation.hpp"

namespace rsm::ntms {
namespace {

constexpr DWORD allocate_options = NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_NEXT | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE;

DWORD allocate(client::Connection& connection, LPNTMS_GUID pool, LPNTMS_GUID side, LPNTMS_GUID medium, DWORD options, DWORD timeout,
               LPNTMS_ALLOCATION_INFORMATION information) {
  if (pool == nullptr || medium == nullptr) return ERROR_INVALID_PARAMETER;
  bool const whole = (options & NTMS_ALLOCATE_NEW) != 0, next = (options & NTMS_ALLOCATE_NEXT) != 0;
  if ((options & ~allocate_options) != 0 || (whole && next)) return ERROR_INVALID_PARAMETER;
  if (information != nullptr && information->dwSize != sizeof *information) return ERROR_INVALID_PARAMETER;
  wire::AllocateParams params;
  auto key = client::make_key();
  if (!key) return number_of(key);
  params.key = std::move(*key);
  params.pool = PoolId{from_windows(*pool)};
  if (side != nullptr && !NTMS_IS_NULLGUID(*side)) params.side = SideId{from_windows(*side)};
  if (whole) params.whole = true;
  if (next) params.next_of = LogicalMediumId{from_windows(*medium)};
  if ((options & NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE) != 0) params.error_if_unavailable = true;
  if (timeout != INFINITE) params.timeout_ms = timeout;
  auto const reply = client::allocate_and_wait(connection, params);
  if (!reply) return number_of(reply);
  *medium = to_windows(reply->logical_medium.guid);
  if (information != nullptr) information->AllocatedFrom = to_windows(reply->allocated_from.guid);
  return ERROR_SUCCESS;
}

DWORD deallocate(client::Connection& connection, LPNTMS_GUID medium) {
  if (medium == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.logical_medium_deallocate({LogicalMediumId{from_windows(*medium)}}));
}

DWORD complete(client::Connection& connection, LPNTMS_GUID medium) {
  if (medium == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.logical_medium_complete({LogicalMediumId{from_windows(*medium)}}));
}

DWORD decommission(client::Connection& connection, LPNTMS_GUID side) {
  if (side == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.side_decommission({SideId{from_windows(*side)}}));
}

DWORD delete_medium(client::Connection& connection, LPNTMS_GUID medium) {
  if (medium == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.medium_delete({MediumId{from_windows(*medium)}}));
}

DWORD swap(client::Connection& connection, LPNTMS_GUID one, LPNTMS_GUID other) {
  if (one == nullptr || other == nullptr) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.logical_medium_swap({std::move(*key), LogicalMediumId{from_windows(*one)}, LogicalMediumId{from_windows(*other)}}));
}

// The first bytes of a tape: more than a label can have are not sent.
Result<wire::UpdateLabelParams> of_first_bytes(DWORD size, void const* bytes) {
  constexpr DWORD most = 64 * 1024;
  if (size == 0) return fail(Errc::invalid_parameter);
  wire::UpdateLabelParams params;
  params.first_bytes = base64({static_cast<char const*>(bytes), std::min(size, most)});
  return params;
}

Result<wire::UpdateLabelParams> of_file_system(DWORD size, void const* bytes) {
  NTMS_FILESYSTEM_INFO info;
  if (size != sizeof info) return fail(Errc::invalid_parameter);
  std::memcpy(&info, bytes, sizeof info);  // the caller's may lie anywhere
  auto type = text_of(info.FileSystemType), name = text_of(info.VolumeName);
  if (!type || type->empty() || !name) return fail(Errc::invalid_parameter);
  wire::UpdateLabelParams params;
  params.file_system = std::move(*type);
  params.volume_name = std::move(*name);
  params.serial_number = info.SerialNumber;
  return params;
}

DWORD update_label(client::Connection& connection, LPNTMS_GUID medium, DWORD type, DWORD size, void const* buffer) {
  if (medium == nullptr || buffer == nullptr) return ERROR_INVALID_PARAMETER;
  auto params = type == NTMS_OMID_TYPE_RAW_LABEL         ? of_first_bytes(size, buffer)
                : type == NTMS_OMID_TYPE_FILESYSTEM_INFO ? of_file_system(size, buffer)
                                                         : Result<wire::UpdateLabelParams>(fail(Errc::invalid_parameter));
  if (!params) return number_of(params);
  params->id = LogicalMediumId{from_windows(*medium)};
  return number_of(connection.logical_medium_update_label(*params));
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI AllocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaPool, LPNTMS_GUID lpPartition, LPNTMS_GUID lpMediaId, DWORD dwOptions,
                               DWORD dwTimeout, LPNTMS_ALLOCATION_INFORMATION lpAllocateInformation) {
  DWORD const number = rsm::ntms::with_session(hSession, [=](auto& connection) {
    return rsm::ntms::allocate(connection, lpMediaPool, lpPartition, lpMediaId, dwOptions, dwTimeout, lpAllocateInformation);
  });
  bool const emptied = number != ERROR_SUCCESS && lpMediaId != nullptr && (dwOptions & NTMS_ALLOCATE_NEXT) == 0;
  if (emptied) *lpMediaId = NTMS_NULLGUID;
  return number;
}

DWORD WINAPI DeallocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::deallocate(connection, lpMediaId); });
}

DWORD WINAPI SwapNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId1, LPNTMS_GUID lpMediaId2) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::swap(connection, lpMediaId1, lpMediaId2); });
}

DWORD WINAPI UpdateNtmsOmidInfo(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD labelType, DWORD numberOfBytes, LPVOID lpBuffer) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::update_label(connection, lpMediaId, labelType, numberOfBytes, lpBuffer); });
}

DWORD WINAPI DecommissionNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::decommission(connection, lpMediaId); });
}

DWORD WINAPI SetNtmsMediaComplete(HANDLE hSession, LPNTMS_GUID lpMediaId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::complete(connection, lpMediaId); });
}

DWORD WINAPI DeleteNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::delete_medium(connection, lpMediaId); });
}

}  // extern "C"
