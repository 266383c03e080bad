// The operating system's SQLite VFS as the process's default, with a write-ahead log whose fsync can be held up or made to fail.
//
// What for: the commit thread on real files. One at a time in a process. Thread rule: hold, release and fail from any thread.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace rsm::sim {

class SlowDisk {
 public:
  SlowDisk() {
    system() = sqlite3_vfs_find(nullptr);
    vfs_ = *system();
    vfs_.zName = "slow-disk";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
    state() = {};
  }
  ~SlowDisk() {
    release();
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(system(), 1);
  }
  SlowDisk(SlowDisk const&) = delete;
  SlowDisk& operator=(SlowDisk const&) = delete;

  void hold() { state().held = true; }
  void release() { state().held = false; }
  void fail_next_sync() { state().fail = true; }
  int syncs() const { return state().syncs; }
  int writes() const { return state().writes; }
  bool waiting() const { return state().waiting; }

 private:
  struct State {
    std::atomic<bool> held = false, fail = false, waiting = false;
    std::atomic<int> syncs = 0, writes = 0;
    State& operator=(State const&) {
      held = fail = waiting = false;
      syncs = writes = 0;
      return *this;
    }
    State() = default;
  };
  static State& state() {
    static State one;
    return one;
  }
  static sqlite3_vfs*& system() {
    static sqlite3_vfs* one = nullptr;
    return one;
  }
  static sqlite3_io_methods const*& system_methods() {
    static sqlite3_io_methods const* one = nullptr;
    return one;
  }
  static int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    int const code = system()->xOpen(system(), name, file, flags, out);
    if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
    static sqlite3_io_methods const watched = [&] {
      system_methods() = file->pMethods;
      sqlite3_io_methods copy = *file->pMethods;
      copy.xSync = sync;
      copy.xWrite = write;
      return copy;
    }();
    file->pMethods = &watched;
    return code;
  }
  static int write(sqlite3_file* file, void const* bytes, int count, sqlite3_int64 at) {
    ++state().writes;
    return system_methods()->xWrite(file, bytes, count, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    ++state().syncs;
    state().waiting = true;
    while (state().held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    state().waiting = false;
    if (state().fail.exchange(false)) return SQLITE_IOERR_FSYNC;
    return system_methods()->xSync(file, flags);
  }

  sqlite3_vfs vfs_{};
};

}  // namespace rsm::sim
