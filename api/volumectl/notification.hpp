// A listener on a volume: a handle of its own, without access, whose notices go to a routine of the program.
//
// What for: VctlRegisterVolumeNotification. It needs no other handle to stay open, so a routine may close the program's handles to let a lock
// succeed. Thread rule: notify() runs on a thread of the client; everything else from any thread; `running` is under the lock of the process.
#pragma once

#include <memory>
#include <thread>

#include "api/volumectl/volume_file.hpp"

namespace rsm::volumectl {

class Notification final : public Object {
 public:
  Notification(PVCTL_NOTICE_ROUTINE routine, LPVOID context) : routine_(routine), context_(context) {}

  // Its return is the answer. After the notification is closed: nothing.
  void notify(volume::Notice notice);
  // Returns when the routine does not run and will not (timeout: it still does), unless it is called from there.
  Answer<> end();

  std::shared_ptr<volume::VolumeClient> client;  // set once, before the handle is known

 private:
  PVCTL_NOTICE_ROUTINE const routine_;
  LPVOID const context_;
  std::thread::id running_;
};

Answer<HANDLE> listen(VolumeFile const& file, PVCTL_NOTICE_ROUTINE routine, LPVOID context);

}  // namespace rsm::volumectl
