// What a function of the library fails with, and how it reaches the program: a number for GetLastError, a sentence for VctlGetLastErrorText.
//
// What for: every exported function is a sentence inside guarded(): it gives an Answer, and the number and the sentence of a failure become
// those of the thread. No exception leaves guarded(): ERROR_NOT_ENOUGH_MEMORY, or ERROR_INTERNAL_ERROR.
// Errors of the product keep their Win32 numbers. Thread rule: values; the last failure is the thread's own.
#pragma once

#include <expected>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "api/volumectl/volumectl.h"
#include "libmgr/domain/error.hpp"

namespace rsm::volumectl {

struct Failure {
  DWORD number = ERROR_SUCCESS;
  std::string text;
};

template <class T = void>
using Answer = std::expected<T, Failure>;

Failure failure_of(Error const& error);
template <class T>
std::unexpected<Failure> failed(Result<T> const& result) {
  return std::unexpected(failure_of(result.error()));
}
// "ERROR_INVALID_PARAMETER (87): A parameter is not valid. lpBytesReturned: must not be NULL"
std::unexpected<Failure> refuse(DWORD number, std::string object, std::string detail);
inline std::unexpected<Failure> refuse_parameter(std::string name, std::string detail) {
  return refuse(ERROR_INVALID_PARAMETER, std::move(name), std::move(detail));
}

// "0x00090018"
std::string hexadecimal(DWORD bits);

// The thread's last error becomes this.
void report(Failure failure);
// Only the number, with the general sentence; needs no memory.
void report_number(DWORD number) noexcept;
// The sentence that belongs to the thread's last error.
std::string last_error_text();

// body() gives an Answer<T>; on_failure is what the function returns then.
template <class T, class Body>
T guarded(T on_failure, Body&& body) noexcept {
  try {
    Answer<T> answer = body();
    if (answer) return *answer;
    report(std::move(answer.error()));
  } catch (std::bad_alloc const&) {
    report_number(ERROR_NOT_ENOUGH_MEMORY);
  } catch (...) {
    report_number(ERROR_INTERNAL_ERROR);
  }
  return on_failure;
}

// The same for a function that only succeeds or fails.
template <class Body>
BOOL succeeds(Body&& body) noexcept {
  return guarded<BOOL>(FALSE, [&]() -> Answer<BOOL> {
    Answer<> answer = body();
    if (!answer) return std::unexpected(std::move(answer.error()));
    return TRUE;
  });
}

}  // namespace rsm::volumectl
