/* The Windows types that ntmsapi.h is written in, for Linux.
 *
 * What for: sources written for Windows compile unchanged. Sizes are those of 64-bit Windows, whatever the compiler calls them:
 * DWORD and BOOL have 32 bits, WCHAR is a 16-bit UTF-16 code unit. WCHAR is wchar_t where that has 16 bits (-fshort-wchar), else char16_t.
 * Narrow strings are UTF-8. UNICODE chooses the W functions and structures and makes TEXT() a wide string.
 * C11 or C++11 and newer. Include ntmsapi.h, not this.
 */
#ifndef OPENRSM_NTMS_TYPES_H
#define OPENRSM_NTMS_TYPES_H

#include <stdint.h>
#ifndef __cplusplus
#include <uchar.h>
#endif

#define WINAPI

typedef uint8_t BYTE;
typedef uint16_t WORD;
typedef uint32_t DWORD;
typedef uint32_t ULONG;
typedef int32_t LONG;
typedef int64_t LONGLONG;
typedef int32_t BOOL;
typedef char CHAR;

#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#ifndef __cplusplus
#include <stddef.h>
#endif
typedef wchar_t WCHAR;
#define NTMS_WIDE_(text) L##text
#else
typedef char16_t WCHAR;
#define NTMS_WIDE_(text) u##text
#endif

typedef void *LPVOID;
typedef void *HANDLE;
typedef HANDLE *LPHANDLE;
typedef HANDLE HLOCAL;
typedef HANDLE HWND;
typedef DWORD *LPDWORD;
typedef CHAR *LPSTR;
typedef const CHAR *LPCSTR;
typedef WCHAR *LPWSTR;
typedef const WCHAR *LPCWSTR;

#ifdef UNICODE
typedef WCHAR TCHAR;
#define NTMS_TEXT_(text) NTMS_WIDE_(text)
#define NTMS_AW(name) name##W
#else
typedef CHAR TCHAR;
#define NTMS_TEXT_(text) text
#define NTMS_AW(name) name##A
#endif
typedef TCHAR *LPTSTR;
typedef const TCHAR *LPCTSTR;
#ifndef TEXT
#define TEXT(text) NTMS_TEXT_(text)
#endif

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)
#define INFINITE 0xFFFFFFFFu

#pragma pack(push, 8)

typedef struct _GUID {
  DWORD Data1;
  WORD Data2;
  WORD Data3;
  BYTE Data4[8];
} GUID;

/* UTC; all zero: never. */
typedef struct _SYSTEMTIME {
  WORD wYear;
  WORD wMonth;
  WORD wDayOfWeek; /* Sunday 0 */
  WORD wDay;
  WORD wHour;
  WORD wMinute;
  WORD wSecond;
  WORD wMilliseconds;
} SYSTEMTIME, *LPSYSTEMTIME;

typedef union _LARGE_INTEGER {
  __extension__ struct {
    DWORD LowPart;
    LONG HighPart;
  };
  struct {
    DWORD LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
} LARGE_INTEGER;

typedef DWORD SECURITY_INFORMATION;
typedef void *PSECURITY_DESCRIPTOR;
#define OWNER_SECURITY_INFORMATION 0x00000001u
#define GROUP_SECURITY_INFORMATION 0x00000002u
#define DACL_SECURITY_INFORMATION 0x00000004u
#define SACL_SECURITY_INFORMATION 0x00000008u

typedef struct _SECURITY_ATTRIBUTES {
  DWORD nLength;
  LPVOID lpSecurityDescriptor;
  BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

#pragma pack(pop)

#endif
