#include "libmgr/machines/drive.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/free_label.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/machines/limits.hpp"

namespace rsm::machine {
namespace {

// The device said nothing: what it did with the command is not known.
bool says_nothing(Error const& error) { return error.code == Errc::timeout || error.code == Errc::device_not_available; }
bool found_empty(Error const& error) { return error.code == Errc::no_media_in_drive || error.code == Errc::media_changed; }

std::string label_text(port::Label const& label) {
  if (label.omid) return label.omid->type + " volume \"" + label.omid->info + "\"";
  return label.note.empty() ? "no label that is understood" : "no label that is understood: " + label.note;
}

std::string called(MediumRecord const* medium) { return medium == nullptr ? "the cartridge" : medium->name.empty() ? medium->id.text() : medium->name; }

// Where the cartridge of this work is in this library; nothing: it is not in it.
std::optional<Element> whereabouts(DriveView const& v) {
  auto const* in = v.medium == nullptr ? nullptr : std::get_if<InElement>(&v.medium->place);
  if (in == nullptr || in->library != v.library) return std::nullopt;
  return in->element;
}

// A stranger has it open: nobody is given it, and nobody takes it away unasked.
SetDrive found_in_use(Error const& busy) { return {.state = DriveState::loaded, .reason = "found in use: " + busy.detail, .request = RequestId{}}; }

std::string still_in_use(DriveView const& v, Error const& busy) { return "still in use after " + duration_text(v.busy_wait) + ": " + busy.detail; }

SetDrive out_of_use(DriveState state, std::string reason) { return {.state = state, .reason = std::move(reason), .volume = std::string{}, .no_session = true}; }

// What has been tried with a cartridge in vain is not simply gone on with.
SetDrive nothing_awaits(DriveState state, std::string reason) { return {.state = state, .reason = std::move(reason), .request = RequestId{}}; }

DriveActions operator+(DriveActions left, DriveActions right) {
  left.insert(left.end(), std::make_move_iterator(right.begin()), std::make_move_iterator(right.end()));
  return left;
}

// What a device says of itself is said of the drive already: "drive 1 of Jukebox", "drive 1".
std::string own_words(DriveView const& v, Error error) {
  if (v.name.starts_with(error.object)) error.object.clear();
  return error.sentence();
}

std::string named_words(DriveView const& v, Error const& error) { return v.name + ": " + own_words(v, error); }

}  // namespace

DriveActions Drive::enter(DriveView const& v, DrivePhase phase, std::string step, DriveAction action) {
  phase_ = phase;
  step_ = std::move(step);
  step_since_ = v.now;
  return {std::move(action)};
}

SideId Drive::side_up(DriveView const& v, std::uint32_t number) const {
  return v.medium != nullptr && number < v.medium->sides.size() ? v.medium->sides[number].id : SideId{};
}

// ---- beginning

DriveActions Drive::begin(DriveView const& v) {
  begun_ = v.now;
  report_ = v.hot.reason;
  nobodys_ = !v.hot.request;
  if (whereabouts(v) == v.here) here_since_ = v.hot.since;
  if (order_.task == DriveTask::identify && v.medium != nullptr)
    for (auto const& side : v.medium->sides) to_read_.push_back(side.id);
  switch (order_.task) {
    case DriveTask::mount:
      return DriveActions{Tell{RequestState::inprocess, "given " + v.name}} + enter(v, DrivePhase::begun, "about to start", AwaitDurable{});
    case DriveTask::dismount:
      return DriveActions{Tell{RequestState::inprocess, "flush, lock, dismount, offline in " + v.name}} +
             enter(v, DrivePhase::begun, "flushing, locking and dismounting the volume", AwaitDurable{});
    case DriveTask::put_away:
      return DriveActions{Tell{RequestState::inprocess, "leaves " + v.name + ": " + order_.reason}} +
             enter(v, DrivePhase::begun, "leaves the drive: " + order_.reason, AwaitDurable{});
    case DriveTask::identify:
      return DriveActions{Tell{RequestState::inprocess, "its labels are read in " + v.name}} + enter(v, DrivePhase::begun, "about to be identified", AwaitDurable{});
    case DriveTask::label:
      return DriveActions{Tell{RequestState::inprocess, "the label of a free medium is written on it in " + v.name}} + enter(v, DrivePhase::begun, "about to get the label of a free medium", AwaitDurable{});
    case DriveTask::examine:
      return enter(v, DrivePhase::begun, "being asked what is in it", AwaitDurable{});
    case DriveTask::secure:
      return enter(v, DrivePhase::begun, "being taken out of use", AwaitDurable{});
    case DriveTask::clean:
      return DriveActions{Tell{RequestState::inprocess, v.name + " is cleaned"}} + enter(v, DrivePhase::begun, "about to be cleaned", AwaitDurable{});
  }
  return {Over{}};
}

DriveActions Drive::durable(DriveView const& v) {
  if (phase_ == DrivePhase::recorded) {
    if (order_.task == DriveTask::clean) return enter(v, DrivePhase::cleaning, step_, Command{Command::What::status, false});
    if (stop_) return stop_here(v);
    if (v.hot.medium != order_.medium) return exchanged(v);  // perhaps a cleaning cartridge, which a load would use up
    return load_now(v);
  }
  if (phase_ == DrivePhase::decided) {
    if (stop_) return stop_here(v);
    if (v.hot.medium != order_.medium) return exchanged(v);
    auto const* side = v.medium == nullptr ? nullptr : v.medium->side(order_.side);
    bool const still_wanted = v.request_open && side != nullptr && side->state == SideState::unprepared;
    if (!still_wanted && !planted(PlantedBug::available_unlabelled)) return not_labelled(v, {Errc::invalid_state, called(v.medium), "it waits for no label any more"});
    return enter(v, DrivePhase::labelling, "writing the label of a free medium", Command{Command::What::write_label, false, {written(order_.label), found_}});
  }
  switch (order_.task) {
    case DriveTask::mount:
    case DriveTask::label:
      return position(v);
    case DriveTask::dismount:
      if (!v.request_open) return {Over{}};
      return enter(v, DrivePhase::dismounting, step_, dismount(v, v.force));
    case DriveTask::put_away:
      return take_out_of_use(v);
    case DriveTask::identify:
      return next_side(v);
    case DriveTask::examine:
      return enter(v, DrivePhase::asking, step_, Command{Command::What::status, false});
    case DriveTask::secure:
      return enter(v, DrivePhase::dismounting, step_, Command{Command::What::dismount, false});
    case DriveTask::clean:
      return bring_cleaner(v);
  }
  return {Over{}};
}

// ---- stopping

bool Drive::stop(DriveView const& v, std::string const& reason, bool arm_withdrawn, StopHow how, DriveActions& actions) {
  if (order_.task == DriveTask::put_away) {
    if (phase_ == DrivePhase::volume_busy || phase_ == DrivePhase::handles_live) {
      actions = {Over{}};  // out of use already; it stays inside
      return true;
    }
    if (how == StopHow::if_waiting) return false;
    forget_request();
    return true;
  }
  if (order_.task == DriveTask::dismount) {
    if (phase_ == DrivePhase::volume_busy) {
      actions = {Over{}};
      return true;
    }
    if (how == StopHow::if_waiting && !busy_since_) return false;  // the first try is under way
    forget_request();  // one more try is under way: what it does is undone when it has succeeded
    return true;
  }
  if (order_.task == DriveTask::clean) {
    if (phase_ == DrivePhase::arm && arm_withdrawn && v.hot.medium != order_.medium) {
      actions = {Over{}};
      return true;
    }
    if (how == StopHow::if_waiting) return false;
    forget_request();  // the cartridge goes home without it
    return true;
  }
  if (order_.task != DriveTask::mount && order_.task != DriveTask::identify && order_.task != DriveTask::label) return false;
  if (phase_ == DrivePhase::arm && arm_withdrawn) {
    if (!planted(PlantedBug::leaked_drive)) actions.push_back(Over{});
    if (v.hot.medium && v.hot.state == DriveState::mounted) actions.push_back(SetDrive{.state = DriveState::unloaded, .reason = reason});
    return true;
  }
  if (phase_ != DrivePhase::label_busy && how == StopHow::if_waiting) return false;
  stop_ = reason;
  forget_request();
  if (phase_ == DrivePhase::label_busy) actions = stop_here(v);
  return true;
}

// The request has ended meanwhile: what is inside is nobody's.
DriveActions Drive::stop_here(DriveView const& v) {
  DriveActions actions{Over{}};
  if (v.hot.medium == order_.medium) actions.push_back(Secure{*stop_});
  return actions;
}

// It cannot go on with this drive.
DriveActions Drive::give_up(std::string const& reason, bool tried) {
  if (order_.task == DriveTask::label) return {Over{}, NotLabelled{{Errc::medium_not_accessible, "medium", reason}}};
  return {Over{}, BackToQueue{.reason = reason, .tried = tried}};
}

// ---- mount

DriveActions Drive::position(DriveView const& v) {
  if (stop_) return stop_here(v);
  auto const at = whereabouts(v);
  auto const* side = v.medium == nullptr ? nullptr : v.medium->side(order_.side);
  if (!at || side == nullptr) return give_up("its medium left the library");
  if (*at == v.here) {
    bool const recorded = here_since_ == v.hot.since && v.hot.medium == order_.medium;  // with the beginning of this work, or before
    if (v.hot.side == order_.side || v.by_hand) return recorded ? load_now(v) : load(v);
    return enter(v, DrivePhase::turning_out, "taking " + called(v.medium) + " out to turn it", Command{Command::What::unload, false});
  }
  if (at->kind != ElementKind::slot) return give_up(called(v.medium) + " is in " + at->text());
  bool const turn = side->number == 1;
  return enter(v, DrivePhase::arm, "waiting for the arm to " + std::string(turn ? "turn " : "bring ") + called(v.medium) + (turn ? " and bring it to " : " to ") + v.name, AskArm{v.here, turn});
}

// Where the cartridge is now is recorded before it is loaded.
DriveActions Drive::load(DriveView const& v) { return enter(v, DrivePhase::recorded, "loading and reading its label", AwaitDurable{}); }

DriveActions Drive::load_now(DriveView const& v) { return enter(v, DrivePhase::loading, "loading and reading its label", Command{.what = Command::What::load, .then_label = true}); }

DriveActions Drive::moved(DriveView const& v, Result<> outcome) {
  if (order_.task == DriveTask::put_away) {
    if (outcome) return {Over{}};
    // Let go of, and it cannot be taken out all the same: without an end if nobody is asked. A changer that is not ready, or a taken slot, is not its fault.
    bool const held = (outcome.error().code == Errc::medium_not_accessible || outcome.error().code == Errc::gen_failure) && whereabouts(v) == v.here;
    return (held ? DriveActions{DriveFailed{outcome.error(), "taking the cartridge out", true}} : DriveActions{}) +
           DriveActions{Tell{RequestState::waiting, outcome.error().sentence()}, Over{}, LookAtLibrary{}};
  }
  if (!outcome && !stop_ && !cleaned_ && outcome.error().code == Errc::medium_not_accessible && whereabouts(v) != v.here) {
    not_brought_ = outcome.error();
    return enter(v, DrivePhase::doubting, "being asked whether it answers: " + outcome.error().sentence(), Command{Command::What::status, false});
  }
  if (!outcome) return not_brought(v, outcome.error());
  if (order_.task == DriveTask::identify) return load(v);
  if (order_.task == DriveTask::clean && cleaned_) return {Over{}, Cleaned{dirty_}};
  if (order_.task == DriveTask::clean) return cleans(v);
  return stop_ ? stop_here(v) : load(v);
}

DriveActions Drive::not_brought(DriveView const& v, Error const& error) {
  if (order_.task == DriveTask::identify) return not_identified(error);
  if (order_.task == DriveTask::clean) return {Tell{RequestState::waiting, error.sentence()}, Over{}, LookAtLibrary{}};
  if (stop_) return stop_here(v);
  if (order_.task == DriveTask::label) return not_labelled(v, error);
  if (v.tries_left) return {Over{}, BackToQueue{.reason = error.sentence(), .tried = true}};
  return {Over{}, Finish{{RequestState::failed, error.code, error.sentence()}}};
}

// The arm could not bring it, and the drive was asked what it says. One that says nothing is the trouble, whatever the cartridge: that costs the
// request neither a try nor its place.
DriveActions Drive::doubted(DriveView const& v, Result<port::DriveStatus> const& status) {
  if (status) return not_brought(v, *not_brought_);
  DriveActions actions{DriveSilent{status.error()}};
  if (order_.task == DriveTask::mount && !stop_) return actions + DriveActions{Over{}, BackToQueue{.reason = named_words(v, status.error())}};
  return actions + not_brought(v, status.error());
}

DriveActions Drive::loaded(DriveView const& v, Result<port::DriveStatus> status) {
  if (phase_ == DrivePhase::restoring) {
    bool const only_its_lock = status_ && status_->volume != port::VolumeState::offline;
    if (!status && only_its_lock && !says_nothing(status.error())) return {Over{}};  // it goes on being used
    if (!status) return not_online(v, status.error());
    return {SetDrive{.state = DriveState::loaded, .reason = v.hot.reason, .volume = status->volume_path}, DriveWorks{}, Over{}};
  }
  if (!status) return could_not_load(v, status.error());
  status_ = std::move(*status);
  if (v.hot.medium != order_.medium) return exchanged(v);
  if (stop_) return stop_here(v);
  if (order_.task == DriveTask::label && v.by_hand && status_->medium_changed) return exchanged_by_hand(v);
  return enter(v, DrivePhase::reading, step_, Command{Command::What::read_label, false});
}

// Nobody saw it but the drive itself: what is in it is looked at before anything is written.
DriveActions Drive::exchanged_by_hand(DriveView const& v) {
  std::string const reason = "somebody may have put another medium in; nothing was written";
  return {out_of_use(DriveState::unloaded, reason), Over{}, NotLabelled{{Errc::media_changed, v.name, reason}}, UnexpectedLabel{}};
}

// While it was at work the library said that another cartridge is in it.
DriveActions Drive::exchanged(DriveView const& v) {
  DriveActions actions{out_of_use(DriveState::unloaded, "another cartridge than " + order_.medium.text() + " is in it")};
  if (order_.task == DriveTask::identify) return actions + not_identified({Errc::medium_not_accessible, v.name, "another cartridge is in it"});
  if (order_.task == DriveTask::label && !stop_) return actions + DriveActions{Over{}, NotLabelled{{Errc::medium_not_accessible, v.name, "another cartridge is in it; nothing was written"}}};
  if (stop_) return actions + DriveActions{Over{}};
  return actions + give_up("another cartridge is in " + v.name, true);
}

DriveActions Drive::could_not_load(DriveView const& v, Error const& error) {
  DriveActions actions{DriveFailed{error, phase_ == DrivePhase::reading ? "reading the label" : "loading"}};
  bool const silent = says_nothing(error);
  if (!silent) actions.push_back(SetDrive{.state = DriveState::unloaded, .reason = "could not load: " + own_words(v, error)});
  if (silent) actions.push_back(nothing_awaits(v.hot.state, v.hot.reason));
  if (order_.task == DriveTask::identify) return actions + not_identified(error);
  if (stop_) return actions + DriveActions{Over{}};
  if (order_.task == DriveTask::label) return actions + DriveActions{Over{}, NotLabelled{error}};
  std::string const reason = named_words(v, error);
  bool const again = silent ? v.unanswered_tries_left : v.tries_left;
  if (again) return actions + DriveActions{Over{}, BackToQueue{.reason = reason, .tried = !silent, .unanswered = silent, .drive_to_blame = true}};
  return actions + DriveActions{Over{}, CannotBeLoaded{reason}, Finish{{RequestState::failed, Errc::unable_to_load_medium, reason}}};
}

// What is mounted stays mounted, and its user is told by the state of the drive. Whoever keeps the device is not the drive's fault; else the drive has failed with
// a cartridge that stays in it, and nothing else can come into it.
DriveActions Drive::not_online(DriveView const& v, Error const& error) {
  SetDrive offline{.state = DriveState::loaded, .reason = "its volume is offline, and cannot be brought online again: " + error.sentence()};
  if (says_nothing(error)) offline.reason = v.hot.reason;
  if (error.code == Errc::busy) return {std::move(offline), Over{}};
  return {std::move(offline), DriveFailed{error, step_, true}, Over{}};
}

DriveActions Drive::label_read(DriveView const& v, Result<port::Label> label) {
  if (order_.task == DriveTask::dismount) {  // after it: what its user did to the label
    auto const* side = v.medium == nullptr ? nullptr : v.medium->side(order_.side);
    bool const same = label && side != nullptr && label->omid && side->omid && side->omid->same_medium(*label->omid);
    bool const changed = label && side != nullptr && (side->omid || label->omid) && !same;
    if (changed && nobodys_) return {UnexpectedLabel{label->omid}, Over{}};  // perhaps another cartridge than was believed
    if (changed) return {LabelChanged{label->omid}, Over{}};
    if (label && same) return {CartridgeTold{label->cartridge, true}, Over{}};
    return {Over{}};
  }
  if (!label && label.error().code == Errc::busy) return label_in_use(v, label.error());
  if (order_.task == DriveTask::examine) {
    if (label) return judged(v, *label);
    if (v.awaited) return {DriveFailed{label.error(), "reading the label"}, Over{}};  // whoever had it brought tries it, as often as may be
    return {DriveFailed{label.error(), "reading the label"}, out_of_use(DriveState::unloaded, "its label cannot be read: " + label.error().sentence()), Over{}};
  }
  bool const unreadable = !label && order_.task == DriveTask::label && label.error().code == Errc::medium_not_accessible;
  if (unreadable) label = port::Label{{}, label.error().sentence()};  // what cannot be read bears no label that anybody understands
  if (!label) return could_not_load(v, label.error());
  busy_since_.reset();
  if (v.hot.medium != order_.medium) return exchanged(v);
  if (order_.task == DriveTask::mount) return compare(v, *label);
  if (order_.task == DriveTask::label) return look_before_writing(v, *label);
  // The device may know better which side is up.
  SideId up = status_ ? side_up(v, status_->side_up) : SideId{};
  if (!up) up = to_read_.front();
  if (labels_.contains(up) && ++turns_ >= limits::move_attempts_max)
    return not_identified({Errc::unable_to_load_medium, called(v.medium), "its other side cannot be brought up"});
  labels_[up] = label->omid;
  if (!label->note.empty()) note_ += (note_.empty() ? "" : "; ") + label->note;
  cartridge_ = label->cartridge;
  std::erase(to_read_, up);
  if (v.by_hand) to_read_.clear();  // nobody turns it
  return DriveActions{DriveWorks{}, SetDrive{.state = DriveState::mounted, .reason = "label read", .side = up, .request = RequestId{}}} +
         enter(v, DrivePhase::dismounting, "being taken out of use", Command{Command::What::dismount, false});
}

// Which side it is: whoever dismounts it later names it.
SetDrive Drive::in_use_by(DriveView const& v, Error const& busy) const {
  SetDrive found = found_in_use(busy);
  if (SideId const up = status_ ? side_up(v, status_->side_up) : SideId{}; up && up != v.hot.side) found.side = up;
  return found;
}

// The time to wait for them is over. Neither the cartridge nor the drive is to blame.
DriveActions Drive::kept_by_a_stranger(DriveView const& v, Error const& busy) {
  return {in_use_by(v, busy), Over{}, Finish{{RequestState::failed, Errc::busy, still_in_use(v, busy)}}};
}

// A tape that somebody has open is not rewound under them, so its label cannot be read. That is nobody's fault.
DriveActions Drive::label_in_use(DriveView const& v, Error const& busy) {
  if (order_.task == DriveTask::examine) return {in_use_by(v, busy), Over{}};
  if (v.hot.medium != order_.medium) return exchanged(v);
  if (stop_) return stop_here(v);
  if (!busy_since_ || v.now - *busy_since_ < v.busy_wait) return volume_in_use(v, busy, DrivePhase::label_busy);
  if (order_.task == DriveTask::label) return {in_use_by(v, busy), Over{}, NotLabelled{{Errc::busy, v.name, still_in_use(v, busy)}}};
  return kept_by_a_stranger(v, busy);
}

DriveActions Drive::compare(DriveView const& v, port::Label const& label) {
  if (stop_) return stop_here(v);
  auto const* wanted = v.medium == nullptr ? nullptr : v.medium->side(order_.side);
  if (wanted == nullptr)
    return {SetDrive{.state = DriveState::unloaded, .reason = "its medium is gone"}, Over{}, Finish{{RequestState::failed, Errc::invalid_media, "its medium is gone"}}};
  auto const same = [&](Side const& side) { return side.omid && label.omid && side.omid->same_medium(*label.omid); };
  if (!wanted->omid || same(*wanted) || planted(PlantedBug::wrong_side_served)) return {DriveWorks{}, CartridgeTold{label.cartridge, true}, Loaded{status_->volume_path}, Over{}};
  auto const other = std::ranges::find_if(v.medium->sides, same);
  if (other != v.medium->sides.end() && !v.by_hand && ++turns_ < limits::move_attempts_max)
    return DriveActions{SetDrive{.state = DriveState::mounted, .reason = "the other side is up", .side = other->id, .request = RequestId{}}} +
           enter(v, DrivePhase::dismounting, "the other side is up; it is turned", Command{Command::What::dismount, false});
  bool const turned = other != v.medium->sides.end() && v.by_hand;
  std::string const reason = turned ? "the other side of " + called(v.medium) + " is up in " + v.name + ": turn it over by hand"
                                    : "the label in " + v.name + " is not that of " + called(v.medium) + ": " + label_text(label);
  return {SetDrive{.state = DriveState::unloaded, .reason = reason}, Over{}, Finish{{RequestState::failed, Errc::unexpected_omid, reason}}, UnexpectedLabel{label.omid}};
}

// ---- label

// The drive knows which side is up, or the label does; where they disagree, the label that is recorded for the side counts.
bool Drive::other_side_is_up(DriveView const& v, Side const& wanted, std::optional<Omid> const& found) const {
  auto const bears = [&](Side const& side) { return found && side.omid && side.omid->same_medium(*found); };
  if (v.medium->sides.size() < 2 || bears(wanted)) return false;
  if (std::ranges::any_of(v.medium->sides, bears)) return true;
  return status_ && status_->side_up != wanted.number;
}

// The last look before everything is lost: is this the side that is meant?
DriveActions Drive::look_before_writing(DriveView const& v, port::Label const& label) {
  if (stop_) return stop_here(v);
  auto const* wanted = v.medium == nullptr ? nullptr : v.medium->side(order_.side);
  if (wanted == nullptr) return not_labelled(v, {Errc::invalid_media, "medium", "it is not known any more"});
  turn_ = other_side_is_up(v, *wanted, label.omid);
  if (turn_ && (v.by_hand || ++turns_ >= limits::move_attempts_max))
    return not_labelled(v, {Errc::unexpected_omid, v.name, "the other side of " + called(v.medium) + " is up" + (v.by_hand ? ": turn it over by hand" : ", and turning it does not help")});
  if (turn_) {
    auto const up = std::ranges::find_if(v.medium->sides, [&](Side const& side) { return side.id != wanted->id; });
    return DriveActions{SetDrive{.state = DriveState::mounted, .reason = "the other side is up", .side = up->id, .request = RequestId{}}} +
           enter(v, DrivePhase::dismounting, "the other side is up; it is turned", Command{Command::What::dismount, false, {}});
  }
  auto const right = planted(PlantedBug::labelled_unseen) ? Result<>() : v.may_overwrite(label.omid);
  if (!right) {
    std::string const reason = right.error().sentence() + "; nothing was written";
    return {out_of_use(DriveState::unloaded, reason), Over{}, NotLabelled{{Errc::unexpected_omid, v.name, reason}}, UnexpectedLabel{label.omid}};
  }
  found_ = label.omid;
  return DriveActions{DriveWorks{}, SetDrive{.state = DriveState::mounted, .reason = "to get the label of a free medium", .side = order_.side, .request = RequestId{}}} +
         enter(v, DrivePhase::dismounting, "being taken out of use", Command{Command::What::dismount, false, {}});
}

DriveActions Drive::decide_label(DriveView const& v) {
  return DriveActions{LabelDecided{order_.label}} + enter(v, DrivePhase::decided, "about to get the label of a free medium", AwaitDurable{});
}

DriveActions Drive::label_written(DriveView const& v, Result<port::Label> label) {
  DriveState const out = v.by_hand ? DriveState::dismountable : DriveState::unloaded;
  if (label) return {DriveWorks{}, out_of_use(out, "it got the label of a free medium"), Over{}, LabelWritten{written(order_.label), label->note}};
  Error const& error = label.error();
  if (error.code == Errc::busy && !stop_ && (!busy_since_ || v.now - *busy_since_ < v.busy_wait)) return volume_in_use(v, error);
  bool const drive_to_blame = says_nothing(error) || error.code == Errc::write_fault;
  DriveActions actions;
  if (drive_to_blame) actions.push_back(DriveFailed{error, "writing a label"});
  return actions + not_labelled(v, error);
}

DriveActions Drive::not_labelled(DriveView const& v, Error const& error) {
  DriveActions actions;
  bool const inside = v.hot.medium == order_.medium;
  if (inside && says_nothing(error)) actions.push_back(nothing_awaits(v.hot.state, v.hot.reason));
  if (inside && !says_nothing(error)) actions.push_back(out_of_use(v.by_hand ? DriveState::dismountable : DriveState::unloaded, error.sentence()));
  if (stop_) return actions + DriveActions{Over{}};
  return actions + DriveActions{Over{}, NotLabelled{error}};
}

// ---- dismount

// A tape without a bar code is known by its label alone: by hand the label that its user has written is taken while it is sure whose it is.
bool Drive::label_is_compared(DriveView const& v) const {
  auto const* side = v.medium == nullptr ? nullptr : v.medium->side(order_.side);
  return side != nullptr && (side->omid || v.by_hand);
}

Command Drive::dismount(DriveView const& v, bool force) const {
  return {.what = Command::What::dismount, .force = force, .then_label = order_.task == DriveTask::dismount && label_is_compared(v)};
}

DriveActions Drive::dismounted(DriveView const& v, Result<port::DismountReport> report) {
  switch (order_.task) {
    case DriveTask::examine:
    case DriveTask::secure:
      return secured(v, report);
    case DriveTask::mount:
      if (report) return position(v);
      return (report.error().code == Errc::busy ? DriveActions{} : DriveActions{DriveFailed{report.error(), "taking the wrong side out of use"}}) + (stop_ ? DriveActions{Over{}} : give_up(report.error().sentence()));
    case DriveTask::label:
      if (stop_) return stop_here(v);
      if (report && turn_) return position(v);
      if (report) return decide_label(v);
      if (report.error().code == Errc::busy && (!busy_since_ || v.now - *busy_since_ < v.busy_wait)) return volume_in_use(v, report.error());
      if (report.error().code == Errc::busy) return {found_in_use(report.error()), Over{}, NotLabelled{{Errc::busy, v.name, still_in_use(v, report.error())}}};
      return DriveActions{DriveFailed{report.error(), "taking the cartridge out of use"}} + not_labelled(v, report.error());
    case DriveTask::identify:
      if (report) return next_side(v);
      if (report.error().code != Errc::busy) return DriveActions{DriveFailed{report.error(), "taking the cartridge out of use"}} + not_identified(report.error());
      if (!busy_since_ || v.now - *busy_since_ < v.busy_wait) return volume_in_use(v, report.error());
      return kept_by_a_stranger(v, report.error());
    case DriveTask::put_away:
      if (report || found_empty(report.error()) || report.error().code == Errc::not_ready) return unload(v);
      if (report.error().code == Errc::busy) return volume_in_use(v, report.error());
      return silent(v, report.error(), "taking the cartridge out of use");
    case DriveTask::clean:
      return report || found_empty(report.error()) || report.error().code == Errc::not_ready ? give_cleaner_back(v) : cleaner_kept(v, report.error());
    case DriveTask::dismount:
      break;
  }
  if (report && !order_.request)  // cancelled while it was tried once more: as if it had not been
    return enter(v, DrivePhase::restoring, "bringing its volume online again", Command{Command::What::load, false});
  if (report) {
    std::string const reason = "dismounted" + (report->note.empty() ? std::string{} : ": " + report->note);
    SetDrive idle = out_of_use(DriveState::dismountable, reason);
    idle.request = order_.request;
    DriveActions actions{std::move(idle), DriveWorks{}, Tell{RequestState::inprocess, reason}};
    if (!label_is_compared(v)) return actions + DriveActions{Over{}};
    return actions + enter(v, DrivePhase::comparing, "reading the label once more", Command{Command::What::read_label, false});
  }
  Error const& error = report.error();
  if (error.code == Errc::busy) {
    if (!order_.request) return {Over{}};
    if (busy_since_ && v.now - *busy_since_ >= v.busy_wait)
      return {Over{}, Finish{{RequestState::failed, Errc::busy, still_in_use(v, error)}}};
    return volume_in_use(v, error);
  }
  if (says_nothing(error)) return silent(v, error, "dismounting the volume");
  if (found_empty(error)) return cartridge_gone(v, error);
  return {Over{}, Finish{{RequestState::failed, error.code, error.detail}}};
}

DriveActions Drive::volume_in_use(DriveView const& v, Error const& busy, DrivePhase phase) {
  if (!busy_since_) busy_since_ = v.now;
  return DriveActions{Tell{RequestState::waiting, "the volume is in use: " + busy.detail}} +
         enter(v, phase, "waiting until the volume is free: " + busy.detail, Pause{v.busy_pause});
}

DriveActions Drive::pause_over(DriveView const& v) {
  if (phase_ == DrivePhase::handles_live) {
    taken_out_again_ = false;
    return unload(v);
  }
  if (phase_ == DrivePhase::cleaning) return enter(v, DrivePhase::cleaning, step_, Command{Command::What::status, false});
  if (phase_ == DrivePhase::label_busy)
    return DriveActions{Tell{RequestState::inprocess, "its label is read in " + v.name}} + enter(v, DrivePhase::reading, "reading its label", Command{Command::What::read_label, false});
  if (phase_ != DrivePhase::volume_busy) return {};
  if (order_.task == DriveTask::put_away) return take_out_of_use(v);
  if (order_.task == DriveTask::dismount && !v.request_open) return {Over{}};
  bool const force = (order_.task == DriveTask::dismount && v.force) || planted(PlantedBug::held_file_forced);
  return enter(v, DrivePhase::dismounting, step_, dismount(v, force));
}

// A drive that does not answer. Past its time limit a request ends with that (volume-control.md "Asynchronous form"): what the drive made of the
// command is not known. One whose handler died goes on when the drive answers again.
DriveActions Drive::silent(DriveView const& v, Error const& error, std::string const& what) {
  DriveActions actions{DriveFailed{error, what, true}, Over{}};
  if (error.code == Errc::timeout)
    actions.push_back(Finish{{RequestState::failed, Errc::timeout, named_words(v, error) + "; " + v.service_hint}});
  else
    actions.push_back(Tell{RequestState::waiting, named_words(v, error)});
  return actions;
}

// Somebody pulled the cartridge out by hand. That is not the drive's fault: everything is looked at anew, and says where it is.
DriveActions Drive::cartridge_gone(DriveView const& v, Error const& error) {
  DriveActions actions{CartridgeGone{error}, Over{}, LookAtLibrary{}};
  if (order_.task == DriveTask::dismount) actions.push_back(Finish{{RequestState::failed, error.code, named_words(v, error) + "; the library is asked where it is"}});
  return actions;
}

// ---- the way out

DriveActions Drive::take_out_of_use(DriveView const& v) {
  if (v.hot.state == DriveState::dismountable) return unload(v);
  return enter(v, DrivePhase::dismounting, "taking it out of use", Command{Command::What::dismount, false});
}

DriveActions Drive::unload(DriveView const& v) {
  bool const insist = v.insist;
  insisted_ = insisted_ || insist;
  return enter(v, DrivePhase::unloading, "unloading", Command{Command::What::unload, insist});
}

DriveActions Drive::insisted(DriveView const& v) { return phase_ == DrivePhase::handles_live ? unload(v) : DriveActions{}; }

DriveActions Drive::unloaded(DriveView const& v, Result<port::UnloadReport> report) {
  if (order_.task == DriveTask::clean) return cleaner_out(v, report);
  if (phase_ == DrivePhase::turning_out) {
    if (report && stop_) return {SetDrive{.state = DriveState::unloaded, .reason = *stop_}, Over{}};
    if (report)
      return DriveActions{SetDrive{.state = DriveState::unloaded, .reason = "to be turned"}} + enter(v, DrivePhase::arm, "waiting for the arm to turn " + called(v.medium), AskArm{v.here, true});
    if (report.error().code == Errc::busy && !std::exchange(taken_out_again_, true))  // believed out of use, and it is not any more: its handler has died meanwhile
      return enter(v, DrivePhase::dismounting, step_, Command{Command::What::dismount, false});
    DriveActions failed{DriveFailed{report.error(), "unloading to turn the cartridge", true}};
    if (order_.task == DriveTask::identify) return failed + not_identified(report.error());
    if (order_.task == DriveTask::label && !stop_) return failed + not_labelled(v, report.error());
    return failed + (stop_ ? DriveActions{Over{}} : give_up(v.name + " could not unload: " + report.error().sentence()));
  }
  if (report) {
    if (!report->note.empty()) report_ += "; " + report->note;
    return DriveActions{CartridgeTold{report->cartridge, false}} + send_away(v);
  }
  Error const& error = report.error();
  if (found_empty(error)) return cartridge_gone(v, error);
  if (error.code != Errc::busy) return silent(v, error, "unloading");
  // Believed out of use, and perhaps it is not: a load whose answer never came brings the volume online.
  if (!std::exchange(taken_out_again_, true)) return enter(v, DrivePhase::dismounting, step_, Command{Command::What::dismount, false});
  if (v.insist && !insisted_) return unload(v);  // the word came while the drive was asked
  // After a forced dismount handles may live that keep the device. The cartridge leaves when they are closed, however long that takes, or
  // when a person insists.
  bool const soon = ++handle_tries_ * limits::device_retry_pause < limits::volume_limit;
  std::string const step = "waiting until the old handles are closed: " + error.detail + " (to take the medium away from them: rsm media dismount '" +
                           called(v.medium) + "' --force again)";
  return DriveActions{Tell{RequestState::waiting, step + "; " + report_}} +
         enter(v, DrivePhase::handles_live, step, Pause{soon ? limits::device_retry_pause : limits::service_recheck_pause});
}

DriveActions Drive::send_away(DriveView const& v) {
  DriveActions actions{LeftDrive{report_}, out_of_use(DriveState::unloaded, order_.reason.empty() ? "unloaded" : order_.reason)};
  if (v.by_hand) return actions + enter(v, DrivePhase::asking, "being asked whether it is out", Command{Command::What::status, false});
  if (!v.destination) return actions + DriveActions{Over{}};
  return actions + enter(v, DrivePhase::arm, "waiting for the arm to bring " + called(v.medium) + " to " + v.destination->text(), AskArm{*v.destination, false});
}

// Some drives eject it, others only let go of it.
DriveActions Drive::given_to_hand(DriveView const& v, Result<port::DriveStatus> const& status) {
  if (!status) return silent(v, status.error(), "asking whether the medium is out");
  if (!status->full) return {Over{}, Ejected{}};
  SetDrive let_go = out_of_use(DriveState::unloaded, "let go; a person takes it out");
  let_go.request = order_.request;
  return {std::move(let_go), Over{}};
}

// ---- identify

DriveActions Drive::next_side(DriveView const& v) {
  if (stop_) return stop_here(v);
  if (to_read_.empty()) return {out_of_use(v.by_hand ? DriveState::dismountable : DriveState::unloaded, "identified"), Over{}, LabelsRead{labels_, note_, cartridge_}};
  auto const at = whereabouts(v);
  SideId const next = to_read_.front();
  auto const* side = v.medium == nullptr ? nullptr : v.medium->side(next);
  if (!at || side == nullptr) return not_identified({Errc::medium_not_accessible, "medium", "it left the library"});
  if (*at != v.here) {
    if (at->kind != ElementKind::slot) return not_identified({Errc::medium_not_accessible, called(v.medium), "it is in " + at->text()});
    return enter(v, DrivePhase::arm, "waiting for the arm to bring " + called(v.medium) + " to " + v.name, AskArm{v.here, side->number == 1});
  }
  if (v.hot.side == next || v.by_hand) return load(v);
  return enter(v, DrivePhase::turning_out, "turning it", Command{Command::What::unload, false});
}

DriveActions Drive::not_identified(Error const& error) { return {Over{}, NotIdentified{error}}; }

// ---- clean

DriveActions Drive::bring_cleaner(DriveView const& v) {
  auto const at = whereabouts(v);
  if (at == v.here) return cleans(v);  // it was brought before a restart
  if (!at || at->kind != ElementKind::slot) return {Tell{RequestState::waiting, called(v.medium) + " is " + (at ? "in " + at->text() : "not in the library")}, Over{}};
  return enter(v, DrivePhase::arm, "waiting for the arm to bring " + called(v.medium) + " to " + v.here.text(), AskArm{v.here, false});
}

// Nobody has to start it: a drive that is given a cleaning cartridge cleans itself. That the cartridge is in it is recorded before it is asked.
DriveActions Drive::cleans(DriveView const& v) {
  busy_since_ = v.now;
  SetDrive state{.state = DriveState::being_cleaned, .reason = called(v.medium) + " cleans it", .request = order_.request};
  return DriveActions{std::move(state)} + enter(v, DrivePhase::recorded, "being cleaned by " + called(v.medium), AwaitDurable{});
}

void Drive::note_alerts(std::vector<Alert> const& alerts) {
  constexpr std::uint32_t expired = 22, invalid = 23;
  for (auto const& alert : alerts) dirty_ = dirty_ || alert.about == AlertAbout::cleaning || alert.number == expired || alert.number == invalid;
}

// Past the time limit it is asked to give the cartridge back all the same.
DriveActions Drive::cleaning_seen(DriveView const& v, Result<port::DriveStatus> status) {
  bool const over_time = v.now - *busy_since_ >= limits::cleaning_limit;
  if (status && !status->cleaning) note_alerts(status->alerts);  // what it asked for before, it may say while it is done
  if (!status && over_time) return {DriveFailed{status.error(), "cleaning", true}, Tell{RequestState::waiting, v.name + ": " + status.error().sentence()}, Over{}};
  if (!over_time && (!status || status->cleaning)) return enter(v, DrivePhase::cleaning, step_, Pause{limits::cleaning_poll_pause});
  return give_cleaner_back(v);
}

DriveActions Drive::give_cleaner_back(DriveView const& v) { return enter(v, DrivePhase::unloading, "cleaned; giving the cleaning cartridge back", Command{Command::What::unload, false}); }

DriveActions Drive::cleaner_kept(DriveView const& v, Error const& error) {
  return {DriveFailed{error, "giving the cleaning cartridge back", true}, Tell{RequestState::waiting, v.name + " keeps " + called(v.medium) + ": " + error.sentence()}, Over{}};
}

DriveActions Drive::cleaner_out(DriveView const& v, Result<port::UnloadReport> const& report) {
  if (report) note_alerts(report->alerts);
  if (!report && report.error().code == Errc::busy && !std::exchange(taken_out_again_, true))  // what bears its sticker has a volume
    return enter(v, DrivePhase::dismounting, step_, Command{Command::What::dismount, false});
  if (!report && !found_empty(report.error())) return cleaner_kept(v, report.error());
  cleaned_ = true;
  if (!v.destination) return {Tell{RequestState::waiting, "there is no place for " + called(v.medium)}, Over{}};
  return enter(v, DrivePhase::arm, "waiting for the arm to bring " + called(v.medium) + " back to " + v.destination->text(), AskArm{*v.destination, false});
}

// ---- examine

DriveActions Drive::answered(DriveView const& v, Result<port::DriveStatus> status) {
  if (order_.task == DriveTask::put_away) return given_to_hand(v, status);
  if (phase_ == DrivePhase::doubting) return doubted(v, status);
  if (order_.task == DriveTask::clean) return cleaning_seen(v, std::move(status));
  if (!status) return {DriveSilent{status.error()}, Over{}};
  status_ = std::move(*status);
  DriveActions actions{DriveDescribed{*status_, status_->densities}, DriveAnswers{}};
  if (v.medium == nullptr) {
    if (v.hot.state != DriveState::dismounted) actions.push_back(out_of_use(DriveState::dismounted, "found empty"));
    return actions + DriveActions{Over{}};
  }
  if (v.hot.state == DriveState::being_cleaned) return actions + DriveActions{Over{}};  // the cleaning goes on there
  if (!status_->loaded && v.awaited && !planted(PlantedBug::arrived_taken_home)) return actions + DriveActions{Over{}};  // it goes on from here
  if (!status_->loaded) {
    // What the service has unloaded itself, and waits for the arm, keeps the reason that says so.
    bool const unloaded_already = v.hot.state == DriveState::unloaded && !v.hot.reason.empty();
    SetDrive lies = out_of_use(DriveState::unloaded, unloaded_already ? v.hot.reason : "found in the drive, not loaded");
    lies.request = RequestId{};
    return actions + DriveActions{std::move(lies), Over{}};
  }
  if (v.hot.state == DriveState::loaded && v.mount_stands && !planted(PlantedBug::used_drive_emptied)) {  // in use: left alone, whatever its label is
    bool const offline = status_->volume == port::VolumeState::offline;
    if (!offline && v.kept_in) return actions + DriveActions{Over{}};
    return actions + enter(v, DrivePhase::restoring, offline ? "bringing its volume online again" : "keeping its cartridge in again", Command{Command::What::load, false});
  }
  return actions + enter(v, DrivePhase::reading, step_, Command{Command::What::read_label, false});
}

DriveActions Drive::judged(DriveView const& v, port::Label const& label) {
  SideId const up = side_up(v, status_->side_up);
  auto const* side = v.medium == nullptr ? nullptr : v.medium->side(up);
  DriveActions actions;
  if (side != nullptr && v.hot.side != up)
    actions.push_back(SetDrive{.state = v.hot.state, .reason = "side " + std::to_string(side->number) + " is up", .side = up});
  bool const right = side != nullptr && (!side->omid || (label.omid && label.omid->same_medium(*side->omid)));
  if (!right)
    return actions + DriveActions{out_of_use(DriveState::unloaded, "the label in the drive is not that of " + called(v.medium)), Over{}, UnexpectedLabel{label.omid}};
  actions.push_back(CartridgeTold{label.cartridge, true});
  return actions + enter(v, DrivePhase::dismounting, step_, Command{Command::What::dismount, false});
}

DriveActions Drive::secured(DriveView const& v, Result<port::DismountReport> const& report) {
  // What is out of use already stays so for its own reason: that may tell what its dismount has cost. So does what was unloaded, although some drives answer
  // as before after an unload: it is on its way home, and is unloaded once more there. By hand somebody has pushed it in again.
  bool const unloaded_already = v.hot.state == DriveState::unloaded && order_.task == DriveTask::examine && !v.by_hand;
  bool const out_already = v.hot.state == DriveState::dismountable || unloaded_already;
  SetDrive safe = out_of_use(unloaded_already ? DriveState::unloaded : DriveState::dismountable, out_already ? v.hot.reason : order_.task == DriveTask::examine ? "found loaded; its volume is offline" : order_.reason);
  safe.request = RequestId{};
  if (report) return {std::move(safe), Over{}};
  Error const& error = report.error();
  if (found_empty(error) || error.code == Errc::not_ready) {
    safe.state = DriveState::unloaded;
    return {std::move(safe), Over{}};
  }
  if (error.code != Errc::busy) return {DriveFailed{error, "taking the cartridge out of use", true}, Over{}};
  SetDrive used = found_in_use(error);
  used.no_session = order_.task == DriveTask::secure;
  return {std::move(used), Over{}};
}

}  // namespace rsm::machine
