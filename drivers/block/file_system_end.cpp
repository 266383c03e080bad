#include "drivers/block/file_system_end.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "drivers/block/mount_actions.hpp"

namespace rsm::block {
namespace {

using Clock = std::chrono::steady_clock;

// Asks again until the answer is true or the users had the time to leave that leaving takes.
Result<bool> look_now_and_then(std::function<Result<bool>()> const& ask, Millis limit) {
  for (Millis waited{0};; waited += limits::lock_settle_pause) {
    RSM_TRY(bool const yes, ask());
    if (yes || waited >= limit) return yes;
    std::this_thread::sleep_for(limits::lock_settle_pause);
  }
}

}  // namespace

void FileSystemEnd::watch(MountRecord const& mount) {
  if (auto const root = open_mount(mount)) watch(fmt::format("/proc/self/fd/{}", root->get()));
}

// IN_UNMOUNT comes whatever is asked for, and something has to be asked for.
void FileSystemEnd::watch(std::string const& path) {
  if (!inotify_) inotify_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  int const watched = inotify_ ? ::inotify_add_watch(inotify_.get(), path.c_str(), IN_DELETE_SELF) : -1;
  if (watched >= 0) watched_.insert(watched);
}

FileSystemEnd::Heard FileSystemEnd::wait(Millis limit, int interrupt_fd, std::function<bool()> const& interrupted) {
  auto const until = Clock::now() + limit;
  for (take_events(); watches(); take_events()) {
    auto const left = std::chrono::ceil<Millis>(until - Clock::now());
    if (left <= Millis{0}) return Heard::not_yet;
    std::array<pollfd, 2> looks{{{inotify_.get(), POLLIN, 0}, {interrupt_fd, POLLIN, 0}}};
    if (::poll(looks.data(), looks.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) return Heard::nothing;
    if (looks[1].revents != 0 && interrupted()) return Heard::not_yet;
  }
  return ended_ && !lost_ ? Heard::ended : Heard::nothing;
}

void FileSystemEnd::take_events() {
  alignas(inotify_event) std::array<char, 4096> bytes{};
  ssize_t got = 0;
  while (inotify_ && (got = ::read(inotify_.get(), bytes.data(), bytes.size())) > 0) {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, bytes.data() + at, sizeof event);
      at += sizeof event + event.len;
      bool const gone = (event.mask & (IN_UNMOUNT | IN_IGNORED)) != 0 && watched_.erase(event.wd) != 0;
      ended_ |= gone && (event.mask & IN_UNMOUNT) != 0;
      lost_ |= gone && (event.mask & IN_UNMOUNT) == 0;
    }
  }
}

Result<bool> once_settled(std::function<Result<bool>()> const& ask, FileSystemEnd& end, Millis patience) {
  if (!end.watches()) return look_now_and_then(ask, patience);
  RSM_TRY(bool const at_once, ask());
  if (at_once) return true;
  switch (end.wait(patience)) {
    case FileSystemEnd::Heard::ended: return look_now_and_then(ask, limits::file_system_release_limit);
    case FileSystemEnd::Heard::not_yet: return ask();
    case FileSystemEnd::Heard::nothing: break;
  }
  return look_now_and_then(ask, patience);
}

Result<bool> once_settled(std::function<Result<bool>()> const& ask) { return look_now_and_then(ask, limits::lock_settle_limit); }

}  // namespace rsm::block
