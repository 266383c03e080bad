/* A program that was written for Windows: UNICODE, L"..." strings, compiled with -fshort-wchar. There is no service here: every
 * answer comes from the library itself. Exit 0 when all are right.
 */
#define UNICODE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

static int wrong = 0;

static void expect(const char *what, DWORD got, DWORD wanted) {
  if (got == wanted) return;
  fprintf(stderr, "%s: got %u, wanted %u\n", what, (unsigned)got, (unsigned)wanted);
  wrong = 1;
}

static DWORD open_error(LPCWSTR server, LPCWSTR application, DWORD options) {
  HANDLE session;
  SetLastError(0);
  session = OpenNtmsSession(server, application, options);
  return session == INVALID_HANDLE_VALUE ? GetLastError() : 0;
}

int main(void) {
  WCHAR long_name[65];
  NTMS_OBJECTINFORMATION info;
  LPWSTR volume, letter;
  WCHAR drive[] = L"Drive 0";
  size_t i;
  for (i = 0; i < 64; ++i) long_name[i] = L'x';
  long_name[64] = 0;
  memset(&info, 0, sizeof info);
  info.dwSize = sizeof info;
  setenv("OPENRSM_SOCKET", "/nonexistent/rsmd.sock", 1);

  expect("no service", open_error(NULL, L"Backup", 0), ERROR_NOT_READY);
  expect("this computer", open_error(L"LocalHost", NULL, NTMS_SESSION_QUERYEXPEDITE), ERROR_NOT_READY);
  expect("another computer", open_error(L"another.example", L"Backup", 0), ERROR_NO_NETWORK);
  expect("no computer name", open_error(L"two words", L"Backup", 0), ERROR_INVALID_COMPUTERNAME);
  expect("application of 64", open_error(NULL, long_name, 0), ERROR_INVALID_PARAMETER);
  expect("application of 63", open_error(NULL, long_name + 1, 0), ERROR_NOT_READY);
  expect("option bits", open_error(NULL, NULL, 2), ERROR_INVALID_PARAMETER);
  expect("information", GetNtmsObjectInformation(NULL, &info.ObjectGuid, &info), ERROR_INVALID_HANDLE);
  expect("volumes", GetVolumesFromDrive(drive, &volume, &letter), ERROR_NOT_READY);
  if (volume != NULL || letter != NULL) wrong = 1;
  return wrong;
}
