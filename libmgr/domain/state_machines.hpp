// Which state may follow which: the one table of each state machine but that of sides (side_transitions.hpp, where the step matters, too).
//
// What for: the book asks it wherever it changes a state, and never makes a step that is in no row without saying so; docs/states.md is made of it; tests
// walk every cell; the simulator holds every change that is recorded against it. What a record keeps (the same state with another reason) is no step.
// Errors: none. Thread rule: constants and pure functions. Source: rsm-model.md sections 1, 4, 8, 15 and 16; rows without `model` are what this
// product does beyond them.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/request.hpp"

namespace rsm {

enum class StepOf : std::uint8_t { model, product };

template <Worded State>
struct StateStep {
  std::optional<State> from;  // nothing: there was no record
  std::optional<State> to;    // nothing: there is none any more
  StepOf of;
  char const* by;  // for people
};

template <Worded State>
struct StateMachine {
  char const* name;  // "library request"
  std::span<StateStep<State> const> steps;

  constexpr bool allows(std::optional<State> from, std::optional<State> to) const {
    return from == to || std::ranges::any_of(steps, [&](StateStep<State> const& step) { return step.from == from && step.to == to; });
  }
};

extern StateMachine<RequestState> const request_machine;
extern StateMachine<OperatorState> const operator_request_machine;
extern StateMachine<DriveState> const drive_machine;
extern StateMachine<MediaState> const media_machine;               // derived from requests and drives, nowhere stored
extern StateMachine<OperationalState> const operational_machine;   // of libraries and drives

// "drive 0 of Jukebox: DISMOUNTED to LOADED is no step of a drive"
template <Worded State>
std::string not_a_step(StateMachine<State> const& machine, std::string const& object, std::optional<State> from, std::optional<State> to);

// docs/states.md: every machine as a picture, as a table of its cells and as the list of its steps.
std::string state_machines_in_markdown();

}  // namespace rsm
