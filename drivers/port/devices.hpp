// The devices of one library, as libmgr gets them from whoever wires the program.
//
// A device that stopped answering (its handler died or was killed after a time-out) completes its pending commands with an
// error; the next command brings up a new handler. on_lost tells of a device that went away while nothing was asked of it: an
// offline volume in such a drive is no longer protected until dismount() is called again. Thread rule: the loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm::port {

// How the handler of a device came to its end, or did not come to life.
enum class HandlerEnd : std::uint8_t {
  exited = 0,         // by itself; also one that said that it cannot serve
  died = 1,           // of a signal
  timed_out = 2,      // killed: a command, or its greeting, took too long
  spoke_nonsense = 3, // killed: nobody could read what it sent
  not_started = 4     // the launcher could not start it
};
BOOST_DESCRIBE_ENUM(HandlerEnd, exited, died, timed_out, spoke_nonsense, not_started)

// Counted since the devices were made. `ends` has every word, with 0 too.
struct HandlerFigures {
  Element device;
  std::uint64_t starts = 0;
  std::map<HandlerEnd, std::uint64_t> ends{{HandlerEnd::exited, 0}, {HandlerEnd::died, 0}, {HandlerEnd::timed_out, 0}, {HandlerEnd::spoke_nonsense, 0}, {HandlerEnd::not_started, 0}};
};

// What a drive makes known without having been asked (an event of the kernel).
enum class DriveHint : std::uint8_t {
  came_or_went = 0,    // the drive itself
  medium_changed = 1,  // something was put in or taken out
  eject_wanted = 2     // somebody has pressed the button of a drive that keeps its medium in
};
BOOST_DESCRIBE_ENUM(DriveHint, came_or_went, medium_changed, eject_wanted)

class Devices {
 public:
  virtual ~Devices() = default;
  virtual Changer& changer() = 0;
  virtual Drive& drive(std::uint32_t number) = 0;  // by the element's number; made at first use
  // "pid 4711", "not started", "died: signal 9": for status.
  virtual std::string handler_text(Element device) const = 0;
  // Of every device that was asked for so far, in the order of elements.
  virtual std::vector<HandlerFigures> handler_figures() const = 0;
  // Neutral address of a drive or of the changer (arm), with its scheme: "emulated:/srv/jukebox#drive0", later "sg:/dev/tape/by-id/...", "iscsi://...".
  virtual std::string address(Element device) const = 0;
  virtual void on_lost(std::move_only_function<void(Element device, std::string why)> callback) = 0;
  // The device of a library that was asked something has met word that what the library holds may have changed, and not by a command of ours: the library is
  // asked again. A unit attention is told once to all who ask through one node of the kernel, whoever asks first. Told on the loop.
  virtual void on_doubt(std::move_only_function<void(Element asked)>) {}
  // Of a stand-alone drive: told on the loop, at any time. A hint proves nothing; the device is asked.
  virtual void on_hint(std::move_only_function<void(DriveHint hint)>) {}
  // Whether a hint comes for every medium that is put in or taken out now. False: who wants to know has to ask.
  virtual bool hints_of_media() const { return false; }
};

}  // namespace rsm::port
