// CancelNtmsLibraryRequest, DeleteNtmsRequests, GetNtmsRequestOrder, SetNtmsRequestOrder.
// Source: ntms-functions.md section 7, readings.md 1 and 2.
#include <algorithm>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

// A cancel carries no key. When the connection broke in the middle of it, the request itself says whether it was carried out.
DWORD cancel(client::Connection& connection, LPNTMS_GUID request) {
  if (request == nullptr) return ERROR_INVALID_PARAMETER;
  wire::RequestParams const which{RequestId{from_windows(*request)}};
  auto const cancelled = connection.request_cancel(which);
  if (cancelled || cancelled.error().code != Errc::not_connected) return number_of(cancelled);
  auto const now = connection.request_get({which.request});
  if (!now) return number_of(now);
  if (now->state == RequestState::cancelled) return ERROR_SUCCESS;
  return now->finished ? static_cast<DWORD>(ERROR_OBJECT_NOT_FOUND) : number_of(connection.request_cancel(which));
}

// To delete what is gone already is no error, so a call that broke is simply made again.
DWORD delete_some(client::Connection& connection, wire::DeleteRequestsParams const& params) {
  auto deleted = connection.request_delete(params);
  if (!deleted && deleted.error().code == Errc::not_connected) deleted = connection.request_delete(params);
  return number_of(deleted);
}

DWORD delete_requests(client::Connection& connection, LPNTMS_GUID ids, DWORD type, DWORD count) {
  if (ids == nullptr || count == 0 || (type != NTMS_LIBREQUEST && type != NTMS_OPREQUEST)) return ERROR_INVALID_PARAMETER;
  wire::DeleteRequestsParams params{static_cast<ObjectType>(type), {}};
  for (DWORD done = 0; done < count;) {
    DWORD const some = std::min(count - done, static_cast<DWORD>(limits::page_items_max));
    params.ids.resize(some);
    std::transform(ids + done, ids + done + some, params.ids.begin(), from_windows);
    if (DWORD const number = delete_some(connection, params); number != ERROR_SUCCESS) return number;
    done += some;
  }
  return ERROR_SUCCESS;
}

DWORD request_order(client::Connection& connection, LPNTMS_GUID request, LPDWORD order) {
  if (request == nullptr || order == nullptr) return ERROR_INVALID_PARAMETER;
  auto const place = connection.request_order({RequestId{from_windows(*request)}});
  if (place) *order = to_dword(place->order);
  return number_of(place);
}

// To set the same place twice is to set it once.
DWORD set_request_order(client::Connection& connection, LPNTMS_GUID request, DWORD order) {
  if (request == nullptr || order == 0) return ERROR_INVALID_PARAMETER;
  wire::SetOrderParams const params{RequestId{from_windows(*request)}, order};
  auto set = connection.request_set_order(params);
  if (!set && set.error().code == Errc::not_connected) set = connection.request_set_order(params);
  return number_of(set);
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI CancelNtmsLibraryRequest(HANDLE hSession, LPNTMS_GUID lpRequestId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::cancel(connection, lpRequestId); });
}

DWORD WINAPI DeleteNtmsRequests(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwType, DWORD dwCount) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::delete_requests(connection, lpRequestId, dwType, dwCount); });
}

DWORD WINAPI GetNtmsRequestOrder(HANDLE hSession, LPNTMS_GUID lpRequestId, LPDWORD lpdwOrderNumber) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::request_order(connection, lpRequestId, lpdwOrderNumber); });
}

DWORD WINAPI SetNtmsRequestOrder(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwOrderNumber) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::set_request_order(connection, lpRequestId, dwOrderNumber); });
}

}  // extern "C"
