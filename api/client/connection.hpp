// A connection to rsmd, as the C library, the command line and every other client of this product use it.
//
// What for: many threads call at once over one unix socket; replies are matched by id. A connection that breaks is made again by
// itself, with growing pauses, for at most reconnect_limit; the session is attached again and what can safely be asked twice is sent
// again: reading calls, and calls that carry a key made by the client (the service recognises the key, so nothing runs twice). Any
// other call that was under way returns ERROR_NOT_CONNECTED (2250): whether it was done is not known.
// Units: milliseconds. A limit bounds the whole call, a broken connection included; without one a call has
// limits::client_call_limit, and a call that waits for work (mount.run, request.wait, event.read) limits::wait_max.
// Errors: ERROR_NOT_READY (21) nobody listens on the socket, or the service is still starting; ERROR_ACCESS_DENIED (5) the socket may
// not be used; ERROR_RPC_NO_INTERFACES (1817) another protocol; ERROR_NOT_CONNECTED (2250) lost and not found again, no answer
// in time, or an answer that nobody can read; ERROR_CANCELLED (1223) close() while the call waited; ERROR_INVALID_HANDLE (6) called after
// close(); everything else is the service's own answer, with its object and detail.
// Thread rule: every function from any thread; the destructor when no call is under way. One reader thread a connection (with
// Options::one_thread only when it is needed), which blocks all signals. Not usable in a child after fork().
// Source: architecture decisions 11, 20 and 28.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/client/limits.hpp"
#include "api/protocol/messages.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::client {

struct Options {
  std::string socket;                            // path; empty: $OPENRSM_SOCKET, else /run/openrsm/rsmd.sock
  std::string client_name = "openrsm-client";    // name and version of the program, for the service's log
  Millis connect_limit = limits::client_connect_limit;  // connect and hello, the first time
  std::optional<Millis> reconnect_limit;         // absent: the session's grace; 0: never connect again
  bool one_thread = false;                       // calls come one after the other: those that only read need no reader thread, which starts with the first other one
  bool hello_with_first_call = false;            // with one_thread: hello goes out together with the first call, which also tells what is wrong with the service
};

// Where the service listens: `wish` unless empty, else $OPENRSM_SOCKET unless empty, else /run/openrsm/rsmd.sock.
std::string socket_path(std::string_view wish = {});

// A fresh key for a call that queues work (MountParams::key and so on): 32 hexadecimal digits from the system's randomness.
Result<std::string> make_key();

class Connection {
 public:
  // Connects and says hello. A service that is still starting is connected, too: see server().ready.
  static Result<std::unique_ptr<Connection>> open(Options options);
  // The same on a socket that somebody else has connected: the service goes on to see who that was. It is not made again when it breaks. The
  // descriptor is closed with the connection, also where this fails.
  static Result<std::unique_ptr<Connection>> adopt(int fd, Options options);
  ~Connection();
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  // Any method of methods.def with the types of its row. The definition is in the library, for these types only.
  template <class Params, class Reply>
  Result<Reply> call(std::string_view method, Params const& params, std::optional<Millis> limit = {});
  // The same without types: params and result as JSON text.
  Result<std::string> call_raw(std::string_view method, std::string_view params_json, std::optional<Millis> limit = {});

  // One function for each method: drive_list(params), mount_run(params) and so on. Sessions that are to be attached again after a
  // break are opened and closed by open_session and close_session, not by session_open and session_close.
#define RSM_METHOD(cxx_name, wire_name, Params, Reply, needs, summary) \
  Result<wire::Reply> cxx_name(wire::Params const& params, std::optional<Millis> limit = {});
#include "api/protocol/methods.def"
#undef RSM_METHOD

  // Opens a session (at most one a connection: ERROR_ALREADY_EXISTS). application: at most 63 characters; empty: "RSM".
  Result<wire::SessionOpenReply> open_session(std::string application);
  // Closes it: the service cancels its waiting calls. ERROR_CONNECTION_UNAVAIL (1201) when the connection is broken (the service closes
  // the session itself after its grace); ERROR_INVALID_HANDLE without a session.
  Result<> close_session();

  // What the service said last at hello; with hello_with_first_call nothing before that.
  wire::HelloReply server() const;
  // Where it is connected to.
  std::string const& socket() const;

  // Ends the connection: calls that wait return ERROR_CANCELLED at once. A second time: nothing.
  void close();

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rsm::client
