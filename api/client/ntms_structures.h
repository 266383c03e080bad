/* The structures of ntmsapi.h, byte for byte those of 64-bit Windows (packing 8).
 * Include ntmsapi.h, not this.
 */
#ifndef OPENRSM_NTMS_STRUCTURES_H
#define OPENRSM_NTMS_STRUCTURES_H

#include "ntms_constants.h"
#include "ntms_types.h"

#pragma pack(push, 8)

typedef GUID NTMS_GUID;
typedef GUID *LPNTMS_GUID;

/* clang-format off */
#define NTMS_NULLGUID {0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0}}
/* clang-format on */
#define NTMS_IS_NULLGUID(id)                                                                                                     \
  (((id).Data1 == 0) && ((id).Data2 == 0) && ((id).Data3 == 0) && ((id).Data4[0] == 0) && ((id).Data4[1] == 0) &&               \
   ((id).Data4[2] == 0) && ((id).Data4[3] == 0) && ((id).Data4[4] == 0) && ((id).Data4[5] == 0) && ((id).Data4[6] == 0) &&       \
   ((id).Data4[7] == 0))

/* ---- structures without strings ---- */

typedef struct _NTMS_LIBRARYINFORMATION {
  DWORD LibraryType; /* NtmsLibraryType */
  NTMS_GUID CleanerSlot;
  NTMS_GUID CleanerSlotDefault;
  BOOL LibrarySupportsDriveCleaning;
  BOOL BarCodeReaderInstalled;
  DWORD InventoryMethod; /* NtmsInventoryMethod */
  DWORD dwCleanerUsesRemaining;
  DWORD FirstDriveNumber;
  DWORD dwNumberOfDrives;
  DWORD FirstSlotNumber;
  DWORD dwNumberOfSlots;
  DWORD FirstDoorNumber;
  DWORD dwNumberOfDoors;
  DWORD FirstPortNumber;
  DWORD dwNumberOfPorts;
  DWORD FirstChangerNumber;
  DWORD dwNumberOfChangers;
  DWORD dwNumberOfMedia;
  DWORD dwNumberOfMediaTypes;
  DWORD dwNumberOfLibRequests;
  GUID Reserved;
  BOOL AutoRecovery;
  DWORD dwFlags; /* NtmsLibraryFlags */
} NTMS_LIBRARYINFORMATION;

typedef struct _NTMS_STORAGESLOTINFORMATION {
  DWORD Number;
  DWORD State; /* NtmsSlotState */
  NTMS_GUID Library;
} NTMS_STORAGESLOTINFORMATION;

typedef struct _NTMS_IEDOORINFORMATION {
  DWORD Number;
  DWORD State; /* NtmsDoorState */
  WORD MaxOpenSecs;
  NTMS_GUID Library;
} NTMS_IEDOORINFORMATION;

typedef struct _NTMS_IEPORTINFORMATION {
  DWORD Number;
  DWORD Content;  /* NtmsPortContent */
  DWORD Position; /* NtmsPortPosition */
  WORD MaxExtendSecs;
  NTMS_GUID Library;
} NTMS_IEPORTINFORMATION;

typedef struct _NTMS_LMIDINFORMATION {
  NTMS_GUID MediaPool;
  DWORD dwNumberOfPartitions;
} NTMS_LMIDINFORMATION;

typedef struct _NTMS_MEDIAPOOLINFORMATION {
  DWORD PoolType; /* NtmsPoolType */
  NTMS_GUID MediaType;
  NTMS_GUID Parent;
  DWORD AllocationPolicy;
  DWORD DeallocationPolicy;
  DWORD dwMaxAllocates;
  DWORD dwNumberOfPhysicalMedia;
  DWORD dwNumberOfLogicalMedia;
  DWORD dwNumberOfMediaPools;
} NTMS_MEDIAPOOLINFORMATION;

typedef struct _NTMS_MEDIATYPEINFORMATION {
  DWORD MediaType;
  DWORD NumberOfSides;
  DWORD ReadWriteCharacteristics; /* NtmsReadWriteCharacteristics */
  DWORD DeviceType;
} NTMS_MEDIATYPEINFORMATION;

typedef struct _NTMS_COMPUTERINFORMATION {
  DWORD dwLibRequestPurgeTime; /* seconds */
  DWORD dwOpRequestPurgeTime;  /* seconds */
  DWORD dwLibRequestFlags;     /* NtmsLibRequestFlags */
  DWORD dwOpRequestFlags;      /* NtmsOpRequestFlags */
  DWORD dwMediaPoolPolicy;     /* NtmsMediaPoolPolicy */
} NTMS_COMPUTERINFORMATION;

typedef struct _NTMS_NOTIFICATIONINFORMATION {
  DWORD dwOperation; /* NtmsNotificationOperations */
  NTMS_GUID ObjectId;
} NTMS_NOTIFICATIONINFORMATION, *LPNTMS_NOTIFICATIONINFORMATION;

typedef struct _NTMS_MOUNT_INFORMATION {
  DWORD dwSize;
  LPVOID lpReserved;
} NTMS_MOUNT_INFORMATION, *LPNTMS_MOUNT_INFORMATION;

typedef struct _NTMS_ALLOCATION_INFORMATION {
  DWORD dwSize;
  LPVOID lpReserved;
  NTMS_GUID AllocatedFrom;
} NTMS_ALLOCATION_INFORMATION, *LPNTMS_ALLOCATION_INFORMATION;

typedef struct _NTMS_ASYNC_IO {
  NTMS_GUID OperationId;
  NTMS_GUID EventId;
  DWORD dwOperationType; /* NtmsAsyncOperations */
  DWORD dwResult;
  DWORD dwAsyncState; /* NtmsAsyncStatus */
  HANDLE hEvent;
  BOOL bOnStateChange;
} NTMS_ASYNC_IO, *LPNTMS_ASYNC_IO;

typedef struct {
  WCHAR FileSystemType[64];
  WCHAR VolumeName[256];
  DWORD SerialNumber;
} NTMS_FILESYSTEM_INFO;

/* ---- structures with strings: A and W ---- */

#define NTMS_CHARACTER CHAR
#define NTMS_SUFFIXED(name) name##A
#include "ntms_structures_aw.h"
#undef NTMS_CHARACTER
#undef NTMS_SUFFIXED

#define NTMS_CHARACTER WCHAR
#define NTMS_SUFFIXED(name) name##W
#include "ntms_structures_aw.h"
#undef NTMS_CHARACTER
#undef NTMS_SUFFIXED

#define NTMS_DRIVEINFORMATION NTMS_AW(NTMS_DRIVEINFORMATION)
#define NTMS_DRIVETYPEINFORMATION NTMS_AW(NTMS_DRIVETYPEINFORMATION)
#define NTMS_CHANGERINFORMATION NTMS_AW(NTMS_CHANGERINFORMATION)
#define NTMS_CHANGERTYPEINFORMATION NTMS_AW(NTMS_CHANGERTYPEINFORMATION)
#define NTMS_PMIDINFORMATION NTMS_AW(NTMS_PMIDINFORMATION)
#define NTMS_PARTITIONINFORMATION NTMS_AW(NTMS_PARTITIONINFORMATION)
#define NTMS_LIBREQUESTINFORMATION NTMS_AW(NTMS_LIBREQUESTINFORMATION)
#define NTMS_OPREQUESTINFORMATION NTMS_AW(NTMS_OPREQUESTINFORMATION)
#define NTMS_OBJECTINFORMATION NTMS_AW(NTMS_OBJECTINFORMATION)
#define LPNTMS_OBJECTINFORMATION NTMS_AW(LPNTMS_OBJECTINFORMATION)

#pragma pack(pop)

#endif
