/* What a backup program does with a cartridge, from allocation to the end: it allocates a side in its pool, mounts it by its logical medium, writes
 * into the volume, dismounts it deferred, mounts it again (nothing moves), reads what it has written, dismounts it, and gives it back.
 *
 * What for: shows allocation with the C library; needs ntmsapi.h and libntmsapi only. It keeps going when the service is restarted.
 * usage: allocate_media POOL [MOVER]     POOL is the last level of the name of a pool that holds media
 * Where the pool has nothing that can be allocated, a side whose label is understood and that is nobody's (IMPORT) is taken by naming it, as
 * programs do after a disaster. A small file is written into the file system of the volume (ext2, ext3 or ext4) with debugfs(8), without mounting it. Volumes
 * without a file system (tapes) are written by a program of their own: "MOVER write VOLUME MARK", "MOVER read VOLUME MARK"; exit status 0 is success.
 * Exit: 0 done, 2 usage, 3 no session, 4 no pool, 5 nothing to allocate, 6 mount failed, 7 writing or reading failed, 8 dismount failed, 9 deallocation failed.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <ntmsapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_NO_SESSION = 3, EXIT_NO_POOL = 4, EXIT_NOTHING = 5, EXIT_MOUNT = 6, EXIT_VOLUME = 7, EXIT_DISMOUNT = 8, EXIT_DEALLOCATE = 9 };

static const int PATIENCE_S = 60;       /* for a service that is starting */
static const int IDLE_PATIENCE_S = 300; /* for a dismount to end */
static const DWORD MOUNT_LIMIT_MS = 600000;

static int failed(const char *what, DWORD error, int exit_code) {
  fprintf(stderr, "allocate_media: %s failed with error %u (see docs/ntmsapi.md)\n", what, (unsigned)error);
  return exit_code;
}

static void tell(const char *what) {
  puts(what);
  fflush(stdout);
}

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) {
  }
}

static HANDLE open_session(void) {
  for (int half_seconds = 0;; ++half_seconds) {
    HANDLE session = OpenNtmsSessionA(NULL, "allocate_media", 0);
    if (session != INVALID_HANDLE_VALUE || half_seconds >= 2 * PATIENCE_S) return session;
    if (GetLastError() != ERROR_NOT_READY && GetLastError() != ERROR_BUSY) return session;
    pause_ms(500);
  }
}

static DWORD look(HANDLE session, NTMS_GUID *id, DWORD type, NTMS_OBJECTINFORMATIONA *info) {
  memset(info, 0, sizeof *info);
  info->dwSize = sizeof *info;
  info->dwType = type;
  return GetNtmsObjectInformationA(session, id, info);
}

/* All ids of a type in a container; the list may grow between two calls. To be freed by the caller. */
static NTMS_GUID *list_objects(HANDLE session, LPNTMS_GUID container, DWORD type, DWORD *count) {
  NTMS_GUID *ids = NULL, *more;
  DWORD error;
  *count = 0;
  while ((error = EnumerateNtmsObject(session, container, ids, count, type, NTMS_ENUM_DEFAULT)) == ERROR_INSUFFICIENT_BUFFER) {
    more = realloc(ids, *count * sizeof *ids);
    if (more == NULL) break;
    ids = more;
  }
  if (error != ERROR_SUCCESS || ids == NULL) *count = 0;
  return ids;
}

/* Pools are a tree: those of a container are looked for in it. */
static int find_pool(HANDLE session, LPNTMS_GUID container, const char *name, NTMS_GUID *found) {
  DWORD count;
  int is_found = 0;
  NTMS_GUID *pools = list_objects(session, container, NTMS_MEDIA_POOL, &count);
  for (DWORD i = 0; i < count && !is_found; ++i) {
    NTMS_OBJECTINFORMATIONA pool;
    if (look(session, &pools[i], NTMS_MEDIA_POOL, &pool) != ERROR_SUCCESS) continue;
    is_found = strcmp(pool.szName, name) == 0 && !NTMS_IS_NULLGUID(pool.Info.MediaPool.MediaType);
    if (is_found) *found = pools[i];
    else is_found = pool.Info.MediaPool.dwNumberOfMediaPools > 0 && find_pool(session, &pools[i], name, found);
  }
  free(pools);
  return is_found;
}

/* A side that is nobody's, of an idle medium of this type that is in a library. */
static int find_import(HANDLE session, const NTMS_GUID *type, NTMS_GUID *found) {
  DWORD count, sides_count;
  int is_found = 0;
  NTMS_GUID *media = list_objects(session, NULL, NTMS_PHYSICAL_MEDIA, &count);
  for (DWORD i = 0; i < count && !is_found; ++i) {
    NTMS_OBJECTINFORMATIONA medium, side;
    if (look(session, &media[i], NTMS_PHYSICAL_MEDIA, &medium) != ERROR_SUCCESS) continue;
    if (memcmp(&medium.Info.PhysicalMedia.MediaType, type, sizeof *type) != 0 || NTMS_IS_NULLGUID(medium.Info.PhysicalMedia.Location) ||
        medium.Info.PhysicalMedia.MediaState != NTMS_MEDIASTATE_IDLE)
      continue;
    NTMS_GUID *sides = list_objects(session, &media[i], NTMS_PARTITION, &sides_count);
    for (DWORD k = 0; k < sides_count && !is_found; ++k) {
      is_found = look(session, &sides[k], NTMS_PARTITION, &side) == ERROR_SUCCESS && side.Info.Partition.State == NTMS_PARTSTATE_IMPORT;
      if (is_found) *found = sides[k];
    }
    free(sides);
  }
  free(media);
  return is_found;
}

static DWORD allocate(HANDLE session, NTMS_GUID *pool, NTMS_GUID *logical) {
  NTMS_ALLOCATION_INFORMATION from;
  NTMS_OBJECTINFORMATIONA info;
  NTMS_GUID side;
  memset(&from, 0, sizeof from);
  from.dwSize = sizeof from;
  DWORD error = AllocateNtmsMedia(session, pool, NULL, logical, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, &from);
  if (error != ERROR_MEDIA_UNAVAILABLE) return error;
  tell("The pool has nothing that can be allocated: looking for a side that is nobody's.");
  if (look(session, pool, NTMS_MEDIA_POOL, &info) != ERROR_SUCCESS || !find_import(session, &info.Info.MediaPool.MediaType, &side)) return error;
  return AllocateNtmsMedia(session, pool, &side, logical, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, &from);
}

/* Runs a program with its output where ours goes; its exit code, or -1. */
static int run(const char *const argv[]) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[0], (char *const *)argv);
    fprintf(stderr, "allocate_media: cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
  }
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

static int debugfs(const char *volume, const char *command, int writing) {
  return writing ? run((const char *const[]){"debugfs", "-w", "-R", command, volume, NULL}) : run((const char *const[]){"debugfs", "-R", command, volume, NULL});
}

/* debugfs has no exit code of its own: what was written counts when it can be read back. */
static int write_mark(const char *volume, const char *mark) {
  char path[] = "/tmp/allocate_media-XXXXXX", command[128];
  int file = mkstemp(path);
  if (file < 0) return 0;
  size_t const length = strlen(mark);
  int good = write(file, mark, length) == (ssize_t)length;
  if (close(file) != 0) good = 0;
  snprintf(command, sizeof command, "write %s %s", path, mark);
  good = good && debugfs(volume, command, 1) == 0;
  unlink(path);
  return good;
}

static int bears_mark(const char *volume, const char *mark) {
  char path[] = "/tmp/allocate_media-XXXXXX", command[128], text[64] = "";
  int file = mkstemp(path);
  if (file < 0) return 0;
  snprintf(command, sizeof command, "dump %s %s", mark, path);
  int good = debugfs(volume, command, 0) == 0 && read(file, text, sizeof text - 1) == (ssize_t)strlen(mark) && strcmp(text, mark) == 0;
  close(file);
  unlink(path);
  return good;
}

static const char *mover; /* NULL: debugfs */

static int move_data(const char *volume, const char *mark, int write_it) {
  if (mover != NULL) return run((const char *const[]){mover, write_it ? "write" : "read", volume, mark, NULL}) == 0;
  return write_it ? write_mark(volume, mark) && bears_mark(volume, mark) : bears_mark(volume, mark);
}

/* The volume of the drive is written, or read. */
static int use_volume(HANDLE session, NTMS_GUID *drive_id, const char *mark, int write_it) {
  NTMS_OBJECTINFORMATIONA drive;
  char *volume = NULL, *folder = NULL;
  /* A service that was started again brings the volume of what is mounted online first. */
  for (int half_seconds = 0; volume == NULL && half_seconds < 2 * PATIENCE_S; ++half_seconds) {
    if (half_seconds > 0) pause_ms(500);
    if (look(session, drive_id, NTMS_DRIVE, &drive) != ERROR_SUCCESS) continue;
    if (GetVolumesFromDriveA(drive.Info.Drive.szDeviceName, &volume, &folder) != ERROR_SUCCESS) volume = NULL;
  }
  if (volume == NULL) return 0;
  int good = move_data(volume, mark, write_it);
  if (!good) fprintf(stderr, "allocate_media: %s: the mark %s cannot be %s\n", volume, mark, write_it ? "written" : "read");
  LocalFree(volume);
  LocalFree(folder);
  return good;
}

/* The cartridge of a logical medium: its side's. */
static int cartridge_of(HANDLE session, NTMS_GUID *logical, NTMS_GUID *cartridge) {
  DWORD count;
  NTMS_OBJECTINFORMATIONA side;
  NTMS_GUID *sides = list_objects(session, logical, NTMS_PARTITION, &count);
  int good = count == 1 && look(session, &sides[0], NTMS_PARTITION, &side) == ERROR_SUCCESS;
  if (good) *cartridge = side.Info.Partition.PhysicalMedia;
  free(sides);
  return good;
}

static int dismount_and_wait(HANDLE session, NTMS_GUID *logical, NTMS_GUID *cartridge, DWORD options) {
  NTMS_OBJECTINFORMATIONA medium;
  DWORD error = DismountNtmsMedia(session, logical, 1, options);
  if (error != ERROR_SUCCESS) return failed("DismountNtmsMedia", error, EXIT_DISMOUNT);
  for (int tenths = 0; tenths < 10 * IDLE_PATIENCE_S; ++tenths) {
    if ((error = look(session, cartridge, NTMS_PHYSICAL_MEDIA, &medium)) != ERROR_SUCCESS) return failed("looking at the medium", error, EXIT_DISMOUNT);
    if (medium.Info.PhysicalMedia.MediaState == NTMS_MEDIASTATE_IDLE) return EXIT_DONE;
    pause_ms(100);
  }
  return failed("waiting for the end of the dismount", ERROR_TIMEOUT, EXIT_DISMOUNT);
}

static int mount_and_use(HANDLE session, NTMS_GUID *logical, NTMS_GUID *cartridge, const char *mark, int write_it) {
  NTMS_GUID drive = NTMS_NULLGUID;
  DWORD error = MountNtmsMedia(session, logical, &drive, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE, NTMS_PRIORITY_NORMAL, MOUNT_LIMIT_MS, NULL);
  if (error != ERROR_SUCCESS) return failed("MountNtmsMedia", error, EXIT_MOUNT);
  tell(write_it ? "Mounted; writing." : "Mounted again; reading.");
  int used = use_volume(session, &drive, mark, write_it);
  int dismounted = dismount_and_wait(session, logical, cartridge, write_it ? NTMS_DISMOUNT_DEFERRED : NTMS_DISMOUNT_IMMEDIATE);
  if (!used) return failed(write_it ? "writing" : "reading", ERROR_SUCCESS, EXIT_VOLUME);
  if (dismounted == EXIT_DONE) tell(write_it ? "Written, and out of use; it stays in the drive for a while." : "Read back, and brought home.");
  return dismounted;
}

static int work(HANDLE session, const char *pool_name) {
  NTMS_GUID pool, logical = NTMS_NULLGUID, cartridge;
  char mark[64];
  if (!find_pool(session, NULL, pool_name, &pool)) return failed("looking for the pool", ERROR_OBJECT_NOT_FOUND, EXIT_NO_POOL);
  DWORD error = allocate(session, &pool, &logical);
  if (error != ERROR_SUCCESS) return failed("AllocateNtmsMedia", error, EXIT_NOTHING);
  if (!cartridge_of(session, &logical, &cartridge)) {
    DeallocateNtmsMedia(session, &logical, 0);
    return failed("looking for its cartridge", ERROR_INVALID_MEDIA, EXIT_NOTHING);
  }
  tell("Allocated.");
  snprintf(mark, sizeof mark, "mark-%ld-%ld", (long)time(NULL), (long)getpid());
  int done = mount_and_use(session, &logical, &cartridge, mark, 1);
  if (done == EXIT_DONE) done = mount_and_use(session, &logical, &cartridge, mark, 0);
  error = DeallocateNtmsMedia(session, &logical, 0); /* also after a failure */
  if (error != ERROR_SUCCESS) return failed("DeallocateNtmsMedia", error, done == EXIT_DONE ? EXIT_DEALLOCATE : done);
  tell("Given back.");
  return done;
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3 || argv[1][0] == '-' || argv[1][0] == '\0') {
    fprintf(stderr, "usage: allocate_media POOL [MOVER]\n");
    return EXIT_USAGE;
  }
  mover = argv[2];
  HANDLE session = open_session();
  if (session == INVALID_HANDLE_VALUE) return failed("OpenNtmsSession", GetLastError(), EXIT_NO_SESSION);
  int exit_code = work(session, argv[1]);
  CloseNtmsSession(session);
  return exit_code;
}
