/* ntmsapi.h: the interface of Windows' Removable Storage Manager, for OpenRSM on Linux.
 *
 * What for: backup programs enumerate libraries and media, mount and dismount them, in C or C++, with the names, values and
 * layouts of Windows. Link with libntmsapi (pkg-config ntmsapi). Structures and constants are complete; functions are those declared here.
 * Errors: OpenNtmsSession reports through GetLastError; every other function returns the number and leaves the last error alone.
 * Common to all that take a session: ERROR_INVALID_HANDLE, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_READY, ERROR_INVALID_PARAMETER,
 * ERROR_NOT_CONNECTED, ERROR_DATABASE_FAILURE, ERROR_DATABASE_FULL, ERROR_ACCESS_DENIED. All of them: docs/ntmsapi.md.
 * Units: times in milliseconds unless said otherwise, INFINITE: no limit; SYSTEMTIME is UTC; narrow strings are UTF-8.
 * Thread rule: every function from any thread, many at once on one session. Handles mean nothing in another process, children
 * made by fork() included. Where a function fails, what its pointers point to is unchanged unless it is said here.
 */
#ifndef OPENRSM_NTMSAPI_H
#define OPENRSM_NTMSAPI_H

#include "ntms_constants.h"
#include "ntms_errors.h"
#include "ntms_structures.h"
#include "ntms_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- last error, memory ---- */

/* Of the calling thread; set by OpenNtmsSession when it fails. */
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD dwErrCode);
/* Frees what GetVolumesFromDrive gave; NULL is allowed. Returns NULL. */
HLOCAL WINAPI LocalFree(HLOCAL hMem);

/* ---- sessions ---- */

/* lpServer: NULL, "" or a name of this computer. lpApplication: at most 63 characters, NULL = "RSM". dwOptions: 0 or
 * NTMS_SESSION_QUERYEXPEDITE, which does nothing. INVALID_HANDLE_VALUE with the last error: ERROR_INVALID_COMPUTERNAME,
 * ERROR_INVALID_PARAMETER, ERROR_NO_NETWORK another computer, ERROR_NOT_READY or ERROR_BUSY try again later, ERROR_NOT_CONNECTED,
 * RPC_S_NO_INTERFACES another version of the service, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY. */
HANDLE WINAPI OpenNtmsSessionA(LPCSTR lpServer, LPCSTR lpApplication, DWORD dwOptions);
HANDLE WINAPI OpenNtmsSessionW(LPCWSTR lpServer, LPCWSTR lpApplication, DWORD dwOptions);
#define OpenNtmsSession NTMS_AW(OpenNtmsSession)

/* Calls of other threads that wait on the session return ERROR_CANCELLED. A second time: ERROR_INVALID_HANDLE.
 * ERROR_CONNECTION_UNAVAIL: the connection was gone already; the handle is freed all the same. */
DWORD WINAPI CloseNtmsSession(HANDLE hSession);

/* ---- objects ---- */

/* lpContainerId NULL: the whole system. *lpdwListSize in: room in GUIDs; out: number given or, with ERROR_INSUFFICIENT_BUFFER,
 * number needed, and what fits is in lpList. lpList may be NULL with a size of 0. dwOptions: NTMS_ENUM_DEFAULT or
 * NTMS_ENUM_ROOTPOOL (type NTMS_MEDIA_POOL, no container). ERROR_OBJECT_NOT_FOUND: no such container. */
DWORD WINAPI EnumerateNtmsObject(HANDLE hSession, const LPNTMS_GUID lpContainerId, LPNTMS_GUID lpList, LPDWORD lpdwListSize,
                                 DWORD dwType, DWORD dwOptions);

/* The caller sets dwSize and dwType. dwType NTMS_UNKNOWN: it is found and filled in; dwSize must be the full size then, else at
 * least the offset of Info and the size of the type's member. ERROR_OBJECT_NOT_FOUND: no such object of that type. */
DWORD WINAPI GetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONA lpInfo);
DWORD WINAPI GetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONW lpInfo);
#define GetNtmsObjectInformation NTMS_AW(GetNtmsObjectInformation)

/* Writes back what was read and changed: szName and szDescription, and of each type what docs/ntmsapi.md lists; everything else is ignored. What is as
 * GetNtmsObjectInformation shows it is not written. ERROR_INVALID_NAME, ERROR_ALREADY_EXISTS, ERROR_INVALID_MEDIA_POOL, ERROR_NOT_EMPTY: pools. */
DWORD WINAPI SetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONA lpInfo);
DWORD WINAPI SetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId, LPNTMS_OBJECTINFORMATIONW lpInfo);
#define SetNtmsObjectInformation NTMS_AW(SetNtmsObjectInformation)

/* Bytes of an application on any object. dwType: NTMS_UNKNOWN or the object's type. Names: 1 to 31 characters, compared exactly. *lpAttributeSize in: room
 * in bytes, less than NTMS_MAXATTR_LENGTH (else ERROR_NO_DATA); out: bytes given or, with ERROR_INSUFFICIENT_BUFFER, needed. ERROR_OBJECT_NOT_FOUND: no
 * such object, or no such attribute. */
DWORD WINAPI GetNtmsObjectAttributeA(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCSTR lpAttributeName, LPVOID lpAttributeData,
                                     LPDWORD lpAttributeSize);
DWORD WINAPI GetNtmsObjectAttributeW(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCWSTR lpAttributeName, LPVOID lpAttributeData,
                                     LPDWORD lpAttributeSize);
#define GetNtmsObjectAttribute NTMS_AW(GetNtmsObjectAttribute)
/* A size of 0 deletes the attribute. ERROR_INVALID_NAME: empty or too long; ERROR_NO_DATA: NTMS_MAXATTR_LENGTH bytes or more. */
DWORD WINAPI SetNtmsObjectAttributeA(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCSTR lpAttributeName, LPVOID lpAttributeData,
                                     DWORD dwAttributeSize);
DWORD WINAPI SetNtmsObjectAttributeW(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCWSTR lpAttributeName, LPVOID lpAttributeData,
                                     DWORD dwAttributeSize);
#define SetNtmsObjectAttribute NTMS_AW(SetNtmsObjectAttribute)

/* Who may do what: self-relative security descriptors, with the rights NTMS_USE_ACCESS, NTMS_MODIFY_ACCESS and NTMS_CONTROL_ACCESS. Pools, libraries
 * and the computer (NTMS_COMPUTER, any id) have their own; other objects show that of what decides for them, and setting it is
 * ERROR_NO_SECURITY_ON_OBJECT. Users and groups are S-1-22-1-uid and S-1-22-2-gid. *lpnLengthNeeded: bytes given, or (ERROR_INSUFFICIENT_BUFFER)
 * needed; lpSecurityDescriptor may be NULL with a length of 0. ERROR_OBJECT_NOT_FOUND also for a dwType that the object is not of. */
DWORD WINAPI GetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, SECURITY_INFORMATION RequestedInformation,
                                   PSECURITY_DESCRIPTOR lpSecurityDescriptor, DWORD nLength, LPDWORD lpnLengthNeeded);
/* Only the parts of SecurityInformation. ERROR_INVALID_PARAMETER: no such descriptor; ERROR_ACCESS_DENIED. */
DWORD WINAPI SetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, SECURITY_INFORMATION SecurityInformation,
                                   PSECURITY_DESCRIPTOR lpSecurityDescriptor);

/* dwType: NTMS_DRIVE, NTMS_LIBRARY, NTMS_PHYSICAL_MEDIA. Returns when queued. ERROR_INVALID_STATE: it is so already; ERROR_LIBRARY_OFFLINE: the offline
 * library. */
DWORD WINAPI EnableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId);
DWORD WINAPI DisableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId);

/* ---- media pools and media types ---- */

/* lpPoolName: the full name, levels joined by backslashes; the levels above are there. lpMediaType: NULL or zero for a pool for pools. dwAction:
 * NTMS_OPEN_EXISTING, NTMS_CREATE_NEW, NTMS_OPEN_ALWAYS. lpSecurityAttributes: NULL, or who may do what with a new
 * pool: a self-relative descriptor; without one whoever makes it, and administrators. ERROR_INVALID_NAME; ERROR_ALREADY_EXISTS; ERROR_OBJECT_NOT_FOUND the pool, or the one above it; ERROR_INVALID_MEDIA the media type;
 * ERROR_INVALID_MEDIA_POOL the one above is a pool for media, or the system's own. */
DWORD WINAPI CreateNtmsMediaPoolA(HANDLE hSession, LPCSTR lpPoolName, LPNTMS_GUID lpMediaType, DWORD dwAction,
                                  LPSECURITY_ATTRIBUTES lpSecurityAttributes, LPNTMS_GUID lpPoolId);
DWORD WINAPI CreateNtmsMediaPoolW(HANDLE hSession, LPCWSTR lpPoolName, LPNTMS_GUID lpMediaType, DWORD dwAction,
                                  LPSECURITY_ATTRIBUTES lpSecurityAttributes, LPNTMS_GUID lpPoolId);
#define CreateNtmsMediaPool NTMS_AW(CreateNtmsMediaPool)
/* The full name. *lpdwBufSize in: room in characters; out: characters with the terminator, given or (ERROR_INSUFFICIENT_BUFFER) needed. lpNameBuf may be
 * NULL with a size of 0. ERROR_INVALID_MEDIA_POOL: no such pool. */
DWORD WINAPI GetNtmsMediaPoolNameA(HANDLE hSession, LPNTMS_GUID lpPoolId, LPSTR lpNameBuf, LPDWORD lpdwBufSize);
DWORD WINAPI GetNtmsMediaPoolNameW(HANDLE hSession, LPNTMS_GUID lpPoolId, LPWSTR lpNameBuf, LPDWORD lpdwBufSize);
#define GetNtmsMediaPoolName NTMS_AW(GetNtmsMediaPoolName)
/* ERROR_INVALID_MEDIA_POOL: unknown, the system's own, or the root; ERROR_NOT_EMPTY. */
DWORD WINAPI DeleteNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpPoolId);
/* The whole medium goes, with all its sides. ERROR_INVALID_MEDIA; ERROR_INVALID_MEDIA_POOL no such pool for media, or no move into it;
 * ERROR_MEDIA_INCOMPATIBLE another media type; ERROR_BUSY in use. Into a free pool: the label of a free
 * medium is written over what is on it. */
DWORD WINAPI MoveToNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId);
/* The same, and the medium gets the media type of the pool. ERROR_MEDIA_INCOMPATIBLE: another number of sides. */
DWORD WINAPI ChangeNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId);
/* The library takes this type of media from now on, or no more. ERROR_INVALID_MEDIA the type; ERROR_INVALID_LIBRARY; ERROR_LIBRARY_OFFLINE adding to the
 * offline library; ERROR_NOT_EMPTY media of this type are in the library. */
DWORD WINAPI AddNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaTypeId, LPNTMS_GUID lpLibId);
DWORD WINAPI DeleteNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaTypeId, LPNTMS_GUID lpLibId);

/* ---- media ---- */

/* lpMediaId[dwCount]: logical media or sides, at most 64, all of one library; all are mounted or none. lpDriveId[dwCount]: where
 * they are, when the call returns 0 (unless NTMS_MOUNT_NOWAIT); with NTMS_MOUNT_SPECIFIC_DRIVE also where they have to go.
 * dwPriority: -15 to 15. dwTimeout: how long it may wait for media, drives and people; a mount that has begun is carried through.
 * lpMountInformation is ignored. The call waits through a restart of the service. */
DWORD WINAPI MountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpDriveId, DWORD dwCount, DWORD dwOptions,
                            int dwPriority, DWORD dwTimeout, LPNTMS_MOUNT_INFORMATION lpMountInformation);

/* dwOptions: NTMS_DISMOUNT_DEFERRED, NTMS_DISMOUNT_IMMEDIATE, 0 = immediate. Returns when queued: the medium is out of use when its
 * MediaState is NTMS_MEDIASTATE_IDLE. */
DWORD WINAPI DismountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwCount, DWORD dwOptions);

/* lpPartition: NULL or the side to take. *lpMediaId out: the logical medium; in with NTMS_ALLOCATE_NEXT: one that the caller has of the
 * cartridge. dwOptions: NTMS_ALLOCATE_NEW or NTMS_ALLOCATE_NEXT, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE. dwTimeout: how long it may wait for media, 0:
 * not at all. lpAllocateInformation may be NULL; its dwSize is the structure's. When it fails *lpMediaId is zero, with
 * NTMS_ALLOCATE_NEXT as it was. The call waits through a restart of the service; its time limit begins anew then. */
DWORD WINAPI AllocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaPool, LPNTMS_GUID lpPartition, LPNTMS_GUID lpMediaId, DWORD dwOptions,
                               DWORD dwTimeout, LPNTMS_ALLOCATION_INFORMATION lpAllocateInformation);

/* The logical medium ends; its side may be allocated again, or is out of service when its pool allows no more. dwOptions is ignored.
 * ERROR_BUSY: mounted or in use. With its last side a cartridge goes to the free pool, where its pool gives media back. */
DWORD WINAPI DeallocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwOptions);

/* Two logical media of a pool exchange their sides. ERROR_INVALID_MEDIA: unknown, or one is in use. */
DWORD WINAPI SwapNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId1, LPNTMS_GUID lpMediaId2);

/* The program has written a label of its own on this logical medium. labelType NTMS_OMID_TYPE_RAW_LABEL: the first bytes of the tape;
 * NTMS_OMID_TYPE_FILESYSTEM_INFO: an NTMS_FILESYSTEM_INFO. ERROR_INVALID_MEDIA: unknown. ERROR_BAD_FORMAT: nobody understands these bytes. */
DWORD WINAPI UpdateNtmsOmidInfo(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD labelType, DWORD numberOfBytes, LPVOID lpBuffer);

/* lpMediaId is a side: never allocated again. ERROR_INVALID_STATE: it is not available. */
DWORD WINAPI DecommissionNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId);

/* The side of this logical medium is never written again. ERROR_INVALID_STATE: not allocated, or mounted or in use. */
DWORD WINAPI SetNtmsMediaComplete(HANDLE hSession, LPNTMS_GUID lpMediaId);

/* The record of a physical medium that is offline and of which nobody has a side. ERROR_INVALID_STATE otherwise. */
DWORD WINAPI DeleteNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId);

/* Makes an offline medium from lpMedia (NTMS_PHYSICAL_MEDIA) and its sides from lpList (NTMS_PARTITION, one for each of dwNumberOfPartitions),
 * and fills both in. dwOptions: 0 or NTMS_ERROR_ON_DUPLICATE. ERROR_ALREADY_EXISTS: an id that is given is in use. */
DWORD WINAPI CreateNtmsMediaA(HANDLE hSession, LPNTMS_OBJECTINFORMATIONA lpMedia, LPNTMS_OBJECTINFORMATIONA lpList, DWORD dwOptions);
DWORD WINAPI CreateNtmsMediaW(HANDLE hSession, LPNTMS_OBJECTINFORMATIONW lpMedia, LPNTMS_OBJECTINFORMATIONW lpList, DWORD dwOptions);
#define CreateNtmsMedia NTMS_AW(CreateNtmsMedia)

/* ---- library control ---- */

/* Puts away what is in the drive, if nobody uses it. Returns when queued. */
DWORD WINAPI DismountNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId);

/* Unlocks the door; dwAction is the inventory after it was closed: NTMS_INVENTORY_NONE, _FAST, _OMID, _DEFAULT. Returns when queued.
 * ERROR_RESOURCE_NOT_PRESENT: no door. */
DWORD WINAPI AccessNtmsLibraryDoor(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction);

/* Cleans a drive with the cleaning cartridge of its library, when it is idle. Returns when queued; without a cartridge that has a use left
 * an operator is asked for one, and the request waits. */
DWORD WINAPI CleanNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId);

/* The slot that the cleaning cartridge has to itself. Return when queued. ERROR_CLEANER_SLOT_SET, ERROR_RESOURCE_NOT_AVAILABLE: there is one,
 * the slot is full; ERROR_CLEANER_SLOT_NOT_SET, ERROR_CLEANER_CARTRIDGE_INSTALLED: there is none, it is full. */
DWORD WINAPI ReserveNtmsCleanerSlot(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpSlot);
DWORD WINAPI ReleaseNtmsCleanerSlot(HANDLE hSession, LPNTMS_GUID lpLibrary);

/* dwAction: NTMS_INJECT_START takes the cleaning cartridge in through the port, or by the door of a library without one, and gives the
 * operation's id; _STOP ends one that still waits. dwNumberOfCleansLeft: 0xFFFFFFFF: nobody counts. */
DWORD WINAPI InjectNtmsCleaner(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpInjectOperation, DWORD dwNumberOfCleansLeft, DWORD dwAction);
DWORD WINAPI EjectNtmsCleaner(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpEjectOperation, DWORD dwAction);

/* dwAction: NTMS_INVENTORY_FAST, _OMID, _DEFAULT, _STOP. Returns when queued. */
DWORD WINAPI InventoryNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction);

/* Mounts what lies in the slot and reads its labels, and waits until that is done; the medium goes home afterwards. An empty slot is success.
 * dwOption: 0, NTMS_DISMOUNT_DEFERRED or NTMS_DISMOUNT_IMMEDIATE. ERROR_OBJECT_NOT_FOUND: no such slot; ERROR_RESOURCE_DISABLED. */
DWORD WINAPI IdentifyNtmsSlot(HANDLE hSession, LPNTMS_GUID lpSlotId, DWORD dwOption);

/* dwAction: NTMS_EJECT_START and _FORCE (also a medium that is in use) move the medium to the port and give the operation's id; _STOP
 * ends one that has not left yet; _QUEUE collects media, which START without a medium (NULL or zero) begins together. What is collected
 * belongs to the session. Returns when queued. ERROR_BUSY: in use, or more than the library has ports; ERROR_INVALID_MEDIA;
 * ERROR_LIBRARY_OFFLINE; ERROR_RESOURCE_NOT_PRESENT no port; ERROR_INVALID_OPERATION nothing to start or to stop; ERROR_MEDIA_NOT_AVAILABLE
 * disabled; ERROR_DEVICE_NOT_AVAILABLE the library is disabled or away. */
DWORD WINAPI EjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpEjectOperation, DWORD dwAction);

/* dwAction: NTMS_INJECT_START takes a cartridge in through the port and gives the operation's id; _STOP ends one that still waits for a
 * cartridge. _STARTMANY takes one after the other until _STOP, or until its session ends; _RETRACT says that one has been put in.
 * ERROR_LIBRARY_FULL: no slot is free; ERROR_INVALID_OPERATION: nothing to stop, or to retract. */
DWORD WINAPI InjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpLibraryId, LPNTMS_GUID lpInjectOperation, DWORD dwAction);

/* pszDriveName: szDeviceName or szName of a drive, or its GUID as text. The volume in it and where that is mounted, each to be freed
 * with LocalFree, each NULL where there is none and when the call fails. Needs no session. ERROR_INVALID_DRIVE: no such drive;
 * ERROR_NOT_READY: no medium in it, or no service. */
DWORD WINAPI GetVolumesFromDriveA(LPSTR pszDriveName, LPSTR *VolumeNameBufferPtr, LPSTR *DriveLetterBufferPtr);
DWORD WINAPI GetVolumesFromDriveW(LPWSTR pszDriveName, LPWSTR *VolumeNameBufferPtr, LPWSTR *DriveLetterBufferPtr);
#define GetVolumesFromDrive NTMS_AW(GetVolumesFromDrive)

/* Delete the records of a drive or a library that is NOT_PRESENT: ERROR_INVALID_STATE where it is there. What was in it is offline then, and
 * unfinished requests for it are cancelled. The drive of a stand-alone library takes its library along. ERROR_INVALID_DRIVE, ERROR_INVALID_LIBRARY:
 * there is none, or it is the offline library. A device that comes back is a new one. */
DWORD WINAPI DeleteNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId);
DWORD WINAPI DeleteNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId);

/* Lets the medium out of a stand-alone drive, in a session of its own. lpDeviceName: szDeviceName or szName of the drive, or another path of its
 * device. dwOptions: NTMS_EJECT_START and _QUEUE return when it is queued, _FORCE as well, also where the medium is in use; _STOP ends what has been
 * queued; _IMMEDIATE waits for the end; _ASK_USER, too, and when that fails a person is asked (lpTitle, lpMessage): no is ERROR_CANCELLED, done is force.
 * hWnd is not used. ERROR_RESOURCE_NOT_PRESENT: no such drive, or one of a library with a robot; ERROR_MEDIA_NOT_AVAILABLE: nothing in it;
 * ERROR_DEVICE_NOT_AVAILABLE: disabled or away; ERROR_BUSY: in use; ERROR_INVALID_OPERATION: nothing to stop; and those of OpenNtmsSession. */
DWORD WINAPI EjectDiskFromSADriveA(LPCSTR lpComputerName, LPCSTR lpAppName, LPCSTR lpDeviceName, HWND hWnd, LPCSTR lpTitle, LPCSTR lpMessage, DWORD dwOptions);
DWORD WINAPI EjectDiskFromSADriveW(LPCWSTR lpComputerName, LPCWSTR lpAppName, LPCWSTR lpDeviceName, HWND hWnd, LPCWSTR lpTitle, LPCWSTR lpMessage, DWORD dwOptions);
#define EjectDiskFromSADrive NTMS_AW(EjectDiskFromSADrive)

/* ---- where messages go ---- */

/* lpObjectId: the computer, a library, or NULL: what this session asks for. dwType: NTMS_UITYPE_INFO, _REQ, _ERR (of a session not). Get: all names,
 * each terminated, with an empty one behind them; *lpdwBufSize in characters, in and out (ERROR_INSUFFICIENT_BUFFER). Set: dwOperation
 * NTMS_UIDEST_ADD, _DELETE, _DELETEALL; lpszDestination NULL or "" is this computer. ERROR_ALREADY_EXISTS, ERROR_OBJECT_NOT_FOUND. */
DWORD WINAPI GetNtmsUIOptionsA(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, LPSTR lpszDestination, LPDWORD lpdwBufSize);
DWORD WINAPI GetNtmsUIOptionsW(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, LPWSTR lpszDestination, LPDWORD lpdwBufSize);
#define GetNtmsUIOptions NTMS_AW(GetNtmsUIOptions)
DWORD WINAPI SetNtmsUIOptionsA(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, DWORD dwOperation, LPCSTR lpszDestination);
DWORD WINAPI SetNtmsUIOptionsW(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, DWORD dwOperation, LPCWSTR lpszDestination);
#define SetNtmsUIOptions NTMS_AW(SetNtmsUIOptions)

/* ---- requests ---- */

/* Whoever waits for the request gets ERROR_CANCELLED. ERROR_ACCESS_DENIED: not allowed, or too late to stop it;
 * ERROR_OBJECT_NOT_FOUND: finished or unknown. */
DWORD WINAPI CancelNtmsLibraryRequest(HANDLE hSession, LPNTMS_GUID lpRequestId);

/* Forgets library requests (NTMS_LIBREQUEST) or operator requests (NTMS_OPREQUEST) that have ended; the others, and ids of none, are
 * passed over. */
DWORD WINAPI DeleteNtmsRequests(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwType, DWORD dwCount);

/* Where a waiting mount stands in the queue of its library, from 1; 0: it has no place, since it is no mount or waits no longer. Set: 1 is
 * next, INFINITE last; others make room; a request without a place is not changed. ERROR_OBJECT_NOT_FOUND: there is none. */
DWORD WINAPI GetNtmsRequestOrder(HANDLE hSession, LPNTMS_GUID lpRequestId, LPDWORD lpdwOrderNumber);
DWORD WINAPI SetNtmsRequestOrder(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwOrderNumber);

/* ---- the database ---- */

/* A consistent copy into the folder Export beside the database; the one before is replaced. Import: at its next start the service goes on
 * with that copy; nothing changes before. ERROR_DATABASE_FAILURE: there is none, or none that is sound. For administrators. */
DWORD WINAPI ExportNtmsDatabase(HANDLE hSession);
DWORD WINAPI ImportNtmsDatabase(HANDLE hSession);

/* ---- notifications ---- */

/* What happens from now on to objects of one type, NTMS_CHANGER to NTMS_OPREQUEST. Each handle has its own queue; it ends with its
 * session. INVALID_HANDLE_VALUE with the last error: ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER another type, ERROR_ACCESS_DENIED,
 * ERROR_DATABASE_FAILURE, ERROR_NOT_CONNECTED. */
HANDLE WINAPI OpenNtmsNotification(HANDLE hSession, DWORD dwType);

/* The next event: NTMS_OBJ_UPDATE, NTMS_OBJ_INSERT, NTMS_OBJ_DELETE, NTMS_EVENT_SIGNAL or, of library requests that ended, NTMS_EVENT_COMPLETE. dwTimeout 0 only looks.
 * ERROR_TIMEOUT; ERROR_NO_DATA: events were lost, open a new one and look at everything again; ERROR_CANCELLED: the session was closed
 * meanwhile; ERROR_INVALID_HANDLE: closed, also while it waited. Waits through a restart of the service, without losing or repeating an event. */
DWORD WINAPI WaitForNtmsNotification(HANDLE hNotification, LPNTMS_NOTIFICATIONINFORMATION lpNotificationInformation, DWORD dwTimeout);

/* NULL: ERROR_INVALID_PARAMETER. Whoever waits returns ERROR_INVALID_HANDLE. */
DWORD WINAPI CloseNtmsNotification(HANDLE hNotification);

/* ---- change detection ---- */

/* A medium that is put into a stand-alone drive by hand is seen at once. The service does that all the time: these functions check what they
 * are given. lpRequestId[dwCount], at most 1000: ids of objects of dwType NTMS_LIBRARY, NTMS_MEDIA_TYPE or NTMS_PHYSICAL_MEDIA; DetectHandle
 * NULL: only now. A handle ends with its session. */
DWORD WINAPI BeginNtmsDeviceChangeDetection(HANDLE hSession, LPHANDLE lpDetectHandle);
DWORD WINAPI SetNtmsDeviceChangeDetection(HANDLE hSession, HANDLE DetectHandle, LPNTMS_GUID lpRequestId, DWORD dwType, DWORD dwCount);
DWORD WINAPI EndNtmsDeviceChangeDetection(HANDLE hSession, HANDLE DetectHandle);

/* ---- operator requests ---- */

/* Asks a person. dwRequest: NTMS_OPREQ_NEWMEDIA (pool; library if one is meant), _CLEANER (library or slot), _DEVICESERVICE (door, port,
 * library, drive or medium), _MOVEMEDIA (medium, library), _MESSAGE (no objects). lpMessage: at most 255 characters; NULL or "" is a
 * standard text, but not for _MESSAGE. Returns at once; *lpRequestId is the request's id. ERROR_INVALID_PARAMETER: no such kind, or an
 * argument that is missing or of another type; ERROR_OBJECT_NOT_FOUND; ERROR_MESSAGE_EXCEEDS_MAX_SIZE. */
DWORD WINAPI SubmitNtmsOperatorRequestA(HANDLE hSession, DWORD dwRequest, LPCSTR lpMessage, LPNTMS_GUID lpArg1Id, LPNTMS_GUID lpArg2Id,
                                        LPNTMS_GUID lpRequestId);
DWORD WINAPI SubmitNtmsOperatorRequestW(HANDLE hSession, DWORD dwRequest, LPCWSTR lpMessage, LPNTMS_GUID lpArg1Id, LPNTMS_GUID lpArg2Id,
                                        LPNTMS_GUID lpRequestId);
#define SubmitNtmsOperatorRequest NTMS_AW(SubmitNtmsOperatorRequest)

/* ERROR_SUCCESS: complete; ERROR_CANCELLED: refused, or the session was closed; ERROR_TIMEOUT; 0 only looks. */
DWORD WINAPI WaitForNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwTimeout);

/* The operator's no; ERROR_INVALID_STATE: it has ended already. One's own may be cancelled by everybody. */
DWORD WINAPI CancelNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId);
/* The operator's done; ERROR_OBJECT_NOT_FOUND: it has ended already, or there is none. */
DWORD WINAPI SatisfyNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId);

#ifdef __cplusplus
}
#endif

#endif
