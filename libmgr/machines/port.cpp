#include "libmgr/machines/port.hpp"

#include <utility>

#include "libmgr/machines/limits.hpp"

namespace rsm::machine {
namespace {

std::string at_port(PortView const& v) { return "port " + std::to_string(v.number) + " of " + v.library_name; }

}  // namespace

PortActions Port::enter(PortPhase phase, std::string step, PortAction action) {
  phase_ = phase;
  step_ = std::move(step);
  return {std::move(action)};
}

PortActions Port::over(RequestState state, Errc error, std::string reason) { return {Over{}, Finish{{state, error, std::move(reason)}}}; }

PortActions Port::left(PortView const& v, Errc error, std::string const& why) {
  return {NotTaken{"take " + v.medium_name + " out of " + at_port(v) + " (rsm media eject opens it), or have it stored (rsm library inject): " + why}, Over{}, Finish{{RequestState::failed, error, why}}};
}

PortActions Port::stays(PortView const& v, std::string const& why) { return left(v, Errc::timeout, "nobody took it out of the port" + why); }

PortActions Port::begin(PortView const& v) {
  switch (task_) {
    case PortTask::eject: step_ = v.medium_name + " is on its way to " + at_port(v); break;
    case PortTask::inject: step_ = "put a cartridge into " + at_port(v); break;
    case PortTask::fetch: step_ = "looking at what lies in " + at_port(v); break;
  }
  return {Tell{RequestState::inprocess, step_}, AwaitDurable{}};
}

PortActions Port::durable(PortView const& v) {
  if (phase_ != PortPhase::begun) return {};
  if (!stopped_.empty()) return {Over{}};
  if (task_ == PortTask::eject) return enter(PortPhase::delivering, step_, PortMove{{ElementKind::port, v.number}});
  if (task_ == PortTask::fetch) {
    until_ = v.now + v.max_extend;
    return enter(PortPhase::looking, step_, LookAtPort{});
  }
  return enter(PortPhase::opening, step_, OpenPort{});
}

PortActions Port::moved(PortView const& v, Result<> outcome) {
  switch (phase_) {
    case PortPhase::delivering:
      if (!outcome) return over(RequestState::failed, outcome.error().code, outcome.error().sentence());
      return enter(PortPhase::opening, step_, OpenPort{});
    case PortPhase::putting_back:
      if (!outcome) return stays(v, ": " + outcome.error().sentence());
      return over(RequestState::failed, Errc::timeout, "nobody took it out of the port; it is in its place again");
    case PortPhase::storing:
      if (!outcome && task_ == PortTask::inject) return left(v, outcome.error().code, outcome.error().sentence());
      if (!outcome) return over(RequestState::failed, outcome.error().code, outcome.error().sentence());
      return over(RequestState::passed, Errc::success, "stored in the library");
    default:
      return {};
  }
}

PortActions Port::opened(PortView const& v, Result<> outcome) {
  if (!outcome) {
    PortActions actions{PortIs{true, "it was to be opened, and it may be"}};
    for (auto& action : over(RequestState::failed, outcome.error().code, outcome.error().sentence())) actions.push_back(std::move(action));
    return actions;
  }
  until_ = v.now + v.max_extend;
  bool const out = task_ == PortTask::eject;
  PortActions actions{PortIs{true, out ? "a cartridge is to be taken out" : "waiting for a cartridge"}};
  std::string const step = out ? "take " + v.medium_name + " out of " + at_port(v) : "put a cartridge into " + at_port(v);
  actions.push_back(Tell{RequestState::inprocess, step});
  for (auto& action : enter(PortPhase::looking, step, LookAtPort{})) actions.push_back(std::move(action));
  return actions;
}

PortActions Port::look_again() { return enter(PortPhase::waiting, step_, Pause{limits::port_poll_pause}); }

PortActions Port::pause_over(PortView const&) {
  if (phase_ != PortPhase::waiting) return {};
  return enter(PortPhase::looking, step_, LookAtPort{});
}

PortActions Port::seen(PortView const& v, bool full) {
  if (phase_ != PortPhase::looking) return {};
  if (task_ == PortTask::fetch && full) return {PutIn{}};
  if (task_ == PortTask::fetch) return over(RequestState::failed, Errc::empty, at_port(v) + " is empty");
  if (task_ == PortTask::eject && !full) {
    PortActions actions{Taken{}};
    for (auto& action : enter(PortPhase::closing_done, "taken out; the port is closed", ClosePort{"the cartridge was taken out"})) actions.push_back(std::move(action));
    return actions;
  }
  if (task_ == PortTask::inject && full) return enter(PortPhase::closing_full, "taking the cartridge in", ClosePort{"a cartridge was put in"});
  if (!until_ || v.now < *until_) return look_again();
  if (task_ == PortTask::inject) return enter(PortPhase::closing_empty, "nobody put a cartridge in", ClosePort{"nobody put a cartridge in"});
  std::string const message = step_ + ": nobody did; it is being put back";
  PortActions actions{NotTaken{message}};
  for (auto& action : enter(PortPhase::closing_full, "nobody took it out; it is put back", ClosePort{"nobody took the cartridge"})) actions.push_back(std::move(action));
  return actions;
}

PortActions Port::not_seen(PortView const& v, Error const& error) {
  if (phase_ != PortPhase::looking) return {};
  bool const over_time = until_ && v.now >= *until_;
  if (over_time && task_ == PortTask::fetch) return over(RequestState::failed, error.code, error.sentence());
  if (over_time && task_ == PortTask::inject) return enter(PortPhase::closing_empty, "nobody put a cartridge in", ClosePort{"nobody put a cartridge in"});
  return look_again();
}

PortActions Port::closed(PortView const& v, Result<> outcome) {
  PortActions actions;
  if (outcome) actions.push_back(PortIs{false, step_});
  auto const then = [&actions](PortActions more) {
    for (auto& action : more) actions.push_back(std::move(action));
    return std::move(actions);
  };
  switch (phase_) {
    case PortPhase::closing_done:
      return then(over(RequestState::passed, Errc::success, "taken out of port " + std::to_string(v.number)));
    case PortPhase::closing_empty:
      if (!stopped_.empty()) return then({Over{}});
      return then(over(RequestState::failed, Errc::timeout, "nobody put a cartridge into the port"));
    case PortPhase::closing_full:
      if (task_ == PortTask::inject) {
        if (!outcome) return then(over(RequestState::failed, outcome.error().code, outcome.error().sentence()));
        return then({PutIn{}});
      }
      if (!v.free_slot) return then(stays(v, ", and no slot is free"));
      return then(enter(PortPhase::putting_back, step_, PortMove{*v.free_slot}));
    default:
      return actions;
  }
}

PortActions Port::known(PortView const& v, MediumId medium) {
  medium_ = medium;
  if (!v.unwanted.empty()) return left(v, Errc::invalid_media, v.unwanted);
  if (!v.free_slot) return {NoPlace{}, Over{}, Finish{{RequestState::failed, Errc::library_full, "no slot is free; the cartridge stays in the port: take it out"}}};
  return enter(PortPhase::storing, "storing the cartridge in " + v.free_slot->text(), PortMove{*v.free_slot});
}

bool Port::stop(PortView const&, std::string const& reason, PortActions& actions) {
  if (task_ == PortTask::eject) return phase_ == PortPhase::begun && !(stopped_ = reason).empty();
  if (phase_ == PortPhase::begun) {
    stopped_ = reason;
    return true;
  }
  if (!waits_for_person()) return false;  // opening or closing: a cartridge may be moving
  if (task_ == PortTask::fetch) {
    actions = {Over{}};
    return true;
  }
  stopped_ = reason;
  actions = enter(PortPhase::closing_empty, "stopped: " + reason, ClosePort{reason});
  return true;
}

}  // namespace rsm::machine
