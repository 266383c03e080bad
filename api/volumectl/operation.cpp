#include "api/volumectl/operation.hpp"

#include <cstring>

#include "api/volumectl/limits.hpp"
#include "drivers/volume/limits.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::volumectl {
namespace {

constexpr ULONG_PTR status_of_win32 = 0xC0070000;  // NTSTATUS_FROM_WIN32: FACILITY_NTWIN32 with the severity of an error
constexpr Millis answer_grace = limits::volume_close_limit + limits::handler_kill_limit;

void set_status(LPOVERLAPPED overlapped, ULONG_PTR status) { __atomic_store_n(&overlapped->Internal, status, __ATOMIC_RELEASE); }

ULONG_PTR status_of(Answer<DWORD> const& result) {
  if (result) return 0;
  return result.error().number == ERROR_OPERATION_ABORTED ? status_cancelled : status_of_win32 | result.error().number;
}

// Without memory for it the sentence is the general one.
void remember_failure(VolumeFile& file, LPOVERLAPPED overlapped, Failure const& failure) noexcept try {
  if (file.failures.size() >= limits::volumectl_failures_max) file.failures.erase(file.failures.begin());
  file.failures.insert_or_assign(overlapped, failure);
} catch (std::bad_alloc const&) {
}

// Under the lock; the caller holds the operation.
void finish(Operation& operation, OperationPtr const& self, Answer<DWORD> result) {
  if (operation.done) return;
  operation.done = true;
  operation.result = std::move(result);
  if (operation.overlapped != nullptr) {
    if (!operation.result) remember_failure(*operation.file, operation.overlapped, operation.result.error());
    operation.overlapped->InternalHigh = operation.work->bytes();
    process().operations.erase(operation.overlapped);
    set_status(operation.overlapped, status_of(operation.result));
  }
  if (operation.event) operation.event->signalled = true;
  else operation.file->signalled = true;
  operation.file->under_way.erase(self);
  process().changed.notify_all();
}

void advance(OperationPtr const& operation);

void take_outcome(OperationPtr const& operation, Millis limit, Result<volume::Outcome> outcome) {
  {
    Lock const lock = lock_process();
    operation->file->promised -= limit;
    operation->number = 0;
    if (operation->done) return;
    if (!outcome) return finish(*operation, operation, failed(outcome));
    if (auto taken = operation->work->take(std::move(*outcome)); !taken) return finish(*operation, operation, std::unexpected(std::move(taken.error())));
  }
  advance(operation);
}

void finish_with(OperationPtr const& operation, DWORD number) noexcept {
  Lock const lock = lock_process();
  finish(*operation, operation, std::unexpected(Failure{number, {}}));
}

// What an operation may not do to the thread of the client: throw.
void on_outcome(OperationPtr const& operation, Millis limit, Result<volume::Outcome> outcome) noexcept {
  try {
    take_outcome(operation, limit, std::move(outcome));
  } catch (std::bad_alloc const&) {
    finish_with(operation, ERROR_NOT_ENOUGH_MEMORY);
  } catch (...) {
    finish_with(operation, ERROR_INTERNAL_ERROR);
  }
}

// The next command, when there is one; else the operation is done.
std::optional<Work::Step> next_step(Operation& operation, OperationPtr const& self) {
  Lock const lock = lock_process();
  if (operation.done) return std::nullopt;
  if (operation.cancelled) {
    finish(operation, self, refuse(ERROR_OPERATION_ABORTED, operation.file->client->device(), "cancelled between two steps"));
    return std::nullopt;
  }
  auto step = operation.work->next();
  if (!step) {
    finish(operation, self, operation.work->bytes());
    return std::nullopt;
  }
  ++operation.step;
  operation.file->promised += step->limit;
  operation.end = Clock::now() + operation.file->promised + answer_grace;
  return step;
}

void advance(OperationPtr const& operation) {
  auto step = next_step(*operation, operation);
  if (!step) return;
  unsigned const current = operation->step;  // nobody else begins a step before this one is answered
  Millis const limit = step->limit;
  auto const number = operation->file->client->submit(
      std::move(step->command), limit, [operation, limit](Result<volume::Outcome> outcome) { on_outcome(operation, limit, std::move(outcome)); });
  bool cancel_now = false;
  {
    Lock const lock = lock_process();
    if (operation->step == current && !operation->done) operation->number = number;
    cancel_now = operation->cancelled || operation->file->closed;
  }
  if (cancel_now) operation->file->client->cancel(number);
}

Answer<std::shared_ptr<Event>> event_of(LPOVERLAPPED overlapped) {
  // The lowest bit is a mark for completion ports on Windows.
  auto const value = reinterpret_cast<std::uintptr_t>(overlapped->hEvent) & ~std::uintptr_t{1};
  if (value == 0) return nullptr;
  return find<Event>(reinterpret_cast<HANDLE>(value), "OVERLAPPED.hEvent");
}

Answer<> enter(OperationPtr const& operation) {
  Lock const lock = lock_process();
  auto& file = *operation->file;
  if (file.closed) return refuse_handle("handle");
  if (auto* const overlapped = operation->overlapped; overlapped != nullptr) {
    if (process().operations.contains(overlapped)) return refuse_parameter("lpOverlapped", "another operation with it is under way; each needs its own");
    file.under_way.insert(operation);
    process().operations.emplace(overlapped, operation);
    file.failures.erase(overlapped);
    overlapped->InternalHigh = 0;
    set_status(overlapped, STATUS_PENDING);
  } else {
    file.under_way.insert(operation);
  }
  if (operation->event) operation->event->signalled = false;
  else file.signalled = false;
  return {};
}

// False: it was done without any command.
bool was_submitted(Operation const& operation) {
  Lock const lock = lock_process();
  return operation.step != 0;
}

void give_up(OperationPtr const& operation) {
  {
    Lock const lock = lock_process();
    finish(*operation, operation, refuse(ERROR_TIMEOUT, operation->file->client->device(), "the handler of this handle gives no answer; close the handle"));
  }
  cancel(operation);
}

}  // namespace

Answer<OperationPtr> start(std::shared_ptr<VolumeFile> const& file, std::unique_ptr<Work> work, LPOVERLAPPED overlapped) {
  auto operation = std::make_shared<Operation>(file, std::move(work), overlapped);
  if (overlapped != nullptr) {
    auto event = event_of(overlapped);
    if (!event) return std::unexpected(std::move(event.error()));
    operation->event = std::move(*event);
  }
  if (auto entered = enter(operation); !entered) return std::unexpected(std::move(entered.error()));
  try {
    advance(operation);
  } catch (...) {
    finish_with(operation, ERROR_NOT_ENOUGH_MEMORY);
    throw;
  }
  return operation;
}

std::optional<Answer<DWORD>> wait_for(OperationPtr const& operation, std::optional<Clock::time_point> until) {
  {
    Lock lock = lock_process();
    while (!operation->done) {
      auto const limit = until ? std::min(*until, operation->end) : operation->end;
      auto const now = Clock::now();
      if (now >= operation->end) break;
      if (now >= limit) return std::nullopt;
      process().changed.wait_until(lock, limit);
    }
    if (operation->done) return operation->result;
  }
  give_up(operation);
  Lock const lock = lock_process();
  return operation->result;
}

Answer<> check_form(VolumeFile const& file, LPOVERLAPPED overlapped, LPDWORD bytes) {
  if (file.mode.overlapped && overlapped == nullptr) return refuse_parameter("lpOverlapped", "the handle was opened with FILE_FLAG_OVERLAPPED and needs one");
  if (overlapped == nullptr && bytes == nullptr) return refuse_parameter("number of bytes", "a call without lpOverlapped needs a place for it");
  if (reinterpret_cast<std::uintptr_t>(overlapped) % alignof(OVERLAPPED) != 0) return refuse_parameter("lpOverlapped", "is not aligned");
  return {};
}

Answer<> perform(std::shared_ptr<VolumeFile> const& file, std::unique_ptr<Work> work, LPOVERLAPPED overlapped, LPDWORD bytes) {
  put(bytes, 0);
  auto const started = start(file, std::move(work), overlapped);
  if (!started) return std::unexpected(started.error());
  auto const& operation = *started;
  if (file->mode.overlapped && was_submitted(*operation)) return refuse(ERROR_IO_PENDING, file->client->device(), "");
  auto const result = wait_for(operation, std::nullopt);
  put(bytes, operation->work->bytes());
  if (!*result) return std::unexpected(result->error());
  return {};
}

OperationPtr under_way(LPOVERLAPPED overlapped) {
  Lock const lock = lock_process();
  auto const found = process().operations.find(overlapped);
  return found == process().operations.end() ? nullptr : found->second;
}

void cancel(OperationPtr const& operation) {
  std::uint64_t number = 0;
  {
    Lock const lock = lock_process();
    operation->cancelled = true;
    number = operation->number;
  }
  if (number != 0) operation->file->client->cancel(number);
}

void abort_operation(OperationPtr const& operation, std::string const& device) {
  Lock const lock = lock_process();
  finish(*operation, operation, refuse(ERROR_OPERATION_ABORTED, device, "the handle was closed"));
}

void put(LPDWORD place, DWORD value) {
  if (place != nullptr) std::memcpy(place, &value, sizeof value);
}

}  // namespace rsm::volumectl
