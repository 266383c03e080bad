#include "libmgr/library/port_desk.hpp"

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/inject.hpp"
#include "libmgr/operations/transfer.hpp"

namespace rsm {

using namespace machine;

void PortDesk::begin(PortTask task, RequestId request, MediumId medium, std::uint32_t port) {
  if (!free()) return;
  running_.emplace(Running{Port(library_.make_work(), task, request, medium), port, {}});
  perform(running_->machine.begin(view()));
}

PortView PortDesk::view() const {
  auto const& belief = library_.belief();
  PortView v;
  v.now = library_.now();
  v.number = running_->number;
  v.library_name = belief.name();
  auto const* medium = belief.medium(running_->machine.medium());
  v.medium_name = medium == nullptr ? "the cartridge" : name_of(*medium);
  auto const port = belief.entry().ports.find(running_->number);
  v.max_extend = port == belief.entry().ports.end() ? library_.own_settings().port_max_extend : port->second.max_extend;
  if (medium != nullptr) v.free_slot = slot_for(*medium);
  return v;
}

// A transfer has chosen it.
std::optional<Element> PortDesk::slot_for(MediumRecord const& medium) const {
  auto const* request = library_.book().request(running_->machine.request());
  if (running_->machine.task() != PortTask::fetch) return library_.home_for(medium);
  return request == nullptr ? std::nullopt : std::optional{operations::transfer::destination(*request)};
}

void PortDesk::look_now(RequestId request) {
  if (works_for(request)) perform(running_->machine.pause_over(view()));
}

bool PortDesk::stop(std::string const& reason) {
  if (!running_) return false;
  PortActions actions;
  bool const stopped = running_->machine.stop(view(), reason, actions);
  perform(std::move(actions));
  return stopped;
}

void PortDesk::close_forgotten() {
  if (planted(PlantedBug::port_left_out) || !free() || closing_ || !library_.arm().idle()) return;
  for (auto const& [number, port] : library_.belief().entry().ports) {
    bool const out = port.position == PortPosition::extended;
    if (!out && (told_closed_.contains(number) || planted(PlantedBug::lock_forgotten))) continue;
    closing_ = true;
    return library_.devices().changer().extend_port(number, false, lifeline_.guard([this, number = number, out](Result<> closed) {
      closing_ = false;
      close_answered(number, out, library_.heard(std::move(closed)));
    }));
  }
}

// What refuses to lock a port that is in is asked for it again after the next look.
void PortDesk::close_answered(std::uint32_t number, bool was_out, Result<> const& closed) {
  bool const refused = !closed && !was_out && closed.error().code != Errc::timeout && closed.error().code != Errc::device_not_available;
  if (refused) library_.book().log(LogLevel::warning, library_.belief().name() + ": port " + std::to_string(number) + " could not be locked: " + closed.error().sentence());
  if (!closed && !refused) return library_.stocktaking().look_soon();
  told_closed_.insert(number);
  if (closed && was_out) library_.belief().set_port_position(number, PortPosition::retracted, "nobody was at it any more");
  library_.evaluate_soon();
}

bool PortDesk::moved(WorkId work, Result<> outcome) {
  if (!running_ || running_->machine.id() != work) return false;
  if (outcome && running_->machine.phase() == PortPhase::storing) operations::inject::stored(library_, running_->machine.medium());
  perform(running_->machine.moved(view(), std::move(outcome)));
  return true;
}

void PortDesk::extend(bool out) {
  library_.devices().changer().extend_port(running_->number, out, lifeline_.guard([this, out, work = running_->machine.id()](Result<> outcome) {
    if (!running_ || running_->machine.id() != work) return;
    outcome = library_.heard(std::move(outcome));
    if (!out && outcome) told_closed_.insert(running_->number);
    perform(out ? running_->machine.opened(view(), std::move(outcome)) : running_->machine.closed(view(), std::move(outcome)));
    library_.evaluate_soon();  // an inventory may wait until the port is still
  }));
}

// Looks at the port alone.
void PortDesk::look() {
  port::ElementRange const here{ElementKind::port, running_->number, 1};
  library_.devices().changer().elements({here}, lifeline_.guard([this, work = running_->machine.id()](Result<port::ElementReport> report) {
    if (!running_ || running_->machine.id() != work) return;
    if (!library_.heard(report)) return perform(running_->machine.not_seen(view(), report.error()));
    if (report->elements.empty()) return perform(running_->machine.not_seen(view(), {Errc::resource_not_present, "port", "the library does not show it"}));
    auto const& seen = report->elements.front();
    running_->seen = seen;
    perform(running_->machine.seen(view(), seen.full));
  }));
}

void PortDesk::perform(PortActions actions) {
  if (actions.empty() || !running_) return;
  auto& l = library_;
  Port const work = running_->machine;  // as it was: an action may end it
  std::uint32_t const number = running_->number;
  auto const next = [this, id = work.id()](PortActions (Port::*event)(PortView const&)) {
    return [this, id, event] {
      if (running_ && running_->machine.id() == id) perform((running_->machine.*event)(view()));
    };
  };
  for (auto& action : actions) {
    if (std::holds_alternative<AwaitDurable>(action)) {
      l.book().ledger().when_durable(lifeline_.guard([again = next(&Port::durable)](Result<> durable) {
        if (durable) again();
      }));
    } else if (auto const* pause = std::get_if<Pause>(&action)) {
      l.loop().after(pause->time, lifeline_.guard(next(&Port::pause_over)));
    } else if (auto const* tell = std::get_if<Tell>(&action)) {
      l.book().set_state(work.request(), tell->state, tell->reason);
    } else if (auto* end = std::get_if<Finish>(&action)) {
      if (work.task() == PortTask::eject && end->outcome.state == RequestState::passed) end->outcome.reason += l.how_it_left(work.medium());
      bool const goes_on = work.task() == PortTask::inject && operations::inject::takes_the_next(l, work.request(), end->outcome);
      if (!goes_on) operations::finish(l, work.request(), std::move(end->outcome));
    } else if (std::holds_alternative<Over>(action)) {
      running_.reset();
      l.evaluate_soon();
    } else if (auto const* move = std::get_if<PortMove>(&action)) {
      l.arm().ask({work.id(), work.request(), work.medium(), move->to, false});
    } else if (std::holds_alternative<OpenPort>(action)) {
      extend(true);
    } else if (std::holds_alternative<ClosePort>(action)) {
      extend(false);
    } else if (std::holds_alternative<LookAtPort>(action)) {
      look();
    } else if (auto const* position = std::get_if<PortIs>(&action)) {
      l.belief().set_port_position(number, position->extended ? PortPosition::extended : PortPosition::retracted, position->reason);
    } else if (std::holds_alternative<Taken>(action)) {
      operations::eject::taken(l, work.request(), work.medium(), number);
    } else if (std::holds_alternative<PutIn>(action)) {
      put_in();
    } else if (auto const* message = std::get_if<NotTaken>(&action)) {
      operations::eject::not_taken(l, number, work.medium(), {}, message->message);
    } else if (std::holds_alternative<NoPlace>(action)) {
      operations::inject::no_place(l, number, work.medium());
    }
  }
}

// Known first: where a cartridge may go depends on who it is.
void PortDesk::put_in() {
  auto& l = library_;
  MediumId const medium = operations::inject::put_in(l, running_->machine.request(), running_->number, running_->seen);
  PortView v = view();
  auto const* m = l.belief().medium(medium);
  v.free_slot = m == nullptr ? std::nullopt : slot_for(*m);
  auto const* request = l.book().request(running_->machine.request());
  if (m != nullptr) v.medium_name = name_of(*m);
  if (m != nullptr && request != nullptr && request->operation == Operation::inject_cleaner && l.belief().entry().record.cleaner != medium)
    v.unwanted = v.medium_name + " was put in as the cleaning cartridge, and is a medium that is known";
  perform(running_->machine.known(v, medium));
}

}  // namespace rsm
