#include "layout.h"

/* A C program fills structures by name and makes GUIDs with the header's macros. */
int layout_c_null_guid(void);
int layout_c_null_guid(void) {
  const NTMS_GUID none = NTMS_NULLGUID;
  const TCHAR *const name = TEXT("OpenRSM");
  return NTMS_IS_NULLGUID(none) && name[0] == 'O';
}
