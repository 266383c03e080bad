// A drive at work: what one piece of work does with the cartridge in it, step after step.
//
// What for: seven kinds of work share their steps (unload to turn, have the arm bring it, load, read the label, flush-lock-dismount-offline,
// unload, have the arm take it away). The machine knows the order of steps, what each answer means and where it is safe to stop;
// what a request is and who gets the drive is decided elsewhere (libmgr/operations).
// Force comes from a person only: nothing here is forced but what `force` and `insist` of the view say.
// Thread rule: a value. Source: rsm-model.md sections 4, 8, 9 and 12, volume-control.md ("the one safe order"), readings.md 37, 40.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "drivers/port/drive.hpp"
#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/machines/work.hpp"

namespace rsm::machine {

enum class DriveTask : std::uint8_t {
  mount,     // bring, load, compare the label, LOADED
  dismount,  // out of use; the cartridge stays inside
  put_away,  // out of use, unload, to `destination`; by hand: out of the drive
  identify,  // read the label of every side; the cartridge stays inside, unloaded. By hand: of the side that is up, and it stays out of use
  examine,   // ask what is in it, and bring it into a state that is safe
  label,     // bring, load, look who it is, take it out of use, write the label of a free medium on one side; the cartridge stays inside, unloaded
  secure,    // take what nobody was given out of use; it stays inside
  clean      // bring the cleaning cartridge, wait until the drive has cleaned itself, and send it to `destination`
};

enum class DrivePhase : std::uint8_t {
  begun, recorded, turning_out, arm, loading, reading, label_busy, dismounting, decided, labelling, volume_busy, unloading, handles_live, asking, restoring, comparing, cleaning, doubting
};

// What the machine may look at when something has happened: belief of this moment.
struct DriveView {
  TimePoint now{};
  LibraryId library;
  Element here;
  std::string name;                       // "drive 0 of Jukebox"
  DriveHot hot;
  MediumRecord const* medium = nullptr;   // of this work; null: its record is gone
  bool request_open = false;              // the request that the work is for is still open
  bool force = false;                     // it may break open files: a person said so
  bool insist = false;                    // it may take the medium away from old handles: said again, after the forced dismount
  std::optional<Element> destination;     // put_away: where the cartridge goes; none: there is no place
  bool destination_is_port = false;
  bool by_hand = false;                   // a stand-alone drive: nobody turns the medium or takes it away but a person
  bool awaited = false;                   // examine: it was brought for a request that is still open
  bool kept_in = true;                    // examine: the process that serves the drive now has loaded what is in it, so it keeps it in
  bool mount_stands = false;              // examine: LOADED, and the mount that made it so has passed or waits for its group only
  bool tries_left = true;                 // mount: the request may be tried again after a failure
  bool unanswered_tries_left = true;      // the same after a drive has not answered
  Millis busy_wait{}, busy_pause{};       // a volume in use: how long in all, and between two tries
  // label: whether the side that bears this may be overwritten, as far as the catalog knows: that it is the one that is meant.
  std::function<Result<>(std::optional<Omid> const& found)> may_overwrite;
  std::string service_hint;               // what the operator does when the drive needs service
};

// ---- actions

// One command to the drive, or a load or dismount with the label that is read next when it succeeds: the Command{read_label} that follows
// its event finds it under way. Where the machine decides otherwise then, what was read is nobody's: reading changes nothing. `loaded`,
// `label_read`, `label_written`, `dismounted`, `unloaded` or `answered` is the event of its answer.
struct Command {
  enum class What : std::uint8_t { status, load, read_label, write_label, dismount, unload };
  What what = What::status;
  bool force = false;
  port::LabelOrder label{};  // write_label
  bool then_label = false;   // load, dismount
  friend bool operator==(Command const&, Command const&) = default;
};
// The arm is to bring or take away the cartridge of this work; event: moved.
struct AskArm {
  Element to;
  bool turn = false;
  friend bool operator==(AskArm const&, AskArm const&) = default;
};
// The drive as it is believed from now on. Members without a value stay as they are.
struct SetDrive {
  DriveState state = DriveState::dismounted;
  std::string reason;
  std::optional<SideId> side;
  std::optional<RequestId> request;
  std::optional<std::string> volume;
  bool no_session = false;
  friend bool operator==(SetDrive const&, SetDrive const&) = default;
};
// LOADED for its request, with this volume.
struct Loaded {
  std::string volume;
  friend bool operator==(Loaded const&, Loaded const&) = default;
};
// A command of the drive failed: `what` was tried. `keeps`: on the way out, so its cartridge stays in it.
struct DriveFailed {
  Error error;
  std::string what;
  bool keeps = false;
  friend bool operator==(DriveFailed const&, DriveFailed const&) = default;
};
struct DriveWorks {
  friend bool operator==(DriveWorks const&, DriveWorks const&) = default;
};
// It does not answer (examine).
struct DriveSilent {
  Error error;
  friend bool operator==(DriveSilent const&, DriveSilent const&) = default;
};
// It answers: it needs no service on that account.
struct DriveAnswers {
  friend bool operator==(DriveAnswers const&, DriveAnswers const&) = default;
};
// Who the drive is and what it can record (examine).
struct DriveDescribed {
  DeviceIdentity identity;
  std::vector<Density> densities;
  friend bool operator==(DriveDescribed const&, DriveDescribed const&) = default;
};
// What the drive tells of the cartridge of this work. `label_read`: that it is this one its label has just said.
struct CartridgeTold {
  CartridgeFacts facts;
  bool label_read = false;
  friend bool operator==(CartridgeTold const&, CartridgeTold const&) = default;
};
// The cartridge that is believed in it is not: nothing is decided about it before the library was asked.
struct CartridgeGone {
  Error error;
  friend bool operator==(CartridgeGone const&, CartridgeGone const&) = default;
};
// The request stands in the queue again, where it stood.
struct BackToQueue {
  std::string reason;
  bool tried = false;           // a try of the request has failed
  bool unanswered = false;      // nobody has said what became of it
  bool drive_to_blame = false;  // it could not load: another drive is tried first
  friend bool operator==(BackToQueue const&, BackToQueue const&) = default;
};
// No drive could load it in all tries of its request: the cartridge is to blame.
struct CannotBeLoaded {
  std::string reason;
  friend bool operator==(CannotBeLoaded const&, CannotBeLoaded const&) = default;
};
// What was read is not the label of the medium; it is to be identified.
struct UnexpectedLabel {
  std::optional<Omid> found;
  friend bool operator==(UnexpectedLabel const&, UnexpectedLabel const&) = default;
};
// The user of a mounted medium has given the side that is up another label.
struct LabelChanged {
  std::optional<Omid> found;
  friend bool operator==(LabelChanged const&, LabelChanged const&) = default;
};
struct LabelsRead {
  std::map<SideId, std::optional<Omid>> labels;
  std::string note;  // what is there instead of a label, for people
  CartridgeFacts cartridge{};
  friend bool operator==(LabelsRead const&, LabelsRead const&) = default;
};
// identify: it could not be read.
struct NotIdentified {
  Error error;
  friend bool operator==(NotIdentified const&, NotIdentified const&) = default;
};
// label: this is about to be written on the side, in place of what is recorded for it: recorded before the command leaves.
struct LabelDecided {
  Omid label;
  friend bool operator==(LabelDecided const&, LabelDecided const&) = default;
};
// label: it stands on the side, and was read back.
struct LabelWritten {
  Omid label;
  std::string note;  // for people: what is still found on the medium
  friend bool operator==(LabelWritten const&, LabelWritten const&) = default;
};
// label: it was not written, or nobody knows.
struct NotLabelled {
  Error error;
  friend bool operator==(NotLabelled const&, NotLabelled const&) = default;
};
// The cartridge left the drive: how its volume was taken out of use, for the end of a request.
struct LeftDrive {
  std::string report;
  friend bool operator==(LeftDrive const&, LeftDrive const&) = default;
};
// It has left a stand-alone drive: the tray is open, the tape is out.
struct Ejected {
  friend bool operator==(Ejected const&, Ejected const&) = default;
};
// The cleaning cartridge has done its work and is back in its slot. `dirty`: the drive still wants to be cleaned.
struct Cleaned {
  bool dirty = false;
  friend bool operator==(Cleaned const&, Cleaned const&) = default;
};
// What is inside is nobody's and in use of nobody: it is to be taken out of use (a work of its own).
struct Secure {
  std::string reason;
  friend bool operator==(Secure const&, Secure const&) = default;
};

using DriveAction = std::variant<AwaitDurable, Pause, Tell, Finish, Over, LookAtLibrary, Command, AskArm, SetDrive, Loaded, DriveFailed, DriveWorks,
                                 DriveDescribed, CartridgeTold, DriveSilent, DriveAnswers, CartridgeGone, BackToQueue, CannotBeLoaded, UnexpectedLabel, LabelChanged, LabelsRead,
                                 NotIdentified, LabelDecided, LabelWritten, NotLabelled, LeftDrive, Ejected, Secure, Cleaned>;
using DriveActions = std::vector<DriveAction>;

// What a new piece of work is.
struct DriveOrder {
  DriveTask task = DriveTask::examine;
  RequestId request;  // zero: the service's own
  MediumId medium;
  SideId side;
  std::string reason;  // for people: why
  Omid label{};        // label: what is to be written
};

// How a request that is to end leaves its work.
enum class StopHow : std::uint8_t {
  if_waiting,  // only where nothing is under way for it
  abandon      // the request ends now; its work goes on without it to the next safe point
};

class Drive {
 public:
  Drive(WorkId id, DriveOrder order) : id_(id), order_(std::move(order)) {}

  // ---- events; each gives what is to be done now
  DriveActions begin(DriveView const& v);
  DriveActions durable(DriveView const& v);
  DriveActions pause_over(DriveView const& v);
  DriveActions moved(DriveView const& v, Result<> outcome);
  DriveActions loaded(DriveView const& v, Result<port::DriveStatus> status);
  DriveActions label_read(DriveView const& v, Result<port::Label> label);
  DriveActions label_written(DriveView const& v, Result<port::Label> label);
  DriveActions dismounted(DriveView const& v, Result<port::DismountReport> report);
  DriveActions unloaded(DriveView const& v, Result<port::UnloadReport> report);
  DriveActions answered(DriveView const& v, Result<port::DriveStatus> status);
  // The second, explicit word of a person: the medium is taken away from handles that live on.
  DriveActions insisted(DriveView const& v);

  // The request of this work is to end. `arm_withdrawn`: the arm had not begun its move, and the move was taken back. False: it is being
  // handled and cannot be stopped in this way. `actions`: what is to be done now.
  bool stop(DriveView const& v, std::string const& reason, bool arm_withdrawn, StopHow how, DriveActions& actions);
  // The work goes on without its request (an eject that was cancelled while its cartridge goes home).
  void forget_request() { order_.request = {}; }

  // ---- what it is doing
  WorkId id() const { return id_; }
  DriveTask task() const { return order_.task; }
  DrivePhase phase() const { return phase_; }
  RequestId request() const { return order_.request; }
  MediumId medium() const { return order_.medium; }
  SideId side() const { return order_.side; }
  TimePoint begun() const { return begun_; }
  TimePoint step_since() const { return step_since_; }
  std::string const& step() const { return step_; }  // for people
  bool waits_for_arm() const { return phase_ == DrivePhase::arm; }
  bool handles_live() const { return phase_ == DrivePhase::handles_live; }
  // Nothing is asked of the device now: it waits for somebody.
  bool waits() const { return phase_ == DrivePhase::arm || phase_ == DrivePhase::label_busy || phase_ == DrivePhase::volume_busy || phase_ == DrivePhase::handles_live; }
  bool to_stop() const { return stop_.has_value(); }

 private:
  DriveActions enter(DriveView const& v, DrivePhase phase, std::string step, DriveAction action);
  DriveActions position(DriveView const& v);
  DriveActions load(DriveView const& v);
  DriveActions load_now(DriveView const& v);
  DriveActions compare(DriveView const& v, port::Label const& label);
  DriveActions give_up(std::string const& reason, bool tried = false);
  DriveActions stop_here(DriveView const& v);
  DriveActions take_out_of_use(DriveView const& v);
  DriveActions unload(DriveView const& v);
  DriveActions send_away(DriveView const& v);
  DriveActions given_to_hand(DriveView const& v, Result<port::DriveStatus> const& status);
  DriveActions not_online(DriveView const& v, Error const& error);
  SetDrive in_use_by(DriveView const& v, Error const& busy) const;
  DriveActions kept_by_a_stranger(DriveView const& v, Error const& busy);
  DriveActions volume_in_use(DriveView const& v, Error const& busy, DrivePhase phase = DrivePhase::volume_busy);
  DriveActions label_in_use(DriveView const& v, Error const& busy);
  DriveActions silent(DriveView const& v, Error const& error, std::string const& what);
  DriveActions cartridge_gone(DriveView const& v, Error const& error);
  DriveActions next_side(DriveView const& v);
  DriveActions judged(DriveView const& v, port::Label const& label);
  DriveActions exchanged_by_hand(DriveView const& v);
  DriveActions exchanged(DriveView const& v);
  DriveActions not_brought(DriveView const& v, Error const& error);
  DriveActions doubted(DriveView const& v, Result<port::DriveStatus> const& status);
  DriveActions could_not_load(DriveView const& v, Error const& error);
  DriveActions not_identified(Error const& error);
  DriveActions bring_cleaner(DriveView const& v);
  DriveActions cleans(DriveView const& v);
  DriveActions cleaning_seen(DriveView const& v, Result<port::DriveStatus> status);
  DriveActions give_cleaner_back(DriveView const& v);
  DriveActions cleaner_kept(DriveView const& v, Error const& error);
  DriveActions cleaner_out(DriveView const& v, Result<port::UnloadReport> const& report);
  void note_alerts(std::vector<Alert> const& alerts);
  DriveActions look_before_writing(DriveView const& v, port::Label const& label);
  DriveActions decide_label(DriveView const& v);
  DriveActions not_labelled(DriveView const& v, Error const& error);
  bool other_side_is_up(DriveView const& v, Side const& wanted, std::optional<Omid> const& found) const;
  DriveActions secured(DriveView const& v, Result<port::DismountReport> const& report);
  SideId side_up(DriveView const& v, std::uint32_t number) const;
  Command dismount(DriveView const& v, bool force) const;
  bool label_is_compared(DriveView const& v) const;

  WorkId id_;
  DriveOrder order_;
  DrivePhase phase_ = DrivePhase::begun;
  std::string step_;
  TimePoint begun_{}, step_since_{};
  std::optional<TimePoint> here_since_;  // the cartridge was here when the work began, and the drive has been as it was since then
  std::optional<std::string> stop_;  // its request has ended, for this reason: over at the next safe point
  std::optional<port::DriveStatus> status_;
  std::optional<Error> not_brought_;     // why the arm has not brought the cartridge: the drive is asked what it says
  std::optional<TimePoint> busy_since_;
  bool cleaned_ = false;               // clean: the drive has said that it is at it no more
  bool dirty_ = false;                 // clean: it has asked for a cleaning after the cleaning, or could not use the cartridge
  bool turn_ = false;                  // label: the other side is up
  unsigned turns_ = 0;                 // mount, label: how often the other side was up
  unsigned handle_tries_ = 0;
  bool insisted_ = false;
  bool nobodys_ = false;               // dismount: nobody was given what is loaded, so what its label is was perhaps never seen
  bool taken_out_again_ = false;       // the unload said busy, and it was dismounted once more
  std::string report_;
  std::vector<SideId> to_read_;
  std::map<SideId, std::optional<Omid>> labels_;
  std::optional<Omid> found_;  // label: on the side before it is written
  std::string note_;  // of what was read beside them
  CartridgeFacts cartridge_;
};

}  // namespace rsm::machine
