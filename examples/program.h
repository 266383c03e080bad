/* What several of the example programs do alike: open a session with a service that may still be starting, read objects and lists of them, tell what happens.
 * Needs ntmsapi.h only. */
#ifndef OPENRSM_EXAMPLES_PROGRAM_H
#define OPENRSM_EXAMPLES_PROGRAM_H

#include <ntmsapi.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_NO_SESSION = 3, EXIT_CALL = 4, EXIT_NOTHING = 5 };

enum { PATIENCE_S = 60, WORK_PATIENCE_S = 300 }; /* for a service that is starting; for what drives, arms and people do */

/* A line on standard output, at once. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says on standard error which call failed; gives EXIT_CALL. */
int failed(const char *what, DWORD error);
void pause_ms(long ms);

/* INVALID_HANDLE_VALUE when the service is not there after PATIENCE_S. */
HANDLE open_session(const char *application);

/* A call that changes the catalog only is not repeated by the library when its answer was lost with the connection: it returns ERROR_NOT_CONNECTED, and
 * whether it was done is not known. For calls that may be made twice this asks again. */
#define ASK_AGAIN(error, call) \
  do { \
    (error) = (call); \
    for (int asked_ = 1; asked_ < 2 * PATIENCE_S && ((error) == ERROR_NOT_CONNECTED || (error) == ERROR_NOT_READY); ++asked_) { \
      pause_ms(500); \
      (error) = (call); \
    } \
  } while (0)

DWORD look(HANDLE session, const NTMS_GUID *id, DWORD type, NTMS_OBJECTINFORMATIONA *info);
/* All ids of a type in a container (NULL: of the system), to be freed by the caller; NULL and count 0 where there are none. */
NTMS_GUID *list_objects(HANDLE session, const NTMS_GUID *container, DWORD type, DWORD *count, DWORD *error);
int same(const NTMS_GUID *a, const NTMS_GUID *b);

/* An object of this type by its name (or, of a medium, its bar code) in the system. 0: there is none. */
int find_by_name(HANDLE session, DWORD type, const char *name, NTMS_GUID *found);
/* The first side of a medium. 0: there is none. */
int side_of(HANDLE session, const NTMS_GUID *medium, NTMS_GUID *side);

/* Whether a library request in this state (NTMS_LM_...) goes on no more. */
int has_ended(DWORD state);
/* Waits until the request has ended; its record in *info. */
DWORD wait_for_request(HANDLE session, const NTMS_GUID *request, NTMS_OBJECTINFORMATIONA *info);
/* Waits until the medium is in this state (NTMS_MEDIASTATE_...). */
DWORD wait_for_medium(HANDLE session, const NTMS_GUID *medium, DWORD state);

#endif
