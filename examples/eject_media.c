/* Ejects a volume's medium in the one safe order: flush, lock, dismount, offline, allow removal, eject, unlock.
 *
 * What for: shows libvolumectl with a program as it is written for Windows: what differs is which headers it includes, and one line that
 * shows the sentence which only libvolumectl has for an error.
 * usage: eject_media [--force] VOLUME      VOLUME is a device (/dev/sr0) or a name of volumes.toml (X:, \\.\CdRom0)
 * Without --force a volume in use is not ejected and nothing is lost. With it what is open dies, and what was flushed is safe.
 * Exit: 0 ejected, 2 usage, 3 the volume cannot be opened, 4 it is in use, 5 a later step failed and the volume is online again.
 */
#ifdef _WIN32
#include <windows.h>
#include <winioctl.h>
#include <ntddvol.h>
#else
#include <volumectl.h>
#endif
#include <stdio.h>
#include <string.h>

enum { EXIT_EJECTED = 0, EXIT_USAGE = 2, EXIT_OPEN = 3, EXIT_IN_USE = 4, EXIT_STEP = 5 };

#define LOCK_TRIES 20        /* with the pause: for about ten seconds */
#define LOCK_PAUSE_MS 500

static void report(const char *what) {
  char sentence[1024] = "";
  DWORD error = GetLastError();
#ifdef OPENRSM_VOLUMECTL_H
  VctlGetLastErrorText(sentence, sizeof sentence);
#endif
  fprintf(stderr, "eject_media: %s: error %u %s\n", what, (unsigned)error, sentence);
}

/* An event that nobody sets: there is no other wait that Windows and libvolumectl have in common. */
static void pause_ms(DWORD milliseconds) {
  HANDLE never = CreateEvent(NULL, TRUE, FALSE, NULL);
  if (never == NULL) return;
  WaitForSingleObject(never, milliseconds);
  CloseHandle(never);
}

static BOOL control(HANDLE volume, DWORD code) {
  DWORD bytes;
  return DeviceIoControl(volume, code, NULL, 0, NULL, 0, &bytes, NULL);
}

static BOOL allow_removal(HANDLE volume) {
  DWORD bytes;
  PREVENT_MEDIA_REMOVAL removal;
  removal.PreventMediaRemoval = FALSE;
  return DeviceIoControl(volume, IOCTL_STORAGE_MEDIA_REMOVAL, &removal, sizeof removal, NULL, 0, &bytes, NULL);
}

/* Write access is for the flush only: a medium that may only be read is ejected without it. */
static HANDLE open_volume(const char *name, BOOL *writable) {
  HANDLE volume = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
  *writable = volume != INVALID_HANDLE_VALUE;
  if (*writable || GetLastError() != ERROR_ACCESS_DENIED) return volume;
  return CreateFileA(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
}

/* Who forces does not wait for the others. */
static BOOL lock_volume(HANDLE volume, BOOL force) {
  int attempt;
  for (attempt = 1;; ++attempt) {
    if (control(volume, FSCTL_LOCK_VOLUME)) return TRUE;
    if (GetLastError() != ERROR_ACCESS_DENIED || force || attempt == LOCK_TRIES) return FALSE;
    if (attempt == 1) printf("The volume is in use; trying again for about %d seconds.\n", LOCK_TRIES * LOCK_PAUSE_MS / 1000);
    pause_ms(LOCK_PAUSE_MS);
  }
}

/* From the dismount on: where a step fails the volume is brought online again. */
static BOOL take_out(HANDLE volume) {
  static const struct {
    const char *done;
    DWORD code;
  } steps[] = {{"dismounted", FSCTL_DISMOUNT_VOLUME}, {"offline", IOCTL_VOLUME_OFFLINE}, {"removal allowed", IOCTL_STORAGE_MEDIA_REMOVAL}, {"ejected", IOCTL_STORAGE_EJECT_MEDIA}};
  size_t i;
  for (i = 0; i < sizeof steps / sizeof steps[0]; ++i) {
    BOOL good = steps[i].code == IOCTL_STORAGE_MEDIA_REMOVAL ? allow_removal(volume) : control(volume, steps[i].code);
    if (!good) {
      report(steps[i].done);
      control(volume, IOCTL_VOLUME_ONLINE);
      return FALSE;
    }
    printf("%s\n", steps[i].done);
  }
  return TRUE;
}

static int eject(HANDLE volume, BOOL writable, BOOL force) {
  BOOL locked, ejected;
  if (!writable) printf("not flushed: the volume may only be read\n");
  else if (FlushFileBuffers(volume)) printf("flushed\n");
  else report("flush");
  locked = lock_volume(volume, force);
  if (locked) printf("locked\n");
  else report("lock");
  if (!locked && !force) return EXIT_IN_USE;
  if (!locked) printf("going on without the lock: what is open dies\n");
  ejected = take_out(volume);
  if (locked && control(volume, FSCTL_UNLOCK_VOLUME)) printf("unlocked\n");
  return ejected ? EXIT_EJECTED : EXIT_STEP;
}

int main(int argc, char **argv) {
  BOOL force = argc == 3 && strcmp(argv[1], "--force") == 0, writable;
  HANDLE volume;
  int result;
  if ((argc != 2 && !force) || argv[argc - 1][0] == '-') {
    fprintf(stderr, "usage: eject_media [--force] VOLUME\n");
    return EXIT_USAGE;
  }
  volume = open_volume(argv[argc - 1], &writable);
  if (volume == INVALID_HANDLE_VALUE) {
    report(argv[argc - 1]);
    return EXIT_OPEN;
  }
  result = eject(volume, writable, force);
  CloseHandle(volume);
  return result;
}
