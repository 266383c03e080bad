#include "libmgr/domain/state_machines.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include "libmgr/domain/side_transitions.hpp"

namespace rsm {
namespace {

constexpr std::nullopt_t no_record = std::nullopt;
using enum StepOf;

using R = RequestState;
constexpr StateStep<R> request_steps[] = {
    {no_record, R::queued, model, "a call has asked for it; or the service, for its own work"},
    {R::queued, R::inprocess, model, "work begins"},
    {R::queued, R::cancelled, model, "cancelled, its time limit, its session has ended, restart (on_restart = \"cancel\")"},
    {R::queued, R::invalid, model, "its object has gone"},
    {R::inprocess, R::passed, model, "done"},
    {R::inprocess, R::failed, model, "done; the error says why"},
    {R::inprocess, R::waiting, model, "it cannot go on now: the volume is in use, a person is needed, another drive is tried"},
    {R::inprocess, R::deferred, model, "a deferred dismount: out of use, the cartridge stays in the drive"},
    {R::inprocess, R::stopped, model, "a STOP action"},
    {R::inprocess, R::cancelled, model, "cancelled where the work could still stop safely"},
    {R::inprocess, R::invalid, model, "its medium was found to be another one"},
    {R::waiting, R::inprocess, model, "what it waited for is there"},
    {R::waiting, R::cancelled, model, "cancelled, its time limit, its session has ended, restart"},
    {R::waiting, R::failed, model, "what it waits for will not come"},
    {R::waiting, R::stopped, model, "a STOP action"},
    {R::deferred, R::inprocess, model, "the delay is over, the drive is wanted: the cartridge goes home"},
    {R::deferred, R::cancelled, model, "mounted again before the delay was over"},
    {R::deferred, R::passed, model, "the cartridge has gone by another way"},
    // A worker that looks again and again is not the only way to find out: who cannot begin waits at once, and says for what.
    {R::queued, R::waiting, product, "it cannot begin yet, and says for what it waits"},
    {R::queued, R::passed, product, "what it asks for is so already"},
    {R::queued, R::failed, product, "it can never begin"},
    {R::queued, R::deferred, product, "a deferred dismount of what is out of use already"},
    {R::queued, R::stopped, product, "a STOP action"},
    {R::waiting, R::passed, product, "it has come about by itself"},
    {R::waiting, R::deferred, product, "a deferred dismount of what has gone out of use meanwhile"},
    {R::waiting, R::invalid, product, "its object has gone, or was found to be another one"},
    {R::deferred, R::waiting, product, "the cartridge is to go home, and cannot yet"},
    {R::deferred, R::failed, product, "the cartridge could not go home"},
    {R::deferred, R::invalid, product, "its medium was found to be another one"},
    {R::passed, no_record, model, "forgotten: request_purge_after_s, or deleted"},
    {R::failed, no_record, model, "forgotten: request_purge_after_s, or deleted"},
    {R::invalid, no_record, model, "forgotten: request_purge_after_s, or deleted"},
    {R::cancelled, no_record, model, "forgotten: request_purge_after_s, or deleted"},
    {R::stopped, no_record, model, "forgotten: request_purge_after_s, or deleted"},
};

using O = OperatorState;
constexpr StateStep<O> operator_request_steps[] = {
    {no_record, O::submitted, model, "an application or the service asks"},
    {O::submitted, O::active, model, "a console has shown it"},
    {O::submitted, O::inprogress, model, "somebody has taken it"},
    {O::submitted, O::refused, model, "the operator says no, or it was cancelled"},
    {O::submitted, O::complete, model, "the operator says done, or the reason has gone"},
    {O::active, O::inprogress, model, "somebody has taken it"},
    {O::active, O::refused, model, "the operator says no, or it was cancelled"},
    {O::active, O::complete, model, "the operator says done, or the reason has gone"},
    {O::inprogress, O::active, model, "given up again"},
    {O::inprogress, O::refused, model, "the operator says no, or it was cancelled"},
    {O::inprogress, O::complete, model, "the operator says done, or the reason has gone"},
    {O::submitted, no_record, model, "nobody waits for it any more: its caller's time limit is over"},
    {O::active, no_record, model, "nobody waits for it any more"},
    {O::inprogress, no_record, model, "nobody waits for it any more"},
    {O::refused, no_record, model, "forgotten: request_purge_after_s, or deleted"},
    {O::complete, no_record, model, "forgotten: request_purge_after_s, or deleted"},
};

using D = DriveState;
constexpr StateStep<D> drive_steps[] = {
    {no_record, D::dismounted, model, "the drive is configured"},
    {D::dismounted, D::mounted, model, "the changer or a person has put a cartridge in"},
    {D::mounted, D::loaded, model, "ready, and the label is the right one"},
    {D::mounted, D::unloaded, model, "not ready in time, or the label is another one"},
    {D::loaded, D::unloaded, model, "immediate dismount"},
    {D::loaded, D::dismountable, model, "deferred dismount; or any in a stand-alone library"},
    {D::dismountable, D::loaded, model, "the same side is mounted again; its label is read again"},
    {D::dismountable, D::unloaded, model, "the delay is over, the drive is wanted, eject"},
    {D::unloaded, D::dismounted, model, "the changer or a person has taken the cartridge out"},
    {D::unloaded, D::mounted, model, "loaded again: turned, or tried again"},
    {D::dismounted, D::being_cleaned, model, "a cleaning cartridge was put in"},
    {D::being_cleaned, D::dismounted, model, "the cleaning cartridge was taken out"},
    {D::mounted, D::being_cleaned, product, "the cleaning cartridge is found in it, and not what was believed to be"},
    {D::loaded, D::being_cleaned, product, "the cleaning cartridge is found in it, and not what was believed to be"},
    {D::unloaded, D::being_cleaned, product, "the cleaning cartridge is found in it, and not what was believed to be"},
    {D::dismountable, D::being_cleaned, product, "the cleaning cartridge is found in it, and not what was believed to be"},
    {D::mounted, D::dismounted, model, "found empty"},
    {D::loaded, D::dismounted, model, "found empty"},
    {D::loaded, D::mounted, product, "another cartridge is found in it"},
    {D::dismounted, D::unloaded, product, "found in the drive, not loaded"},
    {D::being_cleaned, D::unloaded, product, "found in the drive, not loaded"},
    {D::being_cleaned, D::mounted, product, "another cartridge than the cleaning cartridge is found in it"},
    {D::unloaded, D::loaded, product, "loaded after all, and a stranger has its volume open: in use"},
    {D::unloaded, D::dismountable, product, "loaded after all: a load that was given up has ended, and the label in it is the right one"},
    {D::dismountable, D::dismounted, model, "found empty"},
    {D::dismountable, D::mounted, product, "an inventory reads the label of what is in a stand-alone drive"},
    {D::mounted, D::dismountable, model, "a person's cartridge in a stand-alone drive is identified"},
};

using M = MediaState;
constexpr StateStep<M> media_steps[] = {
    {no_record, M::idle, model, "a cartridge that nobody knows has come"},
    {M::idle, M::inuse, model, "a request for it is accepted"},
    {M::inuse, M::mounted, model, "moved into a drive"},
    {M::inuse, M::loaded, model, "it was in that drive already, and its label was read"},
    {M::inuse, M::opreq, model, "it is offline; an operator was asked"},
    {M::opreq, M::inuse, model, "it has come"},
    {M::opreq, M::idle, model, "refused, time limit, cancelled"},
    {M::inuse, M::idle, model, "the request has ended before anything moved"},
    {M::inuse, M::unloaded, model, "taken out of use in its drive, to leave it"},
    {M::mounted, M::loaded, model, "ready, and the label is the right one"},
    {M::mounted, M::unloaded, model, "the wrong label, or it could not be loaded"},
    {M::loaded, M::unloaded, model, "immediate dismount, eject with force"},
    {M::loaded, M::idle, model, "deferred dismount: it stays in the drive"},
    {M::unloaded, M::idle, model, "back in its slot, or ejected"},
    {M::mounted, M::idle, model, "found offline"},
    {M::operror, M::idle, model, "found by an inventory, or it worked again"},
    {M::operror, M::inuse, model, "tried again"},
    {M::idle, M::operror, model, "a failed move, a bad cartridge"},
    {M::inuse, M::operror, model, "a failed move, a bad cartridge"},
    {M::mounted, M::operror, model, "a failed move, a bad cartridge"},
    {M::loaded, M::operror, model, "a failed move, a bad cartridge"},
    {M::unloaded, M::operror, model, "a failed move, a bad cartridge"},
    {M::opreq, M::operror, model, "a failed move, a bad cartridge"},
    {M::idle, no_record, model, "its record is deleted"},
};

using S = OperationalState;
constexpr StateStep<S> operational_steps[] = {
    {no_record, S::initializing, model, "the service starts with it"},
    {S::initializing, S::ready, model, "the hardware has said where everything is"},
    {S::initializing, S::needs_service, model, "it does not answer"},
    {S::initializing, S::not_present, model, "it is not connected"},
    {S::ready, S::needs_service, model, "it does not answer, or has failed too often"},
    {S::needs_service, S::ready, model, "it answers again"},
    {S::ready, S::not_present, model, "it is not connected any more"},
    {S::not_present, S::initializing, model, "it has come back"},
    {S::needs_service, S::initializing, model, "repaired, or enabled again"},
    {S::needs_service, S::not_present, model, "it is not connected any more"},
    {S::not_present, S::ready, product, "a stand-alone drive has come back, and its first answer says everything"},
    {S::not_present, S::needs_service, product, "a stand-alone drive has come back, and does not answer"},
    {S::ready, S::initializing, product, "a restart, a door that was open: asked again"},
};

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

template <Worded State>
std::string state_name(std::optional<State> state) {
  return state ? in_capitals(word(*state)) : "–";
}

template <Worded State>
std::vector<State> all_states() {
  std::vector<State> states;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<State>>([&](auto described) { states.push_back(described.value); });
  return states;
}

// Where a state leads, in the order of the table.
template <Worded State>
std::vector<std::optional<State>> followers(std::span<StateStep<State> const> steps, std::optional<State> from) {
  std::vector<std::optional<State>> found;
  for (auto const& step : steps)
    if (step.from == from && std::ranges::find(found, step.to) == found.end()) found.push_back(step.to);
  return found;
}

//  QUEUED ─┬─> INPROCESS
//          └─> CANCELLED
template <Worded State>
std::string picture(std::span<StateStep<State> const> steps) {
  std::size_t widest = 0;
  for (auto state : all_states<State>()) widest = std::max(widest, word(state).size());
  std::string text = "```\n";
  std::vector<std::optional<State>> froms{std::nullopt};
  for (auto state : all_states<State>()) froms.emplace_back(state);
  for (auto const& from : froms) {
    auto const to = followers(steps, from);
    std::string const name = from ? in_capitals(word(*from)) : "(new)";
    for (std::size_t i = 0; i < to.size(); ++i) {
      bool const last = i + 1 == to.size();
      std::string const label = i == 0 ? std::string(widest - std::min(widest, name.size()), ' ') + name + " " : std::string(widest + 1, ' ');
      text += label + (to.size() == 1 ? "──" : i == 0 ? "─┬" : last ? " └" : " ├") + "─> " + (to[i] ? in_capitals(word(*to[i])) : "(gone)") + "\n";
    }
  }
  return text + "```\n";
}

// Rows: from; columns: to. M: the model says so; p: this product's addition; empty: refused.
template <Worded State>
std::string cells(std::span<StateStep<State> const> steps) {
  std::string head = "| from \\ to |", rule = "|---|", body;
  for (auto to : all_states<State>()) head += " " + state_name(std::optional(to)) + " |", rule += "---|";
  head += " gone |", rule += "---|";
  std::vector<std::optional<State>> froms{std::nullopt}, tos;
  for (auto state : all_states<State>()) froms.emplace_back(state), tos.emplace_back(state);
  tos.emplace_back(std::nullopt);
  for (auto const& from : froms) {
    body += "| " + (from ? state_name(from) : std::string("new")) + " |";
    for (auto const& to : tos) {
      auto const step = std::ranges::find_if(steps, [&](auto const& s) { return s.from == from && s.to == to; });
      body += step == steps.end() ? "  |" : step->of == model ? " M |" : " p |";
    }
    body += "\n";
  }
  return head + "\n" + rule + "\n" + body;
}

template <Worded State>
std::string list(std::span<StateStep<State> const> steps) {
  std::string text = "| from | to | when |\n|---|---|---|\n";
  for (auto const& step : steps) text += "| " + state_name(step.from) + " | " + state_name(step.to) + " | " + step.by + (step.of == product ? " *(p)*" : "") + " |\n";
  return text;
}

template <Worded State>
std::string chapter(std::string const& title, std::string const& about, std::span<StateStep<State> const> steps) {
  return "## " + title + "\n\n" + about + "\n\n" + picture(steps) + "\n" + cells(steps) + "\n" + list(steps) + "\n";
}

// The steps of sides without what leads to them: several may lead from one state to another.
std::vector<StateStep<SideState>> steps_of_sides() {
  std::vector<StateStep<SideState>> steps;
  for (auto const& t : side_transitions())
    if (t.from != t.to && std::ranges::none_of(steps, [&](auto const& s) { return s.from == t.from && s.to == t.to; }))
      steps.push_back({t.from, t.to, std::string(t.number).empty() ? product : model, t.by});
  return steps;
}

}  // namespace

constinit StateMachine<RequestState> const request_machine{"library request", request_steps};
constinit StateMachine<OperatorState> const operator_request_machine{"operator request", operator_request_steps};
constinit StateMachine<DriveState> const drive_machine{"drive", drive_steps};
constinit StateMachine<MediaState> const media_machine{"medium", media_steps};
constinit StateMachine<OperationalState> const operational_machine{"library or drive", operational_steps};

template <Worded State>
std::string not_a_step(StateMachine<State> const& machine, std::string const& object, std::optional<State> from, std::optional<State> to) {
  return object + ": " + state_name(from) + " to " + state_name(to) + " is no step of a " + machine.name;
}
template std::string not_a_step(StateMachine<RequestState> const&, std::string const&, std::optional<RequestState>, std::optional<RequestState>);
template std::string not_a_step(StateMachine<OperatorState> const&, std::string const&, std::optional<OperatorState>, std::optional<OperatorState>);
template std::string not_a_step(StateMachine<DriveState> const&, std::string const&, std::optional<DriveState>, std::optional<DriveState>);
template std::string not_a_step(StateMachine<MediaState> const&, std::string const&, std::optional<MediaState>, std::optional<MediaState>);
template std::string not_a_step(StateMachine<OperationalState> const&, std::string const&, std::optional<OperationalState>, std::optional<OperationalState>);

std::string state_machines_in_markdown() {
  auto const sides = steps_of_sides();
  return "# States\n\nMade by `rsm-states-doc` from the tables of `libmgr/domain/state_machines.cpp` and `side_transitions.cpp`, which the service asks at every change of a "
         "state. A test holds this page against them.\n\nIn the tables of cells M is a step that the model of Windows RSM has, p one that this product adds; an empty cell is refused: "
         "it never happens, and if it did the log would say so as an error. A state that is kept with another reason is no step.\n\n" +
         chapter("Library requests", "`NtmsLmState`. What is refused first is that a request that has ended goes on.", request_machine.steps) +
         chapter("Operator requests", "`NtmsOpreqState`.", operator_request_machine.steps) +
         chapter("Drives", "`NtmsDriveState`: what is in a drive, and whether it is in use.", drive_machine.steps) +
         chapter("Media", "`NtmsMediaState`. It is not stored: it follows from the cartridge's open request and its drive, so a cell of this table is a step of theirs.", media_machine.steps) +
         chapter("Libraries and drives: operational state", "`NtmsOperationalState`: what the service has found out. Whether an administrator has disabled an object is another thing.",
                 operational_machine.steps) +
         chapter<SideState>("Sides", "`NtmsPartitionState`. What leads from one state to another, step by step: [concepts.md](concepts.md), \"The life of a side\".", sides);
}

}  // namespace rsm
