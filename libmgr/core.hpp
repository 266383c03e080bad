// What stands behind the facade: the book, the ledger, one worker a library, sessions and those who wait.
// Files: core.cpp (start), core_catalog.cpp (reading; what happens when the catalog cannot be written), core_sessions.cpp, core_submit.cpp (requests), core_wait.cpp,
// core_explain.cpp (reading). Thread rule: the loop only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libmgr/manager.hpp"
#include "libmgr/queue/keys.hpp"
#include "libmgr/record/book.hpp"
#include "libmgr/record/ledger.hpp"
#include "libmgr/worker.hpp"

namespace rsm {

class Manager::Core {
 public:
  Core(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings);

  // core.cpp
  Result<> start();
  void stop(Callback done);
  bool ready() const { return ready_ && !ledger_.failed(); }
  void when_ready(Callback callback);

  // core_catalog.cpp
  bool readable() const { return ready_ || (loaded_ && commit_error_); }
  Error refusal() const;
  void read(Reply<> then);
  void catalog_checked(std::vector<std::string> findings);
  void catalog_trouble(std::string sentence);

  // core_sessions.cpp
  void open_session(OpenSessionCall call, Reply<SessionRecord> reply);
  void attach_session(SessionId session, Guid secret, std::uint32_t uid, Reply<SessionRecord> reply);
  void detach_session(SessionId session);
  void close_session(Caller caller, SessionId session, Reply<> reply);
  bool session_connected(SessionId session) const;
  MaybeTime session_grace_ends(SessionId session) const;

  // core_submit.cpp
  void mount(Caller caller, MountCall call, Reply<std::vector<RequestId>> reply);
  void dismount(Caller caller, DismountCall call, Reply<std::vector<RequestId>> reply);
  void dismount_drive(Caller caller, std::string key, DriveId drive, Reply<RequestId> reply);
  void inventory(Caller caller, std::string key, LibraryId library, InventoryAction action, Reply<RequestId> reply);
  void eject(Caller caller, std::string key, MediumId medium, bool force, Reply<RequestId> reply);
  void inject(Caller caller, std::string key, LibraryId library, Reply<RequestId> reply);
  void inject_stop(Caller caller, RequestId request, Reply<> reply);
  void set_enabled(Caller caller, std::string key, ObjectType type, Guid id, bool enabled, Reply<RequestId> reply);
  void cancel(Caller caller, RequestId request, Reply<RequestRecord> reply);
  void settle_operator_request(Caller caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply);

  // core_wait.cpp
  void wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply);

  // core_explain.cpp
  MediaState media_state(MediumRecord const& medium, std::string* reason) const;
  Explanation explain(RequestRecord const& request) const;
  std::vector<std::pair<RequestRecord, std::string>> waiting() const;
  std::vector<std::string> attention() const;

  Loop& loop() { return loop_; }
  Book& book() { return book_; }
  Book const& book() const { return book_; }
  Ledger& ledger() { return ledger_; }
  Figures const& figures() const { return figures_; }
  Settings const& settings() const { return settings_; }
  LibraryWorker* worker(LibraryId id) const;
  TimePoint started() const { return started_; }
  std::string commit_error() const { return commit_error_ ? commit_error_->text() : std::string{}; }
  std::uint64_t subscribe(std::move_only_function<void(std::uint64_t)> callback);

 private:
  struct Connections {
    unsigned count = 0;
    TimerId grace_timer = TimerId::none;
    MaybeTime grace_ends;
  };
  struct Waiter {
    std::vector<RequestId> requests;
    SessionId session;
    TimerId timer = TimerId::none;
    Reply<std::vector<RequestRecord>> reply;
  };

  // core.cpp
  void begin();
  void settle_configuration();
  LibraryId furnish_library(LibrarySettings const& settings);
  void resume_requests();

  // core_catalog.cpp
  void commit_failed(db::CommitOutcome const& outcome);
  void recover();
  void reload();
  void begin_again();
  void answer_held_reads(Result<> with);
  void tell(std::string state, std::string reason);
  std::vector<std::string> catalog_attention() const;

  // core_sessions.cpp
  void begin_grace(SessionId session);
  void close(SessionId session, std::string const& reason);

  // core_submit.cpp
  Result<SessionRecord> session_of(Caller const& caller) const;
  std::optional<SessionRecord> begin_call(Caller const& caller, std::string const& key, std::function<KeyedCall()> const& call, Reply<std::vector<RequestId>>& reply);
  Result<std::optional<std::vector<RequestId>>> known_key(SessionRecord const& session, std::string const& key, std::function<KeyedCall()> const& call);
  KeyedCall keyed(Operation operation, std::vector<Guid> const& media, std::vector<DriveId> const& drives = {});
  Result<std::vector<RequestRecord>> check_mount(SessionRecord const& session, MountCall const& call);
  Result<RequestRecord> check_mount_medium(MountCall const& call, std::size_t index, RequestRecord request);
  Result<LibraryId> library_for_offline(MediumRecord const& medium) const;
  Result<> check_mount_library(MountCall const& call, RequestRecord const& request);
  Result<std::vector<RequestRecord>> check_dismount(SessionRecord const& session, DismountCall const& call);
  Result<LibraryEntry const*> library_for_control(LibraryId library, Errc when_disabled) const;
  RequestRecord request_of(SessionRecord const& session, std::string const& key, Operation operation) const;
  void submit(std::vector<RequestRecord> requests, Reply<std::vector<RequestId>> reply);
  void submit_one(Result<RequestRecord> request, Reply<RequestId> reply);
  Result<RequestRecord> check_control(Caller const& caller, std::string const& key, Operation operation, KeyedObject object, std::optional<RequestId>* known);
  void ask_for_medium(RequestRecord const& request);
  template <class T>
  void refuse(Reply<T>& reply, Error error) {
    reply(std::unexpected(std::move(error)));
  }
  // Gives the value when all that was recorded so far is durable; the commit's error else.
  template <class T>
  void answer_when_durable(T value, Reply<T> reply) {
    ledger_.when_durable([value = std::move(value), reply = std::move(reply)](Result<> durable) mutable {
      if (durable) return reply(std::move(value));
      reply(std::unexpected(durable.error()));
    });
  }

  // core_wait.cpp
  bool settled(RequestId id) const;
  void settle(RequestId id);
  void complete(std::uint64_t waiter);
  void drop_waiters(SessionId session);

  Loop& loop_;
  Random& random_;
  Log& log_;
  db::CommitLane& lane_;
  DeviceSource device_source_;
  Settings settings_;
  Figures figures_;
  Ledger ledger_;
  Book book_;
  std::map<LibraryId, std::unique_ptr<LibraryWorker>> workers_;
  bool ready_ = false;
  Callback ready_callback_;
  bool stopping_ = false;
  TimePoint started_{};
  bool loaded_ = false;                  // memory shows what is committed, or will again in a moment
  bool served_ = false;                  // calls were served in this life of the daemon
  std::vector<Reply<>> held_reads_;      // their commit failed: answered when memory has come back from the catalog
  std::optional<Error> commit_error_;    // until changes are taken again
  MaybeTime last_failure_;
  std::vector<std::string> catalog_findings_;  // of the last check
  std::vector<std::string> catalog_troubles_;  // of this life of the daemon
  std::vector<std::pair<std::string, std::string>> untold_;  // events of the service itself, until changes are taken
  std::map<SessionId, Connections> connections_;
  std::map<std::uint64_t, Waiter> waiters_;
  std::map<RequestId, std::set<std::uint64_t>> waiters_of_;
  std::uint64_t waiter_count_ = 0;
  std::vector<std::move_only_function<void(std::uint64_t)>> subscribers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
