#include "db/log_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace rsm::db {
namespace log_file {
namespace {

constexpr std::size_t collected_max = 120 * 1024;  // bytes; SQLite writes no more than 128 KiB at once. A larger transaction goes out in several pieces
constexpr int frame_header_bytes = 24;              // of a page in the log
constexpr std::size_t end_of_commit_at = 4;         // in it: how many pages the catalog has then; 0: the commit goes on

// In the memory that SQLite has for a file: ours, and behind it that of the system.
struct LogFile {
  sqlite3_file base;
  std::vector<char>* collected;  // what comes at `from`
  sqlite3_int64 from;
  bool last_page_comes;  // what was written last is the header of the last page of a commit
};

constexpr std::size_t rounded(std::size_t bytes) { return (bytes + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t); }

LogFile& log_of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file); }
sqlite3_file* system_file(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + rounded(sizeof(LogFile))); }
sqlite3_io_methods const& system_of(sqlite3_file* file) { return *system_file(file)->pMethods; }

// What cannot be written is forgotten: the transaction that it was of has failed.
int write_out(sqlite3_file* file) {
  auto& log = log_of(file);
  log.last_page_comes = false;
  if (log.collected->empty()) return SQLITE_OK;
  int const code = system_of(file).xWrite(system_file(file), log.collected->data(), static_cast<int>(log.collected->size()), log.from);
  log.collected->clear();
  return code;
}

template <class Ask>
int after_writing(sqlite3_file* file, Ask ask) {
  int const code = write_out(file);
  return code == SQLITE_OK ? ask(system_of(file), system_file(file)) : code;
}

bool ends_a_commit(char const* header) {
  return std::any_of(header + end_of_commit_at, header + 2 * end_of_commit_at, [](char byte) { return byte != 0; });
}

int write(sqlite3_file* file, void const* bytes, int count, sqlite3_int64 at) {
  auto& log = log_of(file);
  auto const* const begin = static_cast<char const*>(bytes);
  bool const goes_on = at == log.from + static_cast<sqlite3_int64>(log.collected->size());
  bool const fits = log.collected->size() + static_cast<std::size_t>(count) <= collected_max;
  if (!log.collected->empty() && !(goes_on && fits))
    if (int const code = write_out(file); code != SQLITE_OK) return code;
  if (log.collected->empty()) log.from = at;
  try {
    log.collected->insert(log.collected->end(), begin, begin + count);
  } catch (std::bad_alloc const&) {
    return SQLITE_IOERR_NOMEM;
  }
  if (count == frame_header_bytes) {
    log.last_page_comes = ends_a_commit(begin);
    return SQLITE_OK;
  }
  return log.last_page_comes ? write_out(file) : SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int count, sqlite3_int64 at) {
  auto const& log = log_of(file);
  bool const beside = log.collected->empty() || at + count <= log.from;
  if (beside) return system_of(file).xRead(system_file(file), into, count, at);
  return after_writing(file, [&](auto const& system, auto* of) { return system.xRead(of, into, count, at); });
}

int close(sqlite3_file* file) {
  static_cast<void>(write_out(file));
  int const code = system_of(file).xClose(system_file(file));
  delete log_of(file).collected;
  return code;
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return after_writing(file, [&](auto const& system, auto* of) { return system.xTruncate(of, size); });
}
int sync(sqlite3_file* file, int flags) {
  return after_writing(file, [&](auto const& system, auto* of) { return system.xSync(of, flags); });
}
int size(sqlite3_file* file, sqlite3_int64* bytes) {
  return after_writing(file, [&](auto const& system, auto* of) { return system.xFileSize(of, bytes); });
}
int lock(sqlite3_file* file, int kind) { return system_of(file).xLock(system_file(file), kind); }
int unlock(sqlite3_file* file, int kind) { return system_of(file).xUnlock(system_file(file), kind); }
int check_lock(sqlite3_file* file, int* held) { return system_of(file).xCheckReservedLock(system_file(file), held); }
int control(sqlite3_file* file, int what, void* with) { return system_of(file).xFileControl(system_file(file), what, with); }
int sector_size(sqlite3_file* file) { return system_of(file).xSectorSize(system_file(file)); }
int characteristics(sqlite3_file* file) { return system_of(file).xDeviceCharacteristics(system_file(file)); }

// Of the first version: what later ones add is asked of the catalog's file, never of the log.
constexpr sqlite3_io_methods methods = {.iVersion = 1,
                                        .xClose = close,
                                        .xRead = read,
                                        .xWrite = write,
                                        .xTruncate = truncate,
                                        .xSync = sync,
                                        .xFileSize = size,
                                        .xLock = lock,
                                        .xUnlock = unlock,
                                        .xCheckReservedLock = check_lock,
                                        .xFileControl = control,
                                        .xSectorSize = sector_size,
                                        .xDeviceCharacteristics = characteristics,
                                        .xShmMap = nullptr,
                                        .xShmLock = nullptr,
                                        .xShmBarrier = nullptr,
                                        .xShmUnmap = nullptr,
                                        .xFetch = nullptr,
                                        .xUnfetch = nullptr};

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
  auto* const system = sqlite3_vfs_find(nullptr);
  if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, name, file, flags, out);
  file->pMethods = nullptr;
  auto* const collected = new (std::nothrow) std::vector<char>;
  if (collected == nullptr) return SQLITE_NOMEM;
  int const code = system->xOpen(system, name, system_file(file), flags, out);
  if (code != SQLITE_OK) {
    if (system_file(file)->pMethods != nullptr) system_of(file).xClose(system_file(file));
    delete collected;
    return code;
  }
  new (file) LogFile{.base = {&methods}, .collected = collected, .from = 0, .last_page_comes = false};
  return SQLITE_OK;
}

sqlite3_vfs made() {
  sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
  vfs.zName = "rsm-log";
  vfs.pNext = nullptr;
  vfs.szOsFile += static_cast<int>(rounded(sizeof(LogFile)));
  vfs.xOpen = open;
  return vfs;
}

}  // namespace
}  // namespace log_file

char const* log_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_initialize();
    return log_file::made();
  }();
  static int const registered = sqlite3_vfs_register(&vfs, 0);
  static_cast<void>(registered);
  return vfs.zName;
}

}  // namespace rsm::db
