/* Constants of volumectl.h: control codes, access rights, flags, answers of waits, and error numbers that ntms_errors.h has not.
 * Values: those of winioctl.h, winbase.h, winnt.h and winerror.h. Include volumectl.h, not this.
 */
#ifndef OPENRSM_VOLUMECTL_CONSTANTS_H
#define OPENRSM_VOLUMECTL_CONSTANTS_H

/* ---- control codes ---- */

#define CTL_CODE(DeviceType, Function, Method, Access) (((DWORD)(DeviceType) << 16) | ((DWORD)(Access) << 14) | ((DWORD)(Function) << 2) | (DWORD)(Method))
#define METHOD_BUFFERED 0
#define FILE_ANY_ACCESS 0
#define FILE_READ_ACCESS 1
#define FILE_WRITE_ACCESS 2
#define FILE_DEVICE_DISK 0x00000007u
#define FILE_DEVICE_FILE_SYSTEM 0x00000009u
#define FILE_DEVICE_MASS_STORAGE 0x0000002Du
#define IOCTL_STORAGE_BASE FILE_DEVICE_MASS_STORAGE
#define IOCTL_VOLUME_BASE 0x00000056u

#define FSCTL_LOCK_VOLUME 0x00090018u
#define FSCTL_UNLOCK_VOLUME 0x0009001Cu
#define FSCTL_DISMOUNT_VOLUME 0x00090020u
#define FSCTL_IS_VOLUME_MOUNTED 0x00090028u      /* ERROR_NOT_READY: it is not */
#define IOCTL_VOLUME_ONLINE 0x0056C008u
#define IOCTL_VOLUME_OFFLINE 0x0056C00Cu
#define IOCTL_VOLUME_IS_OFFLINE 0x00560010u      /* ERROR_GEN_FAILURE: it is online */
#define IOCTL_STORAGE_CHECK_VERIFY 0x002D4800u   /* out, optional: DWORD, how often the medium has changed */
#define IOCTL_STORAGE_MEDIA_REMOVAL 0x002D4804u  /* in: PREVENT_MEDIA_REMOVAL */
#define IOCTL_STORAGE_EJECTION_CONTROL 0x002D0940u /* the same, counted for each handle */
#define IOCTL_STORAGE_EJECT_MEDIA 0x002D4808u
#define IOCTL_STORAGE_LOAD_MEDIA 0x002D480Cu
#define IOCTL_DISK_GET_LENGTH_INFO 0x0007405Cu   /* out: GET_LENGTH_INFORMATION */

/* For VctlSetTimeLimit only. */
#define VCTL_READ 0x8F002000u
#define VCTL_WRITE 0x8F002004u
#define VCTL_FLUSH 0x8F002008u

/* ---- CreateFile ---- */

#define GENERIC_READ 0x80000000u
#define GENERIC_WRITE 0x40000000u
#define GENERIC_EXECUTE 0x20000000u
#define GENERIC_ALL 0x10000000u
#define FILE_READ_DATA 0x0001u
#define FILE_WRITE_DATA 0x0002u
#define FILE_READ_ATTRIBUTES 0x0080u
#define SYNCHRONIZE 0x00100000u

#define FILE_SHARE_READ 0x00000001u
#define FILE_SHARE_WRITE 0x00000002u
#define FILE_SHARE_DELETE 0x00000004u

#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5

#define FILE_ATTRIBUTE_NORMAL 0x00000080u
#define FILE_FLAG_WRITE_THROUGH 0x80000000u
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_NO_BUFFERING 0x20000000u
#define FILE_FLAG_RANDOM_ACCESS 0x10000000u
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000u
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000u
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000u
#define FILE_FLAG_POSIX_SEMANTICS 0x01000000u
#define FILE_FLAG_OPEN_REPARSE_POINT 0x00200000u

/* The unit of FILE_FLAG_NO_BUFFERING. */
#define VCTL_SECTOR_BYTES 512u

#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2

/* ---- waits ---- */

#define WAIT_OBJECT_0 0x00000000u
#define WAIT_ABANDONED_0 0x00000080u
#define WAIT_TIMEOUT 258
#define WAIT_FAILED 0xFFFFFFFFu
#define MAXIMUM_WAIT_OBJECTS 64
#ifndef STATUS_PENDING
#define STATUS_PENDING 0x00000103u
#endif

/* ---- notices ---- */

#define VOLUME_NOTICE_LOCK 1        /* somebody wants to lock the volume and waits for the answer */
#define VOLUME_NOTICE_LOCK_FAILED 2 /* it was not locked after all */
#define VOLUME_NOTICE_UNLOCK 3
#define VOLUME_NOTICE_DISMOUNT 4

/* ---- error numbers ---- */

#define ERROR_TOO_MANY_OPEN_FILES 4
#define ERROR_HANDLE_EOF 38
#define ERROR_NEGATIVE_SEEK 131

#endif
