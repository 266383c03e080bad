// CreateEvent, SetEvent, ResetEvent, WaitForSingleObject, WaitForMultipleObjects. Source: the Windows documentation of each.
#include <algorithm>
#include <vector>

#include "api/volumectl/operation.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::volumectl {
namespace {

Answer<HANDLE> create_event(bool manual, bool signalled, bool named) {
  if (named) return refuse(ERROR_NOT_SUPPORTED, "lpName", "events have no names here; pass NULL");
  auto const event = std::make_shared<Event>(manual);
  event->signalled = signalled;
  auto handle = remember(event);
  if (handle) SetLastError(ERROR_SUCCESS);
  return handle;
}

Answer<> set_event(HANDLE handle, bool signalled) {
  auto const event = find<Event>(handle, "hEvent");
  if (!event) return std::unexpected(event.error());
  Lock const lock = lock_process();
  (*event)->signalled = signalled;
  if (signalled) process().changed.notify_all();
  return {};
}

using Objects = std::vector<ObjectPtr>;

Answer<Objects> find_all(HANDLE const* handles, DWORD count, bool all) {
  if (handles == nullptr) return refuse_parameter("lpHandles", "must not be NULL");
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS) return refuse_parameter("nCount", "1 to " + std::to_string(MAXIMUM_WAIT_OBJECTS));
  Objects objects;
  for (DWORD i = 0; i < count; ++i) {
    auto object = find_object(handles[i]);
    bool const waitable = dynamic_cast<Event*>(object.get()) != nullptr || dynamic_cast<VolumeFile*>(object.get()) != nullptr;
    if (!waitable) return refuse_handle("hHandle");
    if (all && std::ranges::find(objects, object) != objects.end()) return refuse_parameter("lpHandles", "has the same handle twice");
    objects.push_back(std::move(object));
  }
  return objects;
}

bool is_signalled(ObjectPtr const& object) { return object->signalled; }
bool is_closed(ObjectPtr const& object) { return object->closed; }

void consume(Object& object) {
  if (auto const* const event = dynamic_cast<Event const*>(&object); event != nullptr && !event->manual_reset) object.signalled = false;
}

// Under the lock: the answer, when there is one already.
std::optional<DWORD> answer_now(Objects const& objects, bool all) {
  auto const first = std::ranges::find_if(objects, is_signalled);
  if (all) {
    if (!std::ranges::all_of(objects, is_signalled)) return std::nullopt;
    for (auto const& object : objects) consume(*object);
    return WAIT_OBJECT_0;
  }
  if (first == objects.end()) return std::nullopt;
  consume(**first);
  return WAIT_OBJECT_0 + static_cast<DWORD>(first - objects.begin());
}

Answer<DWORD> wait(HANDLE const* handles, DWORD count, bool all, DWORD milliseconds) {
  auto const objects = find_all(handles, count, all);
  if (!objects) return std::unexpected(objects.error());
  auto const until = Clock::now() + std::min<Millis>(Millis(milliseconds), limits::wait_max);
  Lock lock = lock_process();
  for (;;) {
    if (std::ranges::any_of(*objects, is_closed)) return refuse_handle("hHandle");
    if (auto const answer = answer_now(*objects, all)) return *answer;
    if (Clock::now() >= until) return static_cast<DWORD>(WAIT_TIMEOUT);
    process().changed.wait_until(lock, until);
  }
}

}  // namespace
}  // namespace rsm::volumectl

extern "C" {

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES, BOOL bManualReset, BOOL bInitialState, LPCSTR lpName) {
  return rsm::volumectl::guarded<HANDLE>(
      nullptr, [&] { return rsm::volumectl::create_event(bManualReset != FALSE, bInitialState != FALSE, lpName != nullptr); });
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES, BOOL bManualReset, BOOL bInitialState, LPCWSTR lpName) {
  return rsm::volumectl::guarded<HANDLE>(
      nullptr, [&] { return rsm::volumectl::create_event(bManualReset != FALSE, bInitialState != FALSE, lpName != nullptr); });
}

BOOL WINAPI SetEvent(HANDLE hEvent) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::set_event(hEvent, true); });
}

BOOL WINAPI ResetEvent(HANDLE hEvent) {
  return rsm::volumectl::succeeds([&] { return rsm::volumectl::set_event(hEvent, false); });
}

DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds) {
  return rsm::volumectl::guarded<DWORD>(WAIT_FAILED, [&] { return rsm::volumectl::wait(&hHandle, 1, false, dwMilliseconds); });
}

DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE* lpHandles, BOOL bWaitAll, DWORD dwMilliseconds) {
  return rsm::volumectl::guarded<DWORD>(WAIT_FAILED, [&] { return rsm::volumectl::wait(lpHandles, nCount, bWaitAll != FALSE, dwMilliseconds); });
}

}  // extern "C"
