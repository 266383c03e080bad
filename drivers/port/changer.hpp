// What a changer (the robot of a library) can be asked.
//
// What for: libmgr knows this interface and never a concrete driver. Each call starts one command and returns at once; the
// callback comes exactly once, later, never from inside the call, on the caller's loop. The implementation keeps the time
// limit of the command (libmgr/domain/limits.hpp) and completes with Errc::timeout when it is over: what the hardware does
// with a late command is then unknown, so the caller asks the hardware before it decides anything.
// One command at a time for a changer, except status questions, which an implementation may answer beside it.
// Errors: timeout; device_not_available (handler or device gone); empty (source empty); not_empty (destination full);
// not_ready (door open, still starting); medium_not_accessible (jam, other hardware errors); resource_not_present (no such
// element). Error.detail carries what the device said. Thread rule: the loop only.
// Source: SMC-3 (MOVE MEDIUM, READ ELEMENT STATUS), rsm-model.md section 3.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/place.hpp"

namespace rsm::port {

template <class T = void>
using Done = std::move_only_function<void(Result<T>)>;

// One element as the device reports it. Full with no readable bar code is a value of its own: full && barcode.empty().
struct ElementStatus {
  Element element;
  bool full = false;
  bool accessible = true;  // false: magazine out, device fault
  std::string barcode;     // blanks stripped; empty: none or unreadable
  friend bool operator==(ElementStatus const&, ElementStatus const&) = default;
};

struct ChangerStatus {
  std::vector<ElementStatus> elements;  // every slot, drive, port and the arm; by kind, then number
  bool door_open = false;
  std::uint32_t media_type_code = 0;    // kind of cartridge the library takes (rsm-model.md section 5)
  std::uint32_t sides = 1;              // of its cartridges
  std::string vendor, product, serial, revision;
  friend bool operator==(ChangerStatus const&, ChangerStatus const&) = default;
};

struct Move {
  Element from, to;  // from == to (a drive) with turn: the cartridge comes back the other side up
  bool turn = false;
  friend bool operator==(Move const&, Move const&) = default;
};

class Changer {
 public:
  virtual ~Changer() = default;
  // READ ELEMENT STATUS of everything: what the hardware says now. Moves nothing.
  virtual void status(Done<ChangerStatus> done) = 0;
  virtual void move(Move what, Done<> done) = 0;
  // Unlocks and extends the port for a person (extend) or takes it in and locks it.
  virtual void extend_port(std::uint32_t number, bool extend, Done<> done) = 0;
};

}  // namespace rsm::port
