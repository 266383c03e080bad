#include "api/client/ntmsapi_convert.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace rsm::ntms {
namespace {

bool is_lead(WCHAR unit) { return unit >= 0xD800 && unit <= 0xDBFF; }

}  // namespace

NTMS_GUID to_windows(Guid const& guid) {
  auto const& b = guid.bytes;
  NTMS_GUID out{};
  out.Data1 = static_cast<DWORD>(b[0]) << 24 | static_cast<DWORD>(b[1]) << 16 | static_cast<DWORD>(b[2]) << 8 | b[3];
  out.Data2 = static_cast<WORD>(b[4] << 8 | b[5]);
  out.Data3 = static_cast<WORD>(b[6] << 8 | b[7]);
  std::copy_n(b.begin() + 8, 8, out.Data4);
  return out;
}

Guid from_windows(NTMS_GUID const& guid) {
  Guid out;
  auto& b = out.bytes;
  for (unsigned i = 0; i < 4; ++i) b[i] = static_cast<std::uint8_t>(guid.Data1 >> (24 - 8 * i));
  for (unsigned i = 0; i < 2; ++i) b[4 + i] = static_cast<std::uint8_t>(guid.Data2 >> (8 - 8 * i));
  for (unsigned i = 0; i < 2; ++i) b[6 + i] = static_cast<std::uint8_t>(guid.Data3 >> (8 - 8 * i));
  std::copy_n(guid.Data4, 8, b.begin() + 8);
  return out;
}

SYSTEMTIME to_windows_time(std::optional<std::int64_t> ms) {
  using namespace std::chrono;
  constexpr std::int64_t first = -11'644'473'600'000;  // 1601-01-01
  constexpr std::int64_t last = 910'670'515'199'999;   // the end of 30827
  if (!ms || *ms == 0 || *ms < first || *ms > last) return {};
  sys_time<milliseconds> const time{milliseconds{*ms}};
  auto const day = floor<days>(time);
  year_month_day const date{day};
  hh_mm_ss const clock{time - day};
  SYSTEMTIME out{};
  out.wYear = static_cast<WORD>(static_cast<int>(date.year()));
  out.wMonth = static_cast<WORD>(static_cast<unsigned>(date.month()));
  out.wDayOfWeek = static_cast<WORD>(weekday{day}.c_encoding());
  out.wDay = static_cast<WORD>(static_cast<unsigned>(date.day()));
  out.wHour = static_cast<WORD>(clock.hours().count());
  out.wMinute = static_cast<WORD>(clock.minutes().count());
  out.wSecond = static_cast<WORD>(clock.seconds().count());
  out.wMilliseconds = static_cast<WORD>(clock.subseconds().count());
  return out;
}

DWORD to_dword(std::int64_t value) {
  return static_cast<DWORD>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<DWORD>::max()));
}
WORD to_word(std::int64_t value) {
  return static_cast<WORD>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<WORD>::max()));
}
std::int64_t to_seconds(std::int64_t ms) { return ms <= 0 ? 0 : (ms - 1) / 1000 + 1; }

std::optional<std::string> of_wide(LPCWSTR text) { return utf8(text); }

std::optional<std::string> of_narrow(LPCSTR text) {
  if (!is_utf8(text)) return std::nullopt;
  return std::string(text);
}

std::size_t characters(std::string_view utf8) { return utf16_units(utf8); }

void put_text(WCHAR* out, std::size_t room, std::string_view utf8) {
  std::u16string const text = utf16(utf8.substr(0, utf8.find('\0')));
  std::size_t length = std::min(text.size(), room - 1);
  if (length < text.size() && length > 0 && is_lead(text[length - 1])) --length;
  std::copy_n(text.begin(), length, out);
  std::fill(out + length, out + room, WCHAR{0});
}

void put_text(CHAR* out, std::size_t room, std::string_view utf8) {
  std::string const text = valid_utf8(utf8.substr(0, utf8.find('\0')));
  std::size_t length = std::min(text.size(), room - 1);
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  std::copy_n(text.begin(), length, out);
  std::fill(out + length, out + room, CHAR{0});
}

}  // namespace rsm::ntms
