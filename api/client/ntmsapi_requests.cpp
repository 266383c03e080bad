// CancelNtmsLibraryRequest. Source: ntms-functions.md section 7.
#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"

namespace rsm::ntms {
namespace {

// A cancel carries no key. When the connection broke in the middle of it, the request itself says whether it was carried out.
DWORD cancel(client::Connection& connection, LPNTMS_GUID request) {
  if (request == nullptr) return ERROR_INVALID_PARAMETER;
  wire::RequestParams const which{RequestId{from_windows(*request)}};
  auto const cancelled = connection.request_cancel(which);
  if (cancelled || cancelled.error().code != Errc::not_connected) return number_of(cancelled);
  auto const now = connection.request_get(which);
  if (!now) return number_of(now);
  if (now->state == RequestState::cancelled) return ERROR_SUCCESS;
  return now->finished ? static_cast<DWORD>(ERROR_OBJECT_NOT_FOUND) : number_of(connection.request_cancel(which));
}

}  // namespace
}  // namespace rsm::ntms

extern "C" DWORD WINAPI CancelNtmsLibraryRequest(HANDLE hSession, LPNTMS_GUID lpRequestId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::cancel(connection, lpRequestId); });
}
