// DismountNtmsDrive, DeleteNtmsDrive, DeleteNtmsLibrary, IdentifyNtmsSlot, InventoryNtmsLibrary, AccessNtmsLibraryDoor, CleanNtmsDrive, ReserveNtmsCleanerSlot, ReleaseNtmsCleanerSlot,
// GetVolumesFromDrive. Source: ntms-functions.md section 6.
#include <cstdlib>
#include <cstring>

#include "api/client/limits.hpp"
#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

DWORD dismount_drive(client::Connection& connection, LPNTMS_GUID drive) {
  if (drive == nullptr) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.drive_dismount({std::move(*key), DriveId{from_windows(*drive)}}));
}

// Very many media may have to leave it: no limit of an ordinary call.
DWORD delete_library(client::Connection& connection, LPNTMS_GUID library) {
  if (library == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.library_delete({LibraryId{from_windows(*library)}}, limits::client_copy_limit));
}

DWORD delete_drive(client::Connection& connection, LPNTMS_GUID drive) {
  if (drive == nullptr) return ERROR_INVALID_PARAMETER;
  return number_of(connection.drive_delete({DriveId{from_windows(*drive)}}, limits::client_copy_limit));
}

std::optional<wire::InventoryAction> inventory_action(DWORD action) {
  switch (action) {
    case NTMS_INVENTORY_FAST: return wire::InventoryAction::fast;
    case NTMS_INVENTORY_OMID: return wire::InventoryAction::omid;
    case NTMS_INVENTORY_DEFAULT: return wire::InventoryAction::default_method;
    case NTMS_INVENTORY_STOP: return wire::InventoryAction::stop;
    default: return std::nullopt;
  }
}

DWORD inventory(client::Connection& connection, LPNTMS_GUID library, DWORD action) {
  auto const wanted = inventory_action(action);
  if (library == nullptr || !wanted) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.library_inventory({std::move(*key), LibraryId{from_windows(*library)}, *wanted}));
}

DWORD clean_drive(client::Connection& connection, LPNTMS_GUID drive) {
  if (drive == nullptr) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.drive_clean({std::move(*key), DriveId{from_windows(*drive)}}));
}

DWORD reserve_cleaner_slot(client::Connection& connection, LPNTMS_GUID library, LPNTMS_GUID slot) {
  if (library == nullptr || slot == nullptr) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.cleaner_reserve({std::move(*key), LibraryId{from_windows(*library)}, SlotId{from_windows(*slot)}}));
}

DWORD release_cleaner_slot(client::Connection& connection, LPNTMS_GUID library) {
  if (library == nullptr) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.cleaner_release({std::move(*key), LibraryId{from_windows(*library)}}));
}

std::optional<wire::DoorAction> door_action(DWORD action) {
  switch (action) {
    case NTMS_INVENTORY_NONE: return wire::DoorAction::none;
    case NTMS_INVENTORY_FAST: return wire::DoorAction::fast;
    case NTMS_INVENTORY_OMID: return wire::DoorAction::omid;
    case NTMS_INVENTORY_DEFAULT: return wire::DoorAction::default_method;
    default: return std::nullopt;
  }
}

DWORD access_door(client::Connection& connection, LPNTMS_GUID library, DWORD action) {
  auto const wanted = door_action(action);
  if (library == nullptr || !wanted) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  return number_of(connection.library_door({std::move(*key), LibraryId{from_windows(*library)}, *wanted}));
}

// ---- IdentifyNtmsSlot -----------------------------------------------------------------------------------------------------

// Without a limit: an identification ends by itself.
DWORD wait_for_end(client::Connection& connection, RequestId request) {
  for (;;) {
    Millis const step = limits::client_wait_step;
    auto const ended = connection.request_wait({request, step.count()}, step + limits::client_call_limit);
    if (!ended && ended.error().code == Errc::timeout) continue;
    if (!ended) return number_of(ended);
    if (ended->state == RequestState::passed) return ERROR_SUCCESS;
    if (ended->error == 0 || ended->error == ERROR_UNEXPECTED_OMID) return ERROR_INVALID_STATE;
    return to_dword(ended->error);
  }
}

DWORD identify(client::Connection& connection, LPNTMS_GUID slot, DWORD option) {
  if (slot == nullptr || option > NTMS_DISMOUNT_IMMEDIATE) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  auto const queued = connection.slot_identify({std::move(*key), SlotId{from_windows(*slot)}});
  if (!queued || queued->requests.empty()) return number_of(queued);
  return wait_for_end(connection, queued->requests.front());
}

// ---- GetVolumesFromDrive --------------------------------------------------------------------------------------------------

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};
template <class Character>
using Text = std::unique_ptr<Character, Freed>;

template <class Character>
Text<Character> allocate(std::size_t units) {
  auto* memory = static_cast<Character*>(std::malloc(units * sizeof(Character)));
  if (memory == nullptr) throw std::bad_alloc();
  return Text<Character>(memory);
}

Text<CHAR> copy_for_caller(std::string const& text, CHAR const*) {
  if (text.empty()) return nullptr;
  std::string const valid = valid_utf8(text);
  auto out = allocate<CHAR>(valid.size() + 1);
  std::memcpy(out.get(), valid.c_str(), valid.size() + 1);
  return out;
}

Text<WCHAR> copy_for_caller(std::string const& text, WCHAR const*) {
  if (text.empty()) return nullptr;
  std::u16string const wide = utf16(text);
  auto out = allocate<WCHAR>(wide.size() + 1);
  std::memcpy(out.get(), wide.c_str(), (wide.size() + 1) * sizeof(WCHAR));
  return out;
}

template <class Character>
DWORD volumes(Character* name, Character** volume, Character** letter) {
  if (name == nullptr || volume == nullptr || letter == nullptr) return ERROR_INVALID_PARAMETER;
  *volume = nullptr;
  *letter = nullptr;
  auto const drive = text_argument(name, limits::name_chars_max);
  if (!drive || drive->empty()) return ERROR_INVALID_PARAMETER;
  client::Options options;
  options.client_name = "libntmsapi " RSM_VERSION;
  auto const connection = client::Connection::open(std::move(options));
  if (!connection) return number_of(connection);
  auto const found = (*connection)->volume_of_drive({*drive});
  if (!found) return number_of(found);
  auto volume_text = copy_for_caller(found->volume, name);
  auto letter_text = copy_for_caller(found->letter, name);
  *volume = volume_text.release();
  *letter = letter_text.release();
  return ERROR_SUCCESS;
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI DismountNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::dismount_drive(connection, lpDriveId); });
}

DWORD WINAPI DeleteNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::delete_drive(connection, lpDriveId); });
}

DWORD WINAPI DeleteNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::delete_library(connection, lpLibraryId); });
}

DWORD WINAPI InventoryNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::inventory(connection, lpLibraryId, dwAction); });
}

DWORD WINAPI IdentifyNtmsSlot(HANDLE hSession, LPNTMS_GUID lpSlotId, DWORD dwOption) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::identify(connection, lpSlotId, dwOption); });
}

DWORD WINAPI AccessNtmsLibraryDoor(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::access_door(connection, lpLibraryId, dwAction); });
}

DWORD WINAPI CleanNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::clean_drive(connection, lpDriveId); });
}

DWORD WINAPI ReserveNtmsCleanerSlot(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpSlot) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::reserve_cleaner_slot(connection, lpLibrary, lpSlot); });
}

DWORD WINAPI ReleaseNtmsCleanerSlot(HANDLE hSession, LPNTMS_GUID lpLibrary) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::release_cleaner_slot(connection, lpLibrary); });
}

DWORD WINAPI GetVolumesFromDriveA(LPSTR pszDriveName, LPSTR* VolumeNameBufferPtr, LPSTR* DriveLetterBufferPtr) {
  return rsm::ntms::guarded(
      [=] { return rsm::ntms::volumes(pszDriveName, VolumeNameBufferPtr, DriveLetterBufferPtr); });
}

DWORD WINAPI GetVolumesFromDriveW(LPWSTR pszDriveName, LPWSTR* VolumeNameBufferPtr, LPWSTR* DriveLetterBufferPtr) {
  return rsm::ntms::guarded(
      [=] { return rsm::ntms::volumes(pszDriveName, VolumeNameBufferPtr, DriveLetterBufferPtr); });
}

}  // extern "C"
