/* A backup program in one page: it opens a session, looks for a side that it may mount, mounts it, writes a file into the file
 * system on it, dismounts it deferred, waits until it is out of use, and closes the session. Each step is told.
 *
 * What for: shows the C library from end to end; needs ntmsapi.h and libntmsapi only. It keeps going when the service is restarted.
 * usage: backup_session [MEDIUM[:SIDE]]   MEDIUM is a name or a bar code; without it the first side that may be mounted is taken.
 * The file system is mounted where the configuration of the service says (mount_at), else by mount(8) on a folder of its own, which
 * needs root; a volume that is a plain file (a library of user-space volumes) is written with debugfs(8).
 * Exit: 0 done, 2 usage, 3 no session, 4 nothing to mount, 5 mount failed, 6 writing failed, 7 dismount failed.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ntmsapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_NO_SESSION = 3, EXIT_NOTHING = 4, EXIT_MOUNT = 5, EXIT_WRITE = 6, EXIT_DISMOUNT = 7 };

static const int PATIENCE_S = 60;          /* for a service that is starting */
static const int IDLE_PATIENCE_S = 300;    /* for a dismount to end */
static const DWORD MOUNT_LIMIT_MS = 600000;

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  putchar('\n');
  fflush(stdout);
}

static int failed(const char *what, DWORD error, int exit_code) {
  fprintf(stderr, "backup_session: %s failed with error %u (see docs/ntmsapi.md)\n", what, (unsigned)error);
  return exit_code;
}

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) {
  }
}

/* ---- the session ---- */

static int worth_waiting(DWORD error) { return error == ERROR_NOT_READY || error == ERROR_BUSY || error == ERROR_NOT_CONNECTED; }

static HANDLE open_session(void) {
  for (int half_seconds = 0;; ++half_seconds) {
    HANDLE session = OpenNtmsSessionA(NULL, "backup_session", 0);
    if (session != INVALID_HANDLE_VALUE) return session;
    if (!worth_waiting(GetLastError()) || half_seconds >= 2 * PATIENCE_S) return session;
    if (half_seconds == 0) tell("The service is not ready (error %u): trying again every half second.", (unsigned)GetLastError());
    pause_ms(500);
  }
}

/* ---- looking for a side ---- */

/* All ids of a type in a container; the list may grow between two calls. To be freed by the caller; NULL with *error. */
static NTMS_GUID *list_objects(HANDLE session, LPNTMS_GUID container, DWORD type, DWORD *count, DWORD *error) {
  NTMS_GUID *ids = NULL;
  *count = 0;
  while ((*error = EnumerateNtmsObject(session, container, ids, count, type, NTMS_ENUM_DEFAULT)) == ERROR_INSUFFICIENT_BUFFER) {
    NTMS_GUID *more = realloc(ids, *count * sizeof *ids);
    if (more == NULL) {
      *error = ERROR_NOT_ENOUGH_MEMORY;
      break;
    }
    ids = more;
  }
  if (*error == ERROR_SUCCESS && ids == NULL) ids = calloc(1, sizeof *ids);
  if (*error != ERROR_SUCCESS) {
    free(ids);
    ids = NULL;
  }
  return ids;
}

static DWORD look(HANDLE session, NTMS_GUID *id, DWORD type, NTMS_OBJECTINFORMATIONA *info) {
  memset(info, 0, sizeof *info);
  info->dwSize = sizeof *info;
  info->dwType = type;
  return GetNtmsObjectInformationA(session, id, info);
}

typedef struct {
  char medium[NTMS_OBJECTNAME_LENGTH]; /* wanted; empty: any */
  long number;                         /* wanted; -1: any */
} Wish;

typedef struct {
  NTMS_GUID id, medium;
  char medium_name[NTMS_OBJECTNAME_LENGTH];
  WORD number;
} Side;

static int is_wanted_medium(const Wish *wish, const NTMS_OBJECTINFORMATIONA *medium) {
  if (wish->medium[0] == '\0')
    return medium->Enabled && medium->Info.PhysicalMedia.MediaState == NTMS_MEDIASTATE_IDLE &&
           !NTMS_IS_NULLGUID(medium->Info.PhysicalMedia.Location);
  return strcmp(wish->medium, medium->szName) == 0 || strcmp(wish->medium, medium->Info.PhysicalMedia.szBarCode) == 0;
}

static int is_wanted_side(const Wish *wish, const NTMS_OBJECTINFORMATIONA *side) {
  if (wish->number >= 0 && side->Info.Partition.Side != wish->number) return 0;
  if (wish->medium[0] != '\0' && wish->number >= 0) return 1;
  return side->Info.Partition.State == NTMS_PARTSTATE_IMPORT || side->Info.Partition.State == NTMS_PARTSTATE_ALLOCATED;
}

/* 1: found, 0: none here. An object that has vanished meanwhile is passed over. */
static int find_side_of_medium(HANDLE session, NTMS_GUID *medium_id, const Wish *wish, Side *found) {
  NTMS_OBJECTINFORMATIONA medium, side;
  DWORD count, error;
  int is_found = 0;
  if (look(session, medium_id, NTMS_PHYSICAL_MEDIA, &medium) != ERROR_SUCCESS || !is_wanted_medium(wish, &medium)) return 0;
  NTMS_GUID *sides = list_objects(session, medium_id, NTMS_PARTITION, &count, &error);
  for (DWORD i = 0; sides != NULL && i < count && !is_found; ++i) {
    if (look(session, &sides[i], NTMS_PARTITION, &side) != ERROR_SUCCESS || !is_wanted_side(wish, &side)) continue;
    found->id = sides[i];
    found->medium = *medium_id;
    found->number = side.Info.Partition.Side;
    memcpy(found->medium_name, medium.szName, sizeof found->medium_name);
    is_found = 1;
  }
  free(sides);
  return is_found;
}

static int find_side_in_library(HANDLE session, NTMS_GUID *library_id, const Wish *wish, Side *found) {
  NTMS_OBJECTINFORMATIONA library;
  DWORD count, error;
  int is_found = 0;
  if (look(session, library_id, NTMS_LIBRARY, &library) != ERROR_SUCCESS) return 0;
  NTMS_GUID *media = list_objects(session, library_id, NTMS_PHYSICAL_MEDIA, &count, &error);
  tell("  Library %s: %u drives, %u slots, %u media.", library.szName, (unsigned)library.Info.Library.dwNumberOfDrives,
       (unsigned)library.Info.Library.dwNumberOfSlots, (unsigned)count);
  if (library.Info.Library.LibraryType != NTMS_LIBRARYTYPE_OFFLINE)
    for (DWORD i = 0; media != NULL && i < count && !is_found; ++i) is_found = find_side_of_medium(session, &media[i], wish, found);
  free(media);
  return is_found;
}

static int find_side(HANDLE session, const Wish *wish, Side *found, DWORD *error) {
  DWORD count;
  int is_found = 0;
  NTMS_GUID *libraries = list_objects(session, NULL, NTMS_LIBRARY, &count, error);
  for (DWORD i = 0; libraries != NULL && i < count && !is_found; ++i)
    is_found = find_side_in_library(session, &libraries[i], wish, found);
  free(libraries);
  return is_found;
}

/* ---- writing through the volume ---- */

/* Runs a program with its output where ours goes; its exit code, or -1. */
static int run(const char *const argv[]) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[0], (char *const *)argv);
    fprintf(stderr, "backup_session: cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
  }
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

static int write_all(const char *path, const char *text) {
  size_t length = strlen(text);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  int good = file >= 0 && write(file, text, length) == (ssize_t)length && fsync(file) == 0;
  if (!good) fprintf(stderr, "backup_session: %s: %s\n", path, strerror(errno));
  if (file >= 0 && close(file) != 0) good = 0;
  return good;
}

static int reads_back(const char *path, const char *text) {
  char read_text[256] = "";
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  size_t length = fread(read_text, 1, sizeof read_text - 1, file);
  fclose(file);
  return length == strlen(text) && strcmp(read_text, text) == 0;
}

static int write_into_folder(const char *folder, const char *name, const char *text) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (!write_all(path, text) || !reads_back(path, text)) return 0;
  tell("Wrote %s, synced it and read it back.", path);
  return 1;
}

static int write_by_mounting(const char *volume, const char *name, const char *text) {
  char folder[] = "/tmp/backup_session-XXXXXX";
  if (mkdtemp(folder) == NULL) return 0;
  int good = run((const char *const[]){"mount", volume, folder, NULL}) == 0;
  if (good) {
    tell("Mounted the file system on %s.", folder);
    good = write_into_folder(folder, name, text);
    if (run((const char *const[]){"umount", folder, NULL}) != 0) good = 0;
    else tell("Unmounted the file system.");
  }
  rmdir(folder);
  return good;
}

/* debugfs has no exit code of its own: what counts is that the file can be read back. */
static int write_by_debugfs(const char *volume, const char *name, const char *text) {
  char folder[] = "/tmp/backup_session-XXXXXX", in[64], out[64], write_line[4096], dump_line[4096];
  if (mkdtemp(folder) == NULL) return 0;
  snprintf(in, sizeof in, "%s/in", folder);
  snprintf(out, sizeof out, "%s/out", folder);
  snprintf(write_line, sizeof write_line, "write %s %s", in, name);
  snprintf(dump_line, sizeof dump_line, "dump %s %s", name, out);
  int good = write_all(in, text) && run((const char *const[]){"debugfs", "-w", "-R", write_line, volume, NULL}) == 0 &&
             run((const char *const[]){"debugfs", "-R", dump_line, volume, NULL}) == 0 && reads_back(out, text);
  if (good) tell("Wrote %s into the image with debugfs and read it back.", name);
  unlink(in);
  unlink(out);
  rmdir(folder);
  return good;
}

static int write_backup(const char *volume, const char *folder) {
  char name[64], text[128];
  struct stat what;
  snprintf(name, sizeof name, "backup-%ld-%ld.txt", (long)time(NULL), (long)getpid());
  snprintf(text, sizeof text, "written by backup_session, process %ld\n", (long)getpid());
  if (folder != NULL) return write_into_folder(folder, name, text);
  if (stat(volume, &what) != 0) {
    fprintf(stderr, "backup_session: %s: %s\n", volume, strerror(errno));
    return 0;
  }
  return S_ISBLK(what.st_mode) ? write_by_mounting(volume, name, text) : write_by_debugfs(volume, name, text);
}

/* ---- the story ---- */

/* The volume of a drive, also while the service is being started again. */
static DWORD volumes_of(char *drive, char **volume, char **folder) {
  for (int half_seconds = 0;; ++half_seconds) {
    DWORD error = GetVolumesFromDriveA(drive, volume, folder);
    if (!worth_waiting(error) || half_seconds >= 2 * PATIENCE_S) return error;
    pause_ms(500);
  }
}

static int write_in_drive(HANDLE session, NTMS_GUID *drive_id) {
  NTMS_OBJECTINFORMATIONA drive;
  char *volume = NULL, *folder = NULL;
  DWORD error = look(session, drive_id, NTMS_DRIVE, &drive);
  if (error != ERROR_SUCCESS) return failed("looking at the drive", error, EXIT_WRITE);
  tell("It is in %s (%s).", drive.szName, drive.Info.Drive.szDeviceName);
  error = volumes_of(drive.Info.Drive.szDeviceName, &volume, &folder);
  if (error != ERROR_SUCCESS || volume == NULL) return failed("GetVolumesFromDrive", error, EXIT_WRITE);
  tell("Its volume is %s%s%s.", volume, folder == NULL ? "" : ", mounted on ", folder == NULL ? "" : folder);
  int exit_code = write_backup(volume, folder) ? EXIT_DONE : EXIT_WRITE;
  LocalFree(volume);
  LocalFree(folder);
  return exit_code;
}

static int dismount_and_wait(HANDLE session, Side *side) {
  NTMS_OBJECTINFORMATIONA medium;
  DWORD error = DismountNtmsMedia(session, &side->id, 1, NTMS_DISMOUNT_DEFERRED);
  if (error != ERROR_SUCCESS) return failed("DismountNtmsMedia", error, EXIT_DISMOUNT);
  tell("Deferred dismount queued.");
  for (int tenths = 0; tenths < 10 * IDLE_PATIENCE_S; ++tenths) {
    error = look(session, &side->medium, NTMS_PHYSICAL_MEDIA, &medium);
    if (error != ERROR_SUCCESS) return failed("looking at the medium", error, EXIT_DISMOUNT);
    if (medium.Info.PhysicalMedia.MediaState == NTMS_MEDIASTATE_IDLE) {
      tell("The medium is idle: it stays in the drive until its delay is over or somebody needs the drive.");
      return EXIT_DONE;
    }
    pause_ms(100);
  }
  return failed("waiting for the end of the dismount", ERROR_TIMEOUT, EXIT_DISMOUNT);
}

static int back_up(HANDLE session, const Wish *wish) {
  Side side;
  NTMS_GUID drive = NTMS_NULLGUID;
  DWORD error;
  tell("Looking for a side to mount:");
  if (!find_side(session, wish, &side, &error)) {
    if (error != ERROR_SUCCESS) return failed("enumerating the libraries", error, EXIT_NOTHING);
    fprintf(stderr, "backup_session: no side that may be mounted%s%s\n", wish->medium[0] ? " on medium " : "", wish->medium);
    return EXIT_NOTHING;
  }
  tell("Mounting side %u of medium %s; this waits for the robot.", (unsigned)side.number, side.medium_name);
  error = MountNtmsMedia(session, &side.id, &drive, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE, NTMS_PRIORITY_NORMAL, MOUNT_LIMIT_MS, NULL);
  if (error != ERROR_SUCCESS) return failed("MountNtmsMedia", error, EXIT_MOUNT);
  tell("Mounted.");
  int written = write_in_drive(session, &drive);
  int dismounted = dismount_and_wait(session, &side); /* also after a failure: every mount needs one */
  return written != EXIT_DONE ? written : dismounted;
}

static int parse_wish(int argc, char **argv, Wish *wish) {
  wish->medium[0] = '\0';
  wish->number = -1;
  if (argc == 1) return 1;
  if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0') return 0;
  const char *colon = strrchr(argv[1], ':');
  size_t length = colon == NULL ? strlen(argv[1]) : (size_t)(colon - argv[1]);
  if (length == 0 || length >= sizeof wish->medium) return 0;
  memcpy(wish->medium, argv[1], length);
  wish->medium[length] = '\0';
  if (colon == NULL) return 1;
  char *end;
  wish->number = strtol(colon + 1, &end, 10);
  return colon[1] != '\0' && *end == '\0' && wish->number >= 0 && wish->number <= 0xFFFF;
}

int main(int argc, char **argv) {
  Wish wish;
  if (!parse_wish(argc, argv, &wish)) {
    fprintf(stderr, "usage: backup_session [MEDIUM[:SIDE]]\n");
    return EXIT_USAGE;
  }
  HANDLE session = open_session();
  if (session == INVALID_HANDLE_VALUE) return failed("OpenNtmsSession", GetLastError(), EXIT_NO_SESSION);
  tell("Session open.");
  int exit_code = back_up(session, &wish);
  DWORD closed = CloseNtmsSession(session);
  if (closed != ERROR_SUCCESS) fprintf(stderr, "backup_session: closing the session gave error %u\n", (unsigned)closed);
  else tell("Session closed.");
  return exit_code;
}
