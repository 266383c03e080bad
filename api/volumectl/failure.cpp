#include "api/volumectl/failure.hpp"

#include <fmt/format.h>

namespace rsm::volumectl {
namespace {

thread_local Failure last;

// Numbers that only this library has.
struct Row {
  DWORD number;
  char const* name;
  char const* sentence;
};
constexpr Row rows[] = {
    {ERROR_TOO_MANY_OPEN_FILES, "ERROR_TOO_MANY_OPEN_FILES", "This process has too many handles."},
    {ERROR_HANDLE_EOF, "ERROR_HANDLE_EOF", "The end of the volume."},
    {ERROR_NEGATIVE_SEEK, "ERROR_NEGATIVE_SEEK", "A position before the beginning."},
    {WAIT_TIMEOUT, "WAIT_TIMEOUT", "The wait has ended, the operation has not."},
};

std::string text_of(DWORD number, std::string object, std::string detail) {
  for (auto const& row : rows) {
    if (row.number != number) continue;
    std::string const about = object.empty() ? "" : " " + object + (detail.empty() ? "." : ":");
    return fmt::format("{} ({}): {}{}{}", row.name, number, row.sentence, about, detail.empty() ? "" : " " + detail);
  }
  if (!error_from_number(number)) return fmt::format("error {}", number);
  return Error{static_cast<Errc>(number), std::move(object), std::move(detail)}.text();
}

}  // namespace

Failure failure_of(Error const& error) {
  if (error.code == Errc::success) return {ERROR_INTERNAL_ERROR, text_of(ERROR_INTERNAL_ERROR, error.object, error.detail)};
  return {static_cast<DWORD>(error.code), error.text()};
}

std::unexpected<Failure> refuse(DWORD number, std::string object, std::string detail) {
  return std::unexpected(Failure{number, text_of(number, std::move(object), std::move(detail))});
}

std::string hexadecimal(DWORD bits) { return fmt::format("0x{:08X}", bits); }

void report(Failure failure) {
  SetLastError(failure.number);
  last = std::move(failure);
}

void report_number(DWORD number) noexcept {
  SetLastError(number);
  last.number = ERROR_SUCCESS;
}

std::string last_error_text() {
  DWORD const number = GetLastError();
  return number == last.number && !last.text.empty() ? last.text : text_of(number, {}, {});
}

}  // namespace rsm::volumectl
