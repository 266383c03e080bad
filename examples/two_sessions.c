/* Two sessions want more drives than there are. One holds every drive of the library; the other asks for three media: one with low priority, one with high, and
 * one that it gives up. The one with high priority is next, until the queue is changed by hand; what is cancelled returns ERROR_CANCELLED to the thread that
 * waits for it; and when the first session lets go of a drive, the next in the queue gets it.
 *
 * What for: shows priorities, the order of the queue, waiting and not waiting, and cancelling with the C library. It keeps going when the service is restarted.
 * usage: two_sessions MEDIUM...    names or bar codes of idle media of one library: as many as it has drives, and three more
 * Changing the order of the queue is for administrators; without that right this step is passed over.
 * Exit: 0 done, 2 usage, 3 no session, 4 a call failed or gave what it should not, 5 no such media.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

enum { MEDIA_MAX = 32, COMPETING = 3, LOW = 0, HIGH = 1, GIVEN_UP = 2 };
static const DWORD MOUNT_LIMIT_MS = 600000;

typedef struct {
  NTMS_GUID medium, side;
} Medium;

/* A mount that was not waited for is known by its record. */
static DWORD request_of(HANDLE session, const NTMS_GUID *library, const NTMS_GUID *side, NTMS_GUID *request) {
  for (int tenths = 0; tenths < 10 * PATIENCE_S; ++tenths) {
    DWORD count, error;
    int found = 0;
    NTMS_GUID *ids = list_objects(session, library, NTMS_LIBREQUEST, &count, &error);
    for (DWORD i = 0; i < count && !found; ++i) {
      NTMS_OBJECTINFORMATIONA info;
      if (look(session, &ids[i], NTMS_LIBREQUEST, &info) != ERROR_SUCCESS) continue;
      DWORD const state = info.Info.LibRequest.State;
      found = info.Info.LibRequest.OperationCode == NTMS_LM_MOUNT && same(&info.Info.LibRequest.PartitionId, side) &&
              (state == NTMS_LM_QUEUED || state == NTMS_LM_WAITING || state == NTMS_LM_INPROCESS);
      if (found) *request = ids[i];
    }
    free(ids);
    if (error != ERROR_SUCCESS || found) return error;
    pause_ms(100);
  }
  return ERROR_OBJECT_NOT_FOUND;
}

static DWORD mount(HANDLE session, Medium *medium, DWORD options, int priority) {
  NTMS_GUID drive = NTMS_NULLGUID;
  return MountNtmsMedia(session, &medium->side, &drive, 1, NTMS_MOUNT_READ | options, priority, MOUNT_LIMIT_MS, NULL);
}

static DWORD dismount(HANDLE session, Medium *medium) {
  DWORD error = DismountNtmsMedia(session, &medium->side, 1, NTMS_DISMOUNT_IMMEDIATE);
  return error == ERROR_SUCCESS ? wait_for_medium(session, &medium->medium, NTMS_MEDIASTATE_IDLE) : error;
}

/* A thread that waits for its mount. */
typedef struct {
  HANDLE session;
  Medium *medium;
  DWORD error;
} Waiting;

static void *wait_for_mount(void *argument) {
  Waiting *waiting = argument;
  waiting->error = mount(waiting->session, waiting->medium, 0, NTMS_PRIORITY_NORMAL);
  return NULL;
}

static DWORD give_one_up(HANDLE session, const NTMS_GUID *library, Medium *medium) {
  Waiting waiting = {session, medium, ERROR_SUCCESS};
  NTMS_GUID request;
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_mount, &waiting) != 0) return ERROR_NOT_ENOUGH_MEMORY;
  DWORD error = request_of(session, library, &medium->side, &request);
  if (error == ERROR_SUCCESS) ASK_AGAIN(error, CancelNtmsLibraryRequest(session, &request));
  if (error != ERROR_SUCCESS) CloseNtmsSession(session); /* which ends the wait */
  pthread_join(thread, NULL);
  return error == ERROR_SUCCESS && waiting.error != ERROR_CANCELLED ? ERROR_INVALID_STATE : error;
}

static DWORD show_order(HANDLE session, NTMS_GUID *requests, DWORD *orders) {
  for (int i = LOW; i <= HIGH; ++i) {
    DWORD error = GetNtmsRequestOrder(session, &requests[i], &orders[i]);
    if (error != ERROR_SUCCESS) return error;
  }
  tell("In the queue: the one with high priority is number %u, the one with low priority number %u.", (unsigned)orders[HIGH], (unsigned)orders[LOW]);
  return ERROR_SUCCESS;
}

/* The right order, first by priority, then as it was set. */
static DWORD use_the_queue(HANDLE session, NTMS_GUID *requests) {
  DWORD orders[2], error = show_order(session, requests, orders);
  if (error != ERROR_SUCCESS) return error;
  if (!(orders[HIGH] == 1 && orders[LOW] == 2)) return ERROR_INVALID_STATE;
  ASK_AGAIN(error, SetNtmsRequestOrder(session, &requests[LOW], 1));
  if (error == ERROR_ACCESS_DENIED) return ERROR_SUCCESS;
  if (error == ERROR_SUCCESS) error = show_order(session, requests, orders);
  if (error != ERROR_SUCCESS || orders[LOW] != 1) return error == ERROR_SUCCESS ? ERROR_INVALID_STATE : error;
  ASK_AGAIN(error, SetNtmsRequestOrder(session, &requests[LOW], INFINITE));
  return error == ERROR_SUCCESS ? show_order(session, requests, orders) : error;
}

static int compete(HANDLE holder, HANDLE rival, const NTMS_GUID *library, Medium *media, int drives) {
  Medium *wanted = media + drives;
  NTMS_GUID requests[2];
  NTMS_OBJECTINFORMATIONA record;
  DWORD error;
  for (int i = 0; i < drives; ++i)
    if ((error = mount(holder, &media[i], 0, NTMS_PRIORITY_NORMAL)) != ERROR_SUCCESS) return failed("mounting for the first session", error);
  tell("The first session holds all drives (%d).", drives);
  for (int i = LOW; i <= HIGH; ++i) {
    error = mount(rival, &wanted[i], NTMS_MOUNT_NOWAIT, i == LOW ? NTMS_PRIORITY_LOW : NTMS_PRIORITY_HIGH);
    if (error == ERROR_SUCCESS) error = request_of(rival, library, &wanted[i].side, &requests[i]);
    if (error != ERROR_SUCCESS) return failed("asking for the second session", error);
  }
  tell("The second session has asked for two media, and does not wait.");
  if ((error = use_the_queue(rival, requests)) != ERROR_SUCCESS) return failed("the order of the queue", error);
  if ((error = give_one_up(rival, library, &wanted[GIVEN_UP])) != ERROR_SUCCESS) return failed("giving a mount up", error);
  tell("A third mount was given up: the thread that waited for it was told.");
  for (int i = HIGH; i >= LOW; --i) { /* one drive is let go for each */
    error = i == HIGH ? dismount(holder, &media[0]) : dismount(rival, &wanted[HIGH]);
    if (error == ERROR_SUCCESS) error = wait_for_request(rival, &requests[i], &record);
    if (error == ERROR_SUCCESS && record.Info.LibRequest.State != NTMS_LM_PASSED) error = record.Info.LibRequest.dwErrorCode;
    if (error != ERROR_SUCCESS) return failed("waiting for a drive", error);
    tell("A drive was free: the one with %s priority has it.", i == HIGH ? "high" : "low");
  }
  if ((error = dismount(rival, &wanted[LOW])) != ERROR_SUCCESS) return failed("dismounting", error);
  for (int i = 1; i < drives; ++i)
    if ((error = dismount(holder, &media[i])) != ERROR_SUCCESS) return failed("dismounting", error);
  tell("All media are at home.");
  return EXIT_DONE;
}

static int find_media(HANDLE session, char **names, int count, Medium *media, NTMS_GUID *library) {
  NTMS_OBJECTINFORMATIONA info;
  for (int i = 0; i < count; ++i) {
    if (!find_by_name(session, NTMS_PHYSICAL_MEDIA, names[i], &media[i].medium) || !side_of(session, &media[i].medium, &media[i].side)) {
      fprintf(stderr, "two_sessions: there is no medium %s\n", names[i]);
      return 0;
    }
    if (look(session, &media[i].medium, NTMS_PHYSICAL_MEDIA, &info) != ERROR_SUCCESS) return 0;
    *library = info.Info.PhysicalMedia.CurrentLibrary;
  }
  return 1;
}

int main(int argc, char **argv) {
  Medium media[MEDIA_MAX];
  NTMS_GUID library;
  NTMS_OBJECTINFORMATIONA info;
  int const count = argc - 1;
  if (count <= COMPETING || count > MEDIA_MAX) {
    fprintf(stderr, "usage: two_sessions MEDIUM...    as many as the library has drives, and %d more\n", COMPETING);
    return EXIT_USAGE;
  }
  HANDLE holder = open_session("two_sessions, first"), rival = open_session("two_sessions, second");
  if (holder == INVALID_HANDLE_VALUE || rival == INVALID_HANDLE_VALUE) return failed("OpenNtmsSession", GetLastError()), EXIT_NO_SESSION;
  int exit_code = EXIT_NOTHING;
  if (find_media(holder, argv + 1, count, media, &library) && look(holder, &library, NTMS_LIBRARY, &info) == ERROR_SUCCESS) {
    int const drives = (int)info.Info.Library.dwNumberOfDrives;
    if (drives + COMPETING == count) exit_code = compete(holder, rival, &library, media, drives);
    else fprintf(stderr, "two_sessions: the library has %d drives, so there have to be %d media\n", drives, drives + COMPETING);
  }
  CloseNtmsSession(rival);
  CloseNtmsSession(holder);
  return exit_code;
}
