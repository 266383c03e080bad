#include "api/client/ntmsapi_border.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

namespace rsm::ntms {
namespace {

struct Sessions {
  std::mutex mutex;
  std::map<std::uintptr_t, std::pair<Session, pid_t>> open;
  std::uintptr_t next = 0x1000;  // looks like no small number that somebody might pass by mistake

  // Never destroyed: at exit other threads may still be in a call, and a child made by fork() must not wait for threads it has not.
  static Sessions& all() {
    static Sessions& sessions = *new Sessions;
    return sessions;
  }
};

std::uintptr_t value_of(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }

}  // namespace

HANDLE remember_session(Session session) {
  auto& sessions = Sessions::all();
  std::lock_guard const lock(sessions.mutex);
  std::uintptr_t const value = sessions.next;
  sessions.next += 4;
  sessions.open.emplace(value, std::pair(std::move(session), getpid()));
  return reinterpret_cast<HANDLE>(value);
}

Session find_session(HANDLE handle) {
  auto& sessions = Sessions::all();
  std::lock_guard const lock(sessions.mutex);
  auto const found = sessions.open.find(value_of(handle));
  return found == sessions.open.end() || found->second.second != getpid() ? nullptr : found->second.first;
}

Session forget_session(HANDLE handle) {
  auto& sessions = Sessions::all();
  std::lock_guard const lock(sessions.mutex);
  auto const found = sessions.open.find(value_of(handle));
  if (found == sessions.open.end() || found->second.second != getpid()) return nullptr;
  Session session = std::move(found->second.first);
  sessions.open.erase(found);
  return session;
}

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
