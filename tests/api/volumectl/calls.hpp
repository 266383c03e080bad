// Short ways to call libvolumectl in tests: every call gives the error number it ended with, 0 for none.
// Thread rule: any thread.
#pragma once

#include <string>

#include "volumectl.h"

namespace rsm::test {

inline DWORD error_of(BOOL result) { return result != FALSE ? 0 : GetLastError(); }

inline DWORD control(HANDLE handle, DWORD code, OVERLAPPED* overlapped = nullptr) {
  DWORD bytes = 0;
  return error_of(DeviceIoControl(handle, code, nullptr, 0, nullptr, 0, &bytes, overlapped));
}

// IOCTL_STORAGE_MEDIA_REMOVAL or IOCTL_STORAGE_EJECTION_CONTROL.
inline DWORD prevent(HANDLE handle, DWORD code, bool wanted) {
  DWORD bytes = 0;
  PREVENT_MEDIA_REMOVAL removal{static_cast<BOOLEAN>(wanted)};
  return error_of(DeviceIoControl(handle, code, &removal, sizeof removal, nullptr, 0, &bytes, nullptr));
}

inline DWORD result_of(HANDLE handle, OVERLAPPED* overlapped, bool wait, DWORD* bytes = nullptr) {
  DWORD ignored = 0;
  return error_of(GetOverlappedResult(handle, overlapped, bytes == nullptr ? &ignored : bytes, wait));
}

inline std::string error_text() {
  std::string text(VctlGetLastErrorText(nullptr, 0), '\0');
  VctlGetLastErrorText(text.data(), static_cast<DWORD>(text.size() + 1));
  return text;
}

}  // namespace rsm::test
