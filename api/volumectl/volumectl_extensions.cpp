// The functions that Windows does not have: Vctl...
#include <algorithm>
#include <cstring>

#include "api/volumectl/control_codes.hpp"
#include "api/volumectl/notification.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::volumectl {
namespace {

// As much as fits, cut at a character, always with a terminator. The room is not 0.
void put_text(char* out, std::size_t room, std::string_view text) {
  std::size_t length = std::min(text.size(), room - 1);
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

Answer<> set_limit(HANDLE handle, DWORD code, DWORD milliseconds) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  if (!operation_of(code)) return refuse(ERROR_INVALID_FUNCTION, "dwCode", hexadecimal(code) + " is not known; docs/volumectl.md has those that are");
  if (Millis(milliseconds) > limits::wait_max) return refuse_parameter("dwMilliseconds", "every operation has a limit, of 24 hours at most");
  Lock const lock = lock_process();
  if (milliseconds == 0) (*file)->limits.erase(code);
  else (*file)->limits.insert_or_assign(code, Millis(milliseconds));
  return {};
}

Answer<HANDLE> register_listener(HANDLE handle, PVCTL_NOTICE_ROUTINE routine, LPVOID context) {
  auto const file = find<VolumeFile>(handle, "hVolume");
  if (!file) return std::unexpected(file.error());
  if (routine == nullptr) return refuse_parameter("pRoutine", "must not be NULL");
  return listen(**file, routine, context);
}

Answer<> unregister_listener(HANDLE handle) {
  auto const object = take_object(handle, [](Object const& o) { return dynamic_cast<Notification const*>(&o) != nullptr; });
  if (!object) return refuse_handle("hNotification");
  return dynamic_cast<Notification&>(*object).end();
}

Answer<> dismount_report(HANDLE handle, PVCTL_DISMOUNT_REPORT report) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  if (report == nullptr) return refuse_parameter("lpReport", "must not be NULL");
  VCTL_DISMOUNT_REPORT out{};
  std::memcpy(&out.dwSize, report, sizeof out.dwSize);
  if (out.dwSize < sizeof out) return refuse(ERROR_BAD_LENGTH, "lpReport", "dwSize is the size of VCTL_DISMOUNT_REPORT, " + std::to_string(sizeof out));
  Lock const lock = lock_process();
  auto const& outcome = (*file)->dismount;
  if (!outcome) return refuse(ERROR_NOT_FOUND, (*file)->client->device(), "was not dismounted through this handle");
  out.bWasMounted = outcome->was_mounted;
  out.bForced = outcome->forced;
  out.bHandlesDead = outcome->handles_dead;
  put_text(out.szNote, sizeof out.szNote, valid_utf8(outcome->note));
  std::memcpy(report, &out, sizeof out);
  return {};
}

}  // namespace
}  // namespace rsm::volumectl

extern "C" {

DWORD WINAPI VctlGetLastErrorText(LPSTR lpText, DWORD nSize) {
  DWORD const number = GetLastError();
  return rsm::volumectl::guarded<DWORD>(0, [&]() -> rsm::volumectl::Answer<DWORD> {
    std::string const text = rsm::valid_utf8(rsm::volumectl::last_error_text());
    if (lpText != nullptr && nSize != 0) rsm::volumectl::put_text(lpText, nSize, text);
    SetLastError(number);
    return static_cast<DWORD>(text.size());
  });
}

BOOL WINAPI VctlSetTimeLimit(HANDLE hFile, DWORD dwCode, DWORD dwMilliseconds) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::set_limit(hFile, dwCode, dwMilliseconds); });
}

HANDLE WINAPI VctlRegisterVolumeNotification(HANDLE hVolume, PVCTL_NOTICE_ROUTINE pRoutine, LPVOID lpContext) {
  return rsm::volumectl::guarded<HANDLE>(nullptr, [&] { return rsm::volumectl::register_listener(hVolume, pRoutine, lpContext); });
}

BOOL WINAPI VctlUnregisterVolumeNotification(HANDLE hNotification) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::unregister_listener(hNotification); });
}

BOOL WINAPI VctlDismountReport(HANDLE hFile, PVCTL_DISMOUNT_REPORT lpReport) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::dismount_report(hFile, lpReport); });
}

}  // extern "C"
