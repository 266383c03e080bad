// The book: the only place that changes the active world.
//
// What for: every change is made here, once, in three places at the same time: memory, the catalog (through the ledger) and the
// history of events, with its reason and time. Reading looks in memory first and then in the catalog, so a row that was
// changed a moment ago is never read stale. Thread rule: the loop only. Pointers to media stay valid until trim().
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "db/catalog_reader.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/base/log.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/domain/state_machines.hpp"
#include "libmgr/model/world.hpp"
#include "libmgr/record/call_keys.hpp"
#include "libmgr/record/figures.hpp"
#include "libmgr/record/ledger.hpp"
#include "libmgr/record/open_questions.hpp"
#include "libmgr/record/timings.hpp"

namespace rsm {

class Book {
 public:
  Book(Loop& loop, Random& random, Log& log, Ledger& ledger, db::CatalogReader& reader, Figures& figures)
      : loop_(loop), random_(random), log_(log), ledger_(ledger), reader_(reader), figures_(figures) {}

  World const& world() const { return world_; }
  void set_offline_library(LibraryId id) { world_.offline_library = id; }
  TimePoint now() const { return loop_.now(); }
  // That of a request has the next number: it is used when the request is added. take_back_numbers(): those that were made and not added will not be.
  template <class AnyId>
  AnyId make_id() {
    if constexpr (std::is_same_v<AnyId, RequestId>)
      return request_id(++number_made_, random_.guid());
    else
      return random_.id<AnyId>();
  }
  void take_back_numbers() { number_made_ = request_sequence_; }
  Guid make_guid() { return random_.guid(); }
  Ledger& ledger() { return ledger_; }
  db::CatalogReader& reader() { return reader_; }
  Figures& figures() { return figures_; }
  void log(LogLevel level, std::string const& line) { log_.write(level, line); }

  // Replaces memory by what the catalog says.
  Result<> load();
  // A catalog whose events have no history yet, since it is new or comes from a backup, gets one; a restore is told.
  void begin_history();

  // ---- writing: the record as it shall be, why, and for which request
  void put(LibraryRecord record, std::string const& reason, EventKind kind = EventKind::update);
  // The library takes this type; known already: nothing happens.
  void put(LibraryId library, MediaTypeId type, std::string const& reason);
  void erase(LibraryId library, MediaTypeId type, std::string const& reason);
  void put(ChangerRecord record, std::string const& reason);
  void put(DriveRecord record, std::string const& reason, EventKind kind = EventKind::update);
  void put(DriveHot hot, RequestId request = {});  // reason and since are in it
  void put(SlotRecord record, std::string const& reason);
  void put(PortRecord record, std::string const& reason);
  void put(DoorRecord record, std::string const& reason);
  void put(MediaTypeRecord record, std::string const& reason);
  void put(PoolRecord record, std::string const& reason, security::Descriptor const* own_security = nullptr);
  void erase_pool(PoolId pool, std::string const& reason);
  void set_root_pool(PoolId id);
  void put(MediumRecord record, std::string const& reason, RequestId request = {}, EventKind kind = EventKind::update);
  void put(LogicalMediumRecord record, std::string const& reason, EventKind kind = EventKind::update);
  void erase_logical_medium(LogicalMediumId id, std::string const& reason);
  // What people call an object whose record has no place for it, and bytes of an application (empty: they are deleted).
  void put(db::ObjectText text, ObjectType type, std::string const& reason);
  void put(db::ObjectAttribute attribute, ObjectType type, std::string const& reason);
  // Who may do what with a pool, a library or the computer (the zero id).
  void put_security(ObjectType type, Guid object, security::Descriptor const& descriptor, std::string const& reason);
  // A call with a key has been carried out (SessionId and key are its own).
  void put(db::DoneCall call);
  // A call about this object is done: for those who wait for it.
  void note_done(ObjectType type, Guid object, std::string const& reason);
  // The computer's own settings; the models of drives and changers are learned with their records.
  void put(ComputerRecord record, std::string const& reason);
  void put(DestinationRecord destination, ObjectType type, std::string const& reason);
  void erase(DestinationRecord const& destination, ObjectType type, std::string const& reason);
  // A message for people: an event of the computer, where there is a destination that wants it. about: the library, if it is one's; session: who asked.
  void tell(MessageKind kind, LibraryId about, SessionId session, std::string const& text);
  // Of a library that is being deleted, or of one that has lost it. What was in it has been taken out of it before.
  void erase_drive(DriveId drive, std::string const& reason);
  void erase_slot(LibraryId library, std::uint32_t number, std::string const& reason);
  // With its changers, ports, doors and drives; no media and no slots are in it any more.
  void erase_library(LibraryId library, std::string const& reason);
  void put(SessionRecord record);
  void erase_session(SessionId session, std::string const& reason);
  // `is`: the medium that it was found to be, if it was found to be one; its history goes on there.
  void erase_medium(MediumId medium, std::string const& reason, RequestId request = {}, MediumId is = {});
  // Something that no record shows happened to a medium or a drive: a command has failed. All else gets into the history with the record that it changes.
  void remember(HistoryRecord happened);
  // A step of this library, or of this drive of it (zero: the library as a whole), took so long. Written with what is recorded anyway, not at once.
  void learn(LibraryId library, DriveId drive, TimingKind kind, Millis took);
  void write_timings();
  Timings const& timings() const { return timings_; }
  // The next number for a cartridge: given once, whatever becomes of the cartridge.
  std::uint64_t next_media_number();
  // What happened to the service itself: an event of the computer, and a warning in the log.
  enum class Said { now, later };  // in the log
  void note_service(std::string state, std::string const& reason, Said said = Said::now);
  void put(IntentRecord intent);
  void erase_intent(LibraryId library);
  void put(OperatorRequestRecord record, std::string const& reason, EventKind kind = EventKind::update);
  // One that is not final: nobody waits for what it asks, and its record goes.
  void erase_operator_request(OperatorRequestId id, std::string const& reason);

  void add(RequestRecord request);
  // A change of state of an open request; same state and reason: nothing happens.
  void set_state(RequestId request, RequestState state, std::string const& reason);
  // Any other change of an open request.
  void update(RequestRecord request);
  // Its place in the queue, as an administrator wants it.
  void set_order(RequestId request, std::uint32_t order, std::string const& reason);
  // Ends it: it leaves the open ones. Its record is found by find_request from now on; it stays in memory until it is in the history of the catalog,
  // where it goes a little later, together with others.
  RequestRecord finish(RequestId request, Outcome outcome);

  // Forgets one that has ended. False: it is open, or there is none.
  Result<bool> forget_request(RequestId request, std::string const& reason);
  Result<bool> forget_operator_request(OperatorRequestId request, std::string const& reason);

  // ---- reading
  RequestRecord const* request(RequestId id) const;
  Result<MediumRecord const*> medium(MediumId id);  // nullptr: there is none
  Result<MediumRecord const*> medium_of_side(SideId id);
  Result<MediumRecord const*> medium_of(Guid side_or_logical, SideId* side);  // LMID or side id, as mount takes them
  // The one that the call with this key has made.
  Result<std::optional<LogicalMediumRecord>> logical_medium_of_key(SessionId session, std::string const& key);
  // The first side of a shelf that may be allocated, behind this one in the order of allocation; nothing: there is none.
  Result<std::optional<AllocatableSide>> next_allocatable(AllocatableSide const& behind);
  // The same for who only wants to look: nothing is kept in memory for it, however many are looked at.
  Result<std::optional<MediumRecord>> find_medium(MediumId id);
  Result<std::optional<MediumRecord>> find_medium_of_side(SideId id);
  // Memory first, then the catalog.
  Result<std::optional<LogicalMediumRecord>> logical_medium(LogicalMediumId id);
  // Without a name and without a description where there is nothing.
  Result<db::ObjectText> object_text(Guid object);
  // What the call with this key has done in this session; nothing: it is new.
  Result<std::optional<db::DoneCall>> done_call(SessionId session, std::string const& key);
  Result<std::vector<MediumId>> media_by_barcode(std::string const& barcode);
  Result<std::vector<MediumId>> media_by_label(Omid const& label);
  Result<std::optional<RequestRecord>> find_request(RequestId id);
  Result<std::optional<RequestRecord>> find_request(std::uint64_t number);
  // Open and ended ones that were asked before this number (0: all), newest first and at most so many; of one library, or (zero) of all.
  Result<std::vector<RequestRecord>> requests_page(LibraryId library, std::uint64_t before, std::size_t most);
  Result<std::optional<OperatorRequestRecord>> find_operator_request(OperatorRequestId id);
  // Which operator requests are open; the records are in world().
  OpenQuestions const& questions() const { return questions_; }
  // All requests of the call that this key names, in the order asked: open ones, ended ones, durable or not. Empty: a new key.
  Result<std::vector<RequestRecord>> requests_of_key(SessionId session, std::string const& key);
  // The request that works with this medium now, if one does (INPROCESS).
  RequestRecord const* holder_of(MediumId medium) const;
  std::set<RequestId> const& requests_of(LibraryId library) const;
  // Open requests of one operation, by age.
  std::map<std::uint64_t, RequestId> const& requests_of(LibraryId library, Operation operation) const;
  std::size_t open_requests_of(std::string const& user) const;
  std::size_t open_requests_of(SessionId session) const;
  // The same, one by one, in the order of their ids.
  std::set<RequestId> const& requests_of(SessionId session) const;
  // Open ones that were asked before this number (0: all), newest first and at most so many; of one library, or (zero) of all.
  std::vector<RequestRecord const*> newest_requests(LibraryId library, std::uint64_t before, std::size_t most) const;
  std::map<std::string, std::size_t> const& open_requests_by_user() const { return open_of_user_; }
  std::size_t sessions_of(std::uint32_t uid) const;
  // Logical media that a user has allocated and not given back.
  std::size_t media_of(std::string const& user) const;
  std::map<std::string, std::size_t> const& media_by_user() const { return media_of_user_; }
  std::uint64_t media_count() const { return media_count_; }
  // Open requests with a time limit, by it.
  std::set<std::pair<TimePoint, RequestId>> const& deadlines() const { return by_deadline_; }
  // Whose numbers the events have: another one after a restore.
  Guid history() const { return history_; }
  // Cartridges that are in this library now; of the offline library: those that are in none.
  std::uint64_t media_in(LibraryId library) const;
  // Cartridges of this pool, wherever they are; and those that are in this library (zero: in none).
  std::uint64_t media_of(PoolId pool) const;
  std::uint64_t media_of(PoolId pool, LibraryId place) const;
  // Open requests by kind; a kind that was there once in this life of the daemon stays, with 0; mounts and
  // dismounts of normal priority are there from load() on.
  std::map<QueueKey, std::uint64_t> const& queue() const { return queue_; }
  // Open requests by library and operation, each by age; and those of one state, of people or the service's own.
  std::map<std::pair<LibraryId, Operation>, std::map<std::uint64_t, RequestId>> const& requests_by_operation() const { return by_operation_; }
  std::map<std::uint64_t, RequestId> const& requests_in(RequestState state, bool by_service) const;
  // The open request of this state that was asked first, of those that people asked for or of the service's own work; nullptr: none.
  RequestRecord const* oldest_request(RequestState state, bool by_service) const;

  // Whether a medium is mounted, or an open request works with it or will: such a one is given to nobody else.
  bool in_use(MediumId medium) const { return is_mounted(medium) || has_user(medium); }
  bool is_mounted(MediumId medium) const;
  bool has_user(MediumId medium) const;
  // The oldest open request that works with the medium, or with this side of it, or will; nullptr: none.
  RequestRecord const* user_of(MediumId medium, SideId side) const;
  // Open requests for this medium, oldest first.
  std::vector<RequestId> open_requests_of(MediumId medium) const;
  // Called when a request is settled: finished, or a DISMOUNT became DEFERRED.
  void on_settled(std::function<void(RequestId)> callback) { settled_ = std::move(callback); }

  // The same for an operator request: refused or complete.
  void on_operator_request_settled(std::function<void(OperatorRequestId)> callback) { operator_request_settled_ = std::move(callback); }

  // Called with every change that is made, once memory shows it or is about to in the same call. Nothing: nobody is called any more.
  void on_change(std::function<void(Event const&)> callback) { callback ? changed_.push_back(std::move(callback)) : changed_.clear(); }

  // Called when an open mount has come, changed or gone: it is, or was, of this library; and when the record of a medium in memory is another one or gone.
  // Memory shows it already. Not by load(): whoever listens looks at everything then.
  struct QueueChanges {
    std::function<void(LibraryId, RequestId)> mount;
    std::function<void(MediumId)> medium;
  };
  void on_queue_change(QueueChanges callbacks) { queue_changed_ = std::move(callbacks); }

  // Forgets media that nothing open touches and whose rows are durable; call when nobody holds a pointer to one.
  void trim();

 private:
  void learn_model(bool changer, DeviceIdentity const& said, std::uint32_t device_type);
  std::uint32_t device_type_of(DriveRecord const& drive) const;
  void drop_destinations(Guid object);
  Event event(EventKind kind, ObjectType type, Guid object, std::string state, std::string reason, RequestId request = {});
  void note(Event event);
  void note_arm(IntentRecord const& intent, std::string state, std::string const& reason);
  Event guarded(Event event, PoolId pool, LibraryId library) const;
  Event guarded(Event event) const;
  PoolId pool_of(MediumId medium) const;
  void record_security(Guid object, security::Descriptor const& descriptor);
  // Before a state changes: a step that is in no row of its table is made all the same, since what has happened has happened, and is an error in the log.
  // `name`: gives what the object is called, when that is to be said.
  template <Worded State, class Name>
  void audit(StateMachine<State> const& machine, Name&& name, std::optional<State> from, std::optional<State> to) {
    if (!machine.allows(from, to)) illegal_step(not_a_step(machine, name(), from, to));
  }
  void illegal_step(std::string const& what);
  void remember_all(std::vector<HistoryRecord> happened, RequestId request);
  void name_people(HistoryRecord& happened, SessionId session) const;
  void say_how_long_it_took(HistoryRecord& moved) const;
  void say_how_it_was_asked_for(HistoryRecord& mounted) const;
  void note_sides(MediumRecord const& before, MediumRecord const& after, std::string const& reason, RequestId request);
  MediumRecord const* cache(MediumRecord record);
  void count(MediumRecord const& medium, std::int64_t by);
  void index_sides(MediumRecord const& medium);
  void unindex_sides(MediumRecord const& medium);
  void show_allocatable(MediumRecord const& medium);
  void use_changed(MediumId medium);
  void mount_changed(RequestRecord const& request, LibraryId of) const;
  void forget_durable_changes();
  bool is_wanted(MediumId medium) const;
  void evict(std::map<MediumId, MediumRecord>::iterator medium);
  void let_go(AllocatableSide const& side);
  RequestRecord const* in_memory(RequestId id) const;
  RequestRecord const* in_memory(std::uint64_t number) const;
  RequestRecord const* open_request(std::uint64_t number) const;
  void load_requests(std::vector<RequestRecord> ended, std::vector<db::EndedCall> calls);
  void keep_until_in_history(RequestRecord const& ended);
  void move_to_history();
  std::string state_of(ObjectType type, Guid object);
  bool take_question(OperatorRequestId id);
  void index(RequestRecord const& request);
  void unindex(RequestRecord const& request);
  void forget(ObjectType type, Guid id, std::string const& reason);

  Loop& loop_;
  Random& random_;
  Log& log_;
  Ledger& ledger_;
  db::CatalogReader& reader_;
  Figures& figures_;
  Timings timings_;
  World world_;
  std::uint64_t request_sequence_ = 0;  // the newest number that a request has
  std::uint64_t number_made_ = 0;       // the newest that an id was made with
  std::uint64_t media_count_ = 0;
  std::uint64_t media_number_ = 0;
  Guid history_{};
  std::optional<std::string> restored_;
  std::map<LibraryId, std::uint64_t> media_in_;                 // where they are now; of no library: offline
  std::map<PoolId, std::map<LibraryId, std::uint64_t>> media_of_;  // of a pool, by where they are now; of no library: offline
  struct LogicalMediumChange {
    std::optional<LogicalMediumRecord> record;  // nothing: it is deleted
    std::uint64_t ticket = 0;
  };
  std::map<LogicalMediumId, LogicalMediumChange> changed_logical_media_;  // until durable
  struct TextChange {
    db::ObjectText text;
    std::uint64_t ticket = 0;
  };
  std::map<Guid, TextChange> changed_texts_;                    // until durable
  struct CallDone {
    db::DoneCall call;
    std::uint64_t ticket = 0;
  };
  std::map<std::pair<SessionId, std::string>, CallDone> done_calls_;  // until durable
  std::map<SideId, MediumId> side_index_;                       // of cached media
  // Of cached media, but for those that somebody uses; and all of what was read of a shelf, also when its medium is cached no more.
  std::set<AllocatableSide> allocatable_;
  // How far a shelf of the catalog has been read: what may be allocated of its rows up to there is in allocatable_. The shelf is named by its beginning.
  struct Read {
    AllocatableSide up_to;
    bool all = false;
  };
  std::map<AllocatableSide, Read> shelves_read_;
  MediumId trimmed_up_to_;                                      // where the next trim() goes on
  std::optional<std::uint64_t> forgotten_up_to_;                // the newest durable ticket when durable changes were forgotten
  std::map<std::pair<SessionId, std::string>, LogicalMediumId> logical_by_key_;  // of those that are not durable
  std::map<MediumId, std::uint64_t> dirty_media_;               // ticket of the last change
  std::set<MediumId> erased_media_;                             // until durable
  std::map<MediumId, RequestId> held_;                          // by INPROCESS requests
  std::map<LibraryId, std::set<RequestId>> by_library_;
  std::map<std::pair<LibraryId, Operation>, std::map<std::uint64_t, RequestId>> by_operation_;
  std::map<QueueKey, std::uint64_t> queue_;
  std::map<std::pair<RequestState, bool>, std::map<std::uint64_t, RequestId>> by_state_;  // of people, and the service's own
  std::map<std::string, std::size_t> open_of_user_;
  std::map<SessionId, std::set<RequestId>> by_session_;
  std::map<std::uint32_t, std::size_t> sessions_of_uid_;
  std::map<std::string, std::size_t> media_of_user_;
  std::map<MediumId, std::set<RequestId>> by_medium_;
  std::set<std::pair<TimePoint, RequestId>> by_deadline_;
  std::function<void(RequestId)> settled_;
  std::function<void(OperatorRequestId)> operator_request_settled_;
  std::vector<std::function<void(Event const&)>> changed_;
  QueueChanges queue_changed_;
  CallKeys keys_{[this](std::uint64_t number) { return open_request(number) != nullptr; }};
  std::map<std::uint64_t, RequestRecord> ended_;                // by number, until they are in the history
  std::vector<std::uint64_t> to_history_;                       // those of them that are not on their way there
  bool to_history_soon_ = false, to_history_now_ = false;       // a timer runs; a callback is on its way
  OpenQuestions questions_;                                     // of world_.operator_requests
  std::map<OperatorRequestId, OperatorRequestRecord> settling_operator_requests_;
  std::set<Guid> forgotten_;                                    // requests of both kinds, until durable
  Lifeline lifeline_;
};

}  // namespace rsm
