/* A program that asks a person for something and follows what becomes of it: it opens a session, opens a notification for operator
 * requests, submits a message, tells every notification about it, and ends with the operator's word.
 *
 * What for: shows notifications and operator requests of the C library from end to end. It keeps going when the service is restarted:
 * no notification is lost and none comes twice.
 * usage: operator_requests [TEXT]   An operator answers with "rsm opreq satisfy ID" or "rsm opreq refuse ID".
 * Exit: 0 done, 2 usage, 3 no session, 4 a call failed, 5 refused, 6 nobody answered in time.
 */
#define _DEFAULT_SOURCE
#include <ntmsapi.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_NO_SESSION = 3, EXIT_CALL = 4, EXIT_REFUSED = 5, EXIT_NOBODY = 6 };

static const int PATIENCE_S = 60;               /* for a service that is starting */
static const DWORD ANSWER_LIMIT_MS = 600000;    /* for a person */
static const DWORD EVENT_LIMIT_MS = 60000;      /* for the notification of what is known to have happened */

static void tell(const char *what, const NTMS_GUID *id) {
  const BYTE *b = id->Data4;
  printf("%s %08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x\n", what, (unsigned)id->Data1, id->Data2, id->Data3, b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
  fflush(stdout);
}

static int failed(const char *what, DWORD error) {
  fprintf(stderr, "operator_requests: %s failed with error %u (see docs/ntmsapi.md)\n", what, (unsigned)error);
  return EXIT_CALL;
}

static HANDLE open_session(void) {
  for (int half_seconds = 0;; ++half_seconds) {
    HANDLE session = OpenNtmsSessionA(NULL, "operator_requests", 0);
    DWORD error = session == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
    if ((error != ERROR_NOT_READY && error != ERROR_BUSY) || half_seconds >= 2 * PATIENCE_S) return session;
    struct timespec half_a_second = {0, 500000000L};
    nanosleep(&half_a_second, NULL);
  }
}

static const char *name_of(DWORD operation) {
  switch (operation) {
    case NTMS_OBJ_INSERT: return "notified: new";
    case NTMS_OBJ_UPDATE: return "notified: changed";
    case NTMS_OBJ_DELETE: return "notified: gone";
    default: return "notified:";
  }
}

/* Tells what is said of this request until the operation comes that is waited for. */
static DWORD follow(HANDLE notification, const NTMS_GUID *request, DWORD operation) {
  for (;;) {
    NTMS_NOTIFICATIONINFORMATION event;
    DWORD error = WaitForNtmsNotification(notification, &event, EVENT_LIMIT_MS);
    if (error != ERROR_SUCCESS) return error;
    if (memcmp(&event.ObjectId, request, sizeof *request) != 0) continue;
    tell(name_of(event.dwOperation), request);
    if (event.dwOperation == operation) return ERROR_SUCCESS;
  }
}

/* What is left in the queue of the notification. */
static DWORD drain(HANDLE notification, const NTMS_GUID *request) {
  NTMS_NOTIFICATIONINFORMATION event;
  DWORD error;
  while ((error = WaitForNtmsNotification(notification, &event, 0)) == ERROR_SUCCESS)
    if (memcmp(&event.ObjectId, request, sizeof *request) == 0) tell(name_of(event.dwOperation), request);
  return error == ERROR_TIMEOUT ? ERROR_SUCCESS : error;
}

static int ask(HANDLE session, HANDLE notification, const char *text) {
  NTMS_GUID request;
  DWORD error = SubmitNtmsOperatorRequestA(session, NTMS_OPREQ_MESSAGE, text, NULL, NULL, &request);
  if (error != ERROR_SUCCESS) return failed("SubmitNtmsOperatorRequest", error);
  tell("asked", &request);
  if ((error = follow(notification, &request, NTMS_OBJ_INSERT)) != ERROR_SUCCESS) return failed("WaitForNtmsNotification", error);
  DWORD answer = WaitForNtmsOperatorRequest(session, &request, ANSWER_LIMIT_MS);
  if (answer == ERROR_TIMEOUT) {
    CancelNtmsOperatorRequest(session, &request);
    return EXIT_NOBODY;
  }
  if (answer != ERROR_SUCCESS && answer != ERROR_CANCELLED) return failed("WaitForNtmsOperatorRequest", answer);
  if ((error = follow(notification, &request, NTMS_OBJ_UPDATE)) != ERROR_SUCCESS) return failed("WaitForNtmsNotification", error);
  if ((error = drain(notification, &request)) != ERROR_SUCCESS) return failed("WaitForNtmsNotification", error);
  tell(answer == ERROR_SUCCESS ? "done" : "refused", &request);
  return answer == ERROR_SUCCESS ? EXIT_DONE : EXIT_REFUSED;
}

int main(int count, char **words) {
  if (count > 2) {
    fprintf(stderr, "usage: operator_requests [TEXT]\n");
    return EXIT_USAGE;
  }
  HANDLE session = open_session();
  if (session == INVALID_HANDLE_VALUE) {
    failed("OpenNtmsSession", GetLastError());
    return EXIT_NO_SESSION;
  }
  HANDLE notification = OpenNtmsNotification(session, NTMS_OPREQUEST);
  int code = notification == INVALID_HANDLE_VALUE ? failed("OpenNtmsNotification", GetLastError()) : ask(session, notification, count > 1 ? words[1] : "Please confirm");
  if (notification != INVALID_HANDLE_VALUE) CloseNtmsNotification(notification);
  CloseNtmsSession(session);
  return code;
}
