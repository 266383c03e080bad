/* What there is: the computer, each library with its changers, drives, doors, ports and slots, its media and where they are, the pools as a tree with what
 * is in them, and the requests that are kept.
 *
 * What for: shows enumeration and the information structures of the C library; changes nothing, and needs no more rights than to look.
 * usage: look_around [TIMES]    looks so often, and tells the last time what it sees; it keeps going when the service is restarted
 * Exit: 0 done, 2 usage, 3 no session, 4 a call failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static int quiet; /* not the last time */
#define SHOW(...) \
  do { \
    if (!quiet) tell(__VA_ARGS__); \
  } while (0)

static const char *state_of(DWORD state) {
  switch (state) {
    case NTMS_READY: return "ready";
    case NTMS_INITIALIZING: return "initializing";
    case NTMS_NEEDS_SERVICE: return "needs service";
    default: return "not present";
  }
}

typedef DWORD (*Show)(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth);

/* Each object of a type in a container. One that goes away between the list and the look is no fault, and a service may keep no records of a type. */
static DWORD each(HANDLE session, const NTMS_GUID *container, DWORD type, Show show, int depth) {
  DWORD count, error;
  NTMS_GUID *ids = list_objects(session, container, type, &count, &error);
  for (DWORD i = 0; i < count && error == ERROR_SUCCESS; ++i) {
    NTMS_OBJECTINFORMATIONA info;
    error = look(session, &ids[i], type, &info);
    if (error == ERROR_OBJECT_NOT_FOUND) error = ERROR_SUCCESS;
    else if (error == ERROR_SUCCESS) error = show(session, &ids[i], &info, depth);
  }
  free(ids);
  return error == ERROR_NOT_SUPPORTED ? ERROR_SUCCESS : error;
}

static const char *name_of(HANDLE session, const NTMS_GUID *id, DWORD type, char *room, size_t size) {
  NTMS_OBJECTINFORMATIONA info;
  snprintf(room, size, "%s", NTMS_IS_NULLGUID(*id) || look(session, id, type, &info) != ERROR_SUCCESS ? "-" : info.szName);
  return room;
}

static DWORD show_part(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  (void)session, (void)id;
  SHOW("%*s%s: %s", 2 * depth, "", info->szName, state_of(info->dwOperationalState));
  return ERROR_SUCCESS;
}

static DWORD show_drive(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  static const char *const states[] = {"dismounted", "mounted", "loaded", "?", "?", "unloaded", "being cleaned", "dismountable"};
  char type[NTMS_OBJECTNAME_LENGTH];
  DWORD const state = info->Info.Drive.State;
  (void)id;
  SHOW("%*sdrive %s (%s, %s): %s, %s, %u mounts", 2 * depth, "", info->szName, info->Info.Drive.szDeviceName,
       name_of(session, &info->Info.Drive.DriveType, NTMS_DRIVE_TYPE, type, sizeof type), state_of(info->dwOperationalState),
       state < sizeof states / sizeof *states ? states[state] : "?", (unsigned)info->Info.Drive.dwMountCount);
  return ERROR_SUCCESS;
}

static DWORD show_slot(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  static const char *const states[] = {"unknown", "full", "empty", "not present", "needs inventory"};
  (void)session, (void)id;
  SHOW("%*sslot %u: %s", 2 * depth, "", (unsigned)info->Info.StorageSlot.Number, info->Info.StorageSlot.State < 5 ? states[info->Info.StorageSlot.State] : "?");
  return ERROR_SUCCESS;
}

static DWORD show_side(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  static const char *const states[] = {"unknown", "unprepared", "incompatible", "decommissioned", "available", "allocated", "complete", "foreign", "import", "reserved"};
  (void)session, (void)id;
  SHOW("%*sside %u: %s, label %s", 2 * depth, "", (unsigned)info->Info.Partition.Side, info->Info.Partition.State < 10 ? states[info->Info.Partition.State] : "?",
       info->Info.Partition.szOmidLabelType[0] == '\0' ? "none" : info->Info.Partition.szOmidLabelType);
  return ERROR_SUCCESS;
}

static DWORD show_medium(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  char pool[NTMS_OBJECTNAME_LENGTH], type[NTMS_OBJECTNAME_LENGTH];
  SHOW("%*smedium %s (bar code %s, %s) in pool %s", 2 * depth, "", info->szName, info->Info.PhysicalMedia.szBarCode,
       name_of(session, &info->Info.PhysicalMedia.MediaType, NTMS_MEDIA_TYPE, type, sizeof type),
       name_of(session, &info->Info.PhysicalMedia.MediaPool, NTMS_MEDIA_POOL, pool, sizeof pool));
  return each(session, id, NTMS_PARTITION, show_side, depth + 1);
}

static DWORD show_library(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  static const struct {
    DWORD type;
    Show show;
  } parts[] = {{NTMS_CHANGER, show_part}, {NTMS_DRIVE, show_drive}, {NTMS_IEDOOR, show_part}, {NTMS_IEPORT, show_part}, {NTMS_STORAGESLOT, show_slot}, {NTMS_PHYSICAL_MEDIA, show_medium}};
  SHOW("%*slibrary %s: %s, %s", 2 * depth, "", info->szName, info->Enabled ? "enabled" : "disabled", state_of(info->dwOperationalState));
  for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i) {
    DWORD error = each(session, id, parts[i].type, parts[i].show, depth + 1);
    if (error != ERROR_SUCCESS) return error;
  }
  return ERROR_SUCCESS;
}

static DWORD show_pool(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  char path[NTMS_POOLHIERARCHY_LENGTH];
  DWORD size = sizeof path;
  NTMS_GUID copy = *id;
  DWORD error = GetNtmsMediaPoolNameA(session, &copy, path, &size);
  if (error == ERROR_INVALID_MEDIA_POOL) return ERROR_SUCCESS; /* deleted meanwhile */
  if (error != ERROR_SUCCESS) return error;
  SHOW("%*spool %s: %u media", 2 * depth, "", path, (unsigned)info->Info.MediaPool.dwNumberOfPhysicalMedia);
  return info->Info.MediaPool.dwNumberOfMediaPools > 0 ? each(session, id, NTMS_MEDIA_POOL, show_pool, depth + 1) : ERROR_SUCCESS;
}

static DWORD show_request(HANDLE session, const NTMS_GUID *id, const NTMS_OBJECTINFORMATIONA *info, int depth) {
  (void)session, (void)id;
  SHOW("%*srequest: operation %u, state %u, error %u, by %s", 2 * depth, "", (unsigned)info->Info.LibRequest.OperationCode, (unsigned)info->Info.LibRequest.State,
       (unsigned)info->Info.LibRequest.dwErrorCode, info->Info.LibRequest.szApplication);
  return ERROR_SUCCESS;
}

static DWORD look_at_all(HANDLE session) {
  static const struct {
    DWORD type;
    Show show;
  } parts[] = {{NTMS_COMPUTER, show_part}, {NTMS_LIBRARY, show_library}, {NTMS_MEDIA_POOL, show_pool}, {NTMS_LIBREQUEST, show_request}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i) {
    DWORD error = each(session, NULL, parts[i].type, parts[i].show, 0);
    if (error != ERROR_SUCCESS) return error;
  }
  return ERROR_SUCCESS;
}

int main(int argc, char **argv) {
  long const times = argc == 2 ? strtol(argv[1], NULL, 10) : 1;
  if (argc > 2 || times < 1) {
    fprintf(stderr, "usage: look_around [TIMES]\n");
    return EXIT_USAGE;
  }
  HANDLE session = open_session("look_around");
  if (session == INVALID_HANDLE_VALUE) return failed("OpenNtmsSession", GetLastError()), EXIT_NO_SESSION;
  DWORD error = ERROR_SUCCESS;
  for (long n = 1; n <= times && error == ERROR_SUCCESS; ++n) {
    quiet = n < times;
    error = look_at_all(session);
  }
  CloseNtmsSession(session);
  return error == ERROR_SUCCESS ? EXIT_DONE : failed("looking around", error);
}
