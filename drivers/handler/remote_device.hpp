// One device behind its handler, on the daemon's loop: a queue of commands, one under way, a time limit on each.
//
// What for: what RemoteChanger and RemoteDrive have in common. A handler is started with the first command, and again after it ended.
// A command that is late is completed with timeout when its handler has been killed (or did not end within handler_kill_limit: it is in
// the kernel, and its lock keeps every other handler off the device). A handler that dies, or speaks nonsense, completes what it had and
// what waits behind it with device_not_available; the next command starts a new one. The end of an idle handler is told to on_lost.
// Callbacks run on the loop, never inside the call, each exactly once; after close() none.
// Thread rule: the loop only.
#pragma once

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "drivers/handler/frame.hpp"
#include "drivers/handler/launcher_link.hpp"
#include "drivers/handler/line_buffer.hpp"
#include "drivers/handler/remote_devices.hpp"
#include "libmgr/base/loop.hpp"

namespace rsm::handler {

class RemoteDevice : public std::enable_shared_from_this<RemoteDevice> {
 public:
  using Completion = std::move_only_function<void(Result<Answer>)>;

  RemoteDevice(boost::asio::io_context& context, Loop& loop, std::shared_ptr<LauncherLink> link, std::size_t library, Element device, DeviceTimes times);
  void submit(Command command, Millis limit, Completion done);
  // What follows a command when that has succeeded: sent with it, told and limited on its own. When it has not, this is dropped.
  struct Step {
    Command command;
    Millis limit;
    Completion done;
  };
  void submit(Step first, std::optional<Step> then);
  void on_lost(std::function<void(Element, std::string const&)> callback) { lost_ = std::move(callback); }
  // Before the command completes whose answer brought the doubt.
  void on_doubt(std::function<void(Element)> callback) { doubt_ = std::move(callback); }
  std::string handler_text() const;
  port::HandlerFigures const& figures() const { return figures_; }
  void close();

 private:
  enum class Phase {
    none,      // no handler
    starting,  // asked the launcher
    greeting,  // the process runs, its first line is awaited
    ready,     // serves
    ending     // its end, its remaining lines, or the patience for both is awaited
  };
  struct Pending : Step {
    std::optional<Step> then;
  };

  void pump();
  void start_handler();
  void start_failed(std::string const& why);
  void handler_started(LauncherLink::Handler handler);
  void send_first();
  void read();
  void take_bytes(std::string_view bytes);
  void take_line(std::string const& line);
  void take_greeting(std::string const& line);
  void take_reply(std::string const& line);
  void complete(Result<Answer> outcome);
  void late();
  void end_handler(std::string why, std::optional<port::HandlerEnd> kill);  // kill: it must be killed, and for what
  void stream_ended();
  void handler_ended(int wait_status);
  void finish_end();
  void doom_waiting();
  void fail_all(Error const& error);
  void arm(Millis limit, std::function<void(RemoteDevice&)> when_over);
  void disarm();
  std::string who() const;  // "handler of drive 0 (pid 4711)"

  boost::asio::io_context& context_;
  Loop& loop_;
  std::shared_ptr<LauncherLink> link_;
  std::size_t const library_;
  Element const device_;
  DeviceTimes const times_;
  std::function<void(Element, std::string const&)> lost_;
  std::function<void(Element)> doubt_;

  Phase phase_ = Phase::none;
  bool closed_ = false;
  pid_t pid_ = 0;
  std::optional<boost::asio::posix::stream_descriptor> socket_;
  LineBuffer lines_;
  std::array<char, 64 * 1024> incoming_{};
  std::string outgoing_;  // being written
  std::uint64_t handlers_ = 0;  // started so far: a read of the one before counts no more
  bool greeted_ = false;
  Hello hello_;
  std::uint64_t last_id_ = 0;
  std::optional<Pending> current_;     // sent, not answered
  std::optional<Error> current_error_;  // what the current one completes with when the handler has ended
  std::deque<Pending> waiting_;
  std::deque<Pending> doomed_;  // waited behind the one that the handler died with
  TimerId timer_ = TimerId::none;
  bool stream_open_ = false;
  std::optional<std::string> end_;  // how the process ended
  std::string why_;                 // why it is ending, where it is our doing
  port::HandlerEnd kind_ = port::HandlerEnd::exited;  // of that end
  port::HandlerFigures figures_;
  std::string last_end_;            // of the handler before, for people
};

}  // namespace rsm::handler
