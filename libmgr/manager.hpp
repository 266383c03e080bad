// The door of the core, used by api/server and by the simulator.
//
// What for: sessions ask here; the manager checks, records, schedules and drives the devices. Every call answers through its
// Reply exactly once, on the loop, possibly from inside the call when it is refused; what was changed or read is durable
// when the Reply runs (decisions 20 and 21). A refused call changes nothing.
// Errors: the codes of ntms-functions.md for the call named at each method; not_ready (21) before ready() and while the
// catalog is being reopened; disk_full (112) for a change that could not be written, and while none can be.
// Thread rule: the loop only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/catalog_reader.hpp"
#include "db/commit_lane.hpp"
#include "libmgr/base/log.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/allocation/allocations.hpp"
#include "libmgr/forecast/answer.hpp"
#include "libmgr/forecast/drives_needed.hpp"
#include "libmgr/objects/changes.hpp"
#include "libmgr/operations/operations.hpp"
#include "libmgr/operations/removal.hpp"
#include "libmgr/people/sessions.hpp"
#include "libmgr/people/waits.hpp"
#include "libmgr/view.hpp"

namespace rsm {

class Manager {
 public:
  // All references must outlive the manager. `devices` is asked when start() runs.
  Manager(Loop& loop, Random& random, Log& log, db::CommitLane& lane, db::CatalogReader& reader, DeviceSource devices, Settings settings);
  ~Manager();
  Manager(Manager const&) = delete;
  Manager& operator=(Manager const&) = delete;

  // Loads the active world, brings the configuration into it, asks the hardware. Calls are served from ready() on; the libraries
  // become READY one by one.
  Result<> start();
  bool ready() const;
  // Called when calls are served, once; at once when they are already.
  void when_ready(Callback callback);
  // Starts no new device command; done when those under way have come back and all is durable (the caller keeps the time limit).
  void stop(Callback done);

  // ---- sessions (decision 11)
  void open_session(OpenSessionCall call, Reply<SessionRecord> reply);
  void attach_session(SessionId session, Guid secret, std::uint32_t uid, Reply<SessionRecord> reply);
  // The connection of an attached session broke: the grace time begins when its last one is gone.
  void detach_session(SessionId session);
  void close_session(Caller caller, SessionId session, Reply<> reply);

  // ---- requests
  // Every call that makes requests; durable when it is answered. Same session and key: the ids of the first time.
  void submit(Caller caller, RequestCall call, Reply<std::vector<RequestId>> reply);
  // Ends the inventory of this library and the identifications that it brought.
  void stop_inventory(Caller caller, LibraryId library, Reply<> reply);
  // Of media, or of the cleaning cartridge (inject_cleaner, eject_cleaner).
  void stop_inject(Caller caller, RequestId request, Reply<> reply, Operation operation = Operation::inject);
  void retract_inject(Caller caller, RequestId request, Reply<> reply);
  void stop_eject(Caller caller, RequestId request, Reply<> reply, Operation operation = Operation::eject);
  void cancel(Caller caller, RequestId request, Reply<RequestRecord> reply);

  // Where a mount stands in the queue of its library, from 1; 0: it has no place there. SetNtmsRequestOrder, and what came of it.
  Result<std::uint32_t> place_of(Caller caller, RequestId request) const;
  void set_place(Caller caller, RequestId request, std::uint32_t place, Reply<std::uint32_t> reply);
  // DeleteNtmsRequests, of library requests or operator requests; answers with the number of those that are gone.
  void forget_requests(Caller caller, ObjectType type, std::vector<Guid> ids, Reply<std::size_t> reply);

  // Answers when every one of them is settled: finished, or a DISMOUNT that is DEFERRED (out of use). Errc::timeout when the limit
  // is over (the requests go on); Errc::cancelled when the caller's session ends first; object_not_found for an unknown id. Without an
  // answer when the caller's connection has gone first. No limit: limits::wait_max.
  void wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply);
  // Nobody reads what this connection still waits for.
  void connection_gone(ConnectionId connection);
  // What MountNtmsMedia or WaitFor... returns for a finished request: its error, with the documented translations (4334 -> 5023).
  static Result<> outcome_of(RequestRecord const& request);

  // ---- the catalog
  // Every call that changes records only: pools, media in them, media types, names, attributes, what becomes of allocated sides. Answers with the id of what it is about.
  // Same session and key: the answer of the first time; without a key it is carried out again.
  void change(Caller caller, std::string key, CatalogCall call, Reply<Guid> reply);
  void change(Caller caller, CatalogCall call, Reply<Guid> reply) { change(std::move(caller), {}, std::move(call), std::move(reply)); }
  // DeleteNtmsLibrary and DeleteNtmsDrive: of what is NOT_PRESENT.
  void remove_library(Caller caller, LibraryId library, Reply<> reply);
  void remove_drive(Caller caller, DriveId drive, Reply<> reply);
  // Where messages go: of the caller's session (no object), of the computer or of a library.
  Result<std::vector<std::string>> destinations(Caller caller, std::optional<Guid> object, MessageKind kind) const;
  // AllocateNtmsMedia: waits for media, unless it is told not to.
  void allocate(Caller caller, AllocateCall call, Reply<Allocated> reply);
  // GetNtmsObjectSecurity: these parts of the descriptor of what decides for the object.
  Result<security::Descriptor> security_of(Caller caller, ObjectType type, Guid id, std::uint32_t parts);
  // Whether the caller may read this object; object_not_found: there is none. For objects whose record is not at hand.
  Result<> may_read(Caller caller, ObjectType type, Guid id);
  // Ends the caller's allocation with this key: it waits no longer, or what it was given is given back. Nothing of it: nothing happens.
  void give_up_allocation(Caller caller, std::string key, Reply<> reply);
  // Allocations that wait for media of this pool.
  std::size_t allocations_waiting_for(PoolId pool) const;

  // An application asks a person for something; answers when that is durable. Same session and id: the request of the first time.
  void submit_operator_request(Caller caller, OperatorCall call, Reply<OperatorRequestRecord> reply);
  // As wait(), for an operator request to be refused or complete.
  void wait_for_operator_request(Caller caller, OperatorRequestId id, std::optional<Millis> limit, Reply<OperatorRequestRecord> reply);
  // The operator says that what was asked for is done, or will not be done.
  void answer_operator_request(Caller caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply);

  // A person has read these (ACTIVE).
  void operator_requests_seen(Caller caller, std::vector<OperatorRequestId> ids, Reply<> reply);

  // ---- reading
  // Runs `then` when everything that memory shows now is durable (at once when it is): read the world inside it. While nothing can be
  // written (disk full) that is the last committed state; refusal() where there is none to be shown.
  void read(Reply<> then);
  // Whether read() is served now: when the service is ready, and also while nothing can be written.
  bool readable() const;
  // Why a call that changes something is refused while the service is not ready: disk_full (112), else not_ready (21).
  Error refusal() const;
  // What memory shows at this moment, durable or not: for observations, which promise nothing (decision record 5).
  World const& world() const;
  Settings const& settings() const;
  // Memory first, then the catalog; also media that are in no request.
  Result<std::optional<MediumRecord>> find_medium(MediumId id);
  Result<std::optional<MediumRecord>> find_medium_of_side(SideId id);
  Result<std::optional<RequestRecord>> find_request(RequestId id);
  Result<std::optional<RequestRecord>> find_request(std::uint64_t number);
  // Open and ended ones that were asked before this number (0: all), newest first and at most so many; of one library, or (zero) of all.
  Result<std::vector<RequestRecord>> requests_page(LibraryId library, std::uint64_t before, std::size_t most);
  MediaState media_state(MediumRecord const& medium, std::string* reason) const;
  Explanation explain(RequestRecord const& request) const;
  // ---- looking ahead (forecast/answer.hpp)
  // Work on a copy of the library and of those who wait there, for another thread: it takes up to some seconds.
  // When a mount that waits will be served; nothing: it waits in no queue.
  std::optional<std::function<forecast::Answer()>> foresee(RequestRecord const& request) const;
  // What a library does next, and what it would do; nothing: it has no such queue.
  std::optional<std::function<forecast::Plan()>> plan(LibraryId library, std::optional<forecast::WhatIf> what_if) const;
  // The mounts of a history, played once more with other numbers of drives; nothing: as above.
  std::optional<std::function<std::vector<forecast::DrivesTried>()>> try_drives(LibraryId library, std::vector<forecast::PastMount> history) const;
  // Somebody was told this of a request, when he asked at this time: it is compared with what comes.
  void forecast_told(RequestRecord const& request, forecast::Expected const& expected, TimePoint asked);
  // What the steps of a library or a drive take; nullptr: nothing was learned.
  TimingSketch const* timing(Guid subject, TimingKind kind) const;
  // Open requests of all libraries in the order of service, with what each waits for.
  std::vector<std::pair<RequestRecord, std::string>> waiting(std::size_t most) const;
  std::vector<std::string> attention() const;  // what needs a person
  std::size_t open_requests_of(LibraryId library) const;
  std::size_t open_requests_of(SessionId session) const;
  // Open ones that were asked before this number (0: all), newest first and at most so many; of one library, or (zero) of all.
  std::vector<RequestRecord const*> newest_requests(LibraryId library, std::uint64_t before, std::size_t most) const;
  std::uint64_t media_in(LibraryId library) const;  // cartridges that are in it now; of the offline library: those in none
  bool session_connected(SessionId session) const;
  // What users and sessions have of what is limited for each: of this user, or (empty) of everybody who has something.
  std::vector<quotas::Use> quota_uses(std::string const& user) const;
  MaybeTime session_grace_ends(SessionId session) const;
  std::string handler_text(LibraryId library, Element device) const;
  std::string arm_text(LibraryId library) const;  // the move under way
  std::optional<Millis> usual_move(LibraryId library) const;
  struct Counters {
    std::uint64_t commits = 0, changes = 0, last_event = 0;
    TimePoint started{};
    bool durable = true;  // everything that memory shows is in the catalog
    std::uint64_t durable_event = 0;  // the newest event that a reader of events can be given
    MaybeTime last_change;            // its time
    std::uint64_t uncommitted = 0;    // changes that memory shows and the catalog does not have yet
    MaybeTime commit_since;           // since when the oldest of them is on its way to disk
    std::string commit_error;         // why the catalog is being reopened; empty: it is not
    Guid history{};                   // whose numbers the events have: another one after a restore
  };
  Counters counters() const;
  Observations observe() const;
  // ---- the catalog as a file: what those who look at it have found
  // A check has ended; findings are an attention, and an event, until a later check has none.
  void catalog_checked(std::vector<std::string> findings);
  // What the opening of the catalog found: an attention for this life of the daemon, and an event.
  void catalog_trouble(std::string sentence);

  // Called after each commit that brought events, with the number of the newest. Returns a subscription number.
  std::uint64_t on_events(std::move_only_function<void(std::uint64_t newest)> callback);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace rsm
