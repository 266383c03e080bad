// What stands behind the handles of one kind: numbers that are never used twice in this process.
//
// What for: a closed handle, and one of another kind, is always recognised; in a child made by fork() all are invalid.
// Thread rule: everything from any thread. Nothing is ever destroyed: at exit other threads may still be in a call, and a child made by
// fork() must not wait for threads that it has not.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "api/client/ntmsapi.h"

namespace rsm::ntms {

// The next number, whatever kind of handle it is for.
HANDLE fresh_handle();

template <class Object>
class Handles {
 public:
  using Shared = std::shared_ptr<Object>;

  static Handles& all() {
    static Handles& handles = *new Handles;
    return handles;
  }

  HANDLE remember(Shared object) {
    HANDLE const handle = fresh_handle();
    std::lock_guard const lock(mutex_);
    open_.emplace(value_of(handle), Entry{std::move(object), getpid()});
    return handle;
  }
  // Null where the handle is none.
  Shared find(HANDLE handle) {
    std::lock_guard const lock(mutex_);
    auto const found = find_here(handle);
    return found == open_.end() ? nullptr : found->second.object;
  }
  // Takes it out: of two closers one gets it.
  Shared forget(HANDLE handle) {
    std::lock_guard const lock(mutex_);
    auto const found = find_here(handle);
    if (found == open_.end()) return nullptr;
    Shared object = std::move(found->second.object);
    open_.erase(found);
    return object;
  }
  template <class Which>
  std::vector<Shared> forget_all(Which which) {
    std::vector<Shared> taken;
    std::lock_guard const lock(mutex_);
    for (auto it = open_.begin(); it != open_.end();)
      if (it->second.process == getpid() && which(*it->second.object)) {
        taken.push_back(std::move(it->second.object));
        it = open_.erase(it);
      } else {
        ++it;
      }
    return taken;
  }

 private:
  struct Entry {
    Shared object;
    pid_t process;
  };
  static std::uintptr_t value_of(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }
  auto find_here(HANDLE handle) {
    auto const found = open_.find(value_of(handle));
    return found != open_.end() && found->second.process == getpid() ? found : open_.end();
  }

  std::mutex mutex_;
  std::map<std::uintptr_t, Entry> open_;
};

}  // namespace rsm::ntms
