/* Structures of volumectl.h, with the layouts of 64-bit Windows. Include volumectl.h, not this. */
#ifndef OPENRSM_VOLUMECTL_STRUCTURES_H
#define OPENRSM_VOLUMECTL_STRUCTURES_H

#include <stddef.h>
#include <stdint.h>

#include "ntms_types.h"

typedef void *PVOID;
typedef const void *LPCVOID;
typedef uint8_t UCHAR;
typedef BYTE BOOLEAN;
typedef uintptr_t ULONG_PTR;
typedef LARGE_INTEGER *PLARGE_INTEGER;

#pragma pack(push, 8)

/* Internal is STATUS_PENDING while the operation is under way, then 0 or the status of its failure (0xC007 and the error number, or
 * 0xC0000120: cancelled). InternalHigh: bytes. */
typedef struct _OVERLAPPED {
  ULONG_PTR Internal;
  ULONG_PTR InternalHigh;
  __extension__ union {
    __extension__ struct {
      DWORD Offset;
      DWORD OffsetHigh;
    };
    PVOID Pointer;
  };
  HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _PREVENT_MEDIA_REMOVAL {
  BOOLEAN PreventMediaRemoval;
} PREVENT_MEDIA_REMOVAL, *PPREVENT_MEDIA_REMOVAL;

typedef struct _GET_LENGTH_INFORMATION {
  LARGE_INTEGER Length;
} GET_LENGTH_INFORMATION, *PGET_LENGTH_INFORMATION;

/* Of OpenRSM. */
typedef struct _VCTL_DISMOUNT_REPORT {
  DWORD dwSize;       /* set by the caller */
  BOOL bWasMounted;
  BOOL bForced;       /* something was open */
  BOOL bHandlesDead;  /* FALSE: handles from before may live on; the medium must not be used again before they are closed */
  CHAR szNote[512];   /* one sentence, UTF-8 */
} VCTL_DISMOUNT_REPORT, *PVCTL_DISMOUNT_REPORT;

typedef void(WINAPI *PVCTL_NOTICE_ROUTINE)(DWORD dwNotice, LPVOID lpContext);

#pragma pack(pop)

/* Safe to ask at any time: what the operation has written is seen when it is TRUE. */
#define HasOverlappedIoCompleted(lpOverlapped) ((DWORD)__atomic_load_n(&(lpOverlapped)->Internal, __ATOMIC_ACQUIRE) != STATUS_PENDING)

#endif
