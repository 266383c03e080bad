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
  force_by_strangers,      // a forced dismount of what is another's is taken
  empty_reason,            // why a request waits is not found, although it is known
  answers_in_id_order,     // a resent call is answered in the order of the ids, the greatest first
  dismount_takes_newer_mount,    // a dismount ends whatever is mounted when its turn comes
  medium_forgotten,        // the record of a medium that is missing is deleted
  cleaner_loaded,          // a cleaning cartridge is identified like any other
  copy_becomes_original,   // the label alone says which medium it is
  held_file_forced,        // a volume that stays in use is dismounted with force
  used_drive_emptied,      // a drive in use is judged by its label
  removed_library_keeps_request, // a request of a library that is gone from the configuration stays open
  bad_cartridge_condemns_drive,  // failures are counted, whatever cartridge they were with
  port_left_out,           // a port that nobody works at stays out
  same_drive_twice,        // two media of one call are taken for one drive
  old_serial_shown,        // a replaced drive keeps the serial number of the old one
  mount_left_behind,       // a mount stays where its medium was expected, although it has come into another library
  arrived_taken_home,      // what a move has brought for an open request is taken home after a restart
  lock_forgotten,          // what keeps closed ports locked is not set again
  partner_forgotten,       // of two that change places only one is in the recorded intent
  hand_unseen,             // what is taken out of a stand-alone drive is not noticed
  allocated_twice,         // an allocation that is sent again gets another side
  mount_asks_library_only, // a mount asks for the right on the library, and not on the pool
  logical_medium_left,     // a side is given back, and its logical medium stays
  change_repeated,         // a change of the catalog that is sent again is carried out again
  side_left_behind,        // a medium goes into another pool, and what stands for its sides stays
  worn_out_allocated,      // the limit of allocations of a pool is not kept
  side_given_twice,        // an allocated side is given to the next one, too
  asked_without_reason,    // an operator request is closed although what it asks for has not come about
  spent_cleaner_used,      // a cleaning cartridge is used although it has no use left
  cleaning_counted_twice,  // a use of a cleaning cartridge counts for two
  cleaner_put_anywhere,    // a cleaning cartridge is brought to a slot that is not its own
  move_with_open_door,     // moves begin while a person may reach into the library
  labelled_unseen,         // a free label is written without looking which cartridge is in the drive
  available_unlabelled,    // a side is available before its free label stands on it
  given_up_kept,           // an allocation is given up, and its side stays allocated
  own_label_forgotten,     // the label that a program has written is not recorded
  mount_asks_pool_only,    // a mount asks for the right on the pool, and not on the library
  session_asks_nobody,     // a session is opened without the right on the computer
  read_question_outlives,  // an operator request that a person has read stays when what it asks for has come about
  open_question_forgotten, // an operator request that is open is deleted as if it had ended
  deleted_library_keeps_media, // the media of a library that was deleted stay where they were in it
  destination_kept,        // a destination of messages is taken away, and stays
  priority_inverted,       // a lower priority goes first
  used_drive_for_another,  // a drive in use is emptied for a request that waits
  line_overlooked,         // a mount that comes back into the queue stands in no line
  line_left_too_early,     // a line is left when its first one has been placed
  arm_double_booked,       // the arm is sent on a second way while it is on the first
  forecast_without_basis   // when a mount will come is said although nothing was learned
};

#ifdef RSM_PLANTED_BUGS
inline PlantedBug planted_bug = PlantedBug::none;
inline bool planted(PlantedBug bug) { return planted_bug == bug; }
#else
constexpr bool planted(PlantedBug) { return false; }
#endif

}  // namespace rsm
