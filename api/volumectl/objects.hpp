// Handles of the process, the objects behind them, and the one lock that guards what they have in common.
//
// What for: a handle is a number that is never used again in this process; so a closed or made-up one is always recognised. In a child made
// by fork() all are unknown. The table holds at most limits::volumectl_handles_max.
// The lock: whether an object is signalled or closed, and everything about operations under way, changes only under it; every change that
// somebody may wait for ends with Process::changed. Nobody waits for a device, and no object ends, with the lock held.
// Errors: invalid_handle, too many open files. Thread rule: everything from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "api/volumectl/failure.hpp"

namespace rsm::volumectl {

using Clock = std::chrono::steady_clock;

class Object {
 public:
  Object() = default;
  Object(Object const&) = delete;
  Object& operator=(Object const&) = delete;
  virtual ~Object() = default;

  bool signalled = false;
  bool closed = false;
};
using ObjectPtr = std::shared_ptr<Object>;

class Event final : public Object {
 public:
  explicit Event(bool manual) : manual_reset(manual) {}
  bool const manual_reset;
};

class Operation;

struct Process {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::uintptr_t, ObjectPtr> objects;                                    // by handle
  std::map<OVERLAPPED const*, std::shared_ptr<Operation>> operations;  // under way, by their OVERLAPPED
};
Process& process();

using Lock = std::unique_lock<std::mutex>;
inline Lock lock_process() { return Lock(process().mutex); }

Answer<HANDLE> remember(ObjectPtr object);
// Nothing where the handle is none.
ObjectPtr find_object(HANDLE handle);
// Takes it out, when `wanted` is true for it; marks it closed and wakes who waits for it. Of two closers one gets it.
ObjectPtr take_object(HANDLE handle, bool (*wanted)(Object const&));
std::unexpected<Failure> refuse_handle(char const* what);

template <class T>
Answer<std::shared_ptr<T>> find(HANDLE handle, char const* what) {
  auto object = std::dynamic_pointer_cast<T>(find_object(handle));
  if (!object) return refuse_handle(what);
  return object;
}

}  // namespace rsm::volumectl
