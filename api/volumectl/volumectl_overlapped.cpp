// GetOverlappedResult, CancelIo. Source: the Windows documentation of each.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "api/volumectl/operation.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::volumectl {
namespace {

Answer<> check_overlapped(LPOVERLAPPED overlapped) {
  if (overlapped == nullptr) return refuse_parameter("lpOverlapped", "must not be NULL");
  if (reinterpret_cast<std::uintptr_t>(overlapped) % alignof(OVERLAPPED) != 0) return refuse_parameter("lpOverlapped", "is not aligned");
  return {};
}

// What a completed operation has left in its OVERLAPPED; the sentence where it is still known.
Answer<DWORD> completed_result(VolumeFile const& file, OVERLAPPED const& overlapped) {
  Lock const lock = lock_process();
  ULONG_PTR const status = __atomic_load_n(&overlapped.Internal, __ATOMIC_ACQUIRE);
  if (status == 0) return static_cast<DWORD>(overlapped.InternalHigh);
  DWORD const number = status == status_cancelled ? ERROR_OPERATION_ABORTED : static_cast<DWORD>(status & 0xFFFF);
  auto const known = file.failures.find(&overlapped);
  if (known != file.failures.end() && known->second.number == number) return std::unexpected(known->second);
  return refuse(number, file.client->device(), "");
}

// `wait`: how long; 0 does not.
Answer<> overlapped_result(HANDLE handle, LPOVERLAPPED overlapped, LPDWORD bytes, Millis wait, DWORD error_when_over) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  if (auto good = check_overlapped(overlapped); !good) return good;
  if (bytes == nullptr) return refuse_parameter("lpNumberOfBytesTransferred", "must not be NULL");
  auto const operation = under_way(overlapped);
  if (operation) {
    if (operation->file != *file) return refuse_parameter("hFile", "the operation is under way on another handle");
    if (!wait_for(operation, Clock::now() + wait)) return refuse(error_when_over, (*file)->client->device(), "");
  } else if (HasOverlappedIoCompleted(overlapped) == 0) {
    return refuse(ERROR_IO_INCOMPLETE, "lpOverlapped", "says that it is pending, but no operation was started with it");
  }
  auto const result = operation ? *wait_for(operation, std::nullopt) : completed_result(**file, *overlapped);
  put(bytes, operation ? operation->work->bytes() : static_cast<DWORD>(overlapped->InternalHigh));
  if (!result) return std::unexpected(result.error());
  return {};
}

// Those of the handle that `mine` is true for.
std::vector<OperationPtr> operations_of(VolumeFile const& file, auto&& mine) {
  Lock const lock = lock_process();
  std::vector<OperationPtr> found;
  std::ranges::copy_if(file.under_way, std::back_inserter(found), mine);
  return found;
}

Answer<> cancel_of_thread(HANDLE handle) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  for (auto const& operation : operations_of(**file, [](OperationPtr const& o) { return o->thread == std::this_thread::get_id(); })) cancel(operation);
  return {};
}

Answer<> cancel_some(HANDLE handle, LPOVERLAPPED overlapped) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  auto const found = operations_of(**file, [&](OperationPtr const& o) { return overlapped == nullptr || o->overlapped == overlapped; });
  if (found.empty()) return refuse(ERROR_NOT_FOUND, (*file)->client->device(), "nothing is under way that could be cancelled");
  for (auto const& operation : found) cancel(operation);
  return {};
}

Millis limited(DWORD milliseconds) { return std::min<Millis>(Millis(milliseconds), limits::wait_max); }

}  // namespace
}  // namespace rsm::volumectl

extern "C" {

BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, BOOL bWait) {
  return rsm::volumectl::succeeds([&] {
    auto const wait = bWait != FALSE ? rsm::limits::wait_max : rsm::Millis{};
    return rsm::volumectl::overlapped_result(hFile, lpOverlapped, lpNumberOfBytesTransferred, wait, ERROR_IO_INCOMPLETE);
  });
}

BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds, BOOL) {
  return rsm::volumectl::succeeds([&] {
    DWORD const when_over = dwMilliseconds == 0 ? ERROR_IO_INCOMPLETE : WAIT_TIMEOUT;
    return rsm::volumectl::overlapped_result(hFile, lpOverlapped, lpNumberOfBytesTransferred, rsm::volumectl::limited(dwMilliseconds), when_over);
  });
}

BOOL WINAPI CancelIo(HANDLE hFile) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::cancel_of_thread(hFile); });
}

BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::cancel_some(hFile, lpOverlapped); });
}

}  // extern "C"
