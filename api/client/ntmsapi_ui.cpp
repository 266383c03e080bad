// GetNtmsUIOptions, SetNtmsUIOptions. Source: ntms-functions.md section 13, readings.md 24.
#include <string>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

std::optional<Guid> object_named(LPNTMS_GUID id) { return id == nullptr ? std::nullopt : std::optional(from_windows(*id)); }

bool is_message_kind(DWORD type) { return type >= NTMS_UITYPE_INFO && type <= NTMS_UITYPE_ERR; }

template <class Character>
std::size_t units(std::string const& text, Character const*) {
  return sizeof(Character) == 1 ? valid_utf8(text).size() : characters(text);
}

// Each name with its terminator, and one more behind the last.
template <class Character>
DWORD give_list(std::vector<std::string> const& names, Character* out, LPDWORD size) {
  std::size_t needed = 1;
  for (auto const& name : names) needed += units(name, out) + 1;
  DWORD const room = *size;
  *size = to_dword(static_cast<std::int64_t>(needed));
  if (room < needed) return ERROR_INSUFFICIENT_BUFFER;
  for (auto const& name : names) {
    std::size_t const taken = units(name, out) + 1;
    put_text(out, taken, name);
    out += taken;
  }
  *out = 0;
  return ERROR_SUCCESS;
}

template <class Character>
DWORD get_options(client::Connection& connection, LPNTMS_GUID object, DWORD type, Character* out, LPDWORD size) {
  if (size == nullptr || (out == nullptr && *size != 0) || !is_message_kind(type)) return ERROR_INVALID_PARAMETER;
  auto const found = connection.ui_get({object_named(object), static_cast<MessageKind>(type)});
  return found ? give_list(found->destinations, out, size) : number_of(found);
}

template <class Character>
DWORD set_options(client::Connection& connection, LPNTMS_GUID object, DWORD type, DWORD operation, Character const* destination) {
  if (!is_message_kind(type) || operation < NTMS_UIDEST_ADD || operation > NTMS_UIDEST_DELETEALL) return ERROR_INVALID_PARAMETER;
  wire::SetDestinationsParams params;
  params.object = object_named(object);
  params.kind = static_cast<MessageKind>(type);
  params.action = static_cast<DestinationAction>(operation);
  if (destination != nullptr && operation != NTMS_UIDEST_DELETEALL) {
    params.destination = text_argument(destination, limits::message_chars_max);
    if (!params.destination) return ERROR_INVALID_PARAMETER;
  }
  return number_of(connection.ui_set(params));
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI GetNtmsUIOptionsA(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, LPSTR lpszDestination, LPDWORD lpdwBufSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::get_options(c, lpObjectId, dwType, lpszDestination, lpdwBufSize); });
}

DWORD WINAPI GetNtmsUIOptionsW(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, LPWSTR lpszDestination, LPDWORD lpdwBufSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::get_options(c, lpObjectId, dwType, lpszDestination, lpdwBufSize); });
}

DWORD WINAPI SetNtmsUIOptionsA(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, DWORD dwOperation, LPCSTR lpszDestination) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::set_options(c, lpObjectId, dwType, dwOperation, lpszDestination); });
}

DWORD WINAPI SetNtmsUIOptionsW(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, DWORD dwOperation, LPCWSTR lpszDestination) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::set_options(c, lpObjectId, dwType, dwOperation, lpszDestination); });
}

}  // extern "C"
