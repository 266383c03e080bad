#include "api/volumectl/objects.hpp"

#include <pthread.h>

#include <atomic>

#include "api/volumectl/limits.hpp"

namespace rsm::volumectl {
namespace {

std::atomic<Process*> current = nullptr;
// Looks like no small number that somebody might pass by mistake, nor like a session of libntmsapi. The two low bits are free: Windows
// programs mark events with them.
std::atomic<std::uintptr_t> next_handle = 0x5643'0000;

std::uintptr_t value_of(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }

// In a child of fork() the lock may be held by a thread that the child has not: it begins with nothing.
void begin_as_child() { current.store(new Process); }

Process* begin() {
  pthread_atfork(nullptr, nullptr, begin_as_child);
  return new Process;
}

}  // namespace

// Never destroyed: at exit other threads may still be in a call.
Process& process() {
  static Process* const first = [] {
    auto* const made = begin();
    current.store(made);
    return made;
  }();
  (void)first;
  return *current.load();
}

Answer<HANDLE> remember(ObjectPtr object) {
  Lock const lock = lock_process();
  auto& objects = process().objects;
  if (objects.size() >= limits::volumectl_handles_max)
    return refuse(ERROR_TOO_MANY_OPEN_FILES, "handles", std::to_string(objects.size()) + " are open; close some");
  std::uintptr_t const value = next_handle.fetch_add(4);
  objects.emplace(value, std::move(object));
  return reinterpret_cast<HANDLE>(value);
}

ObjectPtr find_object(HANDLE handle) {
  Lock const lock = lock_process();
  auto const found = process().objects.find(value_of(handle));
  return found == process().objects.end() ? nullptr : found->second;
}

ObjectPtr take_object(HANDLE handle, bool (*wanted)(Object const&)) {
  ObjectPtr object;
  Lock const lock = lock_process();
  auto const found = process().objects.find(value_of(handle));
  if (found == process().objects.end() || !wanted(*found->second)) return nullptr;
  object = std::move(found->second);
  process().objects.erase(found);
  object->closed = true;
  process().changed.notify_all();
  return object;
}

std::unexpected<Failure> refuse_handle(char const* what) {
  return refuse(ERROR_INVALID_HANDLE, what, "is closed, of another kind, of another process, or never was one");
}

}  // namespace rsm::volumectl
