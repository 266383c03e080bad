/* A program with both libraries has one last error, in whatever order they are linked, and when libvolumectl is loaded later for itself
 * (its path is the argument then). No service and no device is needed: every call fails in the library. Exit 0 when all is right.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "ntmsapi.h"
#include "volumectl.h"

static int wrong = 0;

static void expect(const char *what, DWORD got, DWORD wanted) {
  if (got == wanted) return;
  fprintf(stderr, "%s: got %u, wanted %u\n", what, (unsigned)got, (unsigned)wanted);
  wrong = 1;
}

typedef struct {
  BOOL (*close_handle)(HANDLE);
  DWORD (*get_last_error)(void);
  DWORD (*text)(LPSTR, DWORD);
} Volumectl;

static void use_both(const Volumectl *volumectl) {
  char text[256];
  HANDLE session;
  SetLastError(0);
  session = OpenNtmsSessionA(NULL, "two", 2);
  expect("session", session == INVALID_HANDLE_VALUE, 1);
  expect("after libntmsapi", GetLastError(), ERROR_INVALID_PARAMETER);
  expect("after libntmsapi, asked of libvolumectl", volumectl->get_last_error(), ERROR_INVALID_PARAMETER);
  volumectl->text(text, sizeof text);
  expect("its text", strstr(text, "ERROR_INVALID_PARAMETER (87)") != NULL, 1);
  expect("close", volumectl->close_handle(session), FALSE);
  expect("after libvolumectl", GetLastError(), ERROR_INVALID_HANDLE);
  expect("after libvolumectl, asked of it", volumectl->get_last_error(), ERROR_INVALID_HANDLE);
}

#ifdef LINKED
int main(void) {
  const Volumectl volumectl = {CloseHandle, GetLastError, VctlGetLastErrorText};
  use_both(&volumectl);
  return wrong;
}
#else
int main(int argc, char **argv) {
  Volumectl volumectl;
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (library == NULL) {
    fprintf(stderr, "dlopen: %s\n", argc == 2 ? dlerror() : "no path");
    return 2;
  }
  *(void **)&volumectl.close_handle = dlsym(library, "CloseHandle");
  *(void **)&volumectl.get_last_error = dlsym(library, "GetLastError");
  *(void **)&volumectl.text = dlsym(library, "VctlGetLastErrorText");
  use_both(&volumectl);
  return wrong;
}
#endif
