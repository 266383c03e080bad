// A conversation with one SCSI device: commands with their limits, attentions, waits, and failures in words.
//
// What for: drivers send commands through a session and get data or a Failure. A session
//   - gives each command its limit (command_facts): the kernel resets a device that is late, so a limit is never shortened; no command begins and
//     nothing is waited for after the caller's patience (set_patience) is over
//   - sends a command that moves nothing again: after unit attentions (at most limits::scsi_attentions_in_a_row_max in a row), where the table of sense
//     codes says retry (at most limits::scsi_retries_max) or wait (the interval and limit of its row), and while the device is busy
//   - asks for sense data once where none came
//   - remembers the attentions, for the caller to take: what they say changes what the caller believes
//   - remembers the last deferred error, which belongs to a command before: who writes, or lets others write, asks for it
// A command that moves a medium is sent once, and so is one that goes on where the tape stands (READ, WRITE, SPACE), for a reset may have rewound it. Only an
// attention that concerns nothing (a predicted failure) is answered by sending it again: it was not carried out. Everything else is a Failure with
// `doubt`: what became of it only the elements tell, or a new beginning of the tape. Nothing is guessed.
// Failure.error: the Win32 number of the table, where Errc has it, else the Errc that is nearest (errc_of); the object is the session's object, the
// detail names command, codes and meaning. What only the caller can do (initialise, reread, a person) is in `action`.
// Units: milliseconds. Errors: Failure. Thread rule: one thread; blocks up to the patience and the limit of the last command.
// Source: SPC-4 4.5 and 5.13 (unit attention), sense_actions.hpp.
#pragma once

#include <bitset>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/scsi/sense_actions.hpp"
#include "drivers/scsi/transport.hpp"

namespace rsm::scsi {

// Time as a session sees it; tests have their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Millis now() const = 0;  // from any fixed moment, never backwards
  virtual void wait(Millis duration) = 0;
};
Clock& real_clock();

struct CommandFacts {
  std::uint8_t operation = 0;
  std::string_view name;  // "MOVE MEDIUM"
  Millis limit{0};
  bool moves = false;      // a medium; sent once
  bool goes_on = false;    // where the tape stands; sent once
  bool undoes = false;     // a second one undoes the first: sent once, also after an attention that concerns nothing
  bool sent_once() const { return moves || goes_on; }
};
// A command that is not in the list has limits::scsi_other_limit and is taken to move nothing.
CommandFacts const& command_facts(std::uint8_t operation);

enum class Attention : std::uint8_t { reset = 0, medium_may_have_changed = 1, parameters_changed = 2, other = 3 };
using Attentions = std::bitset<4>;  // by the numbers of Attention

struct Failure {
  Error error;
  Action action = Action::fail;
  Win32 win32 = Win32::none;
  Wait wait;              // of the row
  bool answered = false;  // by the device, with sense data; else it never reached it, or nobody knows
  bool doubt = false;     // a medium may have been moved: read the elements; a tape stands anywhere: rewind it
  bool reserved = false;  // by another computer: it was not carried out
  std::uint8_t key = 0, asc = 0, ascq = 0;
  bool refused_field() const { return answered && key == key_illegal_request && (asc == 0x24 || asc == 0x26 || asc == 0x1A); }
  bool unknown_command() const { return answered && key == key_illegal_request && asc == 0x20; }
};
template <class T = void>
using Outcome = std::expected<T, Failure>;

// For numbers that Errc does not have: the nearest one. Where the table names none: by the sense key.
Errc errc_of(Win32 error, std::uint8_t key);

class Session {
 public:
  // `kind`: whose service the table means where it says no more than that.
  Session(Transport& transport, Clock& clock, std::string object, DeviceKind kind) : transport_(transport), clock_(clock), kind_(kind), object_(std::move(object)) {}

  // As INQUIRY told it: codes of vendors mean something for their models only.
  void set_model(std::string vendor, std::string product);
  void set_object(std::string object) { object_ = std::move(object); }
  std::string const& object() const { return object_; }
  // From here on, no command begins and nothing is waited for when this time is over.
  void set_patience(Millis patience) { deadline_ = clock_.now() + patience; }
  // Whether there is time for it; waits.
  bool wait(Millis duration);
  Millis now() const { return clock_.now(); }

  // What has come since the last call.
  Attentions take_attentions();
  std::optional<Failure> take_deferred_error();

  template <class Command>
  Outcome<std::vector<std::byte>> read(Command const& command, std::size_t allocation) {
    auto const cdb = command.cdb();
    return read_bytes(std::as_bytes(std::span(cdb)), allocation);
  }
  // Data and, where the device ended the command with a condition of reading (a mark, another length, the end), the sense data that say so.
  struct Reading {
    std::vector<std::byte> data;
    Sense sense;  // SenseFormat::none: there is nothing to say
  };
  template <class Command>
  Outcome<Reading> read_tape(Command const& command, std::size_t room) {
    auto const cdb = command.cdb();
    return read_conditions(std::as_bytes(std::span(cdb)), room);
  }
  // Data for the device.
  template <class Command>
  Outcome<> write(Command const& command, Bytes data) {
    auto const cdb = command.cdb();
    return write_bytes(std::as_bytes(std::span(cdb)), data);
  }
  template <class Command>
  Outcome<> run(Command const& command) {
    auto const cdb = command.cdb();
    return run_bytes(std::as_bytes(std::span(cdb)));
  }

 private:
  struct Course;  // of one command

  Outcome<std::vector<std::byte>> read_bytes(Bytes cdb, std::size_t allocation);
  Outcome<Reading> read_conditions(Bytes cdb, std::size_t room);
  Outcome<> run_bytes(Bytes cdb);
  Outcome<> write_bytes(Bytes cdb, Bytes data);
  Outcome<std::size_t> carry_out(Request request, Sense* condition = nullptr);
  Outcome<Answer> send(Request& request, CommandFacts const& facts);
  std::optional<Outcome<>> judge(Answer const& answer, Course& course);
  std::optional<Outcome<>> judge_sense(Sense const& sense, Course& course);
  std::optional<Outcome<>> judge_attention(SenseAction const& row, Failure failure, Course& course);
  std::optional<Outcome<>> wait_or(Failure failure, Millis interval, Millis limit, Course& course);
  void note(SenseAction const& row);
  Sense ask_for_sense();
  std::string ask_who_reserved();
  Failure failure_of(SenseAction const& row, Sense const& sense, CommandFacts const& facts) const;
  Failure refusal(Errc code, std::string said, CommandFacts const& facts) const;
  Model model() const { return {vendor_, product_}; }

  Transport& transport_;
  Clock& clock_;
  DeviceKind const kind_;
  std::string object_, vendor_, product_;
  Millis deadline_{Millis::max()};
  Attentions attentions_;
  std::optional<Failure> deferred_error_;
};

}  // namespace rsm::scsi
