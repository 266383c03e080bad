// One library of the service as a changer for backup software: drives from 0, slots from 1, and a home for every medium that is in a drive.
//
// What for: rsm-changer and rsm-mtx print it and choose by it. Drives and slots are numbered in the order of the service's own numbers; a slot that
// is not present (a magazine that is out) keeps its number. A drive is full while a medium is mounted in it for somebody, or is on its way into or out
// of such a mount. A medium that only stays in a drive (a deferred dismount, the service's own identification) counts as at home: a mount takes its
// drive at once. Home: the slot that the catalog keeps for the medium; where that is taken or unknown, the lowest free slot, which no other drive gets.
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
  bool full = false;
  std::optional<Medium> medium;  // absent in a full drive: not known yet
  int home = 0;                  // slot, from 1; 0: none is free
};

struct Slot {
  int number = 0;                // from 1; ports after the slots
  bool present = true;
  bool full = false;
  std::optional<Medium> medium;  // that stands in it; absent in a full slot: not known yet
  std::optional<int> drive;      // the drive whose medium has its home here
};

struct Shelf {
  std::string name;                  // of the library
  std::optional<std::string> trouble;  // why it cannot be asked or used
  std::vector<Drive> drives;
  std::vector<Slot> slots;
  std::vector<Slot> ports;

  Slot const* slot(std::int64_t number) const;    // nullptr: no such slot
  Drive const* drive(std::int64_t number) const;  // nullptr: no such drive
};

Shelf arrange(Facts facts);

// Letters, digits and : . - _, 1 to 127 of them: what Bacula takes as the name of a volume.
bool is_volume_name(std::string const& barcode);
// What is printed where a program cuts at blanks and takes equal codes for one medium: the bar code, else the medium's id.
std::string code_or_id(Medium const& medium);

}  // namespace rsm::changer
