// A disk that does not answer, for a whole program: fsync and fdatasync of some files wait as long as a file is there.
//
// What for: preloaded (LD_PRELOAD) into the real daemon. OPENRSM_TEST_HOLD names the file; it holds a text: calls for files with
// that text in their path are held. Without the file nothing is. While a call is held "HOLD.waiting" is there, so that a test need not
// guess. Thread rule: any thread. Source: fdatasync(2).
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The text that is held back; 0: nothing is.
static int text_of(char const* file, char* text, size_t room) {
  int const fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t const length = read(fd, text, room - 1);
  close(fd);
  text[length < 0 ? 0 : length] = '\0';
  return length > 0;
}

static int is_held(char const* file, int fd) {
  char link[64], path[PATH_MAX], text[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t const length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return text_of(file, text, sizeof text) && strstr(path, text) != NULL;
}

static void hold(int fd) {
  char const* const file = getenv("OPENRSM_TEST_HOLD");
  if (file == NULL || !is_held(file, fd)) return;
  char waiting[PATH_MAX];
  snprintf(waiting, sizeof waiting, "%s.waiting", file);
  int const mark = open(waiting, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (mark >= 0) close(mark);
  struct timespec const pause = {0, 2000000};
  while (is_held(file, fd)) nanosleep(&pause, NULL);
  unlink(waiting);
}

int fdatasync(int fd) {
  hold(fd);
  return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd) {
  hold(fd);
  return (int)syscall(SYS_fsync, fd);
}
