// EjectDiskFromSADrive, and its name in the import library. Source: ntms-functions.md section 6, rsm-model.md section 13, readings.md 22.
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "api/client/limits.hpp"
#include "api/client/ntmsapi_border.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_text.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

struct DiskEject {
  std::optional<std::string> computer, application;
  std::string device, title, message;
  DWORD options = NTMS_EJECT_START;
};

// ---- which drive

// Two paths of one device: the one that the service has is persistent, people type another one.
bool same_node(std::string const& one, std::string const& other) {
  if (!one.starts_with('/') || !other.starts_with('/')) return false;
  struct stat a {}, b {};
  if (stat(one.c_str(), &a) != 0 || stat(other.c_str(), &b) != 0) return false;
  bool const devices = (S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode)) || (S_ISCHR(a.st_mode) && S_ISCHR(b.st_mode));
  return devices ? a.st_rdev == b.st_rdev : a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool is_called(wire::DriveInfo const& drive, std::string const& device) {
  return drive.device == device || drive.name == device || Guid::parse(device) == drive.id.guid || same_node(drive.device, device);
}

Result<wire::DriveInfo> drive_called(client::Connection& connection, std::string const& device) {
  wire::ListParams params;
  for (std::size_t pages = 0; pages < limits::client_pages_max; ++pages) {
    RSM_TRY(auto page, connection.drive_list(params));
    auto const found = std::ranges::find_if(page.items, [&](auto const& drive) { return is_called(drive, device); });
    if (found != page.items.end()) return std::move(*found);
    if (!page.next_cursor || page.next_cursor->empty()) return fail(Errc::resource_not_present, device, "there is no drive of this name");
    params.cursor = std::move(page.next_cursor);
  }
  return fail(Errc::not_connected, "drive.list", "the service's list has no end");
}

// A drive without robot and slots, which is there and may be used.
Result<wire::DriveInfo> standalone_drive(client::Connection& connection, std::string const& device) {
  RSM_TRY(auto drive, drive_called(connection, device));
  RSM_TRY(auto const library, connection.library_get({drive.library.guid, {}}));
  bool const robotic = library.changers != 0 || library.slots != 0;
  if (robotic) return fail(Errc::resource_not_present, drive.name, "it is a drive of a library with a robot");
  bool const usable = library.enabled && drive.enabled && library.operational_state == OperationalState::ready && drive.operational_state != OperationalState::not_present;
  if (!usable) return fail(Errc::device_not_available, drive.name, "it is disabled or not there");
  return drive;
}

// ---- what is done with it

Result<RequestId> queue_eject(client::Connection& connection, wire::DriveInfo const& drive, bool force) {
  if (drive.medium.is_zero()) return fail(Errc::media_not_available, drive.name, "nothing is known to be in it");
  wire::EjectParams params;
  RSM_TRY(params.key, client::make_key());
  params.medium = drive.medium;
  if (force) params.force = true;
  RSM_TRY(auto const queued, connection.medium_eject(params));
  return queued.request;
}

Result<> end_of(client::Connection& connection, RequestId request) {
  for (;;) {
    Millis const step = limits::client_wait_step;
    auto const ended = connection.request_wait({request, step.count()}, step + limits::client_call_limit);
    if (!ended && ended.error().code == Errc::timeout) continue;
    if (!ended) return std::unexpected(ended.error());
    if (ended->state == RequestState::passed) return {};
    auto const code = error_from_number(static_cast<std::uint32_t>(ended->error));
    return fail(!code || *code == Errc::success ? Errc::invalid_state : *code, "eject", ended->reason);
  }
}

Result<> eject_and_wait(client::Connection& connection, wire::DriveInfo const& drive, bool force) {
  RSM_TRY(auto const request, queue_eject(connection, drive, force));
  return end_of(connection, request);
}

Result<> stop_eject(client::Connection& connection, wire::DriveInfo const& drive) {
  wire::RequestListParams params;
  params.library = drive.library;
  params.open_only = true;
  RSM_TRY(auto const open, connection.request_list(params));
  auto const found = std::ranges::find(open.items, Operation::eject, &wire::RequestInfo::operation);
  if (found == open.items.end()) return fail(Errc::invalid_operation, drive.name, "no eject is under way");
  RSM_CHECK(connection.medium_eject_stop({found->id}));
  return {};
}

// No answer but a person's ends it.
Result<> ask_user(client::Connection& connection, DiskEject const& wanted, wire::DriveInfo const& drive) {
  wire::OperatorSubmitParams params;
  RSM_TRY(params.key, client::make_key());
  std::string text = wanted.title + (wanted.title.empty() || wanted.message.empty() ? "" : ": ") + wanted.message;
  if (text.empty()) text = "What is in " + drive.name + " could not be ejected: eject it by force (satisfy), or leave it (refuse)?";
  params.message = cut(text, limits::message_chars_max);
  RSM_TRY(auto const asked, connection.opreq_submit(params));
  for (;;) {
    Millis const step = limits::client_wait_step;
    auto const answer = connection.opreq_wait({asked.id, step.count()}, step + limits::client_call_limit);
    if (!answer && answer.error().code == Errc::timeout) continue;
    if (!answer) return std::unexpected(answer.error());
    if (answer->state == OperatorState::complete) return {};
    return fail(Errc::cancelled, drive.name, "the user cancelled");
  }
}

// Whether force may help: what is not there, or is not allowed, stays so.
bool may_be_forced(Error const& error) {
  return error.code != Errc::access_denied && error.code != Errc::media_not_available && error.code != Errc::not_connected && error.code != Errc::cancelled;
}

Result<> eject_or_ask(client::Connection& connection, DiskEject const& wanted, wire::DriveInfo const& drive) {
  auto const ejected = eject_and_wait(connection, drive, false);
  if (ejected || !may_be_forced(ejected.error())) return ejected;
  RSM_CHECK(ask_user(connection, wanted, drive));
  return eject_and_wait(connection, drive, true);
}

Result<> carry_out(client::Connection& connection, DiskEject const& wanted) {
  RSM_TRY(auto const drive, standalone_drive(connection, wanted.device));
  switch (wanted.options) {
    case NTMS_EJECT_STOP: return stop_eject(connection, drive);
    case NTMS_EJECT_IMMEDIATE: return eject_and_wait(connection, drive, false);
    case NTMS_EJECT_ASK_USER: return eject_or_ask(connection, wanted, drive);
    default: {
      RSM_CHECK(queue_eject(connection, drive, wanted.options == NTMS_EJECT_FORCE));
      return {};
    }
  }
}

template <class Character>
DWORD eject_disk(Character const* computer, Character const* application, Character const* device, Character const* title, Character const* message, DWORD options) {
  auto const text = [](Character const* given) { return text_or_none(given, other_text_chars_max); };
  auto const name = text(device), heading = text(title), words = text(message);
  if (!name || name->empty() || !heading || !words || options > NTMS_EJECT_ASK_USER) return ERROR_INVALID_PARAMETER;
  DiskEject const wanted{text(computer), text_or_none(application, limits::application_chars_max), *name, *heading, *words, options};
  auto const session = own_session(wanted.computer, wanted.application);
  if (!session) return number_of(session);
  DWORD const outcome = number_of(carry_out(**session, wanted));
  (void)(*session)->close_session();  // one that cannot be closed now the service closes after its grace
  return outcome;
}

}  // namespace
}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI EjectDiskFromSADriveA(LPCSTR lpComputerName, LPCSTR lpAppName, LPCSTR lpDeviceName, HWND, LPCSTR lpTitle, LPCSTR lpMessage, DWORD dwOptions) {
  return rsm::ntms::guarded([=] { return rsm::ntms::eject_disk(lpComputerName, lpAppName, lpDeviceName, lpTitle, lpMessage, dwOptions); });
}

DWORD WINAPI EjectDiskFromSADriveW(LPCWSTR lpComputerName, LPCWSTR lpAppName, LPCWSTR lpDeviceName, HWND, LPCWSTR lpTitle, LPCWSTR lpMessage, DWORD dwOptions) {
  return rsm::ntms::guarded([=] { return rsm::ntms::eject_disk(lpComputerName, lpAppName, lpDeviceName, lpTitle, lpMessage, dwOptions); });
}

// In Windows' import library, in no header.
DWORD WINAPI DoEjectFromSADriveW(LPCWSTR lpComputerName, LPCWSTR lpAppName, LPCWSTR lpDeviceName, HWND hWnd, LPCWSTR lpTitle, LPCWSTR lpMessage, DWORD dwOptions);
DWORD WINAPI DoEjectFromSADriveW(LPCWSTR lpComputerName, LPCWSTR lpAppName, LPCWSTR lpDeviceName, HWND hWnd, LPCWSTR lpTitle, LPCWSTR lpMessage, DWORD dwOptions) {
  return EjectDiskFromSADriveW(lpComputerName, lpAppName, lpDeviceName, hWnd, lpTitle, lpMessage, dwOptions);
}

}  // extern "C"
