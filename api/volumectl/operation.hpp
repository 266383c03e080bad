// One operation of a program on a volume, from its start to its completion, waited for or not.
//
// What for: the rules of OVERLAPPED in one place. An operation is Work: commands for the volume's client, one after another, and what is done
// with each answer. While it is under way OVERLAPPED.Internal is STATUS_PENDING and its event is reset; at completion what the caller gets is
// written first, then InternalHigh, Internal and the event, all under the lock; after that (and after CloseHandle) nothing of the caller's
// is touched. Limits: each command has its own; a wait for an operation gives up when the sum of what was before it, and a grace for the
// answer, are over (timeout): then the client has broken its word. Thread rule: everything from any thread; Work runs under the lock.
#pragma once

#include <memory>
#include <optional>
#include <thread>

#include "api/volumectl/objects.hpp"
#include "api/volumectl/volume_file.hpp"

namespace rsm::volumectl {

inline constexpr ULONG_PTR status_cancelled = 0xC0000120;  // OVERLAPPED.Internal of an operation that was aborted: STATUS_CANCELLED

class Work {
 public:
  struct Step {
    volume::Command command;
    Millis limit;
  };
  Work() = default;
  Work(Work const&) = delete;
  Work& operator=(Work const&) = delete;
  virtual ~Work() = default;

  // The next command; nothing: done. May read the caller's memory.
  virtual std::optional<Step> next() = 0;
  // The answer to the last one. May write the caller's memory.
  virtual Answer<> take(volume::Outcome outcome) = 0;
  virtual DWORD bytes() const = 0;
};

class Operation {
 public:
  Operation(std::shared_ptr<VolumeFile> on, std::unique_ptr<Work> what, LPOVERLAPPED place)
      : file(std::move(on)), work(std::move(what)), overlapped(place) {}

  std::shared_ptr<VolumeFile> const file;
  std::unique_ptr<Work> const work;
  LPOVERLAPPED const overlapped;  // null: none
  std::thread::id const thread = std::this_thread::get_id();

  std::shared_ptr<Event> event;
  bool done = false;
  bool cancelled = false;            // asked for
  std::uint64_t number = 0;          // of the command at the client; 0: it has none at this moment
  unsigned step = 0;
  Clock::time_point end{};           // when a wait gives up
  Answer<DWORD> result = DWORD{0};   // when done
};
using OperationPtr = std::shared_ptr<Operation>;

// Errors: invalid_handle (file closed meanwhile, hEvent), invalid_parameter (OVERLAPPED in use or misaligned).
Answer<OperationPtr> start(std::shared_ptr<VolumeFile> const& file, std::unique_ptr<Work> work, LPOVERLAPPED overlapped);

// The result of an operation, when it is done before `until` (nothing: when it is done); nothing: it is not.
std::optional<Answer<DWORD>> wait_for(OperationPtr const& operation, std::optional<Clock::time_point> until);

// As the kind of the handle has it: waits for the end and tells the bytes, or answers io_pending.
Answer<> perform(std::shared_ptr<VolumeFile> const& file, std::unique_ptr<Work> work, LPOVERLAPPED overlapped, LPDWORD bytes);
// What can be said before anything is done: an OVERLAPPED where the handle needs one, a place for the bytes where there is none.
Answer<> check_form(VolumeFile const& file, LPOVERLAPPED overlapped, LPDWORD bytes);

// The operation under way with this OVERLAPPED, whatever its handle; null: there is none.
OperationPtr under_way(LPOVERLAPPED overlapped);
// Asks for the end.
void cancel(OperationPtr const& operation);
// Completes it with operation_aborted, at once.
void abort_operation(OperationPtr const& operation, std::string const& device);

// Numbers in the caller's memory, whatever its alignment.
void put(LPDWORD place, DWORD value);

}  // namespace rsm::volumectl
