// The worker of one library: carries out what its requests ask, with its arm and its drives.
//
// What for: rsm-model.md section 15 has one worker a library; here it is an object on the loop. evaluate() looks at the world
// and at the open requests and starts whatever may start; it asks nothing but the state of things, so it does the same after a
// restart, a failure or an ordinary completion. The work of a drive goes on by callbacks, step after step; every step that
// moves a cartridge records its intent first, and after every move the hardware is asked where things are.
// Files: worker.cpp (evaluate, start), worker_switches.cpp (enable, disable), worker_arm.cpp (moves), worker_inventory.cpp (what the hardware says against belief),
// worker_mount.cpp, worker_dismount.cpp, worker_identify.cpp, worker_port.cpp. Thread rule: the loop only.
// Source: rsm-model.md sections 8, 9, 12, 13 and 15; architecture decisions 6, 15, 24.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "drivers/port/devices.hpp"
#include "libmgr/book.hpp"
#include "libmgr/manager.hpp"
#include "libmgr/people/operator_requests.hpp"
#include "libmgr/scheduler.hpp"

namespace rsm {

enum class WorkKind { mount, dismount, put_away, identify, examine };

// What one drive is doing.
struct DriveWork {
  WorkKind kind = WorkKind::mount;
  RequestId request;      // zero: the service's own
  MediumId medium;
  SideId side;
  std::string step;       // for people
  TimePoint begun{};      // of this work in this drive
  std::uint64_t arm_ticket = 0;      // the move it waits for or makes; 0: none
  std::optional<Outcome> stop;       // asked to stop at the next safe point, and how
  unsigned attempts = 0;
  std::string report;                // put_away: how its volume was taken out of use
  bool insist = false;               // put_away: unload although handles from before a forced dismount live
  bool insisted = false;             // put_away: and that was tried
  bool handles_live = false;         // put_away: waits until they are closed
  std::deque<SideId> to_read;        // identify: sides still to be read
  std::map<SideId, std::optional<Omid>> labels;  // identify: what was read
};

class LibraryWorker {
 public:
  struct Context {
    Book& book;
    Loop& loop;
    Settings const& settings;
    OperatorRequests& operator_requests;
  };
  LibraryWorker(Context context, LibraryId library, LibrarySettings settings, port::Devices& devices);

  // Asks the hardware, reconciles, then the library is READY and evaluate() starts work.
  void start();
  // Starts whatever may start now; called when anything has changed (posted once, runs later).
  void evaluate_soon();
  // No new work; true when nothing is under way.
  void stop_starting() { stopping_ = true; }
  bool idle() const;

  // A request is to end. False: it is being handled and cannot be stopped now; with insist, a mount is then stopped at its
  // next safe point.
  bool stop_request(RequestId request, Outcome outcome, bool insist);
  // Whether a mount of these could start without waiting (ERROR_NOT_AVAILABLE); the reason why not, else.
  std::optional<std::string> would_wait(std::vector<RequestRecord> const& requests);

  std::string why(RequestId request) const;                       // for what it waits; empty: it does not
  std::vector<RequestId> const& order() const { return order_; }  // mounts in the order of service, as of the last look
  std::string arm_text() const;
  std::optional<std::string> work_text(DriveId drive) const;
  port::Devices& devices() { return devices_; }
  LibraryId id() const { return library_; }
  std::vector<std::string> attention() const;
  bool inject_stop(RequestId request);
  // Where this cartridge could be put now.
  std::optional<Element> home_for(MediumRecord const& medium);

 private:
  template <class T, class F>
  port::Done<T> then(F callback) {
    return [alive = std::weak_ptr(alive_), callback = std::move(callback)](Result<T> result) mutable {
      if (!alive.expired()) callback(std::move(result));
    };
  }
  template <class F>
  Callback later(F callback) {
    return [alive = std::weak_ptr(alive_), callback = std::move(callback)]() mutable {
      if (!alive.expired()) callback();
    };
  }
  template <class F>
  void when_durable(F callback) {
    book_.ledger().when_durable([alive = std::weak_ptr(alive_), callback = std::move(callback)](Result<> durable) mutable {
      if (!alive.expired() && durable) callback();
    });
  }

  World const& world() const { return book_.world(); }
  LibraryEntry const& entry() const { return *world().library(library_); }
  DriveEntry const& drive(DriveId id) const { return *world().drive(id); }
  port::Drive& device(DriveId id) { return devices_.drive(drive(id).record.number); }
  std::string drive_name(DriveId id) const { return name_of(world(), id); }
  MediumRecord const* medium(MediumId id);

  // worker.cpp
  void evaluate();
  void evaluate_inventory();
  void evaluate_dismounts();
  void evaluate_dismount(RequestRecord const& request);
  void evaluate_leftovers();
  void evaluate_mounts();
  void evaluate_identifications();
  void empty_for_identification();
  void expire_waiting();
  bool about_to_move(RequestId id);
  void ask_for_offline(RequestRecord const& request);
  void wake_at(TimePoint when);
  Situation situation() const;
  std::vector<RequestRecord const*> open(Operation operation) const;
  bool accepting() const;
  std::optional<std::string> medium_busy(MediumId id) const;
  void set_library_condition(OperationalState state, std::string const& reason);
  void set_drive_condition(DriveId id, OperationalState state, std::string const& reason);
  void set_drive(DriveId id, DriveState state, std::string const& reason, std::function<void(DriveHot&)> change = {});
  DriveWork* work_of(DriveId id);
  DriveWork* work_of(RequestId request, DriveId* drive);
  DriveWork& begin_work(DriveId id, DriveWork work);
  void end_work(DriveId id);
  void drive_failed(DriveId id, Error const& error, std::string const& what);
  void drive_succeeded(DriveId id);

  // worker_switches.cpp
  void evaluate_switches();
  void switch_library(RequestRecord const& r, bool enable, std::string const& reason);
  void switch_medium(RequestRecord const& r, bool enable, std::string const& reason);
  void switch_drive(RequestRecord const& r, bool enable, std::string const& reason);
  void finish_enable(DriveId id, RequestId request, Errc trouble);

  // worker_arm.cpp
  struct ArmTask {
    std::uint64_t ticket = 0;
    RequestId request;
    MediumId medium;
    Element from, to;
    bool turn = false;
    std::move_only_function<void(Result<>)> done;  // success: the cartridge is at `to`, and the book says so
    unsigned attempts = 0;
  };
  std::uint64_t arm_move(RequestId request, MediumId medium, Element to, bool turn, std::move_only_function<void(Result<>)> done);
  bool arm_withdraw(std::uint64_t ticket);
  void arm_next();
  void arm_send();
  void arm_sent(Result<> answer);
  void arm_check(Error doubt, port::ChangerStatus const& status);
  void arm_finish(Result<> result);
  void arm_recheck(Error doubt);
  bool is_full(port::ChangerStatus const& status, Element element) const;

  // worker_inventory.cpp
  void ask_hardware(std::move_only_function<void(Result<>)> done);
  void hardware_silent(Error const& error);
  void furnish(port::ChangerStatus const& status);
  void furnish_media_type(port::ChangerStatus const& status);
  PoolId system_pool(std::string const& container, PoolType type, MediaTypeId media_type);
  void absorb(port::ChangerStatus const& status, std::optional<IntentRecord> const& hint);
  void absorb_element(port::ElementStatus const& element, std::optional<MediumId> holds, std::string const& reason);
  void absorb_door(bool open);
  MediumId provisional_medium(Element element, std::string const& barcode);
  void set_place(MediumId id, Place place, std::string const& reason, RequestId request = {});
  void medium_missing(MediumId id, std::string const& reason);
  void classify(MediumId id, Operation operation, std::string const& reason);
  MediumId medium_at(Element element) const;
  void examine(DriveId id, RequestId request = {});
  void examined(DriveId id, Result<port::DriveStatus> status);
  void secure(DriveId id, std::string const& reason);
  void recheck_later();
  void recheck_sick_later();
  void finish_inventory(RequestId request, Result<> result);

  // worker_mount.cpp
  void start_mount(RequestId request, DriveId id);
  void mount_position(DriveId id);
  void mount_move(DriveId id, bool turn);
  void mount_load(DriveId id);
  void mount_loaded(DriveId id, Result<port::DriveStatus> status);
  void mount_done(DriveId id, port::DriveStatus const& status);
  void mount_complete_group(RequestId request);
  void mount_failed(DriveId id, Outcome outcome, DriveState state);
  void mount_back_to_queue(DriveId id, std::string const& reason);
  void fail_group(RequestRecord const& request, Outcome const& outcome);
  bool stop_asked(DriveId id);

  // worker_dismount.cpp
  void start_dismount(RequestId request, DriveId id);
  void try_dismount(DriveId id);
  void drive_silent(DriveId id, Error const& error, std::string const& what);
  void dismounted(DriveId id, Result<port::DismountReport> report);
  void start_put_away(DriveId id, RequestId request, std::string const& reason);
  void put_away_offline(DriveId id);
  void put_away_unload(DriveId id);
  void put_away_wait(DriveId id, Error const& busy);
  bool insists(RequestRecord const& request, DriveEntry const& in) const;
  void insist(DriveId id);
  void cartridge_gone(DriveId id, Error const& error);
  std::string how_it_left(MediumId id) const;
  void put_away_move(DriveId id);
  Millis defer_delay(MediumRecord const& medium) const;

  // worker_identify.cpp
  void start_identify(RequestId request, DriveId id);
  void identify_next(DriveId id);
  void identify_load(DriveId id);
  void identify_loaded(DriveId id, Result<port::DriveStatus> status);
  void identify_secure(DriveId id);
  void identify_turn(DriveId id);
  void identified(DriveId id);
  void apply_labels(MediumId id, std::map<SideId, std::optional<Omid>> const& labels, RequestId request);
  MediumId owner_of_labels(MediumId id, std::map<SideId, std::optional<Omid>> const& labels);
  void merge_into(MediumId known, MediumId provisional, RequestId request);
  void labels_differ(MediumId id, std::map<SideId, std::optional<Omid>> const& labels, RequestId request);
  void identify_failed(DriveId id, Error const& error);

  // worker_port.cpp
  struct PortWork {
    RequestId request;
    std::uint32_t port = 0;
    bool eject = false;
    std::string step;
    MaybeTime until;   // a person has this long
    std::optional<Outcome> stop;
    bool commanded = false;  // a command to the changer is under way
  };
  void evaluate_port();
  std::optional<std::uint32_t> free_port() const;
  void evaluate_eject(RequestRecord const& request);
  void start_eject(RequestRecord const& request, std::uint32_t port);
  void eject_wait_taken();
  void eject_taken();
  void eject_not_taken();
  void start_inject(RequestRecord const& request, std::uint32_t port);
  void inject_found(std::string const& barcode);
  void inject_store(std::string const& barcode);
  void inject_give_up();
  void port_finish(Outcome outcome);
  void port_poll();
  void port_poll_later();
  void set_port_position(std::uint32_t number, PortPosition position, std::string const& reason);

  Book& book_;
  Loop& loop_;
  Settings const& settings_;
  OperatorRequests& operator_requests_;
  LibraryId library_;
  LibrarySettings library_settings_;
  port::Devices& devices_;

  bool evaluate_posted_ = false;
  bool stopping_ = false;
  bool started_ = false;         // the hardware has answered once since start
  bool asking_ = false;          // an inventory is under way: no move starts
  std::set<DriveId> examining_;  // drives asked by that inventory
  unsigned silent_ = 0;          // times in a row the changer did not answer
  bool recheck_planned_ = false;
  bool service_recheck_planned_ = false;
  std::move_only_function<void()> inventory_done_;  // when the last of examining_ has answered
  std::string door_text_;
  TimerId wake_timer_ = TimerId::none;
  TimePoint wake_time_{};

  std::map<DriveId, DriveWork> work_;
  std::optional<ArmTask> moving_;
  std::deque<ArmTask> arm_queue_;
  std::uint64_t arm_tickets_ = 0;
  std::optional<PortWork> port_work_;
  std::map<RequestId, std::string> why_;
  std::vector<RequestId> order_;
  std::set<RequestId> room_coming_;
  std::map<RequestId, unsigned> failures_;  // failed tries of a request in this life of the daemon
  std::set<DriveId> doubted_;  // what is believed to be in them is not: nothing is brought home from there before the library was asked
  std::map<MediumId, std::string> left_how_;  // the last time a cartridge left its drive: how its volume was taken out of use
  std::map<RequestId, TimePoint> busy_since_;  // dismounts that found a volume in use
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
