// One library at work: belief, drives, arm, port and inventory, and the look that starts whatever may start.
//
// What for: evaluate() looks at the world and at the open requests and starts what may start (libmgr/operations); it asks nothing but the state
// of things, so it does the same after a restart, a failure or an ordinary completion (decision record 1). What it keeps beside the catalog is
// derived and can be lost at any moment. Thread rule: the loop only. Source: rsm-model.md section 15.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/port/devices.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/library/absorb.hpp"
#include "libmgr/library/arm_desk.hpp"
#include "libmgr/library/arm_trouble.hpp"
#include "libmgr/library/belief.hpp"
#include "libmgr/library/conditions.hpp"
#include "libmgr/library/door_desk.hpp"
#include "libmgr/library/drives.hpp"
#include "libmgr/library/hand_desk.hpp"
#include "libmgr/library/port_desk.hpp"
#include "libmgr/library/slot_views.hpp"
#include "libmgr/library/stocktaking.hpp"
#include "libmgr/library/waiting_mounts.hpp"
#include "libmgr/machines/limits.hpp"
#include "libmgr/people/operator_requests.hpp"
#include "libmgr/queue/scheduler.hpp"
#include "libmgr/queue/walk.hpp"
#include "libmgr/settings.hpp"

namespace rsm {

class Library {
 public:
  struct Parts {
    Book& book;
    Loop& loop;
    Settings const& settings;
    OperatorRequests& people;
  };
  Library(Parts parts, LibraryId library, LibrarySettings settings, port::Devices& devices);
  Library(Library const&) = delete;
  Library& operator=(Library const&) = delete;

  // Asks the hardware, reconciles, then the library is READY and evaluate() starts work.
  void start();
  // Starts whatever may start now; called when anything has changed (posted once, runs later).
  void evaluate_soon();
  void evaluate_at(TimePoint when);
  void stop_starting() { stopping_ = true; }
  // No device has a command of ours. Work that only waits begins again with the daemon.
  bool idle() const;

  // ---- its parts
  LibraryId id() const { return belief_.id(); }
  Belief& belief() { return belief_; }
  Belief const& belief() const { return belief_; }
  Book& book() const { return belief_.book(); }
  World const& world() const { return belief_.world(); }
  Loop& loop() const { return loop_; }
  TimePoint now() const { return loop_.now(); }
  Settings const& settings() const { return settings_; }
  LibrarySettings const& own_settings() const { return own_settings_; }
  port::Devices& devices() const { return devices_; }
  OperatorRequests& people() const { return people_; }
  Drives& drives() { return drives_; }
  Drives const& drives() const { return drives_; }
  ArmDesk& arm() { return arm_; }
  ArmDesk const& arm() const { return arm_; }
  ArmTrouble& arm_trouble() { return arm_trouble_; }
  ArmTrouble const& arm_trouble() const { return arm_trouble_; }
  HandDesk& hand() { return hand_; }
  PortDesk& port() { return port_; }
  PortDesk const& port() const { return port_; }
  DoorDesk& door() { return door_; }
  DoorDesk const& door() const { return door_; }
  Stocktaking& stocktaking() { return stocktaking_; }
  Stocktaking const& stocktaking() const { return stocktaking_; }
  Conditions& conditions() { return conditions_; }
  Absorber& absorber() { return absorber_; }

  // ---- what decides whether something may begin
  bool stopping() const { return stopping_; }
  bool by_hand() const { return own_settings_.standalone; }  // a stand-alone drive: nothing comes into it or out of it but by a person
  bool accepting() const;  // new work of requests
  // An inventory is announced or runs, the last look has failed, or a person has the door: no move begins.
  bool barred() const;
  machine::WorkId make_work() { return machine::WorkId{++works_}; }
  std::vector<RequestRecord const*> open(Operation operation) const;
  // Where it goes when it leaves a drive or the port: to a slot of the view that its own slot is of, that nothing else is on its way to.
  std::optional<Element> home_for(MediumRecord const& medium) const;
  // "no free slot for A00001: take a cartridge out of the library"
  std::string no_home_text(MediumRecord const& medium) const;
  // Who works with this medium now; nothing: nobody.
  std::optional<std::string> busy_with(MediumId medium) const;
  Situation situation() const;

  // ---- memory of this life of the daemon, all of it derived
  struct Tries {
    unsigned failed = 0, unanswered = 0;
    std::set<DriveId> in;  // drives that could not load its cartridge
    // Once more after one that fails now.
    bool left() const { return failed + 1 < limits::request_attempts_max; }
    bool unanswered_left() const { return unanswered + 1 < limits::unanswered_attempts_max; }
  };
  Tries& tries(RequestId request) { return tries_[request]; }
  Tries const* tries_of(RequestId request) const;
  // How the volume of a medium was taken out of use when it left its drive: for the end of a request.
  void left(MediumId medium, std::string report) { left_how_[medium] = std::move(report); }
  std::string how_it_left(MediumId medium) const;  // "; dismounted: ..."
  void mounted_again(MediumId medium) { left_how_.erase(medium); }
  // What is believed in a drive is not there: nothing is taken from it before the library was asked.
  void doubt(DriveId drive) { doubted_.insert(drive); }
  bool doubted(DriveId drive) const { return doubted_.contains(drive); }
  // The library has said what is in this drive.
  void told_of(DriveId drive) { told_of_.insert(drive), doubted_.erase(drive); }
  // It has not, in this life of the daemon or since the doubt began: the drive may be full or empty.
  bool unsure_of(DriveId drive) const { return doubted_.contains(drive) || !told_of_.contains(drive); }
  // A life before had it carried when that ended, and the arm still has it.
  void left_in_arm(IntentRecord move) { left_in_arm_ = std::move(move); }
  // Where this was to go; told once, since it may not arrive.
  std::optional<IntentRecord> take_move_of(MediumId medium);
  // The label of this medium was read in its place, and was right, since somebody could have exchanged it.
  void verify(MediumId medium) { verified_.insert(medium); }
  bool verified(MediumId medium) const { return verified_.contains(medium); }
  void doubt_label(MediumId medium) { verified_.erase(medium); }
  void doubt_all_labels() { verified_.clear(); }
  // Cartridges of two slots change places in one command: as the changer has said in this life; nothing: it has not been asked yet.
  void set_exchanges(bool exchanges) { exchanges_ = exchanges; }
  std::optional<bool> exchanges() const { return exchanges_; }
  // Bar codes: as last seen of a medium (empty: not readable then), and those that are on several cartridges.
  void saw_barcode(MediumId medium, std::string barcode) { barcodes_seen_[medium] = std::move(barcode); }
  std::string barcode_seen(MediumRecord const& medium) const;
  void set_doubled(std::set<std::string> barcodes) { doubled_ = std::move(barcodes); }
  bool doubled(std::string const& barcode) const { return doubled_.contains(barcode); }
  // Why a request does not go on, as the last look found; told by why().
  void waits_for(RequestId request, std::string reason) { why_[request] = std::move(reason); }
  void plan_made(MountPlan const& plan);
  // A call of several media waits until enough drives are free together: the service begins nothing of its own.
  bool call_waits() const { return call_waits_; }
  // The inventory that a request asked for, until it runs.
  void announce_inventory(RequestId request) { announced_ = request; }
  RequestId announced_inventory() const { return announced_; }

  // What the changer has answered. One that said nothing, or could not be reached, may be served by another process now, or have lost its way to us.
  template <class T>
  Result<T> heard(Result<T> said) {
    if (!said && (said.error().code == Errc::timeout || said.error().code == Errc::device_not_available)) port_.doubt_locks();
    return said;
  }

  // ---- for people
  // For what any open request of this library waits; never empty.
  std::string why(RequestRecord const& request) const;
  // Mounts that wait and are planned: how many; the first ones in order of service; where one stands (nothing: it is none of them).
  std::size_t mounts_waiting() const;
  std::vector<RequestId> first_mounts(std::size_t most) const;
  std::optional<PlaceInLines> place_of(RequestRecord const& mount) const;
  // Whether the mount, or another one of its call, is about to move: a time limit does not end it in the middle of a step that goes on.
  bool goes_on(RequestId request) const;
  // Open mounts of the call of several media that this one is of, by age.
  std::vector<RequestId> mounts_of_call(RequestRecord const& mount) const;
  std::vector<std::string> attention() const;

  WaitingMounts& mounts() const { return *mounts_; }
  void mount_changed(RequestId mount) { mounts_->request_changed(mount); }
  void medium_changed(MediumId medium);
  // In the arm, as believed.
  std::set<MediumId> const& in_arm() const { return in_arm_; }

  // What things have taken here in this life of the daemon.
  Pace& pace() { return pace_; }
  Pace const& pace() const { return pace_; }
  // Drives that are empty, or will be, for whoever comes. Looks at each drive.
  std::size_t empty_drives() const;
  // How long a medium stays in its drive beside so many empty ones after a deferred dismount, for which this delay is configured; and why, as a sentence without a full stop.
  Millis idle_stay(Millis delay, std::size_t empty) const;
  std::string idle_stay_text(Millis delay, std::size_t empty) const;
  // Beside no empty drive, one, two and so on; beside more of them as beside the last.
  std::vector<Millis> idle_stays(Millis delay) const;
  std::string reuse_text(std::size_t empty) const { return reuse_.text(pace_.exchange(), empty); }
  Reuse& reuse() { return reuse_; }
  Reuse const& reuse() const { return reuse_; }

  // A move has been decided: whoever asked for it goes on.
  void arm_done(machine::ArmDone const& done);

 private:
  void evaluate();
  std::string found_for(RequestRecord const& request) const;
  bool room_comes_for(RequestRecord const& mount) const;
  std::string left_in_port(std::uint32_t number, PortRecord const& port) const;
  bool one_goes_on(RequestId request) const;
  bool step_goes_on(DriveId drive, machine::Drive const& work) const;

  Loop& loop_;
  Settings const& settings_;
  LibrarySettings own_settings_;
  SlotViews views_;
  port::Devices& devices_;
  OperatorRequests& people_;
  Belief belief_;
  Conditions conditions_;
  Absorber absorber_;
  Drives drives_;
  ArmDesk arm_;
  ArmTrouble arm_trouble_;
  PortDesk port_;
  DoorDesk door_;
  HandDesk hand_;
  Stocktaking stocktaking_;
  Lifeline lifeline_;

  bool evaluate_posted_ = false;
  bool stopping_ = false;
  TimerId wake_timer_ = TimerId::none;
  TimePoint wake_time_{};
  std::uint64_t works_ = 0;
  std::map<RequestId, Tries> tries_;
  std::map<MediumId, std::string> left_how_;
  std::set<DriveId> doubted_, told_of_;
  std::optional<IntentRecord> left_in_arm_;
  std::set<MediumId> verified_;
  std::map<MediumId, std::string> barcodes_seen_;
  std::set<std::string> doubled_;
  std::optional<bool> exchanges_;
  std::map<RequestId, std::string> why_;
  mutable std::optional<std::map<RequestId, std::string>> why_of_all_;  // of a plan from scratch, until the next evaluation
  std::unique_ptr<WaitingMounts> mounts_;
  std::set<MediumId> in_arm_;
  std::set<RequestId> room_coming_;
  std::set<MediumId> room_for_;
  bool call_waits_ = false;
  Pace pace_;
  Reuse reuse_;
  RequestId announced_;
};

}  // namespace rsm
