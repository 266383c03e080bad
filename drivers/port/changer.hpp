// What a changer (the robot of a library) can be asked.
//
// What for: libmgr knows this interface and never a concrete driver. Each call starts one command and returns at once; the
// callback comes exactly once, later, never from inside the call, on the caller's loop. The implementation keeps the time
// limit of the command (libmgr/domain/limits.hpp) and completes with Errc::timeout when it is over: what the hardware does
// with a late command is then unknown, so the caller asks the hardware before it decides anything.
// One command at a time for a changer, except questions, which an implementation may answer beside it.
// Errors: timeout; device_not_available (handler or device gone, or another computer has reserved it: Error.detail names it); empty (source empty); not_empty (destination full);
// not_ready (door open, still starting); gen_failure (a move: what
// the changer says of its own mechanics, so the arm is to blame); medium_not_accessible (other hardware errors); resource_not_present (no such
// element); not_supported (an exchange, of a device without). Error.detail carries what the device said. Thread rule: the loop only.
// Source: SMC-3 (INQUIRY, MODE SENSE element addresses, READ ELEMENT STATUS, MOVE MEDIUM, EXCHANGE MEDIUM), rsm-model.md section 3.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/device.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/place.hpp"

namespace rsm::port {

template <class T = void>
using Done = std::move_only_function<void(Result<T>)>;

// The volume tag of a cartridge, as the reader of the changer saw it.
enum class TagState : std::uint8_t {
  none = 0,       // no reader, or it saw no label at all
  readable = 1,   // `barcode` is what is on it
  unreadable = 2  // there is a label, and it could not be read this time
};
BOOST_DESCRIBE_ENUM(TagState, none, readable, unreadable)

// Why an element is in an exceptional state (SMC: EXCEPT, with its additional sense code).
struct ElementException {
  std::uint8_t asc = 0, ascq = 0;  // 0, 0: the device gave none
  std::string reason;              // one sentence for people
  friend bool operator==(ElementException const&, ElementException const&) = default;
};

// One element as the device reports it.
struct ElementStatus {
  Element element;
  std::uint32_t address = 0;         // the device's own element address
  bool full = false;
  bool accessible = true;            // false: the arm cannot reach it (magazine out, device fault)
  TagState tag = TagState::none;     // of a full element
  std::string barcode;               // blanks stripped; empty unless `tag` is readable
  std::optional<Element> source;     // where its cartridge was taken from last, when the device knows
  bool inverted = false;             // the cartridge lies the other way up than in its source
  std::optional<ElementException> exception;
  std::string drive_serial;          // drive elements: identity of the drive in it (DVCID); empty: not told
  friend bool operator==(ElementStatus const&, ElementStatus const&) = default;
};

// Elements of one kind: `count` of them from number `first` on.
struct ElementRange {
  ElementKind kind = ElementKind::slot;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  friend bool operator==(ElementRange const&, ElementRange const&) = default;
};

// Who the changer is and what it has. Asked at each start and after each doubt about who is there: it changes when hardware is exchanged.
struct ChangerDescription : DeviceIdentity {
  std::vector<ElementRange> elements;  // every kind the changer has, by kind; numbers count from 0
  std::uint32_t media_type_code = 0;   // kind of cartridge the library takes (rsm-model.md section 5)
  std::uint32_t sides = 1;             // of its cartridges
  bool exchanges = false;              // cartridges of two slots change places in one command: Move::exchange
  bool door_open = false;
  friend bool operator==(ChangerDescription const&, ChangerDescription const&) = default;
};

// Answer to one question about elements.
struct ElementReport {
  std::vector<ElementStatus> elements;  // every element asked for, by kind, then number
  bool door_open = false;
  friend bool operator==(ElementReport const&, ElementReport const&) = default;
};

struct Move {
  Element from, to;  // from == to (a drive) with turn: the cartridge comes back the other side up
  bool turn = false;
  bool exchange = false;  // what is in `to` comes to `from`; both are slots and full, and nothing is turned
  friend bool operator==(Move const&, Move const&) = default;
};

class Changer {
 public:
  virtual ~Changer() = default;
  virtual void describe(Done<ChangerDescription> done) = 0;
  // READ ELEMENT STATUS of these ranges: what the hardware says now. Moves nothing. At most limits::elements_per_question_max elements in one
  // question (invalid_parameter otherwise); resource_not_present for an element that the changer does not have.
  virtual void elements(std::vector<ElementRange> ranges, Done<ElementReport> done) = 0;
  virtual void move(Move what, Done<> done) = 0;
  // Unlocks and extends the port for a person (extend) or takes it in and locks it.
  virtual void extend_port(std::uint32_t number, bool extend, Done<> done) = 0;
  // Lets a person open the door, or locks it. Success also where nothing can be locked: a person opens it then whenever they like.
  virtual void unlock_door(bool unlock, Done<> done) = 0;
};

}  // namespace rsm::port
