// A handle on a volume, as a program has it: operations go to a handler process of its own and come back with a result, or end at their limit.
//
// What for: what api/volumectl and `rsm volume` are made of. The handler (rsm-volume-handler, one for each handle) makes the blocking system
// calls; so a volume that never answers ends nobody but its handler, a program that is killed releases its lock and its preventions, and
// many operations may be under way on one handle (they are carried out in the order they were submitted).
// A limit that is over: the operation completes with timeout, the volume is marked as needing service, the handler is killed, everything
// else that was under way completes with not_ready and the handle is dead for ever. A handler that died: not_ready, the same.
// Errors of open: file_not_found (no such path), invalid_name (no volume: neither a block device nor a tape), access_denied (rights, or the
// volume is locked by another handle: the sentence names it), not_ready (needs service and access was asked for), device_not_available (the
// handler cannot be started: the sentence says where it was looked for), busy (limits::volume_handles_max handles are open already).
// Thread rule: any thread. Completions and notices run on a thread of this client alone, one after another, never inside submit(); they may
// call submit, cancel and close and let go of the client, must not block for long, and may wait for other clients. Each completion runs
// exactly once, close() included (cancelled). A client without a thread (OpenOptions::threadless) belongs to one thread: completions and notices run on it, inside
// attend(), run(), dead() and close().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/volume/volume_types.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::volume {

struct HandlerArguments;

struct OpenOptions {
  std::string path;               // of the device; symbolic links are followed
  Access access;
  bool system_too = false;        // also a fixed disk that the machine mounts by its own table (/etc/fstab) may be locked, dismounted and ejected
  std::string command = {};       // who opens it, for people; empty: this process's name
  std::string state_directory = {};  // empty: OPENRSM_VOLUME_STATE, else /run/openrsm/volumes for root, else below XDG_RUNTIME_DIR, else in /tmp
  std::string handler_program = {};  // empty: OPENRSM_VOLUME_HANDLER, else beside this program or library, else the installed one
  // Set (to serve_handle) by a program that brings the handler along: it is then split off this process instead of started as a program, as long as this process
  // has one thread and no other handler program is named. It becomes a child of this process, which has to bear its end.
  int (*serve)(HandlerArguments const&) = nullptr;
  bool threadless = false;  // for a program that does nothing but wait for its operations: it saves a thread, and its start
  // Not told of what this handle does itself. Called for each notice when set: the handle listens. The lock that is announced waits until the call has returned (or its time is up).
  std::function<void(Notice)> listener = {};
};

// The default limit of an operation (libmgr/domain/limits.hpp).
Millis limit_of(Operation operation);

using Completion = std::move_only_function<void(Result<Outcome>)>;

struct Order {
  Command command;
  Millis limit;  // counts from when the handler begins with it
  Completion done;
};

class VolumeClient {
 public:
  using Completion = volume::Completion;
  // What a handle is told along with its opening, as if it were submitted at once: it begins without a question in between.
  struct Orders {
    std::vector<Order> all = {};
    bool then_close = false;  // when the last of them went well the handle closes by itself
  };
  // Where the handle cannot be opened nothing was begun, and no completion runs.
  static Result<std::shared_ptr<VolumeClient>> open(OpenOptions options, Orders orders);
  static Result<std::shared_ptr<VolumeClient>> open(OpenOptions options);
  virtual ~VolumeClient() = default;

  // Starts an operation; its number, never 0. `limit` counts from when the handler begins with it. Several that are linked (Command::linked) and submitted one
  // after another are carried out without a question in between, up to the first that fails.
  virtual std::uint64_t submit(Command command, Millis limit, Completion done) = 0;
  // Asks for its end: one that waits in line completes with operation_aborted; one that is being carried out goes on to its own end
  // (a system call cannot be taken back), but for a lock that still waits for listeners. False: there is none of that number.
  virtual bool cancel(std::uint64_t operation) = 0;
  // Submits and waits. Not to be called from a completion or a notice.
  virtual Result<Outcome> run(Command command, Millis limit) = 0;
  Result<Outcome> run(Operation operation) { return run(Command{.operation = operation}, limit_of(operation)); }
  // Of a client without a thread: works until an operation has completed, at most for so long. False: it has a thread, which works by itself.
  virtual bool attend(Millis) { return false; }
  // Ends the handle: what is under way is cancelled, the lock and the counted preventions are released; an offline volume stays offline.
  // Returns when that is done or limits::volume_close_limit is over. Closed already: nothing.
  virtual void close() = 0;

  virtual std::string const& device() const = 0;  // "/dev/loop1000": the node that was opened
  virtual std::int64_t handler_pid() const = 0;
  // Whether the handler has ended, by whatever: nothing will be answered any more.
  virtual bool dead() const = 0;
};

}  // namespace rsm::volume
