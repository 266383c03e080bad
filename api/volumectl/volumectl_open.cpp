// CreateFile, CloseHandle. Source: the Windows documentation of both; volume-control.md.
#include <cstring>

#include "api/volumectl/limits.hpp"
#include "api/volumectl/notification.hpp"
#include "api/volumectl/volume_file.hpp"
#include "drivers/volume/volume_names.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::volumectl {
namespace {

constexpr DWORD rights_known = GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL | 0x001F01FFu;  // standard and file rights
constexpr DWORD shares_known = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
// Attributes (without meaning for a volume), the quality of service of pipes (the same), and flags that cannot be refused honestly.
constexpr DWORD flags_known = 0x0000FFFFu | 0x001F0000u | FILE_FLAG_WRITE_THROUGH | FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING | FILE_FLAG_RANDOM_ACCESS |
                              FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_POSIX_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;

struct Wish {
  DWORD access, share, disposition, flags;
};

Answer<FileMode> check(Wish const& wish) {
  if ((wish.access & ~rights_known) != 0) return refuse_parameter("dwDesiredAccess", "has bits that are not known: " + hexadecimal(wish.access & ~rights_known));
  if ((wish.share & ~shares_known) != 0) return refuse_parameter("dwShareMode", "has bits that are not known: " + hexadecimal(wish.share & ~shares_known));
  if (wish.disposition != OPEN_EXISTING && wish.disposition != OPEN_ALWAYS) return refuse_parameter("dwCreationDisposition", "a volume exists: OPEN_EXISTING");
  if ((wish.flags & ~flags_known) != 0) return refuse_parameter("dwFlagsAndAttributes", "has bits that are not for volumes: " + hexadecimal(wish.flags & ~flags_known));
  FileMode mode;
  mode.access.read = (wish.access & (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA)) != 0;
  mode.access.write = (wish.access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)) != 0;
  mode.overlapped = (wish.flags & FILE_FLAG_OVERLAPPED) != 0;
  mode.unbuffered = (wish.flags & FILE_FLAG_NO_BUFFERING) != 0;
  mode.write_through = (wish.flags & FILE_FLAG_WRITE_THROUGH) != 0;
  return mode;
}

// What a caller's string says; a name without end is not read further than a name may be long.
Answer<std::string> read_name(LPCSTR name) {
  if (name == nullptr) return refuse_parameter("lpFileName", "must not be NULL");
  std::string text(name, ::strnlen(name, limits::volumectl_name_units_max + 1));
  if (!is_utf8(text)) return refuse(ERROR_INVALID_NAME, "lpFileName", "is no valid UTF-8");
  return text;
}

Answer<std::string> read_name(LPCWSTR name) {
  if (name == nullptr) return refuse_parameter("lpFileName", "must not be NULL");
  std::u16string units;
  for (WCHAR unit = 0; units.size() <= limits::volumectl_name_units_max; units += unit) {
    std::memcpy(&unit, name + units.size(), sizeof unit);
    if (unit == 0) break;
  }
  auto text = utf8(units);
  if (!text) return refuse(ERROR_INVALID_NAME, "lpFileName", "is no valid UTF-16");
  return *text;
}

template <class Character>
Answer<HANDLE> open(Character const* name, Wish const& wish) {
  auto const mode = check(wish);
  if (!mode) return std::unexpected(mode.error());
  auto const text = read_name(name);
  if (!text) return std::unexpected(text.error());
  auto path = volume::volume_path(*text);
  if (!path) return failed(path);
  auto client = open_client({.path = std::move(*path), .access = mode->access});
  if (!client) return failed(client);
  auto const keep = *client;
  auto handle = remember(std::make_shared<VolumeFile>(std::move(*client), *mode));
  if (!handle) keep->close();
  if (handle) SetLastError(wish.disposition == OPEN_ALWAYS ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
  return handle;
}

Answer<> close(HANDLE handle) {
  auto const object = take_object(handle, [](Object const& o) { return dynamic_cast<Notification const*>(&o) == nullptr; });
  if (!object) return refuse_handle("hObject");
  if (auto* const file = dynamic_cast<VolumeFile*>(object.get())) close_file(*file);
  return {};
}

}  // namespace
}  // namespace rsm::volumectl

extern "C" {

HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, LPSECURITY_ATTRIBUTES, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE) {
  return rsm::volumectl::guarded(
      INVALID_HANDLE_VALUE, [&] { return rsm::volumectl::open(lpFileName, {dwDesiredAccess, dwShareMode, dwCreationDisposition, dwFlagsAndAttributes}); });
}

HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, LPSECURITY_ATTRIBUTES, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE) {
  return rsm::volumectl::guarded(
      INVALID_HANDLE_VALUE, [&] { return rsm::volumectl::open(lpFileName, {dwDesiredAccess, dwShareMode, dwCreationDisposition, dwFlagsAndAttributes}); });
}

BOOL WINAPI CloseHandle(HANDLE hObject) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::close(hObject); });
}

}  // extern "C"
