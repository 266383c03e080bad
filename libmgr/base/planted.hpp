// Bugs that are planted on purpose, so that the simulator can prove that it finds them.
// Without the build option RSM_PLANTED_BUGS planted() is the constant false and nothing of this is in the product.
// Thread rule: chosen once at start, before the core runs.
#pragma once

namespace rsm {

enum class PlantedBug {
  none,
  answer_before_fsync,     // an answer leaves before its commit
  lost_intent,             // a robot command without its recorded intent
  double_dispatch,         // a drive that has work is given another mount
  wrong_side_served,       // the label is not compared
  leaked_drive,            // a cancelled mount keeps its drive for ever
  starvation,              // only the newest request is ever looked at
  cancelled_request_runs,  // a cancelled request is dispatched all the same
  notification_gap,        // some events are never written
  guess_after_jam,         // a failed move is taken for done without asking the hardware
  key_forgotten,           // a resend is not recognised and runs twice
  reason_outlived,         // an operator request stays when what it asks for has come about
  force_by_strangers       // a forced dismount of what is another's is taken
};

#ifdef RSM_PLANTED_BUGS
inline PlantedBug planted_bug = PlantedBug::none;
inline bool planted(PlantedBug bug) { return planted_bug == bug; }
#else
constexpr bool planted(PlantedBug) { return false; }
#endif

}  // namespace rsm
