#include "api/volumectl/notification.hpp"

#include "drivers/volume/limits.hpp"

namespace rsm::volumectl {

void Notification::notify(volume::Notice notice) {
  {
    Lock const lock = lock_process();
    if (closed) return;
    running_ = std::this_thread::get_id();
  }
  routine_(static_cast<DWORD>(notice), context_);
  Lock const lock = lock_process();
  running_ = {};
  process().changed.notify_all();
}

Answer<> Notification::end() {
  bool quiet = false;
  {
    Lock lock = lock_process();
    auto const may_go_on = [this] { return running_ == std::thread::id{} || running_ == std::this_thread::get_id(); };
    quiet = process().changed.wait_for(lock, limits::volume_notice_limit, may_go_on);
  }
  client->close();
  if (!quiet) return refuse(ERROR_TIMEOUT, client->device(), "the routine of the listener has not returned");
  return {};
}

Answer<HANDLE> listen(VolumeFile const& file, PVCTL_NOTICE_ROUTINE routine, LPVOID context) {
  auto const notification = std::make_shared<Notification>(routine, context);
  volume::OpenOptions options{.path = file.client->device()};
  options.listener = [weak = std::weak_ptr(notification)](volume::Notice notice) {
    if (auto const listener = weak.lock()) listener->notify(notice);
  };
  auto client = open_client(std::move(options));
  if (!client) return failed(client);
  notification->client = std::move(*client);
  auto handle = remember(notification);
  if (!handle) notification->client->close();
  return handle;
}

}  // namespace rsm::volumectl
