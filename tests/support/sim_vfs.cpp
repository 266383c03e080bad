#include "tests/support/sim_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace rsm::sim {
namespace {

constexpr std::uint64_t sector_bytes = 512;

// A write or truncation that is not synced.
struct Change {
  bool truncation = false;
  std::uint64_t offset = 0;  // of a truncation: the size
  std::string_view bytes;
};

void put(std::string& content, Change const& change) {
  if (change.truncation) return content.resize(change.offset);
  if (content.size() < change.offset) content.resize(change.offset);
  auto const over = std::min<std::uint64_t>(content.size() - change.offset, change.bytes.size());
  std::memcpy(content.data() + change.offset, change.bytes.data(), over);
  content.append(change.bytes.substr(over));
}

// What a disk may have of a write: all, nothing, a beginning, or some of its sectors.
void put_in_part(std::string& content, Change const& change, SeededRandom& random) {
  std::uint64_t const kind = random.below(4);
  if (kind == 0) return;
  if (kind == 1 || change.truncation) return put(content, change);
  if (kind == 2) return put(content, {false, change.offset, change.bytes.substr(0, random.below(change.bytes.size() + 1))});
  for (std::uint64_t at = 0; at < change.bytes.size();) {
    std::uint64_t const length = std::min<std::uint64_t>(sector_bytes - (change.offset + at) % sector_bytes, change.bytes.size() - at);
    if (random.chance(50)) put(content, {false, change.offset + at, change.bytes.substr(at, length)});
    at += length;
  }
}

}  // namespace

struct SimFile {
  std::string content;  // what is read
  std::string disk;     // what is left after a power cut, without what is pending
  std::map<void const*, int> locks;

  // Written and not synced; `bytes` are copied.
  void keep(Change const& change) {
    put(content, change);
    pending_.push_back({change.truncation, change.offset, pending_bytes_.size(), change.bytes.size()});
    pending_bytes_ += change.bytes;
  }
  template <class F>
  void each_pending(F what) const {
    for (auto const& p : pending_) what(Change{p.truncation, p.offset, std::string_view(pending_bytes_).substr(p.at, p.length)});
  }
  void forget_pending() {
    pending_.clear();
    pending_bytes_.clear();
  }

 private:
  struct Pending {
    bool truncation;
    std::uint64_t offset;
    std::size_t at, length;  // in pending_bytes_
  };
  std::vector<Pending> pending_;
  std::string pending_bytes_;
};

namespace {

// What SQLite calls. Its memory comes from SQLite: no members with constructors.
struct Handle {
  sqlite3_file base;
  SimVfs* vfs;
  std::shared_ptr<SimFile>* file;
  std::uint64_t generation;

  bool dead() const { return !vfs->powered() || generation != vfs->generation(); }
};

Handle& handle_of(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}

int close_file(sqlite3_file* base) {
  Handle& handle = handle_of(base);
  (*handle.file)->locks.erase(base);
  delete handle.file;
  base->pMethods = nullptr;
  return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* out, int amount, sqlite3_int64 offset) {
  Handle& handle = handle_of(base);
  if (handle.dead()) return SQLITE_IOERR_READ;
  std::string const& content = (*handle.file)->content;
  auto const at = std::min(static_cast<std::size_t>(offset), content.size());
  auto const wanted = static_cast<std::size_t>(amount);
  auto const got = std::min(wanted, content.size() - at);
  std::memcpy(out, content.data() + at, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* base, void const* in, int amount, sqlite3_int64 offset) {
  Handle& handle = handle_of(base);
  if (handle.dead()) return SQLITE_IOERR_WRITE;
  std::string_view const bytes(static_cast<char const*>(in), static_cast<std::size_t>(amount));
  if (int const code = handle.vfs->before_write(**handle.file, static_cast<std::uint64_t>(offset), bytes)) return code;
  (*handle.file)->keep({false, static_cast<std::uint64_t>(offset), bytes});
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  Handle& handle = handle_of(base);
  if (handle.dead()) return SQLITE_IOERR_TRUNCATE;
  if (int const code = handle.vfs->before_truncate()) return code;
  (*handle.file)->keep({true, static_cast<std::uint64_t>(size), {}});
  return SQLITE_OK;
}

int sync_file(sqlite3_file* base, int) {
  Handle& handle = handle_of(base);
  return handle.dead() ? SQLITE_IOERR_FSYNC : handle.vfs->sync(**handle.file);
}

int size_of_file(sqlite3_file* base, sqlite3_int64* size) {
  Handle& handle = handle_of(base);
  if (handle.dead()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>((*handle.file)->content.size());
  return SQLITE_OK;
}

// One connection may hold more than a shared lock, and then nobody else holds any.
int lock_file(sqlite3_file* base, int level) {
  Handle& handle = handle_of(base);
  if (handle.dead()) return SQLITE_IOERR_LOCK;
  auto& locks = (*handle.file)->locks;
  for (auto const& [other, held] : locks) {
    if (other == base) continue;
    bool const in_the_way =
        level == SQLITE_LOCK_SHARED ? held >= SQLITE_LOCK_PENDING : level >= SQLITE_LOCK_EXCLUSIVE || held >= SQLITE_LOCK_RESERVED;
    if (in_the_way) return SQLITE_BUSY;
  }
  locks[base] = std::max(locks[base], level);
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* base, int level) {
  auto& locks = (*handle_of(base).file)->locks;
  if (level == SQLITE_LOCK_NONE)
    locks.erase(base);
  else
    locks[base] = level;
  return SQLITE_OK;
}

int reserved_lock(sqlite3_file* base, int* out) {
  auto const& locks = (*handle_of(base).file)->locks;
  *out = std::any_of(locks.begin(), locks.end(), [](auto const& entry) { return entry.second >= SQLITE_LOCK_RESERVED; });
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return static_cast<int>(sector_bytes);
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

sqlite3_io_methods const methods = {1,         close_file,  read_file,     write_file,   truncate_file, sync_file,      size_of_file,
                                    lock_file, unlock_file, reserved_lock, file_control, sector_size,   characteristics};

SimVfs& owner(sqlite3_vfs* vfs) {
  return *static_cast<SimVfs*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, char const* path, sqlite3_file* base, int flags, int* out_flags) {
  Handle& handle = handle_of(base);
  base->pMethods = nullptr;
  if (!owner(vfs).powered()) return SQLITE_CANTOPEN;
  auto file = path == nullptr ? std::make_shared<SimFile>() : owner(vfs).open(path, (flags & SQLITE_OPEN_CREATE) != 0);
  if (file == nullptr) return SQLITE_CANTOPEN;
  handle.vfs = &owner(vfs);
  handle.generation = handle.vfs->generation();
  handle.file = new std::shared_ptr<SimFile>(std::move(file));
  base->pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, char const* path, int) {
  if (!owner(vfs).powered()) return SQLITE_IOERR_DELETE;
  if (!owner(vfs).exists(path)) return SQLITE_IOERR_DELETE_NOENT;
  owner(vfs).remove(path);
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, char const* path, int, int* out) {
  *out = owner(vfs).exists(path);
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, char const* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

int some_bytes(sqlite3_vfs*, int size, char* out) {
  std::memset(out, 7, static_cast<std::size_t>(size));
  return size;
}

int no_sleep(sqlite3_vfs*, int microseconds) {
  return microseconds;
}
int no_time(sqlite3_vfs*, double* out) {
  *out = 2'460'000.5;
  return SQLITE_OK;
}

}  // namespace

SimVfs::SimVfs(std::string name, std::uint64_t seed) : name_(std::move(name)), random_(seed), vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(Handle);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = open_file;
  vfs_->xDelete = delete_file;
  vfs_->xAccess = access_file;
  vfs_->xFullPathname = full_path;
  vfs_->xRandomness = some_bytes;
  vfs_->xSleep = no_sleep;
  vfs_->xCurrentTime = no_time;
  sqlite3_vfs_register(vfs_.get(), 0);
}

SimVfs::~SimVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

void SimVfs::power_cut(SeededRandom& random) {
  for (auto& [path, file] : files_) {
    auto left = std::make_shared<SimFile>();
    left->disk = file->disk;
    file->each_pending([&](Change const& change) { put_in_part(left->disk, change, random); });
    left->content = left->disk;
    file = std::move(left);
  }
  ++generation_;
  powered_ = true;
  power_countdown_ = 0;
  heal();
}

void SimVfs::fail(DiskOperation operation, std::uint64_t nth, DiskFault fault) {
  (operation == DiskOperation::write ? write_fault_ : sync_fault_) = {nth, fault};
}

void SimVfs::lose_power_at(std::uint64_t nth) {
  power_countdown_ = nth;
}

void SimVfs::heal() {
  write_fault_ = {};
  sync_fault_ = {};
  power_countdown_ = 0;
}

std::uint64_t SimVfs::bytes(std::string const& path) const {
  auto const found = files_.find(path);
  return found == files_.end() ? 0 : found->second->content.size();
}

std::string const& SimVfs::content(std::string const& path) const {
  return files_.at(path)->content;
}

void SimVfs::place(std::string const& path, std::string const& content) {
  auto& file = files_[path] = std::make_shared<SimFile>();
  file->content = file->disk = content;
}

void SimVfs::corrupt(std::string const& path, std::uint64_t offset, std::string const& with) {
  SimFile& file = *files_.at(path);
  put(file.content, {false, offset, with});
  put(file.disk, {false, offset, with});
}

std::shared_ptr<SimFile> SimVfs::open(std::string const& path, bool create) {
  auto const found = files_.find(path);
  if (found != files_.end()) return found->second;
  if (!create) return nullptr;
  return files_[path] = std::make_shared<SimFile>();
}

std::optional<DiskFault> SimVfs::due(Planned& planned) {
  if (planned.countdown == 0 || --planned.countdown > 0) return std::nullopt;
  return planned.fault;
}

bool SimVfs::power_goes() {
  if (power_countdown_ == 0 || --power_countdown_ > 0) return false;
  powered_ = false;
  return true;
}

int SimVfs::before_write(SimFile& file, std::uint64_t offset, std::string_view bytes) {
  ++writes_;
  auto const leave = [&](std::uint64_t length) {
    file.keep({false, offset, bytes.substr(0, length)});
  };
  if (power_goes()) {
    leave(random_.below(bytes.size() + 1));
    return SQLITE_IOERR_WRITE;
  }
  auto const fault = due(write_fault_);
  if (!fault) return SQLITE_OK;
  leave(random_.below(bytes.size() + (*fault == DiskFault::io_error ? 1 : 0)));
  return *fault == DiskFault::disk_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int SimVfs::before_truncate() {
  ++writes_;
  if (power_goes()) return SQLITE_IOERR_TRUNCATE;
  if (write_fault_.fault == DiskFault::disk_full) return SQLITE_OK;  // needs no space
  return due(write_fault_) ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

int SimVfs::sync(SimFile& file) {
  ++syncs_;
  if (power_goes()) return SQLITE_IOERR_FSYNC;
  auto const fault = due(sync_fault_);
  file.each_pending([&](Change const& change) {
    if (fault)
      put_in_part(file.disk, change, random_);
    else
      put(file.disk, change);
  });
  file.forget_pending();
  return fault ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

}  // namespace rsm::sim
