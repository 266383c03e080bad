// The launcher as the daemon's loop sees it: questions out, answers and ends of handlers in.
//
// What for: one link for all devices on a loop; it reads the launcher's control socket. Callbacks run on the loop, never inside the
// call. When the launcher is gone, every start fails with device_not_available; handlers that run go on.
// Errors: those of the launcher (launcher_process.hpp). Thread rule: the loop only; the io_context outlives the link.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "drivers/handler/launcher.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/domain/place.hpp"

namespace rsm::handler {

struct LauncherEvent;

// "signal 9", "exit code 1"
std::string end_text(int wait_status);

class LauncherLink : public std::enable_shared_from_this<LauncherLink> {
 public:
  struct Handler {
    pid_t pid = 0;
    UniqueFd socket;
  };
  using OnStart = std::move_only_function<void(Result<Handler>)>;
  using OnEnd = std::move_only_function<void(int wait_status)>;
  using OnGone = std::move_only_function<void()>;

  // The link of this launcher, made at the first call.
  static std::shared_ptr<LauncherLink> of(Launcher& launcher, boost::asio::io_context& context, Loop& loop);

  void start(std::size_t library, Element device, OnStart done);
  // Calls once when this handler has ended; at most one for a handler.
  void on_end(pid_t pid, OnEnd callback);
  void forget_end(pid_t pid) { ends_.erase(pid); }
  // Calls once when the launcher has ended: nothing can be started any more.
  void on_gone(OnGone callback) { on_gone_ = std::move(callback); }
  // SIGKILL. False: the launcher is gone and nobody can.
  bool kill(pid_t pid);
  LauncherLibrary const& library(std::size_t index) const { return libraries_.at(index); }

 private:
  LauncherLink(Launcher& launcher, boost::asio::io_context& context, Loop& loop);
  void listen();
  void read_all();
  void take(LauncherEvent const& event, UniqueFd socket);
  void launcher_gone();

  boost::asio::posix::stream_descriptor control_;
  Loop& loop_;
  std::vector<LauncherLibrary> libraries_;
  bool gone_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, OnStart> starts_;
  std::map<pid_t, OnEnd> ends_;
  OnGone on_gone_;
};

}  // namespace rsm::handler
