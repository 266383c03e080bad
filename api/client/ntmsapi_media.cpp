// MountNtmsMedia, DismountNtmsMedia. Source: ntms-functions.md section 5, architecture decision 11.
#include <algorithm>
#include <chrono>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

constexpr DWORD mount_options = NTMS_MOUNT_READ | NTMS_MOUNT_WRITE | NTMS_MOUNT_ERROR_NOT_AVAILABLE | NTMS_MOUNT_ERROR_OFFLINE |
                                NTMS_MOUNT_SPECIFIC_DRIVE | NTMS_MOUNT_NOWAIT;

std::vector<Guid> ids_of(LPNTMS_GUID ids, DWORD count) {
  std::vector<Guid> out(count);
  std::transform(ids, ids + count, out.begin(), from_windows);
  return out;
}

std::optional<bool> if_set(DWORD options, DWORD bit) { return (options & bit) != 0 ? std::optional(true) : std::nullopt; }

Result<wire::MountParams> mount_params(LPNTMS_GUID media, LPNTMS_GUID drives, DWORD count, DWORD options, int priority, DWORD timeout) {
  wire::MountParams params;
  RSM_TRY(params.key, client::make_key());
  params.media = ids_of(media, count);
  if ((options & NTMS_MOUNT_SPECIFIC_DRIVE) != 0) {
    params.drives.emplace();
    for (Guid const& drive : ids_of(drives, count)) params.drives->push_back(DriveId{drive});
  }
  params.read = if_set(options, NTMS_MOUNT_READ);
  params.write = if_set(options, NTMS_MOUNT_WRITE);
  params.error_if_offline = if_set(options, NTMS_MOUNT_ERROR_OFFLINE);
  params.error_if_unavailable = if_set(options, NTMS_MOUNT_ERROR_NOT_AVAILABLE);
  params.nowait = if_set(options, NTMS_MOUNT_NOWAIT);
  if (priority != NTMS_PRIORITY_NORMAL) params.priority = priority;
  if (timeout != INFINITE && !params.nowait) params.timeout_ms = timeout;
  return params;
}

// The service keeps the time limit; ours is only there for a service that says nothing any more. Without a limit the same call is
// made again, with the same key: the service knows that it is the same mount.
Result<wire::MountReply> mount_and_wait(client::Connection& connection, wire::MountParams const& params) {
  Millis const patience = limits::wait_max + Millis{params.timeout_ms.value_or(0)};
  for (;;) {
    auto const begun = std::chrono::steady_clock::now();
    auto reply = connection.mount_run(params, patience);
    bool const ran_out = !reply && (reply.error().code == Errc::not_connected || reply.error().code == Errc::timeout) &&
                         std::chrono::steady_clock::now() - begun >= limits::wait_max;
    if (!ran_out || params.timeout_ms) return reply;
  }
}

DWORD mount(client::Connection& connection, LPNTMS_GUID media, LPNTMS_GUID drives, DWORD count, DWORD options, int priority,
            DWORD timeout) {
  if (media == nullptr || drives == nullptr || count == 0 || count > limits::mount_media_max) return ERROR_INVALID_PARAMETER;
  if ((options & ~mount_options) != 0 || priority < NTMS_PRIORITY_LOWEST || priority > NTMS_PRIORITY_HIGHEST)
    return ERROR_INVALID_PARAMETER;
  auto const params = mount_params(media, drives, count, options, priority, timeout);
  if (!params) return number_of(params);
  if ((options & NTMS_MOUNT_NOWAIT) != 0) return number_of(connection.mount_submit(*params));
  auto const reply = mount_and_wait(connection, *params);
  if (!reply) return number_of(reply);
  if (reply->drives.size() != count) return ERROR_NOT_CONNECTED;  // an answer that nobody can use
  std::ranges::transform(reply->drives, drives, [](DriveId const& drive) { return to_windows(drive.guid); });
  return ERROR_SUCCESS;
}

DWORD dismount(client::Connection& connection, LPNTMS_GUID media, DWORD count, DWORD options) {
  if (media == nullptr || count == 0 || count > limits::mount_media_max) return ERROR_INVALID_PARAMETER;
  if (options != 0 && options != NTMS_DISMOUNT_DEFERRED && options != NTMS_DISMOUNT_IMMEDIATE) return ERROR_INVALID_PARAMETER;
  wire::DismountParams params;
  auto key = client::make_key();
  if (!key) return number_of(key);
  params.key = std::move(*key);
  params.media = ids_of(media, count);
  params.deferred = if_set(options, NTMS_DISMOUNT_DEFERRED);
  return number_of(connection.dismount_submit(params));
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI MountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpDriveId, DWORD dwCount, DWORD dwOptions,
                            int dwPriority, DWORD dwTimeout, LPNTMS_MOUNT_INFORMATION) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) {
    return rsm::ntms::mount(connection, lpMediaId, lpDriveId, dwCount, dwOptions, dwPriority, dwTimeout);
  });
}

DWORD WINAPI DismountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwCount, DWORD dwOptions) {
  return rsm::ntms::with_session(
      hSession, [=](auto& connection) { return rsm::ntms::dismount(connection, lpMediaId, dwCount, dwOptions); });
}

}  // extern "C"
