// What is behind client::Connection: the calls under way, the reader thread, and the way back after a break.
//
// What for: connection.cpp (life, reader, reconnecting) and connection_calls.cpp (methods with their types) share it; nobody else.
// States: connected -> reconnecting -> connected or lost; any -> closed. Lost and closed are final.
// Thread rule: `mutex` guards everything below it; nothing blocks while it is held. Lines leave outside of it: LineSocket has its own.
#pragma once

#include <boost/json/value.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "api/client/connection.hpp"
#include "api/client/limits.hpp"
#include "api/client/line_socket.hpp"
#include "api/protocol/rpc.hpp"

namespace rsm::client {

struct Connection::Impl {
  enum class State { connected, reconnecting, lost, closed };

  struct Call {
    std::string text;         // the line, for sending it again
    bool again = false;       // may be sent again
    bool opens_session = false;
    bool sent = false;        // on some connection
    std::optional<Result<boost::json::value>> answer;
    std::condition_variable answered;
  };

  explicit Impl(Options wanted) : options(std::move(wanted)), path(socket_path(options.socket)) {}

  // What is done while the first answer is on its way, which a program that asks one thing would otherwise do when it has come. Null: nothing.
  using Meanwhile = void (*)();

  // One try: connect, hello and, with a session, attach. Errc::not_ready where the service is not there or not ready yet.
  struct Link {
    std::shared_ptr<LineSocket> line;
    wire::HelloReply hello;
  };
  Result<Link> link(Deadline deadline);
  // The parts of that: the socket; the question that is said first, and its answer.
  Result<std::shared_ptr<LineSocket>> connected();
  std::string greeting(std::uint64_t id) const;
  Result<wire::HelloReply> greeted(Result<wire::Answer> answer) const;
  Result<> greet(std::string const& asked, Meanwhile meanwhile = nullptr);
  Result<boost::json::value> ask(LineSocket& line, std::string_view method, boost::json::value const& params, Deadline deadline);
  Result<wire::Answer> question(LineSocket& line, std::string_view method, boost::json::value const& params, Deadline deadline,
                                Meanwhile meanwhile = nullptr);
  Result<wire::Answer> answer_to(LineSocket& line, std::uint64_t id, Result<> const& sent, Deadline deadline);
  std::uint64_t take_id();
  Result<> start();
  Result<> start_reader();

  bool recognises_changes() const;
  Result<boost::json::value> exchange(std::string_view method, boost::json::object const& given, std::optional<Millis> limit, Meanwhile meanwhile);
  std::optional<Result<boost::json::value>> ask_without_reader(std::string_view method, boost::json::object const& params, Millis limit, Meanwhile meanwhile);
  bool may_ask() const;
  Result<> reader_there();
  Result<boost::json::value> wait_for_answer(std::unique_lock<std::mutex>& lock, std::uint64_t id, std::shared_ptr<Call> const& call,
                                             std::string_view method, Millis limit);

  // Reader thread.
  void read_answers();
  Result<bool> deliver(std::string const& line);
  bool reconnect(Error const& why);
  void break_off(Error const& why);
  Result<Link> try_to_link(Deadline deadline);
  bool adopt(Link found);
  void lose(Error const& why);

  void finish(Call& call, Result<boost::json::value> answer);
  void finish_all(Error const& why);
  Millis way_back_limit() const;
  void close();

  Options const options;
  std::string const path;
  std::thread reader;
  std::mutex joining;  // held by who starts the reader, waits for its end, or reads in its place

  mutable std::mutex mutex;
  State state = State::connected;
  std::condition_variable closing;      // wakes the pauses between two tries
  std::shared_ptr<LineSocket> adopted;  // connected by somebody else; before start()
  std::shared_ptr<LineSocket> line;     // of this moment; also while it is being made
  Error lost_because;
  std::uint64_t next_id = 1;
  std::map<std::uint64_t, std::shared_ptr<Call>> calls;  // in the order they were made
  wire::HelloReply hello;
  std::optional<wire::SessionOpenReply> session;

  // Reader thread only: one row of breaks counts as one until the connection has lasted.
  std::optional<Deadline> broken_until;
  Millis pause = limits::client_reconnect_pause_min;
  bool refused = false;  // the service itself has refused a connection, with a reason
  bool hello_due = false;  // not said yet; until the first call
  Deadline linked_at{};
};

}  // namespace rsm::client
