// GetNtmsObjectAttribute, SetNtmsObjectAttribute, EnableNtmsObject, DisableNtmsObject. Source: ntms-functions.md section 3.
#include <algorithm>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/base64.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

static_assert(limits::attribute_bytes_max == NTMS_MAXATTR_LENGTH - 1 && limits::attribute_name_chars_max == NTMS_MAXATTR_NAMELEN - 1);

// Whether an object can be of this type; NTMS_UNKNOWN: the service finds it.
bool is_type(DWORD type) { return type <= NTMS_OPREQUEST; }

template <class Character>
DWORD get_attribute(client::Connection& connection, LPNTMS_GUID id, DWORD type, Character const* name, LPVOID data, LPDWORD size) {
  if (id == nullptr || name == nullptr || size == nullptr || !is_type(type) || (data == nullptr && *size != 0)) return ERROR_INVALID_PARAMETER;
  if (*size >= NTMS_MAXATTR_LENGTH) return ERROR_NO_DATA;
  auto const wanted = text_argument(name, limits::attribute_name_chars_max);
  if (!wanted) return ERROR_OBJECT_NOT_FOUND;  // no attribute has such a name
  auto const found = connection.attribute_get({static_cast<ObjectType>(type), from_windows(*id), *wanted});
  if (!found) return number_of(found);
  auto const bytes = from_base64(found->data);
  if (!bytes) return ERROR_NOT_CONNECTED;  // an answer that nobody can use
  DWORD const room = *size;
  *size = static_cast<DWORD>(bytes->size());
  if (room < bytes->size()) return ERROR_INSUFFICIENT_BUFFER;
  std::copy(bytes->begin(), bytes->end(), static_cast<char*>(data));
  return ERROR_SUCCESS;
}

template <class Character>
DWORD set_attribute(client::Connection& connection, LPNTMS_GUID id, DWORD type, Character const* name, LPVOID data, DWORD size) {
  if (id == nullptr || name == nullptr || !is_type(type) || (data == nullptr && size != 0)) return ERROR_INVALID_PARAMETER;
  auto wanted = text_argument(name, limits::attribute_name_chars_max);
  if (!wanted || wanted->empty()) return ERROR_INVALID_NAME;
  if (size >= NTMS_MAXATTR_LENGTH) return ERROR_NO_DATA;
  wire::SetAttributeParams params;
  params.type = static_cast<ObjectType>(type);
  params.id = from_windows(*id);
  params.name = std::move(*wanted);
  params.data = base64(std::string_view(static_cast<char const*>(data), size));
  return number_of(connection.attribute_set(params));
}

DWORD enable(client::Connection& connection, DWORD type, LPNTMS_GUID id, bool enabled) {
  if (id == nullptr || (type != NTMS_DRIVE && type != NTMS_LIBRARY && type != NTMS_PHYSICAL_MEDIA)) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  wire::EnableParams const params{std::move(*key), static_cast<ObjectType>(type), from_windows(*id)};
  return number_of(enabled ? connection.object_enable(params) : connection.object_disable(params));
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI GetNtmsObjectAttributeA(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCSTR lpAttributeName, LPVOID lpAttributeData, LPDWORD lpAttributeSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::get_attribute(c, lpObjectId, dwType, lpAttributeName, lpAttributeData, lpAttributeSize); });
}

DWORD WINAPI GetNtmsObjectAttributeW(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCWSTR lpAttributeName, LPVOID lpAttributeData, LPDWORD lpAttributeSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::get_attribute(c, lpObjectId, dwType, lpAttributeName, lpAttributeData, lpAttributeSize); });
}

DWORD WINAPI SetNtmsObjectAttributeA(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCSTR lpAttributeName, LPVOID lpAttributeData, DWORD dwAttributeSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::set_attribute(c, lpObjectId, dwType, lpAttributeName, lpAttributeData, dwAttributeSize); });
}

DWORD WINAPI SetNtmsObjectAttributeW(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, LPCWSTR lpAttributeName, LPVOID lpAttributeData, DWORD dwAttributeSize) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::set_attribute(c, lpObjectId, dwType, lpAttributeName, lpAttributeData, dwAttributeSize); });
}

DWORD WINAPI EnableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::enable(c, dwType, lpObjectId, true); });
}

DWORD WINAPI DisableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::enable(c, dwType, lpObjectId, false); });
}

}  // extern "C"
