// The life of a side: which state may follow which, and by what.
//
// What for: the one table of the changes of a side's state. Operations ask it before they change one, the documentation shows it
// (docs/concepts.md), tests walk every cell, and the simulator holds every change that is recorded against it.
// Errors: invalid_state (5023) for a change that is in no row. Thread rule: constants and pure functions.
// Source: rsm-model.md section 7 (S1 to S22).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/medium.hpp"

namespace rsm {

// What happens to a side.
enum class SideStep : std::uint8_t {
  found,           // a cartridge that nobody knows has come
  not_understood,  // read: blank, or a label that nobody understands; or a copy of another medium
  understood,      // read: a label that is understood, of a medium that nobody knows
  is_known,        // it is a medium that is known: the provisional record goes
  rejected,        // no drive takes it
  to_free_pool,    // moved to a free pool: a free label is to be written
  label_written,
  label_failed,
  allocate,
  reserve,         // another side of its medium was allocated with all of it (NTMS_ALLOCATE_NEW)
  allocate_next,   // the next side of a medium that the caller has (NTMS_ALLOCATE_NEXT)
  release,         // the last allocated side of its medium was given back
  deallocate,
  wear_out,        // given back as often as its pool allows
  complete,
  decommission,
  look_again,      // to be identified again
  leave,           // ejected, and media of its pool are not kept
  remove           // its record is deleted by a person
};
BOOST_DESCRIBE_ENUM(SideStep, found, not_understood, understood, is_known, rejected, to_free_pool, label_written, label_failed, allocate,
                    reserve, allocate_next, release, deallocate, wear_out, complete, decommission, look_again, leave, remove)

struct SideTransition {
  char const* number;             // in the model; "" for what the model does not number
  std::optional<SideState> from;  // nothing: there was no record
  SideStep step;
  std::optional<SideState> to;    // nothing: there is none any more
  char const* by;                 // for people
};

std::span<SideTransition const> side_transitions();

// The state after this step. invalid_state when the table does not have it; `side` names it in the sentence.
Result<SideState> after(SideState from, SideStep step, std::string const& side);
// Whether any step leads from the one to the other.
bool may_follow(std::optional<SideState> from, std::optional<SideState> to);

// A side that belongs to an application has a logical medium, and no other has one.
constexpr bool has_logical_medium(SideState state) { return state == SideState::allocated || state == SideState::complete; }

// The table as documentation shows it.
std::string side_transitions_in_markdown();

}  // namespace rsm
