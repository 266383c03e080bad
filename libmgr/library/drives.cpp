#include "libmgr/library/drives.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/clean.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/mount.hpp"
#include "libmgr/operations/switching.hpp"
#include "libmgr/operations/write_scratch.hpp"

namespace rsm {

using namespace machine;

void Drives::begin(DriveId id, Order order) {
  if (!free(id)) return;
  auto const work = library_.make_work();
  auto& running = running_.emplace(id, Running{Drive(work, std::move(order.what)), order.destination, order.insist}).first->second;
  perform(id, running.machine.begin(view(id, running)));
}

Drive const* Drives::work(DriveId id) const {
  auto it = running_.find(id);
  return it == running_.end() ? nullptr : &it->second.machine;
}

Drives::Running* Drives::running(DriveId id, WorkId work) {
  auto it = running_.find(id);
  return it == running_.end() || it->second.machine.id() != work ? nullptr : &it->second;
}

Drives::Found Drives::work_for(RequestId request) const {
  for (auto const& [id, running] : running_)
    if (request && running.machine.request() == request) return {id, &running.machine};
  return {};
}

Drives::Found Drives::work_with(MediumId medium) const {
  for (auto const& [id, running] : running_)
    if (medium && running.machine.medium() == medium) return {id, &running.machine};
  return {};
}

std::vector<std::pair<DriveId, Drive const*>> Drives::all() const {
  std::vector<std::pair<DriveId, Drive const*>> found;
  found.reserve(running_.size());
  for (auto const& [id, running] : running_) found.emplace_back(id, &running.machine);
  return found;
}

bool Drives::work_for_all_of(std::set<RequestId> const& requests) const {
  std::size_t found = 0;
  for (auto const& [id, running] : running_) {
    RequestId const request = running.machine.request();
    if (request && !requests.contains(request)) return false;
    if (request) ++found;
  }
  return found == requests.size();
}

bool Drives::bound_for(Element element) const {
  return std::ranges::any_of(running_, [element](auto const& r) { return r.second.destination == element; });
}

DriveView Drives::view(DriveId id, Running const& running) const {
  auto const& belief = library_.belief();
  auto const* request = library_.book().request(running.machine.request());
  DriveView v;
  v.now = library_.now();
  v.library = library_.id();
  v.here = belief.element_of(id);
  v.name = belief.drive_name(id);
  v.hot = belief.drive(id).hot;
  v.service_hint = service_hint(belief.drive(id).record);
  v.medium = belief.medium(running.machine.task() == DriveTask::examine || running.machine.task() == DriveTask::secure ? v.hot.medium : running.machine.medium());
  v.request_open = request != nullptr;
  v.force = request != nullptr && request->force;
  v.insist = running.insist;
  v.busy_wait = library_.settings().busy_wait;
  v.busy_pause = library_.settings().busy_retry_pause;
  v.destination = running.destination;
  v.by_hand = library_.by_hand();
  bool const goes_home = running.machine.task() == DriveTask::put_away || running.machine.task() == DriveTask::clean;
  if (!v.destination && goes_home && v.medium != nullptr) v.destination = library_.home_for(*v.medium);
  auto const* tries = library_.tries_of(running.machine.request());
  v.tries_left = tries == nullptr || tries->left();
  v.unanswered_tries_left = tries == nullptr || tries->unanswered_left();
  v.kept_in = kept_in_.contains(id);
  if (running.machine.task() == DriveTask::examine) {
    v.awaited = library_.world().awaited(v.hot);
    v.mount_stands = operations::mount::stands(library_, v.hot);
  }
  if (running.machine.task() == DriveTask::label)
    v.may_overwrite = [this, medium = running.machine.medium(), side = running.machine.side()](std::optional<Omid> const& found) { return operations::write_scratch::may_overwrite(library_, medium, side, found); };
  return v;
}

bool Drives::stop(DriveId id, std::string const& reason, StopHow how) {
  auto it = running_.find(id);
  if (it == running_.end()) return false;
  WorkId const work = it->second.machine.id();
  bool const cleans = it->second.machine.task() == DriveTask::clean && library_.belief().drive(id).hot.medium != it->second.machine.medium();
  bool const brings = it->second.machine.task() == DriveTask::mount || it->second.machine.task() == DriveTask::identify || cleans || it->second.machine.task() == DriveTask::label;
  bool const withdrawn = brings && it->second.machine.waits_for_arm() && library_.arm().withdraw(work);
  DriveActions actions;
  bool const stopped = it->second.machine.stop(view(id, it->second), reason, withdrawn, how, actions);
  if (stopped && it->second.machine.request().is_zero()) library_.arm().forget_request(work);
  perform(id, std::move(actions));
  return stopped;
}

void Drives::insist(DriveId id) {
  auto it = running_.find(id);
  if (it == running_.end() || it->second.machine.task() != DriveTask::put_away) return;
  it->second.insist = true;
  perform(id, it->second.machine.insisted(view(id, it->second)));
}

bool Drives::moved(WorkId work, Result<> outcome) {
  for (auto& [id, running] : running_) {
    if (running.machine.id() != work) continue;
    perform(id, running.machine.moved(view(id, running), std::move(outcome)));
    return true;
  }
  return false;
}

namespace {

// What is learned of a command; nothing of questions, of what a person forced, and of a medium that is ready in its drive already.
std::optional<TimingKind> kind_of(Command const& what, bool carried) {
  bool const again = !carried && (what.what == Command::What::load || what.what == Command::What::read_label);
  if (what.force || again) return std::nullopt;
  switch (what.what) {
    case Command::What::load: return TimingKind::load;
    case Command::What::read_label: return TimingKind::read_label;
    case Command::What::dismount: return TimingKind::rewind;
    case Command::What::unload: return TimingKind::unload;
    default: return std::nullopt;
  }
}

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

void Drives::command(DriveId id, WorkId work, Command const& what) {
  if (what.what == Command::What::read_label && take_label_ahead(id, work)) return;
  if (auto* asking = running(id, work)) asking->label_ahead.reset();
  auto& device = library_.devices().drive(library_.belief().drive(id).record.number);
  bool const carried = running_.contains(id) && running_.at(id).moved;
  auto const answer = [this, id, work, kind = kind_of(what, carried), begun = library_.now()]<class T>(DriveActions (Drive::*event)(DriveView const&, Result<T>)) {
    return port::Done<T>(lifeline_.guard([this, id, work, event, kind, begun](Result<T> result) {
      if (kind && result) library_.book().learn(library_.id(), id, *kind, library_.now() - begun);
      if (!result && (result.error().code == Errc::timeout || result.error().code == Errc::device_not_available)) process_lost(id);
      if constexpr (requires { result->alerts; })  // of the drive, whatever has become of the work
        if (result) library_.conditions().alerted(id, result->alerts);
      auto* asked = running(id, work);
      if (asked == nullptr) return;
      if (asked->label_ahead) asked->label_ahead->begun = library_.now();
      if (!result) asked->label_ahead.reset();
      perform(id, (asked->machine.*event)(view(id, *asked), std::move(result)));
    }));
  };
  auto const label_next = [&] { return label_ahead(id, work, kind_of({.what = Command::What::read_label}, carried)); };
  switch (what.what) {
    case Command::What::status:
      return device.status(answer(&Drive::answered));
    case Command::What::load:
      kept_in_.insert(id);
      return what.then_label ? device.load(answer(&Drive::loaded), label_next()) : device.load(answer(&Drive::loaded));
    case Command::What::read_label:
      return device.read_label(answer(&Drive::label_read));
    case Command::What::write_label:
      return device.write_label(what.label, answer(&Drive::label_written));
    case Command::What::dismount:
      return what.then_label ? device.dismount(what.force, answer(&Drive::dismounted), label_next())
                             : device.dismount(what.force, answer(&Drive::dismounted));
    case Command::What::unload:
      kept_in_.erase(id);
      return device.unload(what.force, answer(&Drive::unloaded));
  }
}

// The label that is read next, without the machine having asked for it yet: kept until it does, and nobody's when it wants something else.
port::Done<port::Label> Drives::label_ahead(DriveId id, WorkId work, std::optional<TimingKind> kind) {
  auto const number = ++labels_ahead_;
  if (auto* asking = running(id, work)) asking->label_ahead = Running::LabelAhead{.number = number, .begun = library_.now()};
  return lifeline_.guard([this, id, work, number, kind](Result<port::Label> label) {
    if (!label && (label.error().code == Errc::timeout || label.error().code == Errc::device_not_available)) process_lost(id);
    auto* asked = running(id, work);
    if (asked == nullptr || !asked->label_ahead || asked->label_ahead->number != number) return;
    if (kind && label) library_.book().learn(library_.id(), id, *kind, library_.now() - asked->label_ahead->begun);
    asked->label_ahead->read = std::move(label);
    if (asked->label_ahead->wanted) hand_label(id, work, number);
  });
}

// False: nobody reads it yet.
bool Drives::take_label_ahead(DriveId id, WorkId work) {
  auto* asking = running(id, work);
  if (asking == nullptr || !asking->label_ahead) return false;
  asking->label_ahead->wanted = true;
  if (asking->label_ahead->read)
    library_.loop().post(lifeline_.guard([this, id, work, number = asking->label_ahead->number] { hand_label(id, work, number); }));
  return true;
}

void Drives::hand_label(DriveId id, WorkId work, std::uint64_t number) {
  auto* asked = running(id, work);
  if (asked == nullptr || !asked->label_ahead || asked->label_ahead->number != number) return;
  auto label = std::move(*asked->label_ahead->read);
  asked->label_ahead.reset();
  perform(id, asked->machine.label_read(view(id, *asked), std::move(label)));
}

void Drives::over(DriveId id) {
  auto const it = running_.find(id);
  if (it == running_.end()) return;
  Drive const ended = std::move(it->second.machine);
  Errc const trouble = it->second.trouble;
  bool const taken_home = ended.task() == DriveTask::put_away && it->second.moved && trouble == Errc::success && !library_.belief().drive(id).hot.medium;
  running_.erase(it);
  if (taken_home) library_.pace().take_home.add(library_.now() - ended.begun());
  if (taken_home) library_.conditions().drive_gave_back(id);
  if (ended.task() == DriveTask::examine) {
    operations::switching::drive_asked(library_, id, ended.request(), trouble);
    library_.stocktaking().drive_answered(id);
  }
  library_.evaluate_soon();
}

void Drives::perform(DriveId id, DriveActions actions) {
  if (actions.empty()) return;
  auto const it = running_.find(id);
  if (it == running_.end()) return;
  Drive const work = it->second.machine;  // as it was: an action may end it
  RequestId const request = work.request();
  auto& l = library_;
  for (auto& action : actions) {
    std::visit(Overloaded{
                   [&](AwaitDurable) {
                     l.book().ledger().when_durable(lifeline_.guard([this, id, number = work.id()](Result<> durable) {
                       auto* waiting = durable ? running(id, number) : nullptr;
                       if (waiting != nullptr) perform(id, waiting->machine.durable(view(id, *waiting)));
                     }));
                   },
                   [&](Pause const& pause) {
                     l.loop().after(pause.time, lifeline_.guard([this, id, number = work.id(), since = work.step_since()] {
                       auto* waiting = running(id, number);
                       if (waiting != nullptr && waiting->machine.step_since() == since) perform(id, waiting->machine.pause_over(view(id, *waiting)));
                     }));
                   },
                   [&](Command const& what) { command(id, work.id(), what); },
                   [&](AskArm const& move) {
                     if (auto* asking = running(id, work.id())) asking->moved = true;
                     l.arm().ask({work.id(), request, work.medium(), move.to, move.turn});
                   },
                   [&](Tell& tell) { l.book().set_state(request, tell.state, tell.reason); },
                   [&](Finish& end) { operations::finish(l, request, std::move(end.outcome)); },
                   [&](Over) { over(id); },
                   [&](LookAtLibrary) { l.stocktaking().look_soon(); },
                   [&](SetDrive const& change) {
                     auto const& before = l.belief().drive(id).hot;
                     if (before.state == DriveState::loaded && change.state == DriveState::dismountable) {
                       l.pace().hold.add(l.now() - before.since);
                       l.book().learn(l.id(), id, TimingKind::hold, l.now() - before.since);
                       l.reuse().idle(before.medium, l.now(), l.pace().exchange());
                     }
                     l.belief().set_drive(id, change, request);
                   },
                   [&](Loaded const& loaded) {
                     if (auto const* carried = running(id, work.id()); carried != nullptr && carried->moved) l.pace().bring.add(l.now() - work.begun());
                     operations::mount::loaded(l, id, work, loaded.volume);
                   },
                   [&](DriveFailed const& failed) { l.conditions().drive_failed(id, work.medium(), failed); },
                   [&](DriveWorks) { l.conditions().drive_works(id); },
                   [&](DriveDescribed const& said) { l.belief().set_drive_identity(id, said.identity, said.densities); },
                   [&](CartridgeTold const& told) { l.belief().cartridge_told(work.medium() ? work.medium() : l.belief().drive(id).hot.medium, told.facts, told.label_read); },
                   [&](DriveSilent const& silent) {
                     if (auto* asked = running(id, work.id())) asked->trouble = silent.error.code;
                     l.conditions().drive_silent(id, silent.error);
                   },
                   [&](DriveAnswers) { l.conditions().drive_answers(id); },
                   [&](CartridgeGone const& gone) {
                     l.doubt(id);
                     l.book().log(LogLevel::warning, l.belief().drive_name(id) + ": " + gone.error.sentence());
                   },
                   [&](BackToQueue const& back) { operations::mount::back_to_queue(l, id, request, back); },
                   [&](CannotBeLoaded const& bad) { operations::mount::cannot_be_loaded(l, work.medium(), bad.reason, request); },
                   [&](UnexpectedLabel const&) { operations::identify::unexpected_label(l, id, work); },
                   [&](LabelChanged const& changed) { operations::identify::label_changed(l, work.medium(), work.side(), changed.found); },
                   [&](LabelsRead const& read) { operations::identify::labels_read(l, request, work.medium(), read); },
                   [&](NotIdentified const& failed) { operations::identify::failed(l, id, request, work.medium(), failed.error); },
                   [&](LabelDecided const& decided) { operations::write_scratch::decided(l, request, work.medium(), work.side(), decided.label); },
                   [&](LabelWritten const& written) { operations::write_scratch::labelled(l, request, work.medium(), work.side(), written); },
                   [&](NotLabelled const& failed) { operations::write_scratch::failed(l, id, request, work.medium(), failed.error); },
                   [&](LeftDrive const& left) {
                     l.left(work.medium(), left.report);
                     if (l.by_hand()) l.conditions().drive_gave_back(id);
                   },
                   [&](Ejected) { operations::eject::left_drive(l, id, request, work.medium()); },
                   [&](Cleaned const& done) { operations::clean::cleaned(l, id, request, done.dirty); },
                   [&](Secure const& secure) { operations::dismount::secure(l, id, secure.reason); },
               },
               action);
  }
}

}  // namespace rsm
