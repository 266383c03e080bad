// GetNtmsObjectSecurity, SetNtmsObjectSecurity. Source: ntms-functions.md section 10.
#include "api/client/ntmsapi_security.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "libmgr/domain/base64.hpp"
#include "libmgr/domain/security_descriptor.hpp"

namespace rsm::ntms {
namespace {

constexpr std::size_t header_bytes = 20, sid_header_bytes = 8, list_header_bytes = 8;
constexpr std::uint16_t audit_present = 0x0010, access_present = 0x0004, self_relative = 0x8000;

template <class Number>
Number number_at(char const* bytes, std::size_t at) {
  Number value{};
  std::memcpy(&value, bytes + at, sizeof value);  // this machine is little endian, as the descriptor is; the address need not be even
  return value;
}

// Where a part ends; nothing: it cannot be one.
std::optional<std::size_t> end_of_sid(char const* bytes, std::size_t at) {
  auto const parts = static_cast<std::uint8_t>(bytes[at + 1]);
  if (bytes[at] != 1 || parts > security::sid_parts_max) return std::nullopt;
  return at + sid_header_bytes + 4UL * parts;
}
std::optional<std::size_t> end_of_list(char const* bytes, std::size_t at) {
  auto const size = number_at<std::uint16_t>(bytes, at + 2);
  if (size < list_header_bytes) return std::nullopt;
  return at + size;
}

bool is_object_type(DWORD type) { return type <= NTMS_OPREQUEST; }
bool are_parts(SECURITY_INFORMATION parts) { return parts != 0 && (parts & ~security::every_part) == 0; }

DWORD get_security(client::Connection& connection, LPNTMS_GUID id, DWORD type, SECURITY_INFORMATION parts, PSECURITY_DESCRIPTOR descriptor, DWORD room, LPDWORD needed) {
  if (id == nullptr || needed == nullptr || (descriptor == nullptr && room != 0) || !is_object_type(type) || !are_parts(parts)) return ERROR_INVALID_PARAMETER;
  if (type == NTMS_UNKNOWN) return ERROR_OBJECT_NOT_FOUND;  // no object is of this type
  auto const found = connection.security_get({static_cast<ObjectType>(type), from_windows(*id), parts});
  if (!found) return number_of(found);
  auto const bytes = from_base64(found->descriptor);
  if (!bytes) return ERROR_NOT_CONNECTED;  // an answer that nobody can use
  *needed = static_cast<DWORD>(bytes->size());
  if (room < bytes->size()) return ERROR_INSUFFICIENT_BUFFER;
  std::copy(bytes->begin(), bytes->end(), static_cast<char*>(descriptor));
  return ERROR_SUCCESS;
}

DWORD set_security(client::Connection& connection, LPNTMS_GUID id, DWORD type, SECURITY_INFORMATION parts, PSECURITY_DESCRIPTOR descriptor) {
  if (id == nullptr || descriptor == nullptr || !is_object_type(type) || !are_parts(parts)) return ERROR_INVALID_PARAMETER;
  if (type == NTMS_UNKNOWN) return ERROR_OBJECT_NOT_FOUND;
  auto const bytes = bytes_of_descriptor(descriptor);
  if (!bytes) return ERROR_INVALID_PARAMETER;
  wire::SetSecurityParams params;
  params.type = static_cast<ObjectType>(type);
  params.id = from_windows(*id);
  params.parts = parts;
  params.descriptor = base64(*bytes);
  return number_of(connection.security_set(params));
}

}  // namespace

std::optional<std::string> bytes_of_descriptor(void const* descriptor) {
  auto const* bytes = static_cast<char const*>(descriptor);
  auto const flags = number_at<std::uint16_t>(bytes, 2);
  if (bytes[0] != 1 || (flags & self_relative) == 0) return std::nullopt;
  struct Part {
    std::size_t offset_at;
    bool is_there, is_list;
  };
  std::size_t end = header_bytes;
  for (auto const& part : {Part{4, true, false}, Part{8, true, false}, Part{12, (flags & audit_present) != 0, true}, Part{16, (flags & access_present) != 0, true}}) {
    std::size_t const at = number_at<std::uint32_t>(bytes, part.offset_at);
    if (at == 0 || !part.is_there) continue;
    if (at > security::descriptor_bytes_max) return std::nullopt;
    auto const part_end = part.is_list ? end_of_list(bytes, at) : end_of_sid(bytes, at);
    if (!part_end || *part_end > security::descriptor_bytes_max) return std::nullopt;
    end = std::max(end, *part_end);
  }
  return std::string(bytes, end);
}

}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI GetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, SECURITY_INFORMATION RequestedInformation, PSECURITY_DESCRIPTOR lpSecurityDescriptor, DWORD nLength,
                                   LPDWORD lpnLengthNeeded) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::get_security(c, lpObjectId, dwType, RequestedInformation, lpSecurityDescriptor, nLength, lpnLengthNeeded); });
}

DWORD WINAPI SetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType, SECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR lpSecurityDescriptor) {
  return rsm::ntms::with_session(hSession, [=](auto& c) { return rsm::ntms::set_security(c, lpObjectId, dwType, SecurityInformation, lpSecurityDescriptor); });
}

}  // extern "C"
