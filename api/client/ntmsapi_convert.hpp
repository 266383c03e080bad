// Between the values of the product and those of Windows: GUIDs, times, numbers, texts.
//
// What for: the only place where the mixed byte order of the Windows GUID and UTF-16 exist.
// Units: times are milliseconds UTC since 1970; texts inside are UTF-8. Errors: of_wide and of_narrow give nothing for text that is no
// valid UTF-16 or UTF-8; what goes out cannot fail: bytes that are no UTF-8 become U+FFFD, and what is too long is cut at a character
// boundary, always with a terminator. Thread rule: pure functions.
// Source: architecture decisions 19 and 29; ntms-functions.md section 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/client/ntmsapi.h"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::ntms {

// Text order (big endian) <-> 32, 16 and 16 bits in the machine's order, then 8 bytes.
NTMS_GUID to_windows(Guid const& guid);
Guid from_windows(NTMS_GUID const& guid);

// All zero for never and for what SYSTEMTIME cannot say (before 1601, after 30827).
SYSTEMTIME to_windows_time(std::optional<std::int64_t> ms);

// Numbers that do not fit are the nearest that do.
DWORD to_dword(std::int64_t value);
WORD to_word(std::int64_t value);
// A delay in whole seconds, rounded up.
std::int64_t to_seconds(std::int64_t ms);

std::optional<std::string> of_wide(LPCWSTR text);
std::optional<std::string> of_narrow(LPCSTR text);
// Length as Windows counts characters: UTF-16 code units.
std::size_t characters(std::string_view utf8);

// At most room - 1 units of the text, then the terminator; the rest of the room is zero.
void put_text(WCHAR* out, std::size_t room, std::string_view utf8);
void put_text(CHAR* out, std::size_t room, std::string_view utf8);
template <class Character, std::size_t Room>
void put(Character (&out)[Room], std::string_view utf8) {
  put_text(out, Room, utf8);
}

}  // namespace rsm::ntms
