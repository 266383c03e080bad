// ExportNtmsDatabase, ImportNtmsDatabase. Source: ntms-functions.md section 11, rsm-model.md section 19.
#include "api/client/limits.hpp"
#include "api/client/ntmsapi_border.hpp"

extern "C" {

DWORD WINAPI ExportNtmsDatabase(HANDLE hSession) {
  return rsm::ntms::with_session(hSession, [](auto& connection) { return rsm::ntms::number_of(connection.catalog_export({}, rsm::limits::client_copy_limit)); });
}

DWORD WINAPI ImportNtmsDatabase(HANDLE hSession) {
  return rsm::ntms::with_session(hSession, [](auto& connection) { return rsm::ntms::number_of(connection.catalog_import({}, rsm::limits::client_copy_limit)); });
}

}  // extern "C"
