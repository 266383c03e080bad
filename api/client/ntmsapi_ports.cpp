// EjectNtmsMedia, InjectNtmsMedia, InjectNtmsCleaner, EjectNtmsCleaner.
//
// What for: what NTMS_EJECT_QUEUE collects is kept here, with its session, so that a restart of the service does not lose it; the service
// says at each one whether all of them could be ejected together. Source: ntms-functions.md section 6, rsm-model.md section 13, readings.md 21.
#include "api/client/ntmsapi_ports.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

#include "api/client/ntmsapi_convert.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

using Media = std::vector<MediumId>;

// Never destroyed: at exit other threads may still be in a call.
class Batches {
 public:
  static Batches& all() {
    static Batches& batches = *new Batches;
    return batches;
  }
  Media of(client::Connection const& session) {
    std::lock_guard const lock(mutex_);
    auto const found = batches_.find(&session);
    return found == batches_.end() ? Media{} : found->second;
  }
  // False: another thread has changed it since `before` was read.
  bool replace(client::Connection const& session, Media const& before, Media after) {
    std::lock_guard const lock(mutex_);
    auto const found = batches_.find(&session);
    if ((found == batches_.end() ? Media{} : found->second) != before) return false;
    if (after.empty())
      batches_.erase(&session);
    else
      batches_[&session] = std::move(after);
    return true;
  }
  void forget(client::Connection const& session) {
    std::lock_guard const lock(mutex_);
    batches_.erase(&session);
  }

 private:
  std::mutex mutex_;
  std::map<client::Connection const*, Media> batches_;
};

bool named(LPNTMS_GUID id) { return id != nullptr && !NTMS_IS_NULLGUID(*id); }

Result<wire::EjectBatchParams> batch_params(Media media) {
  wire::EjectBatchParams params;
  RSM_TRY(params.key, client::make_key());
  params.media = std::move(media);
  return params;
}

// ---- EjectNtmsMedia -------------------------------------------------------------------------------------------------------

DWORD collect(client::Connection& connection, MediumId medium) {
  for (;;) {
    Media const before = Batches::all().of(connection);
    if (std::ranges::find(before, medium) != before.end()) return ERROR_SUCCESS;
    if (before.size() >= limits::mount_media_max) return ERROR_BUSY;
    Media after = before;
    after.push_back(medium);
    auto params = batch_params(after);
    if (!params) return number_of(params);
    params->check = true;
    if (auto const possible = connection.medium_eject_batch(*params); !possible) return number_of(possible);
    if (Batches::all().replace(connection, before, std::move(after))) return ERROR_SUCCESS;
  }
}

DWORD start_eject(client::Connection& connection, Media const& media, bool force, LPNTMS_GUID operation) {
  auto params = batch_params(media);
  if (!params) return number_of(params);
  if (force) params->force = true;
  auto const started = connection.medium_eject_batch(*params);
  if (!started) return number_of(started);
  if (started->requests.empty()) return ERROR_NOT_CONNECTED;  // an answer that nobody can use
  *operation = to_windows(started->requests.front().guid);
  return ERROR_SUCCESS;
}

DWORD start_batch(client::Connection& connection, LPNTMS_GUID operation) {
  Media const media = Batches::all().of(connection);
  if (media.empty()) return ERROR_INVALID_OPERATION;
  DWORD const number = start_eject(connection, media, false, operation);
  if (number != ERROR_SUCCESS) return number;
  while (!Batches::all().replace(connection, media, {})) {  // somebody has collected more meanwhile: that stays
    Media const now = Batches::all().of(connection);
    Media rest;
    std::ranges::copy_if(now, std::back_inserter(rest), [&](MediumId id) { return std::ranges::find(media, id) == media.end(); });
    if (Batches::all().replace(connection, now, std::move(rest))) break;
  }
  return ERROR_SUCCESS;
}

// A stop that broke says of an eject that has ended meanwhile what it says of every one that is not under way.
template <class Stop>
DWORD stop_operation(client::Connection& connection, LPNTMS_GUID operation, Stop stop) {
  if (!named(operation)) return operation == nullptr ? ERROR_INVALID_PARAMETER : ERROR_INVALID_OPERATION;
  wire::RequestParams const which{RequestId{from_windows(*operation)}};
  auto const stopped = stop(which);
  if (stopped || stopped.error().code != Errc::not_connected) return number_of(stopped);
  auto const now = connection.request_get({which.request});
  if (now && now->state == RequestState::stopped) return ERROR_SUCCESS;
  return now ? number_of(stop(which)) : number_of(now);
}

DWORD eject(client::Connection& connection, LPNTMS_GUID medium, LPNTMS_GUID operation, DWORD action) {
  bool const starts = action == NTMS_EJECT_START || action == NTMS_EJECT_FORCE;
  if (action > NTMS_EJECT_FORCE || (starts && operation == nullptr)) return ERROR_INVALID_PARAMETER;
  if (action == NTMS_EJECT_STOP) return stop_operation(connection, operation, [&](auto const& which) { return connection.medium_eject_stop(which); });
  if (action == NTMS_EJECT_START && !named(medium)) return start_batch(connection, operation);
  if (medium == nullptr) return ERROR_INVALID_PARAMETER;
  MediumId const id{from_windows(*medium)};
  if (action == NTMS_EJECT_QUEUE) return collect(connection, id);
  return start_eject(connection, {id}, action == NTMS_EJECT_FORCE, operation);
}

// ---- InjectNtmsMedia ------------------------------------------------------------------------------------------------------

DWORD start_inject(client::Connection& connection, LPNTMS_GUID library, LPNTMS_GUID operation, bool many) {
  auto key = client::make_key();
  if (!key) return number_of(key);
  wire::InjectParams params{std::move(*key), LibraryId{from_windows(*library)}, {}};
  if (many) params.many = true;
  auto const started = connection.library_inject(params);
  if (started) *operation = to_windows(started->request.guid);
  return number_of(started);
}

// To look once more does no harm, so a call that broke is made again.
DWORD retract(client::Connection& connection, LPNTMS_GUID operation) {
  wire::RequestParams const which{RequestId{from_windows(*operation)}};
  auto retracted = connection.library_inject_retract(which);
  if (!retracted && retracted.error().code == Errc::not_connected) retracted = connection.library_inject_retract(which);
  return number_of(retracted);
}

DWORD inject(client::Connection& connection, LPNTMS_GUID library, LPNTMS_GUID operation, DWORD action) {
  if (action > NTMS_INJECT_STARTMANY || operation == nullptr) return ERROR_INVALID_PARAMETER;
  if (action == NTMS_INJECT_STOP) return stop_operation(connection, operation, [&](auto const& which) { return connection.library_inject_stop(which); });
  if (action == NTMS_INJECT_RETRACT) return retract(connection, operation);
  if (library == nullptr) return ERROR_INVALID_PARAMETER;
  return start_inject(connection, library, operation, action == NTMS_INJECT_STARTMANY);
}

// ---- InjectNtmsCleaner, EjectNtmsCleaner ----------------------------------------------------------------------------------

DWORD inject_cleaner(client::Connection& connection, LPNTMS_GUID library, LPNTMS_GUID operation, DWORD uses, DWORD action) {
  if (action > NTMS_INJECT_STOP || operation == nullptr) return ERROR_INVALID_PARAMETER;
  if (action == NTMS_INJECT_STOP) return stop_operation(connection, operation, [&](auto const& which) { return connection.cleaner_inject_stop(which); });
  if (library == nullptr || uses == 0) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  auto const started = connection.cleaner_inject({std::move(*key), LibraryId{from_windows(*library)}, uses});
  if (started) *operation = to_windows(started->request.guid);
  return number_of(started);
}

DWORD eject_cleaner(client::Connection& connection, LPNTMS_GUID library, LPNTMS_GUID operation, DWORD action) {
  if (action > NTMS_EJECT_STOP || operation == nullptr) return ERROR_INVALID_PARAMETER;
  if (action == NTMS_EJECT_STOP) return stop_operation(connection, operation, [&](auto const& which) { return connection.cleaner_eject_stop(which); });
  if (library == nullptr) return ERROR_INVALID_PARAMETER;
  auto key = client::make_key();
  if (!key) return number_of(key);
  auto const started = connection.cleaner_eject({std::move(*key), LibraryId{from_windows(*library)}});
  if (started) *operation = to_windows(started->request.guid);
  return number_of(started);
}

}  // namespace

void forget_batch_of(Session const& session) { Batches::all().forget(*session); }

}  // namespace rsm::ntms

extern "C" {

DWORD WINAPI EjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpEjectOperation, DWORD dwAction) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::eject(connection, lpMediaId, lpEjectOperation, dwAction); });
}

DWORD WINAPI InjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpLibraryId, LPNTMS_GUID lpInjectOperation, DWORD dwAction) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::inject(connection, lpLibraryId, lpInjectOperation, dwAction); });
}

DWORD WINAPI InjectNtmsCleaner(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpInjectOperation, DWORD dwNumberOfCleansLeft, DWORD dwAction) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::inject_cleaner(connection, lpLibrary, lpInjectOperation, dwNumberOfCleansLeft, dwAction); });
}

DWORD WINAPI EjectNtmsCleaner(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpEjectOperation, DWORD dwAction) {
  return rsm::ntms::with_session(hSession, [=](auto& connection) { return rsm::ntms::eject_cleaner(connection, lpLibrary, lpEjectOperation, dwAction); });
}

}  // extern "C"
