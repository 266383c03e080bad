/* volumectl.h: the volume calls of Windows, for OpenRSM on Linux.
 *
 * What for: programs that flush, lock, dismount, take offline, eject, read and write volumes through CreateFile and DeviceIoControl, in C or
 * C++, with the names, values and layouts of 64-bit Windows. Link with libvolumectl (pkg-config volumectl). May be used with ntmsapi.h.
 * Errors: a function that fails returns FALSE, NULL, INVALID_HANDLE_VALUE or WAIT_FAILED, and GetLastError has the number; the sentence for
 * people (which object, who holds it, what to do) comes from VctlGetLastErrorText. Where nothing fails the last error is left alone, but
 * for CreateFile and CreateEvent. Everything, and the differences from Windows: docs/volumectl.md.
 * Units: bytes and milliseconds; narrow strings are UTF-8. Every operation has a time limit (VctlSetTimeLimit); INFINITE waits end with it.
 * Thread rule: every function from any thread, many at once on one handle. Handles mean nothing in another process, children made by fork()
 * included. What an operation under way points to must stay until it has completed; CloseHandle completes everything.
 */
#ifndef OPENRSM_VOLUMECTL_H
#define OPENRSM_VOLUMECTL_H

#include "ntms_errors.h"
#include "ntms_types.h"
#include "volumectl_constants.h"
#include "volumectl_structures.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- last error ---- */

/* Of the calling thread. */
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD dwErrCode);
/* The sentence that belongs to the last error of this thread, in UTF-8; a general one where another library or the program set the number.
 * Returns its length without the terminator; what fits is in lpText, always with a terminator. NULL with a size of 0 asks for the length. */
DWORD WINAPI VctlGetLastErrorText(LPSTR lpText, DWORD nSize);

/* ---- handles ---- */

/* lpFileName: \\.\X:, \\.\CdRom0, \\?\Volume{...} as in /etc/openrsm/volumes.toml, or the path of a device. dwDesiredAccess: GENERIC_READ,
 * GENERIC_WRITE, GENERIC_ALL, or 0 for a handle that only asks. dwCreationDisposition: OPEN_EXISTING (OPEN_ALWAYS is the same).
 * dwShareMode is checked and has no effect; lpSecurityAttributes and hTemplateFile are ignored.
 * ERROR_FILE_NOT_FOUND; ERROR_INVALID_NAME no text, or no volume; ERROR_ACCESS_DENIED rights, or another handle has locked the volume;
 * ERROR_NOT_READY needs service; ERROR_BUSY, ERROR_TOO_MANY_OPEN_FILES too many handles; ERROR_DEVICE_NOT_AVAILABLE no handler program. */
HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                          DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                          DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
#define CreateFile NTMS_AW(CreateFile)

/* Of a volume or an event. Operations under way complete with ERROR_OPERATION_ABORTED before it returns; the lock and the counted
 * preventions of the handle end; an offline volume stays offline. A second time: ERROR_INVALID_HANDLE. */
BOOL WINAPI CloseHandle(HANDLE hObject);

/* ---- operations ---- */

/* The control codes of volumectl_constants.h. A handle without FILE_FLAG_OVERLAPPED: returns when it is done; without lpOverlapped,
 * lpBytesReturned must not be NULL. With it: needs lpOverlapped; FALSE with ERROR_IO_PENDING means under way. ERROR_INVALID_FUNCTION unknown
 * code; ERROR_BAD_LENGTH input too small; ERROR_INSUFFICIENT_BUFFER output too small; ERROR_TIMEOUT the limit is over, and the volume needs
 * service; and what docs/volumectl.md says for each code. */
BOOL WINAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize, LPVOID lpOutBuffer,
                            DWORD nOutBufferSize, LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped);

/* Needs write access. Returns when everything that was cached is on the medium, on every kind of handle. */
BOOL WINAPI FlushFileBuffers(HANDLE hFile);

/* At the handle's position, or at the offset in lpOverlapped. At the end of the volume: TRUE with 0 bytes, or ERROR_HANDLE_EOF where there
 * is an lpOverlapped. With FILE_FLAG_NO_BUFFERING offset and length are multiples of VCTL_SECTOR_BYTES. A mounted volume that this handle has
 * not locked is not written: ERROR_ACCESS_DENIED. A write that fails may have written a part: with lpOverlapped, InternalHigh says how much. */
BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped);
BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPDWORD lpNumberOfBytesWritten,
                      LPOVERLAPPED lpOverlapped);
/* lpNewFilePointer may be NULL. ERROR_NEGATIVE_SEEK. */
BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove, PLARGE_INTEGER lpNewFilePointer, DWORD dwMoveMethod);

/* ---- operations under way ---- */

/* ERROR_IO_INCOMPLETE: not done yet (without bWait). Otherwise TRUE, or the error of the operation. */
BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
/* dwMilliseconds 0 does not wait; WAIT_TIMEOUT: the time is over, the operation goes on. There are no alertable waits. */
BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds,
                                  BOOL bAlertable);
/* What this thread started on the handle. TRUE also where there is nothing. */
BOOL WINAPI CancelIo(HANDLE hFile);
/* The operation of lpOverlapped, or with NULL everything under way on the handle, by whatever thread. TRUE: asked for; it completes with
 * ERROR_OPERATION_ABORTED, or as usual where it was too late. ERROR_NOT_FOUND: there is nothing to cancel. */
BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);

/* ---- events and waits ---- */

/* lpName must be NULL: ERROR_NOT_SUPPORTED. NULL when it fails. */
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, LPCSTR lpName);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, LPCWSTR lpName);
#define CreateEvent NTMS_AW(CreateEvent)
BOOL WINAPI SetEvent(HANDLE hEvent);
BOOL WINAPI ResetEvent(HANDLE hEvent);
/* Events, and volumes (signalled when an operation without hEvent completes). INFINITE ends after 24 hours with WAIT_TIMEOUT. */
DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);
/* 1 to MAXIMUM_WAIT_OBJECTS handles. */
DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds);

/* ---- what Windows does not have ---- */

/* The limit of operations that start on this handle from here on: a control code, VCTL_READ, VCTL_WRITE (each transfer of at most 1 MiB) or
 * VCTL_FLUSH; 1 ms to 24 hours, 0 for the usual one. ERROR_INVALID_FUNCTION unknown code; ERROR_INVALID_PARAMETER INFINITE. */
BOOL WINAPI VctlSetTimeLimit(HANDLE hFile, DWORD dwCode, DWORD dwMilliseconds);

/* Listens to the volume of hVolume, also after hVolume is closed. pRoutine runs on a thread of its own, one notice after another; a lock that
 * is announced with VOLUME_NOTICE_LOCK waits for its return (10 s at most) and succeeds when the handles of this program are closed by then.
 * It may call every function. NULL when it fails, errors as for CreateFile. */
HANDLE WINAPI VctlRegisterVolumeNotification(HANDLE hVolume, PVCTL_NOTICE_ROUTINE pRoutine, LPVOID lpContext);
/* When it has returned, pRoutine does not run and will not (unless it is called from there). */
BOOL WINAPI VctlUnregisterVolumeNotification(HANDLE hNotification);

/* What became of the volume at the last FSCTL_DISMOUNT_VOLUME of this handle. The caller sets dwSize. ERROR_NOT_FOUND: there was none. */
BOOL WINAPI VctlDismountReport(HANDLE hFile, PVCTL_DISMOUNT_REPORT lpReport);

#ifdef __cplusplus
}
#endif

#endif
