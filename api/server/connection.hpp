// One client's connection: lines in, answers out.
//
// What for: keeps a client inside its limits, so that whoever floods, stalls or sends garbage hurts only itself. At most one
// read and one write are under way. Answers that are ready together leave in one writev, at once where the socket takes them. What comes and goes here
// only looks (Loop::only_looks); the dispatcher counts the calls that change something. Reading pauses while too many
// calls are open or too many answers unread; a client that reads nothing for stall_max, holds outbox_bytes_max of unread
// answers, sends a line that is too long, too many lines that are no calls, or no hello in time gets an error line where that
// is possible and is closed with a logged reason. A client that has stopped writing gets the answers it still waits for, for
// half_closed_wait; its session counts as detached at once. One that has hung up has no answers to wait for once its last call is begun.
// One that is idle takes little: room for the beginning of a call; longer ones and answers have memory while they are there.
// Thread rule: the loop only. Owned by a shared_ptr.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/protocol/limits.hpp"
#include "api/server/dispatcher.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::server {

struct ConnectionLimits {
  std::size_t line_bytes = limits::line_bytes_max;
  std::size_t calls_open = limits::calls_open_per_connection_max;
  std::size_t outbox_pause_bytes = limits::outbox_pause_bytes;
  std::size_t outbox_bytes = limits::outbox_bytes_max;
  std::size_t bad_lines = limits::bad_lines_max;
  std::size_t lines_per_turn = limits::lines_per_turn_max;
  Millis turn = limits::turn_max;
  Millis hello_wait = limits::hello_wait;
  Millis stall_max = limits::write_stall_max;
  Millis half_closed_wait = limits::half_closed_wait;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  // `closed` is called once, when the connection has ended for whatever reason.
  Connection(Socket socket, Dispatcher& dispatcher, Log& log, std::shared_ptr<PeerState> peer, ConnectionLimits limits,
             std::function<void(Connection&)> closed);

  void start();
  // An error line if it can still be sent, then the end.
  void refuse(Error error);
  // Ends now.
  void close(std::string const& why, LogLevel level);
  PeerState const& peer() const { return *peer_; }

 private:
  void read();
  void on_read(std::size_t bytes);
  void read_the_rest();
  void on_end_of_input();
  void drop_received(std::size_t bytes);
  void work_off();
  void handle(std::string_view line);
  void answer(wire::Line line);
  void push(wire::Line line);
  void flush_soon();
  void write();
  void write_when_possible();
  std::span<boost::asio::const_buffer const> ready_pieces();
  void on_written(std::size_t bytes);
  void go_on();
  void finish_if_done();
  void watch_stall();
  bool paused() const { return open_calls_ >= limits_.calls_open || outbox_bytes_ >= limits_.outbox_pause_bytes || peer_->share->full(); }
  void wait_for_room();
  bool has_line() const { return inbox_.find('\n', scanned_) != std::string::npos; }

  Socket socket_;
  Dispatcher& dispatcher_;
  Log& log_;
  std::shared_ptr<PeerState> peer_;
  ConnectionLimits limits_;
  std::function<void(Connection&)> closed_callback_;
  boost::asio::steady_timer deadline_;  // hello; later the end of a closing connection
  boost::asio::steady_timer stall_;

  std::array<char, 512> beginning_;  // where the socket reads to; what is longer goes through a buffer that all share
  std::string inbox_;          // bytes that are not worked off yet
  std::size_t scanned_ = 0;    // of inbox_: no line feed before this
  std::list<wire::Line> outbox_;  // of no size while it is empty
  std::size_t outbox_bytes_ = 0;
  std::size_t sent_of_first_ = 0;
  std::size_t open_calls_ = 0;
  std::size_t bad_lines_ = 0;
  bool reading_ = false, writing_ = false, flush_posted_ = false, work_asked_ = false, waits_for_room_ = false;
  bool at_work_ = false;       // in a turn: what becomes ready leaves at its end
  bool ended_ = false;         // the client writes no more
  bool hung_up_ = false;       // and reads no more
  bool closed_ = false;
  std::string refused_;        // why it will be closed once the last answer is out; empty: not refused
};

}  // namespace rsm::server
