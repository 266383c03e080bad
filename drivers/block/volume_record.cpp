#include "drivers/block/volume_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <span>
#include <thread>

#include "drivers/block/limits.hpp"
#include "drivers/block/sysfs.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

constexpr std::uint64_t record_mark = 0x4c4f564d5352ULL;  // "RSMVOL"
// Another layout has another number, and so another file: programs of two versions do not read each other's (O_EXCL keeps them apart).
constexpr int record_layout = 2;
struct FileLayout {
  VolumeRecordHead head;
  std::array<HandleSlot, limits::volume_handles_max> slots;  // a free one has no process
};
static_assert(sizeof(FileLayout) == 16984);

// "4711 (a b) S 1 ...": the command may contain anything, so fields are counted from the last parenthesis. 0: no such process, or a zombie.
std::uint64_t start_of(pid_t pid) {
  std::string const line = first_line(fmt::format("/proc/{}/stat", pid));
  std::size_t const end = line.rfind(')');
  if (end == std::string::npos) return 0;
  std::string_view fields = std::string_view(line).substr(std::min(end + 2, line.size()));
  constexpr int state_field = 3, start_field = 22;
  if (fields.starts_with('Z') || fields.starts_with('X')) return 0;
  for (int field = state_field; field < start_field; ++field) fields.remove_prefix(std::min(fields.find(' '), fields.size() - 1) + 1);
  return std::strtoull(std::string(fields).c_str(), nullptr, 10);
}

void forget_if_dead(ProcessId& process) {
  if (process.pid != 0 && !is_alive(process)) process = {};
}

VolumeRecord empty_record() {
  VolumeRecord record;
  record.mark = record_mark;
  return record;
}

// One for each thread that asks for it: a record is read many times for one command, and most of it is free places. Not in the thread's own memory,
// which every program that could ask would have to clear for every thread.
FileLayout& layout_buffer() {
  static thread_local std::unique_ptr<FileLayout> buffer;
  if (!buffer) buffer = std::make_unique<FileLayout>();
  return *buffer;
}

Result<VolumeRecord> read_from(int fd, std::string const& path) {
  FileLayout& file = layout_buffer();
  ssize_t const got = ::pread(fd, &file, sizeof file, 0);
  if (got < 0) return system_failure(errno, path, "read it");
  if (got == 0) return empty_record();
  if (got != sizeof file || file.head.mark != record_mark) return fail(Errc::bad_format, path, "this is no record of a volume; remove it");
  VolumeRecord record{file.head, {}};
  std::ranges::copy_if(file.slots, std::back_inserter(record.handles), [](HandleSlot const& slot) { return slot.handler.pid != 0; });
  record.prune();
  return record;
}

Result<> write_to(int fd, VolumeRecord const& record, std::string const& path) {
  if (record.handles.size() > limits::volume_handles_max) return fail(Errc::busy, path, fmt::format("{} handles are open on the volume; close some", limits::volume_handles_max));
  FileLayout& file = layout_buffer();
  file.head = record;
  auto const rest = std::ranges::copy(record.handles, file.slots.begin()).out;
  std::fill(rest, file.slots.end(), HandleSlot{});
  if (::pwrite(fd, &file, sizeof file, 0) != sizeof file) return system_failure(errno, path, "write the record of the volume");
  return {};
}

std::string record_name(dev_t device) { return fmt::format("{}-{}.v{}", major(device), minor(device), record_layout); }
std::string default_path(dev_t device) { return volume_state_directory() + "/" + record_name(device); }

}  // namespace

// Asked for once in each process: nobody is named in a record as often as who reads it.
ProcessId this_process() {
  static thread_local ProcessId self;
  if (self.pid != ::getpid()) self = {.pid = ::getpid(), .started = start_of(::getpid())};
  return self;
}

bool is_alive(ProcessId const& process) {
  if (process.pid == 0) return false;
  return process.pid == ::getpid() ? process == this_process() : start_of(process.pid) == process.started;
}

bool VolumeRecord::prevented() const {
  return removal_prevented != 0 || std::ranges::any_of(handles, [](auto const& slot) { return slot.preventions != 0; });
}

void VolumeRecord::prune() {
  forget_if_dead(locker);
  forget_if_dead(offline_keeper);
  forget_if_dead(manager);
  forget_if_dead(door_keeper);
  std::erase_if(handles, [](HandleSlot const& slot) { return !is_alive(slot.handler); });
}

void set_text(std::span<char> field, std::string_view text) {
  std::fill(field.begin(), field.end(), '\0');
  std::copy_n(text.begin(), std::min(text.size(), field.size() - 1), field.begin());
}

std::string text_of(std::span<char const> field) { return {field.data(), ::strnlen(field.data(), field.size())}; }

std::string volume_state_directory() {
  if (char const* given = ::secure_getenv("OPENRSM_VOLUME_STATE"); given != nullptr && *given != '\0') return given;
  if (::geteuid() == 0) return "/run/openrsm/volumes";
  if (char const* runtime = ::secure_getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/') return std::string(runtime) + "/openrsm/volumes";
  return fmt::format("/tmp/openrsm-{}/volumes", ::geteuid());
}

Result<VolumeRecordFile> VolumeRecordFile::at(std::string directory, dev_t device) {
  std::error_code failed;
  std::string const parent = std::filesystem::path(directory).parent_path().string();
  std::filesystem::create_directories(parent, failed);
  if (failed) return file_failure(failed.value(), parent, "make this folder");
  RSM_TRY(Folder folder, Folder::make_private(directory));
  return VolumeRecordFile(std::make_shared<Folder const>(std::move(folder)), record_name(device));
}

// Held for microseconds by everybody; the file is never removed while it is in use, so what was locked is what the name leads to.
Result<UniqueFd> VolumeRecordFile::lock(int flags) const {
  RSM_TRY(UniqueFd fd, (flags & O_CREAT) != 0 ? folder_->lock_file(name_) : folder_->open_file(name_, flags));
  for (Millis waited{0};; waited += limits::volume_settle_pause) {
    if (::flock(fd.get(), (flags & O_ACCMODE) == O_RDONLY ? LOCK_SH | LOCK_NB : LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno != EWOULDBLOCK && errno != EINTR) return system_failure(errno, path_, "lock the record of the volume");
    if (waited >= limits::volume_record_wait) return fail(Errc::busy, path_, "another process holds the record of the volume (fuser -v shows it)");
    std::this_thread::sleep_for(limits::volume_settle_pause);
  }
}

Result<> VolumeRecordFile::change(std::function<Result<>(VolumeRecord&)> const& change) const {
  RSM_TRY(UniqueFd const fd, lock(O_RDWR | O_CREAT));
  RSM_TRY(VolumeRecord record, read_from(fd.get(), path_));
  RSM_CHECK(change(record));
  return write_to(fd.get(), record, path_);
}

Result<VolumeRecord> VolumeRecordFile::read() const {
  if (::access(path_.c_str(), F_OK) != 0) return empty_record();
  RSM_TRY(UniqueFd const fd, lock(O_RDONLY));
  return read_from(fd.get(), path_);
}

std::uint64_t VolumeRecordFile::dismounts() const {
  UniqueFd const fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::uint64_t number = 0;
  if (!fd || ::pread(fd.get(), &number, sizeof number, offsetof(VolumeRecordHead, dismounts)) != sizeof number) return 0;
  return number;
}

UniqueFd VolumeRecordFile::watch() const {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (fd && ::inotify_add_watch(fd.get(), path_.c_str(), IN_MODIFY | IN_DONT_FOLLOW) < 0) fd.reset();
  return fd;
}

std::vector<pid_t> door_keepers(dev_t device) {
  std::vector<pid_t> keepers;
  if (::access(default_path(device).c_str(), F_OK) != 0) return keepers;
  auto const file = VolumeRecordFile::at(volume_state_directory(), device);
  auto const record = file ? file->read() : Result<VolumeRecord>(std::unexpected(file.error()));
  if (!record) return keepers;
  if (record->door_keeper.pid != 0) keepers.push_back(record->door_keeper.pid);
  for (auto const& slot : record->handles)
    if (slot.preventions != 0) keepers.push_back(slot.handler.pid);
  return keepers;
}

void count_dismount(dev_t device) {
  if (::access(default_path(device).c_str(), F_OK) != 0) return;
  auto const file = VolumeRecordFile::at(volume_state_directory(), device);
  if (!file) return;
  (void)file->change([](VolumeRecord& record) -> Result<> {
    ++record.dismounts;
    return {};
  });
}

void say_managed(dev_t device, std::string const& drive) {
  if (drive.empty()) return;
  auto const file = VolumeRecordFile::at(volume_state_directory(), device);
  if (!file) return;
  (void)file->change([&](VolumeRecord& record) -> Result<> {
    record.manager = this_process();
    set_text(record.manager_text, drive);
    return {};
  });
}

void say_no_longer_managed(dev_t device) {
  if (::access(default_path(device).c_str(), F_OK) != 0) return;
  auto const file = VolumeRecordFile::at(volume_state_directory(), device);
  if (!file) return;
  (void)file->change([](VolumeRecord& record) -> Result<> {
    if (record.manager == this_process()) record.manager = {};
    return {};
  });
}

}  // namespace rsm::block
