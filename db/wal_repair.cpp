#include "db/wal_repair.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "db/sqlite_error.hpp"

namespace rsm::db {
namespace {

constexpr sqlite3_int64 piece_bytes = 1 << 16;  // below the 128 KiB that one call of the unix VFS can move

using FileName = std::unique_ptr<char const, void (*)(char const*)>;

// A file of the VFS, closed at the end.
class OpenFile {
 public:
  OpenFile(sqlite3_vfs* vfs, char const* name) : memory_(static_cast<std::size_t>(vfs->szOsFile)) {
    int flags = 0;
    code_ = vfs->xOpen(vfs, name, file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, &flags);
  }
  ~OpenFile() {
    if (file()->pMethods != nullptr) file()->pMethods->xClose(file());
  }
  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;
  int code() const { return code_; }
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

 private:
  std::vector<std::max_align_t> memory_;  // more than enough; aligned
  int code_ = SQLITE_OK;
};

int rewrite(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  if (int const code = file->pMethods->xFileSize(file, &size)) return code;
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, piece_bytes)));
  for (sqlite3_int64 at = 0; at < size; at += piece_bytes) {
    int const length = static_cast<int>(std::min(piece_bytes, size - at));
    if (int const code = file->pMethods->xRead(file, piece.data(), length, at)) return code;
    if (int const code = file->pMethods->xWrite(file, piece.data(), length, at)) return code;
  }
  return size == 0 ? SQLITE_OK : file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

}  // namespace

Result<> rewrite_log(std::string const& catalog_path, std::string const& vfs_name) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
  std::string const log = catalog_path + "-wal";
  if (vfs == nullptr) return fail(Errc::database_failure, catalog_path, "there is no SQLite VFS named " + vfs_name);
  int there = 0;
  vfs->xAccess(vfs, log.c_str(), SQLITE_ACCESS_EXISTS, &there);
  if (there == 0) return {};
  FileName const name(sqlite3_create_filename(catalog_path.c_str(), "", log.c_str(), 0, nullptr), sqlite3_free_filename);
  if (name == nullptr) return fail(Errc::not_enough_memory, log);
  OpenFile file(vfs, sqlite3_filename_wal(name.get()));
  int const code = file.code() != SQLITE_OK ? file.code() : rewrite(file.file());
  if (code == SQLITE_OK) return {};
  return std::unexpected(error_of_code(code, "the write-ahead log cannot be made durable again", log));
}

}  // namespace rsm::db
