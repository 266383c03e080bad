// CreateNtmsMediaPool, GetNtmsMediaPoolName, DeleteNtmsMediaPool, MoveToNtmsMediaPool, ChangeNtmsMediaType, AddNtmsMediaType, DeleteNtmsMediaType.
// Source: ntms-functions.md section 4.
#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_security.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/base64.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

std::optional<PoolAction> pool_action(DWORD action) {
  switch (action) {
    case NTMS_OPEN_EXISTING: return PoolAction::open_existing;
    case NTMS_CREATE_NEW: return PoolAction::create_new;
    case NTMS_OPEN_ALWAYS: return PoolAction::open_always;
    default: return std::nullopt;
  }
}

template <class Character>
DWORD create_pool(client::Connection& connection, Character const* name, LPNTMS_GUID type, DWORD action, LPSECURITY_ATTRIBUTES security, LPNTMS_GUID pool) {
  auto const wanted = pool_action(action);
  if (name == nullptr || pool == nullptr || !wanted) return ERROR_INVALID_PARAMETER;
  wire::PoolCreateParams params;
  if (security != nullptr && security->lpSecurityDescriptor != nullptr) {
    auto const bytes = bytes_of_descriptor(security->lpSecurityDescriptor);
    if (!bytes) return ERROR_INVALID_PARAMETER;
    params.security = base64(*bytes);
  }
  auto path = text_argument(name, limits::pool_path_chars_max + 1);  // with the backslash that is ignored
  if (!path) return ERROR_INVALID_NAME;
  params.name = std::move(*path);
  if (type != nullptr && !NTMS_IS_NULLGUID(*type)) params.media_type = MediaTypeId{from_windows(*type)};
  params.action = *wanted;
  auto const made = connection.pool_create(params);
  if (!made) return number_of(made);
  *pool = to_windows(made->pool.guid);
  return ERROR_SUCCESS;
}

template <class Character>
DWORD pool_name(client::Connection& connection, LPNTMS_GUID pool, Character* name, LPDWORD size) {
  if (pool == nullptr || size == nullptr || (name == nullptr && *size != 0)) return ERROR_INVALID_PARAMETER;
  auto const info = connection.pool_get({from_windows(*pool), {}});
  if (!info) return info.error().code == Errc::object_not_found ? static_cast<DWORD>(ERROR_INVALID_MEDIA_POOL) : number_of(info);
  return give_text(info->path, name, size);
}

DWORD delete_pool(client::Connection& connection, LPNTMS_GUID pool) {
  if (pool == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.pool_delete({PoolId{from_windows(*pool)}}));
}

DWORD move(client::Connection& connection, LPNTMS_GUID medium, LPNTMS_GUID pool, bool change_type) {
  if (medium == nullptr || pool == nullptr) return ERROR_INVALID_PARAMETER;
  wire::MoveToPoolParams const params{MediumId{from_windows(*medium)}, PoolId{from_windows(*pool)}};
  return number_of(change_type ? connection.medium_change_type(params) : connection.medium_move_to_pool(params));
}

DWORD media_type(client::Connection& connection, LPNTMS_GUID type, LPNTMS_GUID library, bool takes) {
  if (type == nullptr || library == nullptr) return ERROR_INVALID_PARAMETER;
  wire::MediaTypeParams const params{LibraryId{from_windows(*library)}, MediaTypeId{from_windows(*type)}};
  return number_of(takes ? connection.library_add_media_type(params) : connection.library_remove_media_type(params));
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI CreateNtmsMediaPoolA(HANDLE hSession, LPCSTR lpPoolName, LPNTMS_GUID lpMediaType, DWORD dwAction, LPSECURITY_ATTRIBUTES lpSecurityAttributes, LPNTMS_GUID lpPoolId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::create_pool(c, lpPoolName, lpMediaType, dwAction, lpSecurityAttributes, lpPoolId); });
}

DWORD WINAPI CreateNtmsMediaPoolW(HANDLE hSession, LPCWSTR lpPoolName, LPNTMS_GUID lpMediaType, DWORD dwAction, LPSECURITY_ATTRIBUTES lpSecurityAttributes, LPNTMS_GUID lpPoolId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::create_pool(c, lpPoolName, lpMediaType, dwAction, lpSecurityAttributes, lpPoolId); });
}

DWORD WINAPI GetNtmsMediaPoolNameA(HANDLE hSession, LPNTMS_GUID lpPoolId, LPSTR lpNameBuf, LPDWORD lpdwBufSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::pool_name(c, lpPoolId, lpNameBuf, lpdwBufSize); });
}

DWORD WINAPI GetNtmsMediaPoolNameW(HANDLE hSession, LPNTMS_GUID lpPoolId, LPWSTR lpNameBuf, LPDWORD lpdwBufSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::pool_name(c, lpPoolId, lpNameBuf, lpdwBufSize); });
}

DWORD WINAPI DeleteNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpPoolId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::delete_pool(c, lpPoolId); });
}

DWORD WINAPI MoveToNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::move(c, lpMediaId, lpPoolId, false); });
}

DWORD WINAPI ChangeNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::move(c, lpMediaId, lpPoolId, true); });
}

DWORD WINAPI AddNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaTypeId, LPNTMS_GUID lpLibId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::media_type(c, lpMediaTypeId, lpLibId, true); });
}

DWORD WINAPI DeleteNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaTypeId, LPNTMS_GUID lpLibId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::media_type(c, lpMediaTypeId, lpLibId, false); });
}

}  // extern "C"
