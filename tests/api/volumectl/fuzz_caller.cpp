#include "fuzz_caller.hpp"

#include <cstring>

#include "drivers/volume/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::test {
namespace {

constexpr DWORD codes[] = {FSCTL_LOCK_VOLUME, FSCTL_UNLOCK_VOLUME, FSCTL_DISMOUNT_VOLUME, FSCTL_IS_VOLUME_MOUNTED, IOCTL_VOLUME_ONLINE, IOCTL_VOLUME_OFFLINE,
                           IOCTL_VOLUME_IS_OFFLINE, IOCTL_STORAGE_CHECK_VERIFY, IOCTL_STORAGE_MEDIA_REMOVAL, IOCTL_STORAGE_EJECTION_CONTROL,
                           IOCTL_STORAGE_EJECT_MEDIA, IOCTL_STORAGE_LOAD_MEDIA, IOCTL_DISK_GET_LENGTH_INFO, VCTL_READ, VCTL_WRITE, VCTL_FLUSH, 0, 0xFFFFFFFF};
constexpr DWORD flag_sets[] = {0, 0, FILE_FLAG_OVERLAPPED, FILE_FLAG_OVERLAPPED, FILE_FLAG_NO_BUFFERING, FILE_FLAG_WRITE_THROUGH,
                               FILE_FLAG_OVERLAPPED | FILE_FLAG_WRITE_THROUGH, FILE_FLAG_DELETE_ON_CLOSE};
constexpr std::size_t spare = 64;  // for what begins at an odd address

void WINAPI listen_and_close(DWORD notice, LPVOID context) {
  auto& pool = *static_cast<FuzzPool*>(context);
  CloseHandle(pool.handles[0][notice % pool.handles[0].size()].load());
}

}  // namespace

// Each kind of pointer has its own: two that a caller passes may overlap with themselves, not with what is written for another call.
struct FuzzCaller::Memory {
  std::vector<char> data = std::vector<char>(limits::volume_transfer_bytes_max + spare);
  std::array<char, 256> in{}, out{}, places{};
  std::array<OVERLAPPED, 16> overlapped{};
  std::array<char, sizeof(OVERLAPPED) + 8> misaligned{};
};

FuzzCaller::FuzzCaller(FuzzPool& pool, std::uint64_t seed) : pool_(pool), random_(seed), memory_(std::make_unique<Memory>()) {}
FuzzCaller::FuzzCaller(FuzzCaller&&) noexcept = default;
FuzzCaller::~FuzzCaller() = default;

void FuzzCaller::call() {
  using Deed = void (FuzzCaller::*)();
  constexpr Deed deeds[] = {&FuzzCaller::open,   &FuzzCaller::close,   &FuzzCaller::control, &FuzzCaller::control, &FuzzCaller::transfer,   &FuzzCaller::transfer, &FuzzCaller::seek,
                            &FuzzCaller::results, &FuzzCaller::results, &FuzzCaller::cancels, &FuzzCaller::events,  &FuzzCaller::waits,      &FuzzCaller::extensions,
                            &FuzzCaller::listeners, &FuzzCaller::last_error, &FuzzCaller::volume_acts};
  (this->*pick(deeds))();
}

// ---- what is passed

HANDLE FuzzCaller::made_up() {
  switch (below(5)) {
    case 0: return nullptr;
    case 1: return INVALID_HANDLE_VALUE;
    case 2: return static_cast<HANDLE>(memory_.get());
    case 3: return reinterpret_cast<HANDLE>(below(1 << 16));
    default: return reinterpret_cast<HANDLE>(random_() | (std::uint64_t{1} << 63));
  }
}

HANDLE FuzzCaller::handle(Kind kind) {
  if (one_in(20)) return made_up();
  auto& slots = pool_.handles[one_in(15) ? below(pool_.handles.size()) : static_cast<std::size_t>(kind)];
  return slots[below(slots.size())].load();
}

// One that is pushed out of the pool is closed, or stays open until the end of the process when another caller is closing it.
void FuzzCaller::keep(Kind kind, HANDLE fresh) {
  auto& slots = pool_.handles[static_cast<std::size_t>(kind)];
  HANDLE const old = slots[below(slots.size())].exchange(fresh);
  if (old != nullptr && !CloseHandle(old)) VctlUnregisterVolumeNotification(old);
}

DWORD FuzzCaller::size() {
  constexpr DWORD sizes[] = {0, 1, 3, 4, 7, 8, 16, 511, 512, 4096, 65536, 1u << 20, 0x7FFFFFFF, 0xFFFFFFFF};
  return one_in(4) ? static_cast<DWORD>(random_()) : pick(sizes);
}

LPDWORD FuzzCaller::place() { return one_in(6) ? nullptr : reinterpret_cast<LPDWORD>(memory_->places.data() + below(200)); }

LPOVERLAPPED FuzzCaller::overlapped() {
  if (one_in(4)) return nullptr;
  if (one_in(12)) return reinterpret_cast<LPOVERLAPPED>(memory_->misaligned.data() + 1 + below(6));
  auto* const chosen = &memory_->overlapped[below(memory_->overlapped.size())];
  if (HasOverlappedIoCompleted(chosen)) {
    chosen->Offset = one_in(3) ? static_cast<DWORD>(random_()) : static_cast<DWORD>(below(70'000));
    chosen->OffsetHigh = one_in(10) ? static_cast<DWORD>(random_()) : 0;
    chosen->hEvent = one_in(2) ? nullptr : handle(Kind::event);
  }
  return chosen;
}

std::string FuzzCaller::narrow_name() {
  constexpr char const* names[] = {"/dev/fake", "/dev/fake", "/dev/fake", "/dev/fake", "\\\\.\\X:", "\\\\?\\Volume{}", "\\\\.\\", "X:", "", "//./", "/dev/fake\\"};
  if (!one_in(6)) return pick(names);
  std::string name(below(one_in(20) ? 70'000 : 40), '\0');
  for (char& c : name) c = static_cast<char>(1 + below(255));
  return name;
}

std::u16string FuzzCaller::wide_name() {
  if (!one_in(4)) return utf16(narrow_name());
  std::u16string name(below(one_in(20) ? 70'000 : 40), u'\0');
  for (char16_t& unit : name) unit = static_cast<char16_t>(one_in(3) ? 0xD800 + below(0x800) : 1 + below(0xFFFF));
  return name;
}

// ---- what comes back

void FuzzCaller::told(char const* function, bool good) {
  auto& tally = tallies_[function];
  ++tally.calls;
  if (good) {
    ++tally.good;
    return;
  }
  DWORD const number = GetLastError();
  ++tally.errors[number];
  if (number == ERROR_SUCCESS) complaints_.push_back(std::string(function) + " failed without an error number");
  if (number == ERROR_INTERNAL_ERROR) complaints_.push_back(std::string(function) + " found a fault of the library's own");
}

// A handle that cannot be one gives ERROR_INVALID_HANDLE, whatever else is wrong.
void FuzzCaller::expect_six(char const* function, HANDLE used, bool good) {
  told(function, good);
  bool const impossible = used == nullptr || used == INVALID_HANDLE_VALUE || used == static_cast<HANDLE>(memory_.get());
  if (impossible && (good || GetLastError() != ERROR_INVALID_HANDLE)) complaints_.push_back(std::string(function) + " took a handle that is none");
}

// ---- the calls

void FuzzCaller::open() {
  DWORD const access = one_in(12) ? static_cast<DWORD>(random_()) : pick({GENERIC_READ, GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, 0u});
  DWORD const share = one_in(20) ? static_cast<DWORD>(random_()) : FILE_SHARE_READ | FILE_SHARE_WRITE;
  DWORD const disposition = one_in(20) ? static_cast<DWORD>(below(8)) : OPEN_EXISTING;
  DWORD const flags = one_in(15) ? static_cast<DWORD>(random_()) : pick(flag_sets);
  bool const wide = one_in(2), none = one_in(20);
  std::string const narrow = narrow_name();
  std::u16string const units = wide_name();
  HANDLE const opened = wide ? CreateFileW(none ? nullptr : units.c_str(), access, share, nullptr, disposition, flags, nullptr)
                             : CreateFileA(none ? nullptr : narrow.c_str(), access, share, nullptr, disposition, flags, nullptr);
  told(wide ? "CreateFileW" : "CreateFileA", opened != INVALID_HANDLE_VALUE);
  if (opened != INVALID_HANDLE_VALUE) keep(Kind::volume, opened);
}

void FuzzCaller::close() {
  if (!one_in(6)) return;
  HANDLE const used = handle(static_cast<Kind>(below(3)));
  expect_six("CloseHandle", used, CloseHandle(used) != FALSE);
}

void FuzzCaller::control() {
  HANDLE const used = handle(Kind::volume);
  DWORD const code = one_in(10) ? static_cast<DWORD>(random_()) : pick(codes);
  bool const overlapping = one_in(4);
  char* const out = one_in(8) ? nullptr : memory_->out.data() + below(128);
  char* const in = one_in(8) ? nullptr : memory_->in.data() + below(128);
  LPDWORD const bytes = overlapping && out != nullptr ? reinterpret_cast<LPDWORD>(memory_->places.data() + 1) : place();
  expect_six("DeviceIoControl", used, DeviceIoControl(used, code, in, size(), out, size(), bytes, overlapped()) != FALSE);
  HANDLE const flushed = handle(Kind::volume);
  if (one_in(4)) expect_six("FlushFileBuffers", flushed, FlushFileBuffers(flushed) != FALSE);
}

void FuzzCaller::transfer() {
  HANDLE const used = handle(Kind::volume);
  char* const buffer = one_in(8) ? nullptr : memory_->data.data() + below(spare);
  if (one_in(2)) expect_six("ReadFile", used, ReadFile(used, buffer, size(), place(), overlapped()) != FALSE);
  else expect_six("WriteFile", used, WriteFile(used, buffer, size(), place(), overlapped()) != FALSE);
}

void FuzzCaller::seek() {
  HANDLE const used = handle(Kind::volume);
  LARGE_INTEGER move{}, now{};
  move.QuadPart = one_in(3) ? static_cast<LONGLONG>(random_()) : static_cast<LONGLONG>(below(70'000)) - 1000;
  expect_six("SetFilePointerEx", used, SetFilePointerEx(used, move, one_in(3) ? nullptr : &now, static_cast<DWORD>(below(4))) != FALSE);
}

void FuzzCaller::results() {
  HANDLE const used = handle(Kind::volume);
  if (one_in(2)) expect_six("GetOverlappedResult", used, GetOverlappedResult(used, overlapped(), place(), one_in(2)) != FALSE);
  else expect_six("GetOverlappedResultEx", used, GetOverlappedResultEx(used, overlapped(), place(), static_cast<DWORD>(below(3)), one_in(2)) != FALSE);
}

void FuzzCaller::cancels() {
  HANDLE const used = handle(Kind::volume);
  if (one_in(2)) expect_six("CancelIo", used, CancelIo(used) != FALSE);
  else expect_six("CancelIoEx", used, CancelIoEx(used, overlapped()) != FALSE);
}

void FuzzCaller::events() {
  HANDLE const used = handle(Kind::event);
  if (one_in(3)) {
    HANDLE const made = one_in(2) ? CreateEventA(nullptr, one_in(2), one_in(2), one_in(8) ? "name" : nullptr)
                                  : CreateEventW(nullptr, one_in(2), one_in(2), one_in(8) ? u"name" : nullptr);
    told("CreateEvent", made != nullptr);
    if (made != nullptr) keep(Kind::event, made);
  } else if (one_in(2)) {
    expect_six("SetEvent", used, SetEvent(used) != FALSE);
  } else {
    expect_six("ResetEvent", used, ResetEvent(used) != FALSE);
  }
}

void FuzzCaller::waits() {
  HANDLE const used = handle(one_in(2) ? Kind::event : Kind::volume);
  auto const time = static_cast<DWORD>(below(2));
  if (one_in(2)) return expect_six("WaitForSingleObject", used, WaitForSingleObject(used, time) != WAIT_FAILED);
  std::array<HANDLE, 70> many{};
  for (HANDLE& each : many) each = handle(one_in(2) ? Kind::event : Kind::volume);
  DWORD const count = static_cast<DWORD>(one_in(4) ? below(70) : 1 + below(3));
  told("WaitForMultipleObjects", WaitForMultipleObjects(count, one_in(10) ? nullptr : many.data(), one_in(2), time) != WAIT_FAILED);
}

void FuzzCaller::extensions() {
  HANDLE const used = handle(Kind::volume);
  VCTL_DISMOUNT_REPORT report{};
  report.dwSize = one_in(3) ? static_cast<DWORD>(below(1000)) : static_cast<DWORD>(sizeof report);
  if (one_in(2)) expect_six("VctlDismountReport", used, VctlDismountReport(used, one_in(8) ? nullptr : &report) != FALSE);
  else expect_six("VctlSetTimeLimit", used, VctlSetTimeLimit(used, one_in(5) ? static_cast<DWORD>(random_()) : pick(codes), 60'000 + size() % 1000) != FALSE);
}

void FuzzCaller::listeners() {
  bool const ends = one_in(2);
  HANDLE const used = handle(ends ? Kind::listener : Kind::volume);
  if (ends) return expect_six("VctlUnregisterVolumeNotification", used, VctlUnregisterVolumeNotification(used) != FALSE);
  HANDLE const made = VctlRegisterVolumeNotification(used, one_in(8) ? nullptr : listen_and_close, &pool_);
  expect_six("VctlRegisterVolumeNotification", used, made != nullptr);
  if (made != nullptr) keep(Kind::listener, made);
}

void FuzzCaller::last_error() {
  auto const number = static_cast<DWORD>(one_in(3) ? random_() : below(1500));
  SetLastError(number);
  if (GetLastError() != number) complaints_.push_back("GetLastError is not what was set");
  std::array<char, 300> text{};
  DWORD const length = VctlGetLastErrorText(one_in(8) ? nullptr : text.data(), static_cast<DWORD>(below(text.size())));
  told("VctlGetLastErrorText", length != 0);
  if (!is_utf8(text.data())) complaints_.push_back("the text of an error is no UTF-8");
}

// What happens to the volume meanwhile.
void FuzzCaller::volume_acts() {
  auto const volume = pool_.volumes.last();
  if (volume && volume->options().listener) volume->tell(static_cast<volume::Notice>(1 + below(4)));
  std::lock_guard const lock(pool_.volumes.medium->mutex);
  auto const operation = static_cast<volume::Operation>(1 + below(16));
  if (one_in(2)) pool_.volumes.medium->refusals.erase(operation);
  else if (one_in(4)) pool_.volumes.medium->refusals[operation] = {Errc::busy, "fake volume", "process 4711 (dd)"};
  pool_.volumes.medium->commands.clear();
  pool_.volumes.medium->limits.clear();
}

}  // namespace rsm::test
