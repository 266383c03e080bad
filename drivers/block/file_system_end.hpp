// Tells when file systems have ended: every mount of them is gone, and everything that was open on them is closed.
//
// What for: a mount that is taken away while it is in use (MNT_DETACH, a forced dismount) is in no table any more, while its file system keeps
// the device. Its end is an event: IN_UNMOUNT of an inotify watch on any file or folder of it, which holds nothing. So nobody has to look
// now and then. The event says that nobody holds it any more, not that the device is free: the kernel writes what is left, and
// somebody may mount it again. O_EXCL decides.
// No watch can be had (fs.inotify.max_user_watches, max_user_instances; no path leads there; what is watched is deleted): that is told, and
// whoever waits looks now and then as before.
// Errors: none. Thread rule: one thread. Source: inotify(7).
#pragma once

#include <functional>
#include <set>
#include <string>

#include "drivers/block/limits.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

class FileSystemEnd {
 public:
  // Before the mount is removed; one that no process leads to, or that another mount covers, is passed over.
  void watch(MountRecord const& mount);
  // Any file or folder of it; links are followed ("/proc/4711/fd/3").
  void watch(std::string const& path);
  // Something of what is watched has not ended, as far as was heard.
  bool watches() const { return !watched_.empty(); }

  enum class Heard {
    ended,    // all of them
    not_yet,  // the limit is over
    nothing   // nothing is watched, or what was watched is gone: look yourself
  };
  // `interrupt_fd` readable and `interrupted` true: ends early, with not_yet.
  Heard wait(Millis limit, int interrupt_fd = -1, std::function<bool()> const& interrupted = {});

 private:
  void take_events();

  UniqueFd inotify_;
  std::set<int> watched_;
  bool ended_ = false, lost_ = false;
};

// Whether the answer becomes true. It is asked once; then, where the end of file systems can be heard, not before it, and for
// limits::file_system_release_limit after it; else every lock_settle_pause until `patience` is over.
Result<bool> once_settled(std::function<Result<bool>()> const& ask, FileSystemEnd& end, Millis patience = limits::lock_settle_limit);
// The same where there is nothing to hear.
Result<bool> once_settled(std::function<Result<bool>()> const& ask);

}  // namespace rsm::block
