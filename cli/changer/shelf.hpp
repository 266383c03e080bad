// One library of the service, or one view of it, as a changer for backup software: drives from 0, slots from 1, and a home for every medium that is in a drive.
//
// What for: rsm-changer and rsm-mtx print it and choose by it. Drives and slots are numbered in the order of the service's own numbers; a slot that
// is not present (a magazine that is out) keeps its number. A drive is full while a medium is mounted in it for somebody, or is on its way into or out
// of such a mount. A medium that only stays in a drive (a deferred dismount, the service's own identification) counts as at home: a mount takes its
// drive at once. A view has the drives and slots that it names, in its own order, and the media that are in its slots or go home to them; what it names and
// the library does not have keeps its number and is not present. Another view's medium in a drive or a port is not shown: the element is full, and foreign.
// Home: the slot that the catalog keeps for the medium; where that is taken or unknown, the lowest free slot, which no other drive gets.
// Errors: none, pure. Thread rule: values.
// Source: ntms-functions.md (home slot); mtx 1.3.12 and the scripts of Bacula and Amanda for what is counted and from where.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/protocol/messages.hpp"

namespace rsm::changer {

constexpr std::int64_t cleaner_media_type = 0x32;  // NTMS media type: a cleaning cartridge

// What the service says, each list in any order.
struct Facts {
  wire::LibraryInfo library;
  std::vector<wire::DriveInfo> drives;
  std::vector<wire::SlotInfo> slots;
  std::vector<wire::PortInfo> ports;
  std::vector<wire::MediumInfo> media;
  std::set<Guid> service_requests;  // requests named by drives that are the service's own work
  std::optional<wire::ViewInfo> view;       // what is shown of the library; absent: all of it
  std::set<std::int64_t> slots_of_others;   // numbers of slots of other views
};

struct Medium {
  MediumId id;
  std::string name;             // for messages
  std::string barcode;          // without blanks at its end; empty: none
  std::vector<SideId> sides;
  std::int64_t created = 0;     // milliseconds UTC
  bool cleaner = false;
  bool second = false;          // an older medium of this library has the same bar code
};

struct Drive {
  DriveId id;
  std::string name;
  bool in_library = true;        // false: only the view names it
  bool full = false;
  bool foreign = false;          // full with a medium that is not of the view
  std::optional<Medium> medium;  // absent in a full drive: not known yet, or foreign
  int home = 0;                  // slot, from 1; 0: none is free, or foreign

  bool holds_own() const { return full && !foreign; }
};

struct Slot {
  SlotId id;                     // of a slot
  PortId port;                   // of a port; one of the two is zero
  int number = 0;                // from 1; ports after the slots
  bool in_library = true;        // false: only the view names it
  bool present = true;
  bool full = false;
  bool foreign = false;          // full with a medium that is not of the view
  std::optional<Medium> medium;  // that stands in it; absent in a full slot: not known yet
  std::optional<int> drive;      // the drive whose medium has its home here
};

struct Shelf {
  std::string name;                  // of the library or the view
  std::string library;
  std::optional<std::string> trouble;  // why it cannot be asked or used
  std::vector<Drive> drives;
  std::vector<Slot> slots;
  std::vector<Slot> ports;

  Slot const* slot(std::int64_t number) const;    // nullptr: no such slot
  Drive const* drive(std::int64_t number) const;  // nullptr: no such drive
  Slot const* port(std::int64_t number) const;    // numbered after the slots; nullptr: no such port
};

Shelf arrange(Facts facts);

// Letters, digits and : . - _, 1 to 127 of them: what Bacula takes as the name of a volume.
bool is_volume_name(std::string const& barcode);
// What is printed where a program cuts at blanks and takes equal codes for one medium: the bar code, else the medium's id.
std::string code_or_id(Medium const& medium);

}  // namespace rsm::changer
