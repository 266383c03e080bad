// BeginNtmsDeviceChangeDetection, SetNtmsDeviceChangeDetection, EndNtmsDeviceChangeDetection.
//
// What for: the service watches its stand-alone drives all the time, so there is nothing to be switched on: a handle is a handle, and what it is set
// to is checked. Source: ntms-functions.md section 12, rsm-model.md section 17.
#include "api/client/ntmsapi_detection.hpp"

#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_handles.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

struct Detection {
  Session session;
};
using Detections = Handles<Detection>;

// "Unknown" has each kind's own number here.
template <class Info>
DWORD number_of_lookup(Result<Info> const& found, DWORD unknown) {
  if (found) return ERROR_SUCCESS;
  bool const none = found.error().code == Errc::object_not_found || found.error().code == Errc::invalid_library || found.error().code == Errc::invalid_media;
  return none ? unknown : number_of(found);
}

DWORD check_target(client::Connection& connection, DWORD type, NTMS_GUID const& id) {
  wire::GetParams const by_id{from_windows(id), {}};
  switch (type) {
    case NTMS_LIBRARY: return number_of_lookup(connection.library_get(by_id), ERROR_INVALID_LIBRARY);
    case NTMS_MEDIA_TYPE: return number_of_lookup(connection.media_type_get(by_id), ERROR_INVALID_MEDIA);
    default: return number_of_lookup(connection.medium_get(by_id), ERROR_INVALID_MEDIA);
  }
}

bool of_session(Session const& session, HANDLE handle) {
  auto const detection = Detections::all().find(handle);
  return detection && detection->session == session;
}

DWORD begin_detection(HANDLE session_handle, LPHANDLE out) {
  Session const session = find_session(session_handle);
  if (!session) return ERROR_INVALID_HANDLE;
  if (out == nullptr) return ERROR_INVALID_PARAMETER;
  HANDLE const handle = Detections::all().remember(std::make_shared<Detection>(Detection{session}));
  if (find_session(session_handle) == nullptr && Detections::all().forget(handle) != nullptr) return ERROR_INVALID_HANDLE;  // closed meanwhile
  *out = handle;
  return ERROR_SUCCESS;
}

DWORD set_detection(HANDLE session_handle, HANDLE handle, LPNTMS_GUID ids, DWORD type, DWORD count) {
  Session const session = find_session(session_handle);
  if (!session || (handle != nullptr && !of_session(session, handle))) return ERROR_INVALID_HANDLE;
  if (ids == nullptr || count == 0 || count > limits::page_items_max) return ERROR_INVALID_PARAMETER;
  if (type != NTMS_LIBRARY && type != NTMS_MEDIA_TYPE && type != NTMS_PHYSICAL_MEDIA) return ERROR_INVALID_PARAMETER;
  for (DWORD n = 0; n < count; ++n)
    if (DWORD const number = check_target(*session, type, ids[n]); number != ERROR_SUCCESS) return number;
  return ERROR_SUCCESS;
}

DWORD end_detection(HANDLE session_handle, HANDLE handle) {
  Session const session = find_session(session_handle);
  if (!session || !of_session(session, handle)) return ERROR_INVALID_HANDLE;
  return Detections::all().forget(handle) ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

}  // namespace

void end_detections_of(Session const& session) {
  Detections::all().forget_all([&](Detection const& detection) { return detection.session == session; });
}

}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI BeginNtmsDeviceChangeDetection(HANDLE hSession, LPHANDLE lpDetectHandle) {
  return rsm::ntms::guarded([=] { return rsm::ntms::begin_detection(hSession, lpDetectHandle); });
}

DWORD WINAPI SetNtmsDeviceChangeDetection(HANDLE hSession, HANDLE DetectHandle, LPNTMS_GUID lpRequestId, DWORD dwType, DWORD dwCount) {
  return rsm::ntms::guarded([=] { return rsm::ntms::set_detection(hSession, DetectHandle, lpRequestId, dwType, dwCount); });
}

DWORD WINAPI EndNtmsDeviceChangeDetection(HANDLE hSession, HANDLE DetectHandle) {
  return rsm::ntms::guarded([=] { return rsm::ntms::end_detection(hSession, DetectHandle); });
}

}  // extern "C"
