// Errors as values.
//
// What for: every operation of the product that can fail in daily life returns Result<T>. The code is the Win32 number
// that the RSM contract promises (for programs); object and detail are for people: which object, what was tried, what to do.
// Exceptions are for bugs and memory only. Thread rule: values, safe anywhere.
// Source: ntms-functions.md section 1 (numbers), architecture decision 3.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rsm {

enum class Errc : std::uint32_t {
#define RSM_ERROR(name, number, sentence) name = number,
#include "libmgr/domain/errors.def"
#undef RSM_ERROR
};

// "ERROR_BUSY" for Errc::busy; "ERROR_UNKNOWN" for a number that is not in the table.
std::string_view error_name(Errc code);
// The sentence of the table.
std::string_view error_sentence(Errc code);
// The code with this Win32 number, if the table has it.
std::optional<Errc> error_from_number(std::uint32_t number);

struct [[nodiscard]] Error {
  Errc code = Errc::success;
  std::string object;  // what it is about: "drive 0 of library Jukebox", "params.media[1]"; may be empty
  std::string detail;  // what was tried, what stands in the way, what to do; may be empty

  // "ERROR_BUSY (170): The resource is in use. drive 0: /mnt/a is open in process 4711 (dd)"
  std::string text() const;
  // What happened to what, without name and number: for where another error, a reason or a line of the log carries it inside.
  // "drive 0: /mnt/a is open in process 4711 (dd)"; the table's sentence where there is no detail.
  std::string sentence() const;
  friend bool operator==(Error const&, Error const&) = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string object = {}, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(object), std::move(detail)});
}

// RSM_TRY(auto x, f());  gives x or returns the error of f() from the enclosing function.
// RSM_CHECK(f());        the same for Result<void>.
#define RSM_CONCAT_(a, b) a##b
#define RSM_CONCAT(a, b) RSM_CONCAT_(a, b)
#define RSM_TRY_(tmp, var, ...)                              \
  auto tmp = (__VA_ARGS__);                                  \
  if (!tmp) return std::unexpected(std::move(tmp).error());  \
  var = std::move(*tmp)
#define RSM_TRY(var, ...) RSM_TRY_(RSM_CONCAT(rsm_try_, __COUNTER__), var, __VA_ARGS__)
#define RSM_CHECK_(tmp, ...) \
  if (auto tmp = (__VA_ARGS__); !tmp) return std::unexpected(std::move(tmp).error())
#define RSM_CHECK(...) RSM_CHECK_(RSM_CONCAT(rsm_check_, __COUNTER__), __VA_ARGS__)

}  // namespace rsm
