// The border between the C interface and the product: handles, numbers of errors, exceptions.
//
// What for: every exported function is a sentence inside guarded(): find the session, check the arguments, call, translate.
// Handles: a session's handle is a number that is never used again in this process, so a closed one is always recognised; in a
// child made by fork() all are invalid. Errors: no exception leaves guarded(): ERROR_NOT_ENOUGH_MEMORY, or ERROR_INTERNAL_ERROR.
// Thread rule: everything from any thread. Source: ntms-functions.md sections 1 and 2.
#pragma once

#include <memory>
#include <new>
#include <optional>
#include <string>

#include "api/client/connection.hpp"
#include "api/client/ntmsapi.h"

namespace rsm::ntms {

using Session = std::shared_ptr<client::Connection>;

HANDLE remember_session(Session session);
// A session of its own, for functions that take none; names as OpenNtmsSession takes them (nothing: not valid text).
Result<Session> own_session(std::optional<std::string> const& server, std::optional<std::string> const& application);
// Null where the handle is none.
Session find_session(HANDLE handle);
// Takes it out: of two closers one gets it.
Session forget_session(HANDLE handle);

// The number that the Windows functions document for an error of the service or the connection.
DWORD number_of(Error const& error);
inline DWORD number_of(Errc code) { return static_cast<DWORD>(code); }
template <class T>
DWORD number_of(Result<T> const& result) {
  return result ? static_cast<DWORD>(ERROR_SUCCESS) : number_of(result.error());
}

template <class Body>
DWORD guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (std::bad_alloc const&) {
    return ERROR_NOT_ENOUGH_MEMORY;
  } catch (...) {
    return ERROR_INTERNAL_ERROR;
  }
}

// The same with a session: body(connection), or ERROR_INVALID_HANDLE.
template <class Body>
DWORD with_session(HANDLE handle, Body&& body) noexcept {
  return guarded([&]() -> DWORD {
    Session const session = find_session(handle);
    if (!session) return ERROR_INVALID_HANDLE;
    return body(*session);
  });
}

}  // namespace rsm::ntms
