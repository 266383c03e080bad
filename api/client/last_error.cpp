// The last error of the calling thread, one for all libraries of OpenRSM that a program uses.
//
// What for: libntmsapi and libvolumectl each contain this file, so that each can be used alone. Both give its names the symbol version
// OPENRSM_LAST_ERROR_1.0; so in a program with both, the dynamic linker binds the references of program and libraries to the first of the two
// definitions, and there is one last error as on Windows (docs/decisions/0007). Thread rule: thread-local.
#include "api/client/ntms_errors.h"
#include "api/client/ntms_types.h"

extern "C" {

// Exported, and no function-local variable: a library that was loaded on its own later finds the one that is in use already.
__thread DWORD openrsm_last_error = ERROR_SUCCESS;

DWORD WINAPI GetLastError(void) { return openrsm_last_error; }
void WINAPI SetLastError(DWORD dwErrCode) { openrsm_last_error = dwErrCode; }

}  // extern "C"
