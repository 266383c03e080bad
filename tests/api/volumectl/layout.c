#include "layout.h"

/* A sequence as it stands in programs for Windows: compiling it as C is the test; with a NULL name it fails without any device. */
int volumectl_windows_sequence(const TCHAR *name);
int volumectl_windows_sequence(const TCHAR *name) {
  DWORD dwBytesReturned = 0;
  BOOL bResult;
  OVERLAPPED ol = {0};
  PREVENT_MEDIA_REMOVAL PMRBuffer;
  LARGE_INTEGER liZero = {{0}};
  GET_LENGTH_INFORMATION length;
  HANDLE hVolume = CreateFile(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OVERLAPPED, NULL);
  if (hVolume == INVALID_HANDLE_VALUE) return (int)GetLastError();
  ol.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
  bResult = DeviceIoControl(hVolume, FSCTL_LOCK_VOLUME, NULL, 0, NULL, 0, &dwBytesReturned, &ol);
  if (!bResult && GetLastError() == ERROR_IO_PENDING && WaitForSingleObject(ol.hEvent, INFINITE) == WAIT_OBJECT_0)
    bResult = GetOverlappedResult(hVolume, &ol, &dwBytesReturned, FALSE) && HasOverlappedIoCompleted(&ol);
  PMRBuffer.PreventMediaRemoval = FALSE;
  bResult = bResult && DeviceIoControl(hVolume, IOCTL_STORAGE_MEDIA_REMOVAL, &PMRBuffer, sizeof(PREVENT_MEDIA_REMOVAL), NULL, 0, NULL, &ol);
  bResult = bResult && DeviceIoControl(hVolume, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &length, sizeof length, NULL, &ol);
  bResult = bResult && SetFilePointerEx(hVolume, liZero, NULL, FILE_BEGIN);
  CloseHandle(ol.hEvent);
  CloseHandle(hVolume);
  return bResult ? 0 : 1;
}
