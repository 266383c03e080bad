/* See program.h. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void tell(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  putchar('\n');
  fflush(stdout);
}

int failed(const char *what, DWORD error) {
  fprintf(stderr, "%s failed with error %u (see docs/ntmsapi.md)\n", what, (unsigned)error);
  return EXIT_CALL;
}

void pause_ms(long ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) {
  }
}

HANDLE open_session(const char *application) {
  for (int half_seconds = 0;; ++half_seconds) {
    HANDLE session = OpenNtmsSessionA(NULL, application, 0);
    DWORD error = session == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
    int worth_waiting = error == ERROR_NOT_READY || error == ERROR_BUSY || error == ERROR_NOT_CONNECTED;
    if (!worth_waiting || half_seconds >= 2 * PATIENCE_S) return session;
    pause_ms(500);
  }
}

DWORD look(HANDLE session, const NTMS_GUID *id, DWORD type, NTMS_OBJECTINFORMATIONA *info) {
  NTMS_GUID copy = *id;
  memset(info, 0, sizeof *info);
  info->dwSize = sizeof *info;
  info->dwType = type;
  return GetNtmsObjectInformationA(session, &copy, info);
}

NTMS_GUID *list_objects(HANDLE session, const NTMS_GUID *container, DWORD type, DWORD *count, DWORD *error) {
  NTMS_GUID *ids = NULL, where, *in = NULL;
  if (container != NULL) {
    where = *container;
    in = &where;
  }
  *count = 0;
  while ((*error = EnumerateNtmsObject(session, in, ids, count, type, NTMS_ENUM_DEFAULT)) == ERROR_INSUFFICIENT_BUFFER) { /* it may grow meanwhile */
    NTMS_GUID *more = realloc(ids, *count * sizeof *ids);
    if (more == NULL) {
      *error = ERROR_NOT_ENOUGH_MEMORY;
      break;
    }
    ids = more;
  }
  if (*error != ERROR_SUCCESS || *count == 0) {
    free(ids);
    ids = NULL;
    *count = 0;
  }
  return ids;
}

int same(const NTMS_GUID *a, const NTMS_GUID *b) { return memcmp(a, b, sizeof *a) == 0; }

int find_by_name(HANDLE session, DWORD type, const char *name, NTMS_GUID *found) {
  NTMS_OBJECTINFORMATIONA info;
  DWORD count, error;
  int is_found = 0;
  NTMS_GUID *ids = list_objects(session, NULL, type, &count, &error);
  for (DWORD i = 0; i < count && !is_found; ++i) {
    if (look(session, &ids[i], type, &info) != ERROR_SUCCESS) continue;
    is_found = strcmp(info.szName, name) == 0 || (type == NTMS_PHYSICAL_MEDIA && strcmp(info.Info.PhysicalMedia.szBarCode, name) == 0);
    if (is_found) *found = ids[i];
  }
  free(ids);
  return is_found;
}

int side_of(HANDLE session, const NTMS_GUID *medium, NTMS_GUID *side) {
  DWORD count, error;
  NTMS_GUID *sides = list_objects(session, medium, NTMS_PARTITION, &count, &error);
  if (count > 0) *side = sides[0];
  free(sides);
  return count > 0;
}

int has_ended(DWORD state) {
  return state == NTMS_LM_PASSED || state == NTMS_LM_FAILED || state == NTMS_LM_INVALID || state == NTMS_LM_CANCELLED || state == NTMS_LM_STOPPED;
}

DWORD wait_for_request(HANDLE session, const NTMS_GUID *request, NTMS_OBJECTINFORMATIONA *info) {
  for (int tenths = 0; tenths < 10 * WORK_PATIENCE_S; ++tenths) {
    DWORD error = look(session, request, NTMS_LIBREQUEST, info);
    if (error != ERROR_SUCCESS || has_ended(info->Info.LibRequest.State)) return error;
    pause_ms(100);
  }
  return ERROR_TIMEOUT;
}

DWORD wait_for_medium(HANDLE session, const NTMS_GUID *medium, DWORD state) {
  NTMS_OBJECTINFORMATIONA info;
  for (int tenths = 0; tenths < 10 * WORK_PATIENCE_S; ++tenths) {
    DWORD error = look(session, medium, NTMS_PHYSICAL_MEDIA, &info);
    if (error != ERROR_SUCCESS || info.Info.PhysicalMedia.MediaState == state) return error;
    pause_ms(100);
  }
  return ERROR_TIMEOUT;
}
