/* Pools, media types, names and attributes through libntmsapi, on a real service. "before": makes and changes them; "after": finds them as they were
 * left, and takes them away. Prints what is not as it should be; exit status 1 then. */
#include <ntmsapi.h>
#include <stdio.h>
#include <string.h>

static int wrong = 0;

static void expect(DWORD got, DWORD wanted, char const *what) {
  if (got == wanted) return;
  printf("%s: %u instead of %u\n", what, (unsigned)got, (unsigned)wanted);
  wrong = 1;
}

static NTMS_GUID first(HANDLE session, LPNTMS_GUID container, DWORD type) {
  static NTMS_GUID ids[4096];
  DWORD size = 4096;
  expect(EnumerateNtmsObject(session, container, ids, &size, type, NTMS_ENUM_DEFAULT), ERROR_SUCCESS, "EnumerateNtmsObject");
  NTMS_GUID const none = NTMS_NULLGUID;
  return size > 0 ? ids[0] : none;
}

static NTMS_OBJECTINFORMATIONA read_object(HANDLE session, NTMS_GUID id, DWORD type) {
  NTMS_OBJECTINFORMATIONA info;
  memset(&info, 0, sizeof info);
  info.dwSize = sizeof info;
  info.dwType = type;
  expect(GetNtmsObjectInformationA(session, &id, &info), ERROR_SUCCESS, "GetNtmsObjectInformation");
  return info;
}

/* A cartridge whose label is understood, and the pool it is in. */
static NTMS_GUID imported(HANDLE session, NTMS_OBJECTINFORMATIONA *out) {
  static NTMS_GUID ids[4096];
  DWORD size = 4096, n;
  expect(EnumerateNtmsObject(session, NULL, ids, &size, NTMS_PHYSICAL_MEDIA, NTMS_ENUM_DEFAULT), ERROR_SUCCESS, "media");
  for (n = 0; n < size; ++n) {
    *out = read_object(session, ids[n], NTMS_PHYSICAL_MEDIA);
    if (read_object(session, out->Info.PhysicalMedia.MediaPool, NTMS_MEDIA_POOL).Info.MediaPool.PoolType == NTMS_POOLTYPE_IMPORT) return ids[n];
  }
  printf("no imported medium\n");
  wrong = 1;
  return ids[0];
}

static void before(HANDLE session) {
  NTMS_OBJECTINFORMATIONA medium, pool;
  NTMS_GUID const cartridge = imported(session, &medium);
  NTMS_GUID id = cartridge, type = medium.Info.PhysicalMedia.MediaType, home = medium.Info.PhysicalMedia.MediaPool, app, daily, again;
  char name[64];
  DWORD size = sizeof name;

  expect(CreateNtmsMediaPoolA(session, "App", NULL, NTMS_CREATE_NEW, NULL, &app), ERROR_SUCCESS, "App");
  expect(CreateNtmsMediaPoolA(session, "App\\Daily", &type, NTMS_CREATE_NEW, NULL, &daily), ERROR_SUCCESS, "App\\Daily");
  expect(CreateNtmsMediaPoolA(session, "app\\DAILY", NULL, NTMS_OPEN_ALWAYS, NULL, &again), ERROR_SUCCESS, "opened in other letters");
  expect(memcmp(&again, &daily, sizeof again) != 0, 0, "it is the same pool");
  expect(CreateNtmsMediaPoolA(session, "app", NULL, NTMS_CREATE_NEW, NULL, &again), ERROR_ALREADY_EXISTS, "again");
  expect(CreateNtmsMediaPoolA(session, "Nobody\\Daily", NULL, NTMS_CREATE_NEW, NULL, &again), ERROR_OBJECT_NOT_FOUND, "without its parent");
  expect(CreateNtmsMediaPoolA(session, "App\\Daily\\x", NULL, NTMS_CREATE_NEW, NULL, &again), ERROR_INVALID_MEDIA_POOL, "in a pool for media");
  expect(CreateNtmsMediaPoolA(session, "a\\\\b", NULL, NTMS_CREATE_NEW, NULL, &again), ERROR_INVALID_NAME, "an empty level");
  expect(CreateNtmsMediaPoolA(session, "Other", &id, NTMS_CREATE_NEW, NULL, &again), ERROR_INVALID_MEDIA, "a media type that is none");
  expect(GetNtmsMediaPoolNameA(session, &daily, name, &size), ERROR_SUCCESS, "its name");
  expect(strcmp(name, "App\\Daily") != 0, 0, name);

  pool = read_object(session, daily, NTMS_MEDIA_POOL);
  strcpy(pool.szName, "Nightly");
  strcpy(pool.szDescription, "what nobody may lose");
  pool.Info.MediaPool.AllocationPolicy = NTMS_ALLOCATE_FROMSCRATCH;
  pool.Info.MediaPool.dwMaxAllocates = 9;
  expect(SetNtmsObjectInformationA(session, &daily, &pool), ERROR_SUCCESS, "SetNtmsObjectInformation");
  pool.Info.MediaPool.AllocationPolicy = 8;
  expect(SetNtmsObjectInformationA(session, &daily, &pool), ERROR_INVALID_PARAMETER, "a policy that there is not");

  expect(MoveToNtmsMediaPool(session, &id, &daily), ERROR_SUCCESS, "MoveToNtmsMediaPool");
  expect(MoveToNtmsMediaPool(session, &id, &app), ERROR_INVALID_MEDIA_POOL, "into a pool for pools");
  expect(DeleteNtmsMediaPool(session, &daily), ERROR_NOT_EMPTY, "a pool that holds a medium");
  expect(DeleteNtmsMediaPool(session, &app), ERROR_NOT_EMPTY, "a pool that holds a pool");
  expect(DeleteNtmsMediaPool(session, &home), ERROR_INVALID_MEDIA_POOL, "a system pool");
  expect(SetNtmsObjectAttributeA(session, &id, NTMS_PHYSICAL_MEDIA, "Owner", "me", 2), ERROR_SUCCESS, "SetNtmsObjectAttribute");
  expect(SetNtmsObjectAttributeA(session, &id, NTMS_DRIVE, "Owner", "me", 2), ERROR_OBJECT_NOT_FOUND, "of another type");
}

static void after(HANDLE session) {
  NTMS_GUID app, nightly, home, id, root[2];
  NTMS_OBJECTINFORMATIONA pool, medium;
  char path[80] = "Import\\", owner[8];
  DWORD size = sizeof owner;
  expect(CreateNtmsMediaPoolA(session, "App", NULL, NTMS_OPEN_EXISTING, NULL, &app), ERROR_SUCCESS, "App is still there");
  expect(CreateNtmsMediaPoolA(session, "\\App\\Nightly", NULL, NTMS_OPEN_EXISTING, NULL, &nightly), ERROR_SUCCESS, "App\\Nightly is still there");
  pool = read_object(session, nightly, NTMS_MEDIA_POOL);
  expect(pool.Info.MediaPool.AllocationPolicy, NTMS_ALLOCATE_FROMSCRATCH, "its policy");
  expect(pool.Info.MediaPool.dwMaxAllocates, 9, "its limit");
  expect(pool.Info.MediaPool.dwNumberOfPhysicalMedia, 1, "its media");
  expect(strcmp(pool.szDescription, "what nobody may lose") != 0, 0, pool.szDescription);
  id = first(session, &nightly, NTMS_PHYSICAL_MEDIA);
  expect(GetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Owner", owner, &size), ERROR_SUCCESS, "its attribute");
  expect(size == 2 && memcmp(owner, "me", 2) == 0, 1, "its attribute's bytes");
  expect(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Owner", NULL, 0), ERROR_SUCCESS, "deleted");
  expect(GetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Owner", owner, &size), ERROR_OBJECT_NOT_FOUND, "it is gone");
  medium = read_object(session, id, NTMS_PHYSICAL_MEDIA);
  strcat(path, read_object(session, medium.Info.PhysicalMedia.MediaType, NTMS_MEDIA_TYPE).szName);
  expect(CreateNtmsMediaPoolA(session, path, NULL, NTMS_OPEN_EXISTING, NULL, &home), ERROR_SUCCESS, path);
  expect(MoveToNtmsMediaPool(session, &id, &home), ERROR_SUCCESS, "back");
  expect(DeleteNtmsMediaPool(session, &nightly), ERROR_SUCCESS, "DeleteNtmsMediaPool");
  expect(DeleteNtmsMediaPool(session, &app), ERROR_SUCCESS, "DeleteNtmsMediaPool");
  size = 2;
  expect(EnumerateNtmsObject(session, NULL, root, &size, NTMS_MEDIA_POOL, NTMS_ENUM_ROOTPOOL), ERROR_INSUFFICIENT_BUFFER, "the root and three containers");
  expect(size, 4, "the root and three containers");
  expect(DeleteNtmsMediaPool(session, &root[0]), ERROR_INVALID_MEDIA_POOL, "the root");
}

int main(int argc, char **argv) {
  HANDLE const session = OpenNtmsSessionA(NULL, "ntms_catalog", 0);
  if (session == INVALID_HANDLE_VALUE || argc != 2) {
    printf("no session: %u\n", (unsigned)GetLastError());
    return 2;
  }
  if (strcmp(argv[1], "before") == 0)
    before(session);
  else
    after(session);
  expect(CloseNtmsSession(session), ERROR_SUCCESS, "CloseNtmsSession");
  return wrong;
}
