/* Control of a library: takes an inventory of it and waits for its end, disables a drive and enables it again, has the drive emptied if something lies in it, brings a
 * cartridge to the port and waits until a person has taken it out, and takes it in again when the person puts it back.
 *
 * What for: shows inventories, switching objects off and on, ejecting and injecting with the C library. Everything here is a request in the queue of the library and
 * is seen in its record; the program keeps going when the service is restarted. For administrators.
 * usage: library_control LIBRARY MEDIUM    the name of the library, and the name or bar code of a cartridge in it
 * It says "take it out" and "put it in" when a person is to do so.
 * Exit: 0 done, 2 usage, 3 no session, 4 a call failed, 5 no such library, drive or medium.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static int is_before(const SYSTEMTIME *a, const SYSTEMTIME *b) {
  WORD const x[] = {a->wYear, a->wMonth, a->wDay, a->wHour, a->wMinute, a->wSecond, a->wMilliseconds};
  WORD const y[] = {b->wYear, b->wMonth, b->wDay, b->wHour, b->wMinute, b->wSecond, b->wMilliseconds};
  for (size_t i = 0; i < sizeof x / sizeof *x; ++i)
    if (x[i] != y[i]) return x[i] < y[i];
  return 0;
}

/* Waits until every request of this kind in the library has ended, and tells how the newest did. */
static DWORD wait_for_kind(HANDLE session, const NTMS_GUID *library, DWORD operation) {
  for (int tenths = 0; tenths < 10 * WORK_PATIENCE_S; ++tenths) {
    DWORD count, error, outcome = ERROR_OBJECT_NOT_FOUND;
    SYSTEMTIME newest;
    int open = 0;
    memset(&newest, 0, sizeof newest);
    NTMS_GUID *ids = list_objects(session, library, NTMS_LIBREQUEST, &count, &error);
    for (DWORD i = 0; i < count; ++i) {
      NTMS_OBJECTINFORMATIONA info;
      if (look(session, &ids[i], NTMS_LIBREQUEST, &info) != ERROR_SUCCESS || info.Info.LibRequest.OperationCode != operation) continue;
      if (!has_ended(info.Info.LibRequest.State)) open = 1;
      if (is_before(&info.Info.LibRequest.TimeQueued, &newest)) continue;
      newest = info.Info.LibRequest.TimeQueued;
      outcome = info.Info.LibRequest.State == NTMS_LM_PASSED ? ERROR_SUCCESS : info.Info.LibRequest.dwErrorCode;
    }
    free(ids);
    if (error != ERROR_SUCCESS) return error;
    if (!open) return outcome;
    pause_ms(100);
  }
  return ERROR_TIMEOUT;
}

static DWORD take_inventory(HANDLE session, NTMS_GUID *library) {
  DWORD error = InventoryNtmsLibrary(session, library, NTMS_INVENTORY_FAST);
  if (error == ERROR_SUCCESS) error = wait_for_kind(session, library, NTMS_LM_INVENTORY);
  if (error == ERROR_SUCCESS) tell("The inventory is taken.");
  return error;
}

static DWORD wait_until_enabled(HANDLE session, const NTMS_GUID *id, DWORD type, BOOL enabled) {
  NTMS_OBJECTINFORMATIONA info;
  for (int tenths = 0; tenths < 10 * WORK_PATIENCE_S; ++tenths) {
    DWORD error = look(session, id, type, &info);
    if (error != ERROR_SUCCESS || info.Enabled == enabled) return error;
    pause_ms(100);
  }
  return ERROR_TIMEOUT;
}

static DWORD switch_drive(HANDLE session, NTMS_GUID *drive) {
  DWORD error = DisableNtmsObject(session, NTMS_DRIVE, drive);
  if (error == ERROR_SUCCESS) error = wait_until_enabled(session, drive, NTMS_DRIVE, FALSE);
  if (error == ERROR_SUCCESS) tell("The drive is disabled: nothing is mounted in it.");
  if (error == ERROR_SUCCESS) error = EnableNtmsObject(session, NTMS_DRIVE, drive);
  if (error == ERROR_SUCCESS) error = wait_until_enabled(session, drive, NTMS_DRIVE, TRUE);
  if (error == ERROR_SUCCESS) tell("The drive is enabled again.");
  return error;
}

static DWORD empty_drive(HANDLE session, NTMS_GUID *library, NTMS_GUID *drive) {
  DWORD error = DismountNtmsDrive(session, drive);
  if (error == ERROR_INVALID_STATE) {
    tell("Nothing lies in the drive that could be put away.");
    return ERROR_SUCCESS;
  }
  if (error == ERROR_SUCCESS) error = wait_for_kind(session, library, NTMS_LM_DISMOUNT);
  if (error == ERROR_SUCCESS) tell("What lay in the drive is put away.");
  return error;
}

static DWORD ended_well(HANDLE session, NTMS_GUID *operation) {
  NTMS_OBJECTINFORMATIONA record;
  DWORD error = wait_for_request(session, operation, &record);
  return error == ERROR_SUCCESS && record.Info.LibRequest.State != NTMS_LM_PASSED ? record.Info.LibRequest.dwErrorCode : error;
}

static DWORD out_and_in(HANDLE session, NTMS_GUID *library, NTMS_GUID *medium) {
  NTMS_GUID operation;
  DWORD error;
  for (int tenths = 0; (error = EjectNtmsMedia(session, medium, &operation, NTMS_EJECT_START)) == ERROR_BUSY && tenths < 10 * WORK_PATIENCE_S; ++tenths)
    pause_ms(100); /* somebody uses it, or a service that has just started reads its label */
  if (error != ERROR_SUCCESS) return error;
  tell("The cartridge comes to the port: take it out.");
  if ((error = ended_well(session, &operation)) != ERROR_SUCCESS) return error;
  tell("It is outside.");
  if ((error = InjectNtmsMedia(session, library, &operation, NTMS_INJECT_START)) != ERROR_SUCCESS) return error;
  tell("The port is open: put it in.");
  if ((error = ended_well(session, &operation)) != ERROR_SUCCESS) return error;
  tell("It is in the library.");
  return ERROR_SUCCESS;
}

static int control(HANDLE session, NTMS_GUID *library, NTMS_GUID *drive, NTMS_GUID *medium) {
  DWORD error;
  if ((error = take_inventory(session, library)) != ERROR_SUCCESS) return failed("the inventory", error);
  if ((error = switch_drive(session, drive)) != ERROR_SUCCESS) return failed("disabling and enabling the drive", error);
  if ((error = empty_drive(session, library, drive)) != ERROR_SUCCESS) return failed("DismountNtmsDrive", error);
  if ((error = out_and_in(session, library, medium)) != ERROR_SUCCESS) return failed("bringing the cartridge out and in", error);
  return EXIT_DONE;
}

int main(int argc, char **argv) {
  NTMS_GUID library, medium;
  DWORD count = 0, error;
  if (argc != 3) {
    fprintf(stderr, "usage: library_control LIBRARY MEDIUM\n");
    return EXIT_USAGE;
  }
  HANDLE session = open_session("library_control");
  if (session == INVALID_HANDLE_VALUE) return failed("OpenNtmsSession", GetLastError()), EXIT_NO_SESSION;
  int exit_code = EXIT_NOTHING;
  NTMS_GUID *drives = NULL;
  if (find_by_name(session, NTMS_LIBRARY, argv[1], &library) && find_by_name(session, NTMS_PHYSICAL_MEDIA, argv[2], &medium))
    drives = list_objects(session, &library, NTMS_DRIVE, &count, &error);
  if (count > 0) exit_code = control(session, &library, &drives[0], &medium);
  else fprintf(stderr, "library_control: there is no such library, drive or medium\n");
  free(drives);
  CloseNtmsSession(session);
  return exit_code;
}
