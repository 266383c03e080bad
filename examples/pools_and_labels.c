/* Pools and labels: tells by what label each side is known, makes pools of its own (one for pools, and in it one for the media type of a cartridge), sets their
 * policy, moves a cartridge with a label that is nobody's into its pool, keeps a note of its own with it, has its label read once more, and
 * leaves everything as it was.
 *
 * What for: shows media pools, labels, attributes and identification with the C library. Each call that changes the catalog may be made twice, so the program
 * keeps going when the service is restarted: what was done already is found done.
 * usage: pools_and_labels POOL    the name of a pool that does not exist yet; POOL\Media is made in it
 * Reading a label again is for administrators; without that right this step is passed over.
 * Exit: 0 done, 2 usage, 3 no session, 4 a call failed or gave what it should not, 5 no side whose label is understood and that is nobody's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static const char NOTE_NAME[] = "pools_and_labels", NOTE[] = "seen";

typedef struct {
  NTMS_GUID medium, side, type, home;
  NTMS_GUID slot;
  NTMS_OBJECTINFORMATIONA before; /* the side, as it was found */
} Find;

static int same_label(const NTMS_PARTITIONINFORMATIONA *a, const NTMS_PARTITIONINFORMATIONA *b) {
  return a->dwOmidLabelIdLength == b->dwOmidLabelIdLength && memcmp(a->OmidLabelId, b->OmidLabelId, a->dwOmidLabelIdLength) == 0 &&
         strcmp(a->szOmidLabelType, b->szOmidLabelType) == 0;
}

/* Tells the label of every side, and finds one that is nobody's. */
static DWORD look_at_labels(HANDLE session, Find *find, int *found) {
  DWORD count, sides_count, error;
  *found = 0;
  NTMS_GUID *media = list_objects(session, NULL, NTMS_PHYSICAL_MEDIA, &count, &error);
  for (DWORD i = 0; i < count && error == ERROR_SUCCESS; ++i) {
    NTMS_OBJECTINFORMATIONA medium, side;
    if ((error = look(session, &media[i], NTMS_PHYSICAL_MEDIA, &medium)) != ERROR_SUCCESS) break;
    NTMS_GUID *sides = list_objects(session, &media[i], NTMS_PARTITION, &sides_count, &error);
    for (DWORD k = 0; k < sides_count && error == ERROR_SUCCESS; ++k) {
      if ((error = look(session, &sides[k], NTMS_PARTITION, &side)) != ERROR_SUCCESS) break;
      tell("%s, side %u: label %s (%s), %u bytes of id", medium.szName, (unsigned)side.Info.Partition.Side, side.Info.Partition.szOmidLabelType, side.Info.Partition.szOmidLabelInfo,
           (unsigned)side.Info.Partition.dwOmidLabelIdLength);
      if (*found || side.Info.Partition.State != NTMS_PARTSTATE_IMPORT || medium.Info.PhysicalMedia.MediaState != NTMS_MEDIASTATE_IDLE || NTMS_IS_NULLGUID(medium.Info.PhysicalMedia.Location)) continue;
      *found = 1;
      find->medium = media[i];
      find->side = sides[k];
      find->type = medium.Info.PhysicalMedia.MediaType;
      find->home = medium.Info.PhysicalMedia.MediaPool;
      find->slot = medium.Info.PhysicalMedia.HomeSlot;
      find->before = side;
    }
    free(sides);
  }
  free(media);
  return error;
}

static DWORD make_pools(HANDLE session, const char *name, Find *find, NTMS_GUID *outer, NTMS_GUID *inner) {
  char path[NTMS_POOLHIERARCHY_LENGTH], told[NTMS_POOLHIERARCHY_LENGTH];
  NTMS_OBJECTINFORMATIONA info;
  DWORD error, size = sizeof told;
  snprintf(path, sizeof path, "%s\\Media", name);
  ASK_AGAIN(error, CreateNtmsMediaPoolA(session, name, NULL, NTMS_OPEN_ALWAYS, NULL, outer));
  if (error == ERROR_SUCCESS) ASK_AGAIN(error, CreateNtmsMediaPoolA(session, path, &find->type, NTMS_OPEN_ALWAYS, NULL, inner));
  if (error == ERROR_SUCCESS) error = look(session, inner, NTMS_MEDIA_POOL, &info);
  if (error != ERROR_SUCCESS) return error;
  snprintf(info.szDescription, sizeof info.szDescription, "made by pools_and_labels");
  info.Info.MediaPool.dwMaxAllocates = 10;
  ASK_AGAIN(error, SetNtmsObjectInformationA(session, inner, &info));
  if (error == ERROR_SUCCESS) error = GetNtmsMediaPoolNameA(session, inner, told, &size);
  if (error == ERROR_SUCCESS && strcmp(told, path) != 0) error = ERROR_INVALID_NAME;
  if (error == ERROR_SUCCESS) tell("Made the pool %s; a side of it may be allocated 10 times.", told);
  return error;
}

static DWORD keep_a_note(HANDLE session, Find *find) {
  char note[sizeof NOTE];
  DWORD error, size = sizeof note;
  ASK_AGAIN(error, SetNtmsObjectAttributeA(session, &find->medium, NTMS_PHYSICAL_MEDIA, NOTE_NAME, (LPVOID)NOTE, sizeof NOTE));
  if (error == ERROR_SUCCESS) error = GetNtmsObjectAttributeA(session, &find->medium, NTMS_PHYSICAL_MEDIA, NOTE_NAME, note, &size);
  if (error == ERROR_SUCCESS && (size != sizeof NOTE || memcmp(note, NOTE, size) != 0)) error = ERROR_INVALID_STATE;
  if (error == ERROR_SUCCESS) ASK_AGAIN(error, SetNtmsObjectAttributeA(session, &find->medium, NTMS_PHYSICAL_MEDIA, NOTE_NAME, NULL, 0));
  if (error == ERROR_SUCCESS) tell("Kept a note with the cartridge, read it, and took it away.");
  return error;
}

static DWORD read_label_again(HANDLE session, Find *find) {
  NTMS_OBJECTINFORMATIONA now;
  DWORD error = IdentifyNtmsSlot(session, &find->slot, NTMS_DISMOUNT_IMMEDIATE);
  if (error == ERROR_ACCESS_DENIED) return ERROR_SUCCESS;
  if (error == ERROR_SUCCESS) error = wait_for_medium(session, &find->medium, NTMS_MEDIASTATE_IDLE);
  if (error == ERROR_SUCCESS) error = look(session, &find->side, NTMS_PARTITION, &now);
  if (error == ERROR_SUCCESS && !same_label(&now.Info.Partition, &find->before.Info.Partition)) error = ERROR_UNEXPECTED_OMID;
  if (error == ERROR_SUCCESS) tell("Its label was read again: it is the same cartridge.");
  return error;
}

/* What is gone is as good as deleted. */
static DWORD delete_pool(HANDLE session, NTMS_GUID *pool) {
  DWORD error;
  ASK_AGAIN(error, DeleteNtmsMediaPool(session, pool));
  return error == ERROR_INVALID_MEDIA_POOL ? ERROR_SUCCESS : error;
}

static int work(HANDLE session, const char *name) {
  Find find;
  NTMS_GUID outer, inner;
  int found;
  DWORD error = look_at_labels(session, &find, &found);
  if (error != ERROR_SUCCESS) return failed("looking at labels", error);
  if (!found) {
    fprintf(stderr, "pools_and_labels: no idle side with a label that is understood and is nobody's\n");
    return EXIT_NOTHING;
  }
  if ((error = make_pools(session, name, &find, &outer, &inner)) != ERROR_SUCCESS) return failed("making the pools", error);
  ASK_AGAIN(error, MoveToNtmsMediaPool(session, &find.medium, &inner));
  if (error != ERROR_SUCCESS) return failed("MoveToNtmsMediaPool", error);
  tell("Moved the cartridge into it.");
  if ((error = DeleteNtmsMediaPool(session, &inner)) != ERROR_NOT_EMPTY && error != ERROR_NOT_CONNECTED) return failed("deleting a pool that holds a cartridge was not refused; it", error);
  if ((error = keep_a_note(session, &find)) != ERROR_SUCCESS) return failed("keeping a note", error);
  if ((error = read_label_again(session, &find)) != ERROR_SUCCESS) return failed("reading the label again", error);
  ASK_AGAIN(error, MoveToNtmsMediaPool(session, &find.medium, &find.home));
  if (error != ERROR_SUCCESS) return failed("moving it back", error);
  if ((error = delete_pool(session, &inner)) != ERROR_SUCCESS || (error = delete_pool(session, &outer)) != ERROR_SUCCESS) return failed("DeleteNtmsMediaPool", error);
  tell("Moved the cartridge back, and deleted the pools.");
  return EXIT_DONE;
}

int main(int argc, char **argv) {
  if (argc != 2 || argv[1][0] == '\0' || strlen(argv[1]) >= NTMS_OBJECTNAME_LENGTH) {
    fprintf(stderr, "usage: pools_and_labels POOL\n");
    return EXIT_USAGE;
  }
  HANDLE session = open_session("pools_and_labels");
  if (session == INVALID_HANDLE_VALUE) return failed("OpenNtmsSession", GetLastError()), EXIT_NO_SESSION;
  int const exit_code = work(session, argv[1]);
  CloseNtmsSession(session);
  return exit_code;
}
