// DeviceIoControl, FlushFileBuffers, ReadFile, WriteFile, SetFilePointerEx. Source: the Windows documentation of each; volume-control.md.
#include <cstring>
#include <limits>

#include "api/volumectl/control_codes.hpp"
#include "api/volumectl/transfers.hpp"

namespace rsm::volumectl {
namespace {

using FilePtr = std::shared_ptr<VolumeFile>;

Answer<> control(HANDLE handle, DWORD number, ControlBuffers const& buffers, LPDWORD bytes, LPOVERLAPPED overlapped) {
  auto const file = find<VolumeFile>(handle, "hDevice");
  if (!file) return std::unexpected(file.error());
  if (auto form = check_form(**file, overlapped, bytes); !form) return form;
  auto const* const code = find_control_code(number);
  if (code == nullptr) return refuse(ERROR_INVALID_FUNCTION, "dwIoControlCode", hexadecimal(number) + " is not known; docs/volumectl.md has those that are");
  auto work = control_work(*file, *code, buffers);
  if (!work) return std::unexpected(std::move(work.error()));
  return perform(*file, std::move(*work), overlapped, bytes);
}

Answer<> flush(HANDLE handle) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  auto const operation = start(*file, flush_work(*file), nullptr);
  if (!operation) return std::unexpected(operation.error());
  auto const result = wait_for(*operation, std::nullopt);
  if (!*result) return std::unexpected(result->error());
  return {};
}

// ---- transfers

struct Transfer {
  FilePtr file;
  void const* buffer;
  DWORD length;
  LPDWORD bytes;
  LPOVERLAPPED overlapped;
};

std::uint64_t offset_of(OVERLAPPED const& overlapped) { return static_cast<std::uint64_t>(overlapped.OffsetHigh) << 32 | overlapped.Offset; }

Answer<> check(Transfer const& transfer) {
  if (auto form = check_form(*transfer.file, transfer.overlapped, transfer.bytes); !form) return form;
  if (transfer.buffer == nullptr && transfer.length != 0) return refuse_parameter("lpBuffer", "must not be NULL");
  return {};
}

Answer<Extent> extent_at(Transfer const& transfer, std::uint64_t offset) {
  constexpr auto last = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (offset > last || transfer.length > last - offset) return refuse_parameter("offset", "is beyond every volume");
  bool const whole = offset % VCTL_SECTOR_BYTES == 0 && transfer.length % VCTL_SECTOR_BYTES == 0;
  if (transfer.file->mode.unbuffered && !whole)
    return refuse_parameter("FILE_FLAG_NO_BUFFERING", "offset and length are multiples of " + std::to_string(VCTL_SECTOR_BYTES));
  return Extent{offset, transfer.length};
}

// make_work(extent) at the place that the caller or the position says; a synchronous handle's position moves with it.
template <class Make>
Answer<> transfer_with(Transfer const& transfer, Make&& make_work) {
  auto& file = *transfer.file;
  if (auto good = check(transfer); !good) return good;
  std::unique_lock<std::mutex> const in_sequence = file.mode.overlapped ? std::unique_lock<std::mutex>() : std::unique_lock(file.sequence);
  std::uint64_t const offset = transfer.overlapped != nullptr ? offset_of(*transfer.overlapped) : [&] {
    Lock const lock = lock_process();
    return file.position;
  }();
  auto const extent = extent_at(transfer, offset);
  if (!extent) return std::unexpected(extent.error());
  DWORD moved = 0;
  auto answer = perform(transfer.file, make_work(*extent), transfer.overlapped, file.mode.overlapped ? transfer.bytes : &moved);
  if (file.mode.overlapped) return answer;
  put(transfer.bytes, moved);
  Lock const lock = lock_process();
  file.position = offset + moved;
  return answer;
}

Answer<> read(HANDLE handle, void* buffer, DWORD length, LPDWORD bytes, LPOVERLAPPED overlapped) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  put(bytes, 0);
  if (!(*file)->mode.access.read) return refuse(ERROR_ACCESS_DENIED, (*file)->client->device(), "the handle was opened without GENERIC_READ");
  return transfer_with({*file, buffer, length, bytes, overlapped},
                       [&](Extent extent) { return read_work(*file, buffer, extent, overlapped != nullptr); });
}

Answer<> write(HANDLE handle, void const* buffer, DWORD length, LPDWORD bytes, LPOVERLAPPED overlapped) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  put(bytes, 0);
  if (!(*file)->mode.access.write) return refuse(ERROR_ACCESS_DENIED, (*file)->client->device(), "the handle was opened without GENERIC_WRITE");
  return transfer_with({*file, buffer, length, bytes, overlapped}, [&](Extent extent) { return write_work(*file, buffer, extent); });
}

// ---- the position

Answer<LONGLONG> size_of(FilePtr const& file) {
  auto size = std::make_shared<LONGLONG>(0);  // outlives a wait that gives up
  auto work = control_work(file, *find_control_code(IOCTL_DISK_GET_LENGTH_INFO), {nullptr, 0, size.get(), sizeof *size});
  if (!work) return std::unexpected(std::move(work.error()));
  auto const operation = start(file, std::move(*work), nullptr);
  if (!operation) return std::unexpected(operation.error());
  auto const result = wait_for(*operation, std::nullopt);
  if (!*result) return std::unexpected(result->error());
  return *size;
}

Answer<LONGLONG> seek_base(FilePtr const& file, DWORD method) {
  if (method == FILE_BEGIN) return 0;
  if (method == FILE_END) return size_of(file);
  if (method != FILE_CURRENT) return refuse_parameter("dwMoveMethod", "FILE_BEGIN, FILE_CURRENT or FILE_END");
  Lock const lock = lock_process();
  return static_cast<LONGLONG>(file->position);
}

Answer<> seek(HANDLE handle, LONGLONG distance, PLARGE_INTEGER now, DWORD method) {
  auto const file = find<VolumeFile>(handle, "hFile");
  if (!file) return std::unexpected(file.error());
  std::unique_lock const in_sequence((*file)->sequence);
  auto const base = seek_base(*file, method);
  if (!base) return std::unexpected(base.error());
  LONGLONG position = 0;
  if (__builtin_add_overflow(*base, distance, &position)) return refuse_parameter("liDistanceToMove", "leads beyond every volume");
  if (position < 0) return refuse(ERROR_NEGATIVE_SEEK, "liDistanceToMove", "");
  {
    Lock const lock = lock_process();
    (*file)->position = static_cast<std::uint64_t>(position);
  }
  if (now != nullptr) std::memcpy(now, &position, sizeof position);
  return {};
}

}  // namespace
}  // namespace rsm::volumectl

extern "C" {

BOOL WINAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize, LPVOID lpOutBuffer, DWORD nOutBufferSize,
                            LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped) {
  return rsm::volumectl::succeeds([&] {
    return rsm::volumectl::control(hDevice, dwIoControlCode, {lpInBuffer, nInBufferSize, lpOutBuffer, nOutBufferSize}, lpBytesReturned, lpOverlapped);
  });
}

BOOL WINAPI FlushFileBuffers(HANDLE hFile) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::flush(hFile); });
}

BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::read(hFile, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped); });
}

BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::write(hFile, lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten, lpOverlapped); });
}

BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove, PLARGE_INTEGER lpNewFilePointer, DWORD dwMoveMethod) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::seek(hFile, liDistanceToMove.QuadPart, lpNewFilePointer, dwMoveMethod); });
}

}  // extern "C"
