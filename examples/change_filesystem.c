/* Puts another file system on a volume while nobody can use it: open, lock, write, read back, dismount, unlock, close. The next access sees
 * the new file system.
 *
 * What for: shows libvolumectl with a program as it is written for Windows: what differs is which headers it includes, and one line that
 * shows the sentence which only libvolumectl has for an error. The file system is an image that was prepared in a file, by mkfs or from another volume.
 * usage: change_filesystem VOLUME IMAGE    VOLUME is a device (/dev/sdb1) or a name of volumes.toml (X:); everything on it is lost
 * Exit: 0 done, 2 usage, 3 the volume or the image cannot be opened, or the image is larger, 4 the volume is in use, 5 writing failed: what
 * is on the volume is no file system now, 6 the dismount failed.
 */
#ifdef _WIN32
#include <windows.h>
#include <winioctl.h>
#else
#include <volumectl.h>
#endif
#include <stdio.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_OPEN = 3, EXIT_IN_USE = 4, EXIT_WRITE = 5, EXIT_DISMOUNT = 6 };

#define PIECE_BYTES (1024 * 1024)
#define SECTOR_BYTES 4096 /* whole sectors of every kind of medium are written */

static char piece[PIECE_BYTES], read_back[PIECE_BYTES];

static void report(const char *what) {
  char sentence[1024] = "";
  DWORD error = GetLastError();
#ifdef OPENRSM_VOLUMECTL_H
  VctlGetLastErrorText(sentence, sizeof sentence);
#endif
  fprintf(stderr, "change_filesystem: %s: error %u %s\n", what, (unsigned)error, sentence);
}

static BOOL control(HANDLE volume, DWORD code) {
  DWORD bytes;
  return DeviceIoControl(volume, code, NULL, 0, NULL, 0, &bytes, NULL);
}

static BOOL go_to_begin(HANDLE volume) {
  LARGE_INTEGER begin;
  begin.QuadPart = 0;
  return SetFilePointerEx(volume, begin, NULL, FILE_BEGIN);
}

/* The next piece of the image, the last one filled up to a whole sector. 0: the end. */
static DWORD next_piece(FILE *image) {
  size_t got = fread(piece, 1, sizeof piece, image);
  size_t whole = (got + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
  memset(piece + got, 0, whole - got);
  return (DWORD)whole;
}

static BOOL write_image(HANDLE volume, FILE *image) {
  DWORD length, bytes;
  if (!go_to_begin(volume)) return FALSE;
  while ((length = next_piece(image)) != 0)
    if (!WriteFile(volume, piece, length, &bytes, NULL) || bytes != length) return FALSE;
  return !ferror(image) && FlushFileBuffers(volume);
}

static BOOL is_on_volume(HANDLE volume, FILE *image) {
  DWORD length, bytes;
  rewind(image);
  if (!go_to_begin(volume)) return FALSE;
  while ((length = next_piece(image)) != 0) {
    if (!ReadFile(volume, read_back, length, &bytes, NULL)) return FALSE;
    if (bytes != length || memcmp(piece, read_back, length) != 0) {
      fprintf(stderr, "change_filesystem: what is read back is not what was written\n");
      return FALSE;
    }
  }
  return !ferror(image);
}

static BOOL fits(HANDLE volume, FILE *image) {
  GET_LENGTH_INFORMATION length;
  DWORD bytes;
  LONGLONG image_bytes = 0;
  while ((bytes = next_piece(image)) != 0) image_bytes += bytes;
  rewind(image);
  if (!DeviceIoControl(volume, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &length, sizeof length, &bytes, NULL)) {
    report("length of the volume");
    return FALSE;
  }
  printf("The image has %lld bytes, the volume %lld.\n", (long long)image_bytes, (long long)length.Length.QuadPart);
  if (image_bytes != 0 && image_bytes <= length.Length.QuadPart) return TRUE;
  fprintf(stderr, "change_filesystem: the image is empty, or larger than the volume\n");
  return FALSE;
}

static int change(HANDLE volume, FILE *image) {
  if (!fits(volume, image)) return EXIT_OPEN;
  if (!control(volume, FSCTL_LOCK_VOLUME)) {
    report("lock");
    return EXIT_IN_USE;
  }
  printf("locked\n");
  if (!write_image(volume, image)) {
    report("write");
    return EXIT_WRITE;
  }
  if (!is_on_volume(volume, image)) {
    report("read back");
    return EXIT_WRITE;
  }
  printf("written, flushed and read back\n");
  if (!control(volume, FSCTL_DISMOUNT_VOLUME)) {
    report("dismount");
    return EXIT_DISMOUNT;
  }
  printf("dismounted: whatever was known of the old file system is forgotten\n");
  if (control(volume, FSCTL_UNLOCK_VOLUME)) printf("unlocked\n");
  return EXIT_DONE;
}

int main(int argc, char **argv) {
  HANDLE volume;
  FILE *image;
  int result;
  if (argc != 3) {
    fprintf(stderr, "usage: change_filesystem VOLUME IMAGE\n");
    return EXIT_USAGE;
  }
  image = fopen(argv[2], "rb");
  if (image == NULL) {
    fprintf(stderr, "change_filesystem: %s cannot be opened\n", argv[2]);
    return EXIT_OPEN;
  }
  volume = CreateFileA(argv[1], GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
  if (volume == INVALID_HANDLE_VALUE) {
    report(argv[1]);
    fclose(image);
    return EXIT_OPEN;
  }
  result = change(volume, image);
  CloseHandle(volume);
  fclose(image);
  return result;
}
