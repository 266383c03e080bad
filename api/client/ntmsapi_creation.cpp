// CreateNtmsMedia: from Windows' structures to the wire, and what came of it back into them.
// Source: ntms-functions.md section 5.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_information.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/base64.hpp"

namespace rsm::ntms {
namespace {

template <class Object>
bool is_of(Object const& object, DWORD type) {
  return object.dwType == type && object.dwSize >= size_needed<Object>(type);
}

// Ids that the caller leaves to us are made here.
Result<Guid> given_or_made(NTMS_GUID const& given) {
  if (!NTMS_IS_NULLGUID(given)) return from_windows(given);
  RSM_TRY(auto const key, client::make_key());
  auto const made = Guid::parse(key);
  return made ? Result<Guid>(*made) : fail(Errc::internal_error);
}

template <class Object>
Result<wire::NewSideInfo> side_params(Object const& side) {
  if (!is_of(side, NTMS_PARTITION)) return fail(Errc::invalid_parameter);  // before anything else of it is read
  auto const& in = side.Info.Partition;
  auto type = text_of(in.szOmidLabelType), info = text_of(in.szOmidLabelInfo);
  bool const known_state = in.State <= NTMS_PARTSTATE_RESERVED;
  if (!type || !info || !known_state || in.dwOmidLabelIdLength > sizeof in.OmidLabelId) return fail(Errc::invalid_parameter);
  wire::NewSideInfo out;
  RSM_TRY(auto const id, given_or_made(side.ObjectGuid));
  out.id = SideId{id};
  if (!NTMS_IS_NULLGUID(in.LogicalMedia)) out.logical_medium = LogicalMediumId{from_windows(in.LogicalMedia)};
  out.state = static_cast<SideState>(in.State);
  out.label_type = std::move(*type);
  out.label_id = base64({reinterpret_cast<char const*>(in.OmidLabelId), in.dwOmidLabelIdLength});
  out.label_info = std::move(*info);
  out.mount_count = in.dwMountCount;
  out.allocate_count = in.dwAllocateCount;
  out.capacity = in.Capacity.QuadPart;
  return out;
}

template <class Object>
Result<wire::CreateMediumParams> params_of(Object const& medium, Object const* sides, DWORD options) {
  if (!is_of(medium, NTMS_PHYSICAL_MEDIA)) return fail(Errc::invalid_parameter);  // before anything else of it is read
  auto name = text_of(medium.szName), description = text_of(medium.szDescription), barcode = text_of(medium.Info.PhysicalMedia.szBarCode);
  if (!name || !description || !barcode) return fail(Errc::invalid_parameter);
  auto const& in = medium.Info.PhysicalMedia;
  constexpr DWORD sides_max = 16;  // cartridges have one or two
  if (in.dwNumberOfPartitions == 0 || in.dwNumberOfPartitions > sides_max) return fail(Errc::media_incompatible);
  wire::CreateMediumParams out;
  RSM_TRY(auto const id, given_or_made(medium.ObjectGuid));
  out.id = MediumId{id};
  out.name = std::move(*name);
  out.description = std::move(*description);
  out.enabled = medium.Enabled != FALSE;
  if (!NTMS_IS_NULLGUID(in.CurrentLibrary)) out.library = LibraryId{from_windows(in.CurrentLibrary)};
  out.pool = PoolId{from_windows(in.MediaPool)};
  out.barcode = std::move(*barcode);
  for (DWORD i = 0; i < in.dwNumberOfPartitions; ++i) {
    RSM_TRY(auto side, side_params(sides[i]));
    out.sides.push_back(std::move(side));
  }
  if ((options & NTMS_ERROR_ON_DUPLICATE) != 0) out.error_on_duplicate = true;
  return out;
}

template <class Object, class Info>
void show(Object& object, Info const& info, DWORD type) {
  Object out;
  std::memset(&out, 0, sizeof out);
  fill(out, info);
  out.dwSize = object.dwSize;
  std::memcpy(&object, &out, size_needed<Object>(type));
}

template <class Object>
DWORD create_media(client::Connection& connection, Object* medium, Object* sides, DWORD options) {
  if (medium == nullptr || sides == nullptr || (options & ~static_cast<DWORD>(NTMS_ERROR_ON_DUPLICATE)) != 0) return ERROR_INVALID_PARAMETER;
  auto const params = params_of(*medium, sides, options);
  if (!params) return number_of(params);
  auto const made = connection.medium_create(*params);
  if (!made) return number_of(made);
  if (made->sides.size() != params->sides.size()) return ERROR_NOT_CONNECTED;  // an answer that nobody can use
  for (std::size_t i = 0; i < made->sides.size(); ++i) show(sides[i], made->sides[i], NTMS_PARTITION);
  show(*medium, *made, NTMS_PHYSICAL_MEDIA);
  return ERROR_SUCCESS;
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI CreateNtmsMediaA(HANDLE hSession, LPNTMS_OBJECTINFORMATIONA lpMedia, LPNTMS_OBJECTINFORMATIONA lpList, DWORD dwOptions) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::create_media(connection, lpMedia, lpList, dwOptions); });
}

DWORD WINAPI CreateNtmsMediaW(HANDLE hSession, LPNTMS_OBJECTINFORMATIONW lpMedia, LPNTMS_OBJECTINFORMATIONW lpList, DWORD dwOptions) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::create_media(connection, lpMedia, lpList, dwOptions); });
}

}  // extern "C"
