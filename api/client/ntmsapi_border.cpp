#include "api/client/ntmsapi_border.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "api/client/ntmsapi_handles.hpp"

namespace rsm::ntms {

HANDLE fresh_handle() {
  static std::atomic<std::uintptr_t> next{0x1000};  // looks like no small number that somebody might pass by mistake
  return reinterpret_cast<HANDLE>(next.fetch_add(4));
}

HANDLE remember_session(Session session) { return Handles<client::Connection>::all().remember(std::move(session)); }
Session find_session(HANDLE handle) { return Handles<client::Connection>::all().find(handle); }
Session forget_session(HANDLE handle) { return Handles<client::Connection>::all().forget(handle); }

DWORD number_of(Error const& error) {
  // Numbers of the product that the Windows functions do not have: a full disk is a full database there.
  if (error.code == Errc::disk_full) return ERROR_DATABASE_FULL;
  if (error.code == Errc::success) return ERROR_INTERNAL_ERROR;
  return static_cast<DWORD>(error.code);
}

}  // namespace rsm::ntms

extern "C" {

HLOCAL WINAPI LocalFree(HLOCAL hMem) {
  std::free(hMem);
  return nullptr;
}

}  // extern "C"
