#include "layout.h"

int layout_cpp_null_guid() {
  const NTMS_GUID none = NTMS_NULLGUID;
  const TCHAR* const name = TEXT("OpenRSM");
  return NTMS_IS_NULLGUID(none) && name[0] == 'O';
}
