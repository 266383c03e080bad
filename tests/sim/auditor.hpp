// The auditor: holds what never happens, from outside the core, by what is in the catalog, in memory and in the iron.
//
// What for: after every step of a simulation it looks at what changed; after each restart at everything that was answered; at rest
// at everything. It knows the core only by its facade and the catalog only by what is committed. A broken rule is a violation of
// the history. Files: auditor.cpp (each step), auditor_answers.cpp (replies, restarts), auditor_rest.cpp (at rest, at the end).
// Thread rule: one thread. Source: architecture, "What never happens"; decisions 21, 22, 24.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/database.hpp"
#include "db/sqlite_reader.hpp"
#include "libmgr/manager.hpp"
#include "tests/sim/border.hpp"
#include "tests/sim/committed.hpp"
#include "tests/sim/iron.hpp"

namespace rsm::sim {

// What a client asked for in a call of several media, in its order.
struct Asked {
  std::vector<Guid> media;
  std::vector<DriveId> drives;
  bool twice() const { return std::set<DriveId>(drives.begin(), drives.end()).size() < drives.size(); }
};

class Auditor final : public Border {
 public:
  Auditor(History& history, Loop& loop, std::vector<Iron*> irons) : history_(history), loop_(loop), irons_(std::move(irons)) {}

  // A daemon serves, or none does.
  void attach(Manager& manager, db::Database& database, Committed& catalog);
  void detach();

  // ---- every step
  void after_step();
  void before_move(std::string const& library, port::Move const& what) override;
  void before_load(std::string const& library, std::uint32_t drive) override;
  void before_label(std::string const& library, std::uint32_t drive, port::LabelOrder const& order) override;
  void before_force(std::string const& library, std::uint32_t drive, std::string const& what) override;

  // ---- replies that reached a client
  void session_opened(SessionRecord const& session);
  void session_closed(SessionId session);
  void accepted(SessionId session, std::string const& key, std::vector<RequestId> const& requests, Asked const& asked);
  void refused(SessionId session, std::string const& key, Error const& error);
  void settled(std::vector<RequestId> const& asked, std::vector<RequestRecord> const& records);
  void cancelled(RequestRecord const& record);

  void allocated(SessionId session, std::string const& key, Allocated const& given);
  // A change of the catalog: the same key hears the same, whenever.
  void changed(SessionId session, std::string const& key, Result<Guid> const& answer);
  void allocation_refused(SessionId session, std::string const& key, Error const& error);
  // A client is about to ask for it: from now on the logical medium may be gone.
  void may_be_given_back(LogicalMediumId id) { may_be_gone_.insert(id); }
  void given_back(LogicalMediumId id);
  // An attribute that one client writes: it is about to, and what it has heard (nothing: it was refused).
  void attribute_asked(ObjectType type, Guid object, std::string const& name);
  void attribute_heard(Guid object, std::string const& name, std::optional<std::string> const& data);
  void asked_people(OperatorRequestRecord const& told);
  // A program was told that this is the label of the side now.
  void label_told(SideId side, LogicalMediumId id, Omid const& label);
  // The same as with attributes; there: whether it is one after what was answered.
  void destination_asked(DestinationRecord const& one);
  void destination_heard(DestinationRecord const& one, std::optional<bool> there);
  // From now on what this call allocates may be given back; and it was.
  void may_be_given_up(SessionId session, std::string const& key);
  void given_up(SessionId session, std::string const& key);
  void questions_read(std::vector<OperatorRequestId> const& ids);
  // A client is about to say that a request which has ended may go.
  void may_be_forgotten(RequestId id);

  // Somebody is about to change who may use which pools; the number of that change.
  void rights_change();
  std::uint64_t rights_changes() const { return rights_changes_; }
  // It was answered: from now on until the next change this user may use none of these objects, which are all of their type.
  void shut_out(std::string const& user, ObjectType type, std::set<Guid> objects, std::uint64_t change);
  // This session was opened just now.
  void entered(SessionRecord const& session);

  // ---- now and then
  void after_restart();  // everything that was answered is there
  // Nothing is under way: memory is what the catalog says, and nothing waits that could run.
  void at_rest();
  // labels_read: the last inventory has read every label, so belief and iron must agree in them; else in the bar codes.
  void at_end(bool labels_read);

 private:
  struct Fate {  // of a request, as the events tell it
    std::string state;
    bool complete = false;
  };
  struct ShutOut {
    std::string user;
    ObjectType type = ObjectType::pool;
    std::set<Guid> objects;
    TimePoint since{};
    MaybeTime until;
  };
  Iron* iron_of(LibraryId library) const;
  void broken(std::string const& rule) { history_.violation(rule); }

  // auditor.cpp
  void read_events();
  void see(Event const& event);
  void see_request(Event const& event);
  void see_erased(Event const& event);
  void check_places(World const& world);
  void check_held(World const& world, LibraryId library, Element element, MediumId id, std::vector<MediumId>& untouched);
  void check_drives(World const& world);
  void check_label(DriveEntry const& drive, bool just_loaded);
  void check_requests(World const& world);
  void brought(std::string const& library, port::Move const& what, RequestId request);
  void check_taken_home(LibraryEntry const& library, port::Move const& what);
  void check_slot_of_cleaner(LibraryEntry const& library, MediumId medium, port::Move const& what);
  void check_overwritten(std::string const& where, MediumRecord const& medium, Side const& side, emulated::Cartridge const& cartridge, Omid const& there, std::optional<std::string> const& told);
  DriveEntry const* drive_of(std::string const& library, std::uint32_t number) const;

  // auditor_answers.cpp
  void check_final(RequestRecord const& record);
  void check_force(RequestRecord const& dismount);
  void check_order(std::string const& key, std::vector<RequestId> const& requests, Asked const& asked);
  void check_answered();
  bool comes_at_once(RequestRecord const& mount) const;
  void check_forecast(RequestRecord const& mount);

  // auditor_rights.cpp
  void check_rights(RequestRecord const& mount);
  std::vector<ShutOut const*> shut_out_when(std::string const& user, TimePoint when) const;

  // auditor_house.cpp
  void see_operator_request(Event const& event);
  void check_attributes();
  bool is_there(ObjectType type, Guid id);

  // auditor_service.cpp
  void check_destinations();
  void check_what_was_deleted();

  // auditor_sides.cpp
  void check_limit(SideId id, Event const& event);
  void see_side(Event const& event);
  void check_free_label(SideId id);
  void check_sides();
  void check_given();

  // auditor_rest.cpp
  void compare_with_catalog();
  void check_states_told();
  void check_waiting();
  void check_followed();
  void check_places_in_queue();
  void check_reasons();
  void check_idle_drives();
  void check_operator_requests();
  std::string reason_gone(OperatorRequestRecord const& asked) const;
  void check_libraries();
  void check_ports();
  void check_cleaners();
  bool a_person_has_the_door(LibraryEntry const& library) const;
  void check_hands();
  bool open_for_long(Iron const& iron, std::size_t port);
  bool waits_for_another_drive(LibraryEntry const& library, MediumRecord const& medium, DriveEntry const& empty) const;
  void check_condemned();
  void check_first_of_queue();
  void learn_who_is_who();
  void check_copies();
  void check_iron(bool labels_read);
  void check_devices(Iron const& iron, LibraryEntry const& library);
  void check_cartridge(Iron const& iron, LibraryId library, emulated::Cartridge const& cartridge, bool labels_read);

  History& history_;
  Loop& loop_;
  std::vector<Iron*> irons_;
  Manager* manager_ = nullptr;
  Result<std::vector<RequestId>> requests_of_key(SessionId session, std::string const& key);

  std::unique_ptr<db::SqliteReader> committed_;
  db::Database* database_ = nullptr;
  Committed* catalog_ = nullptr;

  std::uint64_t seen_changes_ = 0, seen_commits_ = 0;
  std::pair<std::uint64_t, std::uint64_t> looked_at_;  // changes and commits at the last rest
  std::uint64_t last_event_ = 0;
  std::map<RequestId, Fate> fates_;
  std::map<SideId, SideState> side_states_;  // as the events tell them
  std::map<std::pair<SessionId, std::string>, LogicalMediumId> given_;  // by the call that was answered with it
  std::set<std::pair<SessionId, std::string>> refused_;
  std::map<std::pair<SessionId, std::string>, Guid> changed_;
  struct Attribute {
    ObjectType type = ObjectType::unknown;
    std::optional<std::string> data;  // that was answered last
    bool unsure = false;              // another one is under way, or nobody has heard of it
  };
  std::map<std::pair<Guid, std::string>, Attribute> attributes_;
  struct Destination {
    std::optional<bool> there;
    bool unsure = false;
  };
  std::map<DestinationRecord, Destination> destinations_;
  std::set<std::pair<SessionId, std::string>> given_up_;  // calls that allocate
  std::set<LogicalMediumId> may_be_gone_, gone_;
  std::set<RequestId> loaded_for_;           // a LOADED drive was recorded for them
  struct Seen {  // of a drive, after the last step
    DriveState state = DriveState::dismounted;
    MediumId medium;
    SideId side;
    RequestId request;
    std::string cartridge;  // that the iron has loaded there
  };
  struct Brought {  // into a drive, and not loaded since
    RequestId request;
    std::string cartridge;
    std::uint64_t life = 0;
    DriveId drive;
  };
  std::map<std::pair<std::string, std::uint32_t>, Brought> brought_;  // by library and drive
  std::map<std::string, Element> last_to_;  // by library: where the last move led
  std::uint64_t life_ = 0;  // of the daemon
  TimePoint life_since_{};
  void check_mount_ended(DriveEntry const& now, Seen const& before);
  std::map<DriveId, Seen> drives_;
  std::set<LibraryId> gave_back_;  // a medium that was loaded is loaded no more, in whatever life
  std::map<SideId, Omid> labels_;            // change only with the cartridge's own
  std::map<RequestId, std::set<RequestId>> dismounts_;  // by the mount that they name
  std::set<MediumId> forced_;                // somebody asked with force
  std::set<MediumId> ejected_with_force_;    // for an eject
  std::map<MediumId, std::pair<Iron const*, std::string>> bodies_;  // media whose cartridge has been seen with its label and its sticker
  std::map<std::pair<Iron const*, std::string>, MediumId> known_as_;

  std::map<SessionId, SessionRecord> sessions_;  // open, acknowledged
  std::vector<ShutOut> shut_out_;
  std::uint64_t rights_changes_ = 0;
  std::set<RequestId> accepted_;
  std::map<RequestId, RequestRecord> final_;     // told to somebody
  std::map<std::pair<SessionId, std::string>, std::vector<RequestId>> keys_;
  std::map<std::pair<MediumId, std::string>, std::pair<std::uint32_t, std::uint32_t>> cleaners_;  // uses left, and cleanings, when it was seen first
  std::map<std::pair<Iron const*, std::size_t>, TimePoint> open_since_;  // ports that nobody works at, at rest
  std::map<DriveId, std::pair<std::string, TimePoint>> working_;  // text of work without a device at work, since
};

// What differs between two worlds, as a sentence; empty: nothing. Media are compared where both have them.
std::string difference(World const& live, World const& rebuilt);

}  // namespace rsm::sim
