// OpenNtmsNotification, WaitForNtmsNotification, CloseNtmsNotification.
//
// What for: a notification is a place in the durable history of events, kept here: the service keeps nothing of it, so that it survives a
// restart. Of the threads that wait on one handle one asks the service, for all of them; every event goes to one of them.
// Source: ntms-functions.md section 9, rsm-model.md section 17, readings.md 12, architecture decision 23.
#include "api/client/ntmsapi_notifications.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>

#include "api/client/limits.hpp"
#include "api/client/ntmsapi_convert.hpp"
#include "api/client/ntmsapi_handles.hpp"
#include "api/client/ntmsapi_patience.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::ntms {
namespace {

class Notification {
 public:
  Notification(Session session, ObjectType type) : session_(std::move(session)), type_(type) {}

  Session const& session() const { return session_; }

  // From now on: what happens later than this call is told.
  Result<> begin() {
    RSM_TRY(auto const now, session_->event_read({{}, type_, 1, {}, {}}));
    cursor_ = now.cursor;
    history_ = now.history;
    return {};
  }

  DWORD wait(Patience const& patience, NTMS_NOTIFICATIONINFORMATION& out) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (over_ != ERROR_SUCCESS) return over_;
      if (!events_.empty()) {
        out = events_.front();
        events_.pop_front();
        return ERROR_SUCCESS;
      }
      if (reading_) {
        if (patience.over()) return ERROR_TIMEOUT;
        changed_.wait_for(lock, patience.left(limits::client_wait_step));
      } else if (DWORD const number = read_more(lock, patience); number != ERROR_SUCCESS) {
        return number;
      }
    }
  }

  // Waits return this number from now on.
  void end(DWORD number) {
    std::lock_guard const lock(mutex_);
    over_ = number;
    changed_.notify_all();
  }

  // After end(): the thread that asks the service comes back. It may be on its way there, so it is asked more than once.
  DWORD stop_reading() {
    std::unique_lock lock(mutex_);
    for (Millis pause = limits::notification_stop_pause_min; reading_; pause = std::min(2 * pause, limits::notification_busy_pause)) {
      lock.unlock();
      auto const stopped = session_->event_stop({name_});
      lock.lock();
      if (!stopped && stopped.error().code != Errc::busy) return number_of_stop(stopped.error());
      changed_.wait_for(lock, pause, [this] { return !reading_; });
    }
    return ERROR_SUCCESS;
  }

 private:
  // A session that was closed meanwhile has ended the wait, too.
  static DWORD number_of_stop(Error const& error) {
    bool const ended = error.code == Errc::invalid_handle || error.code == Errc::cancelled;
    return ended ? static_cast<DWORD>(ERROR_SUCCESS) : number_of(error);
  }

  // While it lives, this thread asks the service and holds no lock.
  class Reading {
   public:
    Reading(Notification& notification, std::unique_lock<std::mutex>& lock) : notification_(notification), lock_(lock) {
      notification_.reading_ = true;
      lock_.unlock();
    }
    ~Reading() {
      lock_.lock();
      notification_.reading_ = false;
      notification_.changed_.notify_all();
    }
    Reading(Reading const&) = delete;
    Reading& operator=(Reading const&) = delete;

   private:
    Notification& notification_;
    std::unique_lock<std::mutex>& lock_;
  };

  DWORD read_more(std::unique_lock<std::mutex>& lock, Patience const& patience) {
    Millis const wait = patience.left(limits::client_wait_step);
    wire::EventReadParams const params{cursor_, type_, limits::notification_events_max, wait.count(), name_};
    auto const reply = [&] {
      Reading const reading(*this, lock);
      return session_->event_read(params, wait + limits::client_call_limit);
    }();
    if (over_ != ERROR_SUCCESS) return over_;
    if (reply) return take(*reply, patience);
    if (reply.error().code == Errc::no_data) return over_ = ERROR_NO_DATA;
    if (reply.error().code != Errc::busy) return number_of(reply);
    // No room for another call that waits: what comes meanwhile is kept, so it is only later.
    if (patience.over()) return ERROR_TIMEOUT;
    changed_.wait_for(lock, patience.left(limits::notification_busy_pause));
    return ERROR_SUCCESS;
  }

  DWORD take(wire::EventReadReply const& reply, Patience const& patience) {
    if (reply.history != history_) return over_ = ERROR_NO_DATA;  // a restored catalog: its numbers are others
    for (auto const& event : reply.events)
      events_.push_back({to_dword(event.kind_code), to_windows(event.object)});
    // Of a long row of other types' events the service looks at a part in one call.
    bool const seen_all = reply.cursor - cursor_ < static_cast<std::int64_t>(limits::events_page_max);
    cursor_ = reply.cursor;
    return events_.empty() && seen_all && patience.over() ? ERROR_TIMEOUT : ERROR_SUCCESS;
  }

  static std::int64_t fresh_name() {
    static std::atomic<std::int64_t> next{1};
    return next.fetch_add(1);
  }

  Session const session_;
  ObjectType const type_;
  std::int64_t const name_ = fresh_name();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<NTMS_NOTIFICATIONINFORMATION> events_;  // read and not yet taken
  std::int64_t cursor_ = 0;                          // of the last event that was read
  Guid history_{};
  bool reading_ = false;
  DWORD over_ = ERROR_SUCCESS;
};

using Notifications = Handles<Notification>;

DWORD open_notification(HANDLE session_handle, DWORD type, HANDLE& out) {
  Session const session = find_session(session_handle);
  if (!session) return ERROR_INVALID_HANDLE;
  if (type < NTMS_CHANGER || type > NTMS_OPREQUEST) return ERROR_INVALID_PARAMETER;
  auto const notification = std::make_shared<Notification>(session, static_cast<ObjectType>(type));
  if (auto const begun = notification->begin(); !begun) return number_of(begun);
  HANDLE const handle = Notifications::all().remember(notification);
  if (find_session(session_handle) == nullptr && Notifications::all().forget(handle) != nullptr) return ERROR_INVALID_HANDLE;  // closed meanwhile
  out = handle;
  return ERROR_SUCCESS;
}

DWORD wait_for_notification(HANDLE handle, LPNTMS_NOTIFICATIONINFORMATION information, DWORD timeout) {
  auto const notification = Notifications::all().find(handle);
  if (!notification) return ERROR_INVALID_HANDLE;
  if (information == nullptr) return ERROR_INVALID_PARAMETER;
  NTMS_NOTIFICATIONINFORMATION next{};
  DWORD const number = notification->wait(Patience(timeout), next);
  if (number == ERROR_SUCCESS) *information = next;
  return number;
}

DWORD close_notification(HANDLE handle) {
  if (handle == nullptr) return ERROR_INVALID_PARAMETER;
  auto const notification = Notifications::all().forget(handle);
  if (!notification) return ERROR_INVALID_HANDLE;
  notification->end(ERROR_INVALID_HANDLE);
  return notification->stop_reading();
}

}  // namespace

void end_notifications_of(Session const& session) {
  for (auto const& notification : Notifications::all().forget_all([&](Notification const& n) { return n.session() == session; }))
    notification->end(ERROR_CANCELLED);
}

}  // namespace rsm::ntms

extern "C" {

HANDLE WINAPI OpenNtmsNotification(HANDLE hSession, DWORD dwType) {
  HANDLE handle = INVALID_HANDLE_VALUE;
  DWORD const number = rsm::ntms::guarded([&] { return rsm::ntms::open_notification(hSession, dwType, handle); });
  if (number != ERROR_SUCCESS) SetLastError(number);
  return handle;
}

DWORD WINAPI WaitForNtmsNotification(HANDLE hNotification, LPNTMS_NOTIFICATIONINFORMATION lpNotificationInformation, DWORD dwTimeout) {
  return rsm::ntms::guarded([=] { return rsm::ntms::wait_for_notification(hNotification, lpNotificationInformation, dwTimeout); });
}

DWORD WINAPI CloseNtmsNotification(HANDLE hNotification) {
  return rsm::ntms::guarded([=] { return rsm::ntms::close_notification(hNotification); });
}

}  // extern "C"
