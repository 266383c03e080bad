// What a manager of media does about sense data and about the exceptions of elements: one table for all models.
//
// What for: drivers and handlers decide nothing about codes by themselves. look_up() asks by model and code, then by code, then by key alone. A code
// of a vendor's own (ASC or ASCQ 80h and up) that is known for certain models holds for these only: the same number means something else elsewhere.
// After a MOVE or EXCHANGE that failed, element status is read first whatever the code says: it may have happened, wholly or by half.
//   action            what to do; `service` is drive_service or library_service by the device that sent it (for_device)
//   wait              ask again every `interval` up to `limit`, then do `then`; interval 0: no waiting
//   operator_request  what is asked of a person; where there is a wait, at its start
//   win32             what the request ends with when the action does not help; none: it does not end because of this
//   source            keys of where the row comes from: manuals and the tables of other programs, listed in sense_codes.def
// Units: seconds. Errors: none; every code gives a row. Thread rule: constants. Source: sense_codes.def.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/scsi/sense.hpp"
#include "drivers/scsi/win32.hpp"

namespace rsm::scsi {

enum class Action : std::uint8_t {
  ignore,           // no fault: go on, log at most
  condition,        // a mark, end of data, early warning: the reader's or writer's matter, no error of the device
  retry,            // the same command again, at most 3 times, without delay; counted against the device
  wait,             // busy with itself: ask again, watch progress where it is told
  init_elements,    // INITIALIZE ELEMENT STATUS (changer), LOAD (tape), START UNIT (optical); wait for ready, full inventory
  reinventory,      // our picture is wrong: read element status, reconcile, decide again whether the request makes sense
  reread_config,    // addresses, identity or firmware may have changed: INQUIRY, VPD and mode page 1Dh again, then inventory
  restore_state,    // reset or lost reservation: PREVENT, reservation and mode again, then inventory; what was in flight is unknown
  unload_first,     // the drive still holds the medium: unload through the drive, wait for access, move again once
  allow_removal,    // removal is prevented: lift our own PREVENT, else name the holder; move again once
  operator_action,  // a person has to act: one operator request, watch for its end, inventory afterwards
  drive_service,    // drive out of use, the library goes on; where the medium is, the next inventory tells
  library_service,  // library out of use; requests to it wait or fail
  service,          // one of the two above, by the device that sent it
  medium_suspect,   // counts against medium and drive; a second failure elsewhere decides which
  medium_bad,       // quarantine: never written again, its owner is told
  clean,            // clean the drive when idle, or at once where it says so, then carry on
  clean_failed,     // cleaning cartridge spent or wrong: exchange it, no cleaning is counted
  feature_off,      // the device does not know this command or field: remember it for the model, use the simpler form
  fail,             // the request is impossible: it ends with the Win32 error, no retry
};
std::string_view action_name(Action action);  // "init-elements", "operator" ...

enum class DeviceKind : std::uint8_t { drive, changer };
constexpr Action for_device(Action action, DeviceKind kind) {
  if (action != Action::service) return action;
  return kind == DeviceKind::drive ? Action::drive_service : Action::library_service;
}

// Vendor and product as INQUIRY tells them, with or without their blanks; empty: not known.
struct Model {
  std::string_view vendor, product;
};

struct Wait {
  std::chrono::seconds interval{0}, limit{0};
  Action then = Action::ignore;
};

struct SenseAction {
  std::uint8_t key = 0, asc = 0, ascq = 0;
  Action action = Action::ignore;
  Wait wait;
  std::string_view operator_request;
  Win32 win32 = Win32::none;
  std::string_view models;  // "EXABYTE, IBM 03584": vendor, or vendor and a part of the product; empty: all
  std::string_view meaning;
  std::string_view source;
};

SenseAction const& look_up(Model const& model, std::uint8_t key, std::uint8_t asc, std::uint8_t ascq);
// For sense data as a whole. Conditions of reading and writing come before the table; no sense data counts as a hardware error (REQUEST SENSE has been
// tried). Deferred errors are looked up like others: they are logged against the earlier command, the present one is repeated once.
SenseAction const& action_for(Model const& model, Sense const& sense);

bool is_vendor_code(std::uint8_t asc, std::uint8_t ascq);
// Whether a list of models, as in SenseAction, names this one.
bool names_model(std::string_view models, Model const& model);
std::span<SenseAction const> sense_codes();  // sorted by key, ASC, ASCQ; what holds for certain models only behind what holds for all

enum class ElementTrouble : std::uint8_t {
  label_questionable,  // not scanned yet: initialize the range, else read the label in a drive
  label_unreadable,    // a cartridge without a label that can be read: its on-medium label tells
  no_label,
  label_upside_down,   // usable, a note for the operator
  scanner_broken,      // labels are unknown until it is repaired
  full_questionable,   // `full` is not to be believed: initialize the range
  slot_absent,         // no slot at this address
  slot_unknown,        // its magazine is away: what is in it is unknown, not nothing
  drive_absent,        // no drive at this address, no fault
  drive_needs_person,  // out of use
  element_in_error,    // unusable
  cleaning_cartridge,  // no medium for data
};

struct ElementException {
  std::uint8_t asc = 0, ascq = 0;
  ElementTrouble trouble = ElementTrouble::element_in_error;
  std::string_view meaning;
  std::string_view then;  // what to do
  std::string_view source;
};

// What an exception of an element means; nullptr: not known, the element is unusable.
ElementException const* element_exception(std::uint8_t asc, std::uint8_t ascq);
std::span<ElementException const> element_exceptions();

}  // namespace rsm::scsi
